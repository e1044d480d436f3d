//! Treaty acts as the events state them. Legal rules over them are findings and
//! status rules elsewhere; nothing here decides.

use super::{CivilDate, EventReference, ParticipantId, TreatyId, WorldDate};

/// A treaty with its final clauses as data.
#[derive(Clone, Debug, PartialEq)]
pub struct TreatyRegistered {
    pub title: Box<str>,
    pub short_names: Vec<Box<str>>,
    pub adopted: Option<WorldDate>,
    pub adopted_at: Box<str>,
    pub parent: Option<TreatyId>,
    pub registrations: Vec<Box<str>>,
    pub clauses: Option<Clauses>,
}

/// A treaty's final clauses as data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clauses {
    pub entry_into_force: Option<EntryIntoForceClause>,
    pub withdrawal: Option<WithdrawalClause>,
    pub signature: Option<SignatureClause>,
    pub accession_by: Option<AccessionBy>,
    pub reservations: Option<Permission>,
    pub provisional_application: Option<ProvisionalApplicationClause>,
    pub depositaries: Vec<Box<str>>,
    pub cascade_to: Vec<TreatyId>,
    pub authentic_languages: Vec<Box<str>>,
}

/// When the treaty binds.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryIntoForceClause {
    pub mode: EntryIntoForceMode,
    pub months: u32,
    pub days: u32,
    pub threshold: u32,
    pub article: Box<str>,
}

/// How a participant leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct WithdrawalClause {
    pub notice_months: u32,
    pub notice_from: NoticeFrom,
    pub later_date_allowed: bool,
    pub conflict_test: ConflictTest,
    pub includes_occupation: bool,
    pub conflict_ends_with: Vec<ConflictEnd>,
    pub addressees: Vec<Addressee>,
    pub reasons_required: bool,
    pub article: Box<str>,
}

/// When and where the treaty is open for signature.
#[derive(Clone, Debug, PartialEq)]
pub struct SignatureClause {
    pub opens: Option<CivilDate>,
    pub closes: Option<CivilDate>,
    pub place: Box<str>,
    pub article: Box<str>,
}

/// Whether and what may be applied provisionally.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvisionalApplicationClause {
    pub permission: Permission,
    pub scope: Box<str>,
    pub article: Box<str>,
}

pinned! { /// Whether something is permitted.
Permission { Permitted = 1, "permitted"; Prohibited = 2, "prohibited"; } }
pinned! { /// Who may accede.
AccessionBy { NonSignatories = 1, "non_signatories"; Any = 2, "any"; } }
pinned! { /// How entry into force is computed.
EntryIntoForceMode { FirstOfMonth = 1, "first_of_month"; SameDay = 2, "same_day"; DaysAfterDeposit = 3, "days_after_deposit"; } }
pinned! { /// What starts the notice.
NoticeFrom { ReceiptByDepositary = 1, "receipt_by_depositary"; Notification = 2, "notification"; Circulation = 3, "circulation"; } }
pinned! { /// When an armed conflict is looked at.
ConflictTest { None = 1, "none"; AtExpiry = 2, "at_expiry"; AtNotification = 3, "at_notification"; } }
pinned! { /// What must have ended before a deferred withdrawal takes effect.
ConflictEnd { ArmedConflict = 1, "armed_conflict"; Occupation = 2, "occupation"; Repatriation = 3, "repatriation"; } }
pinned! { /// Whom a withdrawal is addressed to.
Addressee { Depositary = 1, "depositary"; OtherParties = 2, "other_parties"; SecurityCouncil = 3, "security_council"; } }

/// A State or organisation that can take part in treaties.
#[derive(Clone, Debug, PartialEq)]
pub struct ParticipantRegistered {
    pub name: Box<str>,
    pub participant_type: ParticipantType,
    pub iso_code: Option<IsoAlpha3>,
    pub other_names: Vec<Box<str>>,
    pub predecessors: Vec<ParticipantId>,
}

/// ISO 3166-1 alpha-3 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IsoAlpha3(pub [u8; 3]);

pinned! { /// What kind of participant it is.
ParticipantType { State = 1, "state"; Organisation = 2, "organisation"; Other = 3, "other"; } }

/// A signature on a treaty.
#[derive(Clone, Debug, PartialEq)]
pub struct SignatureAffixed {
    pub signed: Option<WorldDate>,
    pub place: Box<str>,
    pub signature_type: SignatureType,
}

pinned! { /// What the signature does.
SignatureType { Simple = 1, "simple"; Definitive = 2, "definitive"; AdReferendum = 3, "ad_referendum"; } }

/// An instrument of consent reaches the depositary.
#[derive(Clone, Debug, PartialEq)]
pub struct InstrumentDeposited {
    pub mode: ConsentMode,
    pub deposited: Option<WorldDate>,
    pub instrument_dated: Option<WorldDate>,
    /// Order among deposits of one day, from 1.
    pub depositary_sequence: Option<u32>,
    pub protocols: Vec<TreatyId>,
    pub provisional_application: bool,
}

pinned! {
    /// How consent is expressed.
    ConsentMode {
        Ratification = 1, "ratification";
        Acceptance = 2, "acceptance";
        Approval = 3, "approval";
        Accession = 4, "accession";
        FormalConfirmation = 5, "formal_confirmation";
        ConsentToBeBound = 6, "consent_to_be_bound";
        DefinitiveSignature = 7, "definitive_signature";
    }
}

