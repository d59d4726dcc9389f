//! Numbers that nobody else has.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A number that differs from process to process and from call to call.
pub(crate) fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}
