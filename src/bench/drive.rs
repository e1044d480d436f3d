//! Driving a service: many calls at once, a stream, a replay.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{
    Status,
    transport::{Channel, Endpoint},
};

use super::{
    BenchError,
    raw::{new_histogram, record},
};
use crate::{
    limits::messages_bounded,
    wire::proto::{
        GetServerTimeRequest, ReplayRequest, SubmitRequest, SubmitResponse, SubmitStreamRequest,
        audit_client::AuditClient, ledger_client::LedgerClient, submit_stream_response::Outcome,
    },
};

/// What became of a load.
#[derive(Debug)]
pub struct Driven {
    pub calls: u64,
    pub wall: Duration,
    /// Microseconds from sending to the answer.
    pub latency: Histogram<u64>,
}

impl Driven {
    /// Calls in a second.
    pub fn rate(&self) -> f64 {
        as_f64(self.calls) / self.wall.as_secs_f64()
    }

    /// Both loads as one.
    pub fn and(mut self, other: &Self) -> Self {
        self.calls += other.calls;
        self.wall += other.wall;
        self.latency += &other.latency;
        self
    }
}

/// Connections to one service.
pub async fn connect(url: &str, connections: usize) -> Result<Vec<Channel>, BenchError> {
    let endpoint = Endpoint::from_shared(url.to_owned())?.tcp_nodelay(true);
    let mut channels = Vec::with_capacity(connections);
    for _ in 0..connections {
        channels.push(endpoint.connect().await?);
    }
    Ok(channels)
}

/// Empty calls, so many in flight.
pub async fn empty_calls(channels: &[Channel], count: u64, in_flight: usize) -> Result<Driven, BenchError> {
    let requests = vec![GetServerTimeRequest {}; usize::try_from(count).unwrap_or(usize::MAX)];
    at_once(channels, requests, in_flight, |mut ledger, request| async move {
        ledger.get_server_time(request).await.map(drop)
    })
    .await
}

/// Submissions by unary calls, so many in flight.
pub async fn unary(channels: &[Channel], requests: Vec<SubmitRequest>, in_flight: usize) -> Result<Driven, BenchError> {
    at_once(channels, requests, in_flight, |mut ledger, request| async move {
        ledger.submit(request).await.and_then(|answer| with_receipt(&answer.into_inner())).map(drop)
    })
    .await
}

/// A receipt with a proof is what counts as accepted, for the first time: the index.
pub(super) fn with_receipt(answer: &SubmitResponse) -> Result<u64, Status> {
    let receipt = answer.receipt.as_ref().filter(|receipt| !receipt.checkpoint.is_empty() && !answer.repeated);
    receipt.map(|receipt| receipt.index).ok_or_else(|| Status::data_loss("an answer without a new receipt"))
}

/// Calls from a shared queue by `in_flight` tasks over all connections.
async fn at_once<R, F>(
    channels: &[Channel],
    requests: Vec<R>,
    in_flight: usize,
    call: impl Fn(LedgerClient<Channel>, R) -> F + Copy + Send + 'static,
) -> Result<Driven, BenchError>
where
    R: Send + 'static,
    F: Future<Output = Result<(), Status>> + Send,
{
    let queue = Arc::new(Mutex::new(requests.into_iter()));
    let mut tasks = JoinSet::new();
    let begun = Instant::now();
    for task in 0..in_flight {
        let ledger = ledger(channels[task % channels.len()].clone());
        let queue = Arc::clone(&queue);
        tasks.spawn(async move {
            let mut latency = new_histogram();
            while let Some(request) = next(&queue) {
                let sent = Instant::now();
                call(ledger.clone(), request).await?;
                record(&mut latency, sent.elapsed());
            }
            Ok::<_, Status>(latency)
        });
    }
    let mut latency = new_histogram();
    while let Some(task) = tasks.join_next().await {
        let own = task.expect("a task of the load does not panic").map_err(Box::new)?;
        latency.add(own).expect("histograms of the same form add");
    }
    Ok(Driven { calls: latency.len(), wall: begun.elapsed(), latency })
}

fn next<R>(queue: &Mutex<std::vec::IntoIter<R>>) -> Option<R> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).next()
}

/// Submissions on one stream, at most `in_flight` unanswered.
pub async fn pipelined(channel: Channel, requests: Vec<SubmitRequest>, in_flight: usize) -> Result<Driven, BenchError> {
    let expected = requests.len() as u64;
    let room = Arc::new(tokio::sync::Semaphore::new(in_flight));
    let sent = Arc::new(Mutex::new(Vec::with_capacity(requests.len())));
    let (sender, stream) = mpsc::channel(in_flight);
    let begun = Instant::now();
    let feeding = tokio::spawn(feed(requests, sender, Arc::clone(&room), Arc::clone(&sent)));
    let answers = ledger(channel).submit_stream(ReceiverStream::new(stream)).await;
    let mut answers = answers.map_err(Box::new)?.into_inner();
    let mut latency = new_histogram();
    while let Some(answer) = answers.message().await.map_err(Box::new)? {
        match answer.outcome {
            Some(Outcome::Accepted(accepted)) => drop(with_receipt(&accepted).map_err(Box::new)?),
            other => return Err(BenchError::RefusedOnStream(format!("{other:?}"))),
        }
        room.add_permits(1);
        let at = usize::try_from(answer.tag).ok();
        let at = at.and_then(|at| sent.lock().unwrap_or_else(PoisonError::into_inner).get(at).copied());
        record(&mut latency, at.map_or(Duration::MAX, |at: Instant| at.elapsed()));
    }
    feeding.await.expect("the feeding task does not panic");
    match expected - latency.len() {
        0 => Ok(Driven { calls: expected, wall: begun.elapsed(), latency }),
        missing => Err(BenchError::Missing(missing)),
    }
}

async fn feed(
    requests: Vec<SubmitRequest>,
    stream: mpsc::Sender<SubmitStreamRequest>,
    room: Arc<tokio::sync::Semaphore>,
    sent: Arc<Mutex<Vec<Instant>>>,
) {
    for (tag, request) in (0..).zip(requests) {
        // The room comes back with the answer.
        room.acquire().await.expect("the room is never closed").forget();
        sent.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
        if stream.send(SubmitStreamRequest { tag, request: Some(request) }).await.is_err() {
            return;
        }
    }
}

/// Replays everything once: entries, events, time.
pub async fn replay(channel: Channel) -> Result<(u64, u64, Duration), BenchError> {
    let mut audit = messages_bounded!(AuditClient::new(channel));
    let begun = Instant::now();
    let mut stream = audit.replay(ReplayRequest::default()).await.map_err(Box::new)?.into_inner();
    let (mut entries, mut events) = (0, 0);
    while let Some(chunk) = stream.message().await.map_err(Box::new)? {
        entries += chunk.entries.len() as u64;
        events += chunk.entries.iter().map(|entry| entry.events.len() as u64).sum::<u64>();
    }
    Ok((entries, events, begun.elapsed()))
}

pub(super) fn ledger(channel: Channel) -> LedgerClient<Channel> {
    messages_bounded!(LedgerClient::new(channel))
}

// Counts of a run are far below 2^52, so the conversion is exact.
#[allow(clippy::cast_precision_loss)]
fn as_f64(count: u64) -> f64 {
    count as f64
}
