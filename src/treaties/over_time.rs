//! Status and overlays over all days, for who draws them: what an answer for one day
//! looks up, whole.
//!
//! Promises: every course is that of a reading, every reading has its course, and no
//! two courses have the same intervals. Up to a day, nothing is told that begins after it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    Answer, Interval, Overlay, Remark, StatusCourse,
    explain::{few, sentence_of},
    followed::{self, Followed},
    overlays::{self, may_have_come},
    record::Record,
    suspension,
    tenure::Tenures,
};
use crate::domain::Position;

/// The intervals of the readings, the first reading's first; those that agree are one.
pub fn courses(followed: &[Followed<'_, '_>]) -> Vec<StatusCourse> {
    let mut told: Vec<StatusCourse> = Vec::new();
    for Followed { reading, intervals, .. } in followed::joined(followed, None) {
        add(&mut told, vec![sentence_of(&reading.assuming())], intervals);
    }
    agreed(told)
}

/// Adds a course, or what it assumes to one with the same intervals.
fn add(told: &mut Vec<StatusCourse>, assuming: Vec<Box<str>>, intervals: Vec<Interval>) {
    match told.iter_mut().find(|told| told.intervals == intervals) {
        Some(same) => same.assuming.extend(assuming),
        None => told.push(StatusCourse { assuming, intervals }),
    }
}

/// What is told alone has nothing to assume.
fn agreed(mut told: Vec<StatusCourse>) -> Vec<StatusCourse> {
    if let [agreed] = told.as_mut_slice() {
        agreed.assuming.clear();
    }
    told.iter_mut().for_each(|told| told.assuming = few(std::mem::take(&mut told.assuming)));
    told
}

/// The overlays of any day, each as it stands on the last day on which it lies. What
/// begins with an act of status is looked up on that day, what ends with a membership on the
/// day before, the rest lies on the last. What is applied provisionally has days of its own.
pub fn overlays(record: &Record<'_, '_>, followed: &[Followed<'_, '_>], tenures: &Tenures) -> Vec<Overlay> {
    let courses = followed::courses(followed);
    let spans = courses.iter().flat_map(|course| &course.spans);
    let days: BTreeSet<Date> = spans.filter_map(|span| span.from).chain(tenures.eves()).chain([Date::MAX]).collect();
    let mut found: Vec<Overlay> = overlays::applied(record, followed, None).collect();
    for overlay in days.into_iter().flat_map(|day| overlays::but_applied(record, followed, tenures, day)) {
        match found.iter_mut().find(|before| before.event() == overlay.event()) {
            Some(before) => *before = overlay,
            None => found.push(overlay),
        }
    }
    for overlay in &mut found {
        with_all_reactions(record, overlay);
    }
    found
}

/// What is said to a suspension is told, also after the membership that it belongs to.
fn with_all_reactions(record: &Record<'_, '_>, overlay: &mut Overlay) {
    let Overlay::SuspensionAsserted(found) = overlay else { return };
    if let Some(act) = record.beside.iter().find(|act| act.is_stated_by(&found.event.reference)) {
        found.reactions = suspension::reactions(record, act, Date::MAX);
    }
}

/// Takes out of an answer what begins after its day: intervals, what lies over them, and what
/// is remarked on acts that come later. The interval that holds on the day is open. Returns
/// how many reactions of others are left out, those not counted that are later acts themselves.
pub fn cut_after_its_day(answer: &mut Answer, later: &BTreeSet<Position>) -> usize {
    let reactions_before = reactions(&answer.overlays_of_all_days);
    let Answer { at, courses, overlays, overlays_of_all_days, findings, .. } = answer;
    let day = *at;
    let mut told: Vec<StatusCourse> = Vec::new();
    for StatusCourse { assuming, mut intervals } in std::mem::take(courses) {
        intervals.retain(|interval| interval.first.from.is_none_or(|from| from <= day));
        if let Some(Interval { first, last }) = intervals.last_mut() {
            (first.to, last.to) = (None, None);
        }
        add(&mut told, assuming, intervals);
    }
    // What lies on the day is told as it stands then, with what was said of it by then. On which
    // days something is applied provisionally for certain is told of all of them.
    let is_applied = |it: &Overlay| matches!(it, Overlay::ProvisionalApplication { .. });
    let told_anew = |it: &Overlay| overlays.iter().any(|other| !is_applied(other) && other.event() == it.event());
    overlays_of_all_days.retain(|it| begins_by(it, day) && !told_anew(it));
    overlays_of_all_days.extend(overlays.iter().filter(|it| !is_applied(it)).cloned());
    findings
        .retain(|Remark { finding, .. }| finding.event.as_ref().is_none_or(|event| !later.contains(&event.position)));
    *courses = agreed(told);
    let told = reactions(&answer.overlays_of_all_days);
    reactions_before.difference(&told).filter(|position| !later.contains(position)).count()
}

/// Where the reactions stand that lie over the status.
fn reactions(overlays: &[Overlay]) -> BTreeSet<Position> {
    let reactions = overlays.iter().flat_map(|overlay| match overlay {
        Overlay::SuspensionAsserted(found) => found.reactions.as_slice(),
        Overlay::ProvisionalApplication { .. }
        | Overlay::Declaration(_)
        | Overlay::TerritorialScope(_)
        | Overlay::RetroactiveSuccession { .. } => &[],
    });
    reactions.map(|reaction| reaction.event.position).collect()
}

fn begins_by(overlay: &Overlay, day: Date) -> bool {
    match overlay {
        Overlay::SuspensionAsserted(found) => may_have_come(found.since.as_ref(), day),
        Overlay::ProvisionalApplication { since, .. } => since.first <= day,
        Overlay::Declaration(declared) | Overlay::TerritorialScope(declared) => {
            may_have_come(declared.effective.as_ref().or(declared.made.as_ref()), day)
        }
        Overlay::RetroactiveSuccession { succeeded, .. } => succeeded.first <= day,
    }
}
