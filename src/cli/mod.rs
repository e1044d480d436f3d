//! The command line: one file per subcommand.
//!
//! Promises: results go to stdout, everything else to stderr; tables, colour and
//! progress bars appear on a terminal only; the exit code says what became of
//! it ([`Exit`]).
//! Leaves to others: authoring and signing (`authoring`), calls (`client`).

mod audit;
mod author;
mod bench;
mod bench_read;
mod block;
mod chart;
mod check;
mod clauses;
pub mod demo;
mod drawing;
mod exit;
mod export;
mod import;
mod init;
mod key;
mod land_tables;
mod looks;
mod minefield;
mod organisation;
mod output;
mod part;
mod participant;
mod rebuild;
mod receipt;
mod replay;
mod seen;
mod serve;
mod sign;
mod sign_off;
mod status;
mod submit;
mod template;
mod treaty;
mod treaty_changes;
mod treaty_contested;
mod treaty_document;
mod treaty_duties;
mod treaty_findings;
mod treaty_objections;
mod treaty_parties;
mod treaty_status;
mod treaty_unnotified;
mod treaty_upcoming;
mod words;

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use clap::{Args, Parser, Subcommand};

use crate::{
    client::{Client, KnownAt},
    domain::{CivilDate, InvalidIdentifier, LedgerId, RecordingTime},
};
pub use exit::{Exit, Failure};
use output::{Format, Output};

/// A signed, append-only ledger of treaty acts and minefield records.
#[derive(Debug, Parser)]
#[command(name = "merestone", version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
struct Global {
    /// Address of the ledger.
    #[arg(
        long,
        global = true,
        env = "MERESTONE_SERVER",
        hide_env_values = true,
        default_value = "http://127.0.0.1:7117",
        value_name = "URL"
    )]
    server: String,
    /// PEM file with the authority that certified an https:// server; otherwise the system's.
    #[arg(long, global = true, env = "MERESTONE_CA", hide_env_values = true, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Signing key: a PKCS#8 PEM file that only its owner can read.
    #[arg(long, global = true, env = "MERESTONE_KEY", hide_env_values = true, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Form of the results; a table on a terminal, else JSON.
    #[arg(long, global = true, env = "MERESTONE_OUTPUT", hide_env_values = true, value_name = "FORM")]
    output: Option<Format>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show a whole ledger at work, with real acts, and how a forgery is caught.
    Demo(demo::Args),
    /// Found a ledger in an empty directory.
    Init(init::Args),
    /// Make and inspect signing keys.
    #[command(subcommand)]
    Key(key::Command),
    /// Print an event file to fill in; without a kind, list the kinds.
    Template(template::Arguments),
    /// Dry run: show what would be signed and what the ledger would decide.
    Check(check::Arguments),
    /// Sign offline into an envelope file.
    Sign(sign::Arguments),
    /// What waits for a signature; approve, decline or withdraw it.
    #[command(subcommand)]
    SignOff(sign_off::Command),
    /// Submit files and folders, in any order, any number of times.
    Submit(submit::Arguments),
    /// Read tables into the ledger: a dry run, unless --submit is given.
    #[command(subcommand)]
    Import(import::Command),
    /// Write what is recorded as a table.
    #[command(subcommand)]
    Export(export::Command),
    /// Fetch and verify receipts.
    #[command(subcommand)]
    Receipt(receipt::Command),
    /// Prove what a committed part was when it was recorded.
    #[command(subcommand)]
    Part(part::Command),
    /// Who may sign what.
    #[command(subcommand)]
    Organisation(organisation::Command),
    /// Treaties and the acts under them.
    #[command(subcommand)]
    Treaty(treaty::Command),
    /// States and organisations across all treaties.
    #[command(subcommand)]
    Participant(participant::Command),
    /// Records of mined areas: what about a plot, a record, its square metres.
    #[command(subcommand)]
    Minefield(minefield::Command),
    /// Print the log in order.
    Replay(replay::Arguments),
    /// Identity and state of the ledger.
    Status,
    /// Check everything again from outside: a service, or the files of a ledger.
    Audit(audit::Arguments),
    /// Serve a ledger that exists.
    Serve(serve::Arguments),
    /// Build the read models again from the journal, while nothing is served.
    Rebuild(serve::Arguments),
    /// Measure a new ledger on this machine.
    #[command(subcommand)]
    Bench(bench::Command),
}

/// From which state of knowledge a read answers.
#[derive(Clone, Copy, Debug, Args)]
struct ReadArguments {
    /// As known at a time that has come (2026-06-19T12:00:00Z), at the end of a day in UTC
    /// (2026-06-19; of today: now), or when the ledger held so many entries.
    #[arg(long, value_name = "TIME|DAY|SIZE", value_parser = parse_known_at)]
    known_at: Option<KnownAt>,
}

/// On which day in the world a status is asked for, and from which state of knowledge.
#[derive(Clone, Debug, Args)]
struct DayArguments {
    /// The day in the world, as the depositary counts days (2026-03-01); otherwise the day of the newest entry.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    at: Option<CivilDate>,
    #[command(flatten)]
    read: ReadArguments,
    /// How rival statements are resolved: default; all to prefer nobody; depositary, treaty_body or
    /// acting_state whose word then goes first.
    #[arg(long, value_name = "NAME")]
    view: Option<String>,
}

fn parse_day(text: &str) -> Result<CivilDate, String> {
    text.parse().map_err(|error: InvalidIdentifier| error.to_string())
}

fn parse_known_at(text: &str) -> Result<KnownAt, String> {
    known_at(text, jiff::Timestamp::now())
}

