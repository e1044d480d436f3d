//! A status as people see it, at 80 columns.

use super::*;
use crate::client::reply::{
    CourseSpan, EventPosition, HoldsAt, Reaction, StatusChange, StatusCourse, StatusInterval, StatusOverlay, Timestamp,
};

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
        date_latest: String::new(),
    };
    StatusOutcome {
        status: status.into(),
        intervals: vec![StatusInterval { from: from.into(), ..StatusInterval::default() }],
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
fn a_resolution_that_decides_is_named_with_its_author() {
    let kind = "domestic_step_taken".into();
    let claims = Claims { kind, decided_by: "resolution".into(), resolution: cited(70), ..Claims::default() };
    let text = text_of(&TreatyStatusResponse { claims: vec![claims], ..answer(vec![]) });
    assert!(one_line(&text).contains("a resolution decides (entry 70 by desk)"), "{text}");
}

#[test]
fn the_clauses_that_were_applied_are_named() {
    let by = |version: &str| TreatyStatusResponse {
        clauses: cited(54),
        clauses_version: version.into(),
        ..answer(vec![outcome("party", "2013-06-01", "")])
    };
    assert!(text_of(&by("2026-1")).contains("Computed by the clauses of entry 54, version 2026-1."));
    assert!(text_of(&by("")).contains("Computed by the clauses of entry 54."));
    assert!(!text_of(&answer(vec![outcome("party", "2013-06-01", "")])).contains("Computed"));
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

fn course(assuming: &[&str], spans: &[(&str, &str)]) -> StatusCourse {
    let ends = spans.iter().skip(1).map(|(_, from)| *from).chain([""]);
    let spans = spans.iter().zip(ends).map(|((status, from), to)| CourseSpan {
        status: (*status).into(),
        from: (*from).into(),
        to: to.into(),
        effective: "2026-02-20".into(),
        ..CourseSpan::default()
    });
    StatusCourse { assuming: assuming.iter().map(|what| (*what).into()).collect(), spans: spans.collect() }
}

const LEAVING: &[(&str, &str)] = &[
    ("non_participant", ""),
    ("party", "2013-06-01"),
    ("party_withdrawal_pending", "2025-08-20"),
    ("former_party", "2026-02-20"),
];

#[test]
fn the_status_is_drawn_and_its_letters_are_those_of_the_reasons() {
    let courses = vec![course(&[], LEAVING)];
    let answer = TreatyStatusResponse {
        courses,
        ..answer(vec![outcome("party_withdrawal_pending", "2025-08-20", "2026-02-20")])
    };
    let text = text_of(&answer);
    let drawn = text.find(" status  ####").expect("a band");
    assert!(drawn < text.find("because").expect("reasons"), "the drawing comes before the reasons: {text}");
    for told in ["newest entry 2025-11-05", "asked 2026-03-01", "dotted: projected", "\n acts  "] {
        assert!(text.contains(told), "{told} is missing in\n{text}");
    }
    assert!(text.contains(" a    2025-08-20  a notice of 6 months"), "{text}");
}

#[test]
fn of_many_readings_with_one_course_two_are_told() {
    let readings: Vec<String> = (0..9).map(|at| format!("reading {at}")).collect();
    let readings: Vec<&str> = readings.iter().map(String::as_str).collect();
    let courses = vec![course(&readings, LEAVING), course(&["another"], &LEAVING[..2])];
    let text = text_of(&TreatyStatusResponse { courses, ..answer(vec![outcome("party", "2013-06-01", "")]) });
    assert!(text.contains("or if reading 1") && !text.contains("reading 2"), "{text}");
    assert!(text.contains("or if it is read in one of 7 further ways"), "{text}");
    let courses = vec![course(&readings[..3], LEAVING), course(&["another"], &LEAVING[..2])];
    let text = text_of(&TreatyStatusResponse { courses, ..answer(vec![outcome("party", "2013-06-01", "")]) });
    assert!(text.contains("or if it is read in one further way") && !text.contains("in one of 1"), "{text}");
}

#[test]
fn without_courses_nothing_is_drawn_and_nothing_has_a_letter() {
    let text = text_of(&answer(vec![outcome("party", "2013-06-01", "")]));
    assert!(!text.contains("status  ") && !text.contains("key"), "{text}");
}

#[test]
fn every_reading_is_drawn_up_to_four_and_the_others_are_counted() {
    let courses = (0..6).map(|at| course(&[&format!("reading {at}")], LEAVING)).collect();
    let answer = TreatyStatusResponse { courses, ..answer(vec![outcome("party", "2013-06-01", "")]) };
    let text = text_of(&answer);
    let told = ["if reading 0", "if reading 3", "2 further readings are not drawn"];
    assert!(told.iter().all(|told| text.contains(told)) && !text.contains("reading 4"), "{text}");
}

#[test]
fn a_contested_suspension_is_drawn_beside_the_status() {
    let text = drawn_with(&[("CHE", "objects", "2025-10-17", "")]);
    let told = [" others", "~~~~", "????", "suspension asserted 2025-07-18", "contested by CHE 2025-10-17"];
    assert!(told.iter().all(|told| text.contains(told)), "{text}");
    assert!(text.contains(" a    2025-10-17  CHE  objects  46"), "{text}");
}

#[test]
fn who_contests_a_suspension_is_counted_with_who_was_first() {
    let first = ("CHE", "objects", "2025-10-17", "");
    let later = [("AUT", "objects", "2025-12-02", ""), ("22MSP", "rejects", "2025-12-05", "")];
    let all = [first, later[0], later[1], ("CHE", "contests", "2025-12-09", "")];
    assert!(drawn_with(&all).contains("contested by 3, first CHE 2025-10-17"), "{}", drawn_with(&all));
    let before = drawn_with(&[first, ("AUT", "objects", "../2025-12-02", "")]);
    assert!(before.contains("contested, by 2 in all 2025-10-17"), "another may have been first: {before}");
    assert!(before.contains("asserted/contested 2025-07-18") && before.contains(" : one of these"), "{before}");
    let at_once = [first, ("AUT", "objects", "2025-10-17", "")];
    assert!(drawn_with(&at_once).contains("contested by 2 2025-10-17"), "{}", drawn_with(&at_once));
    let two_first = [at_once[0], at_once[1], later[1]];
    assert!(drawn_with(&two_first).contains("contested, by 3 in all 2025-10-17"), "{}", drawn_with(&two_first));
    let contest = drawn_with(&[("desk-xx", "contests", "2025-10-17", ""), ("CHE", "accepts", "2025-10-01", "")]);
    assert!(contest.contains("contested by 1 2025-10-17"), "a contest counts, who accepts does not: {contest}");
}

#[test]
fn an_objection_contests_a_suspension_from_its_day_to_that_of_its_withdrawal() {
    let withdrawn = ("CHE", "objects", "2025-08-17", "2025-09-20");
    let text = drawn_with(&[withdrawn]);
    let told = ["suspension asserted 2025-07-18", "contested by CHE 2025-08-17", "contested no more 2025-09-20"];
    assert!(told.iter().all(|told| text.contains(told)), "{text}");
    let band = text.lines().find(|line| line.starts_with(" beside")).unwrap();
    let looks: String = band.chars().filter(|glyph| "~?".contains(*glyph)).collect();
    let runs: Vec<char> =
        looks.chars().collect::<Vec<_>>().chunk_by(|one, other| one == other).map(|run| run[0]).collect();
    assert_eq!(runs, ['~', '?', '~'], "{text}");
    let again = drawn_with(&[withdrawn, ("AUT", "objects", "2025-10-10", "")]);
    assert!(again.contains("contested by AUT 2025-10-10"), "{again}");
    let overlap = drawn_with(&[withdrawn, ("AUT", "objects", "2025-09-01", "")]);
    assert!(overlap.contains("contested by 2, first CHE 2025-08-17") && !overlap.contains("no more"), "{overlap}");
    let before = drawn_with(&[("CHE", "objects", "2025-07-01", "2025-07-18")]);
    assert!(!before.contains('?'), "it was withdrawn before the suspension began: {before}");
}

/// A suspension since 2025-07-18 with what others say to it: who, stance, date, withdrawn.
fn drawn_with(reactions: &[(&str, &str, &str, &str)]) -> String {
    let reactions = (46..).zip(reactions).map(|(index, (by, stance, date, withdrawn))| Reaction {
        event: cited(index),
        by: (*by).into(),
        stance: (*stance).into(),
        date: (*date).into(),
        withdrawn: (*withdrawn).into(),
        ..Reaction::default()
    });
    let suspension = SuspensionAsserted {
        event: cited(44),
        by: "UKR".into(),
        since: "2025-07-18".into(),
        reactions: reactions.collect(),
        ..SuspensionAsserted::default()
    };
    let overlay = StatusOverlay { overlay: Some(Overlay::SuspensionAsserted(suspension)) };
    let answer = TreatyStatusResponse {
        overlays: vec![overlay.clone()],
        overlays_of_all_days: vec![overlay],
        courses: vec![course(&[], &[("non_participant", ""), ("party", "2006-06-01")])],
        ..answer(vec![StatusOutcome { status: "party".into(), ..StatusOutcome::default() }])
    };
    text_of(&answer)
}

#[test]
fn a_suspension_on_a_day_that_is_open_is_told_and_drawn_as_open() {
    let reaction = |by: &str, date: &str| Reaction {
        event: cited(46),
        by: by.into(),
        stance: "objects".into(),
        date: date.into(),
        ..Reaction::default()
    };
    let suspension = SuspensionAsserted {
        by: "UKR".into(),
        since: "2006".into(),
        begins: "2006-01-01".into(),
        begins_latest: "2006-08-31".into(),
        may_begin_later: true,
        may_be_contested_by: vec!["XWD".into()],
        reactions: vec![reaction("XWD", "2006-10")],
        ..SuspensionAsserted::default()
    };
    let overlay = StatusOverlay { overlay: Some(Overlay::SuspensionAsserted(suspension)) };
    let text = text_of(&TreatyStatusResponse {
        overlays: vec![overlay.clone()],
        overlays_of_all_days: vec![overlay],
        courses: vec![course(&[], &[("non_participant", ""), ("party", "2005-06-01")])],
        ..answer(vec![outcome("party", "2005-06-01", "")])
    });
    let told = one_line(&text);
    let since = "since a day from 2006-01-01 to 2006-08-31";
    assert!(told.contains(&format!("UKR may have asserted by then that it suspended the treaty {since}")), "{text}");
    assert!(told.contains("By then XWD may have contested it."), "{text}");
    let bands = [
        "none/asserted 2006-01-01",
        "suspension asserted 2006-08-31",
        "asserted/contested 2006-10-01",
        "contested by XWD 2006-10-31",
    ];
    assert!(bands.iter().all(|band| text.contains(band)), "{text}");
}

fn held(status: &str, until: &str, effective: &str, may_not_end: bool) -> StatusHeld {
    StatusHeld {
        status: status.into(),
        until: until.into(),
        effective: effective.into(),
        may_not_end,
        ..StatusHeld::default()
    }
}

#[test]
fn each_status_that_a_line_may_have_is_told_with_its_own_days() {
    let party = StatusHeld { bound: true, since: "2001-01-01".into(), ..held("party", "2014-01-01", "", false) };
    let former = StatusHeld { since: "2014-01-01".into(), ..held("former_party", "", "", false) };
    let standing = Standing {
        treaty_name: "APMBC".into(),
        suspension_asserted: true,
        suspension_uncertain: true,
        held: vec![party, former],
        ..Standing::default()
    };
    let text = standings(&[standing])[0].text(80);
    let lines: Vec<String> = text.lines().map(one_line).collect();
    assert_eq!(lines[1], "APMBC party open: bound 2001-01-01 2014-01-01", "{text}");
    assert!(lines[2].starts_with("or former party, suspension") && lines[2].contains("2014-01-01"), "{text}");
    assert!(one_line(&text).contains("open whether on that day"), "{text}");
    assert!(one_line(&text).contains("not all readings"), "it does not say that it is complete: {text}");
}

#[test]
fn the_end_of_a_notice_reads_as_the_way_out_only_where_it_is() {
    let ends = |status: &str, until: &str, effective: &str| status_ends(&held(status, until, effective, false));
    assert_eq!(ends("party_withdrawal_pending", "2025-12-27", "2025-12-27"), "2025-12-27");
    assert_eq!(ends("party_withdrawal_pending", "2027-02-20", ""), "2027-02-20: notice ends, still bound");
    assert_eq!(ends("party_withdrawal_pending", "2027-02-20", "2028-01-01"), "2027-02-20: notice ends, out 2028-01-01");
    assert_eq!(ends("contracting", "2027-02-20", ""), "2027-02-20");
    assert_eq!(ends("party", "", ""), "");
}

#[test]
fn readings_that_differ_in_the_day_alone_are_one_status_with_both_days() {
    let interval = |from: &str, latest: &str| StatusInterval {
        from: from.into(),
        from_latest: latest.into(),
        ..StatusInterval::default()
    };
    let outcome =
        |status: &str, intervals| StatusOutcome { status: status.into(), intervals, ..StatusOutcome::default() };
    let former = outcome("former_party", vec![interval("2026-02-01", "2026-02-28")]);
    let answer = TreatyStatusResponse { outcomes: vec![former], complete: true, ..TreatyStatusResponse::default() };
    let told = headline(&answer, None);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].ends_with("out since a day from 2026-02-01 to 2026-02-28."), "{told:?}");
}

