//! Bodies about minefields.

use super::{
    event::Mandatory,
    fields::*,
    malformed::Parsed,
    proto::{self, event::Body as Wire},
    shared::{encode_references, references},
};
use crate::domain::{
    AreaCleared, AreaKind, Classification, ClearanceMethod, LandReleased, LayingMethod, LayingRecorded, MinefieldBody,
    Parcel, ParcelId, PositionSurveyed, RecordOpened, SurveyMethod,
};

pub(super) fn record_opened(body: proto::RecordOpened) -> Parsed<(MinefieldBody, Mandatory)> {
    let proto::RecordOpened { country, kind, classification, place, regimes, other_ids, parcels } = body;
    let body = RecordOpened {
        country: optional_identifier("country", &country)?,
        area_kind: optional_pinned("kind", kind, AreaKind::from_number)?,
        classification: optional_pinned("classification", classification, Classification::from_number)?,
        place: short_text("place", place)?,
        regimes: texts("regimes", regimes)?,
        other_ids: texts("other_ids", other_ids)?,
        parcels: parse_parcels(parcels)?,
    };
    let mandatory = vec![
        ("country", body.country.is_some()),
        ("kind", body.area_kind.is_some()),
        ("classification", body.classification.is_some()),
    ];
    Ok((MinefieldBody::RecordOpened(body), mandatory))
}

fn parse_parcels(parcels: Vec<proto::Parcel>) -> Parsed<Vec<Parcel>> {
    let parcels = list("parcels", parcels, |parcel| {
        let proto::Parcel { id, area_m2 } = parcel;
        Ok(Parcel { id: identifier("id", &id)?, area_m2: Some(area_m2).filter(|area| *area > 0) })
    })?;
    ascending("parcels", &parcels, |parcel| parcel.id.clone())?;
    Ok(parcels)
}

pub(super) fn laying_recorded(body: proto::LayingRecorded) -> Parsed<(MinefieldBody, Mandatory)> {
    let proto::LayingRecorded { method, began, completed, laid_by, parcels } = body;
    let body = LayingRecorded {
        method: optional_pinned("method", method, LayingMethod::from_number)?,
        began: world_date("began", &began)?,
        completed: world_date("completed", &completed)?,
        laid_by: short_text("laid_by", laid_by)?,
        parcels: parse_parcels(parcels)?,
    };
    let mandatory = vec![
        ("method", body.method.is_some()),
        ("began", body.began.is_some()),
        ("completed", body.completed.is_some()),
        ("laid_by", !body.laid_by.is_empty()),
    ];
    Ok((MinefieldBody::LayingRecorded(body), mandatory))
}

pub(super) fn position_surveyed(body: proto::PositionSurveyed) -> Parsed<(MinefieldBody, Mandatory)> {
    let proto::PositionSurveyed { surveyed, method, accuracy_mm, parcels } = body;
    let body = PositionSurveyed {
        surveyed: world_date("surveyed", &surveyed)?,
        method: optional_pinned("method", method, SurveyMethod::from_number)?,
        accuracy_mm: Some(accuracy_mm).filter(|accuracy| *accuracy > 0),
        parcels: parse_parcels(parcels)?,
    };
    let mandatory = vec![
        ("surveyed", body.surveyed.is_some()),
        ("method", body.method.is_some()),
        ("accuracy_mm", body.accuracy_mm.is_some()),
    ];
    Ok((MinefieldBody::PositionSurveyed(body), mandatory))
}

pub(super) fn area_cleared(body: proto::AreaCleared) -> Parsed<(MinefieldBody, Mandatory)> {
    let proto::AreaCleared { parcel, area_m2, depth_mm, method, started, ended, task } = body;
    let body = AreaCleared {
        parcel: identifier("parcel", &parcel)?,
        area_m2: given("area_m2", Some(area_m2).filter(|area| *area > 0))?,
        depth_mm: Some(depth_mm).filter(|depth| *depth > 0),
        method: optional_pinned("method", method, ClearanceMethod::from_number)?,
        started: world_date("started", &started)?,
        ended: world_date("ended", &ended)?,
        task: short_text("task", task)?,
    };
    let mandatory = vec![
        ("depth_mm", body.depth_mm.is_some()),
        ("method", body.method.is_some()),
        ("started", body.started.is_some()),
        ("ended", body.ended.is_some()),
    ];
    Ok((MinefieldBody::AreaCleared(body), mandatory))
}

