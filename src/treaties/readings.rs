//! The ways in which the record can be read: one for every combination of rival
//! statements that remain, of the days that dates can mean which are not known to the day,
//! and of contradicting accounts of a conflict.
//!
//! Promises: bounded by [`crate::limits::STATUS_READINGS`]; the combinations are those
//! of the acts in the order of their names. A date that is not known to the day is read
//! once for each stretch of days that nothing tells apart (`breaks`); what a reading leads
//! to on the days of a stretch lies between what its corners lead to.
//! Leaves to others: following a reading (`followed`, `course`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    breaks,
    cascade::{Carried, CarriedLeave},
    conflict::{Account, OpenDate},
    course, dated,
    days::{Days, Part},
    in_force::{self, ReadCount},
    passing::Passing,
    record::Record,
    rivals::Act,
    shared_dates,
    statements::Statement,
};
use crate::{
    domain::{Subject, TreatyBody, TreatyId},
    limits::{STATUS_CORNERS, STATUS_ORDERED, STATUS_READINGS},
};

/// One way to read the record. Where dates are open it is one for every day of a stretch of
/// each; its corners have one day of each.
#[derive(Clone, Debug)]
pub struct Reading<'r, 'a> {
    /// One for each of the record's acts with a clock, in their order.
    pub acts: Vec<ReadAct<'r, 'a>>,
    /// One for each conflict.
    pub accounts: Vec<ReadAccount<'r, 'a>>,
    /// How a parent treaty is left that takes this one along.
    pub carried: Option<ReadCarried<'r>>,
    /// How the participation passed to successors, if it did.
    pub passed: Option<ReadPassing<'r>>,
    /// Which deposit reached the threshold, where nothing states when the treaty is in force.
    pub counted: Option<ReadCount<'r, 'a>>,
    /// Whether what has to have ended besides a conflict had ended with it.
    pub repatriated: bool,
    /// Whether that is asked for at all.
    asks_repatriation: bool,
    /// In which order open days are taken to come; empty where that makes no difference.
    pub order: Vec<Box<str>>,
}

/// An act as one statement tells it.
#[derive(Clone, Copy, Debug)]
pub struct ReadAct<'r, 'a> {
    pub act: &'r Act<'a>,
    pub statement: &'r Statement<'a>,
    /// The days that count; `None` where none is stated that could start a clock.
    pub part: Option<Part>,
    /// Another statement tells it otherwise, and nothing decides.
    pub rival: bool,
}

/// A conflict as one account tells it.
#[derive(Clone, Debug)]
pub struct ReadAccount<'r, 'a> {
    pub account: &'r Account<'a>,
    /// Its dates that are not known to the day.
    pub open: Vec<OpenDate<'a>>,
    /// There are other accounts of it.
    contested: bool,
}

/// How a parent treaty is left.
#[derive(Clone, Copy, Debug)]
pub struct ReadCarried<'r> {
    pub way: &'r Carried,
    at: Edge,
}

/// At which of its days something is read that can come on several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Open,
    First,
    Last,
    /// On any of the days that its statements allow.
    Any,
}

/// How the participation passed to successors.
#[derive(Clone, Copy, Debug)]
pub struct ReadPassing<'r> {
    pub passing: &'r Passing,
    pub part: Part,
}

impl ReadAct<'_, '_> {
    /// The first of the days that count.
    pub fn day(&self) -> Option<Date> {
        self.part.map(|part| part.days.first)
    }

    /// It on its first day and on its last one; once where the day is known.
    pub fn ends(self) -> Vec<Self> {
        let Some(part) = self.part.filter(|part| !part.days.is_settled()) else { return vec![self] };
        [part.days.first, part.days.last].map(|day| Self { part: Some(part.on(day)), ..self }).to_vec()
    }

    /// The days that count.
    pub fn days(&self) -> Option<Days> {
        self.part.map(|part| part.days)
    }

    /// It on the days of both, where it is one statement and the other's come right after these.
    pub fn joined(self, next: Self) -> Option<Self> {
        let part = self.part?.joined(next.part?)?;
        std::ptr::eq(self.statement, next.statement).then_some(Self { part: Some(part), ..self })
    }

    /// Whether it is about the treaty itself, not about who takes part.
    pub fn is_on_treaty(&self) -> bool {
        matches!(self.act.subject(), Subject::Treaty(_))
    }

