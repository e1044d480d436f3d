//! What an author kept of a withheld part, as it is disclosed: a line of
//! `FILE.withheld.ndjson` may stand in `part_disclosed.disclosed` as it is.
//!
//! Promises: the content of a kept line reads back to the very bytes that were
//! committed to; what the line says beside it is compared and never dropped unread.
//! Leaves to others: whether the commitment matches (the ledger decides).

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

use super::{Problem, error::At};
use crate::{
    domain::{Kind, KindRow, SharedKind},
    wire::{from_json, to_json},
};

/// Turns kept lines among the disclosed parts into their messages. The event of a line
/// becomes the target's, where the author names none.
pub(super) fn expand_kept_lines(row: &KindRow, body: &mut Map<String, Value>) -> Result<(), At> {
    if row.kind != Kind::Shared(SharedKind::PartDisclosed) {
        return Ok(());
    }
    let mut target = body.remove("target");
    if let Some(Value::Array(parts)) = body.get_mut("disclosed") {
        for (at, part) in parts.iter_mut().enumerate() {
            let Value::Object(part) = part else { continue };
            let path = format!("{}.disclosed[{at}]", row.name);
            take_event(part, &mut target, &path)?;
            read_content(part, &path)?;
        }
    }
    body.extend(target.map(|target| ("target".to_owned(), target)));
    Ok(())
}

/// The line names the event that holds the commitment: it must be the target.
fn take_event(part: &mut Map<String, Value>, target: &mut Option<Value>, path: &str) -> Result<(), At> {
    let Some(event) = part.remove("event") else { return Ok(()) };
    let Some(Value::Object(target)) = target else { return Ok(()) };
    let key = if target.contains_key("eventId") { "eventId" } else { "event_id" };
    let named = target.entry(key).or_insert_with(|| event.clone());
    if *named == event {
        return Ok(());
    }
    let found = event.as_str().unwrap_or_default().to_owned();
    Err(At::new(format!("{path}.event"), Problem::KeptOfAnotherEvent { found }))
}

/// Content in base64 becomes the message that it holds; the kind beside it is compared.
fn read_content(part: &mut Map<String, Value>, path: &str) -> Result<(), At> {
    let kind = part.remove("kind");
    part.remove("commitment");
    if let Some(Value::String(text)) = part.get("content") {
        let content = decoded(text).ok_or_else(|| At::new(format!("{path}.content"), Problem::NotKeptContent))?;
        part.insert("content".into(), content);
    }
    match (kind.as_ref().and_then(Value::as_str), part.get("content")) {
        (Some(kind), Some(content)) if content.get(kind).is_none() => {
            Err(At::new(format!("{path}.kind"), Problem::KeptOfAnotherKind { kind: kind.to_owned() }))
        }
        _ => Ok(()),
    }
}

/// The message, if writing it again gives these bytes: otherwise it is not what was
/// committed to.
fn decoded(text: &str) -> Option<Value> {
    let bytes = BASE64_STANDARD.decode(text.trim()).ok()?;
    let content = to_json("PartContent", &bytes).ok()?;
    (from_json("PartContent", &content).ok()? == bytes).then_some(content)
}
