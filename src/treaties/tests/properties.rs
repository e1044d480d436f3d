//! What holds for every record.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    acts::{contest, declaration, declared, retraction, succession},
    *,
};
use crate::treaties::{
    FirstDeposit, Interval, Outcome, Remark, Span, StatedDeposit, add_days, first_deposits, participation, party, spans,
};

/// An act of one participant, with what it names among the acts before.
#[derive(Clone, Debug)]
enum Made {
    Signed(String),
    Deposited(ConsentMode, String),
    Withdrew(String),
    Revoked(usize, String),
    Conflict(bool, String, Option<String>, &'static str),
    Effect(TreatyEffect, String),
    Suspended(String),
    Domestic(String),
    /// To a consent or a signature of a predecessor with the acts of its own that stand before.
    Succeeded(SuccessionTo, String, String),
    Declared(DeclarationType, String),
    /// A rival statement of one act: deposits that share it.
    Rival(String),
    Retracted(usize),
    Contested(usize, String),
    Corrected(usize, String),
}

impl Made {
    /// It with a day for each date: `pick` says how far into the days that the date can mean.
    fn on_days(self, mut pick: impl FnMut(&str) -> f64) -> Self {
        let mut picked = |text: String| {
            let date: WorldDate = text.parse().unwrap();
            // What is open at one end is so up to the day of recording.
            let (first, last) = (date.earliest().unwrap(), date.latest().unwrap_or(day("2029-12-31")));
            let days = f64::from((last - first).get_days());
            let days = (days * pick(&text)) as u32;
            add_days(first, days).to_string()
        };
        match self {
            Self::Signed(on) => Self::Signed(picked(on)),
            Self::Deposited(mode, on) => Self::Deposited(mode, picked(on)),
            Self::Withdrew(on) => Self::Withdrew(picked(on)),
            Self::Revoked(of, on) => Self::Revoked(of, picked(on)),
            Self::Conflict(engaged, since, until, by) => Self::Conflict(engaged, picked(since), until.map(picked), by),
            Self::Effect(effect, on) => Self::Effect(effect, picked(on)),
            Self::Suspended(on) => Self::Suspended(picked(on)),
            Self::Domestic(on) => Self::Domestic(picked(on)),
            Self::Succeeded(to, on, told) => Self::Succeeded(to, picked(on), picked(told)),
            Self::Declared(of, on) => Self::Declared(of, picked(on)),
            Self::Rival(on) => Self::Rival(picked(on)),
            Self::Contested(of, on) => Self::Contested(of, picked(on)),
            Self::Corrected(of, on) => Self::Corrected(of, picked(on)),
            Self::Retracted(of) => Self::Retracted(of),
        }
    }
}

fn date() -> impl Strategy<Value = String> {
    let exact = (1998i16..2030, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"));
    // What is open is so up to the day of recording.
    let coarse = (1998i16..2025, 1i8..=12).prop_map(|(y, m)| format!("{y:04}-{m:02}"));
    let open = (1998i16..2014, 1i16..10).prop_map(|(y, more)| format!("{y:04}-05/{:04}-02", y + more));
    prop_oneof![6 => exact, 1 => coarse, 1 => open]
}

/// A day, or one after it.
fn date_after() -> impl Strategy<Value = String> {
    (1998i16..2029, 1i8..=12).prop_map(|(y, m)| format!("{y:04}-{m:02}-02/.."))
}

fn made() -> impl Strategy<Value = Made> {
    let mode = prop::sample::select(ConsentMode::ALL);
    let effect = prop::sample::select(TreatyEffect::ALL);
    let asserter = prop::sample::select(vec!["AAA", "BBB"]);
    prop_oneof![
        date().prop_map(Made::Signed),
        (mode, date()).prop_map(|(mode, on)| Made::Deposited(mode, on)),
        date().prop_map(Made::Withdrew),
        (any::<usize>(), date()).prop_map(|(of, on)| Made::Revoked(of, on)),
        (any::<bool>(), date(), prop::option::of(prop_oneof![5 => date(), 1 => date_after()]), asserter)
            .prop_map(|(engaged, since, until, by)| Made::Conflict(engaged, since, until, by)),
        (effect, date()).prop_map(|(effect, on)| Made::Effect(effect, on)),
        date().prop_map(Made::Suspended),
        date().prop_map(Made::Domestic),
        (prop::sample::select(SuccessionTo::ALL), date(), date())
            .prop_map(|(to, on, told)| Made::Succeeded(to, on, told)),
        (prop::sample::select(DeclarationType::ALL), date()).prop_map(|(of, on)| Made::Declared(of, on)),
        date().prop_map(Made::Rival),
        any::<usize>().prop_map(Made::Retracted),
        (any::<usize>(), date()).prop_map(|(of, on)| Made::Contested(of, on)),
        (any::<usize>(), date()).prop_map(|(of, on)| Made::Corrected(of, on)),
    ]
}

fn book(acts: &[Made]) -> Book {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    let mut withdrawals = Vec::new();
    for made in acts {
        match made {
            Made::Signed(on) => book.signed(&x, on),
            Made::Deposited(mode, on) => drop(book.deposited(&x, *mode, on)),
            Made::Withdrew(on) => withdrawals.push(book.withdrew("2029-12-31", &x, on)),
            Made::Revoked(of, on) => {
                if let Some(of) = (!withdrawals.is_empty()).then(|| of % withdrawals.len()) {
                    book.record("2029-12-31", &x, revoked(withdrawals[of].clone(), on));
                }
            }
            Made::Conflict(engaged, since, until, by) => {
                let engagement = if *engaged { ConflictEngagement::Engaged } else { ConflictEngagement::NotEngaged };
                let body = conflict(engagement, since, until.as_deref().unwrap_or("-"), by);
                book.record("2029-12-31", "participant/XXX", body);
            }
            Made::Effect(kind, on) => drop(book.record("2029-12-31", &x, effect(*kind, on))),
            Made::Suspended(on) => drop(book.record("2029-12-31", &x, suspension(on, "-"))),
            Made::Domestic(on) => {
                let body = domestic(DomesticStep::Announcement, PursuedAct::Withdrawal, on);
                book.record("2029-12-31", &x, body);
            }
            Made::Succeeded(to, on, told) => drop(book.record("2029-12-31", &x, succession("PPP", *to, on, told))),
            Made::Declared(of, on) => drop(book.record("2029-12-31", &x, declared(declaration(*of, on)))),
            Made::Rival(on) => {
                let body = Body::Treaty(deposit(ConsentMode::Ratification, on));
                book.entry("2029-12-31", &x, body, |recorded| recorded.event.act = Some("the-act".into()));
            }
            Made::Retracted(of) => {
                if let Some(target) = act_without_more(&book, *of, |_| true) {
                    book.entry("2029-12-31", &x, retraction(target), |_| {});
                }
            }
            Made::Contested(of, on) => {
                if let Some(target) = act_without_more(&book, *of, |_| true) {
                    book.entry("2029-12-31", &x, contest(target, "BBB", on), |_| {});
                }
            }
            Made::Corrected(of, on) => {
                let deposits = |body: &TreatyBody| matches!(body, TreatyBody::InstrumentDeposited(_));
                if let Some(target) = act_without_more(&book, *of, deposits) {
                    book.entry("2029-12-31", &x, correction(target, deposit(ConsentMode::Accession, on)), |_| {});
                }
            }
        }
    }
    book
}

/// One of the acts so far of which nothing was said yet: two events about one are not independent.
fn act_without_more(book: &Book, of: usize, fits: impl Fn(&TreatyBody) -> bool) -> Option<EventReference> {
    let said = |target: &EventReference| {
        book.events.iter().any(|recorded| match &recorded.event.body {
            Body::Shared(SharedBody::EventCorrected(body)) => body.target == *target,
            Body::Shared(SharedBody::EventRetracted(body)) => body.target == *target,
            Body::Shared(SharedBody::EventContested(body)) => body.target == *target,
            _ => false,
        })
    };
    let acts = book.events.iter().skip(two_treaties().events.len());
    let acts = acts.filter(|recorded| matches!(&recorded.event.body, Body::Treaty(body) if fits(body)));
    let acts: Vec<_> = acts.map(Recorded::reference).filter(|reference| !said(reference)).collect();
    (!acts.is_empty()).then(|| acts[of % acts.len()].clone())
}

/// Asks about a participant with what a book holds, and with deposits of others besides.
fn ask<T>(
    book: &Book,
    treaty: &str,
    participant: &str,
    deposits: &[FirstDeposit],
    ask: impl Fn(&Dossier<'_>) -> T,
) -> T {
    let (treaty, participant) = (treaty.parse().unwrap(), participant.parse().unwrap());
    let known = Known { size: book.size(), recorded_at: book.events.last().map(|last| last.recorded_at) };
    let events: Vec<&Recorded> = book.events.iter().collect();
    ask(&Dossier { treaty: &treaty, participant: &participant, events: &events, deposits, mandates: &[], known })
}

fn spans_of(book: &Book) -> Vec<Vec<Span>> {
    ask(book, OTTAWA, "XXX", &[], |dossier| spans(dossier, ViewName::Default))
}

/// A treaty with a threshold, and deposits under it: of whom, and when.
fn counted_book(threshold: u32, deposits: &[(usize, String)], only: Option<&str>) -> Book {
    let mut book = Book::default();
    let clauses = ottawa_clauses();
    let entry_into_force = clauses.entry_into_force.clone().map(|clause| EntryIntoForceClause { threshold, ..clause });
    let clauses = Clauses { entry_into_force, ..clauses };
    book.record("2025-03-17", &format!("treaty/{OTTAWA}"), registered(Some(clauses), "1997-09-18"));
    for (who, on) in deposits {
        let who = WHO[who % WHO.len()];
        if only.is_none_or(|only| only == who) {
            book.deposited(&format!("participation/{OTTAWA}/{who}"), ConsentMode::Accession, on);
        }
    }
    book
}

const WHO: [&str; 5] = ["AAA", "BBB", "CCC", "DDD", "EEE"];

/// What an answer says, without the indexes that it cites.
fn said(answer: &Answer) -> impl PartialEq + std::fmt::Debug + use<> {
    let outcomes: Vec<_> = answer
        .outcomes
        .iter()
        .map(|outcome| {
            let mut steps: Vec<_> = outcome
                .steps
                .iter()
                .map(|step| (step.date, step.rule, step.event.clone().map(|event| event.reference)))
                .collect();
            steps.sort();
            (outcome.status, outcome.intervals.clone(), steps, outcome.could_change.clone())
        })
        .collect();
    let findings: Vec<_> = answer
        .findings
        .iter()
        .map(|remark| (remark.finding.code, remark.finding.event.clone().map(|event| event.reference)))
        .collect();
    (outcomes, codes(answer), findings, answer.complete)
}

/// What an answer on days says that the answer on open dates does not allow for.
pub fn not_covered(open: &Answer, alone: &Answer) -> Option<String> {
    for outcome in alone.outcomes.iter().filter(|_| open.complete && alone.complete) {
        let told = open.outcomes.iter().find(|told| told.status.name() == outcome.status.name());
        let Some(told) = told else {
            return Some(format!("{} is not told of {:#?}", outcome.status.name(), open.outcomes));
        };
        for Interval { first, .. } in &outcome.intervals {
            let within = |it: &&Interval| {
                let ends = it.first.to.zip(it.last.to).zip(first.to);
                it.first.from <= first.from
                    && first.from <= it.last.from
                    && ends.map_or(it.last.to == first.to, |((soon, late), to)| soon <= to && to <= late)
            };
            if !told.intervals.iter().any(|it| within(&it)) {
                return Some(format!("{first:?} is not within {:#?}", told.intervals));
            }
        }
    }
    None
}

/// A remark of an answer on open dates that assumes nothing and is not made on some days, or
/// one on what lies beside the status that is made on these days and not told.
pub fn remarked_otherwise(open: &Answer, alone: &Answer) -> Option<String> {
    if !open.complete || !alone.complete {
        return None;
    }
    let about = |remark: &Remark| (remark.finding.code, remark.finding.event.clone().map(|event| event.reference));
    let has = |answer: &Answer, remark: &Remark| answer.findings.iter().any(|other| about(other) == about(remark));
    let certain = open.findings.iter().filter(|remark| remark.assuming.is_empty());
    let too_much = certain.filter(|remark| !has(alone, remark)).map(|remark| format!("not so: {remark:#?}")).next();
    let beside = |remark: &&Remark| {
        matches!(
            remark.finding.code,
            LegalRemark::SuspensionWithoutMembership
                | LegalRemark::DeclarationByOutsider
                | LegalRemark::ReservationNotConfirmed
                | LegalRemark::ObjectionLate
                | LegalRemark::NotNotified
                | LegalRemark::SignatureRepeated
        )
    };
    let made = alone.findings.iter().filter(beside);
    too_much.or_else(|| made.filter(|remark| !has(open, remark)).map(|remark| format!("untold: {remark:#?}")).next())
}

proptest! {
    #[test]
    fn a_list_says_of_a_party_what_is_said_of_it_alone(acts in prop::collection::vec(made(), 0..9), at in date()) {
        prop_assume!(at.len() == 10);
        let (book, at) = (book(&acts), day(&at));
        for (treaty, who) in [(OTTAWA, "XXX"), (OTTAWA, "PPP"), (PROTOCOL, "XXX")] {
            for view in [ViewName::Default, ViewName::All] {
                let listed = ask(&book, treaty, who, &[], |dossier| party(dossier, at, view));
                let alone = ask(&book, treaty, who, &[], |dossier| (status(dossier, at, view), participation(dossier, view)));
                prop_assert_eq!(listed, alone);
            }
        }
    }

    #[test]
    fn deposits_that_were_counted_before_count_as_those_that_are_given(
        deposits in prop::collection::vec((any::<usize>(), date()), 0..9),
        threshold in 1u32..6,
        at in date(),
    ) {
        prop_assume!(at.len() == 10);
        let told = deposits.iter().map(|(who, on)| StatedDeposit {
            participant: WHO[who % WHO.len()].parse().unwrap(),
            deposited: Some(on.parse().unwrap()),
            recorded: Some(day("2025-03-17")),
        });
        let first = first_deposits(told, threshold);
        prop_assert!(first.is_sorted_by_key(|deposit| deposit.days.last));
        let status = |book: &Book, who, first: &[FirstDeposit]| {
            let answer = ask(book, OTTAWA, who, first, |dossier| status(dossier, day(&at), ViewName::Default));
            let told = |outcome: &Outcome| (outcome.intervals.clone(), outcome.steps.iter().map(|step| (step.rule, step.date)).collect::<Vec<_>>());
            answer.outcomes.iter().map(told).collect::<Vec<_>>()
        };
        let all = counted_book(threshold, &deposits, None);
        for who in WHO {
            let own = counted_book(threshold, &deposits, Some(who));
            let (given, handed) = (status(&all, who, &[]), status(&own, who, &first));
            prop_assert_eq!(&given, &handed, "{}", who);
            prop_assert_eq!(&given, &status(&all, who, &first), "told twice, {}", who);
        }
    }

    #[test]
    fn intervals_never_overlap_and_leave_no_gap(acts in prop::collection::vec(made(), 0..9)) {
        for spans in spans_of(&book(&acts)) {
            prop_assert_eq!(spans.first().and_then(|span| span.from), None);
            prop_assert_eq!(spans.last().and_then(|span| span.to), None);
            for pair in spans.windows(2) {
                prop_assert!(pair[0].to.is_some() && pair[0].to == pair[1].from, "{:?}", pair);
                prop_assert!(pair[0].from < pair[0].to && pair[0].status != pair[1].status, "{:?}", pair);
            }
        }
    }

    #[test]
    fn what_is_recorded_later_never_changes_what_was_known(acts in prop::collection::vec(made(), 0..9), keep in 0usize..9, at in date()) {
        prop_assume!(at.len() == 10);
        let all = book(&acts);
        let size = Size(all.size().0.min(4 + keep as u64));
        let mut then = all.clone();
        then.events.truncate(size.0 as usize);
        let (now, then) = (
            all.asked(OTTAWA, "XXX", &at, size, ViewName::Default),
            then.asked(OTTAWA, "XXX", &at, size, ViewName::Default),
        );
        prop_assert_eq!(now, then);
    }

    #[test]
    fn the_order_of_independent_events_never_changes_an_answer(
        acts in prop::collection::vec(made(), 0..9),
        at in date(),
        order in any::<u64>(),
    ) {
        prop_assume!(at.len() == 10);
        let straight = book(&acts);
        let mut shuffled = straight.clone();
        let mut state = order | 1;
        shuffled.events.sort_by_cached_key(|recorded| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 32, recorded.position)
        });
        // Everything is recorded at one moment: only the order differs.
        for book in [&mut shuffled] {
            for (recorded, index) in book.events.iter_mut().zip(0..) {
                recorded.position.index = Index(index);
                recorded.standing = Standing::Effective { since: Index(index), verified: false };
            }
        }
        let same_time = |book: &Book| {
            let mut book = book.clone();
            book.events.iter_mut().for_each(|recorded| recorded.recorded_at = noon("2030-01-01"));
            said(&book.now(OTTAWA, "XXX", &at))
        };
        prop_assert_eq!(same_time(&straight), same_time(&shuffled));
    }

    #[test]
    fn the_answer_on_a_day_is_the_interval_that_holds_it(acts in prop::collection::vec(made(), 0..9), at in date()) {
        prop_assume!(at.len() == 10);
        let book = book(&acts);
        let answer = book.now(OTTAWA, "XXX", &at);
        prop_assert!(!answer.outcomes.is_empty());
        for outcome in &answer.outcomes {
            let told = |it: &Interval| it.may_hold_on(day(&at)) && it.first.status.name() == outcome.status.name();
            prop_assert!(outcome.intervals.iter().all(told));
            prop_assert!(outcome.intervals.iter().any(|it| it.first.status == outcome.status));
            prop_assert!(!outcome.assuming.is_empty() || answer.outcomes.len() == 1);
        }
        let held = answer.courses.iter().flat_map(|course| &course.intervals).filter(|it| it.may_hold_on(day(&at)));
        let told: BTreeSet<_> = answer.outcomes.iter().map(|outcome| outcome.status.name()).collect();
        prop_assert_eq!(held.map(|it| it.first.status.name()).collect::<BTreeSet<_>>(), told);
        prop_assert!(answer.overlays.len() <= answer.overlays_of_all_days.len());
    }

    /// Whichever day a date meant: what follows from it is told, and its days lie within those told.
    #[test]
    fn whatever_day_a_date_meant_what_follows_is_told(
        acts in prop::collection::vec(made(), 0..7),
        at in date(),
        picks in prop::collection::vec(0.0f64..1.0, 16),
    ) {
        prop_assume!(at.len() == 10);
        let acts: Vec<Made> = acts.into_iter().map(|made| match made {
            // Nobody notifies a succession before it came.
            Made::Succeeded(to, on, _) => Made::Succeeded(to, on, "2029-12-30".into()),
            made => made,
        }).collect();
        let mut picks = picks.into_iter().cycle();
        let alone: Vec<Made> = acts.iter().cloned().map(|made| made.on_days(|_| picks.next().unwrap_or_default())).collect();
        let (open, alone) = (book(&acts).now(OTTAWA, "XXX", &at), book(&alone).now(OTTAWA, "XXX", &at));
        prop_assert_eq!(not_covered(&open, &alone), None);
        prop_assert_eq!(remarked_otherwise(&open, &alone), None);
    }
}
