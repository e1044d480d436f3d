//! Duties with a deadline, on small records.

use proptest::prelude::*;

use super::*;
use crate::{
    limits,
    treaties::{Days, Duty, DutyRule, DutyState, Obligations, add_months, obligations},
};

pub const RECORDED: &str = "2025-12-31";

fn clause(article: &str, title: &str, due: Due, months: Option<u32>) -> ObligationClause {
    let extension = months.map(|months| ExtensionClause { months, by: "Meeting of the States Parties".into() });
    ObligationClause { article: article.into(), title: title.into(), due, extension }
}

/// The duties of a treaty like the Ottawa Convention.
pub fn ottawa_duties() -> Vec<ObligationClause> {
    vec![
        clause("4", "destroy stockpiles", Due::Act(Period::Years(4)), None),
        clause("5(1)", "clear mined areas", Due::Act(Period::Years(10)), Some(120)),
        clause("7(1)", "initial report", Due::Report(Period::Days(180)), None),
        clause("7(2)", "yearly report", Due::YearlyReport { month: 4, day: 30 }, None),
    ]
}

/// Two treaties, of which the one like Ottawa has duties and says what goes on.
pub fn book() -> Book {
    let mut clauses = ottawa_clauses();
    clauses.obligations = ottawa_duties();
    clauses.withdrawal.as_mut().unwrap().continues = "duties under other rules of law".into();
    let mut book = Book::default();
    for (treaty, clauses, adopted, in_force) in
        [(OTTAWA, clauses, "1997-09-18", "1999-03-01"), (PROTOCOL, protocol_clauses(), "1996-05-03", "1998-12-03")]
    {
        let subject = format!("treaty/{treaty}");
        book.record("2025-03-17", &subject, registered(Some(clauses), adopted));
        book.record("2025-03-17", &subject, effect(TreatyEffect::EntryIntoForce, in_force));
    }
    book
}

fn on(text: &str) -> Days {
    Days::on(day(text))
}

pub fn own(participant: &str) -> String {
    format!("participation/{OTTAWA}/{participant}")
}

/// A book with one party and the day of its deposit.
pub fn party(participant: &str, deposited: &str) -> Book {
    let mut book = book();
    book.deposited(&own(participant), ConsentMode::Accession, deposited);
    book
}

fn extended(outcome: ExtensionOutcome, article: &str, decided: &str, old: &str, new: &str) -> TreatyBody {
    let civil = |text: &str| (text != "-").then(|| CivilDate(day(text)));
    TreatyBody::DeadlineExtended(Box::new(DeadlineExtended {
        article: article.into(),
        outcome,
        decided: world(decided),
        old_deadline: civil(old),
        new_deadline: civil(new),
        decided_by: "a meeting".into(),
        symbol: "".into(),
    }))
}

pub fn granted(decided: &str, new: &str) -> TreatyBody {
    extended(ExtensionOutcome::Granted, "5(1)", decided, "-", new)
}

pub fn report(article: &str, submitted: &str, period: &str) -> TreatyBody {
    TreatyBody::ReportSubmitted(ReportSubmitted {
        article: article.into(),
        submitted: world(submitted),
        period: world(period),
        symbol: "".into(),
    })
}

pub fn declared(article: &str, made: &str, withdraws: Option<EventReference>) -> TreatyBody {
    TreatyBody::DeclarationMade(Box::new(DeclarationMade {
        declaration_type: DeclarationType::Completion,
        made: world(made),
        article: article.into(),
        text: "".into(),
        made_with: None,
        changes: withdraws.map(|declaration| ChangedDeclaration { declaration, change: DeclarationChange::Withdraws }),
        territory: None,
        effective: None,
    }))
}

impl Book {
    fn duties_as(&self, participant: &str, at: &str, size: Size, view: ViewName) -> Obligations {
        let (treaty, participant) = (OTTAWA.parse().unwrap(), participant.parse().unwrap());
        let recorded_at = size.last_index().map(|last| self.events[last.0 as usize].recorded_at);
        let events: Vec<&Recorded> = self.events.iter().collect();
        let dossier = Dossier {
            treaty: &treaty,
            participant: &participant,
            events: &events,
            deposits: &[],
            mandates: &self.mandates,
            known: Known { size, recorded_at },
        };
        obligations(&dossier, day(at), view)
    }

