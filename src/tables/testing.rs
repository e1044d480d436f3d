//! What the tests of tables share: a mapping, and participants that a ledger knows.

use super::{KnownParticipant, Mapping};

pub const MAPPING: &str = r#"
treaty = "fict:XX-1"
as_at = "2026-02-28"
whole_table = true

[columns]
participant = "Participant"
signature = "Signature"
deposit = "Deposit"

[footnotes]
section = "Footnotes"

[source]
class = "depositary"
name = "a table"
"#;

pub fn mapping() -> Mapping {
    with("")
}

/// The mapping with further keys at its top.
pub fn with(keys: &str) -> Mapping {
    Mapping::parse(&format!("{keys}\n{MAPPING}"), "2026-03-01".parse().unwrap()).unwrap()
}

/// An error with its causes.
pub fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Fictitious participants; Westland follows Oldland, and two have one former name.
pub fn known() -> Vec<KnownParticipant> {
    let rows: [(&str, &[&str], &[&str]); 7] = [
        ("XAA", &["Eastland", "Republic of Eastland"], &[]),
        ("XAB", &["Westland"], &["XAE"]),
        ("XAC", &["Northland"], &[]),
        ("XAD", &["Southland", "Southern Isles"], &[]),
        ("XAE", &["Oldland"], &[]),
        ("XAF", &["Midland", "The Midlands"], &[]),
        ("XAG", &["Midland North", "The Midlands"], &[]),
    ];
    let known = rows.iter().map(|(id, names, predecessors)| KnownParticipant {
        id: id.parse().unwrap(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        predecessors: predecessors.iter().map(|id| id.parse().unwrap()).collect(),
    });
    known.collect()
}
