//! What a store says when its peer does not do what it should.

use std::error::Error;
use std::time::Duration;

use kf_token::{Lease, Record, Saved, StoreError, TokenKey, TokenStore};
use kf_token_redis::RedisStore;
use kf_transport::ManualClock;

use crate::peer::Act::{Last, Nothing, Say};
use crate::peer::{Peer, Script};

fn key() -> TokenKey {
    TokenKey::new("k")
}

fn record(generation: u64) -> Record {
    Record::new("canary-token", 1_800_000_000, 1_800_007_200, generation)
}

/// An error and what is behind it. No credential is among it.
fn words(error: &StoreError) -> String {
    assert!(!error.is_foreign(), "{error}");
    let said = format!("{error}: {}", error.source().expect("what is behind it"));
    assert!(!said.contains("canary") && !format!("{error:?}").contains("canary"), "{said}, {error:?}");
    said
}

/// Does something, and lets the deadline pass when nothing is under way any more but an answer that does not come.
async fn late<T>(clock: &ManualClock, peer: &mut Peer, doing: impl Future<Output = T>) -> T {
    let deadline = async {
        peer.hears().await;
        clock.advance(Duration::from_millis(300));
        std::future::pending::<()>().await;
    };
    kf_transport::unless(doing, deadline).await.expect("the deadline has no end")
}

#[tokio::test]
async fn each_refusal_is_told_in_words_of_our_own() {
    let rows: [(Script, &str); 15] = [
        (&[Say("-LOADING canary\r\n")], "is still loading its data: its answer is LOADING"),
        (&[Say("-READONLY canary\r\n")], "is a replica that takes no writes; give the address of the primary"),
        (&[Say("-OOM canary\r\n")], "has no memory left"),
        (&[Say("-NOAUTH canary\r\n")], "does not take the user and password"),
        (&[Say("-NOPERM canary\r\n")], "does not let its user do this"),
        (&[Say("-MOVED 1 canary:1\r\n")], "is one node of a cluster"),
        (&[Say("-MASTERDOWN canary\r\n")], "has lost its primary"),
        (&[Say("-MISCONF canary\r\n")], "cannot save them to its disk"),
        (&[Say("-BUSY canary\r\n")], "is busy with a script"),
        (&[Say("-ERR unknown command, with args beginning with: 'canary'\r\n")], "refuses: its answer is ERR"),
        (&[Say("-canary\r\n")], "refuses: its answer is ERR"),
        (&[Say("+canary\r\n")], "does not speak as Redis does"),
        (&[Say("HTTP/1.1 400 canary\r\n\r\n")], "does not speak as Redis does"),
        (&[Last("$10\r\ncan")], "cannot be reached: the connection was cut"),
        (&[Last("")], "cannot be reached"),
    ];
    for (script, expected) in rows {
        let peer = Peer::start(vec![script]).await;
        let store = peer.store(&ManualClock::default());
        let error = store.load(&key()).await.unwrap_err();
        let said = words(&error);
        let begin = format!("the token store at redis://{}/0 ", peer.address);
        assert!(said.starts_with(&begin) && said.contains(expected), "{script:?}: {said}");
    }
}

#[tokio::test]
async fn a_refusal_costs_no_connection_and_no_pause() {
    let mut peer = Peer::start(vec![&[Say("-LOADING\r\n"), Say("-OOM\r\n"), Say("$0\r\n\r\n")]]).await;
    let store = peer.store(&ManualClock::default());
    assert!(store.load(&key()).await.is_err());
    assert!(store.save(&key(), &record(1), 0).await.is_err());
    assert_eq!(store.load(&key()).await.unwrap(), None);
    assert_eq!(peer.left(), 3);
}

#[tokio::test]
async fn who_we_are_is_said_first() {
    let greeting: Script = &[Say("+OK\r\n"), Say("+OK\r\n"), Say("$0\r\n\r\n")];
    let mut peer = Peer::start(vec![
        greeting,
        greeting,
        &[Say("-WRONGPASS canary\r\n")],
        &[Say("+OK\r\n"), Say("-ERR canary\r\n")],
    ])
    .await;
    let clock = ManualClock::default();
    let known = || peer.builder(&clock).password("canary-password").database(5);
    let stores = [
        known().build().unwrap(),
        known().user("canary-user").build().unwrap(),
        known().build().unwrap(),
        known().build().unwrap(),
    ];
    assert_eq!(stores[0].load(&key()).await.unwrap(), None);
    assert_eq!(peer.hears().await, ["AUTH", "canary-password"]);
    assert_eq!(peer.hears().await, ["SELECT", "5"]);
    assert_eq!(peer.hears().await, ["GETRANGE", "kf:token:k", "0", "1048576"]);
    assert_eq!(stores[1].load(&key()).await.unwrap(), None);
    assert_eq!(peer.hears().await, ["AUTH", "canary-user", "canary-password"]);
    let error = stores[2].load(&key()).await.unwrap_err();
    assert!(words(&error).contains("does not take the user and password"));
    let error = stores[3].load(&key()).await.unwrap_err();
    assert!(words(&error).contains("has no database of that number"));
}

