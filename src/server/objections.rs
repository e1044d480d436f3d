//! Objections to acts under one treaty, told as messages of the contract.
//!
//! Leaves to others: reading (`survey`), the rules (`treaties`), pages (`by_treaty`).

use super::{
    Node,
    by_treaty::{OfTreaty, page_by_treaty},
    errors::Refused,
    status::Asked,
    status_answer::{timeliness, window, world},
    survey::Survey,
    treaties::lies_ahead,
    treaty_acts::{act_under_treaty, line, reasons, told_source},
};
use crate::{
    domain::{ParticipantId, TreatyId},
    projections::{PageRequest, View},
    treaties::{self, Everybody, Held, ObjectedAct, Objection, ObjectionTime, Response, Silence},
    wire::proto,
};

impl Node {
    /// A page of the acts that others object to or may object to; with a participant,
    /// objections by and against it: to its own acts all, to acts of others its own.
    pub(super) fn objections(
        &self,
        view: View<'_>,
        treaty: &TreatyId,
        participant: Option<&ParticipantId>,
        asked: Asked,
        page: PageRequest<'_>,
    ) -> Result<proto::ObjectionsResponse, Refused> {
        let survey = self.survey(view, treaty, asked.view)?;
        let of = |_: &TreatyId| {
            let found = objected(&survey, asked);
            let of_it = found.into_iter().filter(|found| participant.is_none_or(|who| is_side(found, who)));
            let lines = of_it.map(|mut found| {
                let further = participant.map_or(0, |who| keep_own(&mut found, who));
                line(&found.act, objected_act(&survey, &found, further))
            });
            Ok(OfTreaty { lines: lines.collect(), looked: 0 })
        };
        let (acts, next_page_token) = page_by_treaty(std::slice::from_ref(treaty), page, of)?;
        let (treaty, treaty_name) = survey.treaty();
        Ok(proto::ObjectionsResponse {
            treaty: treaty.to_string(),
            treaty_name: treaty_name.to_owned(),
            at: asked.at.to_string(),
            projected: lies_ahead(view, asked)?,
            view: asked.view.name().into(),
            acts,
            next_page_token,
            holds_at: Some(self.holds_at(view)?),
        })
    }
}

fn objected(survey: &Survey, asked: Asked) -> Vec<ObjectedAct> {
    let of_each = survey.each(|dossier| treaties::participation(dossier, asked.view));
    let held: Held = of_each.map(|(participant, found)| (participant.clone(), found)).collect();
    let tables = survey.ask_of_treaty(|dossier| treaties::tables(dossier, asked.view));
    let everybody = Everybody { held: &held, tables: &tables };
    survey.ask_of_acts(|dossier| treaties::objected(dossier, everybody, asked.at, asked.view))
}

/// Whether a participant did the act or objects to it.
fn is_side(found: &ObjectedAct, participant: &ParticipantId) -> bool {
    let objects = |objection: &Objection| is_by(objection, participant);
    found.act.participant.as_ref() == Some(participant) || found.objections.iter().any(objects)
}

fn is_by(objection: &Objection, participant: &ParticipantId) -> bool {
    &*objection.response.by == participant.as_str()
}

/// Keeps a participant's own objections to an act of another; how many others' there are.
fn keep_own(found: &mut ObjectedAct, participant: &ParticipantId) -> u32 {
    if found.act.participant.as_ref() == Some(participant) {
        return 0;
    }
    let all = found.objections.len();
    found.objections.retain(|objection| is_by(objection, participant));
    u32::try_from(all - found.objections.len()).unwrap_or(u32::MAX)
}

fn objected_act(survey: &Survey, found: &ObjectedAct, further: u32) -> proto::ObjectedAct {
    let ObjectedAct { act, article, times, objections, because } = found;
    proto::ObjectedAct {
        act: Some(act_under_treaty(survey, act)),
        article: article.to_string(),
        times: times.iter().map(|found| time(survey, found)).collect(),
        objections: objections.iter().map(|found| objection(survey, found)).collect(),
        reasons: reasons(survey, because),
        further,
    }
}

fn time(survey: &Survey, time: &ObjectionTime) -> proto::ObjectionTime {
    let ObjectionTime { window: found, over, silence } = time;
    let Silence { on, table, silent, unclear, sentence } = silence;
    let named = |participants: &[ParticipantId]| {
        let named = participants.iter().map(|participant| proto::NamedParticipant {
            id: participant.to_string(),
            name: survey.participant_name(participant),
        });
        named.collect()
    };
    proto::ObjectionTime {
        window: Some(window(found)),
        over: *over == Some(true),
        may_be_over: over.is_none(),
        silence_on: on.to_string(),
        silence_known: table.is_some(),
        table: table.as_ref().map(|event| survey.cited(event)),
        silent: named(silent),
        unclear: named(unclear),
        sentence: sentence.to_string(),
    }
}

fn objection(survey: &Survey, objection: &Objection) -> proto::ActObjection {
    let Objection { response, in_time } = objection;
    let Response { event, by, stance: _, date, text, source, withdrawn, may_be_withdrawn, may_come_later: _ } =
        response;
    let (source, source_name) = told_source(source);
    let name = by.parse().map_or_else(|_| by.to_string(), |by| survey.participant_name(&by));
    proto::ActObjection {
        event: Some(survey.cited(event)),
        participant: by.to_string(),
        participant_name: name,
        date: world(date.as_ref()),
        grounds: text.to_string(),
        source,
        source_name,
        in_time: in_time.iter().map(|in_time| i32::from(timeliness(*in_time))).collect(),
        withdrawn: world(withdrawn.as_ref()),
        may_be_withdrawn: world(may_be_withdrawn.as_ref()),
    }
}
