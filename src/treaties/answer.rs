//! What the rules answer with: plain values, each with what it rests on.

use jiff::civil::Date;

use super::{Declared, SuspensionAsserted, days::Days};
use crate::domain::pinned;
use crate::domain::{
    CitedEvent, Kind, LegalFinding, NotStated, OrganisationId, ParticipantId, RecordingTime, Size, SourceClass,
    TreatyBody, WorldDate,
};

/// The state of knowledge that an answer holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Only events in, and in effect by, the first `size` entries count.
    pub size: Size,
    /// When the last of them was recorded.
    pub recorded_at: Option<RecordingTime>,
}

/// How a participant stands to a treaty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TreatyStatus {
    NonParticipant,
    Signatory,
    /// Signed, and declared since that it does not intend to become a party (VCLT Art. 18(a)).
    FormerSignatory {
        since: Date,
    },
    /// Consent is given and not yet in force (VCLT Art. 2(1)(f)).
    Contracting,
    Party,
    /// A party whose withdrawal is running; `effective` is open when a conflict will defer it.
    WithdrawalPending {
        effective: Option<Date>,
    },
    /// The notice is over, and a conflict keeps the party bound.
    WithdrawalDeferred {
        expired: Date,
    },
    /// A withdrawal took effect, or its consent, in force or not, passed to successors.
    FormerParty {
        since: Date,
    },
}

impl TreatyStatus {
    /// All names in the order of the variants.
    pub const NAMES: &'static [&'static str] = &[
        "non_participant",
        "signatory",
        "former_signatory",
        "contracting",
        "party",
        "party_withdrawal_pending",
        "party_withdrawal_deferred_conflict",
        "former_party",
    ];

    /// The name in messages and documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NonParticipant => "non_participant",
            Self::Signatory => "signatory",
            Self::FormerSignatory { .. } => "former_signatory",
            Self::Contracting => "contracting",
            Self::Party => "party",
            Self::WithdrawalPending { .. } => "party_withdrawal_pending",
            Self::WithdrawalDeferred { .. } => "party_withdrawal_deferred_conflict",
            Self::FormerParty { .. } => "former_party",
        }
    }

    /// The same status with one of both days each; an effect that is open stands aside.
    fn with_days(
        self,
        other: Self,
        day: impl Fn(Date, Date) -> Date,
        open: impl Fn(Option<Date>, Option<Date>) -> Option<Date>,
    ) -> Self {
        match (self, other) {
            (Self::FormerSignatory { since }, Self::FormerSignatory { since: other }) => {
                Self::FormerSignatory { since: day(since, other) }
            }
            (Self::WithdrawalPending { effective }, Self::WithdrawalPending { effective: other }) => {
                Self::WithdrawalPending { effective: open(effective, other) }
            }
            (Self::WithdrawalDeferred { expired }, Self::WithdrawalDeferred { expired: other }) => {
                Self::WithdrawalDeferred { expired: day(expired, other) }
            }
            (Self::FormerParty { since }, Self::FormerParty { since: other }) => {
                Self::FormerParty { since: day(since, other) }
            }
            (same, _) => same,
        }
    }

    /// Since when it is over; `None` while it is not.
    pub const fn ended(self) -> Option<Date> {
        match self {
            Self::FormerSignatory { since } | Self::FormerParty { since } => Some(since),
            Self::NonParticipant
            | Self::Signatory
            | Self::Contracting
            | Self::Party
            | Self::WithdrawalPending { .. }
            | Self::WithdrawalDeferred { .. } => None,
        }
    }

    /// When a withdrawal that is pending takes effect.
    pub const fn effective(self) -> Option<Date> {
        match self {
            Self::WithdrawalPending { effective } => effective,
            Self::NonParticipant
            | Self::Signatory
            | Self::FormerSignatory { .. }
            | Self::Contracting
            | Self::Party
            | Self::WithdrawalDeferred { .. }
            | Self::FormerParty { .. } => None,
        }
    }

    /// Whether the treaty is in force for the participant.
    pub const fn is_bound(self) -> bool {
        match self {
            Self::Party | Self::WithdrawalPending { .. } | Self::WithdrawalDeferred { .. } => true,
            Self::NonParticipant
            | Self::Signatory
            | Self::FormerSignatory { .. }
            | Self::Contracting
            | Self::FormerParty { .. } => false,
        }
    }
}

