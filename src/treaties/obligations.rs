//! Which duties with a deadline a participant has under a treaty on a day, as known:
//! when each is due and why, what put it off, what fulfilled it, and how it stands.
//!
//! Promises: as for the status ([`super`]): a pure function of events, day and view that
//! names no treaty; duties are data of the [`crate::domain::Clauses`]. Every reading of
//! the record is followed; where readings differ in the state of a duty, it is told once for
//! each, with what that assumes; where they differ in days alone, once, with their ends. A later day never makes an overdue duty run again without an
//! act. Words and rules are told in `docs/obligations.md`.
//! Leaves to others: one duty from act to act (`duty`), its outcomes (`duty_outcomes`), the calendar (`deadlines`),
//! remarks (`duty_remarks`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    Dossier, Known, Remark, Step, ViewName, Weighed,
    course::Course,
    days::Days,
    deadlines::{self, Bound},
    duty::Item,
    duty_outcomes::{self, AtCorners, Readings, Told},
    duty_remarks, explain,
    followed::{self, Followed},
    record::{Around, Record},
    rivals::Act,
};
use crate::{
    domain::{CitedEvent, Due, ExtensionOutcome, ObligationClause, Subject, TreatyBody, WorldDate, pinned},
    limits::YEARLY_DUTIES_SHOWN,
};

pinned! {
    /// How a duty stands on a day; docs/obligations.md tells each.
    DutyState {
        Running = 1, "running";
        Fulfilled = 2, "fulfilled";
        FulfilledLate = 3, "fulfilled_late";
        Overdue = 4, "overdue";
        Ended = 5, "ended";
        StaysOverdue = 6, "stays_overdue";
        Ahead = 7, "ahead";
    }
}

impl DutyState {
    /// Whether the deadline has passed and nothing fulfils the duty.
    pub const fn is_overdue(self) -> bool {
        match self {
            Self::Overdue | Self::StaysOverdue => true,
            Self::Running | Self::Fulfilled | Self::FulfilledLate | Self::Ended | Self::Ahead => false,
        }
    }
}

pinned! {
    /// What fulfils a duty.
    DutyType {
        Act = 1, "act";
        Report = 2, "report";
        YearlyReport = 3, "yearly_report";
    }
}

pinned! {
    /// The rule of a step; docs/obligations.md tells each.
    DutyRule {
        DeadlineFromEntryIntoForce = 1, "deadline_from_entry_into_force";
        DeadlineEachYear = 2, "deadline_each_year";
        ExtensionRequested = 3, "extension_requested";
        ExtensionGranted = 4, "extension_granted";
        ExtensionRefused = 5, "extension_refused";
        ExtensionWithoutEffect = 6, "extension_without_effect";
        CompletionDeclared = 7, "completion_declared";
        CompletionWithdrawn = 8, "completion_withdrawn";
        ReportSubmitted = 9, "report_submitted";
        EvidenceCorrected = 10, "evidence_corrected";
        DeadlinePassed = 11, "deadline_passed";
        DutyEnds = 12, "duty_ends";
        AccruedDutyStays = 13, "accrued_duty_stays";
    }
}

/// The duties of a participant under a treaty on a day, as known.
#[derive(Clone, Debug, PartialEq)]
pub struct Obligations {
    pub at: Date,
    pub known: Known,
    /// The day lies after the newest entry: what is running or overdue is a projection.
    pub projected: bool,
    /// Whether the clauses, as registered, name duties with a deadline at all.
    pub named: bool,
    /// Ascending by deadline, then by article.
    pub duties: Vec<Duty>,
    /// Yearly reports that were submitted in time and are not shown.
    pub fulfilled_not_shown: usize,
    /// Whether every combination of rival statements and uncertain dates was followed.
    pub complete: bool,
    /// What the clauses say goes on for a participant that left; empty while it has not.
    pub continues: Box<str>,
    /// Remarks on extensions, reports and declarations of completion.
    pub findings: Vec<Remark>,
}

/// One duty, in one outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Duty {
    pub article: Box<str>,
    pub title: Box<str>,
    pub duty_type: DutyType,
    /// The calendar year that a yearly report is due about.
    pub about: Option<i16>,
    /// Which of the participant's memberships has it, from 1.
    pub membership: usize,
    /// When the treaty began to bind: what the deadline is counted from.
    pub in_force: Days,
    pub state: DutyState,
    /// Whether the duty has this state under every reading.
    pub certain: bool,
    /// Whether it is overdue under every reading, in whichever state that is.
    pub certainly_overdue: bool,
    /// Before any extension.
    pub first_due: Days,
    /// The last permitted day as it stands.
    pub due: Days,
    /// Fulfilled late: by so many days; overdue: since so many days; where days are open
    /// the fewest.
    pub days_late: u32,
    /// The most that it can be.
    pub days_late_most: u32,
    pub extensions: Vec<Extension>,
    pub fulfilled: Option<Fulfilment>,
    /// The day of a withdrawal's effect that was notified, where the duty stops with it.
    pub stops: Option<Days>,
    /// What has to be assumed for it; empty when every reading agrees.
    pub assuming: Vec<Box<str>>,
    /// Why: what makes the deadline, then what happened in order of its days, then how
    /// it stands.
    pub steps: Vec<DutyStep>,
}

