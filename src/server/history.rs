//! The recorded events of a subject, read back from the journal: what the rules
//! over treaties and minefields answer from.

use super::{Node, errors::Refused};
use crate::{
    domain::{Index, Position, Recorded, Standing, Subject},
    journal::ReadLimit,
    projections::{EntryFilter, View},
    wire::{self, EventsOn},
};

impl Node {
    /// All events on a subject as known in the view, in order of their position.
    pub(super) fn history(&self, view: View<'_>, subject: &Subject) -> Result<Vec<Recorded>, Refused> {
        let filter = EntryFilter { subject: Some(subject.clone()), ..EntryFilter::default() };
        let mut history = Vec::new();
        for index in view.entries(&filter, Index(0)) {
            self.recorded_in(view, index?, subject, &mut history)?;
        }
        Ok(history)
    }

    /// The events of an entry that are on the subject.
    fn recorded_in(
        &self,
        view: View<'_>,
        index: Index,
        subject: &Subject,
        history: &mut Vec<Recorded>,
    ) -> Result<(), Refused> {
        let missing = || Refused::not_found("position", format!("entry {index} cannot be read"));
        let stored = self.journal.read(index, ReadLimit::ONE).map_err(|error| Refused::internal(&error))?;
        let stored = stored.into_iter().next().ok_or_else(missing)?;
        let found = wire::read_events_on(&stored, subject).map_err(|error| Refused::internal(&error))?;
        let EventsOn { digest, author, events } = found.ok_or_else(missing)?;
        let newest = view.holds_at()?.recorded_at.unwrap_or(stored.record.recorded_at);
        let state = view.sign_offs(digest)?;
        let at_once = Standing::Effective { since: index, verified: false };
        let standing = state.as_ref().map_or(at_once, |state| state.standing(newest));
        let (sign_offs, missing) = state.map(|state| (state.statements, state.missing)).unwrap_or_default();
        let waits = standing == Standing::Waiting;
        let missing: Vec<_> = missing.into_iter().filter(|_| waits).map(|missing| missing.message).collect();
        history.extend(events.into_iter().map(|(ordinal, event)| Recorded {
            position: Position { index, ordinal },
            recorded_at: stored.record.recorded_at,
            author: author.clone(),
            event,
            standing,
            sign_offs: sign_offs.clone(),
            missing: missing.clone(),
        }));
        Ok(())
    }
}
