//! The service `Treaties`: treaties, participants and acts, as known at any time.
//!
//! The read models say where an event stands; the event itself is read from the
//! journal, so an answer shows what was signed.

use std::sync::Arc;

use prost::Message;
use tonic::{Request, Response, Status};

use super::{Node, convert, errors::Refused, page};
use crate::{
    domain::{EnvelopeContent, Position},
    journal::ReadLimit,
    projections::{Act, Registered, View},
    wire::{
        self,
        proto::{self, event::Body},
    },
};

/// The service over a node.
#[derive(Clone, Debug)]
pub struct TreatiesService(pub Arc<Node>);

#[tonic::async_trait]
impl proto::treaties_server::Treaties for TreatiesService {
    async fn get(
        &self,
        request: Request<proto::GetTreatyRequest>,
    ) -> Result<Response<proto::GetTreatyResponse>, Status> {
        let proto::GetTreatyRequest { treaty, read_at } = request.into_inner();
        let size = self.0.resolve(read_at).await?;
        let view = self.0.models.at(size).map_err(Refused::from)?;
        let found = self.0.treaty_entry(&find_treaty(view, &treaty)?)?;
        Ok(Response::new(proto::GetTreatyResponse { treaty: Some(found), holds_at: Some(holds_at(view)?) }))
    }

    async fn list(
        &self,
        request: Request<proto::ListTreatiesRequest>,
    ) -> Result<Response<proto::ListTreatiesResponse>, Status> {
        let proto::ListTreatiesRequest { read_at, page_size, page_token } = request.into_inner();
        let size = self.0.resolve(read_at).await?;
        let view = self.0.models.at(size).map_err(Refused::from)?;
        let found = view.treaties(page(page_size, &page_token)).map_err(Refused::from)?;
        let treaties = found.items.iter().map(|treaty| self.0.treaty_entry(treaty)).collect::<Result<_, _>>()?;
        let next_page_token = found.next.unwrap_or_default();
        Ok(Response::new(proto::ListTreatiesResponse { treaties, next_page_token, holds_at: Some(holds_at(view)?) }))
    }

    async fn list_participants(
        &self,
        request: Request<proto::ListParticipantsRequest>,
    ) -> Result<Response<proto::ListParticipantsResponse>, Status> {
        let proto::ListParticipantsRequest { read_at, page_size, page_token } = request.into_inner();
        let size = self.0.resolve(read_at).await?;
        let view = self.0.models.at(size).map_err(Refused::from)?;
        let found = view.participants(page(page_size, &page_token)).map_err(Refused::from)?;
        let participants =
            found.items.iter().map(|participant| self.0.participant_entry(participant)).collect::<Result<_, _>>()?;
        let next_page_token = found.next.unwrap_or_default();
        let holds_at = Some(holds_at(view)?);
        Ok(Response::new(proto::ListParticipantsResponse { participants, next_page_token, holds_at }))
    }

    async fn timeline(
        &self,
        request: Request<proto::TimelineRequest>,
    ) -> Result<Response<proto::TimelineResponse>, Status> {
        let proto::TimelineRequest { treaty, participant, read_at, page_size, page_token } = request.into_inner();
        let size = self.0.resolve(read_at).await?;
        let view = self.0.models.at(size).map_err(Refused::from)?;
        let treaty = find_treaty(view, &treaty)?.id;
        let participant = match participant.as_str() {
            "" => None,
            name => Some(view.find_participant(name).map_err(Refused::from)?.ok_or_else(|| {
                Refused::not_found("participant", format!("no participant {name} was registered by then"))
            })?),
        };
        let participant = participant.map(|participant| participant.id);
        let found =
            view.timeline(&treaty, participant.as_ref(), page(page_size, &page_token)).map_err(Refused::from)?;
        let acts = found.items.iter().map(|act| self.0.act(view, act)).collect::<Result<_, _>>()?;
        let next_page_token = found.next.unwrap_or_default();
        let holds_at = Some(holds_at(view)?);
        Ok(Response::new(proto::TimelineResponse { treaty: treaty.to_string(), acts, next_page_token, holds_at }))
    }
}

fn holds_at(view: View<'_>) -> Result<proto::HoldsAt, Refused> {
    Ok(convert::holds_at(view.holds_at()?))
}

fn find_treaty(view: View<'_>, name: &str) -> Result<Registered<crate::domain::TreatyId>, Refused> {
    let found = view.find_treaty(name)?;
    found.ok_or_else(|| Refused::not_found("treaty", format!("no treaty {name} was registered by then")))
}

impl Node {
    fn treaty_entry(&self, found: &Registered<crate::domain::TreatyId>) -> Result<proto::TreatyEntry, Refused> {
        let (event, position) = self.event_at(found.position)?;
        let registered = match event.body {
            Some(Body::TreatyRegistered(registered)) => Some(registered),
            _ => None,
        };
        Ok(proto::TreatyEntry { id: found.id.to_string(), registered, position: Some(position) })
    }

    fn participant_entry(
        &self,
        found: &Registered<crate::domain::ParticipantId>,
    ) -> Result<proto::ParticipantEntry, Refused> {
        let (event, position) = self.event_at(found.position)?;
        let registered = match event.body {
            Some(Body::ParticipantRegistered(registered)) => Some(registered),
            _ => None,
        };
        Ok(proto::ParticipantEntry { id: found.id.to_string(), registered, position: Some(position) })
    }

    fn act(&self, view: View<'_>, act: &Act) -> Result<proto::Act, Refused> {
        let (event, position) = self.event_at(act.position)?;
        let findings = view.findings(act.position)?;
        let state = self.state_of_entry(view, act.position.index)?;
        Ok(proto::Act {
            date: act.date.as_ref().map(ToString::to_string).unwrap_or_default(),
            kind: act.kind.name().into(),
            participant: act.participant.as_ref().map(ToString::to_string).unwrap_or_default(),
            event: Some(event),
            position: Some(position),
            findings: findings.iter().map(convert::finding).collect(),
            state: Some(state),
        })
    }

    /// The event at a position as it was signed, and who recorded it.
    fn event_at(&self, position: Position) -> Result<(proto::Event, proto::EventPosition), Refused> {
        let missing = || Refused::not_found("position", format!("entry {} cannot be read", position.index));
        let stored = self.journal.read(position.index, ReadLimit::ONE).map_err(|error| Refused::internal(&error))?;
        let stored = stored.into_iter().next().ok_or_else(missing)?;
        let bytes = stored.record.events.get(usize::from(position.ordinal)).ok_or_else(missing)?;
        let event = proto::Event::decode(bytes.clone()).map_err(|error| Refused::internal(&error))?;
        let entry = wire::read_entry(&stored).map_err(|error| Refused::internal(&error))?;
        let EnvelopeContent::Submission(submitted) = entry.envelope.content else { return Err(missing()) };
        let author = submitted.submission.author;
        let place = proto::EventPosition {
            index: position.index.0,
            ordinal: u32::from(position.ordinal),
            recorded_at: Some(wire::timestamp(entry.recorded_at)),
            event_id: event.id.clone(),
            organisation: author.organisation.to_string(),
            member: author.member.to_string(),
        };
        Ok((event, place))
    }
}
