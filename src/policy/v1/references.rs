//! What an event names must be there, and be something that it can be about.

use super::Question;
use crate::{
    domain::{
        Body, Commitment, ContentErased, ContestResolved, DeclarationMade, Event, EventContested, EventCorrected,
        EventReference, EventRetracted, Kind, MinefieldBody, ParcelId, Part, PartContent, PartDisclosed, PartHolding,
        ParticipantId, SharedBody, SharedKind, Subject, SubmittedEvents, TreatyBody, TreatyId, TreatyKind,
    },
    policy::{Rejection, RejectionRule},
    wire,
};

/// One event of a submission with what stands before it.
struct Asked<'a> {
    question: &'a Question<'a>,
    submitted: &'a SubmittedEvents,
    /// Events of the same submission before this one.
    earlier: &'a [Event],
    event: &'a Event,
    field: &'a str,
}

/// Whether all references of the event at `at` hold.
pub(super) fn hold(
    question: &Question<'_>,
    submitted: &SubmittedEvents,
    at: usize,
    field: &str,
) -> Result<(), Rejection> {
    let (earlier, event) = (&submitted.events[..at], &submitted.events[at]);
    let asked = Asked { question, submitted, earlier, event, field };
    match &event.body {
        Body::Registry(_) => Ok(()),
        Body::Shared(body) => asked.earlier_event_fits(body),
        Body::Treaty(body) => asked.names_another(body, "").and_then(|()| asked.act_exists(body)),
        Body::Minefield(body) => asked.land_is_known(body),
    }
}

/// The corrections of an event that are in effect, oldest first.
pub(super) fn corrections_of(question: &Question<'_>, target: &EventReference) -> Vec<Event> {
    let positions = question.known.corrections(target);
    positions.into_iter().filter_map(|position| question.known.event_at(position)).collect()
}

