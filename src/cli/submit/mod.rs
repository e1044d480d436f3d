//! `submit FILE|FOLDER...`: any order, any number of times.
//!
//! Promises: what is sent was first written down as an envelope file, so that a
//! second run sends the same bytes and gets the same receipts; a receipt is
//! verified before it counts and is kept as a tlog-proof file; what is rejected
//! is sent again as long as others of the run are accepted, so that the order of
//! the files does not matter. Which legal findings came is asked when all is sent, and no
//! answer fails no run.

mod brought;
mod gather;
pub(super) mod receipts;
mod report;
mod send;

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc, time::Duration};

use clap::Args;

use self::{
    gather::{Gathered, Parcel, gather, parcels_of},
    receipts::receipt_file,
    report::report,
    send::Sender,
};
use super::{
    Exit, Failure, Global, author,
    author::Authored,
    fresh_seed,
    output::{Output, to_stderr},
    seen::SeenFolder,
};
use crate::{
    client::{Client, ClientError, Founded, KnownCheckpoint, Patience, Untrusted},
    domain::TreeHead,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Authoring files, envelope files, or folders of them.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,
    /// Folder for the receipts; otherwise each lies beside its envelope file.
    #[arg(long, value_name = "DIR")]
    receipts: Option<PathBuf>,
    /// Seconds to go on trying while the ledger is busy or cannot be reached.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    wait: u64,
    /// Do not ask afterwards which legal findings came with the acts.
    #[arg(long)]
    no_findings: bool,
    #[command(flatten)]
    author: author::AuthorArguments,
}

pub async fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let gathered = gather(&arguments.paths)?;
    let patience = Patience::new(Duration::from_secs(arguments.wait), fresh_seed());
    let client = connect(global, &patience).await?;
    let founded = arguments.author.founded(&client).await?;
    let seen = arguments.author.seen_folder(global);
    let first = seen.renew(&client, &founded).await?;
    let mut parcels = sign_all(gathered, arguments, global, (&client, &founded)).await?;
    name_receipts(&mut parcels, arguments)?;
    let sender = Sender::new(client.clone(), founded.clone(), patience, output.progress(count(&parcels)));
    sender.send_all(&mut parcels).await;
    let checked = match sender.heads(&parcels) {
        heads if heads.is_empty() => Ok(first),
        heads => close(&sender, heads, &seen).await,
    };
    let mut untold = None;
    if checked.is_ok() {
        sender.ask_states(&mut parcels).await;
        if !arguments.no_findings {
            untold = brought::ask(&sender, &mut parcels).await;
        }
    }
    report(&parcels, checked.as_ref().ok(), output)?;
    untold.iter().for_each(|untold| output.note(untold));
    report::to_sign_anew(&parcels).iter().for_each(|advice| output.note(advice));
    let exit = report::exit_of_all(&parcels);
    let newest = checked?;
    match seen.file(founded.ledger) {
        Some(file) => output.note(&format!("verified up to {} entries, kept in {}", newest.head.size, file.display())),
        None => output.note(
            "the checkpoint that was verified is not kept: name a folder for it with --state, so that the next run \
             notices a changed history",
        ),
    }
    Ok(exit)
}

/// Proves that all receipts lie on one history, and keeps its newest checkpoint.
async fn close(sender: &Arc<Sender>, heads: Vec<TreeHead>, seen: &SeenFolder) -> Result<KnownCheckpoint, Failure> {
    let founded = sender.founded();
    let newest = seen.renew(sender.client(), founded).await?;
    match sender.prove_one_history(heads, newest.head).await {
        Ok(()) => Ok(newest),
        Err(error @ Untrusted::Forked { .. }) => Err(seen.forked(founded.ledger, &error)),
        Err(error) => Err(error.into()),
    }
}

async fn connect(global: &Global, patience: &Patience) -> Result<Client, Failure> {
    let waiting = |error: &ClientError, wait: Duration| {
        to_stderr(&format!("{error}; trying again in {:.1} s", wait.as_secs_f64()));
    };
    Ok(patience.ask(|| Client::connect(&global.server, global.ca.as_deref()), waiting).await?)
}

fn count(parcels: &[Parcel]) -> u64 {
    parcels.iter().map(|parcel| parcel.outcomes.len() as u64).sum()
}

/// Signs what is not signed yet. All files are read before the first is
/// expanded, so that one may name what another registers.
async fn sign_all(
    gathered: Gathered,
    arguments: &Arguments,
    global: &Global,
    (client, founded): (&Client, &Founded),
) -> Result<Vec<Parcel>, Failure> {
    let Gathered { mut parcels, unsigned } = gathered;
    if !unsigned.is_empty() {
        let mut author = arguments.author.online(global, client, founded.ledger).await?;
        unsigned.iter().for_each(|authored: &Authored| author.names.note_registered(&authored.items));
        for authored in &unsigned {
            let (path, file) = author.sign_into_file(authored)?;
            parcels.push(parcels_of(&authored.path, path, Ok(file.submissions.len())));
        }
        parcels.sort_by(|one, other| one.file.cmp(&other.file));
    }
    Ok(parcels)
}

/// Says where each receipt goes, before anything is sent.
fn name_receipts(parcels: &mut [Parcel], arguments: &Arguments) -> Result<(), Failure> {
    let mut taken = BTreeMap::new();
    for parcel in parcels {
        let count = parcel.outcomes.len();
        let file = |at| receipt_file(&parcel.envelope, arguments.receipts.as_deref(), at, count);
        parcel.receipts = (0..count).map(file).collect();
        for receipt in &parcel.receipts {
            if let Some(other) = taken.insert(receipt.clone(), parcel.file.clone()) {
                let (one, other, receipt) = (parcel.file.display(), other.display(), receipt.display());
                let sentence = format!("{other} and {one} would both have the receipt {receipt}; rename one of them");
                return Err(Failure::usage(sentence));
            }
        }
    }
    if let Some(folder) = &arguments.receipts {
        let failed = |error| Failure::failed(format!("cannot create {}: {error}", folder.display()));
        fs::create_dir_all(folder).map_err(failed)?;
    }
    Ok(())
}
