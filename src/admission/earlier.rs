//! Entries that were admitted before, read back: decisions look at the event that
//! another one speaks about.
//!
//! Promises: an entry that was admitted can be read back for ever; entries of the
//! batch under way are held in memory until the journal has them.
//! Leaves to others: whether what is read back is what was signed (the journal
//! checks its records; an audit writes its own copy).

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use prost::bytes::Bytes;

use super::at_hand::{AtHand, memory};
use crate::{
    domain::{Entry, EnvelopeContent, Index, RecordingTime},
    journal::{Journal, ReadLimit, Record, StoredRecord},
    limits::{READ_BACK_BYTES, READ_BACK_MEMORY},
    wire,
};

/// Where earlier entries are read from.
#[derive(Debug)]
pub(super) struct Earlier {
    store: Store,
    /// Admitted and not yet in the store.
    recent: HashMap<Index, Arc<Entry>>,
    /// Admitted or read back lately.
    at_hand: Mutex<AtHand<Arc<Entry>>>,
    unreadable: AtomicBool,
}

#[derive(Debug)]
enum Store {
    Journal(Arc<dyn Journal>),
    Spool(Spool),
}

impl Earlier {
    /// Entries of a journal.
    pub(super) fn in_journal(journal: Arc<dyn Journal>) -> Self {
        Self::of(Store::Journal(journal))
    }

    /// Entries that are handed to [`Earlier::keep`], in a file of their own.
    pub(super) fn in_scratch(dir: &Path) -> io::Result<Self> {
        Ok(Self::of(Store::Spool(Spool::create(&dir.join("entries"))?)))
    }

    fn of(store: Store) -> Self {
        let at_hand = Mutex::new(AtHand::within(READ_BACK_MEMORY));
        Self { store, recent: HashMap::new(), at_hand, unreadable: AtomicBool::new(false) }
    }

    /// The journal, where there is one.
    pub(super) fn journal(&self) -> Option<&Arc<dyn Journal>> {
        match &self.store {
            Store::Journal(journal) => Some(journal),
            Store::Spool(_) => None,
        }
    }

    /// Holds an entry until the store has it.
    pub(super) fn note(&mut self, entry: &Arc<Entry>) {
        self.recent.insert(entry.index, Arc::clone(entry));
    }

    /// The store has everything that was noted.
    pub(super) fn stored(&mut self) {
        self.recent.clear();
    }

    /// Keeps an entry at hand whose record has so many bytes: the newest are spoken about most.
    pub(super) fn remember(&self, entry: &Arc<Entry>, bytes: usize) {
        if bytes > READ_BACK_BYTES {
            return;
        }
        let events = match &entry.envelope.content {
            EnvelopeContent::Submission(submitted) => submitted.events.len(),
            EnvelopeContent::SignOffs { .. } => 0,
        };
        self.at_hand().put(entry.index, Arc::clone(entry), memory(events, bytes));
    }

    /// Copies a record into the scratch file; a journal has it already.
    pub(super) fn keep(&mut self, record: &Record) -> io::Result<()> {
        match &mut self.store {
            Store::Journal(_) => Ok(()),
            Store::Spool(spool) => spool.append(record),
        }
    }

    /// An entry that was admitted; `None` where it cannot be read, which is remembered.
    pub(super) fn entry(&self, index: Index) -> Option<Arc<Entry>> {
        if let Some(entry) = self.recent.get(&index) {
            return Some(Arc::clone(entry));
        }
        if let Some(entry) = self.at_hand().get(index) {
            return Some(entry);
        }
        let stored = match &self.store {
            Store::Journal(journal) => journal.read(index, ReadLimit::ONE).ok().and_then(|mut stored| stored.pop()),
            Store::Spool(spool) => spool.read(index).ok(),
        };
        let read = stored.and_then(|stored| {
            let entry = wire::read_entry(&stored).ok()?;
            Some((Arc::new(entry), stored.record.payload_bytes()))
        });
        let Some((entry, bytes)) = read else {
            tracing::error!(%index, "an entry cannot be read back");
            self.unreadable.store(true, Ordering::Relaxed);
            return None;
        };
        self.remember(&entry, bytes);
        Some(entry)
    }

    fn at_hand(&self) -> MutexGuard<'_, AtHand<Arc<Entry>>> {
        self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether every entry so far could be read back.
    pub(super) fn is_sound(&self) -> bool {
        !self.unreadable.load(Ordering::Relaxed)
    }
}

/// Records one behind the other in a scratch file: recording time, count of
/// pieces, their lengths, the pieces; all numbers u64, little endian.
#[derive(Debug)]
struct Spool {
    file: File,
    /// Where each record begins, and where the next one will.
    offsets: Vec<u64>,
}

impl Spool {
    fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(path)?;
        Ok(Self { file, offsets: vec![0] })
    }

    fn append(&mut self, record: &Record) -> io::Result<()> {
        let pieces = || std::iter::once(&record.envelope).chain(&record.events);
        let mut bytes = record.recorded_at.0.to_le_bytes().to_vec();
        bytes.extend((pieces().count() as u64).to_le_bytes());
        pieces().for_each(|piece| bytes.extend((piece.len() as u64).to_le_bytes()));
        pieces().for_each(|piece| bytes.extend_from_slice(piece));
        self.file.write_all(&bytes)?;
        let end = self.offsets.last().expect("the first record begins at 0") + bytes.len() as u64;
        self.offsets.push(end);
        Ok(())
    }

    fn read(&self, index: Index) -> io::Result<StoredRecord> {
        let beyond = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let at = usize::try_from(index.0).map_err(|_| beyond())?;
        let (Some(from), Some(to)) = (self.offsets.get(at), self.offsets.get(at + 1)) else { return Err(beyond()) };
        let mut bytes = vec![0; usize::try_from(to - from).map_err(|_| beyond())?];
        self.file.read_exact_at(&mut bytes, *from)?;
        let record = split(Bytes::from(bytes)).ok_or_else(beyond)?;
        Ok(StoredRecord { index, record, checkpoint: None })
    }
}

fn split(mut bytes: Bytes) -> Option<Record> {
    let mut number = || {
        let number = bytes.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes))?;
        bytes = bytes.slice(8..);
        Some(number)
    };
    let recorded_at = RecordingTime(number()?);
    let count = number()?;
    let lengths: Vec<usize> = (0..count).map(|_| usize::try_from(number()?).ok()).collect::<Option<_>>()?;
    let mut pieces = lengths.into_iter().map(|length| (length <= bytes.len()).then(|| bytes.split_to(length)));
    Some(Record { recorded_at, envelope: pieces.next()??, events: pieces.collect::<Option<_>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spooled_comes_back_in_any_order() {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let mut spool = Spool::create(&dir.path().join("entries")).expect("a file");
        let record = |n: u8| Record {
            recorded_at: RecordingTime(u64::from(n)),
            envelope: vec![n; usize::from(n)].into(),
            events: (0..n).map(|length| vec![n; usize::from(length)].into()).collect(),
        };
        (0..5).for_each(|n| spool.append(&record(n)).expect("room"));
        for n in [3, 0, 4, 1, 2] {
            let stored = spool.read(Index(u64::from(n))).expect("a record");
            assert_eq!(stored.record, record(n));
        }
        assert!(spool.read(Index(5)).is_err());
    }
}
