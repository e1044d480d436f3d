//! `treaty status`: how a participant stands to a treaty, why, and what could change it.
//!
//! The answer first, in a sentence; then the reasons, what could still change it, what
//! contradicts it, what law remarks, and what else binds the participant.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    DayArguments, Failure,
    block::{Block, sentences, table},
    drawing::{self, Letters},
    output::{Output, day_known, short_name},
    treaty_contested::{against, source},
    words::{differences, on_a_date, place_among, up_to, with_capital},
};
use crate::client::{
    Client, KnownAt, OnDay,
    reply::{
        CitedEvent, Claim, Claims, Declared, EventPosition, HoldsAt, LegalFinding, ObjectionWindow, OpenChange,
        Overlay, ProvisionalApplication, Reaction, ReplacedUnit, RetroactiveSuccession, Standing, StatusHeld,
        StatusOutcome, StatusStep, SuspensionAsserted, Timeliness, TreatyStatusResponse,
    },
    to_json,
};

/// Ways to read the record that are told in words; further ones are counted.
const ASSUMED: usize = 3;

/// Asks and shows; returns what the answer holds for.
pub async fn show(
    client: &Client,
    treaty: &str,
    participant: &str,
    day: &DayArguments,
    output: &Output,
) -> Result<Option<HoldsAt>, Failure> {
    let at = day.at.map(|at| at.to_string()).unwrap_or_default();
    let answer = client.treaty_status(treaty, participant, &on_day(day, &at)).await?;
    output.show(&to_json("TreatyStatusResponse", &answer), || shown(&answer, day.read.known_at))?;
    Ok(answer.holds_at)
}

/// What a client is asked with; `at` outlives it.
pub fn on_day<'a>(day: &'a DayArguments, at: &'a str) -> OnDay<'a> {
    OnDay { at, known_at: day.read.known_at, view: day.view.as_deref().unwrap_or_default() }
}

/// All that is shown of an answer, in order.
pub fn shown(answer: &TreatyStatusResponse, known_at: Option<KnownAt>) -> Vec<Block> {
    let mut tables = vec![sentences(None, headline(answer, known_at))];
    let (drawn, letters) = drawing::of_status(answer);
    // Letters without a drawing would stand for nothing.
    let letters = drawn.is_some().then_some(letters);
    tables.extend(drawn);
    for outcome in &answer.outcomes {
        tables.extend(reasons(outcome, answer.outcomes.len() > 1, letters.as_ref()));
    }
    let overlays = answer.overlays.iter().filter_map(|overlay| overlay.overlay.as_ref());
    tables.extend(overlays.flat_map(|overlay| beside(overlay, letters.as_ref())));
    tables.extend(answer.claims.iter().flat_map(claims));
    tables.extend(listed("findings", "- ", findings(&answer.findings)));
    tables.extend(reckoned_by(answer));
    if !answer.other_treaties.is_empty() {
        tables.push(sentences(None, [format!("{} under other treaties on that day:", answer.participant_name)]));
        tables.extend(standings(&answer.other_treaties));
    }
    tables
}

/// The clauses by which the status was computed.
fn reckoned_by(answer: &TreatyStatusResponse) -> Option<Block> {
    let entry = entry(Some(answer.clauses.as_ref()?));
    let version = match answer.clauses_version.as_str() {
        "" => String::new(),
        version => format!(", version {version}"),
    };
    Some(sentences(None, [format!("Computed by the clauses of entry {entry}{version}.")]))
}

/// What is told under a table in which days stand as [`days`] writes them.
const OPEN_DAYS: &str =
    "Two days with .. between them: it was, or will be, on one of the days from the one to the other.";

/// A table, and under it how open days in it are to be read, if there are any.
pub fn with_open_days<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Vec<Block> {
    let rows: Vec<[String; N]> = rows.collect();
    let open = rows.iter().flatten().any(|cell| cell.contains(BETWEEN));
    let told = open.then(|| sentences(None, [OPEN_DAYS.to_owned()]));
    std::iter::once(table(header, rows)).chain(told).collect()
}

