//! `kf config`, and which credentials a command uses.

use std::cell::RefCell;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use kf_cli::{Env, Exit, Streams};
use serde_json::Value;

use crate::running::Folder;
use crate::within::{Captured, args};

const APP: &str = "wx5ca1ab1e00c0ffee";
const OTHER: &str = "wx0000000000000000";

/// Variables of the environment.
type Set<'a> = &'a [(&'a str, &'a str)];

/// A home of a test.
struct Home(Folder);

impl Home {
    fn new(name: &str) -> Self {
        Self(Folder::new(name))
    }

    fn config(&self) -> PathBuf {
        self.0.path(".config/kf/config.toml")
    }

    /// A config, and a file with a secret that only its user can read.
    fn with(name: &str, config: &str) -> Self {
        let home = Self::new(name);
        fs::create_dir_all(home.0.path(".config/kf")).unwrap();
        fs::write(home.config(), config).unwrap();
        home.secret(".config/kf/main.secret");
        home
    }

    fn secret(&self, name: &str) -> PathBuf {
        let path = self.0.path(name);
        fs::write(&path, "canary-of-a-file\n").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        path
    }

    fn env(&self, variables: Set<'_>) -> Env {
        let home = self.0.path("");
        // Whatever a test forgets, nothing leaves this machine.
        let mut all = vec![("HOME".into(), home.clone().into()), ("HTTPS_PROXY".into(), "http://127.0.0.1:1".into())];
        all.extend(variables.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        Env::new(all, home.clone(), home, Some(rustix::process::geteuid().as_raw()), std::process::id())
    }

    /// Runs the command; whatever happens it shows no secret.
    fn kf(&self, variables: Set<'_>, list: &[&str], input: &[u8]) -> (Exit, String, String) {
        let (out, err) = (Captured::default(), Captured::default());
        let mut streams = Streams::new(out.clone(), err.clone(), false).input(input, false);
        let exit = kf_cli::run(args(list), &self.env(variables), &mut streams);
        let (out, err) = (out.text(), err.text());
        assert!(!(out.clone() + &err).contains("canary"), "{out}{err}");
        (exit, out, err)
    }

    /// What a command would use, by name.
    fn used(&self, variables: Set<'_>, more: &[&str]) -> Vec<String> {
        let (exit, out, err) = self.kf(variables, &[&["config", "list"], more].concat(), b"");
        assert_eq!((exit, err.as_str()), (Exit::Ok, ""), "{out}");
        let here = self.0.path("").display().to_string();
        let used = out.lines().skip_while(|line| *line != "A command uses").skip(1);
        used.map(|line| line.trim().replace(&here, "~/").replace("~//", "~/")).collect()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[test]
fn a_first_profile_is_written_and_never_over_another() {
    let home = Home::new("init");
    let list = ["config", "init", "--app-id", APP, "--kind", "mini-program", "--certified", "no", "--secret-stdin"];
    let (exit, out, err) = home.kf(&[], &list, b"canary-1\n");
    assert_eq!((exit, err.as_str()), (Exit::Ok, ""));
    let secret = home.config().with_file_name("main.secret");
    let said = format!(
        "wrote {}\nwrote {}, which only you can read\nnext: kf config check tries it; kf account list lists the accounts\n",
        home.config().display(),
        secret.display()
    );
    assert_eq!(out, said);
    assert_eq!(fs::read_to_string(&secret).unwrap(), "canary-1\n");
    assert_eq!((mode(&secret), mode(&home.config()), mode(secret.parent().unwrap())), (0o600, 0o600, 0o700));
    let text = fs::read_to_string(home.config()).unwrap();
    assert!(text.contains("kind = \"mini-program\"\ncertified = false\n") && !text.contains("canary"), "{text}");

    let (exit, out, err) = home.kf(&[], &list, b"canary-2");
    assert_eq!((exit, out.as_str()), (Exit::Failed, ""));
    assert!(
        err.contains("config.toml is there already and is not overwritten; write a further profile into it"),
        "{err}"
    );
    fs::remove_file(home.config()).unwrap();
    let (exit, _, err) = home.kf(&[], &list, b"canary-2");
    assert!(exit == Exit::Failed && err.contains("main.secret is there already"), "{err}");
    assert_eq!(fs::read_to_string(&secret).unwrap(), "canary-1\n");
    // Another profile has a file of its own.
    let (exit, ..) = home.kf(&[], &[&list[..], &["--profile", "shop-2", "--quiet"]].concat(), b"canary-2");
    assert_eq!((exit, mode(&home.config().with_file_name("shop-2.secret"))), (Exit::Ok, 0o600));
    assert_eq!(home.used(&[], &[])[0], "profile  shop-2, by the default of config.toml");
}

#[test]
fn what_cannot_be_a_profile_is_not_written() {
    let home = Home::new("init-odd");
    let cases: [(&[&str], &str, Exit, &str); 6] = [
        (&[], "", Exit::Usage, "there is nobody to ask; give the AppID by --app-id"),
        (&["--app-id", "wx 1"], "", Exit::Input, "the app id has ' ' at character 3"),
        (&["--app-id", APP, "--secret-stdin"], "canary canary", Exit::Input, "that is no AppSecret"),
        (&["--app-id", APP, "--secret-stdin"], "", Exit::Input, "that is no AppSecret"),
        (&["--app-id", APP, "--profile", "../x"], "", Exit::Input, "write letters, digits, - and _"),
        (&["--app-id", APP, "--kind", "shop"], "", Exit::Usage, "[possible values: official-account"),
    ];
    for (more, input, code, said) in cases {
        let (exit, out, err) = home.kf(&[], &[&["config", "init"], more].concat(), input.as_bytes());
        assert_eq!((exit, out.as_str()), (code, ""), "{err}");
        assert!(err.contains(said), "{err}");
        assert!(!home.0.path(".config").exists());
    }
    // Where no secret is given it says where that belongs.
    let (exit, out, err) = home.kf(&[], &["config", "init", "--app-id", "gh_1"], b"");
    assert_eq!(exit, Exit::Ok);
    assert!(
        out.contains("next: write the AppSecret, alone in one line, into ") && err.contains("odd AppID"),
        "{out}{err}"
    );
    let blocked = Home::new("init-blocked");
    fs::write(blocked.0.path(".config"), "").unwrap();
    let (exit, _, err) = blocked.kf(&[], &["config", "init", "--app-id", APP, "--secret-stdin"], b"canary");
    assert!(exit == Exit::Failed && err.contains(".config"), "{err}");
}

/// Runs `config init` where a person types; tells when the terminal showed nothing of it.
fn typed(home: &Home, keys: &str) -> (Exit, String, Vec<bool>) {
    let (out, err, concealed) = (Captured::default(), Captured::default(), RefCell::new(Vec::new()));
    let exit = {
        let mut streams = Streams::new(out.clone(), err.clone(), true)
            .input(keys.as_bytes(), true)
            .screen(true, || Some(80))
            .concealed(|is_concealed| {
                concealed.borrow_mut().push(is_concealed);
                Ok(())
            });
        kf_cli::run(args(&["config", "init"]), &home.env(&[]), &mut streams)
    };
    let said = out.text() + &err.text();
    assert!(!said.contains("canary"), "{said}");
    (exit, said, concealed.into_inner())
}

#[test]
fn a_person_is_asked_and_the_secret_is_not_shown() {
    let home = Home::new("typed");
    let keys = format!("wx 1\n{APP}\nshop\nservice-account\nyes\ncanary 1\nx\u{15}canary-xx\u{7f}\u{8}3\n");
    let (exit, said, concealed) = typed(&home, &keys);
    assert_eq!((exit, concealed), (Exit::Ok, vec![true, false, true, false]), "{said}");
    assert_eq!(fs::read_to_string(home.config().with_file_name("main.secret")).unwrap(), "canary-3\n");
    assert_eq!(said.matches("AppID (the console shows it): ").count(), 2);
    let list = home.kf(&[], &["config", "list"], b"").1;
    assert!(list.contains("\n*  main     wx5ca1ab1e00c0ffee  service-account  yes        there\n"), "{list}");
}

#[test]
fn a_person_who_leaves_has_written_nothing() {
    for keys in ["", "wx1\n", "wx1\n\ncanary\u{3}", "wx1\n\n\u{4}", "wx1\n\ncanary"] {
        let home = Home::new("left");
        let (exit, said, concealed) = typed(&home, keys);
        assert_eq!(exit, Exit::Stopped, "{said}");
        assert!(said.ends_with("kf: stopped; nothing was written\n"), "{said}");
        // What is typed next is shown again.
        assert_ne!(concealed.last(), Some(&true));
        assert!(!home.0.path(".config").exists());
    }
}

#[test]
fn what_stands_nearer_is_used_first() {
    let home = Home::with(
        "precedence",
        &format!(
            "default = \"main\"\n[profile.main]\napp_id = \"{APP}\"\nsecret_file = \"main.secret\"\nbase_url = \"https://main.invalid\"\n\
             [profile.other]\napp_id = \"{OTHER}\"\nsecret_file = \"none.secret\"\nstore = \"memory\"\nproxy = \"http://127.0.0.1:1\"\n"
        ),
    );
    let file = "secret   ~/.config/kf/main.secret, by the profile: there";
    let both = [("KF_APP_ID", OTHER), ("KF_APP_SECRET", "canary-of-a-variable")];
    let cases: [(Set<'_>, &[&str], &[&str]); 12] = [
        (
            &[],
            &[],
            &[
                "profile  main, by the default of config.toml",
                "app      wx5ca1ab1e00c0ffee, by the profile",
                file,
                "tokens   ~/.local/state/kf/tokens-main-invalid.json",
                "host     https://main.invalid, by the profile",
            ],
        ),
        (
            &[("KF_PROFILE", "other")],
            &[],
            &[
                "profile  other, by KF_PROFILE",
                "app      wx0000000000000000, by the profile",
                "secret   ~/.config/kf/none.secret, by the profile: missing",
                "tokens   in memory",
                "host     api.weixin.qq.com",
                "proxy    http://127.0.0.1:1, by the profile",
            ],
        ),
        (&[("KF_PROFILE", "other")], &["--profile", "main"], &["profile  main, by --profile", file]),
        // A variable stands before the default profile, and behind a profile that is named as an option.
        (&both, &[], &["app      wx0000000000000000, by KF_APP_ID", "secret   that of KF_APP_SECRET"]),
        (&both, &["--profile", "main"], &["app      wx5ca1ab1e00c0ffee, by the profile", file]),
        (&[("KF_ACCESS_TOKEN", "canary")], &[], &["token    that of KF_ACCESS_TOKEN, which nobody refreshes"]),
        (&[("KF_ACCESS_TOKEN", "canary")], &["--profile", "main"], &[file]),
        (&[("KF_ACCESS_TOKEN", "canary")], &["--app-id", APP], &["app      wx5ca1ab1e00c0ffee, by --app-id", file]),
        (&[("KF_ACCESS_TOKEN", "canary")], &["--secret-file", "none"], &["secret   none, by --secret-file: missing"]),
        (
            &[("KF_BASE_URL", "http://127.0.0.1:9")],
            &[],
            &["host     http://127.0.0.1:9, by KF_BASE_URL", "tokens   ~/.local/state/kf/tokens-127-0-0-1-9.json"],
        ),
        (
            &[("KF_BASE_URL", "http://127.0.0.1:9")],
            &["--profile", "main"],
            &["host     https://main.invalid, by the profile"],
        ),
        (&[("HTTPS_PROXY", "http://me:canary@127.0.0.1:1")], &[], &["proxy    http://***@127.0.0.1:1, by HTTPS_PROXY"]),
    ];
    for (variables, more, expected) in cases {
        let used = home.used(variables, more);
        assert!(expected.iter().all(|line| used.contains(&(*line).to_owned())), "{variables:?} {more:?}: {used:#?}");
    }
}

#[test]
fn a_secret_belongs_to_its_app_alone() {
    let home = Home::with("apart", &format!("[profile.main]\napp_id = \"{APP}\"\nsecret_file = \"main.secret\"\n"));
    let pair = [("KF_APP_ID", OTHER), ("KF_APP_SECRET", "canary")];
    let cases: [(Set<'_>, &[&str]); 3] =
        [(&[], &["--app-id", OTHER]), (&pair[..1], &[]), (&pair, &["--app-id", "wx1"])];
    for (variables, more) in cases {
        assert!(home.used(variables, more).iter().any(|line| line.starts_with("secret   none is named")));
        let (exit, _, err) = home.kf(variables, &[&["account", "list"], more].concat(), b"");
        assert_eq!(exit, Exit::Credentials);
        assert!(err.starts_with("kf: there is no AppSecret for wx") && err.contains("--secret-file"), "{err}");
    }
    // One without an app is for whichever app is named.
    assert!(home.used(&pair[1..], &["--app-id", OTHER]).contains(&"secret   that of KF_APP_SECRET".to_owned()));
}

#[test]
fn files_that_others_can_open_are_refused_with_what_closes_them() {
    let home = Home::with("open", &format!("[profile.main]\napp_id = \"{APP}\"\nsecret_file = \"main.secret\"\n"));
    let path = home.config().with_file_name("main.secret");
    for open in [0o640, 0o604, 0o660, 0o602] {
        fs::set_permissions(&path, Permissions::from_mode(open)).unwrap();
        let said = format!("{} is open to other users; close it first: chmod 600 {}", path.display(), path.display());
        for list in [
            &["account", "list"][..],
            &["config", "check"],
            &["account", "list", "--secret-file", ".config/kf/main.secret"],
        ] {
            let (exit, _, err) = home.kf(&[], list, b"");
            assert!(exit == Exit::Input && err.contains(&said), "{open:o}: {err}");
        }
        let list = home.kf(&[], &["config", "list"], b"").1;
        assert!(list.contains("  open to others\n") && list.contains(&said), "{list}");
    }
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    for (text, said) in
        [("", "holds no secret"), ("canary canary", "holds no secret"), ("\u{FEFF} \n", "holds no secret")]
    {
        fs::write(&path, text).unwrap();
        let (exit, _, err) = home.kf(&[], &["account", "list"], b"");
        assert!(exit == Exit::Input && err.contains(said), "{err}");
    }
    fs::write(&path, "\u{FEFF}canary\r\n").unwrap();
    let (exit, _, err) = home.kf(&[("KF_BASE_URL", "http://127.0.0.1:1")], &["account", "list"], b"");
    assert!(exit == Exit::NoAnswer, "{err}");
    fs::set_permissions(home.config(), Permissions::from_mode(0o646)).unwrap();
    let (exit, _, err) = home.kf(&[], &["config", "list"], b"");
    assert!(
        exit == Exit::Input && err.contains("config.toml can be written by anybody; close it first: chmod o-w "),
        "{err}"
    );
}

#[test]
fn what_is_wrong_with_a_config_is_told_without_a_secret() {
    let base = format!("[profile.main]\napp_id = \"{APP}\"\nsecret_file = \"main.secret\"\n");
    let cases = [
        ("app_secret = \"canary\"\n", "config.toml: line 4: unknown field `app_secret`"),
        ("store = \"redis://:canary@127.0.0.1\"\n", "store: a password does not belong into config.toml"),
        ("store = \"canary\"\n", "store: write file, memory, or redis://host:port"),
        ("proxy = \"http://me:canary@127.0.0.1:1\"\n", "proxy: a password does not belong into config.toml"),
        ("base_url = \"https://me:canary@127.0.0.1:1\"\n", "it has a user in it"),
        ("base_url = \"http://example.invalid\"\n", "http"),
        ("kind = \"canary\"\n", "config.toml: line 4: unknown variant"),
        ("ca_file = \"none.pem\"\n", "none.pem cannot be read"),
        ("kind = canary\n", "config.toml: line 4: "),
    ];
    for (number, (line, said)) in cases.into_iter().enumerate() {
        let home = Home::with(&format!("wrong-{number}"), &(base.clone() + line));
        let (exit, _, err) = home.kf(&[], &["account", "list"], b"");
        assert!(exit == Exit::Input && err.contains(said), "{line}: {err}");
        let state = home.0.path(".local/state/kf");
        let files = fs::read_dir(state).map(|files| files.map(|file| file.unwrap().file_name()).collect::<Vec<_>>());
        assert!(!format!("{files:?}").contains("canary"), "{files:?}");
    }
    let home = Home::with("unknown", &(base + "[profile.shop]\n"));
    let (exit, _, err) = home.kf(&[("KF_PROFILE", "canaries"[..2].as_ref())], &["account", "list"], b"");
    assert_eq!((exit, err.as_str()), (Exit::Usage, "kf: no profile is named ca; config.toml has main, shop\n"));
}

#[test]
fn what_needs_no_platform_reads_no_config() {
    let home = Home::with("unread", "this is no config");
    let commands: [&[&str]; 6] = [
        &["validate", "account", "a@b"],
        &["endpoints"],
        &["explain", "65406"],
        &["completions", "bash"],
        &["man"],
        &["push", "decrypt", "--app-id", APP],
    ];
    for list in commands {
        let input = b"<xml><MsgType>text</MsgType></xml>";
        let (exit, out, err) = home.kf(&[("KF_ACCESS_TOKEN", "canary")], list, input);
        assert!(exit == Exit::Ok && !out.is_empty(), "{err}");
    }
    assert_eq!(home.kf(&[], &["account", "list"], b"").0, Exit::Input);
    assert!(!home.0.path(".local").exists());
}

#[test]
fn the_folders_are_those_of_xdg() {
    let home = Home::with("xdg", "");
    let config = home.0.path("elsewhere/kf");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), format!("[profile.there]\napp_id = \"{APP}\"\n")).unwrap();
    let (elsewhere, state) = (home.0.path("elsewhere"), home.0.path("state"));
    let variables = [("XDG_CONFIG_HOME", elsewhere.to_str().unwrap()), ("XDG_STATE_HOME", state.to_str().unwrap())];
    let used = home.used(&variables, &[]);
    assert!(used.contains(&"profile  there, by the only profile there is".to_owned()), "{used:?}");
    assert!(used.contains(&"tokens   ~/state/kf/tokens.json".to_owned()), "{used:?}");
    // The rules of XDG: a path that is relative says nothing.
    assert_eq!(home.used(&[("XDG_CONFIG_HOME", "elsewhere")], &[])[0], "profile  none");
}

#[test]
fn a_program_gets_the_profiles_too() {
    let home = Home::with(
        "json",
        &format!("[profile.main]\napp_id = \"{APP}\"\nsecret_file = \"main.secret\"\nkind = \"mini-game\"\n"),
    );
    let json: Value = serde_json::from_str(&home.kf(&[], &["config", "list", "--json"], b"").1).unwrap();
    let profile = &json["profiles"][0];
    assert_eq!(
        (&profile["name"], &profile["app_id"], &profile["kind"]),
        (&"main".into(), &APP.into(), &"mini-game".into())
    );
    assert_eq!((&profile["secret"], &json["used"]["access"]), (&"there".into(), &"app".into()));
}
