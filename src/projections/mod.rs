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
//! digest_0     = SHA-256("merestone read models v5\n")
//! digest_(n+1) = SHA-256(digest_n || row || row || ...)     rows of entry n, ascending by key
//! row          = length of key (u32 BE) || key || length of value (u32 BE) || value
//! ```
//!
//! Keys are ascending as byte strings, shorter before longer. How entries were batched
//! makes no difference. A change of rows is a new text in `digest_0` and a new
//! [`ROWS_FORMAT`]; a change of how they are stored is a new [`ROWS_FORMAT`] alone. The rows of an entry (`i` its index as u64 BE, `o` the ordinal of an
//! event as u16 BE, identifiers ended by a zero byte, names in ASCII small letters with
//! their length as u32 BE before them):
//!
//! | key | value |
//! | --- | --- |
//! | 01 `i` | recording time in microseconds, varint |
//! | 02 `i` | policy number and profile of the charter that the entry brings, varints |
//! | 03 organisation `i` | `OrganisationRow` of an organisation that is founded, admitted or changed |
//! | 04 organisation member `i` | `MemberRow` of a post after the entry, with all of its keys |
//! | 05 key id (32 bytes) `i` | `KeyOwnerRow` of a key that is enrolled |
//! | 06 organisation `i` `o` | `MandateRow` |
//! | 07 treaty `i`; 08 participant `i` | ordinal of its registration, varint |
//! | 09 short name, treaty `i`; 0a name, participant `i` | empty; of a registration and of a correction that restates it |
//! | 10 subject `i` | per event on it: ordinal, kind number, length of date, all varints; the date as written |
//! | 11 organisation `i` | empty; the author's, for later sign-offs each signer's |
//! | 12 kind number (u32 BE) `i` | empty |
//! | 13 path of a cell (u64 BE), level (u8), record `i` | per danger area: southern, northern, western, eastern edge of its box in 1e-7 degree from the south pole and from 180 degrees west, varints |
//! | 15 treaty kind number (u32 BE) participant `i` | as row 10; deposits, definitive signatures, successions, objections, declarations, corrections, retractions and resolutions alone |
//! | 16 treaty participant treaty `i` | as row 10; instruments under the second treaty, and corrections of them, that name the first one as a protocol |
//! | 17 treaty treaty `i` | empty; a registration of the second treaty, or a correction of it, names the first as its parent |
//! | 18 SHA-256 (32 bytes) `i`; 19 symbol `i` | as row 10; the events that cite the document, by their list or by the symbol in their body |
//! | 20 `i` `o` number (u16 BE) | `FindingRow`; the number counts the findings of the entry |
//! | 21 `s` `i` | `SignOffRow`: the sign-offs on the submission in entry `s` after the entry |
//! | 22 `w` `i` | 32 bytes: bit `b` (of byte `b`/8, from the lowest) says that the submission of entry 256 `w` + `b` waits |
//!
//! A subject is one byte (1 ledger, 2 organisation, 3 treaty, 4 participant,
//! 5 participation, 6 record) and its identifiers. The messages `...Row` are protobuf
//! (`encoding.rs`). Row 00, the position, is stored beside and not part of the digest.
//!
//! Rows 01, 11 and 12 are stored several together (`packed.rs`), all others as they are.

mod batch;
mod documents;
mod encoding;
mod error;
mod fold;
mod follower;
mod keys;
mod likeness;
mod model;
mod packed;
mod places;
mod queries;
mod refold;
mod seek;
mod sign_offs;
mod store;
#[cfg(test)]
mod tests;
mod timelines;
mod waiting;

pub use documents::CitedDocument;
pub use error::{QueryError, ReadModelError};
pub(crate) use fold::{bears_on_others, protocols_of};
pub use follower::{Follow, FollowError, Followed, Follower, FollowerGone, WaitError};
pub use model::*;
pub use queries::{EntryFilter, View};
pub use refold::{Refold, RowDifference};
pub use seek::Entries;
pub use store::{Opened, ReadModels};
pub use timelines::{DatesThatStand, Timeline};

use crate::domain::{Entry, Finding, SignOffState};

/// Format of the rows as they are stored; read models of another format are built anew.
pub const ROWS_FORMAT: u32 = 6;

/// What the chained digest begins with.
pub const DIGEST_START: &[u8] = b"merestone read models v5\n";

/// An accepted entry with the findings that the policy made on it.
#[derive(Clone, Copy, Debug)]
pub struct FoldedEntry<'a> {
    pub entry: &'a Entry,
    /// In the order in which the policy makes them.
    pub findings: &'a [Finding],
    /// The state in which the entry leaves its submission by the sign-offs on it.
    pub sign_offs: Option<&'a SignOffState>,
}
