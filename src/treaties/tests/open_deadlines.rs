//! Duties that are counted from a date which is not known to the day.

use proptest::prelude::*;

use super::{
    acts::succession,
    obligations::{book as under_no_party, declared, granted, one, own, party, report, under},
    *,
};
use crate::treaties::{Days, Duty, DutyRule, DutyState, Horizon, Obligations, UpcomingType, add_days, upcoming};

fn days(first: &str, last: &str) -> Days {
    Days { first: day(first), last: day(last) }
}

/// The states of the duty under an article, each with its days.
fn states(found: &Obligations, article: &str, about: Option<i16>) -> Vec<(DutyState, Days)> {
    under(found, article, about).iter().map(|duty| (duty.state, duty.due)).collect()
}

#[test]
fn a_duty_whose_readings_differ_in_days_alone_is_told_once_with_its_ends() {
    let same_month = party("UKR", "2005-12");
    assert_eq!(one(&same_month.duties("UKR", "2011-01-01"), "4").due, Days::on(day("2010-06-01")));
    let found = party("UKR", "2005-11/2005-12").duties("UKR", "2011-01-01");
    let duty = one(&found, "4");
    assert_eq!((duty.state, duty.due), (DutyState::Overdue, days("2010-05-01", "2010-06-01")));
    assert_eq!((duty.days_late, duty.days_late_most), (214, 245));
    assert_eq!(duty.in_force, days("2006-05-01", "2006-06-01"));
    assert_eq!((duty.assuming.len(), duty.certain), (0, true));
    assert_eq!((duty.steps[0].date, duty.steps[0].latest), (Some(day("2010-05-01")), Some(day("2010-06-01"))));
    assert!(found.complete);
}

#[test]
fn states_that_differ_say_which_days_each_assumes() {
    let found = party("UKR", "2005").duties("UKR", "2006-01-15");
    let expected = [
        (DutyState::Overdue, Days::on(day("2005-12-28"))),
        (DutyState::Running, days("2006-01-28", "2006-06-30")),
        (DutyState::Ahead, days("2006-07-31", "2006-11-28")),
    ];
    let told = states(&found, "7(1)", None);
    assert_eq!(told.len(), expected.len(), "{told:?}");
    assert_eq!(told[..2], expected[..2]);
    assert_eq!(told[2].0, expected[2].0);
    let assuming: Vec<&str> =
        under(&found, "7(1)", None).iter().flat_map(|duty| &duty.assuming).map(|it| &**it).collect();
    assert_eq!(
        assuming,
        [
            "instrument deposited on a day from 2005-01-01 to 2005-01-31, days that the statement allows",
            "instrument deposited on a day from 2005-02-01 to 2005-07-31, days that the statement allows",
            "instrument deposited on a day from 2005-08-01 to 2005-12-31, days that the statement allows",
        ]
    );
    assert!(found.complete);
    assert!(under(&found, "7(1)", None).iter().all(|duty| !duty.certain));
}

#[test]
fn a_duty_assumes_nothing_of_dates_on_which_it_does_not_depend() {
    let mut book = party("UKR", "2005");
    // Which of the two came first decides which one runs, and nothing about the first report.
    book.withdrew("2012-04-18", &own("UKR"), "2012-03-10/2012-03-12");
    book.withdrew("2012-04-18", &own("UKR"), "2012-03-11/2012-03-13");
    let found = book.duties("UKR", "2006-01-15");
    let told = under(&found, "7(1)", None);
    let assuming: Vec<&str> = told.iter().flat_map(|duty| &duty.assuming).map(|it| &**it).collect();
    let on = |first: &str, last: &str| {
        format!("instrument deposited on a day from {first} to {last}, days that the statement allows")
    };
    let expected = [on("2005-01-01", "2005-01-31"), on("2005-02-01", "2005-07-31"), on("2005-08-01", "2005-12-31")];
    assert_eq!(assuming, expected);
}

#[test]
fn a_deadline_that_may_fall_within_the_days_looked_at_lies_ahead() {
    let book = party("UKR", "2005");
    let horizon = Horizon { at: day("2006-01-15"), until: day("2006-03-16") };
    let ahead = book.dossier("UKR", |dossier| upcoming(dossier, horizon, ViewName::Default));
    let deadlines: Vec<_> = ahead.changes.iter().filter(|change| change.what == UpcomingType::DeadlineFalls).collect();
    let [first_report] = deadlines[..] else { panic!("{deadlines:#?}") };
    assert_eq!(first_report.days, days("2006-01-28", "2006-02-28"));
    let expected = "instrument deposited on a day from 2005-02-01 to 2005-03-31, days that the statement allows";
    assert_eq!(first_report.assuming, [expected.into()]);
    assert!(ahead.complete);
}

