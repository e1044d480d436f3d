//! One duty in one reading, followed from act to act in order of their days: what
//! stands as the deadline, what fulfils it, how it stands on a day.
//!
//! A granted extension takes the place of the deadline from the day of its grant, and
//! asks for a fulfilment after it: mined areas are found after completion was declared.

use jiff::civil::Date;

use super::{
    Duty, DutyRule, DutyState, DutyStep, DutyType, Extension, Fulfilment,
    days::Days,
    deadlines::{self, Bound},
    duty_remarks::{self, OnExtension},
    months::counted,
    readings::ReadAct,
    rivals::Act,
    statements::Statement,
};
use crate::domain::{
    DeadlineExtended, DeclarationChange, DeclarationType, Due, EventReference, ExtensionOutcome, ObligationClause,
    Period, TreatyBody,
};

/// A duty of one membership with its first deadline.
#[derive(Clone, Debug)]
pub struct Item<'c> {
    pub clause: &'c ObligationClause,
    /// The calendar year of a yearly report.
    pub about: Option<i16>,
    /// Its number, from 1.
    pub membership: usize,
    pub bound: Bound,
    pub first_due: Date,
}

impl Item<'_> {
    /// The days on whose sides an act is something else to it.
    pub fn days(&self) -> impl Iterator<Item = Date> {
        self.bound.days().chain([self.first_due])
    }
}

/// What an act is to a duty.
enum Bearing<'a> {
    Extends(&'a DeadlineExtended),
    Fulfils,
    Withdraws(&'a EventReference),
}

/// Whether an act is about the duty, as one of the statements that are followed tells it.
pub fn bears(act: &Act<'_>, item: &Item<'_>) -> bool {
    act.followed.iter().any(|statement| match bearing(statement, item) {
        Some(Bearing::Extends(_) | Bearing::Fulfils) => true,
        Some(Bearing::Withdraws(_)) | None => false,
    })
}

/// Whether an act withdraws one of these.
pub fn withdraws_one_of(act: &Act<'_>, acts: &[&Act<'_>]) -> bool {
    let withdrawn = act.followed.iter().filter_map(|statement| withdrawn(statement.body));
    let mut withdrawn = withdrawn.filter(|target| acts.iter().any(|act| act.is_stated_by(target)));
    withdrawn.next().is_some()
}

fn bearing<'a>(statement: &Statement<'a>, item: &Item<'_>) -> Option<Bearing<'a>> {
    if let Some(target) = withdrawn(statement.body) {
        return Some(Bearing::Withdraws(target));
    }
    let article = &item.clause.article;
    match (statement.body, item.clause.due) {
        (TreatyBody::DeadlineExtended(body), Due::Act(_) | Due::Report(_)) => {
            (body.article == *article).then_some(Bearing::Extends(body))
        }
        (TreatyBody::DeclarationMade(body), Due::Act(_)) => {
            let completes = body.declaration_type == DeclarationType::Completion && body.article == *article;
            completes.then_some(Bearing::Fulfils)
        }
        (TreatyBody::ReportSubmitted(body), Due::Report(_)) => (body.article == *article).then_some(Bearing::Fulfils),
        (TreatyBody::ReportSubmitted(body), Due::YearlyReport { .. }) => {
            let (year, period) = item.about.zip(body.period.as_ref())?;
            let covers = deadlines::covers(period, year, item.bound.in_force);
            (body.article == *article && covers).then_some(Bearing::Fulfils)
        }
        _ => None,
    }
}

fn withdrawn(body: &TreatyBody) -> Option<&EventReference> {
    let TreatyBody::DeclarationMade(body) = body else { return None };
    let changes = body.changes.as_ref()?;
    (changes.change == DeclarationChange::Withdraws).then_some(&changes.declaration)
}

/// The duty on a day, as one corner of a reading has it; nothing is assumed yet.
pub fn told(item: &Item<'_>, acts: &[ReadAct<'_, '_>], at: Date) -> Duty {
    let mut following = Following::begin(item);
    following.acts(acts, at);
    following.ends_on(at)
}

