//! Readings put together that lie next to each other: of two that read all alike but the days
//! of one date, one with the days of both.
//!
//! Promises: of every two that stay apart, none goes on where the other ends, or the caller
//! does not join them; they stay in their order. Takes time in proportion to the readings and
//! their dates, unless many lie on the same days and are not joined.
//! Leaves to others: what has to agree besides (`followed`, `explain`).

use std::collections::BTreeMap;

use super::{days::Days, readings::Reading};

/// Puts one in place of two wherever that can be.
pub fn join<'r, 'a: 'r, T>(
    all: Vec<T>,
    reading: impl Fn(&T) -> &Reading<'r, 'a>,
    joined: impl Fn(&T, &T) -> Option<T>,
) -> Vec<T> {
    let dates = all.iter().map(|it| reading(it).days().count()).max().unwrap_or_default();
    let mut left: Vec<(usize, T)> = all.into_iter().enumerate().collect();
    let mut before = usize::MAX;
    // What was put together may go on along another date.
    while left.len() < before {
        before = left.len();
        for date in 0..dates {
            left = along(date, left, &reading, &joined);
        }
    }
    left.sort_by_key(|(number, _)| *number);
    left.into_iter().map(|(_, it)| it).collect()
}

/// The same along one of the dates.
fn along<'r, 'a: 'r, T>(
    date: usize,
    all: Vec<(usize, T)>,
    reading: impl Fn(&T) -> &Reading<'r, 'a>,
    joined: impl Fn(&T, &T) -> Option<T>,
) -> Vec<(usize, T)> {
    let days = |it: &T| reading(it).days().nth(date);
    let besides = |it: &T| -> Vec<Days> {
        let others = reading(it).days().enumerate().filter(|(at, _)| *at != date);
        others.map(|(_, days)| days).collect()
    };
    let mut alike: BTreeMap<Vec<Days>, Vec<(usize, T)>> = BTreeMap::new();
    for (number, it) in all {
        alike.entry(besides(&it)).or_default().push((number, it));
    }
    let mut left: Vec<(usize, T)> = Vec::new();
    for mut group in alike.into_values() {
        group.sort_by_key(|(number, it)| (days(it), *number));
        let begins = left.len();
        for (number, it) in group {
            let goes_on = |one: &T| {
                let next = days(one).and_then(|days| days.last.tomorrow().ok());
                next.is_some() && next == days(&it).map(|days| days.first)
            };
            let joins = |one: &T| goes_on(one).then(|| joined(one, &it)).flatten();
            match left[begins..].iter_mut().rev().find_map(|one| Some((joins(&one.1)?, one))) {
                Some((whole, one)) => *one = (one.0.min(number), whole),
                None => left.push((number, it)),
            }
        }
    }
    left
}
