//! Bytes that are not what was written are named by file and offset.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::FileExt,
    path::Path,
};

use merestone::{
    domain::{Index, LedgerId},
    journal::{Journal, JournalError, Options, SegmentJournal, Walked},
};

use super::{ALL, LEDGER, SMALL, abandoned, assert_holds, closed, copy, grow, released, segments, small};

/// What a check that may not write says of a directory.
fn walk(dir: &Path) -> Result<Walked, JournalError> {
    SegmentJournal::open_read_only(dir)?.verify_all()
}

fn open_for_change(path: &Path) -> File {
    OpenOptions::new().read(true).write(true).open(path).expect("opened")
}

/// Changes one byte, asks, and puts the byte back.
fn with_flip<T>(file: &File, offset: u64, bits: u8, ask: impl FnOnce() -> T) -> T {
    let mut byte = [0];
    file.read_exact_at(&mut byte, offset).expect("read");
    file.write_all_at(&[byte[0] ^ bits], offset).expect("written");
    let answer = ask();
    file.write_all_at(&byte, offset).expect("written");
    answer
}

/// Behind the last byte that is not zero; no commit mark of these tests ends in one.
fn end_of_bytes(path: &Path) -> u64 {
    let bytes = std::fs::read(path).expect("read");
    bytes.iter().rposition(|byte| *byte != 0).expect("a segment has a header") as u64 + 1
}

/// The file and offset that an error names.
fn place(error: &JournalError) -> Option<(&Path, u64)> {
    match error {
        JournalError::Damaged { place, offset, .. } => Some((Path::new(place), *offset)),
        JournalError::Io { .. } | JournalError::Foreign { .. } | JournalError::Locked { .. } => None,
    }
}

#[test]
fn every_single_flipped_byte_is_named() {
    let dir = closed(&[1, 2, 3, 4, 1, 2, 3, 4, 5, 2]);
    assert_eq!(segments(dir.path()).len(), 3);
    assert_eq!(walk(dir.path()).expect("nothing is wrong yet").unfinished, None);
    for path in segments(dir.path()).iter().chain([&released(dir.path())]) {
        let file = open_for_change(path);
        for offset in 0..file.metadata().expect("examined").len() {
            for bits in [0x01, 0xff] {
                let walked = with_flip(&file, offset, bits, || walk(dir.path()));
                let error = walked.expect_err(&format!("byte {offset} of {}", path.display()));
                let (named, at) = place(&error).expect("a place is named");
                assert_eq!(named, path, "byte {offset}: {error}");
                // A checksum tells which piece is wrong, not which byte of it.
                assert!(at <= offset && offset - at < 400 || named.ends_with("released"), "byte {offset}: {error}");
            }
        }
    }
    walk(dir.path()).expect("every byte was put back");
}

#[test]
fn a_start_refuses_every_flipped_byte_of_the_last_segment_and_changes_nothing() {
    let dir = closed(&[1, 2, 3, 4, 1, 2, 3, 4, 5, 2]);
    let path = segments(dir.path()).pop().expect("a segment");
    let (file, end) = (open_for_change(&path), end_of_bytes(&path));
    assert!(end < SMALL - 100, "zeros follow the last batch");
    for offset in 0..SMALL {
        let error = with_flip(&file, offset, 0x10, || SegmentJournal::open(dir.path(), small()));
        let error = error.expect_err(&format!("byte {offset} of the last segment"));
        let (named, at) = place(&error).expect("a place is named");
        assert!(named == path && at <= offset, "byte {offset}: {error}");
        assert!(offset < end || at == offset, "byte {offset} of the zeros: {error}");
    }
    assert!(!dir.path().join("journal/quarantine").exists());
    assert_holds(&SegmentJournal::open(dir.path(), small()).expect("opened").0, 27);
}

