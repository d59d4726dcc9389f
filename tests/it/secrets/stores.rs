//! What stores tell, above all when something is wrong with them.

use std::path::PathBuf;
use std::sync::Arc;

use kf_sim::SimTransport;
use kf_token::{FileStore, Record, Refreshing, StableToken, TokenKey, TokenStore};
use kf_transport::ManualClock;

use super::canary::{ACCESS_TOKEN, APP_SECRET, Canaries, REFRESH_TOKEN, REPEATED};
use super::shown::{Shown, Trace};
use super::{app_id, world};
use crate::scene::APP;

/// A folder of its own for each test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kf-tests-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn key() -> TokenKey {
    TokenKey::new("stable:a")
}

fn record() -> Record {
    let mut record = Record::new(ACCESS_TOKEN, 1, u64::MAX, 7);
    record.refresh = Some(REFRESH_TOKEN.into());
    record
}

#[tokio::test]
async fn no_store_shows_one() {
    let (trace, _guard) = Trace::begin();
    let mut shown = Shown::default();
    let folder = Folder::new("stores");
    let path = folder.path("tokens.json");
    let store = FileStore::open(&path).unwrap();
    shown.debug("a first save", &store.save(&key(), &record(), 0).await);
    shown.debug("another one", &store.save(&key(), &record(), 3).await);
    shown.debug("a load", &store.load(&key()).await);
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(Canaries::new([]).found(&kept).is_some(), "the file is where it may be");
    std::fs::write(&path, kept.replace("kf-tokens-1", REPEATED)).unwrap();
    shown.error("a foreign file", store.load(&key()).await.unwrap_err());
    for cut in 1..kept.len() {
        if let Some(part) = kept.get(..cut) {
            std::fs::write(&path, part).unwrap();
            shown.error("half of a file", store.load(&key()).await.unwrap_err());
        }
    }
    for (from, to) in [("\"token\"", "\"tokens\""), ("\"generation\": 7", "\"generation\": \"7\""), ("1,", "-1,")] {
        let other = kept.replace(from, to);
        assert_ne!(other, kept);
        std::fs::write(&path, other).unwrap();
        shown.error("a file of another form", store.load(&key()).await.unwrap_err());
    }
    shown.debug("FileStore", &store);
    let tokens = Refreshing::new(StableToken::new(SimTransport::new(world()), app_id(APP), APP_SECRET), store);
    shown.debug("a token", &tokens.token().await);
    shown.text("the trace", trace.text());
    assert!(trace.text().contains("cannot be read"), "a warning is there: {}", trace.text());
    shown.hides(&Canaries::new([]));
}

/// What is told of work on other threads that could not be done.
#[test]
fn no_store_that_cannot_work_shows_one() {
    let mut shown = Shown::default();
    let folder = Folder::new("trouble");
    let path = folder.path("tokens.json");
    let clock = ManualClock::default();
    let store = FileStore::open_on(&path, Arc::new(clock.clone())).unwrap();
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime().block_on(store.save(&key(), &record(), 0)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        shown.error("a file that others can write", runtime().block_on(store.load(&key())).unwrap_err());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let lock = std::fs::File::open(folder.path("tokens.json.lock")).unwrap();
    lock.lock().unwrap();
    let frozen = runtime().block_on(async {
        let (store, clock) = (store.clone(), clock.clone());
        let save = tokio::spawn(async move { store.save(&key(), &record(), 7).await });
        while !save.is_finished() {
            clock.advance(std::time::Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
        save.await.unwrap()
    });
    shown.error("a lock that stays", frozen.unwrap_err());
    let ended = runtime();
    let handle = ended.handle().clone();
    ended.shutdown_background();
    shown.error("a load after the end", handle.block_on(store.load(&key())).unwrap_err());
    shown.error("a save after the end", handle.block_on(store.save(&key(), &record(), 7)).unwrap_err());
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    shown.error("a folder in its place", runtime().block_on(store.load(&key())).unwrap_err());
    drop(folder);
    shown.error("no folder", runtime().block_on(store.save(&key(), &record(), 7)).unwrap_err());
    assert!(shown.len() >= 5, "{} things were shown", shown.len());
    shown.hides(&Canaries::new([]));
}
