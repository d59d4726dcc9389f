//! Where tokens are kept, and who may fetch the next one.

pub(crate) mod file;
pub(crate) mod memory;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::{Record, TokenKey};

/// Where tokens are kept, for one process or for many.
///
/// What is said here is promised by every store; the suite of the module `contract`, behind the feature of that name, tests it.
///
/// - A record stays until another one replaces it, even when its token is over, and comes back whole: tokens of up to 512
///   characters, whatever they are; a refresh token that is empty, or none; numbers of up to `i64::MAX`.
/// - Keys are any text of up to 512 bytes, and those that differ in anything are different.
/// - Whoever opens the same store sees at once what was kept, in another process as in this one.
/// - A future that is dropped before its end has done all or nothing.
#[async_trait]
pub trait TokenStore: Send + Sync + fmt::Debug + 'static {
    /// The record of a key.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or holds what is no record.
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError>;

    /// Keeps a record, if the generation that is kept now is the expected one (0 for none); otherwise gives what is kept.
    ///
    /// Of several that are saved at once and expect the same, one is kept, and the others are given that one. What is saved at once
    /// under other keys takes nothing from each other. Where nothing is kept, or what is no record, the record is kept whatever
    /// was expected: what was lost cannot be newer. That a generation of before does not come again is the part of those who make
    /// the records.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    async fn save(&self, key: &TokenKey, record: &Record, expected_generation: u64) -> Result<Saved, StoreError>;

    /// The right to fetch the next token of a key, or none while somebody else has it; of several who ask at once, one gets it.
    /// It holds up no load and no save, and nobody who asks for that of another key.
    ///
    /// It ends soon after it is dropped, which may be on any thread, without a runtime, and after its store. That of a holder who
    /// died or froze ends by itself, or is overridden by those who waited as long as [`lease_bound`](Self::lease_bound).
    ///
    /// # Errors
    ///
    /// The store cannot be reached.
    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError>;

    /// How long a lease holds others up at the most.
    fn lease_bound(&self) -> Duration {
        Duration::from_secs(20)
    }
}

#[async_trait]
impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        (**self).load(key).await
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected_generation: u64) -> Result<Saved, StoreError> {
        (**self).save(key, record, expected_generation).await
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        (**self).lease(key).await
    }

    fn lease_bound(&self) -> Duration {
        (**self).lease_bound()
    }
}

/// What became of a record that was to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there is no third outcome")]
pub enum Saved {
    /// It is kept.
    Kept,
    /// Another one had been kept meanwhile, and still is.
    Another(Record),
}

/// The right to fetch the next token of a key, until it is dropped.
pub struct Lease(#[allow(dead_code, reason = "it is there to be dropped")] Box<dyn Send + Sync>);

impl Lease {
    /// A right that ends when what it holds is dropped.
    pub fn new(holder: impl Send + Sync + 'static) -> Self {
        Self(Box::new(holder))
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lease")
    }
}

/// Why a store does not do what it should.
#[derive(Debug, Error)]
#[error("{what}")]
pub struct StoreError {
    what: String,
    is_foreign: bool,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl StoreError {
    /// The store cannot be reached, read or written.
    pub fn unavailable(what: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { what: what.into(), is_foreign: false, source: Some(source.into().into()) }
    }

    /// The store holds what is no record: it is damaged, or somebody else's, or may be. The words must not show what it holds.
    pub fn foreign(what: impl Into<String>) -> Self {
        Self { what: what.into(), is_foreign: true, source: None }
    }

    /// The same error, for another one who met it.
    pub(crate) fn share(&self) -> Self {
        Self { what: self.what.clone(), is_foreign: self.is_foreign, source: self.source.clone() }
    }

    /// Whether the store holds what is no record, which a good fetch replaces.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.is_foreign
    }
}
