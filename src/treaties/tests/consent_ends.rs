//! What ends with a consent to be bound: provisional application, and what stands beside the
//! status.

use super::{
    acts::{declaration, declared, succession},
    *,
};
use crate::treaties::{Days, Horizon, Upcoming, reads_back, upcoming};

const TREATY: &str = "a:1";
const PROTOCOL_OF_IT: &str = "a:1-p";

/// A treaty, and a protocol that is left with it: in force a year after the deposit, left a
/// month after the notice, whatever the conflicts, and applied provisionally until then.
pub fn quick() -> Book {
    entering_after(12)
}

/// The same, in force so many months after the deposit.
pub fn entering_after(months: u32) -> Book {
    let withdrawal = WithdrawalClause {
        notice_months: 1,
        conflict_test: ConflictTest::None,
        reasons_required: false,
        ..protocol_clauses().withdrawal.unwrap()
    };
    let entry = EntryIntoForceClause { months, ..protocol_clauses().entry_into_force.unwrap() };
    let clauses = |cascade_to: &[&str]| Clauses {
        entry_into_force: Some(entry.clone()),
        withdrawal: Some(withdrawal.clone()),
        provisional_application: Some(ProvisionalApplicationClause {
            permission: Permission::Permitted,
            scope: "Article 1".into(),
            article: "9".into(),
        }),
        reservations: Some(Permission::Permitted),
        objection: Some(ObjectionClause { claim_months: 3, reservation_months: 12, article: "10".into() }),
        cascade_to: cascade_to.iter().map(|id| id.parse().unwrap()).collect(),
        ..Clauses::default()
    };
    let mut book = Book::default();
    book.record("2025-03-17", "treaty/a:1", registered(Some(clauses(&[PROTOCOL_OF_IT])), "2000-01-01"));
    let TreatyBody::TreatyRegistered(body) = registered(Some(clauses(&[])), "2000-01-01") else { unreachable!() };
    let protocol = TreatyRegistered { parent: Some(TREATY.parse().unwrap()), ..*body };
    book.record("2025-03-17", "treaty/a:1-p", TreatyBody::TreatyRegistered(Box::new(protocol)));
    for treaty in [TREATY, PROTOCOL_OF_IT] {
        book.record("2025-03-17", &format!("treaty/{treaty}"), effect(TreatyEffect::EntryIntoForce, "2001-01-01"));
    }
    book
}

pub fn own(treaty: &str) -> String {
    format!("participation/{treaty}/XXX")
}

/// An instrument with which the treaty is applied provisionally.
fn applying(book: &mut Book, treaty: &str, deposited: &str) {
    let TreatyBody::InstrumentDeposited(body) = deposit(ConsentMode::Accession, deposited) else { unreachable!() };
    let body = InstrumentDeposited { provisional_application: true, ..body };
    book.record("2025-03-17", &own(treaty), TreatyBody::InstrumentDeposited(body));
}

/// When provisional application ends that lies on a day, and whether it surely lies there.
fn until(book: &Book, treaty: &str, at: &str) -> Option<(Option<Days>, bool)> {
    book.now(treaty, "XXX", at).overlays.iter().find_map(|overlay| match overlay {
        Overlay::ProvisionalApplication { until, certain, .. } => Some((*until, *certain)),
        _ => None,
    })
}

fn ahead(book: &Book, treaty: &str, at: &str) -> Upcoming {
    let horizon = Horizon { at: day(at), until: day("2007-01-01") };
    book.dossier_of(treaty, "XXX", |dossier| upcoming(dossier, horizon, ViewName::Default))
}

/// The days on which provisional application ends, with why.
fn ending(book: &Book, treaty: &str, at: &str) -> Vec<(Days, String)> {
    let changes = ahead(book, treaty, at).changes.into_iter();
    let ends = changes.filter(|it| it.what.name() == "provisional_application_ends");
    ends.map(|it| (it.days, it.sentence.into())).collect()
}

const BY_WITHDRAWAL: &str = "provisional application ends: the withdrawal of the consent takes effect";

