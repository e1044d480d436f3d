//! What stands beside the status on a day and never replaces it: suspensions,
//! provisional application, declarations, territorial scope, a succession that reaches
//! back.
//!
//! Promises: days that follow from dates which are not known to the day have two ends, those
//! of every corner of every reading.

use jiff::civil::Date;

use super::{
    Declared, Overlay, StatusRule,
    course::{Course, Membership},
    dated,
    days::Days,
    followed::Followed,
    record::Record,
    rivals::Act,
    suspension,
};
use crate::domain::{
    CitedEvent, DeclarationChange, DeclarationMade, DeclarationType, Permission, SuccessionTo, TreatyBody, WorldDate,
};

/// What lies over the status on a day: each sort by the names of its acts.
pub fn on(record: &Record<'_, '_>, followed: &[Followed<'_, '_>], at: Date) -> Vec<Overlay> {
    let suspensions = record.beside.iter().filter_map(|act| suspension::suspension(record, act, at));
    let provisional =
        record.clocked.iter().chain(&record.beside).filter_map(|act| provisional(record, followed, act, at));
    let declared = record.beside.iter().filter_map(|act| declared(record, act, at));
    let succeeded = record.clocked.iter().filter_map(|act| succeeded(followed, act, at));
    suspensions.map(Overlay::SuspensionAsserted).chain(provisional).chain(declared).chain(succeeded).collect()
}

/// Whether a date can have come by a day.
pub fn may_have_come(date: Option<&WorldDate>, by: Date) -> bool {
    date.and_then(WorldDate::earliest).is_none_or(|earliest| earliest <= by)
}

/// Provisional application (R12): declared with an instrument, until that is in force.
fn provisional(record: &Record<'_, '_>, followed: &[Followed<'_, '_>], act: &Act<'_>, at: Date) -> Option<Overlay> {
    let declared = match act.shown().body {
        TreatyBody::InstrumentDeposited(body) if body.provisional_application => None,
        TreatyBody::DeclarationMade(body) if declares_provisional(record, act, body, at) => {
            let date = body.effective.as_ref().or(body.made.as_ref());
            Some(dated::bounds(record.adopted, act.shown(), Some(date?)))
        }
        _ => return None,
    };
    let clause = record.clauses()?.provisional_application.as_ref()?;
    let applied: Vec<Option<Applied>> = followed.iter().map(|followed| applied(followed, act, declared)).collect();
    let lies = |applied: &&Applied| applied.since.first <= at && applied.until.is_none_or(|until| at < until.last);
    let surely = |applied: &Applied| applied.since.last <= at && applied.until.is_none_or(|until| at < until.first);
    let applies = clause.permission == Permission::Permitted && applied.iter().flatten().any(|it| lies(&it));
    let since = applied.iter().flatten().map(|applied| applied.since).reduce(Days::around).filter(|_| applies)?;
    Some(Overlay::ProvisionalApplication {
        event: act.shown().cited(),
        scope: clause.scope.clone(),
        article: clause.article.clone(),
        since,
        until: applied.iter().flatten().filter_map(|applied| applied.until).reduce(Days::around),
        certain: applied.iter().all(|applied| applied.as_ref().is_some_and(surely)),
    })
}

/// From when until when a treaty is applied provisionally in one reading.
struct Applied {
    since: Days,
    /// `None`: it is never in force.
    until: Option<Days>,
}

/// What a deposit, or a declaration on one of these days, leads to in a reading; `None`
/// where the deposit is no consent.
fn applied(followed: &Followed<'_, '_>, act: &Act<'_>, declared: Option<Days>) -> Option<Applied> {
    let ends = followed.corners.iter().flat_map(|course| {
        let begins: Vec<Date> = match declared {
            None => consented(course, act).into_iter().collect(),
            Some(days) => {
                // It is made with an instrument: on its day, where it can have been.
                let with = |membership: &&Membership| days.holds(membership.deposited);
                let with = course.memberships.iter().find(with).map(|membership| Days::on(membership.deposited));
                let Days { first, last } = with.unwrap_or(days);
                vec![first, last]
            }
        };
        begins.into_iter().map(|since| {
            let memberships = course.memberships.iter().filter(move |found| found.deposited <= since);
            (since, memberships.filter_map(Membership::ends_provisional).max())
        })
    });
    let ends: Vec<(Date, Option<Date>)> = ends.collect();
    let since = ends.iter().map(|(since, _)| Days::on(*since)).reduce(Days::around)?;
    let until = ends.iter().filter_map(|(_, until)| *until).map(Days::on).reduce(Days::around);
    Some(Applied { since, until })
}

/// The day of an act in a course that tells it.
fn consented(course: &Course, act: &Act<'_>) -> Option<Date> {
    let is_it = |event: &CitedEvent| act.is_stated_by(&event.reference);
    let told = course.steps.iter().find(|step| {
        matches!(step.rule, StatusRule::Consent | StatusRule::Succession | StatusRule::ActWithoutEffect)
            && step.event.as_ref().is_some_and(is_it)
    });
    told?.date
}

fn declares_provisional(record: &Record<'_, '_>, act: &Act<'_>, body: &DeclarationMade, at: Date) -> bool {
    body.declaration_type == DeclarationType::ProvisionalApplication && stands(record, act, body, at)
}

/// A declaration that stands on the day: made, neither withdrawn nor modified.
fn declared(record: &Record<'_, '_>, act: &Act<'_>, at: Date) -> Option<Overlay> {
    let TreatyBody::DeclarationMade(body) = act.shown().body else { return None };
    if body.declaration_type == DeclarationType::ProvisionalApplication || !stands(record, act, body, at) {
        return None;
    }
    let DeclarationMade { declaration_type, made, article, text, made_with: _, changes, territory, effective } =
        &**body;
    let declared = Declared {
        event: act.shown().cited(),
        declaration_type: *declaration_type,
        made: made.clone(),
        effective: effective.clone(),
        article: article.clone(),
        text: text.clone(),
        units: territory.as_ref().map(|territory| territory.units.clone()).unwrap_or_default(),
        effect: territory.as_ref().map(|territory| territory.effect),
        modifies: changes.as_ref().map(|changed| changed.declaration.clone()),
    };
    let scope = declared.declaration_type == DeclarationType::TerritorialScope;
    Some(if scope { Overlay::TerritorialScope(declared) } else { Overlay::Declaration(declared) })
}

fn stands(record: &Record<'_, '_>, act: &Act<'_>, body: &DeclarationMade, at: Date) -> bool {
    let withdraws = body.changes.as_ref().is_some_and(|changed| changed.change == DeclarationChange::Withdraws);
    let since = body.effective.as_ref().or(body.made.as_ref());
    !withdraws && may_have_come(since, at) && changed_on(&record.beside, act, at).is_none()
}

/// The change that an act had undergone by a day, if it was changed: the latest.
pub fn changed_on<'a>(among: &[&Act<'a>], act: &Act<'_>, at: Date) -> Option<&'a DeclarationMade> {
    let changes = among.iter().filter_map(|other| match other.shown().body {
        TreatyBody::DeclarationMade(body) => {
            let names = body.changes.as_ref().is_some_and(|changed| act.is_stated_by(&changed.declaration));
            let came = body.made.as_ref().and_then(WorldDate::latest).is_some_and(|made| made <= at);
            (names && came).then_some(&**body)
        }
        _ => None,
    });
    changes.max_by_key(|body| body.made.as_ref().and_then(WorldDate::latest))
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
