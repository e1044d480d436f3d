//! `sign-off` as a signer uses it: the real program against the real service, and
//! on laptops without one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use merestone::{
    authoring::{EnvelopeFile, Post, SignedSubmission},
    domain::*,
    wire,
};
use serde_json::Value;

use crate::{
    inbox::Field,
    process::{merestone, said},
    support::*,
};

/// A signer's laptop: the key in a folder of its own.
struct Laptop {
    folder: tempfile::TempDir,
    post: Post,
}

impl Laptop {
    fn of(post: &Post) -> Self {
        let folder = tempfile::tempdir().unwrap();
        post.key.write_file(&folder.path().join("key.pem")).unwrap();
        Self { folder, post: post.clone() }
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    fn command(&self, field: &Field) -> Command {
        let mut command = merestone();
        command.args(["--output", "json", "--server", &format!("http://{}", field.served.address), "--key"]);
        command.arg(self.key()).stdin(Stdio::null());
        command
    }

    /// `sign-off ARGUMENTS`, which ends with this code.
    fn sign_off(&self, field: &Field, arguments: &[&str], code: i32) -> (Value, Output) {
        run(self.command(field).arg("sign-off").args(arguments), code)
    }

    /// Approves an envelope file without a ledger.
    fn approves_offline(&self, file: &Path, ledger: LedgerId, capacity: &str, code: i32) -> (Value, Output) {
        let mut command = merestone();
        // Nobody listens there: nothing is asked.
        command.args(["--output", "json", "--server", "http://127.0.0.1:1", "--key"]).arg(self.key());
        command.args(["sign-off", "approve", "--yes", "--as", capacity, "--ledger", &ledger.to_string()]);
        command.args(["--organisation", self.post.organisation.as_str(), "--member", self.post.member.as_str()]);
        run(command.arg(file), code)
    }
}

/// Runs to the end, on a thread that the service does not need.
fn run(command: &mut Command, code: i32) -> (Value, Output) {
    let output = tokio::task::block_in_place(|| command.output()).expect("run");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{}{shown}", said(&output));
    let result = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (result, output)
}

fn write(folder: &Path, signed: &SignedSubmission) -> PathBuf {
    let path = folder.join("release.envelope.json");
    EnvelopeFile { authored: None, submissions: vec![signed.clone()] }.write(&path).unwrap();
    path
}

async fn recorded(field: &Field) -> String {
    receipt(field.ledger.submit(&field.release()).await.unwrap()).index.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_goes_from_the_inbox_through_two_signers_into_effect() {
    let field = Field::new().await;
    let index = recorded(&field).await;
    let (verifier, authority) = (Laptop::of(&field.ledger.verifier), Laptop::of(&field.authority));
    let (inbox, _) = verifier.sign_off(&field, &["list"], 0);
    assert_eq!(inbox["waiting"][0]["index"], index.as_str(), "{inbox}");
    let (shown, _) = verifier.sign_off(&field, &["show", &index], 0);
    assert_eq!(shown["proved"]["events"][0]["land_released"]["parcels"][0], "P1", "from the entry's own bytes");
    assert_eq!(shown["state"]["missing"].as_array().map(Vec::len), Some(2));

    let (_, asked) = verifier.sign_off(&field, &["approve", &index], 2);
    assert!(said(&asked).contains("--yes") && said(&asked).contains("land_released"), "{}", said(&asked));
    let (said_so, _) = verifier.sign_off(&field, &["approve", &index, "--yes", "--reason", "seen on site"], 0);
    assert!(said_so["tlog_proof"].as_str().is_some_and(|proof| proof.starts_with("c2sp.org/tlog-proof")), "{said_so}");
    assert_eq!(said_so["state"]["status"], "SUBMISSION_STATUS_WAITING");
    let (inbox, _) = verifier.sign_off(&field, &["list"], 0);
    assert!(inbox["waiting"].is_null(), "{inbox}");
    let digest = shown["proved"]["submission_digest"].as_str().unwrap();
    let (done, _) = authority.sign_off(&field, &["approve", digest, "--yes"], 0);
    assert_eq!(done["state"]["status"], "SUBMISSION_STATUS_EFFECTIVE", "{done}");
    assert_eq!(done["state"]["statements"][0]["reason"], "seen on site");

    let (replayed, _) = run(verifier.command(&field).args(["replay", "--from", &index]), 0);
    let states: Vec<_> = replayed["entries"].as_array().unwrap().iter().map(|it| &it["state"]["status"]).collect();
    assert_eq!(states, ["SUBMISSION_STATUS_EFFECTIVE"; 3], "the release and both sign-offs on it");
    let table = ["--output", "table", "receipt", "get", &index];
    let (_, got) = run(merestone().args(["--server", &format!("http://{}", field.served.address)]).args(table), 0);
    assert!(said(&got).contains("effective since"), "{}", said(&got));
    field.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signer_who_cannot_sign_is_told_why_and_nothing_is_recorded() {
    let field = Field::new().await;
    let index = recorded(&field).await;
    let size = field.ledger.node.sequencer().published().head.tree.size;
    let (author, verifier) = (Laptop::of(&field.ledger.recorder), Laptop::of(&field.ledger.verifier));
    let told = |laptop: &Laptop, arguments: &[&str], code, words: &str| {
        let (_, output) = laptop.sign_off(&field, arguments, code);
        assert!(said(&output).contains(words), "{arguments:?}: {}", said(&output));
    };
    told(&author, &["approve", &index, "--yes"], 3, "another post signs it off");
    told(&author, &["approve", &index, "--yes", "--as", "verifier"], 3, "SignOffMustBeByAnother");
    told(&verifier, &["approve", &index, "--yes", "--as", "national-authority"], 3, "CapacityMustBeAllowed");
    told(&verifier, &["decline", &index, "--yes"], 2, "--reason");
    told(&verifier, &["withdraw", &index, "--yes"], 3, "no approval");
    told(&verifier, &["approve", "999", "--yes"], 5, "entries");
    let stranger = Laptop::of(&post("desk", "nobody"));
    told(&stranger, &["approve", &index, "--yes"], 5, "knows no post");
    assert_eq!(field.ledger.node.sequencer().published().head.tree.size, size, "nothing of it entered");

    verifier.sign_off(&field, &["approve", &index, "--yes"], 0);
    told(&verifier, &["approve", &index, "--yes"], 3, "a post signs once");
    verifier.sign_off(&field, &["withdraw", &index, "--yes"], 0);
    verifier.sign_off(&field, &["approve", &index, "--yes"], 0);
    author.sign_off(&field, &["withdraw", &index, "--yes", "--reason", "the wrong parcel"], 0);
    told(&verifier, &["approve", &index, "--yes"], 3, "nothing waits: it is withdrawn");
    let other = recorded(&field).await;
    let (declined, _) = verifier.sign_off(&field, &["decline", &other, "--yes", "--reason", "no depth"], 0);
    assert_eq!(declined["state"]["status"], "SUBMISSION_STATUS_DECLINED");
    field.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_gathers_two_signatures_on_laptops_and_is_effective_when_it_is_sent() {
    let field = Field::new().await;
    let (verifier, authority) = (Laptop::of(&field.ledger.verifier), Laptop::of(&field.authority));
    let signed = field.release();
    let bare = write(verifier.folder.path(), &signed);
    let file = bare.clone();
    let id = field.ledger.id;
    verifier.approves_offline(&file, id, "verifier", 0);
    let (_, twice) = verifier.approves_offline(&file, id, "verifier", 2);
    assert!(said(&twice).contains("signed it already"), "{}", said(&twice));
    let (_, other) = authority.approves_offline(&file, LedgerId([7; 32]), "national-authority", 2);
    assert!(said(&other).contains("for the ledger"), "{}", said(&other));
    let (_, own) = Laptop::of(&field.ledger.recorder).approves_offline(&file, id, "verifier", 2);
    assert!(said(&own).contains("its author"), "{}", said(&own));
    authority.approves_offline(&file, id, "national-authority", 0);

    let gathered = EnvelopeFile::read(&file).unwrap().submissions.remove(0);
    let parsed = wire::parse_submitted(gathered.envelope.clone(), gathered.events.clone()).expect("well formed");
    let EnvelopeContent::Submission(content) = parsed.envelope.content else { panic!("a submission") };
    assert_eq!(content.digest, digest_of(&signed), "the same bytes were signed");
    assert!(content.sign_offs.windows(2).all(|pair| pair[0].signer.key < pair[1].signer.key), "sorted");
    assert_eq!(content.sign_offs.len(), 2);

    run(verifier.command(&field).arg("submit").arg(&file), 0);
    let (shown, _) = verifier.sign_off(&field, &["show", &content.digest.to_string()], 0);
    assert_eq!(shown["state"]["status"], "SUBMISSION_STATUS_EFFECTIVE", "{shown}");
    assert_eq!(shown["state"]["decided_index"], shown["state"]["index"], "at once");
    field.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gathered_envelope_completes_what_was_sent_without_its_signatures() {
    let field = Field::new().await;
    let (verifier, authority) = (Laptop::of(&field.ledger.verifier), Laptop::of(&field.authority));
    let signed = field.release();
    field.ledger.submit(&signed).await.unwrap();
    let file = write(verifier.folder.path(), &signed);
    verifier.approves_offline(&file, field.ledger.id, "verifier", 0);
    authority.approves_offline(&file, field.ledger.id, "national-authority", 0);
    let (report, _) = run(verifier.command(&field).arg("submit").arg(&file), 0);
    assert_eq!(report["summary"]["already_there"], 1, "the first receipt for ever: {report}");
    let (shown, _) = verifier.sign_off(&field, &["show", &digest_of(&signed).to_string()], 0);
    assert_eq!(shown["state"]["status"], "SUBMISSION_STATUS_EFFECTIVE", "{shown}");
    field.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_warns_and_eases_is_split_so_that_the_warning_acts_at_once() {
    let field = Field::new().await;
    let recorder = Laptop::of(&field.ledger.recorder);
    let record = field.record.to_string();
    let record = record.strip_prefix("record/").unwrap();
    let own = serde_json::json!({"class": "own_act", "name": "A survey"});
    let items = [
        serde_json::json!({"record": "XX-NEW", "source": own, "record_opened": {
            "country": "XX", "kind": "minefield", "classification": "suspected", "place": "Open ocean"}}),
        serde_json::json!({"record": record, "source": own, "land_released": {
            "parcels": ["P1"], "released": "2026-01-02", "certificate": "handover 7", "recipient": "the district",
            "residual_risk": "low"}}),
    ];
    let lines: String = items.iter().map(|item| format!("{item}\n")).collect();
    let file = recorder.folder.path().join("mixed.ndjson");
    fs::write(&file, lines).unwrap();
    let (report, _) = run(recorder.command(&field).arg("submit").arg(&file), 0);
    assert_eq!(report["summary"]["accepted"], 2, "{report}");
    let index = |at: usize| report["results"][at]["accepted"]["receipt"]["index"].as_str().unwrap().to_owned();
    let status = |index: &str| recorder.sign_off(&field, &["show", index], 0).0["state"]["status"].clone();
    assert_eq!(status(&index(0)), "SUBMISSION_STATUS_EFFECTIVE");
    assert_eq!(status(&index(1)), "SUBMISSION_STATUS_WAITING");
    field.audited().await;
}
