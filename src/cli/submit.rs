//! `submit FILE|FOLDER...`: any order, any number of times.
//!
//! Promises: what is sent was first written down as an envelope file, so that a
//! second run sends the same bytes; what is rejected is tried again as long as
//! others of the run were accepted, so that the order of the files does not
//! matter.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::{Value, json};

use super::{
    Exit, Failure, Global, author,
    author::{Author, Authored},
    exit::exit_of,
    output::{Output, table},
};
use crate::{
    authoring::{EnvelopeFile, SignedSubmission},
    checkpoint::{CheckpointVerifier, Receipt},
    client::{Client, ClientError, MustAct, parse_vkey, reply::SubmitResponse, to_json},
    crypto::sha256,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Authoring files, envelope files, or folders of them.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    author: author::AuthorArguments,
}

/// One submission on its way.
struct Parcel {
    file: PathBuf,
    signed: SignedSubmission,
    outcome: Option<Result<SubmitResponse, ClientError>>,
    /// Whether the receipt proves the entry under the ledger's own key.
    proved: bool,
}

pub async fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let files = gather(&arguments.paths)?;
    let client = global.connect().await?;
    let (envelopes, authored): (Vec<_>, Vec<_>) = files.into_iter().partition(|path| EnvelopeFile::is_name(path));
    let mut parcels = Vec::new();
    for path in envelopes {
        let file = EnvelopeFile::read(&path).map_err(|error| Failure::new(Exit::Usage, error))?;
        parcels.extend(parcels_of(&path, file));
    }
    parcels.extend(sign_all(&authored, arguments, global, &client).await?);
    let vkey = client.status().await?.checkpoint_vkey;
    let verifier = parse_vkey(&vkey).map_err(|error| Failure::new(Exit::VerificationFailed, error))?;
    send_all(&client, &verifier, &mut parcels, output).await;
    report(&parcels, output)
}

/// The files to send, in order of their names and each once: an envelope file
/// stands for the authoring file beside it only where that is not listed.
fn gather(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = BTreeSet::new();
    for path in paths {
        let failed = |error| Failure::usage(format!("cannot read {}: {error}", path.display()));
        if fs::metadata(path).map_err(failed)?.is_dir() {
            for entry in fs::read_dir(path).map_err(failed)? {
                files.extend(Some(entry.map_err(failed)?.path()).filter(|path| is_submittable(path)));
            }
        } else {
            files.insert(path.clone());
        }
    }
    let of_listed: BTreeSet<PathBuf> =
        files.iter().filter(|path| !EnvelopeFile::is_name(path)).map(|path| EnvelopeFile::path_for(path)).collect();
    Ok(files.difference(&of_listed).cloned().collect())
}

/// Whether a file of a folder is meant for the ledger.
fn is_submittable(path: &Path) -> bool {
    let name = path.to_string_lossy();
    let kept = name.ends_with(".withheld.ndjson") || name.ends_with(".receipt.json") || name.ends_with(".names.json");
    !kept && [".json", ".ndjson"].iter().any(|suffix| name.ends_with(suffix))
}

/// Signs what is not signed yet. All files are read before the first is
/// expanded, so that one may name what another registers.
async fn sign_all(
    paths: &[PathBuf],
    arguments: &Arguments,
    global: &Global,
    client: &Client,
) -> Result<Vec<Parcel>, Failure> {
    let (mut parcels, mut unsigned) = (Vec::new(), Vec::new());
    for path in paths {
        let authored = Authored::read(path)?;
        match signed_before(&authored)? {
            Some(file) => parcels.extend(parcels_of(path, file)),
            None => unsigned.push(authored),
        }
    }
    if unsigned.is_empty() {
        return Ok(parcels);
    }
    let mut author: Author = arguments.author.online(global, client).await?;
    unsigned.iter().for_each(|authored| author.names.note_registered(&authored.items));
    for authored in &unsigned {
        let (_, file) = author.sign_into_file(authored)?;
        parcels.extend(parcels_of(&authored.path, file));
    }
    Ok(parcels)
}

