//! `treaty obligations` and `treaty overdue`: what is due, and what is overdue.
//!
//! The counts first, in a sentence; then a table for each treaty, and what a reader has
//! to know besides: what an outcome assumes, what goes on, what law remarks.

use std::collections::BTreeMap;

use super::{
    DayArguments, Failure,
    block::{Block, sentences, table},
    output::{Output, short_name},
    treaty_status::{self, a_day, at_the_earliest, days, findings, listed, on_day, standings, told_of, with_open_days},
};
use crate::client::{
    Client,
    reply::{
        Duty, DutyExtension, HoldsAt, ObligationsResponse, OverdueParticipation, OverdueResponse, Standing, StatusHeld,
        TreatyDuties,
    },
    to_json,
};

/// Asks for the duties of a participant and shows them; returns what they hold for.
pub async fn show_obligations(
    client: &Client,
    participant: &str,
    treaty: Option<&str>,
    (day, why): (&DayArguments, bool),
    output: &Output,
) -> Result<Option<HoldsAt>, Failure> {
    let at = day.at.map(|at| at.to_string()).unwrap_or_default();
    let answer = client.obligations(participant, treaty, &on_day(day, &at)).await?;
    output.show(&to_json("ObligationsResponse", &answer), || obligations(&answer, why))?;
    Ok(answer.holds_at)
}

/// Asks for what is overdue and shows it; returns what it holds for.
pub async fn show_overdue(
    client: &Client,
    treaty: Option<&str>,
    day: &DayArguments,
    output: &Output,
) -> Result<Option<HoldsAt>, Failure> {
    let at = day.at.map(|at| at.to_string()).unwrap_or_default();
    let answer = client.overdue(treaty, &on_day(day, &at)).await?;
    output.show_list(&to_json("OverdueResponse", &answer), "participations", || overdue(&answer))?;
    Ok(answer.holds_at)
}

/// What an overdue duty does not say: nobody is accused by what is missing here.
const AS_RECORDED: &str = "Overdue: nothing that this ledger holds fulfils it. What was not recorded here may.";

/// All that is shown of the duties of a participant, in order.
pub fn obligations(answer: &ObligationsResponse, why: bool) -> Vec<Block> {
    let ObligationsResponse { participant_name: who, at, projected, treaties, other_treaties, .. } = answer;
    let numbered = treaties.iter().enumerate();
    let duties = numbered.flat_map(|(at, treaty)| treaty.duties.iter().map(move |duty| (at, duty)));
    let ahead = if *projected { ", projected" } else { "" };
    let late = duties.clone().any(|(_, duty)| matches!(duty.state.as_str(), "overdue" | "stays_overdue"));
    let counted = format!("{who} on {at}{ahead}: {}.", counts(duties));
    let mut blocks = vec![sentences(None, [counted].into_iter().chain(late.then(|| AS_RECORDED.to_owned())))];
    let (with, without): (Vec<_>, Vec<_>) = treaties.iter().partition(|treaty| treaty.clauses_name_duties);
    for treaty in with {
        blocks.extend(under_treaty(treaty, why));
    }
    let mut others: Vec<Standing> = without.iter().filter_map(|treaty| treaty.standing.clone()).collect();
    if !others.is_empty() {
        let told = "Registered without duties that have a deadline, which does not mean that there are none:";
        blocks.push(sentences(None, [told.to_owned()]));
        blocks.extend(standings(&others));
    }
    others.clone_from(other_treaties);
    if !others.is_empty() {
        let told = format!("{who} under other treaties on that day:");
        blocks.push(sentences(None, [told]));
        blocks.extend(standings(&others));
    }
    blocks
}

/// How many duties are in which state, the most urgent first. What the record does not
/// settle counts once in each state that it can have.
fn counts<'d>(duties: impl Iterator<Item = (usize, &'d Duty)>) -> String {
    const ORDER: [&str; 7] = ["overdue", "stays_overdue", "running", "ahead", "fulfilled_late", "fulfilled", "ended"];
    let mut counts: BTreeMap<(usize, &str), Counted<'_>> = BTreeMap::new();
    for (under, duty) in duties {
        let urgency = ORDER.iter().position(|state| *state == duty.state).unwrap_or(ORDER.len());
        counts.entry((urgency, &duty.state)).or_default().add((under, duty), duty.certain);
    }
    let told: Vec<String> =
        counts.iter().map(|((_, state), counted)| format!("{} {}", counted.told(), state.replace('_', " "))).collect();
    if told.is_empty() { "no duty with a deadline is known to this ledger".into() } else { told.join(", ") }
}

/// Duties, each once however many outcomes it has: whether what is counted is certain of it.
#[derive(Default)]
struct Counted<'d>(BTreeMap<(usize, u32, &'d str, u32), bool>);

