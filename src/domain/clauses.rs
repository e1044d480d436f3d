//! A treaty's final clauses as data: what differs between treaties. The rules over
//! them name no treaty.

use super::{CivilDate, TreatyId};

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
    /// Duties that have a deadline.
    pub obligations: Vec<ObligationClause>,
    pub consent: Option<ConsentClause>,
    pub objection: Option<ObjectionClause>,
    /// Whether the treaty provides for the suspension of its operation.
    pub suspension: Option<Permission>,
    /// Version of this description, as its author names it.
    pub version: Box<str>,
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
    /// Deferred: out on the day after the conflict's last day, instead of on it.
    pub day_after_conflict: bool,
    /// So many months after entry into force for the participant a notice can be
    /// given first; 0: at any time.
    pub minimum_months: u32,
    /// What goes on for a participant that left, in words.
    pub continues: Box<str>,
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

/// A duty with a deadline, counted from the entry into force for the participant.
#[derive(Clone, Debug, PartialEq)]
pub struct ObligationClause {
    /// The name by which extensions and reports refer to it, e.g. "5(1)".
    pub article: Box<str>,
    pub title: Box<str>,
    pub due: Due,
    /// `None`: there is no extension.
    pub extension: Option<ExtensionClause>,
}

/// When a duty is due. A deadline is the last permitted day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// An act in the world, once.
    Act(Period),
    /// A report, once.
    Report(Period),
    /// A report by that day of every year, about the calendar year before.
    YearlyReport { month: i8, day: i8 },
}

/// A time after entry into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    Years(u32),
    Months(u32),
    Days(u32),
}

/// How a deadline can be put off.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtensionClause {
    /// The most months that one extension may add, at least 1.
    pub months: u32,
    /// Who decides, in words.
    pub by: Box<str>,
}

/// What consent has to cover.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsentClause {
    /// The first instrument consents to at least so many protocols.
    pub minimum_protocols: u32,
    pub article: Box<str>,
}

/// How long others may object, in months; 0: no time is set.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectionClause {
    /// To a reservation, from its notification (VCLT Art. 20(5)).
    pub reservation_months: u32,
    /// To a claim of withdrawal or suspension, from its notification (VCLT Art. 65(2)).
    pub claim_months: u32,
    pub article: Box<str>,
}
