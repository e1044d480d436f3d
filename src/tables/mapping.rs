//! The mapping file: which treaty, which column holds what, whose word it is.
//!
//! Promises: a key that is not known, or that says two things, is refused with its name,
//! so that a slip of the pen never becomes a default.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{cell::DateForm, footnotes::FootnoteLine};
use crate::domain::{CivilDate, ConsentMode, ParticipantId, Source, SourceClass, WithdrawalStyle};

/// A mapping as it is written; `docs/tables.md` tells every key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Treaty id or one of its short names.
    pub treaty: String,
    /// The day as at which the table holds.
    #[serde(with = "as_text")]
    pub as_at: CivilDate,
    /// Whether the table is the depositary's whole one, to be stated as such.
    #[serde(default)]
    pub whole_table: bool,
    #[serde(default = "comma")]
    pub delimiter: String,
    #[serde(default)]
    pub dates: DateForm,
    /// What a deposit without a code is.
    #[serde(default = "ratification", with = "pinned_mode")]
    pub deposit_without_code: ConsentMode,
    /// What a withdrawal in a column of its own is called; footnotes say it themselves.
    #[serde(default = "withdrawal", with = "pinned_style")]
    pub withdrawals_are_styled: WithdrawalStyle,
    pub columns: Columns,
    #[serde(default, skip_serializing_if = "FootnoteSources::is_empty")]
    pub footnotes: FootnoteSources,
    pub source: TableSource,
    /// Printed name to participant id, before the names that the ledger knows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub participants: BTreeMap<String, String>,
    /// Footnotes in the mapping itself.
    #[serde(default, rename = "footnote", skip_serializing_if = "Vec::is_empty")]
    pub own_footnotes: Vec<FootnoteLine>,
}

/// Header texts, each the whole cell but for spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    pub participant: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deposit: Option<String>,
    /// Provisional application, where it has a column of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisional: Option<String>,
    /// From when the treaty is said to be in force for the participant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<String>,
    /// On which day the depositary received a withdrawal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<String>,
    /// Marks of footnotes, where they have a column of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<String>,
    /// Columns that are passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<String>,
}

/// Where footnotes stand, besides the mapping itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FootnoteSources {
    /// First cell of the row below the table, under which they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// A file of their own, beside the mapping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// What every event of the import says of its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSource {
    #[serde(with = "pinned_class")]
    pub class: SourceClass,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub locator: String,
    #[serde(default = "yes")]
    pub transcribed: bool,
    #[serde(default, with = "as_text_or_absent", skip_serializing_if = "Option::is_none")]
    pub retrieved: Option<CivilDate>,
    /// A file beside the mapping that is evidence, e.g. the page as it was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidMapping {
    #[error("it is not of the form of a mapping (docs/tables.md)")]
    Form(#[from] toml::de::Error),
    #[error("delimiter is one character of one byte, e.g. \",\", \";\" or \"\\t\"; it is {0:?}")]
    Delimiter(String),
    #[error("columns names {0:?} twice")]
    ColumnTwice(String),
    #[error("columns has neither signature nor deposit: the table would state nothing")]
    NoActs,
    #[error("as_at {as_at} lies after today, {today}")]
    Ahead { as_at: CivilDate, today: Date },
    #[error("participants: {name:?} stands for {id:?}, which is no participant id")]
    Participant { name: String, id: String },
}

impl Mapping {
    /// Reads a mapping; `today` is the last day that a table can hold for.
    pub fn parse(text: &str, today: Date) -> Result<Self, InvalidMapping> {
        let mapping: Self = toml::from_str(text)?;
        mapping.delimiter_byte()?;
        let mut seen = BTreeSet::new();
        if let Some(twice) = mapping.columns.named().find(|name| !seen.insert(*name)) {
            return Err(InvalidMapping::ColumnTwice(twice.to_owned()));
        }
        if mapping.columns.signature.is_none() && mapping.columns.deposit.is_none() {
            return Err(InvalidMapping::NoActs);
        }
        if mapping.as_at.0 > today {
            return Err(InvalidMapping::Ahead { as_at: mapping.as_at, today });
        }
        let wrong = mapping.participants.iter().find(|(_, id)| id.parse::<ParticipantId>().is_err());
        match wrong {
            Some((name, id)) => Err(InvalidMapping::Participant { name: name.clone(), id: id.clone() }),
            None => Ok(mapping),
        }
    }

