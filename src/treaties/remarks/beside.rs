//! Findings on what stands beside the status: suspensions, declarations, objections,
//! successions, notifications of the depositary, its tables.

use jiff::{ToSpan, civil::Date};

use super::{Only, instruments, is_bound_on, open, remark, remark_if};
use crate::{
    domain::{
        DeclarationMade, DeclarationType, EventReference, LegalRemark, ObjectionLodged, Permission, SuccessionNotified,
        SuccessionTo, SuspensionNotified, TreatyBody,
    },
    treaties::{
        OpenChange, TreatyStatus,
        course::{Course, holds_consent},
        dated,
        days::Days,
        declarations::{changed_on, withdraws},
        objections, provisional,
        record::Record,
        rivals::Act,
        statements::Statement,
        suspension,
    },
};

/// Days after which a notification of the depositary is missed.
const PERIOD_FOR_NOTIFICATION: i32 = 30;

/// Remarks on everything beside the status.
pub fn remark_on(record: &Record<'_, '_>, course: &mut Course) {
    for act in record.clocked.iter().chain(&record.beside) {
        let statement = act.shown();
        match statement.body {
            TreatyBody::SuspensionNotified(body) => on_suspension(record, course, act, body),
            TreatyBody::DeclarationMade(body) => on_declaration(record, course, act, body),
            TreatyBody::ObjectionLodged(body) => on_objection(record, course, act, body),
            TreatyBody::SuccessionNotified(body) => on_succession(record, course, statement, body),
            _ => {}
        }
        on_silence(record, course, act);
    }
    on_references(record, course);
    on_tables(record, course);
}

/// Who suspends was bound on that day, under a treaty that provides for it.
fn on_suspension(record: &Record<'_, '_>, course: &mut Course, act: &Act<'_>, body: &SuspensionNotified) {
    let statement = act.shown();
    if record.clauses().is_some_and(|clauses| clauses.suspension == Some(Permission::Prohibited)) {
        let message = "the treaty does not provide for the suspension of its operation";
        remark(course, LegalRemark::SuspensionNotProvided, statement, "VCLT 42(2)", message);
    }
    let Some(days) = suspension::begins(record, act, body) else { return };
    let parts = open::where_it_stands(course, days, |day| !is_bound_on(course, day));
    if let Some(found) = open::around(&parts) {
        let message = format!("the treaty was not in force for the participant {found}");
        let only = open::assumed("suspension", &parts);
        remark_if(course, only, LegalRemark::SuspensionWithoutMembership, statement, "", message);
    }
}

fn on_declaration(record: &Record<'_, '_>, course: &mut Course, act: &Act<'_>, body: &DeclarationMade) {
    if body.changes.is_some() {
        return;
    }
    let statement = act.shown();
    let made = body.made.as_ref().map(|made| dated::bounds(record.adopted, statement, Some(made)));
    let message = "the participant had neither signed nor consented then";
    on_outsider(course, LegalRemark::DeclarationByOutsider, act, made, message);
    match body.declaration_type {
        DeclarationType::Reservation => on_reservation(record, course, act, made),
        DeclarationType::ProvisionalApplication => {
            on_provisional(record, course, statement, (body.made_with.as_ref(), made))
        }
        DeclarationType::Interpretative
        | DeclarationType::TerritorialScope
        | DeclarationType::IntentionNotToBecomeParty
        | DeclarationType::Completion
        | DeclarationType::Other => {}
    }
}

/// Who acts takes part.
fn on_outsider(course: &mut Course, code: LegalRemark, act: &Act<'_>, days: Option<Days>, message: &str) {
    let Some(days) = days else { return };
    let parts = open::where_it_stands(course, days, |day| is_outside(course, day));
    if !parts.is_empty() {
        let only = open::assumed(&open::named(act), &parts);
        remark_if(course, only, code, act.shown(), "", message);
    }
}

