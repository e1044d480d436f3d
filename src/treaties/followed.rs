//! The readings of a record with what each leads to, its days as early and as late as the
//! reading allows.
//!
//! Promises: of one reading every corner leads to the same statuses in the same order, and
//! to the same one on the day that is asked about; what lies between the corners leads to
//! what they lead to, on days between theirs, because both ends of every comparison of two
//! days lie in corners. Where corners do not agree, every day of the one date is followed with
//! every day of the other; where these are too many, days next to the ends are, and the
//! readings are told to be all only where nothing but the order of two dates matters. Sets of
//! days that agree are readings of their own.
//! For what is remarked the readings are followed anew, apart on the days of what stands beside
//! the status.
//! Leaves to others: which readings there are (`readings`), one corner (`course`).

use std::{borrow::Cow, cmp::Ordering, collections::BTreeSet, rc::Rc};

use jiff::civil::Date;

use super::{
    Interval, Span, breaks,
    course::{self, Course, Membership},
    days::{Days, Part},
    joining,
    readings::{self, Reading},
    record::Record,
    remarks::Found,
};
use crate::limits::{STATUS_ACTS, STATUS_ORDERED, STATUS_POINTS};

/// A reading and what it leads to.
#[derive(Clone, Debug)]
pub struct Followed<'r, 'a> {
    pub reading: Reading<'r, 'a>,
    /// What its corners lead to: first the one with the first day of each stretch, last the
    /// one with the last; never none.
    pub corners: Vec<Rc<Course>>,
    /// What each of these reads, where they are not the corners of the reading; else empty.
    pub points: Vec<Reading<'r, 'a>>,
    /// Whether these are on every day of each date.
    every_day: bool,
    /// Ascending, from ever to open.
    pub intervals: Vec<Interval>,
}

impl<'r, 'a> Followed<'r, 'a> {
    fn of(reading: Reading<'r, 'a>, corners: Vec<Rc<Course>>) -> Self {
        Self { reading, intervals: intervals(&corners), corners, points: Vec::new(), every_day: false }
    }

    /// What it leads to on the first days.
    pub fn first(&self) -> &Course {
        &self.corners[0]
    }

    /// What it leads to on the last days.
    pub fn last(&self) -> &Course {
        &self.corners[self.corners.len() - 1]
    }

    /// The interval that holds a day on the first days.
    pub fn interval_on(&self, day: Date) -> &Interval {
        self.intervals.iter().find(|interval| interval.first.holds_on(day)).expect("they cover every day")
    }
}

/// All readings followed, and whether these are all.
pub fn all<'r, 'a>(record: &'r Record<'r, 'a>) -> (Vec<Followed<'r, 'a>>, bool) {
    let (readings, all) = readings::of(record);
    let mut complete = all && record.rests_on_whole;
    let mut followed = Vec::with_capacity(readings.len());
    let mut points_left = most_points(record);
    for reading in readings {
        let (corners, whole) = reading.corners(points_left);
        let corners = follow(record, corners);
        points_left = points_left.saturating_sub(corners.len());
        complete &= whole;
        if corners.iter().all(|(_, other)| agree(&corners[0].1, other, record.asked)) {
            followed.push(Followed::of(reading, corners.into_iter().map(|(_, course)| course).collect()));
            continue;
        }
        let every_day = reading.every_day(points_left);
        let every = every_day.is_some();
        let points = every_day.or_else(|| reading.near_ends(points_left)).map(|points| follow(record, points));
        points_left -= points.as_ref().map_or(0, Vec::len);
        let (sets, by_order) = apart(&reading, points.unwrap_or(corners), record.asked);
        complete &= every || by_order && reading.goes_by_order();
        followed.extend(sets.into_iter().map(|set| Followed { every_day: every, ..set }));
    }
    (followed, complete)
}

/// So many combinations of single days are followed for a record: fewer of one with many acts.
fn most_points(record: &Record<'_, '_>) -> usize {
    let acts = record.clocked.len() + record.beside.len();
    STATUS_POINTS * STATUS_ACTS / acts.max(STATUS_ACTS)
}

