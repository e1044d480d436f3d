//! Sign-offs: by another post, with an active key, in a capacity that its roles
//! and mandates allow, once for each post.

use super::{Question, authority};
use crate::{
    domain::{Capacity, Role, SignOff, Signer, SubmissionDigest, SubmittedEvents},
    policy::{Claim, Rejection, RejectionRule},
};

/// The sign-offs that came with the submission.
pub(super) fn accompany(question: &Question<'_>, submitted: &SubmittedEvents) -> Result<(), Rejection> {
    if submitted.sign_offs.is_empty() {
        return Ok(());
    }
    decide_each(question, submitted.digest, &Claim::of(submitted), &submitted.sign_offs)
}

/// Sign-offs that come later, on a submission that the ledger holds.
pub(super) fn decide_late(
    question: &Question<'_>,
    submission: SubmissionDigest,
    sign_offs: &[SignOff],
) -> Result<(), Rejection> {
    let Some(claim) = question.known.claim(submission) else {
        let message = format!("the ledger holds no submission {submission}");
        let field = "envelope.sign_offs[0].statement.submission_digest";
        return Err(Rejection::new(RejectionRule::SignOffMustNameSubmission, field, message));
    };
    decide_each(question, submission, &claim, sign_offs)
}

fn decide_each(
    question: &Question<'_>,
    submission: SubmissionDigest,
    claim: &Claim,
    sign_offs: &[SignOff],
) -> Result<(), Rejection> {
    for (at, sign_off) in sign_offs.iter().enumerate() {
        let field = format!("envelope.sign_offs[{at}].statement");
        signer_may_sign(question, sign_off, &field)?;
        is_by_another(&claim.author, &sign_off.signer, &field)?;
        is_first_of_its_post(question, submission, &sign_offs[..at], &sign_off.signer, &field)?;
        capacity_is_allowed(question, claim, sign_off, &field)?;
    }
    Ok(())
}

/// Ledger, standing of the organisation, key.
fn signer_may_sign(question: &Question<'_>, sign_off: &SignOff, field: &str) -> Result<(), Rejection> {
    if question.registry.ledger().is_none_or(|ledger| ledger.id != sign_off.ledger_id) {
        let message = "the sign-off names another ledger";
        return Err(Rejection::new(RejectionRule::LedgerMustMatch, format!("{field}.ledger_id"), message));
    }
    authority::organisation_is_active(question, &sign_off.signer, field)?;
    match authority::key_belongs(question, &sign_off.signer, field)? {
        None => Ok(()),
        Some(end) => {
            let message = format!("the key was ended at entry {}", end.index);
            Err(Rejection::new(RejectionRule::KeyMustBeActive, format!("{field}.key_id"), message))
        }
    }
}

/// A post with two keys is still one post.
fn is_by_another(author: &Signer, signer: &Signer, field: &str) -> Result<(), Rejection> {
    if !is_same_post(author, signer) {
        return Ok(());
    }
    let message = format!("{} of {} is the author", signer.member, signer.organisation);
    Err(Rejection::new(RejectionRule::SignOffMustBeByAnother, format!("{field}.member"), message))
}

fn is_first_of_its_post(
    question: &Question<'_>,
    submission: SubmissionDigest,
    before: &[SignOff],
    signer: &Signer,
    field: &str,
) -> Result<(), Rejection> {
    let place = match question.known.post_signed(submission, signer) {
        Some(index) => format!("in entry {index}"),
        None if before.iter().any(|other| is_same_post(&other.signer, signer)) => "twice in this envelope".into(),
        None => return Ok(()),
    };
    let message = format!("{} of {} signed off this submission {place}", signer.member, signer.organisation);
    Err(Rejection::new(RejectionRule::SignOffMustBeNew, format!("{field}.member"), message))
}

fn is_same_post(one: &Signer, other: &Signer) -> bool {
    (&one.organisation, &one.member) == (&other.organisation, &other.member)
}

fn capacity_is_allowed(
    question: &Question<'_>,
    claim: &Claim,
    sign_off: &SignOff,
    field: &str,
) -> Result<(), Rejection> {
    let signer = &sign_off.signer;
    let roles = question.registry.member(&signer.organisation, &signer.member).map(|member| member.roles.as_slice());
    let has = |wanted: &[Role]| roles.is_some_and(|roles| roles.iter().any(|role| wanted.contains(role)));
    let colleague = signer.organisation == claim.author.organisation;
    let allowed = match sign_off.capacity {
        Capacity::Verifier => has(&[Role::Verifier]),
        Capacity::Counterparty => !colleague && has(&[Role::Recorder, Role::DeskOfficer]),
        Capacity::NationalAuthority => has(&[Role::NationalAuthority]),
        Capacity::Vouching => colleague,
        Capacity::Governor => has(&[Role::Administrator]),
        Capacity::Author => false,
    };
    if !allowed {
        let message = format!("{} of {} may not sign as {}", signer.member, signer.organisation, sign_off.capacity);
        return Err(Rejection::new(RejectionRule::CapacityMustBeAllowed, format!("{field}.capacity"), message));
    }
    match sign_off.capacity {
        Capacity::Verifier => verifier_is_named(question, claim, signer, field),
        Capacity::NationalAuthority => authority_covers(question, claim, signer, field),
        Capacity::Counterparty | Capacity::Vouching | Capacity::Governor | Capacity::Author => Ok(()),
    }
}

/// A verifier is another post of the author's organisation, or of one that it named.
fn verifier_is_named(question: &Question<'_>, claim: &Claim, signer: &Signer, field: &str) -> Result<(), Rejection> {
    let author = question.registry.organisation(&claim.author.organisation);
    let named = author.is_some_and(|author| author.names_verifier(&signer.organisation));
    if named || signer.organisation == claim.author.organisation {
        return Ok(());
    }
    let message = format!("{} has not named {} as a verifier", claim.author.organisation, signer.organisation);
    Err(Rejection::new(RejectionRule::VerifierMustBeNamed, format!("{field}.organisation"), message))
}

/// The role alone is not enough: a mandate covers something in the submission.
fn authority_covers(question: &Question<'_>, claim: &Claim, signer: &Signer, field: &str) -> Result<(), Rejection> {
    if claim.concerns.iter().any(|concern| authority::is_authority_for(question, &signer.organisation, concern)) {
        return Ok(());
    }
    let message = format!("{} is no national authority for any of it on this day", signer.organisation);
    Err(Rejection::new(RejectionRule::AuthorityMustCoverSubmission, format!("{field}.organisation"), message))
}
