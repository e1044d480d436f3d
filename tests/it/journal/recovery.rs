//! What a start makes of a journal that a crash left.

use std::{fs::OpenOptions, os::unix::fs::FileExt, path::Path};

use merestone::{
    domain::{Index, Size},
    journal::{Appended, Journal, JournalError, Recovery, SegmentJournal},
};

use super::{LEDGER, SMALL, abandoned, assert_holds, batch, closed, copy, grow, head, released, segments, small};

/// A journal whose last batch came after `released` was last written: what is on
/// the disk after a power loss before the reply.
struct Unreleased {
    dir: tempfile::TempDir,
    /// The bytes of the last segment.
    bytes: Vec<u8>,
    /// Where the last batch begins and ends.
    last: std::ops::Range<usize>,
}

fn unreleased() -> Unreleased {
    let dir = abandoned(&[2, 3]);
    let before = std::fs::read(released(dir.path())).expect("read");
    let path = segments(dir.path()).pop().expect("a segment");
    let begin = end_of_bytes(&std::fs::read(&path).expect("read"));
    let (journal, _) = SegmentJournal::open(dir.path(), small()).expect("opened");
    grow(&journal, &[3]);
    drop(journal);
    std::fs::write(released(dir.path()), before).expect("written");
    let bytes = std::fs::read(&path).expect("read");
    let end = end_of_bytes(&bytes);
    Unreleased { dir, bytes, last: begin..end }
}

/// Behind the last byte that is not zero; no commit mark of these tests ends in one.
fn end_of_bytes(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).expect("a segment has a header") + 1
}

fn write_segment(dir: &Path, bytes: &[u8]) {
    std::fs::write(segments(dir).pop().expect("a segment"), bytes).expect("written");
}

fn quarantined(dir: &Path) -> Vec<Vec<u8>> {
    let Ok(listed) = std::fs::read_dir(dir.join("journal/quarantine")) else { return Vec::new() };
    listed.map(|entry| std::fs::read(entry.expect("entry").path()).expect("read")).collect()
}

#[test]
fn a_clean_restart_writes_the_last_batch_again_and_nothing_else() {
    let dir = closed(&[2, 3, 1]);
    let before = std::fs::read(&segments(dir.path())[0]).expect("read");
    let (journal, recovery) = SegmentJournal::open(dir.path(), small()).expect("opened");
    let expected = Recovery { rewritten: Some((Index(5), Size(6))), ..Recovery::default() };
    assert_eq!(recovery, expected);
    assert_eq!(std::fs::read(&segments(dir.path())[0]).expect("read"), before);
    assert_holds(&journal, 6);
    drop(journal);
    let (_, recovery) = SegmentJournal::open(closed(&[]).path(), small()).expect("opened");
    assert_eq!(recovery, Recovery::default());
}

#[test]
fn a_batch_that_was_torn_anywhere_before_its_release_goes_to_quarantine() {
    let Unreleased { dir, bytes, last } = unreleased();
    for cut in last.clone() {
        let copy = copy(dir.path());
        let mut torn = bytes.clone();
        torn[cut..].fill(0);
        write_segment(copy.path(), &torn);
        let (journal, recovery) = SegmentJournal::open(copy.path(), small()).expect("opened");
        assert_holds(&journal, 5);
        let kept = quarantined(copy.path());
        if cut == last.start {
            assert_eq!((recovery.quarantined, kept.len()), (None, 0));
        } else {
            let found = recovery.quarantined.expect("bytes were dropped");
            assert_eq!((found.offset, found.begins), (last.start as u64, Index(5)));
            let end = last.start + kept[0].len();
            assert!(kept.len() == 1 && kept[0][..] == torn[last.start..end], "cut at {cut}");
            assert!(torn[end..].iter().all(|byte| *byte == 0), "cut at {cut}");
        }
        grow(&journal, &[1, 4]);
        drop(journal);
        assert_eq!(
            SegmentJournal::open_read_only(copy.path()).expect("opened").verify_all().expect("whole").entries,
            10
        );
    }
}

#[test]
fn a_batch_whose_beginning_did_not_reach_the_disk_goes_to_quarantine() {
    let Unreleased { dir, bytes, last } = unreleased();
    for lost in last.clone().skip(1).step_by(9).chain([last.end - 1]) {
        let copy = copy(dir.path());
        let mut torn = bytes.clone();
        torn[last.start..lost].fill(0);
        write_segment(copy.path(), &torn);
        let reader = SegmentJournal::open_read_only(copy.path()).expect("opened");
        assert!(reader.unfinished().is_some() && reader.verify_all().expect("no damage").unfinished.is_some());
        let (journal, recovery) = SegmentJournal::open(copy.path(), small()).expect("opened");
        assert_holds(&journal, 5);
        assert!(recovery.quarantined.is_some(), "lost up to {lost}");
        assert_eq!(quarantined(copy.path()), [&torn[last.clone()]]);
    }
}

#[test]
fn a_batch_that_landed_without_its_release_is_kept() {
    let Unreleased { dir, .. } = unreleased();
    let (journal, recovery) = SegmentJournal::open(dir.path(), small()).expect("opened");
    assert_eq!((recovery.quarantined, recovery.rewritten), (None, Some((Index(5), Size(8)))));
    assert_holds(&journal, 8);
}

#[test]
fn a_released_batch_is_never_dropped() {
    let Unreleased { bytes, last, .. } = unreleased();
    let dir = closed(&[2, 3, 3]);
    for cut in last.step_by(5) {
        let copy = copy(dir.path());
        let mut torn = bytes.clone();
        torn[cut..].fill(0);
        write_segment(copy.path(), &torn);
        let error = SegmentJournal::open(copy.path(), small()).expect_err("acknowledged entries are missing");
        assert!(matches!(error, JournalError::Damaged { .. }), "{error}");
        assert!(quarantined(copy.path()).is_empty());
        assert_eq!(std::fs::read(segments(copy.path()).pop().expect("a segment")).expect("read"), torn);
    }
}

