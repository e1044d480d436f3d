//! The treaty's own entry into force, counted from deposits that are not dated to the day.

use proptest::prelude::*;

use super::{
    obligations::{self, under as duties_under},
    properties::not_covered,
    *,
};
use crate::treaties::{Days, DutyState, Horizon, StatusRule, add_days, upcoming, upcoming_of_treaty};

fn own(who: &str) -> String {
    format!("participation/{OTTAWA}/{who}")
}

/// A treaty that nothing states to be in force, with deposits by AAA, BBB and so on, of which
/// so many are asked for.
fn counted(threshold: u32, deposits: &[&str]) -> Book {
    let mut book = Book::default();
    let clauses = ottawa_clauses();
    let entry_into_force = clauses.entry_into_force.clone().map(|clause| EntryIntoForceClause { threshold, ..clause });
    let clauses = Clauses { entry_into_force, obligations: obligations::ottawa_duties(), ..clauses };
    book.record("2025-03-17", &format!("treaty/{OTTAWA}"), registered(Some(clauses), "1997-09-18"));
    for (who, on) in WHO.iter().zip(deposits) {
        book.deposited(&own(who), ConsentMode::Accession, on);
    }
    book
}

const WHO: [&str; 4] = ["AAA", "BBB", "CCC", "DDD"];

fn days(first: &str, last: &str) -> Days {
    Days { first: day(first), last: day(last) }
}

/// Each outcome's status with the days on one of which it began.
fn told(answer: &Answer) -> Vec<(&'static str, Days)> {
    let told = answer.outcomes.iter().map(|outcome| {
        let held = outcome.held();
        (outcome.status.name(), Days { first: held.first.from.unwrap(), last: held.last.from.unwrap() })
    });
    told.collect()
}

#[test]
fn between_the_ends_of_the_deposit_that_is_counted_who_consented_is_a_party_or_is_not_yet() {
    let book = counted(2, &["1998-01-10", "1998-02/1999-08"]);
    let on = |at| book.now(OTTAWA, "AAA", at);
    assert_eq!(told(&on("1998-07-31")), [("contracting", Days::on(day("1998-01-10")))]);
    let between = on("1999-01-15");
    let contracting = ("contracting", Days::on(day("1998-01-10")));
    assert_eq!(told(&between), [("party", days("1998-08-01", "1999-01-01")), contracting]);
    let assuming: Vec<&str> = between.outcomes.iter().map(|outcome| &*outcome.assuming[0]).collect();
    let words = "the deposit with which the treaty has as many as it asks for on a day from";
    assert_eq!(assuming[0], format!("{words} 1998-02-01 to 1998-07-31"));
    assert_eq!(assuming[1], format!("{words} 1998-08-01 to 1999-08-31"));
    assert!(between.complete);
    let later = on("2005-01-01");
    assert_eq!(told(&later), [("party", days("1998-08-01", "2000-02-01"))]);
    assert!(later.outcomes[0].assuming.is_empty());
    let step = later.outcomes[0].steps.iter().find(|step| step.rule == StatusRule::TreatyInForceAsCounted).unwrap();
    assert_eq!((step.date, step.latest), (Some(day("1998-08-01")), Some(day("2000-02-01"))));
    let days = "a day from 1998-02-01 to 1999-08-31";
    let named = format!("number 2 is of {days}, and read as of {days}");
    assert!(step.sentence.ends_with(&named), "{}", step.sentence);
}

#[test]
fn the_day_counted_goes_with_the_participants_own() {
    // Its own deposit is the second one, whatever its day.
    let book = counted(2, &["1998-01-10", "1998-02/1999-08", "2001-01-01"]);
    let answer = book.now(OTTAWA, "BBB", "1999-01-15");
    let statuses: Vec<&str> = answer.outcomes.iter().map(|outcome| outcome.status.name()).collect();
    assert_eq!(statuses, ["party", "contracting", "non_participant"]);
    assert!(answer.complete);
    let later = book.now(OTTAWA, "BBB", "2002-01-01");
    assert_eq!(told(&later), [("party", days("1998-08-01", "2000-02-01"))]);
    assert!(later.courses.iter().all(|course| course.intervals.len() == 3), "{:#?}", later.courses);
}

#[test]
fn a_deposit_of_an_unknown_day_is_counted_from_the_adoption_to_the_day_of_recording() {
    let mut book = counted(2, &["1998-01-10", "-"]);
    let answer = |book: &Book| told(&book.now(OTTAWA, "AAA", "2025-10-01"));
    assert_eq!(answer(&book), [("party", days("1998-07-01", "2025-09-01"))]);
    unrelated(&mut book, "2026-06-01");
    assert_eq!(answer(&book), [("party", days("1998-07-01", "2025-09-01"))]);
}

/// An entry that bears on no deposit of the treaty.
fn unrelated(book: &mut Book, on: &str) {
    book.record(on, &format!("treaty/{PROTOCOL}"), registered(Some(ottawa_clauses()), "1996-05-03"));
}

