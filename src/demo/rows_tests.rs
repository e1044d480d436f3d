//! What the rows say, compared with the public record, row by row.

use std::collections::BTreeSet;

use prost::Message;

use super::*;
use crate::{
    domain::{EventId, RecordingTime},
    wire::proto::{self, event::Body},
};

/// Number in the timeline, of the contradiction, day of recording, participant, kind of
/// act and date.
const EXPECTED: &str = include_str!("rows_expected.txt");

/// Every row with its event.
fn drafted() -> (Rows, Vec<(Row, proto::Event)>) {
    let rows = Rows::read().expect("every row can be read");
    let mut count = 0_u8;
    let mut randomness = |bytes: &mut [u8]| {
        count = count.wrapping_add(1);
        bytes.fill(count);
    };
    let mut fresh = Freshness { now: RecordingTime(1_780_000_000_000_000), randomness: &mut randomness };
    let mut named = Named::new();
    let drafted = rows.registrations.iter().chain(&rows.table).chain(&rows.acts).map(|row| {
        let event = rows.draft(row, LedgerId([9; 32]), &named, &mut fresh).expect("every row expands");
        if let Some(name) = row.name_of(&event) {
            let organisation = "desk".parse().expect("a valid id");
            named.insert(name, EventReference { organisation, event: event.id });
        }
        (row.clone(), proto::Event::decode(event.bytes.as_slice()).expect("an event"))
    });
    let drafted = drafted.collect();
    (rows, drafted)
}

/// Kind of act and date of what the timeline has; nothing of other kinds.
fn told(event: &proto::Event) -> Option<String> {
    let (kind, date) = match event.body.clone().expect("a body") {
        Body::SignatureAffixed(body) => ("signature", body.signed),
        Body::InstrumentDeposited(body) => ("deposit", body.deposited),
        Body::EffectStated(body) => ("effect", body.effective),
        Body::DomesticStepTaken(body) => ("step", body.taken),
        Body::WithdrawalNotified(body) => ("withdrawal", body.received_by_depositary),
        Body::WithdrawalRevoked(body) => ("revocation", body.received_by_depositary),
        Body::SuspensionNotified(body) => ("suspension", body.received_by_depositary),
        Body::ObjectionLodged(body) => ("objection", body.lodged),
        Body::TreatyBodyDecided(body) => ("decision", body.decided),
        Body::DeadlineExtended(body) => ("extension", body.new_deadline),
        Body::SuccessionNotified(body) => ("succession", body.received_by_depositary),
        Body::DeclarationMade(body) => ("declaration", body.made),
        Body::DepositaryNotificationIssued(body) => ("notification", body.circulated),
        Body::StatementReported(body) => ("statement", body.stated),
        Body::EventContested(body) => ("contest", body.contested),
        Body::ContestResolved(body) => ("resolution", body.resolved),
        _ => return None,
    };
    let about = event.subject.strip_prefix("participation/").or(event.subject.strip_prefix("treaty/"));
    Some(format!("{} {kind} {date}", about.expect("an act under a treaty")).trim_end().to_owned())
}

#[test]
fn every_row_has_the_date_that_the_record_gives_and_its_day_of_recording() {
    let (rows, drafted) = drafted();
    let told: Vec<String> = drafted[rows.registrations.len() + rows.table.len()..]
        .iter()
        .filter_map(|(row, event)| {
            let [number, contradiction] =
                [row.number, row.contradiction].map(|it| it.map_or_else(|| "-".to_owned(), |it| it.to_string()));
            let recorded = row.recorded.map_or_else(|| "founding".to_owned(), |day| day.to_string());
            Some(format!("{number} {contradiction} {recorded} {}", told(event)?))
        })
        .collect();
    assert_eq!(told, EXPECTED.lines().collect::<Vec<_>>());
}

#[test]
fn every_row_of_the_timeline_is_recorded_or_computed() {
    let rows = Rows::read().expect("every row can be read");
    let numbers: BTreeSet<u64> = rows.numbers().into_iter().chain(COMPUTED).collect();
    assert_eq!(numbers, (1..=TIMELINE).collect());
    assert!(COMPUTED.iter().all(|number| !rows.numbers().contains(number)), "nothing happened then");
    let story: Vec<u64> = rows.acts.iter().filter_map(|row| row.number).filter(|number| *number > TIMELINE).collect();
    assert_eq!(story, [62, 64, 66], "of the founding story, in the order of recording");
}

