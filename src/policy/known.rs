//! What the ledger already holds, as far as decisions ask for it.

use std::sync::Arc;

use super::Claim;
use crate::domain::{
    EventId, Index, OrganisationId, Position, Signer, Size, Subject, SubmissionDigest, SubmissionId, TreeHash,
};

/// Look-ups over the entries before the one that is decided. Implemented by
/// `admission`; pure from the policy's point of view.
pub trait Known {
    /// Count of entries.
    fn size(&self) -> Size;
    /// The entry of a submission id of an organisation.
    fn submission_by_id(&self, organisation: &OrganisationId, id: SubmissionId) -> Option<Index>;
    /// The entry of a submission's bytes.
    fn submission(&self, digest: SubmissionDigest) -> Option<Index>;
    /// The event of an id of an organisation.
    fn event(&self, organisation: &OrganisationId, id: EventId) -> Option<Position>;
    /// The newest event on a subject; `None` when the subject does not exist.
    fn subject_head(&self, subject: &Subject) -> Option<Position>;
    /// Whether the event of that id is one on the subject.
    fn is_on_subject(&self, subject: &Subject, id: EventId) -> Option<Position>;
    /// The newest entry with a sign-off of the signer's post on the submission.
    fn post_signed(&self, submission: SubmissionDigest, signer: &Signer) -> Option<Index>;
    /// What a recorded submission claims.
    fn claim(&self, submission: SubmissionDigest) -> Option<Arc<Claim>>;
    /// The root at an earlier size; `None` beyond the newest.
    fn root_at(&self, size: Size) -> Option<TreeHash>;
}
