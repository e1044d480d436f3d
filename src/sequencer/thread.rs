//! The thread: gather, decide, commit, reply.

use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use crossbeam_channel::Receiver;
use tokio::sync::watch;

use super::{
    Message, Outcome, Published, ServiceState, Waiting,
    batch::{Decided, Decision, Gathered},
    publish_state,
};
use crate::{
    admission::Admission,
    checkpoint::{CheckpointSigner, CheckpointVerifier, Receipt},
    clock::Clock,
    domain::{Entry, EnvelopeContent, Index, RecordingTime, SubmittedEvents},
    journal::{Appended, Batch, Head, Journal, ReadLimit, Record},
    policy::{self, Known},
    wire::{self, Submitted},
};

pub(super) struct SequencerThread {
    pub messages: Receiver<Message>,
    /// A submission that did not fit into the batch before.
    pub carried: Option<Waiting>,
    pub journal: Arc<dyn Journal>,
    pub admission: Arc<RwLock<Admission>>,
    pub clock: Arc<dyn Clock>,
    pub signer: CheckpointSigner,
    pub verifier: CheckpointVerifier,
    pub publish: Arc<watch::Sender<Arc<Published>>>,
}

impl SequencerThread {
    /// Runs until it is told to stop or a commit fails.
    pub fn run(mut self) {
        while let Some(gathered) = self.gather() {
            if let Some(reason) = self.halted() {
                refuse(gathered, &reason);
                continue;
            }
            let sequenced = self.decide(gathered).and_then(|decided| self.commit(decided));
            match sequenced {
                Ok(decided) => self.reply(decided),
                Err(reason) => self.halt(reason),
            }
        }
        self.close();
    }

    /// The next batch: waits for one submission, then takes what else is there.
    fn gather(&mut self) -> Option<Gathered> {
        let mut gathered = Gathered::default();
        let first = match self.carried.take() {
            Some(waiting) => waiting,
            None => match self.messages.recv() {
                Ok(Message::Submission(waiting)) => waiting,
                Ok(Message::Stop) | Err(_) => return None,
            },
        };
        let mut next = Some(first);
        while let Some(waiting) = next {
            if let Err(full) = gathered.take(waiting) {
                self.carried = Some(full);
                break;
            }
            next = match self.messages.try_recv() {
                Ok(Message::Submission(waiting)) => Some(waiting),
                Ok(Message::Stop) => {
                    self.stop_after_this();
                    None
                }
                Err(_) => None,
            };
        }
        Some(gathered)
    }

    /// Decides each in order and admits what enters, so that the next decision
    /// sees it. If the batch is not committed, the ledger halts with it.
    fn decide(&self, gathered: Gathered) -> Result<Decided, String> {
        let mut admission = self.admission();
        let mut decided = Decided::default();
        for waiting in gathered.waiting {
            let Waiting { submitted, dry_run, reply, .. } = waiting;
            let at = self.next_time(&admission);
            let decision = decide_one(&mut admission, submitted, dry_run, at, &mut decided.records)?;
            decided.replies.push((reply, decision));
        }
        Ok(decided)
    }

    /// Makes the batch durable: root, signed checkpoint, one write, one
    /// fdatasync; then everybody may see it.
    fn commit(&self, decided: Decided) -> Result<Decided, String> {
        if decided.records.is_empty() {
            return Ok(decided);
        }
        let expected = self.publish.borrow().head.tree;
        let tree = self.admission().head().ok_or("a stored tree hash cannot be read")?;
        let checkpoint = self.signer.sign(tree);
        let batch = Batch { records: decided.records, head: tree, checkpoint };
        match self.journal.append(expected, &batch) {
            Appended::Landed => {}
            Appended::Conflict(head) => {
                return Err(format!("another writer moved the journal to size {}", head.tree.size));
            }
            Appended::Unknown(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "commit failed");
                return Err(format!("a commit failed and may or may not have landed: {error}"));
            }
        }
        let recorded_at = batch.records.last().map(|record| record.recorded_at);
        self.publish_head(Head { tree, recorded_at, checkpoint: Some(batch.checkpoint) });
        self.admission().written().map_err(|error| error.to_string())?;
        Ok(Decided { records: Vec::new(), replies: decided.replies })
    }

    fn publish_head(&self, head: Head) {
        let registry = Arc::clone(self.admission().registry());
        self.publish.send_modify(|published| {
            let state = published.state.clone();
            *published = Arc::new(Published { head, policy: registry.policy(), registry, state });
        });
    }

    /// Tells everybody, now that what they hear is durable.
    fn reply(&self, decided: Decided) {
        let head = self.publish.borrow().head.clone();
        for (reply, decision) in decided.replies {
            let outcome = match decision {
                Decision::Rejected(rejection) => Outcome::Rejected(rejection),
                Decision::WouldEnter { findings } => {
                    Outcome::Accepted { receipt: Receipt::of_nothing(), findings }
                }
                Decision::Entered { index, findings } => match self.receipt(index, &head) {
                    Some(receipt) => Outcome::Accepted { receipt, findings },
                    None => Outcome::Halted("a proof cannot be made".into()),
                },
                Decision::Repeated { index } => match self.first_receipt(index) {
                    Some(receipt) => Outcome::Repeated { receipt },
                    None => Outcome::Halted("an earlier receipt cannot be made again".into()),
                },
            };
            // Whoever does not wait any more can ask again: the same bytes give the same receipt.
            let _ = reply.send(outcome);
        }
    }
}
