//! The folds over entries and the read models that they build, in sled.
//!
//! Promises: everything here is derived and can be discarded and built again from
//! the journal to the same rows and the same digest (I4: no clock, no randomness, no
//! hash order, no floats). A batch of entries is applied as a whole or not at all,
//! together with the position that it leads to. Rows are never overwritten, so an
//! answer at an old size is the answer that was given then.
//! Leaves to others: whether the position is of this journal's history (the caller
//! compares size and root), the events themselves (they are in the journal; answers
//! give positions), who may read what.
//!
//! # The chained digest
//!
//! Two ledgers, or a ledger and its auditor, compare their read models by one hash:
//!
//! ```text
//! digest_0     = SHA-256("merestone read models v1\n")
//! digest_(n+1) = SHA-256(digest_n || row || row || ...)     rows of entry n, ascending by key
//! row          = length of key (u32 BE) || key || length of value (u32 BE) || value
//! ```
//!
//! Keys are ascending as byte strings, shorter before longer. `keys` says what the
//! keys are, `encoding` what the values are. How entries were batched makes no
//! difference. A change of rows is a new text in `digest_0` and a new [`ROWS_FORMAT`].

mod encoding;
mod error;
mod fold;
mod follower;
mod keys;
mod model;
mod queries;
mod seek;
mod store;
#[cfg(test)]
mod tests;

pub use error::{QueryError, ReadModelError};
pub use follower::{FollowError, Followed, Follower, FollowerGone, WaitError};
pub use model::*;
pub use queries::{EntryFilter, View};
pub use seek::Entries;
pub use store::{Opened, ReadModels, RowDifference};

use crate::domain::{Entry, Finding};

/// Format of the rows; read models of another format are built anew.
pub const ROWS_FORMAT: u32 = 1;

/// What the chained digest begins with.
pub const DIGEST_START: &[u8] = b"merestone read models v1\n";

/// An accepted entry with the findings that the policy made on it.
#[derive(Clone, Copy, Debug)]
pub struct FoldedEntry<'a> {
    pub entry: &'a Entry,
    /// In the order in which the policy makes them.
    pub findings: &'a [Finding],
}
