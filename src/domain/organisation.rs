//! Organisations, members, keys, mandates and the charter as the registry
//! events state them.

pub use crate::crypto::PublicKey;

use super::{CivilDate, CountryCode, KeyId, MemberId, OrganisationId, RecordingTime, TreatyId};

/// The founding of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerFounded {
    pub entropy: [u8; 32],
    pub origin: Box<str>,
    pub checkpoint_key: PublicKey,
    pub founders: Vec<Founder>,
    pub charter: Charter,
}

/// A founding post: organisation, member and key in one.
#[derive(Clone, Debug, PartialEq)]
pub struct Founder {
    pub organisation: OrganisationId,
    pub organisation_name: Box<str>,
    pub organisation_type: OrganisationType,
    pub country: CountryCode,
    pub member: MemberId,
    pub post: Box<str>,
    pub roles: Vec<Role>,
    pub key: PublicKey,
}

/// A new charter.
#[derive(Clone, Debug, PartialEq)]
pub struct CharterAdopted {
    pub charter: Charter,
}

/// The ledger's own rules in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Charter {
    pub profile: CharterProfile,
    pub policy: PolicyNumber,
    pub operator: OrganisationId,
    pub admission_threshold: u32,
    pub charter_threshold: u32,
    pub enrolment_threshold: u32,
    pub late_work_grace_days: u32,
    pub public_tiles: bool,
    pub witnesses: Vec<Box<str>>,
    pub sign_offs: SignOffRules,
}

/// Which sign-offs the charter asks for, and for how long they may be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignOffRules {
    /// Other posts that verify what eases.
    pub easing_verifiers: u32,
    /// Whether those are of other organisations than the author.
    pub outside_verifier: bool,
    /// National authorities that sign what eases, for each concern.
    pub easing_authorities: u32,
    pub authority_fallback: AuthorityFallback,
    pub counterparty_signs: bool,
    /// Days that a submission may wait; 0: for ever.
    pub days: u32,
}

impl SignOffRules {
    /// What a profile asks for by default, which is also the least that a charter
    /// of that profile may ask for.
    pub const fn of(profile: CharterProfile) -> Self {
        let (signers, outside) = match profile {
            CharterProfile::Solo => (0, false),
            CharterProfile::National => (1, false),
            CharterProfile::Coalition => (1, true),
        };
        Self {
            easing_verifiers: signers,
            outside_verifier: outside,
            easing_authorities: signers,
            authority_fallback: AuthorityFallback::Held,
            counterparty_signs: signers > 0,
            days: if signers > 0 { 365 } else { 0 },
        }
    }

    /// Whether the rules ask for what the profile promises: nothing for solo, at
    /// least the defaults for the others.
    pub fn fit(&self, profile: CharterProfile) -> bool {
        let least = Self::of(profile);
        let more = self.easing_verifiers >= least.easing_verifiers
            && self.easing_authorities >= least.easing_authorities
            && self.outside_verifier >= least.outside_verifier
            && self.counterparty_signs >= least.counterparty_signs;
        let nobody = self.easing_verifiers == 0 && self.easing_authorities == 0 && !self.counterparty_signs;
        more && (profile != CharterProfile::Solo || nobody)
    }
}

pinned! {
    /// What holds for an easing that no national authority can sign.
    AuthorityFallback {
        Held = 1, "held";
        Founders = 2, "founders";
    }
}

/// Which edition of the decision rules and folds holds (I11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyNumber(pub u32);

pinned! {
    /// How sign-offs are required by default.
    CharterProfile {
        Solo = 1, "solo";
        National = 2, "national";
        Coalition = 3, "coalition";
    }
}

pinned! {
    /// What kind of organisation it is.
    OrganisationType {
        Desk = 1, "desk";
        Ministry = 2, "ministry";
        EngineerUnit = 3, "engineer_unit";
        DeminingOperator = 4, "demining_operator";
        NationalAuthority = 5, "national_authority";
        Ngo = 6, "ngo";
        Intergovernmental = 7, "intergovernmental";
        Operator = 8, "operator";
    }
}

pinned! {
    /// What a post may do.
    Role {
        Recorder = 1, "recorder";
        Verifier = 2, "verifier";
        DeskOfficer = 3, "desk_officer";
        NationalAuthority = 4, "national_authority";
        Auditor = 5, "auditor";
        Administrator = 6, "administrator";
        Reader = 7, "reader";
    }
}

/// An organisation is admitted.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganisationAdmitted {
    pub name: Box<str>,
    pub organisation_type: OrganisationType,
    pub country: CountryCode,
}

/// The standing of an organisation changes, or it names its verifiers.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganisationChanged {
    pub change: OrganisationChange,
    pub reason: Box<str>,
}

/// What changes about an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrganisationChange {
    Suspended,
    Resumed,
    Succeeded {
        by: OrganisationId,
    },
    /// The other organisations that may verify its work; ascending.
    VerifiersNamed(Vec<OrganisationId>),
}

/// Whether the posts of an organisation may sign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OrganisationStanding {
    #[default]
    Active,
    /// Until it is resumed.
    Suspended,
    /// For ever.
    Succeeded { by: OrganisationId },
}

impl std::fmt::Display for OrganisationStanding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Active => f.write_str("active"),
            Self::Suspended => f.write_str("suspended"),
            Self::Succeeded { by } => write!(f, "succeeded by {by}"),
        }
    }
}

/// A post is enrolled.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberEnrolled {
    pub member: MemberId,
    pub post: Box<str>,
    pub roles: Vec<Role>,
}

/// A key is enrolled for a post.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyEnrolled {
    pub member: MemberId,
    pub key: PublicKey,
    /// Signature of the key over its `KeyPossession`, not yet checked.
    pub possession: [u8; 64],
    pub authorised_by: Box<str>,
}

/// A key is ended.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyEnded {
    pub key: KeyId,
    pub ending: KeyEnding,
    pub reason: Box<str>,
}

/// How a key ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyEnding {
    /// Honest late work still enters within the charter's grace.
    Retired,
    /// Nothing enters any more; what was signed since is doubtful.
    Compromised { since: RecordingTime },
}

/// An organisation may act for treaties or countries.
#[derive(Clone, Debug, PartialEq)]
pub struct MandateGranted {
    pub mandate: Mandate,
}

/// A mandate: what for, over what, from when to when.
#[derive(Clone, Debug, PartialEq)]
pub struct Mandate {
    pub mandate_type: MandateType,
    pub treaties: Scope<TreatyId>,
    pub countries: Scope<CountryCode>,
    pub since: Option<CivilDate>,
    pub until: Option<CivilDate>,
    pub basis: Box<str>,
}

/// Everything, or what is listed.
#[derive(Clone, Debug, PartialEq)]
pub enum Scope<T> {
    /// `*`
    All,
    /// Ascending, without duplicates; may be empty.
    Listed(Vec<T>),
}

impl<T: PartialEq> Scope<T> {
    /// Whether the scope covers the item.
    pub fn covers(&self, item: &T) -> bool {
        match self {
            Self::All => true,
            Self::Listed(items) => items.contains(item),
        }
    }
}

pinned! {
    /// What a mandate is for.
    MandateType {
        Transcribe = 1, "transcribe";
        Depositary = 2, "depositary";
        ActingState = 3, "acting_state";
        TreatyBody = 4, "treaty_body";
        NationalAuthority = 5, "national_authority";
        RecordMinefields = 6, "record_minefields";
    }
}
