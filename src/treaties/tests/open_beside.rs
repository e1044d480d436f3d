//! What lies beside the status on days that are not known: provisional application by a
//! declaration, declarations and objections that are withdrawn, units of territory.

use proptest::prelude::*;

use super::{
    acts::{declaration, declared},
    *,
};
use crate::treaties::{Days, Declared, Horizon, add_days, contested, objected, upcoming};

const RECORDED: &str = "2027-12-30";

fn own() -> String {
    format!("participation/{OTTAWA}/XXX")
}

fn days(first: &str, last: &str) -> Days {
    Days { first: day(first), last: day(last) }
}

/// A party by a deposit that declares provisional application besides, with the instrument or not.
fn declares(deposited: &str, made: &str, with_it: bool) -> Book {
    let mut book = applicable();
    let instrument = book.deposited(&own(), ConsentMode::Accession, deposited);
    let body = declaration(DeclarationType::ProvisionalApplication, made);
    let body = DeclarationMade { made_with: with_it.then_some(instrument), ..body };
    book.record(RECORDED, &own(), declared(body));
    book
}

fn applied_on(book: &Book, at: &str) -> Option<(Days, Option<Days>, bool)> {
    book.now(OTTAWA, "XXX", at).overlays.iter().find_map(|overlay| match overlay {
        Overlay::ProvisionalApplication { since, until, certain, .. } => Some((*since, *until, *certain)),
        _ => None,
    })
}

#[test]
fn a_declaration_of_an_open_day_applies_from_any_of_its_days_on_and_not_before_the_consent() {
    let book = declares("2005-01-10", "2005-01", false);
    let until = Some(Days::on(day("2005-07-01")));
    let expected = Some((days("2005-01-10", "2005-01-31"), until, false));
    for at in ["2005-01-12", "2005-03-01", "2005-06-30"] {
        assert_eq!(applied_on(&book, at), expected, "{at}");
    }
    assert_eq!((applied_on(&book, "2005-01-09"), applied_on(&book, "2005-07-01")), (None, None));
    let later = declares("2005-01-10", "2005-02", false);
    let certain = |at| applied_on(&later, at).map(|(.., certain)| certain);
    assert_eq!(["2005-01-31", "2005-02-10", "2005-02-28"].map(certain), [None, Some(false), Some(true)]);
}

#[test]
fn nobody_applies_provisionally_what_it_has_not_consented_to() {
    let book = declares("2005-01-10", "2004-12/2005-01-05", false);
    for at in ["2004-12-31", "2005-01-06", "2005-01-10", "2005-03-01"] {
        assert_eq!(applied_on(&book, at), None, "{at}");
    }
}

#[test]
fn a_declaration_that_names_its_instrument_counts_from_that() {
    let book = declares("2005-01-10", "2005-01", true);
    let expected = Some((Days::on(day("2005-01-10")), Some(Days::on(day("2005-07-01"))), true));
    assert_eq!((applied_on(&book, "2005-01-09"), applied_on(&book, "2005-01-10")), (None, expected));
    let found = codes(&book.now(OTTAWA, "XXX", "2020-01-01"));
    assert!(!found.contains(&"provisional_without_instrument"), "{found:?}");
}

fn withdrawal_of(target: EventReference, made: &str) -> TreatyBody {
    let changes = Some(ChangedDeclaration { declaration: target, change: DeclarationChange::Withdraws });
    declared(DeclarationMade { changes, ..declaration(DeclarationType::Reservation, made) })
}

/// The declarations that stand or may on a day.
fn standing(book: &Book, at: &str) -> Vec<Declared> {
    let overlays = book.now(OTTAWA, "XXX", at).overlays.into_iter().filter_map(|overlay| match overlay {
        Overlay::Declaration(declared) | Overlay::TerritorialScope(declared) => Some(declared),
        _ => None,
    });
    overlays.collect()
}

