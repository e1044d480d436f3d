//! Identifiers and digests: each its own type, so that none stands in for another.

use std::{fmt, str::FromStr, sync::Arc};

use uuid::Uuid;

pub use crate::crypto::KeyId;
pub use crate::merkle::TreeHash;
use crate::{
    crypto::{digest, sha256_parts},
    limits::IDENTIFIER_BYTES,
};

/// What is wrong with an identifier, for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {text:?} is not valid: {rule}")]
pub struct InvalidIdentifier {
    what: &'static str,
    text: String,
    rule: &'static str,
}

impl InvalidIdentifier {
    pub(crate) fn new(what: &'static str, text: &str, rule: &'static str) -> Self {
        let text = text.chars().take(80).collect();
        Self { what, text, rule }
    }
}

digest! {
    /// SHA-256 of the founding submission's bytes: the trust root.
    LedgerId, "ledger id"
}
digest! {
    /// SHA-256 of a submission's bytes.
    SubmissionDigest, "submission digest"
}
digest! {
    /// SHA-256 of an event's bytes.
    EventDigest, "event digest"
}
digest! {
    /// SHA-256 of an envelope's bytes.
    EnvelopeDigest, "envelope digest"
}
digest! {
    /// SHA-256 of a document's bytes.
    DocumentDigest, "document digest"
}
digest! {
    /// Commitment to a part's content (docs/format.md, "Commitment").
    Commitment, "commitment"
}

impl Commitment {
    /// The commitment to the content of a part: it binds the bytes of a
    /// `PartContent` to their event and slot.
    pub fn to(ledger: &LedgerId, event: EventId, slot: u32, salt: &[u8; 32], content: &[u8]) -> Self {
        let event = event.to_string();
        let pieces: [&[u8]; 6] =
            [b"merestone part v1\n", ledger.as_bytes(), event.as_bytes(), &slot.to_be_bytes(), salt, content];
        Self(sha256_parts(&pieces))
    }
}

/// Number of an entry, from 0 (RFC 6962).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index(pub u64);

/// Count of entries (RFC 6962). The entry of a size is the next one to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(pub u64);

impl Index {
    /// The size of the ledger whose last entry this is.
    pub fn size_with(self) -> Size {
        Size(self.0 + 1)
    }
}

impl Size {
    /// The index that the next entry gets.
    pub fn next_index(self) -> Index {
        Index(self.0)
    }

    /// The index of the last entry, if there is one.
    pub fn last_index(self) -> Option<Index> {
        self.0.checked_sub(1).map(Index)
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where an event stands: entry and number within the submission, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub index: Index,
    pub ordinal: u16,
}

/// Declares a UUIDv7 identifier in its canonical text form.
macro_rules! uuid_id {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
            }
        }

        impl FromStr for $name {
            type Err = InvalidIdentifier;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let invalid = || InvalidIdentifier::new($what, text,
                    "it must be a version 7 UUID in lower case with hyphens (RFC 9562)");
                let id = Uuid::try_parse(text).map_err(|_| invalid())?;
                let canonical = id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text;
                let rfc = id.get_variant() == uuid::Variant::RFC4122;
                if canonical && rfc && id.get_version_num() == 7 { Ok(Self(id)) } else { Err(invalid()) }
            }
        }
    };
}

uuid_id!(/// Id of a submission, made by the client, unique within its organisation.
    SubmissionId, "submission id");
uuid_id!(/// Id of an event, made by the client, unique within its organisation.
    EventId, "event id");

/// Declares a short textual identifier with its own alphabet.
macro_rules! text_id {
    ($(#[$meta:meta])* $name:ident, $what:literal, $rule:literal, $allowed:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.pad(&self.0) }
        }

        impl FromStr for $name {
            type Err = InvalidIdentifier;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let allowed: fn(u8) -> bool = $allowed;
                let starts_well = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
                if starts_well && text.len() <= IDENTIFIER_BYTES && text.bytes().all(allowed) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidIdentifier::new($what, text, $rule))
                }
            }
        }
    };
}