#[test]
fn an_incomplete_batch_with_another_behind_it_is_damage() {
    let Unreleased { dir, bytes, last } = unreleased();
    let (journal, _) = SegmentJournal::open(dir.path(), small()).expect("opened");
    let unreleased = abandoned(&[2, 3]);
    grow(&journal, &[1]);
    drop(journal);
    std::fs::copy(released(unreleased.path()), released(dir.path())).expect("copied");
    let whole = std::fs::read(segments(dir.path()).pop().expect("a segment")).expect("read");
    assert_eq!(whole[..last.end], bytes[..last.end]);
    for hole in [last.start..last.start + 72, last.start + 110..last.start + 150, last.start..last.end] {
        let copy = copy(dir.path());
        let mut torn = whole.clone();
        torn[hole].fill(0);
        write_segment(copy.path(), &torn);
        let error = SegmentJournal::open(copy.path(), small()).expect_err("something valid follows");
        assert!(matches!(error, JournalError::Damaged { .. }), "{error}");
        assert!(quarantined(copy.path()).is_empty());
    }
}

#[test]
fn an_incomplete_batch_in_a_sealed_segment_is_damage() {
    let dir = closed(&[9, 9, 3]);
    let paths = segments(dir.path());
    assert_eq!(paths.len(), 2);
    let file = OpenOptions::new().write(true).open(&paths[1]).expect("opened");
    // The newer segment keeps its header only, as after a crash before its first batch.
    file.write_all_at(&vec![0; SMALL as usize - 104], 104).expect("written");
    std::fs::copy(released(abandoned(&[]).path()), released(dir.path())).expect("copied");
    let (journal, recovery) = SegmentJournal::open(dir.path(), small()).expect("opened");
    assert!(recovery.rewritten.is_some());
    assert_holds(&journal, 9);
    drop(journal);
    let end = end_of_bytes(&std::fs::read(&paths[0]).expect("read"));
    let file = OpenOptions::new().write(true).open(&paths[0]).expect("opened");
    file.write_all_at(&[0; 9], end as u64 - 9).expect("written");
    assert!(matches!(SegmentJournal::open(dir.path(), small()), Err(JournalError::Damaged { .. })));
}

#[test]
fn a_batch_header_inside_an_event_does_not_pass_for_a_batch() {
    let dir = abandoned(&[2, 3]);
    let before = std::fs::read(released(dir.path())).expect("read");
    let path = segments(dir.path()).pop().expect("a segment");
    let begin = end_of_bytes(&std::fs::read(&path).expect("read"));
    let (journal, _) = SegmentJournal::open(dir.path(), small()).expect("opened");
    let mut sly = batch(5, 1);
    let bytes = std::fs::read(&path).expect("read");
    let newest = bytes.windows(8).rposition(|magic| magic == b"MEREBAT\n").expect("a batch");
    sly.records[0].envelope = bytes[newest..begin].to_vec().into();
    assert!(matches!(journal.append(head(5), &sly), Appended::Landed));
    drop(journal);
    std::fs::write(released(dir.path()), before).expect("written");
    let mut torn = std::fs::read(&path).expect("read");
    torn[begin..begin + 72].fill(0);
    std::fs::write(&path, torn).expect("written");
    let (journal, recovery) = SegmentJournal::open(dir.path(), small()).expect("opened");
    assert!(recovery.quarantined.is_some());
    assert_holds(&journal, 5);
}

#[test]
fn one_torn_slot_of_the_released_file_is_put_right_and_reported() {
    let dir = closed(&[2, 3]);
    for slot in [0, 4_096] {
        let file = OpenOptions::new().write(true).open(released(dir.path())).expect("opened");
        file.write_all_at(&[0xee; 20], slot).expect("written");
        let (journal, recovery) = SegmentJournal::open(dir.path(), small()).expect("opened");
        assert_eq!(recovery.released_flaw, Some(slot));
        drop(journal);
        SegmentJournal::open_read_only(dir.path()).expect("opened").verify_all().expect("whole again");
    }
    std::fs::write(released(dir.path()), vec![0; 8_192]).expect("written");
    assert!(matches!(SegmentJournal::open(dir.path(), small()), Err(JournalError::Damaged { .. })));
}

#[test]
fn a_second_writer_is_locked_out_until_the_first_is_gone() {
    let dir = closed(&[1]);
    let (first, _) = SegmentJournal::open(dir.path(), small()).expect("opened");
    assert!(matches!(SegmentJournal::open(dir.path(), small()), Err(JournalError::Locked { .. })));
    assert_holds(&SegmentJournal::open_read_only(dir.path()).expect("reading needs no lock"), 1);
    drop(first);
    SegmentJournal::open(dir.path(), small()).expect("opened");
}

#[test]
fn create_refuses_a_directory_that_has_a_journal_and_open_one_that_has_none() {
    let dir = closed(&[1]);
    let again = SegmentJournal::create(dir.path(), LEDGER, small());
    assert!(matches!(again, Err(JournalError::Foreign { .. })), "{again:?}");
    assert_holds(&SegmentJournal::open(dir.path(), small()).expect("opened").0, 1);
    let empty = tempfile::tempdir().expect("temporary folder");
    assert!(matches!(SegmentJournal::open(empty.path(), small()), Err(JournalError::Foreign { .. })));
    assert_eq!(std::fs::read_dir(empty.path()).expect("listed").count(), 0, "nothing is created");
}
