//! The ways in which the record can be read: one for every combination of rival
//! statements that remain, of the ends of dates that are not known to the day, and of
//! contradicting accounts of a conflict.
//!
//! Promises: bounded by [`crate::limits::STATUS_READINGS`]; the combinations are those
//! of the acts in the order of their names. A date that is not known to the day is read
//! at its first and at its last day, and once for each stretch of days between them that
//! another day tells apart (`breaks`).

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    breaks,
    cascade::Carried,
    conflict::{Account, End},
    course,
    passing::Passing,
    record::Record,
    rivals::Act,
    statements::Statement,
};
use crate::{
    domain::{NoticeFrom, TreatyBody, WorldDate},
    limits::STATUS_READINGS,
};

/// One way to read the record.
#[derive(Clone, Debug)]
pub struct Reading<'r, 'a> {
    /// One for each of the record's acts with a clock, in their order.
    pub acts: Vec<ReadAct<'r, 'a>>,
    /// One for each conflict.
    pub accounts: Vec<(&'r Account<'a>, End)>,
    /// How a parent treaty is left that takes this one along.
    pub carried: Option<&'r Carried>,
    /// How the participation passed to successors, if it did.
    pub passed: Option<&'r Passing>,
    /// Whether what has to have ended besides a conflict had ended with it.
    pub repatriated: bool,
    /// What has to be assumed for it.
    pub assuming: Vec<Box<str>>,
}

/// An act as one statement tells it.
#[derive(Clone, Copy, Debug)]
pub struct ReadAct<'r, 'a> {
    pub act: &'r Act<'a>,
    pub statement: &'r Statement<'a>,
    /// The day that counts; `None` where none is stated that could start a clock.
    pub day: Option<Date>,
    /// It is neither the first nor the last day that the date can mean.
    between: bool,
}

/// All readings, and whether these are all.
pub fn of<'r, 'a>(record: &'r Record<'r, 'a>) -> (Vec<Reading<'r, 'a>>, bool) {
    let mut readings = vec![Reading {
        acts: Vec::new(),
        accounts: Vec::new(),
        carried: None,
        passed: None,
        repatriated: true,
        assuming: Vec::new(),
    }];
    let mut complete = true;
    for act in &record.clocked {
        let mut options = all(record, act);
        // Too many, or not wanted: the ends of each date are better than its first day alone.
        let too_many = readings.len() * options.len() > STATUS_READINGS;
        if too_many || record.at_ends {
            let ends = at_ends(record, act);
            // What brings more than a later day, the later it came, leads elsewhere between.
            let lost = options.len() > ends.len() && (too_many || leaves(act));
            complete &= !lost;
            options = ends;
        }
        complete &= extend(&mut readings, &options, |reading, (read, assuming)| {
            reading.acts.push(*read);
            reading.assuming.extend(assuming.clone());
        });
    }
    for conflict in &record.conflicts {
        let options = conflict.options();
        complete &= extend(&mut readings, &options, |reading, (account, end, assuming)| {
            reading.accounts.push((account, *end));
            reading.assuming.extend(assuming.clone());
        });
    }
    let ways: Vec<&'r Carried> = record.carried.iter().collect();
    complete &= extend(&mut readings, &ways, |reading, way| {
        reading.carried = Some(way);
        reading.assuming.extend(way.assuming.iter().cloned());
    });
    let passed: Vec<Option<&'r Passing>> = record.passed.iter().map(Option::as_ref).collect();
    complete &= extend(&mut readings, &passed, |reading, passed| {
        reading.passed = *passed;
        reading.assuming.extend(passed.and_then(|passed| passed.assuming.clone()));
    });
    let asked = record.withdrawal_clause().is_some_and(course::asks_repatriation) && !record.conflicts.is_empty();
    let both: &[bool] = if asked { &[true, false] } else { &[true] };
    complete &= extend(&mut readings, both, |reading, repatriated| {
        reading.repatriated = *repatriated;
        let words = if *repatriated {
            "those protected released, repatriated or re-established when the conflict ended"
        } else {
            "those protected not released, repatriated or re-established yet"
        };
        reading.assuming.extend(asked.then(|| words.into()));
    });
    (readings, complete)
}