/// The readings once for each combination of stretches on no two days of which what stands
/// beside the status is remarked on otherwise; those alone whose corners are not remarked on
/// alike where all would be too many, and of these as many as can be followed.
pub fn apart_beside<'f, 'r, 'a>(
    record: &'r Record<'r, 'a>,
    followed: &'f [Followed<'r, 'a>],
) -> Cow<'f, [Followed<'r, 'a>]> {
    let told = breaks::told_beside(record);
    if told.is_empty() || followed.iter().all(|it| it.reading.open() == 0) {
        return Cow::Borrowed(followed);
    }
    let mut left = most_points(record);
    let stretches: Vec<Vec<Vec<Part>>> = followed.iter().map(|it| breaks::beside(record, &told, &it.reading)).collect();
    let costs: Vec<usize> = followed.iter().zip(&stretches).map(|(it, parts)| cost(it, parts)).collect();
    let all = costs.iter().fold(0_usize, |all, cost| all.saturating_add(*cost)) <= left;
    let each = followed.iter().zip(stretches).zip(costs);
    let apart = each.flat_map(|((it, stretches), cost)| {
        if it.every_day {
            return points_in_stretches(it, &stretches);
        }
        if cost == 0 || cost > left || !all && is_remarked_alike(it) {
            return vec![it.clone()];
        }
        left -= cost;
        let finer = in_stretches(&it.reading, &stretches).into_iter().map(|reading| {
            let corners = follow(record, reading.corners(cost).0).into_iter().map(|(_, course)| course).collect();
            Followed::of(reading, corners)
        });
        finer.collect()
    });
    Cow::Owned(apart.collect())
}

/// What was followed on every day, once for each combination of stretches that has some of its
/// points.
fn points_in_stretches<'r, 'a>(it: &Followed<'r, 'a>, stretches: &[Vec<Part>]) -> Vec<Followed<'r, 'a>> {
    let pairs = it.reading.open_pairs();
    let points: Vec<(Vec<Days>, Point<'r, 'a>)> =
        it.points.iter().cloned().zip(it.corners.iter().cloned()).map(|point| (point.0.days(), point)).collect();
    let sets = in_stretches(&it.reading, stretches).into_iter().filter_map(|reading| {
        let around = reading.days();
        let within = |days: &[Days]| around.iter().zip(days).all(|(around, days)| around.holds(days.first));
        let points = points.iter().filter(|(days, _)| within(days)).map(|(_, point)| point.clone());
        let (points, corners): (Vec<Reading<'r, 'a>>, Vec<Rc<Course>>) = points.unzip();
        let orders: Orders = points.iter().map(|point| point.order(&pairs)).collect();
        let orders: Vec<Vec<Ordering>> = orders.into_iter().collect();
        let reading = if reading.order.is_empty() { reading } else { reading.in_orders(&pairs, &orders) };
        (!points.is_empty()).then(|| Followed { points, every_day: true, ..Followed::of(reading, corners) })
    });
    sets.collect()
}

/// A reading once for each combination of stretches of its dates.
fn in_stretches<'r, 'a>(reading: &Reading<'r, 'a>, stretches: &[Vec<Part>]) -> Vec<Reading<'r, 'a>> {
    let mut readings = vec![reading.clone()];
    for (at, parts) in stretches.iter().enumerate().filter(|(_, parts)| parts.len() > 1) {
        readings = readings.iter().flat_map(|it| parts.iter().map(move |part| it.with_part(at, *part))).collect();
    }
    readings
}

/// How many corners a reading has in stretches; 0 where these take nothing of it apart, or
/// where its points are known.
fn cost(followed: &Followed<'_, '_>, stretches: &[Vec<Part>]) -> usize {
    if !followed.points.is_empty() || stretches.iter().all(|parts| parts.len() < 2) {
        return 0;
    }
    let ends = |parts: &Vec<Part>| parts.iter().map(|part| if part.days.is_settled() { 1 } else { 2 }).sum();
    stretches.iter().map(ends).fold(2, usize::saturating_mul)
}

/// Whether all corners have the same findings, whatever days these name.
fn is_remarked_alike(followed: &Followed<'_, '_>) -> bool {
    let about = |course: &Rc<Course>| {
        let each = course.findings.iter().map(|Found { finding, only }| {
            (finding.code, finding.event.clone(), finding.article.clone(), only.parts.clone())
        });
        each.collect::<BTreeSet<_>>()
    };
    followed.corners.iter().map(about).collect::<BTreeSet<_>>().len() == 1
}

/// Orders in which the days of points come, as [`Reading::order`] has one.
type Orders = BTreeSet<Vec<Ordering>>;

