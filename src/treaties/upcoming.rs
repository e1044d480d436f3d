//! What changes by itself after a day: the days ahead on which a status, a duty or a time
//! for objections changes without any further act, each with what gives it and what could
//! still move it.
//!
//! Promises: as for the status ([`super`]): a pure function of events, day and view that
//! names no treaty. Every reading of the record is followed; a change that only some of them
//! lead to says what it assumes. What somebody does (signs, deposits, notifies) is no change
//! of this kind, on whatever day. A last permitted day that is the day asked about is told.
//! Words are told in `docs/questions.md`.
//! Leaves to others: courses (`course`), deadlines (`obligations`), times for objections
//! (`objections`).

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    Change, ChangeCode, Dossier, Duty, DutyRule, Overlay, Span, StatusRule, Step, TreatyStatus, ViewName, Weighed,
    Window, WindowStart,
    both_ends::{self, Apart},
    course::{Course, Leave, Membership},
    days::Days,
    declarations::{self, OpenChange, changed_on},
    explain::{self, sentences_of},
    followed::{self, Followed},
    joining, objections, obligations, overlays,
    provisional::{self, End},
    readings::Reading,
    record::{Around, Record},
    rivals::Act,
    tenure::Tenures,
};
use crate::domain::{Kind, TreatyBody, TreatyKind, pinned};

pinned! {
    /// What changes by itself; docs/questions.md tells each.
    UpcomingType {
        TreatyInForce = 1, "treaty_in_force";
        EntryIntoForce = 2, "entry_into_force";
        WithdrawalEffect = 3, "withdrawal_effect";
        WithdrawalDeferred = 4, "withdrawal_deferred";
        ProvisionalEnds = 5, "provisional_application_ends";
        ObjectionsEnd = 6, "objections_end";
        DeadlineFalls = 7, "deadline";
    }
}

/// The days from the one asked about to the last that is looked at, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    pub at: Date,
    pub until: Date,
}

impl Horizon {
    /// Whether something may begin within it on one of the days: the day asked about has begun.
    fn may_begin(self, days: Days) -> bool {
        self.at < days.last && days.first <= self.until
    }

    /// Whether a last permitted day may still be to be told.
    fn ends(self, days: Days) -> bool {
        self.at <= days.last && days.first <= self.until
    }
}

/// What changes by itself for one participant, or for the treaty.
#[derive(Clone, Debug, PartialEq)]
pub struct Upcoming {
    /// Ascending by day, then by what it is.
    pub changes: Vec<Projected>,
    /// Whether every combination of rival statements and uncertain dates was followed.
    pub complete: bool,
}

/// One change that needs no further act.
#[derive(Clone, Debug, PartialEq)]
pub struct Projected {
    /// The first day on which it is so, or those on one of which it becomes so; of deadlines
    /// and times for objections the last permitted day.
    pub days: Days,
    pub what: UpcomingType,
    /// The status before and from the day on; `None` for what is no status.
    pub statuses: Option<(TreatyStatus, TreatyStatus)>,
    /// A sentence for a person.
    pub sentence: Box<str>,
    /// What gives it, in order of the dates.
    pub because: Vec<Reason>,
    /// What has to be assumed for it; empty when every reading agrees.
    pub assuming: Vec<Box<str>>,
    /// What could still move it.
    pub could_move: Vec<Change>,
}

impl Projected {
    /// Whether it is the same change, on whatever day.
    fn is_like(&self, other: &Self) -> bool {
        let names = |it: &Self| it.statuses.map(|(before, after)| (before.name(), after.name()));
        (self.what, names(self)) == (other.what, names(other))
    }
}

/// One reason, by the pinned word of a rule of the status or of a duty.
pub type Reason = Step<&'static str>;

/// What changes by itself for a participant.
pub fn upcoming(dossier: &Dossier<'_>, horizon: Horizon, view: ViewName) -> Upcoming {
    let Weighed { stated, acts } = Weighed::of(dossier, view);
    let record = Record::of(dossier, &acts, Around { asked: Some(horizon.at), ..Around::default() });
    let (followed, all_readings) = followed::all(&record);
    let courses = followed::courses(&followed);
    let asked = explain::Asked { dossier, at: horizon.at, record: &record, retracted: &stated.retracted };
    let mut changes =
        merged(&followed::joined(&followed, Some(horizon.at)), |followed| of_course(&asked, followed, horizon));
    let tenures = Tenures::of(&followed);
    changes.extend(provisional(&record, &followed, horizon));
    changes.extend(windows(&record, &courses, &tenures, horizon));
    let (duties, all_duties) = obligations::due_between(dossier, &acts, horizon.at, horizon.until);
    changes.extend(duties.iter().map(|duty| deadline(&asked, duty)));
    sort(&mut changes);
    Upcoming { changes, complete: all_readings && all_duties }
}

