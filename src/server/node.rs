//! A node: the journal with everything that runs on it, without a network.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{ahead::Ahead, answers::Answers, convert, errors::Refused, lately::Lately, reading::Places};
use crate::{
    admission::{Admission, AdmissionError, KnownBefore},
    checkpoint::{CheckpointSigner, CheckpointVerifier},
    clock::Clock,
    domain::{Entry, EnvelopeContent, RecordingTime, Size, TreeHash},
    journal::{Journal, StoredRecord},
    limits,
    policy::{self, Registry, Remarks},
    projections::{Follow, FollowError, Followed, Follower, ModelPosition, ReadModels, View},
    sequencer::{Parts, Running, Sequencer},
    wire::{self, proto},
};

/// The running parts of a ledger.
#[derive(Debug)]
pub struct Node {
    pub(super) journal: Arc<dyn Journal>,
    pub(super) sequencer: Sequencer,
    pub(super) models: Arc<ReadModels>,
    pub(super) verifier: CheckpointVerifier,
    pub(super) clock: Arc<dyn Clock>,
    follower: Follower,
    running: Mutex<Option<Running>>,
    /// Places of streams that may stay open for long.
    streams: Arc<Semaphore>,
    /// Bytes of submissions that came on streams and are not answered.
    pub(super) streamed: Arc<Semaphore>,
    /// Bytes of entries that were read for clients and not sent to them yet.
    pub(super) answers: Answers,
    /// Bytes of large chunks that replays made ahead of their clients.
    pub(super) ahead: Ahead,
    /// Entries that answers were told from lately.
    pub(super) lately: Lately,
    /// Where questions to the read models are answered.
    pub(super) places: Places,
    minimum_size_wait: Duration,
}

/// What a node is made of.
#[derive(Debug)]
pub struct NodeParts {
    pub journal: Arc<dyn Journal>,
    pub admission: Admission,
    pub models: ReadModels,
    pub clock: Arc<dyn Clock>,
    pub signer: CheckpointSigner,
}

impl Node {
    /// Starts the sequencer and the follower. Read models that are not of this
    /// history are built anew.
    pub fn start(parts: NodeParts) -> Result<Arc<Self>, FollowError> {
        Self::start_with_wait(parts, limits::MINIMUM_SIZE_WAIT)
    }

    /// The same, with another limit for reads that wait for a size.
    pub fn start_with_wait(parts: NodeParts, minimum_size_wait: Duration) -> Result<Arc<Self>, FollowError> {
        let NodeParts { journal, admission, models, clock, signer } = parts;
        let models = Arc::new(of_this_history(models, &admission)?);
        let verifier = signer.verifier();
        let registry = admission.registry().as_of(models.position().size);
        let sequencer_parts = Parts { journal: Arc::clone(&journal), admission, clock: Arc::clone(&clock), signer };
        let (sequencer, running) = Sequencer::start(sequencer_parts);
        let reader = Reader { registry, sequencer: sequencer.clone() };
        let follower = follow(&models, &journal, &sequencer, reader)?;
        let running = Mutex::new(Some(running));
        let streams = Arc::new(Semaphore::new(limits::STREAMS));
        let streamed = Arc::new(Semaphore::new(limits::STREAMED_BYTES));
        let answers = Answers::new(limits::ANSWER_BYTES);
        Ok(Arc::new(Self {
            journal,
            sequencer,
            models,
            verifier,
            clock,
            follower,
            running,
            streams,
            streamed,
            answers,
            ahead: Ahead::new(limits::REPLAY_AHEAD_BYTES),
            lately: Lately::default(),
            places: Places::default(),
            minimum_size_wait,
        }))
    }

    /// The way to submit without a network.
    pub fn sequencer(&self) -> &Sequencer {
        &self.sequencer
    }

    /// The read models.
    pub fn models(&self) -> &ReadModels {
        &self.models
    }

    /// The verifier of this ledger's checkpoints.
    pub fn verifier(&self) -> &CheckpointVerifier {
        &self.verifier
    }

    /// How far the read models are, to follow.
    pub fn model_positions(&self) -> watch::Receiver<ModelPosition> {
        self.follower.positions()
    }

    /// Waits until the read models hold at least so many entries.
    pub async fn wait_for_models(&self, size: Size) -> Result<(), Refused> {
        self.follower.wait_for(size, self.minimum_size_wait).await?;
        Ok(())
    }

    /// A place for a stream, if one is free.
    pub(super) fn stream_place(&self) -> Result<OwnedSemaphorePermit, Refused> {
        Arc::clone(&self.streams).try_acquire_owned().map_err(|_| Refused::too_many_streams())
    }

