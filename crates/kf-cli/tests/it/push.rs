//! `kf sim --push-to`: the simulator and a real bot, two programs on one machine.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::Signal;

use crate::running::{Folder, Running, alone};

const IDLE: &str = "oHourAgo-5ca1ab1e00c0ffee001";
const TOKEN: &str = "canaryPushToken";
const KEY: &str = "canaryPushKey456789012345678901234567890ABC";
const APP: &str = r#""app_id": "wx5ca1ab1e00c0ffee", "app_secret": "0123456789abcdef0123456789abcdef""#;

/// The credentials of a bot, in a file that only its user may read.
fn credentials(folder: &Folder, name: &str, token: &str) {
    let path = folder.path(name);
    fs::write(&path, format!("{{ {APP}, \"push_token\": \"{token}\", \"push_key\": \"{KEY}\" }}")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// The example of kf-push, as a program. It is killed when it is dropped.
struct Bot {
    child: Child,
    out: BufReader<ChildStdout>,
    url: String,
}

impl Bot {
    fn start(folder: &Folder, args: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut command = Command::new(env!("CARGO"));
        let run = ["run", "--quiet", "--locked", "--package", "kf-push", "--example", "support_bot", "--"];
        command.args(run).arg("--listen").arg("127.0.0.1:0").args(args).current_dir(root);
        let account = folder.path("bot.json");
        if account.exists() {
            command.arg("--account").arg(account);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let url = line.strip_prefix("waiting for pushes at ").and_then(|rest| rest.split_once(';'));
        let url = url.unwrap_or_else(|| panic!("{line}")).0.to_owned();
        Self { child, out, url }
    }

    /// All that it said.
    fn end(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut text = String::new();
        self.out.read_to_string(&mut text).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that is free, on an address that no other test has.
fn free(number: u8) -> String {
    TcpListener::bind(alone(number)).unwrap().local_addr().unwrap().to_string()
}

#[test]
fn a_bot_answers_sends_and_hands_over_and_nothing_shows_a_secret() {
    let folder = Folder::new("push");
    credentials(&folder, "bot.json", TOKEN);
    let listen = free(41);
    let bot = Bot::start(&folder, &["--platform", &format!("http://{listen}")]);
    let args = ["sim", "--listen", &listen, "--push-to", &bot.url, "--push-secret-file", "bot.json"];
    let mut sim = folder.start(&args);
    let command_line = fs::read(format!("/proc/{}/cmdline", sim.pid())).unwrap_or_default();
    let mut shown = vec![sim.text.clone(), String::from_utf8_lossy(&command_line).into_owned()];

    let said = folder.kf(&["sim", "say", IDLE, "hello"]).ok();
    assert_eq!(said, format!("{IDLE} wrote to the address of wx5ca1ab1e00c0ffee\n"));
    let check = sim.line();
    assert!(check.contains("url-check to") && check.ends_with(": status 200, passed\n"), "{check}");
    let answer = sim.line();
    assert!(answer.contains("got text: {\"content\":\"write \\\"person\\\" and somebody will come\"}"), "{answer}");
    let world = folder.kf(&["sim", "world"]).ok();
    assert!(world.contains("text: {\"content\":\"write \\\"person\\\" and somebody will come\"}"), "{world}");

    // What takes longer: the bot types and sends by a call of its own.
    let mut following = folder.command(&["sim", "log", "--follow", "--endpoint", "send_message"]);
    let mut following = following.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    folder.kf(&["sim", "say", IDLE, "where is my order?"]).ok();
    let mut sent = String::new();
    BufReader::new(following.stdout.take().unwrap()).read_line(&mut sent).unwrap();
    following.kill().unwrap();
    following.wait().unwrap();
    assert!(sent.contains("POST /cgi-bin/message/custom/send") && sent.contains("-> 200 send_message"), "{sent}");
    let world = folder.kf(&["sim", "world"]).ok();
    assert!(world.contains("your order left the house this morning"), "{world}");
    assert!(folder.kf(&["sim", "log"]).ok().contains("set_typing"));

    folder.kf(&["sim", "say", IDLE, "a person, please"]).ok();
    shown.extend([sim.line(), sim.line(), sim.line()]);
    assert!(shown[3].ends_with(&format!("status 200, test1@test took {IDLE}\n")), "{}", shown[3]);
    assert!(shown[4].contains("kf_create_session"), "{}", shown[4]);
    let world = folder.kf(&["sim", "world"]).ok();
    assert!(world.contains(&format!("customer {IDLE}: in a session with test1@test")), "{world}");
    assert_eq!(folder.kf(&["sim", "say", IDLE, "thanks"]).ok(), "test1@test got it\n");

    let pushes = folder.kf(&["sim", "pushes"]).ok();
    assert_eq!(pushes.lines().count(), 5, "{pushes}");
    assert_eq!(folder.kf(&["sim", "pushes", "--limit", "1"]).ok().lines().count(), 1);
    for args in [&["world", "--toml"][..], &["world", "--json"], &["log", "--json"], &["pushes", "--json"]] {
        shown.push(folder.kf(&[&["sim"], args].concat()).ok());
    }
    shown.extend([check, answer, world, pushes, sent, bot.end()]);

    // Now nobody listens there.
    folder.kf(&["sim", "close", "test1@test", IDLE]).ok();
    let why = sim.complaint();
    assert!(why.starts_with("kf: #6 ") && why.contains("FAILED kf_close_session"), "{why}");
    assert!(why.contains("no connection (") && why.contains("is the server running?"), "{why}");
    let (status, err) = sim.end(Signal::TERM);
    assert_eq!(status.code(), Some(0));
    shown.extend([why, err]);
    assert!(shown.iter().all(|text| !text.contains("canary")), "{shown:#?}");
}

#[test]
fn another_token_at_the_bot_is_seen_at_once() {
    let folder = Folder::new("push-other");
    credentials(&folder, "bot.json", "canaryOfTheBot");
    let listen = free(42);
    let bot = Bot::start(&folder, &["--platform", &format!("http://{listen}")]);
    let mut command = folder.command(&["sim", "--listen", &listen, "--push-to", &bot.url]);
    command.env("KF_PUSH_TOKEN", TOKEN).env("KF_PUSH_KEY", KEY);
    let mut sim = Running::of(command);
    folder.kf(&["sim", "say", IDLE, "hello"]).ok();
    let why = sim.complaint();
    assert!(why.contains("FAILED url-check") && why.contains("status 403"), "{why}");
    assert!(why.contains("the signature does not fit"), "{why}");
    let world = folder.kf(&["sim", "world"]).ok();
    assert!(world.contains("fault-notice"), "{world}");
    assert!(!format!("{why}{world}{}", bot.end()).contains("canary"));
}

#[test]
fn the_default_world_and_the_bot_know_each_other() {
    let folder = Folder::new("push-default");
    let listen = free(43);
    let bot = Bot::start(&folder, &["--platform", &format!("http://{listen}")]);
    let mut sim = folder.start(&["sim", "--listen", &listen, "--push-to", &bot.url]);
    folder.kf(&["sim", "say", IDLE, "hello"]).ok();
    sim.line();
    assert!(sim.line().contains("got text"));
}

/// The bot asks who is online while the platform waits five seconds for its answer.
#[test]
fn a_customer_is_handed_over_where_the_platform_does_not_answer_in_time() {
    for (number, endpoint) in [(44, "list_online_accounts"), (45, "fetch_stable_token")] {
        let folder = Folder::new(&format!("push-late-{endpoint}"));
        let listen = free(number);
        let bot = Bot::start(&folder, &["--platform", &format!("http://{listen}")]);
        let mut sim = folder.start(&["sim", "--listen", &listen, "--push-to", &bot.url]);
        folder.kf(&["sim", "fault", "--endpoint", endpoint, "delay", "20000"]).ok();
        folder.kf(&["sim", "say", IDLE, "a person, please"]).ok();
        sim.line();
        // Also on a machine so busy that it is the answer to a repeat.
        let answer = sim.line();
        assert!(answer.ends_with(&format!("status 200, test1@test took {IDLE}\n")), "{endpoint}: {answer}");
        assert!(bot.end().contains("who is online cannot be told"), "{endpoint}");
    }
}

/// Passes each connection on, and hangs up on the first POST once its answer is there.
fn losing_the_first_answer(url: &str) -> String {
    let (server, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).unwrap();
    let server = server.to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut lost = 0;
        for stream in listener.incoming() {
            let (mut client, mut server) = (stream.unwrap(), TcpStream::connect(&server).unwrap());
            let (mut asked, mut asking) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            let mut method = [0];
            client.peek(&mut method).unwrap();
            std::thread::spawn(move || {
                let _ = io::copy(&mut asked, &mut asking);
                let _ = asking.shutdown(Shutdown::Write);
            });
            if method == *b"P" && lost == 0 {
                lost += server.read(&mut [0; 4096]).unwrap();
            } else {
                let _ = io::copy(&mut server, &mut client);
            }
            let _ = client.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Both);
        }
    });
    format!("http://{address}/{path}")
}

#[test]
fn a_customer_whose_first_answer_is_lost_gets_it_with_the_repeat() {
    let folder = Folder::new("push-lost");
    let listen = free(46);
    let bot = Bot::start(&folder, &["--platform", &format!("http://{listen}")]);
    let url = losing_the_first_answer(&bot.url);
    let mut sim = folder.start(&["sim", "--listen", &listen, "--push-to", &url]);
    folder.kf(&["sim", "say", IDLE, "a person, please"]).ok();
    sim.line();
    let answer = sim.line();
    assert!(answer.contains(", delivery 2)") && answer.ends_with(&format!("test1@test took {IDLE}\n")), "{answer}");
    let why = sim.complaint();
    assert!(why.contains("it is delivered again"), "{why}");
    let calls = folder.kf(&["sim", "log"]).ok();
    assert_eq!(calls.matches("getonlinekflist").count(), 1, "the repeat is not worked on: {calls}");
}

#[test]
fn credentials_come_from_a_file_that_is_closed_or_the_environment() {
    let folder = Folder::new("push-files");
    credentials(&folder, "open.json", TOKEN);
    fs::set_permissions(folder.path("open.json"), fs::Permissions::from_mode(0o640)).unwrap();
    let to = ["sim", "--listen", "127.0.0.1:0", "--push-to", "http://127.0.0.1:1/push"];
    let with = |file: &str| folder.kf(&[&to[..], &["--push-secret-file", file]].concat()).failed(5);
    let err = with("open.json");
    assert!(err.contains("is open to other users") && err.contains("chmod 600 "), "{err}");
    assert!(with("none.json").contains("none.json cannot be read"));
    for text in ["canary", "{}", "{\"push_token\": 1}", "{\"push_key\": \"canary\"}"] {
        fs::write(folder.path("odd.json"), text).unwrap();
        fs::set_permissions(folder.path("odd.json"), fs::Permissions::from_mode(0o600)).unwrap();
        let err = with("odd.json");
        assert!(
            err.contains("odd.json holds no ") && err.contains("; write {\"push_token\"") && !err.contains("canary"),
            "{err}"
        );
    }
    let output = folder.command(&to).env("KF_PUSH_KEY", KEY).output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("KF_PUSH_KEY is set and KF_PUSH_TOKEN is not") && !err.contains("canary"), "{err}");
    for (name, value) in [("KF_PUSH_TOKEN", "canary token"), ("KF_PUSH_KEY", "canary")] {
        let mut command = folder.command(&to);
        let output = command.env("KF_PUSH_TOKEN", TOKEN).env(name, value).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains("for pushes is") && !err.contains("canary"), "{err}");
    }
}

