//! Whom a service serves, by nothing but hashes and signatures: the founding
//! names the key of the checkpoints and gives the ledger its id, and every
//! checkpoint must continue the ones before.

use prost::bytes::Bytes;

use super::{Client, ClientError};
use crate::{
    checkpoint::{CheckpointInvalid, CheckpointVerifier, InvalidOrigin},
    domain::{Body, EnvelopeContent, LedgerId, RegistryBody, Seen, TreeHash, TreeHead},
    merkle::verify_consistency,
    wire::{self, Malformed, proto},
};

/// A ledger by its founding.
#[derive(Clone, Debug)]
pub struct Founded {
    /// SHA-256 of the founding submission: whoever knows it can be shown no other.
    pub ledger: LedgerId,
    pub verifier: CheckpointVerifier,
}

/// A checkpoint whose signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCheckpoint {
    pub head: TreeHead,
    /// The signed note.
    pub note: String,
}

impl KnownCheckpoint {
    /// As a later submission states it.
    pub fn seen(&self) -> Seen {
        Seen { size: self.head.size, root: self.head.root }
    }
}

/// Why what a service shows cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum Untrusted {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("entry 0 is not of the form of docs/format.md")]
    Malformed(#[from] Malformed),
    #[error("entry 0 founds no ledger")]
    NoFounding,
    #[error("the founding names no usable origin")]
    Origin(#[from] InvalidOrigin),
    #[error("the service shows a checkpoint that the ledger did not sign")]
    Checkpoint(#[from] CheckpointInvalid),
    #[error(
        "the ledger signed two histories: one with root {} at size {}, one with root {} at size {}",
        known.root, known.size, shown.root, shown.size
    )]
    Forked { known: TreeHead, shown: TreeHead },
}

impl Founded {
    /// The ledger's id and checkpoint key, from the bytes of entry 0.
    pub fn by(envelope: Bytes, events: Vec<Bytes>) -> Result<Self, Untrusted> {
        let submitted = wire::parse_submitted(envelope, events)?;
        let EnvelopeContent::Submission(content) = submitted.envelope.content else {
            return Err(Untrusted::NoFounding);
        };
        let founded = content.events.iter().find_map(|event| match &event.body {
            Body::Registry(RegistryBody::LedgerFounded(founded)) => Some(founded),
            _ => None,
        });
        let founded = founded.ok_or(Untrusted::NoFounding)?;
        let verifier = CheckpointVerifier::new(&founded.origin, founded.checkpoint_key.clone())?;
        Ok(Self { ledger: LedgerId(content.digest.0), verifier })
    }
}

impl Client {
    /// The ledger's id and checkpoint key, from the founding itself.
    pub async fn founded(&self) -> Result<Founded, Untrusted> {
        let entry = self.entry(0).await?;
        Founded::by(entry.envelope, entry.events)
    }

    /// The newest checkpoint, which must continue the one known before.
    pub async fn newest_checkpoint(
        &self,
        founded: &Founded,
        known: Option<&KnownCheckpoint>,
    ) -> Result<KnownCheckpoint, Untrusted> {
        let note = self.checkpoint("").await?.checkpoint;
        let head = founded.verifier.verify(&note)?;
        let Some(known) = known else { return Ok(KnownCheckpoint { head, note }) };
        let continued = match head.size < known.head.size {
            true => Err(Untrusted::Forked { known: known.head, shown: head }),
            false => self.one_history(known.head, head).await,
        };
        if let Err(Untrusted::Forked { .. }) = &continued {
            // An honest service that was led astray halts when it sees its own
            // signature; what it answers changes nothing here.
            let _ = self.checkpoint(&known.note).await;
        }
        continued.map(|()| KnownCheckpoint { head, note })
    }

    /// Proves that one head continues another: the smaller is a prefix of the
    /// larger, or both are the same.
    pub async fn one_history(&self, older: TreeHead, newer: TreeHead) -> Result<(), Untrusted> {
        let sizes = (older.size.0, newer.size.0);
        let proof = if older.size == newer.size { Vec::new() } else { self.consistency(sizes).await? };
        let proof: Option<Vec<_>> = proof.iter().map(|hash| TreeHash::from_slice(hash)).collect();
        let proved = proof.is_some_and(|proof| {
            verify_consistency(&proof, (older.size.0, older.root), (newer.size.0, newer.root)).is_ok()
        });
        if proved { Ok(()) } else { Err(Untrusted::Forked { known: older, shown: newer }) }
    }

    async fn consistency(&self, (from_size, to_size): (u64, u64)) -> Result<Vec<Bytes>, ClientError> {
        let request = proto::ProveConsistencyRequest { from_size, to_size };
        Ok(self.ledger().prove_consistency(request).await?.into_inner().proof)
    }

    pub(super) async fn checkpoint(&self, known: &str) -> Result<proto::GetCheckpointResponse, ClientError> {
        let request = proto::GetCheckpointRequest { known: known.to_owned() };
        Ok(self.ledger().get_checkpoint(request).await?.into_inner())
    }
}
