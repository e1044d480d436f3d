//! The one integration binary: the library as its users see it, from outside.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also what they share")]

mod easing;
mod faults;
mod golden;
mod governance;
mod journal;
mod process;
mod refusals;
mod sign_offs;
mod support;
mod vectors;
mod write_path;
