//! When the treaty itself, and consent to it, are in force.
//!
//! The depositary's statement goes before the count of deposits, because a ledger
//! rarely holds all of them, and tables hide those of predecessor States; a count that
//! differs is a finding and is never used in its place.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    Dossier, FirstDeposit, StatedDeposit, StatusRule, Step, ViewName, Weighed, dated,
    days::{Days, Part},
    months::{self, effect_of_deposit},
    readings::Reading,
    record::Record,
    rivals::Act,
    statements::Statement,
};
use crate::domain::{
    ConsentMode, EntryIntoForceClause, EntryIntoForceMode, ParticipantId, SignatureType, Subject, TreatyBody, TreatyId,
    WorldDate,
};

/// The treaty's entry into force as the deposits in the ledger give it.
#[derive(Clone, Debug)]
pub struct Counted<'a> {
    pub threshold: u32,
    clause: &'a EntryIntoForceClause,
    /// The days of the last deposit by others before the threshold, and of the next one.
    others: [Days; 2],
    /// On one of these days the deposit came that reached it, whatever is read of the
    /// participant's own.
    pub reached: Days,
}

/// The days on one of which a deposit came that reached the threshold.
#[derive(Clone, Copy, Debug)]
pub struct ReadCount<'r, 'a> {
    pub counted: &'r Counted<'a>,
    pub part: Part,
}

impl Counted<'_> {
    /// When the treaty is in force where the deposit that reached the threshold is of a day.
    pub fn effect(&self, reached: Date) -> Date {
        effect_of_deposit(self.clause, reached)
    }

    /// On one of these days the treaty enters into force.
    pub fn days(&self) -> Days {
        self.reached.map(|day| self.effect(day))
    }

    /// The days on one of which the deposit came that reached the threshold, where the
    /// participant's own came on one of some days.
    pub fn reached_with(&self, own: Option<Days>) -> Days {
        reached(self.others, own)
    }

    /// What makes the treaty be in force from the day that is read.
    pub fn step(&self, reached: Date, article: Box<str>) -> Step {
        let Self { threshold, reached: can_be, .. } = self;
        let is_of = if can_be.is_settled() {
            format!("number {threshold} is of {reached}")
        } else {
            format!("number {threshold} is of {}, and read as of {reached}", can_be.named())
        };
        Step {
            rule: StatusRule::TreatyInForceAsCounted,
            article,
            event: None,
            date: Some(self.effect(reached)),
            latest: None,
            sentence: format!("the treaty is in force, counted from the deposits in this ledger: {is_of}").into(),
        }
    }
}

impl ReadCount<'_, '_> {
    /// The first of the days that are read, as far as it can be with the participant's own
    /// deposit of a day.
    pub fn reached(&self, own: Option<Date>) -> Date {
        let Days { first, last } = self.counted.reached_with(own.map(Days::on));
        self.part.days.first.clamp(first, last)
    }

    /// What has to be assumed to read it so.
    pub fn assumption(&self) -> Option<String> {
        let told = || format!("the deposit with which the treaty has as many as it asks for {}", self.part.days);
        (!self.part.is_whole()).then(told)
    }
}

/// Between the neighbours of it that others made, the participant's own deposit is the one
/// that reaches the threshold; before them or after them, one of these is.
fn reached([before, next]: [Days; 2], own: Option<Days>) -> Days {
    own.map_or(next, |own| Days {
        first: own.first.clamp(before.first, next.first),
        last: own.last.clamp(before.last, next.last),
    })
}

