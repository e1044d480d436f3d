//! From an answer of the treaty rules to the messages of the contract.

use std::collections::HashMap;

use jiff::civil::Date;

use super::status::{EventFacts, Found};
use crate::{
    domain::{Body, CitedEvent, Index, LegalFinding, WorldDate},
    limits::{TOLD_TEXT_CHARS, TOLD_TEXT_CHARS_MIN},
    treaties::{
        Change, Claim, Claims, ClausesApplied, Contest, Days, Declared, Interval, OpenChange, Outcome, Overlay,
        Reaction, Reason, Remark, Replaced, Span, Stance, StatusCourse, StatusRule, Step, SuspensionAsserted,
        TreatyStatus, Window,
    },
    wire::{SaidField, body_message, differing_fields, not_stated_message, proto, timestamp, told_in_part},
};

impl Found {
    pub(super) fn outcomes(&self) -> Vec<proto::StatusOutcome> {
        self.answer.outcomes.iter().map(|outcome| self.outcome(outcome)).collect()
    }

    pub(super) fn courses(&self) -> Vec<proto::StatusCourse> {
        let courses = self.answer.courses.iter().map(|course| {
            let StatusCourse { assuming, intervals } = course;
            proto::StatusCourse {
                assuming: assuming.iter().map(ToString::to_string).collect(),
                spans: intervals.iter().map(span).collect(),
            }
        });
        courses.collect()
    }

    pub(super) fn overlays(&self) -> Vec<proto::StatusOverlay> {
        self.told(&self.answer.overlays)
    }

    pub(super) fn overlays_of_all_days(&self) -> Vec<proto::StatusOverlay> {
        self.told(&self.answer.overlays_of_all_days)
    }

    fn told(&self, overlays: &[Overlay]) -> Vec<proto::StatusOverlay> {
        use proto::status_overlay::Overlay as Told;
        let overlays = overlays.iter().map(|overlay| match overlay {
            Overlay::SuspensionAsserted(found) => Told::SuspensionAsserted(self.suspension(found)),
            Overlay::ProvisionalApplication { event, scope, article, since, until, withdrawn: _, certain } => {
                Told::ProvisionalApplication(proto::ProvisionalApplication {
                    event: Some(self.cited(event)),
                    scope: scope.to_string(),
                    article: article.to_string(),
                    since: since.first.to_string(),
                    until: day(until.map(|until| until.first)),
                    since_latest: latest_of(*since),
                    until_latest: until.map(latest_of).unwrap_or_default(),
                    uncertain: !certain,
                })
            }
            Overlay::Declaration(declared) => Told::Declaration(self.declared(declared)),
            Overlay::TerritorialScope(declared) => Told::TerritorialScope(self.declared(declared)),
            Overlay::RetroactiveSuccession { event, predecessor, succeeded, notified, may_have_ended } => {
                Told::RetroactiveSuccession(proto::RetroactiveSuccession {
                    event: Some(self.cited(event)),
                    predecessor: predecessor.to_string(),
                    succeeded: succeeded.first.to_string(),
                    succeeded_latest: latest_of(*succeeded),
                    notified: world(notified.as_ref()),
                    may_have_ended: day(may_have_ended.map(|days| days.first)),
                    may_have_ended_latest: may_have_ended.map(latest_of).unwrap_or_default(),
                })
            }
        });
        overlays.map(|overlay| proto::StatusOverlay { overlay: Some(overlay) }).collect()
    }

    pub(super) fn claims(&self) -> Vec<proto::Claims> {
        self.answer.claims.iter().map(|found| claims(found, &self.facts)).collect()
    }

    pub(super) fn findings(&self) -> Vec<proto::LegalFinding> {
        self.answer.findings.iter().map(|remark| legal_finding(remark, &self.facts)).collect()
    }

