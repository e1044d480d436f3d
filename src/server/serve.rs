//! Serving a node over gRPC until it is told to stop.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::{oneshot, watch},
};
use tonic::{
    service::Routes,
    transport::{Identity, Server, ServerTlsConfig, server::TcpIncoming},
};
use tonic_health::server::HealthReporter;

use super::{
    Node, audit::AuditService, connections, edge::Edge, ledger::LedgerService, minefields::MinefieldsService,
    organisations::OrganisationsService, sign_offs::SignOffsService, treaties::TreatiesService,
};
use crate::{
    limits::{self, messages_bounded},
    sequencer::{Published, ServiceState},
    wire::proto::{
        self, audit_server::AuditServer, ledger_server::LedgerServer, minefields_server::MinefieldsServer,
        organisations_server::OrganisationsServer, sign_offs_server::SignOffsServer, treaties_server::TreatiesServer,
    },
};

/// Certificate chain and private key, PEM.
#[derive(Clone)]
pub struct Tls {
    pub certificate: String,
    pub key: String,
}

/// The service could not be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("the service cannot be served")]
    Transport(#[from] tonic::transport::Error),
    #[error("tls_cert and tls_key cannot be used: give the PEM files of a certificate chain and of its private key")]
    Tls(#[source] tonic::transport::Error),
    #[error("the service cannot describe itself")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// What clients may take before anything is decided; `limits` has the defaults
/// with their arithmetic.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Connections at once.
    pub connections: usize,
    /// Calls at once on one connection.
    pub calls_per_connection: u32,
    /// Bytes of requests that have arrived in part.
    pub receiving_bytes: usize,
    /// How long a connection may be silent.
    pub silence: Duration,
    /// How long a call may take until its answer begins.
    pub answer_within: Duration,
    /// How long a shutdown waits for clients that do not read.
    pub shutdown_grace: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: limits::CONNECTIONS,
            calls_per_connection: limits::CALLS_PER_CONNECTION,
            receiving_bytes: limits::RECEIVING_BYTES,
            silence: limits::CONNECTION_SILENCE,
            answer_within: limits::ANSWER_WITHIN,
            shutdown_grace: limits::SHUTDOWN_GRACE,
        }
    }
}

/// Serves until `shutdown` completes, then answers what is under way and stops
/// the node. Nothing acknowledged is lost.
pub async fn serve(
    node: Arc<Node>,
    listener: TcpListener,
    tls: Option<Tls>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    serve_within(Bounds::default(), node, listener, tls, shutdown).await
}

/// The same within other bounds.
pub async fn serve_within(
    bounds: Bounds,
    node: Arc<Node>,
    listener: TcpListener,
    tls: Option<Tls>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let (mut health, health_service) = tonic_health::server::health_reporter();
    let published = node.sequencer().follow();
    // Before anybody can ask.
    let told = is_serving(&published.borrow());
    tell(&mut health, told).await;
    let watching = tokio::spawn(report_health(published, told, health));
    let routes = routes(&node)?.add_service(health_service);
    let edge = Edge::new(routes, bounds.receiving_bytes, bounds.answer_within);
    // On the connections themselves: the builder's own switch is only for a listener
    // that it opens. Without it an answer can wait for a delayed acknowledgement.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let incoming = connections::bounded(incoming, bounds.connections, bounds.silence);
    let (begin, begun) = oneshot::channel();
    let shutdown = announced(shutdown, Arc::clone(&node), begin);
    let serving = server(&bounds, tls)?.serve_with_incoming_shutdown(edge, incoming, shutdown);
    let served = tokio::select! {
        served = serving => served,
        () = overdue(begun, bounds.shutdown_grace) => Ok(()),
    };
    watching.abort();
    let stopped = tokio::task::spawn_blocking(move || node.stop()).await;
    if stopped.is_err() {
        tracing::error!("the node did not stop cleanly");
    }
    Ok(served?)
}

/// The services over a node.
fn routes(node: &Arc<Node>) -> Result<Routes, ServeError> {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    let audit = AuditServer::new(AuditService(Arc::clone(node)));
    let organisations = OrganisationsServer::new(OrganisationsService(Arc::clone(node)));
    let sign_offs = SignOffsServer::new(SignOffsService(Arc::clone(node)));
    let treaties = TreatiesServer::new(TreatiesService(Arc::clone(node)));
    let minefields = MinefieldsServer::new(MinefieldsService(Arc::clone(node)));
    Ok(Routes::new(messages_bounded!(LedgerServer::new(LedgerService(Arc::clone(node)))))
        .add_service(messages_bounded!(audit))
        .add_service(messages_bounded!(organisations))
        .add_service(messages_bounded!(sign_offs))
        .add_service(messages_bounded!(treaties))
        .add_service(messages_bounded!(minefields))
        .add_service(reflection))
}

/// HTTP/2 within bounds. A live connection answers a ping within a third of the
/// time that it may be silent.
fn server(bounds: &Bounds, tls: Option<Tls>) -> Result<Server, ServeError> {
    let server = Server::builder()
        .max_concurrent_streams(bounds.calls_per_connection)
        .initial_stream_window_size(limits::WINDOW_BYTES)
        .initial_connection_window_size(limits::WINDOW_BYTES)
        .http2_max_header_list_size(limits::HEADER_BYTES)
        .http2_keepalive_interval(Some(bounds.silence / 3))
        .http2_keepalive_timeout(Some(bounds.silence / 3));
    match tls {
        Some(tls) => {
            let identity = Identity::from_pem(tls.certificate, tls.key);
            server.tls_config(ServerTlsConfig::new().identity(identity)).map_err(ServeError::Tls)
        }
        None => Ok(server),
    }
}

/// Completes when the service shall end; streams that wait for more end with it.
async fn announced(shutdown: impl Future<Output = ()>, node: Arc<Node>, begin: oneshot::Sender<()>) {
    shutdown.await;
    node.sequencer().announce_shutdown();
    // Nobody listens when the service ended by itself.
    let _ = begin.send(());
}

/// Completes when a shutdown has waited long enough: a client that does not read
/// its answers must not keep the service from ending.
async fn overdue(begun: oneshot::Receiver<()>, grace: Duration) {
    if begun.await.is_err() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(grace).await;
    tracing::warn!("some clients did not read their answers in time; they are cut off");
}

/// Tells the health service what the ledger's state is, whenever it changes from
/// what was told.
async fn report_health(mut published: watch::Receiver<Arc<Published>>, mut told: bool, mut health: HealthReporter) {
    loop {
        let other = published.wait_for(|now| now.ending || is_serving(now) != told).await;
        let Ok(now) = other.map(|now| Arc::clone(&now)) else { return };
        told = is_serving(&now);
        tell(&mut health, told).await;
        if now.ending {
            // Ends the streams of those who watch; they have heard the last word.
            for service in HEALTH_SERVICES {
                health.clear_service_status(service).await;
            }
            return;
        }
    }
}

/// The names under which the health service answers for the ledger.
const HEALTH_SERVICES: [&str; 2] = ["", "merestone.v1.Ledger"];

fn is_serving(published: &Published) -> bool {
    published.state == ServiceState::Serving
}

async fn tell(health: &mut HealthReporter, serving: bool) {
    let status = if serving { tonic_health::ServingStatus::Serving } else { tonic_health::ServingStatus::NotServing };
    for service in HEALTH_SERVICES {
        health.set_service_status(service, status).await;
    }
}
