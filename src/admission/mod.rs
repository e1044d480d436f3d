//! The admission state: what a decision needs to know about the entries before.
//!
//! It is the sequencer's own synchronous fold: registry, ids, heads of subjects
//! and the Merkle tree. Promises: it is a function of the journal alone; after
//! [`Admission::restore`] its root is the journal's root, or the start is refused
//! (I9). Everything beside the segments is derived and checked against the
//! journal before it is believed.

mod ids;
mod restore;

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::Arc,
};

pub use ids::{IdIndex, IdIndexError, Named, RunSpan};
pub use restore::RestoreError;

use crate::{
    checkpoint::leaf_hash,
    domain::{
        Entry, EnvelopeContent, EventId, Index, OrganisationId, Position, RecordingTime, SignOff, Signer, Size,
        Subject, SubmissionDigest, SubmissionId, SubmittedEvents, TreeHash, TreeHead,
    },
    journal::{Journal, ReadLimit},
    merkle::{HashFile, HashStoreError, Tree},
    policy::{Claim, Known, Registry},
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
    /// Claims of submissions that are admitted but not yet in the journal; of
    /// all, where there is no journal to read them from.
    claims: HashMap<SubmissionDigest, Arc<Claim>>,
    /// Each claim once: authors and what they write about repeat.
    distinct_claims: HashSet<Arc<Claim>>,
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
    /// from the journal alone where those are missing, damaged or of another
    /// history. `progress` hears (entries read, entries to read).
    pub fn restore(
        dir: &Path,
        journal: Arc<dyn Journal>,
        run_keys: usize,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Self, RestoreError> {
        restore::restore(dir, journal, run_keys, progress)
    }

    /// An empty state with its files in a scratch directory, for a walk over
    /// entries from the first on.
    pub fn scratch(dir: &Path) -> Result<Self, AdmissionError> {
        let tree = Tree::empty(HashFile::open(&dir.join("hashes"))?)?;
        let ids = IdIndex::open(&dir.join("ids"), crate::limits::ID_RUN_KEYS)?;
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
            claims: HashMap::new(),
            distinct_claims: HashSet::new(),
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
        self.ids.is_sound()
    }

    /// The tree over all admitted entries.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Size and root of the tree; `None` when a stored hash cannot be read.
    pub fn head(&self) -> Option<TreeHead> {
        Some(TreeHead { size: Size(self.tree.size()), root: self.tree.root()? })
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
            self.claims.clear();
            self.distinct_claims.clear();
        }
        if !self.ids.is_due() {
            return Ok(());
        }
        self.tree.sync()?;
        let Some(to) = self.head() else { return Ok(()) };
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
        if submitted.events.iter().any(|event| matches!(event.body, crate::domain::Body::Registry(_))) {
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
        self.note_claim(submitted);
        for (event, ordinal) in submitted.events.iter().zip(0..) {
            let position = Position { index, ordinal };
            let (id, subject) = (event.id.0.as_bytes(), event.subject.to_string());
            self.ids.insert(Named::Event { organisation, id }.key(), position);
            self.ids.insert(Named::Subject(&subject).key(), position);
            self.ids.insert_first(Named::EventOnSubject { subject: &subject, id }.key(), position);
        }
        self.note_founders(submitted, whole);
    }

    fn note_claim(&mut self, submitted: &SubmittedEvents) {
        let claim = Arc::new(Claim::of(submitted));
        let claim = match self.distinct_claims.get(&claim) {
            Some(same) => Arc::clone(same),
            None => claim,
        };
        self.distinct_claims.insert(Arc::clone(&claim));
        self.claims.insert(submitted.digest, claim);
    }

    /// The founding makes the founders' organisations subjects, too.
    fn note_founders(&mut self, submitted: &SubmittedEvents, position: Position) {
        use crate::domain::{Body, RegistryBody};
        for event in &submitted.events {
            let Body::Registry(RegistryBody::LedgerFounded(founded)) = &event.body else { continue };
            for founder in &founded.founders {
                let subject = Subject::Organisation(founder.organisation.clone()).to_string();
                self.ids.insert(Named::Subject(&subject).key(), position);
            }
        }
    }

    fn note_sign_offs(&mut self, submission: SubmissionDigest, sign_offs: &[SignOff], index: Index) {
        for sign_off in sign_offs {
            let named = sign_off_of(&submission, &sign_off.signer);
            self.ids.insert(named.key(), Position { index, ordinal: 0 });
        }
    }
}

fn sign_off_of<'a>(submission: &'a SubmissionDigest, signer: &'a Signer) -> Named<'a> {
    let (organisation, member) = (signer.organisation.as_str(), signer.member.as_str());
    Named::SignOff { submission: submission.as_bytes(), organisation, member }
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

    fn post_signed(&self, submission: SubmissionDigest, signer: &Signer) -> Option<Index> {
        self.admission.post_signed(submission, signer).filter(|index| index.0 < self.size.0)
    }

    fn claim(&self, submission: SubmissionDigest) -> Option<Arc<Claim>> {
        self.admission.claim(submission)
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

    fn post_signed(&self, submission: SubmissionDigest, signer: &Signer) -> Option<Index> {
        self.ids.get(&sign_off_of(&submission, signer).key()).map(|position| position.index)
    }

    fn claim(&self, submission: SubmissionDigest) -> Option<Arc<Claim>> {
        if let Some(claim) = self.claims.get(&submission) {
            return Some(Arc::clone(claim));
        }
        let stored = self.journal.as_ref()?.read(self.submission(submission)?, ReadLimit::ONE).ok()?;
        let entry = wire::read_entry(stored.first()?).ok()?;
        match entry.envelope.content {
            EnvelopeContent::Submission(submitted) => Some(Arc::new(Claim::of(&submitted))),
            EnvelopeContent::SignOffs { .. } => None,
        }
    }

    fn root_at(&self, size: Size) -> Option<TreeHash> {
        self.tree.root_at(size.0)
    }
}