    /// What is dated: of a succession that itself, not its notification.
    pub fn name(&self) -> String {
        match self.statement.body {
            TreatyBody::SuccessionNotified(_) => "succession of States".to_owned(),
            _ => self.statement.recorded.event.kind().name().replace('_', " "),
        }
    }

    /// What has to be assumed to read it so.
    pub fn assumption(&self) -> Option<String> {
        let kind = self.name();
        if self.rival {
            let on = self.part.map_or("on no known day".to_owned(), |part| part.days.to_string());
            let by = self.statement.recorded.organisation();
            return Some(format!("{kind} {on}, as {by} states in entry {}", self.act.place_of(self.statement)));
        }
        self.part?.told(&kind)
    }
}

impl ReadAccount<'_, '_> {
    fn assumption(&self) -> Option<String> {
        let parts = self.open.iter().filter(|open| !open.part.is_whole());
        let dated: Vec<String> = parts.map(|open| format!("{} {}", open.name(), open.part.days)).collect();
        let told = (self.contested || !dated.is_empty())
            .then(|| format!("{}: {}", self.account.conflict, self.account.in_words()))?;
        Some(std::iter::once(told).chain(dated).collect::<Vec<_>>().join(", "))
    }
}

impl<'r> ReadCarried<'r> {
    /// The leaves of the parent, on the first of their days unless it is read at the last.
    pub fn leaves(&self) -> &'r [CarriedLeave] {
        if self.at == Edge::Last { &self.way.last } else { &self.way.first }
    }

    fn assuming(&self) -> &'r [Box<str>] {
        if self.at == Edge::Any { &self.way.assuming_any_day } else { &self.way.assuming }
    }
}

impl ReadPassing<'_> {
    fn assumption(&self) -> Option<String> {
        let told = || format!("the participation passed to {} {}", self.passing.names(), self.part.days);
        (!self.part.is_whole()).then(told)
    }
}

/// All readings, and whether these are all.
pub fn of<'r, 'a>(record: &'r Record<'r, 'a>) -> (Vec<Reading<'r, 'a>>, bool) {
    let asks_repatriation =
        record.withdrawal_clause().is_some_and(course::asks_repatriation) && !record.conflicts.is_empty();
    let mut readings = vec![Reading {
        acts: Vec::new(),
        accounts: Vec::new(),
        carried: None,
        passed: None,
        counted: None,
        repatriated: true,
        asks_repatriation,
        order: Vec::new(),
    }];
    let mut complete = true;
    for act in &record.clocked {
        let whole = options(record, act, |_, of| vec![Part::whole(of)]);
        let is_open = |read: &ReadAct<'_, '_>| read.part.is_some_and(|part| !part.days.is_settled());
        let split = |_: &[_]| options(record, act, |statement, of| breaks::of_act(record, act, statement, of));
        let (taken, all) = split_if_few(readings.len(), whole, is_open, split);
        complete &= all & extend(&mut readings, &taken, |reading, read| reading.acts.push(*read));
    }
    for conflict in &record.conflicts {
        let contested = conflict.accounts.len() > 1;
        let read = |account: &'r Account<'a>| ReadAccount { account, open: account.open_dates(), contested };
        let whole: Vec<_> = conflict.accounts.iter().map(read).collect();
        let split = |whole: &[ReadAccount<'r, 'a>]| {
            let each = whole.iter().map(|read| parts(record, read));
            each.collect::<Option<Vec<_>>>().unwrap_or_default().concat()
        };
        let (taken, all) = split_if_few(readings.len(), whole, |read| !read.open.is_empty(), split);
        complete &= conflict.complete;
        complete &= all & extend(&mut readings, &taken, |reading, read| reading.accounts.push(read.clone()));
    }
    let edge = |way: &Carried| if way.first == way.last { Edge::First } else { Edge::Open };
    let ways: Vec<_> = record.carried.iter().map(|way| ReadCarried { way, at: edge(way) }).collect();
    complete &= shared_dates::with_ways(&mut readings, &ways);
    if let Some(passing) = &record.passed {
        let of = passing.days;
        let read = |part| ReadPassing { passing, part };
        let split = |_: &[_]| breaks::of_end(record, of).into_iter().map(read).collect();
        let (passed, all) = split_if_few(readings.len(), vec![read(Part::whole(of))], |_| !of.is_settled(), split);
        complete &= all & extend(&mut readings, &passed, |reading, passed| reading.passed = Some(*passed));
    }
    complete &= count(record, &mut readings);
    let both: &[bool] = if asks_repatriation { &[true, false] } else { &[true] };
    complete &= extend(&mut readings, both, |reading, repatriated| reading.repatriated = *repatriated);
    (readings, complete)
}

