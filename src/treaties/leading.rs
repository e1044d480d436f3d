//! What has to be assumed for something that some readings of a record lead to, and others
//! do not.
//!
//! Promises: nothing is assumed of a date, nor of a rival statement, on which it does not depend. Where one date alone
//! tells, its days are told, in as few stretches as there are; where the order of two does,
//! the order. Where more is needed than a reader takes in, the days are told outside of which
//! nothing leads there, and that not all of them do.
//! Leaves to others: what leads where (`remarked`), putting stretches together (`joining`).

use std::{
    cell::OnceCell,
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    days::{Days, Part},
    explain::sentence_of,
    joining,
    orders::ORDERS,
    readings::{ReadAct, Reading},
    remarks::Only,
};
use crate::limits::{CELLS_COMPARED, DATES_IN_ORDER, WAYS_TOLD_APART};

/// A reading, or a part of one, with what is asked of it again and again.
pub struct Read<'r, 'a> {
    reading: Reading<'r, 'a>,
    parts: Vec<Part>,
    /// In which orders its dates can come, pair by pair.
    orders: OnceCell<Vec<Option<Orders>>>,
}

/// Some of the three orders, a bit for each.
type Orders = u8;

impl<'r, 'a> Read<'r, 'a> {
    pub fn of(reading: Reading<'r, 'a>) -> Self {
        Self { parts: reading.parts().copied().collect(), reading, orders: OnceCell::new() }
    }

    fn orders(&self) -> &[Option<Orders>] {
        self.orders.get_or_init(|| pairs(self.parts.len()).map(|(one, other)| self.orders_of(one, other)).collect())
    }

    fn orders_of(&self, one: usize, other: usize) -> Option<Orders> {
        let (its, others) = (self.parts[one].days, self.parts[other].days);
        match (its.is_settled() && others.is_settled(), self.reading.order.is_empty()) {
            (true, _) => Some(bit(its.first.cmp(&others.first))),
            _ if its.last < others.first => Some(bit(Ordering::Less)),
            _ if others.last < its.first => Some(bit(Ordering::Greater)),
            (false, true) => None,
            (false, false) => self.reading.orders_of(one, other).map(bits),
        }
    }
}

fn pairs(dates: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..dates).flat_map(move |one| (one + 1..dates).map(move |other| (one, other)))
}

fn bit(order: Ordering) -> Orders {
    match order {
        Ordering::Less => 1,
        Ordering::Equal => 2,
        Ordering::Greater => 4,
    }
}

fn bits(orders: &[Ordering]) -> Orders {
    orders.iter().fold(0, |bits, order| bits | bit(*order))
}

/// On which days of a date besides something leads there.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Led {
    /// Empty where no day of it matters.
    pub parts: Vec<Part>,
    /// Not on all of these days, but as the other dates are.
    pub some: bool,
}

impl Led {
    /// What several have that lead there by themselves.
    pub fn around<'p>(each: impl IntoIterator<Item = &'p [Part]>) -> Self {
        let mut each: Vec<&[Part]> = each.into_iter().collect();
        each.dedup();
        match each.as_slice() {
            [] => Self::default(),
            [only] => Self { parts: only.to_vec(), some: false },
            several => Self { parts: union(several.iter().copied()), some: true },
        }
    }
}

/// The days of all; none where one has none, which stands for all days.
fn union<'p>(each: impl IntoIterator<Item = &'p [Part]>) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    for parts in each {
        if parts.is_empty() {
            return Vec::new();
        }
        all.extend(parts);
    }
    all.sort_by_key(|part| part.days);
    let mut told: Vec<Part> = Vec::new();
    for part in all {
        match told.last_mut().filter(|last| part.days.first <= last.days.last) {
            Some(last) => last.days = last.days.around(part.days),
            None => part.add_to(&mut told),
        }
    }
    told
}

/// What is read, and whether it leads there.
#[derive(Clone)]
pub struct Cell<'c, 'r, 'a> {
    pub read: &'c Read<'r, 'a>,
    pub led: Option<Led>,
}

