//! One table from errors to gRPC status, by who must act.
//!
//! | error | status | who acts |
//! | --- | --- | --- |
//! | malformed | INVALID_ARGUMENT | the partner's developer |
//! | unverified | UNAUTHENTICATED | the key holder |
//! | rejected | FAILED_PRECONDITION | the partner |
//! | busy | RESOURCE_EXHAUSTED | the client, later |
//! | not in time | DEADLINE_EXCEEDED | the client, later |
//! | shutting down, halted | UNAVAILABLE | the client later, the operator |

use std::{collections::HashMap, error::Error, time::Duration};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::{
    admission::ProveError,
    domain::{InvalidIdentifier, RecordingTime},
    limits,
    policy::{Rejection, Unverified},
    projections::{QueryError, ReadModelError, WaitError},
    sequencer::NotQueued,
    wire::{Malformed, MalformedRule, cut_short, proto},
};

/// The domain of the pinned reasons in `ErrorInfo`.
pub const DOMAIN: &str = "merestone";

/// Why a call is refused, before it becomes a status or a refusal on a stream.
#[derive(Clone, Debug)]
pub struct Refused {
    code: Code,
    reason: &'static str,
    field: String,
    message: String,
    retry_after: Option<Duration>,
    /// The limit that was met, in bytes.
    limit: Option<usize>,
}

impl Refused {
    fn new(code: Code, reason: &'static str, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, reason, field: field.into(), message: message.into(), retry_after: None, limit: None }
    }

    /// The ledger is halted: nothing is accepted or proved.
    pub fn halted(reason: &str) -> Self {
        let message = format!("the ledger is halted and its operator must act: {reason}");
        Self::new(Code::Unavailable, "Halted", "", message)
    }

    /// The ledger is halted, and a submission may have been part of what failed.
    pub fn fate_unknown(reason: &str) -> Self {
        let halted = Self::halted(reason);
        let then = "whether this submission entered is not known, submit the same bytes again when it is back";
        Self { message: format!("{}; {then}", halted.message), ..halted }
    }

    /// A message is longer than any that the ledger takes.
    pub fn message_too_large(bytes: u32) -> Self {
        let limit = limits::MESSAGE_BYTES;
        let message = format!(
            "the message has {bytes} bytes, at most {limit} are taken: split the submission, or put bulky evidence into a document"
        );
        let rule = MalformedRule::SizeMustBeWithinLimit;
        Self { limit: Some(limit), ..Self::new(Code::InvalidArgument, rule.code(), "request", message) }
    }

    /// A call was not answered in time, mostly because its request never ended.
    pub fn overdue(within: Duration) -> Self {
        let message = format!(
            "the request was not whole and answered within {within:?}; if it was a submission, whether it entered is not known: submit the same bytes again"
        );
        Self::new(Code::DeadlineExceeded, "AnswerMustComeInTime", "", message)
    }

    /// As many streams are open as may be.
    pub fn too_many_streams() -> Self {
        let message = format!("{} streams are open already: end one, or come back", limits::STREAMS);
        let retry_after = Some(limits::RETRY_AFTER);
        Self { retry_after, ..Self::new(Code::ResourceExhausted, "Busy", "", message) }
    }

    /// Nothing of that name or index.
    pub fn not_found(field: &'static str, message: impl Into<String>) -> Self {
        Self::new(Code::NotFound, "NotFound", field, message)
    }

    /// A field of the request is not of its form.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, "FieldMustBeValid", field, message)
    }

    /// A field of the request is no time that the ledger can know.
    pub fn no_time(field: &'static str) -> Self {
        Self::invalid(field, "a time from 1970 to 9999, with nanoseconds from 0 to 999,999,999")
    }

    /// A word of the request is none of those that the field takes, of which `known` tells.
    pub fn no_word(field: &'static str, word: &str, known: impl std::fmt::Display) -> Self {
        Self::invalid(field, format!("{:?} is {known}", cut_short(word, limits::CHANGE_VALUE_CHARS)))
    }

    /// A state of knowledge of a time that has not come: what is recorded until then would
    /// change the answer.
    pub fn time_to_come(asked: RecordingTime, now: RecordingTime) -> Self {
        let message = format!("{asked} has not come: it is {now} by the ledger's clock; ask for a time up to then");
        Self::new(Code::OutOfRange, "TimeMustBeReached", "read_at.time", message)
    }

    /// The same about another field of the request.
    pub fn about(self, field: &'static str) -> Self {
        Self { field: field.into(), ..self }
    }

    /// The same about the same field of another message: `from.time`, not `read_at.time`.
    pub fn within(self, message: &str, other: &str) -> Self {
        let field = match self.field.strip_prefix(message) {
            Some(field) => format!("{other}{field}"),
            None => self.field.clone(),
        };
        Self { field, ..self }
    }

    /// The operator must act; the cause is logged, not told.
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        tracing::error!(error, "a read failed");
        Self::new(Code::Internal, "Internal", "", "the ledger cannot answer; its operator must look at the log")
    }

    /// As a response on a stream.
    pub fn into_refusal(self) -> proto::Refusal {
        proto::Refusal {
            code: self.code as i32 as u32,
            reason: self.reason.into(),
            field: self.field,
            message: self.message,
            retry_after_ms: self.retry_after.map_or(0, |wait| u32::try_from(wait.as_millis()).unwrap_or(u32::MAX)),
        }
    }
}

