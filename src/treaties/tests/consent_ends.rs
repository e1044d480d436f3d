//! What ends with a consent to be bound: provisional application.

use super::{
    acts::{declaration, declared},
    *,
};
use crate::treaties::{Days, Horizon, Upcoming, upcoming};

const TREATY: &str = "a:1";
const PROTOCOL_OF_IT: &str = "a:1-p";

/// A treaty, and a protocol that is left with it: in force a year after the deposit, left a
/// month after the notice, whatever the conflicts, and applied provisionally until then.
pub fn quick() -> Book {
    let withdrawal = WithdrawalClause {
        notice_months: 1,
        conflict_test: ConflictTest::None,
        reasons_required: false,
        ..protocol_clauses().withdrawal.unwrap()
    };
    let entry = EntryIntoForceClause { months: 12, ..protocol_clauses().entry_into_force.unwrap() };
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
}
