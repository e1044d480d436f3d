//! What is stated of a participation in the columns of the depositary's table: for
//! writing such a table, and for comparing one that is to be imported.
//!
//! Promises: every statement that stands, as corrected, whether the view follows it or
//! not; what was taken back is not among them.
//! Leaves to others: which cell a statement fills (`tables`), the status on a day.

use super::{Dossier, ViewName, rivals, statements, statements::Statement};
use crate::domain::{CitedEvent, DeclarationType, Subject, TreatyBody, WorldDate};

/// A statement that a table has a column for.
#[derive(Clone, Debug, PartialEq)]
pub struct Tabled {
    pub event: CitedEvent,
    /// What it is about, and what it says as it stands.
    pub subject: Subject,
    /// The name that statements about one act share.
    pub act: Option<Box<str>>,
    pub body: TreatyBody,
    /// Whether the view follows it.
    pub followed: bool,
}

/// What is stated of the participation that a dossier is about, by kind, then by the
/// name of the act.
pub fn columns(dossier: &Dossier<'_>, view: ViewName) -> Vec<Tabled> {
    let is_own = |subject: &Subject| {
        matches!(subject, Subject::Participation(treaty, participant)
            if treaty == dossier.treaty && participant == dossier.participant)
    };
    tabled(dossier, view, |statement| is_own(statement.subject()) && has_column(statement.body))
}

/// The tables that are stated as at a day.
pub fn tables_as_at(dossier: &Dossier<'_>, view: ViewName, as_at: &WorldDate) -> Vec<Tabled> {
    tabled(dossier, view, |statement| {
        let on_treaty = matches!(statement.subject(), Subject::Treaty(treaty) if treaty == dossier.treaty);
        let of_day = matches!(statement.body, TreatyBody::ParticipationTableStated(body)
            if body.as_at.as_ref().and_then(WorldDate::day) == as_at.day());
        on_treaty && of_day
    })
}

fn tabled(dossier: &Dossier<'_>, view: ViewName, wanted: impl Fn(&Statement<'_>) -> bool) -> Vec<Tabled> {
    let stated = statements::in_effect(dossier);
    let acts = rivals::acts(&stated, dossier.mandates, view);
    let sides = acts.iter().flat_map(|act| [(true, &act.followed), (false, &act.others)]);
    let all = sides.flat_map(|(followed, statements)| statements.iter().map(move |statement| (followed, statement)));
    let told = all.filter(|(_, statement)| wanted(statement)).map(|(followed, statement)| Tabled {
        event: statement.cited(),
        subject: statement.subject().clone(),
        act: statement.recorded.event.act.clone(),
        body: statement.body.clone(),
        followed,
    });
    told.collect()
}

fn has_column(body: &TreatyBody) -> bool {
    match body {
        TreatyBody::DeclarationMade(body) => {
            body.declaration_type == DeclarationType::ProvisionalApplication && body.changes.is_none()
        }
        TreatyBody::SignatureAffixed(_)
        | TreatyBody::InstrumentDeposited(_)
        | TreatyBody::SuccessionNotified(_)
        | TreatyBody::WithdrawalNotified(_)
        | TreatyBody::WithdrawalRevoked(_)
        | TreatyBody::EffectStated(_) => true,
        TreatyBody::TreatyRegistered(_)
        | TreatyBody::ParticipantRegistered(_)
        | TreatyBody::DomesticStepTaken(_)
        | TreatyBody::SuspensionNotified(_)
        | TreatyBody::ObjectionLodged(_)
        | TreatyBody::ConflictStatusAsserted(_)
        | TreatyBody::TreatyBodyDecided(_)
        | TreatyBody::DepositaryNotificationIssued(_)
        | TreatyBody::DeadlineExtended(_)
        | TreatyBody::ReportSubmitted(_)
        | TreatyBody::ParticipationTableStated(_) => false,
    }
}
