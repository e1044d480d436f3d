//! Parts of an event: the blocks `open` and `withheld` of an item.
//!
//! A withheld part enters as a commitment; salt and content stay with the author
//! and come back as [`WithheldPart`], to be kept: there is no other copy. Nobody but
//! the author can check what is withheld, so it is checked here, before it is
//! committed to: what an open part could not carry could never be disclosed.

use base64::{Engine, prelude::BASE64_STANDARD};
use prost::bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{Problem, error::At, expand::Surroundings, field};
use crate::{
    domain::{Commitment, EventId, Kind, KindRow, MinefieldKind, PartKind},
    limits::{DISCLOSURE_FRAME_BYTES, EVENT_BYTES},
    wire::{descriptor, from_json, parse_part_content},
};

/// What the author keeps of a withheld part: with these, and only with these, it
/// can later be proved what was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithheldPart {
    pub event: EventId,
    pub slot: u32,
    pub kind: PartKind,
    pub commitment: Commitment,
    pub salt: [u8; 32],
    /// Bytes of a `PartContent`.
    pub content: Vec<u8>,
}

impl WithheldPart {
    /// As a line of the file that the author keeps.
    pub fn to_json(&self) -> Value {
        json!({
            "event": self.event.to_string(),
            "slot": self.slot,
            "kind": self.kind.name(),
            "commitment": self.commitment.to_string(),
            "salt": hex::encode(self.salt),
            "content": BASE64_STANDARD.encode(&self.content),
        })
    }
}

/// Parts in the protobuf JSON mapping, and what is withheld of them.
#[derive(Default)]
pub(super) struct Parts {
    pub parts: Vec<Value>,
    pub withheld: Vec<WithheldPart>,
}

/// Takes the blocks out of the item: open parts first, then withheld ones.
pub(super) fn take_parts(
    row: &KindRow,
    item: &mut Map<String, Value>,
    body: &Map<String, Value>,
    event: EventId,
    with: &mut Surroundings<'_>,
) -> Result<Parts, At> {
    for form in ["restricted", "sealed"] {
        if item.contains_key(form) {
            return Err(At::new(form, Problem::FormNotAccepted(form)));
        }
    }
    let mut parts = Parts::default();
    for (kind, content, path) in take_block(row, item, "open")?.contents {
        let slot = parts.parts.len() + 1;
        let content = expand_content(kind, content, &path)?;
        parts.parts.push(json!({
            "slot": slot, "kind": part_kind(kind), "form": "PART_FORM_OPEN", "content": content,
        }));
    }
    let Block { contents, withholding } = take_block(row, item, "withheld")?;
    if contents.is_empty() && !withholding.is_empty() {
        let known = part_names(row);
        return Err(At::new("withheld", Problem::NothingWithheld { known }));
    }
    let surveyed = is_survey(row, body);
    for (kind, content, path) in contents {
        let slot = u32::try_from(parts.parts.len() + 1).expect("there are as many part kinds as slots");
        let content = withheld_content(expand_content(kind, content, &path)?, surveyed, &path)?;
        let part = withhold(kind, content, (event, slot), with, &path)?;
        parts.parts.push(json!({
            "slot": slot, "kind": part_kind(kind), "form": "PART_FORM_WITHHELD",
            "commitment": BASE64_STANDARD.encode(part.commitment.as_bytes()), "withholding": withholding,
        }));
        parts.withheld.push(part);
    }
    Ok(parts)
}

fn part_kind(kind: PartKind) -> String {
    format!("PART_KIND_{}", kind.name().to_uppercase())
}

/// Whether outlines of the event are new work, held to the stricter form.
fn is_survey(row: &KindRow, body: &Map<String, Value>) -> bool {
    let restated = ["position_surveyed", "positionSurveyed"];
    let restates = |fields: &Value| restated.iter().any(|kind| fields.get(*kind).is_some());
    row.kind == Kind::Minefield(MinefieldKind::PositionSurveyed) || body.get("restated").is_some_and(restates)
}

/// Bytes of a content that could be disclosed later.
fn withheld_content(content: Value, surveyed: bool, path: &str) -> Result<Bytes, At> {
    let content = from_json("PartContent", &content).map_err(|error| At::new(path, Problem::DoesNotFit(error)))?;
    let limit = EVENT_BYTES - DISCLOSURE_FRAME_BYTES;
    if content.len() > limit {
        return Err(At::new(path, Problem::TooLarge { limit }));
    }
    let content = Bytes::from(content);
    match parse_part_content(&content, surveyed) {
        Ok(_) => Ok(content),
        Err(malformed) => Err(At::new(format!("withheld.{}", malformed.field), Problem::NotWellFormed(malformed))),
    }
}

fn withhold(
    kind: PartKind,
    content: Bytes,
    (event, slot): (EventId, u32),
    with: &mut Surroundings<'_>,
    path: &str,
) -> Result<WithheldPart, At> {
    let ledger = with.ledger.ok_or_else(|| At::new(path, Problem::LedgerUnknown))?;
    let mut salt = [0; 32];
    (with.randomness)(&mut salt);
    let commitment = Commitment::to(&ledger, event, slot, &salt, &content);
    Ok(WithheldPart { event, slot, kind, commitment, salt, content: content.to_vec() })
}

/// One block: contents by kind with their paths; basis and review date where it
/// is the withheld block.
#[derive(Default)]
struct Block {
    contents: Vec<(PartKind, Value, String)>,
    withholding: Map<String, Value>,
}

fn take_block(row: &KindRow, item: &mut Map<String, Value>, form: &'static str) -> Result<Block, At> {
    let fields = match item.remove(form) {
        None => return Ok(Block::default()),
        Some(Value::Object(fields)) => fields,
        Some(_) => return Err(At::new(form, Problem::WrongType("an object in braces"))),
    };
    let mut block = Block::default();
    for (key, value) in fields {
        let path = format!("{form}.{key}");
        if form == "withheld" && matches!(key.as_str(), "basis" | "review_on") {
            block.withholding.insert(key, value);
            continue;
        }
        let kind = PartKind::from_name(&key).filter(|kind| row.parts.contains(kind));
        let kind = kind.ok_or_else(|| At::new(&path, Problem::PartNotAllowed { known: part_names(row) }))?;
        block.contents.push((kind, value, path));
    }
    block.contents.sort_by_key(|(kind, ..)| *kind);
    let withholding = std::mem::take(&mut block.withholding);
    block.withholding = field::expand_fields(&descriptor("Withholding"), withholding, form)?;
    Ok(block)
}

fn part_names(row: &KindRow) -> String {
    row.parts.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
}

/// The content as a `PartContent`: `"text"` for remarks and `["name"]` for names
/// are short forms of the messages.
fn expand_content(kind: PartKind, content: Value, path: &str) -> Result<Value, At> {
    let content = match (kind, content) {
        (PartKind::Remarks, Value::String(text)) => json!({"text": text}),
        (PartKind::Names, names @ Value::Array(_)) => json!({"names": names}),
        (_, content) => content,
    };
    let whole = Map::from_iter([(kind.name().to_owned(), content)]);
    let block = path.split('.').next().unwrap_or(path);
    field::expand_fields(&descriptor("PartContent"), whole, block).map(Value::Object)
}
