//! Submissions, sign-offs, envelopes and entries.

use super::{
    EnvelopeDigest, Event, EventDigest, Index, KeyId, LedgerId, MemberId, OrganisationId, RecordingTime, Size,
    SubmissionDigest, SubmissionId, TreeHash,
};

/// The signed header of one or more events that enter together or not at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// Absent only in the founding submission, whose digest becomes the ledger id.
    pub ledger_id: Option<LedgerId>,
    pub id: SubmissionId,
    pub author: Signer,
    /// The author's claim; no rule takes it as proof of time.
    pub signed_at: RecordingTime,
    pub event_digests: Vec<EventDigest>,
    pub seen: Option<Seen>,
    pub require_unmoved: bool,
}

/// Who signs: a post of an organisation, with one of its keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signer {
    pub organisation: OrganisationId,
    pub member: MemberId,
    pub key: KeyId,
}

/// A checkpoint that the author verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub size: Size,
    pub root: TreeHash,
}

/// A further signature on a submission, in a stated capacity.
#[derive(Clone, Debug, PartialEq)]
pub struct SignOff {
    pub ledger_id: LedgerId,
    pub submission: SubmissionDigest,
    pub signer: Signer,
    pub capacity: Capacity,
    pub verdict: Verdict,
    pub accepted_findings: Vec<Box<str>>,
    pub signed_at: RecordingTime,
}

pinned! {
    /// In which capacity a sign-off is given.
    Capacity {
        Verifier = 1, "verifier";
        Counterparty = 2, "counterparty";
        NationalAuthority = 3, "national_authority";
        Vouching = 4, "vouching";
        Governor = 5, "governor";
        /// Only to withdraw one's own submission while it waits.
        Author = 6, "author";
    }
}

/// What a signer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Approve {
        remark: Box<str>,
    },
    /// A signer's no.
    Decline {
        reason: Box<str>,
    },
    /// Takes back an approval, or, by the author, the submission, while it waits.
    Withdraw {
        reason: Box<str>,
    },
}

/// An envelope taken apart, well formed; its signatures are not yet checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    pub digest: EnvelopeDigest,
    pub content: EnvelopeContent,
}

/// What an envelope holds.
#[derive(Clone, Debug, PartialEq)]
pub enum EnvelopeContent {
    /// A submission with its events and the sign-offs that came with it.
    Submission(Box<SubmittedEvents>),
    /// Sign-offs that come later, all on one submission.
    SignOffs { submission: SubmissionDigest, sign_offs: Vec<SignOff> },
}

/// A submission with its events.
#[derive(Clone, Debug, PartialEq)]
pub struct SubmittedEvents {
    pub digest: SubmissionDigest,
    pub submission: Submission,
    /// In the order of the submission's digests, which they match.
    pub events: Vec<Event>,
    /// Ascending by key id.
    pub sign_offs: Vec<SignOff>,
}

/// An accepted envelope with its index and recording time.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub index: Index,
    pub recorded_at: RecordingTime,
    pub envelope: Envelope,
}

/// Count of entries and RFC 6962 root there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeHead {
    pub size: Size,
    pub root: TreeHash,
}
