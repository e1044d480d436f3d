//! How long others may object to an act, and whether they did so in time.
//!
//! Promises: a time for objections is told for each day from which it can be counted;
//! which of them is right is disputed, and nothing here decides it. The last day of a
//! time is the last permitted day. Where a day from which it is counted is not known to the
//! day, neither is the last one: each lies between two ends.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    Span, course::holds_consent, dated, days::Days, months::add_months, record::Record, rivals::Act,
    statements::Statement,
};
use crate::domain::{DeclarationType, EventReference, ObjectionClause, TreatyBody, WorldDate, pinned};

pinned! {
    /// From which day a time for objections is counted.
    WindowStart {
        /// The depositary received the act.
        Notification = 1, "notification";
        /// The depositary informed the others (VCLT Art. 78(c)).
        Circulation = 2, "circulation";
    }
}

/// A time for objections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: WindowStart,
    pub begins: Days,
    /// Last permitted day.
    pub ends: Days,
}

impl Window {
    /// Whether an objection of that date came in time; `None` where its date or the end of
    /// the time leaves it open.
    pub fn is_met_by(&self, lodged: Option<&WorldDate>) -> Option<bool> {
        let (earliest, latest) = (lodged?.earliest(), lodged?.latest());
        if earliest.is_some_and(|earliest| earliest > self.ends.last) {
            return Some(false);
        }
        latest.filter(|latest| *latest <= self.ends.first).map(|_| true)
    }
}

/// The times for objections to an act; none where the clauses set none, or for acts
/// that nobody objects to.
pub fn windows(record: &Record<'_, '_>, act: &Act<'_>) -> Vec<Window> {
    let Some(clause) = record.clauses().and_then(|clauses| clauses.objection.as_ref()) else { return Vec::new() };
    let months = months(clause, act.shown().body);
    let starts =
        [(WindowStart::Notification, received_on(record, act)), (WindowStart::Circulation, informed_on(record, act))];
    let window = |(from, begins): (WindowStart, Option<Days>)| {
        let begins = begins.filter(|_| months > 0)?;
        Some(Window { from, begins, ends: begins.map(|day| add_months(day, months)) })
    };
    starts.into_iter().filter_map(window).collect()
}

/// The article that the times rest on.
pub fn article(record: &Record<'_, '_>) -> Box<str> {
    let clause = record.clauses().and_then(|clauses| clauses.objection.as_ref());
    clause.map(|clause| clause.article.clone()).unwrap_or_default()
}

/// An objection that came when all times for it were over, or may have.
#[derive(Clone, Copy, Debug)]
pub struct Missed {
    /// The last day of the latest time.
    pub end: Days,
    /// Whether it did, whatever the days are.
    pub surely: bool,
}

/// Whether an objection missed all times, or may have.
pub fn missed(windows: &[Window], lodged: Days) -> Option<Missed> {
    let end = windows.iter().map(|window| window.ends).reduce(Days::later)?;
    (end.first < lodged.last).then(|| Missed { end, surely: end.last < lodged.first })
}

/// Whether somebody had consented to be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consented {
    Yes,
    No,
    /// As a reading or a day has it.
    Open,
}

impl Consented {
    /// Before each of some days, as each of the readings has it; who has none had not.
    pub fn before(readings: &[Vec<Span>], days: Days) -> Self {
        let Days { first, last } = days.map(|day| day.yesterday().unwrap_or(day));
        let then = readings
            .iter()
            .flatten()
            .filter(|span| span.from.is_none_or(|from| from <= last) && span.to.is_none_or(|to| first < to));
        let held: BTreeSet<bool> = then.map(|span| holds_consent(span.status)).collect();
        match (held.contains(&true), held.contains(&false)) {
            (true, false) => Self::Yes,
            (true, true) => Self::Open,
            (false, _) => Self::No,
        }
    }
}

/// Whether an objection to a reservation came in time by one who stood in some way, where a
/// time says so much: who has not consented to be bound may object until it does (VCLT
/// Art. 20(5)).
pub fn until_consent(by_time: Option<bool>, readings: &[Vec<Span>], lodged: Option<&WorldDate>) -> Option<bool> {
    let lodged = lodged.filter(|_| by_time != Some(true));
    let Some(lodged) = lodged else { return by_time };
    let days = Days { first: lodged.earliest().unwrap_or(Date::MIN), last: lodged.latest().unwrap_or(Date::MAX) };
    match Consented::before(readings, days) {
        Consented::Yes => by_time,
        Consented::No => Some(true),
        Consented::Open => None,
    }
}

/// Whether a declaration is a reservation.
pub fn is_reservation(body: &TreatyBody) -> bool {
    matches!(body, TreatyBody::DeclarationMade(body) if body.declaration_type == DeclarationType::Reservation)
}