impl Asked<'_> {
    fn no(&self, rule: RejectionRule, field: &str, message: impl Into<String>) -> Rejection {
        Rejection::new(rule, format!("{}.{}.{field}", self.field, self.event.kind()), message)
    }

    /// The event that is named, of this submission or of the ledger.
    fn named(&self, reference: &EventReference, field: &str) -> Result<Event, Rejection> {
        let own = reference.organisation == self.submitted.submission.author.organisation;
        let sibling = self.earlier.iter().find(|event| own && event.id == reference.event).cloned();
        let recorded = || {
            let position = self.question.known.event(&reference.organisation, reference.event)?;
            self.question.known.event_at(position)
        };
        sibling.or_else(recorded).ok_or_else(|| {
            let message = format!("{} recorded no event {}", reference.organisation, reference.event);
            self.no(RejectionRule::ReferenceMustExist, field, message)
        })
    }

    fn on_own_subject(&self, target: &Event, field: &str) -> Result<(), Rejection> {
        if target.subject == self.event.subject {
            return Ok(());
        }
        let message = format!("it is about {}, this event about {}", target.subject, self.event.subject);
        Err(self.no(RejectionRule::ReferenceMustFit, field, message))
    }

    /// The target of a correction or disclosure: the organisation's own, on the same subject.
    fn target(&self, reference: &EventReference) -> Result<Event, Rejection> {
        let target = self.named(reference, "target")?;
        self.on_own_subject(&target, "target")?;
        if reference.organisation != self.submitted.submission.author.organisation {
            let message = format!("it was recorded by {}", reference.organisation);
            return Err(self.no(RejectionRule::TargetMustBeOwn, "target", message));
        }
        Ok(target)
    }

    fn earlier_event_fits(&self, body: &SharedBody) -> Result<(), Rejection> {
        match body {
            SharedBody::EventCorrected(body) => self.correction_fits(body),
            SharedBody::EventRetracted(body) => self.retraction_fits(body),
            SharedBody::EventContested(body) => self.contest_fits(body),
            SharedBody::ContestResolved(body) => self.resolution_fits(body),
            SharedBody::PartDisclosed(body) => self.disclosure_matches(body),
            SharedBody::ContentErased(body) => self.erasure_fits(body),
            SharedBody::StatementReported(_) => Ok(()),
        }
    }

    /// What opens a subject is corrected and not taken back: others stand on it.
    fn retraction_fits(&self, body: &EventRetracted) -> Result<(), Rejection> {
        let target = self.target(&body.target)?;
        match target.kind() {
            Kind::Treaty(TreatyKind::TreatyRegistered | TreatyKind::ParticipantRegistered) => {
                let message = format!("an event of the kind {} is not taken back: others stand on it", target.kind());
                Err(self.no(RejectionRule::ReferenceMustFit, "target", message))
            }
            Kind::Treaty(_)
            | Kind::Shared(SharedKind::EventContested | SharedKind::ContestResolved | SharedKind::StatementReported) => {
                Ok(())
            }
            Kind::Registry(_) | Kind::Shared(_) | Kind::Minefield(_) => {
                let message =
                    format!("an event of the kind {} is not taken back: correct what it speaks about", target.kind());
                Err(self.no(RejectionRule::ReferenceMustFit, "target", message))
            }
        }
    }

    fn contest_fits(&self, body: &EventContested) -> Result<(), Rejection> {
        let target = self.named(&body.target, "target")?;
        self.on_own_subject(&target, "target")?;
        match target.kind() {
            Kind::Treaty(_)
            | Kind::Minefield(_)
            | Kind::Shared(SharedKind::ContestResolved | SharedKind::StatementReported) => Ok(()),
            Kind::Registry(_) | Kind::Shared(_) => {
                let message =
                    format!("an event of the kind {} is not contested: contest what it speaks about", target.kind());
                Err(self.no(RejectionRule::ReferenceMustFit, "target", message))
            }
        }
    }

    /// Rival statements are about one thing: of one kind, on one subject.
    fn resolution_fits(&self, body: &ContestResolved) -> Result<(), Rejection> {
        let mut first = None;
        for (at, statement) in body.statements.iter().enumerate() {
            let field = format!("statements[{at}]");
            let target = self.named(statement, &field)?;
            self.on_own_subject(&target, &field)?;
            let kind = *first.get_or_insert(target.kind());
            if !matches!(kind, Kind::Treaty(_)) || target.kind() != kind {
                let message = format!("it is an event of the kind {}: name treaty acts of one kind", target.kind());
                return Err(self.no(RejectionRule::ReferenceMustFit, &field, message));
            }
        }
        Ok(())
    }

    fn erasure_fits(&self, body: &ContentErased) -> Result<(), Rejection> {
        let target = self.named(&body.target, "target")?;
        self.on_own_subject(&target, "target")?;
        let committed =
            |slot: &u32| target.parts.iter().any(|part| part.slot == *slot && commitment_of(part).is_some());
        match body.slots.iter().position(|slot| !committed(slot)) {
            None => Ok(()),
            Some(at) => {
                let message = format!("slot {} of the event holds no commitment", body.slots[at]);
                Err(self.no(RejectionRule::ReferenceMustFit, &format!("slots[{at}]"), message))
            }
        }
    }

    fn correction_fits(&self, body: &EventCorrected) -> Result<(), Rejection> {
        let target = self.target(&body.target)?;
        if matches!(target.kind(), Kind::Shared(_) | Kind::Registry(_)) {
            let message = match target.kind() {
                Kind::Shared(SharedKind::EventCorrected) => {
                    "an event_corrected is not corrected itself: correct the event that it corrects, again".to_owned()
                }
                kind => format!("an event of the kind {kind} is not corrected: correct what it speaks about"),
            };
            return Err(self.no(RejectionRule::ReferenceMustFit, "target", message));
        }
        let restated = body.restated.as_ref().map(|restated| &restated.body);
        if let Some(kind) = restated.map(Body::kind).filter(|kind| *kind != target.kind()) {
            let message = format!("the target is an event of the kind {}, not {kind}", target.kind());
            return Err(self.no(RejectionRule::CorrectionMustFitTarget, "restated", message));
        }
        if let Some(Body::Treaty(body)) = restated {
            self.names_another(body, &format!("restated.{}.", target.kind()))?;
        }
        self.event.parts.iter().enumerate().try_for_each(|(at, part)| {
            self.part_fits(&target, part, at)?;
            match &part.content {
                PartHolding::Open(content) => {
                    self.outlines_hold(content, &target, &format!("{}.parts[{at}]", self.field))
                }
                PartHolding::Restricted { .. } | PartHolding::Sealed { .. } | PartHolding::Withheld { .. } => Ok(()),
            }
        })
    }

    /// A part stands in place of one of the same kind, as strict at least; a new one
    /// is of a kind that the target may carry.
    fn part_fits(&self, target: &Event, part: &Part, at: usize) -> Result<(), Rejection> {
        let problem = match target.parts.iter().find(|before| before.slot == part.slot) {
            Some(before) if before.kind != part.kind => format!("slot {} holds {}", part.slot, before.kind),
            Some(before) if part.content.form() < before.content.form() => {
                format!("slot {} was {} and stays at least as strict", part.slot, before.content.form())
            }
            None if !target.kind().row().parts.contains(&part.kind) => {
                format!("an event of the kind {} carries no part {}", target.kind(), part.kind)
            }
            Some(_) | None => return Ok(()),
        };
        let field = format!("{}.parts[{at}]", self.field);
        Err(Rejection::new(RejectionRule::CorrectionMustFitTarget, field, problem))
    }

    /// What was committed to, and with outlines that an open part could have.
    fn disclosure_matches(&self, body: &PartDisclosed) -> Result<(), Rejection> {
        let target = self.target(&body.target)?;
        for (at, disclosed) in body.disclosed.iter().enumerate() {
            let content = wire::encode_part_content(&disclosed.content);
            let opened = self.commitment(&target, disclosed.slot, &disclosed.salt, &content);
            let committed = target.parts.iter().find(|part| part.slot == disclosed.slot).and_then(commitment_of);
            if committed != Some((disclosed.content.kind(), opened)) {
                let message = match committed {
                    None => format!("slot {} of the event holds no commitment", disclosed.slot),
                    Some(_) => format!("the commitment in slot {} is over something else", disclosed.slot),
                };
                return Err(self.no(RejectionRule::DisclosureMustMatch, &format!("disclosed[{at}]"), message));
            }
            let field = format!("{}.{}.disclosed[{at}]", self.field, self.event.kind());
            self.outlines_hold(&disclosed.content, &target, &field)?;
        }
        Ok(())
    }

    /// A survey is new work: whatever is shown of it, disclosed or corrected later, has
    /// outlines that its own open parts could have.
    fn outlines_hold(&self, content: &PartContent, holder: &Event, field: &str) -> Result<(), Rejection> {
        let corrected = match &holder.body {
            Body::Shared(SharedBody::EventCorrected(body)) => self.named(&body.target, "target").ok(),
            Body::Shared(_) | Body::Registry(_) | Body::Treaty(_) | Body::Minefield(_) => None,
        };
        let surveyed = holder.is_survey() || corrected.is_some_and(|target| target.is_survey());
        wire::stated_outlines(content, surveyed).map_err(|fault| {
            let field = format!("{field}.{}", fault.field);
            Rejection::new(RejectionRule::SurveyedOutlineMustBeSimple, field, fault.message)
        })
    }

    /// The commitment to a part (docs/format.md, "Commitment").
    fn commitment(&self, target: &Event, slot: u32, salt: &[u8; 32], content: &[u8]) -> Option<Commitment> {
        let ledger = self.question.registry.ledger()?.id;
        Some(Commitment::to(&ledger, target.id, slot, salt, content))
    }

    fn act_exists(&self, body: &TreatyBody) -> Result<(), Rejection> {
        match body {
            TreatyBody::WithdrawalRevoked(body) => {
                self.is_one_of(&body.withdrawal, &[TreatyKind::WithdrawalNotified], "withdrawal")
            }
            TreatyBody::ObjectionLodged(body) => self.under_same_treaty(&body.objects_to, "objects_to"),
            TreatyBody::TreatyBodyDecided(body) => {
                let all = body.concerning.iter().enumerate();
                all.into_iter()
                    .try_for_each(|(at, reference)| self.under_same_treaty(reference, &format!("concerning[{at}]")))
            }
            TreatyBody::SuccessionNotified(body) => self.participant_exists(&body.predecessor, "predecessor"),
            TreatyBody::DeclarationMade(body) => self.declaration_fits(body),
            TreatyBody::DepositaryNotificationIssued(body) => {
                let mut all = body.covers.iter().enumerate();
                all.try_for_each(|(at, reference)| self.under_same_treaty(reference, &format!("covers[{at}]")))
            }
            TreatyBody::ParticipationTableStated(body) => {
                let mut rows = body.rows.iter().enumerate();
                rows.try_for_each(|(at, row)| {
                    self.participant_exists(&row.participant, &format!("rows[{at}].participant"))
                })
            }
            TreatyBody::TreatyRegistered(_)
            | TreatyBody::ParticipantRegistered(_)
            | TreatyBody::SignatureAffixed(_)
            | TreatyBody::InstrumentDeposited(_)
            | TreatyBody::EffectStated(_)
            | TreatyBody::DomesticStepTaken(_)
            | TreatyBody::WithdrawalNotified(_)
            | TreatyBody::SuspensionNotified(_)
            | TreatyBody::ConflictStatusAsserted(_)
            | TreatyBody::DeadlineExtended(_)
            | TreatyBody::ReportSubmitted(_) => Ok(()),
        }
    }

    /// Nobody succeeds itself, and no treaty is under itself or ends with itself; `within` is where
    /// the body stands in that of the event.
    fn names_another(&self, body: &TreatyBody, within: &str) -> Result<(), Rejection> {
        let (treaty, participant) = parties_to(&self.event.subject);
        let is_treaty = |id: &TreatyId| Some(id) == treaty;
        let is_participant = |id: &ParticipantId| Some(id) == participant;
        let field = match body {
            TreatyBody::SuccessionNotified(body) => is_participant(&body.predecessor).then(|| "predecessor".to_owned()),
            TreatyBody::ParticipantRegistered(body) => {
                let at = body.predecessors.iter().position(is_participant);
                at.map(|at| format!("predecessors[{at}]"))
            }
            TreatyBody::TreatyRegistered(body) => {
                let cascade = body.clauses.iter().flat_map(|clauses| &clauses.cascade_to);
                let at = || cascade.into_iter().position(is_treaty).map(|at| format!("clauses.cascade_to[{at}]"));
                body.parent.as_ref().filter(|id| is_treaty(id)).map(|_| "parent".to_owned()).or_else(at)
            }
            _ => None,
        };
        match field {
            None => Ok(()),
            Some(field) => {
                let message = "it names what the event itself is about";
                Err(self.no(RejectionRule::ReferenceMustFit, &format!("{within}{field}"), message))
            }
        }
    }

    fn participant_exists(&self, participant: &ParticipantId, field: &str) -> Result<(), Rejection> {
        let subject = Subject::Participant(participant.clone());
        let sibling = self.earlier.iter().any(|event| event.subject == subject);
        if sibling || self.question.known.subject_head(&subject).is_some() {
            return Ok(());
        }
        Err(self.no(RejectionRule::SubjectMustExist, field, format!("{subject} does not exist")))
    }

    /// What it was made with, and what it changes, are of the same participation.
    fn declaration_fits(&self, body: &DeclarationMade) -> Result<(), Rejection> {
        const WITH: &[TreatyKind] =
            &[TreatyKind::SignatureAffixed, TreatyKind::InstrumentDeposited, TreatyKind::SuccessionNotified];
        if let Some(made_with) = &body.made_with {
            self.is_one_of(made_with, WITH, "made_with")?;
        }
        match &body.changes {
            Some(changed) => {
                const CHANGED: &[TreatyKind] = &[TreatyKind::DeclarationMade, TreatyKind::ObjectionLodged];
                self.is_one_of(&changed.declaration, CHANGED, "changes")
            }
            None => Ok(()),
        }
    }

    fn is_one_of(&self, reference: &EventReference, kinds: &[TreatyKind], field: &str) -> Result<(), Rejection> {
        let target = self.named(reference, field)?;
        self.on_own_subject(&target, field)?;
        if kinds.iter().any(|kind| target.kind() == Kind::Treaty(*kind)) {
            return Ok(());
        }
        let names: Vec<_> = kinds.iter().map(|kind| Kind::Treaty(*kind).name()).collect();
        let message = format!("it is an event of the kind {}, not {}", target.kind(), names.join(" or "));
        Err(self.no(RejectionRule::ReferenceMustFit, field, message))
    }

    fn under_same_treaty(&self, reference: &EventReference, field: &str) -> Result<(), Rejection> {
        let target = self.named(reference, field)?;
        if treaty_of(&target.subject).is_some_and(|treaty| Some(treaty) == treaty_of(&self.event.subject)) {
            return Ok(());
        }
        let message = format!("it is about {}, which is not under the same treaty", target.subject);
        Err(self.no(RejectionRule::ReferenceMustFit, field, message))
    }

    fn land_is_known(&self, body: &MinefieldBody) -> Result<(), Rejection> {
        match body {
            MinefieldBody::AreaCleared(body) => self.parcel_is_reported(&body.parcel, "parcel"),
            MinefieldBody::LandReleased(body) => {
                for (at, parcel) in body.parcels.iter().enumerate() {
                    self.parcel_is_reported(parcel, &format!("parcels[{at}]"))?;
                }
                for (at, reference) in body.rests_on.iter().enumerate() {
                    let field = format!("rests_on[{at}]");
                    self.on_own_subject(&self.named(reference, &field)?, &field)?;
                }
                Ok(())
            }
            MinefieldBody::RecordOpened(_) | MinefieldBody::LayingRecorded(_) | MinefieldBody::PositionSurveyed(_) => {
                Ok(())
            }
        }
    }

    fn parcel_is_reported(&self, parcel: &ParcelId, field: &str) -> Result<(), Rejection> {
        let Subject::Record(record) = &self.event.subject else { return Ok(()) };
        let stated = |event: &&Event| {
            event.subject == self.event.subject && event.body.parcels().iter().any(|stated| stated.id == *parcel)
        };
        if self.question.known.parcel(record, parcel).is_some() || self.earlier.iter().any(|event| stated(&event)) {
            return Ok(());
        }
        let message = format!("{record} has no parcel {parcel}");
        Err(self.no(RejectionRule::ParcelMustBeReported, field, message))
    }
}

fn commitment_of(part: &Part) -> Option<(crate::domain::PartKind, Option<Commitment>)> {
    match &part.content {
        PartHolding::Open(_) => None,
        PartHolding::Restricted { commitment, audience: _ }
        | PartHolding::Sealed { commitment }
        | PartHolding::Withheld { commitment, basis: _, review_on: _ } => Some((part.kind, Some(*commitment))),
    }
}

/// The treaty and the participant that a subject is about.
fn parties_to(subject: &Subject) -> (Option<&TreatyId>, Option<&ParticipantId>) {
    match subject {
        Subject::Treaty(treaty) => (Some(treaty), None),
        Subject::Participant(participant) => (None, Some(participant)),
        Subject::Participation(treaty, participant) => (Some(treaty), Some(participant)),
        Subject::Ledger | Subject::Organisation(_) | Subject::Record(_) => (None, None),
    }
}

fn treaty_of(subject: &Subject) -> Option<&TreatyId> {
    match subject {
        Subject::Treaty(treaty) | Subject::Participation(treaty, _) => Some(treaty),
        Subject::Ledger | Subject::Organisation(_) | Subject::Participant(_) | Subject::Record(_) => None,
    }
}