/// The end of a day that goes on is now: nobody knows yet what will be known then.
fn known_at(text: &str, now: jiff::Timestamp) -> Result<KnownAt, String> {
    if let Ok(size) = text.parse() {
        return Ok(KnownAt::Size(size));
    }
    if let Ok(day) = text.parse::<CivilDate>() {
        let end = end_of(day).ok_or_else(|| "it must be a day that has an end".to_owned())?;
        let today = day.0 == jiff::tz::TimeZone::UTC.to_datetime(now).date();
        return Ok(KnownAt::Time(if today { now } else { end }));
    }
    let time = text.parse().map(KnownAt::Time);
    time.map_err(|_| {
        "it must be a count of entries, a day, or a time with its zone, e.g. 2026-06-19T12:00:00Z".to_owned()
    })
}

/// The last microsecond of a day in UTC.
fn end_of(day: CivilDate) -> Option<jiff::Timestamp> {
    let midnight = day.0.tomorrow().ok()?.to_datetime(jiff::civil::Time::midnight());
    let next = jiff::tz::TimeZone::UTC.to_timestamp(midnight).ok()?;
    next.checked_sub(jiff::Span::new().microseconds(1)).ok()
}

/// A ledger id in hexadecimal, as it is shown, or in base64, as JSON has it.
fn parse_ledger_id(text: &str) -> Result<LedgerId, String> {
    let base64 = BASE64_STANDARD.decode(text).ok().and_then(|bytes| LedgerId::from_slice(&bytes));
    base64
        .or_else(|| text.parse().ok())
        .ok_or_else(|| "it must be 64 hexadecimal digits, or 32 bytes in base64".to_owned())
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout with code 0, the rest is wrong usage. What
            // cannot be printed cannot be reported either.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done }.into();
        }
    };
    match dispatch(cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.print();
            failure.exit.into()
        }
    }
}

fn dispatch(cli: Cli) -> Result<Exit, Failure> {
    let Cli { global, command } = cli;
    let output = Output::new(global.output);
    match command {
        Command::Demo(args) => demo::run(args),
        Command::Init(args) => init::run(&args, global.key.as_deref(), &output),
        Command::Key(command) => key::run(command, &global, &output),
        Command::Template(arguments) => template::run(&arguments, &output),
        Command::Sign(arguments) => sign::run(&arguments, &global, &output),
        Command::SignOff(command) => wait_for(sign_off::run(command, &global, &output)),
        Command::Check(arguments) => wait_for(check::run(&arguments, &global, &output)),
        Command::Submit(arguments) => wait_for(submit::run(&arguments, &global, &output)),
        Command::Import(command) => wait_for(import::run(&command, &global, &output)),
        Command::Export(command) => wait_for(export::run(&command, &global, &output)),
        Command::Receipt(command) => wait_for(receipt::run(command, &global, &output)),
        Command::Part(command) => wait_for(part::run(command, &global, &output)),
        Command::Organisation(command) => wait_for(organisation::run(command, &global, &output)),
        Command::Treaty(command) => wait_for(treaty::run(command, &global, &output)),
        Command::Participant(command) => wait_for(participant::run(command, &global, &output)),
        Command::Minefield(command) => wait_for(minefield::run(command, &global, &output)),
        Command::Replay(arguments) => wait_for(replay::run(arguments, &global, &output)),
        Command::Status => wait_for(status::run(&global, &output)),
        Command::Audit(arguments) => wait_for(audit::run(&arguments, &global, &output)),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Rebuild(arguments) => rebuild::run(&arguments, &output),
        Command::Bench(command) => bench::run(&command, &output),
    }
}

/// Runs a client command to its end.
fn wait_for(command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(Exit::Failed, error))?.block_on(command)
}

impl Global {
    async fn connect(&self) -> Result<Client, Failure> {
        Ok(Client::connect(&self.server, self.ca.as_deref()).await?)
    }
}

/// The wall clock, for ids and for the claim `signed_at`.
fn now() -> Result<RecordingTime, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| Failure::new(Exit::Failed, error))?;
    u64::try_from(since.as_micros()).map(RecordingTime).map_err(|error| Failure::new(Exit::Failed, error))
}

/// Fills a buffer from the operating system's generator.
fn fresh_randomness(bytes: &mut [u8]) {
    rand::Rng::fill_bytes(&mut rand::rng(), bytes);
}

fn fresh_seed() -> u64 {
    let mut seed = [0; 8];
    fresh_randomness(&mut seed);
    u64::from_ne_bytes(seed)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_ledger_id_is_read_as_it_is_shown_and_as_json_has_it() {
        let id = LedgerId([0xfb; 32]);
        assert_eq!(parse_ledger_id(&id.to_string()), Ok(id));
        assert_eq!(parse_ledger_id(&BASE64_STANDARD.encode(id.as_bytes())), Ok(id));
        assert!(parse_ledger_id("fb").is_err());
    }

    #[test]
    fn a_state_of_knowledge_is_a_size_or_a_time() {
        assert_eq!(parse_known_at("17"), Ok(KnownAt::Size(17)));
        assert!(matches!(parse_known_at("2026-06-19T12:00:00Z"), Ok(KnownAt::Time(_))));
        let end = "2026-06-19T23:59:59.999999Z".parse().expect("a time");
        let noon = "2026-06-19T12:00:00Z".parse().expect("a time");
        assert_eq!(known_at("2026-06-19", noon), Ok(KnownAt::Time(noon)), "the day is not over");
        assert_eq!(known_at("2026-06-19", end + jiff::SignedDuration::from_hours(1)), Ok(KnownAt::Time(end)));
        assert!(parse_known_at("2026-06-31").is_err() && parse_known_at("June").is_err());
    }
}
