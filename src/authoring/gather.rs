//! An envelope that goes from laptop to laptop and gathers sign-offs, before it is
//! sent.
//!
//! Promises: submission and signatures that are there stay byte for byte; the
//! sign-offs stay in the order that the form asks for, each post once; pure.
//! Leaves to others: whether the signatures are valid and the signer entitled: the
//! registry knows that, and it is not here.

use prost::Message;

use super::{Post, SignOffDraft, SignedSubmission, sign_off};
use crate::{
    domain::{EnvelopeContent, LedgerId, RecordingTime, SubmittedEvents, Verdict},
    wire::{self, Malformed, proto},
};

/// A submission that can be signed off, as its own bytes say.
#[derive(Clone, Debug, PartialEq)]
pub struct Signable {
    /// The ledger that it is for; a founding is its own.
    pub ledger: LedgerId,
    pub content: SubmittedEvents,
}

/// Why a sign-off is not added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdded {
    #[error("it is not of the form that a ledger takes")]
    Malformed(#[from] Malformed),
    #[error("it holds sign-offs alone and no submission")]
    NoSubmission,
    #[error("{member} of {organisation} is its author: another post signs it off")]
    Author { organisation: String, member: String },
    #[error("{member} of {organisation} signed it already")]
    Already { organisation: String, member: String },
    #[error("it is for the ledger {found}, not {wanted}")]
    OtherLedger { found: LedgerId, wanted: LedgerId },
}

impl Signable {
    /// Reads what an envelope with its events holds.
    pub fn read(signed: &SignedSubmission) -> Result<Self, NotAdded> {
        let submitted = wire::parse_submitted(signed.envelope.clone(), signed.events.clone())?;
        let EnvelopeContent::Submission(content) = submitted.envelope.content else {
            return Err(NotAdded::NoSubmission);
        };
        let ledger = content.submission.ledger_id.unwrap_or(LedgerId(content.digest.0));
        Ok(Self { ledger, content: *content })
    }

    /// Whether a post may add its word: for this ledger, not its own work, once.
    pub fn admits(&self, ledger: LedgerId, post: &Post) -> Result<(), NotAdded> {
        let signer = post.signer();
        let (organisation, member) = (signer.organisation.to_string(), signer.member.to_string());
        if self.ledger != ledger {
            return Err(NotAdded::OtherLedger { found: self.ledger, wanted: ledger });
        }
        if self.content.submission.author.is_same_post(&signer) {
            return Err(NotAdded::Author { organisation, member });
        }
        let same = |there: &crate::domain::Signer| there.is_same_post(&signer) || there.key == signer.key;
        match self.content.sign_offs.iter().any(|sign_off| same(&sign_off.signer)) {
            true => Err(NotAdded::Already { organisation, member }),
            false => Ok(()),
        }
    }
}

