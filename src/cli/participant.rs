//! `participant show`: one State or organisation across all treaties.

use clap::Subcommand;

use super::{
    DayArguments, Exit, Failure, Global,
    block::{Block, sentences},
    output::{Output, holds_at},
    treaty_status::{on_day, standings},
};
use crate::client::{reply::StandingResponse, to_json};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// How it stands to every treaty that it has an act under: what binds it on a day.
    Show {
        /// Id or name, e.g. POL or Poland.
        participant: String,
        #[command(flatten)]
        day: DayArguments,
    },
}

pub async fn run(command: Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let client = global.connect().await?;
    let Command::Show { participant, day } = command;
    let at = day.at.map(|at| at.to_string()).unwrap_or_default();
    let answer = client.standing(&participant, &on_day(&day, &at)).await?;
    output.show(&to_json("StandingResponse", &answer), || shown(&answer))?;
    output.note(&holds_at(answer.holds_at.as_ref()));
    Ok(Exit::Done)
}

fn shown(answer: &StandingResponse) -> Vec<Block> {
    let StandingResponse { participant_name, at, standings: found, projected, .. } = answer;
    let ahead = if *projected { ", which lies ahead of the newest entry" } else { "" };
    if found.is_empty() {
        let sentence = format!(
            "This ledger holds no act of {participant_name} under a treaty. That does not mean that none binds it."
        );
        return vec![sentences(None, [sentence])];
    }
    vec![
        sentences(
            None,
            [format!("{participant_name} on {at}{ahead}, under the treaties that this ledger holds acts of:")],
        ),
        standings(found),
    ]
}
