//! Receipts as files: verified before they are written, never replaced.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    authoring::{ENVELOPE_SUFFIX, SignedSubmission, write_whole},
    checkpoint::{CheckpointVerifier, Receipt},
    cli::{Exit, Failure},
    client::{Client, Founded, reply::SubmitResponse, submission_digest},
    crypto::sha256,
    domain::TreeHead,
    telemetry::chain,
};

/// What the name of a receipt's file ends with.
const RECEIPT_SUFFIX: &str = ".tlog-proof";

/// Where the receipt of a submission is kept: beside its envelope file or in a
/// folder; numbered from 1 where the envelope file has several.
pub fn receipt_file(envelope: &Path, folder: Option<&Path>, at: usize, count: usize) -> PathBuf {
    let name = envelope.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(ENVELOPE_SUFFIX).unwrap_or(&name);
    let number = if count > 1 { format!(".{}", at + 1) } else { String::new() };
    let name = format!("{stem}{number}{RECEIPT_SUFFIX}");
    folder.map_or_else(|| envelope.with_file_name(&name), |folder| folder.join(&name))
}

/// The receipt with its checkpoint, if it proves that this very submission is an entry.
pub async fn verify_receipt(
    client: &Client,
    founded: &Founded,
    signed: &SignedSubmission,
    response: &SubmitResponse,
) -> Result<(Receipt, TreeHead), Failure> {
    let unproved = |why: String| Failure::new(Exit::VerificationFailed, format!("its receipt proves nothing: {why}"));
    let receipt = response.receipt.clone().ok_or_else(|| unproved("there is none".into()))?;
    let receipt = Receipt::try_from(receipt).map_err(|error| unproved(chain(&error)))?;
    let head = receipt.verify(&founded.verifier).map_err(|error| unproved(chain(&error)))?;
    if *receipt.envelope.as_bytes() == sha256(&signed.envelope) {
        return Ok((receipt, head));
    }
    // The first of these submissions may have come with other sign-offs: then the
    // entry itself shows that it holds the same submission.
    let entry = client.entry(receipt.index.0).await?;
    let same = sha256(&entry.envelope) == *receipt.envelope.as_bytes()
        && submission_digest(&entry.envelope).is_some_and(|own| Some(own) == submission_digest(&signed.envelope));
    if same { Ok((receipt, head)) } else { Err(unproved("it is for another envelope".into())) }
}

/// Keeps a receipt that was verified. One that is there already and proves the
/// same stays, with the cosignatures that it may have gained.
pub fn keep_receipt(file: &Path, receipt: &Receipt, verifier: &CheckpointVerifier) -> Result<(), Failure> {
    let kept = match fs::read_to_string(file) {
        Ok(kept) => kept,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let written = write_whole(file, receipt.to_tlog_proof().as_bytes());
            return written.map_err(|error| Failure::failed(format!("cannot write {}: {error}", file.display())));
        }
        Err(error) => return Err(Failure::failed(format!("cannot read {}: {error}", file.display()))),
    };
    let shown = file.display();
    let kept = Receipt::from_tlog_proof(&kept).ok().filter(|kept| kept.verify(verifier).is_ok());
    match kept {
        Some(kept) if kept.envelope != receipt.envelope => {
            Err(Failure::failed(format!("{shown} is the receipt of another envelope; move it away and submit again")))
        }
        Some(kept) if (kept.index, kept.recorded_at) != (receipt.index, receipt.recorded_at) => {
            let sentence = format!(
                "the ledger proved the same envelope at two places: at {} in {shown}, and now at {}; keep that file, it \
                 is evidence",
                kept.index, receipt.index
            );
            Err(Failure::new(Exit::VerificationFailed, sentence))
        }
        Some(_) => Ok(()),
        None => Err(Failure::failed(format!("{shown} is no receipt of this ledger; move it away and submit again"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checkpoint::{CheckpointSigner, leaf_hash},
        crypto::SigningKey,
        domain::{EnvelopeDigest, Index, RecordingTime, Size, TreeHead},
    };

    fn receipt(signer: &CheckpointSigner, envelope: u8, at: u64) -> Receipt {
        let (recorded_at, envelope) = (RecordingTime(at), EnvelopeDigest([envelope; 32]));
        let head = TreeHead { size: Size(1), root: leaf_hash(recorded_at, envelope) };
        Receipt { index: Index(0), recorded_at, envelope, proof: vec![], checkpoint: signer.sign(head) }
    }

    #[test]
    fn a_receipt_lies_beside_its_envelope_or_in_a_folder() {
        let envelope = Path::new("acts/poland.envelope.json");
        assert_eq!(receipt_file(envelope, None, 0, 1), Path::new("acts/poland.tlog-proof"));
        assert_eq!(receipt_file(envelope, None, 1, 2), Path::new("acts/poland.2.tlog-proof"));
        assert_eq!(receipt_file(envelope, Some(Path::new("r")), 0, 1), Path::new("r/poland.tlog-proof"));
    }

    #[test]
    fn a_kept_receipt_is_never_replaced() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let file = dir.path().join("a.tlog-proof");
        let signer = CheckpointSigner::new("l.example", SigningKey::from_seed(&[3; 32])).expect("a signer");
        let keep = |receipt: &Receipt| keep_receipt(&file, receipt, &signer.verifier());
        keep(&receipt(&signer, 1, 7)).expect("kept");
        let first = fs::read_to_string(&file).expect("written");
        keep(&receipt(&signer, 1, 7)).expect("the same again");
        assert_eq!(keep(&receipt(&signer, 2, 7)).expect_err("of another envelope").exit, Exit::Failed);
        assert_eq!(keep(&receipt(&signer, 1, 8)).expect_err("at two times").exit, Exit::VerificationFailed);
        assert_eq!(fs::read_to_string(&file).expect("still there"), first);
        fs::write(&file, "something else").expect("written");
        assert_eq!(keep(&receipt(&signer, 1, 7)).expect_err("no receipt").exit, Exit::Failed);
        assert_eq!(fs::read_to_string(&file).expect("still there"), "something else");
    }
}
