//! The protobuf JSON mapping of every message of the contract, both ways.
//!
//! Promises: what [`from_json`] returns is canonical on the wire; an error names
//! the field, and is told in part where it is long. Field names are written as in the proto files and read in either
//! form; messages are named without their package: `Event`. Whether the values are
//! well formed is for `parse_submitted` to say.

use prost::{Message, bytes::Bytes};
use prost_reflect::{DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, SerializeOptions};
use serde_json::{Map, Value, json};

use super::{Malformed, MalformedRule, Submitted, canonical, cut_short, descriptor, malformed::Parsed, proto};
use crate::limits::CHANGE_VALUE_CHARS;

/// JSON that is not of the mapping: for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}{}{message}", if field.is_empty() { "" } else { ": " })]
pub struct InvalidJson {
    /// Where: `documents[1].sha256`; empty for the whole.
    pub field: String,
    /// One sentence that says what is wrong.
    pub message: String,
}

/// A message's bytes as JSON, without defaults.
pub fn to_json(message: &str, bytes: &[u8]) -> Result<Value, Malformed> {
    let decoded = DynamicMessage::decode(descriptor(message), bytes).map_err(|error| {
        Malformed::new(MalformedRule::MessageMustDecode, "", format!("send the bytes of a {message}: {error}"))
    })?;
    Ok(written(&decoded))
}

fn written(message: &DynamicMessage) -> Value {
    let options = SerializeOptions::new().use_proto_field_name(true);
    let value = message.serialize_with_options(serde_json::value::Serializer, &options);
    value.unwrap_or_else(|error| json!({ "unprintable": error.to_string() }))
}

/// The canonical bytes of a message from its JSON; an unknown field or enum name
/// is an error.
pub fn from_json(message: &str, json: &Value) -> Result<Vec<u8>, InvalidJson> {
    let descriptor = descriptor(message);
    match read(&descriptor, json) {
        Ok(message) => Ok(message.encode_to_vec()),
        Err(error) => {
            let InvalidJson { field, message } =
                locate(&descriptor, json).unwrap_or(InvalidJson { field: String::new(), message: error });
            let told = |text: &str| cut_short(text, CHANGE_VALUE_CHARS);
            Err(InvalidJson { field: told(&field), message: told(&message) })
        }
    }
}

fn read(descriptor: &MessageDescriptor, json: &Value) -> Result<DynamicMessage, String> {
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    DynamicMessage::deserialize_with_options(descriptor.clone(), json, &options).map_err(|error| error.to_string())
}

/// Finds the innermost field that alone cannot be read.
fn locate(descriptor: &MessageDescriptor, json: &Value) -> Option<InvalidJson> {
    json.as_object()?.iter().find_map(|(name, value)| {
        let message = read(descriptor, &alone(name, value.clone())).err()?;
        let inner = field_named(descriptor, name).and_then(|field| locate_in(descriptor, &field, name, value));
        Some(inner.unwrap_or(InvalidJson { field: name.clone(), message }))
    })
}

/// Looks into a field's message, or into the items of its list.
fn locate_in(
    descriptor: &MessageDescriptor,
    field: &FieldDescriptor,
    name: &str,
    value: &Value,
) -> Option<InvalidJson> {
    let Some(items) = value.as_array().filter(|_| field.is_list()) else {
        let inner = locate(&own_message(field)?, value)?;
        return Some(InvalidJson { field: format!("{name}.{}", inner.field), ..inner });
    };
    items.iter().enumerate().find_map(|(at, item)| {
        let message = read(descriptor, &alone(name, Value::Array(vec![item.clone()]))).err()?;
        let inner = own_message(field).and_then(|message| locate(&message, item));
        Some(match inner {
            Some(inner) => InvalidJson { field: format!("{name}[{at}].{}", inner.field), ..inner },
            None => InvalidJson { field: format!("{name}[{at}]"), message },
        })
    })
}

