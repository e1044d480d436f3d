//! Legal findings on extensions of deadlines, reports and declarations of completion.
//! They block nothing; what they remark on is listed with the duty all the same.

use jiff::civil::Date;

use super::{
    course::Course,
    days::Days,
    deadlines::{self, Bound},
    months::{add_months, counted},
    rivals::Act,
    statements::Statement,
};
use crate::domain::{
    CitedEvent, DeadlineExtended, DeclarationMade, DeclarationType, Due, ExtensionClause, ExtensionOutcome,
    LegalFinding, LegalRemark, ObligationClause, ReportSubmitted, TreatyBody,
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

/// What is remarked on an extension, with the deadline that stood before.
#[derive(Clone, Debug)]
pub struct OnExtension {
    event: CitedEvent,
    article: Box<str>,
    what: Faulty,
    before: Days,
}

/// What an extension is not as it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Faulty {
    TooLong { new: Date, months: u32 },
    DecidedLate { on: Days },
    DiffersFrom { stated: Date },
    Earlier { new: Date },
}

impl OnExtension {
    /// What tells remarks apart, whatever days they name.
    pub fn about(&self) -> (LegalRemark, CitedEvent, Box<str>) {
        (self.code(), self.event.clone(), self.article.clone())
    }

    /// One in place of two that are about the same.
    pub fn around(self, other: &Self) -> Self {
        let what = match (self.what, other.what) {
            (Faulty::DecidedLate { on }, Faulty::DecidedLate { on: others }) => {
                Faulty::DecidedLate { on: on.around(others) }
            }
            (what, _) => what,
        };
        Self { what, before: self.before.around(other.before), ..self }
    }

    fn code(&self) -> LegalRemark {
        match self.what {
            Faulty::TooLong { .. } => LegalRemark::ExtensionTooLong,
            Faulty::DecidedLate { .. } => LegalRemark::ExtensionDecidedLate,
            Faulty::DiffersFrom { .. } => LegalRemark::OldDeadlineDiffers,
            Faulty::Earlier { .. } => LegalRemark::ExtensionToEarlierDay,
        }
    }

    /// As it is told: with both ends of a deadline that is open.
    pub fn finding(&self) -> LegalFinding {
        let before = self.before.named();
        let message = match self.what {
            Faulty::TooLong { new, months } => {
                let most = self.before.map(|day| add_months(day, months)).named();
                format!("{new} is more than {} after {before}; {most} would be the last day", counted(months, "month"))
            }
            Faulty::DecidedLate { on } => format!("granted {on}, after the deadline of {before}"),
            Faulty::DiffersFrom { stated } => format!("stated is {stated}; the deadline that stood is {before}"),
            Faulty::Earlier { new } => format!("{new} lies before the deadline that stood, {before}"),
        };
        let (code, event, article) = self.about();
        LegalFinding { code, event: Some(event), article, message: message.into() }
    }
}

/// What is to be remarked on an extension of a day where another deadline stood before.
pub fn on_extension(
    clause: &ObligationClause,
    statement: &Statement<'_>,
    body: &DeadlineExtended,
    (before, day): (Date, Date),
) -> Vec<OnExtension> {
    let Some(ExtensionClause { months, by: _ }) = &clause.extension else { return Vec::new() };
    let asks_or_grants = match body.outcome {
        ExtensionOutcome::Requested | ExtensionOutcome::Granted => true,
        ExtensionOutcome::Refused => false,
    };
    let most = add_months(before, *months);
    let new = body.new_deadline.map(|new| new.0).filter(|_| asks_or_grants);
    let too_long = new.filter(|new| most < *new).map(|new| Faulty::TooLong { new, months: *months });
    let earlier = new.filter(|new| *new < before).map(|new| Faulty::Earlier { new });
    let granted = body.outcome == ExtensionOutcome::Granted && body.decided.is_some();
    let late = (granted && before < day).then_some(Faulty::DecidedLate { on: Days::on(day) });
    let stated = body.old_deadline.map(|old| old.0).filter(|stated| *stated != before);
    let differs = stated.map(|stated| Faulty::DiffersFrom { stated });
    let of = |what| OnExtension {
        event: statement.cited(),
        article: clause.article.clone(),
        what,
        before: Days::on(before),
    };
    too_long.into_iter().chain(earlier).chain(late).chain(differs).map(of).collect()
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
