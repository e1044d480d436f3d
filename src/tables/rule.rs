//! Why a table, a row or a cell is refused: pinned codes that name what must hold.

use std::fmt;

/// Declares the rules with their pinned codes, in the order of `docs/tables.md`.
macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident;)+) => {
        /// A rule for tables, named by what must hold. The code is the name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TableRule { $($(#[$doc])* $variant,)+ }

        impl TableRule {
            /// All rules.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The pinned code, e.g. `BracketsNeedWithdrawal`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)+ }
            }
        }
    };
}

rules! {
    /// The file is UTF-8.
    TextMustBeUtf8;
    /// The header has every column of the mapping once, and no other.
    HeaderMustBeAsMapped;
    /// A quotation mark that opens a cell closes it.
    QuotationMustClose;
    /// A row has as many cells as the header.
    RowMustFitHeader;
    /// The table has rows, and not more than the ledger takes in one.
    TableMustBeWithinLimit;
    /// A row names a participant.
    ParticipantMustBeNamed;
    /// The name is one that the ledger or the mapping knows.
    ParticipantMustBeKnown;
    /// The name stands for one participant.
    ParticipantMustBeOne;
    /// A participant has one row.
    ParticipantMustStandOnce;
    /// A bracket that opens closes, around the whole name.
    BracketsMustClose;
    /// A name between brackets has the day on which its withdrawal was received.
    BracketsNeedWithdrawal;
    /// A mark has a footnote.
    MarkMustHaveFootnote;
    /// A footnote has its mark in the table.
    FootnoteMustHaveMark;
    /// A footnote has a meaning, and what that meaning asks for.
    FootnoteMustBeWhole;
    /// A date names its month: 04/12/1997 has two readings.
    DateMustNameItsMonth;
    /// A date is a day of the calendar.
    DateMustExist;
    /// A date does not lie after the day of the table.
    DateMustHaveCome;
    /// A cell is a date with or without a suffix, in the form of the mapping.
    DateMustBeReadable;
    /// A suffix is one of the depositary's.
    SuffixMustBeKnown;
    /// A suffix stands in a column where it means something.
    SuffixMustFitColumn;
    /// A succession says whom it succeeds.
    SuccessionMustNamePredecessor;
    /// A row has a signature or a deposit.
    RowMustStateAnAct;
    /// A row states an act once.
    ActMustStandOnce;
    /// What a row states does not contradict what the ledger holds.
    RowMustAgreeWithLedger;
    /// What a row states was not recorded from the same table before and taken back.
    ActMustNotBeTakenBack;
}

impl fmt::Display for TableRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}{column}: {message} ({rule})", if column.is_empty() { "" } else { ", column " })]
pub struct Refusal {
    /// The rule that is broken.
    pub rule: TableRule,
    /// Line of the file, from 1; of the footnote file for what is wrong there.
    pub line: u64,
    /// Header text of the column; empty for a whole row.
    pub column: Box<str>,
    /// One sentence that says what to do.
    pub message: String,
}

impl Refusal {
    /// A refusal of a cell.
    pub fn new(rule: TableRule, line: u64, column: &str, message: impl Into<String>) -> Self {
        Self { rule, line, column: column.into(), message: message.into() }
    }
}
