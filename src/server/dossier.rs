//! Which events are read for answers about participants under treaties, and which of
//! them the rules are given about one participant: in one place for one and for everybody.
//!
//! Promises: what is given about a participant is the same whether it alone is asked about
//! or everybody; an entry of the journal is read once for all that is wanted of it in one
//! round; what grows with the participants is read and sorted once, not for each of them.
//! Leaves to others: the rules (`treaties`), reading events (`history`).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    Node,
    errors::Refused,
    history::EventsRead,
    status::{EventFacts, facts},
};
use crate::{
    domain::{
        Body, Index, Kind, ParticipantId, Position, Recorded, SharedBody, SharedKind, Subject, TreatyBody,
        TreatyEffect, TreatyId, TreatyKind,
    },
    projections::{Act, View},
    treaties::{self, Dossier, GrantedMandate, Known, StatedDeposit, ViewName},
};

const DEPOSIT: Kind = Kind::Treaty(TreatyKind::InstrumentDeposited);
const OBJECTION: Kind = Kind::Treaty(TreatyKind::ObjectionLodged);
const SUSPENSION: Kind = Kind::Treaty(TreatyKind::SuspensionNotified);
/// What may change what an earlier act says.
const CHANGES: [Kind; 3] = [
    Kind::Shared(SharedKind::EventCorrected),
    Kind::Shared(SharedKind::EventRetracted),
    Kind::Treaty(TreatyKind::DeclarationMade),
];
const SUCCESSION: Kind = Kind::Treaty(TreatyKind::SuccessionNotified);

/// Who is asked about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Who<'a> {
    One(&'a ParticipantId),
    /// Every participant with an act under the treaty.
    Everybody,
}

/// How much is read for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// With what others say to it, and with the count of deposits to compare.
    Whole,
    /// What the status itself depends on.
    Status,
}

type ByParticipant = BTreeMap<ParticipantId, Vec<Arc<Recorded>>>;

/// What was read of one treaty.
#[derive(Debug)]
pub(super) struct TreatyFile {
    pub treaty: TreatyId,
    pub known: Known,
    pub view: ViewName,
    pub on_treaty: Vec<Arc<Recorded>>,
    /// Acts under the treaty of those that are asked about; nobody without an act but the
    /// one that was asked about by name.
    pub under: ByParticipant,
    /// Events on these participants themselves.
    pub about: ByParticipant,
    /// What bears on them from elsewhere: their acts under the parent treaty, acts of those
    /// that they succeed.
    around: ByParticipant,
    /// Events on the parent treaty itself.
    above: Vec<Arc<Recorded>>,
    /// Objections of everybody, and what may change them.
    reactions: Vec<Arc<Recorded>>,
    deposits: Vec<StatedDeposit>,
    mandates: Arc<[GrantedMandate]>,
}

