//! What is kept, under which keys, and for how long.

use std::sync::Arc;

use kf_token::{Record, Saved, TokenKey, TokenStore, contract};
use kf_token_redis::{RedisStore, RedisStoreBuilder};
use kf_transport::ManualClock;

use crate::redis::Redis;

/// A store on a clock that stands still, so that no deadline passes however slow this machine is.
pub(crate) fn store(url: &str) -> RedisStore {
    builder(url).build().unwrap()
}

pub(crate) fn builder(url: &str) -> RedisStoreBuilder {
    RedisStore::builder(url).clock(Arc::new(ManualClock::default()))
}

fn record(token: &str, generation: u64) -> Record {
    Record::new(token, 1_800_000_000, 1_800_007_200, generation)
}

#[tokio::test]
async fn the_promises_of_all_stores_are_kept() {
    let redis = Redis::start().await;
    contract::check(|| store(&redis.url())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_are_kept_on_many_threads_by_clones_and_in_another_database() {
    let redis = Redis::start().await;
    let shared = store(&format!("{}/3", redis.url()));
    contract::check(|| shared.clone()).await;
    assert_eq!(redis.person().await.types::<u64>("DBSIZE").await, 0, "nothing is left in database 0");
}

#[tokio::test]
async fn keys_have_a_prefix_and_an_end() {
    let redis = Redis::start().await;
    let mut person = redis.person().await;
    let (key, week) = (TokenKey::new("stable:wx1"), 7 * 24 * 3_600);
    for (prefix, store) in [
        ("kf:", store(&redis.url())),
        ("", builder(&redis.url()).prefix("").build().unwrap()),
        ("客服/", builder(&redis.url()).prefix("客服/").build().unwrap()),
    ] {
        store.save(&key, &record("one", 1), 0).await.unwrap();
        let lease = store.lease(&key).await.unwrap();
        let (token, held) = (format!("{prefix}token:stable:wx1"), format!("{prefix}lease:stable:wx1"));
        let mut keys: Vec<String> = person.types("KEYS *").await;
        keys.sort();
        assert_eq!(keys, [held.clone(), token.clone()]);
        let left: u64 = person.says(&["TTL", &token]).await;
        assert!((week..=week + 7_200).contains(&left), "{left}");
        let left: u64 = person.says(&["PTTL", &held]).await;
        assert!((1..=20_000).contains(&left), "{left}");
        drop(lease);
        person.until_gone(&held).await;
        person.types::<()>("FLUSHALL").await;
    }
}

#[tokio::test]
async fn a_record_with_a_refresh_token_has_no_end() {
    let redis = Redis::start().await;
    let (mut person, store, key) = (redis.person().await, store(&redis.url()), TokenKey::new("k"));
    let mut refresh = record("one", 1);
    refresh.refresh = Some("refresh".into());
    for (record, ends) in [(record("zero", 1), true), (refresh, false), (record("two", 3), true)] {
        let expected = record.generation - 1;
        let kept = store.load(&key).await.unwrap().map_or(expected, |kept| kept.generation);
        assert_eq!(store.save(&key, &record, kept).await.unwrap(), Saved::Kept);
        assert_eq!(person.types::<i64>("TTL kf:token:k").await >= 0, ends, "{record:?}");
    }
}

#[tokio::test]
async fn garbage_is_told_of_and_replaced() {
    let redis = Redis::start().await;
    let (mut person, store, key) = (redis.person().await, store(&redis.url()), TokenKey::new("k"));
    store.save(&TokenKey::new("other"), &record("canary", 1), 0).await.unwrap();
    let huge = "canary".repeat(1 << 18);
    let garbage: [&[&str]; 10] = [
        &["SET", "kf:token:k", "canary"],
        &["SET", "kf:token:k", "canary\r\n\0"],
        &["SET", "kf:token:k", "{}"],
        &["SET", "kf:token:k", "null"],
        &["SET", "kf:token:k", &huge],
        &["SETBIT", "kf:token:k", "7", "1"],
        &["COPY", "kf:token:other", "kf:token:k"],
        &["RPUSH", "kf:token:k", "canary"],
        &["HSET", "kf:token:k", "token", "canary"],
        &["SADD", "kf:token:k", "canary"],
    ];
    for words in garbage {
        person.types::<()>("DEL kf:token:k").await;
        person.says::<()>(words).await;
        let shown = &words[..words.len() - 1];
        let error = store.load(&key).await.expect_err(words[0]);
        assert!(error.is_foreign(), "{shown:?}: {error}");
        let said = format!("{error} {error:?}");
        assert!(said.contains("kf:token:k") && !said.contains("canary"), "{said}");
        assert_eq!(store.save(&key, &record("good", 5), 4).await.unwrap(), Saved::Kept, "{shown:?}");
        assert_eq!(store.load(&key).await.unwrap(), Some(record("good", 5)), "{shown:?}");
    }
    // What holds nothing is nothing.
    person.says::<()>(&["SET", "kf:token:k", ""]).await;
    assert_eq!(store.load(&key).await.unwrap(), None);
    assert_eq!(store.save(&key, &record("good", 5), 4).await.unwrap(), Saved::Kept);
}

#[tokio::test]
async fn a_record_that_is_changed_in_anything_is_garbage() {
    let redis = Redis::start().await;
    let (mut person, store, key) = (redis.person().await, store(&redis.url()), TokenKey::new("k"));
    store.save(&key, &record("one", 1), 0).await.unwrap();
    let text: String = person.types("GET kf:token:k").await;
    for (from, to) in [
        ("kf-token-1", "kf-token-2"),
        ("\"generation\":1", "\"generation\":-1"),
        ("\"generation\":1", "\"generation\":18446744073709551616"),
        ("\"generation\":1", "\"generation\":\"1\""),
        ("\"generation\":1", "\"more\":2,\"generation\":1"),
        ("\"key\":\"k\",", ""),
        ("}", ""),
        ("}", "}}"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        person.says::<()>(&["SET", "kf:token:k", &changed]).await;
        assert!(store.load(&key).await.unwrap_err().is_foreign(), "{changed}");
    }
}

#[tokio::test]
async fn garbage_in_the_place_of_a_lease_is_no_lease() {
    let redis = Redis::start().await;
    let (mut person, store, key) = (redis.person().await, store(&redis.url()), TokenKey::new("k"));
    for words in [&["SET", "kf:lease:k", "canary"], &["RPUSH", "kf:lease:k", "canary"]] {
        person.says::<()>(words).await;
        let lease = store.lease(&key).await.unwrap();
        assert!(lease.is_some(), "what has no end is nobody's lease");
        assert!(store.lease(&key).await.unwrap().is_none());
        drop(lease);
        person.until_gone("kf:lease:k").await;
    }
    // One that ends may be that of a newer version.
    person.says::<()>(&["RPUSH", "kf:lease:k", "canary"]).await;
    person.types::<()>("EXPIRE kf:lease:k 1000").await;
    assert!(store.lease(&key).await.unwrap().is_none());
}

#[tokio::test]
async fn a_lease_that_is_over_is_not_ended_by_its_last_holder() {
    let redis = Redis::start().await;
    let (mut person, store, key) = (redis.person().await, store(&redis.url()), TokenKey::new("k"));
    let old = store.lease(&key).await.unwrap().unwrap();
    person.types::<()>("PEXPIRE kf:lease:k 1").await;
    person.until_gone("kf:lease:k").await;
    let new = store.lease(&key).await.unwrap().unwrap();
    let owner: String = person.types("GET kf:lease:k").await;
    let scripts = person.scripts().await;
    drop(old);
    while person.scripts().await == scripts {
        tokio::task::yield_now().await;
    }
    assert_eq!(person.types::<String>("GET kf:lease:k").await, owner, "the next holder has it still");
    assert!(store.lease(&key).await.unwrap().is_none());
    drop(new);
    person.until_gone("kf:lease:k").await;
}

/// Who gave up while a lease was on its way does not keep it.
#[tokio::test]
async fn a_lease_that_nobody_waits_for_is_given_back() {
    let redis = Redis::start().await;
    let (mut person, store, key) = (redis.person().await, store(&redis.url()), TokenKey::new("k"));
    store.load(&key).await.unwrap();
    let scripts = person.scripts().await;
    let mut asking = store.lease(&key);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(asking.as_mut().poll(&mut context).is_pending());
    drop(asking);
    while person.scripts().await < scripts + 2 {
        tokio::task::yield_now().await;
    }
    assert!(!person.types::<bool>("EXISTS kf:lease:k").await, "it was given, and given back");
}
