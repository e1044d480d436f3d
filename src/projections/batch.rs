//! Entries being folded on top of those before, not stored yet.
//!
//! Promises: entries follow each other without gap (I6), the digest is chained row by
//! row as the module's documentation says, and rows are put together as they are stored.
//! Leaves to others: storing the rows (`store`) or comparing them (`refold`).

use std::collections::BTreeMap;

use super::fold::{Before, fold_entry};
use super::keys::{Key, Table, past_prefix};
use super::model::{ModelPosition, RowsDigest};
use super::packed::{PackedRow, is_packed, number_of};
use super::{FoldedEntry, ReadModelError};
use crate::crypto::sha256_parts;
use crate::domain::{Index, Size, TreeHead};

/// Key and value.
pub(super) type KeyValue = (Vec<u8>, Vec<u8>);

/// Rows of the entries before.
pub(super) trait Stored {
    /// Key and value of the newest row whose key begins with `prefix`.
    fn newest(&self, prefix: &[u8]) -> Result<Option<KeyValue>, ReadModelError>;
}

/// Entries being folded. All rows of the batch are kept: they are bounded by the entries
/// that a caller gives at once.
pub(super) struct FoldedBatch<'a> {
    stored: &'a dyn Stored,
    /// Whole rows.
    pub(super) rows: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Rows that are stored together and may take more, by the beginning of their keys.
    pub(super) open: BTreeMap<Vec<u8>, PackedRow>,
    pub(super) position: ModelPosition,
}

impl<'a> FoldedBatch<'a> {
    /// Begins after what is stored. An open row that is not given is looked up.
    pub(super) fn after(position: ModelPosition, stored: &'a dyn Stored, open: BTreeMap<Vec<u8>, PackedRow>) -> Self {
        Self { stored, rows: BTreeMap::new(), open, position }
    }

    /// Folds the next entries, up to `head`.
    pub(super) fn fold_all(&mut self, entries: &[FoldedEntry<'_>], head: TreeHead) -> Result<(), ReadModelError> {
        check_contiguous(self.position.size, entries, head.size)?;
        for entry in entries {
            self.fold(entry)?;
        }
        self.position = ModelPosition { size: head.size, root: head.root, ..self.position };
        Ok(())
    }

    fn fold(&mut self, entry: &FoldedEntry<'_>) -> Result<(), ReadModelError> {
        let folded = fold_entry(entry, self)?;
        self.position.digest = chain(self.position.digest, &folded.rows);
        self.position.policy = folded.policy.or(self.position.policy);
        self.position.recorded_at = Some(entry.entry.recorded_at);
        for (key, value) in folded.rows {
            match Table::of_key(&key).filter(|table| is_packed(*table)) {
                Some(table) => self.pack(table, key, &value)?,
                None => self.insert(key, value),
            }
        }
        Ok(())
    }

    fn insert(&mut self, key: Vec<u8>, value: Vec<u8>) {
        let overwritten = self.rows.insert(key, value);
        assert!(overwritten.is_none(), "every key holds the index of its entry");
    }

    /// Appends a row to the open one of its history, or begins the next.
    fn pack(&mut self, table: Table, key: Vec<u8>, value: &[u8]) -> Result<(), ReadModelError> {
        let (history, index) = key.split_last_chunk::<8>().expect("these keys end with an index");
        let number = number_of(table, Index(u64::from_be_bytes(*index)), value).map_err(|bad| bad.at(&key))?;
        if let Some(row) = self.open.get_mut(history).filter(|row| !row.is_full()) {
            row.push(number);
            return Ok(());
        }
        let history = history.to_vec();
        let mut row = match self.open.remove(&history) {
            Some(full) => {
                let (key, value) = full.into_row();
                self.insert(key, value);
                None
            }
            None => self.stored_open(&history)?,
        }
        .unwrap_or_else(|| PackedRow::begin(key));
        row.push(number);
        self.open.insert(history, row);
        Ok(())
    }

    /// The newest stored row of a history, if it may take more.
    fn stored_open(&self, history: &[u8]) -> Result<Option<PackedRow>, ReadModelError> {
        let Some((key, value)) = self.stored.newest(history)? else { return Ok(None) };
        let row = PackedRow::read(&key, &value).map_err(|unreadable| unreadable.at(&key))?;
        Ok(Some(row).filter(|row| !row.is_full()))
    }
}

impl Before for FoldedBatch<'_> {
    fn newest(&self, prefix: &Key) -> Result<Option<Vec<u8>>, ReadModelError> {
        match newest_in(&self.rows, prefix.as_ref()) {
            Some((_, value)) => Ok(Some(value.clone())),
            None => Ok(self.stored.newest(prefix.as_ref())?.map(|(_, value)| value)),
        }
    }
}

/// The newest row in memory whose key begins with `prefix`.
pub(super) fn newest_in<'a>(rows: &'a BTreeMap<Vec<u8>, Vec<u8>>, prefix: &[u8]) -> Option<(&'a Vec<u8>, &'a Vec<u8>)> {
    rows.range(prefix.to_vec()..past_prefix(prefix)).next_back()
}

/// The digest after an entry (module documentation).
fn chain(before: RowsDigest, rows: &BTreeMap<Vec<u8>, Vec<u8>>) -> RowsDigest {
    let mut bytes = Vec::with_capacity(64 * (rows.len() + 1));
    for piece in rows.iter().flat_map(|(key, value)| [key, value]) {
        let length = u32::try_from(piece.len()).expect("a row is no longer than an event");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(piece);
    }
    RowsDigest(sha256_parts(&[before.as_bytes(), &bytes]))
}

fn check_contiguous(held: Size, entries: &[FoldedEntry<'_>], head: Size) -> Result<(), ReadModelError> {
    for (expected, folded) in (held.0..).map(Index).zip(entries) {
        if folded.entry.index != expected {
            return Err(ReadModelError::OutOfOrder { held, given: folded.entry.index });
        }
    }
    if held.0 + entries.len() as u64 != head.0 {
        return Err(ReadModelError::HeadMismatch { held, entries: entries.len(), head });
    }
    Ok(())
}
