//! Findings on what stands beside the status: suspensions, declarations, objections,
//! successions, notifications of the depositary, its tables.

use jiff::{ToSpan, civil::Date};

use super::{is_bound_on, remark};
use crate::{
    domain::{
        DeclarationMade, DeclarationType, LegalRemark, ObjectionLodged, Permission, SuccessionNotified,
        SuspensionNotified, TreatyBody, WorldDate,
    },
    treaties::{
        TreatyStatus, course::Course, objections, record::Record, rivals::Act, statements::Statement, suspension,
    },
};

/// Days after which a notification of the depositary is missed.
const PERIOD_FOR_NOTIFICATION: i32 = 30;

/// Remarks on everything beside the status.
pub fn remark_on(record: &Record<'_, '_>, course: &mut Course) {
    for act in record.clocked.iter().chain(&record.beside) {
        let statement = act.shown();
        match statement.body {
            TreatyBody::SuspensionNotified(body) => on_suspension(record, course, statement, body),
            TreatyBody::DeclarationMade(body) => on_declaration(record, course, statement, body),
            TreatyBody::ObjectionLodged(body) => on_objection(course, statement, body),
            TreatyBody::SuccessionNotified(body) => on_succession(record, course, statement, body),
            _ => {}
        }
        on_silence(record, course, act);
        on_late_objections(record, course, act);
    }
    on_references(record, course);
    on_tables(record, course);
}

/// Who suspends was bound on that day, under a treaty that provides for it.
fn on_suspension(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>, body: &SuspensionNotified) {
    if record.clauses().is_some_and(|clauses| clauses.suspension == Some(Permission::Prohibited)) {
        let message = "the treaty does not provide for the suspension of its operation";
        remark(course, LegalRemark::SuspensionNotProvided, statement, "VCLT 42(2)", message);
    }
    let Some(day) = suspension::since(body).and_then(|since| since.latest()) else { return };
    if !is_bound_on(course, day) {
        let message = format!("the treaty was not in force for the participant on {day}");
        remark(course, LegalRemark::SuspensionWithoutMembership, statement, "", message);
    }
}

fn on_declaration(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>, body: &DeclarationMade) {
    if body.changes.is_some() {
        return;
    }
    let day = body.made.as_ref().and_then(WorldDate::latest);
    if day.is_some_and(|day| is_outside(course, day)) {
        let message = "the participant had neither signed nor consented then";
        remark(course, LegalRemark::DeclarationByOutsider, statement, "", message);
    }
    match body.declaration_type {
        DeclarationType::Reservation => on_reservation(record, course, statement, body),
        DeclarationType::ProvisionalApplication => on_provisional(record, course, statement, body),
        DeclarationType::Interpretative
        | DeclarationType::TerritorialScope
        | DeclarationType::IntentionNotToBecomeParty
        | DeclarationType::Completion
        | DeclarationType::Other => {}
    }
}

fn on_reservation(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>, body: &DeclarationMade) {
    if record.clauses().is_some_and(|clauses| clauses.reservations == Some(Permission::Prohibited)) {
        let message = "the treaty permits no reservations; the declaration is on record all the same";
        remark(course, LegalRemark::ImpermissibleReservation, statement, "VCLT 19", message);
    }
    let Some(made) = body.made.as_ref().and_then(WorldDate::latest) else { return };
    let consented = course.memberships.iter().map(|membership| membership.deposited).find(|day| made < *day);
    let Some(consented) = consented.filter(|_| is_signatory_on(course, made)) else { return };
    let confirms = |act: &&&Act<'_>| match act.shown().body {
        TreatyBody::DeclarationMade(other) => {
            let later = other.made.as_ref().and_then(WorldDate::latest).is_some_and(|day| day >= consented);
            later && other.declaration_type == DeclarationType::Reservation
        }
        _ => false,
    };
    if record.beside.iter().find(confirms).is_none() {
        let message = format!("made when signing, and not confirmed with the consent of {consented}");
        remark(course, LegalRemark::ReservationNotConfirmed, statement, "VCLT 23(2)", message);
    }
}

