//! One table from errors to gRPC status, by who must act.
//!
//! | error | status | who acts |
//! | --- | --- | --- |
//! | malformed | INVALID_ARGUMENT | the partner's developer |
//! | unverified | UNAUTHENTICATED | the key holder |
//! | rejected | FAILED_PRECONDITION | the partner |
//! | busy | RESOURCE_EXHAUSTED | the client, later |
//! | shutting down, halted | UNAVAILABLE | the client later, the operator |

use std::{error::Error, time::Duration};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::{
    admission::ProveError,
    domain::InvalidIdentifier,
    limits,
    policy::{Rejection, Unverified},
    projections::{QueryError, ReadModelError, WaitError},
    sequencer::NotQueued,
    wire::{Malformed, proto},
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
}

impl Refused {
    fn new(code: Code, reason: &'static str, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, reason, field: field.into(), message: message.into(), retry_after: None }
    }

    /// The ledger is halted.
    pub fn halted(reason: &str) -> Self {
        let message = format!(
            "the ledger is halted and its operator must act: {reason}; whether this submission entered is not known, submit the same bytes again later"
        );
        Self::new(Code::Unavailable, "Halted", "", message)
    }

    /// Nothing of that name or index.
    pub fn not_found(field: &'static str, message: impl Into<String>) -> Self {
        Self::new(Code::NotFound, "NotFound", field, message)
    }

    /// A field of the request is not of its form.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, "FieldMustBeValid", field, message)
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
        let mut details = ErrorDetails::with_error_info(refused.reason, DOMAIN, []);
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
