//! Remarks on what is dated beside the status, on days that are not known: on which of them a
//! remark is to be made.
//!
//! Promises: what is remarked without an assumption holds on every day that the date can mean;
//! what holds on some of them says on which.
//! Leaves to others: what is remarked (`beside`, `doubts`), the days of the acts that make the
//! status (`readings`).

use jiff::civil::Date;

use crate::{
    domain::LegalFinding,
    treaties::{
        Span,
        course::Course,
        dated,
        days::{Days, Part},
        in_force,
        record::Record,
        rivals::Act,
    },
};

/// A finding with what has to be assumed for it besides the reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub finding: LegalFinding,
    pub only: Only,
}

/// What has to be assumed besides the reading; empty where nothing has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Only {
    /// What it is that is on one of the days.
    pub of: Box<str>,
    /// The stretches of days on one of which that is.
    pub parts: Vec<Part>,
    /// What else.
    pub words: Box<str>,
}

impl<T: Into<Box<str>>> From<T> for Only {
    fn from(words: T) -> Self {
        Self { words: words.into(), ..Self::default() }
    }
}

impl Only {
    /// It in a sentence.
    pub fn told(&self) -> Option<Box<str>> {
        let parts: Vec<String> = self.parts.iter().filter_map(|part| part.told(&self.of)).collect();
        self.with_words(Some(parts.join(" or ")).filter(|parts| !parts.is_empty()))
    }

    /// It where not all of the days lead there, but some as the other dates are.
    pub fn told_of_some(&self) -> Option<Box<str>> {
        let on = if self.parts.is_empty() { "on some of its days".into() } else { days_of(&self.parts) };
        self.with_words(Some(format!("{} {on}, as the other dates are", self.of)).filter(|_| !self.of.is_empty()))
    }

    fn with_words(&self, dated: Option<String>) -> Option<Box<str>> {
        let words = Some(self.words.to_string()).filter(|words| !words.is_empty());
        let told: Vec<String> = dated.into_iter().chain(words).collect();
        (!told.is_empty()).then(|| told.join("; ").into())
    }
}

fn days_of(parts: &[Part]) -> String {
    parts.iter().map(|part| part.days.to_string()).collect::<Vec<_>>().join(" or ")
}

/// The stretches of days on which something holds that changes on some days alone.
pub fn where_it_holds(of: Days, changes: impl IntoIterator<Item = Date>, holds: impl Fn(Date) -> bool) -> Vec<Part> {
    let mut begins: Vec<Date> = changes.into_iter().filter(|day| of.holds(*day)).chain([of.first]).collect();
    begins.sort_unstable();
    begins.dedup();
    let mut found: Vec<Part> = Vec::new();
    for part in Part::split(of, &begins).into_iter().filter(|part| holds(part.days.first)) {
        part.add_to(&mut found);
    }
    found
}

/// The stretches of days on which the participant stands in some way.
pub fn where_it_stands(course: &Course, of: Days, stands: impl Fn(Date) -> bool) -> Vec<Part> {
    where_it_holds(of, changes(course), stands)
}

/// The days on which the status changes.
pub fn changes(course: &Course) -> impl Iterator<Item = Date> {
    course.spans.iter().filter_map(|span: &Span| span.from)
}

/// What has to be assumed of something that was dated, so that it lies in one of the
/// stretches; nothing where they are all of the days.
pub fn assumed(what: &str, parts: &[Part]) -> Only {
    if parts.iter().any(|part| part.is_whole()) {
        return Only::default();
    }
    Only { of: what.into(), parts: parts.to_vec(), words: "".into() }
}

/// All of the days of stretches.
pub fn around(parts: &[Part]) -> Option<Days> {
    parts.iter().map(|part| part.days).reduce(Days::around)
}

/// How an act is named in what is assumed of it.
pub fn named(act: &Act<'_>) -> String {
    act.shown().recorded.event.kind().name().replace('_', " ")
}

/// The days of consents to be bound that are not known to the day, of those that have a day
/// in common with some days.
pub fn consents_of_open_days(record: &Record<'_, '_>, days: Days) -> Vec<Days> {
    let consents = record.clocked.iter().flat_map(|act| &act.followed);
    let consents = consents.filter(|statement| in_force::is_consent(statement));
    let of = consents.filter_map(|statement| dated::range(record, statement));
    of.filter(|of| !of.is_settled() && of.first <= days.last && days.first <= of.last).collect()
}
