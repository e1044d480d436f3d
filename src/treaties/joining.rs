//! Readings put together that lie next to each other: of two that read all alike but the days
//! of one date, one with the days of both.
//!
//! Promises: of every two that stay apart, none goes on where the other ends, or the caller
//! does not join them; they stay in their order. Takes time in proportion to the readings and
//! their dates, unless many lie on the same days and are not joined.
//! Leaves to others: what has to agree besides (`followed`, `explain`).

use std::collections::BTreeMap;

use super::days::Days;

/// Puts one in place of two wherever that can be. `days` are those that each of its dates can
/// mean, in one order.
pub fn join<T>(all: Vec<T>, days: impl Fn(&T) -> Vec<Days>, joined: impl Fn(&T, &T) -> Option<T>) -> Vec<T> {
    let dates = all.iter().map(|it| days(it).len()).max().unwrap_or_default();
    let mut left: Vec<(usize, T)> = all.into_iter().enumerate().collect();
    let mut before = usize::MAX;
    // What was put together may go on along another date.
    while left.len() < before {
        before = left.len();
        for date in 0..dates {
            left = along(date, left, &days, &joined);
        }
    }
    left.sort_by_key(|(number, _)| *number);
    left.into_iter().map(|(_, it)| it).collect()
}

/// The same along one of the dates.
fn along<T>(
    date: usize,
    all: Vec<(usize, T)>,
    days: impl Fn(&T) -> Vec<Days>,
    joined: impl Fn(&T, &T) -> Option<T>,
) -> Vec<(usize, T)> {
    let along = |it: &T| days(it).get(date).copied();
    let mut alike: BTreeMap<Vec<Days>, Vec<(usize, T)>> = BTreeMap::new();
    for (number, it) in all {
        let mut besides = days(&it);
        besides.drain(date.min(besides.len())..besides.len().min(date + 1));
        alike.entry(besides).or_default().push((number, it));
    }
    let mut left: Vec<(usize, T)> = Vec::new();
    for mut group in alike.into_values() {
        group.sort_by_key(|(number, it)| (along(it), *number));
        let begins = left.len();
        for (number, it) in group {
            let first = along(&it).map(|days| days.first);
            let goes_on = |one: &T| first.is_some() && along(one).and_then(|days| days.last.tomorrow().ok()) == first;
            let joins = |one: &T| goes_on(one).then(|| joined(one, &it)).flatten();
            match left[begins..].iter_mut().rev().find_map(|one| Some((joins(&one.1)?, one))) {
                Some((whole, one)) => *one = (one.0.min(number), whole),
                None => left.push((number, it)),
            }
        }
    }
    left
}
