//! The demonstration: a whole ledger in one command. It founds a ledger, serves
//! it, records a real timeline day by day over gRPC with real signatures, asks who
//! was bound, what contradicts and what is due, follows a field from warning to
//! release, checks every proof, and catches a forged copy.
//!
//! Promises: a step that does not show what it says fails the run; a temporary
//! ledger is removed at the end; randomness, tables and output are arguments. Time
//! is a replayed clock's, which every screen names, and never the machine's.
//! Leaves to others: everything that it shows.

mod bound;
mod cast;
mod checks;
mod closing;
mod disputed;
mod field;
mod proofs;
mod record;
mod rows;
mod served;
mod story;
mod table;

use std::{
    error::Error,
    future::Future,
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
};

pub use self::cast::{Cast, Desk, TREATIES};
use self::{checks::Partner, rows::Rows, served::Served, story::Story};
use crate::{
    authoring::{Freshness, SignedSubmission},
    checkpoint::{CheckpointVerifier, Receipt},
    client::{
        KnownAt,
        reply::{
            GetRecordResponse, ListPartiesResponse, ObligationsResponse, RecordAccountsResponse, RecordsAtResponse,
            SubmitResponse, TreatyStatusResponse,
        },
    },
    clock::{Clock, ReplayedClock},
    domain::{CivilDate, LedgerId, RecordingTime},
    founding, limits,
    server::{Directory, found_by},
    settings::Settings,
};

/// What is asked of the demonstration.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the ledger is founded and stays. `None`: a temporary directory.
    pub dir: Option<PathBuf>,
    /// Address to serve on. `None`: a free port of this machine.
    pub listen: Option<SocketAddr>,
    /// Ends after the last step instead of serving on.
    pub exit: bool,
}

/// What the demonstration needs of the world.
pub struct World<'a> {
    /// Fills a buffer with fresh random bytes.
    pub randomness: &'a mut dyn FnMut(&mut [u8]),
    pub tables: &'a dyn Tables,
    pub out: &'a mut (dyn Write + Send),
}

/// The tables in which the commands show their answers: what the demonstration
/// shows is what its reader will see. Pieces of an answer, in order.
pub trait Tables: Sync {
    fn status(&self, answer: &TreatyStatusResponse, known_at: Option<KnownAt>, width: u16) -> Vec<String>;
    fn parties(&self, answer: &ListPartiesResponse, known_at: Option<KnownAt>, width: u16) -> Vec<String>;
    fn duties(&self, answer: &ObligationsResponse, width: u16) -> Vec<String>;
    fn records_at(&self, answer: &RecordsAtResponse, width: u16) -> Vec<String>;
    fn accounts(&self, answer: &RecordAccountsResponse, width: u16) -> Vec<String>;
    fn record(&self, answer: &GetRecordResponse, width: u16) -> Vec<String>;
}

