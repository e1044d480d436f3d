//! What law remarks in the readings of a record, told of all of them together.
//!
//! Promises: one finding for each code and event, with both ends of the days that it names;
//! what not all readings lead to says what those assume that do, and what one end of a stretch
//! alone leads to says that end. Findings that say different things stay apart.
//! Leaves to others: what is remarked in one reading (`remarks`).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Remark, both_ends,
    days::{Days, Part},
    explain::{few, sentence_of},
    followed::Followed,
    joining,
    orders::ORDERS,
    readings::Reading,
    record::Record,
    remarks::{self, Found},
};
use crate::{
    domain::{CitedEvent, LegalFinding, LegalRemark},
    limits::DATES_IN_ORDER,
};

/// What tells findings apart, whatever days they name.
type About = (LegalRemark, Option<CitedEvent>, Box<str>);

/// A finding with the readings that lead to it.
struct Told<'r, 'a> {
    message: Box<str>,
    /// By what has to be assumed besides the reading.
    by: BTreeMap<Box<str>, Led<'r, 'a>>,
}

/// What leads to a finding: readings by their numbers.
#[derive(Default)]
struct Led<'r, 'a> {
    /// Those that lead there at every corner.
    whole: BTreeSet<usize>,
    /// Of others each corner, and whether it does.
    in_part: BTreeMap<usize, Corners<'r, 'a>>,
    /// Of those that are taken to lead there each point that was followed, and whether it does.
    points: BTreeMap<usize, Corners<'r, 'a>>,
}

impl<'r, 'a> Led<'r, 'a> {
    /// Whether all readings lead there.
    fn is_all(&self, followed: &[Followed<'r, 'a>]) -> bool {
        self.whole.len() == followed.len()
    }

    /// Everything that is read, and whether it leads there.
    fn each(&self, followed: &[Followed<'r, 'a>], points: bool) -> Corners<'r, 'a> {
        let points = |number: &usize| self.points.get(number).filter(|_| points);
        let each = followed.iter().enumerate().flat_map(|(number, followed)| {
            match self.in_part.get(&number).or_else(|| points(&number)) {
                Some(corners) => corners.clone(),
                None => vec![(followed.reading.clone(), self.whole.contains(&number))],
            }
        });
        each.collect()
    }
}

/// What law remarks in any reading.
pub fn remarks(record: &Record<'_, '_>, followed: &[Followed<'_, '_>]) -> Vec<Remark> {
    let mut found: BTreeMap<About, Vec<Told<'_, '_>>> = BTreeMap::new();
    for Found { finding, only } in remarks::on_record(record) {
        let LegalFinding { code, event, article, message } = finding;
        let led = Led { whole: (0..followed.len()).collect(), ..Led::default() };
        let told = Told { message, by: BTreeMap::from([(only, led)]) };
        found.entry((code, event, article)).or_default().push(told);
    }
    for (number, followed) in followed.iter().enumerate() {
        for (Found { finding, only }, by) in remarked(followed) {
            let LegalFinding { code, event, article, message } = finding;
            let told = found.entry((code, event, article)).or_default();
            let same =
                told.iter().enumerate().find_map(|(at, told)| Some((at, both_ends::around(&told.message, &message)?)));
            let at = match same {
                Some((at, message)) => {
                    told[at].message = message;
                    at
                }
                None => {
                    told.push(Told { message, by: BTreeMap::new() });
                    told.len() - 1
                }
            };
            let led = told[at].by.entry(only).or_default();
            match by {
                By::All => drop(led.whole.insert(number)),
                By::Corners(corners) => led.in_part.entry(number).or_default().extend(corners),
                By::Points(points) => {
                    led.whole.insert(number);
                    led.points.insert(number, points);
                }
            }
        }
    }
    let remarks = found.into_iter().flat_map(|((code, event, article), told)| {
        told.into_iter().map(move |Told { message, by }| {
            let finding = LegalFinding { code, event: event.clone(), article: article.clone(), message };
            Remark { finding, assuming: assuming(by, followed) }
        })
    });
    remarks.collect()
}

/// What is assumed for a finding; nothing where all readings lead to it.
fn assuming(by: BTreeMap<Box<str>, Led<'_, '_>>, followed: &[Followed<'_, '_>]) -> Vec<Box<str>> {
    let told = by.iter().map(|(only, led)| {
        let only: Vec<Box<str>> = Some(only.clone()).filter(|only| !only.is_empty()).into_iter().collect();
        if led.is_all(followed) && led.points.is_empty() {
            return only;
        }
        let finer = Some(&led.points).filter(|points| !points.is_empty());
        let finer = finer.and_then(|_| by_order(&led.each(followed, true)));
        if finer.is_none() && led.is_all(followed) {
            return only;
        }
        let each = led.each(followed, false);
        let besides = finer.or_else(|| by_one_date(&each)).or_else(|| by_order(&each)).unwrap_or_else(|| {
            let led = each.into_iter().filter(|(_, leads)| *leads).map(|(reading, _)| reading).collect();
            joining::join(led, Reading::days, Reading::joined).iter().map(Reading::assuming).collect()
        });
        besides.into_iter().map(|besides| sentence_of(&[besides, only.clone()].concat())).collect()
    });
    let told: Vec<Vec<Box<str>>> = told.collect();
    if told.iter().any(Vec::is_empty) { Vec::new() } else { few(told.concat()) }
}

