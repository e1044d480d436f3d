//! The journal in segment files.
//!
//! Promises: what [`crate::journal`] promises, on one directory of a local file
//! system that keeps what fdatasync reported. `docs/journal-format.md` gives the
//! bytes; `recover` says what a start may put right and what it refuses.
//! Leaves to others: the meaning of the entries; copies and backups.

mod disk;
mod frame;
mod read;
mod recover;
mod released;
mod scan;
mod survey;
mod walk;
mod window;
mod writer;

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, RwLock},
    time::Instant,
};

pub use disk::{Action, Fault, Faults};
pub use recover::{Quarantined, Recovery};
pub use walk::{UnfinishedBatch, Walked};

use self::{
    disk::{Disk, io_error},
    read::{Gathered, Located, Shelf, batch_header, batch_of, checkpoint},
    recover::Found,
    scan::BatchAt,
    survey::{check_ledger, foreign},
    walk::Extent,
    writer::{Active, Writer},
};
use super::{Appended, Batch, Head, Journal, JournalError, ReadLimit, StoredRecord, check_batch};
use crate::{
    domain::{Index, LedgerId, TreeHead},
    limits,
};

/// The journal's folder inside a ledger's directory.
const DIRECTORY: &str = "journal";
/// The folder while it is made; its name becomes `journal` when it is whole.
const UNFINISHED: &str = "journal.new";
const LOCK: &str = "lock";

/// How a journal is written.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes of a segment file. A batch that is longer gets a longer segment.
    pub segment_bytes: u64,
    /// The ledger that must be found; `None` accepts any.
    pub ledger: Option<LedgerId>,
    /// Faults for tests.
    pub faults: Faults,
}

impl Default for Options {
    fn default() -> Self {
        Self { segment_bytes: limits::SEGMENT_BYTES, ledger: None, faults: Faults::default() }
    }
}

/// A journal in segment files.
#[derive(Debug)]
pub struct SegmentJournal {
    directory: PathBuf,
    ledger: LedgerId,
    /// `None` when it was opened for reading only.
    writer: Option<Mutex<Writer>>,
    published: RwLock<Published>,
    shelf: Shelf,
    unfinished: Option<UnfinishedBatch>,
    /// Held as long as the journal is open; the operating system lets go of it
    /// when the program ends in any way.
    _lock: Option<File>,
}

/// What readers may see: all of it is durable.
#[derive(Debug)]
struct Published {
    head: Head,
    /// First indexes of the sealed segments, ascending.
    sealed: Vec<Index>,
    active: Active,
    /// Batches of the active segment.
    batches: Vec<BatchAt>,
}

impl SegmentJournal {
    /// Makes an empty journal in `dir/journal`; refuses a directory that has one.
    pub fn create(dir: &Path, ledger: LedgerId, options: Options) -> Result<Self, JournalError> {
        let directory = dir.join(DIRECTORY);
        if directory.exists() {
            return Err(foreign(&directory, "a journal exists already; it is never overwritten"));
        }
        let disk = Disk::new(options.faults.clone());
        let unfinished = dir.join(UNFINISHED);
        if unfinished.exists() {
            // It never got its name, so no entry was ever written to it.
            std::fs::remove_dir_all(&unfinished).map_err(io_error("remove", &unfinished))?;
        }
        disk.create_directory(&unfinished)?;
        writer::create_first(&disk, &unfinished, ledger, options.segment_bytes.max(frame::SEGMENT_HEADER))?;
        released::create(&disk, &unfinished)?;
        disk.create(&unfinished.join(LOCK))?;
        disk.sync_directory(&unfinished)?;
        disk.rename(&unfinished, &directory)?;
        disk.sync_directory(dir)?;
        Ok(Self::open(dir, Options { ledger: Some(ledger), ..options })?.0)
    }