#[test]
fn a_day_on_which_it_may_not_end_is_the_earliest_and_not_the_day() {
    let leaving = StatusOutcome {
        intervals: vec![StatusInterval { to: "2007-05-05".into(), ..StatusInterval::default() }],
        may_not_end: true,
        ..outcome("party_withdrawal_pending", "2006-05-05", "2007-05-05")
    };
    let text = one_line(&text_of(&answer(vec![leaving])));
    assert!(text.contains("as known on 2025-11-05: leaving on 2007-05-05 at the earliest."), "{text}");
    let ends = |status: &str, until: &str, effective: &str| status_ends(&held(status, until, effective, true));
    assert_eq!(ends("party_withdrawal_pending", "2007-05-05", "2007-05-05"), "2007-05-05 at the earliest");
    let notice_ends = "2006-11-05: notice ends, out 2007-05-05 at the earliest";
    assert_eq!(ends("party_withdrawal_pending", "2006-11-05", "2007-05-05"), notice_ends);
    assert_eq!(ends("party_withdrawal_deferred_conflict", "2007-05-05", ""), "2007-05-05 at the earliest");
}

#[test]
fn open_days_in_a_table_do_not_read_as_its_beginning_and_its_end() {
    let standing = |since_latest: &str| Standing {
        treaty_name: "APMBC".into(),
        held: vec![StatusHeld {
            since: "2005-07-01".into(),
            since_latest: since_latest.into(),
            ..held("party", "", "", false)
        }],
        complete: true,
        ..Standing::default()
    };
    for width in [60, 80] {
        let text: Vec<String> = standings(&[standing("2006-06-01")]).iter().map(|block| block.text(width)).collect();
        let text = one_line(&text.join("\n"));
        assert!(
            text.contains("2005-07-01 ..") && text.contains("on one of the days from the one to the other"),
            "{text}"
        );
        assert!(!text.contains("2005-07-01 to"), "{text}");
    }
    assert_eq!(standings(&[standing("")]).len(), 1, "nothing is open");
}

