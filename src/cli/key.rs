//! `key new|show|prove`: make and inspect signing keys.

use std::path::PathBuf;

use base64::{Engine, prelude::BASE64_STANDARD};
use clap::Subcommand;
use serde_json::{Value, json};

use super::{
    Exit, Failure, Global, author,
    block::{Block, fields},
    fresh_randomness,
    output::Output,
    parse_ledger_id,
};
use crate::{
    crypto::{PayloadType, SigningKey},
    domain::{LedgerId, MemberId, OrganisationId},
    wire::possession_bytes,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new key: a PKCS#8 PEM file that only its owner can read.
    New {
        /// File to write; it must not exist.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Show the id and the public half of a key.
    Show {
        /// Key file; otherwise the one of --key.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Print a `key_enrolled` event in which the key of --key proves itself, for an administrator to submit.
    Prove {
        /// The ledger's id, in hexadecimal or as in JSON.
        #[arg(long, value_parser = parse_ledger_id, env = "MERESTONE_LEDGER", hide_env_values = true, value_name = "ID")]
        ledger: LedgerId,
        /// The organisation that the key will sign for.
        #[arg(long, env = "MERESTONE_ORGANISATION", hide_env_values = true, value_name = "ID")]
        organisation: OrganisationId,
        /// The post that the key will sign for.
        #[arg(long, env = "MERESTONE_MEMBER", hide_env_values = true, value_name = "ID")]
        member: MemberId,
        /// The document that authorises the enrolment, where it is known already.
        #[arg(long, value_name = "REFERENCE")]
        authorised_by: Option<String>,
    },
}

pub fn run(command: Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    match command {
        Command::New { file } => {
            let mut seed = [0; 32];
            fresh_randomness(&mut seed);
            let key = SigningKey::from_seed(&seed);
            if file.exists() {
                let shown = file.display();
                return Err(Failure::usage(format!("{shown} exists; a key is never overwritten, name another file")));
            }
            key.write_file(&file).map_err(Failure::failed)?;
            output.note(&format!(
                "{} holds the private key; keep it to yourself. An administrator enrols what `merestone key prove` \
                 prints. The public half:",
                file.display()
            ));
            show(&key, output)
        }
        Command::Show { file: Some(file) } => {
            show(&SigningKey::read_file(&file).map_err(|error| Failure::new(Exit::Usage, error))?, output)
        }
        Command::Show { file: None } => show(&author::read_key(global)?, output),
        Command::Prove { ledger, organisation, member, authorised_by } => {
            let mut item = enrolment(&author::read_key(global)?, &ledger, &organisation, &member);
            match authorised_by {
                Some(reference) => item["key_enrolled"]["authorised_by"] = reference.into(),
                None => output.note("fill in authorised_by before it is submitted"),
            }
            output.show(&item, || vec![Block::Text(format!("{item:#}"))])?;
            Ok(Exit::Done)
        }
    }
}

fn show(key: &SigningKey, output: &Output) -> Result<Exit, Failure> {
    let public = key.public();
    let json = json!({"key_id": public.id().to_string(), "public_key_pem": public.to_pem()});
    output.show(&json, || {
        vec![fields([("key id", public.id().to_string())]), Block::Text(public.to_pem().trim_end().to_owned())]
    })?;
    Ok(Exit::Done)
}

/// The event in which a key proves itself, as an authoring form.
fn enrolment(key: &SigningKey, ledger: &LedgerId, organisation: &OrganisationId, member: &MemberId) -> Value {
    let public = key.public();
    let bytes = possession_bytes(ledger, organisation, member, public);
    json!({"organisation": organisation.as_str(), "key_enrolled": {
        "member": member.as_str(),
        "public_key": BASE64_STANDARD.encode(public.to_spki()),
        "possession": BASE64_STANDARD.encode(key.sign(PayloadType::KeyPossession, &bytes)),
        "authorised_by": "",
    }})
}
