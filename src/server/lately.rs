//! Entries that answers were told from lately, read and taken apart once for all acts of a
//! page: a table of participants enters with hundreds of acts in one entry.
//!
//! Promises: an entry never changes, so what is at hand is what the journal holds; bounded
//! in memory (I8). Leaves to others: what is told of an entry.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{Node, errors::Refused};
use crate::{
    admission::{AtHand, memory},
    domain::{Entry, Index},
    journal::{ReadLimit, StoredRecord},
    limits::READ_LATELY_MEMORY,
    wire,
};

/// An entry as the journal holds it, and taken apart where somebody asked for that.
#[derive(Debug)]
pub(super) struct ReadEntry {
    pub stored: StoredRecord,
    entry: OnceLock<Arc<Entry>>,
}

impl ReadEntry {
    /// The whole entry, taken apart once.
    pub fn entry(&self) -> Result<Arc<Entry>, Refused> {
        if let Some(entry) = self.entry.get() {
            return Ok(Arc::clone(entry));
        }
        let entry = wire::read_entry(&self.stored).map_err(|error| Refused::internal(&error))?;
        Ok(Arc::clone(self.entry.get_or_init(|| Arc::new(entry))))
    }
}

/// The entries of the last answers.
#[derive(Debug)]
pub(super) struct Lately(Mutex<AtHand<Arc<ReadEntry>>>);

impl Default for Lately {
    fn default() -> Self {
        Self(Mutex::new(AtHand::within(READ_LATELY_MEMORY)))
    }
}

impl Node {
    /// An entry of the journal; `None` where there is none.
    pub(super) fn read_entry(&self, index: Index) -> Result<Option<Arc<ReadEntry>>, Refused> {
        let lately = || self.lately.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = lately().get(index) {
            return Ok(Some(read));
        }
        let stored = self.journal.read(index, ReadLimit::ONE).map_err(|error| Refused::internal(&error))?;
        let Some(stored) = stored.into_iter().next() else { return Ok(None) };
        let bytes = memory(stored.record.events.len(), stored.record.payload_bytes());
        let read = Arc::new(ReadEntry { stored, entry: OnceLock::new() });
        lately().put(index, Arc::clone(&read), bytes);
        Ok(Some(read))
    }
}
