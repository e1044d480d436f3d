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
    sequencer::{DryRun, NotQueued, Outcome, ServiceState},
    server::{Directory, Node, NodeParts},
    wire::{
        self,
        proto::{self, submit_stream_response as stream},
    },
};
use prost::{Message, bytes::Bytes};
use tempfile::TempDir;
use tokio::sync::watch;
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::support::*;

/// Starts a node over any journal; index and read models live in `scratch`.
fn node_over(journal: Arc<dyn Journal>, signer: CheckpointSigner, scratch: &std::path::Path) -> Arc<Node> {
    node_with_runs(journal, signer, scratch, limits::ID_RUN_KEYS)
}

/// The same with runs of so many ids.
fn node_with_runs(
    journal: Arc<dyn Journal>,
    signer: CheckpointSigner,
    scratch: &std::path::Path,
    run_keys: usize,
) -> Arc<Node> {
    let index = scratch.join("index");
    std::fs::create_dir_all(&index).unwrap();
    let admission =
        Admission::restore(&index, Arc::clone(&journal), run_keys, &signer.seal(), &mut |_, _| {}).expect("restored");
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
    let place = node.sequencer().dry_run_place().unwrap();
    let dry_run = node.sequencer().dry_run(place, draft).await;
    assert!(matches!(dry_run, Ok(DryRun::Halted(reason)) if reason.contains(word)));
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
async fn an_id_that_cannot_be_looked_up_halts_rather_than_enters_twice() {
    let ledger = TestLedger::new().await;
    let memory = Arc::new(in_memory(&ledger));
    let scratch = tempfile::tempdir().unwrap();
    let first = ledger.sign(&ledger.recorder, vec![record_opened()]);
    let node = node_with_runs(memory.clone(), signer(&ledger), scratch.path(), 1);
    receipt(submit(&node, &first).await.unwrap());
    stop(&node).await;
    drop(node);
    let node = node_with_runs(memory.clone(), signer(&ledger), scratch.path(), usize::MAX);
    assert!(matches!(submit(&node, &first).await, Ok(Outcome::Repeated { .. })), "it is found in its run");
    let head = node.sequencer().published().head.clone();
    for run in std::fs::read_dir(scratch.path().join("index/ids")).unwrap() {
        std::fs::File::options().write(true).open(run.unwrap().path()).unwrap().set_len(0).unwrap();
    }
    assert!(matches!(submit(&node, &first).await, Err(No::Halted)), "absent is not believed");
    let fresh = ledger.sign(&ledger.recorder, vec![record_opened()]);
    assert_halted(&node, &head, &fresh, "index/ids").await;
    stop(&node).await;
    let scratch = tempfile::tempdir().unwrap();
    let node = node_over(memory.clone(), signer(&ledger), scratch.path());
    assert!(matches!(submit(&node, &first).await, Ok(Outcome::Repeated { .. })), "a start builds the index anew");
    stop(&node).await;
    assert_eq!(audit_journal(&*memory, ledger.id).entries, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_in_a_failed_batch_hears_that_its_fate_is_unknown() {
    let ledger = TestLedger::new().await;
    let memory = Arc::new(Gated::over(in_memory(&ledger)));
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
    waits: watch::Sender<bool>,
}

impl Gated {
    fn over(inner: MemoryJournal) -> Self {
        Self { inner, open: Mutex::new(false), opened: Condvar::new(), waits: watch::Sender::new(false) }
    }

    fn open(&self) {
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
        proto::CheckRequest { envelope: envelope.encode_to_vec().into(), events: signed.events.clone() }
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
        assert!(matches!(dry_run.await.unwrap(), Ok(DryRun::WouldRepeat)), "it saw what is durable now");
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
            assert!(matches!(said, Ok(DryRun::WouldRepeat)), "{said:?}");
        }
    }
    assert_eq!(ledger.audited().await.entries, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_watch_health_hear_of_a_failed_commit_at_once() {
    let ledger = TestLedger::new().await;
    let memory = Arc::new(in_memory(&ledger));
    let scratch = tempfile::tempdir().unwrap();
    let node = node_over(memory.clone(), signer(&ledger), scratch.path());
    let served = Served::start(&node).await;
    let mut watched = Vec::new();
    for service in ["", "merestone.v1.Ledger"] {
        let request = HealthCheckRequest { service: service.into() };
        let mut watching = HealthClient::new(served.channel.clone()).watch(request).await.unwrap().into_inner();
        assert_eq!(watching.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
        watched.push(watching);
    }
    memory.fail_next(MemoryFault::FailsWithoutLanding);
    let unknown = ledger.sign(&ledger.recorder, vec![record_opened()]);
    let refused = served.ledger().submit(request(&unknown)).await.expect_err("its fate is unknown");
    assert_eq!((refused.code(), reason(&refused).0.as_str()), (Code::Unavailable, "Halted"));
    for word in ["operator must act", "not known", "submit the same bytes again"] {
        assert!(refused.message().contains(word), "{word:?} is not in: {}", refused.message());
    }
    for watching in &mut watched {
        assert_eq!(watching.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    }
    let follow = proto::ReplayRequest { follow: true, ..Default::default() };
    let mut following = served.audit().replay(follow).await.unwrap().into_inner();
    assert_eq!(following.message().await.unwrap().unwrap().entries.len(), 2, "reads go on");
    served.stop().await;
    assert!(following.message().await.unwrap().is_none(), "a halted ledger ends its streams when it stops, too");
    for mut watching in watched {
        while watching.message().await.unwrap().is_some() {}
    }
    assert_eq!(audit_journal(&memory.reopened(), ledger.id).entries, 2);
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
