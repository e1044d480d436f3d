//! Accounts of a conflict that differ, are contested or tell of some days only; what a
//! deferral waits for besides the end of a conflict; what is told of rival accounts.

use super::{
    acts::{contest, succession},
    *,
};
use crate::treaties::{ChangeCode, Horizon, StatusRule, Step, upcoming};

fn steps(answer: &Answer, rule: StatusRule) -> Vec<&Step> {
    answer.outcomes.iter().flat_map(|outcome| &outcome.steps).filter(|step| step.rule == rule).collect()
}

fn could(answer: &Answer, code: ChangeCode) -> Vec<&str> {
    let changes = answer.outcomes.iter().flat_map(|outcome| &outcome.could_change);
    changes.filter(|change| change.code == code).map(|change| &*change.sentence).collect()
}

/// A withdrawal whose notice ends on 2026-01-18.
fn leaving() -> Book {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-07-18", &x, "2025-07-18");
    book
}

impl Book {
    fn asserts(&mut self, engagement: ConflictEngagement, since: &str, until: &str, by: &str) -> EventReference {
        self.record("2025-07-19", "participant/XXX", conflict(engagement, since, until, by))
    }
}

#[test]
fn a_contested_assertion_of_a_conflict_gives_both_outcomes() {
    let mut book = leaving();
    let asserted = book.asserts(ConflictEngagement::Engaged, "2022", "-", "XXX");
    assert_eq!(kinds(&book.now(OTTAWA, "XXX", "2026-03-01")), ["party_withdrawal_deferred_conflict"]);
    book.entry("2025-08-01", "participant/XXX", contest(asserted, "YYY", "2025-08-01"), |_| {});
    let answer = book.now(OTTAWA, "XXX", "2026-03-01");
    assert_eq!(kinds(&answer), ["former_party", "party_withdrawal_deferred_conflict"]);
    assert_eq!(could(&answer, ChangeCode::ClaimsSettled).len(), 2);
    let told: Vec<&str> = answer.outcomes.iter().flat_map(|outcome| &outcome.assuming).map(|told| &**told).collect();
    assert!(told.contains(&"a conflict: without what XXX asserts in entry 7, which YYY contests"), "{told:?}");
    assert!(answer.outcomes.iter().all(|outcome| {
        outcome.steps.iter().any(|step| step.rule == StatusRule::ConflictTest && step.event.is_some())
    }));
}

#[test]
fn a_reading_rests_on_the_assertion_that_it_goes_by() {
    let mut book = leaving();
    book.asserts(ConflictEngagement::Engaged, "2022", "-", "XXX");
    book.asserts(ConflictEngagement::NotEngaged, "2022", "-", "YYY");
    let answer = book.now(OTTAWA, "XXX", "2026-03-01");
    let told = steps(&answer, StatusRule::ConflictTest);
    let denied = told.iter().find(|step| step.sentence.contains("as YYY asserts")).unwrap();
    assert_eq!(denied.event.as_ref().map(|event| event.position.index), Some(Index(8)));
    assert!(told.iter().all(|step| !step.sentence.contains("no account")), "{told:#?}");
}

#[test]
fn who_is_said_not_to_be_engaged_since_a_day_is_not_said_so_of_the_days_before() {
    let mut book = leaving();
    book.asserts(ConflictEngagement::Engaged, "2024", "-", "AAA");
    book.asserts(ConflictEngagement::NotEngaged, "2026-05-01", "-", "BBB");
    let on = |at| book.now(OTTAWA, "XXX", at);
    assert_eq!(kinds(&on("2026-03-01")), ["party_withdrawal_deferred_conflict"], "nobody says otherwise of that day");
    let later = on("2026-06-01");
    assert_eq!(kinds(&later), ["former_party", "party_withdrawal_deferred_conflict"]);
    let former = later.outcomes.iter().find(|outcome| outcome.status.name() == "former_party").unwrap();
    assert_eq!(former.status, TreatyStatus::FormerParty { since: day("2026-04-30") });
}

/// A party to a treaty whose deferral also waits for repatriation, which left during a
/// conflict; with the protocol that the treaty takes along.
fn waiting() -> Book {
    let mut book = Book::default();
    let withdrawal = protocol_clauses().withdrawal.map(|clause| WithdrawalClause {
        conflict_ends_with: vec![ConflictEnd::ArmedConflict, ConflictEnd::Repatriation],
        ..clause
    });
    let clauses = Clauses { withdrawal, cascade_to: vec!["a:1-p".parse().unwrap()], ..protocol_clauses() };
    book.record("2025-03-17", "treaty/a:1", registered(Some(clauses), "1980-10-10"));
    let TreatyBody::TreatyRegistered(body) = registered(Some(protocol_clauses()), "1980-10-10") else { unreachable!() };
    let protocol = TreatyRegistered { parent: Some("a:1".parse().unwrap()), ..*body };
    book.record("2025-03-17", "treaty/a:1-p", TreatyBody::TreatyRegistered(Box::new(protocol)));
    for treaty in ["a:1", "a:1-p"] {
        book.record("2025-03-17", &format!("treaty/{treaty}"), effect(TreatyEffect::EntryIntoForce, "1983-12-02"));
        book.deposited(&format!("participation/{treaty}/XXX"), ConsentMode::Accession, "2001-02-01");
    }
    book.withdrew("2025-03-18", "participation/a:1/XXX", "2025-02-28");
    book.asserts(ConflictEngagement::Engaged, "2024", "2026-08-08", "XXX");
    book
}