/// Counts the participants' first deposits; with those under the parent treaty that name the
/// treaty. The participant's own, which readings date, are on one of the days of `own`.
pub fn counted<'r, 'a: 'r>(
    dossier: &Dossier<'_>,
    parent: Option<&TreatyId>,
    acts: impl Iterator<Item = &'r Act<'a>>,
    clause: &'a EntryIntoForceClause,
    (adopted, own): (Option<Date>, Option<Days>),
) -> Option<Counted<'a>> {
    let threshold = usize::try_from(clause.threshold).ok().filter(|threshold| *threshold > 0)?;
    let mut given: BTreeMap<&ParticipantId, Days> = BTreeMap::new();
    for act in acts {
        let Some(participant) = consenting(act.shown(), dossier.treaty, parent) else { continue };
        let statement = act.shown();
        first_of(&mut given, participant, days_of(statement.date(), dated::recorded_on(statement)));
    }
    // Those that are told were counted once for everybody; only what is given besides moves them.
    let mut all = Vec::with_capacity(dossier.deposits.len() + given.len());
    for FirstDeposit { participant, days } in dossier.deposits {
        match given.get_mut(participant) {
            Some(first) => *first = first.earlier(*days),
            None if participant == dossier.participant => {}
            None => all.push(*days),
        }
    }
    given.remove(dossier.participant);
    all.extend(given.into_values());
    let within = |days: Days| {
        let first = if days.is_settled() { days.first } else { days.first.max(adopted.unwrap_or(Date::MIN)) };
        Days { first, last: days.last.max(first) }
    };
    let (mut firsts, mut lasts): (Vec<Date>, Vec<Date>) =
        all.into_iter().map(within).map(|days| (days.first, days.last)).unzip();
    firsts.sort_unstable();
    lasts.sort_unstable();
    let number = |number: usize| Some(Days { first: *firsts.get(number)?, last: *lasts.get(number)? });
    let before = threshold.checked_sub(2).map_or(Some(Days::on(Date::MIN)), number)?;
    let next = number(threshold - 1);
    let next = if own.is_some() { next.unwrap_or(Days::on(Date::MAX)) } else { next? };
    let others = [before, next];
    Some(Counted { threshold: clause.threshold, clause, others, reached: reached(others, own) })
}

/// The days that the date of a deposit can mean by itself: what was recorded as past had
/// happened by the day of recording.
fn days_of(date: Option<&WorldDate>, recorded: Option<Date>) -> Days {
    let first = date.and_then(WorldDate::earliest).unwrap_or(Date::MIN);
    let last = date.and_then(WorldDate::latest).unwrap_or(Date::MAX);
    Days { first, last: recorded.map_or(last, |recorded| last.min(recorded)).max(first) }
}

/// Takes a participant's first deposit so far together with another.
fn first_of<P: Ord>(first: &mut BTreeMap<P, Days>, participant: P, days: Days) {
    first.entry(participant).and_modify(|before| *before = before.earlier(days)).or_insert(days);
}

/// Who consents to the treaty by what is stated, under it or with an instrument under its
/// parent that names it.
fn consenting<'a>(
    statement: &Statement<'a>,
    treaty: &TreatyId,
    parent: Option<&TreatyId>,
) -> Option<&'a ParticipantId> {
    let Subject::Participation(under, participant) = statement.subject() else { return None };
    let consents = under == treaty && is_consent(statement) || parent == Some(under) && names(statement, treaty);
    consents.then_some(participant)
}

/// Whether an instrument names a treaty as a protocol that it consents to besides its own.
pub fn names(statement: &Statement<'_>, protocol: &TreatyId) -> bool {
    matches!(statement.body, TreatyBody::InstrumentDeposited(body) if body.protocols.contains(protocol))
}

/// The deposits in a dossier's events as they stand, whoever made them: corrected, and
/// weighed where statements contradict each other; with those under the parent treaty that
/// name the treaty.
pub fn consents(dossier: &Dossier<'_>, parent: Option<&TreatyId>, view: ViewName) -> Vec<StatedDeposit> {
    let Weighed { acts, .. } = Weighed::of(dossier, view);
    let shown = acts.iter().filter_map(|act| act.followed.first());
    let stated = shown.filter_map(|statement| {
        let participant = consenting(statement, dossier.treaty, parent)?;
        let (deposited, recorded) = (statement.date().cloned(), dated::recorded_on(statement));
        Some(StatedDeposit { participant: participant.clone(), deposited, recorded })
    });
    stated.collect()
}

/// Each participant's first deposit, of as many participants as can matter where
/// `threshold` deposits are counted, whichever of them is asked about: those that can have
/// been the earliest ones, ascending by their last day.
pub fn first_deposits(deposits: impl IntoIterator<Item = StatedDeposit>, threshold: u32) -> Vec<FirstDeposit> {
    let mut first: BTreeMap<ParticipantId, Days> = BTreeMap::new();
    for StatedDeposit { participant, deposited, recorded } in deposits {
        first_of(&mut first, participant, days_of(deposited.as_ref(), recorded));
    }
    // One more, because the participant that is asked about may be among them.
    let most = usize::try_from(threshold).unwrap_or(usize::MAX).saturating_add(1);
    let mut first: Vec<FirstDeposit> =
        first.into_iter().map(|(participant, days)| FirstDeposit { participant, days }).collect();
    first.sort_by_key(|deposit| deposit.days.first);
    let later = first.split_off(most.min(first.len()));
    let by_last: BTreeSet<Date> = first.iter().map(|deposit| deposit.days.last).collect();
    // Those that begin later matter if they may still end before one of these.
    let until = by_last.last().copied();
    first.extend(later.into_iter().filter(|deposit| until.is_some_and(|until| deposit.days.last < until)));
    first.sort_by_key(|deposit| deposit.days.last);
    first
}