    /// One line.
    pub(super) fn standing(&self) -> proto::Standing {
        let outcomes = &self.answer.outcomes;
        let (since, until) = (ends_of(outcomes, |span| span.from), ends_of(outcomes, |span| span.to));
        let suspended = suspension_asserted(&self.answer.overlays);
        let effective = effective_days(outcomes);
        let (notified, bound_until) = self.leaving();
        proto::Standing {
            treaty: self.treaty.to_string(),
            treaty_name: self.treaty_name.clone(),
            statuses: outcomes.iter().map(|outcome| outcome.status.name().into()).collect(),
            bound: outcomes.iter().all(|outcome| outcome.status.is_bound()),
            since: day(since.0),
            since_latest: latest(since),
            until: day(until.0),
            until_latest: latest(until),
            suspension_asserted: suspended.is_some(),
            suspension_uncertain: suspended == Some(Surely(false)),
            effective: day(effective.0),
            effective_latest: latest(effective),
            withdrawal_notified: day(notified.0),
            withdrawal_notified_latest: latest(notified),
            bound_until: day(bound_until.0),
            bound_until_latest: latest(bound_until),
            may_not_end: outcomes.first().is_some_and(Outcome::may_not_end),
            bound_until_may_not_come: bound_until.0.is_some() && self.may_stay_bound(),
            complete: self.answer.complete,
            held: outcomes.iter().map(status_held).collect(),
        }
    }

    /// In the first course that has the first of the statuses on the day, from that on: when it
    /// is first leaving, and until when it is bound without a break; the earliest and the latest.
    fn leaving(&self) -> (Ends, Ends) {
        let none = ((None, None), (None, None));
        let Some(status) = self.answer.outcomes.first().map(|outcome| outcome.status.name()) else { return none };
        let holds = |it: &Interval| it.first.status.name() == status && it.may_hold_on(self.answer.at);
        let found = self.answer.courses.iter().find_map(|course| {
            let at = course.intervals.iter().position(holds)?;
            Some(&course.intervals[at..])
        });
        let bound = found.unwrap_or_default().iter().take_while(|it| it.first.status.is_bound());
        let bound: Vec<&Interval> = bound.collect();
        let pending = bound.iter().find(|it| matches!(it.first.status, TreatyStatus::WithdrawalPending { .. }));
        let notified = pending.map_or((None, None), |it| (it.first.from, it.last.from));
        (notified, bound.last().map_or((None, None), |it| (it.first.to, it.last.to)))
    }

    /// Whether some reading has it bound on the day, and for ever.
    fn may_stay_bound(&self) -> bool {
        self.answer.courses.iter().any(|course| {
            let ahead = course.intervals.iter().filter(|it| it.last.to.is_none_or(|to| self.answer.at < to));
            let bound = ahead.take_while(|it| it.last.status.is_bound()).last();
            bound.is_some_and(|it| it.last.to.is_none())
        })
    }

    fn outcome(&self, outcome: &Outcome) -> proto::StatusOutcome {
        let Outcome { status, intervals, assuming, steps, could_change } = outcome;
        let held = outcome.held();
        let (effective, expired) = dates_of(held.first.status);
        let (effective_last, expired_last) = dates_of(held.last.status);
        let interval = |Interval { first, last }: &Interval| proto::StatusInterval {
            from: day(first.from),
            to: day(first.to),
            from_latest: latest((first.from, last.from)),
            to_latest: latest((first.to, last.to)),
        };
        let most = told_of_each(self.answer.outcomes.len());
        let step = |step: &Step| step_of(&step.named(StatusRule::name), most, |event| self.cited(event));
        proto::StatusOutcome {
            status: status.name().into(),
            bound: status.is_bound(),
            intervals: intervals.iter().map(interval).collect(),
            effective: day(effective),
            effective_latest: latest((effective, effective_last)),
            expired: day(expired),
            expired_latest: latest((expired, expired_last)),
            assuming: assuming.iter().map(ToString::to_string).collect(),
            steps: steps.iter().map(step).collect(),
            could_change: could_change.iter().map(change).collect(),
            may_not_end: outcome.may_not_end(),
        }
    }

    fn suspension(&self, found: &SuspensionAsserted) -> proto::SuspensionAsserted {
        let contested_by = found.contested_by().into_iter().map(str::to_owned).collect();
        let may_be_contested_by = found.may_be_contested_by().into_iter().map(str::to_owned).collect();
        let may_have_withdrawn = found.may_have_withdrawn().into_iter().map(str::to_owned).collect();
        let SuspensionAsserted {
            event,
            by,
            since,
            begins,
            begun,
            ends,
            may_have_ended,
            received_by_depositary,
            circulated,
            claimed_until,
            grounds,
            provisions,
            reactions,
            windows,
        } = found;
        proto::SuspensionAsserted {
            event: Some(self.cited(event)),
            by: by.to_string(),
            since: world(since.as_ref()),
            received_by_depositary: world(received_by_depositary.as_ref()),
            circulated: world(circulated.as_ref()),
            claimed_until: claimed_until.to_string(),
            grounds: grounds.iter().map(|ground| ground.number()).collect(),
            provisions: provisions.iter().map(ToString::to_string).collect(),
            contested_by,
            reactions: reactions.iter().map(|reaction| self.reaction(reaction, windows)).collect(),
            windows: windows.iter().map(window).collect(),
            may_be_contested_by,
            may_have_withdrawn,
            begins: day(begins.map(|begins| begins.first)),
            begins_latest: begins.map(latest_of).unwrap_or_default(),
            may_begin_later: !begun,
            ends: day(ends.map(|ends| ends.first)),
            ends_latest: ends.map(latest_of).unwrap_or_default(),
            may_have_ended: *may_have_ended,
        }
    }

