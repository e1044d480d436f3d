//! The admission state: what a decision needs to know about the entries before.
//!
//! It is the sequencer's own synchronous fold: registry, ids, heads of subjects
//! and the Merkle tree. Promises: it is a function of the journal alone; after
//! [`Admission::restore`] its root is the journal's root, or the start is refused
//! (I9). Everything beside the segments is derived and checked against the
//! journal before it is believed.

mod at_hand;
mod earlier;
mod ids;
mod land;
mod mend;
mod progress;
mod restore;
mod run;

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

pub use at_hand::{AtHand, memory};
use earlier::Earlier;
pub use ids::{IdIndex, IdIndexError, IdKey, Named, RunSpan};
pub use land::LandThen;
pub use mend::{MendError, ProveError};
pub use restore::RestoreError;

use crate::{
    checkpoint::leaf_hash,
    crypto::Seal,
    domain::{
        Body, Entry, EnvelopeContent, EnvelopeDigest, Event, EventId, EventReference, Founder, Index, OrganisationId,
        ParcelId, Position, RecordId, RecordingTime, RegistryBody, SignOffClass, SignOffState, Size, Subject,
        SubmissionDigest, SubmissionId, SubmissionStatus, SubmittedEvents, TreeHash, TreeHead,
    },
    journal::{Journal, Record},
    merkle::{HashFile, HashStoreError, NotProved, Tree},
    policy::{self, Known, Registry},
};

/// The admission state after some entry.
#[derive(Debug)]
pub struct Admission {
    earlier: Earlier,
    tree: Tree,
    ids: IdIndex,
    registry: Arc<Registry>,
    recorded_at: Option<RecordingTime>,
    /// Where the next run of ids begins, and the governing entries since.
    run_from: Size,
    governing: Vec<Index>,
    /// A look-up met a stored hash that leads nowhere.
    hashes_doubted: AtomicBool,
}

