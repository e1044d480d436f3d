//! `treaty upcoming`: what changes by itself after a day, soonest first; with --why what
//! gives each change, and what could still move it.

use clap::Args;

use super::{
    DayArguments, Failure,
    block::{Block, sentences},
    output::{Output, day_known},
    parse_day,
    treaty_status::{self, a_day, days, entry, listed, on_day, told_of, with_open_days},
};
use crate::{
    client::{
        About, Client, KnownAt, LookAhead,
        reply::{HoldsAt, StatusStep, UpcomingChange, UpcomingResponse},
        to_json,
    },
    domain::CivilDate,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Only under this treaty (id or short name).
    treaty: Option<String>,
    /// Only for this participant (id or name).
    #[arg(long)]
    participant: Option<String>,
    /// So many days after the day asked about; otherwise 365.
    #[arg(long, value_name = "DAYS", conflicts_with = "until")]
    within: Option<u32>,
    /// Up to this day, which is included.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    until: Option<CivilDate>,
    /// Also the reasons of each change in sentences.
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    day: DayArguments,
}

impl Arguments {
    fn ahead(&self) -> LookAhead {
        match (self.within, self.until) {
            (Some(days), _) => LookAhead::Days(days),
            (None, Some(day)) => LookAhead::Until(day.to_string()),
            (None, None) => LookAhead::Default,
        }
    }
}

/// Asks and shows; returns what the answer holds for.
pub async fn show(client: &Client, arguments: &Arguments, output: &Output) -> Result<Option<HoldsAt>, Failure> {
    let Arguments { treaty, participant, day, why, .. } = arguments;
    let at = day.at.map(|at| at.to_string()).unwrap_or_default();
    let about = About {
        treaty: treaty.as_deref().unwrap_or_default(),
        participant: participant.as_deref().unwrap_or_default(),
    };
    let answer = client.upcoming(about, &arguments.ahead(), &on_day(day, &at)).await?;
    let json = to_json("UpcomingResponse", &answer);
    output.show_list(&json, "changes", || shown(&answer, *why, day.read.known_at))?;
    Ok(answer.holds_at)
}

fn shown(answer: &UpcomingResponse, why: bool, known_at: Option<KnownAt>) -> Vec<Block> {
    let UpcomingResponse { at, until, changes, incomplete, .. } = answer;
    let known = day_known(known_at, answer.holds_at.as_ref());
    let sentence = match changes.len() {
        0 => format!("After {at} nothing changes by itself up to {until}, as known on {known}."),
        1 => format!("After {at}, up to {until}, 1 change comes by itself, as known on {known}."),
        count => format!("After {at}, up to {until}, {count} changes come by themselves, as known on {known}."),
    };
    let mut blocks = vec![sentences(None, [sentence])];
    if !changes.is_empty() {
        blocks.extend(whole(changes));
    }
    if why {
        blocks.extend(changes.iter().flat_map(because));
    }
    if !incomplete.is_empty() {
        let told = format!("Records under {} can be read in more ways than were followed.", incomplete.join(", "));
        blocks.push(sentences(None, [told]));
    }
    blocks
}

/// One row a change; the treaty has a column where there are several.
fn whole(changes: &[UpcomingChange]) -> Vec<Block> {
    let several = changes.windows(2).any(|pair| pair[0].treaty != pair[1].treaty);
    let row = |change: &UpcomingChange| {
        [days(&change.day, &change.day_latest), who(change, several), what(change), given_by(change)]
    };
    with_open_days(["day", "who", "what", "given by"], changes.iter().map(row))
}

fn who(change: &UpcomingChange, several: bool) -> String {
    match (several, change.participant_name.is_empty()) {
        (_, true) => change.treaty_name.clone(),
        (true, false) => format!("{}\n{}", change.participant_name, change.treaty_name),
        (false, false) => change.participant_name.clone(),
    }
}

fn what(change: &UpcomingChange) -> String {
    let mut lines = vec![change.sentence.clone()];
    if !change.status_after.is_empty() {
        let words = |status: &String| status.replace('_', " ");
        lines.push(format!("{} -> {}", words(&change.status_before), words(&change.status_after)));
    }
    lines.extend(told_of(&change.assuming).map(|assumed| format!("assuming: {assumed}")));
    let mut codes: Vec<String> = Vec::new();
    for code in change.could_move.iter().map(|change| change.code.replace('_', " ")) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    if !codes.is_empty() {
        lines.push(format!("could move it: {}", codes.join(", ")));
    }
    lines.join("\n")
}

