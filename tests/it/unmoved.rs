//! `require_unmoved`: who names the newest event on a subject may record on it,
//! whoever else used its id; and what a retry with more signatures hears.

use merestone::{
    authoring::{Post, SignedSubmission},
    crypto::{PayloadType, sha256},
    domain::*,
    sequencer::Outcome,
    wire::{self, SignedStatement},
};

use crate::support::*;

/// Signs events that may enter only if no subject moved.
fn unmoved(ledger: &TestLedger, author: &Post, events: &[Event], seen: Option<Seen>) -> SignedSubmission {
    let events: Vec<prost::bytes::Bytes> = events.iter().map(|event| wire::encode_event(event).into()).collect();
    let id = event("ledger", Body::Treaty(TreatyBody::SignatureAffixed(affixed()))).id;
    let bytes = wire::encode_submission(&Submission {
        ledger_id: Some(ledger.id),
        id: SubmissionId(id.0),
        author: author.signer(),
        signed_at: SIGNED_AT,
        event_digests: events.iter().map(|event| EventDigest(sha256(event))).collect(),
        seen,
        require_unmoved: true,
    });
    let signature = author.key.sign(PayloadType::Submission, &bytes);
    let envelope = wire::encode_envelope(&SignedStatement { bytes, signature }, &[]);
    SignedSubmission { envelope: envelope.into(), events }
}

fn affixed() -> SignatureAffixed {
    let signed = Some("1997-12-03".parse().unwrap());
    SignatureAffixed { signed, place: "".into(), signature_type: SignatureType::Simple }
}

/// A signature under a treaty, on a subject that everybody may write to.
fn signature(based_on: &[EventId]) -> Event {
    let event = event("participation/APMBC/POLAND", Body::Treaty(TreatyBody::SignatureAffixed(affixed())));
    Event { based_on: based_on.to_vec(), source: Some(source(SourceClass::Press)), ..event }
}

/// A desk of another organisation that may record on all treaties.
async fn rival(ledger: &TestLedger) -> Post {
    let post = post("rival", "recorder-1");
    let on_rival = |body| event("organisation/rival", Body::Registry(body));
    let admitted = OrganisationAdmitted {
        name: "A rival desk".into(),
        organisation_type: OrganisationType::Desk,
        country: "XX".parse().unwrap(),
    };
    let mandate = Mandate {
        mandate_type: MandateType::Transcribe,
        treaties: Scope::All,
        countries: Scope::All,
        since: None,
        until: None,
        basis: "charter".into(),
    };
    let member = MemberEnrolled { member: post.member.clone(), post: "A post".into(), roles: vec![Role::DeskOfficer] };
    let events = vec![
        on_rival(RegistryBody::OrganisationAdmitted(admitted)),
        on_rival(RegistryBody::MandateGranted(MandateGranted { mandate })),
        on_rival(RegistryBody::MemberEnrolled(member)),
        on_rival(RegistryBody::KeyEnrolled(ledger.enrolment(&post))),
    ];
    ledger.submit(&ledger.sign(&ledger.registrar, events)).await.unwrap();
    post
}

