//! Answers that are no larger than clients take, however long what partners wrote is.
//!
//! Promises: an answer that fits is told as it is. Of another one long texts are told in part, and say
//! how long they are and which entry has them whole; where that is not enough, long lists are told in
//! part, and what the answer holds for says of which and how many. The items of a page are all told, for the
//! next page begins after the last of them; so is whatever somebody signed, and the outline of an area.
//! Leaves to others: pages that are no larger than an answer can be.

use std::collections::BTreeMap;

use prost::{Message, Name};
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, ReflectMessage, Value};

use super::{cut_short, descriptors};
use crate::limits::{TOLD_ITEMS, TOLD_TEXT_CHARS, TOLD_TEXT_WORDS_CHARS};

/// Messages that are told whole or not at all: what was signed, and what would say something else
/// in part.
const WHOLE: [&str; 7] = [
    "merestone.v1.Event",
    "merestone.v1.TreatyRegistered",
    "merestone.v1.ParticipantRegistered",
    "merestone.v1.PartContent",
    "merestone.v1.DangerArea",
    "merestone.v1.HoldsAt",
    "google.protobuf.Timestamp",
];
/// What says where an event stands.
const PLACES: [&str; 2] = ["merestone.v1.EventPosition", "merestone.v1.LandEvent"];
const CITED: &str = "merestone.v1.CitedEvent";
/// The field of an answer that says what it holds for.
const HOLDS_AT: &str = "holds_at";

/// A text up to a limit, then how long it is and which entry has it whole.
pub fn told_in_part(text: &str, most: usize, entry: Option<u64>) -> String {
    let whole = text.chars().count();
    if whole <= most {
        return text.to_owned();
    }
    let entry = entry.map(|entry| format!("; entry {entry} has it whole")).unwrap_or_default();
    format!("{} [in part: {whole} characters{entry}]", cut_short(text, most))
}

/// An answer of so many bytes at the most.
pub fn within<T: Message + Name + Default>(answer: T, most: usize) -> T {
    if answer.encoded_len() <= most {
        return answer;
    }
    let Some(descriptor) = descriptors().get_message_by_name(&T::full_name()) else { return answer };
    let read = "an answer is a message of the contract";
    let mut whole = DynamicMessage::decode(descriptor.clone(), answer.encode_to_vec().as_slice()).expect(read);
    cut_texts(&mut whole, None);
    let (mut told, paged) = (whole.clone(), paged_field(&descriptor));
    for items in TOLD_ITEMS {
        if told.encoded_len() <= most {
            break;
        }
        told = whole.clone();
        let mut left_off = BTreeMap::new();
        cut_lists(&mut told, (items, paged.as_deref()), "", &mut left_off);
        note(&mut told, &left_off);
    }
    T::decode(told.encode_to_vec().as_slice()).expect(read)
}

/// The list whose items a page has: the first one of an answer that has pages.
fn paged_field(answer: &MessageDescriptor) -> Option<String> {
    answer.get_field_by_name("next_page_token")?;
    answer.fields().find(|field| field.is_list()).map(|field| field.name().to_owned())
}

fn is_whole(message: &DynamicMessage) -> bool {
    WHOLE.contains(&message.descriptor().full_name())
}

/// Cuts the texts of a message; `entry` is that of the message around it.
fn cut_texts(message: &mut DynamicMessage, entry: Option<u64>) {
    if is_whole(message) {
        return;
    }
    let entry = entry_of(message).or(entry);
    for (_, value) in message.fields_mut() {
        each_single(value, &mut |value| match value {
            // What is longer by the words that say so was cut before.
            Value::String(text) if text.chars().count() > TOLD_TEXT_CHARS + TOLD_TEXT_WORDS_CHARS => {
                *text = told_in_part(text, TOLD_TEXT_CHARS, entry);
            }
            Value::Message(inner) => cut_texts(inner, entry),
            _ => {}
        });
    }
}

