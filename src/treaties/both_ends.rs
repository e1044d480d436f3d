//! Sentences that say the same of other days, in one that names both ends of them, and
//! reasons that follow from several days, in one list.
//!
//! Promises: where days are open no sentence names one of them as if it were known, unless it
//! says that it holds on some of the days alone, or in some of the readings.
//! Leaves to others: which days those are (`followed`).

use std::collections::HashMap;

use jiff::civil::Date;

use super::{Change, Step, days::Days};

/// What tells lists of reasons apart of which not all have a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Apart {
    Days,
    /// Statements, or accounts, that contradict each other.
    Statements,
}

impl Apart {
    /// How a reason begins that only some of the lists have.
    const fn mark(self) -> &'static str {
        match self {
            Self::Days => "on some of the days: ",
            Self::Statements => "in some of the readings: ",
        }
    }

    /// A sentence without such a beginning, and what it says.
    fn of(sentence: &str) -> (Option<Self>, &str) {
        let marks = [Self::Days, Self::Statements].into_iter();
        let mut marked = marks.filter_map(|apart| Some((Some(apart), sentence.strip_prefix(apart.mark())?)));
        marked.next().unwrap_or((None, sentence))
    }
}

/// A stretch of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'s> {
    Words(&'s str),
    On(Days),
}

/// A sentence with the days of both around each, where nothing but days tells them apart.
pub fn around(one: &str, other: &str) -> Option<Box<str>> {
    if one == other {
        return Some(one.into());
    }
    let (one, other) = (pieces(one), pieces(other));
    let merged = one.iter().zip(&other).map(|pair| match pair {
        (Piece::Words(words), Piece::Words(others)) => (words == others).then(|| (*words).to_owned()),
        (Piece::On(days), Piece::On(others)) => Some(days.around(*others).named()),
        _ => None,
    });
    (one.len() == other.len()).then(|| merged.collect::<Option<String>>())?.map(Into::into)
}

/// A sentence taken apart into words and days, each as a sentence names it.
fn pieces(sentence: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut begins, mut at) = (Vec::new(), 0, 0);
    while let Some(rest) = sentence.get(at..).filter(|rest| !rest.is_empty()) {
        let named = begins_word(sentence, at).then(|| named(rest)).flatten();
        let Some((days, length)) = named else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        pieces.push(Piece::Words(&sentence[begins..at]));
        pieces.push(Piece::On(days));
        at += length;
        begins = at;
    }
    pieces.push(Piece::Words(&sentence[begins..]));
    pieces
}

fn begins_word(sentence: &str, at: usize) -> bool {
    at == 0 || sentence.as_bytes().get(at - 1).is_some_and(|before| matches!(before, b' ' | b'('))
}

/// The days that a sentence begins with, and how long their name is.
fn named(rest: &str) -> Option<(Days, usize)> {
    if !rest.starts_with(|first: char| first.is_ascii_digit() || first == 'a') {
        return None;
    }
    if let Some(after) = rest.strip_prefix("a day from ") {
        let (first, to) = (date(after)?, after.get(10..)?.strip_prefix(" to ")?);
        let days = Days { first, last: date(to)? };
        return Some((days, rest.len() - to.len() + 10));
    }
    Some((Days::on(date(rest)?), 10))
}

/// The date that a text begins with, if it ends as a word does.
fn date(text: &str) -> Option<Date> {
    let ends = text.as_bytes().get(10).is_none_or(|next| !next.is_ascii_alphanumeric() && !matches!(next, b'-' | b'/'));
    text.get(..10).filter(|_| ends)?.parse().ok()
}

