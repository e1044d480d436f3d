//! `treaty changes`: what changed between two states of knowledge, or since the reader's
//! last look.
//!
//! Promises: the last look moves only when the answer was shown whole, was asked for without
//! --from and without --peek; a ledger that does not continue what it showed before is told
//! before anything is asked.

use std::{collections::BTreeSet, path::PathBuf};

use clap::Args;

use super::{
    Failure, Global,
    block::{Block, sentences, table},
    looks::Looks,
    output::{Output, instant},
    parse_day, parse_known_at,
    seen::SeenFolder,
    treaty_status::{at_the_earliest, days, entry, with_open_days},
    words::{about, became, counted, sentence},
};
use crate::{
    client::{
        About, Client, KnownAt, OnDay,
        reply::{
            Act, Change, ChangesResponse, DaysKnownDifferently, HoldsAt, KnownChange, KnownDifference, KnownStatus,
        },
        to_json,
    },
    domain::CivilDate,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Only under this treaty (id or short name).
    treaty: Option<String>,
    /// Only of this participant (id or name).
    #[arg(long)]
    participant: Option<String>,
    /// The earlier state of knowledge, as for --known-at; otherwise that of the last look.
    #[arg(long, value_name = "TIME|DAY|SIZE", value_parser = parse_known_at)]
    from: Option<KnownAt>,
    /// The later state of knowledge; otherwise now.
    #[arg(long, value_name = "TIME|DAY|SIZE", value_parser = parse_known_at)]
    to: Option<KnownAt>,
    /// Leave the last look where it is.
    #[arg(long, conflicts_with = "from")]
    peek: bool,
    /// Folder where the last look of each ledger is kept; otherwise that of --key.
    #[arg(long, env = "MERESTONE_STATE", hide_env_values = true, value_name = "DIR")]
    state: Option<PathBuf>,
    /// The day in the world; otherwise the day of the newest entry.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    at: Option<CivilDate>,
    /// How rival statements are resolved: default, or all to prefer nobody.
    #[arg(long, value_name = "NAME")]
    view: Option<String>,
}

/// Where the last look is kept, under which name.
struct Kept {
    looks: Looks,
    question: String,
}

/// Asks and shows; returns what the answer holds for.
pub async fn show(
    client: &Client,
    arguments: &Arguments,
    global: &Global,
    output: &Output,
) -> Result<Option<HoldsAt>, Failure> {
    let Arguments { treaty, participant, from, to, peek, at, view, .. } = arguments;
    let about = About {
        treaty: treaty.as_deref().unwrap_or_default(),
        participant: participant.as_deref().unwrap_or_default(),
    };
    let kept = match from {
        Some(_) => None,
        None => Some(last_look(client, arguments, about, global).await?),
    };
    let from = match (from, &kept) {
        (Some(from), _) => *from,
        (None, Some(kept)) => KnownAt::Size(kept.looks.last(&kept.question)?.unwrap_or_default()),
        (None, None) => KnownAt::Size(0),
    };
    let at = at.map(|at| at.to_string()).unwrap_or_default();
    let on = OnDay { at: &at, known_at: *to, view: view.as_deref().unwrap_or_default() };
    let answer = client.changes(about, from, &on).await?;
    output.show_list(&to_json("ChangesResponse", &answer), "changes", || shown(&answer))?;
    if let Some(Kept { looks, question }) = kept.filter(|_| !peek) {
        let size = answer.holds_at.as_ref().map(|holds| holds.size).unwrap_or_default();
        looks.keep(&question, size)?;
        output.note(&format!("the next look tells what comes after {size} entries; kept in {}", looks.shown()));
    }
    Ok(answer.holds_at)
}

/// Where the last look at this question is kept. The ledger must continue what it showed
/// before.
async fn last_look(client: &Client, arguments: &Arguments, about: About<'_>, global: &Global) -> Result<Kept, Failure> {
    let folder = SeenFolder::new(arguments.state.as_deref(), global.key.as_deref());
    let founded = client.founded().await?;
    let hint = "no last look is kept: name the earlier state with --from, or a folder for looks with --state";
    let looks = Looks::of(&folder, founded.ledger).ok_or_else(|| Failure::usage(hint))?;
    folder.renew(client, &founded).await?;
    let view = arguments.view.as_deref().unwrap_or("default");
    Ok(Kept { looks, question: format!("treaty changes{}, view {view}", in_ids(client, about).await?) })
}

/// Treaty and participant by their ids, so that a question has one look whatever name it
/// was asked by.
async fn in_ids(client: &Client, about: About<'_>) -> Result<String, Failure> {
    let mut told = String::new();
    if !about.treaty.is_empty() {
        let found = client.treaty(about.treaty, None).await?;
        told.push_str(&format!(" under {}", found.treaty.unwrap_or_default().id));
    }
    if !about.participant.is_empty() {
        let found = client.standing(about.participant, &OnDay::default()).await?;
        told.push_str(&format!(" of {}", found.participant));
    }
    Ok(told)
}

