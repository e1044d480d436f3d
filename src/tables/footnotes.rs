//! Footnotes: marks with a meaning that is stated, never taken from prose.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Mapping, Refusal, TableRule,
    cell::{self, Entry, InvalidCell},
};
use crate::domain::WithdrawalStyle;

/// A footnote as it is written: in the mapping, below the table or in a file of its own.
/// One mark may have several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FootnoteLine {
    pub mark: String,
    /// `withdrawal`, `denunciation`, `predecessor`, `formerly` or `note`.
    pub meaning: String,
    /// Withdrawal or denunciation: receipt by the depositary. Predecessor: the succession of States.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub date: String,
    /// The same: from when it is said to be in effect.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub effective: String,
    /// Predecessor, or the former name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The predecessor's own acts, as in the columns of the table.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub signature: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub deposit: String,
    /// What the footnote says, in words; recorded nowhere.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// Columns of a footnote below a table or in a file of its own, in the order in which an
/// export writes them.
pub const FOOTNOTE_COLUMNS: [&str; 8] =
    ["mark", "meaning", "date", "effective", "name", "signature", "deposit", "text"];

/// What a footnote means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Footnote {
    /// The depositary received a withdrawal, styled like this.
    Withdrawal { styled: WithdrawalStyle, received: Date, effective: Option<Date> },
    /// The participant took another's place, whose acts the footnote may tell.
    Predecessor { name: String, succeeded: Option<Date>, signatures: Vec<Entry>, deposits: Vec<Entry> },
    /// The participant had another name.
    Formerly { name: String },
    /// Words alone.
    Note,
}

/// A footnote with the line that it stands in; 0 in the mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    pub line: u64,
    pub footnote: Footnote,
}

/// Footnotes by their marks.
pub type Footnotes = BTreeMap<String, Vec<Noted>>;

/// Where a refusal of a footnote points.
pub const COLUMN: &str = "footnotes";

impl FootnoteLine {
    /// Takes the cells of a row under the columns of its header.
    pub fn of_cells<'c>(cells: impl Iterator<Item = (&'c str, &'c str)>) -> Self {
        let mut line = Self::default();
        for (column, text) in cells {
            let field = match column {
                "mark" => &mut line.mark,
                "meaning" => &mut line.meaning,
                "date" => &mut line.date,
                "effective" => &mut line.effective,
                "name" => &mut line.name,
                "signature" => &mut line.signature,
                "deposit" => &mut line.deposit,
                _ => &mut line.text,
            };
            text.clone_into(field);
        }
        line
    }

    /// The cells in the order of [`FOOTNOTE_COLUMNS`].
    pub fn cells(&self) -> [&str; 8] {
        let Self { mark, meaning, date, effective, name, signature, deposit, text } = self;
        [mark, meaning, date, effective, name, signature, deposit, text].map(String::as_str)
    }
}

/// Reads footnotes; what is wrong with one is told for each.
pub fn footnotes(lines: &[(u64, FootnoteLine)], mapping: &Mapping) -> Result<Footnotes, Vec<Refusal>> {
    let (mut found, mut refused) = (Footnotes::new(), Vec::new());
    for (line, written) in lines {
        let mark = cell::squeezed(&written.mark);
        if mark.is_empty() {
            let message = "the footnote has no mark";
            refused.push(Refusal::new(TableRule::FootnoteMustHaveMark, *line, COLUMN, message));
            continue;
        }
        match footnote(written, mapping) {
            Ok(footnote) => found.entry(mark).or_default().push(Noted { line: *line, footnote }),
            Err((rule, message)) => {
                refused.push(Refusal::new(rule, *line, COLUMN, format!("footnote {mark}: {message}")));
            }
        }
    }
    if refused.is_empty() { Ok(found) } else { Err(refused) }
}

fn footnote(line: &FootnoteLine, mapping: &Mapping) -> Result<Footnote, InvalidCell> {
    let FootnoteLine { mark: _, meaning, date, effective, name, signature, deposit, text } = line;
    let unfit = |field: &str| Err((TableRule::FootnoteMustBeWhole, format!("a {meaning} has no {field}")));
    let filled = [("date", date), ("effective", effective), ("name", name), ("signature", signature)];
    let filled: Vec<&str> = filled
        .into_iter()
        .chain([("deposit", deposit)])
        .filter(|(_, text)| is_given(text))
        .map(|(field, _)| field)
        .collect();
    let allowed: &[&str] = match meaning.as_str() {
        "withdrawal" | "denunciation" => &["date", "effective"],
        "predecessor" => &["date", "name", "signature", "deposit"],
        "formerly" => &["name"],
        "note" => &[],
        _ => {
            let message = format!("{meaning:?} is no meaning: withdrawal, denunciation, predecessor, formerly, note");
            return Err((TableRule::FootnoteMustBeWhole, message));
        }
    };
    if let Some(field) = filled.iter().find(|field| !allowed.contains(field)) {
        return unfit(field);
    }
    match meaning.as_str() {
        "withdrawal" => withdrawal(WithdrawalStyle::Withdrawal, line, mapping),
        "denunciation" => withdrawal(WithdrawalStyle::Denunciation, line, mapping),
        "predecessor" => Ok(Footnote::Predecessor {
            name: named(name)?,
            succeeded: day(date, mapping)?,
            signatures: entries(signature, mapping)?,
            deposits: entries(deposit, mapping)?,
        }),
        "formerly" => Ok(Footnote::Formerly { name: named(name)? }),
        _ if is_given(text) => Ok(Footnote::Note),
        _ => Err(lacks("words, in text")),
    }
}

fn withdrawal(styled: WithdrawalStyle, line: &FootnoteLine, mapping: &Mapping) -> Result<Footnote, InvalidCell> {
    let received = day(&line.date, mapping)?;
    let received = received.ok_or_else(|| lacks("the day on which the withdrawal was received, in date"))?;
    come("date", received, mapping)?;
    Ok(Footnote::Withdrawal { styled, received, effective: day(&line.effective, mapping)? })
}

fn is_given(text: &str) -> bool {
    !cell::squeezed(text).is_empty()
}

fn named(name: &str) -> Result<String, InvalidCell> {
    Some(cell::squeezed(name)).filter(|name| !name.is_empty()).ok_or_else(|| lacks("a name"))
}

fn lacks(what: &str) -> InvalidCell {
    (TableRule::FootnoteMustBeWhole, format!("it lacks {what}"))
}

fn day(text: &str, mapping: &Mapping) -> Result<Option<Date>, InvalidCell> {
    if is_given(text) { cell::date(text, mapping.dates).map(Some) } else { Ok(None) }
}

fn entries(text: &str, mapping: &Mapping) -> Result<Vec<Entry>, InvalidCell> {
    let entries = cell::entries(text, mapping.dates, &mut Vec::new())?;
    entries.iter().try_for_each(|entry| come("act", entry.date, mapping))?;
    Ok(entries)
}

fn come(what: &str, date: Date, mapping: &Mapping) -> Result<(), InvalidCell> {
    let as_at = mapping.as_at;
    if date <= as_at.0 {
        return Ok(());
    }
    Err((TableRule::DateMustHaveCome, format!("its {what}, {date}, lies after the day of the table, {as_at}")))
}
