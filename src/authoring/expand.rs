//! From items to canonical event bytes.

use base64::{Engine, prelude::BASE64_STANDARD};
use prost_reflect::MessageDescriptor;
use serde_json::{Map, Value, json};
use uuid::Builder;

use super::{
    AuthoringError, Evidence, Item, Names, Problem, WithheldPart,
    disclosure::expand_kept_lines,
    document::expand_documents,
    error::At,
    field,
    part::take_parts,
    subject::{keys_of, take_subject},
};
use crate::{
    domain::{EventId, Kind, KindRow, LedgerId, NotStatedReason, RecordingTime, SharedKind, Subject, WorldDate},
    limits::EVENT_BYTES,
    wire::{descriptor, from_json},
};

/// What the expansion needs of the world.
pub struct Surroundings<'a> {
    /// Names the file in errors.
    pub file: &'a str,
    /// The ledger that withheld parts are committed for.
    pub ledger: Option<LedgerId>,
    pub names: &'a dyn Names,
    pub evidence: &'a dyn Evidence,
    /// The time in the ids that are made.
    pub now: RecordingTime,
    /// Fills a buffer with fresh random bytes.
    pub randomness: &'a mut dyn FnMut(&mut [u8]),
}

/// An event ready to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// Number of the item in its file, from 1.
    pub item: usize,
    pub id: EventId,
    pub kind: Kind,
    pub subject: Subject,
    /// Canonical bytes of the `Event`.
    pub bytes: Vec<u8>,
    /// What the author must keep.
    pub withheld: Vec<WithheldPart>,
}

/// Expands every item, or says of every item that cannot be expanded why not.
pub fn expand(items: Vec<Item>, with: &mut Surroundings<'_>) -> Result<Vec<Drafted>, Vec<AuthoringError>> {
    let (mut drafted, mut errors) = (Vec::with_capacity(items.len()), Vec::new());
    for Item { number, fields } in items {
        match expand_item(number, fields, with) {
            Ok(event) => drafted.push(event),
            Err(at) => errors.push(at.in_item(with.file, number)),
        }
    }
    if errors.is_empty() { Ok(drafted) } else { Err(errors) }
}

/// A fresh UUIDv7 of this time (RFC 9562).
pub(super) fn fresh_uuid(now: RecordingTime, randomness: &mut dyn FnMut(&mut [u8])) -> uuid::Uuid {
    let mut random = [0; 10];
    randomness(&mut random);
    Builder::from_unix_timestamp_millis(now.0 / 1_000, &random).into_uuid()
}

fn expand_item(number: usize, mut item: Map<String, Value>, with: &mut Surroundings<'_>) -> Result<Drafted, At> {
    let (row, mut body) = take_body(&mut item)?;
    let subject = take_subject(row, &mut item, &mut body, with.names)?;
    let id = take_id(&mut item, with)?;
    let parts = take_parts(row, &mut item, &body, id, with)?;
    if let Some(documents) = item.remove("documents") {
        item.insert("documents".into(), expand_documents(documents, with.evidence)?);
    }
    let not_stated = take_not_stated(row, "", &mut item, &mut body)?;
    expand_kept_lines(row, &mut body)?;
    restate(row, &subject, &mut body, with.names)?;
    let message = body_descriptor(row);
    let body = field::expand_fields(&message, body, row.name)?;
    let mut event = field::expand_fields(&descriptor("Event"), item, "")?;
    set_occurred(row, &mut event, &body)?;
    let mut nonce = [0; 16];
    (with.randomness)(&mut nonce);
    event.insert("id".into(), json!(id.to_string()));
    event.insert("nonce".into(), json!(BASE64_STANDARD.encode(nonce)));
    event.insert("subject".into(), json!(subject.to_string()));
    event.insert("not_stated".into(), Value::Array(not_stated));
    if !parts.parts.is_empty() {
        event.insert("parts".into(), Value::Array(parts.parts));
    }
    event.insert(row.name.to_owned(), Value::Object(body));
    let bytes = from_json("Event", &Value::Object(event)).map_err(|e| At::new(row.name, Problem::DoesNotFit(e)))?;
    if bytes.len() > EVENT_BYTES {
        return Err(At::new("", Problem::TooLarge { limit: EVENT_BYTES }));
    }
    Ok(Drafted { item: number, id, kind: row.kind, subject, bytes, withheld: parts.withheld })
}

/// The one kind of the item with its fields.
fn take_body(item: &mut Map<String, Value>) -> Result<(&'static KindRow, Map<String, Value>), At> {
    let kinds: Vec<Kind> = item.keys().filter_map(|key| Kind::from_name(key)).collect();
    let [kind] = kinds[..] else { return Err(At::new("", Problem::KindCount(kinds.len()))) };
    match item.remove(kind.name()) {
        Some(Value::Object(body)) => Ok((kind.row(), body)),
        _ => Err(At::new(kind.name(), Problem::WrongType("an object in braces"))),
    }
}

fn take_id(item: &mut Map<String, Value>, with: &mut Surroundings<'_>) -> Result<EventId, At> {
    match item.remove("id") {
        None => Ok(EventId(fresh_uuid(with.now, with.randomness))),
        Some(Value::String(id)) => id.parse().map_err(|error| At::new("id", Problem::Invalid(error))),
        Some(_) => Err(At::new("id", Problem::WrongType("a text in quotes"))),
    }
}

