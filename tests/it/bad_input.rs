//! What people get wrong, and what they are told: each says what to do about it. What a
//! signer gets wrong stands in `inbox` and `easing`, disclosures and parcels in `references`.

use std::process::{Output, Stdio};

use merestone::{
    domain::*,
    wire::proto::{self, treaties_client::TreatiesClient},
};
use serde_json::{Value, json};

use crate::{
    process::{merestone, said},
    references::{SALT, WITHHELD, corrected, disclosed, record, treaty},
    sign_offs::{admit, mandate},
    support::*,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_or_disclosure_of_another_organisations_event_is_refused() {
    let ledger = TestLedger::new().await;
    let other = post("survey-company", "recorder-1");
    let recording = mandate("survey-company", MandateType::RecordMinefields, &["XX"]);
    admit(&ledger, &other, Role::Recorder, vec![recording]).await;
    let record = record(ledger.id);
    ledger.submit(&ledger.sign(&ledger.recorder, vec![record.clone()])).await.unwrap();
    for foreign in [corrected(&record, None), disclosed(&record, 2, SALT, WITHHELD)] {
        match ledger.submit(&ledger.sign(&other, vec![foreign.clone()])).await.expect_err("it is refused") {
            No::Rejected(no) => {
                assert_eq!(no.rule.code(), "TargetMustBeOwn");
                assert_eq!(no.message, "it was recorded by desk", "who is to be asked");
            }
            other => panic!("{other:?}"),
        }
        ledger.submit(&ledger.sign(&ledger.recorder, vec![foreign])).await.unwrap();
    }
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_from_what_was_never_joined_enters_and_is_remarked_on() {
    let ledger = TestLedger::new().await;
    // The last of these withdraws a participant that deposited nothing.
    ledger.submit(&ledger.sign(&ledger.recorder, treaty())).await.unwrap();
    let served = Served::start(&ledger.node).await;
    let request = proto::TreatyStatusRequest {
        treaty: "example:1".into(),
        participant: "XXA".into(),
        at: "2026-03-01".into(),
        read_at: Some(proto::ReadAt {
            minimum_size: ledger.node.sequencer().published().head.tree.size.0,
            known_at: None,
        }),
        ..proto::TreatyStatusRequest::default()
    };
    let answer = TreatiesClient::new(served.channel.clone()).status(request).await.unwrap().into_inner();
    let shown = format!("{answer:?}");
    assert!(shown.contains("withdrawal_without_membership"), "{shown}");
    served.stop().await;
    ledger.audited().await;
}

/// What `sign` says of an event of a file, without a ledger.
fn signed(event: &Value) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("event.json"), event.to_string()).unwrap();
    key().write_file(&folder.path().join("desk.pem")).unwrap();
    let ledger = LedgerId([7; 32]).to_string();
    let mut command = merestone();
    command.current_dir(folder.path()).args(["sign", "event.json", "--key", "desk.pem", "--ledger", &ledger]);
    command.args(["--organisation", "desk", "--member", "recorder-1"]).stdin(Stdio::null());
    command.output().expect("run")
}

fn opening(occurred: &str, centre: &str) -> Value {
    json!({
        "record": "XX-D3-0007", "occurred": occurred,
        "record_opened": {"country": "XX", "kind": "minefield", "classification": "suspected",
            "place": "open ocean", "parcels": []},
        "source": {"class": "own_act", "name": "A survey"},
        "open": {"danger_area": {"circle": {"centre": centre, "radius_m": 500}}},
    })
}

fn assert_told(event: &Value, words: &[&str]) {
    let output = signed(event);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let said: String = said(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.iter().all(|word| said.contains(word)), "{said}");
}

#[test]
fn a_date_that_does_not_exist_is_told_with_its_field_and_how_to_write_one() {
    for no_day in ["2025-02-29", "2025-13-01", "29 February 2024"] {
        assert_told(&opening(no_day, "-49.5, -123.25"), &["event.json, item 1", "occurred", no_day, "2025-08-20"]);
    }
}

#[test]
fn swapped_coordinates_that_are_no_place_are_told_with_the_order() {
    assert_told(&opening("2025-08-20", "-123.25, -49.5"), &["event.json, item 1", "-123.25, -49.5", "latitude first"]);
}
