//! From an answer about a status to its drawing: which days, letters, labels.
//!
//! Leaves to others: where they stand on a page (`chart`).

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    block::Block,
    chart::{Chart, LABEL, Lane, Look, Mark, Pin, Stretch},
};
use crate::{
    client::reply::{
        Act, CourseSpan, EventPosition, HoldsAt, Overlay, ProvisionalApplication, Reaction, StatusCourse,
        StatusOverlay, SuspensionAsserted, TimelineResponse, TreatyStatusResponse,
    },
    domain::WorldDate,
};

/// Readings that are drawn; further ones are counted.
const DRAWN: usize = 4;
/// Readings with the same course whose assumptions are told; further ones are counted.
const TOLD: usize = 2;
/// Longest name that a label gives instead of a count.
const SHORT: usize = 5;
/// Letters, in their order.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Stands for every act after them.
const NO_LETTER: char = '*';

/// The letters of the events of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letters(BTreeMap<(u64, u32), char>);

impl Letters {
    /// In order of the days; of one day, in the order given.
    fn of<'a>(events: impl Iterator<Item = &'a Dated>) -> Self {
        let mut letters = Self::default();
        let mut events: Vec<Dated> = events.copied().collect();
        events.sort_by_key(|(day, _)| *day);
        for (_, event) in events {
            let next = LETTERS.chars().nth(letters.0.len()).unwrap_or(NO_LETTER);
            letters.0.entry(event).or_insert(next);
        }
        letters
    }

    /// The letter of an event; empty where it has none.
    pub fn letter(&self, position: Option<&EventPosition>) -> String {
        position.and_then(|position| self.0.get(&place(position))).map(char::to_string).unwrap_or_default()
    }

    fn mark(&self, event: (u64, u32), day: Date, text: Vec<String>) -> Mark {
        Mark { key: self.0.get(&event).copied().unwrap_or(NO_LETTER), day, text }
    }
}

/// The drawing of a status, and the letters of what its tables cite. What has no
/// course has no drawing.
pub fn of_status(answer: &TreatyStatusResponse) -> (Option<Block>, Letters) {
    let (acts, reactions) = (cited(answer), reactions(answer.overlays.iter()));
    let letters = Letters::of(acts.iter().chain(&reactions));
    let marks = |found: &[Dated]| found.iter().map(|(day, event)| letters.mark(*event, *day, Vec::new())).collect();
    let (courses, overlays) = (&answer.courses, &answer.overlays_of_all_days);
    let chart = Chart { acts: marks(&acts), reactions: marks(&reactions), ..lanes(courses, overlays) };
    let chart = with_pins(chart, day(&answer.at), answer.holds_at.as_ref());
    let drawn = (!chart.courses.is_empty()).then(|| Block::Chart { chart: Box::new(chart), keyed: Vec::new() });
    (drawn, letters)
}

/// The drawing of the acts of one participant, and their letters. `told`: what is said of
/// an act where the drawing tells itself.
pub fn of_timeline(answer: &TimelineResponse, told: impl Fn(&Act) -> Vec<String>) -> (Chart, Letters) {
    let (overlays, courses) = (&answer.overlays_of_all_days, &answer.courses);
    let dated = |act: &Act| Some((world(&act.date)?, place(act.position.as_ref()?)));
    let undated = answer.acts.iter().filter(|act| dated(act).is_none()).map(&told).collect();
    let mut acts: Vec<(Dated, &Act)> = answer.acts.iter().filter_map(|act| Some((dated(act)?, act))).collect();
    acts.sort_by_key(|((day, _), _)| *day);
    let reactions = reactions(overlays.iter());
    let letters = Letters::of(acts.iter().map(|(dated, _)| dated).chain(&reactions));
    let told = |act: &Act| {
        let mut lines = told(act);
        lines.iter_mut().take(1).for_each(|line| line.push_str(&as_stated(&act.date)));
        lines
    };
    let acts = acts.iter().map(|((day, event), act)| letters.mark(*event, *day, told(act))).collect();
    let words = words_of_reactions(overlays);
    let words = |event| words.get(event).cloned().into_iter().collect();
    let reactions = reactions.iter().map(|(day, event)| letters.mark(*event, *day, words(event))).collect();
    let mut chart = Chart { acts, reactions, undated, ..lanes(courses, overlays) };
    let until = day(&answer.at);
    until
        .into_iter()
        .for_each(|until| chart.courses.iter_mut().chain(&mut chart.overlays).for_each(|it| cut(it, until)));
    (with_pins(chart, until, answer.holds_at.as_ref()), letters)
}

