//! Distances and areas on the WGS 84 ellipsoid, for reading only.
//!
//! Promises: nothing of this is stored, signed or decides whether an event enters; the
//! arithmetic is in floats, whose last bits may differ between machines by far less
//! than the millimetre and the square metre to which results are rounded.
//! Leaves to others: what lies inside a ring, which is exact (`domain::Ring`).

use std::sync::LazyLock;

use geographiclib_rs::{DirectGeodesic, Geodesic, InverseGeodesic, PolygonArea, Winding};

use crate::domain::{DangerArea, Ring, WgsPosition};

static ELLIPSOID: LazyLock<Geodesic> = LazyLock::new(Geodesic::wgs84);

/// Millimetres between two positions along the ground.
pub fn distance_mm(from: WgsPosition, to: WgsPosition) -> u64 {
    let ((from_latitude, from_longitude), (to_latitude, to_longitude)) = (degrees(from), degrees(to));
    let metres: f64 = ELLIPSOID.inverse(from_latitude, from_longitude, to_latitude, to_longitude);
    (metres * 1_000.0).round() as u64
}

/// Square metres that a ring encloses, whichever way it goes.
pub fn ring_area_m2(ring: &[WgsPosition]) -> u64 {
    let mut area = PolygonArea::new(&ELLIPSOID, Winding::CounterClockwise);
    for position in ring {
        let (latitude, longitude) = degrees(*position);
        area.add_point(latitude, longitude);
    }
    let (_, area, _) = area.compute(true);
    area.abs().round() as u64
}

/// Whether a position lies in a danger area or on its outline. A ring with a fault
/// covers everything in its box: a doubt about the shape is no all-clear.
pub fn area_covers(area: &DangerArea, position: WgsPosition) -> bool {
    match area {
        DangerArea::Circle { centre, radius_m } => distance_mm(*centre, position) <= u64::from(*radius_m) * 1_000,
        DangerArea::Polygon(ring) => match Ring::as_recorded(ring) {
            Ok(ring) => ring.contains(position),
            Err(_) => true,
        },
    }
}

/// Whether one danger area covers another, judged by the corners of the other or by
/// points around its circle: enough for a remark.
pub(super) fn area_covers_area(area: &DangerArea, other: &DangerArea) -> bool {
    match other {
        DangerArea::Polygon(ring) => ring.iter().all(|corner| area_covers(area, *corner)),
        // A hair inside the circle, so that a circle covers itself after rounding.
        DangerArea::Circle { centre, radius_m } => {
            let mut around = around(*centre, f64::from(*radius_m) - 0.1);
            around.all(|point| point.is_none_or(|point| area_covers(area, point)))
        }
    }
}

/// Whether one danger area covers another for sure: none of the other may stick out. Where
/// that is hard to tell, it does not.
pub(super) fn surely_covers(area: &DangerArea, other: &DangerArea) -> bool {
    match (area, other) {
        _ if area == other => true,
        (DangerArea::Circle { centre, radius_m }, DangerArea::Circle { centre: of_other, radius_m: inner }) => {
            distance_mm(*centre, *of_other) + u64::from(*inner) * 1_000 <= u64::from(*radius_m) * 1_000
        }
        (DangerArea::Circle { .. }, DangerArea::Polygon(ring)) => ring.iter().all(|corner| area_covers(area, *corner)),
        (DangerArea::Polygon(ring), _) if Ring::strict(ring).is_err() || !is_convex(ring) => false,
        (DangerArea::Polygon(_), DangerArea::Polygon(other)) => other.iter().all(|corner| area_covers(area, *corner)),
        // Corners of a polygon around the circle.
        (DangerArea::Polygon(_), DangerArea::Circle { centre, radius_m }) => {
            let metres = f64::from(*radius_m) / (std::f64::consts::PI / f64::from(AROUND)).cos();
            around(*centre, metres).all(|point| point.is_some_and(|point| area_covers(area, point)))
        }
    }
}

