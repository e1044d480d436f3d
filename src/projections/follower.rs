//! The thread that follows the journal and keeps the read models up to date.
//!
//! Promises: entries are applied in order, in steps that end with the root of the tree
//! there, so that a start can compare it with the journal's; memory is bounded by
//! `limits::FOLD_ENTRIES` and `FOLD_BYTES`; stopping finishes the step and flushes.
//! Leaves to others: reading bytes, deciding findings and computing roots ([`Follow`]),
//! whether the position it starts from is of this journal's history (the caller).

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::sync::{oneshot, watch};

use super::{FoldedEntry, ModelPosition, ReadModelError, ReadModels};
use crate::domain::{Entry, Finding, Index, SignOffState, Size, TreeHash, TreeHead};
use crate::journal::{Journal, JournalError, ReadLimit, StoredRecord};
use crate::limits::{FOLD_BYTES, FOLD_ENTRIES};

/// What the follower asks of those who know more than the bytes.
pub trait Follow: Send + 'static {
    type Error: Into<Box<dyn std::error::Error + Send + Sync>>;

    /// A record as it is folded.
    fn read(&mut self, stored: &StoredRecord) -> Result<Followed, Self::Error>;

    /// The root of the tree over the first `size` entries; `None` if it cannot be told.
    fn root_at(&self, size: Size) -> Option<TreeHash>;
}

/// A stored record as it is folded.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    pub entry: Entry,
    pub findings: Vec<Finding>,
    /// The state in which the entry leaves its submission by the sign-offs on it.
    pub sign_offs: Option<SignOffState>,
}

impl Followed {
    fn folded(&self) -> FoldedEntry<'_> {
        FoldedEntry { entry: &self.entry, findings: &self.findings, sign_offs: self.sign_offs.as_ref() }
    }
}

/// Why the follower stopped before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    #[error("the read models cannot follow: the journal cannot be read")]
    Journal(#[from] JournalError),
    #[error("the read models cannot follow")]
    ReadModels(#[from] ReadModelError),
    #[error("the read models cannot follow: entry {index} cannot be read")]
    Entry { index: Index, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the read models cannot follow: the tree has no root at size {size}")]
    NoRoot { size: Size },
    #[error("cannot start the thread that follows the journal")]
    Start(#[from] io::Error),
    #[error("the thread that follows the journal ended by a panic")]
    Panicked,
}

/// The follower has stopped, so no position will come any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the read models no longer follow the journal")]
pub struct FollowerGone;

/// Why a size was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    /// For the client, later.
    #[error("the read models hold {held} entries; {asked} were not reached in time")]
    NotInTime { asked: Size, held: Size },
    /// For the operator.
    #[error(transparent)]
    Gone(#[from] FollowerGone),
}

/// How to stop the thread, and the thread.
type Following = (oneshot::Sender<()>, JoinHandle<Result<(), FollowError>>);

/// A running follower. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct Follower {
    positions: watch::Receiver<ModelPosition>,
    /// Taken by whoever stops it.
    running: Mutex<Option<Following>>,
}

impl Follower {
    /// Starts the thread. `heads` wakes it: whenever it changes, there may be more in
    /// the journal; what is already there is folded at once.
    pub fn start(
        models: Arc<ReadModels>,
        journal: Arc<dyn Journal>,
        heads: watch::Receiver<TreeHead>,
        follow: impl Follow,
    ) -> Result<Self, FollowError> {
        let (position_sender, positions) = watch::channel(models.position());
        let (stop, stopped) = oneshot::channel();
        let wait = tokio::runtime::Builder::new_current_thread().build()?;
        let mut walk = Walk { models, journal, follow, positions: position_sender, unwritten: 0 };
        let thread = thread::Builder::new().name("projections".to_owned()).spawn(move || {
            let outcome = walk.run(heads, stopped, &wait);
            let flushed = walk.models.flush();
            outcome.and(flushed.map_err(FollowError::from))
        })?;
        Ok(Self { positions, running: Mutex::new(Some((stop, thread))) })
    }

    /// The newest position, and a way to wait for the next.
    pub fn positions(&self) -> watch::Receiver<ModelPosition> {
        self.positions.clone()
    }

    /// Whether the thread has ended; [`Self::stop`] then says why.
    pub fn is_finished(&self) -> bool {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.as_ref().is_none_or(|(_, thread)| thread.is_finished())
    }

    /// Waits until the read models hold at least so many entries.
    pub async fn wait_for(&self, size: Size, timeout: Duration) -> Result<ModelPosition, WaitError> {
        let mut positions = self.positions();
        let reached = positions.wait_for(|position| position.size >= size);
        match tokio::time::timeout(timeout, reached).await {
            Ok(Ok(position)) => Ok(*position),
            Ok(Err(_sender_dropped)) => Err(FollowerGone.into()),
            Err(_elapsed) => Err(WaitError::NotInTime { asked: size, held: self.positions.borrow().size }),
        }
    }

    /// Stops after the current step, flushes, and says why it stopped earlier if it did.
    /// Blocks until then. Stopping again does nothing.
    pub fn stop(&self) -> Result<(), FollowError> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((stop, thread)) = running else { return Ok(()) };
        // An error only says that the thread has ended already.
        let _already_ended = stop.send(());
        thread.join().unwrap_or(Err(FollowError::Panicked))
    }
}

/// The walk along the journal.
struct Walk<F> {
    models: Arc<ReadModels>,
    journal: Arc<dyn Journal>,
    follow: F,
    positions: watch::Sender<ModelPosition>,
    /// Entries folded since the read models were written out.
    unwritten: usize,
}

impl<F: Follow> Walk<F> {
    fn run(
        &mut self,
        mut heads: watch::Receiver<TreeHead>,
        mut stopped: oneshot::Receiver<()>,
        wait: &tokio::runtime::Runtime,
    ) -> Result<(), FollowError> {
        loop {
            heads.mark_unchanged();
            while self.step()? {
                if !matches!(stopped.try_recv(), Err(oneshot::error::TryRecvError::Empty)) {
                    return Ok(());
                }
            }
            let go_on = wait.block_on(async {
                tokio::select! {
                    biased;
                    _ = &mut stopped => false,
                    changed = heads.changed() => changed.is_ok(),
                }
            });
            if !go_on {
                return Ok(());
            }
        }
    }

    /// Reads and applies once; false when the journal has nothing more.
    fn step(&mut self) -> Result<bool, FollowError> {
        let from = self.models.position().size.next_index();
        let records = self.journal.read(from, ReadLimit { entries: FOLD_ENTRIES, bytes: FOLD_BYTES })?;
        let Some(last) = records.last().map(|record| record.index) else { return Ok(false) };
        let mut followed = Vec::with_capacity(records.len());
        for record in records {
            let read = self.follow.read(&record);
            followed.push(read.map_err(|e| FollowError::Entry { index: record.index, source: e.into() })?);
        }
        let size = last.size_with();
        let root = self.follow.root_at(size).ok_or(FollowError::NoRoot { size })?;
        let entries: Vec<FoldedEntry<'_>> = followed.iter().map(Followed::folded).collect();
        let position = self.models.apply(&entries, TreeHead { size, root })?;
        self.positions.send_replace(position);
        // What steps replaced is given back only when it is written out.
        self.unwritten += entries.len();
        if self.unwritten >= FOLD_ENTRIES {
            self.models.flush()?;
            self.unwritten = 0;
        }
        Ok(true)
    }
}
