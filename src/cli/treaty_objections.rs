//! `treaty objections`: who objected to which act, in time or late under each way of
//! counting, and who did not, where that is known.

use clap::Args;

use super::{
    DayArguments, Failure,
    block::{Block, sentences, table},
    output::{Output, day_known},
    treaty_contested::{because, name_of, source},
    treaty_status::{days, entry, on_day},
    words::counted,
};
use crate::client::{
    Client, KnownAt,
    reply::{
        ActObjection, HoldsAt, NamedParticipant, ObjectedAct, ObjectionTime, ObjectionWindow, ObjectionsResponse,
        Timeliness,
    },
    to_json,
};

/// So many names are shown unasked.
const FEW: usize = 12;

#[derive(Debug, Args)]
pub struct Arguments {
    /// Id or short name.
    treaty: String,
    /// Only objections by or against this participant (id or name): to its own acts those of everybody,
    /// to acts of others its own.
    #[arg(long)]
    participant: Option<String>,
    /// Also the names of many who did not object.
    #[arg(long)]
    silent: bool,
    /// Also the reasons of each time.
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    day: DayArguments,
}

/// Asks and shows; returns what the answer holds for.
pub async fn show(client: &Client, arguments: &Arguments, output: &Output) -> Result<Option<HoldsAt>, Failure> {
    let Arguments { treaty, participant, silent, why, day } = arguments;
    let at = day.at.map(|at| at.to_string()).unwrap_or_default();
    let answer = client.objections(treaty, participant.as_deref(), &on_day(day, &at)).await?;
    let json = to_json("ObjectionsResponse", &answer);
    output.show_list(&json, "acts", || shown(&answer, (*silent, *why), day.read.known_at))?;
    Ok(answer.holds_at)
}

fn shown(answer: &ObjectionsResponse, (all, why): (bool, bool), known_at: Option<KnownAt>) -> Vec<Block> {
    let ObjectionsResponse { treaty_name, at, projected, acts, .. } = answer;
    let known = day_known(known_at, answer.holds_at.as_ref());
    let ahead = if *projected { " (a projection)" } else { "" };
    let count: usize = acts.iter().map(|act| act.objections.len()).sum();
    let headline = format!(
        "{treaty_name} on {at}{ahead}, as known on {known}: {}, {} to {}.",
        counted(acts.len(), "act", "acts"),
        counted(count, "objection", "objections"),
        if acts.len() == 1 { "it" } else { "them" },
    );
    std::iter::once(sentences(None, [headline])).chain(acts.iter().flat_map(|act| objected(act, all, why))).collect()
}

fn objected(found: &ObjectedAct, all: bool, why: bool) -> Vec<Block> {
    let name = format!("{}:", name_of(found.act.as_ref()));
    let times = found.times.iter().map(|found| time(found, all));
    let no_time = found.times.is_empty().then(|| "- no time for objections to it is known".to_owned());
    let mut blocks = vec![sentences(Some(&name), times.chain(no_time))];
    if !found.objections.is_empty() {
        let rows = found.objections.iter().map(|objection| row(objection, &found.times));
        blocks.push(table(["date", "who", "objection", "source", "entry"], rows));
    }
    if found.further > 0 {
        let others = counted(found.further as usize, "further objection to it is", "further objections to it are");
        blocks.push(sentences(None, [format!("{others} of others, and not told here.")]));
    }
    blocks.extend(why.then(|| because(&found.reasons)));
    blocks
}

/// Until when, and who did not object.
fn time(time: &ObjectionTime, all: bool) -> String {
    let ObjectionTime { over, may_be_over, silence_known, silent, unclear, sentence, .. } = time;
    let window = time.window.clone().unwrap_or_default();
    let passed = match (over, may_be_over) {
        (true, _) => ", and is over",
        (false, true) => ", and may be over",
        (false, false) => "",
    };
    let ObjectionWindow { from, begins, ends, begins_latest, ends_latest } = &window;
    let (begins, ends) = (days(begins, begins_latest), days(ends, ends_latest));
    let until = format!("- counted from the {from} of {begins}: until {ends}{passed}");
    if !silence_known {
        return format!("{until}; who did not object is {sentence}");
    }
    let who = match silent.len() {
        0 => String::new(),
        count if count <= FEW || all => format!(": {}", names(silent)),
        _ => " (--silent names them)".to_owned(),
    };
    let open = if unclear.is_empty() { String::new() } else { format!("; not clear of {}", names(unclear)) };
    format!("{until}; {sentence}{who}{open}")
}

