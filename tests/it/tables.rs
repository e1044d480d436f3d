//! Tables of participants as a partner imports and exports them: the real program
//! against the real service, each story audited at its end.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use merestone::{domain::*, wire::proto};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    process::{merestone, said},
    support::*,
    treaty_status::{OTTAWA, Story, instrument, under},
};

/// A served ledger, and a folder with the recorder's key and tables.
pub struct Desk {
    pub story: Story,
    folder: TempDir,
}

impl Desk {
    pub async fn begin() -> Self {
        let (story, folder) = (Story::begin().await, tempfile::tempdir().unwrap());
        story.ledger.recorder.key.write_file(&folder.path().join("desk.pem")).unwrap();
        Self { story, folder }
    }

    /// With the examples in the folder, and their treaty and participants registered.
    pub async fn with_examples() -> Self {
        let desk = Self::begin().await;
        for name in ["register.ndjson", "status.csv", "status.toml", "broken.csv", "broken.toml"] {
            let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tables").join(name);
            fs::copy(example, desk.file(name)).unwrap();
        }
        let register = desk.file("register.ndjson");
        desk.run(desk.command(&["submit"]).arg("--key").arg(desk.file("desk.pem")).arg(register), 0);
        desk
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).unwrap();
    }

    pub fn command(&self, words: &[&str]) -> Command {
        self.command_in("json", words)
    }

    fn command_in(&self, form: &str, words: &[&str]) -> Command {
        let mut command = merestone();
        command.args(words).env("MERESTONE_SERVER", self.story.server()).args(["--output", form]);
        command
    }

    pub fn import(&self, table: &str, mapping: &str) -> Command {
        self.import_in("json", table, mapping)
    }

    pub fn import_in(&self, form: &str, table: &str, mapping: &str) -> Command {
        let mut command = self.command_in(form, &["import", "table"]);
        command.arg(self.file(table)).arg("--mapping").arg(self.file(mapping));
        command
    }

    pub fn submit(&self, table: &str, mapping: &str) -> Command {
        self.submit_in("json", table, mapping)
    }

    fn submit_in(&self, form: &str, table: &str, mapping: &str) -> Command {
        let mut command = self.import_in(form, table, mapping);
        command.arg("--submit").arg("--key").arg(self.file("desk.pem"));
        command
    }

    /// Runs to the end and reads the report.
    pub fn run(&self, command: &mut Command, code: i32) -> Value {
        let output = command.output().expect("run");
        assert_eq!(output.status.code(), Some(code), "{}{}", said(&output), String::from_utf8_lossy(&output.stdout));
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    pub async fn table(&self, treaty: &str, at: &str) -> proto::TableResponse {
        let size = self.story.size();
        let read_at = Some(proto::ReadAt { minimum_size: size, known_at: None });
        let request = proto::TableRequest {
            treaty: treaty.into(),
            at: at.into(),
            read_at,
            page_size: 1_000,
            ..proto::TableRequest::default()
        };
        self.story.client().table(request).await.unwrap().into_inner()
    }

    /// Every act that is held under a treaty, with whose it is: sorted, without its event.
    async fn acts(&self, treaty: &str) -> Vec<String> {
        let table = self.table(treaty, "2029-01-01").await;
        let acts = table.lines.iter().flat_map(|line| line.acts.iter().map(|act| (&line.participant, act)));
        let acts = acts.map(|(who, act)| format!("{who} {:?}", act.stated.as_ref().unwrap().body));
        let mut acts: Vec<String> = acts.collect();
        acts.sort();
        acts
    }

    async fn parties(&self, treaty: &str, at: &str) -> proto::ListPartiesResponse {
        let read_at = Some(proto::ReadAt { minimum_size: self.story.size(), known_at: None });
        let request = proto::ListPartiesRequest {
            treaty: treaty.into(),
            at: at.into(),
            read_at,
            ..proto::ListPartiesRequest::default()
        };
        self.story.client().parties(request).await.unwrap().into_inner()
    }
}

type Standing = (Vec<(String, u32, u32)>, Vec<(String, Vec<String>, String)>);

impl Desk {
    /// How many stand how under a treaty on a day, and who since when.
    async fn standing(&self, treaty: &str, at: &str) -> Standing {
        let answer = self.parties(treaty, at).await;
        let counts = answer.counts.into_iter().map(|count| (count.definition, count.certain, count.possible));
        let parties = answer.parties.into_iter().map(|party| (party.participant, party.statuses, party.since));
        (counts.collect(), parties.collect())
    }
}

