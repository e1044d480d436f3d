//! The duties of a participant, and what is overdue across all of them.
//!
//! Leaves to others: the rules (`treaties`), what is read for them (`dossier`, `survey`),
//! telling an answer (`duties_answer`).

use std::{collections::HashMap, sync::Arc};

use prost::Message;

use super::{
    Node,
    dossier::{Depth, Who},
    errors::Refused,
    status::{Asked, EventFacts, Found, status_in},
};
use crate::{
    domain::{Body, Index, ParticipantId, SharedBody, Subject, TreatyBody, TreatyId},
    limits::{PAGE_BYTES, PARTICIPATIONS_PER_PAGE},
    projections::{PageRequest, QueryError, View},
    treaties::{self, Duty, DutyState, Obligations},
    wire::proto,
};

/// The duties under one treaty with what they were made from.
pub(super) struct FoundDuties {
    pub found: Found,
    pub obligations: Obligations,
}

/// One page of what is overdue.
pub(super) struct OverduePage {
    pub participations: Vec<proto::OverdueParticipation>,
    /// Empty: there are no more.
    pub next: String,
}

impl Node {
    /// The duties under one treaty, or under all that the participant has an act under,
    /// ascending by treaty.
    pub(super) fn duties(
        &self,
        view: View<'_>,
        treaty: Option<&TreatyId>,
        participant: &ParticipantId,
        asked: Asked,
    ) -> Result<Vec<FoundDuties>, Refused> {
        let treaties = match treaty {
            Some(treaty) => vec![treaty.clone()],
            None => self.treaties_with_acts(view, participant)?,
        };
        let files = self.treaty_files(view, treaties, Who::One(participant), Depth::Status, asked.view)?;
        let found = files.iter().map(|file| FoundDuties {
            found: status_in(file, participant, asked),
            obligations: file.ask(participant, |dossier| treaties::obligations(dossier, asked.at, asked.view)),
        });
        Ok(found.collect())
    }

    /// What is overdue under treaties, these in ascending order, after the participation
    /// that a token names.
    pub(super) fn overdue(
        &self,
        view: View<'_>,
        treaties: &[TreatyId],
        asked: Asked,
        page: PageRequest<'_>,
    ) -> Result<OverduePage, Refused> {
        let after = page.after.map(parse_token).transpose()?;
        let mut page = Filling { items: page.limit(), bytes: 0, looked: 0, last: None, participations: Vec::new() };
        for treaty in treaties.iter().filter(|treaty| after.as_ref().is_none_or(|(after, _)| *treaty >= after)) {
            if !self.names_duties(view, treaty)? {
                continue;
            }
            let survey = self.survey(view, treaty, asked.view)?;
            let seen = |participant: &ParticipantId| {
                after.as_ref().is_some_and(|(under, after)| under == treaty && participant <= after)
            };
            for participant in survey.participants().filter(|participant| !seen(participant)) {
                if page.is_full() {
                    return Ok(page.with_next());
                }
                page.last = Some(Subject::Participation(treaty.clone(), participant.clone()));
                page.looked += 1;
                let obligations =
                    survey.ask(participant, |dossier| treaties::obligations(dossier, asked.at, asked.view));
                if obligations.duties.iter().any(|duty| duty.state.is_overdue()) {
                    let (treaty, name) = survey.treaty();
                    let told = self.overdue_of(view, (treaty, name), participant, &obligations, &survey.facts())?;
                    page.add(told);
                }
            }
        }
        Ok(OverduePage { participations: page.participations, next: String::new() })
    }

    /// Whether the clauses of a treaty, as registered or corrected, name duties: those of
    /// other treaties need not be looked at.
    fn names_duties(&self, view: View<'_>, treaty: &TreatyId) -> Result<bool, Refused> {
        let on_treaty = self.history(view, &Subject::Treaty(treaty.clone()))?;
        let names = |body: &Body| {
            let Body::Treaty(TreatyBody::TreatyRegistered(body)) = body else { return false };
            body.clauses.as_ref().is_some_and(|clauses| !clauses.obligations.is_empty())
        };
        Ok(on_treaty.iter().any(|recorded| match &recorded.event.body {
            Body::Shared(SharedBody::EventCorrected(body)) => {
                body.restated.as_ref().is_some_and(|restated| names(&restated.body))
            }
            body => names(body),
        }))
    }

    fn overdue_of(
        &self,
        view: View<'_>,
        (treaty, treaty_name): (&TreatyId, &str),
        participant: &ParticipantId,
        obligations: &Obligations,
        facts: &HashMap<Index, EventFacts>,
    ) -> Result<proto::OverdueParticipation, Refused> {
        let name = match view.participant(participant)? {
            Some(registered) => self.participant_name(view, &registered)?,
            None => String::new(),
        };
        let overdue = obligations.duties.iter().filter(|duty| duty.state.is_overdue());
        Ok(proto::OverdueParticipation {
            treaty: treaty.to_string(),
            treaty_name: treaty_name.to_owned(),
            participant: participant.to_string(),
            participant_name: name,
            duties: overdue.map(|duty| super::duties_answer::duty(duty, facts)).collect(),
            complete: obligations.complete,
        })
    }
}

impl FoundDuties {
    /// The duties in one of the states; without states all.
    pub fn in_states(&self, states: &[DutyState]) -> impl Iterator<Item = &Duty> {
        self.obligations.duties.iter().filter(move |duty| states.is_empty() || states.contains(&duty.state))
    }

    /// How the entries stand that it may cite.
    pub fn facts(&self) -> &Arc<HashMap<Index, EventFacts>> {
        &self.found.facts
    }
}

/// The states that a request names.
pub(super) fn parse_states(names: &[String]) -> Result<Vec<DutyState>, Refused> {
    let parse = |name: &String| {
        let known = DutyState::ALL.iter().map(|state| state.name()).collect::<Vec<_>>().join(", ");
        DutyState::from_name(name).ok_or_else(|| Refused::no_word("states", name, format!("no state: {known}")))
    };
    names.iter().map(parse).collect()
}

/// A page that is being filled.
struct Filling {
    items: usize,
    bytes: usize,
    looked: usize,
    /// The participation that was looked at last.
    last: Option<Subject>,
    participations: Vec<proto::OverdueParticipation>,
}

impl Filling {
    fn is_full(&self) -> bool {
        self.participations.len() >= self.items || self.bytes >= PAGE_BYTES || self.looked >= PARTICIPATIONS_PER_PAGE
    }

    fn add(&mut self, told: proto::OverdueParticipation) {
        self.bytes += told.encoded_len();
        self.participations.push(told);
    }

    fn with_next(self) -> OverduePage {
        let next = self.last.map(|last| last.to_string()).unwrap_or_default();
        OverduePage { participations: self.participations, next }
    }
}

/// The participation that a token names.
fn parse_token(token: &str) -> Result<(TreatyId, ParticipantId), Refused> {
    match token.parse() {
        Ok(Subject::Participation(treaty, participant)) => Ok((treaty, participant)),
        Ok(_) | Err(_) => Err(Refused::from(QueryError::BadPageToken { token: token.to_owned() })),
    }
}
