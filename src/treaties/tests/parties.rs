//! Counts by definition, and what a table of the depositary makes of them.

use super::{
    acts::{declaration, declared, succession},
    *,
};
use crate::treaties::{
    Count, Coverage, CoverageWord, Definition, DifferenceCode, Held, counts, coverage, participation, tables,
};

fn under(participant: &str) -> String {
    format!("participation/{OTTAWA}/{participant}")
}

/// Those whose acts move the counts of 2025 and 2026.
fn movers() -> Book {
    let mut book = two_treaties();
    for (participant, signed, mode, deposited) in [
        ("EST", "-", ConsentMode::Accession, "2004-05-12"),
        ("FIN", "-", ConsentMode::Accession, "2012-01-09"),
        ("LTU", "1999-02-26", ConsentMode::Ratification, "2003-05-12"),
        ("LVA", "-", ConsentMode::Accession, "2005-07-01"),
        ("MHL", "1997-12-04", ConsentMode::Ratification, "2025-03-12"),
        ("OMN", "-", ConsentMode::Accession, "2014-08-20"),
        ("POL", "1997-12-04", ConsentMode::Ratification, "2012-12-27"),
        ("TON", "-", ConsentMode::Accession, "2025-06-25"),
        ("UKR", "1999-02-24", ConsentMode::Ratification, "2005-12-27"),
    ] {
        if signed != "-" {
            book.signed(&under(participant), signed);
        }
        book.deposited(&under(participant), mode, deposited);
    }
    for (participant, received) in [
        ("EST", "2025-06-27"),
        ("LVA", "2025-06-27"),
        ("LTU", "2025-06-27"),
        ("FIN", "2025-07-10"),
        ("POL", "2025-08-20"),
    ] {
        book.withdrew("2025-11-05", &under(participant), received);
    }
    book.record("2025-07-21", &under("UKR"), suspension("2025-07-18", "2025-07-21"));
    book
}

impl Book {
    fn participants(&self) -> Vec<String> {
        let each = self.events.iter().filter_map(|recorded| match &recorded.event.subject {
            Subject::Participation(treaty, participant) if treaty.as_str() == OTTAWA => Some(participant.to_string()),
            _ => None,
        });
        each.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    }

    fn counted(&self, at: &str) -> Vec<Count> {
        let answers: Vec<Answer> = self.participants().iter().map(|who| self.now(OTTAWA, who, at)).collect();
        counts(&answers)
    }

    fn number(&self, definition: Definition, at: &str) -> (usize, usize) {
        let counted = self.counted(at);
        let count = counted.iter().find(|count| count.definition == definition).unwrap();
        (count.certain, count.possible)
    }

    pub fn coverage(&self, at: &str) -> Coverage {
        let events: Vec<&Recorded> = self.events.iter().collect();
        let (treaty, known) = (OTTAWA.parse().unwrap(), Known { size: self.size(), recorded_at: None });
        let dossier = |participant| Dossier {
            treaty: &treaty,
            participant,
            events: &events,
            deposits: &[],
            mandates: &self.mandates,
            known,
        };
        let participants: Vec<ParticipantId> = self.participants().iter().map(|who| who.parse().unwrap()).collect();
        let nobody = "NOBODY".parse().unwrap();
        let each = participants.iter().map(|who| (who.clone(), participation(&dossier(who), ViewName::Default)));
        let held: Held = each.collect();
        coverage(&tables(&dossier(&nobody), ViewName::Default), &held, day(at))
    }

    /// A table as at a day; a row is `ID signed deposited code`, with brackets if withdrawn.
    pub fn table(&mut self, as_at: &str, rows: &[&str]) {
        let body = ParticipationTableStated { as_at: world(as_at), rows: rows.iter().map(|row| parsed(row)).collect() };
        self.record("2026-03-01", &format!("treaty/{OTTAWA}"), TreatyBody::ParticipationTableStated(body));
    }
}

fn parsed(row: &str) -> ParticipationRow {
    let words: Vec<&str> = row.split_whitespace().collect();
    let [id, signed, deposited, code] = words[..] else { panic!("not four words: {row}") };
    let withdrawn = id.starts_with('[');
    let id = id.trim_matches(['[', ']']);
    let mode = match code {
        "r" => Some(ConsentMode::Ratification),
        "a" => Some(ConsentMode::Accession),
        "-" | "d" => None,
        other => panic!("no code: {other}"),
    };
    ParticipationRow {
        name: id.to_lowercase().into(),
        participant: id.parse().unwrap(),
        signed: world(signed),
        deposited: world(deposited),
        mode,
        withdrawn,
        succession: code == "d",
        footnotes: Vec::new(),
    }
}

