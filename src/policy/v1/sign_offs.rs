//! Which sign-offs may enter: by another post, with an active key, in a capacity
//! that its roles and mandates allow and that the submission needs, while it can
//! still make a difference. What would not count is refused, never kept silently.

use super::{
    Question, authority, class, needs,
    progress::{Progress, with_progress},
};
use crate::{
    domain::{
        Capacity, Finding, FindingCode, Index, KeyEnding, OrganisationId, Role, SignOff, SignOffClass, Signer,
        Statement, SubmissionDigest, SubmissionStatus, SubmittedEvents, Verdict,
    },
    limits::STATEMENTS_PER_POST,
    policy::{Rejection, RejectionRule, Remarks},
};

/// The sign-offs that came with the submission; its class is decided with them. `None`
/// for a submission that does not wait and that nobody else signed.
pub(super) fn accompany<'a>(
    question: &Question<'_>,
    submitted: &'a SubmittedEvents,
) -> Result<Option<Progress<'a>>, Rejection> {
    let class = class::class_of_all(question, submitted)?;
    let Some(mut progress) = Progress::of_next(question, submitted, class) else { return Ok(None) };
    decide_each(question, &mut progress, &submitted.sign_offs)?;
    Ok(Some(progress))
}

/// Sign-offs that come later, on a submission that the ledger holds: what is
/// remarked on them.
pub(super) fn decide_late(
    question: &Question<'_>,
    submission: SubmissionDigest,
    sign_offs: &[SignOff],
) -> Result<Remarks, Rejection> {
    let decided = with_progress(question, submission, |mut progress| {
        decide_each(question, &mut progress, sign_offs)?;
        Ok(remark_on(question, progress, sign_offs))
    });
    decided.unwrap_or_else(|| {
        let message = format!("the ledger holds no submission with these bytes, {submission}");
        let field = "envelope.sign_offs[0].statement.submission_digest";
        Err(Rejection::new(RejectionRule::SignOffMustNameSubmission, field, message))
    })
}

/// The remarks on sign-offs that came later and entered; `progress` is what was said before them.
pub(super) fn remark_on_late(question: &Question<'_>, mut progress: Progress<'_>, sign_offs: &[SignOff]) -> Remarks {
    progress.take_in(sign_offs, question.index);
    remark_on(question, progress, sign_offs)
}

/// `progress` has taken in the sign-offs.
fn remark_on(question: &Question<'_>, progress: Progress<'_>, sign_offs: &[SignOff]) -> Remarks {
    let findings = remark(question, &progress, sign_offs);
    Remarks { findings, sign_offs: Some(progress.into_state(question)) }
}

/// What is remarked on sign-offs that entered, or that came with a submission.
pub(super) fn remark(question: &Question<'_>, progress: &Progress<'_>, sign_offs: &[SignOff]) -> Vec<Finding> {
    let own = &progress.submitted.submission.author.organisation;
    let self_certified = sign_offs.iter().position(|sign_off| {
        sign_off.capacity == Capacity::NationalAuthority
            && matches!(sign_off.verdict, Verdict::Approve { .. })
            && sign_off.signer.organisation == *own
    });
    let Some(at) = self_certified.filter(|_| progress.class == SignOffClass::Eases) else { return Vec::new() };
    let concerned = |ordinal: &usize| {
        let (earlier, event) = (&progress.submitted.events[..*ordinal], &progress.submitted.events[*ordinal]);
        authority::is_authority_for(question, own, &authority::concern_of(question, event, earlier))
    };
    let ordinal = (0..progress.submitted.events.len()).find(concerned).unwrap_or_default();
    let message = format!("{own} signed as national authority for what it recorded itself");
    vec![Finding {
        code: FindingCode::SelfCertified,
        ordinal: u16::try_from(ordinal).expect("at most 1,000 events in a submission"),
        field: format!("envelope.sign_offs[{at}].statement.capacity").into(),
        message: message.into(),
    }]
}

