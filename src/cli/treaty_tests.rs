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
        state: None,
    }
}

#[test]
fn a_timeline_is_readable_at_80_columns() {
    let undated = Act { kind: "signature_affixed".into(), participant: "EST".into(), ..Act::default() };
    let text = timeline(&[withdrawal(), undated]).text(80);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["date", "who", "act", "source", "recorded", "by", "index"], "{text}");
    assert_eq!(lines[1][..2], ["2025-08-20", "POL"], "{text}");
    assert!(text.contains("withdrawal notified") && text.contains("undated"), "{text}");
    assert_eq!(sentence(&withdrawal()), "withdrawal notified (denunciation)");
}