/// What is to be remarked on the acts, whenever they were.
pub fn remarked(item: &Item<'_>, acts: &[ReadAct<'_, '_>]) -> Vec<OnExtension> {
    let mut following = Following::begin(item);
    following.acts(acts, Date::MAX);
    following.findings
}

/// A declaration or report with the deadline that stood then.
struct Done<'r, 'a> {
    act: &'r Act<'a>,
    fulfilment: Fulfilment,
    day: Date,
    due: Date,
}

struct Following<'f, 'r, 'a> {
    item: &'f Item<'f>,
    due: Date,
    extensions: Vec<Extension>,
    /// In order of their day; the first one fulfils.
    done: Vec<Done<'r, 'a>>,
    steps: Vec<DutyStep>,
    findings: Vec<OnExtension>,
}

impl<'f, 'r, 'a> Following<'f, 'r, 'a> {
    fn begin(item: &'f Item<'f>) -> Self {
        let due = item.first_due;
        let mut following =
            Self { item, due, extensions: Vec::new(), done: Vec::new(), steps: Vec::new(), findings: Vec::new() };
        let from = item.bound.in_force;
        let (rule, sentence) = match item.clause.due {
            Due::Act(period) | Due::Report(period) => (
                DutyRule::DeadlineFromEntryIntoForce,
                format!("{} after the treaty entered into force for it, {from}: by {due}", words_of(period)),
            ),
            Due::YearlyReport { .. } => (
                DutyRule::DeadlineEachYear,
                format!("every year while the treaty binds it, since {from}: about {} by {due}", due.year() - 1),
            ),
        };
        let because = item.bound.because.clone();
        let article = item.clause.article.clone();
        following.steps.push(DutyStep {
            rule,
            article,
            event: because,
            date: Some(due),
            latest: None,
            sentence: sentence.into(),
        });
        following
    }

    /// The acts up to a day, in order; of one day, what extends goes before what
    /// fulfils, and that before what takes it back.
    fn acts(&mut self, acts: &[ReadAct<'r, 'a>], until: Date) {
        let dated = acts.iter().filter_map(|read| Some((read.day()?, read, bearing(read.statement, self.item)?)));
        let mut dated: Vec<_> = dated.filter(|(day, ..)| *day <= until && self.item.bound.takes(*day)).collect();
        dated.sort_by_key(|(day, read, bearing)| (*day, rank(bearing), new_day(bearing), read.statement.reference()));
        for (day, read, bearing) in dated {
            match bearing {
                Bearing::Extends(body) => self.extension(read.statement, body, day),
                Bearing::Fulfils => self.fulfilment(read, day),
                Bearing::Withdraws(target) => self.withdrawal(read.statement, target, day),
            }
        }
    }

    fn extension(&mut self, statement: &Statement<'a>, body: &DeadlineExtended, day: Date) {
        if !self.item.bound.holds_on(day) {
            return;
        }
        self.corrections(statement);
        let DeadlineExtended { outcome, decided, new_deadline, decided_by, symbol, .. } = body;
        let (before, new) = (self.due, new_deadline.map(|new| new.0));
        // An extension makes no deadline earlier.
        let extends = self.item.clause.extension.is_some() && new.is_some_and(|new| before <= new);
        let replaces = *outcome == ExtensionOutcome::Granted && extends;
        let until = new.map_or("no day is stated".into(), |new| format!("until {new}"));
        let by = if decided_by.is_empty() { String::new() } else { format!(" by {decided_by}") };
        let (rule, sentence) = match outcome {
            ExtensionOutcome::Requested => {
                (DutyRule::ExtensionRequested, format!("an extension is requested: {until}"))
            }
            ExtensionOutcome::Refused => (DutyRule::ExtensionRefused, format!("the extension is refused{by}")),
            ExtensionOutcome::Granted if !replaces => {
                let sentence = format!("an extension is granted{by} ({until}), and changes nothing: by {before}");
                (DutyRule::ExtensionWithoutEffect, sentence)
            }
            ExtensionOutcome::Granted => {
                let late = if before < day { format!(", when {before} had passed") } else { String::new() };
                let again =
                    if self.done.is_empty() { "" } else { "; what was declared before does not count any more" };
                (DutyRule::ExtensionGranted, format!("an extension is granted{by}{late}: {until}{again}"))
            }
        };
        self.step(rule, Some(statement), Some(day), sentence);
        self.findings.extend(duty_remarks::on_extension(self.item.clause, statement, body, (before, day)));
        self.extensions.push(Extension {
            event: statement.cited(),
            outcome: *outcome,
            decided: decided.clone(),
            decided_by: decided_by.clone(),
            symbol: symbol.clone(),
            before: Days::on(before),
            new,
            replaces,
        });
        if let Some(new) = new.filter(|_| replaces) {
            self.due = new;
            self.done.clear();
        }
    }

