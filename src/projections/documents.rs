//! Which events cite a document: those that hold its digest, and those that name its symbol.
//!
//! Promises: an event that cites a document twice is found once; what is found is in the
//! order of a timeline. Leaves to others: whether the digest is that of the file at hand
//! (whoever asks), reading the events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::keys::{Key, Table};
use super::queries::{View, comes_after, page_items, page_of, parse_token, place_of, token_of};
use super::seek::all_rows;
use super::{Act, Page, PageRequest, QueryError};
use crate::domain::{Body, DocumentDigest, Event, TreatyBody};

/// A document as one asks about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CitedDocument {
    /// The SHA-256 of its bytes.
    Digest(DocumentDigest),
    /// Its own symbol, e.g. "C.N.104.2002.TREATIES-1"; capitals of ASCII make no difference.
    Symbol(Box<str>),
}

impl CitedDocument {
    /// The documents that an event cites: by its list, and by the symbol in its
    /// body, that of a correction in what it restates.
    pub fn of(event: &Event) -> BTreeSet<Self> {
        let digests = event.documents.iter().map(|document| Self::Digest(document.sha256));
        let symbols = event
            .documents
            .iter()
            .map(|document| &*document.symbol)
            .chain(symbol_in(event.restated_body().unwrap_or(&event.body)));
        let symbols = symbols.filter(|symbol| !symbol.is_empty());
        digests.chain(symbols.map(|symbol| Self::Symbol(symbol.to_ascii_lowercase().into()))).collect()
    }

    /// Whether an event cites it.
    pub fn is_cited_by(&self, event: &Event) -> bool {
        let asked = match self {
            Self::Digest(digest) => Self::Digest(*digest),
            Self::Symbol(symbol) => Self::Symbol(symbol.to_ascii_lowercase().into()),
        };
        Self::of(event).contains(&asked)
    }

    /// The key of the events that cite it, without the index.
    pub(super) fn key(&self) -> Key {
        match self {
            Self::Digest(digest) => Key::new(Table::Document).digest(digest.as_bytes()),
            Self::Symbol(symbol) => Key::new(Table::DocumentSymbol).name(symbol),
        }
    }
}

/// The symbol of the document that an act itself is.
fn symbol_in(body: &Body) -> Option<&str> {
    match body {
        Body::Treaty(TreatyBody::DepositaryNotificationIssued(body)) => Some(&body.reference),
        Body::Treaty(TreatyBody::TreatyBodyDecided(body)) => Some(&body.symbol),
        Body::Treaty(TreatyBody::DeadlineExtended(body)) => Some(&body.symbol),
        Body::Treaty(TreatyBody::ReportSubmitted(body)) => Some(&body.symbol),
        Body::Treaty(_) | Body::Registry(_) | Body::Shared(_) | Body::Minefield(_) => None,
    }
}

impl View<'_> {
    /// The events that cite a document, dated ones first by their date, then by their
    /// position; up to a day those that can have come by then. On whatever subject: their
    /// participant is not told here.
    pub fn citing(
        &self,
        document: &CitedDocument,
        until: Option<Date>,
        page: PageRequest<'_>,
    ) -> Result<Page<Act>, QueryError> {
        let after = page.after.map(parse_token).transpose()?;
        let (wanted, mut found) = (document.key(), BTreeMap::new());
        for row in all_rows(self.models().tree(), &wanted) {
            let (key, value) = row?;
            self.acts_of_row(&key, &key[wanted.as_ref().len()..], &value, None, &mut |act| {
                let left_out = until.is_some_and(|day| comes_after(&act, day));
                if !left_out && after.is_none_or(|after| place_of(&act) > after) {
                    found.insert(place_of(&act), act);
                }
            })?;
        }
        Ok(page_of(found.into_values().collect(), page_items(page), |act: &Act| token_of(place_of(act))))
    }
}
