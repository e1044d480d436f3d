//! The contradictions that were found in the public record: the demonstration's answers
//! show both sides, and no status comes from the weaker one.

use merestone::client::{
    OnDay,
    reply::{Claims, EventBody, TimelineResponse, TreatyStatusResponse},
};

use crate::{demonstration::*, process::merestone};

const T: &str = "untc:XXVI-5";
const PROTOCOL: &str = "untc:XXVI-2-b";
const CLUSTER: &str = "untc:XXVI-6";
const TODAY: &str = "2026-03-01";

/// Number, treaty, participant, name of the act, what decides, dates of what is followed,
/// dates of the others.
type Row<'a> = (u32, &'a str, &'a str, &'a str, &'a str, &'a [&'a str], &'a [&'a str]);

const ROWS: [Row<'_>; 15] = [
    (1, T, "LVA", "Latvia, vote of the Saeima 2025", "nothing", &["2025-04-16", "2025-04-16"], &[]),
    (2, T, "LVA", "Latvia, signature of the law by the President 2025", "nothing", &["2025-04-23", "2025-04-24"], &[]),
    (3, CLUSTER, "LTU", "Lithuania, vote of the Seimas on the CCM", "nothing", &["2024-07-18", "2024-07-18"], &[]),
    (4, T, "POL", "Poland, act of the Sejm 2025", "source", &["2025-06-25"], &["2025-06-25", "2025-06-26"]),
    (5, T, "POL", "Poland, vote of the Senate 2025", "source", &["2025-07-17"], &["2025-08-17"]),
    (6, T, "POL", "Poland, signature of the act by the President 2025", "source", &["2025-07-24"], &["2025-07-16"]),
    (7, T, "UKR", "Ukraine, vote of the Verkhovna Rada 2025", "source", &["2025-07-15"], &["2025-07-15", "2025-07-15"]),
    (8, T, "UKR", "Ukraine, notification of the suspension 2025", "source", &["2025-07-18"], &["2025-06"]),
    (9, T, "UKR", "Ukraine, decree 441/2025", "nothing", &["2025-06-29", "2025-06-30"], &[]),
    (10, T, "TON", "Tonga, accession to the APMBC", "source", &["2025-06-25"], &["2025-06-26"]),
    (
        11,
        T,
        "LTU",
        "Lithuania, effect of the withdrawal from the APMBC",
        "nothing",
        &["2025-05-08", "2025-11-08", "2025-12-27"],
        &[],
    ),
    (12, T, "LTU", "Lithuania, consent to the APMBC", "source", &["2003-05-12"], &[""]),
    (13, T, "FIN", "Finland, withdrawal from the APMBC", "source", &["2025-07-10"], &["2024-07"]),
    (18, PROTOCOL, "BLR", "Belarus, consent to CCW Amended Protocol II", "source", &["2004-03-02"], &["2000-09-13"]),
    (19, PROTOCOL, "GTM", "Guatemala, consent to CCW Amended Protocol II", "source", &["2001-10-29"], &["2002-08-30"]),
];

fn dates(claims: &Claims, followed: bool) -> Vec<&str> {
    let own = claims.statements.iter().filter(|claim| claim.followed == followed);
    let mut dates: Vec<&str> = own.map(|claim| claim.date.as_str()).collect();
    dates.sort_unstable();
    dates
}

#[tokio::test]
async fn accounts_that_differ_say_in_what() {
    let asked = Asked::begin().await;
    let votes = |said: &str| ("votes".to_owned(), said.to_owned());
    let pursues = |said: &str| ("pursues".to_owned(), said.to_owned());
    for (treaty, who, act, says) in [
        (
            T,
            "LVA",
            "Latvia, vote of the Saeima 2025",
            [votes("66 to 14, 2 abstained"), votes("68 to 14, abstentions none or not stated")],
        ),
        (
            CLUSTER,
            "LTU",
            "Lithuania, vote of the Seimas on the CCM",
            [votes("103 to 0, 4 abstained"), votes("103 to 1, 3 abstained")],
        ),
        (T, "UKR", "Ukraine, vote of the Verkhovna Rada 2025", [pursues("suspension"), pursues("withdrawal")]),
    ] {
        let answer = asked.status(treaty, who, TODAY, NOW).await;
        let said = |found: &Claims| -> Vec<(String, String)> {
            let fields = found.statements.iter().flat_map(|claim| claim.differs.clone());
            fields.map(|said| (said.field, said.says)).collect()
        };
        let said = said(claims(&answer, act));
        assert!(says.iter().all(|it| said.contains(it)), "{act}: {said:?}");
    }
    let answer = asked.status(T, "LTU", TODAY, NOW).await;
    let found = claims(&answer, "Lithuania, consent to the APMBC");
    let modes = found.statements.iter().flat_map(|claim| &claim.differs).filter(|said| said.field == "mode");
    assert_eq!(modes.map(|said| &*said.says).collect::<Vec<_>>(), ["ratification", "accession"]);
}

#[tokio::test]
async fn both_sides_of_a_rival_claim_are_shown_with_what_decides() {
    let asked = Asked::begin().await;
    for (number, treaty, who, act, decided_by, followed, others) in ROWS {
        let answer = asked.status(treaty, who, TODAY, NOW).await;
        let found = claims(&answer, act);
        assert_eq!(found.decided_by, decided_by, "{number}: {act}");
        assert_eq!(dates(found, true), followed, "{number}: {act}");
        assert_eq!(dates(found, false), others, "{number}: {act}");
        let sources: Vec<_> = found.statements.iter().map(|claim| claim.source_name.as_str()).collect();
        assert!(sources.iter().all(|name| !name.is_empty()), "{number}: {sources:?}");
    }
}

/// Where nothing decides, the act has no effect on the status: one outcome is left.
#[tokio::test]
async fn no_contradiction_leaves_a_status_open_or_moves_one() {
    let asked = Asked::begin().await;
    for (treaty, who, at, status, since) in [
        (T, "LVA", TODAY, "former_party", "2025-12-27"),
        (T, "LTU", TODAY, "former_party", "2025-12-27"),
        (T, "LTU", "2025-11-08", "party_withdrawal_pending", "2025-06-27"),
        (T, "LTU", "2025-05-08", "party", "2003-11-01"),
        (T, "POL", TODAY, "former_party", "2026-02-20"),
        (T, "UKR", TODAY, "party", "2006-06-01"),
        (T, "FIN", TODAY, "former_party", "2026-01-10"),
        (T, "FIN", "2025-07-09", "party", "2012-07-01"),
        (T, "TON", TODAY, "party", "2025-12-01"),
        (T, "SSD", TODAY, "party", "2011-07-09"),
        (CLUSTER, "LTU", TODAY, "former_party", "2025-03-06"),
        (PROTOCOL, "BLR", TODAY, "party", "2004-09-02"),
        (PROTOCOL, "GTM", TODAY, "party", "2002-04-29"),
        (PROTOCOL, "CMR", TODAY, "party", "2007-06-07"),
    ] {
        let answer = asked.status(treaty, who, at, NOW).await;
        let [outcome] = answer.outcomes.as_slice() else { panic!("{who}: {:?}", answer.outcomes) };
        let told: Vec<_> = outcome.intervals.iter().map(|interval| interval.from.as_str()).collect();
        assert_eq!((outcome.status.as_str(), told), (status, vec![since]), "{who} under {treaty} on {at}");
        assert!(answer.complete && outcome.assuming.is_empty(), "{who}: {:?}", outcome.assuming);
    }
}

/// As known on every day of the story: a weaker source that is recorded first, or alone,
/// would show here.
#[tokio::test]
async fn on_no_day_of_the_story_a_status_comes_from_the_weaker_source() {
    let asked = Asked::begin().await;
    for (who, known_on, status) in [
        ("LTU", "2025-05-08", "party"),
        ("LTU", "2025-11-08", "party_withdrawal_pending"),
        ("FIN", "2025-07-09", "party"),
        ("FIN", "2025-07-14", "party_withdrawal_pending"),
        ("POL", "2025-08-18", "party"),
        ("UKR", "2025-06-30", "party"),
        ("UKR", "2025-07-18", "party"),
        ("TON", "2025-06-24", "non_participant"),
        ("TON", "2025-06-25", "contracting"),
        ("TON", "2025-06-26", "contracting"),
    ] {
        let told = asked.told(T, who, known_on, known_on).await;
        assert_eq!(told.0, status, "{who} on {known_on}, as known then");
    }
}

#[tokio::test]
async fn c14_the_convention_entered_into_force_in_1999_and_the_page_that_says_2009_is_remarked() {
    let asked = Asked::begin().await;
    let answer = asked.status(T, "Canada", "2000-01-01", NOW).await;
    let found = answer.claims.iter().find(|claims| claims.kind == "effect_stated").expect("rival statements");
    assert_eq!((found.decided_by.as_str(), dates(found, true)), ("source", vec!["1999-03-01"]));
    assert_eq!(dates(found, false), ["2009-03-01"]);
    let differs = answer.findings.iter().find(|finding| finding.code == "stated_vs_computed").expect("a finding");
    assert!(differs.message.contains("2009-03-01") && differs.message.contains("1999-03-01"), "{}", differs.message);
    assert_eq!(answer.outcomes[0].intervals[0].from, "1999-03-01");
}

fn contested(answer: &TreatyStatusResponse, kind: &str) -> Vec<(String, String)> {
    let own = answer.claims.iter().filter(|claims| claims.kind == kind);
    let contests = own.flat_map(|claims| &claims.statements).flat_map(|claim| &claim.contests);
    contests.map(|contest| (contest.by.clone(), contest.grounds.clone())).collect()
}

#[tokio::test]
async fn c15_c17_and_c20_what_is_contested_says_by_whom_and_why() {
    let asked = Asked::begin().await;
    let answer = asked.status(T, "Canada", TODAY, NOW).await;
    let adopted = contested(&answer, "treaty_registered");
    let by: Vec<_> = adopted.iter().map(|(by, _)| by.as_str()).collect();
    assert_eq!(by, ["Babel", "Polska Zbrojna"], "{adopted:?}");
    let answer = asked.status(T, "South Sudan", TODAY, NOW).await;
    let [(by, grounds)] = contested(&answer, "succession_notified").try_into().unwrap();
    assert!(by.contains("Monitor") && grounds.contains("Acceded on 11 November 2011"), "{by}: {grounds}");
    let answer = asked.status(PROTOCOL, "Cameroon", TODAY, NOW).await;
    let [(by, grounds)] = contested(&answer, "effect_stated").try_into().unwrap();
    assert!(by.starts_with("desk-") && grounds.contains("Before the consent"), "{by}: {grounds}");
    let answer = asked.status(T, "Poland", TODAY, NOW).await;
    let senate = claims(&answer, "Poland, vote of the Senate 2025");
    let august = senate.statements.iter().find(|claim| !claim.followed).unwrap();
    assert_eq!(august.contests.len(), 1, "the order of dates is impossible");
}

/// What was said about somebody or something, as reported.
fn reported(timeline: &TimelineResponse) -> Vec<(String, u64, String)> {
    let told = timeline.acts.iter().filter_map(|act| match act.event.as_ref()?.body.as_ref()? {
        EventBody::StatementReported(body) => Some((act.event.as_ref()?.act.clone(), body)),
        _ => None,
    });
    let mut told: Vec<_> = told.map(|(act, body)| (act, body.quantity, body.stated.clone())).collect();
    told.sort();
    told
}

#[tokio::test]
async fn c16_each_number_of_parties_is_true_for_some_definition_and_day() {
    let asked = Asked::begin().await;
    let timeline = asked.client.timeline("APMBC", None, &OnDay::default()).await.unwrap();
    let act = "APMBC, number of parties in the middle of 2025";
    let stated: Vec<u64> =
        reported(&timeline).iter().filter(|(of, ..)| of == act).map(|(_, number, _)| *number).collect();
    assert_eq!(stated, [163, 164, 165, 166]);
    for (at, definition, number) in [
        ("2025-12-27", "in_force", 163),
        ("2025-06-29", "in_force", 164),
        ("2025-06-24", "deposited", 165),
        ("2025-06-25", "deposited", 166),
    ] {
        assert_eq!(count(&asked.parties(at, NOW).await, definition).certain, number, "{definition} on {at}");
    }
}

#[tokio::test]
async fn c21_four_objected_as_known_on_2_december_and_six_as_known_later() {
    let asked = Asked::begin().await;
    let states = |answer: &TreatyStatusResponse| -> Vec<String> {
        suspension(answer).contested_by.iter().filter(|by| by.len() == 3).cloned().collect()
    };
    let then = asked.status(T, "UKR", "2025-12-02", "2025-12-02").await;
    assert_eq!(states(&then), ["AUT", "BEL", "CHE", "NOR"]);
    let later = asked.status(T, "UKR", TODAY, NOW).await;
    assert_eq!(states(&later), ["AUT", "BEL", "CHE", "COL", "NOR", "NZL"]);
}

#[tokio::test]
async fn c22_a_policy_is_told_with_both_dates_and_is_no_act_under_the_convention() {
    let asked = Asked::begin().await;
    let timeline = asked.client.timeline("APMBC", Some("United States"), &OnDay::default()).await.unwrap();
    let days: Vec<String> =
        reported(&timeline).into_iter().filter(|(act, ..)| !act.is_empty()).map(|(.., day)| day).collect();
    assert_eq!(days, ["2025-01-15", "2025-12-02"]);
    assert_eq!(asked.told(T, "United States", TODAY, NOW).await.0, "non_participant");
}

/// A desk that transcribes is no authority: its word is on record and decides nothing.
#[tokio::test]
async fn a_resolution_without_the_mandate_is_on_record_and_not_followed() {
    let asked = Asked::begin().await;
    let timeline = asked.client.timeline("APMBC", Some("Poland"), &OnDay::default()).await.unwrap();
    let resolved = timeline.acts.iter().filter(|act| act.kind == "contest_resolved").count();
    assert_eq!(resolved, 1);
    let answer = asked.status(T, "Poland", TODAY, NOW).await;
    assert!(claims(&answer, "Poland, act of the Sejm 2025").resolution.is_none());
    let whole = OnDay { view: "all", ..on(TODAY, NOW) };
    let answer = asked.client.treaty_status(T, "Poland", &whole).await.unwrap();
    let all = claims(&answer, "Poland, act of the Sejm 2025");
    assert!(all.statements.iter().all(|claim| claim.followed), "the view that prefers nobody follows all");
}

/// What is stated beside is in no cell, and is told with the table.
#[tokio::test]
async fn an_exported_table_tells_the_statements_that_the_view_does_not_follow() {
    let asked = Asked::begin().await;
    let mut export = merestone();
    export
        .args(["export", "table", "APMBC", "--at", TODAY, "--output", "json"])
        .env("MERESTONE_SERVER", asked.server());
    let output = export.output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let left_out: Vec<String> = told["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| format!("{} {}", left["participant"].as_str().unwrap(), left["act"].as_str().unwrap()))
        .collect();
    for expected in ["TON accession 2025-06-26", "LTU accession without a date", "FIN withdrawal received 2024-07"] {
        assert!(left_out.iter().any(|left| left == expected), "{expected}: {left_out:?}");
    }
    assert!(told["table"].as_str().unwrap().contains("25 Jun 2025"), "the one that is followed has its cell");
}
