//! Paths that lead to the file by symbolic links, or to no file at all.

use std::fs::{create_dir, read_dir, remove_file};
use std::os::unix::fs::symlink;
use std::path::Path;

use kf_token::{FileStore, Record, Saved, TokenKey, TokenStore};

use super::Folder;

fn key() -> TokenKey {
    TokenKey::new("k")
}

fn record(generation: u64) -> Record {
    Record::new("t", 1, 2, generation)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_a_link_leads_to_is_written_and_locked() {
    let folder = Folder::new("links");
    create_dir(folder.path("real")).unwrap();
    create_dir(folder.path("links")).unwrap();
    symlink("../real/tokens.json", folder.path("links/one")).unwrap();
    symlink("one", folder.path("links/two")).unwrap();
    symlink(folder.path("real"), folder.path("by folder")).unwrap();
    let paths = ["links/two", "links/one", "by folder/tokens.json", "real/tokens.json"].map(|name| folder.path(name));
    // The first one is opened while there is nothing at the end of the links, the others once there is.
    for (path, generation) in paths.iter().zip(1..) {
        let store = FileStore::open(path).unwrap();
        assert_eq!(store.save(&key(), &record(generation), generation - 1).await.unwrap(), Saved::Kept, "{path:?}");
        let held = store.lease(&key()).await.unwrap();
        assert!(held.is_some(), "{path:?}");
        for other in &paths {
            let other = FileStore::open(other).unwrap();
            assert_eq!(other.load(&key()).await.unwrap(), Some(record(generation)));
            assert!(other.lease(&key()).await.unwrap().is_none(), "they share the locks");
        }
    }
    assert_eq!(names(&folder.path("links")), ["one", "two"]);
    assert!(folder.path("links/one").is_symlink() && folder.path("links/two").is_symlink(), "links stay links");
    let real = names(&folder.path("real"));
    assert_eq!((real.len(), real[0].as_str(), real[2].as_str()), (3, "tokens.json", "tokens.json.lock"), "{real:?}");
}

#[tokio::test]
async fn where_a_link_leads_is_settled_when_the_store_is_opened() {
    let folder = Folder::new("settled");
    for name in ["one", "two"] {
        create_dir(folder.path(name)).unwrap();
    }
    symlink("one", folder.path("link")).unwrap();
    let store = FileStore::open(folder.path("link/tokens.json")).unwrap();
    remove_file(folder.path("link")).unwrap();
    symlink("two", folder.path("link")).unwrap();
    assert_eq!(store.save(&key(), &record(1), 0).await.unwrap(), Saved::Kept);
    assert!(folder.path("one/tokens.json").is_file() && names(&folder.path("two")).is_empty());
}

#[test]
fn a_path_that_leads_to_no_file_is_refused() {
    let folder = Folder::new("astray");
    symlink("loop two", folder.path("loop one")).unwrap();
    symlink("loop one", folder.path("loop two")).unwrap();
    symlink("no/tokens.json", folder.path("nowhere")).unwrap();
    symlink(".", folder.path("itself")).unwrap();
    std::fs::write(folder.path("file"), "").unwrap();
    for (name, words) in [
        ("loop one", "loop one cannot be followed to a file; look at its folders and symbolic links"),
        ("file/tokens.json", "file/tokens.json cannot be followed to a file"),
        ("nowhere", "/nowhere; make it first"),
        ("no/tokens.json", "/no/tokens.json; make it first"),
        ("itself", "itself is no file; give the path of one"),
    ] {
        let error = FileStore::open(folder.path(name)).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    // Renaming a file into its place would take a device from all who use it.
    for path in ["/dev/null", "/", "", ".."] {
        let error = FileStore::open(path).unwrap_err();
        assert_eq!(error.to_string(), format!("{path} is no file; give the path of one"));
    }
}

/// Whoever puts a link in the place of the file once it is in use does not lead anybody to another file.
#[tokio::test]
async fn a_link_that_comes_later_is_not_followed() {
    let folder = Folder::new("later");
    let (path, other) = (folder.path("tokens.json"), folder.path("other.json"));
    let (store, stranger) = (FileStore::open(&path).unwrap(), FileStore::open(&other).unwrap());
    stranger.save(&key(), &record(7), 0).await.unwrap();
    symlink(&other, &path).unwrap();
    let error = store.load(&key()).await.unwrap_err();
    assert!(error.to_string().ends_with("tokens.json cannot be read") && !error.is_foreign(), "{error}");
    store.save(&key(), &record(8), 7).await.unwrap_err();
    assert_eq!(stranger.load(&key()).await.unwrap(), Some(record(7)));
    assert!(path.is_symlink(), "it is as it was");
    remove_file(&path).unwrap();
    assert_eq!(store.save(&key(), &record(8), 7).await.unwrap(), Saved::Kept);
}
