//! Legal findings: what the rules remark on an act. They block nothing.

mod beside;
mod doubts;
mod instruments;
mod late;
mod open;

use jiff::civil::Date;

use super::{
    course::{Course, Membership},
    dated::{self, Starts},
    days::Days,
    in_force,
    months::{add_months, counted},
    record::Record,
    statements::Statement,
};
use crate::domain::{
    AccessionBy, Addressee, ConsentMode, EffectStated, LegalFinding, LegalRemark, Reasons, TreatyBody, TreatyEffect,
    WithdrawalClause, WithdrawalNotified, WorldDate,
};

pub use open::{Found, Only};

/// Adds a finding on a statement.
pub fn remark(course: &mut Course, code: LegalRemark, on: &Statement<'_>, article: &str, message: impl Into<Box<str>>) {
    remark_if(course, "", code, on, article, message);
}

/// Adds a finding on a statement, with what has to be assumed for it besides the reading.
pub fn remark_if(
    course: &mut Course,
    only: impl Into<Only>,
    code: LegalRemark,
    on: &Statement<'_>,
    article: &str,
    message: impl Into<Box<str>>,
) {
    course.findings.push(found(only, code, on, article, message));
}

fn found(
    only: impl Into<Only>,
    code: LegalRemark,
    on: &Statement<'_>,
    article: &str,
    message: impl Into<Box<str>>,
) -> Found {
    let event = Some(on.cited());
    let finding = LegalFinding { code, event, article: article.into(), message: message.into() };
    Found { finding, only: only.into() }
}

/// Why an act that was notified has no effect.
pub fn why_without_effect(code: LegalRemark) -> &'static str {
    if code == LegalRemark::SecondOpenWithdrawal {
        "an earlier withdrawal is open already"
    } else {
        "the participant had not consented to be bound then, or was out already"
    }
}

/// Whether the treaty was open for signature.
pub fn on_signature(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>, day: Date) {
    on_adoption(record, course, statement);
    let Some(clause) = record.clauses().and_then(|clauses| clauses.signature.as_ref()) else { return };
    let early = clause.opens.is_some_and(|opens| day < opens.0);
    let late = clause.closes.is_some_and(|closes| closes.0 <= day);
    if early || late {
        let message = format!("the treaty was not open for signature on {day}");
        remark(course, LegalRemark::SignatureOutsideWindow, statement, &clause.article, message);
    }
}

/// Whether the mode of consent fits what was before.
pub fn on_mode(
    record: &Record<'_, '_>,
    course: &mut Course,
    statement: &Statement<'_>,
    day: Date,
    signed: Option<Date>,
) {
    let Some(mode) = in_force::mode_of(statement) else { return };
    if matches!(statement.body, TreatyBody::InstrumentDeposited(_)) {
        on_adoption(record, course, statement);
    }
    let signed_by_then = signed.is_some_and(|signed| signed <= day);
    let by = record.clauses().and_then(|clauses| clauses.accession_by);
    if mode == ConsentMode::Accession && by == Some(AccessionBy::NonSignatories) && signed_by_then {
        let message = "accession is for States that have not signed, and this one had";
        remark(course, LegalRemark::AccessionBySignatory, statement, &article_of(record, "VCLT 15"), message);
    }
    let opened = record.clauses().is_some_and(|clauses| clauses.signature.is_some());
    if opened && follows_signature(mode) && !signed_by_then {
        let message = format!("{mode} follows a signature, and this ledger holds none by {day}");
        remark(course, LegalRemark::DepositBeforeSignature, statement, &article_of(record, "VCLT 14"), message);
    }
}

/// The treaty's own article on consent, if the clauses name it.
fn article_of(record: &Record<'_, '_>, otherwise: &str) -> Box<str> {
    let clause = record.clauses().and_then(|clauses| clauses.consent.as_ref());
    clause.map(|clause| clause.article.clone()).filter(|article| !article.is_empty()).unwrap_or(otherwise.into())
}

/// Nobody signs or consents to what is not adopted yet.
fn on_adoption(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>) {
    let dated = statement.date().and_then(WorldDate::latest);
    let Some((dated, adopted)) = dated.zip(record.adopted).filter(|(dated, adopted)| dated < adopted) else { return };
    let message = format!("dated {dated}; the treaty was adopted on {adopted}");
    remark(course, LegalRemark::ActBeforeAdoption, statement, "VCLT 9", message);
}

/// What else is remarked on consent that opens a membership.
pub fn on_consent(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>, day: Date) {
    on_instrument(record, course, statement, day);
    if record.in_force_clause().is_none() {
        let message = "the treaty was registered without a clause on entry into force";
        remark(course, LegalRemark::ClauseMissing, statement, "", message);
    } else if course.treaty_in_force.is_none() {
        let message = "this ledger holds neither a statement nor enough deposits to tell when the treaty entered into \
                       force; the consent is computed as if it was by then";
        remark(course, LegalRemark::TreatyInForceUnknown, statement, "", message);
    }
}

