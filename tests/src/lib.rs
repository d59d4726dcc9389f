//! Runs the Rust of the documents in the root.

/// The README.
#[doc = include_str!("../../README.md")]
#[cfg(doctest)]
pub struct Readme;
