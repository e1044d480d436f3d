//! Who is a party to a treaty, and how many: a line for everybody with an act under it,
//! counts by definition, and how far they are totals.
//!
//! Leaves to others: reading (`survey`), statuses, counts and coverage (`treaties`).

use jiff::civil::Date;

use super::{
    Node,
    errors::Refused,
    fitting,
    status::Asked,
    status_answer::{
        Surely, day, effective_days, ends_of, latest, provisional_application, status_held, suspension_asserted,
    },
    survey::Survey,
    treaties::lies_ahead,
};
use crate::{
    domain::{ParticipantId, TreatyId},
    projections::{Page, PageRequest, QueryError, View},
    treaties::{
        self, Answer, Cell, Count, Coverage, CoverageWord, Difference, Held, Outcome, Participation, Span, TreatyStatus,
    },
    wire::proto,
};

/// What is told of one participant.
struct Line {
    participant: ParticipantId,
    answer: Answer,
}

impl Node {
    /// A page of the participants of a treaty, with counts over all of them.
    pub(super) fn parties(
        &self,
        view: View<'_>,
        treaty: &TreatyId,
        asked: Asked,
        statuses: &[String],
        page: PageRequest<'_>,
    ) -> Result<proto::ListPartiesResponse, Refused> {
        let wanted = wanted(statuses)?;
        let survey = self.survey(view, treaty, asked.view)?;
        let mut held = Held::new();
        let lines =
            survey.each(|dossier| treaties::party(dossier, asked.at, asked.view)).map(|(who, (answer, found))| {
                held.insert(who.clone(), found);
                Line { participant: who.clone(), answer }
            });
        let lines: Vec<Line> = lines.collect();
        let coverage =
            treaties::coverage(&survey.ask_of_treaty(|it| treaties::tables(it, asked.view)), &held, asked.at);
        let total = coverage.word == CoverageWord::Complete;
        let counts = treaties::counts(lines.iter().map(|line| &line.answer));
        let find = |page: PageRequest<'_>| page_of(&lines, &wanted, page);
        let (parties, next_page_token) =
            fitting(page, find, |line| Ok(party(&survey, line, &held[&line.participant], asked.at)))?;
        let (treaty, treaty_name) = survey.treaty();
        Ok(proto::ListPartiesResponse {
            treaty: treaty.to_string(),
            treaty_name: treaty_name.to_owned(),
            at: asked.at.to_string(),
            projected: lies_ahead(view, asked)?,
            view: asked.view.name().into(),
            parties,
            counts: counts.into_iter().map(|count| count_message(count, total)).collect(),
            coverage: Some(coverage_message(&survey, coverage)),
            next_page_token,
            holds_at: Some(self.holds_at(view)?),
        })
    }
}

/// The words of the filter, each one of the vocabulary.
fn wanted(statuses: &[String]) -> Result<Vec<&str>, Refused> {
    let unknown = statuses.iter().find(|status| !TreatyStatus::NAMES.contains(&status.as_str()));
    match unknown {
        Some(status) => {
            let known = format!("no status: {}", TreatyStatus::NAMES.join(", "));
            Err(Refused::no_word("statuses", status, known))
        }
        None => Ok(statuses.iter().map(String::as_str).collect()),
    }
}

/// A token is the id of the last participant on the page before.
fn page_of<'l>(lines: &'l [Line], wanted: &[&str], page: PageRequest<'_>) -> Result<Page<&'l Line>, QueryError> {
    let bad = |token: &str| QueryError::BadPageToken { token: token.to_owned() };
    let after = page.after.map(|token| token.parse::<ParticipantId>().map_err(|_| bad(token))).transpose()?;
    let is_wanted = |line: &&Line| {
        wanted.is_empty() || line.answer.outcomes.iter().any(|outcome| wanted.contains(&outcome.status.name()))
    };
    let from = lines.partition_point(|line| after.as_ref().is_some_and(|after| line.participant <= *after));
    let items = lines[from..].iter().filter(is_wanted).take(page.limit() + 1).collect();
    Ok(Page::of(items, page.limit(), |line| line.participant.to_string()))
}

fn party(survey: &Survey, line: &Line, held: &Participation, at: Date) -> proto::Party {
    let Line { participant, answer } = line;
    let ends = |of: fn(Span) -> Option<Date>| ends_of(&answer.outcomes, of);
    let (since, until, effective) = (ends(|span| span.from), ends(|span| span.to), effective_days(&answer.outcomes));
    let date = |cell: Option<&Cell>| cell.and_then(|cell| cell.date.as_ref()).map(ToString::to_string);
    let (signature, deposit) = (held.signature(at).first(), held.deposit(at).first());
    let (suspended, applied) = (suspension_asserted(&answer.overlays), provisional_application(&answer.overlays));
    proto::Party {
        participant: participant.to_string(),
        participant_name: survey.participant_name(participant),
        statuses: answer.outcomes.iter().map(|outcome| outcome.status.name().into()).collect(),
        since: day(since.0),
        since_latest: latest(since),
        until: day(until.0),
        until_latest: latest(until),
        settled: answer.is_settled(),
        suspension_asserted: suspended.is_some(),
        provisional_application: applied.is_some(),
        signed: date(signature).unwrap_or_default(),
        deposited: date(deposit).unwrap_or_default(),
        // A signature has a mode where it is consent by itself.
        mode: deposit.or(signature).and_then(|cell| cell.mode).map_or(0, |mode| mode.number()),
        succession: deposit.is_some_and(|cell| cell.succession),
        depositary_sequence: deposit.and_then(|cell| cell.depositary_sequence).unwrap_or_default(),
        findings: number(answer.findings.len()),
        effective: day(effective.0),
        effective_latest: latest(effective),
        may_not_end: answer.outcomes.first().is_some_and(Outcome::may_not_end),
        complete: answer.complete,
        suspension_uncertain: suspended == Some(Surely(false)),
        provisional_application_uncertain: applied == Some(Surely(false)),
        held: answer.outcomes.iter().map(status_held).collect(),
    }
}

fn count_message(count: Count, total: bool) -> proto::PartyCount {
    let Count { definition, certain, possible } = count;
    proto::PartyCount {
        definition: definition.name().into(),
        words: definition.words().into(),
        certain: number(certain),
        possible: number(possible),
        total,
    }
}

fn coverage_message(survey: &Survey, coverage: Coverage) -> proto::Coverage {
    let Coverage { word, table, as_at, as_at_latest, complete_until, complete_until_latest, differences } = coverage;
    proto::Coverage {
        word: word.name().into(),
        table: table.map(|event| survey.cited(&event)),
        as_at: day(as_at),
        complete_until: day(complete_until),
        as_at_latest: day(as_at_latest),
        complete_until_latest: day(complete_until_latest),
        differences: differences.into_iter().map(difference_message).collect(),
    }
}

fn difference_message(difference: Difference) -> proto::TableDifference {
    let Difference { code, participant, name, sentence } = difference;
    proto::TableDifference {
        code: code.name().into(),
        participant: participant.to_string(),
        name: name.into(),
        sentence: sentence.into(),
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
