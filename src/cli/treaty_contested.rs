//! `treaty contested`: acts that somebody is against or about which the statements differ,
//! each with both sides, and what the view follows.

use std::collections::BTreeSet;

use clap::Args;

use super::{
    DayArguments, Failure,
    block::{Block, sentences, table},
    output::{Output, day_known, short_name},
    treaty_status::{entry, on_day},
    words::{differences, place_among},
};
use crate::client::{
    Client, KnownAt,
    reply::{
        ActResolution, ActResponse, ActUnderTreaty, Because, CitedEvent, Claims, ContestedAct, ContestedResponse,
        EventPosition, HoldsAt,
    },
    to_json,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Only under this treaty (id or short name).
    treaty: Option<String>,
    /// Only acts of this participant (id or name).
    #[arg(long)]
    participant: Option<String>,
    /// Also why the view follows what it follows.
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    day: DayArguments,
}

/// Asks and shows; returns what the answer holds for.
pub async fn show(client: &Client, arguments: &Arguments, output: &Output) -> Result<Option<HoldsAt>, Failure> {
    let Arguments { treaty, participant, why, day } = arguments;
    let at = day.at.map(|at| at.to_string()).unwrap_or_default();
    let answer = client.contested(treaty.as_deref(), participant.as_deref(), &on_day(day, &at)).await?;
    let json = to_json("ContestedResponse", &answer);
    output.show_list(&json, "acts", || shown(&answer, *why, day.read.known_at))?;
    Ok(answer.holds_at)
}

fn shown(answer: &ContestedResponse, why: bool, known_at: Option<KnownAt>) -> Vec<Block> {
    let ContestedResponse { at, projected, acts, .. } = answer;
    let known = day_known(known_at, answer.holds_at.as_ref());
    let ahead = if *projected { " (a projection)" } else { "" };
    let told = match acts.len() {
        0 => "no act is contested".to_owned(),
        1 => "1 act is contested".to_owned(),
        count => format!("{count} acts are contested"),
    };
    let told = match acts.iter().filter(|act| act.uncertain).count() {
        0 => told,
        open => format!("{told}; of {open} that depends on what open dates mean"),
    };
    let headline = format!("On {at}{ahead}, as known on {known}: {told}.");
    std::iter::once(sentences(None, [headline])).chain(acts.iter().flat_map(|act| contested(act, why))).collect()
}

fn contested(found: &ContestedAct, why: bool) -> Vec<Block> {
    let statements = found.statements.clone().unwrap_or_default();
    let places = Places::of(found, &statements);
    let rows = stated(&statements, &places).chain(found.responses.iter().map(|told| response(told, &places)));
    let rows = rows.chain(
        found.resolutions.iter().map(|resolution| resolved(resolution, &found.resolutions, &statements, &places)),
    );
    let mut blocks = vec![sentences(None, [headline(found)])];
    blocks.push(table(["date", "who", "says", "source", "entry"], rows));
    blocks.extend(why.then(|| because(&found.reasons)));
    blocks
}

/// Where everything stands that is told of an act: several events of one entry are told apart.
struct Places<'a>(Vec<&'a EventPosition>);

impl<'a> Places<'a> {
    fn of(found: &'a ContestedAct, statements: &'a Claims) -> Self {
        let stated = statements.statements.iter().map(|claim| &claim.event);
        let responses = found.responses.iter().map(|response| &response.event);
        let resolutions = found.resolutions.iter().map(|resolution| &resolution.event);
        let all = stated.chain(responses).chain(resolutions).flatten();
        Self(all.filter_map(|event| event.position.as_ref()).collect())
    }

    fn entry(&self, event: Option<&CitedEvent>) -> String {
        let position = event.and_then(|event| event.position.as_ref());
        position.map(|position| place_among(position, self.0.iter().copied())).unwrap_or_default()
    }
}

