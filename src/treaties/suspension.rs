//! A suspension that a participant asserts: read, dated, set beside what others say to
//! it; never a status by itself (VCLT Art. 42(2)).
//!
//! Leaves to others: how long others may object (the dates of receipt and circulation
//! are given), the end of a suspension, for which the ledger has no kind yet.

use jiff::civil::Date;

use super::{Overlay, Reaction, Stance, SuspensionAsserted, course::Course, record::Record, rivals::Act};
use crate::domain::{Permission, Subject, SuspensionNotified, TreatyBody, WorldDate};

/// What lies over the status on a day, by date.
pub fn overlays(record: &Record<'_, '_>, courses: &[Course], at: Date) -> Vec<Overlay> {
    let suspensions = record.beside.iter().filter_map(|act| suspension(record, act, at));
    let provisional = record.clocked.iter().filter_map(|act| provisional(record, courses, act, at));
    suspensions.map(Overlay::SuspensionAsserted).chain(provisional).collect()
}

/// From which day a suspension is claimed.
pub fn since(body: &SuspensionNotified) -> Option<&WorldDate> {
    let SuspensionNotified { received_by_depositary, circulated, claimed_from, .. } = body;
    claimed_from.as_ref().or(received_by_depositary.as_ref()).or(circulated.as_ref())
}

/// Whether a date can have come by a day.
pub fn may_have_come(date: Option<&WorldDate>, by: Date) -> bool {
    date.and_then(WorldDate::earliest).is_none_or(|earliest| earliest <= by)
}

fn suspension(record: &Record<'_, '_>, act: &Act<'_>, at: Date) -> Option<SuspensionAsserted> {
    let TreatyBody::SuspensionNotified(body) = act.shown().body else { return None };
    let since = since(body);
    may_have_come(since, at).then(|| SuspensionAsserted {
        event: act.shown().cited(),
        by: record.participant.clone(),
        since: since.cloned(),
        received_by_depositary: body.received_by_depositary.clone(),
        circulated: body.circulated.clone(),
        claimed_until: body.claimed_until.clone(),
        grounds: body.grounds.clone(),
        provisions: body.provisions.clone(),
        reactions: reactions(record, act, at),
    })
}

/// Objections and decisions on an act that can have come by a day, by date.
fn reactions(record: &Record<'_, '_>, to: &Act<'_>, at: Date) -> Vec<Reaction> {
    let reactions = record.reactions.iter().filter_map(|act| reaction(act, to));
    let mut reactions: Vec<Reaction> = reactions.filter(|found| may_have_come(found.date.as_ref(), at)).collect();
    let day = |date: &Option<WorldDate>| date.as_ref().and_then(|date| date.latest().or(date.earliest()));
    reactions.sort_by_cached_key(|found| (day(&found.date), found.by.clone(), found.event.reference.clone()));
    reactions
}

fn reaction(act: &Act<'_>, to: &Act<'_>) -> Option<Reaction> {
    let statement = act.shown();
    let (by, stance, text) = match (statement.body, act.subject()) {
        (TreatyBody::ObjectionLodged(body), Subject::Participation(_, participant))
            if to.is_stated_by(&body.objects_to) =>
        {
            (participant.as_str().into(), Stance::Objects, body.grounds.clone())
        }
        (TreatyBody::TreatyBodyDecided(body), _)
            if body.concerning.iter().any(|concerning| to.is_stated_by(concerning)) =>
        {
            (body.body.clone(), Stance::Body(body.stance?), body.text.clone())
        }
        _ => return None,
    };
    Some(Reaction { event: statement.cited(), by, stance, date: statement.date().cloned(), text })
}

/// Provisional application: declared with an instrument, until that is in force.
fn provisional(record: &Record<'_, '_>, courses: &[Course], act: &Act<'_>, at: Date) -> Option<Overlay> {
    let TreatyBody::InstrumentDeposited(body) = act.shown().body else { return None };
    let clause = record.clauses()?.provisional_application.as_ref()?;
    let since = body.deposited.as_ref()?.latest()?;
    let memberships = courses.iter().flat_map(|course| &course.memberships);
    let until = memberships.filter(|found| found.deposited <= since).filter_map(|found| found.in_force).max();
    let applies = body.provisional_application
        && clause.permission == Permission::Permitted
        && since <= at
        && until.is_none_or(|until| at < until);
    applies.then(|| Overlay::ProvisionalApplication {
        event: act.shown().cited(),
        scope: clause.scope.clone(),
        article: clause.article.clone(),
        since,
        until,
    })
}
