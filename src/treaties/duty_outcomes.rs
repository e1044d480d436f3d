//! One duty in all readings: the outcomes that they lead to, each with the days between
//! which it lies and with what it assumes.
//!
//! Promises: readings that go by the same statements and lead to the same state are one
//! outcome, its days as early and as late as they lead to; what goes by other statements
//! is one with it if it leads to the very same days. Where the corners of one reading do
//! not agree, what is told is not told to be all.
//! Leaves to others: which readings there are (`followed`), one duty in one reading (`duty`).

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet},
};

use jiff::civil::Date;

use super::{
    Duty, DutyState, Extension, Remark,
    both_ends::with_latest,
    dated,
    days::Days,
    duty::{self, Item},
    duty_remarks::OnExtension,
    explain::{few, sentence_of},
    followed::Followed,
    joining,
    leading::{self, Read},
    readings::{self, ReadAct},
    record::Record,
    rivals::Act,
};
use crate::{
    domain::{CitedEvent, EventReference, LegalFinding, LegalRemark, TreatyBody},
    limits::{DUTY_WAYS, STATUS_CORNERS, STATUS_POINTS, STATUS_READINGS},
};

/// A reading of the status by its number, and a way to read the evidence by its own.
type InOneWay = (usize, usize);

/// A duty with the readings that have it, by their numbers, and at how many corners of each.
pub struct AtCorners<'c> {
    pub item: Item<'c>,
    pub corners: BTreeMap<usize, usize>,
}

/// The days that are asked about.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub at: Date,
    /// Up to which day what falls due is asked for, where that is all that is asked.
    pub until: Option<Date>,
}

impl Asked {
    /// Whether a duty is among what is asked for.
    fn holds(self, duty: &Duty) -> bool {
        let Some(until) = self.until else { return true };
        let runs = matches!(duty.state, DutyState::Running | DutyState::Ahead);
        runs && duty.stops.is_none() && self.at <= duty.due.first && duty.due.last <= until
    }
}

/// The readings that duties are told in.
pub struct Readings<'f, 'r, 'a> {
    followed: &'f [Followed<'r, 'a>],
    /// Of each the first that goes by the same statements.
    same: Vec<usize>,
    read: Vec<Read<'r, 'a>>,
}

impl<'f, 'r, 'a> Readings<'f, 'r, 'a> {
    pub fn of(followed: &'f [Followed<'r, 'a>]) -> Self {
        let same = first_alike(followed, |one, other| one.reading.reads_the_same(&other.reading));
        Self { followed, same, read: followed.iter().map(|followed| Read::of(followed.reading.clone())).collect() }
    }

    fn corners(&self, at: usize) -> usize {
        self.followed[at].corners.len()
    }

    /// What is assumed for some of them, a list for each way; never none.
    fn assuming(&self, some: &BTreeSet<usize>) -> Vec<Vec<Box<str>>> {
        let told = leading::besides(&self.read, |at| some.contains(&at));
        if told.is_empty() { vec![Vec::new()] } else { told }
    }
}

/// For each the number of the first that is like it.
fn first_alike<T>(all: &[T], alike: impl Fn(&T, &T) -> bool) -> Vec<usize> {
    let mut firsts: Vec<usize> = Vec::new();
    let of = |(at, it): (usize, &T)| {
        let found = firsts.iter().copied().find(|first| alike(&all[*first], it));
        found.unwrap_or_else(|| {
            firsts.push(at);
            at
        })
    };
    all.iter().enumerate().map(of).collect()
}

/// One duty in all readings.
pub struct Told<'r, 'a> {
    pub outcomes: Vec<Outcome>,
    pub complete: bool,
    ways: Vec<Way<'r, 'a>>,
    /// What law remarks, with the ways in which every corner leads to it.
    findings: Vec<(LegalFinding, BTreeSet<InOneWay>)>,
    /// All ways in which there is the duty.
    knowing: BTreeSet<InOneWay>,
}

/// What some readings agree on.
pub struct Outcome {
    /// Without what it assumes.
    pub duty: Duty,
    ways: BTreeSet<InOneWay>,
}

