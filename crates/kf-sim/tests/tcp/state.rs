//! A world on disk.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kf_sim::{DEFAULT, Deed, Effect, Fault, Platform, Sim, StartError, StateError, StateFile, print};
use kf_transport::ManualClock;

/// A folder of its own for each test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kf-sim-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn platform(clock: &ManualClock) -> Platform {
    Platform::from_toml(DEFAULT, Arc::new(clock.clone())).unwrap()
}

fn follow(openid: &str) -> Deed {
    Deed::Follow { openid: Some(openid.to_owned()) }
}

#[tokio::test]
async fn a_save_falls_due_a_moment_after_the_first_change() {
    let folder = Folder::new("due");
    let path = folder.0.join("state.toml");
    let clock = ManualClock::default();
    let sim = Sim::builder().platform(platform(&clock)).state(StateFile::open(&path).unwrap()).start().await.unwrap();
    let first = std::fs::read_to_string(&path).unwrap();
    sim.platform().act(None, &follow("oOne")).unwrap();
    clock.wait_for_sleepers(1).await;
    assert_eq!(clock.next_wake(), Some(Duration::from_millis(100)));
    sim.platform().act(None, &follow("oTwo")).unwrap();
    clock.advance(Duration::from_millis(99));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), first, "not a moment too soon");
    clock.advance(Duration::from_millis(1));
    let text = loop {
        let text = std::fs::read_to_string(&path).unwrap();
        if text != first {
            break text;
        }
        tokio::task::yield_now().await;
    };
    assert!(text.contains("oOne") && text.contains("oTwo"));
    assert_eq!(text, print(&sim.platform().save().0), "what is saved is the world");
    sim.stop().await.unwrap();
}

#[tokio::test]
async fn stopping_saves_and_the_world_goes_on_from_there() {
    let folder = Folder::new("again");
    let path = folder.0.join("state.toml");
    assert!(StateFile::open(&path).unwrap().world().is_none());
    let clock = ManualClock::default();
    let sim = Sim::builder().platform(platform(&clock)).state(StateFile::open(&path).unwrap()).start().await.unwrap();
    let token = crate::raw::token(&sim).await;
    sim.platform().act(None, &follow("oLast")).unwrap();
    let world = print(&sim.platform().save().0);
    sim.stop().await.unwrap();
    let file = StateFile::open(&path).unwrap();
    let again = Platform::new(file.world().unwrap().clone(), Arc::new(clock)).unwrap();
    assert_eq!(print(&again.save().0), world);
    let sim = Sim::builder().platform(again).state(file).start().await.unwrap();
    let answer =
        crate::raw::call(&sim, "GET", &format!("/cgi-bin/customservice/getkflist?access_token={token}"), &[], b"")
            .await;
    assert_eq!(answer.code(), 0, "the token of before still holds");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_it_and_links_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("link");
    let path = folder.0.join("state.toml");
    let clock = ManualClock::default();
    let sim = Sim::builder().platform(platform(&clock)).state(StateFile::open(&path).unwrap()).start().await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    sim.stop().await.unwrap();
    let link = folder.0.join("link.toml");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(matches!(StateFile::open(&link), Err(StateError::Symlink(_))));
    let left: Vec<_> = std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "nothing is left beside them but the lock: {left:?}");
}

#[test]
fn a_folder_that_is_not_there_is_known_at_the_start() {
    let folder = Folder::new("none");
    let error = StateFile::open(folder.0.join("missing/state.toml")).unwrap_err();
    assert!(error.to_string().contains("see to its folder and its permissions"), "{error}");
}

#[tokio::test]
async fn one_simulator_holds_a_file() {
    let folder = Folder::new("held");
    let path = folder.0.join("state.toml");
    let sim = Sim::builder().state(StateFile::open(&path).unwrap()).start().await.unwrap();
    let error = StateFile::open(&path).unwrap_err();
    assert!(matches!(error, StateError::Held(_)));
    assert!(error.to_string().ends_with("stop it, or give another file"), "{error}");
    sim.stop().await.unwrap();
    StateFile::open(&path).unwrap();
}

/// Nothing is written by a simulator that does not come to run.
#[tokio::test]
async fn a_start_that_fails_writes_nothing() {
    let folder = Folder::new("taken");
    let path = folder.0.join("state.toml");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let builder = Sim::builder().listen(taken.local_addr().unwrap()).state(StateFile::open(&path).unwrap());
    assert!(matches!(builder.start().await, Err(StartError::Listen { .. })));
    assert!(!path.exists());
}

#[tokio::test]
async fn what_cannot_be_saved_is_told_once_and_tried_again() {
    let folder = Folder::new("trouble");
    let path = folder.0.join("sub/state.toml");
    std::fs::create_dir(folder.0.join("sub")).unwrap();
    let clock = ManualClock::default();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let builder = Sim::builder().platform(platform(&clock)).state(StateFile::open(&path).unwrap());
    let sim = builder.on_trouble(move |error| drop(tell.send(error.to_string()))).start().await.unwrap();
    std::fs::remove_dir_all(folder.0.join("sub")).unwrap();
    sim.platform().act(None, &follow("oOne")).unwrap();
    clock.wait_for_sleepers(1).await;
    clock.advance(Duration::from_millis(100));
    assert!(told.recv().await.unwrap().contains("see to its folder"));
    std::fs::create_dir(folder.0.join("sub")).unwrap();
    while !path.exists() {
        if clock.sleepers() > 0 {
            clock.advance(Duration::from_millis(100));
        }
        tokio::task::yield_now().await;
    }
    assert!(told.try_recv().is_err(), "it is told once");
}

#[test]
fn a_file_that_holds_no_world_is_named() {
    let folder = Folder::new("bad");
    let path = folder.0.join("state.toml");
    std::fs::write(&path, "[[app]]\napp_id = 1\n").unwrap();
    let Err(StateError::Content { source, .. }) = StateFile::open(&path) else { panic!("it is no world") };
    assert_eq!(source.line, Some(2), "{source}");
}

/// A world that no file can hold must not empty the file of the world before.
#[tokio::test]
async fn what_cannot_be_written_leaves_the_file_as_it_is() {
    let folder = Folder::new("unwritable");
    let path = folder.0.join("state.toml");
    let clock = ManualClock::default();
    let sim = Sim::builder().platform(platform(&clock)).state(StateFile::open(&path).unwrap()).start().await.unwrap();
    let before = std::fs::read_to_string(&path).unwrap();
    // No door takes such a fault; a program can put it there.
    sim.platform().change(|world| world.faults.push(Fault::new(Effect::Delay(u64::MAX))));
    let error = sim.stop().await.unwrap_err();
    assert!(matches!(error, StateError::Unwritable { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
}
