//! The log: `tracing` to stderr, as text or as JSON.
//!
//! Promises: results on stdout are never mixed with it.
//! Leaves to others: what is logged (constants with fields; never payloads,
//! coordinates, salts or keys).

use std::{
    error::Error,
    io::{self, ErrorKind, IsTerminal},
};

use tracing_subscriber::{EnvFilter, filter::ParseError, fmt};

use crate::settings::LogFormat;

/// Why the log cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("log_level {given:?} is not a level (error, warn, info, debug, trace) and no list of directives")]
    Level { given: String, source: ParseError },
    #[error("the log was set up before")]
    Twice(#[source] Box<dyn Error + Send + Sync>),
}

/// Sets up the log of the whole program, once.
pub fn start(format: LogFormat, level: &str) -> Result<(), TelemetryError> {
    let filter = filter(level)?;
    let log = fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    }
    .map_err(TelemetryError::Twice)
}

fn filter(level: &str) -> Result<EnvFilter, TelemetryError> {
    EnvFilter::builder().parse(level).map_err(|source| TelemetryError::Level { given: level.to_owned(), source })
}

/// An error with its causes in one line, each said once, and what whoever runs
/// this program can do about it.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    match advice(error) {
        Some(advice) => format!("{text}; {advice}"),
        None => text,
    }
}

/// What to do about an error of the file system, where that is always the same.
fn advice(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    match kind {
        Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge) => {
            Some("make room there (disk, quota, limit on file sizes), then start again")
        }
        Some(ErrorKind::PermissionDenied) => Some("let the user that runs this program read and write there"),
        Some(ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::AlreadyExists) => {
            Some("something else stands in that place: move it away, or choose another place")
        }
        Some(ErrorKind::ReadOnlyFilesystem) => Some("mount that file system writable, then start again"),
        Some(_) | None => advice(error.source()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot write /ledger/journal")]
    struct Outer(#[source] io::Error);

    #[test]
    fn an_error_of_the_file_system_says_what_to_do() {
        for (kind, words) in [
            (ErrorKind::StorageFull, "make room"),
            (ErrorKind::FileTooLarge, "make room"),
            (ErrorKind::PermissionDenied, "let the user"),
            (ErrorKind::ReadOnlyFilesystem, "mount"),
            (ErrorKind::NotADirectory, "something else stands"),
        ] {
            let said = chain(&Outer(kind.into()));
            assert!(said.starts_with(&format!("cannot write /ledger/journal: {kind}; {words}")), "{said}");
        }
        assert_eq!(chain(&Outer(ErrorKind::NotFound.into())), "cannot write /ledger/journal: entity not found");
    }

    #[test]
    fn a_level_or_directives_are_a_filter_and_a_typing_error_is_none() {
        assert!(filter("info").is_ok());
        assert!(filter("warn,merestone=debug").is_ok());
        assert!(matches!(filter("merestone=loud"), Err(TelemetryError::Level { .. })));
    }
}
