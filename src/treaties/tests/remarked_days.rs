//! On which days of an open date a remark is made: on those on which an exact date brings it.

use super::{
    acts::{declaration, declared},
    *,
};
use crate::treaties::Days;

const XXX: &str = "participation/untc:XXVI-5/XXX";

/// The days of a stretch on which a record of that exact day brings a remark, as these days are
/// told where `what` is of an open date.
fn by_exact_days(what: &str, of: Days, brings: impl Fn(&str) -> bool) -> Vec<String> {
    let mut stretches: Vec<Days> = Vec::new();
    for on in of.each().filter(|on| brings(&on.to_string())) {
        match stretches.last_mut().filter(|last| last.last.tomorrow().unwrap() == on) {
            Some(last) => last.last = on,
            None => stretches.push(Days::on(on)),
        }
    }
    let told = stretches.into_iter().map(|days| {
        let which = match days.is_settled() {
            true if days.first == of.first => "the first day",
            true if days.last == of.last => "the last day",
            true => "a day",
            false => "days",
        };
        format!("{what} {days}, {which} that the statement allows")
    });
    told.collect()
}

/// What is assumed of the remarks with a code.
fn told(answer: &Answer, code: LegalRemark) -> Vec<String> {
    let found = answer.findings.iter().filter(|remark| remark.finding.code == code);
    found.flat_map(|remark| remark.assuming.iter().map(ToString::to_string)).collect()
}

