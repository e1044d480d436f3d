//! The days at which what follows for duties from an uncertain date can change, besides
//! those at which the status can: where a deadline, or the entry into force that it is
//! counted from, comes to another side of the days asked about, of a leave, of the turn of
//! a year, or of what is told of extensions, reports and declarations.
//!
//! Promises: all that is compared is a rising function of the day.
//! Leaves to others: the stretches that these days begin (`breaks`).

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    breaks::{effect, first_reaching},
    dated,
    days::Days,
    deadlines,
    in_force::{self, Counted},
    record::Record,
    statements::Statement,
};
use crate::domain::{Due, ObligationClause, Period, TreatyBody};
use crate::limits::{DUTY_COMPARISONS, STATUS_READINGS};

/// Days of a date from which, or from whose effect, the treaty can bind. `told` are days on which it can be left.
pub fn of_binding(
    record: &Record<'_, '_>,
    of: Days,
    told: &BTreeSet<Date>,
    effect: impl Fn(Date) -> Date,
) -> BTreeSet<Date> {
    let mut begins = BTreeSet::new();
    let Some(asked) = record.deadlines else { return begins };
    let clauses = clauses(record);
    let yearly: BTreeSet<(i8, i8)> = clauses.iter().filter_map(|clause| day_of_year(clause.due)).collect();
    let reports: BTreeSet<Period> = clauses.iter().filter_map(|clause| first_report(clause.due)).collect();
    let periods: BTreeSet<Period> = clauses.iter().filter_map(|clause| once(clause.due)).collect();
    let evidence = evidence(record);
    let outs: Vec<Date> =
        told.iter().copied().chain(record.conflicts_days().filter_map(|day| day.tomorrow().ok())).collect();
    let years = usize::try_from(of.last.year() - of.first.year()).unwrap_or_default() + 1;
    let new: Vec<Date> = new_deadlines(record).collect();
    let compared = outs.len() + evidence.len() + new.len();
    if yearly.len() * reports.len() * years + periods.len() * compared > DUTY_COMPARISONS {
        // More stretches than are followed: the date is read whole, and that is said.
        return of.each().take(STATUS_READINGS + 1).collect();
    }
    // From the day itself a membership counts.
    let bases: [&dyn Fn(Date) -> Date; 2] = [&|day| day, &effect];
    for from in bases {
        let ends = Days { first: from(of.first), last: from(of.last) };
        let mut split = |by: &dyn Fn(Date) -> Date, reached: Date| begins.extend(first_reaching(of, by, reached));
        for days in &evidence {
            // What is done on the day itself belongs to the membership.
            split(from, days.first);
            [days.first, days.last].into_iter().filter_map(|day| day.tomorrow().ok()).for_each(|day| split(from, day));
        }
        if !yearly.is_empty() {
            turns(ends).for_each(|turn| split(from, turn));
        }
        for (yearly, report) in yearly.iter().flat_map(|yearly| reports.iter().map(move |report| (*yearly, *report))) {
            let first = |day| deadlines::once(report, from(day));
            let ends = Days { first: first(of.first), last: first(of.last) };
            within(yearly, ends).for_each(|by| split(&first, by));
        }
        for period in periods.iter().copied() {
            let due = |day| deadlines::once(period, from(day));
            split(&due, asked.first);
            asked.last.tomorrow().into_iter().for_each(|day| split(&due, day));
            outs.iter().for_each(|out| split(&due, *out));
            // An extension to a day before the deadline changes nothing.
            new.iter().flat_map(|day| day.tomorrow().ok()).for_each(|after| split(&due, after));
            evidence.iter().for_each(|days| [days.first, days.last].into_iter().for_each(|day| split(&due, day)));
        }
    }
    begins
}

