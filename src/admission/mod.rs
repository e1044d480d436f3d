//! The admission state: what a decision needs to know about the entries before.
//!
//! It is the sequencer's own synchronous fold: registry, ids, heads of subjects
//! and the Merkle tree. Promises: it is a function of the journal alone; after
//! [`Admission::restore`] its root is the journal's root, or the start is refused
//! (I9). Everything beside the segments is derived and checked against the
//! journal before it is believed.

mod ids;
mod mend;
mod restore;
mod run;

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

pub use ids::{IdIndex, IdIndexError, Named, RunSpan};
pub use mend::{MendError, ProveError};
pub use restore::RestoreError;

use crate::{
    checkpoint::leaf_hash,
    crypto::Seal,
    domain::{
        Body, Entry, EnvelopeContent, Event, EventId, Founder, Index, KeyId, OrganisationId, Position, RecordingTime,
        RegistryBody, SignOff, Signer, Size, Subject, SubmissionDigest, SubmissionId, SubmittedEvents, TreeHash,
        TreeHead,
    },
    journal::{Journal, ReadLimit},
    merkle::{HashFile, HashStoreError, NotProved, Tree},
    policy::{Known, Registry},
    wire,
};

/// The admission state after some entry.
#[derive(Debug)]
pub struct Admission {
    /// `None` in an audit, which sees each entry once.
    journal: Option<Arc<dyn Journal>>,
    tree: Tree,
    ids: IdIndex,
    registry: Arc<Registry>,
    recorded_at: Option<RecordingTime>,
    /// Where the next run of ids begins, and the governing entries since.
    run_from: Size,
    governing: Vec<Index>,
    /// Authors of submissions that are admitted but not yet in the journal; of
    /// all, where there is no journal to read them from.
    authors: HashMap<SubmissionDigest, Signer>,
    /// A look-up met a stored hash that leads nowhere.
    hashes_doubted: AtomicBool,
    /// A look-up met an entry that the journal could not give.
    journal_doubted: AtomicBool,
}

