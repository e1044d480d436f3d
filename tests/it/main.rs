//! The one integration binary: the library as its users see it, from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod golden;
mod journal;
mod support;
mod vectors;
mod write_path;
