//! `replay`: the log in order.

use std::io::{self, Write};

use clap::Args;

use super::{
    Exit, Failure, Global,
    output::{Format, Output, instant},
    sign_off::state_in_words,
};
use crate::client::{ClientError, reply::Entry, reply::ReplayRequest, summary_of, to_json};

#[derive(Debug, Args)]
pub struct Arguments {
    /// First index.
    #[arg(long, default_value_t = 0, value_name = "INDEX")]
    from: u64,
    /// One past the last index; otherwise to the newest.
    #[arg(long, default_value_t = 0, value_name = "INDEX", hide_default_value = true)]
    to: u64,
    /// Only entries with an event on this subject, e.g. participation/untc:XXVI-5/POL.
    #[arg(long, default_value = "", hide_default_value = true)]
    subject: String,
    /// Only entries of this organisation.
    #[arg(long, default_value = "", hide_default_value = true)]
    organisation: String,
    /// Only entries with an event of this kind, e.g. withdrawal_notified.
    #[arg(long, default_value = "", hide_default_value = true)]
    kind: String,
    /// Go on with new entries until interrupted; in JSON one entry a line, as the log has no end.
    #[arg(long)]
    follow: bool,
}

pub async fn run(arguments: Arguments, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let Arguments { from, to, subject, organisation, kind, follow } = arguments;
    let request = ReplayRequest {
        from,
        to,
        subject,
        organisation,
        kind,
        follow,
        recorded_from: None,
        recorded_to: None,
        with_states: true,
    };
    let mut stream = global.connect().await?.replay(request).await?;
    let format = if follow && output.format == Format::Json { Format::Ndjson } else { output.format };
    let mut printed = 0;
    while let Some(response) = stream.message().await.map_err(ClientError::from)? {
        for entry in &response.entries {
            output.line(&shown(entry, format, printed))?;
            printed += 1;
        }
        // Whoever follows through a pipe sees an entry when it comes.
        io::stdout().flush().map_err(Failure::failed)?;
    }
    match (format, printed) {
        (Format::Json, 0) => output.line("{\"entries\": []}")?,
        (Format::Json, _) => output.line("]}")?,
        (Format::Table, 0) => output.note("no entry matches"),
        (Format::Table | Format::Ndjson, _) => {}
    }
    Ok(Exit::Done)
}

/// An entry as it comes, because a stream may be too long to wait for its end. In
/// JSON all of them make one value: a `ReplayResponse`.
fn shown(entry: &Entry, format: Format, before: u64) -> String {
    match format {
        Format::Json if before == 0 => format!("{{\"entries\": [\n{}", to_json("Entry", entry)),
        Format::Json => format!(",{}", to_json("Entry", entry)),
        Format::Ndjson => to_json("Entry", entry).to_string(),
        Format::Table => line(entry),
    }
}

fn line(entry: &Entry) -> String {
    let summary = summary_of(entry);
    let author = if summary.author.is_empty() { "later sign-offs".to_owned() } else { summary.author };
    let mut text = format!("{:>8}  {}  {author}", entry.index, instant(entry.recorded_at.as_ref()));
    if let Some(state) = &entry.state {
        let on = if state.index == entry.index { String::new() } else { format!("on {}: ", state.index) };
        text.push_str(&format!("\n          [{on}{}]", state_in_words(state)));
    }
    for (kind, subject) in summary.events {
        text.push_str(&format!("\n          {kind} {subject}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::Timestamp;

    #[test]
    fn an_entry_is_a_line_with_its_time_and_never_fails_on_foreign_bytes() {
        let recorded_at = Some(Timestamp { seconds: 1_780_000_000, nanos: 0 });
        let entry = Entry { index: 7, recorded_at, envelope: vec![0xff].into(), ..Entry::default() };
        let json = format!("{}\n{}\n]}}", shown(&entry, Format::Json, 0), shown(&entry, Format::Json, 1));
        let json: serde_json::Value = serde_json::from_str(&json).expect("one value");
        assert_eq!(json["entries"][1]["index"], "7");
        assert_eq!(line(&entry), "       7  2026-05-28T20:26:40Z  later sign-offs");
    }
}
