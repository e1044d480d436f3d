//! How long it takes to find the danger areas at a point among 100,000 records.
//!
//! 100,000 entries, each opening a record with a danger area of 100 to 1,000 metres in
//! open ocean, a tenth of them around one place. Measured: the records near a random
//! point, now and as known at a random size, and the picture of a record with ten
//! events. Beside the mean that criterion gives, the 99th percentile is printed.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};
use merestone::bench::{Seeded, fields, unsigned};
use merestone::domain::*;
use merestone::limits::READ_MODEL_CACHE_BYTES;
use merestone::minefields::picture;
use merestone::projections::ReadModels;
use tempfile::TempDir;

const RECORDS: u64 = 100_000;

fn opening(index: u64, seeded: &mut Seeded) -> Event {
    let record = Subject::Record(fields::record(seeded));
    let (body, parts) = fields::opening(seeded);
    unsigned::event(index, record, Body::Minefield(body), parts)
}

fn models(seeded: &mut Seeded) -> (TempDir, ReadModels) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (models, _) = ReadModels::open(directory.path(), READ_MODEL_CACHE_BYTES).expect("opens");
    let entry = |index| unsigned::entry(index, unsigned::signer("desk"), opening(index, seeded));
    let entries: Vec<Entry> = (0..RECORDS).map(entry).collect();
    unsigned::fold(&models, &entries, 4_096).expect("folds");
    (directory, models)
}

/// The records near a random point, as known at a random size.
fn search(models: &ReadModels, seeded: &mut Seeded) -> usize {
    let point = seeded.place();
    let bounds = Bounds::between(point, point).expect("a point is a box");
    let view = models.at(Size(seeded.below(RECORDS))).expect("held");
    view.records_near(&bounds, None, 1_000).expect("readable").items.len()
}

fn ten_events(seeded: &mut Seeded) -> (RecordId, Vec<Recorded>) {
    let opening = opening(0, seeded);
    let Subject::Record(record) = opening.subject.clone() else { unreachable!("a record is opened") };
    let cleared = |id| {
        let body = Body::Minefield(fields::clearance(seeded));
        unsigned::event(id, Subject::Record(record.clone()), body, Vec::new())
    };
    let events: Vec<Event> = std::iter::once(opening).chain((1..10).map(cleared)).collect();
    let recorded = |(index, event)| Recorded {
        position: Position { index: Index(index), ordinal: 0 },
        recorded_at: unsigned::recorded_at(index),
        author: unsigned::signer("desk"),
        event,
        standing: Standing::Effective { since: Index(index), verified: false },
        sign_offs: Vec::new(),
        missing: Vec::new(),
    };
    (record, (0..).zip(events).map(recorded).collect())
}

fn places(c: &mut Criterion) {
    let mut seeded = Seeded(7);
    let (_directory, models) = models(&mut seeded);
    let mut took: Vec<Duration> = (0..10_000)
        .map(|_| {
            let begun = Instant::now();
            black_box(search(&models, &mut seeded));
            begun.elapsed()
        })
        .collect();
    took.sort();
    println!("records near a point: p50 {:?}, p99 {:?}, most {:?}", took[5_000], took[9_900], took[9_999]);
    c.bench_function("records near a point of 100,000", |bencher| bencher.iter(|| search(&models, &mut seeded)));
    let ((record, events), at) = (ten_events(&mut seeded), "2026-07-01".parse().expect("a day"));
    c.bench_function("picture of ten events", |bencher| bencher.iter(|| picture(&record, black_box(&events), at)));
}

criterion_group!(benches, places);
criterion_main!(benches);