fn on_reservation(record: &Record<'_, '_>, course: &mut Course, act: &Act<'_>, made: Option<Days>) {
    let statement = act.shown();
    if record.clauses().is_some_and(|clauses| clauses.reservations == Some(Permission::Prohibited)) {
        let message = "the treaty permits no reservations; the declaration is on record all the same";
        remark(course, LegalRemark::ImpermissibleReservation, statement, "VCLT 19", message);
    }
    let Some(made) = made else { return };
    let consented = |day: Date| {
        let deposits = course.memberships.iter().map(|membership| membership.deposited);
        deposits.filter(|deposited| day < *deposited).min()
    };
    let stood = |day: Date| course.is_signatory_on(day) && consented(day).is_some();
    let parts = open::where_it_stands(course, made, stood);
    let Some(consented) = parts.first().and_then(|part| consented(part.days.first)) else { return };
    // What was withdrawn by then has nothing to be confirmed.
    let changes = changed_on(record, &record.beside, act, consented);
    if changes.withdrawn().is_some() {
        return;
    }
    let others = record.beside.iter().filter(|other| !std::ptr::eq(**other, act));
    let confirming = others.filter_map(|other| match other.shown().body {
        TreatyBody::DeclarationMade(body)
            if body.declaration_type == DeclarationType::Reservation && !withdraws(body) =>
        {
            let days = dated::bounds(record.adopted, other.shown(), Some(body.made.as_ref()?));
            (consented <= days.last).then(|| (other.shown(), days))
        }
        _ => None,
    });
    let confirming: Vec<_> = confirming.collect();
    if confirming.iter().any(|(_, days)| consented <= days.first) {
        return;
    }
    let before = confirming.iter().map(|(other, _)| {
        let index = other.recorded.position.index;
        format!("the reservation of entry {index} made before {consented}")
    });
    let may_be = changes.may_be.iter().filter(|_| changes.may_be_withdrawn().is_some()).map(OpenChange::not_come);
    let words: Vec<Box<str>> = before.map(Into::into).chain(may_be).collect();
    let only = Only { words: words.join("; ").into(), ..open::assumed(&open::named(act), &parts) };
    let message = format!("made when signing, and not confirmed with the consent of {consented}");
    remark_if(course, only, LegalRemark::ReservationNotConfirmed, statement, "VCLT 23(2)", message);
}

/// It is made with an instrument of consent: the one that it names, else one of its day.
fn on_provisional(
    record: &Record<'_, '_>,
    course: &mut Course,
    statement: &Statement<'_>,
    (with, made): (Option<&EventReference>, Option<Days>),
) {
    let Some(article) = instruments::on_provisional(record, course, statement) else { return };
    if provisional::instrument(record, with).is_some() {
        return;
    }
    let message = "it can be declared together with an instrument of consent, and none of that day is held";
    // Where both may be of one day, they are taken to be.
    let deposits = course.memberships.iter().map(|membership| membership.deposited);
    let may_be = |made: Days| {
        deposits.clone().any(|day| made.holds(day)) || !open::consents_of_open_days(record, made).is_empty()
    };
    if !made.map_or(!course.memberships.is_empty(), may_be) {
        remark(course, LegalRemark::ProvisionalWithoutInstrument, statement, article, message);
    }
}

fn on_objection(record: &Record<'_, '_>, course: &mut Course, act: &Act<'_>, body: &ObjectionLodged) {
    let lodged = body.lodged.as_ref().map(|lodged| dated::bounds(record.adopted, act.shown(), Some(lodged)));
    let message = "who objects had neither signed nor consented then";
    on_outsider(course, LegalRemark::ObjectionByOutsider, act, lodged, message);
}

