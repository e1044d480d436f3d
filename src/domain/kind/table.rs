//! The rows of the kinds table, in order of their number.

use super::{
    super::{PartKind, Role, SubjectType},
    Authority, Kind, KindRow, MinefieldKind, RegistryKind, SharedKind, SignOffClass, SubjectState, Threshold,
    TreatyKind,
};

const RECORDERS: &[Role] = &[Role::Recorder, Role::DeskOfficer];
const ADMINISTRATORS: &[Role] = &[Role::Administrator];
const REMARKS: &[PartKind] = &[PartKind::Remarks];
const TREATY_PARTS: &[PartKind] = &[PartKind::Remarks, PartKind::Names];
const LAND_PARTS: &[PartKind] =
    &[PartKind::Remarks, PartKind::Names, PartKind::DangerArea, PartKind::Extent, PartKind::ReferencePoints];
const FIELD_PARTS: &[PartKind] = PartKind::ALL;
/// What acts under treaties are about.
const TREATY_SUBJECTS: &[SubjectType] = &[SubjectType::Treaty, SubjectType::Participant, SubjectType::Participation];
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
    KindRow {
        subjects: TREATY_SUBJECTS,
        ..shared(SharedKind::EventRetracted, "event_retracted", 41, "an earlier event is taken back")
    },
    KindRow {
        mandatory_to_state: &["contested"],
        ..shared(SharedKind::EventContested, "event_contested", 42, "somebody contests what an earlier event states")
    },
    KindRow {
        subjects: TREATY_SUBJECTS,
        mandatory_to_state: &["resolved"],
        ..shared(SharedKind::ContestResolved, "contest_resolved", 43, "rival statements about one act are settled")
    },
    shared(SharedKind::PartDisclosed, "part_disclosed", 44, "committed parts of an earlier event are disclosed"),
    KindRow {
        class: SignOffClass::Governs(Threshold::Charter),
        roles: ADMINISTRATORS,
        authority: Authority::Role,
        mandatory_to_state: &["ordered_by", "erased"],
        ..shared(
            SharedKind::ContentErased,
            "content_erased",
            45,
            "the content of committed parts does not exist any more",
        )
    },
    KindRow {
        parts: TREATY_PARTS,
        mandatory_to_state: &["stated_by", "stated"],
        ..shared(
            SharedKind::StatementReported,
            "statement_reported",
            46,
            "somebody's statement on policy, use, transfer, stockpiles or counts; changes no status",
        )
    },
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
    treaty_act(
        TreatyKind::SuccessionNotified,
        "succession_notified",
        76,
        "a State takes the place of its predecessor",
        &["succeeded", "received_by_depositary"],
    ),
    treaty_act(
        TreatyKind::DeclarationMade,
        "declaration_made",
        77,
        "a participant declares something under a treaty, or changes what it declared",
        &["made"],
    ),
    KindRow {
        subjects: &[SubjectType::Treaty],
        ..treaty_act(
            TreatyKind::DepositaryNotificationIssued,
            "depositary_notification_issued",
            78,
            "the depositary informs the States concerned",
            &["reference", "issued"],
        )
    },
    treaty_act(
        TreatyKind::DeadlineExtended,
        "deadline_extended",
        79,
        "an extension of a deadline is requested, granted or refused",
        &["decided", "new_deadline"],
    ),
    treaty_act(
        TreatyKind::ReportSubmitted,
        "report_submitted",
        80,
        "a report under a treaty is submitted",
        &["submitted", "period"],
    ),
    KindRow {
        subjects: &[SubjectType::Treaty],
        ..treaty_act(
            TreatyKind::ParticipationTableStated,
            "participation_table_stated",
            81,
            "the depositary's whole table of participants at a date",
            &["as_at"],
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