/// When the treaty itself enters into force, if that lies ahead. The dossier is nobody's.
pub fn upcoming_of_treaty(dossier: &Dossier<'_>, horizon: Horizon, view: ViewName) -> Upcoming {
    let Weighed { acts, .. } = Weighed::of(dossier, view);
    let record = Record::of(dossier, &acts, Around { asked: Some(horizon.at), ..Around::default() });
    let (followed, complete) = followed::all(&record);
    let mut changes =
        merged(&followed::joined(&followed, Some(horizon.at)), |followed| treaty_in_force(followed, horizon));
    sort(&mut changes);
    Upcoming { changes, complete }
}

fn sort(changes: &mut [Projected]) {
    changes.sort_by(|one, other| (one.days, one.what, &one.sentence).cmp(&(other.days, other.what, &other.sentence)));
}

/// The changes of every reading; those that agree are one, and so are those of readings that
/// differ in days alone. What only some readings lead to says what these assume.
fn merged<'f, 'r, 'a, C: IntoIterator<Item = Projected>>(
    followed: &'f [Followed<'r, 'a>],
    of: impl Fn(&'f Followed<'r, 'a>) -> C,
) -> Vec<Projected> {
    let mut found: Vec<(Projected, Vec<usize>)> = Vec::new();
    for (at, reading) in followed.iter().enumerate() {
        for change in of(reading) {
            let same = |(told, by): &&mut (Projected, Vec<usize>)| {
                let alike = |other: &usize| followed[*other].reading.goes_by_the_same(&reading.reading);
                told.is_like(&change) && !by.contains(&at) && (told.days == change.days || by.iter().any(alike))
            };
            match found.iter_mut().find(same) {
                Some((told, by)) => {
                    let alike = by.iter().any(|other| followed[*other].reading.goes_by_the_same(&reading.reading));
                    if alike {
                        told.because = both_ends::steps([told.because.as_slice(), &change.because], Apart::Days);
                        told.could_move = both_ends::changes(std::mem::take(&mut told.could_move), change.could_move);
                    }
                    told.days = told.days.around(change.days);
                    by.push(at);
                }
                None => found.push((change, vec![at])),
            }
        }
    }
    let told = found.into_iter().map(|(change, by)| {
        let agreed = by.len() == followed.len();
        if agreed && change.days.is_settled() {
            return change;
        }
        let told = by.iter().filter(|_| !agreed).map(|at| followed[*at].reading.clone()).collect();
        let assuming = sentences_of(&joining::join(told, Reading::days, Reading::joined));
        let mut could_move = change.could_move;
        // What no statement can tell of what ends with a conflict, none settles.
        let tell_apart = |over: bool| {
            let led =
                (0..followed.len()).filter(|at| followed[*at].reading.is_over() == over).map(|at| by.contains(&at));
            led.collect::<BTreeSet<bool>>().len() > 1
        };
        let several = tell_apart(true) || tell_apart(false);
        if several || !change.days.is_settled() {
            could_move.insert(0, explain::settling(several));
        }
        Projected { assuming, could_move, ..change }
    });
    told.collect()
}

fn treaty_in_force(followed: &Followed<'_, '_>, horizon: Horizon) -> Option<Projected> {
    let course = followed.first();
    let days = followed.corners.iter().filter_map(|course| course.treaty_in_force).map(Days::on).reduce(Days::around);
    let days = days.filter(|days| horizon.may_begin(*days))?;
    let step = course.steps.iter().find(|step| is_of_treaty(step))?;
    let could_move = if step.rule == StatusRule::TreatyInForceAsStated {
        vec![change(ChangeCode::Correction, "a correction of the day that is stated")]
    } else {
        vec![
            change(ChangeCode::Consent, "earlier instruments that are not recorded yet"),
            change(ChangeCode::Correction, "a correction of one of the deposits that are counted"),
            change(
                ChangeCode::TreatyInForce,
                "a statement of when the treaty enters into force: it goes before the count",
            ),
        ]
    };
    Some(Projected {
        days,
        what: UpcomingType::TreatyInForce,
        statuses: None,
        sentence: "the treaty itself enters into force".into(),
        because: vec![step.named(StatusRule::name)],
        assuming: Vec::new(),
        could_move,
    })
}

