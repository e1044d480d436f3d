//! Whether a conflict keeps a party bound: always somebody's claim, never a computed
//! fact. Assertions about one conflict are kept apart by who asserts; where those
//! differ, each account is followed, and where one is contested, what remains without it, too.
//!
//! Within one account an assertion that goes on is ended by the same asserter's later
//! word: an end, or that the participant is not engaged any more. Who says no more than that
//! it is not engaged from some day on says nothing of the days before: of these the others'
//! word stands.

use std::{collections::BTreeMap, rc::Rc};

use jiff::civil::Date;

use super::{
    dated,
    days::{Days, Part},
    rivals::{self, Act},
    statements::Statement,
};
use crate::{
    domain::{
        CitedEvent, ConflictEngagement, ConflictStatusAsserted, ConflictType, TreatyBody, WithdrawalClause, WorldDate,
    },
    limits::CONFLICT_ACCOUNTS,
};

/// One conflict with everybody's account of it.
#[derive(Clone, Debug)]
pub struct Conflict<'a> {
    /// Ascending by asserter; never empty.
    pub accounts: Vec<Account<'a>>,
    /// Whether these are all.
    pub complete: bool,
}

/// What one asserter says about one conflict.
#[derive(Clone, Debug)]
pub struct Account<'a> {
    pub conflict: &'a str,
    pub asserter: &'a str,
    claims: Vec<Claim<'a>>,
    /// What everybody says of it; of days of which this account is silent the others' word
    /// stands.
    all: Rc<[Claim<'a>]>,
    /// The contested assertions that this account leaves out, with who contests them.
    without: Vec<(CitedEvent, String)>,
}

/// An assertion, with who contests it.
#[derive(Clone, Debug)]
struct Claim<'a> {
    event: CitedEvent,
    body: &'a ConflictStatusAsserted,
    /// The days that its dates can mean.
    since: Option<Days>,
    until: Option<Days>,
    contested_by: Vec<String>,
}

/// A conflict that covers the day of the test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engaged {
    pub conflict: Box<str>,
    pub asserter: Box<str>,
    pub event: CitedEvent,
    /// Last day on which it is said to have held; `None`: it goes on.
    pub until: Option<Date>,
    /// Who says so, where that is another assertion.
    pub ended: Option<Ended>,
}

/// The assertion that a conflict which another one tells of was over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub asserter: Box<str>,
    pub event: CitedEvent,
}

impl Engaged {
    /// What the assertion says of the day, and of the end where it is the one that tells it.
    pub fn sentence(&self) -> String {
        let Self { conflict, asserter, until, ended, .. } = self;
        let engaged = format!("engaged in {conflict} on that day, as {asserter} asserts");
        match (until, ended) {
            (None, _) => format!("{engaged}: it goes on"),
            (Some(until), None) => format!("{engaged}: it ended on {until}"),
            (Some(_), Some(_)) => engaged,
        }
    }

    /// Where another assertion tells the end: that one, the last day, and what it says.
    pub fn end(&self) -> Option<(CitedEvent, Date, String)> {
        let (until, Ended { asserter, event }) = (self.until?, self.ended.as_ref()?);
        let sentence = format!("engaged in {} until {until} and no longer, as {asserter} asserts", self.conflict);
        Some((event.clone(), until, sentence))
    }
}

/// A date of an account that is not known to the day, with the days that it is read at.
#[derive(Clone, Copy, Debug)]
pub struct OpenDate<'a> {
    date: &'a WorldDate,
    /// Of the end of a conflict, not of its beginning.
    is_end: bool,
    pub part: Part,
}

impl OpenDate<'_> {
    /// What is dated.
    pub fn name(&self) -> &'static str {
        if self.is_end { "the end" } else { "the beginning" }
    }
}

/// The conflicts that the clauses count, by name.
pub fn conflicts<'a>(acts: &[Act<'a>], clause: Option<&WithdrawalClause>) -> Vec<Conflict<'a>> {
    by_name(acts, |body| counts(body, clause))
}

