//! Which segments there are, by their names and headers.
//!
//! Promises: the segments that [`survey`] returns follow each other without a
//! gap, belong to one ledger and have the length that they were made with.
//! Leaves to others: the batches inside.

use std::{fs::File, os::unix::fs::FileExt, path::Path, sync::Arc};

use super::{
    disk::{io_error, open},
    frame::{NoSegmentHeader, SEGMENT_HEADER, SegmentHeader},
    window::{Window, damaged},
};
use crate::{
    domain::{Index, LedgerId},
    journal::{EMPTY, JournalError},
};

/// A segment file and its header.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub path: Arc<Path>,
    pub header: SegmentHeader,
}

impl Segment {
    /// Reads the header of the segment that begins with `first`.
    pub fn read(directory: &Path, first: Index) -> Result<Self, JournalError> {
        let path = directory.join(name(first));
        let file = open(&path, false)?;
        let header = read_header(&file, &path)?;
        if header.first != first {
            return Err(damaged(&path, 0, format!("the header says that index {} comes first", header.first)));
        }
        Ok(Self { path: path.into(), header })
    }

    /// Opens the file for reading up to its end.
    pub fn window(&self, ahead: u64) -> Result<Window, JournalError> {
        let file = Arc::new(open(&self.path, false)?);
        Ok(Window::new(file, self.path.clone(), self.header.length, ahead))
    }
}

/// The file name of the segment that begins with an index.
pub(super) fn name(first: Index) -> String {
    format!("{:020}.seg", first.0)
}

/// All segments, in order; at least one.
pub(super) fn survey(directory: &Path) -> Result<Vec<Segment>, JournalError> {
    let mut segments: Vec<Segment> = Vec::new();
    for first in firsts(directory)? {
        let segment = Segment::read(directory, first)?;
        follows(segments.last(), &segment)?;
        segments.push(segment);
    }
    if segments.is_empty() {
        return Err(foreign(directory, "no segment file is here"));
    }
    Ok(segments)
}

/// Refuses a directory of another ledger than the caller expects.
pub(super) fn check_ledger(segments: &[Segment], expected: Option<LedgerId>) -> Result<(), JournalError> {
    let found = segments.iter().map(|segment| (segment, segment.header.ledger));
    match (expected, found.clone().next()) {
        (Some(expected), Some((segment, found))) if expected != found => {
            Err(foreign(&segment.path, format!("it belongs to ledger {found}, not to {expected}")))
        }
        _ => Ok(()),
    }
}

pub(super) fn foreign(path: &Path, detail: impl Into<String>) -> JournalError {
    JournalError::Foreign { place: path.display().to_string(), detail: detail.into() }
}

/// The first indexes that the names tell, ascending.
fn firsts(directory: &Path) -> Result<Vec<Index>, JournalError> {
    let failed = || io_error("list", directory);
    let mut firsts = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed())? {
        let path = entry.map_err(failed())?.path();
        if path.extension().is_some_and(|extension| extension == "seg") {
            firsts.push(first_of(&path)?);
        }
    }
    firsts.sort();
    Ok(firsts)
}

fn first_of(path: &Path) -> Result<Index, JournalError> {
    let first = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok()).map(Index);
    first
        .filter(|first| path.file_name().is_some_and(|found| found == name(*first).as_str()))
        .ok_or_else(|| foreign(path, "the name of a segment is its first index in 20 digits and .seg"))
}

fn read_header(file: &File, path: &Path) -> Result<SegmentHeader, JournalError> {
    let mut bytes = [0; SEGMENT_HEADER as usize];
    let found = file.metadata().map_err(io_error("examine", path))?.len();
    if found < SEGMENT_HEADER {
        return Err(damaged(path, found, "the file is shorter than a segment header"));
    }
    file.read_exact_at(&mut bytes, 0).map_err(io_error("read", path))?;
    let header = SegmentHeader::parse(&bytes).map_err(|why| match why {
        NoSegmentHeader::NotWhole => damaged(path, 0, "the segment header is not whole"),
        NoSegmentHeader::Format(format) => {
            foreign(path, format!("it has format {format}; this program reads format 1 (use a newer program)"))
        }
    })?;
    if header.length != found {
        let detail = format!("the file has {found} bytes, its header says {}", header.length);
        return Err(damaged(path, found.min(header.length), detail));
    }
    Ok(header)
}

fn follows(before: Option<&Segment>, segment: &Segment) -> Result<(), JournalError> {
    let SegmentHeader { length: _, ledger, previous, first, root } = &segment.header;
    let Some(before) = before else {
        let opens = *first == Index(0) && *previous == Index(0) && *root == EMPTY.root;
        return if opens { Ok(()) } else { Err(damaged(&segment.path, 0, "the segments before this one are missing")) };
    };
    if *ledger != before.header.ledger {
        let detail = format!("it belongs to ledger {ledger}, the segment before to {}", before.header.ledger);
        return Err(foreign(&segment.path, detail));
    }
    if *previous != before.header.first {
        return Err(damaged(&segment.path, 0, format!("the segment of index {previous}, before this one, is missing")));
    }
    Ok(())
}
