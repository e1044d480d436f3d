//! Mined areas as the events state them. A record documents what is; nothing
//! here plans, optimises or advises.

use super::CountryCode;

/// A record of a mined area is opened.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordOpened {
    pub country: Option<CountryCode>,
    pub area_kind: Option<AreaKind>,
    pub classification: Option<Classification>,
    pub place: Box<str>,
    pub regimes: Vec<Box<str>>,
    pub other_ids: Vec<Box<str>>,
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
