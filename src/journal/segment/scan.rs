//! Walking over the batches of one segment.
//!
//! Promises: [`scan_segment`] looks at every byte and stops at the first that is
//! not what was written; [`table`] looks at batch headers only.
//! Leaves to others: whether what stopped a scan may be dropped (`recover`).

use super::{
    frame::{BATCH_HEADER, BATCH_MAGIC, BatchHeader, SEGMENT_HEADER, SegmentHeader},
    window::Window,
};
use crate::{
    domain::{Index, RecordingTime, Size, TreeHead},
    journal::JournalError,
    merkle::TreeHash,
};

/// Bytes that a scan reads at once.
pub(super) const SCAN_AHEAD: u64 = 1024 * 1024;

/// Where a batch stands in its segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BatchAt {
    pub first: Index,
    pub at: u64,
}

/// What the next batch must continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    pub tree: TreeHead,
    /// `None` where nothing before is known.
    pub recorded_at: Option<RecordingTime>,
}

/// A batch of which every byte is as it was written.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    pub at: u64,
    pub end: u64,
    pub head: TreeHead,
    pub note: String,
    pub recorded_at: RecordingTime,
}

/// Where and why a scan stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// Offset of the batch.
    pub batch: u64,
    /// Offset of what is wrong in it.
    pub at: u64,
    pub detail: String,
    pub kind: BrokenKind,
}

/// How a batch is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BrokenKind {
    /// Bytes, but no batch header: perhaps a write whose start did not land.
    NoHeader,
    /// The header is whole, something behind it is not: perhaps a torn write.
    Incomplete { end: u64 },
    /// Whole, and not what belongs here: no torn write looks like this.
    Misplaced,
}

/// What a scan found.
#[derive(Debug)]
pub(super) struct Scan {
    pub batches: Vec<BatchAt>,
    /// State behind the last whole batch.
    pub chain: Chain,
    pub last: Option<Whole>,
    /// Offset behind the last whole batch.
    pub end: u64,
    /// What follows there, unless it is zero up to the end.
    pub broken: Option<Broken>,
    /// Root where the tree had the size that the caller watches for.
    pub watched: Option<TreeHash>,
}

/// Reads every batch of a segment and checks that zeros follow, up to the end of
/// the window. `before` is known from the segment before, if that was scanned.
pub(super) fn scan_segment(
    window: &mut Window,
    header: &SegmentHeader,
    before: Option<RecordingTime>,
    watch: Size,
) -> Result<Scan, JournalError> {
    let tree = TreeHead { size: Size(header.first.0), root: header.root };
    let chain = Chain { tree, recorded_at: before };
    let mut scan = Scan { batches: Vec::new(), chain, last: None, end: SEGMENT_HEADER, broken: None, watched: None };
    loop {
        if scan.chain.tree.size == watch {
            scan.watched = Some(scan.chain.tree.root);
        }
        match read_batch(window, scan.end, scan.chain)? {
            Ok(whole) => {
                scan.batches.push(BatchAt { first: scan.chain.tree.size.next_index(), at: whole.at });
                scan.end = whole.end;
                scan.chain = Chain { tree: whole.head, recorded_at: Some(whole.recorded_at) };
                scan.last = Some(whole);
            }
            Err(broken) => {
                scan.broken = unless_zero(window, broken)?;
                break;
            }
        }
    }
    Ok(scan)
}

/// The batches of a segment that ends before index `next`, by their headers.
pub(super) fn table(window: &mut Window, header: &SegmentHeader, next: Index) -> Result<Vec<BatchAt>, JournalError> {
    let mut batches = Vec::new();
    let (mut at, mut first) = (SEGMENT_HEADER, header.first);
    while first < next {
        let batch = read_header(window, at)?.filter(|batch| batch.first == first && batch.end() <= window.end);
        let batch = batch.ok_or_else(|| window.damaged(at, format!("no batch header for index {first}")))?;
        batches.push(BatchAt { first, at });
        (at, first) = (batch.end(), batch.next().ok_or_else(|| window.damaged(at, "an impossible index"))?);
    }
    if first != next {
        return Err(window.damaged(at, format!("entries reach {first}, but the next segment begins with {next}")));
    }
    Ok(batches)
}

/// The header that stands at an offset, if one does.
pub(super) fn read_header(window: &mut Window, at: u64) -> Result<Option<BatchHeader>, JournalError> {
    Ok(window.get(at, BATCH_HEADER)?.and_then(|bytes| BatchHeader::parse(&bytes, at)))
}

