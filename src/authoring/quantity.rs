//! Points and lengths as people type them, turned into integers by integer
//! arithmetic: no float is ever near a signed value.

/// What a field of some unit takes: the ending of its name, what it is called, an
/// example, and each unit with how many of the field's own it is.
pub(super) struct Unit {
    ending: &'static str,
    pub name: &'static str,
    pub example: &'static str,
    units: &'static [(&'static str, u64)],
}

/// Units by the ending of a field's name. Lengths of a field in metres are whole metres.
const UNITS: &[Unit] = &[
    Unit { ending: "_m", name: "metres", example: "500 m", units: &[("m", 1), ("km", 1_000)] },
    Unit { ending: "_mm", name: "millimetres", example: "20 cm", units: &[("mm", 1), ("cm", 10), ("m", 1_000)] },
    Unit {
        ending: "_m2",
        name: "square metres",
        example: "12500 m2",
        units: &[("m2", 1), ("ha", 10_000), ("km2", 1_000_000)],
    },
];

impl Unit {
    /// The unit of a field, if it has one.
    pub fn of_field(name: &str) -> Option<&'static Self> {
        UNITS.iter().find(|unit| name.ends_with(unit.ending))
    }

    /// A quantity in the unit of the field, e.g. `"0.5 km"` for metres. `None` when it
    /// is no whole number of that unit.
    pub fn whole(&self, text: &str) -> Option<u64> {
        let text = text.trim();
        let digits = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let (_, each) = self.units.iter().find(|(name, _)| *name == unit.trim())?;
        let thousandths = u64::try_from(decimal(number.trim(), 3)?).ok()?.checked_mul(*each)?;
        (thousandths % 1_000 == 0).then_some(thousandths / 1_000)
    }
}

/// Latitude and longitude in 1e-7 degree, from decimal degrees (latitude first)
/// or from degrees, minutes and seconds with N, S, E, W. What is finer than
/// 1e-7 degree (about a centimetre) is rounded.
pub(super) fn point(text: &str) -> Option<(i32, i32)> {
    let (first, second) = halves(text)?;
    let (first, second) = (angle(first)?, angle(second)?);
    let (latitude, longitude) = match (first.axis, second.axis) {
        (None, None) | (Some(Axis::Latitude), Some(Axis::Longitude)) => (first.value, second.value),
        (Some(Axis::Longitude), Some(Axis::Latitude)) => (second.value, first.value),
        _ => return None,
    };
    let inside = latitude.abs() <= 900_000_000 && longitude.abs() <= 1_800_000_000;
    inside.then_some((i32::try_from(latitude).ok()?, i32::try_from(longitude).ok()?))
}

#[derive(Clone, Copy, PartialEq)]
enum Axis {
    Latitude,
    Longitude,
}

struct Angle {
    value: i64,
    axis: Option<Axis>,
}

/// The two angles of a point: parted by a comma, else behind the first of the
/// letters N, S, E, W, else by white space.
fn halves(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    if let Some(halves) = text.split_once(',') {
        return Some(halves);
    }
    match text.find(['N', 'S', 'E', 'W']) {
        Some(letter) if letter + 1 < text.len() && letter > 0 => Some(text.split_at(letter + 1)),
        Some(_) => None,
        None => text.split_once(char::is_whitespace),
    }
}

fn angle(text: &str) -> Option<Angle> {
    let text = text.trim();
    let (number, letter) = match text.strip_suffix(['N', 'S', 'E', 'W']) {
        Some(number) => (number, text.chars().last()),
        None => (text, None),
    };
    let (axis, negative) = match letter {
        Some('N') => (Some(Axis::Latitude), false),
        Some('S') => (Some(Axis::Latitude), true),
        Some('E') => (Some(Axis::Longitude), false),
        Some('W') => (Some(Axis::Longitude), true),
        _ => (None, false),
    };
    let value = degrees(number.trim())?;
    // A letter and a sign together are two opinions about the hemisphere.
    if axis.is_some() && number.trim().starts_with('-') {
        return None;
    }
    Some(Angle { value: if negative { -value } else { value }, axis })
}

