//! Decides: may this enter, and what is to be remarked on it.
//!
//! Promises: a decision is a function of signed open bytes, the registry, the
//! charter and what the ledger already holds (I14); it follows the policy number
//! that the charter names (I11), so that every auditor can decide again. No
//! input or output, no clock, no randomness here.
//! Leaves to others: form (`wire`), order and durability (`sequencer`).

mod known;
mod registry;
mod rejection;
mod v1;
mod verify;

pub use known::Known;
pub use registry::{KeyEnd, KeyState, LedgerIdentity, MemberState, OrganisationState, Registry};
pub use rejection::{Rejection, RejectionRule};
pub use verify::{Unverified, Verified, signatures_hold, verify};

use crate::domain::{
    Capacity, EnvelopeContent, Event, Finding, PolicyNumber, RecordingTime, SignOffClass, SignOffState, Signer,
    SubmissionDigest, SubmittedEvents,
};

/// The policies that this software can decide by, and fold, for ever.
pub const POLICIES: &[PolicyNumber] = &[PolicyNumber(1)];

/// What is told about an entry that enters: derived from it and from what was known
/// before it, never stored with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remarks {
    pub findings: Vec<Finding>,
    /// The state in which it leaves its submission by the sign-offs on it; `None` for a
    /// submission that acts at once and that nobody else signed.
    pub sign_offs: Option<SignOffState>,
}

/// Decides an envelope as the next entry at time `at`: what is remarked, or why not.
pub fn decide(
    content: &EnvelopeContent,
    at: RecordingTime,
    registry: &Registry,
    known: &dyn Known,
) -> Result<Remarks, Rejection> {
    match registry.policy() {
        PolicyNumber(1) => v1::decide(content, at, registry, known),
        PolicyNumber(other) => unreachable!("policy {other} was never adopted: CharterAdopted refuses it"),
    }
}

/// The remarks on an envelope that entered at time `at`: what [`decide`] gave with it.
/// A function of the envelope, and of registry and `known` as they were before it.
pub fn remark(content: &EnvelopeContent, at: RecordingTime, registry: &Registry, known: &dyn Known) -> Remarks {
    match registry.policy() {
        PolicyNumber(1) => v1::remark(content, at, registry, known),
        PolicyNumber(other) => unreachable!("policy {other} was never adopted: CharterAdopted refuses it"),
    }
}

/// The state of the sign-offs alone, as [`remark`] tells it.
pub fn sign_offs(
    content: &EnvelopeContent,
    at: RecordingTime,
    registry: &Registry,
    known: &dyn Known,
) -> Option<SignOffState> {
    match registry.policy() {
        PolicyNumber(1) => v1::sign_offs(content, at, registry, known),
        PolicyNumber(other) => unreachable!("policy {other} was never adopted: CharterAdopted refuses it"),
    }
}

/// Whether an event states, eases, transfers or governs; `earlier` are the events
/// before it in its submission.
pub fn class_of(
    event: &Event,
    earlier: &[Event],
    at: RecordingTime,
    registry: &Registry,
    known: &dyn Known,
) -> SignOffClass {
    match registry.policy() {
        PolicyNumber(1) => v1::class_of(event, earlier, at, registry, known),
        PolicyNumber(other) => unreachable!("policy {other} was never adopted: CharterAdopted refuses it"),
    }
}

/// Whether the class of a submission rests on what was recorded before it: then it
/// is noted with it ([`Known::noted_class`]), for later entries must not change it.
pub fn class_rests_on_earlier(submitted: &SubmittedEvents, registry: &Registry) -> bool {
    match registry.policy() {
        PolicyNumber(1) => v1::class_rests_on_earlier(submitted),
        PolicyNumber(other) => unreachable!("policy {other} was never adopted: CharterAdopted refuses it"),
    }
}

/// The capacities in which a signer could approve a recorded submission with the
/// next entry, if that came at time `at`: by the rules that would decide it.
pub fn open_capacities(
    submission: SubmissionDigest,
    signer: &Signer,
    at: RecordingTime,
    registry: &Registry,
    known: &dyn Known,
) -> Vec<Capacity> {
    match registry.policy() {
        PolicyNumber(1) => v1::open_capacities(submission, signer, at, registry, known),
        PolicyNumber(other) => unreachable!("policy {other} was never adopted: CharterAdopted refuses it"),
    }
}

/// Everybody who signed off a recorded submission, with it or later.
pub fn signers(submission: SubmissionDigest, known: &dyn Known) -> Vec<Signer> {
    let recorded = known.submission(submission).into_iter();
    let entries = recorded.chain(known.sign_offs_on(submission)).filter_map(|index| known.entry(index));
    let signers = entries.flat_map(|entry| {
        let sign_offs = match &entry.envelope.content {
            EnvelopeContent::Submission(submitted) => &submitted.sign_offs,
            EnvelopeContent::SignOffs { sign_offs, .. } => sign_offs,
        };
        sign_offs.iter().map(|sign_off| sign_off.signer.clone()).collect::<Vec<_>>()
    });
    signers.collect()
}
