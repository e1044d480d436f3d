//! Days on one of which something was: what a date that is not known to the day can mean.
//!
//! Leaves to others: which days those are (`dated`), where they have to be told apart
//! (`breaks`).

use std::fmt;

use jiff::civil::Date;

/// One of these days, both ends included; which of them is open unless they are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Days {
    pub first: Date,
    pub last: Date,
}

impl Days {
    pub const fn on(day: Date) -> Self {
        Self { first: day, last: day }
    }

    /// Whether the day is known.
    pub fn is_settled(self) -> bool {
        self.first == self.last
    }

    /// How many there are.
    pub fn count(self) -> usize {
        usize::try_from((self.last - self.first).get_days()).unwrap_or_default().saturating_add(1)
    }

    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = Date> {
        self.first.series(jiff::Span::new().days(1)).take_while(move |day| *day <= self.last)
    }

    /// Whether a day is one of them.
    pub fn holds(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    /// All days from the first of both to the last.
    pub fn around(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }

    /// The days on one of which the first of two things was.
    pub fn earlier(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.min(other.last) }
    }

    /// The days on one of which the last of two things was.
    pub fn later(self, other: Self) -> Self {
        Self { first: self.first.max(other.first), last: self.last.max(other.last) }
    }

    /// The days that are among both, if there are any.
    pub fn both(self, other: Self) -> Option<Self> {
        let both = Self { first: self.first.max(other.first), last: self.last.min(other.last) };
        (both.first <= both.last).then_some(both)
    }

    /// The days of both, where they have some in common or come right after each other.
    pub fn united(self, other: Self) -> Option<Self> {
        let apart = |one: Self, next: Self| one.last.tomorrow().is_ok_and(|after| after < next.first);
        (!apart(self, other) && !apart(other, self)).then(|| self.around(other))
    }

    /// These days moved, in their order.
    pub fn map(self, moved: impl Fn(Date) -> Date) -> Self {
        Self { first: moved(self.first), last: moved(self.last) }
    }

    /// The last of them, where it is open which of them it is.
    pub fn open_last(self) -> Option<Date> {
        (!self.is_settled()).then_some(self.last)
    }

    /// It as one names a day.
    pub fn named(self) -> String {
        let Self { first, last } = self;
        if self.is_settled() { first.to_string() } else { format!("a day from {first} to {last}") }
    }

    /// The days of both, where the other's come right after these.
    fn joined(self, next: Self) -> Option<Self> {
        (self.last.tomorrow().ok() == Some(next.first)).then_some(Self { first: self.first, last: next.last })
    }
}

impl fmt::Display for Days {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "on {}", self.named())
    }
}

/// Some of the days that a date can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    pub days: Days,
    /// All that it can mean.
    pub of: Days,
}

impl Part {
    /// All of the days.
    pub const fn whole(of: Days) -> Self {
        Self { days: of, of }
    }

    /// The days that begin with each of these, up to the next one. `begins` is ascending
    /// and holds the first of the days.
    pub fn split(of: Days, begins: &[Date]) -> Vec<Self> {
        let ends = begins.iter().skip(1).filter_map(|next| next.yesterday().ok()).chain([of.last]);
        begins.iter().zip(ends).map(|(first, last)| Self { days: Days { first: *first, last }, of }).collect()
    }

    pub fn is_whole(self) -> bool {
        self.days == self.of
    }

    /// The part of both, where the other's days come right after these.
    pub fn joined(self, next: Self) -> Option<Self> {
        let days = self.days.joined(next.days).filter(|_| self.of == next.of)?;
        Some(Self { days, ..self })
    }

    /// What has to be assumed for something to have been on one of its days; nothing where
    /// these are all that its date can mean.
    pub fn told(self, what: &str) -> Option<String> {
        let Self { days, of } = self;
        let which = match days.is_settled() {
            true if days.first == of.first => "the first day",
            true if days.last == of.last => "the last day",
            true => "a day",
            false => "days",
        };
        (!self.is_whole()).then(|| format!("{what} {days}, {which} that the statement allows"))
    }

    /// Adds it to some that are ascending: to the last one, where it comes right after that.
    pub fn add_to(self, parts: &mut Vec<Self>) {
        match parts.last_mut().and_then(|last| Some((last.joined(self)?, last))) {
            Some((joined, last)) => *last = joined,
            None => parts.push(self),
        }
    }

    /// One of its days alone.
    pub fn on(self, day: Date) -> Self {
        Self { days: Days::on(day), ..self }
    }
}
