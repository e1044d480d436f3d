//! The rows of the demonstration: data in the authoring form, from the public
//! record, each with its source. What is no official record says so in its
//! remarks. Treaties are registered with the clauses that come with the program.
//!
//! A row has fields of its own beside the form: `row`, its number in the timeline;
//! `contradiction`, its number among the contradictions of the record; `recorded`, the
//! day on which a desk records it, absent for what is older than the ledger; `desk`,
//! who records it, where that is not the desk for its subject; and `named`, the name by
//! which later rows refer to it as `@NAME`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::cast::TREATIES;
use crate::{
    authoring::{
        AuthoringError, Drafted, Folder, Freshness, Item, Lookup, NameBook, Names, SHIPPED_CLAUSES, Surroundings,
        WithheldPart, expand, read_items,
    },
    demo::table,
    domain::{CivilDate, EventReference, Kind, LedgerId, Subject, SubjectType, TreatyKind},
    wire,
};

/// Participants.
const REGISTRATIONS: (&str, &str) = ("treaties.ndjson", include_str!("treaties.ndjson"));
/// What happened before the ledger was founded.
const EARLIER: (&str, &str) = ("founding-day.ndjson", include_str!("founding-day.ndjson"));
/// What happened since, in the order of recording.
const SINCE: (&str, &str) = ("since-2025.ndjson", include_str!("since-2025.ndjson"));
/// Three fictitious fields, in the order of recording.
const FIELDS: (&str, &str) = ("fields.ndjson", include_str!("fields.ndjson"));

/// The rest of the depositary's table.
const TABLE: &str = "participants.csv";

/// Rows of the timeline; those with a higher number belong to the founding story.
pub const TIMELINE: u64 = 60;
/// Rows of the timeline at which nothing happens that anybody could record: a deadline
/// passes, or the day of an effect that there is not. An answer shows them.
pub const COMPUTED: [u64; 4] = [17, 20, 25, 59];
/// Contradictions that were found in the public record.
#[cfg(test)]
pub const CONTRADICTIONS: u64 = 22;

/// Everything that the demonstration submits after the desks are admitted.
#[derive(Debug)]
pub struct Rows {
    pub registrations: Vec<Row>,
    /// The rest of the depositary's table, as a whole.
    pub table: Vec<Row>,
    /// In the order of recording.
    pub acts: Vec<Row>,
    names: NameBook,
}

/// One event to record.
#[derive(Clone, Debug)]
pub struct Row {
    /// Number in the timeline of the public record.
    pub number: Option<u64>,
    /// Day on which it is recorded; `None`: the day of the founding.
    pub recorded: Option<CivilDate>,
    named: Option<String>,
    /// Number of the contradiction that it is a side of.
    pub contradiction: Option<u64>,
    /// Id of the organisation that records it; `None`: the one for its subject.
    pub desk: Option<String>,
    file: &'static str,
    item: Item,
}

impl Row {
    /// Whether it registers a treaty.
    pub fn registers_treaty(&self) -> bool {
        self.item.fields.contains_key("treaty_registered")
    }

    /// The name by which later rows refer to its event; what opens a subject goes by that.
    pub fn name_of(&self, event: &Drafted) -> Option<String> {
        let opens =
            matches!(event.kind, Kind::Treaty(TreatyKind::TreatyRegistered | TreatyKind::ParticipantRegistered));
        self.named.clone().or_else(|| opens.then(|| event.subject.to_string()))
    }
}

/// Events that rows gave a name.
pub type Named = BTreeMap<String, EventReference>;

impl Rows {
    /// Reads all rows.
    pub fn read() -> Result<Self, AuthoringError> {
        let transcribed = |treaty: &String| TREATIES.contains(&treaty.as_str());
        let treaties = SHIPPED_CLAUSES.iter().filter(|shipped| shipped.treaty().is_some_and(|it| transcribed(&it)));
        let treaties = treaties.map(|shipped| (shipped.name, shipped.text));
        let mut files = Vec::new();
        for (file, text) in treaties.chain([REGISTRATIONS]) {
            files.push((file, read_items(file, text)?));
        }
        let registered: BTreeSet<String> = files.iter().flat_map(|(_, items)| participants(items)).collect();
        let lines = table::lines();
        let others = lines.iter().filter(|line| !registered.contains(line.id)).map(table::Line::registration);
        files.push((TABLE, others.collect()));
        let (mut registrations, mut names) = (Vec::new(), NameBook::default());
        for (file, items) in files {
            names.note_registered(&items);
            registrations.extend(items.into_iter().map(|item| row(file, item)));
        }
        let mut acts = Vec::new();
        for (file, text) in [EARLIER, SINCE, FIELDS] {
            acts.extend(read_items(file, text)?.into_iter().map(|item| row(file, item)));
        }
        // Stable: rows of one day stay in the order of their file.
        acts.sort_by_key(|row| row.recorded.map(|day| day.0));
        let stated = stated(&acts, &names);
        let table = lines.iter().flat_map(|line| line.acts(&stated)).chain([table::stated()]);
        let table = table.map(|item| row(TABLE, item)).collect();
        Ok(Self { registrations, table, acts, names })
    }