/// Whoever is told that nobody answers has waited for the deadline, wherever the answer is missing.
#[tokio::test]
async fn nothing_takes_longer_than_the_deadline() {
    let scripts: [Script; 3] = [&[Nothing], &[Say("+OK\r\n"), Nothing], &[Say("+OK\r\n"), Say("+OK\r\n"), Nothing]];
    for script in scripts {
        let (clock, mut peer) = (ManualClock::default(), Peer::start(vec![script]).await);
        let store = peer.builder(&clock).password("canary").database(1).build().unwrap();
        let asking = tokio::spawn(async move { store.load(&key()).await.map(drop) });
        for _ in script {
            peer.hears().await;
        }
        clock.advance(Duration::from_millis(299));
        tokio::task::yield_now().await;
        assert!(!asking.is_finished());
        clock.advance(Duration::from_millis(1));
        let said = words(&asking.await.unwrap().unwrap_err());
        assert!(said.contains("does not answer in time: nothing for 300ms"), "{said}");
        assert_eq!(clock.sleepers(), 0);
    }
}

/// After a failure all are told at once, and nobody comes back before the pause is over, which grows to 2 s.
#[tokio::test]
async fn a_store_that_is_down_holds_nobody_up() {
    let clock = ManualClock::default();
    let mut peer = Peer::start(vec![
        &[Nothing],
        &[Nothing],
        &[Nothing],
        &[Nothing],
        &[Nothing],
        &[Nothing],
        &[Say("$0\r\n\r\n"), Nothing],
        &[Say("$0\r\n\r\n")],
    ])
    .await;
    let store = peer.store(&clock);
    for millis in [100, 200, 400, 800, 1_600, 2_000] {
        assert!(late(&clock, &mut peer, store.load(&key())).await.is_err());
        for _ in 0..100 {
            let error = store.load(&key()).await.unwrap_err();
            assert!(words(&error).contains("does not answer in time"));
        }
        // At least half of the pause, and never more than the whole.
        clock.advance(Duration::from_millis(millis / 2 - 1));
        assert!(store.lease(&key()).await.is_err());
        assert_eq!(peer.left(), 0);
        clock.advance(Duration::from_millis(millis / 2 + 1));
    }
    assert_eq!(store.load(&key()).await.unwrap(), None);
    assert_eq!(peer.left(), 1);
    assert!(late(&clock, &mut peer, store.load(&key())).await.is_err());
    clock.advance(Duration::from_millis(100));
    assert_eq!(store.load(&key()).await.unwrap(), None, "an answer ends the long pauses");
}

#[tokio::test]
async fn one_that_became_a_replica_is_looked_for_anew() {
    let clock = ManualClock::default();
    let peer = Peer::start(vec![&[Say("-READONLY\r\n"), Say("$7\r\ngarbage\r\n")], &[Say("$0\r\n\r\n")]]).await;
    let store = peer.store(&clock);
    assert!(store.save(&key(), &record(1), 0).await.is_err());
    clock.advance(Duration::from_millis(100));
    assert_eq!(store.load(&key()).await.unwrap(), None, "the name may lead to another one");
}

/// Whoever makes the connection may be on a runtime that nobody drives any more: others wait for it once.
#[test]
fn who_does_not_go_on_holds_others_up_once() {
    let build = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (clock, idle, ours) = (ManualClock::default(), build(), build());
    let peers = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut peer = peers.block_on(Peer::start(vec![&[Nothing], &[Say("+OK\r\n"), Say("$0\r\n\r\n")]]));
    let store = peer.builder(&clock).password("canary").build().unwrap();
    idle.block_on(async {
        tokio::spawn({
            let store = store.clone();
            async move { store.load(&key()).await }
        });
        peer.hears().await;
    });
    let waiting = ours.block_on(async {
        let waiting = tokio::spawn({
            let store = store.clone();
            async move { store.load(&key()).await }
        });
        clock.wait_for_sleepers(2).await;
        // The sleep begins before the wait for the connection does.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_millis(300));
        waiting.await.unwrap()
    });
    assert!(words(&waiting.unwrap_err()).contains("in time"));
    assert_eq!(ours.block_on(store.load(&key())).unwrap(), None);
}

