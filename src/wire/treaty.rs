//! Bodies about treaties.

use super::{
    MalformedRule, acts,
    event::Mandatory,
    fields::*,
    malformed::{Parsed, Within, malformed},
    notices,
    proto::{self, event::Body as Wire},
};
use crate::domain::{
    ConsentMode, DomesticStep, DomesticStepTaken, InstrumentDeposited, IsoAlpha3, ParticipantRegistered,
    ParticipantType, PursuedAct, Reasons, SignatureAffixed, SignatureType, TreatyBody, TreatyRegistered, Votes,
    WithdrawalNotified, WithdrawalStyle,
};

pub(super) fn treaty_registered(body: proto::TreatyRegistered) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::TreatyRegistered { title, short_names, adopted, adopted_at, parent, registrations, clauses } = body;
    let body = TreatyRegistered {
        title: short_text("title", title)?,
        short_names: texts("short_names", short_names)?,
        adopted: world_date("adopted", &adopted)?,
        adopted_at: short_text("adopted_at", adopted_at)?,
        parent: optional_identifier("parent", &parent)?,
        registrations: texts("registrations", registrations)?,
        clauses: clauses.map(|clauses| super::clauses::parse(clauses).within("clauses")).transpose()?,
    };
    let mandatory = vec![("title", !body.title.is_empty()), ("adopted", body.adopted.is_some())];
    Ok((TreatyBody::TreatyRegistered(Box::new(body)), mandatory))
}

pub(super) fn participant_registered(body: proto::ParticipantRegistered) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::ParticipantRegistered { name, r#type, iso_code, other_names, predecessors } = body;
    let body = ParticipantRegistered {
        name: short_text("name", name)?,
        participant_type: pinned("type", r#type, ParticipantType::from_number)?,
        iso_code: filled(iso_code).map(|code| parse_iso_code(&code)).transpose()?,
        other_names: texts("other_names", other_names)?,
        predecessors: identifiers("predecessors", predecessors)?,
    };
    let mandatory = vec![("name", !body.name.is_empty())];
    Ok((TreatyBody::ParticipantRegistered(body), mandatory))
}

fn parse_iso_code(code: &str) -> Parsed<IsoAlpha3> {
    match code.as_bytes() {
        &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(IsoAlpha3([a, b, c])),
        _ => malformed(
            MalformedRule::IdentifierMustBeValid,
            "iso_code",
            "write three capital letters (ISO 3166-1 alpha-3)",
        ),
    }
}

pub(super) fn signature_affixed(body: proto::SignatureAffixed) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::SignatureAffixed { signed, place, r#type } = body;
    let body = SignatureAffixed {
        signed: world_date("signed", &signed)?,
        place: short_text("place", place)?,
        signature_type: pinned("type", r#type, SignatureType::from_number)?,
    };
    let mandatory = vec![("signed", body.signed.is_some())];
    Ok((TreatyBody::SignatureAffixed(body), mandatory))
}

pub(super) fn instrument_deposited(body: proto::InstrumentDeposited) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::InstrumentDeposited {
        mode,
        deposited,
        instrument_dated,
        depositary_sequence,
        protocols,
        provisional_application,
        depositary,
    } = body;
    let body = InstrumentDeposited {
        mode: pinned("mode", mode, ConsentMode::from_number)?,
        deposited: world_date("deposited", &deposited)?,
        instrument_dated: world_date("instrument_dated", &instrument_dated)?,
        depositary_sequence: Some(depositary_sequence).filter(|sequence| *sequence > 0),
        protocols: identifiers("protocols", protocols)?,
        provisional_application,
        depositary: short_text("depositary", depositary)?,
    };
    let mandatory = vec![("deposited", body.deposited.is_some())];
    Ok((TreatyBody::InstrumentDeposited(body), mandatory))
}

pub(super) fn domestic_step_taken(body: proto::DomesticStepTaken) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::DomesticStepTaken { step, pursues, taken, organ, reference, votes } = body;
    let step = pinned("step", step, DomesticStep::from_number)?;
    let voted = step == DomesticStep::ParliamentaryVote;
    absent("votes", votes.is_none() || voted, "leave the votes out: only a parliamentary vote has them")?;
    let body = DomesticStepTaken {
        step,
        pursues: pinned("pursues", pursues, PursuedAct::from_number)?,
        taken: world_date("taken", &taken)?,
        organ: short_text("organ", organ)?,
        reference: short_text("reference", reference)?,
        votes: votes.map(parse_votes),
    };
    let mandatory = vec![("taken", body.taken.is_some())];
    Ok((TreatyBody::DomesticStepTaken(body), mandatory))
}

fn parse_votes(votes: proto::Votes) -> Votes {
    let proto::Votes { in_favour, against, abstained, not_voting } = votes;
    Votes { in_favour, against, abstained, not_voting }
}

pub(super) fn withdrawal_notified(body: proto::WithdrawalNotified) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::WithdrawalNotified {
        styled,
        received_by_depositary,
        other_parties_notified,
        security_council_notified,
        reasons,
        later_effect,
    } = body;
    let body = WithdrawalNotified {
        styled: pinned("styled", styled, WithdrawalStyle::from_number)?,
        received_by_depositary: world_date("received_by_depositary", &received_by_depositary)?,
        other_parties_notified: world_date("other_parties_notified", &other_parties_notified)?,
        security_council_notified: world_date("security_council_notified", &security_council_notified)?,
        reasons: optional_pinned("reasons", reasons, Reasons::from_number)?,
        later_effect: civil_date("later_effect", &later_effect)?,
    };
    let mandatory = vec![
        ("received_by_depositary", body.received_by_depositary.is_some()),
        ("other_parties_notified", body.other_parties_notified.is_some()),
        ("reasons", body.reasons.is_some()),
    ];
    Ok((TreatyBody::WithdrawalNotified(body), mandatory))
}