    /// Rows of the public timeline that are recorded. 1 and 2, adoption and opening for
    /// signature, stand in the clauses.
    pub fn numbers(&self) -> BTreeSet<u64> {
        self.acts.iter().filter_map(|row| row.number).filter(|row| *row <= TIMELINE).chain([1, 2]).collect()
    }

    /// Contradictions of the record of which something is recorded.
    pub fn contradictions(&self) -> BTreeSet<u64> {
        self.acts.iter().filter_map(|row| row.contradiction).collect()
    }

    /// A row that discloses a part which an earlier event withheld.
    pub fn disclosure(of: &EventReference, subject: &Subject, part: &WithheldPart) -> Row {
        let content = wire::to_json("PartContent", &part.content).expect("what is withheld was encoded here");
        let opened = json!({"slot": part.slot, "salt": hex::encode(part.salt), "content": content});
        let fields = json!({
            "subject": subject.to_string(),
            "part_disclosed": {
                "target": {"organisation": of.organisation.as_str(), "event_id": of.event.to_string()},
                "disclosed": [opened],
            },
            "source": {"class": "own_act", "name": "Demonstration: a field that does not exist", "locator": "fictitious"},
        });
        let Value::Object(fields) = fields else { unreachable!("braces make an object") };
        row("disclosure", Item { number: 1, fields })
    }

    /// The event of a row, fresh for a ledger.
    pub fn draft(
        &self,
        row: &Row,
        ledger: LedgerId,
        named: &Named,
        fresh: &mut Freshness<'_>,
    ) -> Result<Drafted, AuthoringError> {
        let mut item = row.item.clone();
        item.fields.values_mut().for_each(|value| refer(value, named));
        let mut with = Surroundings {
            file: row.file,
            ledger: Some(ledger),
            names: &self.names,
            evidence: &Folder(".".into()),
            now: fresh.now,
            randomness: &mut *fresh.randomness,
        };
        let drafted = expand(vec![item], &mut with).map_err(|mut errors| errors.remove(0))?;
        Ok(drafted.into_iter().next().expect("one item expands into one event"))
    }
}

fn row(file: &'static str, mut item: Item) -> Row {
    let number = item.fields.remove("row").and_then(|number| number.as_u64());
    let recorded = text(&mut item.fields, "recorded").map(|day| day.parse().expect("the rows have days that exist"));
    let contradiction = item.fields.remove("contradiction").and_then(|number| number.as_u64());
    let [named, desk] = ["named", "desk"].map(|key| text(&mut item.fields, key));
    Row { number, contradiction, recorded, named, desk, file, item }
}

/// Ids of the participants that are registered.
fn participants(registrations: &[Item]) -> BTreeSet<String> {
    registrations.iter().filter_map(|item| item.fields.get("participant")?.as_str().map(str::to_owned)).collect()
}

/// Who signed and who deposited under the treaty of the table, as the rows state it.
fn stated(acts: &[Row], names: &NameBook) -> BTreeSet<(String, &'static str)> {
    let kinds = ["signature_affixed", "instrument_deposited"];
    let found = acts.iter().filter(|row| row.recorded.is_none()).flat_map(|row| {
        kinds.iter().filter_map(|kind| {
            let body = row.item.fields.get(*kind)?;
            let of_table = body["treaty"] == table::TREATY;
            let participant = body["participant"].as_str().filter(|_| of_table)?;
            match names.find(SubjectType::Participant, participant) {
                Lookup::One(id) => Some((id, *kind)),
                Lookup::Unknown | Lookup::Several(_) => None,
            }
        })
    });
    found.collect()
}

fn text(fields: &mut Map<String, Value>, key: &str) -> Option<String> {
    fields.remove(key).and_then(|value| value.as_str().map(str::to_owned))
}

/// Puts the events themselves where rows refer to them by name.
fn refer(value: &mut Value, named: &Named) {
    match value {
        Value::String(text) => {
            let found = text.strip_prefix('@').and_then(|name| named.get(name));
            if let Some(EventReference { organisation, event }) = found {
                *value = json!({"organisation": organisation.as_str(), "event_id": event.to_string()});
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| refer(value, named)),
        Value::Object(fields) => fields.values_mut().for_each(|value| refer(value, named)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
