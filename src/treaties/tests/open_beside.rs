//! What lies beside the status on days that are not known: provisional application by a
//! declaration, declarations and objections that are withdrawn, units of territory.

use proptest::prelude::*;

use super::{
    acts::{declaration, declared},
    *,
};
use crate::treaties::{Days, Declared, Horizon, StatusRule, add_days, contested, objected, upcoming};

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
    for (at, open) in [("2025-12-31", vec![]), ("2026-03-01", vec!["AAA"]), ("2026-12-31", vec![])] {
        assert_eq!(suspensions(&book.now(OTTAWA, "XXX", at))[0].may_have_withdrawn(), open, "{at}");
    }
    let at = day("2026-03-01");
    let acts = book.of_everybody(OTTAWA, book.size(), |dossier| contested(dossier, at, ViewName::Default));
    let open: Vec<_> = acts.iter().flat_map(|act| &act.responses).map(|it| it.may_be_withdrawn.clone()).collect();
    assert_eq!(open, [world("2026")]);
    assert!(acts[0].because.iter().any(|because| because.sentence.contains("may have been withdrawn by then")));
    assert!(!acts[0].because.iter().any(|because| because.sentence.contains("against the act stand")));
    let is_open = |at: &str| {
        let at = day(at);
        let acts = book.of_everybody(OTTAWA, book.size(), |dossier| contested(dossier, at, ViewName::Default));
        acts.iter().map(|act| act.uncertain).collect::<Vec<_>>()
    };
    assert_eq!(["2025-12-31", "2026-03-01", "2026-12-31"].map(is_open), [vec![false], vec![true], vec![]]);
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
fn an_objection_of_an_open_day_contests_for_certain_from_its_last_day_on() {
    let (mut book, x) = with_party("XXX");
    let act = book.record("2025-03-18", &x, suspension("2025-01-10", "2025-01-12"));
    book.record(RECORDED, &format!("participation/{OTTAWA}/AAA"), objection(act, "2025-02"));
    let told = |at: &str| {
        let at = day(at);
        let acts = book.of_everybody(OTTAWA, book.size(), |dossier| contested(dossier, at, ViewName::Default));
        acts.iter().map(|act| (act.uncertain, act.responses[0].may_come_later)).collect::<Vec<_>>()
    };
    assert_eq!(
        [told("2025-01-31"), told("2025-02-10"), told("2025-02-28")],
        [vec![], vec![(true, true)], vec![(false, false)]]
    );
}

#[test]
fn contrary_declarations_of_one_day_are_both_told_and_contradict_each_other() {
    use TerritorialEffect::{Excludes, Extends, Restores};
    let told = |first: (TerritorialEffect, &str), second: (TerritorialEffect, &str), at: &str| {
        let (mut book, x) = with_party("XXX");
        book.record(RECORDED, &x, scope(first.0, &["Isle", "Cape"], first.1));
        book.record(RECORDED, &x, scope(second.0, &["Isle"], second.1));
        let contrary = |it: &Declared| it.contradicted_by.iter().map(|it| it.unit.to_string()).collect::<Vec<_>>();
        let mut found: Vec<_> =
            standing(&book, at).iter().map(|it| (it.units.len(), it.certain, contrary(it))).collect();
        found.sort();
        found
    };
    let isle = || vec!["Isle".to_owned()];
    let both = [(1, false, isle()), (2, false, isle())];
    for (one, other) in [(Extends, Excludes), (Excludes, Restores)] {
        assert_eq!(told((one, "2014-05-01"), (other, "2014-05-01"), "2015-01-01"), both, "{one:?}");
    }
    let alike = [(1, true, vec![]), (2, true, vec![])];
    assert_eq!(told((Extends, "2014-05-01"), (Extends, "2014-05-01"), "2015-01-01"), alike);
    assert_eq!(told((Extends, "2014-05-01"), (Excludes, "2014-05-01"), "2014-04-30"), []);
    let later = [(1, true, vec![]), (1, true, vec![])];
    assert_eq!(told((Extends, "2014-05-01"), (Excludes, "2014-05-02"), "2015-01-01"), later);
    let apart = told((Extends, "2014-05"), (Excludes, "2014-06"), "2015-01-01");
    assert_eq!(apart, later, "they cannot be of one day");
}

