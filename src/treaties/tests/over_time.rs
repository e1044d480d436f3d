//! Courses and overlays over all days.

use super::*;
use crate::treaties::{Days, cut_after_its_day};

fn spans_of(answer: &Answer, course: usize) -> Vec<(Option<Date>, &'static str)> {
    answer.courses[course].intervals.iter().map(|it| it.first).map(|span| (span.from, span.status.name())).collect()
}

#[test]
fn a_course_goes_from_ever_to_open_whatever_day_is_asked_about() {
    let (mut book, participation) = with_party("POL");
    book.withdrew("2025-09-05", &participation, "2025-08-20");
    for at in ["1990-01-01", "2025-10-01", "2030-01-01"] {
        let answer = book.now(OTTAWA, "POL", at);
        assert_eq!(answer.courses.len(), 1);
        assert!(answer.courses[0].assuming.is_empty(), "nothing has to be assumed");
        let told = [
            (None, "non_participant"),
            (Some(day("1997-12-04")), "signatory"),
            (Some(day("2012-12-27")), "contracting"),
            (Some(day("2013-06-01")), "party"),
            (Some(day("2025-08-20")), "party_withdrawal_pending"),
            (Some(day("2026-02-20")), "former_party"),
        ];
        assert_eq!(spans_of(&answer, 0), told);
    }
}

#[test]
fn readings_that_lead_to_the_same_statuses_are_one_course_with_open_days() {
    let (mut book, participation) = with_party("POL");
    book.withdrew("2025-09-05", &participation, "2025-08");
    let answer = book.now(OTTAWA, "POL", "2024-01-01");
    assert_eq!(answer.outcomes.len(), 1, "on this day they agree");
    let [course] = answer.courses.as_slice() else { panic!("{:#?}", answer.courses) };
    let left = course.intervals.last().unwrap();
    assert_eq!((left.first.from, left.last.from), (Some(day("2026-02-01")), Some(day("2026-02-28"))));
    assert!(course.assuming.is_empty());
}

#[test]
fn readings_that_lead_to_other_statuses_are_courses_of_their_own() {
    let (mut book, participation) = with_party("POL");
    // The notice came before the instrument of consent, or after it.
    book.withdrew("2025-09-05", &participation, "2012");
    let answer = book.now(OTTAWA, "POL", "2010-01-01");
    let last: Vec<_> =
        answer.courses.iter().map(|course| course.intervals.last().unwrap().first.status.name()).collect();
    assert_eq!(last, ["party", "former_party"]);
    let assuming: Vec<_> = answer.courses.iter().map(|course| course.assuming.join(" or ")).collect();
    assert_eq!(
        assuming[0],
        "withdrawal notified on a day from 2012-01-01 to 2012-12-26, days that the statement allows"
    );
    assert!(answer.complete);
}

#[test]
fn an_overlay_of_any_day_is_told_with_every_reaction_that_is_known() {
    let (mut book, participation) = with_party("UKR");
    let suspended = book.record("2025-07-20", &participation, suspension("2025-07-18", "2025-07-21"));
    book.record("2025-10-18", &format!("participation/{OTTAWA}/CHE"), objection(suspended, "2025-10-17"));
    let answer = book.now(OTTAWA, "UKR", "2010-01-01");
    assert!(answer.overlays.is_empty(), "nothing lies over the status on that day");
    let [Overlay::SuspensionAsserted(found)] = answer.overlays_of_all_days.as_slice() else {
        panic!("{:?}", answer.overlays_of_all_days)
    };
    assert_eq!(found.contested_by(), ["CHE"]);
}

#[test]
fn provisional_application_is_told_when_it_is_over() {
    let book = applied("2002-01-10");
    let answer = book.now(OTTAWA, "XXX", "2025-01-01");
    assert!(answer.overlays.is_empty());
    let [Overlay::ProvisionalApplication { since, until, .. }] = answer.overlays_of_all_days.as_slice() else {
        panic!("{:?}", answer.overlays_of_all_days)
    };
    assert_eq!((*since, *until), (Days::on(day("2002-01-10")), Some(Days::on(day("2002-07-01")))));
}

fn up_to(book: &Book, participant: &str, at: &str) -> Answer {
    cut_up_to(book, participant, at).0
}

