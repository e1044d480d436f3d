//! Dry runs: what would become of a draft, decided beside the sequencer.
//!
//! Promises: the same code decides, over the same state; a dry run has no place
//! in the queue and never holds the state for longer than one look-up, so that
//! whoever asks, however often, delays nobody who submits; the answer rests on
//! durable entries only (I2); so many at once and no more (I8).
//! Leaves to others: form (before), who may see what the answer says (`policy`
//! decides by open content alone, I14, so that nothing withheld is confirmed).

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{
    LeftOut, NotQueued, Published, ServiceState,
    verdict::{self, Verdict},
};
use crate::{
    admission::Admission,
    clock::Clock,
    domain::{
        Entry, EnvelopeDigest, EventId, EventReference, Finding, Index, OrganisationId, ParcelId, Position, RecordId,
        SignOffClass, Size, Subject, SubmissionDigest, SubmissionId, SubmissionStatus, TreeHash,
    },
    limits,
    policy::{Known, Rejection},
    wire::Submitted,
};

/// What would become of a draft.
#[derive(Clone, Debug)]
pub enum DryRun {
    WouldEnter {
        findings: Vec<Finding>,
    },
    /// These bytes are on record.
    WouldRepeat {
        /// Remarks on the sign-offs that would enter.
        findings: Vec<Finding>,
        /// Those that might not.
        left_out: Vec<LeftOut>,
    },
    Rejected(Rejection),
    /// Nothing is accepted any more.
    Halted(String),
}

/// The place of one dry run among those that are under way.
#[derive(Debug)]
pub struct DryRunPlace {
    _place: OwnedSemaphorePermit,
}

/// The desk that dry runs are decided at.
#[derive(Clone, Debug)]
pub(super) struct DryRuns {
    places: Arc<Semaphore>,
    admission: Arc<RwLock<Admission>>,
    clock: Arc<dyn Clock>,
}

impl DryRuns {
    pub fn new(admission: Arc<RwLock<Admission>>, clock: Arc<dyn Clock>) -> Self {
        Self { places: Arc::new(Semaphore::new(limits::DRY_RUNS)), admission, clock }
    }

    /// A place, if one is free: taken before anything dear is done for a draft.
    pub fn place(&self) -> Result<DryRunPlace, NotQueued> {
        Arc::clone(&self.places).try_acquire_owned().map(|_place| DryRunPlace { _place }).map_err(|_| NotQueued::Busy)
    }

    /// Decides on a thread that may block, then waits until what the answer rests
    /// on is durable: the state may be one batch ahead of the journal.
    pub async fn decide(
        &self,
        place: DryRunPlace,
        draft: Submitted,
        mut published: watch::Receiver<Arc<Published>>,
    ) -> Result<DryRun, NotQueued> {
        let state = Newest(Arc::clone(&self.admission));
        let at = self.clock.now();
        let decided = tokio::task::spawn_blocking(move || {
            let (registry, recorded_at) = state.read(|now| (Arc::clone(now.registry()), now.recorded_at()));
            let verdict = verdict::judge(&draft, at.max(recorded_at.unwrap_or_default()), &registry, &state);
            (verdict, state.size(), state.read(Admission::is_sound))
        });
        // It fails only when the service's threads end.
        let (verdict, rests_on, sound) = decided.await.map_err(|_| NotQueued::ShuttingDown)?;
        let durable =
            |now: &Arc<Published>| now.head.tree.size >= rests_on || matches!(now.state, ServiceState::Halted(_));
        let now = Arc::clone(&*published.wait_for(durable).await.map_err(|_| NotQueued::ShuttingDown)?);
        drop(place);
        Ok(match (&now.state, verdict) {
            (ServiceState::Halted(reason), _) => DryRun::Halted(reason.clone()),
            (_, _) if !sound => DryRun::Halted(super::thread::UNSOUND.into()),
            (_, Verdict::Enters(remarks)) => DryRun::WouldEnter { findings: remarks.findings },
            (_, Verdict::Repeats { index: _, later, left_out }) => {
                let findings = later.map(|(_, remarks)| remarks.findings).unwrap_or_default();
                DryRun::WouldRepeat { findings, left_out }
            }
            (_, Verdict::Rejected(rejection)) => DryRun::Rejected(rejection),
        })
    }
}

/// The newest state, asked one look-up at a time. An entry that is admitted
/// between two of them is seen by the later one. That makes no false no: an id
/// once used stays used, a subject that moved has moved. A yes is good until the
/// next entry in any case.
struct Newest(Arc<RwLock<Admission>>);

impl Newest {
    fn read<T>(&self, ask: impl FnOnce(&Admission) -> T) -> T {
        ask(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Known for Newest {
    fn size(&self) -> Size {
        self.read(Known::size)
    }

    fn submission_by_id(&self, organisation: &OrganisationId, id: SubmissionId) -> Option<Index> {
        self.read(|now| now.submission_by_id(organisation, id))
    }

    fn submission(&self, digest: SubmissionDigest) -> Option<Index> {
        self.read(|now| now.submission(digest))
    }

    fn event(&self, organisation: &OrganisationId, id: EventId) -> Option<Position> {
        self.read(|now| now.event(organisation, id))
    }

    fn subject_head(&self, subject: &Subject) -> Option<Position> {
        self.read(|now| now.subject_head(subject))
    }

    fn is_on_subject(&self, subject: &Subject, id: EventId) -> Option<Position> {
        self.read(|now| now.is_on_subject(subject, id))
    }

    fn sign_offs_on(&self, submission: SubmissionDigest) -> Vec<Index> {
        self.read(|now| now.sign_offs_on(submission))
    }

    fn sign_off_envelope(&self, digest: EnvelopeDigest) -> Option<Index> {
        self.read(|now| now.sign_off_envelope(digest))
    }

    fn noted_class(&self, submission: SubmissionDigest) -> Option<SignOffClass> {
        self.read(|now| now.noted_class(submission))
    }

    fn closing(&self, submission: SubmissionDigest) -> Option<SubmissionStatus> {
        self.read(|now| now.closing(submission))
    }

    fn corrections(&self, target: &EventReference) -> Vec<Position> {
        self.read(|now| now.corrections(target))
    }

    fn reused_on_subject(&self, subject: &Subject, id: EventId) -> Option<Position> {
        self.read(|now| now.reused_on_subject(subject, id))
    }

    fn opening(&self, subject: &Subject) -> Option<Position> {
        self.read(|now| now.opening(subject))
    }

    fn parcel(&self, record: &RecordId, parcel: &ParcelId) -> Option<Position> {
        self.read(|now| now.parcel(record, parcel))
    }

    fn is_released(&self, record: &RecordId, parcel: &ParcelId) -> bool {
        self.read(|now| now.is_released(record, parcel))
    }

    fn entry(&self, index: Index) -> Option<Arc<Entry>> {
        self.read(|now| now.entry(index))
    }

    fn root_at(&self, size: Size) -> Option<TreeHash> {
        self.read(|now| now.root_at(size))
    }
}