/// Articles and entries of the reasons, each once.
fn given_by(change: &UpcomingChange) -> String {
    let mut lines: Vec<String> = Vec::new();
    for StatusStep { article, event, .. } in &change.because {
        let entry = entry(event.as_ref());
        let said =
            [(!article.is_empty()).then(|| in_words(article)), (!entry.is_empty()).then(|| format!("entry {entry}"))];
        for line in said.into_iter().flatten().filter(|line| !line.is_empty()) {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines.join("\n")
}

fn in_words(article: &str) -> String {
    if article.starts_with("VCLT") { article.to_owned() } else { format!("Article {article}") }
}

fn because(change: &UpcomingChange) -> Vec<Block> {
    let UpcomingChange { day, day_latest, participant_name, treaty_name, sentence, .. } = change;
    let day = a_day(day, day_latest);
    let who = if participant_name.is_empty() { treaty_name } else { participant_name };
    let mut blocks = vec![sentences(None, [format!("{day}, {who}: {sentence}")])];
    if !change.because.is_empty() {
        let rows = change.because.iter().map(treaty_status::because);
        blocks.extend(with_open_days(["date", "because", "article", "entry"], rows));
    }
    let moves = change.could_move.iter().map(|change| change.sentence.clone()).collect();
    blocks.extend(listed("what could still move it", "- ", moves));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_whose_day_is_open_is_told_with_both_its_ends() {
        let mut change = withdrawal("Poland", "APMBC");
        change.because[0].date_latest = "2025-08-31".into();
        let told = because(&change).iter().map(|block| block.text(80)).collect::<Vec<_>>().join("\n");
        assert!(told.contains(&format!("{} ..", change.because[0].date)) && told.contains("2025-08-31"), "{told}");
        assert!(told.contains("Two days with .. between them"), "{told}");
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    }

    use crate::client::reply::{CitedEvent, EventPosition, StatusChange};

    fn withdrawal(participant: &str, treaty: &str) -> UpcomingChange {
        let position = EventPosition { index: 57, ..EventPosition::default() };
        let step = |rule: &str, date: &str, sentence: &str| StatusStep {
            rule: rule.into(),
            article: "20".into(),
            event: Some(CitedEvent { position: Some(position.clone()), verified: false }),
            date: date.into(),
            sentence: sentence.into(),
            date_latest: String::new(),
        };
        UpcomingChange {
            day: "2026-02-20".into(),
            what: "withdrawal_effect".into(),
            treaty: treaty.into(),
            treaty_name: treaty.into(),
            participant: participant.into(),
            participant_name: participant.into(),
            status_before: "party_withdrawal_pending".into(),
            status_after: "former_party".into(),
            sentence: "the withdrawal takes effect: the participant is out".into(),
            because: vec![
                step("withdrawal_notice", "2025-08-20", "a notice of 6 months begins to run"),
                step("withdrawal_effect", "2026-02-20", "the withdrawal takes effect"),
            ],
            assuming: vec!["as recorded".into()],
            could_move: vec![StatusChange { code: "revocation".into(), sentence: "a revocation before it".into() }],
            projected: true,
            day_latest: String::new(),
        }
    }

    fn text(changes: Vec<UpcomingChange>, why: bool) -> String {
        let answer = UpcomingResponse {
            at: "2025-11-05".into(),
            until: "2026-11-05".into(),
            changes,
            ..UpcomingResponse::default()
        };
        shown(&answer, why, None).iter().map(|block| block.text(80)).collect::<Vec<_>>().join("\n\n")
    }

    #[test]
    fn a_change_is_a_row_with_what_gives_it_and_what_could_move_it() {
        let told = text(vec![withdrawal("Poland", "APMBC")], false);
        for words in ["1 change", "2026-02-20", "former party", "Article 20", "entry 57", "assuming: as", "revocation"]
        {
            assert!(told.contains(words), "{words}: {told}");
        }
        assert_eq!(told.matches("entry 57").count(), 1, "each entry once: {told}");
        assert!(!told.contains("APMBC"), "one treaty needs no column: {told}");
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    }

    #[test]
    fn several_treaties_are_named_and_reasons_are_told_when_asked_for() {
        let told = text(vec![withdrawal("Poland", "APMBC"), withdrawal("Poland", "CCM")], true);
        assert!(told.contains("CCM") && told.contains("APMBC"), "{told}");
        assert!(told.contains("a notice of 6 months") && told.contains("- a revocation before it"), "{told}");
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    }

    #[test]
    fn when_nothing_comes_that_is_said() {
        assert!(text(Vec::new(), true).contains("nothing changes by itself up to 2026-11-05"));
    }
}
