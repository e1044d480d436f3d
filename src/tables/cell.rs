//! One cell: spaces, marks of footnotes, brackets, dates, suffixes.
//!
//! Promises: tabs, non-breaking and repeated spaces count as one space; everything else
//! is read as it stands or refused. Numbers alone are no date, because two customs read
//! them differently, unless the mapping says that dates are written as the standard has it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::TableRule;
use crate::domain::ConsentMode;

/// How the dates of a table are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateForm {
    /// `4 Dec 1997`, with the month in English, in three letters or whole.
    #[default]
    DayMonthYear,
    /// `1997-12-04` (ISO 8601).
    Iso,
}

/// A code behind a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suffix {
    /// "d": a succession.
    Succession,
    /// "n": provisional application.
    Provisional,
    /// "s": a definitive signature.
    Definitive,
    /// "A", "AA", "a", "c", "P": a mode of consent.
    Mode(ConsentMode),
}

/// A date with its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub date: Date,
    pub suffix: Option<Suffix>,
}

/// What is wrong with a cell: the rule, and what to do.
pub type InvalidCell = (TableRule, String);

/// A name as a table prints it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameCell {
    pub name: String,
    pub bracketed: bool,
    pub marks: Vec<String>,
}

const CODES: [(&str, Suffix); 8] = [
    ("A", Suffix::Mode(ConsentMode::Acceptance)),
    ("AA", Suffix::Mode(ConsentMode::Approval)),
    ("a", Suffix::Mode(ConsentMode::Accession)),
    ("c", Suffix::Mode(ConsentMode::FormalConfirmation)),
    ("P", Suffix::Mode(ConsentMode::ConsentToBeBound)),
    ("d", Suffix::Succession),
    ("n", Suffix::Provisional),
    ("s", Suffix::Definitive),
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl Suffix {
    /// The code as a table writes it.
    pub fn code(self) -> Option<&'static str> {
        let same = |code: &&(&str, Suffix)| match (code.1, self) {
            (Suffix::Mode(one), Suffix::Mode(other)) => one == other,
            (one, other) => one == other,
        };
        CODES.iter().find(same).map(|(code, _)| *code)
    }
}

/// The text with single spaces, in normalisation form C.
pub fn squeezed(text: &str) -> String {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}');
    text.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").nfc().collect()
}

/// A name with its brackets and marks. Numbers at its end are marks, unless the name with
/// them is known: to the first of `known` that knows any reading.
pub fn name(text: &str, known: &[&dyn Fn(&str) -> bool]) -> Result<NameCell, InvalidCell> {
    let mut marks = Vec::new();
    let outer = squeezed(&without_marks(&unescaped(text), &mut marks));
    let (behind, rest) = numbered(&outer).pop().unwrap_or_default();
    let inner = behind.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    let bracketed = inner.is_some();
    if bracketed {
        marks.extend(rest);
    }
    let readings = numbered(inner.unwrap_or(&outer));
    if readings.iter().any(|(name, _)| name.contains(['[', ']'])) {
        let message = format!("{text:?} has a bracket that does not stand around the whole name");
        return Err((TableRule::BracketsMustClose, message));
    }
    let those_of = |known: &&dyn Fn(&str) -> bool| -> Vec<&(String, Vec<String>)> {
        readings.iter().filter(|(name, _)| known(name)).collect()
    };
    let found = known.iter().map(those_of).find(|found| !found.is_empty()).unwrap_or_default();
    let (name, own) = match found.as_slice() {
        [] => readings.last().cloned().unwrap_or_default(),
        [one] => (*one).clone(),
        [whole, .., short] => {
            let message = format!(
                "{text:?} can be {:?}, or {:?} with a mark behind it; give the name that is meant its id under \
                 participants in the mapping",
                whole.0, short.0
            );
            return Err((TableRule::ParticipantMustBeOne, message));
        }
    };
    marks.extend(own);
    Ok(NameCell { name, bracketed, marks })
}

/// The dates of a cell, each with its code: none for an empty one, several where they
/// are parted by semicolons or lines. Marks of footnotes go to `marks`.
pub fn entries(text: &str, form: DateForm, marks: &mut Vec<String>) -> Result<Vec<Entry>, InvalidCell> {
    let text = without_marks(&unescaped(text), marks);
    let pieces = text.split([';', '\n', '\r']).map(squeezed).filter(|piece| !piece.is_empty());
    pieces.map(|piece| entry(&piece, form)).collect()
}

/// One date without a code.
pub fn date(text: &str, form: DateForm) -> Result<Date, InvalidCell> {
    let text = squeezed(text);
    match entry(&text, form)? {
        Entry { date, suffix: None } => Ok(date),
        Entry { suffix: Some(_), .. } => {
            Err((TableRule::SuffixMustFitColumn, format!("{text:?} has a code; a date alone stands here")))
        }
    }
}

