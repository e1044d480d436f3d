//! In which order the dates of a reading come that are not known to the day, and how that is told.
//!
//! Leaves to others: following each order (`followed`).

use std::{cmp::Ordering, collections::BTreeSet};

use jiff::civil::Date;

use super::{
    days::Part,
    readings::{ReadAct, Reading},
};
use crate::domain::Position;

/// The orders of two days that are not all, each with its word.
pub const ORDERS: [(&[Ordering], &str); 5] = [
    (&[Ordering::Less], "before"),
    (&[Ordering::Equal], "on the day of"),
    (&[Ordering::Greater], "after"),
    (&[Ordering::Less, Ordering::Equal], "not after"),
    (&[Ordering::Equal, Ordering::Greater], "not before"),
];

impl<'r, 'a> Reading<'r, 'a> {
    /// The pairs of its dates of which one at least is open, by their numbers.
    pub fn open_pairs(&self) -> Vec<(usize, usize)> {
        let parts: Vec<&Part> = self.parts().collect();
        let open = (0..parts.len()).filter(|at| !parts[*at].days.is_settled());
        let pairs = open.flat_map(|at| (0..parts.len()).map(move |other| (at.min(other), at.max(other))));
        pairs.filter(|(one, other)| one != other).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// In which order the days of pairs of dates come at one of its points.
    pub fn order(&self, pairs: &[(usize, usize)]) -> Vec<Ordering> {
        let days: Vec<Date> = self.parts().map(|part| part.days.first).collect();
        pairs.iter().map(|(one, other)| days[*one].cmp(&days[*other])).collect()
    }

    /// It as far as the days of pairs of dates come in one of the orders.
    pub fn in_orders(&self, pairs: &[(usize, usize)], orders: &[Vec<Ordering>]) -> Self {
        let named: Vec<(String, &Part)> = self.named_parts().collect();
        let told = pairs.iter().enumerate().filter_map(|(at, (one, other))| {
            let ((one, its), (other, others)) = (&named[*one], &named[*other]);
            // Days that are told apart by themselves need no order.
            if its.days.last < others.days.first || others.days.last < its.days.first {
                return None;
            }
            let found: BTreeSet<Ordering> = orders.iter().filter_map(|order| order.get(at).copied()).collect();
            let found: Vec<Ordering> = found.into_iter().collect();
            let (_, word) = ORDERS.iter().find(|(orders, _)| *orders == found.as_slice())?;
            Some(format!("{one} {word} {other}").into())
        });
        let order = told.collect();
        let mut read = self.clone();
        read.order = order;
        read
    }

    /// In which orders two of its dates are taken to come whose days leave that open; `None`: in any.
    pub fn orders_of(&self, one: usize, other: usize) -> Option<&'static [Ordering]> {
        let named: Vec<(String, &Part)> = self.named_parts().collect();
        let ((one, _), (other, _)) = (named.get(one)?, named.get(other)?);
        let is_told = |word: &str| self.order.iter().any(|told| **told == format!("{one} {word} {other}"));
        ORDERS.iter().find(|(_, word)| is_told(word)).map(|(orders, _)| *orders)
    }

    /// That two of its dates come in one of some orders, as what is assumed.
    pub fn in_order(&self, one: usize, word: &str, other: usize) -> Option<Box<str>> {
        let named: Vec<(String, &Part)> = self.named_parts().collect();
        Some(format!("{} {word} {}", named.get(one)?.0, named.get(other)?.0).into())
    }

    /// What is assumed of the order of its dates, but for that of some of them.
    pub fn orders_but(&self, some: &BTreeSet<usize>) -> Vec<Box<str>> {
        let named: Vec<(String, &Part)> = self.named_parts().collect();
        let left: Vec<&String> =
            (0..).zip(&named).filter(|(at, _)| !some.contains(at)).map(|(_, (name, _))| name).collect();
        let is_told = |told: &str, one: &str, other: &str| {
            ORDERS.iter().any(|(_, word)| told.strip_prefix(one).is_some_and(|rest| rest == format!(" {word} {other}")))
        };
        let is_left = |told: &str| left.iter().any(|one| left.iter().any(|other| is_told(told, one, other)));
        self.order.iter().filter(|told| is_left(told)).cloned().collect()
    }

    fn named_parts(&self) -> impl Iterator<Item = (String, &Part)> {
        let acts = self.acts.iter().filter_map(|read| Some((self.name_of(read), read.part.as_ref()?)));
        let accounts = self.accounts.iter().flat_map(|read| {
            read.open.iter().map(|open| (format!("{} of {}", open.name(), read.account.conflict), &open.part))
        });
        let passed = self.passed.iter().map(|passed| ("the passing to successors".to_owned(), &passed.part));
        let counted = self.counted.iter().map(|count| ("the deposit that is counted".to_owned(), &count.part));
        acts.chain(accounts).chain(passed).chain(counted)
    }

    /// An act by its entry; where that holds several of its name, with the number of the event.
    fn name_of(&self, read: &ReadAct<'r, 'a>) -> String {
        let (name, Position { index, ordinal }) = (read.name(), read.statement.recorded.position);
        let alike = |other: &&ReadAct<'r, 'a>| other.statement.recorded.position.index == index && other.name() == name;
        let event = match self.acts.iter().filter(alike).count() {
            1 => String::new(),
            _ => format!(" (event {})", ordinal + 1),
        };
        format!("{name} of entry {index}{event}")
    }
}
