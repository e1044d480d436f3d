//! Reads that take long: whoever submits or asks for the health of the service does not wait for them.

use std::{
    future::Future,
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use merestone::{
    domain::*,
    journal::{Appended, Batch, Head, Journal, JournalError, MemoryJournal, ReadLimit, StoredRecord},
    limits,
    server::{Bounds, Node},
    wire::proto::{self, minefields_client::MinefieldsClient, read_at::KnownAt, treaties_client::TreatiesClient},
};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tonic::{Code, Status};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::{
    faults::{in_memory, node_over, signer},
    support::*,
    treaty_status::drafted,
};

/// How long a slow read takes at the most, so that a test that fails ends.
const SLOW: Duration = Duration::from_secs(20);
/// Within this everybody else is answered.
const SOON: Duration = Duration::from_secs(8);

/// A journal whose reads wait while it is slow.
#[derive(Debug)]
struct Slow {
    inner: MemoryJournal,
    slow: Mutex<bool>,
    quick: Condvar,
}

impl Slow {
    fn set(&self, slow: bool) {
        *self.slow.lock().unwrap() = slow;
        self.quick.notify_all();
    }
}

impl Journal for Slow {
    fn append(&self, expected: TreeHead, batch: &Batch) -> Appended {
        self.inner.append(expected, batch)
    }

    fn head(&self) -> Head {
        self.inner.head()
    }

    fn read(&self, from: Index, limit: ReadLimit) -> Result<Vec<StoredRecord>, JournalError> {
        drop(self.quick.wait_timeout_while(self.slow.lock().unwrap(), SLOW, |slow| *slow).unwrap());
        self.inner.read(from, limit)
    }

    fn checkpoint_covering(&self, index: Index) -> Result<Option<String>, JournalError> {
        self.inner.checkpoint_covering(index)
    }

    fn close(&self) -> Result<(), JournalError> {
        self.inner.close()
    }
}

/// A ledger with so many records and a participant, whose reads are slow from now on.
async fn slow(records: usize) -> (TestLedger, Arc<Slow>, Arc<Node>, Vec<Event>, TempDir) {
    let ledger = TestLedger::new().await;
    let body = ParticipantRegistered {
        name: "Utopia".into(),
        participant_type: ParticipantType::State,
        iso_code: None,
        other_names: Vec::new(),
        predecessors: Vec::new(),
    };
    let registered = drafted("participant/XUT", Body::Treaty(TreatyBody::ParticipantRegistered(body)));
    let records: Vec<Event> = (0..records).map(|_| record_opened()).collect();
    for event in std::iter::once(&registered).chain(&records) {
        ledger.submit(&ledger.sign(&ledger.recorder, vec![event.clone()])).await.unwrap();
    }
    let memory = Slow { inner: in_memory(&ledger), slow: Mutex::new(false), quick: Condvar::new() };
    let memory = Arc::new(memory);
    let scratch = tempfile::tempdir().unwrap();
    let node = node_over(memory.clone(), signer(&ledger), scratch.path());
    node.wait_for_models(node.sequencer().published().head.tree.size).await.unwrap();
    memory.set(true);
    (ledger, memory, node, records, scratch)
}

type Asked = JoinHandle<Result<(), Status>>;

/// Asks about each of the records, and about the participants.
fn ask(served: &Served, records: &[Event]) -> Vec<Asked> {
    let mut asked: Vec<Asked> = Vec::new();
    for record in records {
        let Subject::Record(record) = &record.subject else { panic!("{record:?}") };
        let request = proto::GetRecordRequest { record: record.to_string(), ..proto::GetRecordRequest::default() };
        let mut client = MinefieldsClient::new(served.channel.clone());
        asked.push(tokio::spawn(async move { client.get(request).await.map(drop) }));
    }
    let mut client = TreatiesClient::new(served.channel.clone());
    let request = proto::ListParticipantsRequest::default();
    asked.push(tokio::spawn(async move { client.list_participants(request).await.map(drop) }));
    asked
}

async fn soon<T>(what: &str, answer: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let answer = tokio::time::timeout(SOON, answer).await.unwrap_or_else(|_| panic!("{what} waits for slow reads"));
    assert!(begun.elapsed() < SOON, "{what} waits for slow reads");
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_as_many_slow_reads_as_may_run_submissions_and_the_health_service_are_answered() {
    let (ledger, memory, node, records, _scratch) = slow(limits::READS + 4).await;
    let served = Served::start(&node).await;
    let asked = ask(&served, &records);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let signed = ledger.sign(&ledger.recorder, vec![record_opened()]);
    soon("a submission", served.ledger().submit(request(&signed))).await.expect("it enters");
    let check = HealthCheckRequest { service: String::new() };
    soon("health", HealthClient::new(served.connect().await).check(check)).await.expect("it is answered");
    soon("the state", served.ledger().status(proto::StatusRequest {})).await.expect("it is answered");
    assert!(asked.iter().all(|asked| !asked.is_finished()), "the reads are slow all the while");
    memory.set(false);
    for asked in asked {
        soon("a read that is not slow any more", asked).await.unwrap().expect("it is answered");
    }
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_read_and_one_that_waits_for_a_place_are_cut_off_in_time_and_later_ones_answered() {
    let (_ledger, memory, node, records, _scratch) = slow(limits::READS + 1).await;
    let bounds = Bounds { answer_within: Duration::from_secs(1), ..Bounds::default() };
    let served = Served::start_within(bounds, &node).await;
    for asked in ask(&served, &records) {
        let late = soon("the end of a slow read", asked).await.unwrap().expect_err("its time is over");
        assert_eq!((late.code(), reason(&late).0.as_str()), (Code::DeadlineExceeded, "AnswerMustComeInTime"));
    }
    memory.set(false);
    for asked in ask(&served, &records) {
        soon("a read that is not slow any more", asked).await.unwrap().expect("its place is free again");
    }
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_read_can_answer_is_refused_as_before() {
    let (_ledger, memory, node, _, _scratch) = slow(0).await;
    memory.set(false);
    let served = Served::start(&node).await;
    let read_at = Some(proto::ReadAt { minimum_size: 0, known_at: Some(KnownAt::Size(1_000)) });
    let request = proto::ListParticipantsRequest { read_at, ..proto::ListParticipantsRequest::default() };
    let early = TreatiesClient::new(served.channel.clone()).list_participants(request).await.unwrap_err();
    assert_eq!((early.code(), reason(&early).0.as_str()), (Code::OutOfRange, "SizeMustBeReached"));
    served.stop().await;
}
