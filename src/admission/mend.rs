//! Proofs, and putting stored tree hashes right while the ledger runs.
//!
//! Promises: what [`Admission::prove`] gives leads to the root of all entries. A
//! stored hash that rotted is computed again from the journal, and the ledger
//! goes on; if the journal does not lead to the root either, nothing is proved.
//! Leaves to others: halting then (`sequencer`).

use super::{Admission, restore::READ};
use crate::{
    checkpoint::leaf_hash,
    crypto::sha256,
    domain::{EnvelopeDigest, Index},
    journal::{Journal, JournalError, StoredRecord},
    merkle::{HashStoreError, NotProved, Tree},
};

/// Why something is not proved.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    #[error("the ledger has fewer entries")]
    Beyond,
    #[error("a stored tree hash is wrong and cannot be put right: run `merestone audit --dir`")]
    NotMended(#[from] MendError),
}

/// Why stored hashes cannot be put right.
#[derive(Debug, thiserror::Error)]
pub enum MendError {
    #[error("there is no journal to read the entries from")]
    NoJournal,
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Hashes(#[from] HashStoreError),
    #[error("the entries of the journal lead to another root than the one that was signed")]
    OtherRoot,
}

impl Admission {
    /// Proves; where a stored hash is at fault, puts the hashes right and proves
    /// again.
    pub fn prove<T>(&mut self, prove: impl Fn(&Self) -> Result<T, NotProved>) -> Result<T, ProveError> {
        match prove(self) {
            Ok(proved) => return Ok(proved),
            Err(NotProved::Beyond) => return Err(ProveError::Beyond),
            Err(NotProved::Stored) => self.mend()?,
        }
        prove(self).map_err(|unproved| match unproved {
            NotProved::Beyond => ProveError::Beyond,
            // All stored hashes are right now: what was to be proved is not in the tree.
            NotProved::Stored => MendError::OtherRoot.into(),
        })
    }

    /// Computes all stored hashes again from the journal, under the root that the
    /// tree keeps in memory.
    pub fn mend(&mut self) -> Result<(), MendError> {
        tracing::warn!("a stored tree hash is not what was stored; all are computed again from the journal");
        let journal = self.earlier.journal().cloned().ok_or(MendError::NoJournal)?;
        let mut fresh = self.tree.beside()?;
        append_from(&*journal, &mut fresh)?;
        // What is admitted and not yet in the journal was appended a moment ago.
        while fresh.size() < self.tree.size() {
            let leaf = self.tree.stored_leaf(fresh.size()).map_err(|_| MendError::OtherRoot)?;
            fresh.append(leaf)?;
        }
        if (fresh.size(), fresh.root()) != (self.tree.size(), self.tree.root()) {
            return Err(MendError::OtherRoot);
        }
        Ok(fresh.take_place_of(&mut self.tree)?)
    }
}

fn append_from(journal: &dyn Journal, tree: &mut Tree) -> Result<(), MendError> {
    loop {
        let chunk = journal.read(Index(tree.size()), READ)?;
        if chunk.is_empty() {
            return Ok(());
        }
        chunk.iter().try_for_each(|stored| tree.append(leaf_of(stored)))?;
    }
}

/// The leaf hash of a record, from its bytes.
pub(super) fn leaf_of(stored: &StoredRecord) -> crate::domain::TreeHash {
    leaf_hash(stored.record.recorded_at, EnvelopeDigest(sha256(&stored.record.envelope)))
}
