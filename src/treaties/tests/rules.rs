//! Each rule by itself.

use super::*;
use crate::treaties::{DecidedBy, StatusRule};

#[test]
fn a_conflict_that_ended_by_the_expiry_or_began_after_it_defers_nothing() {
    for (since, until) in [("2022", "2026-01-10"), ("2026-01-19", "-")] {
        let (mut book, x) = with_party("XXX");
        book.withdrew("2025-07-18", &x, "2025-07-18");
        book.record("2025-07-19", "participant/XXX", conflict(ConflictEngagement::Engaged, since, until, "XXX"));
        let expected = TreatyStatus::FormerParty { since: day("2026-01-18") };
        assert_eq!(certain(&book.now(OTTAWA, "XXX", "2026-01-18")), expected, "{since} to {until}");
    }
}

#[test]
fn a_deferred_withdrawal_takes_effect_when_the_conflict_ends() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-07-18", &x, "2025-07-18");
    let engaged = |until| conflict(ConflictEngagement::Engaged, "2022-02-24", until, "XXX");
    book.record("2025-07-18", "participant/XXX", engaged("-"));
    book.record("2026-05-03", "participant/XXX", engaged("2026-05-01"));
    let on = |at| certain(&book.now(OTTAWA, "XXX", at));
    assert_eq!(on("2026-04-30"), TreatyStatus::WithdrawalDeferred { expired: day("2026-01-18") });
    assert_eq!(on("2026-05-01"), TreatyStatus::FormerParty { since: day("2026-05-01") });
    let before = book.known_on("2026-05-02", OTTAWA, "XXX", "2026-05-01");
    assert_eq!(certain(&before), TreatyStatus::WithdrawalDeferred { expired: day("2026-01-18") });
}

#[test]
fn a_contested_conflict_gives_both_outcomes_with_what_they_assume() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-07-18", &x, "2025-07-18");
    book.record("2025-07-19", "participant/XXX", conflict(ConflictEngagement::Engaged, "2022", "-", "XXX"));
    book.record("2025-07-20", "participant/XXX", conflict(ConflictEngagement::NotEngaged, "2022", "-", "YYY"));
    let answer = book.now(OTTAWA, "XXX", "2026-03-01");
    let statuses: Vec<_> = answer.outcomes.iter().map(|outcome| outcome.status).collect();
    let former = TreatyStatus::FormerParty { since: day("2026-01-18") };
    let deferred = TreatyStatus::WithdrawalDeferred { expired: day("2026-01-18") };
    assert!(statuses.contains(&former) && statuses.contains(&deferred), "{statuses:?}");
    assert!(answer.outcomes.iter().all(|outcome| !outcome.assuming.is_empty()));
    assert_eq!(certain(&book.now(OTTAWA, "XXX", "2025-07-17")), TreatyStatus::Party, "where it makes no difference");
}

#[test]
fn an_occupation_counts_where_the_clauses_say_so() {
    for (treaty, expected) in [
        (OTTAWA, TreatyStatus::FormerParty { since: day("2025-08-01") }),
        (PROTOCOL, TreatyStatus::WithdrawalDeferred { expired: day("2026-02-01") }),
    ] {
        let mut book = two_treaties();
        let x = format!("participation/{treaty}/XXX");
        book.deposited(&x, ConsentMode::Accession, "2005-01-01");
        book.withdrew("2025-03-18", &x, "2025-02-01");
        let body = match conflict(ConflictEngagement::Engaged, "2014", "-", "XXX") {
            TreatyBody::ConflictStatusAsserted(body) => body,
            other => panic!("{other:?}"),
        };
        let occupation = ConflictStatusAsserted { conflict_type: Some(ConflictType::Occupation), ..body };
        book.record("2025-03-18", "participant/XXX", TreatyBody::ConflictStatusAsserted(occupation));
        let answer = book.now(treaty, "XXX", "2026-02-01");
        let statuses: Vec<_> = answer.outcomes.iter().map(|outcome| outcome.status).collect();
        assert_eq!(statuses, [expected], "{treaty}");
    }
}

