//! The ledger's clock, as an argument.
//!
//! Promises: a [`RunningClock`] never goes back while it runs and never starts
//! behind the newest entry (I7); a wall clock that cannot be right, or that lies
//! far ahead and that nobody confirmed, is refused before anything is recorded
//! with it.
//! Leaves to others: that recording times of entries never decrease (`sequencer`).

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::{
    domain::{CivilDate, RecordingTime},
    limits,
};

/// Tells the time that entries are recorded with.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Now, in whole microseconds.
    fn now(&self) -> RecordingTime;
}

/// Start time plus monotonic clock: adjusting the wall clock while the service
/// runs changes nothing.
#[derive(Debug)]
pub struct RunningClock {
    started_at: RecordingTime,
    since: Instant,
}

/// A clock set by hand, for the demonstration and tests. Clones share the hands.
///
/// No setting chooses it: a ledger that is served by it was founded by the
/// demonstration, and says so in the name of its checkpoints.
#[derive(Clone, Debug)]
pub struct ReplayedClock(Arc<Hands>);

#[derive(Debug)]
struct Hands {
    time: AtomicU64,
    /// Since when they move by themselves.
    moving: OnceLock<Instant>,
}

/// Why the service does not start with this wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockRefused {
    #[error(
        "the wall clock says {wall}, which lies outside the years 2020 to 2099: \
         set the machine's clock (for example with NTP) and start again"
    )]
    Implausible { wall: RecordingTime },
    #[error(
        "the wall clock says {wall}, but the newest entry was recorded at {newest}: \
         set the machine's clock (for example with NTP) and start again"
    )]
    FarBehind { wall: RecordingTime, newest: RecordingTime },
    #[error(
        "the wall clock says {wall}, more than {} days after the newest entry of {newest}: set the machine's clock \
         (for example with NTP) and start again; if it is right, say so once with --clock-confirmed-on and today's date",
        limits::CLOCK_AHEAD.as_secs() / DAY
    )]
    FarAhead { wall: RecordingTime, newest: RecordingTime },
    #[error(
        "the wall clock says {wall}, but clock_confirmed_on says that today (UTC) is {confirmed}: \
         set the machine's clock (for example with NTP), or confirm the date that it is, and start again"
    )]
    OtherDay { wall: RecordingTime, confirmed: CivilDate },
}

const DAY: u64 = 24 * 3600;

impl RunningClock {
    /// Starts from the machine's wall clock, if that can be right beside the
    /// recording time of the newest entry.
    pub fn start(newest: Option<RecordingTime>) -> Result<Self, ClockRefused> {
        Self::start_confirmed(newest, None)
    }

    /// The same where the operator may have said which day it is (UTC): a ledger
    /// that was idle for long lies far behind a clock that is right.
    pub fn start_confirmed(newest: Option<RecordingTime>, today: Option<CivilDate>) -> Result<Self, ClockRefused> {
        let since = Instant::now();
        let wall = wall_time(SystemTime::now());
        Ok(Self { started_at: starting_time(wall, newest, today)?, since })
    }
}

impl Clock for RunningClock {
    fn now(&self) -> RecordingTime {
        RecordingTime(self.started_at.0 + microseconds(self.since.elapsed()))
    }
}

impl ReplayedClock {
    /// A clock that stands at this time.
    pub fn at(time: RecordingTime) -> Self {
        Self(Arc::new(Hands { time: AtomicU64::new(time.0), moving: OnceLock::new() }))
    }

    /// Sets the hands, forwards or back.
    pub fn set(&self, time: RecordingTime) {
        self.0.time.store(time.0, Ordering::SeqCst);
    }

    /// Moves the hands forwards.
    pub fn advance(&self, by: Duration) {
        self.0.time.fetch_add(microseconds(by), Ordering::SeqCst);
    }

    /// Sets the hands to this time, unless they have passed it.
    pub fn forward_to(&self, time: RecordingTime) {
        self.0.time.fetch_max(time.0, Ordering::SeqCst);
    }

