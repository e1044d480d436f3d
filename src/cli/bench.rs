//! `bench`: how fast a ledger is on this machine, beside the machine's limits.
//!
//! Promises: the ledgers are new, in a folder that is removed at the end; each is
//! audited after it was measured, and a difference fails the run.

use std::{
    env, fs, iter,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Exit, Failure, audit, bench_read, block::table, fresh_randomness, now, output::Output};
use crate::{
    audit::Report,
    bench::{self, Author, BenchError, Driven, Figure, Served, Unit},
    client::Client,
    server::Directory,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything: raw limits, submitting, replaying, auditing, starting, memory, disk.
    Submit(Arguments),
    /// Replaying only, beside reading the files.
    Replay(Arguments),
    /// Reading: statuses and plots at any date and as known at any time, on the demonstration's
    /// ledger grown; what a sign-off costs; how closely the read models follow.
    Read(bench_read::Arguments),
}

#[derive(Debug, Args)]
pub struct Arguments {
    /// Entries of the ledger with single-event submissions.
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1_000..))]
    entries: u64,
    /// Folder for the ledgers; it decides which disk is measured.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Unary calls in flight.
    #[arg(long, default_value_t = 256, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=4_096))]
    in_flight: u64,
    /// Connections that unary calls are spread over.
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=256))]
    connections: u64,
}

/// Events of a large submission.
const HUNDRED: usize = 100;
/// Large submissions in flight: about 5 MB, well inside the queue.
const LARGE_IN_FLIGHT: usize = 64;
/// Submissions of the client that sends one at a time.
const ONE_BY_ONE: u64 = 2_000;
/// Unanswered submissions on one stream.
const STREAM: usize = 1_024;

pub fn run(command: &Command, output: &Output) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(Exit::Failed, error))?;
    let (arguments, everything) = match command {
        Command::Submit(arguments) => (arguments, true),
        Command::Replay(arguments) => (arguments, false),
        Command::Read(arguments) => {
            runtime.block_on(bench_read::run(arguments, output))?;
            return Ok(Exit::Done);
        }
    };
    let mut run = Run::new(arguments, output)?;
    runtime.block_on(run.measure(everything))?;
    run.show()?;
    Ok(Exit::Done)
}

/// A run under way.
struct Run<'a> {
    arguments: &'a Arguments,
    output: &'a Output,
    folder: TempDir,
    program: PathBuf,
    figures: Vec<Figure>,
    /// The raw limits: calls in a second, seconds of an fdatasync, verifications.
    empty_call: f64,
    fdatasync: f64,
    verify_all: f64,
}

/// A ledger that is measured.
struct Measured {
    directory: Directory,
    author: Author,
    events_each: usize,
    service: Option<Served>,
}

impl<'a> Run<'a> {
    fn new(arguments: &'a Arguments, output: &'a Output) -> Result<Self, Failure> {
        let parent = arguments.dir.clone().unwrap_or_else(env::temp_dir);
        let folder = tempfile::Builder::new().prefix("merestone-bench-").tempdir_in(parent).map_err(Failure::failed)?;
        let program = env::current_exe().map_err(Failure::failed)?;
        let figures = Vec::new();
        let (empty_call, fdatasync, verify_all) = (f64::NAN, f64::NAN, f64::NAN);
        Ok(Self { arguments, output, folder, program, figures, empty_call, fdatasync, verify_all })
    }

    async fn measure(&mut self, everything: bool) -> Result<(), Failure> {
        self.raw()?;
        let mut single = self.found("single", 1).await?;
        if everything {
            self.idle(&single)?;
            self.empty_calls(&single).await?;
            self.one_by_one(&single).await?;
        }
        self.single_events(&single, everything).await?;
        self.settle(&mut single, everything).await?;
        if everything {
            self.starts(&single).await?;
        }
        self.replay_and_audit(single).await?;
        let mut large = self.found("hundreds", HUNDRED).await?;
        self.large(&large).await?;
        self.settle(&mut large, false).await?;
        self.replay_and_audit(large).await
    }