/// Follows a duty in every way to read what is stated of extensions and fulfilment.
pub fn told<'r, 'a>(
    record: &'r Record<'r, 'a>,
    readings: &Readings<'_, 'r, 'a>,
    items: &[AtCorners<'_>],
    own: &[&'r Act<'a>],
    asked: Asked,
) -> Told<'r, 'a> {
    let bears = |act: &&&Act<'_>| items.iter().any(|AtCorners { item, .. }| duty::bears(act, item));
    let mut acts: Vec<&'r Act<'a>> = own.iter().filter(bears).copied().collect();
    acts.extend(own.iter().filter(|act| duty::withdraws_one_of(act, &acts)).copied().collect::<Vec<_>>());
    let knowing: BTreeSet<usize> = items.iter().flat_map(|it| it.corners.keys().copied()).collect();
    let apart = told_apart(record, items, &acts, asked);
    let (ways, mut complete) = ways(record, &acts, &apart, (STATUS_READINGS / knowing.len()).max(DUTY_WAYS));
    let most = STATUS_POINTS / (items.len() * ways.len()).max(1);
    let corners: Vec<_> = ways.iter().map(|way| way.corners(most)).collect();
    complete &= corners.iter().all(|(_, all)| *all);
    let corners_of = |(reading, way): &InOneWay| readings.corners(*reading) * corners[*way].0.len();
    let same = first_alike(&ways, Way::reads_the_same);
    let mut groups: Vec<Group> = Vec::new();
    let mut remarked: BTreeMap<About, BTreeMap<InOneWay, (usize, OnExtension)>> = BTreeMap::new();
    for AtCorners { item, corners: having } in items {
        let each = corners.iter().enumerate().flat_map(|(at, (acts, _))| acts.iter().map(move |acts| (at, acts)));
        for (at, acts) in each {
            let duty = duty::told(item, acts, asked.at);
            let outcome = outcome(&duty, asked);
            for (reading, corners) in having {
                let kind = Kind { by: (readings.same[*reading], same[at]), outcome: outcome.clone() };
                match groups.iter_mut().find(|group| group.kind == kind) {
                    Some(group) => group.add(&duty, (*reading, at), *corners),
                    None => groups.push(Group::begin(kind, duty.clone(), (*reading, at), *corners)),
                }
            }
            let found: BTreeMap<About, OnExtension> =
                duty::remarked(item, acts).into_iter().map(|found| (found.about(), found)).collect();
            for (about, found) in found {
                let by = remarked.entry(about).or_default();
                for (reading, more) in having {
                    let again = |(corners, before): &mut (usize, OnExtension)| {
                        *corners += more;
                        *before = before.clone().around(&found);
                    };
                    by.entry((*reading, at)).and_modify(again).or_insert((*more, found.clone()));
                }
            }
        }
    }
    // What one day of a stretch alone leads to is not remarked: nobody says that it was that day.
    let findings = remarked.into_values().filter_map(|by| {
        let by = by.into_iter().filter(|(way, (corners, _))| *corners == corners_of(way));
        let (ways, found): (BTreeSet<InOneWay>, Vec<OnExtension>) = by.map(|(way, (_, found))| (way, found)).unzip();
        let found = found.into_iter().reduce(|one, other| one.around(&other))?;
        Some((found.finding(), ways))
    });
    let findings = findings.collect();
    let corners_agree = groups.iter().flat_map(|group| &group.ways).all(|(way, n)| *n == corners_of(way));
    let knowing = groups.iter().flat_map(|group| group.ways.keys()).copied().collect();
    Told { outcomes: outcomes(groups), complete: complete && corners_agree, ways, findings, knowing }
}

impl Told<'_, '_> {
    /// Each outcome that is asked for, with what it assumes.
    pub fn duties(&self, readings: &Readings<'_, '_, '_>, asked: Asked) -> Vec<Duty> {
        let certain = self.is_certain(readings);
        let told = self.outcomes.iter().filter(|outcome| asked.holds(&outcome.duty)).map(|outcome| {
            let agreed = certain && self.outcomes.len() == 1;
            let assuming = if agreed { Vec::new() } else { self.sentences(&outcome.ways, readings) };
            let in_all = |is: &dyn Fn(DutyState) -> bool| certain && self.outcomes.iter().all(|it| is(it.duty.state));
            Duty {
                assuming,
                certain: in_all(&|state| state == outcome.duty.state),
                certainly_overdue: in_all(&|state| state.is_overdue()),
                ..outcome.duty.clone()
            }
        });
        told.collect()
    }

    /// Whether every reading has the duty.
    fn is_certain(&self, readings: &Readings<'_, '_, '_>) -> bool {
        let knowing: BTreeSet<usize> = self.knowing.iter().map(|(reading, _)| *reading).collect();
        knowing.len() == readings.followed.len()
    }

    /// What law remarks, with what that assumes.
    pub fn remarks(&self, readings: &Readings<'_, '_, '_>) -> Vec<Remark> {
        let remarks = self.findings.iter().map(|(finding, by)| {
            let agreed = self.is_certain(readings) && *by == self.knowing;
            let assuming = if agreed { Vec::new() } else { self.sentences(by, readings) };
            Remark { finding: finding.clone(), assuming }
        });
        remarks.collect()
    }

    /// What ways assume, each once.
    fn sentences(&self, ways: &BTreeSet<InOneWay>, readings: &Readings<'_, '_, '_>) -> Vec<Box<str>> {
        let mut by_way: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (reading, way) in ways {
            by_way.entry(*way).or_default().insert(*reading);
        }
        // Whichever way the evidence is read, it leads there.
        let alike = by_way.values().collect::<BTreeSet<_>>().len() == 1;
        let mut by_readings: BTreeMap<BTreeSet<usize>, Vec<Way<'_, '_>>> = BTreeMap::new();
        if by_way.len() == self.ways.len() && alike {
            by_readings.extend(by_way.into_values().take(1).map(|some| (some, vec![Way::default()])));
        } else {
            for (way, some) in by_way {
                by_readings.entry(some).or_default().push(self.ways[way].clone());
            }
        }
        let by_way = by_readings.into_iter().flat_map(|(some, ways)| {
            let ways = joining::join(ways, Way::days, Way::joined);
            ways.into_iter().map(move |way| (way.assuming(), some.clone())).collect::<Vec<_>>()
        });
        let mut told: Vec<Box<str>> = Vec::new();
        for (besides, some) in by_way {
            for assuming in readings.assuming(&some) {
                let sentence = sentence_of(&[assuming, besides.clone()].concat());
                if !told.contains(&sentence) {
                    told.push(sentence);
                }
            }
        }
        few(told)
    }
}

/// What tells findings apart, whatever days they name.
type About = (LegalRemark, CitedEvent, Box<str>);

/// What tells outcomes apart that the same statements lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Led {
    state: DutyState,
    stops: bool,
    /// The extensions that took the place of a deadline.
    replaced_by: Vec<EventReference>,
    asked_for: bool,
}

