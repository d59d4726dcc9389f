//! What is generated from the specification.

pub(crate) mod calls;
