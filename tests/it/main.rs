//! The one integration binary: what the library promises, from outside.

mod golden;
mod vectors;
