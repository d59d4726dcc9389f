//! What the simulator leaves on disk, and what it takes from there.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::process::Signal;
use serde_json::Value;

use crate::running::{Folder, alone};

const SIM: [&str; 3] = ["sim", "--listen", "127.0.0.1:0"];

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn the_file_by_which_it_is_found_is_for_its_user_alone_and_goes_with_it() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let folder = Folder::new("found");
        let sim = folder.start(&SIM);
        let entry: Value = serde_json::from_slice(&fs::read(folder.entry()).unwrap()).unwrap();
        assert_eq!((entry["url"].as_str(), entry["pid"].as_u64()), (Some(&*sim.url), Some(sim.pid().into())));
        assert_eq!((mode(&folder.entry()), mode(&folder.path("run/kf"))), (0o600, 0o700));
        let (status, err) = sim.end(signal);
        assert_eq!((status.code(), err.as_str()), (Some(0), ""));
        assert_eq!(fs::read_dir(folder.path("run/kf")).unwrap().count(), 0);
    }
}

#[test]
fn without_a_folder_of_the_session_there_is_one_of_the_user() {
    let folder = Folder::new("fallback");
    let mut command = folder.command(&SIM);
    command.env_remove("XDG_RUNTIME_DIR");
    let _sim = crate::running::Running::of(command);
    let own = folder.path(&format!("kf-{}", rustix::process::geteuid().as_raw()));
    assert_eq!((mode(&own), mode(&own.join("sim.json"))), (0o700, 0o600));
    let mut command = folder.command(&["sim", "clock"]);
    assert!(command.env_remove("XDG_RUNTIME_DIR").output().unwrap().status.success());
}

#[test]
fn a_file_that_was_left_behind_is_told_and_replaced() {
    let folder = Folder::new("stale");
    let sim = folder.start(&["sim", "--listen", &alone(2)]);
    let pid = sim.pid();
    sim.end(Signal::KILL);
    let err = folder.kf(&["sim", "clock"]).failed(3);
    let entry = folder.entry();
    let left = format!("process {pid} ended without removing {}: start one with `kf sim`", entry.display());
    assert!(err.contains("no simulator answers at http://127.0.0.") && err.contains(&left), "{err}");
    let sim = folder.start(&SIM);
    folder.kf(&["sim", "clock"]).ok();
    sim.end(Signal::TERM);
    assert!(!entry.exists());
}

#[test]
fn the_last_one_is_found_and_no_other_removes_its_file() {
    let folder = Folder::new("two");
    let first = folder.start(&SIM);
    let second = folder.start(&SIM);
    folder.kf(&["sim", "follow", "oSecond"]).ok();
    assert!(folder.kf(&["sim", "world", "--url", &second.url]).ok().contains("oSecond"));
    assert!(!folder.kf(&["sim", "world", "--url", &first.url]).ok().contains("oSecond"));
    let url = first.url.clone();
    first.end(Signal::TERM);
    folder.kf(&["sim", "clock"]).ok();
    let (_, err) = second.end(Signal::TERM);
    assert!(err.contains(&format!("another simulator runs at {url}; commands find this one until it ends, ")), "{err}");
    let err = folder.kf(&["sim", "clock"]).failed(3);
    assert!(err.contains("no simulator was found: there is no ") && err.contains("start one with `kf sim`"), "{err}");
}

#[test]
fn what_others_could_have_written_is_refused() {
    let folder = Folder::new("others");
    let _sim = folder.start(&SIM);
    let (entry, own) = (folder.entry(), folder.path("run/kf"));
    let set = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    for (path, open, closed) in [(&entry, 0o644, 0o600), (&entry, 0o620, 0o600), (&own, 0o770, 0o700)] {
        set(path, open);
        let err = folder.kf(&["sim", "clock"]).failed(3);
        assert!(err.contains(&format!("{} is open to other users", path.display())), "{err}");
        set(path, closed);
    }
    folder.kf(&["sim", "clock"]).ok();
    fs::rename(&own, folder.path("run/moved")).unwrap();
    std::os::unix::fs::symlink("moved", &own).unwrap();
    let err = folder.kf(&["sim", "clock"]).failed(3);
    assert!(err.contains("is no folder; remove it"), "{err}");
    // It serves all the same.
    let (status, err) = folder.start(&SIM).end(Signal::TERM);
    assert_eq!(status.code(), Some(0));
    assert!(err.contains("only `kf sim` commands will find this simulator, with --url: "), "{err}");
}

#[test]
fn a_world_outlives_the_simulator_however_it_ends() {
    let folder = Folder::new("state");
    let keep = [&SIM[..], &["--state", "world.toml"]].concat();
    let sim = folder.start(&keep);
    let state = folder.path("world.toml");
    assert_eq!(mode(&state), 0o600);
    folder.kf(&["sim", "follow", "oSaved"]).ok();
    // The save falls due a moment later.
    while !fs::read_to_string(&state).unwrap().contains("oSaved") {
        folder.kf(&["sim", "clock"]).ok();
    }
    folder.kf(&["sim", "follow", "oPerhaps"]).ok();
    sim.end(Signal::KILL);
    kf_sim::parse(&fs::read_to_string(&state).unwrap()).unwrap();

    let sim = folder.start(&keep);
    assert!(folder.kf(&["sim", "world"]).ok().contains("oSaved: follows"));
    folder.kf(&["sim", "follow", "oLast"]).ok();
    // What is not saved yet is saved at the end.
    sim.end(Signal::TERM);
    let world = kf_sim::parse(&fs::read_to_string(&state).unwrap()).unwrap();
    assert!(world.apps[0].customers.contains_key("oLast"));
}
