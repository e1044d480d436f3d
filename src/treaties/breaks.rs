//! The days at which what follows from an uncertain date can change: a date that is not
//! known to the day is read once for each stretch of days between them.
//!
//! Promises: no two days of one stretch are told apart by the days of other acts, of their
//! effects, of conflicts, or by the day that is asked about. The order of what follows is
//! not taken to be the order of the days: a notice that came before consent does nothing,
//! one that came after it ends it.
//! Leaves to others: which days a date can mean (`dated`), what duties ask for besides
//! (`duty_breaks`).

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    dated,
    days::{Days, Part},
    duty_breaks,
    in_force::{self, Counted},
    months::{add_days, add_months, effect_of_deposit},
    provisional,
    readings::Reading,
    record::Record,
    rivals::Act,
    statements::Statement,
    suspension,
};
use crate::domain::TreatyBody;

/// The stretches of the days that the date of an act can mean, ascending.
pub fn of_act(record: &Record<'_, '_>, act: &Act<'_>, statement: &Statement<'_>, of: Days) -> Vec<Part> {
    let told = told(record, Some(act));
    let effect = |day| effect(record, statement, day);
    let besides = match statement.body {
        TreatyBody::WithdrawalNotified(_) => duty_breaks::of_leave(record, of, effect),
        _ if duty_breaks::binds(statement) => duty_breaks::of_binding(record, of, &told, effect),
        _ => BTreeSet::new(),
    };
    stretches(of, &told, effect, besides)
}

/// The stretches of days on one of which something ends: a conflict, or a participation
/// that passes to successors.
pub fn of_end(record: &Record<'_, '_>, of: Days) -> Vec<Part> {
    let next = |day| add_days(day, 1);
    stretches(of, &told(record, None), next, duty_breaks::of_leave(record, of, next))
}

/// The stretches of days on one of which the deposit came that reached the threshold.
pub fn of_count(record: &Record<'_, '_>, counted: &Counted<'_>, of: Days) -> Vec<Part> {
    let told = told(record, None);
    let effect = |day| counted.effect(day);
    stretches(of, &told, effect, duty_breaks::of_binding(record, of, &told, effect))
}

/// The stretches of each date of a reading that the days of what stands beside the status tell
/// apart: findings on a declaration, an objection or a suspension compare it with the status.
pub fn beside(record: &Record<'_, '_>, told: &BTreeSet<Date>, reading: &Reading<'_, '_>) -> Vec<Vec<Part>> {
    let next = |day| add_days(day, 1);
    let acts = reading.acts.iter().filter_map(|read| {
        let part = read.part?;
        Some(finer(part, told, |day| effect(record, read.statement, day)))
    });
    let accounts = reading.accounts.iter().flat_map(|read| &read.open).map(|open| finer(open.part, told, next));
    let passed = reading.passed.iter().map(|passed| finer(passed.part, told, next));
    let counted = reading.counted.iter().map(|count| finer(count.part, told, |day| count.counted.effect(day)));
    acts.chain(accounts).chain(passed).chain(counted).collect()
}

fn finer(part: Part, told: &BTreeSet<Date>, effect: impl Fn(Date) -> Date) -> Vec<Part> {
    let finer = stretches(part.days, told, effect, BTreeSet::new());
    finer.into_iter().map(|it| Part { of: part.of, ..it }).collect()
}

/// The days of what stands beside the status: both ends, where they are open.
pub fn told_beside(record: &Record<'_, '_>) -> BTreeSet<Date> {
    let days = record.clocked.iter().chain(&record.beside).filter_map(|act| {
        let statement = act.shown();
        match statement.body {
            TreatyBody::SuspensionNotified(body) => suspension::begins(record, act, body),
            TreatyBody::DeclarationMade(_) | TreatyBody::ObjectionLodged(_) => {
                Some(dated::bounds(record.adopted, statement, Some(statement.date()?)))
            }
            _ => None,
        }
    });
    days.flat_map(|days| [days.first, days.last]).collect()
}

