//! Readers of single fields: texts, identifiers, dates, digests, numbers, lists.
//!
//! Every reader takes the field's name as in the proto files and returns a
//! domain value or names the rule that the field breaks.

use std::{fmt::Display, str::FromStr};

use prost::bytes::Bytes;
use unicode_normalization::is_nfc;

use super::{
    MalformedRule,
    malformed::{Parsed, malformed},
};
use crate::{
    crypto::PublicKey,
    domain::{CivilDate, InvalidIdentifier, NotStatedReason, WorldDate},
    limits::{LIST_ITEMS, LONG_TEXT_BYTES, SHORT_TEXT_BYTES},
};

/// A guard: the rule holds, or the field breaks it.
pub(super) fn must(holds: bool, rule: MalformedRule, field: &str, message: &str) -> Parsed<()> {
    if holds { Ok(()) } else { malformed(rule, field, message) }
}

/// A field that the form needs.
pub(super) fn given<T>(field: &str, value: Option<T>) -> Parsed<T> {
    match value {
        Some(value) => Ok(value),
        None => malformed(MalformedRule::FieldMustHaveValue, field, "give this field a value"),
    }
}

/// A field that has no meaning in this form.
pub(super) fn absent(field: &str, is_absent: bool, because: &str) -> Parsed<()> {
    must(is_absent, MalformedRule::FieldMustBeAbsent, field, because)
}

/// One line of text of at most `SHORT_TEXT_BYTES`; may be empty.
pub(super) fn short_text(field: &str, text: String) -> Parsed<Box<str>> {
    text_within(field, text, SHORT_TEXT_BYTES, false)
}

/// One line of text that is not empty.
pub(super) fn required_text(field: &str, text: String) -> Parsed<Box<str>> {
    short_text(field, given(field, filled(text))?)
}

/// Text of at most `LONG_TEXT_BYTES` that may have line feeds; may be empty.
pub(super) fn long_text(field: &str, text: String) -> Parsed<Box<str>> {
    text_within(field, text, LONG_TEXT_BYTES, true)
}

/// Text within a limit, in normalisation form C and without control characters.
pub(super) fn text_within(field: &str, text: String, limit: usize, lines: bool) -> Parsed<Box<str>> {
    if text.len() > limit {
        let message = format!("shorten the text from {} to at most {limit} bytes of UTF-8", text.len());
        return malformed(MalformedRule::TextMustBeWithinLimit, field, message);
    }
    if !text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        printable_and_normalised(field, &text, lines)?;
    }
    Ok(text.into_boxed_str())
}

fn printable_and_normalised(field: &str, text: &str, lines: bool) -> Parsed<()> {
    let printable = text.chars().all(|c| !c.is_control() || (lines && c == '\n'));
    let advice = if lines { "remove control characters other than line feeds" } else { "write one line of text" };
    must(printable, MalformedRule::TextMustBePrintable, field, advice)?;
    must(is_nfc(text), MalformedRule::TextMustBeNormalised, field, "normalise the text to Unicode form C (NFC)")
}

/// A list of lines, none empty.
pub(super) fn texts(field: &str, items: Vec<String>) -> Parsed<Vec<Box<str>>> {
    list(field, items, |item| required_text("", item))
}

/// A BCP 47 language tag; may be empty.
pub(super) fn language(field: &str, text: String) -> Parsed<Box<str>> {
    let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let primary = text.split('-').next().unwrap_or_default();
    let shaped = primary.len() >= 2 && primary.bytes().all(|b| b.is_ascii_alphabetic()) && text.split('-').all(subtag);
    let holds = text.is_empty() || (shaped && text.len() <= SHORT_TEXT_BYTES);
    must(holds, MalformedRule::TextMustHaveItsForm, field, "write a BCP 47 language tag, e.g. en or pt-BR")?;
    Ok(text.into_boxed_str())
}

/// An IANA media type; may be empty.
pub(super) fn media_type(field: &str, text: String) -> Parsed<Box<str>> {
    let token = |part: &str| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
        part.starts_with(|c: char| c.is_ascii_alphanumeric()) && part.len() <= 127 && part.bytes().all(allowed)
    };
    let shaped = text.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype));
    let holds = text.is_empty() || shaped;
    must(holds, MalformedRule::TextMustHaveItsForm, field, "write an IANA media type, e.g. application/pdf")?;
    Ok(text.into_boxed_str())
}

/// An identifier that must be there.
pub(super) fn identifier<T>(field: &str, text: &str) -> Parsed<T>
where
    T: FromStr<Err = InvalidIdentifier>,
{
    read(MalformedRule::IdentifierMustBeValid, field, given(field, filled(text))?)
}

/// An identifier that may be absent.
pub(super) fn optional_identifier<T>(field: &str, text: &str) -> Parsed<Option<T>>
where
    T: FromStr<Err = InvalidIdentifier>,
{
    filled(text).map(|text| read(MalformedRule::IdentifierMustBeValid, field, text)).transpose()
}

/// A list of identifiers.
pub(super) fn identifiers<T>(field: &str, items: Vec<String>) -> Parsed<Vec<T>>
where
    T: FromStr<Err = InvalidIdentifier>,
{
    list(field, items, |item| identifier("", &item))
}

