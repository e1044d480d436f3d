//! The queue into the sequencer and the dry runs beside it: what is full says so,
//! what is in it is answered.

use std::{
    pin::Pin,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

use merestone::{
    authoring::SignedSubmission,
    domain::*,
    journal::{Appended, Batch, Head, Journal, JournalError, MemoryJournal, ReadLimit, StoredRecord},
    limits, policy,
    sequencer::{DryRun, NotQueued, Outcome, ServiceState},
    server::Node,
    wire::{
        self,
        proto::{self, submit_stream_response as stream},
    },
};
use prost::{Message, bytes::Bytes};
use tempfile::TempDir;
use tokio::sync::watch;
use tonic::Code;

use crate::{
    faults::{audit_journal, in_memory, node_over, signer},
    support::*,
};

/// A journal whose appends wait until the gate is opened.
#[derive(Debug)]
pub struct Gated {
    pub inner: MemoryJournal,
    open: Mutex<bool>,
    opened: Condvar,
    waits: watch::Sender<bool>,
    /// A fault of the program: the next append panics.
    panics: AtomicBool,
}

impl Gated {
    pub fn over(inner: MemoryJournal) -> Self {
        Self {
            inner,
            open: Mutex::new(false),
            opened: Condvar::new(),
            waits: watch::Sender::new(false),
            panics: AtomicBool::new(false),
        }
    }

    pub fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }

    /// Somebody stands at the gate: the state is ahead of the journal.
    async fn reached(&self) {
        self.waits.subscribe().wait_for(|waits| *waits).await.unwrap();
    }
}

impl Journal for Gated {
    fn append(&self, expected: TreeHead, batch: &Batch) -> Appended {
        self.waits.send_replace(true);
        drop(self.opened.wait_while(self.open.lock().unwrap(), |open| !*open).unwrap());
        assert!(!self.panics.load(Ordering::SeqCst), "a fault of the program");
        self.inner.append(expected, batch)
    }

    fn head(&self) -> Head {
        self.inner.head()
    }

    fn read(&self, from: Index, limit: ReadLimit) -> Result<Vec<StoredRecord>, JournalError> {
        self.inner.read(from, limit)
    }

    fn checkpoint_covering(&self, index: Index) -> Result<Option<String>, JournalError> {
        self.inner.checkpoint_covering(index)
    }