fn shown(answer: &ChangesResponse) -> Vec<Block> {
    let mut by_treaty: Vec<(&str, Vec<&Change>)> = Vec::new();
    for KnownChange { treaty_name, change, .. } in &answer.changes {
        let Some(change) = change else { continue };
        match by_treaty.last_mut() {
            Some((name, of)) if *name == treaty_name => of.push(change),
            _ => by_treaty.push((treaty_name, vec![change])),
        }
    }
    let mut blocks = vec![sentences(None, [headline(answer)])];
    for (name, changes) in by_treaty {
        let acts: Vec<&Act> = changes.iter().filter_map(|change| act(change)).collect();
        let differences: Vec<&KnownDifference> = changes.iter().filter_map(|change| difference(change)).collect();
        if !acts.is_empty() {
            blocks.push(sentences(None, [format!("{name}, new acts:")]));
            blocks.push(table(["date", "who", "act", "entry"], acts.into_iter().map(act_row)));
        }
        if !differences.is_empty() {
            blocks.push(sentences(None, [format!("{name}, known differently:")]));
            blocks.extend(with_open_days(
                ["who", "on", "before", "now", "entries"],
                differences.into_iter().flat_map(|found| rows(found, &answer.at)),
            ));
        }
    }
    blocks
}

fn act(change: &Change) -> Option<&Act> {
    match change {
        Change::Act(act) => Some(act),
        Change::Difference(_) => None,
    }
}

fn difference(change: &Change) -> Option<&KnownDifference> {
    match change {
        Change::Difference(found) => Some(found),
        Change::Act(_) => None,
    }
}

fn headline(answer: &ChangesResponse) -> String {
    let changes = || answer.changes.iter().filter_map(|change| change.change.as_ref());
    // What bears on several treaties stands under each of them, and came once.
    let place = |act: &Act| act.position.as_ref().map(|position| (position.index, position.ordinal));
    let acts = changes().filter_map(act).map(place).collect::<BTreeSet<_>>().len();
    let differences = changes().filter_map(difference).count();
    let state = |holds: Option<&HoldsAt>| match holds {
        Some(HoldsAt { size: 0, .. }) | None => "the beginning".to_owned(),
        Some(holds) => format!("{} entries ({})", holds.size, instant(holds.recorded_at.as_ref())),
    };
    let between = format!("Between {} and {}", state(answer.from.as_ref()), state(answer.holds_at.as_ref()));
    let told = match (acts, differences) {
        (0, 0) => "nothing was recorded on what is asked about".to_owned(),
        (acts, differences) => format!(
            "{} came; {} known differently, asked about {}",
            counted(acts, "act", "acts"),
            counted(differences, "participation is", "participations are"),
            answer.at
        ),
    };
    format!("{between}: {told}.")
}

fn act_row(act: &Act) -> [String; 4] {
    let date = if act.date.is_empty() { "undated".to_owned() } else { act.date.clone() };
    let told = [sentence(act), about(act), became(act).join("; ")];
    let told = told.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let index = act.position.as_ref().map(|position| position.index.to_string()).unwrap_or_default();
    [date, act.participant.clone(), told, index]
}

/// A row for the day asked about, one for each run of days that differ, and one for what
/// stands beside the status.
fn rows(found: &KnownDifference, at: &str) -> Vec<[String; 5]> {
    let entries: Vec<String> = found.made_by.iter().map(|event| entry(Some(event))).collect();
    let on_day = (at.to_owned(), statuses(&found.statuses_before), statuses(&found.statuses_after));
    let others = found.days.iter().map(|days| (interval(days), statuses(&days.before), statuses(&days.after)));
    let differs = found.beside_before != found.beside_after;
    let beside = differs.then(|| ("beside it".to_owned(), beside(&found.beside_before), beside(&found.beside_after)));
    let mut rows: Vec<[String; 5]> = std::iter::once(on_day)
        .chain(others)
        .chain(beside)
        .map(|(on, before, after)| [String::new(), on, before, after, String::new()])
        .collect();
    if let Some([who, .., made_by]) = rows.first_mut() {
        (*who, *made_by) = (found.participant_name.clone(), entries.join(", "));
    }
    rows
}

/// What stands beside a status; several of the same words are counted.
fn beside(words: &[String]) -> String {
    let alike = words.chunk_by(|one, other| one == other).filter_map(|alike| Some((alike.first()?, alike.len())));
    let told =
        alike.map(|(words, count)| if count == 1 { words.clone() } else { format!("{words} (stated {count} times)") });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "nothing".to_owned() } else { told.join("; ") }
}

