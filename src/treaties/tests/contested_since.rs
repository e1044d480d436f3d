//! Since which entry an act is known to be contested: the first of the entries after each
//! of which it was, up to the one asked about.

use proptest::prelude::*;

use super::{
    acts::{contest, declaration, declared, resolution, retraction},
    *,
};
use crate::treaties::{ContestedAct, contested};

const AT: &str = "2026-01-01";

fn under(participant: &str) -> String {
    format!("participation/{OTTAWA}/{participant}")
}

/// The contested acts as known after so many entries.
fn as_known(book: &Book, size: Size) -> Vec<ContestedAct> {
    book.of_everybody(OTTAWA, size, |dossier| contested(dossier, day(AT), ViewName::Default))
}

/// The day of the entry since which the only contested act is known to be.
fn known_since(book: &Book) -> &str {
    let found = as_known(book, book.size());
    let [found] = found.as_slice() else { panic!("one act: {found:#?}") };
    let index = found.known_since.expect("it is contested since an entry");
    let at = book.events[usize::try_from(index.0).unwrap()].recorded_at.utc_date();
    DAYS.iter().find(|on| Some(day(on)) == at).expect("one of the days of these stories")
}

const DAYS: [&str; 6] = ["2025-09-01", "2025-09-02", "2025-09-03", "2025-09-04", "2025-09-05", "2025-09-06"];

/// A statement about the notice of a withdrawal.
fn noticed(book: &mut Book, on: &str, received: &str) -> EventReference {
    let body = Body::Treaty(notice(received));
    book.entry(on, &under("POL"), body, |recorded| recorded.event.act = Some("notice of 2025".into()))
}

fn corrected(book: &mut Book, on: &str, target: &EventReference, received: &str) {
    book.entry(on, &under("POL"), correction(target.clone(), notice(received)), |_| {});
}

/// Two statements that differ, the second on the second day.
fn two_that_differ() -> (Book, EventReference) {
    let mut book = two_treaties();
    let first = noticed(&mut book, DAYS[0], "2025-08-05");
    noticed(&mut book, DAYS[1], "2025-08-20");
    (book, first)
}

#[test]
fn a_correction_after_which_statements_differ_as_before_moves_nothing() {
    let (mut book, first) = two_that_differ();
    corrected(&mut book, DAYS[2], &first, "2025-08-06");
    corrected(&mut book, DAYS[3], &first, "2025-08-07");
    assert_eq!(known_since(&book), DAYS[1]);
}

#[test]
fn a_correction_that_settled_it_for_a_while_begins_it_anew() {
    let (mut book, first) = two_that_differ();
    corrected(&mut book, DAYS[2], &first, "2025-08-20");
    assert_eq!(as_known(&book, book.size()), Vec::new());
    corrected(&mut book, DAYS[3], &first, "2025-08-07");
    assert_eq!(known_since(&book), DAYS[3]);
}

#[test]
fn a_correction_that_makes_statements_differ_begins_it() {
    let mut book = two_treaties();
    let first = noticed(&mut book, DAYS[0], "2025-08-20");
    noticed(&mut book, DAYS[1], "2025-08-20");
    corrected(&mut book, DAYS[2], &first, "2025-08-05");
    assert_eq!(known_since(&book), DAYS[2]);
}

#[test]
fn a_resolution_alone_contests_since_it_was_recorded() {
    let mut book = two_treaties();
    let first = noticed(&mut book, DAYS[0], "2025-08-20");
    let second = noticed(&mut book, DAYS[1], "2025-08-20");
    book.entry(DAYS[2], &under("POL"), resolution(&[&first, &second], Some(&first)), |_| {});
    assert_eq!(known_since(&book), DAYS[2]);
}

#[test]
fn an_objection_that_was_taken_back_counts_only_where_another_one_stood_by_then() {
    let mut book = two_treaties();
    let act = book.record(DAYS[0], &under("UKR"), suspension("2025-07-18", "2025-07-21"));
    let first = book.record(DAYS[1], &under("CHE"), objection(act.clone(), "2025-08-17"));
    let mut gap = book.clone();
    gap.entry(DAYS[2], &under("CHE"), retraction(first.clone()), |_| {});
    gap.record(DAYS[3], &under("NOR"), objection(act.clone(), "2025-08-17"));
    assert_eq!(known_since(&gap), DAYS[3], "nobody was against it in between");
    book.record(DAYS[2], &under("NOR"), objection(act, "2025-08-17"));
    book.entry(DAYS[3], &under("CHE"), retraction(first), |_| {});
    assert_eq!(known_since(&book), DAYS[1], "somebody was all the time");
}

