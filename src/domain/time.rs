//! The ledger's own time.

use std::fmt;

use jiff::Timestamp;

/// A point in time in whole microseconds since 1970-01-01T00:00:00Z, as it is
/// signed and hashed. Never converted to a time zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordingTime(pub u64);

impl RecordingTime {
    /// The same instant for printing and date arithmetic; `None` beyond the
    /// year 9999.
    pub fn to_timestamp(self) -> Option<Timestamp> {
        Timestamp::from_microsecond(i64::try_from(self.0).ok()?).ok()
    }

    /// From a timestamp at or after 1970, cut to whole microseconds.
    pub fn from_timestamp(timestamp: Timestamp) -> Option<Self> {
        u64::try_from(timestamp.as_microsecond()).ok().map(Self)
    }

    /// The civil date in UTC, for mandates and for "not in the future".
    pub fn utc_date(self) -> Option<jiff::civil::Date> {
        Some(jiff::tz::TimeZone::UTC.to_datetime(self.to_timestamp()?).date())
    }
}

impl fmt::Display for RecordingTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_timestamp() {
            Some(timestamp) => f.pad(&format!("{timestamp:.6}")),
            None => write!(f, "{} us", self.0),
        }
    }
}
