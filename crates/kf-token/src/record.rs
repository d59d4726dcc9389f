//! A token as it is kept.

use std::fmt;

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
    /// How many records of this key there were, this one counted: a late answer cannot replace a newer record.
    pub generation: u64,
}

impl Record {
    /// A record.
    pub fn new(token: impl Into<Secret>, obtained_at: u64, expires_at: u64, generation: u64) -> Self {
        Self { token: token.into(), refresh: None, obtained_at, expires_at, generation }
    }
}