#[test]
fn what_is_applied_provisionally_ends_when_that_is_withdrawn() {
    let withdrawn = |made: &str| {
        let mut book = applicable();
        book.deposited(&own(), ConsentMode::Accession, "2005-01-10");
        let body = declaration(DeclarationType::ProvisionalApplication, "2005-01-10");
        let applies = book.record(RECORDED, &own(), declared(body));
        book.record(RECORDED, &own(), withdrawal_of(applies, made));
        book
    };
    let since = Days::on(day("2005-01-10"));
    let (exact, open) = (withdrawn("2005-03-05"), withdrawn("2005-03"));
    assert_eq!(applied_on(&exact, "2005-02-01"), Some((since, Some(Days::on(day("2005-03-05"))), true)));
    assert_eq!(applied_on(&exact, "2005-03-05"), None);
    assert_eq!(applied_on(&open, "2005-03-10"), Some((since, Some(days("2005-03-01", "2005-03-31")), false)));
    let drawn = exact.now(OTTAWA, "XXX", "2020-01-01").overlays_of_all_days;
    assert!(matches!(&drawn[..], [Overlay::ProvisionalApplication { until: Some(until), .. }] if until.is_settled()));
    let horizon = Horizon { at: day("2005-02-01"), until: day("2006-01-01") };
    for book in [exact, open] {
        let ahead = book.dossier("XXX", |dossier| upcoming(dossier, horizon, ViewName::Default));
        assert!(ahead.changes.iter().all(|it| it.what.name() != "provisional_application_ends"), "{ahead:#?}");
    }
}

