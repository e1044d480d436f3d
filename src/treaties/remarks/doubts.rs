//! Findings on what cannot quite be so: acts that may be one act, dates that are often
//! mistaken for each other, steps in an order that does not happen.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Date};

use super::{Found, Only, found};
use crate::{
    domain::{
        CitedEvent, DomesticStep, Kind, LegalFinding, LegalRemark, Position, PursuedAct, Subject, TreatyBody,
        TreatyKind, WorldDate,
    },
    treaties::{conflict::Account, dated, days::Days, record::Record, rivals::Act, statements::Statement},
};

/// Days by which two reports of one act may differ: calendars begin the day elsewhere.
const DAYS_APART: i32 = 2;

/// A conflict that is asserted until a day before it began, where a withdrawal asks for one.
fn on_periods(record: &Record<'_, '_>, told: &mut Vec<Found>) {
    let is_turned = |since: Option<&WorldDate>, until: Option<&WorldDate>| {
        since.and_then(WorldDate::earliest).zip(until.and_then(WorldDate::latest)).is_some_and(|(from, to)| to < from)
    };
    let accounts = record.conflicts.iter().flat_map(|conflict| &conflict.accounts);
    let asserted = accounts.flat_map(Account::periods);
    // Several accounts can hold one assertion.
    let turned: BTreeSet<CitedEvent> =
        asserted.filter(|(_, since, until)| is_turned(*since, *until)).map(|(event, ..)| event.clone()).collect();
    for event in turned {
        let message = "the day until which the conflict is asserted lies before the day since which it is";
        let (code, article) = (LegalRemark::PeriodEndsBeforeItBegins, "".into());
        let finding = LegalFinding { code, event: Some(event), article, message: message.into() };
        told.push(Found { finding, only: Only::default() });
    }
}

/// Everything that is doubtful, whichever way the record is read.
pub fn of(record: &Record<'_, '_>) -> Vec<Found> {
    let mut told = Vec::new();
    on_duplicates(record, &mut told);
    on_domestic_days(record, &mut told);
    on_order(record, &mut told);
    on_repeated_signatures(record, &mut told);
    on_adoption(record, &mut told);
    on_periods(record, &mut told);
    told
}

fn own<'q, 'r, 'a>(record: &'q Record<'r, 'a>) -> impl Iterator<Item = &'r Act<'a>> + use<'q, 'r, 'a> {
    record.clocked.iter().chain(&record.beside).copied()
}

fn day(statement: &Statement<'_>) -> Option<Date> {
    statement.date().and_then(WorldDate::day)
}

fn latest(statement: &Statement<'_>) -> Option<Date> {
    statement.date().and_then(WorldDate::latest)
}

/// Acts with their numbers by the day on which they were.
type ByDay<'r, 'a> = BTreeMap<Date, Vec<(usize, &'r Act<'a>)>>;

/// Two acts of one kind within two days, from different sources, that share no name.
fn on_duplicates(record: &Record<'_, '_>, told: &mut Vec<Found>) {
    let mut dated: BTreeMap<(Kind, &Subject), ByDay<'_, '_>> = BTreeMap::new();
    let acts = own(record).filter(|act| act.kind != Kind::Treaty(TreatyKind::EffectStated));
    let acts: Vec<(usize, &Act<'_>)> = acts.enumerate().collect();
    for (at, act) in &acts {
        let Some(day) = day(act.shown()) else { continue };
        dated.entry((act.kind, act.subject())).or_default().entry(day).or_default().push((*at, act));
    }
    for (at, act) in &acts {
        let (Some(day), Some(days)) = (day(act.shown()), dated.get(&(act.kind, act.subject()))) else { continue };
        let near = days.range(day.saturating_sub(DAYS_APART.days())..=day.saturating_add(DAYS_APART.days()));
        let others = near.flat_map(|(_, acts)| acts).filter(|(other, _)| other > at);
        let twins = others.filter(|(_, other)| may_be_one(act.shown(), other.shown()));
        if let Some((_, other)) = twins.min_by_key(|(other, _)| *other) {
            let Position { index, ordinal } = act.shown().recorded.position;
            let place = format!("entry {index}, event {}", ordinal + 1);
            let message =
                format!("it may be the act of {place}: the same kind within {DAYS_APART} days, another source");
            told.push(found("", LegalRemark::PossibleDuplicate, other.shown(), "", message));
        }
    }
}

fn may_be_one(one: &Statement<'_>, other: &Statement<'_>) -> bool {
    let close = |one: Date, other: Date| (one - other).get_days().abs() <= DAYS_APART;
    one.recorded.event.kind() == other.recorded.event.kind()
        && one.subject() == other.subject()
        && same_sort(one.body, other.body)
        && source_of(one) != source_of(other)
        && day(one).zip(day(other)).is_some_and(|(one, other)| close(one, other))
}

fn source_of<'s>(statement: &'s Statement<'_>) -> Option<&'s str> {
    statement.recorded.event.source.as_ref().map(|source| &*source.name)
}

/// Steps and declarations of one kind are many; only those of one sort can be one act.
fn same_sort(one: &TreatyBody, other: &TreatyBody) -> bool {
    match (one, other) {
        (TreatyBody::DomesticStepTaken(one), TreatyBody::DomesticStepTaken(other)) => {
            (one.step, one.pursues) == (other.step, other.pursues) && one.organ == other.organ
        }
        (TreatyBody::DeclarationMade(one), TreatyBody::DeclarationMade(other)) => {
            one.declaration_type == other.declaration_type && one.text == other.text
        }
        (TreatyBody::ObjectionLodged(one), TreatyBody::ObjectionLodged(other)) => one.objects_to == other.objects_to,
        _ => true,
    }
}

/// A deposit on the day of a vote or a signature at home: one is often taken for the other.
fn on_domestic_days(record: &Record<'_, '_>, told: &mut Vec<Found>) {
    let at_home = |act: &&Act<'_>| match act.shown().body {
        TreatyBody::DomesticStepTaken(body) => {
            let decides = matches!(body.step, DomesticStep::ParliamentaryVote | DomesticStep::HeadOfState);
            decides && body.pursues == PursuedAct::Consent
        }
        _ => false,
    };
    let days: Vec<Date> = own(record).filter(at_home).filter_map(|act| day(act.shown())).collect();
    for act in own(record).filter(|act| act.kind == Kind::Treaty(TreatyKind::InstrumentDeposited)) {
        if day(act.shown()).is_some_and(|day| days.contains(&day)) {
            let message = "dated on the day of a step inside the State, which is often taken for the deposit";
            told.push(found("", LegalRemark::DepositOnDomesticDay, act.shown(), "", message));
        }
    }
}