/// The marks of a column of their own.
pub fn marks(text: &str) -> Vec<String> {
    let mut marks = Vec::new();
    let rest = without_marks(&unescaped(text), &mut marks);
    marks.extend(parted(&rest));
    marks
}

/// A date as a table writes it.
pub fn written(date: Date, form: DateForm) -> String {
    match form {
        DateForm::Iso => date.to_string(),
        DateForm::DayMonthYear => date.strftime("%-d %b %Y").to_string(),
    }
}

fn entry(piece: &str, form: DateForm) -> Result<Entry, InvalidCell> {
    let words: Vec<&str> = piece.split(' ').collect();
    let length = match form {
        DateForm::DayMonthYear => 3,
        DateForm::Iso => 1,
    };
    let Some((dated, rest)) = words.split_at_checked(length) else { return Err(unreadable(piece, form)) };
    let date = match (form, dated) {
        (DateForm::DayMonthYear, [day, month, year]) => day_month_year(piece, (day, month, year))?,
        (DateForm::DayMonthYear, _) => return Err(unreadable(piece, form)),
        (DateForm::Iso, _) => iso(piece, dated.first().copied().unwrap_or_default())?,
    };
    match rest {
        [] => Ok(Entry { date, suffix: None }),
        [code] => Ok(Entry { date, suffix: Some(suffix(piece, code)?) }),
        _ => Err(unreadable(piece, form)),
    }
}

fn suffix(piece: &str, code: &str) -> Result<Suffix, InvalidCell> {
    let found = CODES.iter().find(|(known, _)| *known == code).map(|(_, suffix)| *suffix);
    found.ok_or_else(|| {
        let known: Vec<_> = CODES.iter().map(|(code, _)| *code).collect();
        let message = format!("{code:?} in {piece:?} is no code: {}", known.join(", "));
        (TableRule::SuffixMustBeKnown, message)
    })
}

fn day_month_year(piece: &str, (day, month, year): (&str, &str, &str)) -> Result<Date, InvalidCell> {
    let form = DateForm::DayMonthYear;
    let digits = |text: &str, most: usize| !text.is_empty() && text.len() <= most && all_digits(text);
    let named = month_of(month);
    match named {
        Some(month) if digits(day, 2) && digits(year, 4) && year.len() == 4 => {
            let (day, year) = (day.parse::<i8>().unwrap_or_default(), year.parse::<i16>().unwrap_or_default());
            existing(piece, Date::new(year, month, day).ok())
        }
        _ => Err(unreadable(piece, form)),
    }
}

fn iso(piece: &str, text: &str) -> Result<Date, InvalidCell> {
    if is_iso(text) { existing(piece, text.parse().ok()) } else { Err(unreadable(piece, DateForm::Iso)) }
}

/// Whether a text has the shape of 1997-12-04, which nobody reads in two ways.
fn is_iso(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() })
}

fn existing(piece: &str, date: Option<Date>) -> Result<Date, InvalidCell> {
    let message = || format!("{piece:?} is no day of the calendar");
    date.filter(|date| date.year() >= 1).ok_or_else(|| (TableRule::DateMustExist, message()))
}

/// Month 1 to 12 of an English name, whole or in its first three letters, "Sept" too.
fn month_of(text: &str) -> Option<i8> {
    let text = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let is = |month: &&str| **month == *text || month[..3] == *text || (text == "sept" && month.starts_with("sept"));
    MONTHS.iter().position(is).and_then(|at| i8::try_from(at + 1).ok())
}

fn unreadable(piece: &str, form: DateForm) -> InvalidCell {
    let numeric = piece.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'.' | b'-' | b' '));
    let several = piece.bytes().filter(u8::is_ascii_digit).count() >= 4;
    match form {
        DateForm::DayMonthYear if is_iso(piece.split(' ').next().unwrap_or_default()) => {
            let message = format!(
                "{piece:?} is not of the form 4 Dec 1997 in which the mapping says that all dates are written; write \
                 it so, or, where every date of table and footnotes is written as 1997-12-04, say `dates = \"iso\"`"
            );
            (TableRule::DateMustNameItsMonth, message)
        }
        DateForm::DayMonthYear if numeric && several => {
            let message = format!("{piece:?} can be read in two ways; write the month by its name: 4 Dec 1997");
            (TableRule::DateMustNameItsMonth, message)
        }
        DateForm::DayMonthYear => {
            (TableRule::DateMustBeReadable, format!("{piece:?} is not of the form 4 Dec 1997, with or without a code"))
        }
        DateForm::Iso => {
            let message = format!(
                "{piece:?} is not of the form 1997-12-04 in which the mapping says that all dates are written, with \
                 or without a code; write it so"
            );
            (TableRule::DateMustBeReadable, message)
        }
    }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// Markup that went through one escape too many.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&")
}

