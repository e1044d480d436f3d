//! Predecessors whose participation has passed: in a footnote of whoever succeeds them,
//! and read back to the same acts without counting beside them.

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::domain::ParticipationTableStated;

/// A predecessor whose participation has passed.
pub fn bygone(acts: Vec<RecordedAct>) -> Line {
    Line { passed: true, ..line("XAE", "Oldland", false, acts) }
}

/// Two successors to it, one to its signature, too.
pub fn successors() -> [Line; 2] {
    let consent = || succeeded(SuccessionTo::Consent, "1995-01-01");
    [
        line("XAB", "Westland", false, vec![succeeded(SuccessionTo::Signature, "1995-01-01"), consent()]),
        line("XAC", "Northland", false, vec![consent()]),
    ]
}

/// Its own acts, all of which a footnote has a place for.
pub fn own_acts() -> Vec<RecordedAct> {
    let signature = signed(SignatureType::Simple, "1989-12-04");
    vec![signature, bare(ConsentMode::Acceptance, "1990-03-01"), provisional("1990-03-02")]
}

fn without_whole_table(lines: &[Line]) -> Written {
    write(&"fict:XX-1".parse().unwrap(), lines, "2026-02-28".parse().unwrap(), false)
}

fn read_back(written: &Written) -> Plan {
    let mapping = Mapping::parse(&written.mapping.to_toml(), "2026-03-01".parse().unwrap()).unwrap();
    planned(&written.table, &mapping, &HeldTable::default())
}

/// Whom the plan's statement of the whole table names; `None` where it makes none.
fn named_by_table(plan: &Plan) -> Option<Vec<String>> {
    match &plan.table {
        TablePlan::Record(TreatyBody::ParticipationTableStated(ParticipationTableStated { rows, .. })) => {
            Some(rows.iter().map(|row| row.participant.to_string()).collect())
        }
        _ => None,
    }
}

fn stated(lines: &[Line]) -> BTreeMap<String, Vec<String>> {
    by_participant(lines.iter().flat_map(|line| line.acts.iter().map(|act| (line.participant.to_string(), &act.body))))
}

fn found(plan: &Plan) -> BTreeMap<String, Vec<String>> {
    let acts = plan.rows.iter().flat_map(|row| &row.acts).filter(|act| act.fate == Fate::Record);
    by_participant(acts.map(|act| (act.participant.to_string(), &act.body)))
}

#[test]
fn a_predecessor_stands_in_the_footnotes_of_its_successors_and_has_no_row() {
    let [west, north] = successors();
    let lines = [west, north, bygone(own_acts())];
    let written = exported(&lines);
    assert_eq!(written.left_out, []);
    assert!(!written.table.contains("\nOldland"), "{}", written.table);
    let footnote = "predecessor,1 Jan 1993,,Oldland,4 Dec 1989,1 Mar 1990 A; 2 Mar 1990 n,";
    assert_eq!(written.table.matches(footnote).count(), 2, "{}", written.table);
    assert!(written.mapping.whole_table, "only a whole table says that a predecessor takes part no more");
    let plan = read_back(&written);
    assert_eq!((codes(&plan), found(&plan)), (vec![], stated(&lines)), "{}", written.table);
    assert_eq!(named_by_table(&plan).unwrap(), ["XAC", "XAB"]);
}

#[test]
fn where_no_whole_table_can_be_told_a_predecessor_is_not_told_as_one_more_party() {
    let [west, north] = successors();
    let written = without_whole_table(&[west, north, bygone(own_acts())]);
    assert!(!written.mapping.whole_table && written.table.contains("predecessor,1 Jan 1993,,Oldland,,,"));
    let plan = read_back(&written);
    assert_eq!((codes(&plan), named_by_table(&plan)), (vec![], None));
    assert!(found(&plan).keys().eq(["XAB", "XAC"]), "{}", written.table);
    let told: Vec<_> = written.left_out.iter().map(|left| (left.participant.as_str(), left.act.as_str())).collect();
    assert_eq!(told, [("XAE", "signature 1989-12-04"), ("XAE", "deposit 1990-03-01"), ("XAE", "deposit 1990-03-02")]);
}

#[test]
fn a_row_that_an_import_refuses_keeps_the_table_from_being_whole() {
    let [west, north] = successors();
    let refused = line("XAA", "Eastland", true, vec![bare(ConsentMode::Ratification, "1999-03-01")]);
    let written = exported(&[west, north, refused, bygone(own_acts())]);
    assert!(!written.mapping.whole_table, "{}", written.table);
    assert!(!written.table.contains("1 Mar 1990"), "{}", written.table);
}