/// The act, since when it is contested and by whom, and what is followed.
fn headline(found: &ContestedAct) -> String {
    let ContestedAct { since, known_since, responses, statements_differ, .. } = found;
    let since = if since.is_empty() { String::new() } else { format!(" since {since}") };
    let by = |counts: &dyn Fn(&ActResponse) -> bool| {
        let against = responses.iter().filter(|response| response.opposes && counts(response));
        against.map(|response| response.by.as_str()).collect::<BTreeSet<_>>()
    };
    let surely = by(&|it| !it.may_come_later && it.may_be_withdrawn.is_empty());
    let open = &by(&|it| !it.may_come_later && !it.may_be_withdrawn.is_empty()) - &surely;
    let later = &(&by(&|it| it.may_come_later) - &surely) - &open;
    let words = |by: BTreeSet<&str>| by.into_iter().collect::<Vec<_>>().join(", ");
    let mut told = Vec::from_iter(against(&format!("contested{since}"), [words(surely), words(open), words(later)]));
    if *statements_differ {
        told.push("the statements about it differ".to_owned());
    }
    if !known_since.is_empty() {
        told.push(format!("known since {known_since}"));
    }
    let follows = match found.follows.as_str() {
        "statement" if found.statements.as_ref().is_some_and(|all| all.statements.len() == 1) => {
            "the only account of it"
        }
        "statement" => "one account of it",
        "several" => "several accounts that differ",
        "compared" => "none of the accounts, which are compared with what follows from other acts",
        _ => "none of the accounts",
    };
    format!("{}: {}; followed is {follows}.", name_of(found.act.as_ref()), told.join("; "))
}

/// Who is against an act: for certain, who may have withdrawn that by the day, who may not have
/// been yet. `contested` tells the first of them.
pub fn against(contested: &str, [surely, open, later]: [String; 3]) -> Option<String> {
    let mut told: Vec<String> = Vec::new();
    let verb = |told: &[String]| if told.is_empty() { contested.to_owned() } else { "contested".to_owned() };
    if !surely.is_empty() {
        told.push(format!("{} by {surely}", verb(&told)));
    }
    if !open.is_empty() {
        told.push(format!("{} by {open}, which may have withdrawn that by then", verb(&told)));
    }
    if !later.is_empty() {
        let too = if told.is_empty() { " contested it" } else { ", too" };
        told.push(format!("by then {later} may have{too}"));
    }
    (!told.is_empty()).then(|| told.join("; "))
}

/// Treaty, whose act it is, and the act.
pub fn name_of(act: Option<&ActUnderTreaty>) -> String {
    let ActUnderTreaty { treaty_name, participant_name, kind, act: name, date, event, .. } =
        act.cloned().unwrap_or_default();
    let kind = kind.replace('_', " ");
    let what = if name.is_empty() { kind } else { format!("{name} ({kind})") };
    let who = if participant_name.is_empty() { treaty_name } else { format!("{treaty_name}, {participant_name}") };
    let on = if date.is_empty() { String::new() } else { format!(" of {date}") };
    format!("{who}: {what}{on}, entry {}", entry(event.as_ref()))
}

fn stated(statements: &Claims, places: &Places<'_>) -> impl Iterator<Item = [String; 5]> {
    statements.statements.iter().map(|claim| {
        let differs = differences(claim);
        let follow = match (claim.followed, statements.compared_alone) {
            (true, false) => "followed",
            (true, true) => "compared alone",
            (false, _) => "not followed",
        };
        let says = if differs.is_empty() { format!("states it; {follow}") } else { format!("{differs}; {follow}") };
        let source = source(claim.source().as_str_name(), &claim.source_name);
        [claim.date.clone(), organisation(claim.event.as_ref()), says, source, places.entry(claim.event.as_ref())]
    })
}

fn response(response: &ActResponse, places: &Places<'_>) -> [String; 5] {
    let ActResponse { event, by, stance, date, text, source_name, withdrawn, may_be_withdrawn, .. } = response;
    let mut says = stance.clone();
    if !withdrawn.is_empty() {
        says.push_str(&format!(", withdrawn {withdrawn}"));
    }
    if response.may_come_later {
        says.push_str(", may not have come by then");
    }
    if !may_be_withdrawn.is_empty() {
        says.push_str(&format!(", may have been withdrawn ({may_be_withdrawn})"));
    }
    if !text.is_empty() {
        says.push_str(&format!(": {text}"));
    }
    let source = source(response.source().as_str_name(), source_name);
    [date.clone(), by.clone(), says, source, places.entry(event.as_ref())]
}

