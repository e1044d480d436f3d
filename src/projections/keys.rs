//! The registry of row keys: every table of the read models and the shape of its keys.
//!
//! Promises: one byte names the table, and within a table no key is a prefix of
//! another, so that a scan of a prefix never meets a row of something else. Identifiers
//! end with a zero byte (their alphabets have none), names carry their length, and
//! numbers are big endian, so that the order of keys is the order of indexes.
//! Leaves to others: what the rows hold (`encoding`), which rows there are (`fold`).

use crate::domain::{Index, KeyId, Kind, ParticipantId, Subject, SubjectType, TreatyId};

/// Declares the tables with their pinned first byte.
macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident = $prefix:literal, $name:literal;)+) => {
        /// A table of the read models; the number is the first byte of its keys.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Table { $($(#[$doc])* $table = $prefix,)+ }

        impl Table {
            #[cfg(test)]
            pub(super) const ALL: &'static [Self] = &[$(Self::$table),+];

            /// The name in messages about a row.
            fn name(self) -> &'static str {
                match self { $(Self::$table => $name,)+ }
            }

            /// The table of a key.
            pub(super) fn of_key(key: &[u8]) -> Option<Self> {
                match key.first()? { $($prefix => Some(Self::$table),)+ _ => None }
            }
        }
    };
}

tables! {
    /// Nothing else: what the rows hold for. The only row that is ever overwritten.
    Position = 0x00, "position";
    /// index: when the entry was recorded.
    Entry = 0x01, "entry";
    /// index: policy number and profile of the charter in force after the entry.
    Policy = 0x02, "policy";
    /// organisation, index: the organisation without members and mandates.
    Organisation = 0x03, "organisation";
    /// organisation, member, index: the post with its keys.
    Member = 0x04, "member";
    /// key id, index: whose key it is.
    KeyOwner = 0x05, "key owner";
    /// organisation, index, ordinal: a mandate.
    Mandate = 0x06, "mandate";
    /// treaty, index: the ordinal of its registration.
    Treaty = 0x07, "treaty";
    /// participant, index: the ordinal of its registration.
    Participant = 0x08, "participant";
    /// short name, treaty, index: nothing.
    TreatyName = 0x09, "treaty name";
    /// name, participant, index: nothing.
    ParticipantName = 0x0a, "participant name";
    /// subject, index: the events on the subject.
    BySubject = 0x10, "by subject";
    /// organisation, index: nothing.
    ByOrganisation = 0x11, "by organisation";
    /// kind, index: nothing.
    ByKind = 0x12, "by kind";
    /// cell, record, index: boxes around danger areas.
    Place = 0x13, "place";
    /// treaty, kind, participant, index: the participant's events of the kind, for the
    /// few kinds that bear on other participants.
    ByTreaty = 0x15, "by treaty";
    /// treaty, participant, treaty of the instrument, index: the participant's instruments
    /// that name the first one as a protocol which they consent to.
    ByProtocol = 0x16, "by protocol";
    /// treaty, protocol, index: nothing; a registration of the second one, or a correction
    /// of it, names the first as its parent.
    ByParent = 0x17, "by parent";
    /// SHA-256, index: the events that cite the document by its digest.
    Document = 0x18, "document";
    /// symbol, index: the events that cite the document by its symbol.
    DocumentSymbol = 0x19, "document symbol";
    /// index, ordinal, number: a finding.
    Finding = 0x20, "finding";
    /// index of a submission, index: the sign-offs on it, whole.
    SignOffs = 0x21, "sign-offs";
    /// 256 entries by their number, index: which of their submissions wait.
    Waiting = 0x22, "waiting";
}

/// A key, or the beginning of one, under construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key(Vec<u8>);

impl Key {
    pub(super) fn new(table: Table) -> Self {
        Self(vec![table as u8])
    }

    /// An identifier and its end.
    pub(super) fn id(mut self, id: &str) -> Self {
        debug_assert!(!id.as_bytes().contains(&0), "no alphabet of identifiers has a zero byte");
        self.0.extend_from_slice(id.as_bytes());
        self.0.push(0);
        self
    }