/// Takes out `<superscript>1, 2</superscript>`, `<sup>` and raised digits.
fn without_marks(text: &str, marks: &mut Vec<String>) -> String {
    let mut text = text.to_owned();
    for (open, close) in [("<superscript>", "</superscript>"), ("<sup>", "</sup>")] {
        while let Some((before, rest)) = text.split_once(open)
            && let Some((inside, after)) = rest.split_once(close)
        {
            marks.extend(parted(inside));
            text = format!("{before} {after}");
        }
    }
    let (mut plain, mut raised) = (String::new(), String::new());
    for character in text.chars() {
        match digit_of(character) {
            Some(digit) => raised.push(digit),
            None => {
                marks.extend(parted(&std::mem::take(&mut raised)));
                plain.push(character);
            }
        }
    }
    marks.extend(parted(&raised));
    plain
}

fn digit_of(raised: char) -> Option<char> {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let at = RAISED.iter().position(|digit| *digit == raised)?;
    char::from_digit(u32::try_from(at).ok()?, 10)
}

/// A name as it stands, and with one number after the other taken off its end: what is
/// left, and the numbers.
fn numbered(text: &str) -> Vec<(String, Vec<String>)> {
    let trimmed = |text: &str| text.trim_end_matches([',', ' ']).trim_start().to_owned();
    let mut readings = vec![(trimmed(text), Vec::new())];
    while let Some((name, numbers)) = readings.last() {
        let shorter = name.trim_end_matches(|c: char| c.is_ascii_digit());
        if shorter.len() == name.len() {
            break;
        }
        let numbers = std::iter::once(name[shorter.len()..].to_owned()).chain(numbers.iter().cloned()).collect();
        let shorter = trimmed(shorter);
        readings.push((shorter, numbers));
    }
    readings
}

