//! A store of tokens whose failures are said, once: the token is fetched all the same, which others may feel.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kf_token::{Lease, Record, Saved, StoreError, TokenKey, TokenStore};

use super::tokens::Store;
use crate::show::chain;
use crate::watch::{Tell, Told};

/// A store whose first failure is said.
pub(super) struct Noticed {
    store: Store,
    tell: Tell,
    is_said: AtomicBool,
}

impl Noticed {
    pub(super) fn new(store: Store, tell: Tell) -> Self {
        Self { store, tell, is_said: AtomicBool::new(false) }
    }

    fn notice<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &outcome
            // What is damaged is replaced by the next token.
            && !error.is_foreign()
            && !self.is_said.swap(true, Ordering::Relaxed)
        {
            (self.tell)(Told::Warning(trouble(&self.store.place, error)));
        }
        outcome
    }
}

/// That tokens cannot be kept, and what to do.
pub(crate) fn trouble(place: &str, error: &StoreError) -> String {
    format!(
        "tokens are not kept in {place}, so each run fetches its own: {}; kf config check tries it again",
        chain(error)
    )
}

impl std::fmt::Debug for Noticed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Noticed").field(&self.store.store).finish()
    }
}

#[async_trait]
impl TokenStore for Noticed {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        self.notice(self.store.store.load(key).await)
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected_generation: u64) -> Result<Saved, StoreError> {
        self.notice(self.store.store.save(key, record, expected_generation).await)
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        self.notice(self.store.store.lease(key).await)
    }

    fn lease_bound(&self) -> Duration {
        self.store.store.lease_bound()
    }
}
