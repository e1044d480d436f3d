//! Who objected to which act, in time or late, and who did not in the time that there was.
//!
//! Promises: every act is told that somebody objects to or that others have a time to
//! object to; a time is told for each day from which it can be counted, and none of them is
//! chosen. Who did not object is told only where a whole table of the depositary says who
//! could, never as a list that merely looks complete.
//! Leaves to others: the times themselves (`objections`), how far the tables reach
//! (`coverage`).

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    Because, Dossier, Held, Reaction, Response, Stance, Table, ToldAct, TreatyStatus, ViewName, Weighed, Window,
    WindowStart, coverage, dated,
    days::Days,
    declarations::{self, changed_on},
    objections::{self, is_reservation, until_consent},
    participation::Participation,
    record::{Around, Record},
    rivals::Act,
    suspension, under,
};
use crate::domain::{CitedEvent, ParticipantId, TreatyBody};

/// An act that others object to, or have a time to object to.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectedAct {
    pub act: ToldAct,
    /// The article that the times rest on; empty where the clauses set none.
    pub article: Box<str>,
    pub times: Vec<ObjectionTime>,
    /// By date.
    pub objections: Vec<Objection>,
    pub because: Vec<Because>,
}

/// A time for objections, and who was silent in it.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectionTime {
    pub window: Window,
    /// Its last day lies before the day asked about; `None`: it may.
    pub over: Option<bool>,
    pub silence: Silence,
}

/// Who did not object within a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Silence {
    /// Who could object is looked at on this day: the last of the time, or the day asked
    /// about while it runs.
    pub on: Date,
    /// The table by which all who could object are known; `None`: not known.
    pub table: Option<CitedEvent>,
    /// No objection of theirs within the time is held. Empty where it is not known who could.
    pub silent: Vec<ParticipantId>,
    /// They may have objected within it, or could not object, as the record can be read.
    pub unclear: Vec<ParticipantId>,
    /// A sentence for a person.
    pub sentence: Box<str>,
}

/// An objection to an act.
#[derive(Clone, Debug, PartialEq)]
pub struct Objection {
    pub response: Response,
    /// Whether it came in time, for each of the times in their order; `None` where its date
    /// leaves it open.
    pub in_time: Vec<Option<bool>>,
}

/// How everybody stands under the treaty and how far that is known.
#[derive(Clone, Copy, Debug)]
pub struct Everybody<'q> {
    pub held: &'q Held,
    /// Tables of the depositary, newest first.
    pub tables: &'q [Table],
}

/// Objections to acts under the treaty that can have come by a day, of a dossier with the
/// events of everybody.
pub fn objected(dossier: &Dossier<'_>, everybody: Everybody<'_>, at: Date, view: ViewName) -> Vec<ObjectedAct> {
    let Weighed { acts, .. } = Weighed::of(dossier, view);
    let record = Record::of(dossier, &acts, Around::default());
    let Everybody { held, tables } = everybody;
    let until = coverage(tables, held, at).complete_until;
    let complete = tables.iter().find(|table| Some(table.as_at) == until);
    let asked = Asked { dossier, record: &record, acts: &acts, held, complete, at };
    let come = acts.iter().filter(|act| under::is_under(act, dossier.treaty) && under::has_come(act, at));
    come.filter_map(|act| asked.objected(act)).collect()
}

struct Asked<'q, 'r, 'a> {
    dossier: &'q Dossier<'a>,
    record: &'q Record<'r, 'a>,
    acts: &'q [Act<'a>],
    held: &'q Held,
    /// The newest table without a difference.
    complete: Option<&'q Table>,
    at: Date,
}

