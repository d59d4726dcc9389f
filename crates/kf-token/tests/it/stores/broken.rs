//! Stores that break one promise each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{ThreadId, current};
use std::time::Duration;

use async_trait::async_trait;
use kf_token::{Lease, Record, Saved, StoreError, TokenKey, TokenStore};
use tokio::runtime::Handle;
use tokio::task::yield_now;

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Flaw {
    None,
    CutsTokens,
    RoundsNumbers,
    ForgetsRefresh,
    TakesEmptyForNone,
    ForgetsWhatIsOver,
    KeepsOldRefresh,
    FoldsKeys,
    CutsKeys,
    TrimsKeys,
    RemembersWhatItRead,
    IgnoresGenerations,
    KeepsWhatIsAhead,
    TellsWhatItWasGiven,
    KeepsAllTheSame,
    WantsThePredecessor,
    LooksThenKeeps,
    WritesAllKeys,
    KeepsByHalves,
    LeasesTwice,
    LeasesToItselfTwice,
    LeasesForEver,
    LeasesWithoutBound,
    LooksThenLeases,
    LeasesAllKeys,
    LocksWhatIsLeased,
    LeasesWhileItIsThere,
    LeasesInARuntime,
    LeasesToAThread,
}

/// A store that breaks a promise.
#[derive(Debug)]
pub(super) struct Broken {
    flaw: Flaw,
    shared: Arc<Mutex<Shared>>,
    read: Mutex<BTreeMap<String, Option<Record>>>,
    leased: Mutex<Vec<String>>,
}

#[derive(Debug, Default)]
struct Shared {
    records: BTreeMap<String, Record>,
    leased: BTreeSet<String>,
}

impl Broken {
    pub(super) fn new(flaw: Flaw) -> Self {
        Self::of(flaw, Arc::default())
    }

    fn of(flaw: Flaw, shared: Arc<Mutex<Shared>>) -> Self {
        Self { flaw, shared, read: Mutex::default(), leased: Mutex::default() }
    }

    /// The same store, opened anew.
    pub(super) fn open(&self) -> Self {
        Self::of(self.flaw, Arc::clone(&self.shared))
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        lock(&self.shared)
    }

    fn key(&self, key: &TokenKey) -> String {
        match self.flaw {
            Flaw::FoldsKeys => key.as_str().to_lowercase(),
            Flaw::CutsKeys => key.as_str().chars().take(255).collect(),
            Flaw::TrimsKeys => key.as_str().trim().to_owned(),
            _ => key.as_str().to_owned(),
        }
    }

    /// A record as it is kept.
    fn kept(&self, record: &Record, before: Option<&Record>) -> Record {
        let mut record = record.clone();
        let is = |text: &str| record.token == text.into();
        match self.flaw {
            Flaw::CutsTokens if is(&"t".repeat(512)) => record.token = "t".repeat(255).as_str().into(),
            Flaw::RoundsNumbers => record.generation = record.generation / 4 * 4,
            Flaw::ForgetsRefresh => record.refresh = None,
            Flaw::TakesEmptyForNone if record.refresh == Some("".into()) => record.refresh = None,
            Flaw::KeepsOldRefresh if record.refresh.is_none() => {
                record.refresh = before.and_then(|before| before.refresh.clone());
            }
            _ => {}
        }
        record
    }

    /// What is kept that stands in the way of a record.
    fn another(&self, key: &str, record: &Record, expected_generation: u64) -> Option<Record> {
        let shared = self.shared();
        let Some(kept) = shared.records.get(key) else {
            let is_wanted = self.flaw == Flaw::WantsThePredecessor && expected_generation > 0;
            return is_wanted.then(|| record.clone());
        };
        let stands = match self.flaw {
            Flaw::IgnoresGenerations => false,
            Flaw::KeepsWhatIsAhead => kept.generation > expected_generation,
            _ => kept.generation != expected_generation,
        };
        stands.then(|| if self.flaw == Flaw::TellsWhatItWasGiven { record.clone() } else { kept.clone() })
    }

    fn refuse_if_locked(&self, key: &str) -> Result<(), StoreError> {
        if self.flaw == Flaw::LocksWhatIsLeased && self.shared().leased.contains(key) {
            return Err(StoreError::unavailable("the key is locked", "it is leased"));
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl TokenStore for Broken {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        let key = self.key(key);
        self.refuse_if_locked(&key)?;
        let found = self.shared().records.get(&key).cloned();
        Ok(match self.flaw {
            Flaw::ForgetsWhatIsOver => found.filter(|record| record.expires_at > 0),
            Flaw::RemembersWhatItRead => lock(&self.read).entry(key).or_insert(found).clone(),
            _ => found,
        })
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected_generation: u64) -> Result<Saved, StoreError> {
        let key = self.key(key);
        self.refuse_if_locked(&key)?;
        let before = self.shared().records.clone();
        if self.flaw == Flaw::WritesAllKeys {
            yield_now().await;
        }
        let another = self.another(&key, record, expected_generation);
        if self.flaw == Flaw::LooksThenKeeps {
            yield_now().await;
        }
        let kept = self.kept(record, before.get(&key));
        if let Some(another) = another {
            if self.flaw == Flaw::KeepsAllTheSame {
                self.shared().records.insert(key, kept);
            }
            return Ok(Saved::Another(another));
        }
        if self.flaw == Flaw::KeepsByHalves {
            let half = Record::new(kept.token.clone(), kept.obtained_at, kept.expires_at, kept.generation);
            self.shared().records.insert(key.clone(), half);
            yield_now().await;
        }
        if self.flaw == Flaw::WritesAllKeys {
            self.shared().records = before;
        }
        lock(&self.read).remove(&key);
        self.shared().records.insert(key, kept);
        Ok(Saved::Kept)
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        let key = if self.flaw == Flaw::LeasesAllKeys { key.as_str().to_lowercase() } else { self.key(key) };
        let is_free = !self.shared().leased.contains(&key);
        if self.flaw == Flaw::LooksThenLeases {
            yield_now().await;
        }
        let is_own = lock(&self.leased).contains(&key);
        let is_given = is_free || self.flaw == Flaw::LeasesTwice || self.flaw == Flaw::LeasesToItselfTwice && is_own;
        if !is_given {
            return Ok(None);
        }
        self.shared().leased.insert(key.clone());
        lock(&self.leased).push(key.clone());
        Ok(Some(Lease::new(Held { flaw: self.flaw, key, shared: Arc::clone(&self.shared), thread: current().id() })))
    }

    fn lease_bound(&self) -> Duration {
        Duration::from_secs(if self.flaw == Flaw::LeasesWithoutBound { 0 } else { 15 })
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        if self.flaw == Flaw::LeasesWhileItIsThere {
            let leased = std::mem::take(&mut *lock(&self.leased));
            self.shared().leased.retain(|key| !leased.contains(key));
        }
    }
}

struct Held {
    flaw: Flaw,
    key: String,
    shared: Arc<Mutex<Shared>>,
    thread: ThreadId,
}

impl Drop for Held {
    fn drop(&mut self) {
        match self.flaw {
            Flaw::LeasesForEver => return,
            Flaw::LeasesToAThread if self.thread != current().id() => return,
            Flaw::LeasesInARuntime => drop(Handle::current()),
            _ => {}
        }
        lock(&self.shared).leased.remove(&self.key);
    }
}
