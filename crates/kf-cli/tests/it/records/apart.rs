//! What must not get into one file or onto one screen, and what a signal must reach.

use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;

use rustix::process::Signal;

use super::{export, many, start, world};
use crate::running::{Done, Folder, send};
use crate::within::{Captured, args};

/// The app of the default world.
const APP: &str = "wx5ca1ab1e00c0ffee";

/// An export with a token that somebody else looks after.
fn with_token(folder: &Folder, host: &str, token: &str, more: &[&str]) -> Done {
    let list: Vec<_> = export("2026-03-02", "out.jsonl", "4").into_iter().filter(|it| *it != "--sim").collect();
    let mut command = folder.command(&[&list[..], more].concat());
    command.env("KF_BASE_URL", host).env("KF_ACCESS_TOKEN", token).env("HOME", folder.path(""));
    Done::of(&command.output().unwrap())
}

fn token(folder: &Folder) -> String {
    let shown = folder.kf(&["--sim", "token", "show", "--reveal", "--json"]).ok();
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    shown["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn what_a_token_asked_for_goes_on_only_at_its_host_and_for_its_app() {
    let folder = Folder::new("records-token");
    let sim = start(&folder, &world("", "", &many(2, 10)));
    folder.kf(&["--sim", "records", "list", "--day", "2026-03-01"]).ok();
    let token = token(&folder);
    let refuse = || folder.kf(&["sim", "fault", "errcode", "45009", "--endpoint", "list_records", "--times", "1"]).ok();
    refuse();
    let err = with_token(&folder, &sim.url, &token, &[]).failed(4);
    assert!(err.starts_with("kf: KF_ACCESS_TOKEN does not say whose records these are: once stopped, "), "{err}");
    let end = "; 0 rows are kept in out.jsonl.part, and nothing says of which app, so that they cannot be gone on with: begin anew \
               with --restart, and name the app by --token-of\n";
    assert!(err.ends_with(end), "{err}");
    for more in [&[][..], &["--token-of", APP]] {
        let err = with_token(&folder, &sim.url, &token, more).failed(5);
        assert!(err.contains("nothing says of which app; add --restart"), "{err}");
    }

    refuse();
    let named = ["--token-of", APP];
    let err = with_token(&folder, &sim.url, &token, &[&named[..], &["--restart"]].concat()).failed(4);
    assert!(err.ends_with("the same command goes on behind the 0 rows that are kept in out.jsonl.part\n"), "{err}");
    let other = sim.url.replace("127.0.0.1", "localhost");
    let err = with_token(&folder, &other, &token, &named).failed(5);
    assert!(err.contains(&format!("--format jsonl --app-id {APP} at {}; finish that one", sim.url)), "{err}");
    let err = with_token(&folder, &sim.url, &token, &["--token-of", "wxdecade00facade00"]).failed(5);
    assert!(err.contains("holds a part of another export"), "{err}");
    with_token(&folder, &sim.url, &token, &named).ok();

    let err = folder.kf(&[&export("2026-03-02", "b.jsonl", "4")[..], &["--token-of", "wxdecade00facade00"]].concat());
    assert!(err.failed(2).contains(&format!("the calls are those of {APP}; leave it out")));
}

#[test]
fn a_signal_ends_it_whoever_reads() {
    let folder = Folder::new("records-blocked");
    let _sim = start(&folder, &world("", "", &many(10, 100)));
    // Whoever runs this in the background may have had SIGINT ignored, and what is ignored stays so in children.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0").trim();
    let is_ignored = |signal: Signal| u64::from_str_radix(ignored, 16).unwrap() >> (signal.as_raw() - 1) & 1 == 1;
    for signal in [Signal::INT, Signal::TERM].into_iter().filter(|signal| !is_ignored(*signal)) {
        let list: Vec<_> = export("2026-03-10", "-", "5");
        let mut child = folder.command(&list).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0]).unwrap();
        send(&child, signal);
        out.read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(signal.as_raw()));
    }
}

#[test]
fn how_far_it_is_does_not_get_between_the_rows() {
    let folder = Folder::new("records-between");
    let _sim = start(&folder, &world("", "", &many(2, 20)));
    let (out, err) = (Captured::default(), Captured::default());
    let user = rustix::process::geteuid().as_raw();
    let run = folder.path("run").into_os_string();
    let env = kf_cli::Env::new([("XDG_RUNTIME_DIR".into(), run)], folder.path(""), folder.path(""), Some(user), 1);
    let mut streams = kf_cli::Streams::new(out.clone(), err.clone(), false).screen(true, || Some(60));
    kf_cli::run(args(&export("2026-03-02", "-", "5")), &env, &mut streams);
    drop(streams);
    assert_eq!(out.text().lines().count(), 40);
    assert_eq!(err.text(), "kf: 40 records from 2026-03-01 to 2026-03-02, Beijing time, written\n");
}