#[test]
fn contrary_declarations_that_may_be_of_one_day_say_so_of_each_other_beside_what_may_be_later() {
    use TerritorialEffect::{Excludes, Extends};
    // Per declaration: how many may be later, and how many of the same day say the contrary.
    let told = |first: &str, second: (TerritorialEffect, &str), at: &str| {
        let (mut book, x) = with_party("XXX");
        book.record(RECORDED, &x, scope(Extends, &["Isle", "Cape"], first));
        book.record(RECORDED, &x, scope(second.0, &["Isle"], second.1));
        let mut found = standing(&book, at);
        found.sort_by_key(|it| std::cmp::Reverse(it.units.len()));
        found.iter().map(|it| (it.may_be_replaced.len(), it.contradicted_by.len())).collect::<Vec<_>>()
    };
    let contrary = |first, second| told(first, (Excludes, second), "2015-01-01");
    assert_eq!(contrary("2006-03", "2006-03"), [(1, 1), (1, 1)]);
    assert_eq!(contrary("2006-03", "2006-03-25"), [(1, 1), (1, 1)]);
    assert_eq!(contrary("2006-03-01/2006-03-25", "2006-03-25"), [(1, 1), (0, 1)], "the open one is not the later one");
    assert_eq!(
        contrary("2006-03-25/2006-03-30", "2006-03-25"),
        [(0, 1), (1, 1)],
        "the open one is not the earlier one"
    );
    // Of what stands on the day, no day after it is meant.
    let alike = |second, at| told("2005-08-08", (Extends, second), at);
    assert_eq!(alike("2005-07-30/2005-08-18", "2005-08-08"), [(0, 0), (1, 0)]);
    assert_eq!(alike("2005-07-30/2005-08-18", "2005-08-09"), [(1, 0), (1, 0)]);
}

#[test]
fn a_declaration_that_may_not_have_begun_says_so_where_another_may_replace_it_too() {
    let (mut book, x) = with_party("XXX");
    book.record(RECORDED, &x, scope(TerritorialEffect::Excludes, &["Isle"], "2014-05"));
    book.record(RECORDED, &x, scope(TerritorialEffect::Extends, &["Isle"], "2014-05-10/2014-06-10"));
    let found = standing(&book, "2014-05-20");
    let told: Vec<_> = found.iter().map(|it| (it.begun, it.certain, it.may_be_replaced.len())).collect();
    assert_eq!(told, [(false, false, 1), (false, false, 1)]);
    let begun = |at| standing(&book, at).iter().map(|it| it.begun).collect::<Vec<_>>();
    assert_eq!(begun("2014-06-01"), [true, false]);
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

#[test]
fn reasons_beside_the_status_tell_both_ends_of_an_open_day() {
    let (mut book, x) = with_party("XXX");
    book.record(RECORDED, &x, declared(declaration(DeclarationType::Reservation, "2013-04")));
    book.record(RECORDED, &x, suspension("2014-05-10/2014-06-20", "-"));
    book.record(RECORDED, &x, domestic(DomesticStep::ParliamentaryVote, PursuedAct::Withdrawal, "2015"));
    book.record(RECORDED, &x, declared(declaration(DeclarationType::Other, "2016-02-03")));
    let answer = book.now(OTTAWA, "XXX", "2020-01-01");
    let told = |rule: StatusRule| {
        let steps = answer.outcomes[0].steps.iter().filter(|step| step.rule == rule);
        steps.map(|step| (step.date, step.latest)).collect::<Vec<_>>()
    };
    let ends = |first: &str, last: &str| (Some(day(first)), Some(day(last)));
    let settled = (Some(day("2016-02-03")), None);
    assert_eq!(told(StatusRule::Declaration), [ends("2013-04-01", "2013-04-30"), settled]);
    assert_eq!(told(StatusRule::SuspensionIsNoStatus), [ends("2014-05-10", "2014-06-20")]);
    assert_eq!(told(StatusRule::DomesticStepIsNoStatus), [ends("2015-01-01", "2015-12-31")]);
}

#[test]
fn what_is_applied_provisionally_on_uncertain_days_alone_is_told_of_all_days() {
    let of_all_days = |made: &str, withdrawn: &str| {
        let mut book = applicable();
        book.deposited(&own(), ConsentMode::Accession, "2005-01-10");
        let body = declaration(DeclarationType::ProvisionalApplication, made);
        let applies = book.record(RECORDED, &own(), declared(body));
        book.record(RECORDED, &own(), withdrawal_of(applies, withdrawn));
        let told =
            book.now(OTTAWA, "XXX", "2020-01-01").overlays_of_all_days.into_iter().map(|overlay| match overlay {
                Overlay::ProvisionalApplication { since, until, certain, .. } => (since, until.unwrap(), certain),
                other => panic!("{other:#?}"),
            });
        told.collect::<Vec<_>>()
    };
    let exact = |text| Days::on(day(text));
    assert_eq!(of_all_days("2005-02-03", "2005-03-05"), [(exact("2005-02-03"), exact("2005-03-05"), true)]);
    let march = days("2005-03-01", "2005-03-31");
    assert_eq!(of_all_days("2005-03", "2005-03"), [(march, march, false)]);
    assert_eq!(of_all_days("2005-02", "2005-03"), [(days("2005-02-01", "2005-02-28"), march, true)]);
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
