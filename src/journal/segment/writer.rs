//! The one writer: a batch, then its fdatasync, then `released`.
//!
//! Promises: [`Writer::commit`] returns `Ok` only when the batch is durable; it
//! never writes a byte before the end of the last batch (I1), nor one behind it
//! while `released` says that the journal is closed.
//! Leaves to others: whether the batch may come (`check_batch`), telling readers.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use super::{
    Options,
    disk::{Disk, open},
    frame::{self, SEGMENT_HEADER, SegmentHeader},
    recover::Found,
    released::ReleasedFile,
    survey::name,
};
use crate::{
    domain::{Index, LedgerId, TreeHead},
    journal::{Batch, JournalError},
};

/// The file that becomes the next segment; holds only zeros until it is renamed.
const PREPARED: &str = "prepared";
/// Zeros between two syncs while a file is prepared, so that the fdatasync of a
/// batch never waits behind more than this.
const PREPARE_STEP: usize = 1024 * 1024;

/// The writing side of a journal.
#[derive(Debug)]
pub(super) struct Writer {
    pub disk: Disk,
    directory: PathBuf,
    ledger: LedgerId,
    segment_bytes: u64,
    pub active: Active,
    released: ReleasedFile,
    preparation: Option<Preparation>,
    /// Whether an append failed: from then on nothing is certain (I9).
    pub halted: bool,
}

/// The segment that batches go to.
#[derive(Clone, Debug)]
pub(super) struct Active {
    pub file: Arc<File>,
    pub path: Arc<Path>,
    pub first: Index,
    pub length: u64,
    /// Offset behind the last batch.
    pub end: u64,
}

/// The next segment's file, being filled with zeros on another thread.
#[derive(Debug)]
struct Preparation {
    thread: JoinHandle<Result<File, JournalError>>,
    cancelled: Arc<AtomicBool>,
}

impl Writer {
    /// Goes on from what a recovery left.
    pub fn new(
        directory: &Path,
        options: &Options,
        disk: Disk,
        found: &Found,
        released: ReleasedFile,
    ) -> Result<Self, JournalError> {
        disk.remove(&directory.join(PREPARED))?;
        let newest = found.segments.last().expect("a survey finds at least one segment");
        let active = Active {
            file: Arc::new(open(&newest.path, true)?),
            path: newest.path.clone(),
            first: newest.header.first,
            length: newest.header.length,
            end: found.scan.end,
        };
        let (ledger, segment_bytes) = (newest.header.ledger, options.segment_bytes);
        let directory = directory.to_path_buf();
        Ok(Self { disk, directory, ledger, segment_bytes, active, released, preparation: None, halted: false })
    }

    /// Makes a batch durable behind `before`; tells where it stands.
    pub fn commit(&mut self, before: TreeHead, batch: &Batch) -> Result<u64, JournalError> {
        self.released.reopen(&self.disk, &self.directory, before)?;
        let length = frame::batch_len(batch);
        if self.active.end + length > self.active.length {
            self.begin_segment(before, length)?;
        }
        let at = self.active.end;
        let bytes = frame::encode_batch(at, before, batch);
        self.disk.write(&self.active.file, &self.active.path, &bytes, at)?;
        self.disk.sync(&self.active.file, &self.active.path)?;
        self.active.end = at + length;
        let now = batch.records.last().expect("check_batch saw a record").recorded_at;
        self.released.write(&self.disk, &self.directory, batch.head, now)?;
        self.prepare_when_half_full();
        Ok(at)
    }

    /// Makes `released` durable and gives up preparing; closes the journal at its
    /// head unless what follows it is in doubt.
    pub fn close(&mut self, head: TreeHead) -> Result<(), JournalError> {
        self.stop_preparing();
        if self.halted {
            return self.released.sync(&self.disk, &self.directory);
        }
        self.released.close(&self.disk, &self.directory, head)
    }