/// The first offset from `from` on where a batch header of index `after` or
/// later stands. Bytes that a client sent do not count unless they name the very
/// offset where they came to lie.
pub(super) fn find_header(window: &mut Window, from: u64, after: Index) -> Result<Option<u64>, JournalError> {
    let mut at = from;
    while let Some(next) = window.first_not_zero(at)? {
        // A magic has no zero byte first, so it cannot begin before `next`.
        let length = SCAN_AHEAD.min(window.end - next);
        let Some(bytes) = window.get(next, length)? else { break };
        let candidates: Vec<u64> = (next..).zip(bytes.windows(8)).filter(is_magic).map(|(at, _)| at).collect();
        for candidate in candidates {
            if read_header(window, candidate)?.is_some_and(|batch| batch.first >= after) {
                return Ok(Some(candidate));
            }
        }
        // The last seven bytes may begin a magic that the next stretch completes.
        at = if next + length == window.end { window.end } else { next + length - 7 };
    }
    Ok(None)
}

fn is_magic((_, bytes): &(u64, &[u8])) -> bool {
    *bytes == BATCH_MAGIC
}

/// Reads and checks all bytes of the batch at an offset.
fn read_batch(window: &mut Window, at: u64, chain: Chain) -> Result<Result<Whole, Broken>, JournalError> {
    let broken = |at_byte, detail: String, kind| Ok(Err(Broken { batch: at, at: at_byte, detail, kind }));
    let Some(header) = read_header(window, at)? else {
        return broken(at, "bytes that are neither a batch header nor zero".into(), BrokenKind::NoHeader);
    };
    if let Some(detail) = misplaced(&header, chain, window.end) {
        return broken(at, detail, BrokenKind::Misplaced);
    }
    let incomplete = BrokenKind::Incomplete { end: header.end() };
    let directory = window.get(header.directory_at(), header.directory_len())?;
    let Some(slots) = directory.and_then(|bytes| header.parse_directory(&bytes)) else {
        return broken(header.directory_at(), "a batch directory that is not whole".into(), incomplete);
    };
    let (mut record_at, mut recorded_at) = (header.records_at(), chain.recorded_at);
    for (index, slot) in (header.first.0..).map(Index).zip(slots) {
        let bytes = window.get(record_at, u64::from(slot.length))?;
        let Some(record) = bytes.and_then(|bytes| slot.parse_record(index, &bytes)) else {
            return broken(record_at, format!("the record of index {index} is not whole"), incomplete);
        };
        if recorded_at.is_some_and(|before| record.recorded_at < before) {
            let detail = format!("the recording time of index {index} lies before that of the entry before");
            return broken(record_at, detail, BrokenKind::Misplaced);
        }
        recorded_at = Some(record.recorded_at);
        record_at += u64::from(slot.length);
    }
    let commit = window.get(header.commit_at(), header.commit_len())?;
    let Some((root, note)) = commit.and_then(|bytes| header.parse_commit(&bytes)) else {
        return broken(header.commit_at(), "a commit mark that is not whole".into(), incomplete);
    };
    let size = Size(header.next().expect("an index that overflows was found misplaced").0);
    let recorded_at = recorded_at.expect("a batch has at least one record");
    Ok(Ok(Whole { at, end: header.end(), head: TreeHead { size, root }, note, recorded_at }))
}

/// No header and only zeros is how a segment ends; else the first other byte is
/// what is wrong.
fn unless_zero(window: &mut Window, broken: Broken) -> Result<Option<Broken>, JournalError> {
    match broken.kind {
        BrokenKind::NoHeader => Ok(window.first_not_zero(broken.batch)?.map(|at| Broken { at, ..broken })),
        BrokenKind::Incomplete { .. } | BrokenKind::Misplaced => Ok(Some(broken)),
    }
}

/// Why a whole header does not belong where it stands.
fn misplaced(header: &BatchHeader, chain: Chain, end: u64) -> Option<String> {
    let expected = chain.tree.size.next_index();
    if header.first != expected || header.next().is_none() {
        return Some(format!("a batch of index {} where index {expected} belongs", header.first));
    }
    if header.root_before != chain.tree.root {
        return Some(format!("a batch of index {expected} that continues another tree"));
    }
    (header.end() > end).then(|| format!("a batch of index {expected} that is longer than its segment"))
}
