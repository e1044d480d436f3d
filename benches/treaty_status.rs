//! How long a status takes, over gRPC on loopback, on a ledger of 100,000 entries.
//!
//! A seeded generator records 40 treaties and 200 participants; each participant has
//! the story of a party, of one that withdraws or of one that suspends under every
//! treaty until the ledger is full, one event an entry. Then status is asked for
//! random participants, treaties, days and states of knowledge, one call at a time;
//! the percentiles are printed. Aim: p99 of a status under 5 ms.

use std::{sync::Arc, time::Instant};

use merestone::{
    authoring::{EventDraft, Freshness, Post, fresh_event, sign_events},
    crypto::SigningKey,
    domain::*,
    founding::{self, FoundingPlan, FoundingPost},
    policy,
    server::{self, Directory, Node},
    settings::Settings,
    wire::{
        self,
        proto::{self, read_at::KnownAt, treaties_client::TreatiesClient},
    },
};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet};
use tonic::transport::Channel;

const ENTRIES: u64 = 100_000;
const TREATIES: u64 = 40;
const PARTICIPANTS: u64 = 200;
const CALLS: usize = 5_000;
/// Submissions under way at once while the ledger is filled.
const IN_FLIGHT: usize = 2_000;
const SIGNED_AT: RecordingTime = RecordingTime(1_780_000_000_000_000);

/// A seeded generator: the same ledger every time (splitmix64).
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }

    fn day(&mut self, years: std::ops::Range<u64>) -> String {
        let year = years.start + self.below(years.end - years.start);
        format!("{year}-{:02}-{:02}", 1 + self.below(12), 1 + self.below(28))
    }
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(measured());
}

async fn measured() {
    let mut seeded = Seeded(7);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (node, ledger, post) = founded(directory.path(), &mut seeded).await;
    fill(&node, ledger, &post, &mut seeded).await;
    let size = node.sequencer().published().head.tree.size;
    node.wait_for_models(size).await.expect("the read models follow");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server::serve(node, listener, None, async move { drop(stopped.await) }));
    let endpoint = Channel::from_shared(format!("http://{address}")).expect("an address");
    let client = TreatiesClient::new(endpoint.connect().await.expect("connects"));
    println!("{size} entries, {CALLS} calls each");
    for (name, now) in [("status, known now", true), ("status, known at any size", false)] {
        let taken = statuses(&client, &mut seeded, size, now).await;
        println!("{name:30} {}", percentiles(taken));
    }
    println!("{:30} {}", "standing, all treaties", percentiles(standings(&client, &mut seeded).await));
    stop.send(()).expect("it serves");
    serving.await.expect("it ends").expect("it served");
}

async fn statuses(client: &TreatiesClient<Channel>, seeded: &mut Seeded, size: Size, now: bool) -> Vec<f64> {
    let mut taken = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let known = if now { size.0 } else { size.0 / 2 + seeded.below(size.0 / 2) };
        let read_at = proto::ReadAt { minimum_size: 0, known_at: Some(KnownAt::Size(known)) };
        let request = proto::TreatyStatusRequest {
            treaty: treaty(seeded.below(TREATIES)),
            participant: participant(seeded.below(PARTICIPANTS)),
            at: seeded.day(1998..2030),
            read_at: Some(read_at),
            view: String::new(),
            with_other_treaties: false,
        };
        let begun = Instant::now();
        client.clone().status(request).await.expect("answers");
        taken.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    taken
}

