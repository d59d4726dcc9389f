//! Several processes and one store, played by several providers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use kf_token::{Lease, MemoryStore, Policy, Record, Refreshing, Saved, StoreError, TokenKey, TokenStore};
use kf_transport::ManualClock;
use tokio::sync::Semaphore;

use crate::script::Step::Give;
use crate::script::{Script, seconds, secret, settle, tokens_in};

#[tokio::test]
async fn who_comes_later_reads_what_is_there() {
    let store = MemoryStore::new();
    let clock = ManualClock::default();
    let script = Script::new(vec![Give("one", 7200)]);
    let (first, second) = (tokens_in(&script, store.clone(), &clock), tokens_in(&script, store, &clock));
    assert_eq!(first.token().await.unwrap(), secret("one"));
    assert_eq!(second.token().await.unwrap(), secret("one"));
    assert_eq!(script.asked(), 1);
}

#[tokio::test]
async fn one_fetches_and_the_others_wait_for_it() {
    let store = MemoryStore::new();
    let clock = ManualClock::default();
    let script = Script::held(vec![Give("one", 7200)]);
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let tokens = tokens_in(&script, store.clone(), &clock);
            tokio::spawn(async move { tokens.token().await })
        })
        .collect();
    clock.wait_for_sleepers(8).await; // the one who asks has an end, too
    assert_eq!(script.asked(), 1, "one has the lease");
    script.let_through(1);
    settle().await;
    clock.advance(seconds(1));
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap(), secret("one"));
    }
    assert_eq!(script.asked(), 1);
}

#[tokio::test]
async fn a_holder_who_froze_is_waited_for_as_long_as_a_lease_may_last() {
    let store = MemoryStore::new();
    let clock = ManualClock::default();
    let script = Script::new(vec![Give("one", 7200)]);
    let _frozen = store.lease(&TokenKey::new("test:script")).await.unwrap().unwrap();
    let tokens = tokens_in(&script, store.clone(), &clock);
    let caller = tokio::spawn(async move { tokens.token().await });
    let bound = store.lease_bound();
    while kf_transport::Clock::now(&clock) < bound {
        clock.wait_for_sleepers(1).await;
        assert_eq!(script.asked(), 0, "the holder may still come");
        clock.advance(seconds(1) / 10);
    }
    assert_eq!(caller.await.unwrap().unwrap(), secret("one"));
}

/// Seven wait for a holder who froze: one of them takes over. If that one freezes as well, one of the others does.
#[tokio::test]
async fn a_holder_who_froze_is_overridden_by_one_alone() {
    let store = MemoryStore::new();
    let clock = ManualClock::default();
    let script = Script::held(vec![Give("one", 7200), Give("two", 7200)]);
    let _frozen = store.lease(&TokenKey::new("test:script")).await.unwrap().unwrap();
    let callers: Vec<_> = (0..7)
        .map(|_| {
            let mut policy = Policy::default();
            policy.source_patience = seconds(3600);
            let tokens = Refreshing::with(script.clone(), store.clone(), Arc::new(clock.clone()), policy);
            tokio::spawn(async move { tokens.token().await })
        })
        .collect();
    let bound = store.lease_bound();
    for (until, asked) in [(bound - seconds(1), 0), (bound * 2 - seconds(1), 1), (bound * 2 + seconds(1), 2)] {
        while kf_transport::Clock::now(&clock) < until {
            settle().await;
            clock.advance(seconds(1) / 10);
        }
        assert_eq!(script.asked(), asked, "after {until:?}");
    }
    script.let_through(2);
    settle().await;
    clock.advance(seconds(1));
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(script.asked(), 2);
}

