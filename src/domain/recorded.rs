//! An event as the ledger holds it: what the rules over treaties and minefields
//! read. As of some size of the ledger, so that an answer can be given again.

use super::{CitedEvent, Event, EventReference, Index, OrganisationId, Position, RecordingTime, Signer, Statement};

/// An event with where, when and by whom it was recorded, and how it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    pub position: Position,
    pub recorded_at: RecordingTime,
    pub author: Signer,
    pub event: Event,
    pub standing: Standing,
    /// What others said on its submission, in the order in which they were recorded.
    pub sign_offs: Vec<Statement>,
    /// What it waits for, each a sentence; empty when it does not wait.
    pub missing: Vec<Box<str>>,
}

/// How the submission of an event stands, as of the size asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// In effect since an entry: its own, or the one that completed its sign-offs.
    Effective { since: Index, verified: bool },
    /// It waits for sign-offs: the more cautious picture stands.
    Waiting,
    /// It lapsed, was declined or was withdrawn, and never takes effect.
    Ended,
}

impl Recorded {
    /// How another event names this one.
    pub fn reference(&self) -> EventReference {
        EventReference { organisation: self.author.organisation.clone(), event: self.event.id }
    }

    /// How an answer cites it.
    pub fn cited(&self) -> CitedEvent {
        CitedEvent { reference: self.reference(), position: self.position }
    }

    /// Who recorded it.
    pub fn organisation(&self) -> &OrganisationId {
        &self.author.organisation
    }

    /// The entry since which it is in effect; `None` while it waits and when it never will be.
    pub fn effective_since(&self) -> Option<Index> {
        match self.standing {
            Standing::Effective { since, verified: _ } => Some(since),
            Standing::Waiting | Standing::Ended => None,
        }
    }
}
