//! The timeline as people see it, at 80 columns.

use super::*;
use crate::client::reply::{
    AboutAct, ChangedField, CourseSpan, Event, EventBody, EventPosition, HoldsAt, Source, StatusCourse, Timestamp,
    WithdrawalNotified,
};

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
        ..Act::default()
    }
}

#[test]
fn a_treaty_is_shown_with_the_entry_that_gave_its_clauses_and_what_stood_before() {
    use crate::client::reply::{EarlierRegistration, body::TreatyRegistered, clauses::Clauses};
    let at = |index| Some(EventPosition { index, ..EventPosition::default() });
    let registered = TreatyRegistered {
        short_names: vec!["AP Ban".into()],
        clauses: Some(Clauses { version: "2026-1".into(), ..Clauses::default() }),
        ..TreatyRegistered::default()
    };
    let earlier = EarlierRegistration {
        position: at(12),
        names: vec!["Mine Ban".into(), "AP Ban".into()],
        clauses_version: "1997-1".into(),
    };
    let corrected = TreatyEntry {
        id: "untc:T".into(),
        registered: Some(registered),
        position: at(12),
        corrected: at(54),
        earlier: vec![earlier],
    };
    let told = |treaty: &TreatyEntry| {
        let text: Vec<String> = shown(treaty).iter().map(|block| block.text(80)).collect();
        text.join("\n").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let text = told(&corrected);
    let says =
        "These are the clauses of entry 54 (version 2026-1), a correction. Before it stood: entry 12 (version 1997-1).";
    assert!(text.contains(says), "{text}");
    assert!(text.contains("earlier short names Mine Ban corrected at index 54"), "{text}");
    let text = told(&TreatyEntry { corrected: None, earlier: vec![], ..corrected });
    assert!(
        text.contains("These are the clauses of entry 12 (version 2026-1).") && !text.contains("earlier"),
        "{text}"
    );
}

#[test]
fn a_timeline_is_readable_at_80_columns() {
    let undated = Act { kind: "signature_affixed".into(), participant: "EST".into(), ..Act::default() };
    let answer = TimelineResponse { acts: vec![withdrawal(), undated], ..TimelineResponse::default() };
    let text = timeline(&answer).text(80);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["date", "who", "act"], "{text}");
    assert!(text.contains("Dziennik Ustaw 2025 poz. 1514; entry 23 by pl-desk"), "{text}");
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
            "suspension notified, until the end, parties informed on 2025-07-21",
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
        let in_vain = Act { changes_nothing: act.kind == "event_corrected", ..act };
        assert_eq!(super::sentence(&in_vain), sentence.replace("it now reads", "it would read"));
    }
}

