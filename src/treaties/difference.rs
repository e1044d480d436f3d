//! What two states of knowledge say differently about one participant under one treaty.
//!
//! Promises: a pure function of two answers for one day and of what was recorded between
//! them. Nothing is told where both say the same on every day. The entries that made a
//! difference are among those that came between.
//! Leaves to others: which participants have to be looked at (`server`), answers
//! ([`super::status`]).

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Answer, Dossier, Interval, Overlay, StatusRule, TreatyStatus};
use crate::domain::{CitedEvent, Kind, Recorded, Size, TreatyKind};

/// What is known differently of one participant.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusDifference {
    /// The statuses on the day asked about, one for each outcome; the same where other
    /// days alone differ.
    pub before: Vec<Stood>,
    pub after: Vec<Stood>,
    /// All days on which the status differs, ascending.
    pub days: Vec<DaysThatDiffer>,
    /// What stood beside the status on the day, and what stands there, where that differs.
    pub beside: Option<(Vec<String>, Vec<String>)>,
    /// The entries that made it, in order of position.
    pub made_by: Vec<CitedEvent>,
}

/// A half-open interval `[from, to)` of days on which the status is known differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaysThatDiffer {
    /// `None`: since ever.
    pub from: Option<Date>,
    /// `None`: open.
    pub to: Option<Date>,
    /// One for each way in which the record could be read, ascending.
    pub before: Vec<Stood>,
    pub after: Vec<Stood>,
}

/// A status with its days as early and as late as they can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stood {
    pub first: TreatyStatus,
    pub last: TreatyStatus,
}

impl Stood {
    fn of(Interval { first, last }: Interval) -> Self {
        Self { first: first.status, last: last.status }
    }

    /// Whether its withdrawal takes effect in some readings and in others does not.
    pub fn may_not_end(self) -> bool {
        self.first.effective().is_some() && self.last.effective().is_none()
    }
}

/// What came between two states of knowledge: the events that were recorded, and those
/// that took effect.
#[derive(Clone, Copy, Debug)]
pub struct Since(pub Size);

impl Since {
    /// Whether an event was not there or not in effect before.
    pub fn is_new(self, recorded: &Recorded) -> bool {
        let Self(before) = self;
        let took_effect = recorded.effective_since().is_some_and(|since| since.0 >= before.0);
        recorded.position.index.0 >= before.0 || took_effect
    }

    /// The new events of a dossier that are in effect in it, in order of position.
    pub fn bearing(self, dossier: &Dossier<'_>) -> Vec<CitedEvent> {
        let size = dossier.known.size;
        let in_effect = |recorded: &&&Recorded| recorded.effective_since().is_some_and(|since| since.0 < size.0);
        let new = dossier.events.iter().filter(|recorded| self.is_new(recorded)).filter(in_effect);
        let found: BTreeSet<_> = new.map(|recorded| (recorded.position, recorded.reference())).collect();
        found.into_iter().map(|(position, reference)| CitedEvent { reference, position }).collect()
    }
}

/// What the later answer says differently from the earlier one about the same day; `new`
/// are the events between them that may have made it.
pub fn difference(before: &Answer, after: &Answer, new: &[CitedEvent]) -> Option<StatusDifference> {
    let days = days_that_differ(before, after);
    let (stood, stand) = (beside(before), beside(after));
    let beside = (stood != stand).then_some((stood, stand));
    if days.is_empty() && beside.is_none() {
        return None;
    }
    let made_by = made_by(after, new, (!days.is_empty(), beside.is_some()));
    Some(StatusDifference { before: statuses(before), after: statuses(after), days, beside, made_by })
}

/// Of the new events those that the later answer gives as its reasons, for the status or
/// for what stands beside it, whichever differs; if it names none (a deposit that reaches a
/// threshold is counted, not cited), all of them.
fn made_by(after: &Answer, new: &[CitedEvent], (status, beside): (bool, bool)) -> Vec<CitedEvent> {
    let steps = after.outcomes.iter().flat_map(|outcome| &outcome.steps).filter(|step| moves_status(step.rule));
    let claims = || after.claims.iter().filter(|claims| !claims.compared_alone && moves_status_of(claims.kind));
    let resolutions = claims().filter_map(|claims| claims.resolution.as_ref());
    let rivals = claims().flat_map(|claims| &claims.statements).map(|claim| &claim.event);
    let clauses = after.clauses.iter().map(|clauses| &clauses.event);
    let of_status = steps.filter_map(|step| step.event.as_ref()).chain(resolutions).chain(rivals).chain(clauses);
    let overlays = after.overlays.iter().flat_map(Overlay::events);
    let reasons: BTreeSet<&CitedEvent> = of_status.filter(|_| status).chain(overlays.filter(|_| beside)).collect();
    let named: Vec<CitedEvent> = new.iter().filter(|event| reasons.contains(event)).cloned().collect();
    if named.is_empty() { new.to_vec() } else { named }
}

