//! Large answers until they are sent.
//!
//! Promises: entries that were read for clients who do not take them are counted,
//! all of them together, and no more are read when there are too many bytes of
//! them (I8). Leaves to others: small answers, which are reckoned with their calls.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http_body::{Body, Frame, SizeHint};
use prost::bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Status;

use super::errors::Refused;
use crate::{limits, sequencer::NotQueued};

/// What all large answers together may hold.
#[derive(Clone, Debug)]
pub struct Answers {
    budget: Arc<Semaphore>,
    most: usize,
}

/// The share of one large answer; given back when the last copy goes.
#[derive(Clone, Debug)]
pub struct Held {
    _share: Arc<OwnedSemaphorePermit>,
}

impl Answers {
    pub fn new(bytes: usize) -> Self {
        Self { budget: Arc::new(Semaphore::new(bytes)), most: bytes }
    }

    /// A share for an answer of so many bytes, if it needs one; or busy.
    pub fn hold(&self, bytes: usize) -> Result<Option<Held>, Refused> {
        if bytes <= limits::SMALL_ANSWER_BYTES {
            return Ok(None);
        }
        let share = Arc::clone(&self.budget).try_acquire_many_owned(self.share(bytes));
        Ok(Some(Held { _share: Arc::new(share.map_err(|_| NotQueued::Busy)?) }))
    }

    fn share(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.min(self.most)).expect("the limit fits")
    }
}

/// The body of an answer with its share, which it keeps until it is sent.
pub struct Answering {
    pub body: tonic::body::Body,
    pub held: Held,
}

/// Bytes with the share that they take: the transport drops them when they are sent.
struct Shared {
    data: Bytes,
    _held: Held,
}

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.data
    }
}

impl Body for Answering {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let shared = |data| Bytes::from_owner(Shared { data, _held: self.held.clone() });
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(shared))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