fn on_provisional(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>, body: &DeclarationMade) {
    let clause = record.clauses().and_then(|clauses| clauses.provisional_application.as_ref());
    let article = clause.map(|clause| clause.article.clone()).unwrap_or_default();
    if clause.is_none_or(|clause| clause.permission == Permission::Prohibited) {
        let message = "the clauses do not provide for provisional application";
        return remark(course, LegalRemark::ProvisionalApplicationNotProvided, statement, &article, message);
    }
    let made = body.made.as_ref().and_then(WorldDate::latest);
    let with = course.memberships.iter().any(|membership| made.is_some_and(|made| membership.deposited == made));
    if !with {
        let message = "it can be declared together with an instrument of consent, and none of that day is held";
        remark(course, LegalRemark::ProvisionalWithoutInstrument, statement, &article, message);
    }
}

/// Who objects takes part.
fn on_objection(course: &mut Course, statement: &Statement<'_>, body: &ObjectionLodged) {
    if body.lodged.as_ref().and_then(WorldDate::latest).is_some_and(|day| is_outside(course, day)) {
        let message = "who objects had neither signed nor consented then";
        remark(course, LegalRemark::ObjectionByOutsider, statement, "", message);
    }
}

/// Objections to the act that came when the time for them was over, however it is counted.
fn on_late_objections(record: &Record<'_, '_>, course: &mut Course, act: &Act<'_>) {
    let windows = objections::windows(record, act);
    let article = objections::article(record);
    for reaction in record.reactions.iter().map(|reaction| reaction.shown()) {
        let TreatyBody::ObjectionLodged(body) = reaction.body else { continue };
        if !act.is_stated_by(&body.objects_to) {
            continue;
        }
        if let Some(end) = objections::end_that_was_missed(&windows, body.lodged.as_ref()) {
            let message = format!("the time for objections ended on {end}");
            remark(course, LegalRemark::ObjectionLate, reaction, &article, message);
        }
    }
}

fn on_succession(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>, body: &SuccessionNotified) {
    let Some(day) = body.succeeded.as_ref().and_then(WorldDate::latest) else { return };
    let eve = day.yesterday().unwrap_or(day);
    let spans = record.predecessors.get(&body.predecessor);
    let takes_part = |status: TreatyStatus| status != TreatyStatus::NonParticipant && status.ended().is_none();
    let took_part = spans.is_some_and(|spans| spans.iter().any(|span| span.holds_on(eve) && takes_part(span.status)));
    if !took_part {
        let message = format!("this ledger does not hold that {} took part in the treaty on {eve}", body.predecessor);
        remark(course, LegalRemark::PredecessorNotBound, statement, "", message);
    }
}

/// An act of which the depositary informs, thirty days after, and no notification.
fn on_silence(record: &Record<'_, '_>, course: &mut Course, act: &Act<'_>) {
    let received = match act.shown().body {
        TreatyBody::WithdrawalNotified(body) => body.received_by_depositary.as_ref(),
        TreatyBody::SuspensionNotified(body) if body.circulated.is_none() => body.received_by_depositary.as_ref(),
        _ => return,
    };
    let Some(received) = received.and_then(WorldDate::latest) else { return };
    let due = received.checked_add(PERIOD_FOR_NOTIFICATION.days()).unwrap_or(received);
    let passed = record.known_on.is_some_and(|known| due < known);
    if passed && objections::notified(record, act).is_none() {
        let message =
            format!("no notification of the depositary is held, {PERIOD_FOR_NOTIFICATION} days after {received}");
        remark(course, LegalRemark::NotNotified, act.shown(), "VCLT 77(1)(e)", message);
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

fn is_signatory_on(course: &Course, day: Date) -> bool {
    course.spans.iter().any(|span| span.holds_on(day) && span.status == TreatyStatus::Signatory)
}
