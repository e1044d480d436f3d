//! Bodies about an earlier event, and how one event names another.

use super::{
    MalformedRule,
    event::{self, Mandatory},
    fields::*,
    land,
    malformed::{Parsed, Within, malformed},
    parts,
    proto::{self, event::Body as Wire},
};
use crate::domain::{
    Body, ContentErased, ContestResolved, DisclosedPart, EventContested, EventCorrected, EventReference,
    EventRetracted, PartDisclosed, Quantity, Restated, SharedBody, StatementReported, StatementTopic,
};

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

pub(super) fn event_retracted(body: proto::EventRetracted) -> Parsed<(Body, Mandatory)> {
    let proto::EventRetracted { target, reason } = body;
    let body = EventRetracted {
        target: reference(given("target", target)?).within("target")?,
        reason: given("reason", filled(reason)).and_then(|reason| long_text("reason", reason))?,
    };
    Ok((Body::Shared(SharedBody::EventRetracted(body)), Mandatory::new()))
}

pub(super) fn event_contested(body: proto::EventContested) -> Parsed<(Body, Mandatory)> {
    let proto::EventContested { target, grounds, contested_by, contested } = body;
    let body = EventContested {
        target: reference(given("target", target)?).within("target")?,
        grounds: given("grounds", filled(grounds)).and_then(|grounds| long_text("grounds", grounds))?,
        contested_by: short_text("contested_by", contested_by)?,
        contested: world_date("contested", &contested)?,
    };
    let mandatory = vec![("contested", body.contested.is_some())];
    Ok((Body::Shared(SharedBody::EventContested(body)), mandatory))
}

pub(super) fn contest_resolved(body: proto::ContestResolved) -> Parsed<(Body, Mandatory)> {
    let proto::ContestResolved { statements, accepted, reasons, resolved } = body;
    let body = ContestResolved {
        statements: references("statements", statements)?,
        accepted: accepted.map(|accepted| reference(accepted).within("accepted")).transpose()?,
        reasons: given("reasons", filled(reasons)).and_then(|reasons| long_text("reasons", reasons))?,
        resolved: world_date("resolved", &resolved)?,
    };
    not_empty("statements", &body.statements)?;
    if body.accepted.as_ref().is_some_and(|accepted| !body.statements.contains(accepted)) {
        let message = "accept one of the statements, or leave this out where none of them is accepted";
        return malformed(MalformedRule::ContentMustFitPart, "accepted", message);
    }
    let mandatory = vec![("resolved", body.resolved.is_some())];
    Ok((Body::Shared(SharedBody::ContestResolved(body)), mandatory))
}

pub(super) fn content_erased(body: proto::ContentErased) -> Parsed<(Body, Mandatory)> {
    let proto::ContentErased { target, slots, basis, ordered_by, erased } = body;
    let body = ContentErased {
        target: reference(given("target", target)?).within("target")?,
        slots,
        basis: required_text("basis", basis)?,
        ordered_by: short_text("ordered_by", ordered_by)?,
        erased: world_date("erased", &erased)?,
    };
    not_empty("slots", &body.slots)?;
    ascending("slots", &body.slots, |slot| *slot)?;
    let mandatory = vec![("ordered_by", !body.ordered_by.is_empty()), ("erased", body.erased.is_some())];
    Ok((Body::Shared(SharedBody::ContentErased(body)), mandatory))
}

pub(super) fn statement_reported(body: proto::StatementReported) -> Parsed<(Body, Mandatory)> {
    let proto::StatementReported { topic, stated_by, stated, text, quantity, unit, about } = body;
    let unit = short_text("unit", unit)?;
    absent("quantity", quantity == 0 || !unit.is_empty(), "say in unit what is counted")?;
    let body = StatementReported {
        topic: pinned("topic", topic, StatementTopic::from_number)?,
        stated_by: short_text("stated_by", stated_by)?,
        stated: world_date("stated", &stated)?,
        text: given("text", filled(text)).and_then(|text| long_text("text", text))?,
        quantity: filled(unit).map(|unit| Quantity { number: quantity, unit }),
        about: world_date("about", &about)?,
    };
    let mandatory = vec![("stated_by", !body.stated_by.is_empty()), ("stated", body.stated.is_some())];
    Ok((Body::Shared(SharedBody::StatementReported(body)), mandatory))
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
    let salt = fixed("salt", &salt)?;
    let content = parts::parse_content(given("content", content)?).within("content")?;
    // Whether the target is a survey, the policy sees.
    land::strict_outlines(&content, false).within("content")?;
    Ok(DisclosedPart { slot, salt, content })
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
        SharedBody::EventRetracted(EventRetracted { target, reason }) => Wire::EventRetracted(proto::EventRetracted {
            target: Some(encode_reference(target)),
            reason: reason.to_string(),
        }),
        SharedBody::EventContested(body) => Wire::EventContested(encode_contested(body)),
        SharedBody::ContestResolved(body) => Wire::ContestResolved(encode_resolved(body)),
        SharedBody::PartDisclosed(PartDisclosed { target, disclosed }) => Wire::PartDisclosed(proto::PartDisclosed {
            target: Some(encode_reference(target)),
            disclosed: disclosed.iter().map(encode_disclosed).collect(),
        }),
        SharedBody::ContentErased(body) => Wire::ContentErased(encode_erased(body)),
        SharedBody::StatementReported(body) => Wire::StatementReported(encode_reported(body)),
    }
}

fn encode_contested(body: &EventContested) -> proto::EventContested {
    let EventContested { target, grounds, contested_by, contested } = body;
    proto::EventContested {
        target: Some(encode_reference(target)),
        grounds: grounds.to_string(),
        contested_by: contested_by.to_string(),
        contested: string(contested),
    }
}

fn encode_resolved(body: &ContestResolved) -> proto::ContestResolved {
    let ContestResolved { statements, accepted, reasons, resolved } = body;
    proto::ContestResolved {
        statements: encode_references(statements),
        accepted: accepted.as_ref().map(encode_reference),
        reasons: reasons.to_string(),
        resolved: string(resolved),
    }
}

fn encode_erased(body: &ContentErased) -> proto::ContentErased {
    let ContentErased { target, slots, basis, ordered_by, erased } = body;
    proto::ContentErased {
        target: Some(encode_reference(target)),
        slots: slots.clone(),
        basis: basis.to_string(),
        ordered_by: ordered_by.to_string(),
        erased: string(erased),
    }
}

fn encode_reported(body: &StatementReported) -> proto::StatementReported {
    let StatementReported { topic, stated_by, stated, text, quantity, about } = body;
    proto::StatementReported {
        topic: topic.number(),
        stated_by: stated_by.to_string(),
        stated: string(stated),
        text: text.to_string(),
        quantity: quantity.as_ref().map_or(0, |quantity| quantity.number),
        unit: quantity.as_ref().map(|quantity| quantity.unit.to_string()).unwrap_or_default(),
        about: string(about),
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
