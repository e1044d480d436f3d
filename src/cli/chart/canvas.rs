//! Lines of glyphs with their colour, and what becomes of them on a terminal.

use std::fmt::Write;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::Look;
use crate::cli::block::wrapped;

/// What a terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub glyphs: Glyphs,
    pub colour: bool,
}

/// Which characters may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    Ascii,
    Unicode,
}

impl Style {
    /// Reads on every terminal and in a file.
    pub const PLAIN: Self = Self { glyphs: Glyphs::Ascii, colour: false };

    /// What a terminal says of itself in its variables. `terminal`: whether it is one.
    pub fn of(terminal: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let kind = set("TERM").unwrap_or_else(|| "dumb".to_owned());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
        let unicode = kind != "dumb" && (locale.contains("utf-8") || locale.contains("utf8"));
        Self {
            glyphs: if unicode { Glyphs::Unicode } else { Glyphs::Ascii },
            colour: terminal && kind != "dumb" && set("NO_COLOR").is_none(),
        }
    }
}

/// Colour of a glyph, as a number of the terminal's own palette.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    #[default]
    Plain,
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Magenta,
    Cyan,
}

impl Paint {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "0",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Red => "31",
            Self::Green => "32",
            Self::Yellow => "33",
            Self::Magenta => "35",
            Self::Cyan => "36",
        }
    }
}

impl Look {
    /// Lines for what does not bind, blocks for what does.
    pub fn glyph(self, glyphs: Glyphs) -> char {
        let (ascii, unicode) = match self {
            Self::Blank => (' ', ' '),
            Self::Signatory => ('-', '─'),
            Self::Contracting => ('=', '═'),
            Self::Party => ('#', '█'),
            Self::Leaving => ('%', '▓'),
            Self::Deferred => ('&', '▒'),
            Self::Former => ('x', '×'),
            Self::Open => (':', '┄'),
            Self::Other => ('*', '*'),
            Self::Claimed => ('~', '~'),
            Self::Contested => ('?', '?'),
            Self::Provisional => ('+', '+'),
        };
        glyphs.of(ascii, unicode)
    }

    pub fn paint(self) -> Paint {
        match self {
            Self::Blank | Self::Open | Self::Other => Paint::Plain,
            Self::Signatory | Self::Contracting => Paint::Cyan,
            Self::Party => Paint::Green,
            Self::Leaving | Self::Claimed => Paint::Yellow,
            Self::Deferred | Self::Provisional => Paint::Magenta,
            Self::Former | Self::Contested => Paint::Red,
        }
    }
}

impl Glyphs {
    pub fn of(self, ascii: char, unicode: char) -> char {
        match self {
            Self::Ascii => ascii,
            Self::Unicode => unicode,
        }
    }

    /// A text as far as these characters allow: without accents, else with a question mark.
    pub fn text(self, text: &str) -> String {
        match self {
            Self::Unicode => text.to_owned(),
            Self::Ascii => {
                let letters = text.nfd().filter(|character| !is_combining_mark(*character));
                letters.map(|character| if character.is_ascii() { character } else { '?' }).collect()
            }
        }
    }
}

/// A text in lines of at most so many columns. A word that is wider is broken: unlike
/// in a table, nothing may stand out of a drawing.
pub fn fitted(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let lines = wrapped(text, room).into_iter().flat_map(|line| {
        let letters: Vec<char> = line.chars().collect();
        letters.chunks(room).map(String::from_iter).collect::<Vec<_>>()
    });
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { vec![String::new()] } else { lines }
}

/// A line of a drawing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    cells: Vec<(char, Paint)>,
}

impl Line {
    pub fn of(text: &str, paint: Paint) -> Self {
        let mut line = Self::default();
        line.write(0, text, paint);
        line
    }

    pub fn put(&mut self, column: usize, glyph: char, paint: Paint) {
        if self.cells.len() <= column {
            self.cells.resize(column + 1, (' ', Paint::Plain));
        }
        self.cells[column] = (glyph, paint);
    }

    pub fn write(&mut self, column: usize, text: &str, paint: Paint) {
        text.chars().enumerate().for_each(|(at, glyph)| self.put(column + at, glyph, paint));
    }

    /// Whether nothing is written from one column to before another.
    pub fn is_free(&self, from: usize, to: usize) -> bool {
        self.cells.iter().take(to).skip(from).all(|(glyph, _)| *glyph == ' ')
    }

    /// The line as text, without spaces at its end.
    pub fn text(&self, style: Style) -> String {
        let used = self.cells.iter().rposition(|(glyph, _)| *glyph != ' ').map_or(0, |last| last + 1);
        let mut text = String::new();
        let mut current = Paint::Plain;
        for (glyph, paint) in &self.cells[..used] {
            // A space looks the same in every colour.
            if style.colour && *glyph != ' ' && *paint != current {
                // A colour is not brightness: what was before is taken back first.
                let _ = write!(text, "\u{1b}[0m");
                if *paint != Paint::Plain {
                    let _ = write!(text, "\u{1b}[{}m", paint.code());
                }
                current = *paint;
            }
            text.push(*glyph);
        }
        if current != Paint::Plain {
            text.push_str("\u{1b}[0m");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(terminal: bool, variables: &[(&str, &str)]) -> Style {
        let find = |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        Style::of(terminal, find)
    }

    #[test]
    fn a_dumb_terminal_and_one_that_says_nothing_get_ascii_without_colour() {
        assert_eq!(style(true, &[]), Style::PLAIN);
        assert_eq!(style(true, &[("TERM", "dumb"), ("LANG", "en_GB.UTF-8")]), Style::PLAIN);
        assert_eq!(style(true, &[("TERM", "xterm"), ("LANG", "C")]), Style { glyphs: Glyphs::Ascii, colour: true });
    }

    #[test]
    fn glyphs_follow_the_locale_and_colour_the_terminal() {
        let utf8 = [("TERM", "xterm-256color"), ("LANG", "C.utf8")];
        assert_eq!(style(true, &utf8), Style { glyphs: Glyphs::Unicode, colour: true });
        assert_eq!(style(false, &utf8), Style { glyphs: Glyphs::Unicode, colour: false });
        let [kind, locale] = utf8;
        assert_eq!(style(true, &[kind, locale, ("LC_ALL", "C")]), Style { glyphs: Glyphs::Ascii, colour: true });
        assert_eq!(style(true, &[kind, locale, ("NO_COLOR", "1")]), Style { glyphs: Glyphs::Unicode, colour: false });
    }

    #[test]
    fn a_name_loses_its_accents_in_ascii() {
        assert_eq!(Glyphs::Ascii.text("Côte d'Ivoire, Türkiye, 中"), "Cote d'Ivoire, Turkiye, ?");
        assert_eq!(Glyphs::Unicode.text("Türkiye"), "Türkiye");
    }

    #[test]
    fn colour_is_written_once_for_a_run_and_taken_back_at_the_end() {
        let mut line = Line::of("ab", Paint::Red);
        line.put(4, 'c', Paint::Red);
        let style = Style { glyphs: Glyphs::Ascii, colour: true };
        assert_eq!(line.text(style), "\u{1b}[0m\u{1b}[31mab  c\u{1b}[0m");
        assert_eq!(line.text(Style::PLAIN), "ab  c");
    }
}