/// What is read, and what of it leads there.
pub struct Leads<'c, 'r, 'a> {
    pub cells: Vec<Cell<'c, 'r, 'a>>,
    /// The same with every point of readings of which some points lead there, which may tell
    /// in which order; empty where there are none.
    pub finer: Vec<Cell<'c, 'r, 'a>>,
}

/// What is assumed for something that some of what was read leads to, a list for each way;
/// none where all of it does.
pub fn besides(read: &[Read<'_, '_>], leads: impl Fn(usize) -> bool) -> Vec<Vec<Box<str>>> {
    let each: Vec<(&Read<'_, '_>, bool)> = read.iter().enumerate().map(|(at, read)| (read, leads(at))).collect();
    told_apart(&each)
}

fn told_apart(each: &Each<'_, '_, '_>) -> Vec<Vec<Box<str>>> {
    if each.iter().all(|(_, leads)| *leads) {
        return Vec::new();
    }
    if let Some(fewer) = but_idle_rivals(each) {
        return told_apart(&fewer.iter().map(|(read, leads)| (read, *leads)).collect::<Vec<_>>());
    }
    by_one_date(each).or_else(|| by_order(each)).unwrap_or_else(|| by_readings(each))
}

/// What is read, and whether it leads there in one of the ways.
type Each<'c, 'r, 'a> = [(&'c Read<'r, 'a>, bool)];

impl<'c, 'r, 'a> Leads<'c, 'r, 'a> {
    /// What is assumed, a sentence for each way; nothing where everything leads there. `only`
    /// says what is assumed of the days of a date besides.
    pub fn assuming(mut self, only: &impl Fn(&[Part]) -> Only) -> Vec<Box<str>> {
        let ways: BTreeSet<Led> = self.cells.iter().filter_map(|cell| cell.led.clone()).collect();
        if ways.len() > WAYS_TOLD_APART {
            let parts = union(ways.iter().map(|way| way.parts.as_slice()));
            let around = Led { parts, some: true };
            self.cells.iter_mut().chain(&mut self.finer).for_each(|cell| {
                cell.led = cell.led.take().map(|_| around.clone());
            });
        }
        let ways: BTreeSet<Led> = self.cells.iter().filter_map(|cell| cell.led.clone()).collect();
        let told: Vec<(Vec<Vec<Box<str>>>, Led)> = ways.into_iter().map(|way| (self.told(&way), way)).collect();
        let whole = |(besides, way): &(Vec<Vec<Box<str>>>, Led)| {
            besides.is_empty() && !way.some && only(&way.parts).told().is_none()
        };
        if told.iter().any(whole) {
            return Vec::new();
        }
        let sentences = told.into_iter().flat_map(|(besides, way)| {
            let only = if way.some { only(&way.parts).told_of_some() } else { only(&way.parts).told() };
            let each = if besides.is_empty() { vec![Vec::new()] } else { besides };
            each.into_iter()
                .map(move |besides| sentence_of(&besides.into_iter().chain(only.clone()).collect::<Vec<_>>()))
        });
        sentences.collect()
    }

    /// What is assumed of the dates of the readings for one way; nothing where all lead there.
    fn told(&self, way: &Led) -> Vec<Vec<Box<str>>> {
        let of = |cells: &[Cell<'c, 'r, 'a>]| -> Vec<(&'c Read<'r, 'a>, bool)> {
            cells.iter().map(|cell| (cell.read, cell.led.as_ref() == Some(way))).collect()
        };
        // Whether the points tell more than the readings: in which order the dates come.
        let finer = || Some(of(&self.finer)).filter(|finer| !finer.is_empty()).and_then(|finer| by_order(&finer));
        finer().unwrap_or_else(|| told_apart(&of(&self.cells)))
    }
}

/// Whether all go by the same statements and accounts.
fn read_the_same(each: &Each<'_, '_, '_>) -> bool {
    each.first().is_none_or(|(first, _)| each.iter().all(|(read, _)| read.reading.reads_the_same(&first.reading)))
}