text_id!(/// Identifier of an organisation, e.g. `lv-desk`.
    OrganisationId, "organisation id",
    "it must have 1 to 64 lower-case letters, digits and hyphens and start with a letter or digit",
    |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
text_id!(/// Identifier of a post within its organisation, e.g. `recorder-1`.
    MemberId, "member id",
    "it must have 1 to 64 lower-case letters, digits and hyphens and start with a letter or digit",
    |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
text_id!(/// Identifier of a treaty, by the depositary's number: `untc:XXVI-5`.
    TreatyId, "treaty id",
    "it must have 1 to 64 letters, digits, colons, dots, hyphens and underscores and start with a letter or digit",
    |b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'.' | b'-' | b'_'));
text_id!(/// Identifier of a participant in treaties, e.g. `POL`.
    ParticipantId, "participant id",
    "it must have 1 to 64 capital letters, digits and hyphens and start with a letter or digit",
    |b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
text_id!(/// Identifier of the record of a mined area, e.g. `XX-D3-0007`.
    RecordId, "record id",
    "it must have 1 to 64 letters, digits, dots, hyphens and underscores and start with a letter or digit",
    |b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));

text_id!(/// Identifier of a piece of land within a record, e.g. `P2`.
    ParcelId, "parcel id",
    "it must have 1 to 64 capital letters, digits and hyphens and start with a letter or digit",
    |b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');

/// ISO 3166-1 alpha-2 code; `XX` (user-assigned) for none and for examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// The two capital letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("two ASCII capitals")
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for CountryCode {
    type Err = InvalidIdentifier;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            &[a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Self([a, b])),
            _ => Err(InvalidIdentifier::new(
                "country code",
                text,
                "it must have two capital letters (ISO 3166-1 alpha-2)",
            )),
        }
    }
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The ledger itself: `ledger`.
    Ledger,
    /// `organisation/lv-desk`
    Organisation(OrganisationId),
    /// `treaty/untc:XXVI-5`
    Treaty(TreatyId),
    /// `participant/POL`
    Participant(ParticipantId),
    /// A participant under a treaty: `participation/untc:XXVI-5/POL`
    Participation(TreatyId, ParticipantId),
    /// `record/XX-D3-0007`
    Record(RecordId),
}

/// The type of a subject, as the kinds table names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubjectType {
    Ledger,
    Organisation,
    Treaty,
    Participant,
    Participation,
    Record,
}

impl SubjectType {
    /// The first word of such a subject.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Organisation => "organisation",
            Self::Treaty => "treaty",
            Self::Participant => "participant",
            Self::Participation => "participation",
            Self::Record => "record",
        }
    }
}

impl Subject {
    /// The type of the subject.
    pub fn subject_type(&self) -> SubjectType {
        match self {
            Self::Ledger => SubjectType::Ledger,
            Self::Organisation(_) => SubjectType::Organisation,
            Self::Treaty(_) => SubjectType::Treaty,
            Self::Participant(_) => SubjectType::Participant,
            Self::Participation(..) => SubjectType::Participation,
            Self::Record(_) => SubjectType::Record,
        }
    }

    /// Whose participation it is, if it is one.
    pub fn participating(&self) -> Option<&ParticipantId> {
        match self {
            Self::Participation(_, participant) => Some(participant),
            Self::Ledger | Self::Organisation(_) | Self::Treaty(_) | Self::Participant(_) | Self::Record(_) => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.subject_type().name();
        match self {
            Self::Ledger => f.write_str(kind),
            Self::Organisation(id) => write!(f, "{kind}/{id}"),
            Self::Treaty(id) => write!(f, "{kind}/{id}"),
            Self::Participant(id) => write!(f, "{kind}/{id}"),
            Self::Participation(treaty, participant) => write!(f, "{kind}/{treaty}/{participant}"),
            Self::Record(id) => write!(f, "{kind}/{id}"),
        }
    }
}

impl FromStr for Subject {
    type Err = InvalidIdentifier;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || {
            InvalidIdentifier::new(
                "subject",
                text,
                "it must be ledger, organisation/ID, treaty/ID, participant/ID, participation/TREATY/PARTICIPANT or record/ID",
            )
        };
        if text == "ledger" {
            return Ok(Self::Ledger);
        }
        let (kind, id) = text.split_once('/').ok_or_else(invalid)?;
        match kind {
            "organisation" => Ok(Self::Organisation(id.parse()?)),
            "treaty" => Ok(Self::Treaty(id.parse()?)),
            "participant" => Ok(Self::Participant(id.parse()?)),
            "participation" => {
                let (treaty, participant) = id.split_once('/').ok_or_else(invalid)?;
                Ok(Self::Participation(treaty.parse()?, participant.parse()?))
            }
            "record" => Ok(Self::Record(id.parse()?)),
            _ => Err(invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_reads_back_as_it_was_written() {
        for text in [
            "ledger",
            "organisation/lv-desk",
            "treaty/untc:XXVI-5",
            "participant/POL",
            "participation/untc:XXVI-5/POL",
            "record/XX-D3-0007",
        ] {
            assert_eq!(text.parse::<Subject>().expect("valid").to_string(), text);
        }
    }

    #[test]
    fn an_identifier_with_a_foreign_character_is_refused() {
        for text in ["organisation/LV", "participant/pol", "participation/untc:XXVI-5", "record/a/b", "field/1", ""] {
            assert!(text.parse::<Subject>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_a_canonical_version_7_uuid_is_an_event_id() {
        assert!("01890a5d-ac96-774b-bcce-b302099a8057".parse::<EventId>().is_ok());
        for text in [
            "01890A5D-AC96-774B-BCCE-B302099A8057",
            "01890a5dac96774bbcceb302099a8057",
            "01890a5d-ac96-474b-bcce-b302099a8057",
            "{01890a5d-ac96-774b-bcce-b302099a8057}",
        ] {
            assert!(text.parse::<EventId>().is_err(), "{text}");
        }
    }
}
