//! The write path, from the received bytes to the receipt, audited at its end.

use merestone::{
    authoring::{EventDraft, Freshness, sign_events},
    domain::*,
    sequencer::Outcome,
};

use crate::support::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_submission_is_proved_and_the_audit_finds_no_difference() {
    let ledger = TestLedger::new().await;
    for _ in 0..5 {
        let signed = ledger.sign(&ledger.recorder, vec![record_opened(), record_opened()]);
        let receipt = receipt(ledger.submit(&signed).await.unwrap());
        receipt.verify(ledger.node.verifier()).unwrap();
    }
    let report = ledger.audited().await;
    assert_eq!((report.entries, report.events), (7, 1 + 6 + 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_returns_the_first_receipt_and_never_doubles() {
    let ledger = TestLedger::new().await;
    let signed = ledger.sign(&ledger.recorder, vec![record_opened()]);
    let first = receipt(ledger.submit(&signed).await.unwrap());
    ledger.submit(&ledger.sign(&ledger.recorder, vec![record_opened()])).await.unwrap();
    let again = ledger.submit(&signed).await.unwrap();
    assert!(matches!(again, Outcome::Repeated { .. }));
    assert_eq!(receipt(again), first);
    let ledger = ledger.restart().await;
    assert_eq!(receipt(ledger.submit(&signed).await.unwrap()), first, "after a restart too");
    assert_eq!(ledger.audited().await.entries, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_submission_twice_at_once_enters_once() {
    let ledger = TestLedger::new().await;
    let signed = ledger.sign(&ledger.recorder, vec![record_opened()]);
    let (one, other) = tokio::join!(ledger.submit(&signed), ledger.submit(&signed));
    assert_eq!(receipt(one.unwrap()).index, receipt(other.unwrap()).index);
    assert_eq!(ledger.audited().await.entries, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_from_before_a_restart_still_verifies_and_the_ledger_goes_on() {
    let ledger = TestLedger::new().await;
    let before = receipt(ledger.submit(&ledger.sign(&ledger.recorder, vec![record_opened()])).await.unwrap());
    let ledger = ledger.restart().await;
    before.verify(ledger.node.verifier()).unwrap();
    let after = receipt(ledger.submit(&ledger.sign(&ledger.recorder, vec![record_opened()])).await.unwrap());
    assert_eq!(after.index, Index(before.index.0 + 1));
    assert!(after.recorded_at >= before.recorded_at, "I7");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_beside_the_segments_may_be_lost() {
    let ledger = TestLedger::new().await;
    let signed = ledger.sign(&ledger.recorder, vec![record_opened()]);
    let first = receipt(ledger.submit(&signed).await.unwrap());
    stop(&ledger.node).await;
    std::fs::remove_dir_all(ledger.dir.path().join("index")).unwrap();
    let ledger = ledger.restart().await;
    assert_eq!(receipt(ledger.submit(&signed).await.unwrap()), first);
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_refuses_each_thing_by_its_rule() {
    let ledger = TestLedger::new().await;
    let known = record_opened();
    ledger.submit(&ledger.sign(&ledger.recorder, vec![known.clone()])).await.unwrap();

    let again = Event { subject: record_opened().subject, ..known.clone() };
    assert_eq!(ledger.refusal(&ledger.sign(&ledger.recorder, vec![again])).await, "EventIdMustBeFresh");
    let same_subject = Event { subject: known.subject.clone(), ..record_opened() };
    assert_eq!(ledger.refusal(&ledger.sign(&ledger.recorder, vec![same_subject])).await, "SubjectMustBeNew");

    let stranger = post("desk", "recorder-9");
    assert_eq!(ledger.refusal(&ledger.sign(&stranger, vec![record_opened()])).await, "KeyMustBeEnrolled");
    let mut impostor = ledger.recorder.clone();
    impostor.member = "verifier-1".parse().unwrap();
    assert_eq!(ledger.refusal(&ledger.sign(&impostor, vec![record_opened()])).await, "KeyMustBelongToMember");
    assert_eq!(ledger.refusal(&ledger.sign(&ledger.verifier, vec![record_opened()])).await, "RoleMustAllowKind");
    let mut abroad = record_opened();
    if let Body::Minefield(MinefieldBody::RecordOpened(record)) = &mut abroad.body {
        record.country = Some("YY".parse().unwrap());
    }
    assert_eq!(ledger.refusal(&ledger.sign(&ledger.recorder, vec![abroad])).await, "MandateMustCoverCountry");
    assert_eq!(ledger.audited().await.entries, 3, "nothing of it entered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_over_other_bytes_is_unverified_and_other_event_bytes_are_malformed() {
    let ledger = TestLedger::new().await;
    let one = ledger.sign(&ledger.recorder, vec![record_opened()]);
    let mut other = ledger.sign(&ledger.recorder, vec![record_opened()]);
    other.events = one.events.clone();
    assert_eq!(ledger.refusal(&other).await, "EventsMustMatchDigests");
    let mut forged = ledger.recorder.clone();
    forged.key = key();
    let mut draft = ledger.sign(&forged, vec![record_opened()]);
    let enrolled = ledger.recorder.key.public().id();
    let foreign = forged.key.public().id();
    draft.envelope = replaced(&draft.envelope, foreign.as_bytes(), enrolled.as_bytes());
    assert_eq!(ledger.refusal(&draft).await, "SignatureMustVerify");
    ledger.audited().await;
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> prost::bytes::Bytes {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("it is there");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat().into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_is_no_prefix_is_rejected_and_one_that_is_enters() {
    let ledger = TestLedger::new().await;
    let head = ledger.node.sequencer().published().head.tree;
    let with_seen = |seen| {
        let draft = EventDraft { ledger: Some(ledger.id), seen: Some(seen), events: vec![record_opened()] };
        let mut fresh = Freshness { now: SIGNED_AT, randomness: &mut randomness };
        sign_events(&draft, &ledger.recorder, &[], &mut fresh)
    };
    let honest = with_seen(Seen { size: head.size, root: head.root });
    let forked = with_seen(Seen { size: head.size, root: TreeHash([1; 32]) });
    let future = with_seen(Seen { size: Size(head.size.0 + 9), root: head.root });
    ledger.submit(&honest).await.unwrap();
    assert_eq!(ledger.refusal(&forked).await, "SeenMustBePrefix");
    assert_eq!(ledger.refusal(&future).await, "SeenMustBePrefix");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_ledgers_submission_is_rejected() {
    let (one, other) = (TestLedger::new().await, TestLedger::new().await);
    let mut author = one.recorder.clone();
    author.key = other.recorder.key.clone();
    let foreign = one.sign(&author, vec![record_opened()]);
    assert_eq!(other.refusal(&foreign).await, "LedgerMustMatch");
    other.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_key_still_brings_late_work_with_a_finding_and_a_compromised_one_nothing() {
    let ledger = TestLedger::new().await;
    let end = |ending| {
        let ended = KeyEnded { key: ledger.recorder.key.public().id(), ending, reason: "left".into() };
        event("organisation/desk", Body::Registry(RegistryBody::KeyEnded(ended)))
    };
    ledger.submit(&ledger.sign(&ledger.registrar, vec![end(KeyEnding::Retired)])).await.unwrap();
    let late = ledger.submit(&ledger.sign(&ledger.recorder, vec![record_opened()])).await.unwrap();
    let Outcome::Accepted { findings, .. } = late else { panic!("it enters") };
    assert_eq!(findings[0].code, FindingCode::LateWorkOfRetiredKey);
    let compromised = KeyEnding::Compromised { since: SIGNED_AT };
    ledger.submit(&ledger.sign(&ledger.registrar, vec![end(compromised)])).await.unwrap();
    assert_eq!(ledger.refusal(&ledger.sign(&ledger.recorder, vec![record_opened()])).await, "KeyMustBeActive");
    assert_eq!(ledger.audited().await.findings, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_sign_offs_on_a_recorded_submission_enter_once_and_the_receipt_stays_the_first() {
    let ledger = TestLedger::new().await;
    let mut events = vec![record_opened()];
    let plain = ledger.sign(&ledger.recorder, events.clone());
    let first = receipt(ledger.submit(&plain).await.unwrap());
    events[0] = record_opened();
    let with = [(&ledger.verifier, Capacity::Verifier)];
    let signed = ledger.sign_with(&ledger.recorder, events, &with);
    let whole = receipt(ledger.submit(&signed).await.unwrap());
    assert_eq!(whole.index.0, first.index.0 + 1);
    let author = ledger.sign_with(&ledger.recorder, vec![record_opened()], &[(&ledger.recorder, Capacity::Verifier)]);
    assert_eq!(ledger.refusal(&author).await, "SignOffMustBeByAnother");
    let wrong =
        ledger.sign_with(&ledger.recorder, vec![record_opened()], &[(&ledger.verifier, Capacity::NationalAuthority)]);
    assert_eq!(ledger.refusal(&wrong).await, "CapacityMustBeAllowed");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_entitled_administrator_governs() {
    let ledger = TestLedger::new().await;
    let newcomer = post("desk", "recorder-2");
    let member = |post: &merestone::authoring::Post| {
        let enrolled =
            MemberEnrolled { member: post.member.clone(), post: "A post".into(), roles: vec![Role::Recorder] };
        event("organisation/desk", Body::Registry(RegistryBody::MemberEnrolled(enrolled)))
    };
    assert_eq!(ledger.refusal(&ledger.sign(&ledger.recorder, vec![member(&newcomer)])).await, "RoleMustAllowKind");
    let mut unproved = ledger.enrolment(&newcomer);
    unproved.possession = [0; 64];
    let enrol = |body| event("organisation/desk", Body::Registry(RegistryBody::KeyEnrolled(body)));
    let events = vec![member(&newcomer), enrol(unproved)];
    assert_eq!(ledger.refusal(&ledger.sign(&ledger.registrar, events)).await, "PossessionMustVerify");
    let events = vec![member(&newcomer), enrol(ledger.enrolment(&newcomer))];
    ledger.submit(&ledger.sign(&ledger.registrar, events)).await.unwrap();
    ledger.submit(&ledger.sign(&newcomer, vec![record_opened()])).await.unwrap();
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_enter_in_few_batches_and_all_receipts_verify() {
    let ledger = TestLedger::new().await;
    let signed: Vec<_> = (0..200).map(|_| ledger.sign(&ledger.recorder, vec![record_opened()])).collect();
    let mut tasks = tokio::task::JoinSet::new();
    for signed in signed {
        let node = std::sync::Arc::clone(&ledger.node);
        tasks.spawn(async move { submit(&node, &signed).await });
    }
    let mut indexes = Vec::new();
    while let Some(outcome) = tasks.join_next().await {
        let receipt = receipt(outcome.unwrap().unwrap());
        receipt.verify(ledger.node.verifier()).unwrap();
        indexes.push(receipt.index.0);
    }
    indexes.sort_unstable();
    assert_eq!(indexes, (2..202).collect::<Vec<_>>(), "I6");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_administrator_no_longer_governs() {
    let ledger = TestLedger::new().await;
    let retire = |key| {
        let ended = KeyEnded { key, ending: KeyEnding::Retired, reason: "left".into() };
        event("organisation/operator", Body::Registry(RegistryBody::KeyEnded(ended)))
    };
    let admit = || {
        let admitted = OrganisationAdmitted {
            name: "Another desk".into(),
            organisation_type: OrganisationType::Desk,
            country: "XX".parse().unwrap(),
        };
        event("organisation/another-desk", Body::Registry(RegistryBody::OrganisationAdmitted(admitted)))
    };
    let own = ledger.registrar.key.public().id();
    ledger.submit(&ledger.sign(&ledger.registrar, vec![retire(own)])).await.unwrap();
    let late = ledger.sign(&ledger.registrar, vec![admit()]);
    assert_eq!(ledger.refusal(&late).await, "GovernorMustBeEntitled");
    ledger.audited().await;
}
