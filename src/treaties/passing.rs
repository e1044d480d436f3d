//! What becomes of a participant that others succeed: whether its participation has passed
//! to them, and from when on.
//!
//! Promises: a succession alone ends nothing, because no event says whether the predecessor
//! still exists. The depositary's whole table decides: where the newest one names a
//! successor and not the predecessor, which then stands in a footnote, the participation
//! has passed. It passed by the day of that table, and not before all successors that it
//! names had succeeded, nor while an older table still named it or it still acted itself.
//! Each of these days lies between two ends where it is not known, and so does the passing.
//! Leaves to others: what a successor gets (`course`), comparing with tables (`coverage`).

use jiff::civil::Date;

use super::{Dossier, StatusRule, Step, dated, days::Days, in_force, rivals::Act, statements::Statement};
use crate::domain::{CitedEvent, ParticipantId, ParticipationTableStated, Subject, SuccessionTo, TreatyBody};

/// A participation that passed to successors.
#[derive(Clone, Debug, PartialEq)]
pub struct Passing {
    /// On one of these days it became the successors' alone.
    pub days: Days,
    /// Ascending.
    successors: Vec<ParticipantId>,
    /// The table that names them and not the predecessor.
    pub table: CitedEvent,
    as_at: Days,
}

impl Passing {
    /// The successors.
    pub fn names(&self) -> String {
        self.successors.iter().map(ParticipantId::as_str).collect::<Vec<_>>().join(", ")
    }

    /// On which day it passed that is read to be some day, where the participant still acted
    /// itself on another: not before that, if that surely came by the table.
    pub fn since(&self, read: Date, acted: impl Iterator<Item = Date>) -> Date {
        acted.filter(|day| *day <= self.as_at.first).fold(read, Date::max)
    }

    /// The days by one of which it had passed.
    pub fn by(&self) -> Days {
        self.as_at
    }

    /// Why the participation has ended on a day; `unbound`: consent passed that was not in force yet.
    pub fn step(&self, since: Date, unbound: bool) -> Step {
        let Self { table, as_at, .. } = self;
        let names = self.names();
        let passed = if unbound {
            format!("its consent has passed to {names} before the treaty was in force for it: it never was bound")
        } else {
            format!("its participation has passed to {names}")
        };
        let as_at = as_at.named();
        let sentence = format!("{passed}; the depositary's table as at {as_at} names its successors and not it");
        Step {
            rule: StatusRule::PassedToSuccessors,
            article: "".into(),
            event: Some(table.clone()),
            date: Some(since),
            latest: None,
            sentence: sentence.into(),
        }
    }

    /// What could still change it: nothing that the participant does itself.
    pub fn could_change(&self) -> String {
        let names = self.names();
        format!(
            "a correction of what says that the participation is that of {names}: their succession, or the \
             depositary's table; nothing that the participant does itself"
        )
    }
}

/// A succession to the participation that is asked about, by another participant.
#[derive(Clone, Debug, PartialEq)]
pub struct Succession {
    successor: ParticipantId,
    event: CitedEvent,
    succeeds_to: SuccessionTo,
    /// The days that it can mean.
    first: Date,
    last: Date,
}

impl Succession {
    /// That somebody succeeds; what that does to the participant, tables say.
    pub fn step(&self) -> Step {
        let Self { successor, event, succeeds_to, first, last } = self;
        let from = if first == last { format!("from {last} on") } else { format!("from {last} on at the latest") };
        let sentence = format!("{successor} succeeds to its {succeeds_to} {from}");
        Step {
            rule: StatusRule::Succession,
            article: "".into(),
            event: Some(event.clone()),
            date: Some(*last),
            latest: None,
            sentence: sentence.into(),
        }
    }
}

/// Who succeeds the participant that is asked about, by the name of the act.
pub fn successions(dossier: &Dossier<'_>, acts: &[Act<'_>], adopted: Option<Date>) -> Vec<Succession> {
    let of_others = acts.iter().filter_map(|act| match act.subject() {
        Subject::Participation(treaty, who) if treaty == dossier.treaty && who != dossier.participant => {
            Some((who, act.followed.first()?))
        }
        _ => None,
    });
    let found = of_others.filter_map(|(successor, statement)| {
        let TreatyBody::SuccessionNotified(body) = statement.body else { return None };
        let Days { first, last } = dated::bounds(adopted, statement, body.succeeded.as_ref());
        let (event, succeeds_to) = (statement.cited(), body.succeeds_to);
        let names = body.predecessor == *dossier.participant;
        names.then(|| Succession { successor: successor.clone(), event, succeeds_to, first, last })
    });
    found.collect()
}

