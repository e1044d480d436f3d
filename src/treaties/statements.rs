//! The events that count at a size, each as its last correction in effect restates it,
//! with what others say of it.
//!
//! Promises: an event beyond the size, or one that is not in effect there, makes no
//! difference; neither does one that its author took back. The event, its corrections
//! and what was taken back stay at hand, for the explanation.

use std::collections::BTreeMap;

use super::Dossier;
use crate::domain::{
    Body, CitedEvent, ContestResolved, Event, EventContested, EventCorrected, EventReference, EventRetracted, Index,
    NotStated, Position, Recorded, Restated, SharedBody, Size, Subject, TreatyBody, WorldDate,
};

/// What counts, sorted out.
#[derive(Clone, Debug)]
pub struct Stated<'a> {
    /// Treaty acts, by the name of their event.
    pub statements: Vec<Statement<'a>>,
    /// What settles between rival statements, in the order in which it took effect.
    pub resolutions: Vec<(&'a Recorded, &'a ContestResolved)>,
    /// Treaty acts that were taken back, by the name of their event.
    pub retracted: Vec<Retracted<'a>>,
    /// Corrections in effect by what they correct, in the order in which they took effect.
    pub corrections: ByTarget<'a, EventCorrected>,
}

impl<'a> Stated<'a> {
    /// The corrections of an event: those that came while it stood, and those that came when it
    /// had been taken back and change nothing.
    pub fn corrections_of(&self, recorded: &Recorded) -> (Vec<Correction<'a>>, Vec<Correction<'a>>) {
        let reference = recorded.reference();
        let corrections = self.corrections.get(&reference).into_iter().flatten().copied();
        let found = self.retracted.binary_search_by_key(&reference, |retracted| retracted.recorded.reference());
        let taken_back = found.ok().map(|at| came(self.retracted[at].retraction));
        corrections.partition(|(by, _)| taken_back.is_none_or(|taken_back| came(by) < taken_back))
    }
}

/// An event, and how it corrects another one.
type Correction<'a> = (&'a Recorded, &'a EventCorrected);

/// The order in which events take effect.
fn came(recorded: &Recorded) -> (Option<Index>, Position) {
    (recorded.effective_since(), recorded.position)
}

/// What is said of earlier events, by the names of these.
type ByTarget<'a, T> = BTreeMap<EventReference, Vec<(&'a Recorded, &'a T)>>;

/// What was stated of an event at some time: first, or by a correction.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// The event that says so: itself, or its correction.
    pub said_in: &'a Recorded,
    body: &'a Body,
    occurred: Option<&'a WorldDate>,
}

impl<'a> Version<'a> {
    /// The date in the world that it gives.
    pub fn date(self) -> Option<&'a WorldDate> {
        self.body.principal_date().or(self.occurred)
    }
}

/// What an event said first and what each of its corrections made of it: one more than
/// there are corrections. A correction that restates nothing leaves what stood.
pub fn versions<'a>(recorded: &'a Recorded, corrections: &[(&'a Recorded, &'a EventCorrected)]) -> Vec<Version<'a>> {
    let Event { body, occurred, .. } = &recorded.event;
    let mut told = vec![Version { said_in: recorded, body, occurred: occurred.as_ref() }];
    for (correction, said) in corrections {
        let restated = said.restated.as_deref().map(|Restated { body, occurred, .. }| Version {
            said_in: correction,
            body,
            occurred: occurred.as_ref(),
        });
        told.extend(restated.or(told.last().copied()));
    }
    told
}

/// What an event states as it stands.
#[derive(Clone, Debug)]
pub struct Statement<'a> {
    pub recorded: &'a Recorded,
    /// What it says now.
    pub body: &'a TreatyBody,
    /// Corrections in effect, in the order in which they took effect; the last one that restates stands.
    pub corrections: Vec<(&'a Recorded, &'a EventCorrected)>,
    /// Who contests it, by the name of their event.
    pub contests: Vec<(&'a Recorded, &'a EventContested)>,
}

/// One correction of a statement.
#[derive(Clone, Copy, Debug)]
pub struct Corrected<'a> {
    pub by: &'a Recorded,
    pub said: &'a EventCorrected,
    pub before: Version<'a>,
    pub after: Version<'a>,
}

impl Corrected<'_> {
    /// Why, and what became of the date where it is another.
    pub fn in_words(&self) -> String {
        let told = |version: Version<'_>| version.date().map_or("undated".into(), ToString::to_string);
        let (before, after) = (told(self.before), told(self.after));
        let moved = if before == after { after } else { format!("{before} became {after}") };
        format!("{} ({moved})", self.said.reason)
    }
}

/// An act that its author took back.
#[derive(Clone, Copy, Debug)]
pub struct Retracted<'a> {
    pub recorded: &'a Recorded,
    pub retraction: &'a Recorded,
    pub reason: &'a str,
}

impl<'a> Statement<'a> {
    /// The name of the statement.
    pub fn reference(&self) -> EventReference {
        self.recorded.reference()
    }

    /// How an answer cites it.
    pub fn cited(&self) -> CitedEvent {
        self.recorded.cited()
    }

