//! The answers that the demonstration's ledger must give: the questions that lawyers
//! asked of the record, by their numbers, and the rows at which nothing happens.

use merestone::client::reply::{ObligationsResponse, Overlay, Timeliness};

use crate::demonstration::*;

const T: &str = "untc:XXVI-5";
const PROTOCOL: &str = "untc:XXVI-2-b";

fn told(status: &str, effective: &str) -> (String, String) {
    (status.to_owned(), effective.to_owned())
}

/// The last permitted day of the duties under an article, in any state.
fn due<'a>(answer: &'a ObligationsResponse, article: &str) -> Vec<(&'a str, &'a str)> {
    let treaty = answer.treaties.iter().find(|found| found.standing.as_ref().is_some_and(|at| at.treaty == T));
    let duties = treaty.expect("duties under the treaty").duties.iter();
    let own = duties.filter(|duty| duty.article == article || duty.article.starts_with(&format!("{article}(")));
    own.map(|duty| (duty.due.as_str(), duty.state.as_str())).collect()
}

#[tokio::test]
async fn q1_lithuania_is_contracting_until_the_convention_is_in_force_for_it() {
    let asked = Asked::begin().await;
    assert_eq!(asked.told(T, "LTU", "2003-10-31", NOW).await, told("contracting", ""));
    assert_eq!(asked.told(T, "LTU", "2003-11-01", NOW).await, told("party", ""));
}

#[tokio::test]
async fn q2_lithuania_is_leaving_on_its_last_day_and_out_on_the_next() {
    let asked = Asked::begin().await;
    let pending = told("party_withdrawal_pending", "2025-12-27");
    assert_eq!(asked.told(T, "LTU", "2025-12-26", "2026-01-01").await, pending);
    assert_eq!(asked.told(T, "LTU", "2025-12-27", "2026-01-01").await, told("former_party", "2025-12-27"));
}

#[tokio::test]
async fn q3_as_known_in_august_poland_is_a_party_and_no_clock_runs() {
    let asked = Asked::begin().await;
    assert_eq!(asked.told(T, "POL", "2026-03-01", "2025-08-06").await, told("party", ""));
    let answer = asked.status(T, "POL", "2026-03-01", "2025-08-06").await;
    let rules = rules(&answer);
    assert!(answer.projected && rules.contains(&"domestic_step_is_no_status"), "{rules:?}");
    assert!(!rules.contains(&"withdrawal_notice"), "{rules:?}");
}

#[tokio::test]
async fn q4_as_known_after_the_gazette_poland_leaves_in_february() {
    let asked = Asked::begin().await;
    assert_eq!(asked.told(T, "POL", "2026-03-01", "2025-11-05").await, told("former_party", "2026-02-20"));
    let answer = asked.status(T, "POL", "2026-03-01", "2025-11-05").await;
    assert!(answer.projected && !answer.outcomes[0].could_change.is_empty());
    assert_eq!(asked.told(T, "POL", "2026-02-19", NOW).await, told("party_withdrawal_pending", "2026-02-20"));
}

#[tokio::test]
async fn q5_finland_is_out_in_january() {
    let asked = Asked::begin().await;
    assert_eq!(asked.told(T, "FIN", "2026-01-09", NOW).await, told("party_withdrawal_pending", "2026-01-10"));
    assert_eq!(asked.told(T, "FIN", "2026-01-10", NOW).await, told("former_party", "2026-01-10"));
}

#[tokio::test]
async fn q6_ukraine_is_a_party_whose_suspension_is_contested_by_six_and_the_meeting() {
    let asked = Asked::begin().await;
    assert_eq!(asked.told(T, "UKR", "2026-03-01", NOW).await, told("party", ""));
    let answer = asked.status(T, "UKR", "2026-03-01", NOW).await;
    let found = suspension(&answer);
    assert_eq!(found.since, "2025-07-18");
    assert_eq!(found.contested_by, ["AUT", "BEL", "CHE", "COL", "NOR", "NZL", "22MSP"]);
}

