//! The thread: gather, decide, commit, reply.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crossbeam_channel::Receiver;
use tokio::sync::watch;

use super::{
    Message, Outcome, Published, ServiceState, Waiting,
    batch::{Decided, Decision, Gathered},
    halt, publish_state,
    verdict::{self, Verdict},
};
use crate::{
    admission::Admission,
    checkpoint::{CheckpointSigner, CheckpointVerifier, Receipt, leaf_hash},
    clock::Clock,
    crypto::sha256,
    domain::{Entry, EnvelopeDigest, Index, RecordingTime, SignOffState},
    journal::{Appended, Batch, Head, Journal, ReadLimit, Record},
    policy::{Known, Remarks},
    telemetry::chain,
    wire::Submitted,
};

/// Why nothing is decided when a look-up failed: "absent" would let the same thing
/// enter twice.
pub(super) const UNSOUND: &str = "an id in index/ids or an earlier entry cannot be read: see the log for the file, run \
     `merestone audit --dir`, restore the disk or remove index/, then start again; index/ is built anew from the journal";

pub(super) struct SequencerThread {
    pub messages: Receiver<Message>,
    /// A submission that did not fit into the batch before.
    pub carried: Option<Waiting>,
    /// No more is taken from the queue.
    pub stopping: bool,
    pub journal: Arc<dyn Journal>,
    pub admission: Arc<RwLock<Admission>>,
    pub clock: Arc<dyn Clock>,
    pub signer: CheckpointSigner,
    pub verifier: CheckpointVerifier,
    pub publish: Arc<watch::Sender<Arc<Published>>>,
    /// Goes with the thread, after it said how it ended.
    pub _alive: watch::Sender<()>,
}

impl SequencerThread {
    /// Runs until it is told to stop. A halted ledger goes on answering, with its no.
    pub fn run(mut self) {
        let _panicked = HaltOnPanic(Arc::clone(&self.publish));
        while let Some(mut gathered) = self.gather() {
            let mut decided = Decided::default();
            let sequenced = self.decide(&mut gathered, &mut decided).and_then(|()| self.commit(&mut decided));
            match sequenced {
                Ok(()) => self.reply(decided),
                Err(reason) => self.halt(&reason, gathered, decided),
            }
        }
        self.close();
    }

    /// The next batch: waits for one submission, then takes what else is there.
    fn gather(&mut self) -> Option<Gathered> {
        let mut gathered = Gathered::default();
        let mut next = self.carried.take().or_else(|| self.wait());
        while let Some(waiting) = next {
            if let Err(full) = gathered.take(waiting) {
                self.carried = Some(full);
                break;
            }
            next = self.messages.try_recv().ok().and_then(|message| self.open(message));
        }
        Some(gathered).filter(|gathered| !gathered.waiting.is_empty())
    }

    fn wait(&mut self) -> Option<Waiting> {
        if self.stopping {
            return None;
        }
        self.messages.recv().ok().and_then(|message| self.open(message))
    }

    fn open(&mut self, message: Message) -> Option<Waiting> {
        match message {
            Message::Submission(waiting) => Some(waiting),
            Message::Stop => {
                self.stopping = true;
                None
            }
        }
    }

    /// Decides each in order and admits what enters, so that the next decision
    /// sees it. If the batch is not committed, the ledger halts with it.
    fn decide(&self, gathered: &mut Gathered, decided: &mut Decided) -> Result<(), String> {
        if let ServiceState::Halted(reason) = &self.publish.borrow().state {
            return Err(reason.clone());
        }
        let mut admission = self.admission();
        while let Some(waiting) = gathered.waiting.pop_front() {
            let at = self.clock.now().max(admission.recorded_at().unwrap_or_default());
            let Waiting { submitted, reply, _bytes } = waiting;
            match decide_one(&mut admission, submitted, at) {
                Ok((decision, record)) => {
                    decided.records.extend(record);
                    decided.replies.push((reply, decision));
                }
                Err(reason) => {
                    // Who hears it finds the service halted already.
                    halt(&self.publish, &reason);
                    let _ = reply.send(Outcome::Halted(reason.clone()));
                    return Err(reason);
                }
            }
        }
        Ok(())
    }

