//! `treaty unnotified`: acts of which no notification of the depositary is held.

use clap::Args;

use super::{
    DayArguments, Failure,
    block::{Block, sentences, table},
    output::{Output, day_known},
    treaty_contested::{because, name_of},
    treaty_status::{entry, on_day},
    words::on_a_date,
};
use crate::client::{
    Client, KnownAt,
    reply::{HoldsAt, UnnotifiedAct, UnnotifiedResponse},
    to_json,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Only under this treaty (id or short name).
    treaty: Option<String>,
    /// Only acts of this participant (id or name).
    #[arg(long)]
    participant: Option<String>,
    /// Only acts of this kind, e.g. withdrawal_notified; several times for more.
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// Also the reasons of each.
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    day: DayArguments,
}

/// Asks and shows; returns what the answer holds for.
pub async fn show(client: &Client, arguments: &Arguments, output: &Output) -> Result<Option<HoldsAt>, Failure> {
    let Arguments { treaty, participant, kinds, why, day } = arguments;
    let at = day.at.map(|at| at.to_string()).unwrap_or_default();
    let on = on_day(day, &at);
    let answer = client.unnotified(treaty.as_deref(), participant.as_deref(), kinds, &on).await?;
    let json = to_json("UnnotifiedResponse", &answer);
    output.show_list(&json, "acts", || shown(&answer, *why, day.read.known_at))?;
    Ok(answer.holds_at)
}

fn shown(answer: &UnnotifiedResponse, why: bool, known_at: Option<KnownAt>) -> Vec<Block> {
    let UnnotifiedResponse { at, projected, acts, .. } = answer;
    let known = day_known(known_at, answer.holds_at.as_ref());
    let ahead = if *projected { " (a projection)" } else { "" };
    let told = match acts.len() {
        0 => "no act is held without a notification of the depositary that covers it".to_owned(),
        1 => "1 act without a notification that this ledger holds".to_owned(),
        count => format!("{count} acts without a notification that this ledger holds"),
    };
    let mut blocks = vec![sentences(None, [format!("On {at}{ahead}, as known on {known}: {told}.")])];
    for of_treaty in acts.chunk_by(|one, other| treaty(one) == treaty(other)) {
        let name = of_treaty.first().and_then(|found| found.act.as_ref()).map(|act| format!("{}:", act.treaty_name));
        blocks.push(sentences(None, name));
        blocks.push(table(["date", "days", "who", "act", "entry"], of_treaty.iter().map(row)));
    }
    for found in acts.iter().filter(|_| why) {
        blocks.extend([sentences(None, [name_of(found.act.as_ref())]), because(&found.reasons)]);
    }
    blocks
}

fn treaty(found: &UnnotifiedAct) -> Option<&str> {
    found.act.as_ref().map(|act| act.treaty.as_str())
}

fn row(found: &UnnotifiedAct) -> [String; 5] {
    let act = found.act.clone().unwrap_or_default();
    let date = if act.date.is_empty() { "undated".to_owned() } else { act.date };
    let mut what = act.kind.replace('_', " ");
    if !found.circulated.is_empty() {
        what.push_str(&format!("\nothers informed {}, as it states", on_a_date(&found.circulated)));
    }
    [date, days(found), act.participant_name, what, entry(act.event.as_ref())]
}

/// How many days ago, as far as the date of the act tells.
fn days(found: &UnnotifiedAct) -> String {
    match (found.days_at_least, found.days_at_most) {
        (Some(least), Some(most)) if least == most => least.to_string(),
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("{least} or more"),
        (None, Some(most)) => format!("up to {most}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::ActUnderTreaty;

    #[test]
    fn days_are_told_as_far_as_the_date_of_the_act_tells() {
        let told =
            |days_at_least, days_at_most| days(&UnnotifiedAct { days_at_least, days_at_most, ..Default::default() });
        assert_eq!(told(Some(31), Some(31)), "31");
        assert_eq!(told(Some(32), Some(61)), "32 to 61");
        assert_eq!(told(Some(30), None), "30 or more");
        assert_eq!(told(None, Some(4)), "up to 4");
        assert_eq!(told(None, None), "");
    }

    #[test]
    fn each_treaty_has_a_table_that_fits() {
        let found = |treaty: &str, circulated: &str| UnnotifiedAct {
            act: Some(ActUnderTreaty {
                treaty: treaty.into(),
                treaty_name: treaty.into(),
                participant_name: "Lao People's Democratic Republic".into(),
                kind: "suspension_notified".into(),
                ..ActUnderTreaty::default()
            }),
            circulated: circulated.into(),
            ..UnnotifiedAct::default()
        };
        let acts = vec![found("A", "2025-07-21"), found("A", ""), found("B", "")];
        let answer = UnnotifiedResponse { at: "2026-03-01".into(), acts, ..UnnotifiedResponse::default() };
        let blocks: Vec<String> = shown(&answer, false, None).iter().map(|block| block.text(80)).collect();
        assert_eq!(blocks.len(), 5, "a sentence, and a name and a table for each treaty");
        let text = blocks.join("\n");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("undated") && text.contains("2025-07-21"), "{text}");
    }
}