/// A date in the world that may be absent.
pub(super) fn world_date(field: &str, text: &str) -> Parsed<Option<WorldDate>> {
    date(field, text)
}

/// A civil date that may be absent.
pub(super) fn civil_date(field: &str, text: &str) -> Parsed<Option<CivilDate>> {
    date(field, text)
}

fn date<T>(field: &str, text: &str) -> Parsed<Option<T>>
where
    T: FromStr,
    T::Err: Display,
{
    if NotStatedReason::from_name(text).is_some() {
        let message = format!(
            "{text:?} is no date, and this field does not take it in place of one: where the day is not known, leave \
             the field out; only fields that are mandatory to state say why they have no value"
        );
        return malformed(MalformedRule::DateMustBeValid, field, message);
    }
    filled(text).map(|text| read(MalformedRule::DateMustBeValid, field, text)).transpose()
}

fn read<T>(rule: MalformedRule, field: &str, text: &str) -> Parsed<T>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().or_else(|error: T::Err| malformed(rule, field, error.to_string()))
}

/// Bytes of a fixed length.
pub(super) fn fixed<const N: usize>(field: &str, bytes: &Bytes) -> Parsed<[u8; N]> {
    <[u8; N]>::try_from(bytes.as_ref()).or_else(|_| {
        let message = format!("give {N} bytes, not {}", bytes.len());
        malformed(MalformedRule::BytesMustHaveTheirLength, field, message)
    })
}

/// An Ed25519 key as SubjectPublicKeyInfo.
pub(super) fn public_key(field: &str, der: &Bytes) -> Parsed<PublicKey> {
    PublicKey::from_spki(der).or_else(|error| {
        malformed(MalformedRule::PublicKeyMustBeValid, field, format!("give another public key: {error}"))
    })
}

/// A pinned enum that must be there.
pub(super) fn pinned<T>(field: &str, number: i32, from_number: fn(i32) -> Option<T>) -> Parsed<T> {
    given(field, optional_pinned(field, number, from_number)?)
}

/// A pinned enum that may be absent.
pub(super) fn optional_pinned<T>(field: &str, number: i32, from_number: fn(i32) -> Option<T>) -> Parsed<Option<T>> {
    match from_number(number) {
        None if number != 0 => malformed(
            MalformedRule::EnumNumberMustBeKnown,
            field,
            format!("number {number} is not in this ledger's contract; choose one that is"),
        ),
        value => Ok(value),
    }
}

/// A list of pinned enums.
pub(super) fn pinned_list<T>(field: &str, numbers: Vec<i32>, from_number: fn(i32) -> Option<T>) -> Parsed<Vec<T>> {
    list(field, numbers, |number| pinned("", number, from_number))
}

/// A list of at most `LIST_ITEMS`, item by item.
pub(super) fn list<A, T>(field: &str, items: Vec<A>, read: impl FnMut(A) -> Parsed<T>) -> Parsed<Vec<T>> {
    list_within(field, items, LIST_ITEMS, read)
}

/// A list within a limit, item by item.
pub(super) fn list_within<A, T>(
    field: &str,
    items: Vec<A>,
    limit: usize,
    mut read: impl FnMut(A) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    if items.len() > limit {
        let message = format!("shorten the list from {} to at most {limit} items", items.len());
        return malformed(MalformedRule::ListMustBeWithinLimit, field, message);
    }
    let item = |(at, item)| read(item).map_err(|error| error.under(&format!("{field}[{at}]")));
    items.into_iter().enumerate().map(item).collect()
}

/// Checks that a list is not empty.
pub(super) fn not_empty<T>(field: &str, items: &[T]) -> Parsed<()> {
    must(!items.is_empty(), MalformedRule::FieldMustHaveValue, field, "name at least one item")
}

/// Checks that a list ascends strictly by a key.
pub(super) fn ascending<T, K: Ord>(field: &str, items: &[T], key: impl Fn(&T) -> K) -> Parsed<()> {
    match items.windows(2).position(|pair| key(&pair[0]) >= key(&pair[1])) {
        Some(at) => malformed(
            MalformedRule::ListMustAscend,
            format!("{field}[{}]", at + 1),
            "sort the list in ascending order and name each item once",
        ),
        None => Ok(()),
    }
}

/// Checks that no two items of a short list are equal.
pub(super) fn distinct<T: PartialEq>(field: &str, items: &[T]) -> Parsed<()> {
    match (1..items.len()).find(|at| items[..*at].contains(&items[*at])) {
        Some(at) => {
            malformed(MalformedRule::ListMustNotRepeat, format!("{field}[{at}]"), "name each item of the list once")
        }
        None => Ok(()),
    }
}

/// The text, unless it is empty, which on the wire means absent.
pub(super) fn filled<T: AsRef<str>>(text: T) -> Option<T> {
    if text.as_ref().is_empty() { None } else { Some(text) }
}

/// An optional value as text; absent is empty.
pub(super) fn string<T: Display>(value: &Option<T>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Values as texts.
pub(super) fn strings<T: Display>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}
