//! An event: what an organisation states happened.

use super::{
    AreaCleared, CharterAdopted, CivilDate, Commitment, ConflictStatusAsserted, ContentErased, ContestResolved,
    DangerArea, DeadlineExtended, DeclarationMade, DepositaryNotificationIssued, DocumentDigest, DomesticStepTaken,
    EffectStated, EventContested, EventCorrected, EventId, EventReference, EventRetracted, Extent, InstrumentDeposited,
    KeyEnded, KeyEnrolled, Kind, LandReleased, LayingRecorded, LedgerFounded, MandateGranted, MemberEnrolled,
    MinefieldKind, ObjectionLodged, OrdnanceItem, OrganisationAdmitted, OrganisationChanged, Parcel, ParcelId,
    PartDisclosed, ParticipantRegistered, ParticipationTableStated, PositionSurveyed, RecordOpened, ReferencePoint,
    RegistryKind, ReportSubmitted, Restated, SharedKind, SignatureAffixed, StatementReported, Subject,
    SuccessionNotified, SuspensionNotified, TreatyBodyDecided, TreatyKind, TreatyRegistered, WithdrawalNotified,
    WithdrawalRevoked, WorldDate,
};

/// One event, well formed.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub id: EventId,
    pub nonce: [u8; 16],
    pub subject: Subject,
    /// Last events on the subject that the author saw.
    pub based_on: Vec<EventId>,
    /// Name that rival statements about one act share.
    pub act: Option<Box<str>>,
    /// When it happened in the world.
    pub occurred: Option<WorldDate>,
    pub source: Option<Source>,
    /// Ascending by slot.
    pub parts: Vec<Part>,
    pub not_stated: Vec<NotStated>,
    pub documents: Vec<Document>,
    pub body: Body,
}

/// The kind of an event with its always-open fields. Nested, so that every
/// `match` has about twenty arms at the most.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "the treaty and minefield bodies of later kinds are as large")]
pub enum Body {
    Registry(RegistryBody),
    Shared(SharedBody),
    Treaty(TreatyBody),
    Minefield(MinefieldBody),
}

/// Bodies about the registry.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "registry events are few; keys are matched without another box")]
pub enum RegistryBody {
    LedgerFounded(Box<LedgerFounded>),
    CharterAdopted(CharterAdopted),
    OrganisationAdmitted(OrganisationAdmitted),
    OrganisationChanged(OrganisationChanged),
    MemberEnrolled(MemberEnrolled),
    KeyEnrolled(KeyEnrolled),
    KeyEnded(KeyEnded),
    MandateGranted(MandateGranted),
}

/// Bodies about an earlier event.
#[derive(Clone, Debug, PartialEq)]
pub enum SharedBody {
    EventCorrected(EventCorrected),
    EventRetracted(EventRetracted),
    EventContested(EventContested),
    ContestResolved(ContestResolved),
    PartDisclosed(PartDisclosed),
    ContentErased(ContentErased),
    StatementReported(StatementReported),
}

/// Bodies about treaties.
#[derive(Clone, Debug, PartialEq)]
pub enum TreatyBody {
    TreatyRegistered(Box<TreatyRegistered>),
    ParticipantRegistered(ParticipantRegistered),
    SignatureAffixed(SignatureAffixed),
    InstrumentDeposited(InstrumentDeposited),
    EffectStated(EffectStated),
    DomesticStepTaken(DomesticStepTaken),
    WithdrawalNotified(WithdrawalNotified),
    WithdrawalRevoked(WithdrawalRevoked),
    SuspensionNotified(SuspensionNotified),
    ObjectionLodged(ObjectionLodged),
    ConflictStatusAsserted(ConflictStatusAsserted),
    TreatyBodyDecided(Box<TreatyBodyDecided>),
    SuccessionNotified(SuccessionNotified),
    DeclarationMade(Box<DeclarationMade>),
    DepositaryNotificationIssued(Box<DepositaryNotificationIssued>),
    DeadlineExtended(Box<DeadlineExtended>),
    ReportSubmitted(ReportSubmitted),
    ParticipationTableStated(ParticipationTableStated),
}

/// Bodies about minefields.
#[derive(Clone, Debug, PartialEq)]
pub enum MinefieldBody {
    RecordOpened(RecordOpened),
    LayingRecorded(LayingRecorded),
    PositionSurveyed(PositionSurveyed),
    AreaCleared(AreaCleared),
    LandReleased(LandReleased),
}

