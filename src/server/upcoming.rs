//! What changes by itself after a day, under one treaty or under all.
//!
//! Leaves to others: reading (`survey`), the rules (`treaties`), pages (`by_treaty`).

use jiff::civil::Date;

use super::{
    Node,
    by_treaty::{Line, OfTreaty, Scope, page_by_treaty},
    errors::Refused,
    status::Asked,
    status_answer::{change, latest_of, step_of},
    survey::Survey,
};
use crate::{
    domain::{CivilDate, ParticipantId, TreatyId},
    limits::{TOLD_TEXT_CHARS, UPCOMING_DAYS},
    projections::{PageRequest, View},
    treaties::{self, Horizon, Projected},
    wire::proto::{self, upcoming_request::Horizon as Asking},
};

/// The days that a request asks about.
pub(super) fn horizon(at: Date, asked: Option<&Asking>) -> Result<Horizon, Refused> {
    let until = match asked {
        None => treaties::add_days(at, UPCOMING_DAYS),
        Some(Asking::WithinDays(days)) => treaties::add_days(at, *days),
        Some(Asking::Until(text)) => text.parse::<CivilDate>().map_err(|error| Refused::from(("until", error)))?.0,
    };
    if until < at {
        return Err(Refused::invalid(
            "until",
            format!("{until} lies before {at}, the day after which changes are told"),
        ));
    }
    Ok(Horizon { at, until })
}

impl Node {
    /// A page of what changes by itself.
    pub(super) fn upcoming(
        &self,
        view: View<'_>,
        scope: &Scope,
        asked: Asked,
        horizon: Horizon,
        page: PageRequest<'_>,
    ) -> Result<proto::UpcomingResponse, Refused> {
        let holds = view.holds_at()?;
        let newest = holds.recorded_at.and_then(|time| time.utc_date());
        let mut incomplete = Vec::new();
        let of = |treaty: &TreatyId| {
            let survey = self.survey_of(view, treaty, scope.who(), asked.view)?;
            let (lines, complete) = lines_of(&survey, horizon, asked, newest);
            if !complete {
                incomplete.push(treaty.to_string());
            }
            Ok(OfTreaty { lines, looked: survey.participants().count() })
        };
        let (changes, next_page_token) = page_by_treaty(&scope.treaties, page, of)?;
        Ok(proto::UpcomingResponse {
            at: horizon.at.to_string(),
            view: asked.view.name().into(),
            until: horizon.until.to_string(),
            changes,
            incomplete,
            next_page_token,
            holds_at: Some(self.holds_at(view)?),
        })
    }
}

/// The changes under one treaty, the treaty's own first of each day; and whether every
/// record was followed whole.
fn lines_of(
    survey: &Survey,
    horizon: Horizon,
    asked: Asked,
    newest: Option<Date>,
) -> (Vec<Line<proto::UpcomingChange>>, bool) {
    let own = survey.ask_of_treaty(|dossier| treaties::upcoming_of_treaty(dossier, horizon, asked.view));
    let of_each = survey.each(|dossier| treaties::upcoming(dossier, horizon, asked.view));
    let mut all = true;
    let mut lines = Vec::new();
    for (participant, found) in std::iter::once((None, own)).chain(of_each.map(|(who, found)| (Some(who), found))) {
        all &= found.complete;
        for (number, change) in found.changes.iter().enumerate() {
            let who = participant.map(ParticipantId::as_str).unwrap_or_default();
            let key = format!("{}/{who}/{number:05}", change.days.first);
            lines.push(Line { key, told: told(survey, participant, change, newest) });
        }
    }
    (lines, all)
}

fn told(
    survey: &Survey,
    participant: Option<&ParticipantId>,
    found: &Projected,
    newest: Option<Date>,
) -> proto::UpcomingChange {
    let Projected { days, what, statuses, sentence, because, assuming, could_move } = found;
    let (treaty, treaty_name) = survey.treaty();
    proto::UpcomingChange {
        day: days.first.to_string(),
        day_latest: latest_of(*days),
        what: what.name().into(),
        treaty: treaty.to_string(),
        treaty_name: treaty_name.to_owned(),
        participant: participant.map(ToString::to_string).unwrap_or_default(),
        participant_name: participant.map(|who| survey.participant_name(who)).unwrap_or_default(),
        status_before: statuses.map(|(before, _)| before.name().into()).unwrap_or_default(),
        status_after: statuses.map(|(_, after)| after.name().into()).unwrap_or_default(),
        sentence: sentence.to_string(),
        because: because.iter().map(|reason| step_of(reason, TOLD_TEXT_CHARS, |event| survey.cited(event))).collect(),
        assuming: assuming.iter().map(ToString::to_string).collect(),
        could_move: could_move.iter().map(change).collect(),
        projected: newest.is_none_or(|newest| newest < days.last),
    }
}
