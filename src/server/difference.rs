//! What a submission that waits would change, as differences to the picture that
//! stands: sentences for a signer.
//!
//! Promises: read from the events in effect before it, as the rules read them.
//! Leaves to others: the rules; a signer signs the events, not these sentences.

use crate::{
    domain::{
        Body, EnvelopeContent, Event, EventCorrected, MinefieldBody, Parcel, ParcelId, RecordId, SharedBody, Subject,
    },
    policy::Known,
};

/// The differences that an event would make; none where it changes no picture of land.
pub(super) fn changes(event: &Event, known: &dyn Known) -> Vec<String> {
    match (&event.body, &event.subject) {
        (Body::Minefield(MinefieldBody::LandReleased(body)), Subject::Record(record)) => {
            let released =
                |parcel: &ParcelId| format!("{parcel}: released; stands as {}", standing(known, record, parcel));
            body.parcels.iter().map(released).collect()
        }
        (Body::Minefield(_), Subject::Record(record)) => {
            event.body.parcels().iter().map(|parcel| stated(known, record, parcel)).collect()
        }
        (Body::Shared(SharedBody::EventCorrected(body)), _) => {
            let EventCorrected { target, reason, restated: _ } = body;
            vec![format!("corrects the event {} of {}: {reason}", target.event, target.organisation)]
        }
        (Body::Registry(_) | Body::Treaty(_) | Body::Shared(_) | Body::Minefield(_), _) => Vec::new(),
    }
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
        let entry = known.entry(position.index)?;
        let EnvelopeContent::Submission(submitted) = &entry.envelope.content else { return None };
        let event = submitted.events.get(usize::from(position.ordinal))?;
        event.stated_parcels().iter().find(|stated| stated.id == *parcel).map(area)
    });
    stated.unwrap_or_else(|| "not reported".into())
}

fn area(parcel: &Parcel) -> String {
    parcel.area_m2.map_or_else(|| "hazardous, of unknown area".into(), |area| format!("hazardous, {area} m2"))
}