/// The admission state could not keep up: the sequencer halts.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    #[error(transparent)]
    Hashes(#[from] HashStoreError),
    #[error(transparent)]
    Ids(#[from] IdIndexError),
    #[error("cannot keep a copy of the entries in the scratch directory")]
    Scratch(#[source] io::Error),
    /// What was taken in since may be less than what the entries say (I9).
    #[error("an earlier entry or an id cannot be read back")]
    Unsound,
}

impl Admission {
    /// Restores the state of a journal from the files beside its segments, or
    /// from the journal alone where those are missing, damaged, of another history
    /// or not sealed by this ledger. `progress` hears (entries read, entries to
    /// read).
    pub fn restore(
        dir: &Path,
        journal: Arc<dyn Journal>,
        run_keys: usize,
        seal: &Seal,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Self, RestoreError> {
        restore::restore(dir, journal, run_keys, seal, progress)
    }

    /// An empty state with its files in a scratch directory, for a walk over
    /// entries from the first on.
    pub fn scratch(dir: &Path) -> Result<Self, AdmissionError> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(AdmissionError::Scratch)?;
        let tree = Tree::empty(HashFile::open(&dir.join("hashes"))?)?;
        let ids = IdIndex::open(&dir.join("ids"), crate::limits::ID_RUN_KEYS, &Seal::none())?;
        let earlier = Earlier::in_scratch(dir).map_err(AdmissionError::Scratch)?;
        Ok(Self::new(earlier, tree, ids))
    }

    fn new(earlier: Earlier, tree: Tree, ids: IdIndex) -> Self {
        Self {
            earlier,
            tree,
            ids,
            registry: Arc::default(),
            recorded_at: None,
            run_from: Size(0),
            governing: Vec::new(),
            hashes_doubted: AtomicBool::new(false),
        }
    }

    /// The registry as of the newest admitted entry.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// Recording time of the newest admitted entry.
    pub fn recorded_at(&self) -> Option<RecordingTime> {
        self.recorded_at
    }

    /// Whether every look-up so far could be answered; if not, nothing that was
    /// decided since may be committed.
    pub fn is_sound(&self) -> bool {
        self.ids.is_sound() && self.earlier.is_sound()
    }

    /// Whether a stored hash was met that leads nowhere since this was asked last:
    /// what was decided with it is decided again, after [`Admission::mend`].
    pub fn take_hash_doubt(&mut self) -> bool {
        std::mem::take(self.hashes_doubted.get_mut())
    }

    /// The tree over all admitted entries.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Size and root of the tree.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: Size(self.tree.size()), root: self.tree.root() }
    }

    /// Copies the record of an entry that is about to be admitted, where no journal
    /// holds it: in an audit.
    pub fn keep(&mut self, record: &Record) -> Result<(), AdmissionError> {
        self.earlier.keep(record).map_err(AdmissionError::Scratch)
    }

    /// Takes in an entry that was decided to enter, with the state in which it leaves
    /// its submission by the sign-offs on it, as the decision told.
    pub fn admit(&mut self, entry: &Arc<Entry>, sign_offs: Option<&SignOffState>) -> Result<(), AdmissionError> {
        debug_assert_eq!(entry.index, Size(self.tree.size()).next_index(), "I6: no gap");
        debug_assert!(self.recorded_at.is_none_or(|newest| newest <= entry.recorded_at), "I7: time never goes back");
        self.tree.append(leaf_hash(entry.recorded_at, entry.envelope.digest))?;
        self.recorded_at = Some(entry.recorded_at);
        self.earlier.note(entry);
        match &entry.envelope.content {
            EnvelopeContent::Submission(submitted) => self.admit_submission(submitted, entry, sign_offs),
            EnvelopeContent::SignOffs { submission, .. } => {
                self.note_later_sign_offs(*submission, entry, sign_offs);
            }
        }
        Ok(())
    }

    /// Keeps an entry at hand that was admitted, whose record has so many bytes.
    pub fn remember(&self, entry: &Arc<Entry>, bytes: usize) {
        self.earlier.remember(entry, bytes);
    }

    /// [`Admission::admit`] for an entry that the journal holds.
    pub fn readmit(&mut self, entry: &Arc<Entry>) -> Result<(), AdmissionError> {
        let state = policy::sign_offs(&entry.envelope.content, entry.recorded_at, &self.registry, self);
        self.admit(entry, state.as_ref())
    }

    /// Called when everything admitted is in the journal: lets a run of ids begin
    /// when one is due.
    pub fn written(&mut self) -> Result<(), AdmissionError> {
        self.earlier.stored();
        if !self.is_sound() {
            return Err(AdmissionError::Unsound);
        }
        if !self.ids.is_due() {
            return Ok(());
        }
        self.tree.sync()?;
        let to = self.head();
        let span = RunSpan { from: self.run_from, to, governing: std::mem::take(&mut self.governing) };
        self.run_from = to.size;
        Ok(self.ids.begin_run(span)?)
    }

    /// Waits for files that are being written; called at shutdown.
    pub fn close(&mut self) -> Result<(), AdmissionError> {
        self.ids.finish_run()?;
        Ok(self.tree.sync()?)
    }

    fn admit_submission(&mut self, submitted: &SubmittedEvents, entry: &Entry, state: Option<&SignOffState>) {
        self.note_submission(submitted, entry.index);
        self.note_progress(submitted, entry.index, state);
        if submitted.events.iter().any(|event| matches!(event.body, Body::Registry(_))) {
            Arc::make_mut(&mut self.registry).apply(submitted, entry.index, entry.recorded_at);
            self.governing.push(entry.index);
        }
    }

    fn note_submission(&mut self, submitted: &SubmittedEvents, index: Index) {
        let organisation = submitted.submission.author.organisation.as_str();
        let whole = Position { index, ordinal: 0 };
        self.ids.insert(Named::SubmissionDigest(submitted.digest.as_bytes()).key(), whole);
        let id = submitted.submission.id.0.as_bytes();
        self.ids.insert(Named::SubmissionId { organisation, id }.key(), whole);
        for (event, ordinal) in submitted.events.iter().zip(0..) {
            let position = Position { index, ordinal };
            self.ids.insert(Named::Event { organisation, id: event.id.0.as_bytes() }.key(), position);
            self.note_on_subject(&event.subject, event.id, position);
            for founder in founders(event) {
                self.note_on_subject(&Subject::Organisation(founder.organisation.clone()), event.id, position);
            }
        }
    }

    /// The event stands on the subject under its id.
    fn note_on_subject(&mut self, subject: &Subject, id: EventId, position: Position) {
        let (subject, id) = (subject.to_string(), id.0.as_bytes());
        let first = Named::EventOnSubject { subject: &subject, id }.key();
        match self.ids.get(&first) {
            Some(found) if found != position => {
                self.ids.insert(Named::ReusedOnSubject { subject: &subject, id }.key(), position);
            }
            Some(_) | None => self.ids.insert(first, position),
        }
    }
}

/// The founding is the first event on each founder's organisation, too.
fn founders(event: &Event) -> &[Founder] {
    match &event.body {
        Body::Registry(RegistryBody::LedgerFounded(founded)) => &founded.founders,
        Body::Registry(_) | Body::Shared(_) | Body::Treaty(_) | Body::Minefield(_) => &[],
    }
}

/// What was known before an entry that the state has admitted since: for
/// remarks on entries that are already in the journal.
#[derive(Debug)]
pub struct KnownBefore<'a> {
    admission: &'a Admission,
    size: Size,
    /// The words on the land that is asked about as they were then; without them only those
    /// are known that nobody took back since.
    land: Option<&'a LandThen<'a>>,
}

