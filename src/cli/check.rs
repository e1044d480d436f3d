//! `check FILE`: what would be signed, and what the ledger would decide now.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use serde_json::{Value, json};

use super::{
    Exit, Failure, Global, author, author::Authored, block::Block, fresh_seed, output::Output,
    sign_off::left_out_in_words, treaty_findings::in_words,
};
use crate::{
    authoring::{EnvelopeFile, SignedSubmission},
    client::{
        Client, Patience,
        reply::{ChangedFinding, CheckResponse, FindingUnderTreaty, LegalFinding},
        to_json,
    },
};

/// How long a dry run comes back to a ledger that is busy with others.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub struct Arguments {
    /// Authoring file or envelope file.
    file: PathBuf,
    #[command(flatten)]
    author: author::AuthorArguments,
}

pub async fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let client = global.connect().await?;
    let patience = Patience::new(PATIENCE, fresh_seed());
    let mut answers = Vec::new();
    for signed in submissions(arguments, global, &client).await? {
        answers.push(patience.ask(|| client.check(&signed), |_, _| {}).await?);
    }
    let results: Vec<Value> = answers.iter().map(|answer| to_json("CheckResponse", answer)).collect();
    output.show_list(&json!({ "results": results }), "results", || {
        answers.iter().map(|answer| Block::Text(readable(answer))).collect()
    })?;
    let rejected = |answer: &CheckResponse| answer.refusal.is_some() || !answer.left_out.is_empty();
    Ok(if answers.iter().any(rejected) { Exit::Rejected } else { Exit::Done })
}

async fn submissions(
    arguments: &Arguments,
    global: &Global,
    client: &Client,
) -> Result<Vec<SignedSubmission>, Failure> {
    if EnvelopeFile::is_name(&arguments.file) {
        let file = EnvelopeFile::read(&arguments.file).map_err(|error| Failure::new(Exit::Usage, error))?;
        return Ok(file.submissions);
    }
    let founded = arguments.author.founded(client).await?;
    let mut author = arguments.author.online(global, client, founded.ledger).await?;
    let authored = Authored::read(&arguments.file)?;
    author.names.note_registered(&authored.items);
    Ok(author.sign(&authored)?.0)
}

/// The readable form, the decision and the remarks, as text.
fn readable(answer: &CheckResponse) -> String {
    let json: Result<Value, _> = serde_json::from_str(&answer.readable);
    let mut text = json.map(|json| format!("{json:#}")).unwrap_or_else(|_| answer.readable.clone());
    text.push_str(if answer.signature_valid { "\n\nsignature: valid" } else { "\n\nsignature: absent or not valid" });
    match &answer.refusal {
        None => text.push_str("\ndecision: it would be accepted now"),
        Some(refusal) => {
            let field = if refusal.field.is_empty() { String::new() } else { format!(" ({})", refusal.field) };
            text.push_str(&format!("\ndecision: rejected, {}{field}: {}", refusal.reason, refusal.message));
        }
    }
    for finding in &answer.findings {
        text.push_str(&format!("\nfinding: event {}, {}: {}", finding.ordinal + 1, finding.code, finding.message));
    }
    let mut legal = String::new();
    for found in &answer.legal_findings {
        legal.push_str(&format!("\nlegal finding: {}", legal_finding(answer, found)));
    }
    for found in &answer.legal_findings_gone {
        legal.push_str(&format!("\nlegal finding that would go: {}", legal_finding(answer, found)));
    }
    for changed in &answer.legal_findings_changed {
        legal.push_str(&format!("\nlegal finding that would change: {}", changed_finding(answer, changed, "would be")));
    }
    text.push_str(&as_draft(&legal, answer.index));
    if answer.legal_findings_cut {
        text.push_str("\nlegal finding: there may be more, as it bears on more than are looked at");
    }
    answer.left_out.iter().for_each(|left_out| text.push_str(&format!("\n{}", left_out_in_words(left_out))));
    text
}

/// Words in which the entry that a draft would be is called what it is now.
fn as_draft(text: &str, index: u64) -> String {
    let entry = format!("entry {index}");
    let mut pieces = text.split(&entry);
    let mut told = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        // Not the beginning of a longer number.
        told.push_str(if piece.starts_with(|next: char| next.is_ascii_digit()) { &entry } else { "this draft" });
        told.push_str(piece);
    }
    told
}

