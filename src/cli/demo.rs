//! `demo`: a whole ledger in one command.

use std::{io, net::SocketAddr, path::PathBuf};

use super::{Exit, Failure, block::Block, fresh_randomness, land_tables, treaty_duties, treaty_parties, treaty_status};
use crate::{
    client::{
        KnownAt,
        reply::{
            GetRecordResponse, ListPartiesResponse, ObligationsResponse, RecordAccountsResponse, RecordsAtResponse,
            TreatyStatusResponse,
        },
    },
    demo::{self, DemoError, Options, Tables, World},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Directory to found the ledger in, where it stays; otherwise a temporary one.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Address of this machine to serve on; otherwise a free port.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Stop after the last step instead of serving on.
    #[arg(long)]
    exit: bool,
}

pub fn run(args: Args) -> Result<Exit, Failure> {
    let Args { dir, listen, exit } = args;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(Exit::Failed, error))?;
    let world = World { randomness: &mut fresh_randomness, tables: &CommandTables, out: &mut io::stdout() };
    match runtime.block_on(demo::run(&Options { dir, listen, exit }, world, stopped())) {
        Ok(_) => Ok(Exit::Done),
        // Whoever reads has seen enough, as with `| head`.
        Err(DemoError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(error) => Err(Failure::new(Exit::Failed, error)),
    }
}

/// The tables of the commands.
#[derive(Debug)]
pub struct CommandTables;

impl Tables for CommandTables {
    fn status(&self, answer: &TreatyStatusResponse, known_at: Option<KnownAt>, width: u16) -> Vec<String> {
        texts(&treaty_status::shown(answer, known_at), width)
    }

    fn parties(&self, answer: &ListPartiesResponse, known_at: Option<KnownAt>, width: u16) -> Vec<String> {
        texts(&treaty_parties::shown(answer, known_at), width)
    }

    fn duties(&self, answer: &ObligationsResponse, width: u16) -> Vec<String> {
        texts(&treaty_duties::obligations(answer, false), width)
    }

    fn records_at(&self, answer: &RecordsAtResponse, width: u16) -> Vec<String> {
        texts(&land_tables::at(&answer.records, &answer.at, &answer.caution), width)
    }

    fn accounts(&self, answer: &RecordAccountsResponse, width: u16) -> Vec<String> {
        let RecordAccountsResponse { parcels, totals, findings, caution, .. } = answer;
        texts(&land_tables::accounts(parcels, totals.as_ref(), findings, caution), width)
    }

    fn record(&self, answer: &GetRecordResponse, width: u16) -> Vec<String> {
        texts(&land_tables::record(answer), width)
    }
}

fn texts(blocks: &[Block], width: u16) -> Vec<String> {
    blocks.iter().map(|block| block.text(width)).collect()
}

/// Ctrl-C, or SIGTERM from whatever started the program.
async fn stopped() {
    let mut terminated = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminated) => terminated,
        // Without the signal Ctrl-C is left.
        Err(_) => return drop(tokio::signal::ctrl_c().await),
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}