/// An extension of a deadline, by the day asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Extension {
    pub event: CitedEvent,
    pub outcome: ExtensionOutcome,
    pub decided: Option<WorldDate>,
    pub decided_by: Box<str>,
    pub symbol: Box<str>,
    /// The deadline that stood before.
    pub before: Days,
    /// The last permitted day as requested or granted.
    pub new: Option<Date>,
    /// Whether the new day took its place.
    pub replaces: bool,
}

/// What fulfilled a duty.
#[derive(Clone, Debug, PartialEq)]
pub struct Fulfilment {
    pub event: CitedEvent,
    /// When it was declared or submitted.
    pub date: Option<WorldDate>,
}

/// One reason.
pub type DutyStep = Step<DutyRule>;

/// The duties of a participant under a treaty on a day.
pub fn obligations(dossier: &Dossier<'_>, at: Date, view: ViewName) -> Obligations {
    let Weighed { stated, acts } = Weighed::of(dossier, view);
    let record = Record::of(dossier, &acts, around(Days::on(at)));
    let (followed, complete) = followed::all(&record);
    let (readings, courses) = (Readings::of(&followed), followed::courses(&followed));
    let (clauses, own) = (clauses_of(&record), evidence(&acts, dossier));
    let (items, all_years) = items(clauses, &followed, at);
    let asked = duty_outcomes::Asked { at, until: None };
    let told = |items: &Vec<AtCorners<'_>>| duty_outcomes::told(&record, &readings, items, &own, asked);
    let told: BTreeMap<Key, Told<'_, '_>> = items.iter().map(|(key, items)| (*key, told(items))).collect();
    let on_acts = duty_remarks::on_acts(&own, clauses, &courses);
    let on_acts = on_acts.into_iter().map(|finding| Remark { finding, assuming: Vec::new() });
    let on_duties = told.values().flat_map(|told| told.remarks(&readings));
    let findings: BTreeSet<Remark> = on_acts.chain(on_duties).collect();
    let (shown, fulfilled_not_shown) = shown(&told);
    let lies_ahead = explain::Asked { dossier, at, record: &record, retracted: &stated.retracted }.lies_ahead(at);
    Obligations {
        at,
        known: dossier.known,
        projected: lies_ahead,
        named: !clauses.is_empty(),
        duties: in_order(shown.into_iter().flat_map(|told| told.duties(&readings, asked))),
        fulfilled_not_shown,
        complete: complete && all_years && told.values().all(|told| told.complete),
        continues: continues(&record, &courses, at),
        findings: findings.into_iter().collect(),
    }
}

/// The duties that run on a day and whose deadline falls on it or after it, up to another
/// day, unless a withdrawal ends them before; and whether these are all. The record is followed
/// for them alone: their deadlines part stretches of days that lead to one status.
pub(super) fn due_between(dossier: &Dossier<'_>, acts: &[Act<'_>], at: Date, until: Date) -> (Vec<Duty>, bool) {
    let record = Record::of(dossier, acts, around(Days { first: at, last: until }));
    let (followed, complete) = followed::all(&record);
    let readings = Readings::of(&followed);
    let (clauses, own) = (clauses_of(&record), evidence(acts, dossier));
    let (items, all_years) = items(clauses, &followed, until);
    let asked = duty_outcomes::Asked { at, until: Some(until) };
    let told = items.values().map(|items| duty_outcomes::told(&record, &readings, items, &own, asked));
    let told: Vec<Told<'_, '_>> = told.collect();
    let duties = in_order(told.iter().flat_map(|told| told.duties(&readings, asked)));
    (duties, complete && all_years && told.iter().all(|told| told.complete))
}

fn clauses_of<'a>(record: &Record<'_, 'a>) -> &'a [ObligationClause] {
    record.clauses().map(|clauses| clauses.obligations.as_slice()).unwrap_or_default()
}

/// The acts of the participant that tell of its duties.
fn evidence<'q, 'a>(acts: &'q [Act<'a>], dossier: &Dossier<'_>) -> Vec<&'q Act<'a>> {
    acts.iter().filter(|act| act.is_followed() && is_evidence(act, dossier)).collect()
}

fn around(asked: Days) -> Around<'static> {
    Around { asked: Some(asked.first), deadlines: Some(asked), ..Around::default() }
}

/// What tells of a duty apart from its reading: the membership by its number, the clause
/// by its number, the year of a yearly report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    membership: usize,
    clause: usize,
    about: Option<i16>,
}

