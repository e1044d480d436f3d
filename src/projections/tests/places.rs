//! Danger areas on the map.

use proptest::prelude::*;

use super::samples::*;
use super::*;
use crate::domain::*;

fn place(latitude: i32, longitude: i32) -> WgsPosition {
    WgsPosition::new(latitude, longitude).expect("on the globe")
}

fn circle(latitude: i32, longitude: i32, radius_m: u32) -> PartContent {
    PartContent::DangerArea(DangerArea::Circle { centre: place(latitude, longitude), radius_m })
}

fn with_parts(draft: &Draft, index: u64, parts: Vec<PartHolding>) -> (Entry, Vec<Finding>) {
    let mut entry = entry(index, "xx-desk", std::slice::from_ref(draft));
    if let EnvelopeContent::Submission(submitted) = &mut entry.envelope.content {
        let kind = PartKind::DangerArea;
        submitted.events[0].parts = (1..).zip(parts).map(|(slot, content)| Part { slot, kind, content }).collect();
    }
    (entry, Vec::new())
}

fn near(models: &Models, size: u64, south_west: WgsPosition, north_east: WgsPosition) -> Vec<String> {
    let bounds = Bounds::between(south_west, north_east).expect("a box");
    let found = models.models.at(Size(size)).expect("held").records_near(&bounds, None, 100).expect("readable");
    found.items.iter().map(ToString::to_string).collect()
}

/// Two records, the second as committed only and disclosed later, the first moved later.
fn two_records() -> Models {
    let committed = PartHolding::Sealed { commitment: Commitment([1; 32]) };
    let target = EventReference { organisation: "xx-desk".parse().expect("valid"), event: EventId(uuid::Uuid::nil()) };
    let content = circle(-485_000_000, -1_235_000_000, 100);
    let disclosed = vec![DisclosedPart { slot: 1, salt: [0; 32], content }];
    let disclosure =
        Draft { body: Body::Shared(SharedBody::PartDisclosed(PartDisclosed { target, disclosed })), ..record("B") };
    let opened = |latitude| vec![PartHolding::Open(circle(latitude, -1_235_000_000, 100))];
    Models::of(
        &[
            with_parts(&record("A"), 0, opened(-495_000_000)),
            with_parts(&record("B"), 1, vec![committed]),
            with_parts(&disclosure, 2, vec![]),
            with_parts(&record("A"), 3, opened(-490_000_000)),
        ],
        &[2],
    )
}

#[test]
fn a_place_finds_the_records_with_an_area_there_as_known_then() {
    let it = two_records();
    let (first, moved) = (place(-495_000_000, -1_235_000_000), place(-490_000_000, -1_235_000_000));
    assert_eq!(near(&it, 0, first, first), [""; 0]);
    assert_eq!(near(&it, 1, first, first), ["A"]);
    assert_eq!(near(&it, 3, moved, moved), [""; 0]);
    assert_eq!(near(&it, 4, moved, moved), ["A"]);
    assert_eq!(near(&it, 4, place(-500_000_000, -1_240_000_000), place(-480_000_000, -1_230_000_000)), ["A", "B"]);
}

#[test]
fn a_committed_area_is_not_on_the_map_until_it_is_disclosed() {
    let it = two_records();
    let committed = place(-485_000_000, -1_235_000_000);
    assert_eq!(near(&it, 2, committed, committed), [""; 0]);
    assert_eq!(near(&it, 3, committed, committed), ["B"]);
}

#[test]
fn records_are_listed_by_id_in_pages() {
    let it = two_records();
    let view = it.models.now();
    let first = view.records(None, 1).expect("a page");
    assert_eq!((first.items[0].as_str(), first.next.as_deref()), ("A", Some("A")));
    let second = view.records(Some(&first.items[0]), 1).expect("a page");
    assert_eq!((second.items[0].as_str(), second.next), ("B", None));
}

fn any_area() -> impl Strategy<Value = DangerArea> {
    let anywhere = (-900_000_000i32..=900_000_000, -1_800_000_000i32..=1_800_000_000);
    let radius = prop_oneof![1u32..1_000, 1u32..100_000, 1u32..10_000_000];
    (anywhere, radius).prop_map(|((latitude, longitude), radius_m)| DangerArea::Circle {
        centre: place(latitude, longitude),
        radius_m,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_search_finds_just_the_areas_whose_boxes_meet(
        areas in prop::collection::vec(any_area(), 1..20), searches in prop::collection::vec((any_area(), any::<bool>()), 1..6),
    ) {
        let entries: Vec<_> = (0..).zip(&areas).map(|(index, area)| {
            let content = PartHolding::Open(PartContent::DangerArea(area.clone()));
            with_parts(&record(&format!("R{index:02}")), index, vec![content])
        }).collect();
        let it = Models::of(&entries, &[7]);
        for (search, at_an_area) in searches {
            let bounds = if at_an_area { areas[0].bounds() } else { search.bounds() };
            let expected: Vec<String> = (0..).zip(&areas).filter(|(_, area)| area.bounds().meets(&bounds)).map(|(index, _): (u32, _)| format!("R{index:02}")).collect();
            let found = it.models.now().records_near(&bounds, None, 100).expect("readable");
            prop_assert_eq!(found.items.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
        }
    }
}