#[test]
fn a_start_reports_every_flipped_byte_of_the_released_file_and_puts_it_right() {
    let dir = closed(&[2, 3]);
    let whole = std::fs::read(released(dir.path())).expect("read");
    let file = open_for_change(&released(dir.path()));
    // Each start syncs, so of the padding a sample is enough: the walk takes every byte.
    let slot = |offset: u64| offset % 4_096 < 60;
    for offset in (0..8_192).filter(|offset| slot(*offset) || offset % 371 == 0) {
        let opened = with_flip(&file, offset, 0x01, || SegmentJournal::open(dir.path(), small()));
        let at = opened.expect("the other slot is whole").1.released_flaw.expect("it is reported");
        assert!(at == offset || at == offset / 4_096 * 4_096, "byte {offset}: {at}");
        assert!(std::fs::read(released(dir.path())).expect("read") == whole, "byte {offset}");
    }
}

#[test]
fn a_stray_byte_behind_a_journal_that_was_not_closed_is_reported_or_goes_to_quarantine() {
    let dir = abandoned(&[2, 3]);
    let path = segments(dir.path()).pop().expect("a segment");
    let end = end_of_bytes(&path);
    for offset in (end..SMALL).step_by(97) {
        let copy = copy(dir.path());
        let stray = segments(copy.path()).pop().expect("a segment");
        open_for_change(&stray).write_all_at(&[0x40], offset).expect("written");
        let unfinished = walk(copy.path()).expect("no damage").unfinished.expect("it is reported");
        assert!(unfinished.detail.ends_with(&format!(" {offset}")), "{unfinished:?}");
        let (journal, recovery) = SegmentJournal::open(copy.path(), small()).expect("opened");
        assert_eq!(recovery.quarantined.expect("dropped").bytes, offset + 1 - end);
        assert_holds(&journal, 5);
    }
}

#[test]
fn a_journal_stays_closed_through_starts_until_it_goes_on() {
    let dir = closed(&[2, 3]);
    let path = segments(dir.path()).pop().expect("a segment");
    let flip = |offset| with_flip(&open_for_change(&path), offset, 0x10, || walk(dir.path()));
    // Opened, read, and killed: still not a byte may follow.
    drop(SegmentJournal::open(dir.path(), small()).expect("opened"));
    assert_eq!(place(&flip(SMALL - 1).expect_err("refused")).expect("named").1, SMALL - 1);
    let (journal, _) = SegmentJournal::open(dir.path(), small()).expect("opened");
    grow(&journal, &[1]);
    drop(journal);
    assert!(flip(SMALL - 1).expect("a torn write looks like this").unfinished.is_some());
    let (journal, _) = SegmentJournal::open(dir.path(), small()).expect("opened");
    journal.close().expect("closed");
    assert_eq!(place(&flip(SMALL - 1).expect_err("refused")).expect("named").1, SMALL - 1);
    grow(&journal, &[1]);
    drop(journal);
    assert!(flip(SMALL - 1).expect("it went on after it was closed").unfinished.is_some());
}

#[test]
fn a_batch_behind_the_place_where_a_journal_was_closed_is_named() {
    for counts in [&[1_u64][..], &[1, 9, 9]] {
        let dir = closed(&[2, 3]);
        let mark = std::fs::read(released(dir.path())).expect("read");
        let end = end_of_bytes(&segments(dir.path())[0]);
        let (journal, _) = SegmentJournal::open(dir.path(), small()).expect("opened");
        grow(&journal, counts);
        drop(journal);
        std::fs::write(released(dir.path()), mark).expect("written");
        let walked = walk(dir.path()).expect_err("nothing may follow");
        // The last segment is read first; a segment's first batch stands at 104.
        let newest = segments(dir.path()).pop().expect("a segment");
        let expected = (newest.as_path(), if counts.len() == 1 { end } else { 104 });
        assert_eq!(place(&walked), Some(expected), "{walked}");
        let error = SegmentJournal::open(dir.path(), small()).expect_err("nothing may follow");
        assert_eq!(place(&error), Some(expected), "{error}");
    }
}