/// The changes of status that no act makes on their day, in one reading.
fn of_course(asked: &explain::Asked<'_, '_, '_>, followed: &Followed<'_, '_>, horizon: Horizon) -> Vec<Projected> {
    let pairs = followed.intervals.windows(2).filter_map(|pair| {
        let days = Days { first: pair[1].first.from?, last: pair[1].last.from? };
        Some((days, pair[0].first, pair[1].first))
    });
    let ahead = pairs.filter(|(days, _, _)| horizon.may_begin(*days));
    ahead.filter_map(|(days, before, after)| of_boundary(asked, followed, days, (before, after))).collect()
}

fn of_boundary(
    asked: &explain::Asked<'_, '_, '_>,
    followed: &Followed<'_, '_>,
    days: Days,
    (before, after): (Span, Span),
) -> Option<Projected> {
    let (course, day) = (followed.first(), days.first);
    let membership = course.memberships.iter().rev().find(|membership| membership.deposited < day)?;
    let (what, sentence) = kind_of(membership, day, after.status)?;
    let steps = both_ends::steps(followed.corners.iter().map(|course| course.steps.as_slice()), Apart::Days);
    let because = steps.iter().filter(|step| gives(step, what, membership, day));
    let moves = |course: &Course, membership: &Membership| match (what, &membership.leave) {
        (UpcomingType::WithdrawalEffect | UpcomingType::WithdrawalDeferred, Some(leave)) => {
            explain::could_move_leave(asked, leave)
        }
        _ => moves_of_entry(course, membership),
    };
    let on_last = followed.last().memberships.iter().rev().find(|membership| membership.deposited < days.last);
    let on_last = on_last.map(|membership| moves(followed.last(), membership)).unwrap_or_default();
    let could_move = both_ends::changes(moves(course, membership), on_last);
    let mut because: Vec<Reason> = because.map(|step| step.named(StatusRule::name)).collect();
    because.sort_by_key(|reason| reason.date);
    let statuses = Some((before.status, after.status));
    Some(Projected { days, what, statuses, sentence, because, assuming: Vec::new(), could_move })
}

/// What a boundary between two statuses is, unless it is an act of the participant.
fn kind_of(membership: &Membership, day: Date, after: TreatyStatus) -> Option<(UpcomingType, Box<str>)> {
    let leave = membership.leave.as_ref();
    if leave.is_some_and(|leave| leave.passed && leave.began == day) {
        return None;
    }
    if leave.and_then(|leave| leave.effective) == Some(day) {
        let sentence = if leave.is_some_and(|leave| leave.expiry < day) {
            "the conflict that deferred the withdrawal is over: the participant is out"
        } else {
            "the withdrawal takes effect: the participant is out"
        };
        return Some((UpcomingType::WithdrawalEffect, sentence.into()));
    }
    if matches!(after, TreatyStatus::WithdrawalDeferred { .. }) {
        let sentence = "the notice is over, and an asserted conflict keeps the participant bound".into();
        return Some((UpcomingType::WithdrawalDeferred, sentence));
    }
    let enters = membership.in_force == Some(day);
    enters.then(|| (UpcomingType::EntryIntoForce, "the treaty enters into force for the participant".into()))
}

/// Whether a step of the explanation is why something changes on the day.
fn gives(step: &Step, what: UpcomingType, membership: &Membership, day: Date) -> bool {
    let of_leave = |leave: &Leave| step.event.as_ref() == Some(&leave.event);
    match step.rule {
        StatusRule::InForceFirstOfMonth
        | StatusRule::InForceSameDay
        | StatusRule::InForceAfterDays
        | StatusRule::InForceAsStated => what == UpcomingType::EntryIntoForce && step.date == Some(day),
        StatusRule::TreatyInForceAsStated | StatusRule::TreatyInForceAsCounted => {
            what == UpcomingType::EntryIntoForce && step.date == Some(day)
        }
        StatusRule::Succession => what == UpcomingType::EntryIntoForce && step.date == Some(day),
        StatusRule::Consent => what == UpcomingType::EntryIntoForce && step.date == Some(membership.deposited),
        StatusRule::WithdrawalNotice | StatusRule::WithdrawalEffect | StatusRule::Cascade => {
            what != UpcomingType::EntryIntoForce && membership.leave.as_ref().is_some_and(of_leave)
        }
        StatusRule::ConflictTest => what != UpcomingType::EntryIntoForce && membership.leave.is_some(),
        _ => false,
    }
}