/// Adds to the readings that know no day of the treaty's entry into force on which days the
/// deposit came that reached the threshold; whether each is split as it has to be.
fn count<'r, 'a>(record: &'r Record<'r, 'a>, readings: &mut Vec<Reading<'r, 'a>>) -> bool {
    let Some(counted) = &record.counted else { return true };
    let of = |reading: &Reading<'r, 'a>| {
        let of = counted.reached_with(reading.first_consent());
        // Without an own consent too few may have deposited.
        (!reading.states_entry_into_force() && of.first < Date::MAX).then_some(of)
    };
    let most = STATUS_READINGS.max(readings.len());
    let mut stretches: BTreeMap<Days, Vec<Part>> = BTreeMap::new();
    let mut split = 0;
    let fits = readings.iter().all(|reading| {
        split += of(reading).map_or(1, |of| {
            let found = || if of.is_settled() { vec![Part::whole(of)] } else { breaks::of_count(record, counted, of) };
            stretches.entry(of).or_insert_with(found).len()
        });
        split <= most
    });
    let before = std::mem::take(readings);
    for reading in before {
        let parts = of(&reading).map(|of| match stretches.get(&of).filter(|_| fits) {
            Some(parts) => parts.clone(),
            None => vec![Part::whole(of)],
        });
        let read = |part| Some(ReadCount { counted, part });
        match parts {
            None => readings.push(reading),
            Some(parts) => {
                readings.extend(parts.into_iter().map(|part| Reading { counted: read(part), ..reading.clone() }));
            }
        }
    }
    fits
}

/// An account for each combination of stretches of its open dates; `None` for more than are read.
fn parts<'r, 'a>(record: &Record<'_, '_>, read: &ReadAccount<'r, 'a>) -> Option<Vec<ReadAccount<'r, 'a>>> {
    let mut parts = vec![read.clone()];
    for (at, open) in read.open.iter().enumerate() {
        // So many dates have more combinations, unless nothing tells their days apart.
        if at > STATUS_CORNERS * 2 {
            return None;
        }
        let stretches = breaks::of_end(record, open.part.of);
        let with = |read: &ReadAccount<'r, 'a>, part: Part| {
            let mut read = read.clone();
            read.open[at].part = part;
            read
        };
        if parts.len() * stretches.len() > STATUS_READINGS {
            return None;
        }
        parts = parts.iter().flat_map(|read| stretches.iter().map(|part| with(read, *part))).collect();
    }
    Some(parts)
}

/// Options with their dates split into stretches, if every reading so far can be followed with
/// each of them; otherwise the whole ones, and whether nothing is lost with that.
fn split_if_few<T>(
    readings: usize,
    whole: Vec<T>,
    is_open: impl Fn(&T) -> bool,
    split: impl FnOnce(&[T]) -> Vec<T>,
) -> (Vec<T>, bool) {
    if !whole.iter().any(is_open) {
        return (whole, true);
    }
    // Where one stretch more would be too many, nobody looks for them.
    let split = if readings * (whole.len() + 1) <= STATUS_READINGS { split(&whole) } else { Vec::new() };
    if !split.is_empty() && readings * split.len() <= STATUS_READINGS { (split, true) } else { (whole, false) }
}

/// Every reading so far with every option, within the limit; beyond it, with the
/// first option only. Whether the limit held.
fn extend<'r, 'a, T>(
    readings: &mut Vec<Reading<'r, 'a>>,
    options: &[T],
    add: impl Fn(&mut Reading<'r, 'a>, &T),
) -> bool {
    let fits = readings.len() * options.len() <= STATUS_READINGS;
    let taken = if fits { options } else { &options[..1] };
    if let [only] = taken {
        readings.iter_mut().for_each(|reading| add(reading, only));
        return fits;
    }
    let before = std::mem::take(readings);
    for reading in before {
        for option in taken {
            let mut reading = reading.clone();
            add(&mut reading, option);
            readings.push(reading);
        }
    }
    fits
}

