//! From which day a notice of withdrawal runs, whoever the clauses address it to.

use super::{acts::notification, *};

/// A party since 2012 to a treaty with six months of notice from such a day.
fn bound_under(notice_from: NoticeFrom, addressees: &[Addressee]) -> (Book, String) {
    let mut book = Book::default();
    let clauses = ottawa_clauses();
    let withdrawal = clauses.withdrawal.clone().map(|clause| WithdrawalClause {
        notice_from,
        addressees: addressees.to_vec(),
        later_date_allowed: true,
        conflict_test: ConflictTest::None,
        ..clause
    });
    let depositaries = vec!["a government".into()];
    let clauses = Clauses { withdrawal, depositaries, ..clauses };
    book.record("2025-03-17", "treaty/a:1", registered(Some(clauses), "1997-09-18"));
    book.record("2025-03-17", "treaty/a:1", effect(TreatyEffect::EntryIntoForce, "1999-03-01"));
    let x = "participation/a:1/XXX".to_owned();
    book.deposited(&x, ConsentMode::Accession, "2012-12-27");
    (book, x)
}

fn told_on(received: &str, others: &str, council: &str, later: Option<&str>) -> TreatyBody {
    TreatyBody::WithdrawalNotified(WithdrawalNotified {
        styled: WithdrawalStyle::Withdrawal,
        received_by_depositary: world(received),
        other_parties_notified: world(others),
        security_council_notified: world(council),
        reasons: Some(Reasons::Attached),
        later_effect: later.map(|later| CivilDate(day(later))),
    })
}

fn out(answer: &Answer) -> Option<String> {
    certain(answer).ended().map(|since| since.to_string())
}

fn codes(answer: &Answer) -> Vec<LegalRemark> {
    answer.findings.iter().map(|remark| remark.finding.code).collect()
}

#[test]
fn a_notice_to_others_alone_runs_from_the_day_on_which_the_last_of_them_was_told() {
    let others = [Addressee::OtherParties, Addressee::SecurityCouncil];
    for (received, parties, council, expected) in [
        ("2014-01-15", "2014-02-20", "2014-02-10", "2014-08-20"),
        ("-", "2014-02-20", "2014-03-01", "2014-09-01"),
        ("-", "2014-02-20", "-", "2014-08-20"),
    ] {
        let (mut book, x) = bound_under(NoticeFrom::Notification, &others);
        book.record("2025-03-18", &x, told_on(received, parties, council, None));
        let answer = book.now("a:1", "XXX", "2020-01-01");
        assert_eq!(out(&answer).as_deref(), Some(expected));
        assert_eq!(
            codes(&answer).contains(&LegalRemark::AddresseeMissing),
            council == "-",
            "nobody asks for the depositary"
        );
    }
    let (mut book, x) = bound_under(NoticeFrom::Notification, Addressee::ALL);
    book.record("2025-03-18", &x, told_on("2014-01-15", "2014-02-20", "2014-02-10", None));
    assert_eq!(out(&book.now("a:1", "XXX", "2020-01-01")).as_deref(), Some("2014-07-15"), "VCLT 78(b)");
}

#[test]
fn a_notice_to_others_runs_from_whom_the_clauses_name_and_from_days_on_which_all_were_told() {
    let (mut book, x) = bound_under(NoticeFrom::Notification, &[Addressee::OtherParties]);
    book.record("2025-03-18", &x, told_on("-", "2014-02-20", "2014-05-01", None));
    assert_eq!(
        out(&book.now("a:1", "XXX", "2020-01-01")).as_deref(),
        Some("2014-08-20"),
        "the Council is not asked for"
    );
    let (mut book, x) = bound_under(NoticeFrom::Notification, &[Addressee::OtherParties, Addressee::SecurityCouncil]);
    book.record("2025-03-18", &x, told_on("-", "2014", "2014-06-15", None));
    let held = book.now("a:1", "XXX", "2020-01-01").outcomes[0].held();
    assert_eq!((held.first.from, held.last.from), (Some(day("2014-12-15")), Some(day("2015-06-30"))));
}

