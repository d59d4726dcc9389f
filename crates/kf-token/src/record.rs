//! A token as it is kept.

use std::fmt;
use std::time::Duration;

use kf_model::Secret;

/// Whose token it is, in a store that many share: the kind, and the ids of the apps. It holds no credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenKey(String);

impl TokenKey {
    /// A key such as `stable:wx5ca1ab1e00c0ffee`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A token as it is kept. Times are seconds since the Unix epoch, on the clock of the machine that fetched it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The token.
    pub token: Secret,
    /// What the next one is fetched with, where the platform gives that.
    pub refresh: Option<Secret>,
    /// When it was fetched.
    pub obtained_at: u64,
    /// When it expires.
    pub expires_at: u64,
    /// Which of the records of this key it is: a late answer cannot replace a newer record. It is the time at which the record was
    /// made, in microseconds, or the next number after the one before. So none repeats when a store has lost what it kept.
    pub generation: u64,
}

impl Record {
    /// A record.
    pub fn new(token: impl Into<Secret>, obtained_at: u64, expires_at: u64, generation: u64) -> Self {
        Self { token: token.into(), refresh: None, obtained_at, expires_at, generation }
    }
}

/// The generation of a record that is made now and replaces another one. A mere count would begin again where a store lost its
/// records, and what somebody still holds of before would then be taken for the next one of those of later.
pub(crate) fn next_generation(before: u64, wall: Duration) -> u64 {
    let now = u64::try_from(wall.as_micros()).unwrap_or(u64::MAX).min(i64::MAX.unsigned_abs());
    before.saturating_add(1).max(now)
}

#[cfg(test)]
mod tests {
    use super::{Duration, next_generation};

    #[test]
    fn generations_grow_and_do_not_begin_again() {
        let wall = Duration::new(1_800_000_000, 123_456_789);
        for (before, next) in [
            (0, 1_800_000_000_123_456),
            (7, 1_800_000_000_123_456),
            (1_800_000_000_123_456, 1_800_000_000_123_457),
            (1_900_000_000_000_000, 1_900_000_000_000_001),
        ] {
            assert_eq!(next_generation(before, wall), next);
        }
        assert_eq!(next_generation(1, Duration::ZERO), 2, "a clock that was set back does no harm");
        assert_eq!(next_generation(0, Duration::MAX), i64::MAX.unsigned_abs(), "stores keep no larger ones");
    }
}