/// Whether a ring turns one way at every corner; one across the antimeridian counts as not.
fn is_convex(ring: &[WgsPosition]) -> bool {
    let point = |at: usize| {
        let position = ring[at % ring.len()];
        (i128::from(position.longitude()), i128::from(position.latitude()))
    };
    let turns = (0..ring.len()).map(|at| {
        let [(ax, ay), (bx, by), (cx, cy)] = [point(at), point(at + 1), point(at + 2)];
        let wide = (bx - ax).abs() > HALF_TURN;
        if wide { None } else { Some(((bx - ax) * (cy - by) - (by - ay) * (cx - bx)).signum()) }
    });
    let turns: Option<Vec<i128>> = turns.collect();
    turns.is_some_and(|turns| turns.iter().all(|turn| *turn >= 0) || turns.iter().all(|turn| *turn <= 0))
}

/// 180 degrees of longitude in 1e-7 degree.
const HALF_TURN: i128 = 1_800_000_000;

/// Points looked at around a circle.
const AROUND: u32 = 16;

/// Points at a distance from a position, all around it; `None` for one beyond the map.
fn around(centre: WgsPosition, metres: f64) -> impl Iterator<Item = Option<WgsPosition>> {
    (0..AROUND).map(move |at| destination(centre, f64::from(at) * 360.0 / f64::from(AROUND), metres))
}

fn destination(from: WgsPosition, azimuth: f64, metres: f64) -> Option<WgsPosition> {
    let (latitude, longitude) = degrees(from);
    let (latitude, longitude): (f64, f64) = ELLIPSOID.direct(latitude, longitude, azimuth, metres);
    WgsPosition::new((latitude * 1e7).round() as i32, (longitude * 1e7).round() as i32)
}

fn degrees(position: WgsPosition) -> (f64, f64) {
    (f64::from(position.latitude()) / 1e7, f64::from(position.longitude()) / 1e7)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Bounds;

    fn at(latitude: i32, longitude: i32) -> WgsPosition {
        WgsPosition::new(latitude, longitude).expect("on the globe")
    }

    #[test]
    fn a_degree_of_the_equator_and_of_the_meridian_have_their_published_lengths() {
        // WGS 84: 111 319.491 m along the equator, 110 574.389 m of meridian at it.
        assert_eq!(distance_mm(at(0, 0), at(0, 10_000_000)), 111_319_491);
        assert_eq!(distance_mm(at(0, 0), at(10_000_000, 0)), 110_574_389);
        assert_eq!(distance_mm(at(0, 1_800_000_000), at(0, -1_800_000_000)), 0);
    }

    #[test]
    fn an_area_is_the_same_whichever_way_the_ring_goes() {
        let ring =
            [at(-490_000_000, -1_230_000_000), at(-490_000_000, -1_229_990_000), at(-489_990_000, -1_229_990_000)];
        let mut other = ring;
        other.reverse();
        let area = ring_area_m2(&ring);
        assert_eq!(area, ring_area_m2(&other));
        // Half of about 111.2 m by 73.1 m.
        assert!((4_000..4_130).contains(&area), "{area}");
    }

    proptest! {
        #[test]
        fn what_a_circle_covers_lies_in_its_box(
            latitude in -900_000_000i32..=900_000_000, longitude in -1_800_000_000i32..=1_800_000_000,
            radius_m in 1u32..3_000_000, north in -300_000_000i64..300_000_000, east in -900_000_000i64..900_000_000,
            near in 1i64..10_000,
        ) {
            let area = DangerArea::Circle { centre: at(latitude, longitude), radius_m };
            let point = WgsPosition::new(
                i32::try_from(i64::from(latitude) + north / near).unwrap_or(0).clamp(-900_000_000, 900_000_000),
                i32::try_from((i64::from(longitude) + east / near + 1_800_000_000).rem_euclid(3_600_000_000) - 1_800_000_000).expect("on the globe"),
            ).expect("on the globe");
            if area_covers(&area, point) {
                let alone = Bounds::between(point, point).expect("a point is a box");
                prop_assert!(area.bounds().meets(&alone));
            }
        }
    }
}
