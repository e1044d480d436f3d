//! What the ledger already holds, as far as decisions ask for it.

use std::sync::Arc;

use crate::domain::{
    Entry, EnvelopeContent, EnvelopeDigest, Event, EventId, EventReference, Index, OrganisationId, ParcelId, Position,
    RecordId, SignOffClass, Size, Subject, SubmissionDigest, SubmissionId, SubmissionStatus, TreeHash,
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
    /// Later entries with sign-offs on a submission, oldest first.
    fn sign_offs_on(&self, submission: SubmissionDigest) -> Vec<Index>;
    /// The entry of an envelope of sign-offs alone.
    fn sign_off_envelope(&self, digest: EnvelopeDigest) -> Option<Index>;
    /// The class of a recorded submission, where it was noted because it rests on
    /// what was recorded before.
    fn noted_class(&self, submission: SubmissionDigest) -> Option<SignOffClass>;
    /// Where and how a submission that waits for sign-offs was closed, if it was.
    fn closing(&self, submission: SubmissionDigest) -> Option<SubmissionStatus>;
    /// Corrections of an event that are in effect, oldest first.
    fn corrections(&self, target: &EventReference) -> Vec<Position>;
    /// The event that opened a subject; `None` for subjects that nothing opens.
    fn opening(&self, subject: &Subject) -> Option<Position>;
    /// The event in effect that a parcel of a record goes by: that stated its area last, or
    /// whose correction took it out; one without an area only where none has given any.
    fn parcel(&self, record: &RecordId, parcel: &ParcelId) -> Option<Position>;
    /// Whether the newest word in effect on a parcel is that it is released.
    fn is_released(&self, record: &RecordId, parcel: &ParcelId) -> bool;
    /// An earlier entry.
    fn entry(&self, index: Index) -> Option<Arc<Entry>>;
    /// The root at an earlier size; `None` beyond the newest.
    fn root_at(&self, size: Size) -> Option<TreeHash>;

    /// An earlier event.
    fn event_at(&self, position: Position) -> Option<Event> {
        let entry = self.entry(position.index)?;
        let EnvelopeContent::Submission(submitted) = &entry.envelope.content else { return None };
        submitted.events.get(usize::from(position.ordinal)).cloned()
    }
}
