//! `submit` as a partner with a folder uses it: the real program against the real
//! service.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use merestone::{
    authoring::{EnvelopeFile, Post, SignedSubmission},
    crypto::PayloadType,
    domain::*,
    wire,
};
use serde_json::Value;

use crate::{
    process::{Files, Process, merestone, said},
    support::*,
    treaty_status::{OTTAWA, Story, drafted, instrument, notice, under},
};

/// Envelope files of a folder: more than are sent at once.
const FILES: usize = 150;

fn submit(process: &Process, paths: &[&Path]) -> Command {
    submit_to(&format!("http://{}", process.address), paths)
}

fn submit_to(server: &str, paths: &[&Path]) -> Command {
    let mut command = merestone();
    command.args(["submit", "--server", server, "--output", "json"]).args(paths);
    command
}

/// Runs to the end; the summary, or null where there is none.
fn run(command: &mut Command, code: i32) -> (Value, Output) {
    let output = command.output().expect("run");
    assert_eq!(output.status.code(), Some(code), "{}{}", said(&output), String::from_utf8_lossy(&output.stdout));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (report, output)
}

fn write(folder: &Path, name: &str, submissions: &[&SignedSubmission]) {
    let submissions = submissions.iter().map(|signed| (*signed).clone()).collect();
    let file = EnvelopeFile { authored: None, submissions };
    file.write(&folder.join(format!("{name}.envelope.json"))).expect("written");
}

fn folder(files: &Files, count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    (0..count).for_each(|number| write(folder.path(), &format!("act-{number:03}"), &[&files.sign(1)]));
    folder
}

