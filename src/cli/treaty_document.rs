//! `treaty document`: the timeline of one document, by its file, its SHA-256 or its symbol.

use std::path::Path;

use clap::Args;

use super::{
    Failure, ReadArguments,
    block::{Block, fields, sentences, table},
    output::{Output, day_known},
    parse_day,
    words::{self, became, sentence},
};
use crate::{
    authoring::{Evidence, FileFacts, Folder},
    client::{
        Client, KnownAt, OnDay,
        reply::{Act, CitingEvent, CitingResponse, Document, HoldsAt, NamedDocument},
        to_json,
    },
    domain::CivilDate,
    limits::CHANGE_VALUE_CHARS,
    wire::cut_short,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// A file, the SHA-256 of one in hexadecimal, or the document's own symbol, e.g.
    /// C.N.104.2002.TREATIES-1. A file stays here: its digest alone is asked for.
    document: String,
    /// The last day in the world that is told (2026-03-01); otherwise all days.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    at: Option<CivilDate>,
    #[command(flatten)]
    read: ReadArguments,
}

/// Asks and shows; returns what the answer holds for.
pub async fn show(client: &Client, arguments: &Arguments, output: &Output) -> Result<Option<HoldsAt>, Failure> {
    let Arguments { document, at, read } = arguments;
    let named = named(document)?;
    let at = at.map(|at| at.to_string()).unwrap_or_default();
    let on = OnDay { at: &at, known_at: read.known_at, view: "" };
    let answer = client.citing(&named, &on).await?;
    let json = to_json("CitingResponse", &answer);
    output.show_list(&json, "events", || shown(&named, &answer, &at, read.known_at))?;
    Ok(answer.holds_at)
}

/// What the argument names: a file that is there goes before a symbol.
fn named(document: &str) -> Result<NamedDocument, Failure> {
    let path = Path::new(document);
    if path.is_file() {
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let unread = |error| Failure::usage(format!("cannot read {document}: {error}"));
        let FileFacts { sha256, size: _ } = Folder(folder.to_owned()).describe(name).map_err(unread)?;
        return Ok(NamedDocument::Sha256(sha256.to_vec().into()));
    }
    let digest = hex::decode(document).ok().filter(|digest| digest.len() == 32);
    let by_digest = digest.map(|digest| NamedDocument::Sha256(digest.into()));
    Ok(by_digest.unwrap_or_else(|| NamedDocument::Symbol(document.to_owned())))
}

fn shown(named: &NamedDocument, answer: &CitingResponse, at: &str, known_at: Option<KnownAt>) -> Vec<Block> {
    let known = day_known(known_at, answer.holds_at.as_ref());
    let until = if at.is_empty() { String::new() } else { format!(" up to {at}") };
    let told = match answer.events.len() {
        0 => "no event cites it".to_owned(),
        1 => "1 event cites it".to_owned(),
        count => format!("{count} events cite it"),
    };
    let mut blocks = vec![sentences(None, [format!("{}{until}, as known on {known}: {told}.", name_of(named))])];
    if let (NamedDocument::Symbol(_), []) = (named, answer.events.as_slice()) {
        blocks.push(sentences(None, ["There is no file of that name here: it was asked for as a symbol.".to_owned()]));
    }
    blocks.extend(about(named, answer).map(facts));
    if !answer.events.is_empty() {
        blocks.push(table(["date", "where", "act", "entry"], answer.events.iter().map(row)));
    }
    blocks
}

fn name_of(named: &NamedDocument) -> String {
    match named {
        NamedDocument::Sha256(digest) => format!("The document with SHA-256 {}", hex::encode(digest)),
        NamedDocument::Symbol(symbol) => format!("The document {}", cut_short(symbol, CHANGE_VALUE_CHARS)),
    }
}

/// The document as the first event describes that holds its digest.
fn about<'a>(named: &NamedDocument, answer: &'a CitingResponse) -> Option<&'a Document> {
    let is_named = |document: &&Document| match named {
        NamedDocument::Sha256(digest) => document.sha256 == *digest,
        NamedDocument::Symbol(symbol) => document.symbol.eq_ignore_ascii_case(symbol),
    };
    let acts = answer.events.iter().flat_map(|citing| &citing.act);
    acts.flat_map(|act| &act.event).flat_map(|event| &event.documents).find(is_named)
}

fn facts(document: &Document) -> Block {
    let Document { sha256, size, media_type, language, title, symbol } = document.clone();
    let all = [
        ("title", title),
        ("symbol", symbol),
        ("SHA-256", hex::encode(sha256)),
        ("bytes", size.to_string()),
        ("type", media_type),
        ("language", language),
    ];
    fields(all.into_iter().filter(|(_, value)| !value.is_empty()))
}

fn row(citing: &CitingEvent) -> [String; 4] {
    let act = citing.act.clone().unwrap_or_default();
    let date = if act.date.is_empty() { "undated".to_owned() } else { act.date.clone() };
    let says = [sentence(&act), words::about(&act), became(&act).join("; ")];
    let says: Vec<String> = says.into_iter().filter(|line| !line.is_empty()).collect();
    let position = act.position.clone().unwrap_or_default();
    [date, place(citing, &act), says.join("\n"), format!("{} by {}", position.index, position.organisation)]
}

fn place(citing: &CitingEvent, act: &Act) -> String {
    let CitingEvent { treaty_name, participant_name, .. } = citing;
    let named: Vec<&str> =
        [treaty_name.as_str(), participant_name].into_iter().filter(|name| !name.is_empty()).collect();
    match named.as_slice() {
        [] => act.event.as_ref().map(|event| event.subject.clone()).unwrap_or_default(),
        named => named.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_that_no_document_can_have_is_told_in_part() {
        let symbol = NamedDocument::Symbol("x".repeat(60_000));
        let told = shown(&symbol, &CitingResponse::default(), "", None);
        let told = told.iter().map(|block| block.text(80)).collect::<Vec<_>>().join("\n");
        assert!(told.chars().count() < 400 && told.contains("x\u{2026}"), "{told}");
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    }

    #[test]
    fn a_file_goes_by_its_digest_and_other_words_are_a_symbol() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("note.txt");
        std::fs::write(&file, b"evidence").expect("room");
        let digest = crate::crypto::sha256(b"evidence");
        let of = |text: &str| named(text).expect("named");
        assert_eq!(of(file.to_str().expect("text")), NamedDocument::Sha256(digest.to_vec().into()));
        assert_eq!(of(&hex::encode(digest)), NamedDocument::Sha256(digest.to_vec().into()));
        assert_eq!(of("C.N.1"), NamedDocument::Symbol("C.N.1".into()));
        assert_eq!(of("abcd"), NamedDocument::Symbol("abcd".into()), "no digest: too short");
    }
}
