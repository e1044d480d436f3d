//! The real program: killed, terminated, started where it must not start.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::Arc,
    time::Duration,
};

use merestone::{
    admission::Admission,
    authoring::{Freshness, Post, SignedSubmission},
    checkpoint::{CheckpointSigner, CheckpointVerifier, Receipt},
    clock::{Clock, ReplayedClock, RunningClock},
    crypto::sha256,
    domain::*,
    founding::{self, FoundingPlan, FoundingPost},
    journal::{Journal, Options, SegmentJournal},
    limits, policy,
    sequencer::{Parts, Sequencer},
    server::{Directory, Founding, Node},
    wire::{
        self,
        proto::{self, audit_client::AuditClient, get_receipt_request::Entry, ledger_client::LedgerClient},
    },
};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tonic::transport::Channel;

use crate::support::*;

/// Rounds of kill and restart.
const ROUNDS: usize = 100;
/// Submissions that a round begins with, and who send them.
const OPEN: usize = 24;
const CALLERS: usize = 3;

pub fn merestone() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_merestone"));
    let ours = std::env::vars().filter(|(name, _)| name.starts_with("MERESTONE_"));
    for (name, _) in ours {
        command.env_remove(name);
    }
    command
}

pub fn serve(dir: &Path, listen: &str) -> Command {
    serve_in_segments(dir, listen, SEGMENT_BYTES)
}

pub fn serve_in_segments(dir: &Path, listen: &str, segment_bytes: u64) -> Command {
    let mut command = merestone();
    command.args(["serve", "--log-format", "json", "--grpc-listen", listen, "--data-dir"]).arg(dir);
    command.args(["--segment-bytes", &segment_bytes.to_string()]);
    command
}

/// A served ledger, in a process of its own; it ends with the test.
pub struct Process {
    child: Running,
    pub address: SocketAddr,
    /// Reads the log to its end, so that the process never waits for a reader.
    log: std::thread::JoinHandle<String>,
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended already; a failed test must not leave it behind.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// Starts on a free port and waits until the log names it.
    pub fn start(dir: &Path) -> Self {
        Self::start_on(dir, "127.0.0.1:0")
    }

    /// Starts on an address, where a client may be waiting already.
    pub fn start_on(dir: &Path, listen: &str) -> Self {
        Self::run(serve(dir, listen))
    }

    pub fn run(mut command: Command) -> Self {
        let child = command.stderr(Stdio::piped()).spawn().expect("started");
        let mut child = Running(child);
        let mut lines = BufReader::new(child.0.stderr.take().expect("piped")).lines().map_while(Result::ok);
        let mut before = String::new();
        let address = lines.find_map(|line| {
            before.push_str(&line);
            let line: serde_json::Value = serde_json::from_str(&line).ok()?;
            (line["message"] == "serving")
                .then(|| line["address"].as_str().expect("named").parse().expect("an address"))
        });
        let Some(address) = address else { panic!("it does not serve: {before}") };
        let log = std::thread::spawn(move || lines.fold(before, |log, line| log + "\n" + &line));
        Self { child, address, log }
    }

    pub async fn ledger(&self) -> LedgerClient<Channel> {
        LedgerClient::new(connect(self.address).await).max_decoding_message_size(usize::MAX)
    }

    /// SIGKILL: nothing is finished, nothing is closed.
    pub fn kill(mut self) {
        self.child.0.kill().expect("killed");
        self.child.0.wait().expect("ended");
        self.log.join().expect("read");
    }

    /// Sends a signal and waits for the end.
    pub fn end(mut self, signal: &str) -> (ExitStatus, String) {
        let pid = self.child.0.id().to_string();
        let sent = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", signal, &pid]).status().expect("sent");
        assert!(sent.success());
        (self.child.0.wait().expect("ended"), self.log.join().expect("read"))
    }
}

/// The files of a ledger that nobody serves, and who may record in it.
pub struct Files {
    dir: TempDir,
    pub id: LedgerId,
    pub registrar: Post,
    pub recorder: Post,
    pub verifier: CheckpointVerifier,
}

