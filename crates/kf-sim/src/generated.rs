//! What is generated from the specification.

pub mod api;