/// A reading that has one day of each date, and what it leads to.
type Point<'r, 'a> = (Reading<'r, 'a>, Rc<Course>);

fn follow<'r, 'a>(record: &'r Record<'r, 'a>, points: Vec<Reading<'r, 'a>>) -> Vec<Point<'r, 'a>> {
    let followed = points.into_iter().map(|point| {
        let course = course::follow(record, &point);
        (point, Rc::new(course))
    });
    followed.collect()
}

/// A reading whose points do not agree, once for each set of them that does, with the orders
/// of the days that it has; and whether the order alone tells the sets apart.
fn apart<'r, 'a>(
    reading: &Reading<'r, 'a>,
    points: Vec<Point<'r, 'a>>,
    asked: Option<Date>,
) -> (Vec<Followed<'r, 'a>>, bool) {
    let mut sets: Vec<(Orders, Vec<Point<'r, 'a>>)> = Vec::new();
    let pairs = reading.open_pairs();
    for (point, course) in points {
        let order = point.order(&pairs);
        match sets.iter_mut().find(|(_, points)| agree(&points[0].1, &course, asked)) {
            Some((orders, points)) => {
                orders.insert(order);
                points.push((point, course));
            }
            None => sets.push((BTreeSet::from([order]), vec![(point, course)])),
        }
    }
    let each: BTreeSet<&Vec<Ordering>> = sets.iter().flat_map(|(orders, _)| orders).collect();
    let by_order = each.len() == sets.iter().map(|(orders, _)| orders.len()).sum::<usize>();
    // Of many dates the orders are too many to be told.
    let few = reading.open() <= STATUS_ORDERED;
    let followed = sets.into_iter().map(|(orders, points)| {
        let orders: Vec<Vec<Ordering>> = orders.into_iter().collect();
        let (points, courses) = points.into_iter().unzip();
        let reading = if few { reading.in_orders(&pairs, &orders) } else { reading.clone() };
        Followed { points, ..Followed::of(reading, courses) }
    });
    (followed.collect(), by_order)
}

/// What every corner of every reading leads to.
pub fn courses<'f>(followed: &'f [Followed<'_, '_>]) -> Vec<&'f Course> {
    followed.iter().flat_map(|followed| &followed.corners).map(Rc::as_ref).collect()
}

/// The spans of every corner of every reading.
pub fn spans(followed: &[Followed<'_, '_>]) -> Vec<Vec<Span>> {
    courses(followed).into_iter().map(|course| course.spans.clone()).collect()
}

/// Readings one after the other that lead to statuses in the same order are one, if they lead
/// to the same on the day asked about, where one is.
pub fn joined<'r, 'a>(followed: &[Followed<'r, 'a>], asked: Option<Date>) -> Vec<Followed<'r, 'a>> {
    joining::join(
        followed.to_vec(),
        |followed| followed.reading.days(),
        |one, other| {
            let reading = one.reading.joined(&other.reading).filter(|_| agree(one.first(), other.first(), asked))?;
            let corners = one.corners.iter().chain(&other.corners).cloned().collect();
            let pairs = one.intervals.iter().zip(&other.intervals);
            let intervals = pairs.map(|(one, other)| one.around(*other)).collect();
            Some(Followed { reading, corners, points: Vec::new(), every_day: false, intervals })
        },
    )
}

/// Whether two courses have the same statuses in the same order, left by the same acts, and
/// the same one on a day.
fn agree(one: &Course, other: &Course, asked: Option<Date>) -> bool {
    let names = |course: &Course| course.spans.iter().map(|span| span.status.name()).collect::<Vec<_>>();
    let leave = |it: &Membership| it.leave.as_ref().map(|leave| leave.event.clone());
    let leaves = |course: &Course| course.memberships.iter().map(leave).collect::<Vec<_>>();
    let place = |course: &Course| asked.and_then(|day| course.spans.iter().position(|span| span.holds_on(day)));
    names(one) == names(other) && leaves(one) == leaves(other) && place(one) == place(other)
}

/// The intervals of courses that agree.
fn intervals(courses: &[Rc<Course>]) -> Vec<Interval> {
    let of = |at: usize, first: Span| {
        let spans = courses.iter().filter_map(|course| course.spans.get(at)).map(|span| Interval::settled(*span));
        spans.fold(Interval::settled(first), Interval::around)
    };
    courses[0].spans.iter().enumerate().map(|(at, span)| of(at, *span)).collect()
}
