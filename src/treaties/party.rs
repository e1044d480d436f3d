//! One participant as a list of them needs it: how it stands on a day, and what is held of
//! its participation.
//!
//! Promises: what [`super::status`] and [`super::participation()`] say, word for word, with
//! the record put together once.
//! Leaves to others: the rules of either.

use jiff::civil::Date;

use super::{
    Answer, Dossier, Participation, ViewName, Weighed, answer, dated, followed, participation,
    record::{Around, Record},
};

/// How the participant of a dossier stands on a day, and what is held of its participation.
pub fn party(dossier: &Dossier<'_>, at: Date, view: ViewName) -> (Answer, Participation) {
    let weighed = Weighed::of(dossier, view);
    let record = Record::of(dossier, &weighed.acts, Around { asked: Some(at), ..Around::default() });
    let (followed, complete) = followed::all(&record);
    let held = if dated::are_for_all_days(&record, &weighed.acts) {
        participation::held(dossier, &weighed, &record, followed::spans(&followed))
    } else {
        participation::of_weighed(dossier, &weighed)
    };
    (answer(dossier, &weighed, &record, (followed, complete), at), held)
}
