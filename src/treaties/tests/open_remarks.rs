//! What law remarks on acts beside the status that are not dated to the day.

use super::{
    acts::{declaration, declared, succession},
    *,
};

/// What is assumed of each remark with a code, in order of its events; and its message.
fn remarked(answer: &Answer, code: LegalRemark) -> Vec<(Vec<&str>, &str)> {
    let found = answer.findings.iter().filter(|remark| remark.finding.code == code);
    found.map(|it| (it.assuming.iter().map(|told| &**told).collect(), &*it.finding.message)).collect()
}

/// A party to a treaty with times for objections, and the reservation that it made then.
fn reserved(made: &str) -> (Book, EventReference) {
    let (mut book, x) = with_party("XXX");
    let objection = Some(ObjectionClause { reservation_months: 12, claim_months: 3, article: "20".into() });
    let clauses = Clauses { objection, ..ottawa_clauses() };
    let registration = book.events[0].reference();
    let corrected = correction(registration, registered(Some(clauses), "1997-09-18"));
    book.entry("2025-03-18", &format!("treaty/{OTTAWA}"), corrected, |_| {});
    let reservation = book.record("2025-03-18", &x, declared(declaration(DeclarationType::Reservation, made)));
    (book, reservation)
}

#[test]
fn an_objection_that_may_have_come_in_time_is_late_as_far_as_it_came_after_it() {
    let late = |made: &str, lodged: &str| {
        let (mut book, reservation) = reserved(made);
        book.deposited(&format!("participation/{OTTAWA}/AAA"), ConsentMode::Ratification, "2000-01-10");
        book.record("2025-03-18", &format!("participation/{OTTAWA}/AAA"), objection(reservation, lodged));
        let answer = book.now(OTTAWA, "XXX", "2020-01-01");
        let found = remarked(&answer, LegalRemark::ObjectionLate);
        let of_it = |message: &str| message.split_once("; ").unwrap().1.to_owned();
        found.into_iter().map(|(told, message)| (told.join(" or "), of_it(message))).next()
    };
    let told = |assuming: &str, message: &str| Some((assuming.to_owned(), message.to_owned()));
    let on = "the time for it ended on 2013-12-27";
    assert_eq!(late("2012-12-27", "2013-12-27"), None);
    assert_eq!(late("2012-12-27", "2013-12-28/2014-05"), told("", on));
    let lodged = "objection lodged on a day from 2013-12-28 to 2013-12-31, days that the statement allows";
    assert_eq!(late("2012-12-27", "2013"), told(lodged, on));
    let (open, over) = ("the time for it ended on a day from 2013-12-01 to 2013-12-31", "the time for objections");
    let over = format!("{over} had ended when the objection was lodged");
    assert_eq!(late("2012-12", "2013-12-15"), told(&over, open));
    assert_eq!(late("2012-12", "2014-01-01"), told("", open));
    assert_eq!(late("2012-12", "2013-12-01"), None);
}

#[test]
fn of_two_signatures_in_an_unknown_order_either_may_be_the_further_one() {
    let signed = |first: &str, second: &str| {
        let mut book = two_treaties();
        let x = format!("participation/{OTTAWA}/XXX");
        book.signed(&x, first);
        book.signed(&x, second);
        let answer = book.now(OTTAWA, "XXX", "2000-01-01");
        let found = answer.findings.iter().filter(|it| it.finding.code == LegalRemark::SignatureRepeated);
        found
            .map(|it| (it.finding.event.as_ref().unwrap().position.index.0, it.assuming.join(" or ")))
            .collect::<Vec<_>>()
    };
    assert_eq!(signed("1998-01-10", "1997-12-04"), [(4, String::new())]);
    assert_eq!(signed("1998-02/1998-05", "1998-01"), [(4, String::new())], "an open date is not the first");
    let after = |entry: u64| format!("signature affixed after that of entry {entry}");
    assert_eq!(signed("1998", "1998-01"), [(4, after(5)), (5, after(4))]);
}

#[test]
fn who_suspends_on_an_open_day_was_not_bound_on_some_of_its_days() {
    let suspended = |received: &str| {
        let (mut book, x) = with_party("XXX");
        book.record("2025-03-18", &x, suspension(received, "-"));
        let answer = book.now(OTTAWA, "XXX", "2020-01-01");
        let found = remarked(&answer, LegalRemark::SuspensionWithoutMembership);
        found.into_iter().map(|(told, message)| (told.join(" or "), message.to_owned())).next()
    };
    // In force from 1 June 2013.
    assert_eq!(suspended("2013-06"), None);
    let message = "the treaty was not in force for the participant on a day from 2013-01-01 to 2013-05-31";
    let assuming = "suspension on a day from 2013-01-01 to 2013-05-31, days that the statement allows";
    assert_eq!(suspended("2013"), Some((assuming.into(), message.into())));
    assert_eq!(suspended("2013-01/2013-05"), Some((String::new(), message.into())));
}

