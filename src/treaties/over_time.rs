//! Status and overlays over all days, for who draws them: what an answer for one day
//! looks up, whole.
//!
//! Promises: every course is that of a reading, every reading has its course, and no
//! two courses have the same intervals.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Overlay, StatusCourse, course::Course, explain::sentence_of, overlays, readings::Reading, record::Record};
use crate::domain::CitedEvent;

/// The intervals of the readings, the first reading's first; those that agree are one.
pub fn courses(readings: &[Reading<'_, '_>], courses: &[Course]) -> Vec<StatusCourse> {
    let mut told: Vec<StatusCourse> = Vec::new();
    for (reading, course) in readings.iter().zip(courses) {
        let assumed = sentence_of(&reading.assuming);
        match told.iter_mut().find(|told| told.spans == course.spans) {
            Some(same) => same.assuming.push(assumed),
            None => told.push(StatusCourse { assuming: vec![assumed], spans: course.spans.clone() }),
        }
    }
    if let [agreed] = told.as_mut_slice() {
        agreed.assuming.clear();
    }
    told
}

/// The overlays of any day, each as it stands on the last day on which it lies. What
/// begins with an act of status is looked up on that day, the rest lies on the last.
pub fn overlays(record: &Record<'_, '_>, courses: &[Course]) -> Vec<Overlay> {
    let spans = courses.iter().flat_map(|course| &course.spans);
    let days: BTreeSet<Date> = spans.filter_map(|span| span.from).chain([Date::MAX]).collect();
    let mut found: Vec<Overlay> = Vec::new();
    for overlay in days.into_iter().flat_map(|day| overlays::on(record, courses, day)) {
        match found.iter_mut().find(|before| event(before) == event(&overlay)) {
            Some(before) => *before = overlay,
            None => found.push(overlay),
        }
    }
    found
}

fn event(overlay: &Overlay) -> &CitedEvent {
    match overlay {
        Overlay::SuspensionAsserted(found) => &found.event,
        Overlay::ProvisionalApplication { event, .. } | Overlay::RetroactiveSuccession { event, .. } => event,
        Overlay::Declaration(declared) | Overlay::TerritorialScope(declared) => &declared.event,
    }
}
