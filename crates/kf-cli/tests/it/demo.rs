//! The demo: a story that ends well wherever it is told.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::Stdio;

use kf_cli::{Env, Exit, Streams};
use rustix::process::Signal;

use crate::running::{Folder, Running, send};
use crate::within::{Captured, args};

/// Each step: the command, and the last line of what it says.
const STORY: [(&str, &str); 14] = [
    ("--sim account list", "test3@test  客服3     1003  kfwx3 (invited until "),
    (
        "--sim account add reception_desk@test \"前台\"",
        "kf: reception_desk@test is no account: the prefix has 14 characters; at most 10 are allowed",
    ),
    ("--sim account add reception@test \"前台\"", "added reception@test as 前台"),
    ("--sim account update reception@test \"前台小王\"", "reception@test is 前台小王 now"),
    ("--sim account invite reception@test kfwx9", "invited kfwx9 to work as reception@test; they accept in WeChat"),
    ("sim accept kfwx9", "kfwx9 works as reception@test"),
    ("sim online reception@test", "reception@test is online"),
    ("sim follow oNew", "oNew follows"),
    ("sim say oNew \"请问几点开门？\"", "oNew waits"),
    ("--sim session open reception@test oNew", "reception@test serves oNew now"),
    ("--sim message send text oNew \"九点开门，欢迎光临\" --as reception@test", "sent text to oNew as reception@test"),
    ("--sim session close reception@test oNew", "reception@test no longer serves oNew"),
    ("--sim account delete reception@test", "deleted reception@test"),
    ("--sim account list", "test3@test  客服3     1003  kfwx3 (invited until "),
];

/// The calls that go out, in their order.
const CALLS: [&str; 9] = [
    "POST /cgi-bin/stable_token {\"appid\":\"wx5ca1ab1e00c0ffee\",\"grant_type\":\"client_credential\",\"secret\":\"***\"}",
    "GET /cgi-bin/customservice/getkflist?access_token=***",
    "POST /customservice/kfaccount/add?access_token=*** {\"kf_account\":\"reception@test\",\"nickname\":\"前台\"}",
    "POST /customservice/kfaccount/update?access_token=*** {\"kf_account\":\"reception@test\",\"nickname\":\"前台小王\"}",
    "POST /customservice/kfaccount/inviteworker?access_token=*** {\"kf_account\":\"reception@test\",\"invite_wx\":\"kfwx9\"}",
    "POST /customservice/kfsession/create?access_token=*** {\"kf_account\":\"reception@test\",\"openid\":\"oNew\"}",
    "POST /cgi-bin/message/custom/send?access_token=*** {\"touser\":\"oNew\",\"msgtype\":\"text\",\"text\":{\"content\":\
     \"九点开门，欢迎光临\"},\"customservice\":{\"kf_account\":\"reception@test\"}}",
    "POST /customservice/kfsession/close?access_token=*** {\"kf_account\":\"reception@test\",\"openid\":\"oNew\"}",
    "POST /customservice/kfaccount/del?access_token=*** {\"kf_account\":\"reception@test\"}",
];

/// What an account of the user would be found by: where it was used, the story would fail or go to the port of `nobody`.
fn nonsense(nobody: &str) -> Vec<(&'static str, String)> {
    let url = format!("http://canary:canary@{nobody}");
    let mut set: Vec<_> =
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "KF_BASE_URL"]
            .map(|name| (name, url.clone()))
            .into();
    let names = [
        "KF_PROFILE",
        "KF_APP_ID",
        "KF_APP_SECRET",
        "KF_ACCESS_TOKEN",
        "KF_SIM_CONTROL_KEY",
        "KF_PUSH_TOKEN",
        "KF_PUSH_KEY",
    ];
    set.extend(names.map(|name| (name, "canary nonsense".to_owned())));
    set
}

/// Tells the story in this process, to a folder that is all there is.
fn told(folder: &Folder, list: &[&str], variables: &[(&str, String)]) -> (Exit, String, String) {
    let (out, err) = (Captured::default(), Captured::default());
    let mut all: Vec<_> = variables.iter().map(|(name, value)| ((*name).into(), value.into())).collect();
    for name in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"] {
        all.push((name.into(), folder.path("run").into()));
    }
    let user = Some(rustix::process::geteuid().as_raw());
    let env = Env::new(all, folder.path("run"), folder.path("run"), user, std::process::id());
    let exit = kf_cli::run(args(list), &env, &mut Streams::new(out.clone(), err.clone(), false));
    (exit, out.text(), err.text())
}

fn is_empty(folder: &Folder) -> bool {
    fs::read_dir(folder.path("run")).unwrap().next().is_none()
}

