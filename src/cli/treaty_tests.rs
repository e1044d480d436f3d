//! The timeline as people see it, at 80 columns.

use super::*;
use crate::client::reply::{Event, EventBody, EventPosition, Source, WithdrawalNotified};

fn withdrawal() -> Act {
    let body = WithdrawalNotified { styled: 2, received_by_depositary: "2025-08-20".into(), ..Default::default() };
    let event = Event {
        source: Some(Source { class: 4, name: "Dziennik Ustaw 2025 poz. 1514".into(), ..Source::default() }),
        body: Some(EventBody::WithdrawalNotified(body)),
        ..Event::default()
    };
    Act {
        date: "2025-08-20".into(),
        kind: "withdrawal_notified".into(),
        participant: "POL".into(),
        event: Some(event),
        position: Some(EventPosition { index: 23, organisation: "pl-desk".into(), ..EventPosition::default() }),
        findings: vec![],
    }
}

#[test]
fn a_timeline_is_readable_at_80_columns() {
    let undated = Act { kind: "signature_affixed".into(), participant: "EST".into(), ..Act::default() };
    let text = timeline(&[withdrawal(), undated], &[]).text(80);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["date", "who", "act", "source", "recorded", "by", "index"], "{text}");
    assert_eq!(lines[1][..2], ["2025-08-20", "POL"], "{text}");
    assert!(text.contains("withdrawal notified") && text.contains("undated"), "{text}");
    assert_eq!(sentence(&withdrawal()), "withdrawal notified (denunciation)");
}

#[test]
fn every_kind_of_act_is_told_in_words() {
    use crate::client::reply::body::*;
    let reference = || Some(EventReference { organisation: "pl-desk".into(), event_id: "an id".into() });
    let restated = Event { body: withdrawal().event.and_then(|event| event.body), ..Event::default() };
    let told = [
        ("withdrawal_revoked", EventBody::WithdrawalRevoked(WithdrawalRevoked::default()), "withdrawal revoked"),
        (
            "effect_stated",
            EventBody::EffectStated(EffectStated { effect: 2, effective: "2026-02-20".into() }),
            "effect of the withdrawal stated",
        ),
        (
            "suspension_notified",
            EventBody::SuspensionNotified(SuspensionNotified {
                circulated: "2025-07-21".into(),
                claimed_until: "the end".into(),
                ..Default::default()
            }),
            "suspension notified, until the end, parties informed 2025-07-21",
        ),
        (
            "objection_lodged",
            EventBody::ObjectionLodged(ObjectionLodged { grounds: "no basis".into(), ..Default::default() }),
            "objection lodged: no basis",
        ),
        (
            "conflict_status_asserted",
            EventBody::ConflictStatusAsserted(ConflictStatusAsserted {
                conflict: "a conflict".into(),
                engagement: 1,
                until: "2026-05-01".into(),
                asserted_by: "XXX".into(),
                ..Default::default()
            }),
            "engaged in a conflict until 2026-05-01, as XXX asserts",
        ),
        (
            "treaty_body_decided",
            EventBody::TreatyBodyDecided(TreatyBodyDecided {
                body: "22MSP".into(),
                text: "It is not allowed.".into(),
                stance: 2,
                ..Default::default()
            }),
            "22MSP decided (rejects): It is not allowed.",
        ),
        (
            "event_corrected",
            EventBody::EventCorrected(Box::new(EventCorrected {
                target: reference(),
                reason: "a slip".into(),
                restated: Some(Box::new(restated)),
            })),
            "event corrected: a slip, it now reads: withdrawal notified (denunciation)",
        ),
    ];
    for (kind, body, sentence) in told {
        let act =
            Act { kind: kind.into(), event: Some(Event { body: Some(body), ..Event::default() }), ..Act::default() };
        assert_eq!(super::sentence(&act), sentence);
    }
}

#[test]
fn a_corrected_act_names_its_correction() {
    use crate::client::reply::body::*;
    let target = Some(EventReference { organisation: "pl-desk".into(), event_id: "an id".into() });
    let mut corrected = withdrawal();
    corrected.position.as_mut().unwrap().event_id = "an id".into();
    let body = EventCorrected { target, reason: "a slip".into(), restated: None };
    let correction = Act {
        kind: "event_corrected".into(),
        event: Some(Event { body: Some(EventBody::EventCorrected(Box::new(body))), ..Event::default() }),
        position: Some(EventPosition { index: 31, ..EventPosition::default() }),
        ..Act::default()
    };
    let text = timeline(&[corrected, correction], &[]).text(120);
    assert!(text.contains("corrected in entry 31"), "{text}");
}
