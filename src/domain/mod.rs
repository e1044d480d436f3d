//! The words of the ledger as plain values.
//!
//! No input or output, no serde, no protobuf: `wire` converts to and from the
//! bytes. A checked value has another type than an unchecked one, so what
//! arrives here is well formed; whether it may enter is for `policy` to say.

#[macro_use]
mod pinned;
mod clauses;
mod date;
mod event;
mod finding;
mod happened;
mod ids;
mod kind;
mod land_finding;
mod legal;
mod minefield;
mod organisation;
mod outline;
mod place;
mod recorded;
mod shared;
mod sign_off;
mod submission;
mod time;
mod treaty;

pub use clauses::*;
pub use date::{CivilDate, WorldDate};
pub use event::*;
pub use finding::*;
pub use happened::{Happened, HappenedField};
pub use ids::*;
pub use kind::*;
pub use land_finding::*;
pub use legal::*;
pub use minefield::*;
pub use organisation::*;
pub use outline::{Bounds, Ring, RingFault};
pub(crate) use pinned::pinned;
pub use place::*;
pub use recorded::*;
pub use shared::*;
pub use sign_off::*;
pub use submission::*;
pub use time::RecordingTime;
pub use treaty::*;
