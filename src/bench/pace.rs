//! Submissions at a steady rate, and how long the read models need to hold them.
//!
//! Promises: a submission is due at its time whatever became of those before, so a
//! service that falls behind shows it. The lag is what a client sees: from its receipt
//! until a read that asks for that size is answered, the call for it included.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use tokio::{sync::Semaphore, task::JoinSet};
use tonic::{Status, transport::Channel};

use super::{
    BenchError, Driven,
    drive::{ledger, with_receipt},
    raw::{new_histogram, record},
};
use crate::wire::proto::{GetOrganisationRequest, ReadAt, SubmitRequest, organisations_client::OrganisationsClient};

/// Unanswered submissions at the most: more would ask for more calls than the
/// connections may have open.
const UNANSWERED: usize = 512;

/// What became of a steady load.
#[derive(Debug)]
pub struct Paced {
    pub driven: Driven,
    /// Microseconds from a receipt until the read models are known to hold its entry.
    pub lag: Histogram<u64>,
}

/// Sends so many submissions a second. After every `sampled`-th receipt a read of this
/// organisation waits for the size at which its entry is there.
pub async fn paced(
    channels: &[Channel],
    requests: Vec<SubmitRequest>,
    per_second: u32,
    sampled: usize,
    organisation: &str,
) -> Result<Paced, BenchError> {
    let room = Arc::new(Semaphore::new(UNANSWERED));
    let mut tasks = JoinSet::new();
    let begun = Instant::now();
    for ((count, at), request) in (0..).zip(0..).zip(requests) {
        let due: Instant = begun + Duration::from_secs(1) * count / per_second;
        tokio::time::sleep_until(due.into()).await;
        let permit = Arc::clone(&room).acquire_owned().await.expect("the room is never closed");
        let channel = channels[at % channels.len()].clone();
        let read = (at % sampled == 0).then(|| organisation.to_owned());
        tasks.spawn(async move {
            let answer = ledger(channel.clone()).submit(request).await?.into_inner();
            let (latency, receipt) = (due.elapsed(), Instant::now());
            drop(permit);
            let index = with_receipt(&answer)?;
            let Some(organisation) = read else { return Ok((latency, None)) };
            held(channel, organisation, index + 1).await?;
            Ok::<_, Status>((latency, Some(receipt.elapsed())))
        });
    }
    let (mut latency, mut lag) = (new_histogram(), new_histogram());
    while let Some(task) = tasks.join_next().await {
        let (took, followed) = task.expect("a task of the load does not panic").map_err(Box::new)?;
        record(&mut latency, took);
        followed.into_iter().for_each(|followed| record(&mut lag, followed));
    }
    Ok(Paced { driven: Driven { calls: latency.len(), wall: begun.elapsed(), latency }, lag })
}

/// Waits until the read models hold a size.
async fn held(channel: Channel, organisation: String, minimum_size: u64) -> Result<(), Status> {
    let read_at = Some(ReadAt { minimum_size, known_at: None });
    OrganisationsClient::new(channel).get(GetOrganisationRequest { id: organisation, read_at }).await.map(drop)
}