#[test]
fn a_conflict_tested_at_notification_looks_at_that_day_alone() {
    let mut book = two_treaties();
    let mut clauses = ottawa_clauses();
    clauses.withdrawal.as_mut().unwrap().conflict_test = ConflictTest::AtNotification;
    book.record("2025-03-18", "treaty/untc:G", registered(Some(clauses), "1949-08-12"));
    let x = "participation/untc:G/XXX";
    book.deposited(x, ConsentMode::Accession, "1960-01-15");
    book.withdrew("2025-07-18", x, "2025-07-18");
    book.record(
        "2025-07-19",
        "participant/XXX",
        conflict(ConflictEngagement::Engaged, "2025-07-01", "2025-08-01", "XXX"),
    );
    let on = |at| certain(&book.now("untc:G", "XXX", at));
    assert_eq!(on("2026-01-17"), TreatyStatus::WithdrawalPending { effective: Some(day("2026-01-18")) });
    assert_eq!(on("2026-01-18"), TreatyStatus::FormerParty { since: day("2026-01-18") });
}

#[test]
fn a_revocation_after_the_effect_changes_nothing_and_is_remarked() {
    let (mut book, x) = with_party("XXX");
    let withdrawal = book.withdrew("2025-07-18", &x, "2025-07-18");
    book.record("2026-02-02", &x, revoked(withdrawal, "2026-01-18"));
    let answer = book.now(OTTAWA, "XXX", "2026-03-01");
    assert_eq!(certain(&answer), TreatyStatus::FormerParty { since: day("2026-01-18") });
    assert_eq!(codes(&answer), ["revocation_too_late"]);
}

#[test]
fn a_new_instrument_after_a_withdrawal_opens_a_new_interval() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-07-18", &x, "2025-07-18");
    book.record("2030-04-20", &x, deposit(ConsentMode::Accession, "2030-04-15"));
    let answer = book.now(OTTAWA, "XXX", "2030-10-01");
    assert_eq!(certain(&answer), TreatyStatus::Party);
    assert_eq!(answer.outcomes[0].intervals[0].first.from, Some(day("2030-10-01")));
    assert_eq!(codes(&answer), ["accession_by_signatory"]);
    assert_eq!(certain(&book.now(OTTAWA, "XXX", "2030-09-30")), TreatyStatus::Contracting);
    assert_eq!(certain(&book.now(OTTAWA, "XXX", "2027-01-01")), TreatyStatus::FormerParty { since: day("2026-01-18") });
}

#[test]
fn withdrawing_from_what_was_never_joined_is_a_finding() {
    let mut book = two_treaties();
    book.withdrew("2025-07-18", &format!("participation/{OTTAWA}/XXX"), "2025-07-18");
    let answer = book.now(OTTAWA, "XXX", "2026-03-01");
    assert_eq!(certain(&answer), TreatyStatus::NonParticipant);
    assert_eq!(codes(&answer), ["withdrawal_without_membership"]);
}

#[test]
fn a_second_open_withdrawal_is_a_finding_and_the_first_one_runs() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-07-18", &x, "2025-07-18");
    book.withdrew("2025-09-01", &x, "2025-09-01");
    let answer = book.now(OTTAWA, "XXX", "2026-01-18");
    assert_eq!(certain(&answer), TreatyStatus::FormerParty { since: day("2026-01-18") });
    assert_eq!(codes(&answer), ["second_open_withdrawal"]);
}

#[test]
fn a_notice_without_addressees_and_reasons_is_remarked_and_runs() {
    let (mut book, x) = with_party("XXX");
    let bare = WithdrawalNotified {
        styled: WithdrawalStyle::Denunciation,
        received_by_depositary: world("2025-07-18"),
        other_parties_notified: None,
        security_council_notified: None,
        reasons: None,
        later_effect: Some(CivilDate(day("2027-01-01"))),
    };
    book.record("2025-07-18", &x, TreatyBody::WithdrawalNotified(bare));
    let answer = book.now(OTTAWA, "XXX", "2026-01-18");
    assert_eq!(certain(&answer), TreatyStatus::FormerParty { since: day("2026-01-18") });
    assert_eq!(codes(&answer), ["addressee_missing", "reasons_missing", "later_effect_without_basis"]);
    assert!(answer.findings.iter().all(|remark| &*remark.finding.article == "20"));
}

