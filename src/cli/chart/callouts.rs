//! Labels under a lane and over the axis, each with a line to its column.
//!
//! Promises: no label is cut or written over; no line of a label hides another label.

use super::canvas::{Glyphs, Line, Paint};

/// A label for a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callout {
    pub column: usize,
    pub label: String,
    pub paint: Paint,
}

impl Callout {
    fn length(&self) -> usize {
        self.label.chars().count()
    }
}

/// Lines below a lane. A label begins under its column where the page is wide enough,
/// otherwise it ends before it. Callouts ascend by column.
pub fn below(mut callouts: Vec<Callout>, width: usize, glyphs: Glyphs) -> Vec<Line> {
    let bar = glyphs.of('|', '│');
    let fits = callouts.iter().position(|callout| callout.column + callout.length() > width);
    let mut ending = callouts.split_off(fits.unwrap_or(callouts.len())).into_iter().peekable();
    let mut lines = Vec::new();
    while !callouts.is_empty() || ending.peek().is_some() {
        let mut line = Line::default();
        let mut limit = width + 2;
        if let Some(callout) = ending.next() {
            limit = callout.column.saturating_sub(callout.length() + 1);
            line.write(limit, &callout.label, callout.paint);
            line.put(callout.column, bar, Paint::Dim);
            ending.clone().for_each(|later| line.put(later.column, bar, Paint::Dim));
        }
        // From the right: what does not fit before the next one waits, with a line.
        let mut waiting = Vec::new();
        for callout in callouts.into_iter().rev() {
            if callout.column + callout.length() + 1 < limit {
                line.write(callout.column, &callout.label, callout.paint);
                limit = callout.column;
            } else {
                if callout.column < limit {
                    line.put(callout.column, bar, Paint::Dim);
                    limit = callout.column;
                }
                waiting.push(callout);
            }
        }
        waiting.reverse();
        callouts = waiting;
        lines.push(line);
    }
    lines
}

/// Lines above the axis that point down at columns; the last one touches it.
pub fn above(callouts: &[Callout], width: usize, glyphs: Glyphs) -> Vec<Line> {
    let (bar, head) = (glyphs.of('|', '│'), glyphs.of('v', '▼'));
    let mut lines = vec![Line::default()];
    callouts.iter().for_each(|callout| lines[0].put(callout.column, head, Paint::Bold));
    for callout in callouts {
        let (start, end) = match callout.column.checked_sub(callout.length() + 1) {
            Some(start) => (start, callout.column),
            None => (callout.column + 2, callout.column + 2 + callout.length()),
        };
        let free = |line: &Line| line.is_free(start.saturating_sub(1), end) && end <= width;
        let at = lines.iter().position(free).unwrap_or(lines.len());
        lines.resize(lines.len().max(at + 1), Line::default());
        lines[at].write(start, &callout.label, callout.paint);
        lines[..=at].iter_mut().skip(1).for_each(|line| line.put(callout.column, bar, Paint::Dim));
    }
    lines.reverse();
    lines
}
