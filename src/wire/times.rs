//! Recording times and protobuf timestamps: whole microseconds in both directions.

use prost_types::Timestamp;

use crate::domain::RecordingTime;

/// Whole microseconds as a protobuf timestamp.
pub fn timestamp(time: RecordingTime) -> Timestamp {
    let (seconds, micros) = (time.0 / 1_000_000, time.0 % 1_000_000);
    Timestamp {
        seconds: i64::try_from(seconds).unwrap_or(i64::MAX),
        nanos: i32::try_from(micros * 1_000).expect("less than a second"),
    }
}

/// The last second of a protobuf timestamp, in the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;
const NANOS_OF_A_SECOND: i32 = 1_000_000_000;

/// A protobuf timestamp, cut to microseconds; `None` before 1970, after the year 9999, and of
/// nanoseconds that are not within a second.
pub fn recording_time(timestamp: &Timestamp) -> Option<RecordingTime> {
    let Timestamp { seconds, nanos } = *timestamp;
    if !(0..=LAST_SECOND).contains(&seconds) || !(0..NANOS_OF_A_SECOND).contains(&nanos) {
        return None;
    }
    let (seconds, nanos) = (u64::try_from(seconds).ok()?, u64::try_from(nanos).ok()?);
    Some(RecordingTime(seconds.checked_mul(1_000_000)?.checked_add(nanos / 1_000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_time_reads_back_and_what_is_no_time_since_1970_is_none() {
        let time = RecordingTime(1_787_000_000_123_456);
        assert_eq!(recording_time(&timestamp(time)), Some(time));
        assert!(recording_time(&Timestamp { seconds: LAST_SECOND, nanos: 999_999_999 }).is_some());
        for (seconds, nanos) in
            [(-1, 0), (1, -1), (1, 1_000_000_000), (1, i32::MAX), (LAST_SECOND + 1, 0), (i64::MAX, 0)]
        {
            assert_eq!(recording_time(&Timestamp { seconds, nanos }), None, "{seconds} {nanos}");
        }
    }
}