fn on_succession(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>, body: &SuccessionNotified) {
    let Some(succeeded) = body.succeeded.as_ref() else { return };
    let days = dated::bounds(record.adopted, statement, Some(succeeded));
    let eve = |day: Date| day.yesterday().unwrap_or(day);
    let spans = record.predecessors.get(&body.predecessor).map(Vec::as_slice).unwrap_or_default();
    let takes_part = |status: TreatyStatus| status != TreatyStatus::NonParticipant && status.ended().is_none();
    let was = |day: Date, is: &dyn Fn(TreatyStatus) -> bool| {
        spans.iter().any(|span| span.holds_on(eve(day)) && is(span.status))
    };
    // Nobody succeeds to a consent that was never given.
    let had = |day: Date| match body.succeeds_to {
        SuccessionTo::Consent => was(day, &holds_consent),
        SuccessionTo::Signature => was(day, &takes_part),
    };
    let changes = spans.iter().filter_map(|span| span.from?.tomorrow().ok());
    let parts = open::where_it_holds(days, changes, |day| !had(day));
    if let Some(found) = open::around(&parts) {
        let signed = parts.iter().any(|part| was(part.days.first, &takes_part));
        let what = if signed { "had consented to be bound by the treaty" } else { "took part in the treaty" };
        let eve = found.map(eve);
        let message = format!("this ledger does not hold that {} {what} {eve}", body.predecessor);
        let only = open::assumed("succession of States", &parts);
        remark_if(course, only, LegalRemark::PredecessorNotBound, statement, "", message);
    }
}

/// An act of which the depositary informs, thirty days after, and no notification.
fn on_silence(record: &Record<'_, '_>, course: &mut Course, act: &Act<'_>) {
    let received = match act.shown().body {
        TreatyBody::WithdrawalNotified(body) => body.received_by_depositary.as_ref(),
        TreatyBody::SuspensionNotified(body) if body.circulated.is_none() => body.received_by_depositary.as_ref(),
        _ => return,
    };
    let Some((received, known)) = received.zip(record.known_on) else { return };
    let received = dated::bounds(record.adopted, act.shown(), Some(received));
    let passed = |day: Date| day.checked_add(PERIOD_FOR_NOTIFICATION.days()).is_ok_and(|due| due < known);
    let parts = open::where_it_holds(received, known.checked_sub(PERIOD_FOR_NOTIFICATION.days()), passed);
    if let Some(received) = open::around(&parts).filter(|_| !objections::is_notified(record, act)) {
        let received = received.named();
        let message =
            format!("no notification of the depositary is held, {PERIOD_FOR_NOTIFICATION} days after {received}");
        let only = open::assumed(&open::named(act), &parts);
        remark_if(course, only, LegalRemark::NotNotified, act.shown(), "VCLT 77(1)(e)", message);
    }
}

/// One reference, one notification.
fn on_references(record: &Record<'_, '_>, course: &mut Course) {
    let named = |act: &Act<'_>| match act.shown().body {
        TreatyBody::DepositaryNotificationIssued(body) if !body.reference.is_empty() => Some(body.reference.clone()),
        _ => None,
    };
    let own = |act: &&&Act<'_>| objections::is_about_own(record, act);
    for act in record.notifications.iter().filter(own) {
        let Some(reference) = named(act) else { continue };
        let same = record.notifications.iter().filter(|other| named(other).as_deref() == Some(&reference)).count();
        if same > 1 {
            let message = format!("another notification has the reference {reference}, too");
            remark(course, LegalRemark::NotificationReferenceReused, act.shown(), "", message);
        }
    }
}

/// A table that shows the participant between brackets says that it has withdrawn.
fn on_tables(record: &Record<'_, '_>, course: &mut Course) {
    if course.memberships.iter().any(|membership| membership.leave.is_some()) {
        return;
    }
    for act in &record.tables {
        let TreatyBody::ParticipationTableStated(table) = act.shown().body else { continue };
        let row = table.rows.iter().find(|row| row.participant == *record.participant);
        if row.is_some_and(|row| row.withdrawn) {
            let message = "the depositary's table shows the name between brackets, and this ledger holds no notice";
            remark(course, LegalRemark::WithdrawnInTableOnly, act.shown(), "", message);
        }
    }
}

fn is_outside(course: &Course, day: Date) -> bool {
    course.spans.iter().any(|span| span.holds_on(day) && span.status == TreatyStatus::NonParticipant)
}
