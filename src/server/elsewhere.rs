//! What bears on an answer about participants under a treaty from elsewhere than the treaty and
//! themselves: a parent treaty, protocols, predecessors and successors, and who objects to
//! their acts.
//!
//! Leaves to others: what is asked for, and reading it (`dossier`), the rules (`treaties`).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    dossier::{
        CORRECTION, DEPOSIT, Places, SETTLES, SIGNATURE, SUCCESSION, Who, acts_of, clauses_of, positions_of, stated,
    },
    draft::WithDraft,
    errors::Refused,
    history::EventsRead,
};
use crate::{
    domain::{Body, EventReference, Kind, ParticipantId, Position, Subject, TreatyBody, TreatyKind},
    projections::Act,
    treaties,
};

const REGISTRATION: Kind = Kind::Treaty(TreatyKind::TreatyRegistered);

/// Who objects to each event that somebody objects to.
pub(super) type Objectors = BTreeMap<EventReference, BTreeSet<ParticipantId>>;

/// What bears on those who are asked about from elsewhere than the treaty and themselves.
#[derive(Default)]
pub(super) struct Elsewhere {
    pub above: Vec<Position>,
    pub around: BTreeMap<ParticipantId, Vec<Position>>,
}

impl Elsewhere {
    /// The parent's own parent is not asked for.
    pub fn find(view: WithDraft<'_>, places: &Places, who: Who<'_>, read: &EventsRead) -> Result<Self, Refused> {
        let mut elsewhere = Self::default();
        if let Some(parent) = &places.parent {
            let above = Places::find(view, parent.clone(), who)?;
            elsewhere.above = above.on_treaty;
            for (participant, acts) in &above.under {
                elsewhere.add(participant, acts);
            }
        }
        elsewhere.find_below(view, places, read)?;
        for (participant, acts) in &places.under {
            let acts = acts.iter().filter(|act| [SUCCESSION, CORRECTION].contains(&act.kind));
            let named = acts.filter_map(|act| predecessor_of(&read.get(&act.position)?.event.body));
            for predecessor in named.collect::<BTreeSet<_>>() {
                for treaty in std::iter::once(&places.treaty).chain(&places.parent) {
                    elsewhere.add(participant, &acts_of(view, treaty, predecessor)?);
                }
            }
        }
        for act in &places.successions {
            let predecessor = read.get(&act.position).and_then(|it| predecessor_of(&it.event.body));
            let (Some(predecessor), Some(successor)) = (predecessor, &act.participant) else { continue };
            if places.under.contains_key(predecessor) && predecessor != successor {
                elsewhere.add(predecessor, &acts_of(view, &places.treaty, successor)?);
            }
        }
        Ok(elsewhere)
    }

    /// Who objects to a reservation is looked at for whether it had consented.
    pub fn add_objectors(
        &mut self,
        view: WithDraft<'_>,
        places: &Places,
        objectors: &Objectors,
        read: &EventsRead,
    ) -> Result<(), Refused> {
        if objectors.is_empty() {
            return Ok(());
        }
        for (participant, acts) in &places.under {
            let own = acts.iter().filter_map(|act| read.get(&act.position));
            let reservations = own.filter(|recorded| is_reservation(&recorded.event.body));
            let by: BTreeSet<_> =
                reservations.filter_map(|recorded| objectors.get(&recorded.reference())).flatten().collect();
            for objector in by {
                self.add(participant, &acts_of(view, &places.treaty, objector)?);
            }
        }
        Ok(())
    }

    /// What registers the protocols of the treaty, and the consents to them of those who are asked
    /// about, where the clauses ask how many a first instrument covers.
    fn find_below(&mut self, view: WithDraft<'_>, places: &Places, read: &EventsRead) -> Result<(), Refused> {
        let on_treaty = places.on_treaty.iter().filter_map(|position| read.get(position));
        let asks = on_treaty.filter_map(|recorded| minimum_protocols(&recorded.event.body)).any(|least| least > 0);
        let consents = |act: &&Act| [DEPOSIT, SIGNATURE].contains(&act.kind) || SETTLES.contains(&act.kind);
        for protocol in view.registered_below(&places.treaty)? {
            let on_protocol = view.acts_on(&Subject::Treaty(protocol.clone()))?;
            let registers = on_protocol.iter().filter(|act| [REGISTRATION, CORRECTION].contains(&act.kind));
            self.above.extend(registers.map(|act| act.position));
            for participant in places.under.keys().filter(|_| asks) {
                let acts = acts_of(view, &protocol, participant)?;
                let around = self.around.entry(participant.clone()).or_default();
                around.extend(acts.iter().filter(consents).map(|act| act.position));
            }
        }
        Ok(())
    }

    fn add(&mut self, participant: &ParticipantId, acts: &[Act]) {
        self.around.entry(participant.clone()).or_default().extend(positions_of(acts));
    }

    pub fn positions(&self) -> impl Iterator<Item = Position> {
        self.above.iter().chain(self.around.values().flatten()).copied()
    }
}

/// Who objects to each event that somebody objects to.
pub(super) fn objectors(read: &EventsRead, reactions: &[Position]) -> Objectors {
    let mut found = Objectors::new();
    for recorded in reactions.iter().filter_map(|position| read.get(position)) {
        let target = match stated(&recorded.event.body) {
            Some(TreatyBody::ObjectionLodged(body)) => &body.objects_to,
            _ => continue,
        };
        if let Some(by) = recorded.event.subject.participating() {
            found.entry(target.clone()).or_default().insert(by.clone());
        }
    }
    found
}

pub(super) fn is_reservation(body: &Body) -> bool {
    stated(body).is_some_and(treaties::is_reservation)
}

/// Whether the clauses of a registration set a time for objections.
pub(super) fn sets_time_for_objections(body: &Body) -> bool {
    clauses_of(body).is_some_and(|clauses| clauses.objection.is_some())
}

fn predecessor_of(body: &Body) -> Option<&ParticipantId> {
    match stated(body)? {
        TreatyBody::SuccessionNotified(body) => Some(&body.predecessor),
        _ => None,
    }
}

/// How many protocols the clauses of a registration ask for with a first instrument.
fn minimum_protocols(body: &Body) -> Option<u32> {
    Some(clauses_of(body)?.consent.as_ref()?.minimum_protocols)
}
