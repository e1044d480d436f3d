//! `import table FILE`: a table of participants in the depositary's form.
//!
//! Promises: without `--submit` nothing is sent; with it nothing is sent while any row is
//! refused, unless `--skip-broken` leaves such rows out whole. What the ledger holds is
//! not recorded again, and an act of one table has one event id for ever: a run after an
//! interrupted one records what is missing, and one that was taken back is refused.
//! Leaves to others: what a cell means (`tables`), whether the ledger accepts it.

mod foretell;
mod report;
mod send;
mod stating;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, Subcommand};
use jiff::civil::Date;

use self::{
    foretell::Foretold,
    report::{Report, report},
    send::{Sending, Sent},
    stating::{Stating, TakenBack, documents},
};
use super::{
    Exit, Failure, Global,
    author::SignerArguments,
    fresh_seed, now,
    output::{Output, shortened},
};
use crate::{
    client::{Client, OnDay, Patience, reply},
    domain::{Body, EventReference, Index, ParticipantId, Subject, TreatyBody, TreatyId},
    tables::{self, HeldAct, HeldTable, InvalidMapping, KnownParticipant, Mapping, Names, Sheet},
    telemetry::chain,
    wire,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// A table of participants: signatures, deposits with their codes, brackets and footnotes.
    ///
    /// Shows row by row what would be recorded, what is there already and what is refused;
    /// docs/tables.md tells the mapping and the codes.
    Table(Arguments),
}

#[derive(Debug, Args)]
pub struct Arguments {
    /// The table: CSV in UTF-8.
    file: PathBuf,
    /// TOML file that says which treaty it is, what its columns hold and whose table it is.
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// Sign and submit what the dry run shows.
    #[arg(long)]
    submit: bool,
    /// Leave out rows that are refused, each whole; otherwise one keeps all from being submitted.
    #[arg(long)]
    skip_broken: bool,
    /// Folder that keeps what was sent, with the receipts.
    #[arg(long, value_name = "DIR", requires = "submit")]
    receipts: Option<PathBuf>,
    /// Seconds to go on trying while the ledger is busy or cannot be reached.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    wait: u64,
    #[command(flatten)]
    signer: SignerArguments,
}

pub async fn run(command: &Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let Command::Table(arguments) = command;
    let mapping = read_mapping(&arguments.mapping, today()?)?;
    let sheet = match read_sheet(arguments, &mapping)? {
        Ok(sheet) => sheet,
        Err(refused) => {
            report(&Report { refused: &refused, ..Report::of(arguments, &mapping) }, output)?;
            return Ok(Exit::Usage);
        }
    };
    let patience = Patience::new(Duration::from_secs(arguments.wait), fresh_seed());
    let client = patience.ask(|| Client::connect(&global.server, global.ca.as_deref()), |_, _| {}).await?;
    // A dry run without a key says less; with one it asks as whom the acts would be signed.
    let sending = match arguments.submit || global.key.is_some() {
        true => Some(Sending::prepare(arguments, global, client.clone(), patience).await?),
        false => None,
    };
    let documents = documents(&mapping, beside(&arguments.mapping))?;
    let held = held(&client, &mapping).await?;
    let stating = Stating::new(held.treaty.clone(), &mapping, &documents);
    let own = sending.as_ref().map(Sending::organisation);
    let again =
        |who: Option<&ParticipantId>, body: &TreatyBody| held.taken_back.find(&stating.event(who, body).id, own);
    let plan = tables::plan(&sheet, &Names::new(&held.known, &mapping), &held.table, &again, &mapping);
    let refused: Vec<_> = plan.refusals().cloned().collect();
    let may_send = refused.is_empty() || arguments.skip_broken && !plan.unclear;
    let (mut sent, mut foretold): (Option<Sent>, Option<Foretold>) = (None, None);
    match &sending {
        Some(sending) if arguments.submit && may_send => sent = Some(sending.send(&stating, &plan, output).await?),
        Some(sending) if !arguments.submit => foretold = Some(sending.foretell(&stating, &plan).await?),
        Some(_) | None => {}
    }
    let told = Report::of(arguments, &mapping);
    let told =
        Report { plan: Some(&plan), refused: &refused, sent: sent.as_ref(), foretold: foretold.as_ref(), ..told };
    report(&told, output)?;
    if let Some(failure) = sent.as_ref().and_then(|sent| sent.stopped.as_ref()) {
        failure.print();
        return Ok(failure.exit);
    }
    Ok(if refused.is_empty() { Exit::Done } else { Exit::Usage })
}

