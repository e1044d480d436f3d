//! What a submission that waits would change, as differences to the picture that
//! stands: sentences for a signer.
//!
//! Promises: read from the events in effect before it, as the rules read them.
//! Leaves to others: the rules; a signer signs the events, not these sentences.

use crate::{
    domain::{
        Body, Event, EventCorrected, EventReference, MinefieldBody, NotStated, Parcel, ParcelId, Part, RecordId,
        Restated, SharedBody, Subject, WorldDate,
    },
    limits::{CHANGE_LINES, CHANGE_VALUE_CHARS},
    policy::Known,
    wire::{self, Line},
};

/// The differences that an event would make, the first ones of many; none where it changes
/// no picture of land.
pub(super) fn changes(event: &Event, known: &dyn Known) -> Vec<String> {
    let mut told = match &event.body {
        Body::Shared(SharedBody::EventCorrected(body)) => corrected(event, body, known),
        body => of_body(body, &event.subject, known),
    };
    if told.len() > CHANGE_LINES {
        let more = told.split_off(CHANGE_LINES - 1).len();
        told.push(format!("and {more} more"));
    }
    told
}

/// What a correction puts in place of what stands: parcels as the picture has them, every
/// other field and part as the statement has it.
fn corrected(event: &Event, body: &EventCorrected, known: &dyn Known) -> Vec<String> {
    let EventCorrected { target, reason, restated } = body;
    let reason = shortened(reason);
    let mut told = vec![format!("corrects the event {} of {}: {reason}", target.event, target.organisation)];
    let Some(before) = Stated::of(target, known) else { return told };
    if let Some(Restated { occurred, not_stated, body }) = restated.as_deref() {
        told.extend(of_body(body, &event.subject, known));
        told.extend(left_out(&before.body, body, &event.subject, known));
        let fields_before = fields(event, &before.body, before.occurred.as_ref(), &before.not_stated);
        told.extend(different(fields_before, fields(event, body, occurred.as_ref(), not_stated)));
    }
    for part in &event.parts {
        let stands = before.parts.iter().find(|before| before.slot == part.slot);
        told.extend(different(stands.map(|stands| of_part(event, stands)).unwrap_or_default(), of_part(event, part)));
    }
    told
}

/// A statement as the corrections in effect left it.
struct Stated {
    body: Body,
    occurred: Option<WorldDate>,
    not_stated: Vec<NotStated>,
    parts: Vec<Part>,
}

impl Stated {
    fn of(target: &EventReference, known: &dyn Known) -> Option<Self> {
        let Event { body, occurred, not_stated, parts, .. } =
            known.event_at(known.event(&target.organisation, target.event)?)?;
        let mut stated = Self { body, occurred, not_stated, parts };
        for correction in known.corrections(target).into_iter().filter_map(|position| known.event_at(position)) {
            if let Some(Restated { occurred, not_stated, body }) = correction.restated().cloned() {
                stated = Self { body, occurred, not_stated, parts: stated.parts };
            }
            stated.parts.retain(|before| correction.parts.iter().all(|part| part.slot != before.slot));
            stated.parts.extend(correction.parts);
        }
        Some(stated)
    }
}

/// The fields of a statement, but for parcels with their areas, which have sentences of their own.
fn fields(event: &Event, body: &Body, occurred: Option<&WorldDate>, not_stated: &[NotStated]) -> Vec<Line> {
    let (kind, parts) = (body.kind(), Vec::new());
    let stated =
        Event { body: body.clone(), occurred: occurred.cloned(), not_stated: Vec::new(), parts, ..event.clone() };
    let own = format!("{kind}.");
    let lines = lines_of(&stated).into_iter().filter_map(|(path, value)| match path.strip_prefix(&own) {
        Some(path) if path.starts_with("parcels[") => None,
        Some(path) => Some((path.to_owned(), value)),
        None => Some((path, value)),
    });
    let reasons = not_stated.iter().map(|NotStated { field, reason }| {
        let reason = reason.name().replace('_', " ");
        (field.to_string(), format!("not stated ({reason})"))
    });
    lines.chain(reasons).collect()
}

