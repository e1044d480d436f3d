//! Restoring the admission state at a start.
//!
//! Runs of ids cover the entries up to some size; the governing entries that
//! they name rebuild the registry; the entries after them are read one by one.
//! With a million entries that is a few hundred milliseconds.
//!
//! Promises: of the files beside the segments, only what this ledger sealed is
//! believed, and only where its roots are the journal's; inner hashes are never
//! believed. Anything else leads to the same state, from the journal alone.
//! Leaves to others: whether the journal's head is signed (`server`).

use std::{path::Path, sync::Arc};

use rayon::prelude::*;

use super::{Admission, AdmissionError, IdIndex, IdIndexError, earlier::Earlier, mend::leaf_of};
use crate::{
    crypto::Seal,
    domain::{Entry, EnvelopeContent, Index, Size, TreeHead},
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

/// One read of the walk: large enough to be sequential, small enough that its parsed
/// entries (about 3 kB each) are still in the processor's cache when they are admitted.
pub(super) const READ: ReadLimit = ReadLimit { entries: 512, bytes: 512 * 1024 };

pub(super) fn restore(
    dir: &Path,
    journal: Arc<dyn Journal>,
    run_keys: usize,
    seal: &Seal,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Admission, RestoreError> {
    let (hashes, ids) = (dir.join("hashes"), dir.join("ids"));
    let mut index = IdIndex::open(&ids, run_keys, seal)?;
    if let Some(tree) = proved_tree(&hashes, &index, journal.head().tree)? {
        let governing = index.spans().flat_map(|span| span.governing.iter().copied()).collect::<Vec<_>>();
        match go_on(Admission::new(Earlier::in_journal(Arc::clone(&journal)), tree, index), &governing, progress) {
            Err(RestoreError::OtherRoot { .. }) => {
                tracing::warn!("the files beside the segments are of another history; all entries are read again");
            }
            restored => return restored,
        }
        index = IdIndex::open(&ids, run_keys, seal)?;
    }
    index.clear()?;
    let tree = Tree::empty(HashFile::open(&hashes)?)?;
    go_on(Admission::new(Earlier::in_journal(journal), tree, index), &[], progress)
}

/// From what the runs cover to the head of the journal, whose root the tree must
/// have then: so every leaf hash that it began with was right.
fn go_on(
    mut admission: Admission,
    governing: &[Index],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Admission, RestoreError> {
    let head = journal(&admission).head().tree;
    admission.run_from = Size(admission.tree.size());
    fold_governing(&mut admission, governing, head)?;
    read_the_rest(&mut admission, head, progress)?;
    if admission.head() == head { Ok(admission) } else { Err(RestoreError::OtherRoot { size: head.size.0 }) }
}

/// The tree of what the runs cover: its inner hashes follow from its leaf hashes,
/// and every run names its root there. `None` when something is to be built anew.
fn proved_tree(path: &Path, ids: &IdIndex, head: TreeHead) -> Result<Option<Tree>, HashStoreError> {
    let Some(covered) = ids.spans().last().map(|span| span.to.size) else { return Ok(None) };
    if covered > head.size {
        return Ok(None);
    }
    let tree = Tree::checked(covered.0, HashFile::open(path)?)?;
    Ok(tree.filter(|tree| ids.spans().all(|span| tree.root_at(span.to.size.0) == Ok(span.to.root))))
}

/// Folds the entries that the runs name as governing: each must be the one that
/// the tree holds there. That none is left out is what the seal of the run says.
fn fold_governing(admission: &mut Admission, governing: &[Index], head: TreeHead) -> Result<(), RestoreError> {
    for index in governing {
        let stored = read_as_in_tree(admission, *index, head)?;
        let entry = read(&stored)?;
        if let EnvelopeContent::Submission(submitted) = &entry.envelope.content {
            Arc::make_mut(&mut admission.registry).apply(submitted, entry.index, entry.recorded_at);
        }
    }
    if let Some(last) = Size(admission.tree.size()).last_index() {
        admission.recorded_at = Some(read_as_in_tree(admission, last, head)?.record.recorded_at);
    }
    Ok(())
}

fn read_as_in_tree(admission: &Admission, index: Index, head: TreeHead) -> Result<StoredRecord, RestoreError> {
    let stored = journal(admission).read(index, ReadLimit::ONE)?.pop();
    let same = |stored: &StoredRecord| admission.tree.stored_leaf(index.0) == Ok(leaf_of(stored));
    stored.filter(same).ok_or(RestoreError::OtherRoot { size: head.size.0 })
}

/// Reads and parses on all cores while the chunk before is admitted, which is serial.
fn read_the_rest(
    admission: &mut Admission,
    head: TreeHead,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), RestoreError> {
    let source = journal(admission);
    let from = admission.tree.size();
    let mut chunk = parse_chunk(&*source, Index(from))?;
    while admission.tree.size() < head.size.0 {
        let Some(last) = chunk.last().map(|entry| entry.index) else {
            return Err(RestoreError::OtherRoot { size: head.size.0 });
        };
        let next = last.size_with().next_index();
        let (admitted, parsed) = rayon::join(|| admit_all(admission, &chunk), || parse_chunk(&*source, next));
        admitted?;
        chunk = parsed?;
        progress(admission.tree.size() - from, head.size.0 - from);
    }
    Ok(())
}

fn parse_chunk(source: &dyn Journal, from: Index) -> Result<Vec<Arc<Entry>>, RestoreError> {
    let entry = |stored| read(stored).map(Arc::new);
    let parsed: Vec<Result<Arc<Entry>, RestoreError>> = source.read(from, READ)?.par_iter().map(entry).collect();
    // The first entry that cannot be read is the one to name.
    parsed.into_iter().collect()
}

fn admit_all(admission: &mut Admission, chunk: &[Arc<Entry>]) -> Result<(), AdmissionError> {
    chunk.iter().try_for_each(|entry| admission.readmit(entry))?;
    admission.written()
}

fn journal(admission: &Admission) -> Arc<dyn Journal> {
    Arc::clone(admission.earlier.journal().expect("a state is restored from a journal"))
}

fn read(stored: &StoredRecord) -> Result<Entry, RestoreError> {
    wire::read_entry(stored).map_err(|source| RestoreError::Entry { index: stored.index, source })
}
