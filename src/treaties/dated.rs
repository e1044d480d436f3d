//! The days that the date of a statement can mean.
//!
//! Promises: what was recorded as past had happened by the day of recording; nothing came
//! before the adoption that is not said to have.
//! Leaves to others: where these days have to be told apart (`breaks`), reading them
//! (`readings`).

use jiff::civil::Date;

use super::{days::Days, in_force, objections, record::Record, rivals::Act, statements::Statement};
use crate::domain::{Addressee, NoticeFrom, TreatyBody, WithdrawalClause, WithdrawalNotified, WorldDate};

/// The days that the date which counts can mean; `None` where none is stated that could
/// start a clock.
pub fn range(record: &Record<'_, '_>, statement: &Statement<'_>) -> Option<Days> {
    let bounds = |by: &Statement<'_>, date: Option<&WorldDate>| bounds(record.adopted, by, date);
    match statement.body {
        TreatyBody::WithdrawalNotified(body) => notified(record, statement, body),
        TreatyBody::EffectStated(_) => Some(bounds(statement, Some(statement.date()?))),
        // An instrument counts from an unknown day, too.
        TreatyBody::SuccessionNotified(body) => Some(bounds(statement, body.succeeded.as_ref())),
        _ => Some(bounds(statement, statement.date())),
    }
}

/// The days on one of which a notice of withdrawal began to run; without a day none runs.
fn notified(record: &Record<'_, '_>, statement: &Statement<'_>, body: &WithdrawalNotified) -> Option<Days> {
    let clause = record.withdrawal_clause();
    let stated = |date: &Option<WorldDate>| Some(bounds(record.adopted, statement, Some(date.as_ref()?)));
    match notice_from(clause) {
        Starts::Receipt => stated(&body.received_by_depositary),
        Starts::Addressees => {
            let addressees = clause.map(|clause| clause.addressees.as_slice()).unwrap_or_default();
            let told = addressees.iter().filter_map(|addressee| match addressee {
                Addressee::Depositary => None,
                Addressee::OtherParties => stated(&body.other_parties_notified),
                Addressee::SecurityCouncil => stated(&body.security_council_notified),
            });
            told.reduce(Days::later)
        }
        Starts::Circulation => {
            stated(&body.other_parties_notified).or_else(|| objections::notified_by(record, &statement.reference()))
        }
    }
}

/// The days that the date of a statement can mean.
pub fn bounds(adopted: Option<Date>, statement: &Statement<'_>, date: Option<&WorldDate>) -> Days {
    let floor = adopted.unwrap_or(Date::constant(1, 1, 1));
    let ceiling = latest_day(statement).max(floor);
    let first = date.and_then(WorldDate::earliest).unwrap_or(floor);
    let last = date.and_then(WorldDate::latest).map_or(ceiling, |last| last.min(ceiling));
    Days { first, last: last.max(first) }
}

/// What was recorded as past had happened by the day of recording, or of the correction that
/// stands; a succession of States by the day on which it was notified.
pub fn latest_day(statement: &Statement<'_>) -> Date {
    let recorded = recorded_on(statement);
    match statement.body {
        TreatyBody::EffectStated(_) => Date::MAX,
        TreatyBody::SuccessionNotified(body) => {
            let notified = body.received_by_depositary.as_ref().and_then(WorldDate::latest);
            notified.or(recorded).unwrap_or(Date::MAX)
        }
        _ => recorded.unwrap_or(Date::MAX),
    }
}

/// When a statement was recorded, or the newest of its corrections that stand.
pub fn recorded_on(statement: &Statement<'_>) -> Option<Date> {
    let corrections = statement.corrections.iter().map(|(recorded, _)| recorded.recorded_at);
    corrections.chain([statement.recorded.recorded_at]).max().and_then(|time| time.utc_date())
}

/// From when a notice of withdrawal runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starts {
    Receipt,
    /// When the last of those whom the clauses name was told, who are not the depositary.
    Addressees,
    /// When the others were informed: as the notice states it, else by the depositary's
    /// notification of it (VCLT Art. 78(c)).
    Circulation,
}

/// From when a notice runs. A notification is made when the depositary has received it
/// (VCLT Art. 78(b)), unless the clauses address it to others alone.
pub fn notice_from(clause: Option<&WithdrawalClause>) -> Starts {
    match clause.map(|clause| (clause.notice_from, clause.addressees.as_slice())) {
        Some((NoticeFrom::Circulation, _)) => Starts::Circulation,
        Some((NoticeFrom::Notification, addressees @ [_, ..])) if !addressees.contains(&Addressee::Depositary) => {
            Starts::Addressees
        }
        Some((NoticeFrom::Notification | NoticeFrom::ReceiptByDepositary, _)) | None => Starts::Receipt,
    }
}

/// The days on one of which the first of some consents came, whichever statements are right.
pub fn first_consent(acts: &[&Act<'_>], adopted: Option<Date>) -> Option<Days> {
    let consents = acts.iter().filter_map(|act| {
        let statements = act.followed.iter().filter(|statement| in_force::is_consent(statement));
        statements.map(|statement| bounds(adopted, statement, statement.date())).reduce(Days::around)
    });
    consents.reduce(Days::earlier)
}

/// Whether the day that is asked about makes no difference to the readings of a record of
/// these acts: every date that can start a clock is known to the day, or starts none.
pub fn are_for_all_days(record: &Record<'_, '_>, acts: &[Act<'_>]) -> bool {
    record.counted.as_ref().is_none_or(|counted| counted.reached.is_settled()) && are_of_days(acts)
}

fn are_of_days(acts: &[Act<'_>]) -> bool {
    let is_a_day = |date: Option<&WorldDate>| date.is_some_and(|date| date.day().is_some());
    let is_a_day_or_none = |date: Option<&WorldDate>| date.is_none_or(|date| date.day().is_some());
    acts.iter().flat_map(|act| &act.followed).all(|statement| match statement.body {
        TreatyBody::SignatureAffixed(_)
        | TreatyBody::InstrumentDeposited(_)
        | TreatyBody::WithdrawalRevoked(_)
        | TreatyBody::DeclarationMade(_) => is_a_day(statement.date()),
        TreatyBody::SuccessionNotified(body) => is_a_day(body.succeeded.as_ref()),
        TreatyBody::EffectStated(_) => is_a_day_or_none(statement.date()),
        TreatyBody::WithdrawalNotified(body) => {
            is_a_day_or_none(body.received_by_depositary.as_ref())
                && is_a_day_or_none(body.other_parties_notified.as_ref())
                && is_a_day_or_none(body.security_council_notified.as_ref())
        }
        TreatyBody::DepositaryNotificationIssued(body) => {
            is_a_day_or_none(body.circulated.as_ref()) && is_a_day_or_none(body.issued.as_ref())
        }
        TreatyBody::ConflictStatusAsserted(body) => {
            is_a_day_or_none(body.since.as_ref()) && is_a_day_or_none(body.until.as_ref())
        }
        TreatyBody::TreatyRegistered(_)
        | TreatyBody::ParticipantRegistered(_)
        | TreatyBody::DomesticStepTaken(_)
        | TreatyBody::SuspensionNotified(_)
        | TreatyBody::ObjectionLodged(_)
        | TreatyBody::TreatyBodyDecided(_)
        | TreatyBody::DeadlineExtended(_)
        | TreatyBody::ReportSubmitted(_)
        | TreatyBody::ParticipationTableStated(_) => true,
    })
}