#[tokio::test]
async fn q8_the_time_for_objections_ends_in_october_and_the_swiss_one_came_in_time() {
    let asked = Asked::begin().await;
    let answer = asked.status(T, "UKR", "2026-03-01", NOW).await;
    let found = suspension(&answer);
    let windows: Vec<_> = found.windows.iter().map(|window| (window.from.as_str(), window.ends.as_str())).collect();
    assert_eq!(windows, [("notification", "2025-10-18"), ("circulation", "2025-10-21")]);
    let swiss = found.reactions.iter().find(|reaction| reaction.by == "CHE").expect("the Swiss objection");
    assert_eq!(swiss.in_time().collect::<Vec<_>>(), [Timeliness::InTime, Timeliness::InTime]);
}

#[tokio::test]
async fn q15_deadlines_are_counted_from_entry_into_force_in_years() {
    let asked = Asked::begin().await;
    for (who, stockpiles, clearance) in [
        ("Ukraine", "2010-06-01", "2016-06-01"),
        ("Poland", "2017-06-01", "2023-06-01"),
        ("Finland", "2016-07-01", "2022-07-01"),
    ] {
        let answer = asked.duties(who, "2025-06-01").await;
        assert_eq!(due(&answer, "4"), [(stockpiles, "overdue")], "{who}");
        assert_eq!(due(&answer, "5"), [(clearance, "overdue")], "{who}: nothing that fulfils it is recorded");
    }
}

#[tokio::test]
async fn q19_deposits_are_165_in_march_and_166_in_june() {
    let asked = Asked::begin().await;
    for (at, deposited) in [("2025-03-18", 165), ("2025-06-29", 166)] {
        let answer = asked.parties(at, NOW).await;
        let found = count(&answer, "deposited");
        assert_eq!((found.certain, found.possible), (deposited, deposited), "{at}");
    }
}

#[tokio::test]
async fn q21_russia_is_outside_the_convention_and_bound_by_the_protocol() {
    let asked = Asked::begin().await;
    for at in ["2005-09-01", "2005-09-02"] {
        assert_eq!(asked.told(T, "Russian Federation", at, NOW).await, told("non_participant", ""));
    }
    assert_eq!(asked.told(PROTOCOL, "Russian Federation", "2005-09-01", NOW).await, told("contracting", ""));
    assert_eq!(asked.told(PROTOCOL, "Russian Federation", "2005-09-02", NOW).await, told("party", ""));
}

#[tokio::test]
async fn q22_after_leaving_poland_has_the_protocol_and_its_history() {
    let asked = Asked::begin().await;
    let answer = asked.duties("Poland", "2026-03-01").await;
    let treaty = |id: &str| {
        let found = answer.treaties.iter().find(|found| found.standing.as_ref().is_some_and(|at| at.treaty == id));
        found.unwrap_or_else(|| panic!("{id} is not among {:?}", answer.treaties))
    };
    let runs = |state: &str| ["running", "overdue", "ahead"].contains(&state);
    let left = treaty(T);
    assert!(left.duties.iter().all(|duty| !runs(&duty.state)), "no duty runs: {:?}", left.duties);
    assert!(left.duties.iter().any(|duty| duty.state == "ended"), "what there was is told");
    assert_eq!(left.standing.as_ref().unwrap().statuses, ["former_party"]);
    let standing = treaty(PROTOCOL).standing.clone().unwrap();
    assert!(standing.bound);
    assert_eq!(standing.since, "2004-04-14");
}

#[tokio::test]
async fn q26_an_effect_before_the_consent_is_accepted_as_a_claim_and_remarked() {
    let asked = Asked::begin().await;
    let answer = asked.status(PROTOCOL, "Cameroon", "2026-03-01", NOW).await;
    assert!(codes(&answer).contains(&"effect_before_consent"), "{:?}", answer.findings);
    assert_eq!(answer.outcomes[0].intervals[0].from, "2007-06-07", "computed from the deposit");
    assert_eq!(asked.told(PROTOCOL, "Cameroon", "1976-01-01", NOW).await, told("non_participant", ""));
}