    /// The mapping as a file.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("texts, switches and lists always have a TOML form")
    }

    /// The byte between cells.
    pub fn delimiter_byte(&self) -> Result<u8, InvalidMapping> {
        match self.delimiter.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
            _ => Err(InvalidMapping::Delimiter(self.delimiter.clone())),
        }
    }

    /// The source that every event names.
    pub fn event_source(&self) -> Source {
        let TableSource { class, name, locator, transcribed, retrieved, document: _ } = &self.source;
        Source {
            class: *class,
            transcribed: *transcribed,
            name: name.as_str().into(),
            locator: locator.as_str().into(),
            retrieved: *retrieved,
        }
    }
}

impl Columns {
    /// Every header text that the mapping names.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        let Self { participant, signature, deposit, provisional, in_force, withdrawal, marks, ignored } = self;
        let optional = [signature, deposit, provisional, in_force, withdrawal, marks];
        let optional = optional.into_iter().filter_map(|column| column.as_deref());
        [participant.as_str()].into_iter().chain(optional).chain(ignored.iter().map(String::as_str))
    }
}

impl FootnoteSources {
    fn is_empty(&self) -> bool {
        self.section.is_none() && self.file.is_none()
    }
}

fn comma() -> String {
    ",".to_owned()
}

const fn yes() -> bool {
    true
}

const fn ratification() -> ConsentMode {
    ConsentMode::Ratification
}

const fn withdrawal() -> WithdrawalStyle {
    WithdrawalStyle::Withdrawal
}

/// Values of the domain as the text that they are written as.
mod as_text {
    use std::{fmt::Display, str::FromStr};

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

mod as_text_or_absent {
    use std::{fmt::Display, str::FromStr};

    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &Option<impl Display>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        super::as_text::deserialize(deserializer).map(Some)
    }
}

/// Pinned words by their names.
macro_rules! by_name {
    ($module:ident, $type:ident) => {
        mod $module {
            use serde::{Deserialize, Deserializer, Serializer, de::Error};

            use crate::domain::$type;

            pub fn serialize<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(value.name())
            }

            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                let text = String::deserialize(deserializer)?;
                $type::from_name(&text).ok_or_else(|| {
                    let known: Vec<_> = $type::ALL.iter().map(|value| value.name()).collect();
                    D::Error::custom(format!("{text:?} is none of: {}", known.join(", ")))
                })
            }
        }
    };
}

by_name!(pinned_mode, ConsentMode);
by_name!(pinned_style, WithdrawalStyle);
by_name!(pinned_class, SourceClass);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::testing::MAPPING;

    fn parse(text: &str) -> Result<Mapping, InvalidMapping> {
        Mapping::parse(text, "2026-03-01".parse().unwrap())
    }

    #[test]
    fn a_mapping_that_is_written_reads_back() {
        let mapping = parse(MAPPING).unwrap();
        assert_eq!(parse(&mapping.to_toml()).unwrap(), mapping);
        assert_eq!((mapping.delimiter_byte().unwrap(), mapping.dates), (b',', DateForm::DayMonthYear));
    }

    #[test]
    fn a_slip_of_the_pen_is_refused_by_its_name() {
        for (from, to, told) in [
            ("as_at", "as_of", "as_of"),
            ("signature =", "signatur =", "signatur"),
            ("class = \"depositary\"", "class = \"depository\"", "depository"),
            ("as_at = \"2026-02-28\"", "as_at = \"2026-02-30\"", "2026-02-30"),
            ("as_at = \"2026-02-28\"", "as_at = \"2026-03-02\"", "after today"),
            ("whole_table = true", "delimiter = \"::\"", "delimiter"),
            ("signature = \"Signature\"", "signature = \"Participant\"", "Participant"),
            ("whole_table = true", "dates = \"us\"", "us"),
        ] {
            assert!(MAPPING.contains(from), "{from}");
            let error = parse(&MAPPING.replace(from, to)).unwrap_err();
            let said = crate::tables::testing::chain(&error);
            assert!(said.contains(told), "{said}");
        }
    }
}
