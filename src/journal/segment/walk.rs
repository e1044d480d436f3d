//! The full walk: every byte of every segment.
//!
//! Promises: on a journal that nobody writes to, any byte that is not what was
//! written is named by file and offset, zeros and `released` included.
//! Leaves to others: hashes and signatures (`audit`).

use std::path::{Path, PathBuf};

use super::{
    recover::{self, check_released, check_sealed},
    released::{self, Mark, Released},
    scan::{SCAN_AHEAD, Scan, scan_segment},
    survey::{Segment, survey},
    window::damaged,
};
use crate::{
    domain::{Index, Size},
    journal::{EMPTY, JournalError},
};

/// What a full walk saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    pub segments: u64,
    pub batches: u64,
    pub entries: u64,
    /// Bytes of all segment files, zeros included.
    pub bytes: u64,
    /// An incomplete last batch that was never acknowledged; the next start that
    /// may write will drop it. It is no damage.
    pub unfinished: Option<UnfinishedBatch>,
}

/// Where an incomplete last batch begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfinishedBatch {
    pub segment: PathBuf,
    pub offset: u64,
    pub detail: String,
}

/// How far a walk goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extent {
    /// Everything, for a directory that nobody writes to.
    All,
    /// Up to what a running writer has published.
    Published { segment: Index, end: u64 },
}

/// Walks over all segments of a directory.
pub(super) fn walk(directory: &Path, extent: Extent) -> Result<Walked, JournalError> {
    let mut segments = survey(directory)?;
    let released = match extent {
        Extent::All => Some(whole_released(directory)?),
        Extent::Published { segment, .. } => {
            segments.retain(|found| found.header.first <= segment);
            None
        }
    };
    let mut walked = Walked::default();
    let mut before = None;
    for (position, segment) in segments.iter().enumerate() {
        let mut window = segment.window(SCAN_AHEAD)?;
        if let Extent::Published { segment: active, end } = extent
            && segment.header.first == active
        {
            window.end = end;
        }
        let watch = released.as_ref().map_or(Size(0), |released| released.mark.head.size);
        let scan = scan_segment(&mut window, &segment.header, before, watch)?;
        before = scan.chain.recorded_at;
        count(&mut walked, segment, &scan);
        match (segments.get(position + 1), &released) {
            (Some(next), released) => {
                check_sealed(&window, &scan, next)?;
                let reached = |released: &&Released| released.mark.head.size <= scan.chain.tree.size;
                if let Some(released) = released.as_ref().filter(reached) {
                    check_released(directory, segment, &scan, released.mark)?;
                }
            }
            (None, released) => {
                let mark = released.as_ref().map_or(Mark { head: EMPTY, closed: false }, |released| released.mark);
                walked.unfinished =
                    recover::judge(&mut window, &scan, mark)?.map(|unfinished| unfinished_batch(segment, &unfinished));
                if let Some(released) = released {
                    check_released(directory, segment, &scan, released.mark)?;
                }
            }
        }
    }
    Ok(walked)
}

pub(super) fn unfinished_batch(segment: &Segment, unfinished: &recover::Unfinished) -> UnfinishedBatch {
    let broken = &unfinished.broken;
    UnfinishedBatch {
        segment: segment.path.to_path_buf(),
        offset: broken.batch,
        detail: format!("{} at byte {}", broken.detail, broken.at),
    }
}

fn count(walked: &mut Walked, segment: &Segment, scan: &Scan) {
    walked.segments += 1;
    walked.batches += scan.batches.len() as u64;
    walked.entries = scan.chain.tree.size.0;
    walked.bytes += segment.header.length;
}

fn whole_released(directory: &Path) -> Result<Released, JournalError> {
    let released = released::read(directory)?;
    match released.flaw {
        None => Ok(released),
        Some(at) => Err(damaged(&directory.join(released::NAME), at, "a slot of the released head is not whole")),
    }
}
