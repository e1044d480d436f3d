//! SHA-256 and the digest types.

use sha2::{Digest, Sha256};

/// Declares a 32-byte digest type, shown in lower-case hexadecimal.
macro_rules! digest {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// Takes exactly 32 bytes.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> { bytes.try_into().ok().map(Self) }
            /// The 32 bytes.
            pub fn as_bytes(&self) -> &[u8; 32] { &self.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(&hex::encode(self.0)) }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), hex::encode(self.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::crypto::InvalidDigest;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| $crate::crypto::InvalidDigest($what))?;
                Ok(Self(bytes))
            }
        }
    };
}
pub(crate) use digest;

/// What is wrong with a digest that somebody typed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {0} has 64 hexadecimal digits")]
pub struct InvalidDigest(pub &'static str);

digest! {
    /// SHA-256 of a public key's SubjectPublicKeyInfo (DER).
    KeyId, "key id"
}

/// SHA-256 (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 over several pieces as if they were one.
pub fn sha256_parts(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}