async fn standings(client: &TreatiesClient<Channel>, seeded: &mut Seeded) -> Vec<f64> {
    let mut taken = Vec::new();
    for _ in 0..CALLS / 25 {
        let request = proto::StandingRequest {
            participant: participant(seeded.below(PARTICIPANTS)),
            at: seeded.day(1998..2030),
            ..proto::StandingRequest::default()
        };
        let begun = Instant::now();
        client.clone().standing(request).await.expect("answers");
        taken.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    taken
}

fn percentiles(mut taken: Vec<f64>) -> String {
    taken.sort_by(f64::total_cmp);
    let at = |share: f64| taken[((taken.len() - 1) as f64 * share) as usize];
    format!("p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms", at(0.5), at(0.99), at(1.0))
}

fn treaty(number: u64) -> String {
    format!("untc:G-{number}")
}

fn participant(number: u64) -> String {
    format!("P-{number}")
}

async fn founded(directory: &std::path::Path, seeded: &mut Seeded) -> (Arc<Node>, LedgerId, Post) {
    let mut seed = || {
        let mut seed = [0; 32];
        seeded.fill(&mut seed);
        SigningKey::from_seed(&seed)
    };
    let (key, checkpoint_key) = (seed(), seed());
    let post = Post { organisation: "desk".parse().expect("an id"), member: "post".parse().expect("an id"), key };
    let operator = FoundingPost {
        post: post.clone(),
        organisation_name: "A desk".into(),
        organisation_type: OrganisationType::Desk,
        country: "XX".parse().expect("a code"),
        title: "A post".into(),
    };
    let profile = CharterProfile::Solo;
    let plan = FoundingPlan { origin: "example.org/measured".into(), profile, operator, others: Vec::new() };
    let mut fresh = Freshness { now: SIGNED_AT, randomness: &mut |bytes| seeded.fill(bytes) };
    let founding = founding::build(&plan, checkpoint_key, &mut fresh).expect("founded");
    let settings = Settings { data_dir: directory.to_owned(), ..Settings::default() };
    let id = server::found(&Directory::new(directory), founding, settings.segment_bytes).await.expect("founded");
    let (parts, _) = Directory::new(directory).open(&settings, &mut |_, _| {}).expect("opened");
    (Node::start(parts).expect("started"), id, post)
}

/// The post that founded is an administrator; a member of its own records.
async fn recorder(node: &Arc<Node>, ledger: LedgerId, founder: &Post, seeded: &mut Seeded) -> Post {
    let mut seed = [0; 32];
    seeded.fill(&mut seed);
    let post = Post {
        organisation: founder.organisation.clone(),
        member: "recorder".parse().expect("an id"),
        key: SigningKey::from_seed(&seed),
    };
    let mandate = Mandate {
        mandate_type: MandateType::Transcribe,
        treaties: Scope::All,
        countries: Scope::Listed(Vec::new()),
        since: None,
        until: None,
        basis: "a measurement".into(),
    };
    let statement = wire::possession_bytes(&ledger, &post.organisation, &post.member, post.key.public());
    let enrolled = KeyEnrolled {
        member: post.member.clone(),
        key: post.key.public().clone(),
        possession: post.key.sign(merestone::crypto::PayloadType::KeyPossession, &statement),
        authorised_by: "a letter".into(),
    };
    let member = MemberEnrolled { member: post.member.clone(), post: "A recorder".into(), roles: vec![Role::Recorder] };
    let bodies = [
        RegistryBody::MandateGranted(MandateGranted { mandate }),
        RegistryBody::MemberEnrolled(member),
        RegistryBody::KeyEnrolled(enrolled),
    ];
    let subject = format!("organisation/{}", post.organisation);
    let events = bodies.into_iter().map(|body| event(&subject, Body::Registry(body), seeded)).collect();
    submit(Arc::clone(node), ledger, founder.clone(), events, seeded.next()).await;
    post
}

async fn fill(node: &Arc<Node>, ledger: LedgerId, founder: &Post, seeded: &mut Seeded) {
    let post = recorder(node, ledger, founder, seeded).await;
    let mut opening = Vec::new();
    for number in 0..TREATIES {
        let subject = format!("treaty/{}", treaty(number));
        opening.push(event(&subject, Body::Treaty(registered()), seeded));
        opening.push(event(&subject, Body::Treaty(effect("1999-03-01")), seeded));
    }
    for number in 0..PARTICIPANTS {
        let body = ParticipantRegistered {
            name: format!("Participant {number}").into(),
            participant_type: ParticipantType::State,
            iso_code: None,
            other_names: Vec::new(),
            predecessors: Vec::new(),
        };
        let subject = format!("participant/{}", participant(number));
        opening.push(event(&subject, Body::Treaty(TreatyBody::ParticipantRegistered(body)), seeded));
    }
    submit(Arc::clone(node), ledger, post.clone(), opening, seeded.next()).await;
    let permits = Arc::new(Semaphore::new(IN_FLIGHT));
    let mut under_way = JoinSet::new();
    let mut left = ENTRIES - node.sequencer().published().head.tree.size.0;
    while left > 0 {
        let permit = Arc::clone(&permits).acquire_owned().await.expect("never closed");
        let (drawn, seed) = (act(seeded), seeded.next());
        let (node, post) = (Arc::clone(node), post.clone());
        under_way.spawn(async move {
            submit(node, ledger, post, vec![drawn], seed).await;
            drop(permit);
        });
        while under_way.try_join_next().is_some_and(|joined| joined.is_ok()) {}
        left -= 1;
    }
    while let Some(joined) = under_way.join_next().await {
        joined.expect("submitted");
    }
}

async fn submit(node: Arc<Node>, ledger: LedgerId, post: Post, events: Vec<Event>, seed: u64) {
    let signed = {
        let mut seeded = Seeded(seed);
        let draft = EventDraft { ledger: Some(ledger), seen: None, events };
        sign_events(&draft, &post, &[], &mut Freshness { now: SIGNED_AT, randomness: &mut |bytes| seeded.fill(bytes) })
    };
    let submitted = wire::parse_submitted(signed.envelope, signed.events).expect("well formed");
    let registry = Arc::clone(&node.sequencer().published().registry);
    let verified = policy::verify(submitted, &registry).expect("verified");
    let outcome = node.sequencer().submit(verified).await.expect("queued");
    assert!(matches!(outcome, merestone::sequencer::Outcome::Accepted { .. }), "{outcome:?}");
}

fn event(subject: &str, body: Body, seeded: &mut Seeded) -> Event {
    let mut fresh = Freshness { now: SIGNED_AT, randomness: &mut |bytes| seeded.fill(bytes) };
    let mut event = fresh_event(subject.parse().expect("a subject"), body, &mut fresh);
    event.source = Some(Source {
        class: SourceClass::Government,
        transcribed: true,
        name: "A register".into(),
        locator: "".into(),
        retrieved: None,
    });
    event
}

/// One act of a random participant under a random treaty, as often as such acts are.
fn act(seeded: &mut Seeded) -> Event {
    let who = participant(seeded.below(PARTICIPANTS));
    let subject = format!("participation/{}/{who}", treaty(seeded.below(TREATIES)));
    let body = match seeded.below(100) {
        0..20 => {
            let signed = Some(seeded.day(1997..2020).parse().expect("a day"));
            let signature_type = SignatureType::Simple;
            TreatyBody::SignatureAffixed(SignatureAffixed { signed, place: "".into(), signature_type })
        }
        20..35 => deposit(&seeded.day(1998..2020)),
        35..90 => step(&seeded.day(1997..2025)),
        90..96 => notice(&seeded.day(2020..2025)),
        96..98 => suspension(&seeded.day(2020..2025)),
        _ => {
            let asserted = conflict(&seeded.day(2010..2025));
            return event(&format!("participant/{who}"), Body::Treaty(asserted), seeded);
        }
    };
    event(&subject, Body::Treaty(body), seeded)
}

fn world(day: &str) -> Option<WorldDate> {
    Some(day.parse().expect("a day"))
}

fn effect(day: &str) -> TreatyBody {
    TreatyBody::EffectStated(EffectStated { effect: TreatyEffect::EntryIntoForce, effective: world(day) })
}

fn deposit(day: &str) -> TreatyBody {
    TreatyBody::InstrumentDeposited(InstrumentDeposited {
        mode: ConsentMode::Ratification,
        deposited: world(day),
        instrument_dated: None,
        depositary_sequence: None,
        protocols: Vec::new(),
        provisional_application: false,
        depositary: "".into(),
    })
}

fn step(day: &str) -> TreatyBody {
    TreatyBody::DomesticStepTaken(DomesticStepTaken {
        step: DomesticStep::ParliamentaryVote,
        pursues: PursuedAct::Withdrawal,
        taken: world(day),
        organ: "Parliament".into(),
        reference: "".into(),
        votes: None,
    })
}

fn notice(day: &str) -> TreatyBody {
    TreatyBody::WithdrawalNotified(WithdrawalNotified {
        styled: WithdrawalStyle::Withdrawal,
        received_by_depositary: world(day),
        other_parties_notified: world(day),
        security_council_notified: world(day),
        reasons: Some(Reasons::Attached),
        later_effect: None,
    })
}

fn suspension(day: &str) -> TreatyBody {
    TreatyBody::SuspensionNotified(SuspensionNotified {
        received_by_depositary: world(day),
        circulated: world(day),
        claimed_from: None,
        claimed_until: "".into(),
        grounds: vec![SuspensionGround::Other],
        provisions: Vec::new(),
    })
}

fn conflict(day: &str) -> TreatyBody {
    TreatyBody::ConflictStatusAsserted(ConflictStatusAsserted {
        conflict: "a conflict".into(),
        engagement: ConflictEngagement::Engaged,
        conflict_type: None,
        since: world(day),
        until: None,
        asserted_by: "a body".into(),
    })
}

fn registered() -> TreatyBody {
    let in_force = EntryIntoForceClause {
        mode: EntryIntoForceMode::FirstOfMonth,
        months: 6,
        days: 0,
        threshold: 40,
        article: "17".into(),
    };
    let withdrawal = WithdrawalClause {
        notice_months: 6,
        notice_from: NoticeFrom::ReceiptByDepositary,
        later_date_allowed: false,
        conflict_test: ConflictTest::AtExpiry,
        includes_occupation: false,
        conflict_ends_with: vec![ConflictEnd::ArmedConflict],
        addressees: Addressee::ALL.to_vec(),
        reasons_required: true,
        article: "20".into(),
        day_after_conflict: false,
        minimum_months: 0,
        continues: "".into(),
    };
    let clauses = Clauses { entry_into_force: Some(in_force), withdrawal: Some(withdrawal), ..Clauses::default() };
    TreatyBody::TreatyRegistered(Box::new(TreatyRegistered {
        title: "A treaty".into(),
        short_names: Vec::new(),
        adopted: world("1997-09-18"),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: Some(clauses),
    }))
}
