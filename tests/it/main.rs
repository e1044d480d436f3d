//! The one integration binary: the library as its users see it, from outside.

mod faults;
mod golden;
mod journal;
mod process;
mod refusals;
mod support;
mod vectors;
mod write_path;