impl<'a> KnownBefore<'a> {
    /// What was known before the entry at a size.
    pub fn new(admission: &'a Admission, size: Size) -> Self {
        Self { admission, size, land: None }
    }

    /// The same for a view of the past that asks about land.
    #[must_use]
    pub fn with_land(self, land: &'a LandThen<'a>) -> Self {
        Self { land: Some(land), ..self }
    }

    fn earlier(&self, position: Option<Position>) -> Option<Position> {
        position.filter(|position| position.index.0 < self.size.0)
    }
}

impl Known for KnownBefore<'_> {
    fn size(&self) -> Size {
        self.size
    }

    fn submission_by_id(&self, organisation: &OrganisationId, id: SubmissionId) -> Option<Index> {
        self.admission.submission_by_id(organisation, id).filter(|index| index.0 < self.size.0)
    }

    fn submission(&self, digest: SubmissionDigest) -> Option<Index> {
        self.admission.submission(digest).filter(|index| index.0 < self.size.0)
    }

    fn event(&self, organisation: &OrganisationId, id: EventId) -> Option<Position> {
        self.earlier(self.admission.event(organisation, id))
    }

    fn subject_head(&self, subject: &Subject) -> Option<Position> {
        self.earlier(self.admission.subject_head(subject))
    }

    fn is_on_subject(&self, subject: &Subject, id: EventId) -> Option<Position> {
        self.earlier(self.admission.is_on_subject(subject, id))
    }

    fn reused_on_subject(&self, subject: &Subject, id: EventId) -> Option<Position> {
        self.earlier(self.admission.reused_on_subject(subject, id))
    }

    fn sign_offs_on(&self, submission: SubmissionDigest) -> Vec<Index> {
        let all = self.admission.sign_offs_on(submission).into_iter();
        all.take_while(|index| index.0 < self.size.0).collect()
    }

    fn sign_off_envelope(&self, digest: EnvelopeDigest) -> Option<Index> {
        self.admission.sign_off_envelope(digest).filter(|index| index.0 < self.size.0)
    }

    /// The class is noted with the very entry that is remarked on.
    fn noted_class(&self, submission: SubmissionDigest) -> Option<SignOffClass> {
        let (at, class) = self.admission.noted_class_at(submission)?;
        (at.0 <= self.size.0).then_some(class)
    }

    /// How the very entry that is remarked on closed the submission was decided
    /// with what was known then; it is not decided again.
    fn closing(&self, submission: SubmissionDigest) -> Option<SubmissionStatus> {
        let (at, status) = self.admission.closing_at(submission)?;
        (at.0 <= self.size.0).then_some(status)
    }

    fn corrections(&self, target: &EventReference) -> Vec<Position> {
        if let Some(land) = self.land {
            return land.corrections(target);
        }
        let all = self.admission.corrections(target).into_iter();
        all.take_while(|position| position.index.0 < self.size.0).collect()
    }

    fn opening(&self, subject: &Subject) -> Option<Position> {
        self.earlier(self.admission.opening(subject))
    }

    fn parcel(&self, record: &RecordId, parcel: &ParcelId) -> Option<Position> {
        self.earlier(
            self.land.map_or_else(|| self.admission.parcel(record, parcel), |land| land.parcel(record, parcel)),
        )
    }

    fn is_released(&self, record: &RecordId, parcel: &ParcelId) -> bool {
        if let Some(land) = self.land {
            return land.is_released(record, parcel);
        }
        // A word that came later says nothing of what was known: the more cautious picture.
        let word = land::released(self.admission, record, parcel);
        word.is_some_and(|(at, released)| released && at.index.0 < self.size.0)
    }

    fn entry(&self, index: Index) -> Option<Arc<Entry>> {
        if index.0 < self.size.0 { self.admission.entry(index) } else { None }
    }

    fn root_at(&self, size: Size) -> Option<TreeHash> {
        self.admission.root_at(size).filter(|_| size <= self.size)
    }
}

