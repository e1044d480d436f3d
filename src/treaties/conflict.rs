//! Whether a conflict keeps a party bound: always somebody's claim, never a computed
//! fact. Assertions about one conflict are kept apart by who asserts; where those
//! differ, each account is followed.
//!
//! Within one account an assertion that goes on is ended by the same asserter's later
//! word: an end, or that the participant is not engaged any more.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{rivals::Act, statements::Statement};
use crate::domain::{
    CitedEvent, ConflictEngagement, ConflictStatusAsserted, ConflictType, TreatyBody, WithdrawalClause, WorldDate,
};

/// One conflict with everybody's account of it.
#[derive(Clone, Debug)]
pub struct Conflict<'a> {
    pub name: &'a str,
    /// Ascending by asserter; never empty.
    pub accounts: Vec<Account<'a>>,
}

/// What one asserter says about one conflict.
#[derive(Clone, Debug)]
pub struct Account<'a> {
    pub conflict: &'a str,
    pub asserter: &'a str,
    claims: Vec<(CitedEvent, &'a ConflictStatusAsserted)>,
}

/// At which end an uncertain date is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    First,
    Last,
}

/// A conflict that covers the day of the test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engaged {
    pub conflict: Box<str>,
    pub asserter: Box<str>,
    pub event: CitedEvent,
    /// Last day on which it is said to have held; `None`: it goes on.
    pub until: Option<Date>,
}

/// The conflicts that the clauses count, by name.
pub fn conflicts<'a>(acts: &[Act<'a>], clause: Option<&WithdrawalClause>) -> Vec<Conflict<'a>> {
    let mut by_name: BTreeMap<&str, BTreeMap<&str, Account<'a>>> = BTreeMap::new();
    for statement in acts.iter().flat_map(|act| &act.followed) {
        let Some(body) = counted(statement, clause) else { continue };
        let account = by_name.entry(&body.conflict).or_default().entry(&body.asserted_by);
        let new = || Account { conflict: &body.conflict, asserter: &body.asserted_by, claims: Vec::new() };
        account.or_insert_with(new).claims.push((statement.cited(), body));
    }
    let conflicts = by_name.into_iter();
    conflicts.map(|(name, accounts)| Conflict { name, accounts: accounts.into_values().collect() }).collect()
}

fn counted<'a>(statement: &Statement<'a>, clause: Option<&WithdrawalClause>) -> Option<&'a ConflictStatusAsserted> {
    let TreatyBody::ConflictStatusAsserted(body) = statement.body else { return None };
    let occupation = body.conflict_type == Some(ConflictType::Occupation);
    let counts = !occupation || clause.is_some_and(|clause| clause.includes_occupation);
    counts.then_some(body)
}

impl<'a> Conflict<'a> {
    /// Whom to believe, and at which end of uncertain dates.
    pub fn options(&self) -> Vec<(&Account<'a>, End, Option<Box<str>>)> {
        let contested = self.accounts.len() > 1;
        let mut options = Vec::new();
        for account in &self.accounts {
            let uncertain = account.is_uncertain();
            let ends: &[End] = if uncertain { &[End::First, End::Last] } else { &[End::First] };
            for end in ends {
                let at = if *end == End::First { "first" } else { "last" };
                let mut assuming = format!("{}: as {} asserts", self.name, account.asserter);
                if uncertain {
                    assuming.push_str(&format!(", uncertain dates read at their {at} day"));
                }
                options.push((account, *end, (contested || uncertain).then(|| assuming.into())));
            }
        }
        options
    }
}

impl Account<'_> {
    fn is_uncertain(&self) -> bool {
        let dates = self.claims.iter().flat_map(|(_, claim)| [&claim.since, &claim.until]);
        dates.flatten().any(|date| date.day().is_none())
    }

    /// The first and the last days that its dates can mean.
    pub fn days(&self) -> impl Iterator<Item = Date> {
        let dates = self.claims.iter().flat_map(|(_, claim)| [&claim.since, &claim.until]).flatten();
        dates.flat_map(|date| [date.earliest(), date.latest()]).flatten()
    }

    /// The engagement that covers a day, if the account tells of one.
    pub fn engaged_on(&self, day: Date, end: End) -> Option<Engaged> {
        let engaged = self.claims.iter().filter(|(_, claim)| claim.engagement == ConflictEngagement::Engaged);
        let covering = engaged.filter_map(|(event, claim)| {
            let (since, until) = (since(claim, end), self.until(claim, end));
            (since <= day && until.is_none_or(|until| day <= until)).then_some((until, event))
        });
        // The longest counts; one that goes on is the longest. Of equal ones the first by name.
        let (until, event) =
            covering.min_by_key(|(until, event)| (std::cmp::Reverse(until.unwrap_or(Date::MAX)), (*event).clone()))?;
        Some(Engaged { conflict: self.conflict.into(), asserter: self.asserter.into(), event: event.clone(), until })
    }

    /// The last day of an engagement: its own, else as the same asserter ended it later.
    fn until(&self, claim: &ConflictStatusAsserted, end: End) -> Option<Date> {
        if let Some(until) = &claim.until {
            return day_of(until, end);
        }
        let began = since(claim, end);
        let ends = self.claims.iter().filter_map(|(_, other)| match other.engagement {
            ConflictEngagement::Engaged => other.until.as_ref().and_then(|until| day_of(until, end)),
            ConflictEngagement::NotEngaged => since(other, end).yesterday().ok(),
        });
        ends.filter(|ended| *ended >= began).min()
    }
}

fn since(claim: &ConflictStatusAsserted, end: End) -> Date {
    claim.since.as_ref().and_then(|since| day_of(since, end)).unwrap_or(Date::constant(1, 1, 1))
}

fn day_of(date: &WorldDate, end: End) -> Option<Date> {
    match end {
        End::First => date.earliest().or(date.latest()),
        End::Last => date.latest().or(date.earliest()),
    }
}
