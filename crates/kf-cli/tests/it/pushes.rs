//! `kf push`: callbacks that fit, and callbacks of which a part does not.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use kf_cli::{Env, Exit, Streams};
use kf_push::{Delivery, Fields, Format, Sender, Stamp};
use serde_json::Value;

use crate::running::Folder;
use crate::within::{Captured, args};

const APP: &str = "wx5ca1ab1e00c0ffee";
const TOKEN: &str = "canaryPushToken";
const KEY: &str = "canaryefghijklmnopqrstuvwxyz0123456789ABCDE";
const OTHER_KEY: &str = "canaryEFCDBA9876543210zyxwvutsrqponmlkjihgf";

/// Variables of the environment.
type Set<'a> = &'a [(&'a str, &'a str)];

fn sender() -> Sender {
    Sender::new(APP.parse().unwrap(), TOKEN.parse().unwrap())
}

fn sealed() -> Sender {
    sender().with_key(KEY.parse().unwrap())
}

fn stamp() -> Stamp {
    Stamp::new(Duration::from_secs(1_714_037_059), "486452656", *b"0123456789abcdef")
}

fn said() -> Fields {
    let head = Fields::new().with("ToUserName", "gh_0123456789ab").with("FromUserName", "oHourAgo");
    head.with("CreateTime", 1_714_037_059)
        .with("MsgType", "text")
        .with("Content", "May I ask?\u{202e}")
        .with("MsgId", 7)
}

/// Runs the command in a folder, with variables and an input; it shows no secret, whatever happens.
fn run(folder: &Folder, variables: Set<'_>, list: &[&str], input: &[u8]) -> (Exit, String, String) {
    run_at(folder.path(""), variables, list, input)
}

fn run_at(folder: PathBuf, variables: Set<'_>, list: &[&str], input: &[u8]) -> (Exit, String, String) {
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    let user = Some(rustix::process::geteuid().as_raw());
    let env = Env::new(variables, folder.clone(), folder, user, 1);
    let (out, err) = (Captured::default(), Captured::default());
    let mut streams = Streams::new(out.clone(), err.clone(), false).input(input, false);
    let exit = kf_cli::run(args(list), &env, &mut streams);
    let (out, err) = (out.text(), err.text());
    assert!(!(out.clone() + &err).contains("canary"), "{out}{err}");
    (exit, out, err)
}

const BOTH: [(&str, &str); 2] = [("KF_PUSH_TOKEN", TOKEN), ("KF_PUSH_KEY", KEY)];

fn check(variables: Set<'_>, delivery: &Delivery, more: &[&str]) -> (Exit, String, String) {
    let url = format!("https://example.com/wechat?{}", delivery.query_string());
    let mut list = vec!["push", "check", &url];
    if !delivery.body.is_empty() {
        list.extend(["--body", "-"]);
    }
    list.extend(more);
    run_at("/nowhere".into(), variables, &list, delivery.body.as_bytes())
}

#[test]
fn a_callback_that_fits_is_told_in_every_mode() {
    let cases = [
        (sender(), "a push in the clear\n", ["signature      fits", "msg_signature  is not there"], ""),
        (
            sealed(),
            "an encrypted push (safe mode)\n",
            ["signature      fits", "msg_signature  fits"],
            "opens it; it is to the app wx5ca1ab1e00c0ffee",
        ),
        (
            sealed().compatible(),
            "a push, encrypted and in the clear (compatible mode)\n",
            ["signature      fits", "msg_signature  fits"],
            "opens it",
        ),
    ];
    for (sender, what, signatures, key) in cases {
        for format in [Format::Xml, Format::Json] {
            let (exit, out, err) = check(&BOTH, &sender.clone().with_format(format).push(&said(), &stamp()), &[]);
            assert_eq!((exit, err.as_str()), (Exit::Ok, ""), "{out}");
            assert!(
                out.contains(what) && signatures.iter().all(|line| out.contains(line)) && out.contains(key),
                "{out}"
            );
            assert!(out.contains("signed at      2024-04-25 17:24:19 Beijing"), "{out}");
        }
    }
}

#[test]
fn a_check_of_the_url_is_told_with_its_answer() {
    let cases = [
        (sealed().check_url_encrypted("4375120948345356249", &stamp()), "msg_signature  fits"),
        (sender().check_url("4375120948345356249", &stamp()), "msg_signature  is not there"),
    ];
    for (delivery, line) in cases {
        let (exit, out, err) = check(&BOTH, &delivery, &[]);
        assert_eq!((exit, err.as_str()), (Exit::Ok, ""), "{out}");
        assert!(out.contains("callback       a check of the URL\n") && out.contains(line), "{out}");
        assert!(out.ends_with("answer         200 with the body 4375120948345356249\n"), "{out}");
    }
}

