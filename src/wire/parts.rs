//! Parts: reusable pieces of an event, open or committed.

use prost::bytes::Bytes;

use super::{
    MalformedRule, canonical,
    fields::*,
    land,
    malformed::{Parsed, Within, malformed},
    proto::{self, part_content::Content},
};
use crate::domain::{Commitment, OrganisationId, Part, PartContent, PartForm, PartHolding, PartKind, Role};

/// Takes a part apart; whether the kind allows it is for the event to say.
pub(super) fn parse(part: proto::Part) -> Parsed<Part> {
    let slot = part.slot;
    let kind = pinned("kind", part.kind, PartKind::from_number)?;
    let holding = match pinned("form", part.form, PartForm::from_number)? {
        PartForm::Open => parse_open(part)?,
        PartForm::Restricted => parse_restricted(part)?,
        PartForm::Sealed => parse_sealed(part)?,
        PartForm::Withheld => parse_withheld(part)?,
    };
    match &holding {
        PartHolding::Open(content) if content.kind() != kind => {
            let message = format!("give the content of {kind}, or state the kind {}", content.kind());
            malformed(MalformedRule::ContentMustFitPart, "content", message)
        }
        _ => Ok(Part { slot, kind, content: holding }),
    }
}

fn parse_open(part: proto::Part) -> Parsed<PartHolding> {
    let proto::Part { slot: _, kind: _, form: _, commitment, audience, withholding, content } = part;
    absent("commitment", commitment.is_empty(), "leave the commitment out: an open part carries its content")?;
    no_audience(&audience)?;
    not_withheld(withholding.as_ref())?;
    let content = given("content", content)?;
    Ok(PartHolding::Open(parse_content(content).within("content")?))
}

fn parse_restricted(part: proto::Part) -> Parsed<PartHolding> {
    let proto::Part { slot: _, kind: _, form: _, commitment, audience, withholding, content } = part;
    not_withheld(withholding.as_ref())?;
    no_content(content.as_ref())?;
    let audience = list("audience", audience, parse_reader)?;
    not_empty("audience", &audience)?;
    distinct("audience", &audience)?;
    Ok(PartHolding::Restricted { commitment: Commitment(fixed("commitment", &commitment)?), audience })
}

fn parse_sealed(part: proto::Part) -> Parsed<PartHolding> {
    let proto::Part { slot: _, kind: _, form: _, commitment, audience, withholding, content } = part;
    no_audience(&audience)?;
    not_withheld(withholding.as_ref())?;
    no_content(content.as_ref())?;
    Ok(PartHolding::Sealed { commitment: Commitment(fixed("commitment", &commitment)?) })
}

fn parse_withheld(part: proto::Part) -> Parsed<PartHolding> {
    let proto::Part { slot: _, kind: _, form: _, commitment, audience, withholding, content } = part;
    no_audience(&audience)?;
    no_content(content.as_ref())?;
    let commitment = Commitment(fixed("commitment", &commitment)?);
    let proto::Withholding { basis, review_on } = given("withholding", withholding)?;
    let basis = given("basis", filled(basis)).and_then(|basis| long_text("basis", basis)).within("withholding")?;
    let review_on =
        civil_date("review_on", &review_on).and_then(|date| given("review_on", date)).within("withholding")?;
    Ok(PartHolding::Withheld { commitment, basis, review_on })
}

fn no_audience(audience: &[String]) -> Parsed<()> {
    absent("audience", audience.is_empty(), "leave the audience out: only a restricted part has one")
}

fn not_withheld(withholding: Option<&proto::Withholding>) -> Parsed<()> {
    absent("withholding", withholding.is_none(), "leave the withholding out: only a withheld part has one")
}

fn no_content(content: Option<&proto::PartContent>) -> Parsed<()> {
    absent("content", content.is_none(), "leave the content out: only an open part carries it in the event")
}

