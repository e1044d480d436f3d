//! The drawing on a narrow page: time runs from top to bottom, a column for each lane.

use jiff::civil::Date;

use super::{
    Chart, Lane, Look, PAUSE, Stretch,
    canvas::{Glyphs, Line, Paint, fitted},
    days_between,
};

/// Columns of a date and of the letters after it.
const DATE: usize = 11;
const KEYS: usize = 3;

/// All lines, on a page of so many columns.
pub fn lines(chart: &Chart, width: usize, glyphs: Glyphs) -> Vec<Line> {
    let list = List { chart, lanes: chart.courses.iter().chain(&chart.overlays).collect(), width, glyphs };
    let mut lines = list.assumed();
    let mut before: Option<Date> = None;
    for day in chart.days() {
        if let Some(pause) = before.map(|before| days_between(before, day)).filter(|pause| *pause > PAUSE) {
            lines.push(list.pause(before, pause));
        }
        before = Some(day);
        lines.extend(list.rows(&day.to_string(), Some(day), list.told(day)));
    }
    if chart.is_open() {
        let told = glyphs.text("a/b: one of these, the day of the change is open");
        lines.extend(
            fitted(&told, width.saturating_sub(1)).iter().map(|told| Line::of(&format!(" {told}"), Paint::Dim)),
        );
    }
    for texts in &chart.undated {
        lines.extend(list.rows("undated", None, in_lines("", texts)));
    }
    lines
}

struct List<'a> {
    chart: &'a Chart,
    lanes: Vec<&'a Lane>,
    width: usize,
    glyphs: Glyphs,
}

/// What is told of a day.
struct Told {
    keys: String,
    set_in: usize,
    text: String,
    paint: Paint,
}

impl List<'_> {
    /// What each lane assumes, by its number.
    fn assumed(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for (number, lane) in (1..).zip(&self.chart.courses).filter(|(_, lane)| !lane.assuming.is_empty()) {
            let text = self.glyphs.text(&format!("if {}", lane.assuming.join(", or if ")));
            for (at, told) in fitted(&text, self.width.saturating_sub(4)).iter().enumerate() {
                let mut line = Line::default();
                if at == 0 {
                    line.write(1, &format!("{number}:"), Paint::Bold);
                }
                line.write(4, told, Paint::Plain);
                lines.push(line);
            }
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines
    }

    fn pause(&self, before: Option<Date>, days: i32) -> Line {
        let mut line = self.gutter(before);
        let years = (days + 182) / 365;
        line.write(1, &format!("{} {years} years", self.glyphs.of(':', '┊')), Paint::Dim);
        line
    }

    /// What is told under a date, beside the lanes as they are from a day on.
    fn rows(&self, date: &str, day: Option<Date>, told: Vec<Told>) -> Vec<Line> {
        let mut lines = Vec::new();
        for Told { keys, set_in, text, paint } in told {
            let indent = self.indent() + set_in;
            let told = fitted(&self.glyphs.text(&text), self.width.saturating_sub(indent));
            for (at, text) in told.iter().enumerate() {
                let mut line = self.gutter(day);
                if lines.is_empty() {
                    line.write(1, date, Paint::Plain);
                }
                if at == 0 {
                    line.write(1 + DATE, &keys, Paint::Bold);
                }
                line.write(indent, text, paint);
                lines.push(line);
            }
        }
        lines
    }

    /// Acts with what is told of them, then what changes, then what is pointed at.
    /// Letters of acts without a text stand before the first text that has none.
    fn told(&self, day: Date) -> Vec<Told> {
        let marks = || self.chart.acts.iter().chain(&self.chart.reactions).filter(move |mark| mark.day == day);
        let mut told: Vec<Told> = marks().flat_map(|mark| in_lines(&mark.key.to_string(), &mark.text)).collect();
        let mut keys: String = marks().filter(|mark| mark.text.is_empty()).map(|mark| mark.key).collect();
        if keys.chars().count() > KEYS {
            keys = keys.chars().take(KEYS - 1).chain(['+']).collect();
        }
        let arrow = self.glyphs.of('>', '→');
        let changes = self.changes(day).into_iter().map(|(text, look)| (format!("{arrow} {text}"), look.paint()));
        let pins = self.chart.pins.iter().filter(|pin| pin.day == day).map(|pin| (pin.label.clone(), Paint::Bold));
        for (text, paint) in changes.chain(pins) {
            told.push(Told { keys: std::mem::take(&mut keys), set_in: 0, text, paint });
        }
        if !keys.is_empty() || told.is_empty() {
            told.push(Told { keys, set_in: 0, text: String::new(), paint: Paint::Plain });
        }
        told
    }

    /// What changes on a day, by the number of the lane where lanes differ.
    fn changes(&self, day: Date) -> Vec<(String, Look)> {
        let (courses, overlays) = self.lanes.split_at(self.chart.courses.len());
        let changed: Vec<_> = courses.iter().map(|lane| self.change(lane, day)).collect();
        let agreed = changed.windows(2).all(|pair| pair[0] == pair[1]);
        let numbered = (1..).zip(&changed).filter_map(|(number, change)| {
            let (label, look) = change.as_ref()?;
            Some((format!("{number}: {label}"), *look))
        });
        let mut changes: Vec<(String, Look)> =
            if agreed { changed.first().cloned().flatten().into_iter().collect() } else { numbered.collect() };
        changes.extend(overlays.iter().filter_map(|lane| self.change(lane, day)));
        changes
    }

    /// The stretch that begins on a day, or that ends with nothing after it.
    fn change(&self, lane: &Lane, day: Date) -> Option<(String, Look)> {
        let ahead = if self.chart.lies_ahead(day) { " (projected)" } else { "" };
        let shown = |stretch: &&Stretch| stretch.look != Look::Blank;
        match lane.on(day).filter(shown) {
            Some(now) if now.from == Some(day) => Some((format!("{}{ahead}", now.label), now.look)),
            Some(_) => None,
            None => {
                let ended = lane.stretches.iter().filter(shown).find(|stretch| stretch.to == Some(day))?;
                // Of what may have ended before: by then it surely has.
                let what = ended.label.strip_prefix("none/").unwrap_or(&ended.label);
                Some((format!("end: {what}{ahead}"), ended.look))
            }
        }
    }

    /// The lanes as they are from a day on.
    fn gutter(&self, day: Option<Date>) -> Line {
        let mut line = Line::default();
        for (at, lane) in self.lanes.iter().enumerate() {
            if let Some(stretch) = day.and_then(|day| lane.on(day)) {
                let column = 1 + DATE + KEYS + 1 + at;
                line.put(column, stretch.look.glyph(self.glyphs), stretch.look.paint());
            }
        }
        line
    }

    /// Column at which texts begin.
    fn indent(&self) -> usize {
        1 + DATE + KEYS + 1 + self.lanes.len() + 1
    }
}

/// An act in a line, and what is told of it, set in a little.
fn in_lines(key: &str, texts: &[String]) -> Vec<Told> {
    let lines = texts.iter().enumerate().map(|(at, text)| {
        let (keys, set_in) = if at == 0 { (key.to_owned(), 0) } else { (String::new(), 2) };
        Told { keys, set_in, text: text.clone(), paint: Paint::Plain }
    });
    lines.collect()
}