impl From<Refused> for Status {
    fn from(refused: Refused) -> Self {
        let limit = refused.limit.map(|limit| ("limit".to_owned(), limit.to_string()));
        let metadata: HashMap<_, _> = limit.into_iter().collect();
        // What the client wrote may stand in it, however long that was.
        let refused = Refused {
            message: shortened(refused.message, limits::REFUSAL_CHARACTERS),
            field: shortened(refused.field, limits::REFUSAL_FIELD_CHARACTERS),
            ..refused
        };
        let mut details = ErrorDetails::with_error_info(refused.reason, DOMAIN, metadata);
        if !refused.field.is_empty() {
            details.add_bad_request_violation(&refused.field, &refused.message);
        }
        if refused.retry_after.is_some() {
            details.set_retry_info(refused.retry_after);
        }
        let message = match refused.field.as_str() {
            "" => refused.message,
            field => format!("{}: {} ({field})", refused.reason, refused.message),
        };
        Status::with_error_details(refused.code, message, details)
    }
}

/// A text that fits the headers in which a status travels.
fn shortened(text: String, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text,
    }
}

/// What the transport says by itself, with a reason and an advice: bytes that are
/// no message of the contract, and calls that the contract does not have.
pub fn explained(status: Status) -> Status {
    let advice = "generate the client from this ledger's proto files again";
    let message = || format!("{}: {advice}", status.message());
    let refused = match status.code() {
        Code::Internal => {
            Refused::new(Code::InvalidArgument, MalformedRule::MessageMustDecode.code(), "request", message())
        }
        Code::Unimplemented => Refused::new(Code::Unimplemented, "CallMustBeInContract", "", message()),
        _ => return status,
    };
    refused.into()
}

impl From<Malformed> for Refused {
    fn from(malformed: Malformed) -> Self {
        Self::new(Code::InvalidArgument, malformed.rule.code(), malformed.field, malformed.message)
    }
}

impl From<Unverified> for Refused {
    fn from(unverified: Unverified) -> Self {
        match unverified {
            Unverified::UnknownKey(rejection) => Self { code: Code::Unauthenticated, ..Self::from(rejection) },
            Unverified::Signature { ref field, .. } => {
                Self::new(Code::Unauthenticated, "SignatureMustVerify", field.clone(), unverified.to_string())
            }
        }
    }
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        let message = format!("{}; {}", rejection.message, rejection.rule.advice());
        Self::new(Code::FailedPrecondition, rejection.rule.code(), rejection.field, message)
    }
}

impl From<NotQueued> for Refused {
    fn from(error: NotQueued) -> Self {
        match error {
            NotQueued::Busy => Self {
                retry_after: Some(limits::RETRY_AFTER),
                ..Self::new(Code::ResourceExhausted, "Busy", "", error.to_string())
            },
            NotQueued::ShuttingDown => Self::new(Code::Unavailable, "ShuttingDown", "", error.to_string()),
        }
    }
}

impl From<QueryError> for Refused {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::NotYet { .. } => Self::new(Code::OutOfRange, "SizeMustBeReached", "read_at", error.to_string()),
            QueryError::BadPageToken { .. } => Self::invalid("page_token", error.to_string()),
            QueryError::Ambiguous { .. } => Self::invalid("name", error.to_string()),
            QueryError::ReadModels(error) => Self::from(error),
        }
    }
}

impl From<ProveError> for Refused {
    fn from(error: ProveError) -> Self {
        match error {
            ProveError::Beyond => Self::not_found("size", error.to_string()),
            ProveError::NotMended(_) => Self::halted(&error.to_string()),
        }
    }
}

impl From<ReadModelError> for Refused {
    fn from(error: ReadModelError) -> Self {
        Self::internal(&error)
    }
}

impl From<WaitError> for Refused {
    fn from(error: WaitError) -> Self {
        match error {
            WaitError::NotInTime { .. } => {
                Self::new(Code::DeadlineExceeded, "SizeMustBeReached", "read_at.minimum_size", error.to_string())
            }
            WaitError::Gone(error) => Self::internal(&error),
        }
    }
}

impl From<(&'static str, InvalidIdentifier)> for Refused {
    fn from((field, error): (&'static str, InvalidIdentifier)) -> Self {
        Self::invalid(field, error.to_string())
    }
}