impl Body {
    /// The kind of the body.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Registry(body) => Kind::Registry(match body {
                RegistryBody::LedgerFounded(_) => RegistryKind::LedgerFounded,
                RegistryBody::CharterAdopted(_) => RegistryKind::CharterAdopted,
                RegistryBody::OrganisationAdmitted(_) => RegistryKind::OrganisationAdmitted,
                RegistryBody::OrganisationChanged(_) => RegistryKind::OrganisationChanged,
                RegistryBody::MemberEnrolled(_) => RegistryKind::MemberEnrolled,
                RegistryBody::KeyEnrolled(_) => RegistryKind::KeyEnrolled,
                RegistryBody::KeyEnded(_) => RegistryKind::KeyEnded,
                RegistryBody::MandateGranted(_) => RegistryKind::MandateGranted,
            }),
            Self::Shared(body) => Kind::Shared(match body {
                SharedBody::EventCorrected(_) => SharedKind::EventCorrected,
                SharedBody::EventRetracted(_) => SharedKind::EventRetracted,
                SharedBody::EventContested(_) => SharedKind::EventContested,
                SharedBody::ContestResolved(_) => SharedKind::ContestResolved,
                SharedBody::PartDisclosed(_) => SharedKind::PartDisclosed,
                SharedBody::ContentErased(_) => SharedKind::ContentErased,
                SharedBody::StatementReported(_) => SharedKind::StatementReported,
            }),
            Self::Treaty(body) => Kind::Treaty(match body {
                TreatyBody::TreatyRegistered(_) => TreatyKind::TreatyRegistered,
                TreatyBody::ParticipantRegistered(_) => TreatyKind::ParticipantRegistered,
                TreatyBody::SignatureAffixed(_) => TreatyKind::SignatureAffixed,
                TreatyBody::InstrumentDeposited(_) => TreatyKind::InstrumentDeposited,
                TreatyBody::EffectStated(_) => TreatyKind::EffectStated,
                TreatyBody::DomesticStepTaken(_) => TreatyKind::DomesticStepTaken,
                TreatyBody::WithdrawalNotified(_) => TreatyKind::WithdrawalNotified,
                TreatyBody::WithdrawalRevoked(_) => TreatyKind::WithdrawalRevoked,
                TreatyBody::SuspensionNotified(_) => TreatyKind::SuspensionNotified,
                TreatyBody::ObjectionLodged(_) => TreatyKind::ObjectionLodged,
                TreatyBody::ConflictStatusAsserted(_) => TreatyKind::ConflictStatusAsserted,
                TreatyBody::TreatyBodyDecided(_) => TreatyKind::TreatyBodyDecided,
                TreatyBody::SuccessionNotified(_) => TreatyKind::SuccessionNotified,
                TreatyBody::DeclarationMade(_) => TreatyKind::DeclarationMade,
                TreatyBody::DepositaryNotificationIssued(_) => TreatyKind::DepositaryNotificationIssued,
                TreatyBody::DeadlineExtended(_) => TreatyKind::DeadlineExtended,
                TreatyBody::ReportSubmitted(_) => TreatyKind::ReportSubmitted,
                TreatyBody::ParticipationTableStated(_) => TreatyKind::ParticipationTableStated,
            }),
            Self::Minefield(body) => Kind::Minefield(match body {
                MinefieldBody::RecordOpened(_) => MinefieldKind::RecordOpened,
                MinefieldBody::LayingRecorded(_) => MinefieldKind::LayingRecorded,
                MinefieldBody::PositionSurveyed(_) => MinefieldKind::PositionSurveyed,
                MinefieldBody::AreaCleared(_) => MinefieldKind::AreaCleared,
                MinefieldBody::LandReleased(_) => MinefieldKind::LandReleased,
            }),
        }
    }

    /// The parcels that the body states.
    pub fn parcels(&self) -> &[Parcel] {
        match self {
            Self::Minefield(MinefieldBody::RecordOpened(body)) => &body.parcels,
            Self::Minefield(MinefieldBody::LayingRecorded(body)) => &body.parcels,
            Self::Minefield(MinefieldBody::PositionSurveyed(body)) => &body.parcels,
            Self::Minefield(MinefieldBody::AreaCleared(_) | MinefieldBody::LandReleased(_))
            | Self::Registry(_)
            | Self::Shared(_)
            | Self::Treaty(_) => &[],
        }
    }

    /// Whether what the event is about may lie ahead: who states an effect may state one to come.
    pub fn may_lie_ahead(&self) -> bool {
        matches!(self, Self::Treaty(TreatyBody::EffectStated(_)))
    }

    /// The date in the world that the kind itself names, if it has one.
    pub fn principal_date(&self) -> Option<&WorldDate> {
        match self {
            Self::Registry(_) => None,
            Self::Shared(body) => body.principal_date(),
            Self::Treaty(body) => body.principal_date(),
            Self::Minefield(body) => match body {
                MinefieldBody::RecordOpened(_) => None,
                MinefieldBody::LayingRecorded(body) => body.completed.as_ref(),
                MinefieldBody::PositionSurveyed(body) => body.surveyed.as_ref(),
                MinefieldBody::AreaCleared(body) => body.ended.as_ref(),
                MinefieldBody::LandReleased(body) => body.released.as_ref(),
            },
        }
    }
}

