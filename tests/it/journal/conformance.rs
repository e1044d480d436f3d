//! One suite, run against every implementation.

use merestone::{
    domain::{Index, RecordingTime},
    journal::{Appended, EMPTY, Journal, MemoryFault, MemoryJournal, ReadLimit, SegmentJournal},
    limits,
};
use prost::bytes::Bytes;

use super::{ALL, LEDGER, assert_holds, batch, grow, head, note, small};

/// Runs a statement on an empty journal of each kind.
fn on_each(statement: impl Fn(&dyn Journal)) {
    statement(&MemoryJournal::new());
    let dir = tempfile::tempdir().expect("temporary folder");
    statement(&SegmentJournal::create(dir.path(), LEDGER, small()).expect("created"));
}

#[test]
fn an_empty_journal_has_the_empty_head_and_nothing_to_read() {
    on_each(|journal| {
        let empty = journal.head();
        assert_eq!((empty.tree, empty.recorded_at, empty.checkpoint), (EMPTY, None, None));
        assert!(journal.read(Index(0), ALL).expect("read").is_empty());
        assert_eq!(journal.checkpoint_covering(Index(0)).expect("read"), None);
        journal.close().expect("closed");
    });
}

#[test]
fn what_landed_reads_back_as_it_came() {
    on_each(|journal| {
        grow(journal, &[1, 3, 40, 1, 2, 25, 1, 1, 1]);
        assert_holds(journal, 75);
        let newest = journal.head();
        assert_eq!(newest.recorded_at, Some(RecordingTime(1_074)));
        assert_eq!(newest.checkpoint, Some(note(75)));
    });
}

#[test]
fn every_entry_reads_alone_and_from_every_start() {
    on_each(|journal| {
        grow(journal, &[1, 3, 40, 1]);
        let all = journal.read(Index(0), ALL).expect("read");
        for index in 0..45 {
            let one = journal.read(Index(index), ReadLimit::ONE).expect("read");
            assert_eq!(one[..], all[index as usize..=index as usize]);
            let rest = journal.read(Index(index), ALL).expect("read");
            assert_eq!(rest[..], all[index as usize..]);
        }
        assert!(journal.read(Index(45), ALL).expect("read").is_empty());
        assert!(journal.read(Index(u64::MAX), ALL).expect("read").is_empty());
    });
}

#[test]
fn a_read_keeps_to_its_limits_but_gives_at_least_one_entry() {
    on_each(|journal| {
        grow(journal, &[4, 4, 4]);
        let read = |entries, bytes| journal.read(Index(2), ReadLimit { entries, bytes }).expect("read").len();
        assert_eq!(read(5, usize::MAX), 5);
        assert_eq!(read(100, usize::MAX), 10);
        assert_eq!(read(100, 1), 1);
        assert_eq!(read(0, 0), 1);
        // Entry 2 has 79 bytes, entry 3 has 35: both, and no third.
        assert_eq!(read(100, 79 + 35), 2);
        assert_eq!(read(100, 79 + 34), 1);
    });
}

#[test]
fn the_checkpoint_that_covers_an_entry_is_that_of_its_batch() {
    on_each(|journal| {
        grow(journal, &[1, 3, 2]);
        let covering = |index| journal.checkpoint_covering(Index(index)).expect("read");
        let expected = [note(1), note(4), note(4), note(4), note(6), note(6)];
        assert_eq!((0..6).map(|index| covering(index).expect("covered")).collect::<Vec<_>>(), expected);
        assert_eq!(covering(6), None);
        let ends = journal.read(Index(0), ALL).expect("read").into_iter().filter(|entry| entry.checkpoint.is_some());
        assert_eq!(ends.map(|entry| entry.index.0).collect::<Vec<_>>(), [0, 3, 5]);
    });
}