/// An organisation id or the name of a role.
fn parse_reader(reader: String) -> Parsed<Box<str>> {
    if Role::from_name(&reader).is_none() {
        identifier::<OrganisationId>("", &reader)?;
    }
    Ok(reader.into_boxed_str())
}

pub(super) fn parse_content(content: proto::PartContent) -> Parsed<PartContent> {
    match given("", content.content)? {
        Content::Remarks(proto::Remarks { text, language: tag }) => {
            let text = given("text", filled(text)).and_then(|text| long_text("text", text)).within("remarks")?;
            Ok(PartContent::Remarks { text, language: language("language", tag).within("remarks")? })
        }
        Content::Names(proto::Names { names }) => {
            not_empty("names", &names).within("names")?;
            Ok(PartContent::Names(texts("names", names).within("names")?))
        }
        Content::DangerArea(area) => Ok(PartContent::DangerArea(land::danger_area(area).within("danger_area")?)),
        Content::Extent(extent) => Ok(PartContent::Extent(land::extent(extent).within("extent")?)),
        Content::ReferencePoints(points) => {
            Ok(PartContent::ReferencePoints(land::reference_points(points).within("reference_points")?))
        }
        Content::Ordnance(items) => Ok(PartContent::Ordnance(land::ordnance(items).within("ordnance")?)),
    }
}

/// Reads the content of a part that enters as a commitment, by the rules that the same
/// content meets in an open part: what breaks them could never be disclosed. `surveyed`
/// says whether the event is a survey.
pub fn parse_part_content(content: &Bytes, surveyed: bool) -> Parsed<PartContent> {
    let content = parse_content(canonical::decode("PartContent", content)?)?;
    land::strict_outlines(&content, surveyed)?;
    Ok(content)
}

/// What is wrong with the outlines of content that is shown, by the rules for an open part.
/// `surveyed` says whether it is of a survey: of a correction or a disclosure only the
/// policy can tell.
pub(crate) fn stated_outlines(content: &PartContent, surveyed: bool) -> Parsed<()> {
    land::strict_outlines(content, surveyed).within("content")
}

/// Writes a part as its protobuf message.
pub(super) fn encode(part: &Part) -> proto::Part {
    let Part { slot, kind, content } = part;
    let head = proto::Part { slot: *slot, kind: kind.number(), form: content.form().number(), ..Default::default() };
    match content {
        PartHolding::Open(content) => proto::Part { content: Some(encode_content(content)), ..head },
        PartHolding::Restricted { commitment, audience } => {
            proto::Part { commitment: committed(commitment), audience: strings(audience), ..head }
        }
        PartHolding::Sealed { commitment } => proto::Part { commitment: committed(commitment), ..head },
        PartHolding::Withheld { commitment, basis, review_on } => {
            let withholding = proto::Withholding { basis: basis.to_string(), review_on: review_on.to_string() };
            proto::Part { commitment: committed(commitment), withholding: Some(withholding), ..head }
        }
    }
}

fn committed(commitment: &Commitment) -> Bytes {
    commitment.as_bytes().to_vec().into()
}

/// Writes the content of a part: the bytes that a commitment is over.
pub(crate) fn encode_content(content: &PartContent) -> proto::PartContent {
    let content = match content {
        PartContent::Remarks { text, language } => {
            Content::Remarks(proto::Remarks { text: text.to_string(), language: language.to_string() })
        }
        PartContent::Names(names) => Content::Names(proto::Names { names: strings(names) }),
        PartContent::DangerArea(area) => Content::DangerArea(land::encode_danger_area(area)),
        PartContent::Extent(extent) => Content::Extent(land::encode_extent(extent)),
        PartContent::ReferencePoints(points) => Content::ReferencePoints(land::encode_reference_points(points)),
        PartContent::Ordnance(items) => Content::Ordnance(land::encode_ordnance(items)),
    };
    proto::PartContent { content: Some(content) }
}
