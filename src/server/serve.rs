//! Serving a node over gRPC until it is told to stop.

use std::{future::Future, sync::Arc};

use tokio::{net::TcpListener, sync::oneshot};
use tonic::transport::{Identity, Server, ServerTlsConfig, server::TcpIncoming};
use tonic_health::server::HealthReporter;

use super::{
    Node, audit::AuditService, ledger::LedgerService, minefields::MinefieldsService,
    organisations::OrganisationsService, treaties::TreatiesService,
};
use crate::{
    limits,
    sequencer::ServiceState,
    wire::proto::{
        self, audit_server::AuditServer, ledger_server::LedgerServer, minefields_server::MinefieldsServer,
        organisations_server::OrganisationsServer, treaties_server::TreatiesServer,
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
    #[error("the service cannot describe itself")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// Serves until `shutdown` completes, then answers what is under way and stops
/// the node. Nothing acknowledged is lost.
pub async fn serve(
    node: Arc<Node>,
    listener: TcpListener,
    tls: Option<Tls>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let (health, health_service) = tonic_health::server::health_reporter();
    let watching = tokio::spawn(report_health(Arc::clone(&node), health));
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    let mut server = Server::builder();
    // On the connections themselves: the builder's own switch is only for a listener
    // that it opens. Without it an answer can wait for a delayed acknowledgement.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    if let Some(tls) = tls {
        let identity = Identity::from_pem(tls.certificate, tls.key);
        server = server.tls_config(ServerTlsConfig::new().identity(identity))?;
    }
    let (begin, begun) = oneshot::channel();
    let shutdown = announced(shutdown, Arc::clone(&node), begin);
    let ledger = LedgerServer::new(LedgerService(Arc::clone(&node))).max_decoding_message_size(limits::MESSAGE_BYTES);
    let serving = server
        .add_service(ledger)
        .add_service(AuditServer::new(AuditService(Arc::clone(&node))))
        .add_service(OrganisationsServer::new(OrganisationsService(Arc::clone(&node))))
        .add_service(TreatiesServer::new(TreatiesService(Arc::clone(&node))))
        .add_service(MinefieldsServer::new(MinefieldsService(Arc::clone(&node))))
        .add_service(health_service)
        .add_service(reflection)
        .serve_with_incoming_shutdown(incoming, shutdown);
    let served = tokio::select! {
        served = serving => served,
        () = overdue(begun) => Ok(()),
    };
    watching.abort();
    let stopped = tokio::task::spawn_blocking(move || node.stop()).await;
    if stopped.is_err() {
        tracing::error!("the node did not stop cleanly");
    }
    Ok(served?)
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
async fn overdue(begun: oneshot::Receiver<()>) {
    if begun.await.is_err() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(limits::SHUTDOWN_GRACE).await;
    tracing::warn!("some clients did not read their answers in time; they are cut off");
}

/// Tells the health service what the ledger's state is, whenever it changes.
async fn report_health(node: Arc<Node>, mut health: HealthReporter) {
    let mut published = node.sequencer().follow();
    loop {
        let serving = published.borrow_and_update().state == ServiceState::Serving;
        let status =
            if serving { tonic_health::ServingStatus::Serving } else { tonic_health::ServingStatus::NotServing };
        health.set_service_status("", status).await;
        health.set_service_status("merestone.v1.Ledger", status).await;
        if published.borrow().state == ServiceState::ShuttingDown {
            // Ends the streams of those who watch; they have heard the last word.
            health.clear_service_status("").await;
            health.clear_service_status("merestone.v1.Ledger").await;
            return;
        }
        if published.wait_for(|now| (now.state == ServiceState::Serving) != serving).await.is_err() {
            return;
        }
    }
}
