//! What follows from dates that are not known to the day: its days lie between two ends.

use super::{
    acts::{CONVENTION, convention_with_protocol, succession},
    *,
};
use crate::treaties::{ChangeCode, Count, Days, Definition, Horizon, Interval, Outcome, StatusRule, counts, upcoming};

/// The day on which the status of the only outcome began, as early and as late as it can be.
fn since(answer: &Answer) -> (String, String) {
    let [outcome] = answer.outcomes.as_slice() else { panic!("{:#?}", answer.outcomes) };
    let [Interval { first, last }] = outcome.intervals.as_slice() else { panic!("{:#?}", outcome.intervals) };
    (first.from.unwrap().to_string(), last.from.unwrap().to_string())
}

/// Each outcome's status with the days between which it began.
fn told(answer: &Answer) -> Vec<(&'static str, Option<Date>, Option<Date>)> {
    let held = answer.outcomes.iter().map(|outcome| (outcome.status.name(), outcome.held()));
    held.map(|(name, held)| (name, held.first.from, held.last.from)).collect()
}

fn between(first: &str, last: &str) -> (Option<Date>, Option<Date>) {
    (Some(day(first)), Some(day(last)))
}

#[test]
fn an_outcome_that_holds_whichever_day_it_was_names_the_days_between_which_it_began() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2024-12-01", &x, "2013-07-31/2014-07-01");
    let answer = book.now(OTTAWA, "XXX", "2020-01-01");
    assert_eq!(since(&answer), ("2014-01-31".into(), "2015-01-01".into()));
    assert!(answer.complete && !answer.is_settled());
    assert!(answer.outcomes[0].assuming.is_empty(), "it is so whichever day it was");
    let notice = answer.outcomes[0].steps.iter().find(|step| step.rule == StatusRule::WithdrawalNotice).unwrap();
    assert_eq!((notice.date, notice.latest), between("2013-07-31", "2014-07-01"));
}

#[test]
fn outcomes_that_differ_name_the_days_that_each_assumes() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2024-12-01", &x, "2013-07-31/2014-07-01");
    let answer = book.now(OTTAWA, "XXX", "2014-05-01");
    let (out, leaving) = (between("2014-01-31", "2014-05-01"), between("2013-11-02", "2014-05-01"));
    assert_eq!(
        told(&answer),
        [
            ("former_party", out.0, out.1),
            ("party_withdrawal_pending", leaving.0, leaving.1),
            ("party", Some(day("2013-06-01")), Some(day("2013-06-01"))),
        ]
    );
    let assuming: Vec<&str> = answer.outcomes.iter().map(|outcome| &*outcome.assuming[0]).collect();
    let words = "days that the statement allows";
    assert_eq!(assuming[0], format!("withdrawal notified on a day from 2013-07-31 to 2013-11-01, {words}"));
    assert_eq!(assuming[2], format!("withdrawal notified on a day from 2014-05-02 to 2014-07-01, {words}"));
}

#[test]
fn two_dates_that_can_come_in_either_order_are_followed_in_each() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.deposited(&x, ConsentMode::Accession, "2005-03");
    book.withdrew("2024-12-01", &x, "2005-03");
    let answer = book.now(OTTAWA, "XXX", "2020-01-01");
    assert!(answer.complete, "nothing but the order tells them apart");
    assert_eq!(kinds(&answer), ["former_party", "non_participant", "party"]);
    let of = |status: &str| answer.outcomes.iter().find(|outcome| outcome.status.name() == status).unwrap();
    let words = |status: &str| of(status).assuming.join(" or ");
    assert!(words("party").contains("instrument deposited of entry 4 after withdrawal notified of entry 5"));
    let found = answer.findings.iter().find(|it| it.finding.code == LegalRemark::WithdrawalWithoutMembership).unwrap();
    let order = "instrument deposited of entry 4 after withdrawal notified of entry 5";
    assert_eq!(found.assuming.join(" or "), order, "a finding says what it assumes");
}

#[test]
fn what_the_last_day_alone_leads_to_is_remarked_with_that_day() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2024-12-01", &x, "2013-07/2014-08");
    let answer = book.now(OTTAWA, "XXX", "2020-01-01");
    let found = answer.findings.iter().find(|it| it.finding.code == LegalRemark::DayClamped).unwrap();
    let told: Vec<&str> = found.assuming.iter().map(|told| &**told).collect();
    assert_eq!(told, ["withdrawal notified on 2014-08-31, the last day that the statement allows"]);
}

