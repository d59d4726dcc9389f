//! What every store must do, as tests that any store can be put to.
//!
//! ```
//! # async fn check() {
//! kf_token::contract::check(kf_token::MemoryStore::new).await; // panics where the store breaks a promise
//! # }
//! ```

use crate::{Record, Saved, TokenKey, TokenStore};

/// Puts stores to all tests; `fresh` opens the same store anew each time it is called, as another process would. The store must
/// hold nothing under keys that begin with `contract:`.
///
/// # Panics
///
/// The store breaks a promise; the message says which.
pub async fn check<S: TokenStore>(fresh: impl Fn() -> S) {
    what_is_kept_comes_back(&fresh()).await;
    keys_do_not_mix(&fresh()).await;
    a_late_record_replaces_nothing(&fresh(), &fresh()).await;
    one_holds_the_lease(&fresh(), &fresh()).await;
    leases_of_keys_do_not_mix(&fresh()).await;
}

fn key(name: &str) -> TokenKey {
    TokenKey::new(format!("contract:{name}"))
}

fn record(token: &str, generation: u64) -> Record {
    Record::new(token, 1_800_000_000, 1_800_007_200, generation)
}

async fn what_is_kept_comes_back(store: &impl TokenStore) {
    let key = key("kept");
    assert_eq!(store.load(&key).await.expect("it loads"), None, "nothing is there at first");
    let mut first = record(&"t".repeat(512), 1);
    first.refresh = Some("refresh-客服-\"\\\n".into());
    assert_eq!(store.save(&key, &first, 0).await.expect("it saves"), Saved::Kept, "a first record is kept");
    assert_eq!(store.load(&key).await.expect("it loads"), Some(first), "512 characters and a refresh token come back");
    let second = record("two", 2);
    assert_eq!(store.save(&key, &second, 1).await.expect("it saves"), Saved::Kept, "the next record is kept");
    assert_eq!(store.load(&key).await.expect("it loads"), Some(second), "the next record takes its place");
}

async fn keys_do_not_mix(store: &impl TokenStore) {
    let keys = [key("a"), key("A"), key("a:b"), key("a/b"), key("../a"), key("客服"), key("")];
    for (key, index) in keys.iter().zip(1..) {
        assert_eq!(
            store.save(key, &record(&format!("token-{index}"), 1), 0).await.expect("it saves"),
            Saved::Kept,
            "{key}"
        );
    }
    for (key, index) in keys.iter().zip(1..) {
        let kept = store.load(key).await.expect("it loads").expect("it is there");
        assert_eq!(kept.token, format!("token-{index}").as_str().into(), "{key} has its own record");
    }
}

async fn a_late_record_replaces_nothing(one: &impl TokenStore, two: &impl TokenStore) {
    let key = key("late");
    assert_eq!(one.save(&key, &record("first", 1), 0).await.expect("it saves"), Saved::Kept);
    assert_eq!(two.save(&key, &record("newer", 2), 1).await.expect("it saves"), Saved::Kept);
    let late = one.save(&key, &record("late", 2), 1).await.expect("it answers");
    assert_eq!(late, Saved::Another(record("newer", 2)), "a late record is told what is kept");
    let blind = one.save(&key, &record("blind", 1), 0).await.expect("it answers");
    assert_eq!(blind, Saved::Another(record("newer", 2)), "who knew of no record is told too");
    assert_eq!(two.load(&key).await.expect("it loads"), Some(record("newer", 2)), "the newer record stays");
}

async fn one_holds_the_lease(one: &impl TokenStore, two: &impl TokenStore) {
    let key = key("lease");
    let held = one.lease(&key).await.expect("it answers").expect("the lease is free");
    assert!(two.lease(&key).await.expect("it answers").is_none(), "another holder waits");
    assert!(one.lease(&key).await.expect("it answers").is_none(), "the same holder has it once");
    drop(held);
    assert!(two.lease(&key).await.expect("it answers").is_some(), "a lease that was dropped is free");
    assert!(!one.lease_bound().is_zero(), "a lease has a bound");
}

async fn leases_of_keys_do_not_mix(store: &impl TokenStore) {
    let _one = store.lease(&key("one")).await.expect("it answers").expect("it is free");
    assert!(store.lease(&key("two")).await.expect("it answers").is_some(), "another key is free");
}
