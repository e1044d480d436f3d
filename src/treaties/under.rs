//! Single acts on a treaty and under it: how an answer tells them, and which have come by a
//! day. What the questions about single acts of everybody stand on.
//!
//! Promises: the dossier of such a question holds the events of everybody under the treaty;
//! whose acts they are makes no difference to how they are told.
//! Leaves to others: what is asked about an act (`contested`, `unnotified`, `objected`).

use jiff::civil::Date;

use super::{Dossier, overlays::may_have_come, rivals::Act, statements::Statement, suspension};
use crate::domain::{CitedEvent, Kind, ParticipantId, Recorded, SourceClass, Subject, TreatyBody, TreatyId, WorldDate};

/// An act as the statement tells it that stands for it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToldAct {
    pub event: CitedEvent,
    pub kind: Kind,
    /// Whose act it is; `None` for an act on the treaty itself.
    pub participant: Option<ParticipantId>,
    /// The name that statements about it share; may be empty.
    pub name: Box<str>,
    /// The day on which it was done or reached the depositary.
    pub date: Option<WorldDate>,
    pub source: ToldSource,
}

/// Where something was taken from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldSource {
    pub class: Option<SourceClass>,
    pub name: Box<str>,
}

/// One reason of an answer about an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The article that it rests on; empty where there is none.
    pub article: Box<str>,
    pub event: Option<CitedEvent>,
    /// A sentence for a person.
    pub sentence: Box<str>,
}

impl Because {
    /// A reason without an event.
    pub fn new(article: &str, sentence: impl Into<Box<str>>) -> Self {
        Self { article: article.into(), event: None, sentence: sentence.into() }
    }

    /// The same resting on an event.
    pub fn of(self, event: CitedEvent) -> Self {
        Self { event: Some(event), ..self }
    }
}

/// How an answer tells an act.
pub fn told(act: &Act<'_>) -> ToldAct {
    let statement = act.shown();
    ToldAct {
        event: statement.cited(),
        kind: act.kind,
        participant: match act.subject() {
            Subject::Participation(_, participant) => Some(participant.clone()),
            _ => None,
        },
        name: statement.recorded.event.act.clone().unwrap_or_default(),
        date: date(statement).cloned(),
        source: source(statement.recorded),
    }
}

/// What an event says of where it was taken from.
pub fn source(recorded: &Recorded) -> ToldSource {
    let source = recorded.event.source.as_ref();
    source
        .map_or_else(ToldSource::default, |source| ToldSource { class: Some(source.class), name: source.name.clone() })
}

/// The event that an answer cites.
pub fn find<'a>(dossier: &Dossier<'a>, event: &CitedEvent) -> Option<&'a Recorded> {
    dossier.events.iter().copied().find(|recorded| recorded.position == event.position)
}

/// Whether an act is on the treaty or under it.
pub fn is_under(act: &Act<'_>, treaty: &TreatyId) -> bool {
    matches!(act.subject(), Subject::Treaty(id) | Subject::Participation(id, _) if id == treaty)
}

/// Whether an act can have come by a day, as one of the statements about it has it. What is
/// stated of a day to come is stated already.
pub fn has_come(act: &Act<'_>, at: Date) -> bool {
    let mut statements = act.followed.iter().chain(&act.others);
    statements.any(|statement| match statement.body {
        TreatyBody::EffectStated(_) => true,
        _ => may_have_come(date(statement), at),
    })
}

/// The principal date; for a suspension that is not known to have reached the depositary
/// the day from which it is claimed.
fn date<'a>(statement: &Statement<'a>) -> Option<&'a WorldDate> {
    let claimed = match statement.body {
        TreatyBody::SuspensionNotified(body) => suspension::since(body),
        _ => None,
    };
    statement.date().or(claimed)
}