impl TreatyFile {
    /// Asks about one participant.
    pub fn ask<T>(&self, participant: &ParticipantId, ask: impl FnOnce(&Dossier<'_>) -> T) -> T {
        let of = |events: &'_ ByParticipant| events.get(participant).cloned().unwrap_or_default();
        let (about, own) = (of(&self.about), of(&self.under));
        let suspends = own.iter().any(|recorded| recorded.event.kind() == SUSPENSION);
        let of_others = |recorded: &&Arc<Recorded>| participant_of(recorded) != Some(participant);
        let reactions = self.reactions.iter().filter(|recorded| suspends && of_others(recorded));
        let around = of(&self.around);
        let events = about.iter().chain(&self.on_treaty).chain(&own).chain(&self.above).chain(&around).chain(reactions);
        let events: Vec<&Recorded> = events.map(Arc::as_ref).collect();
        let Self { treaty, deposits, mandates, known, .. } = self;
        ask(&Dossier { treaty, participant, events: &events, deposits, mandates, known: *known })
    }

    /// Asks about single acts on the treaty and under it, of everybody who was read, as
    /// about somebody who has none.
    pub fn ask_of_acts<T>(&self, ask: impl FnOnce(&Dossier<'_>) -> T) -> T {
        let nobody = nobody();
        let events = self.on_treaty.iter().chain(self.under.values().flatten());
        let events: Vec<&Recorded> = events.map(Arc::as_ref).collect();
        let Self { treaty, deposits, mandates, known, .. } = self;
        ask(&Dossier { treaty, participant: &nobody, events: &events, deposits, mandates, known: *known })
    }

    /// How the entries stand that an answer may cite.
    pub fn facts(&self) -> HashMap<Index, EventFacts> {
        let each = self.about.values().chain(self.under.values()).chain(self.around.values()).flatten();
        let all = each.chain(&self.on_treaty).chain(&self.above).chain(&self.reactions);
        all.map(|recorded| (recorded.position.index, facts(recorded))).collect()
    }

    /// The first short name of the treaty as it stands, else its id.
    pub fn name(&self) -> String {
        let names = standing(&self.on_treaty).filter_map(|body| match body {
            TreatyBody::TreatyRegistered(body) => body.short_names.first(),
            _ => None,
        });
        names.last().map_or_else(|| self.treaty.to_string(), ToString::to_string)
    }

    /// The name of a registered participant as it stands, else its id.
    pub fn participant_name(&self, participant: &ParticipantId) -> String {
        let about = self.about.get(participant).map(Vec::as_slice).unwrap_or_default();
        let names = standing(about).filter_map(|body| match body {
            TreatyBody::ParticipantRegistered(body) => Some(body.name.to_string()),
            _ => None,
        });
        names.last().unwrap_or_else(|| participant.to_string())
    }
}

/// An identifier of nobody who has an act.
pub(super) fn nobody() -> ParticipantId {
    "NOBODY".parse().expect("an identifier")
}

/// What events in effect state, corrections included, in order of position.
fn standing(events: &[Arc<Recorded>]) -> impl Iterator<Item = &TreatyBody> {
    let in_effect = events.iter().filter(|recorded| recorded.effective_since().is_some());
    in_effect.filter_map(|recorded| stated(&recorded.event.body))
}

impl Node {
    /// What answers about participants under treaties are made from, a file for each treaty.
    ///
    /// First what is on the treaties, under them and on the participants is read; what that
    /// shows to be needed besides comes in a second round.
    pub(super) fn treaty_files(
        &self,
        view: View<'_>,
        treaties: Vec<TreatyId>,
        who: Who<'_>,
        depth: Depth,
        name: ViewName,
    ) -> Result<Vec<TreatyFile>, Refused> {
        let places = treaties.into_iter().map(|treaty| Places::find(view, treaty, who));
        let places: Vec<Places> = places.collect::<Result<_, _>>()?;
        let about = about(view, places.iter().flat_map(|places| places.under.keys()))?;
        let first = places.iter().flat_map(Places::positions).chain(about.values().flatten().copied());
        let mut read = self.events_at(view, first)?;
        let others = places.iter().map(|places| Others::find(view, places, who, Needed::of(places, &read, depth)));
        let others: Vec<Others> = others.collect::<Result<_, _>>()?;
        let around: Vec<Elsewhere> =
            places.iter().map(|places| Elsewhere::find(view, places, who, &read)).collect::<Result<_, _>>()?;
        let second = others.iter().flat_map(Others::positions).chain(around.iter().flat_map(Elsewhere::positions));
        let second = second.filter(|position| !read.contains_key(position));
        let second = self.events_at(view, second)?;
        read.extend(second);
        let mandates: Arc<[GrantedMandate]> = mandates_of_authors(view, &read)?.into();
        let known = Known { size: view.size(), recorded_at: view.holds_at()?.recorded_at };
        let files = places.into_iter().zip(others).zip(around).map(|((places, others), elsewhere)| {
            let about_each = places.under.keys().map(|who| (who.clone(), picked(&read, &about[who]))).collect();
            let under = places.under.into_iter().map(|(who, acts)| (who, picked(&read, &positions_of(&acts))));
            let file = TreatyFile {
                treaty: places.treaty,
                known,
                view: name,
                on_treaty: picked(&read, &places.on_treaty),
                under: under.collect(),
                about: about_each,
                around: elsewhere.around.iter().map(|(who, at)| (who.clone(), picked(&read, at))).collect(),
                above: picked(&read, &elsewhere.above),
                reactions: picked(&read, &others.reactions),
                deposits: Vec::new(),
                mandates: Arc::clone(&mandates),
            };
            let changed = picked(&read, &others.changed_deposits);
            let deposits = file.first_deposits(&changed, others.told_deposits, others.threshold);
            TreatyFile { deposits, ..file }
        });
        Ok(files.collect())
    }
}

impl TreatyFile {
    /// The deposits that can count towards the treaty's entry into force: as the read
    /// models date them, or as those stand that may have been changed.
    fn first_deposits(
        &self,
        changed: &[Arc<Recorded>],
        told: Vec<StatedDeposit>,
        threshold: u32,
    ) -> Vec<StatedDeposit> {
        let Some(participant) = changed.first().and_then(|recorded| participant_of(recorded)) else {
            return treaties::first_deposits(told, threshold);
        };
        let events: Vec<&Recorded> = changed.iter().map(Arc::as_ref).collect();
        let Self { treaty, mandates, known, .. } = self;
        let dossier = Dossier { treaty, participant, events: &events, deposits: &[], mandates, known: *known };
        treaties::first_deposits(told.into_iter().chain(treaties::consents(&dossier, self.view)), threshold)
    }
}

/// Where the events stand that are read first.
struct Places {
    treaty: TreatyId,
    on_treaty: Vec<Position>,
    /// Acts of those that are asked about.
    under: BTreeMap<ParticipantId, Vec<Act>>,
}

impl Places {
    fn find(view: View<'_>, treaty: TreatyId, who: Who<'_>) -> Result<Self, Refused> {
        let on_treaty = positions_of(&view.acts_on(&Subject::Treaty(treaty.clone()))?);
        let mut under: BTreeMap<ParticipantId, Vec<Act>> = BTreeMap::new();
        match who {
            Who::One(participant) => {
                let subject = Subject::Participation(treaty.clone(), participant.clone());
                under.insert(participant.clone(), view.acts_on(&subject)?);
            }
            Who::Everybody => {
                for act in view.acts_under(&treaty)? {
                    let Some(participant) = act.participant.clone() else { continue };
                    under.entry(participant).or_default().push(act);
                }
            }
        }
        Ok(Self { treaty, on_treaty, under })
    }

    fn positions(&self) -> impl Iterator<Item = Position> {
        let under = self.under.values().flatten().map(|act| act.position);
        self.on_treaty.iter().copied().chain(under)
    }

    /// Acts of a kind under the treaty, of everybody.
    fn of_kind(&self, view: View<'_>, who: Who<'_>, kind: Kind) -> Result<Vec<Act>, Refused> {
        match who {
            Who::One(_) => Ok(view.acts_of_kind(&self.treaty, kind)?),
            Who::Everybody => Ok(self.under.values().flatten().filter(|act| act.kind == kind).cloned().collect()),
        }
    }
}

/// What has to be read of other participants.
#[derive(Clone, Copy, Debug)]
struct Needed {
    reactions: bool,
    /// How many deposits count; `None` where none are counted.
    threshold: Option<u32>,
}

impl Needed {
    fn of(places: &Places, read: &EventsRead, depth: Depth) -> Self {
        let on_treaty = || places.on_treaty.iter().filter_map(|position| read.get(position));
        let suspended = places.under.values().flatten().any(|act| act.kind == SUSPENSION);
        let stated = on_treaty().any(|recorded| states_entry_into_force(recorded));
        let threshold = on_treaty().filter_map(|recorded| threshold_of(&recorded.event.body)).max();
        Self {
            reactions: depth == Depth::Whole && suspended,
            threshold: threshold.filter(|_| depth == Depth::Whole || !stated),
        }
    }
}

/// What everybody did under the treaty, as far as it bears on others.
#[derive(Default)]
struct Others {
    reactions: Vec<Position>,
    /// Deposits as the read models date them, of those who changed nothing.
    told_deposits: Vec<StatedDeposit>,
    /// Deposits of the rest with what may change them: these must be read themselves.
    changed_deposits: Vec<Position>,
    threshold: u32,
}

impl Others {
    fn find(view: View<'_>, places: &Places, who: Who<'_>, needed: Needed) -> Result<Self, Refused> {
        let mut others = Self { threshold: needed.threshold.unwrap_or(0), ..Self::default() };
        if !needed.reactions && needed.threshold.is_none() {
            return Ok(others);
        }
        let mut changes = Vec::new();
        for kind in CHANGES {
            changes.extend(places.of_kind(view, who, kind)?);
        }
        if needed.reactions {
            let objections = places.of_kind(view, who, OBJECTION)?;
            let objectors: BTreeSet<_> = objections.iter().map(|act| &act.participant).collect();
            let bear = changes.iter().filter(|act| objectors.contains(&act.participant));
            others.reactions = bear.chain(&objections).map(|act| act.position).collect();
        }
        if needed.threshold.is_some() {
            let changed: BTreeSet<_> = changes.iter().map(|act| &act.participant).collect();
            let deposits = places.of_kind(view, who, DEPOSIT)?;
            let (read, told): (Vec<&Act>, Vec<&Act>) =
                deposits.iter().partition(|act| changed.contains(&act.participant));
            others.changed_deposits = read.into_iter().chain(&changes).map(|act| act.position).collect();
            others.told_deposits = told.into_iter().filter_map(told_deposit).collect();
        }
        Ok(others)
    }

    fn positions(&self) -> impl Iterator<Item = Position> {
        self.reactions.iter().chain(&self.changed_deposits).copied()
    }
}

/// What bears on those who are asked about from elsewhere than the treaty and themselves.
#[derive(Default)]
struct Elsewhere {
    above: Vec<Position>,
    around: BTreeMap<ParticipantId, Vec<Position>>,
}

impl Elsewhere {
    /// The parent is the one that the registration names, as it was corrected last; its
    /// own parent is not asked for.
    fn find(view: View<'_>, places: &Places, who: Who<'_>, read: &EventsRead) -> Result<Self, Refused> {
        let mut elsewhere = Self::default();
        let on_treaty = places.on_treaty.iter().filter_map(|position| read.get(position));
        let parent = on_treaty.filter_map(|recorded| parent_of(&recorded.event.body)).next_back();
        if let Some(parent) = parent.filter(|parent| **parent != places.treaty) {
            let above = Places::find(view, parent.clone(), who)?;
            elsewhere.above = above.on_treaty;
            for (participant, acts) in &above.under {
                elsewhere.add(participant, acts);
            }
        }
        for (participant, acts) in &places.under {
            for act in acts.iter().filter(|act| act.kind == SUCCESSION) {
                let Some(predecessor) = read.get(&act.position).and_then(|it| predecessor_of(&it.event.body)) else {
                    continue;
                };
                let subject = Subject::Participation(places.treaty.clone(), predecessor.clone());
                elsewhere.add(participant, &view.acts_on(&subject)?);
            }
        }
        Ok(elsewhere)
    }

    fn add(&mut self, participant: &ParticipantId, acts: &[Act]) {
        self.around.entry(participant.clone()).or_default().extend(positions_of(acts));
    }

    fn positions(&self) -> impl Iterator<Item = Position> {
        self.above.iter().chain(self.around.values().flatten()).copied()
    }
}

/// The treaty of which the registered one is a protocol.
pub(super) fn parent_of(body: &Body) -> Option<&TreatyId> {
    match stated(body)? {
        TreatyBody::TreatyRegistered(body) => body.parent.as_ref(),
        _ => None,
    }
}

fn predecessor_of(body: &Body) -> Option<&ParticipantId> {
    match stated(body)? {
        TreatyBody::SuccessionNotified(body) => Some(&body.predecessor),
        _ => None,
    }
}

/// What a treaty act states, itself or in place of another.
fn stated(body: &Body) -> Option<&TreatyBody> {
    let body = match body {
        Body::Shared(SharedBody::EventCorrected(body)) => &body.restated.as_ref()?.body,
        body => body,
    };
    if let Body::Treaty(body) = body { Some(body) } else { None }
}

fn told_deposit(act: &Act) -> Option<StatedDeposit> {
    Some(StatedDeposit { participant: act.participant.clone()?, deposited: act.date.clone()? })
}

/// Where the events on the participants themselves stand.
fn about<'p>(
    view: View<'_>,
    participants: impl Iterator<Item = &'p ParticipantId>,
) -> Result<BTreeMap<ParticipantId, Vec<Position>>, Refused> {
    let each = participants.collect::<BTreeSet<_>>().into_iter().map(|participant| {
        let acts = view.acts_on(&Subject::Participant(participant.clone()))?;
        Ok((participant.clone(), positions_of(&acts)))
    });
    each.collect()
}

fn positions_of(acts: &[Act]) -> Vec<Position> {
    acts.iter().map(|act| act.position).collect()
}

fn picked(read: &EventsRead, positions: &[Position]) -> Vec<Arc<Recorded>> {
    positions.iter().filter_map(|position| read.get(position)).map(Arc::clone).collect()
}

/// Whose act under a treaty it is.
fn participant_of(recorded: &Recorded) -> Option<&ParticipantId> {
    match &recorded.event.subject {
        Subject::Participation(_, participant) => Some(participant),
        Subject::Ledger
        | Subject::Organisation(_)
        | Subject::Treaty(_)
        | Subject::Participant(_)
        | Subject::Record(_) => None,
    }
}

fn threshold_of(body: &Body) -> Option<u32> {
    let TreatyBody::TreatyRegistered(body) = stated(body)? else { return None };
    let clause = body.clauses.as_ref()?.entry_into_force.as_ref()?;
    Some(clause.threshold).filter(|threshold| *threshold > 0)
}

fn states_entry_into_force(recorded: &Recorded) -> bool {
    let Body::Treaty(TreatyBody::EffectStated(body)) = &recorded.event.body else { return false };
    body.effect == TreatyEffect::EntryIntoForce && recorded.effective_since().is_some()
}

/// The mandates that weigh between rival statements.
pub(super) fn mandates_of_authors(view: View<'_>, read: &EventsRead) -> Result<Vec<GrantedMandate>, Refused> {
    let authors: BTreeSet<_> = read.values().map(|recorded| recorded.organisation()).collect();
    let mut mandates = Vec::new();
    for organisation in authors {
        mandates.extend(view.mandates(organisation)?.into_iter().map(|state| GrantedMandate {
            organisation: organisation.clone(),
            granted: state.granted.index,
            mandate: state.mandate,
        }));
    }
    Ok(mandates)
}
