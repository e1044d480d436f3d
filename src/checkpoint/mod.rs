//! Leaves, signed checkpoints and receipts: what an outsider verifies.
//!
//! Promises: a [`CheckpointVerifier`] takes only a C2SP tlog-checkpoint of its
//! origin with a strict Ed25519 signature of its key; [`Receipt::verify`] checks
//! everything from the envelope's digest to that signature.
//! Leaves to others: that the digest is that of an envelope one holds; that a
//! newer checkpoint continues an older one (`merkle::verify_consistency`).

mod leaf;
mod note;
mod receipt;

pub use leaf::{LEAF_BYTES, leaf_data, leaf_hash, parse_leaf_data};
pub use note::{CheckpointInvalid, CheckpointSigner, CheckpointVerifier, InvalidOrigin, stated_head};
pub use receipt::{MalformedProof, Receipt, ReceiptInvalid};
