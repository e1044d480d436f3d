//! What a person reads on a terminal: tables, fields, text.
//!
//! Promises: a word is never broken, so that an id or a key can be copied; what
//! does not fit as a table is shown row by row, a field to a line. A table that has to wrap
//! uses the whole page, and gives it to the columns that make its rows long.

use std::borrow::Cow;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::chart::{Chart, Style, Years};

/// A piece of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Rows {
        header: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// Names with their values.
    Fields(Vec<[String; 2]>),
    /// Sentences, one below the other, as wide as the page, under a heading.
    Sentences {
        heading: Option<String>,
        sentences: Vec<String>,
    },
    /// Lines that stay as they are.
    Text(String),
    /// A drawing over time. Where it runs from left to right, `keyed` tells under it
    /// what its letters stand for; where it runs from top to bottom, it tells itself.
    Chart {
        chart: Box<Chart>,
        keyed: Vec<Block>,
    },
    /// Counts by year.
    Years(Years),
}

/// Rows under a header, without lines.
pub fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Block {
    Block::Rows { header: header.map(str::to_owned).into(), rows: rows.into_iter().map(Vec::from).collect() }
}

/// Names with their values, a line each.
pub fn fields<'a>(fields: impl IntoIterator<Item = (&'a str, String)>) -> Block {
    Block::Fields(fields.into_iter().map(|(name, value)| [name.to_owned(), value]).collect())
}

/// Sentences, one below the other, under a heading if there is one.
pub fn sentences(heading: Option<&str>, sentences: impl IntoIterator<Item = String>) -> Block {
    Block::Sentences { heading: heading.map(str::to_owned), sentences: sentences.into_iter().collect() }
}

impl Block {
    /// Whether it says nothing: no rows, no fields, no text.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Rows { header: _, rows } => rows.is_empty(),
            Self::Fields(fields) => fields.is_empty(),
            Self::Sentences { heading: _, sentences } => sentences.is_empty(),
            Self::Text(text) => text.is_empty(),
            Self::Chart { chart, keyed } => chart.is_empty() && keyed.iter().all(Self::is_empty),
            Self::Years(years) => years.is_empty(),
        }
    }

    /// The text for any terminal of so many columns, or a file.
    pub fn text(&self, width: u16) -> String {
        self.shown(width, Style::PLAIN)
    }

    /// The text for a terminal of so many columns that can show so much.
    pub fn shown(&self, width: u16, style: Style) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Years(years) => years.text(usize::from(width), style),
            Self::Chart { chart, keyed } => {
                let tells_itself = !chart.is_empty() && !chart.is_strip(usize::from(width));
                let keyed = keyed.iter().filter(|_| !tells_itself);
                let drawn = Some(chart.text(usize::from(width), style)).filter(|text| !text.is_empty());
                let keyed = keyed.map(|block| block.shown(width, style));
                drawn.into_iter().chain(keyed).collect::<Vec<_>>().join("\n\n")
            }
            Self::Fields(fields) => lines_of(fields, width),
            Self::Sentences { heading, sentences } => {
                let lines = heading.iter().chain(sentences).flat_map(|text| hanging(text, usize::from(width)));
                lines.collect::<Vec<_>>().join("\n")
            }
            Self::Rows { header, rows } => {
                let words = longest_words(header, rows);
                let needed: usize = words.iter().map(|word| word + PADDING).sum();
                if needed <= usize::from(width) {
                    drawn(header, rows, &words, width)
                } else {
                    row_by_row(header, rows, width)
                }
            }
        }
    }
}

/// Spaces around the content of a column.
const PADDING: usize = 2;

/// For each column its longest word; what is longer than any name is broken anyhow.
fn longest_words(header: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let names = |text: &String| text.split_whitespace().filter(|word| may_be_a_name(word)).map(columns).max();
    let longest = |text: &String| names(text).unwrap_or(0);
    let in_column = |at: usize| rows.iter().filter_map(move |row| row.get(at)).map(longest).max().unwrap_or(0);
    header.iter().enumerate().map(|(at, name)| longest(name).max(in_column(at))).collect()
}

fn drawn(header: &[String], rows: &[Vec<String>], words: &[usize], width: u16) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width).set_header(header);
    table.add_rows(rows);
    let room = usize::from(width).saturating_sub(header.len() * PADDING);
    for (column, width) in table.column_iter_mut().zip(widths(header, rows, words, room)) {
        let width = u16::try_from(width + PADDING).unwrap_or(u16::MAX);
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
    }
    table.trim_fmt()
}

/// Rows that are looked at for the widths of columns: a page of them tells enough.
const LOOKED_AT: usize = 500;

/// A column as narrow as this is not wrapped while the page has room: a date, a word or two.
const SHORT: usize = 16;

