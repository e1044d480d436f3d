//! An authoring file to fill in, from the kinds table and the descriptors.
//!
//! Every field stands in it with a comment under a `//` key; what is left empty
//! counts as absent, so a template with its mandatory fields filled is a file.

use std::collections::BTreeMap;

use prost_reflect::{FieldDescriptor, Kind as FieldKind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::{
    expand::body_descriptor,
    field::{find_field, short_names},
    subject::keys_of,
};
use crate::{
    domain::{Kind, KindRow, PartKind, SharedKind, SubjectType},
    wire::descriptor,
};

const KEPT_LINES: &str = "Lines of FILE.withheld.ndjson as they are, ascending by slot: \
    {\"event\", \"slot\", \"kind\", \"commitment\", \"salt\", \"content\"}. Or slot, salt and the content in braces.";

const RESTATED: &str = "It is written as an item of its own, without subject, source and parts: \
    {\"withdrawal_notified\": {\"styled\": \"denunciation\", \"received_by_depositary\": \"2025-08-20\", \
    \"other_parties_notified\": \"not_recorded\", \"reasons\": \"attached\"}, \"occurred\": \"2025-08-20\"}";

/// The template of a kind.
pub fn template(row: &KindRow) -> Value {
    let mut item = Map::new();
    item.insert("//".into(), json!(format!("{}: {}. Keys that begin with // are comments.", row.name, row.says)));
    for (key, hint) in subject_keys(row.subjects) {
        note(&mut item, key, hint, json!(""));
    }
    let mut body = fields_of(&body_descriptor(row), row.mandatory_to_state);
    if row.kind == Kind::Shared(SharedKind::PartDisclosed) {
        note(&mut body, "disclosed", KEPT_LINES, json!([]));
    }
    if row.kind == Kind::Shared(SharedKind::EventCorrected) {
        let field = find_field(&body_descriptor(row), "restated").expect("a field of EventCorrected");
        note(&mut body, "restated", &format!("{} {RESTATED}", comment(&field)), json!({}));
    }
    item.insert(row.name.into(), Value::Object(body));
    let event = descriptor("Event");
    for key in ["occurred", "act", "based_on"] {
        let field = find_field(&event, key).expect("a field of Event");
        note(&mut item, key, &comment(&field), empty(&field));
    }
    let required = if row.needs_source { "Required. " } else { "Optional. " };
    item.insert("//source".into(), json!(format!("{required}What the statement rests on.")));
    item.insert("source".into(), Value::Object(fields_of(&descriptor("Source"), &[])));
    let documents = "File names beside this file, e.g. [\"gazette.pdf\"]; digest and size are computed.";
    note(&mut item, "documents", documents, json!([]));
    note(&mut item, "open", "Parts that everybody may read.", parts(row.parts));
    let withheld = "Parts that stay with you; only a commitment is recorded. Needs basis and review_on (YYYY-MM-DD).";
    note(&mut item, "withheld", withheld, json!({}));
    Value::Object(item)
}

/// The shorthands of all subjects that the kind may be about.
fn subject_keys(subjects: &[SubjectType]) -> BTreeMap<&'static str, &'static str> {
    let hint = |key: &str| match key {
        "treaty" => "Id, e.g. untc:XXVI-5, or a name that the ledger knows.",
        "participant" => "Id, e.g. POL, or a name that the ledger knows.",
        "organisation" => "Id, e.g. lv-desk.",
        _ => "Id, e.g. XX-D3-0007.",
    };
    subjects.iter().flat_map(|subject| keys_of(*subject)).map(|key| (*key, hint(key))).collect()
}

fn note(fields: &mut Map<String, Value>, key: &str, comment: &str, value: Value) {
    if !comment.is_empty() {
        fields.insert(format!("//{key}"), json!(comment));
    }
    fields.insert(key.to_owned(), value);
}

/// Every field of a message, with its comment and an empty value.
fn fields_of(message: &MessageDescriptor, mandatory: &[&str]) -> Map<String, Value> {
    let mut fields = Map::new();
    for field in message.fields() {
        let mut text = comment(&field);
        if let Some(hint) = items_of(&field) {
            text = format!("{text} {hint}");
        }
        if mandatory.contains(&field.name()) && !text.contains("Mandatory") {
            text.push_str(" Mandatory to state.");
        }
        if mandatory.contains(&field.name()) {
            text.push_str(" Or: unknown | not_recorded | not_applicable | redacted_in_source");
        }
        note(&mut fields, field.name(), text.trim(), empty(&field));
    }
    fields
}

/// How the items of a list are written.
fn items_of(field: &FieldDescriptor) -> Option<String> {
    match field.kind() {
        _ if !field.is_list() => None,
        FieldKind::Message(message) => {
            let fields: Vec<String> = message.fields().map(|field| told(&field)).collect();
            Some(format!("A list of objects in braces, each with: {}.", fields.join(", ")))
        }
        FieldKind::Enum(_) | FieldKind::String | FieldKind::Bytes => Some("A list of texts in quotes.".to_owned()),
        _ => Some("A list of numbers.".to_owned()),
    }
}

/// A field with the values that it may have, where those are names.
fn told(field: &FieldDescriptor) -> String {
    match field.kind() {
        FieldKind::Enum(kind) => format!("{} ({})", field.name(), short_names(&kind).join(" | ")),
        _ => field.name().to_owned(),
    }
}

/// An empty value of the right shape; numbers are 0 and booleans false, which
/// are the defaults.
fn empty(field: &FieldDescriptor) -> Value {
    match field.kind() {
        _ if field.is_list() => json!([]),
        // A correction restates a body: which one is for the author to say.
        FieldKind::Message(message) if message.name() == "Event" => json!({}),
        FieldKind::Message(message) => Value::Object(fields_of(&message, &[])),
        FieldKind::Enum(_) | FieldKind::String | FieldKind::Bytes => json!(""),
        FieldKind::Bool => json!(false),
        _ => json!(0),
    }
}

/// The field's comment in the proto files, and the values that it may have.
fn comment(field: &FieldDescriptor) -> String {
    let file = field.parent_file();
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    let location = info.and_then(|info| info.location.iter().find(|location| location.path == field.path()));
    let mut text = location.map(|location| location.leading_comments().trim().replace('\n', " ")).unwrap_or_default();
    if let FieldKind::Enum(kind) = field.kind() {
        text = format!("{text} One of: {}.", short_names(&kind).join(" | "));
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn parts(kinds: &[PartKind]) -> Value {
    let empty = |kind: &PartKind| match kind {
        PartKind::Remarks => json!(""),
        PartKind::Names => json!([]),
        PartKind::DangerArea => json!({
            "//": "One of circle and polygon.",
            "//circle": "Required: centre \"-49.5, -123.25\" and radius_m \"500 m\".", "circle": {},
            "//polygon": "Required: ring [\"-49.5, -123.25\", ...].", "polygon": {},
        }),
        PartKind::Extent => json!({
            "//polygons": "Required: [{\"ring\": [\"-49.5, -123.25\", ...]}].", "polygons": [],
            "//parcel": "Parcel that it is of; empty: of the whole record.", "parcel": "",
        }),
        PartKind::ReferencePoints => list_of("points", "ReferencePoint", &["label", "type", "position"]),
        PartKind::Ordnance => list_of("items", "OrdnanceItem", &["category", "qualifier", "anti_handling"]),
    };
    Value::Object(kinds.iter().map(|kind| (kind.name().to_owned(), empty(kind))).collect())
}

/// A list of messages: which of their fields are required, and which values enums have.
fn list_of(name: &str, message: &str, required: &[&str]) -> Value {
    let is_required = |field: &FieldDescriptor| required.contains(&field.name());
    let (must, may): (Vec<_>, Vec<_>) = descriptor(message).fields().partition(is_required);
    let words = |fields: &[FieldDescriptor]| fields.iter().map(told).collect::<Vec<_>>().join(", ");
    let comment = format!("Each requires {}. It may have {}.", words(&must), words(&may));
    json!({format!("//{name}"): comment, name: []})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::KINDS;

    #[test]
    fn every_kind_has_a_template_with_every_field() {
        for row in KINDS {
            let template = template(row);
            for field in body_descriptor(row).fields() {
                assert!(template[row.name].get(field.name()).is_some(), "{}.{}", row.name, field.name());
            }
        }
    }

    #[test]
    fn a_template_tells_the_values_and_the_mandatory_fields() {
        let template = template(Kind::from_name("withdrawal_notified").expect("a kind").row());
        let body = &template["withdrawal_notified"];
        assert_eq!(body["//styled"], "One of: withdrawal | denunciation.");
        let reasons = body["//reasons"].as_str().expect("a comment");
        assert!(reasons.starts_with("Whether the reasons came with it. Mandatory to state."), "{reasons}");
        assert!(reasons.ends_with("redacted_in_source"), "{reasons}");
        let told = |kind: &str, field: &str| {
            let template = super::template(Kind::from_name(kind).expect("a kind").row());
            template[kind][format!("//{field}")].as_str().unwrap_or_default().to_owned()
        };
        for (kind, field) in [("withdrawal_notified", "later_effect"), ("deadline_extended", "new_deadline")] {
            assert!(told(kind, field).contains("a whole day"), "{}", told(kind, field));
        }
        let council = told("withdrawal_notified", "security_council_notified");
        assert!(council.contains("Leave it out where it is not known."), "{council}");
    }

    #[test]
    fn a_template_tells_how_the_items_of_a_list_are_written() {
        let body = |kind: &str| template(Kind::from_name(kind).expect("a kind").row())[kind].clone();
        let rows = body("participation_table_stated")["//rows"].as_str().expect("a comment").to_owned();
        assert!(rows.contains("each with: name, participant, signed"), "{rows}");
        let statements = body("contest_resolved")["//statements"].as_str().expect("a comment").to_owned();
        assert!(
            statements.ends_with("A list of objects in braces, each with: organisation, event_id."),
            "{statements}"
        );
        for row in KINDS {
            let template = template(row);
            for field in body_descriptor(row).fields().filter(FieldDescriptor::is_list) {
                let comment = template[row.name][format!("//{}", field.name())].as_str().unwrap_or_default();
                let is_told = comment.contains("A list of") || comment == KEPT_LINES;
                assert!(is_told, "{}.{}: {comment}", row.name, field.name());
            }
        }
    }

    #[test]
    fn a_template_names_the_required_fields_of_parts_and_how_to_disclose_them() {
        let laid = template(Kind::from_name("laying_recorded").expect("a kind").row());
        let items = laid["open"]["ordnance"]["//items"].as_str().expect("a comment");
        let required = items.split(". It may have").next().expect("the first sentence");
        for told in ["category (anti_personnel_mine", "qualifier (exact", "anti_handling (present | absent"] {
            assert!(required.contains(told), "{items}");
        }
        let points = laid["open"]["reference_points"]["//points"].as_str().expect("a comment");
        assert!(points.starts_with("Each requires label, type (reference"), "{points}");
        let disclosure = template(Kind::from_name("part_disclosed").expect("a kind").row());
        let how = disclosure["part_disclosed"]["//disclosed"].as_str().expect("a comment");
        assert!(how.contains(".withheld.ndjson as they are"), "{how}");
    }
}