/// The reasons of several lists in one: each with the earliest and the latest day that it has
/// in them, in the order of the first list; what not all of them have says so, and what one of
/// them says so of.
pub fn steps<'s, R>(lists: impl IntoIterator<Item = &'s [Step<R>]>, apart: Apart) -> Vec<Step<R>>
where
    R: Clone + PartialEq + 's,
{
    let different = different(lists);
    let mut told: Vec<(Step<R>, Option<Apart>, usize)> = Vec::new();
    for list in &different {
        let mut taken = vec![false; told.len()];
        for step in *list {
            let (marked, sentence) = Apart::of(&step.sentence);
            let step = Step { sentence: sentence.into(), ..step.clone() };
            let same = told.iter().enumerate().find_map(|(at, (other, ..))| {
                let free = taken.get(at) == Some(&false);
                Some((at, together(other, &step)?)).filter(|_| free)
            });
            match same {
                Some((at, step)) => {
                    taken[at] = true;
                    told[at] = (step, told[at].1.max(marked), told[at].2 + 1);
                }
                None => told.push((step, marked, 1)),
            }
        }
    }
    let told = told.into_iter().map(|(step, marked, lists)| {
        match marked.max(Some(apart).filter(|_| lists < different.len())) {
            Some(apart) => Step { sentence: format!("{}{}", apart.mark(), step.sentence).into(), ..step },
            None => step,
        }
    });
    told.collect()
}

/// Each list once, in their order. Many points lead to one.
fn different<'s, R: PartialEq>(lists: impl IntoIterator<Item = &'s [Step<R>]>) -> Vec<&'s [Step<R>]> {
    let mut different: Vec<&[Step<R>]> = Vec::new();
    let mut by_sentences: HashMap<Vec<&str>, Vec<&[Step<R>]>> = HashMap::new();
    for list in lists {
        let sentences = list.iter().map(|step| &*step.sentence).collect();
        let alike = by_sentences.entry(sentences).or_default();
        if !alike.contains(&list) {
            alike.push(list);
            different.push(list);
        }
    }
    different
}

/// The reasons on the first days; where those on the last days are told in the same way, each
/// with the latest that its day can be. What differs in more than days is told as on the first.
pub fn with_latest<R: Clone + PartialEq>(first: &[Step<R>], last: &[Step<R>]) -> Vec<Step<R>> {
    let alike = |(one, other): (&Step<R>, &Step<R>)| (&one.rule, &one.event) == (&other.rule, &other.event);
    let mut steps = first.to_vec();
    if steps.len() == last.len() && steps.iter().zip(last).all(alike) {
        for (step, last) in steps.iter_mut().zip(last) {
            step.latest = last.date.filter(|_| last.date > step.date);
            step.sentence = match around(&step.sentence, &last.sentence) {
                Some(sentence) => sentence,
                None => format!("{} (as early as it can be)", step.sentence).into(),
            };
        }
    }
    steps
}

/// One reason in place of two that differ in days alone.
fn together<R: Clone + PartialEq>(one: &Step<R>, other: &Step<R>) -> Option<Step<R>> {
    if (&one.rule, &one.event, &one.article) != (&other.rule, &other.event, &other.article) {
        return None;
    }
    let sentence = around(&one.sentence, &other.sentence)?;
    let first = one.date.into_iter().chain(other.date).min();
    let last = [one.latest.or(one.date), other.latest.or(other.date)].into_iter().flatten().max();
    Some(Step { date: first, latest: last.filter(|_| last > first), sentence, ..one.clone() })
}

/// What could change an answer by the first days, and by the last ones.
pub fn changes(first: Vec<Change>, mut last: Vec<Change>) -> Vec<Change> {
    let mut told: Vec<Change> = Vec::new();
    for change in first {
        let same = last.iter().position(|other| other.code == change.code);
        let other = same.map(|at| last.remove(at));
        let sentence = other.and_then(|other| around(&change.sentence, &other.sentence));
        told.push(Change { sentence: sentence.unwrap_or(change.sentence), ..change });
    }
    told.into_iter().chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_that_differ_in_days_alone_are_one_with_both_ends() {
        let told = |one, other| around(one, other).map(String::from);
        let both = "over on a day from 2026-02-01 to 2026-02-28, named";
        assert_eq!(told("over on 2026-02-01, named", "over on 2026-02-28, named").as_deref(), Some(both));
        assert_eq!(told(both, "over on 2026-02-10, named").as_deref(), Some(both));
        let wider = "over on a day from 2026-01-31 to 2026-02-28, named";
        assert_eq!(told("over on 2026-01-31, named", both).as_deref(), Some(wider));
        assert_eq!(told("over on 2026-02-01, named", "over on 2026-02-28, as said"), None);
        assert_eq!(told("stated is 2026-02-01/2026-03", "stated is 2026-02-02/2026-03"), None);
        assert_eq!(told("entry 2026-02-01", "entry 2026-02-01").as_deref(), Some("entry 2026-02-01"));
    }
}
