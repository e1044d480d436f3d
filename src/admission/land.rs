//! What events in effect say of parcels: which event states one, and whether it is released.
//!
//! Promises: the same words are noted as entries enter and, for a view of the past, from the
//! events that were in effect then.
//! Leaves to others: when an event takes effect (`progress`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{IdKey, Named};
use crate::domain::{Body, Event, EventReference, ParcelId, Position, RecordId, Recorded, SharedBody, Subject};

/// Where words on parcels are noted and looked up.
pub(super) trait Words {
    /// The newest word under a key.
    fn word(&self, key: &IdKey) -> Option<Position>;
    fn put(&mut self, key: IdKey, position: Position);
    /// Where an event is recorded.
    fn recorded(&self, event: &EventReference) -> Option<Position>;
    /// Its corrections that took effect before, oldest first.
    fn corrected_by(&self, event: &EventReference) -> Vec<Position>;
    /// The event at a position.
    fn stated_at(&self, position: Position) -> Option<Event>;
}

/// The newest word on a parcel, as the number beside the position of that word.
const STANDS: u16 = 0;
const RELEASED: u16 = 1;

/// Whether the newest word on a parcel of a record is that it is released, and where the
/// entry stands that says so or says otherwise.
pub(super) fn released(words: &impl Words, record: &RecordId, parcel: &ParcelId) -> Option<(Position, bool)> {
    let subject = Subject::Record(record.clone()).to_string();
    let newest = words.word(&Named::Release { subject: &subject, parcel: parcel.as_str() }.key())?;
    Some((newest, newest.ordinal == RELEASED))
}

/// The event that a parcel of a record goes by.
pub(super) fn parcel(words: &impl Words, record: &RecordId, parcel: &ParcelId) -> Option<Position> {
    let subject = Subject::Record(record.clone()).to_string();
    words.word(&Named::Parcel { subject: &subject, parcel: parcel.as_str() }.key())
}

/// The event that a correction speaks about.
pub(super) fn corrected(event: &Event) -> Option<&EventReference> {
    match &event.body {
        Body::Shared(SharedBody::EventCorrected(body)) => Some(&body.target),
        Body::Shared(_) | Body::Registry(_) | Body::Treaty(_) | Body::Minefield(_) => None,
    }
}

/// Parcels that the event states, and parcels that it releases. What states a
/// parcel says that it is not released.
pub(super) fn note(words: &mut impl Words, event: &Event, subject: &str, position: Position) {
    if let Some(target) = corrected(event) {
        return note_corrected(words, event, target, subject, position);
    }
    for parcel in event.stated_parcels() {
        let stated = Named::Parcel { subject, parcel: parcel.id.as_str() }.key();
        // Who names a parcel without an area leaves it as large as it was stated before.
        if parcel.area_m2.is_some() || words.word(&stated).is_none() {
            words.put(stated, position);
        }
        note_release(words, subject, &parcel.id, position, STANDS);
    }
    for parcel in event.released_parcels() {
        note_release(words, subject, parcel, position, RELEASED);
    }
}

