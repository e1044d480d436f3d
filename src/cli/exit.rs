//! Exit codes, and failures that carry one.

use std::{error::Error, process::ExitCode};

use super::output::to_stderr;
use crate::{
    client::{ClientError, MustAct, Untrusted},
    telemetry::chain,
};

/// What became of a command. The numbers are part of the contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    /// Wrong usage: of the command line or of an authoring file.
    Usage = 2,
    /// The ledger said no.
    Rejected = 3,
    VerificationFailed = 4,
    NoSuchThing = 5,
    UnreachableOrBusy = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what it should, with the code that it ends with.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub cause: Box<dyn Error + Send + Sync>,
}

impl Failure {
    /// A failure with its cause.
    pub fn new(exit: Exit, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { exit, cause: cause.into() }
    }

    /// It failed, and nobody but the operator can say more.
    pub fn failed(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Exit::Failed, cause)
    }

    /// Wrong usage, in a sentence.
    pub fn usage(sentence: impl Into<String>) -> Self {
        Self::new(Exit::Usage, sentence.into())
    }

    /// The failure and its causes, to stderr.
    pub fn print(&self) {
        to_stderr(&format!("error: {}", chain(self.cause.as_ref())));
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self { exit: exit_of(&error), cause: Box::new(error) }
    }
}

impl From<Untrusted> for Failure {
    fn from(error: Untrusted) -> Self {
        match error {
            Untrusted::Client(error) => error.into(),
            Untrusted::Malformed(_)
            | Untrusted::NoFounding
            | Untrusted::Origin(_)
            | Untrusted::Checkpoint(_)
            | Untrusted::Forked { .. } => Self::new(Exit::VerificationFailed, error),
        }
    }
}

/// The code of a client's error.
pub(super) fn exit_of(error: &ClientError) -> Exit {
    match error {
        ClientError::Address(..) | ClientError::Certificate { .. } => Exit::Usage,
        ClientError::Unreachable { .. } | ClientError::Interrupted(_) => Exit::UnreachableOrBusy,
        // A field of the question, not of a submission: whoever asked wrote it.
        ClientError::Refused(refused) if refused.reason == "FieldMustBeValid" => Exit::Usage,
        ClientError::Refused(refused) => match refused.must_act {
            MustAct::Developer | MustAct::KeyHolder | MustAct::Partner => Exit::Rejected,
            MustAct::Asker => Exit::NoSuchThing,
            MustAct::Later | MustAct::Operator => Exit::UnreachableOrBusy,
            MustAct::Unknown => Exit::Failed,
        },
    }
}

#[cfg(test)]
mod tests {
    use tonic::Status;

    use super::*;

    #[test]
    fn every_refusal_has_its_exit_code() {
        for (status, exit) in [
            (Status::invalid_argument(""), Exit::Rejected),
            (Status::unauthenticated(""), Exit::Rejected),
            (Status::failed_precondition(""), Exit::Rejected),
            (Status::not_found(""), Exit::NoSuchThing),
            (Status::resource_exhausted(""), Exit::UnreachableOrBusy),
            (Status::unavailable(""), Exit::UnreachableOrBusy),
            (Status::internal(""), Exit::Failed),
        ] {
            assert_eq!(exit_of(&ClientError::from(status)), exit);
        }
    }
}
