//! Every store keeps the promises of all stores, and whoever breaks one is found.

mod broken;

use std::fs::OpenOptions;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kf_token::{FileStore, MemoryStore, contract};
use kf_transport::{ManualClock, unless};

use self::broken::{Broken, Flaw};
use crate::file::Folder;

#[tokio::test]
async fn the_memory_store_keeps_them() {
    let store = MemoryStore::new();
    contract::check(|| store.clone()).await;
}

#[tokio::test]
async fn the_file_store_keeps_them() {
    let folder = Folder::new("contract");
    let clock = ManualClock::default();
    let fresh = || FileStore::open_on(folder.path("tokens.json"), Arc::new(clock.clone())).unwrap();
    let checked = unless(contract::check(fresh), keep_going(&clock, folder.path("tokens.json.lock"))).await;
    assert_eq!(checked, Some(()));
}

/// Moves a clock each time that somebody waits for a lock and it has become free.
pub(crate) async fn keep_going(clock: &ManualClock, lock: PathBuf) {
    loop {
        clock.wait_for_sleepers(1).await;
        let lock = lock.clone();
        let free = || OpenOptions::new().write(true).create(true).truncate(false).open(lock)?.lock();
        tokio::task::spawn_blocking(free).await.unwrap().unwrap();
        clock.advance(Duration::from_millis(20));
    }
}

#[test]
fn a_store_that_breaks_a_promise_is_found() {
    for (flaw, words) in FOUND {
        let store = Broken::new(flaw);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let check = || runtime.block_on(contract::check(|| store.open()));
        let outcome = catch_unwind(AssertUnwindSafe(check));
        let said = outcome.err().map(|panic| match panic.downcast::<String>() {
            Ok(text) => *text,
            Err(panic) => panic.downcast::<&str>().map(|text| (*text).to_owned()).unwrap_or_default(),
        });
        match said {
            None => assert_eq!(words, "", "{flaw:?} is not found"),
            Some(said) => {
                assert!(!words.is_empty() && said.contains(words), "{flaw:?} is found by other words: {said}");
            }
        }
    }
}

/// What is wrong with a store, and by which words it is found.
const FOUND: [(Flaw, &str); 29] = [
    (Flaw::None, ""),
    (Flaw::CutsTokens, "512 characters and large numbers come back"),
    (Flaw::RoundsNumbers, "512 characters and large numbers come back"),
    (Flaw::ForgetsRefresh, "512 characters and large numbers come back"),
    (Flaw::TakesEmptyForNone, "an empty refresh token and a time that is over come back"),
    (Flaw::ForgetsWhatIsOver, "an empty refresh token and a time that is over come back"),
    (Flaw::KeepsOldRefresh, "no refresh token is left of the record before"),
    (Flaw::FoldsKeys, "nothing is kept under another key than \"A\""),
    (Flaw::CutsKeys, "nothing is kept under another key than \"kkkk"),
    (Flaw::TrimsKeys, "nothing is kept under another key than \" \""),
    (Flaw::RemembersWhatItRead, "another one sees at once what was kept"),
    (Flaw::IgnoresGenerations, "who expects generation 1 is given what is kept"),
    (Flaw::KeepsWhatIsAhead, "who expects generation 3 is given what is kept"),
    (Flaw::TellsWhatItWasGiven, "who expects generation 1 is given what is kept"),
    (Flaw::KeepsAllTheSame, "a late record replaces nothing"),
    (Flaw::WantsThePredecessor, "where nothing is kept, any record is"),
    (Flaw::LooksThenKeeps, "of those saved at once, "),
    (Flaw::WritesAllKeys, "what is saved at once under other keys stays"),
    (Flaw::KeepsByHalves, "a save that is given up is done whole or not at all"),
    (Flaw::LeasesTwice, "nobody else gets a lease that is held"),
    (Flaw::LeasesToItselfTwice, "the same store gives a lease once"),
    (Flaw::LeasesForEver, "a lease that nobody has is free"),
    (Flaw::LeasesWithoutBound, "a lease has a bound"),
    (Flaw::LooksThenLeases, "of those who ask for a lease at once, one gets it"),
    (Flaw::LeasesAllKeys, "the lease of another key, \"LEASE 1\", is free"),
    (Flaw::LocksWhatIsLeased, "a lease holds up no save"),
    (Flaw::LeasesWhileItIsThere, "a lease is held longer than its store"),
    (Flaw::LeasesInARuntime, "a lease can be dropped on a thread without a runtime"),
    (Flaw::LeasesToAThread, "a lease that is dropped on another thread ends"),
];