pub(super) fn body_descriptor(row: &KindRow) -> MessageDescriptor {
    let event = descriptor("Event");
    let field = event.get_field_by_name(row.name).expect("the kinds table names the fields of the body");
    field.kind().as_message().expect("every kind is a message").clone()
}

/// Mandatory fields without a value, in the order of the kinds table; those that
/// the author listed himself are taken over.
fn take_not_stated(
    row: &KindRow,
    path: &str,
    item: &mut Map<String, Value>,
    body: &mut Map<String, Value>,
) -> Result<Vec<Value>, At> {
    let mut listed = take_listed(item)?;
    let mut not_stated = Vec::new();
    let message = body_descriptor(row);
    for name in row.mandatory_to_state {
        let at = format!("{path}{}.{name}", row.name);
        let field = message.get_field_by_name(name).expect("the kinds table names fields of the body");
        let key = [*name, field.json_name()].into_iter().find(|key| body.contains_key(*key)).map(str::to_owned);
        let reason = key.as_ref().and_then(|key| NotStatedReason::from_name(body[key].as_str()?));
        if let (Some(key), Some(_)) = (&key, reason) {
            body.remove(key);
        }
        let reason = match (reason, listed.remove(*name)) {
            (Some(_), Some(_)) => return Err(At::new(at, Problem::GivenTwice)),
            (Some(reason), None) => json!(format!("NOT_STATED_REASON_{}", reason.name().to_uppercase())),
            (None, Some(_)) if key.is_some() => return Err(At::new(at, Problem::GivenTwice)),
            (None, Some(listed)) => listed,
            (None, None) if key.is_some() => continue,
            (None, None) => return Err(At::new(at, Problem::MandatoryToState)),
        };
        not_stated.push(json!({"field": name, "reason": reason}));
    }
    match listed.keys().next() {
        None => Ok(not_stated),
        Some(_) => Err(At::new("not_stated", Problem::UnknownField { known: row.mandatory_to_state.join(", ") })),
    }
}

/// A restated body in the form of an item of its own: what is mandatory and not stated goes
/// to its list, and the subject, where it is named again, is that of the correction.
fn restate(row: &KindRow, subject: &Subject, correction: &mut Map<String, Value>, names: &dyn Names) -> Result<(), At> {
    const PATH: &str = "event_corrected.restated";
    let Some(Value::Object(restated)) = correction.get_mut("restated") else { return Ok(()) };
    if row.kind != Kind::Shared(SharedKind::EventCorrected) {
        return Ok(());
    }
    // A kind in its other spelling is passed on as it is.
    if !restated.keys().any(|key| Kind::from_name(key).is_some()) {
        return Ok(());
    }
    let below = |at: At| At::new(format!("{PATH}.{}", at.field), at.problem);
    let (restated_row, mut body) = take_body(restated).map_err(|at| match at.field.is_empty() {
        true => At::new(PATH, at.problem),
        false => below(at),
    })?;
    let named = |key: &str| restated.contains_key(key) || body.contains_key(key);
    let mut keys = restated_row.subjects.iter().flat_map(|subject| keys_of(*subject)).chain(&["subject"]);
    if keys.any(|key| named(key)) {
        let meant = take_subject(restated_row, restated, &mut body, names).map_err(below)?;
        if meant != *subject {
            return Err(At::new(PATH, Problem::OtherSubject { subject: subject.to_string() }));
        }
    }
    let not_stated = take_not_stated(restated_row, &format!("{PATH}."), restated, &mut body)?;
    if !not_stated.is_empty() {
        restated.insert("not_stated".into(), Value::Array(not_stated));
    }
    restated.insert(restated_row.name.to_owned(), Value::Object(body));
    Ok(())
}

/// The item's own `not_stated` list: field name to reason.
fn take_listed(item: &mut Map<String, Value>) -> Result<Map<String, Value>, At> {
    let Some(list) = item.remove("not_stated") else { return Ok(Map::new()) };
    let whole = field::expand_fields(&descriptor("Event"), Map::from_iter([("not_stated".to_owned(), list)]), "")?;
    let entries = whole["not_stated"].as_array().cloned().unwrap_or_default();
    let named =
        entries.into_iter().filter_map(|entry| Some((entry["field"].as_str()?.to_owned(), entry["reason"].clone())));
    Ok(named.collect())
}

/// `occurred`, from the kind's principal date when the author does not say.
fn set_occurred(row: &KindRow, event: &mut Map<String, Value>, body: &Map<String, Value>) -> Result<(), At> {
    // An error names the field that was typed.
    let mut field = "occurred".to_owned();
    let principal = row.kind.principal_date().and_then(|name| Some((name, body.get(name)?)));
    if let (false, Some((name, date))) = (event.contains_key("occurred"), principal) {
        event.insert("occurred".into(), date.clone());
        field = format!("{}.{name}", row.name);
    }
    let Some(text) = event.get("occurred").and_then(Value::as_str) else { return Ok(()) };
    text.parse::<WorldDate>().map(|_| ()).map_err(|error| {
        let problem =
            if is_written_as_a_day(text) { Problem::NoSuchDay(text.to_owned()) } else { Problem::Invalid(error) };
        At::new(field, problem)
    })
}

/// `2026-02-30` has the form of a day.
fn is_written_as_a_day(text: &str) -> bool {
    let digits: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = digits.iter().map(|digits| digits.len()).collect();
    lengths == [4, 2, 2] && digits.iter().all(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
#[path = "expand_tests.rs"]
mod tests;