/// Whether a statement is about consent to be bound.
pub fn is_consent(statement: &Statement<'_>) -> bool {
    mode_of(statement).is_some()
}

/// How consent was expressed; `None` for what expresses none.
pub fn mode_of(statement: &Statement<'_>) -> Option<ConsentMode> {
    if let TreatyBody::InstrumentDeposited(body) = statement.body {
        return Some(body.mode);
    }
    let TreatyBody::SignatureAffixed(body) = statement.body else { return None };
    match body.signature_type {
        SignatureType::Definitive => Some(ConsentMode::DefinitiveSignature),
        SignatureType::Simple | SignatureType::AdReferendum => None,
    }
}

/// Whether an instrument names one of several depositaries (R21): the same act may be
/// deposited with each of them.
pub fn is_with_another_depositary(record: &Record<'_, '_>, statement: &Statement<'_>) -> bool {
    let several = record.clauses().is_some_and(|clauses| clauses.depositaries.len() > 1);
    let TreatyBody::InstrumentDeposited(body) = statement.body else { return false };
    several && !body.depositary.is_empty()
}

/// The day on which consent is in force, with the reason.
pub fn of_consent(
    clause: &EntryIntoForceClause,
    deposited: Date,
    treaty_in_force: Option<Date>,
    statement: &Statement<'_>,
) -> (Date, Step) {
    let own = effect_of_deposit(clause, deposited);
    let day = treaty_in_force.map_or(own, |treaty| treaty.max(own));
    let EntryIntoForceClause { mode, months, days, threshold: _, article } = clause;
    let after = |count: u32, unit: &str, day: &str| match count {
        0 => day.to_owned(),
        count => format!("{} after {day}", months::counted(count, unit)),
    };
    let (rule, how) = match mode {
        EntryIntoForceMode::FirstOfMonth if *months == 0 => {
            (StatusRule::InForceFirstOfMonth, "the first day of the month".to_owned())
        }
        EntryIntoForceMode::FirstOfMonth => {
            let after = after(*months, "month", "the month");
            (StatusRule::InForceFirstOfMonth, format!("the first day of the month, {after}"))
        }
        EntryIntoForceMode::SameDay => (StatusRule::InForceSameDay, after(*months, "month", "the day")),
        EntryIntoForceMode::DaysAfterDeposit => (StatusRule::InForceAfterDays, after(*days, "day", "the day")),
    };
    let sentence = if day == own {
        format!("in force: {how} of deposit, {deposited}")
    } else {
        format!("in force with the treaty; {how} of deposit, {deposited}, would be {own}")
    };
    let sentence = sentence.into();
    let step = Step {
        rule,
        article: article.clone(),
        event: Some(statement.cited()),
        date: Some(day),
        latest: None,
        sentence,
    };
    (day, step)
}

/// The day on which consent is in force where no clause gives it: the day that is stated
/// for the participant, if all that state one within the membership, from the deposit on
/// and before its end, state the same.
pub fn as_stated(reading: &Reading<'_, '_>, deposited: Date, end: Option<Date>) -> Option<(Date, Step)> {
    let own = reading.acts.iter().filter(|read| !read.is_on_treaty());
    let stated = own.filter(|read| matches!(read.statement.body, TreatyBody::EffectStated(_)));
    let stated = stated.filter_map(|read| Some((read.day()?, read.statement)));
    let mut stated = stated.filter(|(day, _)| deposited <= *day && end.is_none_or(|end| *day < end));
    let (day, statement) = stated.next()?;
    stated.all(|(other, _)| other == day).then(|| {
        let (rule, article) = (StatusRule::InForceAsStated, Box::default());
        let sentence = "in force, as stated: the clauses give no day".into();
        (day, Step { rule, article, event: Some(statement.cited()), date: Some(day), latest: None, sentence })
    })
}