/// Each row that brings a treaty into force for somebody: out on the day before.
#[tokio::test]
async fn rows_with_an_entry_into_force_bind_from_that_day_on() {
    let asked = Asked::begin().await;
    for (row, treaty, who, day) in [
        (3, T, "Canada", "1999-03-01"),
        (5, T, "Burkina Faso", "1999-03-01"),
        (5, T, "Equatorial Guinea", "1999-03-01"),
        (6, T, "Guinea", "1999-04-01"),
        (10, PROTOCOL, "United States", "1999-11-24"),
        (11, T, "Lithuania", "2003-11-01"),
        (12, T, "Estonia", "2004-11-01"),
        (13, PROTOCOL, "Russian Federation", "2005-09-02"),
        (15, T, "Latvia", "2006-01-01"),
        (16, T, "Ukraine", "2006-06-01"),
        (18, "untc:XXVI-6", "Lithuania", "2011-09-01"),
        (21, T, "Finland", "2012-07-01"),
        (23, T, "Poland", "2013-06-01"),
        (27, T, "Sri Lanka", "2018-06-01"),
        (31, T, "Marshall Islands", "2025-09-01"),
        (41, T, "Tonga", "2025-12-01"),
    ] {
        let day: merestone::domain::CivilDate = day.parse().unwrap();
        let eve = day.0.yesterday().unwrap().to_string();
        assert_eq!(asked.told(treaty, who, &eve, NOW).await.0, "contracting", "row {row}, {who} on {eve}");
        assert_eq!(asked.told(treaty, who, &day.to_string(), NOW).await.0, "party", "row {row}, {who} on {day}");
    }
}

#[tokio::test]
async fn rows_with_a_withdrawal_bind_until_that_day() {
    let asked = Asked::begin().await;
    for (row, treaty, who, day) in [
        (30, "untc:XXVI-6", "Lithuania", "2025-03-06"),
        (57, T, "Estonia", "2025-12-27"),
        (57, T, "Latvia", "2025-12-27"),
        (57, T, "Lithuania", "2025-12-27"),
        (58, T, "Finland", "2026-01-10"),
        (60, T, "Poland", "2026-02-20"),
    ] {
        assert_eq!(asked.told(treaty, who, day, NOW).await, told("former_party", day), "row {row}, {who}");
        let answer = asked.status(treaty, who, day, NOW).await;
        assert!(!codes(&answer).contains(&"withdrawal_effect_without_notice"), "row {row}, {who}");
    }
}

#[tokio::test]
async fn row_17_ukraine_misses_the_deadline_for_its_stockpiles() {
    let asked = Asked::begin().await;
    assert_eq!(due(&asked.duties("Ukraine", "2010-06-01").await, "4"), [("2010-06-01", "running")], "the last day");
    assert_eq!(due(&asked.duties("Ukraine", "2010-06-02").await, "4"), [("2010-06-01", "overdue")]);
}

#[tokio::test]
async fn rows_19_and_20_south_sudan_is_bound_from_its_independence_and_its_report_due_in_180_days() {
    let asked = Asked::begin().await;
    assert_eq!(asked.told(T, "South Sudan", "2011-07-08", NOW).await.0, "non_participant");
    assert_eq!(asked.told(T, "South Sudan", "2011-07-09", NOW).await.0, "party");
    let answer = asked.status(T, "South Sudan", "2011-07-09", NOW).await;
    let retroactive = answer.overlays.iter().any(
        |overlay| matches!(&overlay.overlay, Some(Overlay::RetroactiveSuccession(found)) if found.notified == "2011-11-11"),
    );
    assert!(retroactive, "{:?}", answer.overlays);
    assert!(!codes(&answer).contains(&"predecessor_not_bound"), "{:?}", answer.findings);
    let on_the_day = asked.duties("South Sudan", "2012-01-05").await;
    assert!(due(&on_the_day, "7").contains(&("2012-01-05", "running")), "{:?}", due(&on_the_day, "7"));
    let after = asked.duties("South Sudan", "2012-01-06").await;
    assert!(due(&after, "7").contains(&("2012-01-05", "overdue")), "{:?}", due(&after, "7"));
    assert_eq!(due(&after, "5"), [("2021-07-09", "running")]);
}

#[tokio::test]
async fn rows_23_and_24_declarations_stand_beside_the_status() {
    let asked = Asked::begin().await;
    let answer = asked.status(T, "Poland", "2013-06-01", NOW).await;
    let declared = |overlay: &Overlay| matches!(overlay, Overlay::Declaration(found) if found.made == "2012-12-27");
    assert!(answer.overlays.iter().filter_map(|it| it.overlay.as_ref()).any(declared), "{:?}", answer.overlays);
    let answer = asked.status(T, "Netherlands", "2014-02-21", NOW).await;
    let units = answer.overlays.iter().find_map(|overlay| match overlay.overlay.as_ref()? {
        Overlay::TerritorialScope(found) => Some(found.units.clone()),
        _ => None,
    });
    assert_eq!(units.unwrap(), ["Bonaire", "Sint Eustatius", "Saba"]);
    assert!(asked.status(T, "Netherlands", "2014-02-20", NOW).await.overlays.is_empty(), "on the eve it was not made");
}