    /// Opens the journal of `dir` for writing and reading, after putting right
    /// what a crash may have left. Never creates one.
    pub fn open(dir: &Path, options: Options) -> Result<(Self, Recovery), JournalError> {
        let directory = existing(dir)?;
        let lock = take_lock(&directory)?;
        let found = recover::find(&directory)?;
        check_ledger(&found.segments, options.ledger)?;
        let disk = Disk::new(options.faults.clone());
        let (recovery, released) = recover::repair(&disk, &directory, &found)?;
        let writer = Writer::new(&directory, &options, disk, &found, released)?;
        let active = writer.active.clone();
        let journal = Self::with(directory, found, active, Some(writer), Some(lock));
        Ok((journal, recovery))
    }

    /// Opens the journal of `dir` for reading only: no lock, no write, no
    /// recovery. Meant for a copy, not beside a running writer. An incomplete
    /// last batch that was never acknowledged is left out (see [`Walked`]).
    pub fn open_read_only(dir: &Path) -> Result<Self, JournalError> {
        let directory = existing(dir)?;
        let found = recover::find(&directory)?;
        let newest = found.segments.last().expect("a survey finds at least one segment");
        let active = Active {
            file: newest.window(0)?.file,
            path: newest.path.clone(),
            first: newest.header.first,
            length: newest.header.length,
            end: found.scan.end,
        };
        Ok(Self::with(directory, found, active, None, None))
    }

    /// The ledger that the entries belong to.
    pub fn ledger_id(&self) -> LedgerId {
        self.ledger
    }

    /// An incomplete last batch that was found when opening for reading only.
    pub fn unfinished(&self) -> Option<&UnfinishedBatch> {
        self.unfinished.as_ref()
    }

    /// Reads every byte of every segment and names the first that is not what was
    /// written. Beside a running writer it stops at what is published.
    pub fn verify_all(&self) -> Result<Walked, JournalError> {
        let extent = match self.writer {
            None => Extent::All,
            Some(_) => {
                let active = self.with_published(|published| published.active.clone());
                Extent::Published { segment: active.first, end: active.end }
            }
        };
        walk::walk(&self.directory, extent)
    }

    fn with(directory: PathBuf, found: Found, active: Active, writer: Option<Writer>, lock: Option<File>) -> Self {
        let Found { segments, scan, head, last: _, released: _, unfinished } = found;
        let newest = segments.last().expect("a survey finds at least one segment");
        let unfinished = unfinished.filter(|_| writer.is_none());
        let sealed = segments[..segments.len() - 1].iter().map(|segment| segment.header.first).collect();
        Self {
            directory,
            ledger: newest.header.ledger,
            writer: writer.map(Mutex::new),
            unfinished: unfinished.map(|unfinished| walk::unfinished_batch(newest, &unfinished)),
            published: RwLock::new(Published { head, sealed, active, batches: scan.batches }),
            shelf: Shelf::default(),
            _lock: lock,
        }
    }

    fn with_published<T>(&self, look: impl FnOnce(&Published) -> T) -> T {
        look(&self.published.read().expect("nothing panics while it holds what is published"))
    }

    /// Finds the batch of an index; `None` at or beyond the head. The lock is
    /// held for a search in memory only.
    fn locate(&self, index: Index) -> Result<Option<Located>, JournalError> {
        let range = match self.with_published(|published| published.locate(index)) {
            Place::Beyond => return Ok(None),
            Place::Active(located) => return Ok(Some(located)),
            Place::Sealed(range) => range,
        };
        let sealed = self.shelf.take(&self.directory, self.ledger, range.start, range.end)?;
        Ok(Some(sealed.locate(index).expect("the segment's table covers its indexes")))
    }

    fn publish(&self, writer: &Writer, before: TreeHead, batch: &Batch, at: u64) {
        let mut published = self.published.write().expect("nothing panics while it holds what is published");
        if published.active.first != writer.active.first {
            let sealed = published.active.first;
            published.sealed.push(sealed);
            published.batches.clear();
        }
        published.active = writer.active.clone();
        published.batches.push(BatchAt { first: before.size.next_index(), at });
        published.head = Head {
            tree: batch.head,
            recorded_at: batch.records.last().map(|record| record.recorded_at),
            checkpoint: Some(batch.checkpoint.clone()),
        };
    }
}

/// Where an index is.
enum Place {
    Beyond,
    Active(Located),
    /// In the sealed segment of these indexes.
    Sealed(std::ops::Range<Index>),
}

