//! A ledger for tests: founded in a temporary directory, driven without a
//! network or over loopback, and audited at its end. The auditor is the oracle.

use std::sync::{Arc, Mutex, PoisonError};

use merestone::{
    audit::{Auditor, ReadModelsClaim, Report},
    authoring::{self, EventDraft, Freshness, Post, SignOffDraft, SignedSubmission, fresh_event, sign_events},
    crypto::SigningKey,
    domain::*,
    founding::{self, FoundingPlan, FoundingPost},
    journal::{Journal, ReadLimit, SegmentJournal},
    limits, merkle,
    policy::{self, Rejection, Unverified},
    projections::ReadModels,
    sequencer::Outcome,
    server::{self, Bounds, Directory, Node},
    settings::Settings,
    wire::{
        self,
        proto::{self, audit_client::AuditClient, ledger_client::LedgerClient},
    },
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tonic::transport::Channel;
use tonic_types::StatusExt;

/// Segments of tests are as small as a batch allows.
pub const SEGMENT_BYTES: u64 = limits::SEGMENT_BYTES_MIN;

/// A counter for ids, nonces and keys: the same test makes the same bytes.
static COUNTER: Mutex<u64> = Mutex::new(0);

pub fn randomness(bytes: &mut [u8]) {
    let mut counter = COUNTER.lock().unwrap_or_else(PoisonError::into_inner);
    for chunk in bytes.chunks_mut(32) {
        *counter += 1;
        let block = merestone::crypto::sha256(&counter.to_be_bytes());
        chunk.copy_from_slice(&block[..chunk.len()]);
    }
}

pub const SIGNED_AT: RecordingTime = RecordingTime(1_780_000_000_000_000);

pub fn key() -> SigningKey {
    let mut seed = [0; 32];
    randomness(&mut seed);
    SigningKey::from_seed(&seed)
}

pub fn post(organisation: &str, member: &str) -> Post {
    Post { organisation: organisation.parse().unwrap(), member: member.parse().unwrap(), key: key() }
}

/// A running ledger with one operator and one recording organisation.
pub struct TestLedger {
    pub dir: TempDir,
    pub node: Arc<Node>,
    pub id: LedgerId,
    /// Administrator of the operator, a founder.
    pub registrar: Post,
    /// Recorder of `desk`, with mandates for all treaties and country XX.
    pub recorder: Post,
    /// Verifier of `desk`.
    pub verifier: Post,
}

/// Why a submission did not enter.
#[derive(Debug)]
pub enum No {
    Malformed(wire::Malformed),
    Unverified(Unverified),
    Rejected(Rejection),
    Halted,
    NotQueued,
}

impl No {
    /// The pinned code.
    pub fn code(&self) -> &str {
        match self {
            Self::Malformed(no) => no.rule.code(),
            Self::Unverified(Unverified::UnknownKey(no)) | Self::Rejected(no) => no.rule.code(),
            Self::Unverified(Unverified::Signature { .. }) => "SignatureMustVerify",
            Self::Halted => "Halted",
            Self::NotQueued => "NotQueued",
        }
    }
}

pub fn settings(dir: &std::path::Path) -> Settings {
    Settings { data_dir: dir.to_owned(), segment_bytes: SEGMENT_BYTES, ..Settings::default() }
}

impl TestLedger {
    /// Founds a ledger with a desk that may record.
    pub async fn new() -> Self {
        Self::of_profile(CharterProfile::National).await
    }

    /// The same under another charter.
    pub async fn of_profile(profile: CharterProfile) -> Self {
        let mut ledger = Self::founded_with(profile, &[]).await;
        ledger.admit_desk().await;
        ledger
    }

    /// Founds a ledger of a profile; `others` found it together with the operator.
    pub async fn founded_with(profile: CharterProfile, others: &[&Post]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let registrar = post("operator", "registrar");
        let founding_post = |post: &Post| FoundingPost {
            post: post.clone(),
            organisation_name: post.organisation.as_str().into(),
            organisation_type: OrganisationType::Operator,
            country: "XX".parse().unwrap(),
            title: "Registrar".into(),
        };
        let (operator, others) = (founding_post(&registrar), others.iter().map(|post| founding_post(post)).collect());
        let plan = FoundingPlan { origin: "ledger.example.org/test".into(), profile, operator, others };
        let mut fresh = Freshness { now: SIGNED_AT, randomness: &mut randomness };
        let founding = founding::build(&plan, key(), &mut fresh).unwrap();
        let id = server::found(&Directory::new(dir.path()), founding, SEGMENT_BYTES).await.unwrap();
        let node = open(&dir);
        let (recorder, verifier) = (post("desk", "recorder-1"), post("desk", "verifier-1"));
        Self { dir, node, id, registrar, recorder, verifier }
    }

    async fn admit_desk(&mut self) {
        let admitted = OrganisationAdmitted {
            name: "A demonstration desk".into(),
            organisation_type: OrganisationType::Desk,
            country: "XX".parse().unwrap(),
        };
        let mandate = Mandate {
            mandate_type: MandateType::Transcribe,
            treaties: Scope::All,
            countries: Scope::Listed(vec!["XX".parse().unwrap()]),
            since: None,
            until: None,
            basis: "charter".into(),
        };
        let mut events = vec![
            self.on_desk(RegistryBody::OrganisationAdmitted(admitted)),
            self.on_desk(RegistryBody::MandateGranted(MandateGranted { mandate })),
        ];
        for (post, roles) in [(&self.recorder, vec![Role::Recorder]), (&self.verifier, vec![Role::Verifier])] {
            let member = MemberEnrolled { member: post.member.clone(), post: "A post".into(), roles };
            events.push(self.on_desk(RegistryBody::MemberEnrolled(member)));
            events.push(self.on_desk(RegistryBody::KeyEnrolled(self.enrolment(post))));
        }
        let signed = self.sign(&self.registrar, events);
        self.submit(&signed).await.unwrap();
    }

    /// The enrolment of a post's key, with its proof of possession.
    pub fn enrolment(&self, post: &Post) -> KeyEnrolled {
        let statement = wire::possession_bytes(&self.id, &post.organisation, &post.member, post.key.public());
        KeyEnrolled {
            member: post.member.clone(),
            key: post.key.public().clone(),
            possession: post.key.sign(merestone::crypto::PayloadType::KeyPossession, &statement),
            authorised_by: "letter 1".into(),
        }
    }

    fn on_desk(&self, body: RegistryBody) -> Event {
        event("organisation/desk", Body::Registry(body))
    }

    /// Signs events as one submission.
    pub fn sign(&self, author: &Post, events: Vec<Event>) -> SignedSubmission {
        self.sign_with(author, events, &[])
    }

    /// Signs events with sign-offs.
    pub fn sign_with(&self, author: &Post, events: Vec<Event>, with: &[(&Post, Capacity)]) -> SignedSubmission {
        sign_with(self.id, author, events, with)
    }

    /// The whole write path without the network.
    pub async fn submit(&self, signed: &SignedSubmission) -> Result<Outcome, No> {
        submit(&self.node, signed).await
    }

    /// What a submission is refused with.
    pub async fn refusal(&self, signed: &SignedSubmission) -> String {
        self.submit(signed).await.expect_err("it must be refused").code().to_owned()
    }

    /// Stops and starts again.
    pub async fn restart(self) -> Self {
        stop(&self.node).await;
        let Self { dir, node, id, registrar, recorder, verifier } = self;
        drop(node);
        let node = open(&dir);
        Self { dir, node, id, registrar, recorder, verifier }
    }

    /// Stops, and audits everything from outside.
    pub async fn audited(mut self) -> Report {
        let size = self.node.sequencer().published().head.tree.size;
        if self.node.wait_for_models(size).await.is_err() {
            // It was stopped while the read models were behind: a start catches up.
            self = self.restart().await;
            self.node.wait_for_models(size).await.expect("the read models follow");
        }
        stop(&self.node).await;
        let Self { dir, node, id, .. } = self;
        drop(node);
        audit(dir.path(), id)
    }
}

/// A node behind its real gRPC service, on a free port of loopback.
pub struct Served {
    pub channel: Channel,
    pub address: std::net::SocketAddr,
    shutdown: oneshot::Sender<()>,
    serving: JoinHandle<Result<(), server::ServeError>>,
}

impl Served {
    pub async fn start(node: &Arc<Node>) -> Self {
        Self::start_within(Bounds::default(), node).await
    }

    pub async fn start_within(bounds: Bounds, node: &Arc<Node>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, told) = oneshot::channel();
        let told = async move { told.await.unwrap_or_default() };
        let serving = tokio::spawn(server::serve_within(bounds, Arc::clone(node), listener, None, told));
        Self { channel: connect(address).await, address, shutdown, serving }
    }

    /// Another connection.
    pub async fn connect(&self) -> Channel {
        connect(self.address).await
    }

    pub fn ledger(&self) -> LedgerClient<Channel> {
        let client = LedgerClient::new(self.channel.clone());
        client.max_decoding_message_size(usize::MAX).max_encoding_message_size(usize::MAX)
    }

    pub fn audit(&self) -> AuditClient<Channel> {
        AuditClient::new(self.channel.clone())
    }

    /// Shuts down as SIGTERM does: the node is stopped then.
    pub async fn stop(self) {
        self.begin_to_stop().await.unwrap().unwrap();
    }

    /// Tells it to shut down; the end is to be awaited.
    pub fn begin_to_stop(self) -> JoinHandle<Result<(), server::ServeError>> {
        self.shutdown.send(()).unwrap();
        self.serving
    }
}