#[tokio::test]
async fn row_25_ukraine_misses_the_deadline_for_its_mined_areas_without_a_request() {
    let asked = Asked::begin().await;
    let last = asked.duties("Ukraine", "2016-06-01").await;
    assert_eq!(due(&last, "5"), [("2016-06-01", "running")], "the last day");
    let extended = last.treaties.iter().flat_map(|treaty| &treaty.duties).any(|duty| !duty.extensions.is_empty());
    assert!(!extended, "nobody asked for an extension");
    let after = asked.duties("Ukraine", "2016-06-02").await;
    assert_eq!(due(&after, "5"), [("2016-06-01", "overdue")]);
    assert_eq!(due(&after, "4"), [("2010-06-01", "overdue")], "still");
    let later = asked.duties("Ukraine", "2021-01-01").await;
    assert_eq!(due(&later, "5"), [("2016-06-01", "overdue")], "what was requested was not granted");
    let clearance = later.treaties.iter().flat_map(|treaty| &treaty.duties).find(|duty| duty.article.starts_with('5'));
    assert_eq!(clearance.expect("a duty").extensions.len(), 2, "both requests are told");
}

#[tokio::test]
async fn row_18_lithuania_signed_the_ccm_when_it_was_opened() {
    let asked = Asked::begin().await;
    assert_eq!(asked.told("CCM", "LTU", "2008-12-02", NOW).await, told("non_participant", ""));
    assert_eq!(asked.told("CCM", "LTU", "2010-01-01", NOW).await, told("signatory", ""));
    assert_eq!(asked.told("CCM", "LTU", "2011-09-01", NOW).await, told("party", ""));
}

#[tokio::test]
async fn row_26_gambia_remained_a_party() {
    let asked = Asked::begin().await;
    for at in ["2002-09-01", "2016-11-10", "2017-02-10", "2017-11-10", "2018-01-01"] {
        assert_eq!(asked.told("Rome Statute", "GMB", at, NOW).await, told("party", ""), "{at}");
    }
    let answer = asked.status("Rome Statute", "GMB", "2018-01-01", NOW).await;
    assert!(rules(&answer).contains(&"revocation"), "{:?}", rules(&answer));
}

#[tokio::test]
async fn row_27_the_first_report_of_sri_lanka_is_due_in_november() {
    let asked = Asked::begin().await;
    let answer = asked.duties("Sri Lanka", "2018-11-28").await;
    assert!(due(&answer, "7").contains(&("2018-11-28", "running")), "{:?}", due(&answer, "7"));
}

#[tokio::test]
async fn row_50_the_parties_were_informed_as_known_since_october() {
    let asked = Asked::begin().await;
    let before = asked.status(T, "UKR", "2025-10-16", "2025-10-16").await;
    assert_eq!(suspension(&before).circulated, "");
    let after = asked.status(T, "UKR", "2025-10-16", "2025-10-17").await;
    assert_eq!(suspension(&after).circulated, "2025-07-21");
}

/// Had it been a withdrawal, its notice would have ended on that day.
#[tokio::test]
async fn row_59_nothing_happens_for_ukraine_in_january() {
    let asked = Asked::begin().await;
    for at in ["2026-01-17", "2026-01-18", "2026-01-19"] {
        assert_eq!(asked.told(T, "UKR", at, NOW).await, told("party", ""), "{at}");
    }
    let answer = asked.status(T, "UKR", "2026-01-18", NOW).await;
    let [course] = answer.courses.as_slice() else { panic!("{:?}", answer.courses) };
    let last = course.spans.last().unwrap();
    assert_eq!((last.status.as_str(), last.from.as_str(), last.to.as_str()), ("party", "2006-06-01", ""));
    assert!(!rules(&answer).contains(&"withdrawal_notice"));
}

