//! What a person reads on a terminal: tables, fields, text.
//!
//! Promises: a word is never broken, so that an id or a key can be copied; what
//! does not fit as a table is shown row by row, a field to a line.

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

/// For each column its longest word.
fn longest_words(header: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let longest = |text: &String| text.split_whitespace().map(columns).max().unwrap_or(0);
    let in_column = |at: usize| rows.iter().filter_map(move |row| row.get(at)).map(longest).max().unwrap_or(0);
    header.iter().enumerate().map(|(at, name)| longest(name).max(in_column(at))).collect()
}

fn drawn(header: &[String], rows: &[Vec<String>], words: &[usize], width: u16) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width).set_header(header);
    table.add_rows(rows);
    for (column, word) in table.column_iter_mut().zip(words) {
        let least = u16::try_from(word + PADDING).unwrap_or(u16::MAX);
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
    }
    table.trim_fmt()
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

/// A line in lines of at most so many columns, where its words allow it.
pub fn wrapped(line: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split_whitespace() {
        let last = lines.last_mut().expect("there is always one");
        match last.is_empty() {
            true => last.push_str(word),
            false if columns(last) + 1 + columns(word) <= room => {
                last.push(' ');
                last.push_str(word);
            }
            false => lines.push(word.to_owned()),
        }
    }
    lines
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
    fn no_width_breaks_a_word() {
        for width in [120, 80, 60, 40] {
            let text = desks().text(width);
            assert!(text.contains(ID), "{text}");
            assert!(text.lines().all(|line| columns(line) <= usize::from(width)), "{width}:\n{text}");
        }
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