/// The widths of the columns, without padding: as wide as they like if the page has room;
/// otherwise short columns whole and each other one as its longest word, and what is left of
/// the page goes column by column to where it makes the rows shorter.
fn widths(header: &[String], rows: &[Vec<String>], words: &[usize], room: usize) -> Vec<usize> {
    let lengths =
        |row: &[String]| -> Vec<Vec<usize>> { row.iter().map(|cell| cell.lines().map(columns).collect()).collect() };
    let all: Vec<Vec<Vec<usize>>> =
        std::iter::once(lengths(header)).chain(rows.iter().map(|row| lengths(row))).collect();
    let widest = |at: usize| all.iter().filter_map(|row| row.get(at)).flatten().copied().max().unwrap_or(0);
    let most: Vec<usize> = (0..header.len()).map(|at| widest(at).max(words[at])).collect();
    if most.iter().sum::<usize>() <= room {
        return most;
    }
    let short = most.iter().zip(words).map(|(most, word)| if *most <= SHORT { *most } else { *word });
    let short: Vec<usize> = short.collect();
    let mut widths = if short.iter().sum::<usize>() <= room { short } else { words.to_vec() };
    let mut left = room.saturating_sub(widths.iter().sum());
    while left > 0 {
        let Some(at) = worth_most(&all[..all.len().min(LOOKED_AT)], &widths, &most) else { break };
        widths[at] += 1;
        left -= 1;
    }
    let used = widths.into_iter().enumerate().map(|(at, width)| used(header, rows, at, width));
    unwrapped_where_it_fits(used.collect(), &most, room)
}

/// What the wrapped columns leave of the page goes to those that can then do without wrapping,
/// the one that lacks most first.
fn unwrapped_where_it_fits(mut widths: Vec<usize>, most: &[usize], room: usize) -> Vec<usize> {
    let mut left = room.saturating_sub(widths.iter().sum());
    let mut lacking: Vec<usize> = (0..widths.len()).filter(|at| widths[*at] < most[*at]).collect();
    lacking.sort_by_key(|at| std::cmp::Reverse(most[*at] - widths[*at]));
    for at in lacking {
        let lacks = most[at] - widths[at];
        if lacks <= left {
            widths[at] += lacks;
            left -= lacks;
        }
    }
    widths
}

/// So much of a width is used when a column is wrapped in it.
fn used(header: &[String], rows: &[Vec<String>], at: usize, width: usize) -> usize {
    let cells = header.get(at).into_iter().chain(rows.iter().filter_map(|row| row.get(at)));
    let lines = cells.flat_map(|cell| cell.lines()).flat_map(|line| wrapped(line, width));
    lines.map(|line| columns(&line)).max().unwrap_or(0)
}

/// The column that shortens the rows most by one more character, of those that can use it. Of
/// equal ones the first; only the column that makes a row long can shorten it.
fn worth_most(rows: &[Vec<Vec<usize>>], widths: &[usize], most: &[usize]) -> Option<usize> {
    let height = |cell: &[usize], width: usize| -> f64 {
        cell.iter().map(|line| (*line as f64 / width.max(1) as f64).max(1.0)).sum()
    };
    let mut worth = vec![0.0; widths.len()];
    for row in rows {
        let tallest = row.iter().enumerate().map(|(at, cell)| (at, height(cell, widths[at])));
        if let Some((at, tall)) = tallest.max_by(|(_, one), (_, other)| one.total_cmp(other)) {
            worth[at] += tall - height(&row[at], widths[at] + 1);
        }
    }
    let usable = (0..widths.len()).filter(|at| widths[*at] < most[*at]);
    usable.min_by(|one, other| worth[*other].total_cmp(&worth[*one]))
}

