//! The durable, append-only sequence of entries.
//!
//! Promises: no byte changes after its batch is durable (I1); a batch that
//! [`Journal::append`] calls landed survives power loss (I2); indexes have no
//! gap (I6); recording time never decreases (I7); one writer (I10).
//! Leaves to others: what the bytes mean (`wire`), whether they may enter
//! (`policy`), what is derived from them (`admission`, `projections`).
//!
//! The trait names no file and no offset, because an object store or a database
//! will stand behind it. [`SegmentJournal`] and [`MemoryJournal`] are its first
//! two implementations, under one conformance suite (`tests/it/journal.rs`).

mod memory;
mod segment;

use std::fmt;

use prost::bytes::Bytes;

pub use memory::{MemoryFault, MemoryJournal};
pub use segment::{Action, Fault, Faults, Options, Quarantined, Recovery, SegmentJournal, UnfinishedBatch, Walked};

use crate::{
    domain::{Index, RecordingTime, Size, TreeHead},
    limits,
};

/// What one entry is made of, as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// When the ledger recorded it.
    pub recorded_at: RecordingTime,
    /// The envelope, exactly as received.
    pub envelope: Bytes,
    /// The events, exactly as received, in the order of their digests.
    pub events: Vec<Bytes>,
}

impl Record {
    /// Bytes of the envelope and of its events.
    pub fn payload_bytes(&self) -> usize {
        self.envelope.len() + self.events.iter().map(Bytes::len).sum::<usize>()
    }
}

/// Entries that become durable together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// At least one, at most `limits::BATCH_ENTRIES`.
    pub records: Vec<Record>,
    /// Size and root after the batch.
    pub head: TreeHead,
    /// The signed note with the checkpoint of `head`: the commit mark.
    pub checkpoint: String,
}

/// What became of an append.
#[derive(Debug)]
#[must_use = "an append that did not land must halt the sequencer"]
pub enum Appended {
    /// The batch is durable.
    Landed,
    /// The journal has another head than expected; nothing was written.
    Conflict(Head),
    /// It may have landed or not; only a restart can tell (I9).
    Unknown(JournalError),
}

/// The newest state of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub tree: TreeHead,
    /// Recording time of the newest entry; `None` for an empty journal.
    pub recorded_at: Option<RecordingTime>,
    /// The newest checkpoint; `None` for an empty journal.
    pub checkpoint: Option<String>,
}

/// An entry as it is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    pub index: Index,
    pub record: Record,
    /// The checkpoint of size index + 1, where a batch ended with this entry.
    pub checkpoint: Option<String>,
}

/// How much one read returns at the most; at least one entry if there is one.
#[derive(Clone, Copy, Debug)]
pub struct ReadLimit {
    pub entries: usize,
    pub bytes: usize,
}

impl ReadLimit {
    /// Just one entry.
    pub const ONE: Self = Self { entries: 1, bytes: usize::MAX };
}

/// The durable, append-only sequence of entries.
pub trait Journal: Send + Sync + fmt::Debug {
    /// Makes a batch durable behind `expected`, or says why not.
    fn append(&self, expected: TreeHead, batch: &Batch) -> Appended;

    /// The newest state.
    fn head(&self) -> Head;

    /// Entries from `from` on, in order; empty at or beyond the head.
    fn read(&self, from: Index, limit: ReadLimit) -> Result<Vec<StoredRecord>, JournalError>;

    /// The checkpoint of the batch that holds the entry: the first that covers it.
    fn checkpoint_covering(&self, index: Index) -> Result<Option<String>, JournalError>;

    /// Makes durable what is not needed for correctness but shortens the next
    /// start; called at shutdown.
    fn close(&self) -> Result<(), JournalError>;
}

/// The journal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A system call failed.
    #[error("cannot {action} {place}")]
    Io { action: &'static str, place: String, source: std::io::Error },
    /// Bytes are not what was written.
    #[error("damaged journal: {detail} in {place} at byte {offset}")]
    Damaged { place: String, offset: u64, detail: String },
    /// The directory does not hold this ledger, or not this format.
    #[error("{place}: {detail}")]
    Foreign { place: String, detail: String },
    /// Another process writes here.
    #[error("{place} is in use by another process; only one may write (stop it first)")]
    Locked { place: String },
}

/// The size of a journal that has no entries.
pub const EMPTY: TreeHead = TreeHead { size: Size(0), root: crate::merkle::TreeHash::EMPTY };

/// What every implementation checks of a batch before it writes a byte (I6, I7,
/// I8). The sequencer makes no other batch; one that is different is a fault of
/// this program, and halts it.
fn check_batch(head: &Head, batch: &Batch) -> Result<(), &'static str> {
    let Batch { records, head: after, checkpoint } = batch;
    let payload: usize = records.iter().map(Record::payload_bytes).sum();
    let first = records.first().map(|record| record.recorded_at);
    if records.is_empty() || records.len() > limits::BATCH_ENTRIES || payload > limits::BATCH_BYTES {
        return Err("a batch has at least one entry, and at most what the limits say");
    }
    if head.tree.size.0.checked_add(records.len() as u64) != Some(after.size.0) {
        return Err("the size after a batch is the size before and the batch's entries");
    }
    if first < head.recorded_at || !records.is_sorted_by_key(|record| record.recorded_at) {
        return Err("recording time never goes back");
    }
    if checkpoint.is_empty() || checkpoint.len() > limits::LONG_TEXT_BYTES {
        return Err("a batch is committed by a signed checkpoint");
    }
    Ok(())
}