#[test]
fn a_predecessor_has_a_row_while_it_takes_part_and_while_no_row_names_it() {
    let [west, _] = successors();
    let own = || line("XAE", "Oldland", false, own_acts());
    let later = line("XAB", "Westland", false, vec![succeeded(SuccessionTo::Consent, "2026-05-01")]);
    for lines in [vec![west, own()], vec![later, bygone(own_acts())]] {
        let written = exported(&lines);
        assert!(written.table.contains("\nOldland,4 Dec 1989"), "{}", written.table);
        assert!(!written.mapping.whole_table);
    }
}

#[test]
fn what_a_footnote_has_no_place_for_is_told() {
    let [west, north] = successors();
    let further = [
        left(WithdrawalStyle::Withdrawal, "1991-06-27"),
        out(TreatyEffect::EntryIntoForce, "1990-09-01"),
        succeeded(SuccessionTo::Consent, "1990-02-02"),
    ];
    let acts = own_acts().into_iter().chain(further).collect();
    let written = exported(&[west, north, bygone(acts)]);
    let told: Vec<_> = written.left_out.iter().map(|left| left.act.as_str()).collect();
    let expected = ["succession 1990-02-02", "withdrawal received 1991-06-27", "stated in force from 1990-09-01"];
    // What is less than is held is no whole table, and without one the rest would count again.
    let rest = ["signature 1989-12-04", "deposit 1990-03-01", "deposit 1990-03-02"];
    assert_eq!(told, [expected, rest].concat());
    assert!(!written.mapping.whole_table, "{}", written.table);
    assert_eq!(codes(&read_back(&written)), [], "{}", written.table);
}

proptest! {
    /// Whoever takes part, has left or has passed: what is read back is what was written, less
    /// what is told as left out; a predecessor in a footnote never stands beside its successors.
    #[test]
    fn what_is_read_back_is_what_was_written(
        own in vec(0_usize..6, 0..4),
        others in vec((0_usize..4, any::<bool>()), 1..4),
        passed in any::<bool>(),
        names_all in any::<bool>(),
    ) {
        let mut picks = own.clone();
        picks.sort_unstable();
        picks.dedup();
        let choice = |pick: usize| match pick {
            0 => signed(SignatureType::Simple, "1989-12-04"),
            1 => signed(SignatureType::Definitive, "1989-12-05"),
            2 => bare(ConsentMode::Ratification, "1990-03-01"),
            3 => provisional("1990-03-02"),
            4 => left(WithdrawalStyle::Denunciation, "1991-06-27"),
            _ => out(TreatyEffect::EntryIntoForce, "1990-09-01"),
        };
        let acts: Vec<RecordedAct> = picks.into_iter().map(choice).collect();
        let names = [("XAB", "Westland"), ("XAC", "Northland"), ("XAD", "Southland")];
        let mut lines: Vec<Line> = others.iter().zip(names).map(|((kind, leaves), (id, name))| {
            let mut acts = vec![match kind {
                0 => succeeded(SuccessionTo::Signature, "1995-01-01"),
                1 => succeeded(SuccessionTo::Consent, "1995-01-02"),
                2 => bare(ConsentMode::Accession, "1996-01-01"),
                _ => signed(SignatureType::Simple, "1996-02-01"),
            }];
            if *leaves {
                acts.push(left(WithdrawalStyle::Withdrawal, "2001-06-27"));
            }
            line(id, name, *leaves, acts)
        }).collect();
        lines.push(Line { passed, ..line("XAE", "Oldland", false, acts) });
        let written = write(&"fict:XX-1".parse().unwrap(), &lines, "2026-02-28".parse().unwrap(), names_all);
        let plan = read_back(&written);
        prop_assert_eq!(codes(&plan), vec![], "{}", written.table);
        let written_acts: usize = lines.iter().map(|line| line.acts.len()).sum();
        let read_acts: usize = found(&plan).values().map(Vec::len).sum();
        prop_assert_eq!(read_acts + written.left_out.len(), written_acts, "{}", written.table);
        let all = stated(&lines);
        for (who, acts) in found(&plan) {
            prop_assert!(acts.iter().all(|act| all[&who].contains(act)), "{who}: {}", written.table);
        }
        let has_successor = others.iter().take(3).any(|(kind, _)| *kind < 2);
        let has_row = plan.rows.iter().any(|row| row.participant.as_ref().is_some_and(|who| who.as_str() == "XAE"));
        prop_assert!(!(passed && has_successor && has_row), "{}", written.table);
        if passed && has_successor && found(&plan).contains_key("XAE") {
            prop_assert!(names_all && named_by_table(&plan).is_some_and(|named| !named.contains(&"XAE".to_owned())));
        }
    }
}
