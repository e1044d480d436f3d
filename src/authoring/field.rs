//! Fields of a message, from shorthand to the protobuf JSON mapping, guided by
//! the descriptors: a new field of the contract needs no line here.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization;

use super::{Problem, error::At, place, quantity};
use crate::crypto::PublicKey;

/// The fields of a message with shorthands expanded. `path` leads to the message
/// and is empty at the top.
pub(super) fn expand_fields(
    message: &MessageDescriptor,
    fields: Map<String, Value>,
    path: &str,
) -> Result<Map<String, Value>, At> {
    let mut expanded = Map::new();
    for (key, value) in place::with_text_as_typed(message, fields) {
        let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let field = find_field(message, &key)
            .ok_or_else(|| At::new(&at, Problem::UnknownField { known: field_names(message) }))?;
        let value = if field.is_list() { expand_list(&field, value, &at)? } else { expand_one(&field, value, &at)? };
        if expanded.insert(field.name().to_owned(), value).is_some() {
            return Err(At::new(at, Problem::GivenTwice));
        }
    }
    Ok(expanded)
}

/// A field by its name in the proto files or its JSON name.
pub(super) fn find_field(message: &MessageDescriptor, key: &str) -> Option<FieldDescriptor> {
    message.get_field_by_name(key).or_else(|| message.get_field_by_json_name(key))
}

/// The short names of an enum's values, e.g. `denunciation`.
pub(super) fn short_names(kind: &EnumDescriptor) -> Vec<String> {
    let prefix = enum_prefix(kind);
    kind.values()
        .filter(|value| value.number() != 0)
        .map(|value| value.name().trim_start_matches(prefix.as_str()).to_lowercase())
        .collect()
}

/// The full name of an enum value given by its short or full name.
pub(super) fn enum_value(kind: &EnumDescriptor, text: &str) -> Result<String, Problem> {
    let wanted = text.trim().to_uppercase().replace(['-', ' '], "_");
    let prefix = enum_prefix(kind);
    let found = kind.values().find(|value| {
        value.number() != 0 && (value.name() == wanted || value.name().strip_prefix(prefix.as_str()) == Some(&wanted))
    });
    let unknown = || Problem::UnknownValue { value: text.to_owned(), known: short_names(kind).join(", ") };
    found.map(|value| value.name().to_owned()).ok_or_else(unknown)
}

/// What all values of the enum begin with: the zero value without its last word.
fn enum_prefix(kind: &EnumDescriptor) -> String {
    kind.default_value().name().trim_end_matches("UNSPECIFIED").to_owned()
}

fn field_names(message: &MessageDescriptor) -> String {
    message.fields().map(|field| field.name().to_owned()).collect::<Vec<_>>().join(", ")
}

fn expand_list(field: &FieldDescriptor, value: Value, at: &str) -> Result<Value, At> {
    let Value::Array(values) = value else { return Err(At::new(at, Problem::WrongType("a list in brackets"))) };
    let expanded = values.into_iter().enumerate().map(|(i, value)| expand_one(field, value, &format!("{at}[{i}]")));
    expanded.collect::<Result<_, _>>().map(Value::Array)
}

fn expand_one(field: &FieldDescriptor, value: Value, at: &str) -> Result<Value, At> {
    let wrong = |what| At::new(at, Problem::WrongType(what));
    match (field.kind(), value) {
        (Kind::Message(message), Value::String(text)) if message.name() == "Position" => expand_point(&text, at),
        (Kind::Message(message), Value::Object(fields)) => expand_fields(&message, fields, at).map(Value::Object),
        (Kind::Message(_), _) => Err(wrong("an object in braces")),
        (Kind::Enum(kind), Value::String(text)) => {
            enum_value(&kind, &text).map(Value::String).map_err(|problem| At::new(at, problem))
        }
        (Kind::Enum(_), _) => Err(wrong("a name in quotes")),
        (Kind::String, Value::String(text)) => Ok(Value::String(text.nfc().collect())),
        (Kind::String, _) => Err(wrong("a text in quotes")),
        (Kind::Bytes, Value::String(text)) => expand_bytes(&text, at),
        (Kind::Bytes, _) => Err(wrong("a digest in hexadecimal or base64")),
        (Kind::Bool, value @ Value::Bool(_)) => Ok(value),
        (Kind::Bool, _) => Err(wrong("true or false")),
        (_, value) => expand_number(field, value, at).and_then(|number| within_range(field, number, at)),
    }
}

