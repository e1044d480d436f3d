//! Ed25519 keys: strict verification, PKCS#8 PEM files that openssl reads.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use ed25519_dalek::{
    Signer, VerifyingKey,
    pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, spki::der::pem::LineEnding},
};

use super::{KeyId, PayloadType, pre_authentication_encoding, sha256};

/// An Ed25519 signature, 64 bytes (RFC 8032).
pub type Signature = [u8; 64];

/// An Ed25519 public key in canonical encoding and without a torsion component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    id: KeyId,
    /// Boxed: its 190 bytes would make every body of an event as large.
    point: Box<VerifyingKey>,
}

/// Why a public key cannot be enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPublicKey {
    #[error("it is not the SubjectPublicKeyInfo (DER) of an Ed25519 key (RFC 8410)")]
    NotEd25519,
    #[error("its encoding is not canonical (RFC 8032, section 5.1.3)")]
    NotCanonical,
    #[error("it has a small-order component: signatures under it could fit several messages")]
    Torsion,
}

/// A signature that is not valid under the key, strictly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature is not valid for these bytes and this key")]
pub struct SignatureInvalid;

impl PublicKey {
    /// From the 32 bytes of RFC 8032, checked.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, InvalidPublicKey> {
        let point = VerifyingKey::from_bytes(bytes).map_err(|_| InvalidPublicKey::NotCanonical)?;
        Self::from_point(point)
    }

    /// From a SubjectPublicKeyInfo (DER), checked; the DER must be the canonical one.
    pub fn from_spki(der: &[u8]) -> Result<Self, InvalidPublicKey> {
        let point = VerifyingKey::from_public_key_der(der).map_err(|_| InvalidPublicKey::NotEd25519)?;
        let key = Self::from_point(point)?;
        if key.to_spki() == der { Ok(key) } else { Err(InvalidPublicKey::NotCanonical) }
    }

    fn from_point(point: VerifyingKey) -> Result<Self, InvalidPublicKey> {
        let edwards = point.to_edwards();
        if edwards.compress().as_bytes() != point.as_bytes() {
            return Err(InvalidPublicKey::NotCanonical);
        }
        if point.is_weak() || !edwards.is_torsion_free() {
            return Err(InvalidPublicKey::Torsion);
        }
        let spki = point.to_public_key_der().map_err(|_| InvalidPublicKey::NotEd25519)?;
        Ok(Self { id: KeyId(sha256(spki.as_bytes())), point: Box::new(point) })
    }

    /// SHA-256 of the SubjectPublicKeyInfo.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The 32 bytes of RFC 8032.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.point.as_bytes()
    }

    /// The SubjectPublicKeyInfo (DER), 44 bytes (RFC 8410).
    pub fn to_spki(&self) -> Vec<u8> {
        self.point.to_public_key_der().expect("an Ed25519 key always encodes").into_vec()
    }

    /// The public key as a PEM text.
    pub fn to_pem(&self) -> String {
        self.point.to_public_key_pem(LineEnding::LF).expect("an Ed25519 key always encodes")
    }

    /// Verifies strictly a signature over the DSSE encoding of `body`.
    pub fn verify(&self, payload: PayloadType, body: &[u8], signature: &Signature) -> Result<(), SignatureInvalid> {
        self.verify_raw(&pre_authentication_encoding(payload.media_type(), body), signature)
    }

    /// Verifies strictly a signature over exactly these bytes (signed notes).
    pub fn verify_raw(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureInvalid> {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.point.verify_strict(message, &signature).map_err(|_| SignatureInvalid)
    }
}

/// An Ed25519 private key. Its bytes are wiped when it is dropped.
#[derive(Clone)]
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    public: PublicKey,
}

