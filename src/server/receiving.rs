//! The body of a request while it arrives.
//!
//! Promises: a message that is too large is refused when its length arrives, the
//! first five bytes, and not a byte of it is kept; messages that have arrived in
//! part are counted, all of them together, and are refused when there are too
//! many bytes of them (I8). Leaves to others: decoding.

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

/// A request's body, followed message by message.
pub struct Receiving {
    body: tonic::body::Body,
    framing: Framing,
    /// What all requests together may hold.
    budget: Arc<Semaphore>,
    /// What this one holds of its unfinished message.
    held: Option<OwnedSemaphorePermit>,
}

impl Receiving {
    pub fn new(body: tonic::body::Body, budget: Arc<Semaphore>) -> Self {
        Self { body, framing: Framing::default(), budget, held: None }
    }

    fn take(&mut self, data: &[u8]) -> Result<(), Refused> {
        match self.framing.take(data)? {
            Arrived::Whole => self.held = None,
            Arrived::InPart { finished, bytes } => {
                if finished {
                    self.held = None;
                }
                self.hold(bytes)?;
            }
        }
        Ok(())
    }

    fn hold(&mut self, bytes: u32) -> Result<(), Refused> {
        let more = Arc::clone(&self.budget).try_acquire_many_owned(bytes).map_err(|_| NotQueued::Busy)?;
        match &mut self.held {
            Some(held) => held.merge(more),
            None => self.held = Some(more),
        }
        Ok(())
    }
}

impl Body for Receiving {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
            && let Err(refused) = self.take(data)
        {
            return Poll::Ready(Some(Err(refused.into())));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Where a body stands in gRPC's framing: a flag, a length of four bytes, so many
/// bytes of message, and so on.
#[derive(Default)]
struct Framing {
    prefix: [u8; 5],
    /// Bytes of the prefix that are there.
    prefixed: usize,
    /// Bytes of the message that are still to come.
    missing: usize,
}

/// What is there after some data.
#[derive(Debug, PartialEq, Eq)]
enum Arrived {
    /// No message is unfinished.
    Whole,
    /// So many more bytes of an unfinished message; whether another was finished before it.
    InPart { finished: bool, bytes: u32 },
}

impl Framing {
    fn take(&mut self, mut data: &[u8]) -> Result<Arrived, Refused> {
        let (mut finished, mut bytes) = (false, 0);
        while let [first, rest @ ..] = data {
            if self.missing > 0 {
                let taken = self.missing.min(data.len());
                self.missing -= taken;
                (finished, bytes) = if self.missing == 0 { (true, 0) } else { (finished, taken) };
                data = &data[taken..];
            } else {
                self.prefix[self.prefixed] = *first;
                self.prefixed += 1;
                data = rest;
                if self.prefixed == self.prefix.len() {
                    self.missing = length(self.prefix)?;
                    self.prefixed = 0;
                }
            }
        }
        let bytes = u32::try_from(bytes).expect("at most a message of the largest size");
        Ok(if self.missing == 0 { Arrived::Whole } else { Arrived::InPart { finished, bytes } })
    }
}

/// The length that a prefix announces, if it is within the limit.
fn length([_compressed, length @ ..]: [u8; 5]) -> Result<usize, Refused> {
    let length = u32::from_be_bytes(length);
    match usize::try_from(length) {
        Ok(length) if length <= limits::MESSAGE_BYTES => Ok(length),
        _ => Err(Refused::message_too_large(length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: u32) -> Vec<u8> {
        let mut bytes = vec![0];
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.resize(5 + length as usize, 7);
        bytes
    }

    #[test]
    fn messages_are_followed_however_they_are_cut() {
        let body = [message(3), message(0), message(700), message(1)].concat();
        for cut in 1..body.len() {
            let mut framing = Framing::default();
            let mut unfinished = 0;
            for data in body.chunks(cut) {
                match framing.take(data).expect("within the limit") {
                    Arrived::Whole => unfinished = 0,
                    Arrived::InPart { finished, bytes } => unfinished = bytes + if finished { 0 } else { unfinished },
                }
                assert!(unfinished < 700);
            }
            assert_eq!((unfinished, framing.missing, framing.prefixed), (0, 0, 0), "cut at {cut}");
        }
    }

    #[test]
    fn a_message_over_the_limit_is_refused_by_its_length_alone() {
        let most = limits::MESSAGE_BYTES as u32;
        let prefix = |length: u32| [&[0][..], &length.to_be_bytes()].concat();
        assert_eq!(
            Framing::default().take(&prefix(most)).expect("at the limit"),
            Arrived::InPart { finished: false, bytes: 0 }
        );
        for length in [most + 1, u32::MAX] {
            assert!(Framing::default().take(&prefix(length)).is_err(), "{length}");
        }
    }

    #[test]
    fn what_is_unfinished_is_counted_and_given_back() {
        let budget = Arc::new(Semaphore::new(10));
        let receiving = || Receiving::new(tonic::body::Body::empty(), Arc::clone(&budget));
        let (mut one, mut other) = (receiving(), receiving());
        one.take(&message(20)[..13]).expect("8 of 10");
        assert_eq!(budget.available_permits(), 2);
        assert!(other.take(&message(20)[..8]).is_err(), "3 more are too many");
        receiving().take(&message(200)).expect("a whole message is not held");
        one.take(&[7; 12]).expect("the rest of it");
        assert_eq!(budget.available_permits(), 10);
        one.take(&message(20)[..9]).expect("4 of 10");
        drop(one);
        assert_eq!(budget.available_permits(), 10);
    }
}
