//! Following a journal.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use prost::bytes::Bytes;
use tokio::sync::watch;

use super::samples::{ledger, record};
use super::*;
use crate::domain::RecordingTime;
use crate::journal::{Appended, Batch, Head, Journal, JournalError, ReadLimit, Record, StoredRecord};

/// Long enough that only a hang meets it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Records in memory, returned at most two at a time, so that it takes several steps.
#[derive(Debug, Default)]
struct Shelf(Mutex<Vec<StoredRecord>>);

impl Shelf {
    fn put(&self, batch: u64) -> TreeHead {
        let mut records = self.0.lock().expect("not poisoned");
        let first = records.len() as u64;
        for index in first..first + batch {
            let record = Record { recorded_at: RecordingTime(index), envelope: Bytes::new(), events: Vec::new() };
            let checkpoint = (index + 1 == first + batch).then(|| format!("{}", index + 1));
            records.push(StoredRecord { index: Index(index), record, checkpoint });
        }
        head(Size(first + batch))
    }
}

impl Journal for Shelf {
    fn append(&self, _: TreeHead, _: &Batch) -> Appended {
        unreachable!("the follower only reads")
    }
    fn head(&self) -> Head {
        unreachable!("the follower is told the head")
    }
    fn read(&self, from: Index, _: ReadLimit) -> Result<Vec<StoredRecord>, JournalError> {
        let records = self.0.lock().expect("not poisoned");
        Ok(records.iter().skip(from.0 as usize).take(2).cloned().collect())
    }
    fn checkpoint_covering(&self, _: Index) -> Result<Option<String>, JournalError> {
        unreachable!("the follower reads in order")
    }
    fn close(&self) -> Result<(), JournalError> {
        Ok(())
    }
}

/// Reads what the shelf holds, up to an entry that it cannot read.
struct Reading {
    broken: Option<Index>,
}

const READING: Reading = Reading { broken: None };

impl Follow for Reading {
    type Error = &'static str;

    fn read(&mut self, stored: &StoredRecord) -> Result<Followed, Self::Error> {
        if self.broken == Some(stored.index) {
            return Err("no");
        }
        let entry = samples::entry(stored.index.0, "xx-desk", &[record(&format!("XX-{}", stored.index))]);
        Ok(Followed { entry, findings: Vec::new(), sign_offs: None })
    }

    fn root_at(&self, size: Size) -> Option<TreeHash> {
        Some(head(size).root)
    }
}

fn opened() -> (tempfile::TempDir, Arc<ReadModels>) {
    let Models { directory, models } = Models::empty();
    (directory, Arc::new(models))
}

#[tokio::test]
async fn the_follower_folds_what_is_there_and_what_comes() {
    let (_directory, models) = opened();
    let shelf = Arc::new(Shelf::default());
    let (heads, watch) = watch::channel(shelf.put(5));
    let follower = Follower::start(models.clone(), shelf.clone(), watch, READING).expect("starts");
    assert_eq!(follower.wait_for(Size(5), PATIENCE).await.expect("in time").head(), head(Size(5)));
    heads.send_replace(shelf.put(1));
    heads.send_replace(shelf.put(3));
    assert_eq!(follower.wait_for(Size(9), PATIENCE).await.expect("in time").head(), head(Size(9)));
    follower.stop().expect("stops");
    let entries: Vec<_> = (0..9).map(|index| record(&format!("XX-{index}"))).collect();
    let slices: Vec<_> = entries.iter().map(std::slice::from_ref).collect();
    assert_eq!(Models::of(&ledger(&slices), &[1]).models.position().digest, models.position().digest);
}

#[tokio::test]
async fn a_wait_for_what_does_not_come_ends_in_time() {
    let (_directory, models) = opened();
    let shelf = Arc::new(Shelf::default());
    let (_heads, watch) = watch::channel(shelf.put(1));
    let follower = Follower::start(models, shelf, watch, READING).expect("starts");
    follower.wait_for(Size(1), PATIENCE).await.expect("in time");
    let late = follower.wait_for(Size(2), Duration::ZERO).await;
    assert_eq!(late, Err(WaitError::NotInTime { asked: Size(2), held: Size(1) }));
    follower.stop().expect("stops");
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_stops_the_follower_and_is_named() {
    let (_directory, models) = opened();
    let shelf = Arc::new(Shelf::default());
    shelf.put(1);
    let (_heads, watch) = watch::channel(shelf.put(2));
    let broken = Reading { broken: Some(Index(2)) };
    let follower = Follower::start(models.clone(), shelf, watch, broken).expect("starts");
    assert_eq!(follower.wait_for(Size(3), PATIENCE).await, Err(WaitError::Gone(FollowerGone)));
    assert!(matches!(follower.stop(), Err(FollowError::Entry { index: Index(2), .. })));
    assert_eq!(models.position().size, Size(2), "the entries before it are applied");
}

#[tokio::test]
async fn the_follower_goes_on_where_it_stopped() {
    let (directory, models) = opened();
    let shelf = Arc::new(Shelf::default());
    let (_heads, watch) = watch::channel(shelf.put(2));
    let follower = Follower::start(models.clone(), shelf.clone(), watch.clone(), READING).expect("starts");
    follower.wait_for(Size(2), PATIENCE).await.expect("in time");
    follower.stop().expect("stops");
    drop(models);
    shelf.put(2);
    let (models, opened) = ReadModels::open(directory.path(), 1 << 20).expect("opens");
    assert_eq!((opened, models.position().size), (Opened::Kept, Size(2)));
    let follower = Follower::start(Arc::new(models), shelf, watch, READING).expect("starts");
    assert_eq!(follower.wait_for(Size(4), PATIENCE).await.expect("in time").size, Size(4));
    follower.stop().expect("stops");
}