fn told(coverage: &Coverage) -> Vec<(&str, DifferenceCode)> {
    coverage.differences.iter().map(|told| (told.participant.as_str(), told.code)).collect()
}

#[test]
fn the_counts_move_as_every_published_figure_does() {
    let book = movers();
    // All other parties of 2025, who do not move and are not recorded in this book.
    const OTHERS: usize = 157;
    for (at, in_force, deposited) in [
        ("2025-03-18", 164, 165),
        ("2025-06-29", 164, 166),
        ("2025-09-01", 165, 166),
        ("2025-12-01", 166, 166),
        ("2025-12-27", 163, 163),
        ("2026-01-10", 162, 162),
        ("2026-02-20", 161, 161),
    ] {
        assert_eq!(book.number(Definition::InForce, at).0 + OTHERS, in_force, "in force on {at}");
        assert_eq!(book.number(Definition::Deposited, at).0 + OTHERS, deposited, "deposited on {at}");
    }
}

#[test]
fn each_definition_counts_its_own() {
    let book = movers();
    let on = |at, definition| book.number(definition, at).0;
    assert_eq!(on("2000-01-01", Definition::Signatories), 4, "signed, not consented");
    assert_eq!(on("2025-06-29", Definition::Signatories), 0);
    assert_eq!(on("2025-06-29", Definition::Contracting), 2);
    assert_eq!(on("2025-08-20", Definition::Withdrawing), 5);
    assert_eq!(on("2025-12-27", Definition::Former), 3);
    assert_eq!(on("2025-12-27", Definition::Withdrawing), 2);
}

#[test]
fn a_record_that_can_be_read_in_two_ways_is_possible_and_not_certain() {
    let mut book = movers();
    let named = |recorded: &mut Recorded| recorded.event.act = Some("deposit".into());
    for on in ["2025-01-01", "2025-02-01"] {
        book.entry("2025-07-01", &under("XXX"), Body::Treaty(deposit(ConsentMode::Accession, on)), named);
    }
    assert_eq!(book.number(Definition::InForce, "2025-07-15"), (7, 8), "in force in July or in August");
    assert_eq!(book.number(Definition::Deposited, "2025-07-15"), (10, 10));
}

#[test]
fn without_a_table_nothing_is_a_total() {
    let coverage = movers().coverage("2025-06-29");
    assert_eq!((coverage.word, coverage.as_at), (CoverageWord::Nothing, None));
}

const IN_JUNE: [&str; 9] = [
    "EST - 2004-05-12 a",
    "FIN - 2012-01-09 a",
    "LTU 1999-02-26 2003-05-12 r",
    "LVA - 2005-07-01 a",
    "MHL 1997-12-04 2025-03-12 r",
    "OMN - 2014-08-20 a",
    "POL 1997-12-04 2012-12-27 r",
    "TON - 2025-06-25 a",
    "UKR 1999-02-24 2005-12-27 r",
];

#[test]
fn a_table_that_says_the_same_covers_the_days_up_to_its_own() {
    let mut book = movers();
    book.table("2025-06-30", &IN_JUNE);
    for (at, word) in [
        ("2025-06-29", CoverageWord::Complete),
        ("2025-06-30", CoverageWord::Complete),
        ("2025-07-01", CoverageWord::CompleteUntil),
    ] {
        let coverage = book.coverage(at);
        assert_eq!((coverage.word, coverage.complete_until), (word, Some(day("2025-06-30"))), "{at}");
        assert_eq!(told(&coverage), []);
    }
}

#[test]
fn a_table_of_a_day_that_is_open_is_told_with_both_ends_and_counts_by_the_first() {
    let mut book = movers();
    book.table("2025-06-30/2025-07-15", &IN_JUNE);
    let coverage = book.coverage("2025-07-01");
    assert_eq!(coverage.word, CoverageWord::CompleteUntil);
    assert_eq!(
        coverage.complete_until.zip(coverage.complete_until_latest),
        Some((day("2025-06-30"), day("2025-07-15")))
    );
    let mut differs = movers();
    differs.table("2025-06-30/2025-07-15", &IN_JUNE[1..]);
    let told = &differs.coverage("2025-07-01").differences[0].sentence;
    assert!(told.starts_with("the table as at a day from 2025-06-30 to 2025-07-15 does not name"), "{told}");
}

