//! Each event of a submission in order: authority, references, concurrency.

use std::{borrow::Cow, collections::HashSet};

use jiff::civil::Date;

use super::{Question, authority, governance, references};
use crate::{
    domain::{
        Body, Event, EventId, Finding, FindingCode, LedgerId, PartForm, SignOffClass, Subject, SubjectState,
        SubmittedEvents, WorldDate,
    },
    policy::{Registry, Rejection, RejectionRule},
};

/// What the events before this one in the same submission did.
#[derive(Default)]
struct Sibling<'a> {
    ids: HashSet<EventId>,
    subjects: HashSet<&'a Subject>,
}

/// Decides all events; a later one sees what the earlier ones of the same
/// submission did to the registry and to the subjects.
pub(super) fn decide_events(question: &Question<'_>, submitted: &SubmittedEvents) -> Result<(), Rejection> {
    let mut failed = Ok(());
    each_event(question, submitted, |question, event, at, siblings| {
        failed = decide_event(question, submitted, event, at, siblings);
        failed.is_ok()
    });
    failed
}

/// What is remarked on events that enter.
pub(super) fn remark(question: &Question<'_>, submitted: &SubmittedEvents) -> Vec<Finding> {
    let mut findings = Vec::new();
    each_event(question, submitted, |question, event, at, siblings| {
        findings.extend(remarks(question, submitted, event, at, siblings));
        true
    });
    findings
}

/// Walks the events in order, each with the registry as the ones before left it,
/// until `visit` says no.
fn each_event(
    question: &Question<'_>,
    submitted: &SubmittedEvents,
    mut visit: impl FnMut(&Question<'_>, &Event, usize, &Sibling<'_>) -> bool,
) {
    let mut registry: Cow<'_, Registry> = Cow::Borrowed(question.registry);
    let mut siblings = Sibling::default();
    for (at, event) in submitted.events.iter().enumerate() {
        if !visit(&Question { registry: &registry, ..*question }, event, at, &siblings) {
            return;
        }
        siblings.ids.insert(event.id);
        siblings.subjects.insert(&event.subject);
        if matches!(event.body, Body::Registry(_)) {
            let index = question.index;
            registry.to_mut().apply_event(event, LedgerId(submitted.digest.0), index, question.at);
        }
    }
}

fn decide_event(
    question: &Question<'_>,
    submitted: &SubmittedEvents,
    event: &Event,
    at: usize,
    siblings: &Sibling<'_>,
) -> Result<(), Rejection> {
    let field = format!("events[{at}]");
    let author = &submitted.submission.author;
    id_is_fresh(question, submitted, event, siblings, &field)?;
    date_is_past(question, event, &field)?;
    parts_are_accepted(event, &field)?;
    subject_is_as_needed(question, event, siblings, &field)?;
    authority::may_record(question, author, event, &submitted.events[..at], &field)?;
    references::hold(question, submitted, at, &field)?;
    subject_has_not_moved(question, submitted, event, siblings, &field)?;
    match event.kind().row().class {
        SignOffClass::States | SignOffClass::Eases | SignOffClass::Transfers => Ok(()),
        SignOffClass::Governs(threshold) => governance::decide(question, submitted, event, threshold, &field),
    }
}

/// What waited is decided once more: everything that may have changed since it was
/// recorded. Ids and dates are as they were.
pub(super) fn hold_again(question: &Question<'_>, submitted: &SubmittedEvents) -> Result<(), Rejection> {
    let mut failed = Ok(());
    each_event(question, submitted, |question, event, at, siblings| {
        failed = holds_again(question, submitted, event, at, siblings);
        failed.is_ok()
    });
    failed
}

fn holds_again(
    question: &Question<'_>,
    submitted: &SubmittedEvents,
    event: &Event,
    at: usize,
    siblings: &Sibling<'_>,
) -> Result<(), Rejection> {
    let field = format!("events[{at}]");
    parts_are_accepted(event, &field)?;
    subject_is_as_needed(question, event, siblings, &field)?;
    authority::may_record(question, &submitted.submission.author, event, &submitted.events[..at], &field)?;
    references::hold(question, submitted, at, &field)?;
    subject_has_not_moved(question, submitted, event, siblings, &field)
}

fn id_is_fresh(
    question: &Question<'_>,
    submitted: &SubmittedEvents,
    event: &Event,
    siblings: &Sibling<'_>,
    field: &str,
) -> Result<(), Rejection> {
    let used = question.known.event(&submitted.submission.author.organisation, event.id);
    if used.is_none() && !siblings.ids.contains(&event.id) {
        return Ok(());
    }
    let place = used.map_or("this submission".into(), |position| format!("entry {}", position.index));
    let message = format!("the id {} stands on another event in {place}", event.id);
    Err(Rejection::new(RejectionRule::EventIdMustBeFresh, format!("{field}.id"), message))
}

/// One day of tolerance: the depositary's day may have begun elsewhere already. What a correction
/// restates is looked at like what was stated first.
fn date_is_past(question: &Question<'_>, event: &Event, field: &str) -> Result<(), Rejection> {
    let latest_allowed = question.at.utc_date().and_then(|today| today.tomorrow().ok());
    let is_ahead = |day: Date| latest_allowed.is_some_and(|allowed| day > allowed);
    let restated = event.restated().map(|restated| {
        let within = format!("{field}.{}.restated", event.kind());
        dates_of(&restated.body, restated.occurred.as_ref(), within)
    });
    let stated = dates_of(&event.body, event.occurred.as_ref(), field.to_owned());
    let mut all = stated.chain(restated.into_iter().flatten());
    let date_ahead = all.find(|(date, _)| date.earliest().is_some_and(is_ahead));
    let retrieved = || event.source.as_ref().and_then(|source| source.retrieved).filter(|day| is_ahead(day.0));
    let found = match date_ahead {
        Some((date, field)) => Some((date.to_string(), field)),
        None => retrieved().map(|day| (day.to_string(), format!("{field}.source.retrieved"))),
    };
    match found {
        None => Ok(()),
        Some((date, field)) => {
            let message = format!("{date} has not come yet");
            Err(Rejection::new(RejectionRule::DateMustNotLieInFuture, field, message))
        }
    }
}

