//! A ledger to measure: one founder that may record in the country XX.

use super::{BenchError, load::Author};
use crate::{
    authoring::{Freshness, Post, fresh_event},
    crypto::SigningKey,
    domain::*,
    founding::{self, FoundingPlan, FoundingPost},
    limits,
    server::{self, Directory},
    wire::proto::SubmitRequest,
};

/// Founds a ledger in an empty directory. The request that comes with the author
/// grants the mandate to record and is to be submitted first.
pub async fn found(
    directory: &Directory,
    now: RecordingTime,
    randomness: &(dyn Fn(&mut [u8]) + Sync),
) -> Result<(Author, SubmitRequest), BenchError> {
    let mut randomness = |bytes: &mut [u8]| randomness(bytes);
    let mut fresh = Freshness { now, randomness: &mut randomness };
    let [key, checkpoint_key] = [(); 2].map(|()| fresh_key(&mut fresh));
    let post = Post {
        organisation: "measured-desk".parse().expect("an identifier"),
        member: "recorder-1".parse().expect("an identifier"),
        key,
    };
    let operator = FoundingPost {
        post: post.clone(),
        organisation_name: "Measured desk".into(),
        organisation_type: OrganisationType::Desk,
        country: xx(),
        title: "Recorder".into(),
    };
    let origin = "example.org/measured".into();
    let plan = FoundingPlan { origin, profile: CharterProfile::Solo, operator, others: Vec::new() };
    let founding = founding::build(&plan, checkpoint_key, &mut fresh).expect("one founder founds a solo ledger");
    let ledger = server::found(directory, founding, limits::SEGMENT_BYTES).await?;
    let author = Author { ledger, post };
    let mandate = mandate(&author, &mut fresh);
    Ok((author, mandate))
}

fn fresh_key(fresh: &mut Freshness<'_>) -> SigningKey {
    let mut seed = [0; 32];
    (fresh.randomness)(&mut seed);
    SigningKey::from_seed(&seed)
}

fn mandate(author: &Author, fresh: &mut Freshness<'_>) -> SubmitRequest {
    let mandate = Mandate {
        mandate_type: MandateType::RecordMinefields,
        treaties: Scope::Listed(Vec::new()),
        countries: Scope::Listed(vec![xx()]),
        since: None,
        until: None,
        basis: "".into(),
    };
    let body = Body::Registry(RegistryBody::MandateGranted(MandateGranted { mandate }));
    let subject = Subject::Organisation(author.post.organisation.clone());
    author.submission(vec![fresh_event(subject, body, fresh)], fresh)
}

pub(super) fn xx() -> CountryCode {
    "XX".parse().expect("the user-assigned code is well formed")
}
