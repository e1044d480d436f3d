//! Remarks on a record: what a reader should keep in mind. They change nothing.

use jiff::civil::Date;

use super::accounts::reopening;
use super::geodesic::{area_covers, area_covers_area, distance_mm, ring_area_m2};
use super::parts::danger_area;
use super::picture::{DangerAreaInForce, ParcelPicture};
use super::statement::{Reading, Statement};
use crate::domain::{
    Body, DangerArea, Extent, LandFinding, LandFindingCode, LandStatus, MinefieldBody, ParcelId, PartContent,
    PartHolding, PartKind, Ring, WgsPosition, WorldDate,
};

/// Positions of one record lie no farther apart than this.
const FAR_OFF_MM: u64 = 100_000_000;
/// Reference points that a laying needs (CCW Amended Protocol II, Technical Annex 1(a)(i)).
const REFERENCE_POINTS: usize = 2;
/// Difference of stated and computed area that is no remark: the greater of a hundredth and this.
const AREA_TOLERANCE_M2: u64 = 10;

/// All remarks, in order of their code, then of what they are about.
pub(super) fn findings(
    reading: &Reading<'_>,
    parcels: &[ParcelPicture],
    danger_areas: &[DangerAreaInForce],
) -> Vec<LandFinding> {
    let mut found = Found::default();
    no_danger_area(reading, danger_areas, &mut found);
    leaves_out(reading, danger_areas, &mut found);
    parcels.iter().for_each(|parcel| of_parcel(reading, parcel, &mut found));
    for statement in reading.counting() {
        reference_points(statement, &mut found);
        release_names_clearance(reading, statement, &mut found);
        self_destruct(reading.at, statement, &mut found);
        dates_in_order(reading, statement, &mut found);
        extents(statement, danger_areas, &mut found);
    }
    withheld(reading, &mut found);
    far_off(reading, &mut found);
    let mut findings = found.0;
    findings.sort_by(|one, other| {
        (one.code, one.position, &one.parcel, &one.message).cmp(&(
            other.code,
            other.position,
            &other.parcel,
            &other.message,
        ))
    });
    findings.dedup();
    findings
}

#[derive(Default)]
struct Found(Vec<LandFinding>);

impl Found {
    fn on(
        &mut self,
        code: LandFindingCode,
        statement: Option<&Statement<'_>>,
        parcel: Option<&ParcelId>,
        says: impl Into<Box<str>>,
    ) {
        let position = statement.map(|statement| statement.recorded.position);
        self.0.push(LandFinding { code, position, parcel: parcel.cloned(), message: says.into() });
    }
}

fn no_danger_area(reading: &Reading<'_>, danger_areas: &[DangerAreaInForce], found: &mut Found) {
    if danger_areas.is_empty() {
        let says = "no danger area is shown to the public: give one with the next event on the record";
        found.on(LandFindingCode::NoDangerArea, reading.opening(), None, says);
    }
}

/// Compares what each statement in force draws with what its author drew before.
fn leaves_out(reading: &Reading<'_>, danger_areas: &[DangerAreaInForce], found: &mut Found) {
    let in_force = |statement: &&Statement<'_>| {
        danger_areas.iter().any(|shown| shown.position == statement.recorded.position)
            && statement.surely_applies(reading.at)
    };
    for newest in reading.counting().filter(in_force) {
        let earlier = reading.counting().take_while(|other| other.recorded.position != newest.recorded.position);
        let own = earlier.filter(|other| other.recorded.author.organisation == newest.recorded.author.organisation);
        let Some(before) = own.filter(|other| !drawn_by(other).is_empty()).last() else { continue };
        let now = drawn_by(newest);
        if !drawn_by(before).iter().all(|old| now.iter().any(|area| area_covers_area(area, old))) {
            let says = "the danger area leaves out ground that the one before showed, which stays shown until a \
                        correction redraws it";
            found.on(LandFindingCode::DangerAreaLeavesOut, Some(newest), None, says);
        }
    }
}

fn drawn_by<'a>(statement: &Statement<'a>) -> Vec<&'a DangerArea> {
    statement.contents().into_iter().filter_map(danger_area).collect()
}