#[test]
fn an_objection_that_was_corrected_to_another_act_begins_it_there() {
    let mut book = two_treaties();
    let one = book.record(DAYS[0], &under("UKR"), suspension("2025-07-18", "2025-07-21"));
    let other = book.record(DAYS[0], &under("POL"), notice("2025-08-20"));
    let against = book.record(DAYS[1], &under("CHE"), objection(one, "2025-08-21"));
    let restated = correction(against, objection(other.clone(), "2025-08-21"));
    book.entry(DAYS[2], &under("CHE"), restated, |_| {});
    let [found] = &as_known(&book, book.size())[..] else { panic!("one act") };
    assert_eq!(found.act.event.reference, other);
    assert_eq!(known_since(&book), DAYS[2]);
}

#[test]
fn what_waited_for_sign_offs_counts_from_the_entry_that_completed_them() {
    let mut book = two_treaties();
    let act = book.record(DAYS[0], &under("UKR"), suspension("2025-07-18", "2025-07-21"));
    let completed = Index(book.size().0 + 2);
    let body = Body::Treaty(objection(act.clone(), "2025-08-17"));
    book.entry(DAYS[1], &under("CHE"), body, |recorded| {
        recorded.standing = Standing::Effective { since: completed, verified: false };
    });
    book.signed(&under("NOR"), "1997-12-04");
    book.signed(&under("LTU"), "1997-12-04");
    let [found] = &as_known(&book, book.size())[..] else { panic!("one act") };
    assert_eq!(found.known_since, Some(completed));
}

/// What is said of a notice and of what was said of it.
#[derive(Clone, Debug)]
enum Said {
    Stated(bool),
    Corrected(usize, bool),
    Objected(usize),
    Contested(usize),
    Resolved(usize),
    Retracted(usize),
    Withdrawn(usize),
}

fn said() -> impl Strategy<Value = Said> {
    let of = any::<usize>;
    prop_oneof![
        any::<bool>().prop_map(Said::Stated),
        (of(), any::<bool>()).prop_map(|(of, first)| Said::Corrected(of, first)),
        of().prop_map(Said::Objected),
        of().prop_map(Said::Contested),
        of().prop_map(Said::Resolved),
        of().prop_map(Said::Retracted),
        of().prop_map(Said::Withdrawn),
    ]
}

fn book(said: &[Said]) -> Book {
    let mut book = two_treaties();
    let on = DAYS[0];
    let received = |first: bool| if first { "2025-08-05" } else { "2025-08-20" };
    let mut statements = vec![noticed(&mut book, on, "2025-08-20")];
    let mut all = statements.clone();
    let mut objections = Vec::new();
    let any = |of: usize, among: &[EventReference]| among[of % among.len()].clone();
    for said in said {
        let made = match said {
            Said::Stated(first) => {
                statements.push(noticed(&mut book, on, received(*first)));
                statements.last().unwrap().clone()
            }
            Said::Corrected(of, first) => {
                let body = correction(any(*of, &statements), notice(received(*first)));
                book.entry(on, &under("POL"), body, |_| {})
            }
            Said::Objected(of) => {
                objections.push(book.record(on, &under("CHE"), objection(any(*of, &statements), "2025-08-21")));
                objections.last().unwrap().clone()
            }
            Said::Contested(of) => {
                book.entry(on, &under("POL"), contest(any(*of, &statements), "A court", "2025-08-22"), |_| {})
            }
            Said::Resolved(of) => book.entry(on, &under("POL"), resolution(&[&any(*of, &statements)], None), |_| {}),
            Said::Retracted(of) => book.entry(on, &under("POL"), retraction(any(*of, &all)), |_| {}),
            Said::Withdrawn(of) => {
                let Some(of) = (!objections.is_empty()).then(|| any(*of, &objections)) else { continue };
                let changes = Some(ChangedDeclaration { declaration: of, change: DeclarationChange::Withdraws });
                let made = DeclarationMade { changes, ..declaration(DeclarationType::Other, "2025-09-01") };
                book.record(on, &under("CHE"), declared(made))
            }
        };
        all.push(made);
    }
    book
}

proptest! {
    #[test]
    fn it_is_the_first_entry_after_which_every_state_of_knowledge_has_it_contested(
        said in prop::collection::vec(said(), 0..24),
    ) {
        let book = book(&said);
        let now = as_known(&book, book.size());
        prop_assert!(now.len() <= 1, "all is about one act: {now:#?}");
        let Some(found) = now.first() else { return Ok(()) };
        let sizes = (0..=book.size().0).rev();
        let first = sizes.take_while(|size| !as_known(&book, Size(*size)).is_empty()).last();
        prop_assert_eq!(found.known_since.map(|index| index.0 + 1), first);
    }
}
