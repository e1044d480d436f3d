//! A secret by which a ledger knows the files that it wrote itself.

use super::{SigningKey, sha256, sha256_parts};

/// Derived from a signing key for one purpose, so that the key itself signs
/// nothing else. Whoever has not got the key can neither make nor change what is
/// sealed.
#[derive(Clone)]
pub struct Seal([u8; 32]);

impl Seal {
    /// The secret of this key for a purpose.
    pub fn of(key: &SigningKey, purpose: &str) -> Self {
        Self(sha256_parts(&[b"merestone seal v1\n", purpose.as_bytes(), b"\n", &key.seed()]))
    }

    /// No secret, only a checksum: for scratch files that live no longer than the
    /// program that writes them.
    pub fn none() -> Self {
        Self([0; 32])
    }

    /// The seal of these bytes. Secret and digest have fixed lengths, so SHA-256
    /// over both is not open to an extension.
    pub fn over(&self, bytes: &[u8]) -> [u8; 32] {
        sha256_parts(&[&self.0, &sha256(bytes)])
    }
}

impl std::fmt::Debug for Seal {
    /// Never the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_of_one_key_one_purpose_and_these_bytes() {
        let seal = |seed: u8, purpose, bytes| Seal::of(&SigningKey::from_seed(&[seed; 32]), purpose).over(bytes);
        assert_eq!(seal(1, "a", b"bytes"), seal(1, "a", b"bytes"));
        for other in
            [seal(2, "a", b"bytes"), seal(1, "b", b"bytes"), seal(1, "a", b"other"), Seal::none().over(b"bytes")]
        {
            assert_ne!(seal(1, "a", b"bytes"), other);
        }
    }
}