/// Writes a body as its protobuf message.
pub(super) fn encode(body: &TreatyBody) -> Wire {
    match body {
        TreatyBody::TreatyRegistered(body) => Wire::TreatyRegistered(encode_treaty_registered(body)),
        TreatyBody::ParticipantRegistered(body) => Wire::ParticipantRegistered(encode_participant_registered(body)),
        TreatyBody::SignatureAffixed(body) => Wire::SignatureAffixed(encode_signature_affixed(body)),
        TreatyBody::InstrumentDeposited(body) => Wire::InstrumentDeposited(encode_instrument_deposited(body)),
        TreatyBody::EffectStated(body) => Wire::EffectStated(acts::encode_effect_stated(body)),
        TreatyBody::DomesticStepTaken(body) => Wire::DomesticStepTaken(encode_domestic_step_taken(body)),
        TreatyBody::WithdrawalNotified(body) => Wire::WithdrawalNotified(encode_withdrawal_notified(body)),
        TreatyBody::WithdrawalRevoked(body) => Wire::WithdrawalRevoked(acts::encode_withdrawal_revoked(body)),
        TreatyBody::SuspensionNotified(body) => Wire::SuspensionNotified(acts::encode_suspension_notified(body)),
        TreatyBody::ObjectionLodged(body) => Wire::ObjectionLodged(acts::encode_objection_lodged(body)),
        TreatyBody::ConflictStatusAsserted(body) => {
            Wire::ConflictStatusAsserted(acts::encode_conflict_status_asserted(body))
        }
        TreatyBody::TreatyBodyDecided(body) => Wire::TreatyBodyDecided(acts::encode_treaty_body_decided(body)),
        TreatyBody::SuccessionNotified(body) => Wire::SuccessionNotified(notices::encode_succession_notified(body)),
        TreatyBody::DeclarationMade(body) => Wire::DeclarationMade(notices::encode_declaration_made(body)),
        TreatyBody::DepositaryNotificationIssued(body) => {
            Wire::DepositaryNotificationIssued(notices::encode_depositary_notification_issued(body))
        }
        TreatyBody::DeadlineExtended(body) => Wire::DeadlineExtended(notices::encode_deadline_extended(body)),
        TreatyBody::ReportSubmitted(body) => Wire::ReportSubmitted(notices::encode_report_submitted(body)),
        TreatyBody::ParticipationTableStated(body) => {
            Wire::ParticipationTableStated(notices::encode_participation_table_stated(body))
        }
    }
}

fn encode_treaty_registered(body: &TreatyRegistered) -> proto::TreatyRegistered {
    let TreatyRegistered { title, short_names, adopted, adopted_at, parent, registrations, clauses } = body;
    proto::TreatyRegistered {
        title: title.to_string(),
        short_names: strings(short_names),
        adopted: string(adopted),
        adopted_at: adopted_at.to_string(),
        parent: string(parent),
        registrations: strings(registrations),
        clauses: clauses.as_ref().map(super::clauses::encode),
    }
}

fn encode_participant_registered(body: &ParticipantRegistered) -> proto::ParticipantRegistered {
    let ParticipantRegistered { name, participant_type, iso_code, other_names, predecessors } = body;
    proto::ParticipantRegistered {
        name: name.to_string(),
        r#type: participant_type.number(),
        iso_code: iso_code.iter().flat_map(|code| code.0.map(char::from)).collect(),
        other_names: strings(other_names),
        predecessors: strings(predecessors),
    }
}

fn encode_signature_affixed(body: &SignatureAffixed) -> proto::SignatureAffixed {
    let SignatureAffixed { signed, place, signature_type } = body;
    proto::SignatureAffixed { signed: string(signed), place: place.to_string(), r#type: signature_type.number() }
}

fn encode_instrument_deposited(body: &InstrumentDeposited) -> proto::InstrumentDeposited {
    let InstrumentDeposited {
        mode,
        deposited,
        instrument_dated,
        depositary_sequence,
        protocols,
        provisional_application,
        depositary,
    } = body;
    proto::InstrumentDeposited {
        mode: mode.number(),
        deposited: string(deposited),
        instrument_dated: string(instrument_dated),
        depositary_sequence: depositary_sequence.unwrap_or_default(),
        protocols: strings(protocols),
        provisional_application: *provisional_application,
        depositary: depositary.to_string(),
    }
}

fn encode_domestic_step_taken(body: &DomesticStepTaken) -> proto::DomesticStepTaken {
    let DomesticStepTaken { step, pursues, taken, organ, reference, votes } = body;
    proto::DomesticStepTaken {
        step: step.number(),
        pursues: pursues.number(),
        taken: string(taken),
        organ: organ.to_string(),
        reference: reference.to_string(),
        votes: votes.map(|Votes { in_favour, against, abstained, not_voting }| proto::Votes {
            in_favour,
            against,
            abstained,
            not_voting,
        }),
    }
}

fn encode_withdrawal_notified(body: &WithdrawalNotified) -> proto::WithdrawalNotified {
    let WithdrawalNotified {
        styled,
        received_by_depositary,
        other_parties_notified,
        security_council_notified,
        reasons,
        later_effect,
    } = body;
    proto::WithdrawalNotified {
        styled: styled.number(),
        received_by_depositary: string(received_by_depositary),
        other_parties_notified: string(other_parties_notified),
        security_council_notified: string(security_council_notified),
        reasons: reasons.map_or(0, Reasons::number),
        later_effect: string(later_effect),
    }
}
