//! The demonstration's ledger, served on this machine.

use std::sync::Arc;

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{DemoError, During, Told};
use crate::{
    clock::{Clock, ReplayedClock},
    domain::{RecordingTime, Size},
    server::{Directory, Node, ServeError, serve},
    settings::{Settings, may_listen},
};

/// A running service.
pub struct Served {
    pub url: String,
    node: Arc<Node>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
}

impl Served {
    /// Opens the ledger and serves it, by the replayed clock.
    pub async fn start(directory: &Directory, settings: &Settings, clock: &ReplayedClock) -> Told<Self> {
        let address = settings.grpc_listen;
        if !may_listen(address, false, settings.allow_plaintext_non_loopback) {
            let refused =
                format!("{address} can be reached from outside; the demonstration listens on this machine only");
            return Err(refused).during("serve the ledger");
        }
        let clock = |_: &Settings, newest: Option<RecordingTime>| {
            newest.into_iter().for_each(|newest| clock.forward_to(newest));
            Ok(Arc::new(clock.clone()) as Arc<dyn Clock>)
        };
        let (parts, _) = directory.open_by(settings, &clock, &mut |_, _| {}).during("open the ledger")?;
        let node = Node::start(parts).during("start the ledger")?;
        let listener = TcpListener::bind(address).await.during("listen (is the port in use?)")?;
        let url = format!("http://{}", listener.local_addr().during("listen")?);
        let (stop, stopped) = oneshot::channel::<()>();
        // A dropped sender stops the service just as a sent word does.
        let shutdown = async move { drop(stopped.await) };
        let task = tokio::spawn(serve(Arc::clone(&node), listener, None, shutdown));
        Ok(Self { url, node, stop, task })
    }

    /// Waits until the read models hold so many entries.
    pub async fn wait_for_models(&self, size: Size) -> Told {
        let held = self.node.wait_for_models(size).await;
        held.map_err(|_| DemoError::NotShown(format!("the read models reach {size} entries in time")))
    }

    /// Stops the service; what is under way is answered first.
    pub async fn stop(self) -> Told {
        let Self { url: _, node: _, stop, task } = self;
        // The service may have ended by itself; then the task tells why.
        let _ = stop.send(());
        task.await.during("stop the service")?.during("serve the ledger")
    }
}
