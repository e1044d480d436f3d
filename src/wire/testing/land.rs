//! Generators of places and bodies about minefields.

use super::*;

pub(super) fn ring() -> impl Strategy<Value = Vec<WgsPosition>> {
    let simple = |ring: &[WgsPosition]| Ring::strict(ring).is_ok();
    proptest::collection::hash_set(position(), 3..8).prop_filter_map("a triangle at the least", move |ring| {
        let mut ring: Vec<WgsPosition> = ring.into_iter().collect();
        if !simple(&ring) {
            ring.truncate(3);
        }
        simple(&ring).then_some(ring)
    })
}

pub(super) fn danger_area() -> impl Strategy<Value = DangerArea> {
    prop_oneof![
        (position(), 1..u32::MAX).prop_map(|(centre, radius_m)| DangerArea::Circle { centre, radius_m }),
        ring().prop_map(DangerArea::Polygon),
    ]
}

pub(super) fn parcel_id() -> impl Strategy<Value = ParcelId> {
    id("[A-Z0-9][A-Z0-9-]{0,6}")
}

pub(super) fn reference_point() -> impl Strategy<Value = ReferencePoint> {
    (text(), any_of(PointType::ALL), position(), option::of(1..u32::MAX), maybe_text(), lines()).prop_map(
        |(label, point_type, position, accuracy_mm, as_typed, description)| ReferencePoint {
            label,
            point_type,
            position,
            accuracy_mm,
            as_typed,
            description,
        },
    )
}

/// Points with labels of their own.
pub(super) fn numbered(mut points: Vec<ReferencePoint>) -> PartContent {
    points.iter_mut().enumerate().for_each(|(at, point)| point.label = format!("RP{at}").into());
    PartContent::ReferencePoints(points)
}

pub(super) fn ordnance_item() -> impl Strategy<Value = OrdnanceItem> {
    let count = prop_oneof![
        (any::<u32>(), any_of(CountQualifier::ALL)).prop_map(|(count, sure)| Count::Stated(count, sure)),
        Just(Count::Unknown),
    ];
    let hours = option::of(1..u32::MAX);
    (any_of(OrdnanceCategory::ALL), maybe_text(), count, any_of(Presence::ALL), hours).prop_map(
        |(category, designation, count, anti_handling, self_destruct_hours)| OrdnanceItem {
            category,
            designation,
            count,
            anti_handling,
            self_destruct_hours,
        },
    )
}

fn parcels() -> impl Strategy<Value = Vec<Parcel>> {
    proptest::collection::btree_map(parcel_id(), option::of(1..u64::MAX), 0..3)
        .prop_map(|parcels| parcels.into_iter().map(|(id, area_m2)| Parcel { id, area_m2 }).collect())
}

fn record_opened() -> impl Strategy<Value = MinefieldBody> {
    let stated = (option::of(country()), option::of(any_of(AreaKind::ALL)), option::of(any_of(Classification::ALL)));
    (stated, maybe_text(), texts(), texts(), parcels()).prop_map(
        |((country, area_kind, classification), place, regimes, other_ids, parcels)| {
            MinefieldBody::RecordOpened(RecordOpened {
                country,
                area_kind,
                classification,
                place,
                regimes,
                other_ids,
                parcels,
            })
        },
    )
}

fn area_cleared() -> impl Strategy<Value = MinefieldBody> {
    let dates = (option::of(world_date()), option::of(world_date()));
    let depth = option::of(1..u32::MAX);
    (parcel_id(), 1..u64::MAX, depth, option::of(any_of(ClearanceMethod::ALL)), dates, maybe_text()).prop_map(
        |(parcel, area_m2, depth_mm, method, (started, ended), task)| {
            MinefieldBody::AreaCleared(AreaCleared { parcel, area_m2, depth_mm, method, started, ended, task })
        },
    )
}

fn land_released() -> impl Strategy<Value = MinefieldBody> {
    let parcels = proptest::collection::btree_set(parcel_id(), 1..3);
    let texts = (maybe_text(), maybe_text(), prop_oneof![Just("".into()), lines()]);
    (parcels, option::of(world_date()), references(), texts).prop_map(
        |(parcels, released, rests_on, (certificate, recipient, residual_risk))| {
            MinefieldBody::LandReleased(LandReleased {
                parcels: parcels.into_iter().collect(),
                released,
                rests_on,
                certificate,
                recipient,
                residual_risk,
            })
        },
    )
}

pub(super) fn minefield_body(kind: MinefieldKind) -> BoxedStrategy<MinefieldBody> {
    match kind {
        MinefieldKind::RecordOpened => record_opened().boxed(),
        MinefieldKind::LayingRecorded => {
            let dates = (option::of(world_date()), option::of(world_date()));
            (option::of(any_of(LayingMethod::ALL)), dates, maybe_text(), parcels())
                .prop_map(|(method, (began, completed), laid_by, parcels)| {
                    MinefieldBody::LayingRecorded(LayingRecorded { method, began, completed, laid_by, parcels })
                })
                .boxed()
        }
        MinefieldKind::PositionSurveyed => {
            let accuracy = option::of(1..u32::MAX);
            (option::of(world_date()), option::of(any_of(SurveyMethod::ALL)), accuracy, parcels())
                .prop_map(|(surveyed, method, accuracy_mm, parcels)| {
                    MinefieldBody::PositionSurveyed(PositionSurveyed { surveyed, method, accuracy_mm, parcels })
                })
                .boxed()
        }
        MinefieldKind::AreaCleared => area_cleared().boxed(),
        MinefieldKind::LandReleased => land_released().boxed(),
    }
}
