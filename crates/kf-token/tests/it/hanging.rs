//! Stores and sources that never answer.

use std::error::Error;
use std::future::pending;

use async_trait::async_trait;
use kf_token::{Lease, MemoryStore, Record, Saved, StoreError, TokenErrorKind, TokenKey, TokenStore};
use kf_transport::{Clock, ManualClock};

use crate::script::Step::Give;
use crate::script::{Script, seconds, secret, settle, tokens, tokens_in};

/// A store of which one operation never ends.
#[derive(Debug)]
struct Stuck {
    store: MemoryStore,
    operation: &'static str,
}

impl Stuck {
    async fn step(&self, operation: &str) {
        if self.operation == operation {
            pending::<()>().await;
        }
    }
}

#[async_trait]
impl TokenStore for Stuck {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        self.step("load").await;
        self.store.load(key).await
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected: u64) -> Result<Saved, StoreError> {
        self.step("save").await;
        self.store.save(key, record, expected).await
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        self.step("lease").await;
        self.store.lease(key).await
    }
}

#[tokio::test]
async fn a_store_that_never_answers_holds_nobody_up() {
    for operation in ["load", "lease", "save"] {
        let script = Script::new(vec![Give("one", 7200), Give("two", 7200)]);
        let clock = ManualClock::default();
        let tokens = tokens_in(&script, Stuck { store: MemoryStore::new(), operation }, &clock);
        let caller = tokio::spawn({
            let tokens = tokens.clone();
            async move { tokens.token().await }
        });
        clock.wait_for_sleepers(1).await;
        clock.advance(seconds(6));
        assert_eq!(caller.await.unwrap().unwrap(), secret("one"), "{operation}");
        assert_eq!(clock.now(), seconds(6), "{operation}: one patience for all");
        clock.advance(seconds(7200 - 60));
        assert_eq!(tokens.at_hand(), Some(secret("one")), "{operation}: nobody waits for an early fetch");
        settle().await;
        clock.advance(seconds(6));
        settle().await;
        assert_eq!(tokens.at_hand(), Some(secret("two")), "{operation}");
    }
}

#[tokio::test]
async fn a_source_that_never_answers_is_a_failure() {
    let script = Script::held(vec![Give("one", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    let caller = tokio::spawn({
        let tokens = tokens.clone();
        async move { tokens.token().await }
    });
    clock.wait_for_sleepers(1).await;
    clock.advance(seconds(11));
    let error = caller.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (TokenErrorKind::Unreachable, true));
    let source = error.source().expect("it says why").to_string();
    assert_eq!(source, "fetch_script at the source of tokens: no answer in time");
    script.let_through(1);
    clock.advance(seconds(1));
    assert_eq!(tokens.token().await.unwrap(), secret("one"), "the next fetch is another one");
}

/// A store that takes so long that a token has ended when it is kept.
#[derive(Debug)]
struct Slow(MemoryStore, ManualClock);

#[async_trait]
impl TokenStore for Slow {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        self.0.load(key).await
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected: u64) -> Result<Saved, StoreError> {
        self.1.advance(seconds(5));
        self.0.save(key, record, expected).await
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        self.0.lease(key).await
    }
}

#[tokio::test]
async fn a_token_that_ended_while_it_was_kept_is_not_given_out() {
    let script = Script::new(vec![Give("one", 3), Give("two", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens_in(&script, Slow(MemoryStore::new(), clock.clone()), &clock);
    let error = tokens.token().await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (TokenErrorKind::Lost, true));
    clock.advance(seconds(1));
    assert_eq!(tokens.token().await.unwrap(), secret("two"));
}

/// A store that gives nobody a lease.
#[derive(Debug)]
struct Miser(MemoryStore);

#[async_trait]
impl TokenStore for Miser {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        self.0.load(key).await
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected: u64) -> Result<Saved, StoreError> {
        self.0.save(key, record, expected).await
    }

    async fn lease(&self, _: &TokenKey) -> Result<Option<Lease>, StoreError> {
        Ok(None)
    }
}

#[tokio::test]
async fn a_store_that_gives_no_lease_is_not_asked_for_ever() {
    let script = Script::new(vec![Give("one", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens_in(&script, Miser(MemoryStore::new()), &clock);
    let caller = tokio::spawn(async move { tokens.token().await });
    while clock.now() < seconds(81) {
        settle().await;
        clock.advance(seconds(1) / 10);
    }
    settle().await;
    assert_eq!(caller.await.unwrap().unwrap(), secret("one"));
}
