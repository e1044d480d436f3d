//! Golden vectors: bytes that Python and JavaScript made from the proto files
//! (`tests/golden`), read, checked and written again here.
//!
//! They say how bytes look, not what the ledger decides about them.

use std::fmt;

use merestone::{
    checkpoint::{CheckpointSigner, CheckpointVerifier, Receipt, leaf_data, leaf_hash},
    crypto::{PayloadType, PublicKey, Signature, SigningKey, pre_authentication_encoding, sha256},
    domain::{EnvelopeDigest, Index, KINDS, RecordingTime, Size, TreeHash, TreeHead},
    merkle::{HashFile, Tree, verify_consistency},
    wire::{self, proto},
};
use prost::Message;
use serde_json::{Map, Value};

/// One golden file, compiled in: a missing file stops the build.
macro_rules! golden {
    ($name:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!("../golden/", $name, ".json"))).expect("JSON")
    };
}

fn named(file: &Value) -> &Map<String, Value> {
    file.as_object().expect("an object of named vectors")
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_else(|| panic!("{field} is a text"))
}

fn number(vector: &Value, field: &str) -> u64 {
    vector[field].as_u64().unwrap_or_else(|| panic!("{field} is a number"))
}

fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    hex::decode(text(vector, field)).unwrap_or_else(|_| panic!("{field} is hexadecimal"))
}

fn digest(vector: &Value, field: &str) -> [u8; 32] {
    bytes(vector, field).try_into().unwrap_or_else(|_| panic!("{field} has 32 bytes"))
}

fn proof(vector: &Value) -> Vec<TreeHash> {
    let hashes = vector["proof"].as_array().expect("a list of hashes");
    hashes.iter().map(|hash| hash.as_str().and_then(|hash| hash.parse().ok()).expect("a hash")).collect()
}

fn signing_key(name: &str) -> SigningKey {
    SigningKey::from_seed(&digest(&golden!("keys")[name], "seed"))
}

/// Every field is known and in canonical place: nothing is lost or moved.
fn reencodes<M: Message + Default>(name: &str, golden: &[u8]) -> M {
    let message = M::decode(golden).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(hex::encode(message.encode_to_vec()), hex::encode(golden), "{name}");
    message
}

/// Digest, what is signed, and the signature itself, which is deterministic.
fn signed_as_golden<M: Message + Default + fmt::Debug>(file: &Value, payload: PayloadType) {
    for (name, vector) in named(file) {
        let body = bytes(vector, "bytes");
        reencodes::<M>(name, &body);
        assert_eq!(sha256(&body), digest(vector, "sha256"), "{name}");
        assert_eq!(pre_authentication_encoding(payload.media_type(), &body), bytes(vector, "signed"), "{name}");
        let key = signing_key(text(vector, "signer"));
        let signature: Signature = bytes(vector, "signature").try_into().expect("64 bytes");
        assert_eq!(key.sign(payload, &body), signature, "{name}");
        assert_eq!(key.public().verify(payload, &body, &signature), Ok(()), "{name}");
    }
}

#[test]
fn keys_and_their_ids_are_the_golden_ones() {
    for (name, vector) in named(&golden!("keys")) {
        let key = signing_key(name);
        assert_eq!(key.public().as_bytes(), &digest(vector, "public_key"), "{name}");
        assert_eq!(key.public().to_spki(), bytes(vector, "spki"), "{name}");
        assert_eq!(key.public().id().as_bytes(), &digest(vector, "key_id"), "{name}");
        assert_eq!(PublicKey::from_spki(&bytes(vector, "spki")).as_ref(), Ok(key.public()), "{name}");
    }
}

#[test]
fn submissions_sign_offs_and_possessions_are_signed_as_in_the_golden_files() {
    signed_as_golden::<proto::Submission>(&golden!("submissions"), PayloadType::Submission);
    signed_as_golden::<proto::SignOff>(&golden!("sign_offs"), PayloadType::SignOff);
    signed_as_golden::<proto::KeyPossession>(&golden!("possessions"), PayloadType::KeyPossession);
}

