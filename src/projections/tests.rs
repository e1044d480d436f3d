//! The rules of the read models, over small ledgers made of real domain values.

mod samples;

mod follower;
mod places;
mod queries;
mod store;

use std::collections::BTreeMap;

use tempfile::TempDir;

use super::*;
use crate::domain::{Index, Size, TreeHash, TreeHead};

/// Read models in a directory that goes away with the test.
struct Models {
    directory: TempDir,
    models: ReadModels,
}

impl Models {
    fn empty() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (models, opened) = ReadModels::open(directory.path(), 1 << 20).expect("opens");
        assert_eq!(opened, Opened::Created);
        Self { directory, models }
    }

    /// Folds the entries in batches of the given sizes, over and over.
    fn of(entries: &[(Entry, Vec<Finding>)], batches: &[usize]) -> Self {
        let it = Self::empty();
        it.apply_in(entries, batches);
        it
    }

    fn apply_in(&self, mut entries: &[(Entry, Vec<Finding>)], batches: &[usize]) {
        let mut sizes = batches.iter().cycle();
        while !entries.is_empty() {
            let size = (*sizes.next().expect("at least one size")).clamp(1, entries.len());
            let (batch, rest) = entries.split_at(size);
            apply(&self.models, batch).expect("applies");
            entries = rest;
        }
    }

    /// Every row, the position too.
    fn rows(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let rows = self.models.tree().iter().map(|row| row.expect("readable"));
        rows.map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
    }

    /// Every row on its own, as it is in the digest.
    fn rows_one_by_one(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        self.lasting_rows().into_iter().flat_map(|(key, value)| one_by_one(&key, &value)).collect()
    }

    /// Every row but the position.
    fn lasting_rows(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let mut rows = self.rows();
        rows.remove(keys::Key::new(keys::Table::Position).as_ref());
        rows
    }
}

/// The rows that are stored together in a row.
fn one_by_one(key: &[u8], value: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let table = keys::Table::of_key(key).expect("a table");
    if !packed::is_packed(table) {
        return vec![(key.to_vec(), value.to_vec())];
    }
    let (history, first) = key.split_last_chunk::<8>().expect("an index");
    let first = u64::from_be_bytes(*first);
    let numbers = packed::numbers(value).map(|number| number.ok().expect("readable"));
    let row = |(at, number): (u64, u64)| match table {
        keys::Table::Entry => {
            ([history, &(first + at).to_be_bytes()].concat(), encoding::entry_row(crate::domain::RecordingTime(number)))
        }
        _ => ([history, &number.to_be_bytes()].concat(), Vec::new()),
    };
    (0..).zip(numbers).map(row).collect()
}

fn apply(models: &ReadModels, batch: &[(Entry, Vec<Finding>)]) -> Result<ModelPosition, ReadModelError> {
    let folded: Vec<_> =
        batch.iter().map(|(entry, findings)| FoldedEntry { entry, findings, sign_offs: None }).collect();
    let last = batch.last().expect("a batch has entries").0.index;
    models.apply(&folded, head(last.size_with()))
}

/// A head that stands for the real one: another root for every size.
fn head(size: Size) -> TreeHead {
    TreeHead { size, root: TreeHash::of_leaf(&size.0.to_be_bytes()) }
}

fn at(index: u64, ordinal: u16) -> crate::domain::Position {
    crate::domain::Position { index: Index(index), ordinal }
}
