//! Treaties and participants as they stand: found by any of their names, told as their
//! last correction restates them.
//!
//! Promises: what is told holds for the view, and is what the rules over treaties apply.
//! A name from before a correction still finds; where several have a name, those go first
//! that have it now.
//! Leaves to others: the rows of names (`projections`).

use super::{Node, errors::Refused};
use crate::{
    domain::{Kind, ParticipantId, Position, SharedKind, Subject, TreatyId},
    limits::CHANGE_VALUE_CHARS,
    projections::{QueryError, Registered, View},
    wire::{
        self,
        proto::{self, event::Body},
    },
};

/// So many names like the one that nobody has are told.
const NEAR: usize = 5;
/// Bytes of a name from which on others can be like it.
const SHORTEST: usize = 3;

/// That there is nothing of a name.
fn nothing(what: &str, name: &str) -> String {
    match name {
        "" => format!("no {what} is named: \"\""),
        name => format!("no {what} {:?} was registered by then", wire::cut_short(name, CHANGE_VALUE_CHARS)),
    }
}

/// A registration as it stands.
struct Standing<T> {
    now: T,
    registered: proto::EventPosition,
    /// The correction that stands.
    corrected: Option<proto::EventPosition>,
    /// What was stated before, oldest first.
    earlier: Vec<(T, proto::EventPosition)>,
}

impl Node {
    /// The treaty with this id or one of its names.
    pub(super) fn find_treaty(&self, view: View<'_>, name: &str) -> Result<Registered<TreatyId>, Refused> {
        let found = match view.find_treaty(name) {
            Err(QueryError::Ambiguous { name, ids }) => {
                let read = |id: &str| Ok(id.parse().ok().map(|id| view.treaty(&id)).transpose()?.flatten());
                let names = |entry: proto::TreatyEntry| entry.registered.map(|it| it.short_names).unwrap_or_default();
                let now = |found: &Registered<TreatyId>| Ok(names(self.treaty_entry(view, found)?));
                Some(with_name_now(&name, ids, read, now)?)
            }
            found => found?,
        };
        found.ok_or_else(|| {
            let advice = "`treaty list` shows the ids and short names";
            Refused::not_found("treaty", format!("{}; {advice}", nothing("treaty", name)))
        })
    }

    /// The participant with this id or one of its names.
    pub(super) fn find_participant(&self, view: View<'_>, name: &str) -> Result<Registered<ParticipantId>, Refused> {
        let found = match view.find_participant(name) {
            Err(QueryError::Ambiguous { name, ids }) => {
                let read = |id: &str| Ok(id.parse().ok().map(|id| view.participant(&id)).transpose()?.flatten());
                let names = |entry: proto::ParticipantEntry| entry.registered.map(names_of).unwrap_or_default();
                let now = |found: &Registered<ParticipantId>| Ok(names(self.participant_entry(view, found)?));
                Some(with_name_now(&name, ids, read, now)?)
            }
            found => found?,
        };
        match found {
            Some(found) => Ok(found),
            None => Err(self.no_participant(view, name)?),
        }
    }

    /// That nobody has the name, and who has one like it.
    fn no_participant(&self, view: View<'_>, name: &str) -> Result<Refused, Refused> {
        let mut near = Vec::new();
        let ids = if name.trim().len() < SHORTEST { Vec::new() } else { view.participants_near(name, NEAR)? };
        for id in ids {
            let Some(found) = view.participant(&id)? else { continue };
            near.push(format!("{id} ({})", self.participant_name(view, &found)?));
        }
        let near = if near.is_empty() { String::new() } else { format!("; names like it: {}", near.join(", ")) };
        let message = format!("{}{near}", nothing("participant", name));
        Ok(Refused::not_found("participant", format!("{message}; `participant list` shows the ids and names")))
    }

    /// The participant that a request names; `None` where it names none.
    pub(super) fn find_if_named(&self, view: View<'_>, name: &str) -> Result<Option<ParticipantId>, Refused> {
        if name.is_empty() { Ok(None) } else { Ok(Some(self.find_participant(view, name)?.id)) }
    }

