//! The read models on disk: one sled tree, applied to in atomic batches.
//!
//! Promises: rows and position change together or not at all; whatever is wrong with
//! the directory's content, opening goes on with empty read models and says so, since
//! they can be built again. What was there is set aside, never deleted, because a
//! wrong path may hold somebody else's database.
//! Leaves to others: durability of facts (the journal); a crash may lose the newest
//! batches here, which are then folded again.

use std::{
    collections::BTreeMap,
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, RwLock},
    time::Instant,
};

use super::encoding::{position_row, read_position};
use super::fold::{Before, fold_entry};
use super::keys::{Key, Table, describe, past_prefix};
use super::model::{ModelPosition, RowsDigest};
use super::packed::{PackedRow, is_packed, number_of};
use super::{FoldedEntry, ReadModelError};
use crate::crypto::sha256_parts;
use crate::domain::{Index, Size, TreeHead};
use crate::limits::{LOCK_PATIENCE, LOCK_RETRY};

/// All rows are in one tree, since a batch is atomic within one tree only.
const TREE: &[u8] = b"rows";
/// What sled makes in its directory, besides snapshots (`snap.*`).
const SLED_FILES: [&str; 3] = ["conf", "db", "blobs"];
/// Where content that could not be used is moved to; only the last one is kept.
const SET_ASIDE: &str = "set-aside";

/// The read models.
#[derive(Debug)]
pub struct ReadModels {
    directory: PathBuf,
    cache_bytes: u64,
    db: sled::Db,
    tree: sled::Tree,
    /// One writer at a time; readers do not wait for it.
    writer: Mutex<()>,
    position: RwLock<ModelPosition>,
}

/// What was found when the read models were opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Read models of this format; whether of this history is for the caller to say.
    Kept,
    /// Nothing was there.
    Created,
    /// What was there could not be used and was set aside.
    SetAside { reason: String },
}

/// The first row in which two read models differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowDifference {
    /// Table and key, for a message.
    pub row: String,
    /// Its value in the first read models, if it is there.
    pub ours: Option<Vec<u8>>,
    /// Its value in the others, if it is there.
    pub theirs: Option<Vec<u8>>,
}

impl ReadModels {
    /// Opens the read models in a directory of their own, creating it if needed.
    ///
    /// # Errors
    /// Only for what the operator must cure: another process has them open, or the
    /// directory cannot be read or written.
    pub fn open(directory: &Path, cache_bytes: u64) -> Result<(Self, Opened), ReadModelError> {
        fs::create_dir_all(directory).map_err(io_error("create", directory))?;
        let was_empty = sled_files(directory)?.is_empty();
        let reason = match open_sled(directory, cache_bytes)? {
            Ok((models, _)) if was_empty => return Ok((models, Opened::Created)),
            Ok((models, true)) => return Ok((models, Opened::Kept)),
            Ok((_, false)) => "it does not hold read models of this format".to_owned(),
            Err(reason) => reason,
        };
        set_aside(directory)?;
        match open_sled(directory, cache_bytes)? {
            Ok((models, _)) => Ok((models, Opened::SetAside { reason })),
            Err(_) => Err(ReadModelError::Damaged { row: "of an empty database".to_owned() }),
        }
    }

