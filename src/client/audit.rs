//! The audit of a service: what it replays, against what it shows.

use std::path::Path;

use super::{Client, ClientError, stored_record};
use crate::{
    audit::{AuditError, Auditor, ReadModelsClaim, Report},
    checkpoint::{CheckpointInvalid, stated_head},
    domain::{LedgerId, Size, TreeHead},
    projections::RowsDigest,
    wire::proto::{ReplayRequest, StatusResponse},
};

/// Why the audit of a service did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ServiceAuditError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("the service shows no checkpoint")]
    NoCheckpoint(#[source] CheckpointInvalid),
    #[error("entry {0} has no valid recording time")]
    NoTime(u64),
    #[error(transparent)]
    Audit(#[from] AuditError),
}

impl Client {
    /// Audits everything that the service holds now, with scratch files in an
    /// empty directory. `progress` hears how many entries were checked, and of
    /// how many. `known` are heads that were verified before.
    pub async fn audit_all(
        &self,
        trusted: Option<LedgerId>,
        known: Vec<TreeHead>,
        scratch: &Path,
        progress: &mut dyn FnMut(Size, Size),
    ) -> Result<Report, ServiceAuditError> {
        // The status first, so that its read models are not ahead of the checkpoint.
        let status = self.status().await?;
        let newest = self.checkpoint("").await?.checkpoint;
        let head = stated_head(&newest).map_err(ServiceAuditError::NoCheckpoint)?;
        let mut auditor = Auditor::begin(scratch, trusted, claim(&status))?.continuing(known);
        let mut entries = self.replay(ReplayRequest { to: head.size.0, ..ReplayRequest::default() }).await?;
        while let Some(response) = entries.message().await.map_err(ClientError::from)? {
            let stored = response.entries.into_iter().map(|entry| {
                let index = entry.index;
                stored_record(entry).ok_or(ServiceAuditError::NoTime(index))
            });
            auditor.take(stored.collect::<Result<_, _>>()?)?;
            progress(auditor.size(), head.size);
        }
        Ok(auditor.finish(newest)?)
    }
}

fn claim(status: &StatusResponse) -> Option<ReadModelsClaim> {
    let digest = RowsDigest::from_slice(&status.read_models_digest)?;
    Some(ReadModelsClaim::Digest { size: Size(status.read_models_size), digest })
}
