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
    draft::{WithDraft, mandates_of_authors},
    elsewhere::{Elsewhere, Objectors, is_reservation, objectors, sets_time_for_objections},
    errors::Refused,
    history::EventsRead,
    status::{EventFacts, facts},
};
use crate::{
    domain::{
        Body, Clauses, Index, Kind, ParticipantId, Position, Recorded, SharedBody, SharedKind, Subject, TreatyBody,
        TreatyEffect, TreatyId, TreatyKind,
    },
    projections::Act,
    treaties::{self, Dossier, FirstDeposit, GrantedMandate, Known, StatedDeposit, ViewName},
};

pub(super) const DEPOSIT: Kind = Kind::Treaty(TreatyKind::InstrumentDeposited);
pub(super) const SIGNATURE: Kind = Kind::Treaty(TreatyKind::SignatureAffixed);
const OBJECTION: Kind = Kind::Treaty(TreatyKind::ObjectionLodged);
const SUSPENSION: Kind = Kind::Treaty(TreatyKind::SuspensionNotified);
const WITHDRAWAL: Kind = Kind::Treaty(TreatyKind::WithdrawalNotified);
const DECLARATION: Kind = Kind::Treaty(TreatyKind::DeclarationMade);
/// What may change an objection.
const CHANGES: [Kind; 3] = [
    Kind::Shared(SharedKind::EventCorrected),
    Kind::Shared(SharedKind::EventRetracted),
    Kind::Treaty(TreatyKind::DeclarationMade),
];
/// What may change how consent stands.
pub(super) const SETTLES: [Kind; 3] = [
    Kind::Shared(SharedKind::EventCorrected),
    Kind::Shared(SharedKind::EventRetracted),
    Kind::Shared(SharedKind::ContestResolved),
];
pub(super) const CORRECTION: Kind = Kind::Shared(SharedKind::EventCorrected);
pub(super) const SUCCESSION: Kind = Kind::Treaty(TreatyKind::SuccessionNotified);
const TABLE: Kind = Kind::Treaty(TreatyKind::ParticipationTableStated);

