//! Which treaties and participants the entries between two sizes are about: the only ones
//! whose statuses can be known differently.
//!
//! Promises: an entry touches what its events are on, and a sign-off that puts an earlier
//! submission into effect what those events are on. A treaty is also touched through the
//! treaty that it is a protocol of, and through participants with an act under it or with
//! an instrument that names it.
//! Leaves to others: looking at who is touched (`changes`).

use std::collections::BTreeSet;

use super::{Node, dossier::parent_of, errors::Refused};
use crate::{
    domain::{EnvelopeContent, Index, ParticipantId, Size, Subject, TreatyId},
    journal::{ReadLimit, StoredRecord},
    limits::{BATCH_BYTES, CHANGED_ENTRIES, PAGE_ITEMS_DEFAULT},
    projections::View,
    wire,
};

/// What some entries are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Touched {
    /// There are too many entries to look: whatever is asked about.
    Everything,
    Named(Subjects),
}

/// Treaties, themselves or by acts under them, and participants themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Subjects {
    treaties: BTreeSet<TreatyId>,
    participants: BTreeSet<ParticipantId>,
}

impl Subjects {
    fn add(&mut self, subject: &Subject) {
        match subject {
            Subject::Treaty(treaty) | Subject::Participation(treaty, _) => {
                self.treaties.insert(treaty.clone());
            }
            Subject::Participant(participant) => {
                self.participants.insert(participant.clone());
            }
            Subject::Ledger | Subject::Organisation(_) | Subject::Record(_) => {}
        }
    }
}

impl Node {
    /// What the entries of a view are about from an earlier size on.
    pub(super) fn touched(&self, view: View<'_>, from: Size) -> Result<Touched, Refused> {
        if view.size().0.saturating_sub(from.0) > CHANGED_ENTRIES {
            return Ok(Touched::Everything);
        }
        let mut subjects = Subjects::default();
        let mut next = from.0;
        while next < view.size().0 {
            let left = usize::try_from(view.size().0 - next).unwrap_or(usize::MAX);
            let limit = ReadLimit { entries: left.min(PAGE_ITEMS_DEFAULT), bytes: BATCH_BYTES };
            let read = self.journal.read(Index(next), limit).map_err(|error| Refused::internal(&error))?;
            let missing = || Refused::not_found("from", format!("entry {next} cannot be read"));
            next = read.last().ok_or_else(missing)?.index.0 + 1;
            for stored in &read {
                self.add_entry(view, stored, &mut subjects)?;
            }
        }
        Ok(Touched::Named(subjects))
    }

    fn add_entry(&self, view: View<'_>, stored: &StoredRecord, subjects: &mut Subjects) -> Result<(), Refused> {
        let entry = wire::read_entry(stored).map_err(|error| Refused::internal(&error))?;
        match entry.envelope.content {
            EnvelopeContent::Submission(submitted) => {
                submitted.events.iter().for_each(|event| subjects.add(&event.subject));
                Ok(())
            }
            EnvelopeContent::SignOffs { submission, .. } => {
                let state = view
                    .sign_offs(self.index_of(submission.as_bytes())?)?
                    .filter(|state| state.effective_at() == Some(entry.index));
                let Some(state) = state else { return Ok(()) };
                let read = self.journal.read(state.recorded, ReadLimit::ONE);
                for stored in read.map_err(|error| Refused::internal(&error))? {
                    let signed = wire::read_entry(&stored).map_err(|error| Refused::internal(&error))?;
                    if let EnvelopeContent::Submission(submitted) = signed.envelope.content {
                        submitted.events.iter().for_each(|event| subjects.add(&event.subject));
                    }
                }
                Ok(())
            }
        }
    }

    /// Whether something can be known differently under a treaty; cheap looks before dear.
    pub(super) fn touches(&self, touched: &Touched, view: View<'_>, treaty: &TreatyId) -> Result<bool, Refused> {
        let Touched::Named(subjects) = touched else { return Ok(true) };
        if subjects.treaties.contains(treaty) {
            return Ok(true);
        }
        if !subjects.participants.is_empty() {
            let acts = view.acts_under(treaty)?;
            let touched = |participant: &ParticipantId| subjects.participants.contains(participant);
            if acts.iter().any(|act| act.participant.as_ref().is_some_and(touched)) {
                return Ok(true);
            }
            let named = view.instruments_naming(treaty, None)?;
            if named.iter().any(|(_, act)| act.participant.as_ref().is_some_and(touched)) {
                return Ok(true);
            }
        }
        if subjects.treaties.is_empty() {
            return Ok(false);
        }
        let on_treaty = self.history(view, &Subject::Treaty(treaty.clone()))?;
        let mut parents = on_treaty.iter().filter_map(|recorded| parent_of(&recorded.event.body));
        Ok(parents.any(|parent| subjects.treaties.contains(parent)))
    }
}
