//! What changes by itself after a day.

use super::*;
use crate::treaties::{Days, Horizon, Projected, Upcoming, UpcomingType, upcoming, upcoming_of_treaty};

fn under(participant: &str) -> String {
    format!("participation/{OTTAWA}/{participant}")
}

impl Book {
    pub fn dossier<T>(&self, participant: &str, ask: impl FnOnce(&Dossier<'_>) -> T) -> T {
        self.dossier_of(OTTAWA, participant, ask)
    }

    pub fn dossier_of<T>(&self, treaty: &str, participant: &str, ask: impl FnOnce(&Dossier<'_>) -> T) -> T {
        let (treaty, participant) = (treaty.parse().unwrap(), participant.parse().unwrap());
        let known = Known { size: self.size(), recorded_at: self.events.last().map(|recorded| recorded.recorded_at) };
        let events: Vec<&Recorded> = self.events.iter().collect();
        let mandates = &self.mandates;
        ask(&Dossier { treaty: &treaty, participant: &participant, events: &events, deposits: &[], mandates, known })
    }

    fn ahead(&self, participant: &str, at: &str, until: &str) -> Upcoming {
        let horizon = Horizon { at: day(at), until: day(until) };
        self.dossier(participant, |dossier| upcoming(dossier, horizon, ViewName::Default))
    }
}

fn told(upcoming: &Upcoming) -> Vec<(String, &'static str)> {
    upcoming.changes.iter().map(|change| (change.days.first.to_string(), change.what.name())).collect()
}

fn lines<'a>(told: &'a [(String, &'static str)]) -> Vec<(&'a str, &'static str)> {
    told.iter().map(|(day, what)| (day.as_str(), *what)).collect()
}

fn moves(change: &Projected) -> Vec<&'static str> {
    change.could_move.iter().map(|change| change.code.name()).collect()
}

#[test]
fn a_deposit_takes_effect_by_itself_and_says_why() {
    let mut book = two_treaties();
    book.deposited(&under("TON"), ConsentMode::Accession, "2025-06-25");
    let ahead = book.ahead("TON", "2025-07-01", "2026-07-01");
    assert_eq!(lines(&told(&ahead)), [("2025-12-01", "entry_into_force")]);
    let change = &ahead.changes[0];
    assert_eq!(change.statuses, Some((TreatyStatus::Contracting, TreatyStatus::Party)));
    let rules: Vec<_> = change.because.iter().map(|reason| (reason.rule, &*reason.article)).collect();
    assert_eq!(rules, [("consent", "VCLT 16"), ("in_force_first_of_month", "17")]);
    assert_eq!(moves(change), ["correction"]);
    assert!(book.ahead("TON", "2025-12-01", "2026-07-01").changes.is_empty(), "the day itself has begun");
    assert!(book.ahead("TON", "2025-07-01", "2025-11-30").changes.is_empty(), "beyond the last day looked at");
    assert_eq!(book.ahead("TON", "2025-11-30", "2025-12-01").changes.len(), 1);
}

#[test]
fn acts_are_no_changes_of_their_own() {
    let (mut book, participation) = with_party("POL");
    book.withdrew("2025-11-05", &participation, "2025-08-20");
    let ahead = book.ahead("POL", "1990-01-01", "2030-01-01");
    let expected = [("2013-06-01", "entry_into_force"), ("2026-02-20", "withdrawal_effect")];
    assert_eq!(lines(&told(&ahead)), expected, "neither the signature nor the deposit nor the notice");
    assert_eq!(moves(&ahead.changes[1]), ["revocation", "conflict_asserted", "correction"]);
}

#[test]
fn a_revoked_withdrawal_takes_no_effect() {
    let (mut book, participation) = with_party("POL");
    let notice = book.withdrew("2025-09-01", &participation, "2025-08-20");
    book.record("2025-10-02", &participation, revoked(notice, "2025-10-01"));
    assert!(book.ahead("POL", "2025-10-02", "2027-01-01").changes.is_empty());
}

#[test]
fn a_conflict_defers_and_its_end_lets_go() {
    let (mut book, participation) = with_party("POL");
    book.withdrew("2025-09-01", &participation, "2025-08-20");
    book.record("2025-09-02", "participant/POL", conflict(ConflictEngagement::Engaged, "2025-01-01", "-", "a State"));
    let deferred = book.ahead("POL", "2025-09-02", "2027-01-01");
    assert_eq!(lines(&told(&deferred)), [("2026-02-20", "withdrawal_deferred")]);
    assert!(moves(&deferred.changes[0]).contains(&"conflict_ended"));
    book.record(
        "2026-03-01",
        "participant/POL",
        conflict(ConflictEngagement::NotEngaged, "2026-06-02", "-", "a State"),
    );
    let ends = book.ahead("POL", "2026-03-01", "2027-01-01");
    assert_eq!(lines(&told(&ends)), [("2026-06-01", "withdrawal_effect")]);
    assert!(ends.changes[0].sentence.contains("conflict"), "{ends:#?}");
}

#[test]
fn a_change_whose_day_is_open_is_one_with_the_days_between_which_it_comes() {
    let (mut book, participation) = with_party("POL");
    book.withdrew("2025-09-05", &participation, "2025-08");
    let ahead = book.ahead("POL", "2025-09-05", "2027-01-01");
    let [leaves] = ahead.changes.as_slice() else { panic!("{:#?}", ahead.changes) };
    assert_eq!(leaves.days, Days { first: day("2026-02-01"), last: day("2026-02-28") });
    assert!(leaves.assuming.is_empty(), "whichever day it was");
    assert_eq!(moves(leaves)[0], "claims_settled");
    assert_eq!(book.ahead("POL", "2026-02-27", "2027-01-01").changes.len(), 1, "it may still come");
    assert_eq!(book.ahead("POL", "2026-02-28", "2027-01-01").changes.len(), 0, "it has come");
}

/// A party to a treaty whose clauses say how long others may object.
fn with_objections(participant: &str) -> Book {
    let mut book = Book::default();
    let objection = Some(ObjectionClause { claim_months: 3, reservation_months: 12, article: "VCLT 65".into() });
    let clauses = Clauses { objection, ..ottawa_clauses() };
    book.record("2025-03-17", &format!("treaty/{OTTAWA}"), registered(Some(clauses), "1997-09-18"));
    book.record("2025-03-17", &format!("treaty/{OTTAWA}"), effect(TreatyEffect::EntryIntoForce, "1999-03-01"));
    book.deposited(&under(participant), ConsentMode::Ratification, "2005-12-27");
    book
}

#[test]
fn the_time_for_objections_is_told_by_each_count_on_its_last_day() {
    let mut book = with_objections("UKR");
    book.record("2025-07-21", &under("UKR"), suspension("2025-07-18", "2025-07-21"));
    let ahead = book.ahead("UKR", "2025-10-18", "2025-12-31");
    assert_eq!(lines(&told(&ahead)), [("2025-10-18", "objections_end"), ("2025-10-21", "objections_end")]);
    assert!(ahead.changes[0].sentence.starts_with("last day for objections to the suspension, "), "{ahead:#?}");
    assert_eq!(ahead.changes[1].because[0].rule, "circulation");
    assert_eq!(&*ahead.changes[1].because[0].article, "VCLT 65");
    assert_eq!(lines(&told(&book.ahead("UKR", "2025-10-19", "2025-12-31"))), [("2025-10-21", "objections_end")]);
}

#[test]
fn a_time_for_objections_that_is_counted_from_an_open_day_has_last_days_between_two_ends() {
    let mut book = with_objections("UKR");
    book.record("2025-08-21", &under("UKR"), suspension("2025-07", "-"));
    let days = Days { first: day("2025-10-01"), last: day("2025-10-31") };
    for at in ["2025-09-01", "2025-10-15", "2025-10-31"] {
        let ahead = book.ahead("UKR", at, "2025-10-31");
        assert_eq!(ahead.changes.iter().map(|change| change.days).collect::<Vec<_>>(), [days], "{at}");
        assert!(ahead.changes[0].sentence.ends_with("by the depositary, a day from 2025-07-01 to 2025-07-31"));
    }
    assert!(book.ahead("UKR", "2025-11-01", "2025-12-31").changes.is_empty(), "the last of them is over");
}

#[test]
fn others_may_object_to_a_notice_while_it_runs_and_not_when_it_is_revoked() {
    let mut book = with_objections("POL");
    let first = book.withdrew("2025-09-01", &under("POL"), "2025-08-20");
    let runs = book.ahead("POL", "2025-09-01", "2026-01-01");
    assert_eq!(lines(&told(&runs)), [("2025-11-20", "objections_end")]);
    book.record("2025-10-02", &under("POL"), revoked(first, "2025-10-01"));
    assert!(book.ahead("POL", "2025-10-02", "2026-01-01").changes.is_empty());
    book.withdrew("2025-10-11", &under("POL"), "2025-10-10");
    let again = book.ahead("POL", "2025-10-11", "2026-12-31");
    let expected = [("2026-01-10", "objections_end"), ("2026-04-10", "withdrawal_effect")];
    assert_eq!(lines(&told(&again)), expected, "the second notice alone");
}

#[test]
fn others_may_object_to_a_notice_whether_or_not_there_was_consent_by_then() {
    let ahead = |received: &str| {
        let mut book = with_objections("POL");
        book.deposited(&under("LTU"), ConsentMode::Accession, "2005-09-20");
        book.withdrew("2025-09-01", &under("LTU"), received);
        let ahead = book.ahead("LTU", "2005-10-01", "2005-12-31");
        let times = ahead.changes.into_iter().filter(|change| change.what == UpcomingType::ObjectionsEnd);
        times.map(|change| (change.days, change.assuming.len())).collect::<Vec<_>>()
    };
    let days = |first, last| Days { first: day(first), last: day(last) };
    assert_eq!(ahead("2005-09-22"), [(days("2005-12-22", "2005-12-22"), 0)]);
    assert_eq!(ahead("2005-09-03"), [(days("2005-12-03", "2005-12-03"), 0)], "the consent may be missing");
    assert_eq!(ahead("2005-09-03/2005-09-22"), [(days("2005-12-03", "2005-12-22"), 0)]);
}

fn with_duties(extension: Option<ExtensionClause>) -> Book {
    let mut book = Book::default();
    let duty = |article: &str, due, extension| ObligationClause {
        article: article.into(),
        title: "clearance".into(),
        due,
        extension,
    };
    let obligations = vec![
        duty("5(1)", Due::Act(Period::Years(10)), extension),
        duty("7(2)", Due::YearlyReport { month: 4, day: 30 }, None),
    ];
    let clauses = Clauses { obligations, ..ottawa_clauses() };
    book.record("2025-03-17", &format!("treaty/{OTTAWA}"), registered(Some(clauses), "1997-09-18"));
    book.record("2025-03-17", &format!("treaty/{OTTAWA}"), effect(TreatyEffect::EntryIntoForce, "1999-03-01"));
    book
}

#[test]
fn deadlines_fall_on_their_last_permitted_day_every_year_until_the_last_day_looked_at() {
    let mut book = with_duties(Some(ExtensionClause { months: 120, by: "".into() }));
    book.deposited(&under("MHL"), ConsentMode::Ratification, "2015-03-12");
    let ahead = book.ahead("MHL", "2024-05-01", "2026-12-31");
    let expected = [("2025-04-30", "deadline"), ("2025-09-01", "deadline"), ("2026-04-30", "deadline")];
    assert_eq!(lines(&told(&ahead)), expected);
    assert_eq!(moves(&ahead.changes[1]), ["fulfilment", "extension", "withdrawal", "correction"]);
    assert_eq!(moves(&ahead.changes[0]), ["fulfilment", "withdrawal", "correction"]);
    assert!(ahead.changes[0].sentence.contains("2024 (Article 7(2))"), "{}", ahead.changes[0].sentence);
    assert_eq!(lines(&told(&book.ahead("MHL", "2025-09-01", "2025-12-31"))), [("2025-09-01", "deadline")]);
    assert!(book.ahead("MHL", "2025-09-02", "2025-12-31").changes.is_empty(), "what is overdue does not fall due");
}

#[test]
fn a_deadline_after_the_effect_of_a_withdrawal_does_not_fall() {
    let mut book = with_duties(None);
    book.deposited(&under("MHL"), ConsentMode::Ratification, "2015-03-12");
    book.withdrew("2025-02-01", &under("MHL"), "2025-01-15");
    let ahead = book.ahead("MHL", "2025-02-01", "2026-12-31");
    assert_eq!(lines(&told(&ahead)), [("2025-04-30", "deadline"), ("2025-07-15", "withdrawal_effect")]);
}

#[test]
fn provisional_application_ends_with_the_entry_into_force() {
    let mut book = Book::default();
    let provisional_application = Some(ProvisionalApplicationClause {
        permission: Permission::Permitted,
        scope: "Article 1(1)".into(),
        article: "18".into(),
    });
    let clauses = Clauses { provisional_application, ..ottawa_clauses() };
    book.record("2025-03-17", &format!("treaty/{OTTAWA}"), registered(Some(clauses), "1997-09-18"));
    book.record("2025-03-17", &format!("treaty/{OTTAWA}"), effect(TreatyEffect::EntryIntoForce, "1999-03-01"));
    let TreatyBody::InstrumentDeposited(body) = deposit(ConsentMode::Ratification, "2025-03-12") else { panic!() };
    let body = InstrumentDeposited { provisional_application: true, ..body };
    book.record("2025-03-17", &under("MHL"), TreatyBody::InstrumentDeposited(body));
    let ahead = book.ahead("MHL", "2025-03-17", "2026-03-17");
    let expected = [("2025-09-01", "entry_into_force"), ("2025-09-01", "provisional_application_ends")];
    assert_eq!(lines(&told(&ahead)), expected);
    assert_eq!(&*ahead.changes[1].because[0].article, "18");
}

#[test]
fn the_treaty_enters_into_force_by_count_and_a_statement_goes_before() {
    let mut book = Book::default();
    let mut clauses = ottawa_clauses();
    clauses.entry_into_force.as_mut().unwrap().threshold = 2;
    book.record("2025-03-17", &format!("treaty/{OTTAWA}"), registered(Some(clauses), "1997-09-18"));
    book.deposited(&under("AAA"), ConsentMode::Accession, "2025-03-05");
    book.deposited(&under("BBB"), ConsentMode::Accession, "2025-05-06");
    let horizon = Horizon { at: day("2025-06-01"), until: day("2026-06-01") };
    let of_treaty =
        |book: &Book| book.dossier("NOBODY", |dossier| upcoming_of_treaty(dossier, horizon, ViewName::Default));
    let counted = of_treaty(&book);
    assert_eq!(lines(&told(&counted)), [("2025-11-01", "treaty_in_force")]);
    assert_eq!(moves(&counted.changes[0]), ["consent", "correction", "treaty_in_force"]);
    let early = book.ahead("AAA", "2025-06-01", "2026-06-01");
    assert_eq!(lines(&told(&early)), [("2025-11-01", "entry_into_force")], "with the treaty, not before");
    assert!(early.changes[0].because.iter().any(|reason| reason.rule == "treaty_in_force_as_counted"));
    book.record("2025-06-01", &format!("treaty/{OTTAWA}"), effect(TreatyEffect::EntryIntoForce, "2025-12-15"));
    assert_eq!(lines(&told(&of_treaty(&book))), [("2025-12-15", "treaty_in_force")]);
    assert_eq!(moves(&of_treaty(&book).changes[0]), ["correction"]);
}

#[test]
fn no_time_and_one_month_are_told_as_one_says_them() {
    for (mode, months, expected) in [
        (EntryIntoForceMode::SameDay, 0, "in force: the day of deposit, 2012-12-27"),
        (EntryIntoForceMode::SameDay, 1, "in force: 1 month after the day of deposit, 2012-12-27"),
        (EntryIntoForceMode::FirstOfMonth, 0, "in force: the first day of the month of deposit, 2012-12-27"),
        (
            EntryIntoForceMode::FirstOfMonth,
            2,
            "in force: the first day of the month, 2 months after the month of deposit",
        ),
    ] {
        let mut book = Book::default();
        let clause = EntryIntoForceClause { mode, months, days: 0, threshold: 40, article: "17".into() };
        let withdrawal = ottawa_clauses().withdrawal.map(|clause| WithdrawalClause { notice_months: 1, ..clause });
        let clauses = Clauses { entry_into_force: Some(clause), withdrawal, ..ottawa_clauses() };
        book.record("2025-03-17", &format!("treaty/{OTTAWA}"), registered(Some(clauses), "1997-09-18"));
        book.record("2025-03-17", &format!("treaty/{OTTAWA}"), effect(TreatyEffect::EntryIntoForce, "1999-03-01"));
        book.deposited(&under("POL"), ConsentMode::Ratification, "2012-12-27");
        let answer = book.now(OTTAWA, "POL", "2025-01-01");
        let steps: Vec<&str> = answer.outcomes[0].steps.iter().map(|step| &*step.sentence).collect();
        assert!(steps.iter().any(|told| told.starts_with(expected)), "{expected}: {steps:?}");
        let change = answer.outcomes[0].could_change.iter().find(|change| change.sentence.contains("of withdrawal"));
        let told = change.expect("it could withdraw").sentence.to_string();
        assert!(told.contains("it takes effect 1 month after"), "{told}");
    }
}
