//! Tokens of one process.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Lease, Saved, StoreError, TokenStore};
use crate::{Record, TokenKey};

/// Tokens of one process; they are gone when it ends. Clones are the same store.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    records: HashMap<TokenKey, Record>,
    leased: HashSet<TokenKey>,
}

impl MemoryStore {
    /// A store that holds nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenStore for MemoryStore {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        Ok(self.state().records.get(key).cloned())
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected_generation: u64) -> Result<Saved, StoreError> {
        let mut state = self.state();
        // What was lost cannot be newer: a record whose predecessor is gone is kept.
        if let Some(kept) = state.records.get(key).filter(|kept| kept.generation != expected_generation) {
            return Ok(Saved::Another(kept.clone()));
        }
        state.records.insert(key.clone(), record.clone());
        Ok(Saved::Kept)
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        let is_free = self.state().leased.insert(key.clone());
        Ok(is_free.then(|| Lease::new(Held { store: self.clone(), key: key.clone() })))
    }
}

struct Held {
    store: MemoryStore,
    key: TokenKey,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.store.state().leased.remove(&self.key);
    }
}