/// Whether an act revokes a notice of withdrawal.
pub fn revokes(revocation: &Act<'_>, notice: &Act<'_>) -> bool {
    revocation.followed.iter().any(|statement| match statement.body {
        TreatyBody::WithdrawalRevoked(body) => notice.is_stated_by(&body.withdrawal),
        _ => false,
    })
}

/// When the depositary informed the others of an act, as it is stated: by the act, else by the
/// first notification that covers it.
pub fn circulated(record: &Record<'_, '_>, act: &Act<'_>) -> Option<WorldDate> {
    let by_notification = || notified(record, act).min_by_key(|(_, date)| date.earliest()).map(|(_, date)| date);
    stated_circulation(act).or_else(by_notification).cloned()
}

/// Whether the depositary informed the others by a notification that covers an act.
pub fn is_notified(record: &Record<'_, '_>, act: &Act<'_>) -> bool {
    notified(record, act).next().is_some()
}

/// The days on one of which the depositary informed the others by a notification that covers
/// the act that a statement is of: who was informed twice was informed the first time.
pub fn notified_by(record: &Record<'_, '_>, statement: &EventReference) -> Option<Days> {
    let act = record.clocked.iter().find(|act| act.is_stated_by(statement))?;
    notified_on(record, act)
}

fn notified_on(record: &Record<'_, '_>, act: &Act<'_>) -> Option<Days> {
    let days = notified(record, act).map(|(statement, date)| stated_days(record, statement, date));
    days.reduce(Days::earlier)
}

/// The depositary's notifications that cover an act, with the day on which each went round.
fn notified<'s, 'a>(
    record: &'s Record<'_, 'a>,
    act: &'s Act<'_>,
) -> impl Iterator<Item = (&'s Statement<'a>, &'a WorldDate)> {
    record.notifications.iter().filter_map(|notification| {
        let TreatyBody::DepositaryNotificationIssued(body) = notification.shown().body else { return None };
        let covers = body.covers.iter().any(|covered| act.is_stated_by(covered));
        let date = body.circulated.as_ref().or(body.issued.as_ref()).filter(|_| covers)?;
        Some((notification.shown(), date))
    })
}

fn stated_circulation<'a>(act: &Act<'a>) -> Option<&'a WorldDate> {
    match act.shown().body {
        TreatyBody::SuspensionNotified(body) => body.circulated.as_ref(),
        _ => None,
    }
}

fn circulated_on(record: &Record<'_, '_>, act: &Act<'_>) -> Option<Days> {
    let stated = stated_circulation(act).map(|date| stated_days(record, act.shown(), date));
    stated.or_else(|| notified_on(record, act))
}

/// The days on one of which the depositary received an act: not after it informed the others.
pub fn received_on(record: &Record<'_, '_>, act: &Act<'_>) -> Option<Days> {
    let Days { first, last } = stated_days(record, act.shown(), received(act.shown().body)?);
    let informed = circulated_on(record, act).map(|days| days.last);
    Some(Days { first, last: informed.map_or(last, |informed| last.min(informed)).max(first) })
}

/// The days on one of which it informed the others: not before it received the act.
fn informed_on(record: &Record<'_, '_>, act: &Act<'_>) -> Option<Days> {
    let Days { first, last } = circulated_on(record, act)?;
    let received = received(act.shown().body).and_then(WorldDate::earliest);
    Some(Days { first: received.map_or(first, |received| first.max(received)).min(last), last })
}

fn stated_days(record: &Record<'_, '_>, statement: &Statement<'_>, date: &WorldDate) -> Days {
    dated::bounds(record.adopted, statement, Some(date))
}

/// Whether a notification covers an act of the participant.
pub fn is_about_own(record: &Record<'_, '_>, notification: &Act<'_>) -> bool {
    let TreatyBody::DepositaryNotificationIssued(body) = notification.shown().body else { return false };
    let own = || record.clocked.iter().chain(&record.beside);
    body.covers.iter().any(|covered| own().any(|act| act.is_stated_by(covered)))
}

fn months(clause: &ObjectionClause, body: &TreatyBody) -> u32 {
    match body {
        TreatyBody::SuspensionNotified(_) | TreatyBody::WithdrawalNotified(_) => clause.claim_months,
        TreatyBody::DeclarationMade(body) if body.declaration_type == DeclarationType::Reservation => {
            clause.reservation_months
        }
        _ => 0,
    }
}

fn received(body: &TreatyBody) -> Option<&WorldDate> {
    match body {
        TreatyBody::SuspensionNotified(body) => body.received_by_depositary.as_ref(),
        TreatyBody::WithdrawalNotified(body) => body.received_by_depositary.as_ref(),
        TreatyBody::DeclarationMade(body) => body.made.as_ref(),
        _ => None,
    }
}
