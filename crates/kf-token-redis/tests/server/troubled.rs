//! A Redis that does not do what it should.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use kf_token::{Record, Saved, StoreError, TokenKey, TokenStore};
use kf_token_redis::RedisStore;
use kf_transport::ManualClock;

use crate::keeping::{builder, store};
use crate::redis::{Folder, Redis};

fn record() -> Record {
    Record::new("canary-token", 1_800_000_000, 1_800_007_200, 1)
}

/// What a store says that does nothing: to a load, a save and a lease, with what is behind it. No credential is among it.
async fn said(store: &RedisStore) -> [Option<String>; 3] {
    let key = TokenKey::new("k");
    let outcomes =
        [store.load(&key).await.err(), store.save(&key, &record(), 0).await.err(), store.lease(&key).await.err()];
    outcomes.map(|error| error.map(|error| words(&error)))
}

fn words(error: &StoreError) -> String {
    assert!(!error.is_foreign());
    let source = error.source().expect("what is behind it").to_string();
    let (said, shown) = (format!("{error}: {source}"), format!("{error:?}"));
    assert!(!said.contains("canary") && !shown.contains("canary"), "{said} {shown}");
    said
}

fn all_say(said: [Option<String>; 3], words: &str) {
    for (said, what) in said.into_iter().zip(["load", "save", "lease"]) {
        let said = said.unwrap_or_else(|| panic!("{what} fails"));
        assert!(said.contains(words), "{what}: {said}");
    }
}

#[tokio::test]
async fn a_replica_takes_no_writes() {
    let redis = Redis::start_with(Folder::new(), &["--replicaof", "127.0.0.1", "1"]).await;
    let [load, save, lease] = said(&store(&redis.url())).await;
    assert_eq!(load, None, "it can be read");
    assert!(
        save.unwrap()
            .contains("is a replica that takes no writes; give the address of the primary: its answer is READONLY")
    );
    assert!(lease.is_some());
}

#[tokio::test]
async fn a_replica_that_becomes_the_primary_is_written_again() {
    let (clock, redis) =
        (ManualClock::default(), Redis::start_with(Folder::new(), &["--replicaof", "127.0.0.1", "1"]).await);
    let store = RedisStore::builder(redis.url()).clock(Arc::new(clock.clone())).build().unwrap();
    assert!(said(&store).await[1].is_some());
    redis.person().await.types::<()>("REPLICAOF NO ONE").await;
    clock.advance(Duration::from_secs(2));
    assert_eq!(said(&store).await, [None, None, None]);
}

#[tokio::test]
async fn a_full_one_keeps_nothing_and_gives_what_it_has() {
    let redis = Redis::start().await;
    let (store, mut person) = (store(&redis.url()), redis.person().await);
    store.save(&TokenKey::new("k"), &record(), 0).await.unwrap();
    person.types::<()>("CONFIG SET maxmemory 1").await;
    assert_eq!(store.load(&TokenKey::new("k")).await.unwrap(), Some(record()));
    let mut next = record();
    next.generation = 2;
    let error = store.save(&TokenKey::new("k"), &next, 1).await.unwrap_err();
    assert!(words(&error).contains("has no memory left"), "{error}");
    person.types::<()>("CONFIG SET maxmemory 0").await;
    assert_eq!(store.save(&TokenKey::new("k"), &next, 1).await.unwrap(), Saved::Kept, "nobody waits before that");
}

#[tokio::test]
async fn wrong_credentials_are_refused_and_not_shown() {
    let user = "--user kf on >canary-user ~kf:* +getrange +eval +get +set +del +pttl +select";
    let args: Vec<&str> = ["--requirepass", "canary-right"].into_iter().chain(user.split(' ')).collect();
    let redis = Redis::start_with(Folder::new(), &args).await;
    let at = |user: &str| format!("redis://{user}127.0.0.1:{}", redis.port);
    let refuses = "does not take the user and password that it is given, or wants some";
    all_say(said(&store(&at(""))).await, refuses);
    all_say(said(&store(&at(":canary-wrong@"))).await, refuses);
    all_say(said(&store(&at("canary-nobody:canary-user@"))).await, refuses);
    all_say(said(&builder(&at("")).database(99).build().unwrap()).await, "99");
    all_say(said(&store(&format!("{}/99", at(":canary-right@")))).await, "has no database of that number");
    let ours = builder(&at("")).user("kf").password("canary-user");
    assert!(!format!("{ours:?}").contains("canary"));
    let ours = ours.build().unwrap();
    assert!(!format!("{ours:?}").contains("canary"));
    assert_eq!(said(&ours).await, [None, None, None], "what README.md says is enough");
    assert_eq!(said(&store(&format!("{}/1", at("kf:canary-user@")))).await, [None, None, None]);
    let other = builder(&at("kf:canary-user@")).prefix("other:").build().unwrap();
    all_say(said(&other).await, "does not let its user do this");
}