/// What the instrument itself says.
fn on_instrument(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>, day: Date) {
    let TreatyBody::InstrumentDeposited(body) = statement.body else { return };
    if body.instrument_dated.as_ref().and_then(WorldDate::earliest).is_some_and(|dated| dated > day) {
        let message = format!("the instrument is dated after its deposit on {day}");
        remark(course, LegalRemark::InstrumentAfterDeposit, statement, "", message);
    }
    let named = record.clauses().map(|clauses| clauses.depositaries.as_slice()).unwrap_or_default();
    let is_named = |name: &str| named.iter().any(|other| other.eq_ignore_ascii_case(name));
    if !named.is_empty() && !body.depositary.is_empty() && !is_named(&body.depositary) {
        let message = format!("deposited with {}; the clauses name {}", body.depositary, named.join(", "));
        remark(course, LegalRemark::DepositaryNotNamed, statement, "VCLT 76", message);
    }
    if course.memberships.is_empty() {
        instruments::on_first(record, course, statement, day);
    }
}

fn follows_signature(mode: ConsentMode) -> bool {
    match mode {
        ConsentMode::Ratification | ConsentMode::Acceptance | ConsentMode::Approval => true,
        ConsentMode::Accession
        | ConsentMode::FormalConfirmation
        | ConsentMode::ConsentToBeBound
        | ConsentMode::DefinitiveSignature => false,
    }
}

/// Whether a notice of withdrawal is what the clauses ask for.
pub fn on_notice(
    record: &Record<'_, '_>,
    course: &mut Course,
    statement: &Statement<'_>,
    body: &WithdrawalNotified,
    began: Option<Date>,
) {
    let Some(clause) = record.withdrawal_clause() else { return };
    // Whoever else is to be told: a notice that runs from its receipt is told to the depositary.
    let starts = dated::notice_from(Some(clause));
    let from_receipt = starts == Starts::Receipt;
    let depositary = from_receipt && !clause.addressees.contains(&Addressee::Depositary);
    let addressees = depositary.then_some(&Addressee::Depositary).into_iter().chain(&clause.addressees);
    let untold = addressees.filter(|addressee| {
        let told = match addressee {
            Addressee::Depositary => &body.received_by_depositary,
            Addressee::OtherParties => &body.other_parties_notified,
            Addressee::SecurityCouncil => &body.security_council_notified,
        };
        told.is_none()
    });
    let untold: Vec<_> = untold.map(|addressee| addressee.name().replace('_', " ")).collect();
    if !untold.is_empty() {
        let message = format!("this ledger does not hold on which day it was notified to: {}", untold.join(", "));
        remark(course, LegalRemark::AddresseeMissing, statement, &clause.article, message);
    }
    if clause.reasons_required && body.reasons != Some(Reasons::Attached) {
        let message = match body.reasons {
            Some(Reasons::Absent) => "the clauses ask for reasons, and the notice came without",
            Some(Reasons::Attached) | None => "this ledger does not hold that the reasons came with the notice",
        };
        remark(course, LegalRemark::ReasonsMissing, statement, &clause.article, message);
    }
    on_later_effect(clause, course, statement, body, began);
    let received = match (began, starts) {
        (Some(day), Starts::Receipt | Starts::Addressees) => Some(Days::on(day)),
        _ => body.received_by_depositary.as_ref().map(|day| dated::bounds(record.adopted, statement, Some(day))),
    };
    on_early_notice(clause, course, statement, received);
}

/// Some treaties can be left only after some time.
fn on_early_notice(clause: &WithdrawalClause, course: &mut Course, statement: &Statement<'_>, received: Option<Days>) {
    let in_force = course.memberships.last().and_then(|membership: &Membership| membership.in_force);
    let Some((in_force, received)) = in_force.zip(received).filter(|_| clause.minimum_months > 0) else { return };
    let least = add_months(in_force, clause.minimum_months);
    let parts = open::where_it_holds(received, [least], |day| day < least);
    if !parts.is_empty() {
        let months = counted(clause.minimum_months, "month");
        let message = format!("a notice can be given from {least} on, {months} after entry into force");
        let only = open::assumed("withdrawal received", &parts);
        remark_if(course, only, LegalRemark::NoticeTooEarly, statement, &clause.article, message);
    }
}

fn on_later_effect(
    clause: &WithdrawalClause,
    course: &mut Course,
    statement: &Statement<'_>,
    body: &WithdrawalNotified,
    began: Option<Date>,
) {
    let Some(later) = body.later_effect else { return };
    if !clause.later_date_allowed {
        let message = format!("the notice names {later}, and the clauses know no later date");
        return remark(course, LegalRemark::LaterEffectWithoutBasis, statement, &clause.article, message);
    }
    let Some(began) = began else { return };
    let least = add_months(began, clause.notice_months);
    if later.0 < least {
        let message = format!("the notice names {later}, and ends on {least} at the earliest");
        remark(course, LegalRemark::LaterEffectTooEarly, statement, &clause.article, message);
    }
}