#[test]
fn provisional_application_ends_with_a_consent_that_is_withdrawn_before_entry_into_force() {
    let mut book = quick();
    applying(&mut book, TREATY, "2005-01-31");
    let notice = book.withdrew("2025-03-17", &own(TREATY), "2005-03-31");
    let end = Days::on(day("2005-04-30"));
    for at in ["2005-01-31", "2005-03-31", "2005-04-29"] {
        assert_eq!(until(&book, TREATY, at), Some((Some(end), true)), "{at}");
    }
    for at in ["2005-04-30", "2005-06-01", "2006-02-01"] {
        assert_eq!(until(&book, TREATY, at), None, "{at}");
    }
    assert_eq!(ending(&book, TREATY, "2005-04-01"), [(end, BY_WITHDRAWAL.to_owned())]);
    assert_eq!(ending(&book, TREATY, "2005-05-01"), []);
    let told = book.now(TREATY, "XXX", "2006-06-01");
    assert!(told.outcomes[0].steps.iter().all(|step| step.date != Some(day("2006-01-31"))), "never in force");
    book.record("2025-03-17", &own(TREATY), revoked(notice, "2005-04-15"));
    let in_force = Days::on(day("2006-01-31"));
    assert_eq!(until(&book, TREATY, "2005-06-01"), Some((Some(in_force), true)), "as if never withdrawn");
    let because = "provisional application ends: the treaty itself is in force".to_owned();
    assert_eq!(ending(&book, TREATY, "2005-04-01"), [(in_force, because)]);
}

#[test]
fn it_ends_with_a_parent_that_takes_the_protocol_along() {
    let mut book = quick();
    book.deposited(&own(TREATY), ConsentMode::Accession, "2005-01-31");
    applying(&mut book, PROTOCOL_OF_IT, "2005-03-31");
    book.withdrew("2025-03-17", &own(TREATY), "2005-12-15");
    let end = Days::on(day("2006-01-15"));
    assert_eq!(until(&book, PROTOCOL_OF_IT, "2006-01-14"), Some((Some(end), true)));
    assert_eq!(until(&book, PROTOCOL_OF_IT, "2006-01-15"), None);
    assert_eq!(ending(&book, PROTOCOL_OF_IT, "2006-01-01"), [(end, BY_WITHDRAWAL.to_owned())]);
}

#[test]
fn it_ends_on_one_of_the_days_on_which_a_withdrawal_may_take_effect() {
    let mut book = quick();
    applying(&mut book, TREATY, "2005-01-31");
    book.withdrew("2025-03-17", &own(TREATY), "2005-03");
    let end = Days { first: day("2005-04-01"), last: day("2005-04-30") };
    assert_eq!(until(&book, TREATY, "2005-03-20"), Some((Some(end), true)));
    assert_eq!(until(&book, TREATY, "2005-04-10"), Some((Some(end), false)));
    assert_eq!(until(&book, TREATY, "2005-04-30"), None);
}

#[test]
fn who_declares_that_it_does_not_become_a_party_applies_nothing_provisionally_from_then_on() {
    let mut book = quick();
    applying(&mut book, TREATY, "2005-01-31");
    let body = declaration(DeclarationType::IntentionNotToBecomeParty, "2005-03-15");
    book.record("2025-03-17", &own(TREATY), declared(body));
    let end = Days::on(day("2005-03-15"));
    assert_eq!(until(&book, TREATY, "2005-03-14"), Some((Some(end), true)));
    assert_eq!(until(&book, TREATY, "2005-03-15"), None);
    assert_eq!(ending(&book, TREATY, "2005-02-01"), [], "a declaration is an act");
    // A table tells the code alone.
    let reads_back = |at| book.dossier_of(TREATY, "XXX", |dossier| reads_back(dossier, ViewName::Default, day(at)));
    assert_eq!(["2005-03-14", "2005-03-15"].map(reads_back), [true, false]);
}

