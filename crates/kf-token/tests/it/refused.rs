//! What becomes of a token that the platform refused.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use kf_token::{Lease, MemoryStore, Policy, Record, Refreshing, Saved, StoreError, TokenKey, TokenStore};
use kf_transport::{Clock, ManualClock};

use crate::script::Step::{Give, Silent};
use crate::script::{Script, generation, seconds, secret, settle, tokens, tokens_in};

#[tokio::test]
async fn a_refused_token_is_fetched_anew_once() {
    let script = Script::new(vec![Give("one", 7200), Give("two", 7200)]);
    let tokens = tokens(&script, &ManualClock::default());
    let one = tokens.token().await.unwrap();
    for _ in 0..100 {
        tokens.refuse(&one);
    }
    assert_eq!(tokens.token().await.unwrap(), secret("two"));
    assert_eq!(script.asked(), 2);
}

#[tokio::test]
async fn a_late_refusal_does_not_throw_a_newer_token_away() {
    let script = Script::new(vec![Give("one", 7200), Give("two", 7200)]);
    let tokens = tokens(&script, &ManualClock::default());
    let one = tokens.token().await.unwrap();
    tokens.refuse(&one);
    assert_eq!(tokens.token().await.unwrap(), secret("two"));
    tokens.refuse(&one);
    tokens.refuse(&secret("never seen"));
    assert_eq!(tokens.at_hand(), Some(secret("two")));
    assert_eq!(script.asked(), 2);
}

/// A platform that refuses every token it gives is asked twice a minute at the most.
#[tokio::test]
async fn permanent_refusals_make_one_fetch_in_thirty_seconds() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let script = Script::new(names.iter().map(|name| Give(name, 7200)).collect());
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    tokens.token().await.unwrap();
    for second in 0..300 {
        let token = tokens.token().await.unwrap();
        tokens.refuse(&token);
        let _ = tokens.token().await.unwrap();
        assert!(script.asked() <= 2 + second / 30, "at second {second}: {}", script.asked());
        clock.advance(seconds(1));
    }
    assert_eq!(script.asked(), 11, "one at the start, and one each thirty seconds");
}

/// The stable call gives the same token as long as the platform believes in it: it vouches for it anew, so that one refusal
/// that was wrong does not stop the calls of all.
#[tokio::test]
async fn the_same_token_again_is_given_out() {
    let script = Script::new(vec![Give("one", 7200), Give("one", 7190), Give("one", 7150), Give("two", 7100)]);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    let one = tokens.token().await.unwrap();
    for asked in [2, 3] {
        tokens.refuse(&one);
        assert_eq!(tokens.token().await.unwrap(), secret("one"));
        assert_eq!(tokens.at_hand(), Some(secret("one")));
        assert_eq!(script.asked(), asked);
        for _ in 0..29 {
            tokens.refuse(&one);
            assert_eq!(tokens.token().await.unwrap(), secret("one"), "a refusal soon after brings no other fetch");
            clock.advance(seconds(1));
        }
        assert_eq!(script.asked(), asked);
        clock.advance(seconds(1));
    }
    tokens.refuse(&one);
    assert_eq!(tokens.token().await.unwrap(), secret("two"));
}

/// A token that is refused soon after another one leads to no fetch, but what another process fetched meanwhile is found.
#[tokio::test]
async fn a_refusal_soon_after_another_one_looks_into_the_store() {
    let script = Script::new(vec![Give("one", 7200), Give("two", 7200), Give("four", 7200)]);
    let (clock, store) = (ManualClock::default(), MemoryStore::new());
    let tokens = tokens_in(&script, store.clone(), &clock);
    let one = tokens.token().await.unwrap();
    tokens.refuse(&one);
    let two = tokens.token().await.unwrap();
    tokens.refuse(&two);
    assert_eq!(tokens.token().await.unwrap(), two, "there is no other");
    let now = clock.wall().as_secs();
    let last = generation(&clock) + 1;
    let of_another = Record::new("three", now, now + 7200, last + 1);
    assert_eq!(store.save(&TokenKey::new("test:script"), &of_another, last).await.unwrap(), Saved::Kept);
    tokens.refuse(&two);
    assert_eq!(tokens.token().await.unwrap(), secret("three"));
    assert_eq!(script.asked(), 2);
    clock.advance(seconds(7200 - 60));
    assert_eq!(tokens.at_hand(), Some(secret("three")));
    settle().await;
    assert_eq!(tokens.at_hand(), Some(secret("four")), "what was doubted is forgotten");
}