/// A correction speaks in place of its target, and only of parcels that no other
/// event has spoken about since, unless it makes them larger; what it leaves out is taken out.
fn note_corrected(words: &mut impl Words, event: &Event, target: &EventReference, subject: &str, position: Position) {
    let recorded = words.recorded(target);
    let replaced: Vec<Position> = recorded.into_iter().chain(words.corrected_by(target)).collect();
    let mut before = BTreeSet::new();
    for event in replaced.iter().filter_map(|position| words.stated_at(*position)) {
        before.extend(event.stated_parcels().iter().map(|parcel| parcel.id.clone()));
        before.extend(event.released_parcels().iter().cloned());
    }
    let now: BTreeMap<&ParcelId, Option<u64>> =
        event.stated_parcels().iter().map(|parcel| (&parcel.id, parcel.area_m2)).collect();
    let all: BTreeSet<&ParcelId> = now.keys().copied().chain(event.released_parcels()).chain(&before).collect();
    let mut areas: HashMap<Position, BTreeMap<ParcelId, Option<u64>>> = HashMap::new();
    for parcel in all {
        let stated = Named::Parcel { subject, parcel: parcel.as_str() }.key();
        let newest = words.word(&stated);
        let stood = newest.and_then(|newest| {
            let areas = areas.entry(newest).or_insert_with(|| areas_at(words, newest));
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
            words.put(stated, position);
        }
        let of_replaced = |word: Position| replaced.iter().any(|replaced| replaced.index == word.index);
        let word = words.word(&Named::Release { subject, parcel: parcel.as_str() }.key());
        if enlarges || word.is_none_or(of_replaced) {
            let released = event.released_parcels().contains(parcel);
            note_release(words, subject, parcel, position, if released { RELEASED } else { STANDS });
        }
    }
}

/// The parcels that an event states, with their areas.
fn areas_at(words: &impl Words, position: Position) -> BTreeMap<ParcelId, Option<u64>> {
    let event = words.stated_at(position);
    let stated = event.iter().flat_map(Event::stated_parcels);
    stated.map(|parcel| (parcel.id.clone(), parcel.area_m2)).collect()
}

fn note_release(words: &mut impl Words, subject: &str, parcel: &ParcelId, position: Position, word: u16) {
    let named = Named::Release { subject, parcel: parcel.as_str() };
    words.put(named.key(), Position { ordinal: word, ..position });
}

/// The words on the parcels of one record as they were noted at some size.
#[derive(Debug, Default)]
pub struct LandThen<'a> {
    events: Vec<&'a Recorded>,
    words: HashMap<IdKey, Position>,
    /// Corrections that took effect, in that order.
    corrections: Vec<&'a Recorded>,
}

impl<'a> LandThen<'a> {
    /// From all events on the record as known then; those in effect count.
    pub fn of(events: impl IntoIterator<Item = &'a Recorded>) -> Self {
        let events: Vec<&Recorded> = events.into_iter().collect();
        let mut in_effect: Vec<&Recorded> =
            events.iter().copied().filter(|recorded| recorded.effective_since().is_some()).collect();
        in_effect.sort_by_key(|recorded| (recorded.effective_since(), recorded.position));
        let mut then = Self { events, ..Self::default() };
        for recorded in in_effect {
            note(&mut then, &recorded.event, &recorded.event.subject.to_string(), recorded.position);
            if corrected(&recorded.event).is_some() {
                then.corrections.push(recorded);
            }
        }
        then
    }

    /// Whether the newest word in effect on a parcel was that it is released.
    pub fn is_released(&self, record: &RecordId, parcel: &ParcelId) -> bool {
        released(self, record, parcel).is_some_and(|(_, released)| released)
    }

    /// The event that a parcel went by.
    pub fn parcel(&self, record: &RecordId, parcel: &ParcelId) -> Option<Position> {
        self::parcel(self, record, parcel)
    }

    /// The corrections of an event that were in effect, oldest first.
    pub fn corrections(&self, target: &EventReference) -> Vec<Position> {
        self.corrected_by(target)
    }
}

impl Words for LandThen<'_> {
    fn word(&self, key: &IdKey) -> Option<Position> {
        self.words.get(key).copied()
    }

    fn put(&mut self, key: IdKey, position: Position) {
        self.words.insert(key, position);
    }

    fn recorded(&self, event: &EventReference) -> Option<Position> {
        self.events.iter().find(|recorded| recorded.reference() == *event).map(|recorded| recorded.position)
    }

    fn corrected_by(&self, event: &EventReference) -> Vec<Position> {
        let of_it = self.corrections.iter().filter(|correction| corrected(&correction.event) == Some(event));
        of_it.map(|correction| correction.position).collect()
    }

    fn stated_at(&self, position: Position) -> Option<Event> {
        self.events.iter().find(|recorded| recorded.position == position).map(|recorded| recorded.event.clone())
    }
}
