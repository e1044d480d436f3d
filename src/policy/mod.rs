//! Decides: may this enter, and what is to be remarked on it.
//!
//! Promises: a decision is a function of signed open bytes, the registry, the
//! charter and what the ledger already holds (I14); it follows the policy number
//! that the charter names (I11), so that every auditor can decide again. No
//! input or output, no clock, no randomness here.
//! Leaves to others: form (`wire`), order and durability (`sequencer`).

mod claim;
mod known;
mod registry;
mod rejection;
mod v1;
mod verify;

pub use claim::Claim;
pub use known::Known;
pub use registry::{KeyEnd, KeyState, LedgerIdentity, MemberState, OrganisationState, Registry};
pub use rejection::{Rejection, RejectionRule};
pub use verify::{Unverified, Verified, signatures_hold, verify};

use crate::domain::{EnvelopeContent, Finding, PolicyNumber, RecordingTime, SubmittedEvents};

/// The policies that this software can decide by, and fold, for ever.
pub const POLICIES: &[PolicyNumber] = &[PolicyNumber(1)];

/// Decides an envelope as the next entry at time `at`: its findings, or why not.
pub fn decide(
    content: &EnvelopeContent,
    at: RecordingTime,
    registry: &Registry,
    known: &dyn Known,
) -> Result<Vec<Finding>, Rejection> {
    match registry.policy() {
        PolicyNumber(1) => v1::decide(content, at, registry, known),
        PolicyNumber(other) => unreachable!("policy {other} was never adopted: CharterAdopted refuses it"),
    }
}

/// The findings of a submission that entered at time `at`: what [`decide`] gave
/// with it. `known` needs to tell only what stood on the subjects before.
pub fn remark(submitted: &SubmittedEvents, at: RecordingTime, registry: &Registry, known: &dyn Known) -> Vec<Finding> {
    match registry.policy() {
        PolicyNumber(1) => v1::remark(submitted, at, registry, known),
        PolicyNumber(other) => unreachable!("policy {other} was never adopted: CharterAdopted refuses it"),
    }
}
