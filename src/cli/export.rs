//! `export table TREATY`: what is recorded, as a table in the depositary's form.
//!
//! Promises: the table goes to stdout as it is, or to a file; what has no place in it is
//! told on stderr. Leaves to others: cells and footnotes (`tables`).

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    DayArguments, Exit, Failure, Global,
    output::{Format, Output, remark, shortened},
    treaty_status::on_day,
    words::counted,
};
use crate::{
    authoring::write_whole,
    client::reply::{TableLine, TableResponse},
    domain::{Body, CivilDate, EventReference, Revoked, TreatyId},
    tables::{self, LeftOut, Line, RecordedAct, Written},
    wire,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The participants of a treaty: signatures, deposits with their codes, brackets and footnotes.
    ///
    /// `import table` reads it with the mapping that --mapping-out writes.
    Table(Arguments),
}

#[derive(Debug, Args)]
pub struct Arguments {
    /// Id or short name.
    treaty: String,
    /// Write the table here instead of to stdout.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the mapping that reads the table back.
    #[arg(long, value_name = "FILE")]
    mapping_out: Option<PathBuf>,
    #[command(flatten)]
    day: DayArguments,
}

pub async fn run(command: &Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let Command::Table(arguments) = command;
    let client = global.connect().await?;
    let at = arguments.day.at.map(|at| at.to_string()).unwrap_or_default();
    let answer = client.table(&arguments.treaty, "", &on_day(&arguments.day, &at), 0).await?;
    if let Some(told) = answer.holds_at.as_ref().and_then(shortened) {
        return Err(Failure::failed(told));
    }
    let (held, with_parent) = (answer.holds_at.clone(), answer.with_parent_alone);
    let open = answer.lines.iter().filter(|line| line.in_table_uncertain).map(|line| line.participant_name.clone());
    let open: Vec<String> = open.collect();
    let Written { table, mapping, left_out } = written(answer)?;
    let mapping = mapping.to_toml();
    if let Some(file) = &arguments.mapping_out {
        write(file, &mapping)?;
    }
    if let Some(file) = &arguments.out {
        write(file, &table)?;
    }
    match (global.output, &arguments.out) {
        (Some(Format::Json | Format::Ndjson), _) => {
            let left_out: Vec<_> = left_out
                .iter()
                .map(|left| json!({"participant": left.participant.to_string(), "act": left.act, "why": left.why}))
                .collect();
            let json =
                json!({"table": table, "mapping": mapping, "left_out": left_out, "with_parent_alone": with_parent});
            output.show(&json, Vec::new)?;
        }
        (Some(Format::Table) | None, None) => output.line(table.trim_end())?,
        (Some(Format::Table) | None, Some(_)) => {}
    }
    for LeftOut { participant, act, why } in &left_out {
        remark(&format!("note: {participant}, {act}: {why}"));
    }
    for name in open {
        remark(&format!("note: {name}: its dates leave open whether a table of that day names it"));
    }
    if with_parent > 0 {
        let who = counted(with_parent as usize, "participant that consents", "participants that consent");
        let note = "with an instrument to the parent treaty alone: no row; `treaty parties` names them";
        remark(&format!("note: {who} {note}"));
    }
    output.note_what_it_holds_for(held.as_ref());
    Ok(Exit::Done)
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error| Failure::failed(format!("cannot write {}: {error}", file.display()));
    write_whole(file, text.as_bytes()).map_err(failed)
}

fn written(answer: TableResponse) -> Result<Written, Failure> {
    let treaty: TreatyId = answer.treaty.parse().map_err(Failure::failed)?;
    let as_at: CivilDate = answer.at.parse().map_err(Failure::failed)?;
    let lines: Vec<Line> = answer.lines.into_iter().map(line).collect::<Result<_, _>>()?;
    // Who consents with the instrument to the parent treaty alone has no line.
    let names_all = answer.names_whole_table && answer.with_parent_alone == 0;
    Ok(tables::write(&treaty, &lines, as_at, names_all))
}

fn revoked(word: &str) -> Result<Option<Revoked>, Failure> {
    let unknown = || Failure::failed(format!("the ledger answered with a revocation {word:?}, which is unknown"));
    if word.is_empty() { Ok(None) } else { Revoked::from_name(word).map(Some).ok_or_else(unknown) }
}

fn line(line: TableLine) -> Result<Line, Failure> {
    let TableLine { participant, participant_name, in_table, withdrawn, acts, passed, rests_on_untabled, .. } = line;
    let (mut followed, mut rivals) = (Vec::with_capacity(acts.len()), Vec::new());
    for act in acts {
        let side = if act.followed { &mut followed } else { &mut rivals };
        let position = act.event.and_then(|event| event.position).unwrap_or_default();
        let event = EventReference {
            organisation: position.organisation.parse().map_err(Failure::failed)?,
            event: position.event_id.parse().map_err(Failure::failed)?,
        };
        let mut stated = act.stated.unwrap_or_default();
        let name = Some(std::mem::take(&mut stated.act)).filter(|name| !name.is_empty());
        if let Some(Body::Treaty(body)) = wire::body_of(stated).map_err(Failure::failed)? {
            side.push(RecordedAct { act: name.map(Into::into), event, body, revoked: revoked(&act.revoked)? });
        }
    }
    let participant = participant.parse().map_err(Failure::failed)?;
    Ok(Line {
        participant,
        name: participant_name,
        takes_part: in_table,
        withdrawn,
        passed,
        rests_on_untabled,
        acts: followed,
        rivals,
    })
}
