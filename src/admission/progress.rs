//! What the sign-offs on submissions leave in the index of ids.
//!
//! An event that waits moves no head, states no parcel and corrects nothing until
//! it takes effect. How a submission was closed is noted where it was, so that the
//! same entry never closes it in another way.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Admission, IdKey, Named, founders};
use crate::{
    crypto::sha256,
    domain::{
        Body, Entry, EnvelopeContent, Event, EventReference, Index, ParcelId, Position, SharedBody, SignOffClass,
        SignOffState, Subject, SubjectState, SubmissionDigest, SubmissionStatus, SubmittedEvents,
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
            self.note_land(event, &subject, position);
            if let Some(target) = corrected(event) {
                self.ids.push(corrections_of(target), position);
            }
        }
    }

    /// Parcels that the event states, and parcels that it releases. What states a
    /// parcel says that it is not released.
    fn note_land(&mut self, event: &Event, subject: &str, position: Position) {
        if let Some(target) = corrected(event) {
            return self.note_corrected_land(event, target, subject, position);
        }
        for parcel in event.stated_parcels() {
            let stated = Named::Parcel { subject, parcel: parcel.id.as_str() }.key();
            // Who names a parcel without an area leaves it as large as it was stated before.
            if parcel.area_m2.is_some() || self.ids.get(&stated).is_none() {
                self.ids.insert(stated, position);
            }
            self.note_release(subject, &parcel.id, position, STANDS);
        }
        for parcel in event.released_parcels() {
            self.note_release(subject, parcel, position, RELEASED);
        }
    }

    /// A correction speaks in place of its target, and only of parcels that no other
    /// event has spoken about since, unless it makes them larger; what it leaves out is taken out.
    fn note_corrected_land(&mut self, event: &Event, target: &EventReference, subject: &str, position: Position) {
        let recorded = self.event(&target.organisation, target.event);
        let replaced: Vec<Position> = recorded.into_iter().chain(self.corrections(target)).collect();
        let mut before = BTreeSet::new();
        for event in replaced.iter().filter_map(|position| self.event_at(*position)) {
            before.extend(event.stated_parcels().iter().map(|parcel| parcel.id.clone()));
            before.extend(event.released_parcels().iter().cloned());
        }
        let now: BTreeMap<&ParcelId, Option<u64>> =
            event.stated_parcels().iter().map(|parcel| (&parcel.id, parcel.area_m2)).collect();
        let all: BTreeSet<&ParcelId> = now.keys().copied().chain(event.released_parcels()).chain(&before).collect();
        let mut areas: HashMap<Position, BTreeMap<ParcelId, Option<u64>>> = HashMap::new();
        for parcel in all {
            let stated = Named::Parcel { subject, parcel: parcel.as_str() }.key();
            let newest = self.ids.get(&stated);
            let stood = newest.and_then(|newest| {
                let areas = areas.entry(newest).or_insert_with(|| self.areas_at(newest));
                areas.get(parcel).copied().flatten()
            });
            let area = now.get(parcel).copied();
            let enlarges = area.is_some_and(|area| !before.contains(parcel) || (area.is_some() && area > stood));
            let speaks = newest.is_none_or(|newest| {
                let first = recorded.is_some_and(|recorded| newest < recorded);
                match area {
                    None => replaced.contains(&newest),
                    Some(area) => area.is_some() && (replaced.contains(&newest) || first || area >= stood),
                }
            });
            if event.released_parcels().is_empty() && speaks {
                self.ids.insert(stated, position);
            }
            let of_replaced = |word: Position| replaced.iter().any(|replaced| replaced.index == word.index);
            let word = self.ids.get(&Named::Release { subject, parcel: parcel.as_str() }.key());
            if enlarges || word.is_none_or(of_replaced) {
                let released = event.released_parcels().contains(parcel);
                self.note_release(subject, parcel, position, if released { RELEASED } else { STANDS });
            }
        }
    }

    /// The parcels that an event states, with their areas.
    fn areas_at(&self, position: Position) -> BTreeMap<ParcelId, Option<u64>> {
        let event = self.event_at(position);
        let stated = event.iter().flat_map(Event::stated_parcels);
        stated.map(|parcel| (parcel.id.clone(), parcel.area_m2)).collect()
    }

    fn note_release(&mut self, subject: &str, parcel: &ParcelId, position: Position, word: u16) {
        let named = Named::Release { subject, parcel: parcel.as_str() };
        self.ids.insert(named.key(), Position { ordinal: word, ..position });
    }
}

/// The newest word on a parcel, as the number beside the position of that word.
const STANDS: u16 = 0;
pub(super) const RELEASED: u16 = 1;

/// The chain of corrections of an event.
pub(super) fn corrections_of(target: &EventReference) -> IdKey {
    let EventReference { organisation, event } = target;
    Named::Corrections { organisation: organisation.as_str(), id: event.0.as_bytes() }.key()
}

fn corrected(event: &Event) -> Option<&EventReference> {
    match &event.body {
        Body::Shared(SharedBody::EventCorrected(body)) => Some(&body.target),
        Body::Shared(_) | Body::Registry(_) | Body::Treaty(_) | Body::Minefield(_) => None,
    }
}

fn number_of_class(class: SignOffClass) -> u16 {
    match class {
        SignOffClass::States | SignOffClass::Governs(_) => 1,
        SignOffClass::Eases => 2,
        SignOffClass::Transfers => 3,
    }
}

/// The class of a number. What governs is never noted: its kinds say it.
pub(super) fn class_of_number(number: u16) -> Option<SignOffClass> {
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
