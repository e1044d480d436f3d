//! The file `released`: up to where entries were acknowledged, and whether the
//! journal was closed there.
//!
//! Promises: after a crash of this program it names the newest acknowledged
//! head; after a power loss a head at most about a second older. One torn write
//! leaves the other slot whole. While it says *closed*, not a byte was written
//! behind the head that it names: the mark comes after everything is durable,
//! and is durably gone before the next byte.
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
/// Magic, size, root, mark, checksum.
const SLOT_USED: usize = 8 + 8 + 32 + 1 + 4;
const MAGIC: [u8; 8] = *b"MERERLS\n";
/// Batches may follow the head.
const OPEN: u8 = 0;
/// Nothing follows the head: the journal was closed.
const CLOSED: u8 = 1;
/// The file's name inside the journal's directory.
pub(super) const NAME: &str = "released";

/// Up to where entries were acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub head: TreeHead,
    /// Whether nothing was written behind the head.
    pub closed: bool,
}

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Released {
    pub mark: Mark,
    /// Offset of the first byte that is not what was written.
    pub flaw: Option<u64>,
    slot: usize,
}

/// The file, open for writing.
#[derive(Debug)]
pub(super) struct ReleasedFile {
    file: File,
    slot: usize,
    closed: bool,
    synced: Option<RecordingTime>,
}

/// Writes a new file for an empty journal.
pub(super) fn create(disk: &Disk, directory: &Path) -> Result<ReleasedFile, JournalError> {
    let path = directory.join(NAME);
    let file = disk.create(&path)?;
    let mut released = ReleasedFile { file, slot: 0, closed: false, synced: None };
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
        let file = open(&directory.join(NAME), true)?;
        Ok(Self { file, slot: released.slot, closed: released.mark.closed, synced: None })
    }

    /// Says, durably, that nothing was written behind `head`.
    pub fn close(&mut self, disk: &Disk, directory: &Path, head: TreeHead) -> Result<(), JournalError> {
        self.closed = true;
        self.rewrite(disk, directory, head)
    }

    /// Takes the mark away, durably, before a byte is written behind `head`.
    pub fn reopen(&mut self, disk: &Disk, directory: &Path, head: TreeHead) -> Result<(), JournalError> {
        if !self.closed {
            return Ok(());
        }
        self.closed = false;
        self.rewrite(disk, directory, head)
    }

    /// Both slots and all padding anew, synced: after a recovery nothing is left
    /// in doubt. The older slot goes first and alone, so one stays whole.
    pub fn rewrite(&mut self, disk: &Disk, directory: &Path, head: TreeHead) -> Result<(), JournalError> {
        let path = directory.join(NAME);
        self.file.set_len(2 * SLOT as u64).map_err(io_error("set the length of", &path))?;
        let mut page = encode(head, self.closed);
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
        disk.write(&self.file, &path, &encode(head, false), (self.slot * SLOT) as u64)?;
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

fn encode(head: TreeHead, closed: bool) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(head.size.0.to_be_bytes());
    bytes.extend(head.root.as_bytes());
    bytes.push(if closed { CLOSED } else { OPEN });
    let crc = crc32c::crc32c(&bytes);
    bytes.extend(crc.to_be_bytes());
    bytes
}

fn parse(bytes: &[u8]) -> Option<Released> {
    let slots = [0, 1].map(|slot| bytes.get(slot * SLOT..).and_then(parse_slot));
    let (slot, head) = match slots {
        [Some((first, _)), Some((second, _))] if second.size > first.size => (1, second),
        [Some((first, _)), _] => (0, first),
        [None, Some((second, _))] => (1, second),
        [None, None] => return None,
    };
    // Both slots are open before a byte is written, so one that is still closed
    // tells the truth, whatever became of the other.
    let closed = slots.iter().flatten().any(|(of, closed)| *closed && *of == head);
    let torn = slots.iter().position(Option::is_none).map(|slot| (slot * SLOT) as u64);
    Some(Released { mark: Mark { head, closed }, flaw: torn.or_else(|| padding_flaw(bytes)), slot })
}

fn parse_slot(bytes: &[u8]) -> Option<(TreeHead, bool)> {
    let mut fields = Fields(bytes);
    let magic: [u8; 8] = fields.array()?;
    let head = TreeHead { size: Size(fields.u64()?), root: TreeHash(fields.array()?) };
    let [mark] = fields.array()?;
    let crc = crc32c::crc32c(&bytes[..SLOT_USED - 4]);
    let whole = magic == MAGIC && (mark == OPEN || mark == CLOSED) && fields.u32()? == crc;
    whole.then_some((head, mark == CLOSED))
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

    fn open_at(size: u64) -> Mark {
        Mark { head: head(size), closed: false }
    }

    #[test]
    fn the_newer_whole_slot_counts() {
        let mut bytes = vec![0; 2 * SLOT];
        assert_eq!(parse(&bytes), None);
        let torn = Released { mark: open_at(3), flaw: Some(SLOT as u64), slot: 0 };
        bytes[..SLOT_USED].copy_from_slice(&encode(head(3), false));
        assert_eq!(parse(&bytes), Some(torn.clone()));
        bytes[SLOT..SLOT + SLOT_USED].copy_from_slice(&encode(head(4), false));
        assert_eq!(parse(&bytes), Some(Released { mark: open_at(4), flaw: None, slot: 1 }));
        bytes[SLOT + 9] ^= 1;
        assert_eq!(parse(&bytes), Some(torn));
    }

    #[test]
    fn a_journal_is_closed_when_a_slot_of_its_newest_head_says_so() {
        let closed = |slots: [(u64, bool); 2]| {
            let mut bytes = vec![0; 2 * SLOT];
            for (slot, (size, closed)) in slots.into_iter().enumerate() {
                bytes[slot * SLOT..slot * SLOT + SLOT_USED].copy_from_slice(&encode(head(size), closed));
            }
            parse(&bytes).expect("whole").mark.closed
        };
        assert!(closed([(4, true), (4, true)]));
        assert!(closed([(4, true), (4, false)]) && closed([(4, false), (4, true)]), "half way in or out");
        assert!(!closed([(4, false), (4, false)]));
        assert!(!closed([(3, true), (4, false)]), "batches came since");
    }

    #[test]
    fn a_mark_that_is_neither_open_nor_closed_makes_no_slot() {
        let mut bytes = encode(head(3), true);
        bytes[48] = 2;
        let crc = crc32c::crc32c(&bytes[..SLOT_USED - 4]);
        bytes[SLOT_USED - 4..].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(parse_slot(&bytes), None);
    }

    #[test]
    fn a_byte_outside_the_slots_is_named() {
        let mut bytes = vec![0; 2 * SLOT];
        bytes[..SLOT_USED].copy_from_slice(&encode(head(3), false));
        bytes[SLOT..SLOT + SLOT_USED].copy_from_slice(&encode(head(4), false));
        bytes[700] = 1;
        assert_eq!(parse(&bytes).and_then(|released| released.flaw), Some(700));
    }
}