/// What is said to have happened by a body and the `occurred` beside it, each day with the
/// field that states it.
fn dates_of<'a>(
    body: &'a Body,
    occurred: Option<&'a WorldDate>,
    within: String,
) -> impl Iterator<Item = (&'a WorldDate, String)> {
    let kind = body.kind();
    let outer = format!("{within}.occurred");
    let own = body.happened().into_iter();
    let own = own.map(move |happened| (happened.date, format!("{within}.{kind}.{}", happened.field)));
    own.chain(occurred.filter(|_| !body.may_lie_ahead()).map(|date| (date, outer)))
}

fn parts_are_accepted(event: &Event, field: &str) -> Result<(), Rejection> {
    let foreign =
        event.parts.iter().position(|part| !matches!(part.content.form(), PartForm::Open | PartForm::Withheld));
    match foreign {
        None => Ok(()),
        Some(at) => {
            let message = format!("the form {} has no store in this ledger yet", event.parts[at].content.form());
            let field = format!("{field}.parts[{at}].form");
            Err(Rejection::new(RejectionRule::PartFormMustBeAccepted, field, message))
        }
    }
}

fn subject_is_as_needed(
    question: &Question<'_>,
    event: &Event,
    siblings: &Sibling<'_>,
    field: &str,
) -> Result<(), Rejection> {
    let exists =
        |subject: &Subject| siblings.subjects.contains(subject) || question.known.subject_head(subject).is_some();
    let field = format!("{field}.subject");
    match event.kind().row().subject_state {
        SubjectState::New if exists(&event.subject) => {
            let message = format!("{} exists already", event.subject);
            Err(Rejection::new(RejectionRule::SubjectMustBeNew, field, message))
        }
        SubjectState::New => Ok(()),
        SubjectState::Exists => match needed(&event.subject).into_iter().find(|subject| !exists(subject)) {
            None => Ok(()),
            Some(missing) => {
                let message = format!("{missing} does not exist");
                Err(Rejection::new(RejectionRule::SubjectMustExist, field, message))
            }
        },
    }
}

/// What must exist for a subject to exist: a participation is there as soon as
/// its treaty and its participant are.
fn needed(subject: &Subject) -> Vec<Subject> {
    match subject {
        Subject::Participation(treaty, participant) => {
            vec![Subject::Treaty(treaty.clone()), Subject::Participant(participant.clone())]
        }
        other => vec![other.clone()],
    }
}

/// Optimistic concurrency, only where the author asks for it.
fn subject_has_not_moved(
    question: &Question<'_>,
    submitted: &SubmittedEvents,
    event: &Event,
    siblings: &Sibling<'_>,
    field: &str,
) -> Result<(), Rejection> {
    if !submitted.submission.require_unmoved || siblings.subjects.contains(&event.subject) {
        return Ok(());
    }
    let Some(head) = question.known.subject_head(&event.subject) else { return Ok(()) };
    // An id that several organisations used names none of their events for certain:
    // then the author shows to have seen the newest one by a checkpoint that covers it.
    let saw_head = submitted.submission.seen.is_some_and(|seen| seen.size.0 > head.index.0);
    let named = |id: &EventId| match question.known.reused_on_subject(&event.subject, *id) {
        None => (question.known.is_on_subject(&event.subject, *id), true),
        Some(newest) => (Some(newest), saw_head),
    };
    let names_head = |id: &EventId| named(id) == (Some(head), true);
    if event.based_on.iter().any(names_head) {
        return Ok(());
    }
    let ambiguous = event.based_on.iter().any(|id| named(id) == (Some(head), false));
    let message = match ambiguous {
        true => format!(
            "the id of the newest event on {} stands on an older one too: state in `seen` a checkpoint that covers entry {}",
            event.subject, head.index
        ),
        false => format!("{} moved on: its newest event is in entry {}", event.subject, head.index),
    };
    Err(Rejection::new(RejectionRule::SubjectMustNotHaveMoved, format!("{field}.based_on"), message))
}

/// What is remarked on an event that enters.
fn remarks(
    question: &Question<'_>,
    submitted: &SubmittedEvents,
    event: &Event,
    at: usize,
    siblings: &Sibling<'_>,
) -> Vec<Finding> {
    let ordinal = u16::try_from(at).expect("at most 1,000 events in a submission");
    let mut findings = Vec::new();
    if !authority::source_class_is_backed(question, &submitted.submission.author, event) {
        let message = "the source class is claimed first-hand without the mandate for it".into();
        let code = FindingCode::SourceClassBeyondMandate;
        findings.push(Finding { code, ordinal, field: "source.class".into(), message });
    }
    let unknown =
        |id: &&EventId| !siblings.ids.contains(*id) && question.known.is_on_subject(&event.subject, **id).is_none();
    if let Some(id) = event.based_on.iter().find(unknown) {
        let message = format!("no event {id} on {} is known yet", event.subject).into();
        findings.push(Finding { code: FindingCode::BasedOnUnknown, ordinal, field: "based_on".into(), message });
    }
    findings
}
