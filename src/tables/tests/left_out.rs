//! What has no place in a table: it is told, makes the table no whole one, and lets nobody
//! stand as something else.

use super::{
    predecessors::{bygone, own_acts, successors},
    *,
};

/// What an import makes of the rows beside one of another, and the table.
fn codes_and_words(lines: &[Line]) -> (Vec<(u64, &'static str)>, Vec<String>, Written) {
    let other = line("XAG", "Midland North", false, vec![bare(ConsentMode::Ratification, "1999-03-01")]);
    let lines: Vec<Line> = lines.iter().cloned().chain([other]).collect();
    let (plan, written) = there_and_back(&lines);
    let words = words(&plan).into_iter().filter(|words| !words.starts_with("XAG "));
    (codes(&plan), words.collect(), written)
}

fn open_ratification() -> RecordedAct {
    let TreatyBody::InstrumentDeposited(body) = bare(ConsentMode::Ratification, "2005-06-01").body else {
        unreachable!()
    };
    act(TreatyBody::InstrumentDeposited(InstrumentDeposited { deposited: world("2005-06/2006-02"), ..body }))
}

fn open_withdrawal() -> RecordedAct {
    let TreatyBody::WithdrawalNotified(body) = left(WithdrawalStyle::Withdrawal, "2025-08-01").body else {
        unreachable!()
    };
    act(TreatyBody::WithdrawalNotified(WithdrawalNotified { received_by_depositary: world("2025-08"), ..body }))
}

fn revoked(revoked: Revoked, withdrawal: &str) -> [RecordedAct; 2] {
    let revocation = WithdrawalRevoked { withdrawal: named(7), received_by_depositary: world("2019-06-05") };
    let withdrawal = left(WithdrawalStyle::Withdrawal, withdrawal);
    [
        RecordedAct { event: named(7), revoked: Some(revoked), ..withdrawal },
        act(TreatyBody::WithdrawalRevoked(revocation)),
    ]
}

/// Successors with a predecessor in their footnotes: alone they are a whole table.
fn whole() -> Vec<Line> {
    let [west, north] = successors();
    let lines = vec![west, north, bygone(own_acts())];
    assert!(exported(&lines).mapping.whole_table);
    lines
}

#[test]
fn a_table_that_leaves_anything_out_is_no_whole_one() {
    let ratified = || bare(ConsentMode::Ratification, "1999-03-01");
    let further = [
        line("XAA", "Eastland", false, vec![signed(SignatureType::Simple, "1999-01-01"), open_ratification()]),
        line("XAA", "Eastland", false, vec![open_ratification()]),
        line("XAA", "Eastland", false, vec![signed(SignatureType::AdReferendum, "1999-01-01")]),
        line("XAA", "Eastland", false, vec![ratified(), open_withdrawal()]),
        line("XAA", "Eastland", false, vec![ratified(), out(TreatyEffect::Withdrawal, "1998-01-01")]),
        line("XAA", "Eastland", false, vec![out(TreatyEffect::EntryIntoForce, "1999-09-01")]),
        Line { rivals: vec![ratified()], ..line("XAA", "Eastland", false, Vec::new()) },
        Line { takes_part: true, ..line("XAA", "Eastland", false, Vec::new()) },
    ];
    for further in further {
        let lines: Vec<Line> = whole().into_iter().chain([further]).collect();
        let written = exported(&lines);
        assert!(!written.mapping.whole_table, "{:?}: {}", lines[3], written.table);
        // Without a whole table a predecessor would count again beside its successors.
        assert!(!written.table.contains("1 Mar 1990 A"), "{}", written.table);
    }
}

#[test]
fn a_party_whose_consent_has_no_place_is_no_signatory() {
    let simple = || signed(SignatureType::Simple, "1999-01-01");
    let (_, words, written) = codes_and_words(&[line("XAA", "Eastland", false, vec![simple(), open_ratification()])]);
    assert_eq!(words, Vec::<String>::new(), "{}", written.table);
    let told: Vec<_> = written.left_out.iter().map(|left| left.act.as_str()).collect();
    assert_eq!(told, ["ratification 2005-06/2006-02", "signature 1999-01-01"]);
    // A second membership that has no place is as little told by the first.
    let again = vec![
        bare(ConsentMode::Ratification, "1999-03-01"),
        left(WithdrawalStyle::Withdrawal, "2003-03-01"),
        open_ratification(),
    ];
    let (_, words, written) = codes_and_words(&[line("XAA", "Eastland", false, again)]);
    assert_eq!(words, Vec::<String>::new(), "{}", written.table);
    // Beside another consent it changes nothing that the row says.
    let two = vec![bare(ConsentMode::Acceptance, "1999-03-01"), open_ratification()];
    let (_, words, written) = codes_and_words(&[line("XAA", "Eastland", false, two)]);
    assert_eq!(words, ["XAA acceptance 1999-03-01"], "{}", written.table);
}

#[test]
fn who_withdraws_on_a_day_that_is_open_is_no_plain_party() {
    let ratified = || bare(ConsentMode::Ratification, "1999-03-01");
    let (_, words, written) = codes_and_words(&[line("XAA", "Eastland", false, vec![ratified(), open_withdrawal()])]);
    assert_eq!(words, Vec::<String>::new(), "{}", written.table);
    let (codes, _, written) = codes_and_words(&[line("XAA", "Eastland", true, vec![ratified(), open_withdrawal()])]);
    assert_eq!(codes, [(2, "BracketsNeedWithdrawal")], "{}", written.table);
    let earlier = left(WithdrawalStyle::Withdrawal, "2001-12-01");
    let acts = vec![ratified(), earlier, bare(ConsentMode::Accession, "2010-01-01"), open_withdrawal()];
    let (_, words, written) = codes_and_words(&[line("XAA", "Eastland", true, acts)]);
    assert_eq!(words, Vec::<String>::new(), "the earlier notice is not that of the brackets: {}", written.table);
}

#[test]
fn who_stands_by_what_no_table_tells_has_no_row() {
    let acts = vec![bare(ConsentMode::Ratification, "1999-03-01"), left(WithdrawalStyle::Withdrawal, "2018-06-22")];
    let line = Line { rests_on_untabled: true, ..line("XAA", "Eastland", false, acts) };
    let (_, words, written) = codes_and_words(&[line]);
    assert_eq!(words, Vec::<String>::new(), "{}", written.table);
    let told: Vec<_> = written.left_out.iter().map(|left| left.act.as_str()).collect();
    assert_eq!(told, ["deposit 1999-03-01", "withdrawal received 2018-06-22"]);
    assert!(written.left_out[0].why.contains("conflict"), "{:?}", written.left_out);
}

#[test]
fn brackets_that_an_import_would_refuse_have_no_row() {
    let withdrawal = || left(WithdrawalStyle::Withdrawal, "2010-03-10");
    for (again, told) in [("2010-06-01", Vec::new()), ("2009-06-01", vec![(); 3])] {
        let acts =
            vec![bare(ConsentMode::Ratification, "1999-03-01"), withdrawal(), bare(ConsentMode::Accession, again)];
        let (codes, words, written) = codes_and_words(&[line("XAA", "Eastland", true, acts)]);
        assert_eq!((codes, words.len()), (Vec::new(), told.len()), "{}", written.table);
        assert_eq!(written.left_out.is_empty(), !told.is_empty(), "{:?}", written.left_out);
    }
}

#[test]
fn a_revocation_without_effect_leaves_the_notice_and_its_brackets() {
    let acts = |how| {
        let ratified = bare(ConsentMode::Ratification, "1999-03-01");
        [ratified].into_iter().chain(revoked(how, "2018-06-22")).collect::<Vec<_>>()
    };
    let (codes, words, written) = codes_and_words(&[line("XAA", "Eastland", true, acts(Revoked::TooLate))]);
    let expected = ["XAA ratification 1999-03-01", "XAA withdrawal received 2018-06-22"];
    assert_eq!((codes, words), (vec![], expected.map(str::to_owned).to_vec()), "{}", written.table);
    assert!(written.table.contains("\n[Eastland] 1"), "{}", written.table);
    let why = |written: &Written| written.left_out.iter().map(|left| left.why).collect::<Vec<_>>();
    assert_eq!(why(&written), ["a table does not show revocations"]);

    let (_, words, written) = codes_and_words(&[line("XAA", "Eastland", false, acts(Revoked::InTime))]);
    assert_eq!(words, ["XAA ratification 1999-03-01"], "{}", written.table);
    assert_eq!(why(&written), ["it was revoked", "a table does not show revocations"]);

    let (_, words, written) = codes_and_words(&[line("XAA", "Eastland", false, acts(Revoked::Open))]);
    assert_eq!(words, Vec::<String>::new(), "neither a plain party nor one that left: {}", written.table);
    assert_eq!(why(&written)[0], "whether it was revoked in time is open");
}
