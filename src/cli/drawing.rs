//! From an answer about a status to its drawing: which days, letters, labels.
//!
//! Leaves to others: where they stand on a page (`chart`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    block::Block,
    chart::{Chart, LABEL, Lane, Look, Mark, Pin, Stretch},
    words::up_to,
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

/// The events that the reasons cite, each where the first reason for it stands, on the last day
/// that this can be: later ones are of its effects, which the lanes show.
fn cited(answer: &TreatyStatusResponse) -> Vec<Dated> {
    let mut found = Vec::new();
    for outcome in &answer.outcomes {
        let mut first: BTreeMap<(u64, u32), (Date, Date)> = BTreeMap::new();
        for step in &outcome.steps {
            let event = step.event.as_ref().and_then(|event| event.position.as_ref());
            if let Some((position, first_day)) = event.zip(day(&step.date)) {
                let days = (first_day, day(&step.date_latest).unwrap_or(first_day));
                first.entry(place(position)).and_modify(|before| *before = days.min(*before)).or_insert(days);
            }
        }
        found.extend(first.into_iter().map(|(event, (_, last))| (last, event)));
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
    Lane { assuming: up_to(TOLD, assuming).collect(), stretches: stretches(spans) }
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
                (Look::Open, one_of(&labels))
            }
        };
        go_on(&mut stretches, Stretch { look, from, to, label });
    }
    stretches
}

/// Adds a stretch, or draws the last one on where it says the same.
fn go_on(stretches: &mut Vec<Stretch>, next: Stretch) {
    match stretches.last_mut().filter(|before| before.look == next.look && before.label == next.label) {
        Some(before) => before.to = next.to,
        None => stretches.push(next),
    }
}

/// A word where several share a label: as a rule four of them have room in it.
fn short(look: Look, label: &str) -> &str {
    match look {
        Look::Blank => "none",
        Look::Signatory => "sign",
        Look::Contracting => "contr",
        Look::Leaving => "leaving",
        Look::Deferred => "put off",
        Look::Former => "out",
        _ => label,
    }
}

/// As many of the words as a label has room for, and whether there are more.
fn one_of(words: &[&str]) -> String {
    const MORE: &str = "/..";
    let joined = words.join("/");
    if joined.chars().count() <= LABEL {
        return joined;
    }
    let fits = |taken: &usize| words[..*taken].join("/").chars().count() + MORE.len() <= LABEL;
    let taken = (1..words.len()).rev().find(fits).unwrap_or(1);
    format!("{}{MORE}", words[..taken].join("/"))
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

/// From when on it is asserted, and from when to when it is contested; open where that
/// depends on what a date means.
fn suspension(found: &SuspensionAsserted) -> Option<Lane> {
    let since = ends(&found.since).or(ends(&found.received_by_depositary)).or(ends(&found.circulated));
    let begins = day(&found.begins).map(|first| (first, day(&found.begins_latest).unwrap_or(first))).or(since)?;
    let against = against(&found.reactions, begins.0);
    let of_each = against.iter().flat_map(|it| [it.from].into_iter().chain(it.to));
    let days: BTreeSet<Date> = of_each.chain([begins]).flat_map(|(first, last)| [first, last]).collect();
    let next = days.iter().skip(1).copied().map(Some).chain([None]);
    let mut stretches: Vec<Stretch> = Vec::new();
    for (from, to) in days.iter().copied().zip(next) {
        let (surely, may) = (against.iter().any(|it| it.surely(from)), against.iter().any(|it| it.may(from)));
        let begun = begins.1 <= from;
        let (look, label) = match (surely, begun && !may) {
            (true, _) => (Look::Contested, String::new()),
            (false, true) if stretches.iter().any(|before| before.look == Look::Contested) => {
                (Look::Claimed, "contested no more".to_owned())
            }
            (false, true) => (Look::Claimed, "suspension asserted".to_owned()),
            (false, false) => {
                let words = [(!begun).then_some("none"), Some("asserted"), may.then_some("contested")];
                (Look::Open, words.into_iter().flatten().collect::<Vec<_>>().join("/"))
            }
        };
        go_on(&mut stretches, Stretch { look, from: Some(from), to, label });
    }
    for stretch in stretches.iter_mut().filter(|stretch| stretch.look == Look::Contested) {
        stretch.label = label_of_contested(&against, stretch.from.unwrap_or(begins.0), stretch.to);
    }
    let stretches = match day(&found.ends) {
        Some(first) => ended(stretches, (first, day(&found.ends_latest).unwrap_or(first))),
        None => stretches,
    };
    Some(Lane { assuming: Vec::new(), stretches })
}

/// Stretches up to the end of what they belong to; open from the first of its days to the last.
fn ended(stretches: Vec<Stretch>, (first, last): Ends) -> Vec<Stretch> {
    let sooner = |to: Option<Date>, end: Date| Some(to.map_or(end, |to| to.min(end)));
    let mut kept: Vec<Stretch> = Vec::new();
    for stretch in stretches.into_iter().filter(|stretch| stretch.from.is_none_or(|from| from < first)) {
        kept.push(Stretch { to: sooner(stretch.to, first), ..stretch });
    }
    if first < last {
        kept.push(Stretch { look: Look::Open, from: Some(first), to: Some(last), label: "none/asserted".to_owned() });
    }
    kept
}

/// The first and the last of the days that something can be on.
type Ends = (Date, Date);

/// The ends of a date; the earliest day stands for one that is not known at all.
fn ends(text: &str) -> Option<Ends> {
    let last = world(text)?;
    let first = text.parse::<WorldDate>().ok().and_then(|date| date.earliest());
    Some((first.unwrap_or(Date::MIN), last))
}

/// Who is against an act, from when to when.
struct Against<'a> {
    by: &'a str,
    from: Ends,
    /// `None`: open.
    to: Option<Ends>,
}

