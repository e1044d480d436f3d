//! Proofs of committed parts: a file that a third party verifies without the ledger.
//!
//! It holds the envelope, the bytes of the one event, the receipt, the author's public
//! key, and salt and content of the part. Verified, it shows that the content is what the
//! author signed and the ledger recorded then. Whose key it was, the ledger decided when
//! it accepted the entry; the rest of the submission stays unseen.
//! Leaves to others: whether the checkpoint is the ledger's only one (witnesses, audit).

use base64::{Engine, prelude::BASE64_STANDARD};
use prost::{Message, bytes::Bytes};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    checkpoint::{CheckpointVerifier, MalformedProof, Receipt, ReceiptInvalid},
    crypto::{InvalidPublicKey, PayloadType, PublicKey, sha256},
    domain::{Commitment, EventId, LedgerId, PartKind},
    wire::{proto, to_json},
};

/// What the file begins with.
const FORM: u32 = 1;

/// A committed part with everything that proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartProof {
    pub receipt: Receipt,
    pub envelope: Bytes,
    /// Bytes of the event that holds the commitment.
    pub event: Bytes,
    pub author_key: PublicKey,
    pub slot: u32,
    pub salt: [u8; 32],
    /// Bytes of a `PartContent`.
    pub content: Bytes,
}

/// What a verified proof shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedPart {
    pub ledger: LedgerId,
    pub organisation: String,
    pub member: String,
    pub event: EventId,
    pub subject: String,
    pub occurred: String,
    pub kind: PartKind,
    /// The content in the protobuf JSON mapping.
    pub content: Value,
}

