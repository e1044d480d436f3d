//! What is wrong with an authoring file, for the person who wrote it.

use std::io;

use crate::{
    domain::InvalidIdentifier,
    wire::{InvalidJson, Malformed},
};

/// A problem with its place: file, item (from 1) and field.
#[derive(Debug, thiserror::Error)]
#[error("{file}, item {item}{}{field}", if field.is_empty() { "" } else { ", field " })]
pub struct AuthoringError {
    pub file: String,
    /// Number of the item in the file, from 1.
    pub item: usize,
    /// Path of the field; empty when the item as a whole is meant.
    pub field: String,
    #[source]
    pub problem: Problem,
}

/// What is wrong, and what to write instead.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("it is not JSON")]
    NotJson(#[source] serde_json::Error),
    #[error("the file begins with a byte order mark (U+FEFF); save it as UTF-8 without one")]
    ByteOrderMark,
    #[error("an item is an object in braces")]
    NotAnObject,
    #[error(
        "an item has exactly one kind, e.g. \"withdrawal_notified\" (`merestone template` lists them); this one has {0}\
         {empty}", empty = if *_0 == 0 { " with a field filled in" } else { "" }
    )]
    KindCount(usize),
    #[error("no such field; there are: {known}")]
    UnknownField { known: String },
    #[error("it takes {0}")]
    WrongType(&'static str),
    #[error("{value:?} is none of: {known}")]
    UnknownValue { value: String, known: String },
    #[error(
        "it is mandatory to state: give a value, or one of unknown, not_recorded, not_applicable, redacted_in_source"
    )]
    MandatoryToState,
    #[error("it takes a whole number from {least} to {most}; {given} is not")]
    OutOfRange { given: String, least: i64, most: u64 },
    #[error("it is missing; the subject of this kind is {subject}")]
    SubjectMissing { subject: String },
    #[error("it restates an event on {subject}, the subject of the correction; another cannot be named")]
    OtherSubject { subject: String },
    #[error("it is given twice, in the item and in its body")]
    GivenTwice,
    #[error(
        "there is no day {0} in the calendar; write one that exists, e.g. 2025-08-20, or 2025-08 where the day is not known"
    )]
    NoSuchDay(String),
    #[error("it is not valid")]
    Invalid(#[source] InvalidIdentifier),
    #[error(
        "no {what} is known as {text:?}; give its id as {what}/ID, or a names file (--names), or ask a ledger (--server)"
    )]
    UnknownName { what: &'static str, text: String },
    #[error("{text:?} is the name of several: {ids}; give the id as {what}/ID")]
    AmbiguousName { what: &'static str, text: String, ids: String },
    #[error("cannot read the document {name}")]
    Document { name: String, source: io::Error },
    #[error(
        "{text:?} is no point; write \"-49.5, -123.25\" (latitude first) or 49\u{b0}30'00\"S 123\u{b0}15'00\"W; WGS 84"
    )]
    NotAPoint { text: String },
    #[error("{text:?} is no whole number of {unit}; write for example \"{example}\"")]
    NotAQuantity { text: String, unit: &'static str, example: &'static str },
    #[error("policy 1 does not accept {0} parts; use \"open\" or \"withheld\"")]
    FormNotAccepted(&'static str),
    #[error("this kind carries no such part; it may carry: {known}")]
    PartNotAllowed { known: String },
    #[error("no part is withheld (what is left empty counts as absent); name one of: {known}, or leave the block out")]
    NothingWithheld { known: String },
    #[error("a withheld part needs the ledger's id (--ledger or --server): its commitment binds it")]
    LedgerUnknown,
    #[error("it is the content of a part: as an object in braces, or in base64 as in the file of what is withheld")]
    NotKeptContent,
    #[error("this kept line is of the event {found}, and another is the target; disclose each event for itself")]
    KeptOfAnotherEvent { found: String },
    #[error("the kept line says that it is {kind}, and its content is not")]
    KeptOfAnotherKind { kind: String },
    #[error("{0:?} is no SHA-256 in hexadecimal, base64 or public key in PEM")]
    NotBytes(String),
    #[error("it is larger than {limit} bytes; put what is large into a document")]
    TooLarge { limit: usize },
    #[error("{0}")]
    NotWellFormed(Malformed),
    #[error("it does not fit the message")]
    DoesNotFit(#[source] InvalidJson),
}

/// A problem at a field; the item and the file are added on the way up.
#[derive(Debug)]
pub(super) struct At {
    pub field: String,
    pub problem: Problem,
}

impl At {
    /// The problem at this field.
    pub fn new(field: impl Into<String>, problem: Problem) -> Self {
        Self { field: field.into(), problem }
    }

    /// The same in a file and an item.
    pub fn in_item(self, file: &str, item: usize) -> AuthoringError {
        AuthoringError { file: file.to_owned(), item, field: self.field, problem: self.problem }
    }
}