/// What is assumed for each stretch of days of one date, where nothing but that tells what leads
/// to a finding from what does not.
fn by_one_date(each: &[(Reading<'_, '_>, bool)]) -> Option<Vec<Vec<Box<str>>>> {
    let (first, _) = each.first()?;
    if !each.iter().all(|(reading, _)| reading.reads_the_same(first)) {
        return None;
    }
    let stretches = |at: usize| {
        let mut found: BTreeMap<Days, (Part, bool)> = BTreeMap::new();
        for (reading, leads) in each {
            let part = *reading.parts().nth(at)?;
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
    let (at, told) = (0..first.parts().count()).find_map(stretches)?;
    Some(told.into_iter().map(|part| first.whole_but(at, part).assuming()).collect())
}

/// What is assumed where the order of two dates alone tells what leads to a finding.
fn by_order(each: &[(Reading<'_, '_>, bool)]) -> Option<Vec<Vec<Box<str>>>> {
    let (first, _) = each.first()?;
    let dates = first.parts().count();
    if !(2..=DATES_IN_ORDER).contains(&dates) || !each.iter().all(|(reading, _)| reading.reads_the_same(first)) {
        return None;
    }
    let pairs = (0..dates).flat_map(|one| (one + 1..dates).map(move |other| (one, other)));
    let told = pairs.flat_map(|pair| ORDERS.iter().map(move |(orders, word)| (pair, *orders, *word)));
    let mut told = told.filter_map(|((one, other), orders, word)| {
        let tells = |(reading, leads): &(Reading<'_, '_>, bool)| {
            let found = reading.orders_of(one, other);
            found.is_some_and(|found| match leads {
                true => found.iter().all(|order| orders.contains(order)),
                false => !found.iter().any(|order| orders.contains(order)),
            })
        };
        each.iter().all(tells).then(|| first.in_order(one, word, other))?
    });
    Some(vec![vec![told.next()?]])
}

/// The corners of a reading, each with whether it leads somewhere.
type Corners<'r, 'a> = Vec<(Reading<'r, 'a>, bool)>;

/// What of a reading leads to a finding.
enum By<'r, 'a> {
    All,
    /// Some of its corners.
    Corners(Corners<'r, 'a>),
    /// Some of the points that were followed, which are more than the corners: of the days between
    /// them nobody knows.
    Points(Corners<'r, 'a>),
}

/// The findings of one reading, each with what of it leads there.
fn remarked<'r, 'a>(followed: &Followed<'r, 'a>) -> Vec<(Found, By<'r, 'a>)> {
    type AboutIt<'f> = (LegalRemark, Option<&'f CitedEvent>, &'f str);
    let mut told: BTreeMap<AboutIt<'_>, Vec<(Found, BTreeSet<usize>)>> = BTreeMap::new();
    for (corner, course) in followed.corners.iter().enumerate() {
        for found in &course.findings {
            let about = (found.finding.code, found.finding.event.as_ref(), &*found.only);
            let told = told.entry(about).or_default();
            let same = told.iter_mut().find_map(|(told, by)| {
                let message = both_ends::around(&told.finding.message, &found.finding.message)?;
                Some((told, by, message))
            });
            match same {
                Some((told, by, message)) => {
                    told.finding.message = message;
                    by.insert(corner);
                }
                None => told.push((found.clone(), BTreeSet::from([corner]))),
            }
        }
    }
    let all = followed.corners.len();
    let partly = told.values().flatten().any(|(_, by)| by.len() < all);
    let corners = if partly { followed.reading.corners(all).0 } else { Vec::new() };
    let told = told.into_values().flatten().map(|(found, by)| {
        let each = |read: &[Reading<'r, 'a>]| -> Corners<'r, 'a> {
            read.iter().enumerate().map(|(at, read)| (read.clone(), by.contains(&at))).collect()
        };
        let by = match by.len() < all {
            true if followed.points.len() == all => By::Points(each(&followed.points)),
            true if corners.len() == all => By::Corners(each(&corners)),
            true | false => By::All,
        };
        (found, by)
    });
    told.collect()
}