impl<'r, 'a> Reading<'r, 'a> {
    /// Whether what has to have ended besides a conflict is read as over, under a parent
    /// treaty, too.
    pub fn is_over(&self) -> bool {
        self.repatriated && self.carried.is_none_or(|carried| carried.way.repatriated)
    }

    /// What has to be assumed for it; nothing where it reads the record as it stands.
    pub fn assuming(&self) -> Vec<Box<str>> {
        let words = if self.repatriated {
            "those protected released, repatriated or re-established when the conflict ended"
        } else {
            "those protected not released, repatriated or re-established yet"
        };
        let acts = self.acts.iter().filter_map(ReadAct::assumption);
        let accounts = self.accounts.iter().filter_map(ReadAccount::assumption);
        let told = acts.chain(accounts).map(Into::into);
        let told = told.chain(self.carried.iter().flat_map(|carried| carried.assuming().iter().cloned()));
        let told = told.chain(self.passed.iter().filter_map(ReadPassing::assumption).map(Into::into));
        let told = told.chain(self.counted.iter().filter_map(ReadCount::assumption).map(Into::into));
        told.chain(self.order.iter().cloned()).chain(self.asks_repatriation.then(|| words.into())).collect()
    }

    /// It with one day of each stretch: every first with every last, if these are not more
    /// than `most`, and whether those are all.
    pub fn corners(&self, most: usize) -> (Vec<Self>, bool) {
        let open = self.open();
        let fits = open == 0 || open <= STATUS_CORNERS && 1 << open <= most;
        let corners = if fits { self.points(|days| vec![days.first, days.last]) } else { self.outermost() };
        (corners, fits)
    }

    /// It with every day of each stretch with every other, if these are not more than `most`.
    pub fn every_day(&self, most: usize) -> Option<Vec<Self>> {
        // The days of a parent treaty are known by their ends alone.
        if self.carried.is_some_and(|carried| carried.at == Edge::Open) {
            return None;
        }
        let mut counts = self.parts().map(|part| part.days.count());
        let points = counts.try_fold(1_usize, usize::checked_mul).filter(|points| *points <= most);
        let can_be = |point: &Self| {
            let own = || point.first_consent().map(|own| own.first);
            point.counted.is_none_or(|count| count.reached(own()) == count.part.days.first)
        };
        points.map(|_| self.points(|days| days.each().collect()).into_iter().filter(can_be).collect())
    }

    /// It with the days of each stretch that lie next to its ends and to those of the others: of
    /// two dates one comes first, or the other, or both on one day, each as early and as late as
    /// that allows. With those next to its own ends alone where these would be too many.
    pub fn near_ends(&self, most: usize) -> Option<Vec<Self>> {
        let open = self.parts().map(|part| part.days).filter(|days| !days.is_settled());
        let ends: BTreeSet<Date> = open.flat_map(|days| [days.first, days.last]).collect();
        let near = |day: Date| [day.yesterday(), Ok(day), day.tomorrow()].into_iter().flatten();
        let beside = |days: Days, ends: &BTreeSet<Date>| -> Vec<Date> {
            let near: BTreeSet<Date> = ends.iter().copied().flat_map(near).chain([days.first, days.last]).collect();
            near.into_iter().filter(|day| days.holds(*day)).collect()
        };
        let all = |days: Days| beside(days, &ends);
        let own = |days: Days| beside(days, &BTreeSet::from([days.first, days.last]));
        let count = |of: &dyn Fn(Days) -> Vec<Date>| {
            let open = self.parts().map(|part| part.days).filter(|days| !days.is_settled());
            open.map(|days| of(days).len()).product::<usize>()
        };
        match self.open() {
            0..=STATUS_ORDERED if count(&all) <= most => Some(self.points(all)),
            0..=STATUS_ORDERED if count(&own) <= most => Some(self.points(own)),
            _ => None,
        }
    }

    /// Whether two dates alone are open, and of what they are the order alone can matter:
    /// nothing is counted from them that the other could meet.
    pub fn goes_by_order(&self) -> bool {
        let open = |part: Option<Part>| part.is_some_and(|part| !part.days.is_settled());
        let acts = self.acts.iter().filter(|read| open(read.part));
        let plain = acts.filter(|read| {
            matches!(
                read.statement.body,
                TreatyBody::SignatureAffixed(_)
                    | TreatyBody::InstrumentDeposited(_)
                    | TreatyBody::SuccessionNotified(_)
                    | TreatyBody::DeclarationMade(_)
            )
        });
        self.open() == 2 && plain.count() == 2
    }

