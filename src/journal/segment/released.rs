//! The file `released`: up to where entries were acknowledged.
//!
//! Promises: after a crash of this program it names the newest acknowledged
//! head; after a power loss a head at most about a second older. One torn write
//! leaves the other slot whole.
//! Leaves to others: what follows from it (`recover`).

use std::{fs::File, path::Path};

use super::{
    disk::{Disk, io_error, open},
    frame::Fields,
    window::damaged,
};
use crate::{
    domain::{RecordingTime, Size, TreeHead},
    journal::{EMPTY, JournalError},
    limits,
    merkle::TreeHash,
};

/// Each slot has a page and so a sector of its own: no write touches both.
const SLOT: usize = 4_096;
/// Magic, size, root, checksum.
const SLOT_USED: usize = 8 + 8 + 32 + 4;
const MAGIC: [u8; 8] = *b"MERERLS\n";
/// The file's name inside the journal's directory.
pub(super) const NAME: &str = "released";

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Released {
    pub head: TreeHead,
    /// Offset of the first byte that is not what was written.
    pub flaw: Option<u64>,
    slot: usize,
}

/// The file, open for writing.
#[derive(Debug)]
pub(super) struct ReleasedFile {
    file: File,
    slot: usize,
    synced: Option<RecordingTime>,
}

/// Writes a new file for an empty journal.
pub(super) fn create(disk: &Disk, directory: &Path) -> Result<ReleasedFile, JournalError> {
    let path = directory.join(NAME);
    let file = disk.create(&path)?;
    let mut released = ReleasedFile { file, slot: 0, synced: None };
    released.rewrite(disk, directory, EMPTY)?;
    Ok(released)
}

/// Reads the file; refuses it when neither slot is whole.
pub(super) fn read(directory: &Path) -> Result<Released, JournalError> {
    let path = directory.join(NAME);
    let bytes = std::fs::read(&path).map_err(io_error("read", &path))?;
    parse(&bytes).ok_or_else(|| damaged(&path, 0, "neither slot of the released head is whole"))
}

impl ReleasedFile {
    pub fn open(directory: &Path, released: &Released) -> Result<Self, JournalError> {
        Ok(Self { file: open(&directory.join(NAME), true)?, slot: released.slot, synced: None })
    }

    /// Both slots and all padding anew, synced: after a recovery nothing is left
    /// in doubt. The older slot goes first and alone, so one stays whole.
    pub fn rewrite(&mut self, disk: &Disk, directory: &Path, head: TreeHead) -> Result<(), JournalError> {
        let path = directory.join(NAME);
        self.file.set_len(2 * SLOT as u64).map_err(io_error("set the length of", &path))?;
        let mut page = encode(head);
        page.resize(SLOT, 0);
        for _ in 0..2 {
            self.slot = 1 - self.slot;
            disk.write(&self.file, &path, &page, (self.slot * SLOT) as u64)?;
            disk.sync_all(&self.file, &path)?;
        }
        Ok(())
    }

    /// Overwrites the older slot; syncs when the last sync lies
    /// [`limits::RELEASED_SYNC_EVERY`] back. The entries' own time paces it:
    /// while nothing is recorded there is nothing to sync.
    pub fn write(
        &mut self,
        disk: &Disk,
        directory: &Path,
        head: TreeHead,
        now: RecordingTime,
    ) -> Result<(), JournalError> {
        let path = directory.join(NAME);
        self.slot = 1 - self.slot;
        disk.write(&self.file, &path, &encode(head), (self.slot * SLOT) as u64)?;
        let every = limits::RELEASED_SYNC_EVERY.as_micros();
        if self.synced.is_none_or(|synced| u128::from(now.0.saturating_sub(synced.0)) >= every) {
            self.sync(disk, directory)?;
            self.synced = Some(now);
        }
        Ok(())
    }

    pub fn sync(&self, disk: &Disk, directory: &Path) -> Result<(), JournalError> {
        disk.sync(&self.file, &directory.join(NAME))
    }
}

fn encode(head: TreeHead) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(head.size.0.to_be_bytes());
    bytes.extend(head.root.as_bytes());
    let crc = crc32c::crc32c(&bytes);
    bytes.extend(crc.to_be_bytes());
    bytes
}

fn parse(bytes: &[u8]) -> Option<Released> {
    let heads = [0, 1].map(|slot| bytes.get(slot * SLOT..).and_then(parse_slot));
    let (slot, head) = match heads {
        [Some(first), Some(second)] if second.size > first.size => (1, second),
        [Some(first), _] => (0, first),
        [None, Some(second)] => (1, second),
        [None, None] => return None,
    };
    let torn = heads.iter().position(Option::is_none).map(|slot| (slot * SLOT) as u64);
    Some(Released { head, flaw: torn.or_else(|| padding_flaw(bytes)), slot })
}

fn parse_slot(bytes: &[u8]) -> Option<TreeHead> {
    let mut fields = Fields(bytes);
    let magic: [u8; 8] = fields.array()?;
    let head = TreeHead { size: Size(fields.u64()?), root: TreeHash(fields.array()?) };
    let crc = crc32c::crc32c(&bytes[..SLOT_USED - 4]);
    (magic == MAGIC && fields.u32()? == crc).then_some(head)
}

fn padding_flaw(bytes: &[u8]) -> Option<u64> {
    if bytes.len() != 2 * SLOT {
        return Some(bytes.len() as u64);
    }
    let written = bytes.iter().enumerate().position(|(at, byte)| at % SLOT >= SLOT_USED && *byte != 0);
    written.map(|at| at as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(size: u64) -> TreeHead {
        TreeHead { size: Size(size), root: TreeHash([size as u8; 32]) }
    }

    #[test]
    fn the_newer_whole_slot_counts() {
        let mut bytes = vec![0; 2 * SLOT];
        assert_eq!(parse(&bytes), None);
        bytes[..SLOT_USED].copy_from_slice(&encode(head(3)));
        assert_eq!(parse(&bytes), Some(Released { head: head(3), flaw: Some(SLOT as u64), slot: 0 }));
        bytes[SLOT..SLOT + SLOT_USED].copy_from_slice(&encode(head(4)));
        assert_eq!(parse(&bytes), Some(Released { head: head(4), flaw: None, slot: 1 }));
        bytes[SLOT + 9] ^= 1;
        assert_eq!(parse(&bytes), Some(Released { head: head(3), flaw: Some(SLOT as u64), slot: 0 }));
    }

    #[test]
    fn a_byte_outside_the_slots_is_named() {
        let mut bytes = vec![0; 2 * SLOT];
        bytes[..SLOT_USED].copy_from_slice(&encode(head(3)));
        bytes[SLOT..SLOT + SLOT_USED].copy_from_slice(&encode(head(4)));
        bytes[700] = 1;
        assert_eq!(parse(&bytes).and_then(|released| released.flaw), Some(700));
    }
}
