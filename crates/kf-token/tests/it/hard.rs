//! What could break it: runtimes that end, sources that panic, callers who leave, refusals from all sides.

use std::future::Future as _;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use kf_token::{
    AskError, Fetched, Lease, MemoryStore, Policy, Record, Refreshing, Saved, StoreError, TokenErrorKind, TokenKey,
    TokenSource, TokenStore,
};
use kf_transport::{Clock, ManualClock, Sleep};

use crate::script::Step::Give;
use crate::script::{Script, generation, seconds, secret, settle, tokens, tokens_in};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

/// The task of the fetch is gone before it was ever run.
#[test]
fn a_fetch_that_never_began_holds_nobody_up() {
    let script = Script::new(vec![Give("one", 7200)]);
    let tokens = tokens(&script, &ManualClock::default());
    let first = runtime();
    first.block_on(async {
        let mut call = pin!(tokens.token());
        std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_pending())).await;
    });
    drop(first);
    assert_eq!(script.asked(), 0);
    assert_eq!(runtime().block_on(tokens.token()).unwrap(), secret("one"));
}

/// A token close to its end would have the next one fetched in a task; where there can be none it still is given out.
#[test]
fn a_token_is_at_hand_without_a_runtime() {
    let script = Script::new(vec![Give("one", 7200), Give("two", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    assert_eq!(runtime().block_on(tokens.token()).unwrap(), secret("one"));
    clock.advance(seconds(7200 - 1));
    assert_eq!(tokens.at_hand(), Some(secret("one")));
    runtime().block_on(async {
        assert_eq!(tokens.at_hand(), Some(secret("one")));
        settle().await;
    });
    assert_eq!(tokens.at_hand(), Some(secret("two")));
}

#[tokio::test]
async fn a_fetch_that_all_have_left_goes_on() {
    let script = Script::held(vec![Give("one", 7200)]);
    let tokens = tokens(&script, &ManualClock::default());
    let callers: Vec<_> = (0..10)
        .map(|_| {
            let tokens = tokens.clone();
            tokio::spawn(async move { tokens.token().await })
        })
        .collect();
    settle().await;
    callers.iter().for_each(tokio::task::JoinHandle::abort);
    settle().await;
    script.let_through(1);
    settle().await;
    assert_eq!((tokens.at_hand(), script.asked()), (Some(secret("one")), 1));
}

/// A runtime may be there that nobody drives any more: a fetch that began on it stands still, and another takes its place.
#[test]
fn a_fetch_on_a_runtime_that_stands_still_holds_nobody_up() {
    let script = Script::new(vec![Give("one", 7200), Give("two", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    let (still, other) = (runtime(), runtime());
    still.block_on(async {
        let mut call = pin!(tokens.token());
        std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_pending())).await;
    });
    other.block_on(async {
        let caller = tokio::spawn({
            let tokens = tokens.clone();
            async move { tokens.token().await }
        });
        settle().await;
        assert_eq!(script.asked(), 0, "the first one may still come");
        clock.advance(seconds(12));
        assert_eq!(caller.await.unwrap().unwrap(), secret("one"));
    });
    still.block_on(async { settle().await });
    assert_eq!(tokens.at_hand(), Some(secret("one")), "the late one finds the token of the other");
    assert_eq!(script.asked(), 1);
}

/// A store that is down.
#[derive(Debug)]
struct Down;

fn down<T>() -> Result<T, StoreError> {
    Err(StoreError::unavailable("the store is down", "told to"))
}

#[async_trait]
impl TokenStore for Down {
    async fn load(&self, _: &TokenKey) -> Result<Option<Record>, StoreError> {
        down()
    }

    async fn save(&self, _: &TokenKey, _: &Record, _: u64) -> Result<Saved, StoreError> {
        down()
    }

    async fn lease(&self, _: &TokenKey) -> Result<Option<Lease>, StoreError> {
        down()
    }
}

/// A fetch whose place was taken ends; the one that took it is still the one that all wait for.
#[test]
fn a_fetch_that_stood_still_takes_no_place_when_it_ends() {
    let script = Script::held(vec![Give("one", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens_in(&script, Down, &clock);
    let call = || {
        let tokens = tokens.clone();
        async move { tokens.token().await }
    };
    let (still, other) = (runtime(), runtime());
    still.block_on(async {
        let given_up = tokio::spawn(call());
        settle().await;
        given_up.abort();
    });
    other.block_on(async {
        let first = tokio::spawn(call());
        settle().await;
        clock.advance(seconds(12));
        settle().await;
        assert_eq!(script.asked(), 2);
        tokio::task::spawn_blocking(|| drop(still)).await.unwrap();
        let second = tokio::spawn(call());
        settle().await;
        assert_eq!(script.asked(), 2, "it waits as well");
        script.let_through(1);
        assert_eq!(first.await.unwrap().unwrap(), secret("one"));
        assert_eq!(second.await.unwrap().unwrap(), secret("one"));
    });
}

/// The platform answers two fetches; the one that stood still reads its answer when the token of the other is in use.
#[test]
fn an_answer_that_is_read_late_replaces_nothing() {
    let script = Script::held(vec![Give("new", 7200), Give("old", 7200)]);
    let (clock, store) = (ManualClock::default(), MemoryStore::new());
    let tokens = tokens_in(&script, store.clone(), &clock);
    let call = || {
        let tokens = tokens.clone();
        async move { tokens.token().await }
    };
    let (still, other) = (runtime(), runtime());
    let late = still.spawn(call());
    still.block_on(settle());
    clock.advance(seconds(25));
    other.block_on(async {
        let caller = tokio::spawn(call());
        settle().await;
        clock.advance(seconds(20)); // the lease of the other one is overridden
        settle().await;
        script.let_through(2);
        assert_eq!(caller.await.unwrap().unwrap(), secret("new"));
    });
    assert_eq!(still.block_on(late).unwrap().unwrap(), secret("new"));
    assert_eq!((script.asked(), tokens.at_hand()), (2, Some(secret("new"))));
    let kept = other.block_on(store.load(&TokenKey::new("test:script"))).unwrap().expect("it is kept");
    assert_eq!((kept.token, kept.generation), ("new".into(), generation(&clock)));
}

/// A runtime that is shutting down runs no task any more: whoever still asks is told.
#[test]
fn who_asks_at_the_end_of_a_runtime_is_told() {
    let script = Script::new(vec![Give("one", 7200)]);
    let tokens = tokens(&script, &ManualClock::default());
    let ended = runtime();
    let handle = ended.handle().clone();
    ended.shutdown_background();
    let error = handle.block_on(tokens.token()).unwrap_err();
    assert_eq!((error.kind(), script.asked()), (TokenErrorKind::Lost, 0));
}

/// The runtime of a fetch is dropped while another one waits for it.
#[test]
fn who_waits_for_a_runtime_that_ends_fetches_alone() {
    let script = Script::new(vec![Give("one", 7200)]);
    let tokens = tokens(&script, &ManualClock::default());
    let (first, other) = (runtime(), runtime());
    first.block_on(async {
        let mut call = pin!(tokens.token());
        std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_pending())).await;
    });
    other.block_on(async {
        let caller = tokio::spawn({
            let tokens = tokens.clone();
            async move { tokens.token().await }
        });
        settle().await;
        tokio::task::spawn_blocking(|| drop(first)).await.unwrap();
        assert_eq!(caller.await.unwrap().unwrap(), secret("one"));
    });
}

/// A clock that lets something happen while it is looked at, once.
#[derive(Clone, Debug, Default)]
struct Sly {
    clock: ManualClock,
    deed: Arc<Mutex<Option<Refreshing<Script, MemoryStore>>>>,
}

impl Clock for Sly {
    fn now(&self) -> Duration {
        let now = self.clock.now();
        let deed = self.deed.lock().unwrap().take();
        if let Some(tokens) = deed {
            // Somebody else has the next token fetched before the look at the clock is over.
            while tokens.at_hand() != Some(secret("two")) {
                std::thread::yield_now();
            }
        }
        now
    }

    fn wall(&self) -> Duration {
        self.clock.wall()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.clock.sleep(duration)
    }
}

/// Whoever looked at a token close to its end may be overtaken by the fetch of the next one.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_is_overtaken_has_nothing_fetched() {
    let script = Script::new(vec![Give("one", 7200), Give("two", 7200), Give("three", 7200)]);
    let clock = Sly::default();
    let tokens = Refreshing::with(script.clone(), MemoryStore::new(), Arc::new(clock.clone()), Policy::default());
    tokens.token().await.unwrap();
    clock.clock.advance(seconds(7200 - 60));
    *clock.deed.lock().unwrap() = Some(tokens.clone());
    assert_eq!(tokens.at_hand(), Some(secret("one")), "it looked before");
    // One thread runs the tasks in their order, so that one that was begun now has run when this one has.
    tokio::spawn(settle()).await.unwrap();
    assert_eq!((script.asked(), tokens.at_hand()), (2, Some(secret("two"))));
}

/// A source that gives one token after the other, and panics while it is told to.
#[derive(Clone, Debug)]
struct Numbers(Arc<State>);

#[derive(Debug)]
struct State {
    key: TokenKey,
    asked: AtomicUsize,
    panics: AtomicUsize,
}

impl Numbers {
    fn new(panics: usize) -> Self {
        let (asked, panics) = (AtomicUsize::new(0), AtomicUsize::new(panics));
        Self(Arc::new(State { key: TokenKey::new("test:numbers"), asked, panics }))
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl TokenSource for Numbers {
    fn key(&self) -> &TokenKey {
        &self.0.key
    }

    fn endpoint(&self) -> &'static str {
        "fetch_number"
    }

    async fn fetch(&self, _: Option<&Record>) -> Result<Fetched, AskError> {
        let number = self.0.asked.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::task::yield_now().await;
        let take = |left: usize| left.checked_sub(1);
        let panics = self.0.panics.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok();
        assert!(!panics, "the source panics, as it is told to");
        let mut fetched = Fetched::new(format!("number {number}").as_str(), 7200);
        fetched.refresh = Some(format!("refresh {number}").as_str().into());
        Ok(fetched)
    }
}

fn numbered<Store: TokenStore>(source: &Numbers, store: Store, clock: &ManualClock) -> Refreshing<Numbers, Store> {
    Refreshing::with(source.clone(), store, Arc::new(clock.clone()), Policy::default())
}

#[tokio::test]
async fn what_the_next_one_is_fetched_with_is_kept() {
    let source = Numbers::new(0);
    let store = MemoryStore::new();
    numbered(&source, store.clone(), &ManualClock::default()).token().await.unwrap();
    let kept = store.load(&source.0.key).await.unwrap().expect("it is kept");
    assert_eq!((kept.token, kept.refresh), ("number 1".into(), Some("refresh 1".into())));
}

#[tokio::test]
async fn a_source_that_panics_is_asked_with_growing_pauses() {
    let source = Numbers::new(usize::MAX);
    let clock = ManualClock::default();
    let tokens = numbered(&source, MemoryStore::new(), &clock);
    for _ in 0..60 {
        for _ in 0..10 {
            let error = tokens.token().await.unwrap_err();
            assert_eq!((error.kind(), error.is_transient()), (TokenErrorKind::Lost, true));
        }
        clock.advance(seconds(1));
    }
    assert!((5..=12).contains(&source.asked()), "{} fetches in a minute", source.asked());
    source.0.panics.store(0, Ordering::SeqCst);
    clock.advance(seconds(60));
    tokens.token().await.unwrap();
}

#[tokio::test]
async fn a_source_that_panics_fails_nobody_while_the_old_token_lives() {
    let source = Numbers::new(0);
    let clock = ManualClock::default();
    let tokens = numbered(&source, MemoryStore::new(), &clock);
    tokens.token().await.unwrap();
    source.0.panics.store(usize::MAX, Ordering::SeqCst);
    clock.advance(seconds(7200 - 143));
    for _ in 0..142 {
        for _ in 0..10 {
            assert_eq!(tokens.token().await.unwrap(), secret("number 1"));
            settle().await;
        }
        clock.advance(seconds(1));
    }
    assert!((5..=20).contains(&source.asked()), "{} fetches in 142 seconds", source.asked());
}

/// Tasks that hold tokens of all ages refuse them all the time, on several threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_of_refusals_makes_one_fetch_in_thirty_seconds() {
    let source = Numbers::new(0);
    let clock = ManualClock::default();
    let tokens = numbered(&source, MemoryStore::new(), &clock);
    for second in 0..200 {
        let tasks: Vec<_> = (0..16)
            .map(|task| {
                let tokens = tokens.clone();
                tokio::spawn(async move {
                    for round in 0..8 {
                        let token = tokens.token().await.unwrap();
                        tokens.refuse(&secret(&format!("number {}", (task + round) % 9)));
                        tokens.refuse(&token);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert!(source.asked() <= 2 + second / 30, "at second {second}: {} fetches", source.asked());
        clock.advance(seconds(1));
    }
    assert!(source.asked() >= 6, "each thirty seconds it is tried again: {}", source.asked());
}
