//! Events: everything around the body, and what the kinds table says of form.

use super::{
    MalformedRule, acts,
    fields::*,
    land,
    malformed::{Parsed, Within, malformed},
    minefield, notices, parts,
    proto::{self, event::Body as Wire},
    registry, shared, treaty,
};
use crate::{
    domain::{
        Body, Document, DocumentDigest, Event, EventId, KindRow, NotStated, NotStatedReason, PartHolding, Source,
        SourceClass, Subject, SubjectType,
    },
    limits::{ACT_BYTES, BASED_ON, PARTS_PER_EVENT},
};

/// Takes an event apart.
pub(super) fn parse(event: proto::Event) -> Parsed<Event> {
    let proto::Event { id, nonce, subject, based_on, act, occurred, source, parts, not_stated, documents, body } =
        event;
    let id: EventId = identifier("id", &id)?;
    let nonce = fixed("nonce", &nonce)?;
    let subject: Subject = identifier("subject", &subject)?;
    let based_on = parse_based_on(id, based_on)?;
    let act = filled(act).map(|act| text_within("act", act, ACT_BYTES, false)).transpose()?;
    let occurred = world_date("occurred", &occurred)?;
    let source = source.map(|source| parse_source(source).within("source")).transpose()?;
    let parts = list_within("parts", parts, PARTS_PER_EVENT, parts::parse)?;
    let not_stated = list("not_stated", not_stated, parse_not_stated)?;
    let documents = list_within("documents", documents, PARTS_PER_EVENT, parse_document)?;
    let (body, mandatory) = parse_body(given("body", body)?)?;
    let event = Event { id, nonce, subject, based_on, act, occurred, source, parts, not_stated, documents, body };
    fits_its_kind(&event, &mandatory)?;
    Ok(event)
}

fn parse_based_on(id: EventId, based_on: Vec<String>) -> Parsed<Vec<EventId>> {
    let based_on: Vec<EventId> = list_within("based_on", based_on, BASED_ON, |item| identifier("", &item))?;
    distinct("based_on", &based_on)?;
    let own = based_on.contains(&id);
    must(!own, MalformedRule::ListMustNotRepeat, "based_on", "name earlier events, not the event itself")?;
    Ok(based_on)
}

fn parse_source(source: proto::Source) -> Parsed<Source> {
    let proto::Source { class, transcribed, name, locator, retrieved } = source;
    Ok(Source {
        class: pinned("class", class, SourceClass::from_number)?,
        transcribed,
        name: short_text("name", name)?,
        locator: short_text("locator", locator)?,
        retrieved: civil_date("retrieved", &retrieved)?,
    })
}

pub(super) fn parse_not_stated(not_stated: proto::NotStated) -> Parsed<NotStated> {
    let proto::NotStated { field, reason } = not_stated;
    Ok(NotStated {
        field: required_text("field", field)?,
        reason: pinned("reason", reason, NotStatedReason::from_number)?,
    })
}

fn parse_document(document: proto::Document) -> Parsed<Document> {
    let proto::Document { sha256, size, media_type, language: tag, title, symbol } = document;
    Ok(Document {
        sha256: DocumentDigest(fixed("sha256", &sha256)?),
        size,
        media_type: super::fields::media_type("media_type", media_type)?,
        language: language("language", tag)?,
        title: short_text("title", title)?,
        symbol: short_text("symbol", symbol)?,
    })
}

