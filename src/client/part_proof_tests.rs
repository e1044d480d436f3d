//! A proof holds, and fails with a byte changed anywhere.

use super::*;
use crate::{
    authoring::{EventDraft, Freshness, Post, fresh_event, sign_events},
    checkpoint::{CheckpointSigner, leaf_hash},
    crypto::SigningKey,
    domain::*,
    wire::encode_part_content,
};

const LEDGER: LedgerId = LedgerId([9; 32]);

fn proof() -> (PartProof, CheckpointVerifier) {
    let author = Post {
        organisation: "desk".parse().expect("valid"),
        member: "recorder-1".parse().expect("valid"),
        key: SigningKey::from_seed(&[2; 32]),
    };
    let mut fresh = Freshness { now: RecordingTime(1_780_000_000_000_000), randomness: &mut |bytes| bytes.fill(7) };
    let body = SurveyMethod::Gnss;
    let body = PositionSurveyed { surveyed: None, method: Some(body), accuracy_mm: Some(1), parcels: Vec::new() };
    let body = Body::Minefield(MinefieldBody::PositionSurveyed(body));
    let mut event = fresh_event("record/XX-1".parse().expect("valid"), body, &mut fresh);
    let content = PartContent::Remarks { text: "from the gate".into(), language: "en".into() };
    let content: Bytes = encode_part_content(&content).into();
    let commitment = Commitment::to(&LEDGER, event.id, 3, &[5; 32], &content);
    event.parts = vec![Part { slot: 3, kind: PartKind::Remarks, content: PartHolding::Sealed { commitment } }];
    let draft = EventDraft { ledger: Some(LEDGER), seen: None, events: vec![event] };
    let signed = sign_events(&draft, &author, &[], &mut fresh);
    let (recorded_at, envelope) = (RecordingTime(1_780_000_000_000_001), EnvelopeDigest(sha256(&signed.envelope)));
    let signer = CheckpointSigner::new("l.example", SigningKey::from_seed(&[3; 32])).expect("a valid origin");
    let head = TreeHead { size: Size(1), root: leaf_hash(recorded_at, envelope) };
    let receipt = Receipt { index: Index(0), recorded_at, envelope, proof: Vec::new(), checkpoint: signer.sign(head) };
    let author_key = author.key.public().clone();
    let [event] = &signed.events[..] else { panic!("one event") };
    let event = event.clone();
    (
        PartProof { receipt, envelope: signed.envelope, event, author_key, slot: 3, salt: [5; 32], content },
        signer.verifier(),
    )
}

#[test]
fn a_proof_shows_who_recorded_what_then_and_reads_back_from_its_file() {
    let (proof, verifier) = proof();
    let again = PartProof::from_json(&proof.to_json().to_string()).expect("read");
    assert_eq!(again, proof);
    let shown = again.verify(&verifier).expect("proved");
    assert_eq!(
        (shown.organisation.as_str(), shown.subject.as_str(), shown.kind),
        ("desk", "record/XX-1", PartKind::Remarks)
    );
    assert_eq!(shown.content["remarks"]["text"], "from the gate");
}

#[test]
fn a_wrong_byte_anywhere_is_found() {
    let (good, verifier) = proof();
    let flipped = |bytes: &Bytes, at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1;
        Bytes::from(bytes)
    };
    let refused = |changed: PartProof| changed.verify(&verifier).expect_err("refused");
    for at in 0..good.envelope.len() {
        let error = refused(PartProof { envelope: flipped(&good.envelope, at), ..good.clone() });
        assert!(matches!(error, PartProofError::OtherEnvelope), "{error}");
    }
    for at in 0..good.event.len() {
        let error = refused(PartProof { event: flipped(&good.event, at), ..good.clone() });
        assert!(matches!(error, PartProofError::OtherEvent), "{error}");
    }
    for at in 0..good.content.len() {
        let error = refused(PartProof { content: flipped(&good.content, at), ..good.clone() });
        assert!(matches!(error, PartProofError::OtherContent(3)), "{error}");
    }
    for at in 0..32 {
        let mut salt = good.salt;
        salt[at] ^= 1;
        assert!(matches!(refused(PartProof { salt, ..good.clone() }), PartProofError::OtherContent(3)));
    }
    let other_key = SigningKey::from_seed(&[8; 32]).public().clone();
    assert!(matches!(refused(PartProof { author_key: other_key, ..good.clone() }), PartProofError::Signature));
    assert!(matches!(refused(PartProof { slot: 4, ..good.clone() }), PartProofError::NoCommitment(4)));
    let mut receipt = good.receipt.clone();
    receipt.recorded_at.0 += 1;
    assert!(matches!(refused(PartProof { receipt, ..good.clone() }), PartProofError::ReceiptInvalid(_)));
    let mut receipt = good.receipt.clone();
    receipt.checkpoint = receipt.checkpoint.replacen("l.example\n1\n", "l.example\n2\n", 1);
    assert!(matches!(refused(PartProof { receipt, ..good.clone() }), PartProofError::ReceiptInvalid(_)));
}

#[test]
fn a_file_of_another_form_is_refused() {
    let (proof, _) = proof();
    let mut json = proof.to_json();
    json["merestone_part_proof"] = 2.into();
    assert!(matches!(PartProof::from_json(&json.to_string()), Err(PartProofError::UnknownForm(2))));
    let mut json = proof.to_json();
    json["salt"] = "00".into();
    assert!(matches!(PartProof::from_json(&json.to_string()), Err(PartProofError::Field("salt"))));
    assert!(matches!(PartProof::from_json("{}"), Err(PartProofError::Form(_))));
}
