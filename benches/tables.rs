//! How long the real program takes to import a table of 200 participants, into a ledger
//! that is served beside it: the dry run, the import with a whole table, the same again
//! when everything is there, and the export. Aim: under 2 s each.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Instant,
};

use merestone::{
    authoring::{Freshness, fresh_event},
    bench::{self, Author, treaties::Seeded},
    domain::*,
    policy,
    sequencer::Outcome,
    server::{self, Directory, Node},
    settings::Settings,
    wire,
};
use tokio::net::TcpListener;

/// Rows of the table: a signature and a deposit each, one in ten left again.
const ROWS: usize = 200;
/// How often each is measured, on a ledger of its own.
const RUNS: usize = 5;
const NOW: RecordingTime = RecordingTime(1_790_000_000_000_000);

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut taken = [const { Vec::new() }; 4];
    for run in 0..RUNS {
        let times = runtime.block_on(measured(run as u64));
        taken.iter_mut().zip(times).for_each(|(taken, time)| taken.push(time));
    }
    for (name, mut taken) in ["dry run", "import", "import again", "export"].into_iter().zip(taken) {
        taken.sort_by(f64::total_cmp);
        println!("{name:14} of {ROWS} rows: median {:.0} ms, most {:.0} ms", taken[RUNS / 2], taken[RUNS - 1]);
    }
}

/// Milliseconds of the dry run, the import, the same again and the export.
async fn measured(seed: u64) -> [f64; 4] {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let node = with_participants(&directory.path().join("ledger"), directory.path(), &mut Seeded(seed)).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server::serve(node, listener, None, async move { drop(stopped.await) }));
    let files = write_table(directory.path());
    let program = |arguments: &[&str]| timed(&format!("http://{address}"), directory.path(), arguments);
    let [table, mapping] = files.each_ref().map(|file| file.to_str().expect("a plain path"));
    let import = ["import", "table", table, "--mapping", mapping];
    let submit = [&import[..], &["--submit"]].concat();
    let times = [program(&import), program(&submit), program(&submit), program(&["export", "table", "fict:I-1"])];
    stop.send(()).expect("it serves");
    serving.await.expect("it ends").expect("it served");
    times
}

/// Runs the program to its end.
fn timed(server: &str, folder: &Path, arguments: &[&str]) -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_merestone"));
    command.args(arguments).args(["--server", server, "--output", "json"]).arg("--key").arg(folder.join("desk.pem"));
    let begun = Instant::now();
    let output = command.output().expect("run");
    let taken = begun.elapsed().as_secs_f64() * 1e3;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    taken
}

fn write_table(folder: &Path) -> [PathBuf; 2] {
    let (mut table, mut footnotes) = ("Participant,Signature,Deposit\n".to_owned(), String::new());
    for row in 0..ROWS {
        let (name, day) = (name(row), row % 28 + 1);
        let name = if row % 10 == 0 { format!("[{name}] {}", row / 10 + 1) } else { name };
        writeln!(table, "{name},4 Dec 1997,{day} Mar 1999").expect("a text takes everything");
        if row % 10 == 0 {
            writeln!(footnotes, "{},withdrawal,{day} Jun 2020", row / 10 + 1).expect("a text takes everything");
        }
    }
    let mapping = "treaty = \"fict:I-1\"\nas_at = \"2024-12-31\"\nwhole_table = true\n[columns]\nparticipant = \
                   \"Participant\"\nsignature = \"Signature\"\ndeposit = \"Deposit\"\n[footnotes]\nsection = \
                   \"Footnotes\"\n[source]\nclass = \"depositary\"\nname = \"a measurement\"\n";
    let files = [folder.join("table.csv"), folder.join("table.toml")];
    let table = format!("{table}Footnotes,,\nmark,meaning,date\n{footnotes}");
    for (file, text) in files.iter().zip([table.as_str(), mapping]) {
        fs::write(file, text).expect("written");
    }
    files
}

/// A name in letters: names do not end in digits.
fn name(row: usize) -> String {
    let letters: String = row.to_string().bytes().map(|digit| char::from(digit - b'0' + b'A')).collect();
    format!("Land of {letters}")
}

/// A ledger with a treaty and its participants, and the recorder's key in a folder.
async fn with_participants(directory: &Path, folder: &Path, seeded: &mut Seeded) -> Arc<Node> {
    let founding_seed = std::sync::Mutex::new(Seeded(seeded.draw()));
    let randomness = |bytes: &mut [u8]| founding_seed.lock().expect("nobody panicked").fill(bytes);
    let directory = Directory::new(directory);
    let (author, _) = bench::found(&directory, NOW, &randomness).await.expect("founded");
    author.post.key.write_file(&folder.join("desk.pem")).expect("written");
    let settings = Settings { data_dir: directory.path().to_owned(), ..Settings::default() };
    let (parts, _) = directory.open(&settings, &mut |_, _| {}).expect("opened");
    let node = Node::start(parts).expect("started");
    let mandate = Mandate {
        mandate_type: MandateType::Transcribe,
        treaties: Scope::All,
        countries: Scope::Listed(Vec::new()),
        since: None,
        until: None,
        basis: "a measurement".into(),
    };
    let mandate = Body::Registry(RegistryBody::MandateGranted(MandateGranted { mandate }));
    let mut bodies = vec![(Subject::Organisation(author.post.organisation.clone()), mandate)];
    let treaty = TreatyRegistered {
        title: "A treaty".into(),
        short_names: Vec::new(),
        adopted: Some("1997-09-18".parse().expect("a date")),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: None,
    };
    let treaty = TreatyBody::TreatyRegistered(Box::new(treaty));
    bodies.push(("treaty/fict:I-1".parse().expect("a subject"), Body::Treaty(treaty)));
    bodies.extend((0..ROWS).map(participant));
    submit(&node, &author, bodies, seeded).await;
    node
}

fn participant(row: usize) -> (Subject, Body) {
    let body = ParticipantRegistered {
        name: name(row).into(),
        participant_type: ParticipantType::State,
        iso_code: None,
        other_names: Vec::new(),
        predecessors: Vec::new(),
    };
    let subject = format!("participant/P-{row}").parse().expect("a subject");
    (subject, Body::Treaty(TreatyBody::ParticipantRegistered(body)))
}

/// Submits the first event alone, because it governs, then the others.
async fn submit(node: &Arc<Node>, author: &Author, bodies: Vec<(Subject, Body)>, seeded: &mut Seeded) {
    let mut randomness = |bytes: &mut [u8]| seeded.fill(bytes);
    let mut fresh = Freshness { now: NOW, randomness: &mut randomness };
    let source = Source {
        class: SourceClass::Other,
        transcribed: true,
        name: "a measurement".into(),
        locator: "".into(),
        retrieved: None,
    };
    let mut events: Vec<Event> = Vec::new();
    for (subject, body) in bodies {
        let mut event = fresh_event(subject, body, &mut fresh);
        event.source = matches!(event.body, Body::Treaty(_)).then(|| source.clone());
        event.occurred = event.body.principal_date().cloned();
        events.push(event);
    }
    let others = events.split_off(1);
    for events in [events, others] {
        let signed = author.submission(events, &mut fresh);
        let submitted = wire::parse_submitted(signed.envelope, signed.events).expect("well formed");
        let registry = Arc::clone(&node.sequencer().published().registry);
        let verified = policy::verify(submitted, &registry).expect("verified");
        let outcome = node.sequencer().submit(verified).await.expect("queued");
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    }
}