/// A status over a half-open interval of civil days, `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// `None`: since ever.
    pub from: Option<Date>,
    /// First day on which it no longer holds; `None`: open.
    pub to: Option<Date>,
    pub status: TreatyStatus,
}

impl Span {
    /// Whether the day lies in it.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }
}

/// A status over an interval whose days the record leaves open: as early and as late as it
/// allows. Of a settled one both are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    pub first: Span,
    pub last: Span,
}

impl Interval {
    pub const fn settled(span: Span) -> Self {
        Self { first: span, last: span }
    }

    pub fn is_settled(&self) -> bool {
        self.first == self.last
    }

    /// Whether it may hold on a day.
    pub fn may_hold_on(&self, day: Date) -> bool {
        self.first.from.is_none_or(|from| from <= day) && self.last.to.is_none_or(|to| day < to)
    }

    /// An interval of the same status whose days lie around those of both.
    pub fn around(self, other: Self) -> Self {
        let earlier = |one: Option<Date>, other: Option<Date>| one.min(other);
        // Open is later than any day.
        let later = |one: Option<Date>, other: Option<Date>| one.zip(other).map(|(one, other)| one.max(other));
        let sooner = |one: Option<Date>, other: Option<Date>| one.into_iter().chain(other).min();
        let (first, last) = (self.first, self.last);
        Self {
            first: Span {
                from: earlier(first.from, other.first.from),
                to: sooner(first.to, other.first.to),
                status: first.status.with_days(other.first.status, Date::min, sooner),
            },
            last: Span {
                from: last.from.max(other.last.from),
                to: later(last.to, other.last.to),
                status: last.status.with_days(other.last.status, Date::max, later),
            },
        }
    }
}

/// The status of a participant under a treaty on a day, as known.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The day asked about, in the depositary's calendar.
    pub at: Date,
    pub known: Known,
    /// The day lies after the newest entry: the answer is a projection.
    pub projected: bool,
    /// One: certain. Several: each what follows from its assumptions.
    pub outcomes: Vec<Outcome>,
    /// Whether every combination of rival statements and uncertain dates was followed.
    pub complete: bool,
    pub overlays: Vec<Overlay>,
    /// Statements about one act that stand side by side.
    pub claims: Vec<Claims>,
    /// Ascending by code, then by event.
    pub findings: Vec<Remark>,
    /// The clauses that were applied.
    pub clauses: Option<ClausesApplied>,
    /// Every event that the answer rests on, ascending by position.
    pub rests_on: Vec<CitedEvent>,
    /// The intervals of every reading, for who draws them; those that agree are one.
    pub courses: Vec<StatusCourse>,
    /// The overlays of any day, with every reaction that is known.
    pub overlays_of_all_days: Vec<Overlay>,
}

impl Answer {
    /// Whether the status and its days are the same whichever way the record is read.
    pub fn is_settled(&self) -> bool {
        let settled = |outcome: &Outcome| matches!(outcome.intervals.as_slice(), [only] if only.is_settled());
        self.complete && matches!(self.outcomes.as_slice(), [only] if settled(only))
    }
}

/// What law remarks, with what has to be assumed for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    pub finding: LegalFinding,
    /// A sentence for each reading that leads to it; empty when every reading does.
    pub assuming: Vec<Box<str>>,
}

/// Which description of a treaty's clauses was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClausesApplied {
    /// The registration, or the correction of it that stands.
    pub event: CitedEvent,
    /// As its author names it; may be empty.
    pub version: Box<str>,
}

/// The status over all days.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusCourse {
    /// What has to be assumed for it, a sentence for each reading; empty when every
    /// reading agrees.
    pub assuming: Vec<Box<str>>,
    /// Ascending, without a gap or an overlap, from ever to open.
    pub intervals: Vec<Interval>,
}