impl std::fmt::Debug for SigningKey {
    /// Shows which key it is, never the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public.id())
    }
}

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("cannot read the key file {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write the key file {path}")]
    Write { path: PathBuf, source: io::Error },
    #[error("others can read the key file {path} (mode {mode:04o}): run `chmod 600 {path}`")]
    ReadableByOthers { path: PathBuf, mode: u32 },
    #[error("{path} holds no Ed25519 private key in PKCS#8 PEM form: {detail}")]
    NotAKey { path: PathBuf, detail: String },
}

impl SigningKey {
    /// From a 32-byte seed. For a fresh key the seed is fresh randomness.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = PublicKey::from_point(key.verifying_key()).expect("a derived key is canonical and torsion-free");
        Self { key, public }
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The secret itself, for what is derived from it.
    pub(super) fn seed(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Signs the DSSE encoding of `body`.
    pub fn sign(&self, payload: PayloadType, body: &[u8]) -> Signature {
        self.sign_raw(&pre_authentication_encoding(payload.media_type(), body))
    }

    /// Signs exactly these bytes (signed notes).
    pub fn sign_raw(&self, message: &[u8]) -> Signature {
        self.key.sign(message).to_bytes()
    }

    /// Reads a PKCS#8 PEM file; refused when others than the owner can read it.
    pub fn read_file(path: &Path) -> Result<Self, KeyFileError> {
        let read = |source| KeyFileError::Read { path: path.to_owned(), source };
        let mode = fs::metadata(path).map_err(read)?.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::ReadableByOthers { path: path.to_owned(), mode });
        }
        let pem = fs::read_to_string(path).map_err(read)?;
        let key = ed25519_dalek::SigningKey::from_pkcs8_pem(&pem)
            .map_err(|error| KeyFileError::NotAKey { path: path.to_owned(), detail: error.to_string() })?;
        let public = PublicKey::from_point(key.verifying_key())
            .map_err(|error| KeyFileError::NotAKey { path: path.to_owned(), detail: error.to_string() })?;
        Ok(Self { key, public })
    }

    /// Writes a new PKCS#8 PEM file with mode 0600; an existing file is never
    /// overwritten.
    pub fn write_file(&self, path: &Path) -> Result<(), KeyFileError> {
        // Version 1 of PKCS#8, without the public key: older openssl reads no other.
        let bytes = ed25519_dalek::pkcs8::KeypairBytes { secret_key: self.key.to_bytes(), public_key: None };
        let pem = bytes.to_pkcs8_pem(LineEnding::LF).expect("an Ed25519 key always encodes");
        let write = |source| KeyFileError::Write { path: path.to_owned(), source };
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(write)?;
        file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()).map_err(write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_reads_back_and_is_refused_when_others_can_read_it() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("key.pem");
        let key = SigningKey::from_seed(&[7; 32]);
        key.write_file(&path).expect("written");
        assert_eq!(SigningKey::read_file(&path).expect("read").public(), key.public());
        assert!(matches!(key.write_file(&path), Err(KeyFileError::Write { .. })), "never overwritten");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("chmod");
        assert!(matches!(SigningKey::read_file(&path), Err(KeyFileError::ReadableByOthers { mode: 0o640, .. })));
    }

    #[test]
    fn a_signature_on_one_kind_of_payload_is_none_on_another() {
        let key = SigningKey::from_seed(&[7; 32]);
        let signature = key.sign(PayloadType::Submission, b"bytes");
        assert_eq!(key.public().verify(PayloadType::Submission, b"bytes", &signature), Ok(()));
        assert_eq!(key.public().verify(PayloadType::SignOff, b"bytes", &signature), Err(SignatureInvalid));
    }

    #[test]
    fn a_weak_or_non_canonical_key_cannot_be_enrolled() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(PublicKey::from_bytes(&identity).is_err(), "small order");
        let mut non_canonical = [0xff; 32];
        non_canonical[0] = 0xf0; // y = p + 3
        non_canonical[31] = 0x7f;
        assert!(PublicKey::from_bytes(&non_canonical).is_err(), "not canonical");
    }
}
