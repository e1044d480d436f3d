//! How long a treaty binds a participant, and which deadlines its clauses give for that
//! time. Months and years as in [`super::months`]; a deadline is the last permitted day.

use jiff::civil::Date;

use super::{
    course::{Course, Membership},
    months::{add_days, add_months},
};
use crate::{
    domain::{CitedEvent, Due, ObligationClause, Period, WorldDate},
    limits::YEARLY_DUTIES,
};

/// A membership as far as duties depend on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    pub deposited: Date,
    pub in_force: Date,
    /// When the notice of a withdrawal began.
    pub notified: Option<Date>,
    /// First day on which the treaty does not bind any more.
    pub out: Option<Date>,
    /// When the next membership begins: what is done from then on belongs to that one.
    next: Option<Date>,
    /// What brings it into force on that day.
    pub because: Option<CitedEvent>,
}

impl Bound {
    /// The memberships of a course, in order; `None` for one that never was in force, or
    /// of which that cannot be computed.
    pub fn of(course: &Course) -> Vec<Option<Self>> {
        let next = |at: usize| course.memberships.get(at + 1).map(|membership| membership.deposited);
        course.memberships.iter().enumerate().map(|(at, one)| Self::one(course, one, next(at))).collect()
    }

    fn one(course: &Course, membership: &Membership, next: Option<Date>) -> Option<Self> {
        let in_force = membership.in_force?;
        let leave = membership.leave.as_ref();
        let out = leave.and_then(|leave| leave.effective);
        let because = course.steps.iter().filter(|step| step.date == Some(in_force) && step.event.is_some());
        let bound = Self {
            deposited: membership.deposited,
            in_force,
            notified: leave.map(|leave| leave.began),
            out,
            next,
            because: because
                .max_by_key(|step| step.rule.name().starts_with("in_force"))
                .and_then(|step| step.event.clone()),
        };
        out.is_none_or(|out| in_force < out).then_some(bound)
    }

    /// The days on which what an act is to it changes.
    pub fn days(&self) -> impl Iterator<Item = Date> {
        [Some(self.deposited), Some(self.in_force), self.out, self.next].into_iter().flatten()
    }

    /// When it begins to matter: consent may come after the day from which it binds.
    pub fn begins(&self) -> Date {
        self.deposited.min(self.in_force)
    }

    /// Whether the treaty binds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.in_force <= day && self.out.is_none_or(|out| day < out)
    }

    /// The day on which the participant left, if that was by then.
    pub fn left_by(&self, day: Date) -> Option<Date> {
        self.out.filter(|out| *out <= day)
    }

    /// Whether what is done on a day belongs to this membership: accrued duties can be
    /// fulfilled after it, until the next one begins.
    pub fn takes(&self, day: Date) -> bool {
        self.begins() <= day && self.next.is_none_or(|next| day < next)
    }
}

/// The last permitted day of what is due once.
pub fn once(period: Period, in_force: Date) -> Date {
    match period {
        Period::Years(years) => add_months(in_force, years.saturating_mul(12)),
        Period::Months(months) => add_months(in_force, months),
        Period::Days(days) => add_days(in_force, days),
    }
}

/// Years that reports are due about, each with its deadline: up to the first deadline
/// after the day asked about, or the first that the participant left before. Whether
/// that is all of them.
pub fn yearly(
    clause: &ObligationClause,
    clauses: &[ObligationClause],
    bound: &Bound,
    at: Date,
) -> (Vec<(i16, Date)>, bool) {
    let Due::YearlyReport { month, day } = clause.due else { return (Vec::new(), true) };
    let first_report = first_report(clause, clauses, bound.in_force);
    let horizon = bound.left_by(at).map_or(at, |out| out.yesterday().unwrap_or(out));
    let mut due = Vec::new();
    for year in bound.in_force.year()..i16::MAX {
        let Some(by) = year.checked_add(1).and_then(|next| day_in(next, month, day)) else { break };
        if first_report.is_some_and(|first| by <= first) {
            continue;
        }
        if due.len() == YEARLY_DUTIES {
            return (due, false);
        }
        due.push((year, by));
        if by > horizon {
            break;
        }
    }
    (due, true)
}

/// The deadline of the first report, which the yearly ones bring up to date: one that is
/// due once under the same article.
fn first_report(clause: &ObligationClause, clauses: &[ObligationClause], in_force: Date) -> Option<Date> {
    let beside = clauses.iter().filter(|other| stem(&other.article) == stem(&clause.article));
    let due = beside.filter_map(|other| match other.due {
        Due::Report(period) => Some(once(period, in_force)),
        Due::Act(_) | Due::YearlyReport { .. } => None,
    });
    due.max()
}

/// The article of a paragraph: "7" of "7(2)".
fn stem(article: &str) -> &str {
    article.split('(').next().unwrap_or(article).trim()
}

/// A day of a year; the last of the month where that has no such day.
pub fn day_in(year: i16, month: i8, day: i8) -> Option<Date> {
    let first = Date::new(year, month, 1).ok()?;
    Date::new(year, month, day).ok().or_else(|| Some(first.last_of_month()))
}

/// Whether a period covers a calendar year, as far as the treaty bound in it.
pub fn covers(period: &WorldDate, year: i16, in_force: Date) -> bool {
    let Some((first, last)) = Date::new(year, 1, 1).ok().zip(Date::new(year, 12, 31).ok()) else { return false };
    let from = first.max(in_force);
    period.earliest().is_some_and(|earliest| earliest <= from) && period.latest().is_some_and(|latest| last <= latest)
}

/// Whether a period covers a whole calendar year, or the rest of the one in which the
/// treaty began to bind.
pub fn covers_a_year(period: &WorldDate, in_force: Date) -> bool {
    let Some((earliest, latest)) = period.earliest().zip(period.latest()) else { return false };
    (earliest.year()..=latest.year()).any(|year| year >= in_force.year() && covers(period, year, in_force))
}
