//! Where danger areas lie: rows by cell of the map, and what is found near a place.
//!
//! Promises: rows are made of danger areas that are open or were disclosed, of nothing
//! else (I13), by integer arithmetic alone (I4); a search leaves out no record whose
//! danger area, as of the view, lies there. It may name more: which area is in force,
//! and whether it holds a point, is for the picture of the record to say.
//! Leaves to others: the picture (`minefields`), the events (journal).
//!
//! A cell of level `n` is the first `n` bits of longitude and latitude, both counted in
//! 1e-7 degree from the south-west corner of the map and under 2^32, interleaved. The
//! path is left-aligned in 64 bits, so that all cells within a cell are one range of keys.

use std::collections::{BTreeMap, BTreeSet};

use super::encoding::{push_number, read_numbers};
use super::keys::{Key, Table, past_prefix, split_id, split_index};
use super::model::Page;
use super::queries::View;
use super::seek::{NewestPerId, damaged};
use super::store::store_error;
use super::{QueryError, ReadModelError};
use crate::domain::{Body, Bounds, DangerArea, Event, PartContent, PartHolding, RecordId, SharedBody, Subject};

/// The deepest level: cells of 2^15 times 1e-7 degree, some 360 metres. A village has a
/// few of them, and a point looks at one cell of each level.
const DEEPEST: u8 = 17;
/// Half a turn and a quarter of one, in 1e-7 degree: what moves the map's corner to 0.
const WEST: i64 = 1_800_000_000;
const SOUTH: i64 = 900_000_000;

/// The rows that an event makes, without their index; boxes of one row are appended.
pub(super) fn place_rows(event: &Event) -> Vec<(Key, Vec<u8>)> {
    let Subject::Record(record) = &event.subject else { return Vec::new() };
    let mut rows: BTreeMap<(u64, u8), Vec<u8>> = BTreeMap::new();
    for area in danger_areas(event) {
        let bounds = area.bounds();
        for cell in cells_of(&bounds) {
            push_box(rows.entry(cell).or_default(), &bounds);
        }
    }
    let of_cell = |((path, level), boxes)| (Key::new(Table::Place).cell(path, level).id(record.as_str()), boxes);
    rows.into_iter().map(of_cell).collect()
}

/// What was drawn for the public by this event.
fn danger_areas(event: &Event) -> Vec<&DangerArea> {
    let open = event.parts.iter().filter_map(|part| match &part.content {
        PartHolding::Open(content) => Some(content),
        PartHolding::Restricted { .. } | PartHolding::Sealed { .. } | PartHolding::Withheld { .. } => None,
    });
    let disclosed = match &event.body {
        Body::Shared(SharedBody::PartDisclosed(body)) => body.disclosed.as_slice(),
        Body::Shared(_) | Body::Registry(_) | Body::Treaty(_) | Body::Minefield(_) => &[],
    };
    let contents = open.chain(disclosed.iter().map(|part| &part.content));
    contents.filter_map(|content| if let PartContent::DangerArea(area) = content { Some(area) } else { None }).collect()
}

impl View<'_> {
    /// Records with a danger area, open or disclosed, whose box meets the one given:
    /// ascending by id, from one id on, so many at the most.
    pub fn records_near(
        &self,
        bounds: &Bounds,
        after: Option<&RecordId>,
        items: usize,
    ) -> Result<Page<RecordId>, QueryError> {
        let mut found = BTreeSet::new();
        for (first, past) in ranges_around(bounds) {
            for row in self.tree().range(first..past) {
                let (key, value) = row.map_err(store_error("read"))?;
                let Some(record) = self.record_of(&key, &value, bounds)? else { continue };
                if after.is_none_or(|after| record > *after) {
                    found.insert(record);
                }
                // One more than the page tells whether there is a next one.
                if found.len() > items + 1 {
                    found.pop_last();
                }
            }
        }
        Ok(page(found.into_iter().collect(), items))
    }

    /// All records: ascending by id, from one id on.
    pub fn records(&self, after: Option<&RecordId>, items: usize) -> Result<Page<RecordId>, QueryError> {
        let prefix = Key::new(Table::BySubject).records();
        let rows = NewestPerId::new(self.tree(), prefix, self.size(), after.map(RecordId::as_str));
        let ids = rows.take(items + 1).map(|row| {
            let (id, (key, _)) = row?;
            id.parse().map_err(|_| damaged(&key))
        });
        Ok(page(ids.collect::<Result<_, ReadModelError>>()?, items))
    }

    /// The record of a row, when the row is of this view and one of its boxes meets the bounds.
    fn record_of(&self, key: &[u8], value: &[u8], bounds: &Bounds) -> Result<Option<RecordId>, ReadModelError> {
        let rest = key.get(10..).ok_or_else(|| damaged(key))?;
        let (id, rest) = split_id(rest).ok_or_else(|| damaged(key))?;
        let (index, _) = split_index(rest).ok_or_else(|| damaged(key))?;
        let boxes = read_boxes(value).ok_or_else(|| damaged(key))?;
        if index.0 >= self.size().0 || !boxes.iter().any(|shown| shown.meets(bounds)) {
            return Ok(None);
        }
        id.parse().map(Some).map_err(|_| damaged(key))
    }
}

