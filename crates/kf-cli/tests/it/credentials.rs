//! Credentials through the real program: what reaches the platform, and that nothing else sees them.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::running::{Folder, Running};

const SIM: [&str; 3] = ["sim", "--listen", "127.0.0.1:0"];
/// Of the default world.
const APP: &str = "wx5ca1ab1e00c0ffee";
const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// It looks different in a URL, in JSON and in Base64.
const CANARY: &str = "canary\"+/%=&secret";
const FORMS: [&str; 4] = ["canary", "%22%2B%2F%25", "\\\"+/%=", "Y2FuYXJ5"];

/// The program in a folder that is its home, without what the machine says of credentials and proxies.
fn kf(folder: &Folder, list: &[&str]) -> Command {
    let mut command = folder.command(list);
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"] {
        command.env_remove(name);
    }
    for name in [
        "KF_PROFILE",
        "KF_APP_ID",
        "KF_APP_SECRET",
        "KF_ACCESS_TOKEN",
        "KF_BASE_URL",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
    ] {
        command.env_remove(name);
    }
    command.env("HOME", folder.path(""));
    command
}

/// How it ended, and all that it said.
fn ended(mut command: Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

fn configured(name: &str, sim: &Running, secret: &str) -> Folder {
    let folder = Folder::new(name);
    let config = folder.path(".config/kf");
    fs::create_dir_all(&config).unwrap();
    let url = &sim.url;
    fs::write(
        config.join("config.toml"),
        format!("[profile.main]\napp_id = \"{APP}\"\nsecret_file = \"s\"\nbase_url = \"{url}\"\n"),
    )
    .unwrap();
    fs::write(config.join("s"), secret).unwrap();
    fs::set_permissions(config.join("s"), Permissions::from_mode(0o600)).unwrap();
    folder
}

#[test]
fn a_profile_is_tried() {
    let there = Folder::new("tried-sim");
    let sim = there.start(&SIM);
    let folder = configured("tried", &sim, SECRET);
    let (code, said) = ended(kf(&folder, &["config", "check"]));
    let config = folder.path(".config/kf/config.toml");
    let expected = format!(
        "config    {}\ncalls     {} as {APP} of the profile main\ntoken     accepted\naccounts  3\nall is well; kf account list lists the accounts\n",
        config.display(),
        sim.url
    );
    assert_eq!((code, said), (Some(0), expected));
    let (_, json) = ended(kf(&folder, &["config", "check", "--json"]));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["accounts"], 3);
    // The token that is kept does not hide a secret that was changed.
    assert_eq!(ended(kf(&folder, &["account", "list"])).0, Some(0));
    fs::write(folder.path(".config/kf/s"), "0123456789abcdef0123456789abcde0").unwrap();
    assert_eq!(ended(kf(&folder, &["account", "list"])).0, Some(0));
    let (code, said) = ended(kf(&folder, &["config", "check"]));
    assert_eq!(code, Some(6), "{said}");
    assert!(
        said.contains("kf: no token could be had: ")
            && said.contains("the AppID or the AppSecret is wrong")
            && said.contains("(rid "),
        "{said}"
    );
    assert!(!said.contains("0123456789"), "{said}");
}

#[test]
fn what_the_platform_lacks_is_told() {
    let there = Folder::new("lacks-sim");
    let sim = there.start(&SIM);
    let folder = configured("lacks", &sim, SECRET);
    let cases = [
        ("fetch_stable_token", "40164", 6, "no token could be had: ", "whitelist"),
        ("list_accounts", "65400", 4, "the list of accounts was refused: ", "switch on"),
        ("list_accounts", "48001", 4, "the list of accounts was refused: ", "48001"),
    ];
    for (endpoint, errcode, code, far, remedy) in cases {
        there.kf(&["sim", "fault", "--endpoint", endpoint, "--times", "1", "errcode", errcode]).ok();
        let (ended, said) = ended(kf(&folder, &["config", "check"]));
        assert_eq!(ended, Some(code), "{said}");
        assert!(said.contains(far) && said.contains(errcode) && said.contains(remedy), "{said}");
    }
    drop(sim);
    let (code, said) = ended(kf(&folder, &["config", "check"]));
    assert!(code == Some(3) && said.contains("no connection; nothing was sent"), "{said}");
}

#[test]
fn no_secret_is_shown_whatever_is_said() {
    let there = Folder::new("shown-sim");
    let sim = there.start(&SIM);
    let folder = configured("shown", &sim, CANARY);
    let proxy = "http://canary-user:canary-password@127.0.0.1:1";
    let url = sim.url.as_str();
    let user = "https://canary:canary@127.0.0.1:1";
    let variables: [&[(&str, &str)]; 8] = [
        &[],
        &[("KF_APP_ID", APP), ("KF_APP_SECRET", CANARY), ("KF_BASE_URL", url)],
        &[("KF_APP_SECRET", "canary canary")],
        &[("KF_ACCESS_TOKEN", CANARY), ("KF_BASE_URL", url)],
        &[("HTTPS_PROXY", proxy), ("KF_BASE_URL", "https://example.invalid")],
        &[("ALL_PROXY", "socks5://canary:canary@127.0.0.1:1")],
        &[("KF_BASE_URL", user)],
        &[("KF_PUSH_TOKEN", "canary"), ("KF_PUSH_KEY", "canary")],
    ];
    let commands: [&[&str]; 10] = [
        &["account", "list", "-v"],
        &["account", "add", "x@test", "X", "-v", "--json"],
        &["config", "check", "-v"],
        &["config", "list"],
        &["config", "list", "--json"],
        &["account", "lst"],
        &["--help"],
        &["config", "init"],
        &["push", "check", "timestamp=1&nonce=1&signature=1", "-v"],
        &["push", "decrypt", "-v"],
    ];
    for set in variables {
        for list in commands {
            let mut command = kf(&folder, list);
            command.envs(set.iter().copied()).env("RUST_BACKTRACE", "1");
            let (_, said) = ended(command);
            assert!(!said.is_empty() && FORMS.iter().all(|form| !said.contains(form)), "{set:?} {list:?}: {said}");
        }
    }
    // What it looks for would be found: the platform was sent it.
    let log = there.kf(&["sim", "log"]).ok();
    assert!(log.contains("/cgi-bin/stable_token"), "{log}");
    // No file is named for a credential.
    let state = fs::read_dir(folder.path(".local/state/kf")).unwrap();
    let names: Vec<_> = state.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().all(|name| !name.contains("canary")), "{names:?}");
}

#[test]
fn the_list_of_processes_has_no_secret() {
    let folder = Folder::new("processes");
    let mut command = kf(&folder, &["config", "init", "--app-id", APP, "--secret-stdin"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"canary").unwrap();
    let line = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
    assert!(!String::from_utf8_lossy(&line).contains("canary"));
    drop(input);
    assert!(child.wait().unwrap().success());
    assert_eq!(fs::read_to_string(folder.path(".config/kf/main.secret")).unwrap(), "canary\n");
    // No option takes one.
    let (code, said) = ended(kf(&folder, &["account", "list", "--app-secret", "canary-1"]));
    assert!(code == Some(2) && said.contains("--app-secret"), "{said}");
}

#[test]
fn an_environment_does_not_show_its_values() {
    let variables = [("KF_APP_SECRET".into(), "canary".into())];
    let env = kf_cli::Env::new(variables, "/tmp".into(), "/here".into(), None, 1);
    assert!(!format!("{env:?}").contains("canary"));
}