/// Signs events for a ledger as one submission.
pub fn sign(id: LedgerId, author: &Post, events: Vec<Event>) -> SignedSubmission {
    sign_with(id, author, events, &[])
}

fn sign_with(id: LedgerId, author: &Post, events: Vec<Event>, with: &[(&Post, Capacity)]) -> SignedSubmission {
    let draft = EventDraft { ledger: Some(id), seen: None, events };
    let mut fresh = Freshness { now: SIGNED_AT, randomness: &mut randomness };
    sign_events(&draft, author, with, &mut fresh)
}

/// The digest of a submission, which sign-offs name.
pub fn digest_of(signed: &SignedSubmission) -> SubmissionDigest {
    let parsed = wire::parse_submitted(signed.envelope.clone(), signed.events.clone()).unwrap();
    match parsed.envelope.content {
        EnvelopeContent::Submission(content) => content.digest,
        EnvelopeContent::SignOffs { submission, .. } => submission,
    }
}

/// A sign-off that comes later than the submission.
pub fn later_sign_off(
    id: LedgerId,
    signed: &SignedSubmission,
    post: &Post,
    capacity: Capacity,
    verdict: Verdict,
) -> SignedSubmission {
    let submission = digest_of(signed);
    let draft = SignOffDraft { ledger: id, submission, capacity, verdict, accepted_findings: Vec::new() };
    authoring::later_sign_off(&draft, post, SIGNED_AT)
}