impl<'d> Counted<'d> {
    /// Adds an outcome of a duty, of the participation with a number.
    fn add(&mut self, (of, duty): (usize, &'d Duty), certain: bool) {
        let key = (of, duty.membership, duty.article.as_str(), duty.about_year);
        *self.0.entry(key).or_default() |= certain;
    }

    fn most(&self) -> usize {
        self.0.len()
    }

    fn told(&self) -> String {
        let most = self.most();
        match self.0.values().filter(|certain| **certain).count() {
            least if least == most => most.to_string(),
            0 => format!("up to {most}"),
            least => format!("{least} to {most}"),
        }
    }
}

fn under_treaty(treaty: &TreatyDuties, why: bool) -> Vec<Block> {
    let standing = treaty.standing.clone().unwrap_or_default();
    let mut blocks = vec![sentences(None, [headline(&standing)])];
    if !treaty.duties.is_empty() {
        let header = ["due", "state", "what", "article", "days late"];
        blocks.push(table(header, rows(&treaty.duties)));
    }
    let mut notes = Vec::new();
    if treaty.fulfilled_not_shown > 0 {
        notes.push(format!("Not shown: {} yearly reports in time.", treaty.fulfilled_not_shown));
    }
    if !treaty.complete {
        notes.push("The record can be read in more ways than were followed.".to_owned());
    }
    if !treaty.continues.is_empty() {
        notes.push(format!("After leaving: {}.", treaty.continues.trim_end_matches('.')));
    }
    blocks.extend((!notes.is_empty()).then(|| sentences(None, notes)));
    if why {
        blocks.extend(treaty.duties.iter().flat_map(because));
    }
    blocks.extend(listed("findings", "- ", findings(&treaty.findings)));
    blocks
}

fn headline(standing: &Standing) -> String {
    let statuses: Vec<String> = standing.statuses.iter().map(|status| status.replace('_', " ")).collect();
    let Standing { treaty_name, since, since_latest, until, until_latest, .. } = standing;
    let Standing { withdrawal_notified, withdrawal_notified_latest, bound_until, bound_until_latest, .. } = standing;
    let statuses = statuses.join(" or ");
    if standing.held.len() > 1 {
        let each: Vec<String> = standing.held.iter().map(with_its_days).collect();
        return format!("{treaty_name}: {}", each.join(", or "));
    }
    let since = if since.is_empty() { String::new() } else { format!(" since {}", a_day(since, since_latest)) };
    if !withdrawal_notified.is_empty() {
        let party = standing.statuses.first().is_some_and(|status| status == "party");
        let since = if party { since } else { String::new() };
        let until = match bound_until.as_str() {
            "" => "no day known on which it is out".to_owned(),
            day => {
                let until = a_day(day, bound_until_latest);
                format!("bound until {}", at_the_earliest(until, standing.bound_until_may_not_come))
            }
        };
        let notified = a_day(withdrawal_notified, withdrawal_notified_latest);
        let on = if withdrawal_notified_latest.is_empty() { "" } else { "on " };
        return format!("{treaty_name}: party{since}; withdrawal notified {on}{notified}, {until}");
    }
    let until = match until.as_str() {
        "" => String::new(),
        day => format!(", until {}", at_the_earliest(a_day(day, until_latest), standing.may_not_end)),
    };
    format!("{treaty_name}: {statuses}{since}{until}")
}

/// One of several statuses, in words.
fn with_its_days(held: &StatusHeld) -> String {
    let StatusHeld { status, since, since_latest, until, until_latest, may_not_end, .. } = held;
    let since = if since.is_empty() { String::new() } else { format!(" since {}", a_day(since, since_latest)) };
    let until = match until.as_str() {
        "" => String::new(),
        day => format!(" until {}", at_the_earliest(a_day(day, until_latest), *may_not_end)),
    };
    format!("{}{since}{until}", status.replace('_', " "))
}

/// A row for each duty; yearly reports of which nothing else is to be said share that of the first.
fn rows(duties: &[Duty]) -> Vec<[String; 5]> {
    let mut rows = Vec::new();
    for (at, duty) in duties.iter().enumerate() {
        let alike = |other: &&Duty| {
            is_plain_report(other)
                && (&other.title, &other.article, &other.state) == (&duty.title, &duty.article, &duty.state)
        };
        if !is_plain_report(duty) {
            rows.push(row(duty));
        } else if !duties[..at].iter().any(|other| alike(&other)) {
            rows.push(years(duty, duties.iter().filter(alike)));
        }
    }
    rows
}

fn is_plain_report(duty: &Duty) -> bool {
    let plain = duty.extensions.is_empty() && duty.fulfilled.is_none() && duty.assuming.is_empty();
    plain && duty.about_year > 0 && duty.stops.is_empty()
}

/// The row of the first report, with the years that all of them are about.
fn years<'d>(first: &Duty, alike: impl Iterator<Item = &'d Duty>) -> [String; 5] {
    let mut years: Vec<u32> = alike.map(|duty| duty.about_year).collect();
    years.sort_unstable();
    let [due, state, what, article, late] = row(first);
    if years.len() == 1 {
        return [due, state, what, article, late];
    }
    let what = format!("{} {}: {} of them", first.title, ranges(&years), years.len());
    [format!("{due}.."), state, what, article, late]
}