#[test]
fn beginning_and_end_of_a_conflict_are_open_each_by_itself() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-07-18", &x, "2025-07-18");
    // The notice is over on 2026-01-18: the conflict had begun by then, or had not.
    book.record("2029-07-19", "participant/XXX", conflict(ConflictEngagement::Engaged, "2026-01", "2027", "AAA"));
    let answer = book.now(OTTAWA, "XXX", "2027-06-01");
    let out = between("2026-01-18", "2027-06-01");
    let deferred = between("2026-01-18", "2026-01-18");
    let expected = [("former_party", out.0, out.1), ("party_withdrawal_deferred_conflict", deferred.0, deferred.1)];
    let mut found = told(&answer);
    found.sort_unstable();
    assert_eq!(found, expected);
    assert!(answer.complete);
    assert_eq!(since(&book.now(OTTAWA, "XXX", "2028-01-01")), ("2026-01-18".into(), "2027-12-31".into()));
}

#[test]
fn what_was_recorded_as_past_had_happened_by_then() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    let body = Body::Treaty(deposit(ConsentMode::Accession, "2026"));
    book.entry("2026-03-01", &x, body, |_| {});
    assert_eq!(since(&book.now(OTTAWA, "XXX", "2026-12-31")), ("2026-07-01".into(), "2026-09-01".into()));
}

#[test]
fn what_has_begun_by_the_day_asked_about_is_not_to_come() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.deposited(&x, ConsentMode::Accession, "2012");
    let horizon = Horizon { at: day("2012-10-01"), until: day("2016-01-01") };
    let ahead = book.dossier("XXX", |dossier| upcoming(dossier, horizon, ViewName::Default));
    let [enters] = ahead.changes.as_slice() else { panic!("{:#?}", ahead.changes) };
    assert_eq!((enters.days.first, enters.days.last), (day("2012-11-01"), day("2013-06-01")));
    let words = "instrument deposited on a day from 2012-05-01 to 2012-12-31, days that the statement allows";
    assert_eq!(enters.assuming.iter().map(|told| &**told).collect::<Vec<_>>(), [words]);
}

#[test]
fn a_conflict_whose_end_is_not_known_to_the_day_defers_up_to_one_of_its_days() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-07-18", &x, "2025-07-18");
    let body = conflict(ConflictEngagement::Engaged, "2022", "2026-02/2026-12", "AAA");
    book.record("2025-07-19", "participant/XXX", body);
    let answer = book.now(OTTAWA, "XXX", "2026-06-15");
    let out = between("2026-02-01", "2026-06-15");
    let deferred = (Some(day("2026-01-18")), Some(day("2026-01-18")));
    assert_eq!(
        told(&answer),
        [("former_party", out.0, out.1), ("party_withdrawal_deferred_conflict", deferred.0, deferred.1)]
    );
    assert!(answer.complete);
    assert_eq!(since(&book.now(OTTAWA, "XXX", "2027-01-01")), ("2026-02-01".into(), "2026-12-31".into()));
}

/// Found by comparing with days picked at random: of two long stretches that can come in either
/// order, each date lies as far as the other lets it.
#[test]
fn where_an_order_is_assumed_the_days_reach_as_far_as_it_allows() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.signed(&x, "1999");
    book.deposited(&x, ConsentMode::Ratification, "1999");
    let answer = book.now(OTTAWA, "XXX", "2015-08-14");
    let signed: Vec<&Interval> = answer
        .courses
        .iter()
        .flat_map(|course| &course.intervals)
        .filter(|it| it.first.status == TreatyStatus::Signatory)
        .collect();
    assert!(!signed.is_empty());
    let latest = signed.iter().filter_map(|it| it.last.from).max();
    assert_eq!(latest, Some(day("1999-12-30")), "on the eve of the last day on which it can have ratified");
    let last = signed.iter().filter_map(|it| it.last.to).max();
    assert_eq!(last, Some(day("1999-12-31")));
}

#[test]
fn a_conflict_that_ended_after_a_day_ended_by_the_day_of_recording() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-07-18", &x, "2025-07-18");
    let body = conflict(ConflictEngagement::Engaged, "2022", "2026-05-01/..", "AAA");
    book.record("2026-07-01", "participant/XXX", body);
    let read = |at: &str| {
        let answer = book.now(OTTAWA, "XXX", at);
        assert!(answer.complete);
        answer.outcomes.iter().map(|outcome| outcome.status.name()).collect::<Vec<_>>()
    };
    assert_eq!(read("2026-04-30"), ["party_withdrawal_deferred_conflict"]);
    assert_eq!(read("2026-06-01"), ["former_party", "party_withdrawal_deferred_conflict"]);
    assert_eq!(since(&book.now(OTTAWA, "XXX", "2026-07-02")), ("2026-05-01".into(), "2026-07-01".into()));
}

