//! Questions to the read models, each at a fixed size.
//!
//! Promises: an answer at a size is a function of the first `size` entries; pages
//! are stable, because a token names the last item and not a place. Answers give
//! positions; the events are in the journal.
//! Leaves to others: status and legal rules over timelines, disclosure, waiting for a
//! minimum size ([`super::Follower::wait_for`]).

use std::{collections::BTreeSet, str::FromStr};

use super::encoding::{
    SubjectEvent, Unreadable, read_charter, read_finding, read_mandate, read_member, read_number, read_organisation,
    read_subject_events,
};
use super::keys::{Key, Table, split_id, split_index, split_number};
use super::model::{Act, HoldsAt, MandateState, MemberState, OrganisationState, Page, PageRequest, Registered};
use super::packed::{first_of_times, numbers};
use super::seek::{Entries, NewestPerId, Row, all_rows, damaged, newest_before};
use super::store::store_error;
use super::{QueryError, ReadModelError, ReadModels, likeness};
use crate::domain::{
    Finding, Index, Kind, OrganisationId, ParticipantId, Position, RecordingTime, Size, Subject, SubjectType, TreatyId,
};
use crate::limits::PAGE_ITEMS_MAX;

/// The read models as they were at a size.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    models: &'a ReadModels,
    size: Size,
}

/// Which entries of the log are asked for: those that meet every condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// With an event on this subject.
    pub subject: Option<Subject>,
    /// Whose author is of this organisation; for sign-offs that came later, with one of it.
    pub organisation: Option<OrganisationId>,
    /// With an event of this kind.
    pub kind: Option<Kind>,
}

impl ReadModels {
    /// The read models as they were at a size.
    pub fn at(&self, size: Size) -> Result<View<'_>, QueryError> {
        let held = self.position().size;
        if size > held { Err(QueryError::NotYet { asked: size, held }) } else { Ok(View { models: self, size }) }
    }

    /// The read models as they are now.
    pub fn now(&self) -> View<'_> {
        View { models: self, size: self.position().size }
    }

    /// How many entries the ledger held at a time: those recorded then or before.
    /// Recording time never goes back (I7), so this is a binary search.
    pub fn size_at(&self, time: RecordingTime) -> Result<Size, ReadModelError> {
        let (mut low, mut high) = (0, self.position().size.0);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.recorded_at(Index(middle))? <= time { low = middle + 1 } else { high = middle }
        }
        Ok(Size(low))
    }

    /// When an entry that is held was recorded.
    fn recorded_at(&self, index: Index) -> Result<RecordingTime, ReadModelError> {
        let first = first_of_times(index);
        let key = Key::new(Table::Entry).index(first);
        let row = self.tree().get(key.as_ref()).map_err(store_error("read"))?;
        let row = row.ok_or_else(|| damaged(key.as_ref()))?;
        let place = usize::try_from(index.0 - first.0).expect("a stored row holds few");
        match numbers(&row).nth(place) {
            Some(Ok(time)) => Ok(RecordingTime(time)),
            Some(Err(Unreadable)) | None => Err(damaged(key.as_ref())),
        }
    }
}