impl Body {
    /// The day on which a laying began, where it is stated.
    pub fn began(&self) -> Option<&WorldDate> {
        match self {
            Self::Minefield(MinefieldBody::LayingRecorded(body)) => body.began.as_ref(),
            Self::Minefield(_) | Self::Registry(_) | Self::Shared(_) | Self::Treaty(_) => None,
        }
    }
}

impl TreatyBody {
    /// The date in the world that the kind itself names, if it has one.
    pub fn principal_date(&self) -> Option<&WorldDate> {
        match self {
            Self::TreatyRegistered(body) => body.adopted.as_ref(),
            Self::ParticipantRegistered(_) => None,
            Self::SignatureAffixed(body) => body.signed.as_ref(),
            Self::InstrumentDeposited(body) => body.deposited.as_ref(),
            Self::EffectStated(body) => body.effective.as_ref(),
            Self::DomesticStepTaken(body) => body.taken.as_ref(),
            Self::WithdrawalNotified(body) => body.received_by_depositary.as_ref(),
            Self::WithdrawalRevoked(body) => body.received_by_depositary.as_ref(),
            Self::SuspensionNotified(body) => body.received_by_depositary.as_ref(),
            Self::ObjectionLodged(body) => body.lodged.as_ref(),
            Self::ConflictStatusAsserted(body) => body.since.as_ref(),
            Self::TreatyBodyDecided(body) => body.decided.as_ref(),
            Self::SuccessionNotified(body) => body.received_by_depositary.as_ref(),
            Self::DeclarationMade(body) => body.made.as_ref(),
            Self::DepositaryNotificationIssued(body) => body.issued.as_ref(),
            Self::DeadlineExtended(body) => body.decided.as_ref(),
            Self::ReportSubmitted(body) => body.submitted.as_ref(),
            Self::ParticipationTableStated(body) => body.as_at.as_ref(),
        }
    }
}

impl SharedBody {
    /// The date in the world that the kind itself names, if it has one.
    pub fn principal_date(&self) -> Option<&WorldDate> {
        match self {
            Self::EventCorrected(_) | Self::EventRetracted(_) | Self::PartDisclosed(_) => None,
            Self::EventContested(body) => body.contested.as_ref(),
            Self::ContestResolved(body) => body.resolved.as_ref(),
            Self::ContentErased(body) => body.erased.as_ref(),
            Self::StatementReported(body) => body.stated.as_ref(),
        }
    }

    /// The event that it speaks about, where it speaks about one.
    pub fn target(&self) -> Option<&EventReference> {
        match self {
            Self::EventCorrected(body) => Some(&body.target),
            Self::EventRetracted(body) => Some(&body.target),
            Self::EventContested(body) => Some(&body.target),
            Self::PartDisclosed(body) => Some(&body.target),
            Self::ContentErased(body) => Some(&body.target),
            Self::ContestResolved(_) | Self::StatementReported(_) => None,
        }
    }
}

impl Event {
    /// The kind of the event.
    pub fn kind(&self) -> Kind {
        self.body.kind()
    }

    /// Whether it is a survey, itself or as it restates another.
    pub fn is_survey(&self) -> bool {
        self.restated_body().unwrap_or(&self.body).kind() == Kind::Minefield(MinefieldKind::PositionSurveyed)
    }

    /// The parcels that the event states, itself or as it restates another.
    pub fn stated_parcels(&self) -> &[Parcel] {
        self.restated_body().unwrap_or(&self.body).parcels()
    }

    /// The parcels that the event releases, itself or as it restates another.
    pub fn released_parcels(&self) -> &[ParcelId] {
        match self.restated_body().unwrap_or(&self.body) {
            Body::Minefield(MinefieldBody::LandReleased(body)) => &body.parcels,
            Body::Minefield(_) | Body::Registry(_) | Body::Shared(_) | Body::Treaty(_) => &[],
        }
    }

