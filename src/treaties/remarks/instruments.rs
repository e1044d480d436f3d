//! Findings on what an instrument of consent says besides: the protocols that it covers, and
//! that the treaty is to be applied provisionally.
//!
//! Promises: consent to protocols may be given in several acts; whatever was consented to up to
//! the day of the first instrument counts, however it was recorded.
//! Leaves to others: declarations of their own (`beside`).

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::remark;
use crate::{
    domain::{InstrumentDeposited, LegalRemark, Permission, Subject, TreatyBody, TreatyId},
    treaties::{course::Course, dated, months::counted, record::Record, rivals::Act, statements::Statement},
};

/// Remarks on every instrument under the treaty itself.
pub fn remark_on(record: &Record<'_, '_>, course: &mut Course) {
    for statement in record.clocked.iter().map(|act| act.shown()) {
        let TreatyBody::InstrumentDeposited(body) = statement.body else { continue };
        if record.is_under_parent(statement) {
            continue;
        }
        on_protocols(record, course, statement, body);
        if body.provisional_application {
            on_provisional(record, course, statement);
        }
    }
}

/// What is named as a protocol is registered as one of the treaty.
fn on_protocols(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>, body: &InstrumentDeposited) {
    let unknown: Vec<&TreatyId> = body.protocols.iter().filter(|id| !record.protocols.contains(id)).collect();
    if !unknown.is_empty() {
        let named: Vec<String> = unknown.into_iter().map(ToString::to_string).collect();
        let message = format!("this ledger does not hold as protocols of the treaty: {}", named.join(", "));
        remark(course, LegalRemark::ProtocolNotRegistered, statement, "", message);
    }
}

/// What is declared with the instrument is declared like what is declared by itself: the article
/// that provides for it, where one does.
pub fn on_provisional<'r>(
    record: &'r Record<'_, '_>,
    course: &mut Course,
    statement: &Statement<'_>,
) -> Option<&'r str> {
    let clause = record.clauses().and_then(|clauses| clauses.provisional_application.as_ref());
    let article = clause.map(|clause| &*clause.article);
    if clause.is_none_or(|clause| clause.permission == Permission::Prohibited) {
        let message = "the clauses do not provide for provisional application";
        let article = article.unwrap_or_default();
        remark(course, LegalRemark::ProvisionalApplicationNotProvided, statement, article, message);
        return None;
    }
    article
}

/// Whether so many protocols are consented to by the day of the first instrument as the clauses
/// ask for.
pub fn on_first(record: &Record<'_, '_>, course: &mut Course, statement: &Statement<'_>, day: Date) {
    let clause = record.clauses().and_then(|clauses| clauses.consent.as_ref());
    let Some(clause) = clause.filter(|_| !record.is_under_parent(statement)) else { return };
    let Ok(covered) = u32::try_from(consented_by(record, day).len()) else { return };
    let least = clause.minimum_protocols;
    if covered < least {
        let covered = counted(covered, "protocol");
        let message = format!("the first consent covers {covered}; the clauses ask for {least}");
        remark(course, LegalRemark::NeedsTwoProtocols, statement, &clause.article, message);
    }
}

/// The registered protocols that were consented to by a day, or may have been.
fn consented_by<'a>(record: &Record<'_, 'a>, day: Date) -> BTreeSet<&'a TreatyId> {
    let by_then = |act: &&&Act<'a>| {
        let statement = act.shown();
        dated::bounds(record.adopted, statement, statement.date()).first <= day
    };
    let own = record.clocked.iter().filter(by_then).flat_map(|act| match act.shown().body {
        TreatyBody::InstrumentDeposited(body) if !record.is_under_parent(act.shown()) => body.protocols.as_slice(),
        _ => &[],
    });
    let below = record.consents_below.iter().filter(by_then).filter_map(|act| match act.shown().subject() {
        Subject::Participation(treaty, _) => Some(treaty),
        _ => None,
    });
    own.filter(|id| record.protocols.contains(id)).chain(below).collect()
}