/// Somebody who froze with the lease in hand, before the platform was asked, looks again before asking it.
#[tokio::test]
async fn who_froze_before_asking_looks_again() {
    let store = Freezing::default();
    let clock = ManualClock::default();
    let script = Script::new(vec![Give("one", 7200)]);
    let mut policy = Policy::default();
    policy.store_patience = seconds(3600);
    let tokens = Refreshing::with(script.clone(), store.clone(), Arc::new(clock.clone()), policy);
    let caller = tokio::spawn(async move { tokens.token().await });
    settle().await;
    clock.advance(store.lease_bound());
    store.0.thaw.add_permits(1);
    settle().await;
    assert_eq!((script.asked(), store.0.leases.load(Ordering::SeqCst)), (0, 2), "it takes the lease once more");
    store.0.thaw.add_permits(1);
    assert_eq!(caller.await.unwrap().unwrap(), secret("one"));
}

/// A store that freezes whoever looks into it with a lease in hand.
#[derive(Clone, Debug, Default)]
struct Freezing(Arc<Frozen>);

#[derive(Debug)]
struct Frozen {
    store: MemoryStore,
    leases: AtomicUsize,
    thaw: Semaphore,
}

impl Default for Frozen {
    fn default() -> Self {
        Self { store: MemoryStore::new(), leases: AtomicUsize::new(0), thaw: Semaphore::new(0) }
    }
}

#[async_trait]
impl TokenStore for Freezing {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        if self.0.leases.load(Ordering::SeqCst) > 0 {
            self.0.thaw.acquire().await.unwrap().forget();
        }
        self.0.store.load(key).await
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected: u64) -> Result<Saved, StoreError> {
        self.0.store.save(key, record, expected).await
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        self.0.leases.fetch_add(1, Ordering::SeqCst);
        self.0.store.lease(key).await
    }
}

/// A late answer is told of the newer record, and takes that.
#[tokio::test]
async fn a_late_answer_takes_the_newer_record() {
    let store = MemoryStore::new();
    let clock = ManualClock::default();
    let script = Script::held(vec![Give("late", 7200)]);
    let tokens = tokens_in(&script, store.clone(), &clock);
    let caller = tokio::spawn(async move { tokens.token().await });
    settle().await;
    let now = kf_transport::Clock::wall(&clock).as_secs();
    let newer = Record::new("newer", now, now + 7200, 1);
    store.save(&TokenKey::new("test:script"), &newer, 0).await.unwrap();
    script.let_through(1);
    assert_eq!(caller.await.unwrap().unwrap(), secret("newer"));
    assert_eq!(store.load(&TokenKey::new("test:script")).await.unwrap(), Some(newer));
}

#[tokio::test]
async fn a_token_that_another_process_was_refused_is_replaced_by_its_newer_one() {
    let store = MemoryStore::new();
    let clock = ManualClock::default();
    let script = Script::new(vec![Give("one", 7200), Give("two", 7200)]);
    let (first, second) = (tokens_in(&script, store.clone(), &clock), tokens_in(&script, store, &clock));
    let one = first.token().await.unwrap();
    assert_eq!(second.token().await.unwrap(), one);
    first.refuse(&one);
    assert_eq!(first.token().await.unwrap(), secret("two"));
    second.refuse(&one);
    assert_eq!(second.token().await.unwrap(), secret("two"), "it reads what the first one fetched");
    assert_eq!(script.asked(), 2);
}

#[tokio::test]
async fn records_that_are_over_or_of_the_future_are_judged_by_their_life() {
    let now = 1_800_000_000;
    // obtained, expires, whether it is taken
    for (obtained, expires, taken) in [
        (now - 8000, now - 800, false),
        (now - 100, now, false),
        (now - 100, now + 7100, true),
        (now + 3600, now + 3600 + 7200, true),
        (now, u64::MAX, true),
        (now + 10, now, false),
    ] {
        let store = MemoryStore::new();
        let clock = ManualClock::default();
        store.save(&TokenKey::new("test:script"), &Record::new("kept", obtained, expires, 1), 0).await.unwrap();
        let script = Script::new(vec![Give("fetched", 7200), Give("later", 7200)]);
        let tokens = tokens_in(&script, store, &clock);
        let expected = if taken { "kept" } else { "fetched" };
        assert_eq!(tokens.token().await.unwrap(), secret(expected), "{obtained} to {expires}");
        clock.advance(seconds(7201));
        assert_eq!(tokens.at_hand(), None, "none lives longer than a token can");
    }
}
