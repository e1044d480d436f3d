//! What becomes of a participant that others succeed: whether its participation has passed
//! to them, and from when on.
//!
//! Promises: a succession alone ends nothing, because no event says whether the predecessor
//! still exists. The depositary's whole table decides: where the newest one names a
//! successor and not the predecessor, which then stands in a footnote, the participation
//! has passed. It passed by the day of that table, and not before all successors that it
//! names had succeeded, nor while an older table still named it or it still acted itself.
//! Leaves to others: what a successor gets (`course`), comparing with tables (`coverage`).

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Dossier, StatusRule, Step, dated, days::Days, rivals::Act};
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
    as_at: Date,
}

impl Passing {
    /// The successors.
    pub fn names(&self) -> String {
        self.successors.iter().map(ParticipantId::as_str).collect::<Vec<_>>().join(", ")
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
pub fn passing(dossier: &Dossier<'_>, acts: &[Act<'_>], successions: &[Succession]) -> Option<Passing> {
    if successions.is_empty() {
        return None;
    }
    passed(dossier.participant, &tables(dossier, acts), successions, &own_days(dossier, acts))
}

/// Tables by the first day that their date can mean; those of one day stand together.
type Tables<'a> = BTreeMap<Date, Vec<(CitedEvent, &'a ParticipationTableStated)>>;

fn tables<'a>(dossier: &Dossier<'_>, acts: &[Act<'a>]) -> Tables<'a> {
    let mut tables: Tables<'a> = BTreeMap::new();
    for statement in acts.iter().flat_map(|act| &act.followed) {
        let TreatyBody::ParticipationTableStated(table) = statement.body else { continue };
        let on_treaty = matches!(statement.subject(), Subject::Treaty(treaty) if treaty == dossier.treaty);
        let as_at = table.as_at.as_ref().filter(|_| on_treaty).and_then(|as_at| as_at.earliest());
        if let Some(as_at) = as_at {
            tables.entry(as_at).or_default().push((statement.cited(), table));
        }
    }
    tables
}

/// The last days that the participant's own acts under the treaty can mean: it still took
/// part then.
fn own_days(dossier: &Dossier<'_>, acts: &[Act<'_>]) -> Vec<Date> {
    let own = acts.iter().flat_map(|act| &act.followed).filter(|statement| {
        matches!(statement.subject(), Subject::Participation(treaty, who)
            if treaty == dossier.treaty && who == dossier.participant)
    });
    own.filter_map(|statement| statement.date()?.latest()).collect()
}

fn passed(
    participant: &ParticipantId,
    tables: &Tables<'_>,
    successions: &[Succession],
    own_days: &[Date],
) -> Option<Passing> {
    let name = |of_day: &[(CitedEvent, &ParticipationTableStated)], who: &ParticipantId| {
        of_day.iter().filter(|(_, table)| table.rows.iter().any(|row| row.participant == *who)).count()
    };
    let (as_at, newest) = tables.last_key_value()?;
    let succeeded = |it: &&Succession| it.first <= *as_at && name(newest, &it.successor) == newest.len();
    let by: Vec<&Succession> = successions.iter().filter(succeeded).collect();
    if by.is_empty() || name(newest, participant) > 0 {
        return None;
    }
    let named = tables.iter().rev().find(|(_, of_day)| name(of_day, participant) > 0);
    let named = named.and_then(|(day, _)| day.tomorrow().ok());
    let floor = own_days.iter().copied().chain(named).filter(|day| day <= as_at).max().unwrap_or(Date::MIN);
    let within = |day: Option<Date>| day.unwrap_or(*as_at).clamp(floor, *as_at);
    let first = within(by.iter().map(|it| it.first).max());
    let last = within(by.iter().map(|it| it.last).max());
    let mut successors: Vec<ParticipantId> = by.iter().map(|it| it.successor.clone()).collect();
    successors.sort();
    successors.dedup();
    let days = Days { first, last: last.max(first) };
    Some(Passing { days, successors, table: newest[0].0.clone(), as_at: *as_at })
}
