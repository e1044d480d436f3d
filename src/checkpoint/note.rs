//! Checkpoints as signed notes (<https://c2sp.org/tlog-checkpoint>,
//! <https://c2sp.org/signed-note>), over ports of the reference implementation.

use base64::prelude::{BASE64_STANDARD, Engine};
use ed25519_dalek::SignatureError;
use signed_note::{Note, NoteError, Signer, VerificationError, Verifier, Verifiers, is_key_name_valid, key_id};
use tlog_tiles::Checkpoint;

use crate::{
    crypto::{PublicKey, Seal, SigningKey},
    domain::{Size, TreeHash, TreeHead},
    limits::SHORT_TEXT_BYTES,
};

/// Signs the checkpoints of one ledger.
#[derive(Clone)]
pub struct CheckpointSigner {
    origin: Origin,
    key_id: u32,
    key: SigningKey,
}

/// Verifies the checkpoints of one ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointVerifier {
    origin: Origin,
    key_id: u32,
    key: PublicKey,
}

/// A name that cannot be the origin of checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} cannot be an origin name: it is 1 to 512 bytes without spaces, control characters or plus signs, \
     best a schema-less URL such as \"ledger.example.org/2026\""
)]
pub struct InvalidOrigin(pub String);

/// Why a text is not a checkpoint of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointInvalid {
    #[error("the checkpoint is not a signed note (c2sp.org/signed-note)")]
    NotANote(#[source] NoteError),
    #[error("the checkpoint has no valid signature of {origin}")]
    Unsigned { origin: String, source: NoteError },
    #[error("the signed text is not a checkpoint (c2sp.org/tlog-checkpoint)")]
    NotACheckpoint,
    #[error("the checkpoint is one of {found:?}, not of {expected:?}")]
    OtherOrigin { found: String, expected: String },
    #[error("the checkpoint has extension lines, which this ledger never writes")]
    Extended,
}

impl CheckpointSigner {
    /// For an origin name and its key.
    pub fn new(origin: &str, key: SigningKey) -> Result<Self, InvalidOrigin> {
        let origin = Origin::new(origin)?;
        Ok(Self { key_id: note_key_id(&origin, key.public()), origin, key })
    }

    /// The signed note with the checkpoint of a tree head. Costs one signature.
    pub fn sign(&self, head: TreeHead) -> String {
        let checkpoint = Checkpoint::new(&self.origin.0, head.size.0, head.root.into(), "")
            .map_err(|error| error.to_string())
            .expect("an origin is never empty");
        let mut note = Note::new(&checkpoint.to_bytes(), &[]).expect("an origin has no control characters");
        note.add_sigs(&[self]).expect("an origin is a valid key name and Ed25519 never fails");
        String::from_utf8(note.to_bytes()).expect("a note is UTF-8")
    }

    /// The secret that seals what this ledger keeps beside its journal.
    pub fn seal(&self) -> Seal {
        Seal::of(&self.key, "index")
    }

    /// What verifies these checkpoints.
    pub fn verifier(&self) -> CheckpointVerifier {
        CheckpointVerifier { origin: self.origin.clone(), key_id: self.key_id, key: self.key.public().clone() }
    }
}

impl std::fmt::Debug for CheckpointSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckpointSigner").field("verifier", &self.verifier().vkey()).finish_non_exhaustive()
    }
}

impl CheckpointVerifier {
    /// For an origin name and its key.
    pub fn new(origin: &str, key: PublicKey) -> Result<Self, InvalidOrigin> {
        let origin = Origin::new(origin)?;
        Ok(Self { key_id: note_key_id(&origin, &key), origin, key })
    }

    /// The origin name.
    pub fn origin(&self) -> &str {
        &self.origin.0
    }

    /// The key as a C2SP verifier key, `name+hash+key`, for other tools.
    pub fn vkey(&self) -> String {
        format!("{}+{:08x}+{}", self.origin.0, self.key_id, BASE64_STANDARD.encode(typed_key(&self.key)))
    }

    /// The tree head that a checkpoint states, if this ledger signed it.
    /// Signatures of others (witnesses) may stand beside and are not looked at.
    pub fn verify(&self, checkpoint: &str) -> Result<TreeHead, CheckpointInvalid> {
        let (note, stated) = parse(checkpoint)?;
        note.verify(self)
            .map_err(|source| CheckpointInvalid::Unsigned { origin: self.origin.0.to_string(), source })?;
        if stated.origin() != &*self.origin.0 {
            let expected = self.origin.0.to_string();
            return Err(CheckpointInvalid::OtherOrigin { found: stated.origin().to_owned(), expected });
        }
        if !stated.extension().is_empty() {
            return Err(CheckpointInvalid::Extended);
        }
        Ok(head_of(&stated))
    }
}

/// The tree head that a checkpoint states, whoever signed it: for one that was
/// verified before.
pub fn stated_head(checkpoint: &str) -> Result<TreeHead, CheckpointInvalid> {
    parse(checkpoint).map(|(_, stated)| head_of(&stated))
}

fn parse(checkpoint: &str) -> Result<(Note, Checkpoint), CheckpointInvalid> {
    let note = Note::from_bytes(checkpoint.as_bytes()).map_err(CheckpointInvalid::NotANote)?;
    let stated = Checkpoint::from_bytes(note.text()).map_err(|_| CheckpointInvalid::NotACheckpoint)?;
    Ok((note, stated))
}

