//! What changed between two states of knowledge: what was recorded or took effect, and
//! whose status is known differently since.
//!
//! Promises: only those whom something new can touch are looked at twice; what is told is
//! the difference of two statuses that [`Node::treaty_status`] gives.
//! Leaves to others: whom the entries touch (`touched`), reading (`survey`), the rules
//! (`treaties`), pages (`by_treaty`).

use std::{collections::HashMap, sync::Arc};

use super::{
    Node,
    by_treaty::{Line, OfTreaty, Scope, page_by_treaty},
    errors::Refused,
    status::{Asked, EventFacts},
    status_answer::{cited, dates_of, day, latest},
    survey::Survey,
    timeline::Telling,
    treaties::lies_ahead,
};
use crate::{
    domain::{CitedEvent, Index, ParticipantId, Recorded, Size, TreatyId},
    projections::{Act, PageRequest, View},
    treaties::{self, DaysThatDiffer, Since, StatusDifference, Stood},
    wire::proto::{self, known_change::Change},
};

/// The earlier state of knowledge and the later one.
type Between<'v> = (View<'v>, View<'v>);

impl Node {
    /// The size of the earlier state of knowledge that a request names.
    pub(super) async fn earlier(&self, from: Option<proto::ReadAt>, later: Size) -> Result<Size, Refused> {
        self.models.at(later)?;
        if from.as_ref().is_none_or(|from| from.known_at.is_none()) {
            return Err(Refused::invalid("from", "the earlier state of knowledge: a size or a time"));
        }
        let size = self.resolve(from).await.map_err(|refused| refused.within("read_at", "from"))?;
        self.models.at(size).map_err(|error| Refused::from(error).about("from"))?;
        if size > later {
            let message = format!("{size} entries are more than the {later} up to which changes are told");
            return Err(Refused::invalid("from", message));
        }
        Ok(size)
    }

    /// A page of what changed.
    pub(super) fn changes(
        &self,
        (earlier, later): Between<'_>,
        scope: &Scope,
        asked: Asked,
        page: PageRequest<'_>,
    ) -> Result<proto::ChangesResponse, Refused> {
        let touched = self.touched(earlier, later)?;
        let of = |treaty: &TreatyId| {
            if !self.touches(&touched, later, treaty)? {
                return Ok(OfTreaty { lines: Vec::new(), looked: 1 });
            }
            let survey = |view| self.survey_of(view, treaty, scope.who(), asked.view);
            let two = Two { before: survey(earlier)?, after: survey(later)?, since: Since(earlier.size()), asked };
            let mut lines = self.new_acts(later, &two)?;
            lines.extend(self.differences(later, &two)?);
            Ok(OfTreaty { lines, looked: 2 * two.after.participants().count() })
        };
        let (changes, next_page_token) = page_by_treaty(&scope.treaties, page, of)?;
        Ok(proto::ChangesResponse {
            at: asked.at.to_string(),
            projected: lies_ahead(later, asked)?,
            view: asked.view.name().into(),
            changes,
            next_page_token,
            from: Some(self.holds_at(earlier)?),
            holds_at: Some(self.holds_at(later)?),
        })
    }

    /// What was recorded or took effect: on the treaty, under it, on those that have an
    /// act under it.
    fn new_acts(&self, view: View<'_>, two: &Two) -> Result<Vec<Line<proto::KnownChange>>, Refused> {
        let survey = &two.after;
        let telling = Telling::of(self, view, two.asked.view);
        let of_each = survey.participants().flat_map(|who| {
            let own = survey.acts_of(who).iter().chain(survey.about(who));
            own.map(move |recorded| (Some(who), recorded))
        });
        let on_treaty = survey.on_treaty().iter().map(|recorded| (None, recorded));
        let new = on_treaty.chain(of_each).filter(|(_, recorded)| two.since.is_new(recorded));
        let lines = new.map(|(participant, recorded)| {
            let act = Act {
                position: recorded.position,
                kind: recorded.event.kind(),
                date: recorded.event.date().cloned(),
                participant: participant.cloned(),
            };
            let key = format!("0/{:020}/{:05}", recorded.position.index.0, recorded.position.ordinal);
            Ok(Line { key, told: two.line(Change::Act(telling.act(&act)?)) })
        });
        lines.collect()
    }

