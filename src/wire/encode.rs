//! Domain values to canonical bytes.
//!
//! Promises: parsing what is written here gives the value back, and writing
//! what was parsed gives the bytes back. Whether a hand-made value is well
//! formed is for `parse_submitted` to say.

use prost::{Message, bytes::Bytes};

use super::{event, parts, proto};
use crate::{
    crypto::{PublicKey, Signature},
    domain::{Event, LedgerId, MemberId, OrganisationId, PartContent, Seen, SignOff, Signer, Submission, Verdict},
};

/// The bytes of an `Event`.
pub fn encode_event(event: &Event) -> Vec<u8> {
    event::encode(event).encode_to_vec()
}

/// The bytes of a `PartContent`: what a commitment is over.
pub fn encode_part_content(content: &PartContent) -> Vec<u8> {
    parts::encode_content(content).encode_to_vec()
}

/// The bytes of a `Submission`: what its author signs.
pub fn encode_submission(submission: &Submission) -> Vec<u8> {
    let Submission { ledger_id, id, author, signed_at, event_digests, seen, require_unmoved } = submission;
    let Signer { organisation, member, key } = author;
    proto::Submission {
        ledger_id: ledger_id.map(|id| bytes(id.as_bytes())).unwrap_or_default(),
        id: id.to_string(),
        organisation: organisation.to_string(),
        member: member.to_string(),
        key_id: bytes(key.as_bytes()),
        signed_at: signed_at.0,
        event_digests: event_digests.iter().map(|digest| bytes(digest.as_bytes())).collect(),
        seen: seen.map(|Seen { size, root }| proto::Seen { size: size.0, root: bytes(root.as_bytes()) }),
        require_unmoved: *require_unmoved,
    }
    .encode_to_vec()
}

/// The bytes of a `SignOff`: what its signer signs.
pub fn encode_sign_off(sign_off: &SignOff) -> Vec<u8> {
    let SignOff { ledger_id, submission, signer, capacity, verdict, accepted_findings, signed_at } = sign_off;
    let Signer { organisation, member, key } = signer;
    let (verdict, reason) = match verdict {
        Verdict::Approve { remark } => (proto::Verdict::Approve, remark),
        Verdict::Decline { reason } => (proto::Verdict::Decline, reason),
        Verdict::Withdraw { reason } => (proto::Verdict::Withdraw, reason),
    };
    proto::SignOff {
        ledger_id: bytes(ledger_id.as_bytes()),
        submission_digest: bytes(submission.as_bytes()),
        organisation: organisation.to_string(),
        member: member.to_string(),
        key_id: bytes(key.as_bytes()),
        capacity: capacity.number(),
        verdict: verdict.into(),
        reason: reason.to_string(),
        accepted_findings: accepted_findings.iter().map(ToString::to_string).collect(),
        signed_at: signed_at.0,
    }
    .encode_to_vec()
}

/// Signed bytes: of a submission or of a sign-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedStatement {
    pub bytes: Vec<u8>,
    pub signature: Signature,
}

/// The bytes of an `Envelope` with a submission. The sign-offs ascend by key id.
pub fn encode_envelope(submission: &SignedStatement, sign_offs: &[SignedStatement]) -> Vec<u8> {
    proto::Envelope {
        submission: bytes(&submission.bytes),
        signature: bytes(&submission.signature),
        sign_offs: encode_sign_offs(sign_offs),
    }
    .encode_to_vec()
}

/// The bytes of an `Envelope` for a dry run: the author has not signed yet.
pub fn encode_draft(submission: &[u8]) -> Vec<u8> {
    proto::Envelope { submission: bytes(submission), ..Default::default() }.encode_to_vec()
}

/// The bytes of an `Envelope` of later sign-offs, ascending by key id.
pub fn encode_later_sign_offs(sign_offs: &[SignedStatement]) -> Vec<u8> {
    proto::Envelope { sign_offs: encode_sign_offs(sign_offs), ..Default::default() }.encode_to_vec()
}

fn encode_sign_offs(sign_offs: &[SignedStatement]) -> Vec<proto::SignedSignOff> {
    sign_offs
        .iter()
        .map(|SignedStatement { bytes: statement, signature }| proto::SignedSignOff {
            statement: bytes(statement),
            signature: bytes(signature),
        })
        .collect()
}

/// The bytes of a `KeyPossession`: what a new key signs to prove that its holder
/// possesses it.
pub fn possession_bytes(
    ledger: &LedgerId,
    organisation: &OrganisationId,
    member: &MemberId,
    key: &PublicKey,
) -> Vec<u8> {
    proto::KeyPossession {
        ledger_id: bytes(ledger.as_bytes()),
        organisation: organisation.to_string(),
        member: member.to_string(),
        public_key: key.to_spki().into(),
    }
    .encode_to_vec()
}

fn bytes(slice: &[u8]) -> Bytes {
    Bytes::copy_from_slice(slice)
}
