//! What an import would do, or did, row by row.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Arguments, Foretold, Mapping, Sent};
use crate::{
    cli::{
        Failure,
        block::{Block, sentences, table},
        output::Output,
        treaty_findings::in_words,
        words::counted,
    },
    client::reply::LegalFinding,
    tables::{Fate, Plan, PlannedAct, PlannedRow, Refusal, TablePlan},
};

/// Everything that a report tells.
pub struct Report<'a> {
    pub arguments: &'a Arguments,
    pub mapping: &'a Mapping,
    /// Absent when the file could not be read.
    pub plan: Option<&'a Plan>,
    pub refused: &'a [Refusal],
    /// Absent when nothing was to be sent.
    pub sent: Option<&'a Sent>,
    /// Absent where the ledger was not asked.
    pub foretold: Option<&'a Foretold>,
}

/// How many rows and acts came to what.
#[derive(Debug, Default, PartialEq, Eq)]
struct Summary {
    rows: usize,
    /// Acts that are to be recorded, or were now.
    to_record: usize,
    recorded: usize,
    already_there: usize,
    /// Acts that an earlier row of the table states, too.
    stated_before: usize,
    refused_rows: usize,
    /// What is refused and belongs to no row.
    refused_elsewhere: usize,
    refused: BTreeMap<&'static str, usize>,
}

impl<'a> Report<'a> {
    /// A report without a plan yet.
    pub fn of(arguments: &'a Arguments, mapping: &'a Mapping) -> Self {
        Self { arguments, mapping, plan: None, refused: &[], sent: None, foretold: None }
    }
}

/// Shows it.
pub fn report(report: &Report<'_>, output: &Output) -> Result<(), Failure> {
    let rows = report.plan.map(|plan| plan.rows.as_slice()).unwrap_or_default();
    let summary = summary(report, rows);
    let json = json!({
        "treaty": report.mapping.treaty,
        "as_at": report.mapping.as_at.to_string(),
        "submitted": report.sent.is_some(),
        "rows": rows.iter().map(|row| row_json(row, report)).collect::<Vec<_>>(),
        "refused": without_row(report).map(refusal_json).collect::<Vec<_>>(),
        "table": table_json(report),
        "summary": summary.to_json(),
    });
    output.show_list(&json, "rows", || {
        let mut blocks = Vec::new();
        if !rows.is_empty() {
            let rows = rows.iter().map(|row| row_cells(row, report));
            blocks.push(table(["line", "participant", "what becomes of it"], rows));
        }
        let refused: Vec<_> = without_row(report).map(|refusal| format!("- {refusal}")).collect();
        if !refused.is_empty() {
            blocks.push(sentences(Some("refused"), refused));
        }
        let told = match report.plan {
            Some(_) => {
                let refusals = report.foretold.iter().flat_map(|foretold| &foretold.refused);
                let refusals = refusals.map(|refusal| format!("The ledger would refuse it: {refusal}"));
                let told = [table_sentence(report), summary.sentence(), advice(report), findings(report, &summary)];
                told.into_iter().chain(refusals).collect()
            }
            None => vec![format!("No row was read; refused: {}.", summary.rules()), advice(report)],
        };
        blocks.push(sentences(None, told.into_iter().filter(|sentence| !sentence.is_empty())));
        blocks.retain(|block: &Block| !block.is_empty());
        blocks
    })
}

/// What is refused and belongs to no row.
fn without_row<'r>(report: &'r Report<'_>) -> impl Iterator<Item = &'r Refusal> {
    match report.plan {
        Some(plan) => plan.refused.iter(),
        None => report.refused.iter(),
    }
}

fn summary(report: &Report<'_>, rows: &[PlannedRow]) -> Summary {
    let refused_elsewhere = without_row(report).count();
    let mut summary = Summary { rows: rows.len(), refused_elsewhere, ..Summary::default() };
    for row in rows {
        let recorded = report.sent.is_some_and(|sent| sent.rows.contains_key(&row.line));
        summary.refused_rows += usize::from(!row.refused.is_empty());
        for act in &row.acts {
            match act.fate {
                Fate::Record if recorded => summary.recorded += 1,
                Fate::Record => summary.to_record += 1,
                Fate::Held(_) => summary.already_there += 1,
                Fate::Before(_) => summary.stated_before += 1,
            }
        }
    }
    for refusal in report.refused {
        *summary.refused.entry(refusal.rule.code()).or_default() += 1;
    }
    summary
}

impl Summary {
    fn to_json(&self) -> Value {
        let Self { rows, to_record, recorded, already_there, stated_before, refused_rows, refused, .. } = self;
        json!({
            "rows": rows, "to_record": to_record, "recorded": recorded, "already_there": already_there,
            "stated_before": stated_before, "refused_rows": refused_rows, "refused_by_rule": refused,
        })
    }