fn outcome(duty: &Duty, asked: Asked) -> Led {
    let replacing = duty.extensions.iter().filter(|extension| extension.replaces);
    let asked_for = asked.holds(duty);
    Led {
        // What is to fall due is asked for, whether the treaty is in force yet or not.
        state: if asked.until.is_some() && asked_for { DutyState::Running } else { duty.state },
        stops: duty.stops.is_some(),
        replaced_by: replacing.map(|extension| extension.event.reference.clone()).collect(),
        asked_for,
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Kind {
    /// The statements that it goes by, on the status and on the evidence.
    by: InOneWay,
    outcome: Led,
}

/// The corners that lead to one outcome by the same statements.
struct Group {
    kind: Kind,
    /// What the earliest days lead to, and the latest.
    first: Duty,
    last: Duty,
    /// All of the days.
    around: Facts,
    /// What stood before each extension.
    before: BTreeMap<CitedEvent, Days>,
    /// At how many corners each leads there.
    ways: BTreeMap<InOneWay, usize>,
}

impl Group {
    fn begin(kind: Kind, duty: Duty, way: InOneWay, corners: usize) -> Self {
        let before = duty.extensions.iter().map(|extension| (extension.event.clone(), extension.before)).collect();
        let around = Facts::of(&duty);
        Self { kind, around, before, first: duty.clone(), last: duty, ways: BTreeMap::from([(way, corners)]) }
    }

    fn add(&mut self, duty: &Duty, way: InOneWay, corners: usize) {
        *self.ways.entry(way).or_default() += corners;
        self.around = self.around.around(Facts::of(duty));
        for Extension { event, before, .. } in &duty.extensions {
            let before = self.before.get(event).map_or(*before, |known| known.around(*before));
            self.before.insert(event.clone(), before);
        }
        if order(duty, &self.first).is_lt() {
            self.first = duty.clone();
        } else if order(&self.last, duty).is_lt() {
            self.last = duty.clone();
        }
    }

    /// It is told as on the earliest days; each day of a step with its latest, where both
    /// ends are told in the same way.
    fn told(self) -> Outcome {
        let Self { mut first, last, around, before, .. } = self;
        for extension in &mut first.extensions {
            extension.before = before.get(&extension.event).copied().unwrap_or(extension.before);
        }
        let steps = with_latest(&first.steps, &last.steps);
        let Facts { in_force, first_due, due, stops, days_late, days_late_most } = around;
        let duty = Duty { in_force, first_due, due, stops, days_late, days_late_most, steps, ..first };
        Outcome { duty, ways: self.ways.into_keys().collect() }
    }
}

/// Which of two comes first: by its deadline; of one deadline by the days of what happened, among
/// them that of leaving.
fn order(one: &Duty, other: &Duty) -> Ordering {
    let by_deadline = |duty: &Duty| (duty.due.first, duty.in_force.first, Reverse(duty.days_late));
    let happened = |duty: &Duty| duty.steps.iter().map(|step| step.date).collect::<Vec<_>>();
    by_deadline(one).cmp(&by_deadline(other)).then_with(|| happened(one).cmp(&happened(other)))
}

/// What is told of a duty in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Facts {
    in_force: Days,
    first_due: Days,
    due: Days,
    stops: Option<Days>,
    days_late: u32,
    days_late_most: u32,
}

impl Facts {
    fn of(duty: &Duty) -> Self {
        let Duty { in_force, first_due, due, stops, days_late, days_late_most, .. } = *duty;
        Self { in_force, first_due, due, stops, days_late, days_late_most }
    }

    fn around(self, other: Self) -> Self {
        Self {
            in_force: self.in_force.around(other.in_force),
            first_due: self.first_due.around(other.first_due),
            due: self.due.around(other.due),
            stops: self.stops.zip(other.stops).map(|(one, other)| one.around(other)),
            days_late: self.days_late.min(other.days_late),
            days_late_most: self.days_late_most.max(other.days_late_most),
        }
    }
}

/// The outcomes; a reader would be told the same of those that are one.
fn outcomes(groups: Vec<Group>) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    for outcome in groups.into_iter().map(Group::told) {
        let facts = |duty: &Duty| (Facts::of(duty), duty.state);
        match outcomes.iter_mut().find(|other| facts(&other.duty) == facts(&outcome.duty)) {
            Some(other) => other.ways.extend(outcome.ways),
            None => outcomes.push(outcome),
        }
    }
    outcomes
}