/// What is dated besides the status.
#[derive(Clone, Copy, Debug)]
enum Beside<'a> {
    Declares(&'a str),
    Objects(&'a str),
    Suspends(&'a str),
}

impl Beside<'_> {
    fn code(self) -> LegalRemark {
        match self {
            Self::Declares(_) => LegalRemark::DeclarationByOutsider,
            Self::Objects(_) => LegalRemark::ObjectionByOutsider,
            Self::Suspends(_) => LegalRemark::SuspensionWithoutMembership,
        }
    }

    fn record(self, book: &mut Book) {
        match self {
            Self::Declares(on) => {
                book.record("2025-03-18", XXX, declared(declaration(DeclarationType::Interpretative, on)));
            }
            Self::Objects(on) => {
                let others = format!("participation/{OTTAWA}/OTH");
                book.deposited(&others, ConsentMode::Accession, "2001-01-10");
                let made = declared(declaration(DeclarationType::Reservation, "2001-01-10"));
                let reservation = book.record("2025-03-18", &others, made);
                book.record("2025-03-18", XXX, objection(reservation, on));
            }
            Self::Suspends(on) => {
                book.record("2025-03-18", XXX, suspension(on, "-"));
            }
        }
    }
}

/// Who accedes on a day and declares, objects or suspends.
fn accedes(on: &str, beside: Beside<'_>) -> Book {
    let mut book = two_treaties();
    book.deposited(XXX, ConsentMode::Accession, on);
    beside.record(&mut book);
    book
}

#[test]
fn a_remark_assumes_the_days_on_which_an_exact_deposit_brings_it_whichever_day_is_asked_about() {
    for (first, last, beside, asked) in [
        ("2005-06-15", "2005-06-21", Beside::Declares("2005-06-16"), ["2005-12-01", "2005-06-17", "2005-06-20"]),
        ("2005-06-01", "2005-06-30", Beside::Declares("2005-06-10"), ["2005-12-01", "2005-06-10", "2005-06-13"]),
        ("2005-06-01", "2005-06-30", Beside::Objects("2005-06-10"), ["2005-12-01", "2005-06-10", "2005-06-25"]),
        // In force on the first day of the sixth month after the deposit.
        ("2005-05-20", "2005-06-20", Beside::Suspends("2005-11-15"), ["2006-12-01", "2005-11-30", "2005-06-01"]),
    ] {
        let of = Days { first: day(first), last: day(last) };
        let brings = |on: &str| {
            let exact = accedes(on, beside).now(OTTAWA, "XXX", asked[0]);
            exact.findings.iter().any(|remark| remark.finding.code == beside.code())
        };
        let expected = by_exact_days("instrument deposited", of, brings);
        assert_eq!(expected.len(), 1, "{beside:?}");
        for at in asked {
            let open = accedes(&format!("{first}/{last}"), beside).now(OTTAWA, "XXX", at);
            assert_eq!(told(&open, beside.code()), expected, "{beside:?} at {at}");
        }
    }
}

#[test]
fn a_remark_assumes_the_days_on_which_an_exact_signature_brings_it() {
    let signs = |on: &str| {
        let mut book = two_treaties();
        book.signed(XXX, on);
        Beside::Declares("1998-06-10").record(&mut book);
        book.now(OTTAWA, "XXX", "1998-12-01")
    };
    let code = LegalRemark::DeclarationByOutsider;
    let of = Days { first: day("1998-06-01"), last: day("1998-06-30") };
    let expected = by_exact_days("signature affixed", of, |on| !told_codes(&signs(on), code).is_empty());
    assert_eq!(expected, ["signature affixed on a day from 1998-06-11 to 1998-06-30, days that the statement allows"]);
    assert_eq!(told(&signs("1998-06"), code), expected);
}

fn told_codes(answer: &Answer, code: LegalRemark) -> Vec<LegalRemark> {
    answer.findings.iter().map(|remark| remark.finding.code).filter(|it| *it == code).collect()
}

#[test]
fn a_remark_assumes_no_rival_statement_on_which_it_does_not_depend() {
    let revokes = |on: &str, rival: bool| {
        let mut book = two_treaties();
        if rival {
            let stated = effect(TreatyEffect::EntryIntoForce, "2000-03-01");
            book.record("2025-03-17", &format!("treaty/{OTTAWA}"), stated);
        }
        book.deposited(XXX, ConsentMode::Accession, "2005-06-15");
        let notice = book.withdrew("2025-03-17", XXX, "2010-01-10");
        book.record("2025-03-18", XXX, revoked(notice, on));
        book.now(OTTAWA, "XXX", "2012-01-01")
    };
    let code = LegalRemark::RevocationTooLate;
    let of = Days { first: day("2010-07-01"), last: day("2010-07-31") };
    let expected = by_exact_days("withdrawal revoked", of, |on| !told_codes(&revokes(on, false), code).is_empty());
    assert_eq!(expected, ["withdrawal revoked on a day from 2010-07-10 to 2010-07-31, days that the statement allows"]);
    assert_eq!(told(&revokes("2010-07", false), code), expected);
    assert_eq!(told(&revokes("2010-07", true), code), expected);
}

/// That of two rivals leads there which one has to be assumed, is told.
#[test]
fn a_remark_assumes_the_rival_statement_on_which_it_depends() {
    let mut book = two_treaties();
    book.deposited(XXX, ConsentMode::Accession, "2005-06-15");
    let mut notice = None;
    for received in ["2010-01-10", "2011-01-10"] {
        let rival = |recorded: &mut Recorded| recorded.event.act = Some("the notice".into());
        notice = Some(book.entry("2025-03-17", XXX, Body::Treaty(self::notice(received)), rival));
    }
    book.record("2025-03-18", XXX, revoked(notice.unwrap(), "2010-09"));
    let answer = book.now(OTTAWA, "XXX", "2012-01-01");
    let expected = "withdrawal notified on 2010-01-10, as desk states in entry 5";
    assert_eq!(told(&answer, LegalRemark::RevocationTooLate), [expected]);
}

#[test]
fn of_two_open_dates_a_remark_assumes_no_day_on_which_no_exact_record_brings_it() {
    let of = |signed: &str, deposited: &str| {
        let mut book = two_treaties();
        book.signed(XXX, signed);
        book.deposited(XXX, ConsentMode::Ratification, deposited);
        Beside::Declares("1998-06-04").record(&mut book);
        told(&book.now(OTTAWA, "XXX", "1999-12-01"), LegalRemark::DeclarationByOutsider)
    };
    let open = of("1998-06-01/1998-06-08", "1998-06-01/1998-06-08");
    // Both came after the declaration.
    let words = "on a day from 1998-06-05 to 1998-06-08, days that the statement allows";
    assert_eq!(open, [format!("signature affixed {words}; instrument deposited {words}")]);
}