    pub fn duties(&self, participant: &str, at: &str) -> Obligations {
        self.duties_as(participant, at, self.size(), ViewName::Default)
    }

    pub fn act(&mut self, participant: &str, body: TreatyBody) -> EventReference {
        self.record(RECORDED, &own(participant), body)
    }
}

/// The duties under an article; of yearly reports the one about a year.
pub fn under<'o>(found: &'o Obligations, article: &str, about: Option<i16>) -> Vec<&'o Duty> {
    found.duties.iter().filter(|duty| &*duty.article == article && duty.about == about).collect()
}

pub fn one<'o>(found: &'o Obligations, article: &str) -> &'o Duty {
    let [duty] = under(found, article, None)[..] else { panic!("{found:#?}") };
    duty
}

fn yearly(found: &Obligations) -> Vec<(i16, String, DutyState)> {
    let reports = found.duties.iter().filter_map(|duty| Some((duty.about?, duty.due.first.to_string(), duty.state)));
    reports.collect()
}

fn remarks(found: &Obligations) -> Vec<(&'static str, &str)> {
    found.findings.iter().map(|remark| (remark.finding.code.name(), &*remark.finding.article)).collect()
}

fn rules(duty: &Duty) -> Vec<DutyRule> {
    duty.steps.iter().map(|step| step.rule).collect()
}

#[test]
fn deadlines_are_those_that_the_treaty_bodies_state() {
    for (who, deposited, stockpiles, clearance) in [
        ("UKR", "2005-12-27", "2010-06-01", "2016-06-01"),
        ("POL", "2012-12-27", "2017-06-01", "2023-06-01"),
        ("FIN", "2012-01-09", "2016-07-01", "2022-07-01"),
    ] {
        let found = party(who, deposited).duties(who, "2015-01-01");
        let due = |article| one(&found, article).due.first.to_string();
        assert_eq!((due("4").as_str(), due("5(1)").as_str()), (stockpiles, clearance), "{who}");
    }
    for (who, deposited) in [("LKA", "2017-12-13"), ("PSE", "2017-12-29")] {
        let found = party(who, deposited).duties(who, "2018-07-01");
        assert_eq!(one(&found, "7(1)").due, on("2018-11-28"));
        assert_eq!(one(&found, "7(1)").in_force, on("2018-06-01"));
    }
}

#[test]
fn the_first_report_is_due_in_days_and_not_in_months() {
    // In force on 2011-07-09, as for a succession; here by clauses that take the day of deposit.
    let mut clauses = protocol_clauses();
    clauses.obligations = ottawa_duties();
    clauses.entry_into_force.as_mut().unwrap().months = 0;
    let mut book = Book::default();
    book.record("2025-03-17", &format!("treaty/{OTTAWA}"), registered(Some(clauses), "1997-09-18"));
    book.record("2025-03-17", &format!("treaty/{OTTAWA}"), effect(TreatyEffect::EntryIntoForce, "1999-03-01"));
    book.deposited(&own("SSD"), ConsentMode::Accession, "2011-07-09");
    let found = book.duties("SSD", "2012-01-01");
    assert_eq!(one(&found, "7(1)").due, on("2012-01-05"));
    assert_eq!(one(&found, "5(1)").due, on("2021-07-09"));
    assert_eq!(yearly(&found), [(2011, "2012-04-30".to_owned(), DutyState::Running)]);
}

#[test]
fn the_deadline_day_is_the_last_permitted_one() {
    let book = party("UKR", "2005-12-27");
    let state = |at| {
        let found = book.duties("UKR", at);
        (one(&found, "4").state, one(&found, "4").days_late)
    };
    assert_eq!(state("2010-06-01"), (DutyState::Running, 0));
    assert_eq!(state("2010-06-02"), (DutyState::Overdue, 1));
    let mut in_time = book.clone();
    in_time.act("UKR", declared("4", "2010-06-01", None));
    assert_eq!(one(&in_time.duties("UKR", "2010-06-02"), "4").state, DutyState::Fulfilled);
    let mut late = book.clone();
    late.act("UKR", declared("4", "2010-06-11", None));
    let found = late.duties("UKR", "2020-01-01");
    assert_eq!((one(&found, "4").state, one(&found, "4").days_late), (DutyState::FulfilledLate, 10));
    let found = late.duties("UKR", "2010-06-10");
    assert_eq!(one(&found, "4").state, DutyState::Overdue, "it had not happened yet");
}