    /// Makes the batch durable: root, signed checkpoint, one write, one
    /// fdatasync; then everybody may see it.
    fn commit(&self, decided: &mut Decided) -> Result<(), String> {
        if decided.records.is_empty() {
            return Ok(());
        }
        let records = std::mem::take(&mut decided.records);
        let recorded_at = records.last().map(|record| record.recorded_at);
        let tree = self.newest().head();
        let batch = Batch { records, head: tree, checkpoint: self.signer.sign(tree) };
        let expected = self.publish.borrow().head.tree;
        match self.journal.append(expected, &batch) {
            Appended::Landed => self.publish_head(Head { tree, recorded_at, checkpoint: Some(batch.checkpoint) }),
            Appended::Conflict(head) => {
                let size = head.tree.size;
                return Err(format!(
                    "another writer moved the journal to size {size}: find it, and let one alone write"
                ));
            }
            Appended::Unknown(error) => {
                return Err(format!("a commit failed and may or may not have landed: {}", chain(&error)));
            }
        }
        self.admission().written().map_err(|error| chain(&error))
    }

    fn publish_head(&self, head: Head) {
        let registry = Arc::clone(self.newest().registry());
        self.publish.send_modify(|published| {
            let (state, ending) = (published.state.clone(), published.ending);
            *published = Arc::new(Published { head, policy: registry.policy(), registry, state, ending });
        });
    }

    /// Tells everybody, now that what they hear is durable.
    fn reply(&self, decided: Decided) {
        let head = self.publish.borrow().head.clone();
        for (reply, decision) in decided.replies {
            let outcome = match decision {
                Decision::Rejected(rejection) => Outcome::Rejected(rejection),
                Decision::Entered { index, recorded_at, envelope, findings } => {
                    let receipt = self.prove(index, recorded_at, envelope, &head);
                    receipt.map_or_else(|why| self.no_proof(why), |receipt| Outcome::Accepted { receipt, findings })
                }
                Decision::Repeated { index, findings, left_out } => {
                    let receipt = self.first_receipt(index);
                    let repeated = |receipt| Outcome::Repeated { receipt, findings, left_out };
                    receipt.map_or_else(|why| self.no_proof(why), repeated)
                }
            };
            // Whoever does not wait any more can ask again: the same bytes give the same receipt.
            let _ = reply.send(outcome);
        }
    }

    fn prove(
        &self,
        index: Index,
        recorded_at: RecordingTime,
        envelope: EnvelopeDigest,
        head: &Head,
    ) -> Result<Receipt, String> {
        let leaf = leaf_hash(recorded_at, envelope);
        let prove = |admission: &Admission| admission.tree().prove_inclusion(index.0, leaf, head.tree.size.0);
        let proved = prove(&self.newest());
        let proof = match proved {
            Ok(proof) => proof,
            Err(_) => self.admission().prove(prove).map_err(|error| chain(&error))?,
        };
        let checkpoint = head.checkpoint.clone().ok_or("a head without a checkpoint")?;
        Ok(Receipt { index, recorded_at, envelope, proof, checkpoint })
    }