#[test]
fn a_read_never_returns_a_byte_that_was_not_written() {
    let dir = closed(&[1, 2, 3, 4, 1, 2, 3, 4, 5, 2]);
    let good = SegmentJournal::open_read_only(dir.path()).expect("opened");
    let entries = good.read(Index(0), ALL).expect("read");
    let path = &segments(dir.path())[0];
    let file = open_for_change(path);
    let mut noticed = 0;
    for offset in (0..SMALL).step_by(7) {
        let answer = with_flip(&file, offset, 0x04, || good.read(Index(0), ALL));
        match answer {
            Ok(read) => assert_eq!(read, entries, "byte {offset}"),
            Err(error) => {
                assert_eq!(place(&error).expect("a place is named").0, path);
                noticed += 1;
            }
        }
    }
    assert!(noticed > 150, "most bytes of a segment are records, only {noticed} were noticed");
}

#[test]
fn a_segment_that_is_missing_or_cut_is_named() {
    let dir = closed(&[1, 2, 3, 4, 1, 2, 3, 4, 5, 2]);
    for missing in 0..3 {
        let copy = copy(dir.path());
        std::fs::remove_file(&segments(copy.path())[missing]).expect("removed");
        let error = SegmentJournal::open(copy.path(), small()).expect_err("a segment is missing");
        assert!(place(&error).is_some(), "{error}");
    }
    for length in [0, 50, 104, SMALL - 1, SMALL + 1] {
        let copy = copy(dir.path());
        let path = segments(copy.path()).pop().expect("a segment");
        open_for_change(&path).set_len(length).expect("cut");
        let error = SegmentJournal::open(copy.path(), small()).expect_err("a segment has another length");
        assert_eq!(place(&error).expect("a place is named").0, path);
    }
}

#[test]
fn segments_of_two_histories_do_not_pass_for_one() {
    let (dir, other) = (closed(&[9, 9, 3]), closed(&[6, 6, 9]));
    let (ours, theirs) = (segments(dir.path()), segments(other.path()));
    assert_eq!(ours.len(), 2);
    std::fs::copy(&theirs[0], &ours[0]).expect("copied");
    assert!(walk(dir.path()).is_err());
}

#[test]
fn a_released_file_of_another_history_is_refused() {
    let dir = closed(&[4, 4]);
    for counts in [&[3_u64, 3][..], &[4, 4, 4]] {
        let copy = copy(dir.path());
        std::fs::copy(released(closed(counts).path()), released(copy.path())).expect("copied");
        let error = SegmentJournal::open(copy.path(), small()).expect_err("another history was released");
        assert_eq!(place(&error).expect("a place is named").0, released(copy.path()));
    }
}

#[test]
fn a_journal_of_another_ledger_is_refused() {
    let dir = closed(&[2]);
    let other = Options { ledger: Some(LedgerId([9; 32])), ..small() };
    assert!(matches!(SegmentJournal::open(dir.path(), other), Err(JournalError::Foreign { .. })));
    let ours = Options { ledger: Some(LEDGER), ..small() };
    assert_eq!(SegmentJournal::open(dir.path(), ours).expect("opened").0.ledger_id(), LEDGER);
}

#[test]
fn a_segment_of_another_ledger_or_a_later_format_is_refused() {
    let dir = closed(&[9, 9, 3]);
    for (offset, value) in [(20, [9; 32].to_vec()), (8, 2_u32.to_be_bytes().to_vec())] {
        let copy = copy(dir.path());
        let file = open_for_change(&segments(copy.path())[1]);
        file.write_all_at(&value, offset).expect("written");
        let mut header = [0; 100];
        file.read_exact_at(&mut header, 0).expect("read");
        file.write_all_at(&crc32c::crc32c(&header).to_be_bytes(), 100).expect("written");
        let opened = SegmentJournal::open(copy.path(), small());
        assert!(matches!(opened, Err(JournalError::Foreign { .. })), "{opened:?}");
    }
}

#[test]
fn a_full_walk_beside_the_writer_stops_at_what_is_published() {
    let dir = closed(&[9, 9, 3]);
    let (journal, _) = SegmentJournal::open(dir.path(), small()).expect("opened");
    grow(&journal, &[2]);
    let walked = journal.verify_all().expect("nothing is wrong");
    assert_eq!((walked.segments, walked.batches, walked.entries), (3, 4, 23));
}