#[test]
fn an_act_after_the_day_of_a_table_is_not_missing_in_it() {
    let mut book = movers();
    let before_tonga: Vec<&str> = IN_JUNE.into_iter().filter(|row| !row.starts_with("TON")).collect();
    book.table("2025-06-24", &before_tonga);
    assert_eq!(book.coverage("2025-06-01").word, CoverageWord::Complete);
    book.table("2025-06-25", &before_tonga);
    let coverage = book.coverage("2025-06-25");
    assert_eq!(coverage.word, CoverageWord::Partial);
    assert_eq!(told(&coverage), [("TON", DifferenceCode::MissingInTable)]);
    assert_eq!(coverage.complete_until, Some(day("2025-06-24")), "an older table still says the same");
    assert_eq!(book.coverage("2025-06-01").word, CoverageWord::Complete, "and covers the days before it");
}

#[test]
fn every_difference_is_told_with_its_participant() {
    let mut book = movers();
    book.table(
        "2025-12-31",
        &[
            "EST - 2004-05-12 a",
            "[FIN] - 2012-01-09 a",
            "[LTU] 1999-02-27 2003-05-12 r",
            "[LVA] - 2005-07-02 a",
            "MHL 1997-12-04 2025-03-12 a",
            "[OMN] - 2014-08-20 a",
            "POL 1997-12-04 2012-12-27 r",
            "UKR 1999-02-24 2005-12-27 r",
            "ZZZ 1999-01-01 - -",
        ],
    );
    let expected = [
        ("EST", DifferenceCode::WithdrawnWithoutBrackets),
        ("LTU", DifferenceCode::OtherSignature),
        ("LVA", DifferenceCode::OtherDeposit),
        ("MHL", DifferenceCode::OtherMode),
        ("OMN", DifferenceCode::BracketedWithoutWithdrawal),
        ("ZZZ", DifferenceCode::MissingHere),
        ("TON", DifferenceCode::MissingInTable),
    ];
    let coverage = book.coverage("2025-12-31");
    assert_eq!(told(&coverage), expected, "a withdrawal that only runs may be marked or not");
    assert!(coverage.differences.iter().all(|told| told.sentence.len() > 20));
}

#[test]
fn a_succession_is_compared_with_its_notification_and_hides_the_predecessor() {
    let mut book = two_treaties();
    book.deposited(&under("SCG"), ConsentMode::Accession, "2003-09-18");
    let body = SuccessionNotified {
        predecessor: "SCG".parse().unwrap(),
        succeeds_to: SuccessionTo::Consent,
        succeeded: world("2006-06-03"),
        received_by_depositary: world("2006-10-23"),
    };
    book.record("2025-03-17", &under("MNE"), TreatyBody::SuccessionNotified(body));
    book.table("2007-01-01", &["MNE - 2006-10-23 d"]);
    assert_eq!(book.coverage("2007-01-01").word, CoverageWord::Complete);
    book.table("2008-01-01", &["MNE - 2006-10-23 a"]);
    assert_eq!(told(&book.coverage("2008-01-01")), [("MNE", DifferenceCode::OtherMode)]);
    book.table("2009-01-01", &["MNE - 2006-06-03 d"]);
    assert_eq!(
        told(&book.coverage("2009-01-01")),
        [("MNE", DifferenceCode::OtherDeposit)],
        "not since when it is bound"
    );
}

#[test]
fn a_predecessor_that_is_counted_here_is_missing_in_a_table_that_does_not_name_it() {
    let mut book = two_treaties();
    book.deposited(&under("SCG"), ConsentMode::Accession, "2003-09-18");
    book.deposited(&under("MNE"), ConsentMode::Accession, "2006-10-23");
    let registered = ParticipantRegistered {
        name: "Montenegro".into(),
        participant_type: ParticipantType::State,
        iso_code: None,
        other_names: Vec::new(),
        predecessors: vec!["SCG".parse().unwrap()],
    };
    book.record("2025-03-17", "participant/MNE", TreatyBody::ParticipantRegistered(registered));
    book.table("2007-01-01", &["MNE - 2006-10-23 a"]);
    assert_eq!(book.number(Definition::InForce, "2007-04-01").0, 2, "no succession passed anything");
    let coverage = book.coverage("2007-01-01");
    assert_eq!(told(&coverage), [("SCG", DifferenceCode::MissingInTable)]);
    let sentence = &coverage.differences[0].sentence;
    assert_eq!(&**sentence, "the table as at 2007-01-01 does not name SCG, which is recorded here by entry 4");
}