fn head_of(stated: &Checkpoint) -> TreeHead {
    TreeHead { size: Size(stated.size()), root: TreeHash::from(*stated.hash()) }
}

/// An origin name that is a valid key name of signed notes too.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin(Box<str>);

impl Origin {
    fn new(name: &str) -> Result<Self, InvalidOrigin> {
        let valid = is_key_name_valid(name) && name.len() <= SHORT_TEXT_BYTES && !name.chars().any(char::is_control);
        if valid { Ok(Self(name.into())) } else { Err(InvalidOrigin(name.chars().take(80).collect())) }
    }
}

/// The signature type of Ed25519 in signed notes.
const ED25519: u8 = 1;

fn typed_key(key: &PublicKey) -> [u8; 33] {
    let mut typed = [ED25519; 33];
    typed[1..].copy_from_slice(key.as_bytes());
    typed
}

fn note_key_id(origin: &Origin, key: &PublicKey) -> u32 {
    key_id(&origin.0, &typed_key(key))
}

impl Signer for CheckpointSigner {
    fn name(&self) -> &str {
        &self.origin.0
    }

    fn key_id(&self) -> u32 {
        self.key_id
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(self.key.sign_raw(text).to_vec())
    }
}

// The crate's own verifier takes signatures that strict verification refuses.
impl Verifier for CheckpointVerifier {
    fn name(&self) -> &str {
        &self.origin.0
    }

    fn key_id(&self) -> u32 {
        self.key_id
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        signature.try_into().is_ok_and(|signature| self.key.verify_raw(text, signature).is_ok())
    }
}

impl Verifiers for CheckpointVerifier {
    fn verifier(&self, name: &str, id: u32) -> Result<&dyn Verifier, VerificationError> {
        if name == &*self.origin.0 && id == self.key_id {
            Ok(self)
        } else {
            Err(VerificationError::UnknownKey { name: name.to_owned(), id })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: TreeHead = TreeHead { size: Size(7), root: TreeHash([3; 32]) };

    fn signer(origin: &str, seed: u8) -> CheckpointSigner {
        CheckpointSigner::new(origin, SigningKey::from_seed(&[seed; 32])).expect("a valid origin")
    }

    #[test]
    fn a_checkpoint_reads_back_under_its_own_key_and_origin_only() {
        let ours = signer("ledger.example.org/2026", 1);
        let checkpoint = ours.sign(HEAD);
        assert_eq!(ours.verifier().verify(&checkpoint).expect("valid"), HEAD);
        for other in [signer("ledger.example.org/2026", 2), signer("ledger.example.org/2027", 1)] {
            let refused = other.verifier().verify(&checkpoint).expect_err("another ledger");
            assert!(matches!(refused, CheckpointInvalid::Unsigned { .. }), "{refused}");
        }
    }

    #[test]
    fn a_changed_checkpoint_is_refused_wherever_it_was_changed() {
        let ours = signer("ledger.example.org/2026", 1);
        let checkpoint = ours.sign(HEAD);
        for at in 0..checkpoint.len() {
            let mut bytes = checkpoint.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(ours.verifier().verify(&changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_cosignature_beside_ours_does_not_disturb() {
        let ours = signer("ledger.example.org/2026", 1);
        let mut note = Note::from_bytes(ours.sign(HEAD).as_bytes()).expect("a note");
        note.add_sigs(&[&signer("witness.example.net", 9)]).expect("signed");
        let cosigned = String::from_utf8(note.to_bytes()).expect("UTF-8");
        assert_eq!(ours.verifier().verify(&cosigned).expect("valid"), HEAD);
    }

    #[test]
    fn what_our_key_signed_is_no_checkpoint_unless_it_has_the_form() {
        let ours = signer("ledger.example.org/2026", 1);
        let signed = |text: &str| {
            let mut note = Note::new(text.as_bytes(), &[]).expect("a text");
            note.add_sigs(&[&ours]).expect("signed");
            ours.verifier().verify(&String::from_utf8(note.to_bytes()).expect("UTF-8")).expect_err("refused")
        };
        let root = BASE64_STANDARD.encode([3; 32]);
        assert!(matches!(signed("hello\n"), CheckpointInvalid::NotACheckpoint));
        assert!(matches!(signed(&format!("ledger.example.org/2026\n07\n{root}\n")), CheckpointInvalid::NotACheckpoint));
        assert!(matches!(signed(&format!("other.example.org\n7\n{root}\n")), CheckpointInvalid::OtherOrigin { .. }));
        assert!(matches!(signed(&format!("ledger.example.org/2026\n7\n{root}\nmore\n")), CheckpointInvalid::Extended));
        assert!(matches!(ours.verifier().verify("hello\n"), Err(CheckpointInvalid::NotANote(_))));
    }

    #[test]
    fn an_origin_that_would_break_a_note_is_refused() {
        for origin in ["", "two words", "a+b", "line\nbreak", "tab\t", "bell\u{7}", "no\u{a0}break", &"x".repeat(513)] {
            assert!(CheckpointVerifier::new(origin, SigningKey::from_seed(&[1; 32]).public().clone()).is_err());
        }
    }
}