/// A vote comes before the signature of the act, and both before what reaches the depositary.
fn on_order(record: &Record<'_, '_>, told: &mut Vec<Found>) {
    let by_then = |pursued: PursuedAct| {
        let reached = own(record).filter(|other| is_pursued(other, pursued)).filter_map(|other| latest(other.shown()));
        (reached.max(), own(record).filter_map(|other| signed_at_home(other, pursued)).max())
    };
    let mut latest_of: BTreeMap<PursuedAct, (Option<Date>, Option<Date>)> = BTreeMap::new();
    for act in own(record) {
        let TreatyBody::DomesticStepTaken(body) = act.shown().body else { continue };
        let Some(taken) = body.taken.as_ref().and_then(WorldDate::earliest) else { continue };
        let (reached, signed) = *latest_of.entry(body.pursues).or_insert_with(|| by_then(body.pursues));
        let leads = !matches!(body.step, DomesticStep::Promulgation | DomesticStep::GazettePublication);
        if let Some(reached) = reached.filter(|reached| leads && *reached < taken) {
            let message = format!("the step is dated after {reached}, by when the act had reached the depositary");
            told.push(found("", LegalRemark::StepsOutOfOrder, act.shown(), "", message));
        }
        let vote = body.step == DomesticStep::ParliamentaryVote;
        if let Some(signed) = signed.filter(|signed| vote && *signed < taken) {
            let message = format!("the vote is dated after {signed}, by when the head of State had signed");
            told.push(found("", LegalRemark::StepsOutOfOrder, act.shown(), "", message));
        }
    }
}

fn is_pursued(act: &Act<'_>, pursued: PursuedAct) -> bool {
    match act.shown().body {
        TreatyBody::SuspensionNotified(_) => pursued == PursuedAct::Suspension,
        TreatyBody::WithdrawalNotified(_) => pursued == PursuedAct::Withdrawal,
        TreatyBody::InstrumentDeposited(_) => pursued == PursuedAct::Consent,
        _ => false,
    }
}

fn signed_at_home(act: &Act<'_>, pursues: PursuedAct) -> Option<Date> {
    let TreatyBody::DomesticStepTaken(body) = act.shown().body else { return None };
    let signed = body.step == DomesticStep::HeadOfState && body.pursues == pursues;
    latest(act.shown()).filter(|_| signed)
}

/// Of two signatures that may have come in either order, each is a further one if it came later.
fn on_repeated_signatures(record: &Record<'_, '_>, told: &mut Vec<Found>) {
    let signatures = own(record).filter(|act| act.kind == Kind::Treaty(TreatyKind::SignatureAffixed));
    let signatures = signatures.map(|act| (act, dated::bounds(record.adopted, act.shown(), act.shown().date())));
    let signatures: Vec<(&Act<'_>, Days)> = signatures.collect();
    let place = |act: &Act<'_>| act.shown().reference();
    for (at, (act, days)) in signatures.iter().enumerate() {
        let others = || signatures.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
        // Of one day, the event's name decides.
        let first = |other: &Act<'_>, one: Date, its: Date| one < its || one == its && place(other) < place(act);
        let only = if others().any(|(other, earlier)| first(other, earlier.last, days.first)) {
            String::new()
        } else {
            let may = others().filter(|(other, earlier)| first(other, earlier.first, days.last));
            let entries: Vec<String> =
                may.map(|(other, _)| other.shown().recorded.position.index.to_string()).collect();
            if entries.is_empty() {
                continue;
            }
            format!("signature affixed after that of entry {}", entries.join(" or "))
        };
        let message = "the participant had signed already";
        told.push(found(only, LegalRemark::SignatureRepeated, act.shown(), "", message));
    }
}

fn on_adoption(record: &Record<'_, '_>, told: &mut Vec<Found>) {
    let clause = record.clauses().and_then(|clauses| clauses.signature.as_ref());
    let opens = clause.and_then(|clause| clause.opens);
    let Some((registered, opens)) = record.registered.zip(opens) else { return };
    if record.adopted.is_some_and(|adopted| opens.0 < adopted) {
        let message = format!("adopted after it was opened for signature on {opens}");
        told.push(found("", LegalRemark::AdoptedAfterOpening, registered, "", message));
    }
}
