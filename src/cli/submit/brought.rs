//! What law remarks since acts entered: asked of the service when all is sent.
//!
//! Promises: nothing that was sent rests on it; where it cannot be told, that is said, and the
//! run ends as it would have. Leaves to others: the remarks (the service).

use std::{sync::Arc, time::Instant};

use prost::Message;

use super::{
    gather::Parcel,
    send::{Outcome, Sender},
};
use crate::{
    authoring::{EnvelopeFile, SignedSubmission},
    cli::fresh_seed,
    client::{Patience, reply::Event},
    domain::Subject,
    limits::{ASKED_ABOUT_WITHIN, SUBMISSIONS_ASKED_ABOUT},
    telemetry::chain,
};

/// Asks about what was accepted in this run; returns what is to be said where not all was.
pub async fn ask(sender: &Arc<Sender>, parcels: &mut [Parcel]) -> Option<String> {
    let until = Instant::now() + ASKED_ABOUT_WITHIN;
    let not_known = |why: String| {
        Some(format!("which legal findings came is not known ({why}): `merestone treaty findings` tells all"))
    };
    let mut asked = 0;
    for parcel in parcels {
        let new = |outcome: &Outcome| matches!(outcome, Outcome::Accepted(accepted) if !accepted.response.repeated);
        if !parcel.outcomes.iter().any(new) {
            continue;
        }
        let file = match EnvelopeFile::read(&parcel.envelope) {
            Ok(file) => file,
            Err(error) => return not_known(chain(&error)),
        };
        for (outcome, signed) in parcel.outcomes.iter_mut().zip(&file.submissions) {
            let Outcome::Accepted(accepted) = outcome else { continue };
            if accepted.response.repeated || !is_of_treaties(signed) {
                continue;
            }
            if asked == SUBMISSIONS_ASKED_ABOUT {
                return Some(format!(
                    "which legal findings came was asked of the first {asked} entries: `merestone treaty findings` tells all"
                ));
            }
            asked += 1;
            let left = until.saturating_duration_since(Instant::now());
            let patience = Patience::new(left, fresh_seed());
            let answer = patience.ask(|| sender.client().check(signed), |_, _| {});
            match tokio::time::timeout(left, answer).await {
                Ok(Ok(answer)) => accepted.brought = Some(answer),
                Ok(Err(error)) => return not_known(chain(&error)),
                Err(_) => return not_known(format!("not all was answered within {ASKED_ABOUT_WITHIN:?}")),
            }
        }
    }
    None
}

/// Whether law can remark on it: it is on a treaty, under one, or on a participant.
fn is_of_treaties(signed: &SignedSubmission) -> bool {
    let subjects = signed.events.iter().filter_map(|bytes| Event::decode(bytes.clone()).ok()?.subject.parse().ok());
    let mut subjects = subjects;
    subjects.any(|subject: Subject| {
        matches!(subject, Subject::Treaty(_) | Subject::Participation(..) | Subject::Participant(_))
    })
}
