//! A view as it would be with a draft on top: what law would remark on it is asked there.
//!
//! Promises: without a draft it is the view. The events of a draft are found wherever the
//! fold would put them, as those of the next entries, in effect at once.
//! Leaves to others: whether the draft may enter (`policy`), the rules (`treaties`).

use std::{collections::BTreeSet, sync::Arc};

use super::{Node, dossier::parent_of, errors::Refused, history::EventsRead};
use crate::{
    domain::{
        EnvelopeContent, EventReference, Index, Kind, OrganisationId, ParticipantId, Position, Recorded, RecordingTime,
        Size, Standing, Subject, TreatyId,
    },
    projections::{Act, MandateState, ReadModelError, View, bears_on_others, protocols_of},
    treaties::{GrantedMandate, Known},
    wire::Submitted,
};

/// A view, and the events of a draft on top of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct WithDraft<'v> {
    view: View<'v>,
    draft: &'v [Arc<Recorded>],
    /// The time of the newest knowledge, where it is not that of the newest entry.
    known_at: Option<RecordingTime>,
}

impl<'v> From<View<'v>> for WithDraft<'v> {
    fn from(view: View<'v>) -> Self {
        Self { view, draft: &[], known_at: None }
    }
}

impl<'v> WithDraft<'v> {
    /// As it is known at a time, also where no draft is: of two that are compared, what passing
    /// time brings is then no difference.
    pub fn of(view: View<'v>, draft: &'v [Arc<Recorded>], known_at: RecordingTime) -> Self {
        Self { view, draft, known_at: Some(known_at) }
    }

    /// The view without the draft.
    pub fn held(self) -> View<'v> {
        self.view
    }

    /// An event of the draft.
    pub fn drafted(self, reference: &EventReference) -> Option<&'v Arc<Recorded>> {
        self.draft.iter().find(|recorded| recorded.reference() == *reference)
    }

    /// Treaties under which the draft has an act of a participant.
    pub fn drafted_treaties_of(self, participant: &ParticipantId) -> impl Iterator<Item = TreatyId> {
        self.draft.iter().filter_map(move |recorded| match &recorded.event.subject {
            Subject::Participation(treaty, who) if who == participant => Some(treaty.clone()),
            _ => None,
        })
    }

    /// What the rules may know.
    pub fn known(self) -> Result<Known, ReadModelError> {
        let size = self.draft.last().map_or(self.view.size(), |recorded| Size(recorded.position.index.0 + 1));
        Ok(Known { size, recorded_at: self.known_at.or(self.view.holds_at()?.recorded_at) })
    }

    /// When the entry was recorded, or would be.
    pub fn recorded_at(self, index: Index) -> Result<Option<RecordingTime>, ReadModelError> {
        match self.draft.iter().find(|recorded| recorded.position.index == index) {
            Some(drafted) => Ok(Some(drafted.recorded_at)),
            None => self.view.recorded_at(index),
        }
    }

    pub fn acts_on(self, subject: &Subject) -> Result<Vec<Act>, ReadModelError> {
        let drafted = self.draft.iter().filter(|recorded| recorded.event.subject == *subject);
        Ok(self.view.acts_on(subject)?.into_iter().chain(drafted.map(|recorded| act(recorded))).collect())
    }

    /// In no order where there is a draft.
    pub fn acts_under(self, treaty: &TreatyId) -> Result<Vec<Act>, ReadModelError> {
        let drafted = self.draft.iter().filter(|recorded| is_under(recorded, treaty));
        Ok(self.view.acts_under(treaty)?.into_iter().chain(drafted.map(|recorded| act(recorded))).collect())
    }

    /// In no order where there is a draft.
    pub fn acts_of_kind(self, treaty: &TreatyId, kind: Kind) -> Result<Vec<Act>, ReadModelError> {
        let is_listed = |recorded: &&Arc<Recorded>| recorded.event.kind() == kind && bears_on_others(&recorded.event);
        let drafted = self.draft.iter().filter(|recorded| is_under(recorded, treaty)).filter(is_listed);
        Ok(self.view.acts_of_kind(treaty, kind)?.into_iter().chain(drafted.map(|recorded| act(recorded))).collect())
    }

    pub fn instruments_naming(
        self,
        protocol: &TreatyId,
        participant: Option<&ParticipantId>,
    ) -> Result<Vec<(TreatyId, Act)>, ReadModelError> {
        let drafted = self.draft.iter().filter_map(|recorded| match &recorded.event.subject {
            Subject::Participation(treaty, who)
                if participant.is_none_or(|participant| participant == who)
                    && protocols_of(&recorded.event).contains(protocol) =>
            {
                Some((treaty.clone(), act(recorded)))
            }
            _ => None,
        });
        Ok(self.view.instruments_naming(protocol, participant)?.into_iter().chain(drafted).collect())
    }

    /// Treaties that were ever registered as protocols of a treaty.
    pub fn registered_below(self, parent: &TreatyId) -> Result<BTreeSet<TreatyId>, ReadModelError> {
        let drafted = self.draft.iter().filter_map(|recorded| match &recorded.event.subject {
            Subject::Treaty(treaty) if parent_of(&recorded.event.body) == Some(parent) => Some(treaty.clone()),
            _ => None,
        });
        Ok(self.view.protocols_of(parent)?.into_iter().chain(drafted).collect())
    }

    pub fn mandates(self, organisation: &OrganisationId) -> Result<Vec<MandateState>, ReadModelError> {
        self.view.mandates(organisation)
    }

    /// The events at these positions.
    pub fn events_at(self, node: &Node, positions: impl IntoIterator<Item = Position>) -> Result<EventsRead, Refused> {
        let drafted = |position: &Position| self.draft.iter().find(|recorded| recorded.position == *position);
        let (new, held): (Vec<Position>, Vec<Position>) =
            positions.into_iter().partition(|position| drafted(position).is_some());
        let mut read = node.events_at(self.view, held)?;
        read.extend(new.iter().filter_map(|position| Some((*position, Arc::clone(drafted(position)?)))));
        Ok(read)
    }
}

fn act(recorded: &Recorded) -> Act {
    let participant = match &recorded.event.subject {
        Subject::Participation(_, participant) => Some(participant.clone()),
        Subject::Ledger
        | Subject::Organisation(_)
        | Subject::Treaty(_)
        | Subject::Participant(_)
        | Subject::Record(_) => None,
    };
    Act { position: recorded.position, kind: recorded.event.kind(), date: recorded.event.date().cloned(), participant }
}

fn is_under(recorded: &Recorded, treaty: &TreatyId) -> bool {
    matches!(&recorded.event.subject, Subject::Participation(under, _) if under == treaty)
}

/// The events of a draft as an entry; none where it brings sign-offs alone.
pub(super) fn as_entry(draft: &Submitted, index: Index, recorded_at: RecordingTime) -> Vec<Arc<Recorded>> {
    let EnvelopeContent::Submission(content) = &draft.envelope.content else { return Vec::new() };
    let each = (0..).zip(&content.events).map(|(ordinal, event)| {
        Arc::new(Recorded {
            position: Position { index, ordinal },
            recorded_at,
            author: content.submission.author.clone(),
            event: event.clone(),
            standing: Standing::Effective { since: index, verified: false },
            sign_offs: Vec::new(),
            missing: Vec::new(),
        })
    });
    each.collect()
}

/// The mandates that weigh between rival statements.
pub(super) fn mandates_of_authors(view: WithDraft<'_>, read: &EventsRead) -> Result<Vec<GrantedMandate>, Refused> {
    let authors: BTreeSet<_> = read.values().map(|recorded| recorded.organisation()).collect();
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