#[test]
fn of_statements_that_no_status_goes_by_none_is_told_as_followed() {
    let event = |ordinal| {
        let position = EventPosition { index: 169, ordinal, organisation: "desk".into(), ..EventPosition::default() };
        Some(CitedEvent { position: Some(position), verified: false })
    };
    let statements: Vec<Claim> =
        (0..2).map(|ordinal| Claim { event: event(ordinal), followed: true, ..Claim::default() }).collect();
    let of = |compared_alone| Claims {
        kind: "effect_stated".into(),
        statements: statements.clone(),
        compared_alone,
        ..Claims::default()
    };
    let told = |compared_alone| one_line(&claims(&of(compared_alone)).map(|block| block.text(80)).join("\n"));
    assert!(told(false).starts_with("the treaty's own entry into force: stated 2 times"), "{}", told(false));
    assert!(told(false).contains("followed") && !told(false).contains("compared"), "{}", told(false));
    assert!(!told(true).contains("followed"), "{}", told(true));
    assert!(
        told(true).contains("it is compared with the computed day, and the status does not go by it"),
        "{}",
        told(true)
    );
    assert!(told(true).contains("169 (event 1)") && told(true).contains("169 (event 2)"), "{}", told(true));
}

/// What is told of something beside a status, and the drawing of it.
fn with_beside(overlay: Overlay) -> String {
    let overlay = StatusOverlay { overlay: Some(overlay) };
    text_of(&TreatyStatusResponse {
        overlays: vec![overlay.clone()],
        overlays_of_all_days: vec![overlay],
        courses: vec![course(&[], &[("non_participant", ""), ("party", "2005-06-01")])],
        ..answer(vec![outcome("party", "2005-06-01", "")])
    })
}

