//! Whether events state, ease, transfer or govern.
//!
//! The kinds table says it; a kind that states eases when its content does. What
//! cannot be compared, because it is committed, eases. Nothing that warns may be
//! held up by something that waits.

use jiff::civil::Date;

use super::{Question, references};
use crate::{
    domain::{
        AreaKind, Body, DangerArea, Event, EventCorrected, LandReleased, LayingRecorded, MinefieldBody, Parcel,
        ParcelId, Part, PartContent, PartHolding, PartKind, RecordOpened, Restated, SharedBody, SignOffClass, Subject,
        SubmittedEvents, WorldDate,
    },
    policy::{Rejection, RejectionRule},
};

/// What an event does to the picture that readers have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bearing {
    eases: bool,
    warns: bool,
}

impl Bearing {
    const EASES: Self = Self { eases: true, warns: false };
    const WARNS: Self = Self { eases: false, warns: true };

    fn and(self, other: Self) -> Self {
        Self { eases: self.eases || other.eases, warns: self.warns || other.warns }
    }

    /// Less of something eases, more of it warns.
    fn of<T: PartialOrd>(before: Option<T>, after: Option<T>) -> Self {
        match (before, after) {
            (Some(before), Some(after)) => Self { eases: after < before, warns: after > before },
            (Some(_), None) => Self::EASES,
            (None, _) => Self::default(),
        }
    }
}

/// The class of an event; `earlier` are the events before it in its submission.
pub(super) fn class_of(question: &Question<'_>, event: &Event, earlier: &[Event]) -> SignOffClass {
    let class = event.kind().row().class;
    if class == SignOffClass::States && bearing(question, event, earlier).eases { SignOffClass::Eases } else { class }
}

/// Whether the class of an event rests on what was recorded before: then it is
/// noted with the submission, for what is recorded later must not change it.
pub(super) fn rests_on_earlier(event: &Event) -> bool {
    matches!(event.body, Body::Shared(SharedBody::EventCorrected(_))) || !event.body.parcels().is_empty()
}

/// The one class of a submission. One that governs may state as well: both act at
/// once.
pub(super) fn class_of_all(question: &Question<'_>, submitted: &SubmittedEvents) -> Result<SignOffClass, Rejection> {
    let mut all: Vec<SignOffClass> = Vec::with_capacity(submitted.events.len());
    for (at, event) in submitted.events.iter().enumerate() {
        let earlier = &submitted.events[..at];
        let class = class_of(question, event, earlier);
        if class == SignOffClass::Eases && bearing(question, event, earlier).warns {
            let message = "it eases one thing and warns of another: give each an event and a submission of its own";
            return Err(Rejection::new(RejectionRule::WarningMustNotWait, format!("events[{at}]"), message));
        }
        all.push(class);
    }
    let first = *all.first().expect("a submission holds at least one event");
    let Some(at) = all.iter().position(|class| class.waits() != first.waits()) else {
        return waits_for_one_thing(first, &all);
    };
    let (waiting, acting) = if first.waits() { (0, at) } else { (at, 0) };
    let message =
        format!("events[{waiting}] waits for sign-offs and would hold up events[{acting}], which acts at once");
    Err(Rejection::new(RejectionRule::WarningMustNotWait, format!("events[{at}]"), message))
}

fn waits_for_one_thing(first: SignOffClass, all: &[SignOffClass]) -> Result<SignOffClass, Rejection> {
    if !first.waits() {
        let only_governs = !all.contains(&SignOffClass::States);
        return Ok(if only_governs { first } else { SignOffClass::States });
    }
    match all.iter().position(|class| *class != first) {
        None => Ok(first),
        Some(at) => {
            let message = "it waits for other signatures than the events before it";
            Err(Rejection::new(RejectionRule::ClassesMustNotMix, format!("events[{at}]"), message))
        }
    }
}

fn bearing(question: &Question<'_>, event: &Event, earlier: &[Event]) -> Bearing {
    match &event.body {
        Body::Shared(SharedBody::EventCorrected(body)) => correction(question, event, body, earlier),
        // Retractions are of treaty acts, which ease nothing.
        Body::Registry(_) | Body::Treaty(_) | Body::Shared(_) => Bearing::default(),
        Body::Minefield(MinefieldBody::AreaCleared(_) | MinefieldBody::LandReleased(_)) => Bearing::default(),
        Body::Minefield(
            MinefieldBody::RecordOpened(_) | MinefieldBody::LayingRecorded(_) | MinefieldBody::PositionSurveyed(_),
        ) => event
            .body
            .parcels()
            .iter()
            .map(|parcel| restated(question, event, parcel, earlier))
            .fold(Bearing::default(), Bearing::and),
    }
}

