//! Protobuf to domain and back; the canonical form.
//!
//! Promises: what [`parse_submitted`] returns is canonical, complete and within the
//! limits, and carries the received bytes unchanged (I3). The generated types
//! stay in `wire`, `server` and `client`.
//! Leaves to others: signatures ([`crate::policy`] says with which keys), decisions.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MessageDescriptor};

mod acts;
mod apart;
mod canonical;
mod clauses;
mod encode;
mod envelope;
mod event;
mod fields;
mod json;
mod land;
mod lines;
mod malformed;
mod minefield;
mod notices;
mod parts;
mod registry;
mod shared;
mod times;
mod told;
mod treaty;
mod within;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use apart::{cut_apart, cut_short};
pub use encode::{
    SignedStatement, encode_draft, encode_envelope, encode_event, encode_later_sign_offs, encode_part_content,
    encode_sign_off, encode_submission, possession_bytes,
};
pub use envelope::{EventsAt, SignedBytes, Submitted, parse_draft, parse_submitted, read_entry, read_events_at};
pub use json::{InvalidJson, from_json, readable, to_json};
pub use lines::{Line, lines};
pub use malformed::{Malformed, MalformedRule};

pub(crate) use event::{body_of, encode_body as body_message, encode_not_stated as not_stated_message};
pub use parts::parse_part_content;
pub(crate) use parts::{encode_content as part_content_message, stated_outlines};
pub use times::{recording_time, timestamp};
pub use told::{SaidField, differing_fields, votes_in_words};
pub use within::{told_in_part, within};

/// The generated messages and services of `proto/merestone/v1`.
#[allow(missing_docs, clippy::all, clippy::pedantic, rustdoc::all)]
pub mod proto {
    tonic::include_proto!("merestone.v1");

    /// The compiled descriptors of all files, for reflection and JSON.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
}

/// The package of every message of the contract.
const PACKAGE: &str = "merestone.v1";

/// The contract as data, for reflection, JSON and explanations.
pub fn descriptors() -> &'static DescriptorPool {
    static POOL: LazyLock<DescriptorPool> =
        LazyLock::new(|| DescriptorPool::decode(proto::DESCRIPTORS).expect("the build compiled these descriptors"));
    &POOL
}

/// The descriptor of a message of the contract, by its short name.
///
/// # Panics
/// When the contract has no such message: names are literals of this program.
pub fn descriptor(message: &str) -> MessageDescriptor {
    let found = descriptors().get_message_by_name(&format!("{PACKAGE}.{message}"));
    found.expect("the contract declares every message that this program names")
}
