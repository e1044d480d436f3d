//! `status`: identity and state of the ledger.

use super::{Exit, Failure, Global, block::fields, output::Output};
use crate::client::{reply::StatusResponse, to_json};

pub async fn run(global: &Global, output: &Output) -> Result<Exit, Failure> {
    let status = global.connect().await?.status().await?;
    output.show(&to_json("StatusResponse", &status), || vec![fields(rows(&status))])?;
    Ok(Exit::Done)
}

fn rows(status: &StatusResponse) -> [(&'static str, String); 9] {
    let state = status.state().as_str_name().trim_start_matches("SERVICE_STATE_").to_lowercase();
    let state = if status.reason.is_empty() { state } else { format!("{state}: {}", status.reason) };
    [
        ("state", state),
        ("ledger id", hex::encode(&status.ledger_id)),
        ("origin", status.origin.clone()),
        ("verifier key", status.checkpoint_vkey.clone()),
        ("entries", status.size.to_string()),
        ("root", hex::encode(&status.root)),
        ("policy", status.policy.to_string()),
        ("read models at", status.read_models_size.to_string()),
        ("version", status.version.clone()),
    ]
}
