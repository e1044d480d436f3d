//! The kinds table: one row per kind.
//!
//! Documentation (`docs/events.md`), templates, checks of form and the policy
//! read this table; a kind is added here first. Numbers are the field numbers
//! of `Event.body` and pinned for ever.

mod table;

use std::fmt;

use super::{PartKind, Role, SubjectType};
pub use table::KINDS;

/// The kind of an event, nested so that every `match` stays short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Registry(RegistryKind),
    Shared(SharedKind),
    Treaty(TreatyKind),
    Minefield(MinefieldKind),
}

/// Kinds about the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistryKind {
    LedgerFounded,
    CharterAdopted,
    OrganisationAdmitted,
    OrganisationChanged,
    MemberEnrolled,
    KeyEnrolled,
    KeyEnded,
    MandateGranted,
}

/// Kinds about an earlier event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SharedKind {
    EventCorrected,
    EventRetracted,
    EventContested,
    ContestResolved,
    PartDisclosed,
    ContentErased,
    StatementReported,
}

/// Kinds about treaties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TreatyKind {
    TreatyRegistered,
    ParticipantRegistered,
    SignatureAffixed,
    InstrumentDeposited,
    EffectStated,
    DomesticStepTaken,
    WithdrawalNotified,
    WithdrawalRevoked,
    SuspensionNotified,
    ObjectionLodged,
    ConflictStatusAsserted,
    TreatyBodyDecided,
    SuccessionNotified,
    DeclarationMade,
    DepositaryNotificationIssued,
    DeadlineExtended,
    ReportSubmitted,
    ParticipationTableStated,
}

/// Kinds about minefields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MinefieldKind {
    RecordOpened,
    LayingRecorded,
    PositionSurveyed,
    AreaCleared,
    LandReleased,
}

/// Which signatures a kind needs before it takes effect. A kind that states may
/// ease by what it says; the policy looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOffClass {
    /// A statement or a warning: effective with the author's signature.
    States,
    /// Makes land count as safer: waits for another post and the national authority.
    Eases,
    /// Hands something over: waits for the other side.
    Transfers,
    /// The registry and the charter: as the charter's thresholds say.
    Governs(Threshold),
}

impl SignOffClass {
    /// Whether it may have to wait for sign-offs after it was recorded.
    pub const fn waits(self) -> bool {
        match self {
            Self::States | Self::Governs(_) => false,
            Self::Eases | Self::Transfers => true,
        }
    }
}

/// Which threshold of the charter a governing kind needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// All founders.
    Founding,
    Charter,
    Admission,
    Enrolment,
}

/// Whether the subject must be new or must exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectState {
    New,
    Exists,
}

/// What the author must be entitled to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// The role alone.
    Role,
    /// A mandate that covers the subject: its treaty, any treaty at all for a
    /// participant, the country of a record.
    Mandate,
}

/// One row of the kinds table.
#[derive(Clone, Copy, Debug)]
pub struct KindRow {
    pub kind: Kind,
    /// Field name in `Event.body`; the name in files, filters and documents.
    pub name: &'static str,
    /// Field number in `Event.body`.
    pub number: u32,
    /// What the event says, for people.
    pub says: &'static str,
    pub class: SignOffClass,
    /// What it may be about; one where it is new.
    pub subjects: &'static [SubjectType],
    pub subject_state: SubjectState,
    /// Roles that may record it; one suffices.
    pub roles: &'static [Role],
    pub authority: Authority,
    /// Parts that it may carry.
    pub parts: &'static [PartKind],
    /// Body fields that have a value or stand in `not_stated`.
    pub mandatory_to_state: &'static [&'static str],
    /// Whether a source must be given.
    pub needs_source: bool,
}

impl Kind {
    /// The row of the kind.
    pub fn row(self) -> &'static KindRow {
        let at = match self {
            Self::Registry(kind) => kind as usize,
            Self::Shared(kind) => 8 + kind as usize,
            Self::Treaty(kind) => 15 + kind as usize,
            Self::Minefield(kind) => 33 + kind as usize,
        };
        &KINDS[at]
    }

    /// The name in files, filters and documents.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The field of the body that says when it happened in the world, as `Body::principal_date` reads it.
    pub const fn principal_date(self) -> Option<&'static str> {
        match self {
            Self::Registry(_) => None,
            Self::Shared(kind) => match kind {
                SharedKind::EventCorrected | SharedKind::EventRetracted | SharedKind::PartDisclosed => None,
                SharedKind::EventContested => Some("contested"),
                SharedKind::ContestResolved => Some("resolved"),
                SharedKind::ContentErased => Some("erased"),
                SharedKind::StatementReported => Some("stated"),
            },
            Self::Treaty(kind) => match kind {
                TreatyKind::TreatyRegistered => Some("adopted"),
                TreatyKind::ParticipantRegistered => None,
                TreatyKind::SignatureAffixed => Some("signed"),
                TreatyKind::InstrumentDeposited => Some("deposited"),
                TreatyKind::EffectStated => Some("effective"),
                TreatyKind::DomesticStepTaken => Some("taken"),
                TreatyKind::WithdrawalNotified
                | TreatyKind::WithdrawalRevoked
                | TreatyKind::SuspensionNotified
                | TreatyKind::SuccessionNotified => Some("received_by_depositary"),
                TreatyKind::ObjectionLodged => Some("lodged"),
                TreatyKind::ConflictStatusAsserted => Some("since"),
                TreatyKind::TreatyBodyDecided | TreatyKind::DeadlineExtended => Some("decided"),
                TreatyKind::DeclarationMade => Some("made"),
                TreatyKind::DepositaryNotificationIssued => Some("issued"),
                TreatyKind::ReportSubmitted => Some("submitted"),
                TreatyKind::ParticipationTableStated => Some("as_at"),
            },
            Self::Minefield(kind) => match kind {
                MinefieldKind::RecordOpened => None,
                MinefieldKind::LayingRecorded => Some("completed"),
                MinefieldKind::PositionSurveyed => Some("surveyed"),
                MinefieldKind::AreaCleared => Some("ended"),
                MinefieldKind::LandReleased => Some("released"),
            },
        }
    }

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        KINDS.iter().find(|row| row.name == name).map(|row| row.kind)
    }

    /// The kind of a field number of `Event.body`.
    pub fn from_number(number: u32) -> Option<Self> {
        KINDS.iter().find(|row| row.number == number).map(|row| row.kind)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_every_kind_finds_its_own_row() {
        assert!(KINDS.windows(2).all(|pair| pair[0].number < pair[1].number));
        for row in KINDS {
            assert_eq!(row.kind.row().number, row.number);
            assert_eq!(Kind::from_name(row.name), Some(row.kind));
            assert_eq!(Kind::from_number(row.number), Some(row.kind));
        }
    }
}
