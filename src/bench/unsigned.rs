//! Entries as the fold sees them, without signatures: for measuring the read models alone.

use crate::{
    crypto::KeyId,
    domain::*,
    projections::{FoldedEntry, ReadModelError, ReadModels},
};

/// A post of an organisation, as entries name it.
pub fn signer(organisation: &str) -> Signer {
    let (organisation, member) = (organisation.parse().expect("an id"), "recorder-1".parse().expect("an id"));
    Signer { organisation, member, key: KeyId([0; 32]) }
}

/// An event with an id of its own and nothing beside its body and parts.
pub fn event(id: u64, subject: Subject, body: Body, parts: Vec<Part>) -> Event {
    Event {
        id: EventId(uuid::Uuid::from_u128(u128::from(id))),
        nonce: [0; 16],
        subject,
        based_on: Vec::new(),
        act: None,
        occurred: None,
        source: None,
        parts,
        not_stated: Vec::new(),
        documents: Vec::new(),
        body,
    }
}

/// An entry of one event, recorded 80 microseconds after the one before.
pub fn entry(index: u64, author: Signer, event: Event) -> Entry {
    let submission = Submission {
        ledger_id: None,
        id: SubmissionId(uuid::Uuid::from_u128(u128::from(index))),
        author,
        signed_at: RecordingTime(0),
        event_digests: Vec::new(),
        seen: None,
        require_unmoved: false,
    };
    let digest = SubmissionDigest([0; 32]);
    let submitted = SubmittedEvents { digest, submission, events: vec![event], sign_offs: Vec::new() };
    let content = EnvelopeContent::Submission(Box::new(submitted));
    Entry {
        index: Index(index),
        recorded_at: recorded_at(index),
        envelope: Envelope { digest: EnvelopeDigest([0; 32]), content },
    }
}

/// When an entry was recorded.
pub fn recorded_at(index: u64) -> RecordingTime {
    RecordingTime(1_780_000_000_000_000 + index * 80)
}

/// Folds entries, so many in a step, and writes everything out.
pub fn fold(models: &ReadModels, entries: &[Entry], step: usize) -> Result<(), ReadModelError> {
    for entries in entries.chunks(step) {
        let folded: Vec<_> =
            entries.iter().map(|entry| FoldedEntry { entry, findings: &[], sign_offs: None }).collect();
        let size = entries.last().expect("chunks are not empty").index.size_with();
        models.apply(&folded, TreeHead { size, root: TreeHash::EMPTY })?;
    }
    models.flush()
}
