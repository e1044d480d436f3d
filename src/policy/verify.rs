//! Signatures against the registry. Form was checked before; whether the signer
//! may do this is decided later.

use crate::{
    crypto::{PublicKey, SignatureInvalid},
    domain::{Body, EnvelopeContent, KeyId, RegistryBody},
    wire::Submitted,
};

use super::{Registry, Rejection, RejectionRule};

/// A parsed envelope all of whose signatures are strictly valid under keys that
/// are in the registry, or, for the founding, in the founding event.
#[derive(Debug)]
pub struct Verified(Submitted);

impl Verified {
    /// What was verified.
    pub fn submitted(&self) -> &Submitted {
        &self.0
    }

    /// What was verified, by value.
    pub fn into_submitted(self) -> Submitted {
        self.0
    }
}

/// Why an envelope is not verified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// A key is in no registry.
    #[error(transparent)]
    UnknownKey(Rejection),
    /// A signature is not valid: the key holder must act.
    #[error("the signature in {field} by key {key} is not valid for these bytes: sign them again with that key")]
    Signature { field: String, key: KeyId, source: SignatureInvalid },
}

/// Verifies every signature of an envelope strictly.
pub fn verify(submitted: Submitted, registry: &Registry) -> Result<Verified, Unverified> {
    signatures_hold(&submitted, registry)?;
    Ok(Verified(submitted))
}

/// The same for somebody who keeps the envelope whatever comes out.
pub fn signatures_hold(submitted: &Submitted, registry: &Registry) -> Result<(), Unverified> {
    for (at, signed) in submitted.signed.iter().enumerate() {
        let field = field_of(submitted, at);
        let Some(key) = key_for(signed.key, submitted, registry) else {
            let field = key_field_of(&field);
            let message = format!("no registry of this ledger holds the key {}", signed.key);
            return Err(Unverified::UnknownKey(Rejection::new(RejectionRule::KeyMustBeEnrolled, field, message)));
        };
        key.verify(signed.payload, &signed.bytes, &signed.signature).map_err(|source| Unverified::Signature {
            field,
            key: signed.key,
            source,
        })?;
    }
    Ok(())
}

fn key_for<'a>(id: KeyId, submitted: &'a Submitted, registry: &'a Registry) -> Option<&'a PublicKey> {
    registry.key(id).map(|state| &state.key).or_else(|| founder_key(id, submitted))
}

/// The founding submission carries the keys that sign it.
fn founder_key(id: KeyId, submitted: &Submitted) -> Option<&PublicKey> {
    let EnvelopeContent::Submission(content) = &submitted.envelope.content else { return None };
    let [event] = content.events.as_slice() else { return None };
    let Body::Registry(RegistryBody::LedgerFounded(founded)) = &event.body else { return None };
    founded.founders.iter().map(|founder| &founder.key).find(|key| key.id() == id)
}

/// Where the key stands whose signature stands at `signature`.
fn key_field_of(signature: &str) -> String {
    match signature.strip_suffix(".signature") {
        Some("envelope") | None => "envelope.submission.key_id".into(),
        Some(sign_off) => format!("{sign_off}.statement.key_id"),
    }
}

fn field_of(submitted: &Submitted, at: usize) -> String {
    let with_author = matches!(submitted.envelope.content, EnvelopeContent::Submission(_));
    match (with_author, at) {
        (true, 0) => "envelope.signature".into(),
        (true, at) => format!("envelope.sign_offs[{}].signature", at - 1),
        (false, at) => format!("envelope.sign_offs[{at}].signature"),
    }
}
