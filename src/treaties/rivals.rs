//! Statements about one act, side by side, and which of them a view follows.
//!
//! Promises: recording time never decides. The order is: what a resolution in effect by
//! an authority of the view accepts; first-hand by an authority of the view; first-hand by
//! the organisation whose mandate covers the act; transcriptions by the class of their
//! source, those with a document first; else all of them.

use std::collections::BTreeMap;

use super::{
    Claim, Claims, Contest, DecidedBy, Dossier, GrantedMandate, ViewName,
    statements::{Stated, Statement},
};
use crate::domain::{
    Body, CitedEvent, Clauses, ContestResolved, EventContested, EventReference, Kind, MandateType, OrganisationId,
    Position, Recorded, SourceClass, Subject, TreatyBody, TreatyEffect, TreatyId,
};

/// One act in the world with what is stated about it.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    pub kind: Kind,
    /// Those that the view follows; empty when a resolution accepts none of them: then
    /// the act is told and does nothing.
    pub followed: Vec<Statement<'a>>,
    pub others: Vec<Statement<'a>>,
    pub decided_by: DecidedBy,
    /// The resolution that decided.
    pub resolution: Option<CitedEvent>,
}

impl<'a> Act<'a> {
    /// What it is about.
    pub fn subject(&self) -> &'a Subject {
        self.shown().subject()
    }

    /// The statement that stands for the act where one has to be shown.
    pub fn shown(&self) -> &Statement<'a> {
        self.all().next().expect("an act has a statement")
    }

    /// Whether anything that is stated about it is followed.
    pub fn is_followed(&self) -> bool {
        !self.followed.is_empty()
    }

    /// Whether those that are followed say different things: they are rivals.
    pub fn has_rivals(&self) -> bool {
        !agree(&self.followed)
    }

    /// Whether both are one act, as known at two sizes.
    pub fn is_same(&self, other: &Self) -> bool {
        let of = |act: &Self| (act.kind, act.subject().clone(), name_of(act.shown()));
        of(self) == of(other)
    }

    pub fn all(&self) -> impl Iterator<Item = &Statement<'a>> {
        self.followed.iter().chain(&self.others)
    }

    /// The entry of a statement; where several statements are in it, with the number of the event.
    pub fn place_of(&self, statement: &Statement<'_>) -> String {
        let Position { index, ordinal } = statement.recorded.position;
        let in_it = self.all().filter(|other| other.recorded.position.index == index).count();
        if in_it > 1 { format!("{index} (event {})", ordinal + 1) } else { index.to_string() }
    }

    /// Whether an event is one of the statements about the act.
    pub fn is_stated_by(&self, reference: &EventReference) -> bool {
        self.all().any(|statement| statement.reference() == *reference)
    }
}

/// Whether statements say the same.
fn agree<'s, 'a: 's>(statements: impl IntoIterator<Item = &'s Statement<'a>>) -> bool {
    let mut statements = statements.into_iter();
    let first = statements.next();
    first.is_none_or(|first| statements.all(|statement| statement.body == first.body))
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
pub fn acts<'a>(stated: &Stated<'a>, mandates: &[GrantedMandate], view: ViewName) -> Vec<Act<'a>> {
    let mut groups: BTreeMap<(Kind, &Subject, ActName), Vec<&Statement<'a>>> = BTreeMap::new();
    for statement in &stated.statements {
        let key = (statement.recorded.event.kind(), statement.subject(), name_of(statement));
        groups.entry(key).or_default().push(statement);
    }
    let weighing = Weighing { stated, mandates, view };
    groups.into_iter().map(|((kind, _, _), group)| weighing.weigh(kind, &group)).collect()
}

