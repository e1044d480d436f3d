//! The acts that bear on one participation, sorted out by what they do.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    Dossier, Span,
    cascade::{self, Carried},
    conflict::{self, Conflict},
    course, dated,
    days::Days,
    followed,
    in_force::{self, Counted},
    objections,
    passing::{self, Passing, Succession},
    rivals::Act,
    statements::Statement,
};
use crate::{
    domain::{
        Clauses, ConflictTest, DeclarationType, EntryIntoForceClause, ParticipantId, Subject, TreatyBody, TreatyEffect,
        TreatyId, TreatyRegistered, WithdrawalClause,
    },
    limits::{OBJECTORS, PREDECESSORS},
};

/// The acts that bear on one participation, sorted out.
#[derive(Debug)]
pub struct Record<'r, 'a> {
    pub treaty: &'a TreatyId,
    pub participant: &'a ParticipantId,
    /// The registration of the treaty as it stands.
    pub registered: Option<&'r Statement<'a>>,
    clauses: Option<&'a Clauses>,
    /// Day (UTC) of the newest entry that is known.
    pub known_on: Option<Date>,
    /// The day that is asked about, where one is.
    pub asked: Option<Date>,
    /// The days on whose sides deadlines are told apart, where duties are asked about.
    pub deadlines: Option<Days>,
    /// First day that an act under the treaty can have happened on.
    pub adopted: Option<Date>,
    /// Acts whose dates make the status: on the treaty's entry into force, on the
    /// participation, consents that an instrument under the parent treaty names.
    pub clocked: Vec<&'r Act<'a>>,
    pub conflicts: Vec<Conflict<'a>>,
    /// What is asserted and is no conflict in the sense of the clauses.
    pub passed_over: Vec<Conflict<'a>>,
    /// The participant's other acts under the treaty, and effects that are stated of them.
    pub beside: Vec<&'r Act<'a>>,
    /// Objections of others, decisions of bodies, and what changes objections.
    pub reactions: Vec<&'r Act<'a>>,
    /// What the depositary notified of acts under the treaty.
    pub notifications: Vec<&'r Act<'a>>,
    /// Tables that the depositary stated.
    pub tables: Vec<&'r Act<'a>>,
    /// When the treaty is in force by the count of deposits.
    pub counted: Option<Counted<'a>>,
    /// How the participant leaves a treaty that takes this one along, in each way in
    /// which that can be read; one without a leave where nothing does.
    pub carried: Vec<Carried>,
    /// Who succeeds the participant.
    pub successions: Vec<Succession>,
    /// How its participation has passed to them, if it has.
    pub passed: Option<Passing>,
    /// How those stood that the participant succeeds, under the first reading.
    pub predecessors: BTreeMap<&'a ParticipantId, Vec<Span>>,
    /// How those stood, in each reading, who object to its reservations.
    pub objectors: BTreeMap<&'a ParticipantId, Vec<Vec<Span>>>,
    /// Treaties that are registered as protocols of this one.
    pub protocols: BTreeSet<&'a TreatyId>,
    /// The participant's consents to them.
    pub consents_below: Vec<&'r Act<'a>>,
    /// Whether the records that it rests on, of a parent treaty and of predecessors, are read
    /// in all ways.
    pub rests_on_whole: bool,
}

/// What a record is asked about for: records of others that are asked for it must not
/// ask for it in turn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'q> {
    /// Treaties whose parent this one is.
    pub below: &'q [&'q TreatyId],
    /// It is the record of a predecessor, or of somebody else on whom another's answer rests.
    pub of_predecessor: bool,
    /// The day that is asked about: uncertain dates are read on both sides of it.
    pub asked: Option<Date>,
    /// The days on whose sides deadlines are told apart, where duties are asked about.
    pub deadlines: Option<Days>,
}

