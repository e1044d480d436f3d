//! The acts that bear on one participation, sorted out by what they do.

use jiff::civil::Date;

use super::{
    Dossier,
    conflict::{self, Conflict},
    in_force::{self, Counted},
    rivals::Act,
};
use crate::domain::{
    Clauses, ConflictTest, EntryIntoForceClause, ParticipantId, Subject, TreatyBody, TreatyEffect, TreatyId,
    TreatyRegistered, WithdrawalClause,
};

/// The acts that bear on one participation, sorted out.
#[derive(Debug)]
pub struct Record<'r, 'a> {
    pub participant: &'a ParticipantId,
    clauses: Option<&'a Clauses>,
    /// First day that an act under the treaty can have happened on.
    pub adopted: Option<Date>,
    /// Acts whose dates make the status: on the treaty's entry into force, on the
    /// participation.
    pub clocked: Vec<&'r Act<'a>>,
    pub conflicts: Vec<Conflict<'a>>,
    /// The participant's other acts under the treaty, and effects that are stated of them.
    pub beside: Vec<&'r Act<'a>>,
    /// Objections of others and decisions of bodies.
    pub reactions: Vec<&'r Act<'a>>,
    pub counted: Option<Counted>,
}

impl<'r, 'a> Record<'r, 'a> {
    /// Sorts the acts out.
    pub fn of(dossier: &Dossier<'a>, acts: &'r [Act<'a>]) -> Self {
        let (treaty, participant) = (dossier.treaty, dossier.participant);
        let registered = acts.iter().find_map(|act| registration(act, treaty));
        let clauses = registered.and_then(|body| body.clauses.as_ref());
        let adopted = registered.and_then(|body| body.adopted.as_ref()?.earliest());
        let own = |act: &&Act<'_>| is_under(act.subject(), treaty, participant);
        let in_force = clauses.and_then(|clauses| clauses.entry_into_force.as_ref());
        let withdrawal = clauses.and_then(|clauses| clauses.withdrawal.as_ref());
        let asserted: Vec<Act<'a>> = acts.iter().filter(|act| is_about(act.subject(), participant)).cloned().collect();
        Self {
            participant,
            clauses,
            adopted,
            clocked: acts.iter().filter(|act| is_in_force(act, treaty) || own(act) && is_clocked(act)).collect(),
            conflicts: conflict::conflicts(&asserted, withdrawal),
            beside: acts.iter().filter(|act| own(act) && !is_clocked(act)).collect(),
            reactions: acts.iter().filter(|act| is_reaction(act, treaty)).collect(),
            counted: in_force.and_then(|clause| in_force::counted(acts, dossier, clause)),
        }
        .with_conflicts_that_matter()
    }

    /// Conflicts are looked at where a withdrawal asks for it.
    fn with_conflicts_that_matter(mut self) -> Self {
        let tested = self.withdrawal_clause().is_some_and(|clause| clause.conflict_test != ConflictTest::None);
        let withdraws = |act: &&Act<'_>| matches!(act.shown().body, TreatyBody::WithdrawalNotified(_));
        if !tested || !self.clocked.iter().any(withdraws) {
            self.conflicts.clear();
        }
        self
    }

    pub fn clauses(&self) -> Option<&'a Clauses> {
        self.clauses
    }

    pub fn in_force_clause(&self) -> Option<&'a EntryIntoForceClause> {
        self.clauses?.entry_into_force.as_ref()
    }

    pub fn withdrawal_clause(&self) -> Option<&'a WithdrawalClause> {
        self.clauses?.withdrawal.as_ref()
    }
}

fn registration<'a>(act: &Act<'a>, treaty: &TreatyId) -> Option<&'a TreatyRegistered> {
    match (act.shown().body, act.subject()) {
        (TreatyBody::TreatyRegistered(body), Subject::Treaty(id)) if id == treaty => Some(body),
        _ => None,
    }
}

fn is_under(subject: &Subject, treaty: &TreatyId, participant: &ParticipantId) -> bool {
    matches!(subject, Subject::Participation(under, who) if under == treaty && who == participant)
}

fn is_about(subject: &Subject, participant: &ParticipantId) -> bool {
    matches!(subject, Subject::Participant(id) if id == participant)
}

fn is_in_force(act: &Act<'_>, treaty: &TreatyId) -> bool {
    let on_treaty = matches!(act.subject(), Subject::Treaty(id) if id == treaty);
    let effect = match act.shown().body {
        TreatyBody::EffectStated(body) => Some(body.effect),
        _ => None,
    };
    on_treaty && effect == Some(TreatyEffect::EntryIntoForce)
}

fn is_clocked(act: &Act<'_>) -> bool {
    match act.shown().body {
        TreatyBody::SignatureAffixed(_)
        | TreatyBody::InstrumentDeposited(_)
        | TreatyBody::WithdrawalNotified(_)
        | TreatyBody::WithdrawalRevoked(_) => true,
        TreatyBody::TreatyRegistered(_)
        | TreatyBody::ParticipantRegistered(_)
        | TreatyBody::EffectStated(_)
        | TreatyBody::DomesticStepTaken(_)
        | TreatyBody::SuspensionNotified(_)
        | TreatyBody::ObjectionLodged(_)
        | TreatyBody::ConflictStatusAsserted(_)
        | TreatyBody::TreatyBodyDecided(_)
        | TreatyBody::SuccessionNotified(_)
        | TreatyBody::DeclarationMade(_)
        | TreatyBody::DepositaryNotificationIssued(_)
        | TreatyBody::DeadlineExtended(_)
        | TreatyBody::ReportSubmitted(_)
        | TreatyBody::ParticipationTableStated(_) => false,
    }
}

fn is_reaction(act: &Act<'_>, treaty: &TreatyId) -> bool {
    let under = match act.subject() {
        Subject::Treaty(id) | Subject::Participation(id, _) => id == treaty,
        Subject::Ledger | Subject::Organisation(_) | Subject::Participant(_) | Subject::Record(_) => false,
    };
    under && matches!(act.shown().body, TreatyBody::ObjectionLodged(_) | TreatyBody::TreatyBodyDecided(_))
}