/// The codes of a report by line.
pub fn codes(report: &Value) -> Vec<(u64, String)> {
    let rows = report["rows"].as_array().cloned().unwrap_or_default();
    let of_rows = rows.iter().flat_map(|row| row["refused"].as_array().cloned().unwrap_or_default());
    let all = of_rows.chain(report["refused"].as_array().cloned().unwrap_or_default());
    all.map(|refused| (refused["line"].as_u64().unwrap(), refused["code"].as_str().unwrap().to_owned())).collect()
}

pub fn fates(report: &Value, line: u64) -> Vec<String> {
    let rows = report["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["line"] == line).expect("the line");
    let acts = row["acts"].as_array().unwrap().iter();
    acts.map(|act| format!("{}: {}", act["words"].as_str().unwrap(), act["fate"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_every_row_and_sends_nothing() {
    let desk = Desk::with_examples().await;
    let size = desk.story.size();
    let report = desk.run(&mut desk.import("status.csv", "status.toml"), 0);
    assert_eq!((&report["submitted"], codes(&report)), (&Value::from(false), vec![]));
    assert_eq!((&report["summary"]["rows"], &report["summary"]["to_record"]), (&17.into(), &35.into()));
    let left = [
        "signature 1999-02-26: record",
        "ratification 2003-05-12: record",
        "withdrawal received 2023-06-27: record",
        "stated out from 2023-12-27: record",
    ];
    assert_eq!(fates(&report, 6), left);
    assert_eq!(report["table"]["fate"], "record");
    assert_eq!(desk.story.size(), size);
    desk.story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_submitted_is_recorded_once_and_makes_the_counts_total() {
    let desk = Desk::with_examples().await;
    let receipts = desk.file("receipts");
    let report = desk.run(desk.submit("status.csv", "status.toml").arg("--receipts").arg(&receipts), 0);
    assert_eq!((&report["summary"]["recorded"], &report["table"]["fate"]), (&35.into(), &"recorded".into()));
    let proofs = fs::read_dir(&receipts)
        .unwrap()
        .filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "tlog-proof"));
    assert_eq!(proofs.count(), 2, "of the rows, and of the table");
    let (acts, size) = (desk.acts("FFC").await, desk.story.size());
    assert_eq!(acts.len(), 35);
    let again = desk.run(&mut desk.submit("status.csv", "status.toml"), 0);
    assert_eq!((&again["summary"]["already_there"], &again["summary"]["recorded"]), (&35.into(), &0.into()));
    assert_eq!((&again["table"]["fate"], desk.story.size()), (&"held".into(), size), "nothing is sent");
    let parties = desk.parties("FFC", "2024-12-31").await;
    let coverage = parties.coverage.unwrap();
    assert_eq!((coverage.word.as_str(), coverage.differences), ("complete", vec![]));
    assert!(parties.counts.iter().all(|count| count.total));
    let status = |id: &str| parties.parties.iter().find(|party| party.participant == id).unwrap().statuses.clone();
    for (participant, expected) in [
        ("XAA", "party"),
        ("XAE", "former_party"),
        ("XAF", "party_withdrawal_pending"),
        ("XAH", "party"),
        ("XAM", "signatory"),
        ("XAO", "party"),
        ("XAZ", "former_party"),
    ] {
        assert_eq!(status(participant), [expected], "{participant}");
    }
    let in_force = parties.counts.iter().find(|count| count.definition == "in_force").unwrap();
    assert_eq!(
        (in_force.certain, in_force.possible),
        (15, 15),
        "the rows of the table, and not the predecessor in a footnote"
    );
    // Asked about alone, the predecessor stands as it does among all.
    let read_at = Some(proto::ReadAt { minimum_size: size, known_at: None });
    let alone = proto::TreatyStatusRequest {
        treaty: "FFC".into(),
        participant: "XAZ".into(),
        at: "2024-12-31".into(),
        read_at,
        ..proto::TreatyStatusRequest::default()
    };
    let alone = desk.story.client().status(alone).await.unwrap().into_inner();
    let statuses: Vec<&str> = alone.outcomes.iter().map(|outcome| outcome.status.as_str()).collect();
    assert_eq!(statuses, ["former_party"]);
    desk.story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_is_told_although_its_receipt_cannot_be_kept() {
    let desk = Desk::with_examples().await;
    let (receipts, rows) = (desk.file("receipts"), desk.story.size());
    let in_the_way = receipts.join(format!("status.entry-{rows}.tlog-proof"));
    fs::create_dir_all(&in_the_way).unwrap();
    let submit = |form| {
        let mut command = desk.submit_in(form, "status.csv", "status.toml");
        command.arg("--receipts").arg(&receipts);
        command
    };
    let output = submit("json").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "somebody has to look: {}", said(&output));
    assert!(said(&output).contains(&format!("receipt get {rows}")), "{}", said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["summary"]["recorded"], &report["table"]["fate"]), (&35.into(), &"record".into()));
    let entries = report["rows"].as_array().unwrap().iter().flat_map(|row| row["acts"].as_array().unwrap());
    assert!(entries.map(|act| &act["index"]).all(|index| *index == rows), "each row with its entry");
    let got = desk.run(&mut desk.command(&["receipt", "get", &rows.to_string()]), 0);
    assert!(got["tlog_proof"].as_str().is_some_and(|proof| !proof.is_empty()), "{got}");

    fs::create_dir(receipts.join(format!("status.entry-{}.tlog-proof", rows + 1))).unwrap();
    let output = submit("table").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("entry") && told.contains("Everything is recorded"), "{told}");
    assert_eq!(desk.story.size(), rows + 2);
    desk.run(&mut submit("json"), 0);
    desk.story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_where_no_receipts_can_be_kept() {
    let desk = Desk::with_examples().await;
    let size = desk.story.size();
    let file = desk.file("status.csv").join("receipts");
    desk.run(desk.submit("status.csv", "status.toml").arg("--receipts").arg(file), 2);
    assert_eq!(desk.story.size(), size);
    desk.story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_has_its_code_and_one_keeps_everything_from_being_sent() {
    let desk = Desk::with_examples().await;
    let size = desk.story.size();
    let dry = desk.run(&mut desk.import("broken.csv", "broken.toml"), 2);
    let expected = [
        (2, "DateMustNameItsMonth"),
        (3, "DateMustExist"),
        (4, "DateMustHaveCome"),
        (5, "DateMustBeReadable"),
        (6, "BracketsNeedWithdrawal"),
        (7, "BracketsNeedWithdrawal"),
        (8, "SuccessionMustNamePredecessor"),
        (9, "BracketsMustClose"),
        (10, "ParticipantMustBeKnown"),
        (11, "SuffixMustBeKnown"),
        (12, "MarkMustHaveFootnote"),
        (13, "SuffixMustFitColumn"),
        (14, "RowMustStateAnAct"),
        (15, "RowMustFitHeader"),
        (16, "ActMustStandOnce"),
        (17, "ParticipantMustBeOne"),
        (18, "ParticipantMustBeNamed"),
        (19, "ParticipantMustStandOnce"),
        (20, "ParticipantMustStandOnce"),
        (25, "FootnoteMustHaveMark"),
    ];
    let expected: Vec<_> = expected.map(|(line, code)| (line, code.to_owned())).to_vec();
    assert_eq!(codes(&dry), expected);
    let refused = desk.run(&mut desk.submit("broken.csv", "broken.toml"), 2);
    assert_eq!((codes(&refused), desk.story.size()), (expected, size));
    let skipped = desk.run(desk.submit("broken.csv", "broken.toml").arg("--skip-broken"), 2);
    assert_eq!((&skipped["summary"]["recorded"], &skipped["table"]["fate"]), (&2.into(), &"not_whole".into()));
    let lost = fs::read_to_string(desk.file("status.csv")).unwrap().replace("[Eskarland] 1,", "Eskarland,");
    desk.write("lost.csv", &lost);
    let unclear = desk.run(desk.submit("lost.csv", "status.toml").arg("--skip-broken"), 2);
    assert_eq!(codes(&unclear), [(21, "FootnoteMustHaveMark".to_owned())], "its withdrawal is not lost with the mark");
    let acts = desk.acts("FFC").await;
    assert!(acts.len() == 2 && acts.iter().all(|act| act.starts_with("XAP ")), "{acts:?}");
    desk.story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_encoding_and_a_mapping_that_says_nothing_known_are_refused_before_anybody_is_asked() {
    let desk = Desk::with_examples().await;
    let mut bytes = fs::read(desk.file("status.csv")).unwrap();
    let at = bytes.windows(5).position(|word| word == b"Borvi").unwrap();
    bytes[at] = 0xd6;
    fs::write(desk.file("latin.csv"), bytes).unwrap();
    let report = desk.run(desk.import("latin.csv", "status.toml").args(["--server", "http://127.0.0.1:1"]), 2);
    assert_eq!(codes(&report), [(3, "TextMustBeUtf8".to_owned())]);
    let mapping = fs::read_to_string(desk.file("status.toml")).unwrap();
    desk.write("slip.toml", &mapping.replace("whole_table", "hole_table"));
    let output = desk.import("status.csv", "slip.toml").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("hole_table"), "{}", said(&output));
    desk.write("other.toml", &mapping.replace("\"FFC\"", "\"fict:none\""));
    assert_eq!(desk.import("status.csv", "other.toml").output().unwrap().status.code(), Some(5), "no such treaty");
    desk.story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_imported_into_an_empty_ledger_makes_the_same_acts() {
    let desk = Desk::with_examples().await;
    desk.run(&mut desk.submit("status.csv", "status.toml"), 0);
    let (table, mapping) = (desk.file("again.csv"), desk.file("again.toml"));
    let mut export = desk.command(&["export", "table", "FFC", "--at", "2024-12-31"]);
    let told = desk.run(export.arg("--out").arg(&table).arg("--mapping-out").arg(&mapping), 0);
    assert_eq!(told["left_out"], Value::from(Vec::<Value>::new()), "{told}");
    let text = fs::read_to_string(&table).unwrap();
    assert!(text.contains("\n[Eskarland] ") && text.contains("1 Jul 2005 a") && text.contains("Footnotes"), "{text}");
    assert!(text.contains(",Old Union,5 Dec 1997,7 Oct 1998 a,") && !text.contains("\nOld Union"), "{text}");

    let empty = Desk::with_examples().await;
    for file in [&table, &mapping] {
        fs::copy(file, empty.file(&file.file_name().unwrap().to_string_lossy())).unwrap();
    }
    let report = empty.run(&mut empty.submit("again.csv", "again.toml"), 0);
    assert_eq!(codes(&report), []);
    assert_eq!(empty.acts("FFC").await, desk.acts("FFC").await);
    for at in ["2000-01-01", "2006-06-02", "2006-06-03", "2024-12-31"] {
        assert_eq!(empty.standing("FFC", at).await, desk.standing("FFC", at).await, "{at}");
    }
    let mut export = empty.command(&["export", "table", "FFC", "--at", "2024-12-31"]);
    let told = empty.run(&mut export, 0);
    assert_eq!(told["table"].as_str().unwrap(), text, "and the same table");
    let plain = empty.command_in("table", &["export", "table", "FFC", "--at", "2024-12-31"]).output().unwrap();
    assert_eq!(String::from_utf8(plain.stdout).unwrap(), text, "as it is, on stdout");
    desk.story.audited().await;
    empty.story.audited().await;
}

/// The columns of small tables.
pub fn small_mapping(treaty: &str, as_at: &str, more_columns: &str) -> String {
    format!(
        "treaty = \"{treaty}\"\nas_at = \"{as_at}\"\n[columns]\nparticipant = \"Participant\"\nsignature = \
         \"Signature\"\ndeposit = \"Deposit\"\n{more_columns}\n[footnotes]\nsection = \"Footnotes\"\n[source]\nclass = \
         \"depositary\"\nname = \"a table\"\n"
    )
}

/// Q25: a name between brackets needs its withdrawal, and gets it.
#[tokio::test(flavor = "multi_thread")]
async fn lithuania_between_brackets_is_a_withdrawal_and_never_a_plain_party() {
    let desk = Desk::begin().await;
    desk.write("un.toml", &small_mapping("APMBC", "2025-07-01", ""));
    let row = "Participant,Signature,Deposit\n[Lithuania] 3,26 Feb 1999,12 May 2003\n";
    desk.write("un.csv", &format!("{row}Footnotes,,\nmark,meaning,text\n3,note,Withdrawn.\n"));
    let refused = desk.run(&mut desk.submit("un.csv", "un.toml"), 2);
    assert_eq!(codes(&refused), [(2, "BracketsNeedWithdrawal".to_owned())]);
    assert!(desk.acts("APMBC").await.is_empty());
    desk.write("un.csv", &format!("{row}Footnotes,,\nmark,meaning,date\n3,withdrawal,27 Jun 2025\n"));
    desk.run(&mut desk.submit("un.csv", "un.toml"), 0);
    for (at, expected) in [("2025-12-26", "party_withdrawal_pending"), ("2025-12-27", "former_party")] {
        let status = desk.story.status(OTTAWA, "LTU", at, desk.story.size()).await;
        assert_eq!(status.outcomes[0].status, expected, "{at}");
    }
    desk.story.audited().await;
}

/// Q26: an effect before consent enters as a claim, with a finding beside it.
#[tokio::test(flavor = "multi_thread")]
async fn an_effect_before_consent_is_recorded_as_a_claim_with_a_finding() {
    let desk = Desk::begin().await;
    desk.write("uk.toml", &small_mapping("CCW AP II", "2025-01-01", "in_force = \"Effective\""));
    desk.write("uk.csv", "Participant,Signature,Deposit,Effective\nSwitzerland,,7 Dec 2006 P,1 Jan 1976\n");
    desk.run(&mut desk.submit("uk.csv", "uk.toml"), 0);
    let status = desk.story.status("untc:XXVI-2-b", "CHE", "2007-06-07", desk.story.size()).await;
    let codes: Vec<_> = status.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert!(codes.contains(&"effect_before_consent"), "{codes:?}");
    let interval = &status.outcomes[0].intervals[0];
    assert_eq!((status.outcomes[0].status.as_str(), interval.from.as_str()), ("party", "2007-06-07"));
    desk.story.audited().await;
}

/// Registers so many participants and writes their table: a signature and a ratification each.
async fn many(desk: &Desk, rows: usize) {
    let registered = (0..rows).map(|number| {
        let body = ParticipantRegistered {
            name: format!("Land of {}", letters(number)).into(),
            participant_type: ParticipantType::State,
            iso_code: None,
            other_names: Vec::new(),
            predecessors: Vec::new(),
        };
        let mut event =
            event(&format!("participant/P-{number}"), Body::Treaty(TreatyBody::ParticipantRegistered(body)));
        event.source = Some(source(SourceClass::Other));
        event
    });
    let signed = desk.story.ledger.sign(&desk.story.ledger.recorder, registered.collect());
    desk.story.ledger.submit(&signed).await.unwrap();
    let rows = (0..rows).map(|number| format!("Land of {},4 Dec 1997,{} Mar 1999\n", letters(number), number % 28 + 1));
    desk.write("many.csv", &format!("Participant,Signature,Deposit\n{}", rows.collect::<String>()));
    desk.write("many.toml", &small_mapping("APMBC", "2025-01-01", ""));
}

/// A number in letters: names do not end in digits.
fn letters(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'A')).collect()
}

const MANY: usize = 600;

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_killed_is_finished_by_the_next_one_without_doubling() {
    let desk = Desk::begin().await;
    many(&desk, MANY).await;
    let before = desk.story.size();
    let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut killed = quiet(&mut desk.submit("many.csv", "many.toml"));
    desk.story.ledger.node.wait_for_models(Size(before + 1)).await.unwrap();
    killed.kill().unwrap();
    killed.wait().unwrap();
    let report = desk.run(&mut desk.submit("many.csv", "many.toml"), 0);
    let (recorded, there) = (&report["summary"]["recorded"], &report["summary"]["already_there"]);
    assert_eq!(recorded.as_u64().unwrap() + there.as_u64().unwrap(), 2 * MANY as u64);
    assert!(there.as_u64().unwrap() >= 200, "the first submission was there: {report}");
    assert_all_once(&desk).await;
    desk.story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_of_one_table_at_once_record_each_act_once() {
    let desk = Desk::begin().await;
    many(&desk, MANY).await;
    let spawn = |state: &str| {
        let mut command = desk.submit("many.csv", "many.toml");
        command.arg("--state").arg(desk.file(state)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children = ["one", "other"].map(spawn);
    let outputs: Vec<Output> = children.map(|child| child.wait_with_output().unwrap()).into();
    for output in &outputs {
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}", said(output));
    }
    desk.run(&mut desk.submit("many.csv", "many.toml"), 0);
    assert_all_once(&desk).await;
    desk.story.audited().await;
}

async fn assert_all_once(desk: &Desk) {
    let acts = desk.acts("APMBC").await;
    let mut distinct = acts.clone();
    distinct.dedup();
    assert_eq!((acts.len(), distinct.len()), (2 * MANY, 2 * MANY));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_recorded_is_left_and_what_contradicts_it_is_refused() {
    let desk = Desk::begin().await;
    desk.story.deposit(OTTAWA, "POL", ConsentMode::Ratification, "2012-12-27").await;
    let wrong = desk.story.record(&under(OTTAWA, "CHE"), deposit("1998-03-25")).await;
    let correction = EventCorrected {
        target: wrong,
        reason: "a slip".into(),
        restated: Some(Box::new(Restated {
            occurred: None,
            not_stated: Vec::new(),
            body: Body::Treaty(deposit("1998-03-24")),
        })),
    };
    let subject = under(OTTAWA, "CHE");
    desk.story
        .enter(crate::treaty_status::drafted(&subject, Body::Shared(SharedBody::EventCorrected(correction))))
        .await;
    desk.story.deposit(OTTAWA, "UKR", ConsentMode::Ratification, "2005-12-27").await;
    desk.write("un.toml", &format!("whole_table = true\n{}", small_mapping("APMBC", "2013-01-01", "")));
    let rows = "Switzerland,,24 Mar 1998\nPoland,4 Dec 1997,27 Dec 2012\nUkraine,,28 Dec 2005\n";
    desk.write("un.csv", &format!("Participant,Signature,Deposit\n{rows}"));
    let report = desk.run(desk.submit("un.csv", "un.toml").arg("--skip-broken"), 2);
    assert_eq!(fates(&report, 2), ["ratification 1998-03-24: held"], "as corrected");
    assert_eq!(fates(&report, 3), ["signature 1997-12-04: recorded", "ratification 2012-12-27: held"]);
    assert_eq!(codes(&report), [(4, "RowMustAgreeWithLedger".to_owned())]);
    let coverage = desk.parties("APMBC", "2013-01-01").await.coverage.unwrap();
    let told: Vec<_> = coverage.differences.iter().map(|told| (&*told.participant, &*told.code)).collect();
    assert_eq!((coverage.word.as_str(), told), ("partial", vec![("UKR", "other_deposit")]), "the table shows it");
    desk.story.audited().await;
}

fn deposit(deposited: &str) -> TreatyBody {
    TreatyBody::InstrumentDeposited(instrument(ConsentMode::Ratification, deposited, &[]))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_columns_are_told_page_by_page_as_known_at_any_size() {
    let desk = Desk::with_examples().await;
    let known = desk.story.size();
    desk.run(&mut desk.submit("status.csv", "status.toml"), 0);
    let whole = desk.table("FFC", "2024-12-31").await;
    assert!(whole.lines.iter().any(|line| line.participant == "XAE" && line.in_table && line.withdrawn));
    assert!(whole.tables.is_empty(), "none was asked for");
    let asked = proto::TableRequest { treaty: "FFC".into(), at: "2024-12-31".into(), ..proto::TableRequest::default() };
    let (mut lines, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = proto::TableRequest { page_size: 5, page_token, ..asked.clone() };
        let page = desk.story.client().table(request).await.unwrap().into_inner();
        assert!(page.lines.len() <= 5);
        lines.extend(page.lines);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(lines, whole.lines);
    let read_at = proto::ReadAt { minimum_size: 0, known_at: Some(proto::read_at::KnownAt::Size(known)) };
    let before = proto::TableRequest { read_at: Some(read_at), ..asked.clone() };
    assert!(desk.story.client().table(before).await.unwrap().into_inner().lines.is_empty(), "nothing was known then");
    let stated = proto::TableRequest { stated_as_at: "2024-12-31".into(), ..asked.clone() };
    assert_eq!(desk.story.client().table(stated).await.unwrap().into_inner().tables.len(), 1);
    for (request, field) in [
        (proto::TableRequest { stated_as_at: "2024-12".into(), ..asked.clone() }, "stated_as_at"),
        (proto::TableRequest { page_token: "a b".into(), ..asked.clone() }, "page_token"),
        (proto::TableRequest { view: "mine".into(), ..asked }, "view"),
    ] {
        let refused = desk.story.client().table(request).await.unwrap_err();
        assert_eq!(reason(&refused).1, field, "{refused:?}");
    }
    desk.story.audited().await;
}
