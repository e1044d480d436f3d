//! What the ledger already holds, as far as decisions ask for it.

use std::sync::Arc;

use crate::domain::{
    Entry, EventId, Index, KeyId, OrganisationId, ParcelId, Position, RecordId, Size, Subject, SubmissionDigest,
    SubmissionId, TreeHash,
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
    /// The first event of that id on the subject, if there is one.
    fn is_on_subject(&self, subject: &Subject, id: EventId) -> Option<Position>;
    /// The newest event of that id on the subject, if there are several: ids are
    /// unique within an organisation only.
    fn reused_on_subject(&self, subject: &Subject, id: EventId) -> Option<Position>;
    /// Whether the key signed off the submission already.
    fn signed_off(&self, submission: SubmissionDigest, key: KeyId) -> bool;
    /// The event that opened a subject; `None` for subjects that nothing opens.
    fn opening(&self, subject: &Subject) -> Option<Position>;
    /// The event that stated a parcel of a record last.
    fn parcel(&self, record: &RecordId, parcel: &ParcelId) -> Option<Position>;
    /// An earlier entry.
    fn entry(&self, index: Index) -> Option<Arc<Entry>>;
    /// The root at an earlier size; `None` beyond the newest.
    fn root_at(&self, size: Size) -> Option<TreeHash>;
}
