//! A roster that is killed or stopped while it is applied: a second run finishes it.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher as _, Hasher as _};
use std::process::{Child, Stdio};

use rustix::process::Signal;

use super::{calls, json, many, roster, scene};
use crate::running::{Folder, send};

const APPLY: [&str; 7] = ["--sim", "roster", "apply", "r.toml", "--prune", "--yes", "-q"];

fn random(below: usize) -> usize {
    usize::try_from(RandomState::new().build_hasher().finish() % below as u64).unwrap()
}

/// Calls that change something and were accepted.
fn changes(folder: &Folder) -> usize {
    let is_change = |(name, errcode): &(String, i64)| name.ends_with("_account") && *errcode == 0;
    calls(folder).iter().filter(|call| is_change(call)).count()
}

/// Applies the roster, and ends it by a signal when so many changes more have reached the platform; gives how it ended, and
/// what it said.
fn end_after(folder: &Folder, changed: usize, signal: Signal) -> (Option<i32>, String) {
    let before = changes(folder);
    let mut command = folder.command(&APPLY[..6]);
    let mut child: Child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while changes(folder) < before + changed && child.try_wait().unwrap().is_none() {}
    // What has ended by itself gets no signal.
    if child.try_wait().unwrap().is_none() {
        send(&child, signal);
    }
    let output = child.wait_with_output().unwrap();
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
    )
}

#[test]
fn killed_at_any_moment_it_is_finished_by_a_second_run() {
    for life in 0..4 {
        let (folder, _sim) = scene(&format!("roster-killed-{life}"), "r.toml", &many(0, 20));
        roster(&folder, &["apply", "r.toml", "--yes"]);
        // Half of them go, others come, some have other names.
        let wish = many(10, 20).replace("客服 1", "顾问 1");
        fs::write(folder.path("r.toml"), wish).unwrap();
        folder.kf(&["sim", "fault", "delay", "40"]).ok();
        let mut kills = 0;
        while kills < 3 {
            let (code, said) = end_after(&folder, random(12), Signal::KILL);
            // None means that it was killed; over before that is fine too.
            if code.is_some() {
                assert_eq!(code, Some(0), "{said}");
                break;
            }
            kills += 1;
        }
        folder.kf(&["sim", "fault", "clear"]).ok();
        assert_eq!(folder.kf(&APPLY).code, Some(0), "after {kills} kills");
        let done = folder.kf(&["--sim", "roster", "plan", "r.toml", "--prune", "--detailed-exitcode"]);
        assert_eq!(done.code, Some(0), "{done:?}");
        // Nothing was done twice: each account came once and went once.
        let all = calls(&folder);
        let count = |wanted: &str| all.iter().filter(|(name, errcode)| name == wanted && *errcode == 0).count();
        assert_eq!((count("add_account"), count("delete_account")), (20 + 10, 10));
    }
}

#[test]
fn told_to_stop_it_waits_for_what_is_in_flight_and_tells_the_rest() {
    for signal in [Signal::INT, Signal::TERM] {
        let (folder, _sim) = scene("roster-told", "r.toml", &many(0, 12));
        folder.kf(&["sim", "fault", "delay", "700", "--endpoint", "add_account"]).ok();
        let (code, said) = end_after(&folder, 1, signal);
        assert_eq!(code, Some(130), "{said}");
        assert!(said.contains("kf: stopping; calls in flight are waited for: "), "{said}");
        let (done, left) = (changes(&folder), said.matches("left: + n").count());
        assert!(done > 0 && done + left == 12, "{done} {left}: {said}");
        let end =
            format!("{done} of 12 steps done, {left} not begun. Stopped; apply the roster again to do the rest.\n");
        assert!(said.contains(&end), "{said}");
        folder.kf(&["sim", "fault", "clear"]).ok();
        assert_eq!(folder.kf(&APPLY).code, Some(0));
        assert_eq!(changes(&folder), 12);
    }
}

#[test]
fn there_are_never_more_than_100_accounts() {
    let (folder, _sim) = scene("roster-limit", "r.toml", &many(0, 97));
    assert_eq!(folder.kf(&APPLY).code, Some(0));
    // Full: 30 go and 30 come.
    fs::write(folder.path("r.toml"), many(30, 97)).unwrap();
    let _ = end_after(&folder, random(40), Signal::KILL);
    assert_eq!(folder.kf(&APPLY).code, Some(0));
    let mut accounts = 3;
    for (name, errcode) in calls(&folder) {
        assert!(errcode == 0 || !name.ends_with("_account"), "{name} was refused with {errcode}");
        match &*name {
            "add_account" => accounts += 1,
            "delete_account" => accounts -= 1,
            _ => {}
        }
        assert!(accounts <= 100, "{accounts}");
    }
    assert_eq!(accounts, 100);
    // One too many is told before anything is sent.
    let before = calls(&folder).len();
    fs::write(folder.path("r.toml"), many(30, 98)).unwrap();
    let done = folder.kf(&APPLY);
    assert_eq!(done.code, Some(5), "{done:?}");
    assert!(done.err.contains("100"), "{}", done.err);
    assert_eq!(calls(&folder).len(), before);
    // And beside accounts that are left alone it is said which there is no room for.
    fs::write(folder.path("r.toml"), many(100, 40)).unwrap();
    let plan = json(&folder.kf(&["--sim", "roster", "plan", "r.toml", "--json"]).ok());
    let no_room = plan["obstacles"].as_array().unwrap().iter().filter(|it| it["reason"] == "no_room").count();
    assert_eq!(no_room, 13, "{plan}");
}
