//! What became of the events on one subject: taken back, corrected, one of several
//! accounts of an act; what a timeline says beside each.
//!
//! Promises: only what is in effect at the size counts, as for a status. The events given
//! are those on the subject, all of them.
//! Leaves to others: what the events say (`server` tells them as they were recorded).

use std::collections::BTreeMap;

use super::{
    Dossier, ViewName, rivals,
    statements::{self, Statement},
};
use crate::domain::{Body, EventReference, Position, Recorded, SharedBody, WorldDate};

/// What became of an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fate {
    /// Where the event stands that takes it back.
    pub retracted_by: Option<Position>,
    /// Where its corrections stand, in the order in which they took effect.
    pub corrected_by: Vec<Position>,
    /// What it says its date is, as corrected; `None` for what is no treaty act.
    pub date: Option<WorldDate>,
    /// Where the other accounts of the same act stand.
    pub rivals: Vec<Position>,
    /// There are others, and the view follows them and not this one.
    pub is_passed_over: bool,
    /// Where the event stands that it corrects, takes back or contests.
    pub about: Option<Position>,
}

/// The fates of the events of a dossier, by where they stand.
pub fn fates(dossier: &Dossier<'_>, view: ViewName) -> BTreeMap<Position, Fate> {
    let stated = statements::in_effect(dossier);
    let places: BTreeMap<EventReference, Position> =
        dossier.events.iter().map(|recorded| (recorded.reference(), recorded.position)).collect();
    let mut fates: BTreeMap<Position, Fate> = BTreeMap::new();
    for recorded in dossier.events {
        let about = target_of(recorded).and_then(|target| places.get(target)).copied();
        fates.entry(recorded.position).or_default().about = about;
        if let (Some(target), Body::Shared(SharedBody::EventRetracted(_)), Some(since)) =
            (about, &recorded.event.body, recorded.effective_since())
            && since.0 < dossier.known.size.0
        {
            fates.entry(target).or_default().retracted_by = Some(recorded.position);
        }
    }
    for act in rivals::acts(&stated, dossier.mandates, view) {
        let all = || act.followed.iter().chain(&act.others);
        for statement in all() {
            let position = statement.recorded.position;
            let fate = fates.entry(position).or_default();
            fate.corrected_by = corrections_of(statement);
            fate.date = statement.date().cloned();
            fate.rivals = all().map(|other| other.recorded.position).filter(|other| *other != position).collect();
            fate.rivals.sort_unstable();
            let followed = act.followed.iter().any(|followed| followed.recorded.position == position);
            fate.is_passed_over = !followed && !fate.rivals.is_empty();
        }
    }
    fates
}

fn corrections_of(statement: &Statement<'_>) -> Vec<Position> {
    statement.corrections.iter().map(|(correction, _)| correction.position).collect()
}

fn target_of(recorded: &Recorded) -> Option<&EventReference> {
    let Body::Shared(body) = &recorded.event.body else { return None };
    match body {
        SharedBody::EventCorrected(body) => Some(&body.target),
        SharedBody::EventRetracted(body) => Some(&body.target),
        SharedBody::EventContested(body) => Some(&body.target),
        SharedBody::PartDisclosed(body) => Some(&body.target),
        SharedBody::ContentErased(body) => Some(&body.target),
        SharedBody::ContestResolved(_) | SharedBody::StatementReported(_) => None,
    }
}
