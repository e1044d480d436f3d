//! Results: tables for people on a terminal, JSON for everything else.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use comfy_table::Table;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use super::{
    Exit, Failure,
    block::{Block, wrapped},
    chart::Style,
};
use crate::client::{
    KnownAt,
    reply::{CharterProfile, HoldsAt, Timestamp},
};

/// Form of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    // One indented value.
    Json,
    // One value a line: an item of a list, or the whole.
    Ndjson,
}

/// Where results go and in which form.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    pub format: Format,
    terminal: bool,
    style: Style,
}

/// Width of a table where the terminal does not tell its own.
const WIDTH: u16 = 80;

impl Output {
    /// The form asked for; otherwise a table on a terminal and JSON elsewhere.
    pub fn new(asked: Option<Format>) -> Self {
        let terminal = io::stdout().is_terminal();
        let format = asked.unwrap_or(if terminal { Format::Table } else { Format::Json });
        Self { format, terminal, style: Style::of(terminal, |name| std::env::var(name).ok()) }
    }

    /// One result: `blocks` show it, `json` is it.
    pub fn show(&self, json: &Value, blocks: impl FnOnce() -> Vec<Block>) -> Result<(), Failure> {
        match self.format {
            Format::Table => {
                let blocks: Vec<String> = blocks().iter().map(|block| block.shown(self.width(), self.style)).collect();
                if blocks.is_empty() { Ok(()) } else { print(&blocks.join("\n\n")) }
            }
            Format::Json => print(&format!("{json:#}")),
            Format::Ndjson => print(&json.to_string()),
        }
    }

    /// A list of results: with `ndjson` one line for each of `items`.
    pub fn show_list(&self, json: &Value, items: &str, blocks: impl FnOnce() -> Vec<Block>) -> Result<(), Failure> {
        match self.format {
            Format::Table | Format::Json => self.show(json, blocks),
            Format::Ndjson => {
                let lines = json.get(items).and_then(Value::as_array).into_iter().flatten();
                lines.map(Value::to_string).try_for_each(|line| print(&line))
            }
        }
    }

    /// The same; with `ndjson` a last line tells what the answer says besides the items.
    pub fn show_list_and_rest(
        &self,
        json: &Value,
        items: &str,
        blocks: impl FnOnce() -> Vec<Block>,
    ) -> Result<(), Failure> {
        self.show_list(json, items, blocks)?;
        match self.format {
            Format::Table | Format::Json => Ok(()),
            Format::Ndjson => print(&without(json, items).to_string()),
        }
    }

    /// A line of text that is itself the result.
    pub fn line(&self, text: &str) -> Result<(), Failure> {
        print(text)
    }

    /// A progress bar on stderr; invisible when that is no terminal.
    pub fn progress(&self, length: u64) -> ProgressBar {
        let target =
            if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}").expect("the template is well formed");
        ProgressBar::with_draw_target(Some(length), target).with_style(style)
    }

    /// A remark on a table, to stderr; JSON says the same in its own fields.
    pub fn note(&self, text: &str) {
        if self.format == Format::Table {
            remark(text);
        }
    }

    /// What an answer holds for, to stderr; where lists of it are told in part, that in any case.
    pub fn note_what_it_holds_for(&self, held: Option<&HoldsAt>) {
        self.note(&holds_at(held));
        if let Some(told) = held.and_then(shortened) {
            remark(&told);
        }
    }

    /// Columns of the terminal; elsewhere they are fixed.
    fn width(&self) -> u16 {
        Table::new().width().filter(|_| self.terminal).unwrap_or(WIDTH)
    }
}

/// An answer without its items.
fn without(json: &Value, items: &str) -> Value {
    let mut rest = json.clone();
    rest.as_object_mut().into_iter().for_each(|fields| drop(fields.remove(items)));
    rest
}

/// The lower-case short name of an enum value.
pub fn short_name(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_lowercase()
}

/// A time of the ledger, to the second.
pub fn instant(time: Option<&Timestamp>) -> String {
    let time = time.and_then(|time| jiff::Timestamp::new(time.seconds, time.nanos).ok());
    time.map(|time| format!("{time:.0}")).unwrap_or_default()
}

