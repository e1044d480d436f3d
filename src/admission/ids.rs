//! The index of ids: which id stands where.
//!
//! Keys are the first 16 bytes of SHA-256 over what they name, values are
//! positions. New keys live in memory; when there are `limits::ID_RUN_KEYS` of
//! them they become a sorted, sealed *run* beside the segments (`run`), written by
//! a thread of its own. A look-up asks memory, then each run through a filter
//! that is wrong about an absent key once in 256 times.
//!
//! Runs are derived: whoever opens them compares their roots with the journal and
//! drops them when they are of another history (`admission::restore`).

use std::{
    collections::HashMap,
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
};

use rayon::prelude::*;

use super::run::{self, Run};
use crate::{
    crypto::{Seal, sha256_parts},
    domain::{Index, Position, Size, TreeHead},
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
    /// The event that opened a subject.
    Opening(&'a str),
    /// The newest event that stated a parcel.
    Parcel {
        subject: &'a str,
        parcel: &'a str,
    },
    /// The first event of an id on a subject.
    EventOnSubject {
        subject: &'a str,
        id: &'a [u8; 16],
    },
    /// The newest event of an id on a subject, where there are several.
    ReusedOnSubject {
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
            Self::ReusedOnSubject { subject, id } => sha256_parts(&[b"r", subject.as_bytes(), &[0], id]),
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
    dir: PathBuf,
    seal: Seal,
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
    /// Opens the runs of a directory, oldest first. A run that this ledger did not
    /// seal, or that does not follow the one before, ends the list: it and all
    /// later ones are removed, and the caller reads their entries again.
    pub fn open(dir: &Path, run_keys: usize, seal: &Seal) -> Result<Self, IdIndexError> {
        let failed = |source| IdIndexError::Io { action: "list", path: dir.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed)?;
        let listed = fs::read_dir(dir).map_err(failed)?.map(|entry| entry.map(|entry| entry.path()));
        let mut paths: Vec<PathBuf> = listed.collect::<Result<_, _>>().map_err(failed)?;
        paths.sort();
        let opened: Vec<_> = paths.par_iter().map(|path| Run::open(path, seal)).collect();
        let mut runs: Vec<Run> = Vec::new();
        for (path, opened) in paths.iter().zip(opened) {
            let follows = runs.last().map_or(Size(0), |run| run.span.to.size);
            let named = |run: &Run| *path == dir.join(run::name(run.span.from));
            match opened {
                Ok(run) if run.span.from == follows && named(&run) => runs.push(run),
                Ok(_) | Err(IdIndexError::Damaged { .. }) => {
                    tracing::warn!(run = %path.display(), "id run dropped; its entries are read again");
                    fs::remove_file(path).map_err(failed)?;
                }
                Err(error) => return Err(error),
            }
        }
        let (dir, seal) = (dir.to_owned(), seal.clone());
        Ok(Self { dir, seal, recent: HashMap::new(), writing: None, runs, run_keys })
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
        self.runs.iter().all(Run::is_sound)
    }

    /// Whether the keys in memory are due to become a run.
    pub fn is_due(&self) -> bool {
        self.recent.len() >= self.run_keys
    }

    /// Makes the keys in memory a run that covers the span, on another thread.
    /// Waits for the run before, so at most one is ever being written.
    pub fn begin_run(&mut self, span: RunSpan) -> Result<(), IdIndexError> {
        self.finish_run()?;
        let keys = Arc::new(std::mem::take(&mut self.recent));
        let (dir, seal, theirs) = (self.dir.clone(), self.seal.clone(), Arc::clone(&keys));
        let thread = std::thread::spawn(move || Run::write(&dir, span, &theirs, &seal));
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

fn packed(position: Position) -> u64 {
    position.index.0 << 16 | u64::from(position.ordinal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TreeHash;

    fn key(n: u64) -> IdKey {
        Named::Subject(&n.to_string()).key()
    }

    fn seal() -> Seal {
        Seal::of(&crate::crypto::SigningKey::from_seed(&[7; 32]), "index")
    }

    fn position(n: u64) -> Position {
        Position { index: Index(n), ordinal: (n % 1_000) as u16 }
    }

    fn span(from: u64, to: u64) -> RunSpan {
        let to = TreeHead { size: Size(to), root: TreeHash([to as u8; 32]) };
        RunSpan { from: Size(from), to, governing: vec![Index(from)] }
    }

    fn filled(dir: &Path) -> IdIndex {
        let mut ids = IdIndex::open(dir, 100, &seal()).expect("opened");
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
        let again = IdIndex::open(dir.path(), 100, &seal()).expect("opened");
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

    fn written(dir: &Path) -> PathBuf {
        filled(dir).finish_run().expect("finished");
        dir.join(run::name(Size(100)))
    }

    #[test]
    fn a_run_with_any_changed_byte_and_all_after_it_are_dropped() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let bytes = fs::read(written(dir.path())).expect("read");
        for at in (0..80).step_by(13).chain((80..bytes.len()).step_by(211)).chain([bytes.len() - 33, bytes.len() - 1]) {
            let dir = tempfile::tempdir().expect("temporary folder");
            let path = written(dir.path());
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            fs::write(&path, &bytes).expect("written");
            let again = IdIndex::open(dir.path(), 100, &seal()).expect("opened");
            assert_eq!(again.spans().count(), 1, "byte {at}");
            assert_eq!(again.get(&key(50)), Some(position(50)));
            assert_eq!(again.get(&key(250)), None);
        }
    }

    #[test]
    fn a_run_that_somebody_else_wrote_is_dropped_however_well_it_is_made() {
        let dir = tempfile::tempdir().expect("temporary folder");
        written(dir.path());
        let forger = Seal::of(&crate::crypto::SigningKey::from_seed(&[9; 32]), "index");
        assert_eq!(IdIndex::open(dir.path(), 100, &forger).expect("opened").spans().count(), 0);
        assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 0);
    }

    #[test]
    fn a_run_under_another_name_is_dropped() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = written(dir.path());
        fs::copy(&path, path.with_extension("tmp")).expect("copied");
        fs::rename(&path, dir.path().join("00000000000000000150.ids")).expect("renamed");
        let again = IdIndex::open(dir.path(), 100, &seal()).expect("opened");
        assert_eq!(again.spans().count(), 1);
    }

    #[test]
    fn a_row_that_rots_under_a_running_index_is_doubt_and_no_answer() {
        use std::os::unix::fs::FileExt;
        let dir = tempfile::tempdir().expect("temporary folder");
        let mut ids = filled(dir.path());
        ids.finish_run().expect("finished");
        let file = fs::OpenOptions::new().write(true).open(dir.path().join(run::name(Size(100)))).expect("opened");
        file.write_all_at(&[0xee; 100], 500).expect("written");
        assert_eq!((ids.get(&key(50)), ids.is_sound()), (Some(position(50)), true), "another run");
        assert_eq!((ids.get(&key(150)), ids.is_sound()), (None, false));
    }
}