/// The same submission with the sign-offs that came with it taken out.
pub fn bare(signed: &SignedSubmission) -> SignedSubmission {
    let mut envelope = <proto::Envelope as prost::Message>::decode(signed.envelope.clone()).unwrap();
    envelope.sign_offs.clear();
    SignedSubmission { envelope: prost::Message::encode_to_vec(&envelope).into(), events: signed.events.clone() }
}

pub fn approve() -> Verdict {
    Verdict::Approve { remark: "".into() }
}

/// Checks a consistency proof as it came over the network.
pub fn assert_proves_consistency(proof: &[prost::bytes::Bytes], from: TreeHead, to: TreeHead) {
    let proof = hashes(proof);
    merkle::verify_consistency(&proof, (from.size.0, from.root), (to.size.0, to.root)).expect("one history");
}

pub fn hashes(hashes: &[prost::bytes::Bytes]) -> Vec<TreeHash> {
    hashes.iter().map(|hash| TreeHash::from_slice(hash).expect("32 bytes")).collect()
}

/// How long a busy ledger asks to wait; `None` when it does not.
pub fn retry_after(status: &tonic::Status) -> Option<std::time::Duration> {
    status.get_details_retry_info().and_then(|info| info.retry_delay)
}

pub async fn connect(address: std::net::SocketAddr) -> Channel {
    Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap()
}

