//! The app's own token, by the stable call.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use kf_model::credentials::FetchStableToken;
use kf_model::{AppId, Endpoint, Secret};
use kf_transport::Transport;

use super::{Fetched, TokenSource};
use crate::ask::ask;
use crate::{AskError, Record, TokenKey};

/// The stable call: the same token for all who ask, as long as it lives. The one to use.
#[derive(Clone)]
pub struct StableToken {
    wire: Arc<dyn Transport>,
    ask: FetchStableToken,
    key: TokenKey,
}

impl StableToken {
    /// The token of an app, fetched through the transport that the calls go through.
    pub fn new(wire: impl Transport + 'static, app_id: AppId, secret: impl Into<Secret>) -> Self {
        let key = TokenKey::new(format!("stable:{app_id}"));
        Self { wire: Arc::new(wire), ask: FetchStableToken::new(app_id, secret), key }
    }
}

impl fmt::Debug for StableToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StableToken").field(&self.key).finish()
    }
}

#[async_trait]
impl TokenSource for StableToken {
    fn key(&self) -> &TokenKey {
        &self.key
    }

    fn endpoint(&self) -> &'static str {
        FetchStableToken::SPEC.name
    }

    async fn fetch(&self, _: Option<&Record>) -> Result<Fetched, AskError> {
        let answer = ask(&*self.wire, &self.ask, None).await?;
        Ok(Fetched::new(answer.access_token, answer.expires_in))
    }
}
