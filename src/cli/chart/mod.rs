//! Drawings of how a status goes over time: acts, intervals, what lies over them.
//!
//! Promises: no input or output and no clock; every line keeps within the width; every
//! interval on the axis has a cell at least; what happened first stands first; plain
//! glyphs are ASCII, and what colour tells is told without it too. On a wide page time
//! runs from left to right, on a narrow one (or for more dates than there are columns)
//! from top to bottom.
//! Leaves to others: what an answer means (`cli::drawing`), what the terminal can show
//! (`cli::output`).

mod axis;
mod callouts;
mod canvas;
mod list;
mod strip;
mod years;

use jiff::civil::Date;

use canvas::{Line, Paint};

pub use canvas::Style;
pub use strip::LABEL;
pub use years::Years;

/// Narrowest page on which time runs from left to right.
const STRIP_WIDTH: usize = 72;
/// A longer pause between two dates is cut short, in days.
const PAUSE: i32 = 550;

/// What is drawn: one time axis with lanes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// Of the participant, in order of their days.
    pub acts: Vec<Mark>,
    /// Of others, in order of their days.
    pub reactions: Vec<Mark>,
    /// What is told of acts without a day where time runs from top to bottom.
    pub undated: Vec<Vec<String>>,
    /// The status, a lane for each reading of the record.
    pub courses: Vec<Lane>,
    /// Readings that have no lane, as there are too many.
    pub not_drawn: usize,
    /// What stands beside it.
    pub overlays: Vec<Lane>,
    /// Days to point at, ascending.
    pub pins: Vec<Pin>,
    /// Last day of what is known: what lies after it is drawn dotted.
    pub known_to: Option<Date>,
}

/// An act on its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The letter that stands for it in the drawing and in the table below.
    pub key: char,
    pub day: Date,
    /// What is told of it where time runs from top to bottom; may be empty.
    pub text: Vec<String>,
}

/// One line of the drawing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// What has to be assumed for it, in sentences.
    pub assuming: Vec<String>,
    /// Ascending, without overlaps.
    pub stretches: Vec<Stretch>,
}

/// What holds over a half-open interval of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub look: Look,
    /// `None`: since ever; such a stretch begins with the axis.
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub label: String,
}

/// A day with what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    pub day: Date,
    pub label: String,
}

/// How a stretch is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Blank,
    Signatory,
    Contracting,
    Party,
    Leaving,
    Deferred,
    Former,
    /// One status or another: the day on which it changes is not known.
    Open,
    /// A status that a newer ledger names.
    Other,
    Claimed,
    Contested,
    Provisional,
}

impl Chart {
    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.days().is_empty()
    }

    /// Whether time runs from left to right on a page of so many columns.
    pub fn is_strip(&self, width: usize) -> bool {
        width >= STRIP_WIDTH && strip::axis(self, width).is_some()
    }

    /// The drawing for a page of so many columns.
    pub fn text(&self, width: usize, style: Style) -> String {
        let axis = strip::axis(self, width).filter(|_| width >= STRIP_WIDTH);
        let lines = match axis {
            Some(axis) => strip::lines(self, &axis, width, style.glyphs),
            None => list::lines(self, width, style.glyphs),
        };
        let further = match self.not_drawn {
            0 => None,
            1 => Some(" 1 further reading is not drawn".to_owned()),
            count => Some(format!(" {count} further readings are not drawn")),
        };
        let lines = lines.into_iter().chain(further.map(|told| Line::of(&told, Paint::Plain)));
        lines.map(|line| line.text(style)).collect::<Vec<_>>().join("\n")
    }

    /// The days on which a lane changes, and those that are pointed at.
    fn bounds(&self) -> Vec<Date> {
        let lanes = self.courses.iter().chain(&self.overlays);
        let stretches = lanes.flat_map(|lane| &lane.stretches);
        let mut days: Vec<Date> = stretches.flat_map(|stretch| [stretch.from, stretch.to]).flatten().collect();
        days.extend(self.pins.iter().map(|pin| pin.day));
        ordered(days)
    }

    /// All days that have a place of their own.
    fn days(&self) -> Vec<Date> {
        let marks = self.acts.iter().chain(&self.reactions).map(|mark| mark.day);
        let lanes = self.courses.iter().chain(&self.overlays);
        let changes = lanes.flat_map(|lane| &lane.stretches).flat_map(|stretch| [stretch.from, stretch.to]).flatten();
        let days: Vec<Date> = marks.chain(changes).collect();
        if days.is_empty() { days } else { ordered(days.into_iter().chain(self.bounds()).collect()) }
    }

    /// Whether there are days on which it is open what holds.
    fn is_open(&self) -> bool {
        let lanes = self.courses.iter().chain(&self.overlays);
        lanes.flat_map(|lane| &lane.stretches).any(|stretch| stretch.look == Look::Open)
    }

    fn lies_ahead(&self, day: Date) -> bool {
        self.known_to.is_some_and(|known_to| known_to < day)
    }
}

impl Lane {
    /// What holds on a day.
    fn on(&self, day: Date) -> Option<&Stretch> {
        self.stretches
            .iter()
            .find(|stretch| stretch.from.is_none_or(|from| from <= day) && stretch.to.is_none_or(|to| day < to))
    }
}

fn ordered(mut days: Vec<Date>) -> Vec<Date> {
    days.sort_unstable();
    days.dedup();
    days
}

/// Days from one day to a later one.
fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
