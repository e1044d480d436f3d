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

/// The steps on the conflict in the outcome with a status: entry and sentence.
fn told_of_conflict(answer: &Answer, status: &str) -> Vec<(u64, String)> {
    let outcome = answer.outcomes.iter().find(|outcome| outcome.status.name() == status).unwrap();
    let told = outcome.steps.iter().filter(|step| step.rule == StatusRule::ConflictTest);
    let index = |step: &Step| step.event.as_ref().unwrap().position.index.0;
    told.map(|step| (index(step), step.sentence.to_string())).collect()
}

#[test]
fn each_step_on_a_conflict_is_told_of_whoever_asserts_it() {
    let mut book = leaving();
    book.asserts(ConflictEngagement::Engaged, "2024", "-", "AAA");
    book.asserts(ConflictEngagement::NotEngaged, "2026-05-01", "-", "BBB");
    let answer = book.now(OTTAWA, "XXX", "2026-06-01");
    let engaged = "engaged in a conflict on that day, as AAA asserts";
    let expected = [
        (7, engaged.to_owned()),
        (8, "engaged in a conflict until 2026-04-30 and no longer, as BBB asserts".to_owned()),
    ];
    assert_eq!(told_of_conflict(&answer, "former_party"), expected, "as BBB asserts: AAA knows of no end");
    let deferred = told_of_conflict(&answer, "party_withdrawal_deferred_conflict");
    assert_eq!(deferred, [(7, format!("{engaged}: it goes on"))]);
    assert!(answer.rests_on.iter().any(|event| event.position.index == Index(8)));
}

#[test]
fn who_ended_its_own_assertion_is_believed_by_those_that_are_silent_on_it() {
    let mut book = leaving();
    book.asserts(ConflictEngagement::Engaged, "2024", "-", "AAA");
    book.asserts(ConflictEngagement::NotEngaged, "2026-03-01", "-", "AAA");
    book.asserts(ConflictEngagement::NotEngaged, "2026-05-01", "-", "BBB");
    let answer = book.now(OTTAWA, "XXX", "2026-06-01");
    assert_eq!(certain(&answer), TreatyStatus::FormerParty { since: day("2026-02-28") });
    let told = told_of_conflict(&answer, "former_party");
    assert!(told.contains(&(8, "engaged in a conflict until 2026-02-28 and no longer, as AAA asserts".to_owned())));
}

/// An occupation that somebody asserts of the day on which the notice of XXX is over.
fn occupation(by: &str, since: &str, until: &str) -> TreatyBody {
    let TreatyBody::ConflictStatusAsserted(body) = conflict(ConflictEngagement::Engaged, since, until, by) else {
        unreachable!()
    };
    let conflict = "the occupation of the north".into();
    TreatyBody::ConflictStatusAsserted(ConflictStatusAsserted {
        conflict,
        conflict_type: Some(ConflictType::Occupation),
        ..body
    })
}

#[test]
fn an_occupation_that_the_clauses_do_not_count_is_told_with_who_asserts_it() {
    let mut book = leaving();
    for (by, until) in [("AAA", "-"), ("BBB", "-"), ("CCC", "2025-12-31")] {
        book.record("2025-07-19", "participant/XXX", occupation(by, "2024", until));
    }
    let answer = book.now(OTTAWA, "XXX", "2026-03-01");
    assert_eq!(certain(&answer), TreatyStatus::FormerParty { since: day("2026-01-18") }, "an armed conflict alone");
    let told: Vec<&Step> =
        steps(&answer, StatusRule::ConflictTest).into_iter().filter(|it| it.event.is_some()).collect();
    let entries: Vec<u64> = told.iter().map(|step| step.event.as_ref().unwrap().position.index.0).collect();
    assert_eq!(entries, [7, 8], "that of CCC was over: {told:#?}");
    let expected = "an occupation (the occupation of the north) is asserted for that day by AAA: it does not count here, \
                    where an armed conflict alone defers a withdrawal";
    assert_eq!((&*told[0].sentence, &*told[0].article, told[0].date), (expected, "20", Some(day("2026-01-18"))));
}

