//! Other users of the machine: what they could have written, or read, is not used.

use std::fs::{Permissions, metadata, read, set_permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};

use kf_token::{FileStore, Record, Saved, TokenKey, TokenStore};
use kf_transport::ManualClock;

use super::Folder;
use crate::script::Step::{Give, Silent};
use crate::script::{Script, secret, tokens_in};

/// A key of another app, in the same file.
fn other() -> TokenKey {
    TokenKey::new("test:other")
}

fn ours() -> TokenKey {
    TokenKey::new("test:script")
}

/// A file with tokens that live, which then gets a mode.
async fn opened_to_others(folder: &Folder, mode: u32) -> FileStore {
    let path = folder.path("tokens.json");
    let _ = std::fs::remove_file(&path);
    let store = FileStore::open(&path).unwrap();
    for key in [ours(), other()] {
        let saved = store.save(&key, &Record::new("canary", 1_800_000_000, 1_800_007_200, 1), 0).await.unwrap();
        assert_eq!(saved, Saved::Kept);
    }
    set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    store
}

#[tokio::test]
async fn a_file_that_others_can_open_is_told_of_and_replaced_by_a_good_fetch() {
    let folder = Folder::new("others");
    let path = folder.path("tokens.json");
    for (mode, can) in [(0o666, "write"), (0o620, "write"), (0o602, "write"), (0o640, "read"), (0o604, "read")] {
        let store = opened_to_others(&folder, mode).await;
        let before = read(&path).unwrap();
        let error = store.load(&ours()).await.unwrap_err();
        let expected = format!(
            "other users can {can} {} (mode {mode:04o}), so its tokens are not used; run `chmod 600 {0}` if they are yours, or \
             let the next good fetch replace it",
            path.display()
        );
        assert_eq!((error.to_string(), error.is_foreign()), (expected, true));
        assert!(store.load(&other()).await.is_err(), "it holds for every key");
        let failing = tokens_in(&Script::new(vec![Silent]), store.clone(), &ManualClock::default());
        failing.token().await.unwrap_err();
        assert_eq!((read(&path).unwrap(), metadata(&path).unwrap().mode() & 0o777), (before, mode), "it is as it was");
        let fetched = tokens_in(&Script::new(vec![Give("one", 7200)]), store.clone(), &ManualClock::default());
        assert_eq!(fetched.token().await.unwrap(), secret("one"), "{mode:o}");
        assert_eq!(metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(store.load(&ours()).await.unwrap().unwrap().token, "one".into());
        // Nobody else can have written what others could only read: the other apps keep their records.
        assert_eq!(store.load(&other()).await.unwrap().is_some(), can == "read", "{mode:o}");
    }
}

#[tokio::test]
async fn a_file_that_was_closed_again_is_used() {
    let folder = Folder::new("closed");
    let store = opened_to_others(&folder, 0o666).await;
    store.load(&ours()).await.unwrap_err();
    for mode in [0o600, 0o400, 0o700] {
        set_permissions(folder.path("tokens.json"), Permissions::from_mode(mode)).unwrap();
        assert_eq!(store.load(&ours()).await.unwrap().unwrap().token, "canary".into(), "{mode:o}");
    }
}

/// Only root can give a file away; for others the rows beside the rule must do.
#[tokio::test]
async fn a_file_of_another_user_is_told_of_and_replaced_by_a_good_fetch() {
    let folder = Folder::new("owner");
    let path = folder.path("tokens.json");
    let store = opened_to_others(&folder, 0o600).await;
    if chown(&path, Some(12_345), None).is_err() {
        return;
    }
    let error = store.load(&ours()).await.unwrap_err();
    assert!(error.to_string().contains("belongs to another user (12345), so its tokens are not used"), "{error}");
    assert!(error.is_foreign());
    let fetched = tokens_in(&Script::new(vec![Give("one", 7200)]), store.clone(), &ManualClock::default());
    assert_eq!(fetched.token().await.unwrap(), secret("one"));
    assert_eq!(metadata(&path).unwrap().uid(), metadata(folder.path("tokens.json.lock")).unwrap().uid(), "it is ours");
    assert_eq!(store.load(&other()).await.unwrap(), None, "what somebody else wrote is nobody's");
}
