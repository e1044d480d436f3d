//! How fast entries are folded into the read models, and what they take on disk.
//!
//! 100,000 single-event entries (acts of 200 participants under 20 treaties by 10
//! organisations) in batches of 1, 100 and 4,096; the read models are flushed at the
//! end of each run. Rows per second = entries per second times the rows per entry
//! that are printed before.

use std::{hint::black_box, time::Duration};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use merestone::bench::unsigned;
use merestone::domain::*;
use merestone::limits::READ_MODEL_CACHE_BYTES;
use merestone::projections::{DatesThatStand, PageRequest, ReadModels, Timeline};
use tempfile::TempDir;

const ENTRIES: u64 = 100_000;

fn act(index: u64) -> Entry {
    let subject = format!("participation/untc:XXVI-{}/P-{}", index % 20, index * 7 % 200);
    let date = format!("{}-{:02}-{:02}", 1950 + index % 75, index % 12 + 1, index % 28 + 1);
    let body = SignatureAffixed {
        signed: Some(date.parse().expect("a day")),
        place: "".into(),
        signature_type: SignatureType::Simple,
    };
    let body = Body::Treaty(TreatyBody::SignatureAffixed(body));
    let event = unsigned::event(index, subject.parse().expect("a subject"), body, Vec::new());
    unsigned::entry(index, unsigned::signer(&format!("desk-{}", index % 10)), event)
}

fn empty() -> (TempDir, ReadModels) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (models, _) = ReadModels::open(directory.path(), READ_MODEL_CACHE_BYTES).expect("opens");
    (directory, models)
}

fn apply(models: &ReadModels, entries: &[Entry], batch: usize) {
    unsigned::fold(models, entries, batch).expect("folds");
}

fn projections(c: &mut Criterion) {
    let entries: Vec<Entry> = (0..ENTRIES).map(act).collect();
    let mut group = c.benchmark_group("projections");
    group.sample_size(10).warm_up_time(Duration::from_millis(1)).throughput(Throughput::Elements(ENTRIES));
    for batch in [1, 100, 4_096] {
        let (_directory, models) = empty();
        apply(&models, &entries, batch);
        let rows = models.count_rows().expect("readable") as f64 / ENTRIES as f64;
        let bytes = models.bytes_on_disk().expect("measurable") as f64 / ENTRIES as f64;
        eprintln!("batches of {batch}: {rows:.2} rows and {bytes:.0} bytes on disk per entry");
        group.bench_function(BenchmarkId::new("apply", batch), |b| {
            b.iter_batched(
                empty,
                |(directory, models)| {
                    apply(&models, &entries, batch);
                    (directory, models)
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
    let (_directory, models) = empty();
    apply(&models, &entries, 4_096);
    let (treaty, participant) = ("untc:XXVI-7".parse().expect("an id"), "P-49".parse().expect("an id"));
    let dates = DatesThatStand::new();
    let asked = Timeline { treaty: &treaty, participant: Some(&participant), until: None, dates: &dates };
    c.bench_function("timeline of one participant (500 acts)", |b| {
        b.iter(|| black_box(models.now().timeline(&asked, PageRequest::default()).expect("a page")));
    });
    let time = unsigned::recorded_at(ENTRIES / 2);
    c.bench_function("size at a time", |b| b.iter(|| black_box(models.size_at(time).expect("readable"))));
}

criterion_group!(benches, projections);
criterion_main!(benches);
