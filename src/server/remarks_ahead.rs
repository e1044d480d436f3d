//! What law would remark on a draft, if it entered next; of an entry, what it did when it entered.
//!
//! Promises: told are the findings that answers about those whom its events bear on would
//! give, and do not give now, those that they give now and would not, and those that they would
//! still give and that would say something else; a draft is refused
//! for none of them; what passing time brings is none of them. An act on a treaty bears on everybody under it and under its protocols;
//! one of a participant on its successors, too. What is not looked at, beyond a limit, is said.
//! Leaves to others: whether it may enter (`sequencer`), the rules (`treaties`).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    Node,
    dossier::{CORRECTION, Who, parent_of},
    draft::{WithDraft, as_entry},
    errors::Refused,
    history::EventsRead,
    survey::Survey,
    treaty_findings::{changed_under_treaty, under_treaty},
};
use crate::{
    domain::{
        Body, CitedEvent, Event, EventReference, Index, Kind, ParticipantId, Position, Recorded, RecordingTime, Size,
        Subject, SuccessionNotified, TreatyBody, TreatyId, TreatyKind,
    },
    limits::{FORETOLD_PARTICIPATIONS, FORETOLD_RELATIVES},
    policy::Known,
    projections::protocols_of,
    treaties::{self, Compared, Dossier, FindingUnderTreaty, ViewName},
    wire::{Submitted, proto},
};

/// What names somebody else whose answers read an act.
const TELL_OF_RELATIVES: [Kind; 2] =
    [Kind::Treaty(TreatyKind::SuccessionNotified), Kind::Treaty(TreatyKind::ObjectionLodged)];

/// Whom the events of a draft bear on.
type Touched = BTreeMap<TreatyId, Whom>;

/// Whom under one treaty. The treaty itself is looked at in any case.
#[derive(Default)]
struct Whom {
    these: BTreeSet<ParticipantId>,
    everybody: bool,
}

impl Whom {
    /// Who is to be read.
    fn asked(&self) -> Who<'_> {
        if self.everybody { Who::Everybody } else { Who::These(&self.these) }
    }
}

/// What law would remark.
pub(super) struct RemarksAhead {
    /// The index that the entry would have.
    pub index: u64,
    pub findings: Vec<proto::FindingUnderTreaty>,
    /// Those of now that there would be no more.
    pub gone: Vec<proto::FindingUnderTreaty>,
    /// Those that would say something else.
    pub changed: Vec<proto::ChangedFinding>,
    /// Not everybody was looked at on whom the draft bears.
    pub cut: bool,
}

/// What stands before a draft, and what stands with it.
#[derive(Clone, Copy)]
struct Two<'v> {
    before: WithDraft<'v>,
    after: WithDraft<'v>,
}

impl Node {
    /// The legal findings that would come and go with a draft, if others entered before it.
    pub(super) fn remarks_ahead(&self, earlier: &[Submitted], draft: &Submitted) -> Result<RemarksAhead, Refused> {
        let view = self.models.now();
        let recorded_at = self.clock.now().max(view.holds_at()?.recorded_at.unwrap_or_default());
        let entries = (view.size().0..).map(Index).zip(earlier.iter().chain([draft]));
        let each: Vec<_> = entries.map(|(index, draft)| as_entry(draft, index, recorded_at)).collect();
        let all = each.concat();
        let (held, drafted) = all.split_at(all.len() - each.last().map_or(0, Vec::len));
        let of = |draft| WithDraft::of(view, draft, recorded_at);
        let two = Two { before: of(held), after: of(&all) };
        self.compared(two, drafted, view.size().0 + earlier.len() as u64, recorded_at)
    }

    /// The legal findings that came and went with an entry when it entered.
    pub(super) fn remarks_brought(&self, draft: &Submitted, index: Index) -> Result<RemarksAhead, Refused> {
        let (before, after) = (self.models.at(Size(index.0))?, self.models.at(Size(index.0 + 1))?);
        let recorded_at = after.holds_at()?.recorded_at.unwrap_or_default();
        let drafted = as_entry(draft, index, recorded_at);
        let of = |view| WithDraft::of(view, &[], recorded_at);
        self.compared(Two { before: of(before), after: of(after) }, &drafted, index.0, recorded_at)
    }

