//! Envelopes: submissions with their events and sign-offs, and later sign-offs.
//!
//! Checks run from cheap to dear: sizes, then the envelope, then digests, then
//! the events. Field paths start at the request: `envelope.submission.key_id`,
//! `events[3].source.name`.

use std::collections::BTreeSet;

use prost::{Message, bytes::Bytes};

use super::{
    MalformedRule, canonical, event,
    fields::*,
    malformed::{Parsed, Within, malformed},
    proto,
};
use crate::{
    crypto::{KeyId, PayloadType, Signature, sha256},
    domain::{
        Body, Capacity, Entry, Envelope, EnvelopeContent, EnvelopeDigest, Event, EventDigest, LedgerId, PartForm,
        RecordingTime, RegistryBody, Seen, SignOff, Signer, Size, Submission, SubmissionDigest, SubmittedEvents,
        TreeHash, Verdict,
    },
    journal::StoredRecord,
    limits::{ENVELOPE_BYTES, EVENT_BYTES, EVENTS_PER_SUBMISSION, SIGN_OFFS_PER_ENVELOPE, SUBMISSION_BYTES},
};

/// An envelope with its events, well formed; signatures are not yet checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Submitted {
    /// The envelope exactly as received.
    pub envelope_bytes: Bytes,
    /// The events exactly as received.
    pub event_bytes: Vec<Bytes>,
    pub envelope: Envelope,
    /// What was signed: the author's first, then the sign-offs in order.
    pub signed: Vec<SignedBytes>,
}

/// Bytes, the key that they name and the signature over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBytes {
    pub payload: PayloadType,
    pub bytes: Bytes,
    pub key: KeyId,
    pub signature: Signature,
}

impl Submitted {
    /// The sign-offs that came with a submission and that `keep` picks, as an
    /// envelope of later sign-offs; `None` when it picks none.
    pub fn later_sign_offs(&self, keep: impl Fn(&SignOff) -> bool) -> Option<Submitted> {
        let EnvelopeContent::Submission(content) = &self.envelope.content else { return None };
        let of_sign_offs = &self.signed[self.signed.len() - content.sign_offs.len()..];
        let picked: Vec<(&SignOff, &SignedBytes)> =
            content.sign_offs.iter().zip(of_sign_offs).filter(|(sign_off, _)| keep(sign_off)).collect();
        if picked.is_empty() {
            return None;
        }
        let statements: Vec<super::SignedStatement> = picked
            .iter()
            .map(|(_, signed)| super::SignedStatement { bytes: signed.bytes.to_vec(), signature: signed.signature })
            .collect();
        let envelope_bytes = Bytes::from(super::encode_later_sign_offs(&statements));
        let sign_offs = picked.iter().map(|(sign_off, _)| (*sign_off).clone()).collect();
        let content = EnvelopeContent::SignOffs { submission: content.digest, sign_offs };
        let digest = EnvelopeDigest(sha256(&envelope_bytes));
        let signed = picked.into_iter().map(|(_, signed)| signed.clone()).collect();
        Some(Submitted { envelope_bytes, event_bytes: Vec::new(), envelope: Envelope { digest, content }, signed })
    }
}

/// Takes apart what `Submit` received.
pub fn parse_submitted(envelope: Bytes, events: Vec<Bytes>) -> Result<Submitted, super::Malformed> {
    parse(envelope, events, Stage::Final)
}

/// Takes apart what `Check` received: the author's signature may be absent, and
/// is then absent from [`Submitted::signed`] too.
pub fn parse_draft(envelope: Bytes, events: Vec<Bytes>) -> Result<Submitted, super::Malformed> {
    parse(envelope, events, Stage::Draft)
}

/// Takes apart an entry of the journal.
pub fn read_entry(stored: &StoredRecord) -> Result<Entry, super::Malformed> {
    let record = &stored.record;
    let submitted = parse_submitted(record.envelope.clone(), record.events.clone())?;
    Ok(Entry { index: stored.index, recorded_at: record.recorded_at, envelope: submitted.envelope })
}

/// What is read of a stored submission: some of its events.
#[derive(Clone, Debug, PartialEq)]
pub struct EventsAt {
    pub author: Signer,
    /// Each with its number within the submission.
    pub events: Vec<(u16, Event)>,
}