#[tokio::test]
async fn many_who_come_at_once_share_one_connection() {
    let mut peer = Peer::start(vec![&[Say("$0\r\n\r\n"); 50]]).await;
    let store = peer.store(&ManualClock::default());
    let asking: Vec<_> = (0..50)
        .map(|_| {
            tokio::spawn({
                let store = store.clone();
                async move { store.load(&key()).await.unwrap() }
            })
        })
        .collect();
    for asking in asking {
        assert_eq!(asking.await.unwrap(), None);
    }
    assert_eq!(peer.left(), 50);
}

/// Who gives up while the connection is made takes it from nobody.
#[tokio::test]
async fn who_gives_up_takes_nothing_from_others() {
    let mut peer = Peer::start(vec![&[Say("+OK\r\n"), Say("$0\r\n\r\n"), Say("$0\r\n\r\n")]]).await;
    let store = peer.builder(&ManualClock::default()).password("canary").build().unwrap();
    let key_of_first = TokenKey::new("first");
    let mut first = store.load(&key_of_first);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(first.as_mut().poll(&mut context).is_pending());
    drop(first);
    assert_eq!(store.load(&key()).await.unwrap(), None);
    assert_eq!(peer.hears().await[0], "AUTH");
    assert_eq!(peer.hears().await[1], "kf:token:first");
    assert_eq!(peer.hears().await[1], "kf:token:k");
}

/// A connection that goes away under a command costs nobody an error, if it was used before; a new one that does is no better.
#[tokio::test]
async fn what_was_cut_off_is_said_once_more() {
    let clock = ManualClock::default();
    let mut peer =
        Peer::start(vec![&[Say("$0\r\n\r\n"), Last("")], &[Say("$0\r\n\r\n"), Last("$3\r\n")], &[Last("")]]).await;
    let store = peer.store(&clock);
    assert_eq!(store.load(&key()).await.unwrap(), None);
    assert_eq!(store.load(&key()).await.unwrap(), None, "the first one went away");
    let error = store.load(&key()).await.unwrap_err();
    assert!(words(&error).contains("cannot be reached"), "both went away: {error}");
    assert_eq!(peer.left(), 5);
}

/// The script ran, and its answer was lost: said again, it finds the record that it kept.
#[tokio::test]
async fn a_save_whose_answer_was_lost_is_kept() {
    let kept = r#"{"form":"kf-token-1","key":"k","token":"canary-token","obtained_at":1800000000,"expires_at":1800007200,"generation":1}"#;
    let answer: &'static str = Box::leak(format!("${}\r\n{kept}\r\n", kept.len()).into_boxed_str());
    let again: Script = Box::leak(Box::new([Say(answer), Say(answer), Say(answer)]));
    let peer = Peer::start(vec![&[Say("$0\r\n\r\n"), Last("")], again]).await;
    let store = peer.store(&ManualClock::default());
    assert_eq!(store.load(&key()).await.unwrap(), None);
    assert_eq!(store.save(&key(), &record(1), 0).await.unwrap(), Saved::Kept);
    assert_eq!(store.save(&key(), &record(2), 0).await.unwrap(), Saved::Another(record(1)));
    assert_eq!(store.load(&key()).await.unwrap(), Some(record(1)));
}

/// A lease may have been given though no answer came: it is given back as soon as Redis is heard again.
#[tokio::test]
async fn a_lease_whose_answer_is_odd_is_given_back() {
    let mut peer = Peer::start(vec![&[
        Say("-ERR\r\n"),
        Say(":0\r\n"),
        Say(":1\r\n"),
        Say(":1\r\n"),
        Say(":0\r\n"),
        Say("$0\r\n\r\n"),
    ]])
    .await;
    let store = peer.store(&ManualClock::default());
    let lease = |store: RedisStore| async move { store.lease(&key()).await };
    assert!(lease(store.clone()).await.is_err());
    let (asked, given_back) = (peer.hears().await, peer.hears().await);
    assert_eq!((&asked[3], &asked[5]), (&"kf:lease:k".to_owned(), &"20000".to_owned()));
    assert_eq!(asked[4], given_back[4], "by its owner");
    let held: Lease = lease(store.clone()).await.unwrap().unwrap();
    let asked = peer.hears().await;
    drop(held);
    assert_eq!(peer.hears().await[4], asked[4], "by its owner");
    assert!(lease(store.clone()).await.unwrap().is_none());
    assert_ne!(peer.hears().await[4], asked[4], "each has an owner of its own");
    assert_eq!(store.load(&key()).await.unwrap(), None);
    assert_eq!(peer.hears().await[0], "GETRANGE", "who did not get it gives nothing back");
}
