//! Sending: several files at once, bounded in number and bytes, each until it is
//! answered.

use std::{
    fs,
    future::Future,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use indicatif::ProgressBar;
use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    gather::Parcel,
    receipts::{keep_receipt, verify_receipt},
};
use crate::{
    authoring::{EnvelopeFile, SignedSubmission},
    cli::{Exit, Failure, exit::exit_of},
    client::{
        Client, ClientError, Founded, MustAct, Patience, ReceiptFor, Untrusted, ledger_of,
        reply::{CheckResponse, SubmissionState, SubmitResponse},
    },
    domain::TreeHead,
    limits::{SENT_AT_ONCE, SENT_BYTES_AT_ONCE},
    policy::RejectionRule,
    telemetry::chain,
};

/// What became of a submission.
#[derive(Debug)]
pub enum Outcome {
    NotSent,
    /// Recorded, now or before; the receipt was verified and kept.
    Accepted(Box<Accepted>),
    /// The ledger's no, or no answer.
    Refused(ClientError),
    /// It could not be read, or its receipt not be verified or kept.
    Failed(Failure),
}

/// A submission that the ledger holds.
#[derive(Debug)]
pub struct Accepted {
    pub response: SubmitResponse,
    /// The checkpoint of its receipt.
    pub head: TreeHead,
    /// How it stands after the run, as the service says; absent where it did not.
    pub state: Option<SubmissionState>,
    /// What law remarks since, as the service says; absent where it was not asked.
    pub brought: Option<CheckResponse>,
}

impl Outcome {
    /// The entry of what was accepted.
    fn index(&self) -> Option<u64> {
        match self {
            Self::Accepted(accepted) => Some(accepted.response.receipt.as_ref()?.index),
            Self::NotSent | Self::Refused(_) | Self::Failed(_) => None,
        }
    }
}

/// Sends parcels to one ledger.
#[derive(Debug)]
pub struct Sender {
    client: Client,
    founded: Founded,
    patience: Patience,
    bar: ProgressBar,
    /// Kilobytes of envelope files that may still be read.
    room: Semaphore,
    /// Nothing more is sent: the ledger is away, or is not to be trusted.
    stopped: AtomicBool,
}

/// Submissions of one envelope file that are to be sent in this pass.
struct Job {
    parcel: usize,
    envelope: PathBuf,
    /// Places in the file, with the files of their receipts.
    open: Vec<(usize, PathBuf)>,
}