    fn reaction(&self, reaction: &Reaction, windows: &[Window]) -> proto::Reaction {
        let Reaction { event, by, stance, date, come: _, text, withdrawn, may_be_withdrawn } = reaction;
        let asked = if *stance == Stance::Objects { windows } else { &[] };
        let in_time = asked.iter().map(|window| timeliness(window.is_met_by(date.as_ref())));
        proto::Reaction {
            event: Some(self.cited(event)),
            by: by.to_string(),
            stance: stance.name().into(),
            date: world(date.as_ref()),
            text: told_in_part(text, TOLD_TEXT_CHARS, Some(event.position.index.0)),
            in_time: in_time.map(i32::from).collect(),
            withdrawn: world(withdrawn.as_ref()),
            may_be_withdrawn: world(may_be_withdrawn.as_ref()),
        }
    }

    fn declared(&self, declared: &Declared) -> proto::Declared {
        let Declared { event, declaration_type, made, effective, article, text, units, effect, modifies, .. } =
            declared;
        let Declared { begun, certain, may_be_changed, may_be_replaced, contradicted_by, .. } = declared;
        let Declared { may_have_ended, ends, .. } = declared;
        proto::Declared {
            event: Some(self.cited(event)),
            r#type: declaration_type.number(),
            made: world(made.as_ref()),
            effective: world(effective.as_ref()),
            article: article.to_string(),
            text: text.to_string(),
            units: units.iter().map(ToString::to_string).collect(),
            effect: effect.map_or(0, |effect| effect.number()),
            modifies: modifies.as_ref().map(|reference| proto::EventReference {
                organisation: reference.organisation.to_string(),
                event_id: reference.event.to_string(),
            }),
            uncertain: !certain,
            may_be_changed: may_be_changed.as_ref().map(|OpenChange { event, change, made }| proto::OpenChange {
                event: Some(self.cited(event)),
                change: change.name().into(),
                made: made.to_string(),
            }),
            may_be_replaced: may_be_replaced.iter().map(|replaced| self.replaced(replaced)).collect(),
            may_begin_later: !begun,
            contradicted_by: contradicted_by.iter().map(|contrary| self.replaced(contrary)).collect(),
            may_have_ended: day(may_have_ended.map(|days| days.first)),
            may_have_ended_latest: may_have_ended.map(latest_of).unwrap_or_default(),
            ends: day(ends.map(|days| days.first)),
            ends_latest: ends.map(latest_of).unwrap_or_default(),
        }
    }

    fn replaced(&self, Replaced { unit, by, since }: &Replaced) -> proto::ReplacedUnit {
        proto::ReplacedUnit { unit: unit.to_string(), by: Some(self.cited(by)), since: since.to_string() }
    }

    /// The clauses that were applied, and their version.
    pub(super) fn clauses(&self) -> (Option<proto::CitedEvent>, String) {
        match &self.answer.clauses {
            Some(ClausesApplied { event, version }) => (Some(self.cited(event)), version.to_string()),
            None => (None, String::new()),
        }
    }

    pub(super) fn rests_on(&self) -> Vec<proto::CitedEvent> {
        self.answer.rests_on.iter().map(|event| self.cited(event)).collect()
    }

    fn cited(&self, event: &CitedEvent) -> proto::CitedEvent {
        cited(event, &self.facts)
    }
}

/// One reason, told up to so many characters.
pub(super) fn step_of(
    step: &Reason,
    most: usize,
    cited: impl Fn(&CitedEvent) -> proto::CitedEvent,
) -> proto::StatusStep {
    let entry = step.event.as_ref().map(|event| event.position.index.0);
    let Reason { rule, article, event, date, latest, sentence } = step;
    proto::StatusStep {
        rule: (*rule).into(),
        article: article.to_string(),
        event: event.as_ref().map(cited),
        date: day(*date),
        sentence: told_in_part(sentence, most, entry),
        date_latest: day(*latest),
    }
}