    fn close(&self) -> Result<(), JournalError> {
        self.inner.close()
    }
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Outcome, NotQueued>> + Send + 'a>>;

/// Puts it into the queue; the outcome comes later, a full queue at once.
fn queued(mut answer: Answer<'_>) -> Result<Answer<'_>, NotQueued> {
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => Ok(answer),
        Poll::Ready(Err(error)) => Err(error),
        Poll::Ready(Ok(outcome)) => panic!("nothing is answered while the gate is shut: {outcome:?}"),
    }
}

/// A ledger in memory whose gate is shut.
async fn gated() -> (TestLedger, Arc<Gated>, Arc<Node>, TempDir) {
    let ledger = TestLedger::new().await;
    let memory = Arc::new(Gated::over(in_memory(&ledger)));
    let scratch = tempfile::tempdir().unwrap();
    let node = node_over(memory.clone(), signer(&ledger), scratch.path());
    (ledger, memory, node, scratch)
}

/// Fills the queue until it is full, asks over the network, opens the gate and
/// hears everybody's outcome. Returns how many were in the queue.
async fn fill(events: usize) -> usize {
    let (ledger, memory, node, _scratch) = gated().await;
    let served = Served::start(&node).await;
    let registry = Arc::clone(&node.sequencer().published().registry);
    let filler = ledger.sign(&ledger.recorder, (0..events).map(|_| record_opened()).collect());
    let mut answers = Vec::new();
    let refused = loop {
        let parsed = wire::parse_submitted(filler.envelope.clone(), filler.events.clone()).expect("well formed");
        let verified = policy::verify(parsed, &registry).unwrap();
        match queued(Box::pin(node.sequencer().submit(verified))) {
            Ok(answer) => answers.push(answer),
            Err(refused) => break refused,
        }
    };
    assert_eq!(refused, NotQueued::Busy);
    let late = ledger.sign(&ledger.recorder, (0..events).map(|_| record_opened()).collect());
    assert_busy_on_every_way_in(&served, &late).await;

    memory.open();
    let queued = answers.len();
    for answer in answers {
        let receipt = receipt(answer.await.expect("answered"));
        receipt.verify(node.verifier()).unwrap();
        assert_eq!(receipt.index, Index(2), "the same bytes enter once");
    }
    served.ledger().submit(request(&late)).await.expect("it enters when it comes back");
    served.stop().await;
    assert_eq!(audit_journal(&memory.inner, ledger.id).entries, 4);
    queued
}

/// Busy, with the time to come back after; and the service goes on answering.
async fn assert_busy_on_every_way_in(served: &Served, late: &SignedSubmission) {
    let mut client = served.ledger();
    let busy = client.submit(request(late)).await.expect_err("the queue is full");
    assert_eq!((busy.code(), reason(&busy).0.as_str()), (Code::ResourceExhausted, "Busy"));
    assert_eq!(retry_after(&busy), Some(limits::RETRY_AFTER));
    let on_stream = proto::SubmitStreamRequest { tag: 7, request: Some(request(late)) };
    let mut answers = client.submit_stream(tokio_stream::once(on_stream)).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().expect("an answer");
    let Some(stream::Outcome::Refused(no)) = answer.outcome else { panic!("{answer:?}") };
    assert_eq!((no.code, no.reason.as_str()), (Code::ResourceExhausted as u32, "Busy"));
    assert_eq!(u128::from(no.retry_after_ms), limits::RETRY_AFTER.as_millis());
    let status = client.status(proto::StatusRequest {}).await.expect("reads go on").into_inner();
    assert_eq!((status.state(), status.size), (proto::ServiceState::Serving, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_full_of_submissions_is_busy_and_everything_in_it_is_answered() {
    let queued = fill(1).await;
    // What the thread took from the queue before it stood at the gate comes on top.
    assert!(queued >= limits::QUEUE_SUBMISSIONS, "{queued}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_full_of_bytes_is_busy_long_before_it_is_full_of_submissions() {
    let queued = fill(limits::EVENTS_PER_SUBMISSION).await;
    assert!(queued < limits::QUEUE_SUBMISSIONS / 10, "{queued}");
}

#[tokio::test(flavor = "multi_thread")]
async fn dry_runs_have_a_budget_of_their_own_and_take_nothing_from_submitters() {
    let (ledger, memory, node, _scratch) = gated().await;
    let served = Served::start(&node).await;
    let unsigned = |signed: &SignedSubmission| {
        let mut envelope = proto::Envelope::decode(signed.envelope.clone()).unwrap();
        envelope.signature = Bytes::new();
        proto::CheckRequest {
            envelope: envelope.encode_to_vec().into(),
            events: signed.events.clone(),
            before: Vec::new(),
        }
    };
    let held = ledger.sign(&ledger.recorder, vec![record_opened()]);
    let submitted = tokio::spawn({
        let (mut client, request) = (served.ledger(), request(&held));
        async move { client.submit(request).await }
    });
    memory.reached().await;
    // The state is ahead of what is durable now, so dry runs wait for that commit.
    let mut dry_runs = Vec::new();
    for _ in 0..limits::DRY_RUNS {
        let parsed = wire::parse_draft(unsigned(&held).envelope, held.events.clone()).unwrap();
        let place = node.sequencer().dry_run_place().expect("there is room");
        let sequencer = node.sequencer().clone();
        dry_runs.push(tokio::spawn(async move { sequencer.dry_run(place, parsed).await }));
    }
    let busy = served.ledger().check(unsigned(&held)).await.expect_err("the budget is spent");
    assert_eq!((busy.code(), reason(&busy).0.as_str()), (Code::ResourceExhausted, "Busy"));
    assert_eq!(retry_after(&busy), Some(limits::RETRY_AFTER));

    let other = ledger.sign(&ledger.recorder, vec![record_opened()]);
    let parsed = wire::parse_submitted(other.envelope.clone(), other.events.clone()).unwrap();
    let verified = policy::verify(parsed, &node.sequencer().published().registry).unwrap();
    let other = queued(Box::pin(node.sequencer().submit(verified))).expect("the queue has room all the while");
    assert!(dry_runs.iter().all(|dry_run| !dry_run.is_finished()), "I2");
    memory.open();
    submitted.await.unwrap().expect("it enters");
    receipt(other.await.expect("it enters")).verify(node.verifier()).unwrap();
    for dry_run in dry_runs {
        assert!(matches!(dry_run.await.unwrap(), Ok(DryRun::WouldRepeat { .. })), "it saw what is durable now");
    }
    let fresh = ledger.sign(&ledger.recorder, vec![record_opened()]);
    let checked = served.ledger().check(unsigned(&fresh)).await.expect("there is room again").into_inner();
    assert_eq!(checked.refusal, None);
    served.stop().await;
    assert_eq!(audit_journal(&memory.inner, ledger.id).entries, 4, "a dry run enters nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_the_sequencer_would_say_then() {
    let ledger = TestLedger::new().await;
    let known = record_opened();
    ledger.submit(&ledger.sign(&ledger.recorder, vec![known.clone()])).await.unwrap();
    let again = Event { subject: record_opened().subject, ..known.clone() };
    let taken = Event { subject: known.subject.clone(), ..record_opened() };
    let twice = record_opened();
    let drafts = [
        ledger.sign(&ledger.recorder, vec![again]),
        ledger.sign(&ledger.recorder, vec![taken]),
        ledger.sign(&ledger.verifier, vec![record_opened()]),
        sign(LedgerId([9; 32]), &ledger.recorder, vec![record_opened()]),
        ledger.sign(&ledger.recorder, vec![record_opened(), Event { id: record_opened().id, ..twice.clone() }, twice]),
        ledger.sign(&ledger.recorder, vec![record_opened()]),
    ];
    for draft in drafts {
        let parsed = wire::parse_draft(draft.envelope.clone(), draft.events.clone()).unwrap();
        let place = ledger.node.sequencer().dry_run_place().unwrap();
        let size = ledger.node.sequencer().published().head.tree.size;
        let said = ledger.node.sequencer().dry_run(place, parsed).await.unwrap();
        assert_eq!(ledger.node.sequencer().published().head.tree.size, size, "nothing entered");
        match (said, ledger.submit(&draft).await) {
            (DryRun::WouldEnter { findings }, Ok(Outcome::Accepted { findings: real, .. })) => {
                assert_eq!(findings, real);
            }
            (DryRun::Rejected(rejection), Err(No::Rejected(real))) => assert_eq!(rejection, real),
            (said, real) => panic!("it said {said:?}, then came {real:?}"),
        }
        if let Ok(parsed) = wire::parse_draft(draft.envelope.clone(), draft.events.clone())
            && ledger.node.sequencer().published().head.tree.size > size
        {
            let place = ledger.node.sequencer().dry_run_place().unwrap();
            let said = ledger.node.sequencer().dry_run(place, parsed).await;
            assert!(matches!(said, Ok(DryRun::WouldRepeat { .. })), "{said:?}");
        }
    }
    assert_eq!(ledger.audited().await.entries, 4);
}

/// Queues so many submissions behind each other, the first at the gate.
async fn queue_up<'a>(ledger: &TestLedger, memory: &Gated, node: &'a Node, count: usize) -> Vec<Answer<'a>> {
    let registry = Arc::clone(&node.sequencer().published().registry);
    let mut answers = Vec::new();
    for _ in 0..count {
        let signed = ledger.sign(&ledger.recorder, vec![record_opened()]);
        let parsed = wire::parse_submitted(signed.envelope, signed.events).unwrap();
        let verified = policy::verify(parsed, &registry).unwrap();
        answers.push(queued(Box::pin(node.sequencer().submit(verified))).expect("there is room"));
        memory.reached().await;
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_behind_a_stop_does_not_enter_and_hears_so() {
    let (ledger, memory, node, _scratch) = gated().await;
    let mut answers = queue_up(&ledger, &memory, &node, 2).await;
    node.sequencer().stop();
    answers.extend(queue_up(&ledger, &memory, &node, 2).await);
    memory.open();
    let mut heard = Vec::new();
    for answer in answers {
        heard.push(answer.await);
    }
    assert!(heard[..2].iter().all(|heard| matches!(heard, Ok(Outcome::Accepted { .. }))), "{heard:?}");
    assert!(heard[2..].iter().all(|heard| matches!(heard, Err(NotQueued::ShuttingDown))), "{heard:?}");
    stop(&node).await;
    assert_eq!(audit_journal(&memory.inner, ledger.id).entries, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_the_program_halts_and_nobody_hears_that_nothing_entered() {
    let (ledger, memory, node, _scratch) = gated().await;
    let answers = queue_up(&ledger, &memory, &node, 3).await;
    memory.panics.store(true, Ordering::SeqCst);
    memory.open();
    for answer in answers {
        let heard = answer.await;
        assert!(matches!(&heard, Ok(Outcome::Halted(reason)) if reason.contains("panicked")), "{heard:?}");
    }
    assert!(matches!(node.sequencer().published().state, ServiceState::Halted(_)));
    let fresh = ledger.sign(&ledger.recorder, vec![record_opened()]);
    assert!(matches!(submit(&node, &fresh).await, Err(No::Halted)), "also who comes later");
    assert_eq!(audit_journal(&memory.inner, ledger.id).entries, 2);
}
