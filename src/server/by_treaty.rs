//! Answers over many treaties, page by page: treaty after treaty, the lines of each in
//! the order of their keys.
//!
//! Promises: a token names the last line and not a place, so pages of one state of
//! knowledge are stable; a page looks at no more than so many participations beyond one
//! treaty (I8). Leaves to others: what a line is, and its key.

use prost::Message;

use super::{Node, dossier::Who, errors::Refused, status::treaty_ids};
use crate::{
    domain::{ParticipantId, TreatyId},
    limits::{PAGE_BYTES, PARTICIPATIONS_PER_PAGE},
    projections::{PageRequest, QueryError, View},
};

/// Which treaties, and who under them.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// Ascending.
    pub treaties: Vec<TreatyId>,
    pub participant: Option<ParticipantId>,
}

impl Scope {
    pub fn who(&self) -> Who<'_> {
        self.participant.as_ref().map_or(Who::Everybody, Who::One)
    }
}

/// A line of an answer with the key that orders the lines of its treaty.
pub(super) struct Line<Told> {
    /// ASCII letters, digits and signs below `~`.
    pub key: String,
    pub told: Told,
}

/// What one treaty adds to an answer.
pub(super) struct OfTreaty<Told> {
    pub lines: Vec<Line<Told>>,
    /// Participations that were looked at for it.
    pub looked: usize,
}

/// Behind every key of a treaty.
const LAST: &str = "~";

impl Node {
    /// The treaties that a request names; with a participant and without a treaty those
    /// that it has an act under.
    pub(super) fn scope(&self, view: View<'_>, treaty: &str, participant: &str) -> Result<Scope, Refused> {
        let participant = self.find_if_named(view, participant)?;
        let treaties = match (treaty, &participant) {
            ("", None) => treaty_ids(view)?,
            ("", Some(participant)) => self.treaties_with_acts(view, participant)?,
            (name, _) => vec![self.find_treaty(view, name)?.id],
        };
        Ok(Scope { treaties, participant })
    }
}

/// The page after a token, and the token of the next one, which is empty at the end.
pub(super) fn page_by_treaty<Told: Message>(
    treaties: &[TreatyId],
    page: PageRequest<'_>,
    mut of: impl FnMut(&TreatyId) -> Result<OfTreaty<Told>, Refused>,
) -> Result<(Vec<Told>, String), Refused> {
    let after = page.after.map(parse_token).transpose()?;
    let items = page.limit();
    let (mut told, mut bytes, mut looked) = (Vec::new(), 0, 0);
    let mut last = String::new();
    for treaty in treaties.iter().filter(|treaty| after.as_ref().is_none_or(|(after, _)| *treaty >= after)) {
        if looked >= PARTICIPATIONS_PER_PAGE {
            return Ok((told, last));
        }
        let seen = after.as_ref().filter(|(after, _)| after == treaty).map(|(_, key)| *key);
        if seen == Some(LAST) {
            continue;
        }
        let OfTreaty { mut lines, looked: more } = of(treaty)?;
        looked += more;
        lines.sort_by(|one, other| one.key.cmp(&other.key));
        for line in lines.into_iter().filter(|line| seen.is_none_or(|seen| line.key.as_str() > seen)) {
            if told.len() >= items || bytes >= PAGE_BYTES {
                return Ok((told, last));
            }
            bytes += line.told.encoded_len();
            told.push(line.told);
            last = format!("{treaty}/{}", line.key);
        }
        if looked >= PARTICIPATIONS_PER_PAGE {
            last = format!("{treaty}/{LAST}");
        }
    }
    Ok((told, String::new()))
}

fn parse_token(token: &str) -> Result<(TreatyId, &str), Refused> {
    let bad = || Refused::from(QueryError::BadPageToken { token: token.to_owned() });
    let (treaty, key) = token.split_once('/').ok_or_else(bad)?;
    Ok((treaty.parse().map_err(|_| bad())?, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn treaties() -> Vec<TreatyId> {
        ["a:1", "a:2", "a:3"].iter().map(|id| id.parse().unwrap()).collect()
    }

    /// Three lines for each treaty, given in no order; each treaty counts as so many.
    fn page(after: &str, items: usize, looked: usize) -> (Vec<String>, String) {
        let of = |treaty: &TreatyId| {
            let lines = ["c", "a", "b"].map(|key| Line { key: key.to_owned(), told: format!("{treaty} {key}") });
            Ok(OfTreaty { lines: lines.into(), looked })
        };
        let after = Some(after).filter(|after| !after.is_empty());
        page_by_treaty(&treaties(), PageRequest { after, items }, of).unwrap()
    }

    fn all(items: usize, looked: usize) -> (Vec<String>, usize) {
        let (mut told, mut token, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let (more, next) = page(&token, items, looked);
            pages += 1;
            told.extend(more);
            if next.is_empty() {
                return (told, pages);
            }
            token = next;
        }
    }

    #[test]
    fn pages_of_any_size_give_every_line_once_and_in_order() {
        let (whole, pages) = all(100, 1);
        assert_eq!((whole.len(), pages), (9, 1));
        assert!(whole.is_sorted(), "{whole:?}");
        for items in 1..10 {
            assert_eq!(all(items, 1).0, whole, "{items} a page");
        }
    }

    #[test]
    fn a_page_ends_after_so_many_participations_and_the_next_goes_on() {
        let (whole, pages) = all(100, PARTICIPATIONS_PER_PAGE);
        assert_eq!((whole.len(), pages), (9, 3));
        assert_eq!(whole, all(2, PARTICIPATIONS_PER_PAGE).0);
    }

    #[test]
    fn a_token_that_names_no_treaty_is_refused() {
        let of = |_: &TreatyId| Ok(OfTreaty::<String> { lines: Vec::new(), looked: 0 });
        for token in ["no-slash", "two words/a"] {
            assert!(page_by_treaty(&treaties(), PageRequest { after: Some(token), items: 1 }, of).is_err(), "{token}");
        }
    }
}
