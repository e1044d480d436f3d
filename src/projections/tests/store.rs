//! Rows, batches, digest, opening.

use std::fs;

use proptest::prelude::*;

use super::samples::{any_ledger, ledger, record, treaty, withdrawn};
use super::*;
use crate::limits::PACKED_ROWS;

fn three_entries() -> Vec<(Entry, Vec<Finding>)> {
    ledger(&[
        &[treaty("untc:XXVI-5", &["APMBC"])],
        &[withdrawn("untc:XXVI-5", "AAA", Some("2025-08-20")), record("XX-1")],
        &[withdrawn("untc:XXVI-5", "BBB", None)],
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_size_of_batches_makes_no_difference(
        entries in any_ledger(),
        batches in prop::collection::vec(1..7usize, 1..4),
    ) {
        let (singly, batched) = (Models::of(&entries, &[1]), Models::of(&entries, &batches));
        prop_assert_eq!(singly.models.position(), batched.models.position());
        prop_assert_eq!(singly.rows(), batched.rows());
        prop_assert_eq!(difference(&entries, &batches, &batched.models), None);
    }

    #[test]
    fn a_row_is_never_overwritten(entries in any_ledger()) {
        let it = Models::empty();
        for entry in &entries {
            let before = it.rows_one_by_one();
            it.apply_in(std::slice::from_ref(entry), &[1]);
            let after = it.rows_one_by_one();
            prop_assert!(before.iter().all(|(key, value)| after.get(key) == Some(value)));
            prop_assert!(after.len() > before.len(), "every entry leaves a row");
        }
    }

    #[test]
    fn discarded_and_built_again_the_read_models_have_the_same_digest(entries in any_ledger()) {
        let it = Models::of(&entries, &[3]);
        let (position, rows) = (it.models.position(), it.rows());
        let Models { directory, models } = it;
        let models = models.discard().expect("discards");
        prop_assert_eq!(models.position(), ModelPosition::empty());
        prop_assert_eq!(models.count_rows().expect("readable"), 0);
        let again = Models { directory, models };
        again.apply_in(&entries, &[2]);
        prop_assert_eq!(again.models.position(), position);
        prop_assert_eq!(again.rows(), rows);
    }
}

#[test]
fn the_digest_is_what_the_format_says() {
    use sha2::{Digest, Sha256};
    let entries = three_entries();
    let it = Models::empty();
    let mut digest: [u8; 32] = Sha256::digest(b"merestone read models v5\n").into();
    for entry in &entries {
        let before = it.rows_one_by_one();
        it.apply_in(std::slice::from_ref(entry), &[1]);
        let mut hasher = Sha256::new();
        hasher.update(digest);
        for (key, value) in it.rows_one_by_one().iter().filter(|(key, _)| !before.contains_key(*key)) {
            hasher.update((key.len() as u32).to_be_bytes());
            hasher.update(key);
            hasher.update((value.len() as u32).to_be_bytes());
            hasher.update(value);
        }
        digest = hasher.finalize().into();
        assert_eq!(it.models.position().digest.as_bytes(), &digest);
    }
}

#[test]
fn the_position_is_stored_with_the_rows() {
    let entries = three_entries();
    let it = Models::of(&entries, &[2]);
    let position = it.models.position();
    assert_eq!(position.head(), head(Size(3)));
    assert_eq!(position.recorded_at, Some(entries[2].0.recorded_at));
    let Models { directory, models } = it;
    drop(models);
    let (models, opened) = ReadModels::open(directory.path(), 1 << 20).expect("opens");
    assert_eq!((opened, models.position()), (Opened::Kept, position));
}

#[test]
fn an_entry_out_of_order_changes_nothing() {
    let entries = three_entries();
    let it = Models::of(&entries[..1], &[1]);
    let before = it.rows();
    assert!(matches!(apply(&it.models, &entries[2..]), Err(ReadModelError::OutOfOrder { .. })));
    assert!(matches!(apply(&it.models, &entries[..1]), Err(ReadModelError::OutOfOrder { .. })));
    let (entry, findings) = &entries[1];
    let folded = [FoldedEntry { entry, findings, sign_offs: None }];
    assert!(matches!(it.models.apply(&folded, head(Size(3))), Err(ReadModelError::HeadMismatch { .. })));
    assert_eq!(it.rows(), before);
}

/// How read models differ from what the entries fold to.
fn difference(entries: &[(Entry, Vec<Finding>)], batches: &[usize], models: &ReadModels) -> Option<RowDifference> {
    let mut refold = Refold::begin();
    let mut sizes = batches.iter().cycle();
    let mut rest = entries;
    while let Some(size) = (!rest.is_empty()).then(|| (*sizes.next().expect("one size")).clamp(1, rest.len())) {
        let folded: Vec<_> =
            rest[..size].iter().map(|(entry, findings)| FoldedEntry { entry, findings, sign_offs: None }).collect();
        let end = rest[size - 1].0.index.size_with();
        if let Some(different) = refold.fold(&folded, head(end), Some(models)).expect("folds") {
            return Some(different);
        }
        rest = &rest[size..];
    }
    let different = refold.finish(models).expect("readable");
    if different.is_none() {
        assert_eq!(refold.position(), models.position(), "the same rows, so the same digest");
    }
    different
}

#[test]
fn read_models_that_differ_are_told_apart_at_the_first_row() {
    let theirs = Models::of(&three_entries(), &[1]);
    assert_eq!(difference(&three_entries(), &[1], &theirs.models), None);
    let mut entries = three_entries();
    entries[2] = ledger(&[&[], &[], &[record("XX-2")]]).swap_remove(2);
    let different = difference(&entries, &[1], &theirs.models).expect("they differ");
    assert!(different.row.starts_with("by subject"), "{}", different.row);
    assert!(different.folded.is_some() && different.stored.is_none());
}

#[test]
fn a_changed_row_is_found() {
    let theirs = Models::of(&three_entries(), &[1]);
    let key = keys::Key::new(keys::Table::Entry).index(Index(0));
    theirs.models.tree().insert(key.as_ref(), &[5, 10, 11]).expect("writes");
    let different = difference(&three_entries(), &[2], &theirs.models).expect("they differ");
    assert_eq!(different.row, "entry 0000000000000000");
    assert_eq!((different.folded, different.stored), (Some(vec![5, 10, 10]), Some(vec![5, 10, 11])));
}

#[test]
fn a_row_that_no_entry_makes_is_found() {
    let theirs = Models::of(&three_entries(), &[1]);
    let key = keys::Key::new(keys::Table::ByOrganisation).id("nobody").index(Index(1));
    theirs.models.tree().insert(key.as_ref(), &[1]).expect("writes");
    let different = difference(&three_entries(), &[3], &theirs.models).expect("they differ");
    assert_eq!(different.row, "1 rows that no entry makes");
}

#[test]
fn a_history_that_fills_rows_is_stored_and_found_whole() {
    let drafts: Vec<_> = (0..3 * PACKED_ROWS + 5).map(|n| record(&format!("XX-{n}"))).collect();
    let slices: Vec<_> = drafts.iter().map(std::slice::from_ref).collect();
    let entries = ledger(&slices);
    let (singly, batched) = (Models::of(&entries, &[1]), Models::of(&entries, &[100, 7]));
    assert_eq!(singly.rows(), batched.rows());
    assert_eq!(singly.rows_one_by_one().len(), entries.len() * 4);
    assert_eq!(singly.lasting_rows().len(), entries.len() + 3 * 4, "three histories in four rows each");
    assert_eq!(difference(&entries, &[50], &singly.models), None);
}

#[test]
fn a_broken_database_is_set_aside_and_an_empty_one_goes_on() {
    let Models { directory, models } = Models::of(&three_entries(), &[1]);
    drop(models);
    fs::write(directory.path().join("conf"), b"not a configuration").expect("writes");
    let (models, opened) = ReadModels::open(directory.path(), 1 << 20).expect("opens");
    assert!(matches!(opened, Opened::SetAside { .. }), "{opened:?}");
    assert_eq!(models.position(), ModelPosition::empty());
    assert!(directory.path().join("set-aside/db").exists(), "nothing is deleted");
}

#[test]
fn a_foreign_database_is_set_aside_and_an_empty_one_goes_on() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let foreign = sled::open(directory.path()).expect("opens");
    foreign.insert("somebody", "else").expect("writes");
    drop(foreign);
    let (models, opened) = ReadModels::open(directory.path(), 1 << 20).expect("opens");
    assert!(matches!(opened, Opened::SetAside { .. }), "{opened:?}");
    assert_eq!(models.count_rows().expect("readable"), 0);
    drop(models);
    let (_models, opened) = ReadModels::open(directory.path(), 1 << 20).expect("opens");
    assert_eq!(opened, Opened::Kept, "once is enough");
    let aside = sled::open(directory.path().join("set-aside")).expect("opens");
    assert!(aside.get("somebody").expect("readable").is_some(), "nothing is deleted");
}

#[test]
fn read_models_of_another_format_are_set_aside() {
    let Models { directory, models } = Models::of(&three_entries(), &[1]);
    // Field 1 of the position is the format; 99 is none of ours.
    models.tree().insert(keys::Key::new(keys::Table::Position).as_ref(), &[8, 99]).expect("writes");
    drop(models);
    let (models, opened) = ReadModels::open(directory.path(), 1 << 20).expect("opens");
    assert!(matches!(opened, Opened::SetAside { .. }), "{opened:?}");
    assert_eq!(models.position(), ModelPosition::empty());
}

#[test]
fn read_models_that_somebody_has_open_are_neither_shared_nor_set_aside() {
    let it = Models::of(&three_entries(), &[1]);
    let refused = ReadModels::open(it.directory.path(), 1 << 20).map(|_| ());
    assert!(matches!(refused, Err(ReadModelError::Store { action: "open", .. })), "{refused:?}");
    assert_eq!(it.models.position().size, Size(3));
    assert!(it.directory.path().join("db").exists());
}