    /// What the rows hold for.
    pub fn position(&self) -> ModelPosition {
        *self.position.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops everything and starts empty.
    pub fn discard(self) -> Result<Self, ReadModelError> {
        let Self { directory, cache_bytes, db, tree, .. } = self;
        drop(tree);
        drop(db);
        for path in sled_files(&directory)? {
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(io_error("remove", &path))?;
        }
        Self::open(&directory, cache_bytes).map(|(models, _)| models)
    }

    /// Folds the next entries, up to `head`, and applies all of it or nothing.
    pub fn apply(&self, entries: &[FoldedEntry<'_>], head: TreeHead) -> Result<ModelPosition, ReadModelError> {
        let _one_writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.position();
        check_contiguous(before.size, entries, head.size)?;
        let mut batch =
            FoldedBatch { tree: &self.tree, rows: BTreeMap::new(), open: BTreeMap::new(), position: before };
        for entry in entries {
            batch.fold(entry)?;
        }
        let position = ModelPosition { size: head.size, root: head.root, ..batch.position };
        let mut rows = sled::Batch::default();
        for (key, value) in batch.rows {
            rows.insert(key, value);
        }
        for row in batch.open.into_values() {
            rows.insert(row.key, row.value);
        }
        rows.insert(Key::new(Table::Position).as_ref(), position_row(&position));
        self.tree.apply_batch(rows).map_err(store_error("write to"))?;
        *self.position.write().unwrap_or_else(PoisonError::into_inner) = position;
        Ok(position)
    }

    /// Writes out what is still in memory: shortens the next start.
    pub fn flush(&self) -> Result<(), ReadModelError> {
        self.db.flush().map(|_| ()).map_err(store_error("flush"))
    }

    /// Bytes that the read models take on disk.
    pub fn bytes_on_disk(&self) -> Result<u64, ReadModelError> {
        self.db.size_on_disk().map_err(store_error("measure"))
    }

    /// Count of rows, the position not counted. Reads them all.
    pub fn count_rows(&self) -> Result<u64, ReadModelError> {
        self.rows().try_fold(0, |count, row| row.map(|_| count + 1))
    }

    /// The first row in which these read models and others of the same size differ.
    /// Reads all rows of both.
    pub fn compare(&self, other: &Self) -> Result<Option<RowDifference>, ReadModelError> {
        let (mut ours, mut theirs) = (self.rows(), other.rows());
        loop {
            let pair = (ours.next().transpose()?, theirs.next().transpose()?);
            match pair {
                (None, None) => return Ok(None),
                (our, their) if our == their => {}
                (our, their) => return Ok(Some(difference(our, their))),
            }
        }
    }

    pub(super) fn tree(&self) -> &sled::Tree {
        &self.tree
    }

    /// All rows but the position.
    fn rows(&self) -> impl Iterator<Item = Result<(sled::IVec, sled::IVec), ReadModelError>> + use<> {
        let rows = self.tree.range(past_prefix(Key::new(Table::Position).as_ref())..);
        rows.map(|row| row.map_err(store_error("read")))
    }
}

/// Entries being folded on top of what is stored. All rows of the batch are kept: they
/// are bounded by the entries that a caller gives at once.
struct FoldedBatch<'a> {
    tree: &'a sled::Tree,
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Rows that are stored together and may take more, by the beginning of their keys.
    open: BTreeMap<Vec<u8>, PackedRow>,
    position: ModelPosition,
}

impl FoldedBatch<'_> {
    fn fold(&mut self, entry: &FoldedEntry<'_>) -> Result<(), ReadModelError> {
        let folded = fold_entry(entry, self)?;
        self.position.digest = chain(self.position.digest, &folded.rows);
        self.position.policy = folded.policy.or(self.position.policy);
        self.position.recorded_at = Some(entry.entry.recorded_at);
        for (key, value) in folded.rows {
            match Table::of_key(&key).filter(|table| is_packed(*table)) {
                Some(table) => self.pack(table, key, &value)?,
                None => self.insert(key, value),
            }
        }
        Ok(())
    }

    fn insert(&mut self, key: Vec<u8>, value: Vec<u8>) {
        let overwritten = self.rows.insert(key, value);
        assert!(overwritten.is_none(), "every key holds the index of its entry");
    }

    /// Appends a row to the open one of its history, or begins the next.
    fn pack(&mut self, table: Table, key: Vec<u8>, value: &[u8]) -> Result<(), ReadModelError> {
        let (history, index) = key.split_last_chunk::<8>().expect("these keys end with an index");
        let number = number_of(table, Index(u64::from_be_bytes(*index)), value).map_err(|bad| bad.at(&key))?;
        let open = match self.open.remove(history) {
            Some(row) => Some(row),
            None => self.stored_open(history)?,
        };
        let history = history.to_vec();
        let mut row = match open {
            Some(row) if !row.is_full() => row,
            Some(PackedRow { key: full, value, .. }) => {
                self.insert(full, value);
                PackedRow::begin(key)
            }
            None => PackedRow::begin(key),
        };
        row.push(number);
        self.open.insert(history, row);
        Ok(())
    }

    /// The newest stored row of a history, if it may take more.
    fn stored_open(&self, history: &[u8]) -> Result<Option<PackedRow>, ReadModelError> {
        let newest = self.tree.range(history..&past_prefix(history)).next_back();
        let Some((key, value)) = newest.transpose().map_err(store_error("read"))? else { return Ok(None) };
        let row = PackedRow::read(&key, &value).map_err(|unreadable| unreadable.at(&key))?;
        Ok(Some(row).filter(|row| !row.is_full()))
    }
}

impl Before for FoldedBatch<'_> {
    fn newest(&self, prefix: &Key) -> Result<Option<Vec<u8>>, ReadModelError> {
        let (first, past) = (prefix.as_ref().to_vec(), past_prefix(prefix.as_ref()));
        if let Some((_, value)) = self.rows.range(first.clone()..past.clone()).next_back() {
            return Ok(Some(value.clone()));
        }
        let stored = self.tree.range(first..past).next_back().transpose().map_err(store_error("read"))?;
        Ok(stored.map(|(_, value)| value.to_vec()))
    }
}

/// The digest after an entry (module documentation).
pub(super) fn chain(before: RowsDigest, rows: &BTreeMap<Vec<u8>, Vec<u8>>) -> RowsDigest {
    let mut bytes = Vec::with_capacity(64 * (rows.len() + 1));
    for piece in rows.iter().flat_map(|(key, value)| [key, value]) {
        let length = u32::try_from(piece.len()).expect("a row is no longer than an event");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(piece);
    }
    RowsDigest(sha256_parts(&[before.as_bytes(), &bytes]))
}

pub(super) fn store_error(action: &'static str) -> impl Fn(sled::Error) -> ReadModelError {
    move |source| ReadModelError::Store { action, source }
}

