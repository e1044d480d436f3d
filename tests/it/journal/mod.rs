//! The journal: what every implementation promises (`conformance`), and what the
//! segment files promise beyond that, byte by byte and fault by fault.

mod conformance;
mod damage;
mod faults;
mod recovery;

use std::path::{Path, PathBuf};

use merestone::{
    domain::{Index, LedgerId, RecordingTime, Size, TreeHead},
    journal::{Appended, Batch, Journal, Options, ReadLimit, Record, SegmentJournal},
    merkle::TreeHash,
};

const LEDGER: LedgerId = LedgerId([0x4d; 32]);
const SMALL: u64 = 1_400;
const ALL: ReadLimit = ReadLimit { entries: usize::MAX, bytes: usize::MAX };

fn small() -> Options {
    Options { segment_bytes: SMALL, ..Options::default() }
}

/// A record that tells its index, with `events` events.
fn record(index: u64, events: usize) -> Record {
    let text = |what: &str| format!("{what} of entry {index}").into_bytes().into();
    let events = (0..events).map(|event| text(&format!("event {event}"))).collect();
    Record { recorded_at: RecordingTime(1_000 + index), envelope: text("envelope"), events }
}

/// A tree head that is the same wherever a test asks for it. The journal keeps
/// roots and does not compute them.
fn head(size: u64) -> TreeHead {
    let root = if size == 0 { TreeHash::EMPTY } else { TreeHash::of_leaf(&size.to_be_bytes()) };
    TreeHead { size: Size(size), root }
}

fn note(size: u64) -> String {
    format!("ledger.example/test\n{size}\n\n- signature\n")
}

fn batch(before: u64, count: u64) -> Batch {
    let size = before + count;
    let records = (before..size).map(|index| record(index, index as usize % 3)).collect();
    Batch { records, head: head(size), checkpoint: note(size) }
}

/// Appends batches of these counts and demands that each landed.
fn grow(journal: &dyn Journal, counts: &[u64]) {
    for count in counts {
        let before = journal.head().tree;
        let appended = journal.append(before, &batch(before.size.0, *count));
        assert!(matches!(appended, Appended::Landed), "{appended:?}");
    }
}

/// Demands that the journal holds exactly the entries that `grow` makes.
fn assert_holds(journal: &dyn Journal, size: u64) {
    assert_eq!(journal.head().tree, head(size));
    let entries = journal.read(Index(0), ALL).expect("read");
    assert_eq!(entries.len() as u64, size);
    for (index, entry) in (0..).zip(&entries) {
        assert_eq!(entry.index, Index(index));
        assert_eq!(entry.record, record(index, index as usize % 3));
        assert!(entry.checkpoint.as_ref().is_none_or(|checkpoint| *checkpoint == note(index + 1)));
    }
}

/// A closed journal of small segments in a folder of its own.
fn closed(counts: &[u64]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("temporary folder");
    let journal = SegmentJournal::create(dir.path(), LEDGER, small()).expect("created");
    grow(&journal, counts);
    journal.close().expect("closed");
    drop(journal);
    dir
}

/// The same, never closed: what a crash between two batches leaves.
fn abandoned(counts: &[u64]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("temporary folder");
    grow(&SegmentJournal::create(dir.path(), LEDGER, small()).expect("created"), counts);
    dir
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(dir.join("journal")).expect("listed");
    let paths = listed.map(|entry| entry.expect("entry").path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "seg")).collect();
    paths.sort();
    paths
}

fn released(dir: &Path) -> PathBuf {
    dir.join("journal/released")
}

fn copy(dir: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("temporary folder");
    std::fs::create_dir(copy.path().join("journal")).expect("folder");
    for path in segments(dir).into_iter().chain([released(dir)]) {
        let name = path.file_name().expect("a file has a name");
        std::fs::copy(&path, copy.path().join("journal").join(name)).expect("copied");
    }
    copy
}
