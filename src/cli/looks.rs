//! Up to where a reader has looked: kept per ledger and per question, beside the
//! checkpoints that were verified.
//!
//! Promises: a look is kept only when the caller says so, whole or not at all; other
//! questions' looks stay as they are, also those that other runs keep meanwhile.
//! Leaves to others: when an answer counts as shown (`treaty_changes`).

use std::{fs, io, path::PathBuf};

use serde_json::{Map, Value};

use super::{
    Failure,
    seen::{SeenFolder, alone},
};
use crate::{authoring::write_whole, domain::LedgerId};

/// The looks at one ledger.
#[derive(Clone, Debug)]
pub struct Looks(PathBuf);

impl Looks {
    /// Those in the folder, if there is one.
    pub fn of(folder: &SeenFolder, ledger: LedgerId) -> Option<Self> {
        folder.file(ledger).map(|checkpoint| Self(checkpoint.with_extension("looks.json")))
    }

    /// How many entries there were at the last look that asked the question.
    pub fn last(&self, question: &str) -> Result<Option<u64>, Failure> {
        match self.read()?.get(question) {
            None => Ok(None),
            Some(size) => size.as_u64().map(Some).ok_or_else(|| self.spoiled("a look is a number of entries")),
        }
    }

    /// Keeps that the question was answered up to so many entries.
    pub fn keep(&self, question: &str, size: u64) -> Result<(), Failure> {
        let unwritten = |error| Failure::failed(format!("cannot write {}: {error}", self.0.display()));
        let _one_run = alone(&self.0).map_err(unwritten)?;
        let mut looks = self.read()?;
        looks.insert(question.to_owned(), size.into());
        let text = format!("{:#}\n", Value::Object(looks));
        write_whole(&self.0, text.as_bytes()).map_err(unwritten)
    }

    /// The file, to be shown.
    pub fn shown(&self) -> String {
        self.0.display().to_string()
    }

    fn read(&self) -> Result<Map<String, Value>, Failure> {
        match fs::read(&self.0) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| self.spoiled(&error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Map::new()),
            Err(error) => Err(Failure::failed(format!("cannot read {}: {error}", self.0.display()))),
        }
    }

    fn spoiled(&self, why: &str) -> Failure {
        let file = self.0.display();
        Failure::failed(format!("{file} does not tell the last look: {why}; move it away, or name --from"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_at_each_ledger_has_a_look_of_its_own() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let folder = SeenFolder::new(Some(&dir.path().join("new")), None);
        let looks = |ledger| Looks::of(&folder, LedgerId([ledger; 32])).expect("a folder");
        let last = |ledger, question| looks(ledger).last(question).expect("read");
        assert_eq!(last(1, "all"), None);
        looks(1).keep("all", 7).expect("kept");
        looks(1).keep("one", 4).expect("kept");
        looks(1).keep("all", 9).expect("kept");
        assert_eq!((last(1, "all"), last(1, "one"), last(2, "all")), (Some(9), Some(4), None));
    }

    #[test]
    fn runs_that_keep_looks_at_once_lose_none() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let looks = Looks::of(&SeenFolder::new(Some(dir.path()), None), LedgerId([1; 32])).expect("a folder");
        std::thread::scope(|scope| {
            for question in 0..16 {
                let looks = &looks;
                scope.spawn(move || looks.keep(&question.to_string(), question).expect("kept"));
            }
        });
        for question in 0..16 {
            assert_eq!(looks.last(&question.to_string()).expect("read"), Some(question));
        }
    }

    #[test]
    fn a_spoiled_file_is_told_and_not_written_over() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let looks = Looks::of(&SeenFolder::new(Some(dir.path()), None), LedgerId([1; 32])).expect("a folder");
        for spoiled in ["nonsense", "{\"all\": \"seven\"}"] {
            fs::write(looks.shown(), spoiled).expect("written");
            assert!(looks.last("all").expect_err("spoiled").cause.to_string().contains("--from"));
        }
        fs::write(looks.shown(), "nonsense").expect("written");
        assert!(looks.keep("all", 1).is_err());
        assert_eq!(fs::read_to_string(looks.shown()).expect("there"), "nonsense");
    }

    #[test]
    fn without_a_folder_there_is_no_look() {
        assert!(Looks::of(&SeenFolder::new(None, None), LedgerId([1; 32])).is_none());
    }
}
