//! Policy number 1. Never changed once a ledger runs by it: what would decide
//! an existing entry differently becomes policy 2 beside it (I11).

mod authority;
mod class;
mod electorate;
mod events;
mod governance;
mod needs;
mod progress;
mod references;
mod sign_offs;

use progress::Progress;

use super::{Known, Registry, Rejection, RejectionRule, Remarks};
use crate::domain::{
    Capacity, EnvelopeContent, Event, Index, LedgerId, RecordingTime, SignOffClass, SignOffState, Signer, Submission,
    SubmissionDigest, SubmittedEvents,
};

/// Everything that one decision looks at.
struct Question<'a> {
    at: RecordingTime,
    /// Of the entry that it is about. Taken once: a dry run is asked while the ledger grows.
    index: Index,
    registry: &'a Registry,
    known: &'a dyn Known,
}

impl<'a> Question<'a> {
    fn of(at: RecordingTime, registry: &'a Registry, known: &'a dyn Known) -> Self {
        Self { at, index: known.size().next_index(), registry, known }
    }
}

/// Decides by policy 1: cheap guards before dear ones.
pub fn decide(
    content: &EnvelopeContent,
    at: RecordingTime,
    registry: &Registry,
    known: &dyn Known,
) -> Result<Remarks, Rejection> {
    let question = Question::of(at, registry, known);
    match content {
        EnvelopeContent::SignOffs { submission, sign_offs } => {
            sign_offs::decide_late(&question, *submission, sign_offs)
        }
        EnvelopeContent::Submission(submitted) => decide_submission(&question, submitted),
    }
}

fn decide_submission(question: &Question<'_>, submitted: &SubmittedEvents) -> Result<Remarks, Rejection> {
    let submission = &submitted.submission;
    ledger_matches(question, submission)?;
    id_is_fresh(question, submission)?;
    seen_is_prefix(question, submission)?;
    if submission.ledger_id.is_none() {
        governance::founding_is_complete(submitted)?;
        return Ok(remark_on(question, submitted, progress::of_entering(question, submitted)));
    }
    authority::author_may_sign(question, submitted)?;
    let progress = sign_offs::accompany(question, submitted)?;
    events::decide_events(question, submitted)?;
    Ok(remark_on(question, submitted, progress))
}

/// What is remarked on an envelope that entered. `known` needs to tell only what
/// stood on the subjects before.
pub fn remark(content: &EnvelopeContent, at: RecordingTime, registry: &Registry, known: &dyn Known) -> Remarks {
    let question = Question::of(at, registry, known);
    match content {
        EnvelopeContent::Submission(submitted) => {
            remark_on(&question, submitted, progress::of_entering(&question, submitted))
        }
        EnvelopeContent::SignOffs { submission, sign_offs } => {
            progress::with_progress(&question, *submission, |progress| {
                sign_offs::remark_on_late(&question, progress, sign_offs)
            })
            .unwrap_or_default()
        }
    }
}

/// The state that an accepted entry leaves its submission in, by its sign-offs.
pub fn sign_offs(
    content: &EnvelopeContent,
    at: RecordingTime,
    registry: &Registry,
    known: &dyn Known,
) -> Option<SignOffState> {
    progress::state_after(&Question::of(at, registry, known), content)
}

/// The capacities in which a signer could approve a recorded submission now.
pub fn open_capacities(
    submission: SubmissionDigest,
    signer: &Signer,
    at: RecordingTime,
    registry: &Registry,
    known: &dyn Known,
) -> Vec<Capacity> {
    sign_offs::open_capacities(&Question::of(at, registry, known), submission, signer)
}

/// The class of an event; `earlier` are the events before it in its submission.
pub fn class_of(
    event: &Event,
    earlier: &[Event],
    at: RecordingTime,
    registry: &Registry,
    known: &dyn Known,
) -> SignOffClass {
    class::class_of(&Question::of(at, registry, known), event, earlier)
}

/// Whether the class of a submission rests on what was recorded before.
pub fn class_rests_on_earlier(submitted: &SubmittedEvents) -> bool {
    submitted.events.iter().any(class::rests_on_earlier)
}

/// `progress`: of one that waits, or that somebody else signed, with its own sign-offs.
fn remark_on(question: &Question<'_>, submitted: &SubmittedEvents, progress: Option<Progress<'_>>) -> Remarks {
    if submitted.submission.ledger_id.is_none() {
        return Remarks { findings: Vec::new(), sign_offs: progress.map(|progress| progress.into_state(question)) };
    }
    let mut findings = authority::author_may_sign(question, submitted).unwrap_or_default();
    findings.extend(events::remark(question, submitted));
    if let Some(progress) = &progress {
        findings.extend(sign_offs::remark(question, progress, &submitted.sign_offs));
    }
    Remarks { findings, sign_offs: progress.map(|progress| progress.into_state(question)) }
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