/// What is read without the rival statements on which it does not depend what leads there; `None`
/// where there are none.
fn but_idle_rivals<'r, 'a>(each: &Each<'_, 'r, 'a>) -> Option<Vec<(Read<'r, 'a>, bool)>> {
    let (first, _) = each.first().filter(|_| !read_the_same(each))?;
    let rivals = first.reading.acts.iter().enumerate().filter(|(_, read)| read.rival);
    let apart: Vec<(Reading<'r, 'a>, bool)> = each.iter().map(|(read, leads)| (read.reading.clone(), *leads)).collect();
    let fewer = rivals.fold(None, |fewer: Option<Vec<(Reading<'r, 'a>, bool)>>, (at, _)| {
        but_rivals_of(at, fewer.as_deref().unwrap_or(&apart)).or(fewer)
    });
    Some(fewer?.into_iter().map(|(reading, leads)| (Read::of(reading), leads)).collect())
}

/// Readings with one of the rival statements of an act in place of all, if each of them leads
/// there with the same of all else.
fn but_rivals_of<'r, 'a>(at: usize, each: &[(Reading<'r, 'a>, bool)]) -> Option<Vec<(Reading<'r, 'a>, bool)>> {
    let one = each.first()?.0.acts[at];
    let one = ReadAct { rival: false, part: one.part.map(|part| Part::whole(part.of)), ..one };
    let stated = |reading: &Reading<'r, 'a>| std::ptr::from_ref(reading.acts[at].statement);
    let rivals = each.iter().map(|(reading, _)| stated(reading)).collect::<BTreeSet<_>>().len();
    let mut found: Vec<(Reading<'r, 'a>, bool, BTreeSet<_>)> = Vec::new();
    let mut alike: BTreeMap<OnDays, Vec<usize>> = BTreeMap::new();
    for (reading, leads) in each {
        let by = stated(reading);
        let mut reading = reading.clone();
        reading.acts[at] = one;
        let alike = alike.entry((reading.days(), reading.order.clone())).or_default();
        match alike.iter().find(|number| found[**number].0.reads_the_same(&reading)) {
            Some(number) if found[*number].1 == *leads => drop(found[*number].2.insert(by)),
            Some(_) => return None,
            None => {
                alike.push(found.len());
                found.push((reading, *leads, BTreeSet::from([by])));
            }
        }
    }
    let whole = rivals > 1 && found.iter().all(|(.., by)| by.len() == rivals);
    whole.then(|| found.into_iter().map(|(reading, leads, _)| (reading, leads)).collect())
}

/// What is assumed for each stretch of days of one date, where nothing but that tells what leads
/// there from what does not.
fn by_one_date(each: &Each<'_, '_, '_>) -> Option<Vec<Vec<Box<str>>>> {
    let (first, _) = each.first().filter(|_| read_the_same(each))?;
    let stretches = |at: usize| {
        let mut found: BTreeMap<Days, (Part, bool)> = BTreeMap::new();
        for (read, leads) in each {
            let part = *read.parts.get(at)?;
            let (_, before) = found.entry(part.days).or_insert((part, *leads));
            if before != leads {
                return None;
            }
        }
        // Days that lie within others tell nothing by themselves.
        if !found.keys().zip(found.keys().skip(1)).all(|(one, next)| one.last < next.first) {
            return None;
        }
        let mut told: Vec<Part> = Vec::new();
        for (part, _) in found.into_values().filter(|(_, leads)| *leads) {
            part.add_to(&mut told);
        }
        Some((at, told))
    };
    let (at, told) = (0..first.parts.len()).find_map(stretches)?;
    Some(told.into_iter().map(|part| first.reading.whole_but(at, part).assuming()).collect())
}

