//! The events that count at a size, each as its last correction in effect restates it,
//! with what others say of it.
//!
//! Promises: an event beyond the size, or one that is not in effect there, makes no
//! difference; neither does one that its author took back. The event, its corrections
//! and what was taken back stay at hand, for the explanation.

use std::collections::BTreeMap;

use super::Dossier;
use crate::domain::{
    Body, CitedEvent, ContestResolved, EventContested, EventCorrected, EventReference, EventRetracted, NotStated,
    Recorded, SharedBody, Size, Subject, TreatyBody, WorldDate,
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
    let counted = dossier.events.iter().copied().filter(|recorded| counts(recorded, dossier.known.size));
    let mut counted: Vec<&Recorded> = counted.collect();
    // In the order in which they took effect: one organisation's order is the order that it wants.
    counted.sort_by_key(|recorded| (recorded.effective_since(), recorded.position));
    // What bears on an answer in two ways may be given twice.
    counted.dedup_by_key(|recorded| recorded.position);
    let retractions = by_target(&counted, |body| match body {
        SharedBody::EventRetracted(body) => Some((&body.target, body)),
        _ => None,
    });
    let stands = |recorded: &&Recorded| !retractions.contains_key(&recorded.reference());
    let standing: Vec<&Recorded> = counted.iter().copied().filter(stands).collect();
    Stated {
        statements: statements(&standing),
        resolutions: standing.iter().filter_map(|recorded| Some((*recorded, resolution(recorded)?))).collect(),
        retracted: retracted(&counted, &retractions),
    }
}

type ByTarget<'a, T> = BTreeMap<EventReference, Vec<(&'a Recorded, &'a T)>>;

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

fn statements<'a>(standing: &[&'a Recorded]) -> Vec<Statement<'a>> {
    let mut corrections = by_target(standing, |body| match body {
        SharedBody::EventCorrected(body) => Some((&body.target, body)),
        _ => None,
    });
    let mut contests = by_target(standing, |body| match body {
        SharedBody::EventContested(body) => Some((&body.target, body)),
        _ => None,
    });
    let mut statements: BTreeMap<EventReference, Statement<'a>> = BTreeMap::new();
    for recorded in standing {
        let Body::Treaty(stated) = &recorded.event.body else { continue };
        let corrections = corrections.remove(&recorded.reference()).unwrap_or_default();
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