/// Whether the day that is asked about makes no difference to the readings of a record of
/// these acts: every date that can start a clock is known to the day, or starts none.
pub fn are_for_all_days(acts: &[Act<'_>]) -> bool {
    let is_a_day = |date: Option<&WorldDate>| date.is_some_and(|date| date.day().is_some());
    let is_a_day_or_none = |date: Option<&WorldDate>| date.is_none_or(|date| date.day().is_some());
    acts.iter().flat_map(|act| &act.followed).all(|statement| match statement.body {
        TreatyBody::SignatureAffixed(_)
        | TreatyBody::InstrumentDeposited(_)
        | TreatyBody::WithdrawalRevoked(_)
        | TreatyBody::DeclarationMade(_) => is_a_day(statement.date()),
        TreatyBody::SuccessionNotified(body) => is_a_day(body.succeeded.as_ref()),
        TreatyBody::EffectStated(_) => is_a_day_or_none(statement.date()),
        TreatyBody::WithdrawalNotified(body) => {
            is_a_day_or_none(body.received_by_depositary.as_ref())
                && is_a_day_or_none(body.other_parties_notified.as_ref())
        }
        TreatyBody::TreatyRegistered(_)
        | TreatyBody::ParticipantRegistered(_)
        | TreatyBody::DomesticStepTaken(_)
        | TreatyBody::SuspensionNotified(_)
        | TreatyBody::ObjectionLodged(_)
        | TreatyBody::ConflictStatusAsserted(_)
        | TreatyBody::TreatyBodyDecided(_)
        | TreatyBody::DepositaryNotificationIssued(_)
        | TreatyBody::DeadlineExtended(_)
        | TreatyBody::ReportSubmitted(_)
        | TreatyBody::ParticipationTableStated(_) => true,
    })
}

/// Every reading so far with every option, within the limit; beyond it, with the
/// first option only. Whether the limit held.
fn extend<'r, 'a, T>(
    readings: &mut Vec<Reading<'r, 'a>>,
    options: &[T],
    add: impl Fn(&mut Reading<'r, 'a>, &T),
) -> bool {
    let fits = readings.len() * options.len() <= STATUS_READINGS;
    let taken = if fits { options } else { &options[..1] };
    let before = std::mem::take(readings);
    for reading in before {
        for option in taken {
            let mut reading = reading.clone();
            add(&mut reading, option);
            readings.push(reading);
        }
    }
    fits
}

fn leaves(act: &Act<'_>) -> bool {
    matches!(act.shown().body, TreatyBody::WithdrawalNotified(_) | TreatyBody::WithdrawalRevoked(_))
}

/// The readings that have to be told for a day, by their number: of the days of an uncertain
/// date between its first and its last one, only those that lead to another status than the
/// one before, whatever else is assumed. `status` is what a reading leads to.
pub fn telling<S: PartialEq>(readings: &[Reading<'_, '_>], status: impl Fn(usize) -> S) -> Vec<usize> {
    let mut told: Vec<usize> = (0..readings.len()).collect();
    for act in 0..readings.first().map_or(0, |reading| reading.acts.len()) {
        let read = |at: usize| &readings[at].acts[act];
        let days: BTreeSet<Option<Date>> = told.iter().map(|at| read(*at).day).collect();
        for day in days {
            let of_day: Vec<usize> =
                told.iter().copied().filter(|at| read(*at).day == day && read(*at).between).collect();
            let adds_nothing = |at: &usize| {
                let before = told
                    .iter()
                    .filter(|other| readings[**other].differs_only_in(&readings[*at], act) && read(**other).day < day);
                before.max_by_key(|other| read(**other).day).is_some_and(|before| status(*before) == status(*at))
            };
            if of_day.iter().all(adds_nothing) {
                told.retain(|at| !of_day.contains(at));
            }
        }
    }
    told
}

impl Reading<'_, '_> {
    /// Whether it reads everything as another does but the day of one act.
    fn differs_only_in(&self, other: &Self, act: usize) -> bool {
        let same = |at: usize, one: &ReadAct<'_, '_>, other: &ReadAct<'_, '_>| {
            std::ptr::eq(one.statement, other.statement) && (at == act || one.day == other.day)
        };
        let acts = self.acts.iter().zip(&other.acts).enumerate().all(|(at, (one, other))| same(at, one, other));
        let accounts = self.accounts.iter().zip(&other.accounts);
        acts && accounts.into_iter().all(|(one, other)| std::ptr::eq(one.0, other.0) && one.1 == other.1)
            && self.carried.map(std::ptr::from_ref) == other.carried.map(std::ptr::from_ref)
            && self.passed.map(std::ptr::from_ref) == other.passed.map(std::ptr::from_ref)
            && self.repatriated == other.repatriated
    }
}

/// A way to read an act, and what has to be assumed for it.
pub type OptionOfAct<'r, 'a> = (ReadAct<'r, 'a>, Option<Box<str>>);

/// The ways to read an act; never none.
pub fn options<'r, 'a>(record: &Record<'r, 'a>, act: &'r Act<'a>) -> Vec<OptionOfAct<'r, 'a>> {
    if record.at_ends { at_ends(record, act) } else { all(record, act) }
}

/// With a day for each stretch of those that a date can mean.
fn all<'r, 'a>(record: &Record<'r, 'a>, act: &'r Act<'a>) -> Vec<OptionOfAct<'r, 'a>> {
    options_with(record, act, |statement, (first, last)| {
        let mut days = breaks::stretches(record, act, statement, (first, last));
        if days.last() != Some(&last) {
            days.push(last);
        }
        days
    })
}

/// With the first and the last day of each date alone.
fn at_ends<'r, 'a>(record: &Record<'r, 'a>, act: &'r Act<'a>) -> Vec<OptionOfAct<'r, 'a>> {
    options_with(record, act, |_, (first, last)| vec![first, last])
}

/// With the days at which a date that can mean several is read: ascending, the first and
/// the last one among them.
fn options_with<'r, 'a>(
    record: &Record<'r, 'a>,
    act: &'r Act<'a>,
    days: impl Fn(&Statement<'a>, (Date, Date)) -> Vec<Date>,
) -> Vec<OptionOfAct<'r, 'a>> {
    let rival = act.followed.windows(2).any(|pair| pair[0].body != pair[1].body);
    let told = if rival { act.followed.as_slice() } else { &act.followed[..1] };
    let mut options = Vec::new();
    for statement in told {
        let days: Vec<Option<Date>> = match range(record, statement) {
            None => vec![None],
            Some((first, last)) if first == last => vec![Some(first)],
            Some(bounds) => days(statement, bounds).into_iter().map(Some).collect(),
        };
        for (at, day) in days.iter().enumerate() {
            let read = match days.len() {
                1 => ReadAt::Known,
                _ if at == 0 => ReadAt::First,
                several if at + 1 == several => ReadAt::Last,
                _ => ReadAt::Between,
            };
            let assuming = assumption(statement, *day, rival, read);
            options.push((ReadAct { act, statement, day: *day, between: read == ReadAt::Between }, assuming));
        }
    }
    options
}

/// At which of its days a date is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReadAt {
    Known,
    First,
    Between,
    Last,
}

fn assumption(statement: &Statement<'_>, day: Option<Date>, rival: bool, read: ReadAt) -> Option<Box<str>> {
    let kind = match statement.body {
        // What is dated is the succession, not its notification.
        TreatyBody::SuccessionNotified(_) => "succession of States".to_owned(),
        _ => statement.recorded.event.kind().name().replace('_', " "),
    };
    let on = day.map_or("on no known day".to_owned(), |day| format!("on {day}"));
    match (rival, read) {
        (false, ReadAt::Known) => None,
        (true, _) => {
            let by = statement.recorded.organisation();
            Some(format!("{kind} {on}, as {by} states in entry {}", statement.recorded.position.index).into())
        }
        (false, ReadAt::Between) => Some(format!("{kind} {on}, a day that the statement allows").into()),
        (false, ReadAt::First) => Some(format!("{kind} {on}, the first day that the statement allows").into()),
        (false, ReadAt::Last) => Some(format!("{kind} {on}, the last day that the statement allows").into()),
    }
}

/// The first and the last day that the date which counts can mean; `None` where none is
/// stated that could start a clock.
pub fn range(record: &Record<'_, '_>, statement: &Statement<'_>) -> Option<(Date, Date)> {
    match clock_date(record, statement) {
        // An instrument counts from an unknown day; without a day no notice runs.
        None if matches!(statement.body, TreatyBody::WithdrawalNotified(_) | TreatyBody::EffectStated(_)) => None,
        date => Some(bounds(record.adopted, statement, date)),
    }
}

/// The first and the last day that the date of a statement can mean.
pub fn bounds(adopted: Option<Date>, statement: &Statement<'_>, date: Option<&WorldDate>) -> (Date, Date) {
    let floor = adopted.unwrap_or(Date::constant(1, 1, 1));
    let ceiling = latest_day(statement).max(floor);
    let first = date.and_then(WorldDate::earliest).unwrap_or(floor);
    let last = date.and_then(WorldDate::latest).unwrap_or(ceiling);
    let last = if is_before_its_notification(statement) { last.min(ceiling) } else { last };
    (first, last.max(first))
}

/// What was recorded as past had happened by the day of recording; a succession of States
/// by the day on which it was notified.
fn latest_day(statement: &Statement<'_>) -> Date {
    let recorded = statement.recorded.recorded_at.utc_date();
    match statement.body {
        TreatyBody::EffectStated(_) => Date::MAX,
        TreatyBody::SuccessionNotified(body) => {
            let notified = body.received_by_depositary.as_ref().and_then(WorldDate::latest);
            notified.or(recorded).unwrap_or(Date::MAX)
        }
        _ => recorded.unwrap_or(Date::MAX),
    }
}

/// Whether its date is that of something that its notification tells of.
fn is_before_its_notification(statement: &Statement<'_>) -> bool {
    matches!(statement.body, TreatyBody::SuccessionNotified(_))
}

/// The date of a statement that counts under the clauses.
pub fn clock_date<'a>(record: &Record<'_, '_>, statement: &Statement<'a>) -> Option<&'a WorldDate> {
    match statement.body {
        TreatyBody::WithdrawalNotified(body) => match record.withdrawal_clause().map(|clause| clause.notice_from) {
            // A notification is made when the depositary has received it (VCLT Art. 78(b)).
            Some(NoticeFrom::ReceiptByDepositary | NoticeFrom::Notification) | None => {
                body.received_by_depositary.as_ref()
            }
            Some(NoticeFrom::Circulation) => body.other_parties_notified.as_ref(),
        },
        TreatyBody::SuccessionNotified(body) => body.succeeded.as_ref(),
        _ => statement.date(),
    }
}