#[test]
fn who_contested_a_suspension_and_may_have_withdrawn_that_is_told_apart_from_who_may_have_contested_it() {
    let told = |sure: &[&str], open: &[&str], later: &[&str]| {
        let words = |by: &[&str]| by.iter().map(|by| (*by).to_owned()).collect::<Vec<_>>();
        let suspension = SuspensionAsserted {
            by: "UKR".into(),
            since: "2006-01-01".into(),
            contested_by: words(sure),
            may_be_contested_by: words(&[open, later].concat()),
            may_have_withdrawn: words(open),
            ..SuspensionAsserted::default()
        };
        one_line(&with_beside(Overlay::SuspensionAsserted(suspension)))
    };
    for (sure, open, later, sentence) in [
        (&["CHE"][..], &[][..], &[][..], "Contested by CHE."),
        (&[], &["R52"], &[], "Contested by R52, which may have withdrawn that by then."),
        (&[], &[], &["XWD"], "By then XWD may have contested it."),
        (&["CHE"], &[], &["XWD"], "Contested by CHE; by then XWD may have, too."),
        (&["CHE"], &["R52"], &[], "Contested by CHE; contested by R52, which may have withdrawn that by then."),
        (&[], &[], &[], "Nobody is recorded to contest it."),
    ] {
        let text = told(sure, open, later);
        assert!(text.contains(sentence), "{text}");
    }
}

