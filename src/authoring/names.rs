//! Names that people use, and the ids that they stand for.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::Item;
use crate::domain::SubjectType;

/// Finds the id that a name stands for.
pub trait Names {
    /// What is known under this name or id.
    fn find(&self, what: SubjectType, text: &str) -> Lookup;
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    Unknown,
    One(String),
    /// Several ids share the name.
    Several(Vec<String>),
}

/// Names held in memory, from a file, from a ledger or from the items of the
/// same run. Upper and lower case count as equal.
#[derive(Clone, Debug, Default)]
pub struct NameBook {
    entries: BTreeMap<(&'static str, String), Vec<String>>,
}

/// Why a names file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NamesFileError {
    #[error("cannot read the names file {path}")]
    Read { path: String, source: io::Error },
    #[error(
        "the names file {path} is not of the form {{\"treaties\": {{\"untc:XXVI-5\": [\"APMBC\"]}}, \"participants\": {{\"POL\": [\"Poland\"]}}}}"
    )]
    Form { path: String, source: serde_json::Error },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamesFile {
    #[serde(default)]
    treaties: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    participants: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    organisations: BTreeMap<String, Vec<String>>,
}

impl NameBook {
    /// Notes an id and the names that it goes by; the id is one of them.
    pub fn note<'a>(&mut self, what: SubjectType, id: &'a str, names: impl IntoIterator<Item = &'a str>) {
        for name in names.into_iter().chain([id]) {
            let ids = self.entries.entry((what.name(), folded(name))).or_default();
            if !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
        }
    }

    /// Notes the names of a JSON file.
    pub fn read_file(&mut self, path: &Path) -> Result<(), NamesFileError> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|source| NamesFileError::Read { path: shown.clone(), source })?;
        let file: NamesFile =
            serde_json::from_str(&text).map_err(|source| NamesFileError::Form { path: shown, source })?;
        let NamesFile { treaties, participants, organisations } = file;
        for (what, named) in [
            (SubjectType::Treaty, treaties),
            (SubjectType::Participant, participants),
            (SubjectType::Organisation, organisations),
        ] {
            named.iter().for_each(|(id, names)| self.note(what, id, names.iter().map(String::as_str)));
        }
        Ok(())
    }

    /// Notes the treaties and participants that the items themselves register,
    /// so that a folder can name what it registers.
    pub fn note_registered(&mut self, items: &[Item]) {
        for item in items {
            self.note_item(item, SubjectType::Treaty, "treaty_registered", &["title", "short_names"]);
            self.note_item(item, SubjectType::Participant, "participant_registered", &["name", "other_names"]);
        }
    }

    fn note_item(&mut self, item: &Item, what: SubjectType, kind: &str, name_fields: &[&str]) {
        let Some(body) = item.fields.get(kind) else { return };
        let given = item.fields.get(what.name()).or_else(|| body.get(what.name()));
        let subject = item.fields.get("subject").and_then(|subject| subject.as_str()?.split_once('/'));
        let Some(id) = given.and_then(|id| id.as_str()).or(subject.map(|(_, id)| id)) else { return };
        let names = name_fields.iter().filter_map(|field| body.get(field)).flat_map(|value| match value.as_array() {
            Some(values) => values.iter().collect(),
            None => vec![value],
        });
        let id = id.strip_prefix(what.name()).and_then(|id| id.strip_prefix('/')).unwrap_or(id);
        self.note(what, id, names.filter_map(|name| name.as_str()));
    }
}

impl Names for NameBook {
    fn find(&self, what: SubjectType, text: &str) -> Lookup {
        match self.entries.get(&(what.name(), folded(text))).map(Vec::as_slice) {
            None | Some([]) => Lookup::Unknown,
            Some([id]) => Lookup::One(id.clone()),
            Some(ids) if ids.iter().any(|id| id == text) => Lookup::One(text.to_owned()),
            Some(ids) => Lookup::Several(ids.to_vec()),
        }
    }
}

fn folded(name: &str) -> String {
    name.trim().nfc().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_finds_its_id_whatever_its_case() {
        let mut names = NameBook::default();
        names.note(SubjectType::Treaty, "untc:XXVI-5", ["APMBC", "Ottawa Convention"]);
        assert_eq!(names.find(SubjectType::Treaty, "ottawa convention"), Lookup::One("untc:XXVI-5".into()));
        assert_eq!(names.find(SubjectType::Participant, "APMBC"), Lookup::Unknown);
    }

    #[test]
    fn a_name_of_two_is_told_as_such_and_an_id_is_never_ambiguous() {
        let mut names = NameBook::default();
        names.note(SubjectType::Participant, "COG", ["Congo"]);
        names.note(SubjectType::Participant, "COD", ["Congo", "COG"]);
        let both = Lookup::Several(vec!["COG".into(), "COD".into()]);
        assert_eq!(names.find(SubjectType::Participant, "Congo"), both);
        assert_eq!(names.find(SubjectType::Participant, "COG"), Lookup::One("COG".into()));
    }

    #[test]
    fn a_names_file_with_an_unknown_heading_is_refused() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("names.json");
        fs::write(&path, r#"{"treaties": {"untc:XXVI-5": ["APMBC"]}}"#).expect("written");
        let mut names = NameBook::default();
        names.read_file(&path).expect("read");
        assert_eq!(names.find(SubjectType::Treaty, "APMBC"), Lookup::One("untc:XXVI-5".into()));
        fs::write(&path, r#"{"countries": {}}"#).expect("written");
        assert!(matches!(names.read_file(&path), Err(NamesFileError::Form { .. })));
    }
}
