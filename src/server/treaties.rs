//! The service `Treaties`: treaties, participants and acts, as known at any time.
//!
//! The read models say where an event stands; the event itself is read from the
//! journal, so an answer shows what was signed.

use std::sync::Arc;

use prost::Message;
use tonic::{Request, Response, Status};

use super::{
    Node, convert,
    documents::parse_document,
    duties::parse_states,
    errors::Refused,
    fitting, page,
    status::{Asked, Found, parse_at, treaty_ids},
    timeline::Telling,
    treaty_acts::parse_kinds,
    treaty_findings::parse_codes,
    upcoming,
};
use crate::{
    domain::Position,
    projections::{Act, PageRequest, Timeline, View},
    treaties,
    wire::{self, proto},
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
        self.0
            .answered(read_at, move |node, view| {
                let found = node.treaty_entry(view, &node.find_treaty(view, &treaty)?)?;
                Ok(proto::GetTreatyResponse { treaty: Some(found), holds_at: Some(node.holds_at(view)?) })
            })
            .await
    }

    async fn list(
        &self,
        request: Request<proto::ListTreatiesRequest>,
    ) -> Result<Response<proto::ListTreatiesResponse>, Status> {
        let (proto::ListTreatiesRequest { read_at, page_size, page_token }, question) =
            self.0.opened(request.into_inner()).await?;
        self.0
            .answered(read_at, move |node, view| {
                let asked = page(page_size, &page_token);
                let (treaties, next_page_token) =
                    fitting(asked, |page| view.treaties(page), |treaty| node.treaty_entry(view, treaty))?;
                Ok(question.bound(proto::ListTreatiesResponse {
                    treaties,
                    next_page_token,
                    holds_at: Some(node.holds_at(view)?),
                }))
            })
            .await
    }

    async fn list_participants(
        &self,
        request: Request<proto::ListParticipantsRequest>,
    ) -> Result<Response<proto::ListParticipantsResponse>, Status> {
        let (proto::ListParticipantsRequest { read_at, page_size, page_token }, question) =
            self.0.opened(request.into_inner()).await?;
        self.0
            .answered(read_at, move |node, view| {
                let asked = page(page_size, &page_token);
                let (participants, next_page_token) = fitting(
                    asked,
                    |page| view.participants(page),
                    |participant| node.participant_entry(view, participant),
                )?;
                let holds_at = Some(node.holds_at(view)?);
                Ok(question.bound(proto::ListParticipantsResponse { participants, next_page_token, holds_at }))
            })
            .await
    }

    async fn timeline(
        &self,
        request: Request<proto::TimelineRequest>,
    ) -> Result<Response<proto::TimelineResponse>, Status> {
        let (proto::TimelineRequest { treaty, participant, read_at, page_size, page_token, view: name, at }, question) =
            self.0.opened(request.into_inner()).await?;
        self.0
            .answered(read_at, move |node, view| {
                let treaty = node.find_treaty(view, &treaty)?.id;
                let participant = node.find_if_named(view, &participant)?;
                let asked = Asked::parse(view, &at, &name)?;
                let until = Some(asked.at).filter(|_| !at.is_empty());
                let telling = Telling::of(node, view, asked.view);
                let dates = telling.dates_of(&treaty, participant.as_ref())?;
                let of = Timeline { treaty: &treaty, participant: participant.as_ref(), until, dates: &dates };
                let find = |page: PageRequest<'_>| view.timeline(&of, page);
                let (acts, next_page_token) = fitting(page(page_size, &page_token), find, |act| telling.act(act))?;
                let later = view.later_acts(&of).map_err(Refused::from)?;
                let status =
                    participant.as_ref().map(|participant| node.treaty_status(view, &treaty, participant, asked));
                let mut status = status.transpose()?;
                let complete = status.as_ref().is_none_or(|found| found.answer.complete);
                let cut = status.as_mut().filter(|_| until.is_some());
                let later_reactions = cut.map_or(0, |found| treaties::cut_after_its_day(&mut found.answer, &later));
                Ok(question.bound(proto::TimelineResponse {
                    treaty: treaty.to_string(),
                    acts,
                    next_page_token,
                    holds_at: Some(node.holds_at(view)?),
                    legal_findings: status.iter().flat_map(Found::findings).collect(),
                    courses: status.iter().flat_map(Found::courses).collect(),
                    overlays_of_all_days: status.iter().flat_map(Found::overlays_of_all_days).collect(),
                    at: until.map(|day| day.to_string()).unwrap_or_default(),
                    later_acts: u32::try_from(later.len()).unwrap_or(u32::MAX),
                    later_reactions: u32::try_from(later_reactions).unwrap_or(u32::MAX),
                    complete,
                }))
            })
            .await
    }

    async fn status(
        &self,
        request: Request<proto::TreatyStatusRequest>,
    ) -> Result<Response<proto::TreatyStatusResponse>, Status> {
        let proto::TreatyStatusRequest { treaty, participant, at, read_at, view: name, with_other_treaties } =
            request.into_inner();
        self.0
            .answered(read_at, move |node, view| {
                let (treaty, participant) =
                    (node.find_treaty(view, &treaty)?.id, node.find_participant(view, &participant)?);
                let asked = Asked::parse(view, &at, &name)?;
                let found = node.treaty_status(view, &treaty, &participant.id, asked)?;
                let others = match with_other_treaties {
                    true => node.standings(view, &participant.id, Some(&treaty), asked)?,
                    false => Vec::new(),
                };
                let (clauses, clauses_version) = found.clauses();
                Ok(proto::TreatyStatusResponse {
                    treaty: treaty.to_string(),
                    treaty_name: found.treaty_name.clone(),
                    participant: participant.id.to_string(),
                    participant_name: node.participant_name(view, &participant)?,
                    at: asked.at.to_string(),
                    projected: found.answer.projected,
                    view: asked.view.name().into(),
                    outcomes: found.outcomes(),
                    complete: found.answer.complete,
                    overlays: found.overlays(),
                    claims: found.claims(),
                    findings: found.findings(),
                    other_treaties: others.iter().map(Found::standing).collect(),
                    clauses,
                    clauses_version,
                    rests_on: found.rests_on(),
                    holds_at: Some(node.holds_at(view)?),
                    courses: found.courses(),
                    overlays_of_all_days: found.overlays_of_all_days(),
                })
            })
            .await
    }

    async fn standing(
        &self,
        request: Request<proto::StandingRequest>,
    ) -> Result<Response<proto::StandingResponse>, Status> {
        let proto::StandingRequest { participant, at, read_at, view: name } = request.into_inner();
        self.0
            .answered(read_at, move |node, view| {
                let participant = node.find_participant(view, &participant)?;
                let asked = Asked::parse(view, &at, &name)?;
                let standings = node.standings(view, &participant.id, None, asked)?;
                Ok(proto::StandingResponse {
                    participant: participant.id.to_string(),
                    participant_name: node.participant_name(view, &participant)?,
                    at: asked.at.to_string(),
                    projected: lies_ahead(view, asked)?,
                    view: asked.view.name().into(),
                    standings: standings.iter().map(Found::standing).collect(),
                    holds_at: Some(node.holds_at(view)?),
                })
            })
            .await
    }

    async fn parties(
        &self,
        request: Request<proto::ListPartiesRequest>,
    ) -> Result<Response<proto::ListPartiesResponse>, Status> {
        let (proto::ListPartiesRequest { treaty, at, read_at, view: name, statuses, page_size, page_token }, question) =
            self.0.opened(request.into_inner()).await?;
        self.0
            .answered(read_at, move |node, view| {
                let treaty = node.find_treaty(view, &treaty)?.id;
                let asked = Asked::parse(view, &at, &name)?;
                Ok(question.bound(node.parties(view, &treaty, asked, &statuses, page(page_size, &page_token))?))
            })
            .await
    }
    async fn obligations(
        &self,
        request: Request<proto::ObligationsRequest>,
    ) -> Result<Response<proto::ObligationsResponse>, Status> {
        let proto::ObligationsRequest { participant, treaty, at, read_at, view: name, states } = request.into_inner();
        let states = parse_states(&states)?;
        self.0
            .answered(read_at, move |node, view| {
                let participant = node.find_participant(view, &participant)?;
                let treaty = match treaty.as_str() {
                    "" => None,
                    name => Some(node.find_treaty(view, name)?.id),
                };
                let asked = Asked::parse(view, &at, &name)?;
                let found = node.duties(view, treaty.as_ref(), &participant.id, asked)?;
                let others = match &treaty {
                    Some(treaty) => node.standings(view, &participant.id, Some(treaty), asked)?,
                    None => Vec::new(),
                };
                Ok(proto::ObligationsResponse {
                    participant: participant.id.to_string(),
                    participant_name: node.participant_name(view, &participant)?,
                    at: asked.at.to_string(),
                    projected: lies_ahead(view, asked)?,
                    view: asked.view.name().into(),
                    treaties: found.iter().map(|found| found.told(&states)).collect(),
                    other_treaties: others.iter().map(Found::standing).collect(),
                    holds_at: Some(node.holds_at(view)?),
                })
            })
            .await
    }

    async fn overdue(
        &self,
        request: Request<proto::OverdueRequest>,
    ) -> Result<Response<proto::OverdueResponse>, Status> {
        let (proto::OverdueRequest { treaty, at, read_at, view: name, page_size, page_token }, question) =
            self.0.opened(request.into_inner()).await?;
        self.0
            .answered(read_at, move |node, view| {
                let treaties = match treaty.as_str() {
                    "" => treaty_ids(view)?,
                    name => vec![node.find_treaty(view, name)?.id],
                };
                let asked = Asked::parse(view, &at, &name)?;
                let page = node.overdue(view, &treaties, asked, page(page_size, &page_token))?;
                Ok(question.bound(proto::OverdueResponse {
                    at: asked.at.to_string(),
                    projected: lies_ahead(view, asked)?,
                    view: asked.view.name().into(),
                    participations: page.participations,
                    next_page_token: page.next,
                    holds_at: Some(node.holds_at(view)?),
                }))
            })
            .await
    }

    async fn upcoming(
        &self,
        request: Request<proto::UpcomingRequest>,
    ) -> Result<Response<proto::UpcomingResponse>, Status> {
        let (
            proto::UpcomingRequest { treaty, participant, at, read_at, view: name, horizon, page_size, page_token },
            question,
        ) = self.0.opened(request.into_inner()).await?;
        self.0
            .answered(read_at, move |node, view| {
                let scope = node.scope(view, &treaty, &participant)?;
                let asked = Asked::parse(view, &at, &name)?;
                let horizon = upcoming::horizon(asked.at, horizon.as_ref())?;
                Ok(question.bound(node.upcoming(view, &scope, asked, horizon, page(page_size, &page_token))?))
            })
            .await
    }

    async fn changes(
        &self,
        request: Request<proto::ChangesRequest>,
    ) -> Result<Response<proto::ChangesResponse>, Status> {
        let (
            proto::ChangesRequest { treaty, participant, from, read_at, at, view: name, page_size, page_token },
            question,
        ) = self.0.opened(request.into_inner()).await?;
        let size = self.0.resolve(read_at).await?;
        let earlier = self.0.earlier(from, size).await?;
        self.0
            .answered_at(size, move |node, later| {
                let earlier = node.models.at(earlier)?;
                let scope = node.scope(later, &treaty, &participant)?;
                let asked = Asked::parse(later, &at, &name)?;
                let page = page(page_size, &page_token);
                Ok(question.bound(node.changes((earlier, later), &scope, asked, page)?))
            })
            .await
    }

    async fn findings(
        &self,
        request: Request<proto::FindingsRequest>,
    ) -> Result<Response<proto::FindingsResponse>, Status> {
        let (
            proto::FindingsRequest { treaty, participant, at, read_at, view: name, codes, page_size, page_token },
            question,
        ) = self.0.opened(request.into_inner()).await?;
        let codes = parse_codes(&codes)?;
        self.0
            .answered(read_at, move |node, view| {
                let scope = node.scope(view, &treaty, &participant)?;
                let asked = Asked::parse(view, &at, &name)?;
                Ok(question.bound(node.findings_under(view, &scope, asked, &codes, page(page_size, &page_token))?))
            })
            .await
    }

    async fn contested(
        &self,
        request: Request<proto::ContestedRequest>,
    ) -> Result<Response<proto::ContestedResponse>, Status> {
        let (proto::ContestedRequest { treaty, at, read_at, view: name, page_size, page_token, participant }, question) =
            self.0.opened(request.into_inner()).await?;
        self.0
            .answered(read_at, move |node, view| {
                let scope = node.scope(view, &treaty, &participant)?;
                let asked = Asked::parse(view, &at, &name)?;
                Ok(question.bound(node.contested(view, &scope, asked, page(page_size, &page_token))?))
            })
            .await
    }

    async fn unnotified(
        &self,
        request: Request<proto::UnnotifiedRequest>,
    ) -> Result<Response<proto::UnnotifiedResponse>, Status> {
        let (
            proto::UnnotifiedRequest { treaty, participant, at, read_at, view: name, kinds, page_size, page_token },
            question,
        ) = self.0.opened(request.into_inner()).await?;
        let kinds = parse_kinds(&kinds)?;
        self.0
            .answered(read_at, move |node, view| {
                let scope = node.scope(view, &treaty, &participant)?;
                let asked = Asked::parse(view, &at, &name)?;
                Ok(question.bound(node.unnotified(view, &scope, asked, &kinds, page(page_size, &page_token))?))
            })
            .await
    }

    async fn objections(
        &self,
        request: Request<proto::ObjectionsRequest>,
    ) -> Result<Response<proto::ObjectionsResponse>, Status> {
        let (
            proto::ObjectionsRequest { treaty, participant, at, read_at, view: name, page_size, page_token },
            question,
        ) = self.0.opened(request.into_inner()).await?;
        self.0
            .answered(read_at, move |node, view| {
                let treaty = node.find_treaty(view, &treaty)?.id;
                let participant = node.find_if_named(view, &participant)?;
                let asked = Asked::parse(view, &at, &name)?;
                let page = page(page_size, &page_token);
                Ok(question.bound(node.objections(view, &treaty, participant.as_ref(), asked, page)?))
            })
            .await
    }

    async fn citing(&self, request: Request<proto::CitingRequest>) -> Result<Response<proto::CitingResponse>, Status> {
        let (proto::CitingRequest { document, at, read_at, page_size, page_token }, question) =
            self.0.opened(request.into_inner()).await?;
        let document = parse_document(document)?;
        self.0
            .answered(read_at, move |node, view| {
                let until = Some(at.as_str()).filter(|at| !at.is_empty()).map(parse_at).transpose()?;
                Ok(question.bound(node.citing(view, &document, until, page(page_size, &page_token))?))
            })
            .await
    }

    async fn table(&self, request: Request<proto::TableRequest>) -> Result<Response<proto::TableResponse>, Status> {
        let (proto::TableRequest { treaty, at, read_at, view: name, stated_as_at, page_size, page_token }, question) =
            self.0.opened(request.into_inner()).await?;
        self.0
            .answered(read_at, move |node, view| {
                let treaty = node.find_treaty(view, &treaty)?.id;
                let asked = Asked::parse(view, &at, &name)?;
                Ok(question.bound(node.table(view, &treaty, asked, &stated_as_at, page(page_size, &page_token))?))
            })
            .await
    }
}

