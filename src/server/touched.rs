//! Which treaties and participants the entries between two sizes are about: the only ones
//! whose statuses can be known differently.
//!
//! Promises: an entry touches what its events are on, and a sign-off that puts an earlier
//! submission into effect what those events are on. A treaty is also touched through the
//! treaty that it is a protocol of, and through participants with an act under it or with
//! an instrument that names it.
//! Leaves to others: looking at who is touched (`changes`).

use std::collections::BTreeSet;

use super::{Node, errors::Refused};
use crate::{
    domain::{EnvelopeContent, Index, ParticipantId, Subject, TreatyId},
    journal::{ReadLimit, StoredRecord},
    limits::{BATCH_BYTES, CHANGED_ENTRIES, PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX},
    projections::{Act, PageRequest, View},
    wire,
};

/// What some entries are about: treaties, themselves, by acts under them or under their
/// parents, and participants themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    treaties: BTreeSet<TreatyId>,
    participants: BTreeSet<ParticipantId>,
}

impl Touched {
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
    /// What the entries of a later view are about that an earlier one does not hold.
    pub(super) fn touched(&self, earlier: View<'_>, later: View<'_>) -> Result<Touched, Refused> {
        let entries = later.size().0.saturating_sub(earlier.size().0);
        let mut touched = match entries <= CHANGED_ENTRIES {
            true => self.touched_in_journal(earlier, later)?,
            false => self.touched_in_models(earlier, later)?,
        };
        for treaty in touched.treaties.clone() {
            touched.treaties.extend(later.protocols_of(&treaty)?);
        }
        Ok(touched)
    }

    /// By reading the entries: best where there are few.
    fn touched_in_journal(&self, earlier: View<'_>, later: View<'_>) -> Result<Touched, Refused> {
        let mut touched = Touched::default();
        let mut next = earlier.size().0;
        while next < later.size().0 {
            let left = usize::try_from(later.size().0 - next).unwrap_or(usize::MAX);
            let limit = ReadLimit { entries: left.min(PAGE_ITEMS_DEFAULT), bytes: BATCH_BYTES };
            let read = self.journal.read(Index(next), limit).map_err(|error| Refused::internal(&error))?;
            let missing = || Refused::not_found("from", format!("entry {next} cannot be read"));
            next = read.last().ok_or_else(missing)?.index.0 + 1;
            for stored in &read {
                self.add_entry(later, stored, &mut touched)?;
            }
        }
        Ok(touched)
    }

    /// By the histories of treaties and by what waited before, however many entries there are.
    fn touched_in_models(&self, earlier: View<'_>, later: View<'_>) -> Result<Touched, Refused> {
        let mut touched = Touched::default();
        later.treaty_subjects_since(earlier.size().next_index())?.iter().for_each(|subject| touched.add(subject));
        let mut after = None;
        loop {
            let request = PageRequest { after: after.as_deref(), items: PAGE_ITEMS_MAX };
            let waited = earlier.waiting(|_| true, request)?;
            for before in &waited.items {
                let state = later.sign_offs(before.recorded)?;
                if state.is_some_and(|state| state.effective_at().is_some()) {
                    self.add_submission(before.recorded, &mut touched)?;
                }
            }
            match waited.next {
                Some(next) => after = Some(next),
                None => return Ok(touched),
            }
        }
    }

    fn add_entry(&self, view: View<'_>, stored: &StoredRecord, touched: &mut Touched) -> Result<(), Refused> {
        let entry = wire::read_entry(stored).map_err(|error| Refused::internal(&error))?;
        match entry.envelope.content {
            EnvelopeContent::Submission(submitted) => {
                submitted.events.iter().for_each(|event| touched.add(&event.subject));
                Ok(())
            }
            EnvelopeContent::SignOffs { submission, .. } => {
                let state = view.sign_offs(self.index_of(submission.as_bytes())?)?;
                let state = state.filter(|state| state.effective_at() == Some(entry.index));
                state.map_or(Ok(()), |state| self.add_submission(state.recorded, touched))
            }
        }
    }

    /// What a submission that took effect is about.
    fn add_submission(&self, recorded: Index, touched: &mut Touched) -> Result<(), Refused> {
        for stored in self.journal.read(recorded, ReadLimit::ONE).map_err(|error| Refused::internal(&error))? {
            let signed = wire::read_entry(&stored).map_err(|error| Refused::internal(&error))?;
            if let EnvelopeContent::Submission(submitted) = signed.envelope.content {
                submitted.events.iter().for_each(|event| touched.add(&event.subject));
            }
        }
        Ok(())
    }

    /// Whether something can be known differently under a treaty.
    pub(super) fn touches(&self, touched: &Touched, view: View<'_>, treaty: &TreatyId) -> Result<bool, Refused> {
        if touched.treaties.contains(treaty) || touched.participants.is_empty() {
            return Ok(touched.treaties.contains(treaty));
        }
        let is_touched = |act: &Act| act.participant.as_ref().is_some_and(|who| touched.participants.contains(who));
        let named = view.instruments_naming(treaty, None)?;
        Ok(view.acts_under(treaty)?.iter().any(is_touched) || named.iter().any(|(_, act)| is_touched(act)))
    }
}