#[test]
fn a_reservation_withdrawn_on_an_open_day_may_stand_between_its_ends() {
    let (mut book, x) = with_party("XXX");
    let made = book.record(RECORDED, &x, declared(declaration(DeclarationType::Reservation, "2012-12-27")));
    book.record(RECORDED, &x, withdrawal_of(made, "2025"));
    let told = |at| {
        let found = standing(&book, at);
        let told = |it: &Declared| (it.certain, it.may_be_changed.as_ref().map(|change| change.made.to_string()));
        found.iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(told("2024-12-31"), [(true, None)]);
    for at in ["2025-01-01", "2025-06-01", "2025-12-30"] {
        assert_eq!(told(at), [(false, Some("2025".to_owned()))], "{at}");
    }
    assert_eq!(told("2025-12-31"), []);
}

#[test]
fn an_objection_withdrawn_on_an_open_day_may_contest_between_its_ends() {
    let (mut book, x) = with_party("XXX");
    let act = book.record("2025-03-18", &x, suspension("2025-01-10", "2025-01-12"));
    let aaa = format!("participation/{OTTAWA}/AAA");
    let lodged = book.record("2025-03-18", &aaa, objection(act, "2025-02-01"));
    book.record(RECORDED, &aaa, withdrawal_of(lodged, "2026"));
    let told = |at: &str| {
        let answer = book.now(OTTAWA, "XXX", at);
        let found = suspensions(&answer)[0];
        (found.contested_by().join(","), found.may_be_contested_by().join(","))
    };
    let words = |by: &str, may: &str| (by.to_owned(), may.to_owned());
    assert_eq!(told("2025-12-31"), words("AAA", ""));
    assert_eq!(told("2026-03-01"), words("", "AAA"));
    assert_eq!(told("2026-12-31"), words("", ""));
    let at = day("2026-03-01");
    let acts = book.of_everybody(OTTAWA, book.size(), |dossier| contested(dossier, at, ViewName::Default));
    let open: Vec<_> = acts.iter().flat_map(|act| &act.responses).map(|it| it.may_be_withdrawn.clone()).collect();
    assert_eq!(open, [world("2026")]);
    assert!(acts[0].because.iter().any(|because| because.sentence.contains("may have been withdrawn by then")));
    let held = Default::default();
    let everybody = crate::treaties::Everybody { held: &held, tables: &[] };
    let acts = book.of_everybody(OTTAWA, book.size(), |dossier| objected(dossier, everybody, at, ViewName::Default));
    let open = acts.iter().flat_map(|act| &act.objections).map(|it| it.response.may_be_withdrawn.clone());
    assert_eq!(open.collect::<Vec<_>>(), [world("2026")]);
}

fn scope(effect: TerritorialEffect, units: &[&str], since: &str) -> TreatyBody {
    let territory = Territory { units: units.iter().map(|unit| (*unit).into()).collect(), effect };
    let body = declaration(DeclarationType::TerritorialScope, since);
    declared(DeclarationMade { territory: Some(territory), ..body })
}

#[test]
fn of_two_declarations_about_a_unit_the_later_one_goes_before() {
    let (mut book, x) = with_party("XXX");
    book.record(RECORDED, &x, scope(TerritorialEffect::Excludes, &["Isle", "Cape"], "2013-06-01"));
    book.record(RECORDED, &x, scope(TerritorialEffect::Extends, &["Isle"], "2014-05"));
    let told = |at: &str| {
        let mut found: Vec<_> = standing(&book, at)
            .iter()
            .map(|it| {
                let open: Vec<String> =
                    it.may_be_replaced.iter().map(|it| format!("{} {}", it.unit, it.since)).collect();
                (it.effect.unwrap().name(), it.units.join(","), it.certain, open.join(","))
            })
            .collect();
        found.sort();
        found
    };
    let told_of = |effect, units: &str, certain, open: &str| (effect, units.to_owned(), certain, open.to_owned());
    assert_eq!(told("2014-04-30"), [told_of("excludes", "Isle,Cape", true, "")]);
    for at in ["2014-05-01", "2014-05-30"] {
        let both = [told_of("excludes", "Isle,Cape", false, "Isle 2014-05"), told_of("extends", "Isle", false, "")];
        assert_eq!(told(at), both, "{at}");
    }
    for at in ["2014-05-31", "2020-01-01"] {
        assert_eq!(told(at), [told_of("excludes", "Cape", true, ""), told_of("extends", "Isle", true, "")], "{at}");
    }
}

#[test]
fn a_later_declaration_that_is_withdrawn_leaves_the_unit_to_the_earlier_one() {
    let (mut book, x) = with_party("XXX");
    book.record(RECORDED, &x, scope(TerritorialEffect::Excludes, &["Isle"], "2013-06-01"));
    let later = book.record(RECORDED, &x, scope(TerritorialEffect::Extends, &["Isle"], "2014-05-01"));
    book.record(RECORDED, &x, withdrawal_of(later, "2016"));
    let effects = |at: &str| {
        let found = standing(&book, at);
        found.iter().map(|it| (it.effect.unwrap().name(), it.certain)).collect::<Vec<_>>()
    };
    assert_eq!(effects("2015-01-01"), [("extends", true)]);
    assert_eq!(effects("2016-06-01"), [("excludes", false), ("extends", false)]);
    assert_eq!(effects("2016-12-31"), [("excludes", true)]);
}

/// Days between which a date is told, and one of them.
fn dated() -> impl Strategy<Value = (String, String)> {
    (0u32..400, prop_oneof![0u32..3, 0u32..90], 0u32..=100).prop_map(|(from, length, pick)| {
        let first = add_days(day("2004-06-01"), from);
        (format!("{first}/{}", add_days(first, length)), add_days(first, length * pick / 100).to_string())
    })
}

proptest! {
    /// Whichever day a deposit and a declaration were of, what follows lies within what is told.
    #[test]
    fn what_is_applied_provisionally_on_some_days_is_told_of_the_open_dates(
        deposited in dated(),
        made in dated(),
        with_it in any::<bool>(),
        at in 0u32..600,
    ) {
        let at = add_days(day("2004-06-01"), at).to_string();
        let open = applied_on(&declares(&deposited.0, &made.0, with_it), &at);
        let alone = applied_on(&declares(&deposited.1, &made.1, with_it), &at);
        let within = |inner: Days, outer: Days| outer.first <= inner.first && inner.last <= outer.last;
        match (open, alone) {
            (Some((since, until, _)), Some((its, end, certain))) => {
                prop_assert!(certain && within(its, since), "{:?} {:?}", its, since);
                prop_assert!(end.zip(until).is_some_and(|(end, until)| within(end, until)), "{:?} {:?}", end, until);
            }
            (None, Some(alone)) => prop_assert!(false, "untold: {alone:?}"),
            (Some((.., certain)), None) => prop_assert!(!certain),
            (None, None) => {}
        }
    }
}
