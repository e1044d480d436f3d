//! Acts on a timeline with what became of them: taken back, corrected, rival accounts.
//!
//! Promises: of each subject with an act on the page all events are read, once. The event
//! itself is told as it was recorded.
//! Leaves to others: the rules (`treaties`), which acts a page has (`projections`).

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use super::{
    Node,
    dossier::{mandates_of_authors, nobody},
    errors::Refused,
    history::EventsRead,
};
use crate::{
    domain::{Body, NotStated, Position, SharedBody, Subject, TreatyId},
    projections::{Act, View},
    treaties::{self, Dossier, Fate, Known, ViewName},
    wire::{SaidField, body_message, differing_fields, not_stated_message, proto, timestamp},
};

/// Tells acts under one treaty.
pub(super) struct Telling<'n> {
    node: &'n Node,
    view: View<'n>,
    treaty: &'n TreatyId,
    name: ViewName,
    read: RefCell<HashMap<Subject, Rc<OfSubject>>>,
}

/// The events on a subject, and what became of them.
struct OfSubject {
    events: EventsRead,
    fates: BTreeMap<Position, Fate>,
}

impl<'n> Telling<'n> {
    /// Of acts under a treaty, with what a view of it follows.
    pub fn of(node: &'n Node, view: View<'n>, treaty: &'n TreatyId, name: ViewName) -> Self {
        Self { node, view, treaty, name, read: RefCell::default() }
    }

    /// An act with what became of it.
    pub fn act(&self, act: &Act) -> Result<proto::Act, Refused> {
        let told = self.node.act(self.view, act)?;
        let subject = match &act.participant {
            Some(participant) => Subject::Participation(self.treaty.clone(), participant.clone()),
            None => Subject::Treaty(self.treaty.clone()),
        };
        let found = self.subject(&subject)?;
        let Some(fate) = found.fates.get(&act.position) else { return Ok(told) };
        let place = |position: &Position| found.place(*position);
        let stands = fate.date.as_ref().map(ToString::to_string).filter(|date| *date != told.date);
        let moved = !fate.corrected_by.is_empty() && stands.is_some();
        Ok(proto::Act {
            date_first_stated: if moved { told.date.clone() } else { String::new() },
            date: if moved { stands.unwrap_or_default() } else { told.date },
            retracted_by: fate.retracted_by.as_ref().and_then(place),
            corrected_by: fate.corrected_by.iter().filter_map(place).collect(),
            about: fate.about.as_ref().and_then(place),
            changes: found.changes(act.position),
            rivals: fate.rivals.iter().filter_map(place).collect(),
            passed_over: fate.is_passed_over,
            ..told
        })
    }

    fn subject(&self, subject: &Subject) -> Result<Rc<OfSubject>, Refused> {
        if let Some(found) = self.read.borrow().get(subject) {
            return Ok(Rc::clone(found));
        }
        let positions = self.view.acts_on(subject)?.into_iter().map(|act| act.position);
        let events = self.node.events_at(self.view, positions)?;
        let mandates = mandates_of_authors(self.view, &events)?;
        let known = Known { size: self.view.size(), recorded_at: self.view.holds_at()?.recorded_at };
        let given: Vec<_> = events.values().map(AsRef::as_ref).collect();
        let (treaty, participant) = (self.treaty, &nobody());
        let dossier = Dossier { treaty, participant, events: &given, deposits: &[], mandates: &mandates, known };
        let fates = treaties::fates(&dossier, self.name);
        let found = Rc::new(OfSubject { events, fates });
        self.read.borrow_mut().insert(subject.clone(), Rc::clone(&found));
        Ok(found)
    }
}

impl OfSubject {
    fn place(&self, position: Position) -> Option<proto::EventPosition> {
        let recorded = self.events.get(&position)?;
        Some(proto::EventPosition {
            index: position.index.0,
            ordinal: u32::from(position.ordinal),
            recorded_at: Some(timestamp(recorded.recorded_at)),
            event_id: recorded.event.id.to_string(),
            organisation: recorded.author.organisation.to_string(),
            member: recorded.author.member.to_string(),
        })
    }

    /// The fields of its target that a correction changes; none for anything else.
    fn changes(&self, correction: Position) -> Vec<proto::ChangedField> {
        let restated = |position: &Position| match &self.events.get(position)?.event.body {
            Body::Shared(SharedBody::EventCorrected(body)) => {
                body.restated.as_ref().map(|restated| said(&restated.body, &restated.not_stated))
            }
            _ => None,
        };
        let (Some(after), Some(fate)) = (restated(&correction), self.fates.get(&correction)) else { return Vec::new() };
        let Some(target) = fate.about else { return Vec::new() };
        let corrected_by = self.fates.get(&target).map(|fate| fate.corrected_by.as_slice()).unwrap_or_default();
        let earlier = corrected_by.iter().take_while(|position| **position != correction);
        let first = || self.events.get(&target).map(|target| said(&target.event.body, &target.event.not_stated));
        let Some(before) = earlier.filter_map(restated).last().or_else(first) else { return Vec::new() };
        let [before, after] = <[Vec<SaidField>; 2]>::try_from(differing_fields(&[before, after]))
            .expect("as many are told as were given");
        let changed = before.into_iter().zip(after).map(|(before, after)| proto::ChangedField {
            field: before.field,
            before: before.says,
            after: after.says,
        });
        changed.collect()
    }
}

fn said(body: &Body, not_stated: &[NotStated]) -> proto::Event {
    proto::Event {
        not_stated: not_stated.iter().map(not_stated_message).collect(),
        body: Some(body_message(body)),
        ..proto::Event::default()
    }
}