/// Whether an approval that was entitled still is: the right may be gone, the key
/// may be known to be stolen. A key that was retired since did sign.
pub(super) fn still_counts(
    question: &Question<'_>,
    progress: &Progress<'_>,
    signer: &Signer,
    capacity: Capacity,
) -> bool {
    let key = question.registry.key(signer.key).and_then(|key| key.ended());
    let stolen = key.is_some_and(|end| matches!(end.ending, KeyEnding::Compromised { .. }));
    !stolen
        && authority::organisation_is_active(question, signer, "").is_ok()
        && capacity_is_allowed(question, progress, signer, capacity, "").is_ok()
}

fn decide_each(question: &Question<'_>, progress: &mut Progress<'_>, sign_offs: &[SignOff]) -> Result<(), Rejection> {
    let index = question.index;
    for (at, sign_off) in sign_offs.iter().enumerate() {
        decide_one(question, progress, sign_off, index, &format!("envelope.sign_offs[{at}].statement"))?;
        progress.take_in(std::slice::from_ref(sign_off), index);
    }
    Ok(())
}

fn decide_one(
    question: &Question<'_>,
    progress: &Progress<'_>,
    sign_off: &SignOff,
    index: Index,
    field: &str,
) -> Result<(), Rejection> {
    signer_may_sign(question, sign_off, field)?;
    is_by_another(&progress.submitted.submission.author, sign_off, field)?;
    capacity_is_needed(question, progress, sign_off, index, field)?;
    makes_a_difference(question, progress, sign_off, field)?;
    fits_what_the_post_said(question, progress, sign_off, field)?;
    capacity_is_allowed(question, progress, &sign_off.signer, sign_off.capacity, field)
}

/// The capacities in which a signer could approve a recorded submission with the
/// next entry: by the very rules that would decide it.
pub(super) fn open_capacities(question: &Question<'_>, submission: SubmissionDigest, signer: &Signer) -> Vec<Capacity> {
    let Some(ledger) = question.registry.ledger() else { return Vec::new() };
    let index = question.index;
    let approval = |capacity| SignOff {
        ledger_id: ledger.id,
        submission,
        signer: signer.clone(),
        capacity,
        verdict: Verdict::Approve { remark: "".into() },
        accepted_findings: Vec::new(),
        signed_at: question.at,
    };
    let open = with_progress(question, submission, |mut progress| {
        // What the next entry does is not known to one who asks about it.
        progress.closing = progress.closing.filter(|closing| closed_at(closing).is_none_or(|at| at < index));
        let capacities = Capacity::ALL.iter().copied();
        capacities.filter(|it| decide_one(question, &progress, &approval(*it), index, "").is_ok()).collect()
    });
    open.unwrap_or_default()
}

