//! Entries that are kept in memory because they are asked for again.
//!
//! Promises: what is kept takes no more memory than its bound, by an estimate that is not
//! below what the entries take; who was asked for last goes last.
//! Leaves to others: reading what is not at hand.

use std::sync::Arc;

use lru::LruCache;

use crate::{
    domain::{Entry, Event, Index},
    limits::READ_BACK_ENTRIES,
};

/// What is at hand by entry, within a bound of memory.
#[derive(Debug)]
pub struct AtHand<T> {
    entries: LruCache<Index, Held<T>>,
    /// The sum over all of them, and its bound.
    bytes: usize,
    most: usize,
}

#[derive(Debug)]
struct Held<T> {
    what: T,
    bytes: usize,
}

impl<T: Clone> AtHand<T> {
    /// As many entries as are ever kept, in so many bytes at the most.
    pub fn within(most: usize) -> Self {
        Self { entries: LruCache::new(READ_BACK_ENTRIES), bytes: 0, most }
    }

    pub fn get(&mut self, index: Index) -> Option<T> {
        self.entries.get(&index).map(|held| held.what.clone())
    }

    /// Keeps what takes so many bytes in place of what was asked for longest ago.
    pub fn put(&mut self, index: Index, what: T, bytes: usize) {
        if bytes > self.most {
            return;
        }
        self.bytes += bytes;
        // The one of the same index, or the last one where the count is full.
        let gone = self.entries.push(index, Held { what, bytes });
        self.bytes -= gone.map_or(0, |(_, gone)| gone.bytes);
        while self.bytes > self.most {
            let Some((_, last)) = self.entries.pop_lru() else { return };
            self.bytes -= last.bytes;
        }
    }
}

/// Bytes of memory for each byte of a record, at the most, besides its events: the row of a
/// table takes 8 bytes there, and here 128, as much again where the list has room for
/// more, and 16 for its names, so 34 for each; an obligation of a treaty 18, a name in a list 13.
const GROWTH: usize = 36;

/// What an entry of so many events and bytes takes in memory once it is taken apart, at the
/// most: an event that is stated in a hundred bytes takes eight times as much where the list
/// has room for more.
pub fn memory(events: usize, payload: usize) -> usize {
    size_of::<Held<Arc<Entry>>>() + size_of::<Entry>() + 2 * events * size_of::<Event>() + GROWTH * payload
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::*, limits::READ_BACK_MEMORY, wire::encode_event};

    fn event(body: Body) -> Event {
        Event {
            id: EventId(uuid::Uuid::from_u128(7)),
            nonce: [0; 16],
            subject: "record/r".parse().expect("a subject"),
            based_on: Vec::new(),
            act: None,
            occurred: None,
            source: None,
            parts: Vec::new(),
            not_stated: Vec::new(),
            documents: Vec::new(),
            body,
        }
    }

    fn opened(names: usize, parcels: usize) -> Event {
        let body = RecordOpened {
            regimes: (0..names).map(|_| "x".into()).collect(),
            parcels: (0..parcels).map(|_| Parcel { id: "P".parse().expect("an id"), area_m2: None }).collect(),
            country: None,
            area_kind: None,
            classification: None,
            place: "".into(),
            other_ids: Vec::new(),
        };
        event(Body::Minefield(MinefieldBody::RecordOpened(body)))
    }

    fn table(rows: usize) -> Event {
        let row = || ParticipationRow {
            name: "x".into(),
            participant: "X".parse().expect("an id"),
            signed: None,
            mode: None,
            deposited: None,
            withdrawn: false,
            succession: false,
            footnotes: Vec::new(),
        };
        let rows = (0..rows).map(|_| row()).collect();
        event(Body::Treaty(TreatyBody::ParticipationTableStated(ParticipationTableStated { as_at: None, rows })))
    }

    /// Of the allocator's smallest pieces for texts of one letter, and with as much room in
    /// every list as it can have.
    #[test]
    fn no_shape_of_an_entry_takes_more_than_the_estimate() {
        let text = size_of::<Box<str>>() * 2 + 8;
        for (events, taken) in [
            ((0..70).map(|_| opened(0, 0)).collect::<Vec<_>>(), 70 * 2 * size_of::<Event>()),
            (vec![opened(1_000, 0)], 1_000 * text),
            (vec![opened(0, 1_000)], 1_000 * (2 * size_of::<Parcel>() + 8)),
            (vec![table(500)], 500 * (2 * size_of::<ParticipationRow>() + 16)),
        ] {
            let payload: usize = events.iter().map(|event| encode_event(event).len()).sum();
            let own = size_of::<Entry>() + payload;
            assert!(own + taken <= memory(events.len(), payload), "{payload} bytes take {taken}");
        }
    }

    #[test]
    fn however_large_they_are_they_stay_within_the_bound_and_the_newest_stay() {
        for bytes in [100, 16_000, 230_000] {
            let mut at_hand = AtHand::within(READ_BACK_MEMORY);
            (0..6_000).for_each(|index| at_hand.put(Index(index), index, bytes));
            let kept = at_hand.entries.len();
            assert!(at_hand.bytes <= READ_BACK_MEMORY && kept <= READ_BACK_ENTRIES.get(), "{kept} entries");
            assert!(at_hand.bytes + bytes > READ_BACK_MEMORY || kept == READ_BACK_ENTRIES.get(), "as many as can be");
            assert_eq!(at_hand.bytes, kept * bytes, "what goes is not counted any more");
            assert_eq!((at_hand.get(Index(5_999)), at_hand.get(Index(0))), (Some(5_999), None));
            at_hand.put(Index(5_999), 7, bytes);
            assert_eq!(
                (at_hand.bytes, at_hand.get(Index(5_999))),
                (kept * bytes, Some(7)),
                "the same one again is one"
            );
            at_hand.put(Index(9_999), 9, READ_BACK_MEMORY + 1);
            assert_eq!(at_hand.entries.len(), kept, "what is larger than all drives out nothing");
        }
    }

    #[test]
    fn usual_entries_are_all_kept() {
        assert!(READ_BACK_ENTRIES.get() * memory(1, 800) <= READ_BACK_MEMORY);
    }
}
