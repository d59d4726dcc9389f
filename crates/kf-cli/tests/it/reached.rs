//! What stands between the command and the platform, and is told: the store of tokens, the proxy, the host, other simulators.

use std::fs;
use std::net::TcpListener;

use kf_cli::{Env, Exit, Streams};
use rustix::process::Signal;

use crate::running::Folder;
use crate::within::{Captured, args};

/// A port of this machine where nobody listens.
fn nobody() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Runs the command for an app of the simulated world, by its URL, with a line more in the profile.
fn with(folder: &Folder, url: &str, line: &str, variables: &[(&str, &str)], list: &[&str]) -> (Exit, String, String) {
    let world = kf_sim::parse(kf_sim::DEFAULT).unwrap();
    fs::create_dir_all(folder.path("kf")).unwrap();
    let id = &world.apps[0].app_id;
    let text = format!("[profile.a]\napp_id = \"{id}\"\nbase_url = \"{url}\"\n{line}\n");
    fs::write(folder.path("kf/config.toml"), text).unwrap();
    let (out, err) = (Captured::default(), Captured::default());
    let path = |name: &str| folder.path(name).to_str().unwrap().to_owned();
    let mut all = vec![
        ("XDG_CONFIG_HOME".into(), path("").into()),
        ("XDG_STATE_HOME".into(), path("state").into()),
        ("XDG_RUNTIME_DIR".into(), path("run").into()),
        ("KF_APP_SECRET".into(), world.apps[0].secret.expose().into()),
    ];
    all.extend(variables.iter().map(|(name, value)| ((*name).into(), (*value).into())));
    let user = Some(rustix::process::geteuid().as_raw());
    let env = Env::new(all, folder.path(""), folder.path(""), user, std::process::id());
    let exit = kf_cli::run(args(list), &env, &mut Streams::new(out.clone(), err.clone(), false));
    (exit, out.text(), err.text())
}

#[cfg(feature = "redis")]
#[test]
fn a_store_that_is_down_is_told_and_never_costs_others_their_token() {
    let folder = Folder::new("store-down");
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    let store = format!("store = \"redis://127.0.0.1:{}\"", nobody());
    let (exit, _, err) = with(&folder, &sim.url, &store, &[], &["online"]);
    assert_eq!((exit, err.lines().count()), (Exit::Ok, 1), "{err}");
    assert!(err.starts_with("kf: tokens are not kept in the Redis at 127.0.0.1:"), "{err}");
    let (exit, out, err) = with(&folder, &sim.url, &store, &[], &["config", "check"]);
    assert!(exit == Exit::Failed && !out.contains("all is well"), "{out}");
    assert!(err.starts_with("kf: tokens cannot be kept in the Redis at 127.0.0.1:"), "{err}");
    let before = folder.kf(&["sim", "log", "--json"]).ok();
    let classic = format!("{store}\ntoken = \"classic\"");
    let (exit, _, err) = with(&folder, &sim.url, &classic, &[], &["online"]);
    assert!(exit == Exit::Failed && err.contains("Nothing was sent"), "{err}");
    assert_eq!(folder.kf(&["sim", "log", "--json"]).ok(), before);
    let (exit, ..) = with(&folder, &sim.url, "", &[], &["config", "check"]);
    assert_eq!(exit, Exit::Ok);
}

#[test]
fn a_proxy_that_may_be_the_cause_is_named() {
    let folder = Folder::new("proxy-named");
    let proxy = format!("http://me:canary@127.0.0.1:{}", nobody());
    let variables = [("HTTPS_PROXY", proxy.as_str())];
    let (exit, _, err) = with(&folder, "https://gateway.invalid", "", &variables, &["-v", "online"]);
    assert_eq!(exit, Exit::NoAnswer, "{err}");
    assert!(err.starts_with("kf: the proxy is http://***@127.0.0.1:"), "{err}");
    assert!(err.trim_end().ends_with(", by HTTPS_PROXY)") && !err.contains("canary"), "{err}");
}

#[test]
fn a_host_that_is_none_is_told_by_the_name_that_a_person_gave_it() {
    let folder = Folder::new("host-named");
    for (url, part) in [
        ("http://192.0.2.1", "KF_BASE_URL: calls to 192.0.2.1 would not be encrypted; "),
        ("http://u:canary@192.0.2.1", "KF_BASE_URL: it has a user in it, "),
    ] {
        let (exit, _, err) = with(&folder, "https://gateway.invalid", "", &[("KF_BASE_URL", url)], &["online"]);
        assert!(exit == Exit::Input && err.contains(part) && !err.contains("canary"), "{err}");
    }
    let (exit, _, err) = with(&folder, "http://192.0.2.1", "", &[], &["online"]);
    assert!(
        exit == Exit::Input && err.contains("base_url: calls to 192.0.2.1") && err.contains("allow_plain_http = true"),
        "{err}"
    );
}

#[test]
fn what_is_for_the_real_platform_is_not_left_out_of_account_beside_sim() {
    let folder = Folder::new("sim-beside");
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    for option in [["--profile", "nonexistent"], ["--secret-file", "/etc/passwd"]] {
        let done = folder.kf(&[&["--sim"], &option[..], &["online"]].concat());
        assert!(done.failed(2).starts_with(&format!("kf: {} is for the real platform", option[0])));
    }
    let list = folder.kf(&["--sim", "config", "list"]).ok();
    assert!(list.contains(&format!("  the simulator at {} as ", sim.url)), "{list}");
    let password = "store = \"redis://:canary@127.0.0.1\"";
    let (_, out, _) = with(&folder, "https://gateway.invalid", password, &[], &["config", "list"]);
    assert!(out.contains("a password does not belong into config.toml") && !out.contains("canary"), "{out}");
}

#[test]
fn where_a_second_simulator_ends_the_first_is_found_again() {
    let folder = Folder::new("sim-twice");
    let start = || folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    let used = || folder.kf(&["--sim", "config", "list"]).ok();
    let (first, killed, third) = (start(), start(), start());
    assert!(used().contains(&third.url));
    let _ = killed.end(Signal::KILL);
    let _ = third.end(Signal::TERM);
    assert!(used().contains(&first.url), "{}", used());
    folder.kf(&["--sim", "online", "-q"]).ok();
    let _ = first.end(Signal::TERM);
    assert!(!folder.entry().exists());
    let err = folder.kf(&["--sim", "online"]).failed(3);
    assert!(err.contains("start one with `kf sim`") && !err.contains("--url"), "{err}");
    assert!(folder.kf(&["sim", "clock"]).failed(3).contains("or give --url"));
}

#[test]
fn a_call_is_shown_when_it_goes_out() {
    let folder = Folder::new("shown-out");
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    let mut command = folder.command(&["--sim", "-v", "account", "list"]);
    folder.kf(&["sim", "fault", "delay", "600000", "--endpoint", "list_accounts"]).ok();
    let mut child = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    // No answer of the listing comes in this time.
    let shown = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with("-> ") && line.contains("getkflist"));
    assert!(shown.is_some());
    child.kill().unwrap();
    child.wait().unwrap();
    drop(sim);
}
