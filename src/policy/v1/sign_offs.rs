//! Sign-offs: by another post, with an active key, in a capacity that its roles
//! allow, once.

use super::{Question, authority};
use crate::{
    domain::{Capacity, EnvelopeContent, Role, SignOff, Signer, SubmissionDigest, SubmittedEvents},
    policy::{Rejection, RejectionRule},
};

/// The sign-offs that came with the submission.
pub(super) fn accompany(question: &Question<'_>, submitted: &SubmittedEvents) -> Result<(), Rejection> {
    let author = &submitted.submission.author;
    submitted.sign_offs.iter().enumerate().try_for_each(|(at, sign_off)| is_entitled(question, author, sign_off, at))
}

/// Sign-offs that come later, on a submission that the ledger holds.
pub(super) fn decide_late(
    question: &Question<'_>,
    submission: SubmissionDigest,
    sign_offs: &[SignOff],
) -> Result<(), Rejection> {
    let recorded = question.known.submission(submission).and_then(|index| question.known.entry(index));
    let Some(EnvelopeContent::Submission(recorded)) = recorded.as_deref().map(|entry| &entry.envelope.content) else {
        let message = format!("the ledger holds no submission {submission}");
        let field = "envelope.sign_offs[0].statement.submission_digest";
        return Err(Rejection::new(RejectionRule::SignOffMustNameSubmission, field, message));
    };
    for (at, sign_off) in sign_offs.iter().enumerate() {
        is_entitled(question, &recorded.submission.author, sign_off, at)?;
        if question.known.signed_off(submission, sign_off.signer.key) {
            let message = format!("the key {} signed off this submission before", sign_off.signer.key);
            let field = format!("envelope.sign_offs[{at}].statement.key_id");
            return Err(Rejection::new(RejectionRule::SignOffMustBeNew, field, message));
        }
    }
    Ok(())
}

fn is_entitled(question: &Question<'_>, author: &Signer, sign_off: &SignOff, at: usize) -> Result<(), Rejection> {
    let field = format!("envelope.sign_offs[{at}].statement");
    let signer = &sign_off.signer;
    if question.registry.ledger().is_none_or(|ledger| ledger.id != sign_off.ledger_id) {
        let message = "the sign-off names another ledger";
        return Err(Rejection::new(RejectionRule::LedgerMustMatch, format!("{field}.ledger_id"), message));
    }
    if let Some(end) = authority::key_belongs(question, signer, &field)? {
        let message = format!("the key was ended at entry {}", end.index);
        return Err(Rejection::new(RejectionRule::KeyMustBeActive, format!("{field}.key_id"), message));
    }
    if (&signer.organisation, &signer.member) == (&author.organisation, &author.member) {
        let message = format!("{} of {} is the author", signer.member, signer.organisation);
        return Err(Rejection::new(RejectionRule::SignOffMustBeByAnother, format!("{field}.member"), message));
    }
    capacity_is_allowed(question, author, sign_off, &field)
}

fn capacity_is_allowed(
    question: &Question<'_>,
    author: &Signer,
    sign_off: &SignOff,
    field: &str,
) -> Result<(), Rejection> {
    let signer = &sign_off.signer;
    let roles = question.registry.member(&signer.organisation, &signer.member).map(|member| member.roles.as_slice());
    let has = |wanted: &[Role]| roles.is_some_and(|roles| roles.iter().any(|role| wanted.contains(role)));
    let colleague = signer.organisation == author.organisation;
    let allowed = match sign_off.capacity {
        Capacity::Verifier => has(&[Role::Verifier]),
        Capacity::Counterparty => !colleague && has(&[Role::Recorder, Role::DeskOfficer]),
        Capacity::NationalAuthority => has(&[Role::NationalAuthority]),
        Capacity::Vouching => colleague,
        Capacity::Governor => has(&[Role::Administrator]),
    };
    if allowed {
        return Ok(());
    }
    let message = format!("{} of {} may not sign as {}", signer.member, signer.organisation, sign_off.capacity);
    Err(Rejection::new(RejectionRule::CapacityMustBeAllowed, format!("{field}.capacity"), message))
}
