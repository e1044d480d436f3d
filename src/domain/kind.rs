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

/// Kinds about treaties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TreatyKind {
    TreatyRegistered,
    ParticipantRegistered,
    SignatureAffixed,
    InstrumentDeposited,
    DomesticStepTaken,
    WithdrawalNotified,
}

/// Kinds about minefields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MinefieldKind {
    RecordOpened,
}

/// Which signatures a kind needs before it takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOffClass {
    /// A statement or a warning: effective with the author's signature.
    States,
    /// The registry and the charter: as the charter's thresholds say.
    Governs(Threshold),
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
    /// A mandate that covers the treaty of the subject.
    Treaty,
    /// A mandate that covers any treaty at all (for participants).
    AnyTreaty,
    /// A mandate that covers the country in the body.
    Country,
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
    pub subject: SubjectType,
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

const fn governs(
    kind: RegistryKind,
    name: &'static str,
    number: u32,
    says: &'static str,
    threshold: Threshold,
    subject: SubjectType,
    subject_state: SubjectState,
) -> KindRow {
    KindRow {
        kind: Kind::Registry(kind),
        name,
        number,
        says,
        class: SignOffClass::Governs(threshold),
        subject,
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
        subject: SubjectType::Participation,
        subject_state: SubjectState::Exists,
        roles: RECORDERS,
        authority: Authority::Treaty,
        parts: &[PartKind::Remarks, PartKind::Names],
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
        SubjectType::Ledger,
        SubjectState::New,
    ),
    governs(
        RegistryKind::CharterAdopted,
        "charter_adopted",
        17,
        "a new charter is in force",
        Threshold::Charter,
        SubjectType::Ledger,
        SubjectState::Exists,
    ),
    governs(
        RegistryKind::OrganisationAdmitted,
        "organisation_admitted",
        18,
        "an organisation is admitted",
        Threshold::Admission,
        SubjectType::Organisation,
        SubjectState::New,
    ),
    governs(
        RegistryKind::OrganisationChanged,
        "organisation_changed",
        19,
        "an organisation is suspended, resumed or succeeded, or names its verifiers",
        Threshold::Admission,
        SubjectType::Organisation,
        SubjectState::Exists,
    ),
    governs(
        RegistryKind::MemberEnrolled,
        "member_enrolled",
        20,
        "a post of an organisation is enrolled",
        Threshold::Enrolment,
        SubjectType::Organisation,
        SubjectState::Exists,
    ),
    governs(
        RegistryKind::KeyEnrolled,
        "key_enrolled",
        21,
        "a key is enrolled for a post",
        Threshold::Enrolment,
        SubjectType::Organisation,
        SubjectState::Exists,
    ),
    governs(
        RegistryKind::KeyEnded,
        "key_ended",
        22,
        "a key is retired or was compromised",
        Threshold::Enrolment,
        SubjectType::Organisation,
        SubjectState::Exists,
    ),
    governs(
        RegistryKind::MandateGranted,
        "mandate_granted",
        23,
        "an organisation may act for treaties or countries",
        Threshold::Admission,
        SubjectType::Organisation,
        SubjectState::Exists,
    ),
    KindRow {
        subject: SubjectType::Treaty,
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
        subject: SubjectType::Participant,
        subject_state: SubjectState::New,
        authority: Authority::AnyTreaty,
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
    KindRow {
        kind: Kind::Minefield(MinefieldKind::RecordOpened),
        name: "record_opened",
        number: 128,
        says: "the record of a mined area is opened",
        class: SignOffClass::States,
        subject: SubjectType::Record,
        subject_state: SubjectState::New,
        roles: RECORDERS,
        authority: Authority::Country,
        parts: &[PartKind::Remarks, PartKind::Names, PartKind::DangerArea],
        mandatory_to_state: &["country", "kind", "classification"],
        needs_source: true,
    },
];

impl Kind {
    /// The row of the kind.
    pub fn row(self) -> &'static KindRow {
        let at = match self {
            Self::Registry(kind) => kind as usize,
            Self::Treaty(kind) => 8 + kind as usize,
            Self::Minefield(kind) => 14 + kind as usize,
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