/// Draws a lane up to a day, that day included.
fn cut(lane: &mut Lane, until: Date) {
    let end = until.tomorrow().unwrap_or(until);
    lane.stretches.retain(|stretch| stretch.from.is_none_or(|from| from < end));
    for stretch in &mut lane.stretches {
        stretch.to = Some(stretch.to.map_or(end, |to| to.min(end)));
    }
}

/// A day and the place of the event in the log.
type Dated = (Date, (u64, u32));

fn place(position: &EventPosition) -> (u64, u32) {
    (position.index, position.ordinal)
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

/// The day at which an act stands: the last one that its date can mean.
fn world(text: &str) -> Option<Date> {
    let date: WorldDate = text.parse().ok()?;
    date.latest().or(date.earliest())
}

/// A date that is not known to the day, to be told beside the day at which it stands.
fn as_stated(date: &str) -> String {
    if day(date).is_some() { String::new() } else { format!(" ({date})") }
}

/// The events that the reasons cite, each on the first day that a reading has for it:
/// later ones are of its effects, which the lanes show.
fn cited(answer: &TreatyStatusResponse) -> Vec<Dated> {
    let mut found = Vec::new();
    for outcome in &answer.outcomes {
        let mut first: BTreeMap<(u64, u32), Date> = BTreeMap::new();
        for step in &outcome.steps {
            let event = step.event.as_ref().and_then(|event| event.position.as_ref());
            if let Some((position, day)) = event.zip(day(&step.date)) {
                first.entry(place(position)).and_modify(|before| *before = day.min(*before)).or_insert(day);
            }
        }
        found.extend(first.into_iter().map(|(event, day)| (day, event)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn suspensions<'a>(overlays: impl Iterator<Item = &'a StatusOverlay>) -> impl Iterator<Item = &'a SuspensionAsserted> {
    overlays.filter_map(|overlay| match overlay.overlay.as_ref()? {
        Overlay::SuspensionAsserted(found) => Some(found),
        Overlay::ProvisionalApplication(_)
        | Overlay::Declaration(_)
        | Overlay::TerritorialScope(_)
        | Overlay::RetroactiveSuccession(_) => None,
    })
}

fn reactions<'a>(overlays: impl Iterator<Item = &'a StatusOverlay>) -> Vec<Dated> {
    let reactions = suspensions(overlays).flat_map(|found| &found.reactions);
    let dated = reactions.filter_map(|reaction| Some((world(&reaction.date)?, place(position(reaction)?))));
    let mut dated: Vec<Dated> = dated.collect();
    dated.sort_by_key(|(day, _)| *day);
    dated
}

fn words_of_reactions(overlays: &[StatusOverlay]) -> BTreeMap<(u64, u32), String> {
    let reactions = suspensions(overlays.iter()).flat_map(|found| &found.reactions);
    let told = reactions.filter_map(|reaction| {
        let dated = as_stated(&reaction.date);
        Some((place(position(reaction)?), format!("{} {}{dated}", reaction.by, reaction.stance)))
    });
    told.collect()
}

fn position(reaction: &Reaction) -> Option<&EventPosition> {
    reaction.event.as_ref().and_then(|event| event.position.as_ref())
}

/// The day that is asked about, and the last one that is known.
fn with_pins(mut chart: Chart, asked: Option<Date>, holds_at: Option<&HoldsAt>) -> Chart {
    let recorded = holds_at.and_then(|holds_at| holds_at.recorded_at.as_ref());
    let instant = recorded.and_then(|time| jiff::Timestamp::new(time.seconds, time.nanos).ok());
    chart.known_to = instant.map(|instant| jiff::tz::TimeZone::UTC.to_datetime(instant).date());
    let pin = |day: Option<Date>, label: &str| day.map(|day| Pin { day, label: label.into() });
    chart.pins = match (asked, chart.known_to) {
        (Some(asked), Some(known)) if asked == known => pin(asked.into(), "asked, newest entry").into_iter().collect(),
        (asked, known) => [pin(asked, "asked"), pin(known, "newest entry")].into_iter().flatten().collect(),
    };
    chart.pins.sort_by_key(|pin| pin.day);
    chart
}

fn lanes(courses: &[StatusCourse], overlays: &[StatusOverlay]) -> Chart {
    let overlays = overlays.iter().filter_map(|overlay| match overlay.overlay.as_ref()? {
        Overlay::SuspensionAsserted(found) => suspension(found),
        Overlay::ProvisionalApplication(found) => provisional(found),
        // They have no lane: the tables tell them.
        Overlay::Declaration(_) | Overlay::TerritorialScope(_) | Overlay::RetroactiveSuccession(_) => None,
    });
    Chart {
        courses: courses.iter().take(DRAWN).map(course).collect(),
        not_drawn: courses.len().saturating_sub(DRAWN),
        overlays: overlays.collect(),
        ..Chart::default()
    }
}

fn course(course: &StatusCourse) -> Lane {
    let StatusCourse { assuming, spans } = course;
    let told = assuming.iter().take(TOLD).cloned();
    let further = Some(assuming.len().saturating_sub(TOLD)).filter(|further| *further > 0);
    let further = further.map(|further| format!("it is read in one of {further} further ways"));
    Lane { assuming: told.chain(further).collect(), stretches: stretches(spans) }
}

/// The intervals, and between two of them the days of which it is open where the one ends and
/// the other begins.
fn stretches(spans: &[CourseSpan]) -> Vec<Stretch> {
    let ends = |span: &CourseSpan| [&span.from, &span.from_latest, &span.to, &span.to_latest].map(|text| day(text));
    let mut begins: Vec<Date> = spans.iter().flat_map(ends).flatten().collect();
    begins.sort_unstable();
    begins.dedup();
    let starts = std::iter::once(None).chain(begins.iter().copied().map(Some));
    let ends = begins.iter().copied().map(Some).chain([None]);
    let mut stretches: Vec<Stretch> = Vec::new();
    for (from, to) in starts.zip(ends) {
        // The first one begins ever: the earliest day stands for it.
        let at = from.unwrap_or(Date::MIN);
        let held: Vec<(Look, String)> = spans.iter().filter(|span| may_hold_on(span, at)).map(look).collect();
        let (look, label) = match held.as_slice() {
            [] => continue,
            [(look, label)] => (*look, label.clone()),
            several => {
                let labels: Vec<&str> = several.iter().map(|(look, label)| short(*look, label)).collect();
                (Look::Open, labels.join("/"))
            }
        };
        match stretches.last_mut().filter(|before| before.look == look && before.label == label) {
            Some(before) => before.to = to,
            None => stretches.push(Stretch { look, from, to, label }),
        }
    }
    stretches
}

/// A word where several share a label.
fn short(look: Look, label: &str) -> &str {
    match look {
        Look::Blank => "none",
        Look::Leaving => "leaving",
        Look::Deferred => "deferred",
        Look::Former => "former",
        _ => label,
    }
}

fn may_hold_on(span: &CourseSpan, at: Date) -> bool {
    let to = if span.to_latest.is_empty() { &span.to } else { &span.to_latest };
    day(&span.from).is_none_or(|from| from <= at) && day(to).is_none_or(|to| at < to)
}

fn look(span: &CourseSpan) -> (Look, String) {
    let CourseSpan { status, effective, .. } = span;
    let (look, label) = match status.as_str() {
        "non_participant" => (Look::Blank, "no participant"),
        "signatory" => (Look::Signatory, "signatory"),
        "contracting" => (Look::Contracting, "contracting"),
        "party" => (Look::Party, "party"),
        "party_withdrawal_pending" if effective.is_empty() => (Look::Leaving, "party, leaving (no date)"),
        "party_withdrawal_pending" => (Look::Leaving, "party, leaving"),
        "party_withdrawal_deferred_conflict" => (Look::Deferred, "party, leaving deferred"),
        "former_party" => (Look::Former, "former party"),
        "former_signatory" => (Look::Former, "former signatory"),
        // A newer server may know more words.
        other => (Look::Other, other),
    };
    (look, label.replace('_', " "))
}

/// From when on it is asserted, and from when to when it is contested.
fn suspension(found: &SuspensionAsserted) -> Option<Lane> {
    let since = world(&found.since).or(world(&found.received_by_depositary)).or(world(&found.circulated))?;
    let stretch = |look, from, to, label: &str| Stretch { look, from: Some(from), to, label: label.into() };
    let mut stretches = Vec::new();
    let (mut uncontested, mut label) = (Some(since), "suspension asserted");
    for run in contested(&found.reactions, since) {
        if let Some(from) = uncontested.filter(|from| *from < run.from) {
            stretches.push(stretch(Look::Claimed, from, Some(run.from), label));
        }
        stretches.push(stretch(Look::Contested, run.from, run.to, &run.label()));
        (uncontested, label) = (run.to, "contested no more");
    }
    stretches.extend(uncontested.map(|from| stretch(Look::Claimed, from, None, label)));
    Some(Lane { assuming: Vec::new(), stretches })
}

/// A time through which somebody is against an act all the while.
struct ContestedRun<'a> {
    from: Date,
    /// `None`: open.
    to: Option<Date>,
    /// Who, each once, with the day since which it is: the first ones first.
    by: Vec<(Date, &'a str)>,
}

impl ContestedRun<'_> {
    /// Beside the day on which it begins: not all who are against it were by then.
    fn label(&self) -> String {
        let names: Vec<&str> = self.by.iter().map(|(_, by)| *by).collect();
        let names = names.join(", ");
        let count = self.by.len();
        let at_once = self.by.iter().filter(|(since, _)| *since == self.from).count();
        let first = self.by.first().map(|(_, by)| *by).unwrap_or_default();
        let with_first = format!("contested by {count}, first {first}");
        match at_once {
            all if all == count && names.chars().count() <= SHORT => format!("contested by {names}"),
            all if all == count => format!("contested by {count}"),
            1 if with_first.chars().count() <= LABEL => with_first,
            _ => format!("contested, by {count} in all"),
        }
    }
}

/// When somebody was against a suspension, not before that began: each from its objection to
/// the withdrawal of that.
fn contested(reactions: &[Reaction], since: Date) -> Vec<ContestedRun<'_>> {
    let against = reactions.iter().filter(|it| matches!(it.stance.as_str(), "objects" | "contests" | "rejects"));
    let stood = against.filter_map(|reaction| {
        let (from, to) = (world(&reaction.date)?.max(since), world(&reaction.withdrawn));
        to.is_none_or(|to| from < to).then_some((from, to, reaction.by.as_str()))
    });
    let mut stood: Vec<(Date, Option<Date>, &str)> = stood.collect();
    stood.sort_unstable();
    let mut runs: Vec<ContestedRun<'_>> = Vec::new();
    for (from, to, by) in stood {
        match runs.last_mut().filter(|run| run.to.is_none_or(|end| from <= end)) {
            Some(run) => {
                run.to = run.to.zip(to).map(|(end, to)| end.max(to));
                if run.by.iter().all(|(_, other)| *other != by) {
                    run.by.push((from, by));
                }
            }
            None => runs.push(ContestedRun { from, to, by: vec![(from, by)] }),
        }
    }
    runs
}

fn provisional(found: &ProvisionalApplication) -> Option<Lane> {
    let ProvisionalApplication { since, since_latest, until, until_latest, .. } = found;
    let (since, until) = ((day(since)?, day(since_latest)), (day(until), day(until_latest)));
    let surely = (since.1.unwrap_or(since.0), until.0);
    let (from, to) = (Some(since.0), until.1.or(until.0));
    let stretch = |look, from, to, label: &str| Stretch { look, from, to, label: label.into() };
    let may = |from, to| stretch(Look::Open, from, to, "may apply provisionally");
    let stretches = match surely {
        (begins, Some(ends)) if ends <= begins => vec![may(from, to)],
        (begins, ends) => {
            let before = (since.0 < begins).then(|| may(from, Some(begins)));
            let after = (ends < to).then(|| may(ends, to));
            let applied = stretch(Look::Provisional, Some(begins), ends, "applied provisionally");
            before.into_iter().chain([applied]).chain(after).collect()
        }
    };
    Some(Lane { assuming: Vec::new(), stretches })
}