/// The envelopes of an earlier run, if the authoring file is still the same.
fn signed_before(authored: &Authored) -> Result<Option<EnvelopeFile>, Failure> {
    let path = EnvelopeFile::path_for(&authored.path);
    if !path.exists() {
        return Ok(None);
    }
    let file = EnvelopeFile::read(&path).map_err(|error| Failure::new(Exit::Usage, error))?;
    if file.authored == Some(authored.digest) {
        return Ok(Some(file));
    }
    Err(Failure::usage(format!(
        "{} was changed after {} was signed from it; what was recorded stays recorded: write new acts into a new file, \
         or move the envelope file away if it was never sent",
        authored.path.display(),
        path.display()
    )))
}

fn parcels_of(path: &Path, file: EnvelopeFile) -> impl Iterator<Item = Parcel> {
    file.submissions.into_iter().map(move |signed| Parcel {
        file: path.to_owned(),
        signed,
        outcome: None,
        proved: false,
    })
}

/// Sends everything; what a rule rejected is sent again while a pass accepts
/// anything, because the rule may have waited for what was accepted.
async fn send_all(client: &Client, verifier: &CheckpointVerifier, parcels: &mut [Parcel], output: &Output) {
    let progress = output.progress(parcels.len() as u64);
    loop {
        let mut accepted = 0;
        for parcel in parcels.iter_mut().filter(|parcel| is_worth_sending(parcel.outcome.as_ref())) {
            let outcome = client.submit(&parcel.signed).await;
            if let Ok(response) = &outcome {
                parcel.proved = is_proved(response, &parcel.signed, verifier);
                accepted += 1;
                progress.inc(1);
            }
            parcel.outcome = Some(outcome);
        }
        if accepted == 0 || !parcels.iter().any(|parcel| is_worth_sending(parcel.outcome.as_ref())) {
            return progress.finish_and_clear();
        }
    }
}

/// Whether the receipt is for this envelope and verifies. A repeated submission
/// gets the first receipt, whose envelope may have held other sign-offs.
fn is_proved(response: &SubmitResponse, signed: &SignedSubmission, verifier: &CheckpointVerifier) -> bool {
    let receipt = response.receipt.clone().map(Receipt::try_from);
    let Some(Ok(receipt)) = receipt else { return false };
    let same = response.repeated || sha256(&signed.envelope) == *receipt.envelope.as_bytes();
    same && receipt.verify(verifier).is_ok()
}

fn is_worth_sending(outcome: Option<&Result<SubmitResponse, ClientError>>) -> bool {
    match outcome {
        None => true,
        Some(Err(ClientError::Refused(refused))) => refused.must_act == MustAct::Partner,
        Some(_) => false,
    }
}

fn report(parcels: &[Parcel], output: &Output) -> Result<Exit, Failure> {
    let results: Vec<Value> = parcels.iter().map(result).collect();
    output.show_list(&json!({"results": results}), "results", || vec![table(HEADER, parcels.iter().map(row))])?;
    let exits = parcels.iter().filter_map(|parcel| match &parcel.outcome {
        Some(Ok(_)) if parcel.proved => None,
        Some(Ok(_)) => Some(Exit::VerificationFailed),
        Some(Err(error)) => Some(exit_of(error)),
        None => Some(Exit::Failed),
    });
    Ok(exits.max().unwrap_or(Exit::Done))
}

const HEADER: [&str; 4] = ["file", "events", "index", "outcome"];

fn row(parcel: &Parcel) -> [String; 4] {
    let (index, outcome) = match &parcel.outcome {
        Some(Ok(response)) => {
            let index = response.receipt.as_ref().map(|receipt| receipt.index.to_string()).unwrap_or_default();
            let mut outcome = if response.repeated { "recorded before" } else { "recorded" }.to_owned();
            if !parcel.proved {
                outcome.push_str("\nits receipt does not verify");
            }
            response.findings.iter().for_each(|finding| outcome.push_str(&format!("\nfinding: {}", finding.code)));
            (index, outcome)
        }
        Some(Err(error)) => (String::new(), error.to_string()),
        None => (String::new(), "not sent".to_owned()),
    };
    [parcel.file.display().to_string(), parcel.signed.events.len().to_string(), index, outcome]
}

