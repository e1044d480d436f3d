//! What is recorded under a treaty in the columns of the depositary's table: a line for
//! everybody with an act under it, each statement as it stands.
//!
//! Leaves to others: reading (`survey`), what counts (`treaties`), cells and files (`tables`).

use super::{Node, errors::Refused, fitting, status::Asked, survey::Survey};
use crate::{
    domain::{Body, CitedEvent, CivilDate, ParticipantId, Revoked, TreatyId, WorldDate},
    projections::{Page, PageRequest, QueryError, View},
    treaties::{self, Held, Participation, Tabled, Withdrawn},
    wire::{self, proto},
};

/// What is told of one participant.
struct Line<'s> {
    participant: &'s ParticipantId,
    held: Participation,
    acts: Vec<Tabled>,
    taken_back: Vec<CitedEvent>,
    /// Whether it stands the same where the table is read back.
    reads_back: bool,
}

impl Node {
    /// A page of the table as it is recorded.
    pub(super) fn table(
        &self,
        view: View<'_>,
        treaty: &TreatyId,
        asked: Asked,
        stated_as_at: &str,
        page: PageRequest<'_>,
    ) -> Result<proto::TableResponse, Refused> {
        let as_at = parse_day("stated_as_at", stated_as_at)?;
        let survey = self.survey(view, treaty, asked.view)?;
        let tables = as_at.map(|as_at| {
            let ask = |it: &treaties::Dossier<'_>| {
                (treaties::tables_as_at(it, asked.view, &as_at), treaties::tables_taken_back(it, &as_at))
            };
            survey.ask_of_treaty(ask)
        });
        let (stated, taken_back) = tables.unwrap_or_default();
        let held: Held = survey
            .each(|dossier| treaties::participation(dossier, asked.view))
            .map(|(participant, found)| (participant.clone(), found))
            .collect();
        let whole = survey.ask_of_treaty(|it| treaties::tables(it, asked.view));
        let find = |page: PageRequest<'_>| lines(&survey, asked, page);
        let (lines, next_page_token) = fitting(page, find, |line| Ok(line_message(&survey, line, asked)))?;
        let (treaty, treaty_name) = survey.treaty();
        Ok(proto::TableResponse {
            treaty: treaty.to_string(),
            treaty_name: treaty_name.to_owned(),
            at: asked.at.to_string(),
            view: asked.view.name().into(),
            lines,
            tables: stated.iter().map(|table| act_message(&survey, table)).collect(),
            next_page_token,
            holds_at: Some(self.holds_at(view)?),
            with_parent_alone: with_parent_alone(&held, asked),
            tables_taken_back: taken_back.iter().map(|event| survey.cited(event)).collect(),
            names_whole_table: treaties::names_whole_table(&whole, &held),
        })
    }
}

fn parse_day(field: &'static str, text: &str) -> Result<Option<WorldDate>, Refused> {
    if text.is_empty() {
        return Ok(None);
    }
    let day: CivilDate = text.parse().map_err(|error| Refused::from((field, error)))?;
    Ok(Some(day.to_string().parse().expect("a day is a date")))
}

fn with_parent_alone(held: &Held, asked: Asked) -> u32 {
    u32::try_from(held.values().filter(|found| found.is_with_parent_alone(asked.at)).count()).unwrap_or(u32::MAX)
}

/// A token is the id of the last participant on the page before.
fn lines<'s>(survey: &'s Survey, asked: Asked, page: PageRequest<'_>) -> Result<Page<Line<'s>>, QueryError> {
    let bad = |token: &str| QueryError::BadPageToken { token: token.to_owned() };
    let after = page.after.map(|token| token.parse::<ParticipantId>().map_err(|_| bad(token))).transpose()?;
    // Who consents with an instrument under the parent treaty has no cell of its own here.
    let with_acts = survey.participants().filter(|who| !survey.acts_of(who).is_empty());
    let rest = with_acts.skip_while(|who| after.as_ref().is_some_and(|after| *who <= after));
    let wanted = Page::of(rest.take(page.limit() + 1).collect(), page.limit(), |who: &&ParticipantId| who.to_string());
    let line = |participant: &'s ParticipantId| {
        let ask = |dossier: &treaties::Dossier<'_>| {
            let (held, acts) = (treaties::participation(dossier, asked.view), treaties::columns(dossier, asked.view));
            let reads_back = treaties::reads_back(dossier, asked.view, asked.at);
            Line { participant, held, acts, taken_back: treaties::columns_taken_back(dossier), reads_back }
        };
        survey.ask(participant, ask)
    };
    Ok(Page { items: wanted.items.into_iter().map(line).collect(), next: wanted.next })
}

fn line_message(survey: &Survey, line: &Line<'_>, asked: Asked) -> proto::TableLine {
    let Line { participant, held, acts, taken_back, reads_back } = line;
    proto::TableLine {
        participant: participant.to_string(),
        participant_name: survey.participant_name(participant),
        in_table: held.is_in_table(asked.at),
        withdrawn: held.withdrawn(asked.at) == Withdrawn::Yes,
        passed: held.has_passed(asked.at),
        acts: acts.iter().map(|act| act_message(survey, act)).collect(),
        taken_back: taken_back.iter().map(|event| survey.cited(event)).collect(),
        in_table_uncertain: held.is_in_table(asked.at) && !held.is_surely_in_table(asked.at),
        rests_on_untabled: !reads_back,
    }
}

fn act_message(survey: &Survey, act: &Tabled) -> proto::TableAct {
    let Tabled { event, subject, act, body, followed, revoked } = act;
    let stated = proto::Event {
        subject: subject.to_string(),
        act: act.as_deref().unwrap_or_default().to_owned(),
        body: Some(wire::body_message(&Body::Treaty(body.clone()))),
        ..proto::Event::default()
    };
    proto::TableAct {
        event: Some(survey.cited(event)),
        stated: Some(stated),
        followed: *followed,
        revoked: revoked.map(Revoked::name).unwrap_or_default().to_owned(),
    }
}