/// One line for each treaty, and one for each further status that it may have.
pub fn standings(standings: &[Standing]) -> Vec<Block> {
    let rows = standings.iter().flat_map(|standing| {
        let beside = [
            suspended(standing.suspension_asserted, standing.suspension_uncertain),
            (!standing.complete).then_some(NOT_ALL_FOLLOWED),
        ];
        let lines = held_lines(&standing.held, beside).zip(&standing.held).enumerate();
        lines.map(|(nth, ([told, since, ends], held))| {
            let name = if nth == 0 { standing.treaty_name.clone() } else { String::new() };
            [name, told, bound(held, &standing.held), since, ends]
        })
    });
    with_open_days(["treaty", "status", "", "since", "status until"], rows)
}

/// Whether a status binds, and that it is open where others that may be do not alike.
fn bound(held: &StatusHeld, all: &[StatusHeld]) -> String {
    let open = all.iter().any(|other| other.bound != held.bound);
    let told = if held.bound { "bound" } else { "not bound" };
    if open { format!("open: {told}") } else { told.to_owned() }
}

/// What is told beside a status where more readings were there than could be followed.
pub const NOT_ALL_FOLLOWED: &str = "not all readings followed";

/// What is told beside a status of a suspension.
pub fn suspended(asserted: bool, uncertain: bool) -> Option<&'static str> {
    match (asserted, uncertain) {
        (false, _) => None,
        (true, false) => Some("suspension asserted"),
        (true, true) => Some("suspension asserted, open whether on that day"),
    }
}

/// Each status that holds on the day under some reading, with what lies beside all of them,
/// since when and until when, in cells.
pub fn held_lines<'h>(
    held: &'h [StatusHeld],
    beside: impl IntoIterator<Item = Option<&'h str>>,
) -> impl Iterator<Item = [String; 3]> {
    let beside: String = beside.into_iter().flatten().map(|what| format!(", {what}")).collect();
    held.iter().enumerate().map(move |(nth, it)| {
        let or = if nth == 0 { "" } else { "or " };
        let beside = if nth + 1 == held.len() { beside.as_str() } else { "" };
        let told = format!("{or}{}{beside}", it.status.replace('_', " "));
        [told, days(&it.since, &it.since_latest), status_ends(it)]
    })
}

/// Until when a status lasts, in a cell. The end of a notice is not always the way out: a
/// conflict may defer it. Where it `may_not_end`, the day is the earliest.
pub fn status_ends(held: &StatusHeld) -> String {
    let StatusHeld { status, until, until_latest, effective, effective_latest, may_not_end, .. } = held;
    let told = days(until, until_latest);
    let same = until == effective && (until_latest == effective_latest || *may_not_end);
    match effective.as_str() {
        _ if status != "party_withdrawal_pending" || until.is_empty() || same => at_the_earliest(told, *may_not_end),
        "" => format!("{told}: notice ends, still bound"),
        _ => {
            let out = at_the_earliest(days(effective, effective_latest), *may_not_end);
            format!("{told}: notice ends, out {out}")
        }
    }
}

/// A day that is the earliest on which something comes that may never come; of several the
/// first, for the others are not the earliest.
pub fn at_the_earliest(told: String, may_not_come: bool) -> String {
    if !may_not_come || told.is_empty() {
        return told;
    }
    let first = told.strip_prefix(A_DAY).and_then(|days| days.split_once(" to ")).or(told.split_once(BETWEEN));
    format!("{} at the earliest", first.map_or(told.as_str(), |(first, _)| first))
}

/// Between the first and the last of the days in a cell.
const BETWEEN: &str = " .. ";
/// Before them in a sentence.
const A_DAY: &str = "a day from ";

/// A day in a cell; where it is open which of several it is, the first and the last of them.
pub fn days(first: &str, latest: &str) -> String {
    if latest.is_empty() { first.to_owned() } else { format!("{first}{BETWEEN}{latest}") }
}

/// The same in a sentence, where "to" alone would be the end of something.
pub fn a_day(first: &str, latest: &str) -> String {
    if latest.is_empty() { first.to_owned() } else { format!("{A_DAY}{first} to {latest}") }
}

