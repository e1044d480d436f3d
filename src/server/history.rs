//! Recorded events read back from the journal: what the rules over treaties and
//! minefields answer from.
//!
//! Promises: however many events of an entry are wanted, the entry is read once, only
//! those events are taken apart, and the sign-offs of its submission are looked up once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Node, errors::Refused};
use crate::{
    domain::{Index, Position, Recorded, RecordingTime, Standing, Subject},
    projections::View,
    wire::{self, EventsAt},
};

/// Events by where they stand, shared by all who answer from them.
pub(super) type EventsRead = BTreeMap<Position, Arc<Recorded>>;

impl Node {
    /// All events on a subject as known in the view, in order of their position.
    pub(super) fn history(&self, view: View<'_>, subject: &Subject) -> Result<Vec<Recorded>, Refused> {
        let positions = view.acts_on(subject)?.into_iter().map(|act| act.position);
        let mut history = Vec::new();
        self.each_event_at(view, positions, |recorded| history.push(recorded))?;
        Ok(history)
    }

    /// The events at these positions, as known in the view.
    pub(super) fn events_at(
        &self,
        view: View<'_>,
        positions: impl IntoIterator<Item = Position>,
    ) -> Result<EventsRead, Refused> {
        let mut events = EventsRead::new();
        self.each_event_at(view, positions, |recorded| drop(events.insert(recorded.position, Arc::new(recorded))))?;
        Ok(events)
    }

    /// The same one by one.
    pub(super) fn each_event_at(
        &self,
        view: View<'_>,
        positions: impl IntoIterator<Item = Position>,
        mut take: impl FnMut(Recorded),
    ) -> Result<(), Refused> {
        let mut wanted: BTreeMap<Index, BTreeSet<u16>> = BTreeMap::new();
        for Position { index, ordinal } in positions {
            wanted.entry(index).or_default().insert(ordinal);
        }
        let newest = view.holds_at()?.recorded_at;
        for (index, ordinals) in &wanted {
            self.each_event_of(view, *index, ordinals, newest, &mut take)?;
        }
        Ok(())
    }

    /// Some events of one entry.
    fn each_event_of(
        &self,
        view: View<'_>,
        index: Index,
        ordinals: &BTreeSet<u16>,
        newest: Option<RecordingTime>,
        take: &mut impl FnMut(Recorded),
    ) -> Result<(), Refused> {
        let missing = || Refused::not_found("position", format!("entry {index} cannot be read"));
        let read = self.read_entry(index)?.ok_or_else(missing)?;
        let stored = &read.stored;
        let found = wire::read_events_at(stored, ordinals).map_err(|error| Refused::internal(&error))?;
        let EventsAt { author, events } = found.ok_or_else(missing)?;
        let newest = newest.unwrap_or(stored.record.recorded_at);
        let state = view.sign_offs(index)?;
        let at_once = Standing::Effective { since: index, verified: false };
        let standing = state.as_ref().map_or(at_once, |state| state.standing(newest));
        let (sign_offs, missing) = state.map(|state| (state.statements, state.missing)).unwrap_or_default();
        let waits = standing == Standing::Waiting;
        let missing: Vec<_> = missing.into_iter().filter(|_| waits).map(|missing| missing.message).collect();
        for (ordinal, event) in events {
            take(Recorded {
                position: Position { index, ordinal },
                recorded_at: stored.record.recorded_at,
                author: author.clone(),
                event,
                standing,
                sign_offs: sign_offs.clone(),
                missing: missing.clone(),
            });
        }
        Ok(())
    }
}