/// A number that the type of its field holds.
fn within_range(field: &FieldDescriptor, value: Value, at: &str) -> Result<Value, At> {
    let (least, most) = match field.kind() {
        Kind::Uint32 | Kind::Fixed32 => (0, u64::from(u32::MAX)),
        Kind::Uint64 | Kind::Fixed64 => (0, u64::MAX),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => (i64::from(i32::MIN), i32::MAX as u64),
        _ => (i64::MIN, i64::MAX as u64),
    };
    // A time comes as digits in quotes, and none of these is out of range.
    let Value::Number(number) = &value else { return Ok(value) };
    let fits = match (number.as_i64(), number.as_u64()) {
        (_, Some(number)) => number <= most,
        (number, None) => number.is_some_and(|number| least <= number),
    };
    let out_of_range = || At::new(at, Problem::OutOfRange { given: number.to_string(), least, most });
    if fits { Ok(value) } else { Err(out_of_range()) }
}

fn expand_point(text: &str, at: &str) -> Result<Value, At> {
    let typed = place::point_as_typed(text).ok_or_else(|| At::new(at, Problem::NotAPoint { text: text.to_owned() }))?;
    Ok(json!({"latitude": typed.position.latitude(), "longitude": typed.position.longitude()}))
}

/// Integers: as they are, as digits in quotes, `"500 m"` for a field of metres,
/// a time of day for a field of microseconds.
fn expand_number(field: &FieldDescriptor, value: Value, at: &str) -> Result<Value, At> {
    let text = match value {
        Value::Number(number) if number.is_i64() || number.is_u64() => return Ok(Value::Number(number)),
        Value::String(text) => text,
        _ => return Err(At::new(at, Problem::WrongType("a whole number"))),
    };
    let unit = quantity::Unit::of_field(field.name());
    let value = match (unit, text.parse::<i64>()) {
        (_, Ok(number)) => Some(json!(number)),
        (Some(unit), Err(_)) => unit.whole(&text).map(|number| json!(number)),
        (None, Err(_)) if field.name().ends_with("_since") => microseconds(&text),
        (None, Err(_)) => return Err(At::new(at, Problem::WrongType("a whole number"))),
    };
    let (unit, example) = unit.map_or(("microseconds", "2026-06-19T12:00:00Z"), |unit| (unit.name, unit.example));
    value.ok_or_else(|| At::new(at, Problem::NotAQuantity { text, unit, example }))
}

fn microseconds(text: &str) -> Option<Value> {
    let time: Timestamp = text.parse().ok()?;
    u64::try_from(time.as_microsecond()).ok().map(|time| json!(time.to_string()))
}

