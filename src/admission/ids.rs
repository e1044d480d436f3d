//! The index of ids: which id stands where.
//!
//! Keys are the first 16 bytes of SHA-256 over what they name, values are
//! positions. New keys live in memory; when there are `limits::ID_RUN_KEYS` of
//! them they become a sorted, checksummed *run* beside the segments, written by
//! a thread of its own. A look-up asks memory, then each run through a filter
//! that is wrong about an absent key once in 256 times.
//!
//! Runs are derived: whoever opens them compares their root with the journal and
//! drops them when they are of another history (`admission::restore`).

use std::{
    collections::HashMap,
    fs::{self, File},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use xorf::{BinaryFuse8, Filter};

use crate::{
    crypto::{sha256, sha256_parts},
    domain::{Index, Position, Size, TreeHash, TreeHead},
};

/// The first 16 bytes of a digest over what is named.
pub type IdKey = [u8; 16];

/// What a key names; the tag keeps the name spaces apart.
#[derive(Clone, Copy, Debug)]
pub enum Named<'a> {
    SubmissionId {
        organisation: &'a str,
        id: &'a [u8; 16],
    },
    SubmissionDigest(&'a [u8; 32]),
    Event {
        organisation: &'a str,
        id: &'a [u8; 16],
    },
    Subject(&'a str),
    Opening(&'a str),
    Parcel {
        subject: &'a str,
        parcel: &'a str,
    },
    EventOnSubject {
        subject: &'a str,
        id: &'a [u8; 16],
    },
    /// The newest word in effect on whether a parcel is released.
    Release {
        subject: &'a str,
        parcel: &'a str,
    },
    /// The newest entry of sign-offs on a submission: the head of a chain.
    SignOffs(&'a [u8; 32]),
    /// The newest correction in effect of an event: the head of a chain.
    Corrections {
        organisation: &'a str,
        id: &'a [u8; 16],
    },
    /// What stands before a position in the chain of that head.
    Before {
        chain: &'a IdKey,
        position: Position,
    },
    /// An envelope of sign-offs alone.
    SignOffEnvelope(&'a [u8; 32]),
    /// Where a submission was recorded, with the number of its class.
    Class(&'a [u8; 32]),
    /// Where a submission that waited was closed, with how.
    Closing(&'a [u8; 32]),
}

impl Named<'_> {
    /// The key. Texts hold no zero byte, so the pieces cannot run into another.
    pub fn key(self) -> IdKey {
        let digest = match self {
            Self::SubmissionId { organisation, id } => sha256_parts(&[b"i", organisation.as_bytes(), &[0], id]),
            Self::SubmissionDigest(digest) => sha256_parts(&[b"d", digest]),
            Self::Event { organisation, id } => sha256_parts(&[b"e", organisation.as_bytes(), &[0], id]),
            Self::Subject(subject) => sha256_parts(&[b"s", subject.as_bytes()]),
            Self::Opening(subject) => sha256_parts(&[b"n", subject.as_bytes()]),
            Self::Parcel { subject, parcel } => sha256_parts(&[b"p", subject.as_bytes(), &[0], parcel.as_bytes()]),
            Self::EventOnSubject { subject, id } => sha256_parts(&[b"o", subject.as_bytes(), &[0], id]),
            Self::Release { subject, parcel } => sha256_parts(&[b"f", subject.as_bytes(), &[0], parcel.as_bytes()]),
            Self::SignOffs(submission) => sha256_parts(&[b"h", submission]),
            Self::Corrections { organisation, id } => sha256_parts(&[b"c", organisation.as_bytes(), &[0], id]),
            Self::Before { chain, position } => sha256_parts(&[b"b", chain, &packed(position).to_be_bytes()]),
            Self::SignOffEnvelope(digest) => sha256_parts(&[b"v", digest]),
            Self::Class(submission) => sha256_parts(&[b"l", submission]),
            Self::Closing(submission) => sha256_parts(&[b"q", submission]),
        };
        digest[..16].try_into().expect("32 bytes hold 16")
    }
}

/// The runs could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum IdIndexError {
    #[error("cannot {action} the id run {path}")]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("the id run {path} is damaged: {detail}")]
    Damaged { path: PathBuf, detail: &'static str },
    #[error("the thread that writes id runs died")]
    Died,
}

/// What a run covers: everything the admission state needs besides the ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSpan {
    pub from: Size,
    /// The head of the journal after the last entry that it covers.
    pub to: TreeHead,
    /// Entries among those that govern: they alone rebuild the registry.
    pub governing: Vec<Index>,
}

/// The index of ids.
#[derive(Debug)]
pub struct IdIndex {
    dir: Option<PathBuf>,
    recent: HashMap<IdKey, u64>,
    writing: Option<Writing>,
    /// Oldest first.
    runs: Vec<Run>,
    run_keys: usize,
}

#[derive(Debug)]
struct Writing {
    keys: Arc<HashMap<IdKey, u64>>,
    thread: JoinHandle<Result<Run, IdIndexError>>,
}

impl IdIndex {
    /// Everything in memory: for audits and tests.
    pub fn in_memory() -> Self {
        Self { dir: None, recent: HashMap::new(), writing: None, runs: Vec::new(), run_keys: usize::MAX }
    }

    /// Opens the runs of a directory, oldest first. A run that is damaged, or
    /// that does not follow the one before, ends the list: it and all later
    /// ones are removed, and the caller reads their entries again.
    pub fn open(dir: &Path, run_keys: usize) -> Result<Self, IdIndexError> {
        let failed = |source| IdIndexError::Io { action: "list", path: dir.to_owned(), source };
        fs::create_dir_all(dir).map_err(failed)?;
        let mut paths: Vec<PathBuf> = fs::read_dir(dir)
            .map_err(failed)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .map_err(failed)?;
        paths.sort();
        let mut runs: Vec<Run> = Vec::new();
        for path in paths {
            let follows = runs.last().map_or(Size(0), |run| run.span.to.size);
            match Run::open(&path) {
                Ok(run) if run.span.from == follows => runs.push(run),
                Ok(_) | Err(IdIndexError::Damaged { .. }) => {
                    tracing::warn!(run = %path.display(), "id run dropped; its entries are read again");
                    fs::remove_file(&path).map_err(failed)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Self { dir: Some(dir.to_owned()), recent: HashMap::new(), writing: None, runs, run_keys })
    }

    /// What the runs cover, oldest first.
    pub fn spans(&self) -> impl Iterator<Item = &RunSpan> {
        self.runs.iter().map(|run| &run.span)
    }

    /// Removes all runs: they are of another history.
    pub fn clear(&mut self) -> Result<(), IdIndexError> {
        self.recent.clear();
        for run in self.runs.drain(..) {
            fs::remove_file(&run.path).map_err(|source| IdIndexError::Io {
                action: "remove",
                path: run.path.clone(),
                source,
            })?;
        }
        Ok(())
    }

    /// Notes where an id stands; the newest position of a key is the one found.
    pub fn insert(&mut self, key: IdKey, position: Position) {
        self.recent.insert(key, packed(position));
    }

    /// Notes where an id stands unless it stands somewhere already.
    pub fn insert_first(&mut self, key: IdKey, position: Position) {
        if self.get(&key).is_none() {
            self.insert(key, position);
        }
    }

    /// Notes one more position of a chain.
    pub fn push(&mut self, chain: IdKey, position: Position) {
        if let Some(before) = self.get(&chain) {
            self.insert(Named::Before { chain: &chain, position }.key(), before);
        }
        self.insert(chain, position);
    }

    /// All positions of a chain, in the order in which they were noted.
    pub fn chain(&self, chain: IdKey) -> Vec<Position> {
        let before = |position: &Position| self.get(&Named::Before { chain: &chain, position: *position }.key());
        let mut positions: Vec<Position> = std::iter::successors(self.get(&chain), before).collect();
        positions.reverse();
        positions
    }

    /// Where an id stands.
    pub fn get(&self, key: &IdKey) -> Option<Position> {
        let packed = self.recent.get(key).copied();
        let packed = packed.or_else(|| self.writing.as_ref().and_then(|writing| writing.keys.get(key).copied()));
        let packed = packed.or_else(|| self.runs.iter().rev().find_map(|run| run.get(key)))?;
        let ordinal = (packed & 0xffff) as u16;
        Some(Position { index: Index(packed >> 16), ordinal })
    }

    /// Whether every look-up so far could be answered. If not, decisions that
    /// rest on an absent id must not be committed (I9).
    pub fn is_sound(&self) -> bool {
        !self.runs.iter().any(|run| run.unreadable.load(Ordering::Relaxed))
    }

    /// Whether the keys in memory are due to become a run.
    pub fn is_due(&self) -> bool {
        self.dir.is_some() && self.recent.len() >= self.run_keys
    }

    /// Makes the keys in memory a run that covers the span, on another thread.
    /// Waits for the run before, so at most one is ever being written.
    pub fn begin_run(&mut self, span: RunSpan) -> Result<(), IdIndexError> {
        self.finish_run()?;
        let Some(dir) = self.dir.clone() else { return Ok(()) };
        let keys = Arc::new(std::mem::take(&mut self.recent));
        let theirs = Arc::clone(&keys);
        let thread = std::thread::spawn(move || Run::write(&dir, span, &theirs));
        self.writing = Some(Writing { keys, thread });
        Ok(())
    }

    /// Waits until the run that is being written is in use.
    pub fn finish_run(&mut self) -> Result<(), IdIndexError> {
        let Some(writing) = self.writing.take() else { return Ok(()) };
        self.runs.push(writing.thread.join().map_err(|_| IdIndexError::Died)??);
        Ok(())
    }
}

/// A sorted run: header, keys with values, governing indexes, SHA-256 of all before.
#[derive(Debug)]
struct Run {
    path: PathBuf,
    file: File,
    span: RunSpan,
    count: u64,
    filter: BinaryFuse8,
    /// A look-up failed: "absent" can no longer be believed.
    unreadable: AtomicBool,
}

const MAGIC: &[u8; 16] = b"merestone ids 2\n";
const HEADER: usize = 16 + 8 + 8 + 32 + 8 + 8;
const ROW: usize = 24;

impl Run {
    fn write(dir: &Path, span: RunSpan, keys: &HashMap<IdKey, u64>) -> Result<Self, IdIndexError> {
        let path = dir.join(format!("{:020}.ids", span.from.0));
        let failed = |action| {
            let path = path.clone();
            move |source| IdIndexError::Io { action, path, source }
        };
        let mut rows: Vec<(&IdKey, &u64)> = keys.iter().collect();
        rows.sort_unstable();
        let bytes = encode(&span, &rows);
        let unfinished = path.with_extension("tmp");
        fs::write(&unfinished, &bytes).map_err(failed("write"))?;
        File::open(&unfinished).and_then(|file| file.sync_all()).map_err(failed("sync"))?;
        fs::rename(&unfinished, &path).map_err(failed("rename"))?;
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed("sync"))?;
        Self::open(&path)
    }

    fn open(path: &Path) -> Result<Self, IdIndexError> {
        let failed = |source| IdIndexError::Io { action: "read", path: path.to_owned(), source };
        let damaged = |detail| IdIndexError::Damaged { path: path.to_owned(), detail };
        let bytes = fs::read(path).map_err(failed)?;
        let (span, rows) = decode(&bytes).map_err(damaged)?;
        let mut filtered: Vec<u64> = rows.chunks_exact(ROW).map(prefix).collect();
        filtered.dedup();
        let filter = BinaryFuse8::try_from(&filtered).map_err(|_| damaged("its keys make no filter"))?;
        let count = (rows.len() / ROW) as u64;
        Ok(Self {
            path: path.to_owned(),
            file: File::open(path).map_err(failed)?,
            span,
            count,
            filter,
            unreadable: AtomicBool::new(false),
        })
    }

    fn get(&self, key: &IdKey) -> Option<u64> {
        if !self.filter.contains(&prefix(key)) {
            return None;
        }
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let mut row = [0; ROW];
            if let Err(error) = self.file.read_exact_at(&mut row, HEADER as u64 + middle * ROW as u64) {
                tracing::error!(%error, run = %self.path.display(), "an id run cannot be read");
                self.unreadable.store(true, Ordering::Relaxed);
                return None;
            }
            match row[..16].cmp(key.as_slice()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(number(&row[16..])),
            }
        }
        None
    }
}

fn packed(position: Position) -> u64 {
    position.index.0 << 16 | u64::from(position.ordinal)
}

fn prefix(key: &[u8]) -> u64 {
    number(&key[..8])
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes[..8].try_into().expect("at least 8 bytes"))
}

fn encode(span: &RunSpan, rows: &[(&IdKey, &u64)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + rows.len() * ROW + span.governing.len() * 8 + 32);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&span.from.0.to_be_bytes());
    bytes.extend_from_slice(&span.to.size.0.to_be_bytes());
    bytes.extend_from_slice(span.to.root.as_bytes());
    bytes.extend_from_slice(&(rows.len() as u64).to_be_bytes());
    bytes.extend_from_slice(&(span.governing.len() as u64).to_be_bytes());
    for (key, value) in rows {
        bytes.extend_from_slice(*key);
        bytes.extend_from_slice(&value.to_be_bytes());
    }
    span.governing.iter().for_each(|index| bytes.extend_from_slice(&index.0.to_be_bytes()));
    let digest = sha256(&bytes);
    bytes.extend_from_slice(&digest);
    bytes
}

fn decode(bytes: &[u8]) -> Result<(RunSpan, &[u8]), &'static str> {
    let Some((body, digest)) = bytes.split_last_chunk::<32>() else { return Err("it is too short") };
    if sha256(body) != *digest {
        return Err("its checksum does not match");
    }
    if body.len() < HEADER || &body[..16] != MAGIC {
        return Err("it is of another format");
    }
    let count = usize::try_from(number(&body[64..])).map_err(|_| "it is too large")?;
    let (rows, governing) = body[HEADER..].split_at_checked(count * ROW).ok_or("it is cut short")?;
    let root = TreeHash::from_slice(&body[32..64]).expect("32 bytes");
    let span = RunSpan {
        from: Size(number(&body[16..])),
        to: TreeHead { size: Size(number(&body[24..])), root },
        governing: governing.chunks_exact(8).map(|index| Index(number(index))).collect(),
    };
    Ok((span, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u64) -> IdKey {
        Named::Subject(&n.to_string()).key()
    }

    fn position(n: u64) -> Position {
        Position { index: Index(n), ordinal: (n % 1_000) as u16 }
    }

    fn span(from: u64, to: u64) -> RunSpan {
        let to = TreeHead { size: Size(to), root: TreeHash([to as u8; 32]) };
        RunSpan { from: Size(from), to, governing: vec![Index(from)] }
    }

    fn filled(dir: &Path) -> IdIndex {
        let mut ids = IdIndex::open(dir, 100).expect("opened");
        for run in 0..3 {
            (run * 100..run * 100 + 100).for_each(|n| ids.insert(key(n), position(n)));
            assert!(ids.is_due());
            ids.begin_run(span(run * 100, run * 100 + 100)).expect("begun");
        }
        ids.insert(key(300), position(300));
        ids
    }

    #[test]
    fn an_id_is_found_in_memory_while_it_is_written_and_after() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let mut ids = filled(dir.path());
        for _ in 0..2 {
            (0..=300).for_each(|n| assert_eq!(ids.get(&key(n)), Some(position(n)), "{n}"));
            assert_eq!(ids.get(&key(301)), None);
            ids.finish_run().expect("finished");
        }
        let again = IdIndex::open(dir.path(), 100).expect("opened");
        (0..300).for_each(|n| assert_eq!(again.get(&key(n)), Some(position(n)), "{n}"));
        assert_eq!(again.spans().cloned().collect::<Vec<_>>(), [span(0, 100), span(100, 200), span(200, 300)]);
    }

    #[test]
    fn the_newest_position_of_a_key_wins_over_older_runs() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let mut ids = filled(dir.path());
        ids.insert(key(5), position(999));
        assert_eq!(ids.get(&key(5)), Some(position(999)));
    }

    #[test]
    fn a_damaged_run_and_all_after_it_are_dropped() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let mut ids = filled(dir.path());
        ids.finish_run().expect("finished");
        let path = dir.path().join(format!("{:020}.ids", 100));
        let mut bytes = fs::read(&path).expect("read");
        bytes[200] ^= 1;
        fs::write(&path, bytes).expect("written");
        let again = IdIndex::open(dir.path(), 100).expect("opened");
        assert_eq!(again.spans().count(), 1);
        assert_eq!(again.get(&key(50)), Some(position(50)));
        assert_eq!(again.get(&key(250)), None);
    }
}