#[test]
fn a_notice_runs_from_its_circulation_however_that_is_told() {
    let (mut book, x) = bound_under(NoticeFrom::Circulation, Addressee::ALL);
    let notice = book.record("2025-03-18", &x, told_on("2014-01-15", "-", "-", None));
    let untold = book.now("a:1", "XXX", "2020-01-01");
    assert_eq!(certain(&untold), TreatyStatus::Party, "nothing says when the others were informed");
    book.record("2025-03-19", "treaty/a:1", notification(vec![notice.clone()], "2014-03-10"));
    assert_eq!(out(&book.now("a:1", "XXX", "2020-01-01")).as_deref(), Some("2014-09-10"));
    book.record("2025-03-20", "treaty/a:1", notification(vec![notice], "2014-02-28"));
    assert_eq!(out(&book.now("a:1", "XXX", "2020-01-01")).as_deref(), Some("2014-08-28"), "informed the first time");
    let (mut book, x) = bound_under(NoticeFrom::Circulation, Addressee::ALL);
    let notice = book.record("2025-03-18", &x, told_on("2013-12-15", "-", "-", None));
    book.record("2025-03-19", "treaty/a:1", notification(vec![notice.clone()], "2014"));
    book.record("2025-03-20", "treaty/a:1", notification(vec![notice], "2014-02-01"));
    let held = book.now("a:1", "XXX", "2020-01-01").outcomes[0].held();
    assert_eq!(
        (held.first.from, held.last.from),
        (Some(day("2014-07-01")), Some(day("2014-08-01"))),
        "by the later one"
    );
    let (mut book, x) = bound_under(NoticeFrom::Circulation, Addressee::ALL);
    let notice = book.record("2025-03-18", &x, told_on("2014-01-15", "2014-02-01", "-", None));
    book.record("2025-03-19", "treaty/a:1", notification(vec![notice], "2014-03-10"));
    assert_eq!(out(&book.now("a:1", "XXX", "2020-01-01")).as_deref(), Some("2014-08-01"), "as the notice states it");
}

#[test]
fn a_circulation_on_an_open_day_is_read_on_each_of_them() {
    let (mut book, x) = bound_under(NoticeFrom::Circulation, Addressee::ALL);
    let notice = book.record("2014-03-01", &x, told_on("2014-01-15", "-", "-", None));
    // It was issued after the notice was recorded.
    book.record("2014-06-30", "treaty/a:1", notification(vec![notice], "2014-04/2014-05"));
    let answer = book.now("a:1", "XXX", "2014-10-15");
    let mut told: Vec<_> = answer.outcomes.iter().map(|outcome| outcome.status.name()).collect();
    told.sort_unstable();
    assert_eq!(told, ["former_party", "party_withdrawal_pending"]);
    let held = book.now("a:1", "XXX", "2020-01-01").outcomes[0].held();
    assert_eq!((held.first.from, held.last.from), (Some(day("2014-10-01")), Some(day("2014-11-30"))));
}

#[test]
fn a_later_day_that_lies_before_the_end_of_the_notice_is_remarked_and_the_notice_runs_to_its_end() {
    for (later, early) in [("2014-07-14", true), ("2014-07-15", false), ("2015-01-01", false)] {
        let (mut book, x) = bound_under(NoticeFrom::ReceiptByDepositary, Addressee::ALL);
        book.record("2025-03-18", &x, told_on("2014-01-15", "2014-01-15", "2014-01-15", Some(later)));
        let answer = book.now("a:1", "XXX", "2020-01-01");
        assert_eq!(out(&answer).as_deref(), Some(if early { "2014-07-15" } else { later }));
        assert_eq!(codes(&answer).contains(&LegalRemark::LaterEffectTooEarly), early);
    }
}

#[test]
fn a_depositary_that_the_clauses_do_not_name_is_remarked_and_the_instrument_counts() {
    for (depositary, remarked) in [("", false), ("A Government", false), ("Paris", true)] {
        let (mut book, _) = bound_under(NoticeFrom::ReceiptByDepositary, Addressee::ALL);
        let TreatyBody::InstrumentDeposited(body) = deposit(ConsentMode::Accession, "2013-05-05") else {
            unreachable!()
        };
        let body = InstrumentDeposited { depositary: depositary.into(), ..body };
        book.record("2025-03-18", "participation/a:1/YYY", TreatyBody::InstrumentDeposited(body));
        let answer = book.now("a:1", "YYY", "2020-01-01");
        assert_eq!(certain(&answer), TreatyStatus::Party);
        assert_eq!(codes(&answer).contains(&LegalRemark::DepositaryNotNamed), remarked, "{depositary}");
    }
}

#[test]
fn a_notice_before_the_least_time_of_membership_is_remarked() {
    let mut book = Book::default();
    let mut clauses = ottawa_clauses();
    clauses.withdrawal.as_mut().unwrap().minimum_months = 24;
    book.record("2025-03-17", "treaty/a:1", registered(Some(clauses), "1997-09-18"));
    book.record("2025-03-17", "treaty/a:1", effect(TreatyEffect::EntryIntoForce, "1999-03-01"));
    book.deposited("participation/a:1/XXX", ConsentMode::Accession, "2024-01-01");
    book.withdrew("2025-07-18", "participation/a:1/XXX", "2025-07-18");
    assert_eq!(super::codes(&book.now("a:1", "XXX", "2026-05-02")), ["notice_too_early"]);
}