/// The pause counts from the fetch, however long after the refusal that was.
#[tokio::test]
async fn a_refusal_just_after_a_late_fetch_makes_no_other() {
    for fails in [0, 2] {
        let mut steps = vec![Give("one", 7200)];
        steps.extend((0..fails).map(|_| Silent));
        steps.extend([Give("two", 7200), Give("three", 7200)]);
        let script = Script::new(steps);
        let clock = ManualClock::default();
        let tokens = tokens(&script, &clock);
        let one = tokens.token().await.unwrap();
        tokens.refuse(&one);
        for _ in 0..fails {
            tokens.token().await.unwrap_err();
            clock.advance(seconds(20));
        }
        clock.advance(seconds(31));
        let two = tokens.token().await.unwrap();
        tokens.refuse(&two);
        assert_eq!(tokens.token().await.unwrap(), two);
        assert_eq!(script.asked(), 2 + fails);
        clock.advance(seconds(30));
        tokens.refuse(&two);
        assert_eq!(tokens.token().await.unwrap(), secret("three"));
    }
}

/// The pause follows a refusal, not each fetch: a token that was refreshed in time may be refused at once.
#[tokio::test]
async fn a_refusal_long_after_another_one_is_heard_at_once() {
    let script = Script::new(["one", "two", "three", "four"].map(|name| Give(name, 7200)).into());
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    let one = tokens.token().await.unwrap();
    tokens.refuse(&one);
    tokens.token().await.unwrap();
    clock.advance(seconds(7200 - 60));
    assert_eq!(tokens.at_hand(), Some(secret("two")));
    settle().await;
    assert_eq!(tokens.at_hand(), Some(secret("three")), "it is refreshed");
    tokens.refuse(&secret("three"));
    assert_eq!(tokens.token().await.unwrap(), secret("four"));
}

/// A look into the store is no answer of the platform: its pauses stay as long as they have grown.
#[tokio::test]
async fn a_doubted_token_outlives_a_platform_that_is_down() {
    let mut steps = vec![Give("one", 7200), Give("two", 20)];
    steps.extend((0..50).map(|_| Silent));
    let script = Script::new(steps);
    let clock = ManualClock::default();
    let mut policy = Policy::default();
    policy.early_part = 2;
    let tokens = Refreshing::with(script.clone(), MemoryStore::new(), Arc::new(clock.clone()), policy);
    let one = tokens.token().await.unwrap();
    tokens.refuse(&one);
    for _ in 0..19 {
        let two = tokens.token().await.unwrap();
        assert_eq!((&two, tokens.at_hand()), (&secret("two"), Some(secret("two"))));
        settle().await;
        tokens.refuse(&two);
        clock.advance(seconds(1));
    }
    let asked = script.asked();
    assert!((4..=8).contains(&asked), "the platform is asked with growing pauses: {asked}");
    clock.advance(seconds(1));
    tokens.token().await.unwrap_err();
}

/// A token may end while it is doubted.
#[tokio::test]
async fn a_doubted_token_that_has_ended_does_not_come_back() {
    let script = Script::new(vec![Give("one", 7200), Give("two", 20), Give("three", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    let one = tokens.token().await.unwrap();
    tokens.refuse(&one);
    let two = tokens.token().await.unwrap();
    tokens.refuse(&two);
    clock.advance(seconds(20));
    assert_eq!(tokens.token().await.unwrap(), secret("three"));
}

/// A store in which a record is kept when it is told to.
#[derive(Debug, Default)]
struct Slow {
    store: MemoryStore,
    is_slow: AtomicBool,
}

#[async_trait]
impl TokenStore for Slow {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        self.store.load(key).await
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected: u64) -> Result<Saved, StoreError> {
        if self.is_slow.load(Ordering::SeqCst) {
            pending::<()>().await;
        }
        self.store.save(key, record, expected).await
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        self.store.lease(key).await
    }
}

/// The stable call gave the old token once more, which is refused before that is kept.
#[tokio::test]
async fn a_token_that_is_refused_while_it_is_kept_does_not_come_back() {
    let store = Arc::new(Slow::default());
    let script = Script::new(vec![Give("one", 7200), Give("one", 7200), Give("two", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens_in(&script, Arc::clone(&store), &clock);
    let one = tokens.token().await.unwrap();
    store.is_slow.store(true, Ordering::SeqCst);
    clock.advance(seconds(7200 - 60));
    assert_eq!(tokens.at_hand(), Some(secret("one")));
    settle().await;
    assert_eq!(script.asked(), 2, "the early fetch was answered and is being kept");
    tokens.refuse(&one);
    store.is_slow.store(false, Ordering::SeqCst);
    clock.advance(seconds(6));
    assert_eq!(tokens.token().await.unwrap(), secret("two"), "what was asked for before the refusal proves nothing");
    assert_eq!(script.asked(), 3);
}
