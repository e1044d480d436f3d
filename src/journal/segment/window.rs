//! Reading a file at any offset with as few system calls as the reader needs.
//!
//! Promises: nothing at or beyond `end` is read, so a reader never sees what the
//! writer has not published; holds no lock.
//! Leaves to others: what the bytes mean.

use std::{fs::File, io, os::unix::fs::FileExt, path::Path, sync::Arc};

use prost::bytes::Bytes;

use super::disk::io_error;
use crate::journal::JournalError;

static ZEROS: [u8; 4_096] = [0; 4_096];

/// A file with the stretch of it that was read last.
#[derive(Debug)]
pub(super) struct Window {
    pub file: Arc<File>,
    pub path: Arc<Path>,
    /// The first offset that must not be read.
    pub end: u64,
    /// Bytes to read at once, at the least.
    ahead: u64,
    start: u64,
    buffer: Bytes,
}

impl Window {
    pub fn new(file: Arc<File>, path: Arc<Path>, end: u64, ahead: u64) -> Self {
        Self { file, path, end, ahead, start: 0, buffer: Bytes::new() }
    }

    /// Exactly `length` bytes at `offset`; `None` when they reach beyond the end.
    pub fn get(&mut self, offset: u64, length: u64) -> Result<Option<Bytes>, JournalError> {
        let Some(stop) = offset.checked_add(length).filter(|stop| *stop <= self.end) else { return Ok(None) };
        if offset < self.start || stop > self.start + self.buffer.len() as u64 {
            let want = length.max(self.ahead).min(self.end - offset);
            let mut bytes = vec![0; to_usize(want)];
            match self.file.read_exact_at(&mut bytes, offset) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(error) => return Err(io_error("read", &self.path)(error)),
            }
            (self.start, self.buffer) = (offset, bytes.into());
        }
        let from = to_usize(offset - self.start);
        Ok(Some(self.buffer.slice(from..from + to_usize(length))))
    }

    /// The first offset from `from` on that does not hold zero; `None` if all do.
    pub fn first_not_zero(&mut self, from: u64) -> Result<Option<u64>, JournalError> {
        let mut at = from;
        while at < self.end {
            let length = self.ahead.max(1).min(self.end - at);
            let Some(bytes) = self.get(at, length)? else { return Ok(Some(at)) };
            // Whole pages are compared first: at a start this runs over most of 64 MiB.
            let pages = bytes.chunks(ZEROS.len()).take_while(|page| **page == ZEROS[..page.len()]).count();
            let rest = bytes.get(pages * ZEROS.len()..).unwrap_or_default();
            if let Some(position) = rest.iter().position(|byte| *byte != 0) {
                return Ok(Some(at + (pages * ZEROS.len() + position) as u64));
            }
            at += length;
        }
        Ok(None)
    }

    /// This place is not what was written.
    pub fn damaged(&self, offset: u64, detail: impl Into<String>) -> JournalError {
        damaged(&self.path, offset, detail)
    }
}

/// Names a file and an offset that are not what was written.
pub(super) fn damaged(path: &Path, offset: u64, detail: impl Into<String>) -> JournalError {
    JournalError::Damaged { place: path.display().to_string(), offset, detail: detail.into() }
}

fn to_usize(length: u64) -> usize {
    usize::try_from(length).expect("what is read at once is bounded by a batch and fits into memory")
}
