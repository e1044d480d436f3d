//! Statements about one act, side by side, and which of them a view follows.
//!
//! Promises: recording time never decides. An effective resolution by an authority
//! goes first in the design; the ledger has no kind for it yet, so the order here is:
//! first-hand by the organisation whose mandate covers the act; transcriptions by the
//! class of their source, those with a document first; else all of them.

use std::collections::BTreeMap;

use super::{Claim, Claims, DecidedBy, Dossier, GrantedMandate, ViewName, statements::Statement};
use crate::domain::{
    EventReference, Kind, MandateType, Recorded, SourceClass, Subject, TreatyBody, TreatyEffect, TreatyId,
};

/// One act in the world with what is stated about it.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    pub kind: Kind,
    /// Those that the view follows; never empty.
    pub followed: Vec<Statement<'a>>,
    pub others: Vec<Statement<'a>>,
    pub decided_by: DecidedBy,
}

impl<'a> Act<'a> {
    /// What it is about.
    pub fn subject(&self) -> &'a Subject {
        self.followed[0].subject()
    }

    /// The statement that stands for the act where one has to be shown.
    pub fn shown(&self) -> &Statement<'a> {
        &self.followed[0]
    }

    /// Whether an event is one of the statements about the act.
    pub fn is_stated_by(&self, reference: &EventReference) -> bool {
        self.followed.iter().chain(&self.others).any(|statement| statement.reference() == *reference)
    }
}

/// What makes statements speak about one act: kind, subject and the name that they
/// share; a statement without a name is an act of its own. A treaty enters into force
/// once, so all statements about that are about one act.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ActName {
    TreatyInForce,
    Named(Box<str>),
    Alone(EventReference),
}

/// Groups statements into acts, in an order that depends on their names alone.
pub fn acts<'a>(statements: &[Statement<'a>], mandates: &[GrantedMandate], view: ViewName) -> Vec<Act<'a>> {
    let mut groups: BTreeMap<(Kind, &Subject, ActName), Vec<&Statement<'a>>> = BTreeMap::new();
    for statement in statements {
        let key = (statement.recorded.event.kind(), statement.subject(), name_of(statement));
        groups.entry(key).or_default().push(statement);
    }
    groups.into_iter().map(|((kind, _, _), group)| weigh(kind, &group, mandates, view)).collect()
}

/// The acts that bear on the participation about which there is more than one
/// statement. What is stated of others' participations is told where they are asked about.
pub fn claims(acts: &[Act<'_>], dossier: &Dossier<'_>) -> Vec<Claims> {
    let rival = acts.iter().filter(|act| act.followed.len() + act.others.len() > 1);
    let bears = rival.filter(|act| match act.subject() {
        Subject::Treaty(treaty) => treaty == dossier.treaty,
        Subject::Participant(participant) => participant == dossier.participant,
        Subject::Participation(treaty, participant) => treaty == dossier.treaty && participant == dossier.participant,
        Subject::Ledger | Subject::Organisation(_) | Subject::Record(_) => false,
    });
    bears
        .map(|act| Claims {
            kind: act.kind,
            act: act.shown().recorded.event.act.clone().unwrap_or_default(),
            decided_by: act.decided_by,
            statements: act
                .followed
                .iter()
                .map(|statement| claim(statement, true))
                .chain(act.others.iter().map(|statement| claim(statement, false)))
                .collect(),
        })
        .collect()
}

fn name_of(statement: &Statement<'_>) -> ActName {
    match (statement.body, statement.subject()) {
        (TreatyBody::EffectStated(body), Subject::Treaty(_)) if body.effect == TreatyEffect::EntryIntoForce => {
            ActName::TreatyInForce
        }
        _ => match &statement.recorded.event.act {
            Some(act) => ActName::Named(act.clone()),
            None => ActName::Alone(statement.reference()),
        },
    }
}

fn weigh<'a>(kind: Kind, group: &[&Statement<'a>], mandates: &[GrantedMandate], view: ViewName) -> Act<'a> {
    let weight = |statement: &Statement<'_>| match view {
        ViewName::Default => Weight::of(statement, mandates),
        ViewName::All => Weight::SAME,
    };
    let best = group.iter().map(|statement| weight(statement)).min().unwrap_or(Weight::SAME);
    let (followed, others): (Vec<_>, Vec<_>) =
        group.iter().map(|statement| (*statement).clone()).partition(|statement| weight(statement) == best);
    let agree = |statements: &[Statement<'_>]| statements.windows(2).all(|pair| pair[0].body == pair[1].body);
    let decided_by = match (agree(&followed), others.is_empty()) {
        (true, true) => DecidedBy::Agreement,
        (true, false) if best.without_mandate => DecidedBy::Source,
        (true, false) => DecidedBy::Mandate,
        (false, _) => DecidedBy::Nothing,
    };
    Act { kind, followed, others, decided_by }
}

