//! From the duties that the rules tell to the messages of the contract.

use std::collections::HashMap;

use super::{
    duties::FoundDuties,
    status::EventFacts,
    status_answer::{cited, day, latest_of, legal_finding, step_of, world},
};
use crate::{
    domain::Index,
    limits::TOLD_TEXT_CHARS,
    treaties::{Duty, DutyRule, DutyState, DutyType, Extension, Fulfilment, Obligations},
    wire::proto,
};

type Facts = HashMap<Index, EventFacts>;

impl FoundDuties {
    /// The duties in one of these states, with how the participant stands.
    pub fn told(&self, states: &[DutyState]) -> proto::TreatyDuties {
        let duties = self.in_states(states).map(|found| duty(found, self.facts())).collect();
        let Obligations {
            at: _,
            known: _,
            projected: _,
            named,
            duties: _,
            fulfilled_not_shown,
            complete,
            continues,
            findings,
        } = &self.obligations;
        proto::TreatyDuties {
            standing: Some(self.found.standing()),
            clauses_name_duties: *named,
            duties,
            fulfilled_not_shown: u32::try_from(*fulfilled_not_shown).unwrap_or(u32::MAX),
            complete: *complete,
            continues: continues.to_string(),
            findings: findings.iter().map(|remark| legal_finding(remark, self.facts())).collect(),
        }
    }
}

/// One duty, told in full.
pub fn duty(duty: &Duty, facts: &Facts) -> proto::Duty {
    let Duty {
        article,
        title,
        duty_type,
        about,
        membership,
        in_force,
        state,
        certain,
        certainly_overdue,
        first_due,
        due,
        days_late,
        days_late_most,
        extensions,
        fulfilled,
        stops,
        assuming,
        steps,
    } = duty;
    let kind = match duty_type {
        DutyType::Act => proto::ObligationKind::Act,
        DutyType::Report => proto::ObligationKind::Report,
        DutyType::YearlyReport => proto::ObligationKind::YearlyReport,
    };
    proto::Duty {
        article: article.to_string(),
        title: title.to_string(),
        kind: kind.into(),
        about_year: about.and_then(|year| u32::try_from(year).ok()).unwrap_or_default(),
        state: state.name().into(),
        due: due.first.to_string(),
        first_due: first_due.first.to_string(),
        days_late: *days_late,
        in_force: in_force.first.to_string(),
        extensions: extensions.iter().map(|found| extension(found, facts)).collect(),
        fulfilled: fulfilled.as_ref().map(|found| fulfilment(found, facts)),
        stops: day(stops.map(|stops| stops.first)),
        assuming: assuming.iter().map(ToString::to_string).collect(),
        steps: steps
            .iter()
            .map(|step| step_of(&step.named(DutyRule::name), TOLD_TEXT_CHARS, |event| cited(event, facts)))
            .collect(),
        due_latest: latest_of(*due),
        first_due_latest: latest_of(*first_due),
        in_force_latest: latest_of(*in_force),
        days_late_most: if days_late_most > days_late { *days_late_most } else { 0 },
        stops_latest: stops.map(latest_of).unwrap_or_default(),
        membership: u32::try_from(*membership).unwrap_or(u32::MAX),
        certain: *certain,
        certainly_overdue: *certainly_overdue,
    }
}

fn extension(extension: &Extension, facts: &Facts) -> proto::DutyExtension {
    let Extension { event, outcome, decided, decided_by, symbol, before, new, replaces } = extension;
    proto::DutyExtension {
        event: Some(cited(event, facts)),
        outcome: outcome.number(),
        decided: world(decided.as_ref()),
        decided_by: decided_by.to_string(),
        symbol: symbol.to_string(),
        before: before.first.to_string(),
        new_deadline: day(*new),
        replaces: *replaces,
        before_latest: latest_of(*before),
    }
}

fn fulfilment(fulfilment: &Fulfilment, facts: &Facts) -> proto::DutyFulfilment {
    let Fulfilment { event, date } = fulfilment;
    proto::DutyFulfilment { event: Some(cited(event, facts)), date: world(date.as_ref()) }
}
