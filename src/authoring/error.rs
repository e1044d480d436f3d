//! What is wrong with an authoring file, for the person who wrote it.
//!
//! Promises: what was written is told in part where it is longer than any name.

use std::io;

use crate::{
    domain::InvalidIdentifier,
    limits::CHANGE_VALUE_CHARS,
    wire::{InvalidJson, Malformed, cut_short},
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
    #[error("{:?} is none of: {known}", told(.value))]
    UnknownValue { value: String, known: String },
    #[error(
        "it is mandatory to state: give a value, or one of unknown, not_recorded, not_applicable, redacted_in_source"
    )]
    MandatoryToState,
    #[error("it takes a whole number from {least} to {most}; {} is not", told(.given))]
    OutOfRange { given: String, least: i64, most: u64 },
    #[error("it is missing; the subject of this kind is {subject}")]
    SubjectMissing { subject: String },
    #[error("it restates an event on {subject}, the subject of the correction; another cannot be named")]
    OtherSubject { subject: String },
    #[error("it is given twice, in the item and in its body")]
    GivenTwice,
    #[error(
        "there is no day {} in the calendar; write one that exists, e.g. 2025-08-20, or 2025-08 where the day is not known",
        told(.0)
    )]
    NoSuchDay(String),
    #[error("it is not valid")]
    Invalid(#[source] InvalidIdentifier),
    #[error(
        "no {what} is known as {:?}; give its id as {what}/ID, or a names file (--names), or ask a ledger (--server)",
        told(.text)
    )]
    UnknownName { what: &'static str, text: String },
    #[error("{:?} is the name of several: {ids}; give the id as {what}/ID", told(.text))]
    AmbiguousName { what: &'static str, text: String, ids: String },
    #[error("cannot read the document {}", told(.name))]
    Document { name: String, source: io::Error },
    #[error(
        "{:?} is no point; write \"-49.5, -123.25\" (latitude first) or 49\u{b0}30'00\"S 123\u{b0}15'00\"W; WGS 84",
        told(.text)
    )]
    NotAPoint { text: String },
    #[error("{:?} is no whole number of {unit}; write for example \"{example}\"", told(.text))]
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
    #[error("this kept line is of the event {}, and another is the target; disclose each event for itself", told(.found))]
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

/// What was written, as much of it as tells what it is.
fn told(written: &str) -> String {
    cut_short(written, CHANGE_VALUE_CHARS)
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
        AuthoringError { file: file.to_owned(), item, field: told(&self.field), problem: self.problem }
    }
}