/// How much a statement weighs in the default view; the least goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Weight {
    without_mandate: bool,
    source: i32,
    without_document: bool,
}

impl Weight {
    const SAME: Self = Self { without_mandate: true, source: 0, without_document: false };

    fn of(statement: &Statement<'_>, mandates: &[GrantedMandate]) -> Self {
        let event = &statement.recorded.event;
        if is_by_mandate(statement, mandates) {
            return Self { without_mandate: false, source: 0, without_document: false };
        }
        // What is claimed first-hand without the mandate for it, and an own act that is
        // somebody else's transcription, weigh no more than any other source.
        let source = event.source.as_ref().filter(|source| source.transcribed && source.class != SourceClass::OwnAct);
        let class = source.map_or(SourceClass::Other, |source| source.class);
        let documents = correction_documents(statement) + event.documents.len();
        Self { without_mandate: true, source: class.number(), without_document: documents == 0 }
    }
}

fn correction_documents(statement: &Statement<'_>) -> usize {
    statement.corrections.iter().map(|(recorded, _)| recorded.event.documents.len()).sum()
}

/// Signed first-hand by the organisation whose mandate covers the act on the day of recording.
fn is_by_mandate(statement: &Statement<'_>, mandates: &[GrantedMandate]) -> bool {
    let recorded = statement.recorded;
    let Some(needed) = mandate_for(statement.body) else { return false };
    let Some(treaty) = treaty_of(statement.subject()) else { return false };
    let first_hand = recorded.event.source.as_ref().is_some_and(|source| !source.transcribed);
    first_hand
        && mandates.iter().any(|granted| {
            granted.organisation == *recorded.organisation()
                && granted.mandate.mandate_type == needed
                && granted.mandate.treaties.covers(treaty)
                && holds_when_recorded(granted, recorded)
        })
}

fn holds_when_recorded(granted: &GrantedMandate, recorded: &Recorded) -> bool {
    let Some(day) = recorded.recorded_at.utc_date() else { return false };
    granted.granted <= recorded.position.index
        && granted.mandate.since.is_none_or(|since| since.0 <= day)
        && granted.mandate.until.is_none_or(|until| day <= until.0)
}

/// Whose word settles an act. Nobody's settles whether there is a conflict.
fn mandate_for(body: &TreatyBody) -> Option<MandateType> {
    match body {
        TreatyBody::TreatyRegistered(_)
        | TreatyBody::SignatureAffixed(_)
        | TreatyBody::InstrumentDeposited(_)
        | TreatyBody::EffectStated(_)
        | TreatyBody::WithdrawalNotified(_)
        | TreatyBody::WithdrawalRevoked(_)
        | TreatyBody::SuspensionNotified(_)
        | TreatyBody::ObjectionLodged(_)
        | TreatyBody::SuccessionNotified(_)
        | TreatyBody::DeclarationMade(_)
        | TreatyBody::DepositaryNotificationIssued(_)
        | TreatyBody::ReportSubmitted(_)
        | TreatyBody::ParticipationTableStated(_) => Some(MandateType::Depositary),
        TreatyBody::DomesticStepTaken(_) => Some(MandateType::ActingState),
        TreatyBody::TreatyBodyDecided(_) | TreatyBody::DeadlineExtended(_) => Some(MandateType::TreatyBody),
        TreatyBody::ParticipantRegistered(_) | TreatyBody::ConflictStatusAsserted(_) => None,
    }
}

fn treaty_of(subject: &Subject) -> Option<&TreatyId> {
    match subject {
        Subject::Treaty(treaty) | Subject::Participation(treaty, _) => Some(treaty),
        Subject::Ledger | Subject::Organisation(_) | Subject::Participant(_) | Subject::Record(_) => None,
    }
}

fn claim(statement: &Statement<'_>, followed: bool) -> Claim {
    let source = statement.recorded.event.source.as_ref();
    Claim {
        event: statement.cited(),
        organisation: statement.recorded.organisation().clone(),
        date: statement.date().cloned(),
        source: source.map(|source| source.class),
        source_name: source.map(|source| source.name.clone()).unwrap_or_default(),
        documents: statement.recorded.event.documents.len(),
        followed,
    }
}