/// Why a file is no proof, or proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum PartProofError {
    #[error("it is no part proof of this form")]
    Form(#[source] serde_json::Error),
    #[error("it is a part proof of form {0}, which this program does not know")]
    UnknownForm(u32),
    #[error("the field {0} is not base64 or hexadecimal of its length")]
    Field(&'static str),
    #[error("its receipt is no tlog-proof")]
    Receipt(#[source] MalformedProof),
    #[error("its author key is none")]
    Key(#[source] InvalidPublicKey),
    #[error("the receipt proves nothing")]
    ReceiptInvalid(#[from] ReceiptInvalid),
    #[error("the receipt is for another envelope")]
    OtherEnvelope,
    #[error("the envelope cannot be read")]
    Unreadable,
    #[error("the author's signature does not verify with this key")]
    Signature,
    #[error("the event is not one of the submission's")]
    OtherEvent,
    #[error("slot {0} of the event holds no commitment")]
    NoCommitment(u32),
    #[error("the commitment in slot {0} is over something else")]
    OtherContent(u32),
}

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    merestone_part_proof: u32,
    receipt: String,
    envelope: String,
    event: String,
    author_key: String,
    slot: u32,
    salt: String,
    content: String,
}

impl PartProof {
    /// As the file holds it.
    pub fn to_json(&self) -> Value {
        let stored = Stored {
            merestone_part_proof: FORM,
            receipt: self.receipt.to_tlog_proof(),
            envelope: BASE64_STANDARD.encode(&self.envelope),
            event: BASE64_STANDARD.encode(&self.event),
            author_key: BASE64_STANDARD.encode(self.author_key.to_spki()),
            slot: self.slot,
            salt: hex::encode(self.salt),
            content: BASE64_STANDARD.encode(&self.content),
        };
        serde_json::to_value(stored).expect("texts and numbers are JSON")
    }

    /// Reads a file. Nothing is verified yet.
    pub fn from_json(text: &str) -> Result<Self, PartProofError> {
        let Stored { merestone_part_proof, receipt, envelope, event, author_key, slot, salt, content } =
            serde_json::from_str(text).map_err(PartProofError::Form)?;
        if merestone_part_proof != FORM {
            return Err(PartProofError::UnknownForm(merestone_part_proof));
        }
        let bytes = |field, text: &str| BASE64_STANDARD.decode(text).map_err(|_| PartProofError::Field(field));
        let mut read = [0; 32];
        hex::decode_to_slice(&salt, &mut read).map_err(|_| PartProofError::Field("salt"))?;
        Ok(Self {
            receipt: Receipt::from_tlog_proof(&receipt).map_err(PartProofError::Receipt)?,
            envelope: bytes("envelope", &envelope)?.into(),
            event: bytes("event", &event)?.into(),
            author_key: PublicKey::from_spki(&bytes("author_key", &author_key)?).map_err(PartProofError::Key)?,
            slot,
            salt: read,
            content: bytes("content", &content)?.into(),
        })
    }

    /// Checks everything from the content to the checkpoint's signature.
    pub fn verify(&self, verifier: &CheckpointVerifier) -> Result<ProvedPart, PartProofError> {
        self.receipt.verify(verifier)?;
        if sha256(&self.envelope) != *self.receipt.envelope.as_bytes() {
            return Err(PartProofError::OtherEnvelope);
        }
        let submission = self.signed_submission()?;
        let digest = sha256(&self.event);
        if !submission.event_digests.iter().any(|listed| listed[..] == digest) {
            return Err(PartProofError::OtherEvent);
        }
        let event = proto::Event::decode(self.event.clone()).map_err(|_| PartProofError::Unreadable)?;
        let ledger = LedgerId::from_slice(&submission.ledger_id).ok_or(PartProofError::Unreadable)?;
        let id: EventId = event.id.parse().map_err(|_| PartProofError::Unreadable)?;
        let kind = self.committed_kind(&event, &ledger, id)?;
        Ok(ProvedPart {
            ledger,
            organisation: submission.organisation,
            member: submission.member,
            event: id,
            subject: event.subject,
            occurred: event.occurred,
            kind,
            content: to_json("PartContent", &self.content).map_err(|_| PartProofError::Unreadable)?,
        })
    }

    /// The submission, when the author's key signed it.
    fn signed_submission(&self) -> Result<proto::Submission, PartProofError> {
        let envelope = proto::Envelope::decode(self.envelope.clone()).map_err(|_| PartProofError::Unreadable)?;
        let submission =
            proto::Submission::decode(envelope.submission.clone()).map_err(|_| PartProofError::Unreadable)?;
        let signature = envelope.signature[..].try_into().map_err(|_| PartProofError::Signature)?;
        let signed = self.author_key.verify(PayloadType::Submission, &envelope.submission, &signature);
        let of_author = submission.key_id[..] == self.author_key.id().as_bytes()[..];
        signed.ok().filter(|()| of_author).ok_or(PartProofError::Signature)?;
        Ok(submission)
    }

    /// The kind of the part, when its commitment is over salt and content.
    fn committed_kind(&self, event: &proto::Event, ledger: &LedgerId, id: EventId) -> Result<PartKind, PartProofError> {
        let none = PartProofError::NoCommitment(self.slot);
        let part = event.parts.iter().find(|part| part.slot == self.slot && !part.commitment.is_empty());
        let part = part.ok_or(none)?;
        let opened = Commitment::to(ledger, id, self.slot, &self.salt, &self.content);
        if part.commitment[..] != opened.as_bytes()[..] {
            return Err(PartProofError::OtherContent(self.slot));
        }
        PartKind::from_number(part.kind).ok_or(PartProofError::Unreadable)
    }
}

/// What an author kept of a withheld part, or a disclosure tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedPart {
    pub event: EventId,
    pub slot: u32,
    pub salt: [u8; 32],
    pub content: Bytes,
}

/// The parts that events of an entry disclose.
pub fn disclosed_in(entry: &proto::Entry) -> Vec<OpenedPart> {
    let events = entry.events.iter().filter_map(|event| proto::Event::decode(event.clone()).ok());
    let disclosures = events.filter_map(|event| match event.body {
        Some(proto::event::Body::PartDisclosed(body)) => Some(body),
        _ => None,
    });
    disclosures.flat_map(opened_by).collect()
}

fn opened_by(body: proto::PartDisclosed) -> Vec<OpenedPart> {
    let Some(event) = body.target.and_then(|target| target.event_id.parse().ok()) else { return Vec::new() };
    let opened = |part: proto::DisclosedPart| {
        let salt = part.salt[..].try_into().ok()?;
        Some(OpenedPart { event, slot: part.slot, salt, content: part.content?.encode_to_vec().into() })
    };
    body.disclosed.into_iter().filter_map(opened).collect()
}

/// A line of the file that an author keeps of what is withheld.
pub fn kept_part(line: &str) -> Option<OpenedPart> {
    let json: Value = serde_json::from_str(line).ok()?;
    let mut salt = [0; 32];
    hex::decode_to_slice(json["salt"].as_str()?, &mut salt).ok()?;
    Some(OpenedPart {
        event: json["event"].as_str()?.parse().ok()?,
        slot: u32::try_from(json["slot"].as_u64()?).ok()?,
        salt,
        content: BASE64_STANDARD.decode(json["content"].as_str()?).ok()?.into(),
    })
}

/// Organisation and key id of an entry's author.
pub fn author_of(entry: &proto::Entry) -> Option<(String, Bytes)> {
    let envelope = proto::Envelope::decode(entry.envelope.clone()).ok()?;
    let submission = proto::Submission::decode(envelope.submission).ok()?;
    Some((submission.organisation, submission.key_id))
}

/// The events of an entry that hold a commitment, with its slot.
pub fn committed_in(entry: &proto::Entry) -> Vec<(EventId, u32, Bytes)> {
    let mut found = Vec::new();
    for bytes in &entry.events {
        let Ok(event) = proto::Event::decode(bytes.clone()) else { continue };
        let Ok(id) = event.id.parse::<EventId>() else { continue };
        let slots = event.parts.iter().filter(|part| !part.commitment.is_empty()).map(|part| part.slot);
        found.extend(slots.map(|slot| (id, slot, bytes.clone())));
    }
    found
}

#[cfg(test)]
#[path = "part_proof_tests.rs"]
mod tests;
