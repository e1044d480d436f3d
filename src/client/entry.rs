//! What an entry of a replay is, in a few words. Nothing is verified: that is
//! the audit's work.

use prost::Message;
use serde_json::Value;

use crate::{
    crypto::sha256,
    domain::{Index, Kind, LedgerId, SubmissionDigest},
    journal::{Record, StoredRecord},
    wire::{
        proto::{Entry, Envelope, SignOff, Submission},
        recording_time, to_json,
    },
};

/// Author and events of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntrySummary {
    /// `organisation/member`; empty for an entry of later sign-offs.
    pub author: String,
    /// Kind and subject of each event.
    pub events: Vec<(String, String)>,
}

/// Reads an entry as far as it can be read.
pub fn summary_of(entry: &Entry) -> EntrySummary {
    let envelope = Envelope::decode(entry.envelope.clone()).unwrap_or_default();
    let submission = Submission::decode(envelope.submission).unwrap_or_default();
    let author = match (submission.organisation.as_str(), submission.member.as_str()) {
        ("", _) => String::new(),
        (organisation, member) => format!("{organisation}/{member}"),
    };
    EntrySummary { author, events: entry.events.iter().map(|event| kind_and_subject(event)).collect() }
}

/// The ledger that an envelope is signed for, as far as it can be read.
pub fn ledger_of(envelope: &[u8]) -> Option<LedgerId> {
    let Envelope { submission, sign_offs, .. } = Envelope::decode(envelope).ok()?;
    let ledger = match sign_offs.first() {
        Some(signed) if submission.is_empty() => SignOff::decode(signed.statement.clone()).ok()?.ledger_id,
        _ => Submission::decode(submission).ok()?.ledger_id,
    };
    LedgerId::from_slice(&ledger)
}

/// SHA-256 of the submission in an envelope; `None` when it holds only sign-offs.
pub fn submission_digest(envelope: &[u8]) -> Option<SubmissionDigest> {
    let submission = Envelope::decode(envelope).ok()?.submission;
    (!submission.is_empty()).then(|| SubmissionDigest(sha256(&submission)))
}

/// The entry as a journal stores it; `None` when its recording time is none.
pub fn stored_record(entry: Entry) -> Option<StoredRecord> {
    let recorded_at = entry.recorded_at.as_ref().and_then(recording_time)?;
    let record = Record { recorded_at, envelope: entry.envelope, events: entry.events };
    let checkpoint = Some(entry.checkpoint).filter(|checkpoint| !checkpoint.is_empty());
    Some(StoredRecord { index: Index(entry.index), record, checkpoint })
}

fn kind_and_subject(event: &[u8]) -> (String, String) {
    let json = to_json("Event", event).unwrap_or(Value::Null);
    let kind = json.as_object().and_then(|fields| fields.keys().find(|key| Kind::from_name(key).is_some()));
    let subject = json["subject"].as_str().unwrap_or_default();
    (kind.cloned().unwrap_or_else(|| "unreadable".to_owned()), subject.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::from_json;

    #[test]
    fn a_summary_names_author_kind_and_subject() {
        let event = serde_json::json!({"subject": "ledger", "charter_adopted": {"charter": {}}});
        let submission =
            Submission { organisation: "lv-desk".into(), member: "recorder-1".into(), ..Submission::default() };
        let envelope = Envelope { submission: submission.encode_to_vec().into(), ..Envelope::default() };
        let events = vec![from_json("Event", &event).expect("an event").into(), vec![0xff].into()];
        let entry = Entry { envelope: envelope.encode_to_vec().into(), events, ..Entry::default() };
        let summary = summary_of(&entry);
        assert_eq!(summary.author, "lv-desk/recorder-1");
        assert_eq!(summary.events[0], ("charter_adopted".to_owned(), "ledger".to_owned()));
        assert_eq!(summary.events[1].0, "unreadable");
    }
}
