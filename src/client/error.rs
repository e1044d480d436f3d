//! What went wrong between a client and a ledger, by who must act.

use std::{io, path::PathBuf, time::Duration};

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Why a call gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("{0:?} is no address of a ledger; write for example http://127.0.0.1:7117")]
    Address(String, #[source] Option<tonic::transport::Error>),
    #[error("cannot read the certificate file {path}")]
    Certificate { path: PathBuf, source: io::Error },
    #[error("the ledger at {server} cannot be reached; is it running, and is --server right?")]
    Unreachable { server: String, source: tonic::transport::Error },
    #[error("the connection to the ledger broke; whether the call was carried out is not known")]
    Interrupted(#[source] Box<Status>),
    #[error("{0}")]
    Refused(Box<Refused>),
}

/// Who must act on a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MustAct {
    /// The bytes are not of the form: the developer of the client.
    Developer,
    /// A signature or key is not valid: the key holder.
    KeyHolder,
    /// A rule of the ledger says no: the partner.
    Partner,
    /// There is no such thing: whoever asked.
    Asker,
    /// Busy: the client, later.
    Later,
    /// Halted, shutting down or unreachable: the operator.
    Operator,
    /// Anything else.
    Unknown,
}

/// The ledger's no, with its reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{}{message}{}",
    if reason.is_empty() { String::new() } else { format!("{reason}: ") },
    fields.iter().map(|(field, what)| told(field, what, message)).collect::<String>()
)]
pub struct Refused {
    pub must_act: MustAct,
    /// Pinned code, e.g. `KeyMustBeActive`; empty when the server gave none.
    pub reason: String,
    pub message: String,
    /// Fields in question with what is wrong about each.
    pub fields: Vec<(String, String)>,
    /// How long a busy server asks to wait.
    pub retry_after: Option<Duration>,
}

impl From<Status> for ClientError {
    fn from(status: Status) -> Self {
        // A status with a cause was made on this side: no server said it.
        match std::error::Error::source(&status) {
            Some(_) => Self::Interrupted(Box::new(status)),
            None => Self::Refused(Box::new(Refused::from(&status))),
        }
    }
}

impl From<&Status> for Refused {
    fn from(status: &Status) -> Self {
        let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
        let violations = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
        let fields: Vec<_> = violations.into_iter().map(|violation| (violation.field, violation.description)).collect();
        let message = plain(status.message(), &reason, &fields);
        let retry_after = status.get_details_retry_info().and_then(|info| info.retry_delay);
        Self { must_act: must_act(status.code()), reason, message, fields, retry_after }
    }
}

/// A field with what is wrong about it, said once.
fn told(field: &str, what: &str, message: &str) -> String {
    if what == message { format!(" ({field})") } else { format!("\n  {field}: {what}") }
}

/// The message without reason and field, which the details say too.
fn plain(message: &str, reason: &str, fields: &[(String, String)]) -> String {
    let message = message.strip_prefix(reason).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(message);
    let named = fields.first().and_then(|(field, _)| message.strip_suffix(&format!(" ({field})")));
    named.unwrap_or(message).to_owned()
}

/// Who must act on a gRPC status (ledger.proto).
pub fn must_act(code: Code) -> MustAct {
    match code {
        Code::InvalidArgument | Code::OutOfRange => MustAct::Developer,
        Code::Unauthenticated | Code::PermissionDenied => MustAct::KeyHolder,
        Code::FailedPrecondition | Code::AlreadyExists | Code::Aborted => MustAct::Partner,
        Code::NotFound => MustAct::Asker,
        Code::ResourceExhausted | Code::DeadlineExceeded => MustAct::Later,
        Code::Unavailable => MustAct::Operator,
        Code::Ok | Code::Cancelled | Code::Unknown | Code::Unimplemented | Code::Internal | Code::DataLoss => {
            MustAct::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn a_refusal_tells_code_message_and_field() {
        let mut details = ErrorDetails::new();
        details.set_error_info("KeyMustBeActive", "merestone", std::collections::HashMap::new());
        details.add_bad_request_violation("submission.key_id", "it ended at index 7");
        let status = Status::with_error_details(Code::FailedPrecondition, "the key has ended", details);
        let refused = Refused::from(&status);
        assert_eq!(refused.must_act, MustAct::Partner);
        let text = "KeyMustBeActive: the key has ended\n  submission.key_id: it ended at index 7";
        assert_eq!(refused.to_string(), text);
        let said = "KeyMustBeActive: it ended at index 7 (submission.key_id)";
        let status = Status::with_error_details(Code::FailedPrecondition, said, status.get_error_details());
        assert_eq!(Refused::from(&status).to_string(), said, "each said once");
        assert_eq!(Refused::from(&Status::internal("oh")).to_string(), "oh");
    }
}