/// Characters up to which each of the reasons is told that so many readings have.
pub(super) fn told_of_each(readings: usize) -> usize {
    (TOLD_TEXT_CHARS / readings.max(1)).max(TOLD_TEXT_CHARS_MIN)
}

/// An event that an answer rests on.
pub(super) fn cited(event: &CitedEvent, facts: &HashMap<Index, EventFacts>) -> proto::CitedEvent {
    let CitedEvent { reference, position } = event;
    let facts = facts.get(&position.index);
    let place = proto::EventPosition {
        index: position.index.0,
        ordinal: u32::from(position.ordinal),
        recorded_at: facts.map(|facts| timestamp(facts.recorded_at)),
        event_id: reference.event.to_string(),
        organisation: reference.organisation.to_string(),
        member: facts.map(|facts| facts.member.to_string()).unwrap_or_default(),
    };
    proto::CitedEvent { position: Some(place), verified: facts.is_some_and(|facts| facts.verified) }
}

/// Statements about one act, side by side.
pub(super) fn claims(claims: &Claims, facts: &HashMap<Index, EventFacts>) -> proto::Claims {
    let Claims { kind, act, decided_by, resolution, compared_alone, statements } = claims;
    let differences = differing_fields(&statements.iter().map(said).collect::<Vec<_>>());
    proto::Claims {
        kind: kind.name().into(),
        act: act.to_string(),
        decided_by: decided_by.name().into(),
        resolution: resolution.as_ref().map(|event| cited(event, facts)),
        compared_alone: *compared_alone,
        statements: statements.iter().zip(differences).map(|(found, said)| claim(found, said, facts)).collect(),
    }
}

/// What a statement says, as it stands.
fn said(claim: &Claim) -> proto::Event {
    proto::Event {
        not_stated: claim.not_stated.iter().map(not_stated_message).collect(),
        body: Some(body_message(&Body::Treaty(claim.body.clone()))),
        ..proto::Event::default()
    }
}

fn claim(claim: &Claim, differs: Vec<SaidField>, facts: &HashMap<Index, EventFacts>) -> proto::Claim {
    let Claim { event, organisation: _, date, source, source_name, documents, followed, contests, .. } = claim;
    proto::Claim {
        event: Some(cited(event, facts)),
        date: world(date.as_ref()),
        source: source.map_or(0, |class| class.number()),
        source_name: source_name.to_string(),
        documents: u32::try_from(*documents).unwrap_or(u32::MAX),
        followed: *followed,
        contests: contests.iter().map(|found| contest(found, facts)).collect(),
        differs: differs.into_iter().map(|SaidField { field, says }| proto::SaidField { field, says }).collect(),
    }
}

fn contest(contest: &Contest, facts: &HashMap<Index, EventFacts>) -> proto::Contest {
    let Contest { event, by, date, grounds } = contest;
    proto::Contest {
        event: Some(cited(event, facts)),
        by: by.to_string(),
        date: world(date.as_ref()),
        grounds: grounds.to_string(),
    }
}

/// A time for objections.
pub(super) fn window(window: &Window) -> proto::ObjectionWindow {
    let Window { from, begins, ends } = window;
    proto::ObjectionWindow {
        from: from.name().into(),
        begins: begins.first.to_string(),
        ends: ends.first.to_string(),
        begins_latest: latest_of(*begins),
        ends_latest: latest_of(*ends),
    }
}

/// Whether an objection came in time.
pub(super) fn timeliness(in_time: Option<bool>) -> proto::Timeliness {
    match in_time {
        Some(true) => proto::Timeliness::InTime,
        Some(false) => proto::Timeliness::Late,
        None => proto::Timeliness::Unknown,
    }
}

/// The earliest and the latest of days on one of which something is.
pub(super) type Ends = (Option<Date>, Option<Date>);

/// The latest day, where it is open which of them it is.
pub(super) fn latest((first, last): Ends) -> String {
    day(last.filter(|_| first != last))
}

/// The latest of days, where it is open which of them it is.
pub(super) fn latest_of(days: Days) -> String {
    latest((Some(days.first), Some(days.last)))
}

/// A day of the first of the outcomes, as early and as late as it can be.
pub(super) fn ends_of(outcomes: &[Outcome], of: impl Fn(Span) -> Option<Date>) -> Ends {
    outcomes.first().map(Outcome::held).map_or((None, None), |held| (of(held.first), of(held.last)))
}

