//! Since which entry an act has been contested without a break, as far as a ledger knew
//! at each of its entries.
//!
//! Promises: the entry is the earliest one after which every state of knowledge up to the
//! one asked about has the act contested on the day asked about, by the same rule
//! (`contested`). What nothing can be taken back from is not looked at entry by entry, so
//! many objections to one act cost a few looks. Leaves to others: what contests an act.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Dossier,
    rivals::Act,
    statements::{self, Statement},
};
use crate::domain::{Body, EventReference, Index, Kind, Recorded, SharedBody, Size, Subject, TreatyBody, TreatyEffect};

/// The events of a dossier by what they speak about.
pub struct Bearing<'a> {
    events: BTreeMap<EventReference, &'a Recorded>,
    /// Events that name another one.
    naming: BTreeMap<EventReference, Vec<&'a Recorded>>,
    /// Statements that share the name of an act.
    sharing: BTreeMap<ActName<'a>, Vec<&'a Recorded>>,
}

type ActName<'a> = (Kind, &'a Subject, &'a str);

impl<'a> Bearing<'a> {
    /// Sorts the events that are in effect.
    pub fn of(dossier: &Dossier<'a>) -> Self {
        let known = dossier.events.iter().copied().filter(|it| statements::counts(it, dossier.known.size));
        let events: BTreeMap<EventReference, &Recorded> = known.map(|it| (it.reference(), it)).collect();
        let (mut naming, mut sharing) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for recorded in events.values() {
            for named in named_by(&recorded.event.body) {
                naming.entry(named.clone()).or_default().push(*recorded);
            }
            if let Some(name) = act_name(recorded) {
                sharing.entry(name).or_default().push(*recorded);
            }
        }
        Self { events, naming, sharing }
    }

    /// What bears on whether an act is contested, in order of the entries since which it is
    /// in effect: the statements about it, what names them, and so on.
    pub fn on(&self, act: &Act<'a>) -> Vec<&'a Recorded> {
        let mut found: BTreeMap<EventReference, &Recorded> = BTreeMap::new();
        let mut next: Vec<&Recorded> = act.followed.iter().chain(&act.others).map(|it| it.recorded).collect();
        if is_entry_into_force(act.shown()) {
            let same = |it: &&&Recorded| it.event.kind() == act.kind && it.event.subject == *act.subject();
            next.extend(self.events.values().filter(same));
        }
        while let Some(recorded) = next.pop() {
            if found.insert(recorded.reference(), recorded).is_some() {
                continue;
            }
            next.extend(self.naming.get(&recorded.reference()).into_iter().flatten());
            next.extend(act_name(recorded).and_then(|name| self.sharing.get(&name)).into_iter().flatten());
            next.extend(corrected(recorded).and_then(|target| self.events.get(target)));
        }
        let mut found: Vec<&Recorded> = found.into_values().collect();
        found.sort_by_key(|recorded| (recorded.effective_since(), recorded.position));
        found
    }
}

/// The entry since which an act has been contested, of the events that bear on it in the
/// order of [`Bearing::on`]; `contested` says whether it was after so many entries.
pub fn contested_since(bearing: &[&Recorded], contested: impl Fn(Size) -> bool) -> Option<Index> {
    let mut steps: Vec<(Index, bool)> = Vec::new();
    for recorded in bearing {
        let Some(since) = recorded.effective_since() else { continue };
        match steps.last_mut().filter(|(last, _)| *last == since) {
            Some((_, settles)) => *settles |= may_settle(recorded),
            None => steps.push((since, may_settle(recorded))),
        }
    }
    let mut earliest = None;
    let runs: Vec<&[(Index, bool)]> = steps.chunk_by(|_, (_, settles)| !settles).collect();
    for run in runs.into_iter().rev() {
        // Within a run nothing is taken back: what is contested stays so.
        let first = run.partition_point(|(index, _)| !contested(Size(index.0 + 1)));
        let Some((index, _)) = run.get(first) else { break };
        earliest = Some(*index);
        if first > 0 {
            break;
        }
    }
    earliest
}

/// Whether an event can take back what contested an act; a statement, an objection, a
/// contest or a decision can only add to it.
fn may_settle(recorded: &Recorded) -> bool {
    let rival = recorded.event.act.is_some();
    match &recorded.event.body {
        Body::Shared(SharedBody::EventContested(_)) => false,
        Body::Treaty(TreatyBody::ObjectionLodged(_) | TreatyBody::TreatyBodyDecided(_)) => rival,
        Body::Treaty(TreatyBody::DeclarationMade(body)) => body.changes.is_some() || rival,
        Body::Treaty(_) => false,
        Body::Shared(_) | Body::Registry(_) | Body::Minefield(_) => true,
    }
}

/// The events that a body speaks about, itself or as it restates another.
fn named_by(body: &Body) -> BTreeSet<&EventReference> {
    let mut named = BTreeSet::new();
    match body {
        Body::Shared(body) => {
            named.extend(body.target());
            match body {
                SharedBody::ContestResolved(body) => named.extend(&body.statements),
                SharedBody::EventCorrected(body) => {
                    named.extend(body.restated.iter().flat_map(|restated| named_by(&restated.body)));
                }
                _ => {}
            }
        }
        Body::Treaty(TreatyBody::ObjectionLodged(body)) => named.extend([&body.objects_to]),
        Body::Treaty(TreatyBody::TreatyBodyDecided(body)) => named.extend(&body.concerning),
        Body::Treaty(TreatyBody::DeclarationMade(body)) => {
            named.extend(body.changes.as_ref().map(|changed| &changed.declaration));
        }
        Body::Treaty(_) | Body::Registry(_) | Body::Minefield(_) => {}
    }
    named
}

/// The event that a correction corrects: it may come to speak about an act by that.
fn corrected(recorded: &Recorded) -> Option<&EventReference> {
    match &recorded.event.body {
        Body::Shared(SharedBody::EventCorrected(body)) => Some(&body.target),
        _ => None,
    }
}

fn act_name(recorded: &Recorded) -> Option<ActName<'_>> {
    let event = &recorded.event;
    Some((event.kind(), &event.subject, event.act.as_deref()?))
}

/// Statements of when a treaty entered into force are about one act without a name.
fn is_entry_into_force(statement: &Statement<'_>) -> bool {
    matches!(statement.body, TreatyBody::EffectStated(body) if body.effect == TreatyEffect::EntryIntoForce)
}
