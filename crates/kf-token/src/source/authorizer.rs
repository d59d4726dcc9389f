//! The token to act for a merchant.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use kf_model::component::RefreshAuthorizerToken;
use kf_model::{AppId, Endpoint};
use kf_transport::Transport;

use super::{Fetched, TokenSource};
use crate::ask::{ask, is_of_token};
use crate::{AskError, Record, TokenKey, TokenProvider};

/// The token with which a third-party platform acts for a merchant, asked for with the refresh token that is kept. Each answer
/// brings the next refresh token, which is kept before the token is used.
#[derive(Clone)]
pub struct AuthorizerToken {
    wire: Arc<dyn Transport>,
    component: Arc<dyn TokenProvider>,
    component_app_id: AppId,
    app_id: AppId,
    key: TokenKey,
}

impl AuthorizerToken {
    /// The token for a merchant's app, by the token of the platform. [`Component`](crate::Component) makes these for all its
    /// merchants.
    pub fn new(
        wire: impl Transport + 'static,
        component: impl TokenProvider + 'static,
        component_app_id: AppId,
        app_id: AppId,
    ) -> Self {
        let key = key(&component_app_id, &app_id);
        Self { wire: Arc::new(wire), component: Arc::new(component), component_app_id, app_id, key }
    }
}

/// Whose token it is.
pub(crate) fn key(component_app_id: &AppId, app_id: &AppId) -> TokenKey {
    TokenKey::new(format!("authorizer:{component_app_id}:{app_id}"))
}

impl fmt::Debug for AuthorizerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuthorizerToken").field(&self.key).finish()
    }
}

#[async_trait]
impl TokenSource for AuthorizerToken {
    fn key(&self) -> &TokenKey {
        &self.key
    }

    fn endpoint(&self) -> &'static str {
        RefreshAuthorizerToken::SPEC.name
    }

    fn rotates(&self) -> bool {
        true
    }

    async fn prepare(&self, previous: Option<&Record>) -> Result<(), AskError> {
        // Without anything to ask with there is nothing to prepare.
        if previous.is_some_and(|record| record.refresh.is_some()) {
            self.component.token().await?;
        }
        Ok(())
    }

    async fn fetch(&self, previous: Option<&Record>) -> Result<Fetched, AskError> {
        let refresh = previous.and_then(|record| record.refresh.clone()).ok_or(AskError::NotAuthorized)?;
        let call = RefreshAuthorizerToken::new(self.component_app_id.clone(), self.app_id.clone(), refresh.clone());
        let token = self.component.token().await?;
        let outcome = ask(&*self.wire, &call, Some(Arc::clone(&token))).await;
        let answer = outcome.map_err(|error| match error {
            AskError::Answer(refusal) if is_of_token(&refusal) => {
                self.component.refuse(&token);
                AskError::TokenRefused(refusal)
            }
            other => other,
        })?;
        let mut fetched = Fetched::new(answer.authorizer_access_token, answer.expires_in);
        // Where the platform names no other one, the one before stays.
        fetched.refresh = Some(answer.authorizer_refresh_token.unwrap_or(refresh));
        Ok(fetched)
    }
}