/// What stands beside the status on a day, in words that name the sort, and whether all of it
/// is certain.
fn beside(book: &Book, at: &str) -> Vec<(&'static str, bool)> {
    let overlays = book.now(TREATY, "XXX", at).overlays.into_iter();
    let named = overlays.map(|overlay| match overlay {
        Overlay::SuspensionAsserted(found) => ("suspension", !found.may_have_ended),
        Overlay::Declaration(found) => ("declaration", found.certain),
        Overlay::TerritorialScope(found) => ("territory", found.certain),
        Overlay::RetroactiveSuccession { may_have_ended, .. } => ("succession", may_have_ended.is_none()),
        Overlay::ProvisionalApplication { certain, .. } => ("provisional", certain),
    });
    named.collect()
}

/// A party since 2004-01-31 with a reservation, an exclusion of territory and a suspension,
/// that notifies its withdrawal and may consent anew.
fn left(received: &str) -> Book {
    let mut book = quick();
    let instrument = book.deposited(&own(TREATY), ConsentMode::Accession, "2003-01-31");
    let with = |declaration_type| DeclarationMade {
        made_with: Some(instrument.clone()),
        ..declaration(declaration_type, "2003-01-31")
    };
    book.record("2025-03-17", &own(TREATY), declared(with(DeclarationType::Reservation)));
    let territory = Territory { units: vec!["Isle".into()], effect: TerritorialEffect::Excludes };
    let excludes = DeclarationMade { territory: Some(territory), ..with(DeclarationType::TerritorialScope) };
    book.record("2025-03-17", &own(TREATY), declared(excludes));
    book.record("2025-03-17", &own(TREATY), suspension("2006-06-01", "2006-06-02"));
    book.withdrew("2025-03-17", &own(TREATY), received);
    book
}

const ALL: [(&str, bool); 3] = [("suspension", true), ("declaration", true), ("territory", true)];

#[test]
fn what_belongs_to_a_membership_stands_until_its_end_and_not_in_the_next_one() {
    let mut book = left("2007-03-15");
    assert_eq!(beside(&book, "2007-04-14"), ALL);
    for at in ["2007-04-15", "2008-01-01"] {
        assert_eq!(beside(&book, at), [], "{at}: former party");
    }
    book.deposited(&own(TREATY), ConsentMode::Accession, "2009-02-28");
    assert_eq!((beside(&book, "2007-04-14"), beside(&book, "2011-01-01")), (ALL.to_vec(), vec![]));
    let answer = book.now(TREATY, "XXX", "2011-01-01");
    let told = answer.outcomes[0].steps.iter().map(|step| step.rule.name());
    let told: Vec<&str> = told.filter(|rule| matches!(*rule, "declaration" | "suspension_is_no_status")).collect();
    assert_eq!(told.len(), 3, "the reasons keep what was: {told:?}");
    let ends = suspensions_of_all_days(&answer);
    assert_eq!(ends, [Some(Days::on(day("2007-04-15")))], "drawn until then");
}

fn suspensions_of_all_days(answer: &Answer) -> Vec<Option<Days>> {
    let found = answer.overlays_of_all_days.iter().filter_map(|overlay| match overlay {
        Overlay::SuspensionAsserted(found) => Some(found.ends),
        _ => None,
    });
    found.collect()
}

#[test]
fn what_is_declared_between_two_memberships_belongs_to_the_next() {
    let mut book = left("2007-03-15");
    let between = declaration(DeclarationType::Interpretative, "2008-12-01");
    book.record("2025-03-17", &own(TREATY), declared(between));
    assert_eq!(beside(&book, "2009-01-01"), [("declaration", true)]);
    let new = book.deposited(&own(TREATY), ConsentMode::Accession, "2009-02-28");
    // Dated to a year in which the one membership ended, and made with the next instrument.
    let with = DeclarationMade { made_with: Some(new), ..declaration(DeclarationType::Other, "2007") };
    book.record("2025-03-17", &own(TREATY), declared(with));
    assert_eq!(beside(&book, "2011-01-01"), [("declaration", true); 2]);
    book.withdrew("2025-03-17", &own(TREATY), "2012-03-15");
    assert_eq!(beside(&book, "2013-01-01"), []);
}