    /// From here on the hands move by themselves, as fast as real ones.
    pub fn go_on(&self) {
        self.0.moving.get_or_init(Instant::now);
    }
}

impl Clock for ReplayedClock {
    fn now(&self) -> RecordingTime {
        let moved = self.0.moving.get().map_or(Duration::ZERO, Instant::elapsed);
        RecordingTime(self.0.time.load(Ordering::SeqCst) + microseconds(moved))
    }
}

/// 2020-01-01T00:00:00Z: older than the first line of this software.
const EARLIEST: RecordingTime = RecordingTime(1_577_836_800_000_000);
/// 2100-01-01T00:00:00Z.
const LATEST: RecordingTime = RecordingTime(4_102_444_800_000_000);

/// The time that a clock starts from: the wall clock's, or the newest entry's
/// when the wall clock lies a little behind it. What the operator confirmed is
/// asked only where the clock lies far ahead: a word of long ago that is left in
/// a file neither helps nor hinders a routine start.
fn starting_time(
    wall: RecordingTime,
    newest: Option<RecordingTime>,
    confirmed: Option<CivilDate>,
) -> Result<RecordingTime, ClockRefused> {
    if wall < EARLIEST || wall >= LATEST {
        return Err(ClockRefused::Implausible { wall });
    }
    let Some(newest) = newest else { return Ok(wall) };
    if newest.0.saturating_sub(wall.0) > microseconds(limits::CLOCK_BEHIND) {
        return Err(ClockRefused::FarBehind { wall, newest });
    }
    let far_ahead = wall.0.saturating_sub(newest.0) > microseconds(limits::CLOCK_AHEAD);
    match confirmed {
        None if far_ahead => Err(ClockRefused::FarAhead { wall, newest }),
        Some(confirmed) if far_ahead && wall.utc_date() != Some(confirmed.0) => {
            Err(ClockRefused::OtherDay { wall, confirmed })
        }
        None | Some(_) => Ok(wall.max(newest)),
    }
}

