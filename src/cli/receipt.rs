//! `receipt get|verify`: fetch and verify receipts.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use serde_json::json;

use super::{
    Exit, Failure, Global,
    block::{Block, fields},
    output::{Format, Output},
    sign_off,
};
use crate::{
    authoring::EnvelopeFile,
    client::{Client, ReceiptFor, parse_receipt, parse_vkey, to_json},
    crypto::sha256,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fetch the receipt of an entry, under the newest checkpoint.
    Get {
        /// Index of the entry, or SHA-256 of the submission in hexadecimal.
        #[arg(value_parser = parse_entry)]
        entry: ReceiptFor,
    },
    /// Verify a receipt, offline when --vkey is given.
    Verify {
        /// Receipt: a tlog-proof file or JSON.
        receipt: PathBuf,
        /// Envelope file that the receipt is to be for.
        #[arg(long, value_name = "FILE")]
        envelope: Option<PathBuf>,
        /// The ledger's verifier key; otherwise the server is asked, which proves less.
        #[arg(long, value_name = "NAME+HASH+KEY")]
        vkey: Option<String>,
    },
}

pub fn parse_entry(text: &str) -> Result<ReceiptFor, String> {
    if let Ok(index) = text.parse() {
        return Ok(ReceiptFor::Index(index));
    }
    let mut digest = [0; 32];
    let read = hex::decode_to_slice(text, &mut digest).map(|()| ReceiptFor::Submission(digest));
    read.map_err(|_| "it is an index, or a digest of 64 hexadecimal digits".to_owned())
}

pub async fn run(command: Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Get { entry } => {
            let client = global.connect().await?;
            let answer = client.receipt(entry.clone()).await?;
            // For people the proof file is the result: it is what they keep.
            match output.format {
                Format::Table => output.line(answer.tlog_proof.trim_end())?,
                Format::Json | Format::Ndjson => output.show(&to_json("GetReceiptResponse", &answer), Vec::new)?,
            }
            note_state(&client, &entry, output).await?;
            Ok(Exit::Done)
        }
        Command::Verify { receipt, envelope, vkey } => {
            let vkey = match vkey {
                Some(vkey) => vkey,
                None => global.connect().await?.status().await?.checkpoint_vkey,
            };
            verify(&receipt, envelope.as_deref(), &vkey, output)
        }
    }
}

/// Being recorded is not yet being in effect.
async fn note_state(client: &Client, entry: &ReceiptFor, output: &Output) -> Result<(), Failure> {
    if output.format == Format::Table {
        let state = client.sign_offs(entry, None, None).await?.state.unwrap_or_default();
        output.note(&format!("entry {}: {}", state.index, sign_off::state_in_words(&state)));
    }
    Ok(())
}

fn verify(path: &Path, envelope: Option<&Path>, vkey: &str, output: &Output) -> Result<Exit, Failure> {
    let text =
        fs::read_to_string(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
    let receipt = parse_receipt(&text).map_err(|error| Failure::new(Exit::VerificationFailed, error))?;
    let verifier = parse_vkey(vkey).map_err(|error| Failure::new(Exit::Usage, error))?;
    let head = receipt.verify(&verifier).map_err(|error| Failure::new(Exit::VerificationFailed, error))?;
    if let Some(path) = envelope {
        let file = EnvelopeFile::read(path).map_err(|error| Failure::new(Exit::Usage, error))?;
        if !file.submissions.iter().any(|signed| sha256(&signed.envelope) == *receipt.envelope.as_bytes()) {
            let sentence = format!("the receipt is valid, but for another envelope than {}", path.display());
            return Err(Failure::new(Exit::VerificationFailed, sentence));
        }
    }
    let verified = [
        ("index", receipt.index.to_string()),
        ("recorded_at", receipt.recorded_at.to_string()),
        ("envelope_digest", receipt.envelope.to_string()),
        ("size", head.size.to_string()),
        ("origin", verifier.origin().to_owned()),
    ];
    let json = json!({"verified": verified.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect::<serde_json::Map<_, _>>()});
    output.show(&json, || vec![Block::Text("The receipt is valid.".into()), fields(verified.clone())])?;
    Ok(Exit::Done)
}
