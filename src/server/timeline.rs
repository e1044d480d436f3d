//! Acts on a timeline with what became of them: taken back, corrected, rival accounts.
//!
//! Promises: of each subject with an act on the page all events are read, once. The event
//! itself is told as it was recorded.
//! Leaves to others: the rules (`treaties`), which acts a page has (`projections`).

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
};

use super::{Node, draft::mandates_of_authors, errors::Refused, history::EventsRead, status_answer::world};
use crate::{
    domain::{Body, Kind, NotStated, ParticipantId, Position, Restated, SharedKind, Subject, TreatyId, WorldDate},
    projections::{Act, DatesThatStand, View},
    treaties::{self, About, Fate, ViewName},
    wire::{SaidField, body_message, differing_fields, not_stated_message, proto, timestamp},
};

const CORRECTION: Kind = Kind::Shared(SharedKind::EventCorrected);

/// Tells acts with what became of them, as a view of rival accounts follows them.
pub(super) struct Telling<'n> {
    node: &'n Node,
    view: View<'n>,
    name: ViewName,
    read: RefCell<HashMap<Subject, Rc<OfSubject>>>,
}

/// The events on a subject, and what became of them.
struct OfSubject {
    events: EventsRead,
    fates: BTreeMap<Position, Fate>,
}

impl<'n> Telling<'n> {
    pub fn of(node: &'n Node, view: View<'n>, name: ViewName) -> Self {
        Self { node, view, name, read: RefCell::default() }
    }

    /// An act with what became of it.
    pub fn act(&self, act: &Act) -> Result<proto::Act, Refused> {
        let told = self.node.act(self.view, act)?;
        let subject = told.event.as_ref().and_then(|event| event.subject.parse().ok());
        let Some(subject) = subject.filter(is_told) else { return Ok(told) };
        let found = self.subject(&subject)?;
        let Some(fate) = found.fates.get(&act.position) else { return Ok(told) };
        let place = |position: &Position| found.place(*position);
        let first = found.first_stated(act.position);
        let stands = world(fate.date.as_ref());
        Ok(proto::Act {
            date_first_stated: world(first.filter(|first| Some(*first) != fate.date.as_ref())),
            date: stands,
            retracted_by: fate.retracted_by.as_ref().and_then(place),
            corrected_by: fate.corrected_by.iter().filter_map(place).collect(),
            about: fate.about.as_ref().and_then(|about| place(&about.event)),
            about_act: fate.about.as_ref().map(|about| self.about(&found, &subject, about)).transpose()?,
            changes: fate.about.as_ref().map(|about| found.changes(act.position, about)).unwrap_or_default(),
            rivals: fate.rivals.iter().filter_map(place).collect(),
            passed_over: fate.is_passed_over,
            changes_nothing: fate.changes_nothing,
            ..told
        })
    }

    /// The dates of the acts on a timeline that stated others first.
    pub fn dates_of(&self, treaty: &TreatyId, participant: Option<&ParticipantId>) -> Result<DatesThatStand, Refused> {
        let corrections = self.view.acts_of_kind(treaty, CORRECTION)?;
        let who = corrections.into_iter().filter_map(|correction| correction.participant);
        let who: BTreeSet<ParticipantId> =
            who.filter(|who| participant.is_none_or(|participant| participant == who)).collect();
        let under = who.into_iter().map(|who| Subject::Participation(treaty.clone(), who));
        let itself = Some(Subject::Treaty(treaty.clone())).filter(|_| participant.is_none());
        self.dates_on(under.chain(itself))
    }

    /// The dates of the events at these places that stated others first.
    pub fn dates_at(&self, places: Vec<Position>) -> Result<DatesThatStand, Refused> {
        let mut subjects = BTreeSet::new();
        self.node.each_event_at(self.view, places, |recorded| {
            subjects.insert(recorded.event.subject);
        })?;
        self.dates_on(subjects.into_iter().filter(is_told))
    }

