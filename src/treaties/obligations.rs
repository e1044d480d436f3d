//! Which duties with a deadline a participant has under a treaty on a day, as known:
//! when each is due and why, what put it off, what fulfilled it, and how it stands.
//!
//! Promises: as for the status ([`super`]): a pure function of events, day and view that
//! names no treaty; duties are data of the [`crate::domain::Clauses`]. Every reading of
//! the record is followed; where readings differ, a duty is told once for each outcome,
//! with what that assumes. A later day never makes an overdue duty run again without an
//! act. Words and rules are told in `docs/obligations.md`.
//! Leaves to others: one duty from act to act (`duty`), the calendar (`deadlines`),
//! remarks (`duty_remarks`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    Dossier, Known, Remark, ViewName,
    course::Course,
    deadlines::{self, Bound},
    duty::{self, Item},
    duty_remarks,
    explain::{self, sentence_of},
    followed,
    readings::{self, ReadAct, Reading},
    record::{Around, Record},
    rivals::{self, Act},
    statements,
};
use crate::{
    domain::{
        CitedEvent, Due, ExtensionOutcome, LegalFinding, ObligationClause, Subject, TreatyBody, WorldDate, pinned,
    },
    limits::{STATUS_READINGS, YEARLY_DUTIES_SHOWN},
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
    /// When the treaty began to bind: what the deadline is counted from.
    pub in_force: Date,
    pub state: DutyState,
    /// Before any extension.
    pub first_due: Date,
    /// The last permitted day as it stands.
    pub due: Date,
    /// Fulfilled late: by so many days; overdue: since so many days.
    pub days_late: u32,
    pub extensions: Vec<Extension>,
    pub fulfilled: Option<Fulfilment>,
    /// The day of a withdrawal's effect that was notified, where the duty stops with it.
    pub stops: Option<Date>,
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
    pub before: Date,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyStep {
    pub rule: DutyRule,
    pub article: Box<str>,
    pub event: Option<CitedEvent>,
    pub date: Option<Date>,
    pub sentence: Box<str>,
}

/// The duties of a participant under a treaty on a day.
pub fn obligations(dossier: &Dossier<'_>, at: Date, view: ViewName) -> Obligations {
    let statements = statements::in_effect(dossier);
    let acts = rivals::acts(&statements, dossier.mandates, view);
    let record = Record::of(dossier, &acts, Around { unsplit: true, ..Around::default() });
    let (corners, complete) = followed::corners(&record);
    let (readings, courses): (Vec<_>, Vec<_>) = corners.into_iter().unzip();
    let clauses = record.clauses().map(|clauses| clauses.obligations.as_slice()).unwrap_or_default();
    let own: Vec<&Act<'_>> = acts.iter().filter(|act| act.is_followed() && is_evidence(act, dossier)).collect();
    let (items, all_years) = items(clauses, &courses, at);
    let followed: BTreeMap<Key, Told> =
        items.iter().map(|(key, items)| (*key, told(&record, items, &own, at))).collect();
    let on_acts = duty_remarks::on_acts(&own, clauses, &courses);
    let on_acts = on_acts.into_iter().map(|finding| Remark { finding, assuming: Vec::new() });
    let on_duties = followed.values().flat_map(|told| told.remarks(&readings));
    let findings: BTreeSet<Remark> = on_acts.chain(on_duties).collect();
    let (duties, fulfilled_not_shown) = shown(&followed);
    let asked = explain::Asked { dossier, at, record: &record, retracted: &statements.retracted };
    Obligations {
        at,
        known: dossier.known,
        projected: asked.lies_ahead(at),
        named: !clauses.is_empty(),
        duties: assumed(&duties, &readings),
        fulfilled_not_shown,
        complete: complete && all_years && followed.values().all(|told| told.complete),
        continues: continues(&record, &courses, at),
        findings: findings.into_iter().collect(),
    }
}

/// The duties that run on a day and whose deadline falls on it or after it, up to another
/// day, unless a withdrawal ends them before; and whether these are all.
pub fn due_between(dossier: &Dossier<'_>, at: Date, until: Date, view: ViewName) -> (Vec<Duty>, bool) {
    let statements = statements::in_effect(dossier);
    let acts = rivals::acts(&statements, dossier.mandates, view);
    let record = Record::of(dossier, &acts, Around { unsplit: true, ..Around::default() });
    let (corners, complete) = followed::corners(&record);
    let (readings, courses): (Vec<_>, Vec<_>) = corners.into_iter().unzip();
    let clauses = record.clauses().map(|clauses| clauses.obligations.as_slice()).unwrap_or_default();
    let own: Vec<&Act<'_>> = acts.iter().filter(|act| act.is_followed() && is_evidence(act, dossier)).collect();
    let (items, all_years) = items(clauses, &courses, until);
    let followed: Vec<Told> = items.values().map(|items| told(&record, items, &own, at)).collect();
    let outcomes: Vec<&[Outcome]> = followed.iter().map(|told| told.outcomes.as_slice()).collect();
    let mut duties = assumed(&outcomes, &readings);
    duties.retain(|duty| {
        let runs = matches!(duty.state, DutyState::Running | DutyState::Ahead);
        runs && duty.stops.is_none() && at <= duty.due && duty.due <= until
    });
    (duties, complete && all_years && followed.iter().all(|told| told.complete))
}

/// What tells of a duty apart from its reading: the membership by its number, the clause
/// by its number, the year of a yearly report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    membership: usize,
    clause: usize,
    about: Option<i16>,
}