/// Fields that are mandatory to state, each with whether it has a value.
pub(super) type Mandatory = Vec<(&'static str, bool)>;

/// Takes the body apart.
pub(super) fn parse_body(body: Wire) -> Parsed<(Body, Mandatory)> {
    let registry = |body: Parsed<_>, name: &str| Ok((Body::Registry(body.within(name)?), Mandatory::new()));
    let treaty =
        |parsed: Parsed<(_, _)>, name: &str| parsed.within(name).map(|(body, must)| (Body::Treaty(body), must));
    let minefield_body =
        |parsed: Parsed<(_, _)>, name: &str| parsed.within(name).map(|(body, must)| (Body::Minefield(body), must));
    match body {
        Wire::LedgerFounded(body) => registry(registry::ledger_founded(body), "ledger_founded"),
        Wire::CharterAdopted(body) => registry(registry::charter_adopted(body), "charter_adopted"),
        Wire::OrganisationAdmitted(body) => registry(registry::organisation_admitted(body), "organisation_admitted"),
        Wire::OrganisationChanged(body) => registry(registry::organisation_changed(body), "organisation_changed"),
        Wire::MemberEnrolled(body) => registry(registry::member_enrolled(body), "member_enrolled"),
        Wire::KeyEnrolled(body) => registry(registry::key_enrolled(body), "key_enrolled"),
        Wire::KeyEnded(body) => registry(registry::key_ended(body), "key_ended"),
        Wire::MandateGranted(body) => registry(registry::mandate_granted(body), "mandate_granted"),
        Wire::EventCorrected(body) => shared::event_corrected(*body).within("event_corrected"),
        Wire::EventRetracted(body) => shared::event_retracted(body).within("event_retracted"),
        Wire::EventContested(body) => shared::event_contested(body).within("event_contested"),
        Wire::ContestResolved(body) => shared::contest_resolved(body).within("contest_resolved"),
        Wire::PartDisclosed(body) => shared::part_disclosed(body).within("part_disclosed"),
        Wire::ContentErased(body) => shared::content_erased(body).within("content_erased"),
        Wire::StatementReported(body) => shared::statement_reported(body).within("statement_reported"),
        Wire::TreatyRegistered(body) => treaty(treaty::treaty_registered(body), "treaty_registered"),
        Wire::ParticipantRegistered(body) => treaty(treaty::participant_registered(body), "participant_registered"),
        Wire::SignatureAffixed(body) => treaty(treaty::signature_affixed(body), "signature_affixed"),
        Wire::InstrumentDeposited(body) => treaty(treaty::instrument_deposited(body), "instrument_deposited"),
        Wire::EffectStated(body) => treaty(acts::effect_stated(body), "effect_stated"),
        Wire::DomesticStepTaken(body) => treaty(treaty::domestic_step_taken(body), "domestic_step_taken"),
        Wire::WithdrawalNotified(body) => treaty(treaty::withdrawal_notified(body), "withdrawal_notified"),
        Wire::WithdrawalRevoked(body) => treaty(acts::withdrawal_revoked(body), "withdrawal_revoked"),
        Wire::SuspensionNotified(body) => treaty(acts::suspension_notified(body), "suspension_notified"),
        Wire::ObjectionLodged(body) => treaty(acts::objection_lodged(body), "objection_lodged"),
        Wire::ConflictStatusAsserted(body) => treaty(acts::conflict_status_asserted(body), "conflict_status_asserted"),
        Wire::TreatyBodyDecided(body) => treaty(acts::treaty_body_decided(body), "treaty_body_decided"),
        Wire::SuccessionNotified(body) => treaty(notices::succession_notified(body), "succession_notified"),
        Wire::DeclarationMade(body) => treaty(notices::declaration_made(body), "declaration_made"),
        Wire::DepositaryNotificationIssued(body) => {
            treaty(notices::depositary_notification_issued(body), "depositary_notification_issued")
        }
        Wire::DeadlineExtended(body) => treaty(notices::deadline_extended(body), "deadline_extended"),
        Wire::ReportSubmitted(body) => treaty(notices::report_submitted(body), "report_submitted"),
        Wire::ParticipationTableStated(body) => {
            treaty(notices::participation_table_stated(body), "participation_table_stated")
        }
        Wire::RecordOpened(body) => minefield_body(minefield::record_opened(body), "record_opened"),
        Wire::LayingRecorded(body) => minefield_body(minefield::laying_recorded(body), "laying_recorded"),
        Wire::PositionSurveyed(body) => minefield_body(minefield::position_surveyed(body), "position_surveyed"),
        Wire::AreaCleared(body) => minefield_body(minefield::area_cleared(body), "area_cleared"),
        Wire::LandReleased(body) => minefield_body(minefield::land_released(body), "land_released"),
    }
}

/// Checks what the kinds table says of form.
fn fits_its_kind(event: &Event, mandatory: &Mandatory) -> Parsed<()> {
    let row = event.kind().row();
    if !row.subjects.contains(&event.subject.subject_type()) {
        let message = format!("an event of the kind {} is about {}", row.name, subject_form(row));
        return malformed(MalformedRule::SubjectMustFitKind, "subject", message);
    }
    if row.needs_source && event.source.is_none() {
        let message = format!("say what the statement rests on: an event of the kind {} needs a source", row.name);
        return malformed(MalformedRule::SourceMustBeGiven, "source", message);
    }
    parts_fit(event, row)?;
    outlines_are_simple(event)?;
    states_what_is_mandatory(&event.not_stated, row, mandatory)
}

fn subject_form(row: &KindRow) -> String {
    let form = |subject: &SubjectType| match subject {
        SubjectType::Ledger => "the subject ledger".to_owned(),
        SubjectType::Participation => "a subject participation/TREATY/PARTICIPANT".to_owned(),
        other => format!("a subject {}/ID", other.name()),
    };
    row.subjects.iter().map(form).collect::<Vec<_>>().join(" or ")
}

fn parts_fit(event: &Event, row: &KindRow) -> Parsed<()> {
    let mut above = 0;
    for (at, part) in event.parts.iter().enumerate() {
        if part.slot <= above {
            let message = "number the parts from 1 in ascending order, each slot once";
            return malformed(MalformedRule::SlotsMustAscend, format!("parts[{at}].slot"), message);
        }
        if !row.parts.contains(&part.kind) {
            let message = format!("an event of the kind {} carries no part {}; leave it out", row.name, part.kind);
            return malformed(MalformedRule::PartMustFitKind, format!("parts[{at}].kind"), message);
        }
        above = part.slot;
    }
    Ok(())
}

/// Open outlines that must be simple are.
fn outlines_are_simple(event: &Event) -> Parsed<()> {
    let surveyed = event.is_survey();
    event.parts.iter().enumerate().try_for_each(|(at, part)| match &part.content {
        PartHolding::Open(content) => {
            land::strict_outlines(content, surveyed).within("content").within_item("parts", at)
        }
        PartHolding::Restricted { .. } | PartHolding::Sealed { .. } | PartHolding::Withheld { .. } => Ok(()),
    })
}

/// Mandatory to state: the field has a value or stands in `not_stated`, not both.
pub(super) fn states_what_is_mandatory(not_stated: &[NotStated], row: &KindRow, mandatory: &Mandatory) -> Parsed<()> {
    let names: Vec<&str> = not_stated.iter().map(|item| &*item.field).collect();
    distinct("not_stated", &names)?;
    if let Some(at) = names.iter().position(|name| !row.mandatory_to_state.contains(name)) {
        let message = format!("{} is not a field that {} must state; name only such fields", names[at], row.name);
        return malformed(MalformedRule::NotStatedMustBeMandatory, format!("not_stated[{at}].field"), message);
    }
    for (field, has_value) in mandatory {
        let message = match (has_value, names.contains(field)) {
            (false, false) => "give this field a value or name it in not_stated with a reason",
            (true, true) => "this field has a value: take it out of not_stated",
            (true, false) | (false, true) => continue,
        };
        return malformed(MalformedRule::MandatoryFieldMustBeStated, format!("{}.{field}", row.name), message);
    }
    Ok(())
}

/// Writes an event as its protobuf message.
pub(super) fn encode(event: &Event) -> proto::Event {
    let Event { id, nonce, subject, based_on, act, occurred, source, parts, not_stated, documents, body } = event;
    proto::Event {
        id: id.to_string(),
        nonce: nonce.to_vec().into(),
        subject: subject.to_string(),
        based_on: strings(based_on),
        act: act.as_deref().unwrap_or_default().to_owned(),
        occurred: string(occurred),
        source: source.as_ref().map(encode_source),
        parts: parts.iter().map(parts::encode).collect(),
        not_stated: not_stated.iter().map(encode_not_stated).collect(),
        documents: documents.iter().map(encode_document).collect(),
        body: Some(encode_body(body)),
    }
}

/// The body of an event that a service tells in its own words, without what surrounds it.
pub(crate) fn body_of(event: proto::Event) -> Parsed<Option<Body>> {
    Ok(event.body.map(parse_body).transpose()?.map(|(body, _)| body))
}

/// Writes a body as its protobuf message.
pub(crate) fn encode_body(body: &Body) -> Wire {
    match body {
        Body::Registry(body) => registry::encode(body),
        Body::Shared(body) => shared::encode(body),
        Body::Treaty(body) => treaty::encode(body),
        Body::Minefield(body) => minefield::encode(body),
    }
}

fn encode_source(source: &Source) -> proto::Source {
    let Source { class, transcribed, name, locator, retrieved } = source;
    proto::Source {
        class: class.number(),
        transcribed: *transcribed,
        name: name.to_string(),
        locator: locator.to_string(),
        retrieved: string(retrieved),
    }
}

pub(crate) fn encode_not_stated(not_stated: &NotStated) -> proto::NotStated {
    let NotStated { field, reason } = not_stated;
    proto::NotStated { field: field.to_string(), reason: reason.number() }
}

fn encode_document(document: &Document) -> proto::Document {
    let Document { sha256, size, media_type, language, title, symbol } = document;
    proto::Document {
        sha256: sha256.as_bytes().to_vec().into(),
        size: *size,
        media_type: media_type.to_string(),
        language: language.to_string(),
        title: title.to_string(),
        symbol: symbol.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message;

    use super::*;
    use crate::{domain::KINDS, wire::testing};

    #[test]
    fn the_kinds_table_names_fields_that_the_contract_has() {
        let event = crate::wire::descriptor("Event");
        let bodies = event.oneofs().next().expect("the body");
        assert_eq!(bodies.fields().count(), KINDS.len());
        for (row, field) in KINDS.iter().zip(bodies.fields()) {
            assert_eq!((row.name, row.number), (field.name(), field.number()));
            let body = field.kind().as_message().expect("a message").clone();
            for mandatory in row.mandatory_to_state {
                assert!(body.get_field_by_name(mandatory).is_some(), "{}.{mandatory}", row.name);
            }
        }
    }

    proptest! {
        #[test]
        fn a_body_tells_of_every_field_that_the_table_makes_mandatory(event in testing::event()) {
            let body = encode(&event).body.expect("every event has a body");
            let (_, mandatory) = parse_body(body).expect("well formed");
            let names: Vec<&str> = mandatory.iter().map(|(name, _)| *name).collect();
            prop_assert_eq!(&names[..], event.kind().row().mandatory_to_state);
        }

        #[test]
        fn the_principal_date_stands_in_the_field_that_the_table_names(event in testing::event()) {
            let field = event.kind().principal_date();
            let body = crate::wire::to_json("Event", &encode(&event).encode_to_vec()).expect("well formed");
            let stated = field.and_then(|field| body[event.kind().name()][field].as_str());
            let principal = event.body.principal_date().map(ToString::to_string);
            prop_assert_eq!(stated, principal.as_deref());
        }

        #[test]
        fn what_happened_stands_in_the_field_that_names_it(event in testing::event()) {
            let body = crate::wire::to_json("Event", &encode(&event).encode_to_vec()).expect("well formed");
            for happened in event.body.happened() {
                let within = &body[event.kind().name()];
                let within = happened.field.row.map_or(within, |row| &within["rows"][row]);
                prop_assert_eq!(within[happened.field.name].as_str(), Some(happened.date.as_str()));
            }
            let principal = event.body.principal_date().filter(|_| !event.body.may_lie_ahead());
            let named = |date| event.body.happened().iter().any(|happened| happened.date == date);
            prop_assert!(principal.is_none_or(named));
        }
    }
}