    /// The body that a correction puts in place of another.
    pub fn restated_body(&self) -> Option<&Body> {
        self.restated().map(|restated| &restated.body)
    }

    /// What a correction puts in place of an earlier statement.
    pub fn restated(&self) -> Option<&Restated> {
        match &self.body {
            Body::Shared(SharedBody::EventCorrected(body)) => body.restated.as_deref(),
            Body::Shared(_) | Body::Registry(_) | Body::Treaty(_) | Body::Minefield(_) => None,
        }
    }

    /// The date in the world: the kind's principal date, else `occurred`.
    pub fn date(&self) -> Option<&WorldDate> {
        self.body.principal_date().or(self.occurred.as_ref())
    }
}

/// What a statement rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub class: SourceClass,
    pub transcribed: bool,
    pub name: Box<str>,
    pub locator: Box<str>,
    pub retrieved: Option<CivilDate>,
}

pinned! {
    /// What kind of source a statement rests on.
    SourceClass {
        OwnAct = 1, "own_act";
        Depositary = 2, "depositary";
        TreatyBody = 3, "treaty_body";
        OfficialGazette = 4, "official_gazette";
        Government = 5, "government";
        Court = 6, "court";
        Intergovernmental = 7, "intergovernmental";
        Ngo = 8, "ngo";
        Press = 9, "press";
        Other = 10, "other";
    }
}

/// A reusable piece of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub slot: u32,
    pub kind: PartKind,
    pub content: PartHolding,
}

/// Where the content of a part is.
#[derive(Clone, Debug, PartialEq)]
pub enum PartHolding {
    /// In the event.
    Open(PartContent),
    /// With the ledger, encrypted at rest, for an audience.
    Restricted { commitment: Commitment, audience: Vec<Box<str>> },
    /// With the ledger, encrypted to recipients.
    Sealed { commitment: Commitment },
    /// With the author only.
    Withheld { commitment: Commitment, basis: Box<str>, review_on: CivilDate },
}

impl PartHolding {
    /// The form that it is held in.
    pub fn form(&self) -> PartForm {
        match self {
            Self::Open(_) => PartForm::Open,
            Self::Restricted { .. } => PartForm::Restricted,
            Self::Sealed { .. } => PartForm::Sealed,
            Self::Withheld { .. } => PartForm::Withheld,
        }
    }
}

/// The content of an open part.
#[derive(Clone, Debug, PartialEq)]
pub enum PartContent {
    Remarks { text: Box<str>, language: Box<str> },
    Names(Vec<Box<str>>),
    DangerArea(DangerArea),
    Extent(Extent),
    ReferencePoints(Vec<ReferencePoint>),
    Ordnance(Vec<OrdnanceItem>),
}

impl PartContent {
    /// The part kind that the content belongs to.
    pub fn kind(&self) -> PartKind {
        match self {
            Self::Remarks { .. } => PartKind::Remarks,
            Self::Names(_) => PartKind::Names,
            Self::DangerArea(_) => PartKind::DangerArea,
            Self::Extent(_) => PartKind::Extent,
            Self::ReferencePoints(_) => PartKind::ReferencePoints,
            Self::Ordnance(_) => PartKind::Ordnance,
        }
    }
}

pinned! {
    /// What a part is.
    PartKind {
        Remarks = 1, "remarks";
        Names = 2, "names";
        DangerArea = 3, "danger_area";
        Extent = 4, "extent";
        ReferencePoints = 5, "reference_points";
        Ordnance = 6, "ordnance";
    }
}

pinned! {
    /// Where the content of a part is (design: disclosure).
    PartForm {
        Open = 1, "open";
        Restricted = 2, "restricted";
        Sealed = 3, "sealed";
        Withheld = 4, "withheld";
    }
}

/// A field that is mandatory to state and has no value.
#[derive(Clone, Debug, PartialEq)]
pub struct NotStated {
    pub field: Box<str>,
    pub reason: NotStatedReason,
}

pinned! {
    /// Why a mandatory field has no value.
    NotStatedReason {
        Unknown = 1, "unknown";
        NotRecorded = 2, "not_recorded";
        NotApplicable = 3, "not_applicable";
        RedactedInSource = 4, "redacted_in_source";
    }
}

/// A document by the digest of its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub sha256: DocumentDigest,
    pub size: u64,
    pub media_type: Box<str>,
    pub language: Box<str>,
    pub title: Box<str>,
    pub symbol: Box<str>,
}