impl View<'_> {
    pub(super) fn tree(&self) -> &sled::Tree {
        self.models.tree()
    }

    /// The size that all answers hold for.
    pub fn size(&self) -> Size {
        self.size
    }

    pub(super) fn models(&self) -> &ReadModels {
        self.models
    }

    /// What all answers hold for.
    pub fn holds_at(&self) -> Result<HoldsAt, ReadModelError> {
        let recorded_at = self.size.last_index().map(|last| self.models.recorded_at(last)).transpose()?;
        let charter = newest_before(self.models.tree(), &Key::new(Table::Policy), self.size)?;
        let charter = charter.map(|(key, row)| read_charter(&row).map_err(|unreadable| unreadable.at(&key)));
        let (policy, profile) = charter.transpose()?.unzip();
        Ok(HoldsAt { size: self.size, recorded_at, policy, profile })
    }

    /// When an entry of this view was recorded; `None` for one beyond it.
    pub fn recorded_at(&self, index: Index) -> Result<Option<RecordingTime>, ReadModelError> {
        if index.0 < self.size.0 { self.models.recorded_at(index).map(Some) } else { Ok(None) }
    }

    /// An organisation with its posts, keys and mandates.
    pub fn organisation(&self, id: &OrganisationId) -> Result<Option<OrganisationState>, ReadModelError> {
        let key = Key::new(Table::Organisation).id(id.as_str());
        match newest_before(self.models.tree(), &key, self.size)? {
            Some(row) => self.whole_organisation(id.clone(), row).map(Some),
            None => Ok(None),
        }
    }

    /// All organisations, ascending by id.
    pub fn organisations(&self, page: PageRequest<'_>) -> Result<Page<OrganisationState>, QueryError> {
        let read = |id: OrganisationId, row: Row| self.whole_organisation(id, row);
        self.page_by_id(Table::Organisation, page, read, |state| state.id.to_string())
    }

    /// A registered treaty.
    pub fn treaty(&self, id: &TreatyId) -> Result<Option<Registered<TreatyId>>, ReadModelError> {
        let row = newest_before(self.models.tree(), &Key::new(Table::Treaty).id(id.as_str()), self.size)?;
        row.map(|row| registered(id.clone(), row)).transpose()
    }

    /// A registered treaty by its id or one of its short names. An id goes before
    /// a name; case does not matter in names.
    pub fn find_treaty(&self, id_or_name: &str) -> Result<Option<Registered<TreatyId>>, QueryError> {
        if let Ok(id) = id_or_name.parse()
            && let Some(treaty) = self.treaty(&id)?
        {
            return Ok(Some(treaty));
        }
        match self.id_of_name(Table::TreatyName, id_or_name)? {
            Some(id) => Ok(self.treaty(&id)?),
            None => Ok(None),
        }
    }

    /// All treaties, ascending by id.
    pub fn treaties(&self, page: PageRequest<'_>) -> Result<Page<Registered<TreatyId>>, QueryError> {
        self.page_by_id(Table::Treaty, page, registered, |treaty: &Registered<TreatyId>| treaty.id.to_string())
    }

    /// A registered participant.
    pub fn participant(&self, id: &ParticipantId) -> Result<Option<Registered<ParticipantId>>, ReadModelError> {
        let row = newest_before(self.models.tree(), &Key::new(Table::Participant).id(id.as_str()), self.size)?;
        row.map(|row| registered(id.clone(), row)).transpose()
    }

    /// A registered participant by its id or one of its names, as for treaties.
    pub fn find_participant(&self, id_or_name: &str) -> Result<Option<Registered<ParticipantId>>, QueryError> {
        if let Ok(id) = id_or_name.parse()
            && let Some(participant) = self.participant(&id)?
        {
            return Ok(Some(participant));
        }
        match self.id_of_name(Table::ParticipantName, id_or_name)? {
            Some(id) => Ok(self.participant(&id)?),
            None => Ok(None),
        }
    }

    /// All participants, ascending by id.
    pub fn participants(&self, page: PageRequest<'_>) -> Result<Page<Registered<ParticipantId>>, QueryError> {
        self.page_by_id(Table::Participant, page, registered, |found: &Registered<ParticipantId>| found.id.to_string())
    }

    /// Events on one subject, in order of their position.
    pub fn acts_on(&self, subject: &Subject) -> Result<Vec<Act>, ReadModelError> {
        let wanted = Key::new(Table::BySubject).subject(subject);
        let participant = subject.participating();
        let mut acts = Vec::new();
        for row in all_rows(self.models.tree(), &wanted) {
            let (key, value) = row?;
            self.acts_of_row(&key, &key[wanted.as_ref().len()..], &value, participant, &mut |act| acts.push(act))?;
        }
        Ok(acts)
    }

    /// Acts of all participants under a treaty, ascending by participant, then by
    /// position: one scan, however many they are.
    pub fn acts_under(&self, treaty: &TreatyId) -> Result<Vec<Act>, ReadModelError> {
        let mut acts = Vec::new();
        self.each_participation(treaty, None, |act| acts.push(act))?;
        Ok(acts)
    }

    /// Acts of one kind of all participants under a treaty, ascending by participant,
    /// then by position. Known are the kinds that bear on others: deposits, successions, signatures
    /// that are definitive, objections, declarations, corrections, retractions and resolutions.
    pub fn acts_of_kind(&self, treaty: &TreatyId, kind: Kind) -> Result<Vec<Act>, ReadModelError> {
        let wanted = Key::new(Table::ByTreaty).id(treaty.as_str()).kind(kind);
        let mut acts = Vec::new();
        for row in all_rows(self.models.tree(), &wanted) {
            let (key, value) = row?;
            let (participant, index) = split_id(&key[wanted.as_ref().len()..]).ok_or_else(|| damaged(&key))?;
            let participant: ParticipantId = participant.parse().map_err(|_| damaged(&key))?;
            self.acts_of_row(&key, index, &value, Some(&participant), &mut |act| acts.push(act))?;
        }
        Ok(acts)
    }

    /// Instruments under other treaties, and corrections of them, that name a treaty as a
    /// protocol which they consent to, with the treaty that each is under: of everybody,
    /// ascending by participant, or of one.
    pub fn instruments_naming(
        &self,
        protocol: &TreatyId,
        participant: Option<&ParticipantId>,
    ) -> Result<Vec<(TreatyId, Act)>, ReadModelError> {
        let of_protocol = Key::new(Table::ByProtocol).id(protocol.as_str());
        let wanted = participant.map_or_else(|| of_protocol.clone(), |who| of_protocol.clone().id(who.as_str()));
        let mut found = Vec::new();
        for row in all_rows(self.models.tree(), &wanted) {
            let (key, value) = row?;
            let (participant, rest) = split_id(&key[of_protocol.as_ref().len()..]).ok_or_else(|| damaged(&key))?;
            let (treaty, index) = split_id(rest).ok_or_else(|| damaged(&key))?;
            let participant: ParticipantId = participant.parse().map_err(|_| damaged(&key))?;
            let treaty: TreatyId = treaty.parse().map_err(|_| damaged(&key))?;
            let mut visit = |act| found.push((treaty.clone(), act));
            self.acts_of_row(&key, index, &value, Some(&participant), &mut visit)?;
        }
        Ok(found)
    }

    /// Treaties that were ever registered as protocols of a treaty, ascending.
    pub fn protocols_of(&self, parent: &TreatyId) -> Result<Vec<TreatyId>, ReadModelError> {
        let prefix = Key::new(Table::ByParent).id(parent.as_str());
        let rows = NewestPerId::new(self.models.tree(), prefix, self.size, None);
        rows.map(|row| {
            let (id, (key, _)) = row?;
            id.parse().map_err(|_| damaged(&key))
        })
        .collect()
    }

    /// Treaties, participations and participants that events of this view are on, from an
    /// entry on; one scan over all that was ever recorded of such.
    pub fn treaty_subjects_since(&self, from: Index) -> Result<BTreeSet<Subject>, ReadModelError> {
        let mut found = BTreeSet::new();
        for subject_type in [SubjectType::Treaty, SubjectType::Participation, SubjectType::Participant] {
            let of_type = Key::new(Table::BySubject).subject_type(subject_type);
            for row in all_rows(self.models.tree(), &of_type) {
                let (key, _) = row?;
                let (rest, index) = key.split_last_chunk::<8>().ok_or_else(|| damaged(&key))?;
                let index = u64::from_be_bytes(*index);
                if (from.0..self.size.0).contains(&index) {
                    let ids = &rest[of_type.as_ref().len()..];
                    found.insert(subject_of(subject_type, ids).ok_or_else(|| damaged(&key))?);
                }
            }
        }
        Ok(found)
    }

    /// Entries that meet the filter, in order, from an index on.
    pub fn entries(&self, filter: &EntryFilter, from: Index) -> Entries {
        let EntryFilter { subject, organisation, kind } = filter;
        let histories = [
            subject.as_ref().map(|subject| Key::new(Table::BySubject).subject(subject)),
            organisation.as_ref().map(|id| Key::new(Table::ByOrganisation).id(id.as_str())),
            kind.map(|kind| Key::new(Table::ByKind).kind(kind)),
        ];
        Entries::new(self.models.tree(), histories.into_iter().flatten().collect(), from, self.size)
    }

    /// Findings on one event.
    pub fn findings(&self, position: Position) -> Result<Vec<Finding>, ReadModelError> {
        self.findings_under(position.index, Key::new(Table::Finding).index(position.index).number(position.ordinal))
    }

    /// Findings on all events of an entry, in order of the events.
    pub fn findings_of_entry(&self, index: Index) -> Result<Vec<Finding>, ReadModelError> {
        self.findings_under(index, Key::new(Table::Finding).index(index))
    }

    fn findings_under(&self, index: Index, prefix: Key) -> Result<Vec<Finding>, ReadModelError> {
        if index.0 >= self.size.0 {
            return Ok(Vec::new());
        }
        let rows = all_rows(self.models.tree(), &prefix);
        rows.map(|row| {
            let (key, value) = row?;
            let (ordinal, _) = key.get(9..).and_then(split_number).ok_or_else(|| damaged(&key))?;
            read_finding(ordinal, &value).map_err(|unreadable| unreadable.at(&key))
        })
        .collect()
    }

    fn whole_organisation(&self, id: OrganisationId, row: Row) -> Result<OrganisationState, ReadModelError> {
        let (key, value) = row;
        let members = self.members(&id)?;
        let mandates = self.mandates(&id)?;
        let state = read_organisation(id, &value).map_err(|unreadable| unreadable.at(&key))?;
        Ok(OrganisationState { members, mandates, ..state })
    }

    fn members(&self, organisation: &OrganisationId) -> Result<Vec<MemberState>, ReadModelError> {
        let prefix = Key::new(Table::Member).id(organisation.as_str());
        let rows = NewestPerId::new(self.models.tree(), prefix, self.size, None);
        rows.map(|row| {
            let (id, (key, value)) = row?;
            let id = id.parse().map_err(|_| damaged(&key))?;
            read_member(id, &value).map_err(|unreadable| unreadable.at(&key))
        })
        .collect()
    }

    /// The mandates of an organisation, in the order in which they were granted.
    pub fn mandates(&self, organisation: &OrganisationId) -> Result<Vec<MandateState>, ReadModelError> {
        let prefix = Key::new(Table::Mandate).id(organisation.as_str());
        let mut mandates = Vec::new();
        for row in all_rows(self.models.tree(), &prefix) {
            let (key, value) = row?;
            let granted = position_in(&key[prefix.as_ref().len()..]).ok_or_else(|| damaged(&key))?;
            if granted.index.0 >= self.size.0 {
                break;
            }
            mandates.push(read_mandate(granted, &value).map_err(|unreadable| unreadable.at(&key))?);
        }
        Ok(mandates)
    }

    /// Ids of the participants whose names are most like a text (`likeness`), the best first;
    /// as many as asked for at the most.
    pub fn participants_near(&self, text: &str, most: usize) -> Result<Vec<ParticipantId>, ReadModelError> {
        let prefix = Key::new(Table::ParticipantName);
        let mut names: Vec<(String, ParticipantId)> = Vec::new();
        for row in all_rows(self.models.tree(), &prefix) {
            let (key, _) = row?;
            let named = || {
                let (length, rest) = key[prefix.as_ref().len()..].split_first_chunk::<4>()?;
                let (name, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
                let (id, index) = split_id(rest)?;
                Some((std::str::from_utf8(name).ok()?.to_owned(), id.parse().ok()?, split_index(index)?.0))
            };
            let (name, id, index) = named().ok_or_else(|| damaged(&key))?;
            if index.0 < self.size.0 {
                names.push((name, id));
            }
        }
        Ok(likeness::most_like(text, &names, most))
    }

    /// The one id that has the name.
    fn id_of_name<Id: FromStr>(&self, table: Table, name: &str) -> Result<Option<Id>, QueryError> {
        let prefix = Key::new(table).name(name);
        let rows = NewestPerId::new(self.models.tree(), prefix.clone(), self.size, None);
        let ids: Vec<String> =
            rows.take(PAGE_ITEMS_MAX).map(|row| Ok(row?.0)).collect::<Result<_, ReadModelError>>()?;
        match ids.as_slice() {
            [] => Ok(None),
            [id] => Ok(Some(id.parse().map_err(|_| damaged(prefix.as_ref()))?)),
            _ => Err(QueryError::Ambiguous { name: name.to_owned(), ids }),
        }
    }

    fn page_by_id<Id: FromStr, T>(
        &self,
        table: Table,
        page: PageRequest<'_>,
        read: impl Fn(Id, Row) -> Result<T, ReadModelError>,
        token: impl Fn(&T) -> String,
    ) -> Result<Page<T>, QueryError> {
        if let Some(after) = page.after {
            let bad = || QueryError::BadPageToken { token: after.to_owned() };
            after.parse::<Id>().map_err(|_| bad())?;
            // A token names the last item of the page before, which is there.
            newest_before(self.models.tree(), &Key::new(table).id(after), self.size)?.ok_or_else(bad)?;
        }
        let limit = page.limit();
        let rows = NewestPerId::new(self.models.tree(), Key::new(table), self.size, page.after);
        let items = rows.take(limit + 1).map(|row| {
            let (id, row) = row?;
            let id = id.parse().map_err(|_| damaged(&row.0))?;
            read(id, row)
        });
        Ok(Page::of(items.collect::<Result<Vec<T>, ReadModelError>>()?, limit, token))
    }

    /// Acts under a treaty, of one participant or of all with those on the treaty itself.
    pub(super) fn each_act(
        &self,
        treaty: &TreatyId,
        participant: Option<&ParticipantId>,
        mut visit: impl FnMut(Act),
    ) -> Result<(), ReadModelError> {
        self.each_participation(treaty, participant, &mut visit)?;
        if participant.is_none() {
            self.acts_on(&Subject::Treaty(treaty.clone()))?.into_iter().for_each(visit);
        }
        Ok(())
    }

    fn each_participation(
        &self,
        treaty: &TreatyId,
        participant: Option<&ParticipantId>,
        mut visit: impl FnMut(Act),
    ) -> Result<(), ReadModelError> {
        let under_treaty = Key::new(Table::BySubject).participations(treaty, None);
        let wanted = Key::new(Table::BySubject).participations(treaty, participant);
        for row in all_rows(self.models.tree(), &wanted) {
            let (key, value) = row?;
            let rest = &key[under_treaty.as_ref().len()..];
            let (participant, index) = split_id(rest).ok_or_else(|| damaged(&key))?;
            let participant: ParticipantId = participant.parse().map_err(|_| damaged(&key))?;
            self.acts_of_row(&key, index, &value, Some(&participant), &mut visit)?;
        }
        Ok(())
    }

    /// The acts of one row, unless the row is newer than the view.
    pub(super) fn acts_of_row(
        &self,
        key: &[u8],
        index: &[u8],
        value: &[u8],
        participant: Option<&ParticipantId>,
        visit: &mut impl FnMut(Act),
    ) -> Result<(), ReadModelError> {
        let (index, _) = split_index(index).ok_or_else(|| damaged(key))?;
        if index.0 >= self.size.0 {
            return Ok(());
        }
        for event in read_subject_events(value).map_err(|unreadable| unreadable.at(key))? {
            let SubjectEvent { ordinal, kind, date } = event;
            visit(Act { position: Position { index, ordinal }, kind, date, participant: participant.cloned() });
        }
        Ok(())
    }
}

