//! Dates that the record of a protocol has in common with that of its parent treaty: an
//! instrument that consents to both is one event, and came on one day.
//!
//! Promises: no reading has two statements of such an event, or two sets of days of which none
//! is in both; where some are, it has those.
//! Leaves to others: in which ways the parent is left (`cascade`).

use super::{
    cascade::Carried,
    days::Days,
    followed::Followed,
    in_force,
    readings::{ReadAct, ReadCarried, Reading},
};
use crate::{
    domain::{Position, TreatyId},
    limits::STATUS_READINGS,
};

/// A date that is one of a protocol, too, as a reading of the parent's record has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedDate {
    /// Where the statement stands that stands for the act.
    act: Position,
    /// Where the one stands that is followed.
    statement: Position,
    days: Option<Days>,
}

/// Those of a reading of the parent's record.
pub fn of(followed: &Followed<'_, '_>, protocol: &TreatyId) -> Vec<SharedDate> {
    let acts = followed.reading.acts.iter().enumerate();
    let shared = acts.filter(|(_, read)| is_shared(read, protocol));
    let dates = shared.map(|(at, read)| {
        let points = followed.points.iter().filter_map(|point| point.acts.get(at)?.days());
        let days = points.reduce(Days::around).or_else(|| read.days());
        SharedDate { act: read.act.shown().recorded.position, statement: read.statement.recorded.position, days }
    });
    dates.collect()
}

fn is_shared(read: &ReadAct<'_, '_>, protocol: &TreatyId) -> bool {
    in_force::names(read.act.shown(), protocol)
}

/// Adds what another reading has; in place of some that differ in the days of one date, which
/// have days in common or come right after each other, stands one.
pub fn add(all: &mut Vec<Vec<SharedDate>>, dates: Vec<SharedDate>) {
    match all.iter().enumerate().find_map(|(at, other)| Some((at, together(other, &dates)?))) {
        Some((at, both)) => {
            all.remove(at);
            add(all, both);
        }
        None => all.push(dates),
    }
}

fn together(one: &[SharedDate], other: &[SharedDate]) -> Option<Vec<SharedDate>> {
    let mut both = one.to_vec();
    let mut apart = one.iter().zip(other).enumerate().filter(|(_, (one, other))| one != other);
    if let Some((at, (one, other))) = apart.next() {
        let days = one.days?.united(other.days?)?;
        let alike = one.statement == other.statement && apart.next().is_none();
        both[at].days = Some(days).filter(|_| alike)?.into();
    }
    Some(both)
}

/// Readings of a parent's record without what a protocol's reads itself, each once.
pub fn without<'r, 'a>(readings: &[Reading<'r, 'a>], protocol: &TreatyId) -> Vec<Reading<'r, 'a>> {
    let mut left: Vec<Reading<'r, 'a>> = Vec::new();
    for reading in readings {
        let mut reading = reading.clone();
        reading.acts.retain(|read| !is_shared(read, protocol));
        let same = |it: &Reading<'r, 'a>| {
            it.reads_the_same(&reading) && it.days() == reading.days() && it.order == reading.order
        };
        if !left.iter().any(same) {
            left.push(reading);
        }
    }
    left
}

/// Every reading so far with every way to leave the parent that can be true with it, within the
/// limit; beyond it, with the first such way only. Whether these are all.
pub fn with_ways<'r, 'a>(readings: &mut Vec<Reading<'r, 'a>>, ways: &[ReadCarried<'r>]) -> bool {
    let before = std::mem::take(readings);
    *readings = before.iter().flat_map(|reading| meeting(reading, ways)).take(STATUS_READINGS + 1).collect();
    let fits = readings.len() <= STATUS_READINGS;
    if !fits {
        *readings = before.iter().filter_map(|reading| meeting(reading, ways).next()).collect();
    }
    // Nothing is true with anything where not all is read.
    if readings.is_empty() {
        *readings = before;
        readings.iter_mut().for_each(|reading| reading.carried = ways.first().copied());
        return false;
    }
    fits
}

/// A reading with each way that can be true with it, on the days that both have.
fn meeting<'s, 'r, 'a>(
    reading: &'s Reading<'r, 'a>,
    ways: &'s [ReadCarried<'r>],
) -> impl Iterator<Item = Reading<'r, 'a>> + use<'s, 'r, 'a> {
    ways.iter().flat_map(move |way| {
        let Carried { shared, .. } = way.way;
        shared.iter().filter_map(|dates| {
            let mut narrowed = narrowed(reading, dates)?;
            narrowed.carried = Some(*way);
            Some(narrowed)
        })
    })
}

/// A reading with the days of its dates that these have, too.
fn narrowed<'r, 'a>(reading: &Reading<'r, 'a>, dates: &[SharedDate]) -> Option<Reading<'r, 'a>> {
    let mut reading = reading.clone();
    for date in dates {
        for read in reading.acts.iter_mut().filter(|read| read.act.shown().recorded.position == date.act) {
            if read.statement.recorded.position != date.statement {
                return None;
            }
            if let (Some(part), Some(days)) = (&mut read.part, date.days) {
                part.days = part.days.both(days)?;
            }
        }
    }
    Some(reading)
}
