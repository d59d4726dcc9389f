//! The app's own token, by the classic call.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use kf_model::credentials::FetchToken;
use kf_model::{AppId, Endpoint, Secret};
use kf_transport::Transport;

use super::{Fetched, TokenSource};
use crate::ask::ask;
use crate::{AskError, Record, TokenKey};

/// The classic call: each fetch voids the token before, 5 minutes later. All processes must share one store.
#[derive(Clone)]
pub struct ClassicToken {
    wire: Arc<dyn Transport>,
    ask: FetchToken,
    key: TokenKey,
}

impl ClassicToken {
    /// The token of an app, fetched through the transport that the calls go through.
    pub fn new(wire: impl Transport + 'static, app_id: AppId, secret: impl Into<Secret>) -> Self {
        let key = TokenKey::new(format!("classic:{app_id}"));
        Self { wire: Arc::new(wire), ask: FetchToken::new(app_id, secret), key }
    }
}

impl fmt::Debug for ClassicToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClassicToken").field(&self.key).finish()
    }
}

#[async_trait]
impl TokenSource for ClassicToken {
    fn key(&self) -> &TokenKey {
        &self.key
    }

    fn endpoint(&self) -> &'static str {
        FetchToken::SPEC.name
    }

    async fn fetch(&self, _: Option<&Record>) -> Result<Fetched, AskError> {
        let answer = ask(&*self.wire, &self.ask, None).await?;
        Ok(Fetched::new(answer.access_token, answer.expires_in))
    }
}