/// The cell under which a box is stored, on each side of the antimeridian: the one of
/// its south-western corner, at the deepest level at which it reaches one column and one
/// row further at the most.
fn cells_of(bounds: &Bounds) -> BTreeSet<(u64, u8)> {
    halves(bounds).map(|half| (path(half.columns.0, half.rows.0, half.level), half.level)).collect()
}

/// A box on one side of the antimeridian.
struct Half {
    columns: (u32, u32),
    rows: (u32, u32),
    level: u8,
}

fn halves(bounds: &Bounds) -> impl Iterator<Item = Half> {
    let (south, north) = bounds.latitudes();
    let rows = (number(i64::from(south) + SOUTH), number(i64::from(north) + SOUTH));
    bounds.halves().into_iter().map(move |(west, east)| {
        let columns = (number(west + WEST), number(east + WEST));
        let fits = |level: &u8| span(columns, *level) <= 1 && span(rows, *level) <= 1;
        let level = (0..=DEEPEST).rev().find(fits).expect("the whole map is one cell");
        Half { columns, rows, level }
    })
}

/// Ranges of keys that hold every area whose box meets the bounds. An area reaches from
/// its cell one further to the north and east, so the cells to the west and south of those
/// that the bounds touch are looked at, too: with all that is within them at the level of the
/// bounds, and by themselves at each level above.
fn ranges_around(bounds: &Bounds) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut cells = BTreeSet::new();
    for half in halves(bounds) {
        cells.extend(
            (0..=half.level).flat_map(|level| touched(&half, level).map(move |path| (path, level, half.level))),
        );
    }
    let ranges = cells.into_iter().map(|(path, level, deepest)| {
        if level < deepest {
            let cell = Key::new(Table::Place).cell(path, level).into_bytes();
            let past = past_prefix(&cell);
            return (cell, past);
        }
        let key = |path: u64| [&[Table::Place as u8], path.to_be_bytes().as_slice()].concat();
        (key(path), past_prefix(&key(path | !mask(level))))
    });
    ranges.collect()
}

/// The cells of a level that a box touches, and those to the west and south of them.
fn touched(half: &Half, level: u8) -> impl Iterator<Item = u64> + use<> {
    let around = |(first, last): (u32, u32)| leading(first, level).saturating_sub(1)..=leading(last, level);
    let (columns, rows) = (around(half.columns), around(half.rows));
    let place = move |leading: u32| leading.checked_shl(32 - u32::from(level)).unwrap_or(0);
    columns.flat_map(move |column| rows.clone().map(move |row| path(place(column), place(row), level)))
}

fn number(shifted: i64) -> u32 {
    u32::try_from(shifted).expect("a box on the map, shifted, is from 0 to 3,600,000,000")
}

/// How many cells of a level lie between two numbers.
fn span((first, last): (u32, u32), level: u8) -> u32 {
    leading(last, level) - leading(first, level)
}

/// The first bits of a number.
fn leading(number: u32, level: u8) -> u32 {
    number.checked_shr(32 - u32::from(level)).unwrap_or(0)
}

/// The path of the cell of a level that holds a place: bits of column and row in turn.
fn path(column: u32, row: u32, level: u8) -> u64 {
    let mut path = 0;
    for bit in (32 - u32::from(DEEPEST)..32).rev() {
        path = (path << 2) | u64::from((column >> bit) & 1) << 1 | u64::from((row >> bit) & 1);
    }
    within(path << (64 - 2 * u32::from(DEEPEST)), level)
}

/// The path cut to a level.
fn within(path: u64, level: u8) -> u64 {
    path & mask(level)
}

/// The bits of a path that a level uses.
fn mask(level: u8) -> u64 {
    u64::MAX.checked_shl(64 - 2 * u32::from(level)).unwrap_or(0)
}

fn push_box(row: &mut Vec<u8>, bounds: &Bounds) {
    let ((south, north), (west, east)) = (bounds.latitudes(), bounds.longitudes());
    for edge in [i64::from(south) + SOUTH, i64::from(north) + SOUTH, west + WEST, east + WEST] {
        push_number(row, edge.cast_unsigned());
    }
}

fn read_boxes(row: &[u8]) -> Option<Vec<Bounds>> {
    let numbers = read_numbers(row).ok()?;
    let of_edges = |edges: &[u64]| {
        let edge = |at: usize| i64::try_from(edges[at]).ok();
        let (south, north) = (i32::try_from(edge(0)? - SOUTH).ok()?, i32::try_from(edge(1)? - SOUTH).ok()?);
        Some(Bounds::from_edges((south, north), (edge(2)? - WEST, edge(3)? - WEST)))
    };
    let (whole, rest) = numbers.as_chunks::<4>();
    rest.is_empty().then(|| whole.iter().map(|edges| of_edges(edges)).collect())?
}

fn page(mut ids: Vec<RecordId>, items: usize) -> Page<RecordId> {
    let more = ids.len() > items;
    ids.truncate(items);
    let next = if more { ids.last().map(ToString::to_string) } else { None };
    Page { items: ids, next }
}
