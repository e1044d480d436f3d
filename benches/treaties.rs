//! How long questions about treaties take, over gRPC on loopback, on a ledger of 320
//! treaties, 24,000 participations and some 32,000 acts from the seeded generator.
//!
//! Half of the treaties are recorded as an import does, all participations in one
//! submission; the others one act an entry. One call at a time, for random treaties,
//! participants, days and states of knowledge. Aims, 99 of 100: the status of one participant
//! under 5 ms, the parties of a treaty under 50 ms, one State across all under 100 ms.
//! An argument (`status`, `parties`, `standing`, `time`, `acts`, `open`) measures these calls alone.
//! `open` asks a ledger of its own in which dates are not known to the day.
//! No act is told by a notification, so every one of them is asked about where such acts are.

use std::{future::Future, sync::Arc, time::Instant};

use merestone::{
    authoring::{Freshness, fresh_event},
    bench::{
        self, Author, Signed,
        treaties::{Extent, Seeded, Stages, document, open, participant, treaty},
    },
    domain::*,
    policy,
    sequencer::Outcome,
    server::{self, Directory, Node},
    settings::Settings,
    wire::{
        self,
        proto::{self, citing_request, read_at::KnownAt, treaties_client::TreatiesClient},
    },
};
use tokio::net::TcpListener;
use tonic::transport::Channel;

const EXTENT: Extent = Extent::WHOLE;
const SEED: u64 = 7;
/// Submissions under way at once while the ledger is filled.
const IN_FLIGHT: usize = 2_000;

fn main() {
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    tokio::runtime::Runtime::new().expect("a runtime").block_on(measured(&only));
}

async fn measured(only: &str) {
    if only != "open" {
        asked(only, false).await;
    }
    if only.is_empty() || only == "open" {
        asked(only, true).await;
    }
}

/// Fills a ledger, with open dates or without, and asks it.
async fn asked(only: &str, with_open_dates: bool) {
    let mut seeded = Seeded(SEED);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let node = filled(directory.path(), with_open_dates, &mut seeded).await;
    let size = node.sequencer().published().head.tree.size;
    node.wait_for_models(size).await.expect("the read models follow");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server::serve(node, listener, None, async move { drop(stopped.await) }));
    let channel = Channel::from_shared(format!("http://{address}")).expect("an address");
    let asking = Asking { channel: channel.connect().await.expect("connects"), size };
    if with_open_dates {
        asking.open(&mut seeded).await;
    } else {
        asking.all(only, &mut seeded).await;
    }
    stop.send(()).expect("it serves");
    serving.await.expect("it ends").expect("it served");
}

/// A client that asks, and how much there is to ask about.
struct Asking {
    channel: Channel,
    size: Size,
}

impl Asking {
    async fn all(&self, only: &str, seeded: &mut Seeded) {
        let is_wanted = |name: &str| only.is_empty() || only == name;
        if is_wanted("status") {
            for (name, now) in [("status, known now", true), ("status, known at any size", false)] {
                timed(name, 5_000, || self.status(now, &mut *seeded)).await;
            }
        }
        if is_wanted("parties") {
            for (name, large, now) in [
                ("parties, any treaty, known now", false, true),
                ("parties, any treaty, at any size", false, false),
                ("parties, 190 under it, known now", true, true),
                ("parties, 190 under it, any size", true, false),
            ] {
                timed(name, 1_000, || self.parties(large, now, &mut *seeded)).await;
            }
        }
        if is_wanted("standing") {
            timed("standing, all treaties", 500, || self.standing(true, &mut *seeded)).await;
            timed("standing, all, at any size", 500, || self.standing(false, &mut *seeded)).await;
        }
        if is_wanted("time") {
            timed("upcoming, any treaty", 200, || self.upcoming(&mut *seeded)).await;
            timed("findings, any treaty", 200, || self.findings(&mut *seeded)).await;
            timed("changes, all, last 100 entries", 100, || self.changes(100, &mut *seeded)).await;
            timed("changes, all, last 5,000, a page", 20, || self.changes(5_000, &mut *seeded)).await;
        }
        if is_wanted("acts") {
            for (name, large) in [("contested, any treaty", false), ("contested, 190 under it", true)] {
                timed(name, 300, || self.contested(Some(large), &mut *seeded)).await;
            }
            timed("contested, all treaties, a page", 20, || self.contested(None, &mut *seeded)).await;
            for (name, large) in [("unnotified, any treaty", false), ("unnotified, 190 under it", true)] {
                timed(name, 300, || self.unnotified(large, &mut *seeded)).await;
            }
            for (name, large) in [("objections, any treaty", false), ("objections, 190 under it", true)] {
                timed(name, 300, || self.objections(large, &mut *seeded)).await;
            }
            for (name, large) in [("timeline, any treaty", false), ("timeline, 190 under it", true)] {
                timed(name, 300, || self.timeline(large, false, &mut *seeded)).await;
            }
            timed("timeline of one participant", 2_000, || self.timeline(false, true, &mut *seeded)).await;
            timed("document, what cites it", 300, || self.document(&mut *seeded)).await;
        }
    }

