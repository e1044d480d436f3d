//! How many acts there were in each year.

use std::collections::BTreeMap;

use super::canvas::{Glyphs, Line, Paint, Style, fitted};

/// Acts by year, with how many there were of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Years {
    /// Counts by the names of the kinds.
    years: BTreeMap<i16, BTreeMap<String, usize>>,
}

impl Years {
    /// Counts acts by year and kind.
    pub fn of(acts: impl IntoIterator<Item = (i16, String)>) -> Self {
        let mut counted = Self::default();
        for (year, kind) in acts {
            *counted.years.entry(year).or_default().entry(kind).or_default() += 1;
        }
        counted
    }

    pub fn is_empty(&self) -> bool {
        self.years.is_empty()
    }

    /// A bar for each year; years without an act are counted in between.
    pub fn text(&self, width: usize, style: Style) -> String {
        let most = self.years.values().map(|kinds| kinds.values().sum::<usize>()).max().unwrap_or(1);
        let bars = (width / 4).clamp(5, 30).min(most);
        let mut lines = Vec::new();
        let mut before: Option<i16> = None;
        for (year, kinds) in &self.years {
            if before.is_some_and(|before| year - before > 1) {
                lines.push(Line::of(&format!("    {}", style.glyphs.of(':', '┊')), Paint::Dim));
            }
            before = Some(*year);
            lines.extend(self.year(*year, kinds, (bars, most), width, style.glyphs));
        }
        lines.iter().map(|line| line.text(style)).collect::<Vec<_>>().join("\n")
    }

    fn year(
        &self,
        year: i16,
        kinds: &BTreeMap<String, usize>,
        (bars, most): (usize, usize),
        width: usize,
        glyphs: Glyphs,
    ) -> Vec<Line> {
        let count: usize = kinds.values().sum();
        let mut line = Line::of(&format!(" {year}{count:>5} "), Paint::Plain);
        let length = (count * bars).div_ceil(most);
        (0..length).for_each(|at| line.put(12 + at, glyphs.of('#', '█'), Paint::Green));
        let mut told: Vec<_> = kinds.iter().collect();
        told.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let told: Vec<String> = told.into_iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let indent = 12 + bars + 2;
        let mut lines = vec![line];
        for (at, text) in fitted(&glyphs.text(&told.join(", ")), width.saturating_sub(indent)).iter().enumerate() {
            lines.resize(lines.len().max(at + 1), Line::default());
            lines[at].write(indent, text, Paint::Plain);
        }
        lines
    }
}
