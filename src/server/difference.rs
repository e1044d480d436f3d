//! What a submission that waits would change, as differences to the picture that
//! stands: sentences for a signer.
//!
//! Promises: read from the events in effect before it, as the rules read them.
//! Leaves to others: the rules; a signer signs the events, not these sentences.

use crate::{
    domain::{Body, Event, EventCorrected, MinefieldBody, Parcel, ParcelId, RecordId, SharedBody, Subject},
    policy::Known,
};

/// The differences that an event would make; none where it changes no picture of land.
pub(super) fn changes(event: &Event, known: &dyn Known) -> Vec<String> {
    match &event.body {
        Body::Shared(SharedBody::EventCorrected(body)) => {
            let EventCorrected { target, reason, restated } = body;
            let corrects = format!("corrects the event {} of {}: {reason}", target.event, target.organisation);
            let after = restated.as_ref().map(|restated| of_body(&restated.body, &event.subject, known));
            let left_out = left_out(event, known);
            std::iter::once(corrects).chain(after.into_iter().flatten()).chain(left_out).collect()
        }
        body => of_body(body, &event.subject, known),
    }
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

/// Parcels that the corrected event states as it stands, and the correction does not.
fn left_out(event: &Event, known: &dyn Known) -> Vec<String> {
    let (Body::Shared(SharedBody::EventCorrected(body)), Subject::Record(record)) = (&event.body, &event.subject)
    else {
        return Vec::new();
    };
    let Some(after) = event.restated_body() else { return Vec::new() };
    let target = known.event(&body.target.organisation, body.target.event);
    let corrected = known.corrections(&body.target).into_iter().rev().map(Some).chain([target]);
    let mut bodies = corrected.flatten().filter_map(|position| {
        let event = known.event_at(position)?;
        match &event.body {
            Body::Shared(SharedBody::EventCorrected(_)) => event.restated_body().cloned(),
            _ => Some(event.body),
        }
    });
    let Some(before) = bodies.next() else { return Vec::new() };
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
