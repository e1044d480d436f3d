//! Bodies about an earlier event, and how one event names another.

use super::{
    MalformedRule,
    event::{self, Mandatory},
    fields::*,
    malformed::{Parsed, Within, malformed},
    parts,
    proto::{self, event::Body as Wire},
};
use crate::domain::{Body, DisclosedPart, EventCorrected, EventReference, PartDisclosed, Restated, SharedBody};

/// Takes a reference to an event apart.
pub(super) fn reference(reference: proto::EventReference) -> Parsed<EventReference> {
    let proto::EventReference { organisation, event_id } = reference;
    Ok(EventReference {
        organisation: identifier("organisation", &organisation)?,
        event: identifier("event_id", &event_id)?,
    })
}

/// A list of references, none twice.
pub(super) fn references(field: &str, items: Vec<proto::EventReference>) -> Parsed<Vec<EventReference>> {
    let items = list(field, items, reference)?;
    distinct(field, &items)?;
    Ok(items)
}

pub(super) fn encode_reference(reference: &EventReference) -> proto::EventReference {
    let EventReference { organisation, event } = reference;
    proto::EventReference { organisation: organisation.to_string(), event_id: event.to_string() }
}

pub(super) fn encode_references(references: &[EventReference]) -> Vec<proto::EventReference> {
    references.iter().map(encode_reference).collect()
}

pub(super) fn event_corrected(body: proto::EventCorrected) -> Parsed<(Body, Mandatory)> {
    let proto::EventCorrected { target, reason, restated } = body;
    let body = EventCorrected {
        target: reference(given("target", target)?).within("target")?,
        reason: given("reason", filled(reason)).and_then(|reason| long_text("reason", reason))?,
        restated: restated.map(|event| parse_restated(*event).within("restated")).transpose()?.map(Box::new),
    };
    Ok((Body::Shared(SharedBody::EventCorrected(body)), Mandatory::new()))
}

/// Only what a body needs may be set: everything else of the target stands.
fn parse_restated(event: proto::Event) -> Parsed<Restated> {
    let proto::Event { id, nonce, subject, based_on, act, occurred, source, parts, not_stated, documents, body } =
        event;
    let because = "a correction restates the body, occurred and not_stated alone; leave this out";
    absent("id", id.is_empty(), because)?;
    absent("nonce", nonce.is_empty(), because)?;
    absent("subject", subject.is_empty(), because)?;
    absent("based_on", based_on.is_empty(), because)?;
    absent("act", act.is_empty(), because)?;
    absent("source", source.is_none(), because)?;
    absent("parts", parts.is_empty(), because)?;
    absent("documents", documents.is_empty(), because)?;
    let (body, mandatory) = event::parse_body(given("body", body)?)?;
    if !matches!(body, Body::Treaty(_) | Body::Minefield(_)) {
        let message = "restate a treaty act or a minefield event: others are not corrected but superseded";
        return malformed(MalformedRule::ContentMustFitPart, "body", message);
    }
    let not_stated = list("not_stated", not_stated, event::parse_not_stated)?;
    event::states_what_is_mandatory(&not_stated, body.kind().row(), &mandatory)?;
    Ok(Restated { occurred: world_date("occurred", &occurred)?, not_stated, body })
}

pub(super) fn part_disclosed(body: proto::PartDisclosed) -> Parsed<(Body, Mandatory)> {
    let proto::PartDisclosed { target, disclosed } = body;
    let body = PartDisclosed {
        target: reference(given("target", target)?).within("target")?,
        disclosed: list("disclosed", disclosed, parse_disclosed)?,
    };
    not_empty("disclosed", &body.disclosed)?;
    ascending("disclosed", &body.disclosed, |part| part.slot)?;
    Ok((Body::Shared(SharedBody::PartDisclosed(body)), Mandatory::new()))
}

fn parse_disclosed(part: proto::DisclosedPart) -> Parsed<DisclosedPart> {
    let proto::DisclosedPart { slot, salt, content } = part;
    Ok(DisclosedPart {
        slot,
        salt: fixed("salt", &salt)?,
        content: parts::parse_content(given("content", content)?).within("content")?,
    })
}

/// Writes a body as its protobuf message.
pub(super) fn encode(body: &SharedBody) -> Wire {
    match body {
        SharedBody::EventCorrected(EventCorrected { target, reason, restated }) => {
            Wire::EventCorrected(Box::new(proto::EventCorrected {
                target: Some(encode_reference(target)),
                reason: reason.to_string(),
                restated: restated.as_deref().map(|restated| Box::new(encode_restated(restated))),
            }))
        }
        SharedBody::PartDisclosed(PartDisclosed { target, disclosed }) => Wire::PartDisclosed(proto::PartDisclosed {
            target: Some(encode_reference(target)),
            disclosed: disclosed.iter().map(encode_disclosed).collect(),
        }),
    }
}

fn encode_restated(restated: &Restated) -> proto::Event {
    let Restated { occurred, not_stated, body } = restated;
    proto::Event {
        occurred: string(occurred),
        not_stated: not_stated.iter().map(event::encode_not_stated).collect(),
        body: Some(event::encode_body(body)),
        ..Default::default()
    }
}

fn encode_disclosed(part: &DisclosedPart) -> proto::DisclosedPart {
    let DisclosedPart { slot, salt, content } = part;
    proto::DisclosedPart { slot: *slot, salt: salt.to_vec().into(), content: Some(parts::encode_content(content)) }
}