#[test]
fn what_a_signatory_or_an_outsider_declares_on_an_open_day_says_on_which() {
    let declares = |made: &str| {
        let (book, _) = reserved(made);
        let answer = book.now(OTTAWA, "XXX", "2020-01-01");
        let told = |code| remarked(&answer, code).into_iter().map(|(told, _)| told.join(" or ")).next();
        (told(LegalRemark::DeclarationByOutsider), told(LegalRemark::ReservationNotConfirmed))
    };
    let on = |first: &str, last: &str| {
        Some(format!("declaration made on a day from {first} to {last}, days that the statement allows"))
    };
    // It signed on 4 December 1997 and consented on 27 December 2012.
    assert_eq!(declares("1997-11"), (Some(String::new()), None));
    assert_eq!(declares("1997-11/1997-12"), (on("1997-11-01", "1997-12-03"), on("1997-12-04", "1997-12-31")));
    assert_eq!(declares("1998"), (None, Some(String::new())));
    assert_eq!(declares("2012"), (None, on("2012-01-01", "2012-12-26")));
    assert_eq!(declares("2013"), (None, None));
}

#[test]
fn a_reservation_that_another_may_confirm_is_not_confirmed_if_that_came_before_the_consent() {
    let confirmed = |made: &str| {
        let (mut book, _) = reserved("1998");
        let x = format!("participation/{OTTAWA}/XXX");
        book.record("2025-03-18", &x, declared(declaration(DeclarationType::Reservation, made)));
        let answer = book.now(OTTAWA, "XXX", "2020-01-01");
        let found = remarked(&answer, LegalRemark::ReservationNotConfirmed);
        found.into_iter().map(|(told, _)| told.join(" or ")).next()
    };
    assert_eq!(confirmed("2012-12-27/2013"), None);
    assert_eq!(confirmed("2012").unwrap(), "the reservation of entry 8 made before 2012-12-27");
}

#[test]
fn a_declaration_without_an_instrument_is_remarked_where_none_can_have_come_that_day() {
    let without = |declares: &str, deposited: &str| {
        let mut book = applied(deposited);
        let body = declared(declaration(DeclarationType::ProvisionalApplication, declares));
        book.record("2025-03-18", &format!("participation/{OTTAWA}/XXX"), body);
        let answer = book.now(OTTAWA, "XXX", "2020-01-01");
        let found = remarked(&answer, LegalRemark::ProvisionalWithoutInstrument);
        found.into_iter().map(|(told, _)| told.join(" or ")).next()
    };
    assert_eq!(without("2005-03-10", "2005-03-11"), Some(String::new()));
    assert_eq!(without("2005-03-10", "2005-04"), Some(String::new()));
    assert_eq!(without("2005-02", "2005-03/2005-04"), Some(String::new()));
    // As with every two dates that may be as they have to be: they are taken to be.
    for (declares, deposited) in [
        ("2005-03-10", "2005-03-10"),
        ("2005-03-10", "2005-03"),
        ("2005-03", "2005-03-10"),
        ("2005-03", "2005-03"),
        ("2005", "2005-03/2006"),
        ("-", "2005-03-10"),
    ] {
        assert_eq!(without(declares, deposited), None, "{declares} {deposited}");
    }
}

#[test]
fn a_finding_says_nothing_of_dates_on_which_it_does_not_depend() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.signed(&x, "1998");
    book.deposited(&x, ConsentMode::Ratification, "2011-03/2012-04");
    book.withdrew("2025-03-18", &x, "2011-03");
    book.record("2025-03-18", &x, declared(declaration(DeclarationType::Reservation, "2011-03")));
    book.record("2025-03-18", &x, effect(TreatyEffect::EntryIntoForce, "2011-03"));
    let answer = book.now(OTTAWA, "XXX", "2020-01-01");
    let not_confirmed = remarked(&answer, LegalRemark::ReservationNotConfirmed);
    let [(assuming, _)] = not_confirmed.as_slice() else { panic!("{not_confirmed:?}") };
    let words = "days that the statement allows";
    // On which day it signed or gave notice is nothing to it; of the days of one stretch of the
    // deposit each has its own last day of a reservation.
    let expected = [
        format!("instrument deposited on a day from 2011-04-01 to 2012-04-30, {words}"),
        "instrument deposited on a day from 2011-03-02 to 2011-03-30, days that the statement allows; declaration made \
         on a day from 2011-03-01 to 2011-03-29, as the other dates are"
            .to_owned(),
        format!(
            "instrument deposited on 2011-03-31, a day that the statement allows; declaration made on a day from \
             2011-03-01 to 2011-03-30, {words}"
        ),
    ];
    assert_eq!(*assuming, expected);
    for remark in &answer.findings {
        let signed = remark.assuming.iter().filter(|told| told.contains("signature"));
        assert_eq!((signed.count(), remark.assuming.len() <= 8), (0, true), "{:#?}", remark.assuming);
    }
}

