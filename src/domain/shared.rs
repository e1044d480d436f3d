//! Events that speak about an earlier event, whatever its subject.

use super::{Body, EventId, NotStated, OrganisationId, PartContent, WorldDate};

/// An event by the organisation that recorded it and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventReference {
    pub organisation: OrganisationId,
    pub event: EventId,
}

/// Corrects an earlier event: what it restates it restates whole. The event's own
/// parts stand in place of the target's parts of the same slots.
#[derive(Clone, Debug, PartialEq)]
pub struct EventCorrected {
    pub target: EventReference,
    pub reason: Box<str>,
    pub restated: Option<Box<Restated>>,
}

/// What an event should have said.
#[derive(Clone, Debug, PartialEq)]
pub struct Restated {
    pub occurred: Option<WorldDate>,
    pub not_stated: Vec<NotStated>,
    pub body: Body,
}

/// Discloses committed parts of an earlier event.
#[derive(Clone, Debug, PartialEq)]
pub struct PartDisclosed {
    pub target: EventReference,
    /// Ascending by slot, at least one.
    pub disclosed: Vec<DisclosedPart>,
}

/// One committed part, opened.
#[derive(Clone, Debug, PartialEq)]
pub struct DisclosedPart {
    pub slot: u32,
    pub salt: [u8; 32],
    pub content: PartContent,
}

/// Takes back an earlier event of the same organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRetracted {
    pub target: EventReference,
    pub reason: Box<str>,
}

/// Somebody contests what an earlier event states.
#[derive(Clone, Debug, PartialEq)]
pub struct EventContested {
    pub target: EventReference,
    pub grounds: Box<str>,
    /// Participant id or name of a body; empty: the author.
    pub contested_by: Box<str>,
    pub contested: Option<WorldDate>,
}

/// Settles between rival statements about one act.
#[derive(Clone, Debug, PartialEq)]
pub struct ContestResolved {
    /// Ascending is not asked for; at least one, none twice.
    pub statements: Vec<EventReference>,
    /// One of them; `None`: none of them is accepted.
    pub accepted: Option<EventReference>,
    pub reasons: Box<str>,
    pub resolved: Option<WorldDate>,
}

/// States that the content of committed parts does not exist any more.
#[derive(Clone, Debug, PartialEq)]
pub struct ContentErased {
    pub target: EventReference,
    /// Ascending, at least one.
    pub slots: Vec<u32>,
    pub basis: Box<str>,
    /// Empty: not stated.
    pub ordered_by: Box<str>,
    pub erased: Option<WorldDate>,
}

/// A statement about policy, use, transfer, stockpiles or counts, as reported.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementReported {
    pub topic: StatementTopic,
    /// Empty: not stated.
    pub stated_by: Box<str>,
    pub stated: Option<WorldDate>,
    pub text: Box<str>,
    pub quantity: Option<Quantity>,
    /// What it is about, where that differs from `stated`.
    pub about: Option<WorldDate>,
}

/// A number with what it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    pub number: u64,
    pub unit: Box<str>,
}

pinned! {
    /// What a reported statement is about.
    StatementTopic {
        Policy = 1, "policy";
        Use = 2, "use";
        Transfer = 3, "transfer";
        Stockpile = 4, "stockpile";
        Count = 5, "count";
        Other = 6, "other";
    }
}
