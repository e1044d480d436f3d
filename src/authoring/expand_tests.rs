//! Every shorthand as a whole item, and every error with its place.

use std::io;

use serde_json::{Value, json};

use super::*;
use crate::{
    authoring::{FileFacts, NameBook, read_items},
    domain::{Commitment, SubjectType},
    wire::to_json,
};

struct NoFiles;

impl Evidence for NoFiles {
    fn describe(&self, name: &str) -> io::Result<FileFacts> {
        match name {
            "dz-u-2025-1514.pdf" => Ok(FileFacts { sha256: [7; 32], size: 4711 }),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

const LEDGER: LedgerId = LedgerId([9; 32]);

fn drafted(item: Value) -> Result<Vec<Drafted>, Vec<AuthoringError>> {
    let mut names = NameBook::default();
    names.note(SubjectType::Treaty, "untc:XXVI-5", ["APMBC"]);
    names.note(SubjectType::Participant, "POL", ["Poland"]);
    let mut count = 0u8;
    let mut randomness = |bytes: &mut [u8]| {
        count += 1;
        bytes.fill(count);
    };
    let items = read_items("acts.json", &item.to_string()).expect("JSON");
    let now = RecordingTime(1_780_000_000_000_000);
    expand(
        items,
        &mut Surroundings {
            file: "acts.json",
            ledger: Some(LEDGER),
            names: &names,
            evidence: &NoFiles,
            now,
            randomness: &mut randomness,
        },
    )
}

fn event(item: Value) -> Value {
    let drafted = drafted(item).expect("expanded");
    to_json("Event", &drafted[0].bytes).expect("an event")
}

/// Field and message of the first error.
fn refused(item: Value) -> (String, String) {
    let errors = drafted(item).expect_err("refused");
    assert_eq!((errors[0].file.as_str(), errors[0].item), ("acts.json", 1));
    (errors[0].field.clone(), errors[0].problem.to_string())
}

fn withdrawal() -> Value {
    json!({
        "withdrawal_notified": {
            "treaty": "APMBC", "participant": "Poland", "styled": "denunciation",
            "received_by_depositary": "2025-08-20", "reasons": "attached", "other_parties_notified": "unknown"
        },
        "documents": ["dz-u-2025-1514.pdf"],
        "source": {"class": "official_gazette", "transcribed": true, "name": "Dziennik Ustaw 2025 poz. 1514"}
    })
}

fn record() -> Value {
    json!({
        "record": "XX-D3-0007",
        "record_opened": {"country": "XX", "kind": "minefield", "classification": "suspected"},
        "source": {"class": "own_act"}
    })
}

fn with(mut item: Value, key: &str, value: Value) -> Value {
    item[key] = value;
    item
}

#[test]
fn the_example_of_the_design_becomes_an_event() {
    let event = event(withdrawal());
    assert_eq!(event["subject"], "participation/untc:XXVI-5/POL");
    assert_eq!(event["occurred"], "2025-08-20", "from the principal date");
    assert_eq!(event["withdrawal_notified"]["styled"], "WITHDRAWAL_STYLE_DENUNCIATION");
    assert_eq!(event["withdrawal_notified"]["reasons"], "REASONS_ATTACHED");
    assert_eq!(event["withdrawal_notified"].get("other_parties_notified"), None);
    assert_eq!(
        event["not_stated"],
        json!([{"field": "other_parties_notified", "reason": "NOT_STATED_REASON_UNKNOWN"}])
    );
    assert_eq!(event["source"]["class"], "SOURCE_CLASS_OFFICIAL_GAZETTE");
    assert_eq!(event["documents"][0]["media_type"], "application/pdf");
    assert_eq!(event["documents"][0]["size"], "4711");
    assert_eq!(event["nonce"], BASE64_STANDARD.encode([2; 16]));
}

#[test]
fn the_same_clock_and_randomness_give_the_same_bytes() {
    assert_eq!(drafted(withdrawal()).expect("expanded"), drafted(withdrawal()).expect("expanded"));
    let id = drafted(withdrawal()).expect("expanded")[0].id;
    assert_eq!(id.to_string().parse(), Ok(id), "a version 7 UUID");
}

#[test]
fn what_the_author_says_about_time_and_id_is_kept() {
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let event = event(with(with(withdrawal(), "occurred", json!("2025-08")), "id", json!(id)));
    assert_eq!((&event["occurred"], &event["id"]), (&json!("2025-08"), &json!(id)));
}

#[test]
fn a_reason_may_stand_in_the_list_instead_of_the_field() {
    let mut item = withdrawal();
    item["withdrawal_notified"].as_object_mut().expect("body").remove("other_parties_notified");
    let listed = json!([{"field": "other_parties_notified", "reason": "not_recorded"}]);
    let event = event(with(item, "not_stated", listed));
    assert_eq!(event["not_stated"][0]["reason"], "NOT_STATED_REASON_NOT_RECORDED");
    let listed = json!([{"field": "styled", "reason": "unknown"}]);
    assert_eq!(refused(with(withdrawal(), "not_stated", listed)).0, "not_stated");
}

#[test]
fn an_open_part_carries_its_content() {
    let open = json!({
        "remarks": "seen from the road",
        "danger_area": {"circle": {"centre": "-49.5, -123.25", "radius_m": "500 m"}}
    });
    let event = event(with(record(), "open", open));
    assert_eq!(event["parts"][0]["content"]["remarks"]["text"], "seen from the road");
    assert_eq!(event["parts"][1]["slot"], 2);
    assert_eq!(event["parts"][1]["content"]["danger_area"]["circle"]["centre"]["latitude"], -495_000_000);
}

#[test]
fn a_withheld_part_leaves_only_a_commitment_in_the_event() {
    let withheld = json!({"basis": "safety of staff", "review_on": "2028-01-01", "names": ["A. Surveyor"]});
    let drafted = drafted(with(record(), "withheld", withheld)).expect("expanded");
    let kept = &drafted[0].withheld[0];
    assert_eq!(kept.commitment, Commitment::to(&LEDGER, drafted[0].id, 1, &kept.salt, &kept.content));
    let event = to_json("Event", &drafted[0].bytes).expect("an event");
    assert_eq!(event["parts"][0]["form"], "PART_FORM_WITHHELD");
    assert_eq!(event["parts"][0]["commitment"], BASE64_STANDARD.encode(kept.commitment.as_bytes()));
    assert_eq!(event["parts"][0]["withholding"]["basis"], "safety of staff");
    assert!(!event.to_string().contains("Surveyor"));
    let content = to_json("PartContent", &kept.content).expect("content");
    assert_eq!(content, json!({"names": {"names": ["A. Surveyor"]}}));
}

fn withheld(parts: Value) -> Value {
    let mut block = json!({"basis": "safety of staff", "review_on": "2028-01-01"});
    block.as_object_mut().expect("braces").extend(parts.as_object().expect("braces").clone());
    block
}

#[test]
fn what_could_never_be_disclosed_is_not_committed_to() {
    let laid = |parts: Value| {
        json!({
            "record": "XX-D3-0007",
            "laying_recorded": {"method": "by_hand", "began": "2025-01-02", "completed": "2025-01-03", "laid_by": "unknown"},
            "source": {"class": "own_act"}, "withheld": withheld(parts)
        })
    };
    let mine = json!({"category": "anti_personnel_mine", "count": 4, "qualifier": "exact", "anti_handling": "absent"});
    let without = |field: &str| {
        let mut item = mine.clone();
        item.as_object_mut().expect("braces").remove(field);
        laid(json!({"ordnance": {"items": [mine, item]}}))
    };
    drafted(laid(json!({"ordnance": {"items": [mine]}}))).expect("whole");
    for field in ["category", "qualifier", "anti_handling"] {
        assert_eq!(refused(without(field)).0, format!("withheld.ordnance.items[1].{field}"));
    }
    let text = "a line\u{7}";
    assert_eq!(refused(laid(json!({"remarks": text}))).0, "withheld.remarks.text");
    let two_points = json!({"extent": {"polygons": [{"ring": ["-49.5, -123.25", "-49.5, -123.24"]}]}});
    assert_eq!(refused(laid(two_points)).0, "withheld.extent.polygons[0].ring");
    assert_eq!(refused(laid(json!({"ordnance": {"items": []}}))).0, "withheld", "nothing is withheld");
    let long = vec!["n".repeat(500); 520];
    let (field, problem) = refused(laid(json!({"names": long})));
    assert_eq!(field, "withheld.names");
    assert!(problem.contains("larger than"), "{problem}");
}

#[test]
fn a_withheld_outline_is_as_strict_as_an_open_one() {
    let crossing = ["-49.5, -123.25", "-49.51, -123.24", "-49.5, -123.24", "-49.51, -123.25"];
    let crossing = json!({"extent": {"polygons": [{"ring": crossing}]}});
    let survey = json!({"surveyed": "2025-06-01", "method": "gnss", "accuracy_mm": 2000, "parcels": [{"id": "P1"}]});
    let field = "withheld.extent.polygons[0].ring";
    let surveyed = json!({
        "record": "XX-D3-0007", "position_surveyed": survey, "source": {"class": "own_act"},
        "withheld": withheld(crossing.clone())
    });
    assert_eq!(refused(surveyed).0, field);
    let restated = json!({
        "record": "XX-D3-0007",
        "event_corrected": {
            "target": {"organisation": "xx-unit", "event_id": "01890a5d-ac96-774b-bcce-b302099a8057"},
            "reason": "typo", "restated": {"position_surveyed": {"surveyed": "2025-06-02"}}
        },
        "withheld": withheld(crossing.clone())
    });
    assert_eq!(refused(restated).0, field);
    drafted(with(record(), "withheld", withheld(crossing))).expect("recorded long ago, and taken as it is");
}

#[test]
fn a_kept_line_discloses_the_very_bytes_that_were_committed_to() {
    let parts = json!({"names": ["A. Surveyor"], "extent": {"polygons": [
        {"ring": ["-49.5, -123.25", "-49.5, -123.24", "-49.51, -123.24"]}
    ]}});
    let held = drafted(with(record(), "withheld", withheld(parts))).expect("expanded").remove(0);
    let lines: Vec<Value> = held.withheld.iter().map(WithheldPart::to_json).collect();
    let disclosure = |target: Value, disclosed: Value| {
        json!({"record": "XX-D3-0007", "source": {"class": "own_act"},
            "part_disclosed": {"target": target, "disclosed": disclosed}})
    };
    let target = json!({"organisation": "xx-unit"});
    let disclosed = event(disclosure(target.clone(), json!(lines)));
    assert_eq!(disclosed["part_disclosed"]["target"]["event_id"], held.id.to_string(), "as the line says");
    let opened = disclosed["part_disclosed"]["disclosed"].as_array().expect("a list").clone();
    for (part, kept) in opened.iter().zip(&held.withheld) {
        assert_eq!(crate::wire::from_json("PartContent", &part["content"]).as_ref(), Ok(&kept.content));
        assert_eq!((&part["slot"], &part["salt"]), (&json!(kept.slot), &json!(BASE64_STANDARD.encode(kept.salt))));
    }
    assert_eq!(opened.len(), 2);

    let mut bare = lines[0].clone();
    ["event", "kind", "commitment"].iter().for_each(|key| {
        bare.as_object_mut().expect("braces").remove(*key);
    });
    let named = json!({"organisation": "xx-unit", "event_id": held.id.to_string()});
    assert_eq!(event(disclosure(named, json!([bare])))["part_disclosed"]["disclosed"][0], opened[0]);

    let changed = |key: &str, value: Value| {
        refused(disclosure(target.clone(), json!([lines[0], with(lines[1].clone(), key, value)]))).0
    };
    assert_eq!(changed("kind", json!("remarks")), "part_disclosed.disclosed[1].kind");
    assert_eq!(changed("content", json!("AAAA")), "part_disclosed.disclosed[1].content");
    let other = "01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(changed("event", json!(other)), "part_disclosed.disclosed[1].event");
}

#[test]
fn a_day_that_does_not_exist_is_told_at_the_field_that_was_typed() {
    let mut item = withdrawal();
    item["withdrawal_notified"]["received_by_depositary"] = json!("2026-02-30");
    let told = refused(item.clone());
    assert_eq!(told.0, "withdrawal_notified.received_by_depositary");
    assert!(told.1.starts_with("there is no day 2026-02-30 in the calendar"), "{}", told.1);
    item["withdrawal_notified"]["received_by_depositary"] = json!("20 Aug 2025");
    assert_eq!(refused(item).0, "withdrawal_notified.received_by_depositary");
    assert_eq!(refused(with(withdrawal(), "occurred", json!("2025-13-01"))).0, "occurred");
}

#[test]
fn a_form_that_policy_1_does_not_accept_is_refused_by_name() {
    for form in ["restricted", "sealed"] {
        let (field, problem) = refused(with(record(), form, json!({"remarks": "x"})));
        assert_eq!(field, form);
        assert!(problem.contains("policy 1 does not accept"), "{problem}");
    }
}

#[test]
fn every_error_names_its_field() {
    let body = |key: &str, value: Value| {
        let mut item = withdrawal();
        item["withdrawal_notified"][key] = value;
        item
    };
    for (item, field) in [
        (body("reasons", Value::Null), "withdrawal_notified.reasons"),
        (body("reasons", json!("plenty")), "withdrawal_notified.reasons"),
        (body("speed", json!("fast")), "withdrawal_notified.speed"),
        (body("participant", json!("Atlantis")), "participant"),
        (with(withdrawal(), "documents", json!(["none.pdf"])), "documents[0]"),
        (with(withdrawal(), "source", json!({"class": "rumour"})), "source.class"),
        (with(withdrawal(), "occurred", json!("20 Aug 2025")), "occurred"),
        (with(withdrawal(), "colour", json!("red")), "colour"),
        (with(withdrawal(), "id", json!("1")), "id"),
        (with(withdrawal(), "open", json!({"danger_area": {}, "remarks": "x", "extent": "y"})), "open.extent"),
        (
            with(record(), "open", json!({"danger_area": {"circle": {"centre": "here"}}})),
            "open.danger_area.circle.centre",
        ),
        (with(record(), "withdrawal_notified", json!({"reasons": "absent"})), ""),
        (json!({"source": {"class": "own_act"}}), ""),
    ] {
        assert_eq!(refused(item.clone()).0, field, "{item}");
    }
}

#[test]
fn every_broken_item_is_told_not_only_the_first() {
    let errors = drafted(json!([withdrawal(), {"x": 1}, record(), {"y": 2}])).expect_err("refused");
    assert_eq!(errors.iter().map(|error| error.item).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(errors[0].to_string(), "acts.json, item 2");
}

#[test]
fn what_is_expanded_and_signed_is_well_formed_for_the_ledger() {
    let registered = json!([
        {"treaty": "untc:XXVI-5", "treaty_registered": {"title": "Convention", "short_names": ["APMBC"],
            "adopted": "1997-09-18", "clauses": {"depositaries": ["United Nations"]}},
            "source": {"class": "depositary", "transcribed": true, "name": "UNTC"}},
        {"participant": "POL", "participant_registered": {"name": "Poland", "type": "state", "iso_code": "POL"},
            "source": {"class": "depositary", "transcribed": true, "name": "UNTC"}},
        with(record(), "open", json!({"danger_area": {"circle": {"centre": "-49.5, -123.25", "radius_m": "500 m"}}})),
        with(record(), "withheld", json!({"basis": "safety", "review_on": "2028-01-01", "remarks": "x"})),
        withdrawal()
    ]);
    let drafted = drafted(registered).expect("expanded");
    let signed = signed(&drafted);
    crate::authoring::check_form("acts.json", &signed, &drafted).expect("well formed");
    assert_eq!(signed.events.len(), 5);
}

#[test]
fn what_only_the_ledgers_form_refuses_names_item_and_field_too() {
    let mut late = withdrawal();
    late["withdrawal_notified"]["later_effect"] = json!("next spring");
    let drafted = drafted(json!([withdrawal(), late])).expect("expanded");
    let error = crate::authoring::check_form("acts.json", &signed(&drafted), &drafted).expect_err("no date");
    assert_eq!((error.item, error.field.as_str()), (2, "withdrawal_notified.later_effect"));
}

#[test]
fn a_date_that_need_not_be_stated_is_left_out_where_it_is_not_known() {
    let refused = |field: &str, text: &str| {
        let mut act = withdrawal();
        act["withdrawal_notified"][field] = json!(text);
        let drafted = drafted(json!([act])).expect("expanded");
        let error = crate::authoring::check_form("acts.json", &signed(&drafted), &drafted).expect_err("no date");
        assert_eq!(error.field, format!("withdrawal_notified.{field}"));
        error.problem.to_string()
    };
    let told = refused("security_council_notified", "unknown");
    assert!(told.contains("leave the field out") && told.contains("mandatory to state"), "{told}");
    let told = refused("later_effect", "2025-02-30");
    assert!(told.contains("it must be a day that exists"), "{told}");
}

fn signed(drafted: &[Drafted]) -> crate::authoring::SignedSubmission {
    let header = crate::authoring::Header {
        ledger: Some(LEDGER),
        organisation: "pl-desk".parse().expect("an id"),
        member: "recorder-1".parse().expect("an id"),
        seen: None,
        require_unmoved: false,
    };
    let key = crate::crypto::SigningKey::from_seed(&[7; 32]);
    let now = RecordingTime(1_780_000_000_000_000);
    crate::authoring::sign(&header, drafted, &key, now, &mut |bytes| bytes.fill(5))
}

fn correction(restated: &Value) -> Value {
    json!({
        "treaty": "APMBC", "participant": "POL",
        "event_corrected": {
            "target": {"organisation": "xx-desk", "event_id": "01890a5d-ac96-774b-bcce-b302099a8057"},
            "reason": "typo", "restated": restated
        },
        "source": {"class": "own_act"}
    })
}

#[test]
fn what_is_restated_is_written_as_an_item_of_its_own() {
    let withdrawal = json!({"styled": "denunciation", "received_by_depositary": "2025-08-20", "reasons": "attached",
        "other_parties_notified": "not_recorded"});
    let expected = json!({
        "not_stated": [{"field": "other_parties_notified", "reason": "NOT_STATED_REASON_NOT_RECORDED"}],
        "withdrawal_notified": {
            "styled": "WITHDRAWAL_STYLE_DENUNCIATION", "received_by_depositary": "2025-08-20",
            "reasons": "REASONS_ATTACHED"
        }
    });
    let restated = |item: &Value| event(correction(item))["event_corrected"]["restated"].clone();
    assert_eq!(restated(&json!({"withdrawal_notified": withdrawal})), expected);
    let named = with(json!({"withdrawal_notified": withdrawal}), "participant", json!("Poland"));
    assert_eq!(restated(&with(named.clone(), "treaty", json!("APMBC"))), expected, "the subject of the correction");
    let listed = json!({
        "withdrawal_notified": {"styled": "denunciation", "received_by_depositary": "2025-08-20", "reasons": "attached"},
        "not_stated": [{"field": "other_parties_notified", "reason": "not_recorded"}]
    });
    assert_eq!(restated(&listed), expected, "and as the message has it");
    let other = with(with(named, "treaty", json!("APMBC")), "participant", json!("LTU"));
    let (field, problem) = refused(correction(&other));
    assert_eq!(field, "event_corrected.restated");
    assert!(problem.contains("participation/untc:XXVI-5/POL"), "{problem}");
    let unstated = json!({"withdrawal_notified": {"styled": "denunciation", "reasons": "attached"}});
    assert_eq!(refused(correction(&unstated)).0, "event_corrected.restated.withdrawal_notified.received_by_depositary");
}

#[test]
fn the_example_of_a_restated_body_in_the_template_is_one() {
    let template = crate::authoring::template(Kind::Shared(SharedKind::EventCorrected).row());
    let comment = template["event_corrected"]["//restated"].as_str().expect("a comment");
    let example: Value = serde_json::from_str(&comment[comment.find('{').expect("an example")..]).expect("JSON");
    let restated = event(correction(&example))["event_corrected"]["restated"].clone();
    assert_eq!(restated["occurred"], "2025-08-20");
    assert!(restated["withdrawal_notified"].is_object(), "{restated}");
}

#[test]
fn the_admission_in_the_readme_is_one_and_grants_a_mandate_over_treaties() {
    let readme = include_str!("../../README.md");
    let block = readme.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the admission");
    let events: Vec<Value> = block.lines().map(|line| event(serde_json::from_str(line).expect("JSON"))).collect();
    let mandates: Vec<&Value> =
        events.iter().map(|event| &event["mandate_granted"]).filter(|it| !it.is_null()).collect();
    assert!(mandates.iter().any(|mandate| mandate["treaties"].is_array()), "{mandates:?}");
    assert!(mandates.iter().any(|mandate| mandate["countries"] == json!(["XX"])), "{mandates:?}");
}

#[test]
fn a_word_that_nothing_can_have_as_its_name_is_not_repeated_whole() {
    let endless = || "x".repeat(60_000);
    let notice = |treaty: &str, participant: &str, body: Value| {
        let mut item = json!({"treaty": treaty, "participant": participant});
        item["withdrawal_notified"] = body;
        item
    };
    let deposited = |date: &str, mode: &str| json!({"mode": mode, "received_by_depositary": date});
    let deposit = |date: &str, mode: &str| json!({"treaty": "APMBC", "participant": "POL", "instrument_deposited": deposited(date, mode)});
    for item in [
        notice("APMBC", &endless(), json!({})),
        notice(&endless(), "POL", json!({})),
        notice("APMBC", "POL", json!({ endless(): "a" })),
        deposit("2025-08-20", &endless()),
        deposit(&endless(), "accession"),
        json!({"treaty": "APMBC", "participant": "POL", "documents": [endless()], "withdrawal_notified": {"styled": "withdrawal"}}),
        json!({"subject": endless(), "withdrawal_notified": {}}),
        json!({ endless(): {} }),
    ] {
        let error = drafted(item).expect_err("refused").remove(0);
        let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |it| it.source());
        let told: Vec<String> = causes.map(ToString::to_string).collect();
        assert!(told.iter().all(|told| told.chars().count() < 1_000), "{:.300}", told.join(": "));
    }
}
