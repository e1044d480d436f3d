//! How a participant stands to one treaty, and to all.
//!
//! Leaves to others: the rules (`treaties`), what is read for them (`dossier`).

use std::{collections::HashMap, sync::Arc};

use jiff::civil::Date;

use super::{
    Node,
    dossier::{Depth, TreatyFile, Who},
    errors::Refused,
};
use crate::{
    domain::{CivilDate, Index, MemberId, ParticipantId, Recorded, RecordingTime, Standing, Subject, TreatyId},
    projections::{EntryFilter, PageRequest, View},
    treaties::{self, Answer, ViewName},
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
            text => parse_at(text)?.0,
        };
        let views = || ViewName::ALL.iter().map(|view| view.name()).collect::<Vec<_>>().join(", ");
        let unknown = || Refused::no_word("view", name, format!("no view: {}", views()));
        let view = if name.is_empty() { ViewName::Default } else { ViewName::from_name(name).ok_or_else(unknown)? };
        Ok(Self { at, view })
    }
}

/// The day that a request names.
pub(super) fn parse_at(at: &str) -> Result<CivilDate, Refused> {
    at.parse().map_err(|error| Refused::from(("at", error)))
}

/// An answer of the rules with what it was made from.
pub(super) struct Found {
    pub treaty: TreatyId,
    pub treaty_name: String,
    pub answer: Answer,
    /// How the entries stand that it may cite.
    pub facts: Arc<HashMap<Index, EventFacts>>,
}

/// What is told of a cited event besides its name: the same for all of its entry.
#[derive(Clone, Debug)]
pub(super) struct EventFacts {
    pub recorded_at: RecordingTime,
    pub member: MemberId,
    pub verified: bool,
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
        let files = self.treaty_files(view, vec![treaty.clone()], Who::One(participant), Depth::Whole, asked.view)?;
        let file = files.first().expect("one file for each treaty");
        Ok(status_in(file, participant, asked))
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
        let mut treaties = self.treaties_with_acts(view, participant)?;
        treaties.retain(|treaty| Some(treaty) != but);
        let files = self.treaty_files(view, treaties, Who::One(participant), Depth::Status, asked.view)?;
        Ok(files.iter().map(|file| status_in(file, participant, asked)).collect())
    }

    /// The treaties that a participant has an act under, or that an instrument under their
    /// parent makes it consent to, ascending.
    pub(super) fn treaties_with_acts(
        &self,
        view: View<'_>,
        participant: &ParticipantId,
    ) -> Result<Vec<TreatyId>, Refused> {
        let mut treaties = Vec::new();
        for treaty in treaty_ids(view)? {
            if has_act(view, &treaty, participant)? || self.consents_with_parent(view, &treaty, participant)? {
                treaties.push(treaty);
            }
        }
        Ok(treaties)
    }

    /// Whether an instrument under the parent makes a participant consent to a treaty in the
    /// default view; only where one names the treaty more is read.
    fn consents_with_parent(
        &self,
        view: View<'_>,
        treaty: &TreatyId,
        participant: &ParticipantId,
    ) -> Result<bool, Refused> {
        if view.instruments_naming(treaty, Some(participant))?.is_empty() {
            return Ok(false);
        }
        let who = Who::One(participant);
        let files = self.treaty_files(view, vec![treaty.clone()], who, Depth::Status, ViewName::Default)?;
        Ok(files.iter().any(|file| file.consents_with_parent(participant)))
    }
}

/// All registered treaties, ascending.
pub(super) fn treaty_ids(view: View<'_>) -> Result<Vec<TreatyId>, Refused> {
    let (mut treaties, mut after) = (Vec::new(), None);
    loop {
        let request = PageRequest { after: after.as_deref(), items: crate::limits::PAGE_ITEMS_MAX };
        let page = view.treaties(request)?;
        treaties.extend(page.items.into_iter().map(|found| found.id));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(treaties),
        }
    }
}

fn has_act(view: View<'_>, treaty: &TreatyId, participant: &ParticipantId) -> Result<bool, Refused> {
    let subject = Some(Subject::Participation(treaty.clone(), participant.clone()));
    let filter = EntryFilter { subject, ..EntryFilter::default() };
    Ok(view.entries(&filter, Index(0)).next().transpose()?.is_some())
}

/// How a participant stands, of a file that was read for it.
pub(super) fn status_in(file: &TreatyFile, participant: &ParticipantId, asked: Asked) -> Found {
    let answer = file.ask(participant, |dossier| treaties::status(dossier, asked.at, asked.view));
    Found { treaty: file.treaty.clone(), treaty_name: file.name(), answer, facts: Arc::new(file.facts()) }
}

/// What is told of the entry of an event.
pub(super) fn facts(recorded: &Recorded) -> EventFacts {
    let verified = match recorded.standing {
        Standing::Effective { since: _, verified } => verified,
        Standing::Waiting | Standing::Ended => false,
    };
    EventFacts { recorded_at: recorded.recorded_at, member: recorded.author.member.clone(), verified }
}