#[test]
fn a_territorial_declaration_keeps_every_doubt_about_it() {
    let unit = |since: &str, index| ReplacedUnit { unit: "Isle".into(), by: cited(index), since: since.into() };
    let text = one_line(&with_beside(Overlay::TerritorialScope(Declared {
        made: "2014-05-31".into(),
        units: vec!["Isle".into()],
        uncertain: true,
        may_begin_later: true,
        may_be_replaced: vec![unit("2014-06", 5)],
        contradicted_by: vec![unit("2014-05-31", 6), unit("2014-05", 7)],
        ..Declared::default()
    })));
    for told in [
        "By then it may not have begun yet.",
        "Of Isle a later declaration may tell by then: since 2014-06 (entry 5).",
        "Of Isle a declaration that is of the same day says the contrary: since 2014-05-31 (entry 6). Neither is",
        "Of Isle a declaration that may be of the same day says the contrary: since 2014-05 (entry 7). If it is, neither is",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
}

#[test]
fn what_is_applied_provisionally_on_uncertain_days_alone_is_drawn_as_open() {
    let applied = |uncertain| ProvisionalApplication {
        scope: "Article 1".into(),
        since: "2005-01-10".into(),
        until: "2005-06-01".into(),
        uncertain,
        ..ProvisionalApplication::default()
    };
    let (sure, open) = (applied(false), applied(true));
    let drawn = |found| with_beside(Overlay::ProvisionalApplication(found));
    assert!(drawn(sure).contains("applied provisionally 2005-01-10"));
    let text = drawn(open);
    assert!(text.contains("none/provisional 2005-01-10") && !text.contains("applied provisionally 2005"), "{text}");
}
