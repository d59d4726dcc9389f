//! Operations that wait: for the disk on threads of their own, for locks on the clock. Whoever gives up leaves nothing behind.

use std::fs::{File, OpenOptions, read_dir};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::task::Poll;
use std::time::Duration;

use kf_token::{FileStore, Record, Saved, StoreError, TokenKey, TokenStore};
use kf_transport::{Clock as _, ManualClock};
use tokio::runtime::{Builder, Runtime};

use super::Folder;

/// A runtime with one thread for what blocks: all of that is done in the order in which it was asked for.
fn runtime() -> Runtime {
    Builder::new_current_thread().max_blocking_threads(1).build().unwrap()
}

/// Keeps the one thread busy until it is told.
fn occupy() -> Sender<()> {
    let (free, wait) = channel();
    drop(tokio::task::spawn_blocking(move || wait.recv()));
    free
}

async fn poll_once<T>(mut doing: Pin<Box<dyn Future<Output = T> + Send + '_>>) {
    poll_fn(|context| Poll::Ready(doing.as_mut().poll(context).is_ready())).await;
}

fn key() -> TokenKey {
    TokenKey::new("k")
}

fn record(generation: u64) -> Record {
    Record::new("t", 1, 2, generation)
}

fn lock(folder: &Folder) -> File {
    OpenOptions::new().write(true).create(true).truncate(false).open(folder.path("tokens.json.lock")).unwrap()
}

/// A folder may be on a disk of the network that hangs: nobody else is to hang with it.
#[test]
fn the_disk_is_touched_on_threads_of_its_own() {
    let folder = Folder::new("threads");
    let store = FileStore::open(folder.path("tokens.json")).unwrap();
    runtime().block_on(async {
        let free = occupy();
        poll_once(store.load(&key())).await;
        poll_once(store.save(&key(), &record(1), 0)).await;
        poll_once(store.lease(&key())).await;
        assert_eq!(read_dir(folder.path("")).unwrap().count(), 0, "nothing was touched yet");
        free.send(()).unwrap();
        let saved = store.save(&key(), &record(3), 2).await.unwrap();
        assert_eq!(saved, Saved::Another(record(1)), "what was begun is done");
    });
}

#[test]
fn a_save_that_is_given_up_is_done_to_its_end() {
    let folder = Folder::new("given-up");
    let store = FileStore::open(folder.path("tokens.json")).unwrap();
    runtime().block_on(async {
        for generation in 1..=20 {
            poll_once(store.save(&key(), &record(generation), generation - 1)).await;
            assert_eq!(store.load(&key()).await.unwrap(), Some(record(generation)));
            assert!(!folder.path("tokens.json.next").exists(), "no half of a file is left");
            lock(&folder).try_lock().expect("no lock is left");
        }
    });
}

#[test]
fn a_lease_that_is_given_up_is_free() {
    let folder = Folder::new("given-up-lease");
    let store = FileStore::open(folder.path("tokens.json")).unwrap();
    runtime().block_on(async {
        for _ in 0..20 {
            poll_once(store.lease(&key())).await;
            assert!(store.lease(&key()).await.unwrap().is_some());
        }
    });
}

#[test]
fn a_runtime_that_has_ended_is_told_of() {
    let folder = Folder::new("ended");
    let store = FileStore::open(folder.path("tokens.json")).unwrap();
    let first = runtime();
    let handle = first.handle().clone();
    first.shutdown_background();
    let told = |error: StoreError| {
        assert!(error.to_string().ends_with("tokens.json was not looked at") && !error.is_foreign(), "{error}");
    };
    told(handle.block_on(store.load(&key())).unwrap_err());
    told(handle.block_on(store.save(&key(), &record(1), 0)).unwrap_err());
    told(handle.block_on(store.lease(&key())).unwrap_err());
    assert_eq!(runtime().block_on(store.save(&key(), &record(1), 0)).unwrap(), Saved::Kept);
}

#[tokio::test]
async fn a_lock_is_waited_for_but_not_for_ever() {
    let folder = Folder::new("patience");
    let clock = ManualClock::default();
    let store = FileStore::open_on(folder.path("tokens.json"), Arc::new(clock.clone())).unwrap();
    let held = lock(&folder);
    held.lock().unwrap();
    let save = |generation| {
        let store = store.clone();
        tokio::spawn(async move { store.save(&key(), &record(generation), generation - 1).await })
    };
    let mut frozen = save(1);
    let outcome = loop {
        tokio::select! {
            outcome = &mut frozen => break outcome.unwrap(),
            () = clock.wait_for_sleepers(1) => {
                assert_eq!(store.load(&key()).await.unwrap(), None, "who reads needs no lock");
                clock.advance(Duration::from_millis(20));
                assert!(clock.now() <= Duration::from_secs(5), "it waits too long");
            }
        }
    };
    assert_eq!(clock.now(), Duration::from_secs(5), "it waits");
    let error = outcome.unwrap_err();
    assert!(error.to_string().ends_with("tokens.json.lock stays locked; another process holds it and does not go on"));
    let waiting = save(1);
    clock.wait_for_sleepers(1).await;
    held.unlock().unwrap();
    clock.advance(Duration::from_millis(20));
    tokio::select! {
        saved = waiting => assert_eq!(saved.unwrap().unwrap(), Saved::Kept),
        () = clock.wait_for_sleepers(1) => panic!("it sleeps on"),
    }
}

/// Who gives up while another process holds the lock is not served later, by whoever comes next.
#[tokio::test]
async fn a_save_that_is_given_up_before_its_turn_is_not_done_later() {
    let folder = Folder::new("withdrawn");
    let clock = ManualClock::default();
    let store = FileStore::open_on(folder.path("tokens.json"), Arc::new(clock.clone())).unwrap();
    let held = lock(&folder);
    held.lock().unwrap();
    let key = key();
    let first = record(1);
    let mut given_up = Box::pin(store.save(&key, &first, 0));
    tokio::select! {
        _ = &mut given_up => panic!("the lock is held"),
        () = clock.wait_for_sleepers(1) => drop(given_up),
    }
    held.unlock().unwrap();
    assert_eq!(store.save(&key, &record(7), 6).await.unwrap(), Saved::Kept);
    assert_eq!(store.load(&key).await.unwrap(), Some(record(7)));
}
