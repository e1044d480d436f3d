//! Declarations that stand on a day, and what became of them.
//!
//! Promises: what is withdrawn or modified on a day that is not known stands until the first
//! of its days, does not stand from the last of them on, and may stand between. Of two
//! declarations about a unit of territory the later one goes before the earlier one (R13);
//! of one day neither does, and both are told with what they contradict, also where it is
//! only as some days of open dates have it that they are of one day.
//! Leaves to others: provisional application (`provisional`), what is remarked (`remarks`).

use jiff::civil::Date;

use super::{
    Overlay, dated,
    days::Days,
    overlays::may_have_come,
    provisional,
    record::Record,
    rivals::Act,
    statements::Statement,
    tenure::{Ends, Tenures},
};
use crate::domain::{
    CitedEvent, DeclarationChange, DeclarationMade, DeclarationType, EventReference, TerritorialEffect, TreatyBody,
    WorldDate,
};

/// A declaration that stands on the day asked about, or may.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    pub event: CitedEvent,
    pub declaration_type: DeclarationType,
    /// When it was made, and from when it is claimed to hold.
    pub made: Option<WorldDate>,
    pub effective: Option<WorldDate>,
    pub article: Box<str>,
    pub text: Box<str>,
    /// Units with what becomes of them, without those of which a later declaration tells; empty
    /// unless it is about territory.
    pub units: Vec<Box<str>>,
    pub effect: Option<TerritorialEffect>,
    /// What it modifies.
    pub modifies: Option<EventReference>,
    /// It has begun by the day whichever day its date means.
    pub begun: bool,
    /// It stands on the day whichever day each date means.
    pub certain: bool,
    /// When the membership ended that it belongs to, if it may have by the day.
    pub may_have_ended: Option<Days>,
    /// The days on one of which it ends with the membership that it belongs to, if it does in
    /// every reading.
    pub ends: Option<Days>,
    /// What may have changed it by the day.
    pub may_be_changed: Option<OpenChange>,
    /// Of which of its units a later declaration may tell by the day.
    pub may_be_replaced: Vec<Replaced>,
    /// Of which of its units a declaration that is, or may be, of the same day says the
    /// contrary: then neither of them is the later one.
    pub contradicted_by: Vec<Replaced>,
}

impl Declared {
    /// The events for which it is not certain that it stands.
    pub fn doubts(&self) -> impl Iterator<Item = &CitedEvent> {
        let changed = self.may_be_changed.iter().map(|change| &change.event);
        let others = self.may_be_replaced.iter().chain(&self.contradicted_by);
        changed.chain(others.map(|other| &other.by))
    }
}

/// A change of a declaration that has come by a day as some days of its date have it.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenChange {
    pub event: CitedEvent,
    pub change: DeclarationChange,
    pub made: WorldDate,
}

impl OpenChange {
    /// That it has not come by then, as what is assumed.
    pub fn not_come(&self) -> Box<str> {
        let (change, made, entry) = (self.change, &self.made, self.event.position.index);
        format!("what {change} it, dated {made} (entry {entry}), came later").into()
    }
}

/// A unit of which another declaration tells, or may.
#[derive(Clone, Debug, PartialEq)]
pub struct Replaced {
    pub unit: Box<str>,
    pub by: CitedEvent,
    /// From when that one holds.
    pub since: WorldDate,
}

/// What became of an act by a day.
#[derive(Debug, Default)]
pub struct Changes<'a> {
    /// The latest change that has come, whichever day its date means.
    pub surely: Option<&'a DeclarationMade>,
    /// The latest that may have, and may not.
    pub may_be: Option<OpenChange>,
}

impl<'a> Changes<'a> {
    /// When the act was withdrawn, if that is certain.
    pub fn withdrawn(&self) -> Option<&'a WorldDate> {
        self.surely.filter(|body| withdraws(body))?.made.as_ref()
    }

    /// When it may have been, where that is not.
    pub fn may_be_withdrawn(&self) -> Option<&WorldDate> {
        let may_be = self.may_be.as_ref().filter(|_| self.surely.is_none())?;
        (may_be.change == DeclarationChange::Withdraws).then_some(&may_be.made)
    }
}