    /// The days on one of which the participant first consented to be bound.
    pub fn first_consent(&self) -> Option<Days> {
        let consents = self.acts.iter().filter(|read| in_force::is_consent(read.statement));
        consents.filter_map(|read| read.part).map(|part| part.days).reduce(Days::earlier)
    }

    /// How and since when the participation has passed: not before what the participant still
    /// did under the treaty itself.
    pub fn has_passed(&self, treaty: &TreatyId) -> Option<(Date, &'r Passing)> {
        let ReadPassing { passing, part } = self.passed?;
        let own = self
            .acts
            .iter()
            .filter(|read| matches!(read.act.subject(), Subject::Participation(under, _) if under == treaty));
        Some((passing.since(part.days.first, own.filter_map(ReadAct::day)), passing))
    }

    /// Whether a statement gives the day on which the treaty itself is in force.
    fn states_entry_into_force(&self) -> bool {
        let effects = self.acts.iter().filter(|read| matches!(read.statement.body, TreatyBody::EffectStated(_)));
        effects.filter(|read| read.is_on_treaty()).any(|read| read.part.is_some())
    }

    /// How many days are open.
    pub fn open(&self) -> usize {
        let parts = self.parts().filter(|part| !part.days.is_settled()).count();
        parts + self.carried.iter().filter(|carried| carried.at == Edge::Open).count()
    }

    /// All first days together, and all last ones.
    fn outermost(&self) -> Vec<Self> {
        let first = self.points(|days| vec![days.first]).into_iter().take(1);
        first.chain(self.points(|days| vec![days.last]).pop()).collect()
    }

    /// Every combination of some days of each stretch, ascending.
    fn points(&self, some: impl Fn(Days) -> Vec<Date>) -> Vec<Self> {
        let mut points = vec![self.clone()];
        for (at, part) in self.parts().enumerate().filter(|(_, part)| !part.days.is_settled()) {
            let days = some(part.days);
            let with = |point: &Self, day: Date| {
                let mut point = point.clone();
                point.parts_mut().skip(at).take(1).for_each(|part| *part = part.on(day));
                point
            };
            points = points.iter().flat_map(|point| days.iter().map(|day| with(point, *day))).collect();
        }
        let edges: &[Edge] = match self.carried {
            Some(carried) if carried.at == Edge::Open => &[Edge::First, Edge::Last],
            _ => return points,
        };
        let with = |point: &Self, at: Edge| Self {
            carried: point.carried.map(|carried| ReadCarried { at, ..carried }),
            ..point.clone()
        };
        points.iter().flat_map(|point| edges.iter().map(|at| with(point, *at))).collect()
    }

    /// It with all days of its dates but one, in any order.
    pub fn whole_but(&self, at: usize, part: Part) -> Self {
        self.whole().with_part(at, part)
    }

    /// It with some days of one date.
    pub fn with_part(&self, at: usize, part: Part) -> Self {
        let mut read = self.clone();
        read.parts_mut().skip(at).take(1).for_each(|it| *it = part);
        read
    }

    /// It with all days that some of its dates can mean, in any order with the others.
    pub fn whole_on(&self, dates: &BTreeSet<usize>) -> Self {
        let mut whole = self.clone();
        let is_whole = |(at, _): &(usize, &mut Part)| dates.contains(at);
        whole.parts_mut().enumerate().filter(is_whole).for_each(|(_, part)| *part = Part::whole(part.of));
        if !dates.is_empty() && !whole.order.is_empty() {
            whole.order = self.orders_but(dates);
        }
        whole
    }

