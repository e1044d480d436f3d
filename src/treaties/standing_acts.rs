//! What became of the events on one subject: taken back, corrected, one of several
//! accounts of an act; what a timeline says beside each.
//!
//! Promises: only what is in effect at the size counts, as for a status. The events given
//! are those on the subject, all of them.
//! Leaves to others: what the events say (`server` tells them as they were recorded).

use std::collections::BTreeMap;

use super::{
    GrantedMandate, ViewName, rivals,
    statements::{self, Stated, Version, versions},
};
use crate::domain::{Body, EventCorrected, EventReference, Position, Recorded, SharedBody, Size, WorldDate};

/// What became of an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fate {
    /// Where the event stands that takes it back.
    pub retracted_by: Option<Position>,
    /// Where its corrections stand that changed it, in the order in which they took effect.
    pub corrected_by: Vec<Position>,
    /// What it says its date is, as corrected.
    pub date: Option<WorldDate>,
    /// Where the other accounts of the same act stand.
    pub rivals: Vec<Position>,
    /// There are others, and the view follows them and not this one.
    pub is_passed_over: bool,
    /// The event that it corrects, takes back or contests.
    pub about: Option<About>,
    /// It corrects what had been taken back before it took effect: it changes nothing.
    pub changes_nothing: bool,
}

/// What an event about another one is about.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// Where the other one stands.
    pub event: Position,
    /// The date that the other one gives: to a correction the one that stood before it.
    pub date: Option<WorldDate>,
    /// Of a correction that restates: where what stood before it is said, in the other one
    /// or in a correction of that.
    pub restates: Option<Position>,
}

/// The fates of events on one subject as known after so many entries, by where they stand.
pub fn fates(
    events: &[&Recorded],
    size: Size,
    mandates: &[GrantedMandate],
    view: ViewName,
) -> BTreeMap<Position, Fate> {
    let stated = statements::in_effect_of(events, size);
    let named: BTreeMap<EventReference, &Recorded> =
        events.iter().map(|recorded| (recorded.reference(), *recorded)).collect();
    let mut fates: BTreeMap<Position, Fate> = BTreeMap::new();
    for recorded in events {
        let target = target_of(recorded).and_then(|target| named.get(target)).copied();
        let fate = fates.entry(recorded.position).or_default();
        fate.date = versions_of(recorded, &stated).last().and_then(|version| version.date()).cloned();
        fate.corrected_by = corrections_of(recorded, &stated).iter().map(|(by, _)| by.position).collect();
        fate.about = target.map(|target| about(recorded, target, &stated));
        fate.changes_nothing = target.is_some_and(|target| is_in_vain(recorded, target, &stated));
        if let (Some(target), Body::Shared(SharedBody::EventRetracted(_))) = (target, &recorded.event.body)
            && statements::counts(recorded, size)
        {
            fates.entry(target.position).or_default().retracted_by = Some(recorded.position);
        }
    }
    for act in rivals::acts(&stated, mandates, view) {
        let all = || act.followed.iter().chain(&act.others);
        for statement in all() {
            let position = statement.recorded.position;
            let fate = fates.entry(position).or_default();
            fate.rivals = all().map(|other| other.recorded.position).filter(|other| *other != position).collect();
            fate.rivals.sort_unstable();
            let followed = act.followed.iter().any(|followed| followed.recorded.position == position);
            fate.is_passed_over = !followed && !fate.rivals.is_empty();
        }
    }
    fates
}

fn corrections_of<'a>(recorded: &Recorded, stated: &Stated<'a>) -> Vec<(&'a Recorded, &'a EventCorrected)> {
    stated.corrections_of(recorded).0
}

/// Whether an event corrects another one that had been taken back.
fn is_in_vain(recorded: &Recorded, target: &Recorded, stated: &Stated<'_>) -> bool {
    stated.corrections_of(target).1.iter().any(|(by, _)| by.position == recorded.position)
}

fn versions_of<'a>(recorded: &'a Recorded, stated: &Stated<'a>) -> Vec<Version<'a>> {
    versions(recorded, &corrections_of(recorded, stated))
}

/// A correction is set against what stood right before it; one that is not in effect,
/// against what stands.
fn about(recorded: &Recorded, target: &Recorded, stated: &Stated<'_>) -> About {
    let versions = versions_of(target, stated);
    let before = match &recorded.event.body {
        Body::Shared(SharedBody::EventCorrected(_)) => {
            corrections_of(target, stated).iter().position(|(by, _)| by.position == recorded.position)
        }
        _ => None,
    };
    let stood = before.map_or(versions.last(), |before| versions.get(before));
    About {
        event: target.position,
        date: stood.and_then(|version| version.date()).cloned(),
        restates: stood
            .filter(|_| recorded.event.restated().is_some() && !is_in_vain(recorded, target, stated))
            .map(|version| version.said_in.position),
    }
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
