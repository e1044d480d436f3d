//! Signed submissions as a file: what `sign` writes and `submit` sends, any
//! number of times. It holds the very bytes, so that a retry never doubles.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

use super::SignedSubmission;

/// What the name of an envelope file ends with.
pub const ENVELOPE_SUFFIX: &str = ".envelope.json";

/// The signed submissions of one authoring file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeFile {
    /// SHA-256 of the authoring file that they were made from.
    pub authored: Option<[u8; 32]>,
    pub submissions: Vec<SignedSubmission>,
}

/// Why an envelope file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeFileError {
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {path}")]
    Write { path: PathBuf, source: io::Error },
    #[error(
        "{path} is no envelope file: {{\"envelope\": base64, \"events\": [base64, ...]}}, or a list of such objects"
    )]
    Form { path: PathBuf, source: serde_json::Error },
    #[error("{path}: an envelope or an event is not base64")]
    Base64 { path: PathBuf, source: base64::DecodeError },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    envelope: String,
    events: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authored_sha256: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(Stored),
    More(Vec<Stored>),
}

impl EnvelopeFile {
    /// Where the envelopes of an authoring file are kept: beside it.
    pub fn path_for(authoring: &Path) -> PathBuf {
        let mut name = authoring.file_stem().unwrap_or_default().to_owned();
        name.push(ENVELOPE_SUFFIX);
        authoring.with_file_name(name)
    }

    /// Whether the name is one of an envelope file.
    pub fn is_name(path: &Path) -> bool {
        path.to_string_lossy().ends_with(ENVELOPE_SUFFIX)
    }

    /// Reads a file; its envelopes are not looked into.
    pub fn read(path: &Path) -> Result<Self, EnvelopeFileError> {
        let text = fs::read(path).map_err(|source| EnvelopeFileError::Read { path: path.to_owned(), source })?;
        let stored = match serde_json::from_slice(&text) {
            Ok(OneOrMore::One(stored)) => vec![stored],
            Ok(OneOrMore::More(stored)) => stored,
            Err(source) => return Err(EnvelopeFileError::Form { path: path.to_owned(), source }),
        };
        let authored = stored.first().and_then(|first| hex::decode(first.authored_sha256.as_ref()?).ok());
        let submissions = stored.iter().map(decoded).collect::<Result<_, _>>();
        let submissions = submissions.map_err(|source| EnvelopeFileError::Base64 { path: path.to_owned(), source })?;
        Ok(Self { authored: authored.and_then(|digest| digest.try_into().ok()), submissions })
    }

    /// Writes the file whole or not at all, over an older one.
    pub fn write(&self, path: &Path) -> Result<(), EnvelopeFileError> {
        let mut stored: Vec<Stored> = self.submissions.iter().map(|signed| self.encoded(signed)).collect();
        let text = match stored.len() {
            1 => serde_json::to_string_pretty(&stored.remove(0)),
            _ => serde_json::to_string_pretty(&stored),
        };
        let text = text.expect("strings always have a JSON form");
        let written = write_whole(path, format!("{text}\n").as_bytes());
        written.map_err(|source| EnvelopeFileError::Write { path: path.to_owned(), source })
    }

    fn encoded(&self, signed: &SignedSubmission) -> Stored {
        Stored {
            envelope: BASE64_STANDARD.encode(&signed.envelope),
            events: signed.events.iter().map(|event| BASE64_STANDARD.encode(event)).collect(),
            authored_sha256: self.authored.map(hex::encode),
        }
    }
}

fn decoded(stored: &Stored) -> Result<SignedSubmission, base64::DecodeError> {
    let bytes = |text: &String| BASE64_STANDARD.decode(text).map(Into::into);
    Ok(SignedSubmission {
        envelope: bytes(&stored.envelope)?,
        events: stored.events.iter().map(bytes).collect::<Result<_, _>>()?,
    })
}

/// Writes a file whole or not at all: a temporary file beside it, synced, then
/// renamed. A crash leaves the old file or the new one.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    let mut file = fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_reads_back_whether_one_or_many() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("acts.envelope.json");
        let signed = SignedSubmission { envelope: vec![1, 2].into(), events: vec![vec![3].into()] };
        for count in [1, 2] {
            let file = EnvelopeFile { authored: Some([4; 32]), submissions: vec![signed.clone(); count] };
            file.write(&path).expect("written");
            assert_eq!(EnvelopeFile::read(&path).expect("read"), file);
        }
    }

    #[test]
    fn the_envelopes_of_a_file_lie_beside_it() {
        let path = EnvelopeFile::path_for(Path::new("acts/poland.json"));
        assert_eq!(path, Path::new("acts/poland.envelope.json"));
        assert!(EnvelopeFile::is_name(&path) && !EnvelopeFile::is_name(Path::new("acts/poland.json")));
    }

    #[test]
    fn a_file_of_another_form_is_refused_with_its_name() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("acts.envelope.json");
        fs::write(&path, r#"{"envelope": "AA=="}"#).expect("written");
        let error = EnvelopeFile::read(&path).expect_err("no events");
        assert!(error.to_string().contains("acts.envelope.json"), "{error}");
    }
}
