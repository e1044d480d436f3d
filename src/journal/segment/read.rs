//! Finding and reading entries.
//!
//! Promises: every byte that is returned was checked; one entry is read without
//! the rest of its batch; at most [`limits::OPEN_SEGMENTS`] sealed segments are
//! held open.
//! Leaves to others: what is published (`mod`).

use std::sync::{Arc, Mutex};

use prost::bytes::Bytes;

use super::{
    frame::BatchHeader,
    scan::{BatchAt, read_header, table},
    survey::Segment,
    window::Window,
};
use crate::{
    domain::{Index, LedgerId},
    journal::{JournalError, ReadLimit, Record, StoredRecord},
    limits,
};

/// Bytes read at once when one entry is wanted: header, directory and record of
/// a small batch together.
const AHEAD_MIN: u64 = 4 * 1024;
/// Bytes read at once when many are wanted.
const AHEAD_MAX: u64 = 256 * 1024;
/// Bytes read at once while headers are walked.
const AHEAD_TABLE: u64 = 64 * 1024;

/// A batch that can be read.
#[derive(Debug)]
pub(super) struct Located {
    pub file: Arc<std::fs::File>,
    pub path: Arc<std::path::Path>,
    /// Nothing at or beyond this offset is published.
    pub end: u64,
    pub batch: BatchAt,
}

impl Located {
    pub fn window(self, ahead: u64) -> Window {
        Window::new(self.file, self.path, self.end, ahead)
    }
}

/// A segment that has a successor.
#[derive(Debug)]
pub(super) struct Sealed {
    window: Window,
    batches: Vec<BatchAt>,
}

impl Sealed {
    pub fn locate(&self, index: Index) -> Option<Located> {
        let batch = batch_of(&self.batches, index)?;
        let Window { file, path, end, .. } = &self.window;
        Some(Located { file: file.clone(), path: path.clone(), end: *end, batch })
    }
}

/// The batch that holds an index, among batches in order.
pub(super) fn batch_of(batches: &[BatchAt], index: Index) -> Option<BatchAt> {
    let after = batches.partition_point(|batch| batch.first <= index);
    batches.get(after.checked_sub(1)?).copied()
}

/// The sealed segments that were read last, newest use at the end.
#[derive(Debug, Default)]
pub(super) struct Shelf(Mutex<Vec<(Index, Arc<Sealed>)>>);

impl Shelf {
    /// The segment of indexes `first` up to `next`; its batch table is built from
    /// the headers when it is not on the shelf. No lock is held meanwhile.
    pub fn take(
        &self,
        directory: &std::path::Path,
        ledger: LedgerId,
        first: Index,
        next: Index,
    ) -> Result<Arc<Sealed>, JournalError> {
        if let Some(found) = self.find(first) {
            return Ok(found);
        }
        let segment = Segment::read(directory, first)?;
        super::survey::check_ledger(std::slice::from_ref(&segment), Some(ledger))?;
        let mut window = segment.window(AHEAD_TABLE)?;
        let batches = table(&mut window, &segment.header, next)?;
        let sealed = Arc::new(Sealed { window: segment.window(0)?, batches });
        self.put(first, sealed.clone());
        Ok(sealed)
    }

    fn find(&self, first: Index) -> Option<Arc<Sealed>> {
        let mut shelf = self.0.lock().expect("nothing panics while it holds the shelf");
        let position = shelf.iter().position(|(on_shelf, _)| *on_shelf == first)?;
        let found = shelf.remove(position);
        shelf.push(found.clone());
        Some(found.1)
    }

    fn put(&self, first: Index, sealed: Arc<Sealed>) {
        let mut shelf = self.0.lock().expect("nothing panics while it holds the shelf");
        shelf.retain(|(on_shelf, _)| *on_shelf != first);
        if shelf.len() >= limits::OPEN_SEGMENTS {
            shelf.remove(0);
        }
        shelf.push((first, sealed));
    }
}

/// Entries that were read, up to a limit.
#[derive(Debug)]
pub(super) struct Gathered {
    pub records: Vec<StoredRecord>,
    bytes: usize,
    limit: ReadLimit,
    full: bool,
}

impl Gathered {
    pub fn new(limit: ReadLimit) -> Self {
        let limit = ReadLimit { entries: limit.entries.max(1), ..limit };
        Self { records: Vec::new(), bytes: 0, limit, full: false }
    }

    pub fn is_full(&self) -> bool {
        self.full || self.records.len() >= self.limit.entries
    }

    /// How much to read at once for what is still wanted.
    pub fn ahead(&self) -> u64 {
        if self.limit.entries == 1 {
            return AHEAD_MIN;
        }
        (self.limit.bytes as u64).clamp(AHEAD_MIN, AHEAD_MAX)
    }

    /// Takes entries of one batch from `from` on; tells the index behind them.
    pub fn take(&mut self, window: &mut Window, batch: BatchAt, from: Index) -> Result<Index, JournalError> {
        let header = batch_header(window, batch)?;
        let directory = exactly(window, header.directory_at(), header.directory_len())?;
        let slots = header.parse_directory(&directory);
        let slots = slots.ok_or_else(|| window.damaged(header.directory_at(), "a batch directory is not whole"))?;
        let (mut at, mut next) = (header.records_at(), from);
        for (index, slot) in (header.first.0..).map(Index).zip(slots) {
            if index >= from {
                let length = slot.length as usize;
                if self.is_full() || (!self.records.is_empty() && self.bytes + length > self.limit.bytes) {
                    self.full = true;
                    return Ok(next);
                }
                let bytes = exactly(window, at, u64::from(slot.length))?;
                let record = slot.parse_record(index, &bytes);
                let record = record.ok_or_else(|| window.damaged(at, format!("the record of index {index}")))?;
                self.push(window, &header, index, record)?;
                self.bytes += length;
                next = Index(index.0 + 1);
            }
            at += u64::from(slot.length);
        }
        Ok(next)
    }

    fn push(
        &mut self,
        window: &mut Window,
        header: &BatchHeader,
        index: Index,
        record: Record,
    ) -> Result<(), JournalError> {
        let last = header.next() == Some(Index(index.0 + 1));
        let checkpoint = if last { Some(checkpoint(window, header)?) } else { None };
        self.records.push(StoredRecord { index, record, checkpoint });
        Ok(())
    }
}

/// The header of a batch that is known to stand there.
pub(super) fn batch_header(window: &mut Window, batch: BatchAt) -> Result<BatchHeader, JournalError> {
    let header = read_header(window, batch.at)?.filter(|header| header.first == batch.first);
    header.ok_or_else(|| window.damaged(batch.at, format!("the batch header of index {} is not whole", batch.first)))
}

/// The signed note of a batch.
pub(super) fn checkpoint(window: &mut Window, header: &BatchHeader) -> Result<String, JournalError> {
    let bytes = exactly(window, header.commit_at(), header.commit_len())?;
    let commit = header.parse_commit(&bytes);
    commit.map(|(_, note)| note).ok_or_else(|| window.damaged(header.commit_at(), "a commit mark is not whole"))
}

fn exactly(window: &mut Window, at: u64, length: u64) -> Result<Bytes, JournalError> {
    window.get(at, length)?.ok_or_else(|| window.damaged(at, "a batch reaches beyond what was written"))
}