#[test]
fn every_golden_event_is_written_again_byte_for_byte() {
    for (name, vector) in named(&golden!("events")) {
        let golden = bytes(vector, "bytes");
        let event = reencodes::<proto::Event>(name, &golden);
        assert!(event.body.is_some(), "{name} has a body that we know");
        assert_eq!(sha256(&golden), digest(vector, "sha256"), "{name}");
    }
}

#[test]
fn there_is_a_golden_event_of_every_kind() {
    let events = golden!("events");
    for row in KINDS {
        let golden = bytes(&events[row.name], "bytes");
        assert_eq!(last_field_number(&golden), row.number, "the body of {} is its last field", row.name);
    }
}

/// Number of the last length-delimited field at the top level.
fn last_field_number(mut bytes: &[u8]) -> u32 {
    let mut last = 0;
    while !bytes.is_empty() {
        let (number, wire_type) = prost::encoding::decode_key(&mut bytes).expect("a key");
        prost::encoding::skip_field(wire_type, number, &mut bytes, Default::default()).expect("a field");
        last = number;
    }
    last
}

#[test]
fn submissions_list_the_digests_of_their_events() {
    let events = golden!("events");
    for (name, vector) in named(&golden!("submissions")) {
        let submission = reencodes::<proto::Submission>(name, &bytes(vector, "bytes"));
        let listed = vector["events"].as_array().expect("a list of names");
        let digests: Vec<_> = listed
            .iter()
            .map(|event| sha256(&bytes(&events[event.as_str().expect("a name")], "bytes")).to_vec())
            .collect();
        assert_eq!(submission.event_digests, digests, "{name}");
    }
}

#[test]
fn envelopes_hold_the_signed_bytes_with_sign_offs_in_order_of_key_id() {
    let mut held = 0;
    for (name, vector) in named(&golden!("envelopes")) {
        let golden = bytes(vector, "bytes");
        let envelope = reencodes::<proto::Envelope>(name, &golden);
        assert_eq!(sha256(&golden), digest(vector, "sha256"), "{name}");
        let statements = envelope.sign_offs.iter();
        let keys: Vec<_> =
            statements.map(|signed| reencodes::<proto::SignOff>(name, &signed.statement).key_id).collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{name}");
        held += keys.len() + usize::from(!envelope.submission.is_empty());
    }
    assert_eq!(held, named(&golden!("submissions")).len() + named(&golden!("sign_offs")).len());
}

#[test]
fn the_ledger_id_is_the_digest_of_the_founding_submission() {
    let id = digest(&golden!("log"), "ledger_id");
    let submissions = golden!("submissions");
    assert_eq!(sha256(&bytes(&submissions["founding"], "bytes")), id);
    for (name, vector) in named(&submissions) {
        let submission = reencodes::<proto::Submission>(name, &bytes(vector, "bytes"));
        let expected = if name == "founding" { Vec::new() } else { id.to_vec() };
        assert_eq!(submission.ledger_id, expected, "{name}");
    }
}

#[test]
fn commitments_bind_content_to_ledger_event_and_slot() {
    let ledger_id = digest(&golden!("log"), "ledger_id");
    for (name, vector) in named(&golden!("commitments")) {
        let slot = u32::try_from(number(vector, "slot")).expect("a slot").to_be_bytes();
        let salt = digest(vector, "salt");
        let content = bytes(vector, "content");
        reencodes::<proto::PartContent>(name, &content);
        let event = text(vector, "event_id").as_bytes();
        let hashed = [&b"merestone part v1\n"[..], &ledger_id, event, &slot, &salt, &content].concat();
        assert_eq!(hashed, bytes(vector, "hashed"), "{name}");
        assert_eq!(sha256(&hashed), digest(vector, "commitment"), "{name}");
    }
}

fn golden_verifier(log: &Value) -> CheckpointVerifier {
    CheckpointVerifier::new(text(log, "origin"), signing_key("checkpoint").public().clone()).expect("a valid origin")
}

fn golden_leaf(entry: &Value) -> (RecordingTime, EnvelopeDigest) {
    let envelope = digest(&golden!("envelopes")[text(entry, "envelope")], "sha256");
    (RecordingTime(number(entry, "recorded_at")), EnvelopeDigest(envelope))
}

