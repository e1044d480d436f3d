//! Receipts, also as C2SP tlog-proof files (<https://c2sp.org/tlog-proof>).

use base64::prelude::{BASE64_STANDARD, Engine};

use super::{CheckpointInvalid, CheckpointVerifier, leaf_data, leaf_hash, parse_leaf_data};
use crate::{
    domain::{EnvelopeDigest, Index, RecordingTime, TreeHash, TreeHead},
    merkle::{ProofInvalid, verify_inclusion},
};

/// Proof that an envelope is an entry of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub index: Index,
    pub recorded_at: RecordingTime,
    pub envelope: EnvelopeDigest,
    /// From the leaf's sibling up to the root's child.
    pub proof: Vec<TreeHash>,
    /// Signed note with a checkpoint that covers the index.
    pub checkpoint: String,
}

/// Why a receipt proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptInvalid {
    #[error("the receipt's checkpoint is not valid")]
    Checkpoint(#[from] CheckpointInvalid),
    #[error("the receipt's inclusion proof is not valid")]
    Inclusion(#[from] ProofInvalid),
}

/// Why a text is not a receipt as a tlog-proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the proof: {expected}")]
pub struct MalformedProof {
    /// Counted from 1.
    pub line: usize,
    /// What stands there in a proof.
    pub expected: &'static str,
}

impl Receipt {
    /// Checks the proof from the leaf to the checkpoint's signature. The caller
    /// compares [`Receipt::envelope`] with the envelope that it holds.
    pub fn verify(&self, verifier: &CheckpointVerifier) -> Result<TreeHead, ReceiptInvalid> {
        let head = verifier.verify(&self.checkpoint)?;
        let leaf = leaf_hash(self.recorded_at, self.envelope);
        verify_inclusion(&self.proof, self.index.0, leaf, head.size.0, head.root)?;
        Ok(head)
    }

    /// The receipt as a tlog-proof; `extra` holds the leaf data, so that the file
    /// is complete without the service.
    pub fn to_tlog_proof(&self) -> String {
        let extra = BASE64_STANDARD.encode(leaf_data(self.recorded_at, self.envelope));
        let mut text = format!("{FIRST_LINE}\nextra {extra}\nindex {}\n", self.index);
        for hash in &self.proof {
            text.push_str(&BASE64_STANDARD.encode(hash.as_bytes()));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads what [`Receipt::to_tlog_proof`] wrote; the checkpoint may have
    /// gained cosignatures. Nothing is verified yet.
    pub fn from_tlog_proof(text: &str) -> Result<Self, MalformedProof> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(MalformedProof {
            line: text.lines().count(),
            expected: "an empty line and a checkpoint follow the hashes",
        })?;
        let mut lines = (1..).zip(head.split('\n'));
        expect_line(lines.next(), 1, "it is `c2sp.org/tlog-proof@v1`", |text| (text == FIRST_LINE).then_some(()))?;
        let (recorded_at, envelope) =
            expect_line(lines.next(), 2, "it is `extra` and the leaf data in base64", parse_extra)?;
        let index = expect_line(lines.next(), 3, "it is `index` and a decimal number", parse_index)?;
        let proof = lines
            .map(|(line, text)| expect_line(Some((line, text)), line, "it is a SHA-256 hash in base64", parse_hash))
            .collect::<Result<_, _>>()?;
        Ok(Self { index, recorded_at, envelope, proof, checkpoint: checkpoint.to_owned() })
    }
}

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

fn expect_line<T>(
    found: Option<(usize, &str)>,
    line: usize,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, MalformedProof> {
    found.and_then(|(_, text)| parse(text)).ok_or(MalformedProof { line, expected })
}

fn parse_extra(line: &str) -> Option<(RecordingTime, EnvelopeDigest)> {
    parse_leaf_data(&BASE64_STANDARD.decode(line.strip_prefix("extra ")?).ok()?)
}

fn parse_index(line: &str) -> Option<Index> {
    let digits = line.strip_prefix("index ")?;
    let index: u64 = digits.parse().ok()?;
    // `parse` takes "+7" and "07", the format does not.
    (index.to_string() == digits).then_some(Index(index))
}

fn parse_hash(line: &str) -> Option<TreeHash> {
    TreeHash::from_slice(&BASE64_STANDARD.decode(line).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checkpoint::CheckpointSigner,
        crypto::SigningKey,
        domain::Size,
        merkle::{HashFile, Tree},
    };

    fn receipt(index: u64, size: u64) -> (Receipt, CheckpointVerifier) {
        let leaf = |n: u64| (RecordingTime(1_788_000_000_000_000 + n), EnvelopeDigest([n as u8; 32]));
        let mut tree = Tree::empty(HashFile::in_memory()).expect("empty");
        (0..size).for_each(|n| tree.append(leaf_hash(leaf(n).0, leaf(n).1)).expect("appended"));
        let signer =
            CheckpointSigner::new("ledger.example.org", SigningKey::from_seed(&[5; 32])).expect("a valid origin");
        let checkpoint = signer.sign(TreeHead { size: Size(size), root: tree.root() });
        let (recorded_at, envelope) = leaf(index);
        let proof = tree.prove_inclusion(index, leaf_hash(recorded_at, envelope), size).expect("in the tree");
        (Receipt { index: Index(index), recorded_at, envelope, proof, checkpoint }, signer.verifier())
    }

    #[test]
    fn a_receipt_verifies_and_reads_back_from_its_proof_file() {
        for (index, size) in [(0, 1), (0, 2), (4, 7), (6, 7), (12, 13)] {
            let (receipt, verifier) = receipt(index, size);
            assert_eq!(receipt.verify(&verifier).expect("valid").size, Size(size));
            assert_eq!(Receipt::from_tlog_proof(&receipt.to_tlog_proof()).as_ref(), Ok(&receipt));
        }
    }

    #[test]
    fn a_receipt_for_anything_else_is_refused() {
        let (good, verifier) = receipt(4, 7);
        let refused = |change: fn(&mut Receipt)| {
            let mut changed = good.clone();
            change(&mut changed);
            changed.verify(&verifier).expect_err("refused")
        };
        for change in [
            (|r| r.index = Index(5)) as fn(&mut Receipt),
            |r| r.index = Index(7),
            |r| r.recorded_at.0 += 1,
            |r| r.envelope.0[0] ^= 1,
            |r| r.proof[1].0[31] ^= 1,
            |r| r.proof.truncate(1),
            |r| r.proof.push(TreeHash::EMPTY),
        ] {
            assert!(matches!(refused(change), ReceiptInvalid::Inclusion(_)));
        }
        let other = |r: &mut Receipt| r.checkpoint = r.checkpoint.replace("\n7\n", "\n8\n");
        assert!(matches!(refused(other), ReceiptInvalid::Checkpoint(_)));
    }

    #[test]
    fn a_proof_file_of_another_form_names_the_line() {
        let (receipt, _) = receipt(4, 7);
        let text = receipt.to_tlog_proof();
        let line = |changed: String| Receipt::from_tlog_proof(&changed).expect_err("malformed").line;
        assert_eq!(line(text.replacen("@v1", "@v2", 1)), 1);
        assert_eq!(line(text.replacen("extra A", "extra B", 1)), 2);
        assert_eq!(line(text.replacen("index 4", "index 04", 1)), 3);
        assert_eq!(line(text.replacen("index 4", "index +4", 1)), 3);
        assert_eq!(line(text.replacen("index 4\n", "index 4\nAAAA\n", 1)), 4);
        assert_eq!(line(text.replace("\n\n", "\n")), text.replace("\n\n", "\n").lines().count());
        assert_eq!(line("c2sp.org/tlog-proof@v1\n\nnothing".to_owned()), 2);
    }
}
