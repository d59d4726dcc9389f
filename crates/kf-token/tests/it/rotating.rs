//! Sources that ask with what a record holds, and get what replaces it: nothing of that may be lost.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kf_model::{DecodeError, ErrCode, Refusal, Secret};
use kf_token::{
    AskError, Fetched, FileStore, Lease, MemoryStore, Policy, Record, Refreshing, Saved, StoreError, TokenErrorKind,
    TokenKey, TokenSource, TokenStore,
};
use kf_transport::{Clock, ManualClock};

use crate::file::Folder;
use crate::script::{generation, seconds, secret, settle};

/// A platform on which a refresh token is void as soon as it was asked with.
#[derive(Clone, Debug)]
struct Rotor(Arc<State>);

#[derive(Debug)]
struct State {
    key: TokenKey,
    asked: AtomicUsize,
    used: Mutex<HashSet<String>>,
}

impl Rotor {
    fn new() -> Self {
        let (asked, used) = (AtomicUsize::new(0), Mutex::default());
        Self(Arc::new(State { key: TokenKey::new("test:rotor"), asked, used }))
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl TokenSource for Rotor {
    fn key(&self) -> &TokenKey {
        &self.0.key
    }

    fn endpoint(&self) -> &'static str {
        "fetch_rotor"
    }

    fn rotates(&self) -> bool {
        true
    }

    async fn fetch(&self, previous: Option<&Record>) -> Result<Fetched, AskError> {
        let refresh = previous.and_then(|record| record.refresh.as_ref()).ok_or(AskError::NotAuthorized)?;
        let number = self.0.asked.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::task::yield_now().await;
        if !self.0.used.lock().unwrap().insert(refresh.expose().to_owned()) {
            return Err(DecodeError::Refused(Refusal::new(ErrCode(61023), "invalid refresh_token")).into());
        }
        let mut fetched = Fetched::new(format!("token {number}").as_str(), 7200);
        fetched.refresh = Some(format!("refresh {number}").as_str().into());
        Ok(fetched)
    }
}

/// A store of which an operation fails while it is told to.
#[derive(Clone, Debug, Default)]
struct Moody(Arc<Mood>);

#[derive(Debug, Default)]
struct Mood {
    store: MemoryStore,
    load: AtomicBool,
    lease: AtomicBool,
    save: AtomicBool,
}

fn step(fails: &AtomicBool) -> Result<(), StoreError> {
    if fails.load(Ordering::SeqCst) { Err(StoreError::unavailable("the store is moody", "told to")) } else { Ok(()) }
}

#[async_trait]
impl TokenStore for Moody {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        step(&self.0.load)?;
        self.0.store.load(key).await
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected: u64) -> Result<Saved, StoreError> {
        step(&self.0.save)?;
        self.0.store.save(key, record, expected).await
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        step(&self.0.lease)?;
        self.0.store.lease(key).await
    }
}

/// A record of an authorization that was just given, whose token has ended.
fn authorized(clock: &ManualClock) -> Record {
    let now = clock.wall().as_secs();
    let mut record = Record::new("token 0", now - 7200, now, 1);
    record.refresh = Some("refresh 0".into());
    record
}

async fn store(clock: &ManualClock) -> Moody {
    let store = Moody::default();
    store.save(&TokenKey::new("test:rotor"), &authorized(clock), 0).await.unwrap();
    store
}

fn tokens<Store: TokenStore>(rotor: &Rotor, store: Store, clock: &ManualClock) -> Refreshing<Rotor, Store> {
    Refreshing::with(rotor.clone(), store, Arc::new(clock.clone()), Policy::default())
}

#[tokio::test]
async fn it_asks_with_what_is_kept_and_keeps_what_it_is_given() {
    let (rotor, clock) = (Rotor::new(), ManualClock::default());
    let store = store(&clock).await;
    for number in 1..=5 {
        let tokens = tokens(&rotor, store.clone(), &clock);
        assert_eq!(tokens.token().await.unwrap(), secret(&format!("token {number}")));
        let kept = store.load(&rotor.0.key).await.unwrap().unwrap();
        let refresh: Secret = format!("refresh {number}").as_str().into();
        assert_eq!((kept.refresh, kept.generation), (Some(refresh), generation(&clock)));
        clock.advance(seconds(7200));
    }
}

#[tokio::test]
async fn without_an_authorization_it_says_what_is_missing() {
    let (rotor, clock) = (Rotor::new(), ManualClock::default());
    let error = tokens(&rotor, MemoryStore::new(), &clock).token().await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (TokenErrorKind::NotAuthorized, false));
    assert_eq!(rotor.asked(), 0);
}

/// A store that cannot be read is not one that is empty: nobody asks, and nobody is told to authorize again.
#[tokio::test]
async fn a_store_that_is_down_is_no_lost_authorization() {
    let (rotor, clock) = (Rotor::new(), ManualClock::default());
    let store = store(&clock).await;
    for mood in [&store.0.load, &store.0.lease] {
        mood.store(true, Ordering::SeqCst);
        let tokens = tokens(&rotor, store.clone(), &clock);
        let error = tokens.token().await.unwrap_err();
        assert_eq!((error.kind(), error.is_transient()), (TokenErrorKind::Store, true));
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("the store is moody"));
        assert_eq!(rotor.asked(), 0);
        mood.store(false, Ordering::SeqCst);
    }
    clock.advance(seconds(60));
    assert_eq!(tokens(&rotor, store, &clock).token().await.unwrap(), secret("token 1"));
}

