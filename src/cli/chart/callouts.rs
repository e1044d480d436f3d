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

/// Lines below a lane. A label begins under its column where the page is wide enough and no
/// other line stands there, otherwise it ends before it. Callouts ascend by column.
pub fn below(callouts: Vec<Callout>, width: usize, glyphs: Glyphs) -> Vec<Line> {
    let bar = glyphs.of('|', '│');
    let (mut callouts, ending) = sides(callouts, width);
    let mut ending = ending.into_iter().peekable();
    let mut lines = Vec::new();
    let mut stuck = false;
    while !callouts.is_empty() || ending.peek().is_some() {
        let mut line = Line::default();
        let mut limit = width + 2;
        let before = callouts.len() + ending.len();
        // A label that ends before its column waits for those whose lines it would hide.
        let start = |callout: &Callout| callout.column.saturating_sub(callout.length() + 1);
        let hides = |callout: &Callout| callouts.iter().any(|other| other.column + 1 >= start(callout));
        if let Some(callout) = ending.next_if(|callout| stuck || !hides(callout)) {
            limit = start(&callout);
            line.write(limit, &callout.label, callout.paint);
            line.put(callout.column, bar, Paint::Dim);
        } else if let Some(first) = ending.peek() {
            limit = first.column;
        }
        ending.clone().for_each(|later| line.put(later.column, bar, Paint::Dim));
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
        stuck = callouts.len() + ending.len() == before;
        lines.push(line);
    }
    lines
}

/// Callouts whose labels begin under their columns, and those whose labels end before them:
/// where the page, or the line of one that ends before its column, leaves no room.
fn sides(mut beginning: Vec<Callout>, width: usize) -> (Vec<Callout>, Vec<Callout>) {
    let fits = beginning.iter().position(|callout| callout.column + callout.length() > width);
    let mut ending = beginning.split_off(fits.unwrap_or(beginning.len()));
    while let Some(first) = ending.first().map(|first| first.column) {
        let crosses = |callout: &Callout| callout.column + callout.length() + 1 >= first;
        let has_room = |callout: &Callout| callout.column > callout.length();
        let Some(at) = beginning.iter().rposition(|callout| crosses(callout) && has_room(callout)) else { break };
        let moved = beginning.remove(at);
        let place = ending.partition_point(|other| other.column < moved.column);
        ending.insert(place, moved);
    }
    (beginning, ending)
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

#[cfg(test)]
mod tests {
    use proptest::{collection::btree_map, prelude::*};

    use super::{super::canvas::Style, *};

    const WIDTH: usize = 80;

    fn drawn(callouts: &[(usize, String)]) -> Vec<String> {
        let callouts = callouts.iter().map(|(column, label)| {
            let label = label.clone();
            Callout { column: *column, label, paint: Paint::Plain }
        });
        below(callouts.collect(), WIDTH, Glyphs::Ascii).iter().map(|line| line.text(Style::PLAIN)).collect()
    }

    /// Whether each column has its line down to its label.
    fn all_lines_reach_their_labels(callouts: &[(usize, String)], lines: &[String]) -> bool {
        callouts.iter().all(|(column, label)| {
            let Some(own) = lines.iter().position(|line| line.contains(label.as_str())) else { return false };
            lines[..own].iter().all(|line| line.chars().nth(*column) == Some('|'))
        })
    }

    #[test]
    fn a_label_that_ends_before_its_column_hides_no_line_of_another() {
        // A membership that ended in 2010, and a new consent in 2020 at the edge of the page.
        let callouts = [(20, "party 1999-03-01"), (46, "pending 2009-06-27"), (52, "former party 2010-01-01")]
            .into_iter()
            .chain([(66, "contracting 2020-06-01"), (72, "party 2020-12-01")])
            .map(|(column, label)| (column, label.to_owned()))
            .collect::<Vec<_>>();
        let lines = drawn(&callouts);
        assert!(all_lines_reach_their_labels(&callouts, &lines), "{}", lines.join("\n"));
    }

    proptest! {
        /// As long as the labels find room on a side of their columns.
        #[test]
        fn every_line_reaches_its_label(columns in btree_map(37_usize..78, 3_usize..30, 1..6)) {
            let callouts: Vec<(usize, String)> =
                columns.iter().map(|(column, length)| (*column, format!("{column}{}", "x".repeat(*length)))).collect();
            let lines = drawn(&callouts);
            prop_assert!(all_lines_reach_their_labels(&callouts, &lines), "{}", lines.join("\n"));
        }
    }
}
