//! The rules of the read models, over small ledgers made of real domain values.

mod samples;

mod follower;
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

    /// Every row but the position.
    fn lasting_rows(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let mut rows = self.rows();
        rows.remove(keys::Key::new(keys::Table::Position).as_ref());
        rows
    }
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