/// The duties in all readings, each with the corners of readings that have it; none of them
/// empty.
fn items<'c>(
    clauses: &'c [ObligationClause],
    followed: &[Followed<'_, '_>],
    at: Date,
) -> (BTreeMap<Key, Vec<AtCorners<'c>>>, bool) {
    // Many corners of a record whose dates are open have one membership in common.
    let mut memberships: BTreeMap<(usize, Bound), BTreeMap<usize, usize>> = BTreeMap::new();
    let corners = followed.iter().enumerate();
    let corners = corners.flat_map(|(reading, followed)| followed.corners.iter().map(move |course| (reading, course)));
    for (reading, course) in corners {
        for (membership, bound) in Bound::of(course).into_iter().enumerate() {
            let Some(bound) = bound.filter(|bound| bound.begins() <= at) else { continue };
            *memberships.entry((membership, bound)).or_default().entry(reading).or_default() += 1;
        }
    }
    let mut items: BTreeMap<Key, Vec<AtCorners<'c>>> = BTreeMap::new();
    let mut all = true;
    for ((membership, bound), corners) in memberships {
        for (number, clause) in clauses.iter().enumerate() {
            let (dated, complete) = dated(clause, clauses, &bound, at);
            all &= complete;
            for (about, first_due) in dated {
                let key = Key { membership, clause: number, about };
                let item = Item { clause, about, membership: membership + 1, bound: bound.clone(), first_due };
                items.entry(key).or_default().push(AtCorners { item, corners: corners.clone() });
            }
        }
    }
    (items, all)
}

/// The deadlines that a clause gives a membership, and whether these are all.
fn dated(
    clause: &ObligationClause,
    clauses: &[ObligationClause],
    bound: &Bound,
    at: Date,
) -> (Vec<(Option<i16>, Date)>, bool) {
    match clause.due {
        Due::Act(period) | Due::Report(period) => (vec![(None, deadlines::once(period, bound.in_force))], true),
        Due::YearlyReport { .. } => {
            let (years, complete) = deadlines::yearly(clause, clauses, bound, at);
            (years.into_iter().map(|(year, by)| (Some(year), by)).collect(), complete)
        }
    }
}

fn is_evidence(act: &Act<'_>, dossier: &Dossier<'_>) -> bool {
    let own = matches!(act.subject(), Subject::Participation(treaty, participant)
        if treaty == dossier.treaty && participant == dossier.participant);
    let tells = |body: &TreatyBody| match body {
        TreatyBody::DeadlineExtended(_) | TreatyBody::ReportSubmitted(_) | TreatyBody::DeclarationMade(_) => true,
        TreatyBody::TreatyRegistered(_)
        | TreatyBody::ParticipantRegistered(_)
        | TreatyBody::SignatureAffixed(_)
        | TreatyBody::InstrumentDeposited(_)
        | TreatyBody::DomesticStepTaken(_)
        | TreatyBody::WithdrawalNotified(_)
        | TreatyBody::EffectStated(_)
        | TreatyBody::WithdrawalRevoked(_)
        | TreatyBody::SuspensionNotified(_)
        | TreatyBody::ObjectionLodged(_)
        | TreatyBody::ConflictStatusAsserted(_)
        | TreatyBody::TreatyBodyDecided(_)
        | TreatyBody::SuccessionNotified(_)
        | TreatyBody::DepositaryNotificationIssued(_)
        | TreatyBody::ParticipationTableStated(_) => false,
    };
    own && act.followed.iter().any(|statement| tells(statement.body))
}

/// The duties to show: of yearly reports in time only the newest; and how many are not shown.
fn shown<'t, 'r, 'a>(all: &'t BTreeMap<Key, Told<'r, 'a>>) -> (Vec<&'t Told<'r, 'a>>, usize) {
    let in_time = |duty: &Duty| duty.about.is_some() && duty.state == DutyState::Fulfilled;
    let mut newer: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let (mut kept, mut left_out) = (Vec::new(), 0);
    // The newest first.
    for (key, told) in all.iter().rev() {
        if told.outcomes.iter().all(|outcome| in_time(&outcome.duty)) {
            let newer = newer.entry((key.membership, key.clause)).or_default();
            *newer += 1;
            if *newer > YEARLY_DUTIES_SHOWN {
                left_out += 1;
                continue;
            }
        }
        kept.push(told);
    }
    (kept, left_out)
}

fn in_order(duties: impl Iterator<Item = Duty>) -> Vec<Duty> {
    let mut duties: Vec<Duty> = duties.collect();
    duties.sort_by(|one, other| (one.due, &one.article, one.state).cmp(&(other.due, &other.article, other.state)));
    duties
}

/// What the clauses say goes on, once the participant left under some reading and has not
/// come back.
fn continues(record: &Record<'_, '_>, courses: &[&Course], at: Date) -> Box<str> {
    let left = |course: &Course| {
        let newest = course.memberships.iter().rfind(|membership| membership.deposited <= at);
        let out = newest.and_then(|membership| membership.leave.as_ref()?.effective);
        out.is_some_and(|out| out <= at)
    };
    let words = record.withdrawal_clause().map(|clause| clause.continues.clone());
    words.filter(|_| courses.iter().any(|course| left(course))).unwrap_or_default()
}