impl<'a> Asked<'_, '_, 'a> {
    fn objected(&self, act: &Act<'a>) -> Option<ObjectedAct> {
        let windows = if act.is_followed() && !withdraws(act.shown().body) {
            objections::windows(self.record, act)
        } else {
            Vec::new()
        };
        let objections = self.objections(act, &windows);
        if windows.is_empty() && objections.is_empty() {
            return None;
        }
        let times = windows.iter().enumerate().map(|(at, window)| self.time(act, *window, at, &objections));
        Some(ObjectedAct {
            act: under::told(act),
            article: if windows.is_empty() { "".into() } else { objections::article(self.record) },
            because: self.because(act, &windows, &objections),
            times: times.collect(),
            objections,
        })
    }

    fn objections(&self, act: &Act<'a>, windows: &[Window]) -> Vec<Objection> {
        let reactions = suspension::reactions(self.record, act, self.at);
        let lodged = reactions.into_iter().filter(|reaction| reaction.stance == Stance::Objects);
        let found = lodged.map(|reaction| Objection {
            in_time: windows.iter().map(|window| self.is_in_time(act, window, &reaction)).collect(),
            response: Response::of(self.dossier, reaction),
        });
        found.collect()
    }

    fn is_in_time(&self, act: &Act<'a>, window: &Window, objection: &Reaction) -> Option<bool> {
        let lodged = objection.date.as_ref();
        let by_time = window.is_met_by(lodged);
        if !is_reservation(act.shown().body) {
            return by_time;
        }
        let objector = objection.by.parse::<ParticipantId>().ok().and_then(|by| self.held.get(&by));
        until_consent(by_time, objector.map(|found| found.spans.as_slice()).unwrap_or_default(), lodged)
    }

    fn time(&self, act: &Act<'a>, window: Window, at: usize, objections: &[Objection]) -> ObjectionTime {
        let on = window.ends.last.min(self.at);
        let over = match window.ends {
            Days { last, .. } if last < self.at => Some(true),
            Days { first, .. } if first < self.at => None,
            _ => Some(false),
        };
        let Some(table) = self.complete.filter(|table| on <= table.as_at) else {
            let newest =
                self.complete.map_or(String::new(), |table| format!("; the newest is as at {}", table.stated()));
            let sentence = format!("not known: no complete table at this date ({on}){newest}").into();
            let silence = Silence { on, table: None, silent: Vec::new(), unclear: Vec::new(), sentence };
            return ObjectionTime { window, over, silence };
        };
        let (silent, unclear) = self.silent(act, Days { first: window.ends.first.min(on), last: on }, at, objections);
        let until = if over == Some(true) { "within the time".to_owned() } else { format!("by {on}") };
        let silent_ones = silent.len();
        let sentence =
            format!("{silent_ones} of those that could object did not {until}: no objection of theirs is held").into();
        ObjectionTime {
            window,
            over,
            silence: Silence { on, table: Some(table.event.clone()), silent, unclear, sentence },
        }
    }

    /// Who could object and did not, and of whom that is not clear.
    fn silent(
        &self,
        act: &Act<'a>,
        on: Days,
        at: usize,
        objections: &[Objection],
    ) -> (Vec<ParticipantId>, Vec<ParticipantId>) {
        let by = |answer: Option<bool>| -> BTreeSet<&str> {
            let came = objections.iter().filter(|objection| objection.in_time.get(at) == Some(&answer));
            came.map(|objection| &*objection.response.by).collect()
        };
        let (in_time, open) = (by(Some(true)), by(None));
        let author = under::told(act).participant;
        let (mut silent, mut unclear) = (Vec::new(), Vec::new());
        for (participant, found) in self.held {
            if Some(participant) == author.as_ref() || in_time.contains(participant.as_str()) {
                continue;
            }
            let could = [on.first, on.last].map(|day| could_object(found, act.shown().body, day));
            match could[0].filter(|_| could[0] == could[1]) {
                Some(true) if !open.contains(participant.as_str()) => silent.push(participant.clone()),
                Some(true) | None => unclear.push(participant.clone()),
                Some(false) => {}
            }
        }
        (silent, unclear)
    }

