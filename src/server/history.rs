//! The recorded events of a subject, read back from the journal: what the rules
//! over treaties and minefields answer from.

use super::{Node, errors::Refused};
use crate::{
    domain::{EnvelopeContent, Index, Position, Recorded, Standing, Subject},
    journal::ReadLimit,
    projections::{EntryFilter, View},
    wire,
};

#[allow(dead_code, reason = "the services over treaties and minefields read through it")]
impl Node {
    /// All events on a subject as known in the view, in order of their position.
    pub(super) fn history(&self, view: View<'_>, subject: &Subject) -> Result<Vec<Recorded>, Refused> {
        let filter = EntryFilter { subject: Some(subject.clone()), ..EntryFilter::default() };
        let mut history = Vec::new();
        for index in view.entries(&filter, Index(0)) {
            self.recorded_in(view, index?, |event| event.subject == *subject, &mut history)?;
        }
        Ok(history)
    }

    /// The events of an entry that are wanted.
    fn recorded_in(
        &self,
        view: View<'_>,
        index: Index,
        wanted: impl Fn(&crate::domain::Event) -> bool,
        history: &mut Vec<Recorded>,
    ) -> Result<(), Refused> {
        let missing = || Refused::not_found("position", format!("entry {index} cannot be read"));
        let stored = self.journal.read(index, ReadLimit::ONE).map_err(|error| Refused::internal(&error))?;
        let stored = stored.into_iter().next().ok_or_else(missing)?;
        let entry = wire::read_entry(&stored).map_err(|error| Refused::internal(&error))?;
        let EnvelopeContent::Submission(submitted) = entry.envelope.content else { return Err(missing()) };
        let newest = view.holds_at()?.recorded_at.unwrap_or(entry.recorded_at);
        let standing = match view.sign_offs(submitted.digest)? {
            Some(state) => state.standing(newest),
            None => Standing::Effective { since: index, verified: false },
        };
        for (event, ordinal) in submitted.events.into_iter().zip(0..) {
            if wanted(&event) {
                history.push(Recorded {
                    position: Position { index, ordinal },
                    recorded_at: entry.recorded_at,
                    author: submitted.submission.author.clone(),
                    event,
                    standing,
                });
            }
        }
        Ok(())
    }
}
