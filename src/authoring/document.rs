//! Documents by file name: digest, size and media type are the tool's work.

use std::{fs, io, io::Read, path::PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{Problem, error::At};
use crate::domain::{Document, DocumentDigest};

/// Where documents are looked up.
pub trait Evidence {
    /// Digest and size of the file's bytes.
    fn describe(&self, name: &str) -> io::Result<FileFacts>;
}

/// What an event says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileFacts {
    pub sha256: [u8; 32],
    pub size: u64,
}

/// Documents in a folder: the one that holds the authoring file.
#[derive(Clone, Debug)]
pub struct Folder(pub PathBuf);

impl Evidence for Folder {
    fn describe(&self, name: &str) -> io::Result<FileFacts> {
        let mut file = fs::File::open(self.0.join(name))?;
        let (mut hasher, mut buffer, mut size) = (Sha256::new(), vec![0; 64 * 1024], 0);
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok(FileFacts { sha256: hasher.finalize().into(), size });
            }
            hasher.update(&buffer[..read]);
            size += read as u64;
        }
    }
}

/// A file as an event names it among its documents.
pub fn document(name: &str, evidence: &dyn Evidence) -> io::Result<Document> {
    let FileFacts { sha256, size } = evidence.describe(name)?;
    let nothing = || Box::<str>::from("");
    let (sha256, media_type) = (DocumentDigest(sha256), media_type(name).into());
    Ok(Document { sha256, size, media_type, language: nothing(), title: nothing(), symbol: nothing() })
}

/// Turns `"file.pdf"` and `{"file": "file.pdf", "title": ...}` into documents;
/// anything else is left as written.
pub(super) fn expand_documents(documents: Value, evidence: &dyn Evidence) -> Result<Value, At> {
    let Value::Array(documents) = documents else {
        return Err(At::new("documents", Problem::WrongType("a list of file names")));
    };
    let expanded = documents.into_iter().enumerate().map(|(at, document)| {
        let at = format!("documents[{at}]");
        match document {
            Value::String(name) => describe(&name, Map::new(), evidence, &at),
            Value::Object(mut fields) => match fields.remove("file") {
                Some(Value::String(name)) => describe(&name, fields, evidence, &at),
                Some(_) => Err(At::new(format!("{at}.file"), Problem::WrongType("a file name"))),
                None => Ok(Value::Object(fields)),
            },
            _ => Err(At::new(at, Problem::WrongType("a file name"))),
        }
    });
    expanded.collect::<Result<_, _>>().map(Value::Array)
}

fn describe(name: &str, mut fields: Map<String, Value>, evidence: &dyn Evidence, at: &str) -> Result<Value, At> {
    let facts =
        evidence.describe(name).map_err(|source| At::new(at, Problem::Document { name: name.to_owned(), source }))?;
    fields.insert("sha256".into(), BASE64_STANDARD.encode(facts.sha256).into());
    fields.insert("size".into(), json!(facts.size.to_string()));
    fields.entry("media_type").or_insert_with(|| media_type(name).into());
    Ok(Value::Object(fields))
}

/// IANA media type by the extension of the name.
fn media_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("tif" | "tiff") => "image/tiff",
        Some("txt") => "text/plain",
        Some("md") => "text/markdown",
        Some("htm" | "html") => "text/html",
        Some("csv") => "text/csv",
        Some("json") => "application/json",
        Some("geojson") => "application/geo+json",
        Some("xml") => "application/xml",
        Some("kml") => "application/vnd.google-earth.kml+xml",
        Some("eml") => "message/rfc822",
        Some("zip") => "application/zip",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sha256;

    #[test]
    fn a_file_is_described_by_digest_size_and_type() {
        let dir = tempfile::tempdir().expect("temporary folder");
        fs::write(dir.path().join("note.PDF"), b"evidence").expect("written");
        let evidence = Folder(dir.path().to_owned());
        let facts = evidence.describe("note.PDF").expect("described");
        assert_eq!(facts, FileFacts { sha256: sha256(b"evidence"), size: 8 });
        let expanded = expand_documents(json!(["note.PDF", {"file": "note.PDF", "title": "T"}]), &evidence);
        let Ok(Value::Array(expanded)) = expanded else { panic!("expanded") };
        assert_eq!(expanded[0]["media_type"], "application/pdf");
        assert_eq!(expanded[1]["title"], "T");
        assert_eq!(expanded[1]["size"], "8");
    }

    #[test]
    fn a_missing_file_is_named_with_its_place_in_the_list() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let error = expand_documents(json!(["none.pdf"]), &Folder(dir.path().to_owned())).expect_err("missing");
        assert_eq!(error.field, "documents[0]");
        assert!(matches!(error.problem, Problem::Document { .. }));
    }
}
