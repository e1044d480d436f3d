//! Places and what lies there: danger areas, extents, reference points, ordnance.

use std::collections::HashSet;

use super::{
    MalformedRule,
    fields::*,
    malformed::{Parsed, Within, malformed},
    proto::{self, danger_area::Outline},
};
use crate::{
    domain::{
        Count, CountQualifier, DangerArea, Extent, OrdnanceCategory, OrdnanceItem, PartContent, PointType, Presence,
        ReferencePoint, Ring, WgsPosition,
    },
    limits::LIST_ITEMS,
};

/// The wire's number for "no count is known", beside those of [`CountQualifier`].
const COUNT_UNKNOWN: i32 = proto::CountQualifier::Unknown as i32;

pub(super) fn danger_area(area: proto::DangerArea) -> Parsed<DangerArea> {
    match given("outline", area.outline)? {
        Outline::Circle(circle) => parse_circle(circle).within("circle"),
        Outline::Polygon(polygon) => parse_polygon(polygon).map(DangerArea::Polygon).within("polygon"),
    }
}

fn parse_circle(circle: proto::Circle) -> Parsed<DangerArea> {
    let proto::Circle { centre, radius_m } = circle;
    let centre = parse_position(given("centre", centre)?).within("centre")?;
    must(radius_m >= 1, MalformedRule::NumberMustBeInRange, "radius_m", "give a radius of at least 1 metre")?;
    Ok(DangerArea::Circle { centre, radius_m })
}

fn parse_polygon(polygon: proto::Polygon) -> Parsed<Vec<WgsPosition>> {
    let proto::Polygon { ring } = polygon;
    let within = (3..=LIST_ITEMS).contains(&ring.len());
    must(within, MalformedRule::ListMustBeWithinLimit, "ring", "draw the ring with 3 to 1,000 positions")?;
    let ring = list("ring", ring, parse_position)?;
    let mut seen = HashSet::with_capacity(ring.len());
    match ring.iter().position(|position| !seen.insert(*position)) {
        Some(at) => malformed(
            MalformedRule::ListMustNotRepeat,
            format!("ring[{at}]"),
            "name each position once; the ring closes by itself",
        ),
        None => Ok(ring),
    }
}

fn parse_position(position: proto::Position) -> Parsed<WgsPosition> {
    let proto::Position { latitude, longitude } = position;
    if let Some(position) = WgsPosition::new(latitude, longitude) {
        return Ok(position);
    }
    let field = if WgsPosition::new(latitude, 0).is_some() { "longitude" } else { "latitude" };
    let message = if WgsPosition::new(longitude, latitude).is_some() {
        "latitude and longitude look swapped: latitude, 90 degrees north or south at the most, comes first"
    } else {
        "write degrees times 10,000,000: 90 degrees north or south, 180 east or west at the most"
    };
    malformed(MalformedRule::NumberMustBeInRange, field, message)
}

pub(super) fn extent(extent: proto::Extent) -> Parsed<Extent> {
    let proto::Extent { parcel, polygons } = extent;
    let parcel = optional_identifier("parcel", &parcel)?;
    not_empty("polygons", &polygons)?;
    Ok(Extent { parcel, polygons: list("polygons", polygons, parse_polygon)? })
}

/// A ring as a new survey gives it (rule G11 of the record: strict geometry).
fn simple(ring: &[WgsPosition], field: &str) -> Parsed<()> {
    match Ring::strict(ring) {
        Ok(_) => Ok(()),
        Err(fault) => malformed(MalformedRule::OutlineMustBeSimple, field, format!("draw the outline anew: {fault}")),
    }
}

/// The public relies on a danger area that it is shown, and a survey is new work: both are
/// refused when their outline has a fault, stated openly or disclosed. What others recorded
/// long ago is taken as it is.
pub(super) fn strict_outlines(content: &PartContent, surveyed: bool) -> Parsed<()> {
    match content {
        PartContent::DangerArea(DangerArea::Polygon(ring)) => simple(ring, "danger_area.polygon.ring"),
        PartContent::Extent(extent) if surveyed => {
            let mut rings = extent.polygons.iter().enumerate();
            rings.try_for_each(|(at, ring)| simple(ring, "ring").within_item("extent.polygons", at))
        }
        PartContent::DangerArea(DangerArea::Circle { .. })
        | PartContent::Extent(_)
        | PartContent::Remarks { .. }
        | PartContent::Names(_)
        | PartContent::ReferencePoints(_)
        | PartContent::Ordnance(_) => Ok(()),
    }
}

