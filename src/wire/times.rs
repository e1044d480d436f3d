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

/// A protobuf timestamp, cut to microseconds; `None` before 1970.
pub fn recording_time(timestamp: &Timestamp) -> Option<RecordingTime> {
    let seconds = u64::try_from(timestamp.seconds).ok()?;
    let nanos = u64::try_from(timestamp.nanos).ok()?;
    Some(RecordingTime(seconds.checked_mul(1_000_000)?.checked_add(nanos / 1_000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_time_reads_back_and_a_time_before_1970_is_none() {
        let time = RecordingTime(1_787_000_000_123_456);
        assert_eq!(recording_time(&timestamp(time)), Some(time));
        assert_eq!(recording_time(&Timestamp { seconds: -1, nanos: 0 }), None);
    }
}