#[test]
fn an_article_is_matched_exactly() {
    let mut book = party("UKR", "2005-12-27");
    book.act("UKR", declared("4(1)", "2009-01-01", None));
    book.act("UKR", report("7", "2006-07-01", "2006"));
    let found = book.duties("UKR", "2011-01-01");
    assert_eq!(one(&found, "4").state, DutyState::Overdue);
    assert_eq!(remarks(&found), [("report_without_duty", "4(1)"), ("report_without_duty", "7")]);
}

#[test]
fn granted_extensions_take_the_place_of_the_deadline_and_stay_told() {
    let mut book = party("UKR", "2005-12-27");
    book.act("UKR", extended(ExtensionOutcome::Requested, "5(1)", "2018-11-01", "2016-06-01", "2021-06-01"));
    book.act("UKR", granted("2018-11-30", "2021-06-01"));
    book.act("UKR", extended(ExtensionOutcome::Refused, "5(1)", "2020-06-01", "-", "-"));
    book.act("UKR", extended(ExtensionOutcome::Granted, "5(1)", "2020-11-20", "2021-06-01", "2023-12-01"));
    let at = |at| {
        let found = book.duties("UKR", at);
        let duty = one(&found, "5(1)");
        (duty.state, duty.due.first.to_string(), duty.extensions.len())
    };
    assert_eq!(at("2018-11-29"), (DutyState::Overdue, "2016-06-01".into(), 1));
    assert_eq!(at("2018-11-30"), (DutyState::Running, "2021-06-01".into(), 2));
    assert_eq!(at("2023-12-01"), (DutyState::Running, "2023-12-01".into(), 4));
    assert_eq!(at("2023-12-02"), (DutyState::Overdue, "2023-12-01".into(), 4));
    let found = book.duties("UKR", "2022-01-01");
    let duty = one(&found, "5(1)");
    assert_eq!(duty.first_due, on("2016-06-01"));
    assert_eq!(duty.extensions.iter().map(|it| it.replaces).collect::<Vec<_>>(), [false, true, false, true]);
    assert_eq!(remarks(&found), [("extension_decided_late", "5(1)")]);
    assert!(duty.assuming.is_empty() && found.complete);
}

#[test]
fn an_extension_makes_no_deadline_earlier_and_is_remarked() {
    let mut book = party("UKR", "2005-12-27");
    book.act("UKR", extended(ExtensionOutcome::Granted, "5(1)", "2015-12-01", "-", "2015-06-01"));
    let found = book.duties("UKR", "2016-06-01");
    let duty = one(&found, "5(1)");
    assert_eq!((duty.state, duty.due, duty.days_late), (DutyState::Running, on("2016-06-01"), 0));
    assert_eq!(duty.extensions.iter().map(|it| it.replaces).collect::<Vec<_>>(), [false]);
    assert!(rules(duty).contains(&DutyRule::ExtensionWithoutEffect));
    assert_eq!(remarks(&found), [("extension_to_earlier_day", "5(1)")]);
}

#[test]
fn what_law_has_to_say_on_extensions_is_a_finding_and_stops_none() {
    let mut book = party("UKR", "2005-12-27");
    book.act("UKR", extended(ExtensionOutcome::Granted, "5(1)", "2015-12-01", "2016-06-02", "2026-06-02"));
    book.act("UKR", extended(ExtensionOutcome::Granted, "4", "2009-12-01", "-", "2015-06-01"));
    book.act("UKR", extended(ExtensionOutcome::Granted, "12", "2009-12-01", "-", "2015-06-01"));
    book.act("UKR", granted("2001-12-01", "2033-06-01"));
    let found = book.duties("UKR", "2016-01-01");
    let mut told = remarks(&found);
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("extension_too_long", "5(1)"),
            ("extension_without_duty", "12"),
            ("extension_without_duty", "4"),
            ("extension_without_membership", "5(1)"),
            ("old_deadline_differs", "5(1)"),
        ]
    );
    assert_eq!(one(&found, "5(1)").due, on("2026-06-02"));
    assert_eq!(one(&found, "4").due, on("2010-06-01"), "there is no extension of it");
    assert!(rules(one(&found, "4")).contains(&DutyRule::ExtensionWithoutEffect));
}

