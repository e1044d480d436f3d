//! `bench read`: the demonstration's ledger, grown from a seed, and how fast it answers
//! readers and signers.
//!
//! Promises: the ledger is the one that `demo` leaves, with its treaties, acts and
//! fields, grown over the network; whatever was measured is audited at the end, and a
//! difference fails the run. Leaves to others: what grows and what is asked (`bench`).

use std::{env, io, mem, path::PathBuf, time::Duration};

use clap::Args;
use serde_json::json;
use tempfile::TempDir;

use super::{
    Failure, audit,
    bench::{as_f64, fresh, in_usize, models_complete, show},
    demo::CommandTables,
    fresh_randomness, now,
    output::Output,
};
use crate::{
    authoring::Post,
    bench::{self, Asked, Author, Driven, Figure, Growth, Hands, Known, Signed, Unit},
    demo::{self, Left, TREATIES, World},
    domain::Role,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Entries that the ledger is grown to before it is asked.
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u64).range(2_000..))]
    entries: u64,
    /// Calls of each kind, one at a time.
    #[arg(long, default_value_t = 5_000, value_name = "N", value_parser = clap::value_parser!(u64).range(100..))]
    calls: u64,
    /// Where the seeded numbers begin.
    #[arg(long, default_value_t = 7, value_name = "N")]
    seed: u64,
    /// Folder for the ledger; it decides which disk is measured.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Submissions of a wave of growth.
const WAVE: u64 = 4_096;
/// Unary calls in flight, and the connections that they are spread over.
const IN_FLIGHT: usize = 256;
const CONNECTIONS: usize = 4;
/// Of the submissions and the sign-offs on them, so many go one at a time.
const ONE_BY_ONE: usize = 1_000;
/// The rest goes in so many rounds.
const ROUNDS: usize = 8;
/// A sign-off is to cost no more than a submission, by a clock of hundredths of a second.
const SAME: f64 = 1.1;
/// The steady load: events a second, for so long.
const PACE: u32 = 5_000;
const PACED_SECONDS: u64 = 10;
/// After each so many receipts a read waits for the read models.
const SAMPLED: usize = 10;
/// Participants of the demonstration whose statuses are asked for, too.
const BEFORE: [&str; 3] = ["LTU", "POL", "UKR"];

pub async fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let parent = arguments.dir.clone().unwrap_or_else(env::temp_dir);
    let folder = tempfile::Builder::new().prefix("merestone-bench-").tempdir_in(parent).map_err(Failure::failed)?;
    output.note("... the demonstration");
    let hands = hands(&demonstrated(&folder).await?);
    let (today, program) = (now()?, env::current_exe().map_err(Failure::failed)?);
    // The demonstration ends on a day of its replayed clock; from there on time is the machine's.
    let day = today.to_string();
    let confirmed = ["--clock-confirmed-on".to_owned(), day.get(..10).unwrap_or(&day).to_owned()];
    let service = bench::Served::start_with(&program, &ledger(&folder), &confirmed)?;
    let channels = bench::connect(&service.url, CONNECTIONS).await?;
    let growth = Growth::new(hands.clone(), today, arguments.seed);
    let mut run = Run { arguments, output, hands, service, channels, growth, figures: Vec::new() };
    let since = run.grow().await?;
    run.ask(since).await?;
    run.sign_off().await?;
    run.follow().await?;
    models_complete(&run.service.url).await?;
    let Run { service, figures, hands, .. } = run;
    service.stop()?;
    output.note("... audit");
    audit::of_directory(&ledger(&folder), Some(hands.ledger), Vec::new(), output)?;
    let Arguments { entries, calls, seed, dir: _ } = arguments;
    show(output, json!({"entries": entries, "calls": calls, "seed": seed}), &figures)
}

fn ledger(folder: &TempDir) -> PathBuf {
    folder.path().join("ledger")
}

async fn demonstrated(folder: &TempDir) -> Result<Left, Failure> {
    let options = demo::Options { dir: Some(ledger(folder)), listen: None, exit: true };
    let world = World { randomness: &mut fresh_randomness, tables: &CommandTables, out: &mut io::sink() };
    demo::run(&options, world, std::future::pending()).await.map_err(Failure::failed)
}

/// Who of the demonstration goes on recording.
fn hands(left: &Left) -> Hands {
    let Left { ledger, cast } = left;
    Hands {
        ledger: *ledger,
        operator: cast.plan.operator.post.clone(),
        transcriber: cast.treaty_desk().post().clone(),
        recorder: cast.field_desk().post().clone(),
        verifier: cast.field_desk().post_as(Role::Verifier).clone(),
        authority: cast.authority_desk().post().clone(),
        treaties: TREATIES.iter().map(|id| id.parse().expect("an identifier")).collect(),
    }
}

/// A run under way.
struct Run<'a> {
    arguments: &'a Arguments,
    output: &'a Output,
    hands: Hands,
    service: bench::Served,
    channels: Vec<bench::Connection>,
    growth: Growth,
    figures: Vec<Figure>,
}

