//! Successors, whose day of succession may be unknown, and what becomes of those whom
//! they succeed.

use super::{acts::succession, *};
use crate::treaties::StatusRule;

fn under(participant: &str) -> String {
    format!("participation/{OTTAWA}/{participant}")
}

/// A predecessor that consented, and a successor in a table's row: the day of the
/// notification alone, recorded decades later.
fn tabled() -> Book {
    let mut book = two_treaties();
    book.deposited(&under("OLD"), ConsentMode::Accession, "1998-10-07");
    book.record("2025-03-18", &under("NEW"), succession("OLD", SuccessionTo::Consent, "-", "2001-03-05"));
    book
}

#[test]
fn a_succession_of_an_unknown_day_came_by_its_notification() {
    let book = tabled();
    let on = |at| book.now(OTTAWA, "NEW", at);
    for at in ["2001-03-05", "2024-12-31", "2026-01-01"] {
        assert_eq!(certain(&on(at)), TreatyStatus::Party, "{at}");
    }
    let between = on("2000-01-01");
    let statuses: Vec<_> = between.outcomes.iter().map(|outcome| outcome.status).collect();
    assert_eq!(statuses, [TreatyStatus::Party, TreatyStatus::NonParticipant]);
    let told: Vec<_> = between.outcomes.iter().flat_map(|outcome| &outcome.assuming).collect();
    assert_eq!(&**told[1], "succession of States on 2001-03-05, the last day that the statement allows");
}

#[test]
fn the_day_of_the_notification_is_not_told_as_that_of_the_succession() {
    let answer = tabled().now(OTTAWA, "NEW", "2024-12-31");
    let step = answer.outcomes[0].steps.iter().find(|step| step.rule == StatusRule::Succession).unwrap();
    assert!(step.sentence.contains("notified on 2001-03-05; the day of the succession itself is not known"));
}

#[test]
fn a_month_of_succession_ends_with_the_notification() {
    let mut book = tabled();
    book.record("2025-03-18", &under("XXX"), succession("OLD", SuccessionTo::Consent, "2001", "2001-03-05"));
    assert_eq!(certain(&book.now(OTTAWA, "XXX", "2001-03-05")), TreatyStatus::Party);
}
