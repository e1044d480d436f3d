//! The events that a table states, each with its id.
//!
//! Promises: an act that one table states gets one event id, whoever imports it and how
//! often, so that the ledger takes it once from an organisation even where two imports run
//! at once; and so that what was taken back is known before it is sent again.
//! Leaves to others: what a row states (`tables`), signing (`send`).

use std::{collections::BTreeMap, path::Path};

use uuid::Builder;

use super::Mapping;
use crate::{
    authoring::{self, Folder},
    cli::{Exit, Failure},
    crypto::sha256,
    domain::{
        CivilDate, Document, Event, EventId, EventReference, Index, OrganisationId, ParticipantId, Subject, TreatyBody,
        TreatyId,
    },
    tables, wire,
};

/// What all events of one table have in common.
pub struct Stating<'a> {
    treaty: TreatyId,
    mapping: &'a Mapping,
    documents: &'a [Document],
}

/// What was taken back under the treaty, by the id of its event: who stated it, in which entry.
#[derive(Debug, Default)]
pub struct TakenBack(BTreeMap<EventId, Vec<(OrganisationId, Index)>>);

impl<'a> Stating<'a> {
    pub fn new(treaty: TreatyId, mapping: &'a Mapping, documents: &'a [Document]) -> Self {
        Self { treaty, mapping, documents }
    }

    /// The event that states an act of a participant, or for nobody the whole table; without a nonce.
    pub fn event(&self, participant: Option<&ParticipantId>, body: &TreatyBody) -> Event {
        let treaty = self.treaty.clone();
        let subject = match participant {
            Some(participant) => Subject::Participation(treaty, participant.clone()),
            None => Subject::Treaty(treaty),
        };
        let mut event = tables::event(subject, body.clone(), self.mapping);
        event.documents = self.documents.to_vec();
        event.id = id_of_content(&event, self.mapping.as_at);
        event
    }
}

impl TakenBack {
    /// Notes a statement that was taken back.
    pub fn note(&mut self, statement: EventReference, index: Index) {
        self.0.entry(statement.event).or_default().push((statement.organisation, index));
    }

    /// The entry of an event with this id: of `own`, or of anybody while nobody is to sign.
    pub fn find(&self, id: &EventId, own: Option<&OrganisationId>) -> Option<Index> {
        let mut stated = self.0.get(id)?.iter();
        stated.find(|(who, _)| own.is_none_or(|own| own == who)).map(|(_, index)| *index)
    }
}

/// The document that the mapping names as evidence, beside it.
pub fn documents(mapping: &Mapping, beside: &Path) -> Result<Vec<Document>, Failure> {
    let Some(name) = &mapping.source.document else { return Ok(Vec::new()) };
    let described = authoring::document(name, &Folder(beside.to_owned()));
    let unread = |error| Failure::new(Exit::Usage, format!("cannot read the document {name}: {error}"));
    described.map(|document| vec![document]).map_err(unread)
}

/// The id of an event by what it states and from which source, with the day of the table
/// as its time: the same table gives the same ids.
fn id_of_content(event: &Event, as_at: CivilDate) -> EventId {
    let content = Event { id: EventId(uuid::Uuid::nil()), nonce: [0; 16], ..event.clone() };
    let digest = sha256(&wire::encode_event(&content));
    let random = std::array::from_fn(|at| digest[at]);
    let midnight = jiff::tz::TimeZone::UTC.to_timestamp(as_at.0.to_datetime(jiff::civil::Time::midnight()));
    let milliseconds = midnight.ok().and_then(|time| u64::try_from(time.as_millisecond()).ok()).unwrap_or_default();
    EventId(Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{SignatureAffixed, SignatureType, TreatyBody};

    const MAPPING: &str = "treaty = \"fict:XX-1\"\nas_at = \"2026-02-28\"\n[columns]\nparticipant = \"P\"\nsignature = \
                           \"S\"\n[source]\nclass = \"depositary\"\nname = \"a table\"\n";

    fn event(signed: &str, mapping: &Mapping) -> Event {
        let (place, signature_type) = ("".into(), SignatureType::Simple);
        let body = SignatureAffixed { signed: Some(signed.parse().unwrap()), place, signature_type };
        let subject = "participation/fict:XX-1/XAA".parse().unwrap();
        tables::event(subject, TreatyBody::SignatureAffixed(body), mapping)
    }

    #[test]
    fn an_act_of_one_table_has_one_id_and_anything_else_another() {
        let today = "2026-03-01".parse().unwrap();
        let mapping = Mapping::parse(MAPPING, today).unwrap();
        let other = Mapping::parse(&MAPPING.replace("a table", "another"), today).unwrap();
        let id = |event: &Event| id_of_content(event, mapping.as_at);
        let first = event("1999-01-01", &mapping);
        let with_nonce = Event { nonce: [7; 16], id: id(&first), ..first.clone() };
        assert_eq!(id(&first), id(&with_nonce));
        assert_ne!(id(&first), id(&event("1999-01-02", &mapping)));
        assert_ne!(id(&first), id(&event("1999-01-01", &other)));
        assert!(id(&first).to_string().parse::<EventId>().is_ok(), "a UUIDv7");
    }

    #[test]
    fn what_another_organisation_took_back_is_no_hindrance_to_who_signs() {
        let [desk, other]: [OrganisationId; 2] = ["desk", "other"].map(|id| id.parse().unwrap());
        let mapping = Mapping::parse(MAPPING, "2026-03-01".parse().unwrap()).unwrap();
        let id = id_of_content(&event("1999-01-01", &mapping), mapping.as_at);
        let mut taken_back = TakenBack::default();
        assert_eq!(taken_back.find(&id, None), None);
        taken_back.note(EventReference { organisation: desk.clone(), event: id }, Index(7));
        assert_eq!(taken_back.find(&id, None), Some(Index(7)), "a dry run says so, whoever will sign");
        assert_eq!((taken_back.find(&id, Some(&desk)), taken_back.find(&id, Some(&other))), (Some(Index(7)), None));
    }
}