impl Run<'_> {
    /// Grows the ledger; the size from which on everything that is asked about is there.
    async fn grow(&mut self) -> Result<u64, Failure> {
        let entries = self.arguments.entries;
        self.output.note(&format!("... growing to {entries} entries"));
        for request in self.growth.opening() {
            bench::unary(&self.channels, vec![request], 1).await?;
        }
        let since = models_complete(&self.service.url).await?;
        let mut left = entries.saturating_sub(since);
        while left > 0 {
            let wave = self.growth.wave(left.min(WAVE));
            left -= wave.len() as u64;
            bench::unary(&self.channels, wave, IN_FLIGHT).await?;
        }
        models_complete(&self.service.url).await?;
        Ok(since)
    }

    async fn ask(&mut self, since: u64) -> Result<(), Failure> {
        let Arguments { entries, calls, seed, dir: _ } = *self.arguments;
        let mut asked = Asked::of(&self.growth, &BEFORE, &self.channels[0], seed);
        for (when, known) in [("now", Known::Now), ("any size", Known::Between(since, entries))] {
            self.output.note(&format!("... reading as known {when}"));
            let statuses = asked.statuses(calls, known).await?;
            self.figures.push(Figure::p99(format!("status, any day, known {when}"), &statuses).under(0.005));
            let (plots, shown) = asked.plots(calls, known).await?;
            self.figures.push(Figure::p99(format!("plot, any day, known {when}"), &plots).under(0.010));
            let shown = as_f64(shown) / as_f64(calls);
            self.figures.push(Figure::new("  records shown for a plot", shown, Unit::Count));
            let standings = asked.standings(calls / 10, known).await?;
            self.figures.push(Figure::p99(format!("standing under all, known {when}"), &standings));
        }
        Ok(())
    }

    /// Events that take effect at once, releases that wait, and both signatures that each release needs:
    /// what a sign-off costs beside a submission of one event. The four take turns, so that what else
    /// the machine does meets all of them.
    async fn sign_off(&mut self) -> Result<(), Failure> {
        let [events, releases, verified, authorised] = self.growth.releases(in_usize(self.arguments.entries / 20));
        let mut loads = [
            Load::new("submission of one event", events),
            Load::new("submission of a release", releases),
            Load::new("sign-off, waits on", verified),
            Load::new("sign-off, completes", authorised),
        ];
        self.output.note("... submissions and sign-offs");
        for load in &mut loads {
            load.one_at_a_time(&self.channels).await?;
        }
        models_complete(&self.service.url).await?;
        for left in (1..=ROUNDS).rev() {
            for load in &mut loads {
                load.at_once(left, &self.channels, &self.service).await?;
            }
        }
        let submitted = loads[0].each_us();
        for load in &loads {
            self.figures.extend(load.figures());
        }
        for load in &loads[2..] {
            let cost = load.each_us() / submitted;
            let what = format!("{}: service time by that of a submission", load.what);
            self.figures.push(Figure::new(what, cost, Unit::Count).under(SAME));
        }
        Ok(())
    }

    /// How closely the read models follow a steady load of records that are opened.
    async fn follow(&mut self) -> Result<(), Failure> {
        models_complete(&self.service.url).await?;
        let author = Author { ledger: self.hands.ledger, post: self.hands.recorder.clone() };
        let requests = author.records(u64::from(PACE) * PACED_SECONDS, 1, now()?, &fresh);
        self.output.note(&format!("... {PACE} events a second for {PACED_SECONDS} s"));
        let Post { organisation, .. } = &self.hands.recorder;
        let paced = bench::paced(&self.channels, requests, PACE, SAMPLED, organisation.as_str()).await?;
        let rate = Figure::new("steady load, events", paced.driven.rate(), Unit::PerSecond);
        self.figures.push(rate.with_latency(&paced.driven.latency).at_least(0.99 * f64::from(PACE)));
        self.figures.push(Figure::p99("  lag of the read models", &paced.lag).under(0.1));
        Ok(())
    }
}

/// Submissions of one sort: some go one at a time, the rest as fast as they go, in rounds.
struct Load {
    what: &'static str,
    left: Vec<Signed>,
    one: Option<Driven>,
    many: Option<Driven>,
    processor: Duration,
}

impl Load {
    fn new(what: &'static str, left: Vec<Signed>) -> Self {
        Self { what, left, one: None, many: None, processor: Duration::ZERO }
    }

    async fn one_at_a_time(&mut self, channels: &[bench::Connection]) -> Result<(), Failure> {
        let rest = self.left.split_off(ONE_BY_ONE.min(self.left.len() / 2));
        let requests = mem::replace(&mut self.left, rest);
        self.one = Some(bench::unary(&channels[..1], requests, 1).await?);
        Ok(())
    }

    /// One round while so many are left, this one included; until the read models hold it, so that no
    /// other load pays for it.
    async fn at_once(
        &mut self,
        rounds: usize,
        channels: &[bench::Connection],
        service: &bench::Served,
    ) -> Result<(), Failure> {
        let rest = self.left.split_off(self.left.len() / rounds);
        let requests = mem::replace(&mut self.left, rest);
        let before = service.processor_time()?;
        let driven = bench::unary(channels, requests, IN_FLIGHT).await?;
        models_complete(&service.url).await?;
        self.processor += service.processor_time()? - before;
        self.many = Some(match self.many.take() {
            Some(earlier) => earlier.and(&driven),
            None => driven,
        });
        Ok(())
    }

    /// Processor time of the service for each, in microseconds.
    fn each_us(&self) -> f64 {
        let calls = self.many.as_ref().map_or(0, |many| many.calls);
        self.processor.as_secs_f64() * 1e6 / as_f64(calls.max(1))
    }

    fn figures(&self) -> impl Iterator<Item = Figure> {
        let many = self.many.iter().map(|many| {
            let rate = Figure::new(self.what, many.rate(), Unit::PerSecond).with_latency(&many.latency);
            rate.with_service_time(self.each_us())
        });
        let one = self.one.iter().map(|one| Figure::p50(format!("  {}, one at a time", self.what), &one.latency));
        many.chain(one)
    }
}
