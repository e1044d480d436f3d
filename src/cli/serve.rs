//! `serve`: serve a ledger that exists, until SIGTERM or SIGINT.

use std::{fs, io::ErrorKind, path::PathBuf};

use clap::Args;
use tokio::{net::TcpListener, signal::unix::SignalKind};

use super::{Exit, Failure};
use crate::{
    server::{self, Directory, Node, Tls},
    settings::{Settings, SettingsFlags},
    telemetry,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Settings file (TOML); the environment is stronger, flags are strongest.
    #[arg(long, env = "MERESTONE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsFlags,
}

impl Arguments {
    /// File, environment and flags; the log is set up by them.
    pub fn read(&self) -> Result<Settings, Failure> {
        let settings =
            Settings::read(self.config.as_deref(), &self.settings).map_err(|error| Failure::new(Exit::Usage, error))?;
        telemetry::start(settings.log_format, &settings.log_level).map_err(|error| Failure::new(Exit::Usage, error))?;
        Ok(settings)
    }
}

/// Opens the ledger and serves it.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let settings = arguments.read()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(Failure::failed)?.block_on(serve(&settings))
}

async fn serve(settings: &Settings) -> Result<Exit, Failure> {
    let tls = read_tls(settings)?;
    // The port first: a second service on it must not touch the ledger.
    let listener = TcpListener::bind(settings.grpc_listen).await;
    let listener = listener.map_err(|error| cannot_listen(settings, &error))?;
    let address = listener.local_addr().map_err(Failure::failed)?;
    let directory = Directory::new(&settings.data_dir);
    let mut progress = |read: u64, all: u64| tracing::info!(read, all, "reading entries");
    let (parts, recovery) = directory.open(settings, &mut progress).map_err(Failure::failed)?;
    tracing::info!(?recovery, "journal recovered");
    let node = Node::start(parts).map_err(Failure::failed)?;
    let size = node.sequencer().published().head.tree.size.0;
    // Before it is announced: whoever reads the line may end the service at once.
    let shutdown = shutdown_signal().map_err(Failure::failed)?;
    tracing::info!(%address, size, origin = node.verifier().origin(), "serving");
    server::serve(node, listener, tls, shutdown).await.map_err(Failure::failed)?;
    tracing::info!("stopped; everything acknowledged is durable");
    Ok(Exit::Done)
}

fn cannot_listen(settings: &Settings, error: &std::io::Error) -> Failure {
    let advice = match error.kind() {
        ErrorKind::AddrInUse => "stop what listens there, or choose another address with --grpc-listen",
        ErrorKind::PermissionDenied => "choose a port above 1023 with --grpc-listen, or let this user listen there",
        _ => "choose an address of this machine with --grpc-listen",
    };
    Failure::new(Exit::Failed, format!("cannot listen on {}: {error}; {advice}", settings.grpc_listen))
}

fn read_tls(settings: &Settings) -> Result<Option<Tls>, Failure> {
    let Some((certificate, key)) = settings.tls() else { return Ok(None) };
    let read = |path: &std::path::Path| {
        fs::read_to_string(path).map_err(|error| {
            Failure::new(
                Exit::Failed,
                format!("cannot read {}, which tls_cert or tls_key names: {error}", path.display()),
            )
        })
    };
    Ok(Some(Tls { certificate: read(certificate)?, key: read(key)? }))
}

/// Completes at the first SIGTERM or SIGINT.
fn shutdown_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
    let mut interrupt = tokio::signal::unix::signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("shutting down: answering what is under way");
    })
}
