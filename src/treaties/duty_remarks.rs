//! Legal findings on extensions of deadlines, reports and declarations of completion.
//! They block nothing; what they remark on is listed with the duty all the same.

use jiff::civil::Date;

use super::{
    course::Course,
    deadlines::{self, Bound},
    months::{add_months, counted},
    rivals::Act,
    statements::Statement,
};
use crate::domain::{
    DeadlineExtended, DeclarationMade, DeclarationType, Due, ExtensionClause, ExtensionOutcome, LegalFinding,
    LegalRemark, ObligationClause, ReportSubmitted, TreatyBody,
};

/// Whether acts find a duty and a membership.
pub fn on_acts(acts: &[&Act<'_>], clauses: &[ObligationClause], courses: &[&Course]) -> Vec<LegalFinding> {
    let bound: Vec<Bound> = courses.iter().flat_map(|course| Bound::of(course)).flatten().collect();
    let statements = acts.iter().flat_map(|act| &act.followed);
    let found = statements.filter_map(|statement| match statement.body {
        TreatyBody::DeadlineExtended(body) => on_place_of_extension(statement, body, clauses, &bound),
        TreatyBody::ReportSubmitted(body) => on_report(statement, body, clauses, &bound),
        TreatyBody::DeclarationMade(body) if body.declaration_type == DeclarationType::Completion => {
            on_completion(statement, body, clauses, &bound)
        }
        _ => None,
    });
    found.collect()
}

/// What is to be remarked on an extension where another deadline stood before.
pub fn on_extension(
    clause: &ObligationClause,
    statement: &Statement<'_>,
    body: &DeadlineExtended,
    before: Date,
) -> Vec<LegalFinding> {
    let Some(ExtensionClause { months, by: _ }) = &clause.extension else { return Vec::new() };
    let mut findings = Vec::new();
    let mut add = |code, message: String| findings.push(finding(code, statement, &clause.article, message));
    let asks_or_grants = match body.outcome {
        ExtensionOutcome::Requested | ExtensionOutcome::Granted => true,
        ExtensionOutcome::Refused => false,
    };
    let most = add_months(before, *months);
    if let Some(new) = body.new_deadline.map(|new| new.0).filter(|new| asks_or_grants && most < *new) {
        let months = counted(*months, "month");
        let message = format!("{new} is more than {months} after {before}; {most} would be the last day");
        add(LegalRemark::ExtensionTooLong, message);
    }
    let earliest = body.decided.as_ref().and_then(|decided| decided.earliest());
    if let Some(day) = earliest.filter(|day| body.outcome == ExtensionOutcome::Granted && before < *day) {
        add(LegalRemark::ExtensionDecidedLate, format!("granted on {day}, after the deadline of {before}"));
    }
    if let Some(stated) = body.old_deadline.map(|old| old.0).filter(|stated| *stated != before) {
        add(LegalRemark::OldDeadlineDiffers, format!("stated is {stated}; the deadline that stood is {before}"));
    }
    findings
}

fn on_place_of_extension(
    statement: &Statement<'_>,
    body: &DeadlineExtended,
    clauses: &[ObligationClause],
    bound: &[Bound],
) -> Option<LegalFinding> {
    let article = &body.article;
    let once = |clause: &&ObligationClause| clause.article == *article && is_once(clause.due);
    let message = match clauses.iter().find(once) {
        None => Some("the clauses know no duty with a deadline of its own under the article"),
        Some(clause) if clause.extension.is_none() => Some("the clauses know no extension of the duty"),
        Some(_) => None,
    };
    if let Some(message) = message {
        return Some(finding(LegalRemark::ExtensionWithoutDuty, statement, article, message.into()));
    }
    let decided = body.decided.as_ref();
    let (earliest, latest) = (decided.and_then(|date| date.earliest()), decided.and_then(|date| date.latest()));
    let can_lie_in = |bound: &Bound| {
        latest.is_none_or(|latest| bound.in_force <= latest)
            && bound.out.is_none_or(|out| earliest.is_none_or(|earliest| earliest < out))
    };
    let outside = !bound.iter().any(can_lie_in);
    let message = "the treaty did not bind the participant on the day of the request or decision";
    outside.then(|| finding(LegalRemark::ExtensionWithoutMembership, statement, article, message.into()))
}

fn on_report(
    statement: &Statement<'_>,
    body: &ReportSubmitted,
    clauses: &[ObligationClause],
    bound: &[Bound],
) -> Option<LegalFinding> {
    let found = clauses.iter().filter(|clause| clause.article == body.article);
    let reports: Vec<Due> = found.map(|clause| clause.due).filter(|due| !matches!(due, Due::Act(_))).collect();
    let covers =
        |bound: &Bound| body.period.as_ref().is_some_and(|period| deadlines::covers_a_year(period, bound.in_force));
    let message = if reports.is_empty() {
        "the clauses know no report under the article"
    } else if !can_belong(statement, bound) {
        "the participant had not consented to be bound by then"
    } else if !reports.iter().any(|due| is_once(*due)) && !bound.iter().any(covers) {
        "the report covers no calendar year in which the treaty bound the participant"
    } else {
        return None;
    };
    Some(finding(LegalRemark::ReportWithoutDuty, statement, &body.article, message.into()))
}

fn on_completion(
    statement: &Statement<'_>,
    body: &DeclarationMade,
    clauses: &[ObligationClause],
    bound: &[Bound],
) -> Option<LegalFinding> {
    let known = clauses.iter().any(|clause| clause.article == body.article && matches!(clause.due, Due::Act(_)));
    let message = if !known {
        "the clauses know no duty under the article that a declaration could fulfil"
    } else if !can_belong(statement, bound) {
        "the participant had not consented to be bound by then"
    } else {
        return None;
    };
    Some(finding(LegalRemark::ReportWithoutDuty, statement, &body.article, message.into()))
}

/// Whether a day that the statement can mean lies in or after a membership.
fn can_belong(statement: &Statement<'_>, bound: &[Bound]) -> bool {
    let latest = statement.date().and_then(|date| date.latest());
    bound.iter().any(|bound| latest.is_none_or(|latest| bound.begins() <= latest))
}

fn is_once(due: Due) -> bool {
    match due {
        Due::Act(_) | Due::Report(_) => true,
        Due::YearlyReport { .. } => false,
    }
}

fn finding(code: LegalRemark, on: &Statement<'_>, article: &str, message: String) -> LegalFinding {
    LegalFinding { code, event: Some(on.cited()), article: article.into(), message: message.into() }
}
