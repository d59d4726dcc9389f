//! The token of a third-party platform.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kf_model::component::FetchComponentToken;
use kf_model::{AppId, DecodeError, Endpoint, ErrCode, Secret};
use kf_transport::Transport;

use super::{Fetched, TokenSource};
use crate::ask::ask;
use crate::record::next_generation;
use crate::{AskError, Record, Saved, StoreError, TokenKey, TokenStore};

/// How long a ticket is good for, in seconds.
const TICKET_SECONDS: u64 = 12 * 3_600;

/// The token of a third-party platform, fetched with the ticket that was pushed last. All processes find the ticket in the
/// store.
#[derive(Clone)]
pub struct ComponentToken<Store> {
    wire: Arc<dyn Transport>,
    app_id: AppId,
    secret: Secret,
    store: Store,
    key: TokenKey,
    ticket_key: TokenKey,
}

impl<Store: TokenStore> ComponentToken<Store> {
    /// The token of a platform, by its own AppID and AppSecret; tickets are kept in the store.
    pub fn new(wire: impl Transport + 'static, app_id: AppId, secret: impl Into<Secret>, store: Store) -> Self {
        let (key, ticket_key) = (format!("component:{app_id}"), format!("ticket:{app_id}"));
        let (key, ticket_key) = (TokenKey::new(key), TokenKey::new(ticket_key));
        Self { wire: Arc::new(wire), app_id, secret: secret.into(), store, key, ticket_key }
    }

    /// Keeps a ticket that was pushed at a moment, in seconds since the Unix epoch. One that is older than what is kept is left:
    /// a push can be repeated, and come late.
    ///
    /// # Errors
    ///
    /// The store cannot be used.
    pub async fn put_ticket(&self, ticket: impl Into<Secret>, pushed_at: u64) -> Result<(), StoreError> {
        let mut record = Record::new(ticket, pushed_at, pushed_at.saturating_add(TICKET_SECONDS), 1);
        let mut kept = match self.store.load(&self.ticket_key).await {
            Err(error) if error.is_foreign() => None,
            kept => kept?,
        };
        loop {
            if kept.as_ref().is_some_and(|kept| kept.obtained_at > pushed_at) {
                return Ok(());
            }
            let expected = kept.map_or(0, |kept| kept.generation);
            record.generation = next_generation(expected, Duration::from_secs(pushed_at));
            match self.store.save(&self.ticket_key, &record, expected).await? {
                Saved::Kept => return Ok(()),
                Saved::Another(another) => kept = Some(another),
            }
        }
    }
}

impl<Store: TokenStore> ComponentToken<Store> {
    /// The ticket that was pushed last.
    async fn ticket(&self) -> Result<Secret, AskError> {
        Ok(self.store.load(&self.ticket_key).await?.ok_or(AskError::NoTicket)?.token)
    }

    async fn ask(&self, ticket: &Secret) -> Result<Fetched, AskError> {
        let call = FetchComponentToken::new(self.app_id.clone(), self.secret.clone(), ticket.clone());
        let answer = ask(&*self.wire, &call, None).await?;
        Ok(Fetched::new(answer.component_access_token, answer.expires_in))
    }
}

/// Whether it is the ticket that is refused.
fn is_of_ticket(error: &AskError) -> bool {
    matches!(error, AskError::Answer(DecodeError::Refused(refusal)) if matches!(refusal.code, ErrCode(61005 | 61006)))
}

impl<Store> fmt::Debug for ComponentToken<Store> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ComponentToken").field(&self.key).finish()
    }
}

#[async_trait]
impl<Store: TokenStore> TokenSource for ComponentToken<Store> {
    fn key(&self) -> &TokenKey {
        &self.key
    }

    fn endpoint(&self) -> &'static str {
        FetchComponentToken::SPEC.name
    }

    async fn fetch(&self, _: Option<&Record>) -> Result<Fetched, AskError> {
        let ticket = self.ticket().await?;
        match self.ask(&ticket).await {
            Err(error) if is_of_ticket(&error) => match self.ticket().await? {
                // It was replaced meanwhile, so it is no wonder.
                newer if newer != ticket => self.ask(&newer).await,
                _ => Err(error),
            },
            outcome => outcome,
        }
    }
}