/// One way to read what is stated of extensions and fulfilment.
#[derive(Clone, Default)]
struct Way<'r, 'a> {
    /// Each on a stretch of days.
    acts: Vec<ReadAct<'r, 'a>>,
}

impl<'r, 'a> Way<'r, 'a> {
    fn reads_the_same(&self, other: &Self) -> bool {
        self.acts.iter().zip(&other.acts).all(|(one, other)| std::ptr::eq(one.statement, other.statement))
    }

    /// The days that the date of each act can mean, those that have one.
    fn days(&self) -> Vec<Days> {
        self.acts.iter().filter_map(ReadAct::days).collect()
    }

    fn with(&self, read: ReadAct<'r, 'a>) -> Self {
        Self { acts: self.acts.iter().copied().chain([read]).collect() }
    }

    fn assuming(&self) -> Vec<Box<str>> {
        self.acts.iter().filter_map(|read| read.assumption()).map(Into::into).collect()
    }

    /// One in place of two that read all alike but the date of one act.
    fn joined(&self, next: &Self) -> Option<Self> {
        let days = |read: &ReadAct<'r, 'a>| read.days();
        if !self.reads_the_same(next) {
            return None;
        }
        let mut apart = (0..self.acts.len()).filter(|at| days(&self.acts[*at]) != days(&next.acts[*at]));
        let at = apart.next()?;
        let read = self.acts[at].joined(next.acts[at]).filter(|_| apart.next().is_none())?;
        let mut joined = self.clone();
        joined.acts[at] = read;
        Some(joined)
    }

