//! The file of stored hashes: derived, never trusted.
//!
//! One file of 32-byte hashes in the order of `tlog_tiles::stored_hash_index`;
//! 64 bytes per entry. It is written through the page cache and synced only at
//! [`HashFile::sync`]; whoever opens it compares a root with a signed checkpoint
//! and cuts it back to what is proved ([`HashFile::truncate`]).

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::Path,
};

use tlog_tiles::{Error, Hash, HashReader};

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
    file: Option<File>,
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
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        let written = file.metadata().map_err(failed)?.len() / 32;
        Ok(Self { file: Some(file), written, tail: Vec::new() })
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
            Some(file) => file.set_len(count * 32).map_err(|source| HashStoreError { action: "truncate", source }),
            None => Ok(()),
        }
    }

    /// Writes and syncs everything.
    pub fn sync(&mut self) -> Result<(), HashStoreError> {
        self.flush()?;
        match &self.file {
            Some(file) => file.sync_data().map_err(|source| HashStoreError { action: "sync", source }),
            None => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<(), HashStoreError> {
        let Some(file) = &self.file else { return Ok(()) };
        let bytes: Vec<u8> = self.tail.iter().flat_map(|hash| hash.0).collect();
        file.write_all_at(&bytes, self.written * 32).map_err(|source| HashStoreError { action: "write", source })?;
        self.written += self.tail.len() as u64;
        self.tail.clear();
        Ok(())
    }

    fn read(&self, index: u64) -> Result<Hash, Error> {
        if let Some(at) = index.checked_sub(self.written) {
            let at = usize::try_from(at).map_err(|_| Error::IndexesNotInTree)?;
            return self.tail.get(at).copied().ok_or(Error::IndexesNotInTree);
        }
        let file = self.file.as_ref().ok_or(Error::IndexesNotInTree)?;
        let mut hash = [0; 32];
        file.read_exact_at(&mut hash, index * 32).map_err(|_| Error::IndexesNotInTree)?;
        Ok(Hash(hash))
    }
}

impl HashReader for HashFile {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        indexes.iter().map(|index| self.read(*index)).collect()
    }
}
