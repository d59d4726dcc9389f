//! Tokens in Redis, for all processes of all machines.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use kf_model::{Escaped, Secret};
use kf_token::{Lease, Record, Saved, StoreError, TokenKey, TokenStore};
use redis::Value;
use tokio::runtime::Handle;

use crate::chance::chance;
use crate::lease::Held;
use crate::line::Line;
use crate::trouble::Trouble;
use crate::{BuildError, RedisStoreBuilder, form, script};

/// Tokens in Redis or Valkey, for all processes of all machines. Clones are the same store, and share one connection.
///
/// - An operation ends within its deadline, 300 ms with the connection included, whatever Redis does. After a failure nobody
///   connects again for up to 2 s; all are told at once what happened.
/// - A record is kept until a week after its token is over; one with a refresh token has no end. What is no record is told of,
///   and a good fetch replaces it.
/// - A lease has an owner, who alone can end it, and ends by itself after [`lease_bound`](TokenStore::lease_bound).
/// - What is begun is done to its end, in a task of the tokio runtime at hand, even if nobody waits for it any more.
#[derive(Clone)]
pub struct RedisStore {
    line: Arc<Line>,
    prefix: Arc<str>,
}

impl RedisStore {
    /// A store at a URL such as `rediss://user:password@host:6379/0`. It is not connected before it is used.
    ///
    /// # Errors
    ///
    /// The URL cannot be used.
    pub fn open(url: impl Into<Secret>) -> Result<Self, BuildError> {
        Self::builder(url).build()
    }

    /// A store of which more is said than its URL.
    pub fn builder(url: impl Into<Secret>) -> RedisStoreBuilder {
        RedisStoreBuilder::new(url.into())
    }

    pub(crate) fn over(line: Line, prefix: String) -> Self {
        Self { line: Arc::new(line), prefix: prefix.into() }
    }

    /// The key in Redis. Any text is one, and nothing in it means anything to Redis.
    fn key(&self, kind: &str, key: &TokenKey) -> String {
        format!("{}{kind}:{key}", self.prefix)
    }

    fn told(&self, trouble: Trouble) -> StoreError {
        trouble.told(&self.line.dial.address)
    }

    /// Does a job to its end, even if nobody waits for it any more.
    async fn detached<T: Send + 'static>(
        &self,
        job: impl Future<Output = Result<T, Trouble>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let outcome = tokio::spawn(job).await.unwrap_or_else(|_| Err(Trouble::Lost("its task was ended".to_owned())));
        outcome.map_err(|trouble| self.told(trouble))
    }

    fn foreign(&self, key: &str) -> StoreError {
        let (key, address) = (Escaped(key), &self.line.dial.address);
        StoreError::foreign(format!("`{key}` at {address} holds no token of kf; the next good fetch replaces it"))
    }
}

#[async_trait]
impl TokenStore for RedisStore {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        let (line, place) = (Arc::clone(&self.line), self.key("token", key));
        let command = script::load(&place);
        let found = self.detached(async move {
            let end = &mut line.end();
            match line.ask(&command, end).await {
                Err(trouble) if trouble.is_wrong_type() => Ok(None),
                answer => text(answer?).map(Some),
            }
        });
        match found.await? {
            Some(text) if text.is_empty() => Ok(None),
            Some(text) => form::parse(key, &text).map(Some).ok_or_else(|| self.foreign(&place)),
            None => Err(self.foreign(&place)),
        }
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected_generation: u64) -> Result<Saved, StoreError> {
        let (line, place) = (Arc::clone(&self.line), self.key("token", key));
        let (key, record) = (key.clone(), record.clone());
        self.detached(async move {
            let (fresh, life, end) = (form::print(&key, &record), script::life(&record), &mut line.end());
            let mut kept = Vec::new();
            loop {
                kept = match line.ask(&script::save(&place, &kept, &fresh, life), end).await? {
                    Value::Nil => return Ok(Saved::Kept),
                    answer => text(answer)?,
                };
                // Otherwise it is what may be replaced, if it is still there: no record, or the one that is expected.
                match form::parse(&key, &kept) {
                    // The answer to the first time that it was said may have been lost.
                    Some(other) if other == record => return Ok(Saved::Kept),
                    Some(other) if other.generation != expected_generation => return Ok(Saved::Another(other)),
                    _ => {}
                }
            }
        })
        .await
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        let owner = format!("{:016x}{:016x}", chance(), chance());
        let (line, runtime) = (Arc::clone(&self.line), Handle::current());
        let mut held = Held { line, key: self.key("lease", key), owner, runtime, may_be_ours: true };
        let bound = self.lease_bound();
        self.detached(async move {
            let command = script::lease(&held.key, &held.owner, bound);
            held.may_be_ours = held.line.ask(&command, &mut held.line.end()).await? == Value::Int(1);
            Ok(held.may_be_ours.then(|| Lease::new(held)))
        })
        .await
    }
}

fn text(answer: Value) -> Result<Vec<u8>, Trouble> {
    match answer {
        Value::BulkString(text) => Ok(text),
        _ => Err(Trouble::Babble),
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.line.dial.address.to_string();
        f.debug_struct("RedisStore").field("address", &address).field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