#[test]
fn a_later_date_counts_where_the_clauses_allow_it() {
    let mut book = two_treaties();
    let mut clauses = ottawa_clauses();
    clauses.withdrawal.as_mut().unwrap().later_date_allowed = true;
    book.record("2025-03-18", "treaty/untc:L", registered(Some(clauses), "1997-09-18"));
    let x = "participation/untc:L/XXX";
    book.deposited(x, ConsentMode::Accession, "2005-01-01");
    let TreatyBody::WithdrawalNotified(body) = notice("2025-07-18") else { panic!() };
    let later = WithdrawalNotified { later_effect: Some(CivilDate(day("2027-01-01"))), ..body };
    book.record("2025-07-18", x, TreatyBody::WithdrawalNotified(later));
    let pending = TreatyStatus::WithdrawalPending { effective: Some(day("2027-01-01")) };
    assert_eq!(certain(&book.now("untc:L", "XXX", "2026-12-31")), pending);
}

#[test]
fn a_notice_without_a_day_of_receipt_runs_no_clock() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-08-06", &x, "-");
    let answer = book.now(OTTAWA, "XXX", "2030-01-01");
    assert_eq!(certain(&answer), TreatyStatus::Party);
    assert!(answer.outcomes[0].steps.iter().any(|step| step.rule == StatusRule::NoClock));
}

#[test]
fn a_date_that_is_not_known_to_the_day_gives_its_range_only_where_it_matters() {
    let mut book = two_treaties();
    let x = format!("participation/{PROTOCOL}/XXX");
    book.deposited(&x, ConsentMode::Accession, "2005-03");
    let on = |at| book.now(PROTOCOL, "XXX", at);
    assert_eq!(certain(&on("2005-02-28")), TreatyStatus::NonParticipant);
    let between = on("2005-09-15");
    let statuses: Vec<_> = between.outcomes.iter().map(|outcome| outcome.status).collect();
    assert_eq!(statuses, [TreatyStatus::Party, TreatyStatus::Contracting]);
    let after: Vec<_> = on("2005-10-01").outcomes.iter().map(|outcome| outcome.status).collect();
    assert!(after.iter().all(|status| *status == TreatyStatus::Party), "a party under each reading");
    let first_of_month = format!("participation/{OTTAWA}/XXX");
    book.deposited(&first_of_month, ConsentMode::Accession, "2005-03");
    assert_eq!(certain(&book.now(OTTAWA, "XXX", "2005-09-01")), TreatyStatus::Party, "a month is exact enough there");
}

#[test]
fn the_treatys_own_entry_into_force_is_taken_as_stated_and_compared_with_the_count() {
    let mut clauses = ottawa_clauses();
    clauses.entry_into_force.as_mut().unwrap().threshold = 2;
    let mut book = Book::default();
    book.record("2025-03-17", "treaty/untc:T", registered(Some(clauses), "1997-09-18"));
    book.deposited("participation/untc:T/AAA", ConsentMode::Accession, "1998-01-10");
    let unknown = book.now("untc:T", "AAA", "1998-07-01");
    assert_eq!(codes(&unknown), ["treaty_in_force_unknown"]);
    assert_eq!(certain(&unknown), TreatyStatus::Party, "as if the treaty was in force by then");
    book.deposited("participation/untc:T/BBB", ConsentMode::Accession, "1998-09-16");
    let counted = book.now("untc:T", "AAA", "1999-02-28");
    assert_eq!(certain(&counted), TreatyStatus::Contracting);
    assert!(codes(&counted).is_empty());
    assert!(counted.outcomes[0].steps.iter().any(|step| step.rule == StatusRule::TreatyInForceAsCounted));
    assert_eq!(certain(&book.now("untc:T", "AAA", "1999-03-01")), TreatyStatus::Party);
    book.record("2025-03-18", "treaty/untc:T", effect(TreatyEffect::EntryIntoForce, "1999-05-01"));
    let stated = book.now("untc:T", "AAA", "1999-04-30");
    assert_eq!(certain(&stated), TreatyStatus::Contracting, "as stated");
    assert_eq!(codes(&stated), ["stated_vs_computed"]);
}

