//! Questions about single acts of everybody, under one treaty or under all, told as
//! messages of the contract.
//!
//! Leaves to others: reading (`survey`), the rules (`treaties`), pages (`by_treaty`).

use super::{
    Node,
    by_treaty::{Line, OfTreaty, Scope, page_by_treaty},
    errors::Refused,
    status::Asked,
    status_answer::{claims, day, world},
    survey::Survey,
    treaties::lies_ahead,
};
use crate::{
    domain::{CitedEvent, EventReference, Kind, RecordingTime, TreatyId},
    projections::{PageRequest, View},
    treaties::{self, Because, ContestedAct, Resolution, Response, TOLD_OF, ToldAct, ToldSource, UnnotifiedAct},
    wire::proto,
};

impl Node {
    /// A page of the contested acts.
    pub(super) fn contested(
        &self,
        view: View<'_>,
        scope: &Scope,
        asked: Asked,
        page: PageRequest<'_>,
    ) -> Result<proto::ContestedResponse, Refused> {
        let of = |treaty: &TreatyId| {
            let survey = self.survey(view, treaty, asked.view)?;
            // What others say to an act is under their names: all are read.
            let mut found = survey.ask_of_acts(|dossier| treaties::contested(dossier, asked.at, asked.view));
            found.retain(|found| scope.participant.is_none() || found.act.participant == scope.participant);
            let lines = found.iter().map(|found| {
                let known = found.known_since.map(|index| view.recorded_at(index)).transpose()?.flatten();
                Ok(line(&found.act, contested_act(&survey, found, known)))
            });
            let lines = lines.collect::<Result<_, Refused>>()?;
            Ok(OfTreaty { lines, looked: survey.participants().count() })
        };
        let (acts, next_page_token) = page_by_treaty(&scope.treaties, page, of)?;
        Ok(proto::ContestedResponse {
            at: asked.at.to_string(),
            projected: lies_ahead(view, asked)?,
            view: asked.view.name().into(),
            acts,
            next_page_token,
            holds_at: Some(self.holds_at(view)?),
        })
    }

    /// A page of the acts without a notification; without kinds of all that count.
    pub(super) fn unnotified(
        &self,
        view: View<'_>,
        scope: &Scope,
        asked: Asked,
        kinds: &[Kind],
        page: PageRequest<'_>,
    ) -> Result<proto::UnnotifiedResponse, Refused> {
        let of = |treaty: &TreatyId| {
            let survey = self.survey_of(view, treaty, scope.who(), asked.view)?;
            let mut found = survey.ask_of_acts(|dossier| treaties::unnotified(dossier, asked.at, asked.view));
            found.retain(|found| kinds.is_empty() || kinds.contains(&found.act.kind));
            let lines = found.iter().map(|found| line(&found.act, unnotified_act(&survey, found)));
            Ok(OfTreaty { lines: lines.collect(), looked: survey.participants().count() })
        };
        let (acts, next_page_token) = page_by_treaty(&scope.treaties, page, of)?;
        Ok(proto::UnnotifiedResponse {
            at: asked.at.to_string(),
            projected: lies_ahead(view, asked)?,
            view: asked.view.name().into(),
            acts,
            next_page_token,
            holds_at: Some(self.holds_at(view)?),
        })
    }
}

/// The kinds that a request names, each one that counts.
pub(super) fn parse_kinds(kinds: &[String]) -> Result<Vec<Kind>, Refused> {
    let counts = || TOLD_OF.iter().copied().map(Kind::Treaty);
    let parse = |name: &String| {
        let names = || counts().map(Kind::name).collect::<Vec<_>>().join(", ");
        let unknown = || Refused::no_word("kinds", name, format!("none of these kinds: {}", names()));
        counts().find(|kind| kind.name() == name).ok_or_else(unknown)
    };
    kinds.iter().map(parse).collect()
}