#[test]
fn what_is_overdue_assumes_all_days_that_leave_it_so() {
    let found = party("UKR", "2001/2014").duties("UKR", "2010-01-01");
    let reports = under(&found, "7(1)", None);
    let overdue = reports.iter().find(|duty| duty.state == DutyState::Overdue).unwrap();
    let expected = "instrument deposited on a day from 2001-01-01 to 2009-01-31, days that the statement allows";
    assert_eq!((&*overdue.assuming[0], overdue.assuming.len()), (expected, 1));
    assert_eq!(overdue.due, days("2001-12-28", "2009-12-28"));
    // A report is due about every year from the one on in which the treaty may have begun to bind.
    let years: Vec<i16> = (2001..=2008).collect();
    let told: Vec<i16> = years.iter().copied().filter(|year| !under(&found, "7(2)", Some(*year)).is_empty()).collect();
    assert_eq!(told, years);
    let of_2007 = states(&found, "7(2)", Some(2007));
    assert_eq!(of_2007, [(DutyState::Overdue, Days::on(day("2008-04-30")))]);
    assert!(found.complete);
}

#[test]
fn what_stood_before_an_extension_has_both_ends_in_its_remarks_too() {
    // In force from 1 May 2006 or 1 June 2006: mined areas are to be cleared ten years after.
    let mut book = party("UKR", "2005-11/2005-12");
    book.act("UKR", granted("2016-07-01", "2027-01-01"));
    let found = book.duties("UKR", "2020-01-01");
    let [extension] = one(&found, "5(1)").extensions.as_slice() else { panic!("{found:#?}") };
    assert_eq!(extension.before, days("2016-05-01", "2016-06-01"));
    let told: Vec<(&str, &str, usize)> =
        found.findings.iter().map(|it| (it.finding.code.name(), &*it.finding.message, it.assuming.len())).collect();
    let before = "a day from 2016-05-01 to 2016-06-01";
    let too_long = format!("2027-01-01 is more than 120 months after {before}; a day from 2026-05-01 to 2026-06-01");
    let expected = [
        ("extension_too_long", format!("{too_long} would be the last day")),
        ("extension_decided_late", format!("granted on 2016-07-01, after the deadline of {before}")),
    ];
    assert_eq!(told, expected.each_ref().map(|(code, message)| (*code, message.as_str(), 0)));
}

#[test]
fn an_open_date_that_makes_no_difference_doubles_nothing() {
    let mut book = party("UKR", "2005-12-27");
    let settled = book.duties("UKR", "2026-03-01").duties.len();
    book.signed(&own("UKR"), "1998-05");
    let found = book.duties("UKR", "2026-03-01");
    assert_eq!(found.duties.len(), settled);
    assert!(found.duties.iter().all(|duty| duty.assuming.is_empty() && duty.certain), "{:#?}", found.duties);
}

#[test]
fn a_leave_on_an_open_day_ends_a_duty_or_leaves_it_overdue() {
    let mut book = party("UKR", "2000-03-20");
    book.withdrew(obligations::RECORDED, &own("UKR"), "2010");
    let found = book.duties("UKR", "2012-01-01");
    // In force from 1 September 2000: mined areas are to be cleared by 1 September 2010.
    let told: Vec<(DutyState, Option<Date>)> =
        under(&found, "5(1)", None).iter().map(|duty| (duty.state, duty.stops.map(|stops| stops.last))).collect();
    assert_eq!(told, [(DutyState::Ended, Some(day("2010-09-01"))), (DutyState::StaysOverdue, None)]);
    assert!(found.complete, "{found:#?}");
}

#[test]
fn a_duty_that_is_overdue_whether_the_participant_has_left_or_not_is_late_for_certain() {
    let mut book = party("UKR", "2000-03-20");
    book.withdrew(obligations::RECORDED, &own("UKR"), "2011");
    let found = book.duties("UKR", "2012-01-01");
    // Mined areas were to be cleared by 1 September 2010, before any leave.
    let told = |article| -> Vec<(DutyState, bool, bool)> {
        let each = under(&found, article, None);
        each.iter().map(|duty| (duty.state, duty.certain, duty.certainly_overdue)).collect()
    };
    assert_eq!(told("5(1)"), [(DutyState::Overdue, false, true), (DutyState::StaysOverdue, false, true)]);
    let mut book = party("UKR", "2000-03-20");
    book.withdrew(obligations::RECORDED, &own("UKR"), "2010");
    let found = book.duties("UKR", "2012-01-01");
    assert!(under(&found, "5(1)", None).iter().all(|duty| !duty.certainly_overdue), "it may have ended in time");
}

