//! Receipts as they are kept in files, ready to be verified without a ledger.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    checkpoint::{CheckpointVerifier, InvalidOrigin, MalformedProof, Receipt},
    crypto::{InvalidPublicKey, PublicKey},
    domain::{EnvelopeDigest, Index, RecordingTime, TreeHash},
    wire::{InvalidJson, from_json, proto},
};
use prost::Message;

/// Why a receipt or a verifier key cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    #[error("it is neither a tlog-proof nor a receipt in JSON")]
    Form(#[source] serde_json::Error),
    #[error("it is JSON, but no receipt")]
    Fields(#[source] InvalidJson),
    #[error("it is no tlog-proof")]
    Proof(#[source] MalformedProof),
    #[error("the receipt lacks {0}")]
    Incomplete(&'static str),
    #[error("a verifier key is name+hash+base64, as `merestone status` prints it")]
    VerifierKey,
    #[error(
        "the hash in the verifier key is not that of its name and key: {found} was given, {wanted} fits; part of it was \
         changed or belongs to another ledger, so get it anew from somebody you trust"
    )]
    VerifierKeyHash { found: String, wanted: String },
    #[error("the verifier key holds no usable key")]
    Key(#[source] InvalidPublicKey),
    #[error("the verifier key has no usable name")]
    Origin(#[source] InvalidOrigin),
}

/// Reads a receipt: a tlog-proof file, or the JSON of a `Receipt` or of an
/// answer that holds one.
pub fn parse_receipt(text: &str) -> Result<Receipt, ReceiptError> {
    if text.starts_with("c2sp.org/tlog-proof") {
        return Receipt::from_tlog_proof(text).map_err(ReceiptError::Proof);
    }
    let json: serde_json::Value = serde_json::from_str(text).map_err(ReceiptError::Form)?;
    let bytes = from_json("Receipt", json.get("receipt").unwrap_or(&json)).map_err(ReceiptError::Fields)?;
    let message = proto::Receipt::decode(bytes.as_slice()).expect("bytes of the same message");
    Receipt::try_from(message)
}

impl TryFrom<proto::Receipt> for Receipt {
    type Error = ReceiptError;

    fn try_from(message: proto::Receipt) -> Result<Self, ReceiptError> {
        let proto::Receipt { index, recorded_at, envelope_digest, inclusion_proof, checkpoint } = message;
        let recorded_at = recorded_at.and_then(|time| {
            let time = jiff::Timestamp::new(time.seconds, time.nanos).ok()?;
            RecordingTime::from_timestamp(time)
        });
        let hash = |bytes: &prost::bytes::Bytes| TreeHash::from_slice(bytes);
        Ok(Self {
            index: Index(index),
            recorded_at: recorded_at.ok_or(ReceiptError::Incomplete("recorded_at"))?,
            envelope: EnvelopeDigest::from_slice(&envelope_digest)
                .ok_or(ReceiptError::Incomplete("envelope_digest"))?,
            proof: inclusion_proof
                .iter()
                .map(|bytes| hash(bytes).ok_or(ReceiptError::Incomplete("hashes of 32 bytes")))
                .collect::<Result<_, _>>()?,
            checkpoint,
        })
    }
}

/// Reads a verifier key in C2SP form, `name+hash+key`.
pub fn parse_vkey(vkey: &str) -> Result<CheckpointVerifier, ReceiptError> {
    let mut pieces = vkey.trim().splitn(3, '+');
    let (Some(name), Some(hash), Some(key)) = (pieces.next(), pieces.next(), pieces.next()) else {
        return Err(ReceiptError::VerifierKey);
    };
    let key = BASE64_STANDARD.decode(key).map_err(|_| ReceiptError::VerifierKey)?;
    // The first byte names the algorithm: 1 is Ed25519.
    let key: &[u8; 32] = match key.split_first() {
        Some((1, key)) => key.try_into().map_err(|_| ReceiptError::VerifierKey)?,
        _ => return Err(ReceiptError::VerifierKey),
    };
    let key = PublicKey::from_bytes(key).map_err(ReceiptError::Key)?;
    let verifier = CheckpointVerifier::new(name, key).map_err(ReceiptError::Origin)?;
    let own = verifier.vkey();
    match own.trim_start_matches(name).trim_start_matches('+').split('+').next() {
        _ if own == vkey.trim() => Ok(verifier),
        Some(wanted) if wanted != hash => {
            Err(ReceiptError::VerifierKeyHash { found: hash.to_owned(), wanted: wanted.to_owned() })
        }
        _ => Err(ReceiptError::VerifierKey),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checkpoint::{CheckpointSigner, leaf_hash},
        client::to_json,
        crypto::SigningKey,
        domain::{Size, TreeHead},
    };

    #[test]
    fn a_receipt_reads_alike_from_json_and_from_a_proof_and_verifies() {
        let signer = CheckpointSigner::new("ledger.example.org/2026", SigningKey::from_seed(&[3; 32])).expect("signer");
        let (recorded_at, envelope) = (RecordingTime(1_780_000_000_000_000), EnvelopeDigest([5; 32]));
        let head = TreeHead { size: Size(1), root: leaf_hash(recorded_at, envelope) };
        let message = proto::Receipt {
            index: 0,
            recorded_at: Some(prost_types::Timestamp { seconds: 1_780_000_000, nanos: 0 }),
            envelope_digest: vec![5; 32].into(),
            inclusion_proof: vec![],
            checkpoint: signer.sign(head),
        };
        let receipt = parse_receipt(&to_json("Receipt", &message).to_string()).expect("read");
        assert_eq!(parse_receipt(&receipt.to_tlog_proof()).expect("read"), receipt);
        let verifier = parse_vkey(&signer.verifier().vkey()).expect("a verifier key");
        assert_eq!(receipt.verify(&verifier).expect("valid"), head);
        let other = CheckpointSigner::new("ledger.example.org/2026", SigningKey::from_seed(&[4; 32])).expect("signer");
        assert!(receipt.verify(&other.verifier()).is_err());
    }

    #[test]
    fn an_altered_verifier_key_is_refused() {
        let signer = CheckpointSigner::new("l.example", SigningKey::from_seed(&[3; 32])).expect("signer");
        let vkey = signer.verifier().vkey();
        let renamed = parse_vkey(&vkey.replacen("l.example", "m.example", 1)).expect_err("another name");
        assert!(matches!(renamed, ReceiptError::VerifierKeyHash { .. }), "it has the form: {renamed}");
        let hash = vkey.split('+').nth(1).expect("a hash");
        let rehashed = parse_vkey(&vkey.replacen(hash, "00000000", 1)).expect_err("another hash").to_string();
        assert!(rehashed.contains("00000000 was given") && rehashed.contains(&format!("{hash} fits")), "{rehashed}");
        assert!(parse_vkey("no key").is_err());
    }
}
