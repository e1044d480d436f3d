//! A ledger's directory: founding it and opening it.
//!
//! ```text
//! DIR/journal/        the log itself
//! DIR/index/          ids and tree hashes, derived, checked against the log
//! DIR/read-models/    sled, derived
//! DIR/keys/           the checkpoint key; never part of a backup
//! ```

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use prost::bytes::Bytes;

use super::NodeParts;
use crate::{
    admission::{Admission, RestoreError},
    checkpoint::{CheckpointInvalid, CheckpointSigner, InvalidOrigin},
    clock::{Clock, ClockRefused, RunningClock},
    crypto::{KeyFileError, SigningKey},
    domain::{
        Body, EnvelopeContent, Index, LedgerFounded, LedgerId, RecordingTime, RegistryBody, Size, SubmittedEvents,
    },
    journal::{Head, Journal, JournalError, Options, ReadLimit, Recovery, SegmentJournal},
    limits,
    policy::{self, Rejection, Unverified},
    projections::{ReadModelError, ReadModels},
    sequencer::{NotQueued, Outcome, Parts, Sequencer},
    settings::Settings,
    wire::{self, Malformed},
};

/// The places in a ledger's directory.
#[derive(Clone, Debug)]
pub struct Directory(PathBuf);

impl Directory {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn index(&self) -> PathBuf {
        self.0.join("index")
    }

    pub fn read_models(&self) -> PathBuf {
        self.0.join("read-models")
    }

    pub fn checkpoint_key(&self) -> PathBuf {
        self.0.join("keys").join("checkpoint.pem")
    }
}

/// A founding that is signed by all founders.
#[derive(Debug)]
pub struct Founding {
    pub envelope: Vec<u8>,
    pub event: Vec<u8>,
    /// The key whose public half the founding event names.
    pub checkpoint_key: SigningKey,
}

