//! What leaving one treaty does to another: a denunciation that takes its protocols along.
//!
//! Promises: the effect is on the same day as that of the withdrawal that causes it, and
//! is deferred with it. A circle of parents ends where it began.

use super::{
    Dossier, StatusRule, Step,
    both_ends::{self, Apart},
    course::{Course, Leave},
    explain::sentences_of,
    followed::{self, Followed},
    in_force, joining,
    readings::Reading,
    record::{Around, Record},
    rivals::Act,
    shared_dates::{self, SharedDate},
    statements::Statement,
};
use crate::domain::{Subject, TreatyBody, TreatyId, WorldDate};

/// How the participant leaves the parent treaty under one reading of the record there.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// In order of the days on which the notices began, each as early as the reading allows.
    pub first: Vec<CarriedLeave>,
    /// The same as late as it allows.
    pub last: Vec<CarriedLeave>,
    /// Whether what has to have ended besides a conflict had ended with it.
    pub repatriated: bool,
    /// What has to be assumed for it; empty where all readings agree.
    pub assuming: Vec<Box<str>>,
    /// The same where it is open on which of their days what it goes by was.
    pub assuming_any_day: Vec<Box<str>>,
    /// On which days it is so what the treaty's own record has, too: as one of these has them.
    /// Never none.
    pub shared: Vec<Vec<SharedDate>>,
    /// Has one number for all ways that go by the same statements there.
    pub goes_by: usize,
}

impl Carried {
    /// No parent is left that takes the treaty along.
    fn of_nothing() -> Self {
        Self {
            first: Vec::new(),
            last: Vec::new(),
            repatriated: true,
            assuming: Vec::new(),
            assuming_any_day: Vec::new(),
            shared: vec![Vec::new()],
            goes_by: 0,
        }
    }
}

/// A withdrawal from a parent treaty that takes this one along.
#[derive(Clone, Debug, PartialEq)]
pub struct CarriedLeave {
    pub from: TreatyId,
    pub leave: Leave,
    /// The parent's article on withdrawal.
    pub article: Box<str>,
    /// Why the parent is left, and when: its notice, and what was tested, of all days and
    /// readings that lead there.
    pub steps: Vec<Step>,
}

/// Every way in which the participant leaves the parent, if that takes the treaty along, and
/// whether these are all.
pub fn carried<'a>(
    parent: Option<&'a TreatyId>,
    dossier: &Dossier<'a>,
    acts: &[Act<'a>],
    around: Around<'_>,
) -> (Vec<Carried>, bool) {
    let none = || (vec![Carried::of_nothing()], true);
    let Some(parent) = parent.filter(|parent| *parent != dossier.treaty && !around.below.contains(parent)) else {
        return none();
    };
    let below = [around.below, &[dossier.treaty]].concat();
    let above = Dossier { treaty: parent, deposits: &[], ..*dossier };
    let record = Record::of(&above, acts, Around { below: &below, ..around });
    let takes_along = record.clauses().is_some_and(|clauses| clauses.cascade_to.contains(dossier.treaty));
    if !takes_along {
        return none();
    }
    let article = record.withdrawal_clause().map(|clause| clause.article.clone()).unwrap_or_default();
    let leaves = |course: &Course| -> Vec<CarriedLeave> {
        let left = course.memberships.iter().filter_map(|membership| membership.leave.clone());
        // Successors to the parent are successors under the parent.
        let carried = left.filter(|leave| !leave.passed).map(|leave| {
            let steps = steps(parent, course, &leave);
            CarriedLeave { from: parent.clone(), leave, article: article.clone(), steps }
        });
        carried.collect()
    };
    let mut ways: Vec<Way<'_, '_>> = Vec::new();
    let (followed, complete) = followed::all(&record);
    // Stretches that lead to one status are one, unless something else tells their days apart here.
    let leads_alike = followed::joined(&followed, around.asked);
    let followed =
        if around.deadlines.is_none() && lies_outside(dossier, acts, &leads_alike) { leads_alike } else { followed };
    for followed in followed {
        let shared = shared_dates::of(&followed, dossier.treaty);
        let Followed { reading, corners, .. } = followed;
        let mut corners: Vec<Vec<CarriedLeave>> = corners.iter().map(|course| leaves(course)).collect();
        let Some(last) = corners.last().cloned() else { continue };
        let mut first = corners.remove(0);
        for others in &corners {
            add_steps(&mut first, others, Apart::Days);
        }
        match ways.iter_mut().find(|way| same(&way.first, &first) && same(&way.last, &last)) {
            Some(way) => {
                let by_days = way.readings.iter().all(|other| other.goes_by_the_same(&reading));
                add_steps(&mut way.first, &first, if by_days { Apart::Days } else { Apart::Statements });
                way.readings.push(reading);
                shared_dates::add(&mut way.shared, shared);
            }
            None => ways.push(Way { first, last, readings: vec![reading], shared: vec![shared] }),
        }
    }
    (told(ways, dossier.treaty), complete)
}