/// The key is where the event stands that stands for the act.
pub(super) fn line<Told>(act: &ToldAct, told: Told) -> Line<Told> {
    let at = act.event.position;
    Line { key: format!("{:020}/{:05}", at.index.0, at.ordinal), told }
}

/// With the time of the entry since which it is known to be contested.
fn contested_act(survey: &Survey, found: &ContestedAct, known: Option<RecordingTime>) -> proto::ContestedAct {
    let ContestedAct { act, statements, differ, responses, resolutions, since, uncertain, follows, because, .. } =
        found;
    proto::ContestedAct {
        act: Some(act_under_treaty(survey, act)),
        statements: Some(claims(statements, &survey.facts())),
        statements_differ: *differ,
        responses: responses.iter().map(|found| response(survey, found)).collect(),
        resolutions: resolutions.iter().map(|found| resolution(survey, found)).collect(),
        since: world(since.as_ref()),
        known_since: day(known.and_then(RecordingTime::utc_date)),
        follows: follows.name().into(),
        reasons: reasons(survey, because),
        uncertain: *uncertain,
    }
}

fn unnotified_act(survey: &Survey, found: &UnnotifiedAct) -> proto::UnnotifiedAct {
    let UnnotifiedAct { act, days_at_least, days_at_most, circulated, because } = found;
    proto::UnnotifiedAct {
        act: Some(act_under_treaty(survey, act)),
        days_at_least: *days_at_least,
        days_at_most: *days_at_most,
        circulated: world(circulated.as_ref()),
        reasons: reasons(survey, because),
    }
}

pub(super) fn act_under_treaty(survey: &Survey, act: &ToldAct) -> proto::ActUnderTreaty {
    let ToldAct { event, kind, participant, name, date, source } = act;
    let (treaty, treaty_name) = survey.treaty();
    let (source, source_name) = told_source(source);
    proto::ActUnderTreaty {
        treaty: treaty.to_string(),
        treaty_name: treaty_name.to_owned(),
        participant: participant.as_ref().map(ToString::to_string).unwrap_or_default(),
        participant_name: participant.as_ref().map(|who| survey.participant_name(who)).unwrap_or_default(),
        kind: kind.name().into(),
        act: name.to_string(),
        date: world(date.as_ref()),
        event: Some(survey.cited(event)),
        source,
        source_name,
    }
}

fn response(survey: &Survey, response: &Response) -> proto::ActResponse {
    let Response { event, by, stance, date, text, source, withdrawn, may_be_withdrawn, may_come_later } = response;
    let (source, source_name) = told_source(source);
    proto::ActResponse {
        event: Some(survey.cited(event)),
        by: by.to_string(),
        stance: stance.name().into(),
        date: world(date.as_ref()),
        text: text.to_string(),
        source,
        source_name,
        withdrawn: world(withdrawn.as_ref()),
        may_be_withdrawn: world(may_be_withdrawn.as_ref()),
        opposes: response.opposes(),
        may_come_later: *may_come_later,
    }
}

fn resolution(survey: &Survey, resolution: &Resolution) -> proto::ActResolution {
    let Resolution { event, date, accepted, reasons, decides } = resolution;
    proto::ActResolution {
        event: Some(survey.cited(event)),
        date: world(date.as_ref()),
        accepted: accepted.as_ref().map(reference),
        reasons: reasons.to_string(),
        decides: *decides,
    }
}

fn reference(reference: &EventReference) -> proto::EventReference {
    proto::EventReference { organisation: reference.organisation.to_string(), event_id: reference.event.to_string() }
}

pub(super) fn told_source(source: &ToldSource) -> (i32, String) {
    (source.class.map_or(0, |class| class.number()), source.name.to_string())
}

pub(super) fn reasons(survey: &Survey, because: &[Because]) -> Vec<proto::Because> {
    let told = because.iter().map(|Because { article, event, sentence }| proto::Because {
        article: article.to_string(),
        event: event.as_ref().map(|event: &CitedEvent| survey.cited(event)),
        sentence: sentence.to_string(),
    });
    told.collect()
}
