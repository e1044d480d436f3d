//! Bodies about what follows a treaty act: effects, revocations, suspensions,
//! objections, conflicts, decisions of treaty bodies.

use super::{
    event::Mandatory,
    fields::*,
    malformed::{Parsed, Within},
    proto,
    shared::{encode_reference, encode_references, reference, references},
};
use crate::domain::{
    BodyStance, ConflictEngagement, ConflictStatusAsserted, ConflictType, EffectStated, ObjectionLodged,
    SuspensionGround, SuspensionNotified, TreatyBody, TreatyBodyDecided, TreatyEffect, WithdrawalRevoked,
};

pub(super) fn effect_stated(body: proto::EffectStated) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::EffectStated { effect, effective } = body;
    let body = EffectStated {
        effect: pinned("effect", effect, TreatyEffect::from_number)?,
        effective: world_date("effective", &effective)?,
    };
    let mandatory = vec![("effective", body.effective.is_some())];
    Ok((TreatyBody::EffectStated(body), mandatory))
}

pub(super) fn withdrawal_revoked(body: proto::WithdrawalRevoked) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::WithdrawalRevoked { withdrawal, received_by_depositary } = body;
    let body = WithdrawalRevoked {
        withdrawal: reference(given("withdrawal", withdrawal)?).within("withdrawal")?,
        received_by_depositary: world_date("received_by_depositary", &received_by_depositary)?,
    };
    let mandatory = vec![("received_by_depositary", body.received_by_depositary.is_some())];
    Ok((TreatyBody::WithdrawalRevoked(body), mandatory))
}

pub(super) fn suspension_notified(body: proto::SuspensionNotified) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::SuspensionNotified {
        received_by_depositary,
        circulated,
        claimed_from,
        claimed_until,
        grounds,
        provisions,
    } = body;
    let body = SuspensionNotified {
        received_by_depositary: world_date("received_by_depositary", &received_by_depositary)?,
        circulated: world_date("circulated", &circulated)?,
        claimed_from: world_date("claimed_from", &claimed_from)?,
        claimed_until: short_text("claimed_until", claimed_until)?,
        grounds: pinned_list("grounds", grounds, SuspensionGround::from_number)?,
        provisions: texts("provisions", provisions)?,
    };
    distinct("grounds", &body.grounds)?;
    let mandatory = vec![
        ("received_by_depositary", body.received_by_depositary.is_some()),
        ("circulated", body.circulated.is_some()),
        ("grounds", !body.grounds.is_empty()),
    ];
    Ok((TreatyBody::SuspensionNotified(body), mandatory))
}

pub(super) fn objection_lodged(body: proto::ObjectionLodged) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::ObjectionLodged { objects_to, lodged, grounds } = body;
    let body = ObjectionLodged {
        objects_to: reference(given("objects_to", objects_to)?).within("objects_to")?,
        lodged: world_date("lodged", &lodged)?,
        grounds: long_text("grounds", grounds)?,
    };
    let mandatory = vec![("lodged", body.lodged.is_some())];
    Ok((TreatyBody::ObjectionLodged(body), mandatory))
}

pub(super) fn conflict_status_asserted(body: proto::ConflictStatusAsserted) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::ConflictStatusAsserted { conflict, engagement, r#type, since, until, asserted_by } = body;
    let body = ConflictStatusAsserted {
        conflict: required_text("conflict", conflict)?,
        engagement: pinned("engagement", engagement, ConflictEngagement::from_number)?,
        conflict_type: optional_pinned("type", r#type, ConflictType::from_number)?,
        since: world_date("since", &since)?,
        until: world_date("until", &until)?,
        asserted_by: required_text("asserted_by", asserted_by)?,
    };
    let mandatory = vec![("since", body.since.is_some())];
    Ok((TreatyBody::ConflictStatusAsserted(body), mandatory))
}

pub(super) fn treaty_body_decided(body: proto::TreatyBodyDecided) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::TreatyBodyDecided { body, decided, symbol, paragraph, text, concerning, stance } = body;
    let body = TreatyBodyDecided {
        body: required_text("body", body)?,
        decided: world_date("decided", &decided)?,
        symbol: short_text("symbol", symbol)?,
        paragraph: short_text("paragraph", paragraph)?,
        text: long_text("text", text)?,
        concerning: references("concerning", concerning)?,
        stance: optional_pinned("stance", stance, BodyStance::from_number)?,
    };
    if body.concerning.is_empty() {
        absent("stance", body.stance.is_none(), "leave the stance out, or name the acts that it concerns")?;
    } else {
        given("stance", body.stance)?;
    }
    let mandatory = vec![("decided", body.decided.is_some())];
    Ok((TreatyBody::TreatyBodyDecided(Box::new(body)), mandatory))
}

pub(super) fn encode_effect_stated(body: &EffectStated) -> proto::EffectStated {
    let EffectStated { effect, effective } = body;
    proto::EffectStated { effect: effect.number(), effective: string(effective) }
}

pub(super) fn encode_withdrawal_revoked(body: &WithdrawalRevoked) -> proto::WithdrawalRevoked {
    let WithdrawalRevoked { withdrawal, received_by_depositary } = body;
    proto::WithdrawalRevoked {
        withdrawal: Some(encode_reference(withdrawal)),
        received_by_depositary: string(received_by_depositary),
    }
}

pub(super) fn encode_suspension_notified(body: &SuspensionNotified) -> proto::SuspensionNotified {
    let SuspensionNotified { received_by_depositary, circulated, claimed_from, claimed_until, grounds, provisions } =
        body;
    proto::SuspensionNotified {
        received_by_depositary: string(received_by_depositary),
        circulated: string(circulated),
        claimed_from: string(claimed_from),
        claimed_until: claimed_until.to_string(),
        grounds: grounds.iter().map(|ground| ground.number()).collect(),
        provisions: strings(provisions),
    }
}

pub(super) fn encode_objection_lodged(body: &ObjectionLodged) -> proto::ObjectionLodged {
    let ObjectionLodged { objects_to, lodged, grounds } = body;
    proto::ObjectionLodged {
        objects_to: Some(encode_reference(objects_to)),
        lodged: string(lodged),
        grounds: grounds.to_string(),
    }
}

pub(super) fn encode_conflict_status_asserted(body: &ConflictStatusAsserted) -> proto::ConflictStatusAsserted {
    let ConflictStatusAsserted { conflict, engagement, conflict_type, since, until, asserted_by } = body;
    proto::ConflictStatusAsserted {
        conflict: conflict.to_string(),
        engagement: engagement.number(),
        r#type: conflict_type.map_or(0, ConflictType::number),
        since: string(since),
        until: string(until),
        asserted_by: asserted_by.to_string(),
    }
}

pub(super) fn encode_treaty_body_decided(body: &TreatyBodyDecided) -> proto::TreatyBodyDecided {
    let TreatyBodyDecided { body, decided, symbol, paragraph, text, concerning, stance } = body;
    proto::TreatyBodyDecided {
        body: body.to_string(),
        decided: string(decided),
        symbol: symbol.to_string(),
        paragraph: paragraph.to_string(),
        text: text.to_string(),
        concerning: encode_references(concerning),
        stance: stance.map_or(0, BodyStance::number),
    }
}