/// The acts that bear on the participation about which there is more than one
/// statement, or that somebody contests. What is stated of others' participations is told where they are asked about.
pub fn claims(acts: &[Act<'_>], dossier: &Dossier<'_>, clauses: Option<&Clauses>) -> Vec<Claims> {
    let contested = |act: &Act<'_>| act.all().any(|statement| !statement.contests.is_empty());
    let rival = acts.iter().filter(|act| act.all().count() > 1 || contested(act) || act.resolution.is_some());
    let bears = rival.filter(|act| match act.subject() {
        Subject::Treaty(treaty) => treaty == dossier.treaty,
        Subject::Participant(participant) => participant == dossier.participant,
        Subject::Participation(treaty, participant) => treaty == dossier.treaty && participant == dossier.participant,
        Subject::Ledger | Subject::Organisation(_) | Subject::Record(_) => false,
    });
    bears.map(|act| Claims { compared_alone: is_compared_alone(act, clauses), ..told(act) }).collect()
}

/// Whether what is stated is an effect on the participant that follows from other acts: of a
/// withdrawal always, of consent where the clauses say when it is in force.
pub(super) fn is_compared_alone(act: &Act<'_>, clauses: Option<&Clauses>) -> bool {
    let TreatyBody::EffectStated(body) = act.shown().body else { return false };
    let follows = match body.effect {
        TreatyEffect::Withdrawal => true,
        TreatyEffect::EntryIntoForce => clauses.is_some_and(|clauses| clauses.entry_into_force.is_some()),
    };
    follows && matches!(act.subject(), Subject::Participation(..))
}

/// The statements about an act, side by side.
pub fn told(act: &Act<'_>) -> Claims {
    let followed = act.followed.iter().map(|statement| claim(statement, true));
    let others = act.others.iter().map(|statement| claim(statement, false));
    Claims {
        kind: act.kind,
        act: act.shown().recorded.event.act.clone().unwrap_or_default(),
        decided_by: act.decided_by,
        resolution: act.resolution.clone(),
        compared_alone: false,
        statements: followed.chain(others).collect(),
    }
}

fn name_of(statement: &Statement<'_>) -> ActName {
    named(statement.recorded, statement.body)
}

/// An act in the world by its kind, its subject and what its statements share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActNamed(Kind, Subject, ActName);

/// Which act an event is a statement about.
pub fn act_named(recorded: &Recorded) -> Option<ActNamed> {
    let Body::Treaty(body) = &recorded.event.body else { return None };
    Some(ActNamed(recorded.event.kind(), recorded.event.subject.clone(), named(recorded, body)))
}

fn named(recorded: &Recorded, body: &TreatyBody) -> ActName {
    match (body, &recorded.event.subject) {
        (TreatyBody::EffectStated(body), Subject::Treaty(_)) if body.effect == TreatyEffect::EntryIntoForce => {
            ActName::TreatyInForce
        }
        _ => match &recorded.event.act {
            Some(act) => ActName::Named(act.clone()),
            None => ActName::Alone(recorded.reference()),
        },
    }
}

/// What statements are weighed by.
struct Weighing<'w, 'a> {
    stated: &'w Stated<'a>,
    mandates: &'w [GrantedMandate],
    view: ViewName,
}

impl<'a> Weighing<'_, 'a> {
    fn weigh(&self, kind: Kind, group: &[&Statement<'a>]) -> Act<'a> {
        let Some(settled) = self.settled(group) else { return self.by_weight(kind, group.to_vec(), Vec::new()) };
        let (accepted, others): (Vec<&Statement<'a>>, Vec<_>) =
            group.iter().copied().partition(|statement| settled.accepted.contains(&statement.reference()));
        if accepted.is_empty() {
            // None of those that were weighed is accepted: what was not named is left.
            let (rejected, left): (Vec<&Statement<'a>>, Vec<_>) =
                others.into_iter().partition(|statement| settled.weighed.contains(&statement.reference()));
            if !left.is_empty() {
                return self.by_weight(kind, left, rejected);
            }
            let others = rejected.into_iter().cloned().collect();
            let decided_by = DecidedBy::Resolution;
            return Act { kind, followed: Vec::new(), others, decided_by, resolution: Some(settled.event) };
        }
        let agree = agree(accepted.iter().copied());
        Act {
            kind,
            followed: accepted.into_iter().cloned().collect(),
            others: others.into_iter().cloned().collect(),
            decided_by: if agree { DecidedBy::Resolution } else { DecidedBy::Nothing },
            resolution: Some(settled.event),
        }
    }

    fn by_weight(&self, kind: Kind, group: Vec<&Statement<'a>>, rejected: Vec<&Statement<'a>>) -> Act<'a> {
        let weight = |statement: &Statement<'_>| Weight::of(statement, self.mandates, self.view);
        let best = group.iter().map(|statement| weight(statement)).min().unwrap_or(Weight::SAME);
        let (followed, mut others): (Vec<_>, Vec<_>) =
            group.into_iter().cloned().partition(|statement| weight(statement) == best);
        let agree = agree(&followed);
        let decided_by = match (agree, others.is_empty()) {
            (true, true) => DecidedBy::Agreement,
            (true, false) if best.word == Word::Source => DecidedBy::Source,
            (true, false) => DecidedBy::Mandate,
            (false, _) => DecidedBy::Nothing,
        };
        others.extend(rejected.into_iter().cloned());
        Act { kind, followed, others, decided_by, resolution: None }
    }

    /// What the authorities of the view resolved about the statements: the last word of
    /// each organisation stands.
    fn settled(&self, group: &[&Statement<'a>]) -> Option<Settled> {
        let mut last: BTreeMap<&OrganisationId, (&Recorded, &ContestResolved)> = BTreeMap::new();
        for (recorded, body) in &self.stated.resolutions {
            let named = group.iter().any(|statement| body.statements.contains(&statement.reference()));
            if named && self.is_authority(recorded, group[0]) {
                last.insert(recorded.organisation(), (recorded, body));
            }
        }
        let event = last.values().next()?.0.cited();
        let accepted = last.values().filter_map(|(_, body)| body.accepted.clone()).collect();
        let weighed = last.values().flat_map(|(_, body)| body.statements.clone()).collect();
        Some(Settled { event, accepted, weighed })
    }

    fn is_authority(&self, resolution: &Recorded, over: &Statement<'_>) -> bool {
        let (Some(needed), Some(treaty)) = (authority_in(self.view, over.body), treaty_of(over.subject())) else {
            return false;
        };
        holds_mandate(resolution, needed, treaty, self.mandates)
    }
}

/// What resolutions say of rival statements.
struct Settled {
    event: CitedEvent,
    accepted: Vec<EventReference>,
    weighed: Vec<EventReference>,
}

/// How much a statement weighs in the default view; the least goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Weight {
    word: Word,
    source: i32,
    without_document: bool,
}

/// Whose word a statement is; the first goes before the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    /// First-hand by whom the view prefers.
    View,
    /// First-hand by the organisation whose mandate covers the act.
    Mandate,
    Source,
}

impl Weight {
    const SAME: Self = Self { word: Word::Source, source: 0, without_document: false };

    fn of(statement: &Statement<'_>, mandates: &[GrantedMandate], view: ViewName) -> Self {
        if view == ViewName::All {
            return Self::SAME;
        }
        let event = &statement.recorded.event;
        let words = [(Word::View, authority_in(view, statement.body)), (Word::Mandate, mandate_for(statement.body))];
        let by_mandate = words.into_iter().find(|(_, needed)| is_by_mandate(statement, *needed, mandates));
        if let Some((word, _)) = by_mandate {
            return Self { word, source: 0, without_document: false };
        }
        // What is claimed first-hand without the mandate for it, and an own act that is
        // somebody else's transcription, weigh no more than any other source.
        let source = event.source.as_ref().filter(|source| source.transcribed && source.class != SourceClass::OwnAct);
        let class = source.map_or(SourceClass::Other, |source| source.class);
        let documents = correction_documents(statement) + event.documents.len();
        Self { word: Word::Source, source: class.number(), without_document: documents == 0 }
    }
}

fn correction_documents(statement: &Statement<'_>) -> usize {
    statement.corrections.iter().map(|(recorded, _)| recorded.event.documents.len()).sum()
}

/// Signed first-hand by an organisation with the mandate on the day of recording.
fn is_by_mandate(statement: &Statement<'_>, needed: Option<MandateType>, mandates: &[GrantedMandate]) -> bool {
    let recorded = statement.recorded;
    let Some(needed) = needed else { return false };
    let Some(treaty) = treaty_of(statement.subject()) else { return false };
    let first_hand = recorded.event.source.as_ref().is_some_and(|source| !source.transcribed);
    first_hand && holds_mandate(recorded, needed, treaty, mandates)
}

/// Whose word a view prefers on an act.
fn authority_in(view: ViewName, body: &TreatyBody) -> Option<MandateType> {
    match view {
        ViewName::Default | ViewName::All => mandate_for(body),
        ViewName::Depositary => Some(MandateType::Depositary),
        ViewName::TreatyBody => Some(MandateType::TreatyBody),
        ViewName::ActingState => Some(MandateType::ActingState),
    }
}

fn holds_mandate(recorded: &Recorded, needed: MandateType, treaty: &TreatyId, mandates: &[GrantedMandate]) -> bool {
    mandates.iter().any(|granted| {
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
        body: statement.body.clone(),
        not_stated: statement.not_stated().to_vec(),
        followed,
        contests: told_contests(statement),
    }
}

/// Who contests a statement.
pub fn told_contests(statement: &Statement<'_>) -> Vec<Contest> {
    statement.contests.iter().map(|(recorded, body)| contest(recorded, body)).collect()
}

fn contest(recorded: &Recorded, body: &EventContested) -> Contest {
    let EventContested { target: _, grounds, contested_by, contested } = body;
    let by = if contested_by.is_empty() { recorded.organisation().as_str().into() } else { contested_by.clone() };
    Contest { event: recorded.cited(), by, date: contested.clone(), grounds: grounds.clone() }
}