/// A step inside a State. It never changes an international status.
#[derive(Clone, Debug, PartialEq)]
pub struct DomesticStepTaken {
    pub step: DomesticStep,
    pub pursues: PursuedAct,
    pub taken: Option<WorldDate>,
    pub organ: Box<str>,
    pub reference: Box<str>,
    pub votes: Option<Votes>,
}

pinned! {
    /// What step it is.
    DomesticStep {
        Announcement = 1, "announcement";
        MinisterialStatement = 2, "ministerial_statement";
        GovernmentDecision = 3, "government_decision";
        BillRegistered = 4, "bill_registered";
        Committee = 5, "committee";
        ParliamentaryVote = 6, "parliamentary_vote";
        HeadOfState = 7, "head_of_state";
        Promulgation = 8, "promulgation";
        GazettePublication = 9, "gazette_publication";
    }
}
pinned! { /// What a domestic step is a step towards.
PursuedAct { Consent = 1, "consent"; Withdrawal = 2, "withdrawal"; Suspension = 3, "suspension"; } }

/// Votes as counted by the organ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Votes {
    pub in_favour: u32,
    pub against: u32,
    pub abstained: u32,
    pub not_voting: u32,
}

/// A notification of withdrawal.
#[derive(Clone, Debug, PartialEq)]
pub struct WithdrawalNotified {
    pub styled: WithdrawalStyle,
    /// Only this date starts a clock (APMBC Art. 20(3)).
    pub received_by_depositary: Option<WorldDate>,
    pub other_parties_notified: Option<WorldDate>,
    pub security_council_notified: Option<WorldDate>,
    pub reasons: Option<Reasons>,
    pub later_effect: Option<CivilDate>,
}

pinned! { /// What the notifying State calls it.
WithdrawalStyle { Withdrawal = 1, "withdrawal"; Denunciation = 2, "denunciation"; } }
pinned! { /// Whether the reasons came with the notification.
Reasons { Attached = 1, "attached"; Absent = 2, "absent"; } }

/// Somebody states when something takes effect.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectStated {
    pub effect: TreatyEffect,
    pub effective: Option<WorldDate>,
}

pinned! { /// What takes effect.
TreatyEffect { EntryIntoForce = 1, "entry_into_force"; Withdrawal = 2, "withdrawal"; } }

/// A withdrawal is taken back before it takes effect (VCLT Art. 68).
#[derive(Clone, Debug, PartialEq)]
pub struct WithdrawalRevoked {
    pub withdrawal: EventReference,
    pub received_by_depositary: Option<WorldDate>,
}

/// A participant notifies that it suspends the operation of a treaty.
#[derive(Clone, Debug, PartialEq)]
pub struct SuspensionNotified {
    pub received_by_depositary: Option<WorldDate>,
    /// When the depositary informed the other States (VCLT Art. 78(c)).
    pub circulated: Option<WorldDate>,
    pub claimed_from: Option<WorldDate>,
    pub claimed_until: Box<str>,
    pub grounds: Vec<SuspensionGround>,
    /// Empty: the whole treaty.
    pub provisions: Vec<Box<str>>,
}

pinned! {
    /// What a suspension is based on (VCLT Arts. 57 to 62).
    SuspensionGround {
        TreatyOrConsent = 1, "treaty_or_consent";
        AgreementOfSome = 2, "agreement_of_some";
        MaterialBreach = 3, "material_breach";
        Impossibility = 4, "impossibility";
        FundamentalChange = 5, "fundamental_change";
        Other = 6, "other";
    }
}

/// A participant objects to an act of another.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectionLodged {
    pub objects_to: EventReference,
    pub lodged: Option<WorldDate>,
    pub grounds: Box<str>,
}

/// Somebody asserts that a participant is, or is not, engaged in an armed conflict.
#[derive(Clone, Debug, PartialEq)]
pub struct ConflictStatusAsserted {
    /// Assertions about the same conflict share it.
    pub conflict: Box<str>,
    pub engagement: ConflictEngagement,
    pub conflict_type: Option<ConflictType>,
    pub since: Option<WorldDate>,
    /// Last date on which it held; `None`: it goes on.
    pub until: Option<WorldDate>,
    pub asserted_by: Box<str>,
}

pinned! { /// Whether a participant takes part in the conflict.
ConflictEngagement { Engaged = 1, "engaged"; NotEngaged = 2, "not_engaged"; } }
pinned! { /// What kind of conflict it is said to be.
ConflictType { International = 1, "international"; NonInternational = 2, "non_international"; Occupation = 3, "occupation"; } }

/// A meeting of the parties decides or declares something.
#[derive(Clone, Debug, PartialEq)]
pub struct TreatyBodyDecided {
    pub body: Box<str>,
    pub decided: Option<WorldDate>,
    pub symbol: Box<str>,
    pub paragraph: Box<str>,
    pub text: Box<str>,
    pub concerning: Vec<EventReference>,
    /// Given exactly when `concerning` names something.
    pub stance: Option<BodyStance>,
}

pinned! { /// Where a body stands towards an act.
BodyStance { Accepts = 1, "accepts"; Rejects = 2, "rejects"; Notes = 3, "notes"; } }
