//! The tables of the specification, to read: every endpoint, every code, every contradiction of the pages.
//!
//! They are generated from the files in `spec/`, as the code is.

#[doc = include_str!("../spec/ENDPOINTS.md")]
pub mod endpoints {}

#[doc = include_str!("../spec/ERRCODES.md")]
pub mod errcodes {}

#[doc = include_str!("../spec/ERRATA.md")]
pub mod errata {}
