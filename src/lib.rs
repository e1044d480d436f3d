//! Merestone: a signed, append-only ledger of treaty acts and minefield
//! records. `ARCHITECTURE.md` tells how the modules stand on each other; the
//! order below is that order, foundation first.

pub mod crypto;
pub mod limits;
pub mod merkle;

pub mod domain;

pub mod checkpoint;
pub mod clock;
pub mod minefields;
pub mod tables;
pub mod treaties;

pub mod wire;

pub mod journal;

pub mod projections;

pub mod policy;
pub mod settings;
pub mod telemetry;

pub mod admission;

pub mod audit;
pub mod sequencer;

pub mod authoring;
pub mod client;
pub mod server;

pub mod founding;

pub mod bench;
pub mod demo;

pub mod cli;
