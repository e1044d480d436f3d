//! What law would remark on a draft, if it entered next.
//!
//! Promises: told are the findings that answers about those whom its events bear on would
//! give, and do not give now; a draft is refused for none of them.
//! Leaves to others: whether it may enter (`sequencer`), the rules (`treaties`).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Node,
    dossier::{Who, nobody},
    draft::{WithDraft, as_next_entry},
    errors::Refused,
    survey::Survey,
    treaty_findings::under_treaty,
};
use crate::{
    domain::{
        Body, Event, EventReference, ParticipantId, Recorded, RecordingTime, Subject, SuccessionNotified, TreatyBody,
        TreatyId,
    },
    limits::PARTICIPATIONS_PER_PAGE,
    policy::Known,
    projections::{View, protocols_of},
    treaties::{self, Dossier, FindingUnderTreaty, ViewName},
    wire::{Submitted, proto},
};

/// Whom the events of a draft bear on; nobody stands for the treaty itself.
type Touched = BTreeMap<TreatyId, BTreeSet<ParticipantId>>;

/// What law would remark.
pub(super) struct RemarksAhead {
    /// The index of the next entry.
    pub index: u64,
    pub findings: Vec<proto::FindingUnderTreaty>,
    /// Not everybody was looked at on whom the draft bears.
    pub cut: bool,
}

impl Node {
    /// The legal findings that would come with a draft.
    pub(super) fn remarks_ahead(&self, draft: &Submitted) -> Result<RemarksAhead, Refused> {
        let view = self.models.now();
        let recorded_at = self.clock.now().max(view.holds_at()?.recorded_at.unwrap_or_default());
        let drafted = as_next_entry(draft, view, recorded_at);
        let mut ahead = RemarksAhead { index: view.size().next_index().0, findings: Vec::new(), cut: false };
        let mut looked = 0;
        for (treaty, who) in self.bears_on(view, &drafted)? {
            if looked >= PARTICIPATIONS_PER_PAGE {
                ahead.cut = true;
                break;
            }
            let one = who.iter().next().filter(|_| who.len() == 1);
            let asked = one.map_or(Who::Everybody, Who::One);
            let survey = |seen: WithDraft<'_>| self.survey_of(seen, &treaty, asked, ViewName::Default);
            let (before, after) = (survey(view.into())?, survey(WithDraft::of(view, &drafted))?);
            looked += 2 * after.participants().count().max(who.len());
            let known: BTreeSet<_> =
                findings(&before, &who, recorded_at).into_iter().map(|found| found.remark).collect();
            let new = findings(&after, &who, recorded_at).into_iter().filter(|found| !known.contains(&found.remark));
            ahead.findings.extend(new.map(|found| under_treaty(&after, &found)));
        }
        Ok(ahead)
    }

    fn bears_on(&self, view: View<'_>, drafted: &[Arc<Recorded>]) -> Result<Touched, Refused> {
        let mut touched = Touched::new();
        let mut add = |subject: &Subject| -> Result<(), Refused> {
            match subject {
                Subject::Participation(treaty, who) => {
                    touched.entry(treaty.clone()).or_default().insert(who.clone());
                }
                Subject::Treaty(treaty) => {
                    touched.entry(treaty.clone()).or_default().insert(nobody());
                }
                Subject::Participant(who) => {
                    for treaty in self.treaties_with_acts(view, who)? {
                        touched.entry(treaty).or_default().insert(who.clone());
                    }
                }
                Subject::Ledger | Subject::Organisation(_) | Subject::Record(_) => {}
            }
            Ok(())
        };
        for Recorded { event, .. } in drafted.iter().map(AsRef::as_ref) {
            add(&event.subject)?;
            for other in besides(event) {
                add(&other)?;
            }
            for target in targets(event) {
                let subject = match drafted.iter().find(|drafted| drafted.reference() == *target) {
                    Some(drafted) => Some(drafted.event.subject.clone()),
                    None => self.subject_of(target)?,
                };
                subject.as_ref().map_or(Ok(()), &mut add)?;
            }
        }
        Ok(touched)
    }

    /// What an event on record is on.
    fn subject_of(&self, reference: &EventReference) -> Result<Option<Subject>, Refused> {
        let EventReference { organisation, event } = reference;
        let Some(position) = self.sequencer.with_admission(|admission| admission.event(organisation, *event)) else {
            return Ok(None);
        };
        Ok(self.event_at(position)?.0.subject.parse().ok())
    }
}

/// The findings on the treaty itself and on these participants.
fn findings(survey: &Survey, who: &BTreeSet<ParticipantId>, at: RecordingTime) -> Vec<FindingUnderTreaty> {
    let Some(at) = at.utc_date() else { return Vec::new() };
    let ask = |dossier: &Dossier<'_>| treaties::findings(dossier, at, ViewName::Default);
    let nobody = nobody();
    let each = who.iter().filter(|who| **who != nobody).map(|who| (who.clone(), survey.ask(who, ask)));
    treaties::gathered(survey.ask_of_treaty(ask), each)
}

/// The events that a treaty act of somebody speaks about.
fn targets(event: &Event) -> Vec<&EventReference> {
    match event.restated_body().unwrap_or(&event.body) {
        Body::Treaty(TreatyBody::ObjectionLodged(body)) => vec![&body.objects_to],
        Body::Treaty(TreatyBody::TreatyBodyDecided(body)) => body.concerning.iter().collect(),
        Body::Treaty(_) | Body::Registry(_) | Body::Shared(_) | Body::Minefield(_) => Vec::new(),
    }
}

/// Participations besides its own on which an act bears: under protocols that an instrument
/// names, and that of a predecessor.
fn besides(event: &Event) -> Vec<Subject> {
    let Subject::Participation(treaty, who) = &event.subject else { return Vec::new() };
    let under = |protocol: &TreatyId| Subject::Participation(protocol.clone(), who.clone());
    let mut found: Vec<Subject> = protocols_of(event).into_iter().map(under).collect();
    if let Body::Treaty(TreatyBody::SuccessionNotified(SuccessionNotified { predecessor, .. })) =
        event.restated_body().unwrap_or(&event.body)
    {
        found.push(Subject::Participation(treaty.clone(), predecessor.clone()));
    }
    found
}
