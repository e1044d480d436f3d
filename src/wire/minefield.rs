//! Bodies about minefields.

use super::{
    event::Mandatory,
    fields::*,
    malformed::Parsed,
    proto::{self, event::Body as Wire},
};
use crate::domain::{AreaKind, Body, Classification, MinefieldBody, RecordOpened};

pub(super) fn record_opened(body: proto::RecordOpened) -> Parsed<(Body, Mandatory)> {
    let proto::RecordOpened { country, kind, classification, place, regimes, other_ids } = body;
    let body = RecordOpened {
        country: optional_identifier("country", &country)?,
        area_kind: optional_pinned("kind", kind, AreaKind::from_number)?,
        classification: optional_pinned("classification", classification, Classification::from_number)?,
        place: short_text("place", place)?,
        regimes: texts("regimes", regimes)?,
        other_ids: texts("other_ids", other_ids)?,
    };
    let mandatory = vec![
        ("country", body.country.is_some()),
        ("kind", body.area_kind.is_some()),
        ("classification", body.classification.is_some()),
    ];
    Ok((Body::Minefield(MinefieldBody::RecordOpened(body)), mandatory))
}

/// Writes a body as its protobuf message.
pub(super) fn encode(body: &MinefieldBody) -> Wire {
    match body {
        MinefieldBody::RecordOpened(body) => {
            let RecordOpened { country, area_kind, classification, place, regimes, other_ids } = body;
            Wire::RecordOpened(proto::RecordOpened {
                country: string(country),
                kind: area_kind.map_or(0, AreaKind::number),
                classification: classification.map_or(0, Classification::number),
                place: place.to_string(),
                regimes: strings(regimes),
                other_ids: strings(other_ids),
            })
        }
    }
}
