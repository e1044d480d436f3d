//! Who stands between brackets has left after it came, and who has left stands between them.

use super::*;

const WITHDRAWN: &str = "1,withdrawal,1 Mar 2001,,,,,\n";

#[test]
fn a_withdrawal_before_the_consent_is_not_that_of_the_brackets() {
    let early = plan_of("[Eastland] 1,,1 Mar 2005\n", WITHDRAWN);
    assert_eq!((codes(&early), words(&early)), (vec![(2, "BracketsNeedWithdrawal")], vec![]));
    let after = plan_of("[Eastland] 1,,1 Mar 1999\n", WITHDRAWN);
    assert_eq!((codes(&after), words(&after).len()), (vec![], 2));
    let plain = plan_of("Eastland 1,,\"1 Mar 1999; 1 Mar 2005\"\n", WITHDRAWN);
    assert_eq!(codes(&plain), vec![], "it came back");
}

#[test]
fn whom_the_ledger_holds_as_left_stands_between_brackets_or_the_row_is_refused() {
    let acts = [("XAA", deposit(ConsentMode::Ratification, "1999-03-01")), ("XAA", withdrawal("2001-03-01"))];
    let held = HeldTable { left: ["XAA".parse().unwrap()].into(), ..held(&acts) };
    let left = |row: &str, footnote: &str| codes(&planned(&table(row, footnote), &mapping(), &held));
    assert_eq!(left("Eastland,,1 Mar 1999\n", ""), [(2, "RowMustAgreeWithLedger")]);
    assert_eq!(left("Eastland 1,,1 Mar 1999\n", WITHDRAWN), [(2, "RowMustAgreeWithLedger")]);
    assert_eq!(left("[Eastland] 1,,1 Mar 1999\n", WITHDRAWN), vec![]);
    assert_eq!(left("Eastland,,\"1 Mar 1999; 1 Mar 2005\"\n", ""), vec![], "a further instrument brings it back");
}