#[test]
fn a_stated_effect_is_compared_and_never_used_in_place_of_the_clauses() {
    let (mut book, x) = with_party("XXX");
    book.record("2025-03-18", &x, effect(TreatyEffect::EntryIntoForce, "2013-07-01"));
    book.record("2025-03-18", &x, effect(TreatyEffect::EntryIntoForce, "1976-01-01"));
    book.record("2025-03-18", &x, effect(TreatyEffect::Withdrawal, "2025-01-01"));
    let answer = book.now(OTTAWA, "XXX", "2013-06-01");
    assert_eq!(certain(&answer), TreatyStatus::Party);
    assert_eq!(codes(&answer), ["stated_vs_computed", "effect_before_consent", "withdrawal_effect_without_notice"]);
}

#[test]
fn consent_that_does_not_fit_what_was_before_is_remarked() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.signed(&x, "1999-03-01");
    book.deposited(&x, ConsentMode::Ratification, "1998-01-01");
    book.deposited(&x, ConsentMode::Accession, "2001-01-01");
    let answer = book.now(OTTAWA, "XXX", "2002-01-01");
    assert_eq!(
        codes(&answer),
        ["accession_by_signatory", "deposit_before_signature", "consent_while_bound", "signature_outside_window"]
    );
    assert_eq!(answer.outcomes[0].intervals[0].first.from, Some(day("1999-03-01")), "the first instrument counts");
}

#[test]
fn a_suspension_by_who_is_not_bound_is_remarked() {
    let mut book = two_treaties();
    book.record("2025-07-21", &format!("participation/{OTTAWA}/XXX"), suspension("2025-07-18", "-"));
    assert_eq!(codes(&book.now(OTTAWA, "XXX", "2026-01-01")), ["suspension_without_membership"]);
}

#[test]
fn a_correction_in_effect_replaces_what_was_said_and_both_are_told() {
    let (mut book, x) = with_party("XXX");
    let wrong = book.withdrew("2025-08-06", &x, "2025-08-05");
    book.entry("2025-11-05", &x, correction(wrong.clone(), notice("2025-08-20")), |_| {});
    let former = |since| TreatyStatus::FormerParty { since: day(since) };
    assert_eq!(certain(&book.known_on("2025-08-06", OTTAWA, "XXX", "2026-03-01")), former("2026-02-05"));
    let answer = book.now(OTTAWA, "XXX", "2026-03-01");
    assert_eq!(certain(&answer), former("2026-02-20"));
    let told = answer.outcomes[0].steps.iter().find(|step| step.rule == StatusRule::Correction).unwrap();
    assert!(told.sentence.contains("2025-08-05") && told.sentence.contains("2025-08-20"), "{}", told.sentence);
    let waiting = correction(wrong, notice("2025-09-30"));
    book.entry("2025-12-01", &x, waiting, |recorded| recorded.standing = Standing::Waiting);
    assert_eq!(certain(&book.now(OTTAWA, "XXX", "2026-03-01")), former("2026-02-20"), "what waits changes nothing");
}

#[test]
fn each_correction_tells_what_stood_right_before_it_and_what_it_made_of_it_once() {
    let (mut book, x) = with_party("XXX");
    let wrong = book.withdrew("2025-09-01", &x, "2025-02-15");
    for (on, received) in [("2025-09-06", "2025-03-05"), ("2025-10-01", "2025-02-25"), ("2025-11-01", "2025-02-25")] {
        book.entry(on, &x, correction(wrong.clone(), notice(received)), |_| {});
    }
    let told = |answer: &Answer| -> Vec<String> {
        let steps = answer.outcomes[0].steps.iter().filter(|step| step.rule == StatusRule::Correction);
        steps.map(|step| step.sentence.rsplit_once('(').unwrap().1.trim_end_matches(')').to_owned()).collect()
    };
    let first = "2025-02-15 became 2025-03-05";
    let all = [first, "2025-03-05 became 2025-02-25", "2025-02-25"];
    assert_eq!(told(&book.now(OTTAWA, "XXX", "2026-03-01")), all);
    assert_eq!(told(&book.known_on("2025-09-06", OTTAWA, "XXX", "2026-03-01")), [first]);
}

/// What makes a statement one's own.
type By<'a> = &'a dyn Fn(&mut Recorded);

