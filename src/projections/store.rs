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
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, RwLock},
    time::Instant,
};

use super::batch::{FoldedBatch, KeyValue, Stored};
use super::encoding::{position_row, read_position};
use super::keys::{Key, Table, past_prefix};
use super::model::ModelPosition;
use super::packed::PackedRow;
use super::{FoldedEntry, ReadModelError};
use crate::domain::TreeHead;
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

impl ReadModels {
    /// Opens the read models in a directory of their own, creating it if needed, for
    /// its owner alone: sled makes its files as the process's umask says.
    ///
    /// # Errors
    /// Only for what the operator must cure: another process has them open, or the
    /// directory cannot be read or written.
    pub fn open(directory: &Path, cache_bytes: u64) -> Result<(Self, Opened), ReadModelError> {
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(io_error("create", directory))?;
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
        let mut batch = FoldedBatch::after(self.position(), &self.tree, BTreeMap::new());
        batch.fold_all(entries, head)?;
        let FoldedBatch { rows: folded, open, position, .. } = batch;
        let mut rows = sled::Batch::default();
        for (key, value) in folded.into_iter().chain(open.into_values().map(PackedRow::into_row)) {
            rows.insert(key, value);
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

    /// Count of rows as they are stored, the position not counted. Reads them all.
    pub fn count_rows(&self) -> Result<u64, ReadModelError> {
        let mut rows = self.tree.range(past_prefix(Key::new(Table::Position).as_ref())..);
        rows.try_fold(0, |count, row| row.map(|_| count + 1)).map_err(store_error("read"))
    }

    pub(super) fn tree(&self) -> &sled::Tree {
        &self.tree
    }
}

impl Stored for sled::Tree {
    fn newest(&self, prefix: &[u8]) -> Result<Option<KeyValue>, ReadModelError> {
        let row = self.range(prefix..&past_prefix(prefix)).next_back().transpose().map_err(store_error("read"))?;
        Ok(row.map(|(key, value)| (key.to_vec(), value.to_vec())))
    }
}

pub(super) fn store_error(action: &'static str) -> impl Fn(sled::Error) -> ReadModelError {
    move |source| ReadModelError::Store { action, source }
}

fn io_error<'a>(action: &'static str, path: &'a Path) -> impl Fn(io::Error) -> ReadModelError + 'a {
    move |source| ReadModelError::Io { action, path: path.to_owned(), source }
}

/// Opens sled and reads the position. The inner error is a reason to set the content
/// aside; the flag says whether it holds read models of this format.
fn open_sled(directory: &Path, cache_bytes: u64) -> Result<Result<(ReadModels, bool), String>, ReadModelError> {
    // sled flushes every half second if not told otherwise. It stays at that: with five
    // seconds the fold of a million entries held 580 MB instead of 210 MB.
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
    DirBuilder::new().mode(0o700).create(&aside).map_err(io_error("create", &aside))?;
    for path in sled_files(directory)? {
        let name = path.file_name().expect("a file in a directory has a name");
        fs::rename(&path, aside.join(name)).map_err(io_error("set aside", &path))?;
    }
    Ok(())
}