impl Known for Admission {
    fn size(&self) -> Size {
        Size(self.tree.size())
    }

    fn submission_by_id(&self, organisation: &OrganisationId, id: SubmissionId) -> Option<Index> {
        let named = Named::SubmissionId { organisation: organisation.as_str(), id: id.0.as_bytes() };
        self.ids.get(&named.key()).map(|position| position.index)
    }

    fn submission(&self, digest: SubmissionDigest) -> Option<Index> {
        self.ids.get(&Named::SubmissionDigest(digest.as_bytes()).key()).map(|position| position.index)
    }

    fn event(&self, organisation: &OrganisationId, id: EventId) -> Option<Position> {
        self.ids.get(&Named::Event { organisation: organisation.as_str(), id: id.0.as_bytes() }.key())
    }

    fn subject_head(&self, subject: &Subject) -> Option<Position> {
        self.ids.get(&Named::Subject(&subject.to_string()).key())
    }

    fn is_on_subject(&self, subject: &Subject, id: EventId) -> Option<Position> {
        let subject = subject.to_string();
        self.ids.get(&Named::EventOnSubject { subject: &subject, id: id.0.as_bytes() }.key())
    }

    fn reused_on_subject(&self, subject: &Subject, id: EventId) -> Option<Position> {
        let subject = subject.to_string();
        self.ids.get(&Named::ReusedOnSubject { subject: &subject, id: id.0.as_bytes() }.key())
    }

    fn sign_offs_on(&self, submission: SubmissionDigest) -> Vec<Index> {
        let chain = self.ids.chain(Named::SignOffs(submission.as_bytes()).key());
        chain.into_iter().map(|position| position.index).collect()
    }

    fn sign_off_envelope(&self, digest: EnvelopeDigest) -> Option<Index> {
        self.ids.get(&Named::SignOffEnvelope(digest.as_bytes()).key()).map(|position| position.index)
    }

    fn noted_class(&self, submission: SubmissionDigest) -> Option<SignOffClass> {
        self.noted_class_at(submission).map(|(_, class)| class)
    }

    fn closing(&self, submission: SubmissionDigest) -> Option<SubmissionStatus> {
        self.closing_at(submission).map(|(_, status)| status)
    }

    fn corrections(&self, target: &EventReference) -> Vec<Position> {
        self.ids.chain(progress::corrections_of(target))
    }

    fn opening(&self, subject: &Subject) -> Option<Position> {
        self.ids.get(&Named::Opening(&subject.to_string()).key())
    }

    fn parcel(&self, record: &RecordId, parcel: &ParcelId) -> Option<Position> {
        land::parcel(self, record, parcel)
    }

    fn is_released(&self, record: &RecordId, parcel: &ParcelId) -> bool {
        land::released(self, record, parcel).is_some_and(|(_, released)| released)
    }

    fn entry(&self, index: Index) -> Option<Arc<Entry>> {
        self.earlier.entry(index)
    }

    fn root_at(&self, size: Size) -> Option<TreeHash> {
        match self.tree.root_at(size.0) {
            Ok(root) => Some(root),
            Err(NotProved::Beyond) => None,
            Err(NotProved::Stored) => {
                self.hashes_doubted.store(true, Ordering::Relaxed);
                None
            }
        }
    }
}