/// The same submission with one more approval among its sign-offs.
pub fn with_sign_off(
    signed: &SignedSubmission,
    draft: &SignOffDraft,
    post: &Post,
    now: RecordingTime,
) -> Result<SignedSubmission, NotAdded> {
    debug_assert!(matches!(draft.verdict, Verdict::Approve { .. }), "a no is told to the author, not gathered");
    let signable = Signable::read(signed)?;
    signable.admits(draft.ledger, post)?;
    let mut envelope = proto::Envelope::decode(signed.envelope.clone()).expect("it was parsed before");
    let key = post.key.public().id();
    let place = signable.content.sign_offs.partition_point(|there| there.signer.key < key);
    let wire::SignedStatement { bytes, signature } = sign_off(draft, post, now);
    let added = proto::SignedSignOff { statement: bytes.into(), signature: signature.to_vec().into() };
    envelope.sign_offs.insert(place, added);
    let gathered = SignedSubmission { envelope: envelope.encode_to_vec().into(), events: signed.events.clone() };
    Signable::read(&gathered)?;
    Ok(gathered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        authoring::{EventDraft, Freshness, fresh_event, sign_events},
        crypto::{SigningKey, sha256},
        domain::{Body, Capacity, OrganisationAdmitted, OrganisationType, RegistryBody},
    };

    const LEDGER: LedgerId = LedgerId([9; 32]);
    const NOW: RecordingTime = RecordingTime(1_780_000_000_000_000);

    fn post(seed: u8) -> Post {
        let organisation = format!("organisation-{seed}").parse().expect("an id");
        Post { organisation, member: "registrar".parse().expect("an id"), key: SigningKey::from_seed(&[seed; 32]) }
    }

    fn authored(author: &Post) -> SignedSubmission {
        let mut fresh = Freshness { now: NOW, randomness: &mut |bytes| bytes.fill(5) };
        let body = OrganisationAdmitted {
            name: "A desk".into(),
            organisation_type: OrganisationType::Desk,
            country: "XX".parse().expect("a code"),
        };
        let body = Body::Registry(RegistryBody::OrganisationAdmitted(body));
        let event = fresh_event("organisation/a-desk".parse().expect("a subject"), body, &mut fresh);
        let draft = EventDraft { ledger: Some(LEDGER), seen: None, events: vec![event] };
        sign_events(&draft, author, &[], &mut fresh)
    }

    fn add(signed: &SignedSubmission, post: &Post, ledger: LedgerId) -> Result<SignedSubmission, NotAdded> {
        let submission = Signable::read(signed)?.content.digest;
        let verdict = Verdict::Approve { remark: "".into() };
        let draft =
            SignOffDraft { ledger, submission, capacity: Capacity::Verifier, verdict, accepted_findings: Vec::new() };
        with_sign_off(signed, &draft, post, NOW)
    }

    #[test]
    fn sign_offs_are_gathered_in_any_order_into_the_same_envelope() {
        let (author, posts) = (post(1), [post(2), post(3), post(4)]);
        let signed = authored(&author);
        let gather = |order: [usize; 3]| {
            order.iter().fold(signed.clone(), |signed, at| add(&signed, &posts[*at], LEDGER).expect("added"))
        };
        let gathered = gather([0, 1, 2]);
        assert_eq!(gathered, gather([2, 0, 1]));
        let read = Signable::read(&gathered).expect("well formed");
        assert_eq!(read.content.sign_offs.len(), 3);
        assert_eq!(read.content.digest, Signable::read(&signed).expect("well formed").content.digest);
        assert_ne!(sha256(&gathered.envelope), sha256(&signed.envelope));
    }

    #[test]
    fn a_submission_that_was_changed_after_it_was_signed_off_is_told_as_such() {
        let gathered = add(&authored(&post(1)), &post(2), LEDGER).expect("added");
        let mut envelope = proto::Envelope::decode(gathered.envelope.clone()).expect("an envelope");
        let mut submission = proto::Submission::decode(envelope.submission.clone()).expect("a submission");
        submission.signed_at += 1;
        envelope.submission = submission.encode_to_vec().into();
        let tampered = SignedSubmission { envelope: envelope.encode_to_vec().into(), events: gathered.events };
        let Err(NotAdded::Malformed(malformed)) = Signable::read(&tampered) else { panic!("other bytes") };
        assert_eq!(malformed.rule, wire::MalformedRule::SignOffsMustShareSubmission);
        assert!(malformed.message.contains("was changed after they were given"), "{malformed}");
    }

    #[test]
    fn nothing_is_added_twice_by_the_author_or_for_another_ledger() {
        let (author, other) = (post(1), post(2));
        let signed = authored(&author);
        let once = add(&signed, &other, LEDGER).expect("added");
        assert!(matches!(add(&once, &other, LEDGER), Err(NotAdded::Already { .. })));
        let second_key = Post { key: SigningKey::from_seed(&[7; 32]), ..other.clone() };
        assert!(matches!(add(&once, &second_key, LEDGER), Err(NotAdded::Already { .. })), "one post, one word");
        assert!(matches!(add(&signed, &author, LEDGER), Err(NotAdded::Author { .. })));
        assert!(matches!(add(&signed, &other, LedgerId([8; 32])), Err(NotAdded::OtherLedger { .. })));
    }
}
