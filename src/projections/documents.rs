//! Which events cite a document: those that hold its digest, and those that name its symbol.
//!
//! Promises: an event that cites a document twice is found once; what is found is in the
//! order of a timeline. Leaves to others: whether the digest is that of the file at hand
//! (whoever asks), reading the events.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::keys::{Key, Table};
use super::queries::View;
use super::seek::all_rows;
use super::timelines::{ActsInOrder, DatesThatStand};
use super::{Act, Page, PageRequest, QueryError, ReadModelError};
use crate::domain::{Body, DocumentDigest, Event, Position, TreatyBody};

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
    /// The events that cite a document, dated ones first by their date as it stands, then by
    /// their position; up to a day those that can have come by then. On whatever subject: their
    /// participant is not told here.
    pub fn citing(
        &self,
        document: &CitedDocument,
        until: Option<Date>,
        dates: &DatesThatStand,
        page: PageRequest<'_>,
    ) -> Result<Page<Act>, QueryError> {
        let mut found = ActsInOrder::of(until, dates, page)?;
        self.each_citing(document, |act| found.take(act))?;
        Ok(found.into_page())
    }

    /// Where all events stand that cite a document.
    pub fn all_citing(&self, document: &CitedDocument) -> Result<Vec<Position>, ReadModelError> {
        let mut found = Vec::new();
        self.each_citing(document, |act| found.push(act.position))?;
        Ok(found)
    }

    fn each_citing(&self, document: &CitedDocument, mut visit: impl FnMut(Act)) -> Result<(), ReadModelError> {
        let wanted = document.key();
        for row in all_rows(self.models().tree(), &wanted) {
            let (key, value) = row?;
            self.acts_of_row(&key, &key[wanted.as_ref().len()..], &value, None, &mut visit)?;
        }
        Ok(())
    }
}