    fn because(&self, act: &Act<'a>, windows: &[Window], objections: &[Objection]) -> Vec<Because> {
        let article = objections::article(self.record);
        let event = act.shown().cited();
        let mut told: Vec<Because> = windows
            .iter()
            .map(|window| {
                let Window { from, begins, ends } = window;
                let sentence = format!(
                    "counted from the {from} of {}, objections are in time until {}, that day included",
                    begins.named(),
                    ends.named(),
                );
                Because::new(&article, sentence).of(event.clone())
            })
            .collect();
        if windows.is_empty() {
            told.push(Because::new("", "the clauses, as they are registered, set no time for objections to it"));
        } else if !windows.iter().any(|window| window.from == WindowStart::Circulation) {
            let sentence =
                "it is not known on which day the depositary informed the others: no time is counted from it";
            told.push(Because::new("VCLT 78(c)", sentence));
        }
        if is_reservation(act.shown().body) && !windows.is_empty() {
            let sentence = "who consents to be bound later may object until that day";
            told.push(Because::new("VCLT 20(5)", sentence));
            told.extend(objections.iter().filter_map(|objection| before_consent(objection, windows)));
        }
        told.extend(self.taken_back(act));
        told
    }

    /// What became of the act itself by the day.
    fn taken_back(&self, act: &Act<'a>) -> Option<Because> {
        let changes = changed_on(self.record, &self.record.reactions, act, self.at);
        let surely = changes.withdrawn().map(|on| format!("it was itself withdrawn on {on}"));
        let may_be = || {
            let on = changes.may_be_withdrawn()?;
            Some(format!("it may itself have been withdrawn by then: that is dated {on}"))
        };
        let told = surely.or_else(may_be).or_else(|| self.revoked(act));
        told.map(|sentence| Because::new("", sentence))
    }

    /// Whether a notice of withdrawal was revoked by the day.
    fn revoked(&self, act: &Act<'a>) -> Option<String> {
        let revocations = self.acts.iter().filter(|other| objections::revokes(other, act));
        let days = revocations.map(|it| dated::bounds(self.record.adopted, it.shown(), it.shown().date()));
        let days = days.reduce(Days::earlier).filter(|days| days.first <= self.at)?;
        Some(match days.last <= self.at {
            true => format!("it was itself revoked {days}"),
            false => format!("it may itself have been revoked by then: {days}"),
        })
    }
}

/// That an objection which came after a time was in time, because its author had not consented yet.
fn before_consent(objection: &Objection, windows: &[Window]) -> Option<Because> {
    let Response { by, date, event, .. } = &objection.response;
    let after = |window: &Window| window.is_met_by(date.as_ref()) == Some(false);
    let in_time = windows.iter().zip(&objection.in_time).any(|(window, met)| *met == Some(true) && after(window));
    let date = date.as_ref().filter(|_| in_time)?;
    let sentence =
        format!("{by} had not consented to be bound before {date}: for who has not, the time is open until it does");
    Some(Because::new("VCLT 20(5)", sentence).of(event.clone()))
}

/// Whether a participant could object on a day; `None` where readings differ. To a
/// reservation whoever had consented (VCLT Art. 20(5)), to other acts the parties
/// (VCLT Art. 65(2)).
fn could_object(found: &Participation, to: &TreatyBody, on: Date) -> Option<bool> {
    let could = |status: TreatyStatus| status.is_bound() || is_reservation(to) && status == TreatyStatus::Contracting;
    let mut answers = found.spans.iter().filter_map(|spans| spans.iter().find(|span| span.holds_on(on)));
    let first = answers.next().is_some_and(|span| could(span.status));
    answers.all(|span| could(span.status) == first).then_some(first)
}

/// Whether it takes an earlier declaration back: nobody has to object to that.
fn withdraws(body: &TreatyBody) -> bool {
    matches!(body, TreatyBody::DeclarationMade(body) if declarations::withdraws(body))
}