/// Under the first of the outcomes, when a pending withdrawal takes effect.
pub(super) fn effective_days(outcomes: &[Outcome]) -> Ends {
    ends_of(outcomes, |span| span.status.effective())
}

/// A status of a line, with its days.
pub(super) fn status_held(outcome: &Outcome) -> proto::StatusHeld {
    let Interval { first, last } = outcome.held();
    let effective = (first.status.effective(), last.status.effective());
    proto::StatusHeld {
        status: outcome.status.name().into(),
        bound: outcome.status.is_bound(),
        since: day(first.from),
        until: day(first.to),
        effective: day(effective.0),
        since_latest: latest((first.from, last.from)),
        until_latest: latest((first.to, last.to)),
        effective_latest: latest(effective),
        may_not_end: outcome.may_not_end(),
    }
}

/// Whether what may lie beside a status on the day lies there for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Surely(pub bool);

/// Whether a suspension is asserted that has begun and not ended with its membership, or may
/// be.
pub(super) fn suspension_asserted(overlays: &[Overlay]) -> Option<Surely> {
    let of = |overlay: &Overlay| match overlay {
        Overlay::SuspensionAsserted(found) => Some(Surely(found.begun && !found.may_have_ended)),
        _ => None,
    };
    overlays.iter().filter_map(of).max()
}

/// Whether the treaty is applied provisionally, or may be.
pub(super) fn provisional_application(overlays: &[Overlay]) -> Option<Surely> {
    let of = |overlay: &Overlay| match overlay {
        Overlay::ProvisionalApplication { certain, .. } => Some(Surely(*certain)),
        _ => None,
    };
    overlays.iter().filter_map(of).max()
}

/// When a withdrawal takes effect, and when a notice was over.
pub(super) fn dates_of(status: TreatyStatus) -> (Option<Date>, Option<Date>) {
    match status {
        TreatyStatus::WithdrawalPending { effective } => (effective, None),
        TreatyStatus::WithdrawalDeferred { expired } => (None, Some(expired)),
        TreatyStatus::FormerParty { since } | TreatyStatus::FormerSignatory { since } => (Some(since), None),
        TreatyStatus::NonParticipant | TreatyStatus::Signatory | TreatyStatus::Contracting | TreatyStatus::Party => {
            (None, None)
        }
    }
}

fn span(Interval { first, last }: &Interval) -> proto::CourseSpan {
    let (effective, expired) = dates_of(first.status);
    let (effective_last, expired_last) = dates_of(last.status);
    proto::CourseSpan {
        status: first.status.name().into(),
        from: day(first.from),
        to: day(first.to),
        effective: day(effective),
        expired: day(expired),
        from_latest: latest((first.from, last.from)),
        to_latest: latest((first.to, last.to)),
        effective_latest: latest((effective, effective_last)),
        expired_latest: latest((expired, expired_last)),
    }
}

/// What law remarks.
pub(super) fn legal_finding(remark: &Remark, facts: &HashMap<Index, EventFacts>) -> proto::LegalFinding {
    let Remark { finding: LegalFinding { code, event, article, message }, assuming } = remark;
    proto::LegalFinding {
        code: code.name().into(),
        event: event.as_ref().map(|event| cited(event, facts)),
        article: article.to_string(),
        message: message.to_string(),
        assuming: assuming.iter().map(ToString::to_string).collect(),
    }
}

/// What could still change or move something.
pub(super) fn change(change: &Change) -> proto::StatusChange {
    let Change { code, sentence } = change;
    proto::StatusChange { code: code.name().into(), sentence: sentence.to_string() }
}

pub(super) fn day(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

pub(super) fn world(date: Option<&WorldDate>) -> String {
    date.map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_tells_a_long_reason_up_to_a_limit_and_a_short_one_whole() {
        let told = |sentence: String| {
            let sentence = sentence.into();
            let step =
                Reason { rule: "corrected", article: "".into(), event: None, date: None, latest: None, sentence };
            step_of(&step, TOLD_TEXT_CHARS, |_| proto::CitedEvent::default()).sentence
        };
        assert_eq!(told("\u{e9}".repeat(TOLD_TEXT_CHARS)).chars().count(), TOLD_TEXT_CHARS);
        let long = told("\u{e9}".repeat(crate::limits::LONG_TEXT_BYTES / 2));
        assert!(long.chars().count() < TOLD_TEXT_CHARS + 80, "{}", long.chars().count());
    }
}
