//! The depositary's table of the participants in the Anti-Personnel Mine Ban
//! Convention: signatures and deposits that the rows do not state themselves, and the
//! table as it stood.
//!
//! Promises: what the rows say of a participant is not said twice. Leaves to others:
//! everything after the day of the table, and what the depositary tells in footnotes.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::authoring::Item;

/// Id; name; name as printed, where it differs; signed; deposited; code of the deposit as
/// the depositary prints it.
const LINES: &str = include_str!("participants.csv");
/// Between the newest deposit in the table and the next one that came, of Oman.
const AS_AT: &str = "2012-12-27/2014-08-19";
/// The treaty of the table.
pub const TREATY: &str = "APMBC";

/// A line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    pub id: &'a str,
    name: &'a str,
    printed: &'a str,
    signed: &'a str,
    deposited: &'a str,
    code: &'a str,
}

/// All lines, in the order of the table.
pub fn lines() -> Vec<Line<'static>> {
    LINES.lines().map(line).collect()
}

fn line(text: &'static str) -> Line<'static> {
    let columns: Vec<&str> = text.split(';').collect();
    let [id, name, printed, signed, deposited, code] = columns[..] else {
        panic!("every line of the table has six columns: {text}")
    };
    Line { id, name, printed, signed, deposited, code }
}

impl Line<'_> {
    /// Registers the participant.
    pub fn registration(&self) -> Item {
        let mut body = json!({"name": self.name, "type": "state", "iso_code": self.id});
        if !self.printed.is_empty() {
            body["other_names"] = json!([self.printed]);
        }
        item(json!({"participant": self.id, "participant_registered": body, "source": source()}))
    }

    /// Signature and deposit, as far as nobody stated them: `stated` holds participants
    /// with kinds. A succession needs a day that the table does not have.
    pub fn acts(&self, stated: &BTreeSet<(String, &'static str)>) -> Vec<Item> {
        let open = |kind| !stated.contains(&(self.id.to_owned(), kind));
        let mut acts = Vec::new();
        if !self.signed.is_empty() && open("signature_affixed") {
            let body = json!({"treaty": TREATY, "participant": self.id, "signed": self.signed, "type": "simple"});
            acts.push(item(json!({"signature_affixed": body, "source": source()})));
        }
        if let Some(mode) = self.mode().filter(|_| open("instrument_deposited")) {
            let body = json!({"treaty": TREATY, "participant": self.id, "mode": mode, "deposited": self.deposited});
            acts.push(item(json!({"instrument_deposited": body, "source": source()})));
        }
        acts
    }

    /// How consent was expressed; `None` without consent, and for a succession.
    fn mode(&self) -> Option<&'static str> {
        match (self.deposited, self.code) {
            ("", _) | (_, "d") => None,
            (_, "a") => Some("accession"),
            (_, "A") => Some("acceptance"),
            (_, "AA") => Some("approval"),
            (_, _) => Some("ratification"),
        }
    }

    fn row(&self) -> Value {
        let printed = if self.printed.is_empty() { self.name } else { self.printed };
        let mut row = json!({"name": printed, "participant": self.id});
        for (field, value) in [("signed", self.signed), ("deposited", self.deposited)] {
            if !value.is_empty() {
                row[field] = json!(value);
            }
        }
        match self.mode() {
            Some(mode) => row["mode"] = json!(mode),
            None => row["succession"] = json!(self.code == "d"),
        }
        row
    }
}

/// The whole table as it stood.
pub fn stated() -> Item {
    let rows: Vec<Value> = lines().iter().map(Line::row).collect();
    item(json!({
        "participation_table_stated": {"treaty": TREATY, "as_at": AS_AT, "rows": rows},
        "source": source(),
        "open": {"remarks": "Mark O, from a public copy of the depositary's page, which tells no day: it names Poland, \
                             which deposited on 27 December 2012, and does not name the next one, Oman."},
    }))
}

fn source() -> Value {
    json!({
        "class": "depositary",
        "transcribed": true,
        "name": "United Nations, status table XXVI-5",
        "locator": "MTDSG, chapter XXVI-5, a public copy",
    })
}

fn item(value: Value) -> Item {
    let Value::Object(fields) = value else { unreachable!("braces make an object") };
    Item { number: 1, fields: Map::from_iter(fields) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_as_many_signatures_and_deposits_as_the_depositary_counts() {
        let lines = lines();
        let count = |column: fn(&Line<'_>) -> bool| lines.iter().filter(|line| column(line)).count();
        assert_eq!(lines.len(), 162);
        assert_eq!(count(|line| !line.signed.is_empty()), 133, "signatures");
        assert_eq!(count(|line| !line.deposited.is_empty()), 161, "deposits");
        assert_eq!(count(|line| line.code == "d"), 2, "successions");
        let ids: BTreeSet<_> = lines.iter().map(|line| line.id).collect();
        assert_eq!(ids.len(), lines.len(), "nobody stands in it twice");
    }

    #[test]
    fn what_the_rows_state_is_not_stated_again() {
        let poland = lines().into_iter().find(|line| line.id == "POL").expect("a line");
        let signed = BTreeSet::from([("POL".to_owned(), "signature_affixed")]);
        assert_eq!(poland.acts(&BTreeSet::new()).len(), 2);
        let [deposit] = poland.acts(&signed).try_into().expect("the deposit alone");
        assert!(deposit.fields.contains_key("instrument_deposited"));
    }
}
