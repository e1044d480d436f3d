//! The one integration binary: the library as its users see it.

mod journal;
