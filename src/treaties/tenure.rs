//! With which consent to be bound an act beside the status stands and falls: a declaration, a
//! suspension, a succession that reaches back.
//!
//! Promises: what was made before a consent has ended, or before another began, belongs to
//! the one that was there or came next, and to the one whose instrument it names; it stands no
//! longer than that. Who is a signatory again keeps what it declared before it consented. A
//! withdrawal that is deferred ends nothing. Readings that differ are told.
//! Leaves to others: what withdraws or replaces a declaration (`declarations`).

use jiff::civil::Date;

use super::{course::Course, days::Days, followed::Followed, rivals::Act};
use crate::domain::CitedEvent;

/// The consents of every reading.
#[derive(Debug, Default)]
pub struct Tenures(Vec<Vec<Tenure>>);

/// A consent, and when it ended.
#[derive(Clone, Debug, PartialEq)]
struct Tenure {
    opened: CitedEvent,
    deposited: Date,
    end: Option<Date>,
    /// Whether the participant is a signatory again from the end on.
    signatory_again: bool,
}

/// When something ended with a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// On one of these days, in the readings in which it did.
    days: Option<Days>,
    /// It did in every reading.
    always: bool,
}

impl Tenures {
    /// Those of what readings lead to.
    pub fn of(followed: &[Followed<'_, '_>]) -> Self {
        let mut found: Vec<Vec<Tenure>> = Vec::new();
        for course in followed.iter().flat_map(|followed| &followed.corners) {
            let of_course = of_course(course);
            if !found.contains(&of_course) {
                found.push(of_course);
            }
        }
        Self(found)
    }

    /// The days before one of them ends.
    pub fn eves(&self) -> impl Iterator<Item = Date> {
        let ends = self.0.iter().flatten().filter_map(|tenure| tenure.end);
        ends.filter_map(|end| end.yesterday().ok())
    }

    /// When something ends that was made on one of some days, perhaps with an instrument.
    pub fn end_of(&self, made: Days, with: Option<&Act<'_>>) -> Ends {
        let ends = self.0.iter().flat_map(|course| match with.and_then(|with| opened_by(course, with)) {
            Some(tenure) => [tenure.end; 2],
            None => [made.first, made.last].map(|day| course.iter().filter_map(|it| it.ends_made_on(day)).min()),
        });
        Ends::of(ends)
    }

    /// When the consent ends that an act opens; `None` where it opens none.
    pub fn end_of_opened_by(&self, act: &Act<'_>) -> Option<Ends> {
        let opened = self.0.iter().filter_map(|course| opened_by(course, act));
        let ends: Vec<Option<Date>> = opened.map(|tenure| tenure.end).collect();
        (!ends.is_empty()).then(|| Ends::of(ends.into_iter()))
    }
}

impl Tenure {
    /// When it ends, if what was made on a day ends with it at the latest.
    fn ends_made_on(&self, day: Date) -> Option<Date> {
        let stays = self.signatory_again && day < self.deposited;
        self.end.filter(|end| day < *end && !stays)
    }
}

impl Ends {
    fn of(ends: impl Iterator<Item = Option<Date>>) -> Self {
        let mut found = Self { days: None, always: true };
        for end in ends {
            found.always &= end.is_some();
            found.days = found.days.into_iter().chain(end.map(Days::on)).reduce(Days::around);
        }
        found
    }

    /// The days on one of which it ends, if it does in every reading.
    pub fn surely(self) -> Option<Days> {
        self.days.filter(|_| self.always)
    }

    /// Whether it has ended by a day, whichever reading is right.
    pub fn have_come(self, by: Date) -> bool {
        self.surely().is_some_and(|days| days.last <= by)
    }

    /// The days on one of which it ended, if it may have by a day.
    pub fn may_have_come(self, by: Date) -> Option<Days> {
        self.days.filter(|days| days.first <= by)
    }
}

fn of_course(course: &Course) -> Vec<Tenure> {
    let tenures = course.memberships.iter().map(|membership| {
        let end = membership.end();
        // A consent of the very day may come in between.
        let was_in_force = |end: Date| membership.in_force.is_some_and(|in_force| in_force < end);
        let anew = |end: Date| course.memberships.iter().any(|next| next.deposited == end);
        let signed = || membership.deposited.yesterday().is_ok_and(|day| course.is_signatory_on(day));
        let signatory_again =
            end.is_some_and(|end| course.is_signatory_on(end) || (anew(end) && !was_in_force(end) && signed()));
        Tenure { opened: membership.opened.clone(), deposited: membership.deposited, end, signatory_again }
    });
    tenures.collect()
}

fn opened_by<'t>(course: &'t [Tenure], act: &Act<'_>) -> Option<&'t Tenure> {
    course.iter().find(|tenure| act.is_stated_by(&tenure.opened.reference))
}
