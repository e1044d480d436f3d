//! The drawing on a wide page: time runs from left to right, a lane below the other.

use jiff::civil::Date;

use super::{
    Chart, Lane, Look, Mark,
    axis::Axis,
    callouts::{Callout, above, below},
    canvas::{Glyphs, Line, Paint, fitted},
};

/// Columns before the axis, for the names of the lanes.
const MARGIN: usize = 9;
/// Longest name of a stretch. With its day it is at most half of the narrowest strip, so
/// that it finds room on one side of its column.
pub const LABEL: usize = 25;
/// Lines of acts that share a column; what does not fit shows as `+`.
const STACKED: usize = 4;

/// The axis for a page of so many columns; `None`: there are more days than columns.
pub fn axis(chart: &Chart, width: usize) -> Option<Axis> {
    Axis::new(&chart.days(), &chart.bounds(), width.checked_sub(MARGIN)?)
}

/// All lines, on a page of so many columns.
pub fn lines(chart: &Chart, axis: &Axis, width: usize, glyphs: Glyphs) -> Vec<Line> {
    let strip = Strip { chart, axis, room: width - MARGIN, glyphs };
    let mut lines = strip.scale();
    lines.extend(strip.marks("acts", &chart.acts));
    lines.extend(strip.marks("others", &chart.reactions));
    for lane in &chart.courses {
        lines.extend(strip.assumed(lane, width));
        lines.extend(strip.lane("status", lane));
    }
    chart.overlays.iter().for_each(|lane| lines.extend(strip.lane("beside", lane)));
    if chart.bounds().iter().any(|day| chart.lies_ahead(*day)) {
        lines.push(Line::of("         dotted: projected, after the newest entry", Paint::Dim));
    }
    if chart.is_open() {
        let told = format!("         {} : one of these, the day of the change is open", glyphs.of(':', '┄'));
        lines.push(Line::of(&told, Paint::Dim));
    }
    lines
}

struct Strip<'a> {
    chart: &'a Chart,
    axis: &'a Axis,
    /// Columns after the margin.
    room: usize,
    glyphs: Glyphs,
}

impl Strip<'_> {
    /// Years and months, the days that are pointed at, the axis.
    fn scale(&self) -> Vec<Line> {
        let mut names = Line::default();
        let mut ruler = Line::default();
        let plain = self.glyphs.of('-', '─');
        (0..self.axis.cells).for_each(|column| ruler.put(MARGIN + column, plain, Paint::Dim));
        for tick in self.axis.ticks() {
            names.write(MARGIN + tick.column, &tick.label, Paint::Plain);
            ruler.put(MARGIN + tick.column, self.glyphs.of('+', '┬'), Paint::Dim);
        }
        for (from, to) in self.axis.cuts() {
            let middle = from + (to - from).div_ceil(2) - 1;
            let cut = self.glyphs.of('/', '╱');
            [middle, middle + 1].into_iter().for_each(|column| ruler.put(MARGIN + column, cut, Paint::Plain));
        }
        ruler.put(MARGIN + self.axis.cells - 1, self.glyphs.of('>', '►'), Paint::Dim);
        let pins: Vec<Callout> =
            self.chart.pins.iter().map(|pin| self.callout(pin.day, &pin.label, Paint::Bold)).collect();
        let mut lines = vec![names];
        if !pins.is_empty() {
            lines.extend(above(&pins, MARGIN + self.room, self.glyphs));
        }
        lines.push(ruler);
        lines
    }

    /// Letters over their days, those of one column one below the other.
    fn marks(&self, name: &str, marks: &[Mark]) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for mark in marks {
            let column = MARGIN + self.axis.column(mark.day);
            let free = lines.iter().position(|line| line.is_free(column, column + 1));
            match free {
                Some(at) => lines[at].put(column, mark.key, Paint::Bold),
                None if lines.len() == STACKED => lines[STACKED - 1].put(column, '+', Paint::Bold),
                None => {
                    let mut line = if lines.is_empty() { self.named(name) } else { Line::default() };
                    line.put(column, mark.key, Paint::Bold);
                    lines.push(line);
                }
            }
        }
        lines
    }

    fn assumed(&self, lane: &Lane, width: usize) -> Vec<Line> {
        let told = lane.assuming.iter().enumerate().flat_map(|(at, sentence)| {
            let lead = if at == 0 { "if" } else { "or if" };
            fitted(&self.glyphs.text(&format!("{lead} {sentence}")), width - 2)
        });
        let told: Vec<Line> = told.map(|line| Line::of(&format!(" {line}"), Paint::Plain)).collect();
        if told.is_empty() { told } else { [vec![Line::default()], told].concat() }
    }

    /// The stretches, and under them what they are.
    fn lane(&self, name: &str, lane: &Lane) -> Vec<Line> {
        let mut line = self.named(name);
        let mut callouts = Vec::new();
        let known = self.chart.known_to.map_or(self.axis.cells, |day| self.axis.column(day));
        for stretch in lane.stretches.iter().filter(|stretch| stretch.look != Look::Blank) {
            let from = stretch.from.map_or(0, |day| self.axis.column(day));
            let to = stretch.to.map_or(self.axis.cells, |day| self.axis.column(day));
            for column in from..to {
                // Beyond what is known a stretch is dotted, beginning with a dot.
                if column <= known || (column - from.max(known + 1)).is_multiple_of(2) {
                    line.put(MARGIN + column, stretch.look.glyph(self.glyphs), stretch.look.paint());
                }
            }
            let day = stretch.from.map(|day| format!(" {day}")).unwrap_or_default();
            let short: String = self.glyphs.text(&stretch.label).chars().take(LABEL).collect();
            let label = format!("{short}{day}");
            callouts.push(Callout { column: MARGIN + from, label, paint: stretch.look.paint() });
        }
        if callouts.is_empty() {
            line.write(MARGIN, "no participant, as far as this ledger knows", Paint::Plain);
        }
        let mut lines = vec![line];
        lines.extend(below(callouts, MARGIN + self.room, self.glyphs));
        lines
    }

    fn callout(&self, day: Date, label: &str, paint: Paint) -> Callout {
        let label = format!("{} {day}", self.glyphs.text(label));
        Callout { column: MARGIN + self.axis.column(day), label, paint }
    }

    fn named(&self, name: &str) -> Line {
        Line::of(&format!(" {name}"), Paint::Dim)
    }
}
