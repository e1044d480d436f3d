//! The service: a node (journal, sequencer, read models) behind gRPC, one file
//! per service, one table from errors to status.
//!
//! Promises: what clients may take of connections, streams, bytes and time is
//! bounded before anything is decided (I8); an acknowledged submission is durable (the sequencer's promise,
//! passed on); a shutdown answers what is under way, then stops; a halted ledger
//! says so in the health service. Leaves to others: everything that decides.

mod audit;
mod connections;
mod convert;
mod directory;
mod edge;
mod errors;
mod history;
mod land;
mod ledger;
mod minefields;
mod node;
mod organisations;
mod receiving;
mod serve;
mod status;
mod status_answer;
mod treaties;

pub use directory::{Directory, Founding, InitError, OpenError, PartError, StartClock, found, found_by};
pub use errors::DOMAIN;
pub use node::{Node, NodeParts};
pub use serve::{Bounds, ServeError, Tls, serve, serve_within};

use crate::projections::PageRequest;

/// The page that a request asks for.
fn page(size: u32, token: &str) -> PageRequest<'_> {
    let after = Some(token).filter(|token| !token.is_empty());
    PageRequest { after, items: usize::try_from(size).unwrap_or(usize::MAX) }
}