pub(super) fn land_released(body: proto::LandReleased) -> Parsed<(MinefieldBody, Mandatory)> {
    let proto::LandReleased { parcels, released, rests_on, certificate, recipient, residual_risk } = body;
    let parcels: Vec<ParcelId> = identifiers("parcels", parcels)?;
    not_empty("parcels", &parcels)?;
    distinct("parcels", &parcels)?;
    let body = LandReleased {
        parcels,
        released: world_date("released", &released)?,
        rests_on: references("rests_on", rests_on)?,
        certificate: short_text("certificate", certificate)?,
        recipient: short_text("recipient", recipient)?,
        residual_risk: long_text("residual_risk", residual_risk)?,
    };
    let mandatory = vec![
        ("released", body.released.is_some()),
        ("certificate", !body.certificate.is_empty()),
        ("residual_risk", !body.residual_risk.is_empty()),
    ];
    Ok((MinefieldBody::LandReleased(body), mandatory))
}

/// Writes a body as its protobuf message.
pub(super) fn encode(body: &MinefieldBody) -> Wire {
    match body {
        MinefieldBody::RecordOpened(body) => Wire::RecordOpened(encode_record_opened(body)),
        MinefieldBody::LayingRecorded(body) => Wire::LayingRecorded(encode_laying_recorded(body)),
        MinefieldBody::PositionSurveyed(body) => Wire::PositionSurveyed(encode_position_surveyed(body)),
        MinefieldBody::AreaCleared(body) => Wire::AreaCleared(encode_area_cleared(body)),
        MinefieldBody::LandReleased(body) => Wire::LandReleased(encode_land_released(body)),
    }
}

fn encode_record_opened(body: &RecordOpened) -> proto::RecordOpened {
    let RecordOpened { country, area_kind, classification, place, regimes, other_ids, parcels } = body;
    proto::RecordOpened {
        country: string(country),
        kind: area_kind.map_or(0, AreaKind::number),
        classification: classification.map_or(0, Classification::number),
        place: place.to_string(),
        regimes: strings(regimes),
        other_ids: strings(other_ids),
        parcels: encode_parcels(parcels),
    }
}

fn encode_parcels(parcels: &[Parcel]) -> Vec<proto::Parcel> {
    let parcel =
        |Parcel { id, area_m2 }: &Parcel| proto::Parcel { id: id.to_string(), area_m2: area_m2.unwrap_or_default() };
    parcels.iter().map(parcel).collect()
}

fn encode_laying_recorded(body: &LayingRecorded) -> proto::LayingRecorded {
    let LayingRecorded { method, began, completed, laid_by, parcels } = body;
    proto::LayingRecorded {
        method: method.map_or(0, LayingMethod::number),
        began: string(began),
        completed: string(completed),
        laid_by: laid_by.to_string(),
        parcels: encode_parcels(parcels),
    }
}

fn encode_position_surveyed(body: &PositionSurveyed) -> proto::PositionSurveyed {
    let PositionSurveyed { surveyed, method, accuracy_mm, parcels } = body;
    proto::PositionSurveyed {
        surveyed: string(surveyed),
        method: method.map_or(0, SurveyMethod::number),
        accuracy_mm: accuracy_mm.unwrap_or_default(),
        parcels: encode_parcels(parcels),
    }
}

fn encode_area_cleared(body: &AreaCleared) -> proto::AreaCleared {
    let AreaCleared { parcel, area_m2, depth_mm, method, started, ended, task } = body;
    proto::AreaCleared {
        parcel: parcel.to_string(),
        area_m2: *area_m2,
        depth_mm: depth_mm.unwrap_or_default(),
        method: method.map_or(0, ClearanceMethod::number),
        started: string(started),
        ended: string(ended),
        task: task.to_string(),
    }
}

fn encode_land_released(body: &LandReleased) -> proto::LandReleased {
    let LandReleased { parcels, released, rests_on, certificate, recipient, residual_risk } = body;
    proto::LandReleased {
        parcels: strings(parcels),
        released: string(released),
        rests_on: encode_references(rests_on),
        certificate: certificate.to_string(),
        recipient: recipient.to_string(),
        residual_risk: residual_risk.to_string(),
    }
}
