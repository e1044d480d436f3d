//! `demo`: a whole ledger in one command.

use std::{io, net::SocketAddr, path::PathBuf};

use super::{Exit, Failure, fresh_randomness};
use crate::{
    clock::RunningClock,
    demo::{self, DemoError, Options, World},
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
    let clock = RunningClock::start(None).map_err(|error| Failure::new(Exit::Failed, error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(Exit::Failed, error))?;
    let world = World { clock: &clock, randomness: &mut fresh_randomness, out: &mut io::stdout() };
    match runtime.block_on(demo::run(&Options { dir, listen, exit }, world, stopped())) {
        Ok(()) => Ok(Exit::Done),
        // Whoever reads has seen enough, as with `| head`.
        Err(DemoError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(error) => Err(Failure::new(Exit::Failed, error)),
    }
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