/// The fields of a part, which is named by its slot.
fn of_part(event: &Event, part: &Part) -> Vec<Line> {
    let stated = Event { parts: vec![part.clone()], ..event.clone() };
    let lines = lines_of(&stated).into_iter().filter_map(|(path, value)| {
        let path = path.strip_prefix("parts[1].").filter(|path| *path != "slot")?;
        let path = path.strip_prefix("content.").unwrap_or(path);
        Some((format!("part {}, {path}", part.slot), value))
    });
    lines.collect()
}

fn lines_of(event: &Event) -> Vec<Line> {
    wire::lines("Event", &wire::encode_event(event)).expect("what was encoded is of its form")
}

/// What differs: as the correction says it, beside what stands.
fn different(before: Vec<Line>, after: Vec<Line>) -> Vec<String> {
    let of = |lines: &[Line], path: &str| lines.iter().find(|(other, _)| other == path).map(|(_, value)| value.clone());
    let changed = after.iter().filter_map(|(path, value)| match of(&before, path) {
        Some(stands) if stands == *value => None,
        Some(stands) => {
            // Cut to where they begin to differ.
            let told = wire::cut_apart(&[value, &stands], CHANGE_VALUE_CHARS);
            Some(format!("{path}: {}", told.join("; stands as ")))
        }
        None => Some(format!("{path}: {}; not stated before", shortened(value))),
    });
    let gone = before.iter().filter(|(path, _)| of(&after, path).is_none());
    let gone = gone.map(|(path, stands)| format!("{path}: left out; stands as {}", shortened(stands)));
    changed.chain(gone).collect()
}

/// Long texts are told by their beginning.
fn shortened(text: &str) -> String {
    wire::cut_short(text, CHANGE_VALUE_CHARS)
}

/// What a body says, its own event's or as a correction restates it, beside what stands.
fn of_body(body: &Body, subject: &Subject, known: &dyn Known) -> Vec<String> {
    match (body, subject) {
        (Body::Minefield(MinefieldBody::LandReleased(body)), Subject::Record(record)) => {
            let released =
                |parcel: &ParcelId| format!("{parcel}: released; stands as {}", standing(known, record, parcel));
            body.parcels.iter().map(released).collect()
        }
        (Body::Minefield(_), Subject::Record(record)) => {
            body.parcels().iter().map(|parcel| stated(known, record, parcel)).collect()
        }
        (Body::Registry(_) | Body::Treaty(_) | Body::Shared(_) | Body::Minefield(_), _) => Vec::new(),
    }
}

/// Parcels that the corrected statement has as it stands, and the correction has not.
fn left_out(before: &Body, after: &Body, subject: &Subject, known: &dyn Known) -> Vec<String> {
    let Subject::Record(record) = subject else { return Vec::new() };
    let gone = before.parcels().iter().filter(|parcel| !after.parcels().iter().any(|other| other.id == parcel.id));
    gone.map(|parcel| format!("{}: no longer reported; stands as {}", parcel.id, standing(known, record, &parcel.id)))
        .collect()
}

fn stated(known: &dyn Known, record: &RecordId, parcel: &Parcel) -> String {
    format!("{}: {}; stands as {}", parcel.id, area(parcel), standing(known, record, &parcel.id))
}

/// How a parcel stands by the events in effect.
fn standing(known: &dyn Known, record: &RecordId, parcel: &ParcelId) -> String {
    if known.is_released(record, parcel) {
        return "released".into();
    }
    let position = known.parcel(record, parcel);
    let stated = position.and_then(|position| {
        let event = known.event_at(position)?;
        event.stated_parcels().iter().find(|stated| stated.id == *parcel).map(area)
    });
    stated.unwrap_or_else(|| "not reported".into())
}

fn area(parcel: &Parcel) -> String {
    parcel.area_m2.map_or_else(|| "hazardous, of unknown area".into(), |area| format!("hazardous, {area} m2"))
}