#[test]
fn of_many_ways_to_lead_to_a_finding_the_days_around_them_are_told() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.signed(&x, "2001-05-05");
    book.deposited(&x, ConsentMode::Ratification, "2001-05-05");
    for received in ["2003/2014", "2004/2015", "2005/2016", "2006/2017"] {
        book.withdrew("2025-03-18", &x, received);
    }
    let answer = book.now(OTTAWA, "XXX", "2020-01-01");
    let told = remarked(&answer, LegalRemark::WithdrawalWithoutMembership);
    assert_eq!(told.len(), 4, "one for each notice");
    let around = "on some of the days alone that open dates can mean; withdrawal notified on a day from 2004-07-01 to \
                  2014-12-31, days that the statement allows";
    assert_eq!(told[0].0, [around]);
}

#[test]
fn the_eve_of_a_succession_of_an_open_day_is_looked_at_on_each_of_them() {
    let succeeded = |on: &str| {
        let mut book = two_treaties();
        let under = |who: &str| format!("participation/{OTTAWA}/{who}");
        book.deposited(&under("OLD"), ConsentMode::Accession, "1999-06-10");
        book.record("2025-03-18", &under("NEW"), succession("OLD", SuccessionTo::Consent, on, "2001-03-05"));
        let answer = book.now(OTTAWA, "NEW", "2010-01-01");
        let found = remarked(&answer, LegalRemark::PredecessorNotBound);
        found.into_iter().map(|(told, _)| told.join(" or ")).next()
    };
    assert_eq!(succeeded("1999-07"), None);
    assert_eq!(succeeded("1999-05"), Some(String::new()));
    let assuming = "succession of States on a day from 1999-01-01 to 1999-06-10, days that the statement allows";
    assert_eq!(succeeded("1999").unwrap(), assuming);
}

/// Found by comparing with every day: both ends of the days agree that the statement is wrong,
/// and one of the days between is the one that is stated.
#[test]
fn a_stated_effect_that_is_one_of_the_days_between_is_not_remarked_as_another() {
    let found = |stated: &str| {
        let mut book = two_treaties();
        let x = format!("participation/{OTTAWA}/XXX");
        book.deposited(&x, ConsentMode::Accession, "2012");
        book.record("2025-03-18", &x, effect(TreatyEffect::EntryIntoForce, stated));
        let answer = book.now(OTTAWA, "XXX", "2020-01-01");
        let found = remarked(&answer, LegalRemark::StatedVsComputed);
        found.iter().map(|(told, _)| told.is_empty()).collect::<Vec<_>>()
    };
    assert!(found("2012-12/2013-01").iter().all(|certain| !certain));
    assert_eq!(found("2014"), [true]);
}

#[test]
fn an_effect_that_is_stated_of_a_notice_of_a_month_is_wrong_on_some_of_its_days_alone() {
    let found = |stated: &str| {
        let (mut book, x) = with_party("XXX");
        book.withdrew("2025-09-18", &x, "2025-08");
        book.record("2026-03-18", &x, effect(TreatyEffect::Withdrawal, stated));
        let answer = book.now(OTTAWA, "XXX", "2026-05-01");
        let found = remarked(&answer, LegalRemark::StatedVsComputed);
        found.iter().map(|(told, message)| (told.join(" or "), (*message).to_owned())).collect::<Vec<_>>()
    };
    let words = "days that the statement allows";
    let before = format!("withdrawal notified on a day from 2025-08-01 to 2025-08-14, {words}");
    let after = format!("withdrawal notified on a day from 2025-08-16 to 2025-08-31, {words}");
    let given = "the clauses give a day from 2026-02-01 to 2026-02-28";
    let expected = (format!("{before} or {after}"), format!("stated is 2026-02-15; {given}"));
    assert_eq!(found("2026-02-15"), [expected]);
    assert_eq!(found("2026-03-15"), [(String::new(), format!("stated is 2026-03-15; {given}"))]);
    assert_eq!(found("2026-02"), []);
}

#[test]
fn two_open_dates_bring_one_finding_of_a_code_with_what_tells_it_apart() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.signed(&x, "1999");
    book.deposited(&x, ConsentMode::Ratification, "1999");
    let answer = book.now(OTTAWA, "XXX", "2020-01-01");
    let before = remarked(&answer, LegalRemark::DepositBeforeSignature);
    let after = "signature affixed of entry 4 after instrument deposited of entry 5";
    let message = "ratification follows a signature, and this ledger holds none by a day from 1999-01-01 to 1999-12-30";
    assert_eq!(before, [(vec![after], message)]);
    let late = "signature affixed on a day from 1999-03-01 to 1999-12-31, days that the statement allows";
    let message = "the treaty was not open for signature on a day from 1999-03-01 to 1999-12-31";
    assert_eq!(remarked(&answer, LegalRemark::SignatureOutsideWindow), [(vec![late], message)]);
    assert_eq!(codes(&answer), ["deposit_before_signature", "signature_outside_window"]);
}
