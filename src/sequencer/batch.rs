//! A batch while it is decided.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use super::{LeftOut, Outcome, Waiting};
use crate::{
    domain::{EnvelopeDigest, Finding, Index, RecordingTime},
    journal::Record,
    limits,
    policy::Rejection,
    wire::Submitted,
};

/// The bytes that a submission takes in the queue and in a batch: its own, and
/// what frames its record (32 bytes, and 8 for each event).
pub(super) fn cost(submitted: &Submitted) -> usize {
    let events: usize = submitted.event_bytes.iter().map(|event| event.len() + 8).sum();
    submitted.envelope_bytes.len() + events + 32
}

/// Submissions that are decided and committed together.
#[derive(Default)]
pub(super) struct Gathered {
    pub waiting: VecDeque<Waiting>,
    bytes: usize,
}

impl Gathered {
    /// Takes the submission in, or gives it back when the batch is full.
    #[allow(clippy::result_large_err, reason = "a submission that does not fit is carried over, not an error")]
    pub fn take(&mut self, waiting: Waiting) -> Result<(), Waiting> {
        let bytes = self.bytes + cost(&waiting.submitted);
        let full = bytes > limits::BATCH_BYTES || self.waiting.len() >= limits::BATCH_ENTRIES;
        if full && !self.waiting.is_empty() {
            return Err(waiting);
        }
        self.bytes = bytes;
        self.waiting.push_back(waiting);
        Ok(())
    }
}

/// A decided batch: what becomes durable and who hears of it then.
#[derive(Default)]
pub(super) struct Decided {
    pub records: Vec<Record>,
    pub replies: Vec<(oneshot::Sender<Outcome>, Decision)>,
}

/// What was decided for one submission.
pub(super) enum Decision {
    Entered {
        index: Index,
        recorded_at: RecordingTime,
        envelope: EnvelopeDigest,
        findings: Vec<Finding>,
    },
    /// These bytes stand at an earlier index.
    Repeated {
        index: Index,
        /// Of the sign-offs that enter now.
        findings: Vec<Finding>,
        left_out: Vec<LeftOut>,
    },
    Rejected(Rejection),
}