async fn register(ledger: &TestLedger, author: &Post) {
    let treaty = TreatyRegistered {
        title: "A treaty".into(),
        short_names: vec!["APMBC".into()],
        adopted: Some("1997-09-18".parse().unwrap()),
        adopted_at: "Oslo".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: None,
    };
    let participant = ParticipantRegistered {
        name: "Poland".into(),
        participant_type: ParticipantType::State,
        iso_code: None,
        other_names: Vec::new(),
        predecessors: Vec::new(),
    };
    let sourced = |subject, body| Event { source: Some(source(SourceClass::Press)), ..event(subject, body) };
    let events = vec![
        sourced("treaty/APMBC", Body::Treaty(TreatyBody::TreatyRegistered(Box::new(treaty)))),
        sourced("participant/POLAND", Body::Treaty(TreatyBody::ParticipantRegistered(participant))),
    ];
    ledger.submit(&ledger.sign(author, events)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_that_names_the_newest_event_enters_and_any_other_is_rejected() {
    let ledger = TestLedger::new().await;
    let desk = rival(&ledger).await;
    register(&ledger, &desk).await;
    let (first, second) = (signature(&[]), signature(&[]));
    ledger.submit(&unmoved(&ledger, &desk, std::slice::from_ref(&first), None)).await.unwrap();
    let blind = unmoved(&ledger, &desk, &[signature(&[])], None);
    assert_eq!(ledger.refusal(&blind).await, "SubjectMustNotHaveMoved");
    let based = Event { based_on: vec![first.id], ..second.clone() };
    ledger.submit(&unmoved(&ledger, &desk, &[based], None)).await.unwrap();
    let late = unmoved(&ledger, &desk, &[signature(&[first.id])], None);
    assert_eq!(ledger.refusal(&late).await, "SubjectMustNotHaveMoved");
    let two = [signature(&[first.id, second.id]), signature(&[])];
    ledger.submit(&unmoved(&ledger, &desk, &two, None)).await.expect("only the first event on a subject needs a base");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_another_organisation_used_again_neither_blocks_a_subject_nor_hides_that_it_moved() {
    let ledger = TestLedger::new().await;
    let rival = rival(&ledger).await;
    let desk = second_desk(&ledger).await;
    register(&ledger, &rival).await;
    let first = signature(&[]);
    let before = receipt(ledger.submit(&ledger.sign(&desk, vec![first.clone()])).await.unwrap());
    let copy = Event { id: first.id, ..signature(&[]) };
    receipt(ledger.submit(&ledger.sign(&rival, vec![copy])).await.expect("another organisation's ids are its own"));
    let head = ledger.node.sequencer().published().head.tree;
    let ledger = ledger.restart().await;

    let unseen = unmoved(&ledger, &desk, &[signature(&[first.id])], None);
    assert_eq!(ledger.refusal(&unseen).await, "SubjectMustNotHaveMoved", "which of the two was meant?");
    let signed = before.verify(ledger.node.verifier()).unwrap();
    let only_first = Some(Seen { size: signed.size, root: signed.root });
    let older = unmoved(&ledger, &desk, &[signature(&[first.id])], only_first);
    assert_eq!(ledger.refusal(&older).await, "SubjectMustNotHaveMoved", "it moved since");
    let seen = Some(Seen { size: head.size, root: head.root });
    let third = signature(&[first.id]);
    ledger.submit(&unmoved(&ledger, &desk, std::slice::from_ref(&third), seen)).await.expect("the newest was seen");
    let older = unmoved(&ledger, &desk, &[signature(&[first.id])], seen);
    assert_eq!(ledger.refusal(&older).await, "SubjectMustNotHaveMoved", "the doubled id is no longer the newest");
    ledger.submit(&unmoved(&ledger, &desk, &[signature(&[third.id])], None)).await.expect("its id is its own again");
    ledger.audited().await;
}

/// The desk's recorder gets a post that may record on treaties.
async fn second_desk(ledger: &TestLedger) -> Post {
    let officer = post("desk", "officer-1");
    let member =
        MemberEnrolled { member: officer.member.clone(), post: "A post".into(), roles: vec![Role::DeskOfficer] };
    let on_desk = |body| event("organisation/desk", Body::Registry(body));
    let events = vec![
        on_desk(RegistryBody::MemberEnrolled(member)),
        on_desk(RegistryBody::KeyEnrolled(ledger.enrolment(&officer))),
    ];
    ledger.submit(&ledger.sign(&ledger.registrar, events)).await.unwrap();
    officer
}

#[tokio::test(flavor = "multi_thread")]
async fn the_founding_is_the_first_event_on_a_founders_organisation() {
    let ledger = TestLedger::new().await;
    let founding = {
        let journal = merestone::journal::SegmentJournal::open_read_only(ledger.dir.path()).unwrap();
        let stored = merestone::journal::Journal::read(&journal, Index(0), merestone::journal::ReadLimit::ONE).unwrap();
        let EnvelopeContent::Submission(content) = wire::read_entry(&stored[0]).unwrap().envelope.content else {
            panic!("a submission")
        };
        content.events[0].id
    };
    let enrolled = |member: &str, based_on| {
        let member =
            MemberEnrolled { member: member.parse().unwrap(), post: "A post".into(), roles: vec![Role::Administrator] };
        let event = event("organisation/operator", Body::Registry(RegistryBody::MemberEnrolled(member)));
        Event { based_on, ..event }
    };
    let blind = unmoved(&ledger, &ledger.registrar, &[enrolled("deputy-1", Vec::new())], None);
    assert_eq!(ledger.refusal(&blind).await, "SubjectMustNotHaveMoved");
    let based = unmoved(&ledger, &ledger.registrar, &[enrolled("deputy-1", vec![founding])], None);
    let Outcome::Accepted { findings, .. } = ledger.submit(&based).await.unwrap() else { panic!("it enters") };
    assert_eq!(findings, [], "the base is known");
    let late = unmoved(&ledger, &ledger.registrar, &[enrolled("deputy-2", vec![founding])], None);
    assert_eq!(ledger.refusal(&late).await, "SubjectMustNotHaveMoved");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_with_a_sign_off_that_may_not_enter_hears_the_first_receipt_all_the_same() {
    let ledger = TestLedger::new().await;
    let plain = ledger.sign(&ledger.recorder, vec![record_opened()]);
    let first = receipt(ledger.submit(&plain).await.unwrap());
    let signed_off = |by: &Post, capacity| {
        let envelope = wire::parse_submitted(plain.envelope.clone(), plain.events.clone()).unwrap();
        let EnvelopeContent::Submission(content) = envelope.envelope.content else { panic!("a submission") };
        let statement = wire::encode_sign_off(&SignOff {
            ledger_id: ledger.id,
            submission: content.digest,
            signer: by.signer(),
            capacity,
            verdict: Verdict::Approve { remark: "".into() },
            accepted_findings: Vec::new(),
            signed_at: SIGNED_AT,
        });
        let signature = by.key.sign(PayloadType::SignOff, &statement);
        let author = &envelope.signed[0];
        let author = SignedStatement { bytes: author.bytes.to_vec(), signature: author.signature };
        let envelope = wire::encode_envelope(&author, &[SignedStatement { bytes: statement, signature }]);
        SignedSubmission { envelope: envelope.into(), events: plain.events.clone() }
    };
    let not_allowed = signed_off(&ledger.verifier, Capacity::NationalAuthority);
    for _ in 0..2 {
        let again = ledger.submit(&not_allowed).await.expect("the submission is recorded");
        assert!(matches!(again, Outcome::Repeated { .. }));
        assert_eq!(receipt(again), first);
    }
    assert_eq!(ledger.node.sequencer().published().head.tree.size, Size(3), "nothing entered");
    let allowed = signed_off(&ledger.verifier, Capacity::Verifier);
    for _ in 0..2 {
        assert_eq!(receipt(ledger.submit(&allowed).await.unwrap()), first);
    }
    assert_eq!(ledger.audited().await.entries, 4, "the sign-off entered once");
}