    /// Every first day with every last one, if these are not more than `most`, and whether
    /// those are all corners.
    fn corners(&self, most: usize) -> (Vec<Vec<ReadAct<'r, 'a>>>, bool) {
        let open = self.acts.iter().filter(|read| read.days().is_some_and(|days| !days.is_settled())).count();
        // One date has no corners but its two ends.
        if open > STATUS_CORNERS || open > 1 && 1 << open > most {
            let first = self.acts.iter().filter_map(|read| read.ends().into_iter().next()).collect();
            let last = self.acts.iter().filter_map(|read| read.ends().pop()).collect();
            return (vec![first, last], false);
        }
        let corners = self.acts.iter().fold(vec![Vec::new()], |corners, read| {
            let with = |corner: &Vec<ReadAct<'r, 'a>>, read| corner.iter().copied().chain([read]).collect();
            corners.iter().flat_map(|corner| read.ends().into_iter().map(move |read| with(corner, read))).collect()
        });
        (corners, true)
    }
}

/// The ways in which the acts can be read, up to so many; and whether these are all. A date
/// that is not known to the day is split where something is told from the day before, or it is
/// read whole, where that would be too many.
fn ways<'r, 'a>(
    record: &'r Record<'r, 'a>,
    acts: &[&'r Act<'a>],
    told: &BTreeSet<Date>,
    most: usize,
) -> (Vec<Way<'r, 'a>>, bool) {
    let (mut ways, mut complete) = (vec![Way::default()], true);
    for act in acts {
        let split = readings::in_stretches(record, act, told);
        let whole = readings::in_stretches(record, act, &BTreeSet::new());
        let fits = |options: &[ReadAct<'r, 'a>]| ways.len() * options.len() <= most;
        complete &= fits(&split);
        let taken = if fits(&split) { split } else { whole };
        let taken = if fits(&taken) { taken.as_slice() } else { &taken[..1] };
        ways = ways.iter().flat_map(|way| taken.iter().map(|read| way.with(*read))).collect();
    }
    (ways, complete)
}

/// The days at which what an act leads to can change, and those after them: the days asked
/// about, those of the duty and of the membership, and those of the other acts.
fn told_apart(record: &Record<'_, '_>, items: &[AtCorners<'_>], acts: &[&Act<'_>], asked: Asked) -> BTreeSet<Date> {
    let of_items = items.iter().flat_map(|AtCorners { item, .. }| item.days());
    let of_acts = acts.iter().flat_map(|act| &act.followed).flat_map(|statement| {
        let new = match statement.body {
            TreatyBody::DeadlineExtended(body) => body.new_deadline.map(|new| new.0),
            _ => None,
        };
        let days = dated::range(record, statement);
        [days.map(|days| days.first), days.map(|days| days.last), new]
    });
    let days = of_items.chain(of_acts.flatten()).chain([asked.at]).chain(asked.until);
    days.flat_map(|day| [Some(day), day.tomorrow().ok()]).flatten().collect()
}
