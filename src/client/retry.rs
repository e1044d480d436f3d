//! When a submission is sent again: the same bytes, so that nothing doubles.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::limits::RETRY_AFTER;

/// Times that a busy ledger is asked again: with the usual delay, ten seconds.
const BUSY_ATTEMPTS: u32 = 40;
/// Times that an unavailable ledger is asked again: 0.1 s doubling, about six seconds.
const UNAVAILABLE_ATTEMPTS: u32 = 6;
/// The longest wait that a server can ask for.
const LONGEST: Duration = Duration::from_secs(30);

/// How long to wait before the next attempt; `None`: give up and tell.
/// `attempt` counts from 0.
pub fn delay_before_retry(status: &Status, attempt: u32) -> Option<Duration> {
    match status.code() {
        Code::ResourceExhausted if attempt < BUSY_ATTEMPTS => {
            let asked = status.get_details_retry_info().and_then(|info| info.retry_delay);
            Some(asked.unwrap_or(RETRY_AFTER).min(LONGEST))
        }
        Code::Unavailable if attempt < UNAVAILABLE_ATTEMPTS => Some(Duration::from_millis(100 << attempt)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn a_busy_ledger_is_asked_again_when_it_said() {
        let details = ErrorDetails::with_retry_info(Some(Duration::from_millis(70)));
        let busy = Status::with_error_details(Code::ResourceExhausted, "queue full", details);
        assert_eq!(delay_before_retry(&busy, 0), Some(Duration::from_millis(70)));
        assert_eq!(delay_before_retry(&busy, BUSY_ATTEMPTS), None);
        assert_eq!(delay_before_retry(&Status::resource_exhausted(""), 0), Some(RETRY_AFTER));
    }

    #[test]
    fn an_unavailable_ledger_is_asked_ever_more_rarely_and_a_rejection_never_again() {
        let waits: Vec<_> = (0..7).map_while(|n| delay_before_retry(&Status::unavailable(""), n)).collect();
        assert_eq!(waits.len(), 6);
        assert!(waits.windows(2).all(|pair| pair[0] * 2 == pair[1]));
        assert_eq!(delay_before_retry(&Status::failed_precondition(""), 0), None);
        assert_eq!(delay_before_retry(&Status::invalid_argument(""), 0), None);
    }
}