/// Why a part of what writes a ledger cannot be had, at its founding or later.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Clock(#[from] ClockRefused),
    #[error(transparent)]
    Restore(#[from] RestoreError),
    #[error(transparent)]
    Origin(#[from] InvalidOrigin),
}

/// Why a ledger was not founded.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    #[error(
        "{0} holds something already: found a ledger in an empty directory; \
         what a founding that failed left there (it has no journal/) may be removed"
    )]
    NotEmpty(PathBuf),
    #[error("cannot write {path}")]
    Write { path: PathBuf, source: io::Error },
    #[error("the founding is not well formed")]
    Malformed(#[from] Malformed),
    #[error(transparent)]
    Unverified(#[from] Unverified),
    #[error(transparent)]
    Rejected(#[from] Rejection),
    #[error("the first commit failed: {0}")]
    Commit(String),
    #[error("the checkpoint key is not the one that the founding names: give the one that all founders signed for")]
    OtherCheckpointKey,
    #[error(transparent)]
    Part(#[from] PartError),
    #[error(transparent)]
    NotQueued(#[from] NotQueued),
}

/// Founds a ledger in an empty or new directory: the founding enters as entry 0
/// by the same path as every later submission.
pub async fn found(directory: &Directory, founding: Founding, segment_bytes: u64) -> Result<LedgerId, InitError> {
    let clock = RunningClock::start(None).map_err(PartError::from)?;
    found_by(directory, founding, segment_bytes, Arc::new(clock)).await
}

/// The same, by another clock.
pub async fn found_by(
    directory: &Directory,
    founding: Founding,
    segment_bytes: u64,
    clock: Arc<dyn Clock>,
) -> Result<LedgerId, InitError> {
    let submitted = wire::parse_submitted(Bytes::from(founding.envelope), vec![Bytes::from(founding.event)])?;
    let EnvelopeContent::Submission(content) = &submitted.envelope.content else {
        return Err(InitError::Commit("the founding is a submission".into()));
    };
    let id = LedgerId(content.digest.0);
    let origin = origin_of(content, &founding.checkpoint_key)?;
    let verified = policy::verify(submitted, &policy::Registry::default())?;
    prepare(directory, &founding.checkpoint_key)?;
    let options = Options { segment_bytes, ..Options::default() };
    let journal = SegmentJournal::create(directory.path(), id, options).map_err(PartError::from)?;
    let journal: Arc<dyn Journal> = Arc::new(journal);
    let signer = CheckpointSigner::new(&origin, founding.checkpoint_key).map_err(PartError::from)?;
    let admission = directory.admission(&journal, &signer, &mut |_, _| {})?;
    let (sequencer, running) = Sequencer::start(Parts { journal, admission, clock, signer });
    let outcome = sequencer.submit(verified).await;
    sequencer.stop();
    running.join();
    match outcome? {
        Outcome::Accepted { .. } => Ok(id),
        Outcome::Rejected(rejection) => Err(rejection.into()),
        Outcome::Halted(reason) => Err(InitError::Commit(reason)),
        Outcome::Repeated { .. } => unreachable!("an empty journal repeats nothing"),
    }
}

fn origin_of(content: &SubmittedEvents, key: &SigningKey) -> Result<Box<str>, InitError> {
    match founded_in(content) {
        Some(founded) if founded.checkpoint_key == *key.public() => Ok(founded.origin.clone()),
        _ => Err(InitError::OtherCheckpointKey),
    }
}

fn prepare(directory: &Directory, key: &SigningKey) -> Result<(), InitError> {
    let path = directory.path();
    let failed = |source| InitError::Write { path: path.to_owned(), source };
    if fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(InitError::NotEmpty(path.to_owned()));
    }
    let file = directory.checkpoint_key();
    create_private(file.parent().expect("the key lies in a folder")).map_err(failed)?;
    Ok(key.write_file(&file).map_err(PartError::from)?)
}

/// Creates what is missing of a directory, for its owner alone: what was recorded
/// is for those whom the service answers, and a lock that others can open they can hold.
fn create_private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Why a ledger is not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{0} holds no ledger: found one with `merestone init`")]
    NoLedger(PathBuf),
    #[error("{path} is not the checkpoint key that the ledger was founded with; put that one back")]
    OtherCheckpointKey { path: PathBuf },
    #[error("the journal holds no founding: its first entry is not there; bring the whole journal back")]
    NotFounded,
    #[error("the newest checkpoint is not signed by this ledger: run `merestone audit --dir`")]
    UnsignedCheckpoint(#[from] CheckpointInvalid),
    #[error("the newest checkpoint, at size {size}, signs another tree of size {signed}: run `merestone audit --dir`")]
    OtherCheckpoint { size: Size, signed: Size },
    #[error(transparent)]
    Part(#[from] PartError),
    #[error(transparent)]
    ReadModels(#[from] ReadModelError),
    #[error("{path} cannot be created")]
    Create { path: PathBuf, source: io::Error },
}

/// Starts the clock of a ledger whose newest entry has this time.
pub type StartClock<'a> = dyn Fn(&Settings, Option<RecordingTime>) -> Result<Arc<dyn Clock>, ClockRefused> + 'a;

fn running_clock(settings: &Settings, newest: Option<RecordingTime>) -> Result<Arc<dyn Clock>, ClockRefused> {
    Ok(Arc::new(RunningClock::start_confirmed(newest, settings.clock_confirmed_on)?))
}

impl Directory {
    /// Opens the ledger for serving: recovers the journal, restores the admission
    /// state, opens the read models. Creates no ledger. `progress` hears
    /// (entries read, entries to read).
    pub fn open(
        &self,
        settings: &Settings,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(NodeParts, Recovery), OpenError> {
        self.open_by(settings, &running_clock, progress)
    }

    /// The same, by the clock that `start` gives beside the settings and the newest
    /// entry's time.
    pub fn open_by(
        &self,
        settings: &Settings,
        start: &StartClock<'_>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(NodeParts, Recovery), OpenError> {
        if !self.path().join("journal").is_dir() {
            return Err(OpenError::NoLedger(self.path().to_owned()));
        }
        for path in self.open_to_others() {
            tracing::warn!(path = %path.display(), "other users of this machine can enter it: chmod it to 0700");
        }
        let options = Options { segment_bytes: settings.segment_bytes, ..Options::default() };
        let (journal, recovery) = SegmentJournal::open(self.path(), options).map_err(PartError::from)?;
        let headers = journal.ledger_id();
        let journal: Arc<dyn Journal> = Arc::new(journal);
        let clock = start(settings, journal.head().recorded_at).map_err(PartError::from)?;
        let index = self.index();
        create_private(&index).map_err(|source| OpenError::Create { path: index.clone(), source })?;
        let signer = self.signer(&*journal)?;
        let admission = self.admission(&journal, &signer, progress)?;
        if let Some(founded) = admission.registry().ledger().map(|ledger| ledger.id).filter(|id| *id != headers) {
            let place = self.path().join("journal").display().to_string();
            let detail = format!("its segments belong to ledger {headers}, and entry 0 founds {founded}");
            return Err(PartError::from(JournalError::Foreign { place, detail }).into());
        }
        let (models, opened) = ReadModels::open(&self.read_models(), settings.read_model_cache_bytes)?;
        tracing::info!(?opened, size = models.position().size.0, "read models opened");
        Ok((NodeParts { journal, admission, models, clock, signer }, recovery))
    }

    /// The directory and its folders, as far as others than the owner can enter them.
    fn open_to_others(&self) -> impl Iterator<Item = PathBuf> {
        let journal = self.path().join("journal");
        let open = |path: &PathBuf| path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
        [self.0.clone(), journal, self.index(), self.read_models()].into_iter().filter(open)
    }

    /// What decisions need to know of the entries before.
    fn admission(
        &self,
        journal: &Arc<dyn Journal>,
        signer: &CheckpointSigner,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Admission, PartError> {
        let (index, seal) = (self.index(), signer.seal());
        Ok(Admission::restore(&index, Arc::clone(journal), limits::ID_RUN_KEYS, &seal, progress)?)
    }

    /// The signer that the founding names, which must have signed the newest head.
    fn signer(&self, journal: &dyn Journal) -> Result<CheckpointSigner, OpenError> {
        let founded = founding_of(journal)?;
        let path = self.checkpoint_key();
        let key = SigningKey::read_file(&path).map_err(PartError::from)?;
        if *key.public() != founded.checkpoint_key {
            return Err(OpenError::OtherCheckpointKey { path });
        }
        let signer = CheckpointSigner::new(&founded.origin, key).map_err(PartError::from)?;
        let Head { tree, checkpoint, .. } = journal.head();
        let signed = signer.verifier().verify(&checkpoint.unwrap_or_default())?;
        if signed == tree {
            Ok(signer)
        } else {
            Err(OpenError::OtherCheckpoint { size: tree.size, signed: signed.size })
        }
    }
}

fn founding_of(journal: &dyn Journal) -> Result<LedgerFounded, OpenError> {
    let stored = journal.read(Index(0), ReadLimit::ONE).map_err(PartError::from)?;
    let stored = stored.first().ok_or(OpenError::NotFounded)?;
    let unreadable = |source| PartError::from(RestoreError::Entry { index: Index(0), source });
    let entry = wire::read_entry(stored).map_err(unreadable)?;
    let EnvelopeContent::Submission(content) = entry.envelope.content else { return Err(OpenError::NotFounded) };
    founded_in(&content).cloned().ok_or(OpenError::NotFounded)
}

fn founded_in(content: &SubmittedEvents) -> Option<&LedgerFounded> {
    content.events.iter().find_map(|event| match &event.body {
        Body::Registry(RegistryBody::LedgerFounded(founded)) => Some(&**founded),
        Body::Registry(_) | Body::Shared(_) | Body::Treaty(_) | Body::Minefield(_) => None,
    })
}
