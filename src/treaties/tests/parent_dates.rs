//! One instrument that is the consent to a treaty and to its protocol: its date, not known to
//! the day, is one day for both. And what may come after a status on days that differ.

use std::collections::BTreeSet;

use super::{
    consent_ends::{entering_after, own},
    *,
};
use crate::treaties::{Horizon, Interval, StatusRule, upcoming};

const TREATY: &str = "a:1";
const PROTOCOL_OF_IT: &str = "a:1-p";

/// An instrument to the treaty that names its protocol.
fn with_protocol(deposited: &str) -> Body {
    let TreatyBody::InstrumentDeposited(body) = deposit(ConsentMode::Accession, deposited) else { unreachable!() };
    let protocols = vec![PROTOCOL_OF_IT.parse().unwrap()];
    Body::Treaty(TreatyBody::InstrumentDeposited(InstrumentDeposited { protocols, ..body }))
}

/// Such an instrument, and a withdrawal from the treaty.
fn joined_and_left(deposited: &str, received: &str) -> Book {
    let mut book = entering_after(3);
    book.entry("2025-03-17", &own(TREATY), with_protocol(deposited), |_| {});
    book.withdrew("2025-03-17", &own(TREATY), received);
    book
}

fn kinds_on(book: &Book, treaty: &str, at: &str) -> BTreeSet<&'static str> {
    book.now(treaty, "XXX", at).outcomes.iter().map(|outcome| outcome.status.name()).collect()
}

/// The days on which a protocol's status of some name can begin and end.
fn held(book: &Book, at: &str, status: &str) -> Interval {
    let answer = book.now(PROTOCOL_OF_IT, "XXX", at);
    answer.outcomes.iter().find(|outcome| outcome.status.name() == status).unwrap().held()
}

fn days_of(first: &str, last: &str) -> impl Iterator<Item = Date> {
    let last = day(last);
    day(first).series(jiff::Span::new().days(1)).take_while(move |day| *day <= last)
}

#[test]
fn an_instrument_to_the_treaty_and_its_protocol_came_on_one_day() {
    let book = joined_and_left("2005-10-25/2005-11-24", "2005-11-15");
    for at in ["2005-10-25", "2005-11-10", "2005-11-20", "2005-12-14", "2005-12-17", "2006-02-01", "2006-02-20"] {
        let each = days_of("2005-10-25", "2005-11-24");
        let each = each.flat_map(|day| kinds_on(&joined_and_left(&day.to_string(), "2005-11-15"), PROTOCOL_OF_IT, at));
        assert_eq!(kinds_on(&book, PROTOCOL_OF_IT, at), each.collect(), "{at}");
        assert_eq!(kinds_on(&book, PROTOCOL_OF_IT, at), kinds_on(&book, TREATY, at), "{at}");
        assert!(book.now(PROTOCOL_OF_IT, "XXX", at).complete, "{at}");
    }
    let contracting = held(&book, "2005-12-17", "contracting");
    assert_eq!((contracting.first.to, contracting.last.to), (Some(day("2006-02-16")), Some(day("2006-02-24"))));
    let answer = book.now(PROTOCOL_OF_IT, "XXX", "2005-12-17");
    let assuming: Vec<&str> = answer.outcomes.iter().flat_map(|outcome| &outcome.assuming).map(|it| &**it).collect();
    let words = "days that the statement allows";
    assert_eq!(
        assuming,
        [
            format!("instrument deposited on a day from 2005-10-25 to 2005-11-15, {words}"),
            format!("instrument deposited on a day from 2005-11-16 to 2005-11-24, {words}"),
        ]
    );
}

#[test]
fn what_comes_under_a_protocol_goes_by_the_day_of_the_one_instrument() {
    let book = joined_and_left("2005-10-25/2005-11-24", "2005-11-15");
    let horizon = Horizon { at: day("2005-12-20"), until: day("2007-01-01") };
    let ahead = |treaty: &str| {
        let treaty: TreatyId = treaty.parse().unwrap();
        let ahead = book
            .dossier("XXX", |dossier| upcoming(&Dossier { treaty: &treaty, ..*dossier }, horizon, ViewName::Default));
        let becomes = ahead.changes.iter().filter(|change| change.statuses.is_some());
        becomes.map(|change| (change.days.first, change.days.last)).collect::<Vec<_>>()
    };
    assert_eq!(ahead(PROTOCOL_OF_IT), [(day("2006-02-16"), day("2006-02-24"))]);
    assert_eq!(ahead(PROTOCOL_OF_IT), ahead(TREATY));
}