#[test]
fn the_part_that_does_not_fit_is_named() {
    let push = sealed().push(&said(), &stamp());
    let with = |change: &dyn Fn(&mut Delivery)| {
        let mut changed = push.clone();
        change(&mut changed);
        changed
    };
    let value = |delivery: &Delivery, name: &str| delivery.query.iter().find(|(it, _)| *it == name).unwrap().1.clone();
    let body = with(&|it| it.body = sealed().push(&said().with("A", "b"), &stamp()).body);
    let capital = with(&|it| {
        it.query
            .iter_mut()
            .filter(|(name, _)| name.ends_with("signature"))
            .for_each(|(_, value)| *value = value.to_uppercase());
    });
    let unsigned = with(&|it| it.query.retain(|(name, _)| !name.ends_with("signature")));
    let cut = with(&|it| it.query.retain(|(name, _)| *name != "msg_signature"));
    let swapped = with(&|it| {
        let (one, other) = (value(it, "signature"), value(it, "msg_signature"));
        it.query.retain(|(name, _)| !name.ends_with("signature"));
        it.query.extend([("signature", other), ("msg_signature", one)]);
    });
    let wrapped = with(&|it| {
        it.query.retain(|(name, _)| *name != "signature");
        it.body = it.body.replace("<Encrypt><![CDATA[", "<Encrypt><![CDATA[\n");
    });
    let bodiless = with(&|it| {
        it.query.retain(|(name, _)| *name != "signature");
        it.body = String::new();
    });
    let wrong = [("KF_PUSH_TOKEN", "canaryOther"), ("KF_PUSH_KEY", KEY)];
    let other_key = [("KF_PUSH_TOKEN", TOKEN), ("KF_PUSH_KEY", OTHER_KEY)];
    let other_app = [BOTH[0], BOTH[1], ("KF_APP_ID", "wx0000000000000000")];
    let cases: [(Set<'_>, &Delivery, &str); 10] = [
        (&BOTH, &body, "the token is right, and the encrypted text is not the one that was signed"),
        (&wrong, &push, "no signature fits: the token is not the one of the console"),
        (&other_key, &push, "the EncodingAESKey is not the one of the console"),
        (&other_app, &push, "it is to the app wx5ca1ab1e00c0ffee, not to wx0000000000000000"),
        (&BOTH, &capital, "a signature is in capital letters"),
        (&BOTH, &swapped, "a signature stands under the wrong name"),
        (&BOTH, &unsigned, "the query has no signature, so the platform did not send it"),
        (&BOTH, &cut, "the query has no msg_signature, so nobody signed the body"),
        (&BOTH, &wrapped, "has blanks or ends of lines that were not signed"),
        (&BOTH, &bodiless, "the query signs an encrypted body; give that by --body"),
    ];
    for (variables, delivery, problem) in cases {
        let (exit, out, err) = check(variables, delivery, &[]);
        assert_eq!(exit, Exit::Input, "{problem}: {out}");
        assert!(err.contains(problem), "{problem}: {err}{out}");
        let json: Value = serde_json::from_str(&check(variables, delivery, &["--json"]).1).unwrap();
        assert_eq!(err, format!("kf: {}\n", json["problem"].as_str().unwrap()));
    }
}

#[test]
fn a_query_that_is_none_and_secrets_that_are_none_are_told() {
    let folder = Folder::new("push-odd");
    let cases: [(Set<'_>, &str, Exit, &str); 4] = [
        (&BOTH, "nonce=1&signature=a", Exit::Input, "the query has no `timestamp`"),
        (&BOTH, "timestamp=1&nonce=1&nonce=2", Exit::Input, "more than one `nonce`"),
        (&[], "timestamp=1&nonce=1", Exit::Credentials, "there is no push token: set KF_PUSH_TOKEN"),
        (&[("KF_PUSH_TOKEN", "canary canary")], "timestamp=1&nonce=1", Exit::Input, "has a blank"),
    ];
    for (variables, query, code, said) in cases {
        let (exit, out, err) = run(&folder, variables, &["push", "check", query], b"");
        assert_eq!((exit, out.as_str()), (code, ""));
        assert!(err.contains(said), "{err}");
    }
    let (exit, _, err) = run(&folder, &BOTH, &["push", "check", "-", "--body", "-"], b"");
    assert!(exit == Exit::Usage && err.contains("either the query or the body"), "{err}");
    let query = sender().push(&said(), &stamp()).query_string();
    assert_eq!(
        run(&folder, &BOTH, &["push", "check", "-"], format!("GET /?{query} HTTP/1.1\n").as_bytes()).0,
        Exit::Ok
    );
}

#[test]
fn a_body_is_opened_and_shown() {
    let folder = Folder::new("push-open");
    for format in [Format::Xml, Format::Json] {
        let push = sealed().with_format(format).push(&said(), &stamp());
        let (exit, out, err) = run(&folder, &BOTH, &["push", "decrypt"], push.body.as_bytes());
        assert_eq!((exit, err.as_str()), (Exit::Ok, "kf: it is to the app wx5ca1ab1e00c0ffee\n"));
        assert!(
            out.starts_with("message text from oHourAgo to gh_0123456789ab, 2024-04-25 17:24:19 Beijing\n\n"),
            "{out}"
        );
        assert!(out.contains("\nContent       May I ask?\\u{202e}\n"), "{out}");
        fs::write(folder.path("body"), &push.body).unwrap();
        let (_, json, err) = run(&folder, &BOTH, &["push", "decrypt", "body", "--json", "--app-id", APP], b"");
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json["Content"], &json["MsgId"], err.as_str()), (&"May I ask?\u{202e}".into(), &7.into(), ""));
    }
    let echo = sealed().check_url_encrypted("4375120948345356249", &stamp());
    let text = &echo.query.iter().find(|(name, _)| *name == "echostr").unwrap().1;
    assert_eq!(run(&folder, &BOTH, &["push", "decrypt"], text.as_bytes()).1, "4375120948345356249\n");
    let (exit, out, err) = run(&folder, &BOTH, &["push", "decrypt"], sender().push(&said(), &stamp()).body.as_bytes());
    assert_eq!(exit, Exit::Ok);
    assert!(out.contains("oHourAgo") && err.contains("the body is not encrypted"), "{err}");
}