/// The events of an entry of the journal that have these numbers; `None` for later
/// sign-offs. Reads nothing else of the entry: it was taken apart whole when it entered.
pub fn read_events_at(stored: &StoredRecord, ordinals: &BTreeSet<u16>) -> Result<Option<EventsAt>, super::Malformed> {
    let envelope: proto::Envelope = plain("envelope", &stored.record.envelope)?;
    if envelope.submission.is_empty() {
        return Ok(None);
    }
    let header: proto::Submission = plain("envelope.submission", &envelope.submission)?;
    let author = parse_signer(&header.organisation, &header.member, &header.key_id)?;
    let mut events = Vec::with_capacity(ordinals.len());
    for ordinal in ordinals {
        if let Some(bytes) = stored.record.events.get(usize::from(*ordinal)) {
            events.push((*ordinal, event::parse(plain("events", bytes)?)?));
        }
    }
    Ok(Some(EventsAt { author, events }))
}

fn plain<M: Message + Default>(field: &str, bytes: &Bytes) -> Parsed<M> {
    M::decode(bytes.clone()).or_else(|error| malformed(MalformedRule::MessageMustDecode, field, error.to_string()))
}

/// Whether the author's signature may still be missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Draft,
    Final,
}

fn parse(envelope_bytes: Bytes, event_bytes: Vec<Bytes>, stage: Stage) -> Parsed<Submitted> {
    sizes_fit(&envelope_bytes, &event_bytes)?;
    let envelope: proto::Envelope = canonical::decode("Envelope", &envelope_bytes).within("envelope")?;
    let proto::Envelope { submission, signature, sign_offs } = envelope;
    let (mut signed, sign_offs) = parse_sign_offs(sign_offs).within("envelope")?;
    let content = if submission.is_empty() {
        alone(&signature, &sign_offs, &event_bytes)?;
        EnvelopeContent::SignOffs { submission: sign_offs[0].submission, sign_offs }
    } else {
        let submitted = parse_submission(&submission, &event_bytes, sign_offs)?;
        if stage == Stage::Final || !signature.is_empty() {
            let key = submitted.submission.author.key;
            signed.insert(0, author_signature(submission, key, &signature).within("envelope")?);
        }
        EnvelopeContent::Submission(Box::new(submitted))
    };
    let envelope = Envelope { digest: EnvelopeDigest(sha256(&envelope_bytes)), content };
    Ok(Submitted { envelope_bytes, event_bytes, envelope, signed })
}

fn sizes_fit(envelope: &Bytes, events: &[Bytes]) -> Parsed<()> {
    let too_long = |field: String, bytes: usize, limit: usize| {
        let message = format!("shorten {bytes} bytes to at most {limit}");
        malformed(MalformedRule::SizeMustBeWithinLimit, field, message)
    };
    if envelope.len() > ENVELOPE_BYTES {
        return too_long("envelope".to_owned(), envelope.len(), ENVELOPE_BYTES);
    }
    if events.len() > EVENTS_PER_SUBMISSION {
        let message = format!("split {} events into submissions of at most {EVENTS_PER_SUBMISSION}", events.len());
        return malformed(MalformedRule::ListMustBeWithinLimit, "events", message);
    }
    if let Some(at) = events.iter().position(|event| event.len() > EVENT_BYTES) {
        return too_long(format!("events[{at}]"), events[at].len(), EVENT_BYTES);
    }
    let total = envelope.len() + events.iter().map(Bytes::len).sum::<usize>();
    if total > SUBMISSION_BYTES {
        return too_long("events".to_owned(), total, SUBMISSION_BYTES);
    }
    Ok(())
}

/// Checks an envelope without a submission: later sign-offs alone.
fn alone(signature: &Bytes, sign_offs: &[SignOff], events: &[Bytes]) -> Parsed<()> {
    if sign_offs.is_empty() {
        let message = "put a signed submission, or later sign-offs, into the envelope";
        return malformed(MalformedRule::EnvelopeMustHoldSomething, "envelope", message);
    }
    absent("envelope.signature", signature.is_empty(), "leave it out: there is no submission that it could be on")?;
    absent("events", events.is_empty(), "send no events: an envelope of later sign-offs has none")?;
    share_submission(sign_offs, sign_offs[0].submission, Some(sign_offs[0].ledger_id))
}