    /// Only subjects with a correction are read.
    fn dates_on(&self, subjects: impl Iterator<Item = Subject>) -> Result<DatesThatStand, Refused> {
        let mut dates = DatesThatStand::new();
        for subject in subjects {
            if !self.view.acts_on(&subject)?.iter().any(|act| act.kind == CORRECTION) {
                continue;
            }
            let found = self.subject(&subject)?;
            let moved = found.fates.iter().filter(|(at, fate)| fate.date.as_ref() != found.first_stated(**at));
            dates.extend(moved.map(|(at, fate)| (*at, fate.date.clone())));
        }
        Ok(dates)
    }

    fn subject(&self, subject: &Subject) -> Result<Rc<OfSubject>, Refused> {
        if let Some(found) = self.read.borrow().get(subject) {
            return Ok(Rc::clone(found));
        }
        let positions = self.view.acts_on(subject)?.into_iter().map(|act| act.position);
        let events = self.node.events_at(self.view, positions)?;
        let mandates = mandates_of_authors(self.view.into(), &events)?;
        let given: Vec<_> = events.values().map(AsRef::as_ref).collect();
        let fates = treaties::fates(&given, self.view.size(), &mandates, self.name);
        let found = Rc::new(OfSubject { events, fates });
        self.read.borrow_mut().insert(subject.clone(), Rc::clone(&found));
        Ok(found)
    }

    /// Which act an event is about.
    fn about(&self, found: &OfSubject, subject: &Subject, about: &About) -> Result<proto::AboutAct, Refused> {
        let kind = found.events.get(&about.event).map(|recorded| recorded.event.kind());
        let mut told = proto::AboutAct {
            kind: kind.map(|kind| kind.name().to_owned()).unwrap_or_default(),
            date: world(about.date.as_ref()),
            ..proto::AboutAct::default()
        };
        if let Subject::Participation(_, participant) | Subject::Participant(participant) = subject {
            told.participant = participant.to_string();
            let registered = self.view.participant(participant)?;
            let name = registered.map(|registered| self.node.participant_name(self.view, &registered)).transpose()?;
            told.participant_name = name.unwrap_or_default();
        }
        Ok(told)
    }
}

/// Whether what became of the events on a subject is told: of the registry nothing is
/// corrected or taken back.
fn is_told(subject: &Subject) -> bool {
    match subject {
        Subject::Treaty(_) | Subject::Participation(..) | Subject::Participant(_) | Subject::Record(_) => true,
        Subject::Ledger | Subject::Organisation(_) => false,
    }
}

impl OfSubject {
    fn first_stated(&self, position: Position) -> Option<&WorldDate> {
        self.events.get(&position)?.event.date()
    }

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

    /// The fields that a correction changes of what stood before it; none for anything else.
    fn changes(&self, correction: Position, about: &About) -> Vec<proto::ChangedField> {
        let Some(accounts) = about.restates.and_then(|before| Some([self.said(before)?, self.said(correction)?]))
        else {
            return Vec::new();
        };
        let [before, after] =
            <[Vec<SaidField>; 2]>::try_from(differing_fields(&accounts)).expect("as many are told as were given");
        let changed = before.into_iter().zip(after).map(|(before, after)| proto::ChangedField {
            field: before.field,
            before: before.says,
            after: after.says,
        });
        changed.collect()
    }

    /// What an event says, a correction by what it restates.
    fn said(&self, position: Position) -> Option<proto::Event> {
        let event = &self.events.get(&position)?.event;
        Some(match event.restated() {
            Some(Restated { body, not_stated, .. }) => said(body, not_stated),
            None => said(&event.body, &event.not_stated),
        })
    }
}

fn said(body: &Body, not_stated: &[NotStated]) -> proto::Event {
    proto::Event {
        not_stated: not_stated.iter().map(not_stated_message).collect(),
        body: Some(body_message(body)),
        ..proto::Event::default()
    }
}