fn io_error<'a>(action: &'static str, path: &'a Path) -> impl Fn(io::Error) -> ReadModelError + 'a {
    move |source| ReadModelError::Io { action, path: path.to_owned(), source }
}

fn check_contiguous(held: Size, entries: &[FoldedEntry<'_>], head: Size) -> Result<(), ReadModelError> {
    for (expected, folded) in (held.0..).map(Index).zip(entries) {
        if folded.entry.index != expected {
            return Err(ReadModelError::OutOfOrder { held, given: folded.entry.index });
        }
    }
    if held.0 + entries.len() as u64 != head.0 {
        return Err(ReadModelError::HeadMismatch { held, entries: entries.len(), head });
    }
    Ok(())
}

fn difference(ours: Option<(sled::IVec, sled::IVec)>, theirs: Option<(sled::IVec, sled::IVec)>) -> RowDifference {
    let keys = [&ours, &theirs].map(|row| row.as_ref().map(|(key, _)| key.clone()));
    let first = keys.into_iter().flatten().min().expect("two rows differ, so one is there");
    let value = |row: Option<(sled::IVec, sled::IVec)>| row.filter(|(key, _)| *key == first).map(|(_, v)| v.to_vec());
    RowDifference { row: describe(&first), ours: value(ours), theirs: value(theirs) }
}

/// Opens sled and reads the position. The inner error is a reason to set the content
/// aside; the flag says whether it holds read models of this format.
fn open_sled(directory: &Path, cache_bytes: u64) -> Result<Result<(ReadModels, bool), String>, ReadModelError> {
    let config = sled::Config::new().path(directory).cache_capacity(cache_bytes);
    let open = || {
        let db = open_when_unlocked(&config)?;
        let tree = db.open_tree(TREE)?;
        let position = tree.get(Key::new(Table::Position).as_ref())?;
        Ok((db, tree, position))
    };
    // sled panics on some damage that it meets at the start.
    let (db, tree, row) = match catch_unwind(AssertUnwindSafe(open)) {
        Ok(Ok(opened)) => opened,
        Ok(Err(source @ sled::Error::Io(_))) if !is_damage(&source) => {
            return Err(ReadModelError::Store { action: "open", source });
        }
        Ok(Err(damage)) => return Ok(Err(damage.to_string())),
        Err(_panic) => return Ok(Err("sled could not make sense of it".to_owned())),
    };
    let position = row.as_ref().and_then(|row| read_position(row));
    let ours = position.is_some() || (row.is_none() && is_empty(&db, &tree));
    let position = RwLock::new(position.unwrap_or_else(ModelPosition::empty));
    let (directory, writer) = (directory.to_owned(), Mutex::new(()));
    Ok(Ok((ReadModels { directory, cache_bytes, db, tree, writer, position }, ours)))
}

/// Opens sled, whose threads let go of its lock a moment after it was closed.
fn open_when_unlocked(config: &sled::Config) -> Result<sled::Db, sled::Error> {
    let begun = Instant::now();
    loop {
        match config.open() {
            Err(sled::Error::Io(source)) if is_lock(&source) && begun.elapsed() < LOCK_PATIENCE => {
                std::thread::sleep(LOCK_RETRY);
            }
            opened => return opened,
        }
    }
}

/// sled tells a lock that somebody else holds by its message alone.
fn is_lock(error: &io::Error) -> bool {
    error.to_string().contains("could not acquire lock")
}

/// Whether an input or output error of sled is about the content and not about access.
fn is_damage(error: &sled::Error) -> bool {
    match error {
        sled::Error::Io(source) => {
            matches!(source.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
        }
        _ => true,
    }
}

/// Whether nothing was ever written, neither by us nor by somebody else.
fn is_empty(db: &sled::Db, tree: &sled::Tree) -> bool {
    let foreign = db.tree_names().iter().any(|name| name != TREE && name != &b"__sled__default"[..]);
    tree.first().is_ok_and(|row| row.is_none()) && db.first().is_ok_and(|row| row.is_none()) && !foreign
}

/// The files of sled in the directory.
fn sled_files(directory: &Path) -> Result<Vec<PathBuf>, ReadModelError> {
    let mut found = Vec::new();
    for file in fs::read_dir(directory).map_err(io_error("read", directory))? {
        let file = file.map_err(io_error("read", directory))?;
        let name = file.file_name();
        let name = name.to_string_lossy();
        if SLED_FILES.contains(&name.as_ref()) || name.starts_with("snap.") {
            found.push(file.path());
        }
    }
    Ok(found)
}

/// Moves the files of sled out of the way.
fn set_aside(directory: &Path) -> Result<(), ReadModelError> {
    let aside = directory.join(SET_ASIDE);
    if aside.exists() {
        fs::remove_dir_all(&aside).map_err(io_error("remove", &aside))?;
    }
    fs::create_dir(&aside).map_err(io_error("create", &aside))?;
    for path in sled_files(directory)? {
        let name = path.file_name().expect("a file in a directory has a name");
        fs::rename(&path, aside.join(name)).map_err(io_error("set aside", &path))?;
    }
    Ok(())
}
