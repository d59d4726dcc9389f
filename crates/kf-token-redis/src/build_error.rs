//! Why a store cannot be made.

use thiserror::Error;

/// Why a store cannot be made. It does not show the URL, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The URL cannot be used.
    #[error("the URL of Redis cannot be used: {why}; it looks like rediss://user:password@host:6379/0")]
    #[allow(missing_docs, reason = "the variant says it")]
    Url { why: &'static str },
    /// There is a user without a password.
    #[error("there is a user of Redis, but no password; give both, or the password alone")]
    NoPassword,
    /// The deadline leaves no time.
    #[error("the deadline is 0; leave it out for 300 ms")]
    NoTime,
    /// The certificates cannot be used.
    #[error("{why}")]
    #[allow(missing_docs, reason = "the variant says it")]
    Trust { why: String },
}
