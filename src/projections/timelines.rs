//! Acts in the order of the world: pages of a timeline, up to a day.
//!
//! Promises: an act is placed and cut by the date that is given for it as it stands, and
//! otherwise by the one that it stated. At one size, with the same dates, pages are stable:
//! a token names the place of the last act.
//! Leaves to others: which dates stand after corrections (`treaties`), reading the events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::queries::View;
use super::{Act, Page, PageRequest, QueryError, ReadModelError};
use crate::domain::{Index, ParticipantId, Position, TreatyId, WorldDate};

/// Dates of acts as they stand, by where the act stands: of those that stated another first.
pub type DatesThatStand = BTreeMap<Position, Option<WorldDate>>;

/// Which acts a timeline has.
#[derive(Clone, Copy, Debug)]
pub struct Timeline<'a> {
    pub treaty: &'a TreatyId,
    /// Its acts only; `None`: those of all, and those on the treaty itself.
    pub participant: Option<&'a ParticipantId>,
    /// Those that can have come by this day; `None`: all.
    pub until: Option<Date>,
    pub dates: &'a DatesThatStand,
}

impl View<'_> {
    /// Acts under a treaty in order of their date in the world as it stands, then of their
    /// position; undated ones last. A date that is not known to the day stands where
    /// it begins, or ends when its beginning is open.
    ///
    /// Every act under the treaty is looked at, one page is held.
    pub fn timeline(&self, asked: &Timeline<'_>, page: PageRequest<'_>) -> Result<Page<Act>, QueryError> {
        let mut acts = ActsInOrder::of(asked.until, asked.dates, page)?;
        self.each_act(asked.treaty, asked.participant, |act| acts.take(act))?;
        Ok(acts.into_page())
    }

    /// Where the acts stand that a timeline leaves out because they come after its day.
    pub fn later_acts(&self, asked: &Timeline<'_>) -> Result<BTreeSet<Position>, ReadModelError> {
        let mut later = BTreeSet::new();
        let Some(day) = asked.until else { return Ok(later) };
        self.each_act(asked.treaty, asked.participant, |act| {
            if comes_after(&as_it_stands(act.clone(), asked.dates), day) {
                later.insert(act.position);
            }
        })?;
        Ok(later)
    }
}

/// One page of a timeline: every act is looked at, those of the page are held.
pub(super) struct ActsInOrder<'d> {
    until: Option<Date>,
    dates: &'d DatesThatStand,
    after: Option<Place>,
    limit: usize,
    acts: BTreeMap<Place, Act>,
}

impl<'d> ActsInOrder<'d> {
    pub(super) fn of(
        until: Option<Date>,
        dates: &'d DatesThatStand,
        page: PageRequest<'_>,
    ) -> Result<Self, QueryError> {
        let after = page.after.map(parse_token).transpose()?;
        Ok(Self { until, dates, after, limit: page.limit(), acts: BTreeMap::new() })
    }

    pub(super) fn take(&mut self, act: Act) {
        let act = as_it_stands(act, self.dates);
        let place = place_of(&act);
        let left_out = self.until.is_some_and(|day| comes_after(&act, day));
        if !left_out && self.after.is_none_or(|after| place > after) {
            self.acts.insert(place, act);
        }
        // One more than the page tells whether there is a next one.
        if self.acts.len() > self.limit + 1 {
            self.acts.pop_last();
        }
    }

    pub(super) fn into_page(self) -> Page<Act> {
        Page::of(self.acts.into_values().collect(), self.limit, |act: &Act| token_of(place_of(act)))
    }
}

fn as_it_stands(act: Act, dates: &DatesThatStand) -> Act {
    match dates.get(&act.position) {
        Some(date) => Act { date: date.clone(), ..act },
        None => act,
    }
}

/// Where an act stands on a timeline: whether it is undated, its day, its position.
type Place = (bool, Option<Date>, Position);

fn place_of(act: &Act) -> Place {
    let day = act.date.as_ref().and_then(day_of);
    (day.is_none(), day, act.position)
}

/// Whether an act cannot have come by a day.
fn comes_after(act: &Act, day: Date) -> bool {
    act.date.as_ref().and_then(WorldDate::earliest).is_some_and(|first| day < first)
}

fn day_of(date: &WorldDate) -> Option<Date> {
    date.earliest().or_else(|| date.latest())
}

fn token_of((_, day, position): Place) -> String {
    let day = day.map_or_else(|| "undated".to_owned(), |day| day.to_string());
    format!("{day}/{}/{}", position.index, position.ordinal)
}

fn parse_token(token: &str) -> Result<Place, QueryError> {
    let parse = || {
        let (day, position) = token.split_once('/')?;
        let (index, ordinal) = position.split_once('/')?;
        let day = if day == "undated" { None } else { Some(day.parse().ok()?) };
        let position = Position { index: Index(index.parse().ok()?), ordinal: ordinal.parse().ok()? };
        Some((day.is_none(), day, position))
    };
    parse().ok_or_else(|| QueryError::BadPageToken { token: token.to_owned() })
}