fn author_signature(bytes: Bytes, key: KeyId, signature: &Bytes) -> Parsed<SignedBytes> {
    let message = "sign the submission with the author's key";
    must(!signature.is_empty(), MalformedRule::SubmissionMustBeSigned, "signature", message)?;
    Ok(SignedBytes { payload: PayloadType::Submission, bytes, key, signature: fixed("signature", signature)? })
}

fn parse_sign_offs(sign_offs: Vec<proto::SignedSignOff>) -> Parsed<(Vec<SignedBytes>, Vec<SignOff>)> {
    let read = |proto::SignedSignOff { statement, signature }| {
        let sign_off = canonical::decode("SignOff", &statement).and_then(parse_sign_off).within("statement")?;
        let signature = fixed("signature", &signature)?;
        let key = sign_off.signer.key;
        Ok((SignedBytes { payload: PayloadType::SignOff, bytes: statement, key, signature }, sign_off))
    };
    let (signed, sign_offs): (Vec<_>, Vec<SignOff>) =
        list_within("sign_offs", sign_offs, SIGN_OFFS_PER_ENVELOPE, read)?.into_iter().unzip();
    match sign_offs.windows(2).position(|pair| pair[0].signer.key >= pair[1].signer.key) {
        Some(at) => malformed(
            MalformedRule::SignOffsMustAscend,
            format!("sign_offs[{}]", at + 1),
            "sort the sign-offs by key id, each key once",
        ),
        None => Ok((signed, sign_offs)),
    }
}

fn parse_sign_off(sign_off: proto::SignOff) -> Parsed<SignOff> {
    let proto::SignOff {
        ledger_id,
        submission_digest,
        organisation,
        member,
        key_id,
        capacity,
        verdict,
        reason,
        accepted_findings,
        signed_at,
    } = sign_off;
    Ok(SignOff {
        ledger_id: LedgerId(fixed("ledger_id", &ledger_id)?),
        submission: SubmissionDigest(fixed("submission_digest", &submission_digest)?),
        signer: parse_signer(&organisation, &member, &key_id)?,
        capacity: pinned("capacity", capacity, Capacity::from_number)?,
        verdict: parse_verdict(verdict, reason)?,
        accepted_findings: texts("accepted_findings", accepted_findings)?,
        signed_at: RecordingTime(signed_at),
    })
}

fn parse_verdict(verdict: i32, reason: String) -> Parsed<Verdict> {
    let known =
        |number| proto::Verdict::try_from(number).ok().filter(|verdict| *verdict != proto::Verdict::Unspecified);
    let verdict = pinned("verdict", verdict, known)?;
    let reason = long_text("reason", reason)?;
    let explained = verdict != proto::Verdict::Decline || !reason.is_empty();
    must(explained, MalformedRule::DeclineMustHaveReason, "reason", "say why the submission is declined")?;
    Ok(match verdict {
        proto::Verdict::Decline => Verdict::Decline { reason },
        proto::Verdict::Withdraw => Verdict::Withdraw { reason },
        proto::Verdict::Approve | proto::Verdict::Unspecified => Verdict::Approve { remark: reason },
    })
}

fn parse_signer(organisation: &str, member: &str, key: &Bytes) -> Parsed<Signer> {
    Ok(Signer {
        organisation: identifier("organisation", organisation)?,
        member: identifier("member", member)?,
        key: KeyId(fixed("key_id", key)?),
    })
}

/// Checks that sign-offs are on this submission and, where it is known, of this ledger.
fn share_submission(sign_offs: &[SignOff], submission: SubmissionDigest, ledger: Option<LedgerId>) -> Parsed<()> {
    let ledger = ledger.unwrap_or(LedgerId(submission.0));
    let agree = sign_offs.iter().all(|sign_off| sign_off.submission == sign_offs[0].submission);
    for (at, sign_off) in sign_offs.iter().enumerate() {
        let (field, message) = if sign_off.submission != submission && agree {
            let message = "take the submission as it was signed off: the sign-offs are over other bytes, so this \
                           submission was changed after they were given, or they belong to another one";
            ("submission_digest", message)
        } else if sign_off.submission != submission {
            ("submission_digest", "put sign-offs on different submissions into different envelopes")
        } else if sign_off.ledger_id != ledger {
            ("ledger_id", "name the ledger of the submission; for a founding submission its own digest")
        } else {
            continue;
        };
        let field = format!("envelope.sign_offs[{at}].statement.{field}");
        return malformed(MalformedRule::SignOffsMustShareSubmission, field, message);
    }
    Ok(())
}