/// A parcel compared with the area that it had last; a new one warns, and so does one that was
/// released or taken out. Who names a parcel without an area leaves it as large as it was.
fn restated(question: &Question<'_>, event: &Event, parcel: &Parcel, earlier: &[Event]) -> Bearing {
    // What a correction says of an older statement is no yardstick for a new one.
    let states = |sibling: &&Event| sibling.subject == event.subject && sibling.restated().is_none();
    let siblings = || earlier.iter().rev().filter(states);
    let named = || siblings().filter_map(|sibling| stated_in(sibling, &parcel.id));
    let sized = named().find(|sibling| sibling.area_m2.is_some());
    match sized.or_else(|| standing_parcel(question, &event.subject, &parcel.id)).or_else(|| named().next()) {
        None => Bearing::WARNS,
        Some(before) => area(before.area_m2, parcel.area_m2),
    }
}

fn stated_in(event: &Event, parcel: &ParcelId) -> Option<Parcel> {
    event.stated_parcels().iter().find(|stated| stated.id == *parcel).cloned()
}

/// A parcel that is not released, as large as it was stated last.
fn standing_parcel(question: &Question<'_>, subject: &Subject, parcel: &ParcelId) -> Option<Parcel> {
    let Subject::Record(record) = subject else { return None };
    if question.known.is_released(record, parcel) {
        return None;
    }
    stated_in(&question.known.event_at(question.known.parcel(record, parcel)?)?, parcel)
}

/// An area that is not known any more neither eases nor warns: the parcel stands.
fn area(before: Option<u64>, after: Option<u64>) -> Bearing {
    if after.is_none() { Bearing::default() } else { Bearing::of(before, after) }
}

/// A correction compared with what its target said, as it was corrected last. What
/// the target is, and that it may be corrected, is decided elsewhere.
fn correction(question: &Question<'_>, event: &Event, body: &EventCorrected, earlier: &[Event]) -> Bearing {
    let recorded = || question.known.event_at(question.known.event(&body.target.organisation, body.target.event)?);
    let sibling = earlier.iter().find(|sibling| sibling.id == body.target.event).cloned();
    let Some(target) = sibling.or_else(recorded) else { return Bearing::default() };
    let before = references::corrections_of(question, &body.target);
    let body_before = before.iter().rev().find_map(|correction| correction.restated_body()).unwrap_or(&target.body);
    // What the statement and its corrections leave open was stated by another event.
    let bodies = || before.iter().rev().filter_map(Event::restated_body).chain(std::iter::once(&target.body));
    let area_before = |parcel: &ParcelId| {
        let own = bodies().flat_map(Body::parcels).filter(|stated| stated.id == *parcel);
        let own = own.filter_map(|stated| stated.area_m2).next();
        own.or_else(|| standing_parcel(question, &event.subject, parcel)?.area_m2)
    };
    let changed = |restated: &Restated| changed(body_before, &restated.body, &area_before);
    let of_body = body.restated.as_deref().map(changed).unwrap_or_default();
    let occurred_before = before.iter().rev().find_map(Event::restated).map_or(&target.occurred, |it| &it.occurred);
    let date_before = body_before.principal_date().or(occurred_before.as_ref());
    let redated = |restated: &Restated| {
        let date = restated.body.principal_date().or(restated.occurred.as_ref());
        dated_anew((body_before, date_before), (&restated.body, date))
    };
    let of_body = of_body.and(body.restated.as_deref().map(redated).unwrap_or_default());
    let part_before = |slot: u32| {
        let holders = before.iter().rev().chain(std::iter::once(&target));
        holders.flat_map(|holder| &holder.parts).find(|part| part.slot == slot)
    };
    let of_parts = event.parts.iter().map(|part| replaced(part_before(part.slot), part));
    of_parts.fold(of_body, Bearing::and)
}

/// The area of a parcel as it stood.
type AreaBefore<'a> = &'a dyn Fn(&ParcelId) -> Option<u64>;

/// A body in place of another of the same kind.
fn changed(before: &Body, after: &Body, area_before: AreaBefore<'_>) -> Bearing {
    let (Body::Minefield(before), Body::Minefield(after)) = (before, after) else { return Bearing::default() };
    match (before, after) {
        (MinefieldBody::RecordOpened(before), MinefieldBody::RecordOpened(after)) => {
            reopened(before, after, area_before)
        }
        (MinefieldBody::LayingRecorded(before), MinefieldBody::LayingRecorded(after)) => {
            relaid(before, after, area_before)
        }
        (MinefieldBody::PositionSurveyed(before), MinefieldBody::PositionSurveyed(after)) => {
            parcels(&before.parcels, &after.parcels, area_before)
        }
        (MinefieldBody::LandReleased(before), MinefieldBody::LandReleased(after)) => released_anew(before, after),
        // Clearance changes no status: land stays mined until it is released.
        _ => Bearing::default(),
    }
}

