//! Provisional application (R12): declared with an instrument of consent, or by one who has
//! given its consent, until the treaty is in force for it.
//!
//! Promises: nobody applies provisionally what it has not consented to be bound by, nor after
//! that consent has ended, or after it declared that it does not become a party (VCLT 25(2)); a
//! declaration that names its instrument counts from that. Days that follow from dates which
//! are not known to the day have two ends, those of every corner of every reading.
//! Leaves to others: what is to be remarked on it (`remarks`).

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    Overlay, StatusRule,
    course::{Course, Membership},
    days::Days,
    declarations,
    followed::{self, Followed},
    record::Record,
    rivals::Act,
};
use crate::domain::{CitedEvent, DeclarationMade, DeclarationType, EventReference, Permission, TreatyBody};

/// What an act leads to on a day, if the treaty may be applied provisionally by it then; on
/// any day, where none is given.
pub fn provisional(
    record: &Record<'_, '_>,
    followed: &[Followed<'_, '_>],
    act: &Act<'_>,
    at: Option<Date>,
) -> Option<Overlay> {
    let declared = match act.shown().body {
        TreatyBody::InstrumentDeposited(body) if body.provisional_application => None,
        TreatyBody::DeclarationMade(body) if declares(body) => Some(Declared::of(record, act, body)?),
        _ => return None,
    };
    let ended = declarations::ended(record, &record.beside, act);
    let clause = record.clauses()?.provisional_application.as_ref()?;
    let applied = followed.iter().map(|followed| Some(applied(followed, act, declared.as_ref())?.ended_on(ended)));
    let applied: Vec<Option<Applied>> = applied.collect();
    let each = || applied.iter().flatten();
    let may = |applied: &Applied| at.is_none_or(|at| applied.may_lie_on(at));
    let applies = clause.permission == Permission::Permitted && each().any(may);
    let since = each().map(|applied| applied.since).reduce(Days::around).filter(|_| applies)?;
    // Wherever it surely lies on any day, it does when it has surely begun.
    let at = at.unwrap_or(since.last);
    Some(Overlay::ProvisionalApplication {
        event: act.shown().cited(),
        scope: clause.scope.clone(),
        article: clause.article.clone(),
        since,
        until: each().filter_map(|applied| applied.until).reduce(Days::around),
        withdrawn: ended,
        certain: applied.iter().all(|applied| applied.as_ref().is_some_and(|applied| applied.surely_lies_on(at))),
    })
}

/// Whether it is a declaration of provisional application, and takes none back.
fn declares(body: &DeclarationMade) -> bool {
    body.declaration_type == DeclarationType::ProvisionalApplication && !declarations::withdraws(body)
}

/// The instrument of consent that a declaration names as the one that it was made with.
pub fn instrument<'q, 'a>(record: &'q Record<'_, 'a>, with: Option<&EventReference>) -> Option<&'q Act<'a>> {
    let with = with?;
    let mut acts = record.clocked.iter().copied().filter(|act| super::in_force::is_consent(act.shown()));
    acts.find(|act| act.is_stated_by(with))
}

/// The days on which provisional application is declared, where the clauses know it.
pub fn declared<'q>(record: &'q Record<'_, '_>) -> impl Iterator<Item = Days> + use<'q> {
    let known = record.clauses().is_some_and(|clauses| clauses.provisional_application.is_some());
    let acts = record.beside.iter().filter(move |_| known);
    acts.filter_map(|act| match act.shown().body {
        TreatyBody::DeclarationMade(body) if declares(body) => declarations::days(record, act.shown(), body),
        _ => None,
    })
}

/// A declaration of provisional application.
struct Declared<'q, 'a> {
    /// On one of these days it was made, or is claimed to hold from it on.
    days: Days,
    /// Whether it says from when on it holds.
    names_day: bool,
    /// The instrument that it was made with.
    with: Option<&'q Act<'a>>,
}

impl<'q, 'a> Declared<'q, 'a> {
    fn of(record: &'q Record<'_, 'a>, act: &Act<'_>, body: &DeclarationMade) -> Option<Self> {
        let days = declarations::days(record, act.shown(), body)?;
        let with = instrument(record, body.made_with.as_ref());
        Some(Self { days, names_day: body.effective.is_some(), with })
    }

    /// The days on one of which it begins to hold in a course.
    fn begins(&self, course: &Course) -> Days {
        match self.with.and_then(|instrument| consented(course, instrument)) {
            Some(deposited) if self.names_day => self.days.map(|day| day.max(deposited)),
            Some(deposited) => Days::on(deposited),
            None => self.days,
        }
    }
}

