//! A control key is shown nowhere.

use std::fs;

use rustix::process::Signal;

use crate::running::{Folder, Running};

const KEY: &str = "canary-+/%=-key";

#[test]
fn a_control_key_is_wanted_and_never_shown() {
    let folder = Folder::new("key");
    fs::write(folder.path("key"), format!("{KEY}\n")).unwrap();
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0", "--control-key-file", "key"]);
    let command_line = fs::read(format!("/proc/{}/cmdline", sim.pid())).unwrap_or_default();
    assert!(!String::from_utf8_lossy(&command_line).contains(KEY));
    // The file has it, so the commands know it.
    let mut shown = vec![sim.text.clone()];
    let commands: [&[&str]; 6] = [
        &["say", "oWaiting-5ca1ab1e00c0ffee004", "hi"],
        &["log"],
        &["world"],
        &["world", "--toml"],
        &["log", "--json"],
        &["clock"],
    ];
    for args in commands {
        shown.push(folder.kf(&[&["sim"], args].concat()).ok());
    }
    let url = ["sim", "clock", "--url", &sim.url];
    let err = folder.kf(&url).failed(4);
    assert!(err.contains("wants its control key; set KF_SIM_CONTROL_KEY to it"), "{err}");
    for (key, code) in [(KEY, 0), ("wrong-canary", 4)] {
        let output = folder.command(&url).env("KF_SIM_CONTROL_KEY", key).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        shown.push(format!("{output:?}"));
    }
    assert!(fs::read_to_string(folder.entry()).unwrap().contains(KEY));
    let (status, err) = sim.end(Signal::TERM);
    assert_eq!(status.code(), Some(0));
    shown.push(err);
    assert!(shown.iter().all(|text| !text.contains("canary")), "{shown:?}");
}

#[test]
fn the_environment_is_the_other_way_to_give_it() {
    let folder = Folder::new("key-env");
    let mut command = folder.command(&["sim", "--listen", "127.0.0.1:0"]);
    command.env("KF_SIM_CONTROL_KEY", KEY);
    let sim = Running::of(command);
    folder.kf(&["sim", "clock"]).ok();
    folder.kf(&["sim", "clock", "--url", &sim.url]).failed(4);
}

#[test]
fn it_may_listen_elsewhere_with_a_key_alone() {
    let folder = Folder::new("elsewhere");
    let everywhere = ["sim", "--listen", "0.0.0.0:0"];
    let err = folder.kf(&everywhere).failed(2);
    assert!(err.contains("can be reached from other machines") && err.contains("--control-key-file"), "{err}");
    let mut command = folder.command(&everywhere);
    command.env("KF_SIM_CONTROL_KEY", KEY);
    let sim = Running::of(command);
    assert!(sim.url.starts_with("http://127.0.0.1:"), "{}", sim.url);
    folder.kf(&["sim", "clock"]).ok();
}

#[test]
fn a_file_without_a_key_is_refused() {
    let folder = Folder::new("key-file");
    for content in ["", " \n", "two canaries\n", "a\nb\n", "客服"] {
        fs::write(folder.path("key"), content).unwrap();
        let err = folder.kf(&["sim", "--control-key-file", "key"]).failed(5);
        assert!(
            err.contains("--control-key-file: key holds no key; write one line") && !err.contains("canar"),
            "{err}"
        );
    }
    folder.kf(&["sim", "--control-key-file", "none"]).failed(5);
}

#[test]
fn no_option_takes_a_key() {
    let folder = Folder::new("key-argument");
    for arg in ["--control-key=canary", "--key=canary"] {
        let err = folder.kf(&["sim", arg]).failed(2);
        assert!(!err.contains("canary"), "{err}");
    }
    let mut help = folder.command(&["sim", "--help"]);
    let help = String::from_utf8(help.env("KF_SIM_CONTROL_KEY", "canary").output().unwrap().stdout).unwrap();
    assert!(help.contains("KF_SIM_CONTROL_KEY") && !help.contains("canary"), "{help}");
}
