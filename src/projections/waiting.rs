//! Which submissions wait for a signature, at any size: found without walking the
//! log or looking at what has long been signed.
//!
//! Promises: entries are taken 256 at a time, and such a group has one row per
//! entry that began or ended a waiting in it, so a ledger of a million entries is
//! looked through with 4,000 seeks at the most, and rows are never overwritten.
//! What waited too long is still found: lapsing by time writes nothing.
//! Leaves to others: who can sign (`policy`), showing it.

use super::encoding::Unreadable;
use super::keys::{Key, Table, past_prefix, split_index};
use super::queries::View;
use super::seek::{damaged, newest_before};
use super::sign_offs::sign_offs_key;
use super::store::store_error;
use super::{Page, PageRequest, QueryError, ReadModelError};
use crate::domain::{Index, SignOffState};

/// Entries in a group.
const GROUP: u64 = 256;

/// Which entries of a group wait, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Waiting([u8; GROUP as usize / 8]);

impl Waiting {
    /// The key of the group of an entry, without the index that changed it.
    pub(super) fn key(recorded: Index) -> Key {
        Self::key_of_group(recorded.0 / GROUP)
    }

    pub(super) fn row(self) -> Vec<u8> {
        self.0.to_vec()
    }

    pub(super) fn read(row: &[u8]) -> Result<Self, Unreadable> {
        row.try_into().map(Self).map_err(|_| Unreadable)
    }

    /// The same, where an entry of the group waits or does not.
    pub(super) fn with(mut self, recorded: Index, waits: bool) -> Self {
        let bit = recorded.0 % GROUP;
        let (byte, mask) = (usize::try_from(bit / 8).expect("a group is small"), 1 << (bit % 8));
        if waits {
            self.0[byte] |= mask;
        } else {
            self.0[byte] &= !mask;
        }
        self
    }

    fn key_of_group(group: u64) -> Key {
        Key::new(Table::Waiting).index(Index(group))
    }

    /// The entries of the group that wait, ascending.
    fn entries(self, group: u64) -> impl Iterator<Item = Index> {
        let is_set =
            move |bit: &u64| self.0[usize::try_from(bit / 8).expect("a group is small")] & (1 << (bit % 8)) != 0;
        (0..GROUP).filter(is_set).map(move |bit| Index(group * GROUP + bit))
    }
}

impl View<'_> {
    /// Submissions that wait for sign-offs, or waited too long, in the order in
    /// which they were recorded: those that `keep` keeps.
    pub fn waiting(
        &self,
        keep: impl Fn(&SignOffState) -> bool,
        page: PageRequest<'_>,
    ) -> Result<Page<SignOffState>, QueryError> {
        let after = page.after.map(parse_token).transpose()?;
        let first = after.map_or(Index(0), |after| Index(after.0.saturating_add(1)));
        let limit = page.limit();
        let mut found = Vec::new();
        let mut next_group = first.0 / GROUP;
        while let Some(group) = self.group_from(next_group)? {
            for recorded in self.waiting_of(group)?.entries(group).filter(|recorded| *recorded >= first) {
                let state = self.state_of(recorded)?;
                if keep(&state) {
                    found.push(state);
                }
                // One more than the page tells whether there is a next one.
                if found.len() > limit {
                    return Ok(Page::of(found, limit, token));
                }
            }
            next_group = group + 1;
        }
        Ok(Page::of(found, limit, token))
    }

    /// The first group from this one on in which anything ever waited.
    fn group_from(&self, group: u64) -> Result<Option<u64>, ReadModelError> {
        let first = Waiting::key_of_group(group);
        let past = past_prefix(Key::new(Table::Waiting).as_ref());
        let Some(row) = self.models().tree().range(first.as_ref().to_vec()..past).next() else { return Ok(None) };
        let (key, _) = row.map_err(store_error("read"))?;
        let (Index(group), _) = split_index(&key[1..]).ok_or_else(|| damaged(&key))?;
        Ok(Some(group))
    }

    fn waiting_of(&self, group: u64) -> Result<Waiting, ReadModelError> {
        match newest_before(self.models().tree(), &Waiting::key_of_group(group), self.size())? {
            Some((key, row)) => Waiting::read(&row).map_err(|unreadable| unreadable.at(&key)),
            None => Ok(Waiting::default()),
        }
    }

    /// The state of a submission that waits.
    fn state_of(&self, recorded: Index) -> Result<SignOffState, ReadModelError> {
        self.sign_offs(recorded)?.ok_or_else(|| damaged(sign_offs_key(recorded).as_ref()))
    }
}

fn token(state: &SignOffState) -> String {
    state.recorded.to_string()
}

fn parse_token(token: &str) -> Result<Index, QueryError> {
    token.parse().map(Index).map_err(|_| QueryError::BadPageToken { token: token.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_tells_which_of_its_entries_wait() {
        let (first, last) = (Index(512), Index(767));
        let group = Waiting::default().with(first, true).with(last, true);
        assert_eq!(group.entries(2).collect::<Vec<_>>(), [first, last]);
        assert_eq!(group.with(first, false).entries(2).collect::<Vec<_>>(), [last]);
        assert_eq!(Waiting::read(&group.row()).ok(), Some(group));
        assert_eq!(Waiting::key(last), Waiting::key(first), "one group, one row");
        assert_ne!(Waiting::key(last), Waiting::key(Index(768)));
    }
}