/// A remark of law on an event of the draft, on one that is on record, or on the treaty.
pub fn legal_finding(answer: &CheckResponse, found: &FindingUnderTreaty) -> String {
    on_its_event(answer, &found.finding.clone().unwrap_or_default(), (&found.treaty_name, &found.participant_names))
}

/// What a finding says, and, each on a line of its own, what it says instead.
pub fn changed_finding(answer: &CheckResponse, changed: &ChangedFinding, verb: &str) -> String {
    let told = |finding| on_its_event(answer, finding, (&changed.treaty_name, &changed.participant_names));
    let was: Vec<String> = changed.was.iter().map(told).collect();
    let now = changed.now.iter().map(|finding| format!("\n  which {verb}: {}", told(finding)));
    format!("{}{}", was.join("\n  and: "), now.collect::<String>())
}

fn on_its_event(
    answer: &CheckResponse,
    finding: &LegalFinding,
    (treaty, participants): (&String, &[String]),
) -> String {
    let on =
        finding.event.as_ref().and_then(|event| event.position.as_ref()).map(|at| match at.index == answer.index {
            true => format!("event {}, ", at.ordinal + 1),
            false => format!("entry {}, ", at.index),
        });
    let who = [treaty].into_iter().chain(participants).cloned().collect::<Vec<_>>().join(", ");
    format!("{}{}; {who}", on.unwrap_or_default(), in_words(finding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::{CitedEvent, EventPosition, Refusal};

    #[test]
    fn a_check_tells_what_would_be_signed_and_decided() {
        let refusal = Refusal {
            reason: "KeyMustBeActive".into(),
            field: "key_id".into(),
            message: "it ended".into(),
            ..Refusal::default()
        };
        let answer = CheckResponse { readable: "{\"a\":1}".into(), refusal: Some(refusal), ..CheckResponse::default() };
        let text = readable(&answer);
        assert!(text.starts_with("{\n  \"a\": 1\n}"), "{text}");
        assert!(text.ends_with("decision: rejected, KeyMustBeActive (key_id): it ended"), "{text}");
    }

    #[test]
    fn the_entry_that_a_draft_would_be_is_called_the_draft() {
        let text = "as a desk states in entry 103 (event 1), beside entry 10 and entry 1031; entry 103, event 2";
        let told = "as a desk states in this draft (event 1), beside entry 10 and entry 1031; this draft, event 2";
        assert_eq!(as_draft(text, 103), told);
        assert_eq!(as_draft("without entry 12", 103), "without entry 12");
    }

    #[test]
    fn what_law_would_remark_is_told_with_the_event_that_it_is_on() {
        let found = |index, ordinal, code: &str| FindingUnderTreaty {
            treaty_name: "APMBC".into(),
            participant_names: vec!["Poland".into()],
            finding: Some(LegalFinding {
                assuming: Vec::new(),
                code: code.into(),
                event: Some(CitedEvent {
                    position: Some(EventPosition { index, ordinal, ..EventPosition::default() }),
                    verified: false,
                }),
                article: "20".into(),
                message: "no reasons".into(),
            }),
            ..FindingUnderTreaty::default()
        };
        let legal_findings = vec![found(40, 1, "reasons_missing"), found(12, 0, "second_open_withdrawal")];
        let legal_findings_gone = vec![found(12, 0, "notice_too_early")];
        let of = |index, ordinal| found(index, ordinal, "accession_by_signatory");
        let legal_findings_changed = vec![ChangedFinding {
            treaty_name: "APMBC".into(),
            participant_names: vec!["Poland".into()],
            was: of(12, 0).finding.into_iter().collect(),
            now: of(40, 0).finding.into_iter().collect(),
            ..ChangedFinding::default()
        }];
        let answer = CheckResponse { index: 40, legal_findings, legal_findings_gone, ..CheckResponse::default() };
        let text = readable(&CheckResponse { legal_findings_changed, ..answer });
        let told = [
            "decision: it would be accepted now",
            "legal finding: event 2, reasons_missing: no reasons (Article 20); APMBC, Poland",
            "legal finding: entry 12, second_open_withdrawal: no reasons (Article 20); APMBC, Poland",
            "legal finding that would go: entry 12, notice_too_early: no reasons (Article 20); APMBC, Poland",
            "legal finding that would change: entry 12, accession_by_signatory: no reasons (Article 20); APMBC, Poland",
            "  which would be: event 1, accession_by_signatory: no reasons (Article 20); APMBC, Poland",
        ];
        assert!(text.ends_with(&told.join("\n")), "{text}");
    }
}