    fn fulfilment(&mut self, read: &ReadAct<'r, 'a>, day: Date) {
        // After the participant left, only what was overdue by then is left to fulfil.
        if self.item.bound.left_by(day).is_some_and(|out| out <= self.due) {
            return;
        }
        let statement = read.statement;
        self.corrections(statement);
        let (rule, what) = match self.item.clause.due {
            Due::Act(_) => (DutyRule::CompletionDeclared, "completion is declared"),
            Due::Report(_) | Due::YearlyReport { .. } => (DutyRule::ReportSubmitted, "the report is submitted"),
        };
        let late = days_between(self.due, day);
        let sentence = if late > 0 { format!("{what}, {}", days_late(late)) } else { format!("{what} in time") };
        self.step(rule, Some(statement), Some(day), sentence);
        let fulfilment = Fulfilment { event: statement.cited(), date: statement.date().cloned() };
        self.done.push(Done { act: read.act, fulfilment, day, due: self.due });
    }

    fn withdrawal(&mut self, statement: &Statement<'a>, target: &EventReference, day: Date) {
        let before = self.done.len();
        self.done.retain(|done| !done.act.is_stated_by(target));
        if self.done.len() < before {
            let sentence = "the declaration of completion is withdrawn".to_owned();
            self.step(DutyRule::CompletionWithdrawn, Some(statement), Some(day), sentence);
        }
    }

    fn corrections(&mut self, statement: &Statement<'a>) {
        let index = statement.recorded.position.index;
        let date = statement.date().and_then(|date| date.earliest().or(date.latest()));
        for corrected in statement.corrected() {
            let sentence = format!("what entry {index} states is corrected: {}", corrected.in_words());
            let (rule, article, event) =
                (DutyRule::EvidenceCorrected, self.item.clause.article.clone(), Some(corrected.by.cited()));
            self.steps.push(DutyStep { rule, article, event, date, latest: None, sentence: sentence.into() });
        }
    }

    /// The duty as it stands after all acts up to the day.
    fn ends_on(mut self, at: Date) -> Duty {
        let (state, late) = self.state(at);
        self.last_step(state, late, at);
        let Self { item: Item { clause, about, membership, bound, first_due }, due, extensions, done, steps, .. } =
            self;
        let announced = bound.notified.is_some_and(|notified| notified <= at);
        let stops = bound.out.filter(|out| announced && *out <= due);
        Duty {
            article: clause.article.clone(),
            title: clause.title.clone(),
            duty_type: match clause.due {
                Due::Act(_) => DutyType::Act,
                Due::Report(_) => DutyType::Report,
                Due::YearlyReport { .. } => DutyType::YearlyReport,
            },
            about: *about,
            membership: *membership,
            in_force: Days::on(bound.in_force),
            state,
            certain: true,
            certainly_overdue: state.is_overdue(),
            first_due: Days::on(*first_due),
            due: Days::on(due),
            days_late: late,
            days_late_most: late,
            extensions,
            fulfilled: done.into_iter().next().map(|done| done.fulfilment),
            stops: stops
                .map(Days::on)
                .filter(|_| matches!(state, DutyState::Running | DutyState::Ahead | DutyState::Ended)),
            assuming: Vec::new(),
            steps,
        }
    }

