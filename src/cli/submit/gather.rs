//! What is to be sent: files and folders, each act once.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::send::Outcome;
use crate::{
    authoring::EnvelopeFile,
    cli::{Exit, Failure, author::Authored, output::to_stderr},
};

/// An envelope file on its way. Its bytes are read when they are sent.
#[derive(Debug)]
pub struct Parcel {
    /// The file that was named: of the author, or the envelope file itself.
    pub file: PathBuf,
    pub envelope: PathBuf,
    /// Where the receipt of each submission is kept.
    pub receipts: Vec<PathBuf>,
    /// What became of each submission of the file.
    pub outcomes: Vec<Outcome>,
}

/// The files to send.
#[derive(Debug)]
pub struct Gathered {
    /// Signed before, in order of their names.
    pub parcels: Vec<Parcel>,
    /// To be signed first.
    pub unsigned: Vec<Authored>,
}

/// Gathers files in order of their names and each once.
pub fn gather(paths: &[PathBuf]) -> Result<Gathered, Failure> {
    let mut gathered = Gathered { parcels: Vec::new(), unsigned: Vec::new() };
    for path in files(paths)? {
        if EnvelopeFile::is_name(&path) {
            let read = EnvelopeFile::read(&path).map(|file| file.submissions.len());
            let read = read.map_err(|error| Failure::new(Exit::Usage, error));
            gathered.parcels.push(parcels_of(&path, path.clone(), read));
            continue;
        }
        let authored = Authored::read(&path)?;
        match signed_before(&authored)? {
            Some(file) => {
                gathered.parcels.push(parcels_of(&path, EnvelopeFile::path_for(&path), Ok(file.submissions.len())));
            }
            None => gathered.unsigned.push(authored),
        }
    }
    Ok(gathered)
}

/// The parcel of an envelope file with so many submissions; one that cannot be
/// read stands for itself and does not keep the others.
pub fn parcels_of(file: &Path, envelope: PathBuf, submissions: Result<usize, Failure>) -> Parcel {
    let outcomes = match submissions {
        Ok(count) => std::iter::repeat_with(|| Outcome::NotSent).take(count).collect(),
        Err(failure) => vec![Outcome::Failed(failure)],
    };
    Parcel { file: file.to_owned(), envelope, receipts: Vec::new(), outcomes }
}

/// An envelope file stands for the authoring file beside it only where that is
/// not listed.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = BTreeSet::new();
    for path in paths {
        let failed = |error| Failure::usage(format!("cannot read {}: {error}", path.display()));
        if fs::metadata(path).map_err(failed)?.is_dir() {
            let before = files.len();
            for entry in fs::read_dir(path).map_err(failed)? {
                files.extend(Some(entry.map_err(failed)?.path()).filter(|path| is_submittable(path)));
            }
            if files.len() == before {
                to_stderr(&format!("note: {} holds no .json or .ndjson file to submit", path.display()));
            }
        } else {
            files.insert(path.clone());
        }
    }
    let of_listed: BTreeSet<PathBuf> =
        files.iter().filter(|path| !EnvelopeFile::is_name(path)).map(|path| EnvelopeFile::path_for(path)).collect();
    Ok(files.difference(&of_listed).cloned().collect())
}

/// Whether a file of a folder is meant for the ledger.
fn is_submittable(path: &Path) -> bool {
    let name = path.to_string_lossy();
    let kept = [".withheld.ndjson", ".receipt.json", ".names.json"].iter().any(|suffix| name.ends_with(suffix));
    !kept && [".json", ".ndjson"].iter().any(|suffix| name.ends_with(suffix))
}

/// The envelopes of an earlier run, if the authoring file is still the same.
fn signed_before(authored: &Authored) -> Result<Option<EnvelopeFile>, Failure> {
    let path = EnvelopeFile::path_for(&authored.path);
    if !path.exists() {
        return Ok(None);
    }
    let file = EnvelopeFile::read(&path).map_err(|error| Failure::new(Exit::Usage, error))?;
    if file.authored == Some(authored.digest) {
        return Ok(Some(file));
    }
    Err(Failure::usage(format!(
        "{} was changed after {} was signed from it; what was recorded stays recorded: write new acts into a new file, \
         or remove the envelope file if nothing of it was recorded",
        authored.path.display(),
        path.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authoring::SignedSubmission;

    #[test]
    fn a_folder_gives_each_act_once_and_leaves_out_what_is_kept() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let kept = ["a.withheld.ndjson", "d.pdf", "b.tlog-proof", "e.receipt.json"];
        for name in ["a.json", "a.envelope.json", "b.envelope.json", "c.ndjson"].iter().chain(&kept) {
            fs::write(dir.path().join(name), "{}").expect("written");
        }
        let names: Vec<_> = files(&[dir.path().to_owned(), dir.path().join("a.json")])
            .expect("gathered")
            .iter()
            .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
            .collect();
        assert_eq!(names, ["a.json", "b.envelope.json", "c.ndjson"]);
    }

    #[test]
    fn one_spoiled_envelope_file_does_not_keep_the_others() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let signed = SignedSubmission { envelope: vec![1].into(), events: vec![] };
        let file = EnvelopeFile { authored: None, submissions: vec![signed] };
        file.write(&dir.path().join("b.envelope.json")).expect("written");
        fs::write(dir.path().join("a.envelope.json"), "half a fi").expect("written");
        let gathered = gather(&[dir.path().to_owned()]).expect("gathered");
        assert!(matches!(gathered.parcels[0].outcomes[..], [Outcome::Failed(_)]));
        assert!(matches!(gathered.parcels[1].outcomes[..], [Outcome::NotSent]));
    }

    #[test]
    fn a_changed_file_is_not_signed_a_second_time() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("a.json");
        fs::write(&path, r#"{"record": "A"}"#).expect("written");
        let authored = Authored::read(&path).expect("read");
        assert!(signed_before(&authored).expect("none yet").is_none());
        let signed = SignedSubmission { envelope: vec![1].into(), events: vec![] };
        let file = EnvelopeFile { authored: Some(authored.digest), submissions: vec![signed] };
        file.write(&EnvelopeFile::path_for(&path)).expect("written");
        assert_eq!(signed_before(&authored).expect("signed"), Some(file));
        fs::write(&path, r#"{"record": "B"}"#).expect("written");
        let changed = Authored::read(&path).expect("read");
        assert_eq!(signed_before(&changed).expect_err("changed").exit, Exit::Usage);
    }
}
