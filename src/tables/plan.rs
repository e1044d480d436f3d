//! What an import would do, row by row: record, leave as it is there already, refuse.
//!
//! Promises: a row is planned whole or refused whole; what the ledger holds is not planned
//! again, so that a plan after an interrupted import is of what is missing. The whole
//! table is stated only where every row of it could be read.

use std::collections::BTreeMap;

use super::{
    HeldTable, Mapping, Names, Refusal, Sheet, TableRule, TakenBack,
    compare::{Beside, beside, in_words, opens},
    footnotes::COLUMN,
    read::Misfit,
    row::{self, Row},
};
use crate::domain::{
    Event, EventId, Index, NotStated, NotStatedReason, ParticipantId, ParticipationRow, ParticipationTableStated,
    Subject, TreatyBody, WorldDate,
};

/// What belongs to no line of the file.
const NO_LINE: u64 = 0;

/// What an import would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub rows: Vec<PlannedRow>,
    /// What is wrong with no row alone: footnotes without a mark.
    pub refused: Vec<Refusal>,
    /// A footnote with a meaning has lost its row: any row may be the one, so that no row
    /// can be taken without it.
    pub unclear: bool,
    pub table: TablePlan,
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedRow {
    pub line: u64,
    /// As it is printed.
    pub name: String,
    /// `None` when it could not be said.
    pub participant: Option<ParticipantId>,
    /// Empty for a row that is refused.
    pub acts: Vec<PlannedAct>,
    pub refused: Vec<Refusal>,
    /// What a reader of the report should know.
    pub remarks: Vec<String>,
}

/// An act that a row states.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedAct {
    /// The row's participant, or a predecessor in its footnotes.
    pub participant: ParticipantId,
    pub body: TreatyBody,
    pub column: Box<str>,
    pub fate: Fate,
}

/// What becomes of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Record,
    /// The ledger holds it, in this entry.
    Held(Index),
    /// An earlier row of the table states it, in this line.
    Before(u64),
}

/// What becomes of the statement of the whole table.
#[derive(Clone, Debug, PartialEq)]
pub enum TablePlan {
    /// The mapping does not ask for it.
    NotAsked,
    /// Some row could not be read, so what is left is not the whole table.
    NotWhole,
    Record(TreatyBody),
    Held(Index),
    /// The same statement was recorded in this entry and taken back.
    TakenBack(Index),
}

/// Plans the import of a table.
pub fn plan(sheet: &Sheet, names: &Names, held: &HeldTable, taken_back: &TakenBack<'_>, mapping: &Mapping) -> Plan {
    let mut marked = Vec::new();
    let read: Vec<Result<Row, PlannedRow>> = sheet
        .rows
        .iter()
        .map(|raw| match raw {
            Ok(raw) => row::read(raw, &sheet.footnotes, names, mapping, &mut marked)
                .map_err(|(name, refused)| unread(raw.line, name, refused)),
            Err(Misfit { name, refusal }) => Err(unread(refusal.line, name.clone(), vec![refusal.clone()])),
        })
        .collect();
    let unmarked = sheet.unmarked(&marked).map(|(mark, line)| {
        let message = format!("no row has the mark {mark}");
        Refusal::new(TableRule::FootnoteMustHaveMark, line, COLUMN, message)
    });
    let mut refused: Vec<Refusal> = unmarked.collect();
    let unclear = lost_meaning(sheet, &marked, &read);
    let doubled = doubled(&read, mapping);
    let whole = refused.is_empty() && doubled.is_empty();
    let table = table(&read, whole, held, taken_back, mapping);
    if let TablePlan::TakenBack(index) = &table {
        refused.push(once_taken_back("the whole table", *index, NO_LINE, ""));
    }
    let mut before = Vec::new();
    let rows = read.into_iter().map(|row| match row {
        Ok(row) => planned(row, &mapping.columns.participant, &doubled, held, taken_back, &mut before),
        Err(unread) => unread,
    });
    Plan { rows: rows.collect(), refused, unclear, table }
}

impl Plan {
    /// Everything that is refused, in the order of the table.
    pub fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.refused.iter().chain(self.rows.iter().flat_map(|row| &row.refused))
    }

    /// The acts to be recorded, those of a row together.
    pub fn to_record(&self) -> Vec<Vec<&PlannedAct>> {
        let rows =
            self.rows.iter().map(|row| row.acts.iter().filter(|act| act.fate == Fate::Record).collect::<Vec<_>>());
        rows.filter(|acts| !acts.is_empty()).collect()
    }
}

impl PlannedAct {
    /// The act in few words.
    pub fn in_words(&self) -> String {
        in_words(&self.body)
    }
}

/// An event that states a body, all but its id and nonce: what a mandatory field does not
/// have, the source did not record.
pub fn event(subject: Subject, body: TreatyBody, mapping: &Mapping) -> Event {
    let missing: &[&str] = match &body {
        TreatyBody::WithdrawalNotified(_) => &["other_parties_notified", "reasons"],
        TreatyBody::SuccessionNotified(body) if body.succeeded.is_none() => &["succeeded"],
        _ => &[],
    };
    let not_stated =
        missing.iter().map(|field| NotStated { field: (*field).into(), reason: NotStatedReason::NotRecorded });
    Event {
        id: EventId(uuid::Uuid::nil()),
        nonce: [0; 16],
        subject,
        based_on: Vec::new(),
        act: None,
        occurred: body.principal_date().cloned(),
        source: Some(mapping.event_source()),
        parts: Vec::new(),
        not_stated: not_stated.collect(),
        documents: Vec::new(),
        body: crate::domain::Body::Treaty(body),
    }
}

