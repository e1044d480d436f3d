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
    crypto::sha256,
    domain::{Entry, EnvelopeContent, EnvelopeDigest, Index, RecordingTime, SignOff, SubmittedEvents},
    journal::{Appended, Batch, Head, Journal, ReadLimit, Record},
    policy::{self, Known},
    wire::Submitted,
};

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
            let Waiting { submitted, dry_run, reply, _bytes } = waiting;
            let (decision, record) = decide_one(&mut admission, submitted, dry_run, at)?;
            decided.records.extend(record);
            decided.replies.push((reply, decision));
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
        let tree = self.admission().head().ok_or("a stored tree hash cannot be read: run `merestone audit --dir`")?;
        let batch = Batch { records, head: tree, checkpoint: self.signer.sign(tree) };
        let expected = self.publish.borrow().head.tree;
        match self.journal.append(expected, &batch) {
            Appended::Landed => self.publish_head(Head { tree, recorded_at, checkpoint: Some(batch.checkpoint) }),
            Appended::Conflict(head) => {
                return Err(format!("another writer moved the journal to size {}", head.tree.size));
            }
            Appended::Unknown(error) => {
                return Err(format!("a commit failed and may or may not have landed: {}", with_causes(&error)));
            }
        }
        self.admission().written().map_err(|error| with_causes(&error))
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
                Decision::WouldEnter { findings } => Outcome::WouldEnter { findings },
                Decision::Entered { index, recorded_at, envelope, findings } => {
                    match self.prove(index, recorded_at, envelope, &head) {
                        Some(receipt) => Outcome::Accepted { receipt, findings },
                        None => Outcome::Halted("a stored tree hash cannot be read".into()),
                    }
                }
                Decision::Repeated { index } => match self.first_receipt(index) {
                    Some(receipt) => Outcome::Repeated { receipt },
                    None => Outcome::Halted(format!("entry {index} cannot be read back")),
                },
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
    ) -> Option<Receipt> {
        let proof = self.admission().tree().prove_inclusion(index.0, head.tree.size.0)?;
        Some(Receipt { index, recorded_at, envelope, proof, checkpoint: head.checkpoint.clone()? })
    }

    /// The receipt as it was first given: under the checkpoint of its own batch.
    fn first_receipt(&self, index: Index) -> Option<Receipt> {
        let stored = self.journal.read(index, ReadLimit::ONE).ok()?.pop()?;
        let checkpoint = self.journal.checkpoint_covering(index).ok()??;
        let tree = self.verifier.verify(&checkpoint).ok()?;
        let envelope = EnvelopeDigest(sha256(&stored.record.envelope));
        let head = Head { tree, recorded_at: None, checkpoint: Some(checkpoint) };
        self.prove(index, stored.record.recorded_at, envelope, &head)
    }

    /// Nothing is accepted any more: everybody in the batch hears that its fate
    /// is unknown, and the health service says why.
    fn halt(&self, reason: &str, gathered: Gathered, decided: Decided) {
        tracing::error!(reason, "halted: the operator must act");
        publish_state(&self.publish, ServiceState::Halted(reason.to_owned()));
        let replies = decided.replies.into_iter().map(|(reply, _)| reply);
        for reply in replies.chain(gathered.waiting.into_iter().map(|waiting| waiting.reply)) {
            let _ = reply.send(Outcome::Halted(reason.to_owned()));
        }
    }

    fn close(&self) {
        publish_state(&self.publish, ServiceState::ShuttingDown);
        let closed = self.admission().close().map_err(|error| with_causes(&error));
        let closed = closed.and(self.journal.close().map_err(|error| with_causes(&error)));
        if let Err(reason) = closed {
            tracing::error!(reason, "not everything could be synced at shutdown; the next start reads it again");
        }
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
            publish_state(&self.0, ServiceState::Halted("the sequencer's thread panicked: see the log".into()));
        }
    }
}

/// Decides one submission; what enters is admitted and gives a record.
fn decide_one(
    admission: &mut Admission,
    submitted: Submitted,
    dry_run: bool,
    at: RecordingTime,
) -> Result<(Decision, Option<Record>), String> {
    if let EnvelopeContent::Submission(content) = &submitted.envelope.content
        && let Some(index) = admission.submission(content.digest)
    {
        return repeat(admission, &submitted, content, index, at, dry_run);
    }
    if let EnvelopeContent::SignOffs { .. } = &submitted.envelope.content
        && let Some(index) = admission.sign_off_envelope(submitted.envelope.digest)
    {
        return Ok((Decision::Repeated { index }, None));
    }
    let findings = match policy::decide(&submitted.envelope.content, at, admission.registry(), admission) {
        Ok(findings) => findings,
        Err(rejection) => return Ok((Decision::Rejected(rejection), None)),
    };
    if dry_run {
        return Ok((Decision::WouldEnter { findings }, None));
    }
    let (entry, record) = enter(admission, submitted, at)?;
    let envelope = entry.envelope.digest;
    Ok((Decision::Entered { index: entry.index, recorded_at: at, envelope, findings }, Some(record)))
}

/// The same submission bytes again: the first receipt, and new sign-offs on it
/// enter as a sign-off entry.
fn repeat(
    admission: &mut Admission,
    submitted: &Submitted,
    content: &SubmittedEvents,
    index: Index,
    at: RecordingTime,
    dry_run: bool,
) -> Result<(Decision, Option<Record>), String> {
    let signers = admission.signers(content.digest);
    let new = |sign_off: &SignOff| !signers.iter().any(|signer| signer.is_same_post(&sign_off.signer));
    let Some(later) = submitted.later_sign_offs(new) else { return Ok((Decision::Repeated { index }, None)) };
    if let Err(rejection) = policy::decide(&later.envelope.content, at, admission.registry(), admission) {
        return Ok((Decision::Rejected(rejection), None));
    }
    if dry_run {
        return Ok((Decision::Repeated { index }, None));
    }
    let (_, record) = enter(admission, later, at)?;
    Ok((Decision::Repeated { index }, Some(record)))
}

fn enter(admission: &mut Admission, submitted: Submitted, at: RecordingTime) -> Result<(Arc<Entry>, Record), String> {
    let index = admission.size().next_index();
    let Submitted { envelope_bytes, event_bytes, envelope, .. } = submitted;
    let entry = Arc::new(Entry { index, recorded_at: at, envelope });
    admission.admit(&entry).map_err(|error| with_causes(&error))?;
    Ok((entry, Record { recorded_at: at, envelope: envelope_bytes, events: event_bytes }))
}

/// The whole chain of causes for the operator's one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
