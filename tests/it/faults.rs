//! Commits that fail, disks that fail and contradictions: the ledger says no in time,
//! and a restart finds exactly what landed.

use std::{
    io::ErrorKind,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
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
        Action, Appended, Batch, Fault, Faults, Head, Journal, MemoryFault, MemoryJournal, Options, ReadLimit,
        SegmentJournal,
    },
    limits,
    projections::ReadModels,
    sequencer::{DryRun, Outcome, ServiceState},
    server::{Directory, Node, NodeParts},
    wire::{self, proto},
};
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::{queue::Gated, support::*};

/// Starts a node over any journal; index and read models live in `scratch`.
pub fn node_over(journal: Arc<dyn Journal>, signer: CheckpointSigner, scratch: &std::path::Path) -> Arc<Node> {
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

pub fn signer(ledger: &TestLedger) -> CheckpointSigner {
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
pub fn in_memory(ledger: &TestLedger) -> MemoryJournal {
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
pub fn audit_journal(journal: &dyn Journal, id: LedgerId) -> Report {
    let scratch = tempfile::tempdir().unwrap();
    let mut auditor = Auditor::begin(scratch.path(), Some(id), None).expect("begun");
    let limit = ReadLimit { entries: usize::MAX, bytes: usize::MAX };
    auditor.take(journal.read(Index(0), limit).expect("read")).expect("no difference");
    auditor.finish(journal.head().checkpoint.expect("signed")).expect("no difference")
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
