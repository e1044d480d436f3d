//! What stands beside the status on a day and never replaces it: suspensions,
//! provisional application, declarations, territorial scope, a succession that reaches
//! back.
//!
//! Promises: days that follow from dates which are not known to the day have two ends, those
//! of every corner of every reading.
//! Leaves to others: each sort by itself (`suspension`, `provisional`, `declarations`).

use jiff::civil::Date;

use super::{
    Overlay,
    days::Days,
    declarations::declared,
    followed::Followed,
    provisional::{consented, provisional},
    record::Record,
    rivals::Act,
    suspension,
};
use crate::domain::{SuccessionTo, TreatyBody, WorldDate};

/// What lies over the status on a day: each sort by the names of its acts.
pub fn on(record: &Record<'_, '_>, followed: &[Followed<'_, '_>], at: Date) -> Vec<Overlay> {
    let suspensions = record.beside.iter().filter_map(|act| suspension::suspension(record, act, at));
    let provisional = applied(record, followed, Some(at));
    let declared = record.beside.iter().filter_map(|act| declared(record, act, at));
    let succeeded = record.clocked.iter().filter_map(|act| succeeded(followed, act, at));
    suspensions.map(Overlay::SuspensionAsserted).chain(provisional).chain(declared).chain(succeeded).collect()
}

/// What is applied provisionally on a day, or on any.
pub fn applied<'q>(
    record: &'q Record<'_, '_>,
    followed: &'q [Followed<'_, '_>],
    at: Option<Date>,
) -> impl Iterator<Item = Overlay> + use<'q> {
    let acts = record.clocked.iter().chain(&record.beside);
    acts.filter_map(move |act| provisional(record, followed, act, at))
}

/// Whether a date can have come by a day.
pub fn may_have_come(date: Option<&WorldDate>, by: Date) -> bool {
    date.and_then(WorldDate::earliest).is_none_or(|earliest| earliest <= by)
}

/// A succession to consent that was notified after the day from which it binds: that of the
/// succession, or that of the treaty's entry into force.
fn succeeded(followed: &[Followed<'_, '_>], act: &Act<'_>, at: Date) -> Option<Overlay> {
    let TreatyBody::SuccessionNotified(body) = act.shown().body else { return None };
    body.succeeded.as_ref()?;
    let binds = followed.iter().flat_map(|followed| &followed.corners).filter_map(|course| {
        let day = consented(course, act)?;
        let in_force = course.memberships.iter().filter(|found| found.deposited == day).filter_map(|it| it.in_force);
        Some(in_force.max().map_or(day, |in_force| in_force.max(day)))
    });
    let notified = body.received_by_depositary.as_ref();
    let before = notified.and_then(WorldDate::earliest)?;
    let succeeded = binds.filter(|day| *day < before).map(Days::on).reduce(Days::around)?;
    let tells = body.succeeds_to == SuccessionTo::Consent && succeeded.first <= at;
    tells.then(|| Overlay::RetroactiveSuccession {
        event: act.shown().cited(),
        predecessor: body.predecessor.clone(),
        succeeded,
        notified: notified.cloned(),
    })
}