impl Against<'_> {
    fn surely(&self, on: Date) -> bool {
        self.from.1 <= on && self.to.is_none_or(|to| on < to.0)
    }

    fn may(&self, on: Date) -> bool {
        self.from.0 <= on && self.to.is_none_or(|to| on < to.1)
    }
}

/// Who was against a suspension, not before that began: each from its objection to the
/// withdrawal of that.
fn against(reactions: &[Reaction], since: Date) -> Vec<Against<'_>> {
    let against = reactions.iter().filter(|it| matches!(it.stance.as_str(), "objects" | "contests" | "rejects"));
    let stood = against.filter_map(|reaction| {
        let not_before = |(first, last): Ends| (first.max(since), last.max(since));
        let (from, to) = (not_before(ends(&reaction.date)?), ends(withdrawn(reaction)).map(not_before));
        to.is_none_or(|to| from.0 < to.1).then_some(Against { by: &reaction.by, from, to })
    });
    stood.collect()
}

/// When a reaction was withdrawn, or may have been.
fn withdrawn(reaction: &Reaction) -> &str {
    if reaction.withdrawn.is_empty() { &reaction.may_be_withdrawn } else { &reaction.withdrawn }
}

/// Beside the day from which it is contested all the while up to another: not all who are
/// against it were by then. Who is first is told where nobody else may have been by that day.
fn label_of_contested(against: &[Against<'_>], begins: Date, to: Option<Date>) -> String {
    let in_it = |it: &&Against<'_>| to.is_none_or(|to| it.from.0 < to) && it.to.is_none_or(|over| begins < over.1);
    let mut by: BTreeMap<&str, Ends> = BTreeMap::new();
    for it in against.iter().filter(in_it) {
        let from = by.entry(it.by).or_insert(it.from);
        *from = (from.0.min(it.from.0), from.1.min(it.from.1));
    }
    let names = by.keys().copied().collect::<Vec<_>>().join(", ");
    let count = by.len();
    if by.values().all(|from| from.1 <= begins) {
        let is_short = names.chars().count() <= SHORT;
        return if is_short { format!("contested by {names}") } else { format!("contested by {count}") };
    }
    let by_then: Vec<&str> = by.iter().filter(|(_, from)| from.0 <= begins).map(|(by, _)| *by).collect();
    let with_first = |first: &str| format!("contested by {count}, first {first}");
    match by_then.as_slice() {
        [first] if with_first(first).chars().count() <= LABEL => with_first(first),
        _ => format!("contested, by {count} in all"),
    }
}

fn provisional(found: &ProvisionalApplication) -> Option<Lane> {
    let ProvisionalApplication { since, since_latest, until, until_latest, uncertain, .. } = found;
    let (since, until) = ((day(since)?, day(since_latest)), (day(until), day(until_latest)));
    let surely = (since.1.unwrap_or(since.0), until.0);
    let (from, to) = (Some(since.0), until.1.or(until.0));
    let stretch = |look, from, to, label: &str| Stretch { look, from, to, label: label.into() };
    let may = |from, to| stretch(Look::Open, from, to, "none/provisional");
    let stretches = match surely {
        _ if *uncertain => vec![may(from, to)],
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_of_an_open_day_stands_at_the_last_day_that_it_can_be_and_its_effects_do_not_move_it() {
        use crate::client::reply::{CitedEvent, StatusOutcome, StatusStep};
        let step = |date: &str, date_latest: &str| StatusStep {
            event: Some(CitedEvent {
                position: Some(EventPosition { index: 7, ..EventPosition::default() }),
                verified: false,
            }),
            date: date.into(),
            date_latest: date_latest.into(),
            ..StatusStep::default()
        };
        let stands = |steps: Vec<StatusStep>| {
            let outcomes = vec![StatusOutcome { steps, ..StatusOutcome::default() }];
            let answer = TreatyStatusResponse { outcomes, ..TreatyStatusResponse::default() };
            cited(&answer).into_iter().map(|(day, _)| day.to_string()).collect::<Vec<_>>()
        };
        let effect = || step("2026-01-01", "2026-01-31");
        assert_eq!(stands(vec![effect(), step("2025-07-01", "2025-07-31")]), ["2025-07-31"]);
        assert_eq!(stands(vec![step("2025-07-01", ""), effect()]), ["2025-07-01"]);
    }

    #[test]
    fn a_label_of_several_has_room_for_four_and_says_if_there_are_more() {
        let label = |looks: &[Look]| {
            let words: Vec<&str> = looks.iter().map(|look| short(*look, "party")).collect();
            one_of(&words)
        };
        let (party, leaving) = (Look::Party, Look::Leaving);
        assert_eq!(label(&[Look::Signatory, Look::Contracting, party, leaving]), "sign/contr/party/leaving");
        assert_eq!(label(&[party, leaving, Look::Deferred, Look::Former]), "party/leaving/put off/out");
        let five = label(&[Look::Blank, Look::Signatory, Look::Contracting, party, leaving]);
        assert_eq!(five, "none/sign/contr/party/..");
    }
}