fn stretches(of: Days, told: &BTreeSet<Date>, effect: impl Fn(Date) -> Date, mut begins: BTreeSet<Date>) -> Vec<Part> {
    begins.insert(of.first);
    for told in told {
        for reached in [Some(*told), told.tomorrow().ok()].into_iter().flatten() {
            begins.extend(first_reaching(of, |day| day, reached));
            begins.extend(first_reaching(of, &effect, reached));
        }
    }
    begins.retain(|day| *day <= of.last);
    Part::split(of, &begins.into_iter().collect::<Vec<_>>())
}

/// The first day whose effect is not before another, if it is not the very first one.
pub fn first_reaching(Days { first, last }: Days, effect: impl Fn(Date) -> Date, reached: Date) -> Option<Date> {
    if effect(first) >= reached || effect(last) < reached {
        return None;
    }
    let (mut before, mut after) = (first, last);
    loop {
        let apart = (after - before).get_days();
        if apart <= 1 {
            return Some(after);
        }
        let middle = before.checked_add(jiff::Span::new().days(apart / 2)).ok()?;
        if effect(middle) < reached { before = middle } else { after = middle }
    }
}

/// What the act brings about by itself: its entry into force, the end of its notice.
pub fn effect(record: &Record<'_, '_>, statement: &Statement<'_>, day: Date) -> Date {
    match statement.body {
        TreatyBody::WithdrawalNotified(_) => {
            record.withdrawal_clause().map_or(day, |clause| add_months(day, clause.notice_months))
        }
        _ if in_force::is_consent(statement) => {
            record.in_force_clause().map_or(day, |clause| effect_of_deposit(clause, day))
        }
        _ => day,
    }
}

/// The days by which those of an act are told apart, or those of something that is no act.
fn told(record: &Record<'_, '_>, act: Option<&Act<'_>>) -> BTreeSet<Date> {
    let is_it = |other: &&&Act<'_>| act.is_some_and(|act| std::ptr::eq(**other, act));
    let others = record.clocked.iter().filter(|other| !is_it(other)).flat_map(|other| &other.followed);
    let mut told: BTreeSet<Date> = record.asked.into_iter().chain(record.conflicts_days()).collect();
    for statement in others {
        let Some(Days { first, last }) = dated::range(record, statement) else { continue };
        told.extend([first, last, effect(record, statement, first), effect(record, statement, last)]);
        if let TreatyBody::WithdrawalNotified(body) = statement.body {
            told.extend(body.later_effect.map(|later| later.0));
        }
    }
    // A stated effect is compared with what follows: it may be one of the days between.
    let statements = record.clocked.iter().chain(&record.beside).flat_map(|act| act.followed.iter().chain(&act.others));
    let stated = statements.filter_map(|statement| match statement.body {
        TreatyBody::EffectStated(body) => body.effective.as_ref(),
        _ => None,
    });
    told.extend(stated.flat_map(|stated| [stated.earliest(), stated.latest()]).flatten());
    let leaves = record.carried.iter().flat_map(|carried| carried.first.iter().chain(&carried.last));
    let leaves = leaves.map(|carried| &carried.leave);
    told.extend(leaves.flat_map(|leave| [Some(leave.began), Some(leave.expiry), leave.effective]).flatten());
    told.extend(record.predecessors.values().flatten().filter_map(|span| span.from));
    told.extend(
        record
            .passed
            .iter()
            .flat_map(|passed| [passed.days, passed.by()].into_iter().flat_map(|days| [days.first, days.last])),
    );
    // Who declares provisional application has consented, or has not yet.
    told.extend(provisional::declared(record).flat_map(|days| [days.first, days.last]));
    // Outside of its window a signature is remarked on.
    let window = record.clauses().and_then(|clauses| clauses.signature.as_ref());
    told.extend(window.iter().flat_map(|window| [window.opens, window.closes]).flatten().map(|day| day.0));
    told.extend(record.counted.iter().map(Counted::days).flat_map(|days| [days.first, days.last]));
    told
}