fn is_of_treaty(step: &Step) -> bool {
    matches!(step.rule, StatusRule::TreatyInForceAsStated | StatusRule::TreatyInForceAsCounted)
}

/// What could still move an entry into force.
fn moves_of_entry(course: &Course, membership: &Membership) -> Vec<Change> {
    let deposited = membership.deposited;
    let stated = course.steps.iter().find(|step| step.rule == StatusRule::InForceAsStated);
    if let Some(day) = stated.and_then(|step| step.date) {
        return vec![change(ChangeCode::Correction, format!("a correction of the day that is stated, {day}"))];
    }
    let mut moves =
        vec![change(ChangeCode::Correction, format!("a correction of the day of the deposit, {deposited}"))];
    let as_stated = course.steps.iter().any(|step| step.rule == StatusRule::TreatyInForceAsStated);
    if !as_stated {
        let sentence = "a statement of when the treaty itself enters into force";
        moves.push(change(ChangeCode::TreatyInForce, sentence));
    }
    moves
}

/// Provisional application that ends with the entry into force, or with the consent.
fn provisional(record: &Record<'_, '_>, followed: &[Followed<'_, '_>], horizon: Horizon) -> Vec<Projected> {
    let ends = overlays::applied(record, followed, None).filter_map(|overlay| match overlay {
        Overlay::ProvisionalApplication { event, scope, article, since, until, withdrawn, certain: _ } => {
            // That it is withdrawn is an act.
            let days = until.filter(|days| horizon.may_begin(*days) && Some(*days) != withdrawn)?;
            Some((days, event, scope, article, since, ends_with(&provisional::ends_on(followed, days))?))
        }
        Overlay::SuspensionAsserted(_)
        | Overlay::Declaration(_)
        | Overlay::TerritorialScope(_)
        | Overlay::RetroactiveSuccession { .. } => None,
    });
    let told = ends.map(|(days, event, scope, article, since, (with, because))| {
        let sentence = format!("applied provisionally since {}: {scope}; ends with {with}", since.named());
        let reason = Reason {
            rule: "provisional_application",
            article,
            event: Some(event),
            date: Some(since.first),
            latest: since.open_last(),
            sentence: sentence.into(),
        };
        let open = (!days.is_settled()).then(|| explain::settling(false));
        let moved = change(ChangeCode::Correction, format!("what moves {with} moves this, too"));
        Projected {
            days,
            what: UpcomingType::ProvisionalEnds,
            statuses: None,
            sentence: format!("provisional application ends: {because}").into(),
            because: vec![reason],
            assuming: Vec::new(),
            could_move: open.into_iter().chain([moved]).collect(),
        }
    });
    told.collect()
}

/// What provisional application ends with, and why; `None` where only acts end it.
fn ends_with(ends: &BTreeSet<End>) -> Option<(&'static str, &'static str)> {
    match (ends.contains(&End::InForce), ends.contains(&End::Withdrawal)) {
        (true, false) => Some(("the entry into force", "the treaty itself is in force")),
        (false, true) => Some(("the consent", "the withdrawal of the consent takes effect")),
        (true, true) => Some((
            "the entry into force, or with the consent before it",
            "the treaty itself is in force, or the withdrawal of the consent takes effect",
        )),
        (false, false) => None,
    }
}

