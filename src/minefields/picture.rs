//! The picture of a record: what an answer is made of.

use jiff::civil::Date;

use crate::domain::{
    Capacity, CivilDate, ClearanceMethod, DangerArea, Index, Kind, LandFinding, LandStatus, LayingMethod, ParcelId,
    PartContent, PartForm, PartKind, Position, RecordId, RecordOpened, Signer, Standing, SurveyMethod, Verdict,
    WorldDate,
};

/// One record at a date, as known.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordPicture {
    pub record: RecordId,
    /// The date in the world that it is for.
    pub at: Date,
    pub opened: Position,
    pub opened_by: Signer,
    /// What the opening says, corrections applied.
    pub identity: RecordOpened,
    /// Released only when every parcel is and there is one.
    pub status: LandStatus,
    pub totals: Totals,
    /// Ascending by id.
    pub parcels: Vec<ParcelPicture>,
    /// In force, of every organisation that draws one.
    pub danger_areas: Vec<DangerAreaInForce>,
    pub layings: Vec<LayingShown>,
    pub surveys: Vec<SurveyShown>,
    pub clearances: Vec<ClearanceShown>,
    pub parts: Vec<PartShown>,
    /// What waits for signatures and changes nothing until then.
    pub waiting: Vec<Waiting>,
    /// All events on the record, in order of their position.
    pub history: Vec<HistoryItem>,
    pub findings: Vec<LandFinding>,
}

/// A piece of land with its status and its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParcelPicture {
    pub id: ParcelId,
    pub status: LandStatus,
    pub account: Account,
    /// The release in effect that the status rests on, also when it was reopened.
    pub released_by: Option<Position>,
    /// A correction took the parcel out of the record.
    pub withdrawn: bool,
    /// No readable extent stands behind the numbers.
    pub numeric_only: bool,
    /// Releases of the parcel that wait for their signatures.
    pub release_waiting: Vec<Position>,
}

/// Square metres of a parcel: opening + added + corrected - cancelled - reduced - cleared
/// = closing. Not known is `None` and never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// As first known.
    pub opening: Option<u64>,
    /// Found in addition by later layings and surveys.
    pub added: u64,
    /// By corrections, and by surveys that found less; may be negative.
    pub corrected: i64,
    /// By non-technical survey; no kind states it yet.
    pub cancelled: u64,
    /// By technical survey; no kind states it yet.
    pub reduced: u64,
    pub cleared: u64,
    /// Reported as cleared beyond what was ever reported as mined.
    pub cleared_outside: u64,
    pub closing: Option<u64>,
}

/// Sums over the parcels of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Of the parcels whose areas are known; `closing` is `None` when one is not, or when
    /// there is no parcel.
    pub account: Account,
    /// Closing area of the parcels that are not released and known.
    pub open_m2: u64,
    /// Area of the released parcels that are known, before clearance.
    pub released_m2: u64,
    /// Parcels whose area is not known.
    pub unknown_parcels: u32,
}

/// A danger area that its author draws for the public.
#[derive(Clone, Debug, PartialEq)]
pub struct DangerAreaInForce {
    pub area: DangerArea,
    pub position: Position,
    pub author: Signer,
    pub date: Option<WorldDate>,
}

/// A laying as it is stated now.
#[derive(Clone, Debug, PartialEq)]
pub struct LayingShown {
    pub position: Position,
    pub method: Option<LayingMethod>,
    pub began: Option<WorldDate>,
    pub completed: Option<WorldDate>,
    pub laid_by: Box<str>,
    /// Empty: the record as a whole.
    pub parcels: Vec<ParcelId>,
    pub verified: bool,
}

/// A survey as it is stated now.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyShown {
    pub position: Position,
    pub surveyed: Option<WorldDate>,
    pub method: Option<SurveyMethod>,
    pub accuracy_mm: Option<u32>,
    pub parcels: Vec<ParcelId>,
    pub verified: bool,
}

/// A clearance as it is stated now. It changes no status.
#[derive(Clone, Debug, PartialEq)]
pub struct ClearanceShown {
    pub position: Position,
    pub parcel: ParcelId,
    pub area_m2: u64,
    pub depth_mm: Option<u32>,
    pub method: Option<ClearanceMethod>,
    pub started: Option<WorldDate>,
    pub ended: Option<WorldDate>,
    pub verified: bool,
}

/// One slot of one event: what it holds, and how much of it is committed and opened.
#[derive(Clone, Debug, PartialEq)]
pub struct PartShown {
    /// The event that the slot belongs to.
    pub position: Position,
    pub slot: u32,
    pub kind: PartKind,
    /// As it stands now, corrections applied.
    pub form: PartForm,
    /// The content, when it is open or was disclosed.
    pub content: Option<PartContent>,
    /// Commitments that exist for the slot, those of corrections included.
    pub commitments: u32,
    /// How many of these were opened.
    pub opened: u32,
    /// Where the slot was opened.
    pub disclosed: Vec<Position>,
    /// Why the part is withheld and when that is looked at again.
    pub withheld: Option<(Box<str>, CivilDate)>,
    /// Where it is stated that content of the slot does not exist any more.
    pub erasures: Vec<Erasure>,
}

/// A statement that committed content does not exist any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Erasure {
    pub position: Position,
    /// The day of the erasure, where it is stated.
    pub erased: Option<WorldDate>,
    /// It was of content that a correction had put something else in place of.
    pub superseded: bool,
}

/// An event that waits for signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub position: Position,
    pub kind: Kind,
    /// Empty: the record as a whole.
    pub parcels: Vec<ParcelId>,
    /// What it waits for, and what stands until then.
    pub message: Box<str>,
}

/// One event on the record.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryItem {
    pub position: Position,
    pub kind: Kind,
    pub date: Option<WorldDate>,
    pub standing: Standing,
    /// Whether the picture uses it at its date.
    pub used: bool,
    /// The event that it corrects or discloses parts of.
    pub about: Option<Position>,
    pub signatures: Vec<SignatureShown>,
}

/// A signature on an event.
#[derive(Clone, Debug, PartialEq)]
pub struct SignatureShown {
    pub signer: Signer,
    /// In which capacity, what, in which entry; `None`: the author.
    pub said: Option<(Capacity, Verdict, Index)>,
}
