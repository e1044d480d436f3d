//! The audit of a directory that nobody writes to: every byte of the journal,
//! then every entry.

use std::path::{Path, PathBuf};

use super::{AuditError, Auditor, ReadModelsClaim, Report};
use crate::{
    domain::{LedgerId, Size, TreeHead},
    journal::{Head, Journal, JournalError, ReadLimit, SegmentJournal},
    limits,
};

/// Why the audit of a directory did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum FilesAuditError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(
        "bytes behind the last acknowledged batch: {detail} in {segment} at byte {offset}; after a crash the next \
         `serve` sets them aside, in a copy of a stopped ledger they do not belong"
    )]
    Unfinished { segment: PathBuf, offset: u64, detail: String },
    #[error("the segments say that they belong to ledger {headers}, and entry 0 founds {founded}")]
    OtherLedger { headers: LedgerId, founded: LedgerId },
    #[error(transparent)]
    Audit(#[from] AuditError),
}

/// Audits the files in `dir` with scratch files in an empty directory. `claim` is
/// what the ledger says of its read models, `known` are heads that it signed before;
/// `progress` hears how many entries were checked, and of how many.
pub fn audit_files(
    dir: &Path,
    trusted: Option<LedgerId>,
    known: Vec<TreeHead>,
    claim: Option<ReadModelsClaim>,
    scratch: &Path,
    progress: &mut dyn FnMut(Size, Size),
) -> Result<Report, FilesAuditError> {
    let journal = SegmentJournal::open_read_only(dir)?;
    if let Some(unfinished) = journal.verify_all()?.unfinished {
        let (segment, offset, detail) = (unfinished.segment, unfinished.offset, unfinished.detail.to_string());
        return Err(FilesAuditError::Unfinished { segment, offset, detail });
    }
    let mut auditor = Auditor::begin(scratch, trusted, claim)?.continuing(known);
    let Head { tree: head, checkpoint, recorded_at: _ } = journal.head();
    let limit = ReadLimit { entries: limits::BATCH_ENTRIES, bytes: limits::BATCH_BYTES };
    while auditor.size() < head.size {
        auditor.take(journal.read(auditor.size().next_index(), limit)?)?;
        progress(auditor.size(), head.size);
    }
    let report = auditor.finish(checkpoint.unwrap_or_default())?;
    match report.ledger {
        Some(founded) if founded != journal.ledger_id() => {
            Err(FilesAuditError::OtherLedger { headers: journal.ledger_id(), founded })
        }
        _ => Ok(report),
    }
}