/// A duty in the readings that know it, each by its number; never empty.
type Items<'c> = Vec<(usize, Item<'c>)>;

fn items<'c>(clauses: &'c [ObligationClause], courses: &[Course], at: Date) -> (BTreeMap<Key, Items<'c>>, bool) {
    let mut items: BTreeMap<Key, Items<'c>> = BTreeMap::new();
    let mut all = true;
    for (reading, course) in courses.iter().enumerate() {
        for (membership, bound) in Bound::of(course).into_iter().enumerate() {
            let Some(bound) = bound.filter(|bound| bound.begins() <= at) else { continue };
            for (number, clause) in clauses.iter().enumerate() {
                let (dated, complete) = dated(clause, clauses, &bound, at);
                all &= complete;
                for (about, first_due) in dated {
                    let key = Key { membership, clause: number, about };
                    let item = Item { clause, about, bound: bound.clone(), first_due };
                    items.entry(key).or_default().push((reading, item));
                }
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

/// One duty in all readings.
struct Told {
    outcomes: Vec<Outcome>,
    complete: bool,
    /// With the ways in which the record leads to them.
    findings: BTreeMap<LegalFinding, Vec<InOneWay>>,
}

/// A reading of the status by its number, and what is assumed of the evidence besides.
type InOneWay = (usize, Vec<Box<str>>);

impl Told {
    /// What law remarks, with what that assumes.
    fn remarks(&self, readings: &[Reading<'_, '_>]) -> Vec<Remark> {
        let ways: usize = self.outcomes.iter().map(|outcome| outcome.ways.len()).sum();
        let knowing: BTreeSet<usize> = self.outcomes.iter().flat_map(Outcome::readings).collect();
        let remarks = self.findings.iter().map(|(finding, by)| {
            let agreed = by.len() == ways && knowing.len() == readings.len();
            let assuming = if agreed { Vec::new() } else { sentences(by, readings) };
            Remark { finding: finding.clone(), assuming }
        });
        remarks.collect()
    }
}

/// What ways assume, each once.
fn sentences(ways: &[InOneWay], readings: &[Reading<'_, '_>]) -> Vec<Box<str>> {
    let mut told: Vec<Box<str>> = Vec::new();
    for (reading, besides) in ways {
        let assuming: Vec<Box<str>> =
            readings[*reading].assuming().into_iter().chain(besides.iter().cloned()).collect();
        let sentence = sentence_of(&assuming);
        if !told.contains(&sentence) {
            told.push(sentence);
        }
    }
    told
}

/// What some readings agree on.
struct Outcome {
    /// Without what it assumes.
    duty: Duty,
    ways: Vec<InOneWay>,
}

impl Outcome {
    fn readings(&self) -> impl Iterator<Item = usize> {
        self.ways.iter().map(|(reading, _)| *reading)
    }

    /// Whether a reader would be told the same.
    fn agrees_with(&self, duty: &Duty) -> bool {
        let facts = |duty: &Duty| (duty.in_force, duty.first_due, duty.due, duty.state, duty.days_late, duty.stops);
        facts(&self.duty) == facts(duty)
    }
}

fn told<'r, 'a>(record: &'r Record<'r, 'a>, items: &[(usize, Item<'_>)], own: &[&'r Act<'a>], at: Date) -> Told {
    let bears = |act: &&&Act<'_>| items.iter().any(|(_, item)| duty::bears(act, item));
    let mut acts: Vec<&'r Act<'a>> = own.iter().filter(bears).copied().collect();
    acts.extend(own.iter().filter(|act| duty::withdraws_one_of(act, &acts)).copied().collect::<Vec<_>>());
    let (ways, complete) = ways(record, &acts, (STATUS_READINGS / items.len()).max(1));
    let mut told = Told { outcomes: Vec::new(), complete, findings: BTreeMap::new() };
    for (reading, item) in items {
        for way in &ways {
            let duty = duty::told(item, &way.acts, at);
            let from = (*reading, way.assuming.clone());
            let remarked: BTreeSet<LegalFinding> = duty::remarked(item, &way.acts).into_iter().collect();
            for finding in remarked {
                told.findings.entry(finding).or_default().push(from.clone());
            }
            match told.outcomes.iter_mut().find(|outcome| outcome.agrees_with(&duty)) {
                Some(outcome) => outcome.ways.push(from),
                None => told.outcomes.push(Outcome { duty, ways: vec![from] }),
            }
        }
    }
    told
}

/// One way to read what is stated of extensions and fulfilment.
#[derive(Clone, Default)]
struct Way<'r, 'a> {
    acts: Vec<ReadAct<'r, 'a>>,
    assuming: Vec<Box<str>>,
}

/// The ways in which the acts can be read, up to so many; and whether these are all.
fn ways<'r, 'a>(record: &'r Record<'r, 'a>, acts: &[&'r Act<'a>], most: usize) -> (Vec<Way<'r, 'a>>, bool) {
    let (mut ways, mut complete) = (vec![Way::default()], true);
    for act in acts {
        let options = readings::at_ends(record, act);
        let fits = ways.len() * options.len() <= most;
        complete &= fits;
        let taken = if fits { options.as_slice() } else { &options[..1] };
        let longer = ways.iter().flat_map(|way: &Way<'r, 'a>| {
            taken.iter().map(move |read| {
                let mut way = way.clone();
                way.acts.push(*read);
                way.assuming.extend(read.assumption().map(Into::into));
                way
            })
        });
        ways = longer.collect();
    }
    (ways, complete)
}

/// The outcomes to show: of yearly reports in time only the newest; and how many are not shown.
fn shown(followed: &BTreeMap<Key, Told>) -> (Vec<&[Outcome]>, usize) {
    let in_time = |outcome: &Outcome| outcome.duty.about.is_some() && outcome.duty.state == DutyState::Fulfilled;
    let mut newer: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let (mut kept, mut left_out) = (Vec::new(), 0);
    // The newest first.
    for (key, told) in followed.iter().rev() {
        if told.outcomes.iter().all(in_time) {
            let newer = newer.entry((key.membership, key.clause)).or_default();
            *newer += 1;
            if *newer > YEARLY_DUTIES_SHOWN {
                left_out += 1;
                continue;
            }
        }
        kept.push(told.outcomes.as_slice());
    }
    (kept, left_out)
}

/// The duties in their order, each with what it assumes.
fn assumed(told: &[&[Outcome]], readings: &[Reading<'_, '_>]) -> Vec<Duty> {
    let mut duties: Vec<Duty> = Vec::new();
    for outcomes in told {
        let knowing: BTreeSet<usize> = outcomes.iter().flat_map(Outcome::readings).collect();
        let agreed = outcomes.len() == 1 && knowing.len() == readings.len();
        for Outcome { duty, ways } in *outcomes {
            let assuming = if agreed { Vec::new() } else { sentences(ways, readings) };
            duties.push(Duty { assuming, ..duty.clone() });
        }
    }
    duties.sort_by(|one, other| (one.due, &one.article, one.state).cmp(&(other.due, &other.article, other.state)));
    duties
}

/// What the clauses say goes on, once the participant left under some reading and has not
/// come back.
fn continues(record: &Record<'_, '_>, courses: &[Course], at: Date) -> Box<str> {
    let left = |course: &Course| {
        let newest = course.memberships.iter().rfind(|membership| membership.deposited <= at);
        let out = newest.and_then(|membership| membership.leave.as_ref()?.effective);
        out.is_some_and(|out| out <= at)
    };
    let words = record.withdrawal_clause().map(|clause| clause.continues.clone());
    words.filter(|_| courses.iter().any(left)).unwrap_or_default()
}
