//! Objections to the participant's acts that came when the time for them was over.
//!
//! Promises: late is what missed every time, however it is counted. To a reservation whoever
//! has not consented to be bound may object until it does (VCLT Art. 20(5)).
//! Leaves to others: the times (`objections`).

use super::{Found, Only, found, open};
use crate::{
    domain::{LegalRemark, ParticipantId, TreatyBody},
    treaties::{
        dated,
        days::Days,
        objections::{self, Consented, Missed},
        record::Record,
        rivals::Act,
    },
};

/// What is remarked whichever way the record is read.
pub fn of(record: &Record<'_, '_>) -> Vec<Found> {
    let own = record.clocked.iter().chain(&record.beside);
    own.flat_map(|act| on_late_objections(record, act)).collect()
}

fn on_late_objections(record: &Record<'_, '_>, act: &Act<'_>) -> Vec<Found> {
    let windows = if record.reactions.is_empty() { Vec::new() } else { objections::windows(record, act) };
    let reactions = record.reactions.iter().filter(|_| !windows.is_empty()).map(|reaction| reaction.shown());
    let told = reactions.filter_map(|reaction| {
        let TreatyBody::ObjectionLodged(body) = reaction.body else { return None };
        let lodged = body.lodged.as_ref().filter(|_| act.is_stated_by(&body.objects_to))?;
        let lodged = dated::bounds(record.adopted, reaction, Some(lodged));
        let missed = objections::missed(&windows, lodged)?;
        let objector = reaction.subject().participating()?;
        let only = assumed(record, act, objector, lodged, missed)?;
        let message =
            format!("the objection of {objector} came {}; the time for it ended {}", lodged.named(), missed.end);
        Some(found(only, LegalRemark::ObjectionLate, reaction, &objections::article(record), message))
    });
    told.collect()
}

/// What has to be assumed for an objection to be late; `None` where it is not.
fn assumed(
    record: &Record<'_, '_>,
    act: &Act<'_>,
    objector: &ParticipantId,
    lodged: Days,
    Missed { end, surely }: Missed,
) -> Option<Only> {
    if objections::is_reservation(act.shown().body) {
        // Who cannot be looked at is not said to be late.
        match Consented::before(record.objectors.get(objector)?, lodged) {
            Consented::Yes => {}
            Consented::No => return None,
            Consented::Open => return Some("the objector having consented to be bound before it objected".into()),
        }
    }
    let after = end.last.tomorrow().ok();
    Some(match end.is_settled() {
        _ if surely => Only::default(),
        true => open::assumed("objection lodged", &open::where_it_holds(lodged, after, |day| end.last < day)),
        false => "the time for objections had ended when the objection was lodged".into(),
    })
}
