//! A suspension that a participant asserts: read, dated, set beside what others say to
//! it; never a status by itself (VCLT Art. 42(2)).
//!
//! Leaves to others: how long others may object (`objections`), the end of a
//! suspension, for which the ledger has no kind yet.

use jiff::civil::Date;

use super::{
    Reaction, Stance, SuspensionAsserted, dated, days::Days, declarations::changed_on, objections,
    overlays::may_have_come, record::Record, rivals::Act, tenure::Tenures,
};
use crate::domain::{Recorded, Subject, SuspensionNotified, TreatyBody, WorldDate};

/// From which day a suspension is claimed.
pub fn since(body: &SuspensionNotified) -> Option<&WorldDate> {
    let SuspensionNotified { received_by_depositary, circulated, claimed_from, .. } = body;
    claimed_from.as_ref().or(received_by_depositary.as_ref()).or(circulated.as_ref())
}

/// The days on one of which that is.
pub fn begins(record: &Record<'_, '_>, act: &Act<'_>, body: &SuspensionNotified) -> Option<Days> {
    match &body.claimed_from {
        Some(claimed) => Some(dated::bounds(record.adopted, act.shown(), Some(claimed))),
        None => objections::received_on(record, act).or_else(|| {
            let circulated = body.circulated.as_ref()?;
            Some(dated::bounds(record.adopted, act.shown(), Some(circulated)))
        }),
    }
}

/// The suspension that an act asserts, if it can have come by the day and the membership has
/// not surely ended that it belongs to.
pub fn suspension(record: &Record<'_, '_>, tenures: &Tenures, act: &Act<'_>, at: Date) -> Option<SuspensionAsserted> {
    let TreatyBody::SuspensionNotified(body) = act.shown().body else { return None };
    let since = since(body);
    let begins = begins(record, act, body);
    let made = objections::received_on(record, act).or(begins);
    let made = made.unwrap_or_else(|| dated::bounds(record.adopted, act.shown(), None));
    let ends = tenures.end_of(made, None);
    (may_have_come(since, at) && !ends.have_come(at)).then(|| SuspensionAsserted {
        event: act.shown().cited(),
        by: record.participant.clone(),
        since: since.cloned(),
        begins,
        begun: begins.is_none_or(|begins| begins.last <= at),
        ends: ends.surely(),
        may_have_ended: ends.may_have_come(at).is_some(),
        received_by_depositary: body.received_by_depositary.clone(),
        circulated: objections::circulated(record, act),
        claimed_until: body.claimed_until.clone(),
        grounds: body.grounds.clone(),
        provisions: body.provisions.clone(),
        reactions: reactions(record, act, at),
        windows: objections::windows(record, act),
    })
}

/// Objections and decisions on an act that can have come by a day, by date.
pub fn reactions(record: &Record<'_, '_>, to: &Act<'_>, at: Date) -> Vec<Reaction> {
    let reactions = record.reactions.iter().filter_map(|act| reaction(record, act, to, at)).chain(contests(to, at));
    let mut reactions: Vec<Reaction> = reactions.filter(|found| may_have_come(found.date.as_ref(), at)).collect();
    let day = |date: &Option<WorldDate>| date.as_ref().and_then(|date| date.latest().or(date.earliest()));
    reactions.sort_by_cached_key(|found| (day(&found.date), found.by.clone(), found.event.reference.clone()));
    reactions
}

fn reaction(record: &Record<'_, '_>, act: &Act<'_>, to: &Act<'_>, at: Date) -> Option<Reaction> {
    let statement = act.shown();
    let (by, stance, text) = match (statement.body, act.subject()) {
        (TreatyBody::ObjectionLodged(body), Subject::Participation(_, participant))
            if to.is_stated_by(&body.objects_to) =>
        {
            (participant.as_str().into(), Stance::Objects, body.grounds.clone())
        }
        (TreatyBody::TreatyBodyDecided(body), _)
            if body.concerning.iter().any(|concerning| to.is_stated_by(concerning)) =>
        {
            (body.body.clone(), Stance::Body(body.stance?), body.text.clone())
        }
        _ => return None,
    };
    let changes = changed_on(record, &record.reactions, act, at);
    let (withdrawn, may_be_withdrawn) = (changes.withdrawn().cloned(), changes.may_be_withdrawn().cloned());
    let (date, come) = (statement.date().cloned(), has_come(statement.recorded, statement.date(), at));
    Some(Reaction { event: statement.cited(), by, stance, date, come, text, withdrawn, may_be_withdrawn })
}

/// Whether a date has come by a day, whichever day it means: what was recorded as past had
/// come by the day of recording. What has no date is taken to have come.
fn has_come(recorded: &Recorded, date: Option<&WorldDate>, by: Date) -> bool {
    let latest = |date: &WorldDate| date.latest().or(recorded.recorded_at.utc_date());
    date.is_none_or(|date| latest(date).is_some_and(|latest| latest <= by))
}

/// Who contests what is stated about the act.
fn contests(act: &Act<'_>, at: Date) -> Vec<Reaction> {
    let contests = act.followed.iter().chain(&act.others).flat_map(|statement| &statement.contests);
    let told = contests.map(|(recorded, body)| Reaction {
        event: recorded.cited(),
        by: if body.contested_by.is_empty() {
            recorded.organisation().as_str().into()
        } else {
            body.contested_by.clone()
        },
        stance: Stance::Contests,
        date: body.contested.clone(),
        come: has_come(recorded, body.contested.as_ref(), at),
        text: body.grounds.clone(),
        withdrawn: None,
        may_be_withdrawn: None,
    });
    told.collect()
}