/// One way in which the record can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// As early as it can have become so.
    pub status: TreatyStatus,
    /// Since when until when it holds: one interval, or one for each reading that
    /// differs there. Ascending, never empty.
    pub intervals: Vec<Interval>,
    /// What has to be assumed for it; empty when every reading agrees.
    pub assuming: Vec<Box<str>>,
    /// Why, in order of the dates.
    pub steps: Vec<Step>,
    pub could_change: Vec<Change>,
}

impl Outcome {
    /// One interval around all of them.
    pub fn held(&self) -> Interval {
        self.intervals.iter().copied().fold(self.intervals[0], Interval::around)
    }

    /// Whether it ends, or its withdrawal takes effect, in some readings and in others does
    /// not: then the day on which it does is the earliest, and there is no latest.
    pub fn may_not_end(&self) -> bool {
        let Interval { first, last } = self.held();
        let comes_in_some = |first: Option<Date>, last: Option<Date>| first.is_some() && last.is_none();
        comes_in_some(first.to, last.to) || comes_in_some(first.status.effective(), last.status.effective())
    }
}

pinned! {
    /// The rule of a step; docs/status.md tells each.
    StatusRule {
        Signature = 1, "signature";
        Consent = 2, "consent";
        TreatyInForceAsStated = 3, "treaty_in_force_as_stated";
        TreatyInForceAsCounted = 4, "treaty_in_force_as_counted";
        InForceFirstOfMonth = 5, "in_force_first_of_month";
        InForceSameDay = 6, "in_force_same_day";
        InForceAfterDays = 7, "in_force_after_days";
        WithdrawalNotice = 8, "withdrawal_notice";
        ConflictTest = 9, "conflict_test";
        WithdrawalEffect = 10, "withdrawal_effect";
        Revocation = 11, "revocation";
        SuspensionIsNoStatus = 12, "suspension_is_no_status";
        DomesticStepIsNoStatus = 13, "domestic_step_is_no_status";
        Correction = 14, "correction";
        NoClock = 15, "no_clock";
        ActWithoutEffect = 16, "act_without_effect";
        Retraction = 17, "retraction";
        Succession = 18, "succession";
        Cascade = 19, "cascade";
        NotToBecomeParty = 20, "not_to_become_party";
        Declaration = 21, "declaration";
        InForceAsStated = 22, "in_force_as_stated";
        PassedToSuccessors = 23, "passed_to_successors";
    }
}

/// One reason of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<R = StatusRule> {
    pub rule: R,
    /// The article that it rests on; empty where the clauses name none.
    pub article: Box<str>,
    pub event: Option<CitedEvent>,
    /// The day of the act or of its effect; where it is open the earliest, of which the
    /// sentence tells.
    pub date: Option<Date>,
    /// The latest that it can be, where it is open.
    pub latest: Option<Date>,
    /// A sentence for a person.
    pub sentence: Box<str>,
}

impl<R: Copy> Step<R> {
    /// The same with the pinned word of its rule.
    pub fn named(&self, name: fn(R) -> &'static str) -> Step<&'static str> {
        let Self { rule, article, event, date, latest, sentence } = self.clone();
        Step { rule: name(rule), article, event, date, latest, sentence }
    }
}

pinned! {
    /// What could still change an answer.
    ChangeCode {
        Consent = 1, "consent";
        Withdrawal = 2, "withdrawal";
        Revocation = 3, "revocation";
        ConflictAsserted = 4, "conflict_asserted";
        ConflictEnded = 5, "conflict_ended";
        Correction = 6, "correction";
        ClaimsSettled = 7, "claims_settled";
        TreatyInForce = 8, "treaty_in_force";
        Extension = 9, "extension";
        Fulfilment = 10, "fulfilment";
    }
}

/// What could still change an answer, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub code: ChangeCode,
    pub sentence: Box<str>,
}