    fn raw(&mut self) -> Result<(), Failure> {
        self.step("raw limits");
        let synced = bench::fdatasync(self.folder.path(), 1_000)?;
        self.fdatasync = as_f64(synced.value_at_quantile(0.5)) / 1e6;
        let figure = Figure::new("raw: write 1 kB + fdatasync", self.fdatasync, Unit::Seconds);
        self.figures.push(figure.with_latency(&synced));
        let (one, all) = bench::strict_verifications();
        self.verify_all = all;
        self.figures.push(Figure::new("raw: strict Ed25519, one core", one, Unit::PerSecond));
        self.figures.push(Figure::new("raw: strict Ed25519, all cores", all, Unit::PerSecond));
        Ok(())
    }

    async fn found(&self, name: &str, events_each: usize) -> Result<Measured, Failure> {
        let path = self.folder.path().join(name);
        let directory = Directory::new(&path);
        let (author, mandate) = bench::found(&directory, now()?, &fresh).await?;
        let service = Served::start(&self.program, &path)?;
        let channels = bench::connect(&service.url, 1).await?;
        bench::unary(&channels, vec![mandate], 1).await?;
        Ok(Measured { directory, author, events_each, service: Some(service) })
    }

    fn idle(&mut self, measured: &Measured) -> Result<(), Failure> {
        let resident = megabytes(measured.service()?.resident_bytes()?);
        self.figures.push(Figure::new("memory, idle and empty", resident, Unit::Megabytes).under(60.0));
        Ok(())
    }

    async fn empty_calls(&mut self, measured: &Measured) -> Result<(), Failure> {
        self.step("empty calls");
        let channels = self.channels(measured).await?;
        let calls = bench::empty_calls(&channels, 100_000, in_usize(self.arguments.in_flight)).await?;
        self.empty_call = calls.rate();
        let figure = Figure::new("raw: empty unary call", calls.rate(), Unit::PerSecond);
        self.figures.push(figure.with_latency(&calls.latency));
        Ok(())
    }

    async fn one_by_one(&mut self, measured: &Measured) -> Result<(), Failure> {
        let requests = self.signed(measured, ONE_BY_ONE.min(self.arguments.entries / 10))?;
        self.step("one at a time");
        let channels = bench::connect(&measured.service()?.url, 1).await?;
        let driven = bench::unary(&channels, requests, 1).await?;
        let p50 = as_f64(driven.latency.value_at_quantile(0.5)) / 1e6;
        let figure = Figure::new("one client, one at a time", p50, Unit::Seconds).with_latency(&driven.latency);
        self.figures.push(figure.of("fdatasync", self.fdatasync).under(0.000_8));
        Ok(())
    }

    /// Half by unary calls, half on one stream.
    async fn single_events(&mut self, measured: &Measured, show: bool) -> Result<(), Failure> {
        let half = self.arguments.entries / 2;
        let requests = self.signed(measured, half)?;
        self.step("single events, unary");
        let channels = self.channels(measured).await?;
        let before = measured.service()?.processor_time()?;
        let driven = bench::unary(&channels, requests, in_usize(self.arguments.in_flight)).await?;
        if show {
            let figure = self.driven(measured, "single events, unary", &driven, 1.0, before)?;
            self.figures.push(figure.of("empty call", self.empty_call).at_least(8_000.0));
        }
        let requests = self.signed(measured, half)?;
        self.step("single events, one stream");
        let channel = bench::connect(&measured.service()?.url, 1).await?.remove(0);
        let before = measured.service()?.processor_time()?;
        let driven = bench::pipelined(channel, requests, STREAM).await?;
        if show {
            let figure = self.driven(measured, "single events, one stream", &driven, 1.0, before)?;
            self.figures.push(figure.of("Ed25519 on all cores", self.verify_all).at_least(0.7 * self.verify_all));
        }
        Ok(())
    }

    async fn large(&mut self, measured: &Measured) -> Result<(), Failure> {
        let requests = self.signed(measured, (self.arguments.entries / 20).clamp(1_000, 5_000))?;
        self.step("submissions of 100");
        let channels = self.channels(measured).await?;
        let before = measured.service()?.processor_time()?;
        let driven = bench::unary(&channels, requests, LARGE_IN_FLIGHT).await?;
        let figure = self.driven(measured, "events, 100 per submission", &driven, 100.0, before)?;
        self.figures.push(figure.at_least(100_000.0));
        Ok(())
    }