/// Bytes: 64 hexadecimal digits, a public key in PEM, or base64 as in the mapping.
fn expand_bytes(text: &str, at: &str) -> Result<Value, At> {
    let unreadable = || At::new(at, Problem::NotBytes(text.chars().take(40).collect()));
    if text.len() == 64
        && let Ok(bytes) = hex::decode(text)
    {
        return Ok(BASE64_STANDARD.encode(bytes).into());
    }
    if text.trim_start().starts_with("-----BEGIN PUBLIC KEY-----") {
        let body: String = text.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
        let der = BASE64_STANDARD.decode(body).map_err(|_| unreadable())?;
        let key = PublicKey::from_spki(&der).map_err(|_| unreadable())?;
        return Ok(BASE64_STANDARD.encode(key.to_spki()).into());
    }
    BASE64_STANDARD.decode(text).map(|bytes| BASE64_STANDARD.encode(bytes).into()).map_err(|_| unreadable())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::descriptor;

    fn expanded(message: &str, fields: Value) -> Result<Value, (String, String)> {
        let Value::Object(fields) = fields else { panic!("an object") };
        expand_fields(&descriptor(message), fields, "body")
            .map(Value::Object)
            .map_err(|at| (at.field, at.problem.to_string()))
    }

    #[test]
    fn a_number_that_its_field_does_not_hold_is_told_with_the_range() {
        for (given, least) in [(json!(-3), "-3"), (json!("-3"), "-3"), (json!(5_000_000_000_u64), "5000000000")] {
            let (field, problem) = expanded("Votes", json!({"in_favour": given})).expect_err("out of range");
            assert_eq!(field, "body.in_favour");
            assert_eq!(problem, format!("it takes a whole number from 0 to 4294967295; {least} is not"));
        }
        assert_eq!(expanded("Votes", json!({"against": 4_294_967_295_u64})), Ok(json!({"against": 4_294_967_295_u64})));
        let point = json!({"latitude": -2_147_483_648_i64, "longitude": 2_147_483_648_i64});
        assert_eq!(expanded("Position", point).expect_err("longitude").0, "body.longitude");
    }

    #[test]
    fn an_enum_is_named_shortly_or_in_full() {
        for text in ["denunciation", "WITHDRAWAL_STYLE_DENUNCIATION"] {
            let read = expanded("WithdrawalNotified", json!({"styled": text})).expect("expanded");
            assert_eq!(read, json!({"styled": "WITHDRAWAL_STYLE_DENUNCIATION"}));
        }
        let read = expanded("DomesticStepTaken", json!({"step": "head of state"})).expect("expanded");
        assert_eq!(read["step"], "DOMESTIC_STEP_HEAD_OF_STATE");
    }

    #[test]
    fn an_unknown_value_is_told_the_known_ones() {
        let (field, problem) = expanded("WithdrawalNotified", json!({"styled": "exit"})).expect_err("unknown");
        assert_eq!(field, "body.styled");
        assert_eq!(problem, "\"exit\" is none of: withdrawal, denunciation");
    }

    #[test]
    fn an_unknown_field_is_told_the_known_ones() {
        let (field, problem) = expanded("Votes", json!({"in_favor": 3})).expect_err("unknown");
        assert_eq!(field, "body.in_favor");
        assert_eq!(problem, "no such field; there are: in_favour, against, abstained, not_voting");
    }

    #[test]
    fn a_point_and_a_radius_may_be_typed_as_people_write_them() {
        let read = expanded("DangerArea", json!({"circle": {"centre": "-49.5, -123.25", "radius_m": "1.5 km"}}));
        let centre = json!({"latitude": -495_000_000, "longitude": -1_232_500_000});
        assert_eq!(read, Ok(json!({"circle": {"centre": centre, "radius_m": 1500}})));
        let (field, _) = expanded("DangerArea", json!({"circle": {"radius_m": "2 miles"}})).expect_err("no unit");
        assert_eq!(field, "body.circle.radius_m");
        let (field, _) = expanded("DangerArea", json!({"polygon": {"ring": ["49.5, -123", "x"]}})).expect_err("point");
        assert_eq!(field, "body.polygon.ring[1]");
    }

    #[test]
    fn a_digest_may_be_hexadecimal_and_a_key_pem() {
        let read = expanded("KeyEnded", json!({"key_id": "00".repeat(32)})).expect("expanded");
        assert_eq!(read["key_id"], BASE64_STANDARD.encode([0; 32]));
        let key = crate::crypto::SigningKey::from_seed(&[7; 32]);
        let read = expanded("KeyEnrolled", json!({"public_key": key.public().to_pem()})).expect("expanded");
        assert_eq!(read["public_key"], BASE64_STANDARD.encode(key.public().to_spki()));
        assert!(expanded("KeyEnded", json!({"key_id": "not bytes!"})).is_err());
    }

    #[test]
    fn a_time_becomes_microseconds_and_a_text_is_normalised() {
        let read = expanded("KeyEnded", json!({"compromised_since": "1970-01-01T00:00:01Z", "reason": "e\u{301}"}));
        assert_eq!(read, Ok(json!({"compromised_since": "1000000", "reason": "\u{e9}"})));
    }

    #[test]
    fn a_value_of_the_wrong_type_names_its_field() {
        for (value, wanted) in [
            (json!({"months": "soon"}), "body.months"),
            (json!({"months": 1.5}), "body.months"),
            (json!({"article": 17}), "body.article"),
        ] {
            assert_eq!(expanded("EntryIntoForceClause", value).expect_err("wrong type").0, wanted);
        }
        assert_eq!(expanded("Clauses", json!({"depositaries": "UN"})).expect_err("list").0, "body.depositaries");
    }
}
