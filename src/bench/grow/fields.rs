//! Events on records of mined areas, drawn from a seed: what is measured of places.
//! Nothing in them is real but the shape.

use crate::{
    bench::{founding::xx, seeded::Seeded},
    domain::*,
};

/// The parcel that each grown record has.
const PARCEL: &str = "P1";
/// Its square metres.
const AREA: u64 = 10_000;

/// A record that nobody has recorded yet.
pub fn record(seeded: &mut Seeded) -> RecordId {
    format!("XX-G-{:016x}", seeded.draw()).parse().expect("an identifier")
}

/// Opens a record: a danger area of 100 to 1,000 metres around a place.
pub fn opening(seeded: &mut Seeded) -> (MinefieldBody, Vec<Part>) {
    let body = RecordOpened {
        country: Some(xx()),
        area_kind: Some(AreaKind::Minefield),
        classification: Some(Classification::Suspected),
        place: "Open ocean".into(),
        regimes: vec!["CCW-AP2-1996".into()],
        other_ids: Vec::new(),
        parcels: vec![Parcel { id: parcel(), area_m2: Some(AREA) }],
    };
    let radius_m = 100 + u32::try_from(seeded.below(900)).expect("under 900");
    let area = DangerArea::Circle { centre: seeded.place(), radius_m };
    let content = PartHolding::Open(PartContent::DangerArea(area));
    (MinefieldBody::RecordOpened(body), vec![Part { slot: 1, kind: PartKind::DangerArea, content }])
}

/// A survey of the record, which sees its parcel again.
pub fn survey(seeded: &mut Seeded) -> MinefieldBody {
    MinefieldBody::PositionSurveyed(PositionSurveyed {
        surveyed: day(seeded, 2024),
        method: Some(SurveyMethod::Gnss),
        accuracy_mm: Some(500),
        parcels: Vec::new(),
    })
}

/// Clearance of a part of the parcel.
pub fn clearance(seeded: &mut Seeded) -> MinefieldBody {
    MinefieldBody::AreaCleared(AreaCleared {
        parcel: parcel(),
        area_m2: 1 + seeded.below(AREA / 4),
        depth_mm: Some(200),
        method: Some(ClearanceMethod::Manual),
        started: day(seeded, 2024),
        ended: day(seeded, 2025),
        task: "T-1".into(),
    })
}

/// Release of the parcel.
pub fn release(rests_on: Vec<EventReference>, seeded: &mut Seeded) -> MinefieldBody {
    MinefieldBody::LandReleased(LandReleased {
        parcels: vec![parcel()],
        released: day(seeded, 2025),
        rests_on,
        certificate: "Handover of a measurement".into(),
        recipient: "nobody".into(),
        residual_risk: "nothing below 20 cm was searched".into(),
    })
}

fn parcel() -> ParcelId {
    PARCEL.parse().expect("an identifier")
}

fn day(seeded: &mut Seeded, year: u64) -> Option<WorldDate> {
    Some(seeded.day(year..year + 1).parse().expect("a day that exists"))
}
