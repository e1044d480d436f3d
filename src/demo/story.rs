//! What the demonstration says: plain text for a person, 80 columns, no colour,
//! no cursor movement, so that it reads on any terminal and in a file.
//!
//! Promises: every screen names the replayed clock and what it shows.

use std::io::{self, Write};

use crate::clock::{Clock, ReplayedClock};

/// Columns that every line keeps within.
const COLUMNS: usize = 80;
/// Columns of an answer, which is set in a little.
pub const ANSWER_COLUMNS: u16 = 77;
/// Column at which values begin.
const VALUES: usize = 15;

/// Writes the story screen by screen.
pub struct Story<'a> {
    out: &'a mut (dyn Write + Send),
    clock: ReplayedClock,
}

impl<'a> Story<'a> {
    pub fn new(out: &'a mut (dyn Write + Send), clock: ReplayedClock) -> Self {
        Self { out, clock }
    }

    pub fn title(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}\n")
    }

    /// Begins a screen: its title, and what the replayed clock shows.
    pub fn screen(&mut self, title: &str) -> io::Result<()> {
        let now = self.clock.now().to_string();
        let clock = format!("replayed clock: {}", now.get(..10).unwrap_or(&now));
        let gap = COLUMNS.saturating_sub(title.chars().count() + clock.len());
        writeln!(self.out, "\n{title}{}{clock}\n{}", " ".repeat(gap.max(2)), "=".repeat(COLUMNS))?;
        self.out.flush()
    }

    /// A paragraph.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        wrap(text, COLUMNS).iter().try_for_each(|line| writeln!(self.out, "{line}"))
    }

    /// A name and its value, the value on as many lines as it needs.
    pub fn fact(&mut self, name: &str, value: &str) -> io::Result<()> {
        for (at, line) in wrap(value, COLUMNS - VALUES - 1).iter().enumerate() {
            writeln!(self.out, "{:<VALUES$} {line}", if at == 0 { name } else { "" })?;
        }
        Ok(())
    }

    /// A line as it is: a command to copy.
    pub fn command(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "  {text}")
    }

    /// The command whose answer follows, as it can be typed: on several lines if it is long.
    pub fn asked(&mut self, command: &str) -> io::Result<()> {
        writeln!(self.out, "$ {}", typed(command))
    }

    /// A piece of an answer, set in a little, without empty lines.
    pub fn block(&mut self, text: &str) -> io::Result<()> {
        let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
        lines.into_iter().try_for_each(|line| writeln!(self.out, "  {line}"))
    }
}

/// A command on as many lines as it needs. Short ones stay as they are, quoted spaces included.
fn typed(command: &str) -> String {
    const MARKS: usize = "    ".len() + " \\".len();
    if command.chars().count() + "$ ".len() <= COLUMNS {
        return command.to_owned();
    }
    wrap(command, COLUMNS - MARKS).join(" \\\n    ")
}

/// Breaks a text into lines of so many characters, at spaces; a longer word is cut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        while !rest.is_empty() {
            let line = lines.last_mut().expect("there is always a line");
            let used = line.chars().count();
            let gap = usize::from(used > 0);
            if used + gap + rest.len().min(width) > width {
                lines.push(String::new());
                continue;
            }
            line.push_str(&" ".repeat(gap));
            line.extend(rest.drain(..rest.len().min(width)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_keeps_within_its_width_and_no_word_is_lost() {
        let text = format!("a bb ccc {} d", "x".repeat(25));
        let lines = wrap(&text, 10);
        assert!(lines.iter().all(|line| line.chars().count() <= 10), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn a_long_command_goes_on_in_the_next_line_and_a_short_one_stays() {
        let long = format!("merestone {}", "--option value ".repeat(8));
        let told = typed(long.trim_end());
        assert!(told.lines().all(|line| line.chars().count() + 2 <= COLUMNS), "{told}");
        assert_eq!(told.replace("\\\n", "").split_whitespace().collect::<Vec<_>>().join(" "), long.trim_end());
        assert_eq!(typed("merestone minefield at \"-49.5,  -123\""), "merestone minefield at \"-49.5,  -123\"");
    }
}
