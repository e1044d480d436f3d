//! The canonical form: one encoding for one value.
//!
//! Promises: [`decode`] accepts exactly the bytes that the encoder writes for the
//! decoded message. On the way that every submission goes this is one decoding,
//! one encoding and one comparison; only when they differ does [`explain`] walk
//! the bytes along the descriptors to name the field and the rule.

use prost::{Message, bytes::Bytes};
use prost_reflect::{Cardinality, FieldDescriptor, Kind, MessageDescriptor};

use super::{
    Malformed, MalformedRule,
    malformed::{Parsed, malformed},
};
use crate::limits::MESSAGE_DEPTH;

/// Decodes a message, canonical or not at all. `name` is its name in
/// `merestone.v1`.
pub(super) fn decode<M: Message + Default>(name: &str, bytes: &Bytes) -> Parsed<M> {
    match M::decode(bytes.clone()) {
        Ok(message) if is_encoding_of(&message, bytes) => Ok(message),
        _ => Err(explain(name, bytes)),
    }
}

fn is_encoding_of<M: Message>(message: &M, bytes: &[u8]) -> bool {
    message.encode_to_vec() == bytes
}

/// Names the first field whose bytes are not canonical.
fn explain(name: &str, bytes: &[u8]) -> Malformed {
    let message = super::descriptor(name);
    let not_canonical = || Malformed::new(MalformedRule::FieldMustBeCanonical, "", "encode it as docs/format.md says");
    walk(&message, bytes, MESSAGE_DEPTH).err().unwrap_or_else(not_canonical)
}

/// The wire types of protobuf that the contract uses; groups are not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wire {
    Varint,
    Fixed64,
    Delimited,
    Fixed32,
}

impl Wire {
    fn of_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(Self::Varint),
            1 => Some(Self::Fixed64),
            2 => Some(Self::Delimited),
            5 => Some(Self::Fixed32),
            _ => None,
        }
    }

    fn of_kind(kind: &Kind) -> Self {
        match kind {
            Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => Self::Fixed64,
            Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => Self::Fixed32,
            Kind::String | Kind::Bytes | Kind::Message(_) => Self::Delimited,
            Kind::Int32
            | Kind::Int64
            | Kind::Uint32
            | Kind::Uint64
            | Kind::Sint32
            | Kind::Sint64
            | Kind::Bool
            | Kind::Enum(_) => Self::Varint,
        }
    }
}

/// Checks a message field by field, and those in it down to `depth`; the error's
/// path is relative to it. The bytes come from anybody: without an end to the depth
/// they would decide how much of the stack is taken.
fn walk(message: &MessageDescriptor, mut bytes: &[u8], depth: usize) -> Parsed<()> {
    let mut before: Option<FieldDescriptor> = None;
    let mut repeats = 0;
    while !bytes.is_empty() {
        let (field, wire) = take_tag(message, &mut bytes)?;
        repeats = if before.as_ref() == Some(&field) { repeats + 1 } else { 0 };
        let path = if occurs_often(&field) { format!("{}[{repeats}]", field.name()) } else { field.name().to_owned() };
        follows(before.as_ref(), &field, &path)?;
        walk_field(&field, wire, &mut bytes, depth).map_err(|error| error.under(&path))?;
        before = Some(field);
    }
    Ok(())
}

/// Reads number and wire type of the next field.
fn take_tag(message: &MessageDescriptor, bytes: &mut &[u8]) -> Parsed<(FieldDescriptor, Wire)> {
    let tag = take_varint(bytes)?;
    let number = u32::try_from(tag >> 3).ok().filter(|number| (1..1 << 29).contains(number));
    let Some((number, wire)) = number.zip(Wire::of_number(tag & 7)) else {
        return undecodable("its bytes hold a tag that is none; encode the message again");
    };
    match message.get_field(number) {
        Some(field) => Ok((field, wire)),
        None => malformed(
            MalformedRule::FieldMustBeKnown,
            "",
            format!(
                "field number {number} of {} is not in this ledger's contract; leave it out or update the proto files",
                message.name()
            ),
        ),
    }
}

/// Checks that a field may stand after the one before.
fn follows(before: Option<&FieldDescriptor>, field: &FieldDescriptor, path: &str) -> Parsed<()> {
    let Some(before) = before else { return Ok(()) };
    let not = |message| malformed(MalformedRule::FieldMustBeCanonical, path, message);
    if field.number() < before.number() {
        return not("write fields in ascending number".to_owned());
    }
    if field == before && !occurs_often(field) {
        return not("write a singular field, or a packed list, once".to_owned());
    }
    match field.containing_oneof().filter(|oneof| before.containing_oneof().as_ref() == Some(oneof) && field != before)
    {
        Some(oneof) => not(format!("set one field of {}, not {} and {}", oneof.name(), before.name(), field.name())),
        None => Ok(()),
    }
}

/// Whether the field number stands once for every item of a list.
fn occurs_often(field: &FieldDescriptor) -> bool {
    field.is_list() && !field.is_packed()
}

