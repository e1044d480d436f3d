//! What the services say over the network: each class of refusal with its
//! status, pinned reason and field; reads and proofs of what entered.

use std::collections::BTreeMap;

use merestone::{
    authoring::SignedSubmission,
    checkpoint::{Receipt, leaf_hash},
    crypto::sha256,
    domain::*,
    limits, merkle,
    wire::{
        self,
        proto::{
            self, organisations_client::OrganisationsClient, read_at, submit_stream_response as stream,
            treaties_client::TreatiesClient,
        },
    },
};
use prost::{Message, bytes::Bytes};
use tonic::Code;

use crate::support::*;

fn plain(ledger: &TestLedger) -> SignedSubmission {
    ledger.sign(&ledger.recorder, vec![record_opened()])
}

fn with_envelope(signed: &SignedSubmission, change: impl FnOnce(&mut Vec<u8>)) -> SignedSubmission {
    let mut bytes = signed.envelope.to_vec();
    change(&mut bytes);
    SignedSubmission { envelope: bytes.into(), events: signed.events.clone() }
}

/// Changes the event and signs its new digest, so that only the form is wrong.
fn with_event(ledger: &TestLedger, change: impl FnOnce(&mut Vec<u8>)) -> SignedSubmission {
    let mut bytes = wire::encode_event(&record_opened());
    change(&mut bytes);
    let mut signed = plain(ledger);
    let envelope = proto::Envelope::decode(signed.envelope.clone()).unwrap();
    let mut submission = proto::Submission::decode(envelope.submission).unwrap();
    submission.event_digests = vec![sha256(&bytes).to_vec().into()];
    let submission = submission.encode_to_vec();
    let signature = ledger.recorder.key.sign(merestone::crypto::PayloadType::Submission, &submission);
    signed.envelope = wire::encode_envelope(&wire::SignedStatement { bytes: submission, signature }, &[]).into();
    SignedSubmission { events: vec![bytes.into()], ..signed }
}

/// A record whose kind of area has a number that the contract may not have.
fn with_area_kind(ledger: &TestLedger, number: i32) -> SignedSubmission {
    with_event(ledger, |bytes| {
        let mut event = proto::Event::decode(bytes.as_slice()).unwrap();
        let Some(proto::event::Body::RecordOpened(record)) = &mut event.body else { panic!("a record") };
        record.kind = number;
        *bytes = event.encode_to_vec();
    })
}