fn alone(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

fn field_named(descriptor: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    descriptor.get_field_by_name(name).or_else(|| descriptor.get_field_by_json_name(name))
}

/// The message type of a field, unless it has a mapping of its own.
fn own_message(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    match field.kind() {
        Kind::Message(message) if message.package_name() == super::PACKAGE => Some(message),
        _ => None,
    }
}

/// A submission and its events in a form to read before signing, from the very
/// bytes that are signed.
pub fn readable(submission: &[u8], events: &[Bytes]) -> Result<String, Malformed> {
    let events = events.iter().map(|event| to_json("Event", event)).collect::<Parsed<Vec<_>>>()?;
    let whole = json!({ "submission": to_json("Submission", submission)?, "events": events });
    Ok(pretty(&whole))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a JSON value always prints")
}

impl Submitted {
    /// What was, or would be, signed, in a form to read: the submission with its
    /// events, or the later sign-offs.
    pub fn readable(&self) -> String {
        let envelope: proto::Envelope =
            canonical::decode("Envelope", &self.envelope_bytes).expect("these bytes were parsed before");
        let read = "these bytes were parsed before";
        if !envelope.submission.is_empty() {
            return readable(&envelope.submission, &self.event_bytes).expect(read);
        }
        let statement = |sign_off: &proto::SignedSignOff| to_json("SignOff", &sign_off.statement);
        let sign_offs = envelope.sign_offs.iter().map(statement).collect::<Parsed<Vec<_>>>().expect(read);
        pretty(&json!({ "sign_offs": sign_offs }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = "Event";

    fn where_wrong(json: Value) -> String {
        from_json(EVENT, &json).expect_err("wrong").field
    }

    #[test]
    fn an_error_names_the_field() {
        assert_eq!(where_wrong(json!({ "act": 7 })), "act");
        assert_eq!(where_wrong(json!({ "colour": "red" })), "colour");
        assert_eq!(where_wrong(json!({ "source": { "class": "GOSSIP" } })), "source.class");
        assert_eq!(where_wrong(json!({ "documents": [{ "size": "1" }, { "size": -1 }] })), "documents[1].size");
        assert_eq!(where_wrong(json!({ "based_on": ["a", 5] })), "based_on[1]");
        assert_eq!(
            where_wrong(json!({ "treatyRegistered": { "clauses": { "signatur": {} } } })),
            "treatyRegistered.clauses.signatur"
        );
        assert_eq!(where_wrong(json!([])), "");
    }

    #[test]
    fn an_error_does_not_repeat_a_word_that_no_field_can_have() {
        let endless = "x".repeat(60_000);
        for json in [json!({ endless.clone(): 1 }), json!({ "act": 7, "source": { "class": endless } })] {
            let told = from_json(EVENT, &json).expect_err("wrong").to_string();
            assert!(told.chars().count() < 300, "{} characters", told.chars().count());
        }
        let nested = json!({ "source": { endless: 1 } });
        let told = from_json(EVENT, &nested).expect_err("wrong");
        assert!(told.field.starts_with("source.xxx") && told.field.ends_with('\u{2026}'), "{told}");
        assert!(told.to_string().chars().count() < 300);
    }

    /// Something that is not the default of the field.
    fn some(field: &FieldDescriptor) -> prost_reflect::Value {
        use prost_reflect::Value;
        let one = match field.kind() {
            Kind::String => Value::String("a".into()),
            Kind::Bytes => Value::Bytes(Bytes::from_static(b"a")),
            Kind::Bool => Value::Bool(true),
            Kind::Message(message) => Value::Message(DynamicMessage::new(message)),
            Kind::Enum(_) => Value::EnumNumber(1),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(1),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(1),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(1),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(1),
            Kind::Float | Kind::Double => panic!("the contract has no floats"),
        };
        if field.is_list() { Value::List(vec![one]) } else { one }
    }

    #[test]
    fn fields_stand_in_the_order_of_the_contract() {
        let all = descriptor(EVENT).parent_pool().clone();
        let messages: Vec<_> = all.all_messages().filter(|it| it.package_name() == super::super::PACKAGE).collect();
        assert!(messages.len() > 100, "{}", messages.len());
        for message in messages {
            let mut fields: Vec<_> = message.fields().filter(|field| field.containing_oneof().is_none()).collect();
            fields.sort_by_key(FieldDescriptor::number);
            let mut filled = DynamicMessage::new(message.clone());
            for field in fields.iter().rev() {
                filled.set_field(field, some(field));
            }
            let json = written(&filled);
            let told: Vec<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
            let numbered: Vec<&str> = fields.iter().map(FieldDescriptor::name).collect();
            assert_eq!(told, numbered, "{}", message.full_name());
        }
    }

    #[test]
    fn both_spellings_of_a_field_name_give_the_same_bytes() {
        let snake = json!({ "record_opened": { "other_ids": ["A"] } });
        let camel = json!({ "recordOpened": { "otherIds": ["A"] } });
        assert_eq!(from_json(EVENT, &snake), from_json(EVENT, &camel));
        assert_eq!(to_json(EVENT, &from_json(EVENT, &camel).expect("valid")).expect("decodes"), snake);
    }

    #[test]
    fn a_default_value_in_json_is_absent_on_the_wire() {
        let json = json!({ "act": "", "parts": [], "source": { "transcribed": false, "class": 0 }, "occurred": null });
        assert_eq!(from_json(EVENT, &json).expect("valid"), [0x3a, 0], "only the empty source");
    }
}
