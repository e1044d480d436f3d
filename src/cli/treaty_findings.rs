//! `treaty findings`: what law remarks on the acts of all participants, in order of the
//! entries that it is on, and how often each code stands there.

use std::collections::BTreeMap;

use clap::Args;

use super::{
    DayArguments, Failure,
    block::{Block, sentences, table},
    output::{Output, day_known},
    treaty_status::{entry, on_day, told_of},
};
use crate::client::{
    About, Client, KnownAt,
    reply::{FindingUnderTreaty, FindingsResponse, HoldsAt, LegalFinding},
    to_json,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Only under this treaty (id or short name).
    treaty: Option<String>,
    /// Only of this participant (id or name).
    #[arg(long)]
    participant: Option<String>,
    /// Only this code of docs/findings.md, e.g. reasons_missing; several times for more.
    #[arg(long = "code", value_name = "CODE")]
    codes: Vec<String>,
    #[command(flatten)]
    day: DayArguments,
}

/// Asks and shows; returns what the answer holds for.
pub async fn show(client: &Client, arguments: &Arguments, output: &Output) -> Result<Option<HoldsAt>, Failure> {
    let Arguments { treaty, participant, codes, day } = arguments;
    let at = day.at.map(|at| at.to_string()).unwrap_or_default();
    let about = About {
        treaty: treaty.as_deref().unwrap_or_default(),
        participant: participant.as_deref().unwrap_or_default(),
    };
    let answer = client.treaty_findings(about, codes, &on_day(day, &at)).await?;
    let json = to_json("FindingsResponse", &answer);
    output.show_list(&json, "findings", || shown(&answer, day.read.known_at))?;
    Ok(answer.holds_at)
}

/// Names of participants that are told one by one; of more, how many.
const NAMED: usize = 3;

fn shown(answer: &FindingsResponse, known_at: Option<KnownAt>) -> Vec<Block> {
    let FindingsResponse { at, findings, .. } = answer;
    let known = day_known(known_at, answer.holds_at.as_ref());
    let told = match findings.len() {
        0 => "Nothing is remarked".to_owned(),
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    };
    let mut blocks = vec![sentences(None, [format!("{told} for {at}, as known on {known}.")])];
    if !findings.is_empty() {
        let several = findings.windows(2).any(|pair| pair[0].treaty != pair[1].treaty);
        blocks.push(table(["entry", "who", "finding"], findings.iter().map(|found| row(found, several))));
        blocks.push(counts(findings));
    }
    blocks
}

fn row(found: &FindingUnderTreaty, several: bool) -> [String; 3] {
    let finding = found.finding.clone().unwrap_or_default();
    let mut who = match found.participant_names.as_slice() {
        [] => found.treaty_name.clone(),
        names if names.len() <= NAMED => names.join(", "),
        names => format!("{} participants", names.len()),
    };
    if several && !found.participant_names.is_empty() {
        who.push_str(&format!("\n{}", found.treaty_name));
    }
    [entry(finding.event.as_ref()), who, in_words(&finding)]
}

/// The code, what it says, and the article that it rests on.
pub fn in_words(finding: &LegalFinding) -> String {
    let LegalFinding { code, event: _, article, message, assuming } = finding;
    let article = match article.as_str() {
        "" => String::new(),
        article if article.starts_with("VCLT") => format!(" ({article})"),
        article => format!(" (Article {article})"),
    };
    let assuming: String = told_of(assuming).map(|assumed| format!("\nassuming: {assumed}")).collect();
    format!("{code}: {message}{article}{assuming}")
}

/// How often each code stands there, the most frequent first.
fn counts(findings: &[FindingUnderTreaty]) -> Block {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for found in findings {
        let code = found.finding.as_ref().map(|finding| finding.code.clone()).unwrap_or_default();
        *counts.entry(code).or_default() += 1;
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by(|(_, one), (_, other)| other.cmp(one));
    table(["code", "number"], counts.into_iter().map(|(code, count)| [code, count.to_string()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::{CitedEvent, EventPosition};

    fn found(index: u64, code: &str, who: &[&str], treaty: &str) -> FindingUnderTreaty {
        let position = EventPosition { index, ..EventPosition::default() };
        FindingUnderTreaty {
            treaty: treaty.into(),
            treaty_name: treaty.into(),
            finding: Some(LegalFinding {
                assuming: Vec::new(),
                code: code.into(),
                event: Some(CitedEvent { position: Some(position), verified: false }),
                article: "20".into(),
                message: "the clauses ask for reasons, and none are held".into(),
            }),
            participants: who.iter().map(ToString::to_string).collect(),
            participant_names: who.iter().map(ToString::to_string).collect(),
        }
    }

    fn text(findings: Vec<FindingUnderTreaty>) -> String {
        let answer = FindingsResponse { at: "2026-03-01".into(), findings, ..FindingsResponse::default() };
        shown(&answer, None).iter().map(|block| block.text(80)).collect::<Vec<_>>().join("\n\n")
    }

    #[test]
    fn findings_stand_in_order_and_are_counted_by_code_at_the_end() {
        let told = text(vec![
            found(4, "reasons_missing", &["Poland"], "APMBC"),
            found(9, "reasons_missing", &["Latvia"], "APMBC"),
            found(9, "addressee_missing", &["A", "B", "C", "D"], "APMBC"),
        ]);
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.starts_with("3 findings for 2026-03-01"), "{told}");
        assert!(words.contains("(Article 20)") && words.contains("4 participants"), "{told}");
        assert!(words.ends_with("code number reasons_missing 2 addressee_missing 1"), "{told}");
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    }

    #[test]
    fn what_is_about_the_treaty_names_the_treaty_and_nothing_is_said_so() {
        assert!(text(vec![found(1, "adopted_after_opening", &[], "APMBC")]).contains("APMBC"));
        assert!(text(Vec::new()).starts_with("Nothing is remarked for 2026-03-01"));
    }
}
