//! What is wrong with the form of bytes: for the partner's developer.
//!
//! Promises: codes are pinned (`docs/rejections.md` lists them); a field path
//! names the field as in the request, e.g. `events[3].source.name`; a message is
//! one sentence that says what to do.

use std::fmt;

/// Declares the rules with their pinned codes, in the order of `docs/rejections.md`.
macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident;)+) => {
        /// A rule of form, named by what must hold. The code is the name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum MalformedRule { $($(#[$doc])* $variant,)+ }

        impl MalformedRule {
            /// All rules.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The pinned code, e.g. `FieldMustBeCanonical`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)+ }
            }
        }
    };
}

rules! {
    /// Envelope, event and their sum stay within the limits.
    SizeMustBeWithinLimit;
    /// The bytes are a whole protobuf message of the stated type.
    MessageMustDecode;
    /// Every field number is in the contract.
    FieldMustBeKnown;
    /// Every enum number is in the contract.
    EnumNumberMustBeKnown;
    /// A number fits its type and its range.
    NumberMustBeInRange;
    /// Order, single occurrence, shortest varint, packed, default absent.
    FieldMustBeCanonical;
    /// Text is UTF-8.
    TextMustBeUtf8;
    /// Text is in Unicode normalisation form C.
    TextMustBeNormalised;
    /// Text has no control characters; long texts may have line feeds.
    TextMustBePrintable;
    /// Text stays within its length.
    TextMustBeWithinLimit;
    /// Text of a fixed form (language tag, media type, origin, key) has that form.
    TextMustHaveItsForm;
    /// A list stays within its count.
    ListMustBeWithinLimit;
    /// A list that is ascending by contract is strictly ascending.
    ListMustAscend;
    /// A list that names things names each once.
    ListMustNotRepeat;
    /// Digests, nonces, ids and signatures have their fixed length.
    BytesMustHaveTheirLength;
    /// A field that the form needs has a value.
    FieldMustHaveValue;
    /// A field that has no meaning here is absent.
    FieldMustBeAbsent;
    /// Identifiers are of their alphabet and length.
    IdentifierMustBeValid;
    /// Dates exist and are written as the contract says.
    DateMustBeValid;
    /// A public key is a canonical, torsion-free Ed25519 SubjectPublicKeyInfo.
    PublicKeyMustBeValid;
    /// An envelope holds a submission or later sign-offs.
    EnvelopeMustHoldSomething;
    /// A submission carries its author's signature.
    SubmissionMustBeSigned;
    /// A submission has at least one event.
    SubmissionMustHaveEvents;
    /// The events are those of the digests, in order and count.
    EventsMustMatchDigests;
    /// No two events of a submission have the same id.
    EventIdsMustDiffer;
    /// Only the founding submission lacks a ledger id; it has one event, the founding.
    FoundingMustStandAlone;
    /// All parts of the founding are open.
    FoundingMustBeOpen;
    /// Sign-offs ascend by key id, no key twice.
    SignOffsMustAscend;
    /// All sign-offs of an envelope are on one submission of one ledger.
    SignOffsMustShareSubmission;
    /// A no has a reason.
    DeclineMustHaveReason;
    /// The subject is of the type that the kind is about.
    SubjectMustFitKind;
    /// The kind allows the part.
    PartMustFitKind;
    /// Slots ascend from 1.
    SlotsMustAscend;
    /// The content is of the part's kind.
    ContentMustFitPart;
    /// A danger area drawn as polygon, and the extent of a survey, encloses an area and does
    /// not cross itself.
    OutlineMustBeSimple;
    /// The source is given where the kind needs it.
    SourceMustBeGiven;
    /// A mandatory field has a value or stands in `not_stated`, not both.
    MandatoryFieldMustBeStated;
    /// `not_stated` names mandatory fields of the kind only.
    NotStatedMustBeMandatory;
}

impl fmt::Display for MalformedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// Bytes that are not of the form of `docs/format.md`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message} ({rule})")]
pub struct Malformed {
    /// The rule that is broken.
    pub rule: MalformedRule,
    /// Where, as in the request: `events[3].source.name`.
    pub field: String,
    /// One sentence that says what to do.
    pub message: String,
}

/// What a parser of `T` returns.
pub(super) type Parsed<T> = Result<T, Malformed>;

impl Malformed {
    pub(super) fn new(rule: MalformedRule, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule, field: field.into(), message: message.into() }
    }

    /// The same, seen from the message that holds `outer`.
    pub(super) fn under(mut self, outer: &str) -> Self {
        let joint = if self.field.is_empty() || self.field.starts_with('[') { "" } else { "." };
        self.field = format!("{outer}{joint}{}", self.field);
        self
    }
}

/// Adds the outer field names to an error on its way up.
pub(super) trait Within: Sized {
    /// Inside the field `outer`.
    fn within(self, outer: &str) -> Self;
    /// Inside item `at` of the list `outer`.
    fn within_item(self, outer: &str, at: usize) -> Self;
}

impl<T> Within for Parsed<T> {
    fn within(self, outer: &str) -> Self {
        self.map_err(|malformed| malformed.under(outer))
    }

    fn within_item(self, outer: &str, at: usize) -> Self {
        self.map_err(|malformed| malformed.under(&format!("{outer}[{at}]")))
    }
}

/// An error as a whole result, for guards.
pub(super) fn malformed<T>(rule: MalformedRule, field: impl Into<String>, message: impl Into<String>) -> Parsed<T> {
    Err(Malformed::new(rule, field, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_grows_outward() {
        let error: Parsed<()> = malformed(MalformedRule::DateMustBeValid, "retrieved", "write it as YYYY-MM-DD");
        let error = error.within("source").within_item("events", 3).expect_err("an error");
        assert_eq!(error.field, "events[3].source.retrieved");
        assert_eq!(error.rule.code(), "DateMustBeValid");
    }

    #[test]
    fn every_rule_stands_in_the_document() {
        let document = include_str!("../../docs/malformed.md");
        for rule in MalformedRule::ALL {
            assert!(document.contains(&format!("| `{rule}` |")), "{rule} is not in docs/malformed.md");
        }
        let rows = document.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, MalformedRule::ALL.len(), "docs/malformed.md names no rule twice and none that is gone");
    }
}
