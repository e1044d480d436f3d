//! A status as people see it, at 80 columns.

use super::*;
use crate::client::reply::{EventPosition, HoldsAt, StatusChange, StatusInterval, StatusOverlay, Timestamp};

fn cited(index: u64) -> Option<CitedEvent> {
    let position = EventPosition { index, organisation: "desk".into(), ..EventPosition::default() };
    Some(CitedEvent { position: Some(position), verified: false })
}

fn outcome(status: &str, from: &str, effective: &str) -> StatusOutcome {
    let step = StatusStep {
        rule: "withdrawal_notice".into(),
        article: "20".into(),
        event: cited(46),
        date: "2025-08-20".into(),
        sentence: "a notice of 6 months begins to run; it is over on 2026-02-20, unless a conflict is asserted".into(),
    };
    StatusOutcome {
        status: status.into(),
        intervals: vec![StatusInterval { from: from.into(), to: String::new() }],
        effective: effective.into(),
        steps: vec![step],
        could_change: vec![StatusChange { code: "revocation".into(), sentence: "a revocation before it".into() }],
        ..StatusOutcome::default()
    }
}

fn answer(outcomes: Vec<StatusOutcome>) -> TreatyStatusResponse {
    TreatyStatusResponse {
        treaty_name: "APMBC".into(),
        participant_name: "Poland".into(),
        at: "2026-03-01".into(),
        complete: true,
        outcomes,
        holds_at: Some(HoldsAt {
            size: 47,
            recorded_at: Some(Timestamp { seconds: 1_762_300_800, nanos: 0 }),
            policy: 1,
            ..HoldsAt::default()
        }),
        ..TreatyStatusResponse::default()
    }
}

fn text_of(answer: &TreatyStatusResponse) -> String {
    let tables = shown(answer, None).into_iter();
    let text = tables.map(|block| block.text(80)).collect::<Vec<_>>().join("\n\n");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_answer_comes_first_in_a_sentence() {
    for (status, from, effective, sentence) in [
        ("party", "2013-06-01", "", "Poland is a party to APMBC on 2026-03-01, as known on 2025-11-05."),
        (
            "former_party",
            "2026-02-20",
            "2026-02-20",
            "Poland is a former party to APMBC on 2026-03-01, as known on 2025-11-05: out since 2026-02-20.",
        ),
        (
            "party_withdrawal_pending",
            "2025-08-20",
            "2026-02-20",
            "Poland is a party to APMBC on 2026-03-01, as known on 2025-11-05: leaving on 2026-02-20.",
        ),
    ] {
        let text = one_line(&text_of(&answer(vec![outcome(status, from, effective)])));
        assert!(text.starts_with(sentence), "{text}");
        assert!(text.contains("what could still change it - a revocation"), "{text}");
    }
    let projected = TreatyStatusResponse { projected: true, ..answer(vec![outcome("party", "2013-06-01", "")]) };
    assert!(one_line(&text_of(&projected)).starts_with("Poland is projected to be a party to APMBC"));
}

#[test]
fn an_open_question_is_told_with_every_outcome_and_what_it_assumes() {
    let mut party = outcome("party", "2013-06-01", "");
    party.assuming = vec!["withdrawal notified on 2025-09-30".into()];
    let text = one_line(&text_of(&answer(vec![outcome("former_party", "2026-02-20", ""), party])));
    assert!(text.contains("does not settle how Poland stands"), "{text}");
    assert!(text.contains("- a former party to APMBC: out since 2026-02-20 - a party to APMBC"), "{text}");
    assert!(text.contains("assuming: - withdrawal notified on 2025-09-30"), "{text}");
}

#[test]
fn a_suspension_names_who_contests_it_and_the_status_stands() {
    let suspension = SuspensionAsserted {
        event: cited(44),
        by: "UKR".into(),
        since: "2025-07-18".into(),
        contested_by: vec!["CHE".into(), "22MSP".into()],
        ..SuspensionAsserted::default()
    };
    let overlay = StatusOverlay { overlay: Some(Overlay::SuspensionAsserted(suspension)) };
    let answer = TreatyStatusResponse { overlays: vec![overlay], ..answer(vec![outcome("party", "2006-06-01", "")]) };
    let text = one_line(&text_of(&answer));
    assert!(text.contains("UKR asserts that it suspended the treaty since 2025-07-18; the status stands."), "{text}");
    assert!(text.contains("Contested by CHE, 22MSP."), "{text}");
}
