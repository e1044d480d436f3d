//! From domain events to a signed envelope with its sign-offs: for those who
//! build events in code rather than from an authoring file.
//!
//! Promises: pure; ids, nonces and time come from the arguments; what is signed
//! is the canonical form of `wire`.

use prost::bytes::Bytes;

use super::{SignedSubmission, expand::fresh_uuid};
use crate::{
    crypto::{PayloadType, SigningKey, sha256},
    domain::{
        Body, Capacity, Event, EventDigest, EventId, LedgerId, MemberId, OrganisationId, RecordingTime, Seen, SignOff,
        Signer, Subject, Submission, SubmissionDigest, SubmissionId, Verdict,
    },
    wire::{self, SignedStatement},
};

/// A post that can sign: with one of its keys at hand.
#[derive(Clone, Debug)]
pub struct Post {
    pub organisation: OrganisationId,
    pub member: MemberId,
    pub key: SigningKey,
}

/// When it is signed, and where fresh ids and nonces come from.
pub struct Freshness<'a> {
    pub now: RecordingTime,
    /// Fills a buffer with fresh random bytes.
    pub randomness: &'a mut dyn FnMut(&mut [u8]),
}

/// Events on their way to a ledger.
#[derive(Clone, Debug)]
pub struct EventDraft {
    /// Absent only for a founding: its own digest becomes the ledger id.
    pub ledger: Option<LedgerId>,
    pub seen: Option<Seen>,
    pub events: Vec<Event>,
}

impl Post {
    /// How the post is named in what it signs.
    pub fn signer(&self) -> Signer {
        Signer { organisation: self.organisation.clone(), member: self.member.clone(), key: self.key.public().id() }
    }
}

/// An event with a fresh id and nonce and nothing beside its body.
pub fn fresh_event(subject: Subject, body: Body, fresh: &mut Freshness<'_>) -> Event {
    let mut nonce = [0; 16];
    (fresh.randomness)(&mut nonce);
    Event {
        id: EventId(fresh_uuid(fresh.now, fresh.randomness)),
        nonce,
        subject,
        based_on: Vec::new(),
        act: None,
        occurred: None,
        source: None,
        parts: Vec::new(),
        not_stated: Vec::new(),
        documents: Vec::new(),
        body,
    }
}

/// Signs events as one submission of `author`, approved by others in their
/// capacity. The sign-offs stand in the order of their key ids, as the form asks.
pub fn sign_events(
    draft: &EventDraft,
    author: &Post,
    approving: &[(&Post, Capacity)],
    fresh: &mut Freshness<'_>,
) -> SignedSubmission {
    let events: Vec<Bytes> = draft.events.iter().map(|event| wire::encode_event(event).into()).collect();
    let submission = Submission {
        ledger_id: draft.ledger,
        id: SubmissionId(fresh_uuid(fresh.now, fresh.randomness)),
        author: author.signer(),
        signed_at: fresh.now,
        event_digests: events.iter().map(|bytes| EventDigest(sha256(bytes))).collect(),
        seen: draft.seen,
        require_unmoved: false,
    };
    seal(&submission, &author.key, events, |digest| {
        let ledger = draft.ledger.unwrap_or(LedgerId(digest.0));
        let mut approving = approving.to_vec();
        approving.sort_by_key(|(post, _)| post.key.public().id());
        approving
            .iter()
            .map(|(post, capacity)| sign_off(&approval(ledger, digest, *capacity), post, fresh.now))
            .collect()
    })
}

/// Signs a submission of these events; `sign_offs` makes what approves its digest.
pub(super) fn seal(
    submission: &Submission,
    key: &SigningKey,
    events: Vec<Bytes>,
    sign_offs: impl FnOnce(SubmissionDigest) -> Vec<SignedStatement>,
) -> SignedSubmission {
    let bytes = wire::encode_submission(submission);
    let sign_offs = sign_offs(SubmissionDigest(sha256(&bytes)));
    let signature = key.sign(PayloadType::Submission, &bytes);
    let envelope = wire::encode_envelope(&SignedStatement { bytes, signature }, &sign_offs);
    SignedSubmission { envelope: envelope.into(), events }
}

fn approval(ledger: LedgerId, submission: SubmissionDigest, capacity: Capacity) -> SignOffDraft {
    let verdict = Verdict::Approve { remark: "".into() };
    SignOffDraft { ledger, submission, capacity, verdict, accepted_findings: Vec::new() }
}

/// What a post says about a submission.
#[derive(Clone, Debug)]
pub struct SignOffDraft {
    pub ledger: LedgerId,
    pub submission: SubmissionDigest,
    pub capacity: Capacity,
    pub verdict: Verdict,
    /// Codes of the findings that the signer saw and accepts.
    pub accepted_findings: Vec<Box<str>>,
}

/// Signs a sign-off: the same bytes whether it travels in the envelope or later.
pub fn sign_off(draft: &SignOffDraft, post: &Post, signed_at: RecordingTime) -> SignedStatement {
    let SignOffDraft { ledger, submission, capacity, verdict, accepted_findings } = draft;
    let bytes = wire::encode_sign_off(&SignOff {
        ledger_id: *ledger,
        submission: *submission,
        signer: post.signer(),
        capacity: *capacity,
        verdict: verdict.clone(),
        accepted_findings: accepted_findings.clone(),
        signed_at,
    });
    let signature = post.key.sign(PayloadType::SignOff, &bytes);
    SignedStatement { bytes, signature }
}

/// An envelope of one sign-off that comes later than its submission.
pub fn later_sign_off(draft: &SignOffDraft, post: &Post, signed_at: RecordingTime) -> SignedSubmission {
    let statement = sign_off(draft, post, signed_at);
    SignedSubmission { envelope: wire::encode_later_sign_offs(&[statement]).into(), events: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{OrganisationAdmitted, OrganisationType, RegistryBody};

    fn post(seed: u8) -> Post {
        let organisation = format!("organisation-{seed}").parse().expect("an id");
        Post { organisation, member: "registrar".parse().expect("an id"), key: SigningKey::from_seed(&[seed; 32]) }
    }

    #[test]
    fn what_is_signed_parses_and_every_signature_verifies() {
        let (author, others) = (post(1), [post(2), post(3), post(4)]);
        let mut count = 0;
        let mut randomness = |bytes: &mut [u8]| {
            count += 1;
            bytes.fill(count);
        };
        let mut fresh = Freshness { now: RecordingTime(1_780_000_000_000_000), randomness: &mut randomness };
        let body = OrganisationAdmitted {
            name: "A desk".into(),
            organisation_type: OrganisationType::Desk,
            country: "XX".parse().expect("a code"),
        };
        let body = Body::Registry(RegistryBody::OrganisationAdmitted(body));
        let event = fresh_event("organisation/a-desk".parse().expect("a subject"), body, &mut fresh);
        let draft = EventDraft { ledger: Some(LedgerId([9; 32])), seen: None, events: vec![event] };
        let approving: Vec<_> = others.iter().map(|post| (post, Capacity::Governor)).collect();
        let signed = sign_events(&draft, &author, &approving, &mut fresh);
        let parsed = wire::parse_submitted(signed.envelope, signed.events).expect("well formed");
        assert_eq!(parsed.signed.len(), 4);
        for signed in &parsed.signed {
            let post = others.iter().chain([&author]).find(|post| post.key.public().id() == signed.key);
            let key = post.expect("one of the signers").key.public();
            assert_eq!(key.verify(signed.payload, &signed.bytes, &signed.signature), Ok(()));
        }
    }
}
