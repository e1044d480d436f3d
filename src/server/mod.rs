//! The service: a node (journal, sequencer, read models) behind gRPC, one file
//! per service, one table from errors to status.
//!
//! Promises: what clients may take of connections, streams, bytes and time is
//! bounded before anything is decided (I8); an acknowledged submission is durable (the sequencer's promise,
//! passed on); a shutdown answers what is under way, then stops; a halted ledger
//! says so in the health service. Leaves to others: everything that decides.

mod ahead;
mod answers;
mod audit;
mod by_treaty;
mod changes;
mod connections;
mod convert;
mod difference;
mod directory;
mod documents;
mod dossier;
mod draft;
mod duties;
mod duties_answer;
mod edge;
mod elsewhere;
mod errors;
mod history;
mod land;
mod lately;
mod ledger;
mod minefields;
mod node;
mod objections;
mod organisations;
mod paging;
mod parties;
mod reading;
mod receiving;
mod registered;
mod remarks_ahead;
mod serve;
mod sign_offs;
mod status;
mod status_answer;
mod survey;
mod table;
mod timeline;
mod touched;
mod treaties;
mod treaty_acts;
mod treaty_findings;
mod upcoming;

pub use directory::{Directory, Founding, InitError, OpenError, PartError, StartClock, found, found_by};
pub use errors::DOMAIN;
pub use node::{Node, NodeParts};
pub use serve::{Bounds, ServeError, Tls, serve, serve_within};

use prost::Message;

use crate::{
    limits,
    projections::{Page, PageRequest, QueryError},
};
use errors::Refused;

/// The page that a request asks for.
fn page(size: u32, token: &str) -> PageRequest<'_> {
    let after = Some(token).filter(|token| !token.is_empty());
    PageRequest { after, items: usize::try_from(size).unwrap_or(usize::MAX) }
}

/// The items of a page, told in full, as many as one answer may hold, and the
/// token of the next page.
fn fitting<'a, Item, Told: Message>(
    asked: PageRequest<'a>,
    find: impl Fn(PageRequest<'a>) -> Result<Page<Item>, QueryError>,
    tell: impl Fn(&Item) -> Result<Told, Refused>,
) -> Result<(Vec<Told>, String), Refused> {
    let found = find(asked)?;
    let (mut told, mut bytes) = (Vec::new(), 0);
    for item in &found.items {
        let item = tell(item)?;
        bytes += item.encoded_len();
        if bytes > limits::PAGE_BYTES && !told.is_empty() {
            let items = told.len();
            return Ok((told, find(PageRequest { items, ..asked })?.next.unwrap_or_default()));
        }
        told.push(item);
    }
    Ok((told, found.next.unwrap_or_default()))
}