fn receipts(folder: &Path) -> BTreeMap<PathBuf, String> {
    let paths = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let receipts = paths.filter(|path| path.extension().is_some_and(|extension| extension == "tlog-proof"));
    receipts.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn verify_offline(files: &Files, receipt: &Path, envelope: &Path) {
    let mut verify = merestone();
    // Nobody listens there: the check needs no service.
    verify.args(["receipt", "verify", "--server", "http://127.0.0.1:1", "--vkey", &files.verifier.vkey()]);
    run(verify.arg(receipt).arg("--envelope").arg(envelope), 0);
}

/// What the author stated as seen.
fn seen(envelope: &Path) -> Option<u64> {
    let signed = EnvelopeFile::read(envelope).expect("read").submissions.remove(0);
    let submitted = wire::parse_submitted(signed.envelope, signed.events).expect("well formed");
    match submitted.envelope.content {
        EnvelopeContent::Submission(submission) => submission.submission.seen.map(|seen| seen.size.0),
        EnvelopeContent::SignOffs { .. } => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_others_is_accepted_and_says_for_whom_it_waits() {
    let files = Files::new().await;
    let mut opened = record_opened();
    if let Body::Minefield(MinefieldBody::RecordOpened(record)) = &mut opened.body {
        record.parcels = vec![Parcel { id: "P1".parse().unwrap(), area_m2: Some(1_000) }];
    }
    let release = LandReleased {
        parcels: vec!["P1".parse().unwrap()],
        released: Some("2026-01-02".parse().unwrap()),
        rests_on: Vec::new(),
        certificate: "handover 7".into(),
        recipient: "the district".into(),
        residual_risk: "low".into(),
    };
    let mut released = event(&opened.subject.to_string(), Body::Minefield(MinefieldBody::LandReleased(release)));
    released.source = Some(source(SourceClass::OwnAct));
    let folder = tempfile::tempdir().unwrap();
    let acts = [("a", opened), ("b", released)];
    for (name, act) in acts {
        write(folder.path(), name, &[&sign(files.id, &files.recorder, vec![act])]);
    }
    let process = Process::start(files.path());
    for repeated in [false, true] {
        let (report, _) = run(&mut submit(&process, &[folder.path()]), 0);
        let statuses: Vec<&Value> =
            report["results"].as_array().unwrap().iter().map(|result| &result["state"]["status"]).collect();
        assert_eq!(statuses, ["SUBMISSION_STATUS_EFFECTIVE", "SUBMISSION_STATUS_WAITING"], "repeated: {repeated}");
        let missing = report["results"][1]["state"]["missing"].as_array().unwrap();
        assert_eq!(missing[0]["capacity"], "CAPACITY_VERIFIER");
        assert_eq!(report["summary"]["waiting"], 1);
    }
    let server = format!("http://{}", process.address);
    let mut as_table = merestone();
    as_table.args(["submit", "--server", &server, "--output", "table"]).arg(folder.path());
    let told = run(&mut as_table, 0).1;
    let told: String = String::from_utf8_lossy(&told.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("already there, waits for verifier") && told.contains("1 waits for sign-offs"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_enters_once_with_verified_receipts_and_a_second_run_gets_the_same() {
    let files = Files::new().await;
    let folder = folder(&files, FILES);
    let process = Process::start(files.path());
    let (report, _) = run(&mut submit(&process, &[folder.path()]), 0);
    assert_eq!(report["summary"]["accepted"], FILES, "{}", report["summary"]);
    let first = receipts(folder.path());
    assert_eq!(first.len(), FILES);
    for receipt in first.keys().take(3) {
        verify_offline(&files, receipt, &receipt.with_extension("envelope.json"));
    }
    let (report, _) = run(&mut submit(&process, &[folder.path()]), 0);
    assert_eq!(report["summary"]["already_there"], FILES, "{}", report["summary"]);
    assert_eq!(receipts(folder.path()), first);
    let elsewhere = folder.path().join("receipts");
    run(submit(&process, &[folder.path()]).arg("--receipts").arg(&elsewhere), 0);
    let names = |receipts: BTreeMap<PathBuf, String>| -> Vec<_> {
        receipts.into_iter().map(|(path, text)| (path.file_name().unwrap().to_owned(), text)).collect()
    };
    assert_eq!(names(receipts(&elsewhere)), names(first));
    assert_eq!(process.end("TERM").0.code(), Some(0));
    files.assert_audited(2 + FILES);
}

/// The enrolment of a further post, and its key's.
fn enrolment(files: &Files, post: &Post) -> SignedSubmission {
    let statement = wire::possession_bytes(&files.id, &post.organisation, &post.member, post.key.public());
    let roles = vec![Role::Recorder];
    let member = MemberEnrolled { member: post.member.clone(), post: "A post".into(), roles };
    let key = KeyEnrolled {
        member: post.member.clone(),
        key: post.key.public().clone(),
        possession: post.key.sign(PayloadType::KeyPossession, &statement),
        authorised_by: "letter 2".into(),
    };
    let bodies = [RegistryBody::MemberEnrolled(member), RegistryBody::KeyEnrolled(key)];
    let events = bodies.map(|body| event("organisation/desk", Body::Registry(body)));
    sign(files.id, &files.registrar, events.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_another_file_of_the_run_enters_whatever_the_order() {
    let files = Files::new().await;
    let folder = tempfile::tempdir().unwrap();
    let new = post("desk", "recorder-2");
    let record = sign(files.id, &new, vec![record_opened()]);
    write(folder.path(), "a", &[&record, &sign(files.id, &new, vec![record_opened()])]);
    write(folder.path(), "z", &[&enrolment(&files, &new)]);
    let process = Process::start(files.path());
    let (report, _) = run(&mut submit(&process, &[folder.path()]), 0);
    assert_eq!(report["summary"]["accepted"], 3);
    let names: Vec<_> = receipts(folder.path()).into_keys().collect();
    assert_eq!(names, ["a.1.tlog-proof", "a.2.tlog-proof", "z.tlog-proof"].map(|name| folder.path().join(name)));
    assert_eq!(process.end("TERM").0.code(), Some(0));
    files.assert_audited(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_and_a_spoiled_file_keep_no_other_and_are_told_by_rule() {
    let files = Files::new().await;
    let folder = folder(&files, 3);
    let overreach = OrganisationAdmitted {
        name: "Admitted by a recorder".into(),
        organisation_type: OrganisationType::Desk,
        country: "XX".parse().unwrap(),
    };
    let overreach = event("organisation/other", Body::Registry(RegistryBody::OrganisationAdmitted(overreach)));
    write(folder.path(), "overreach", &[&sign(files.id, &files.recorder, vec![overreach])]);
    let process = Process::start(files.path());
    let (report, output) = run(&mut submit(&process, &[folder.path()]), 3);
    let rules = report["summary"]["rejected_by_rule"].as_object().expect("by rule").clone();
    assert_eq!((rules.len(), &report["summary"]["accepted"]), (1, &Value::from(3)), "{}", said(&output));
    fs::write(folder.path().join("half.envelope.json"), "{").unwrap();
    fs::remove_file(folder.path().join("overreach.envelope.json")).unwrap();
    let (report, _) = run(&mut submit(&process, &[folder.path()]), 2);
    assert_eq!((&report["summary"]["already_there"], &report["summary"]["failed"]), (&3.into(), &1.into()));
    assert_eq!(process.end("TERM").0.code(), Some(0));
    files.assert_audited(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_for_another_ledger_is_not_sent() {
    let (files, other) = (Files::new().await, Files::new().await);
    let folder = folder(&other, 2);
    let process = Process::start(files.path());
    let (report, _) = run(&mut submit(&process, &[folder.path()]), 4);
    assert_eq!(report["summary"]["accepted"], 0);
    let trusted = other.id.to_string();
    let (_, output) = run(submit(&process, &[folder.path()]).args(["--ledger", &trusted]), 4);
    assert!(said(&output).contains("nothing was sent"), "{}", said(&output));
    assert_eq!(process.end("TERM").0.code(), Some(0));
    files.assert_audited(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_away_is_waited_for_and_one_that_stays_away_is_told() {
    let files = Files::new().await;
    let folder = folder(&files, 5);
    let process = Process::start(files.path());
    let address = process.address;
    process.kill();
    let server = format!("http://{address}");
    let (_, output) = run(submit_to(&server, &[folder.path()]).args(["--wait", "0"]), 6);
    assert!(said(&output).contains("cannot be reached"), "{}", said(&output));

    let mut waiting = submit_to(&server, &[folder.path()]);
    let mut waiting = waiting.args(["--wait", "300"]).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(waiting.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("trying again")));
    let process = Process::start_on(files.path(), &address.to_string());
    lines.for_each(drop);
    let output = waiting.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(receipts(folder.path()).len(), 5);
    assert_eq!(process.end("TERM").0.code(), Some(0));
    files.assert_audited(7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_the_ledger_left_in_its_middle_is_finished_by_the_next() {
    let files = Files::new().await;
    let folder = folder(&files, FILES);
    let process = Process::start(files.path());
    let mut running = submit(&process, &[folder.path()]);
    let running = running.args(["--wait", "0"]).stderr(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    while receipts(folder.path()).is_empty() {
        std::thread::yield_now();
    }
    process.kill();
    let output = running.wait_with_output().unwrap();
    let kept = receipts(folder.path());
    assert!(output.status.code() == Some(6) || kept.len() == FILES, "{:?}", output.status);
    let process = Process::start(files.path());
    let (report, _) = run(&mut submit(&process, &[folder.path()]), 0);
    let count = |what: &str| report["summary"][what].as_u64().unwrap() as usize;
    assert_eq!(count("accepted") + count("already_there"), FILES);
    let all = receipts(folder.path());
    assert!(kept.iter().all(|(path, text)| all[path] == *text), "a receipt is never replaced");
    assert_eq!(all.len(), FILES);
    assert_eq!(process.end("TERM").0.code(), Some(0));
    files.assert_audited(2 + FILES);
}

fn author(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(format!("{name}.json"));
    let act = serde_json::json!({
        "record": format!("XX-{name}"),
        "record_opened": {"country": "XX", "kind": "minefield", "classification": "suspected"},
        "source": {"class": "own_act"},
    });
    fs::write(&path, act.to_string()).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn each_submission_states_the_newest_checkpoint_that_was_verified() {
    let files = Files::new().await;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("keys").join("recorder.pem");
    fs::create_dir(key.parent().unwrap()).unwrap();
    files.recorder.key.write_file(&key).unwrap();
    let process = Process::start(files.path());
    let kept = key.with_file_name(format!("{}.checkpoint", files.id));
    for (name, size) in [("one", 2), ("two", 3)] {
        let act = author(folder.path(), name);
        run(submit(&process, &[&act]).arg("--key").arg(&key), 0);
        assert_eq!(seen(&act.with_extension("envelope.json")), Some(size));
        let head = files.verifier.verify(&fs::read_to_string(&kept).unwrap()).expect("signed");
        assert_eq!(head.size.0, size + 1);
    }
    let offline = author(folder.path(), "offline");
    let id = files.id.to_string();
    let mut sign = merestone();
    sign.args(["sign", "--ledger", &id, "--organisation", "desk", "--member", "recorder-1", "--key"]);
    run(sign.arg(&key).arg(&offline), 0);
    assert_eq!(seen(&offline.with_extension("envelope.json")), Some(4));
    run(&mut submit(&process, &[&offline]), 0);
    assert_eq!(process.end("TERM").0.code(), Some(0));
    files.assert_audited(5);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        match file.file_type().unwrap().is_dir() {
            true => copy(&file.path(), &to.join(file.file_name())),
            false => drop(fs::copy(file.path(), to.join(file.file_name())).unwrap()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_set_back_to_an_old_copy_is_noticed_and_nothing_is_sent() {
    let files = Files::new().await;
    let (old, state, more) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), folder(&files, 3));
    copy(files.path(), old.path());
    let process = Process::start(files.path());
    let sent = folder(&files, 2);
    run(submit(&process, &[sent.path()]).arg("--state").arg(state.path()), 0);
    assert_eq!(process.end("TERM").0.code(), Some(0));
    files.assert_audited(4);
    let evidence = state.path().join(format!("{}.checkpoint", files.id));
    let kept = fs::read_to_string(&evidence).unwrap();

    // Another history grows on the old copy, longer than the first.
    let process = Process::start(old.path());
    let others = folder(&files, 5);
    run(&mut submit(&process, &[others.path()]), 0);
    let (_, output) = run(submit(&process, &[more.path()]).arg("--state").arg(state.path()), 4);
    for words in ["two histories", "set back to an old copy", &evidence.display().to_string()] {
        assert!(said(&output).contains(words), "{words}: {}", said(&output));
    }
    assert_eq!(fs::read_to_string(&evidence).unwrap(), kept, "the evidence stays");
    assert_eq!(receipts(more.path()).len(), 0);
    // Its own signature under another history halts it.
    let (_, output) = run(submit(&process, &[more.path()]).args(["--wait", "0"]), 6);
    assert!(output.stdout.windows(6).any(|word| word == b"halted"), "{}", said(&output));
    drop(process);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_tells_the_legal_findings_that_came_with_its_acts() {
    let story = Story::begin().await;
    let folder = tempfile::tempdir().unwrap();
    let act =
        |body| story.ledger.sign(&story.ledger.recorder, vec![drafted(&under(OTTAWA, "POL"), Body::Treaty(body))]);
    let deposit = TreatyBody::InstrumentDeposited(instrument(ConsentMode::Accession, "2000-01-01", &[]));
    write(folder.path(), "notice", &[&act(notice("2025-08-20"))]);
    let (report, _) = run(&mut submit_to(&story.server(), &[folder.path()]), 0);
    let codes = |report: &Value, which: &str| -> Vec<String> {
        let found = report["results"][0]["legal_findings"][which].as_array().expect("asked").clone();
        found.iter().map(|found| found["finding"]["code"].as_str().unwrap().to_owned()).collect()
    };
    assert!(codes(&report, "came").contains(&"withdrawal_without_membership".into()), "{report}");
    let (again, _) = run(&mut submit_to(&story.server(), &[folder.path()]), 0);
    assert_eq!(again["results"][0]["legal_findings"], Value::Null, "it is there already");
    fs::remove_file(folder.path().join("notice.envelope.json")).unwrap();
    write(folder.path(), "deposit", &[&act(deposit.clone())]);
    let mut in_words = merestone();
    in_words.args(["submit", "--server", &story.server(), "--output", "table"]).arg(folder.path());
    let told = String::from_utf8(in_words.output().unwrap().stdout).unwrap();
    assert!(told.contains("legal finding no more: entry"), "{told}");
    write(folder.path(), "deposit-again", &[&act(deposit)]);
    let again = folder.path().join("deposit-again.envelope.json");
    let (report, _) = run(submit_to(&story.server(), &[&again]).arg("--no-findings"), 0);
    assert_eq!(report["results"][0]["legal_findings"], Value::Null, "it was not asked for");
    story.audited().await;
}
