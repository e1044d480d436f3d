//! Folding again without storing: how an audit checks read models.
//!
//! Promises: leads to the same position as [`ReadModels::apply`]; every row that the
//! entries make is looked up in the read models under check, and rows that no entry makes
//! are noticed. A look-up costs much less than storing a row and comparing later.
//! In memory are the rows of the entries given at once and those that the fold itself
//! reads: as many as the registry has, and those of what waits.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::batch::{FoldedBatch, KeyValue, Stored, newest_in};
use super::keys::{Table, describe};
use super::model::ModelPosition;
use super::packed::PackedRow;
use super::store::store_error;
use super::{FoldedEntry, ReadModelError, ReadModels};
use crate::domain::TreeHead;

/// A row in which read models differ from what the entries fold to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowDifference {
    /// Table and key, for a message.
    pub row: String,
    /// What the entries fold to.
    pub folded: Option<Vec<u8>>,
    /// What is stored.
    pub stored: Option<Vec<u8>>,
}

/// A fold from the first entry on that stores nothing.
#[derive(Debug)]
pub struct Refold {
    position: ModelPosition,
    /// Rows that the fold of later entries reads.
    kept: Kept,
    open: BTreeMap<Vec<u8>, PackedRow>,
    /// Whole rows so far.
    rows: u64,
}

#[derive(Debug, Default)]
struct Kept(BTreeMap<Vec<u8>, Vec<u8>>);

impl Stored for Kept {
    fn newest(&self, prefix: &[u8]) -> Result<Option<KeyValue>, ReadModelError> {
        Ok(newest_in(&self.0, prefix).map(|(key, value)| (key.clone(), value.clone())))
    }
}

impl Refold {
    /// Before the first entry.
    pub fn begin() -> Self {
        Self { position: ModelPosition::empty(), kept: Kept::default(), open: BTreeMap::new(), rows: 0 }
    }

    /// What was folded so far.
    pub fn position(&self) -> ModelPosition {
        self.position
    }

    /// Folds the next entries, up to `head`, and compares the rows that nothing more will
    /// be added to with those under check, which hold at least as many entries. The
    /// difference is the first in order of keys.
    pub fn fold(
        &mut self,
        entries: &[FoldedEntry<'_>],
        head: TreeHead,
        checked: Option<&ReadModels>,
    ) -> Result<Option<RowDifference>, ReadModelError> {
        let mut batch = FoldedBatch::after(self.position, &self.kept, std::mem::take(&mut self.open));
        batch.fold_all(entries, head)?;
        let FoldedBatch { rows, open, position, .. } = batch;
        (self.open, self.position) = (open, position);
        self.rows += rows.len() as u64;
        let different = match checked {
            Some(models) => first_difference(&rows, models)?,
            None => None,
        };
        self.kept.0.extend(rows.into_iter().filter(|(key, _)| is_read_by_the_fold(key)));
        Ok(different)
    }

    /// Compares what is left with read models that hold exactly the entries folded so far:
    /// the rows that may take more, and how many rows there are.
    pub fn finish(&self, checked: &ReadModels) -> Result<Option<RowDifference>, ReadModelError> {
        let open = self.open.values().cloned().map(PackedRow::into_row).collect();
        if let Some(different) = first_difference(&open, checked)? {
            return Ok(Some(different));
        }
        let (own, stored) = (self.rows + open.len() as u64, checked.count_rows()?);
        let row = format!("{} rows that no entry makes", stored.saturating_sub(own));
        Ok((stored != own).then_some(RowDifference { row, folded: None, stored: None }))
    }
}

fn first_difference(
    rows: &BTreeMap<Vec<u8>, Vec<u8>>,
    models: &ReadModels,
) -> Result<Option<RowDifference>, ReadModelError> {
    let look_up = |(key, value): (&Vec<u8>, &Vec<u8>)| match models.tree().get(key) {
        Ok(stored) if stored.as_deref() == Some(value) => None,
        Ok(stored) => {
            let stored = stored.map(|stored| stored.to_vec());
            Some(Ok(RowDifference { row: describe(key), folded: Some(value.clone()), stored }))
        }
        Err(error) => Some(Err(store_error("read")(error))),
    };
    rows.par_iter().find_map_first(look_up).transpose()
}

fn is_read_by_the_fold(key: &[u8]) -> bool {
    matches!(Table::of_key(key), Some(Table::Member | Table::KeyOwner | Table::Waiting))
}