fn closed_at(closing: &SubmissionStatus) -> Option<Index> {
    match closing {
        SubmissionStatus::Effective { at }
        | SubmissionStatus::Lapsed { at, rule: _ }
        | SubmissionStatus::Declined { at }
        | SubmissionStatus::Withdrawn { at } => Some(*at),
        SubmissionStatus::Waiting | SubmissionStatus::Expired => None,
    }
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

/// A post with two keys is still one post. The author may only withdraw.
fn is_by_another(author: &Signer, sign_off: &SignOff, field: &str) -> Result<(), Rejection> {
    let (own, withdraws) =
        (author.is_same_post(&sign_off.signer), matches!(sign_off.verdict, Verdict::Withdraw { .. }));
    let Signer { organisation, member, .. } = &sign_off.signer;
    match sign_off.capacity == Capacity::Author {
        false if !own => Ok(()),
        true if own && withdraws => Ok(()),
        true => {
            let message =
                format!("as author, {} of {} may withdraw, and do nothing else", author.member, author.organisation);
            Err(Rejection::new(RejectionRule::CapacityMustBeAllowed, format!("{field}.capacity"), message))
        }
        false => {
            let message = format!("{member} of {organisation} is the author");
            Err(Rejection::new(RejectionRule::SignOffMustBeByAnother, format!("{field}.member"), message))
        }
    }
}

/// The class says which capacities matter, and some only in the envelope.
fn capacity_is_needed(
    question: &Question<'_>,
    progress: &Progress<'_>,
    sign_off: &SignOff,
    index: Index,
    field: &str,
) -> Result<(), Rejection> {
    let in_envelope = index == progress.recorded;
    let governs = |event: &crate::domain::Event| matches!(event.kind().row().class, SignOffClass::Governs(_));
    let (eases, transfers) = (progress.class == SignOffClass::Eases, progress.class == SignOffClass::Transfers);
    let needed = match sign_off.capacity {
        Capacity::Verifier | Capacity::NationalAuthority => eases || progress.class == SignOffClass::States,
        Capacity::Counterparty => transfers,
        Capacity::Vouching => in_envelope,
        Capacity::Governor if in_envelope && progress.submitted.events.iter().any(governs) => true,
        Capacity::Governor => eases && needs::founders_stand_in(question, progress),
        Capacity::Author => eases || transfers,
    };
    if needed {
        return Ok(());
    }
    let message = format!("no signature as {} is waited for", sign_off.capacity);
    Err(Rejection::new(RejectionRule::CapacityMustBeNeeded, format!("{field}.capacity"), message))
}

/// What states takes verifications for ever. What waits takes sign-offs until it
/// is closed; then only an authority that has said nothing may give its word.
fn makes_a_difference(
    question: &Question<'_>,
    progress: &Progress<'_>,
    sign_off: &SignOff,
    field: &str,
) -> Result<(), Rejection> {
    let field = format!("{field}.submission_digest");
    if progress.is_late(question.at) {
        let message = format!("entry {} waited too long for its sign-offs and lapsed", progress.recorded);
        return Err(Rejection::new(RejectionRule::SignOffsMustComeInTime, field, message));
    }
    let closed = match &progress.closing {
        None => return Ok(()),
        Some(SubmissionStatus::Effective { .. })
            if sign_off.capacity == Capacity::NationalAuthority
                && !has_spoken(progress, &sign_off.signer.organisation) =>
        {
            return Ok(());
        }
        Some(SubmissionStatus::Effective { at }) => format!("it took effect at entry {at}"),
        Some(SubmissionStatus::Lapsed { at, rule }) => format!("it lapsed at entry {at}, by {rule}"),
        Some(SubmissionStatus::Declined { at }) => format!("it was declined at entry {at}"),
        Some(SubmissionStatus::Withdrawn { at }) => format!("its author withdrew it at entry {at}"),
        Some(SubmissionStatus::Waiting | SubmissionStatus::Expired) => "it waits no more".into(),
    };
    Err(Rejection::new(RejectionRule::SubmissionMustWait, field, closed))
}

fn has_spoken(progress: &Progress<'_>, organisation: &OrganisationId) -> bool {
    let mut words = progress.statements.iter().filter(|it| it.capacity == Capacity::NationalAuthority);
    words.any(|it| it.signer.organisation == *organisation)
}

/// A first word, or the withdrawal of an approval, or a word after one that was
/// withdrawn or counts no more, as with a key that was stolen.
fn fits_what_the_post_said(
    question: &Question<'_>,
    progress: &Progress<'_>,
    sign_off: &SignOff,
    field: &str,
) -> Result<(), Rejection> {
    let signer = &sign_off.signer;
    let said: Vec<&Statement> = progress.statements.iter().filter(|it| it.signer.is_same_post(signer)).collect();
    let newest = said.last();
    if matches!(sign_off.verdict, Verdict::Withdraw { .. }) && sign_off.capacity != Capacity::Author {
        let stands = |it: &&&Statement| {
            progress.waits() && it.capacity == sign_off.capacity && matches!(it.verdict, Verdict::Approve { .. })
        };
        if newest.filter(stands).is_some() {
            return Ok(());
        }
        let message = format!(
            "no approval by {} of {} as {} stands and waits",
            signer.member, signer.organisation, sign_off.capacity
        );
        return Err(Rejection::new(RejectionRule::ApprovalMustStand, format!("{field}.verdict"), message));
    }
    match newest {
        None => Ok(()),
        Some(it) if is_void(question, progress, it) && said.len() < STATEMENTS_PER_POST => Ok(()),
        Some(it) => {
            let place =
                if it.at == progress.recorded { "with the submission".into() } else { format!("in entry {}", it.at) };
            let (member, organisation) = (&signer.member, &signer.organisation);
            let message = if said.len() < STATEMENTS_PER_POST {
                format!("{member} of {organisation} signed it {place}")
            } else {
                format!("{member} of {organisation} has spoken {STATEMENTS_PER_POST} times about it, which is the most")
            };
            Err(Rejection::new(RejectionRule::SignOffMustBeNew, format!("{field}.member"), message))
        }
    }
}

fn is_void(question: &Question<'_>, progress: &Progress<'_>, statement: &Statement) -> bool {
    match statement.verdict {
        Verdict::Withdraw { .. } => true,
        Verdict::Approve { .. } => !still_counts(question, progress, &statement.signer, statement.capacity),
        Verdict::Decline { .. } => false,
    }
}

/// Roles and mandates allow the capacity, on this submission, at this entry.
fn capacity_is_allowed(
    question: &Question<'_>,
    progress: &Progress<'_>,
    signer: &Signer,
    capacity: Capacity,
    field: &str,
) -> Result<(), Rejection> {
    let roles = question.registry.member(&signer.organisation, &signer.member).map(|member| member.roles.as_slice());
    let has = |wanted: &[Role]| roles.is_some_and(|roles| roles.iter().any(|role| wanted.contains(role)));
    let colleague = signer.organisation == progress.submitted.submission.author.organisation;
    let allowed = match capacity {
        Capacity::Verifier => has(&[Role::Verifier]),
        Capacity::Counterparty => !colleague && has(&[Role::Recorder, Role::DeskOfficer]),
        Capacity::NationalAuthority => has(&[Role::NationalAuthority]),
        Capacity::Vouching => colleague,
        Capacity::Governor => has(&[Role::Administrator]),
        Capacity::Author => progress.submitted.submission.author.is_same_post(signer),
    };
    if !allowed {
        let message = format!("{} of {} may not sign as {capacity}", signer.member, signer.organisation);
        return Err(Rejection::new(RejectionRule::CapacityMustBeAllowed, format!("{field}.capacity"), message));
    }
    match capacity {
        Capacity::Verifier => verifier_is_named(question, progress, signer, field),
        Capacity::NationalAuthority => authority_covers(question, progress, signer, field),
        Capacity::Governor if progress.class == SignOffClass::Eases => founder_stands_in(question, signer, field),
        Capacity::Counterparty | Capacity::Vouching | Capacity::Governor | Capacity::Author => Ok(()),
    }
}

/// A verifier is another post of the author's organisation, or of one that it named.
fn verifier_is_named(
    question: &Question<'_>,
    progress: &Progress<'_>,
    signer: &Signer,
    field: &str,
) -> Result<(), Rejection> {
    let own = &progress.submitted.submission.author.organisation;
    let named = question.registry.organisation(own).is_some_and(|author| author.names_verifier(&signer.organisation));
    if named || signer.organisation == *own {
        return Ok(());
    }
    let message = format!("{own} has not named {} as a verifier", signer.organisation);
    Err(Rejection::new(RejectionRule::VerifierMustBeNamed, format!("{field}.organisation"), message))
}

/// The role alone is not enough: a mandate covers something in the submission.
fn authority_covers(
    question: &Question<'_>,
    progress: &Progress<'_>,
    signer: &Signer,
    field: &str,
) -> Result<(), Rejection> {
    if progress.concerns.iter().any(|concern| authority::is_authority_for(question, &signer.organisation, concern)) {
        return Ok(());
    }
    let concerns: Vec<String> = progress.concerns.iter().map(ToString::to_string).collect();
    let message =
        format!("{} is not the national authority for {} on this day", signer.organisation, concerns.join(", "));
    Err(Rejection::new(RejectionRule::AuthorityMustCoverSubmission, format!("{field}.organisation"), message))
}

fn founder_stands_in(question: &Question<'_>, signer: &Signer, field: &str) -> Result<(), Rejection> {
    let founder = question.registry.organisation(&signer.organisation).is_some_and(|state| state.founder.is_some());
    if founder {
        return Ok(());
    }
    let message = format!("{} is no founder", signer.organisation);
    Err(Rejection::new(RejectionRule::GovernorMustBeEntitled, format!("{field}.organisation"), message))
}