impl Files {
    pub async fn new() -> Self {
        let ledger = TestLedger::new().await;
        stop(&ledger.node).await;
        let TestLedger { dir, node, id, registrar, recorder, .. } = ledger;
        Self { dir, id, registrar, recorder, verifier: node.verifier().clone() }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn sign(&self, events: usize) -> SignedSubmission {
        sign(self.id, &self.recorder, (0..events).map(|_| record_opened()).collect())
    }

    /// One event of about 120 kB.
    pub fn sign_large(&self) -> SignedSubmission {
        let mut event = record_opened();
        if let Body::Minefield(MinefieldBody::RecordOpened(record)) = &mut event.body {
            let text = "x".repeat(500);
            record.other_ids = (0..240).map(|number| format!("{text}{number}").into()).collect();
        }
        sign(self.id, &self.recorder, vec![event])
    }

    /// The auditor's own program finds no difference in so many entries.
    pub fn assert_audited(&self, entries: usize) {
        let id = self.id.to_string();
        let mut audit = merestone();
        audit.args(["--output", "json", "audit", "--ledger-id", &id, "--dir"]).arg(self.path());
        let audited = audit.output().expect("run");
        assert_eq!(audited.status.code(), Some(0), "{}", said(&audited));
        let report: serde_json::Value = serde_json::from_slice(&audited.stdout).expect("JSON");
        assert_eq!(report["entries"], entries, "{report}");
    }
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A submission and what is known of it.
pub struct Sent {
    pub signed: SignedSubmission,
    pub acknowledged: Option<proto::SubmitResponse>,
}

/// Sends what is not acknowledged, as a few callers at once, and kills the
/// server after so many acknowledgements, with the rest still under way.
async fn load_and_kill(process: Process, sent: &mut [Sent], kill_after: usize) {
    let open: Vec<_> = (0..sent.len()).filter(|at| sent[*at].acknowledged.is_none()).collect();
    let (heard, mut hear) = mpsc::unbounded_channel();
    let client = process.ledger().await;
    for share in open.chunks(open.len().div_ceil(CALLERS)) {
        let requests: Vec<_> = share.iter().map(|at| (*at, request(&sent[*at].signed))).collect();
        let (mut client, heard) = (client.clone(), heard.clone());
        tokio::spawn(async move {
            for (at, request) in requests {
                // After the kill nothing is answered, and the next round asks again.
                let Ok(response) = client.submit(request).await else { return };
                heard.send((at, response.into_inner())).expect("heard to the end");
            }
        });
    }
    drop(heard);
    let mut process = Some(process);
    let mut count = 0;
    while let Some((at, response)) = hear.recv().await {
        sent[at].acknowledged = Some(response);
        count += 1;
        if count == kill_after {
            process.take().expect("killed once").kill();
        }
    }
    assert!(process.is_none(), "only {count} were answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_kills_under_load_lose_nothing_and_double_nothing() {
    let began = std::time::Instant::now();
    let files = Files::new().await;
    let (mut sent, mut interrupted) = (Vec::<Sent>::new(), 0);
    for round in 0..ROUNDS {
        let open = sent.iter().filter(|sent| sent.acknowledged.is_none()).count();
        // A few are so large that a segment comes to its end under the load.
        let large = |at: usize| round % 2 == 0 && at == open;
        let signed = (open..OPEN).map(|at| if large(at) { files.sign_large() } else { files.sign(1) });
        sent.extend(signed.map(|signed| Sent { signed, acknowledged: None }));
        let process = Process::start(files.path());
        load_and_kill(process, &mut sent, 1 + round % 11).await;
        interrupted += usize::from(sent.iter().any(|sent| sent.acknowledged.is_none()));
    }
    assert!(interrupted > ROUNDS / 2, "the kills came too late to meet the load: {interrupted}");
    let process = Process::start(files.path());
    let mut client = process.ledger().await;
    let mut indexes = BTreeMap::new();
    for Sent { signed, acknowledged } in &sent {
        let again = client.submit(request(signed)).await.expect("answered").into_inner();
        if let Some(first) = acknowledged {
            assert!(again.repeated, "acknowledged is recorded");
            assert_eq!(again.receipt, first.receipt, "the first receipt for ever");
        }
        let kept = Receipt::try_from(again.receipt.expect("a receipt")).expect("read");
        assert_eq!(kept.envelope, EnvelopeDigest(sha256(&signed.envelope)));
        let head = kept.verify(&files.verifier).expect("valid");
        assert!(indexes.insert(kept.index, head).is_none(), "two submissions at {}", kept.index);

        let newest = client.get_receipt(proto::GetReceiptRequest { entry: Some(Entry::Index(kept.index.0)) });
        let newest = Receipt::try_from(newest.await.expect("held").into_inner().receipt.expect("it")).expect("read");
        assert_eq!((newest.envelope, newest.recorded_at), (kept.envelope, kept.recorded_at));
        newest.verify(&files.verifier).expect("valid");
    }
    assert_consistent(&mut client, &indexes).await;
    let status = client.status(proto::StatusRequest {}).await.unwrap().into_inner();
    assert_eq!(status.size, 2 + sent.len() as u64, "each once and nothing else");
    drop(client);
    let (code, log) = process.end("TERM");
    assert_eq!(code.code(), Some(0), "{log}");
    let segments = segments(files.path()).len();
    assert!(segments > 1, "the load reached over the end of a segment");
    files.assert_audited(2 + sent.len());
    println!(
        "{} submissions, {interrupted} rounds interrupted, {segments} segments, {:?}",
        sent.len(),
        began.elapsed()
    );
}

/// The checkpoints of all kept receipts lie on one history: none is rolled back.
async fn assert_consistent(client: &mut LedgerClient<Channel>, indexes: &BTreeMap<Index, TreeHead>) {
    let mut heads: Vec<_> = indexes.values().copied().collect();
    heads.sort_by_key(|head| head.size);
    heads.dedup();
    for pair in heads.windows(2) {
        let sizes = proto::ProveConsistencyRequest { from_size: pair[0].size.0, to_size: pair[1].size.0 };
        let proof = client.prove_consistency(sizes).await.expect("proved").into_inner().proof;
        assert_proves_consistency(&proof, pair[0], pair[1]);
    }
}

/// `tests/strace.sh` runs this one under strace and reads the order of its calls.
#[tokio::test(flavor = "multi_thread")]
async fn one_submission_over_the_network_is_answered_when_it_is_durable() {
    let files = Files::new().await;
    let process = Process::start(files.path());
    let mut client = process.ledger().await;
    let response = client.submit(request(&files.sign(1))).await.expect("it enters").into_inner();
    Receipt::try_from(response.receipt.expect("a receipt")).expect("read").verify(&files.verifier).expect("valid");
    process.kill();
    assert_eq!(SegmentJournal::open_read_only(files.path()).unwrap().head().tree.size, Size(3));
}

fn segments(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir.join("journal")).unwrap().map(|entry| entry.unwrap().path());
    let mut segments: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "seg")).collect();
    segments.sort();
    segments
}