/// What is asserted of the same participant and does not count under the clauses: an
/// occupation where these speak of an armed conflict alone.
pub fn passed_over<'a>(acts: &[Act<'a>], clause: Option<&WithdrawalClause>) -> Vec<Conflict<'a>> {
    by_name(acts, |body| !counts(body, clause))
}

fn by_name<'a>(acts: &[Act<'a>], wanted: impl Fn(&ConflictStatusAsserted) -> bool) -> Vec<Conflict<'a>> {
    let mut by_name: BTreeMap<&str, BTreeMap<&str, Account<'a>>> = BTreeMap::new();
    for statement in acts.iter().flat_map(|act| &act.followed) {
        let TreatyBody::ConflictStatusAsserted(body) = statement.body else { continue };
        if !wanted(body) {
            continue;
        }
        let account = by_name.entry(&body.conflict).or_default().entry(&body.asserted_by);
        let (conflict, asserter) = (&*body.conflict, &*body.asserted_by);
        let new = || Account { conflict, asserter, claims: Vec::new(), all: Rc::from([]), without: Vec::new() };
        let days = |date: &Option<WorldDate>| date.as_ref().map(|date| days_of(statement, date));
        account.or_insert_with(new).claims.push(Claim {
            event: statement.cited(),
            body,
            since: days(&body.since),
            until: days(&body.until),
            contested_by: rivals::told_contests(statement).into_iter().map(|contest| contest.by.into()).collect(),
        });
    }
    let conflicts = by_name.into_values().map(|accounts| {
        let complete = accounts.len() <= CONFLICT_ACCOUNTS;
        let accounts = accounts.into_values().take(CONFLICT_ACCOUNTS).collect();
        Conflict { accounts: all_accounts(accounts), complete }
    });
    conflicts.collect()
}

