//! Policy number 1. Never changed once a ledger runs by it: what would decide
//! an existing entry differently becomes policy 2 beside it (I11).

mod authority;
mod electorate;
mod events;
mod governance;
mod sign_offs;

use super::{Known, Registry, Rejection, RejectionRule};
use crate::domain::{EnvelopeContent, Finding, LedgerId, RecordingTime, Submission, SubmittedEvents};

/// Everything that one decision looks at.
struct Question<'a> {
    at: RecordingTime,
    registry: &'a Registry,
    known: &'a dyn Known,
}

/// Decides by policy 1: cheap guards before dear ones.
pub fn decide(
    content: &EnvelopeContent,
    at: RecordingTime,
    registry: &Registry,
    known: &dyn Known,
) -> Result<Vec<Finding>, Rejection> {
    let question = Question { at, registry, known };
    match content {
        EnvelopeContent::SignOffs { submission, sign_offs } => {
            sign_offs::decide_late(&question, *submission, sign_offs).map(|()| Vec::new())
        }
        EnvelopeContent::Submission(submitted) => decide_submission(&question, submitted),
    }
}

fn decide_submission(question: &Question<'_>, submitted: &SubmittedEvents) -> Result<Vec<Finding>, Rejection> {
    let submission = &submitted.submission;
    ledger_matches(question, submission)?;
    id_is_fresh(question, submission)?;
    seen_is_prefix(question, submission)?;
    if submission.ledger_id.is_none() {
        governance::founding_is_complete(submitted)?;
        return Ok(Vec::new());
    }
    authority::author_may_sign(question, submitted)?;
    sign_offs::accompany(question, submitted)?;
    events::decide_events(question, submitted)?;
    Ok(remark_on(question, submitted))
}

/// What is remarked on a submission that enters. `known` needs to tell only what
/// stood on the subjects before.
pub fn remark(submitted: &SubmittedEvents, at: RecordingTime, registry: &Registry, known: &dyn Known) -> Vec<Finding> {
    remark_on(&Question { at, registry, known }, submitted)
}

fn remark_on(question: &Question<'_>, submitted: &SubmittedEvents) -> Vec<Finding> {
    if submitted.submission.ledger_id.is_none() {
        return Vec::new();
    }
    let mut findings = authority::author_may_sign(question, submitted).unwrap_or_default();
    findings.extend(events::remark(question, submitted));
    findings
}

fn ledger_matches(question: &Question<'_>, submission: &Submission) -> Result<(), Rejection> {
    let field = "envelope.submission.ledger_id";
    let own = question.registry.ledger().map(|ledger| ledger.id);
    match (own, submission.ledger_id) {
        (Some(_), None) => {
            Err(Rejection::new(RejectionRule::LedgerMustBeFoundedOnce, field, "this ledger is founded already"))
        }
        (own, named) if own == named => Ok(()),
        (own, _) => Err(Rejection::new(RejectionRule::LedgerMustMatch, field, names_other_ledger(own))),
    }
}

fn names_other_ledger(own: Option<LedgerId>) -> String {
    match own {
        Some(own) => format!("it names another ledger; this one is {own}"),
        None => "the first entry of a ledger is its founding".into(),
    }
}

fn id_is_fresh(question: &Question<'_>, submission: &Submission) -> Result<(), Rejection> {
    match question.known.submission_by_id(&submission.author.organisation, submission.id) {
        None => Ok(()),
        Some(index) => Err(Rejection::new(
            RejectionRule::SubmissionIdMustBeFresh,
            "envelope.submission.id",
            format!("entry {index} holds other bytes under the id {}", submission.id),
        )),
    }
}

fn seen_is_prefix(question: &Question<'_>, submission: &Submission) -> Result<(), Rejection> {
    let Some(seen) = submission.seen else { return Ok(()) };
    if question.known.root_at(seen.size) == Some(seen.root) {
        return Ok(());
    }
    let message = format!("the author saw another history at size {}", seen.size);
    Err(Rejection::new(RejectionRule::SeenMustBePrefix, "envelope.submission.seen", message))
}
