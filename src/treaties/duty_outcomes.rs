//! One duty in all readings: the outcomes that they lead to, each with the days between
//! which it lies and with what it assumes.
//!
//! Promises: readings that go by the same statements and lead to the same state are one
//! outcome, its days as early and as late as they lead to; what goes by other statements
//! is one with it if it leads to the very same days. Where the corners of one reading do
//! not agree, what is told is not told to be all.
//! Leaves to others: which readings there are (`followed`), one duty in one reading (`duty`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    Duty, DutyState, Extension, Remark,
    days::Days,
    duty::{self, Item},
    duty_remarks::OnExtension,
    explain::{sentence_of, with_latest},
    followed::{self, Followed},
    readings::{self, ReadAct, Reading},
    record::Record,
    rivals::Act,
};
use crate::{
    domain::{CitedEvent, EventReference, LegalFinding, LegalRemark},
    limits::{DUTY_WAYS, STATUS_READINGS},
};

/// A reading of the status by its number, and a way to read the evidence by its own.
type InOneWay = (usize, usize);

/// A duty at one corner of a reading, which is told by its number.
pub type AtCorner<'c> = (usize, Item<'c>);

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
}

impl<'f, 'r, 'a> Readings<'f, 'r, 'a> {
    pub fn of(followed: &'f [Followed<'r, 'a>]) -> Self {
        Self { followed, same: first_alike(followed, |one, other| one.reading.reads_the_same(&other.reading)) }
    }

    fn reading(&self, at: usize) -> &Reading<'r, 'a> {
        &self.followed[at].reading
    }

    fn corners(&self, at: usize) -> usize {
        self.followed[at].corners.len()
    }

    /// Some of them, with the stretches of days put together that lie next to each other.
    fn together(&self, some: &BTreeSet<usize>) -> Vec<Reading<'r, 'a>> {
        let mut by_statements: BTreeMap<usize, Vec<Reading<'r, 'a>>> = BTreeMap::new();
        for at in some {
            by_statements.entry(self.same[*at]).or_default().push(self.reading(*at).clone());
        }
        let together = by_statements.into_iter().flat_map(|(first, mut readings)| {
            if readings.len() == self.same.iter().filter(|same| **same == first).count() {
                // Whichever days it were, they lead there.
                return vec![readings[0].whole()];
            }
            followed::join(&mut readings, Reading::joined);
            readings
        });
        together.collect()
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
    items: &[AtCorner<'_>],
    own: &[&'r Act<'a>],
    asked: Asked,
) -> Told<'r, 'a> {
    let bears = |act: &&&Act<'_>| items.iter().any(|(_, item)| duty::bears(act, item));
    let mut acts: Vec<&'r Act<'a>> = own.iter().filter(bears).copied().collect();
    acts.extend(own.iter().filter(|act| duty::withdraws_one_of(act, &acts)).copied().collect::<Vec<_>>());
    let knowing: BTreeSet<usize> = items.iter().map(|(reading, _)| *reading).collect();
    let (ways, complete) = ways(record, &acts, (STATUS_READINGS / knowing.len()).max(DUTY_WAYS));
    let same = first_alike(&ways, Way::reads_the_same);
    let mut groups: Vec<Group> = Vec::new();
    let mut remarked: BTreeMap<About, BTreeMap<InOneWay, (usize, OnExtension)>> = BTreeMap::new();
    for (reading, item) in items {
        for (at, way) in ways.iter().enumerate() {
            let duty = duty::told(item, &way.acts, asked.at);
            let kind = Kind { by: (readings.same[*reading], same[at]), outcome: outcome(&duty, asked) };
            match groups.iter_mut().find(|group| group.kind == kind) {
                Some(group) => group.add(duty, (*reading, at)),
                None => groups.push(Group::begin(kind, duty, (*reading, at))),
            }
            let found: BTreeMap<About, OnExtension> =
                duty::remarked(item, &way.acts).into_iter().map(|found| (found.about(), found)).collect();
            for (about, found) in found {
                let of_way = remarked.entry(about).or_default().entry((*reading, at));
                let again = |(corners, before): &mut (usize, OnExtension)| {
                    *corners += 1;
                    *before = before.clone().around(&found);
                };
                of_way.and_modify(again).or_insert((1, found.clone()));
            }
        }
    }
    // What one day of a stretch alone leads to is not remarked: nobody says that it was that day.
    let findings = remarked.into_values().filter_map(|by| {
        let by = by.into_iter().filter(|((reading, _), (corners, _))| *corners == readings.corners(*reading));
        let (ways, found): (BTreeSet<InOneWay>, Vec<OnExtension>) = by.map(|(way, (_, found))| (way, found)).unzip();
        let found = found.into_iter().reduce(|one, other| one.around(&other))?;
        Some((found.finding(), ways))
    });
    let findings = findings.collect();
    let corners_agree = groups.iter().flat_map(|group| &group.ways).all(|((at, _), n)| *n == readings.corners(*at));
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
            let certain = certain && self.outcomes.iter().all(|other| other.duty.state == outcome.duty.state);
            Duty { assuming, certain, ..outcome.duty.clone() }
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
        let besides = |way: usize| self.ways[way].assuming.as_slice();
        let by_way: Vec<(&[Box<str>], BTreeSet<usize>)> = match by_way.len() == self.ways.len() && alike {
            true => by_way.into_values().take(1).map(|some| (<&[Box<str>]>::default(), some)).collect(),
            false => by_way.into_iter().map(|(way, some)| (besides(way), some)).collect(),
        };
        let mut told: Vec<Box<str>> = Vec::new();
        for (besides, some) in by_way {
            for reading in readings.together(&some) {
                let assuming: Vec<Box<str>> = reading.assuming().into_iter().chain(besides.iter().cloned()).collect();
                let sentence = sentence_of(&assuming);
                if !told.contains(&sentence) {
                    told.push(sentence);
                }
            }
        }
        told
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
    fn begin(kind: Kind, duty: Duty, way: InOneWay) -> Self {
        let before = duty.extensions.iter().map(|extension| (extension.event.clone(), extension.before)).collect();
        let around = Facts::of(&duty);
        Self { kind, around, before, first: duty.clone(), last: duty, ways: BTreeMap::from([(way, 1)]) }
    }

    fn add(&mut self, duty: Duty, way: InOneWay) {
        *self.ways.entry(way).or_default() += 1;
        self.around = self.around.around(Facts::of(&duty));
        for Extension { event, before, .. } in &duty.extensions {
            let before = self.before.get(event).map_or(*before, |known| known.around(*before));
            self.before.insert(event.clone(), before);
        }
        let order = |duty: &Duty| (duty.due.first, duty.in_force.first, std::cmp::Reverse(duty.days_late));
        if order(&duty) < order(&self.first) {
            self.first = duty;
        } else if order(&self.last) < order(&duty) {
            self.last = duty;
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
    acts: Vec<ReadAct<'r, 'a>>,
    assuming: Vec<Box<str>>,
}

impl Way<'_, '_> {
    fn reads_the_same(&self, other: &Self) -> bool {
        self.acts.iter().zip(&other.acts).all(|(one, other)| std::ptr::eq(one.statement, other.statement))
    }
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
