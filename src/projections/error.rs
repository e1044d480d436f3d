//! What can go wrong with the read models, by who must act.

use std::{io, path::PathBuf};

use crate::domain::{Index, Size};

/// The read models could not be read or written: for the operator. They are
/// derived, so the cure for anything lasting is to rebuild them from the journal.
#[derive(Debug, thiserror::Error)]
pub enum ReadModelError {
    /// sled failed.
    #[error("cannot {action} the read models")]
    Store { action: &'static str, source: sled::Error },
    /// A file or directory could not be moved or removed.
    #[error("cannot {action} {}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    /// A row is not what the fold wrote.
    #[error("the read models are damaged at row {row}; rebuild them from the journal")]
    Damaged { row: String },
    /// Entries must be applied in order, without gap (I6).
    #[error("the read models hold {held} entries and cannot take entry {given} next")]
    OutOfOrder { held: Size, given: Index },
    /// The head must be the one right after the entries.
    #[error("a head of size {head} does not follow {entries} entries on top of {held}")]
    HeadMismatch { held: Size, entries: usize, head: Size },
}

/// A question could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// For the client: the read models do not hold so many entries (yet).
    #[error("the read models hold {held} entries, {asked} were asked for")]
    NotYet { asked: Size, held: Size },
    /// For the client: the token did not come from a previous page.
    #[error("page token {token:?} did not come from a previous response")]
    BadPageToken { token: String },
    /// For the client: several treaties or participants have the name.
    #[error("{name:?} is a name of {}; ask by id", ids.join(", "))]
    Ambiguous { name: String, ids: Vec<String> },
    /// For the operator.
    #[error(transparent)]
    ReadModels(#[from] ReadModelError),
}
