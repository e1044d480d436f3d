//! The one integration binary: the library as its users see it, from outside.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also what they share")]

mod faults;
mod golden;
mod journal;
mod minefields;
mod process;
mod references;
mod refusals;
mod support;
mod vectors;
mod write_path;
