//! What a submission states and how it stands, for a person: on 80 columns.

use serde_json::Value;

use crate::{
    cli::{
        block::{Block, fields},
        output::{instant, short_name},
    },
    client::{
        reply::{LeftOutSignOff, SubmissionClass, SubmissionState, SubmissionStatus, Verdict},
        to_json,
    },
    domain::{Capacity, SignOff, SubmittedEvents},
};

/// Columns of what is shown before signing.
pub const WIDTH: u16 = 80;

/// Whether it is in effect, in a few words.
pub fn state_in_words(state: &SubmissionState) -> String {
    let at = state.decided_index;
    match state.status() {
        SubmissionStatus::Waiting => format!("waits for {}", missing_in_words(state)),
        SubmissionStatus::Effective => in_effect(state),
        SubmissionStatus::Lapsed => format!("lapsed at {at}: {}", state.rule),
        SubmissionStatus::Expired => {
            format!("lapsed: not all signed by {}", instant(state.waits_until.as_ref()))
        }
        SubmissionStatus::Declined => format!("declined at {at}"),
        SubmissionStatus::Withdrawn => format!("withdrawn at {at} by its author"),
        SubmissionStatus::Unspecified => "the service did not say".into(),
    }
}

fn in_effect(state: &SubmissionState) -> String {
    let since =
        if state.decided_index == state.index { String::new() } else { format!(" since {}", state.decided_index) };
    match state.class() {
        SubmissionClass::States if state.verified => format!("effective, verified at {}", state.verified_index),
        SubmissionClass::States => "effective, unverified".into(),
        SubmissionClass::Eases
        | SubmissionClass::Transfers
        | SubmissionClass::Governs
        | SubmissionClass::Unspecified => format!("effective{since}"),
    }
}

/// The capacities that are missing, with what they must cover.
pub fn missing_in_words(state: &SubmissionState) -> String {
    let missing = state.missing.iter().map(|missing| {
        let mut words = capacity_name(missing.capacity);
        if missing.count > 1 {
            words = format!("{} times {words}", missing.count);
        }
        if missing.concern.is_empty() { words } else { format!("{words} for {}", missing.concern) }
    });
    missing.collect::<Vec<_>>().join(", ")
}

pub fn capacity_name(number: i32) -> String {
    Capacity::from_number(number).map_or_else(|| "unknown".into(), |capacity| capacity.name().replace('_', " "))
}

/// A sign-off that came with bytes which are on record, and may not enter.
pub fn left_out_in_words(left_out: &LeftOutSignOff) -> String {
    let LeftOutSignOff { organisation, member, capacity, refusal } = left_out;
    let why = refusal.as_ref().map(|refusal| format!("{}: {}", refusal.reason, refusal.message)).unwrap_or_default();
    format!("left out: the sign-off of {organisation}/{member} as {}, {why}", capacity_name(*capacity))
}

/// How it stands, in full: as the service says.
pub fn state_blocks(state: &SubmissionState) -> Vec<Block> {
    let mut shown = vec![
        ("state".to_owned(), state_in_words(state)),
        ("class".to_owned(), short_name(state.class().as_str_name(), "SUBMISSION_CLASS_")),
    ];
    let changes = state.events.iter().flat_map(|event| &event.changes);
    shown.extend(changes.map(|change| ("would change".to_owned(), change.clone())));
    shown.extend(state.missing.iter().map(|missing| ("missing".to_owned(), missing.message.clone())));
    if state.status() == SubmissionStatus::Waiting && state.waits_until.is_some() {
        shown.push(("waits until".to_owned(), instant(state.waits_until.as_ref())));
    }
    shown.extend(state.statements.iter().map(|said| {
        let capacity = capacity_name(said.capacity);
        let verdict = verdict_word(said.verdict());
        let reason = if said.reason.is_empty() { String::new() } else { format!(": {}", said.reason) };
        let who = format!("{}/{}", said.organisation, said.member);
        (format!("at {}", said.index), format!("{who} {verdict} as {capacity}{reason}"))
    }));
    shown.extend(state.authorities.iter().map(|word| {
        let said = match word.verdict() {
            Verdict::Unspecified | Verdict::Withdraw => "has not spoken".to_owned(),
            verdict @ (Verdict::Approve | Verdict::Decline) => format!("{} at {}", verdict_word(verdict), word.index),
        };
        ("authority".to_owned(), format!("{} for {}: {said}", word.organisation, word.concern))
    }));
    shown.extend(state.findings.iter().map(|finding| {
        ("finding".to_owned(), format!("{} (event {}): {}", finding.code, finding.ordinal + 1, finding.message))
    }));
    shown.extend(state.open_to.iter().map(|open| {
        let capacities: Vec<_> = open.capacities.iter().map(|capacity| capacity_name(*capacity)).collect();
        ("can sign".to_owned(), format!("{}/{} as {}", open.organisation, open.member, capacities.join(", ")))
    }));
    vec![fields(shown.iter().map(|(name, value)| (name.as_str(), value.clone())))]
}

fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "approved",
        Verdict::Decline => "declined",
        Verdict::Withdraw => "withdrew",
        Verdict::Unspecified => "said nothing",
    }
}

/// What a submission states, from its bytes: `readable` is their JSON.
pub fn content_blocks(content: &SubmittedEvents, readable: &str) -> Vec<Block> {
    let author = &content.submission.author;
    let mut header = vec![
        ("digest", content.digest.to_string()),
        ("author", format!("{}/{}", author.organisation, author.member)),
        ("signed at", format!("{} (the author's claim)", content.submission.signed_at)),
        ("events", content.events.len().to_string()),
    ];
    header.extend(content.sign_offs.iter().map(|sign_off| ("signed off", sign_off_line(sign_off))));
    let json: Value = serde_json::from_str(readable).unwrap_or_default();
    let events = json["events"].as_array().cloned().unwrap_or_default();
    let each = content.events.iter().zip(&events).enumerate().map(|(at, (event, json))| {
        let mut lines = vec![(format!("event {}", at + 1), format!("{} on {}", event.kind(), event.subject))];
        flatten("", json, &mut lines);
        fields(lines.iter().map(|(name, value)| (name.as_str(), value.clone())))
    });
    std::iter::once(fields(header)).chain(each).collect()
}

fn sign_off_line(sign_off: &SignOff) -> String {
    let signer = &sign_off.signer;
    format!("{}/{} as {}", signer.organisation, signer.member, sign_off.capacity.name().replace('_', " "))
}

/// Fields of an event as lines, with what is within in dots. The nonce says nothing.
fn flatten(path: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| !(path.is_empty() && hidden(name))) {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&path, value, lines);
            }
        }
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            lines.push((path.to_owned(), items.join(", ")));
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                flatten(&format!("{path}[{}]", at + 1), item, lines);
            }
        }
        scalar => lines.push((path.to_owned(), plain(scalar))),
    }
}

/// What stands in the line above already, or is there for the hash alone.
fn hidden(name: &str) -> bool {
    matches!(name, "nonce" | "subject")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The state for a script.
pub fn state_json(state: &SubmissionState) -> Value {
    to_json("SubmissionState", state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::MissingSignOff;

    fn state(status: SubmissionStatus, class: SubmissionClass) -> SubmissionState {
        SubmissionState { index: 4, status: status.into(), class: class.into(), ..SubmissionState::default() }
    }

    #[test]
    fn a_state_says_in_a_few_words_whether_it_is_in_effect_and_for_whom_it_waits() {
        let words = |state: &SubmissionState| state_in_words(state);
        let states =
            SubmissionState { decided_index: 4, ..state(SubmissionStatus::Effective, SubmissionClass::States) };
        assert_eq!(words(&states), "effective, unverified");
        let verified = SubmissionState { verified: true, verified_index: 7, ..states };
        assert_eq!(words(&verified), "effective, verified at 7");
        let eased = SubmissionState { decided_index: 9, ..state(SubmissionStatus::Effective, SubmissionClass::Eases) };
        assert_eq!(words(&eased), "effective since 9");
        let missing = |capacity, concern: &str| MissingSignOff {
            capacity,
            count: 1,
            concern: concern.into(),
            message: String::new(),
        };
        let missing = vec![missing(1, ""), missing(3, "the country XX")];
        let waits = SubmissionState { missing, ..state(SubmissionStatus::Waiting, SubmissionClass::Eases) };
        assert_eq!(words(&waits), "waits for verifier, national authority for the country XX");
    }

    #[test]
    fn an_event_is_told_field_by_field_without_its_nonce() {
        let json = serde_json::json!({"id": "a", "nonce": "x", "land_released": {"parcels": ["P1", "P2"], "area": [{"m2": 3}]}});
        let mut lines = Vec::new();
        flatten("", &json, &mut lines);
        let text: Vec<String> = lines.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(text, ["id=a", "land_released.parcels=P1, P2", "land_released.area[1].m2=3"]);
    }
}
