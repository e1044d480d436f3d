//! The raw limits of the machine: what no ledger on it can beat.

use std::{
    fs::OpenOptions,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use rayon::prelude::*;

use super::BenchError;
use crate::crypto::{PayloadType, Signature, SigningKey};

/// Appends 1 kB and syncs, `count` times: microseconds each.
pub fn fdatasync(dir: &Path, count: u64) -> Result<Histogram<u64>, BenchError> {
    let failed = BenchError::io("measure fdatasync");
    let mut latency = new_histogram();
    let path = dir.join("fdatasync");
    let mut file = OpenOptions::new().append(true).create_new(true).open(path).map_err(&failed)?;
    for _ in 0..count {
        let begun = Instant::now();
        file.write_all(&[0x5a; 1_024]).and_then(|()| file.sync_data()).map_err(&failed)?;
        record(&mut latency, begun.elapsed());
    }
    Ok(latency)
}

/// Strict verifications of 250 bytes in a second: on one core, and on all.
pub fn strict_verifications() -> (f64, f64) {
    let key = SigningKey::from_seed(&[7; 32]);
    let body = [0x5a; 250];
    let signature = key.sign(PayloadType::Submission, &body);
    let one = time(4_000, |count| (0..count).for_each(|_| verify(&key, &body, &signature)));
    let all = time(12_000, |count| (0..count).into_par_iter().for_each(|_| verify(&key, &body, &signature)));
    (one, all)
}

fn verify(key: &SigningKey, body: &[u8], signature: &Signature) {
    let verified = std::hint::black_box(key.public()).verify(PayloadType::Submission, body, signature);
    assert!(verified.is_ok(), "a signature verifies under its key");
}

fn time(count: u32, work: impl Fn(u32)) -> f64 {
    let begun = Instant::now();
    work(count);
    f64::from(count) / begun.elapsed().as_secs_f64()
}

/// Microseconds up to an hour, with three digits.
pub(super) fn new_histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 3_600_000_000, 3).expect("the bounds are in order")
}

pub(super) fn record(latency: &mut Histogram<u64>, took: Duration) {
    let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    latency.saturating_record(us.max(1));
}