fn today() -> Result<Date, Failure> {
    now()?.utc_date().ok_or_else(|| Failure::failed("the clock shows no day of the calendar"))
}

fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))
}

fn read_mapping(path: &Path, today: Date) -> Result<Mapping, Failure> {
    let invalid = |error: InvalidMapping| Failure::usage(format!("{}: {}", path.display(), chain(&error)));
    let bytes = read_file(path)?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::usage(format!("{} is not UTF-8", path.display())))?;
    Mapping::parse(&text, today).map_err(invalid)
}

fn read_sheet(arguments: &Arguments, mapping: &Mapping) -> Result<Result<Sheet, Vec<tables::Refusal>>, Failure> {
    let table = read_file(&arguments.file)?;
    let beside = |file: &String| read_file(&beside(&arguments.mapping).join(file));
    let footnotes = mapping.footnotes.file.as_ref().map(beside).transpose()?;
    Ok(tables::read(&table, footnotes.as_deref(), mapping))
}

/// The folder of files that the mapping names.
fn beside(mapping: &Path) -> &Path {
    mapping.parent().unwrap_or(Path::new(""))
}

/// What the ledger holds now, to its newest entry.
struct Held {
    treaty: TreatyId,
    known: Vec<KnownParticipant>,
    table: HeldTable,
    taken_back: TakenBack,
}

async fn held(client: &Client, mapping: &Mapping) -> Result<Held, Failure> {
    let size = client.status().await?.size;
    let as_at = mapping.as_at.to_string();
    let on = OnDay { at: &as_at, ..OnDay::default() };
    let answer = client.table(&mapping.treaty, &as_at, &on, size).await?;
    // What is left off would be recorded once more.
    if let Some(told) = answer.holds_at.as_ref().and_then(shortened) {
        return Err(Failure::failed(told));
    }
    let known = known(client.participants().await?.participants)?;
    let (treaty, taken_back) = (answer.treaty.parse().map_err(Failure::failed)?, taken_back(&answer)?);
    Ok(Held { treaty, known, table: held_table(answer)?, taken_back })
}

fn taken_back(answer: &reply::TableResponse) -> Result<TakenBack, Failure> {
    let mut taken_back = TakenBack::default();
    let under = answer.lines.iter().flat_map(|line| &line.taken_back);
    for position in under.chain(&answer.tables_taken_back).filter_map(|event| event.position.as_ref()) {
        let organisation = position.organisation.parse().map_err(Failure::failed)?;
        let event = position.event_id.parse().map_err(Failure::failed)?;
        taken_back.note(EventReference { organisation, event }, Index(position.index));
    }
    Ok(taken_back)
}

fn known(listed: Vec<reply::ParticipantEntry>) -> Result<Vec<KnownParticipant>, Failure> {
    let known = listed.into_iter().map(|entry| {
        let registered = entry.registered.unwrap_or_default();
        let predecessors = registered.predecessors.iter().map(|id| id.parse().map_err(Failure::failed));
        Ok(KnownParticipant {
            id: entry.id.parse().map_err(Failure::failed)?,
            names: registered.other_names.into_iter().chain([registered.name]).collect(),
            predecessors: predecessors.collect::<Result<_, Failure>>()?,
        })
    });
    known.collect()
}

fn held_table(answer: reply::TableResponse) -> Result<HeldTable, Failure> {
    let mut held = HeldTable::default();
    for line in answer.lines.iter().filter(|line| line.withdrawn) {
        held.left.insert(line.participant.parse().map_err(Failure::failed)?);
    }
    for act in answer.lines.into_iter().flat_map(|line| line.acts).chain(answer.tables) {
        let index = Index(act.event.and_then(|event| event.position).unwrap_or_default().index);
        let stated = act.stated.unwrap_or_default();
        let subject: Subject = stated.subject.parse().map_err(Failure::failed)?;
        let body = wire::body_of(stated).map_err(Failure::failed)?;
        match (subject, body) {
            (Subject::Participation(_, participant), Some(Body::Treaty(body))) => {
                held.acts.push(HeldAct { participant, body, index });
            }
            (Subject::Treaty(_), Some(Body::Treaty(body))) => held.tables.push((body, index)),
            _ => return Err(Failure::failed("the ledger answered with what no table has a place for")),
        }
    }
    Ok(held)
}
