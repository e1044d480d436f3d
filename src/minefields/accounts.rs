//! Parcels: their status and their accounts.
//!
//! Promises: an account balances, or says that an area is not known; clearance changes
//! no status; a release counts from the day on which it surely was, and a laying that
//! it did not know of opens the parcel again.

use std::collections::{BTreeMap, BTreeSet};

use super::picture::{Account, ParcelPicture, Totals};
use super::statement::{Reading, Statement};
use crate::domain::{Body, LandStatus, MinefieldBody, Parcel, ParcelId, PartContent, Position, Recorded, Standing};

/// The parcels of the record, ascending by id.
pub(super) fn books(reading: &Reading<'_>) -> Vec<ParcelPicture> {
    let mut ledgers: BTreeMap<ParcelId, Ledger> = BTreeMap::new();
    for statement in reading.counting() {
        enter(&mut ledgers, statement);
    }
    ledgers.into_iter().map(|(id, ledger)| parcel(reading, id, ledger)).collect()
}

/// How the record as a whole stands.
pub(super) fn status(parcels: &[ParcelPicture]) -> LandStatus {
    let mut statuses = parcels.iter().filter(|parcel| !parcel.withdrawn).map(|parcel| parcel.status).peekable();
    if statuses.peek().is_none() {
        return LandStatus::Open;
    }
    let statuses: BTreeSet<LandStatus> = statuses.collect();
    match statuses {
        statuses if statuses.contains(&LandStatus::Reopened) => LandStatus::Reopened,
        statuses if statuses.contains(&LandStatus::Open) => LandStatus::Open,
        _ => LandStatus::Released,
    }
}

/// Sums over the parcels.
pub(super) fn totals(parcels: &[ParcelPicture]) -> Totals {
    let mut totals = Totals::default();
    let mut closing = 0_u64;
    for parcel in parcels {
        let sum = &mut totals.account;
        let account = &parcel.account;
        sum.opening = match (sum.opening, account.opening) {
            (Some(sum), Some(opening)) => Some(sum.saturating_add(opening)),
            (known, None) | (None, known) => known,
        };
        sum.added = sum.added.saturating_add(account.added);
        sum.corrected = sum.corrected.saturating_add(account.corrected);
        sum.cleared = sum.cleared.saturating_add(account.cleared);
        sum.cleared_outside = sum.cleared_outside.saturating_add(account.cleared_outside);
        closing = closing.saturating_add(account.closing.unwrap_or(0));
        match (account.closing, parcel.status) {
            (None, _) => totals.unknown_parcels += 1,
            (Some(closing), LandStatus::Open | LandStatus::Reopened) => {
                totals.open_m2 = totals.open_m2.saturating_add(closing);
            }
            (Some(closing), LandStatus::Released) => {
                let before = closing.saturating_add(account.cleared);
                totals.released_m2 = totals.released_m2.saturating_add(before);
            }
        }
    }
    totals.account.closing = Some(closing).filter(|_| totals.unknown_parcels == 0 && !parcels.is_empty());
    totals
}

impl Account {
    /// Whether the account balances; one whose area is not known has nothing to balance.
    pub fn balances(&self) -> bool {
        let (Some(opening), Some(closing)) = (self.opening, self.closing) else { return self.closing.is_none() };
        let taken = i128::from(self.cancelled) + i128::from(self.reduced) + i128::from(self.cleared);
        i128::from(opening) + i128::from(self.added) + i128::from(self.corrected) - taken == i128::from(closing)
    }
}

/// The account of one parcel under construction.
#[derive(Default)]
struct Ledger {
    opening: Option<u64>,
    added: u64,
    corrected: i64,
    /// As stated last, before clearance.
    area: Option<u64>,
    cleared: u64,
    withdrawn: bool,
}

/// Whose word a new area is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// A laying or survey after the first statement.
    Statement,
    Correction,
}

impl Ledger {
    /// The parcel is stated again with this area.
    fn state(&mut self, area: Option<u64>, by: By) {
        self.withdrawn = false;
        match (self.area, area) {
            (None, Some(area)) => *self = Self { opening: Some(area), area: Some(area), ..self.cleared_only() },
            (Some(before), Some(area)) if area > before && by == By::Statement => {
                self.added = self.added.saturating_add(area - before);
                self.area = Some(area);
            }
            (Some(before), Some(area)) => self.correct(before, area),
            // A correction can say that the number was none; silence of a later survey cannot.
            (Some(_), None) if by == By::Correction => *self = self.cleared_only(),
            (Some(_) | None, None) => {}
        }
    }

    /// A correction took the parcel out.
    fn withdraw(&mut self) {
        if let Some(before) = self.area {
            self.correct(before, 0);
        }
        self.withdrawn = true;
    }

    fn correct(&mut self, before: u64, area: u64) {
        let difference = i128::from(area) - i128::from(before);
        let difference = i64::try_from(difference).expect("areas on the globe are under 2^50 square metres");
        self.corrected = self.corrected.saturating_add(difference);
        self.area = Some(area);
    }

    fn cleared_only(&self) -> Self {
        Self { cleared: self.cleared, ..Self::default() }
    }