impl<'r, 'a> Record<'r, 'a> {
    /// Sorts the acts out.
    pub fn of(dossier: &Dossier<'a>, acts: &'r [Act<'a>], around: Around<'_>) -> Self {
        let (treaty, participant) = (dossier.treaty, dossier.participant);
        let all = acts;
        let acts = || all.iter().filter(|act| act.is_followed());
        let registered = acts().find(|act| registration(act, treaty).is_some());
        let body = registered.and_then(|act| registration(act, treaty));
        let clauses = body.and_then(|body| body.clauses.as_ref());
        let parent = body.and_then(|body| body.parent.as_ref());
        let own = |act: &&Act<'_>| is_under(act.subject(), treaty, participant);
        let named = |act: &&Act<'_>| parent.is_some_and(|parent| is_named(act, parent, treaty, participant));
        let in_force = clauses.and_then(|clauses| clauses.entry_into_force.as_ref());
        let withdrawal = clauses.and_then(|clauses| clauses.withdrawal.as_ref());
        let asserted: Vec<Act<'a>> = acts().filter(|act| is_about(act.subject(), participant)).cloned().collect();
        // Where no clause gives the day on which consent is in force, what is stated of it does.
        let with_clock = |act: &&Act<'_>| is_clocked(act) || in_force.is_none() && states_entry_into_force(act);
        let clocked = |act: &&Act<'_>| is_in_force(act, treaty) || own(act) && with_clock(act) || named(act);
        let on_treaty = |act: &&Act<'_>| matches!(act.subject(), Subject::Treaty(id) if id == treaty);
        let adopted = body.and_then(|body| body.adopted.as_ref()?.earliest());
        let protocols: BTreeSet<&TreatyId> = acts().filter_map(|act| protocol_of(act, treaty)).collect();
        let below = |act: &&Act<'_>| protocols.iter().any(|protocol| is_under(act.subject(), protocol, participant));
        let consents_below = acts().filter(below).filter(|act| in_force::is_consent(act.shown())).collect();
        let successions = passing::successions(dossier, all, adopted);
        let (carried, whole_parent) = cascade::carried(parent, dossier, all, around);
        let (predecessors, whole_predecessors) = predecessors(dossier, all, around);
        let clocked: Vec<&Act<'a>> = acts().filter(clocked).collect();
        let own_deposit = dated::first_consent(&clocked, adopted);
        let dated = (adopted, own_deposit);
        Self {
            treaty,
            participant,
            registered: registered.map(Act::shown),
            clauses,
            known_on: dossier.known.recorded_at.and_then(|time| time.utc_date()),
            asked: around.asked,
            deadlines: around.deadlines,
            adopted,
            clocked,
            conflicts: conflict::conflicts(&asserted, withdrawal),
            passed_over: conflict::passed_over(&asserted, withdrawal),
            beside: acts().filter(|act| own(act) && !with_clock(act)).collect(),
            reactions: acts().filter(|act| is_reaction(act, treaty)).collect(),
            notifications: acts().filter(on_treaty).filter(|act| is_notification(act)).collect(),
            tables: acts().filter(on_treaty).filter(|act| is_table(act)).collect(),
            counted: in_force.and_then(|clause| in_force::counted(dossier, parent, acts(), clause, dated)),
            carried,
            passed: if around.of_predecessor { None } else { passing::passing(dossier, all, &successions, adopted) },
            successions,
            predecessors,
            objectors: objectors(dossier, all, around),
            protocols,
            consents_below,
            rests_on_whole: whole_parent && whole_predecessors,
        }
        .with_conflicts_that_matter()
    }

    /// Conflicts are looked at where a withdrawal asks for it.
    fn with_conflicts_that_matter(mut self) -> Self {
        let tested = self.withdrawal_clause().is_some_and(|clause| clause.conflict_test != ConflictTest::None);
        let withdraws = |act: &&Act<'_>| matches!(act.shown().body, TreatyBody::WithdrawalNotified(_));
        if !tested || !self.clocked.iter().any(withdraws) {
            self.conflicts.clear();
            self.passed_over.clear();
        }
        self
    }

    pub fn clauses(&self) -> Option<&'a Clauses> {
        self.clauses
    }

    /// The days that bound what is asserted of conflicts.
    pub fn conflicts_days(&self) -> impl Iterator<Item = Date> {
        self.conflicts.iter().flat_map(|conflict| &conflict.accounts).flat_map(conflict::Account::days)
    }

    pub fn in_force_clause(&self) -> Option<&'a EntryIntoForceClause> {
        self.clauses?.entry_into_force.as_ref()
    }

    pub fn withdrawal_clause(&self) -> Option<&'a WithdrawalClause> {
        self.clauses?.withdrawal.as_ref()
    }

    /// Consents that an instrument under the parent treaty names.
    pub fn with_parent(&self) -> impl Iterator<Item = &'r Act<'a>> {
        self.clocked.iter().copied().filter(|act| self.is_under_parent(act.shown()))
    }

    /// Whether a statement is about consent that was given under the parent treaty.
    pub fn is_under_parent(&self, statement: &Statement<'_>) -> bool {
        matches!(statement.subject(), Subject::Participation(treaty, _) if treaty != self.treaty)
    }
}

fn registration<'a>(act: &Act<'a>, treaty: &TreatyId) -> Option<&'a TreatyRegistered> {
    match (act.shown().body, act.subject()) {
        (TreatyBody::TreatyRegistered(body), Subject::Treaty(id)) if id == treaty => Some(body),
        _ => None,
    }
}

/// The treaty that an act registers as a protocol of another.
fn protocol_of<'a>(act: &Act<'a>, parent: &TreatyId) -> Option<&'a TreatyId> {
    let shown = act.shown();
    match (shown.body, shown.subject()) {
        (TreatyBody::TreatyRegistered(body), Subject::Treaty(id)) => {
            (body.parent.as_ref() == Some(parent)).then_some(id)
        }
        _ => None,
    }
}

