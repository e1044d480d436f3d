//! What a start makes of the directory that it finds.
//!
//! Promises: an incomplete batch is dropped only if it is the last, nothing valid
//! follows in any segment, and it begins at or after `released`; its bytes are
//! kept in `quarantine/` first. Anything else refuses, with file and offset
//! (I9); after a clean shutdown that is every byte behind the last batch. The last batch is durable before the journal opens: after a failed
//! fdatasync its pages may look clean and not be on the disk.
//! Leaves to others: appending and reading.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    disk::{Disk, open},
    released::{self, Mark, Released, ReleasedFile},
    scan::{Broken, BrokenKind, SCAN_AHEAD, Scan, Whole, find_header, scan_segment},
    survey::{Segment, survey},
    window::{Window, damaged},
};
use crate::{
    domain::{Index, Size},
    journal::{EMPTY, Head, JournalError},
};

/// The folder, inside the journal's, that keeps the bytes of dropped batches.
pub(super) const QUARANTINE: &str = "quarantine";
/// Zeros written at once.
const ZEROS: usize = 1024 * 1024;

/// What a start had to put right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// An incomplete batch that was never acknowledged and is dropped.
    pub quarantined: Option<Quarantined>,
    /// The last batch, written again: its first index and the size behind it.
    pub rewritten: Option<(Index, Size)>,
    /// Where `released` was not whole, before it was written again.
    pub released_flaw: Option<u64>,
}

/// Bytes that were taken out of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Where they are kept.
    pub file: PathBuf,
    /// Where they stood.
    pub segment: PathBuf,
    pub offset: u64,
    pub bytes: u64,
    /// The index that the batch would have begun with.
    pub begins: Index,
    /// What was incomplete.
    pub detail: String,
}

/// What a start found, before it changes anything.
#[derive(Debug)]
pub(super) struct Found {
    pub segments: Vec<Segment>,
    /// The last segment, scanned whole.
    pub scan: Scan,
    pub head: Head,
    /// The newest whole batch, in the last segment or the one before.
    pub last: Option<(Segment, Whole)>,
    pub released: Released,
    /// An incomplete last batch that may be dropped.
    pub unfinished: Option<Unfinished>,
}

/// An incomplete last batch that was never acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unfinished {
    pub broken: Broken,
    /// Offset behind its last byte.
    pub end: u64,
}

/// Reads the directory and decides; changes nothing.
pub(super) fn find(directory: &Path) -> Result<Found, JournalError> {
    let segments = survey(directory)?;
    let released = released::read(directory)?;
    let newest = segments.last().expect("a survey finds at least one segment").clone();
    let mut window = newest.window(SCAN_AHEAD)?;
    let mut scan = scan_segment(&mut window, &newest.header, None, released.mark.head.size)?;
    let last = match scan.last.take() {
        Some(whole) => Some((newest.clone(), whole)),
        None => last_of_previous(&segments)?,
    };
    let head = match &last {
        None => Head { tree: EMPTY, recorded_at: None, checkpoint: None },
        Some((_, whole)) => {
            Head { tree: whole.head, recorded_at: Some(whole.recorded_at), checkpoint: Some(whole.note.clone()) }
        }
    };
    let unfinished = judge(&mut window, &scan, released.mark)?;
    check_released(directory, &newest, &scan, released.mark)?;
    Ok(Found { segments, scan, head, last, released, unfinished })
}

/// Whether what stopped a scan of the last segment is an incomplete batch that
/// nobody was told of. `Ok(None)` when nothing stopped it.
pub(super) fn judge(window: &mut Window, scan: &Scan, released: Mark) -> Result<Option<Unfinished>, JournalError> {
    let Some(broken) = &scan.broken else { return Ok(None) };
    let refuse = |window: &Window, why: &str| Err(window.damaged(broken.at, format!("{} ({why})", broken.detail)));
    let (follow_from, known_end) = match broken.kind {
        BrokenKind::Misplaced => return refuse(window, "it is whole, so no crash explains it"),
        BrokenKind::Incomplete { end } => (end, Some(end)),
        BrokenKind::NoHeader => (broken.batch + 1, None),
    };
    if scan.chain.tree.size < released.head.size {
        return refuse(window, &format!("entries up to size {} were acknowledged", released.head.size.0));
    }
    if released.closed {
        return refuse(window, "the journal was closed before it, so no crash explains it");
    }
    if find_header(window, follow_from, scan.chain.tree.size.next_index())?.is_some() {
        return refuse(window, "another batch follows it");
    }
    let end = match known_end {
        Some(end) if window.first_not_zero(end)?.is_some() => return refuse(window, "other bytes follow it"),
        Some(end) => end,
        None => last_not_zero(window, broken.batch)?,
    };
    Ok(Some(Unfinished { broken: broken.clone(), end }))
}

/// Compares `released` with a segment that was scanned: what was acknowledged
/// must be there, and with that root; behind a closed journal nothing is.
pub(super) fn check_released(directory: &Path, segment: &Segment, scan: &Scan, mark: Mark) -> Result<(), JournalError> {
    let path = directory.join(released::NAME);
    let (size, released) = (scan.chain.tree.size, mark.head);
    if released.size > size {
        let detail = format!("size {} was acknowledged, but the entries end at size {}", released.size.0, size.0);
        return Err(damaged(&path, 0, detail));
    }
    let beyond = scan.batches.iter().find(|batch| batch.first.0 >= released.size.0);
    if let Some(batch) = beyond.filter(|_| mark.closed) {
        let detail =
            format!("a batch of index {}, but the journal was closed at size {}", batch.first, released.size.0);
        return Err(damaged(&segment.path, batch.at, detail));
    }
    if released.size.0 >= segment.header.first.0 && scan.watched != Some(released.root) {
        return Err(damaged(&path, 0, format!("another tree was acknowledged at size {}", released.size.0)));
    }
    Ok(())
}

