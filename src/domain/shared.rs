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