fn resolved(
    resolution: &ActResolution,
    all: &[ActResolution],
    statements: &Claims,
    places: &Places<'_>,
) -> [String; 5] {
    let ActResolution { event, date, accepted, reasons, decides } = resolution;
    let accepted = accepted.as_ref().map(|accepted| {
        let mut cited = statements.statements.iter().filter_map(|claim| claim.event.as_ref());
        let is_it = |event: &&CitedEvent| {
            event.position.as_ref().is_some_and(|position| {
                (&position.organisation, &position.event_id) == (&accepted.organisation, &accepted.event_id)
            })
        };
        cited
            .find(is_it)
            .map_or_else(|| accepted.event_id.clone(), |event| format!("entry {}", places.entry(Some(event))))
    });
    let accepts = accepted.unwrap_or_else(|| "none of them".to_owned());
    let by = organisation(event.as_ref());
    let newer = all.iter().find(|other| other.decides && organisation(other.event.as_ref()) == by);
    let counts = match newer {
        _ if *decides => String::new(),
        Some(newer) => format!(", superseded by entry {}", places.entry(newer.event.as_ref())),
        None => ", without effect in this view".to_owned(),
    };
    let says = format!("accepts {accepts}{counts}: {reasons}");
    [date.clone(), by, says, "resolution".into(), places.entry(event.as_ref())]
}

/// Class and name of a source.
pub fn source(class: &str, name: &str) -> String {
    let class = short_name(class, "SOURCE_CLASS_").replace('_', " ");
    match (class.as_str(), name) {
        ("unspecified", name) => name.to_owned(),
        (class, "") => class.to_owned(),
        (class, name) => format!("{class}: {name}"),
    }
}

fn organisation(event: Option<&CitedEvent>) -> String {
    event.and_then(|event| event.position.as_ref()).map(|position| position.organisation.clone()).unwrap_or_default()
}

