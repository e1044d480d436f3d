//! From days to columns: where on a strip each day stands.
//!
//! Promises: a later day never stands before an earlier one; days that bound a stretch
//! have columns of their own. Where all days find columns of their own on an even
//! scale, the scale is even. Otherwise long pauses are cut short, and the scale is even
//! within each section between them, as far as its days allow.

use jiff::civil::{Date, date};

use super::{PAUSE, days_between};

/// Columns after the last day: what goes on from there.
const TAIL: usize = 6;
/// Columns of a pause that is cut short, at least and at most.
const CUT: (usize, usize) = (5, 8);

/// Columns of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    sections: Vec<Section>,
    /// Columns in all, with what goes on after the last day.
    pub cells: usize,
}

/// Days between two pauses with their columns, both ascending; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    places: Vec<(Date, usize)>,
}

/// A day that is named on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    pub column: usize,
    pub label: String,
}

impl Axis {
    /// Places `days` (ascending, each once) in so many columns; of them `bounds` have
    /// columns of their own. `None`: there are too many.
    pub fn new(days: &[Date], bounds: &[Date], cells: usize) -> Option<Self> {
        let room = cells.checked_sub(TAIL)?;
        let (first, last) = (*days.first()?, *days.last()?);
        let total = i64::from(days_between(first, last)).max(1);
        let spacious = |pair: &[Date]| i64::from(days_between(pair[0], pair[1])) * (room as i64 - 1) >= total;
        if days.windows(2).all(spacious) {
            return Some(Self { sections: vec![Section::placed(days, |_| 1, 0, room)], cells });
        }
        let sections: Vec<&[Date]> = days.chunk_by(|one, next| days_between(*one, *next) <= PAUSE).collect();
        let each = |_: Date| 1;
        let bounding = |day: Date| usize::from(bounds.binary_search(&day).is_ok());
        Self::in_sections(&sections, each, cells, room).or_else(|| Self::in_sections(&sections, bounding, cells, room))
    }

    /// `apart`: how far at least a day stands from the one before it.
    fn in_sections(
        sections: &[&[Date]],
        apart: impl Fn(Date) -> usize + Copy,
        cells: usize,
        room: usize,
    ) -> Option<Self> {
        let least: Vec<usize> =
            sections.iter().map(|days| 1 + days[1..].iter().map(|day| apart(*day)).sum::<usize>()).collect();
        let cuts = sections.len() - 1;
        let needed = least.iter().sum::<usize>() + cuts * CUT.0;
        let mut spare = room.checked_sub(needed)?;
        let wider = (room / 9).clamp(CUT.0, CUT.1) - CUT.0;
        let cut = CUT.0 + if spare >= 2 * cuts * wider { wider } else { 0 };
        spare -= cuts * (cut - CUT.0);
        let weights: Vec<usize> = sections.iter().map(|days| weight(days)).collect();
        let total: usize = weights.iter().sum();
        let mut placed = Vec::new();
        let mut start = 0;
        for ((days, least), weight) in sections.iter().zip(&least).zip(&weights) {
            let width = least + (spare * weight).checked_div(total).unwrap_or(0);
            placed.push(Section::placed(days, apart, start, width));
            start += width + cut;
        }
        Some(Self { sections: placed, cells })
    }

    /// The column of a day: of a day between two others, one between theirs.
    pub fn column(&self, day: Date) -> usize {
        let section = self.sections.iter().rev().find(|section| section.first().0 <= day);
        section.map_or(0, |section| section.column(day))
    }

    /// From where to where a pause is cut short: columns after one section and before
    /// the next.
    pub fn cuts(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.sections.windows(2).map(|pair| (pair[0].last().1 + 1, pair[1].first().1))
    }

    /// Days to name: the beginning of each section by its year, then months or years as
    /// finely as their names find room.
    pub fn ticks(&self) -> Vec<Tick> {
        let ends = self.sections.iter().skip(1).map(|next| next.first().1).chain([self.cells]);
        self.sections.iter().zip(ends).flat_map(|(section, end)| section.ticks(end)).collect()
    }
}

