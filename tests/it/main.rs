//! Tests.

mod seeds;
