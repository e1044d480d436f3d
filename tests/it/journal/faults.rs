//! Every system call fails once: before it took effect, half way, and after.

use std::{
    io::ErrorKind,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use merestone::journal::{Action, Appended, Fault, Faults, Journal, JournalError, Options, SegmentJournal};

use super::{LEDGER, assert_holds, batch, closed, copy, grow, head, released, segments, small};

const FAULTS: [Fault; 4] = [
    Fault::Fails(ErrorKind::StorageFull),
    Fault::Fails(ErrorKind::ReadOnlyFilesystem),
    Fault::Tears(30),
    Fault::LandsAndFails(ErrorKind::Other),
];

/// Options under which one call, counted from 0, meets a fault, and a counter of
/// the calls so far. The file that is prepared in advance stays out of it: its
/// thread has no fixed place in the order.
fn failing(nth: usize, fault: Fault) -> (Options, Arc<AtomicUsize>) {
    let counter = Arc::new(AtomicUsize::new(0));
    let count = counter.clone();
    let decide = move |_: Action, path: &Path| {
        let in_advance = path.ends_with("prepared");
        (!in_advance && count.fetch_add(1, Ordering::SeqCst) == nth).then_some(fault)
    };
    (Options { faults: Faults::from_fn(decide), ..small() }, counter)
}

/// Fails the first such action on a path that ends so, every time.
fn failing_at(action: Action, end: &'static str, kind: ErrorKind) -> Options {
    let decide = move |next: Action, path: &Path| {
        (next == action && path.to_string_lossy().ends_with(end)).then_some(Fault::Fails(kind))
    };
    Options { faults: Faults::from_fn(decide), ..small() }
}

#[test]
fn whatever_call_of_an_append_fails_a_restart_finds_all_or_nothing_of_the_batch() {
    for fault in FAULTS {
        for nth in 0.. {
            // Two appends fit beside the third, which begins a new segment.
            let dir = closed(&[9]);
            let (options, counter) = failing(usize::MAX, fault);
            SegmentJournal::open(dir.path(), options).expect("opened");
            let opening = counter.load(Ordering::SeqCst);
            let (options, _) = failing(opening + nth, fault);
            let (journal, _) = SegmentJournal::open(dir.path(), options).expect("opened");
            let (mut size, mut failed) = (9, false);
            for count in [2, 9, 9] {
                match journal.append(head(size), &batch(size, count)) {
                    Appended::Landed => size += count,
                    Appended::Unknown(_) => {
                        failed = true;
                        assert!(matches!(journal.append(head(size), &batch(size, count)), Appended::Unknown(_)));
                        assert_holds(&journal, size);
                        drop(journal);
                        let (reopened, _) = SegmentJournal::open(dir.path(), small()).expect("opened again");
                        let found = reopened.head().tree.size.0;
                        assert!(found == size || found == size + count, "{fault:?} at call {nth}: {found}");
                        assert_holds(&reopened, found);
                        grow(&reopened, &[1, 9]);
                        assert_holds(&reopened, found + 10);
                        break;
                    }
                    Appended::Conflict(head) => panic!("{head:?}"),
                }
            }
            if !failed {
                assert!(nth > 9, "{fault:?}: appends that begin a segment make more calls than {nth}");
                break;
            }
        }
    }
}

#[test]
fn whatever_call_of_a_recovery_fails_the_next_start_finishes_it() {
    let dir = torn();
    for fault in FAULTS {
        for nth in 0.. {
            let copy = copy(dir.path());
            let (options, _) = failing(nth, fault);
            let Err(error) = SegmentJournal::open(copy.path(), options) else {
                assert!(nth > 8, "{fault:?}: a recovery makes more calls than {nth}");
                break;
            };
            assert!(matches!(error, JournalError::Io { .. }), "{error}");
            let (journal, _) = SegmentJournal::open(copy.path(), small()).expect("opened");
            assert_holds(&journal, 5);
            assert!(std::fs::read_dir(copy.path().join("journal/quarantine")).expect("listed").count() > 0);
            drop(journal);
            SegmentJournal::open_read_only(copy.path()).expect("opened").verify_all().expect("whole");
        }
    }
}

/// A journal of five entries with half a batch behind them.
fn torn() -> tempfile::TempDir {
    let dir = closed(&[2, 3]);
    let half = Options { faults: tear_batches(150), ..small() };
    let (journal, _) = SegmentJournal::open(dir.path(), half).expect("opened");
    assert!(matches!(journal.append(head(5), &batch(5, 3)), Appended::Unknown(_)));
    dir
}

/// Tears the second write to a segment: the first is the recovery's.
fn tear_batches(length: usize) -> Faults {
    let writes = AtomicUsize::new(0);
    Faults::from_fn(move |action, path| {
        let batch = action == Action::Write && path.extension().is_some_and(|end| end == "seg");
        (batch && writes.fetch_add(1, Ordering::SeqCst) == 1).then_some(Fault::Tears(length))
    })
}

#[test]
fn a_creation_that_fails_leaves_no_journal_and_can_be_repeated() {
    for fault in FAULTS {
        for nth in 0.. {
            let dir = tempfile::tempdir().expect("temporary folder");
            let (options, counter) = failing(nth, fault);
            if SegmentJournal::create(dir.path(), LEDGER, options).is_ok() {
                assert!(counter.load(Ordering::SeqCst) <= nth, "a fault was passed over");
                break;
            }
            let journal = match SegmentJournal::create(dir.path(), LEDGER, small()) {
                Ok(journal) => journal,
                // The name was given before the fault: then the journal is whole.
                Err(_) => SegmentJournal::open(dir.path(), small()).expect("opened").0,
            };
            grow(&journal, &[1]);
        }
    }
}

#[test]
fn a_failed_sync_halts_although_the_bytes_can_be_read() {
    let dir = closed(&[2]);
    let syncs = AtomicUsize::new(0);
    let second = move |action: Action, path: &Path| {
        let sync = action == Action::Sync && path.extension().is_some_and(|end| end == "seg");
        (sync && syncs.fetch_add(1, Ordering::SeqCst) == 1).then_some(Fault::Fails(ErrorKind::Other))
    };
    let options = Options { faults: Faults::from_fn(second), ..small() };
    let (journal, _) = SegmentJournal::open(dir.path(), options).expect("opened");
    for _ in 0..3 {
        assert!(matches!(journal.append(head(2), &batch(2, 1)), Appended::Unknown(_)));
    }
    assert_holds(&journal, 2);
    drop(journal);
    assert_holds(&SegmentJournal::open(dir.path(), small()).expect("opened").0, 3);
}

#[test]
fn a_full_disk_is_met_before_a_byte_of_the_batch_is_written() {
    let dir = closed(&[9]);
    let options = failing_at(Action::Write, "prepared", ErrorKind::StorageFull);
    let (journal, _) = SegmentJournal::open(dir.path(), options).expect("opened");
    grow(&journal, &[2]);
    let Appended::Unknown(JournalError::Io { source, place, .. }) = journal.append(head(11), &batch(11, 19)) else {
        panic!("the next segment cannot be made");
    };
    assert_eq!(source.kind(), ErrorKind::StorageFull);
    assert!(place.ends_with("prepared"), "{place}");
    drop(journal);
    assert_holds(&SegmentJournal::open(dir.path(), small()).expect("opened").0, 11);
}

#[test]
fn a_read_only_directory_is_named_and_can_still_be_read() {
    let dir = closed(&[9]);
    let options = failing_at(Action::Write, ".seg", ErrorKind::ReadOnlyFilesystem);
    let opened = SegmentJournal::open(dir.path(), options);
    let Err(JournalError::Io { source, place, .. }) = opened else { panic!("{opened:?}") };
    assert_eq!((source.kind(), place.ends_with(".seg")), (ErrorKind::ReadOnlyFilesystem, true));
    let reader = SegmentJournal::open_read_only(dir.path()).expect("opened");
    assert_holds(&reader, 9);
    assert!(matches!(reader.append(head(9), &batch(9, 1)), Appended::Unknown(_)));
}

#[test]
fn opening_for_reading_changes_no_byte_and_no_name() {
    let dir = torn();
    let copy = copy(dir.path());
    let before: Vec<Vec<u8>> = contents(copy.path());
    let reader = SegmentJournal::open_read_only(copy.path()).expect("opened");
    assert_holds(&reader, 5);
    reader.verify_all().expect("no damage");
    reader.close().expect("closed");
    drop(reader);
    assert_eq!(contents(copy.path()), before);
    assert_eq!(std::fs::read_dir(copy.path().join("journal")).expect("listed").count(), before.len());
}

fn contents(dir: &Path) -> Vec<Vec<u8>> {
    let paths = segments(dir).into_iter().chain([released(dir)]);
    paths.map(|path| std::fs::read(path).expect("read")).collect()
}