/// A wall clock before 1970 counts as 1970, which is refused all the same.
fn wall_time(time: SystemTime) -> RecordingTime {
    RecordingTime(microseconds(time.duration_since(UNIX_EPOCH).unwrap_or_default()))
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWEST: RecordingTime = RecordingTime(1_788_000_000_000_000);
    const SECOND: u64 = 1_000_000;

    fn at(year: i16) -> RecordingTime {
        let timestamp = format!("{year}-06-01T00:00:00Z").parse().expect("a timestamp");
        RecordingTime::from_timestamp(timestamp).expect("after 1970")
    }

    #[test]
    fn a_wall_clock_in_1970_or_2106_is_refused_even_for_an_empty_ledger() {
        for wall in [RecordingTime(0), at(1970), at(2019), at(2100), at(2106)] {
            assert_eq!(starting_time(wall, None, None), Err(ClockRefused::Implausible { wall }));
            assert_eq!(starting_time(wall, Some(NEWEST), None), Err(ClockRefused::Implausible { wall }));
        }
        assert_eq!(starting_time(at(2026), None, None), Ok(at(2026)));
    }

    #[test]
    fn a_wall_clock_far_from_the_newest_entry_is_refused_and_a_near_one_is_not() {
        let behind = microseconds(limits::CLOCK_BEHIND);
        let ahead = microseconds(limits::CLOCK_AHEAD);
        let wall = RecordingTime(NEWEST.0 - behind - SECOND);
        assert_eq!(starting_time(wall, Some(NEWEST), None), Err(ClockRefused::FarBehind { wall, newest: NEWEST }));
        let wall = RecordingTime(NEWEST.0 + ahead + SECOND);
        assert_eq!(starting_time(wall, Some(NEWEST), None), Err(ClockRefused::FarAhead { wall, newest: NEWEST }));
        let wall = RecordingTime(NEWEST.0 + ahead);
        assert_eq!(starting_time(wall, Some(NEWEST), None), Ok(wall));
    }

    #[test]
    fn a_ledger_that_was_idle_for_long_starts_when_the_operator_says_which_day_it_is() {
        let day = |text: &str| Some(text.parse().expect("a day"));
        let newest = Some(at(2026));
        let wall = RecordingTime(at(2026).0 + 184 * 24 * 3600 * SECOND);
        assert_eq!(wall.to_string().get(..10), Some("2026-12-02"));
        assert_eq!(starting_time(wall, newest, None), Err(ClockRefused::FarAhead { wall, newest: at(2026) }));
        assert_eq!(starting_time(wall, newest, day("2026-12-02")), Ok(wall));
        for other in ["2026-12-01", "2026-12-03", "2025-12-02"] {
            let confirmed = other.parse().expect("a day");
            let refused = starting_time(wall, newest, Some(confirmed));
            assert_eq!(refused, Err(ClockRefused::OtherDay { wall, confirmed }));
        }
        let three_weeks = RecordingTime(at(2026).0 + 21 * 24 * 3600 * SECOND);
        assert_eq!(starting_time(three_weeks, newest, None), Ok(three_weeks), "a routine start");
        assert_eq!(starting_time(three_weeks, newest, day("2026-01-01")), Ok(three_weeks), "nobody asks");
    }

    #[test]
    fn no_word_of_the_operator_makes_an_impossible_clock_right() {
        let day = |text: &str| Some(text.parse().expect("a day"));
        for (wall, today) in [(RecordingTime(0), "1970-01-01"), (at(2106), "2106-06-01")] {
            let refused = starting_time(wall, Some(NEWEST), day(today));
            assert_eq!(refused, Err(ClockRefused::Implausible { wall }));
        }
        let wall = RecordingTime(NEWEST.0 - 24 * 3600 * SECOND);
        let refused = starting_time(wall, Some(NEWEST), Some(CivilDate(wall.utc_date().expect("a day"))));
        assert_eq!(refused, Err(ClockRefused::FarBehind { wall, newest: NEWEST }), "recording time never goes back");
    }

    #[test]
    fn a_clock_a_little_behind_starts_at_the_newest_entry() {
        let wall = RecordingTime(NEWEST.0 - 5 * SECOND);
        assert_eq!(starting_time(wall, Some(NEWEST), None), Ok(NEWEST));
    }

    #[test]
    fn a_refusal_says_what_the_clock_said_and_what_to_do() {
        let refused = starting_time(RecordingTime(0), None, None).expect_err("refused").to_string();
        assert!(refused.contains("1970-01-01T00:00:00.000000Z"), "{refused}");
        assert!(refused.contains("set the machine's clock"), "{refused}");
        let ahead = ClockRefused::FarAhead { wall: at(2030), newest: at(2026) }.to_string();
        assert!(ahead.contains("more than 30 days") && ahead.contains("--clock-confirmed-on"), "{ahead}");
    }

    #[test]
    fn a_running_clock_never_goes_back() {
        let clock = RunningClock { started_at: NEWEST, since: Instant::now() };
        let first = clock.now();
        assert!(first >= NEWEST);
        assert!(clock.now() >= first);
    }

    #[test]
    fn a_replayed_clock_stands_where_it_was_set() {
        let clock = ReplayedClock::at(NEWEST);
        clock.clone().advance(Duration::from_secs(2));
        assert_eq!(clock.now(), RecordingTime(NEWEST.0 + 2 * SECOND));
        clock.set(NEWEST);
        assert_eq!(clock.now(), NEWEST);
    }

    #[test]
    fn a_replayed_clock_is_set_forward_only_and_goes_on_from_where_it_stood() {
        let clock = ReplayedClock::at(NEWEST);
        clock.forward_to(RecordingTime(NEWEST.0 + SECOND));
        clock.forward_to(NEWEST);
        assert_eq!(clock.now(), RecordingTime(NEWEST.0 + SECOND), "time never goes back");
        clock.go_on();
        let first = clock.now();
        assert!(first.0 > NEWEST.0 && clock.now() >= first);
    }
}