#[test]
fn where_the_end_is_open_it_is_open_whether_what_belongs_to_it_stands() {
    let book = left("2007-03");
    assert_eq!(beside(&book, "2007-03-31"), ALL);
    assert_eq!(beside(&book, "2007-04-10"), ALL.map(|(sort, _)| (sort, false)));
    assert_eq!(beside(&book, "2007-04-30"), []);
    let mut anew = left("2007-03-15");
    anew.deposited(&own(TREATY), ConsentMode::Accession, "2009");
    let years = declaration(DeclarationType::Interpretative, "2007");
    anew.record("2025-03-17", &own(TREATY), declared(years));
    assert_eq!(beside(&anew, "2011-01-01"), [("declaration", false)], "made before the end or after it");
}

#[test]
fn who_is_a_signatory_again_keeps_what_it_declared_when_it_signed() {
    let mut book = quick();
    book.signed(&own(TREATY), "2002-05-05");
    let at_signature = declaration(DeclarationType::Interpretative, "2002-05-05");
    book.record("2025-03-17", &own(TREATY), declared(at_signature));
    book.deposited(&own(TREATY), ConsentMode::Ratification, "2005-01-31");
    let with_consent = declaration(DeclarationType::Reservation, "2005-01-31");
    book.record("2025-03-17", &own(TREATY), declared(with_consent));
    book.withdrew("2025-03-17", &own(TREATY), "2005-03-31");
    assert_eq!(beside(&book, "2005-04-29").len(), 2);
    assert_eq!(certain(&book.now(TREATY, "XXX", "2005-04-30")), TreatyStatus::Signatory);
    assert_eq!(beside(&book, "2005-04-30"), [("declaration", true)]);
    // Also where it consents anew on that very day.
    book.deposited(&own(TREATY), ConsentMode::Ratification, "2005-04-30");
    assert_eq!(beside(&book, "2005-04-30"), [("declaration", true)]);
}

#[test]
fn what_has_ended_says_so_where_all_days_are_drawn() {
    let ends = Some(Days::on(day("2007-04-15")));
    for overlay in left("2007-03-15").now(TREATY, "XXX", "2011-01-01").overlays_of_all_days {
        match overlay {
            Overlay::SuspensionAsserted(found) => assert_eq!(found.ends, ends),
            Overlay::Declaration(found) | Overlay::TerritorialScope(found) => assert_eq!(found.ends, ends),
            Overlay::ProvisionalApplication { .. } | Overlay::RetroactiveSuccession { .. } => unreachable!(),
        }
    }
}

#[test]
fn what_is_deferred_by_a_conflict_still_stands() {
    let (mut book, x) = with_party("XXX");
    book.record("2025-03-18", &x, suspension("2025-01-10", "2025-01-12"));
    book.withdrew("2025-09-01", &x, "2025-08-20");
    book.record("2025-09-02", "participant/XXX", conflict(ConflictEngagement::Engaged, "2025-01-01", "-", "a State"));
    assert_eq!(suspensions(&book.now(OTTAWA, "XXX", "2026-08-01")).len(), 1);
}

#[test]
fn a_succession_is_told_beside_the_status_as_long_as_what_it_opened_and_not_where_it_changes_nothing() {
    let mut book = quick();
    book.deposited("participation/a:1/OLD", ConsentMode::Accession, "2003-01-31");
    let notified = || succession("OLD", SuccessionTo::Consent, "2006-06-03", "2006-10-23");
    book.record("2025-03-17", &own(TREATY), notified());
    assert_eq!(beside(&book, "2006-07-01"), [("succession", true)]);
    book.withdrew("2025-03-17", &own(TREATY), "2012-07-29");
    assert_eq!(beside(&book, "2012-08-28"), [("succession", true)]);
    assert_eq!(beside(&book, "2012-08-29"), []);
    let mut own_consent = quick();
    own_consent.deposited("participation/a:1/OLD", ConsentMode::Accession, "2003-01-31");
    own_consent.deposited(&own(TREATY), ConsentMode::Accession, "2002-01-10");
    own_consent.record("2025-03-17", &own(TREATY), notified());
    let answer = own_consent.now(TREATY, "XXX", "2020-01-01");
    assert_eq!((certain(&answer), beside(&own_consent, "2020-01-01")), (TreatyStatus::Party, vec![]));
}