/// The answer in a sentence, and what it is subject to.
fn headline(answer: &TreatyStatusResponse, known_at: Option<KnownAt>) -> Vec<String> {
    let TreatyStatusResponse { participant_name: who, treaty_name: treaty, at, projected, .. } = answer;
    let known = day_known(known_at, answer.holds_at.as_ref());
    let mut sentences = match answer.outcomes.as_slice() {
        [outcome] => {
            let verb = if *projected { "is projected to be" } else { "is" };
            let (stands, more) = standing_words(outcome, treaty);
            vec![added(format!("{who} {verb} {stands} on {at}, as known on {known}"), &more, ".")]
        }
        outcomes => {
            let first =
                format!("The record does not settle how {who} stands to {treaty} on {at}, as known on {known}:");
            let each = outcomes.iter().map(|outcome| {
                let (stands, more) = standing_words(outcome, treaty);
                added(format!("- {stands}"), &more, "")
            });
            std::iter::once(first).chain(each).collect()
        }
    };
    if !answer.complete {
        sentences.push("The record can be read in more ways than were followed.".into());
    }
    sentences
}

/// The status towards a treaty, and what is to be added to it, in words.
fn standing_words(outcome: &StatusOutcome, treaty: &str) -> (String, String) {
    let StatusOutcome { status, effective, effective_latest, expired, expired_latest, may_not_end, .. } = outcome;
    let begins = outcome.intervals.iter().flat_map(|interval| [interval.from.as_str(), &interval.from_latest]);
    let since = day_or_days(begins, "");
    let (stands, more) = match status.as_str() {
        "non_participant" => ("no participant in", String::new()),
        "signatory" => ("a signatory of", "not bound".into()),
        "former_signatory" => ("a former signatory of", format!("no signatory any more since {since}")),
        "contracting" => ("contracting to", "not bound yet".into()),
        "party" => ("a party to", String::new()),
        "party_withdrawal_pending" if effective.is_empty() => {
            ("a party to", "withdrawing, while a conflict is asserted to go on".into())
        }
        "party_withdrawal_pending" if *may_not_end => ("a party to", format!("leaving on {effective} at the earliest")),
        "party_withdrawal_pending" => {
            let ends = outcome.intervals.iter().flat_map(|interval| [interval.to.as_str(), &interval.to_latest]);
            let ends = if effective_latest.is_empty() {
                day_or_days(ends, effective)
            } else {
                day_or_days([effective.as_str(), effective_latest].into_iter(), "")
            };
            ("a party to", format!("leaving on {ends}"))
        }
        "party_withdrawal_deferred_conflict" => {
            let expired = day_or_days([expired.as_str(), expired_latest].into_iter(), "");
            ("a party to", format!("its withdrawal is deferred by a conflict since {expired}"))
        }
        "former_party" => ("a former party to", format!("out since {since}")),
        // A newer server may know more words.
        other => return (format!("{} under {treaty}", other.replace('_', " ")), String::new()),
    };
    (format!("{stands} {treaty}"), more)
}

/// The only day; where readings differ the first and the last that they lead to. `alone` is
/// told for one day in its place.
fn day_or_days<'a>(days: impl Iterator<Item = &'a str>, alone: &str) -> String {
    let days: BTreeSet<&str> = days.filter(|day| !day.is_empty()).collect();
    match (days.first(), days.last()) {
        (Some(first), Some(last)) if first != last => format!("a day from {first} to {last}"),
        (Some(only), _) if alone.is_empty() => (*only).to_owned(),
        _ => alone.to_owned(),
    }
}

fn added(sentence: String, more: &str, end: &str) -> String {
    if more.is_empty() { format!("{sentence}{end}") } else { format!("{sentence}: {more}{end}") }
}

fn reasons(outcome: &StatusOutcome, several: bool, letters: Option<&Letters>) -> Vec<Block> {
    let mut tables = Vec::new();
    if several || !outcome.assuming.is_empty() {
        let what = outcome.status.replace('_', " ");
        // The only one is assumed of nothing: the readings differ in its days.
        let of = if several { ", assuming:" } else { " in every reading; its days depend on which is right:" };
        tables
            .push(sentences(Some(&format!("{what}{of}")), told_of(&outcome.assuming).map(|what| format!("- {what}"))));
    }
    if !outcome.steps.is_empty() {
        let rows = outcome.steps.iter().map(|step| (step.event.as_ref(), because(step)));
        tables.extend(lettered(["date", "because", "article", "entry"], rows, letters));
    }
    let changes = outcome.could_change.iter().map(|change| change.sentence.clone());
    tables.extend(listed("what could still change it", "- ", changes.collect()));
    tables
}