/// What is remarked when the course is known: on effects that are stated, on what stands
/// beside the status, and on what cannot quite be so.
pub fn on_course(record: &Record<'_, '_>, course: &mut Course) {
    on_effects(record, course);
    on_clamped_days(record, course);
    instruments::remark_on(record, course);
    beside::remark_on(record, course);
}

/// What is doubtful whichever way the record is read.
pub fn on_record(record: &Record<'_, '_>) -> Vec<Found> {
    let mut told = doubts::of(record);
    told.extend(late::of(record));
    told
}

/// A day at the end of a month that a shorter month moved: a place where practice might
/// differ.
fn on_clamped_days(record: &Record<'_, '_>, course: &mut Course) {
    let Some(clause) = record.withdrawal_clause() else { return };
    let leaves: Vec<_> = course.memberships.iter().filter_map(|membership| membership.leave.clone()).collect();
    for leave in leaves {
        let expiry = add_months(leave.began, clause.notice_months);
        if expiry == leave.expiry && expiry.day() != leave.began.day() {
            let months = counted(clause.notice_months, "month");
            let message = format!("{months} after {} has no such day: clamped to {expiry}", leave.began);
            let (code, event) = (LegalRemark::DayClamped, Some(leave.event));
            let finding = LegalFinding { code, event, article: clause.article.clone(), message: message.into() };
            course.findings.push(Found { finding, only: Only::default() });
        }
    }
}

/// How the participant stood on a day.
fn is_bound_on(course: &Course, day: Date) -> bool {
    course.spans.iter().any(|span| span.holds_on(day) && span.status.is_bound())
}

/// Compares the effects that are stated with those that the clauses give.
fn on_effects(record: &Record<'_, '_>, course: &mut Course) {
    let stated = record.clocked.iter().chain(&record.beside).flat_map(|act| act.followed.iter().chain(&act.others));
    for statement in stated {
        let TreatyBody::EffectStated(body) = statement.body else { continue };
        let Some(effective) = &body.effective else { continue };
        match statement.subject() {
            crate::domain::Subject::Treaty(_) => on_treaty_effect(record, course, statement, effective),
            _ => on_own_effect(course, statement, body, effective, record),
        }
    }
}

fn on_treaty_effect(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>, stated: &WorldDate) {
    let article = record.in_force_clause().map(|clause| clause.article.clone()).unwrap_or_default();
    let counted = record.counted.as_ref().map(|counted| counted.days());
    if let Some(counted) = counted.filter(|counted| !can_be_among(stated, *counted)) {
        let message = format!("stated is {stated}; the deposits in this ledger give {}", counted.named());
        remark(course, LegalRemark::StatedVsComputed, statement, &article, message);
    }
}

fn on_own_effect(
    course: &mut Course,
    statement: &Statement<'_>,
    body: &EffectStated,
    stated: &WorldDate,
    record: &Record<'_, '_>,
) {
    let (computed, article): (Vec<Date>, _) = match body.effect {
        TreatyEffect::EntryIntoForce => (
            course.memberships.iter().filter_map(|membership| membership.in_force).collect(),
            record.in_force_clause().map(|clause| clause.article.clone()),
        ),
        TreatyEffect::Withdrawal => (
            course.memberships.iter().filter_map(|membership| membership.leave.as_ref()?.effective).collect(),
            record.withdrawal_clause().map(|clause| clause.article.clone()),
        ),
    };
    let article = article.unwrap_or_default();
    let days = dated::bounds(record.adopted, statement, Some(stated));
    if computed.iter().any(|day| days.holds(*day)) {
        return;
    }
    let consented = course.memberships.iter().map(|membership| membership.deposited).min();
    let is_before = |day: Date| consented.is_none_or(|consented| day < consented);
    let before = open::where_it_holds(days, consented, is_before);
    let after = open::where_it_holds(days, consented, |day| !is_before(day));
    if !before.is_empty() {
        let message = format!("stated is {stated}; this ledger holds no consent before it");
        let only = open::assumed("the effect", &before);
        remark_if(course, only, LegalRemark::EffectBeforeConsent, statement, &article, message);
    }
    if after.is_empty() {
        return;
    }
    let runs = course.memberships.iter().any(|membership| membership.leave.is_some());
    let (code, message) = if body.effect == TreatyEffect::Withdrawal && !runs {
        let message =
            format!("the effect of a withdrawal on {stated} is stated; this ledger holds no notice that runs");
        (LegalRemark::WithdrawalEffectWithoutNotice, message)
    } else {
        let given = computed.last().map_or("no day yet".into(), ToString::to_string);
        (LegalRemark::StatedVsComputed, format!("stated is {stated}; the clauses give {given}"))
    };
    remark_if(course, open::assumed("the effect", &after), code, statement, &article, message);
}

/// Whether a date and some days have a day in common.
fn can_be_among(date: &WorldDate, days: Days) -> bool {
    date.earliest().is_none_or(|earliest| earliest <= days.last)
        && date.latest().is_none_or(|latest| days.first <= latest)
}