#[tokio::test]
async fn row_67_four_that_never_signed_are_bound_by_the_protocol() {
    let asked = Asked::begin().await;
    for (who, since) in [
        ("China", "1999-05-04"),
        ("Russian Federation", "2005-09-02"),
        ("United States", "1999-11-24"),
        ("Republic of Korea", "2001-11-09"),
    ] {
        assert_eq!(asked.told(T, who, "2026-03-01", NOW).await.0, "non_participant", "{who}");
        let answer = asked.status(PROTOCOL, who, "2026-03-01", NOW).await;
        assert_eq!((answer.outcomes[0].bound, answer.outcomes[0].intervals[0].from.as_str()), (true, since), "{who}");
    }
}

/// Whoever left stays bound by the Protocol.
#[tokio::test]
async fn the_five_that_leave_stay_bound_by_the_protocol() {
    let asked = Asked::begin().await;
    for (who, since) in [
        ("Estonia", "2000-10-20"),
        ("Finland", "1998-12-03"),
        ("Latvia", "2003-02-22"),
        ("Lithuania", "1998-12-03"),
        ("Poland", "2004-04-14"),
    ] {
        let answer = asked.status(T, who, "2026-02-20", NOW).await;
        let other = answer.other_treaties.iter().find(|other| other.treaty == PROTOCOL).unwrap();
        assert_eq!((other.bound, other.since.as_str()), (true, since), "{who}");
    }
}

/// In force, and deposited: both are numbers of parties, and each has its day.
#[tokio::test]
async fn numbers_of_parties_are_those_that_were_published() {
    let asked = Asked::begin().await;
    for (at, in_force, deposited) in [
        ("1999-03-01", 45, Some(67)),
        ("2015-02-01", 162, Some(162)),
        ("2025-03-18", 164, Some(165)),
        ("2025-06-29", 164, Some(166)),
        ("2025-09-01", 165, Some(166)),
        ("2025-12-01", 166, Some(166)),
        ("2025-12-27", 163, None),
        ("2026-01-10", 162, None),
        ("2026-02-20", 161, None),
    ] {
        let answer = asked.parties(at, NOW).await;
        assert_eq!((answer.at.as_str(), answer.holds_at.is_some()), (at, true), "its day and what is known, once");
        let number = |definition: &str| {
            let found = count(&answer, definition);
            assert!(!found.words.is_empty(), "a count names its definition");
            assert_eq!(found.certain, found.possible, "{definition} on {at}");
            found.certain
        };
        assert_eq!(number("in_force"), in_force, "in force on {at}");
        deposited.into_iter().for_each(|deposited| assert_eq!(number("deposited"), deposited, "deposited on {at}"));
    }
}

#[tokio::test]
async fn a_number_is_a_total_up_to_the_day_of_the_table_and_of_what_is_recorded_after_it() {
    let asked = Asked::begin().await;
    let within = asked.parties("1999-03-01", NOW).await;
    let coverage = within.coverage.clone().unwrap();
    assert_eq!((coverage.word.as_str(), coverage.differences.as_slice()), ("complete", [].as_slice()));
    assert!(count(&within, "in_force").total);
    let beyond = asked.parties("2025-06-29", NOW).await;
    let coverage = beyond.coverage.clone().unwrap();
    assert_eq!((coverage.word.as_str(), coverage.complete_until.as_str()), ("complete_until", "2012-12-27"));
    assert!(!count(&beyond, "in_force").total);
    let joined = count(&within, "signatories").certain + count(&within, "deposited").certain;
    assert_eq!(joined, 133 + 2, "133 had signed, and two acceded without");
}

#[tokio::test]
async fn what_comes_next_is_known_from_november_on() {
    let asked = Asked::begin().await;
    let pending = ["party_withdrawal_pending".to_owned()];
    let answer = asked.client.parties("APMBC", &pending, &on("2025-11-05", "2025-11-05")).await.unwrap();
    let next: Vec<_> = answer.parties.iter().map(|it| (it.participant.as_str(), it.until.as_str())).collect();
    let december = "2025-12-27";
    let expected =
        [("EST", december), ("FIN", "2026-01-10"), ("LTU", december), ("LVA", december), ("POL", "2026-02-20")];
    assert_eq!(next, expected);
    let answer = asked.client.parties("APMBC", &pending, &on("2025-11-03", "2025-11-03")).await.unwrap();
    assert_eq!(answer.parties.len(), 4, "of Poland nobody knew before the gazette");
}