/// The request that submits.
pub fn request(signed: &SignedSubmission) -> proto::SubmitRequest {
    proto::SubmitRequest { envelope: signed.envelope.clone(), events: signed.events.clone() }
}

/// The pinned reason and the field of a refusal.
pub fn reason(status: &tonic::Status) -> (String, String) {
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    let field = status.get_details_bad_request().and_then(|bad| bad.field_violations.into_iter().next());
    (reason, field.map(|violation| violation.field).unwrap_or_default())
}

pub async fn stop(node: &Arc<Node>) {
    let node = Arc::clone(node);
    tokio::task::spawn_blocking(move || node.stop()).await.unwrap();
}

/// Opens the ledger of a directory.
pub fn open(dir: &TempDir) -> Arc<Node> {
    let (parts, _) = Directory::new(dir.path()).open(&settings(dir.path()), &mut |_, _| {}).expect("opened");
    Node::start(parts).expect("started")
}

pub async fn submit(node: &Node, signed: &SignedSubmission) -> Result<Outcome, No> {
    let submitted = wire::parse_submitted(signed.envelope.clone(), signed.events.clone()).map_err(No::Malformed)?;
    let registry = Arc::clone(&node.sequencer().published().registry);
    let verified = policy::verify(submitted, &registry).map_err(No::Unverified)?;
    match node.sequencer().submit(verified).await.map_err(|_| No::NotQueued)? {
        Outcome::Rejected(rejection) => Err(No::Rejected(rejection)),
        Outcome::Halted(_) => Err(No::Halted),
        entered => Ok(entered),
    }
}

/// Audits the files of a ledger, read models included.
pub fn audit(dir: &std::path::Path, id: LedgerId) -> Report {
    let journal = SegmentJournal::open_read_only(dir).expect("opened");
    journal.verify_all().expect("every byte is as it was written");
    let (models, _) = ReadModels::open(&dir.join("read-models"), limits::READ_MODEL_CACHE_BYTES).expect("opened");
    let scratch = tempfile::tempdir().unwrap();
    let mut auditor = Auditor::begin(scratch.path(), Some(id), Some(ReadModelsClaim::Rows(models))).expect("begun");
    let head = journal.head().tree;
    let limit = ReadLimit { entries: 7, bytes: limits::BATCH_BYTES };
    while auditor.size() < head.size {
        auditor.take(journal.read(Index(auditor.size().0), limit).expect("read")).expect("no difference");
    }
    auditor.finish(journal.head().checkpoint.expect("signed")).expect("no difference")
}

/// An event with fresh id and nonce.
pub fn event(subject: &str, body: Body) -> Event {
    let mut fresh = Freshness { now: SIGNED_AT, randomness: &mut randomness };
    fresh_event(subject.parse().unwrap(), body, &mut fresh)
}

/// A record of a mined area that nobody has recorded yet.
pub fn record_opened() -> Event {
    let mut number = [0; 8];
    randomness(&mut number);
    let body = RecordOpened {
        country: Some("XX".parse().unwrap()),
        area_kind: Some(AreaKind::Minefield),
        classification: Some(Classification::Suspected),
        place: "Open ocean".into(),
        regimes: Vec::new(),
        other_ids: Vec::new(),
        parcels: Vec::new(),
    };
    let subject = format!("record/XX-{}", u64::from_be_bytes(number));
    let mut event = event(&subject, Body::Minefield(MinefieldBody::RecordOpened(body)));
    event.source = Some(source(SourceClass::OwnAct));
    event
}

pub fn source(class: SourceClass) -> Source {
    Source { class, transcribed: false, name: "A survey".into(), locator: "".into(), retrieved: None }
}

pub fn receipt(outcome: Outcome) -> merestone::checkpoint::Receipt {
    match outcome {
        Outcome::Accepted { receipt, .. } | Outcome::Repeated { receipt, .. } => receipt,
        other => panic!("no receipt: {other:?}"),
    }
}
