//! Places: integers of 1e-7 degree (WGS 84) and metres. No float is ever
//! signed, hashed or stored.

/// A position on the ground, within the ranges of latitude and longitude.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WgsPosition {
    latitude: i32,
    longitude: i32,
}

impl WgsPosition {
    /// From 1e-7 degrees; `None` outside 90 degrees north or south, 180 east or west.
    pub fn new(latitude: i32, longitude: i32) -> Option<Self> {
        let inside = latitude.unsigned_abs() <= 900_000_000 && longitude.unsigned_abs() <= 1_800_000_000;
        inside.then_some(Self { latitude, longitude })
    }

    /// Latitude in 1e-7 degree, north positive.
    pub fn latitude(self) -> i32 {
        self.latitude
    }

    /// Longitude in 1e-7 degree, east positive.
    pub fn longitude(self) -> i32 {
        self.longitude
    }
}

/// The outline that the author draws for the public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DangerArea {
    /// Radius in metres, at least 1.
    Circle { centre: WgsPosition, radius_m: u32 },
    /// At least three distinct positions, not repeated at the end.
    Polygon(Vec<WgsPosition>),
}

/// 1e-7 degrees as decimal degrees, without a float.
pub fn degrees(value: i32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, rest) = (value.unsigned_abs() / 10_000_000, value.unsigned_abs() % 10_000_000);
    let fraction = format!("{rest:07}");
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_written_without_a_float() {
        assert_eq!(degrees(-495_000_000), "-49.5");
        assert_eq!(degrees(-5), "-0.0000005");
        assert_eq!(degrees(1_230_000_000), "123");
    }
}