/// The day (UTC) of the state of knowledge that was asked for, else of the newest entry.
pub fn day_known(asked: Option<KnownAt>, holds_at: Option<&HoldsAt>) -> String {
    let recorded = holds_at.and_then(|holds| holds.recorded_at.as_ref());
    let newest = recorded.and_then(|time| jiff::Timestamp::new(time.seconds, time.nanos).ok());
    let time = match asked {
        Some(KnownAt::Time(time)) => Some(time),
        Some(KnownAt::Size(_)) | None => newest,
    };
    time.map(|time| jiff::tz::TimeZone::UTC.to_datetime(time).date().to_string()).unwrap_or_default()
}

/// What an answer holds for, as a sentence.
pub fn holds_at(holds_at: Option<&HoldsAt>) -> String {
    match holds_at {
        Some(answer @ HoldsAt { size, recorded_at, policy, .. }) => {
            let solo = match answer.profile() {
                CharterProfile::Solo => "; solo: each statement rests on its author's signature alone",
                CharterProfile::National | CharterProfile::Coalition | CharterProfile::Unspecified => "",
            };
            format!("as of the first {size} entries, to {} (policy {policy}){solo}", instant(recorded_at.as_ref()))
        }
        None => "the server did not say for which state this holds".to_owned(),
    }
}

/// Which lists of an answer are told in part; `None` where all are whole.
pub fn shortened(held: &HoldsAt) -> Option<String> {
    let lists = held.shortened.iter().map(|list| format!("{} of {} in {}", list.told, list.of, list.field));
    let lists: Vec<String> = lists.collect();
    (!lists.is_empty()).then(|| format!("note: the answer is too large to be told whole: {}", lists.join(", ")))
}

/// A remark, to stderr: on a terminal in lines that fit it, elsewhere in one.
pub fn remark(text: &str) {
    let mut page = Table::new();
    let room = page.use_stderr().width().filter(|_| io::stderr().is_terminal());
    to_stderr(&fitting(text, room));
}

/// A line to stderr, as it is. That nobody reads it any more, as behind `2>&1 | head`, is no
/// failure, and changes no exit code.
pub fn to_stderr(text: &str) {
    // What cannot be told cannot be reported either.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn fitting(text: &str, room: Option<u16>) -> String {
    room.map_or_else(|| text.to_owned(), |room| wrapped(text, usize::from(room)).join("\n"))
}

fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}") {
        // Whoever reads has seen enough, as with `| head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(Exit::Done as i32),
        written => written.map_err(|error| Failure::new(Exit::Failed, error)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::client::reply::ShortenedList;

    #[test]
    fn a_remark_fits_a_terminal_and_is_one_line_elsewhere() {
        let told = holds_at(Some(&HoldsAt {
            size: 170,
            recorded_at: Some(Timestamp { seconds: 1_762_300_800, nanos: 0 }),
            policy: 1,
            profile: CharterProfile::Solo.into(),
            ..HoldsAt::default()
        }));
        assert!(told.chars().count() > 60, "{told}");
        for room in [60, 80] {
            let text = fitting(&told, Some(room));
            assert!(text.lines().all(|line| line.chars().count() <= usize::from(room)), "{text}");
            assert_eq!(text.split_whitespace().collect::<Vec<_>>().join(" "), told, "no word is lost");
        }
        assert_eq!(fitting(&told, None), told);
    }

    #[test]
    fn lists_that_are_told_in_part_are_named_with_how_many_there_are() {
        assert_eq!(shortened(&HoldsAt::default()), None);
        let list = ShortenedList { field: "outcomes.steps".into(), told: 300, of: 431 };
        let told = shortened(&HoldsAt { shortened: vec![list], ..HoldsAt::default() }).unwrap_or_default();
        assert!(told.ends_with("told whole: 300 of 431 in outcomes.steps"), "{told}");
    }

    #[test]
    fn the_rest_of_an_answer_is_all_but_its_items() {
        let answer = json!({ "parties": [1, 2], "counts": [3], "at": "2025-06-29" });
        assert_eq!(without(&answer, "parties"), json!({ "counts": [3], "at": "2025-06-29" }));
    }
}