/// A misspelled key is found by what the first lines say.
#[test]
fn it_says_at_once_what_pushes_are_sealed_with() {
    let folder = Folder::new("push-said");
    fs::write(folder.path("scenario.toml"), folder.kf(&["sim", "scenario"]).ok().replace("\nkey = ", "\n# key = "))
        .unwrap();
    let clear = "NOT encrypted: the token came without a key, so the key of the scenario is not used";
    let rows: [(&[&str], &str, &str); 5] = [
        (&[], "", "signed with the token of the scenario, encrypted with the key of the scenario"),
        (
            &["--push-compatible"],
            "",
            "of the scenario, encrypted with the key of the scenario, and in the clear as well",
        ),
        (
            &["--push-secret-file", "said.json"],
            "push_key",
            "token given at start, encrypted with the key given at start",
        ),
        (&["--push-secret-file", "said.json"], "push_kei", clear),
        (&["--scenario", "scenario.toml"], "", "signed with the token of the scenario, NOT encrypted: there is no key"),
    ];
    for (args, name, expected) in rows {
        let text = format!("{{\"push_token\": \"{TOKEN}\", \"{name}\": \"{KEY}\"}}");
        fs::write(folder.path("said.json"), text).unwrap();
        fs::set_permissions(folder.path("said.json"), fs::Permissions::from_mode(0o600)).unwrap();
        let to = ["sim", "--listen", "127.0.0.1:0", "--push-to", "http://127.0.0.1:1/push?key=canary"];
        let sim = folder.start(&[&to[..], args].concat());
        let line = sim.text.lines().skip_while(|line| *line != "Pushes:").nth(1).unwrap_or_default();
        assert!(line.starts_with("  wx5ca1ab1e00c0ffee to http://127.0.0.1:1/push, "), "{}", sim.text);
        assert!(line.ends_with(expected) && !sim.text.contains("canary"), "{args:?} {name}: {line}");
    }
    assert!(!folder.start(&["sim", "--listen", "127.0.0.1:0"]).text.contains("Pushes:"));
}