#[test]
fn a_duty_of_a_successor_is_told_apart_by_the_days_of_the_succession() {
    let mut book = under_no_party();
    book.act("NEA", succession("OLD", SuccessionTo::Consent, "2006-06", "2006-12-01"));
    let found = book.duties("NEA", "2010-06-20");
    let told: Vec<_> = under(&found, "4", None)
        .iter()
        .map(|duty| (duty.state, duty.due, duty.days_late, duty.days_late_most, duty.assuming.join(" or ")))
        .collect();
    let assumed = |first: &str, last: &str| {
        format!("succession of States on a day from {first} to {last}, days that the statement allows")
    };
    assert_eq!(
        told,
        [
            (DutyState::Overdue, days("2010-06-01", "2010-06-19"), 1, 19, assumed("2006-06-01", "2006-06-19")),
            (DutyState::Running, days("2010-06-20", "2010-06-30"), 0, 0, assumed("2006-06-20", "2006-06-30")),
        ]
    );
    assert!(found.complete);
}

#[test]
fn the_day_of_leaving_has_both_ends_in_what_stays_overdue() {
    let mut book = party("UKR", "2000-03-20");
    book.withdrew(obligations::RECORDED, &own("UKR"), "2011-01");
    let found = book.duties("UKR", "2012-01-01");
    // Six months after the notice.
    let steps = &one(&found, "5(1)").steps;
    let passed = steps.iter().find(|step| step.rule == DutyRule::DeadlinePassed).unwrap();
    let expected = "nothing in this ledger fulfils the duty by a day from 2011-07-01 to 2011-07-31, the day of leaving";
    assert!(passed.sentence.ends_with(expected), "{}", passed.sentence);
    let stays = steps.iter().find(|step| step.rule == DutyRule::AccruedDutyStays).unwrap();
    assert_eq!((stays.date, stays.latest), (Some(day("2011-07-01")), Some(day("2011-07-31"))));
}

/// A report and the consent may be in the order in which they have to be: they are taken to be.
#[test]
fn a_report_that_may_have_come_after_the_consent_is_not_remarked_as_one_without_duty() {
    let remarked = |deposited: &str, reported: &str| {
        let mut book = party("UKR", deposited);
        book.act("UKR", report("7(1)", reported, "2005"));
        let found = book.duties("UKR", "2011-01-01").findings;
        found.into_iter().map(|it| (it.finding.code.name(), it.assuming.len())).collect::<Vec<_>>()
    };
    let certain = [("report_without_duty", 0)];
    assert_eq!(remarked("2005-06-17", "2005-06-16"), certain);
    assert_eq!(remarked("2005-06-17/2005-06-21", "2005-06-16"), certain);
    assert_eq!(remarked("2005-06-18", "2005-06-16/2005-06-17"), certain);
    assert_eq!(remarked("2005-06-15/2005-06-21", "2005-06-16"), []);
    assert_eq!(remarked("2005-06-18", "2005-06-16/2005-06-20"), []);
}

/// Days between which a date is told, in days from a first one.
fn range() -> impl Strategy<Value = (Date, Date)> {
    (0i32..4000, prop_oneof![0i32..60, 0i32..900]).prop_map(|(from, length)| {
        let at = |days: i32| day("1999-06-01").checked_add(jiff::Span::new().days(days)).unwrap();
        (at(from), at(from + length))
    })
}

/// What else is recorded: a report, a completion, an extension, a withdrawal, each or not.
fn acts() -> impl Strategy<Value = [Option<Date>; 4]> {
    prop::array::uniform4(prop::option::of(range().prop_map(|(first, _)| first)))
}