#[test]
fn a_body_that_does_not_open_is_told() {
    let folder = Folder::new("push-shut");
    let push = sealed().push(&said(), &stamp());
    let cases: [(Set<'_>, &[u8], Exit, &str); 4] = [
        (&[("KF_PUSH_KEY", OTHER_KEY)], push.body.as_bytes(), Exit::Input, "the text does not open"),
        (&[], push.body.as_bytes(), Exit::Credentials, "there is no EncodingAESKey: set KF_PUSH_KEY"),
        (
            &[("KF_PUSH_KEY", "canary")],
            push.body.as_bytes(),
            Exit::Input,
            "the EncodingAESKey has 6 characters; it must have 43",
        ),
        (&BOTH, b"<!DOCTYPE a><xml/>", Exit::Input, "a DOCTYPE is not taken"),
    ];
    for (variables, body, code, said) in cases {
        let (exit, out, err) = run(&folder, variables, &["push", "decrypt"], body);
        assert_eq!((exit, out.as_str()), (code, ""));
        assert!(err.contains(said), "{err}");
    }
}

#[test]
fn tickets_and_codes_in_a_body_are_hidden() {
    let folder = Folder::new("push-ticket");
    let notice = Fields::new().with("AppId", APP).with("CreateTime", 1).with("InfoType", "component_verify_ticket");
    let inner = Fields::new().with("auth_code", "canary-2").with("Name", "shown");
    let push = sealed().push(&notice.with("ComponentVerifyTicket", "ticket@@@canary").with("Info", inner), &stamp());
    for more in [&[][..], &["--json"]] {
        let (exit, out, _) = run(&folder, &BOTH, &[&["push", "decrypt"], more].concat(), push.body.as_bytes());
        assert!(exit == Exit::Ok && out.contains("***") && out.contains("shown"), "{out}");
    }
}

#[test]
fn the_file_of_the_secrets_is_for_its_user_alone() {
    let folder = Folder::new("push-file");
    let path = folder.path("push");
    // The file of a bot may say more.
    let current = format!("{{\"push_token\": \"canaryNew\", \"push_key\": \"{OTHER_KEY}\", \"app_id\": \"{APP}\"");
    let old = format!("\"old_push_tokens\": [\"{TOKEN}\"], \"old_push_keys\": [\"{KEY}\"]");
    fs::write(&path, format!("{current}, {old}}}\n")).unwrap();
    let push = sealed().push(&said(), &stamp());
    let query = push.query_string();
    let list = ["push", "check", &query, "--body", "-", "--push-secret-file", "push"];
    let mode = |mode| fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    let (exit, _, err) = run(&folder, &BOTH, &list, push.body.as_bytes());
    assert!(
        exit == Exit::Input
            && err.contains(&format!("is open to other users; close it first: chmod 600 {}", path.display())),
        "{err}"
    );
    mode(0o600);
    // It stands before the variables.
    let (exit, out, err) = run(&folder, &[("KF_PUSH_TOKEN", "canaryOther")], &list, push.body.as_bytes());
    assert_eq!((exit, err.as_str()), (Exit::Ok, ""), "{out}");
    fs::write(&path, format!("{current}}}")).unwrap();
    assert_eq!(run(&folder, &BOTH, &list, push.body.as_bytes()).0, Exit::Input);
    for text in ["canary", "{\"push_token\": 7, \"push_key\": \"canary\"}", "{\"push_token\": \"canary\""] {
        fs::write(&path, text).unwrap();
        let (exit, _, err) = run(&folder, &BOTH, &list, push.body.as_bytes());
        assert!(exit == Exit::Input && err.contains("push holds no credentials; write {\"push_token\": "), "{err}");
    }
}
