//! Tests of the exact geometry.

use proptest::prelude::*;

use super::*;

fn at(latitude: f64, longitude: f64) -> WgsPosition {
    WgsPosition::new((latitude * 1e7).round() as i32, (longitude * 1e7).round() as i32).unwrap()
}

fn ring(points: &[(f64, f64)]) -> Vec<WgsPosition> {
    points.iter().map(|(latitude, longitude)| at(*latitude, *longitude)).collect()
}

#[test]
fn a_ring_holds_its_inside_and_its_outline_and_nothing_else() {
    let ring = Ring::strict(&ring(&[(-49.0, -123.0), (-49.0, -122.0), (-48.0, -122.0), (-48.0, -123.0)])).unwrap();
    for inside in [at(-48.5, -122.5), at(-49.0, -122.5), at(-49.0, -123.0), at(-48.0, -122.0)] {
        assert!(ring.contains(inside), "{inside:?}");
    }
    for outside in [at(-48.5, -121.9999999), at(-47.9999999, -122.5), at(-48.5, 57.5), at(-48.5, -123.0000001)] {
        assert!(!ring.contains(outside), "{outside:?}");
    }
}

#[test]
fn a_ring_across_the_antimeridian_is_one_area() {
    let positions = ring(&[(-49.0, 179.0), (-49.0, -179.0), (-48.0, -179.0), (-48.0, 179.0)]);
    let across = Ring::strict(&positions).unwrap();
    for inside in [at(-48.5, 180.0), at(-48.5, -180.0), at(-48.5, 179.5), at(-48.5, -179.5)] {
        assert!(across.contains(inside), "{inside:?}");
    }
    assert!(!across.contains(at(-48.5, 0.0)));
    assert_eq!(across.bounds().longitudes(), (1_790_000_000, 1_810_000_000));
    assert_eq!(across.bounds().halves(), [(1_790_000_000, 1_799_999_999), (-1_800_000_000, -1_790_000_000)]);
}

#[test]
fn a_ring_with_a_fault_says_which() {
    let fault = |points: &[(f64, f64)]| Ring::strict(&ring(points)).expect_err("a fault");
    assert_eq!(fault(&[(0.0, 0.0), (1.0, 1.0)]), RingFault::TooFewPositions);
    assert_eq!(fault(&[(0.0, 0.0), (0.0, 0.0), (1.0, 1.0)]), RingFault::RepeatedPosition(1));
    assert_eq!(fault(&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]), RingFault::NoArea);
    assert_eq!(fault(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]), RingFault::EdgesMeet(0, 2));
    assert_eq!(fault(&[(0.0, 0.0), (0.0, 2.0), (0.0, 1.0), (1.0, 1.0)]), RingFault::EdgesMeet(0, 1));
    assert_eq!(fault(&[(0.0, 0.0), (0.0, 4.0), (2.0, 4.0), (0.0, 2.0), (2.0, 0.0)]), RingFault::EdgesMeet(0, 3));
    assert_eq!(fault(&[(0.0, 0.0), (0.0, 180.0), (1.0, 90.0)]), RingFault::HalfWayAround(0));
    assert_eq!(fault(&[(-80.0, 0.0), (-80.0, 120.0), (-80.0, -120.0)]), RingFault::AroundTheGlobe);
}

#[test]
fn a_circle_at_a_pole_reaches_every_meridian() {
    let polar = DangerArea::Circle { centre: at(-89.99, 10.0), radius_m: 5_000 };
    assert_eq!(polar.bounds().longitudes(), (-1_800_000_000, 1_800_000_000));
    let huge = DangerArea::Circle { centre: at(0.0, 0.0), radius_m: u32::MAX };
    assert_eq!(huge.bounds().latitudes(), (-900_000_000, 900_000_000));
    assert!(huge.bounds().meets(&DangerArea::Circle { centre: at(80.0, 180.0), radius_m: 1 }.bounds()));
}

#[test]
fn a_box_from_corners_goes_east_from_west() {
    let across = Bounds::between(at(-50.0, 179.0), at(-48.0, -179.0)).unwrap();
    let inside = DangerArea::Circle { centre: at(-49.0, -179.5), radius_m: 10 }.bounds();
    let outside = DangerArea::Circle { centre: at(-49.0, 170.0), radius_m: 10 }.bounds();
    assert!(across.meets(&inside) && inside.meets(&across));
    assert!(!across.meets(&outside));
    assert_eq!(Bounds::between(at(1.0, 0.0), at(0.0, 1.0)), None);
}

proptest! {
    #[test]
    fn a_position_in_the_ring_is_in_its_box(
        corners in prop::collection::vec((-20i32..20, -20i32..20), 3..7), point in (-25i32..25, -25i32..25), turn in 0i32..360,
    ) {
        let place = |(latitude, longitude): (i32, i32)| {
            let longitude = (longitude + turn + 180).rem_euclid(360) - 180;
            WgsPosition::new(latitude * 10_000_000, longitude * 10_000_000).unwrap()
        };
        let positions: Vec<_> = corners.iter().copied().map(place).collect();
        if let Ok(ring) = Ring::strict(&positions) {
            let point = place(point);
            let alone = Bounds::between(point, point).unwrap();
            prop_assert!(!ring.contains(point) || ring.bounds().meets(&alone));
            prop_assert!(positions.iter().all(|corner| ring.contains(*corner)));
        }
    }

    #[test]
    fn where_a_ring_begins_and_which_way_it_goes_changes_nothing(
        corners in prop::collection::vec((-9i32..9, -9i32..9), 3..8), point in (-9i32..9, -9i32..9), start in 0usize..8,
    ) {
        let place = |(latitude, longitude): (i32, i32)| WgsPosition::new(latitude, longitude).unwrap();
        let positions: Vec<_> = corners.iter().copied().map(place).collect();
        let mut other = positions.clone();
        other.rotate_left(start % positions.len());
        other.reverse();
        let (one, other) = (Ring::strict(&positions), Ring::strict(&other));
        prop_assert_eq!(one.is_ok(), other.is_ok());
        if let (Ok(one), Ok(other)) = (one, other) {
            prop_assert_eq!(one.contains(place(point)), other.contains(place(point)));
        }
    }
}
