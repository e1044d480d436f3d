//! Messages without their generated types: from protobuf JSON to canonical
//! bytes and back, through the compiled descriptors.
//!
//! Promises: what [`encode`] returns has ascending fields, shortest varints,
//! packed scalars and no defaults; an unknown field or enum name is an error.
//! Leaves to others: shorthands (`authoring`), limits and required fields.

use prost_reflect::{DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions, prost::Message};
use serde_json::Value;

/// The descriptor of a message of the package, by its short name.
///
/// # Panics
/// When the package has no such message: names are literals of this program.
pub fn descriptor(message: &str) -> MessageDescriptor {
    super::descriptors().get_message_by_name(&format!("merestone.v1.{message}")).expect("a message of this package")
}

/// Canonical bytes of a message given in the protobuf JSON mapping.
pub fn encode(message: &str, json: &Value) -> Result<Vec<u8>, serde_json::Error> {
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    DynamicMessage::deserialize_with_options(descriptor(message), json, &options).map(|read| read.encode_to_vec())
}

/// A message's bytes in the protobuf JSON mapping, with the field names of the
/// proto files and without defaults.
pub fn decode(message: &str, bytes: &[u8]) -> Result<Value, prost::DecodeError> {
    let options = SerializeOptions::new().use_proto_field_name(true);
    let read = DynamicMessage::decode(descriptor(message), bytes)?;
    let json = read.serialize_with_options(serde_json::value::Serializer, &options);
    Ok(json.expect("a decoded message has a JSON form"))
}