fn golden_tree(log: &Value) -> Tree {
    let mut tree = Tree::empty(HashFile::in_memory()).expect("empty");
    for entry in log["entries"].as_array().expect("a list") {
        let (recorded_at, envelope) = golden_leaf(entry);
        tree.append(leaf_hash(recorded_at, envelope)).expect("appended");
    }
    tree
}

#[test]
fn leaves_are_the_golden_ones() {
    for entry in golden!("log")["entries"].as_array().expect("a list") {
        let (recorded_at, envelope) = golden_leaf(entry);
        assert_eq!(leaf_data(recorded_at, envelope)[..], bytes(entry, "leaf"));
        assert_eq!(leaf_hash(recorded_at, envelope).as_bytes(), &digest(entry, "leaf_hash"));
    }
}

#[test]
fn roots_and_signed_checkpoints_are_the_golden_ones() {
    let log = golden!("log");
    let signer = CheckpointSigner::new(text(&log, "origin"), signing_key("checkpoint")).expect("a valid origin");
    assert_eq!(signer.verifier(), golden_verifier(&log));
    assert_eq!(signer.verifier().vkey(), text(&log, "vkey"));
    let tree = golden_tree(&log);
    for head in log["heads"].as_array().expect("a list") {
        let stated = TreeHead { size: Size(number(head, "size")), root: TreeHash(digest(head, "root")) };
        assert_eq!(tree.root_at(stated.size.0), Ok(stated.root));
        assert_eq!(signer.sign(stated), text(head, "checkpoint"));
        assert_eq!(signer.verifier().verify(text(head, "checkpoint")).expect("valid"), stated);
    }
}

#[test]
fn receipts_and_their_proof_files_are_the_golden_ones() {
    let log = golden!("log");
    let (verifier, tree) = (golden_verifier(&log), golden_tree(&log));
    for vector in log["receipts"].as_array().expect("a list") {
        let (index, size) = (number(vector, "index"), number(vector, "size"));
        let receipt = Receipt::from_tlog_proof(text(vector, "tlog_proof")).expect("well formed");
        assert_eq!(receipt.to_tlog_proof(), text(vector, "tlog_proof"));
        assert_eq!((receipt.index, &receipt.proof), (Index(index), &proof(vector)));
        let entry = &log["entries"][usize::try_from(index).expect("small")];
        assert_eq!((receipt.recorded_at, receipt.envelope), golden_leaf(entry));
        let leaf = leaf_hash(receipt.recorded_at, receipt.envelope);
        assert_eq!(tree.prove_inclusion(index, leaf, size), Ok(proof(vector)));
        assert_eq!(receipt.verify(&verifier).expect("valid").size, Size(size));
    }
}

#[test]
fn consistency_proofs_are_the_golden_ones() {
    let log = golden!("log");
    let tree = golden_tree(&log);
    for vector in log["consistency"].as_array().expect("a list") {
        let (from, to) = (number(vector, "from"), number(vector, "to"));
        assert_eq!(tree.prove_consistency(from, to), Ok(proof(vector)));
        let root = |size| tree.root_at(size).expect("in the tree");
        assert_eq!(verify_consistency(&proof(vector), (from, root(from)), (to, root(to))), Ok(()));
    }
}

#[test]
fn every_golden_envelope_with_its_events_is_well_formed() {
    let (envelopes, submissions, events) = (golden!("envelopes"), golden!("submissions"), golden!("events"));
    for (name, vector) in named(&envelopes) {
        let listed = submissions[name]["events"].as_array();
        let event = |event: &Value| bytes(&events[event.as_str().expect("a name")], "bytes").into();
        let sent = listed.into_iter().flatten().map(event).collect();
        let submitted = wire::parse_submitted(bytes(vector, "bytes").into(), sent)
            .unwrap_or_else(|malformed| panic!("{name}: {malformed}"));
        for signed in &submitted.signed {
            let keys = golden!("keys");
            let mut owners =
                named(&keys).keys().map(|key| signing_key(key)).filter(|key| key.public().id() == signed.key);
            let key = owners.next().expect("the key is a golden one");
            assert_eq!(key.public().verify(signed.payload, &signed.bytes, &signed.signature), Ok(()), "{name}");
        }
    }
}