fn reopened(before: &RecordOpened, after: &RecordOpened, area_before: AreaBefore<'_>) -> Bearing {
    let harmless = |kind| matches!(kind, Some(AreaKind::PhoneyMinefield | AreaKind::IndicationOnly) | None);
    let kind = Bearing {
        eases: harmless(after.area_kind) && !harmless(before.area_kind),
        warns: harmless(before.area_kind) && !harmless(after.area_kind),
    };
    // Elsewhere means no longer here.
    let moved = Bearing { eases: before.country != after.country, warns: false };
    let sure = Bearing::of(before.classification, after.classification);
    parcels(&before.parcels, &after.parcels, area_before).and(kind).and(moved).and(sure)
}

/// A body with the date that its event goes by.
type Dated<'a> = (&'a Body, Option<&'a WorldDate>);

/// A hazard that may be later than was said eases for the days between, and so does a
/// release that was earlier; one without a date is as cautious as can be. A laying goes by the
/// day on which it can have begun, as in the picture of the land.
fn dated_anew(before: Dated<'_>, after: Dated<'_>) -> Bearing {
    let Body::Minefield(body) = after.0 else { return Bearing::default() };
    match body {
        MinefieldBody::RecordOpened(_) | MinefieldBody::PositionSurveyed(_) | MinefieldBody::LayingRecorded(_) => {
            let earliest = |date: &WorldDate| date.earliest().unwrap_or(Date::MIN);
            let first = |(body, date): Dated<'_>| {
                let date = date.map_or(Date::MIN, earliest);
                body.began().map_or(date, |began| earliest(began).min(date))
            };
            Bearing::of(Some(first(after)), Some(first(before)))
        }
        MinefieldBody::LandReleased(_) => {
            let last = |(_, date): Dated<'_>| date.and_then(WorldDate::latest).unwrap_or(Date::MAX);
            Bearing::of(Some(last(before)), Some(last(after)))
        }
        // Clearance changes no status.
        MinefieldBody::AreaCleared(_) => Bearing::default(),
    }
}

/// Laid for a shorter time is less laid. A laying that names no parcel is of the whole record.
fn relaid(before: &LayingRecorded, after: &LayingRecorded, area_before: AreaBefore<'_>) -> Bearing {
    let last = |date: &Option<WorldDate>| date.as_ref().and_then(WorldDate::latest);
    let completed = Bearing::of(last(&before.completed), last(&after.completed));
    let named = match (before.parcels.is_empty(), after.parcels.is_empty()) {
        (true, false) => Bearing::EASES,
        // Of more land than before, and no more of the areas that it gave: two things.
        (false, true) => Bearing { eases: true, warns: true },
        (true, true) | (false, false) => parcels(&before.parcels, &after.parcels, area_before),
    };
    named.and(completed)
}

/// More land released eases, less warns; when, is told by `dated_anew`.
fn released_anew(before: &LandReleased, after: &LandReleased) -> Bearing {
    let more = after.parcels.iter().any(|parcel| !before.parcels.contains(parcel));
    let less = before.parcels.iter().any(|parcel| !after.parcels.contains(parcel));
    Bearing { eases: more, warns: less }
}

fn parcels(before: &[Parcel], after: &[Parcel], area_before: AreaBefore<'_>) -> Bearing {
    let left_out = before.iter().any(|parcel| !after.iter().any(|other| other.id == parcel.id));
    let of_each = after.iter().map(|parcel| match before.iter().find(|other| other.id == parcel.id) {
        // Another event may have stated it.
        None => area_before(&parcel.id).map_or(Bearing::WARNS, |before| area(Some(before), parcel.area_m2)),
        Some(other) => area(other.area_m2.or_else(|| area_before(&parcel.id)), parcel.area_m2),
    });
    of_each.fold(if left_out { Bearing::EASES } else { Bearing::default() }, Bearing::and)
}

/// A part in place of another: outlines and ordnance ease unless they say the same
/// or a wider circle about the same point. A part that is new adds.
fn replaced(before: Option<&Part>, after: &Part) -> Bearing {
    let about_hazard = |part: &Part| matches!(part.kind, PartKind::DangerArea | PartKind::Extent | PartKind::Ordnance);
    let Some(before) = before.filter(|before| about_hazard(before) || about_hazard(after)) else {
        return Bearing::default();
    };
    match (&before.content, &after.content) {
        (PartHolding::Open(before), PartHolding::Open(after)) if before == after => Bearing::default(),
        (PartHolding::Open(PartContent::DangerArea(before)), PartHolding::Open(PartContent::DangerArea(after)))
            if is_wider(before, after) =>
        {
            Bearing::WARNS
        }
        _ => Bearing::EASES,
    }
}

fn is_wider(before: &DangerArea, after: &DangerArea) -> bool {
    match (before, after) {
        (DangerArea::Circle { centre, radius_m }, DangerArea::Circle { centre: same, radius_m: wider }) => {
            centre == same && wider >= radius_m
        }
        (DangerArea::Circle { .. } | DangerArea::Polygon(_), _) => false,
    }
}