#[tokio::test]
async fn a_password_that_nobody_asks_for_is_refused() {
    let redis = Redis::start().await;
    all_say(said(&builder(&redis.url()).password("canary").build().unwrap()).await, "does not take");
}

/// Commands that Redis does not know it repeats with their arguments.
#[tokio::test]
async fn what_redis_repeats_is_not_shown() {
    let redis =
        Redis::start_with(Folder::new(), &["--rename-command", "EVAL", "", "--rename-command", "AUTH", ""]).await;
    let [_, save, lease] = said(&store(&redis.url())).await;
    assert!(save.unwrap().ends_with("refuses: its answer is ERR"));
    assert!(lease.is_some());
    all_say(said(&builder(&redis.url()).password("canary").build().unwrap()).await, "does not take");
}

/// A frozen one answers nobody; whoever asks is told when the deadline is over, and others at once.
#[cfg(unix)]
#[tokio::test]
async fn a_frozen_one_holds_nobody_up_and_is_used_when_it_thaws() {
    use rustix::process::Signal;

    let (clock, redis) = (ManualClock::default(), Redis::start().await);
    let store = RedisStore::builder(redis.url()).clock(Arc::new(clock.clone())).build().unwrap();
    let key = TokenKey::new("k");
    store.save(&key, &record(), 0).await.unwrap();
    redis.signal(Signal::STOP);
    for _ in 0..3 {
        let asking = tokio::spawn({
            let (store, key) = (store.clone(), key.clone());
            async move { store.load(&key).await }
        });
        clock.wait_for_sleepers(1).await;
        clock.advance(Duration::from_millis(300));
        let error = asking.await.unwrap().unwrap_err();
        assert!(words(&error).contains("does not answer in time: nothing for 300ms"), "{error}");
        assert!(store.lease(&key).await.is_err(), "nobody tries again at once");
        assert_eq!(clock.sleepers(), 0);
        clock.advance(Duration::from_secs(2));
    }
    redis.signal(Signal::CONT);
    assert_eq!(store.load(&key).await.unwrap(), Some(record()));
    assert!(store.lease(&key).await.unwrap().is_some());
}

/// A connection that ended while nobody used it costs nobody an error.
#[tokio::test]
async fn one_that_was_started_again_is_used_at_once() {
    let mut redis = Redis::start().await;
    let (store, key) = (store(&redis.url()), TokenKey::new("k"));
    for _ in 0..3 {
        assert_eq!(store.load(&key).await.unwrap(), None);
        redis.kill().await;
        redis.start_again().await;
        assert_eq!(store.save(&key, &record(), 0).await.unwrap(), Saved::Kept);
        redis.person().await.types::<()>("CLIENT KILL TYPE normal").await;
        assert_eq!(store.load(&key).await.unwrap(), Some(record()));
        redis.person().await.types::<()>("FLUSHALL").await;
    }
}

/// A runtime that ends takes the connection with it, and on one that nobody drives it stands still: the next one has its own.
#[test]
fn a_store_outlives_its_runtime() {
    let build = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (first, clock, key) = (build(), ManualClock::default(), TokenKey::new("k"));
    let redis = first.block_on(Redis::start());
    let store = RedisStore::builder(redis.url()).clock(Arc::new(clock.clone())).build().unwrap();
    let gone = build();
    assert_eq!(gone.block_on(said(&store)), [None, None, None]);
    let lease = gone.block_on(store.lease(&TokenKey::new("other"))).unwrap();
    drop(gone);
    drop(lease);
    let idle = build();
    assert_eq!(idle.block_on(store.load(&key)).unwrap(), Some(record()));
    let late = first.block_on(async {
        let asking = tokio::spawn({
            let (store, key) = (store.clone(), key.clone());
            async move { store.load(&key).await }
        });
        clock.wait_for_sleepers(1).await;
        clock.advance(Duration::from_millis(300));
        asking.await.unwrap()
    });
    assert!(words(&late.unwrap_err()).contains("in time"));
    clock.advance(Duration::from_secs(2));
    assert_eq!(first.block_on(store.load(&key)).unwrap(), Some(record()));
}
