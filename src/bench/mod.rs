//! Measurements: how fast a ledger is, beside the raw limits of the machine.
//!
//! Promises: everything goes through a ledger on disk that its own process
//! serves, over the network interface; submissions are signed before the clock
//! runs; the raw limits come from the same run. Leaves to others: the order of
//! the measurements and how they are shown (`cli`), auditing what was written
//! (`audit`). Like `client` it speaks the generated messages, so that a load is
//! ready as requests before the clock runs.

mod ask;
mod drive;
mod figure;
mod founding;
mod grow;
mod load;
mod pace;
mod raw;
mod seeded;
mod served;
pub mod treaties;
pub mod unsigned;

pub use ask::{Asked, Known};
pub use drive::{Driven, connect, empty_calls, pipelined, replay, unary};
pub use figure::{Figure, Unit};
pub use founding::found;
pub use grow::{Growth, Hands, acts, fields};
pub use load::Author;
pub use pace::{Paced, paced};
pub use raw::{fdatasync, strict_verifications};
pub use seeded::Seeded;
pub use served::{Served, bytes_in, bytes_written_in};

/// A submission that is signed and ready to be sent.
pub type Signed = crate::wire::proto::SubmitRequest;
/// A connection to a service.
pub type Connection = tonic::transport::Channel;

/// A measurement could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error("cannot {action}")]
    Io { action: &'static str, source: std::io::Error },
    #[error("the ledger cannot be founded")]
    Founding(#[from] crate::server::InitError),
    #[error("the service under measurement ended before it served")]
    NotServed,
    #[error("the service under measurement cannot be reached")]
    Transport(#[from] tonic::transport::Error),
    #[error("the service refused a call: {}", .0.message())]
    Refused(#[from] Box<tonic::Status>),
    #[error("the stream answered a submission with: {0}")]
    RefusedOnStream(String),
    #[error("{0} answers are missing")]
    Missing(u64),
}

impl BenchError {
    fn io(action: &'static str) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::Io { action, source }
    }
}