/// An answer up to a day, and how many reactions of others it leaves out.
fn cut_up_to(book: &Book, participant: &str, at: &str) -> (Answer, usize) {
    let subject: Subject = format!("participation/{OTTAWA}/{participant}").parse().unwrap();
    let own = book.events.iter().filter(|recorded| recorded.event.subject == subject);
    let later =
        own.filter(|recorded| recorded.event.date().and_then(WorldDate::earliest).is_some_and(|first| day(at) < first));
    let later = later.map(|recorded| recorded.position).collect();
    let mut answer = book.now(OTTAWA, participant, at);
    let left_out = cut_after_its_day(&mut answer, &later);
    (answer, left_out)
}

#[test]
fn up_to_a_day_nothing_begins_after_it_and_what_holds_is_open() {
    let (mut book, participation) = with_party("POL");
    book.withdrew("2025-11-05", &participation, "2025-08-20");
    let answer = up_to(&book, "POL", "2025-10-01");
    let last = answer.courses[0].intervals.last().unwrap().first;
    let pending = TreatyStatus::WithdrawalPending { effective: Some(day("2026-02-20")) };
    assert_eq!((last.status, last.to), (pending, None));
    assert!(
        answer.findings.iter().any(|remark| remark.finding.code == LegalRemark::NotNotified),
        "{:?}",
        answer.findings
    );
    let before = up_to(&book, "POL", "2025-08-19");
    assert_eq!(spans_of(&before, 0).last(), Some(&(Some(day("2013-06-01")), "party")));
    assert_eq!(before.findings, Vec::new(), "what is remarked on the withdrawal is of a later act");
}

#[test]
fn readings_that_differ_after_a_day_alone_are_one_up_to_it() {
    let (mut book, participation) = with_party("POL");
    book.withdrew("2025-09-05", &participation, "2025-08");
    book.withdrew("2025-09-05", &participation, "2012");
    assert_eq!(up_to(&book, "POL", "2013-06-15").courses.len(), 2, "on that day they differ");
    let answer = up_to(&book, "POL", "2011-12-31");
    let [course] = answer.courses.as_slice() else { panic!("{:?}", answer.courses) };
    assert!(course.assuming.is_empty());
}

#[test]
fn what_lies_over_the_status_is_told_as_it_stood_by_the_day() {
    let (mut book, participation) = with_party("UKR");
    let suspended = book.record("2025-07-20", &participation, suspension("2025-07-18", "2025-07-21"));
    book.record("2025-10-18", &format!("participation/{OTTAWA}/CHE"), objection(suspended, "2025-10-17"));
    let told = |at: &str| {
        let overlays = up_to(&book, "UKR", at).overlays_of_all_days;
        let each = overlays.into_iter().map(|overlay| match overlay {
            Overlay::SuspensionAsserted(found) => found.contested_by().join(", "),
            other => panic!("{other:?}"),
        });
        each.collect::<Vec<_>>()
    };
    assert_eq!(told("2025-07-17"), Vec::<String>::new());
    assert_eq!((told("2025-10-16"), told("2025-10-17")), (vec![String::new()], vec!["CHE".to_owned()]));
}

#[test]
fn reactions_of_others_that_come_later_are_counted_each_once() {
    let (mut book, participation) = with_party("UKR");
    let suspended = book.record("2025-07-20", &participation, suspension("2025-07-18", "2025-07-21"));
    for (who, on) in [("CHE", "2025-10-17"), ("AUT", "../2025-12-02"), ("COL", "2025-12-05/..")] {
        let against = objection(suspended.clone(), on);
        book.record("2025-12-20", &format!("participation/{OTTAWA}/{who}"), against);
    }
    let contest = EventContested {
        target: suspended,
        grounds: "it is not so".into(),
        contested: world("2025-11-01"),
        contested_by: "".into(),
    };
    book.entry("2025-12-20", &participation, Body::Shared(SharedBody::EventContested(contest)), |_| {});
    let left_out = |at: &str| cut_up_to(&book, "UKR", at).1;
    assert_eq!(left_out("2025-07-17"), 3, "the whole suspension comes later; what is its own act counts as an act");
    assert_eq!((left_out("2025-10-16"), left_out("2025-10-17")), (2, 1), "what may have come is told");
    assert_eq!((left_out("2025-12-04"), left_out("2025-12-05")), (1, 0));
}
