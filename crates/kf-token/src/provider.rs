//! Where a client gets the token for a call.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use kf_model::Secret;

use crate::TokenError;

/// Where a client gets the token for a call.
#[async_trait]
pub trait TokenProvider: Send + Sync + fmt::Debug {
    /// A token that lives, as far as is known here.
    ///
    /// # Errors
    ///
    /// There is none and none can be had.
    async fn token(&self) -> Result<Arc<Secret>, TokenError>;

    /// A token that lives, if one is at hand: without waiting, and without a future.
    fn at_hand(&self) -> Option<Arc<Secret>> {
        None
    }

    /// The platform refused a token. It is given out no more, unless a newer one has taken its place already.
    fn refuse(&self, token: &Secret);
}

#[async_trait]
impl<P: TokenProvider + ?Sized> TokenProvider for Arc<P> {
    async fn token(&self) -> Result<Arc<Secret>, TokenError> {
        (**self).token().await
    }

    fn at_hand(&self) -> Option<Arc<Secret>> {
        (**self).at_hand()
    }

    fn refuse(&self, token: &Secret) {
        (**self).refuse(token);
    }
}

/// A token that somebody else looks after: it is given out as it is, refused or not.
#[derive(Clone, Debug)]
pub struct StaticToken(Arc<Secret>);

impl StaticToken {
    /// A token.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self(Arc::new(token.into()))
    }
}

#[async_trait]
impl TokenProvider for StaticToken {
    async fn token(&self) -> Result<Arc<Secret>, TokenError> {
        Ok(Arc::clone(&self.0))
    }

    fn at_hand(&self) -> Option<Arc<Secret>> {
        Some(Arc::clone(&self.0))
    }

    fn refuse(&self, _: &Secret) {}
}