#[test]
fn an_append_behind_another_head_conflicts_and_writes_nothing() {
    on_each(|journal| {
        grow(journal, &[2]);
        let mut fork = head(2);
        fork.root = head(9).root;
        for expected in [EMPTY, head(1), head(3), fork] {
            let Appended::Conflict(newest) = journal.append(expected, &batch(expected.size.0, 1)) else {
                panic!("an append behind {expected:?} must conflict");
            };
            assert_eq!(newest, journal.head());
        }
        assert_holds(journal, 2);
        grow(journal, &[1]);
        assert_holds(journal, 3);
    });
}

#[test]
fn a_batch_that_no_sequencer_makes_is_refused_and_writes_nothing() {
    on_each(|journal| {
        grow(journal, &[2]);
        let good = batch(2, 2);
        let mut empty = good.clone();
        empty.records.clear();
        let mut gap = good.clone();
        gap.head = head(5);
        let mut unsigned = good.clone();
        unsigned.checkpoint.clear();
        let mut earlier = good.clone();
        earlier.records[0].recorded_at = RecordingTime(7);
        let mut backwards = good.clone();
        backwards.records.swap(0, 1);
        let mut large = good.clone();
        large.records[0].envelope = Bytes::from(vec![1; limits::BATCH_BYTES]);
        for bad in [empty, gap, unsigned, earlier, backwards, large] {
            assert!(matches!(journal.append(head(2), &bad), Appended::Unknown(_)));
            assert_holds(journal, 2);
        }
        assert!(matches!(journal.append(head(2), &good), Appended::Landed));
    });
}

#[test]
fn a_batch_of_the_largest_size_lands_even_in_a_small_segment() {
    on_each(|journal| {
        let mut large = batch(0, 2);
        large.records[0].envelope = Bytes::from(vec![7; 1_000_000]);
        large.records[1].events = vec![Bytes::from(vec![8; 100]); 1_000];
        assert!(matches!(journal.append(EMPTY, &large), Appended::Landed));
        grow(journal, &[1, 1]);
        let read = journal.read(Index(0), ALL).expect("read");
        assert_eq!((&read[0].record, &read[1].record), (&large.records[0], &large.records[1]));
        assert_eq!(read.len(), 4);
    });
}

#[test]
fn equal_recording_times_are_no_step_back() {
    on_each(|journal| {
        let mut same = batch(0, 3);
        same.records.iter_mut().for_each(|record| record.recorded_at = RecordingTime(5));
        assert!(matches!(journal.append(EMPTY, &same), Appended::Landed));
        let mut next = batch(3, 1);
        next.records[0].recorded_at = RecordingTime(5);
        assert!(matches!(journal.append(head(3), &next), Appended::Landed));
    });
}

#[test]
fn readers_see_whole_batches_while_the_writer_goes_on() {
    on_each(|journal| {
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| (0..120).for_each(|_| grow(journal, &[3])));
            while !writer.is_finished() {
                let size = journal.head().tree.size.0;
                let read = journal.read(Index(size.saturating_sub(20)), ALL).expect("read");
                assert!(read.last().is_none_or(|entry| entry.index.0 + 1 >= size && entry.checkpoint.is_some()));
            }
        });
        assert_holds(journal, 360);
    });
}

#[test]
fn a_memory_append_that_fails_is_unknown_until_a_restart() {
    for (fault, landed) in [(MemoryFault::FailsWithoutLanding, 2), (MemoryFault::FailsAfterLanding, 3)] {
        let journal = MemoryJournal::new();
        grow(&journal, &[2]);
        journal.fail_next(fault);
        assert!(matches!(journal.append(head(2), &batch(2, 1)), Appended::Unknown(_)));
        assert!(matches!(journal.append(head(2), &batch(2, 1)), Appended::Unknown(_)));
        assert_holds(&journal, 2);
        let reopened = journal.reopened();
        assert_holds(&reopened, landed);
        grow(&reopened, &[1]);
    }
}

#[test]
fn a_memory_conflict_can_be_asked_for() {
    let journal = MemoryJournal::new();
    journal.fail_next(MemoryFault::Conflicts);
    assert!(matches!(journal.append(EMPTY, &batch(0, 1)), Appended::Conflict(_)));
    grow(&journal, &[1]);
    assert_holds(&journal, 1);
}