fn unread(line: u64, name: String, refused: Vec<Refusal>) -> PlannedRow {
    PlannedRow { line, name, participant: None, acts: Vec::new(), refused, remarks: Vec::new() }
}

/// Whether a footnote with a meaning has no row, and no row whose marks could not be read
/// can be the one.
fn lost_meaning(sheet: &Sheet, marked: &[Box<str>], read: &[Result<Row, PlannedRow>]) -> bool {
    let unread_marks = [TableRule::RowMustFitHeader, TableRule::BracketsMustClose];
    let some_unread = read
        .iter()
        .filter_map(|row| row.as_ref().err())
        .any(|row| row.refused.iter().any(|refusal| unread_marks.contains(&refusal.rule)));
    !some_unread && sheet.unmarked(marked).any(|(mark, _)| sheet.has_meaning(mark))
}

/// Participants with several rows, and the lines of these.
fn doubled(read: &[Result<Row, PlannedRow>], mapping: &Mapping) -> BTreeMap<ParticipantId, Refusal> {
    let mut first: BTreeMap<&ParticipantId, u64> = BTreeMap::new();
    let mut doubled = BTreeMap::new();
    for row in read.iter().flatten() {
        if let Some(line) = first.get(&row.participant) {
            let message = format!("{} stands in line {line} and in line {}", row.participant, row.line);
            let column = &mapping.columns.participant;
            let refusal = Refusal::new(TableRule::ParticipantMustStandOnce, row.line, column, message);
            doubled.insert(row.participant.clone(), refusal);
        } else {
            first.insert(&row.participant, row.line);
        }
    }
    doubled
}

/// A name without brackets whom the ledger holds as having left; a further instrument that it
/// does not hold yet would bring it back.
fn left_by_ledger(
    tabled: &ParticipationRow,
    planned: &[PlannedAct],
    held: &HeldTable,
    line: u64,
    column: &str,
) -> Option<Refusal> {
    let brings_back = planned.iter().any(|act| act.fate == Fate::Record && opens(&act.body));
    let has_left = held.left.contains(&tabled.participant) && !tabled.withdrawn && !brings_back;
    has_left.then(|| {
        let message =
            format!("the name stands without brackets, and the ledger holds that {} has left", tabled.participant);
        Refusal::new(TableRule::RowMustAgreeWithLedger, line, column, message)
    })
}

fn planned(
    row: Row,
    column: &str,
    doubled: &BTreeMap<ParticipantId, Refusal>,
    held: &HeldTable,
    taken_back: &TakenBack<'_>,
    before: &mut Vec<(ParticipantId, TreatyBody, u64)>,
) -> PlannedRow {
    let Row { line, participant, acts, tabled, remarks } = row;
    let mut refused: Vec<Refusal> =
        doubled.get(&participant).map(|refusal| Refusal { line, ..refusal.clone() }).into_iter().collect();
    let mut planned = Vec::with_capacity(acts.len());
    for act in &acts {
        let earlier = before.iter().find(|(who, body, _)| (who, body) == (&act.participant, &act.body));
        let again = taken_back(Some(&act.participant), &act.body);
        let fate = match (earlier, again, beside(act, &acts, &held.acts)) {
            (Some((_, _, line)), _, Beside::New) => Fate::Before(*line),
            (None, None, Beside::New) => Fate::Record,
            (None, Some(index), Beside::New) => {
                refused.push(once_taken_back(&in_words(&act.body), index, line, &act.column));
                continue;
            }
            (_, _, Beside::Held(index)) => Fate::Held(index),
            (_, _, Beside::Differs { index, ours }) => {
                let theirs = in_words(&act.body);
                let message = format!("{theirs} in the table, {ours} in entry {index}; settle that first");
                refused.push(Refusal::new(TableRule::RowMustAgreeWithLedger, line, &act.column, message));
                continue;
            }
        };
        planned.push(PlannedAct {
            participant: act.participant.clone(),
            body: act.body.clone(),
            column: act.column.clone(),
            fate,
        });
    }
    refused.extend(left_by_ledger(&tabled, &planned, held, line, column));
    if refused.is_empty() {
        before.extend(acts.into_iter().map(|act| (act.participant, act.body, line)));
    } else {
        planned.clear();
    }
    PlannedRow { line, name: tabled.name.into(), participant: Some(participant), acts: planned, refused, remarks }
}

/// The statement of the whole table. That a row contradicts the ledger makes it no less
/// whole: to show that is what the statement is for.
fn table(
    read: &[Result<Row, PlannedRow>],
    whole: bool,
    held: &HeldTable,
    taken_back: &TakenBack<'_>,
    mapping: &Mapping,
) -> TablePlan {
    if !mapping.whole_table {
        return TablePlan::NotAsked;
    }
    let rows: Option<Vec<ParticipationRow>> =
        read.iter().map(|row| row.as_ref().ok().map(|row| row.tabled.clone())).collect();
    let Some(rows) = rows.filter(|_| whole) else { return TablePlan::NotWhole };
    let as_at: WorldDate = mapping.as_at.to_string().parse().expect("a day is a date");
    let body = TreatyBody::ParticipationTableStated(ParticipationTableStated { as_at: Some(as_at), rows });
    match held.tables.iter().find(|(table, _)| *table == body) {
        Some((_, index)) => TablePlan::Held(*index),
        None => taken_back(None, &body).map_or(TablePlan::Record(body), TablePlan::TakenBack),
    }
}

/// The ledger has the very event that the table would make, and takes no second one.
fn once_taken_back(what: &str, index: Index, line: u64, column: &str) -> Refusal {
    let message = format!(
        "{what} was recorded from this table in entry {index} and taken back; leave it out, or give the source \
         another retrieved day to state it anew"
    );
    Refusal::new(TableRule::ActMustNotBeTakenBack, line, column, message)
}
