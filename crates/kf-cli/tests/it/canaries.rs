//! No secret is shown by any command: each is run with credentials that can be recognized in every form.

mod scene;

use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use self::scene::{ACCESS_TOKEN, APP_SECRET, CONTROL_KEY, PASSWORD, PUSH_KEY, PUSH_TOKEN, Scene, found, said, word};
use crate::running::send;

/// Commands of each family; what is not there to be found is as good as what is.
const COMMANDS: [&[&str]; 43] = [
    &["account", "list"],
    &["account", "list", "--json"],
    &["account", "show", "test1@test"],
    &["account", "add", "new@test", "新"],
    &["account", "update", "new@test", "旧"],
    &["account", "invite", "new@test", "somebody"],
    &["account", "picture", "new@test", "moon.jpg"],
    &["account", "delete", "new@test"],
    &["call", "list_accounts"],
    &["call", "fetch_stable_token", "--json", "@body.json"],
    &["completions", "bash"],
    &["config", "list"],
    &["config", "list", "--json"],
    &["config", "check"],
    &["config", "init"],
    &["demo"],
    &["endpoints"],
    &["explain", "40001"],
    &["man"],
    &["media", "upload", "image", "moon.jpg"],
    &["media", "get", "no-such-id", "--out", "got.jpg"],
    &["message", "send", "text", "oHourAgo-5ca1ab1e00c0ffee001", "您好"],
    &["online"],
    &["push", "check", "timestamp=1&nonce=1&signature=1"],
    &["push", "decrypt", "pushed.xml"],
    &["push", "decrypt", "pushed.xml", "--push-secret-file", "push.json"],
    &["quota", "show", "/customservice/kfaccount/add"],
    &["quota", "clear"],
    &["records", "export", "--from", "2026-01-01", "--to", "2026-01-02", "--out", "-"],
    &["rid", "61725984-6126f6f9-040f19c4"],
    &["roster", "export"],
    &["roster", "plan", "r.toml"],
    &["roster", "apply", "r.toml", "--yes"],
    &["roster", "validate", "r.toml"],
    &["session", "list", "test1@test"],
    &["session", "waiting"],
    &["sim", "clock"],
    &["token", "show"],
    &["token", "show", "--json"],
    &["token", "refresh"],
    &["token", "refresh", "--force", "--yes"],
    &["typing", "oHourAgo-5ca1ab1e00c0ffee001"],
    &["validate", "account", "test1@test"],
];

/// `worker` is one of Mini Programs; the app here is none.
const WORKER: &[&str] = &["worker", "list"];

fn all() -> impl Iterator<Item = &'static [&'static str]> {
    COMMANDS.into_iter().chain([WORKER])
}