fn names(participants: &[NamedParticipant]) -> String {
    participants.iter().map(|participant| participant.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn row(objection: &ActObjection, times: &[ObjectionTime]) -> [String; 5] {
    let ActObjection { event, participant_name, date, grounds, source_name, withdrawn, may_be_withdrawn, .. } =
        objection;
    let mut told = in_time(objection, times);
    if !withdrawn.is_empty() {
        told.push(format!("withdrawn {withdrawn}"));
    }
    if !may_be_withdrawn.is_empty() {
        told.push(format!("may have been withdrawn ({may_be_withdrawn})"));
    }
    if !grounds.is_empty() {
        told.push(grounds.clone());
    }
    let source = source(objection.source().as_str_name(), source_name);
    [date.clone(), participant_name.clone(), told.join("\n"), source, entry(event.as_ref())]
}

/// In time or late, once where all ways of counting agree.
fn in_time(objection: &ActObjection, times: &[ObjectionTime]) -> Vec<String> {
    let words = objection.in_time().map(|found| match found {
        Timeliness::InTime => "in time",
        Timeliness::Late => "late",
        Timeliness::Unknown | Timeliness::Unspecified => "date leaves it open",
    });
    let words: Vec<&str> = words.collect();
    match words.as_slice() {
        [] => Vec::new(),
        [only] => vec![(*only).to_owned()],
        [first, rest @ ..] if rest.iter().all(|word| word == first) => vec![format!("{first} by every count")],
        words => {
            let each = words.iter().zip(times).map(|(word, time)| {
                let from = time.window.as_ref().map(|window| window.from.as_str()).unwrap_or_default();
                format!("{word} from the {from}")
            });
            each.collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::ActUnderTreaty;

    fn counted_from(from: &str, ends: &str, silent: usize) -> ObjectionTime {
        let begins = "2025-07-18".to_owned();
        let named = |number| NamedParticipant { id: format!("P{number:02}"), name: format!("State {number}") };
        ObjectionTime {
            window: Some(ObjectionWindow {
                from: from.into(),
                begins,
                ends: ends.into(),
                ..ObjectionWindow::default()
            }),
            over: true,
            silence_known: silent > 0,
            silent: (0..silent).map(named).collect(),
            sentence: if silent > 0 {
                format!("{silent} of those that could object did not within the time: no objection of theirs is held")
            } else {
                format!("not known: no complete table at this date ({ends})")
            },
            ..ObjectionTime::default()
        }
    }

    fn text(times: Vec<ObjectionTime>, in_time: [Timeliness; 2], all: bool) -> String {
        let objection = ActObjection {
            participant_name: "Switzerland".into(),
            date: "2025-10-17".into(),
            grounds: "The treaty does not provide for suspensions of its operation.".into(),
            in_time: in_time.map(i32::from).into(),
            ..ActObjection::default()
        };
        let act = ActUnderTreaty {
            treaty_name: "APMBC".into(),
            participant_name: "Ukraine".into(),
            kind: "suspension_notified".into(),
            ..ActUnderTreaty::default()
        };
        let found = ObjectedAct { act: Some(act), times, objections: vec![objection], ..ObjectedAct::default() };
        let answer = ObjectionsResponse {
            treaty_name: "APMBC".into(),
            at: "2026-03-01".into(),
            acts: vec![found],
            ..ObjectionsResponse::default()
        };
        let blocks: Vec<String> = shown(&answer, (all, false), None).iter().map(|block| block.text(80)).collect();
        let text = blocks.join("\n\n");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_objection_in_time_by_every_count_is_told_once() {
        let times =
            || vec![counted_from("notification", "2025-10-18", 0), counted_from("circulation", "2025-10-21", 0)];
        let told = text(times(), [Timeliness::InTime; 2], false);
        for expected in [
            "1 act, 1 objection to it.",
            "until 2025-10-18, and is over",
            "who did not object is not known: no complete table at this date (2025-10-18)",
            "in time by every count",
        ] {
            assert!(told.contains(expected), "{expected}: {told}");
        }
        let told = text(times(), [Timeliness::Late, Timeliness::InTime], false);
        assert!(told.contains("late from the"), "{told}");
    }

    #[test]
    fn every_act_that_is_told_is_counted_and_a_time_names_both_ends() {
        let mut open = counted_from("notification", "2026-08-01", 0);
        let window = open.window.iter_mut();
        window.for_each(|it| (it.begins_latest, it.ends_latest) = ("2025-08-31".into(), "2026-08-31".into()));
        let open = ObjectionTime { over: false, may_be_over: true, ..open };
        let found = |times| ObjectedAct { act: Some(ActUnderTreaty::default()), times, ..ObjectedAct::default() };
        let acts = vec![found(vec![open]), found(Vec::new())];
        let answer = ObjectionsResponse { treaty_name: "APMBC".into(), acts, ..ObjectionsResponse::default() };
        let told: String = shown(&answer, (false, false), None).iter().map(|block| block.text(200)).collect();
        assert!(told.contains("2 acts, 0 objections to them."), "{told}");
        let time = "of 2025-07-18 .. 2025-08-31: until 2026-08-01 .. 2026-08-31, and may be over;";
        assert!(told.contains(time), "{told}");
    }

    #[test]
    fn what_others_object_to_an_act_of_another_is_counted() {
        let act = ActUnderTreaty { treaty_name: "APMBC".into(), ..ActUnderTreaty::default() };
        let objections = vec![ActObjection { participant_name: "Switzerland".into(), ..ActObjection::default() }];
        let found = |further| ObjectedAct {
            act: Some(act.clone()),
            objections: objections.clone(),
            further,
            ..ObjectedAct::default()
        };
        let text = |further| objected(&found(further), false, false).iter().map(|it| it.text(80)).collect::<String>();
        assert!(text(5).ends_with("5 further objections to it are of others, and not told here."), "{}", text(5));
        assert!(text(1).ends_with("1 further objection to it is of others, and not told here."), "{}", text(1));
        assert!(!text(0).contains("further"), "{}", text(0));
    }

    #[test]
    fn many_who_were_silent_are_counted_and_named_when_asked_for() {
        let times = || vec![counted_from("notification", "2025-10-18", FEW + 1); 2];
        let told = text(times(), [Timeliness::InTime; 2], false);
        assert!(
            told.contains("13 of those that could object did not") && told.contains("(--silent names them)"),
            "{told}"
        );
        assert!(!told.contains("State 3"), "{told}");
        assert!(text(times(), [Timeliness::InTime; 2], true).contains("State 3, State 4"));
    }
}
