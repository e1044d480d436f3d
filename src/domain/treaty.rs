//! Treaty acts as the events state them. Legal rules over them are findings and
//! status rules elsewhere; nothing here decides.

use super::{CivilDate, Clauses, EventReference, ParticipantId, TreatyId, WorldDate};

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
    /// With which of several depositaries.
    pub depositary: Box<str>,
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

pinned! {
    /// Whether a revocation came before the withdrawal took effect.
    Revoked {
        /// The withdrawal is as if it had never been notified.
        InTime = 1, "in_time";
        /// The withdrawal stands.
        TooLate = 2, "too_late";
        /// The record leaves it open.
        Open = 3, "open";
    }
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

/// A State takes the place of its predecessor under a treaty.
#[derive(Clone, Debug, PartialEq)]
pub struct SuccessionNotified {
    pub predecessor: ParticipantId,
    pub succeeds_to: SuccessionTo,
    /// Date of the succession of States: the successor is bound from it.
    pub succeeded: Option<WorldDate>,
    pub received_by_depositary: Option<WorldDate>,
}

pinned! { /// What a successor succeeds to.
SuccessionTo { Signature = 1, "signature"; Consent = 2, "consent"; } }

/// A declaration under a treaty, or a change to an earlier one.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclarationMade {
    pub declaration_type: DeclarationType,
    pub made: Option<WorldDate>,
    pub article: Box<str>,
    pub text: Box<str>,
    /// The signature or instrument that it was made with.
    pub made_with: Option<EventReference>,
    pub changes: Option<ChangedDeclaration>,
    pub territory: Option<Territory>,
    /// From when it is claimed to hold, where that differs from `made`.
    pub effective: Option<WorldDate>,
}

/// What a declaration does to an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedDeclaration {
    pub declaration: EventReference,
    pub change: DeclarationChange,
}

/// What a declaration says of units of territory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Territory {
    /// At least one.
    pub units: Vec<Box<str>>,
    pub effect: TerritorialEffect,
}

pinned! {
    /// What is declared.
    DeclarationType {
        Reservation = 1, "reservation";
        Interpretative = 2, "interpretative";
        ProvisionalApplication = 3, "provisional_application";
        TerritorialScope = 4, "territorial_scope";
        IntentionNotToBecomeParty = 5, "intention_not_to_become_party";
        Completion = 6, "completion";
        Other = 7, "other";
    }
}
pinned! { /// What becomes of an earlier declaration.
DeclarationChange { Withdraws = 1, "withdraws"; Modifies = 2, "modifies"; } }
pinned! { /// What becomes of units of territory.
TerritorialEffect { Extends = 1, "extends"; Excludes = 2, "excludes"; Restores = 3, "restores"; } }

/// The depositary informs the States concerned.
#[derive(Clone, Debug, PartialEq)]
pub struct DepositaryNotificationIssued {
    /// Empty: not stated.
    pub reference: Box<str>,
    pub issued: Option<WorldDate>,
    /// When the States were informed, where that differs (VCLT Art. 78(c)).
    pub circulated: Option<WorldDate>,
    pub covers: Vec<EventReference>,
    pub summary: Box<str>,
}

/// An extension of a deadline is requested, granted or refused.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadlineExtended {
    pub article: Box<str>,
    pub outcome: ExtensionOutcome,
    pub decided: Option<WorldDate>,
    pub old_deadline: Option<CivilDate>,
    pub new_deadline: Option<CivilDate>,
    pub decided_by: Box<str>,
    pub symbol: Box<str>,
}

pinned! { /// What became of a request for an extension.
ExtensionOutcome { Requested = 1, "requested"; Granted = 2, "granted"; Refused = 3, "refused"; } }

/// A report under a treaty was submitted.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportSubmitted {
    pub article: Box<str>,
    pub submitted: Option<WorldDate>,
    /// What it covers.
    pub period: Option<WorldDate>,
    pub symbol: Box<str>,
}

/// The depositary's whole table of participants at a date.
#[derive(Clone, Debug, PartialEq)]
pub struct ParticipationTableStated {
    pub as_at: Option<WorldDate>,
    /// In the order of the table.
    pub rows: Vec<ParticipationRow>,
}

/// One row of the depositary's table.
#[derive(Clone, Debug, PartialEq)]
pub struct ParticipationRow {
    pub name: Box<str>,
    pub participant: ParticipantId,
    pub signed: Option<WorldDate>,
    pub deposited: Option<WorldDate>,
    /// Only with `deposited`.
    pub mode: Option<ConsentMode>,
    /// The name stands between brackets.
    pub withdrawn: bool,
    /// A "d" stands with the deposit.
    pub succession: bool,
    pub footnotes: Vec<Box<str>>,
}
