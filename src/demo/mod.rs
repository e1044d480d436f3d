//! The demonstration: a whole ledger in one command. It founds a ledger, serves
//! it, submits real acts from the public record over gRPC with real signatures,
//! checks every proof, audits from outside, and catches a forged copy.
//!
//! Promises: a step that does not show what it says fails the run; a temporary
//! ledger is removed at the end; time, randomness and output are arguments.
//! Leaves to others: everything that it shows.

mod cast;
mod checks;
mod proofs;
mod rows;
mod served;
mod story;

use std::{
    error::Error,
    future::Future,
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    pin::pin,
};

use self::{cast::Cast, checks::Partner, served::Served, story::Story};
use crate::{
    authoring::{Drafted, Freshness, Header, SignedSubmission, sign},
    checkpoint::{CheckpointVerifier, Receipt},
    client::{ClientError, MustAct, reply::SubmitResponse},
    clock::Clock,
    domain::{LedgerId, Subject},
    founding, limits,
    server::{Directory, found},
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
    pub clock: &'a dyn Clock,
    /// Fills a buffer with fresh random bytes.
    pub randomness: &'a mut dyn FnMut(&mut [u8]),
    pub out: &'a mut (dyn Write + Send),
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

/// Runs the demonstration to its end, or until `stop` completes.
pub async fn run(options: &Options, world: World<'_>, stop: impl Future<Output = ()>) -> Told {
    let scratch = tempfile::tempdir().during("make a temporary directory")?;
    let directory = Directory::new(options.dir.clone().unwrap_or_else(|| scratch.path().join("ledger")));
    let mut story = Story::new(world.out);
    let cast = Cast::new(world.randomness);
    let mut fresh = Freshness { now: world.clock.now(), randomness: world.randomness };
    opening(&mut story)?;
    let ledger = found_ledger(&mut story, &directory, &cast, &mut fresh).await?;
    let served = serve_ledger(&mut story, &directory, options).await?;
    let mut demo = Demo {
        story,
        fresh,
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
    Ok(demo.story.say(&format!("Stopped cleanly. {gone}"))?)
}

fn verifier(cast: &Cast) -> Told<CheckpointVerifier> {
    CheckpointVerifier::new(cast::ORIGIN, cast.checkpoint_key.public().clone()).during("name its checkpoints")
}

fn opening(story: &mut Story<'_>) -> Told {
    story.title("Merestone: a demonstration")?;
    story.say(
        "A ledger that keeps who recorded which treaty act, when, and on whose signature. Everything below \
         happens now, on this machine only. The desks are demonstration desks: they transcribe the public \
         record, each act with its source, and speak for no State.",
    )?;
    Ok(())
}

async fn found_ledger(
    story: &mut Story<'_>,
    directory: &Directory,
    cast: &Cast,
    fresh: &mut Freshness<'_>,
) -> Told<LedgerId> {
    story.step("Found the ledger")?;
    let founding = founding::build(&cast.plan, cast.checkpoint_key.clone(), fresh).during("plan the founding")?;
    let ledger = found(directory, founding, limits::SEGMENT_BYTES_MIN).await.during("found the ledger")?;
    story.fact("ledger id", &ledger.to_string())?;
    story.fact("founders", "demo-registry (operates it), demo-oversight")?;
    story.fact("directory", &directory.path().display().to_string())?;
    story.why(
        "both founders signed entry 0. The id is the digest of what they signed, so nobody can pass off \
         another ledger as this one. Neither founder can admit anybody alone.",
    )?;
    Ok(ledger)
}

async fn serve_ledger(story: &mut Story<'_>, directory: &Directory, options: &Options) -> Told<Served> {
    story.step("Serve it")?;
    let settings = Settings {
        data_dir: directory.path().to_owned(),
        grpc_listen: options.listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        segment_bytes: limits::SEGMENT_BYTES_MIN,
        ..Settings::default()
    };
    let served = Served::start(directory, &settings).await?;
    story.fact("gRPC address", &served.url)?;
    story.why("from here on, everything goes through the same network service that a partner would use.")?;
    Ok(served)
}

/// The demonstration after the ledger is served.
struct Demo<'a> {
    story: Story<'a>,
    fresh: Freshness<'a>,
    partner: Partner,
    cast: Cast,
    ledger: LedgerId,
    scratch: &'a Path,
    directory: Directory,
}

/// A submission that entered, with its answer.
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
        self.commands(served, options)?;
        self.story.say("The ledger is being served. Press Ctrl-C to stop it.")?;
        std::future::pending().await
    }

    async fn tell(&mut self, served: &Served) -> Told {
        self.admit_desks().await?;
        let rows = rows::draft(self.ledger, &mut self.fresh).map_err(first).during("expand its rows")?;
        self.register(&rows.registrations).await?;
        let entered = self.submit_acts(&rows.acts).await?;
        self.retry(entered.last().expect("there are rows")).await?;
        self.refused(&rows.acts[0]).await?;
        self.replay().await?;
        self.timeline(served).await?;
        self.audit_service().await?;
        self.audit_copy()?;
        self.forge_copy()
    }

    async fn admit_desks(&mut self) -> Told {
        self.story.step("Admit the desks that transcribe the public record")?;
        for desk in &self.cast.desks {
            let signed = self.cast.admission(desk, self.ledger, self.partner.seen, &mut self.fresh);
            let entered = self.partner.submit(signed).await?;
            let index = entered.receipt.index;
            self.story.fact(&format!("entry {index}"), desk.post.organisation.as_str())?;
        }
        self.story
            .why(
                "each admission brings an organisation, a post, a key and a mandate, signed by one founder and \
             approved by the other. A post signs, not a person.",
            )
            .map_err(DemoError::from)
    }

    async fn register(&mut self, registrations: &[Drafted]) -> Told {
        self.story.step("Register treaties and participants")?;
        let signed = self.signed(registrations, None)?;
        let entered = self.partner.submit(signed).await?;
        let treaties = registrations.iter().filter(|row| matches!(row.subject, Subject::Treaty(_))).count();
        let what = format!("{treaties} treaties with their final clauses, {} States", registrations.len() - treaties);
        self.story.fact(&format!("entry {}", entered.receipt.index), &what)?;
        self.story.why(
            "notice periods and conditions are data with a source, not program text: the Ottawa Convention \
             (APMBC) and its sister treaties follow the same rules of computation.",
        )?;
        Ok(())
    }

    async fn submit_acts(&mut self, acts: &[Drafted]) -> Told<Vec<Entered>> {
        self.story.step(&format!("Submit {} real acts, one signed submission each", acts.len()))?;
        let mut entered = Vec::with_capacity(acts.len());
        for act in acts {
            let signed = self.signed(std::slice::from_ref(act), Some(act))?;
            entered.push(self.partner.submit(signed).await?);
        }
        for desk in &self.cast.desks {
            let count =
                acts.iter().filter(|act| desk_of(&self.cast, act).is_some_and(|own| std::ptr::eq(own, desk))).count();
            if count > 0 {
                self.story.fact(desk.about, &format!("{count:>2} acts by {}", desk.post.organisation))?;
            }
        }
        let receipts = format!("{} of {} verified", entered.len(), acts.len());
        self.story.fact("receipts", &receipts)?;
        self.story.why(
            "each receipt proves index, time and inclusion under the ledger's signature, and was checked here \
             with the key from the founding, not with the service's word. Each submission also names the \
             checkpoint that its author saw last, so every partner is a witness.",
        )?;
        Ok(entered)
    }

    /// Signs rows as the desk of their participant; registrations as the treaty desk.
    fn signed(&mut self, rows: &[Drafted], act: Option<&Drafted>) -> Told<SignedSubmission> {
        let desk = match act {
            None => self.cast.treaty_desk(),
            Some(act) => {
                desk_of(&self.cast, act).ok_or_else(|| DemoError::NotShown(format!("{} has no desk", act.subject)))?
            }
        };
        let header = Header {
            ledger: Some(self.ledger),
            organisation: desk.post.organisation.clone(),
            member: desk.post.member.clone(),
            seen: self.partner.seen,
            require_unmoved: false,
        };
        Ok(sign(&header, rows, &desk.post.key, self.fresh.now, self.fresh.randomness))
    }

    async fn retry(&mut self, first: &Entered) -> Told {
        self.story.step("Send one submission again, as after a lost connection")?;
        let again = self.partner.submit(first.signed.clone()).await?;
        let same = again.answer.repeated && again.answer.receipt == first.answer.receipt;
        shown(same, || "a retry brings the same receipt".into())?;
        self.story.fact("entry", &format!("{}, the same receipt, nothing doubled", again.receipt.index))?;
        self.story.why("a partner that heard no answer sends the same bytes again, any number of times.")?;
        Ok(())
    }

    async fn refused(&mut self, act: &Drafted) -> Told {
        self.story.step("Show two submissions that do not enter")?;
        let size = self.partner.client.status().await.during("ask for the status")?.size;
        let desk = self.cast.desk_of(&"EST".parse().expect("a valid id")).expect("the cast has it");
        let overreach = cast::overreach(desk, self.ledger, &mut self.fresh);
        self.no("rejected", "a desk admits another desk", overreach, MustAct::Partner).await?;
        let mut changed = self.signed(std::slice::from_ref(act), Some(act))?;
        changed.events = vec![checks::with_flipped_bit(&changed.events[0])];
        self.no("malformed", "one bit of an event is changed after signing", changed, MustAct::Developer).await?;
        let after = self.partner.client.status().await.during("ask for the status")?.size;
        shown(after == size, || "what is refused does not enter".into())?;
        self.story.why(
            "the answer names the rule, so the partner knows what to do; nothing entered. A ledger refuses \
             form and authority, never an inconvenient statement.",
        )?;
        Ok(())
    }

    async fn no(&mut self, name: &str, what: &str, signed: SignedSubmission, expected: MustAct) -> Told {
        match self.partner.client.submit(&signed).await {
            Err(ClientError::Refused(refused)) if refused.must_act == expected => {
                self.story.fact(name, what)?;
                Ok(self.story.fact("", &format!("the ledger: {}", refused.reason))?)
            }
            Err(error) => Err(error).during("have a submission refused"),
            Ok(_) => Err(DemoError::NotShown(format!("{what}, and it entered"))),
        }
    }

    async fn replay(&mut self) -> Told {
        self.story.step("Replay the log over gRPC")?;
        let replayed = self.partner.replay().await?;
        self.story.fact("entries", &format!("{}, from 0 without a gap", replayed.size))?;
        self.story.fact("tree root", &replayed.root.to_string())?;
        self.story.why(
            "the root was computed again from the replayed bytes and equals the one in the last receipt: \
             what is shown is what was signed.",
        )?;
        Ok(())
    }

    async fn timeline(&mut self, served: &Served) -> Told {
        self.story.step("Read the timeline of Poland under the Ottawa Convention")?;
        served.wait_for_models(self.partner.size()).await?;
        let timeline = self.partner.client.timeline("APMBC", Some("Poland"), None).await.during("read a timeline")?;
        shown(!timeline.acts.is_empty(), || "the timeline of Poland has acts".into())?;
        self.story.timeline(&timeline.acts)?;
        self.story.why(
            "four dates look alike and only one starts the six months: not the vote, not the President's \
             signature, not the gazette, but the receipt by the depositary. All are kept, each as what it is. \
             The acts are recorded today because the demonstration runs today; the dates are the world's.",
        )?;
        Ok(())
    }
}

/// The desk that transcribes an act.
fn desk_of<'a>(cast: &'a Cast, act: &Drafted) -> Option<&'a cast::Desk> {
    match &act.subject {
        Subject::Participation(_, participant) => cast.desk_of(participant),
        Subject::Ledger
        | Subject::Organisation(_)
        | Subject::Treaty(_)
        | Subject::Participant(_)
        | Subject::Record(_) => None,
    }
}

/// The first of several errors: the run ends with it.
fn first(errors: Vec<crate::authoring::AuthoringError>) -> Box<dyn Error + Send + Sync> {
    errors.into_iter().next().map_or_else(|| "an unnamed error".into(), Into::into)
}

#[cfg(test)]
mod tests;