/// Why the demonstration failed.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("the demonstration cannot {doing}")]
    Step { doing: &'static str, source: Box<dyn Error + Send + Sync> },
    #[error("the demonstration did not show what it should: {0}")]
    NotShown(String),
    #[error("the output cannot be written")]
    Output(#[from] io::Error),
}

type Told<T = ()> = Result<T, DemoError>;

/// Names the step that an error ends.
trait During<T> {
    fn during(self, doing: &'static str) -> Told<T>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> During<T> for Result<T, E> {
    fn during(self, doing: &'static str) -> Told<T> {
        self.map_err(|source| DemoError::Step { doing, source: source.into() })
    }
}

/// Fails the run when a step does not show what it says.
fn shown(holds: bool, what: impl FnOnce() -> String) -> Told {
    if holds { Ok(()) } else { Err(DemoError::NotShown(what())) }
}

/// What is left when it has stopped: which ledger, and who can go on recording in it.
#[derive(Debug)]
pub struct Left {
    pub ledger: LedgerId,
    pub cast: Cast,
}

/// Runs the demonstration to its end, or until `stop` completes.
pub async fn run(options: &Options, world: World<'_>, stop: impl Future<Output = ()>) -> Told<Left> {
    let scratch = tempfile::tempdir().during("make a temporary directory")?;
    let directory = Directory::new(options.dir.clone().unwrap_or_else(|| scratch.path().join("ledger")));
    let World { randomness, tables, out } = world;
    let clock = ReplayedClock::at(noon(day(FOUNDED)));
    let mut story = Story::new(out, clock.clone());
    let cast = Cast::new(randomness);
    let mut fresh = Freshness { now: clock.now(), randomness };
    opening(&mut story)?;
    let ledger = found_ledger(&mut story, &directory, &cast, &clock, &mut fresh).await?;
    let served = serve_ledger(&mut story, &directory, &clock, options).await?;
    let mut demo = Demo {
        story,
        fresh,
        clock,
        tables,
        partner: Partner::connect(&served.url, verifier(&cast)?).await?,
        cast,
        ledger,
        scratch: scratch.path(),
        directory,
    };
    let mut stop = pin!(stop);
    let told = tokio::select! {
        told = demo.tell_and_serve(&served, options) => told,
        () = &mut stop => Ok(()),
    };
    let stopped = served.stop().await;
    told.and(stopped)?;
    let gone = if options.dir.is_some() { "The ledger stays where it is." } else { "The temporary ledger is removed." };
    demo.story.say(&format!("Stopped cleanly. {gone}"))?;
    Ok(Left { ledger: demo.ledger, cast: demo.cast })
}

/// Day on which the ledger is founded: the eve of the first row of the story.
const FOUNDED: &str = "2025-03-17";
/// Day on which the replayed clock stands at the end.
const LAST: &str = "2026-03-01";

fn day(text: &str) -> CivilDate {
    text.parse().expect("the demonstration names days that exist")
}

/// Noon of a day in UTC.
fn noon(day: CivilDate) -> RecordingTime {
    let noon = jiff::tz::TimeZone::UTC.to_timestamp(day.0.at(12, 0, 0, 0)).expect("a day between 1970 and 9999");
    RecordingTime::from_timestamp(noon).expect("a day after 1970")
}

/// As known at the end of a day in UTC, as the commands read a day.
fn known_on(day: CivilDate) -> KnownAt {
    let end = day.0.at(23, 59, 59, 999_999_000);
    KnownAt::Time(jiff::tz::TimeZone::UTC.to_timestamp(end).expect("a day between 1970 and 9999"))
}

fn verifier(cast: &Cast) -> Told<CheckpointVerifier> {
    CheckpointVerifier::new(cast::ORIGIN, cast.checkpoint_key.public().clone()).during("name its checkpoints")
}

fn opening(story: &mut Story<'_>) -> Told {
    story.title("Merestone: a demonstration")?;
    story.say(
        "A ledger that keeps who recorded which treaty act or which minefield, when, and on whose signature. It \
         runs on this machine only, on a replayed clock: every row of 2025 and later is recorded on its own day. \
         The desks transcribe the public record, each act with its source, and speak for no State.",
    )?;
    Ok(())
}

async fn found_ledger(
    story: &mut Story<'_>,
    directory: &Directory,
    cast: &Cast,
    clock: &ReplayedClock,
    fresh: &mut Freshness<'_>,
) -> Told<LedgerId> {
    story.screen("Before: a ledger is founded, served and filled")?;
    let founding = founding::build(&cast.plan, cast.checkpoint_key.clone(), fresh).during("plan the founding")?;
    let clock = Arc::new(clock.clone());
    let ledger = found_by(directory, founding, limits::SEGMENT_BYTES_MIN, clock).await.during("found the ledger")?;
    story.fact("ledger id", &ledger.to_string())?;
    story.fact("founded by", "demo-registry (operates it) and demo-oversight; both signed entry 0")?;
    Ok(ledger)
}

async fn serve_ledger(
    story: &mut Story<'_>,
    directory: &Directory,
    clock: &ReplayedClock,
    options: &Options,
) -> Told<Served> {
    let settings = Settings {
        data_dir: directory.path().to_owned(),
        grpc_listen: options.listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        segment_bytes: limits::SEGMENT_BYTES_MIN,
        ..Settings::default()
    };
    let served = Served::start(directory, &settings, clock).await?;
    story.fact("served at", &format!("{}, over which everything below goes", served.url))?;
    Ok(served)
}

/// The demonstration after the ledger is served.
struct Demo<'a> {
    story: Story<'a>,
    fresh: Freshness<'a>,
    clock: ReplayedClock,
    tables: &'a dyn Tables,
    partner: Partner,
    cast: Cast,
    ledger: LedgerId,
    scratch: &'a Path,
    directory: Directory,
}

/// A submission that entered, with its answer.
#[derive(Clone)]
struct Entered {
    signed: SignedSubmission,
    answer: SubmitResponse,
    receipt: Receipt,
}

impl Demo<'_> {
    /// All steps; then goes on for ever, unless it is to exit.
    async fn tell_and_serve(&mut self, served: &Served, options: &Options) -> Told {
        self.tell(served).await?;
        if options.exit {
            return Ok(self.story.say("Without --exit the ledger goes on being served, with commands to try.")?);
        }
        self.clock.go_on();
        self.commands(served, options)?;
        self.story.say("The ledger is being served. Press Ctrl-C to stop it.")?;
        std::future::pending().await
    }

    async fn tell(&mut self, served: &Served) -> Told {
        let rows = Rows::read().during("read its rows")?;
        self.admit_desks().await?;
        let recorded = self.record(&rows).await?;
        self.retry(&recorded.last).await?;
        self.refused(&rows).await?;
        self.replay().await?;
        served.wait_for_models(self.partner.size()).await?;
        self.move_clock(day(LAST));
        self.who_was_bound().await?;
        self.disputed_due_and_next().await?;
        self.a_field_and_a_cheat(served, &rows, &recorded).await
    }

    /// Time goes on to noon of a day, or by a second when it has passed that.
    fn move_clock(&mut self, day: CivilDate) {
        self.clock.advance(std::time::Duration::from_secs(1));
        self.clock.forward_to(noon(day));
        self.fresh.now = self.clock.now();
    }
}

#[cfg(test)]
mod tests;