#[test]
fn each_step_shows_its_command_its_call_and_what_came_back() {
    let folder = Folder::new("demo");
    let (exit, out, err) = told(&folder, &["demo"], &[]);
    assert_eq!((exit, err.as_str()), (Exit::Ok, ""), "{out}");
    let parts: Vec<_> = out.split("\n\n").collect();
    assert_eq!(parts.len(), STORY.len() + 2, "{out}");
    for (number, ((command, last), part)) in STORY.iter().zip(&parts[1..]).enumerate() {
        let lines: Vec<_> = part.lines().collect();
        assert!(lines[0].starts_with(&format!("{}. ", number + 1)), "{part}");
        assert_eq!(lines[1], format!("   $ kf {command}"));
        assert!(lines.last().unwrap().starts_with(&format!("   {last}")), "{part}");
        let (sent, came) = (part.matches("\n   -> ").count(), part.matches("\n   <- 200 {").count());
        assert_eq!(sent, came, "{part}");
        // What people do in WeChat, and what is refused here, sends nothing.
        let is_call = command.starts_with("--sim") && number != 1;
        assert_eq!(sent > 0, is_call, "{part}");
    }
    let sent: Vec<_> = out.lines().filter_map(|line| line.strip_prefix("   -> ")).collect();
    assert_eq!((&sent[..9], sent[9..].len()), (&CALLS[..], 1), "{out}");
    assert_eq!(out.matches("{\"errcode\":0,\"errmsg\":\"ok\"}").count(), 7, "{out}");
    assert!(parts.last().unwrap().starts_with("That was the whole job. What to do next:\n  kf demo --keep "), "{out}");
    assert!(is_empty(&folder), "it left something behind");
}

#[test]
fn plain_is_the_same_without_indents() {
    let folder = Folder::new("demo-plain");
    let lines = |list: &[&str]| -> Vec<String> {
        let out = told(&folder, list, &[]).1;
        // How long a call took, and when an invite ends, are other ones each time.
        let stable = |line: &str| line.trim_start().split(" (").next().unwrap().to_owned();
        out.lines().map(stable).collect()
    };
    assert_eq!(lines(&["demo"]), lines(&["demo", "--plain"]));
    let out = told(&folder, &["demo", "--plain"], &[]).1;
    let story = out.split("That was the whole job").next().unwrap();
    assert!(story.lines().all(|line| !line.starts_with(' ') && !line.contains('\u{1b}')), "{story}");
}

#[test]
fn no_account_of_the_user_is_used_whatever_is_set() {
    let folder = Folder::new("demo-nonsense");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    nobody.set_nonblocking(true).unwrap();
    let set = nonsense(&nobody.local_addr().unwrap().to_string());
    let config = folder.path("run/kf");
    fs::create_dir(&config).unwrap();
    fs::write(config.join("config.toml"), "this = [is no config").unwrap();
    let (exit, out, err) = told(&folder, &["demo"], &set);
    assert_eq!((exit, err.as_str()), (Exit::Ok, ""), "{out}");
    assert!(!out.contains("canary"), "{out}");
    // As the program, too, whose environment is a real one.
    let output = folder.command(&["demo"]).envs(set.iter().map(|(name, value)| (name, value))).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("14. and is gone.") && !text.contains("canary"), "{text}");
    assert_eq!(nobody.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "somebody called");
    let left: BTreeSet<_> = fs::read_dir(&config).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, BTreeSet::from(["config.toml".into()]));
}

#[test]
fn another_simulator_is_neither_used_nor_forgotten() {
    let folder = Folder::new("demo-beside");
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    folder.kf(&["demo"]).ok();
    assert_eq!(folder.kf(&["sim", "log"]).ok(), "");
    assert!(fs::read_to_string(folder.entry()).unwrap().contains(&sim.url));
    let left = fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    assert_eq!(left, ["run"]);
}

#[test]
fn one_that_is_kept_is_found_until_it_is_told_to_stop() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let folder = Folder::new("demo-kept");
        let (demo, url) = kept(&folder);
        assert!(fs::read_to_string(folder.entry()).unwrap().contains(&format!("\"{url}\"")));
        assert!(folder.kf(&["--sim", "account", "list"]).ok().contains("test1@test"));
        assert_eq!(folder.kf(&["sim", "say", "oHourAgo-5ca1ab1e00c0ffee001", "anybody there?"]).code, Some(0));
        // The story is in its log.
        assert!(folder.kf(&["sim", "log"]).ok().contains("POST /customservice/kfaccount/inviteworker"));
        let (status, err) = demo.end(signal);
        assert_eq!((status.code(), err.as_str()), (Some(0), ""), "{signal:?}");
        assert!(!folder.entry().exists());
        assert_eq!(folder.kf(&["--sim", "account", "list"]).code, Some(3));
    }
}

#[test]
fn one_that_is_stopped_in_the_middle_leaves_nothing_behind() {
    for (signal, list) in [(Signal::INT, &["demo"][..]), (Signal::TERM, &["demo", "--keep"]), (Signal::HUP, &["demo"])]
    {
        let folder = Folder::new("demo-stopped");
        let mut child = folder.command(list).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut String::new()).unwrap();
        send(&child, signal);
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        // It may have been over already.
        let code = child.wait().unwrap().code();
        assert!(code == Some(130) || code == Some(0) && rest.contains("14. and is gone."), "{code:?}: {rest}");
        assert!(!folder.entry().exists());
        let left = fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
        assert_eq!(left, ["run"]);
    }
}

/// A demo that is kept, when its story is over, and where its simulator is.
fn kept(folder: &Folder) -> (Running, String) {
    let demo = Running::kept(folder.command(&["demo", "--keep"]));
    let line = demo.text.lines().find_map(|line| line.strip_prefix("The simulator goes on at ")).unwrap();
    let url = line.strip_suffix(". In another terminal:").unwrap().to_owned();
    (demo, url)
}