/// How the participation has passed, if it has.
pub fn passing(
    dossier: &Dossier<'_>,
    acts: &[Act<'_>],
    successions: &[Succession],
    adopted: Option<Date>,
) -> Option<Passing> {
    if successions.is_empty() {
        return None;
    }
    passed(dossier.participant, &tables(dossier, acts, adopted), successions, &own_days(dossier, acts, adopted))
}

/// A table with the days that it can be as at.
struct TableAt<'a> {
    as_at: Days,
    event: CitedEvent,
    table: &'a ParticipationTableStated,
}

impl TableAt<'_> {
    fn names(&self, who: &ParticipantId) -> bool {
        self.table.rows.iter().any(|row| row.participant == *who)
    }
}

fn tables<'a>(dossier: &Dossier<'_>, acts: &[Act<'a>], adopted: Option<Date>) -> Vec<TableAt<'a>> {
    let statements = acts.iter().flat_map(|act| &act.followed);
    let tables = statements.filter_map(|statement| {
        let TreatyBody::ParticipationTableStated(table) = statement.body else { return None };
        let on_treaty = matches!(statement.subject(), Subject::Treaty(treaty) if treaty == dossier.treaty);
        let as_at = dated::bounds(adopted, statement, Some(table.as_at.as_ref().filter(|_| on_treaty)?));
        Some(TableAt { as_at, event: statement.cited(), table })
    });
    tables.collect()
}

/// The days that each of the participant's own acts under the treaty can mean: it still took
/// part then.
fn own_days(dossier: &Dossier<'_>, acts: &[Act<'_>], adopted: Option<Date>) -> Vec<Days> {
    let own = acts.iter().filter(|act| {
        matches!(act.subject(), Subject::Participation(treaty, who)
            if treaty == dossier.treaty && who == dossier.participant)
    });
    let days = own.filter_map(|act| {
        let counts = |statement: &&Statement<'_>| statement.date().is_some() || in_force::is_consent(statement);
        let dated = act.followed.iter().filter(counts);
        dated.map(|statement| dated::bounds(adopted, statement, statement.date())).reduce(Days::around)
    });
    days.collect()
}

fn passed(
    participant: &ParticipantId,
    tables: &[TableAt<'_>],
    successions: &[Succession],
    own_days: &[Days],
) -> Option<Passing> {
    let as_at = tables.iter().map(|table| table.as_at).reduce(Days::later)?;
    // Each of those that can be the newest one has to say it.
    let (newest, older): (Vec<_>, Vec<_>) = tables.iter().partition(|table| as_at.first <= table.as_at.last);
    let succeeded = |it: &&Succession| it.first <= as_at.last && newest.iter().all(|table| table.names(&it.successor));
    let by: Vec<&Succession> = successions.iter().filter(succeeded).collect();
    if by.is_empty() || newest.iter().any(|table| table.names(participant)) {
        return None;
    }
    let next = |day: Date| day.tomorrow().unwrap_or(day);
    let named = older.iter().filter(|table| table.names(participant)).map(|table| table.as_at.map(next));
    // What came after the newest table is not what the participation had by then.
    let acted = own_days.iter().filter(|days| days.first <= as_at.last).map(|days| match days.last <= as_at.first {
        true => *days,
        false => Days { first: Date::MIN, last: days.last.min(as_at.last) },
    });
    let floor = named.chain(acted).reduce(Days::later).unwrap_or(Days::on(Date::MIN));
    let succeeded = by.iter().map(|it| Days { first: it.first, last: it.last }).reduce(Days::later)?;
    let days = floor.later(succeeded).map(|day| day.min(as_at.last));
    let mut successors: Vec<ParticipantId> = by.iter().map(|it| it.successor.clone()).collect();
    successors.sort();
    successors.dedup();
    Some(Passing { days, successors, table: newest.first()?.event.clone(), as_at })
}