/// Cuts the lists of a message to so many items, but for one of its own fields; adds to what
/// is left off, by the field, how many are told and of how many.
fn cut_lists(
    message: &mut DynamicMessage,
    (items, but): (usize, Option<&str>),
    path: &str,
    left_off: &mut BTreeMap<String, (u64, u64)>,
) {
    if is_whole(message) {
        return;
    }
    for (field, value) in message.fields_mut() {
        let path = if path.is_empty() { field.name().to_owned() } else { format!("{path}.{}", field.name()) };
        if let Value::List(list) = value
            && but != Some(field.name())
            && list.len() > items
        {
            let (told, of) = left_off.entry(path.clone()).or_default();
            *told += items as u64;
            *of += list.len() as u64;
            list.truncate(items);
        }
        if matches!(field.kind(), Kind::Message(_)) {
            each_single(value, &mut |value| {
                if let Value::Message(inner) = value {
                    cut_lists(inner, (items, None), &path, left_off);
                }
            });
        }
    }
}

fn each_single(value: &mut Value, take: &mut impl FnMut(&mut Value)) {
    match value {
        Value::List(list) => list.iter_mut().for_each(take),
        single => take(single),
    }
}

/// The entry of the event that a message is about.
fn entry_of(message: &DynamicMessage) -> Option<u64> {
    message.fields().find_map(|(_, value)| {
        let inner = value.as_message()?;
        let descriptor = inner.descriptor();
        match descriptor.full_name() {
            place if PLACES.contains(&place) => inner.get_field_by_name("index")?.as_u64(),
            CITED => entry_of(inner),
            _ => None,
        }
    })
}