    /// Whose status is known differently.
    fn differences(&self, view: View<'_>, two: &Two) -> Result<Vec<Line<proto::KnownChange>>, Refused> {
        let in_force =
            |survey: &Survey| survey.ask_of_treaty(|dossier| treaties::treaty_in_force(dossier, two.asked.view));
        let mut facts = (*two.after.facts()).clone();
        let mut counted = Vec::new();
        let all_touched = in_force(&two.before) != in_force(&two.after);
        if all_touched {
            let (treaty, _) = two.after.treaty();
            let new = self.new_under(view, treaty, two.since)?;
            facts.extend(new.iter().map(|recorded| (recorded.position.index, super::status::facts(recorded))));
            counted = new.iter().map(|recorded| recorded.cited()).collect();
        }
        let mut lines = Vec::new();
        for participant in two.after.participants() {
            let mut new = two.after.ask(participant, |dossier| two.since.bearing(dossier));
            if new.is_empty() && !all_touched {
                continue;
            }
            if new.is_empty() {
                new.clone_from(&counted);
            }
            if let Some(found) = two.difference(participant, &new) {
                let told = Change::Difference(told(&two.after, participant, &found, &facts));
                lines.push(Line { key: format!("1/{participant}"), told: two.line(told) });
            }
        }
        Ok(lines)
    }

    /// New events of everybody under a treaty, and instruments that name it: deposits that are counted, and what may
    /// change them.
    fn new_under(&self, view: View<'_>, treaty: &TreatyId, since: Since) -> Result<Vec<Arc<Recorded>>, Refused> {
        let with_parent = view.instruments_naming(treaty, None)?.into_iter().map(|(_, act)| act);
        let positions = view.acts_under(treaty)?.into_iter().chain(with_parent).map(|act| act.position);
        let read = self.events_at(view, positions)?;
        let new = read.into_values().filter(|recorded| since.is_new(recorded) && recorded.effective_since().is_some());
        Ok(new.collect())
    }
}

/// One treaty, read at both states of knowledge.
struct Two {
    before: Survey,
    after: Survey,
    since: Since,
    asked: Asked,
}

impl Two {
    fn difference(&self, participant: &ParticipantId, new: &[CitedEvent]) -> Option<StatusDifference> {
        let answer = |survey: &Survey| {
            survey.ask(participant, |dossier| treaties::status(dossier, self.asked.at, self.asked.view))
        };
        treaties::difference(&answer(&self.before), &answer(&self.after), new)
    }

    fn line(&self, change: Change) -> proto::KnownChange {
        let (treaty, treaty_name) = self.after.treaty();
        proto::KnownChange { treaty: treaty.to_string(), treaty_name: treaty_name.to_owned(), change: Some(change) }
    }
}

fn told(
    survey: &Survey,
    participant: &ParticipantId,
    found: &StatusDifference,
    facts: &HashMap<Index, EventFacts>,
) -> proto::KnownDifference {
    let StatusDifference { before, after, days, beside, made_by } = found;
    let (beside_before, beside_after) = beside.clone().unwrap_or_default();
    proto::KnownDifference {
        participant: participant.to_string(),
        participant_name: survey.participant_name(participant),
        statuses_before: statuses(before),
        statuses_after: statuses(after),
        days: days.iter().map(days_message).collect(),
        beside_before,
        beside_after,
        made_by: made_by.iter().map(|event| cited(event, facts)).collect(),
    }
}

fn days_message(days: &DaysThatDiffer) -> proto::DaysKnownDifferently {
    let DaysThatDiffer { from, to, before, after } = days;
    proto::DaysKnownDifferently { from: day(*from), to: day(*to), before: statuses(before), after: statuses(after) }
}

fn statuses(statuses: &[Stood]) -> Vec<proto::KnownStatus> {
    let told = statuses.iter().map(|stood| {
        let ((effective, expired), (effective_last, expired_last)) = (dates_of(stood.first), dates_of(stood.last));
        proto::KnownStatus {
            status: stood.first.name().into(),
            effective: day(effective),
            expired: day(expired),
            effective_latest: latest((effective, effective_last)),
            expired_latest: latest((expired, expired_last)),
            may_not_end: stood.may_not_end(),
        }
    });
    told.collect()
}
