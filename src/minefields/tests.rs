//! Tests of the rules over a record, one statement each, and what holds of all records.

mod rules;

use jiff::civil::Date;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{crypto::SigningKey, domain::*};

/// Microseconds of a day.
const DAY: u64 = 86_400_000_000;
/// 2026-06-01T00:00:00Z, when entry 0 is recorded; each later one a day after the one before.
const BEGIN: u64 = 1_780_272_000_000_000;

/// Events on one record under construction.
#[derive(Debug, Default)]
struct Book(Vec<Recorded>);

impl Book {
    /// A record with one parcel of 1,000 m2 and a danger area.
    fn opened() -> Self {
        let mut book = Self::default();
        book.add(opening(vec![parcel("P1", Some(1_000))]), vec![open(1, danger(-495_000_000, 500))]);
        book
    }

    /// Adds an event of `desk`; its number is its index.
    fn add(&mut self, body: Body, parts: Vec<Part>) -> EventReference {
        self.add_dated(body, parts, None)
    }

    fn add_dated(&mut self, body: Body, parts: Vec<Part>, occurred: Option<&str>) -> EventReference {
        let index = self.0.len() as u64;
        let key = SigningKey::from_seed(&[7; 32]).public().id();
        let author = Signer { organisation: "desk".parse().unwrap(), member: "recorder-1".parse().unwrap(), key };
        let event = Event {
            id: EventId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(index))),
            nonce: [0; 16],
            subject: Subject::Record(record()),
            based_on: Vec::new(),
            act: None,
            occurred: occurred.map(|text| text.parse().unwrap()),
            source: None,
            parts,
            not_stated: Vec::new(),
            documents: Vec::new(),
            body,
        };
        let recorded = Recorded {
            position: Position { index: Index(index), ordinal: 0 },
            recorded_at: RecordingTime(BEGIN + index * DAY),
            author,
            event,
            standing: Standing::Effective { since: Index(index), verified: false },
            sign_offs: Vec::new(),
            missing: Vec::new(),
        };
        let reference = recorded.reference();
        self.0.push(recorded);
        reference
    }

    fn last(&mut self) -> &mut Recorded {
        self.0.last_mut().unwrap()
    }

    fn picture(&self) -> RecordPicture {
        self.at("2027-01-01").expect("the record speaks")
    }

    fn at(&self, date: &str) -> Option<RecordPicture> {
        picture(&record(), &self.0, date.parse().unwrap())
    }

    fn codes(&self) -> Vec<LandFindingCode> {
        self.picture().findings.iter().map(|finding| finding.code).collect()
    }
}

fn record() -> RecordId {
    "XX-1".parse().unwrap()
}

fn id(text: &str) -> ParcelId {
    text.parse().unwrap()
}

fn parcel(text: &str, area_m2: Option<u64>) -> Parcel {
    Parcel { id: id(text), area_m2 }
}

fn date(text: &str) -> Option<WorldDate> {
    Some(text.parse().unwrap())
}

fn opening(parcels: Vec<Parcel>) -> Body {
    Body::Minefield(MinefieldBody::RecordOpened(RecordOpened {
        country: Some("XX".parse().unwrap()),
        area_kind: Some(AreaKind::Minefield),
        classification: Some(Classification::Confirmed),
        place: "Open ocean".into(),
        regimes: Vec::new(),
        other_ids: Vec::new(),
        parcels,
    }))
}

fn laying(began: &str, completed: &str, parcels: Vec<Parcel>) -> Body {
    let method = Some(LayingMethod::ByHand);
    let body =
        LayingRecorded { method, began: date(began), completed: date(completed), laid_by: "A unit".into(), parcels };
    Body::Minefield(MinefieldBody::LayingRecorded(body))
}

fn survey(parcels: Vec<Parcel>) -> Body {
    let body = PositionSurveyed {
        surveyed: date("2026-06-01"),
        method: Some(SurveyMethod::Gnss),
        accuracy_mm: Some(20),
        parcels,
    };
    Body::Minefield(MinefieldBody::PositionSurveyed(body))
}

fn cleared(parcel: &str, area_m2: u64, ended: &str) -> Body {
    Body::Minefield(MinefieldBody::AreaCleared(AreaCleared {
        parcel: id(parcel),
        area_m2,
        depth_mm: Some(200),
        method: Some(ClearanceMethod::Manual),
        started: date("2026-06-01"),
        ended: date(ended),
        task: "".into(),
    }))
}

fn released(parcel: &str, on: &str, rests_on: Vec<EventReference>) -> Body {
    Body::Minefield(MinefieldBody::LandReleased(LandReleased {
        parcels: vec![id(parcel)],
        released: date(on),
        rests_on,
        certificate: "C-1".into(),
        recipient: "".into(),
        residual_risk: "none known".into(),
    }))
}

fn corrected(target: EventReference, body: Option<Body>) -> Body {
    let restated = body.map(|body| Box::new(Restated { occurred: None, not_stated: Vec::new(), body }));
    Body::Shared(SharedBody::EventCorrected(EventCorrected { target, reason: "an error".into(), restated }))
}

fn disclosed(target: EventReference, slot: u32, content: PartContent) -> Body {
    let disclosed = vec![DisclosedPart { slot, salt: [0; 32], content }];
    Body::Shared(SharedBody::PartDisclosed(PartDisclosed { target, disclosed }))
}

fn open(slot: u32, content: PartContent) -> Part {
    Part { slot, kind: content.kind(), content: PartHolding::Open(content) }
}

fn withheld(slot: u32, kind: PartKind, review_on: &str) -> Part {
    let review_on = review_on.parse().unwrap();
    Part {
        slot,
        kind,
        content: PartHolding::Withheld { commitment: Commitment([1; 32]), basis: "security".into(), review_on },
    }
}

