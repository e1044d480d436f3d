//! RFC 6962 tree arithmetic over `tlog_tiles`, a port of Go's reference
//! implementation (golang.org/x/mod/sumdb/tlog).
//!
//! Promises: [`Tree`] grows only at its end; every hash that a proof of any size
//! needs is kept; no root and no proof leaves it that does not lead to the root
//! which it keeps in memory. Leaves to others: what a leaf is (`checkpoint`).

mod checked;
mod stored;
mod tree;

use tlog_tiles::Hash;

use crate::crypto::digest;
pub use stored::{HashFile, HashStoreError};
pub use tree::{NotProved, ProofInvalid, Tree, verify_consistency, verify_inclusion};

digest! {
    /// RFC 6962 hash of a tree, subtree or leaf.
    TreeHash, "tree hash"
}

impl TreeHash {
    /// The hash of the empty tree: SHA-256 of nothing.
    pub const EMPTY: Self = Self(tlog_tiles::EMPTY_HASH.0);

    /// The leaf hash of leaf data: SHA-256(0x00 || data).
    pub fn of_leaf(data: &[u8]) -> Self {
        Self(tlog_tiles::record_hash(data).0)
    }
}

impl From<Hash> for TreeHash {
    fn from(hash: Hash) -> Self {
        Self(hash.0)
    }
}

impl From<TreeHash> for Hash {
    fn from(hash: TreeHash) -> Self {
        Self(hash.0)
    }
}