    fn compared(
        &self,
        two: Two<'_>,
        drafted: &[Arc<Recorded>],
        index: u64,
        recorded_at: RecordingTime,
    ) -> Result<RemarksAhead, Refused> {
        let mut ahead = RemarksAhead { index, findings: Vec::new(), gone: Vec::new(), changed: Vec::new(), cut: false };
        let mut room = FORETOLD_PARTICIPATIONS;
        let (touched, cut) = self.bears_on(two, drafted)?;
        ahead.cut = cut;
        let (of_all, of_some): (Vec<_>, Vec<_>) = touched.into_iter().partition(|(_, whom)| whom.everybody);
        // What is cut is what the draft bears on through the treaty alone.
        for (treaty, whom) in of_some.into_iter().chain(of_all) {
            if room == 0 {
                ahead.cut = true;
                break;
            }
            self.look_at(two, &treaty, whom, recorded_at, (&mut ahead, &mut room))?;
        }
        Ok(ahead)
    }

    /// Compares the findings under one treaty.
    fn look_at(
        &self,
        two: Two<'_>,
        treaty: &TreatyId,
        mut whom: Whom,
        recorded_at: RecordingTime,
        (ahead, room): (&mut RemarksAhead, &mut usize),
    ) -> Result<(), Refused> {
        let surveys = |who: Who<'_>| -> Result<(Survey, Survey), Refused> {
            let survey = |seen| self.survey_of(seen, treaty, who, ViewName::Default);
            Ok((survey(two.before)?, survey(two.after)?))
        };
        let (mut before, mut after) = surveys(whom.asked())?;
        let in_force =
            |survey: &Survey| survey.ask_of_treaty(|dossier| treaties::treaty_in_force(dossier, ViewName::Default));
        if !whom.everybody && in_force(&before) != in_force(&after) {
            // A deposit reaches the threshold, or is no longer counted.
            whom.everybody = true;
            (before, after) = surveys(Who::Everybody)?;
        }
        if whom.everybody {
            whom.these.extend(before.participants().chain(after.participants()).cloned());
        }
        let who: BTreeSet<_> = whom.these.iter().take(*room).cloned().collect();
        ahead.cut |= who.len() < whom.these.len();
        *room = room.saturating_sub(who.len().max(1));
        let (stood, stand) = (findings(&before, &who, recorded_at), findings(&after, &who, recorded_at));
        let events: HashMap<Position, &Arc<Recorded>> =
            before.events().chain(after.events()).map(|it| (it.position, it)).collect();
        let act_of = |event: &CitedEvent| {
            let named = events.get(&event.position).and_then(|recorded| treaties::act_named(recorded));
            named.ok_or_else(|| event.reference.clone())
        };
        let Compared { come, gone, changed } = treaties::compared(&stood, &stand, act_of);
        ahead.findings.extend(come.iter().map(|found| under_treaty(&after, found)));
        ahead.gone.extend(gone.iter().map(|found| under_treaty(&before, found)));
        ahead.changed.extend(changed.iter().map(|changed| changed_under_treaty((&before, &after), changed)));
        Ok(())
    }

    /// Whom a draft bears on, and whether these are not all: an event on a participant bears on
    /// what it has under every treaty, which is not looked up for more than are compared.
    fn bears_on(&self, two: Two<'_>, drafted: &[Arc<Recorded>]) -> Result<(Touched, bool), Refused> {
        let (mut touched, mut cut, mut seen) = (Touched::new(), false, BTreeSet::new());
        for recorded in drafted {
            let Recorded { event, .. } = recorded.as_ref();
            if let Subject::Participant(who) = &event.subject {
                if !seen.insert(who) {
                    continue;
                }
                if touched.values().map(|whom| whom.these.len()).sum::<usize>() >= FORETOLD_PARTICIPATIONS {
                    cut = true;
                    continue;
                }
            }
            self.add(two, &event.subject, &mut touched)?;
            for other in besides(event) {
                self.add(two, &other, &mut touched)?;
            }
            for target in targets(event) {
                if let Some(subject) = self.subject_of(two, target)? {
                    self.add(two, &subject, &mut touched)?;
                }
            }
        }
        self.add_protocols(two, drafted, &mut touched)?;
        let mut room = FORETOLD_RELATIVES;
        for (treaty, whom) in touched.iter_mut().filter(|(_, whom)| !whom.everybody) {
            match self.telling_of_relatives(two, treaty, &mut room)? {
                Some(telling) => self.add_relatives(two, &telling, whom)?,
                None => cut = true,
            }
        }
        Ok((touched, cut))
    }

    fn add(&self, two: Two<'_>, subject: &Subject, touched: &mut Touched) -> Result<(), Refused> {
        match subject {
            Subject::Participation(treaty, who) => {
                touched.entry(treaty.clone()).or_default().these.insert(who.clone());
            }
            Subject::Treaty(treaty) => touched.entry(treaty.clone()).or_default().everybody = true,
            Subject::Participant(who) => {
                for treaty in self.treaties_with_acts(two.after.held(), who)? {
                    touched.entry(treaty).or_default().these.insert(who.clone());
                }
                for treaty in two.after.drafted_treaties_of(who) {
                    touched.entry(treaty).or_default().these.insert(who.clone());
                }
            }
            Subject::Ledger | Subject::Organisation(_) | Subject::Record(_) => {}
        }
        Ok(())
    }

    /// What a treaty takes along: its protocols, for those on whom it bears.
    fn add_protocols(&self, two: Two<'_>, drafted: &[Arc<Recorded>], touched: &mut Touched) -> Result<(), Refused> {
        let registered = drafted.iter().filter_map(|recorded| match &recorded.event.subject {
            Subject::Treaty(protocol) => Some((parent_of(&recorded.event.body)?, protocol)),
            _ => None,
        });
        let registered: Vec<_> = registered.collect();
        let mut below = Vec::new();
        for (parent, whom) in touched.iter() {
            let protocols = two.after.held().protocols_of(parent)?;
            let new = registered.iter().filter(|(above, _)| *above == parent).map(|(_, protocol)| (*protocol).clone());
            let protocols: BTreeSet<_> = protocols.into_iter().chain(new).collect();
            below.extend(protocols.into_iter().map(|protocol| (protocol, whom.these.clone(), whom.everybody)));
        }
        for (protocol, these, everybody) in below {
            let whom = touched.entry(protocol).or_default();
            whom.these.extend(these);
            whom.everybody |= everybody;
        }
        Ok(())
    }

    /// Acts under a treaty that name somebody else, and what may correct them; `None` where these
    /// are more than there is room for.
    fn telling_of_relatives(
        &self,
        two: Two<'_>,
        treaty: &TreatyId,
        room: &mut usize,
    ) -> Result<Option<EventsRead>, Refused> {
        let mut read = EventsRead::new();
        for seen in [two.before, two.after] {
            let mut acts = Vec::new();
            for kind in TELL_OF_RELATIVES {
                acts.extend(seen.acts_of_kind(treaty, kind)?);
            }
            let naming: BTreeSet<_> = acts.iter().map(|act| act.participant.clone()).collect();
            let corrections = seen.acts_of_kind(treaty, CORRECTION)?;
            acts.extend(corrections.into_iter().filter(|act| naming.contains(&act.participant)));
            // What is on record is read once for both.
            acts.retain(|act| !read.contains_key(&act.position));
            let Some(left) = room.checked_sub(acts.len()) else { return Ok(None) };
            *room = left;
            read.extend(seen.events_at(self, acts.iter().map(|act| act.position))?);
        }
        Ok(Some(read))
    }

    /// Those whose answers read the acts of somebody on whom it bears: successors, predecessors,
    /// and who suspended and met the objection of one of them.
    fn add_relatives(&self, two: Two<'_>, telling: &EventsRead, whom: &mut Whom) -> Result<(), Refused> {
        let mut added = Vec::new();
        for recorded in telling.values() {
            let Subject::Participation(_, who) = &recorded.event.subject else { continue };
            let others = match recorded.event.restated_body().unwrap_or(&recorded.event.body) {
                Body::Treaty(TreatyBody::SuccessionNotified(body)) => vec![body.predecessor.clone()],
                Body::Treaty(TreatyBody::ObjectionLodged(body)) if whom.these.contains(who) => {
                    self.subject_of(two, &body.objects_to)?.iter().filter_map(Subject::participating).cloned().collect()
                }
                _ => Vec::new(),
            };
            for other in others {
                match (whom.these.contains(who), whom.these.contains(&other)) {
                    (true, false) => added.push(other),
                    (false, true) => added.push(who.clone()),
                    (true, true) | (false, false) => {}
                }
            }
        }
        whom.these.extend(added);
        Ok(())
    }

    /// What an event on record, or of a draft, is on.
    fn subject_of(&self, two: Two<'_>, reference: &EventReference) -> Result<Option<Subject>, Refused> {
        if let Some(drafted) = two.after.drafted(reference) {
            return Ok(Some(drafted.event.subject.clone()));
        }
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
    // Who has no act there is told of nowhere.
    let under = survey.participants().filter(|participant| who.contains(*participant));
    let each = under.map(|who| (who.clone(), survey.ask(who, ask)));
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
