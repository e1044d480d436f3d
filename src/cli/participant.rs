//! `participant list|show`: who is registered, and one State or organisation across all
//! treaties.

use clap::Subcommand;

use super::{
    DayArguments, Exit, Failure, Global, ReadArguments,
    block::{Block, sentences, table},
    output::Output,
    treaty_status::{on_day, standings},
};
use crate::client::{
    reply::{ParticipantEntry, StandingResponse},
    to_json,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// All registered States and organisations with the names that find them.
    List {
        #[command(flatten)]
        read: ReadArguments,
    },
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
    let (participant, day) = match command {
        Command::List { read } => {
            let answer = client.participants_as_known(read.known_at).await?;
            let json = to_json("ListParticipantsResponse", &answer);
            output.show_list(&json, "participants", || vec![list(&answer.participants)])?;
            output.note_what_it_holds_for(answer.holds_at.as_ref());
            return Ok(Exit::Done);
        }
        Command::Show { participant, day } => (participant, day),
    };
    let at = day.at.map(|at| at.to_string()).unwrap_or_default();
    let answer = client.standing(&participant, &on_day(&day, &at)).await?;
    output.show(&to_json("StandingResponse", &answer), || shown(&answer))?;
    output.note_what_it_holds_for(answer.holds_at.as_ref());
    Ok(Exit::Done)
}

fn list(participants: &[ParticipantEntry]) -> Block {
    let rows = participants.iter().map(|participant| {
        let registered = participant.registered.clone().unwrap_or_default();
        let mut others = registered.other_names;
        for name in participant.earlier.iter().flat_map(|earlier| &earlier.names) {
            if *name != registered.name && !others.contains(name) {
                others.push(name.clone());
            }
        }
        let index = participant.position.as_ref().map(|position| position.index.to_string()).unwrap_or_default();
        [participant.id.clone(), registered.name, others.join(", "), index]
    });
    table(["id", "name", "other and earlier names", "index"], rows)
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
    let told = format!("{participant_name} on {at}{ahead}, under the treaties that this ledger holds acts of:");
    std::iter::once(sentences(None, [told])).chain(standings(found)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::{EarlierRegistration, body::ParticipantRegistered};

    #[test]
    fn a_participant_is_listed_with_every_name_that_finds_it() {
        let registered = ParticipantRegistered {
            name: "New Xland".into(),
            other_names: vec!["Republic of New Xland".into()],
            ..ParticipantRegistered::default()
        };
        let names = vec!["Xland".into(), "New Xland".into()];
        let participant = ParticipantEntry {
            id: "XAA".into(),
            registered: Some(registered),
            earlier: vec![EarlierRegistration { names, ..EarlierRegistration::default() }],
            ..ParticipantEntry::default()
        };
        let text = list(&[participant]).text(120);
        assert!(text.contains("New Xland  Republic of New Xland, Xland"), "{text}");
    }
}