#[test]
fn yearly_reports_begin_after_the_first_one_and_cover_the_year_before() {
    let mut book = party("LKA", "2017-12-13");
    assert_eq!(yearly(&book.duties("LKA", "2018-07-01")), [(2018, "2019-04-30".into(), DutyState::Running)]);
    book.act("LKA", report("7(1)", "2018-11-28", "-"));
    book.act("LKA", report("7(2)", "2019-04-30", "2018-06-01/2018-12-31"));
    book.act("LKA", report("7(2)", "2020-05-02", "2019"));
    book.act("LKA", report("7(2)", "2021-04-01", "2020-01/2020-06"));
    let found = book.duties("LKA", "2022-01-01");
    assert_eq!(one(&found, "7(1)").state, DutyState::Fulfilled);
    let expected = [
        (2018, "2019-04-30".to_owned(), DutyState::Fulfilled),
        (2019, "2020-04-30".to_owned(), DutyState::FulfilledLate),
        (2020, "2021-04-30".to_owned(), DutyState::Overdue),
        (2021, "2022-04-30".to_owned(), DutyState::Running),
    ];
    assert_eq!(yearly(&found), expected);
    assert_eq!(remarks(&found), [("report_without_duty", "7(2)")], "half a year is no calendar year");
}

#[test]
fn a_first_report_that_is_due_after_april_puts_the_yearly_one_off() {
    // In force 2014-01-01: 180 days end on 2014-06-30, after the April of that year.
    let found = party("OMN", "2013-07-20").duties("OMN", "2014-05-01");
    assert_eq!(one(&found, "7(1)").due, on("2014-06-30"));
    assert_eq!(yearly(&found), [(2014, "2015-04-30".into(), DutyState::Running)]);
    // In force 2013-12-01: the April before the first report's deadline does not count.
    let found = party("OMN", "2013-06-20").duties("OMN", "2014-05-01");
    assert_eq!(yearly(&found), [(2014, "2015-04-30".into(), DutyState::Running)]);
}

#[test]
fn of_yearly_reports_in_time_the_newest_are_shown_and_all_that_are_missing() {
    let mut book = party("FIN", "2012-01-09");
    for year in 2012..2024 {
        if year != 2015 {
            book.act("FIN", report("7(2)", &format!("{}-04-15", year + 1), &year.to_string()));
        }
    }
    let found = book.duties("FIN", "2024-06-01");
    let shown: Vec<i16> = yearly(&found).iter().map(|(about, ..)| *about).collect();
    assert_eq!(shown, [2015, 2021, 2022, 2023, 2024]);
    assert_eq!(found.fulfilled_not_shown, 12 - 1 - limits::YEARLY_DUTIES_SHOWN);
}

#[test]
fn duties_end_with_the_withdrawal_and_what_was_overdue_stays() {
    let mut book = party("POL", "2012-12-27");
    book.deposited(&format!("participation/{PROTOCOL}/POL"), ConsentMode::ConsentToBeBound, "2003-10-14");
    book.withdrew("2025-11-04", &own("POL"), "2025-08-20");
    book.act("POL", declared("4", "2016-11-01", None));
    book.act("POL", granted("2022-11-20", "2027-06-01"));
    let pending = book.duties("POL", "2026-02-19");
    let duty = one(&pending, "5(1)");
    assert_eq!((duty.state, duty.stops), (DutyState::Running, Some(on("2026-02-20"))));
    assert!(pending.continues.is_empty());
    let found = book.duties("POL", "2026-03-01");
    assert_eq!(one(&found, "4").state, DutyState::Fulfilled, "the history is kept");
    let duty = one(&found, "5(1)");
    assert_eq!((duty.state, duty.due, duty.extensions.len()), (DutyState::Ended, on("2027-06-01"), 1));
    assert_eq!(one(&found, "7(1)").state, DutyState::StaysOverdue);
    let reports = yearly(&found);
    assert_eq!(reports.last(), Some(&(2025, "2026-04-30".to_owned(), DutyState::Ended)));
    assert!(reports[..reports.len() - 1].iter().all(|(_, _, state)| *state == DutyState::StaysOverdue));
    assert!(!found.duties.iter().any(|duty| matches!(duty.state, DutyState::Running | DutyState::Overdue)));
    assert_eq!(&*found.continues, "duties under other rules of law");
    let other = book.now(PROTOCOL, "POL", "2026-03-01");
    assert_eq!(certain(&other), TreatyStatus::Party);
    assert_eq!(other.outcomes[0].intervals[0].first.from, Some(day("2004-04-14")));
}