fn of_parcel(reading: &Reading<'_>, parcel: &ParcelPicture, found: &mut Found) {
    if parcel.account.cleared_outside > 0 {
        let says = format!("{} m2 more were cleared than were ever reported", parcel.account.cleared_outside);
        found.on(LandFindingCode::ClearedBeyondReported, None, Some(&parcel.id), says);
    }
    let release = reading.counting().find(|statement| Some(statement.recorded.position) == parcel.released_by);
    let Some(release) = release else { return };
    let says = match parcel.account.closing {
        Some(0) => None,
        // The release does not stand any more.
        _ if parcel.status == LandStatus::Reopened => None,
        Some(left) => Some(format!("released with {left} m2 that nobody reported as cleared")),
        None => {
            Some("released although its area is not known, so nobody can say that all of it was cleared".to_owned())
        }
    };
    if let Some(says) = says {
        found.on(LandFindingCode::ReleasedBeyondCleared, Some(release), Some(&parcel.id), says);
    }
    if parcel.status == LandStatus::Reopened {
        let again = reopening(reading, release, &parcel.id);
        let says = "stated again after the release, or larger: shown as mined again";
        found.on(LandFindingCode::LaidAfterRelease, again, Some(&parcel.id), says);
    }
}

/// Committed reference points are counted as given: who may read them sees how many.
fn reference_points(statement: &Statement<'_>, found: &mut Found) {
    if statement.laying().is_none() {
        return;
    }
    let parts = statement.parts();
    let mut points = 0;
    for (holder, part) in parts.iter().filter(|(_, part)| part.kind == PartKind::ReferencePoints) {
        match statement.content(holder, part) {
            Some(PartContent::ReferencePoints(given)) => points += given.len(),
            Some(_) => {}
            None => return,
        }
    }
    if points < REFERENCE_POINTS {
        let says = format!(
            "{points} of the 2 reference points that CCW Amended Protocol II, Technical Annex 1(a)(i), asks for"
        );
        found.on(LandFindingCode::ReferencePointsMissing, Some(statement), None, says);
    }
}

fn release_names_clearance(reading: &Reading<'_>, statement: &Statement<'_>, found: &mut Found) {
    let Some(release) = statement.release() else { return };
    for parcel in &release.parcels {
        let clears =
            |body: &Body| matches!(body, Body::Minefield(MinefieldBody::AreaCleared(body)) if body.parcel == *parcel);
        let named = |other: &Statement<'_>| release.rests_on.contains(&other.recorded.reference());
        if !reading.in_effect().any(|other| named(other) && clears(other.body)) {
            let says = "the release names no clearance of the parcel that it rests on";
            found.on(LandFindingCode::ReleaseNamesNoClearance, Some(statement), Some(parcel), says);
        }
    }
}

/// By the Technical Annex itself up to a tenth remain after thirty days.
fn self_destruct(at: Date, statement: &Statement<'_>, found: &mut Found) {
    let Some(laid) = statement.laying().and_then(|laying| laying.completed.as_ref()).and_then(WorldDate::latest) else {
        return;
    };
    let hours = statement.contents().into_iter().filter_map(|content| match content {
        PartContent::Ordnance(items) => items.iter().filter_map(|item| item.self_destruct_hours).max(),
        PartContent::Remarks { .. }
        | PartContent::Names(_)
        | PartContent::DangerArea(_)
        | PartContent::Extent(_)
        | PartContent::ReferencePoints(_) => None,
    });
    let Some(hours) = hours.max() else { return };
    // Whole days, rounded up: the laying is known to the day at the best.
    let days = i64::from(hours.div_ceil(24)) + 1;
    let passed = laid.checked_add(jiff::Span::new().try_days(days).unwrap_or_default());
    if passed.is_ok_and(|passed| passed <= at) {
        let says = "the claimed time to self-destruction has passed; that changes no status";
        found.on(LandFindingCode::SelfDestructPassed, Some(statement), None, says);
    }
}

fn dates_in_order(reading: &Reading<'_>, statement: &Statement<'_>, found: &mut Found) {
    let mut says = |says: &str| found.on(LandFindingCode::DatesOutOfOrder, Some(statement), None, says);
    if let Some(laying) = statement.laying()
        && surely_after(laying.began.as_ref(), laying.completed.as_ref())
    {
        says("the laying was completed before it began");
    }
    if let Some(clearance) = statement.clearance()
        && surely_after(clearance.started.as_ref(), clearance.ended.as_ref())
    {
        says("the clearance ended before it started");
    }
    let Some(release) = statement.release() else { return };
    let rests_on = |other: &&Statement<'_>| release.rests_on.contains(&other.recorded.reference());
    let ends_later = |other: &Statement<'_>| surely_after(other.date(), release.released.as_ref());
    if reading.in_effect().filter(rests_on).any(ends_later) {
        says("the release is dated before something that it rests on");
    }
}

/// Whether `first` was surely after `second`, whatever their precision.
fn surely_after(first: Option<&WorldDate>, second: Option<&WorldDate>) -> bool {
    let (first, second) = (first.and_then(WorldDate::earliest), second.and_then(WorldDate::latest));
    first.zip(second).is_some_and(|(first, second)| first > second)
}

