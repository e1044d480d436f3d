//! What law remarks on the acts of all participants, under one treaty or under all.
//!
//! Leaves to others: reading (`survey`), the rules (`treaties`), pages (`by_treaty`).

use super::{
    Node,
    by_treaty::{Line, OfTreaty, Scope, page_by_treaty},
    errors::Refused,
    status::Asked,
    status_answer::legal_finding,
    survey::Survey,
    treaties::lies_ahead,
};
use crate::{
    domain::{LegalRemark, ParticipantId, TreatyId},
    projections::{PageRequest, View},
    treaties::{self, ChangedUnderTreaty, FindingUnderTreaty},
    wire::proto,
};

/// The codes that a request names.
pub(super) fn parse_codes(codes: &[String]) -> Result<Vec<LegalRemark>, Refused> {
    let parse = |code: &String| {
        let unknown = || Refused::no_word("codes", code, "no code of a legal finding: docs/findings.md");
        LegalRemark::from_name(code).ok_or_else(unknown)
    };
    codes.iter().map(parse).collect()
}

impl Node {
    /// A page of the findings with one of the codes; without codes of all.
    pub(super) fn findings_under(
        &self,
        view: View<'_>,
        scope: &Scope,
        asked: Asked,
        codes: &[LegalRemark],
        page: PageRequest<'_>,
    ) -> Result<proto::FindingsResponse, Refused> {
        let of = |treaty: &TreatyId| {
            let survey = self.survey_of(view, treaty, scope.who(), asked.view)?;
            let ask = |dossier: &treaties::Dossier<'_>| treaties::findings(dossier, asked.at, asked.view);
            let of_each = survey.each(ask).map(|(who, findings)| (who.clone(), findings));
            let mut found = treaties::gathered(survey.ask_of_treaty(ask), of_each);
            found.retain(|found| codes.is_empty() || codes.contains(&found.remark.finding.code));
            let lines = found.iter().map(|found| line(&survey, found)).collect();
            Ok(OfTreaty { lines: numbered(lines), looked: survey.participants().count() })
        };
        let (findings, next_page_token) = page_by_treaty(&scope.treaties, page, of)?;
        Ok(proto::FindingsResponse {
            at: asked.at.to_string(),
            projected: lies_ahead(view, asked)?,
            view: asked.view.name().into(),
            findings,
            next_page_token,
            holds_at: Some(self.holds_at(view)?),
        })
    }
}

/// A finding with those in whose answers it stands.
pub(super) fn under_treaty(survey: &Survey, found: &FindingUnderTreaty) -> proto::FindingUnderTreaty {
    let FindingUnderTreaty { remark, participants } = found;
    let (treaty, treaty_name) = survey.treaty();
    let (participants, participant_names) = named(survey, participants);
    proto::FindingUnderTreaty {
        treaty: treaty.to_string(),
        treaty_name: treaty_name.to_owned(),
        finding: Some(legal_finding(remark, &survey.facts())),
        participants,
        participant_names,
    }
}

/// A finding that says something else after something was recorded.
pub(super) fn changed_under_treaty(
    (before, after): (&Survey, &Survey),
    changed: &ChangedUnderTreaty,
) -> proto::ChangedFinding {
    let ChangedUnderTreaty { was, now, participants } = changed;
    let (treaty, treaty_name) = after.treaty();
    let (participants, participant_names) = named(after, participants);
    proto::ChangedFinding {
        treaty: treaty.to_string(),
        treaty_name: treaty_name.to_owned(),
        was: was.iter().map(|remark| legal_finding(remark, &before.facts())).collect(),
        now: now.iter().map(|remark| legal_finding(remark, &after.facts())).collect(),
        participants,
        participant_names,
    }
}

/// Participants by their ids and by their names.
fn named(survey: &Survey, participants: &[ParticipantId]) -> (Vec<String>, Vec<String>) {
    participants.iter().map(|who| (who.to_string(), survey.participant_name(who))).unzip()
}

/// The key is where the event stands, then the code.
fn line(survey: &Survey, found: &FindingUnderTreaty) -> Line<proto::FindingUnderTreaty> {
    let finding = &found.remark.finding;
    let told = under_treaty(survey, found);
    let at = finding.event.as_ref().map(|event| event.position);
    let at = at.map_or("-".to_owned(), |at| format!("{:020}/{:05}", at.index.0, at.ordinal));
    Line { key: format!("{at}/{:03}", finding.code.number()), told }
}

/// Findings of one code on one event, told apart by their number.
fn numbered(mut lines: Vec<Line<proto::FindingUnderTreaty>>) -> Vec<Line<proto::FindingUnderTreaty>> {
    let (mut before, mut number) = (String::new(), 0);
    for line in &mut lines {
        number = if line.key == before { number + 1 } else { 0 };
        before.clone_from(&line.key);
        line.key = format!("{before}/{number:05}");
    }
    lines
}