impl Sender {
    pub fn new(client: Client, founded: Founded, patience: Patience, bar: ProgressBar) -> Arc<Self> {
        let (room, stopped) = (Semaphore::new(SENT_BYTES_AT_ONCE / KILOBYTE), AtomicBool::new(false));
        Arc::new(Self { client, founded, patience, bar, room, stopped })
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn founded(&self) -> &Founded {
        &self.founded
    }

    /// Sends everything; what a rule rejected is sent again while a pass accepts
    /// anything, because the rule may have waited for what was accepted.
    pub async fn send_all(self: &Arc<Self>, parcels: &mut [Parcel]) {
        loop {
            let jobs: Vec<Job> = parcels.iter().enumerate().filter_map(|(at, parcel)| job(at, parcel)).collect();
            let mut accepted = 0;
            let sent = jobs.into_iter().map(|job| Arc::clone(self).send(job));
            at_once(sent, |(parcel, outcomes)| {
                for (at, outcome) in outcomes {
                    accepted += usize::from(matches!(outcome, Outcome::Accepted(_)));
                    parcels[parcel].outcomes[at] = outcome;
                }
            })
            .await;
            let stopped = self.stopped.load(Ordering::Relaxed);
            if stopped || accepted == 0 || parcels.iter().enumerate().all(|(at, parcel)| job(at, parcel).is_none()) {
                return self.bar.finish_and_clear();
            }
        }
    }

    /// The checkpoints of all receipts, each once, in order of size.
    pub fn heads(&self, parcels: &[Parcel]) -> Vec<TreeHead> {
        let mut heads: Vec<TreeHead> = parcels
            .iter()
            .flat_map(|parcel| &parcel.outcomes)
            .filter_map(|outcome| match outcome {
                Outcome::Accepted(accepted) => Some(accepted.head),
                Outcome::NotSent | Outcome::Refused(_) | Outcome::Failed(_) => None,
            })
            .collect();
        heads.sort_by_key(|head| (head.size, *head.root.as_bytes()));
        heads.dedup();
        heads
    }

    /// Asks how each accepted submission stands: being recorded is not yet being in effect.
    /// What entered has entered, so no answer is no failure.
    pub async fn ask_states(self: &Arc<Self>, parcels: &mut [Parcel]) {
        let entries = parcels.iter().enumerate().flat_map(|(parcel, it)| {
            it.outcomes.iter().enumerate().filter_map(move |(at, outcome)| Some(((parcel, at), outcome.index()?)))
        });
        let entries: Vec<_> = entries.collect();
        let asked = entries.into_iter().map(|(place, index)| {
            let sender = Arc::clone(self);
            async move { (place, sender.client.sign_offs_after(&ReceiptFor::Index(index), index).await) }
        });
        at_once(asked, |((parcel, at), answer)| {
            if let (Outcome::Accepted(accepted), Ok(answer)) = (&mut parcels[parcel].outcomes[at], answer) {
                accepted.state = answer.state;
            }
        })
        .await;
    }

    /// Proves that heads lie on one history, each continued by the next and the
    /// last by the newest.
    pub async fn prove_one_history(
        self: &Arc<Self>,
        mut heads: Vec<TreeHead>,
        newest: TreeHead,
    ) -> Result<(), Untrusted> {
        heads.push(newest);
        let pairs: Vec<_> = heads.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let proofs = pairs.into_iter().map(|(older, newer)| {
            let sender = Arc::clone(self);
            async move { sender.client.one_history(older, newer).await }
        });
        let mut first = Ok(());
        at_once(proofs, |proved| first = std::mem::replace(&mut first, Ok(())).and(proved)).await;
        first
    }

    async fn send(self: Arc<Self>, job: Job) -> (usize, Vec<(usize, Outcome)>) {
        let bytes = fs::metadata(&job.envelope).map_or(0, |metadata| metadata.len());
        let kilobytes =
            (usize::try_from(bytes).unwrap_or(usize::MAX) / KILOBYTE + 1).min(SENT_BYTES_AT_ONCE / KILOBYTE);
        let kilobytes = u32::try_from(kilobytes).expect("the room is smaller");
        let _room = self.room.acquire_many(kilobytes).await.expect("it is never closed");
        let file = match EnvelopeFile::read(&job.envelope) {
            Ok(file) => file,
            Err(error) => {
                let failed = |(at, _)| (at, Outcome::Failed(Failure::new(Exit::Usage, chain(&error))));
                return (job.parcel, job.open.into_iter().map(failed).collect());
            }
        };
        let mut outcomes = Vec::with_capacity(job.open.len());
        for (at, receipt) in job.open {
            let outcome = match file.submissions.get(at) {
                Some(signed) => self.send_one(signed, &receipt).await,
                None => Outcome::Failed(Failure::usage("the envelope file changed while it was sent")),
            };
            outcomes.push((at, outcome));
        }
        (job.parcel, outcomes)
    }

    async fn send_one(&self, signed: &SignedSubmission, receipt: &Path) -> Outcome {
        if self.stopped.load(Ordering::Relaxed) {
            return Outcome::NotSent;
        }
        if let Some(other) = ledger_of(&signed.envelope).filter(|ledger| *ledger != self.founded.ledger) {
            let sentence = format!("it is signed for the ledger {other}, the service keeps {}", self.founded.ledger);
            return Outcome::Failed(Failure::new(Exit::VerificationFailed, sentence));
        }
        let waiting = |error: &ClientError, _| self.bar.set_message(format!("waiting: {error}"));
        let outcome = match self.patience.ask(|| self.client.submit(signed), waiting).await {
            Ok(response) => self.accept(signed, response, receipt).await,
            Err(error) => Outcome::Refused(error),
        };
        self.bar.set_message("");
        self.note(&outcome);
        outcome
    }

    /// Verifies the receipt and keeps it.
    async fn accept(&self, signed: &SignedSubmission, response: SubmitResponse, file: &Path) -> Outcome {
        let verified = match verify_receipt(&self.client, &self.founded, signed, &response).await {
            Ok(verified) => verified,
            Err(failure) => return Outcome::Failed(failure),
        };
        let (receipt, head) = verified;
        let (file, verifier) = (file.to_owned(), self.founded.verifier.clone());
        let kept = tokio::task::spawn_blocking(move || keep_receipt(&file, &receipt, &verifier)).await;
        match kept.expect("keeping a receipt does not panic") {
            Ok(()) => Outcome::Accepted(Box::new(Accepted { response, head, state: None, brought: None })),
            Err(Failure { exit, cause }) => {
                let index = response.receipt.map(|receipt| receipt.index).unwrap_or_default();
                Outcome::Failed(Failure::new(exit, format!("recorded at {index}, but {cause}")))
            }
        }
    }

    /// Counts, and stops everything when nothing more can or should be sent.
    fn note(&self, outcome: &Outcome) {
        let stop = match outcome {
            Outcome::Refused(error) => exit_of(error) == Exit::UnreachableOrBusy,
            Outcome::Failed(failure) => failure.exit == Exit::VerificationFailed,
            Outcome::Accepted(_) | Outcome::NotSent => false,
        };
        if stop {
            self.stopped.store(true, Ordering::Relaxed);
        }
        if matches!(outcome, Outcome::Accepted(_)) {
            self.bar.inc(1);
        }
    }
}

const KILOBYTE: usize = 1024;

/// What of a parcel is worth sending, if anything is.
fn job(at: usize, parcel: &Parcel) -> Option<Job> {
    let open = parcel.outcomes.iter().zip(&parcel.receipts).enumerate();
    let open: Vec<_> = open
        .filter(|(_, (outcome, _))| is_worth_sending(outcome))
        .map(|(place, (_, receipt))| (place, receipt.clone()))
        .collect();
    (!open.is_empty()).then(|| Job { parcel: at, envelope: parcel.envelope.clone(), open })
}

/// Whether what was accepted meanwhile could change the answer.
fn is_worth_sending(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::NotSent => true,
        Outcome::Refused(ClientError::Refused(refused)) => {
            refused.must_act == MustAct::Partner || refused.reason == RejectionRule::KeyMustBeEnrolled.code()
        }
        Outcome::Refused(_) | Outcome::Accepted(_) | Outcome::Failed(_) => false,
    }
}

