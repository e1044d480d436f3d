//! A ledger to measure: one founder that may record in the country XX.

use prost::bytes::Bytes;

use super::{BenchError, load::Author};
use crate::{
    crypto::SigningKey,
    domain::*,
    limits,
    server::{self, Directory, Founding},
    wire::proto::SubmitRequest,
};

/// Founds a ledger in an empty directory. The request that comes with the author
/// grants the mandate to record and is to be submitted first.
pub async fn found(
    directory: &Directory,
    now: RecordingTime,
    randomness: &(dyn Fn(&mut [u8]) + Sync),
) -> Result<(Author, SubmitRequest), BenchError> {
    let [key, checkpoint_key] = [(); 2].map(|()| fresh_key(randomness));
    let mut author = Author { ledger: None, key };
    let body = founded(&author, &checkpoint_key, randomness);
    let event = author.event(Subject::Ledger, Body::Registry(body), now, randomness);
    let SubmitRequest { envelope, events } = author.submission(&[event], now, randomness);
    let event = events.into_iter().next().map(Vec::from).expect("one event was signed");
    let founding = Founding { envelope: Bytes::into(envelope), event, checkpoint_key };
    author.ledger = Some(server::found(directory, founding, limits::SEGMENT_BYTES).await?);
    let mandate = mandate(&author, now, randomness);
    Ok((author, mandate))
}

fn fresh_key(randomness: &(dyn Fn(&mut [u8]) + Sync)) -> SigningKey {
    let mut seed = [0; 32];
    randomness(&mut seed);
    SigningKey::from_seed(&seed)
}

fn founded(author: &Author, checkpoint: &SigningKey, randomness: &(dyn Fn(&mut [u8]) + Sync)) -> RegistryBody {
    let Signer { organisation, member, .. } = author.signer();
    let mut entropy = [0; 32];
    randomness(&mut entropy);
    let founder = Founder {
        organisation: organisation.clone(),
        organisation_name: "Measured desk".into(),
        organisation_type: OrganisationType::Desk,
        country: xx(),
        member,
        post: "Recorder".into(),
        roles: vec![Role::Recorder, Role::Administrator],
        key: author.key.public().clone(),
    };
    RegistryBody::LedgerFounded(Box::new(LedgerFounded {
        entropy,
        origin: "example.org/measured".into(),
        checkpoint_key: checkpoint.public().clone(),
        founders: vec![founder],
        charter: charter(organisation),
    }))
}

fn charter(operator: OrganisationId) -> Charter {
    Charter {
        profile: CharterProfile::Solo,
        policy: PolicyNumber(1),
        operator,
        admission_threshold: 1,
        charter_threshold: 1,
        enrolment_threshold: 1,
        late_work_grace_days: 30,
        public_tiles: false,
        witnesses: Vec::new(),
        sign_offs: SignOffRules::of(CharterProfile::Solo),
    }
}

fn mandate(author: &Author, now: RecordingTime, randomness: &(dyn Fn(&mut [u8]) + Sync)) -> SubmitRequest {
    let mandate = Mandate {
        mandate_type: MandateType::RecordMinefields,
        treaties: Scope::Listed(Vec::new()),
        countries: Scope::Listed(vec![xx()]),
        since: None,
        until: None,
        basis: "".into(),
    };
    let body = Body::Registry(RegistryBody::MandateGranted(MandateGranted { mandate }));
    let event = author.event(Subject::Organisation(author.signer().organisation), body, now, randomness);
    author.submission(&[event], now, randomness)
}

pub(super) fn xx() -> CountryCode {
    "XX".parse().expect("the user-assigned code is well formed")
}
