//! Tables of duties at a glance: what stands where, and what is left out.

use super::*;
use crate::client::reply::StatusStep;

fn duty(article: &str, title: &str, due: &str, state: &str, days_late: u32) -> Duty {
    Duty {
        article: article.into(),
        title: title.into(),
        due: due.into(),
        state: state.into(),
        days_late,
        certain: true,
        certainly_overdue: matches!(state, "overdue" | "stays_overdue"),
        ..Duty::default()
    }
}

fn standing(name: &str, status: &str, since: &str) -> Standing {
    Standing {
        treaty: "untc:XXVI-5".into(),
        treaty_name: name.into(),
        statuses: vec![status.into()],
        since: since.into(),
        complete: true,
        held: vec![StatusHeld { status: status.into(), since: since.into(), ..StatusHeld::default() }],
        ..Standing::default()
    }
}

fn ukraine() -> ObligationsResponse {
    let granted = DutyExtension {
        outcome: 2,
        decided: "2023-11-20".into(),
        new_deadline: "2033-12-01".into(),
        replaces: true,
        ..DutyExtension::default()
    };
    let step = StatusStep { date: "2010-06-01".into(), sentence: "4 years after".into(), ..StatusStep::default() };
    let duties = vec![
        Duty { steps: vec![step], ..duty("4", "destroy all stockpiled mines", "2010-06-01", "overdue", 5752) },
        Duty { about_year: 2024, ..duty("7(2)", "yearly report about", "2025-04-30", "overdue", 305) },
        Duty { extensions: vec![granted], ..duty("5(1)", "clear all mined areas", "2033-12-01", "running", 0) },
    ];
    ObligationsResponse {
        participant_name: "Ukraine".into(),
        at: "2026-03-01".into(),
        treaties: vec![TreatyDuties {
            standing: Some(standing("APMBC", "party", "2006-06-01")),
            clauses_name_duties: true,
            duties,
            fulfilled_not_shown: 4,
            complete: true,
            ..TreatyDuties::default()
        }],
        ..ObligationsResponse::default()
    }
}

