//! The events that count at a size, each as its last correction in effect restates it.
//!
//! Promises: an event beyond the size, or one that is not in effect there, makes no
//! difference. Both the event and its corrections stay at hand, for the explanation.

use std::collections::BTreeMap;

use super::Dossier;
use crate::domain::{
    Body, CitedEvent, EventCorrected, EventReference, Recorded, SharedBody, Subject, TreatyBody, WorldDate,
};

/// What an event states as it stands.
#[derive(Clone, Debug)]
pub struct Statement<'a> {
    pub recorded: &'a Recorded,
    /// What it says now.
    pub body: &'a TreatyBody,
    /// Corrections in effect, in the order in which they took effect; the last one that restates stands.
    pub corrections: Vec<(&'a Recorded, &'a EventCorrected)>,
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

    /// Its principal date as it stands.
    pub fn date(&self) -> Option<&'a WorldDate> {
        self.body.principal_date()
    }
}

/// The statements of treaty kinds that count, by the name of their event.
pub fn in_effect<'a>(dossier: &Dossier<'a>) -> Vec<Statement<'a>> {
    let size = dossier.known.size;
    let counts = |recorded: &&Recorded| {
        let since = recorded.effective_since();
        recorded.position.index.0 < size.0 && since.is_some_and(|since| since.0 < size.0)
    };
    let counted: Vec<&Recorded> = dossier.events.iter().copied().filter(counts).collect();
    let mut corrections = corrections(&counted);
    let mut statements: BTreeMap<EventReference, Statement<'a>> = BTreeMap::new();
    for recorded in counted {
        let Body::Treaty(stated) = &recorded.event.body else { continue };
        let corrections = corrections.remove(&recorded.reference()).unwrap_or_default();
        let body = corrections.iter().rev().find_map(|(_, correction)| restated(correction)).unwrap_or(stated);
        statements.insert(recorded.reference(), Statement { recorded, body, corrections });
    }
    statements.into_values().collect()
}

type Corrections<'a> = Vec<(&'a Recorded, &'a EventCorrected)>;

/// Corrections by their target. Those of one target are one organisation's own (the
/// policy sees to it), so the order of its statements is the order that it wants.
fn corrections<'a>(counted: &[&'a Recorded]) -> BTreeMap<EventReference, Corrections<'a>> {
    let mut by_target: BTreeMap<EventReference, Corrections<'a>> = BTreeMap::new();
    for recorded in counted {
        if let Body::Shared(SharedBody::EventCorrected(body)) = &recorded.event.body {
            by_target.entry(body.target.clone()).or_default().push((recorded, body));
        }
    }
    for corrections in by_target.values_mut() {
        corrections.sort_by_key(|(recorded, _)| (recorded.effective_since(), recorded.position));
    }
    by_target
}

fn restated(correction: &EventCorrected) -> Option<&TreatyBody> {
    match correction.restated.as_ref().map(|restated| &restated.body) {
        Some(Body::Treaty(body)) => Some(body),
        Some(Body::Registry(_) | Body::Shared(_) | Body::Minefield(_)) | None => None,
    }
}
