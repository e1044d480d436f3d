//! The real program on a disk that is full, read-only or in disorder, and the
//! ledger after it: no fault is injected here.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
    process::Command,
};

use merestone::{
    authoring::SignedSubmission,
    checkpoint::Receipt,
    wire::proto::{self, get_receipt_request::Entry, ledger_client::LedgerClient},
};
use tonic::{Code, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::{process::*, support::*};

/// The service under a limit on the size of its files. Beyond it a write really
/// fails, as on a full disk; the signal is ignored so that it does.
fn serve_with_room(dir: &Path, bytes: u64, segment_bytes: u64) -> Command {
    let serve = serve_in_segments(dir, "127.0.0.1:0", segment_bytes);
    let mut command = Command::new("sh");
    let blocks = (bytes / 512).to_string();
    command.args(["-c", "ulimit -f \"$0\" && trap '' XFSZ && exec \"$@\"", &blocks]);
    command.arg(serve.get_program()).args(serve.get_args());
    for (name, _) in serve.get_envs() {
        command.env_remove(name);
    }
    command
}

/// Submits large events until the ledger says no; what was acknowledged, and the
/// one whose fate nobody knows.
async fn submit_until_full(files: &Files, client: &mut LedgerClient<Channel>) -> (Vec<Sent>, SignedSubmission) {
    let mut sent = Vec::new();
    loop {
        let signed = files.sign_large();
        match client.submit(request(&signed)).await {
            Ok(response) => sent.push(Sent { signed, acknowledged: Some(response.into_inner()) }),
            Err(no) => {
                assert_eq!((no.code(), reason(&no).0.as_str()), (Code::Unavailable, "Halted"));
                for word in ["its operator must act", "/journal/", "make room", "submit the same bytes again"] {
                    assert!(no.message().contains(word), "{word:?} is not in: {}", no.message());
                }
                return (sent, signed);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_halts_and_a_start_with_room_has_all_that_was_acknowledged() {
    // Room for a part of the first segment; and for the first one, but not for the next.
    for (room, segment_bytes) in [(SEGMENT_BYTES / 2, SEGMENT_BYTES), (SEGMENT_BYTES + 4096, 2 * SEGMENT_BYTES)] {
        let files = Files::new().await;
        let process = Process::run(serve_with_room(files.path(), room, segment_bytes));
        let mut client = process.ledger().await;
        let (sent, unknown) = submit_until_full(&files, &mut client).await;
        assert!(sent.len() > 4, "{}", sent.len());

        let status = client.status(proto::StatusRequest {}).await.expect("it says what is wrong").into_inner();
        assert_eq!(status.state(), proto::ServiceState::Halted);
        assert_eq!(status.size, 2 + sent.len() as u64, "nobody sees what is not durable");
        assert!(status.reason.contains("/journal/") && status.reason.contains("make room"), "{}", status.reason);
        let check = HealthCheckRequest { service: "merestone.v1.Ledger".into() };
        let health = HealthClient::new(connect(process.address).await).watch(check).await.unwrap();
        let mut health = health.into_inner();
        while health.message().await.unwrap().expect("it comes").status() != ServingStatus::NotServing {}
        client.submit(request(&files.sign(1))).await.expect_err("nothing is accepted any more");
        let held = client.get_receipt(proto::GetReceiptRequest { entry: Some(Entry::Index(2)) }).await;
        held.expect("what is durable is read");
        drop((client, health));
        let (_, log) = process.end("TERM");
        assert!(log.contains("halted: the operator must act"), "{log}");

        assert_all_is_kept(&files, &sent, &unknown).await;
        let full = refused(serve_with_room(files.path(), 64 * 1024, SEGMENT_BYTES));
        assert_says(&full, &["/", "make room", "then start again"]);
        files.assert_audited(2 + sent.len() + 1);
    }
}

/// Served with room again: each receipt as it was, and the open one enters once.
async fn assert_all_is_kept(files: &Files, sent: &[Sent], unknown: &SignedSubmission) {
    let process = Process::start(files.path());
    let mut client = process.ledger().await;
    for Sent { signed, acknowledged } in sent {
        let again = client.submit(request(signed)).await.expect("answered").into_inner();
        assert!(again.repeated, "acknowledged is recorded");
        assert_eq!(again.receipt, acknowledged.as_ref().expect("acknowledged").receipt);
    }
    for _ in 0..2 {
        let entered = client.submit(request(unknown)).await.expect("there is room").into_inner();
        let receipt = Receipt::try_from(entered.receipt.expect("a receipt")).expect("read");
        receipt.verify(&files.verifier).expect("valid");
        assert_eq!(receipt.index.0, 2 + sent.len() as u64);
    }
    drop(client);
    assert_eq!(process.end("TERM").0.code(), Some(0));
}

/// Somebody whom permissions bind: root is not, so for root it is nobody.
const NOBODY: u32 = 65_534;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Gives every file and folder below to nobody, where root runs the tests, and
/// lets nobody write any of it.
fn make_read_only(path: &Path) {
    let metadata = fs::symlink_metadata(path).unwrap();
    if metadata.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| make_read_only(&entry.unwrap().path()));
    }
    if is_root() {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let mode = metadata.permissions().mode() & 0o555;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The same command by somebody whom permissions bind. Nobody may not reach the
/// program where it was built, so it is copied: by another program, because a copy
/// that this one holds open for writing while it starts others is busy for them.
fn by_nobody(command: &Command, place: &Path) -> Command {
    let program = place.join("merestone");
    assert!(Command::new("cp").arg(command.get_program()).arg(&program).status().unwrap().success());
    fs::set_permissions(place, fs::Permissions::from_mode(0o755)).unwrap();
    let mut bound = Command::new(program);
    bound.args(command.get_args()).current_dir(place);
    for (name, _) in command.get_envs() {
        bound.env_remove(name);
    }
    if is_root() {
        bound.uid(NOBODY).gid(NOBODY);
    }
    bound
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_of_the_ledgers_files_is_named() {
    let files = Files::new().await;
    for place in ["index", "read-models", "journal/lock"] {
        let path = files.path().join(place);
        let aside = files.path().join("aside");
        fs::rename(&path, &aside).unwrap();
        if aside.is_dir() {
            fs::write(&path, "").unwrap()
        } else {
            fs::create_dir(&path).unwrap()
        }
        let refusal = refused_start(files.path(), "127.0.0.1:0");
        assert_says(&refusal, &[path.to_str().unwrap(), "something else stands in that place"]);
        if path.is_dir() {
            fs::remove_dir(&path).unwrap()
        } else {
            fs::remove_file(&path).unwrap()
        }
        fs::rename(&aside, &path).unwrap();
    }
    let below = files.path().join("keys/checkpoint.pem/ledger");
    let mut init = merestone();
    init.args(["key", "new"]).arg(&below);
    assert_says(&refused(init), &[below.to_str().unwrap(), "something else stands in that place"]);
    files.assert_audited(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_directory_is_refused_with_its_path_and_what_to_do() {
    let files = Files::new().await;
    let place = tempfile::tempdir().unwrap();
    make_read_only(files.path());
    let refusal = refused(by_nobody(&serve(files.path(), "127.0.0.1:0"), place.path()));
    assert_says(&refusal, &[files.path().to_str().unwrap(), "let the user that runs this program", "write there"]);

    let mut init = merestone();
    init.args(["init", "--key"]).arg(place.path().join("registrar.pem"));
    init.args(["--origin", "ledger.example.org/2026", "--operator", "operator", "--operator-name", "Operator"]);
    init.args(["--country", "XX", "--member", "registrar", "--data-dir"]).arg(files.path().join("new"));
    let mut new_key = by_nobody(&merestone(), place.path());
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let made = new_key.args(["key", "new", "registrar.pem"]).output().expect("run");
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    let refusal = refused(by_nobody(&init, place.path()));
    assert_says(&refusal, &[files.path().join("new").to_str().unwrap(), "let the user that runs this program"]);
    files.assert_audited(2);
}
