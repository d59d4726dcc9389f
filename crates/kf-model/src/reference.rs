//! The tables of the specification, to read: every endpoint, every code, every contradiction of the pages.
//!
//! They are generated from the files in `spec/`, as the code is.

/// Every call, with its fields, callers, codes and samples.
///
#[doc = include_str!("../spec/ENDPOINTS.md")]
pub mod endpoints {}

/// Every code, with what to do.
///
#[doc = include_str!("../spec/ERRCODES.md")]
pub mod errcodes {}

/// Where the pages contradict themselves, and what was decided.
///
#[doc = include_str!("../spec/ERRATA.md")]
pub mod errata {}