/// One of each class: what is sent, status, reason, and the field that is named.
fn refusals(ledger: &TestLedger, foreign: LedgerId) -> Vec<(SignedSubmission, Code, &'static str, &'static str)> {
    let mut other_bytes = plain(ledger);
    other_bytes.events = plain(ledger).events;
    let stranger = ledger.sign(&post("desk", "recorder-1"), vec![record_opened()]);
    let broken = with_envelope(&plain(ledger), |bytes| *bytes.last_mut().unwrap() ^= 1);
    let wrong_role = ledger.sign(&ledger.verifier, vec![record_opened()]);
    let many = (0..=limits::EVENTS_PER_SUBMISSION).map(|_| Bytes::from_static(b"x")).collect();
    let many = SignedSubmission { events: many, ..plain(ledger) };
    let long = SignedSubmission { events: vec![vec![0; limits::EVENT_BYTES + 1].into()], ..plain(ledger) };
    vec![
        (
            with_envelope(&plain(ledger), |bytes| bytes.truncate(40)),
            Code::InvalidArgument,
            "MessageMustDecode",
            "envelope",
        ),
        (
            with_envelope(&plain(ledger), |bytes| bytes.extend([0xf8, 1, 1])),
            Code::InvalidArgument,
            "FieldMustBeKnown",
            "envelope",
        ),
        (with_area_kind(ledger, 99), Code::InvalidArgument, "EnumNumberMustBeKnown", "events[0]"),
        (with_event(ledger, |bytes| bytes.truncate(60)), Code::InvalidArgument, "MessageMustDecode", "events[0]"),
        (
            with_event(ledger, |bytes| bytes.extend([0xf8, 0xff, 0xff, 0xff, 0x07, 1])),
            Code::InvalidArgument,
            "FieldMustBeKnown",
            "events[0]",
        ),
        (
            with_event(ledger, |bytes| drop(bytes.splice(1..2, [bytes[1] | 0x80, 0]))),
            Code::InvalidArgument,
            "FieldMustBeCanonical",
            "events[0]",
        ),
        (
            SignedSubmission { envelope: Bytes::new(), events: vec![] },
            Code::InvalidArgument,
            "EnvelopeMustHoldSomething",
            "envelope",
        ),
        (long, Code::InvalidArgument, "SizeMustBeWithinLimit", "events[0]"),
        (many, Code::InvalidArgument, "ListMustBeWithinLimit", "events"),
        (other_bytes, Code::InvalidArgument, "EventsMustMatchDigests", "events[0]"),
        (broken, Code::Unauthenticated, "SignatureMustVerify", "envelope.signature"),
        (stranger, Code::Unauthenticated, "KeyMustBeEnrolled", "key_id"),
        (wrong_role, Code::FailedPrecondition, "RoleMustAllowKind", ""),
        (
            sign(foreign, &ledger.recorder, vec![record_opened()]),
            Code::FailedPrecondition,
            "LedgerMustMatch",
            "ledger_id",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_class_of_refusal_has_its_status_reason_and_field_on_every_way_in() {
    let ledger = TestLedger::new().await;
    let served = Served::start(&ledger.node).await;
    let mut client = served.ledger();
    let (requests, requested) = tokio::sync::mpsc::channel(64);
    let requested = tokio_stream::wrappers::ReceiverStream::new(requested);
    let mut expected = BTreeMap::new();
    for (tag, (signed, code, rule, at)) in (0..).zip(refusals(&ledger, LedgerId([9; 32]))) {
        let status = client.submit(request(&signed)).await.expect_err(rule);
        let (reason, field) = reason(&status);
        assert_eq!((status.code(), reason.as_str()), (code, rule), "{status:?}");
        assert!(field.contains(at), "{rule}: {field:?} names {at:?}");
        assert!(!field.is_empty() && status.message().contains(&field), "{rule}: {}", status.message());

        let draft = proto::CheckRequest {
            envelope: signed.envelope.clone(),
            events: signed.events.clone(),
            before: Vec::new(),
        };
        let checked = match client.check(draft).await {
            Ok(response) => response.into_inner().refusal.map(|no| (no.code as i32, no.reason, no.field)),
            Err(status) => Some((status.code() as i32, crate::support::reason(&status).0, field.clone())),
        };
        assert_eq!(checked, Some((code as i32, rule.to_owned(), field.clone())), "a dry run says the same");

        let good = plain(&ledger);
        requests.send(proto::SubmitStreamRequest { tag: 2 * tag, request: Some(request(&signed)) }).await.unwrap();
        requests.send(proto::SubmitStreamRequest { tag: 2 * tag + 1, request: Some(request(&good)) }).await.unwrap();
        expected.insert(2 * tag, Err((code as i32 as u32, rule.to_owned(), field)));
        expected.insert(2 * tag + 1, Ok(sha256(&good.envelope)));
    }
    assert_eq!(ledger.node.sequencer().published().head.tree.size, Size(2), "nothing of it entered");
    drop(requests);
    let mut answers = client.submit_stream(requested).await.unwrap().into_inner();
    let mut heard = BTreeMap::new();
    while let Some(answer) = answers.message().await.unwrap() {
        let outcome = match answer.outcome.expect("an outcome") {
            stream::Outcome::Accepted(accepted) => {
                let receipt = Receipt::try_from(accepted.receipt.expect("a receipt")).expect("read");
                receipt.verify(ledger.node.verifier()).expect("valid");
                Ok(receipt.envelope.0)
            }
            stream::Outcome::Refused(no) => Err((no.code, no.reason, no.field)),
        };
        assert!(heard.insert(answer.tag, outcome).is_none(), "answered once");
    }
    assert_eq!(heard, expected);
    drop((client, answers));
    let entered = heard.values().filter(|outcome| outcome.is_ok()).count() as u64;
    served.stop().await;
    assert_eq!(ledger.audited().await.entries, 2 + entered);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_of_what_is_not_there_says_which_field() {
    let ledger = TestLedger::new().await;
    let served = Served::start(&ledger.node).await;
    let (mut client, mut audit) = (served.ledger(), served.audit());
    use proto::get_receipt_request::Entry;
    let absent = |entry| proto::GetReceiptRequest { entry };
    let no = client.get_receipt(absent(Some(Entry::Index(99)))).await.expect_err("absent");
    assert_eq!((no.code(), reason(&no)), (Code::NotFound, ("NotFound".into(), "index".into())));
    let no = client.get_receipt(absent(Some(Entry::SubmissionDigest(vec![1; 32].into())))).await.expect_err("absent");
    assert_eq!((no.code(), reason(&no).1.as_str()), (Code::NotFound, "submission_digest"));
    let no = client.get_receipt(absent(Some(Entry::SubmissionDigest(vec![1; 3].into())))).await.expect_err("short");
    assert_eq!((no.code(), reason(&no).1.as_str()), (Code::InvalidArgument, "submission_digest"));
    let no = client.get_receipt(absent(None)).await.expect_err("nothing named");
    assert_eq!((no.code(), reason(&no).1.as_str()), (Code::InvalidArgument, "entry"));
    let no = audit.get_entry(proto::GetEntryRequest { index: u64::MAX }).await.expect_err("absent");
    assert_eq!((no.code(), reason(&no).1.as_str()), (Code::NotFound, "index"));
    let no = audit.prove_inclusion(proto::ProveInclusionRequest { index: 1, size: 99 }).await.expect_err("beyond");
    assert_eq!((no.code(), reason(&no).1.as_str()), (Code::InvalidArgument, "size"));
    let beyond = proto::ProveConsistencyRequest { from_size: 2, to_size: u64::MAX };
    let no = client.prove_consistency(beyond).await.expect_err("beyond");
    assert_eq!((no.code(), reason(&no).1.as_str()), (Code::InvalidArgument, "to_size"));
    let kind = proto::ReplayRequest { kind: "no_such_kind".into(), ..Default::default() };
    let no = audit.replay(kind).await.expect_err("no kind");
    assert_eq!((no.code(), reason(&no).1.as_str()), (Code::InvalidArgument, "kind"));
    drop((client, audit));
    served.stop().await;
    ledger.audited().await;
}

/// The indexes that a replay sends.
async fn replayed(served: &Served, request: proto::ReplayRequest) -> Vec<u64> {
    let mut responses = served.audit().replay(request).await.unwrap().into_inner();
    let mut indexes = Vec::new();
    while let Some(response) = responses.message().await.unwrap() {
        indexes.extend(response.entries.iter().map(|entry| entry.index));
    }
    indexes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_filters_by_what_it_is_asked_and_follows() {
    let ledger = TestLedger::new().await;
    let records: Vec<_> = (0..4).map(|_| record_opened()).collect();
    let mut receipts = Vec::new();
    for record in &records {
        let signed = ledger.sign(&ledger.recorder, vec![record.clone()]);
        receipts.push(receipt(ledger.submit(&signed).await.unwrap()));
    }
    let served = Served::start(&ledger.node).await;
    let ask = proto::ReplayRequest::default;
    let at = |index: usize| Some(wire::timestamp(receipts[index].recorded_at));
    assert_eq!(replayed(&served, ask()).await, [0, 1, 2, 3, 4, 5]);
    assert_eq!(replayed(&served, proto::ReplayRequest { from: 2, to: 4, ..ask() }).await, [2, 3]);
    assert_eq!(replayed(&served, proto::ReplayRequest { from: 9, ..ask() }).await, [0; 0]);
    let subject = records[2].subject.to_string();
    assert_eq!(replayed(&served, proto::ReplayRequest { subject, ..ask() }).await, [4]);
    let organisation = String::from("operator");
    assert_eq!(replayed(&served, proto::ReplayRequest { organisation, ..ask() }).await, [0, 1]);
    let kind = String::from("record_opened");
    assert_eq!(replayed(&served, proto::ReplayRequest { kind, from: 3, ..ask() }).await, [3, 4, 5]);
    let (recorded_from, recorded_to) = (at(1), at(3));
    assert_eq!(replayed(&served, proto::ReplayRequest { recorded_from, recorded_to, ..ask() }).await, [3, 4]);

    let follow = proto::ReplayRequest { from: 5, kind: "record_opened".into(), follow: true, ..ask() };
    let mut following = served.audit().replay(follow).await.unwrap().into_inner();
    assert_eq!(following.message().await.unwrap().unwrap().entries[0].index, 5);
    let later = receipt(ledger.submit(&plain(&ledger)).await.unwrap());
    assert_eq!(following.message().await.unwrap().unwrap().entries[0].index, later.index.0);
    served.stop().await;
    assert!(following.message().await.unwrap().is_none(), "a shutdown ends it");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_and_proofs_of_every_size_verify_without_trust_in_the_service() {
    let ledger = TestLedger::new().await;
    for _ in 0..5 {
        ledger.submit(&plain(&ledger)).await.unwrap();
    }
    let served = Served::start(&ledger.node).await;
    let (mut client, mut audit) = (served.ledger(), served.audit());
    let newest = ledger.node.sequencer().published().head.tree;
    let mut heads = BTreeMap::new();
    for index in 0..newest.size.0 {
        let entry = audit.get_entry(proto::GetEntryRequest { index }).await.unwrap().into_inner().entry.unwrap();
        assert_eq!(entry.index, index);
        let recorded_at = wire::recording_time(&entry.recorded_at.unwrap()).unwrap();
        let leaf = leaf_hash(recorded_at, EnvelopeDigest(sha256(&entry.envelope)));
        for size in index + 1..=newest.size.0 {
            let proved =
                audit.prove_inclusion(proto::ProveInclusionRequest { index, size }).await.unwrap().into_inner();
            let root = TreeHash::from_slice(&proved.root).unwrap();
            merkle::verify_inclusion(&hashes(&proved.proof), index, leaf, size, root).expect("included");
            assert_eq!(*heads.entry(size).or_insert(root), root, "one root of a size");
        }
    }
    assert_eq!(heads[&newest.size.0], newest.root);
    for (from_size, from) in &heads {
        for (to_size, to) in heads.range(from_size..) {
            let sizes = proto::ProveConsistencyRequest { from_size: *from_size, to_size: *to_size };
            let proof = client.prove_consistency(sizes).await.unwrap().into_inner().proof;
            let head = |size: &u64, root: &TreeHash| TreeHead { size: Size(*size), root: *root };
            assert_proves_consistency(&proof, head(from_size, from), head(to_size, to));
        }
    }
    drop((client, audit));
    served.stop().await;
    ledger.audited().await;
}

fn known(size: u64) -> Option<proto::ReadAt> {
    Some(proto::ReadAt { minimum_size: 0, known_at: Some(read_at::KnownAt::Size(size)) })
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_and_treaties_are_read_as_known_before_and_after() {
    let ledger = TestLedger::new().await;
    let treaty = TreatyRegistered {
        title: "Convention on Open Water".into(),
        short_names: vec!["COW".into()],
        adopted: Some("1997-09-18".parse().unwrap()),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: None,
    };
    let mut registered = event("treaty/untc:XX-1", Body::Treaty(TreatyBody::TreatyRegistered(Box::new(treaty))));
    registered.source = Some(source(SourceClass::OwnAct));
    let entered = receipt(ledger.submit(&ledger.sign(&ledger.recorder, vec![registered])).await.unwrap());
    assert_eq!(entered.index, Index(2));
    ledger.node.wait_for_models(Size(3)).await.unwrap();
    let served = Served::start(&ledger.node).await;
    let mut organisations = OrganisationsClient::new(served.channel.clone());
    let desk = |read_at| proto::GetOrganisationRequest { id: "desk".into(), read_at };
    let no = organisations.get(desk(known(1))).await.expect_err("not yet admitted");
    assert_eq!((no.code(), reason(&no).1.as_str()), (Code::NotFound, "id"));
    let now = Some(proto::ReadAt { minimum_size: 3, known_at: None });
    for read_at in [known(2), now] {
        let found = organisations.get(desk(read_at)).await.unwrap().into_inner();
        let organisation = found.organisation.unwrap();
        assert_eq!((organisation.admitted_index, organisation.members.len()), (1, 2));
        assert!(found.holds_at.unwrap().size >= 2);
    }
    let list = |read_at| proto::ListOrganisationsRequest { read_at, ..Default::default() };
    assert_eq!(organisations.list(list(known(1))).await.unwrap().into_inner().organisations.len(), 1);
    assert_eq!(organisations.list(list(now)).await.unwrap().into_inner().organisations.len(), 2);

    let mut treaties = TreatiesClient::new(served.channel.clone());
    for name in ["untc:XX-1", "COW"] {
        let get = |read_at| proto::GetTreatyRequest { treaty: name.into(), read_at };
        let no = treaties.get(get(known(2))).await.expect_err("not yet registered");
        assert_eq!((no.code(), reason(&no).1.as_str()), (Code::NotFound, "treaty"));
        let found = treaties.get(get(known(3))).await.unwrap().into_inner();
        assert_eq!(found.holds_at.unwrap().size, 3);
        let found = found.treaty.unwrap();
        assert_eq!((found.id.as_str(), found.position.unwrap().index), ("untc:XX-1", 2));
        assert_eq!(found.registered.unwrap().title, "Convention on Open Water");
    }
    let no = organisations.get(desk(known(99))).await.expect_err("a size in the future");
    assert_eq!(no.code(), Code::OutOfRange);
    drop((organisations, treaties));
    served.stop().await;
    ledger.audited().await;
}
