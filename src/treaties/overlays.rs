//! What stands beside the status on a day and never replaces it: suspensions,
//! provisional application, declarations, territorial scope, a succession that reaches
//! back.

use jiff::civil::Date;

use super::{
    Declared, Overlay,
    course::{Course, Membership},
    record::Record,
    rivals::Act,
    suspension,
};
use crate::domain::{
    DeclarationChange, DeclarationMade, DeclarationType, Permission, SuccessionTo, TreatyBody, WorldDate,
};

/// What lies over the status on a day: each sort by the names of its acts.
pub fn on(record: &Record<'_, '_>, courses: &[&Course], at: Date) -> Vec<Overlay> {
    let suspensions = record.beside.iter().filter_map(|act| suspension::suspension(record, act, at));
    let provisional =
        record.clocked.iter().chain(&record.beside).filter_map(|act| provisional(record, courses, act, at));
    let declared = record.beside.iter().filter_map(|act| declared(record, act, at));
    let succeeded = record.clocked.iter().filter_map(|act| succeeded(courses, act, at));
    suspensions.map(Overlay::SuspensionAsserted).chain(provisional).chain(declared).chain(succeeded).collect()
}

/// Whether a date can have come by a day.
pub fn may_have_come(date: Option<&WorldDate>, by: Date) -> bool {
    date.and_then(WorldDate::earliest).is_none_or(|earliest| earliest <= by)
}

/// Provisional application (R12): declared with an instrument, until that is in force.
fn provisional(record: &Record<'_, '_>, courses: &[&Course], act: &Act<'_>, at: Date) -> Option<Overlay> {
    let since = match act.shown().body {
        TreatyBody::InstrumentDeposited(body) if body.provisional_application => body.deposited.as_ref()?.latest()?,
        TreatyBody::DeclarationMade(body) if declares_provisional(record, act, body, at) => {
            body.effective.as_ref().or(body.made.as_ref())?.latest()?
        }
        _ => return None,
    };
    let clause = record.clauses()?.provisional_application.as_ref()?;
    let memberships = courses.iter().flat_map(|course| &course.memberships);
    let until = memberships.filter(|found| found.deposited <= since).filter_map(Membership::ends_provisional).max();
    let applies = clause.permission == Permission::Permitted && since <= at && until.is_none_or(|until| at < until);
    applies.then(|| Overlay::ProvisionalApplication {
        event: act.shown().cited(),
        scope: clause.scope.clone(),
        article: clause.article.clone(),
        since,
        until,
    })
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
fn succeeded(courses: &[&Course], act: &Act<'_>, at: Date) -> Option<Overlay> {
    let TreatyBody::SuccessionNotified(body) = act.shown().body else { return None };
    let day = body.succeeded.as_ref()?.latest()?;
    let memberships = courses.iter().flat_map(|course| &course.memberships);
    let in_force = memberships.filter(|found| found.deposited == day).filter_map(|found| found.in_force).max();
    let succeeded = in_force.map_or(day, |in_force| in_force.max(day));
    let notified = body.received_by_depositary.as_ref();
    let reaches_back = notified.and_then(WorldDate::earliest).is_some_and(|notified| succeeded < notified);
    let tells = body.succeeds_to == SuccessionTo::Consent && reaches_back && succeeded <= at;
    tells.then(|| Overlay::RetroactiveSuccession {
        event: act.shown().cited(),
        predecessor: body.predecessor.clone(),
        succeeded,
        notified: notified.cloned(),
    })
}