/// Leaves with the readings there that lead to them.
struct Way<'r, 'a> {
    /// With the steps of all days and readings.
    first: Vec<CarriedLeave>,
    last: Vec<CarriedLeave>,
    readings: Vec<Reading<'r, 'a>>,
    /// What these have of the dates of both treaties.
    shared: Vec<Vec<SharedDate>>,
}

impl Way<'_, '_> {
    /// Whether all readings of both go by the same statements.
    fn goes_by_the_same(&self, other: &Self) -> bool {
        let first = &self.readings[0];
        self.readings.iter().chain(&other.readings).all(|reading| reading.goes_by_the_same(first))
    }
}

fn told(ways: Vec<Way<'_, '_>>, treaty: &TreatyId) -> Vec<Carried> {
    let alone = ways.len() == 1;
    let alike = |way: &Way<'_, '_>| ways.iter().position(|other| other.goes_by_the_same(way));
    // One whose own readings go by several is like none, and has its own number.
    let goes_by: Vec<usize> = ways.iter().enumerate().map(|(at, way)| alike(way).unwrap_or(at)).collect();
    let told = ways.into_iter().zip(goes_by).map(|(way, goes_by)| {
        let Way { first, mut last, readings, shared } = way;
        for (last, first) in last.iter_mut().zip(&first) {
            last.steps.clone_from(&first.steps);
        }
        let repatriated = readings[0].is_over();
        let way = Carried { first, last, repatriated, shared, goes_by, ..Carried::of_nothing() };
        if alone {
            return way;
        }
        let mut any_day: Vec<Reading<'_, '_>> = Vec::new();
        for reading in &readings {
            if !any_day.iter().any(|other| other.goes_by_the_same(reading)) {
                any_day.push(reading.by_its_statements());
            }
        }
        Carried { assuming_any_day: assuming(any_day, treaty), assuming: assuming(readings, treaty), ..way }
    });
    told.collect()
}

/// Adds to the reasons for leaves what other readings, or other days, tell of them.
fn add_steps(leaves: &mut [CarriedLeave], others: &[CarriedLeave], apart: Apart) {
    for (carried, other) in leaves.iter_mut().zip(others) {
        carried.steps = both_ends::steps([carried.steps.as_slice(), &other.steps], apart);
    }
}

/// Whether nothing that the participant did under the treaty itself, with an instrument to the
/// parent, too, can have come while it leaves the parent, or on one of the days on which that may begin or end.
fn lies_outside(dossier: &Dossier<'_>, acts: &[Act<'_>], followed: &[Followed<'_, '_>]) -> bool {
    let leaves = followed.iter().flat_map(|followed| &followed.corners).flat_map(|course| &course.memberships);
    let first = leaves.filter_map(|membership| membership.leave.as_ref()).map(|leave| leave.began).min();
    let Some(first) = first else { return true };
    let own = acts.iter().filter(|act| {
        matches!(act.subject(), Subject::Participation(treaty, who)
            if who == dossier.participant
                && (treaty == dossier.treaty || in_force::names(act.shown(), dossier.treaty)))
    });
    let consents = own.filter(|act| !matches!(act.shown().body, TreatyBody::DomesticStepTaken(_)));
    let mut dates = consents.flat_map(Act::all).map(Statement::date);
    dates.all(|date| date.and_then(WorldDate::latest).is_some_and(|last| last < first))
}

/// What has to be assumed for what several readings lead to: one of them. What the treaty's own
/// record has, too, it tells itself, if nothing besides goes by it.
fn assuming(readings: Vec<Reading<'_, '_>>, treaty: &TreatyId) -> Vec<Box<str>> {
    let besides = shared_dates::without(&readings, treaty);
    if let [only] = joining::join(besides, Reading::days, Reading::joined).as_slice() {
        return only.assuming();
    }
    let readings = joining::join(readings, Reading::days, Reading::joined);
    if let [only] = readings.as_slice() {
        return only.assuming();
    }
    let each = sentences_of(&readings);
    vec![format!("one of these: {}", each.join(", or ")).into()]
}

fn same(one: &[CarriedLeave], other: &[CarriedLeave]) -> bool {
    one.iter().map(|it| &it.leave).eq(other.iter().map(|it| &it.leave))
}

/// The steps of the parent's course that make the leave, told as the parent's.
fn steps(parent: &TreatyId, course: &Course, leave: &Leave) -> Vec<Step> {
    let makes = |step: &&Step| match step.rule {
        StatusRule::WithdrawalNotice => step.event.as_ref() == Some(&leave.event),
        StatusRule::ConflictTest => step.date.is_some_and(|date| leave.began <= date),
        _ => false,
    };
    let told = |step: &Step| Step { sentence: format!("under {parent}: {}", step.sentence).into(), ..step.clone() };
    course.steps.iter().filter(makes).map(told).collect()
}