/// The families that the help lists.
fn families(scene: &Scene) -> Vec<String> {
    let (_, help) = said(scene.kf(&["--help"]));
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// Asserts that what a command says has no canary in any form.
fn shows_none(command: Command, what: &str) {
    let list: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let (_, said) = said(command);
    assert!(!said.is_empty(), "{what}: {list:?} said nothing");
    assert_eq!(found(&said), None, "{what}: {list:?}: {said}");
}

#[test]
fn no_command_shows_a_secret() {
    let scene = Scene::new("canaries");
    shows_none(scene.kf(&["account", "list", "-v"]), "the profile");
    // What is looked for would be found: it is in use, and shown where that is asked for.
    let (code, shown) = said(scene.kf(&["token", "show", "--reveal"]));
    assert!(code == Some(0) && found(&shown) == Some(word(ACCESS_TOKEN).to_owned()), "{shown}");
    for family in families(&scene) {
        assert!(family == "help" || all().any(|list| list[0] == family), "{family} is not among the commands");
        shows_none(scene.kf(&[&family, "--help"]), "help");
    }
    for list in all() {
        shows_none(scene.kf(&[list, &["-v"]].concat()), "the profile");
    }
    for list in all() {
        let mut command = scene.kf(&[list, &["-v"]].concat());
        command.env("KF_ACCESS_TOKEN", ACCESS_TOKEN).env("KF_BASE_URL", scene.url());
        shows_none(command, "the token");
    }
}

#[test]
fn a_platform_that_repeats_a_secret_is_not_quoted() {
    let scene = Scene::new("canaries-repeated");
    // The token is there, so that the calls themselves are answered so.
    let (code, told) = said(scene.kf(&["account", "list"]));
    assert_eq!(code, Some(0), "{told}");
    for body in [
        serde_json::json!({ "errcode": 45009, "errmsg": format!("quota of {ACCESS_TOKEN} is over") }).to_string(),
        serde_json::json!({ "errcode": 40013, "errmsg": format!("bad {ACCESS_TOKEN} rid: 1-2-3") }).to_string(),
        format!("<html>{ACCESS_TOKEN}"),
    ] {
        scene.control(&["sim", "fault", "clear"]);
        scene.control(&["sim", "fault", "body", &body]);
        // The token is none of the calls that fetch one.
        let fetches = |list: &[&str]| ["fetch_stable_token", "refresh", "check"].iter().any(|it| list.contains(it));
        for list in all().filter(|list| !fetches(list) && list[0] != "demo" && list[0] != "sim") {
            shows_none(scene.kf(&[list, &["-v"]].concat()), &body);
        }
    }
    let body = serde_json::json!({ "errcode": 40125, "errmsg": format!("invalid appsecret {APP_SECRET}") });
    scene.control(&["sim", "fault", "clear"]);
    scene.control(&["sim", "fault", "body", &body.to_string(), "--endpoint", "fetch_stable_token"]);
    for list in
        [&["call", "fetch_stable_token", "--json", "@body.json"][..], &["token", "refresh"], &["config", "check"]]
    {
        shows_none(scene.kf(&[list, &["-v"]].concat()), "a secret that is repeated");
    }
}

#[test]
fn a_proxy_and_a_redis_that_repeat_their_passwords_are_not_quoted() {
    let scene = Scene::new("canaries-between");
    let (proxy, redis) = (scene::repeating("HTTP/1.1 407 "), scene::repeating("-WRONGPASS "));
    scene.profile("between", "base_url = \"https://example.invalid\"\nstore = \"memory\"");
    scene.profile(
        "kept",
        &format!("base_url = \"{}\"\nstore = \"redis://{}\"\nredis_password_file = \"r\"", scene.url(), redis.at),
    );
    let password: String = form_urlencoded::byte_serialize(PASSWORD.as_bytes()).collect();
    for list in
        [&["account", "list"][..], &["config", "check"], &["config", "list"], &["token", "show"], &["roster", "export"]]
    {
        let mut command = scene.kf(&[list, &["-v", "--profile", "between"]].concat());
        command.env("HTTPS_PROXY", format!("http://me:{password}@{}", proxy.at));
        shows_none(command, "proxy");
        shows_none(scene.kf(&[list, &["-v", "--profile", "kept"]].concat()), "redis");
    }
    // Both were sent it, so there was something to quote.
    assert_eq!(proxy.heard().map(|heard| found(&heard).is_some()), Some(true));
    assert_eq!(redis.heard().map(|heard| found(&heard).is_some()), Some(true));
}

#[test]
fn what_was_typed_where_no_secret_belongs_is_not_repeated() {
    let scene = Scene::new("canaries-typed");
    for family in families(&scene).iter().filter(|family| *family != "help") {
        for option in
            ["app-secret", "secret", "token", "access-token", "password", "push-key", "control-key", "redis-password"]
        {
            let typed = format!("--{option}={}", word(APP_SECRET));
            let (code, said) = said(scene.kf(&[family, &typed]));
            assert!(code == Some(2) && found(&said).is_none(), "{family} {option}: {code:?} {said}");
        }
    }
    let secret = word(APP_SECRET);
    let typed: [&[&str]; 4] = [
        &["call", "fetch_stable_token", "--json", &format!("{{\"appid\":\"wx1\",\"secret\":\"{secret}\"}}")],
        &["call", "list_accounts", "--query", &format!("access_token={secret}")],
        &["sim", "clock", "--url", &format!("http://me:{secret}@127.0.0.1:1")],
        &["push", "check", &format!("https://me:{secret}@host/?timestamp=1&nonce=1&signature=1")],
    ];
    for list in typed {
        let (code, said) = said(scene.kf(list));
        assert!(code != Some(0) && found(&said).is_none(), "{list:?}: {code:?} {said}");
    }
}

#[test]
fn the_control_key_is_shown_by_no_command_of_the_simulator() {
    let scene = Scene::new("canaries-control");
    for list in
        [&["log"][..], &["log", "--json"], &["world"], &["fault", "list"], &["clock"], &["follow", "oA"], &["nothing"]]
    {
        let (_, said) = said(scene.kf(&[&["sim"], list].concat()));
        assert!(!said.contains(word(CONTROL_KEY)), "{list:?}: {said}");
    }
    let mut wrong = scene.kf(&["sim", "clock", "--url", scene.url()]);
    wrong.env("KF_SIM_CONTROL_KEY", format!("{}wrong", word(CONTROL_KEY)));
    shows_none(wrong, "a wrong key");
}

#[test]
fn the_list_of_processes_shows_none_of_a_command_that_runs() {
    let scene = Scene::new("canaries-processes");
    scene.control(&["sim", "fault", "delay", "3600000"]);
    let running: [&[&str]; 4] = [
        &["account", "list", "-v"],
        &["records", "export", "--from", "2026-01-01", "--to", "2026-01-02", "--out", "r.csv"],
        &["roster", "plan", "r.toml"],
        &["config", "check"],
    ];
    for (before, list) in running.into_iter().enumerate() {
        let mut command = scene.kf(list);
        command.env("KF_APP_ID", scene::APP).env("KF_APP_SECRET", APP_SECRET).env("KF_BASE_URL", scene.url());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A call is on its way, so every credential is in use.
        while scene.log().lines().filter(|line| line.starts_with('#')).count() <= before {
            assert_eq!(child.try_wait().unwrap(), None);
        }
        let line = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
        assert_eq!(found(&String::from_utf8_lossy(&line)), None);
        send(&child, Signal::TERM);
        let mut said = String::new();
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        child.wait().unwrap();
        assert_eq!(found(&said), None, "{said}");
    }
}

#[test]
fn each_form_of_a_canary_is_found() {
    let base64 = ["c0VjUmVUN2YzYQ", "prefix:c0VjUmVUN2YzYQ", "eHNFY1JlVDdmM2E="];
    let forms =
        [APP_SECRET, "sEcReT7f3a%22", "73456352655437663361", PUSH_TOKEN, PUSH_KEY, base64[0], base64[1], base64[2]];
    assert!(forms.iter().all(|form| found(form).is_some()));
    assert_eq!(found("wx5ca1ab1e00c0ffee and ***"), None);
}
