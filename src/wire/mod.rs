//! Protobuf to domain and back; the canonical form.
//!
//! Promises: what [`parse_submitted`] returns is canonical, complete and within the
//! limits, and carries the received bytes unchanged (I3). The generated types
//! stay in `wire`, `server` and `client`.
//! Leaves to others: signatures ([`crate::policy`] says with which keys), decisions.

/// The generated messages and services of `proto/merestone/v1`.
#[allow(missing_docs, clippy::all, clippy::pedantic, rustdoc::all)]
pub mod proto {
    tonic::include_proto!("merestone.v1");

    /// The compiled descriptors of all files, for reflection and JSON.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
}

pub mod dynamic;