/// Whether what is stated of an act of a kind can move a status.
fn moves_status_of(kind: Kind) -> bool {
    let beside = [
        TreatyKind::DomesticStepTaken,
        TreatyKind::SuspensionNotified,
        TreatyKind::ObjectionLodged,
        TreatyKind::TreatyBodyDecided,
        TreatyKind::DeadlineExtended,
        TreatyKind::ReportSubmitted,
    ];
    !matches!(kind, Kind::Treaty(kind) if beside.contains(&kind))
}

/// Whether what a rule tells can move a status; the rest is told beside it.
fn moves_status(rule: StatusRule) -> bool {
    match rule {
        StatusRule::SuspensionIsNoStatus | StatusRule::DomesticStepIsNoStatus | StatusRule::Declaration => false,
        StatusRule::Signature
        | StatusRule::Consent
        | StatusRule::TreatyInForceAsStated
        | StatusRule::TreatyInForceAsCounted
        | StatusRule::InForceFirstOfMonth
        | StatusRule::InForceSameDay
        | StatusRule::InForceAfterDays
        | StatusRule::InForceAsStated
        | StatusRule::WithdrawalNotice
        | StatusRule::ConflictTest
        | StatusRule::WithdrawalEffect
        | StatusRule::Revocation
        | StatusRule::Correction
        | StatusRule::NoClock
        | StatusRule::ActWithoutEffect
        | StatusRule::Retraction
        | StatusRule::Succession
        | StatusRule::Cascade
        | StatusRule::PassedToSuccessors
        | StatusRule::NotToBecomeParty => true,
    }
}

fn statuses(answer: &Answer) -> Vec<Stood> {
    answer.outcomes.iter().map(|outcome| Stood::of(outcome.held())).collect()
}

/// What stands beside the status on the day, in words that two answers can be compared by.
fn beside(answer: &Answer) -> Vec<String> {
    let mut words: Vec<String> = answer.overlays.iter().map(words_of).collect();
    words.sort();
    words
}

fn words_of(overlay: &Overlay) -> String {
    match overlay {
        Overlay::SuspensionAsserted(found) => {
            let since = found.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
            let by = found.contested_by().join(", ");
            let may = found.may_be_contested_by().join(", ");
            let may = if may.is_empty() { String::new() } else { format!(", may be contested by {may}") };
            let contested = if by.is_empty() { String::new() } else { format!(", contested by {by}") };
            let ended = if found.may_have_ended { ", which may have ended" } else { "" };
            format!("suspension asserted{since}{contested}{may}{ended}")
        }
        Overlay::ProvisionalApplication { since, until, .. } => {
            let until = until.map(|until| format!(" until {}", until.named())).unwrap_or_default();
            format!("applied provisionally since {}{until}", since.named())
        }
        Overlay::Declaration(declared) => {
            let made = declared.made.as_ref().map(|made| format!(" of {made}")).unwrap_or_default();
            let may = if declared.certain { "" } else { ", which may stand" };
            format!("declaration ({}){made}{may}", declared.declaration_type.name().replace('_', " "))
        }
        Overlay::TerritorialScope(declared) => {
            let may = if declared.certain { "" } else { ", as may be" };
            format!("territory: {}{may}", declared.units.join(", "))
        }
        Overlay::RetroactiveSuccession { predecessor, succeeded, may_have_ended, .. } => {
            let may = if may_have_ended.is_some() { ", which may have ended" } else { "" };
            format!("successor of {predecessor} since {}{may}", succeeded.named())
        }
    }
}

/// The days on which the courses of two answers have other statuses.
fn days_that_differ(before: &Answer, after: &Answer) -> Vec<DaysThatDiffer> {
    let intervals = |answer: &Answer| -> Vec<Interval> {
        answer.courses.iter().flat_map(|course| course.intervals.iter().copied()).collect()
    };
    let (before, after) = (intervals(before), intervals(after));
    let spans = before.iter().chain(&after).flat_map(|interval| [interval.first, interval.last]);
    let begins = spans.flat_map(|span| [span.from, span.to]).flatten();
    let begins: BTreeSet<Date> = begins.collect();
    let starts = std::iter::once(None).chain(begins.into_iter().map(Some));
    let mut days: Vec<DaysThatDiffer> = Vec::new();
    let mut open = false;
    for from in starts {
        // The first interval begins ever: the earliest day stands for it.
        let day = from.unwrap_or(Date::MIN);
        let (stood, stands) = (on(&before, day), on(&after, day));
        if open && let Some(last) = days.last_mut() {
            if (&last.before, &last.after) == (&stood, &stands) {
                continue;
            }
            last.to = from;
        }
        open = stood != stands;
        if open {
            days.push(DaysThatDiffer { from, to: None, before: stood, after: stands });
        }
    }
    days
}

/// The statuses that any course may have on a day, each once.
fn on(courses: &[Interval], day: Date) -> Vec<Stood> {
    let held = courses.iter().filter(|interval| interval.may_hold_on(day));
    held.map(|interval| Stood::of(*interval)).collect::<BTreeSet<_>>().into_iter().collect()
}