/// The admission state could not keep up: the sequencer halts.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    #[error(transparent)]
    Hashes(#[from] HashStoreError),
    #[error(transparent)]
    Ids(#[from] IdIndexError),
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
        let tree = Tree::empty(HashFile::open(&dir.join("hashes"))?)?;
        let ids = IdIndex::open(&dir.join("ids"), crate::limits::ID_RUN_KEYS, &Seal::none())?;
        Ok(Self::new(None, tree, ids))
    }

    fn new(journal: Option<Arc<dyn Journal>>, tree: Tree, ids: IdIndex) -> Self {
        Self {
            journal,
            tree,
            ids,
            registry: Arc::default(),
            recorded_at: None,
            run_from: Size(0),
            governing: Vec::new(),
            authors: HashMap::new(),
            hashes_doubted: AtomicBool::new(false),
            journal_doubted: AtomicBool::new(false),
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
        self.ids.is_sound() && !self.journal_doubted.load(Ordering::Relaxed)
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

    /// Takes in an entry that was decided to enter, or that the journal holds.
    pub fn admit(&mut self, entry: &Entry) -> Result<(), AdmissionError> {
        debug_assert_eq!(entry.index, Size(self.tree.size()).next_index(), "I6: no gap");
        debug_assert!(self.recorded_at.is_none_or(|newest| newest <= entry.recorded_at), "I7: time never goes back");
        self.tree.append(leaf_hash(entry.recorded_at, entry.envelope.digest))?;
        self.recorded_at = Some(entry.recorded_at);
        match &entry.envelope.content {
            EnvelopeContent::Submission(submitted) => self.admit_submission(submitted, entry),
            EnvelopeContent::SignOffs { submission, sign_offs } => {
                self.note_sign_offs(*submission, sign_offs, entry.index);
            }
        }
        Ok(())
    }

    /// Called when everything admitted is in the journal: lets a run of ids begin
    /// when one is due.
    pub fn written(&mut self) -> Result<(), AdmissionError> {
        if self.journal.is_some() {
            self.authors.clear();
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

    fn admit_submission(&mut self, submitted: &SubmittedEvents, entry: &Entry) {
        self.note_submission(submitted, entry.index);
        self.note_sign_offs(submitted.digest, &submitted.sign_offs, entry.index);
        if submitted.events.iter().any(|event| matches!(event.body, Body::Registry(_))) {
            Arc::make_mut(&mut self.registry).apply(submitted, entry.index, entry.recorded_at);
            self.governing.push(entry.index);
        }
    }

    fn note_submission(&mut self, submitted: &SubmittedEvents, index: Index) {
        let author = &submitted.submission.author;
        let organisation = author.organisation.as_str();
        let whole = Position { index, ordinal: 0 };
        self.ids.insert(Named::SubmissionDigest(submitted.digest.as_bytes()).key(), whole);
        let id = submitted.submission.id.0.as_bytes();
        self.ids.insert(Named::SubmissionId { organisation, id }.key(), whole);
        self.authors.insert(submitted.digest, author.clone());
        for (event, ordinal) in submitted.events.iter().zip(0..) {
            let position = Position { index, ordinal };
            self.ids.insert(Named::Event { organisation, id: event.id.0.as_bytes() }.key(), position);
            self.note_on_subject(&event.subject, event.id, position);
            for founder in founders(event) {
                self.note_on_subject(&Subject::Organisation(founder.organisation.clone()), event.id, position);
            }
        }
    }

    /// The event is the newest on the subject, and stands there under its id.
    fn note_on_subject(&mut self, subject: &Subject, id: EventId, position: Position) {
        let (subject, id) = (subject.to_string(), id.0.as_bytes());
        self.ids.insert(Named::Subject(&subject).key(), position);
        let first = Named::EventOnSubject { subject: &subject, id }.key();
        match self.ids.get(&first) {
            Some(found) if found != position => {
                self.ids.insert(Named::ReusedOnSubject { subject: &subject, id }.key(), position);
            }
            Some(_) | None => self.ids.insert(first, position),
        }
    }

    fn note_sign_offs(&mut self, submission: SubmissionDigest, sign_offs: &[SignOff], index: Index) {
        for sign_off in sign_offs {
            let key = sign_off.signer.key.as_bytes();
            let named = Named::SignOff { submission: submission.as_bytes(), key };
            self.ids.insert(named.key(), Position { index, ordinal: 0 });
        }
    }
}

/// The founding is the first event on each founder's organisation, too.
fn founders(event: &Event) -> &[Founder] {
    match &event.body {
        Body::Registry(RegistryBody::LedgerFounded(founded)) => &founded.founders,
        Body::Registry(_) | Body::Treaty(_) | Body::Minefield(_) => &[],
    }
}

/// What was known before an entry that the state has admitted since: for
/// remarks on entries that are already in the journal.
#[derive(Debug)]
pub struct KnownBefore<'a> {
    pub admission: &'a Admission,
    pub size: Size,
}

impl KnownBefore<'_> {
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

    fn signed_off(&self, submission: SubmissionDigest, key: KeyId) -> bool {
        self.admission.signed_off(submission, key)
    }

    fn author(&self, submission: SubmissionDigest) -> Option<Signer> {
        self.admission.author(submission)
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

    fn signed_off(&self, submission: SubmissionDigest, key: KeyId) -> bool {
        let named = Named::SignOff { submission: submission.as_bytes(), key: key.as_bytes() };
        self.ids.get(&named.key()).is_some()
    }

    fn author(&self, submission: SubmissionDigest) -> Option<Signer> {
        if let Some(author) = self.authors.get(&submission) {
            return Some(author.clone());
        }
        let (journal, index) = (self.journal.as_ref()?, self.submission(submission)?);
        let stored = journal.read(index, ReadLimit::ONE).ok().and_then(|mut stored| stored.pop());
        let Some(entry) = stored.and_then(|stored| wire::read_entry(&stored).ok()) else {
            tracing::error!(%index, "an entry cannot be read back");
            self.journal_doubted.store(true, Ordering::Relaxed);
            return None;
        };
        match entry.envelope.content {
            EnvelopeContent::Submission(submitted) => Some(submitted.submission.author),
            EnvelopeContent::SignOffs { .. } => None,
        }
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