fn place(latitude: i32, longitude: i32) -> WgsPosition {
    WgsPosition::new(latitude, longitude).unwrap()
}

fn danger(latitude: i32, radius_m: u32) -> PartContent {
    PartContent::DangerArea(DangerArea::Circle { centre: place(latitude, -1_235_000_000), radius_m })
}

/// A square of about 111 by 72 metres with its south-west corner in the danger area's centre.
fn extent(parcel: Option<&str>) -> PartContent {
    let corner = |north: i32, east: i32| place(-495_000_000 + north * 10_000, -1_235_000_000 + east * 10_000);
    let ring = vec![corner(0, 0), corner(0, 1), corner(1, 1), corner(1, 0)];
    PartContent::Extent(Extent { parcel: parcel.map(id), polygons: vec![ring] })
}

fn points(count: usize) -> PartContent {
    let point = |at: usize| ReferencePoint {
        label: format!("RP{at}").into(),
        point_type: PointType::Reference,
        position: place(-495_000_000, -1_235_000_000 + at as i32),
        accuracy_mm: None,
        as_typed: "".into(),
        description: "".into(),
    };
    PartContent::ReferencePoints((0..count).map(point).collect())
}

/// Any event that a record can have, over two parcels.
fn any_body(earlier: usize) -> impl Strategy<Value = (Body, Vec<Part>)> {
    let parcel_id = prop::sample::select(vec!["P1", "P2"]);
    let area = prop::option::of(1_u64..5_000);
    let stated = (parcel_id.clone(), area).prop_map(|(id, area)| vec![parcel(id, area)]);
    let day = (1_u32..28).prop_map(|day| format!("2026-06-{day:02}"));
    let target = (0..earlier.max(1)).prop_map(reference_to);
    prop_oneof![
        stated.clone().prop_map(|parcels| (laying("2026-05", "2026-05", parcels), vec![])),
        (stated.clone(), 1_u32..900)
            .prop_map(|(parcels, radius)| (survey(parcels), vec![open(1, danger(-495_000_000, radius))])),
        (parcel_id.clone(), 1_u64..3_000, day.clone())
            .prop_map(|(parcel, area, day)| (cleared(parcel, area, &day), vec![])),
        (parcel_id, day).prop_map(|(parcel, day)| (released(parcel, &day, vec![]), vec![])),
        (target, stated).prop_map(|(target, parcels)| (corrected(target, Some(opening(parcels))), vec![])),
    ]
}

fn reference_to(index: usize) -> EventReference {
    let event = EventId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + index as u128));
    EventReference { organisation: "desk".parse().unwrap(), event }
}

fn any_book() -> impl Strategy<Value = Book> {
    prop::collection::vec(any_body(1), 0..12).prop_map(|events| {
        let mut book = Book::opened();
        events.into_iter().for_each(|(body, parts)| {
            book.add(body, parts);
        });
        book
    })
}

fn day(offset: i64) -> Date {
    "2026-06-01".parse::<Date>().unwrap().checked_add(jiff::Span::new().days(offset)).unwrap()
}

proptest! {
    #[test]
    fn every_account_balances_or_says_that_it_is_not_known(book in any_book(), offset in -60_i64..60) {
        if let Some(picture) = picture(&record(), &book.0, day(offset)) {
            for parcel in &picture.parcels {
                prop_assert!(parcel.account.balances(), "{parcel:?}");
                let unknown = parcel.account.opening.is_none() || parcel.status == LandStatus::Reopened;
                prop_assert_eq!(unknown, parcel.account.closing.is_none());
            }
            let known = picture.totals.unknown_parcels == 0;
            prop_assert_eq!(picture.totals.account.closing.is_some(), known && !picture.parcels.is_empty());
            prop_assert!(!known || picture.totals.account.balances());
        }
    }

    #[test]
    fn the_order_in_which_events_are_given_makes_no_difference(book in any_book(), offset in -60_i64..60, seed in any::<u64>()) {
        let mut shuffled = book.0.clone();
        shuffled.sort_by_key(|event| event.position.index.0.wrapping_mul(seed | 1));
        prop_assert_eq!(picture(&record(), &book.0, day(offset)), picture(&record(), &shuffled, day(offset)));
    }

    #[test]
    fn what_waits_or_ended_changes_no_status_account_or_area(
        book in any_book(), more in prop::collection::vec((any_body(3), any::<bool>()), 1..5), offset in -60_i64..60,
    ) {
        let before = picture(&record(), &book.0, day(offset));
        let mut with = Book(book.0.clone());
        for ((body, parts), waits) in more {
            with.add(body, parts);
            with.last().standing = if waits { Standing::Waiting } else { Standing::Ended };
        }
        let after = picture(&record(), &with.0, day(offset));
        prop_assert_eq!(before.is_some(), after.is_some());
        if let (Some(before), Some(mut after)) = (before, after) {
            after.parcels.iter_mut().for_each(|parcel| parcel.release_waiting.clear());
            prop_assert_eq!(&before.parcels, &after.parcels);
            prop_assert_eq!((before.status, before.totals), (after.status, after.totals));
            prop_assert_eq!(before.danger_areas, after.danger_areas);
        }
    }

    #[test]
    fn a_parcel_counts_as_released_only_while_a_release_is_in_effect(book in any_book(), offset in -60_i64..60) {
        if let Some(picture) = picture(&record(), &book.0, day(offset)) {
            for parcel in picture.parcels {
                prop_assert_eq!(parcel.status == LandStatus::Open, parcel.released_by.is_none());
            }
        }
    }
}