    fn account(&self) -> Account {
        let inside = self.area.map_or(self.cleared, |area| self.cleared.min(area));
        Account {
            opening: self.opening,
            added: self.added,
            corrected: self.corrected,
            cancelled: 0,
            reduced: 0,
            cleared: inside,
            cleared_outside: self.cleared - inside,
            closing: self.area.map(|area| area - inside),
        }
    }
}

/// Enters what a statement says of parcels: first as it was stated, then as corrected,
/// so that the correction has a line of its own.
fn enter(ledgers: &mut BTreeMap<ParcelId, Ledger>, statement: &Statement<'_>) {
    let stated = statement.recorded.event.body.parcels();
    for Parcel { id, area_m2 } in stated {
        ledgers.entry(id.clone()).or_default().state(*area_m2, By::Statement);
    }
    if !std::ptr::eq(statement.body, &statement.recorded.event.body) {
        let corrected = statement.body.parcels();
        for Parcel { id, area_m2 } in corrected {
            ledgers.entry(id.clone()).or_default().state(*area_m2, By::Correction);
        }
        for Parcel { id, area_m2: _ } in stated.iter().filter(|old| corrected.iter().all(|new| new.id != old.id)) {
            ledgers.entry(id.clone()).or_default().withdraw();
        }
    }
    if let Some(clearance) = statement.clearance() {
        let ledger = ledgers.entry(clearance.parcel.clone()).or_default();
        ledger.cleared = ledger.cleared.saturating_add(clearance.area_m2);
    }
}

fn parcel(reading: &Reading<'_>, id: ParcelId, ledger: Ledger) -> ParcelPicture {
    let releases = reading.counting().filter(|statement| releases(statement, &id));
    let release = releases.last();
    let status = match release {
        None => LandStatus::Open,
        Some(release) if reopening(reading, release, &id).is_some() => LandStatus::Reopened,
        Some(_) => LandStatus::Released,
    };
    let account = match status {
        // How much of it is mined again nobody has said.
        LandStatus::Reopened => Account { closing: None, ..ledger.account() },
        LandStatus::Open | LandStatus::Released => ledger.account(),
    };
    ParcelPicture {
        status,
        account,
        released_by: release.map(|release| release.recorded.position),
        withdrawn: ledger.withdrawn,
        numeric_only: !has_readable_extent(reading, &id),
        release_waiting: waiting_releases(reading, &id),
        id,
    }
}

fn releases(statement: &Statement<'_>, parcel: &ParcelId) -> bool {
    statement.release().is_some_and(|body| body.parcels.contains(parcel))
}

/// What opens a released parcel again: a laying or a survey that the release did not know
/// of, or that came after it, and a correction since that makes the parcel larger.
pub(super) fn reopening<'a, 'r>(
    reading: &'r Reading<'a>,
    release: &Statement<'a>,
    parcel: &ParcelId,
) -> Option<&'r Statement<'a>> {
    reading.counting().find(|statement| {
        let concerned =
            statement.laying().is_some_and(|laying| {
                laying.parcels.is_empty() || laying.parcels.iter().any(|stated| stated.id == *parcel)
            }) || statement.survey().is_some_and(|survey| survey.parcels.iter().any(|stated| stated.id == *parcel));
        let unknown_then = statement.recorded.position > release.recorded.position;
        let came_after = concerned && (unknown_then || statement.first_day() > release.last_day());
        came_after || is_enlarged_since(statement, release, parcel)
    })
}

fn is_enlarged_since(statement: &Statement<'_>, release: &Statement<'_>, parcel: &ParcelId) -> bool {
    let mut before = statement.recorded.event.body.parcels();
    for correction in &statement.corrections {
        let Some(now) = correction.event.restated_body().map(Body::parcels) else { continue };
        let named = |parcels: &[Parcel]| parcels.iter().find(|stated| stated.id == *parcel).cloned();
        let larger = match (named(before), named(now)) {
            (None, Some(_)) => true,
            (Some(before), Some(now)) => before.area_m2.zip(now.area_m2).is_some_and(|(before, now)| now > before),
            (_, None) => false,
        };
        if larger && correction.position > release.recorded.position {
            return true;
        }
        before = now;
    }
    false
}

fn waiting_releases(reading: &Reading<'_>, parcel: &ParcelId) -> Vec<Position> {
    let waits = |event: &&&Recorded| event.standing == Standing::Waiting;
    let names = |event: &&&Recorded| match &event.event.body {
        Body::Minefield(MinefieldBody::LandReleased(body)) => body.parcels.contains(parcel),
        Body::Minefield(_) | Body::Registry(_) | Body::Shared(_) | Body::Treaty(_) => false,
    };
    reading.events.iter().filter(waits).filter(names).map(|event| event.position).collect()
}

/// Whether an extent of the parcel, or of the whole record, can be read.
fn has_readable_extent(reading: &Reading<'_>, parcel: &ParcelId) -> bool {
    let of_parcel = |content: &PartContent| match content {
        PartContent::Extent(extent) => extent.parcel.as_ref().is_none_or(|named| named == parcel),
        PartContent::Remarks { .. }
        | PartContent::Names(_)
        | PartContent::DangerArea(_)
        | PartContent::ReferencePoints(_)
        | PartContent::Ordnance(_) => false,
    };
    reading.counting().flat_map(Statement::contents).any(of_parcel)
}