impl Published {
    fn locate(&self, index: Index) -> Place {
        if index.0 >= self.head.tree.size.0 {
            return Place::Beyond;
        }
        if index >= self.active.first {
            let batch = batch_of(&self.batches, index).expect("the active segment's batches reach up to the head");
            let Active { file, path, end, .. } = &self.active;
            return Place::Active(Located { file: file.clone(), path: path.clone(), end: *end, batch });
        }
        let after = self.sealed.partition_point(|first| *first <= index);
        let next = self.sealed.get(after).copied().unwrap_or(self.active.first);
        Place::Sealed(self.sealed[after - 1]..next)
    }
}

impl Journal for SegmentJournal {
    fn append(&self, expected: TreeHead, batch: &Batch) -> Appended {
        let Some(writer) = &self.writer else {
            return Appended::Unknown(self.refused("it was opened for reading only"));
        };
        let mut writer = writer.lock().expect("nothing panics while it holds the writer");
        if writer.halted {
            return Appended::Unknown(self.refused("an earlier append failed; a restart finds out what landed"));
        }
        let head = self.head();
        if expected != head.tree {
            return Appended::Conflict(head);
        }
        if let Err(why) = check_batch(&head, batch) {
            return Appended::Unknown(self.refused(why));
        }
        match writer.commit(expected, batch) {
            Ok(at) => {
                self.publish(&writer, expected, batch, at);
                Appended::Landed
            }
            Err(error) => {
                writer.halted = true;
                Appended::Unknown(error)
            }
        }
    }

    fn head(&self) -> Head {
        self.with_published(|published| published.head.clone())
    }

    /// The bytes share the memory of what was read at once: copy what is kept long.
    fn read(&self, from: Index, limit: ReadLimit) -> Result<Vec<StoredRecord>, JournalError> {
        let mut gathered = Gathered::new(limit);
        let mut next = from;
        let mut window: Option<window::Window> = None;
        while !gathered.is_full() {
            let Some(located) = self.locate(next)? else { break };
            let batch = located.batch;
            let mut here = match window.take() {
                Some(window) if window.path == located.path => window,
                _ => located.window(gathered.ahead()),
            };
            // A window that goes on keeps the end it began with; what was
            // published since then is for the next read.
            if batch.at >= here.end {
                break;
            }
            next = gathered.take(&mut here, batch, next)?;
            window = Some(here);
        }
        Ok(gathered.records)
    }

    fn checkpoint_covering(&self, index: Index) -> Result<Option<String>, JournalError> {
        let Some(located) = self.locate(index)? else { return Ok(None) };
        let batch = located.batch;
        let mut window = located.window(0);
        let header = batch_header(&mut window, batch)?;
        checkpoint(&mut window, &header).map(Some)
    }

    fn close(&self) -> Result<(), JournalError> {
        match &self.writer {
            Some(writer) => {
                let mut writer = writer.lock().expect("nothing panics while it holds the writer");
                writer.close(self.head().tree)
            }
            None => Ok(()),
        }
    }
}

impl SegmentJournal {
    fn refused(&self, why: &'static str) -> JournalError {
        io_error("append to", &self.directory)(io::Error::other(why))
    }
}

fn existing(dir: &Path) -> Result<PathBuf, JournalError> {
    let directory = dir.join(DIRECTORY);
    match directory.metadata() {
        Ok(metadata) if metadata.is_dir() => Ok(directory),
        Ok(_) => Err(foreign(&directory, "it is no folder")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(foreign(&directory, "no journal is here; only `init` makes one"))
        }
        Err(error) => Err(io_error("examine", &directory)(error)),
    }
}

fn take_lock(directory: &Path) -> Result<File, JournalError> {
    let path = directory.join(LOCK);
    let open = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = open.map_err(io_error("open", &path))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if begun.elapsed() < limits::LOCK_PATIENCE => {
                std::thread::sleep(limits::LOCK_RETRY);
            }
            Err(TryLockError::WouldBlock) => {
                return Err(JournalError::Locked { place: directory.display().to_string() });
            }
            Err(TryLockError::Error(error)) => return Err(io_error("lock", &path)(error)),
        }
    }
}