#[test]
fn a_third_party_platform_that_is_told_no_ticket_is_noticed_at_the_start() {
    let folder = Folder::new("push-tickets");
    let with = |file: &str, change: &dyn Fn(String) -> String| {
        fs::write(folder.path(file), change(kf_sim::MERCHANTS.to_owned())).unwrap();
    };
    with("merchants.toml", &|text| text);
    with("told.toml", &|text| {
        text.replace("[app.pushing]", "[app.pushing]\nauthorization_url = \"http://127.0.0.1:1/\"")
    });
    let start = |scenario: &[&str], more: &[&str]| {
        let mut command = folder.command(&[&["sim", "--listen", "127.0.0.1:0"], scenario, more].concat());
        command.env("KF_PUSH_TOKEN", TOKEN);
        let sim = Running::of(command);
        let (status, err) = sim.end(Signal::TERM);
        assert_eq!(status.code(), Some(0), "{err}");
        err
    };
    let (merchants, told) = (&["--scenario", "merchants.toml"][..], &["--scenario", "told.toml"][..]);
    let (to, auth) = (&["--push-to", "http://127.0.0.1:1/"][..], &["--push-auth-to", "http://127.0.0.1:1/"][..]);
    let noted = "kf: wxc0ffee0000000003 is a third-party platform, and its tickets and authorizations go nowhere; give their \
                 URL with --push-auth-to";
    let named = [to, &["--push-app", "wxc0ffee0000000003"]].concat();
    let other = [to, &["--push-app", "wxa11ce00000000001"]].concat();
    for (scenario, more, is_noted) in [
        (merchants, to, true),
        (merchants, &named, true),
        (merchants, &other, false),
        (merchants, &[to, auth].concat(), false),
        (merchants, auth, false),
        (merchants, &[], false),
        (told, to, false),
        (&[], to, false),
    ] {
        let err = start(scenario, more);
        assert_eq!(err.contains(noted), is_noted, "{scenario:?} {more:?}: {err}");
    }
}

#[test]
fn arguments_that_do_not_fit_are_refused() {
    let folder = Folder::new("push-usage");
    let rows: [(&[&str], &str); 6] = [
        (&["--push-json"], "--push-to: write the URL"),
        (&["--push-to", "127.0.0.1:8080"], "does not begin with http://"),
        (&["--push-to", "https://bot.example/"], "no other way is spoken"),
        (&["--push-to", "http://127.0.0.1:1/", "--push-app", "wx1"], "there is no app \"wx1\""),
        (
            &["--push-to", "http://user:canary@bot/?canary"],
            "http://***@bot/?*** is no URL to push to: it has no host, or cred",
        ),
        (&["--push-auth-to", "http://127.0.0.1:1/"], "is no third-party platform"),
    ];
    for (args, why) in rows {
        let err = folder.kf(&[&["sim", "--listen", "127.0.0.1:0"], args].concat()).failed(2);
        assert!(err.contains(why) && !err.contains("canary"), "{args:?}: {err}");
    }
    for arg in ["--push-token=canary", "--push-key=canary"] {
        assert!(!folder.kf(&["sim", arg]).failed(2).contains("canary"));
    }
}