fn interval(days: &DaysKnownDifferently) -> String {
    match (days.from.as_str(), days.to.as_str()) {
        ("", "") => "always".to_owned(),
        ("", to) => format!("until {to}"),
        (from, "") => format!("from {from}"),
        (from, to) => format!("{from} to {to}"),
    }
}

fn statuses(statuses: &[KnownStatus]) -> String {
    let told: Vec<String> = statuses.iter().map(status).collect();
    told.join(" or ")
}

fn status(status: &KnownStatus) -> String {
    let KnownStatus { status, effective, expired, effective_latest, expired_latest, may_not_end } = status;
    let words = status.replace('_', " ");
    let day = match expired.as_str() {
        "" => at_the_earliest(days(effective, effective_latest), *may_not_end),
        _ => days(expired, expired_latest),
    };
    if day.is_empty() { words } else { format!("{words} ({day})") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::{CitedEvent, EventPosition};

    fn known(status: &str, effective: &str) -> Vec<KnownStatus> {
        vec![KnownStatus { status: status.into(), effective: effective.into(), ..KnownStatus::default() }]
    }

    fn difference() -> KnownDifference {
        let position = EventPosition { index: 57, ..EventPosition::default() };
        KnownDifference {
            participant: "POL".into(),
            participant_name: "Poland".into(),
            statuses_before: known("party", ""),
            statuses_after: known("party_withdrawal_pending", "2026-02-20"),
            days: vec![DaysKnownDifferently {
                from: "2026-02-20".into(),
                to: String::new(),
                before: known("party", ""),
                after: known("former_party", "2026-02-20"),
            }],
            beside_before: Vec::new(),
            beside_after: vec!["suspension asserted".into()],
            made_by: vec![CitedEvent { position: Some(position), verified: false }],
        }
    }

    fn text(changes: Vec<Change>) -> String {
        let changes = changes.into_iter().map(|change| KnownChange {
            treaty: "untc:XXVI-5".into(),
            treaty_name: "APMBC".into(),
            change: Some(change),
        });
        let holds = |size| Some(HoldsAt { size, ..HoldsAt::default() });
        let answer = ChangesResponse {
            at: "2025-11-05".into(),
            changes: changes.collect(),
            from: holds(0),
            holds_at: holds(58),
            ..ChangesResponse::default()
        };
        shown(&answer).iter().map(|block| block.text(80)).collect::<Vec<_>>().join("\n\n")
    }

    #[test]
    fn a_difference_tells_the_day_asked_about_the_other_days_and_the_entries() {
        let act = Act { kind: "withdrawal_notified".into(), participant: "POL".into(), ..Act::default() };
        let told = text(vec![Change::Act(act), Change::Difference(difference())]);
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            "Between the beginning and 58 entries",
            "1 act came",
            "1 participation is known",
            "from 2026-02-20 party",
            "57",
        ] {
            assert!(words.contains(part), "{part}: {told}");
        }
        assert!(words.contains("beside it nothing") && words.contains("suspension asserted"), "{told}");
        assert!(words.contains("undated POL withdrawal notified"), "{told}");
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    }

    #[test]
    fn what_stands_beside_in_the_same_words_is_told_once_with_its_number() {
        let isle = || "territory: Isle".to_owned();
        let before = vec!["declaration (reservation)".to_owned(), isle()];
        assert_eq!(beside(&before), "declaration (reservation); territory: Isle");
        assert_eq!(beside(&[isle(), isle()]), "territory: Isle (stated 2 times)");
        assert_eq!(beside(&[]), "nothing");
    }

    #[test]
    fn open_days_are_told_from_the_first_to_the_last() {
        let mut open = known("former_party", "2026-02-01").remove(0);
        assert_eq!(status(&open), "former party (2026-02-01)");
        open.effective_latest = "2026-02-28".into();
        assert_eq!(status(&open), "former party (2026-02-01 .. 2026-02-28)");
        let pending = KnownStatus { may_not_end: true, ..known("party_withdrawal_pending", "2026-02-01").remove(0) };
        assert_eq!(status(&pending), "party withdrawal pending (2026-02-01 at the earliest)");
        let found = KnownDifference { statuses_after: vec![open], ..difference() };
        let told = text(vec![Change::Difference(found)]);
        assert!(told.contains("Two days with .. between them"), "{told}");
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    }

    #[test]
    fn an_act_that_bears_on_several_treaties_came_once() {
        let at = |index, ordinal| {
            let position = Some(EventPosition { index, ordinal, ..EventPosition::default() });
            Change::Act(Act { kind: "conflict_status_asserted".into(), position, ..Act::default() })
        };
        assert!(text(vec![at(57, 0), at(57, 0)]).contains("1 act came"));
        assert!(text(vec![at(57, 0), at(57, 1), at(57, 0)]).contains("2 acts came"));
    }

    #[test]
    fn when_nothing_came_that_is_said() {
        assert!(text(Vec::new()).contains("nothing was recorded"));
    }
}