    /// A free text with its length before it. Capitals of ASCII are made small, so that
    /// `apmbc` finds `APMBC`; nothing that depends on a version of Unicode.
    pub(super) fn name(mut self, name: &str) -> Self {
        let length = u32::try_from(name.len()).expect("an event is under 256 KiB");
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend(name.bytes().map(|byte| byte.to_ascii_lowercase()));
        self
    }

    pub(super) fn key_id(mut self, id: &KeyId) -> Self {
        self.0.extend_from_slice(id.as_bytes());
        self
    }

    /// A SHA-256.
    pub(super) fn digest(mut self, digest: &[u8; 32]) -> Self {
        self.0.extend_from_slice(digest);
        self
    }

    /// A cell of the map: its path from the top left-aligned, and its level.
    pub(super) fn cell(mut self, path: u64, level: u8) -> Self {
        self.0.extend_from_slice(&path.to_be_bytes());
        self.0.push(level);
        self
    }

    /// All records of mined areas.
    pub(super) fn records(mut self) -> Self {
        self.0.push(subject_number(SubjectType::Record));
        self
    }

    pub(super) fn kind(mut self, kind: Kind) -> Self {
        self.0.extend_from_slice(&kind.row().number.to_be_bytes());
        self
    }

    pub(super) fn subject(mut self, subject: &Subject) -> Self {
        self.0.push(subject_number(subject.subject_type()));
        match subject {
            Subject::Ledger => self,
            Subject::Organisation(id) => self.id(id.as_str()),
            Subject::Treaty(id) => self.id(id.as_str()),
            Subject::Participant(id) => self.id(id.as_str()),
            Subject::Participation(treaty, participant) => self.id(treaty.as_str()).id(participant.as_str()),
            Subject::Record(id) => self.id(id.as_str()),
        }
    }

    /// The beginning that all subjects of a type share.
    pub(super) fn subject_type(mut self, subject: SubjectType) -> Self {
        self.0.push(subject_number(subject));
        self
    }

    /// The beginning that all participations under a treaty share.
    pub(super) fn participations(mut self, treaty: &TreatyId, participant: Option<&ParticipantId>) -> Self {
        self.0.push(subject_number(SubjectType::Participation));
        let key = self.id(treaty.as_str());
        match participant {
            Some(participant) => key.id(participant.as_str()),
            None => key,
        }
    }

    pub(super) fn index(mut self, index: Index) -> Self {
        self.0.extend_from_slice(&index.0.to_be_bytes());
        self
    }