#[test]
fn a_deadline_on_the_day_of_leaving_ends_and_one_the_day_before_stays() {
    // Out on 2023-06-01, the day of the deadline under Article 5.
    let mut book = party("POL", "2012-12-27");
    book.withdrew("2022-12-02", &own("POL"), "2022-12-01");
    assert_eq!(one(&book.duties("POL", "2023-06-01"), "5(1)").state, DutyState::Ended);
    let mut book = party("POL", "2012-12-27");
    book.withdrew("2022-12-03", &own("POL"), "2022-12-02");
    assert_eq!(one(&book.duties("POL", "2023-06-02"), "5(1)").state, DutyState::StaysOverdue);
    book.act("POL", declared("5(1)", "2024-01-01", None));
    let found = book.duties("POL", "2025-01-01");
    assert_eq!(one(&found, "5(1)").state, DutyState::FulfilledLate, "an accrued duty can still be fulfilled");
}

#[test]
fn a_new_membership_has_duties_of_its_own() {
    let mut book = party("POL", "2012-12-27");
    book.act("POL", declared("4", "2013-07-01", None));
    book.withdrew("2025-11-04", &own("POL"), "2015-01-10");
    book.deposited(&own("POL"), ConsentMode::Accession, "2018-02-10");
    let found = book.duties("POL", "2019-01-01");
    let told: Vec<_> =
        under(&found, "4", None).iter().map(|duty| (duty.in_force.first.to_string(), duty.state)).collect();
    assert_eq!(told, [("2013-06-01".into(), DutyState::Fulfilled), ("2018-08-01".into(), DutyState::Running)]);
    assert!(found.continues.is_empty(), "it came back");
}

#[test]
fn completion_can_be_withdrawn_and_is_asked_for_again_after_an_extension() {
    let mut book = party("UKR", "2005-12-27");
    let declaration = book.act("UKR", declared("5(1)", "2014-01-01", None));
    assert_eq!(one(&book.duties("UKR", "2015-01-01"), "5(1)").state, DutyState::Fulfilled);
    let mut withdrawn = book.clone();
    withdrawn.act("UKR", declared("5(1)", "2014-06-01", Some(declaration)));
    let found = withdrawn.duties("UKR", "2015-01-01");
    assert_eq!(one(&found, "5(1)").state, DutyState::Running);
    assert!(rules(one(&found, "5(1)")).contains(&DutyRule::CompletionWithdrawn));
    book.act("UKR", granted("2015-12-01", "2020-06-01"));
    let found = book.duties("UKR", "2016-01-01");
    assert_eq!((one(&found, "5(1)").state, one(&found, "5(1)").due), (DutyState::Running, on("2020-06-01")));
}

#[test]
fn rival_statements_of_an_extension_give_a_duty_each_with_what_it_assumes() {
    let mut book = party("UKR", "2005-12-27");
    for new in ["2021-06-01", "2021-07-01"] {
        let body = Body::Treaty(granted("2015-12-01", new));
        book.entry(RECORDED, &own("UKR"), body, |recorded| recorded.event.act = Some("extension of 2015".into()));
    }
    let found = book.duties("UKR", "2021-06-15");
    let told: Vec<_> = under(&found, "5(1)", None).iter().map(|duty| (duty.due, duty.state)).collect();
    assert_eq!(told, [(on("2021-06-01"), DutyState::Overdue), (on("2021-07-01"), DutyState::Running)]);
    for duty in under(&found, "5(1)", None) {
        assert_eq!(duty.assuming.len(), 1);
        assert!(duty.assuming[0].contains("as desk states"), "{:?}", duty.assuming);
    }
    assert!(one(&found, "4").assuming.is_empty(), "the other duties do not depend on it");
}

#[test]
fn a_report_that_is_dated_to_a_month_is_in_time_when_it_surely_is() {
    let mut book = party("LKA", "2017-12-13");
    book.act("LKA", report("7(2)", "2019-03", "2018"));
    book.act("LKA", report("7(2)", "2020-04/2020-05", "2019"));
    let found = book.duties("LKA", "2020-06-01");
    let [in_time] = under(&found, "7(2)", Some(2018))[..] else { panic!("{found:#?}") };
    assert_eq!((in_time.state, in_time.assuming.len()), (DutyState::Fulfilled, 0));
    let states: Vec<_> = under(&found, "7(2)", Some(2019)).iter().map(|duty| duty.state).collect();
    assert_eq!(states, [DutyState::Fulfilled, DutyState::FulfilledLate]);
}

