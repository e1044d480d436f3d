//! What the read models answer with: plain values.

use crate::crypto::{digest, sha256};
use crate::domain::{
    CharterProfile, CountryCode, KeyEnding, Kind, Mandate, MemberId, OrganisationId, OrganisationStanding,
    OrganisationType, ParticipantId, PolicyNumber, Position, PublicKey, RecordingTime, Role, Size, TreeHash, TreeHead,
    WorldDate,
};
use crate::limits::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};

digest! {
    /// Chained digest of the rows of the read models.
    RowsDigest, "read models digest"
}

/// What the read models hold for: stored with the rows, in the same atomic batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelPosition {
    /// Entries folded so far.
    pub size: Size,
    /// Root of the tree at that size. A journal that has another root there has another history.
    pub root: TreeHash,
    /// Chained digest of all rows (see the module's documentation).
    pub digest: RowsDigest,
    /// Policy number in force after the last entry; `None` before the founding.
    pub policy: Option<PolicyNumber>,
    /// Recording time of the last entry.
    pub recorded_at: Option<RecordingTime>,
}

impl ModelPosition {
    /// Before the first entry.
    pub fn empty() -> Self {
        let digest = RowsDigest(sha256(super::DIGEST_START));
        Self { size: Size(0), root: TreeHash::EMPTY, digest, policy: None, recorded_at: None }
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root }
    }
}

/// What an answer holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldsAt {
    /// The answer is a function of the first `size` entries.
    pub size: Size,
    /// Recording time of the last of them.
    pub recorded_at: Option<RecordingTime>,
    /// Policy number in force there.
    pub policy: Option<PolicyNumber>,
    /// Profile of the charter in force there.
    pub profile: Option<CharterProfile>,
}

/// An organisation as it stood.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganisationState {
    pub id: OrganisationId,
    pub name: Box<str>,
    pub organisation_type: OrganisationType,
    pub country: CountryCode,
    pub founder: bool,
    pub admitted: Position,
    pub standing: OrganisationStanding,
    /// Other organisations that may verify its work; ascending.
    pub verifiers: Vec<OrganisationId>,
    /// Ascending by id.
    pub members: Vec<MemberState>,
    /// In the order in which they were granted.
    pub mandates: Vec<MandateState>,
}

/// A post as it stood.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberState {
    pub id: MemberId,
    pub post: Box<str>,
    pub roles: Vec<Role>,
    pub enrolled: Position,
    /// In the order in which they were enrolled.
    pub keys: Vec<KeyState>,
}

/// A key of a post as it stood.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyState {
    pub key: PublicKey,
    pub enrolled: Position,
    /// `None` while it is active.
    pub ended: Option<KeyEndState>,
}

/// How and where a key ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyEndState {
    pub ending: KeyEnding,
    pub position: Position,
    pub recorded_at: RecordingTime,
}

/// A mandate that was granted.
#[derive(Clone, Debug, PartialEq)]
pub struct MandateState {
    pub mandate: Mandate,
    pub granted: Position,
}

/// A treaty or participant and the event that registered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered<Id> {
    pub id: Id,
    pub position: Position,
}

/// An act on a timeline; the event itself is in the journal at `position`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pub position: Position,
    pub kind: Kind,
    /// The date in the world as it was written, if one was stated.
    pub date: Option<WorldDate>,
    /// `None` for acts on the treaty itself.
    pub participant: Option<ParticipantId>,
}

/// Some items and how to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The token of the next page; `None` at the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Up to `limit` of some items; one more was looked for to see whether there is a next page.
    pub fn of(mut items: Vec<T>, limit: usize, token: impl Fn(&T) -> String) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(token);
        Self { items, next }
    }
}

/// Which page is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageRequest<'a> {
    /// The token of the page before; `None` for the first.
    pub after: Option<&'a str>,
    /// 0: the default. More than the limit: the limit.
    pub items: usize,
}

impl PageRequest<'_> {
    /// Items of the page: so many as are asked for, within what a page may have.
    pub fn limit(&self) -> usize {
        if self.items == 0 { PAGE_ITEMS_DEFAULT } else { self.items.min(PAGE_ITEMS_MAX) }
    }
}
