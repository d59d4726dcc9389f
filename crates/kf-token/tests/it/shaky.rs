//! A store that fails now and then.

use std::sync::Mutex;

use async_trait::async_trait;
use kf_token::{FileStore, Lease, MemoryStore, Record, Saved, StoreError, TokenKey, TokenStore};
use kf_transport::ManualClock;

use crate::file::Folder;
use crate::script::Step::Give;
use crate::script::{Script, generation, seconds, secret, tokens_in};

/// A store of which some operations fail, by a plan that repeats.
#[derive(Debug)]
struct Shaky {
    store: MemoryStore,
    plan: Mutex<(usize, Vec<bool>)>,
}

impl Shaky {
    fn new(store: &MemoryStore, plan: &[bool]) -> Self {
        Self { store: store.clone(), plan: Mutex::new((0, plan.to_vec())) }
    }

    fn step(&self) -> Result<(), StoreError> {
        let mut plan = self.plan.lock().unwrap();
        let fails = plan.1[plan.0 % plan.1.len()];
        plan.0 += 1;
        if fails { Err(StoreError::unavailable("the store is shaky", "told to")) } else { Ok(()) }
    }
}

#[async_trait]
impl TokenStore for Shaky {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        self.step()?;
        self.store.load(key).await
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected: u64) -> Result<Saved, StoreError> {
        self.step()?;
        self.store.save(key, record, expected).await
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        self.step()?;
        self.store.lease(key).await
    }
}

const NAMES: [&str; 8] = ["one", "two", "three", "four", "five", "six", "seven", "eight"];

fn gives(life: i64) -> Script {
    Script::new(NAMES.iter().map(|name| Give(name, life)).collect())
}

fn key() -> TokenKey {
    TokenKey::new("test:script")
}

/// Whatever fails and when: what is fetched is what is given out, and a refused token does not come back.
#[tokio::test]
async fn no_plan_of_failures_brings_a_refused_token_back() {
    for plan in 0_u32..1 << 7 {
        let plan: Vec<bool> = (0..7).map(|bit| plan >> bit & 1 == 1).collect();
        let clock = ManualClock::default();
        let script = gives(7200);
        let tokens = tokens_in(&script, Shaky::new(&MemoryStore::new(), &plan), &clock);
        for name in NAMES {
            assert_eq!(tokens.token().await.unwrap(), secret(name), "{plan:?}");
            clock.advance(seconds(30));
            tokens.refuse(&secret(name));
        }
    }
}

/// The record of the refused token cannot be read when the next one is fetched, and is there when that is to be kept.
#[tokio::test]
async fn what_could_not_be_read_is_replaced_all_the_same() {
    let (store, clock) = (MemoryStore::new(), ManualClock::default());
    // load, lease, load, save; then load fails twice.
    let plan = [false, false, false, false, true, false, true, false, false];
    let script = gives(7200);
    let tokens = tokens_in(&script, Shaky::new(&store, &plan), &clock);
    let one = tokens.token().await.unwrap();
    tokens.refuse(&one);
    assert_eq!(tokens.token().await.unwrap(), secret("two"));
    let kept = store.load(&key()).await.unwrap().unwrap();
    assert_eq!((kept.token, kept.generation), ("two".into(), generation(&clock) + 1));
}

#[tokio::test]
async fn a_store_that_is_down_serves_from_memory_until_the_token_ends() {
    let clock = ManualClock::default();
    let script = gives(100);
    let tokens = tokens_in(&script, Shaky::new(&MemoryStore::new(), &[true]), &clock);
    for name in ["one", "two", "three"] {
        for _ in 0..10 {
            assert_eq!(tokens.token().await.unwrap(), secret(name));
        }
        clock.advance(seconds(100));
    }
    assert_eq!(script.asked(), 3);
}

/// A file that cannot be read for the moment may hold the tokens of other apps: it is not written over.
#[cfg(unix)]
#[tokio::test]
async fn a_file_that_cannot_be_read_is_not_replaced() {
    let folder = Folder::new("unreadable");
    let path = folder.path("tokens.json");
    let store = FileStore::open(&path).unwrap();
    std::os::unix::fs::symlink(&path, &path).unwrap();
    assert!(!store.load(&key()).await.unwrap_err().is_foreign());
    let error = store.save(&key(), &Record::new("t", 1, 2, 1), 0).await.unwrap_err();
    assert!(error.to_string().contains("tokens.json cannot be read"), "{error}");
    assert!(path.is_symlink(), "it is as it was");
    let script = gives(7200);
    let tokens = tokens_in(&script, store, &ManualClock::default());
    assert_eq!(tokens.token().await.unwrap(), secret("one"), "it holds nobody up");
}