/// Runs jobs, a bounded number at once, and hands over each result as it comes.
async fn at_once<T, F>(jobs: impl Iterator<Item = F>, mut done: impl FnMut(T))
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut running = JoinSet::new();
    for job in jobs {
        if running.len() == SENT_AT_ONCE {
            done(next(&mut running).await);
        }
        running.spawn(job);
    }
    while !running.is_empty() {
        done(next(&mut running).await);
    }
}

async fn next<T: 'static>(running: &mut JoinSet<T>) -> T {
    running.join_next().await.expect("one is running").expect("a job neither panics nor is cancelled")
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, sync::atomic::AtomicUsize};

    use tonic::{Code, Status};
    use tonic_types::{ErrorDetails, StatusExt};

    use super::*;

    #[test]
    fn only_a_rejection_by_a_rule_is_worth_another_pass() {
        let refused = |code, reason: &str| {
            let details = ErrorDetails::with_error_info(reason, "merestone", HashMap::new());
            is_worth_sending(&Outcome::Refused(Status::with_error_details(code, "", details).into()))
        };
        assert!(is_worth_sending(&Outcome::NotSent));
        assert!(refused(Code::FailedPrecondition, "MandateMustCover"));
        assert!(refused(Code::Unauthenticated, "KeyMustBeEnrolled"), "the enrolment may be in another file");
        assert!(!refused(Code::Unauthenticated, "SignatureMustVerify"));
        assert!(!refused(Code::InvalidArgument, "TextMustBeNfc"));
        assert!(!is_worth_sending(&Outcome::Failed(Failure::usage("spoiled"))));
    }

    #[tokio::test]
    async fn never_more_jobs_run_at_once_than_the_limit_and_all_are_done() {
        let (most, running) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let jobs = (0..SENT_AT_ONCE * 3).map(|job| {
            let (most, running) = (Arc::clone(&most), Arc::clone(&running));
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                running.fetch_sub(1, Ordering::Relaxed);
                job
            }
        });
        let mut done = Vec::new();
        at_once(jobs, |job| done.push(job)).await;
        done.sort_unstable();
        assert_eq!(done, (0..SENT_AT_ONCE * 3).collect::<Vec<_>>());
        assert!(most.load(Ordering::Relaxed) <= SENT_AT_ONCE);
    }
}
