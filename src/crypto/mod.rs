//! Digests, keys and signatures over well-kept crates.
//!
//! Promises: a [`PublicKey`] is canonical and torsion-free; [`PublicKey::verify`]
//! is strict (canonical S, small-order R refused, byte-equal R), which is what
//! OpenSSL accepts too. Batch verification is nowhere: it decides nothing.
//! Leaves to others: who holds a key (`policy`), what the bytes mean (`wire`).

mod digest;
mod key;
mod payload;
mod seal;

pub(crate) use digest::digest;
pub use digest::{InvalidDigest, KeyId, sha256, sha256_parts};
pub use key::{InvalidPublicKey, KeyFileError, PublicKey, Signature, SignatureInvalid, SigningKey};
pub use payload::{PayloadType, pre_authentication_encoding};
pub use seal::Seal;