#[test]
fn many_accounts_of_a_conflict_with_open_dates_are_followed_in_part_and_said_so() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-07-18", &x, "2025-07-18");
    for number in 0..80 {
        let (since, until) = (format!("20{:02}", number % 20), format!("2026-{:02}/..", number % 9 + 1));
        let body = conflict(ConflictEngagement::Engaged, &since, &until, &format!("A{}", number % 70));
        book.record("2026-11-01", "participant/XXX", body);
    }
    let answer = book.now(OTTAWA, "XXX", "2026-06-01");
    assert!(!answer.complete, "{:?}", kinds(&answer));
    assert!(kinds(&answer).contains(&"party_withdrawal_deferred_conflict"));
}

#[test]
fn acts_without_open_dates_cost_no_readings_however_many_they_are() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.deposited(&x, ConsentMode::Accession, "2005-03");
    book.withdrew("2024-12-01", &x, "2005-03");
    for number in 0..500 {
        let taken = format!("20{:02}-{:02}-01", number % 20, number % 12 + 1);
        book.record("2025-03-18", &x, domestic(DomesticStep::ParliamentaryVote, PursuedAct::Withdrawal, &taken));
    }
    let answer = book.now(OTTAWA, "XXX", "2020-01-01");
    assert_eq!(kinds(&answer), ["former_party", "non_participant", "party"]);
}

#[test]
fn a_change_that_readings_lead_to_on_other_days_alone_is_told_once() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.deposited(&x, ConsentMode::Accession, "2012");
    book.withdrew("2024-12-01", &x, "2012-03/2014-01-10");
    let horizon = Horizon { at: day("2012-01-01"), until: day("2016-01-01") };
    let ahead = book.dossier("XXX", |dossier| upcoming(dossier, horizon, ViewName::Default));
    let changes = ahead.changes.iter().map(|it| (it.what.name(), it.statuses.map(|it| (it.0.name(), it.1.name()))));
    let changes: Vec<_> = changes.collect();
    assert!(changes.iter().enumerate().all(|(at, one)| !changes[..at].contains(one)), "{changes:#?}");
    assert!(ahead.changes.iter().any(|it| !it.days.is_settled()), "{:#?}", ahead.changes);
}

/// Found by comparing with every pair of days: a notice whose effect comes on the very day of
/// the entry into force leaves nothing that was ever in force.
#[test]
fn what_one_pair_of_days_alone_leads_to_is_told_or_the_answer_says_that_it_is_not_whole() {
    let read = |deposited: &str, received: &str| {
        let mut book = two_treaties();
        let x = format!("participation/{OTTAWA}/XXX");
        book.deposited(&x, ConsentMode::Accession, deposited);
        book.withdrew("2024-12-01", &x, received);
        book.now(OTTAWA, "XXX", "2014-05-15")
    };
    assert_eq!(kinds(&read("2012-06-01", "2012-06-01")), ["non_participant"]);
    let short = read("2012-05-20/2012-06-10", "2012-05-20/2012-06-10");
    assert!(short.complete && kinds(&short).contains(&"non_participant"), "{:?}", kinds(&short));
    let long = read("2012-01-10/2012-12-10", "2012-01-10/2013-12-10");
    assert!(!long.complete || kinds(&long).contains(&"non_participant"), "{:?}", kinds(&long));
}

#[test]
fn what_rests_on_a_predecessor_whose_days_are_open_is_not_told_to_be_whole() {
    let read = |deposited: &str| {
        let mut book = two_treaties();
        let old = format!("participation/{OTTAWA}/OLD");
        book.deposited(&old, ConsentMode::Accession, deposited);
        let body = super::acts::succession("OLD", SuccessionTo::Consent, "2002-02-02", "2003-03-03");
        book.record("2025-03-18", &format!("participation/{OTTAWA}/NEW"), body);
        book.now(OTTAWA, "NEW", "2003-01-01")
    };
    assert!(read("2001-05-05").complete);
    assert!(!read("2001/2006").complete, "its predecessor may have consented later");
}