fn row_by_row(header: &[String], rows: &[Vec<String>], width: u16) -> String {
    let block = |row: &Vec<String>| {
        let named = header.iter().cloned().zip(row.iter().cloned()).map(|(name, value)| [name, value]);
        lines_of(&named.filter(|[_, value]| !value.is_empty()).collect::<Vec<_>>(), width)
    };
    rows.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

fn lines_of(fields: &[[String; 2]], width: u16) -> String {
    let indent = fields.iter().map(|[name, _]| columns(name)).max().unwrap_or(0) + 3;
    let room = usize::from(width).saturating_sub(indent).max(20);
    let line = |[name, value]: &[String; 2]| {
        let lines = value.lines().flat_map(|line| wrapped(line, room)).collect::<Vec<_>>();
        let padding = " ".repeat(indent.saturating_sub(columns(name) + 1));
        format!(" {name}{padding}{}", lines.join(&format!("\n{}", " ".repeat(indent)))).trim_end().to_owned()
    };
    fields.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A line in lines of at most so many columns, where its words allow it; what is longer than
/// any name is broken where a line ends.
pub fn wrapped(line: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split_whitespace().flat_map(|word| pieces(word, room)) {
        let last = lines.last_mut().expect("there is always one");
        match last.is_empty() {
            true => last.push_str(&word),
            false if columns(last) + 1 + columns(&word) <= room => {
                last.push(' ');
                last.push_str(&word);
            }
            false => lines.push(word.into_owned()),
        }
    }
    lines
}

/// Columns of the longest name that is told on one line, whatever the page: a subject has at
/// most 143, a digest 64.
const LONGEST_NAME: usize = 160;

/// What was cut is nothing that can be copied: it is broken where a line ends.
fn may_be_a_name(word: &str) -> bool {
    columns(word) <= LONGEST_NAME && !word.contains('\u{2026}')
}

fn pieces(word: &str, room: usize) -> Vec<Cow<'_, str>> {
    if columns(word) <= room || may_be_a_name(word) {
        return vec![word.into()];
    }
    let characters: Vec<char> = word.chars().collect();
    characters.chunks(room.max(1)).map(|piece| piece.iter().collect::<String>().into()).collect()
}

/// The same, an item of a list with its later lines under its first word.
fn hanging(line: &str, room: usize) -> Vec<String> {
    match line.strip_prefix("- ") {
        None => wrapped(line, room),
        Some(item) => {
            let lines = wrapped(item, room.saturating_sub(2)).into_iter().enumerate();
            lines.map(|(at, line)| format!("{}{line}", if at == 0 { "- " } else { "  " })).collect()
        }
    }
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "desk-public-record-treaties";

    fn desks() -> Block {
        let name = "Demonstration desk: public record on treaties and participants";
        table(["id", "name", "type", "country"], [[ID, name, "desk", "XX"].map(str::to_owned)])
    }

    #[test]
    fn what_is_longer_than_any_name_is_broken_where_lines_end() {
        let endless = "x".repeat(60_000);
        let blocks = [
            sentences(None, [format!("The document {endless} is cited.")]),
            fields([("reason", format!("as told {endless}"))]),
            table(
                ["date", "because", "entry"],
                [["2026-03-01", &format!("as told {endless}"), "7"].map(str::to_owned)],
            ),
        ];
        for width in [120, 80, 60] {
            for block in &blocks {
                let text = block.text(width);
                assert!(text.lines().all(|line| line.chars().count() <= usize::from(width)), "{width}");
                assert_eq!(text.matches('x').count(), 60_000, "all of it is told");
            }
        }
        let name = "y".repeat(LONGEST_NAME);
        assert_eq!(wrapped(&format!("as told {name}"), 60), ["as told", name.as_str()], "a name is not broken");
    }

    #[test]
    fn no_width_breaks_a_word() {
        for width in [120, 80, 60, 40] {
            let text = desks().text(width);
            assert!(text.contains(ID), "{text}");
            assert!(text.lines().all(|line| columns(line) <= usize::from(width)), "{width}:\n{text}");
        }
    }

    /// A table with a column of prose, and one with a name that is long in one row alone.
    fn prose() -> Block {
        let row = |who: &str| {
            let what = "last permitted day of the yearly update of the report on transparency measures, which an \
                        extension, a withdrawal or a correction could move";
            ["2026-04-30", who, what, "7(2)"].map(str::to_owned)
        };
        let others = ["Angola", "Albania", "Andorra", "Austria"].map(row);
        table(["day", "who", "what", "article"], others.into_iter().chain([row("The Republic of the Twelve Isles")]))
    }

    #[test]
    fn a_table_that_wraps_uses_the_page_and_gives_it_to_the_column_that_is_long() {
        for width in [120_u16, 80, 60] {
            let text = prose().text(width);
            let widest = text.lines().map(columns).max().unwrap_or(0);
            assert!(widest <= usize::from(width) && widest + 12 >= usize::from(width), "{width}:\n{text}");
            let head = text.lines().next().unwrap_or_default();
            let (who, what) = (head.find("who").unwrap_or(0), head.find("what").unwrap_or(0));
            let article = head.find("article").unwrap_or(0);
            assert!(article - what > 2 * (what - who), "{width}: the prose has most of the page:\n{text}");
        }
    }

    #[test]
    fn a_table_that_fits_is_as_narrow_as_it_can_be() {
        let text = table(["day", "who"], [["2026-04-30", "Angola"].map(str::to_owned)]).text(80);
        assert_eq!(text, " day         who\n 2026-04-30  Angola");
    }

    #[test]
    fn what_does_not_fit_as_a_table_is_shown_row_by_row() {
        assert!(desks().text(80).lines().next().is_some_and(|line| line.contains("id") && line.contains("name")));
        let narrow = desks().text(40);
        assert!(narrow.starts_with(&format!(" id       {ID}\n name     Demonstration desk:")), "{narrow}");
    }

    #[test]
    fn a_value_without_spaces_stays_whole_and_others_are_wrapped_under_their_beginning() {
        let text = fields([("root", "ab".repeat(32)), ("is", "one two three four five six".into())]).text(30);
        assert_eq!(text, format!(" root  {}\n is    one two three four five\n       six", "ab".repeat(32)));
    }
}
