//! A journal in memory, with places for faults.
//!
//! Promises: behaves as the trait says, under the same conformance suite as the
//! segment files; a fault comes exactly where a test asked for it.
//! Leaves to others: durability. It has none.

use std::sync::{Mutex, MutexGuard};

use super::{Appended, Batch, EMPTY, Head, Journal, JournalError, ReadLimit, Record, StoredRecord, check_batch};
use crate::domain::{Index, TreeHead};

/// What becomes of the next append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryFault {
    /// It fails and did not land.
    FailsWithoutLanding,
    /// It fails and did land.
    FailsAfterLanding,
    /// Somebody else seems to have moved the head.
    Conflicts,
}

/// A journal in memory.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    batches: Vec<Batch>,
    /// A batch that landed although its append reported a failure: what only a
    /// restart can see.
    hidden: Option<Batch>,
    fault: Option<MemoryFault>,
    halted: bool,
}

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the next append meet a fault.
    pub fn fail_next(&self, fault: MemoryFault) {
        self.state().fault = Some(fault);
    }

    /// The journal as a restart finds it: with everything that landed.
    pub fn reopened(&self) -> Self {
        let state = self.state();
        let batches = state.batches.iter().chain(&state.hidden).cloned().collect();
        Self { state: Mutex::new(State { batches, ..State::default() }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the state")
    }
}

impl State {
    fn head(&self) -> Head {
        match self.batches.last() {
            None => Head { tree: EMPTY, recorded_at: None, checkpoint: None },
            Some(batch) => Head {
                tree: batch.head,
                recorded_at: batch.records.last().map(|record| record.recorded_at),
                checkpoint: Some(batch.checkpoint.clone()),
            },
        }
    }

    /// Position of the batch that holds an index.
    fn batch_of(&self, index: Index) -> Option<usize> {
        let position = self.batches.partition_point(|batch| batch.head.size.0 <= index.0);
        (position < self.batches.len()).then_some(position)
    }

    fn entry(&self, index: Index) -> Option<StoredRecord> {
        let batch = &self.batches[self.batch_of(index)?];
        let behind = usize::try_from(batch.head.size.0 - index.0).expect("it fits into memory");
        let record = batch.records[batch.records.len() - behind].clone();
        let checkpoint = (behind == 1).then(|| batch.checkpoint.clone());
        Some(StoredRecord { index, record, checkpoint })
    }

    fn halt(&mut self, why: &'static str) -> Appended {
        self.halted = true;
        Appended::Unknown(refused(why))
    }
}

impl Journal for MemoryJournal {
    fn append(&self, expected: TreeHead, batch: &Batch) -> Appended {
        let mut state = self.state();
        if state.halted {
            return Appended::Unknown(refused("an earlier append failed; a restart finds out what landed"));
        }
        let head = state.head();
        if expected != head.tree || state.fault == Some(MemoryFault::Conflicts) {
            state.fault = None;
            return Appended::Conflict(head);
        }
        if let Err(why) = check_batch(&head, batch) {
            return Appended::Unknown(refused(why));
        }
        match state.fault.take() {
            Some(MemoryFault::FailsWithoutLanding) => state.halt("a test wants it so; it did not land"),
            Some(MemoryFault::FailsAfterLanding) => {
                state.hidden = Some(batch.clone());
                state.halt("a test wants it so; it did land")
            }
            Some(MemoryFault::Conflicts) | None => {
                state.batches.push(batch.clone());
                Appended::Landed
            }
        }
    }

    fn head(&self) -> Head {
        self.state().head()
    }

    fn read(&self, from: Index, limit: ReadLimit) -> Result<Vec<StoredRecord>, JournalError> {
        let state = self.state();
        let mut bytes = 0;
        let entries =
            (from.0..state.head().tree.size.0).map_while(|index| state.entry(Index(index))).take(limit.entries.max(1));
        let within = entries.enumerate().take_while(|(position, entry)| {
            bytes += stored_len(&entry.record);
            *position == 0 || bytes <= limit.bytes
        });
        Ok(within.map(|(_, entry)| entry).collect())
    }

    fn checkpoint_covering(&self, index: Index) -> Result<Option<String>, JournalError> {
        let state = self.state();
        Ok(state.batch_of(index).map(|position| state.batches[position].checkpoint.clone()))
    }

    fn close(&self) -> Result<(), JournalError> {
        Ok(())
    }
}

/// Bytes of a record as the segment files count them.
fn stored_len(record: &Record) -> usize {
    16 + record.envelope.len() + record.events.iter().map(|event| 4 + event.len()).sum::<usize>()
}

fn refused(why: &'static str) -> JournalError {
    JournalError::Io { action: "append to", place: "memory".into(), source: std::io::Error::other(why) }
}
