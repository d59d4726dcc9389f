//! Who may fetch.

use super::together::together;
use super::{key, record};
use crate::{Lease, Saved, TokenKey, TokenStore};

/// How often it is looked whether a lease that was dropped has ended: where it ends by a message that takes a while.
const LOOKS: usize = 100;

async fn lease(store: &impl TokenStore, key: &TokenKey) -> Option<Lease> {
    store.lease(key).await.expect("the store can be asked for a lease")
}

/// The lease of a key that was held until now.
async fn ended(store: &impl TokenStore, key: &TokenKey) -> Option<Lease> {
    for _ in 0..LOOKS {
        if let Some(lease) = lease(store, key).await {
            return Some(lease);
        }
        tokio::task::yield_now().await;
    }
    None
}

pub(super) async fn have_one_holder(one: &impl TokenStore, two: &impl TokenStore) {
    let key = key("lease");
    for _ in 0..3 {
        let held = ended(one, &key).await.expect("a lease that nobody has is free");
        assert!(lease(two, &key).await.is_none(), "nobody else gets a lease that is held");
        assert!(lease(one, &key).await.is_none(), "the same store gives a lease once");
        drop(held);
    }
    assert!(ended(two, &key).await.is_some(), "a lease that was dropped is free");
    assert!(!one.lease_bound().is_zero(), "a lease has a bound");
}

pub(super) async fn go_to_one_of_many<S: TokenStore>(stores: &[S]) {
    for round in 1..=3 {
        let key = key(&format!("lease of many {round}"));
        let got = together(stores.iter().map(|store| store.lease(&key))).await;
        let got = got.into_iter().filter_map(|got| got.expect("the store can be asked for a lease"));
        assert_eq!(got.collect::<Vec<_>>().len(), 1, "of those who ask for a lease at once, one gets it");
    }
}

pub(super) async fn of_keys_do_not_mix(store: &impl TokenStore) {
    let long = "k".repeat(512 - "contract:1".len());
    let names = ["lease 1", "lease 2", "LEASE 1", "lease/1", &format!("{long}1"), &format!("{long}2")];
    let mut held = Vec::new();
    for name in names {
        held.push(
            lease(store, &key(name)).await.unwrap_or_else(|| panic!("the lease of another key, {name:?}, is free")),
        );
    }
}

pub(super) async fn hold_up_nothing_else(one: &impl TokenStore, two: &impl TokenStore) {
    let (key, ours) = (key("leased"), record("ours", 1));
    let _held = lease(one, &key).await.expect("a lease that nobody has is free");
    let saved = two.save(&key, &ours, 0).await.expect("a lease holds up no save");
    assert_eq!(saved, Saved::Kept, "a lease holds up no save");
    assert_eq!(two.load(&key).await.expect("a lease holds up no load"), Some(ours), "a lease holds up no load");
}

pub(super) async fn end_wherever_they_are_dropped<S: TokenStore>(fresh: &impl Fn() -> S) {
    let (key, other) = (key("dropped"), fresh());
    let held = lease(&fresh(), &key).await.expect("a lease that nobody has is free");
    assert!(lease(&other, &key).await.is_none(), "a lease is held longer than its store");
    let dropped = std::thread::spawn(move || drop(held)).join();
    assert!(dropped.is_ok(), "a lease can be dropped on a thread without a runtime");
    assert!(ended(&other, &key).await.is_some(), "a lease that is dropped on another thread ends");
}
