//! Restoring the admission state at a start.
//!
//! Runs of ids cover the entries up to some size; the governing entries that
//! they name rebuild the registry; the entries after them are read one by one.
//! With a million entries that is a few hundred milliseconds.

use std::{path::Path, sync::Arc};

use super::{Admission, AdmissionError, IdIndex, IdIndexError, earlier::Earlier};
use crate::{
    domain::{EnvelopeContent, Index, TreeHead},
    journal::{Journal, JournalError, ReadLimit, StoredRecord},
    merkle::{HashFile, HashStoreError, Tree},
    wire::{self, Malformed},
};

/// The admission state cannot be restored from this journal.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    #[error("entry {index} of the journal cannot be read: run `merestone audit --dir`")]
    Entry { index: Index, source: Malformed },
    #[error(
        "the tree over the entries has another root than the newest checkpoint at size {size}: run `merestone audit --dir`"
    )]
    OtherRoot { size: u64 },
}

impl From<IdIndexError> for RestoreError {
    fn from(error: IdIndexError) -> Self {
        Self::Admission(error.into())
    }
}

impl From<HashStoreError> for RestoreError {
    fn from(error: HashStoreError) -> Self {
        Self::Admission(error.into())
    }
}

/// One read of the walk: large enough to be sequential, small enough for memory.
const READ: ReadLimit = ReadLimit { entries: 4_096, bytes: 4 * 1024 * 1024 };

pub(super) fn restore(
    dir: &Path,
    journal: Arc<dyn Journal>,
    run_keys: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Admission, RestoreError> {
    match attempt(dir, Arc::clone(&journal), run_keys, progress) {
        Err(RestoreError::OtherRoot { .. }) if dir.join("ids").exists() => {
            tracing::warn!("the files beside the segments are of another history; all entries are read again");
            IdIndex::open(&dir.join("ids"), run_keys)?.clear()?;
            attempt(dir, journal, run_keys, progress)
        }
        restored => restored,
    }
}

fn attempt(
    dir: &Path,
    journal: Arc<dyn Journal>,
    run_keys: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Admission, RestoreError> {
    let head = journal.head().tree;
    let mut ids = IdIndex::open(&dir.join("ids"), run_keys)?;
    let hashes = dir.join("hashes");
    let covered = ids.spans().last().map(|span| span.to);
    let tree = match proved_tree(&hashes, covered, head)? {
        Some(tree) => tree,
        None => {
            ids.clear()?;
            Tree::empty(HashFile::open(&hashes)?)?
        }
    };
    let governing: Vec<Index> = ids.spans().flat_map(|span| span.governing.iter().copied()).collect();
    let mut admission = Admission::new(Earlier::in_journal(journal), tree, ids);
    admission.run_from = crate::domain::Size(admission.tree.size());
    fold_governing(&mut admission, &governing)?;
    read_the_rest(&mut admission, head, progress)?;
    match admission.head() {
        Some(own) if own == head => Ok(admission),
        _ => Err(RestoreError::OtherRoot { size: head.size.0 }),
    }
}

/// The stored hashes up to what the runs cover, if their root is the one that
/// the runs name and the journal is at least that long.
fn proved_tree(path: &Path, covered: Option<TreeHead>, head: TreeHead) -> Result<Option<Tree>, HashStoreError> {
    let Some(covered) = covered.filter(|covered| covered.size <= head.size) else { return Ok(None) };
    let hashes = HashFile::open(path)?;
    if Tree::leaves_in(&hashes) < covered.size.0 {
        return Ok(None);
    }
    let tree = Tree::of_size(covered.size.0, hashes)?;
    Ok(Some(tree).filter(|tree| tree.root() == Some(covered.root)))
}

fn fold_governing(admission: &mut Admission, governing: &[Index]) -> Result<(), RestoreError> {
    for index in governing {
        for stored in journal(admission).read(*index, ReadLimit::ONE)? {
            let entry = read(&stored)?;
            if let EnvelopeContent::Submission(submitted) = &entry.envelope.content {
                Arc::make_mut(&mut admission.registry).apply(submitted, entry.index, entry.recorded_at);
            }
        }
    }
    let last = crate::domain::Size(admission.tree.size()).last_index();
    if let Some(last) = last {
        let newest = journal(admission).read(last, ReadLimit::ONE)?;
        admission.recorded_at = newest.first().map(|stored| stored.record.recorded_at);
    }
    Ok(())
}

fn read_the_rest(
    admission: &mut Admission,
    head: TreeHead,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), RestoreError> {
    let from = admission.tree.size();
    while admission.tree.size() < head.size.0 {
        let chunk = journal(admission).read(Index(admission.tree.size()), READ)?;
        if chunk.is_empty() {
            return Err(RestoreError::OtherRoot { size: head.size.0 });
        }
        for stored in &chunk {
            admission.admit(&Arc::new(read(stored)?))?;
        }
        admission.written()?;
        progress(admission.tree.size() - from, head.size.0 - from);
    }
    Ok(())
}

fn journal(admission: &Admission) -> Arc<dyn Journal> {
    Arc::clone(admission.earlier.journal().expect("a state is restored from a journal"))
}

fn read(stored: &StoredRecord) -> Result<crate::domain::Entry, RestoreError> {
    wire::read_entry(stored).map_err(|source| RestoreError::Entry { index: stored.index, source })
}