#[test]
fn a_withdrawal_that_is_not_known_to_the_day_either_leaves_the_instrument_one_day() {
    let book = joined_and_left("2005-10/2005-11", "2005-11");
    let contracting = held(&book, "2006-01-15", "contracting");
    // It deposited after the withdrawal, which came in November.
    assert_eq!((contracting.first.to, contracting.last.to), (Some(day("2006-02-02")), Some(day("2006-02-28"))));
    for at in ["2005-12-20", "2006-01-10", "2006-02-10"] {
        assert_eq!(kinds_on(&book, PROTOCOL_OF_IT, at), kinds_on(&book, TREATY, at), "{at}");
    }
}

#[test]
fn what_two_open_days_lead_to_is_told_or_the_answer_is_not_complete() {
    let book = joined_and_left("2005-10/2005-11", "2005-10/2005-11");
    let each = || days_of("2005-10-01", "2005-11-30").step_by(6);
    let pairs = || each().flat_map(|deposited| each().map(move |received| (deposited, received)));
    let settled: Vec<Book> =
        pairs().map(|(deposited, received)| joined_and_left(&deposited.to_string(), &received.to_string())).collect();
    for at in ["2005-11-15", "2005-12-20", "2006-02-10"] {
        let possible: BTreeSet<_> = settled.iter().flat_map(|book| kinds_on(book, PROTOCOL_OF_IT, at)).collect();
        let told = kinds_on(&book, PROTOCOL_OF_IT, at);
        assert!(told.is_superset(&possible), "{at}: {told:?}, and {possible:?} can be");
        assert!(told == possible || !book.now(PROTOCOL_OF_IT, "XXX", at).complete, "{at}: {told:?} of {possible:?}");
    }
}

#[test]
fn one_account_of_the_instrument_holds_for_the_treaty_and_its_protocol() {
    let mut book = entering_after(3);
    for deposited in ["2005-10-25", "2005-11-20"] {
        let act = |recorded: &mut Recorded| recorded.event.act = Some("accession".into());
        book.entry("2025-03-17", &own(TREATY), with_protocol(deposited), act);
    }
    book.withdrew("2025-03-17", &own(TREATY), "2005-11-15");
    // Who deposited on the 25th has left; who did on the 20th had nothing to leave on the 15th.
    for (at, expected) in
        [("2006-02-01", ["contracting", "non_participant"]), ("2006-03-01", ["non_participant", "party"])]
    {
        assert_eq!(kinds_on(&book, PROTOCOL_OF_IT, at), BTreeSet::from(expected), "{at}");
        assert_eq!(kinds_on(&book, TREATY, at), BTreeSet::from(expected), "{at}");
        let answer = book.now(PROTOCOL_OF_IT, "XXX", at);
        assert!(answer.outcomes.iter().all(|outcome| outcome.assuming.len() == 1), "{at}: one account each");
    }
}

#[test]
fn what_comes_on_other_days_is_an_interval_of_its_own() {
    let mut book = entering_after(3);
    book.signed(&own(TREATY), "2005-08-16");
    book.deposited(&own(TREATY), ConsentMode::Ratification, "2005-09-20");
    book.withdrew("2025-03-17", &own(TREATY), "2005-09-03/2005-09-22");
    let answer = book.now(TREATY, "XXX", "2005-09-22");
    let [outcome] = answer.outcomes.as_slice() else { panic!("{:#?}", answer.outcomes) };
    let ends: Vec<_> = outcome.intervals.iter().map(|it| (it.first.to.unwrap(), it.last.to.unwrap())).collect();
    assert_eq!(ends, [(day("2005-10-20"), day("2005-10-22")), (day("2005-12-20"), day("2005-12-20"))]);
    assert_eq!(outcome.assuming.len(), 2, "{:?}", outcome.assuming);
    for at in ["2005-09-22", "2005-10-20"] {
        let answer = book.now(TREATY, "XXX", at);
        let contracting = answer.outcomes.iter().find(|outcome| outcome.status == TreatyStatus::Contracting).unwrap();
        let in_force = contracting.steps.iter().find(|step| step.rule == StatusRule::InForceSameDay).unwrap();
        assert_eq!(in_force.date, Some(day("2005-12-20")), "{at}");
        assert!(in_force.sentence.starts_with("on some of the days: "), "{at}: {}", in_force.sentence);
    }
}