#[tokio::test(flavor = "multi_thread")]
async fn a_termination_ends_with_code_0_and_loses_nothing_though_clients_hang_on() {
    for signal in ["TERM", "INT"] {
        let files = Files::new().await;
        let process = Process::start(files.path());
        let channel = connect(process.address).await;
        let follow = proto::ReplayRequest { follow: true, ..proto::ReplayRequest::default() };
        let mut following = AuditClient::new(channel.clone()).replay(follow).await.unwrap().into_inner();
        following.message().await.unwrap().expect("the entries so far");
        let (requests, stream) = mpsc::channel(16);
        let requests_of_stream = tokio_stream::wrappers::ReceiverStream::new(stream);
        let mut answers = LedgerClient::new(channel).submit_stream(requests_of_stream).await.unwrap().into_inner();
        let mut signed = Vec::new();
        for tag in 0..10 {
            signed.push(files.sign(1));
            let request = Some(request(signed.last().unwrap()));
            requests.send(proto::SubmitStreamRequest { tag, request }).await.unwrap();
        }
        answers.message().await.unwrap().expect("one is answered, others are under way");
        let (code, log) = process.end(signal);
        assert_eq!(code.code(), Some(0), "{log}");
        assert!(log.contains("everything acknowledged is durable"), "{log}");
        assert!(!log.contains("cut off"), "open streams are ended, not waited for: {log}");
        let mut answered = 1;
        while let Ok(Some(answer)) = answers.message().await {
            assert!(matches!(answer.outcome, Some(proto::submit_stream_response::Outcome::Accepted(_))), "{answer:?}");
            answered += 1;
        }
        let entries =
            usize::try_from(SegmentJournal::open_read_only(files.path()).unwrap().head().tree.size.0).unwrap();
        assert!(entries >= 2 + answered, "{answered} answered, {entries} entries");
        files.assert_audited(entries);
    }
}

/// Runs to the end, which a refused start reaches by itself.
pub fn refused_start(dir: &Path, listen: &str) -> String {
    refused(serve(dir, listen))
}

pub fn refused(mut command: Command) -> String {
    let output = command.output().expect("run");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(output.stdout.is_empty());
    said(&output)
}

