//! From drafted events to signed envelopes.

use prost::bytes::Bytes;

use super::{AuthoringError, Drafted, Problem, expand::fresh_uuid, signing::seal};
use crate::{
    crypto::{SigningKey, sha256},
    domain::{
        EventDigest, LedgerId, MemberId, OrganisationId, RecordingTime, Seen, SignOffClass, Signer, Submission,
        SubmissionId,
    },
    limits::{EVENTS_PER_SUBMISSION, SUBMISSION_BYTES},
    wire::parse_submitted,
};

/// What every submission of a run says about its author.
#[derive(Clone, Debug)]
pub struct Header {
    /// Absent only for a founding submission.
    pub ledger: Option<LedgerId>,
    pub organisation: OrganisationId,
    pub member: MemberId,
    pub seen: Option<Seen>,
    pub require_unmoved: bool,
}

/// An envelope with its events, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedSubmission {
    /// Bytes of an `Envelope`.
    pub envelope: Bytes,
    /// Bytes of each `Event`, in the order of the submission's digests.
    pub events: Vec<Bytes>,
}

/// Parts events into submissions within the limits, in their order. What waits for
/// sign-offs by its kind stands apart, so that it holds up no warning.
pub fn split(drafted: Vec<Drafted>) -> Vec<Vec<Drafted>> {
    // An event costs its digest (34 bytes) and framing too; 64 bytes cover both.
    const PER_EVENT: usize = 64;
    let mut submissions: Vec<Vec<Drafted>> = Vec::new();
    let mut room = 0;
    for event in drafted {
        let needed = event.bytes.len() + PER_EVENT;
        let fits = |last: &Vec<Drafted>| last.len() < EVENTS_PER_SUBMISSION && needed <= room;
        let alike = |last: &Vec<Drafted>| last.last().is_some_and(|other| waits(other) == waits(&event));
        match submissions.last_mut().filter(|last| fits(last) && alike(last)) {
            Some(last) => {
                last.push(event);
                room -= needed;
            }
            None => {
                submissions.push(vec![event]);
                room = (SUBMISSION_BYTES - 1024).saturating_sub(needed);
            }
        }
    }
    submissions
}

/// The class of the event's kind, if events of it wait for sign-offs.
fn waits(event: &Drafted) -> Option<SignOffClass> {
    Some(event.kind.row().class).filter(|class| class.waits())
}

/// Signs events as one submission.
pub fn sign(
    header: &Header,
    events: &[Drafted],
    key: &SigningKey,
    now: RecordingTime,
    randomness: &mut dyn FnMut(&mut [u8]),
) -> SignedSubmission {
    let Header { ledger, organisation, member, seen, require_unmoved } = header.clone();
    let submission = Submission {
        ledger_id: ledger,
        id: SubmissionId(fresh_uuid(now, randomness)),
        author: Signer { organisation, member, key: key.public().id() },
        signed_at: now,
        event_digests: events.iter().map(|event| EventDigest(sha256(&event.bytes))).collect(),
        seen,
        require_unmoved,
    };
    let bytes = events.iter().map(|event| Bytes::copy_from_slice(&event.bytes)).collect();
    seal(&submission, key, bytes, |_| Vec::new())
}

/// Checks that the ledger can read what was signed, before anything is sent or
/// kept: dates, lengths, fields that belong together.
pub fn check_form(file: &str, signed: &SignedSubmission, events: &[Drafted]) -> Result<(), AuthoringError> {
    parse_submitted(signed.envelope.clone(), signed.events.clone()).map(|_| ()).map_err(|malformed| {
        let (item, field) = place_of(&malformed.field, events);
        AuthoringError { file: file.to_owned(), item, field, problem: Problem::NotWellFormed(malformed) }
    })
}

/// Item and field of `events[3].source.name`; anything else is the header's.
fn place_of(field: &str, events: &[Drafted]) -> (usize, String) {
    let inner = field.strip_prefix("events[").and_then(|rest| rest.split_once(']'));
    let event = inner.and_then(|(at, rest)| Some((events.get(at.parse::<usize>().ok()?)?, rest)));
    match event {
        Some((event, rest)) => (event.item, rest.trim_start_matches('.').to_owned()),
        None => (events.first().map_or(0, |event| event.item), field.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::{
        crypto::PayloadType,
        domain::{EventId, Kind, Subject},
        wire::proto,
    };

    fn event(bytes: usize) -> Drafted {
        event_of("record_opened", bytes)
    }

    fn event_of(kind: &str, bytes: usize) -> Drafted {
        let id: EventId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().expect("an id");
        let kind = Kind::from_name(kind).expect("a kind");
        Drafted { item: 1, id, kind, subject: Subject::Ledger, bytes: vec![1; bytes], withheld: vec![] }
    }

    #[test]
    fn events_are_split_at_a_thousand_and_at_the_size_of_a_message() {
        let lengths = |events: Vec<Drafted>| split(events).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(lengths(vec![event(10); 2_001]), [1_000, 1_000, 1]);
        assert_eq!(lengths(vec![event(250_000); 20]), [16, 4]);
        assert_eq!(lengths(vec![]), [] as [usize; 0]);
    }

    #[test]
    fn what_eases_is_split_from_what_warns() {
        let kinds = ["position_surveyed", "land_released", "land_released", "record_opened", "area_cleared"];
        let parted = split(kinds.iter().map(|kind| event_of(kind, 10)).collect());
        assert_eq!(parted.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2, 2]);
    }

    #[test]
    fn an_envelope_holds_the_signed_bytes_with_the_digests_in_order() {
        let key = SigningKey::from_seed(&[7; 32]);
        let header = Header {
            ledger: Some(LedgerId([9; 32])),
            organisation: "lv-desk".parse().expect("an id"),
            member: "recorder-1".parse().expect("an id"),
            seen: None,
            require_unmoved: false,
        };
        let events = [event(3), event(4)];
        let signed = sign(&header, &events, &key, RecordingTime(1_780_000_000_000_000), &mut |bytes| bytes.fill(5));
        let envelope = proto::Envelope::decode(signed.envelope.clone()).expect("an envelope");
        assert_eq!(envelope.encode_to_vec(), signed.envelope, "canonical");
        let signature = envelope.signature.as_ref().try_into().expect("64 bytes");
        assert_eq!(key.public().verify(PayloadType::Submission, &envelope.submission, signature), Ok(()));
        let submission = proto::Submission::decode(envelope.submission.clone()).expect("a submission");
        assert_eq!(submission.encode_to_vec(), envelope.submission, "canonical");
        assert_eq!(submission.event_digests, [sha256(&[1; 3]).to_vec(), sha256(&[1; 4]).to_vec()]);
        assert_eq!(submission.ledger_id, vec![9; 32]);
    }
}
