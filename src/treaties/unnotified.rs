//! Acts that the depositary has to tell the others of, without a notification that covers
//! them by a day.
//!
//! Promises: what counts is told once, by [`TOLD_OF`]. A notification
//! counts that names one of the statements about the act and can have come by the day; that
//! an act itself states when the others were informed is told and replaces none.
//! Leaves to others: the remark on acts about which there is silence for long (`remarks`).

use jiff::civil::Date;

use super::{
    Because, Dossier, ToldAct, ViewName, Weighed,
    overlays::may_have_come,
    record::{Around, Record},
    rivals::Act,
    under,
};
use crate::domain::{DepositaryNotificationIssued, Kind, TreatyBody, TreatyKind, WorldDate};

/// An act of which no notification is held.
#[derive(Clone, Debug, PartialEq)]
pub struct UnnotifiedAct {
    pub act: ToldAct,
    /// Days from the act to the day asked about, at the least and at the most; `None` where
    /// its date leaves it open.
    pub days_at_least: Option<u32>,
    pub days_at_most: Option<u32>,
    /// When the others were informed, as the act states it itself.
    pub circulated: Option<WorldDate>,
    pub because: Vec<Because>,
}

/// The kinds of act that the depositary tells the others of (VCLT Art. 77(1)(e)).
pub const TOLD_OF: &[TreatyKind] = &[
    TreatyKind::SignatureAffixed,
    TreatyKind::InstrumentDeposited,
    TreatyKind::WithdrawalNotified,
    TreatyKind::WithdrawalRevoked,
    TreatyKind::SuspensionNotified,
    TreatyKind::ObjectionLodged,
    TreatyKind::SuccessionNotified,
    TreatyKind::DeclarationMade,
];

/// The acts under the treaty that can have come by a day and that no notification covers by
/// then, of a dossier with the events of those who are asked about.
pub fn unnotified(dossier: &Dossier<'_>, at: Date, view: ViewName) -> Vec<UnnotifiedAct> {
    let Weighed { acts, .. } = Weighed::of(dossier, view);
    let record = Record::of(dossier, &acts, Around::default());
    let told_of = |act: &&Act<'_>| act.is_followed() && is_told_of(act.kind);
    let come = acts.iter().filter(|act| under::is_under(act, dossier.treaty) && under::has_come(act, at));
    come.filter(told_of).filter_map(|act| of(&record, act, at)).collect()
}

fn is_told_of(kind: Kind) -> bool {
    matches!(kind, Kind::Treaty(kind) if TOLD_OF.contains(&kind))
}

fn of(record: &Record<'_, '_>, act: &Act<'_>, at: Date) -> Option<UnnotifiedAct> {
    let covering = || record.notifications.iter().filter(|notification| covers(notification, act));
    if covering().any(|notification| issued(notification).is_some_and(|(_, day)| may_have_come(day, at))) {
        return None;
    }
    let told = under::told(act);
    let day = told.date.as_ref();
    let days = |from: Option<Date>| from.map(|from| u32::try_from((at - from).get_days()).unwrap_or(0));
    let (days_at_least, days_at_most) =
        (days(day.and_then(WorldDate::latest)), days(day.and_then(WorldDate::earliest)));
    let circulated = match act.shown().body {
        TreatyBody::SuspensionNotified(body) => body.circulated.clone(),
        _ => None,
    };
    let kind = act.kind.name().replace('_', " ");
    let on = day.map_or("on an unknown day".to_owned(), |day| format!("on {day}"));
    let reached = Because::new("", format!("{kind} {on}")).of(told.event.clone());
    let duty = "the depositary informs the parties of acts under the treaty";
    let mut because = vec![reached, Because::new("VCLT 77(1)(e)", duty)];
    let later = covering().filter_map(|notification| {
        let (_, day) = issued(notification)?;
        let sentence = format!("a notification that covers it came later, on {}", day?);
        Some(Because::new("", sentence).of(notification.shown().cited()))
    });
    let later: Vec<Because> = later.collect();
    if later.is_empty() {
        because.push(Because::new("", "no notification that covers it is held"));
    }
    because.extend(later);
    if let Some(circulated) = &circulated {
        let sentence = format!("the act itself states that the others were informed on {circulated}");
        because.push(Because::new("VCLT 78(c)", sentence).of(told.event.clone()));
    }
    Some(UnnotifiedAct { act: told, days_at_least, days_at_most, circulated, because })
}

/// Whether a notification covers an act.
fn covers(notification: &Act<'_>, act: &Act<'_>) -> bool {
    issued(notification).is_some_and(|(body, _)| body.covers.iter().any(|covered| act.is_stated_by(covered)))
}

/// What was notified, and the day on which the others learned of it.
fn issued<'a>(notification: &Act<'a>) -> Option<(&'a DepositaryNotificationIssued, Option<&'a WorldDate>)> {
    let TreatyBody::DepositaryNotificationIssued(body) = notification.shown().body else { return None };
    Some((body, body.circulated.as_ref().or(body.issued.as_ref())))
}
