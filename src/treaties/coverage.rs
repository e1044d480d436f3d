//! How far what is recorded here is all that there is: the recorded participations beside
//! the tables that the depositary stated.
//!
//! Promises: a count is a total only where a table as at the day asked about or later
//! names exactly those that are recorded here, with the same dates, modes and marks.
//! What differs is told one by one. A table shows neither predecessors whose participation
//! has passed, which stand in its footnotes, nor whoever has only objected or taken a step inside the State.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    Days, Dossier, ViewName, Weighed,
    participation::{Cell, Participation, Withdrawn},
};
use crate::domain::{CitedEvent, ParticipantId, ParticipationRow, Subject, TreatyBody, WorldDate, pinned};

pinned! {
    /// How much of what there is stands in the ledger; docs/status.md tells each.
    CoverageWord {
        /// No table was stated, or none with a date.
        Nothing = 1, "none";
        /// A table as at the day asked about, or later, says the same.
        Complete = 2, "complete";
        /// The newest table says the same and is older than the day asked about.
        CompleteUntil = 3, "complete_until";
        /// The newest table differs.
        Partial = 4, "partial";
    }
}

pinned! {
    /// In what a table and the ledger differ; docs/status.md tells each.
    DifferenceCode {
        MissingHere = 1, "missing_here";
        MissingInTable = 2, "missing_in_table";
        OtherSignature = 3, "other_signature";
        OtherDeposit = 4, "other_deposit";
        OtherMode = 5, "other_mode";
        BracketedWithoutWithdrawal = 6, "bracketed_without_withdrawal";
        WithdrawnWithoutBrackets = 7, "withdrawn_without_brackets";
    }
}

/// A table that the depositary stated, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub event: CitedEvent,
    /// The first day that its date can mean.
    pub as_at: Date,
    /// The last one; `None`: it is open.
    pub latest: Option<Date>,
    pub rows: Vec<ParticipationRow>,
}

impl Table {
    /// The day as at which it was stated, both ends where it is not known to the day.
    pub fn stated(&self) -> String {
        match self.latest {
            Some(last) => Days { first: self.as_at, last }.named(),
            None => format!("{} or a later day", self.as_at),
        }
    }
}

/// What a table and the ledger say differently of one participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub code: DifferenceCode,
    pub participant: ParticipantId,
    /// The name as the table prints it; empty for whom it does not name.
    pub name: Box<str>,
    /// A sentence for a person.
    pub sentence: Box<str>,
}

/// How far counts on a day can be called totals.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    pub word: CoverageWord,
    /// The table that says so.
    pub table: Option<CitedEvent>,
    pub as_at: Option<Date>,
    /// The last day that its date can mean, where that is another.
    pub as_at_latest: Option<Date>,
    /// The day of the newest table that says the same as the ledger.
    pub complete_until: Option<Date>,
    pub complete_until_latest: Option<Date>,
    /// With `partial`: what the newest table says differently.
    pub differences: Vec<Difference>,
}

/// The tables in effect that have a date, newest first.
pub fn tables(dossier: &Dossier<'_>, view: ViewName) -> Vec<Table> {
    let Weighed { acts, .. } = Weighed::of(dossier, view);
    let stated = acts.iter().flat_map(|act| &act.followed).filter_map(|statement| {
        let TreatyBody::ParticipationTableStated(body) = statement.body else { return None };
        let on_treaty = matches!(statement.subject(), Subject::Treaty(treaty) if treaty == dossier.treaty);
        let as_at = body.as_at.as_ref().filter(|_| on_treaty)?.earliest()?;
        let latest = body.as_at.as_ref().and_then(WorldDate::latest);
        Some(Table { event: statement.cited(), as_at, latest, rows: body.rows.clone() })
    });
    let mut tables: Vec<Table> = stated.collect();
    tables.sort_by(|one, other| {
        other.as_at.cmp(&one.as_at).then_with(|| one.event.reference.cmp(&other.event.reference))
    });
    tables
}

/// Everybody under the treaty as it is held here.
pub type Held = BTreeMap<ParticipantId, Participation>;

/// How far the counts on a day can be called totals; `tables` newest first.
pub fn coverage(tables: &[Table], held: &Held, at: Date) -> Coverage {
    let Some(newest) = tables.first() else {
        return Coverage {
            word: CoverageWord::Nothing,
            table: None,
            as_at: None,
            as_at_latest: None,
            complete_until: None,
            complete_until_latest: None,
            differences: Vec::new(),
        };
    };
    // Tables of one day that contradict each other complete nothing.
    let mut of_days = tables.chunk_by(|one, other| one.as_at == other.as_at);
    let complete = of_days.find(|of_day| of_day.iter().all(|table| differences(table, held).is_empty()));
    let complete = complete.and_then(<[Table]>::first);
    let complete_until = complete.map(|table| table.as_at);
    let latest = |table: &Table| table.latest.filter(|latest| *latest != table.as_at);
    let says = |word, table: &Table, differences| Coverage {
        word,
        table: Some(table.event.clone()),
        as_at: Some(table.as_at),
        as_at_latest: latest(table),
        complete_until,
        complete_until_latest: complete.and_then(latest),
        differences,
    };
    match complete {
        Some(table) if at <= table.as_at => says(CoverageWord::Complete, table, Vec::new()),
        Some(table) if table.as_at == newest.as_at => says(CoverageWord::CompleteUntil, table, Vec::new()),
        _ => {
            let of_day = tables.iter().take_while(|table| table.as_at == newest.as_at);
            let differing = of_day.map(|table| (table, differences(table, held))).find(|(_, told)| !told.is_empty());
            let (table, told) = differing.unwrap_or((newest, Vec::new()));
            says(CoverageWord::Partial, table, told)
        }
    }
}

