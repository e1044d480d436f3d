//! `treaty list|show|timeline|status|parties`: treaties, the acts under them, who is bound.

use clap::Subcommand;

use super::{
    DayArguments, Exit, Failure, Global, ReadArguments,
    block::{Block, fields, table},
    output::{Output, holds_at},
    sign_off::state_in_words,
    treaty_parties, treaty_status,
    words::sentence,
};
use crate::client::{
    reply::{Act, EventBody, LegalFinding, TreatyEntry},
    to_json,
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
    /// How a participant stands to a treaty on a day, why, and what could still change it.
    Status {
        /// Id or short name.
        treaty: String,
        /// Id or name, e.g. POL or Poland.
        participant: String,
        #[command(flatten)]
        day: DayArguments,
    },
    /// Who is a party on a day, who signed, who leaves, and how many; a number is called a total only
    /// where the depositary's whole table says the same.
    Parties {
        /// Id or short name.
        treaty: String,
        /// Only participants with this status, e.g. party or signatory; several times for more.
        #[arg(long = "status", value_name = "WORD")]
        statuses: Vec<String>,
        #[command(flatten)]
        day: DayArguments,
    },
}

pub async fn run(command: Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let client = global.connect().await?;
    let held = match command {
        Command::Status { treaty, participant, day } => {
            treaty_status::show(&client, &treaty, &participant, &day, output).await?
        }
        Command::Parties { treaty, statuses, day } => {
            treaty_parties::show(&client, &treaty, &statuses, &day, output).await?
        }
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
            output.show_list(&json, "acts", || vec![timeline(&answer.acts, &answer.legal_findings)])?;
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

fn timeline(acts: &[Act], remarks: &[LegalFinding]) -> Block {
    table(["date", "who", "act", "source", "recorded by", "index"], acts.iter().map(|act| row(act, acts, remarks)))
}

fn row(act: &Act, acts: &[Act], remarks: &[LegalFinding]) -> [String; 6] {
    let position = act.position.clone().unwrap_or_default();
    let source = act.event.as_ref().and_then(|event| event.source.as_ref());
    let mut says = sentence(act);
    says.extend(act.state.iter().map(|state| format!("\n{}", state_in_words(state))));
    for correction in acts.iter().filter(|other| corrects(other, act)) {
        let index = correction.position.as_ref().map(|position| position.index).unwrap_or_default();
        says.push_str(&format!("\ncorrected in entry {index}"));
    }
    act.findings.iter().for_each(|finding| says.push_str(&format!("\nfinding: {}", finding.code)));
    let on_act = |remark: &&LegalFinding| remark.event.as_ref().is_some_and(|event| event.position == act.position);
    remarks.iter().filter(on_act).for_each(|remark| says.push_str(&format!("\nfinding: {}", remark.code)));
    [
        if act.date.is_empty() { "undated".to_owned() } else { act.date.clone() },
        act.participant.clone(),
        says,
        source.map(|source| source.name.clone()).unwrap_or_default(),
        position.organisation,
        position.index.to_string(),
    ]
}

/// Whether one act corrects the event of another. An event is named by its
/// organisation and its id.
fn corrects(correction: &Act, act: &Act) -> bool {
    let Some(EventBody::EventCorrected(body)) = correction.event.as_ref().and_then(|event| event.body.as_ref()) else {
        return false;
    };
    let Some((target, position)) = body.target.as_ref().zip(act.position.as_ref()) else { return false };
    (&target.organisation, &target.event_id) == (&position.organisation, &position.event_id)
}

#[cfg(test)]
#[path = "treaty_tests.rs"]
mod tests;