#[test]
fn before_entry_into_force_the_duties_lie_ahead() {
    let book = party("LKA", "2017-12-13");
    let found = book.duties("LKA", "2018-05-31");
    assert!(found.duties.iter().all(|duty| duty.state == DutyState::Ahead) && found.duties.len() == 4, "{found:#?}");
    assert!(book.duties("LKA", "2017-12-12").duties.is_empty());
    let none = self::book().duties("LKA", "2018-05-31");
    assert!(none.named && none.duties.is_empty());
}

#[test]
fn a_correction_of_what_was_reported_counts_and_is_told() {
    let mut book = party("LKA", "2017-12-13");
    let submitted = book.act("LKA", report("7(1)", "2019-11-20", "-"));
    assert_eq!(one(&book.duties("LKA", "2020-01-01"), "7(1)").state, DutyState::FulfilledLate);
    let body = correction(submitted, report("7(1)", "2018-11-20", "-"));
    book.entry(RECORDED, &own("LKA"), body, |_| {});
    let found = book.duties("LKA", "2020-01-01");
    assert_eq!(one(&found, "7(1)").state, DutyState::Fulfilled);
    assert!(rules(one(&found, "7(1)")).contains(&DutyRule::EvidenceCorrected));
}

/// An act of a party that bears on its duties.
#[derive(Clone, Debug)]
enum Made {
    Deposited(String),
    Withdrew(String),
    Extended(ExtensionOutcome, &'static str, String, String),
    Reported(&'static str, String, i16),
    Completed(&'static str, String),
    Withdrawn(usize, String),
}

fn date() -> impl Strategy<Value = String> {
    let exact = (2005i16..2030, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"));
    let coarse = (2005i16..2030, 1i8..=12).prop_map(|(y, m)| format!("{y:04}-{m:02}"));
    prop_oneof![9 => exact, 1 => coarse]
}

fn exact() -> impl Strategy<Value = String> {
    (2005i16..2030, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"))
}

fn made() -> impl Strategy<Value = Made> {
    let article = || prop::sample::select(vec!["4", "5(1)", "7(1)", "7(2)", "9"]);
    let outcome = prop::sample::select(ExtensionOutcome::ALL);
    prop_oneof![
        date().prop_map(Made::Deposited),
        date().prop_map(Made::Withdrew),
        (outcome, article(), date(), exact()).prop_map(|(what, of, on, to)| Made::Extended(what, of, on, to)),
        (article(), date(), 2005i16..2030).prop_map(|(of, on, about)| Made::Reported(of, on, about)),
        (article(), date()).prop_map(|(of, on)| Made::Completed(of, on)),
        (any::<usize>(), date()).prop_map(|(of, on)| Made::Withdrawn(of, on)),
    ]
}

fn made_book(acts: &[Made]) -> Book {
    let mut book = party("XXX", "2006-02-03");
    let mut declarations = Vec::new();
    let record = |book: &mut Book, body| book.record("2029-12-31", &own("XXX"), body);
    for made in acts {
        match made {
            Made::Deposited(on) => drop(record(&mut book, deposit(ConsentMode::Accession, on))),
            Made::Withdrew(on) => drop(record(&mut book, notice(on))),
            Made::Extended(outcome, article, on, to) => {
                record(&mut book, extended(*outcome, article, on, "-", to));
            }
            Made::Reported(article, on, about) => drop(record(&mut book, report(article, on, &about.to_string()))),
            Made::Completed(article, on) => declarations.push(record(&mut book, declared(article, on, None))),
            Made::Withdrawn(of, on) => {
                if let Some(of) = (!declarations.is_empty()).then(|| of % declarations.len()) {
                    record(&mut book, declared("4", on, Some(declarations[of].clone())));
                }
            }
        }
    }
    book
}

type Said = (String, Option<i16>, Days, Days, DutyState, u32, usize);

fn said(found: &Obligations) -> (Vec<Said>, Vec<(&'static str, EventReference)>, bool) {
    let mut duties: Vec<Said> = found
        .duties
        .iter()
        .map(|duty| {
            let Duty { article, about, due, in_force, state, days_late, assuming, .. } = duty;
            (article.to_string(), *about, *in_force, *due, *state, *days_late, assuming.len())
        })
        .collect();
    duties.sort();
    let findings =
        found.findings.iter().map(|it| (it.finding.code.name(), it.finding.event.clone().unwrap().reference)).collect();
    (duties, findings, found.complete)
}

proptest! {
    #[test]
    fn a_later_day_never_makes_an_overdue_duty_run_without_an_act(
        acts in prop::collection::vec(made(), 0..7),
        at in exact(),
    ) {
        let book = made_book(&acts);
        let next = day(&at).tomorrow().unwrap();
        let (today, tomorrow) = (book.duties("XXX", &at), book.duties("XXX", &next.to_string()));
        // A date that is not known to the day is read at its first and at its last day.
        let acted = book.events.iter().filter_map(|recorded| recorded.event.date());
        let acted = acted.flat_map(|date| [date.earliest(), date.latest()]).any(|day| day == Some(next));
        for duty in today.duties.iter().filter(|duty| duty.state.is_overdue() && !acted) {
            // Readings are told apart on other sides of another day: the duty is the same.
            let key = |duty: &Duty| (duty.article.clone(), duty.about, duty.membership);
            let same: Vec<&Duty> = tomorrow.duties.iter().filter(|other| key(other) == key(duty)).collect();
            prop_assert!(same.iter().any(|same| same.state.is_overdue()), "{duty:#?}\n{same:#?}");
            let all = same.iter().all(|same| same.state.is_overdue());
            prop_assert!(all || !duty.certain, "{duty:#?}\n{same:#?}");
        }
    }

    #[test]
    fn what_is_recorded_later_changes_nothing_that_was_known(
        acts in prop::collection::vec(made(), 0..7),
        keep in 0usize..7,
        at in exact(),
    ) {
        let all = made_book(&acts);
        let size = Size(all.size().0.min(5 + keep as u64));
        let mut then = all.clone();
        then.events.truncate(size.0 as usize);
        let ask = |book: &Book| book.duties_as("XXX", &at, size, ViewName::Default);
        prop_assert_eq!(ask(&all), ask(&then));
    }

    #[test]
    fn the_order_of_recording_changes_nothing(
        acts in prop::collection::vec(made(), 0..7),
        at in exact(),
        order in any::<u64>(),
    ) {
        let straight = made_book(&acts);
        let mut shuffled = straight.clone();
        let mut state = order | 1;
        shuffled.events.sort_by_cached_key(|recorded| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 32, recorded.position)
        });
        for (recorded, index) in shuffled.events.iter_mut().zip(0..) {
            recorded.position.index = Index(index);
            recorded.standing = Standing::Effective { since: Index(index), verified: false };
        }
        let ask = |book: &Book| {
            let mut book = book.clone();
            book.events.iter_mut().for_each(|recorded| recorded.recorded_at = noon("2030-01-01"));
            said(&book.duties("XXX", &at))
        };
        let mut both = [ask(&straight), ask(&shuffled)];
        both.iter_mut().for_each(|(_, findings, _)| findings.sort());
        let [straight, shuffled] = both;
        prop_assert_eq!(straight, shuffled);
    }

    #[test]
    fn years_and_months_are_counted_as_for_the_status(deposited in exact(), years in 0u32..200, months in 0u32..2400) {
        let mut book = book();
        let mut clauses = protocol_clauses();
        clauses.obligations = vec![
            clause("1", "", Due::Act(Period::Years(years)), None),
            clause("2", "", Due::Act(Period::Months(months)), None),
        ];
        book.events.clear();
        book.record("2004-03-17", &format!("treaty/{OTTAWA}"), registered(Some(clauses), "1996-05-03"));
        book.record("2004-03-17", &format!("treaty/{OTTAWA}"), effect(TreatyEffect::EntryIntoForce, "1998-12-03"));
        book.deposited(&own("XXX"), ConsentMode::ConsentToBeBound, &deposited);
        let found = book.duties("XXX", &deposited);
        let in_force = add_months(day(&deposited), 6);
        prop_assert_eq!(one(&found, "1").due, Days::on(add_months(in_force, years * 12)));
        prop_assert_eq!(one(&found, "2").due, Days::on(add_months(in_force, months)));
    }
}