/// 1e-7 degrees of `49.5` or of `49°30'15.5"`.
fn degrees(text: &str) -> Option<i64> {
    let mut pieces = text.split(['\u{b0}', '\'', '"', '\u{2032}', '\u{2033}']).map(str::trim);
    let whole = pieces.next()?;
    let (Some(minutes), seconds) = (pieces.next().filter(|piece| !piece.is_empty()), pieces.next()) else {
        return decimal(whole, 9).map(|scaled| rounded(scaled, 100));
    };
    let seconds = seconds.filter(|piece| !piece.is_empty()).unwrap_or("0");
    if pieces.any(|piece| !piece.is_empty()) {
        return None;
    }
    let degrees: i64 = whole.parse().ok().filter(|degrees| (0..=180).contains(degrees))?;
    let minutes = decimal(minutes, 6).filter(|minutes| (0..60_000_000).contains(minutes))?;
    let seconds = decimal(seconds, 6).filter(|seconds| (0..60_000_000).contains(seconds))?;
    // In millionths of a second of arc; 1e-7 degree is 360 of them.
    Some(rounded(degrees * 3_600_000_000 + minutes * 60 + seconds, 360))
}

/// The nearest multiple of `unit`, counted in units, halves away from zero.
fn rounded(value: i64, unit: i64) -> i64 {
    (value.abs() + unit / 2) / unit * value.signum()
}

/// A decimal number scaled by 10^places; digits beyond that are cut.
fn decimal(text: &str, places: usize) -> Option<i64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > 8 {
        return None;
    }
    let fraction: String = fraction.chars().chain(std::iter::repeat('0')).take(places).collect();
    let scaled: i64 = format!("{whole}{fraction}").parse().ok()?;
    Some(if negative { -scaled } else { scaled })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_reads_alike_however_it_is_typed() {
        let expected = Some((-495_000_000, -1_232_500_000));
        for text in [
            "-49.5, -123.25",
            "-49.5 -123.25",
            "49.5S 123.25W",
            "123.25 W, 49.5 S",
            "49\u{b0}30'00\"S 123\u{b0}15'00\"W",
            "49\u{b0}30'S, 123\u{b0}15'W",
            "49\u{b0}30.0'S 123\u{b0}15.0'W",
        ] {
            assert_eq!(point(text), expected, "{text}");
        }
    }

    #[test]
    fn a_point_is_rounded_to_the_nearest_unit_without_floats() {
        assert_eq!(point("-49.00000004, -123.00000006"), Some((-490_000_000, -1_230_000_001)));
        assert_eq!(point("48\u{b0}00'00.5\"S 122\u{b0}00'01\"W"), Some((-480_001_389, -1_220_002_778)));
    }

    #[test]
    fn a_point_off_the_globe_or_of_two_latitudes_is_refused() {
        for text in ["91, 0", "0, 181", "49N 50N", "-49.5N 123W", "49\u{b0}61'N 123\u{b0}W", "49.5", "north", ""] {
            assert_eq!(point(text), None, "{text}");
        }
    }

    fn in_unit(field: &str, text: &str) -> Option<u64> {
        Unit::of_field(field).expect("a field with a unit").whole(text)
    }

    #[test]
    fn areas_and_depths_are_typed_in_their_usual_units() {
        assert_eq!(in_unit("area_m2", "12500 m2"), Some(12_500));
        assert_eq!(in_unit("area_m2", "1.25 ha"), Some(12_500));
        assert_eq!(in_unit("depth_mm", "20 cm"), Some(200));
        assert_eq!(in_unit("depth_mm", "0.2 m"), Some(200));
        assert_eq!(in_unit("area_m2", "20 m"), None, "a length is no area");
        assert!(Unit::of_field("designation").is_none());
    }

    #[test]
    fn a_length_is_whole_metres_or_refused() {
        assert_eq!(in_unit("radius_m", "500 m"), Some(500));
        assert_eq!(in_unit("radius_m", "1.5km"), Some(1_500));
        for text in ["500", "0.5 m", "-3 m", "5 miles", "m", "1.2.3 m"] {
            assert_eq!(in_unit("radius_m", text), None, "{text}");
        }
    }
}