    /// Where dates are not known to the day.
    async fn open(&self, seeded: &mut Seeded) {
        for case in open::CASES {
            timed(&format!("status, {}", case.name), 100, || self.open_status(case.participant, &mut *seeded)).await;
            timed("  its duties", 20, || self.open_duties(case.participant, &mut *seeded)).await;
            timed("  what comes", 20, || self.open_upcoming(case.participant, &mut *seeded)).await;
        }
        timed("parties, all of these", 20, || self.open_parties(&mut *seeded)).await;
    }

    /// A treaty: one of those with nearly all participants, or any.
    fn treaty(large: bool, seeded: &mut Seeded) -> String {
        treaty(seeded.below(if large { EXTENT.large } else { EXTENT.treaties }))
    }

    /// Under one treaty, or a page under all.
    fn contested(&self, large: Option<bool>, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::ContestedRequest {
            treaty: large.map(|large| Self::treaty(large, seeded)).unwrap_or_default(),
            at: seeded.day(1998..2030),
            page_size: 1_000,
            ..proto::ContestedRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.contested(request).await.expect("answers")) }
    }

    fn unnotified(&self, large: bool, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::UnnotifiedRequest {
            treaty: Self::treaty(large, seeded),
            at: seeded.day(1998..2030),
            page_size: 1_000,
            ..proto::UnnotifiedRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.unnotified(request).await.expect("answers")) }
    }

    fn objections(&self, large: bool, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::ObjectionsRequest {
            treaty: Self::treaty(large, seeded),
            at: seeded.day(1998..2030),
            page_size: 1_000,
            ..proto::ObjectionsRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.objections(request).await.expect("answers")) }
    }

    fn timeline(&self, large: bool, of_one: bool, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::TimelineRequest {
            treaty: Self::treaty(large, seeded),
            participant: if of_one { participant(seeded.below(EXTENT.participants)) } else { String::new() },
            page_size: 1_000,
            ..proto::TimelineRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.timeline(request).await.expect("answers")) }
    }

    /// What cites the document of a treaty whose deposits and tables cite one.
    fn document(&self, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let symbol = document(seeded.below(EXTENT.treaties / 4) * 4);
        let request = proto::CitingRequest {
            document: Some(citing_request::Document::Symbol(symbol)),
            page_size: 1_000,
            ..proto::CitingRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.citing(request).await.expect("answers")) }
    }

    fn upcoming(&self, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::UpcomingRequest {
            treaty: treaty(seeded.below(EXTENT.treaties)),
            at: seeded.day(1998..2030),
            page_size: 1_000,
            ..proto::UpcomingRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.upcoming(request).await.expect("answers")) }
    }

    fn findings(&self, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::FindingsRequest {
            treaty: treaty(seeded.below(EXTENT.treaties)),
            page_size: 1_000,
            ..proto::FindingsRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.findings(request).await.expect("answers")) }
    }

    /// What changed under all treaties with the last entries.
    fn changes(&self, entries: u64, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let known_at = Some(KnownAt::Size(self.size.0 - entries));
        let request = proto::ChangesRequest {
            from: Some(proto::ReadAt { minimum_size: 0, known_at }),
            at: seeded.day(1998..2030),
            page_size: 1_000,
            ..proto::ChangesRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.changes(request).await.expect("answers")) }
    }

    /// A state of knowledge: now, or one when half or more was recorded.
    fn read_at(&self, now: bool, seeded: &mut Seeded) -> Option<proto::ReadAt> {
        let half = self.size.0 / 2;
        let known = if now { self.size.0 } else { half + seeded.below(half) };
        Some(proto::ReadAt { minimum_size: 0, known_at: Some(KnownAt::Size(known)) })
    }

    fn status(&self, now: bool, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::TreatyStatusRequest {
            treaty: treaty(seeded.below(EXTENT.treaties)),
            participant: participant(seeded.below(EXTENT.participants)),
            at: seeded.day(1998..2030),
            read_at: self.read_at(now, seeded),
            ..proto::TreatyStatusRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.status(request).await.expect("answers")) }
    }

    fn parties(&self, large: bool, now: bool, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::ListPartiesRequest {
            treaty: Self::treaty(large, seeded),
            at: seeded.day(1998..2030),
            read_at: self.read_at(now, seeded),
            page_size: 1_000,
            ..proto::ListPartiesRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.parties(request).await.expect("answers")) }
    }

    fn open_status(&self, participant: &str, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::TreatyStatusRequest {
            treaty: open::TREATY.to_owned(),
            participant: participant.to_owned(),
            at: seeded.day(1998..2030),
            ..proto::TreatyStatusRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.status(request).await.expect("answers")) }
    }

    fn open_duties(&self, participant: &str, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::ObligationsRequest {
            treaty: open::TREATY.to_owned(),
            participant: participant.to_owned(),
            at: seeded.day(1998..2030),
            ..proto::ObligationsRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.obligations(request).await.expect("answers")) }
    }

    fn open_upcoming(&self, participant: &str, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::UpcomingRequest {
            treaty: open::TREATY.to_owned(),
            participant: participant.to_owned(),
            at: seeded.day(1998..2030),
            page_size: 1_000,
            ..proto::UpcomingRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.upcoming(request).await.expect("answers")) }
    }

    fn open_parties(&self, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::ListPartiesRequest {
            treaty: open::TREATY.to_owned(),
            at: seeded.day(1998..2030),
            page_size: 1_000,
            ..proto::ListPartiesRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.parties(request).await.expect("answers")) }
    }

    fn standing(&self, now: bool, seeded: &mut Seeded) -> impl Future<Output = ()> + use<> {
        let request = proto::StandingRequest {
            participant: participant(seeded.below(EXTENT.participants)),
            at: seeded.day(1998..2030),
            read_at: self.read_at(now, seeded),
            ..proto::StandingRequest::default()
        };
        let mut client = TreatiesClient::new(self.channel.clone());
        async move { drop(client.standing(request).await.expect("answers")) }
    }
}