    /// What it is about.
    pub fn subject(&self) -> &'a Subject {
        &self.recorded.event.subject
    }

    /// The fields that it names as not stated, as it stands.
    pub fn not_stated(&self) -> &'a [NotStated] {
        let restated = self.corrections.iter().rev().find_map(|(_, correction)| correction.restated.as_deref());
        restated.map_or(&self.recorded.event.not_stated, |restated| &restated.not_stated)
    }

    /// Its corrections, each with what stood right before it and what it made of it.
    pub fn corrected(&self) -> Vec<Corrected<'a>> {
        let versions = versions(self.recorded, &self.corrections);
        let steps = self.corrections.iter().zip(versions.windows(2));
        steps.map(|((by, said), pair)| Corrected { by, said, before: pair[0], after: pair[1] }).collect()
    }

    /// Its principal date as it stands.
    pub fn date(&self) -> Option<&'a WorldDate> {
        self.body.principal_date()
    }
}

/// Whether an event is in effect after so many entries.
pub fn counts(recorded: &Recorded, size: Size) -> bool {
    let since = recorded.effective_since();
    recorded.position.index.0 < size.0 && since.is_some_and(|since| since.0 < size.0)
}

/// What counts of the events of a dossier.
pub fn in_effect<'a>(dossier: &Dossier<'a>) -> Stated<'a> {
    in_effect_of(dossier.events, dossier.known.size)
}

/// What counts of some events after so many entries.
pub fn in_effect_of<'a>(events: &[&'a Recorded], size: Size) -> Stated<'a> {
    let counted = events.iter().copied().filter(|recorded| counts(recorded, size));
    let mut counted: Vec<&Recorded> = counted.collect();
    // In the order in which they took effect: one organisation's order is the order that it wants.
    counted.sort_by_key(|recorded| came(recorded));
    // What bears on an answer in two ways may be given twice.
    counted.dedup_by_key(|recorded| recorded.position);
    let retractions = by_target(&counted, |body| match body {
        SharedBody::EventRetracted(body) => Some((&body.target, body)),
        _ => None,
    });
    let stands = |recorded: &&Recorded| !retractions.contains_key(&recorded.reference());
    let standing: Vec<&Recorded> = counted.iter().copied().filter(stands).collect();
    let corrections = by_target(&standing, |body| match body {
        SharedBody::EventCorrected(body) => Some((&body.target, body)),
        _ => None,
    });
    Stated {
        statements: statements(&standing, &corrections),
        resolutions: standing.iter().filter_map(|recorded| Some((*recorded, resolution(recorded)?))).collect(),
        retracted: retracted(&counted, &retractions),
        corrections,
    }
}

fn by_target<'a, T>(
    events: &[&'a Recorded],
    wanted: impl Fn(&'a SharedBody) -> Option<(&'a EventReference, &'a T)>,
) -> ByTarget<'a, T> {
    let mut found: ByTarget<'a, T> = BTreeMap::new();
    for recorded in events {
        if let Body::Shared(body) = &recorded.event.body
            && let Some((target, body)) = wanted(body)
        {
            found.entry(target.clone()).or_default().push((recorded, body));
        }
    }
    found
}

fn statements<'a>(standing: &[&'a Recorded], corrections: &ByTarget<'a, EventCorrected>) -> Vec<Statement<'a>> {
    let mut contests = by_target(standing, |body| match body {
        SharedBody::EventContested(body) => Some((&body.target, body)),
        _ => None,
    });
    let mut statements: BTreeMap<EventReference, Statement<'a>> = BTreeMap::new();
    for recorded in standing {
        let Body::Treaty(stated) = &recorded.event.body else { continue };
        let corrections = corrections.get(&recorded.reference()).cloned().unwrap_or_default();
        let body = corrections.iter().rev().find_map(|(_, correction)| restated(correction)).unwrap_or(stated);
        let mut contests = contests.remove(&recorded.reference()).unwrap_or_default();
        contests.sort_by_key(|(contest, _)| contest.reference());
        statements.insert(recorded.reference(), Statement { recorded, body, corrections, contests });
    }
    statements.into_values().collect()
}

fn resolution(recorded: &Recorded) -> Option<&ContestResolved> {
    match &recorded.event.body {
        Body::Shared(SharedBody::ContestResolved(body)) => Some(body),
        _ => None,
    }
}

fn retracted<'a>(counted: &[&'a Recorded], retractions: &ByTarget<'a, EventRetracted>) -> Vec<Retracted<'a>> {
    let mut retracted: Vec<Retracted<'a>> = counted
        .iter()
        .filter(|recorded| matches!(recorded.event.body, Body::Treaty(_)))
        .filter_map(|recorded| {
            let (retraction, body) = retractions.get(&recorded.reference())?.first()?;
            Some(Retracted { recorded, retraction, reason: &body.reason })
        })
        .collect();
    retracted.sort_by_key(|retracted| retracted.recorded.reference());
    retracted
}

fn restated(correction: &EventCorrected) -> Option<&TreatyBody> {
    match correction.restated.as_ref().map(|restated| &restated.body) {
        Some(Body::Treaty(body)) => Some(body),
        Some(Body::Registry(_) | Body::Shared(_) | Body::Minefield(_)) | None => None,
    }
}