    fn sentence(&self) -> String {
        let Self { recorded, to_record, already_there, stated_before, refused_rows, refused_elsewhere, .. } = self;
        let (rows, acts) = (counted(self.rows, "row", "rows"), counted(*recorded, "act", "acts"));
        let mut told = format!("{rows}: {acts} recorded now, {to_record} to record, {already_there} already there");
        if *stated_before > 0 {
            told += &format!(", {stated_before} stated in an earlier line");
        }
        told += &format!("; {} refused", counted(*refused_rows, "row", "rows"));
        if *refused_elsewhere > 0 {
            told += &format!(", and {} outside of rows", counted(*refused_elsewhere, "fault", "faults"));
        }
        match self.refused.is_empty() {
            true => format!("{told}."),
            false => format!("{told} ({}).", self.rules()),
        }
    }

    /// How often each rule refused.
    fn rules(&self) -> String {
        let rules = self.refused.iter().map(|(rule, count)| format!("{count} by {rule}"));
        rules.collect::<Vec<_>>().join(", ")
    }
}

fn advice(report: &Report<'_>) -> String {
    let Arguments { submit, skip_broken, .. } = report.arguments;
    let Some(plan) = report.plan else {
        return "Nothing was sent: it is about the whole file, so that no row can be left out instead.".into();
    };
    match (submit, skip_broken, report.refused.is_empty(), report.sent.and_then(|sent| sent.stopped.as_ref())) {
        (_, _, _, Some(_)) if is_complete(report) => "Everything is recorded, but look at the error.".into(),
        (_, _, _, Some(_)) => "It stopped; run it again: what is recorded is not recorded again.".into(),
        (true, true, false, None) if report.sent.is_none() => {
            "Nothing was sent: a footnote has no row, and any row may be the one that it is about.".into()
        }
        (true, true, false, None) => "What was refused is left out, each row whole.".into(),
        (_, false, false, None) if plan.unclear => {
            "Nothing was sent: mend what is refused; --skip-broken does not help while a footnote has no row.".into()
        }
        (_, false, false, None) => {
            "Nothing was sent: mend what is refused, or leave such rows out with --skip-broken.".into()
        }
        (false, ..) => "Nothing was sent: this is a dry run. --submit signs and sends.".into(),
        (true, _, true, None) => String::new(),
    }
}

/// What law would remark, where that was asked; else where its remarks are found.
fn findings(report: &Report<'_>, summary: &Summary) -> String {
    let treaty = &report.mapping.treaty;
    match (summary.to_record + summary.recorded, report.foretold) {
        (0, _) => String::new(),
        (_, Some(foretold)) => {
            let findings = counted(foretold.count(), "legal finding", "legal findings");
            let told = |findings: &[LegalFinding]| findings.iter().map(in_words).collect::<Vec<_>>().join("; ");
            let mut sentence = format!("They would bring {findings}, which refuse nothing");
            if !foretold.elsewhere.is_empty() {
                sentence.push_str(&format!("; not on rows: {}", told(&foretold.elsewhere)));
            }
            if !foretold.gone.is_empty() {
                sentence.push_str(&format!("; there would be no more: {}", told(&foretold.gone)));
            }
            if !foretold.changed.is_empty() {
                let changed = foretold.changed.iter();
                let changed = changed.map(|changed| format!("{}, would be {}", told(&changed.was), told(&changed.now)));
                sentence.push_str(&format!("; would change: {}", changed.collect::<Vec<_>>().join("; ")));
            }
            if foretold.cut {
                sentence.push_str("; there may be more, as they bear on more than is looked at");
            }
            format!("{sentence}.")
        }
        (_, None) if summary.recorded == 0 => {
            "With --key a dry run also tells the legal findings that the rows would bring.".into()
        }
        (_, None) => {
            format!("Legal findings on what is recorded: merestone treaty findings {}", quoted(treaty))
        }
    }
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    if name.contains(' ') { format!("\"{name}\"") } else { name.to_owned() }
}

/// Whether nothing is left to be sent.
fn is_complete(report: &Report<'_>) -> bool {
    let (Some(plan), Some(sent)) = (report.plan, report.sent) else { return false };
    let table = !matches!(plan.table, TablePlan::Record(_)) || sent.table.is_some();
    table && summary(report, &plan.rows).to_record == 0
}

fn table_sentence(report: &Report<'_>) -> String {
    let as_at = report.mapping.as_at;
    let stated = report.sent.and_then(|sent| sent.table);
    match (report.plan.map(|plan| &plan.table), stated) {
        (None | Some(TablePlan::NotAsked), _) => String::new(),
        (Some(TablePlan::NotWhole), _) => "The whole table is not stated: some row cannot be read.".into(),
        (Some(TablePlan::Record(_)), Some(index)) => format!("The whole table as at {as_at}: entry {index}."),
        (Some(TablePlan::Record(_)), None) => format!("The whole table as at {as_at}: to be stated."),
        (Some(TablePlan::Held(index)), _) => format!("The whole table as at {as_at}: already in entry {index}."),
        (Some(TablePlan::TakenBack(index)), _) => {
            format!("The whole table as at {as_at}: taken back after entry {index}, and not stated again.")
        }
    }
}