/// What was given and cannot be kept is not used, and not forgotten: it is kept as soon as the store can.
#[tokio::test]
async fn what_cannot_be_kept_is_not_used_before_it_is() {
    let (rotor, clock) = (Rotor::new(), ManualClock::default());
    let store = store(&clock).await;
    store.0.save.store(true, Ordering::SeqCst);
    let tokens = tokens(&rotor, store.clone(), &clock);
    for _ in 0..5 {
        assert_eq!(tokens.token().await.unwrap_err().kind(), TokenErrorKind::Store);
        assert_eq!((rotor.asked(), tokens.at_hand()), (1, None));
        clock.advance(seconds(60));
    }
    store.0.save.store(false, Ordering::SeqCst);
    assert_eq!(tokens.token().await.unwrap(), secret("token 1"));
    assert_eq!(rotor.asked(), 1);
    assert_eq!(store.load(&rotor.0.key).await.unwrap().unwrap().refresh, Some("refresh 1".into()));
}

/// The store was down for longer than the token lives: what was given is kept, and the next one asked for with it.
#[tokio::test]
async fn what_could_not_be_kept_in_its_life_leads_on() {
    let (rotor, clock) = (Rotor::new(), ManualClock::default());
    let store = store(&clock).await;
    store.0.save.store(true, Ordering::SeqCst);
    let tokens = tokens(&rotor, store.clone(), &clock);
    tokens.token().await.unwrap_err();
    clock.advance(seconds(8000));
    store.0.save.store(false, Ordering::SeqCst);
    assert_eq!(tokens.token().await.unwrap(), secret("token 2"));
    assert_eq!(store.load(&rotor.0.key).await.unwrap().unwrap().refresh, Some("refresh 2".into()));
}

/// Meanwhile the merchant authorized anew, by another process: that counts, and what could not be kept does not.
#[tokio::test]
async fn a_newer_authorization_is_not_replaced() {
    let (rotor, clock) = (Rotor::new(), ManualClock::default());
    let store = store(&clock).await;
    store.0.save.store(true, Ordering::SeqCst);
    let tokens = tokens(&rotor, store.clone(), &clock);
    tokens.token().await.unwrap_err();
    store.0.save.store(false, Ordering::SeqCst);
    let mut anew = authorized(&clock);
    (anew.generation, anew.refresh) = (2, Some("refresh anew".into()));
    store.save(&rotor.0.key, &anew, 1).await.unwrap();
    clock.advance(seconds(60));
    assert_eq!(tokens.token().await.unwrap(), secret("token 2"));
    assert!(rotor.0.used.lock().unwrap().contains("refresh anew"));
    assert_eq!(store.load(&rotor.0.key).await.unwrap().unwrap().generation, generation(&clock));
}

/// So it is where another program wrote what counts the same.
#[tokio::test]
async fn an_authorization_of_the_same_number_is_not_replaced() {
    let (rotor, clock) = (Rotor::new(), ManualClock::default());
    let store = store(&clock).await;
    store.0.save.store(true, Ordering::SeqCst);
    let tokens = tokens(&rotor, store.clone(), &clock);
    tokens.token().await.unwrap_err();
    store.0.save.store(false, Ordering::SeqCst);
    let mut anew = authorized(&clock);
    anew.refresh = Some("refresh anew".into());
    store.save(&rotor.0.key, &anew, 1).await.unwrap();
    clock.advance(seconds(60));
    assert_eq!(tokens.token().await.unwrap(), secret("token 2"));
    assert!(rotor.0.used.lock().unwrap().contains("refresh anew"));
}

#[tokio::test]
async fn many_providers_ask_once_a_life() {
    let (rotor, clock) = (Rotor::new(), ManualClock::default());
    let store = store(&clock).await;
    let all: Vec<_> = (0..8).map(|_| tokens(&rotor, store.clone(), &clock)).collect();
    for life in 1..=3 {
        let calls: Vec<_> = all
            .iter()
            .map(|tokens| {
                let tokens = tokens.clone();
                tokio::spawn(async move { tokens.token().await })
            })
            .collect();
        settle().await;
        clock.advance(seconds(1));
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap(), secret(&format!("token {life}")));
        }
        assert_eq!(rotor.asked(), life);
        clock.advance(seconds(7200));
    }
}

/// A file that is damaged may hold what merchants are served with: it is not written over.
#[tokio::test]
async fn a_damaged_file_is_put_aside_and_not_lost() {
    let folder = Folder::new("rotating-damaged");
    let path = folder.path("tokens.json");
    std::fs::write(&path, "{damaged").unwrap();
    let (rotor, clock) = (Rotor::new(), ManualClock::default());
    let store = FileStore::open_on(&path, Arc::new(clock.clone())).unwrap();
    assert_eq!(tokens(&rotor, store.clone(), &clock).token().await.unwrap_err().kind(), TokenErrorKind::Store);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{damaged", "who asks with it leaves it as it is");
    store.save(&rotor.0.key, &authorized(&clock), 0).await.unwrap();
    assert_eq!(std::fs::read_to_string(folder.path("tokens.json.aside")).unwrap(), "{damaged");
    assert_eq!(tokens(&rotor, store, &clock).token().await.unwrap(), secret("token 1"));
}