pub fn assert_says(said: &str, words: &[&str]) {
    let error = said.lines().last().unwrap_or_default();
    assert!(error.starts_with("error: "), "{said}");
    words.iter().for_each(|word| assert!(error.contains(word), "{word:?} is not in: {error}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_service_on_a_directory_and_one_on_a_port_in_use_are_refused() {
    let (files, other) = (Files::new().await, Files::new().await);
    let process = Process::start(files.path());
    let same = refused_start(files.path(), "127.0.0.1:0");
    assert_says(&same, &["in use by another process", "stop it first"]);
    let busy = refused_start(other.path(), &process.address.to_string());
    assert_says(&busy, &[&process.address.to_string(), "stop what listens there", "--grpc-listen"]);
    let mut client = process.ledger().await;
    client.submit(request(&files.sign(1))).await.expect("the first is not disturbed");
    drop(client);
    assert_eq!(process.end("TERM").0.code(), Some(0));
    files.assert_audited(3);
    other.assert_audited(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_for_its_owner_alone_and_a_start_tells_of_a_directory_open_to_others() {
    let files = Files::new().await;
    let open = |folder: &Path, mode| std::fs::set_permissions(folder, PermissionsExt::from_mode(mode)).unwrap();
    open(files.path(), 0o700);
    let process = Process::start(files.path());
    let mut client = process.ledger().await;
    client.submit(request(&files.sign(1))).await.expect("accepted");
    drop(client);
    assert!(!process.end("TERM").1.contains("other users"));
    for folder in ["journal", "index", "index/ids", "read-models", "keys"] {
        let folder = files.path().join(folder);
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        let within = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        for file in within.filter(|path| path.is_file() && !folder.ends_with("read-models")) {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }
    open(files.path(), 0o755);
    let log = Process::start(files.path()).end("TERM").1;
    assert!(log.contains("other users of this machine can enter it"), "{log}");
    files.assert_audited(3);
}

fn mode(path: &Path) -> u32 {
    path.metadata().expect("it is there").permissions().mode() & 0o777
}

#[test]
fn a_directory_without_a_ledger_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing");
    assert_says(&refused_start(&missing, "127.0.0.1:0"), &["missing", "no ledger", "merestone init"]);
    assert!(!missing.exists());
    assert_says(&refused_start(dir.path(), "127.0.0.1:0"), &["no ledger", "merestone init"]);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_key_that_others_can_read_or_of_another_ledger_is_refused() {
    let (files, other) = (Files::new().await, Files::new().await);
    let file = Directory::new(files.path()).checkpoint_key();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert_says(&refused_start(files.path(), "127.0.0.1:0"), &["checkpoint.pem", "0640", "chmod 600"]);
    std::fs::copy(Directory::new(other.path()).checkpoint_key(), &file).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_says(&refused_start(files.path(), "127.0.0.1:0"), &["checkpoint.pem", "put that one back"]);
    std::fs::remove_file(&file).unwrap();
    assert_says(&refused_start(files.path(), "127.0.0.1:0"), &["checkpoint.pem"]);
    files.assert_audited(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_of_another_format_is_refused_and_left_as_it_is() {
    let files = Files::new().await;
    let segment = segments(files.path()).remove(0);
    let whole = std::fs::read(&segment).unwrap();
    for garbage in [&b"SQLite format 3\0"[..], &[0; 16], b"MERESTO9"] {
        let mut bytes = whole.clone();
        bytes[..garbage.len()].copy_from_slice(garbage);
        std::fs::write(&segment, &bytes).unwrap();
        let name = segment.file_name().unwrap().to_str().unwrap();
        assert_says(&refused_start(files.path(), "127.0.0.1:0"), &[name]);
        assert!(std::fs::read(&segment).unwrap() == bytes, "evidence is not touched");
    }
    std::fs::write(&segment, &whole).unwrap();
    files.assert_audited(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wall_clock_far_behind_the_newest_entry_is_refused() {
    let files = Files::new().await;
    let (mut parts, _) = Directory::new(files.path()).open(&settings(files.path()), &mut |_, _| {}).expect("opened");
    let later = Duration::from_secs(3 * 3600).as_micros() as u64;
    let newest = parts.journal.head().recorded_at.unwrap();
    parts.clock = Arc::new(ReplayedClock::at(RecordingTime(newest.0 + later)));
    let node = Node::start(parts).unwrap();
    receipt(submit(&node, &files.sign(1)).await.unwrap());
    stop(&node).await;
    drop(node);
    let said = refused_start(files.path(), "127.0.0.1:0");
    assert_says(&said, &["the wall clock says", "set the machine's clock", "start again"]);
    files.assert_audited(3);
}

/// A ledger whose only entry was recorded at this time.
async fn founded_at(dir: &Path, time: RecordingTime) -> LedgerId {
    let operator = FoundingPost {
        post: post("operator", "registrar"),
        organisation_name: "Operator".into(),
        organisation_type: OrganisationType::Operator,
        country: "XX".parse().unwrap(),
        title: "Registrar".into(),
    };
    let profile = CharterProfile::National;
    let plan = FoundingPlan { origin: "ledger.example.org/idle".into(), profile, operator, others: Vec::new() };
    let mut fresh = Freshness { now: time, randomness: &mut randomness };
    let Founding { envelope, event, checkpoint_key } = founding::build(&plan, key(), &mut fresh).unwrap();
    let submitted = wire::parse_submitted(envelope.into(), vec![event.into()]).unwrap();
    let EnvelopeContent::Submission(content) = &submitted.envelope.content else { panic!("a submission") };
    let id = LedgerId(content.digest.0);
    std::fs::create_dir_all(dir.join("keys")).unwrap();
    std::fs::create_dir_all(dir.join("index")).unwrap();
    checkpoint_key.write_file(&Directory::new(dir).checkpoint_key()).unwrap();
    let options = Options { segment_bytes: SEGMENT_BYTES, ..Options::default() };
    let journal: Arc<dyn Journal> = Arc::new(SegmentJournal::create(dir, id, options).unwrap());
    let signer = CheckpointSigner::new(&plan.origin, checkpoint_key).unwrap();
    let (index, seal) = (dir.join("index"), signer.seal());
    let admission =
        Admission::restore(&index, Arc::clone(&journal), limits::ID_RUN_KEYS, &seal, &mut |_, _| {}).unwrap();
    let clock = Arc::new(ReplayedClock::at(time));
    let (sequencer, running) = Sequencer::start(Parts { journal, admission, clock, signer });
    let verified = policy::verify(submitted, &policy::Registry::default()).unwrap();
    receipt(sequencer.submit(verified).await.unwrap());
    sequencer.stop();
    running.join();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_idle_for_long_starts_when_the_operator_confirms_the_day() {
    const DAY: u64 = 24 * 3600 * 1_000_000;
    let now = RunningClock::start(None).unwrap().now();
    let idle = |days: u64| RecordingTime(now.0 - days * DAY);
    let (routine, long) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    founded_at(routine.path(), idle(21)).await;
    let id = founded_at(long.path(), idle(40)).await;
    assert_eq!(Process::start(routine.path()).end("TERM").0.code(), Some(0), "three weeks are routine");

    let refused = refused_start(long.path(), "127.0.0.1:0");
    assert_says(&refused, &["more than 30 days after", "set the machine's clock", "--clock-confirmed-on"]);
    let confirmed = |day: RecordingTime| {
        let mut command = serve(long.path(), "127.0.0.1:0");
        command.args(["--clock-confirmed-on", &CivilDate(day.utc_date().unwrap()).to_string()]);
        command
    };
    let output = confirmed(idle(1)).output().expect("run");
    assert_eq!(output.status.code(), Some(1));
    assert_says(&said(&output), &["clock_confirmed_on", "set the machine's clock"]);
    let process = Process::run(confirmed(RunningClock::start(None).unwrap().now()));
    assert_eq!(process.end("TERM").0.code(), Some(0));
    assert_eq!(audit(long.path(), id).entries, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn derived_files_of_another_ledger_are_built_anew() {
    let (files, other) = (Files::new().await, Files::new().await);
    for derived in ["index", "read-models"] {
        std::fs::remove_dir_all(files.path().join(derived)).unwrap();
        std::fs::rename(other.path().join(derived), files.path().join(derived)).unwrap();
    }
    let process = Process::start(files.path());
    let mut client = process.ledger().await;
    let response = client.submit(request(&files.sign(1))).await.expect("it enters").into_inner();
    Receipt::try_from(response.receipt.unwrap()).unwrap().verify(&files.verifier).expect("valid");
    drop(client);
    assert_eq!(process.end("TERM").0.code(), Some(0));
    files.assert_audited(3);
}