/// Asks one call at a time and prints how long it took.
async fn timed<Call: Future<Output = ()>>(name: &str, calls: usize, mut call: impl FnMut() -> Call) {
    let mut taken = Vec::with_capacity(calls);
    for _ in 0..calls {
        let call = call();
        let begun = Instant::now();
        call.await;
        taken.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    taken.sort_by(f64::total_cmp);
    let at = |share: f64| taken[((taken.len() - 1) as f64 * share) as usize];
    println!("{name:34} p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms", at(0.5), at(0.99), at(1.0));
}

/// A ledger with the whole record in it, or with open dates.
async fn filled(directory: &std::path::Path, with_open_dates: bool, seeded: &mut Seeded) -> Arc<Node> {
    let founding_seed = std::sync::Mutex::new(Seeded(seeded.draw()));
    let randomness = |bytes: &mut [u8]| founding_seed.lock().expect("nobody panicked").fill(bytes);
    let directory = Directory::new(directory);
    let (author, _) = bench::found(&directory, EXTENT.now, &randomness).await.expect("founded");
    let settings = Settings { data_dir: directory.path().to_owned(), ..Settings::default() };
    let (parts, _) = directory.open(&settings, &mut |_, _| {}).expect("opened");
    let node = Node::start(parts).expect("started");
    submit_all(&node, vec![signed(&author, vec![mandate(&author, seeded)], seeded)]).await;
    let stages = if with_open_dates {
        open::draw(&EXTENT, seeded).into()
    } else {
        let Stages { registered, joined, later } = Stages::draw(&EXTENT, &author.post.organisation, seeded);
        vec![registered, joined, later]
    };
    let events: usize = stages.iter().flatten().map(Vec::len).sum();
    for stage in stages {
        let signed = stage.into_iter().map(|events| signed(&author, events, seeded)).collect();
        submit_all(&node, signed).await;
    }
    println!("{events} events in {} entries", node.sequencer().published().head.tree.size);
    node
}

fn signed(author: &Author, events: Vec<Event>, seeded: &mut Seeded) -> Signed {
    let mut randomness = |bytes: &mut [u8]| seeded.fill(bytes);
    author.submission(events, &mut Freshness { now: EXTENT.now, randomness: &mut randomness })
}

fn mandate(author: &Author, seeded: &mut Seeded) -> Event {
    let mandate = Mandate {
        mandate_type: MandateType::Transcribe,
        treaties: Scope::All,
        countries: Scope::Listed(Vec::new()),
        since: None,
        until: None,
        basis: "a measurement".into(),
    };
    let body = Body::Registry(RegistryBody::MandateGranted(MandateGranted { mandate }));
    let subject = Subject::Organisation(author.post.organisation.clone());
    let mut randomness = |bytes: &mut [u8]| seeded.fill(bytes);
    fresh_event(subject, body, &mut Freshness { now: EXTENT.now, randomness: &mut randomness })
}

/// Submits many at a time; each must enter.
async fn submit_all(node: &Arc<Node>, all: Vec<Signed>) {
    let mut under_way = tokio::task::JoinSet::new();
    for signed in all {
        if under_way.len() >= IN_FLIGHT {
            under_way.join_next().await.expect("some are under way").expect("submitted");
        }
        let node = Arc::clone(node);
        under_way.spawn(async move {
            let submitted = wire::parse_submitted(signed.envelope, signed.events).expect("well formed");
            let registry = Arc::clone(&node.sequencer().published().registry);
            let verified = policy::verify(submitted, &registry).expect("verified");
            let outcome = node.sequencer().submit(verified).await.expect("queued");
            assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        });
    }
    while let Some(joined) = under_way.join_next().await {
        joined.expect("submitted");
    }
}
