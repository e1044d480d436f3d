//! Every participant with an act under a treaty, or that consents to it with an instrument
//! under its parent, asked about at once: what all questions about a whole treaty stand on.
//!
//! Promises: the answer about each participant is the one that [`Node::treaty_status`]
//! gives; what is shared between participants is read once. Participants ascend by id.
//! Leaves to others: what is read (`dossier`), the rules (`treaties`), counting and listing.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use super::{
    Node,
    dossier::{Depth, TreatyFile, Who, nobody},
    draft::WithDraft,
    errors::Refused,
    status::EventFacts,
    status_answer::cited,
};
use crate::{
    domain::{CitedEvent, Index, ParticipantId, Recorded, TreatyId},
    projections::View,
    treaties::{Dossier, ViewName},
    wire::proto,
};

/// One treaty, read for questions about all of its participants.
#[derive(Debug)]
pub(super) struct Survey {
    file: TreatyFile,
    name: String,
    /// Made when the first answer is to cite an entry.
    facts: OnceLock<Arc<HashMap<Index, EventFacts>>>,
}

impl Node {
    /// Reads a treaty with everybody who takes part in it.
    pub(super) fn survey(&self, view: View<'_>, treaty: &TreatyId, name: ViewName) -> Result<Survey, Refused> {
        self.survey_of(view, treaty, Who::Everybody, name)
    }

    /// Reads a treaty with those who are asked about.
    pub(super) fn survey_of<'v>(
        &self,
        view: impl Into<WithDraft<'v>>,
        treaty: &TreatyId,
        who: Who<'_>,
        name: ViewName,
    ) -> Result<Survey, Refused> {
        let files = self.treaty_files(view, vec![treaty.clone()], who, Depth::Whole, name)?;
        let file = files.into_iter().next().expect("one file for each treaty");
        Ok(Survey { name: file.name(), file, facts: OnceLock::new() })
    }
}

impl Survey {
    /// The treaty, and the name to show.
    pub fn treaty(&self) -> (&TreatyId, &str) {
        (&self.file.treaty, &self.name)
    }

    /// Everybody with an act under the treaty or that consents to it with an instrument
    /// under its parent, ascending.
    pub fn participants(&self) -> impl Iterator<Item = &ParticipantId> {
        self.file.under.keys()
    }

    /// Events on the treaty itself, in order of their position.
    pub fn on_treaty(&self) -> &[Arc<Recorded>] {
        &self.file.on_treaty
    }

    /// Acts of a participant under the treaty, in order of their position.
    pub fn acts_of(&self, participant: &ParticipantId) -> &[Arc<Recorded>] {
        self.file.under.get(participant).map(Vec::as_slice).unwrap_or_default()
    }

    /// Events on a participant itself, in order of their position.
    pub fn about(&self, participant: &ParticipantId) -> &[Arc<Recorded>] {
        self.file.about.get(participant).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every event that was read.
    pub fn events(&self) -> impl Iterator<Item = &Arc<Recorded>> {
        self.file.events()
    }

    /// Asks the rules a question about one participant.
    pub fn ask<T>(&self, participant: &ParticipantId, ask: impl FnOnce(&Dossier<'_>) -> T) -> T {
        self.file.ask(participant, ask)
    }

    /// Asks the rules a question about each participant.
    pub fn each<T>(&self, ask: impl Fn(&Dossier<'_>) -> T) -> impl Iterator<Item = (&ParticipantId, T)> {
        self.participants().map(move |participant| (participant, self.file.ask(participant, &ask)))
    }

    /// Asks the rules a question about the treaty itself.
    pub fn ask_of_treaty<T>(&self, ask: impl FnOnce(&Dossier<'_>) -> T) -> T {
        self.file.ask(&nobody(), ask)
    }

    /// Asks the rules a question about single acts, of everybody who was read.
    pub fn ask_of_acts<T>(&self, ask: impl FnOnce(&Dossier<'_>) -> T) -> T {
        self.file.ask_of_acts(ask)
    }

    /// The name to show of a participant with an act under the treaty.
    pub fn participant_name(&self, participant: &ParticipantId) -> String {
        self.file.participant_name(participant)
    }

    /// How an answer cites an event that was read.
    pub fn cited(&self, event: &CitedEvent) -> proto::CitedEvent {
        cited(event, &self.facts())
    }

    /// How the entries stand that an answer may cite.
    pub fn facts(&self) -> Arc<HashMap<Index, EventFacts>> {
        Arc::clone(self.facts.get_or_init(|| Arc::new(self.file.facts())))
    }
}