/// The accounts as asserted, each with what the others say, then those that are contested
/// without what is contested in them.
fn all_accounts(asserted: Vec<Account<'_>>) -> Vec<Account<'_>> {
    let all: Rc<[Claim<'_>]> = asserted.iter().flat_map(|account| account.claims.iter().cloned()).collect();
    let each = asserted.into_iter().map(|account| Account { all: Rc::clone(&all), ..account });
    let mut accounts: Vec<Account<'_>> = each.collect();
    let uncontested = accounts.iter().filter_map(|account| {
        let (left_out, claims): (Vec<Claim<'_>>, Vec<_>) =
            account.claims.iter().cloned().partition(|claim| !claim.contested_by.is_empty());
        let without = left_out.into_iter().map(|claim| (claim.event, claim.contested_by.join(", ")));
        let without: Vec<_> = without.collect();
        (!without.is_empty()).then(|| Account { claims, all: Rc::from([]), without, ..account.clone() })
    });
    let uncontested: Vec<_> = uncontested.collect();
    accounts.extend(uncontested);
    accounts
}

fn counts(body: &ConflictStatusAsserted, clause: Option<&WithdrawalClause>) -> bool {
    let occupation = body.conflict_type == Some(ConflictType::Occupation);
    !occupation || clause.is_some_and(|clause| clause.includes_occupation)
}

impl Conflict<'_> {
    /// Who asserts that it covered a day, each once, at either end of uncertain dates.
    pub fn asserted_on(&self, day: Date) -> Vec<Engaged> {
        let as_asserted = self.accounts.iter().filter(|account| account.without.is_empty());
        let engaged = as_asserted
            .filter_map(|account| account.at_both_ends().into_iter().find_map(|open| account.engaged_on(day, &open)));
        let mut engaged: Vec<Engaged> = engaged.collect();
        engaged.sort_by(|one, other| one.event.cmp(&other.event));
        engaged.dedup_by(|one, other| one.event == other.event);
        engaged
    }
}

impl<'a> Account<'a> {
    /// Each assertion with the days since and until which it says to hold.
    pub fn periods(&self) -> impl Iterator<Item = (&CitedEvent, Option<&WorldDate>, Option<&WorldDate>)> {
        self.claims.iter().map(|claim| (&claim.event, claim.body.since.as_ref(), claim.body.until.as_ref()))
    }

    /// Whose word it is, and what of it.
    pub fn in_words(&self) -> String {
        let asserter = self.asserter;
        if let [(event, by), ..] = self.without.as_slice() {
            let entry = event.position.index;
            return format!("without what {asserter} asserts in entry {entry}, which {by} contests");
        }
        let entries: Vec<String> = self.claims.iter().map(|claim| claim.event.position.index.to_string()).collect();
        let word = if entries.len() == 1 { "entry" } else { "entries" };
        format!("as {asserter} asserts in {word} {}", entries.join(", "))
    }

    /// The dates that its word rests on and that are not known to the day, with all that they can mean.
    pub fn open_dates(&self) -> Vec<OpenDate<'a>> {
        let speaks = self.claims.iter().any(|claim| claim.body.engagement == ConflictEngagement::Engaged);
        let told = self.claims.iter().chain(self.others().filter(|_| !speaks));
        let dates =
            told.flat_map(|claim| [(&claim.body.since, claim.since, false), (&claim.body.until, claim.until, true)]);
        let open = dates.filter_map(|(date, days, is_end)| {
            let of = days.filter(|days| !days.is_settled())?;
            Some(OpenDate { date: date.as_ref()?, is_end, part: Part::whole(of) })
        });
        open.collect()
    }

    /// The first and the last days that its dates can mean.
    pub fn days(&self) -> impl Iterator<Item = Date> {
        let dates = self.claims.iter().flat_map(|claim| [claim.since, claim.until]).flatten();
        dates.flat_map(|days| [days.first, days.last])
    }

    /// What the others say.
    fn others(&self) -> impl Iterator<Item = &Claim<'a>> {
        self.all.iter().filter(|claim| *claim.body.asserted_by != *self.asserter)
    }

    /// Its open dates as early, and as late as they can be.
    fn at_both_ends(&self) -> [Vec<OpenDate<'a>>; 2] {
        let at = |pick: fn(Days) -> Date| {
            self.open_dates()
                .into_iter()
                .map(|open| OpenDate { part: open.part.on(pick(open.part.of)), ..open })
                .collect()
        };
        [at(|days| days.first), at(|days| days.last)]
    }

    /// The engagement that covers a day, if the account tells of one.
    pub fn engaged_on(&self, day: Date, open: &[OpenDate<'_>]) -> Option<Engaged> {
        let silent = self.is_silent_on(day, open);
        let told = self.claims.iter().filter(|_| !silent).chain(self.others().filter(|_| silent));
        let engaged = told.filter(|claim| claim.body.engagement == ConflictEngagement::Engaged);
        let covering = engaged.filter_map(|claim| {
            let (since, until) = (claim.since_at(open), self.until(claim, open));
            (since <= day && until.is_none_or(|(until, _)| day <= until)).then_some((until, claim))
        });
        // The longest counts; one that goes on is the longest. Of equal ones the first by name.
        let last = |until: &Option<(Date, &Claim<'_>)>| until.map_or(Date::MAX, |(until, _)| until);
        let (until, claim) =
            covering.min_by_key(|(until, claim)| (std::cmp::Reverse(last(until)), claim.event.clone()))?;
        let ended = until.filter(|(_, by)| by.event != claim.event);
        Some(Engaged {
            conflict: self.conflict.into(),
            asserter: claim.body.asserted_by.clone(),
            event: claim.event.clone(),
            until: until.map(|(until, _)| until),
            ended: ended.map(|(_, by)| Ended { asserter: by.body.asserted_by.clone(), event: by.event.clone() }),
        })
    }

    /// The assertion by which the account has nobody engaged on a day, in words; `None`
    /// where it has.
    pub fn not_engaged_on(&self, day: Date, open: &[OpenDate<'_>]) -> Option<(CitedEvent, String)> {
        if self.engaged_on(day, open).is_some() {
            return None;
        }
        let Self { conflict, asserter, .. } = self;
        if let Some((event, by)) = self.without.first() {
            let sentence = format!("what {asserter} asserts of {conflict} is contested by {by}, and left out here");
            return Some((event.clone(), sentence));
        }
        let denies = |claim: &&Claim<'_>| claim.denies(day, open);
        let (claim, sentence) = match self.claims.iter().find(denies) {
            Some(claim) => (claim, format!("not engaged in {conflict} on that day, as {asserter} asserts")),
            None => (
                self.claims.last()?,
                format!("{asserter} does not assert that it was engaged in {conflict} on that day"),
            ),
        };
        Some((claim.event.clone(), sentence))
    }

    /// Whether the account says nothing of a day: neither that the participant was ever
    /// engaged, nor that it was not then.
    fn is_silent_on(&self, day: Date, open: &[OpenDate<'_>]) -> bool {
        let tells = |claim: &Claim<'_>| claim.body.engagement == ConflictEngagement::Engaged || claim.denies(day, open);
        self.without.is_empty() && !self.claims.iter().any(tells)
    }

    /// The last day of an engagement, with the assertion that says so: its own, else as the
    /// same asserter ended it later, or as this account begins where it follows another's word.
    fn until<'c>(&'c self, claim: &'c Claim<'_>, open: &[OpenDate<'_>]) -> Option<(Date, &'c Claim<'c>)> {
        let began = claim.since_at(open);
        // Whatever its dates mean, it did not end before it began.
        let own = claim.until_at(open);
        let own = own.map(|ended| (ended.max(began), claim));
        let by_others = claim.body.asserted_by.as_ref() != self.asserter;
        if own.is_some() && !by_others {
            return own;
        }
        let same = |other: &&Claim<'_>| by_others && other.body.asserted_by == claim.body.asserted_by;
        let ends = self.claims.iter().chain(self.others().filter(same)).filter_map(|other| {
            let ended = match other.body.engagement {
                ConflictEngagement::Engaged => other.until_at(open),
                ConflictEngagement::NotEngaged => other.since_at(open).yesterday().ok(),
            };
            Some((ended?, other))
        });
        // Of one day its own word goes first.
        own.into_iter().chain(ends.filter(|(ended, _)| *ended >= began)).min_by_key(|(ended, _)| *ended)
    }
}

impl Claim<'_> {
    /// Whether it says of a day that the participant was not engaged.
    fn denies(&self, day: Date, open: &[OpenDate<'_>]) -> bool {
        self.body.engagement == ConflictEngagement::NotEngaged
            && self.since_at(open) <= day
            && self.until_at(open).is_none_or(|until| day <= until)
    }

    /// The day since which it says something, ever where it names none.
    fn since_at(&self, open: &[OpenDate<'_>]) -> Date {
        read_at(self.body.since.as_ref(), self.since, open).unwrap_or(Date::constant(1, 1, 1))
    }

    fn until_at(&self, open: &[OpenDate<'_>]) -> Option<Date> {
        read_at(self.body.until.as_ref(), self.until, open)
    }
}

/// The days that a date can mean. An end may be told ahead; an open end reaches to the day of
/// recording, an open beginning as far back as there are days.
fn days_of(statement: &Statement<'_>, date: &WorldDate) -> Days {
    let first = date.earliest().unwrap_or(Date::constant(1, 1, 1));
    let last = date.latest().unwrap_or_else(|| dated::latest_day(statement));
    Days { first, last: last.max(first) }
}

/// The day at which a date is read.
fn read_at(date: Option<&WorldDate>, days: Option<Days>, open: &[OpenDate<'_>]) -> Option<Date> {
    let read = date.and_then(|date| open.iter().find(|open| std::ptr::eq(open.date, date)));
    read.map(|open| open.part.days).or(days).map(|days| days.first)
}