/// What became of an act by a day.
pub fn changed_on<'a>(record: &Record<'_, '_>, among: &[&Act<'a>], act: &Act<'_>, at: Date) -> Changes<'a> {
    let come = changes(record, among, act).filter(|(days, ..)| days.first <= at);
    let (surely, may_be): (Vec<_>, Vec<_>) = come.partition(|(days, ..)| days.last <= at);
    let latest = |(days, ..): &Change<'a>| days.last;
    Changes {
        surely: surely.into_iter().max_by_key(latest).map(|(_, body, _)| body),
        may_be: may_be.into_iter().max_by_key(latest).map(|(.., change)| change),
    }
}

/// The days on one of which an act was first withdrawn or modified, if it ever was.
pub fn ended(record: &Record<'_, '_>, among: &[&Act<'_>], act: &Act<'_>) -> Option<Days> {
    changes(record, among, act).map(|(days, ..)| days).reduce(Days::earlier)
}

/// A change of an act, on one of some days.
type Change<'a> = (Days, &'a DeclarationMade, OpenChange);

fn changes<'q, 'a>(
    record: &'q Record<'_, '_>,
    among: &'q [&'q Act<'a>],
    act: &'q Act<'_>,
) -> impl Iterator<Item = Change<'a>> + use<'q, 'a> {
    let adopted = record.adopted;
    among.iter().filter_map(move |other| match other.shown().body {
        TreatyBody::DeclarationMade(body) => {
            let changed = body.changes.as_ref().filter(|changed| act.is_stated_by(&changed.declaration))?;
            let made = body.made.as_ref()?;
            let days = dated::bounds(adopted, other.shown(), Some(made));
            let change = OpenChange { event: other.shown().cited(), change: changed.change, made: made.clone() };
            Some((days, &**body, change))
        }
        _ => None,
    })
}

/// Whether it takes an earlier declaration, or an objection, back.
pub fn withdraws(body: &DeclarationMade) -> bool {
    body.changes.as_ref().is_some_and(|changed| changed.change == DeclarationChange::Withdraws)
}

/// From when a declaration holds.
pub fn since(body: &DeclarationMade) -> Option<&WorldDate> {
    body.effective.as_ref().or(body.made.as_ref())
}

/// A declaration that stands on the day, or may: made, neither withdrawn nor modified, nor
/// ended with the consent that it belongs to.
pub fn declared(record: &Record<'_, '_>, tenures: &Tenures, act: &Act<'_>, at: Date) -> Option<Overlay> {
    let TreatyBody::DeclarationMade(body) = act.shown().body else { return None };
    let changes = changed_on(record, &record.beside, act, at);
    let apart = body.declaration_type == DeclarationType::ProvisionalApplication;
    if apart || withdraws(body) || !may_have_come(since(body), at) || changes.surely.is_some() {
        return None;
    }
    let ends = end(record, tenures, act, body);
    if ends.have_come(at) {
        return None;
    }
    let DeclarationMade { declaration_type, made, article, text, made_with: _, changes: changed, territory, effective } =
        &**body;
    let units = territory.as_ref().map(|territory| territory.units.as_slice()).unwrap_or_default();
    let Others { replaced, may_be_replaced, contradicted_by } = others_on(record, act, units, at);
    let units: Vec<Box<str>> = units.iter().filter(|unit| !replaced.contains(*unit)).cloned().collect();
    let scope = *declaration_type == DeclarationType::TerritorialScope;
    if scope && units.is_empty() && !replaced.is_empty() {
        return None;
    }
    let begun = days(record, act.shown(), body).is_none_or(|days| days.last <= at);
    let may_have_ended = ends.may_have_come(at);
    let declared = Declared {
        event: act.shown().cited(),
        declaration_type: *declaration_type,
        made: made.clone(),
        effective: effective.clone(),
        article: article.clone(),
        text: text.clone(),
        units,
        effect: territory.as_ref().map(|territory| territory.effect),
        modifies: changed.as_ref().map(|changed| changed.declaration.clone()),
        begun,
        certain: begun
            && changes.may_be.is_none()
            && may_be_replaced.is_empty()
            && contradicted_by.is_empty()
            && may_have_ended.is_none(),
        may_have_ended,
        ends: ends.surely(),
        may_be_changed: changes.may_be,
        may_be_replaced,
        contradicted_by,
    };
    Some(if scope { Overlay::TerritorialScope(declared) } else { Overlay::Declaration(declared) })
}