/// Checks the value of one field and moves behind it.
fn walk_field(field: &FieldDescriptor, wire: Wire, bytes: &mut &[u8], depth: usize) -> Parsed<()> {
    let kind = field.kind();
    let expected = if field.is_packed() { Wire::Delimited } else { Wire::of_kind(&kind) };
    if wire != expected {
        return if field.is_packed() && wire == Wire::of_kind(&kind) {
            malformed(MalformedRule::FieldMustBeCanonical, "", "write a list of numbers packed")
        } else {
            undecodable("its wire type is not the one of its type; generate the code from the proto files again")
        };
    }
    match wire {
        Wire::Varint => {
            let value = take_varint(bytes)?;
            in_range(&kind, value)?;
            if value == 0 && field.cardinality() != Cardinality::Repeated { absent() } else { Ok(()) }
        }
        Wire::Fixed64 => take(bytes, 8).map(|_| ()),
        Wire::Fixed32 => take(bytes, 4).map(|_| ()),
        Wire::Delimited => {
            let length = take_varint(bytes)?;
            let content = take(bytes, usize::try_from(length).unwrap_or(usize::MAX))?;
            walk_content(field, &kind, content, depth)
        }
    }
}

/// Checks the content of a length-delimited field.
fn walk_content(field: &FieldDescriptor, kind: &Kind, content: &[u8], depth: usize) -> Parsed<()> {
    if let Kind::Message(message) = kind {
        return match depth.checked_sub(1) {
            Some(depth) => walk(message, content, depth),
            None => undecodable("its messages stand too deep in one another; no kind needs that"),
        };
    }
    if content.is_empty() && (field.is_packed() || !field.is_list()) {
        return absent();
    }
    if field.is_packed() {
        return walk_packed(kind, content);
    }
    match std::str::from_utf8(content) {
        Err(_) if matches!(kind, Kind::String) => {
            malformed(MalformedRule::TextMustBeUtf8, "", "write the text in UTF-8")
        }
        _ => Ok(()),
    }
}

fn walk_packed(kind: &Kind, mut content: &[u8]) -> Parsed<()> {
    let mut at = 0;
    while !content.is_empty() {
        take_varint(&mut content)
            .and_then(|value| in_range(kind, value))
            .map_err(|error| error.under(&format!("[{at}]")))?;
        at += 1;
    }
    Ok(())
}

/// Checks that a varint is a value of its type.
fn in_range(kind: &Kind, value: u64) -> Parsed<()> {
    let fits = match kind {
        Kind::Bool => value <= 1,
        Kind::Uint32 | Kind::Sint32 => u32::try_from(value).is_ok(),
        Kind::Enum(numbers) => {
            let known = i32::try_from(value).is_ok_and(|number| numbers.get_value(number).is_some());
            let message = || format!("number {value} of {} is not in this ledger's contract", numbers.name());
            return if known { Ok(()) } else { malformed(MalformedRule::EnumNumberMustBeKnown, "", message()) };
        }
        _ => true,
    };
    if fits { Ok(()) } else { malformed(MalformedRule::NumberMustBeInRange, "", "write a number that fits its type") }
}

fn absent() -> Parsed<()> {
    malformed(MalformedRule::FieldMustBeCanonical, "", "leave out a field that has its default value")
}

fn undecodable<T>(message: &str) -> Parsed<T> {
    malformed(MalformedRule::MessageMustDecode, "", message)
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Parsed<&'a [u8]> {
    match bytes.split_at_checked(length) {
        Some((taken, rest)) => {
            *bytes = rest;
            Ok(taken)
        }
        None => undecodable("its bytes end before it is complete; send all of them"),
    }
}

/// Reads a varint of at most 64 bits, shortest or not at all.
fn take_varint(bytes: &mut &[u8]) -> Parsed<u64> {
    let mut value = 0_u64;
    for at in 0..10 {
        let byte = take(bytes, 1)?[0];
        let low = u64::from(byte & 0x7f);
        if at == 9 && low > 1 {
            break;
        }
        value |= low << (7 * at);
        if byte & 0x80 == 0 {
            let shortest = byte != 0 || at == 0;
            return if shortest {
                Ok(value)
            } else {
                malformed(MalformedRule::FieldMustBeCanonical, "", "write the shortest varint")
            };
        }
    }
    undecodable("its bytes hold a number of more than 64 bits; encode the message again")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::{descriptor, encode_event, proto, testing};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn the_walk_explains_whatever_is_not_canonical(
            event in testing::event(),
            at in any::<prop::sample::Index>(),
            flips in any::<[u8; 2]>(),
        ) {
            let mut bytes = encode_event(&event);
            let event = descriptor("Event");
            prop_assert!(walk(&event, &bytes, MESSAGE_DEPTH).is_ok());
            let at = at.index(bytes.len());
            bytes[at] ^= flips[0];
            let next = (at + 1) % bytes.len();
            bytes[next] ^= flips[1];
            let canonical = proto::Event::decode(&bytes[..]).is_ok_and(|event| is_encoding_of(&event, &bytes));
            if let Err(error) = walk(&event, &bytes, MESSAGE_DEPTH) {
                prop_assert!(!canonical || error.rule == MalformedRule::EnumNumberMustBeKnown, "{error}");
            } else {
                prop_assert!(canonical);
            }
        }
    }

    #[test]
    fn a_correction_of_a_correction_without_end_takes_no_stack() {
        let delimited = |tag: &[u8], content: Vec<u8>| {
            let mut bytes = tag.to_vec();
            prost::encoding::encode_varint(content.len() as u64, &mut bytes);
            [bytes, content].concat()
        };
        let mut event = Vec::new();
        while event.len() < crate::limits::EVENT_BYTES - 16 {
            // event_corrected = 40, restated = 3: appended from the inside out.
            event = delimited(&[0xc2, 0x02], delimited(&[0x1a], event));
        }
        let refused = decode::<proto::Event>("Event", &event.into()).expect_err("too deep");
        assert_eq!(refused.rule, MalformedRule::MessageMustDecode, "{refused}");
    }
}
