//! What stands beside the status on a day and never replaces it: suspensions,
//! provisional application, declarations, territorial scope, a succession that reaches
//! back.
//!
//! Promises: days that follow from dates which are not known to the day have two ends, those
//! of every corner of every reading.
//! Leaves to others: each sort by itself (`suspension`, `provisional`, `declarations`).

use jiff::civil::Date;

use super::{
    Overlay, days::Days, declarations::declared, followed::Followed, provisional::provisional, record::Record,
    rivals::Act, suspension, tenure::Tenures,
};
use crate::domain::{SuccessionTo, TreatyBody, WorldDate};

/// What lies over the status on a day, as far as the consent stands that it belongs to: each
/// sort by the names of its acts.
pub fn on(record: &Record<'_, '_>, followed: &[Followed<'_, '_>], tenures: &Tenures, at: Date) -> Vec<Overlay> {
    with(applied(record, followed, Some(at)), record, followed, tenures, at)
}

/// The same without what is applied provisionally.
pub fn but_applied(
    record: &Record<'_, '_>,
    followed: &[Followed<'_, '_>],
    tenures: &Tenures,
    at: Date,
) -> Vec<Overlay> {
    with(std::iter::empty(), record, followed, tenures, at)
}

fn with(
    applied: impl Iterator<Item = Overlay>,
    record: &Record<'_, '_>,
    followed: &[Followed<'_, '_>],
    tenures: &Tenures,
    at: Date,
) -> Vec<Overlay> {
    let suspensions = record.beside.iter().filter_map(|act| suspension::suspension(record, tenures, act, at));
    let declared = record.beside.iter().filter_map(|act| declared(record, tenures, act, at));
    let succeeded = record.clocked.iter().filter_map(|act| succeeded(followed, tenures, act, at));
    suspensions.map(Overlay::SuspensionAsserted).chain(applied).chain(declared).chain(succeeded).collect()
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
/// succession, or that of the treaty's entry into force. What changes nothing binds from none.
fn succeeded(followed: &[Followed<'_, '_>], tenures: &Tenures, act: &Act<'_>, at: Date) -> Option<Overlay> {
    let TreatyBody::SuccessionNotified(body) = act.shown().body else { return None };
    body.succeeded.as_ref()?;
    let ends = tenures.end_of_opened_by(act).filter(|ends| !ends.have_come(at))?;
    let memberships = followed.iter().flat_map(|followed| &followed.corners).flat_map(|course| &course.memberships);
    let opened = memberships.filter(|membership| act.is_stated_by(&membership.opened.reference));
    let binds = opened.map(|it| it.in_force.map_or(it.deposited, |in_force| in_force.max(it.deposited)));
    let notified = body.received_by_depositary.as_ref();
    let before = notified.and_then(WorldDate::earliest)?;
    let succeeded = binds.filter(|day| *day < before).map(Days::on).reduce(Days::around)?;
    let tells = body.succeeds_to == SuccessionTo::Consent && succeeded.first <= at;
    tells.then(|| Overlay::RetroactiveSuccession {
        event: act.shown().cited(),
        predecessor: body.predecessor.clone(),
        succeeded,
        notified: notified.cloned(),
        may_have_ended: ends.may_have_come(at),
    })
}