fn result(parcel: &Parcel) -> Value {
    let file = parcel.file.display().to_string();
    match &parcel.outcome {
        Some(Ok(response)) => {
            json!({"file": file, "accepted": to_json("SubmitResponse", response), "proved": parcel.proved})
        }
        Some(Err(ClientError::Refused(refused))) => {
            json!({"file": file, "refused": {"reason": refused.reason, "message": refused.to_string()}})
        }
        Some(Err(error)) => json!({"file": file, "refused": {"message": error.to_string()}}),
        None => json!({"file": file}),
    }
}

#[cfg(test)]
mod tests {
    use tonic::Status;

    use super::*;
    use crate::{
        checkpoint::{CheckpointSigner, leaf_hash},
        client::reply,
        crypto::SigningKey,
        domain::{EnvelopeDigest, RecordingTime, Size, TreeHead},
    };

    #[test]
    fn a_folder_gives_each_act_once_and_leaves_out_what_is_kept() {
        let dir = tempfile::tempdir().expect("temporary folder");
        for name in ["a.json", "a.envelope.json", "b.envelope.json", "c.ndjson", "a.withheld.ndjson", "d.pdf"] {
            fs::write(dir.path().join(name), "{}").expect("written");
        }
        let names: Vec<_> = gather(&[dir.path().to_owned(), dir.path().join("a.json")])
            .expect("gathered")
            .iter()
            .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
            .collect();
        assert_eq!(names, ["a.json", "b.envelope.json", "c.ndjson"]);
    }

    #[test]
    fn only_a_rejection_by_a_rule_is_worth_another_pass() {
        let outcome = |status: Status| Some(Err(ClientError::from(status)));
        assert!(is_worth_sending(None));
        assert!(is_worth_sending(outcome(Status::failed_precondition("")).as_ref()));
        assert!(!is_worth_sending(outcome(Status::invalid_argument("")).as_ref()));
        assert!(!is_worth_sending(Some(&Ok(SubmitResponse::default()))));
    }

    #[test]
    fn a_receipt_for_another_envelope_or_under_another_key_proves_nothing() {
        let key = |seed| SigningKey::from_seed(&[seed; 32]);
        let signer = CheckpointSigner::new("l.example", key(3)).expect("a signer");
        let signed = SignedSubmission { envelope: vec![1].into(), events: vec![] };
        let (time, digest) = (RecordingTime(1_780_000_000_000_000), EnvelopeDigest(sha256(&[1])));
        let head = TreeHead { size: Size(1), root: leaf_hash(time, digest) };
        let receipt = reply::Receipt {
            index: 0,
            recorded_at: Some(reply::Timestamp { seconds: 1_780_000_000, nanos: 0 }),
            envelope_digest: digest.as_bytes().to_vec().into(),
            inclusion_proof: vec![],
            checkpoint: signer.sign(head),
        };
        let response = SubmitResponse { receipt: Some(receipt), ..SubmitResponse::default() };
        assert!(is_proved(&response, &signed, &signer.verifier()));
        let other = SignedSubmission { envelope: vec![2].into(), events: vec![] };
        assert!(!is_proved(&response, &other, &signer.verifier()));
        let stranger = CheckpointSigner::new("l.example", key(4)).expect("a signer");
        assert!(!is_proved(&response, &signed, &stranger.verifier()));
        assert!(!is_proved(&SubmitResponse::default(), &signed, &signer.verifier()));
    }

    #[test]
    fn a_changed_file_is_not_signed_a_second_time() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("a.json");
        fs::write(&path, r#"{"record": "A"}"#).expect("written");
        let authored = Authored::read(&path).expect("read");
        assert!(signed_before(&authored).expect("none yet").is_none());
        let signed = SignedSubmission { envelope: vec![1].into(), events: vec![] };
        let file = EnvelopeFile { authored: Some(authored.digest), submissions: vec![signed] };
        file.write(&EnvelopeFile::path_for(&path)).expect("written");
        assert_eq!(signed_before(&authored).expect("signed"), Some(file));
        fs::write(&path, r#"{"record": "B"}"#).expect("written");
        let changed = Authored::read(&path).expect("read");
        assert_eq!(signed_before(&changed).expect_err("changed").exit, Exit::Usage);
    }
}