/// Says in what the answer holds for of which lists how much is told.
fn note(answer: &mut DynamicMessage, left_off: &BTreeMap<String, (u64, u64)>) {
    let shortened = super::descriptor("ShortenedList");
    let lists = left_off.iter().map(|(field, (told, of))| {
        let mut list = DynamicMessage::new(shortened.clone());
        list.set_field_by_name("field", Value::String(field.clone()));
        list.set_field_by_name("told", Value::U64(*told));
        list.set_field_by_name("of", Value::U64(*of));
        Value::Message(list)
    });
    let lists = Value::List(lists.collect());
    if let Some(Value::Message(holds_at)) = answer.get_field_by_name_mut(HOLDS_AT) {
        holds_at.set_field_by_name("shortened", lists);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{limits::READ_ANSWER_BYTES, wire::proto};

    fn cited(index: u64) -> Option<proto::CitedEvent> {
        let position = Some(proto::EventPosition { index, ..proto::EventPosition::default() });
        Some(proto::CitedEvent { position, verified: false })
    }

    fn declared(index: u64, characters: usize) -> proto::StatusOverlay {
        use proto::status_overlay::Overlay;
        let text = "\u{e9}".repeat(characters);
        let declared = proto::Declared { event: cited(index), text, ..proto::Declared::default() };
        proto::StatusOverlay { overlay: Some(Overlay::Declaration(declared)) }
    }

    fn answer(overlays: Vec<proto::StatusOverlay>) -> proto::TreatyStatusResponse {
        let holds_at = Some(proto::HoldsAt { size: 9, ..proto::HoldsAt::default() });
        proto::TreatyStatusResponse { overlays, holds_at, ..proto::TreatyStatusResponse::default() }
    }

    fn text(overlay: &proto::StatusOverlay) -> &str {
        match overlay.overlay.as_ref() {
            Some(proto::status_overlay::Overlay::Declaration(declared)) => &declared.text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_answer_that_fits_is_told_as_it_is() {
        let small = answer(vec![declared(3, 30_000)]);
        assert_eq!(within(small.clone(), READ_ANSWER_BYTES), small);
    }

    #[test]
    fn long_texts_are_told_in_part_and_say_how_long_they_are_and_where_they_are_whole() {
        let large = answer((0..100).map(|index| declared(index, if index == 7 { 40 } else { 30_000 })).collect());
        let told = within(large, READ_ANSWER_BYTES);
        assert!(told.encoded_len() <= READ_ANSWER_BYTES);
        assert_eq!(told.overlays.len(), 100, "no list is cut where that is enough");
        assert!(told.holds_at.as_ref().is_some_and(|holds_at| holds_at.shortened.is_empty()));
        let first = text(&told.overlays[31]);
        assert!(first.starts_with(&"\u{e9}".repeat(TOLD_TEXT_CHARS)), "{first}");
        assert!(first.ends_with("\u{2026} [in part: 30000 characters; entry 31 has it whole]"), "{first}");
        assert_eq!(text(&told.overlays[7]), "\u{e9}".repeat(40));
    }

    #[test]
    fn a_text_that_was_told_in_part_says_the_length_of_the_whole_still() {
        let part = told_in_part(&"x".repeat(60_000), TOLD_TEXT_CHARS, Some(u64::MAX));
        assert!(part.chars().count() <= TOLD_TEXT_CHARS + TOLD_TEXT_WORDS_CHARS, "{}", part.len());
        let steps = (0..3_000).map(|_| proto::StatusStep { sentence: part.clone(), ..Default::default() }).collect();
        let outcomes = vec![proto::StatusOutcome { steps, ..Default::default() }];
        let told = within(proto::TreatyStatusResponse { outcomes, ..answer(Vec::new()) }, READ_ANSWER_BYTES);
        assert_eq!(told.outcomes[0].steps[0].sentence, part);
        let holds_at = told.holds_at.unwrap_or_default();
        let lists: Vec<_> = holds_at.shortened.iter().map(|it| (it.field.as_str(), it.told, it.of)).collect();
        assert_eq!(lists, [("outcomes.steps", 1_000, 3_000)], "what is left off is counted");
        assert_eq!(told.outcomes[0].steps.len(), 1_000);
    }

    #[test]
    fn the_items_of_a_page_are_all_told_and_what_was_signed_is_told_as_it_was() {
        let reason = "x".repeat(50_000);
        let event = proto::Event { act: reason.clone(), ..proto::Event::default() };
        let changes = vec![proto::ChangedField { before: reason, ..Default::default() }; 100];
        let act = proto::Act { event: Some(event.clone()), changes, ..proto::Act::default() };
        let plain = proto::Act { event: Some(event.clone()), ..proto::Act::default() };
        let acts = [vec![plain; 30], vec![act]].concat();
        let holds_at = Some(proto::HoldsAt::default());
        let told = within(
            proto::TimelineResponse { acts, holds_at, next_page_token: "next".into(), ..Default::default() },
            READ_ANSWER_BYTES,
        );
        assert!(told.encoded_len() <= READ_ANSWER_BYTES);
        assert_eq!(told.acts.len(), 31);
        assert!(told.acts.iter().all(|act| act.event.as_ref() == Some(&event)));
    }

    #[test]
    fn the_list_of_a_page_is_the_first_of_its_answer() {
        let lists = descriptors().all_messages().filter_map(|it| Some((it.name().to_owned(), paged_field(&it)?)));
        let mut lists: Vec<_> = lists.map(|(message, field)| format!("{message}.{field}")).collect();
        lists.sort();
        assert_eq!(
            lists,
            [
                "ChangesResponse.changes",
                "CitingResponse.events",
                "ContestedResponse.acts",
                "FindingsResponse.findings",
                "ListOrganisationsResponse.organisations",
                "ListParticipantsResponse.participants",
                "ListPartiesResponse.parties",
                "ListSignOffsResponse.waiting",
                "ListTreatiesResponse.treaties",
                "ObjectionsResponse.acts",
                "OverdueResponse.participations",
                "RecordHistoryResponse.items",
                "RecordsAtResponse.records",
                "SearchRecordsResponse.records",
                "TableResponse.lines",
                "TimelineResponse.acts",
                "UnnotifiedResponse.acts",
                "UpcomingResponse.changes",
            ]
        );
    }
}
