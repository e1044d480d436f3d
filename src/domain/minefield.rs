//! Mined areas as the events state them. A record documents what is; nothing
//! here plans, optimises or advises.

use super::{CountryCode, EventReference, ParcelId, WgsPosition, WorldDate};

/// A record of a mined area is opened.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordOpened {
    pub country: Option<CountryCode>,
    pub area_kind: Option<AreaKind>,
    pub classification: Option<Classification>,
    pub place: Box<str>,
    pub regimes: Vec<Box<str>>,
    pub other_ids: Vec<Box<str>>,
    pub parcels: Vec<Parcel>,
}

pinned! {
    /// What kind of area it is (CCW Amended Protocol II Art. 2(8); IMAS 05.10).
    AreaKind {
        Minefield = 1, "minefield";
        /// Simulates a minefield; a minefield in law.
        PhoneyMinefield = 2, "phoney_minefield";
        BattleArea = 3, "battle_area";
        SpotTask = 4, "spot_task";
        OrdnanceSite = 5, "ordnance_site";
        Road = 6, "road";
        IndicationOnly = 7, "indication_only";
    }
}

pinned! {
    /// How sure it is (IMAS 07.11, 08.10).
    Classification {
        Indication = 1, "indication";
        Suspected = 2, "suspected";
        Confirmed = 3, "confirmed";
    }
}

/// A piece of land within a record, as one event states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parcel {
    pub id: ParcelId,
    /// Square metres, at least 1; `None`: not known.
    pub area_m2: Option<u64>,
}

/// Mines were laid; recorded after it happened (CCW Amended Protocol II, Technical Annex 1).
#[derive(Clone, Debug, PartialEq)]
pub struct LayingRecorded {
    pub method: Option<LayingMethod>,
    pub began: Option<WorldDate>,
    pub completed: Option<WorldDate>,
    /// Party or unit, as coarse as the author must be.
    pub laid_by: Box<str>,
    pub parcels: Vec<Parcel>,
}

pinned! {
    /// How mines were emplaced.
    LayingMethod {
        ByHand = 1, "by_hand";
        Mechanical = 2, "mechanical";
        Rocket = 3, "rocket";
        Artillery = 4, "artillery";
        Aircraft = 5, "aircraft";
        Drone = 6, "drone";
        Other = 7, "other";
    }
}

/// Where the area lies was ascertained on the ground.
#[derive(Clone, Debug, PartialEq)]
pub struct PositionSurveyed {
    pub surveyed: Option<WorldDate>,
    pub method: Option<SurveyMethod>,
    /// Millimetres.
    pub accuracy_mm: Option<u32>,
    pub parcels: Vec<Parcel>,
}

pinned! {
    /// How a position was fixed.
    SurveyMethod {
        Gnss = 1, "gnss";
        DifferentialGnss = 2, "differential_gnss";
        TotalStation = 3, "total_station";
        Resection = 4, "resection";
        Map = 5, "map";
        Other = 6, "other";
    }
}

/// Clearance of a parcel is reported (IMAS 09.10). It changes no status.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaCleared {
    pub parcel: ParcelId,
    /// Square metres, at least 1.
    pub area_m2: u64,
    /// Millimetres.
    pub depth_mm: Option<u32>,
    pub method: Option<ClearanceMethod>,
    pub started: Option<WorldDate>,
    pub ended: Option<WorldDate>,
    pub task: Box<str>,
}

pinned! {
    /// How an area was cleared.
    ClearanceMethod {
        Manual = 1, "manual";
        Mechanical = 2, "mechanical";
        Animal = 3, "animal";
        Combined = 4, "combined";
        Other = 5, "other";
    }
}

/// Land is released to its users (IMAS 07.11, 08.30).
#[derive(Clone, Debug, PartialEq)]
pub struct LandReleased {
    /// At least one, none twice.
    pub parcels: Vec<ParcelId>,
    pub released: Option<WorldDate>,
    /// Clearance and survey that it rests on.
    pub rests_on: Vec<EventReference>,
    pub certificate: Box<str>,
    pub recipient: Box<str>,
    pub residual_risk: Box<str>,
}

/// The exact extent of a record or of one of its parcels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// `None`: the whole record.
    pub parcel: Option<ParcelId>,
    /// Each a ring of at least three distinct positions, not repeated at the end.
    pub polygons: Vec<Vec<WgsPosition>>,
}

/// A point from which the area is found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferencePoint {
    pub label: Box<str>,
    pub point_type: PointType,
    pub position: WgsPosition,
    /// Millimetres; `None`: not known.
    pub accuracy_mm: Option<u32>,
    /// The coordinates as they were typed.
    pub as_typed: Box<str>,
    pub description: Box<str>,
}

pinned! {
    /// Types of points (IMSMA).
    PointType {
        Reference = 1, "reference";
        Benchmark = 2, "benchmark";
        Start = 3, "start";
        Turning = 4, "turning";
        Intermediate = 5, "intermediate";
        Evidence = 6, "evidence";
    }
}

/// What was laid or found of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrdnanceItem {
    pub category: OrdnanceCategory,
    /// Designation as recorded.
    pub designation: Box<str>,
    pub count: Count,
    pub anti_handling: Presence,
    /// Hours to self-destruction, as claimed. Its passing never changes a status.
    pub self_destruct_hours: Option<u32>,
}

/// A number of items and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    Stated(u32, CountQualifier),
    Unknown,
}

pinned! {
    /// What kind of device it is.
    OrdnanceCategory {
        AntiPersonnelMine = 1, "anti_personnel_mine";
        AntiVehicleMine = 2, "anti_vehicle_mine";
        MineOther = 3, "mine_other";
        Submunition = 4, "submunition";
        Unexploded = 5, "unexploded";
        Abandoned = 6, "abandoned";
        Improvised = 7, "improvised";
        BoobyTrap = 8, "booby_trap";
        OtherDevice = 9, "other_device";
        Unknown = 10, "unknown";
    }
}

pinned! {
    /// How sure a count is; number 5 on the wire says that none is known.
    CountQualifier {
        Exact = 1, "exact";
        Estimated = 2, "estimated";
        AtLeast = 3, "at_least";
        AtMost = 4, "at_most";
    }
}

pinned! {
    /// Whether something is there. Unknown is not absent.
    Presence {
        Present = 1, "present";
        Absent = 2, "absent";
        Unknown = 3, "unknown";
    }
}