/// How the predecessors that the participant names stood under the treaty, and whether each
/// could stand in one way alone.
fn predecessors<'a>(
    dossier: &Dossier<'a>,
    acts: &[Act<'a>],
    around: Around<'_>,
) -> (BTreeMap<&'a ParticipantId, Vec<Span>>, bool) {
    let own = acts.iter().filter(|act| is_under(act.subject(), dossier.treaty, dossier.participant));
    let named = own.flat_map(|act| &act.followed).filter_map(|statement| match statement.body {
        TreatyBody::SuccessionNotified(body) => Some(&body.predecessor),
        _ => None,
    });
    let others = named.filter(|predecessor| !around.of_predecessor && *predecessor != dossier.participant);
    let others: BTreeSet<&ParticipantId> = others.collect();
    let mut whole = others.len() <= PREDECESSORS;
    let stood = others.into_iter().take(PREDECESSORS).map(|predecessor| {
        let before = Dossier { participant: predecessor, ..*dossier };
        let record = Record::of(&before, acts, Around { of_predecessor: true, ..around });
        let (followed, complete) = followed::all(&record);
        let spans = followed::spans(&followed);
        // A successor has what its predecessor had consented to.
        let consented = |spans: &[Span]| -> Vec<Span> {
            spans.iter().filter(|span| course::holds_consent(span.status)).copied().collect()
        };
        whole &= complete && spans.windows(2).all(|pair| consented(&pair[0]) == consented(&pair[1]));
        (predecessor, spans.into_iter().next().unwrap_or_default())
    });
    (stood.collect(), whole)
}

/// How those stood under the treaty who object to reservations of the participant.
fn objectors<'a>(
    dossier: &Dossier<'a>,
    acts: &[Act<'a>],
    around: Around<'_>,
) -> BTreeMap<&'a ParticipantId, Vec<Vec<Span>>> {
    let own = acts.iter().filter(|act| is_under(act.subject(), dossier.treaty, dossier.participant));
    let reservations: Vec<&Act<'_>> = own.filter(|act| objections::is_reservation(act.shown().body)).collect();
    let statements = acts.iter().filter(|_| !around.of_predecessor && !reservations.is_empty());
    let by = statements.flat_map(|act| &act.followed).filter_map(|statement| match statement.body {
        TreatyBody::ObjectionLodged(body) if reservations.iter().any(|act| act.is_stated_by(&body.objects_to)) => {
            statement.recorded.event.subject.participating()
        }
        _ => None,
    });
    let by: BTreeSet<&ParticipantId> = by.filter(|by| *by != dossier.participant).collect();
    let stood = by.into_iter().take(OBJECTORS).map(|by| {
        let record =
            Record::of(&Dossier { participant: by, ..*dossier }, acts, Around { of_predecessor: true, ..around });
        (by, followed::spans(&followed::all(&record).0))
    });
    stood.collect()
}

fn is_under(subject: &Subject, treaty: &TreatyId, participant: &ParticipantId) -> bool {
    matches!(subject, Subject::Participation(under, who) if under == treaty && who == participant)
}

fn is_about(subject: &Subject, participant: &ParticipantId) -> bool {
    matches!(subject, Subject::Participant(id) if id == participant)
}

fn is_in_force(act: &Act<'_>, treaty: &TreatyId) -> bool {
    matches!(act.subject(), Subject::Treaty(id) if id == treaty) && states_entry_into_force(act)
}

fn states_entry_into_force(act: &Act<'_>) -> bool {
    matches!(act.shown().body, TreatyBody::EffectStated(body) if body.effect == TreatyEffect::EntryIntoForce)
}

/// Whether an instrument under the parent names the treaty as a protocol that it consents to.
fn is_named(act: &Act<'_>, parent: &TreatyId, treaty: &TreatyId, participant: &ParticipantId) -> bool {
    is_under(act.subject(), parent, participant) && in_force::names(act.shown(), treaty)
}

fn is_notification(act: &Act<'_>) -> bool {
    matches!(act.shown().body, TreatyBody::DepositaryNotificationIssued(_))
}

fn is_table(act: &Act<'_>) -> bool {
    matches!(act.shown().body, TreatyBody::ParticipationTableStated(_))
}

fn is_clocked(act: &Act<'_>) -> bool {
    match act.shown().body {
        TreatyBody::DeclarationMade(body) => body.declaration_type == DeclarationType::IntentionNotToBecomeParty,
        TreatyBody::SignatureAffixed(_)
        | TreatyBody::InstrumentDeposited(_)
        | TreatyBody::WithdrawalNotified(_)
        | TreatyBody::WithdrawalRevoked(_)
        | TreatyBody::SuccessionNotified(_) => true,
        TreatyBody::TreatyRegistered(_)
        | TreatyBody::ParticipantRegistered(_)
        | TreatyBody::EffectStated(_)
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

fn is_reaction(act: &Act<'_>, treaty: &TreatyId) -> bool {
    let under = match act.subject() {
        Subject::Treaty(id) | Subject::Participation(id, _) => id == treaty,
        Subject::Ledger | Subject::Organisation(_) | Subject::Participant(_) | Subject::Record(_) => false,
    };
    under
        && match act.shown().body {
            TreatyBody::ObjectionLodged(_) | TreatyBody::TreatyBodyDecided(_) => true,
            TreatyBody::DeclarationMade(body) => body.changes.is_some(),
            _ => false,
        }
}