fn provisional(answer: &Answer) -> Option<(Days, Option<Days>, bool)> {
    answer.overlays.iter().find_map(|overlay| match overlay {
        Overlay::ProvisionalApplication { since, until, certain, .. } => Some((*since, *until, *certain)),
        _ => None,
    })
}

#[test]
fn provisional_application_lies_between_the_ends_of_its_deposit_and_counts_as_far_as_it_is_certain() {
    let days = |first: &str, last: &str| Days { first: day(first), last: day(last) };
    let counted = |book: &Book, at: &str| {
        let answers = [book.now(OTTAWA, "XXX", at)];
        let found = counts(&answers).into_iter().find(|count| count.definition == Definition::Provisional);
        found.map(|Count { certain, possible, .. }| (certain, possible)).unwrap()
    };
    let year = applied("2005");
    let expected = Some((days("2005-01-01", "2005-12-31"), Some(days("2005-07-01", "2006-06-01")), false));
    for at in ["2005-01-01", "2005-09-01", "2006-02-01", "2006-05-31"] {
        assert_eq!(provisional(&year.now(OTTAWA, "XXX", at)), expected, "{at}");
        assert_eq!(counted(&year, at), (0, 1), "{at}");
    }
    assert_eq!(["2004-12-31", "2006-06-01"].map(|at| counted(&year, at)), [(0, 0); 2]);
    let month = applied("2005-03");
    assert_eq!(["2005-03-30", "2005-03-31", "2005-08-31"].map(|at| counted(&month, at)), [(0, 1), (1, 1), (1, 1)]);
    let whole = |book: &Book| book.now(OTTAWA, "XXX", "2020-01-01").overlays_of_all_days;
    let surely = |book: &Book| matches!(whole(book)[..], [Overlay::ProvisionalApplication { certain: true, .. }]);
    assert_eq!((surely(&month), surely(&year)), (true, false), "whether it lies on some day for sure");
}

#[test]
fn provisional_application_ends_on_one_of_the_days_on_which_the_treaty_may_enter_into_force() {
    let horizon = Horizon { at: day("2005-10-01"), until: day("2005-12-31") };
    let ahead = applied("2005").dossier("XXX", |dossier| upcoming(dossier, horizon, ViewName::Default));
    let ends = ahead.changes.iter().find(|it| it.what.name() == "provisional_application_ends").unwrap();
    assert_eq!((Some(ends.days.first), Some(ends.days.last)), between("2005-07-01", "2006-06-01"));
}

#[test]
fn a_successor_is_bound_from_one_of_the_days_of_its_succession_on() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.record("2025-03-18", &x, succession("AAA", SuccessionTo::Consent, "2005", "2007-02-22"));
    let succeeded = |at: &str| {
        book.now(OTTAWA, "XXX", at).overlays.iter().find_map(|overlay| match overlay {
            Overlay::RetroactiveSuccession { succeeded, .. } => Some((Some(succeeded.first), Some(succeeded.last))),
            _ => None,
        })
    };
    for at in ["2005-01-01", "2005-06-01", "2020-01-01"] {
        assert_eq!(succeeded(at), Some(between("2005-01-01", "2005-12-31")), "{at}");
    }
    assert_eq!(succeeded("2004-12-31"), None);
}

#[test]
fn a_suspension_that_was_circulated_had_been_received_and_who_may_object_later_may_contest_it() {
    let (mut book, x) = with_party("XXX");
    let act = book.record("2025-03-18", &x, suspension("2016", "2016-08"));
    book.record("2025-03-18", &format!("participation/{OTTAWA}/AAA"), objection(act, "2016-10"));
    let told = |at: &str| {
        let answer = book.now(OTTAWA, "XXX", at);
        let found = suspensions(&answer)[0];
        let begins = found.begins.map(|begins| (Some(begins.first), Some(begins.last)));
        assert_eq!(begins, Some(between("2016-01-01", "2016-08-31")), "{at}");
        (found.begun, found.contested_by().join(","), found.may_be_contested_by().join(","))
    };
    let expected = |begun, by: &str, may: &str| (begun, by.to_owned(), may.to_owned());
    assert_eq!(told("2016-08-15"), expected(false, "", ""));
    assert_eq!(told("2016-08-31"), expected(true, "", ""));
    assert_eq!(told("2016-10-15"), expected(true, "", "AAA"));
    assert_eq!(told("2016-10-31"), expected(true, "AAA", ""));
}