    /// The name to show of a participant.
    pub(super) fn participant_name(
        &self,
        view: View<'_>,
        found: &Registered<ParticipantId>,
    ) -> Result<String, Refused> {
        Ok(self.participant_entry(view, found)?.registered.map(|registered| registered.name).unwrap_or_default())
    }

    /// A treaty as it stands.
    pub(super) fn treaty_entry(
        &self,
        view: View<'_>,
        found: &Registered<TreatyId>,
    ) -> Result<proto::TreatyEntry, Refused> {
        let body = |body| match body {
            Some(Body::TreatyRegistered(registered)) => Some(registered),
            _ => None,
        };
        let subject = Subject::Treaty(found.id.clone());
        let Standing { now, registered, corrected, earlier } = self.standing(view, &subject, found.position, body)?;
        let earlier = earlier.into_iter().map(|(registered, position)| proto::EarlierRegistration {
            position: Some(position),
            names: registered.short_names,
            clauses_version: registered.clauses.map(|clauses| clauses.version).unwrap_or_default(),
        });
        Ok(proto::TreatyEntry {
            id: found.id.to_string(),
            registered: Some(now),
            position: Some(registered),
            corrected,
            earlier: earlier.collect(),
        })
    }

    /// A participant as it stands.
    pub(super) fn participant_entry(
        &self,
        view: View<'_>,
        found: &Registered<ParticipantId>,
    ) -> Result<proto::ParticipantEntry, Refused> {
        let body = |body| match body {
            Some(Body::ParticipantRegistered(registered)) => Some(registered),
            _ => None,
        };
        let subject = Subject::Participant(found.id.clone());
        let Standing { now, registered, corrected, earlier } = self.standing(view, &subject, found.position, body)?;
        let earlier = earlier.into_iter().map(|(registered, position)| proto::EarlierRegistration {
            position: Some(position),
            names: names_of(registered),
            clauses_version: String::new(),
        });
        Ok(proto::ParticipantEntry {
            id: found.id.to_string(),
            registered: Some(now),
            position: Some(registered),
            corrected,
            earlier: earlier.collect(),
        })
    }

    /// The registration and the corrections that restate it: these take effect at once and
    /// are not taken back.
    fn standing<T>(
        &self,
        view: View<'_>,
        subject: &Subject,
        registered: Position,
        body: impl Fn(Option<Body>) -> Option<T>,
    ) -> Result<Standing<T>, Refused> {
        let (event, at) = self.event_at(registered)?;
        let other = || Refused::not_found("position", format!("entry {} registers nothing", registered.index));
        let now = body(event.body).ok_or_else(other)?;
        let mut standing = Standing { now, registered: at.clone(), corrected: None, earlier: Vec::new() };
        for act in view.acts_on(subject)? {
            if act.kind != Kind::Shared(SharedKind::EventCorrected) {
                continue;
            }
            let (event, position) = self.event_at(act.position)?;
            let Some(Body::EventCorrected(correction)) = event.body else { continue };
            let Some(now) = correction.restated.and_then(|restated| body(restated.body)) else { continue };
            let before = std::mem::replace(&mut standing.now, now);
            let stated_at = standing.corrected.replace(position).unwrap_or_else(|| at.clone());
            standing.earlier.push((before, stated_at));
        }
        Ok(standing)
    }
}

/// The one of several that has the name now, where others had it before.
fn with_name_now<Id>(
    name: &str,
    ids: Vec<String>,
    read: impl Fn(&str) -> Result<Option<Registered<Id>>, Refused>,
    names: impl Fn(&Registered<Id>) -> Result<Vec<String>, Refused>,
) -> Result<Registered<Id>, Refused> {
    let mut now = Vec::new();
    for found in ids.iter().filter_map(|id| read(id).transpose()) {
        let found = found?;
        if names(&found)?.iter().any(|now| now.eq_ignore_ascii_case(name)) {
            now.push(found);
        }
    }
    match (now.len(), now.pop()) {
        (1, Some(found)) => Ok(found),
        _ => Err(QueryError::Ambiguous { name: name.to_owned(), ids }.into()),
    }
}

fn names_of(registered: proto::ParticipantRegistered) -> Vec<String> {
    std::iter::once(registered.name).chain(registered.other_names).collect()
}
