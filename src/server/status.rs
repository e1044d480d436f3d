//! How participants stand to treaties: finds the events that the rules need, and tells
//! what the rules answer.
//!
//! Leaves to others: the rules (`treaties`), where events stand (`projections`).

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;

use super::{Node, errors::Refused};
use crate::{
    domain::{
        Body, CivilDate, Kind, ParticipantId, Position, Recorded, SharedBody, SharedKind, Standing, Subject,
        TreatyBody, TreatyEffect, TreatyId, TreatyKind,
    },
    projections::{Act, EntryFilter, PageRequest, View},
    treaties::{self, Answer, Dossier, GrantedMandate, Known, StatedDeposit, ViewName},
};

/// What is asked besides treaty and participant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub at: Date,
    pub view: ViewName,
}

impl Asked {
    /// From the fields of a request; without a day, that of the newest entry.
    pub fn parse(view: View<'_>, at: &str, name: &str) -> Result<Self, Refused> {
        let newest = view.holds_at()?.recorded_at.and_then(|time| time.utc_date());
        let at = match at {
            "" => newest.ok_or_else(|| Refused::not_found("at", "the ledger held no entry by then"))?,
            text => text.parse::<CivilDate>().map_err(|error| Refused::from(("at", error)))?.0,
        };
        let unknown = || Refused::invalid("view", format!("{name:?} is no view: default, all"));
        let view = if name.is_empty() { ViewName::Default } else { ViewName::from_name(name).ok_or_else(unknown)? };
        Ok(Self { at, view })
    }
}

/// An answer of the rules with what it was made from.
pub(super) struct Found {
    pub treaty: TreatyId,
    pub treaty_name: String,
    pub answer: Answer,
    /// How the events stand that it may cite.
    pub events: HashMap<Position, EventFacts>,
}

/// What is told of a cited event besides its name.
#[derive(Clone, Debug)]
pub(super) struct EventFacts {
    pub recorded_at: crate::domain::RecordingTime,
    pub member: crate::domain::MemberId,
    pub verified: bool,
}

/// How much is read for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// With what others say to it, and with the count of deposits to compare.
    Whole,
    /// What the status itself depends on.
    Status,
}

impl Node {
    /// The status under one treaty, whole.
    pub(super) fn treaty_status(
        &self,
        view: View<'_>,
        treaty: &TreatyId,
        participant: &ParticipantId,
        asked: Asked,
    ) -> Result<Found, Refused> {
        let about = self.history(view, &Subject::Participant(participant.clone()))?;
        self.status_under(view, treaty, participant, &about, asked, Depth::Whole)
    }

