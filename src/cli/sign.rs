//! `sign FILE`: expand and sign offline, into an envelope file.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Exit, Failure, Global, author, author::Authored, block::fields, output::Output};
use crate::authoring::EnvelopeFile;

#[derive(Debug, Args)]
pub struct Arguments {
    /// Authoring file in JSON or NDJSON; the envelope file is written beside it.
    file: PathBuf,
    #[command(flatten)]
    author: author::AuthorArguments,
}

pub fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let envelope = EnvelopeFile::path_for(&arguments.file);
    if envelope.exists() {
        // It may have been sent already; signing anew would make other ids of the same acts.
        let shown = envelope.display();
        return Err(Failure::usage(format!("{shown} exists; submit it, or move it away to sign anew")));
    }
    let mut author = arguments.author.offline(global)?;
    let authored = Authored::read(&arguments.file)?;
    author.names.note_registered(&authored.items);
    let (path, file) = author.sign_into_file(&authored)?;
    let events: usize = file.submissions.iter().map(|signed| signed.events.len()).sum();
    let (path, submissions) = (path.display().to_string(), file.submissions.len());
    let json = json!({"file": path, "submissions": submissions, "events": events});
    output.show(&json, || {
        let signed = format!("{submissions} with {events} events");
        vec![fields([("written", path.clone()), ("submissions", signed), ("next", format!("merestone submit {path}"))])]
    })?;
    Ok(Exit::Done)
}
