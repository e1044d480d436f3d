//! The messages of a replay that are made ahead of the client.
//!
//! Promises: what is larger than a usual chunk is counted until the transport has
//! sent it, over all replays together, and is not even held in memory while there
//! is no room for it (I8). Leaves to others: usual chunks, which are reckoned with
//! their streams.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::Stream;
use tonic::Status;

use crate::limits;

/// What large chunks of all replays together may hold.
#[derive(Clone, Debug)]
pub struct Ahead {
    budget: Arc<Semaphore>,
    most: usize,
}

/// The share of one large chunk.
pub type Share = OwnedSemaphorePermit;

/// A message with the share that it takes.
pub type Made<T> = (Result<T, Status>, Option<Share>);

impl Ahead {
    pub fn new(bytes: usize) -> Self {
        Self { budget: Arc::new(Semaphore::new(bytes)), most: bytes }
    }

    /// Whether a chunk of so many bytes is counted.
    pub fn counts(bytes: usize) -> bool {
        bytes > limits::REPLAY_CHUNK_BYTES
    }

    /// A share for a chunk, if there is room now.
    pub fn try_share(&self, bytes: usize) -> Option<Share> {
        Arc::clone(&self.budget).try_acquire_many_owned(self.permits(bytes)).ok()
    }

    /// A share for a chunk, when there is room: whoever waited longest is next.
    pub async fn share(&self, bytes: usize) -> Share {
        let share = Arc::clone(&self.budget).acquire_many_owned(self.permits(bytes));
        share.await.expect("the budget is never closed")
    }

    fn permits(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.min(self.most)).expect("the limit fits")
    }
}

/// The messages on their way to the transport.
#[derive(Debug)]
pub struct Chunks<T> {
    made: mpsc::Receiver<Made<T>>,
    /// Of the message that the transport took last: it asks for the next when it
    /// has sent that.
    sending: Option<Share>,
}

impl<T> Chunks<T> {
    pub fn new(made: mpsc::Receiver<Made<T>>) -> Self {
        Self { made, sending: None }
    }
}

impl<T> Stream for Chunks<T> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.sending = None;
        let Some((message, share)) = ready!(self.made.poll_recv(cx)) else { return Poll::Ready(None) };
        self.sending = share;
        Poll::Ready(Some(message))
    }
}

#[cfg(test)]
mod tests {
    use tokio_stream::StreamExt;

    use super::*;

    const LARGE: usize = 4 * limits::REPLAY_CHUNK_BYTES;

    #[tokio::test]
    async fn a_large_chunk_keeps_its_share_until_the_next_is_asked_for() {
        let ahead = Ahead::new(LARGE);
        let (send, made) = mpsc::channel(2);
        let mut chunks = Chunks::new(made);
        let share = ahead.try_share(LARGE);
        assert!(share.is_some() && ahead.try_share(1).is_none());
        send.send((Ok(1), share)).await.expect("room in the channel");
        send.send((Ok(2), None)).await.expect("room in the channel");
        assert_eq!(chunks.next().await.expect("made").expect("no refusal"), 1);
        assert!(ahead.try_share(1).is_none(), "the transport has not sent it");
        assert_eq!(chunks.next().await.expect("made").expect("no refusal"), 2);
        assert!(ahead.try_share(LARGE).is_some(), "it is sent");
    }

    #[tokio::test]
    async fn who_waits_for_room_gets_it_when_a_client_hangs_up() {
        let ahead = Ahead::new(LARGE);
        let (send, made) = mpsc::channel(1);
        let chunks = Chunks::new(made);
        send.send((Ok(1), ahead.try_share(LARGE))).await.expect("room in the channel");
        let mut waiting = Box::pin(ahead.share(2 * LARGE));
        assert!(tokio::time::timeout(std::time::Duration::ZERO, &mut waiting).await.is_err());
        drop(chunks);
        drop(waiting.await);
    }

    #[test]
    fn usual_chunks_are_not_counted() {
        assert!(!Ahead::counts(limits::REPLAY_CHUNK_BYTES) && Ahead::counts(limits::REPLAY_CHUNK_BYTES + 1));
    }
}
