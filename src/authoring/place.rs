//! Points as people type them: decimal degrees, degrees with minutes and seconds, and
//! the military grid (MGRS). The text is what an author keeps beside the integers.
//!
//! A grid reference names a square, so it becomes the middle of the square with half
//! its diagonal as accuracy. Degrees are read by integer arithmetic (`quantity`); the
//! grid by GeographicLib's series, in floats, before anything is signed: what is signed
//! is the rounded integer that `check` shows.

use geoconvert::{LatLon, Mgrs};
use prost_reflect::MessageDescriptor;
use serde_json::{Map, Value};

use super::quantity;
use crate::domain::WgsPosition;

/// A point as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedPoint {
    pub position: WgsPosition,
    /// Millimetres by which the text alone leaves the place open; `None` for degrees.
    pub accuracy_mm: Option<u32>,
}

/// Reads a point; `None` when it is none of the forms or off the globe.
pub fn point_as_typed(text: &str) -> Option<TypedPoint> {
    if let Some((latitude, longitude)) = quantity::point(text) {
        let position = WgsPosition::new(latitude, longitude)?;
        return Some(TypedPoint { position, accuracy_mm: None });
    }
    grid_square(text)
}

/// Keeps the text of a reference point beside its position, and the accuracy that a grid
/// reference has, unless the author says otherwise.
pub(super) fn with_text_as_typed(message: &MessageDescriptor, mut fields: Map<String, Value>) -> Map<String, Value> {
    let text = fields.get("position").and_then(Value::as_str).map(str::to_owned);
    if let Some(text) = text.filter(|_| message.name() == "ReferencePoint") {
        let says = |fields: &Map<String, Value>, name: &str, json: &str| {
            fields.contains_key(name) || fields.contains_key(json)
        };
        if let Some(accuracy_mm) = point_as_typed(&text).and_then(|typed| typed.accuracy_mm)
            && !says(&fields, "accuracy_mm", "accuracyMm")
        {
            fields.insert("accuracy_mm".into(), accuracy_mm.into());
        }
        if !says(&fields, "as_typed", "asTyped") {
            fields.insert("as_typed".into(), text.into());
        }
    }
    fields
}

/// A grid reference without the polar squares: zone, band, square, an even count of digits.
fn grid_square(text: &str) -> Option<TypedPoint> {
    let compact: String = text.split_whitespace().collect::<String>().to_ascii_uppercase();
    let letters = compact.find(|c: char| c.is_ascii_alphabetic()).filter(|at| (1..=2).contains(at))?;
    let (zone, rest) = compact.split_at(letters);
    let shaped = rest.len() >= 3 && rest.is_ascii() && rest[..3].bytes().all(|byte| byte.is_ascii_uppercase());
    let digits = if shaped { &rest[3..] } else { return None };
    let even = digits.len() <= 10 && digits.len() % 2 == 0 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let zone: u8 = zone.parse().ok().filter(|zone| (1..=60).contains(zone))?;
    if !even {
        return None;
    }
    let square = Mgrs::parse_str(&format!("{zone:02}{rest}")).ok()?;
    let middle = LatLon::from_mgrs(&square);
    let units = |degrees: f64| (degrees * 1e7).round() as i32;
    let position = WgsPosition::new(units(middle.latitude()), units(middle.longitude()))?;
    // Half the diagonal of a square of 100 km, 10 km, ... 1 m, rounded up.
    let side_mm = 100_000_000_u64 / 10_u64.pow(u32::try_from(digits.len() / 2).ok()?);
    let accuracy_mm = u32::try_from((side_mm * 70_711).div_ceil(100_000)).ok();
    Some(TypedPoint { position, accuracy_mm })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_in_degrees_is_read_exactly() {
        let typed = point_as_typed("49\u{b0}30'00\"S 123\u{b0}15'00\"W").expect("a point");
        assert_eq!((typed.position.latitude(), typed.position.longitude()), (-495_000_000, -1_232_500_000));
        assert_eq!(typed.accuracy_mm, None);
    }

    #[test]
    fn a_grid_reference_is_the_middle_of_its_square_however_it_is_spaced() {
        // 48.25 S, 122.5 W lies in zone 10, band G, at easting 537 123.5, northing 4 655 901.5 or so.
        let typed = ["10G", "EM"].concat();
        let whole = point_as_typed(&format!("{typed} 37 55")).expect("a square of a kilometre");
        for text in ["10gem3755", " 10G EM 37 55 ", "10GEM3755"] {
            assert_eq!(point_as_typed(text), Some(whole), "{text}");
        }
        assert_eq!(whole.accuracy_mm, Some(707_110));
        let position = whole.position;
        let near = |value: i32, degrees: f64| (f64::from(value) / 1e7 - degrees).abs() < 0.6;
        assert!(near(position.latitude(), -48.25) && near(position.longitude(), -122.5), "{position:?}");
    }

    #[test]
    fn a_published_grid_reference_has_its_published_place() {
        // The example of the library that the series come from: 18TWL8566411315.
        let typed = point_as_typed("18TWL8566411315").expect("a square metre");
        assert!((typed.position.latitude() - 407_483_430).abs() < 200, "{typed:?}");
        assert!((typed.position.longitude() + 739_852_720).abs() < 200, "{typed:?}");
        assert_eq!(typed.accuracy_mm, Some(708));
    }

    #[test]
    fn what_is_no_grid_reference_is_refused_and_never_panics() {
        for text in
            ["10GEM375", "10GEM37x5", "61GEM3755", "00GEM3755", "10IEM3755", "10G", "10GEM", "GEM3755", "ä10GEM"]
        {
            let read = point_as_typed(text);
            assert!(read.is_none() || text == "10GEM", "{text}: {read:?}");
        }
        assert_eq!(point_as_typed("10GEM").and_then(|typed| typed.accuracy_mm), Some(70_711_000));
    }

    #[test]
    fn a_reference_point_keeps_the_text_and_the_accuracy_of_its_square() {
        let descriptor = crate::wire::descriptor("ReferencePoint");
        let expanded = |json: Value| with_text_as_typed(&descriptor, json.as_object().expect("an object").clone());
        let grid = expanded(serde_json::json!({"label": "RP1", "position": "10G EM 37 55"}));
        assert_eq!((grid["as_typed"].as_str(), grid["accuracy_mm"].as_u64()), (Some("10G EM 37 55"), Some(707_110)));
        let own = expanded(serde_json::json!({"position": "10G EM 37 55", "accuracy_mm": 5, "as_typed": "sheet 7"}));
        assert_eq!((own["as_typed"].as_str(), own["accuracy_mm"].as_u64()), (Some("sheet 7"), Some(5)));
        assert!(!expanded(serde_json::json!({"position": "-49.5, -123.25"})).contains_key("accuracy_mm"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9]{0,2} ?[A-Z]{0,3} ?[0-9]{0,12}") {
            let _ = point_as_typed(&text);
        }
    }
}
