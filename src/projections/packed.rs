//! Rows that are stored together.
//!
//! Three tables have one row for every entry, each of two or three bytes. Stored one by
//! one, what the database adds to a row is many times that, on the disk and in memory. So
//! up to [`PACKED_ROWS`] successive rows of one history share a stored row: its key is that
//! of the first of them, its value holds a number for each, the first as it is and the
//! others as differences, all varints. The number is the entry's index, in the table of
//! entries the recording time.
//!
//! Promises: what is stored is a function of the entries alone, however they were batched;
//! the numbers of a stored row never change, more are appended until it is full.
//! Leaves to others: the digest, which is over the rows one by one (`store`).

use prost::encoding::{decode_varint, encode_varint};

use super::encoding::{Unreadable, read_number};
use super::keys::Table;
use crate::domain::Index;
use crate::limits::PACKED_ROWS;

/// The tables whose rows are stored together.
pub(super) const fn is_packed(table: Table) -> bool {
    match table {
        Table::Entry | Table::ByOrganisation | Table::ByKind => true,
        Table::Position
        | Table::Policy
        | Table::Organisation
        | Table::Member
        | Table::KeyOwner
        | Table::Mandate
        | Table::Treaty
        | Table::Participant
        | Table::TreatyName
        | Table::ParticipantName
        | Table::BySubject
        | Table::Place
        | Table::ByTreaty
        | Table::ByProtocol
        | Table::ByParent
        | Table::Document
        | Table::DocumentSymbol
        | Table::Finding
        | Table::SignOffs
        | Table::Waiting => false,
    }
}

/// A row of such a table as a number.
pub(super) fn number_of(table: Table, index: Index, value: &[u8]) -> Result<u64, Unreadable> {
    if table == Table::Entry { read_number(value) } else { Ok(index.0) }
}

/// Key of the stored row that holds the recording time of an entry: every entry has
/// one, so the stored rows begin at regular places.
pub(super) const fn first_of_times(index: Index) -> Index {
    Index(index.0 - index.0 % PACKED_ROWS)
}

/// A stored row that may take more numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PackedRow {
    key: Vec<u8>,
    value: Vec<u8>,
    count: u64,
    last: u64,
}

impl PackedRow {
    pub(super) fn begin(key: Vec<u8>) -> Self {
        Self { key, value: Vec::new(), count: 0, last: 0 }
    }

    /// The stored row as it is.
    pub(super) fn read(key: &[u8], value: &[u8]) -> Result<Self, Unreadable> {
        let (mut count, mut last) = (0, 0);
        for number in numbers(value) {
            (count, last) = (count + 1, number?);
        }
        Ok(Self { key: key.to_vec(), value: value.to_vec(), count, last })
    }

    /// Key and value, to store.
    pub(super) fn into_row(self) -> (Vec<u8>, Vec<u8>) {
        (self.key, self.value)
    }

    pub(super) const fn is_full(&self) -> bool {
        self.count >= PACKED_ROWS
    }

    /// Appends a number. It is not below the one before, since neither indexes nor times
    /// go back (I6, I7); if it were, the difference wraps around and is still read right.
    pub(super) fn push(&mut self, number: u64) {
        debug_assert!(!self.is_full(), "a full row is never written again");
        encode_varint(number.wrapping_sub(self.last), &mut self.value);
        (self.count, self.last) = (self.count + 1, number);
    }
}

/// The numbers of a stored row.
pub(super) fn numbers(mut value: &[u8]) -> impl Iterator<Item = Result<u64, Unreadable>> {
    let mut last = 0_u64;
    std::iter::from_fn(move || {
        if value.is_empty() {
            return None;
        }
        let Ok(difference) = decode_varint(&mut value) else {
            value = &[];
            return Some(Err(Unreadable));
        };
        last = last.wrapping_add(difference);
        Some(Ok(last))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_all(value: &[u8]) -> Option<Vec<u64>> {
        numbers(value).map(|number| number.ok()).collect()
    }

    proptest! {
        #[test]
        fn a_packed_row_gives_back_what_was_pushed_wherever_it_was_stored_between(
            given in prop::collection::vec(any::<u64>(), 0..=PACKED_ROWS as usize),
            stored_after in any::<prop::sample::Index>(),
        ) {
            let stored_after = stored_after.index(given.len() + 1);
            let mut row = PackedRow::begin(vec![1]);
            given[..stored_after].iter().for_each(|number| row.push(*number));
            let mut row = PackedRow::read(&row.key, &row.value).ok().expect("it was just written");
            given[stored_after..].iter().for_each(|number| row.push(*number));
            prop_assert_eq!(read_all(&row.value), Some(given.clone()));
            prop_assert_eq!(row.is_full(), given.len() as u64 == PACKED_ROWS);
        }
    }

    #[test]
    fn successive_numbers_take_one_byte_each() {
        let mut row = PackedRow::begin(Vec::new());
        (1_000_000..1_000_000 + PACKED_ROWS).for_each(|number| row.push(number));
        assert_eq!(row.value.len() as u64, 3 + PACKED_ROWS - 1);
    }

    #[test]
    fn a_packed_row_that_is_cut_short_is_not_read() {
        assert_eq!(read_all(&[1, 0x80]), None);
        assert!(PackedRow::read(&[1], &[1, 0x80]).is_err());
    }
}
