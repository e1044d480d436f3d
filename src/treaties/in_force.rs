//! When the treaty itself, and consent to it, are in force.
//!
//! The depositary's statement goes before the count of deposits, because a ledger
//! rarely holds all of them, and tables hide those of predecessor States; a count that
//! differs is a finding and is never used in its place.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    Dossier, FirstDeposit, StatedDeposit, StatusRule, Step, ViewName, Weighed, months::effect_of_deposit,
    readings::Reading, record::Record, rivals::Act, statements::Statement,
};
use crate::domain::{
    ConsentMode, EntryIntoForceClause, EntryIntoForceMode, ParticipantId, SignatureType, Subject, TreatyBody, TreatyId,
};

/// The treaty's entry into force as the deposits in the ledger give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub day: Date,
    /// The day of the deposit that reached the threshold.
    pub reached: Date,
    pub threshold: u32,
}

/// Counts the participants' first deposits, each at the last day that it can mean; with
/// those under the parent treaty that name the treaty.
pub fn counted<'r, 'a: 'r>(
    dossier: &Dossier<'_>,
    parent: Option<&TreatyId>,
    acts: impl Iterator<Item = &'r Act<'a>>,
    clause: &EntryIntoForceClause,
) -> Option<Counted> {
    let threshold = usize::try_from(clause.threshold).ok().filter(|threshold| *threshold > 0)?;
    let mut given: BTreeMap<&ParticipantId, Date> = BTreeMap::new();
    for act in acts {
        let Some(participant) = consenting(act.shown(), dossier.treaty, parent) else { continue };
        let Some(day) = act.shown().date().and_then(|date| date.latest()) else { continue };
        given.entry(participant).and_modify(|before| *before = day.min(*before)).or_insert(day);
    }
    // Those that are told were counted once for everybody; only what is given besides moves them.
    let mut days = Vec::with_capacity(dossier.deposits.len() + given.len());
    for FirstDeposit { participant, day } in dossier.deposits {
        match given.get_mut(participant) {
            _ if participant == dossier.participant => {}
            Some(first) => *first = (*first).min(*day),
            None => days.push(*day),
        }
    }
    days.extend(given.into_values());
    days.sort_unstable();
    let reached = *days.get(threshold - 1)?;
    Some(Counted { day: effect_of_deposit(clause, reached), reached, threshold: clause.threshold })
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
        Some(StatedDeposit { participant: participant.clone(), deposited: statement.date()?.clone() })
    });
    stated.collect()
}

/// Each participant's first deposit, of as many participants as can matter where
/// `threshold` deposits are counted, whichever of them is asked about: the earliest ones,
/// ascending by day.
pub fn first_deposits(deposits: impl IntoIterator<Item = StatedDeposit>, threshold: u32) -> Vec<FirstDeposit> {
    let mut first: BTreeMap<ParticipantId, Date> = BTreeMap::new();
    for StatedDeposit { participant, deposited } in deposits {
        let Some(day) = deposited.latest() else { continue };
        first.entry(participant).and_modify(|before| *before = day.min(*before)).or_insert(day);
    }
    let mut first: Vec<FirstDeposit> =
        first.into_iter().map(|(participant, day)| FirstDeposit { participant, day }).collect();
    first.sort_by_key(|deposit| deposit.day);
    // One more, because the participant that is asked about may be among them.
    first.truncate(usize::try_from(threshold).unwrap_or(usize::MAX).saturating_add(1));
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
    let (rule, how) = match mode {
        EntryIntoForceMode::FirstOfMonth => {
            (StatusRule::InForceFirstOfMonth, format!("the first day of the month, {months} months after the month"))
        }
        EntryIntoForceMode::SameDay => (StatusRule::InForceSameDay, format!("{months} months after the day")),
        EntryIntoForceMode::DaysAfterDeposit => (StatusRule::InForceAfterDays, format!("{days} days after the day")),
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
