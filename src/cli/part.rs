//! `part prove|verify`: that a committed part is what was recorded then.

use std::{fs, path::PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::{
    Exit, Failure, Global,
    block::{fields as named_fields, sentences},
    output::Output,
};
use crate::{
    client::{
        Client, OpenedPart, PartProof, ReceiptFor, committed_in, disclosed_in, kept_part, parse_receipt, parse_vkey,
        reply::{Entry, ReplayRequest},
    },
    crypto::PublicKey,
    domain::EventId,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a file that proves a committed part to somebody who has no access to the ledger.
    Prove {
        /// Index of the entry whose event holds the commitment.
        entry: u64,
        /// Id of the event, when the entry has several with commitments.
        #[arg(long)]
        event: Option<EventId>,
        /// Slot of the part, when the event has several commitments.
        #[arg(long)]
        slot: Option<u32>,
        /// What the author kept (FILE.withheld.ndjson); otherwise a disclosure in the ledger.
        #[arg(long, value_name = "FILE")]
        kept: Option<PathBuf>,
        /// Where to write the proof.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Verify such a file, offline when --vkey is given.
    Verify {
        file: PathBuf,
        /// The ledger's verifier key; otherwise the server is asked, which proves less.
        #[arg(long, value_name = "NAME+HASH+KEY")]
        vkey: Option<String>,
    },
}

pub async fn run(command: Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Prove { entry, event, slot, kept, file } => {
            let client = global.connect().await?;
            let proof = prove(&client, entry, (event, slot), kept.as_deref()).await?;
            let verifier = parse_vkey(&client.status().await?.checkpoint_vkey);
            let verifier = verifier.map_err(|error| Failure::new(Exit::Failed, error))?;
            // Nobody shall carry away a proof that does not hold.
            proof.verify(&verifier).map_err(|error| Failure::new(Exit::VerificationFailed, error))?;
            let text = format!("{:#}\n", proof.to_json());
            fs::write(&file, text).map_err(|error| Failure::new(Exit::Failed, error))?;
            shown(&proof, &verifier, output)
        }
        Command::Verify { file, vkey } => {
            let vkey = match vkey {
                Some(vkey) => vkey,
                None => global.connect().await?.status().await?.checkpoint_vkey,
            };
            let text = fs::read_to_string(&file)
                .map_err(|error| Failure::usage(format!("cannot read {}: {error}", file.display())))?;
            let proof = PartProof::from_json(&text).map_err(|error| Failure::new(Exit::VerificationFailed, error))?;
            let verifier = parse_vkey(&vkey).map_err(|error| Failure::new(Exit::Usage, error))?;
            shown(&proof, &verifier, output)
        }
    }
}

fn shown(
    proof: &PartProof,
    verifier: &crate::checkpoint::CheckpointVerifier,
    output: &Output,
) -> Result<Exit, Failure> {
    let part = proof.verify(verifier).map_err(|error| Failure::new(Exit::VerificationFailed, error))?;
    let fields = [
        ("part", part.kind.name().replace('_', " ")),
        ("subject", part.subject.clone()),
        ("event", part.event.to_string()),
        ("slot", proof.slot.to_string()),
        ("recorded by", format!("{}/{}", part.organisation, part.member)),
        ("recorded at", proof.receipt.recorded_at.to_string()),
        ("index", proof.receipt.index.to_string()),
        ("ledger", part.ledger.to_string()),
        ("origin", verifier.origin().to_owned()),
        ("content", part.content.to_string()),
    ];
    let named = |(name, value): &(&str, String)| (name.replace(' ', "_"), json!(value));
    let mut verified: serde_json::Map<_, _> = fields.iter().map(named).collect();
    verified.insert("content".into(), part.content.clone());
    output.show(&json!({ "verified": verified }), || {
        vec![sentences(None, ["verified".to_owned()]), named_fields(fields.clone())]
    })?;
    Ok(Exit::Done)
}

async fn prove(
    client: &Client,
    index: u64,
    wanted: (Option<EventId>, Option<u32>),
    kept: Option<&std::path::Path>,
) -> Result<PartProof, Failure> {
    let range = ReplayRequest { from: index, to: index + 1, ..ReplayRequest::default() };
    let entry = entries(client, range).await?.pop();
    let entry = entry.ok_or_else(|| Failure::new(Exit::NoSuchThing, format!("the ledger has no entry {index}")))?;
    let (event, slot, bytes) = one_of(&entry, wanted)?;
    let opened = opened(client, (event, slot), kept).await?;
    let answer = client.receipt(ReceiptFor::Index(index)).await?;
    let receipt = parse_receipt(&answer.tlog_proof).map_err(|error| Failure::new(Exit::Failed, error))?;
    let author_key = author_key(client, &entry).await?;
    let OpenedPart { salt, content, .. } = opened;
    Ok(PartProof { receipt, envelope: entry.envelope, event: bytes, author_key, slot, salt, content })
}

/// The one commitment of the entry that is meant.
fn one_of(
    entry: &Entry,
    (event, slot): (Option<EventId>, Option<u32>),
) -> Result<(EventId, u32, prost::bytes::Bytes), Failure> {
    let meant =
        |(id, at, _): &(EventId, u32, _)| event.is_none_or(|event| event == *id) && slot.is_none_or(|slot| slot == *at);
    let mut found: Vec<_> = committed_in(entry).into_iter().filter(meant).collect();
    match found.len() {
        0 => Err(Failure::new(Exit::NoSuchThing, format!("entry {} holds no such commitment", entry.index))),
        1 => Ok(found.remove(0)),
        _ => {
            let choices = found.iter().map(|(event, slot, _)| format!("--event {event} --slot {slot}"));
            Err(Failure::usage(format!("say which one:\n{}", choices.collect::<Vec<_>>().join("\n"))))
        }
    }
}

/// Salt and content: from the author's file, or from a disclosure in the ledger.
async fn opened(client: &Client, meant: (EventId, u32), kept: Option<&std::path::Path>) -> Result<OpenedPart, Failure> {
    let parts: Vec<OpenedPart> = match kept {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| Failure::new(Exit::Usage, error))?;
            text.lines().filter_map(kept_part).collect()
        }
        None => {
            let request = ReplayRequest { kind: "part_disclosed".into(), ..ReplayRequest::default() };
            entries(client, request).await?.iter().flat_map(disclosed_in).collect()
        }
    };
    let found = parts.into_iter().find(|part| (part.event, part.slot) == meant);
    found.ok_or_else(|| {
        let sentence = match kept {
            Some(path) => format!("{} holds nothing for slot {} of event {}", path.display(), meant.1, meant.0),
            None => "nobody disclosed it in the ledger: its author can prove it with --kept".to_owned(),
        };
        Failure::new(Exit::NoSuchThing, sentence)
    })
}

async fn entries(client: &Client, request: ReplayRequest) -> Result<Vec<Entry>, Failure> {
    let mut stream = client.replay(request).await?;
    let mut entries = Vec::new();
    while let Some(chunk) = stream.message().await.map_err(crate::client::ClientError::from)? {
        entries.extend(chunk.entries);
    }
    Ok(entries)
}

/// The public key of the entry's author, as the ledger enrolled it.
async fn author_key(client: &Client, entry: &Entry) -> Result<PublicKey, Failure> {
    let missing = || Failure::new(Exit::Failed, "the ledger does not tell the author's key");
    let author = crate::client::author_of(entry).ok_or_else(missing)?;
    let answer = client.organisation(&author.0, None).await?;
    let members = answer.organisation.map(|organisation| organisation.members).unwrap_or_default();
    let mut keys = members.into_iter().flat_map(|member| member.keys);
    let key = keys.find(|key| key.id[..] == author.1[..]).ok_or_else(missing)?;
    PublicKey::from_spki(&key.public_key).map_err(|error| Failure::new(Exit::Failed, error))
}
