//! A message in lines, a field each, for people who compare two statements.
//!
//! Promises: the fields that are set, in the order of their numbers; the words of enums
//! as everywhere, positions as decimal degrees.
//! Leaves to others: what is the same (`server` compares), how much of it is shown.

use prost_reflect::{DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, ReflectMessage, Value};

use super::{Malformed, MalformedRule, descriptor};
use crate::domain::degrees;

/// Where a field is, in dots, items of a list numbered from 1; and what it holds.
pub type Line = (String, String);

/// The lines of a message's bytes.
pub fn lines(message: &str, bytes: &[u8]) -> Result<Vec<Line>, Malformed> {
    let decoded = DynamicMessage::decode(descriptor(message), bytes).map_err(|error| {
        Malformed::new(MalformedRule::MessageMustDecode, "", format!("send the bytes of a {message}: {error}"))
    })?;
    let mut lines = Vec::new();
    of_message("", &decoded, &mut lines);
    Ok(lines)
}

fn of_message(path: &str, message: &DynamicMessage, lines: &mut Vec<Line>) {
    for (field, value) in message.fields() {
        let path = if path.is_empty() { field.name().to_owned() } else { format!("{path}.{}", field.name()) };
        of_field(&path, &field, value, lines);
    }
}

fn of_field(path: &str, field: &FieldDescriptor, value: &Value, lines: &mut Vec<Line>) {
    match value {
        Value::List(items) if matches!(field.kind(), Kind::Message(_)) => {
            for (at, item) in (1..).zip(items) {
                of_field(&format!("{path}[{at}]"), field, item, lines);
            }
        }
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| plain(field, item)).collect();
            lines.push((path.to_owned(), items.join(", ")));
        }
        Value::Message(message) => match position(message) {
            Some(position) => lines.push((path.to_owned(), position)),
            None => of_message(path, message, lines),
        },
        value => lines.push((path.to_owned(), plain(field, value))),
    }
}

/// A position, where the message is one.
fn position(message: &DynamicMessage) -> Option<String> {
    if message.descriptor() != descriptor("Position") {
        return None;
    }
    let part = |name| message.get_field_by_name(name).and_then(|value| value.as_i32()).unwrap_or_default();
    Some(format!("{}, {}", degrees(part("latitude")), degrees(part("longitude"))))
}

fn plain(field: &FieldDescriptor, value: &Value) -> String {
    match (value, field.kind()) {
        (Value::EnumNumber(number), Kind::Enum(of)) => word(&of, *number),
        (Value::String(text), _) => text.clone(),
        (Value::Bytes(bytes), _) => hex::encode(bytes),
        (Value::Bool(yes), _) => yes.to_string(),
        (Value::I32(number) | Value::EnumNumber(number), _) => number.to_string(),
        (Value::I64(number), _) => number.to_string(),
        (Value::U32(number), _) => number.to_string(),
        (Value::U64(number), _) => number.to_string(),
        // The contract has neither floats nor maps, and messages are no plain values.
        (Value::F32(_) | Value::F64(_) | Value::Message(_) | Value::List(_) | Value::Map(_), _) => value.to_string(),
    }
}

/// `SURVEY_METHOD_GNSS` of `SurveyMethod` is `gnss`.
fn word(of: &EnumDescriptor, number: i32) -> String {
    let Some(value) = of.get_value(number) else { return number.to_string() };
    let mut prefix = String::new();
    for (at, letter) in of.name().char_indices() {
        if at > 0 && letter.is_ascii_uppercase() {
            prefix.push('_');
        }
        prefix.push(letter.to_ascii_uppercase());
    }
    let name = value.name();
    name.strip_prefix(&format!("{prefix}_")).unwrap_or(name).to_lowercase().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::from_json;

    #[test]
    fn a_message_is_told_field_by_field_in_the_order_of_its_numbers() {
        let ring = json!([{ "latitude": -495_000_000, "longitude": 5 }, { "latitude": 0 }]);
        let event = json!({
            "parts": [{ "slot": 2, "content": { "danger_area": { "polygon": { "ring": ring } } } }],
            "occurred": "2026-01",
            "position_surveyed": { "method": "SURVEY_METHOD_GNSS", "parcels": [{ "id": "P1", "area_m2": "7" }] },
            "based_on": ["a", "b"],
            "nonce": "AQI=",
        });
        let bytes = from_json("Event", &event).expect("an event");
        let told: Vec<String> =
            lines("Event", &bytes).expect("decodes").iter().map(|(path, value)| format!("{path}: {value}")).collect();
        let expected = [
            "nonce: 0102",
            "based_on: a, b",
            "occurred: 2026-01",
            "parts[1].slot: 2",
            "parts[1].content.danger_area.polygon.ring[1]: -49.5, 0.0000005",
            "parts[1].content.danger_area.polygon.ring[2]: 0, 0",
            "position_surveyed.method: gnss",
            "position_surveyed.parcels[1].id: P1",
            "position_surveyed.parcels[1].area_m2: 7",
        ];
        assert_eq!(told, expected);
    }
}