    /// The statuses under all treaties, but for one, under which the participant has an
    /// act, ascending by treaty.
    pub(super) fn standings(
        &self,
        view: View<'_>,
        participant: &ParticipantId,
        but: Option<&TreatyId>,
        asked: Asked,
    ) -> Result<Vec<Found>, Refused> {
        let about = self.history(view, &Subject::Participant(participant.clone()))?;
        let mut standings = Vec::new();
        let mut after = None;
        loop {
            let request = PageRequest { after: after.as_deref(), items: crate::limits::PAGE_ITEMS_MAX };
            let page = view.treaties(request)?;
            for treaty in page.items.iter().map(|found| &found.id).filter(|treaty| Some(*treaty) != but) {
                if self.has_act(view, treaty, participant)? {
                    standings.push(self.status_under(view, treaty, participant, &about, asked, Depth::Status)?);
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(standings),
            }
        }
    }

    fn has_act(&self, view: View<'_>, treaty: &TreatyId, participant: &ParticipantId) -> Result<bool, Refused> {
        let subject = Some(Subject::Participation(treaty.clone(), participant.clone()));
        let filter = EntryFilter { subject, ..EntryFilter::default() };
        Ok(view.entries(&filter, crate::domain::Index(0)).next().transpose()?.is_some())
    }

    fn status_under(
        &self,
        view: View<'_>,
        treaty: &TreatyId,
        participant: &ParticipantId,
        about: &[Recorded],
        asked: Asked,
        depth: Depth,
    ) -> Result<Found, Refused> {
        let mut events = about.to_vec();
        events.extend(self.history(view, &Subject::Treaty(treaty.clone()))?);
        events.extend(self.history(view, &Subject::Participation(treaty.clone(), participant.clone()))?);
        let needed = Needed::of(&events, depth);
        let mut deposits = Vec::new();
        if needed.reactions || needed.deposits {
            deposits = self.of_others(view, treaty, participant, needed, &mut events)?;
        }
        let mandates = mandates_of_authors(view, &events)?;
        let known = Known { size: view.size(), recorded_at: view.holds_at()?.recorded_at };
        let dossier = Dossier { treaty, participant, events: &events, deposits: &deposits, mandates: &mandates, known };
        let answer = treaties::status(&dossier, asked.at, asked.view);
        let facts = events.iter().map(|recorded| (recorded.position, facts(recorded))).collect();
        Ok(Found { treaty: treaty.clone(), treaty_name: name_of_treaty(treaty, &events), answer, events: facts })
    }

    /// What other participants did under the treaty, as far as it is needed: events
    /// into `events`; deposits as the read models date them.
    fn of_others(
        &self,
        view: View<'_>,
        treaty: &TreatyId,
        participant: &ParticipantId,
        needed: Needed,
        events: &mut Vec<Recorded>,
    ) -> Result<Vec<StatedDeposit>, Refused> {
        const DEPOSIT: Kind = Kind::Treaty(TreatyKind::InstrumentDeposited);
        const OBJECTION: Kind = Kind::Treaty(TreatyKind::ObjectionLodged);
        const CORRECTION: Kind = Kind::Shared(SharedKind::EventCorrected);
        let of_others = |kind| -> Result<Vec<(ParticipantId, Act)>, Refused> {
            let acts = view.acts_of_kind(treaty, kind)?.into_iter();
            let others = acts.filter_map(|act| act.participant.clone().map(|who| (who, act)));
            Ok(others.filter(|(who, _)| who != participant).collect())
        };
        // Who objected, and who corrected something: their acts must be read themselves.
        let mut read = of_others(CORRECTION)?;
        if needed.reactions {
            read.extend(of_others(OBJECTION)?);
        }
        let read: BTreeSet<ParticipantId> = read.into_iter().map(|(who, _)| who).collect();
        for who in &read {
            let history = self.history(view, &Subject::Participation(treaty.clone(), who.clone()))?;
            let bears = |kind| kind == OBJECTION || kind == CORRECTION || kind == DEPOSIT && needed.deposits;
            events.extend(history.into_iter().filter(|recorded| bears(recorded.event.kind())));
        }
        let deposits = if needed.deposits { of_others(DEPOSIT)? } else { Vec::new() };
        let dated = deposits.into_iter().filter(|(who, _)| !read.contains(who));
        let stated =
            dated.filter_map(|(participant, act)| act.date.map(|deposited| StatedDeposit { participant, deposited }));
        Ok(stated.collect())
    }
}

/// What has to be read of other participants.
#[derive(Clone, Copy, Debug)]
struct Needed {
    reactions: bool,
    deposits: bool,
}

impl Needed {
    fn of(events: &[Recorded], depth: Depth) -> Self {
        let any = |wanted: fn(&Recorded) -> bool| events.iter().any(wanted);
        let counts = any(|recorded| threshold_of(&recorded.event.body).is_some());
        Self {
            reactions: depth == Depth::Whole && any(is_suspension),
            deposits: counts && (depth == Depth::Whole || !any(states_entry_into_force)),
        }
    }
}

fn threshold_of(body: &Body) -> Option<u32> {
    let body = match body {
        Body::Shared(SharedBody::EventCorrected(body)) => &body.restated.as_ref()?.body,
        body => body,
    };
    let Body::Treaty(TreatyBody::TreatyRegistered(body)) = body else { return None };
    let clause = body.clauses.as_ref()?.entry_into_force.as_ref()?;
    Some(clause.threshold).filter(|threshold| *threshold > 0)
}

fn is_suspension(recorded: &Recorded) -> bool {
    matches!(recorded.event.body, Body::Treaty(TreatyBody::SuspensionNotified(_)))
}

fn states_entry_into_force(recorded: &Recorded) -> bool {
    let Body::Treaty(TreatyBody::EffectStated(body)) = &recorded.event.body else { return false };
    body.effect == TreatyEffect::EntryIntoForce
        && matches!(recorded.event.subject, Subject::Treaty(_))
        && recorded.effective_since().is_some()
}

/// The mandates that weigh between rival statements.
fn mandates_of_authors(view: View<'_>, events: &[Recorded]) -> Result<Vec<GrantedMandate>, Refused> {
    let authors: BTreeSet<_> = events.iter().map(Recorded::organisation).collect();
    let mut mandates = Vec::new();
    for organisation in authors {
        mandates.extend(view.mandates(organisation)?.into_iter().map(|state| GrantedMandate {
            organisation: organisation.clone(),
            granted: state.granted.index,
            mandate: state.mandate,
        }));
    }
    Ok(mandates)
}

fn facts(recorded: &Recorded) -> EventFacts {
    let verified = match recorded.standing {
        Standing::Effective { since: _, verified } => verified,
        Standing::Waiting | Standing::Ended => false,
    };
    EventFacts { recorded_at: recorded.recorded_at, member: recorded.author.member.clone(), verified }
}

/// The first short name of a treaty, else its id.
fn name_of_treaty(treaty: &TreatyId, events: &[Recorded]) -> String {
    let names = events.iter().find_map(|recorded| match (&recorded.event.body, &recorded.event.subject) {
        (Body::Treaty(TreatyBody::TreatyRegistered(body)), Subject::Treaty(id)) if id == treaty => {
            body.short_names.first()
        }
        _ => None,
    });
    names.map_or_else(|| treaty.to_string(), ToString::to_string)
}
