//! How far a submission is: what was said about it, what it waits for, and what
//! became of it.
//!
//! Recorded at p, completed at q: at q everything is decided once more, with the
//! registry, the mandates and the charter that hold there. One function makes the
//! state, for the sequencer, the dry run, the audit and the read models.

use std::collections::BTreeSet;

use super::{Question, authority, class, events, needs};
use crate::{
    domain::{
        Capacity, Concern, EnvelopeContent, Index, RecordingTime, SignOff, SignOffClass, SignOffState, Statement,
        SubmissionDigest, SubmissionStatus, SubmittedEvents, Verdict, newest_of_each_post,
    },
    policy::Rejection,
};

const MICROSECONDS_PER_DAY: u64 = 24 * 3600 * 1_000_000;

/// A submission with what was said about it before an entry, or with it.
pub(super) struct Progress<'a> {
    pub submitted: &'a SubmittedEvents,
    pub recorded: Index,
    pub class: SignOffClass,
    pub statements: Vec<Statement>,
    /// Where and how it was closed, if it was.
    pub closing: Option<SubmissionStatus>,
    /// One for each event, without duplicates.
    pub concerns: BTreeSet<Concern>,
    /// It lapses with the first entry that is recorded later.
    pub waits_until: Option<RecordingTime>,
}

/// The state that an entry leaves its submission in; `None` for one that does not
/// wait and that nobody else signed.
pub(super) fn state_after(question: &Question<'_>, content: &EnvelopeContent) -> Option<SignOffState> {
    match content {
        EnvelopeContent::Submission(submitted) => Some(of_entering(question, submitted)?.into_state(question)),
        EnvelopeContent::SignOffs { submission, sign_offs } => with_progress(question, *submission, |mut progress| {
            progress.take_in(sign_offs, question.index);
            progress.into_state(question)
        }),
    }
}

/// A submission that enters, with the sign-offs in its envelope; `None` for one that
/// does not wait and that nobody else signed.
pub(super) fn of_entering<'a>(question: &Question<'_>, submitted: &'a SubmittedEvents) -> Option<Progress<'a>> {
    let mut progress = Progress::of_next(question, submitted, known_class(question, submitted))?;
    progress.take_in(&submitted.sign_offs, progress.recorded);
    Some(progress)
}

