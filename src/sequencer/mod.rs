//! The write path: one thread that decides, commits and answers, in batches.
//!
//! ```text
//! submit -> queue (bounded, counted in bytes) -> gather a batch -> decide each, give index and time
//!        -> root, signed checkpoint -> journal: one write, one fdatasync -> publish -> reply with receipts
//! ```
//!
//! Promises: no outcome leaves before what it depends on is durable (I2); one
//! commit at a time, each naming the head that it extends (I10); after a commit
//! whose fate is unknown nothing is accepted any more (I9); the queue is bounded
//! (I8); dry runs are decided beside the thread and never delay it. Leaves to others: form and signatures (before), projections (after).

mod batch;
mod dry_run;
mod thread;
mod verdict;

use std::{
    sync::{Arc, RwLock},
    thread::JoinHandle,
};

use crossbeam_channel::{Sender, TrySendError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};

use crate::{
    admission::{Admission, ProveError},
    checkpoint::{CheckpointSigner, Receipt},
    clock::Clock,
    domain::{Finding, PolicyNumber},
    journal::{Head, Journal},
    limits,
    merkle::NotProved,
    policy::{Registry, Rejection, Verified},
    telemetry::chain,
    wire::Submitted,
};

pub use dry_run::{DryRun, DryRunPlace};
pub use verdict::LeftOut;

/// The state that everybody may see: everything in it is durable.
#[derive(Clone, Debug)]
pub struct Published {
    pub head: Head,
    pub registry: Arc<Registry>,
    pub policy: PolicyNumber,
    pub state: ServiceState,
    /// The service ends, halted or not: streams that wait for more end with it.
    pub ending: bool,
}

/// Whether the ledger takes submissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceState {
    Serving,
    /// The operator must act; the reason is for people.
    Halted(String),
    ShuttingDown,
}

/// What became of a submission.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is durable, included and proved.
    Accepted {
        receipt: Receipt,
        findings: Vec<Finding>,
    },
    /// These bytes were accepted before: the first receipt again.
    Repeated {
        receipt: Receipt,
        /// Remarks on the sign-offs that came with them and entered now.
        findings: Vec<Finding>,
        /// Those that may not enter.
        left_out: Vec<LeftOut>,
    },
    Rejected(Rejection),
    /// Nothing is accepted any more.
    Halted(String),
}

/// Why a submission did not get into the queue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotQueued {
    #[error("the ledger is busy: come back in {} ms", limits::RETRY_AFTER.as_millis())]
    Busy,
    #[error("the ledger is shutting down: submit again when it is back; nothing entered")]
    ShuttingDown,
}

/// The way to the sequencer's thread.
#[derive(Clone, Debug)]
pub struct Sequencer {
    queue: Sender<Message>,
    bytes: Arc<Semaphore>,
    published: watch::Receiver<Arc<Published>>,
    halt: Arc<watch::Sender<Arc<Published>>>,
    admission: Arc<RwLock<Admission>>,
    dry_runs: dry_run::DryRuns,
    /// Changes when the thread has ended.
    ended: watch::Receiver<()>,
}

/// What the sequencer works with.
#[derive(Debug)]
pub struct Parts {
    pub journal: Arc<dyn Journal>,
    pub admission: Admission,
    pub clock: Arc<dyn Clock>,
    pub signer: CheckpointSigner,
}

/// The sequencer's thread; join it after [`Sequencer::stop`].
#[derive(Debug)]
pub struct Running(JoinHandle<()>);

/// What travels through the queue.
enum Message {
    Submission(Waiting),
    Stop,
}

/// A submission that waits for its outcome.
struct Waiting {
    submitted: Submitted,
    reply: oneshot::Sender<Outcome>,
    /// Its share of the queue's bytes, given back when it leaves the queue.
    _bytes: OwnedSemaphorePermit,
}

impl Sequencer {
    /// Starts the thread behind a restored admission state.
    pub fn start(parts: Parts) -> (Self, Running) {
        let (queue, messages) = crossbeam_channel::bounded(limits::QUEUE_SUBMISSIONS);
        let published = Published {
            head: parts.journal.head(),
            registry: Arc::clone(parts.admission.registry()),
            policy: parts.admission.registry().policy(),
            state: ServiceState::Serving,
            ending: false,
        };
        let (publish, published) = watch::channel(Arc::new(published));
        let publish = Arc::new(publish);
        let admission = Arc::new(RwLock::new(parts.admission));
        let dry_runs = dry_run::DryRuns::new(Arc::clone(&admission), Arc::clone(&parts.clock));
        let (alive, ended) = watch::channel(());
        let thread = thread::SequencerThread {
            messages,
            carried: None,
            stopping: false,
            journal: parts.journal,
            admission: Arc::clone(&admission),
            clock: parts.clock,
            verifier: parts.signer.verifier(),
            signer: parts.signer,
            publish: Arc::clone(&publish),
            _alive: alive,
        };
        let running = std::thread::Builder::new()
            .name("sequencer".into())
            .spawn(move || thread.run())
            .expect("a thread can be started at start");
        let bytes = Arc::new(Semaphore::new(limits::QUEUE_BYTES));
        (Self { queue, bytes, published, halt: publish, admission, dry_runs, ended }, Running(running))
    }