/// Readable extents: their geometry, the area that the same event states, the danger area.
fn extents(statement: &Statement<'_>, danger_areas: &[DangerAreaInForce], found: &mut Found) {
    for content in statement.contents() {
        let PartContent::Extent(extent) = content else { continue };
        let faults = extent.polygons.iter().filter_map(|ring| Ring::strict(ring).err());
        let mut faulty = false;
        for fault in faults {
            faulty = true;
            let says = format!("an outline of the extent has a fault: {fault}");
            found.on(LandFindingCode::ExtentFaulty, Some(statement), extent.parcel.as_ref(), says);
        }
        let covered = |corner: &WgsPosition| danger_areas.iter().any(|shown| area_covers(&shown.area, *corner));
        if !danger_areas.is_empty() && !extent.polygons.iter().flatten().all(covered) {
            let says = "the extent reaches beyond the danger area that is shown to the public";
            found.on(LandFindingCode::ExtentNotCovered, Some(statement), extent.parcel.as_ref(), says);
        }
        if !faulty {
            declared_area(statement, extent, found);
        }
    }
}

fn declared_area(statement: &Statement<'_>, extent: &Extent, found: &mut Found) {
    let stated = statement.body.parcels();
    let declared = match &extent.parcel {
        Some(id) => stated.iter().find(|parcel| parcel.id == *id).and_then(|parcel| parcel.area_m2),
        None => stated.iter().map(|parcel| parcel.area_m2).sum::<Option<u64>>().filter(|sum| *sum > 0),
    };
    let declared = match (declared, statement.clearance()) {
        (None, Some(clearance)) if extent.parcel.as_ref().is_none_or(|id| *id == clearance.parcel) => {
            Some(clearance.area_m2)
        }
        (declared, _) => declared,
    };
    let Some(declared) = declared else { return };
    let computed: u64 = extent.polygons.iter().map(|ring| ring_area_m2(ring)).sum();
    if declared.abs_diff(computed) > (declared / 100).max(AREA_TOLERANCE_M2) {
        let says = format!("{declared} m2 are stated, the extent encloses {computed} m2");
        found.on(LandFindingCode::DeclaredAreaDiffers, Some(statement), extent.parcel.as_ref(), says);
    }
}

/// Parts still withheld although their review date lies before the date asked about, and not erased.
fn withheld(reading: &Reading<'_>, found: &mut Found) {
    for statement in &reading.statements {
        for (holder, part) in statement.parts() {
            let PartHolding::Withheld { commitment: _, basis: _, review_on } = &part.content else { continue };
            // What was erased nobody can disclose any more.
            let erased = statement
                .erasures
                .iter()
                .any(|(_, erasure)| erasure.target == holder.reference() && erasure.slots.contains(&part.slot));
            if review_on.0 < reading.at && !erased && statement.content(holder, part).is_none() {
                let says = format!(
                    "the part {} in slot {} is withheld beyond its review on {review_on}",
                    part.kind, part.slot
                );
                found.on(LandFindingCode::WithheldPastReview, Some(statement), None, says);
            }
        }
    }
}

/// Readable positions that lie far from where the record lies: its danger area, or what
/// was stated first.
fn far_off(reading: &Reading<'_>, found: &mut Found) {
    let placed: Vec<(&Statement<'_>, WgsPosition)> = reading
        .counting()
        .flat_map(|statement| statement.contents().into_iter().flat_map(positions).map(move |place| (statement, place)))
        .collect();
    let shown = reading.counting().flat_map(Statement::contents).find_map(|content| match content {
        PartContent::DangerArea(_) => positions(content).into_iter().next(),
        _ => None,
    });
    let Some(home) = shown.or(placed.first().map(|(_, place)| *place)) else { return };
    for (statement, place) in placed {
        if distance_mm(home, place) <= FAR_OFF_MM {
            continue;
        }
        let swapped = WgsPosition::new(place.longitude(), place.latitude());
        let says = if swapped.is_some_and(|swapped| distance_mm(home, swapped) <= FAR_OFF_MM) {
            "a position lies far from the record's others: latitude and longitude look swapped"
        } else {
            "a position lies more than 100 km from the record's others"
        };
        found.on(LandFindingCode::PositionFarOff, Some(statement), None, says);
    }
}

fn positions(content: &PartContent) -> Vec<WgsPosition> {
    match content {
        PartContent::DangerArea(DangerArea::Circle { centre, radius_m: _ }) => vec![*centre],
        PartContent::DangerArea(DangerArea::Polygon(ring)) => ring.clone(),
        PartContent::Extent(extent) => extent.polygons.concat(),
        PartContent::ReferencePoints(points) => points.iter().map(|point| point.position).collect(),
        PartContent::Remarks { .. } | PartContent::Names(_) | PartContent::Ordnance(_) => Vec::new(),
    }
}
