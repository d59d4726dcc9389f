//! Tokens in a file.

mod given_up;
#[cfg(unix)]
mod links;
#[cfg(unix)]
mod others;

use std::path::PathBuf;

use kf_token::{FileStore, Record, Saved, TokenKey, TokenStore};
use kf_transport::ManualClock;

use crate::script::Step::Give;
use crate::script::{Script, secret, tokens_in};

/// A folder of its own for each test, removed at its end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kf-token-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("mode");
    let path = folder.path("tokens.json");
    let store = FileStore::open(&path).unwrap();
    let record = Record::new("t", 1, 2, 1);
    store.save(&TokenKey::new("k"), &record, 0).await.unwrap();
    let _lease = store.lease(&TokenKey::new("k")).await.unwrap();
    for entry in std::fs::read_dir(&folder.0).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    store.save(&TokenKey::new("k"), &Record::new("t", 1, 2, 2), 1).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "a wider file is narrowed");
}

#[tokio::test]
async fn what_is_no_file_of_ours_is_named_and_replaced_by_a_good_fetch() {
    let folder = Folder::new("foreign");
    let path = folder.path("tokens.json");
    let cut = r#"{"form":"kf-tokens-1","records":{"test:script":{"token":"canary"#;
    let row = r#""token":"canary","obtained_at":1,"expires_at":2,"generation":1,"canary":1"#;
    let contents: [&[u8]; 8] = [
        b"",
        b"\0\xFF\xFEcanary",
        b"{}",
        b"[canary]",
        cut.as_bytes(),
        br#"{"form":"canary","records":{}}"#,
        br#"{"form":"kf-tokens-1","records":{},"canary":1}"#,
        &format!(r#"{{"form":"kf-tokens-1","records":{{"test:script":{{{row}}}}}}}"#).into_bytes(),
    ];
    // A file that the test made itself could be open to others.
    let store = FileStore::open(&path).unwrap();
    store.save(&TokenKey::new("test:script"), &Record::new("t", 1, 2, 1), 0).await.unwrap();
    for content in contents {
        std::fs::write(&path, content).unwrap();
        let error = store.load(&TokenKey::new("test:script")).await.unwrap_err();
        assert!(error.is_foreign());
        assert!(error.to_string().ends_with("holds no tokens of kf; the next good fetch replaces it"), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"));
        let failing = Script::new(vec![crate::script::Step::Silent]);
        tokens_in(&failing, store.clone(), &ManualClock::default()).token().await.unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), content, "a failed fetch replaces nothing");
        let script = Script::new(vec![Give("one", 7200)]);
        let token = tokens_in(&script, store.clone(), &ManualClock::default()).token().await.unwrap();
        assert_eq!(token, secret("one"));
        assert_eq!(store.load(&TokenKey::new("test:script")).await.unwrap().unwrap().token, *token);
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_written_still_gives_tokens() {
    let folder = Folder::new("gone");
    let store = FileStore::open(folder.path("sub.json")).unwrap();
    std::fs::remove_dir_all(&folder.0).unwrap();
    let script = Script::new(vec![Give("one", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens_in(&script, store, &clock);
    assert_eq!(tokens.token().await.unwrap(), secret("one"));
    assert_eq!(tokens.token().await.unwrap(), secret("one"));
    assert_eq!(script.asked(), 1);
}

#[test]
fn a_path_that_cannot_be_a_file_is_refused() {
    let folder = Folder::new("paths");
    let missing = FileStore::open(folder.path("no/tokens.json")).unwrap_err();
    assert!(missing.to_string().contains("make it first"), "{missing}");
    let itself = FileStore::open(&folder.0).unwrap_err();
    assert!(itself.to_string().contains("is no file"), "{itself}");
    FileStore::open("a name alone.json").expect("it is one in the folder of the process");
}

/// What is left of a process that died while it wrote.
#[tokio::test]
async fn what_a_writer_left_behind_goes_with_the_next_save() {
    let folder = Folder::new("left");
    let store = FileStore::open(folder.path("tokens.json")).unwrap();
    let others = ["other.json.next", "tokens.json.1.tmp", "tokens.json.next.mine", "tokens.json.tmp"];
    for name in others.iter().chain(&["tokens.json.next"]) {
        std::fs::write(folder.path(name), "left behind").unwrap();
    }
    assert_eq!(store.save(&TokenKey::new("k"), &Record::new("t", 1, 2, 1), 0).await.unwrap(), Saved::Kept);
    assert!(!folder.path("tokens.json.next").exists());
    for name in others {
        assert_eq!(std::fs::read(folder.path(name)).unwrap(), b"left behind", "{name} is not ours");
    }
}

#[tokio::test]
async fn two_that_open_one_file_see_the_same() {
    let folder = Folder::new("two");
    let path = folder.path("tokens.json");
    let (one, two) = (FileStore::open(&path).unwrap(), FileStore::open(&path).unwrap());
    let key = TokenKey::new("k");
    assert_eq!(one.save(&key, &Record::new("t", 1, 2, 1), 0).await.unwrap(), Saved::Kept);
    assert_eq!(two.load(&key).await.unwrap().unwrap().token, "t".into());
    assert!(!format!("{one:?}").contains("\"t\""));
}