/// What is assumed, and of how many further ways the same is true; the JSON has them all.
pub fn told_of(assuming: &[String]) -> impl Iterator<Item = String> {
    up_to(ASSUMED, assuming)
}

/// A table whose rows begin with the letters that stand for their events in the drawing.
fn lettered<'a>(
    header: [&str; 4],
    rows: impl Iterator<Item = (Option<&'a CitedEvent>, [String; 4])>,
    letters: Option<&Letters>,
) -> Vec<Block> {
    let Some(letters) = letters else { return with_open_days(header, rows.map(|(_, row)| row)) };
    let [one, two, three, four] = header;
    let rows = rows.map(|(event, [date, told, more, entry])| {
        [letters.letter(event.and_then(|event| event.position.as_ref())), date, told, more, entry]
    });
    with_open_days(["key", one, two, three, four], rows)
}

/// One reason in cells, with both ends of its day: of a status, a duty or a change to come.
pub fn because(step: &StatusStep) -> [String; 4] {
    [days(&step.date, &step.date_latest), step.sentence.clone(), step.article.clone(), entry(step.event.as_ref())]
}

pub fn entry(event: Option<&CitedEvent>) -> String {
    event.and_then(|event| event.position.as_ref()).map(|position| position.index.to_string()).unwrap_or_default()
}

pub fn listed(heading: &str, mark: &str, told: Vec<String>) -> Option<Block> {
    let marked: Vec<String> = told.into_iter().map(|sentence| format!("{mark}{sentence}")).collect();
    (!marked.is_empty()).then(|| sentences(Some(heading), marked))
}

