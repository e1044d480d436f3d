//! The file of stored hashes: derived, never trusted.
//!
//! One file of 32-byte hashes in the order of `tlog_tiles::stored_hash_index`;
//! 64 bytes per entry. It is written through the page cache and synced only at
//! [`HashFile::sync`]. Whoever opens it computes its inner hashes again
//! (`checked`) and compares the root with a signed checkpoint; what is read later
//! is believed only as part of a proof that leads to the root.

use std::{
    fs::{File, OpenOptions},
    io,
    ops::Range,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use tlog_tiles::{Error, Hash};

/// The file of hashes could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} the file of tree hashes")]
pub struct HashStoreError {
    action: &'static str,
    source: io::Error,
}

/// Stored hashes, in a file or in memory.
#[derive(Debug)]
pub struct HashFile {
    file: Option<(File, PathBuf)>,
    /// Hashes in the file.
    written: u64,
    /// Hashes after those, not yet in the file.
    tail: Vec<Hash>,
}

/// Hashes gathered before one write: 4,096 hashes are 128 KiB.
const TAIL_HASHES: usize = 4_096;

impl HashFile {
    /// Keeps everything in memory; for audits of modest size and for tests.
    pub fn in_memory() -> Self {
        Self { file: None, written: 0, tail: Vec::new() }
    }

    /// Opens or creates the file; a torn last hash is ignored.
    pub fn open(path: &Path) -> Result<Self, HashStoreError> {
        let failed = |source| HashStoreError { action: "open", source };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        let written = file.metadata().map_err(failed)?.len() / 32;
        Ok(Self { file: Some((file, path.to_owned())), written, tail: Vec::new() })
    }

    /// An empty store that can take the place of this one.
    pub fn beside(&self) -> Result<Self, HashStoreError> {
        let Some((_, path)) = &self.file else { return Ok(Self::in_memory()) };
        let mut beside = Self::open(&path.with_extension("new"))?;
        beside.truncate(0)?;
        Ok(beside)
    }

    /// Takes the place of the store that it was made beside.
    pub fn take_place_of(mut self, old: &mut Self) -> Result<(), HashStoreError> {
        self.sync()?;
        if let (Some((_, new)), Some((_, path))) = (&mut self.file, &old.file) {
            std::fs::rename(&*new, path).map_err(|source| HashStoreError { action: "replace", source })?;
            new.clone_from(path);
        }
        *old = self;
        Ok(())
    }

    /// Count of stored hashes.
    pub fn len(&self) -> u64 {
        self.written + self.tail.len() as u64
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends hashes.
    pub fn append(&mut self, hashes: &[Hash]) -> Result<(), HashStoreError> {
        self.tail.extend_from_slice(hashes);
        if self.file.is_some() && self.tail.len() >= TAIL_HASHES { self.flush() } else { Ok(()) }
    }

    /// Forgets everything from hash `count` on.
    pub fn truncate(&mut self, count: u64) -> Result<(), HashStoreError> {
        if let Some(keep) = count.checked_sub(self.written) {
            self.tail.truncate(usize::try_from(keep).unwrap_or(usize::MAX));
            return Ok(());
        }
        self.tail.clear();
        self.written = count;
        match &self.file {
            Some((file, _)) => file.set_len(count * 32).map_err(|source| HashStoreError { action: "truncate", source }),
            None => Ok(()),
        }
    }

    /// Writes and syncs everything.
    pub fn sync(&mut self) -> Result<(), HashStoreError> {
        self.flush()?;
        match &self.file {
            Some((file, _)) => file.sync_data().map_err(|source| HashStoreError { action: "sync", source }),
            None => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<(), HashStoreError> {
        let Some((file, _)) = &self.file else { return Ok(()) };
        let bytes: Vec<u8> = self.tail.iter().flat_map(|hash| hash.0).collect();
        file.write_all_at(&bytes, self.written * 32).map_err(|source| HashStoreError { action: "write", source })?;
        self.written += self.tail.len() as u64;
        self.tail.clear();
        Ok(())
    }

    /// One hash as it is stored.
    pub(super) fn read(&self, index: u64) -> Result<Hash, Error> {
        if let Some(at) = index.checked_sub(self.written) {
            let at = usize::try_from(at).map_err(|_| Error::IndexesNotInTree)?;
            return self.tail.get(at).copied().ok_or(Error::IndexesNotInTree);
        }
        let (file, _) = self.file.as_ref().ok_or(Error::IndexesNotInTree)?;
        let mut hash = [0; 32];
        file.read_exact_at(&mut hash, index * 32).map_err(|_| Error::IndexesNotInTree)?;
        Ok(Hash(hash))
    }

    /// Many hashes as they are stored; `None` when they cannot be read.
    pub(super) fn read_range(&self, range: Range<u64>) -> Option<Vec<Hash>> {
        let in_file = range.start.min(self.written)..range.end.min(self.written);
        let mut bytes = vec![0; usize::try_from(in_file.end - in_file.start).ok()? * 32];
        if let Some((file, _)) = self.file.as_ref().filter(|_| !bytes.is_empty()) {
            file.read_exact_at(&mut bytes, in_file.start * 32).ok()?;
        }
        let mut hashes: Vec<Hash> =
            bytes.chunks_exact(32).map(|hash| Hash(hash.try_into().expect("chunks of 32 bytes"))).collect();
        let from = usize::try_from(range.start.max(self.written) - self.written).ok()?;
        let to = usize::try_from(range.end.max(self.written) - self.written).ok()?;
        hashes.extend_from_slice(self.tail.get(from..to)?);
        Some(hashes)
    }
}