/// Makes the directory what the journal goes on from: durable and without doubt.
pub(super) fn repair(disk: &Disk, directory: &Path, found: &Found) -> Result<(Recovery, ReleasedFile), JournalError> {
    let newest = found.segments.last().expect("a survey finds at least one segment");
    let mut recovery = Recovery { released_flaw: found.released.flaw, ..Recovery::default() };
    if let Some(unfinished) = &found.unfinished {
        let begins = found.head.tree.size.next_index();
        recovery.quarantined = Some(quarantine(disk, directory, newest, unfinished, begins)?);
        erase(disk, newest, unfinished)?;
    }
    if let Some((segment, whole)) = &found.last {
        recovery.rewritten = Some((rewrite(disk, segment, whole)?, whole.head.size));
    }
    let mut released = ReleasedFile::open(directory, &found.released)?;
    released.rewrite(disk, directory, found.head.tree)?;
    Ok((recovery, released))
}

/// The newest batch when the last segment has none yet.
fn last_of_previous(segments: &[Segment]) -> Result<Option<(Segment, Whole)>, JournalError> {
    let [.., previous, newest] = segments else { return Ok(None) };
    let mut window = previous.window(SCAN_AHEAD)?;
    let scan = scan_segment(&mut window, &previous.header, None, Size(0))?;
    check_sealed(&window, &scan, newest)?;
    Ok(scan.last.map(|whole| (previous.clone(), whole)))
}

/// A segment that has a successor must be whole and lead up to it.
pub(super) fn check_sealed(window: &Window, scan: &Scan, next: &Segment) -> Result<(), JournalError> {
    if let Some(broken) = &scan.broken {
        return Err(window.damaged(broken.at, broken.detail.clone()));
    }
    let tree = scan.chain.tree;
    if tree.size.0 != next.header.first.0 {
        let detail = format!("entries end at size {}, the next segment begins with {}", tree.size.0, next.header.first);
        return Err(window.damaged(scan.end, detail));
    }
    if tree.root != next.header.root {
        return Err(damaged(&next.path, 0, "the header names another root than the segment before leads to"));
    }
    Ok(())
}

/// The offset behind the last byte that is not zero.
fn last_not_zero(window: &mut Window, from: u64) -> Result<u64, JournalError> {
    let (mut at, mut end) = (from, from);
    while at < window.end {
        let length = SCAN_AHEAD.min(window.end - at);
        let bytes = window.get(at, length)?.ok_or_else(|| window.damaged(at, "the file became shorter"))?;
        if let Some(position) = bytes.iter().rposition(|byte| *byte != 0) {
            end = at + position as u64 + 1;
        }
        at += length;
    }
    Ok(end)
}

fn quarantine(
    disk: &Disk,
    directory: &Path,
    segment: &Segment,
    unfinished: &Unfinished,
    begins: Index,
) -> Result<Quarantined, JournalError> {
    let (offset, bytes) = (unfinished.broken.batch, unfinished.end - unfinished.broken.batch);
    let kept = segment.window(0)?.get(offset, bytes)?;
    let kept = kept.ok_or_else(|| damaged(&segment.path, offset, "the file became shorter"))?;
    let folder = directory.join(QUARANTINE);
    if !folder.is_dir() {
        disk.create_directory(&folder)?;
        disk.sync_directory(directory)?;
    }
    let (path, file) = create_unused(disk, &folder, &format!("{:020}-{offset}", segment.header.first.0))?;
    disk.write(&file, &path, &kept, 0)?;
    disk.sync_all(&file, &path)?;
    disk.sync_directory(&folder)?;
    let detail = unfinished.broken.detail.clone();
    Ok(Quarantined { file: path, segment: segment.path.to_path_buf(), offset, bytes, begins, detail })
}

/// A start that was cut short may have left the name in use; nothing in
/// quarantine is ever overwritten.
fn create_unused(disk: &Disk, folder: &Path, stem: &str) -> Result<(PathBuf, File), JournalError> {
    let mut number = 1;
    loop {
        let path = folder.join(format!("{stem}.{number}"));
        match disk.create(&path) {
            Ok(file) => return Ok((path, file)),
            Err(JournalError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Writes zeros over a dropped batch, so that the next one finds what it expects.
fn erase(disk: &Disk, segment: &Segment, unfinished: &Unfinished) -> Result<(), JournalError> {
    let file = open(&segment.path, true)?;
    let zeros = vec![0; ZEROS];
    let mut at = unfinished.broken.batch;
    while at < unfinished.end {
        let length = (unfinished.end - at).min(ZEROS as u64);
        disk.write(&file, &segment.path, &zeros[..usize::try_from(length).expect("at most ZEROS")], at)?;
        at += length;
    }
    disk.sync(&file, &segment.path)
}

/// Writes the last batch again, byte for byte, and syncs; tells its first index.
fn rewrite(disk: &Disk, segment: &Segment, whole: &Whole) -> Result<Index, JournalError> {
    let file = Arc::new(open(&segment.path, true)?);
    let mut window = Window::new(file.clone(), segment.path.clone(), segment.header.length, 0);
    let header = super::scan::read_header(&mut window, whole.at)?;
    let bytes = window.get(whole.at, whole.end - whole.at)?;
    let (Some(header), Some(bytes)) = (header, bytes) else {
        return Err(damaged(&segment.path, whole.at, "the last batch changed while it was read"));
    };
    disk.write(&file, &segment.path, &bytes, whole.at)?;
    disk.sync(&file, &segment.path)?;
    Ok(header.first)
}
