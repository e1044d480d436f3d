//! Commits that fail, full queues and contradictions: the ledger says no in time,
//! and a restart finds exactly what landed.

use std::{
    io::ErrorKind,
    pin::Pin,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

use merestone::{
    admission::Admission,
    audit::{Auditor, Report},
    authoring::SignedSubmission,
    checkpoint::CheckpointSigner,
    clock::RunningClock,
    crypto::SigningKey,
    domain::*,
    journal::{
        Action, Appended, Batch, Fault, Faults, Head, Journal, JournalError, MemoryFault, MemoryJournal, Options,
        ReadLimit, SegmentJournal, StoredRecord,
    },
    limits, policy,
    projections::ReadModels,
    sequencer::{NotQueued, Outcome, ServiceState},
    server::{Directory, Node, NodeParts},
    wire::{self, proto},
};
use tempfile::TempDir;
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::support::*;

/// Starts a node over any journal; index and read models live in `scratch`.
fn node_over(journal: Arc<dyn Journal>, signer: CheckpointSigner, scratch: &std::path::Path) -> Arc<Node> {
    let index = scratch.join("index");
    std::fs::create_dir_all(&index).unwrap();
    let admission =
        Admission::restore(&index, Arc::clone(&journal), limits::ID_RUN_KEYS, &signer.seal(), &mut |_, _| {})
            .expect("restored");
    let (models, _) = ReadModels::open(&scratch.join("read-models"), limits::READ_MODEL_CACHE_BYTES).expect("opened");
    let clock = Arc::new(RunningClock::start(journal.head().recorded_at).expect("a right clock"));
    Node::start(NodeParts { journal, admission, models, clock, signer }).expect("started")
}

fn signer(ledger: &TestLedger) -> CheckpointSigner {
    let key = SigningKey::read_file(&Directory::new(ledger.dir.path()).checkpoint_key()).unwrap();
    CheckpointSigner::new(ledger.node.verifier().origin(), key).unwrap()
}

/// The same ledger, served from a disk that meets faults.
async fn on_faulty_disk(ledger: TestLedger, faults: Faults) -> TestLedger {
    let signer = signer(&ledger);
    stop(&ledger.node).await;
    let TestLedger { dir, node, id, registrar, recorder, verifier } = ledger;
    drop(node);
    let options = Options { segment_bytes: SEGMENT_BYTES, ledger: Some(id), faults };
    let (journal, _) = SegmentJournal::open(dir.path(), options).expect("opened");
    let node = node_over(Arc::new(journal), signer, dir.path());
    TestLedger { dir, node, id, registrar, recorder, verifier }
}

/// The ledger's entries in a journal in memory.
fn in_memory(ledger: &TestLedger) -> MemoryJournal {
    let files = SegmentJournal::open_read_only(ledger.dir.path()).expect("opened");
    let memory = MemoryJournal::new();
    let limit = ReadLimit { entries: usize::MAX, bytes: usize::MAX };
    let mut records = Vec::new();
    for stored in files.read(Index(0), limit).expect("read") {
        records.push(stored.record);
        let Some(checkpoint) = stored.checkpoint else { continue };
        let head = ledger.node.verifier().verify(&checkpoint).expect("signed");
        let batch = Batch { records: std::mem::take(&mut records), head, checkpoint };
        assert!(matches!(memory.append(memory.head().tree, &batch), Appended::Landed));
    }
    memory
}

/// Audits entries wherever they are.
fn audit_journal(journal: &dyn Journal, id: LedgerId) -> Report {
    let scratch = tempfile::tempdir().unwrap();
    let mut auditor = Auditor::begin(scratch.path(), Some(id), None).expect("begun");
    let head = journal.head().tree;
    let limit = ReadLimit { entries: usize::MAX, bytes: usize::MAX };
    auditor.take(journal.read(Index(0), limit).expect("read")).expect("no difference");
    auditor.finish(Some(head)).expect("no difference")
}

/// Nothing is accepted, everybody is told, and the head stands where it stood.
async fn assert_halted(node: &Node, head: &Head, fresh: &SignedSubmission, word: &str) {
    let published = node.sequencer().published();
    assert!(matches!(&published.state, ServiceState::Halted(reason) if reason.contains(word)), "{published:?}");
    assert_eq!(&published.head, head, "nobody sees what may not be durable");
    assert!(matches!(submit(node, fresh).await, Err(No::Halted)));
    let draft = wire::parse_submitted(fresh.envelope.clone(), fresh.events.clone()).unwrap();
    assert!(matches!(node.sequencer().check(draft).await, Ok(Outcome::Halted(reason)) if reason.contains(word)));
    assert_eq!(&node.sequencer().published().head, head);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_commit_halts_and_a_restart_finds_what_landed_exactly_once() {
    for (fault, landed, word) in [
        (MemoryFault::FailsWithoutLanding, false, "did not land"),
        (MemoryFault::FailsAfterLanding, true, "did land"),
        (MemoryFault::Conflicts, false, "another writer"),
    ] {
        let ledger = TestLedger::new().await;
        let memory = Arc::new(in_memory(&ledger));
        let scratch = tempfile::tempdir().unwrap();
        let node = node_over(memory.clone(), signer(&ledger), scratch.path());
        let before = ledger.sign(&ledger.recorder, vec![record_opened()]);
        let first = receipt(submit(&node, &before).await.unwrap());
        let head = node.sequencer().published().head.clone();

        memory.fail_next(fault);
        let unknown = ledger.sign(&ledger.recorder, vec![record_opened()]);
        assert!(matches!(submit(&node, &unknown).await, Err(No::Halted)), "{fault:?}");
        let fresh = ledger.sign(&ledger.recorder, vec![record_opened()]);
        assert_halted(&node, &head, &fresh, word).await;
        stop(&node).await;

        let reopened = Arc::new(memory.reopened());
        assert_eq!(reopened.head().tree.size.0, head.tree.size.0 + u64::from(landed));
        let scratch = tempfile::tempdir().unwrap();
        let node = node_over(reopened.clone(), signer(&ledger), scratch.path());
        assert_eq!(receipt(submit(&node, &before).await.unwrap()), first, "what was acknowledged stays");
        let again = submit(&node, &unknown).await.unwrap();
        assert_eq!(matches!(again, Outcome::Repeated { .. }), landed, "{fault:?}");
        let again = receipt(again);
        again.verify(node.verifier()).unwrap();
        assert_eq!(again.index.0, head.tree.size.0);
        receipt(submit(&node, &fresh).await.unwrap());
        stop(&node).await;
        assert_eq!(audit_journal(&*reopened, ledger.id).entries, 5, "{fault:?}: each of the three once");
    }
}

/// Fails the next such call on a segment after it was armed, once.
fn armed(action: Action, fault: Fault) -> (Faults, Arc<AtomicBool>) {
    let armed = Arc::new(AtomicBool::new(false));
    let arm = armed.clone();
    let faults = Faults::from_fn(move |next, path| {
        let segment = path.extension().is_some_and(|end| end == "seg");
        (next == action && segment && armed.swap(false, Ordering::SeqCst)).then_some(fault)
    });
    (faults, arm)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_under_a_commit_halts_and_nothing_is_lost_or_doubled() {
    for (action, fault, landed) in [
        (Action::Write, Fault::Fails(ErrorKind::StorageFull), false),
        (Action::Write, Fault::Fails(ErrorKind::ReadOnlyFilesystem), false),
        (Action::Write, Fault::Tears(100), false),
        (Action::Write, Fault::LandsAndFails(ErrorKind::Other), true),
        (Action::Sync, Fault::Fails(ErrorKind::Other), true),
        (Action::Sync, Fault::LandsAndFails(ErrorKind::Other), true),
    ] {
        let (faults, arm) = armed(action, fault);
        let ledger = on_faulty_disk(TestLedger::new().await, faults).await;
        let before = ledger.sign(&ledger.recorder, vec![record_opened()]);
        let first = receipt(ledger.submit(&before).await.unwrap());
        let head = ledger.node.sequencer().published().head.clone();

        arm.store(true, Ordering::SeqCst);
        let unknown = ledger.sign(&ledger.recorder, vec![record_opened(), record_opened()]);
        assert_eq!(ledger.refusal(&unknown).await, "Halted", "{action:?} {fault:?}");
        assert!(!arm.load(Ordering::SeqCst), "the fault was met");
        let fresh = ledger.sign(&ledger.recorder, vec![record_opened()]);
        assert_halted(&ledger.node, &head, &fresh, ".seg").await;

        let ledger = ledger.restart().await;
        let size = ledger.node.sequencer().published().head.tree.size.0;
        assert_eq!(size, head.tree.size.0 + u64::from(landed), "{action:?} {fault:?}");
        assert_eq!(receipt(ledger.submit(&before).await.unwrap()), first);
        let again = ledger.submit(&unknown).await.unwrap();
        assert_eq!(matches!(again, Outcome::Repeated { .. }), landed, "{action:?} {fault:?}");
        receipt(again).verify(ledger.node.verifier()).unwrap();
        receipt(ledger.submit(&fresh).await.unwrap());
        assert_eq!(ledger.audited().await.entries, 5, "{action:?} {fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_in_a_failed_batch_hears_that_its_fate_is_unknown() {
    let ledger = TestLedger::new().await;
    let memory = Arc::new(Gated { inner: in_memory(&ledger), open: Mutex::new(false), opened: Condvar::new() });
    let scratch = tempfile::tempdir().unwrap();
    let node = node_over(memory.clone(), signer(&ledger), scratch.path());
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let signed = ledger.sign(&ledger.recorder, vec![record_opened()]);
        let node = Arc::clone(&node);
        waiting.spawn(async move { submit(&node, &signed).await });
    }
    memory.inner.fail_next(MemoryFault::FailsWithoutLanding);
    memory.open();
    while let Some(outcome) = waiting.join_next().await {
        assert!(matches!(outcome.unwrap(), Err(No::Halted)));
    }
    stop(&node).await;
    assert_eq!(audit_journal(&memory.inner.reopened(), ledger.id).entries, 2);
}

/// A journal whose appends wait until the gate is opened.
#[derive(Debug)]
struct Gated {
    inner: MemoryJournal,
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gated {
    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

impl Journal for Gated {
    fn append(&self, expected: TreeHead, batch: &Batch) -> Appended {
        drop(self.opened.wait_while(self.open.lock().unwrap(), |open| !*open).unwrap());
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
    let memory = Arc::new(Gated { inner: in_memory(&ledger), open: Mutex::new(false), opened: Condvar::new() });
    let scratch = tempfile::tempdir().unwrap();
    let node = node_over(memory.clone(), signer(&ledger), scratch.path());
    (ledger, memory, node, scratch)
}

/// Fills the queue with real submissions and dry runs until it is full, opens
/// the gate and hears everybody's outcome.
async fn fill(real: usize, events: usize) -> usize {
    let (ledger, memory, node, _scratch) = gated().await;
    let parse = |signed: &SignedSubmission| {
        wire::parse_submitted(signed.envelope.clone(), signed.events.clone()).expect("well formed")
    };
    let registry = Arc::clone(&node.sequencer().published().registry);
    let mut answers = Vec::new();
    for _ in 0..real {
        let signed = ledger.sign(&ledger.recorder, (0..events).map(|_| record_opened()).collect());
        let verified = policy::verify(parse(&signed), &registry).unwrap();
        answers.push(queued(Box::pin(node.sequencer().submit(verified))).expect("there is room"));
    }
    let draft = parse(&ledger.sign(&ledger.recorder, (0..events).map(|_| record_opened()).collect()));
    let mut dry_runs = Vec::new();
    let refused = loop {
        match queued(Box::pin(node.sequencer().check(draft.clone()))) {
            Ok(answer) => dry_runs.push(answer),
            Err(refused) => break refused,
        }
    };
    assert_eq!(refused, NotQueued::Busy);
    let late = ledger.sign(&ledger.recorder, (0..events).map(|_| record_opened()).collect());
    let verified = policy::verify(parse(&late), &registry).unwrap();
    assert!(matches!(node.sequencer().submit(verified).await, Err(NotQueued::Busy)), "a submission too");

    memory.open();
    for answer in answers {
        receipt(answer.await.expect("answered")).verify(node.verifier()).unwrap();
    }
    let queued = real + dry_runs.len();
    for answer in dry_runs {
        assert!(matches!(answer.await.expect("answered"), Outcome::WouldEnter { .. }));
    }
    receipt(submit(&node, &late).await.expect("it enters when it comes back"));
    stop(&node).await;
    assert_eq!(audit_journal(&memory.inner, ledger.id).entries, 2 + real as u64 + 1);
    queued
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_full_of_submissions_is_busy_and_everything_in_it_is_answered() {
    let queued = fill(50, 1).await;
    // What the thread took from the queue before it stood at the gate comes on top.
    assert!(queued >= limits::QUEUE_SUBMISSIONS, "{queued}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_full_of_bytes_is_busy_long_before_it_is_full_of_submissions() {
    let queued = fill(2, limits::EVENTS_PER_SUBMISSION).await;
    assert!(queued < limits::QUEUE_SUBMISSIONS / 10, "{queued}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shown_checkpoint_with_our_signature_that_is_no_prefix_halts() {
    for (size, root) in [(1, [7; 32]), (9_999, [7; 32])] {
        let ledger = TestLedger::new().await;
        let served = Served::start(&ledger.node).await;
        let mut client = served.ledger();
        let show = |known: String| proto::GetCheckpointRequest { known };
        let honest = ledger.node.sequencer().published().head.checkpoint.clone().unwrap();
        client.get_checkpoint(show(honest.clone())).await.expect("a prefix");
        let head = TreeHead { size: Size(size), root: TreeHash(root) };
        let stranger = CheckpointSigner::new(ledger.node.verifier().origin(), key()).unwrap().sign(head);
        let refused = client.get_checkpoint(show(stranger)).await.expect_err("signed by somebody else");
        assert_eq!((refused.code(), reason(&refused).1.as_str()), (Code::InvalidArgument, "known"));
        let fresh = ledger.sign(&ledger.recorder, vec![record_opened()]);
        client.submit(request(&fresh)).await.expect("that halts nothing");

        let forked = client.get_checkpoint(show(signer(&ledger).sign(head))).await.expect_err("a contradiction");
        assert_eq!((forked.code(), reason(&forked).0.as_str()), (Code::Unavailable, "Halted"));
        let status = client.status(proto::StatusRequest {}).await.unwrap().into_inner();
        assert_eq!(status.state(), proto::ServiceState::Halted);
        assert!(status.reason.contains("no prefix"), "{}", status.reason);
        let fresh = ledger.sign(&ledger.recorder, vec![record_opened()]);
        let refused = client.submit(request(&fresh)).await.expect_err("nothing is accepted");
        assert_eq!((refused.code(), reason(&refused).0.as_str()), (Code::Unavailable, "Halted"));
        client.get_checkpoint(show(honest)).await.expect("reads go on");
        assert_health(&served, ServingStatus::NotServing).await;
        drop(client);
        served.stop().await;
        let (TestLedger { dir, id, .. },) = (ledger,);
        assert_eq!(audit_journal(&SegmentJournal::open_read_only(dir.path()).unwrap(), id).entries, 3);
    }
}

/// The health service follows the state a moment later: it is watched, not asked.
async fn assert_health(served: &Served, expected: ServingStatus) {
    let mut health = HealthClient::new(served.channel.clone());
    let request = HealthCheckRequest { service: "merestone.v1.Ledger".into() };
    let mut watched = health.watch(request).await.unwrap().into_inner();
    while let Some(now) = watched.message().await.unwrap() {
        if now.status() == expected {
            return;
        }
    }
    panic!("it never became {expected:?}");
}