    /// The read models as of what a read asks for.
    pub(super) async fn view_at(&self, read_at: Option<proto::ReadAt>) -> Result<View<'_>, Refused> {
        Ok(self.models.at(self.resolve(read_at).await?)?)
    }

    /// The size that a read answers for: never beyond what is durable and folded.
    pub(super) async fn resolve(&self, read_at: Option<proto::ReadAt>) -> Result<Size, Refused> {
        use proto::read_at::KnownAt;
        let read_at = read_at.unwrap_or_default();
        self.wait_for_models(Size(read_at.minimum_size)).await?;
        match read_at.known_at {
            None => Ok(self.models.position().size),
            Some(KnownAt::Size(size)) => Ok(Size(size)),
            Some(KnownAt::Time(time)) => {
                let time = wire::recording_time(&time).ok_or_else(|| Refused::no_time("read_at.time"))?;
                let now = self.newest_time()?;
                if time > now {
                    return Err(Refused::time_to_come(time, now));
                }
                // What was decided by now may still be on its way here; what comes later is later.
                if self.models.now().holds_at()?.recorded_at.is_none_or(|newest| newest <= time) {
                    self.wait_for_models(self.sequencer.with_admission(|admission| admission.head().size)).await?;
                }
                Ok(self.models.size_at(time)?)
            }
        }
    }

    /// The time up to which it is settled what the ledger knew: that of the clock, and no
    /// earlier than the newest entry's.
    fn newest_time(&self) -> Result<RecordingTime, Refused> {
        let newest = self.models.now().holds_at()?.recorded_at;
        Ok(newest.map_or(self.clock.now(), |newest| newest.max(self.clock.now())))
    }

    /// Finishes what is queued and makes everything durable. Blocks until then.
    pub fn stop(&self) {
        self.sequencer.stop();
        if let Some(running) = self.running.lock().unwrap_or_else(PoisonError::into_inner).take() {
            running.join();
        }
        if let Err(error) = self.follower.stop() {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the read models stopped early; the next start catches up"
            );
        }
    }
}

fn of_this_history(models: ReadModels, admission: &Admission) -> Result<ReadModels, FollowError> {
    let position = models.position();
    if admission.tree().root_at(position.size.0) == Ok(position.root) {
        return Ok(models);
    }
    tracing::warn!(size = position.size.0, "the read models are of another history and are built anew");
    Ok(models.discard()?)
}

fn follow(
    models: &Arc<ReadModels>,
    journal: &Arc<dyn Journal>,
    sequencer: &Sequencer,
    reader: Reader,
) -> Result<Follower, FollowError> {
    let mut published = sequencer.follow();
    let (heads, follow_heads) = watch::channel(published.borrow().head.tree);
    tokio::spawn(async move {
        while published.changed().await.is_ok() {
            heads.send_replace(published.borrow_and_update().head.tree);
        }
    });
    Follower::start(Arc::clone(models), Arc::clone(journal), follow_heads, reader)
}

/// Reads records for the fold, with the findings of the policy that held there.
struct Reader {
    registry: Registry,
    sequencer: Sequencer,
}

impl Node {
    /// What an answer from a view holds for.
    pub(super) fn holds_at(&self, view: View<'_>) -> Result<proto::HoldsAt, Refused> {
        let root = self.sequencer.prove(|admission| admission.tree().root_at(view.size().0))?;
        Ok(convert::holds_at(view.holds_at()?, root))
    }
}

impl Follow for Reader {
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn read(&mut self, stored: &StoredRecord) -> Result<Followed, Self::Error> {
        let entry = wire::read_entry(stored)?;
        let Remarks { findings, sign_offs } = self.remark(&entry).ok_or(AdmissionError::Unsound)?;
        if let EnvelopeContent::Submission(submitted) = &entry.envelope.content {
            self.registry.apply(submitted, entry.index, entry.recorded_at);
        }
        Ok(Followed { entry, findings, sign_offs })
    }

    fn root_at(&self, size: Size) -> Option<TreeHash> {
        self.sequencer.with_admission(|admission| admission.tree().root_at(size.0).ok())
    }
}

impl Reader {
    /// As it was remarked with the entry; `None` where a look-up failed.
    fn remark(&self, entry: &Entry) -> Option<Remarks> {
        let (content, at, size) = (&entry.envelope.content, entry.recorded_at, Size(entry.index.0));
        self.sequencer.with_admission(|admission| {
            let remarks = policy::remark(content, at, &self.registry, &KnownBefore::new(admission, size));
            admission.is_sound().then_some(remarks)
        })
    }
}
