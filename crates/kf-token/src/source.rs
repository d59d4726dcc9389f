//! Who asks the platform for a token.

pub(crate) mod authorizer;
pub(crate) mod classic;
pub(crate) mod component;
pub(crate) mod stable;

use std::fmt;

use async_trait::async_trait;
use kf_model::Secret;

use crate::{AskError, Record, TokenKey};

/// Who asks the platform for a token.
#[async_trait]
pub trait TokenSource: Send + Sync + fmt::Debug + 'static {
    /// Whose token it is.
    fn key(&self) -> &TokenKey;

    /// The call that it makes, for messages.
    fn endpoint(&self) -> &'static str;

    /// Whether it asks with what the record before holds, and what is given replaces that: then a record is kept before its token
    /// is used, and nobody asks without the record and the right to.
    fn rotates(&self) -> bool {
        false
    }

    /// Gets what it needs before it asks, such as the token that it asks with. The time that this takes is not taken from that
    /// of asking.
    ///
    /// # Errors
    ///
    /// There is none and none can be had.
    async fn prepare(&self, _previous: Option<&Record>) -> Result<(), AskError> {
        Ok(())
    }

    /// Asks, knowing the record before. One that is told [`AskError::TokenRefused`] prepares and asks once more.
    ///
    /// # Errors
    ///
    /// There is no answer, or a refusal.
    async fn fetch(&self, previous: Option<&Record>) -> Result<Fetched, AskError>;
}

/// What the platform gave.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fetched {
    /// The token.
    pub token: Secret,
    /// What the next one is fetched with, where the platform gives that.
    pub refresh: Option<Secret>,
    /// How many seconds it lives, as the platform says: it may say nonsense.
    pub expires_in: i64,
}

impl Fetched {
    /// A token that lives so many seconds.
    pub fn new(token: impl Into<Secret>, expires_in: i64) -> Self {
        Self { token: token.into(), refresh: None, expires_in }
    }
}