fn parse_submission(bytes: &Bytes, event_bytes: &[Bytes], sign_offs: Vec<SignOff>) -> Parsed<SubmittedEvents> {
    let submission: Submission =
        canonical::decode("Submission", bytes).and_then(parse_header).within("submission").within("envelope")?;
    let digest = SubmissionDigest(sha256(bytes));
    share_submission(&sign_offs, digest, submission.ledger_id)?;
    match_digests(&submission.event_digests, event_bytes)?;
    let events = event_bytes
        .iter()
        .enumerate()
        .map(|(at, bytes)| canonical::decode("Event", bytes).and_then(event::parse).within_item("events", at))
        .collect::<Parsed<Vec<Event>>>()?;
    ids_differ(&events)?;
    founding_stands_alone(&submission, &events)?;
    Ok(SubmittedEvents { digest, submission, events, sign_offs })
}

fn parse_header(submission: proto::Submission) -> Parsed<Submission> {
    let proto::Submission {
        ledger_id,
        id,
        organisation,
        member,
        key_id,
        signed_at,
        event_digests,
        seen,
        require_unmoved,
    } = submission;
    let ledger_id = (!ledger_id.is_empty()).then(|| fixed("ledger_id", &ledger_id).map(LedgerId)).transpose()?;
    Ok(Submission {
        ledger_id,
        id: identifier("id", &id)?,
        author: parse_signer(&organisation, &member, &key_id)?,
        signed_at: RecordingTime(signed_at),
        event_digests: list_within("event_digests", event_digests, EVENTS_PER_SUBMISSION, |digest| {
            fixed("", &digest).map(EventDigest)
        })?,
        seen: seen.map(|seen| parse_seen(seen).within("seen")).transpose()?,
        require_unmoved,
    })
}

fn parse_seen(seen: proto::Seen) -> Parsed<Seen> {
    let proto::Seen { size, root } = seen;
    Ok(Seen { size: Size(size), root: TreeHash(fixed("root", &root)?) })
}

/// Checks that the events are those that the submission commits to, in order.
fn match_digests(digests: &[EventDigest], events: &[Bytes]) -> Parsed<()> {
    let field = "envelope.submission.event_digests";
    must(!digests.is_empty(), MalformedRule::SubmissionMustHaveEvents, field, "submit at least one event")?;
    if digests.len() != events.len() {
        let message = format!("send the {} events of the submission's digests, not {}", digests.len(), events.len());
        return malformed(MalformedRule::EventsMustMatchDigests, "events", message);
    }
    match digests.iter().zip(events).position(|(digest, event)| digest.0 != sha256(event)) {
        Some(at) => malformed(
            MalformedRule::EventsMustMatchDigests,
            format!("events[{at}]"),
            "send the bytes whose SHA-256 stands in the submission, in its order",
        ),
        None => Ok(()),
    }
}

fn ids_differ(events: &[Event]) -> Parsed<()> {
    let mut seen = std::collections::HashSet::with_capacity(events.len());
    match events.iter().position(|event| !seen.insert(event.id)) {
        Some(at) => malformed(
            MalformedRule::EventIdsMustDiffer,
            format!("events[{at}].id"),
            "give every event of the submission an id of its own",
        ),
        None => Ok(()),
    }
}

/// The founding is the only event of the only submission without a ledger id.
fn founding_stands_alone(submission: &Submission, events: &[Event]) -> Parsed<()> {
    let founds = |event: &Event| matches!(event.body, Body::Registry(RegistryBody::LedgerFounded(_)));
    let rule = MalformedRule::FoundingMustStandAlone;
    if submission.ledger_id.is_some() {
        return match events.iter().position(founds) {
            Some(at) => malformed(
                rule,
                format!("events[{at}]"),
                "leave the founding out: it stands alone in a submission without ledger id",
            ),
            None => Ok(()),
        };
    }
    let [founding] = events else {
        return malformed(rule, "events", "found the ledger with one event, in a submission of its own");
    };
    let message = "name the ledger; only a founding submission has no ledger id";
    must(founds(founding), rule, "envelope.submission.ledger_id", message)?;
    match founding.parts.iter().position(|part| part.content.form() != PartForm::Open) {
        Some(at) => malformed(
            MalformedRule::FoundingMustBeOpen,
            format!("events[0].parts[{at}].form"),
            "make the part open: everything about the founding is",
        ),
        None => Ok(()),
    }
}
