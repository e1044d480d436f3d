//! From what the ledger holds to the messages of the contract.

use crate::{
    checkpoint::Receipt,
    domain::{Finding, KeyEnding, MandateType, OrganisationStanding, Scope, TreeHash},
    journal::StoredRecord,
    limits,
    projections::{HoldsAt, KeyState, MandateState, MemberState, OrganisationState},
    wire::{proto, timestamp},
};
use prost::bytes::Bytes;

/// Bytes of a message field.
pub fn bytes(bytes: impl AsRef<[u8]>) -> Bytes {
    Bytes::copy_from_slice(bytes.as_ref())
}

pub fn hashes(hashes: &[TreeHash]) -> Vec<Bytes> {
    hashes.iter().map(|hash| bytes(hash.as_bytes())).collect()
}

pub fn receipt(receipt: &Receipt) -> proto::Receipt {
    proto::Receipt {
        index: receipt.index.0,
        recorded_at: Some(timestamp(receipt.recorded_at)),
        envelope_digest: bytes(receipt.envelope.as_bytes()),
        inclusion_proof: hashes(&receipt.proof),
        checkpoint: receipt.checkpoint.clone(),
    }
}

pub fn finding(finding: &Finding) -> proto::Finding {
    let Finding { code, ordinal, field, message } = finding;
    proto::Finding {
        code: code.name().into(),
        ordinal: u32::from(*ordinal),
        field: field.to_string(),
        message: message.to_string(),
    }
}

pub fn entry(stored: StoredRecord) -> proto::Entry {
    let StoredRecord { index, record, checkpoint } = stored;
    proto::Entry {
        index: index.0,
        recorded_at: Some(timestamp(record.recorded_at)),
        envelope: record.envelope,
        events: record.events,
        checkpoint: checkpoint.unwrap_or_default(),
        state: None,
    }
}

pub fn holds_at(holds: HoldsAt, root: TreeHash) -> proto::HoldsAt {
    proto::HoldsAt {
        size: holds.size.0,
        recorded_at: holds.recorded_at.map(timestamp),
        policy: holds.policy.map_or(0, |policy| policy.0),
        profile: holds.profile.map_or(0, |profile| profile.number()),
        root: root.as_bytes().to_vec().into(),
        shortened: Vec::new(),
    }
}

pub fn organisation(state: &OrganisationState) -> proto::Organisation {
    let (standing, successor) = match &state.standing {
        OrganisationStanding::Active => (proto::OrganisationStanding::Active, String::new()),
        OrganisationStanding::Suspended => (proto::OrganisationStanding::Suspended, String::new()),
        OrganisationStanding::Succeeded { by } => (proto::OrganisationStanding::Succeeded, by.to_string()),
    };
    proto::Organisation {
        id: state.id.to_string(),
        name: state.name.to_string(),
        r#type: state.organisation_type.number(),
        country: state.country.to_string(),
        admitted_index: state.admitted.index.0,
        members: state.members.iter().map(member).collect(),
        mandates: state.mandates.iter().map(mandate).collect(),
        founder: state.founder,
        standing: standing.into(),
        successor,
        verifiers: state.verifiers.iter().map(ToString::to_string).collect(),
    }
}

fn member(state: &MemberState) -> proto::Member {
    proto::Member {
        id: state.id.to_string(),
        post: state.post.to_string(),
        roles: state.roles.iter().map(|role| role.number()).collect(),
        keys: state.keys.iter().map(key).collect(),
        enrolled_index: state.enrolled.index.0,
    }
}

fn key(state: &KeyState) -> proto::Key {
    let ending = state.ended.map(|ended| ended.ending);
    proto::Key {
        id: bytes(state.key.id().as_bytes()),
        public_key: state.key.to_spki().into(),
        enrolled_index: state.enrolled.index.0,
        ending: match ending {
            None => proto::KeyEnding::Unspecified,
            Some(KeyEnding::Retired) => proto::KeyEnding::Retired,
            Some(KeyEnding::Compromised { .. }) => proto::KeyEnding::Compromised,
        }
        .into(),
        ended_index: state.ended.map_or(0, |ended| ended.position.index.0),
        ended_at: state.ended.map(|ended| timestamp(ended.recorded_at)),
        compromised_since: ending.and_then(|ending| match ending {
            KeyEnding::Retired => None,
            KeyEnding::Compromised { since } => Some(timestamp(since)),
        }),
    }
}

fn mandate(state: &MandateState) -> proto::Mandate {
    let mandate = &state.mandate;
    proto::Mandate {
        r#type: MandateType::number(mandate.mandate_type),
        treaties: scope(&mandate.treaties),
        countries: scope(&mandate.countries),
        since: mandate.since.map(|date| date.to_string()).unwrap_or_default(),
        until: mandate.until.map(|date| date.to_string()).unwrap_or_default(),
        basis: mandate.basis.to_string(),
        granted_index: state.granted.index.0,
    }
}

fn scope<T: ToString>(scope: &Scope<T>) -> Vec<String> {
    match scope {
        Scope::All => vec!["*".into()],
        Scope::Listed(items) => items.iter().map(ToString::to_string).collect(),
    }
}

/// What the service takes at the most.
pub fn limits() -> proto::Limits {
    proto::Limits {
        envelope_bytes: limits::ENVELOPE_BYTES as u64,
        event_bytes: limits::EVENT_BYTES as u64,
        events_per_submission: limits::EVENTS_PER_SUBMISSION as u32,
        submission_bytes: limits::SUBMISSION_BYTES as u64,
    }
}