/// A subject of the histories of treaties, from the identifiers in its key.
fn subject_of(subject_type: SubjectType, ids: &[u8]) -> Option<Subject> {
    let (first, rest) = split_id(ids)?;
    match subject_type {
        SubjectType::Treaty => Some(Subject::Treaty(first.parse().ok()?)),
        SubjectType::Participant => Some(Subject::Participant(first.parse().ok()?)),
        SubjectType::Participation => {
            Some(Subject::Participation(first.parse().ok()?, split_id(rest)?.0.parse().ok()?))
        }
        SubjectType::Ledger | SubjectType::Organisation | SubjectType::Record => None,
    }
}

fn registered<Id>(id: Id, (key, value): Row) -> Result<Registered<Id>, ReadModelError> {
    let at = key.len().checked_sub(8).ok_or_else(|| damaged(&key))?;
    let (index, _) = split_index(&key[at..]).ok_or_else(|| damaged(&key))?;
    let ordinal = read_number(&value).map_err(|unreadable| unreadable.at(&key))?;
    let ordinal = u16::try_from(ordinal).map_err(|_| damaged(&key))?;
    Ok(Registered { id, position: Position { index, ordinal } })
}

fn position_in(rest: &[u8]) -> Option<Position> {
    let (index, rest) = split_index(rest)?;
    let (ordinal, _) = split_number(rest)?;
    Some(Position { index, ordinal })
}