    /// Turns the prepared file into the next segment: header, sync, name, sync.
    fn begin_segment(&mut self, before: TreeHead, batch: u64) -> Result<(), JournalError> {
        let prepared = self.directory.join(PREPARED);
        let file = match self.preparation.take() {
            Some(preparation) => preparation.thread.join().expect("filling a file with zeros does not panic")?,
            None => zero_filled(&self.disk, &prepared, self.segment_bytes, &AtomicBool::new(false))?,
        };
        // A batch may be longer than a small segment: then the segment grows.
        let length = self.segment_bytes.max(SEGMENT_HEADER + batch);
        if length > self.segment_bytes {
            fill(&self.disk, &file, &prepared, self.segment_bytes..length, &AtomicBool::new(false))?;
        }
        let first = before.size.next_index();
        let header =
            SegmentHeader { length, ledger: self.ledger, previous: self.active.first, first, root: before.root };
        self.disk.write(&file, &prepared, &header.encode(), 0)?;
        self.disk.sync_all(&file, &prepared)?;
        let path = self.directory.join(name(first));
        self.disk.rename(&prepared, &path)?;
        self.disk.sync_directory(&self.directory)?;
        self.active = Active { file: Arc::new(file), path: path.into(), first, length, end: SEGMENT_HEADER };
        Ok(())
    }

    /// Starting at half leaves the time of the other half, and writes nothing in
    /// advance for a ledger that hardly grows.
    fn prepare_when_half_full(&mut self) {
        if self.preparation.is_some() || self.active.end < self.active.length / 2 {
            return;
        }
        let cancelled = Arc::new(AtomicBool::new(false));
        let (disk, path, length) = (self.disk.clone(), self.directory.join(PREPARED), self.segment_bytes);
        let flag = cancelled.clone();
        let run = move || zero_filled(&disk, &path, length, &flag);
        // Without a thread the next segment is filled when it is needed.
        let thread = std::thread::Builder::new().name("journal-prepare".into()).spawn(run).ok();
        self.preparation = thread.map(|thread| Preparation { thread, cancelled });
    }

    fn stop_preparing(&mut self) {
        if let Some(preparation) = self.preparation.take() {
            preparation.cancelled.store(true, Ordering::Relaxed);
            // Whatever it met, its file holds nothing and goes.
            let _ = preparation.thread.join();
            let _ = self.disk.remove(&self.directory.join(PREPARED));
        }
    }
}

impl Drop for Writer {
    /// The thread must not go on writing in a directory that somebody else opens.
    fn drop(&mut self) {
        self.stop_preparing();
    }
}

/// Creates the first segment of a new journal.
pub(super) fn create_first(disk: &Disk, directory: &Path, ledger: LedgerId, length: u64) -> Result<(), JournalError> {
    let path = directory.join(name(Index(0)));
    let file = zero_filled(disk, &path, length, &AtomicBool::new(false))?;
    let root = crate::journal::EMPTY.root;
    let header = SegmentHeader { length, ledger, previous: Index(0), first: Index(0), root };
    disk.write(&file, &path, &header.encode(), 0)?;
    disk.sync_all(&file, &path)
}

fn zero_filled(disk: &Disk, path: &Path, length: u64, cancelled: &AtomicBool) -> Result<File, JournalError> {
    let file = disk.create(path)?;
    fill(disk, &file, path, 0..length, cancelled)?;
    Ok(file)
}

fn fill(
    disk: &Disk,
    file: &File,
    path: &Path,
    range: std::ops::Range<u64>,
    cancelled: &AtomicBool,
) -> Result<(), JournalError> {
    let zeros = vec![0; PREPARE_STEP];
    let mut at = range.start;
    while at < range.end && !cancelled.load(Ordering::Relaxed) {
        let length = (range.end - at).min(PREPARE_STEP as u64);
        disk.write(file, path, &zeros[..usize::try_from(length).expect("at most PREPARE_STEP")], at)?;
        disk.sync_all(file, path)?;
        at += length;
    }
    Ok(())
}
