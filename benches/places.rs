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
use merestone::crypto::KeyId;
use merestone::domain::*;
use merestone::limits::READ_MODEL_CACHE_BYTES;
use merestone::minefields::picture;
use merestone::projections::{FoldedEntry, ReadModels};
use tempfile::TempDir;

const RECORDS: u64 = 100_000;

/// A number that looks random and is the same in every run (splitmix64).
fn scattered(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Between 48 and 50 S, 122 and 125 W; every tenth in a square of some ten kilometres.
fn place(seed: u64) -> WgsPosition {
    let spread: i32 = if seed.is_multiple_of(10) { 1_000_000 } else { 19_000_000 };
    let within =
        |seed: u64, width: i32| i32::try_from(scattered(seed) % width.unsigned_abs() as u64).expect("under the width");
    let (south, west) = (-499_500_000 + within(2 * seed, spread), -1_249_000_000 + within(2 * seed + 1, spread));
    WgsPosition::new(south, west).expect("open ocean")
}

fn event(seed: u64, body: MinefieldBody, parts: Vec<Part>) -> Event {
    Event {
        id: EventId(uuid::Uuid::from_u128(u128::from(seed))),
        nonce: [0; 16],
        subject: format!("record/XX-{seed}").parse().expect("a subject"),
        based_on: Vec::new(),
        act: None,
        occurred: None,
        source: None,
        parts,
        not_stated: Vec::new(),
        documents: Vec::new(),
        body: Body::Minefield(body),
    }
}

fn opening(seed: u64) -> Event {
    let body = RecordOpened {
        country: Some("XX".parse().expect("a country")),
        area_kind: Some(AreaKind::Minefield),
        classification: Some(Classification::Suspected),
        place: "Open ocean".into(),
        regimes: Vec::new(),
        other_ids: Vec::new(),
        parcels: vec![Parcel { id: "P1".parse().expect("an id"), area_m2: Some(10_000) }],
    };
    let radius_m = 100 + u32::try_from(scattered(seed) % 900).expect("under 900");
    let area = DangerArea::Circle { centre: place(seed), radius_m };
    let content = PartHolding::Open(PartContent::DangerArea(area));
    event(seed, MinefieldBody::RecordOpened(body), vec![Part { slot: 1, kind: PartKind::DangerArea, content }])
}

fn author() -> Signer {
    let (organisation, member) = ("desk".parse().expect("an id"), "recorder-1".parse().expect("an id"));
    Signer { organisation, member, key: KeyId([0; 32]) }
}

fn entry(index: u64) -> Entry {
    let submission = Submission {
        ledger_id: None,
        id: SubmissionId(uuid::Uuid::from_u128(u128::from(index))),
        author: author(),
        signed_at: RecordingTime(0),
        event_digests: Vec::new(),
        seen: None,
        require_unmoved: false,
    };
    let digest = SubmissionDigest([0; 32]);
    let submitted = SubmittedEvents { digest, submission, events: vec![opening(index)], sign_offs: Vec::new() };
    let content = EnvelopeContent::Submission(Box::new(submitted));
    Entry {
        index: Index(index),
        recorded_at: RecordingTime(1_780_000_000_000_000 + index),
        envelope: Envelope { digest: EnvelopeDigest([0; 32]), content },
    }
}

fn models() -> (TempDir, ReadModels) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (models, _) = ReadModels::open(directory.path(), READ_MODEL_CACHE_BYTES).expect("opens");
    let entries: Vec<Entry> = (0..RECORDS).map(entry).collect();
    for entries in entries.chunks(4_096) {
        let folded: Vec<_> =
            entries.iter().map(|entry| FoldedEntry { entry, findings: &[], sign_offs: None }).collect();
        let size = entries.last().expect("chunks are not empty").index.size_with();
        models.apply(&folded, TreeHead { size, root: TreeHash::EMPTY }).expect("applies");
    }
    models.flush().expect("flushes");
    (directory, models)
}

/// The records near a random point, as known at a random size.
fn search(models: &ReadModels, seed: u64) -> usize {
    let point = place(scattered(seed) % RECORDS + RECORDS);
    let bounds = Bounds::between(point, point).expect("a point is a box");
    let view = models.at(Size(scattered(seed + 1) % RECORDS)).expect("held");
    view.records_near(&bounds, None, 1_000).expect("readable").items.len()
}

fn ten_events() -> Vec<Recorded> {
    let body = |at: u64| AreaCleared {
        parcel: "P1".parse().expect("an id"),
        area_m2: 10 * at,
        depth_mm: Some(200),
        method: Some(ClearanceMethod::Manual),
        started: Some("2026-06-01".parse().expect("a day")),
        ended: Some("2026-06-02".parse().expect("a day")),
        task: "".into(),
    };
    let clearances = (1..10).map(|at| event(at, MinefieldBody::AreaCleared(body(at)), Vec::new()));
    let events = std::iter::once(opening(0)).chain(clearances);
    let recorded = |(index, event)| Recorded {
        position: Position { index: Index(index), ordinal: 0 },
        recorded_at: RecordingTime(1_780_000_000_000_000),
        author: author(),
        event,
        standing: Standing::Effective { since: Index(index), verified: false },
    };
    (0..).zip(events).map(recorded).collect()
}

fn places(c: &mut Criterion) {
    let (_directory, models) = models();
    let mut took: Vec<Duration> = (0..10_000)
        .map(|seed| {
            let begun = Instant::now();
            black_box(search(&models, seed));
            begun.elapsed()
        })
        .collect();
    took.sort();
    println!("records near a point: p50 {:?}, p99 {:?}, most {:?}", took[5_000], took[9_900], took[9_999]);
    let mut seed = 0;
    c.bench_function("records near a point of 100,000", |bencher| {
        bencher.iter(|| {
            seed += 1;
            search(&models, seed)
        });
    });
    let (record, events, at) = ("XX-0".parse().expect("an id"), ten_events(), "2026-07-01".parse().expect("a day"));
    c.bench_function("picture of ten events", |bencher| bencher.iter(|| picture(&record, black_box(&events), at)));
}

criterion_group!(benches, places);
criterion_main!(benches);