/// A party that leaves by a notice of an open day.
fn leaving(received: &str) -> Book {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2026-12-01", &x, received);
    book
}

#[test]
fn what_could_still_change_an_answer_names_both_ends_of_an_open_day() {
    let told = |book: &Book, code: ChangeCode| {
        let answer = book.now(OTTAWA, "XXX", "2026-12-31");
        let found = answer.outcomes[0].could_change.iter().find(|change| change.code == code).unwrap();
        found.sentence.to_string()
    };
    let days = "a day from 2027-05-01 to 2027-05-29";
    let open = leaving("2026-11-01/2026-11-29");
    let revoked = told(&open, ChangeCode::Revocation);
    assert_eq!(revoked, format!("a revocation that the depositary receives before {days} (VCLT 68)"));
    let engaged = "an armed conflict that the participant is asserted to be engaged in on";
    assert_eq!(told(&open, ChangeCode::ConflictAsserted), format!("{engaged} {days}"));
    assert_eq!(told(&leaving("2026-11-01"), ChangeCode::ConflictAsserted), format!("{engaged} 2027-05-01"));
}

#[test]
fn the_reasons_of_what_comes_name_both_ends_of_an_open_day() {
    let horizon = Horizon { at: day("2026-12-31"), until: day("2028-01-01") };
    let ahead =
        leaving("2026-11-01/2026-11-29").dossier("XXX", |dossier| upcoming(dossier, horizon, ViewName::Default));
    let [effect] = ahead.changes.as_slice() else { panic!("{:#?}", ahead.changes) };
    let notice = effect.because.iter().find(|reason| reason.rule == "withdrawal_notice").unwrap();
    let days = "a day from 2027-05-01 to 2027-05-29";
    assert_eq!(*notice.sentence, format!("a notice of 6 months begins to run; it is over on {days}"));
    let moves = effect.could_move.iter().map(|change| &*change.sentence).collect::<Vec<_>>().join("\n");
    assert!(moves.contains(&format!("receives before {days} (VCLT 68)")), "{moves}");
}

/// The conflict that ended in August 2025 went on when the notice was over, or it did not.
#[test]
fn a_reason_that_some_of_the_days_have_says_so() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-09-18", &x, "2025-02-10");
    let body = conflict(ConflictEngagement::Engaged, "2022", "2025-08", "AAA");
    book.record("2025-10-01", "participant/XXX", body);
    for (at, last) in [("2025-08-20", "2025-08-20"), ("2025-12-01", "2025-08-31")] {
        let answer = book.now(OTTAWA, "XXX", at);
        let out = answer.outcomes.iter().find(|outcome| outcome.status.name() == "former_party").unwrap();
        let tested = out.steps.iter().filter(|step| step.rule == StatusRule::ConflictTest);
        let told: Vec<&str> = tested.map(|step| &*step.sentence).collect();
        let ended = format!("it ended on a day from 2025-08-10 to {last}");
        let expected = [
            "on some of the days: AAA does not assert that it was engaged in a conflict on that day".to_owned(),
            format!("on some of the days: engaged in a conflict on that day, as AAA asserts: {ended}"),
        ];
        assert_eq!(told, expected, "{at}");
    }
}

#[test]
fn a_protocol_tells_what_its_parent_brings_as_often_as_the_parent_does() {
    for until in ["-", "2027-08"] {
        let mut book = convention_with_protocol();
        let under = |treaty: &str| format!("participation/{treaty}/XXX");
        book.deposited(&under(CONVENTION), ConsentMode::Accession, "2000-01-15");
        book.deposited(&under(PROTOCOL), ConsentMode::ConsentToBeBound, "2001-02-20");
        book.withdrew("2026-06-01", &under(CONVENTION), "2026-05");
        book.record("2026-06-01", "participant/XXX", conflict(ConflictEngagement::Engaged, "2010", until, "AAA"));
        let told = |treaty: &str, at: &str| {
            let answer = book.now(treaty, "XXX", at);
            let held = answer.outcomes.iter().map(|outcome| (outcome.status, outcome.held()));
            held.map(|(status, held)| (status, held.first.to, held.last.to)).collect::<Vec<_>>()
        };
        for at in ["2026-10-01", "2027-05-10", "2027-08-10", "2028-01-01"] {
            assert_eq!(told(PROTOCOL, at), told(CONVENTION, at), "{until} {at}");
            let answer = book.now(PROTOCOL, "XXX", at);
            let narrow = answer.outcomes.iter().flat_map(|outcome| &outcome.assuming);
            let narrow: Vec<_> = narrow.filter(|told| told.contains("the beginning")).collect();
            assert!(narrow.is_empty(), "{at} {narrow:#?}");
        }
        let horizon = Horizon { at: day("2026-10-01"), until: day("2029-01-01") };
        let ahead = |treaty| {
            let changes =
                book.dossier_of(treaty, "XXX", |dossier| upcoming(dossier, horizon, ViewName::Default)).changes;
            changes.into_iter().map(|change| (change.what, change.days, change.assuming)).collect::<Vec<_>>()
        };
        assert_eq!(ahead(PROTOCOL), ahead(CONVENTION), "{until}");
    }
}