#[test]
fn where_a_deferral_waits_for_repatriation_the_end_of_the_conflict_is_the_earliest_day() {
    let answer = waiting().now("a:1", "XXX", "2026-11-29");
    assert_eq!(kinds(&answer), ["former_party", "party_withdrawal_deferred_conflict"]);
    assert!(answer.outcomes.iter().all(|outcome| outcome.assuming[0].contains("repatriated")));
    let told = steps(&answer, StatusRule::ConflictTest);
    assert!(told.iter().any(|step| step.sentence.contains("this day is the earliest") && &*step.article == "9"));
    let could = could(&answer, ChangeCode::ConflictEnded);
    assert!(
        could.iter().any(|sentence| sentence.contains("repatriated") && sentence.contains("Article 9")),
        "{could:?}"
    );
    assert_eq!(kinds(&waiting().now("a:1", "XXX", "2026-08-01")), ["party_withdrawal_deferred_conflict"]);
}

#[test]
fn what_comes_says_that_the_day_is_the_earliest() {
    let book = waiting();
    let events: Vec<&Recorded> = book.events.iter().collect();
    let (treaty, participant) = ("a:1".parse().unwrap(), "XXX".parse().unwrap());
    let known = Known { size: book.size(), recorded_at: Some(noon("2025-07-19")) };
    let dossier =
        Dossier { treaty: &treaty, participant: &participant, events: &events, deposits: &[], mandates: &[], known };
    let horizon = Horizon { at: day("2026-03-01"), until: day("2026-12-31") };
    let changes = upcoming(&dossier, horizon, ViewName::Default).changes;
    let out = changes.iter().find(|change| change.days.first == day("2026-08-08")).unwrap();
    assert!(out.assuming[0].contains("repatriated"), "{out:#?}");
    assert!(out.because.iter().any(|reason| reason.sentence.contains("this day is the earliest")), "{out:#?}");
}

#[test]
fn a_protocol_that_is_taken_along_tells_the_notice_and_the_conflict_of_the_parent() {
    let answer = waiting().now("a:1-p", "XXX", "2026-08-01");
    assert_eq!(kinds(&answer), ["party_withdrawal_deferred_conflict"]);
    let told =
        |rule| steps(&answer, rule).iter().any(|step| step.sentence.starts_with("under a:1: ") && step.event.is_some());
    assert!(told(StatusRule::WithdrawalNotice) && told(StatusRule::ConflictTest), "{:#?}", answer.outcomes);
}

#[test]
fn a_notice_of_an_unknown_day_is_remarked_and_the_day_could_change_the_answer() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-08-06", &x, "-");
    let answer = book.now(OTTAWA, "XXX", "2030-01-01");
    assert_eq!(codes(&answer), ["addressee_missing"]);
    let could = could(&answer, ChangeCode::Correction);
    assert!(could.iter().any(|sentence| sentence.contains("becoming known") && sentence.contains("20")), "{could:?}");
}

#[test]
fn every_account_of_a_step_that_is_followed_is_told() {
    let (mut book, x) = with_party("XXX");
    for taken in ["2025-06-29", "2025-06-30"] {
        let step = domestic(DomesticStep::HeadOfState, PursuedAct::Withdrawal, taken);
        book.entry("2025-07-01", &x, Body::Treaty(step), |recorded| recorded.event.act = Some("decree".into()));
    }
    let answer = book.now(OTTAWA, "XXX", "2026-03-01");
    let told = steps(&answer, StatusRule::DomesticStepIsNoStatus);
    let days: Vec<_> = told.iter().map(|step| step.date.unwrap()).collect();
    assert_eq!(days, [day("2025-06-29"), day("2025-06-30")]);
    assert!(told.iter().all(|step| step.sentence.ends_with("one of 2 accounts of it that nothing decides between")));
}

#[test]
fn a_successor_is_bound_no_earlier_than_the_treaty() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.record("2025-03-18", &x, succession("AAA", SuccessionTo::Consent, "1998-01-01", "2001-02-22"));
    let since = |at| {
        book.now(OTTAWA, "XXX", at).overlays.iter().find_map(|overlay| match overlay {
            Overlay::RetroactiveSuccession { succeeded, .. } => Some(*succeeded),
            _ => None,
        })
    };
    assert_eq!(since("1999-02-28"), None, "not bound yet");
    assert_eq!(since("2005-01-01"), Some(day("1999-03-01")), "since the treaty is in force");
}

#[test]
fn acts_before_the_adoption_are_remarked_and_modes_cite_their_article() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.deposited(&x, ConsentMode::Ratification, "1897-02-20");
    let answer = book.now(OTTAWA, "XXX", "2002-01-01");
    assert_eq!(codes(&answer), ["deposit_before_signature", "act_before_adoption"]);
    assert!(answer.findings.iter().all(|remark| !remark.finding.article.is_empty()), "{:#?}", answer.findings);
}