pub(super) fn reference_points(points: proto::ReferencePoints) -> Parsed<Vec<ReferencePoint>> {
    not_empty("points", &points.points)?;
    let points = list("points", points.points, parse_point)?;
    let labels: Vec<&str> = points.iter().map(|point| &*point.label).collect();
    distinct("points", &labels)?;
    Ok(points)
}

fn parse_point(point: proto::ReferencePoint) -> Parsed<ReferencePoint> {
    let proto::ReferencePoint { label, r#type, position, accuracy_mm, as_typed, description } = point;
    Ok(ReferencePoint {
        label: required_text("label", label)?,
        point_type: pinned("type", r#type, PointType::from_number)?,
        position: parse_position(given("position", position)?).within("position")?,
        accuracy_mm: Some(accuracy_mm).filter(|accuracy| *accuracy > 0),
        as_typed: short_text("as_typed", as_typed)?,
        description: long_text("description", description)?,
    })
}

pub(super) fn ordnance(ordnance: proto::Ordnance) -> Parsed<Vec<OrdnanceItem>> {
    not_empty("items", &ordnance.items)?;
    list("items", ordnance.items, parse_item)
}

fn parse_item(item: proto::OrdnanceItem) -> Parsed<OrdnanceItem> {
    let proto::OrdnanceItem { category, designation, count, qualifier, anti_handling, self_destruct_hours } = item;
    let count = if qualifier == COUNT_UNKNOWN {
        absent("count", count == 0, "leave the count out, or say how sure it is")?;
        Count::Unknown
    } else {
        Count::Stated(count, pinned("qualifier", qualifier, CountQualifier::from_number)?)
    };
    Ok(OrdnanceItem {
        category: pinned("category", category, OrdnanceCategory::from_number)?,
        designation: short_text("designation", designation)?,
        count,
        anti_handling: pinned("anti_handling", anti_handling, Presence::from_number)?,
        self_destruct_hours: Some(self_destruct_hours).filter(|hours| *hours > 0),
    })
}

pub(super) fn encode_danger_area(area: &DangerArea) -> proto::DangerArea {
    let outline = match area {
        DangerArea::Circle { centre, radius_m } => {
            Outline::Circle(proto::Circle { centre: Some(encode_position(centre)), radius_m: *radius_m })
        }
        DangerArea::Polygon(ring) => Outline::Polygon(encode_polygon(ring)),
    };
    proto::DangerArea { outline: Some(outline) }
}

fn encode_polygon(ring: &[WgsPosition]) -> proto::Polygon {
    proto::Polygon { ring: ring.iter().map(encode_position).collect() }
}

fn encode_position(position: &WgsPosition) -> proto::Position {
    proto::Position { latitude: position.latitude(), longitude: position.longitude() }
}

pub(super) fn encode_extent(extent: &Extent) -> proto::Extent {
    let Extent { parcel, polygons } = extent;
    proto::Extent { parcel: string(parcel), polygons: polygons.iter().map(|ring| encode_polygon(ring)).collect() }
}

pub(super) fn encode_reference_points(points: &[ReferencePoint]) -> proto::ReferencePoints {
    proto::ReferencePoints { points: points.iter().map(encode_point).collect() }
}

fn encode_point(point: &ReferencePoint) -> proto::ReferencePoint {
    let ReferencePoint { label, point_type, position, accuracy_mm, as_typed, description } = point;
    proto::ReferencePoint {
        label: label.to_string(),
        r#type: point_type.number(),
        position: Some(encode_position(position)),
        accuracy_mm: accuracy_mm.unwrap_or_default(),
        as_typed: as_typed.to_string(),
        description: description.to_string(),
    }
}

pub(super) fn encode_ordnance(items: &[OrdnanceItem]) -> proto::Ordnance {
    proto::Ordnance { items: items.iter().map(encode_item).collect() }
}

fn encode_item(item: &OrdnanceItem) -> proto::OrdnanceItem {
    let OrdnanceItem { category, designation, count, anti_handling, self_destruct_hours } = item;
    let (count, qualifier) = match count {
        Count::Stated(count, qualifier) => (*count, qualifier.number()),
        Count::Unknown => (0, COUNT_UNKNOWN),
    };
    proto::OrdnanceItem {
        category: category.number(),
        designation: designation.to_string(),
        count,
        qualifier,
        anti_handling: anti_handling.number(),
        self_destruct_hours: self_destruct_hours.unwrap_or_default(),
    }
}