    pub(super) fn number(mut self, number: u16) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    /// Comes after every key of the identifier that was added last, and before
    /// those of every greater identifier: the zero byte at the end becomes a one.
    pub(super) fn past_id(mut self) -> Self {
        let end = self.0.last_mut().expect("a key has a table");
        debug_assert_eq!(*end, 0, "an identifier was added last");
        *end = 1;
        self
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl AsRef<[u8]> for Key {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The identifier at the beginning of `rest`, and what comes after its end.
pub(super) fn split_id(rest: &[u8]) -> Option<(&str, &[u8])> {
    let end = rest.iter().position(|byte| *byte == 0)?;
    Some((std::str::from_utf8(&rest[..end]).ok()?, &rest[end + 1..]))
}

/// The index at the beginning of `rest`, and what comes after it.
pub(super) fn split_index(rest: &[u8]) -> Option<(Index, &[u8])> {
    let (index, rest) = rest.split_first_chunk::<8>()?;
    Some((Index(u64::from_be_bytes(*index)), rest))
}

/// The number at the beginning of `rest`, and what comes after it.
pub(super) fn split_number(rest: &[u8]) -> Option<(u16, &[u8])> {
    let (number, rest) = rest.split_first_chunk::<2>()?;
    Some((u16::from_be_bytes(*number), rest))
}

/// The first key that does not begin with `prefix`.
pub(super) fn past_prefix(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while end.last() == Some(&u8::MAX) {
        end.pop();
    }
    *end.last_mut().expect("no table has the number 255") += 1;
    end
}

/// A key for a message: its table by name and the rest in hexadecimal.
pub(super) fn describe(key: &[u8]) -> String {
    let table = Table::of_key(key).map_or("unknown table", Table::name);
    format!("{table} {}", hex::encode(key.get(1..).unwrap_or_default()))
}

/// Pinned: part of the rows, and so of the digest.
const fn subject_number(subject: SubjectType) -> u8 {
    match subject {
        SubjectType::Ledger => 1,
        SubjectType::Organisation => 2,
        SubjectType::Treaty => 3,
        SubjectType::Participant => 4,
        SubjectType::Participation => 5,
        SubjectType::Record => 6,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::KINDS;

    #[test]
    fn every_table_has_a_first_byte_of_its_own() {
        for (at, table) in Table::ALL.iter().enumerate() {
            assert_eq!(Table::of_key(&[*table as u8]), Some(*table));
            assert!(Table::ALL[at + 1..].iter().all(|other| *other as u8 != *table as u8));
            assert_ne!(*table as u8, u8::MAX, "past_prefix needs a byte above");
        }
    }

    /// A key of every table, over the same few identifiers, names and numbers.
    fn keys(id: &str, other: &str, name: &str, index: Index, number: u16) -> Vec<Vec<u8>> {
        let subjects = ["ledger".to_owned(), format!("organisation/{id}"), format!("treaty/{id}")];
        let more = [format!("participant/{}", id.to_uppercase()), format!("record/{id}")];
        let under = format!("participation/{id}/{}", other.to_uppercase());
        let mut keys = vec![
            Key::new(Table::Position),
            Key::new(Table::Entry).index(index),
            Key::new(Table::Policy).index(index),
            Key::new(Table::Organisation).id(id).index(index),
            Key::new(Table::Member).id(id).id(other).index(index),
            Key::new(Table::KeyOwner).key_id(&KeyId([number as u8; 32])).index(index),
            Key::new(Table::Mandate).id(id).index(index).number(number),
            Key::new(Table::Treaty).id(id).index(index),
            Key::new(Table::Participant).id(id).index(index),
            Key::new(Table::TreatyName).name(name).id(id).index(index),
            Key::new(Table::ParticipantName).name(name).id(id).index(index),
            Key::new(Table::ByOrganisation).id(id).index(index),
            Key::new(Table::Place).cell(index.0 << 30, number.to_be_bytes()[0]).id(id).index(index),
            Key::new(Table::ByTreaty).id(id).kind(KINDS[usize::from(number) % KINDS.len()].kind).id(other).index(index),
            Key::new(Table::ByProtocol).id(id).id(other).id(id).index(index),
            Key::new(Table::ByParent).id(id).id(other).index(index),
            Key::new(Table::Document).digest(&[number as u8; 32]).index(index),
            Key::new(Table::DocumentSymbol).name(name).index(index),
            Key::new(Table::Finding).index(index).number(number).number(0),
            Key::new(Table::Waiting).index(Index(u64::from(number))).index(index),
        ];
        keys.extend(KINDS.iter().map(|row| Key::new(Table::ByKind).kind(row.kind).index(index)));
        let subjects = subjects.iter().chain(&more).chain([&under]).map(|text| text.parse().expect("valid"));
        keys.extend(subjects.map(|subject| Key::new(Table::BySubject).subject(&subject).index(index)));
        keys.into_iter().map(Key::into_bytes).collect()
    }

    proptest! {
        #[test]
        fn no_key_is_a_prefix_of_another(
            ids in prop::array::uniform4("[a-c][a-c-]{0,2}"),
            names in prop::array::uniform2(".{0,3}"),
            indexes in prop::array::uniform2(any::<u64>()),
            number in any::<u16>(),
        ) {
            let mut all = keys(&ids[0], &ids[1], &names[0], Index(indexes[0]), number);
            all.extend(keys(&ids[2], &ids[3], &names[1], Index(indexes[1]), number ^ 1));
            all.sort();
            all.dedup();
            for pair in all.windows(2) {
                prop_assert!(!pair[1].starts_with(&pair[0]), "{} and {}", describe(&pair[0]), describe(&pair[1]));
            }
        }

        #[test]
        fn the_end_of_a_prefix_lies_behind_all_of_its_keys(prefix in prop::collection::vec(any::<u8>(), 0..4), more in any::<[u8; 3]>()) {
            let prefix = [&[1], prefix.as_slice()].concat();
            let end = past_prefix(&prefix);
            let inside = [prefix.as_slice(), &more].concat();
            prop_assert!(inside < end && !end.starts_with(&prefix));
        }
    }
}
