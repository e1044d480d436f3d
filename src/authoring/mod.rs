//! The authoring form: what a person writes, expanded into events and signed.
//!
//! A file holds one or more items in JSON or NDJSON; each item is one event: the
//! protobuf JSON mapping plus shorthands (short enum names, names instead of
//! ids, "unknown" for a mandatory field, files instead of digests, points and
//! lengths as typed). [`expand`] turns items into canonical event bytes.
//!
//! Promises: pure but for the [`Names`] and [`Evidence`] it is given; clock and
//! randomness are arguments; every error names file, item and field.
//! Leaves to others: whether the ledger accepts it (`policy`), sending (`client`).

mod clauses;
mod disclosure;
mod document;
mod envelope_file;
mod error;
mod expand;
mod field;
mod gather;
mod item;
mod names;
mod part;
mod place;
mod quantity;
mod sign;
mod signing;
mod subject;
mod template;

pub use clauses::{SHIPPED_CLAUSES, ShippedClauses};
pub use document::{Evidence, FileFacts, Folder, document};
pub use envelope_file::{ENVELOPE_SUFFIX, EnvelopeFile, EnvelopeFileError, write_whole};
pub use error::{AuthoringError, Problem};
pub use expand::{Drafted, Surroundings, expand};
pub use gather::{NotAdded, Signable, with_sign_off};
pub use item::{Item, read_items};
pub use names::{Lookup, NameBook, Names, NamesFileError};
pub use part::WithheldPart;
pub use place::{TypedPoint, point_as_typed};
pub use sign::{Header, SignedSubmission, check_form, sign, split};
pub use signing::{EventDraft, Freshness, Post, SignOffDraft, fresh_event, later_sign_off, sign_events, sign_off};
pub use template::template;