/// Whether everybody whom the newest tables name takes part here by their day; not where
/// none was stated. `tables` newest first.
pub fn names_whole_table(tables: &[Table], held: &Held) -> bool {
    let is_held = |table: &Table, row: &ParticipationRow| {
        held.get(&row.participant).is_some_and(|found| found.is_in_table(table.as_at))
    };
    let newest = tables.first().map(|newest| tables.iter().take_while(|table| table.as_at == newest.as_at));
    newest.is_some_and(|mut of_day| of_day.all(|table| table.rows.iter().all(|row| is_held(table, row))))
}

/// What a table says differently, in its order; then who is missing in it, by id.
pub fn differences(table: &Table, held: &Held) -> Vec<Difference> {
    let mut differences: Vec<Difference> = table.rows.iter().flat_map(|row| of_row(table, row, held)).collect();
    let named: BTreeSet<&ParticipantId> = table.rows.iter().map(|row| &row.participant).collect();
    let succeeded = named.iter().filter_map(|participant| held.get(*participant));
    let footnotes: BTreeSet<&ParticipantId> = succeeded.flat_map(|found| &found.predecessors).collect();
    for (participant, found) in held {
        // A predecessor stands in a footnote; while it takes part itself it is missing all the same.
        let in_footnote = footnotes.contains(participant) && !found.may_take_part(table.as_at);
        if !named.contains(participant) && !in_footnote && found.is_in_table(table.as_at) {
            let sentence = not_named(found, table);
            differences.push(difference(DifferenceCode::MissingInTable, participant, "", sentence));
        }
    }
    differences
}

fn not_named(found: &Participation, table: &Table) -> String {
    let as_at = table.as_at;
    let cells = found.deposit(as_at).iter().chain(found.signature(as_at));
    let entry = cells.map(|cell| cell.index).next().map(|index| format!(" by entry {index}")).unwrap_or_default();
    let name = &found.name;
    let as_at = table.stated();
    format!("the table as at {as_at} does not name {name}, which is recorded here{entry}")
}

fn of_row(table: &Table, row: &ParticipationRow, held: &Held) -> Vec<Difference> {
    let ParticipationRow { name, participant, signed, deposited, mode, withdrawn, succession, footnotes: _ } = row;
    let as_at = table.as_at;
    let found = held.get(participant).filter(|found| found.is_in_table(as_at));
    let mut told = Vec::new();
    let mut tell = |code, sentence: String| told.push(difference(code, participant, name, sentence));
    let Some(found) = found else {
        tell(
            DifferenceCode::MissingHere,
            format!("the table names {name}; no signature, consent or succession is recorded here by {as_at}"),
        );
        return told;
    };
    let (signature, deposit) = (found.signature(as_at), found.deposit(as_at));
    if !all_say(signature, signed.as_ref(), |cell| cell.date.as_ref()) {
        let (theirs, ours) = (date(signed.as_ref()), dates(signature));
        tell(DifferenceCode::OtherSignature, format!("{name} signed: {theirs} in the table, {ours} here"));
    }
    let (theirs, ours) = (date(deposited.as_ref()), dates(deposit));
    if !all_say(deposit, deposited.as_ref(), |cell| cell.date.as_ref()) {
        tell(DifferenceCode::OtherDeposit, format!("{name} deposited: {theirs} in the table, {ours} here"));
    } else if deposit.iter().any(|cell| cell.succession != *succession || !*succession && cell.mode != *mode) {
        let theirs = words(*succession, mode.map(|mode| mode.name()));
        let ours: BTreeSet<String> =
            deposit.iter().map(|cell| words(cell.succession, cell.mode.map(|mode| mode.name()))).collect();
        let ours = ours.into_iter().collect::<Vec<_>>().join(" or ");
        tell(DifferenceCode::OtherMode, format!("{name} deposited: {theirs} in the table, {ours} here"));
    }
    match (withdrawn, found.withdrawn(as_at)) {
        (true, Withdrawn::No) => tell(
            DifferenceCode::BracketedWithoutWithdrawal,
            format!("{name} stands between brackets in the table; no withdrawal that runs is recorded here by {as_at}"),
        ),
        (false, Withdrawn::Yes) => tell(
            DifferenceCode::WithdrawnWithoutBrackets,
            format!("{name} had left by {as_at} as recorded here and stands without brackets in the table"),
        ),
        (true, Withdrawn::Maybe | Withdrawn::Yes) | (false, Withdrawn::No | Withdrawn::Maybe) => {}
    }
    told
}

fn difference(code: DifferenceCode, participant: &ParticipantId, name: &str, sentence: String) -> Difference {
    Difference { code, participant: participant.clone(), name: name.into(), sentence: sentence.into() }
}

/// Whether every statement that is followed puts the same date into the column.
fn all_say(cells: &[Cell], date: Option<&WorldDate>, of: impl Fn(&Cell) -> Option<&WorldDate>) -> bool {
    let days = |date: &WorldDate| (date.earliest(), date.latest());
    match date {
        None => cells.is_empty(),
        Some(date) => !cells.is_empty() && cells.iter().all(|cell| of(cell).map(days) == Some(days(date))),
    }
}

fn dates(cells: &[Cell]) -> String {
    if cells.is_empty() {
        return "nothing".into();
    }
    let each: BTreeSet<String> = cells.iter().map(|cell| date(cell.date.as_ref())).collect();
    each.into_iter().collect::<Vec<_>>().join(" or ")
}

fn date(date: Option<&WorldDate>) -> String {
    date.map_or("nothing".into(), ToString::to_string)
}

fn words(succession: bool, mode: Option<&str>) -> String {
    if succession { "succession".into() } else { mode.unwrap_or("no mode").replace('_', " ") }
}