    /// Submits what was verified and waits for its outcome.
    pub async fn submit(&self, verified: Verified) -> Result<Outcome, NotQueued> {
        let submitted = verified.into_submitted();
        let bytes = u32::try_from(batch::cost(&submitted)).map_err(|_| NotQueued::Busy)?;
        let permit = Arc::clone(&self.bytes).try_acquire_many_owned(bytes).map_err(|_| NotQueued::Busy)?;
        let (reply, outcome) = oneshot::channel();
        let waiting = Waiting { submitted, reply, _bytes: permit };
        match self.queue.try_send(Message::Submission(waiting)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(NotQueued::Busy),
            Err(TrySendError::Disconnected(_)) => return self.unanswered(),
        }
        let mut ended = self.ended.clone();
        let answered = tokio::select! {
            biased;
            outcome = outcome => outcome.ok(),
            // What is in the queue then stays there: nobody will answer.
            _ = ended.changed() => None,
        };
        if let Some(outcome) = answered {
            return Ok(outcome);
        }
        // The error is the news: the thread's end of the channel is gone.
        let _ended = ended.changed().await;
        self.unanswered()
    }

    /// The thread ended before it answered: by a shutdown, which leaves what it did
    /// not take undecided, or by a panic, which leaves doubt.
    fn unanswered(&self) -> Result<Outcome, NotQueued> {
        match &self.published.borrow().state {
            ServiceState::Halted(reason) => Ok(Outcome::Halted(reason.clone())),
            ServiceState::Serving | ServiceState::ShuttingDown => Err(NotQueued::ShuttingDown),
        }
    }

    /// A place for a dry run, or busy: to be asked for before the draft is looked at.
    pub fn dry_run_place(&self) -> Result<DryRunPlace, NotQueued> {
        self.dry_runs.place()
    }

    /// Decides beside the thread what would become of a draft; nothing enters.
    pub async fn dry_run(&self, place: DryRunPlace, draft: Submitted) -> Result<DryRun, NotQueued> {
        self.dry_runs.decide(place, draft, self.follow()).await
    }

    /// The newest durable state.
    pub fn published(&self) -> Arc<Published> {
        Arc::clone(&self.published.borrow())
    }

    /// To follow the durable state.
    pub fn follow(&self) -> watch::Receiver<Arc<Published>> {
        self.published.clone()
    }

    /// Reads the admission state. It may be ahead of what is durable: bound every
    /// question by [`Sequencer::published`].
    pub fn with_admission<T>(&self, read: impl FnOnce(&Admission) -> T) -> T {
        read(&self.admission.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Proves with the admission state; stored hashes that are at fault are put
    /// right first. If that cannot be, the ledger halts (I9).
    pub fn prove<T>(&self, prove: impl Fn(&Admission) -> Result<T, NotProved>) -> Result<T, ProveError> {
        match self.with_admission(&prove) {
            Ok(proved) => Ok(proved),
            Err(NotProved::Beyond) => Err(ProveError::Beyond),
            Err(NotProved::Stored) => {
                let mut admission = self.admission.write().unwrap_or_else(std::sync::PoisonError::into_inner);
                let proved = admission.prove(prove);
                if let Err(error @ ProveError::NotMended(_)) = &proved {
                    self.halt(&chain(error));
                }
                proved
            }
        }
    }

    /// Halts the ledger: somebody showed a contradiction (I9).
    pub fn halt(&self, reason: &str) {
        halt(&self.halt, reason);
    }

    /// Tells everybody that the end is near: streams that wait for more end, and
    /// what is under way is still decided.
    pub fn announce_shutdown(&self) {
        publish_state(&self.halt, ServiceState::ShuttingDown);
    }

    /// Lets the thread finish what is queued, make everything durable and end.
    pub fn stop(&self) {
        // A full queue drains by itself; a closed one has stopped already.
        let _ = self.queue.send(Message::Stop);
    }
}

impl Running {
    /// Waits for the thread's end.
    pub fn join(self) {
        if self.0.join().is_err() {
            tracing::error!("the sequencer's thread panicked");
        }
    }
}

/// Nothing is accepted from now on. The log tells it once, the state to its end.
fn halt(publish: &watch::Sender<Arc<Published>>, reason: &str) {
    if !matches!(publish.borrow().state, ServiceState::Halted(_)) {
        tracing::error!(reason, "halted: the operator must act");
    }
    publish_state(publish, ServiceState::Halted(reason.to_owned()));
}

/// Changes the state that everybody sees; a halted ledger stays halted to its end.
fn publish_state(publish: &watch::Sender<Arc<Published>>, state: ServiceState) {
    publish.send_modify(|published| {
        let published = Arc::make_mut(published);
        published.ending |= state == ServiceState::ShuttingDown;
        if !matches!(published.state, ServiceState::Halted(_)) {
            published.state = state;
        }
    });
}
