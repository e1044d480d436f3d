//! Finding rows as of a size: seeks and short scans that ignore newer rows.
//!
//! Promises: a row of an entry at or beyond the size is never seen, so an answer at a
//! size never changes, whatever is applied meanwhile.

use super::ReadModelError;
use super::keys::{Key, Table, describe, past_prefix, split_id, split_index};
use super::packed::{is_packed, numbers};
use super::store::store_error;
use crate::domain::{Index, Size};

/// A row: key and value.
pub(super) type Row = (sled::IVec, sled::IVec);

/// The newest row with the key `prefix` and an index before `size`.
pub(super) fn newest_before(tree: &sled::Tree, prefix: &Key, size: Size) -> Result<Option<Row>, ReadModelError> {
    let end = prefix.clone().index(size.next_index());
    tree.range(prefix.as_ref()..end.as_ref()).next_back().transpose().map_err(store_error("read"))
}

/// All rows whose keys begin with `prefix`, of every size.
pub(super) fn all_rows(tree: &sled::Tree, prefix: &Key) -> impl Iterator<Item = Result<Row, ReadModelError>> + use<> {
    rows_from(tree, prefix, prefix.as_ref())
}

fn rows_from(
    tree: &sled::Tree,
    prefix: &Key,
    first: &[u8],
) -> impl Iterator<Item = Result<Row, ReadModelError>> + use<> {
    let rows = tree.range(first.to_vec()..past_prefix(prefix.as_ref()));
    rows.map(|row| row.map_err(store_error("read")))
}

/// For each identifier under `prefix`, ascending, the newest row before `size`.
/// Seeks from one identifier to the next, so that a long history costs nothing.
pub(super) struct NewestPerId<'a> {
    tree: &'a sled::Tree,
    prefix: Key,
    size: Size,
    /// Where to look for the next identifier.
    first: Vec<u8>,
}

impl<'a> NewestPerId<'a> {
    /// Begins after the identifier `after`, if one is given.
    pub(super) fn new(tree: &'a sled::Tree, prefix: Key, size: Size, after: Option<&str>) -> Self {
        let first = match after {
            Some(after) => prefix.clone().id(after).past_id(),
            None => prefix.clone(),
        };
        Self { tree, prefix, size, first: first.into_bytes() }
    }

    fn step(&mut self) -> Result<Option<(String, Row)>, ReadModelError> {
        loop {
            let Some(row) = rows_from(self.tree, &self.prefix, &self.first).next() else { return Ok(None) };
            let (key, _) = row?;
            let (id, _) = split_id(&key[self.prefix.as_ref().len()..]).ok_or_else(|| damaged(&key))?;
            let with_id = self.prefix.clone().id(id);
            self.first = with_id.clone().past_id().into_bytes();
            if let Some(newest) = newest_before(self.tree, &with_id, self.size)? {
                return Ok(Some((id.to_owned(), newest)));
            }
        }
    }
}

impl Iterator for NewestPerId<'_> {
    type Item = Result<(String, Row), ReadModelError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// Entries that are in all of some histories, in order of index.
#[derive(Debug)]
pub struct Entries {
    tree: sled::Tree,
    /// Beginnings of keys that end with the index. Empty: every entry.
    histories: Vec<Vec<u8>>,
    next: Index,
    size: Size,
}

impl Entries {
    pub(super) fn new(tree: &sled::Tree, histories: Vec<Key>, from: Index, size: Size) -> Self {
        let histories = histories.into_iter().map(Key::into_bytes).collect();
        Self { tree: tree.clone(), histories, next: from, size }
    }

    /// The first entry at or after `self.next` that is in all histories: each history
    /// is asked in turn, and where one has a gap the search goes on behind it.
    fn step(&mut self) -> Result<Option<Index>, ReadModelError> {
        let mut candidate = self.next;
        let mut agreed = 0;
        while agreed < self.histories.len() {
            for history in &self.histories {
                let Some(found) = self.at_or_after(history, candidate)? else { return Ok(None) };
                agreed = if found == candidate { agreed + 1 } else { 1 };
                candidate = found;
            }
        }
        if candidate.0 >= self.size.0 {
            return Ok(None);
        }
        self.next = candidate.size_with().next_index();
        Ok(Some(candidate))
    }

    fn at_or_after(&self, history: &[u8], index: Index) -> Result<Option<Index>, ReadModelError> {
        let first = [history, &index.0.to_be_bytes()].concat();
        let end = [history, &self.size.0.to_be_bytes()].concat();
        if first >= end {
            return Ok(None);
        }
        if Table::of_key(history).is_some_and(is_packed)
            && let Some(found) = self.in_row_at(history, &first, index)?
        {
            return Ok(Some(found).filter(|found| found.0 < self.size.0));
        }
        let Some(row) = self.tree.range(first..end).next() else { return Ok(None) };
        let (key, _) = row.map_err(store_error("read"))?;
        let (index, _) = split_index(&key[history.len()..]).ok_or_else(|| damaged(&key))?;
        Ok(Some(index))
    }

    /// The first index at or after the one asked for in the stored row that begins at it
    /// or before.
    fn in_row_at(&self, history: &[u8], first: &[u8], index: Index) -> Result<Option<Index>, ReadModelError> {
        let Some(row) = self.tree.range(history..=first).next_back() else { return Ok(None) };
        let (key, value) = row.map_err(store_error("read"))?;
        for found in numbers(&value) {
            let found = found.map_err(|unreadable| unreadable.at(&key))?;
            if found >= index.0 {
                return Ok(Some(Index(found)));
            }
        }
        Ok(None)
    }
}

impl Iterator for Entries {
    type Item = Result<Index, ReadModelError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

pub(super) fn damaged(key: &[u8]) -> ReadModelError {
    ReadModelError::Damaged { row: describe(key) }
}