    /// The receipt as it was first given: under the checkpoint of its own batch.
    fn first_receipt(&self, index: Index) -> Result<Receipt, String> {
        let unread =
            |why: &(dyn std::error::Error + 'static)| format!("entry {index} cannot be read back: {}", chain(why));
        let stored = self.journal.read(index, ReadLimit::ONE).map_err(|error| unread(&error))?.pop();
        let checkpoint = self.journal.checkpoint_covering(index).map_err(|error| unread(&error))?;
        let (stored, checkpoint) = stored.zip(checkpoint).ok_or_else(|| format!("entry {index} is missing"))?;
        let tree = self.verifier.verify(&checkpoint).map_err(|error| unread(&error))?;
        let envelope = EnvelopeDigest(sha256(&stored.record.envelope));
        let head = Head { tree, recorded_at: None, checkpoint: Some(checkpoint) };
        self.prove(index, stored.record.recorded_at, envelope, &head)
    }

    /// What is on record cannot be proved: the log or the disk under it is in
    /// doubt (I9).
    fn no_proof(&self, reason: String) -> Outcome {
        halt(&self.publish, &reason);
        Outcome::Halted(reason)
    }

    /// Nothing is accepted any more: everybody in the batch hears that its fate
    /// is unknown, and the health service says why.
    fn halt(&self, reason: &str, gathered: Gathered, decided: Decided) {
        halt(&self.publish, reason);
        let replies = decided.replies.into_iter().map(|(reply, _)| reply);
        for reply in replies.chain(gathered.waiting.into_iter().map(|waiting| waiting.reply)) {
            let _ = reply.send(Outcome::Halted(reason.to_owned()));
        }
    }

    fn close(&self) {
        publish_state(&self.publish, ServiceState::ShuttingDown);
        let closed = self.admission().close().map_err(|error| chain(&error));
        let closed = closed.and(self.journal.close().map_err(|error| chain(&error)));
        if let Err(reason) = closed {
            tracing::error!(reason, "not everything could be synced at shutdown; the next start reads it again");
        }
    }

    /// The state to read: only this thread writes, so nobody is waited for.
    fn newest(&self) -> RwLockReadGuard<'_, Admission> {
        self.admission.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn admission(&self) -> RwLockWriteGuard<'_, Admission> {
        self.admission.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that panicked must not leave the service looking healthy (I9).
struct HaltOnPanic(Arc<watch::Sender<Arc<Published>>>);

impl Drop for HaltOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            halt(&self.0, "the sequencer's thread panicked: see the log");
        }
    }
}

/// Decides one submission; what enters is admitted and gives a record.
fn decide_one(
    admission: &mut Admission,
    submitted: Submitted,
    at: RecordingTime,
) -> Result<(Decision, Option<Record>), String> {
    match judge(admission, &submitted, at)? {
        Verdict::Rejected(rejection) => Ok((Decision::Rejected(rejection), None)),
        Verdict::Repeats { index, later, left_out } => {
            let (mut findings, mut record) = (Vec::new(), None);
            if let Some((later, remarks)) = later {
                record = Some(enter(admission, later, at, remarks.sign_offs.as_ref())?.1);
                findings = remarks.findings;
            }
            Ok((Decision::Repeated { index, findings, left_out }, record))
        }
        Verdict::Enters(Remarks { findings, sign_offs }) => {
            let (entry, record) = enter(admission, submitted, at, sign_offs.as_ref())?;
            let envelope = entry.envelope.digest;
            Ok((Decision::Entered { index: entry.index, recorded_at: at, envelope, findings }, Some(record)))
        }
    }
}

/// Judges by what is on record; again, where a stored hash was met that had to be
/// put right. A verdict that rests on a look-up which failed is none (I9, I12).
fn judge(admission: &mut Admission, submitted: &Submitted, at: RecordingTime) -> Result<Verdict, String> {
    let judge = |admission: &Admission| verdict::judge(submitted, at, admission.registry(), admission);
    let mut verdict = judge(admission);
    if admission.take_hash_doubt() {
        admission.mend().map_err(|error| chain(&error))?;
        verdict = judge(admission);
    }
    if admission.is_sound() { Ok(verdict) } else { Err(UNSOUND.into()) }
}

fn enter(
    admission: &mut Admission,
    submitted: Submitted,
    at: RecordingTime,
    sign_offs: Option<&SignOffState>,
) -> Result<(Arc<Entry>, Record), String> {
    let index = admission.size().next_index();
    let Submitted { envelope_bytes, event_bytes, envelope, .. } = submitted;
    let entry = Arc::new(Entry { index, recorded_at: at, envelope });
    admission.admit(&entry, sign_offs).map_err(|error| chain(&error))?;
    if !admission.is_sound() {
        return Err(UNSOUND.into());
    }
    let record = Record { recorded_at: at, envelope: envelope_bytes, events: event_bytes };
    admission.remember(&entry, record.payload_bytes());
    Ok((entry, record))
}