/// How much of the spare room a section is worth: much time and many days.
fn weight(days: &[Date]) -> usize {
    let time = days_between(days[0], days[days.len() - 1]).unsigned_abs() as usize;
    time.isqrt() * (days.len() - 1)
}

impl Section {
    fn first(&self) -> (Date, usize) {
        self.places[0]
    }

    fn last(&self) -> (Date, usize) {
        self.places[self.places.len() - 1]
    }

    /// Evenly over so many columns; then each at least so far from the one before, and
    /// back from the end, where that pushed it too far.
    fn placed(days: &[Date], apart: impl Fn(Date) -> usize, start: usize, width: usize) -> Self {
        let (first, last) = (days[0], days[days.len() - 1]);
        let total = i64::from(days_between(first, last)).max(1);
        let even = |day: Date| (i64::from(days_between(first, day)) * (width as i64 - 1) + total / 2) / total;
        let mut columns: Vec<usize> = days.iter().map(|day| even(*day) as usize).collect();
        for at in 1..days.len() {
            columns[at] = columns[at].max(columns[at - 1] + apart(days[at]));
        }
        let mut limit = width - 1;
        for at in (0..days.len()).rev() {
            columns[at] = columns[at].min(limit);
            limit = columns[at].saturating_sub(apart(days[at]));
        }
        Self { places: days.iter().copied().zip(columns.into_iter().map(|column| start + column)).collect() }
    }

    fn column(&self, day: Date) -> usize {
        let after = self.places.partition_point(|(placed, _)| *placed <= day);
        let (before, column) = self.places[after.saturating_sub(1)];
        match self.places.get(after) {
            Some((next, to)) if before < day => {
                let share = (to - column) as i64 * i64::from(days_between(before, day));
                column + (share / i64::from(days_between(before, *next))) as usize
            }
            _ => column,
        }
    }

    /// Named days of which none runs into the next, nor any into `end`; without room
    /// for any, the years from the first to the last.
    fn ticks(&self, end: usize) -> Vec<Tick> {
        let ((first, column), (last, _)) = (self.first(), self.last());
        let beginning = Tick { column, label: first.year().to_string() };
        let finest = [1, 3, 6, 12, 24, 60, 120].into_iter().find_map(|months| self.named(&beginning, months, end));
        let years = Tick { column, label: format!("{}-{}", first.year(), last.year()) };
        match finest {
            Some(ticks) => ticks,
            None if first.year() < last.year() && years.end() < end => vec![years],
            None => vec![beginning],
        }
    }

    /// The beginning and those of periods of so many months, if there are any and they
    /// fit. A month that runs into the beginning is left out; a year is not, as the
    /// months after it would be taken for those of the year before.
    fn named(&self, beginning: &Tick, months: i32, end: usize) -> Option<Vec<Tick>> {
        let mut ticks: Vec<Tick> = self.beginnings(months).collect();
        let squeezed = |tick: &Tick| tick.column <= beginning.end() && !tick.is_year();
        ticks.drain(..ticks.iter().take_while(|tick| squeezed(tick)).count());
        let any = !ticks.is_empty();
        ticks.insert(0, beginning.clone());
        let apart = |pair: &[Tick]| pair[0].end() < pair[1].column;
        (any && ticks.windows(2).all(apart) && ticks.last()?.end() <= end).then_some(ticks)
    }

    /// The first days of periods of so many months that lie within the section.
    fn beginnings(&self, months: i32) -> impl Iterator<Item = Tick> + '_ {
        let (first, last) = (self.first().0, self.last().0);
        let number = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month()) - 1;
        let periods = (number(first) / months + 1)..=(number(last) / months);
        periods.filter_map(move |period| {
            let (year, month) = (period * months / 12, period * months % 12);
            let day = date(i16::try_from(year).ok()?, i8::try_from(month + 1).ok()?, 1);
            let label = if month == 0 { year.to_string() } else { day.strftime("%b").to_string() };
            Some(Tick { column: self.column(day), label })
        })
    }
}

impl Tick {
    fn is_year(&self) -> bool {
        self.label.starts_with(|first: char| first.is_ascii_digit())
    }

    fn end(&self) -> usize {
        self.column + self.label.len()
    }
}