/// Whether the day lies after everything that is known.
pub(super) fn lies_ahead(view: View<'_>, asked: Asked) -> Result<bool, Refused> {
    let newest = view.holds_at()?.recorded_at.and_then(|time| time.utc_date());
    Ok(newest.is_none_or(|newest| newest < asked.at))
}

impl Node {
    pub(super) fn act(&self, view: View<'_>, act: &Act) -> Result<proto::Act, Refused> {
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
            ..proto::Act::default()
        })
    }

    /// The event at a position as it was signed, and who recorded it.
    pub(super) fn event_at(&self, position: Position) -> Result<(proto::Event, proto::EventPosition), Refused> {
        let missing = || Refused::not_found("position", format!("entry {} cannot be read", position.index));
        let read = self.read_entry(position.index)?.ok_or_else(missing)?;
        let stored = &read.stored;
        let bytes = stored.record.events.get(usize::from(position.ordinal)).ok_or_else(missing)?;
        let event = proto::Event::decode(bytes.clone()).map_err(|error| Refused::internal(&error))?;
        // Not the whole entry: a page of acts that entered together would parse them all for each.
        let envelope =
            proto::Envelope::decode(stored.record.envelope.clone()).map_err(|error| Refused::internal(&error))?;
        let submission = proto::Submission::decode(envelope.submission).map_err(|error| Refused::internal(&error))?;
        let place = proto::EventPosition {
            index: position.index.0,
            ordinal: u32::from(position.ordinal),
            recorded_at: Some(wire::timestamp(stored.record.recorded_at)),
            event_id: event.id.clone(),
            organisation: submission.organisation,
            member: submission.member,
        };
        Ok((event, place))
    }
}