/// Two statements about one act, recorded in either order.
fn rivals(first: impl Fn(&mut Recorded), second: impl Fn(&mut Recorded), swapped: bool) -> Book {
    let (mut book, x) = with_party("XXX");
    let mandate = Mandate {
        mandate_type: MandateType::Depositary,
        treaties: Scope::All,
        countries: Scope::Listed(Vec::new()),
        since: None,
        until: None,
        basis: "".into(),
    };
    book.mandates.push(GrantedMandate { organisation: "depositary".parse().unwrap(), granted: Index(0), mandate });
    let mut both: [(&str, By<'_>); 2] = [("2025-08-20", &first), ("2025-08-05", &second)];
    if swapped {
        both.reverse();
    }
    for (received, change) in both {
        book.entry("2025-09-01", &x, Body::Treaty(notice(received)), |recorded| {
            recorded.event.act = Some("withdrawal of XXX".into());
            change(recorded);
        });
    }
    book
}

fn by(organisation: &'static str, class: SourceClass, transcribed: bool, documents: usize) -> impl Fn(&mut Recorded) {
    move |recorded| {
        recorded.author.organisation = organisation.parse().unwrap();
        recorded.event.source = Some(source(class, transcribed));
        let document = Document {
            sha256: DocumentDigest([1; 32]),
            size: 1,
            media_type: "application/pdf".into(),
            language: "".into(),
            title: "".into(),
            symbol: "".into(),
        };
        recorded.event.documents = vec![document; documents];
    }
}

#[test]
fn between_rival_statements_mandate_source_and_document_decide_and_never_the_order() {
    let press = by("desk", SourceClass::Press, true, 1);
    let depositary = by("depositary", SourceClass::OwnAct, false, 0);
    let gazette = by("desk", SourceClass::OfficialGazette, true, 0);
    let winners: [(&str, By<'_>, DecidedBy); 3] = [
        ("the mandate", &depositary, DecidedBy::Mandate),
        ("the source class", &gazette, DecidedBy::Source),
        ("a document", &press, DecidedBy::Source),
    ];
    for (name, winner, decided_by) in winners {
        for swapped in [false, true] {
            let bare = by("desk", SourceClass::Press, true, 0);
            let loser: By<'_> = if name == "a document" { &bare } else { &press };
            let answer = rivals(winner, loser, swapped).now(OTTAWA, "XXX", "2026-03-01");
            assert_eq!(certain(&answer), TreatyStatus::FormerParty { since: day("2026-02-20") }, "{name}");
            assert_eq!(answer.claims.len(), 1);
            assert_eq!(answer.claims[0].decided_by, decided_by, "{name}");
            assert_eq!(
                answer.claims[0].statements.iter().map(|claim| claim.followed).collect::<Vec<_>>(),
                [true, false]
            );
        }
    }
}

#[test]
fn rival_statements_that_nothing_decides_between_are_all_followed() {
    let press = || by("desk", SourceClass::Press, true, 0);
    for (first, second) in
        [(press(), press()), (by("desk", SourceClass::Depositary, false, 0), by("desk", SourceClass::OwnAct, false, 0))]
    {
        let answer = rivals(first, second, false).now(OTTAWA, "XXX", "2026-02-10");
        let statuses: Vec<_> = answer.outcomes.iter().map(|outcome| outcome.status).collect();
        let pending = TreatyStatus::WithdrawalPending { effective: Some(day("2026-02-20")) };
        assert!(statuses.contains(&pending), "{statuses:?}");
        assert!(statuses.contains(&TreatyStatus::FormerParty { since: day("2026-02-05") }), "{statuses:?}");
        assert_eq!(answer.claims[0].decided_by, DecidedBy::Nothing);
    }
}

#[test]
fn the_view_of_all_prefers_nobody() {
    let winner = by("depositary", SourceClass::OwnAct, false, 0);
    let book = rivals(winner, by("desk", SourceClass::Press, true, 0), false);
    let answer = book.asked(OTTAWA, "XXX", "2026-02-10", book.size(), ViewName::All);
    assert_eq!(answer.outcomes.len(), 2);
}

#[test]
fn where_nobody_whom_a_view_prefers_speaks_the_word_of_the_mandate_goes_before_a_source() {
    for swapped in [false, true] {
        let depositary = by("depositary", SourceClass::OwnAct, false, 0);
        let book = rivals(depositary, by("desk", SourceClass::OfficialGazette, true, 1), swapped);
        for view in [ViewName::Default, ViewName::Depositary, ViewName::TreatyBody, ViewName::ActingState] {
            let answer = book.asked(OTTAWA, "XXX", "2026-03-01", book.size(), view);
            assert_eq!(certain(&answer), TreatyStatus::FormerParty { since: day("2026-02-20") }, "{view}");
            assert_eq!(answer.claims[0].decided_by, DecidedBy::Mandate, "{view}");
        }
    }
}

#[test]
fn more_open_questions_than_the_limit_are_followed_in_part_and_said_so() {
    let mut book = two_treaties();
    let x = format!("participation/{PROTOCOL}/XXX");
    for year in 2000..2010 {
        book.deposited(&x, ConsentMode::Accession, &year.to_string());
    }
    let answer = book.now(PROTOCOL, "XXX", "2020-01-01");
    assert!(!answer.complete);
    assert!(answer.outcomes.iter().all(|outcome| outcome.status == TreatyStatus::Party));
}

/// A party to a treaty whose clauses do not say when it binds, with days that are stated
/// for it.
fn without_clause(stated: &[&str]) -> Book {
    let mut book = Book::default();
    let clauses = Clauses { entry_into_force: None, ..ottawa_clauses() };
    book.record("2025-03-17", "treaty/a:1", registered(Some(clauses), "1997-09-18"));
    book.deposited("participation/a:1/XXX", ConsentMode::Accession, "2023-11-14");
    for day in stated {
        book.record("2025-03-17", "participation/a:1/XXX", effect(TreatyEffect::EntryIntoForce, day));
    }
    book
}

#[test]
fn where_no_clause_gives_the_day_the_one_that_is_stated_binds() {
    let book = without_clause(&["2024-02-01"]);
    assert_eq!(certain(&book.now("a:1", "XXX", "2024-01-31")), TreatyStatus::Contracting);
    let answer = book.now("a:1", "XXX", "2024-02-01");
    assert_eq!(certain(&answer), TreatyStatus::Party);
    let step = answer.outcomes[0].steps.iter().find(|step| step.rule == StatusRule::InForceAsStated);
    assert_eq!(step.and_then(|step| step.date), Some(day("2024-02-01")));
    assert_eq!(codes(&answer), ["clause_missing"]);
    assert!(answer.rests_on.iter().any(|event| event.position.index == Index(2)), "the statement");
}

#[test]
fn statements_that_differ_or_fit_no_consent_bind_nobody() {
    for stated in [&[][..], &["2024-02-01", "2024-03-01"], &["2023-11-13"]] {
        let book = without_clause(stated);
        assert_eq!(certain(&book.now("a:1", "XXX", "2025-01-01")), TreatyStatus::Contracting, "{stated:?}");
    }
}

#[test]
fn a_stated_day_that_is_not_known_to_the_day_binds_from_one_of_its_days() {
    let book = without_clause(&["2024-02"]);
    let answer = book.now("a:1", "XXX", "2025-01-01");
    assert_eq!(certain(&answer), TreatyStatus::Party);
    let [interval] = answer.outcomes[0].intervals.as_slice() else { panic!("{:#?}", answer.outcomes) };
    assert_eq!((interval.first.from, interval.last.from), (Some(day("2024-02-01")), Some(day("2024-02-29"))));
    assert_eq!(kinds(&book.now("a:1", "XXX", "2024-02-10")), ["contracting", "party"]);
}

#[test]
fn a_stated_day_belongs_to_the_membership_in_which_it_lies() {
    let mut book = without_clause(&["2024-02-01"]);
    let x = "participation/a:1/XXX";
    book.withdrew("2025-03-17", x, "2024-06-10");
    book.deposited(x, ConsentMode::Accession, "2026-05-01");
    book.record("2026-09-01", x, effect(TreatyEffect::EntryIntoForce, "2026-08-01"));
    let on = |at| book.now("a:1", "XXX", at);
    assert_eq!(certain(&on("2024-02-01")), TreatyStatus::Party, "as stated for the first membership");
    assert_eq!(certain(&on("2024-12-10")), TreatyStatus::FormerParty { since: day("2024-12-10") });
    assert_eq!(certain(&on("2026-07-31")), TreatyStatus::Contracting);
    assert_eq!(certain(&on("2026-08-01")), TreatyStatus::Party, "as stated for the second one");
    assert_eq!(codes(&on("2026-08-01")), ["clause_missing"; 2], "neither day differs from what is computed");
    book.record("2026-09-02", x, effect(TreatyEffect::EntryIntoForce, "2026-08-02"));
    assert_eq!(certain(&book.now("a:1", "XXX", "2026-08-02")), TreatyStatus::Contracting, "they differ there");
    assert_eq!(certain(&book.now("a:1", "XXX", "2024-02-01")), TreatyStatus::Party, "which is nothing to the first");
}

#[test]
fn a_day_that_is_stated_behind_the_end_of_a_membership_binds_nobody() {
    let mut book = without_clause(&["2024-12-10"]);
    book.withdrew("2025-03-17", "participation/a:1/XXX", "2024-06-10");
    assert_eq!(certain(&book.now("a:1", "XXX", "2024-12-09")), TreatyStatus::Contracting);
    assert_eq!(certain(&book.now("a:1", "XXX", "2025-01-01")), TreatyStatus::NonParticipant);
}

#[test]
fn a_clause_goes_before_what_is_stated_for_a_participant() {
    let (mut book, x) = with_party("XXX");
    let before = certain(&book.now(OTTAWA, "XXX", "2025-01-01"));
    book.record("2025-03-17", &x, effect(TreatyEffect::EntryIntoForce, "2029-01-01"));
    let after = book.now(OTTAWA, "XXX", "2025-01-01");
    assert_eq!((before, certain(&after)), (TreatyStatus::Party, TreatyStatus::Party));
    assert_eq!(codes(&after), ["stated_vs_computed"]);
}

/// A notice on some day up to the end of 2025 may have come when it did nothing, or long
/// ago: the ends of the interval alone lead to neither.
#[test]
fn every_outcome_that_a_day_of_an_open_date_leads_to_is_told() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.deposited(&x, ConsentMode::Accession, "2001-03-05");
    book.withdrew("2025-12-03", &x, "../2025-12-02");
    let answer = book.now(OTTAWA, "XXX", "2025-12-31");
    assert_eq!(kinds(&answer), ["former_party", "party", "party_withdrawal_pending"]);
    assert!(answer.complete);
    assert!(answer.outcomes.iter().all(|outcome| !outcome.assuming.is_empty()));
}

#[test]
fn no_day_of_an_uncertain_date_leads_to_an_outcome_that_is_not_told() {
    let read = |received: &str, at: &str| {
        let mut book = two_treaties();
        let x = format!("participation/{OTTAWA}/XXX");
        book.deposited(&x, ConsentMode::Accession, "2025-01-10");
        book.withdrew("2026-12-01", &x, received);
        let body = conflict(ConflictEngagement::Engaged, "2026-01-10", "2026-02-03", "XXX");
        book.record("2026-12-01", "participant/XXX", body);
        book.now(OTTAWA, "XXX", at)
    };
    for at in ["2025-01-10", "2025-06-30", "2025-07-01", "2026-01-15", "2026-02-03", "2026-09-30"] {
        let several = kinds(&read("2025-01-01/2026-03-31", at));
        let mut received = day("2025-01-01");
        while received <= day("2026-03-31") {
            let alone = read(&received.to_string(), at);
            assert!(
                several.contains(&kinds(&alone)[0]),
                "{at}: {received} gives {:?}, not in {several:?}",
                kinds(&alone)
            );
            received = received.checked_add(jiff::Span::new().days(3)).unwrap();
        }
    }
}

#[test]
fn where_readings_differ_in_days_alone_the_status_is_one() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-09-01", &x, "2025-08");
    let answer = book.now(OTTAWA, "XXX", "2026-03-01");
    assert_eq!(certain(&answer), TreatyStatus::FormerParty { since: day("2026-02-01") });
    let [interval] = answer.outcomes[0].intervals.as_slice() else { panic!("{:?}", answer.outcomes) };
    let since = (interval.first.from, interval.last.from);
    assert_eq!(since, (Some(day("2026-02-01")), Some(day("2026-02-28"))), "and the days are told between which it is");
    assert!(answer.outcomes[0].assuming.is_empty(), "nothing has to be assumed for that");
    assert!(answer.complete && !answer.is_settled());
}