/// What makes the treaty bind.
#[derive(Clone, Copy)]
enum Begins<'a> {
    Deposit(&'a str),
    Succession(&'a str),
}

fn book_of(begins: Begins<'_>, acts: &[Option<Date>; 4]) -> Book {
    told_book(begins, &acts.map(|on| on.map(|on| (on, on.to_string()))))
}

/// Each act with the day that its content goes by, and its date.
fn told_book(begins: Begins<'_>, [reported, completed, extended, withdrew]: &[Option<(Date, String)>; 4]) -> Book {
    let mut book = under_no_party();
    match begins {
        Begins::Deposit(on) => book.deposited(&own("XXX"), ConsentMode::Accession, on),
        Begins::Succession(on) => book.act("XXX", succession("OLD", SuccessionTo::Consent, on, "2024-01-01")),
    };
    if let Some((day, on)) = reported {
        book.act("XXX", report("7(2)", on, &(day.year() - 1).to_string()));
        book.act("XXX", report("7(1)", on, &day.year().to_string()));
    }
    if let Some((_, on)) = completed {
        book.act("XXX", declared("5(1)", on, None));
    }
    if let Some((day, on)) = extended {
        let new = day.checked_add(jiff::Span::new().years(3)).unwrap();
        book.act("XXX", granted(on, &new.to_string()));
    }
    if let Some((_, on)) = withdrew {
        book.withdrew(obligations::RECORDED, &own("XXX"), on);
    }
    book
}

/// What the duties on a picked day say that those on open dates do not tell.
fn untold(open: &Obligations, settled: &Obligations) -> Option<String> {
    let within = |inner: Days, outer: Days| outer.first <= inner.first && inner.last <= outer.last;
    let key = |duty: &Duty| (duty.article.clone(), duty.about, duty.membership);
    // Of yearly reports in time only the newest are shown, which are others under other readings.
    let mut shown = settled.duties.iter().filter(|duty| duty.about.is_none() || duty.state != DutyState::Fulfilled);
    let untold = shown.find(|duty| {
        !open.duties.iter().filter(|other| key(other) == key(duty)).any(|other| {
            other.state == duty.state
                && within(duty.due, other.due)
                && within(duty.in_force, other.in_force)
                && within(duty.first_due, other.first_due)
                && (other.days_late..=other.days_late_most).contains(&duty.days_late)
        })
    });
    if let Some(duty) = untold {
        let same: Vec<&Duty> = open.duties.iter().filter(|other| key(other) == key(duty)).collect();
        return Some(format!("{duty:#?}\n{same:#?}"));
    }
    let mut certain = open.duties.iter().filter(|duty| duty.certain && duty.about.is_none());
    let told = |duty: &&Duty| settled.duties.iter().any(|it| key(it) == key(duty) && it.state == duty.state);
    certain.find(|duty| !told(duty)).map(|duty| format!("not certain: {duty:#?}"))
}

#[test]
fn a_report_of_an_open_day_is_late_by_as_many_days_as_it_can_be() {
    // In force from 1 June 2006: the first report was due by 28 November 2006.
    let mut book = party("UKR", "2005-12-20");
    book.act("UKR", report("7(1)", "2006-11-20/2006-12-08", "2006"));
    let found = book.duties("UKR", "2010-01-01");
    let reports = under(&found, "7(1)", None);
    let told: Vec<_> = reports.iter().map(|duty| (duty.state, duty.days_late, duty.days_late_most)).collect();
    assert_eq!(told, [(DutyState::Fulfilled, 0, 0), (DutyState::FulfilledLate, 1, 10)]);
    let words = "days that the statement allows";
    let expected = [("2006-11-20", "2006-11-28"), ("2006-11-29", "2006-12-08")];
    let expected = expected.map(|(first, last)| format!("report submitted on a day from {first} to {last}, {words}"));
    let assuming: Vec<&str> = reports.iter().flat_map(|duty| &duty.assuming).map(|told| &**told).collect();
    assert_eq!(assuming, expected);
    assert!(found.complete);
}

proptest! {
    #[test]
    fn what_a_day_of_the_deposit_leads_to_is_among_what_the_open_date_tells(
        (first, last) in range(),
        at in 0i32..9000,
        pick in 0i32..=100,
        acts in acts(),
        succeeds in any::<bool>(),
    ) {
        let at = day("1999-06-01").checked_add(jiff::Span::new().days(at)).unwrap().to_string();
        let picked = (last - first).get_days() * pick / 100;
        let picked = first.checked_add(jiff::Span::new().days(picked)).unwrap();
        let of = |date: &str| book_of(if succeeds { Begins::Succession(date) } else { Begins::Deposit(date) }, &acts);
        let open = of(&format!("{first}/{last}")).duties("XXX", &at);
        let settled = of(&picked.to_string()).duties("XXX", &at);
        prop_assert!(open.complete);
        prop_assert_eq!(untold(&open, &settled), None, "{}", picked);
    }

    /// Whichever days a report, a completion or an extension were of, what follows is told.
    #[test]
    fn what_days_of_the_evidence_lead_to_is_among_what_their_open_dates_tell(
        deposited in range(),
        at in 0i32..9000,
        acts in prop::array::uniform3(prop::option::of((range(), 0i32..=100))),
    ) {
        let at = add_days(day("1999-06-01"), u32::try_from(at).unwrap()).to_string();
        let dated = |text: &dyn Fn(Date, Date, i32) -> String| {
            let [reported, completed, extended] =
                acts.map(|act| act.map(|((first, last), pick)| (first, text(first, last, pick))));
            [reported, completed, extended, None]
        };
        let open = dated(&|first, last, _| format!("{first}/{last}"));
        let picked = dated(&|first, last, pick| {
            let days = u32::try_from((last - first).get_days() * pick / 100).unwrap();
            add_days(first, days).to_string()
        });
        let deposited = deposited.0.to_string();
        let of = |acts: &[Option<(Date, String)>; 4]| told_book(Begins::Deposit(&deposited), acts).duties("XXX", &at);
        let (open, settled) = (of(&open), of(&picked));
        prop_assert!(settled.complete);
        if open.complete {
            prop_assert_eq!(untold(&open, &settled), None);
        }
    }
}