/// From when until when a treaty is applied provisionally in one reading.
struct Applied {
    since: Days,
    /// `None`: nothing ends it.
    until: Option<Days>,
    /// Whether it is, whichever days the dates mean.
    whole: bool,
}

impl Applied {
    fn may_lie_on(&self, day: Date) -> bool {
        self.since.first <= day && self.until.is_none_or(|until| day < until.last)
    }

    fn surely_lies_on(&self, day: Date) -> bool {
        self.whole && self.since.last <= day && self.until.is_none_or(|until| day < until.first)
    }

    /// It ends with what withdraws it, where that comes first.
    fn ended_on(self, ended: Option<Days>) -> Self {
        Self { until: self.until.into_iter().chain(ended).reduce(Days::earlier), ..self }
    }
}

/// What a deposit, or a declaration, leads to in a reading; `None` where it leads to nothing.
fn applied(followed: &Followed<'_, '_>, act: &Act<'_>, declared: Option<&Declared<'_, '_>>) -> Option<Applied> {
    let corners = followed.corners.iter().map(|course| {
        let begins = match declared {
            None => Days::on(consented(course, act)?),
            Some(declared) => declared.begins(course),
        };
        in_course(course, begins)
    });
    let corners: Vec<Option<Applied>> = corners.collect();
    let whole = corners.iter().all(|corner| corner.as_ref().is_some_and(|applied| applied.whole));
    let both = |one: Option<Days>, other: Option<Days>| one.into_iter().chain(other).reduce(Days::around);
    let around = corners.into_iter().flatten().reduce(|one, other| Applied {
        since: one.since.around(other.since),
        until: both(one.until, other.until),
        whole,
    })?;
    Some(Applied { whole, ..around })
}

/// From when until when it is applied in a course where that begins on one of some days.
fn in_course(course: &Course, begins: Days) -> Option<Applied> {
    let of = |membership: &Membership| {
        let until = end(course, membership).map(|(day, _)| day);
        let last = until.map_or(begins.last, |over| begins.last.min(over.yesterday().unwrap_or(over)));
        let since = Days { first: begins.first.max(membership.deposited), last };
        let whole = since == begins;
        (since.first <= since.last).then_some(Applied { since, until: until.map(Days::on), whole })
    };
    course.memberships.iter().filter_map(of).reduce(|one, other| Applied {
        since: one.since.around(other.since),
        until: one.until.zip(other.until).map(|(one, other)| one.around(other)),
        whole: false,
    })
}

/// What ends provisional application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The treaty itself is in force.
    InForce,
    /// The withdrawal of the consent takes effect.
    Withdrawal,
    /// An act: the participant declares that it does not become a party, or its consent passes.
    Act,
}

/// When, and by what, that ends which is applied provisionally with a consent.
fn end(course: &Course, membership: &Membership) -> Option<(Date, End)> {
    let leave = membership.leave.as_ref();
    let left = leave.and_then(|leave| {
        let by = if leave.passed { End::Act } else { End::Withdrawal };
        Some((leave.effective?, by))
    });
    let declines = course.steps.iter().filter(|step| step.rule == StatusRule::NotToBecomeParty);
    let declined = declines.filter_map(|step| step.date).filter(|day| membership.deposited <= *day).min();
    let in_force = membership.in_force.map(|day| (day, End::InForce));
    in_force.into_iter().chain(left).chain(declined.map(|day| (day, End::Act))).min()
}

/// What ends provisional application on one of some days, as each corner of each reading has it.
pub fn ends_on(followed: &[Followed<'_, '_>], days: Days) -> BTreeSet<End> {
    let courses = followed::courses(followed);
    let ends = courses.iter().flat_map(|course| course.memberships.iter().filter_map(|it| end(course, it)));
    ends.filter(|(day, _)| days.holds(*day)).map(|(_, by)| by).collect()
}

/// The day of an act in a course that tells it.
pub fn consented(course: &Course, act: &Act<'_>) -> Option<Date> {
    let is_it = |event: &CitedEvent| act.is_stated_by(&event.reference);
    let told = course.steps.iter().find(|step| {
        matches!(step.rule, StatusRule::Consent | StatusRule::Succession | StatusRule::ActWithoutEffect)
            && step.event.as_ref().is_some_and(is_it)
    });
    told?.date
}