#[test]
fn a_predecessor_whose_participation_has_passed_is_counted_no_more() {
    let mut book = two_treaties();
    book.deposited(&under("CSK"), ConsentMode::Accession, "1998-09-18");
    let body = |on: &str| succession("CSK", SuccessionTo::Consent, "2003-01-01", on);
    for (who, on) in [("CZE", "2003-02-22"), ("SVK", "2003-05-28")] {
        book.record("2025-03-17", &under(who), body(on));
    }
    assert_eq!(book.number(Definition::InForce, "2024-12-31").0, 3, "without a table nobody says otherwise");
    book.table("2024-12-31", &["CZE - 2003-02-22 d", "SVK - 2003-05-28 d"]);
    assert_eq!(book.coverage("2024-12-31").word, CoverageWord::Complete);
    assert_eq!(book.number(Definition::InForce, "2024-12-31"), (2, 2), "as many as the table names");
    assert_eq!(book.number(Definition::InForce, "2002-12-31"), (1, 1));
}

#[test]
fn tables_of_one_day_that_contradict_each_other_complete_nothing() {
    let mut book = movers();
    book.table("2025-06-30", &IN_JUNE);
    book.table("2025-06-30", &IN_JUNE[..8]);
    let coverage = book.coverage("2025-06-29");
    assert_eq!((coverage.word, coverage.complete_until), (CoverageWord::Partial, None));
    assert_eq!(told(&coverage), [("UKR", DifferenceCode::MissingInTable)]);
}

#[test]
fn whoever_only_objected_is_not_expected_in_a_table() {
    let mut book = movers();
    let suspended = book.events.last().unwrap().reference();
    book.record("2025-10-17", &under("CHE"), objection(suspended, "2025-06-01"));
    book.table("2025-06-30", &IN_JUNE);
    assert_eq!(book.coverage("2025-06-29").word, CoverageWord::Complete);
}

#[test]
fn former_signatories_are_counted_by_themselves() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.signed(&x, "1998-01-01");
    let intention = declaration(DeclarationType::IntentionNotToBecomeParty, "2002-05-06");
    book.record("2025-03-18", &x, declared(intention));
    let counted = |on| (book.number(Definition::Signatories, on), book.number(Definition::FormerSignatories, on));
    assert_eq!(counted("2002-05-05"), ((1, 1), (0, 0)));
    assert_eq!(counted("2002-05-06"), ((0, 0), (1, 1)));
    assert_eq!(book.number(Definition::Former, "2002-05-06"), (0, 0));
}

/// R20: deposits of one day have no order but the depositary's, and a threshold depends on days alone.
#[test]
fn deposits_of_one_day_reach_a_threshold_together() {
    let clauses = ottawa_clauses();
    let entry = clauses.entry_into_force.clone().map(|clause| EntryIntoForceClause { threshold: 3, ..clause });
    let in_order = |deposits: [(&str, &str, Option<u32>); 4]| {
        let mut book = Book::default();
        let clauses = Clauses { entry_into_force: entry.clone(), ..clauses.clone() };
        book.record("2025-03-17", &format!("treaty/{OTTAWA}"), registered(Some(clauses), "1997-09-18"));
        for (participant, on, sequence) in deposits {
            let TreatyBody::InstrumentDeposited(body) = deposit(ConsentMode::Accession, on) else { unreachable!() };
            let body = InstrumentDeposited { depositary_sequence: sequence, ..body };
            book.record("2025-03-18", &under(participant), TreatyBody::InstrumentDeposited(body));
        }
        let status = |who, on| certain(&book.now(OTTAWA, who, on));
        let statuses = ["AAA", "BBB", "CCC", "DDD"].map(|who| (status(who, "2000-07-31"), status(who, "2000-08-01")));
        (statuses, book.number(Definition::InForce, "2000-08-01"))
    };
    let [first, second, third] = ["2000-01-10", "2000-02-05", "2000-02-05"];
    let straight = [("AAA", first, None), ("BBB", second, Some(1)), ("CCC", third, Some(2)), ("DDD", third, None)];
    let turned = [("DDD", third, Some(1)), ("CCC", third, None), ("BBB", second, Some(3)), ("AAA", first, None)];
    assert_eq!(in_order(straight), in_order(turned));
    assert_eq!(in_order(straight).0, [(TreatyStatus::Contracting, TreatyStatus::Party); 4]);
}
