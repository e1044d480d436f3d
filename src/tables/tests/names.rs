//! Names that end in a number, and names of rows that cannot be read.

use super::*;

/// Participants whose names end in numbers.
fn numbered() -> Vec<KnownParticipant> {
    let names = [("P31", "Land 31"), ("P32", "Land 32"), ("P03", "Isle 3"), ("P04", "Isle")];
    let known = names.map(|(id, name)| KnownParticipant {
        id: id.parse().unwrap(),
        names: vec![name.into()],
        predecessors: Vec::new(),
    });
    known.to_vec()
}

fn plan_of_numbered(table: &str, mapping: &Mapping) -> Plan {
    let sheet = read(table.as_bytes(), None, mapping).unwrap_or_else(|refused| panic!("{refused:?}"));
    plan(&sheet, &Names::new(&numbered(), mapping), &HeldTable::default(), &|_, _| None, mapping)
}

#[test]
fn a_name_that_ends_in_a_number_is_read_and_written_as_it_is_registered() {
    let rows = "Land 31,,1 Mar 1999\n[Land 32] 1,,2 Mar 1999\nIsle 3,,3 Mar 1999\n";
    let plan = plan_of_numbered(&table(rows, "1,withdrawal,1 Mar 2001,,,,,\n"), &mapping());
    let expected = ["P31 ratification 1999-03-01", "P32 ratification 1999-03-02", "P32 withdrawal received 2001-03-01"];
    assert_eq!(words(&plan), expected);
    assert_eq!(codes(&plan), [(4, "ParticipantMustBeOne")], "Isle with the mark 3, or Isle 3");

    let ratified = || vec![bare(ConsentMode::Ratification, "1999-03-01")];
    let left = || [ratified(), vec![left(WithdrawalStyle::Withdrawal, "2001-03-01")]].concat();
    let lines = [
        line("P31", "Land 31", false, ratified()),
        line("P32", "Land 32", true, left()),
        line("P03", "Isle 3", false, left()),
        line("P04", "Isle", false, left()),
    ];
    let written = exported(&lines);
    for printed in ["\nLand 31,", "\n[Land 32] ", "\nparticipant P03. ", "\nIsle "] {
        assert!(written.table.contains(printed), "{printed}: {}", written.table);
    }
    let back = Mapping::parse(&written.mapping.to_toml(), "2026-03-01".parse().unwrap()).unwrap();
    let plan = plan_of_numbered(&written.table, &back);
    assert_eq!((codes(&plan), words(&plan).len()), (vec![], 7), "{}", written.table);
}

#[test]
fn a_row_that_does_not_fit_the_header_is_told_by_its_name() {
    let plan = plan_of("Eastland,4 Dec 1997,1 Mar 1999,\nWestland\n", "");
    let told: Vec<_> = plan.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(
        (codes(&plan), told),
        (vec![(2, "RowMustFitHeader"), (3, "RowMustFitHeader")], vec!["Eastland", "Westland"])
    );
}