    /// How it stands, and by how many days it is or was late.
    fn state(&self, at: Date) -> (DutyState, u32) {
        let (bound, due) = (&self.item.bound, self.due);
        if let Some(done) = self.done.first() {
            return match days_between(done.due, done.day) {
                0 => (DutyState::Fulfilled, 0),
                late => (DutyState::FulfilledLate, late),
            };
        }
        match bound.left_by(at) {
            Some(out) if out <= due => (DutyState::Ended, 0),
            Some(_) => (DutyState::StaysOverdue, days_between(due, at)),
            None if at < bound.in_force => (DutyState::Ahead, 0),
            None if due < at => (DutyState::Overdue, days_between(due, at)),
            None => (DutyState::Running, 0),
        }
    }

    fn last_step(&mut self, state: DutyState, late: u32, at: Date) {
        let (out, due) = (self.item.bound.out, self.due);
        let passed = format!("the last permitted day was {due}; nothing in this ledger fulfils the duty by");
        match (state, out) {
            (DutyState::Overdue, _) => {
                let sentence = format!("{passed} {at}: {} overdue", counted(late, "day"));
                self.step(DutyRule::DeadlinePassed, None, Some(due), sentence);
            }
            (DutyState::StaysOverdue, Some(out)) => {
                let sentence = format!("{passed} {out}, the day of leaving");
                self.step(DutyRule::DeadlinePassed, None, Some(due), sentence);
                let sentence = "what was due while the treaty bound it stays due".to_owned();
                self.step(DutyRule::AccruedDutyStays, None, Some(out), sentence);
                self.rests_on_vclt();
            }
            (DutyState::Ended, Some(out)) => {
                let sentence = format!("the withdrawal took effect on {out}, before {due} was over: the duty ended");
                self.step(DutyRule::DutyEnds, None, Some(out), sentence);
                self.rests_on_vclt();
            }
            (DutyState::Running, Some(out)) if out <= due && self.item.bound.notified.is_some_and(|day| day <= at) => {
                let sentence = format!("a withdrawal is notified: if it takes effect on {out}, the duty ends");
                self.step(DutyRule::DutyEnds, None, Some(out), sentence);
                self.rests_on_vclt();
            }
            (
                DutyState::Running
                | DutyState::Fulfilled
                | DutyState::FulfilledLate
                | DutyState::Ended
                | DutyState::StaysOverdue
                | DutyState::Ahead,
                _,
            ) => {}
        }
    }

    /// What becomes of duties when a treaty is left: VCLT Art. 70(1).
    fn rests_on_vclt(&mut self) {
        if let Some(step) = self.steps.last_mut() {
            step.article = "VCLT 70".into();
        }
    }

    fn step(&mut self, rule: DutyRule, on: Option<&Statement<'a>>, date: Option<Date>, sentence: String) {
        let article = self.item.clause.article.clone();
        let event = on.map(Statement::cited);
        self.steps.push(DutyStep { rule, article, event, date, latest: None, sentence: sentence.into() });
    }
}

fn rank(bearing: &Bearing<'_>) -> u8 {
    match bearing {
        Bearing::Extends(body) => match body.outcome {
            ExtensionOutcome::Requested => 0,
            ExtensionOutcome::Refused => 1,
            ExtensionOutcome::Granted => 2,
        },
        Bearing::Fulfils => 3,
        Bearing::Withdraws(_) => 4,
    }
}

fn new_day(bearing: &Bearing<'_>) -> Option<Date> {
    match bearing {
        Bearing::Extends(body) => body.new_deadline.map(|new| new.0),
        Bearing::Fulfils | Bearing::Withdraws(_) => None,
    }
}

/// Days from a deadline to a later day; 0 for one that is not later.
fn days_between(due: Date, day: Date) -> u32 {
    let days = due.until(day).map(|span| span.get_days()).unwrap_or_default();
    u32::try_from(days).unwrap_or_default()
}

fn days_late(late: u32) -> String {
    if late == 1 { "1 day late".into() } else { format!("{late} days late") }
}

fn words_of(period: Period) -> String {
    match period {
        Period::Years(years) => counted(years, "year"),
        Period::Months(months) => counted(months, "month"),
        Period::Days(days) => counted(days, "day"),
    }
}