#[test]
fn a_reservation_that_is_withdrawn_before_the_consent_has_nothing_to_be_confirmed() {
    let unconfirmed = |withdrawn: Option<&str>| {
        let mut book = quick();
        book.signed(&own(TREATY), "2002-05-05");
        let reserves = declared(declaration(DeclarationType::Reservation, "2002-05-05"));
        let reservation = book.record("2025-03-17", &own(TREATY), reserves);
        book.deposited(&own(TREATY), ConsentMode::Ratification, "2005-01-31");
        if let Some(made) = withdrawn {
            let changes = Some(ChangedDeclaration { declaration: reservation, change: DeclarationChange::Withdraws });
            let body = DeclarationMade { changes, ..declaration(DeclarationType::Reservation, made) };
            book.record("2025-03-17", &own(TREATY), declared(body));
        }
        let findings = book.now(TREATY, "XXX", "2010-01-01").findings;
        let found = findings.into_iter().find(|it| it.finding.code == LegalRemark::ReservationNotConfirmed);
        found.map(|it| it.assuming.join("; "))
    };
    assert_eq!(unconfirmed(None).as_deref(), Some(""));
    assert_eq!((unconfirmed(Some("2005-01-30")), unconfirmed(Some("2005-01-31"))), (None, None));
    assert_eq!(unconfirmed(Some("2005-02-01")).as_deref(), Some(""), "it stood on the day of the consent");
    let open = unconfirmed(Some("2005")).unwrap();
    assert!(open.starts_with("what withdraws it, dated 2005 (entry "), "{open}");
}

#[test]
fn a_notice_that_was_received_and_waits_for_the_others_to_be_told_is_told() {
    let mut book = Book::default();
    let withdrawal = WithdrawalClause {
        notice_from: NoticeFrom::Circulation,
        conflict_test: ConflictTest::None,
        ..protocol_clauses().withdrawal.unwrap()
    };
    let clauses = Clauses { withdrawal: Some(withdrawal), ..protocol_clauses() };
    book.record("2025-03-17", "treaty/a:1", registered(Some(clauses), "2000-01-01"));
    book.record("2025-03-17", "treaty/a:1", effect(TreatyEffect::EntryIntoForce, "2001-01-01"));
    book.deposited(&own(TREATY), ConsentMode::Accession, "2005-01-01");
    let TreatyBody::WithdrawalNotified(body) = notice("2010-01-10") else { unreachable!() };
    let body = WithdrawalNotified { other_parties_notified: None, ..body };
    book.record("2025-03-17", &own(TREATY), TreatyBody::WithdrawalNotified(body));
    let told = |at| {
        let answer = book.now(TREATY, "XXX", at);
        assert_eq!(certain(&answer), TreatyStatus::Party);
        let outcome = &answer.outcomes[0];
        let reasons = outcome.steps.iter().filter(|step| step.rule.name() == "no_clock");
        let reasons: Vec<(Option<Date>, String)> = reasons.map(|step| (step.date, step.sentence.to_string())).collect();
        let waits =
            outcome.could_change.iter().any(|it| it.sentence.contains("notice of withdrawal that was received"));
        (reasons, waits)
    };
    let sentence = "a withdrawal was received on 2010-01-10; its notice runs when the other parties are informed of it, \
                    and no day of that is held";
    assert_eq!(told("2020-01-01"), (vec![(Some(day("2010-01-10")), sentence.to_owned())], true));
    assert_eq!(told("2010-01-09"), (vec![], false), "it was not received yet");
}