/// Times within which others may object to the participant's acts, on their last
/// permitted days.
fn windows(record: &Record<'_, '_>, courses: &[&Course], tenures: &Tenures, horizon: Horizon) -> Vec<Projected> {
    let own = record.clocked.iter().chain(&record.beside).filter(|act| !is_revoked(record, courses, act));
    let own = own.map(|act| (act, changed_on(record, &record.beside, act, horizon.at)));
    let article = objections::article(record);
    let told = own.filter(|(_, changes)| changes.surely.is_none()).flat_map(|(act, changes)| {
        let assuming: Vec<Box<str>> = changes.may_be.iter().map(OpenChange::not_come).collect();
        let (event, kind) = (act.shown().cited(), noun(act.kind));
        // Nobody has to object to what has ended with a membership.
        let ended = |last: Date| match act.shown().body {
            TreatyBody::DeclarationMade(body) => declarations::end(record, tenures, act, body).have_come(last),
            _ => false,
        };
        let windows = objections::windows(record, act).into_iter();
        let windows: Vec<Window> =
            windows.filter(|window| horizon.ends(window.ends) && !ended(window.ends.first)).collect();
        let article = article.clone();
        windows.into_iter().map(move |window| {
            let from = match window.from {
                WindowStart::Notification => "receipt by the depositary",
                WindowStart::Circulation => "information of the others",
            };
            let begins = window.begins.named();
            let counted = format!("counted from the {from}, {begins}");
            let reason = Reason {
                rule: window.from.name(),
                article: article.clone(),
                event: Some(event.clone()),
                date: Some(window.begins.first),
                latest: (!window.begins.is_settled()).then_some(window.begins.last),
                sentence: format!("{kind}: the time for objections is {counted}").into(),
            };
            let correction =
                change(ChangeCode::Correction, format!("a correction of the day from which it is counted, {begins}"));
            let open = (!window.ends.is_settled()).then(|| explain::settling(false));
            Projected {
                days: window.ends,
                what: UpcomingType::ObjectionsEnd,
                statuses: None,
                sentence: format!("last day for objections to the {kind}, {counted}").into(),
                because: vec![reason],
                assuming: assuming.clone(),
                could_move: open.into_iter().chain([correction]).collect(),
            }
        })
    });
    told.collect()
}

/// What an act is, as one speaks of the thing.
fn noun(kind: Kind) -> String {
    match kind {
        Kind::Treaty(TreatyKind::WithdrawalNotified) => "withdrawal".to_owned(),
        Kind::Treaty(TreatyKind::SuspensionNotified) => "suspension".to_owned(),
        Kind::Treaty(TreatyKind::DeclarationMade) => "declaration".to_owned(),
        Kind::Treaty(TreatyKind::InstrumentDeposited) => "instrument".to_owned(),
        other => other.name().replace('_', " "),
    }
}

/// Whether an act is a notice that was revoked and runs in no reading. Others may object to one
/// without effect all the same: the consent may be missing.
fn is_revoked(record: &Record<'_, '_>, courses: &[&Course], act: &Act<'_>) -> bool {
    let memberships = courses.iter().flat_map(|course| &course.memberships);
    let mut leaves = memberships.filter_map(|membership| membership.leave.as_ref());
    let mut revocations = record.clocked.iter().filter(|other| objections::revokes(other, act));
    revocations.next().is_some() && !leaves.any(|leave| act.is_stated_by(&leave.event.reference))
}

/// A deadline on its last permitted day.
fn deadline(asked: &explain::Asked<'_, '_, '_>, duty: &Duty) -> Projected {
    let Duty { article, title, about, in_force, due, assuming, steps, extensions, .. } = duty;
    let year = about.map(|year| format!(" {year}")).unwrap_or_default();
    let mut could_move = vec![change(ChangeCode::Fulfilment, "what fulfils the duty by then")];
    let can_extend = asked.record.clauses().is_some_and(|clauses| {
        clauses.obligations.iter().any(|clause| clause.article == *article && clause.extension.is_some())
    });
    if can_extend {
        could_move.push(change(ChangeCode::Extension, "an extension that is granted"));
    }
    could_move.push(change(ChangeCode::Withdrawal, format!("a withdrawal that takes effect by {}", due.named())));
    let counted = if extensions.iter().any(|extension| extension.replaces) {
        "a correction of the extension that sets the day".to_owned()
    } else {
        format!("a correction of the entry into force, {}", in_force.named())
    };
    could_move.push(change(ChangeCode::Correction, counted));
    Projected {
        days: *due,
        what: UpcomingType::DeadlineFalls,
        statuses: None,
        sentence: format!("last permitted day of {title}{year} (Article {article})").into(),
        because: steps.iter().map(|step| step.named(DutyRule::name)).collect(),
        assuming: assuming.clone(),
        could_move,
    }
}

fn change(code: ChangeCode, sentence: impl Into<Box<str>>) -> Change {
    Change { code, sentence: sentence.into() }
}