/// What is assumed where the order of two dates alone tells what leads there.
fn by_order(each: &Each<'_, '_, '_>) -> Option<Vec<Vec<Box<str>>>> {
    let (first, _) = each.first()?;
    if !(2..=DATES_IN_ORDER).contains(&first.parts.len()) || !read_the_same(each) {
        return None;
    }
    let told = pairs(first.parts.len()).enumerate().find_map(|(nth, (one, other))| {
        let (mut lead, mut do_not) = (0, 0);
        for (read, leads) in each {
            let found = read.orders()[nth]?;
            if *leads { lead |= found } else { do_not |= found }
        }
        let tells = |orders: Orders| lead & !orders == 0 && do_not & orders == 0;
        let (_, word) = ORDERS.iter().find(|(orders, _)| tells(bits(orders)))?;
        first.reading.in_order(one, word, other)
    });
    Some(vec![vec![told?]])
}

/// The days of a reading, and what is assumed of their order.
type OnDays = (Vec<Days>, Vec<Box<str>>);

/// What is assumed reading by reading, of the dates that tell what leads there.
fn by_readings(each: &Each<'_, '_, '_>) -> Vec<Vec<Box<str>>> {
    let dates = each.iter().map(|(read, _)| read.parts.len()).max().unwrap_or_default();
    let idle: BTreeSet<usize> = (0..dates).filter(|at| !tells(each, *at)).collect();
    let mut led: Vec<Reading<'_, '_>> = Vec::new();
    let mut told: BTreeMap<OnDays, Vec<usize>> = BTreeMap::new();
    let others: BTreeSet<Vec<Days>> =
        each.iter().filter(|(_, leads)| !leads).map(|(read, _)| read.reading.days()).collect();
    for (read, _) in each.iter().filter(|(_, leads)| *leads) {
        let mut reading = read.reading.whole_on(&idle);
        // In whichever order the dates come on these days, all leads there.
        if !others.contains(&read.reading.days()) {
            reading.order.clear();
        }
        let alike = told.entry((reading.days(), reading.order.clone())).or_default();
        if !alike.iter().any(|at| led[*at].reads_the_same(&reading)) {
            alike.push(led.len());
            led.push(reading);
        }
    }
    let told = joining::join(led, Reading::days, Reading::joined);
    if told.len() <= WAYS_TOLD_APART || !read_the_same(each) {
        return told.iter().map(Reading::assuming).collect();
    }
    vec![on_some(&told, &idle)]
}

/// The days of each date outside of which none of some readings lies, that go by the same
/// statements.
fn on_some(readings: &[Reading<'_, '_>], idle: &BTreeSet<usize>) -> Vec<Box<str>> {
    let mut around = readings[0].whole();
    for at in (0..around.parts().count()).filter(|at| !idle.contains(at)) {
        let mut parts: Vec<Part> = readings.iter().filter_map(|reading| reading.parts().nth(at).copied()).collect();
        parts.sort_by_key(|part| part.days);
        let days = parts.iter().map(|part| part.days).reduce(Days::around);
        if let Some((days, part)) = days.zip(parts.first()) {
            around = around.with_part(at, Part { days, ..*part });
        }
    }
    let told = around.assuming();
    std::iter::once("on some of the days alone that open dates can mean".into()).chain(told).collect()
}

/// Whether it may depend on a date what leads there: of two that have days of all others in
/// common, one does and one does not.
fn tells(each: &Each<'_, '_, '_>, at: usize) -> bool {
    if each.len() > CELLS_COMPARED {
        return true;
    }
    let meet = |one: &Read<'_, '_>, other: &Read<'_, '_>| {
        let days = one.parts.iter().zip(&other.parts).enumerate().filter(|(date, _)| *date != at);
        days.into_iter().all(|(_, (one, other))| one.days.first <= other.days.last && other.days.first <= one.days.last)
            && one.reading.reads_the_same(&other.reading)
    };
    let (lead, do_not): (Vec<_>, Vec<_>) = each.iter().partition(|(_, leads)| *leads);
    lead.iter().any(|(one, _)| do_not.iter().any(|(other, _)| meet(one, other)))
}