/// What an overlay says; reactions with the letters that a drawing has for them.
pub fn beside(overlay: &Overlay, letters: Option<&Letters>) -> Vec<Block> {
    match overlay {
        Overlay::SuspensionAsserted(found) => suspension(found, letters),
        Overlay::ProvisionalApplication(found) => {
            let ProvisionalApplication { since, since_latest, until, until_latest, scope, uncertain, .. } = found;
            let until = if until.is_empty() { "in force".to_owned() } else { a_day(until, until_latest) };
            let applied = if *uncertain { "May be applied" } else { "Applied" };
            let since = a_day(since, since_latest);
            vec![sentences(None, [format!("{applied} provisionally from {since} until {until}: {scope}.")])]
        }
        Overlay::Declaration(found) => {
            let what = short_name(found.r#type().as_str_name(), "DECLARATION_TYPE_").replace('_', " ");
            let text = if found.text.is_empty() { String::new() } else { format!(": {}", found.text) };
            let told = format!("Declaration of {} ({what}){text}", found.made);
            vec![sentences(None, std::iter::once(told).chain(doubts(found)))]
        }
        Overlay::TerritorialScope(found) => {
            let effect = short_name(found.effect().as_str_name(), "TERRITORIAL_EFFECT_");
            let since = if found.effective.is_empty() { &found.made } else { &found.effective };
            let told = format!("Territory: {effect} {} since {since}.", found.units.join(", "));
            vec![sentences(None, std::iter::once(told).chain(doubts(found)))]
        }
        Overlay::RetroactiveSuccession(found) => {
            let RetroactiveSuccession { event: _, predecessor, succeeded, notified, succeeded_latest, .. } = found;
            let succeeded = a_day(succeeded, succeeded_latest);
            let told = format!("Bound from {succeeded} on as successor of {predecessor}, notified on {notified}.");
            let ended = may_have_ended(&found.may_have_ended, &found.may_have_ended_latest);
            vec![sentences(None, std::iter::once(told).chain(ended))]
        }
    }
}

/// Why it is not certain that a declaration stands on the day.
fn doubts(found: &Declared) -> Vec<String> {
    let begins = found.may_begin_later.then(|| "By then it may not have begun yet.".to_owned());
    let changed = found.may_be_changed.iter().map(|OpenChange { event, change, made }| {
        let done = if change == "withdraws" { "withdrawn" } else { "modified" };
        format!("By then it may have been {done}: dated {made} (entry {}).", entry(event.as_ref()))
    });
    let replaced = found.may_be_replaced.iter().map(|ReplacedUnit { unit, by, since }| {
        format!("Of {unit} a later declaration may tell by then: since {since} (entry {}).", entry(by.as_ref()))
    });
    let own = if found.effective.is_empty() { &found.made } else { &found.effective };
    let contrary = found.contradicted_by.iter().map(|ReplacedUnit { unit, by, since }| {
        let is_known = since == own && own.parse::<Date>().is_ok();
        let (is, then) = if is_known { ("is", "Neither is") } else { ("may be", "If it is, neither is") };
        let told = format!("Of {unit} a declaration that {is} of the same day says the contrary: since {since}");
        let entry = entry(by.as_ref());
        format!("{told} (entry {entry}). {then} the later one, and the record does not settle which of them stands.")
    });
    let ended = may_have_ended(&found.may_have_ended, &found.may_have_ended_latest)
        .or_else(|| ends_with_membership(&found.ends, &found.ends_latest));
    begins.into_iter().chain(changed).chain(replaced).chain(contrary).chain(ended).collect()
}

/// That what belongs to a membership may have ended with it.
fn may_have_ended(first: &str, last: &str) -> Option<String> {
    let told = || format!("By then it may have ended, with the membership that it belongs to: {}.", a_day(first, last));
    (!first.is_empty()).then(told)
}

/// When what belongs to a membership ends with it.
fn ends_with_membership(first: &str, last: &str) -> Option<String> {
    (!first.is_empty()).then(|| format!("It ends with the membership that it belongs to: {}.", a_day(first, last)))
}

fn suspension(found: &SuspensionAsserted, letters: Option<&Letters>) -> Vec<Block> {
    let SuspensionAsserted { by, since, circulated, claimed_until, contested_by, reactions, windows, .. } = found;
    let SuspensionAsserted { begins, begins_latest, may_begin_later, may_be_contested_by, .. } = found;
    let open = &found.may_have_withdrawn;
    let since = if begins_latest.is_empty() { since.clone() } else { a_day(begins, begins_latest) };
    let asserts = if *may_begin_later { "may have asserted by then" } else { "asserts" };
    let mut sentence = format!("{by} {asserts} that it suspended the treaty since {since}");
    if !claimed_until.is_empty() {
        sentence.push_str(&format!(", until {claimed_until}"));
    }
    sentence.push_str("; the status stands.");
    if !circulated.is_empty() {
        sentence.push_str(&format!(" The parties were informed {}.", on_a_date(circulated)));
    }
    let later: Vec<&str> = may_be_contested_by.iter().filter(|by| !open.contains(by)).map(String::as_str).collect();
    let contested = against("contested", [contested_by.join(", "), open.join(", "), later.join(", ")]);
    let contested = contested.unwrap_or_else(|| "nobody is recorded to contest it".into());
    let contested = format!("{}.", with_capital(&contested));
    let times = windows.iter().map(|window| {
        let ObjectionWindow { from, begins, ends, begins_latest, ends_latest } = window;
        let (begins, ends) = (days(begins, begins_latest), days(ends, ends_latest));
        format!("Objections are in time until {ends}, counted from the {from} of {begins}.")
    });
    let ended = match found.may_have_ended {
        true if found.ends.is_empty() => {
            Some("By then it may have ended, with the membership that it belongs to.".to_owned())
        }
        true => may_have_ended(&found.ends, &found.ends_latest),
        false => ends_with_membership(&found.ends, &found.ends_latest),
    };
    let mut tables = vec![sentences(None, [sentence, contested].into_iter().chain(times).chain(ended))];
    if !reactions.is_empty() {
        let rows = reactions.iter().map(|reaction| {
            let (event, date, by) = (reaction.event.as_ref(), reaction.date.clone(), reaction.by.clone());
            (event, [date, by, format!("{}{}", reaction.stance, in_time(reaction)), entry(event)])
        });
        tables.extend(lettered(["date", "who", "stance", "entry"], rows, letters));
    }
    tables
}

/// Whether an objection came in time, under one count or under all.
fn in_time(reaction: &Reaction) -> String {
    if !reaction.withdrawn.is_empty() {
        return format!(", withdrawn {}", reaction.withdrawn);
    }
    let found: Vec<Timeliness> = reaction.in_time().collect();
    let open = &reaction.may_be_withdrawn;
    let open = if open.is_empty() { String::new() } else { format!(", may have been withdrawn ({open})") };
    let word = match found.as_slice() {
        [] => "",
        found if found.iter().all(|it| *it == Timeliness::InTime) => ", in time",
        found if found.iter().all(|it| *it == Timeliness::Late) => ", late",
        found if found.contains(&Timeliness::Unknown) => ", on a day that is not known",
        _ => ", in time by one count",
    };
    format!("{word}{open}")
}

fn claims(claims: &Claims) -> [Block; 2] {
    let decided = match claims.decided_by.as_str() {
        "agreement" => "they agree",
        "mandate" => "the mandate for the act decides",
        "source" => "the source decides",
        "resolution" => "a resolution decides",
        _ => "nothing decides between them",
    };
    let resolution = claims.resolution.as_ref().and_then(|event| event.position.as_ref());
    let resolution = resolution.map(|position| format!(" (entry {} by {})", position.index, position.organisation));
    let compared = if claims.compared_alone {
        "; it is compared with the computed day, and the status does not go by it"
    } else {
        ""
    };
    let decided = format!("{decided}{}{compared}", resolution.unwrap_or_default());
    let position = |claim: &Claim| claim.event.as_ref().and_then(|event| event.position.clone());
    let positions: Vec<EventPosition> = claims.statements.iter().filter_map(position).collect();
    let place = |claim: &Claim| position(claim).map(|at| place_among(&at, &positions)).unwrap_or_default();
    let rows = claims.statements.iter().map(|claim| {
        let followed = (claim.followed && !claims.compared_alone).then(|| "followed".to_owned());
        let contests = claim.contests.iter().map(|contest| format!("contested by {}", contest.by));
        let says = [differences(claim)].into_iter().chain(followed).chain(contests).filter(|line| !line.is_empty());
        let says = says.collect::<Vec<_>>().join("\n");
        let by = claim.event.as_ref().and_then(|event| event.position.as_ref());
        let by = by.map(|position| position.organisation.clone()).unwrap_or_default();
        [claim.date.clone(), source(claim.source().as_str_name(), &claim.source_name), by, says, place(claim)]
    });
    let kind = match (claims.kind.as_str(), claims.statements.len()) {
        // The kind alone joins them: a treaty enters into force once.
        ("effect_stated", 2..) if claims.act.is_empty() => "the treaty's own entry into force".to_owned(),
        (kind, _) => kind.replace('_', " "),
    };
    let act = if claims.act.is_empty() { kind } else { format!("{} ({kind})", claims.act) };
    let told = match claims.statements.len() {
        1 => format!("{act}: stated once, and contested{compared}"),
        times => format!("{act}: stated {times} times, {decided}"),
    };
    [sentences(None, [told]), table(["date", "source", "by", "says", "entry"], rows)]
}

pub fn findings(findings: &[LegalFinding]) -> Vec<String> {
    let told = findings.iter().map(|finding| {
        let LegalFinding { code, event, article, message, assuming } = finding;
        let article = if article.is_empty() { String::new() } else { format!(" (Article {article})") };
        let entry = entry(event.as_ref());
        let at = if entry.is_empty() { String::new() } else { format!("entry {entry}, ") };
        let told: Vec<String> = told_of(assuming).collect();
        let assuming = if told.is_empty() { String::new() } else { format!("; assuming: {}", told.join(" / or ")) };
        format!("{at}{code}: {message}{}{assuming}", article.replace("Article VCLT", "VCLT"))
    });
    told.collect()
}

#[cfg(test)]
#[path = "treaty_status_tests.rs"]
mod tests;