/// When a declaration ends with the consent that it belongs to: by the instrument that it
/// names, else by the day on which it was made.
pub fn end(record: &Record<'_, '_>, tenures: &Tenures, act: &Act<'_>, body: &DeclarationMade) -> Ends {
    let made = body.made.as_ref().or(body.effective.as_ref());
    let made = dated::bounds(record.adopted, act.shown(), made);
    tenures.end_of(made, provisional::instrument(record, body.made_with.as_ref()))
}

/// The days from one of which on a declaration holds.
pub fn days(record: &Record<'_, '_>, statement: &Statement<'_>, body: &DeclarationMade) -> Option<Days> {
    Some(dated::bounds(record.adopted, statement, Some(since(body)?)))
}

/// What other declarations tell of units by a day.
#[derive(Debug, Default)]
struct Others {
    /// Of these a later one tells.
    replaced: Vec<Box<str>>,
    may_be_replaced: Vec<Replaced>,
    contradicted_by: Vec<Replaced>,
}

/// Whether two declarations about one unit cannot both hold.
fn are_contrary(one: TerritorialEffect, other: TerritorialEffect) -> bool {
    let excludes = |effect: TerritorialEffect| effect == TerritorialEffect::Excludes;
    excludes(one) != excludes(other)
}

fn others_on(record: &Record<'_, '_>, act: &Act<'_>, units: &[Box<str>], at: Date) -> Others {
    let mut found = Others::default();
    let TreatyBody::DeclarationMade(body) = act.shown().body else { return found };
    let own = days(record, act.shown(), body).zip(body.territory.as_ref());
    let Some((own, own_territory)) = own.filter(|_| !units.is_empty()) else { return found };
    for other in record.beside.iter().filter(|other| !std::ptr::eq(**other, act)) {
        let TreatyBody::DeclarationMade(body) = other.shown().body else { continue };
        let changes = changed_on(record, &record.beside, other, at);
        let is_scope = body.declaration_type == DeclarationType::TerritorialScope;
        let stands = is_scope && !withdraws(body) && changes.surely.is_none();
        let (Some(territory), Some(days), Some(since)) =
            (&body.territory, days(record, other.shown(), body), since(body))
        else {
            continue;
        };
        if !stands || at < days.first || days.last < own.first {
            continue;
        }
        let is_later = days.last <= at && own.last < days.first && changes.may_be.is_none();
        // Of one day neither is the later one; both have come by the day if they stand.
        let may_be_later = own.first < days.last.min(at);
        let may_be_of_one_day = own.holds(days.first) || days.holds(own.first);
        let is_contrary = may_be_of_one_day && are_contrary(own_territory.effect, territory.effect);
        for unit in territory.units.iter().filter(|unit| units.contains(*unit)) {
            let told = || Replaced { unit: unit.clone(), by: other.shown().cited(), since: since.clone() };
            if is_later {
                found.replaced.push(unit.clone());
                continue;
            }
            found.may_be_replaced.extend(may_be_later.then(told));
            found.contradicted_by.extend(is_contrary.then(told));
        }
    }
    let Others { replaced, may_be_replaced, contradicted_by } = &mut found;
    for told in [may_be_replaced, contradicted_by] {
        told.retain(|other| !replaced.contains(&other.unit));
    }
    found
}
