//! When a call is made again: a submission with the same bytes, so that nothing
//! doubles.

use std::{future::Future, time::Duration};

use backon::{ExponentialBuilder, Retryable, Sleeper, TokioSleeper};

use super::{ClientError, MustAct};

/// The first wait; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait, also when a server asks for a longer one.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// How long a call is made again while the ledger is busy or away.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    total: Duration,
    seed: u64,
}

impl Patience {
    /// Waits of `total` together, each lengthened by chance up to twice, so that
    /// clients that were turned away together do not come back together.
    pub fn new(total: Duration, seed: u64) -> Self {
        Self { total, seed }
    }

    /// Calls until there is an answer, a no that another call would only get
    /// again, or no patience left. `waiting` hears of each wait.
    pub async fn ask<T, F: Future<Output = Result<T, ClientError>>>(
        &self,
        call: impl FnMut() -> F,
        waiting: impl FnMut(&ClientError, Duration),
    ) -> Result<T, ClientError> {
        self.ask_with(TokioSleeper, call, waiting).await
    }

    async fn ask_with<T, F: Future<Output = Result<T, ClientError>>>(
        &self,
        sleeper: impl Sleeper,
        call: impl FnMut() -> F,
        waiting: impl FnMut(&ClientError, Duration),
    ) -> Result<T, ClientError> {
        let waits = ExponentialBuilder::new()
            .with_min_delay(FIRST_WAIT)
            .with_max_delay(LONGEST_WAIT)
            .without_max_times()
            .with_total_delay(Some(self.total))
            .with_jitter()
            .with_jitter_seed(self.seed);
        let asked_for = |error: &ClientError, wait: Option<Duration>| {
            wait.map(|wait| wait.max(retry_after(error).unwrap_or_default()).min(LONGEST_WAIT))
        };
        call.retry(waits).sleep(sleeper).when(may_pass).adjust(asked_for).notify(waiting).await
    }
}

/// Whether the same call may be answered later without anybody doing anything.
fn may_pass(error: &ClientError) -> bool {
    match error {
        ClientError::Unreachable { .. } | ClientError::Interrupted(_) => true,
        ClientError::Address(..) | ClientError::Certificate { .. } => false,
        ClientError::Refused(refused) => match refused.must_act {
            MustAct::Later => true,
            // A halted ledger waits for its operator, not for time to pass.
            MustAct::Operator => refused.reason != "Halted",
            MustAct::Developer | MustAct::KeyHolder | MustAct::Partner | MustAct::Asker | MustAct::Unknown => false,
        },
    }
}

fn retry_after(error: &ClientError) -> Option<Duration> {
    match error {
        ClientError::Refused(refused) => refused.retry_after,
        ClientError::Address(..)
        | ClientError::Certificate { .. }
        | ClientError::Unreachable { .. }
        | ClientError::Interrupted(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::HashMap, future::ready};

    use tonic::{Code, Status};
    use tonic_types::{ErrorDetails, StatusExt};

    use super::*;

    fn status(code: Code, reason: &str, wait: Option<Duration>) -> Status {
        let mut details = ErrorDetails::with_error_info(reason, "merestone", HashMap::new());
        details.set_retry_info(wait);
        Status::with_error_details(code, reason, details)
    }

    /// The waits until the call is given up.
    async fn waits(total: u64, seed: u64, no: impl Fn() -> Status) -> Vec<Duration> {
        let waits = RefCell::new(Vec::new());
        let patience = Patience::new(Duration::from_secs(total), seed);
        let sleep = |_: Duration| ready(());
        let call = || ready(Err::<(), _>(ClientError::from(no())));
        let asked = patience.ask_with(sleep, call, |_, wait| waits.borrow_mut().push(wait)).await;
        asked.expect_err("it always says no");
        waits.into_inner()
    }

    #[tokio::test]
    async fn a_ledger_that_is_away_is_asked_ever_more_rarely_and_not_for_ever() {
        let waits = waits(60, 7, || status(Code::Unavailable, "ShuttingDown", None)).await;
        assert!(waits.len() > 6 && waits.iter().sum::<Duration>() <= Duration::from_secs(60), "{waits:?}");
        assert!(waits[0] >= FIRST_WAIT && waits[0] < FIRST_WAIT * 2, "{waits:?}");
        assert!(waits.windows(2).take(4).all(|pair| pair[0] < pair[1]), "{waits:?}");
    }

    #[tokio::test]
    async fn two_clients_that_are_turned_away_together_come_back_at_different_times() {
        let busy = || status(Code::ResourceExhausted, "Busy", None);
        assert_ne!(waits(10, 1, busy).await, waits(10, 2, busy).await);
    }

    #[tokio::test]
    async fn a_busy_ledger_is_asked_again_when_it_said_but_within_reason() {
        let waits_for = async |seconds| {
            waits(1, 7, || status(Code::ResourceExhausted, "Busy", Some(Duration::from_secs(seconds)))).await[0]
        };
        assert_eq!(waits_for(3).await, Duration::from_secs(3));
        assert_eq!(waits_for(3_600).await, LONGEST_WAIT);
    }

    #[tokio::test]
    async fn a_rejection_and_a_halt_are_told_at_once() {
        for (code, reason) in [
            (Code::FailedPrecondition, "KeyMustBeActive"),
            (Code::InvalidArgument, "TextMustBeNfc"),
            (Code::Unauthenticated, "SignatureMustVerify"),
            (Code::Unavailable, "Halted"),
        ] {
            assert_eq!(waits(60, 7, || status(code, reason, None)).await, [] as [Duration; 0], "{reason}");
        }
    }

    #[tokio::test]
    async fn an_answer_ends_the_waiting() {
        let mut left = 3;
        let call = || {
            left -= 1;
            ready(if left == 0 { Ok("receipt") } else { Err(Status::unavailable("").into()) })
        };
        let patience = Patience::new(Duration::from_secs(60), 7);
        assert_eq!(patience.ask_with(|_: Duration| ready(()), call, |_, _| {}).await.expect("answered"), "receipt");
    }
}
