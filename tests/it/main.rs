//! The one integration binary: the library as its users see it, from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod faults;
mod golden;
mod journal;
mod process;
mod support;
mod vectors;
mod write_path;
