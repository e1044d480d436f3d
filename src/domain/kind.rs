//! The kinds table: one row per kind.
//!
//! Documentation (`docs/events.md`), templates, checks of form and the policy
//! read this table; a kind is added here first. Numbers are the field numbers
//! of `Event.body` and pinned for ever.

use std::fmt;

use super::{PartKind, Role, SubjectType};

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
    PartDisclosed,
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

const RECORDERS: &[Role] = &[Role::Recorder, Role::DeskOfficer];
const ADMINISTRATORS: &[Role] = &[Role::Administrator];
const REMARKS: &[PartKind] = &[PartKind::Remarks];
const TREATY_PARTS: &[PartKind] = &[PartKind::Remarks, PartKind::Names];
const LAND_PARTS: &[PartKind] =
    &[PartKind::Remarks, PartKind::Names, PartKind::DangerArea, PartKind::Extent, PartKind::ReferencePoints];
const FIELD_PARTS: &[PartKind] = PartKind::ALL;
/// What an event about an earlier one may be about.
const ANY_SUBJECT: &[SubjectType] =
    &[SubjectType::Treaty, SubjectType::Participant, SubjectType::Participation, SubjectType::Record];

const fn governs(
    kind: RegistryKind,
    name: &'static str,
    number: u32,
    says: &'static str,
    threshold: Threshold,
    subjects: &'static [SubjectType],
    subject_state: SubjectState,
) -> KindRow {
    KindRow {
        kind: Kind::Registry(kind),
        name,
        number,
        says,
        class: SignOffClass::Governs(threshold),
        subjects,
        subject_state,
        roles: ADMINISTRATORS,
        authority: Authority::Role,
        parts: REMARKS,
        mandatory_to_state: &[],
        needs_source: false,
    }
}

const fn treaty_act(
    kind: TreatyKind,
    name: &'static str,
    number: u32,
    says: &'static str,
    mandatory_to_state: &'static [&'static str],
) -> KindRow {
    KindRow {
        kind: Kind::Treaty(kind),
        name,
        number,
        says,
        class: SignOffClass::States,
        subjects: &[SubjectType::Participation],
        subject_state: SubjectState::Exists,
        roles: RECORDERS,
        authority: Authority::Mandate,
        parts: TREATY_PARTS,
        mandatory_to_state,
        needs_source: true,
    }
}

const fn shared(kind: SharedKind, name: &'static str, number: u32, says: &'static str) -> KindRow {
    KindRow {
        kind: Kind::Shared(kind),
        name,
        number,
        says,
        class: SignOffClass::States,
        subjects: ANY_SUBJECT,
        subject_state: SubjectState::Exists,
        roles: RECORDERS,
        authority: Authority::Mandate,
        parts: REMARKS,
        mandatory_to_state: &[],
        needs_source: true,
    }
}

const fn minefield(
    kind: MinefieldKind,
    name: &'static str,
    number: u32,
    says: &'static str,
    parts: &'static [PartKind],
    mandatory_to_state: &'static [&'static str],
) -> KindRow {
    KindRow {
        kind: Kind::Minefield(kind),
        name,
        number,
        says,
        class: SignOffClass::States,
        subjects: &[SubjectType::Record],
        subject_state: SubjectState::Exists,
        roles: RECORDERS,
        authority: Authority::Mandate,
        parts,
        mandatory_to_state,
        needs_source: true,
    }
}