/// The reasons of an outcome that are of a withdrawal, as the treaty tells that is left.
fn of_withdrawal(outcome: &Outcome) -> Vec<(Option<Date>, Option<Date>, String)> {
    let told = outcome
        .steps
        .iter()
        .filter(|step| matches!(step.rule, StatusRule::WithdrawalNotice | StatusRule::ConflictTest));
    let under = format!("under {CONVENTION}: ");
    told.map(|step| (step.date, step.latest, step.sentence.replace(&under, ""))).collect()
}

#[test]
fn a_protocol_tells_the_reasons_for_leaving_its_parent_that_some_of_the_days_have() {
    let between = ["2026-10-01", "2027-05-10", "2027-05-20", "2027-06-10", "2028-01-01", "2029-02-10", "2030-01-01"];
    for (own, notice, since, until) in [
        ("2001-02-20", "2026-05", "2010", "-"),
        ("2001-02-20", "2026-05", "2010", "2027-05"),
        ("2001-02-20", "2026-05-10", "2010", "2027-05"),
        ("2001-02-20", "2026-05", "2027-05/2027-06", "2029-02"),
        ("2001-02", "2026-05", "2010", "2027-05"),
    ] {
        let mut book = convention_with_protocol();
        let under = |treaty: &str| format!("participation/{treaty}/XXX");
        book.deposited(&under(CONVENTION), ConsentMode::Accession, "2000-01-15");
        book.deposited(&under(PROTOCOL), ConsentMode::ConsentToBeBound, own);
        book.withdrew("2026-06-01", &under(CONVENTION), notice);
        let body = conflict(ConflictEngagement::Engaged, since, until, "AAA");
        book.record("2029-06-01", "participant/XXX", body);
        for at in between {
            let told = |treaty| {
                let outcomes = book.now(treaty, "XXX", at).outcomes;
                outcomes.iter().map(|it| (it.status.name(), of_withdrawal(it))).collect::<Vec<_>>()
            };
            assert_eq!(told(PROTOCOL), told(CONVENTION), "{own} {notice} {since} {until} {at}");
        }
    }
}

#[test]
fn what_rival_statements_of_a_notice_lead_to_is_told_of_each_under_the_protocol_too() {
    let mut book = convention_with_protocol();
    let under = |treaty: &str| format!("participation/{treaty}/XXX");
    book.deposited(&under(CONVENTION), ConsentMode::Accession, "2000-01-15");
    book.deposited(&under(PROTOCOL), ConsentMode::ConsentToBeBound, "2001-02-20");
    for received in ["2020-05-04", "2020-06-08"] {
        let named = |recorded: &mut Recorded| recorded.event.act = Some("the notice".into());
        book.entry("2022-06-01", &under(CONVENTION), Body::Treaty(notice(received)), named);
    }
    for treaty in [CONVENTION, PROTOCOL] {
        let answer = book.now(treaty, "XXX", "2024-01-01");
        let [outcome] = answer.outcomes.as_slice() else { panic!("{:#?}", answer.outcomes) };
        let notices = outcome.steps.iter().filter(|step| step.rule == StatusRule::WithdrawalNotice);
        let told: Vec<_> = notices.map(|step| (step.date.unwrap().to_string(), &*step.sentence)).collect();
        assert_eq!(told.iter().map(|(day, _)| &**day).collect::<Vec<_>>(), ["2020-05-04", "2020-06-08"], "{treaty}");
        assert!(told.iter().all(|(_, sentence)| sentence.starts_with("in some of the readings: ")), "{told:#?}");
        assert_eq!((outcome.intervals.len(), outcome.assuming.len()), (2, 2), "{treaty}");
    }
}
