//! What the sign-offs on submissions leave in the index of ids.
//!
//! An event that waits moves no head, states no parcel and corrects nothing until
//! it takes effect. How a submission was closed is noted where it was, so that the
//! same entry never closes it in another way.

use super::{
    Admission, IdKey, Named, founders,
    land::{self, Words},
};
use crate::{
    crypto::sha256,
    domain::{
        Entry, EnvelopeContent, Event, EventReference, Index, Position, SignOffClass, SignOffState, Subject,
        SubjectState, SubmissionDigest, SubmissionStatus, SubmittedEvents,
    },
    policy::{self, Known, RejectionRule},
};

/// Numbers of how a submission was closed; a lapse has the number of its rule.
const EFFECTIVE: u16 = 1;
const DECLINED: u16 = 2;
const WITHDRAWN: u16 = 3;

impl Admission {
    /// Notes what a new submission does, if it acts at once, and that it waits otherwise.
    pub(super) fn note_progress(&mut self, submitted: &SubmittedEvents, index: Index, state: Option<&SignOffState>) {
        let class = state.map_or(SignOffClass::States, |state| state.class);
        if class.waits() || policy::class_rests_on_earlier(submitted, &self.registry) {
            let position = Position { index, ordinal: number_of_class(class) };
            self.ids.insert(Named::Class(submitted.digest.as_bytes()).key(), position);
        }
        if state.is_none_or(|state| state.effective_at().is_some()) {
            self.note_effect(submitted, index);
        }
        self.note_closing(state.filter(|state| state.class.waits()), index);
    }

    /// Notes an entry of sign-offs; what it completes takes effect now.
    pub(super) fn note_later_sign_offs(
        &mut self,
        submission: SubmissionDigest,
        entry: &Entry,
        state: Option<&SignOffState>,
    ) {
        let position = Position { index: entry.index, ordinal: 0 };
        self.ids.push(Named::SignOffs(submission.as_bytes()).key(), position);
        self.ids.insert(Named::SignOffEnvelope(entry.envelope.digest.as_bytes()).key(), position);
        let Some(state) = state.filter(|state| state.class.waits()) else { return };
        self.note_closing(Some(state), entry.index);
        if state.effective_at() != Some(entry.index) {
            return;
        }
        let recorded = self.entry(state.recorded);
        if let Some(EnvelopeContent::Submission(submitted)) = recorded.as_deref().map(|entry| &entry.envelope.content) {
            self.note_effect(submitted, state.recorded);
        }
    }

    /// The class of a submission where it was noted, with the entry of the submission.
    pub(super) fn noted_class_at(&self, submission: SubmissionDigest) -> Option<(Index, SignOffClass)> {
        let Position { index, ordinal } = self.ids.get(&Named::Class(submission.as_bytes()).key())?;
        Some((index, class_of_number(ordinal)?))
    }

    /// Where and how a submission that waited was closed.
    pub(super) fn closing_at(&self, submission: SubmissionDigest) -> Option<(Index, SubmissionStatus)> {
        let Position { index: at, ordinal } = self.ids.get(&Named::Closing(submission.as_bytes()).key())?;
        let status = match ordinal {
            EFFECTIVE => SubmissionStatus::Effective { at },
            DECLINED => SubmissionStatus::Declined { at },
            WITHDRAWN => SubmissionStatus::Withdrawn { at },
            lapse => SubmissionStatus::Lapsed { at, rule: rule_of_number(lapse).into() },
        };
        Some((at, status))
    }

    fn note_closing(&mut self, state: Option<&SignOffState>, index: Index) {
        let Some(state) = state else { return };
        let (at, ordinal) = match &state.status {
            SubmissionStatus::Waiting | SubmissionStatus::Expired => return,
            SubmissionStatus::Effective { at } => (at, EFFECTIVE),
            SubmissionStatus::Declined { at } => (at, DECLINED),
            SubmissionStatus::Withdrawn { at } => (at, WITHDRAWN),
            SubmissionStatus::Lapsed { at, rule } => (at, number_of_rule(rule)),
        };
        if *at == index {
            let position = Position { index, ordinal };
            self.ids.insert(Named::Closing(state.submission.as_bytes()).key(), position);
        }
    }

    /// Heads of subjects, openings, parcels and corrections of a submission in effect.
    fn note_effect(&mut self, submitted: &SubmittedEvents, index: Index) {
        for (event, ordinal) in submitted.events.iter().zip(0..) {
            let position = Position { index, ordinal };
            let subject = event.subject.to_string();
            self.ids.insert(Named::Subject(&subject).key(), position);
            for founder in founders(event) {
                let organisation = Subject::Organisation(founder.organisation.clone()).to_string();
                self.ids.insert(Named::Subject(&organisation).key(), position);
            }
            if event.kind().row().subject_state == SubjectState::New {
                self.ids.insert(Named::Opening(&subject).key(), position);
            }
            land::note(self, event, &subject, position);
            if let Some(target) = land::corrected(event) {
                self.ids.push(corrections_of(target), position);
            }
        }
    }
}

impl Words for Admission {
    fn word(&self, key: &IdKey) -> Option<Position> {
        self.ids.get(key)
    }

    fn put(&mut self, key: IdKey, position: Position) {
        self.ids.insert(key, position);
    }

    fn recorded(&self, event: &EventReference) -> Option<Position> {
        self.event(&event.organisation, event.event)
    }

    fn corrected_by(&self, event: &EventReference) -> Vec<Position> {
        self.corrections(event)
    }

    fn stated_at(&self, position: Position) -> Option<Event> {
        self.event_at(position)
    }
}

/// The chain of corrections of an event.
pub(super) fn corrections_of(target: &EventReference) -> IdKey {
    let EventReference { organisation, event } = target;
    Named::Corrections { organisation: organisation.as_str(), id: event.0.as_bytes() }.key()
}

fn number_of_class(class: SignOffClass) -> u16 {
    match class {
        SignOffClass::States | SignOffClass::Governs(_) => 1,
        SignOffClass::Eases => 2,
        SignOffClass::Transfers => 3,
    }
}

/// The class of a number. What governs is never noted: its kinds say it.
fn class_of_number(number: u16) -> Option<SignOffClass> {
    match number {
        1 => Some(SignOffClass::States),
        2 => Some(SignOffClass::Eases),
        3 => Some(SignOffClass::Transfers),
        _ => None,
    }
}

/// A number that stays with a rule whatever other rules there will be: of its code,
/// above those that mean something else.
fn number_of_rule(code: &str) -> u16 {
    let [first, second, ..] = sha256(code.as_bytes());
    u16::from_be_bytes([first, second]) | 0x100
}

fn rule_of_number(number: u16) -> &'static str {
    let rule = RejectionRule::ALL.iter().find(|rule| number_of_rule(rule.code()) == number);
    rule.map_or("a rule that this version does not know", |rule| rule.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_number_of_its_own() {
        for rule in RejectionRule::ALL {
            assert_eq!(rule_of_number(number_of_rule(rule.code())), rule.code());
        }
    }
}