fn table_json(report: &Report<'_>) -> Value {
    let stated = report.sent.and_then(|sent| sent.table);
    match (report.plan.map(|plan| &plan.table), stated) {
        (None | Some(TablePlan::NotAsked), _) => Value::Null,
        (Some(TablePlan::NotWhole), _) => json!({ "fate": "not_whole" }),
        (Some(TablePlan::Record(_)), Some(index)) => json!({ "fate": "recorded", "index": index }),
        (Some(TablePlan::Record(_)), None) => json!({ "fate": "record" }),
        (Some(TablePlan::Held(index)), _) => json!({ "fate": "held", "index": index.0 }),
        (Some(TablePlan::TakenBack(index)), _) => json!({ "fate": "taken_back", "index": index.0 }),
    }
}

/// What law would remark on the acts of a row.
fn foretold<'r>(row: &PlannedRow, report: &'r Report<'_>) -> impl Iterator<Item = &'r LegalFinding> {
    report.foretold.and_then(|foretold| foretold.rows.get(&row.line)).into_iter().flatten()
}

fn row_cells(row: &PlannedRow, report: &Report<'_>) -> [String; 3] {
    let PlannedRow { line, name, participant, acts, refused, remarks } = row;
    let entry = report.sent.and_then(|sent| sent.rows.get(line));
    let legal = foretold(row, report).map(|finding| format!("legal finding: {}", in_words(finding)));
    let acts = acts.iter().map(|act| {
        let who = match participant {
            Some(own) if *own != act.participant => format!("{}: ", act.participant),
            Some(_) | None => String::new(),
        };
        let fate = match (act.fate, entry) {
            (Fate::Record, Some(entry)) => format!("recorded in entry {entry}"),
            (Fate::Record, None) => "to record".to_owned(),
            (Fate::Held(index), _) => format!("already in entry {index}"),
            (Fate::Before(line), _) => format!("stated in line {line}"),
        };
        format!("{who}{}: {fate}", act.in_words())
    });
    let refused = refused.iter().map(|refusal| {
        let column =
            if refusal.column.is_empty() { String::new() } else { format!(" ({})", shortened(&refusal.column)) };
        format!("refused, {}{column}: {}", refusal.rule, refusal.message)
    });
    let told: Vec<String> = acts.chain(refused).chain(remarks.iter().cloned()).chain(legal).collect();
    let who = participant.as_ref().map_or_else(|| name.clone(), |id| format!("{name} ({id})"));
    [line.to_string(), who, told.join("\n")]
}

/// The beginning of a header text: some name every code that can stand below.
fn shortened(column: &str) -> String {
    const SHOWN: usize = 30;
    match column.split_once(',') {
        Some((first, _)) if column.chars().count() > SHOWN => format!("{first}, \u{2026}"),
        Some(_) | None => column.to_owned(),
    }
}

fn row_json(row: &PlannedRow, report: &Report<'_>) -> Value {
    let PlannedRow { line, name, participant, acts, refused, remarks } = row;
    let entry = report.sent.and_then(|sent| sent.rows.get(line)).copied();
    json!({
        "line": line,
        "name": name,
        "participant": participant.as_ref().map(ToString::to_string),
        "acts": acts.iter().map(|act| act_json(act, entry)).collect::<Vec<_>>(),
        "refused": refused.iter().map(refusal_json).collect::<Vec<_>>(),
        "remarks": remarks,
        "legal_findings": foretold(row, report).map(finding_json).collect::<Vec<_>>(),
    })
}

fn act_json(act: &PlannedAct, entry: Option<u64>) -> Value {
    let (fate, index) = match (act.fate, entry) {
        (Fate::Record, Some(entry)) => ("recorded", Some(entry)),
        (Fate::Record, None) => ("record", None),
        (Fate::Held(index), _) => ("held", Some(index.0)),
        (Fate::Before(_), _) => ("stated_before", None),
    };
    let body = crate::domain::Body::Treaty(act.body.clone());
    json!({
        "participant": act.participant.to_string(),
        "kind": body.kind().name(),
        "date": act.body.principal_date().map(ToString::to_string),
        "words": act.in_words(),
        "column": act.column,
        "fate": fate,
        "index": index,
    })
}

fn finding_json(finding: &LegalFinding) -> Value {
    let LegalFinding { code, article, message, .. } = finding;
    json!({ "code": code, "article": article, "message": message })
}

fn refusal_json(refusal: &Refusal) -> Value {
    let Refusal { rule, line, column, message } = refusal;
    json!({ "code": rule.code(), "line": line, "column": column, "message": message })
}