/// Ascending years in words, e.g. "2000, 2002 to 2004".
fn ranges(years: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for year in years {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *year => *last = *year,
            _ => runs.push((*year, *year)),
        }
    }
    let told = runs.iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Due, state, what, article, days late.
fn row(duty: &Duty) -> [String; 5] {
    let mut what = what(duty);
    duty.extensions.iter().for_each(|found| what.push_str(&format!("\n{}", extension(found))));
    if let Some(fulfilled) = &duty.fulfilled {
        what.push_str(&format!("\ndone {}", fulfilled.date));
    }
    if !duty.stops.is_empty() && duty.state != "ended" {
        what.push_str(&format!("\nstops with the withdrawal on {}", days(&duty.stops, &duty.stops_latest)));
    }
    told_of(&duty.assuming).for_each(|assumed| what.push_str(&format!("\nassuming: {assumed}")));
    let late = match (duty.days_late, duty.days_late_most) {
        (0, 0) => String::new(),
        (late, 0) => late.to_string(),
        (least, most) => format!("{least} to {most}"),
    };
    [days(&duty.due, &duty.due_latest), duty.state.replace('_', " "), what, duty.article.clone(), late]
}

fn what(duty: &Duty) -> String {
    if duty.about_year == 0 { duty.title.clone() } else { format!("{} {}", duty.title, duty.about_year) }
}

fn extension(found: &DutyExtension) -> String {
    let outcome = short_name(found.outcome().as_str_name(), "EXTENSION_OUTCOME_");
    let until = if found.new_deadline.is_empty() { String::new() } else { format!(" to {}", found.new_deadline) };
    let kept = if outcome == "granted" && !found.replaces { ", without effect" } else { "" };
    format!("extension {outcome} {}{until}{kept}", found.decided)
}

fn because(duty: &Duty) -> Vec<Block> {
    let told = format!("Article {}, {}: {}", duty.article, what(duty), duty.state.replace('_', " "));
    let rows = duty.steps.iter().map(treaty_status::because);
    let reasons = with_open_days(["date", "because", "article", "entry"], rows);
    std::iter::once(sentences(None, [told])).chain(reasons).collect()
}

/// All that is shown of what is overdue, by treaty and participant.
fn overdue(answer: &OverdueResponse) -> Vec<Block> {
    let OverdueResponse { at, projected, participations, .. } = answer;
    let ahead = if *projected { ", projected" } else { "" };
    let mut counted = Counted::default();
    for (at, found) in participations.iter().enumerate() {
        found.duties.iter().for_each(|duty| counted.add((at, duty), duty.certainly_overdue));
    }
    let count = counted.most();
    let sentence = match count {
        0 => format!("Nothing is overdue on {at}{ahead}, as far as this ledger knows."),
        _ => format!(
            "Overdue on {at}{ahead}: {} of {}.",
            format_args!("{} {}", counted.told(), if count == 1 { "duty" } else { "duties" }),
            told(participations.len(), "participation", "participations")
        ),
    };
    let mut blocks = vec![sentences(None, [sentence].into_iter().chain((count > 0).then(|| AS_RECORDED.to_owned())))];
    let mut by_treaty: Vec<(&str, Vec<&OverdueParticipation>)> = Vec::new();
    for found in participations {
        match by_treaty.last_mut() {
            Some((treaty, of)) if *treaty == found.treaty => of.push(found),
            _ => by_treaty.push((&found.treaty, vec![found])),
        }
    }
    for (_, of) in by_treaty {
        let name = of.first().map(|found| format!("{}:", found.treaty_name));
        let rows = of.iter().flat_map(|found| rows(&found.duties).into_iter().map(|row| overdue_row(found, row)));
        blocks.extend([sentences(None, name), table(["due", "who", "state", "what", "article", "days late"], rows)]);
    }
    blocks
}

fn told(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn overdue_row(found: &OverdueParticipation, row: [String; 5]) -> [String; 6] {
    let [due, state, what, article, late] = row;
    [due, found.participant_name.clone(), state, what, article, late]
}

#[cfg(test)]
#[path = "treaty_duties_tests.rs"]
mod tests;
