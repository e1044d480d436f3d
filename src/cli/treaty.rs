//! `treaty list|show|timeline`: treaties and the acts under them.

use clap::Subcommand;

use super::{
    Exit, Failure, Global, ReadArguments,
    block::{Block, fields, table},
    output::{Output, holds_at},
    sign_off::state_in_words,
};
use crate::{
    client::{
        reply::{Act, TreatyEntry},
        to_json,
    },
    domain::Kind,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// All registered treaties.
    List {
        #[command(flatten)]
        read: ReadArguments,
    },
    /// One treaty with its clauses.
    Show {
        /// Id or short name, e.g. untc:XXVI-5 or APMBC.
        treaty: String,
        #[command(flatten)]
        read: ReadArguments,
    },
    /// The acts under a treaty in order of their date, undated ones last.
    Timeline {
        /// Id or short name.
        treaty: String,
        /// Only acts of this participant (id or name).
        #[arg(long)]
        participant: Option<String>,
        #[command(flatten)]
        read: ReadArguments,
    },
}

pub async fn run(command: Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let client = global.connect().await?;
    let held = match command {
        Command::List { read } => {
            let answer = client.treaties(read.known_at).await?;
            let json = to_json("ListTreatiesResponse", &answer);
            output.show_list(&json, "treaties", || vec![list(&answer.treaties)])?;
            answer.holds_at
        }
        Command::Show { treaty, read } => {
            let answer = client.treaty(&treaty, read.known_at).await?;
            let json = to_json("GetTreatyResponse", &answer);
            output.show(&json, || {
                let clauses = json["treaty"]["registered"].get("clauses");
                let clauses = clauses.map(|clauses| Block::Text(format!(" clauses\n{clauses:#}")));
                answer.treaty.iter().map(whole).chain(clauses).collect()
            })?;
            answer.holds_at
        }
        Command::Timeline { treaty, participant, read } => {
            let answer = client.timeline(&treaty, participant.as_deref(), read.known_at).await?;
            let json = to_json("TimelineResponse", &answer);
            output.show_list(&json, "acts", || vec![timeline(&answer.acts)])?;
            answer.holds_at
        }
    };
    output.note(&holds_at(held.as_ref()));
    Ok(Exit::Done)
}

fn list(treaties: &[TreatyEntry]) -> Block {
    let rows = treaties.iter().map(|treaty| {
        let registered = treaty.registered.clone().unwrap_or_default();
        let index = treaty.position.as_ref().map(|position| position.index.to_string()).unwrap_or_default();
        [treaty.id.clone(), registered.short_names.join(", "), registered.title, registered.adopted, index]
    });
    table(["id", "short names", "title", "adopted", "index"], rows)
}

fn whole(treaty: &TreatyEntry) -> Block {
    let registered = treaty.registered.clone().unwrap_or_default();
    let index = treaty.position.as_ref().map(|position| position.index.to_string()).unwrap_or_default();
    fields([
        ("treaty", treaty.id.clone()),
        ("title", registered.title),
        ("short names", registered.short_names.join(", ")),
        ("adopted", registered.adopted),
        ("registered at index", index),
    ])
}

fn timeline(acts: &[Act]) -> Block {
    table(["date", "who", "act", "source", "recorded by", "index"], acts.iter().map(row))
}

fn row(act: &Act) -> [String; 6] {
    let position = act.position.clone().unwrap_or_default();
    let source = act.event.as_ref().and_then(|event| event.source.as_ref());
    let mut says = sentence(act);
    says.extend(act.state.iter().map(|state| format!("\n{}", state_in_words(state))));
    act.findings.iter().for_each(|finding| says.push_str(&format!("\nfinding: {}", finding.code)));
    [
        if act.date.is_empty() { "undated".to_owned() } else { act.date.clone() },
        act.participant.clone(),
        says,
        source.map(|source| source.name.clone()).unwrap_or_default(),
        position.organisation,
        position.index.to_string(),
    ]
}

/// The act in a few words, with the one word of the body that tells most.
fn sentence(act: &Act) -> String {
    let name = act.kind.replace('_', " ");
    let body = act.event.as_ref().map(|event| to_json("Event", event)).unwrap_or_default();
    let telling = match Kind::from_name(&act.kind) {
        Some(Kind::Treaty(_)) => ["mode", "step", "styled"],
        _ => return name,
    };
    let value = telling.iter().find_map(|field| body[&act.kind][field].as_str().map(|value| (field, value)));
    match value {
        Some((&"mode", value)) => format!("{name} ({})", words(value, "CONSENT_MODE_")),
        Some((&"step", value)) => format!("{name} ({})", words(value, "DOMESTIC_STEP_")),
        Some((_, value)) => format!("{name} ({})", words(value, "WITHDRAWAL_STYLE_")),
        None => name,
    }
}

fn words(value: &str, prefix: &str) -> String {
    super::output::short_name(value, prefix).replace('_', " ")
}

#[cfg(test)]
#[path = "treaty_tests.rs"]
mod tests;