/// The reasons of an answer about an act.
pub fn because(reasons: &[Because]) -> Block {
    let rows = reasons.iter().map(|reason| {
        let Because { article, event, sentence } = reason;
        [sentence.clone(), article.clone(), entry(event.as_ref())]
    });
    table(["because", "article", "entry"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::{Claim, EventPosition, SaidField, SourceClass};

    fn cited(index: u64, organisation: &str) -> Option<CitedEvent> {
        let organisation = organisation.to_owned();
        let event_id = format!("event-{index}");
        let position = Some(EventPosition { index, organisation, event_id, ..EventPosition::default() });
        Some(CitedEvent { position, verified: false })
    }

    fn disputed() -> ContestedAct {
        let act = ActUnderTreaty {
            treaty_name: "APMBC".into(),
            participant_name: "Ukraine".into(),
            kind: "suspension_notified".into(),
            act: "Ukraine 2025".into(),
            date: "2025-07-18".into(),
            event: cited(240, "desk-public-record"),
            ..ActUnderTreaty::default()
        };
        let claim = Claim {
            event: cited(240, "desk-public-record"),
            date: "2025-07-18".into(),
            source: SourceClass::Ngo.into(),
            source_name: "a report".into(),
            followed: true,
            differs: vec![SaidField { field: "claimed_from".into(), says: "2025-07-18".into() }],
            ..Claim::default()
        };
        let response = |by: &str, opposes| ActResponse {
            event: cited(250, "desk-public-record"),
            by: by.into(),
            stance: "objects".into(),
            date: "2025-10-17".into(),
            text: "The treaty does not provide for suspensions.".into(),
            source: SourceClass::Government.into(),
            withdrawn: if opposes { String::new() } else { "2026-02-01".into() },
            opposes,
            ..ActResponse::default()
        };
        let accepted = crate::client::reply::body::EventReference {
            organisation: "desk-public-record".into(),
            event_id: "event-240".into(),
        };
        ContestedAct {
            act: Some(act),
            statements: Some(Claims { statements: vec![claim], ..Claims::default() }),
            responses: vec![response("CHE", true), response("NOR", false)],
            resolutions: vec![ActResolution {
                event: cited(260, "authority"),
                date: "2026-01-10".into(),
                accepted: Some(accepted),
                reasons: "the official record".into(),
                decides: false,
            }],
            since: "2025-10-17".into(),
            known_since: "2025-10-18".into(),
            follows: "statement".into(),
            ..ContestedAct::default()
        }
    }

    #[test]
    fn both_sides_are_told_in_eighty_columns_and_only_who_stands_against_it_contests() {
        let answer =
            ContestedResponse { at: "2026-03-01".into(), acts: vec![disputed()], ..ContestedResponse::default() };
        let text: Vec<String> = shown(&answer, false, None).iter().map(|block| block.text(80)).collect();
        let text = text.join("\n\n");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for told in [
            "1 act is contested.",
            "APMBC, Ukraine: Ukraine 2025 (suspension notified) of 2025-07-18, entry 240: contested since 2025-10-17 by CHE; known since",
            "followed is the only account of it.",
        ] {
            assert!(flat.contains(told), "{told}\n{text}");
        }
        for word in ["claimed from", "followed", "withdrawn", "ngo:", "government", "250", "260", "240,"] {
            assert!(text.contains(word), "{word}\n{text}");
        }
    }

    #[test]
    fn what_contests_an_act_on_some_days_of_open_dates_alone_is_told_so() {
        let mut act = disputed();
        act.uncertain = true;
        act.responses[0].may_be_withdrawn = "2026".into();
        act.responses[1] =
            ActResponse { by: "NOR".into(), opposes: true, may_come_later: true, ..ActResponse::default() };
        let answer = ContestedResponse { acts: vec![act], ..ContestedResponse::default() };
        let text: String = shown(&answer, false, None).iter().map(|block| block.text(80)).collect();
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for told in [
            "1 act is contested; of 1 that depends on what open dates mean.",
            "contested since 2025-10-17 by CHE, which may have withdrawn that by then; by then NOR may have, too;",
        ] {
            assert!(flat.contains(told), "{told}\n{text}");
        }
    }

    #[test]
    fn accounts_of_one_entry_are_told_apart_also_where_a_resolution_accepts_one() {
        let mut act = disputed();
        let rival = |ordinal: u32| {
            let position = EventPosition {
                index: 7,
                ordinal,
                event_id: format!("event-7-{ordinal}"),
                organisation: "desk-public-record".into(),
                ..EventPosition::default()
            };
            Claim { event: Some(CitedEvent { position: Some(position), verified: false }), ..Claim::default() }
        };
        act.statements = Some(Claims { statements: vec![rival(0), rival(1)], ..Claims::default() });
        let accepted = crate::client::reply::body::EventReference {
            organisation: "desk-public-record".into(),
            event_id: "event-7-1".into(),
        };
        act.resolutions[0].accepted = Some(accepted);
        let text = contested(&act, false).iter().map(|block| block.text(200)).collect::<String>();
        for told in ["7 (event 1)", "accepts entry 7 (event 2)", "followed is one account of it."] {
            assert!(text.contains(told), "{told}\n{text}");
        }
    }

    #[test]
    fn an_earlier_resolution_of_who_decided_is_superseded() {
        let mut act = disputed();
        let newer = ActResolution { event: cited(270, "authority"), decides: true, ..ActResolution::default() };
        act.resolutions.push(newer);
        let text = contested(&act, false).iter().map(|block| block.text(200)).collect::<String>();
        assert!(text.contains("superseded by entry 270") && !text.contains("without effect"), "{text}");
        act.resolutions[1].event = cited(270, "another");
        let text = contested(&act, false).iter().map(|block| block.text(200)).collect::<String>();
        assert!(text.contains("without effect in this view") && !text.contains("superseded"), "{text}");
    }

    #[test]
    fn nothing_contested_is_said_in_a_sentence() {
        let answer = ContestedResponse { at: "2026-03-01".into(), ..ContestedResponse::default() };
        let blocks = shown(&answer, true, None);
        assert_eq!(blocks.len(), 1);
        assert!(blocks[0].text(80).contains("no act is contested"));
    }
}