#[test]
fn of_every_contradiction_both_sides_are_recorded_by_more_than_one_desk() {
    let (rows, drafted) = drafted();
    assert_eq!(rows.contradictions(), (1..=CONTRADICTIONS).collect());
    for number in 1..=CONTRADICTIONS {
        let sides: Vec<_> = drafted.iter().filter(|(row, _)| row.contradiction == Some(number)).collect();
        // What was known later is no contradiction; what a registration states has one desk of its own.
        let contests = sides.iter().filter(|(_, event)| matches!(event.body, Some(Body::EventContested(_)))).count();
        let sources: BTreeSet<_> =
            sides.iter().map(|(_, event)| event.source.clone().unwrap_or_default().name).collect();
        assert!(sources.len() > 1, "{number}: {sources:?}");
        let desks: BTreeSet<_> = sides.iter().map(|(row, _)| row.desk.clone()).collect();
        assert!(desks.len() > 1 || contests > 0 || [8, 21].contains(&number), "{number}: {desks:?}");
    }
}

#[test]
fn statements_of_one_act_are_of_one_kind_on_one_subject() {
    let mut acts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (row, event) in drafted().1.iter().filter(|(row, event)| row.contradiction.is_some() && !event.act.is_empty()) {
        let kind = event.body.as_ref().map(std::mem::discriminant);
        acts.entry(event.act.clone())
            .or_default()
            .insert(format!("{:?} {kind:?} {}", row.contradiction, event.subject));
    }
    assert!(acts.len() > 12, "{acts:?}");
    assert!(acts.values().all(|stated| stated.len() == 1), "{acts:?}");
}

#[test]
fn nothing_is_recorded_before_it_happened_or_before_its_ledger() {
    let founded = "2025-03-17".parse::<CivilDate>().expect("a day");
    for (row, event) in drafted().1 {
        let date = event.occurred.parse::<crate::domain::WorldDate>().ok();
        let recorded = row.recorded.unwrap_or(founded);
        assert!(recorded.0 >= founded.0, "{}", event.subject);
        let earliest = date.as_ref().and_then(crate::domain::WorldDate::earliest);
        let ahead = matches!(event.body, Some(Body::EffectStated(_)));
        assert!(
            ahead || earliest.is_none_or(|earliest| earliest <= recorded.0),
            "{} {}",
            event.subject,
            event.occurred
        );
    }
}

#[test]
fn every_transcription_names_its_source() {
    for (_, event) in drafted().1 {
        let source = event.source.as_ref().unwrap_or_else(|| panic!("{} has no source", event.subject));
        assert!(!source.name.is_empty() && !source.locator.is_empty(), "{}", event.subject);
        assert!(source.transcribed != (source.class() == proto::SourceClass::OwnAct), "{}", event.subject);
    }
}

#[test]
fn what_only_the_press_reports_says_so() {
    for (_, event) in drafted().1 {
        let class = event.source.as_ref().expect("a source").class();
        let doubtful = matches!(class, proto::SourceClass::Press | proto::SourceClass::Other);
        let remarks = format!("{:?}", event.parts);
        assert!(!doubtful || remarks.contains("ark P") || remarks.contains("ark K"), "{}", event.subject);
    }
}

#[test]
fn every_act_is_under_a_treaty_and_of_a_participant_that_is_registered() {
    let (rows, drafted) = drafted();
    let subjects: Vec<Subject> = drafted.iter().map(|(_, event)| event.subject.parse().expect("a subject")).collect();
    let registered: BTreeSet<_> = subjects[..rows.registrations.len()].iter().cloned().collect();
    for subject in &subjects {
        let Subject::Participation(treaty, participant) = subject else { continue };
        assert!(registered.contains(&Subject::Treaty(treaty.clone())), "{treaty}");
        assert!(registered.contains(&Subject::Participant(participant.clone())), "{participant}");
    }
}

#[test]
fn a_row_refers_to_an_earlier_one_by_its_name() {
    let event = EventId(uuid::Uuid::from_bytes([7; 16]));
    let reference = EventReference { organisation: "desk".parse().expect("a valid id"), event };
    let mut value = json!({"a": ["@it", "@other", "it"]});
    refer(&mut value, &Named::from([("it".to_owned(), reference)]));
    assert_eq!(value, json!({"a": [{"organisation": "desk", "event_id": event.to_string()}, "@other", "it"]}));
}
