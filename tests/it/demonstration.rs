//! The demonstration's ledger, served as its reader finds it: founded, filled and
//! audited by the demonstration itself, asked over the network as a client asks.
//!
//! Promises: tests that run side by side ask one ledger, to which nobody adds; the last
//! of them stops it, and its directory is gone then.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError, Weak, mpsc},
    thread::JoinHandle,
};

use merestone::{
    cli::demo::CommandTables,
    client::{
        Client, KnownAt, OnDay,
        reply::{
            Claims, ListPartiesResponse, ObligationsResponse, Overlay, PartyCount, SuspensionAsserted,
            TreatyStatusResponse,
        },
    },
    demo::{self, Options, World},
};
use tokio::sync::oneshot;

static RUNNING: Mutex<Weak<Demonstration>> = Mutex::new(Weak::new());

/// A demonstration that goes on serving.
pub struct Demonstration {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Demonstration {
    fn start() -> Self {
        let (stop, stopped) = oneshot::channel();
        let (served, serving) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            let mut randomness = |bytes: &mut [u8]| rand::Rng::fill_bytes(&mut rand::rng(), bytes);
            let mut told = Told { text: String::new(), served };
            let world = World { randomness: &mut randomness, tables: &CommandTables, out: &mut told };
            let stopped = async move { stopped.await.unwrap_or_default() };
            runtime.block_on(demo::run(&Options::default(), world, stopped)).unwrap();
        });
        let url = serving.recv().expect("the demonstration comes to its end");
        Self { url, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Demonstration {
    fn drop(&mut self) {
        // Whoever has ended already hears nothing.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            ended.unwrap().unwrap();
        }
    }
}

/// What the demonstration tells; once it serves on, its address is passed on.
struct Told {
    text: String,
    served: mpsc::Sender<String>,
}

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.push_str(&String::from_utf8_lossy(bytes));
        if self.text.contains("The ledger is being served.") {
            let (_, rest) = self.text.split_once("served at").unwrap();
            let url = rest.trim_start().split(',').next().unwrap().to_owned();
            // Nobody waits for it a second time.
            let _ = self.served.send(url);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Asks the demonstration's ledger.
pub struct Asked {
    pub client: Client,
    keeps: Arc<Demonstration>,
}

/// Today, as far as the ledger goes.
pub const NOW: &str = "";

impl Asked {
    pub async fn begin() -> Self {
        // Founding one takes a while; whoever waits for it must not hold up its own runtime.
        let keeps = tokio::task::spawn_blocking(running).await.unwrap();
        Self { client: Client::connect(&keeps.url, None).await.unwrap(), keeps }
    }

    /// Where the ledger is served.
    pub fn server(&self) -> &str {
        &self.keeps.url
    }

    /// The status on a day, as known at the end of another.
    pub async fn status(&self, treaty: &str, participant: &str, at: &str, known_on: &str) -> TreatyStatusResponse {
        self.client.treaty_status(treaty, participant, &on(at, known_on)).await.unwrap()
    }

    /// Status, and the day on which a withdrawal takes or took effect.
    pub async fn told(&self, treaty: &str, participant: &str, at: &str, known_on: &str) -> (String, String) {
        let answer = self.status(treaty, participant, at, known_on).await;
        let [outcome] = answer.outcomes.as_slice() else { panic!("{:?}", answer.outcomes) };
        (outcome.status.clone(), outcome.effective.clone())
    }

    pub async fn parties(&self, at: &str, known_on: &str) -> ListPartiesResponse {
        self.client.parties("APMBC", &[], &on(at, known_on)).await.unwrap()
    }

    pub async fn duties(&self, participant: &str, at: &str) -> ObligationsResponse {
        self.client.obligations(participant, None, &on(at, NOW)).await.unwrap()
    }
}

fn running() -> Arc<Demonstration> {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    running.upgrade().unwrap_or_else(|| {
        let started = Arc::new(Demonstration::start());
        *running = Arc::downgrade(&started);
        started
    })
}

/// A day, as known at the end of another in UTC.
pub fn on<'a>(at: &'a str, known_on: &str) -> OnDay<'a> {
    let end = (!known_on.is_empty()).then(|| format!("{known_on}T23:59:59.999999Z").parse().unwrap());
    OnDay { at, known_at: end.map(KnownAt::Time), view: "" }
}

pub fn codes(answer: &TreatyStatusResponse) -> Vec<&str> {
    answer.findings.iter().map(|finding| finding.code.as_str()).collect()
}

pub fn rules(answer: &TreatyStatusResponse) -> Vec<&str> {
    answer.outcomes.iter().flat_map(|outcome| &outcome.steps).map(|step| step.rule.as_str()).collect()
}

pub fn suspension(answer: &TreatyStatusResponse) -> &SuspensionAsserted {
    let found = answer.overlays.iter().find_map(|overlay| match overlay.overlay.as_ref()? {
        Overlay::SuspensionAsserted(found) => Some(found),
        _ => None,
    });
    found.expect("a suspension is asserted")
}

/// What is stated about the act of a name.
pub fn claims<'a>(answer: &'a TreatyStatusResponse, act: &str) -> &'a Claims {
    let found = answer.claims.iter().find(|claims| claims.act == act);
    found.unwrap_or_else(|| panic!("no claims about {act:?} in {:?}", answer.claims))
}

pub fn count<'a>(answer: &'a ListPartiesResponse, definition: &str) -> &'a PartyCount {
    answer.counts.iter().find(|count| count.definition == definition).unwrap()
}
