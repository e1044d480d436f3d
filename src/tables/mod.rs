//! Tables of participants in the form of a depositary: from a file to the acts that it
//! states, and from recorded acts to a file.
//!
//! Promises: pure; nothing is guessed. A cell, a suffix, a bracket or a footnote that is
//! not clear is refused with a pinned code ([`TableRule`]), its row and its column, and a
//! row is planned whole or not at all. A name between brackets never becomes a plain
//! party: it needs the day on which its withdrawal was received.
//! Leaves to others: asking and telling the ledger, signing (`cli`), what law remarks on
//! the acts (`treaties`). `docs/tables.md` is the reference.

mod cell;
mod compare;
mod footnotes;
mod mapping;
mod plan;
mod read;
mod row;
mod rule;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod write;

pub use footnotes::Footnote;
pub use mapping::{Columns, FootnoteSources, InvalidMapping, Mapping, TableSource};
pub use plan::{Fate, Plan, PlannedAct, PlannedRow, TablePlan, event, plan};
pub use read::{Sheet, read};
pub use row::{KnownParticipant, Names};
pub use rule::{Refusal, TableRule};
pub use write::{LeftOut, Line, RecordedAct, Written, write};

use std::collections::BTreeSet;

use crate::domain::{Index, ParticipantId, TreatyBody};

/// A statement that the ledger holds in a column of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldAct {
    pub participant: ParticipantId,
    /// What it says as it stands.
    pub body: TreatyBody,
    /// Its entry.
    pub index: Index,
}

/// What the ledger holds of a treaty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeldTable {
    pub acts: Vec<HeldAct>,
    /// Whole tables that were stated as at the day of the file, with their entries.
    pub tables: Vec<(TreatyBody, Index)>,
    /// Who had left by that day, under every reading.
    pub left: BTreeSet<ParticipantId>,
}

/// The entry of what this very table stated before, if it was taken back: of a
/// participant's act, or of the whole table for nobody.
pub type TakenBack<'a> = dyn Fn(Option<&ParticipantId>, &TreatyBody) -> Option<Index> + 'a;