/// Everything that was said about a recorded submission.
pub(super) fn with_progress<T>(
    question: &Question<'_>,
    submission: SubmissionDigest,
    tell: impl FnOnce(Progress<'_>) -> T,
) -> Option<T> {
    let recorded = question.known.submission(submission)?;
    let entry = question.known.entry(recorded)?;
    let EnvelopeContent::Submission(submitted) = &entry.envelope.content else { return None };
    let class = known_class(question, submitted);
    let mut progress = Progress::of(question, submitted, recorded, entry.recorded_at, class);
    progress.take_in(&submitted.sign_offs, recorded);
    for index in question.known.sign_offs_on(submission) {
        let later = question.known.entry(index)?;
        let EnvelopeContent::SignOffs { sign_offs, .. } = &later.envelope.content else { return None };
        progress.take_in(sign_offs, index);
    }
    Some(tell(progress))
}

/// The class as it was noted, or as the events say. An accepted submission has one.
fn known_class(question: &Question<'_>, submitted: &SubmittedEvents) -> SignOffClass {
    let noted = question.known.noted_class(submitted.digest);
    noted.or_else(|| class::class_of_all(question, submitted).ok()).unwrap_or(SignOffClass::States)
}

impl<'a> Progress<'a> {
    /// Of the next entry, before anything was said about it.
    pub(super) fn of_next(
        question: &Question<'_>,
        submitted: &'a SubmittedEvents,
        class: SignOffClass,
    ) -> Option<Self> {
        let index = question.index;
        let signed = class.waits() || !submitted.sign_offs.is_empty();
        signed.then(|| Self::of(question, submitted, index, question.at, class))
    }

    fn of(
        question: &Question<'_>,
        submitted: &'a SubmittedEvents,
        recorded: Index,
        recorded_at: RecordingTime,
        class: SignOffClass,
    ) -> Self {
        let days = question.registry.charter_at(recorded).map_or(0, |charter| charter.sign_offs.days);
        let until = recorded_at.0.saturating_add(u64::from(days).saturating_mul(MICROSECONDS_PER_DAY));
        let events = submitted.events.iter().enumerate();
        let concerns = events.map(|(at, event)| authority::concern_of(question, event, &submitted.events[..at]));
        Self {
            submitted,
            recorded,
            class,
            statements: Vec::new(),
            closing: question.known.closing(submitted.digest),
            concerns: concerns.collect(),
            waits_until: (days > 0 && class.waits()).then_some(RecordingTime(until)),
        }
    }

    /// What was said in one more entry.
    pub(super) fn take_in(&mut self, sign_offs: &[SignOff], at: Index) {
        self.statements.extend(sign_offs.iter().map(|sign_off| Statement {
            at,
            signer: sign_off.signer.clone(),
            capacity: sign_off.capacity,
            verdict: sign_off.verdict.clone(),
        }));
    }

    /// Whether it still waits, for an entry at the question's time.
    pub(super) fn waits(&self) -> bool {
        self.class.waits() && self.closing.is_none()
    }

    /// Whether it waited too long.
    pub(super) fn is_late(&self, at: RecordingTime) -> bool {
        self.waits() && self.waits_until.is_some_and(|until| at > until)
    }

    /// `complete`: no sign-off is missing.
    fn status(&self, question: &Question<'_>, index: Index, complete: bool) -> SubmissionStatus {
        if !self.class.waits() {
            return SubmissionStatus::Effective { at: self.recorded };
        }
        if let Some(closing) = &self.closing {
            return closing.clone();
        }
        if newest_of_each_post(&self.statements).any(|statement| statement.capacity == Capacity::Author) {
            return SubmissionStatus::Withdrawn { at: index };
        }
        if needs::is_declined(question, self) {
            return SubmissionStatus::Declined { at: index };
        }
        if !complete {
            return SubmissionStatus::Waiting;
        }
        match self.holds_again(question, index) {
            Ok(()) => SubmissionStatus::Effective { at: index },
            Err(rejection) => SubmissionStatus::Lapsed { at: index, rule: rejection.rule.code().into() },
        }
    }

    /// Decides the whole once more at q; with its own entry it was just decided.
    fn holds_again(&self, question: &Question<'_>, index: Index) -> Result<(), Rejection> {
        if index == self.recorded {
            return Ok(());
        }
        authority::author_stands(question, self.submitted)?;
        events::hold_again(question, self.submitted)
    }

    /// The state after the next entry, with everything that it says taken in.
    pub(super) fn into_state(self, question: &Question<'_>) -> SignOffState {
        let missing = if self.waits() { needs::missing(question, &self) } else { Vec::new() };
        let status = self.status(question, question.index, missing.is_empty());
        let waiting = status == SubmissionStatus::Waiting;
        SignOffState {
            submission: self.submitted.digest,
            recorded: self.recorded,
            author: self.submitted.submission.author.clone(),
            class: self.class,
            status,
            verified: verified(&self.statements),
            missing: if waiting { missing } else { Vec::new() },
            authorities: if self.class == SignOffClass::Eases { needs::words(question, &self) } else { Vec::new() },
            waits_until: self.waits_until,
            statements: self.statements,
        }
    }
}

/// The first approval by a verifier or a national authority that stands.
fn verified(statements: &[Statement]) -> Option<Index> {
    let verifying = newest_of_each_post(statements).filter(|statement| {
        matches!(statement.capacity, Capacity::Verifier | Capacity::NationalAuthority)
            && matches!(statement.verdict, Verdict::Approve { .. })
    });
    verifying.map(|statement| statement.at).min()
}