    /// Each of its dates.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        let acts = self.acts.iter().filter_map(|read| read.part.as_ref());
        let accounts = self.accounts.iter().flat_map(|read| &read.open).map(|open| &open.part);
        let counted = self.counted.iter().map(|count| &count.part);
        acts.chain(accounts).chain(self.passed.iter().map(|passed| &passed.part)).chain(counted)
    }

    /// The days that each of its dates can mean, in the order of what is dated.
    pub fn days(&self) -> Vec<Days> {
        self.parts().map(|part| part.days).collect()
    }

    fn parts_mut(&mut self) -> impl Iterator<Item = &mut Part> {
        let acts = self.acts.iter_mut().filter_map(|read| read.part.as_mut());
        let accounts = self.accounts.iter_mut().flat_map(|read| &mut read.open).map(|open| &mut open.part);
        let counted = self.counted.iter_mut().map(|count| &mut count.part);
        acts.chain(accounts).chain(self.passed.iter_mut().map(|passed| &mut passed.part)).chain(counted)
    }

    /// One reading in place of two that read all alike but one date, the other's days of
    /// which come right after these.
    pub fn joined(&self, next: &Self) -> Option<Self> {
        if !self.reads_the_same(next) || self.order != next.order {
            return None;
        }
        let mut apart = self.parts().zip(next.parts()).enumerate().filter(|(_, (one, other))| one != other);
        let (at, (one, other)) = apart.next()?;
        let part = one.joined(*other).filter(|_| apart.next().is_none())?;
        let mut joined = self.clone();
        joined.parts_mut().skip(at).take(1).for_each(|it| *it = part);
        Some(joined)
    }

    /// It with all the days that its dates can mean, in any order.
    pub fn whole(&self) -> Self {
        let mut whole = Self { order: Vec::new(), ..self.clone() };
        whole.parts_mut().for_each(|part| *part = Part::whole(part.of));
        whole
    }

    /// It with all the days that its statements allow, and those under a parent treaty.
    pub fn by_its_statements(&self) -> Self {
        let carried = self.carried.map(|carried| ReadCarried { at: Edge::Any, ..carried });
        Self { carried, ..self.whole() }
    }

    /// Whether it goes by the same statements and accounts, and leaves a parent treaty on the
    /// same days.
    pub fn reads_the_same(&self, other: &Self) -> bool {
        let carried = |reading: &Self| reading.carried.map(|carried| (std::ptr::from_ref(carried.way), carried.at));
        self.goes_by_the_same(other) && carried(self) == carried(other)
    }

    /// Whether it goes by the same statements and accounts, under a parent treaty, too.
    pub fn goes_by_the_same(&self, other: &Self) -> bool {
        let acts = self.acts.iter().zip(&other.acts);
        let accounts = self.accounts.iter().zip(&other.accounts);
        let carried = |reading: &Self| reading.carried.map(|carried| carried.way.goes_by);
        acts.into_iter().all(|(one, other)| {
            std::ptr::eq(one.statement, other.statement) && one.part.is_some() == other.part.is_some()
        }) && accounts.into_iter().all(|(one, other)| std::ptr::eq(one.account, other.account))
            && carried(self) == carried(other)
            && self.repatriated == other.repatriated
    }
}

/// The ways to read an act on the stretches of days that begin on some days; never none.
pub fn in_stretches<'r, 'a>(
    record: &Record<'r, 'a>,
    act: &'r Act<'a>,
    begins: &BTreeSet<Date>,
) -> Vec<ReadAct<'r, 'a>> {
    options(record, act, |_, of| {
        let within = begins.iter().copied().filter(|day| of.first < *day && *day <= of.last);
        Part::split(of, &std::iter::once(of.first).chain(within).collect::<Vec<_>>())
    })
}

/// The ways to read an act, one for each part of the days that a statement can mean; never none.
fn options<'r, 'a>(
    record: &Record<'r, 'a>,
    act: &'r Act<'a>,
    parts: impl Fn(&Statement<'a>, Days) -> Vec<Part>,
) -> Vec<ReadAct<'r, 'a>> {
    let mut told: Vec<&'r Statement<'a>> = Vec::new();
    for statement in &act.followed {
        if told.len() <= STATUS_READINGS && told.iter().all(|other| other.body != statement.body) {
            told.push(statement);
        }
    }
    let rival = act.has_rivals();
    let options = told.into_iter().flat_map(|statement| {
        let parts = dated::range(record, statement).map_or(vec![None], |of| match of.is_settled() {
            true => vec![Some(Part::whole(of))],
            false => parts(statement, of).into_iter().map(Some).collect(),
        });
        parts.into_iter().map(move |part| ReadAct { act, statement, part, rival })
    });
    options.collect()
}
