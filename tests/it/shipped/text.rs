//! The shipped clauses as the command line prints them, and as the documents tell them.

use std::{collections::BTreeSet, fs, path::Path, process::Output};

use merestone::wire::descriptor;

use super::*;
use crate::process::{Files, Process, merestone, said};

fn template(arguments: &[&str]) -> Output {
    merestone().arg("template").args(arguments).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// `check` needs a ledger to ask; it must find nothing wrong with what `template` printed.
#[tokio::test(flavor = "multi_thread")]
async fn what_template_prints_can_be_checked_and_submitted_as_it_is() {
    let files = Files::new().await;
    let process = Process::start(files.path());
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("desk.pem");
    files.recorder.key.write_file(&key).unwrap();
    let server = format!("http://{}", process.address);
    for shipped in SHIPPED_CLAUSES.iter().filter(|shipped| shipped.treaty().is_some()) {
        let given = template(&["treaty_registered", "--clauses", shipped.name]);
        assert_eq!(given.status.code(), Some(0), "{}", said(&given));
        let to_read = template(&["treaty_registered", "--clauses", shipped.name, "--output", "table"]);
        assert_eq!(printed(&to_read), shipped.text);
        let file = folder.path().join(format!("{}.json", shipped.name));
        fs::write(&file, &given.stdout).unwrap();
        for command in ["check", "submit"] {
            let mut run = merestone();
            run.args([command, "--server", &server, "--key"]).arg(&key).arg(&file);
            let output = run.output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{command} {}: {}", shipped.name, said(&output));
        }
    }
}

#[test]
fn a_name_that_is_not_there_is_told_those_that_are() {
    let unknown = template(&["treaty_registered", "--clauses", "nothing"]);
    assert_eq!(unknown.status.code(), Some(5));
    for shipped in SHIPPED_CLAUSES {
        assert!(said(&unknown).contains(shipped.name), "{}", said(&unknown));
    }
    for wrong in [&["signature_affixed", "--clauses", "apmbc"][..], &["--clauses", "apmbc"]] {
        assert_eq!(template(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn the_list_has_every_name_with_its_treaty() {
    let list = template(&["--clauses", "list", "--output", "json"]);
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    let listed = list["shipped"].as_array().unwrap().iter().map(|row| (row["clauses"].clone(), row["treaty"].clone()));
    let shipped = SHIPPED_CLAUSES.iter().map(|shipped| (json!(shipped.name), json!(shipped.treaty())));
    assert_eq!(listed.collect::<Vec<_>>(), shipped.collect::<Vec<_>>());
}

#[test]
fn the_document_on_events_tells_every_clause_and_no_other() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/events.md")).unwrap();
    let section = page.split("\n## Clauses\n").nth(1).expect("a section on clauses");
    let section = section.split("\n## ").next().unwrap_or_default();
    for message in [
        "Clauses",
        "EntryIntoForceClause",
        "WithdrawalClause",
        "SignatureClause",
        "ProvisionalApplicationClause",
        "ObligationClause",
        "ConsentClause",
        "ObjectionClause",
    ] {
        let from = section.split(&format!("\n`{message}`")).nth(1).unwrap_or_else(|| panic!("{message} is missing"));
        let rows = from.lines().skip_while(|line| !line.starts_with("| `")).take_while(|line| line.starts_with("| `"));
        let told: BTreeSet<(String, u32)> = rows
            .map(|row| {
                let cells: Vec<&str> = row.split('|').map(str::trim).collect();
                (cells[1].trim_matches('`').to_owned(), cells[2].parse().unwrap())
            })
            .collect();
        let fields = descriptor(message).fields().map(|field| (field.name().to_owned(), field.number())).collect();
        assert_eq!(told, fields, "{message}");
    }
}