    fn driven(
        &self,
        measured: &Measured,
        what: &str,
        driven: &Driven,
        events_each: f64,
        before: Duration,
    ) -> Result<Figure, Failure> {
        let took = measured.service()?.processor_time()?.saturating_sub(before);
        let each_us = took.as_secs_f64() * 1e6 / (as_f64(driven.calls) * events_each);
        let figure = Figure::new(what, driven.rate() * events_each, Unit::PerSecond).with_latency(&driven.latency);
        Ok(figure.with_service_time(each_us))
    }

    /// Waits for the read models, stops the service and measures what is left.
    async fn settle(&mut self, measured: &mut Measured, show: bool) -> Result<(), Failure> {
        self.step("read models");
        let begun = Instant::now();
        let size = models_complete(&measured.service()?.url).await?;
        let service = measured.service.take().ok_or_else(|| Failure::failed("it is not served"))?;
        let complete = begun.elapsed();
        let (resident, peak) = (megabytes(service.resident_bytes()?), megabytes(service.peak_bytes()?));
        service.stop()?;
        if show {
            self.figures.push(Figure::new("  read models complete after", complete.as_secs_f64(), Unit::Seconds));
            self.figures.push(Figure::new("memory, after the load", resident, Unit::Megabytes).under(400.0));
            self.figures.push(Figure::new("memory, peak of the load", peak, Unit::Megabytes).under(400.0));
            self.disk(&measured.directory, size)?;
        }
        Ok(())
    }

    /// What an entry takes on disk; the journal's prepared zeros are not counted.
    fn disk(&mut self, directory: &Directory, size: u64) -> Result<(), Failure> {
        let each = |bytes| as_f64(bytes) / as_f64(size);
        let journal = each(bench::bytes_written_in(&directory.path().join("journal"))?);
        let index = each(bench::bytes_in(&directory.index())?);
        let models = each(bench::bytes_in(&directory.read_models())?);
        let whole = Figure::new("disk, single-event submission", journal + index + models, Unit::Bytes);
        self.figures.push(whole.under(1_331.0));
        for (what, bytes) in [("journal", journal), ("index", index), ("read models", models)] {
            self.figures.push(Figure::new(format!("  of it the {what}"), bytes, Unit::Bytes));
        }
        Ok(())
    }

    /// Starts with everything there, without the read models, and with the journal alone.
    async fn starts(&mut self, measured: &Measured) -> Result<(), Failure> {
        let (index, models) = (measured.directory.index(), measured.directory.read_models());
        let cases: [(&str, &[&Path], f64); 3] = [
            ("start, intact", &[], 1.0),
            ("start, no read models", &[&models], 5.0),
            ("start, journal alone", &[&index, &models], 5.0),
        ];
        for (what, missing, aim) in cases {
            self.step(what);
            missing.iter().try_for_each(fs::remove_dir_all).map_err(Failure::failed)?;
            let begun = Instant::now();
            let service = Served::start(&self.program, measured.directory.path())?;
            self.figures.push(Figure::new(what, service.took.as_secs_f64(), Unit::Seconds).under(aim));
            models_complete(&service.url).await?;
            if missing.is_empty() {
                let resident = megabytes(service.resident_bytes()?);
                self.figures.push(Figure::new("memory, after a start", resident, Unit::Megabytes).under(400.0));
            } else {
                let complete = begun.elapsed().as_secs_f64();
                self.figures.push(Figure::new("  read models complete after", complete, Unit::Seconds));
            }
            service.stop()?;
        }
        Ok(())
    }

    async fn replay_and_audit(&mut self, measured: Measured) -> Result<(), Failure> {
        let kind = if measured.events_each == 1 { "single" } else { "100 each" };
        let read = read_files(&measured.directory)?;
        let figure = Figure::new(format!("raw: reading the files, {kind}"), read, Unit::PerSecond);
        self.figures.push(figure);
        self.step("replay");
        let service = Served::start(&self.program, measured.directory.path())?;
        let channel = bench::connect(&service.url, 1).await?.remove(0);
        let (entries, events, took) = bench::replay(channel).await?;
        service.stop()?;
        let figure =
            Figure::new(format!("replay, events, {kind}"), as_f64(events) / took.as_secs_f64(), Unit::PerSecond);
        self.figures.push(figure.of("files", read).at_least(580_000.0));
        self.step("audit");
        let begun = Instant::now();
        let report =
            audit::of_directory(measured.directory.path(), Some(measured.author.ledger), Vec::new(), self.output)?;
        let rate = as_f64(report.events) / begun.elapsed().as_secs_f64();
        holds_all(&report, entries, events)?;
        let aim = if measured.events_each == 1 { 15_000.0 } else { 100_000.0 };
        self.figures.push(Figure::new(format!("full audit, events, {kind}"), rate, Unit::PerSecond).at_least(aim));
        fs::remove_dir_all(measured.directory.path()).map_err(Failure::failed)
    }

