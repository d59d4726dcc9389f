//! A world and a home full of canaries.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::running::{Folder, Running};

pub(super) const APP: &str = "wx5ca1ab1e00c0ffee";
/// Each begins with a word of its own, and changes under percent-, JSON- and Base64-encoding behind it.
pub(super) const APP_SECRET: &str = "sEcReT7f3a\"\\/+%=&客";
pub(super) const ACCESS_TOKEN: &str = "tOkEn9b2c5\"\\/+%=&客";
pub(super) const PASSWORD: &str = "pAsSwOrD5d1e\"\\/+%=&客";
pub(super) const CONTROL_KEY: &str = "kEy4c8d7e2\"\\/+%=&";
pub(super) const PUSH_TOKEN: &str = "pUsHtOkEn1c9e";
pub(super) const PUSH_KEY: &str = "pUsHkEy2d8f0123456789abcdefABCDEF0123456789";

/// The word that a canary begins with, which none of the encodings changes but Base64 and hexadecimal digits.
pub(super) fn word(canary: &str) -> &str {
    canary.split(|character: char| !character.is_ascii_alphanumeric()).next().unwrap()
}

/// Which canary stands in a text, in whatever form.
pub(super) fn found(text: &str) -> Option<String> {
    let words = [APP_SECRET, ACCESS_TOKEN, PASSWORD, CONTROL_KEY, PUSH_TOKEN, PUSH_KEY].map(word);
    words.iter().flat_map(|word| forms(word)).find(|form| text.contains(form))
}

fn forms(word: &str) -> Vec<String> {
    let hex = word.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    [word.to_owned(), hex].into_iter().chain((0..3).map(|offset| base64(word.as_bytes(), offset))).collect()
}

/// What Base64 makes of bytes that stand so far into larger ones: the characters that nothing beside them changes.
fn base64(bytes: &[u8], offset: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let all = [&vec![0; offset][..], bytes].concat();
    let bit = |number: usize| (all[number / 8] >> (7 - number % 8)) & 1;
    let letters = (0..all.len() * 8 / 6).map(|letter| {
        let index = (0..6).fold(0, |index, number| index << 1 | bit(letter * 6 + number));
        char::from(LETTERS[usize::from(index)])
    });
    letters.skip((offset * 8).div_ceil(6)).collect()
}

/// How a command ended, and all that it said.
pub(super) fn said(mut command: Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

pub(super) struct Scene {
    folder: Folder,
    sim: Running,
}

impl Scene {
    /// A simulator whose credentials are canaries, and a home with a profile for it.
    pub(super) fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        // What is relative in it is so to the moment when it begins.
        let token = format!("[[app.token]]\nvalue = '{ACCESS_TOKEN}'\nline = \"stable\"\nexpires_at = \"in 2h\"\n\n");
        let secret = format!("'{APP_SECRET}'");
        let world = kf_sim::DEFAULT.replacen("\"0123456789abcdef0123456789abcdef\"", &secret, 1);
        let world = world.replacen("[[app.account]]", &(token + "[[app.account]]"), 1);
        fs::write(folder.path("world.toml"), world).unwrap();
        let mut command = folder.command(&["sim", "--listen", "127.0.0.1:0", "--scenario", "world.toml"]);
        command.env("KF_SIM_CONTROL_KEY", CONTROL_KEY);
        let sim = Running::of(command);
        let scene = Self { folder, sim };
        fs::create_dir_all(scene.folder.path(".config/kf")).unwrap();
        scene.secret(".config/kf/s", APP_SECRET);
        scene.secret(".config/kf/r", PASSWORD);
        scene.secret("push.json", &serde_json::json!({ "push_token": PUSH_TOKEN, "push_key": PUSH_KEY }).to_string());
        scene.secret(
            "body.json",
            &serde_json::json!({ "grant_type": "client_credential", "appid": APP, "secret": APP_SECRET }).to_string(),
        );
        fs::write(scene.folder.path(".config/kf/config.toml"), "default = \"main\"\n").unwrap();
        scene.profile("main", &format!("base_url = \"{}\"", scene.url()));
        fs::write(scene.folder.path("r.toml"), "[[account]]\naccount = \"test1@test\"\nnickname = \"客服A\"\n")
            .unwrap();
        fs::write(scene.folder.path("moon.jpg"), [0xFF, 0xD8, 0xFF, 0xE0]).unwrap();
        fs::write(scene.folder.path("pushed.xml"), "<xml><ToUserName>gh</ToUserName><Encrypt>AAAA</Encrypt></xml>")
            .unwrap();
        scene
    }

    fn secret(&self, name: &str, text: &str) {
        fs::write(self.folder.path(name), text).unwrap();
        fs::set_permissions(self.folder.path(name), Permissions::from_mode(0o600)).unwrap();
    }

    /// Adds a profile of the app.
    pub(super) fn profile(&self, name: &str, settings: &str) {
        let mut config = OpenOptions::new().append(true).open(self.folder.path(".config/kf/config.toml")).unwrap();
        writeln!(config, "[profile.{name}]\napp_id = \"{APP}\"\nsecret_file = \"s\"\n{settings}").unwrap();
    }

    pub(super) fn url(&self) -> &str {
        &self.sim.url
    }

    /// The program at home, which is told of the push secrets, and of no account or proxy of the machine.
    pub(super) fn kf(&self, list: &[&str]) -> Command {
        let mut command = self.folder.command(list);
        let path = std::env::vars_os().find(|(name, _)| name == "PATH").map(|(_, path)| path).unwrap_or_default();
        command.env_clear().env("PATH", path).env("HOME", self.folder.path("")).env("TMPDIR", self.folder.path(""));
        command.env("XDG_RUNTIME_DIR", self.folder.path("run")).env("RUST_BACKTRACE", "1");
        command.env("KF_PUSH_TOKEN", PUSH_TOKEN).env("KF_PUSH_KEY", PUSH_KEY);
        command
    }

    /// Drives the simulator.
    pub(super) fn control(&self, list: &[&str]) -> String {
        let (code, said) = said(self.kf(list));
        assert_eq!(code, Some(0), "{said}");
        said
    }

    pub(super) fn log(&self) -> String {
        self.control(&["sim", "log"])
    }
}

/// Somebody who answers with what they were sent.
pub(super) struct Repeating {
    pub(super) at: String,
    heard: Receiver<String>,
}

impl Repeating {
    /// All that they were sent up to now.
    pub(super) fn heard(&self) -> Option<String> {
        self.heard.try_iter().reduce(|all, more| all + &more)
    }
}

/// Answers each that calls with a line that begins like that and repeats what came.
pub(super) fn repeating(begin: &'static str) -> Repeating {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap().to_string();
    let (tell, heard) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (mut stream, mut some) = (stream, [0; 4096]);
            let read = stream.read(&mut some).unwrap_or(0);
            let came = String::from_utf8_lossy(&some[..read]).into_owned();
            let line: String = came.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
            let _ = tell.send(came);
            let _ = stream.write_all(format!("{begin}{line}\r\n\r\n").as_bytes());
        }
    });
    Repeating { at, heard }
}