fn parted(text: &str) -> Vec<String> {
    let parts = text.split([',', ';', ' ', '\u{a0}', '\t', '\n']).map(squeezed);
    parts.filter(|mark| !mark.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn one(text: &str) -> Result<Entry, InvalidCell> {
        let mut marks = Vec::new();
        entries(text, DateForm::DayMonthYear, &mut marks).map(|entries| entries[0])
    }

    #[test]
    fn tabs_and_hard_spaces_between_the_parts_of_a_date_change_nothing() {
        for text in
            ["4 Dec 1997", "4\tDec\t1997", " 04\u{a0} December  1997 ", "4 dec. 1997", "4\u{202f}DEC\u{2009}1997"]
        {
            assert_eq!(one(text), Ok(Entry { date: day("1997-12-04"), suffix: None }), "{text:?}");
        }
        assert_eq!(one("9 Sept 1999").map(|entry| entry.date), Ok(day("1999-09-09")));
    }

    #[test]
    fn every_code_is_read_in_its_own_case_and_no_other() {
        for (code, suffix) in CODES {
            assert_eq!(one(&format!("4 Dec 1997\t{code}")).map(|entry| entry.suffix), Ok(Some(suffix)));
            assert_eq!(suffix.code(), Some(code));
        }
        for code in ["p", "C", "D", "aa", "x", "Aa", "*"] {
            assert_eq!(one(&format!("4 Dec 1997 {code}")).unwrap_err().0, TableRule::SuffixMustBeKnown, "{code}");
        }
    }

    #[test]
    fn a_date_in_numbers_alone_is_refused_whatever_parts_it() {
        for text in ["04/12/1997", "4.12.1997", "4-12-1997", "1997-12-04", "4 12 1997"] {
            assert_eq!(one(text).unwrap_err().0, TableRule::DateMustNameItsMonth, "{text}");
        }
    }

    #[test]
    fn a_date_of_the_other_form_is_told_from_one_with_two_readings() {
        for text in ["1997-12-04", "1997-12-04 d"] {
            let (rule, message) = one(text).unwrap_err();
            assert_eq!(rule, TableRule::DateMustNameItsMonth, "{text}");
            assert!(message.contains("write it so") && !message.contains("two ways"), "{message}");
            // The form is one for the whole table: the key helps where no date has the other.
            assert!(message.contains("where every date of table and footnotes"), "{message}");
        }
        assert!(one("04-12-1997").unwrap_err().1.contains("two ways"));
    }

    #[test]
    fn a_day_that_does_not_exist_is_told_apart_from_what_is_no_date() {
        for text in ["31 Jun 2001", "29 Feb 1999", "0 Jan 2000", "32 Dec 1999", "1 Jan 0000"] {
            assert_eq!(one(text).unwrap_err().0, TableRule::DateMustExist, "{text}");
        }
        for text in
            ["Dec 1997", "soon", "4 Dec 97", "4 Dez 1997", "4 Dec 1997 a b", "a", "-", "Dec 4 1997", "+4 Dec 1997"]
        {
            assert_eq!(one(text).unwrap_err().0, TableRule::DateMustBeReadable, "{text}");
        }
    }

    #[test]
    fn dates_as_the_standard_has_them_are_read_where_the_mapping_says_so() {
        let mut marks = Vec::new();
        let read = |text: &str, marks: &mut Vec<String>| entries(text, DateForm::Iso, marks);
        let expected = Entry { date: day("1997-12-04"), suffix: Some(Suffix::Succession) };
        assert_eq!(read("1997-12-04 d", &mut marks), Ok(vec![expected]));
        assert_eq!(read("1997-02-30", &mut marks).unwrap_err().0, TableRule::DateMustExist);
        assert_eq!(read("4 Dec 1997", &mut marks).unwrap_err().0, TableRule::DateMustBeReadable);
    }

    #[test]
    fn a_cell_can_hold_several_dates_and_marks() {
        let mut marks = Vec::new();
        let read = entries("24 Mar 2011 n\n24 Mar 2011³; 5 May 2012 a", DateForm::DayMonthYear, &mut marks).unwrap();
        let suffixes: Vec<_> = read.iter().map(|entry| entry.suffix.and_then(Suffix::code)).collect();
        assert_eq!((suffixes, marks), (vec![Some("n"), None, Some("a")], vec!["3".to_owned()]));
        assert_eq!(entries(" \t\u{a0}", DateForm::DayMonthYear, &mut Vec::new()), Ok(vec![]));
    }

    #[test]
    fn marks_and_brackets_leave_the_name_as_it_is_registered() {
        let expected = |bracketed, marks: &[&str]| NameCell {
            name: "Isles of the East (Federal)".into(),
            bracketed,
            marks: marks.iter().map(|mark| (*mark).to_owned()).collect(),
        };
        for (text, bracketed, marks) in [
            ("Isles of the East (Federal)", false, &[][..]),
            ("Isles of\u{a0}the  East (Federal) 3", false, &["3"]),
            ("[Isles of the East (Federal)]¹²", true, &["12"]),
            ("[Isles of the East (Federal) 3, 4]", true, &["3", "4"]),
            ("[Isles of the East (Federal)] &lt;superscript&gt;3,4&lt;/superscript&gt;", true, &["3", "4"]),
            ("Isles of the East (Federal)<sup>a</sup>", false, &["a"]),
        ] {
            assert_eq!(name(text, &[]), Ok(expected(bracketed, marks)), "{text}");
        }
    }

    #[test]
    fn a_number_belongs_to_a_name_that_is_known_with_it() {
        let registered = |name: &str| ["Land 31", "Land 4", "Isle"].contains(&name);
        let given = |name: &str| name == "Land 4";
        let read = |text: &str, known: &[&dyn Fn(&str) -> bool]| {
            name(text, known).map(|NameCell { name, bracketed, marks }| (name, bracketed, marks.join(" ")))
        };
        for (text, expected, bracketed, marks) in [
            ("Land 31", "Land 31", false, ""),
            ("Land 31 2, 3", "Land 31", false, "2 3"),
            ("Land 31²", "Land 31", false, "2"),
            ("[Land 31] 5", "Land 31", true, "5"),
            ("[Land 31 5]", "Land 31", true, "5"),
            ("Isle 31", "Isle", false, "31"),
            ("Land 32", "Land", false, "32"),
        ] {
            let found = read(text, &[&registered]);
            assert_eq!(found, Ok((expected.to_owned(), bracketed, marks.to_owned())), "{text}");
        }
        let both = |name: &str| registered(name) || name == "Land";
        assert_eq!(read("Land 4", &[&both]).unwrap_err().0, TableRule::ParticipantMustBeOne, "nothing is guessed");
        assert_eq!(read("Land 4", &[&given, &both]), Ok(("Land 4".into(), false, String::new())));
    }

    #[test]
    fn half_a_bracket_is_refused() {
        for text in ["[Lowland", "Lowland]", "[Low]land", "Low[land]", "[[Lowland]]", "][Lowland"] {
            assert_eq!(name(text, &[]).unwrap_err().0, TableRule::BracketsMustClose, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_day_that_is_written_reads_back(year in 1i16..=9999, month in 1i8..=12, of_month in 1i8..=28) {
            let date = Date::new(year, month, of_month).unwrap();
            for form in [DateForm::Iso, DateForm::DayMonthYear] {
                proptest::prop_assert_eq!(super::date(&written(date, form), form), Ok(date));
            }
        }

        #[test]
        fn no_text_makes_a_cell_panic(text in ".{0,40}") {
            let _ = name(&text, &[]);
            let _ = marks(&text);
            for form in [DateForm::Iso, DateForm::DayMonthYear] {
                let _ = entries(&text, form, &mut Vec::new());
            }
        }
    }
}
