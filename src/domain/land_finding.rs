//! What the events of a record say together: how land stands, and remarks, which
//! block nothing and change no status.

use super::{ParcelId, Position};

pinned! {
    /// Which rule remarks on a record of a mined area.
    LandFindingCode {
        /// Nobody drew a danger area that the public may see: an open duty.
        NoDangerArea = 1, "no_danger_area";
        /// A laying without two reference points (CCW Amended Protocol II, Technical Annex 1(a)(i)).
        ReferencePointsMissing = 2, "reference_points_missing";
        /// More was cleared than was ever reported.
        ClearedBeyondReported = 3, "cleared_beyond_reported";
        /// A release names no clearance that it rests on.
        ReleaseNamesNoClearance = 4, "release_names_no_clearance";
        /// A parcel was released of which not everything was cleared.
        ReleasedBeyondCleared = 5, "released_beyond_cleared";
        /// The review date of a withheld part has passed.
        WithheldPastReview = 6, "withheld_past_review";
        /// The time to self-destruction has passed. That changes nothing (Technical Annex 3(a)).
        SelfDestructPassed = 7, "self_destruct_passed";
        /// A position lies far from everything else of the record.
        PositionFarOff = 8, "position_far_off";
        /// The area stated and the one computed from the extent differ.
        DeclaredAreaDiffers = 9, "declared_area_differs";
        /// Dates are in an order that cannot be.
        DatesOutOfOrder = 10, "dates_out_of_order";
        /// An extent as recorded has a fault of geometry.
        ExtentFaulty = 11, "extent_faulty";
        /// A readable extent reaches beyond the danger area shown to the public.
        ExtentNotCovered = 12, "extent_not_covered";
        /// A laying was recorded after the release, or dated after it.
        LaidAfterRelease = 13, "laid_after_release";
        /// A newer danger area leaves out ground that the author's one before showed.
        DangerAreaLeavesOut = 14, "danger_area_leaves_out";
    }
}

pinned! {
    /// How a parcel, or a record as a whole, stands. Others come with their kinds.
    LandStatus {
        /// Shown as mined.
        Open = 1, "open";
        /// Its release is in effect. Released is not safe.
        Released = 5, "released";
        /// Released once, and mined again or found to be: shown as mined.
        Reopened = 6, "reopened";
    }
}

/// One remark on a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LandFinding {
    pub code: LandFindingCode,
    /// The event in question; `None`: the record as a whole.
    pub position: Option<Position>,
    pub parcel: Option<ParcelId>,
    /// A sentence for a person. It names no coordinates.
    pub message: Box<str>,
}