#[test]
fn an_occupation_counts_where_the_clauses_include_it() {
    let mut book = two_treaties();
    let x = format!("participation/{PROTOCOL}/XXX");
    book.deposited(&x, ConsentMode::Accession, "2001-02-01");
    book.withdrew("2025-07-18", &x, "2025-01-18");
    book.record("2025-07-19", "participant/XXX", occupation("AAA", "2024", "-"));
    let answer = book.now(PROTOCOL, "XXX", "2026-03-01");
    assert_eq!(kinds(&answer), ["party_withdrawal_deferred_conflict"]);
    assert!(steps(&answer, StatusRule::ConflictTest).iter().all(|step| !step.sentence.contains("does not count")));
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
fn while_those_protected_are_not_released_that_alone_could_change_the_answer() {
    for treaty in ["a:1", "a:1-p"] {
        let answer = waiting_since_its_end().now(treaty, "XXX", "2026-11-29");
        assert_eq!(kinds(&answer), ["former_party", "party_withdrawal_deferred_conflict"], "{treaty}");
        assert!(could(&answer, ChangeCode::ClaimsSettled).is_empty(), "no statements contradict each other");
        let could = could(&answer, ChangeCode::ConflictEnded);
        assert_eq!(could.len(), 2, "one in each outcome: {could:?}");
        let sentence = "it being recorded that those protected have been released, repatriated or re-established, on \
                        which the end of a deferral also depends (Article 9): no kind of event states it yet";
        assert!(could.iter().all(|told| *told == sentence), "{could:?}");
    }
}

#[test]
fn while_the_conflict_goes_on_its_end_and_what_else_is_waited_for_could_change_the_answer() {
    let mut book = waiting();
    book.asserts(ConflictEngagement::Engaged, "2025", "-", "ZZZ");
    let answer = book.now("a:1", "XXX", "2026-11-29");
    let deferred = answer.outcomes.iter().find(|it| it.status.name() == "party_withdrawal_deferred_conflict").unwrap();
    let told: Vec<_> = deferred.could_change.iter().map(|change| change.code).collect();
    assert!(told.contains(&ChangeCode::ClaimsSettled), "accounts differ: {told:?}");
}

#[test]
fn every_step_of_a_treaty_that_is_taken_along_has_its_day() {
    for at in ["2026-03-01", "2026-08-01", "2026-11-29"] {
        let answer = waiting().now("a:1-p", "XXX", at);
        let told = steps(&answer, StatusRule::Cascade);
        assert!(!told.is_empty() && told.iter().all(|step| step.date.is_some()), "{at}: {told:#?}");
    }
}

/// The same, with something recorded after the end of the conflict.
fn waiting_since_its_end() -> Book {
    let mut book = waiting();
    book.record("2026-11-01", "participant/ZZZ", conflict(ConflictEngagement::NotEngaged, "2020", "-", "ZZZ"));
    book
}

#[test]
fn what_could_change_an_answer_names_no_day_that_has_come() {
    let mut book = leaving();
    book.asserts(ConflictEngagement::Engaged, "2024", "2026-08-08", "XXX");
    book.record("2026-03-01", "participant/ZZZ", conflict(ConflictEngagement::NotEngaged, "2020", "-", "ZZZ"));
    for (known, at) in [
        ("2025-07-18", "2025-08-01"),
        ("2025-07-18", "2026-01-18"),
        ("2025-07-18", "2026-12-31"),
        ("2025-07-19", "2025-08-01"),
        ("2026-03-01", "2026-03-01"),
        ("2026-03-01", "2026-12-31"),
    ] {
        let answer = book.known_on(known, OTTAWA, "XXX", at);
        let changes: Vec<_> = answer.outcomes.iter().flat_map(|outcome| &outcome.could_change).collect();
        assert!(changes.iter().any(|change| change.code == ChangeCode::Revocation), "{known}, {at}: {changes:#?}");
        let named = changes.iter().flat_map(|change| change.sentence.split(|c: char| !c.is_ascii_digit() && c != '-'));
        for named in named.filter_map(|word| word.parse::<Date>().ok()) {
            assert!(named > day(at) && named > day(known), "{known}, {at}: {changes:#?}");
        }
    }
    let ahead = book.known_on("2025-07-18", OTTAWA, "XXX", "2025-08-01");
    assert!(could(&ahead, ChangeCode::Revocation)[0].contains("before 2026-01-18"), "a day to come is named");
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
    assert_eq!(since("2005-01-01"), Some(crate::treaties::Days::on(day("1999-03-01"))), "since the treaty is in force");
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

#[test]
fn a_withdrawal_that_takes_effect_in_some_readings_alone_has_an_earliest_day_and_no_latest() {
    for at in ["2025-09-01", "2026-05-01"] {
        let answer = waiting().now("a:1", "XXX", at);
        let [outcome] = answer.outcomes.as_slice() else { panic!("{at}: {:#?}", answer.outcomes) };
        assert!(outcome.may_not_end(), "{at}: {outcome:#?}");
    }
    let before = waiting().now("a:1", "XXX", "2025-01-01");
    assert!(!before.outcomes[0].may_not_end(), "it is no more a party without a notice from 2025-02-28 on");
    let mut book = leaving();
    book.asserts(ConflictEngagement::Engaged, "2024", "2026-08-08", "XXX");
    assert!(!book.now(OTTAWA, "XXX", "2025-09-01").outcomes[0].may_not_end(), "it waits for the conflict alone");
}

/// Two statements in one entry of when something took effect, or was received.
fn in_one_entry(book: &mut Book, bodies: [TreatyBody; 2]) {
    let x = format!("participation/{OTTAWA}/XXX");
    let index = Index(book.events.len() as u64);
    for (ordinal, body) in (0..).zip(bodies) {
        book.entry("2025-03-18", &x, Body::Treaty(body), |recorded| {
            recorded.position = Position { index, ordinal };
            recorded.event.act = Some("one-act".into());
        });
    }
}

#[test]
fn rival_statements_in_one_entry_are_told_apart_by_the_number_of_the_event() {
    let (mut book, _) = with_party("XXX");
    in_one_entry(&mut book, [notice("2013-08-01"), notice("2014-08-01")]);
    let answer = book.now(OTTAWA, "XXX", "2014-05-01");
    let told: Vec<&str> = answer.outcomes.iter().flat_map(|outcome| &outcome.assuming).map(|told| &**told).collect();
    assert!(told[0].ends_with("as desk states in entry 6 (event 1)"), "{told:?}");
    assert!(told[1].ends_with("as desk states in entry 6 (event 2)"), "{told:?}");
}

#[test]
fn statements_of_an_effect_that_the_clauses_give_are_compared_alone() {
    let with = |clauses, kind| {
        let mut book = Book::default();
        book.record("2025-03-16", &format!("treaty/{OTTAWA}"), registered(clauses, "1997-09-18"));
        in_one_entry(&mut book, [effect(kind, "2005-05-08"), effect(kind, "2025-11-08")]);
        let answer = book.now(OTTAWA, "XXX", "2026-01-01");
        answer.claims.iter().find(|claims| claims.statements.len() == 2).unwrap().compared_alone
    };
    let without = Clauses { entry_into_force: None, ..ottawa_clauses() };
    assert!(with(Some(ottawa_clauses()), TreatyEffect::EntryIntoForce));
    assert!(!with(Some(without.clone()), TreatyEffect::EntryIntoForce), "the day that is stated counts");
    assert!(with(Some(without), TreatyEffect::Withdrawal), "no status goes by it");
}