/// Who is asked about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Who<'a> {
    One(&'a ParticipantId),
    These(&'a BTreeSet<ParticipantId>),
    /// Every participant with an act under the treaty, or that an instrument under the
    /// parent treaty makes consent to it.
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
    /// Acts under the treaty of those that are asked about; nobody without an act but those
    /// that consent with an instrument under the parent, and the one that was asked about by
    /// name.
    pub under: ByParticipant,
    /// Events on these participants themselves.
    pub about: ByParticipant,
    /// What bears on them from elsewhere: their acts under the parent treaty, acts of those
    /// that they succeed, and of those that succeed them.
    around: ByParticipant,
    /// Events on the parent treaty itself, and what registers the protocols of the treaty.
    above: Vec<Arc<Recorded>>,
    /// Objections of everybody, and what may change them.
    reactions: Vec<Arc<Recorded>>,
    /// Who objects to an event.
    objectors: Objectors,
    deposits: Vec<FirstDeposit>,
    mandates: Arc<[GrantedMandate]>,
}

impl TreatyFile {
    /// Asks about one participant.
    pub fn ask<T>(&self, participant: &ParticipantId, ask: impl FnOnce(&Dossier<'_>) -> T) -> T {
        let of = |events: &'_ ByParticipant| events.get(participant).cloned().unwrap_or_default();
        let (about, own) = (of(&self.about), of(&self.under));
        let objected = own.iter().filter_map(|recorded| self.objectors.get(&recorded.reference())).flatten();
        let objectors: BTreeSet<&ParticipantId> = objected.filter(|who| *who != participant).collect();
        let by = |recorded: &&Arc<Recorded>| {
            recorded.event.subject.participating().is_some_and(|who| objectors.contains(who))
        };
        let reactions = self.reactions.iter().filter(|recorded| !objectors.is_empty() && by(recorded));
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

    /// Every event that was read.
    pub fn events(&self) -> impl Iterator<Item = &Arc<Recorded>> {
        let each = self.about.values().chain(self.under.values()).chain(self.around.values()).flatten();
        each.chain(&self.on_treaty).chain(&self.above).chain(&self.reactions)
    }

    /// How the entries stand that an answer may cite.
    pub fn facts(&self) -> HashMap<Index, EventFacts> {
        self.events().map(|recorded| (recorded.position.index, facts(recorded))).collect()
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
    pub(super) fn treaty_files<'v>(
        &self,
        view: impl Into<WithDraft<'v>>,
        treaties: Vec<TreatyId>,
        who: Who<'_>,
        depth: Depth,
        name: ViewName,
    ) -> Result<Vec<TreatyFile>, Refused> {
        let view = view.into();
        let places = treaties.into_iter().map(|treaty| Places::find(view, treaty, who));
        let mut places: Vec<Places> = places.collect::<Result<_, _>>()?;
        let mut about = about(view, places.iter().flat_map(|places| places.under.keys()))?;
        let first = places.iter().flat_map(Places::positions).chain(about.values().flatten().copied());
        let mut read = view.events_at(self, first)?;
        let mut named = Vec::new();
        for places in &mut places {
            named.extend(places.add_named(view, who, &read)?);
        }
        about.extend(self::about(view, named.iter())?);
        let others = places.iter().map(|places| {
            let needed = Needed::of(view, places, &read, (depth, name))?;
            Others::find(view, places, who, needed)
        });
        let others: Vec<Others> = others.collect::<Result<_, _>>()?;
        let mut around: Vec<Elsewhere> =
            places.iter().map(|places| Elsewhere::find(view, places, who, &read)).collect::<Result<_, _>>()?;
        let second = others.iter().flat_map(Others::positions).chain(around.iter().flat_map(Elsewhere::positions));
        let second = second.chain(named.iter().flat_map(|who| &about[who]).copied());
        let second = second.filter(|position| !read.contains_key(position));
        let second = view.events_at(self, second)?;
        read.extend(second);
        let objectors: Vec<Objectors> = others.iter().map(|others| objectors(&read, &others.reactions)).collect();
        for ((places, objectors), elsewhere) in places.iter().zip(&objectors).zip(&mut around) {
            elsewhere.add_objectors(view, places, objectors, &read)?;
        }
        let third = around.iter().flat_map(Elsewhere::positions).filter(|position| !read.contains_key(position));
        let third = view.events_at(self, third)?;
        read.extend(third);
        let mandates: Arc<[GrantedMandate]> = mandates_of_authors(view, &read)?.into();
        let known = view.known()?;
        let each = places.into_iter().zip(others).zip(around).zip(objectors);
        let files = each.map(|(((places, others), elsewhere), objectors)| {
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
                objectors,
                reactions: picked(&read, &others.reactions),
                deposits: Vec::new(),
                mandates: Arc::clone(&mandates),
            };
            let changed = picked(&read, &others.changed_deposits);
            let parent = places.parent.as_ref();
            let deposits = file.first_deposits(&changed, parent, others.told_deposits, others.threshold);
            let mut file = TreatyFile { deposits, ..file };
            if !matches!(who, Who::One(_)) {
                file.leave_out_bystanders();
            }
            file
        });
        Ok(files.collect())
    }
}

impl TreatyFile {
    /// Leaves out who has no act under the treaty and does not consent to it either: what
    /// named the treaty was corrected or taken back.
    fn leave_out_bystanders(&mut self) {
        let named = self.under.iter().filter(|(_, acts)| acts.is_empty()).map(|(participant, _)| participant.clone());
        for participant in named.collect::<Vec<_>>() {
            if !self.consents_with_parent(&participant) {
                self.under.remove(&participant);
            }
        }
    }

    /// Whether an instrument under the parent makes a participant consent to the treaty.
    pub fn consents_with_parent(&self, participant: &ParticipantId) -> bool {
        self.ask(participant, |dossier| treaties::consents_with_parent(dossier, self.view))
    }

    /// The deposits that can count towards the treaty's entry into force: as the read
    /// models date them, or as those stand that may have been changed.
    fn first_deposits(
        &self,
        changed: &[Arc<Recorded>],
        parent: Option<&TreatyId>,
        told: Vec<StatedDeposit>,
        threshold: u32,
    ) -> Vec<FirstDeposit> {
        let Some(participant) = changed.first().and_then(|recorded| recorded.event.subject.participating()) else {
            return treaties::first_deposits(told, threshold);
        };
        let events: Vec<&Recorded> = changed.iter().map(Arc::as_ref).collect();
        let Self { treaty, mandates, known, .. } = self;
        let dossier = Dossier { treaty, participant, events: &events, deposits: &[], mandates, known: *known };
        treaties::first_deposits(told.into_iter().chain(treaties::consents(&dossier, parent, self.view)), threshold)
    }
}

/// Where the events stand that are read first.
pub(super) struct Places {
    pub treaty: TreatyId,
    /// The treaty of which it is a protocol, as the registration names it that was corrected
    /// last; known when that was read.
    pub parent: Option<TreatyId>,
    pub on_treaty: Vec<Position>,
    /// Acts of those that are asked about.
    pub under: BTreeMap<ParticipantId, Vec<Act>>,
    /// Successions of anybody with what may change them, where a table was stated that can
    /// tell that a participation has passed to successors.
    pub successions: Vec<Act>,
}

impl Places {
    pub fn find(view: WithDraft<'_>, treaty: TreatyId, who: Who<'_>) -> Result<Self, Refused> {
        let on_treaty = view.acts_on(&Subject::Treaty(treaty.clone()))?;
        let tabled = on_treaty.iter().any(|act| act.kind == TABLE);
        let mut under: BTreeMap<ParticipantId, Vec<Act>> = BTreeMap::new();
        match who {
            Who::One(participant) => {
                under.insert(participant.clone(), acts_of(view, &treaty, participant)?);
            }
            Who::These(participants) => {
                for participant in participants {
                    under.insert(participant.clone(), acts_of(view, &treaty, participant)?);
                }
            }
            Who::Everybody => {
                for act in view.acts_under(&treaty)? {
                    let Some(participant) = act.participant.clone() else { continue };
                    under.entry(participant).or_default().push(act);
                }
            }
        }
        let on_treaty = positions_of(&on_treaty);
        let mut places = Self { treaty, parent: None, on_treaty, under, successions: Vec::new() };
        if tabled {
            places.successions = places.successions(view, who)?;
        }
        Ok(places)
    }

    fn successions(&self, view: WithDraft<'_>, who: Who<'_>) -> Result<Vec<Act>, Refused> {
        let mut found = self.of_kind(view, who, SUCCESSION)?;
        let successors: BTreeSet<_> = found.iter().map(|act| act.participant.clone()).collect();
        let corrections = self.of_kind(view, who, CORRECTION)?.into_iter();
        found.extend(corrections.filter(|act| successors.contains(&act.participant)));
        Ok(found)
    }

    /// Finds the parent, and adds everybody else whom an instrument under it may make
    /// consent to the treaty. They are returned.
    fn add_named(
        &mut self,
        view: WithDraft<'_>,
        who: Who<'_>,
        read: &EventsRead,
    ) -> Result<Vec<ParticipantId>, Refused> {
        let on_treaty = self.on_treaty.iter().filter_map(|position| read.get(position));
        let parent = on_treaty.filter_map(|recorded| parent_of(&recorded.event.body)).next_back();
        self.parent = parent.filter(|parent| **parent != self.treaty).cloned();
        let mut added = Vec::new();
        if let Who::Everybody = who {
            for act in self.naming(view)? {
                let Some(participant) = act.participant.filter(|who| !self.under.contains_key(who)) else { continue };
                self.under.insert(participant.clone(), Vec::new());
                added.push(participant);
            }
        }
        Ok(added)
    }

    /// Instruments under the parent that name the treaty, of everybody.
    fn naming(&self, view: WithDraft<'_>) -> Result<Vec<Act>, Refused> {
        if self.parent.is_none() {
            return Ok(Vec::new());
        }
        let named = view.instruments_naming(&self.treaty, None)?;
        Ok(named.into_iter().filter(|(under, _)| self.parent.as_ref() == Some(under)).map(|(_, act)| act).collect())
    }

    fn positions(&self) -> impl Iterator<Item = Position> {
        let under = self.under.values().flatten().chain(&self.successions).map(|act| act.position);
        self.on_treaty.iter().copied().chain(under)
    }

    /// Acts of a kind under the treaty, of everybody.
    fn of_kind(&self, view: WithDraft<'_>, who: Who<'_>, kind: Kind) -> Result<Vec<Act>, Refused> {
        match who {
            Who::One(_) | Who::These(_) => Ok(view.acts_of_kind(&self.treaty, kind)?),
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
    fn of(
        view: WithDraft<'_>,
        places: &Places,
        read: &EventsRead,
        (depth, name): (Depth, ViewName),
    ) -> Result<Self, Refused> {
        let on_treaty = || places.on_treaty.iter().filter_map(|position| read.get(position));
        let timed = on_treaty().any(|recorded| sets_time_for_objections(&recorded.event.body));
        let reserves = |act: &Act| read.get(&act.position).is_some_and(|it| is_reservation(&it.event.body));
        let objectable = |act: &Act| match act.kind {
            SUSPENSION => true,
            WITHDRAWAL => timed,
            DECLARATION | CORRECTION => timed && reserves(act),
            _ => false,
        };
        let met = places.under.values().flatten().any(objectable);
        let threshold = on_treaty().filter_map(|recorded| threshold_of(&recorded.event.body)).max();
        // What is stated goes before what is counted.
        let counts =
            threshold.is_some() && (depth == Depth::Whole || !is_stated_to_be_in_force(view, places, read, name)?);
        Ok(Self { reactions: depth == Depth::Whole && met, threshold: threshold.filter(|_| counts) })
    }
}

/// Whether a day is stated for the entry into force of the treaty, in whatever way that which
/// is on it may be read: a statement may be taken back, corrected, undated, or not followed.
fn is_stated_to_be_in_force(
    view: WithDraft<'_>,
    places: &Places,
    read: &EventsRead,
    name: ViewName,
) -> Result<bool, Refused> {
    let on_treaty = picked(read, &places.on_treaty);
    if !on_treaty.iter().any(|recorded| states_entry_into_force(recorded)) {
        return Ok(false);
    }
    let (mandates, nobody) = (mandates_of_authors(view, read)?, nobody());
    let events: Vec<&Recorded> = on_treaty.iter().map(Arc::as_ref).collect();
    let (treaty, known) = (&places.treaty, view.known()?);
    let dossier = Dossier { treaty, participant: &nobody, events: &events, deposits: &[], mandates: &mandates, known };
    Ok(treaties::treaty_in_force(&dossier, name).iter().all(Option::is_some))
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
    fn find(view: WithDraft<'_>, places: &Places, who: Who<'_>, needed: Needed) -> Result<Self, Refused> {
        let mut others = Self { threshold: needed.threshold.unwrap_or(0), ..Self::default() };
        if !needed.reactions && needed.threshold.is_none() {
            return Ok(others);
        }
        if needed.reactions {
            let mut changes = Vec::new();
            for kind in CHANGES {
                changes.extend(places.of_kind(view, who, kind)?);
            }
            let objections = places.of_kind(view, who, OBJECTION)?;
            let objectors: BTreeSet<_> = objections.iter().map(|act| &act.participant).collect();
            let bear = changes.iter().filter(|act| objectors.contains(&act.participant));
            others.reactions = bear.chain(&objections).map(|act| act.position).collect();
        }
        if needed.threshold.is_some() {
            others.find_deposits(view, places, who)?;
        }
        Ok(others)
    }

    /// Whatever expresses consent: as the read models date it where it is the only such act
    /// of its participant and nothing may have changed it, otherwise to be read.
    fn find_deposits(&mut self, view: WithDraft<'_>, places: &Places, who: Who<'_>) -> Result<(), Refused> {
        let naming = places.naming(view)?;
        let mut consents = places.of_kind(view, who, DEPOSIT)?;
        // Those alone that are definitive, whoever is asked about.
        consents.extend(view.acts_of_kind(&places.treaty, SIGNATURE)?);
        consents.extend(naming.iter().cloned());
        let named: BTreeSet<_> = naming.iter().filter_map(|act| act.participant.as_ref()).collect();
        let mut seen = BTreeSet::new();
        let of_each = consents.iter().filter_map(|act| act.participant.as_ref());
        let mut changed: BTreeSet<ParticipantId> = of_each.filter(|who| !seen.insert(*who)).cloned().collect();
        for kind in SETTLES {
            changed.extend(participants(view.acts_of_kind(&places.treaty, kind)?));
            for parent in places.parent.iter().filter(|_| !named.is_empty()) {
                let under = participants(view.acts_of_kind(parent, kind)?);
                changed.extend(under.filter(|who| named.contains(who)));
            }
        }
        let told = consents.iter().filter(|act| act.participant.as_ref().is_some_and(|who| !changed.contains(who)));
        self.told_deposits = told.filter_map(|act| told_deposit(view, act).transpose()).collect::<Result<_, _>>()?;
        let bears = |act: &&Act| [DEPOSIT, SIGNATURE].contains(&act.kind) || SETTLES.contains(&act.kind);
        for participant in &changed {
            let parent = places.parent.iter().filter(|_| named.contains(participant));
            for treaty in std::iter::once(&places.treaty).chain(parent) {
                let acts = view.acts_on(&Subject::Participation(treaty.clone(), participant.clone()))?;
                self.changed_deposits.extend(acts.iter().filter(bears).map(|act| act.position));
            }
        }
        Ok(())
    }

    fn positions(&self) -> impl Iterator<Item = Position> {
        self.reactions.iter().chain(&self.changed_deposits).copied()
    }
}

/// The treaty of which the registered one is a protocol.
pub(super) fn parent_of(body: &Body) -> Option<&TreatyId> {
    match stated(body)? {
        TreatyBody::TreatyRegistered(body) => body.parent.as_ref(),
        _ => None,
    }
}

/// The clauses with which a treaty is registered.
pub(super) fn clauses_of(body: &Body) -> Option<&Clauses> {
    let TreatyBody::TreatyRegistered(body) = stated(body)? else { return None };
    body.clauses.as_ref()
}

/// What a treaty act states, itself or in place of another.
pub(super) fn stated(body: &Body) -> Option<&TreatyBody> {
    let body = match body {
        Body::Shared(SharedBody::EventCorrected(body)) => &body.restated.as_ref()?.body,
        body => body,
    };
    if let Body::Treaty(body) = body { Some(body) } else { None }
}

fn participants(acts: Vec<Act>) -> impl Iterator<Item = ParticipantId> {
    acts.into_iter().filter_map(|act| act.participant)
}

fn told_deposit(view: WithDraft<'_>, act: &Act) -> Result<Option<StatedDeposit>, Refused> {
    let Some(participant) = act.participant.clone() else { return Ok(None) };
    // A date that is one day is not bounded by the day of recording.
    let to_the_day =
        act.date.as_ref().is_some_and(|date| date.earliest().is_some() && date.earliest() == date.latest());
    let recorded =
        if to_the_day { None } else { view.recorded_at(act.position.index)?.and_then(|time| time.utc_date()) };
    Ok(Some(StatedDeposit { participant, deposited: act.date.clone(), recorded }))
}

/// Where the events on the participants themselves stand.
fn about<'p>(
    view: WithDraft<'_>,
    participants: impl Iterator<Item = &'p ParticipantId>,
) -> Result<BTreeMap<ParticipantId, Vec<Position>>, Refused> {
    let each = participants.collect::<BTreeSet<_>>().into_iter().map(|participant| {
        let acts = view.acts_on(&Subject::Participant(participant.clone()))?;
        Ok((participant.clone(), positions_of(&acts)))
    });
    each.collect()
}

pub(super) fn acts_of(view: WithDraft<'_>, treaty: &TreatyId, who: &ParticipantId) -> Result<Vec<Act>, Refused> {
    Ok(view.acts_on(&Subject::Participation(treaty.clone(), who.clone()))?)
}

pub(super) fn positions_of(acts: &[Act]) -> Vec<Position> {
    acts.iter().map(|act| act.position).collect()
}

fn picked(read: &EventsRead, positions: &[Position]) -> Vec<Arc<Recorded>> {
    positions.iter().filter_map(|position| read.get(position)).map(Arc::clone).collect()
}

fn threshold_of(body: &Body) -> Option<u32> {
    let clause = clauses_of(body)?.entry_into_force.as_ref()?;
    Some(clause.threshold).filter(|threshold| *threshold > 0)
}

fn states_entry_into_force(recorded: &Recorded) -> bool {
    let Body::Treaty(TreatyBody::EffectStated(body)) = &recorded.event.body else { return false };
    body.effect == TreatyEffect::EntryIntoForce && recorded.effective_since().is_some()
}