/// What stands beside the status and never replaces it.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    SuspensionAsserted(SuspensionAsserted),
    ProvisionalApplication {
        event: CitedEvent,
        scope: Box<str>,
        article: Box<str>,
        since: Days,
        until: Option<Days>,
        /// When what declares it is withdrawn: then it ends by an act, and not by itself.
        withdrawn: Option<Days>,
        /// It lies on the day whichever reading is right and whichever days the dates mean;
        /// of all days: there is a day on which it does.
        certain: bool,
    },
    /// A reservation, interpretation or other declaration that stands on the day.
    Declaration(Declared),
    /// Units of territory that a declaration in force on the day speaks about.
    TerritorialScope(Declared),
    /// It is bound from before the day on which it notified its succession.
    RetroactiveSuccession {
        event: CitedEvent,
        predecessor: ParticipantId,
        succeeded: Days,
        notified: Option<WorldDate>,
        /// When the membership ended that it opened, if it may have by the day.
        may_have_ended: Option<Days>,
    },
}

impl Overlay {
    /// The act that brings it.
    pub fn event(&self) -> &CitedEvent {
        match self {
            Self::SuspensionAsserted(found) => &found.event,
            Self::ProvisionalApplication { event, .. } | Self::RetroactiveSuccession { event, .. } => event,
            Self::Declaration(declared) | Self::TerritorialScope(declared) => &declared.event,
        }
    }

    /// That act, the reactions to it, and what may have changed it.
    pub fn events(&self) -> impl Iterator<Item = &CitedEvent> {
        let reactions = match self {
            Self::SuspensionAsserted(found) => found.reactions.as_slice(),
            Self::ProvisionalApplication { .. }
            | Self::RetroactiveSuccession { .. }
            | Self::Declaration(_)
            | Self::TerritorialScope(_) => &[],
        };
        let doubts = match self {
            Self::Declaration(declared) | Self::TerritorialScope(declared) => Some(declared.doubts()),
            Self::SuspensionAsserted(_) | Self::ProvisionalApplication { .. } | Self::RetroactiveSuccession { .. } => {
                None
            }
        };
        let reactions = reactions.iter().map(|reaction| &reaction.event);
        std::iter::once(self.event()).chain(reactions).chain(doubts.into_iter().flatten())
    }
}

pinned! {
    /// How a reader resolves rival statements.
    ViewName {
        /// The mandate for the act, then the source, then all.
        Default = 1, "default";
        /// Nobody is preferred.
        All = 2, "all";
        /// The depositary's word goes first on every act.
        Depositary = 3, "depositary";
        /// The treaty body's word goes first on every act.
        TreatyBody = 4, "treaty_body";
        /// The acting State's word goes first on every act.
        ActingState = 5, "acting_state";
    }
}

pinned! {
    /// What decided between rival statements in a view.
    DecidedBy {
        /// They say the same.
        Agreement = 1, "agreement";
        /// Signed first-hand by the organisation whose mandate covers the act.
        Mandate = 2, "mandate";
        /// The class of the source, and a document.
        Source = 3, "source";
        /// Nothing: all of them are followed.
        Nothing = 4, "nothing";
        /// A resolution by an authority of the view.
        Resolution = 5, "resolution";
    }
}

/// Statements about one act, side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    pub kind: Kind,
    pub act: Box<str>,
    pub decided_by: DecidedBy,
    /// The resolution that decided.
    pub resolution: Option<CitedEvent>,
    /// No status goes by any of them, followed or not: they state an effect that follows
    /// from other acts, and are compared with what the clauses give.
    pub compared_alone: bool,
    /// Those that are followed first, then by the event's name; never by recording time.
    pub statements: Vec<Claim>,
}

/// One of the rival statements.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub event: CitedEvent,
    pub organisation: OrganisationId,
    pub date: Option<WorldDate>,
    pub source: Option<SourceClass>,
    pub source_name: Box<str>,
    pub documents: usize,
    /// What it says as it stands, and what it names as not stated.
    pub body: TreatyBody,
    pub not_stated: Vec<NotStated>,
    /// Whether the view follows it.
    pub followed: bool,
    /// Who contests it.
    pub contests: Vec<Contest>,
}

/// Somebody contests a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Contest {
    pub event: CitedEvent,
    /// Participant id or name of a body; the recording organisation where nobody is named.
    pub by: Box<str>,
    pub date: Option<WorldDate>,
    pub grounds: Box<str>,
}