fn text(blocks: &[Block]) -> String {
    blocks.iter().map(|block| block.text(80)).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn a_party_that_will_leave_is_told_until_when_it_is_bound() {
    let leaving = |status: &str, bound_until: &str| Standing {
        until: "2026-07-30".into(),
        withdrawal_notified: "2026-07-30".into(),
        bound_until: bound_until.into(),
        ..standing("APMBC", status, "2000-08-01")
    };
    let told = "APMBC: party since 2000-08-01; withdrawal notified 2026-07-30, bound until 2027-01-30";
    assert_eq!(headline(&leaving("party", "2027-01-30")), told);
    let told = "APMBC: party; withdrawal notified 2026-07-30, bound until 2027-01-30";
    assert_eq!(headline(&leaving("party_withdrawal_pending", "2027-01-30")), told);
    assert!(headline(&leaving("party", "")).ends_with("no day known on which it is out"));
    let waits = Standing { bound_until_may_not_come: true, ..leaving("party", "2027-01-30") };
    assert!(headline(&waits).ends_with("bound until 2027-01-30 at the earliest"));
}

#[test]
fn a_heading_does_not_take_open_days_for_a_beginning_and_an_end() {
    let open = Standing { since_latest: "2006-06-01".into(), ..standing("APMBC", "party", "2005-07-01") };
    assert_eq!(headline(&open), "APMBC: party since a day from 2005-07-01 to 2006-06-01");
    let held = |status: &str, since: &str, since_latest: &str, until: &str| StatusHeld {
        status: status.into(),
        since: since.into(),
        since_latest: since_latest.into(),
        until: until.into(),
        ..StatusHeld::default()
    };
    let held =
        vec![held("party", "2005-07-01", "2006-06-01", "2014-01-01"), held("former_party", "2014-01-01", "", "")];
    let several = Standing { held, ..open };
    let told = "party since a day from 2005-07-01 to 2006-06-01 until 2014-01-01, or former party since 2014-01-01";
    assert_eq!(headline(&several), format!("APMBC: {told}"), "each with its days");
}

#[test]
fn years_that_share_a_row_are_all_named() {
    assert_eq!(ranges(&[2000, 2002, 2003]), "2000, 2002, 2003");
    assert_eq!(ranges(&[2000, 2001, 2002, 2004]), "2000 to 2002, 2004");
}

#[test]
fn duties_are_read_at_a_glance() {
    let expected = "\
Ukraine on 2026-03-01: 2 overdue, 1 running.
Overdue: nothing that this ledger holds fulfils it. What was not recorded here
may.

APMBC: party since 2006-06-01

 due         state    what                             article  days late
 2010-06-01  overdue  destroy all stockpiled mines     4        5752
 2025-04-30  overdue  yearly report about 2024         7(2)     305
 2033-12-01  running  clear all mined areas            5(1)
                      extension granted 2023-11-20 to
                      2033-12-01

Not shown: 4 yearly reports in time.";
    assert_eq!(text(&obligations(&ukraine(), false)), expected);
}

#[test]
fn the_reasons_come_when_they_are_asked_for() {
    let told = text(&obligations(&ukraine(), true));
    assert!(told.contains("Article 4, destroy all stockpiled mines: overdue"), "{told}");
    assert!(told.contains("4 years after"), "{told}");
}

#[test]
fn what_goes_on_after_leaving_and_what_else_binds_is_told() {
    let mut answer = ukraine();
    answer.treaties[0].continues = "duties under other rules of law.".into();
    answer
        .treaties
        .push(TreatyDuties { standing: Some(standing("CCW AP II", "party", "2004-04-14")), ..Default::default() });
    let told = text(&obligations(&answer, false));
    assert!(told.contains("After leaving: duties under other rules of law."), "{told}");
    assert!(told.contains("CCW AP II") && told.contains("2004-04-14"), "{told}");
}

#[test]
fn overdue_duties_stand_under_their_treaty() {
    let found = OverdueParticipation {
        treaty: "untc:XXVI-5".into(),
        treaty_name: "APMBC".into(),
        participant_name: "South Sudan".into(),
        duties: vec![
            duty("7(1)", "initial report", "2012-01-05", "overdue", 5169),
            duty("5(1)", "clear all mined areas", "2021-07-09", "stays_overdue", 1696),
        ],
        ..OverdueParticipation::default()
    };
    let answer = OverdueResponse { at: "2026-03-01".into(), participations: vec![found], ..OverdueResponse::default() };
    let told = text(&overdue(&answer));
    assert!(told.starts_with("Overdue on 2026-03-01: 2 duties of 1 participation.\nOverdue: nothing that"), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    let late_in_either = |state: &str| Duty { certain: false, ..duty("7(2)", "report", "2012-04-30", state, 1) };
    let perhaps = Duty { certainly_overdue: false, ..late_in_either("overdue") };
    let perhaps = Duty { article: "4".into(), ..perhaps };
    let mut open = answer.clone();
    open.participations[0].duties.extend([late_in_either("overdue"), late_in_either("stays_overdue"), perhaps]);
    let told = text(&overdue(&open));
    assert!(told.starts_with("Overdue on 2026-03-01: 3 to 4 duties of 1 participation."), "{told}");
    let none = text(&overdue(&OverdueResponse { at: "2026-03-01".into(), ..OverdueResponse::default() }));
    assert_eq!(none, "Nothing is overdue on 2026-03-01, as far as this ledger knows.");
}

#[test]
fn yearly_reports_alike_share_a_row_and_others_keep_theirs() {
    let report = |about_year: u32, state: &str| Duty {
        article: "7(2)".into(),
        title: "yearly update".into(),
        about_year,
        state: state.into(),
        due: format!("{}-04-30", about_year + 1),
        ..Duty::default()
    };
    let first = Duty { about_year: 0, title: "first report".into(), ..report(2003, "overdue") };
    let stopping = Duty { stops: "2026-02-20".into(), ..report(2025, "running") };
    let told = rows(&[report(2003, "overdue"), first, report(2004, "overdue"), report(2006, "overdue"), stopping]);
    let told: Vec<[&str; 2]> = told.iter().map(|[due, _, what, _, _]| [due.as_str(), what.as_str()]).collect();
    assert_eq!(
        told,
        [
            ["2004-04-30..", "yearly update 2003, 2004, 2006: 3 of them"],
            ["2004-04-30", "first report"],
            ["2026-04-30", "yearly update 2025\nstops with the withdrawal on 2026-02-20"],
        ]
    );
}

#[test]
fn days_between_two_ends_are_told_and_outcomes_of_one_duty_count_once() {
    let open = Duty {
        due_latest: "2006-06-30".into(),
        days_late_most: 9,
        certain: true,
        ..duty("4", "destroy", "2006-01-28", "overdue", 3)
    };
    let [due, _, _, _, late] = row(&open);
    assert_eq!((due.as_str(), late.as_str()), ("2006-01-28 .. 2006-06-30", "3 to 9"));
    let perhaps = |state: &str| Duty { certain: false, ..duty("7(1)", "report", "2006-01-28", state, 0) };
    let all = [open, perhaps("overdue"), perhaps("overdue"), perhaps("running")];
    assert_eq!(counts(all.iter().map(|duty| (0, duty))), "1 to 2 overdue, up to 1 running");
    assert_eq!(counts(all[1..].iter().map(|duty| (0, duty))), "up to 1 overdue, up to 1 running");
}