#[test]
fn what_became_of_an_act_is_told_in_its_row_and_the_other_rows_name_it() {
    let at = |index| Some(EventPosition { index, ..EventPosition::default() });
    let effective = crate::client::reply::SubmissionState {
        status: crate::client::reply::SubmissionStatus::Effective.into(),
        ..Default::default()
    };
    let corrected = Act {
        corrected_by: at(31).into_iter().collect(),
        date_first_stated: "2025-08-05".into(),
        rivals: [at(24), at(25)].into_iter().flatten().collect(),
        ..withdrawal()
    };
    let retracted = Act { retracted_by: at(32), state: Some(effective), rivals: vec![], ..withdrawal() };
    let passed_over = Act { rivals: at(23).into_iter().collect(), passed_over: true, ..withdrawal() };
    let changed = ChangedField {
        field: "received_by_depositary".into(),
        before: "2025-08-05".into(),
        after: "2025-08-20".into(),
    };
    let correction = Act {
        kind: "event_corrected".into(),
        about: at(23),
        about_act: Some(AboutAct {
            kind: "withdrawal_notified".into(),
            participant: "POL".into(),
            participant_name: "Poland".into(),
            date: "2025-08-05".into(),
        }),
        changes: vec![changed],
        position: at(31),
        ..Act::default()
    };
    let in_vain = Act { changes: Vec::new(), changes_nothing: true, position: at(33), ..correction.clone() };
    let retraction = Act { kind: "event_retracted".into(), about: at(30), position: at(32), ..Act::default() };
    let acts = vec![corrected, retracted, passed_over, correction, retraction, in_vain];
    let text = timeline(&TimelineResponse { acts, ..TimelineResponse::default() }).text(200);
    for told in [
        "corrected in entry 31; first dated 2025-08-05; the same act as in entries 24, 25, followed",
        "retracted in entry 32, counts for nothing",
        "the same act as in entry 23, not followed",
        "it corrects entry 23 (withdrawal notified, Poland, 2025-08-05): received by depositary was 2025-08-05, is \
         2025-08-20",
        "it takes back entry 30",
        "it corrects entry 23 (withdrawal notified, Poland, 2025-08-05), which had been taken back: it changes nothing",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
    assert!(!text.contains("effective"), "what is taken back is not in effect\n{text}");
}

#[test]
fn the_letters_of_a_drawing_are_in_order_below_it() {
    let act = |date: &str, index| Act {
        date: date.into(),
        position: Some(EventPosition { index, ..EventPosition::default() }),
        ..withdrawal()
    };
    let acts = vec![act("2025-08", 30), act("2025-08-20", 31), act("2025-08-25", 32)];
    let blocks = own_timeline(&TimelineResponse { acts, ..of_poland() });
    let Block::Chart { keyed, .. } = &blocks[0] else { panic!("{blocks:?}") };
    let text: String = keyed.iter().map(|block| block.text(80)).collect();
    let keys = text.lines().filter_map(|line| line.split_whitespace().next().filter(|word| word.len() == 1));
    assert_eq!(keys.collect::<Vec<_>>(), ["a", "b", "c"], "{text}");
}

fn of_poland() -> TimelineResponse {
    let span = |status: &str, from: &str, to: &str| CourseSpan {
        status: status.into(),
        from: from.into(),
        to: to.into(),
        effective: "2026-02-20".into(),
        ..CourseSpan::default()
    };
    let spans = vec![
        span("party", "", "2025-08-20"),
        span("party_withdrawal_pending", "2025-08-20", "2026-02-20"),
        span("former_party", "2026-02-20", ""),
    ];
    let undated = Act { position: Some(EventPosition::default()), date: String::new(), ..withdrawal() };
    TimelineResponse {
        acts: vec![withdrawal(), undated],
        courses: vec![StatusCourse { assuming: Vec::new(), spans }],
        holds_at: Some(HoldsAt {
            recorded_at: Some(Timestamp { seconds: 1_762_300_800, nanos: 0 }),
            ..HoldsAt::default()
        }),
        ..TimelineResponse::default()
    }
}

#[test]
fn the_timeline_of_one_participant_is_drawn_over_the_acts_that_its_letters_name() {
    let text = |width| own_timeline(&of_poland()).iter().map(|block| block.text(width)).collect::<Vec<_>>().join("\n");
    let wide = text(80);
    assert!(wide.contains("party, leaving 2025-08-20") && wide.contains("former party 2026-02-20"), "{wide}");
    assert!(wide.contains(" a    2025-08-20  withdrawal notified (denunciation)"), "{wide}");
    assert!(wide.contains("undated") && wide.contains("dotted: projected"), "{wide}");
    for width in [40, 60, 80, 120] {
        assert!(text(width).lines().all(|line| line.chars().count() <= usize::from(width)), "{}", text(width));
    }
}

#[test]
fn on_a_narrow_page_the_acts_are_told_where_they_stand() {
    let narrow = own_timeline(&of_poland())[0].text(60);
    assert!(narrow.contains(" 2025-08-20 a   % withdrawal notified (denunciation)"), "{narrow}");
    assert!(narrow.contains("                % > party, leaving"), "{narrow}");
    let month = TimelineResponse { acts: vec![Act { date: "2025-08".into(), ..withdrawal() }], ..of_poland() };
    let month = own_timeline(&month)[0].text(60);
    assert!(month.contains(" 2025-08-31 a ") && month.contains(" (2025-08)"), "{month}");
    assert!(narrow.contains("undated"), "what has no place in time is told too: {narrow}");
}

#[test]
fn a_timeline_up_to_a_day_is_drawn_up_to_it_and_counts_what_it_leaves_out() {
    let mut answer = TimelineResponse { at: "2025-10-10".into(), later_acts: 3, ..of_poland() };
    answer.courses[0].spans.pop();
    answer.courses[0].spans.iter_mut().next_back().unwrap().to.clear();
    let blocks = own_timeline(&answer);
    let text = blocks.iter().map(|block| block.text(80)).collect::<Vec<_>>().join("\n");
    assert!(text.contains("Up to 2025-10-10: 3 later acts left out."), "{text}");
    assert!(text.contains("party, leaving 2025-08-20") && !text.contains("former party"), "{text}");
    assert!(!text.contains("dotted"), "nothing is drawn behind the day: {text}");
    let left_out = |later_acts, later_reactions| {
        left_out(&TimelineResponse { later_acts, later_reactions, ..answer.clone() }).unwrap().text(80)
    };
    assert!(left_out(1, 0).contains("2025-10-10: 1 later act left out."));
    let with_them = "The status is told with all that is known";
    assert!(left_out(1, 0).contains(with_them) && !left_out(0, 1).contains(with_them));
    assert!(left_out(2, 1).contains("2 later acts and 1 later reaction of others left out."));
    assert!(left_out(0, 4).contains("2025-10-10: 4 later reactions of others left out."));
    assert!(left_out(0, 0).contains("nothing comes later"));
    assert_eq!(super::left_out(&of_poland()), None, "of all days nothing is left out");
}