#[test]
fn whoever_is_asked_about_the_deposit_that_is_counted_had_come_by_the_day_of_its_recording() {
    let mut book = counted(2, &["1998-01-10"]);
    book.record("2026-03-01", &own("BBB"), deposit(ConsentMode::Accession, "2026"));
    let both = |book: &Book| ["AAA", "BBB"].map(|who| told(&book.now(OTTAWA, who, "2027-06-01")));
    let expected = [("party", days("2026-07-01", "2026-09-01"))];
    assert_eq!(both(&book), [&expected[..], &expected[..]]);
    unrelated(&mut book, "2026-12-31");
    assert_eq!(both(&book), [&expected[..], &expected[..]], "an unrelated entry bounds nothing");
}

#[test]
fn a_stated_day_goes_before_a_count_that_is_open_and_is_compared_with_all_of_it() {
    let stated = |on: &str| {
        let mut book = counted(2, &["1998-01-10", "1998-02/1999-08"]);
        book.record("2025-03-18", &format!("treaty/{OTTAWA}"), effect(TreatyEffect::EntryIntoForce, on));
        book.now(OTTAWA, "AAA", "1999-01-15")
    };
    assert_eq!(told(&stated("1999-01-01")), [("party", Days::on(day("1999-01-01")))]);
    assert_eq!(codes(&stated("1999-01-01")), <[&str; 0]>::default(), "one of the days that the count gives");
    let found = stated("2000-02-02");
    assert_eq!(codes(&found), ["stated_vs_computed"]);
    let message = "stated is 2000-02-02; the deposits in this ledger give a day from 1998-08-01 to 2000-02-01";
    assert_eq!(&*found.findings[0].finding.message, message);
}

#[test]
fn what_lies_ahead_by_an_open_count_has_two_ends() {
    let book = counted(2, &["1998-01-10", "1998-02/1999-08"]);
    let horizon = Horizon { at: day("1998-03-01"), until: day("2001-01-01") };
    let of_treaty = book.dossier("NOBODY", |dossier| upcoming_of_treaty(dossier, horizon, ViewName::Default));
    let [in_force] = of_treaty.changes.as_slice() else { panic!("{:#?}", of_treaty.changes) };
    assert_eq!(in_force.days, days("1998-08-01", "2000-02-01"));
    let own = book.dossier("AAA", |dossier| upcoming(dossier, horizon, ViewName::Default));
    let enters: Vec<Days> =
        own.changes.iter().filter(|it| it.what.name() == "entry_into_force").map(|it| it.days).collect();
    assert_eq!(enters, [days("1998-08-01", "2000-02-01")]);
}

#[test]
fn a_duty_runs_from_one_of_the_days_of_an_open_count() {
    let found = counted(2, &["1998-01-10", "1998-02/1999-08"]).duties("AAA", "2004-01-01");
    let told: Vec<(DutyState, Days)> =
        duties_under(&found, "4", None).iter().map(|duty| (duty.state, duty.due)).collect();
    let expected = [
        (DutyState::Overdue, days("2002-08-01", "2003-12-01")),
        (DutyState::Running, days("2004-01-01", "2004-02-01")),
    ];
    assert_eq!(told, expected);
    assert!(found.complete);
}

fn date() -> impl Strategy<Value = (Date, Date)> {
    let begin = (1998i16..2004, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| jiff::civil::date(y, m, d));
    (begin, prop_oneof![Just(0u32), 1u32..40, 1u32..900]).prop_map(|(first, more)| (first, add_days(first, more)))
}

proptest! {
    /// Whichever days the deposits were of, the answer on open dates allows for what follows.
    #[test]
    fn whatever_days_deposits_were_of_what_is_counted_from_them_is_told(
        deposits in prop::collection::vec((date(), 0u32..=100), 1..=4),
        threshold in 1u32..4,
        at in date(),
    ) {
        let at = at.0.to_string();
        let open: Vec<String> = deposits.iter().map(|((first, last), _)| format!("{first}/{last}")).collect();
        let picked: Vec<String> = deposits.iter().map(|((first, last), pick)| {
            let days = u32::try_from((*last - *first).get_days()).unwrap();
            add_days(*first, days * pick / 100).to_string()
        }).collect();
        let of = |texts: &[String]| counted(threshold, &texts.iter().map(String::as_str).collect::<Vec<_>>());
        let (open, picked) = (of(&open), of(&picked));
        for who in WHO {
            let (whole, alone) = (open.now(OTTAWA, who, &at), picked.now(OTTAWA, who, &at));
            prop_assert_eq!(not_covered(&whole, &alone), None, "{}", who);
            let mut later = open.clone();
            unrelated(&mut later, "2026-12-31");
            let later = later.now(OTTAWA, who, &at);
            prop_assert_eq!(&later.courses, &whole.courses, "{}, an unrelated entry", who);
        }
    }
}