    fn signed(&self, measured: &Measured, count: u64) -> Result<Vec<bench::Signed>, Failure> {
        self.step("signing");
        Ok(measured.author.records(count, measured.events_each, now()?, &fresh))
    }

    async fn channels(&self, measured: &Measured) -> Result<Vec<bench::Connection>, Failure> {
        Ok(bench::connect(&measured.service()?.url, in_usize(self.arguments.connections)).await?)
    }

    fn step(&self, what: &str) {
        self.output.note(&format!("... {what}"));
    }

    fn show(&self) -> Result<(), Failure> {
        let Arguments { entries, dir: _, in_flight, connections } = self.arguments;
        show(
            self.output,
            json!({"entries": entries, "in_flight": in_flight, "connections": connections}),
            &self.figures,
        )
    }
}

impl Measured {
    fn service(&self) -> Result<&Served, Failure> {
        self.service.as_ref().ok_or_else(|| Failure::failed("it is not served"))
    }
}

/// Shows the figures of a run with what it was asked.
pub(super) fn show(output: &Output, mut asked: Value, figures: &[Figure]) -> Result<(), Failure> {
    asked["cores"] = std::thread::available_parallelism().map_or(1, usize::from).into();
    asked["figures"] = figures.iter().map(Figure::to_json).collect();
    let header = ["what", "figure", "p50 / p99 / max ms", "of the raw limit", "aim"];
    output.show(&asked, || vec![table(header, figures.iter().map(Figure::cells))])
}

/// Waits until the read models hold everything; the size.
pub(super) async fn models_complete(url: &str) -> Result<u64, Failure> {
    let client = Client::connect(url, None).await?;
    loop {
        let status = client.status().await?;
        if status.read_models_size >= status.size {
            return Ok(status.size);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Events in a second when the journal is read in order, without a network.
fn read_files(directory: &Directory) -> Result<f64, Failure> {
    use crate::{
        domain::Index,
        journal::{Journal, ReadLimit, SegmentJournal},
        limits,
    };
    let journal = SegmentJournal::open_read_only(directory.path()).map_err(Failure::failed)?;
    let limit = ReadLimit { entries: limits::REPLAY_CHUNK_ENTRIES, bytes: limits::REPLAY_CHUNK_BYTES };
    let begun = Instant::now();
    let mut from = 0;
    let chunks = iter::from_fn(|| match journal.read(Index(from), limit) {
        Ok(chunk) if chunk.is_empty() => None,
        chunk => {
            from += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
            Some(chunk)
        }
    });
    let mut events = 0;
    for chunk in chunks {
        events += chunk.map_err(Failure::failed)?.iter().map(|stored| stored.record.events.len() as u64).sum::<u64>();
    }
    Ok(as_f64(events) / begun.elapsed().as_secs_f64())
}

/// The audit saw what the replay gave.
fn holds_all(report: &Report, entries: u64, events: u64) -> Result<(), Failure> {
    if (report.entries, report.events) == (entries, events) {
        return Ok(());
    }
    let sentence = format!("the audit saw {} entries, the replay gave {entries}", report.entries);
    Err(Failure::new(Exit::VerificationFailed, sentence))
}

pub(super) fn fresh(bytes: &mut [u8]) {
    fresh_randomness(bytes);
}

pub(super) fn in_usize(count: u64) -> usize {
    usize::try_from(count).expect("the arguments are bounded")
}

fn megabytes(bytes: u64) -> f64 {
    as_f64(bytes) / 1e6
}

// Counts of a run are far below 2^52, so the conversion is exact.
#[allow(clippy::cast_precision_loss)]
pub(super) fn as_f64(count: u64) -> f64 {
    count as f64
}

impl From<BenchError> for Failure {
    fn from(error: BenchError) -> Self {
        Failure::failed(error)
    }
}