/// All kinds in order of their number.
pub const KINDS: &[KindRow] = &[
    governs(
        RegistryKind::LedgerFounded,
        "ledger_founded",
        16,
        "a ledger is founded",
        Threshold::Founding,
        &[SubjectType::Ledger],
        SubjectState::New,
    ),
    governs(
        RegistryKind::CharterAdopted,
        "charter_adopted",
        17,
        "a new charter is in force",
        Threshold::Charter,
        &[SubjectType::Ledger],
        SubjectState::Exists,
    ),
    governs(
        RegistryKind::OrganisationAdmitted,
        "organisation_admitted",
        18,
        "an organisation is admitted",
        Threshold::Admission,
        &[SubjectType::Organisation],
        SubjectState::New,
    ),
    governs(
        RegistryKind::OrganisationChanged,
        "organisation_changed",
        19,
        "an organisation is suspended, resumed or succeeded, or names its verifiers",
        Threshold::Admission,
        &[SubjectType::Organisation],
        SubjectState::Exists,
    ),
    governs(
        RegistryKind::MemberEnrolled,
        "member_enrolled",
        20,
        "a post of an organisation is enrolled",
        Threshold::Enrolment,
        &[SubjectType::Organisation],
        SubjectState::Exists,
    ),
    governs(
        RegistryKind::KeyEnrolled,
        "key_enrolled",
        21,
        "a key is enrolled for a post",
        Threshold::Enrolment,
        &[SubjectType::Organisation],
        SubjectState::Exists,
    ),
    governs(
        RegistryKind::KeyEnded,
        "key_ended",
        22,
        "a key is retired or was compromised",
        Threshold::Enrolment,
        &[SubjectType::Organisation],
        SubjectState::Exists,
    ),
    governs(
        RegistryKind::MandateGranted,
        "mandate_granted",
        23,
        "an organisation may act for treaties or countries",
        Threshold::Admission,
        &[SubjectType::Organisation],
        SubjectState::Exists,
    ),
    KindRow {
        parts: FIELD_PARTS,
        ..shared(SharedKind::EventCorrected, "event_corrected", 40, "an earlier event is corrected")
    },
    shared(SharedKind::PartDisclosed, "part_disclosed", 44, "committed parts of an earlier event are disclosed"),
    KindRow {
        subjects: &[SubjectType::Treaty],
        subject_state: SubjectState::New,
        ..treaty_act(
            TreatyKind::TreatyRegistered,
            "treaty_registered",
            64,
            "a treaty with its final clauses",
            &["title", "adopted"],
        )
    },
    KindRow {
        subjects: &[SubjectType::Participant],
        subject_state: SubjectState::New,
        ..treaty_act(
            TreatyKind::ParticipantRegistered,
            "participant_registered",
            65,
            "a State or organisation that can take part in treaties",
            &["name"],
        )
    },
    treaty_act(TreatyKind::SignatureAffixed, "signature_affixed", 66, "a participant signed a treaty", &["signed"]),
    treaty_act(
        TreatyKind::InstrumentDeposited,
        "instrument_deposited",
        67,
        "an instrument of consent reached the depositary",
        &["deposited"],
    ),
    KindRow {
        subjects: &[SubjectType::Participation, SubjectType::Treaty],
        ..treaty_act(
            TreatyKind::EffectStated,
            "effect_stated",
            68,
            "somebody states when something takes effect",
            &["effective"],
        )
    },
    treaty_act(
        TreatyKind::DomesticStepTaken,
        "domestic_step_taken",
        69,
        "a step inside a State; changes no international status",
        &["taken"],
    ),
    treaty_act(
        TreatyKind::WithdrawalNotified,
        "withdrawal_notified",
        70,
        "a participant notified its withdrawal",
        &["received_by_depositary", "other_parties_notified", "reasons"],
    ),
    treaty_act(
        TreatyKind::WithdrawalRevoked,
        "withdrawal_revoked",
        71,
        "a withdrawal is taken back before it takes effect",
        &["received_by_depositary"],
    ),
    treaty_act(
        TreatyKind::SuspensionNotified,
        "suspension_notified",
        72,
        "a participant notified a suspension; changes no status by itself",
        &["received_by_depositary", "circulated", "grounds"],
    ),
    treaty_act(
        TreatyKind::ObjectionLodged,
        "objection_lodged",
        73,
        "a participant objects to an act of another",
        &["lodged"],
    ),
    KindRow {
        subjects: &[SubjectType::Participant],
        ..treaty_act(
            TreatyKind::ConflictStatusAsserted,
            "conflict_status_asserted",
            74,
            "somebody asserts whether a participant is engaged in an armed conflict",
            &["since"],
        )
    },
    KindRow {
        subjects: &[SubjectType::Treaty],
        ..treaty_act(
            TreatyKind::TreatyBodyDecided,
            "treaty_body_decided",
            75,
            "a meeting of the parties decides or declares something",
            &["decided"],
        )
    },
    KindRow {
        subject_state: SubjectState::New,
        ..minefield(
            MinefieldKind::RecordOpened,
            "record_opened",
            128,
            "the record of a mined area is opened",
            LAND_PARTS,
            &["country", "kind", "classification"],
        )
    },
    minefield(
        MinefieldKind::LayingRecorded,
        "laying_recorded",
        129,
        "mines were laid; recorded only after it happened",
        FIELD_PARTS,
        &["method", "began", "completed", "laid_by"],
    ),
    minefield(
        MinefieldKind::PositionSurveyed,
        "position_surveyed",
        130,
        "where the area lies was ascertained on the ground",
        LAND_PARTS,
        &["surveyed", "method", "accuracy_mm"],
    ),
    minefield(
        MinefieldKind::AreaCleared,
        "area_cleared",
        131,
        "clearance of a parcel is reported; changes no status",
        FIELD_PARTS,
        &["depth_mm", "method", "started", "ended"],
    ),
    KindRow {
        class: SignOffClass::Eases,
        ..minefield(
            MinefieldKind::LandReleased,
            "land_released",
            132,
            "land is released to its users",
            LAND_PARTS,
            &["released", "certificate", "residual_risk"],
        )
    },
];

impl Kind {
    /// The row of the kind.
    pub fn row(self) -> &'static KindRow {
        let at = match self {
            Self::Registry(kind) => kind as usize,
            Self::Shared(kind) => 8 + kind as usize,
            Self::Treaty(kind) => 10 + kind as usize,
            Self::Minefield(kind) => 22 + kind as usize,
        };
        &KINDS[at]
    }

    /// The name in files, filters and documents.
    pub fn name(self) -> &'static str {
        self.row().name
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