/// Days of a date on which the treaty can be left: `out` says when.
pub fn of_leave(record: &Record<'_, '_>, of: Days, out: impl Fn(Date) -> Date) -> BTreeSet<Date> {
    let mut begins = BTreeSet::new();
    if record.deadlines.is_none() {
        return begins;
    }
    let clauses = clauses(record);
    let ends = Days { first: out(of.first), last: out(of.last) };
    let mut before: BTreeSet<Date> = evidence(record).iter().flat_map(|days| [days.first, days.last]).collect();
    before.extend(clauses.iter().filter_map(|clause| day_of_year(clause.due)).flat_map(|day| within(day, ends)));
    let bases: Vec<Date> = bases(record).collect();
    for period in clauses.iter().filter_map(|clause| once(clause.due)) {
        before.extend(bases.iter().map(|from| deadlines::once(period, *from)));
    }
    before.extend(new_deadlines(record));
    for day in before {
        // One who is out on the last permitted day had no full day of it.
        begins.extend(first_reaching(of, &out, day));
        begins.extend(day.tomorrow().ok().and_then(|after| first_reaching(of, &out, after)));
    }
    begins
}

/// Days from which the treaty may bind, by the ends of all dates.
fn bases(record: &Record<'_, '_>) -> impl Iterator<Item = Date> {
    let binds = |statement: &&Statement<'_>| binds(statement);
    let statements = record.clocked.iter().flat_map(|act| &act.followed).filter(binds);
    let days = statements.filter_map(|statement| Some((statement, dated::range(record, statement)?)));
    let bases = days.flat_map(|(statement, days)| {
        [days.first, days.last].into_iter().flat_map(|day| [day, effect(record, statement, day)])
    });
    bases.chain(record.counted.iter().map(Counted::days).flat_map(|days| [days.first, days.last]))
}

/// Whether a statement can make the treaty bind; a succession does from its day on.
pub fn binds(statement: &Statement<'_>) -> bool {
    in_force::is_consent(statement)
        || matches!(statement.body, TreatyBody::EffectStated(_) | TreatyBody::SuccessionNotified(_))
}

fn clauses<'a>(record: &Record<'_, 'a>) -> &'a [ObligationClause] {
    record.clauses().map(|clauses| clauses.obligations.as_slice()).unwrap_or_default()
}

/// The days on which something is told to have been extended, reported or declared, and
/// those that reports are about.
fn evidence(record: &Record<'_, '_>) -> Vec<Days> {
    let statements = record.beside.iter().flat_map(|act| &act.followed);
    let days = statements.flat_map(|statement| {
        let about = match statement.body {
            TreatyBody::ReportSubmitted(body) => body.period.as_ref().and_then(|period| period.earliest()),
            TreatyBody::DeadlineExtended(_) | TreatyBody::DeclarationMade(_) => None,
            _ => return [None, None],
        };
        [dated::range(record, statement), about.map(Days::on)]
    });
    days.flatten().collect()
}

/// The days to which deadlines are told to be extended.
fn new_deadlines(record: &Record<'_, '_>) -> impl Iterator<Item = Date> {
    record.beside.iter().flat_map(|act| &act.followed).filter_map(|statement| match statement.body {
        TreatyBody::DeadlineExtended(body) => body.new_deadline.map(|new| new.0),
        _ => None,
    })
}

fn once(due: Due) -> Option<Period> {
    match due {
        Due::Act(period) | Due::Report(period) => Some(period),
        Due::YearlyReport { .. } => None,
    }
}

fn first_report(due: Due) -> Option<Period> {
    match due {
        Due::Report(period) => Some(period),
        Due::Act(_) | Due::YearlyReport { .. } => None,
    }
}

fn day_of_year(due: Due) -> Option<(i8, i8)> {
    match due {
        Due::YearlyReport { month, day } => Some((month, day)),
        Due::Act(_) | Due::Report(_) => None,
    }
}

/// The first days of the years that begin within some days.
fn turns(of: Days) -> impl Iterator<Item = Date> {
    within((1, 1), of)
}

/// A day of the year in each of the years that some days lie in.
fn within((month, day): (i8, i8), of: Days) -> impl Iterator<Item = Date> {
    (of.first.year()..=of.last.year()).filter_map(move |year| deadlines::day_in(year, month, day))
}
