//! What is stated of a participation in the columns of the depositary's table: for
//! writing such a table, and for comparing one that is to be imported.
//!
//! Promises: every statement that stands, as corrected, whether the view follows it or
//! not; what was taken back is not among them, but told apart.
//! Leaves to others: which cell a statement fills (`tables`), the status on a day.

use super::{
    Dossier, ViewName, Weighed,
    course::Course,
    followed,
    record::{Around, Record},
    rivals::Act,
    statements,
    statements::Statement,
};
use crate::domain::{
    Body, CitedEvent, DeclarationType, EventReference, Recorded, Revoked, Subject, TreatyBody, WorldDate,
};

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
    /// Of a withdrawal that a revocation names.
    pub revoked: Option<Revoked>,
}

/// What is stated of the participation that a dossier is about, by kind, then by the
/// name of the act.
pub fn columns(dossier: &Dossier<'_>, view: ViewName) -> Vec<Tabled> {
    tabled(dossier, view, |statement| is_own(dossier, statement.subject()) && has_column(statement.body))
}

/// Statements in these columns that were taken back, by the name of their event.
pub fn columns_taken_back(dossier: &Dossier<'_>) -> Vec<CitedEvent> {
    taken_back(dossier, |subject, body| is_own(dossier, subject) && has_column(body))
}

/// The tables that are stated as at a day.
pub fn tables_as_at(dossier: &Dossier<'_>, view: ViewName, as_at: &WorldDate) -> Vec<Tabled> {
    tabled(dossier, view, |statement| is_table_as_at(dossier, statement.subject(), statement.body, as_at))
}

/// The tables as at a day that were taken back, by the name of their event.
pub fn tables_taken_back(dossier: &Dossier<'_>, as_at: &WorldDate) -> Vec<CitedEvent> {
    taken_back(dossier, |subject, body| is_table_as_at(dossier, subject, body, as_at))
}

fn is_own(dossier: &Dossier<'_>, subject: &Subject) -> bool {
    matches!(subject, Subject::Participation(treaty, participant)
        if treaty == dossier.treaty && participant == dossier.participant)
}

fn is_table_as_at(dossier: &Dossier<'_>, subject: &Subject, body: &TreatyBody, as_at: &WorldDate) -> bool {
    let on_treaty = matches!(subject, Subject::Treaty(treaty) if treaty == dossier.treaty);
    let of_day = matches!(body, TreatyBody::ParticipationTableStated(body)
        if body.as_at.as_ref().and_then(WorldDate::day) == as_at.day());
    on_treaty && of_day
}

fn taken_back(dossier: &Dossier<'_>, wanted: impl Fn(&Subject, &TreatyBody) -> bool) -> Vec<CitedEvent> {
    let retracted = statements::in_effect(dossier).retracted.into_iter().map(|retracted| retracted.recorded);
    let wanted = retracted.filter(|recorded| match &recorded.event.body {
        Body::Treaty(body) => wanted(&recorded.event.subject, body),
        Body::Registry(_) | Body::Shared(_) | Body::Minefield(_) => false,
    });
    wanted.map(Recorded::cited).collect()
}

fn tabled(dossier: &Dossier<'_>, view: ViewName, wanted: impl Fn(&Statement<'_>) -> bool) -> Vec<Tabled> {
    let Weighed { acts, .. } = Weighed::of(dossier, view);
    let revoked = revoked(dossier, &acts);
    let sides = acts.iter().zip(revoked).flat_map(|(act, revoked)| {
        [(true, &act.followed), (false, &act.others)].map(|(followed, statements)| (followed, revoked, statements))
    });
    let all =
        sides.flat_map(|(followed, revoked, statements)| statements.iter().map(move |it| (followed, revoked, it)));
    let told = all.filter(|(_, _, statement)| wanted(statement)).map(|(followed, revoked, statement)| Tabled {
        revoked,
        event: statement.cited(),
        subject: statement.subject().clone(),
        act: statement.recorded.event.act.clone(),
        body: statement.body.clone(),
        followed,
    });
    told.collect()
}

/// For each act how a revocation stands to it that the view follows: a notice that was
/// revoked in time runs in no reading.
fn revoked(dossier: &Dossier<'_>, acts: &[Act<'_>]) -> Vec<Option<Revoked>> {
    let names = acts.iter().flat_map(|act| &act.followed).filter_map(|statement| match statement.body {
        TreatyBody::WithdrawalRevoked(body) => Some(&body.withdrawal),
        _ => None,
    });
    let names: Vec<&EventReference> = names.collect();
    if names.is_empty() {
        return vec![None; acts.len()];
    }
    let record = Record::of(dossier, acts, Around::default());
    let followed = followed::all(&record).0;
    let courses = followed::courses(&followed);
    let runs = |act: &Act<'_>| {
        let leaves = |course: &&&Course| {
            let mut leaves = course.memberships.iter().filter_map(|membership| membership.leave.as_ref());
            leaves.any(|leave| act.is_stated_by(&leave.event.reference))
        };
        courses.iter().filter(leaves).count()
    };
    let stands = |act: &Act<'_>| {
        names.iter().any(|name| act.is_stated_by(name)).then(|| match runs(act) {
            0 => Revoked::InTime,
            some if some == courses.len() => Revoked::TooLate,
            _ => Revoked::Open,
        })
    };
    acts.iter().map(stands).collect()
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
