//! What the events of one record of a mined area say together: the picture of a
//! record, its accounts and the remarks on it.
//!
//! Promises: pure; a function of the events as known, and of the date asked about.
//! Nothing is stored, so there is nothing that could disagree with the events. Where
//! a date is uncertain the more cautious picture is given: a hazard counts from the
//! first day that its date can mean, an easing from the last. Only what is open or was
//! disclosed is looked at; what is restricted, sealed or withheld is counted, not read.
//! Leaves to others: which events there are and how they stand (`Recorded`), who may
//! see them, where an area is found on a map (`projections`).

mod accounts;
mod findings;
mod geodesic;
mod parts;
mod picture;
mod statement;
#[cfg(test)]
mod tests;

use jiff::civil::Date;

pub use geodesic::{area_covers, distance_mm, ring_area_m2};
pub use picture::*;

use crate::domain::{Body, CharterProfile, MinefieldBody, RecordId, Recorded};
use statement::Reading;

/// What every answer about land has to say, whatever it found. Who stands behind a release
/// depends on the charter: where it is solo, nobody but the author has to sign one.
pub const fn caution(profile: Option<CharterProfile>) -> &'static str {
    match profile {
        Some(CharterProfile::Solo) => {
            "No record does not mean no mines. The charter of this ledger asks nobody else to sign: released means that \
             whoever recorded the land released it. It does not mean safe."
        }
        Some(CharterProfile::National | CharterProfile::Coalition) | None => {
            "No record does not mean no mines. Released means that the national authority accepted the release of the \
             land; it does not mean safe."
        }
    }
}

/// The picture of a record at a date in the world, from all events on it as known, in any
/// order; `None` when no event opens the record or none speaks of that date or an earlier one.
pub fn picture(record: &RecordId, events: &[Recorded], at: Date) -> Option<RecordPicture> {
    let reading = Reading::of(events, at);
    let opening = reading.opening()?;
    let (Body::Minefield(MinefieldBody::RecordOpened(identity)), true) = (opening.body, reading.speaks()) else {
        return None;
    };
    let books = accounts::books(&reading);
    let parts = parts::parts(&reading);
    let danger_areas = parts::danger_areas(&reading);
    let findings = findings::findings(&reading, &books, &danger_areas);
    Some(RecordPicture {
        record: record.clone(),
        at,
        opened: opening.recorded.position,
        opened_by: opening.recorded.author.clone(),
        identity: identity.clone(),
        status: accounts::status(&books),
        totals: accounts::totals(&books),
        parcels: books,
        danger_areas,
        layings: reading.layings(),
        surveys: reading.surveys(),
        clearances: reading.clearances(),
        parts,
        waiting: reading.waiting(),
        history: reading.history(),
        findings,
    })
}
