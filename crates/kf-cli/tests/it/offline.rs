//! What needs no platform: validate, endpoints, explain.

use kf_cli::{Exit, Streams};
use kf_model::{ENDPOINTS, ErrCode};
use serde_json::Value;

use crate::within::{Captured, args, env, run};

/// Runs the command with an input.
fn run_with(list: &[&str], input: &[u8]) -> (Exit, String, String) {
    let (out, err) = (Captured::default(), Captured::default());
    let mut streams = Streams::new(out.clone(), err.clone(), false).input(input, false);
    let exit = kf_cli::run(args(list), &env("/nowhere".into()), &mut streams);
    (exit, out.text(), err.text())
}

#[test]
fn names_are_judged_with_a_reason_and_a_remedy() {
    let (exit, out, err) = run(&["validate", "account", "test1@test", "ｔest1＠test", "test12345678901@test"]);
    assert_eq!((exit, exit.code()), (Exit::Input, 5));
    assert_eq!(
        out,
        "test1@test: valid\n\
         ｔest1＠test: character 6 is the full-width ＠; write the @ of the Latin keyboard; do you mean test1@test?\n\
         test12345678901@test: the prefix has 15 characters; at most 10 are allowed\n"
    );
    assert_eq!(err, "kf: 2 of 3 are no accounts\n");
    let valid: [&[&str]; 3] = [&["account", "a@b"], &["nickname", "客服 1", "-"], &["openid", "oHourAgo"]];
    for list in valid {
        let (exit, out, err) = run(&[&["validate"], list].concat());
        assert_eq!((exit, err.as_str()), (Exit::Ok, ""), "{out}");
    }
    for (kind, text) in
        [("account", ""), ("nickname", "\u{3164}"), ("nickname", "12345678901234567"), ("openid", "o A")]
    {
        let (exit, out, err) = run(&["validate", kind, text]);
        assert_eq!((exit, err), (Exit::Input, format!("kf: it is no {kind}\n")), "{out}");
    }
}

#[test]
fn lines_of_the_input_have_numbers() {
    let input = "\u{FEFF}test1@test\r\nbad\n\nok@ok".as_bytes();
    let (exit, out, err) = run_with(&["validate", "account", "-"], input);
    assert_eq!((exit, err.as_str()), (Exit::Input, "kf: 2 of 4 are no accounts\n"));
    let begins = [
        "line 1: test1@test: valid",
        "line 2: bad: the account has no @",
        "line 3: the account is empty",
        "line 4: ok@ok: valid",
    ];
    assert_eq!(out.lines().count(), begins.len(), "{out}");
    assert!(out.lines().zip(begins).all(|(line, begin)| line.starts_with(begin)), "{out}");
    assert_eq!(run_with(&["validate", "account", "-"], b"").0, Exit::Ok);
    let long = vec![b'a'; 100_000];
    let odd = [&b"a@b\n\xff\xfe\n"[..], &long, b"\na@b\n"].concat();
    let (_, out, err) = run_with(&["validate", "account", "-"], &odd);
    assert!(
        out.contains(
            "line 2: the line is no text in UTF-8\nline 3: the line has more than 65536 bytes\nline 4: a@b: valid\n"
        ),
        "{out}"
    );
    assert_eq!(err, "kf: 2 of 4 are no accounts\n");
}

#[test]
fn a_program_gets_an_object_a_line() {
    let (exit, out, _) = run_with(&["validate", "account", "-", "--json"], "a@b\nａ@b\n".as_bytes());
    assert_eq!(exit, Exit::Input);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], serde_json::json!({ "line": 1, "text": "a@b", "valid": true }));
    assert_eq!(
        (&lines[1]["line"], &lines[1]["valid"], &lines[1]["suggestion"]),
        (&2.into(), &false.into(), &"a@b".into())
    );
    assert!(lines[1]["error"].as_str().unwrap().starts_with("the prefix has 'ａ'"));
    let (exit, out, err) = run(&["validate", "account", "bad", "a@b", "--quiet"]);
    assert_eq!((exit, out.as_str(), err.as_str()), (Exit::Input, "", ""));
}

#[test]
fn text_of_others_does_nothing_to_a_terminal() {
    let (_, out, err) = run(&["validate", "nickname", "\u{1b}[2J\u{202e}"]);
    let (_, _, unknown) = run(&["explain", "\u{1b}[2J\u{202e}"]);
    for text in [out, err, unknown] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
}

#[test]
fn every_call_is_listed_and_explained() {
    let (exit, out, _) = run(&["endpoints"]);
    assert_eq!(exit, Exit::Ok);
    let json: Value = serde_json::from_str(&run(&["endpoints", "--json"]).1).unwrap();
    assert_eq!(json.as_array().unwrap().len(), ENDPOINTS.len());
    for (spec, row) in ENDPOINTS.iter().zip(json.as_array().unwrap()) {
        assert!(
            out.lines().any(|line| line.starts_with(&format!("{} ", spec.name)) && line.contains(spec.path)),
            "{out}"
        );
        let said = run(&["explain", spec.name]).1;
        let fields = spec.request.iter().chain(spec.response);
        for part in fields
            .flat_map(|field| [field.name, field.doc])
            .chain([spec.doc, spec.path])
            .chain(spec.notes.iter().copied())
        {
            assert!(said.contains(part), "{}: {part}: {said}", spec.name);
        }
        for &code in spec.errcodes {
            assert!(said.contains(&format!("  {code}")) && said.contains(spec.hint(code)), "{said}");
        }
        let explained: Value = serde_json::from_str(&run(&["explain", spec.name, "--json"]).1).unwrap();
        assert_eq!(&explained[0], row);
    }
    let (_, out, _) = run(&["endpoints", "KFSESSION"]);
    assert!(out.contains("create_session") && !out.contains("add_account"), "{out}");
    assert_eq!(
        run(&["endpoints", "weather"]).1,
        "no call has weather in its name, path or description; kf endpoints lists all\n"
    );
}

#[test]
fn every_code_is_explained_by_number_and_by_name() {
    for info in ErrCode::all() {
        let (exit, out, err) = run(&["explain", &info.code.to_string()]);
        assert_eq!((exit, err.as_str()), (Exit::Ok, ""));
        assert!(out.contains(info.message) && out.contains(info.code.hint()), "{out}");
        if let Some(name) = info.name {
            assert_eq!(run(&["explain", &name.to_lowercase()]).1, out);
        }
    }
    let (_, out, _) = run(&["explain", "65406"]);
    assert!(out.starts_with("65406 ACCOUNT_EXISTS\nThe customer service account exists already\n"), "{out}");
    assert!(out.contains("answered by  add_account"), "{out}");
    let json: Value = serde_json::from_str(&run(&["explain", "-1", "--json"]).1).unwrap();
    assert_eq!(
        (&json["code"], &json["name"], &json["retry"]),
        (&(-1).into(), &"SYSTEM_BUSY".into(), &"backoff".into())
    );
    let answer = r#"{"errcode":40164,"errmsg":"invalid ip, not in whitelist"}"#;
    assert!(run(&["explain", answer]).1.starts_with("40164 IP_NOT_WHITELISTED"));
    for pasted in ["65401 invalid custom service account", "errcode: 65401 rid: 61725984-6126f6f9-040f19c4"] {
        assert!(run(&["explain", pasted]).1.starts_with("65401 "), "{pasted}");
    }
}

#[test]
fn a_call_is_found_by_each_of_its_names() {
    let by_name = run(&["explain", "list_accounts"]).1;
    let others = [
        "getkflist",
        "/cgi-bin/customservice/getkflist",
        "https://api.weixin.qq.com/cgi-bin/customservice/getkflist?access_token=canary",
    ];
    for other in others {
        let (_, out, err) = run(&["explain", other]);
        assert_eq!((&out, err.as_str()), (&by_name, ""));
    }
    // Of a path that two calls share both are told.
    let out = run(&["explain", "customservice/kfaccount/del"]).1;
    assert!(out.contains("delete_account (") && out.contains("delete_worker ("), "{out}");
}

#[test]
fn what_is_not_known_is_told_with_what_is_near() {
    let cases = [
        ("adaccount", "near are add_account, addkfaccount"),
        ("account_exist", "ACCOUNT_EXISTS"),
        ("65499", "the nearest are 65413, 65414, "),
        ("weather", "kf endpoints lists the calls"),
    ];
    for (what, near) in cases {
        let (exit, out, err) = run(&["explain", what]);
        assert_eq!((exit, out.as_str()), (Exit::Input, ""));
        assert!(err.contains(near), "{err}");
    }
    // What is copied from a log may hold a token.
    let err = run(&["explain", "https://api.weixin.qq.com/nowhere?access_token=canary"]).2;
    assert!(err.contains("/nowhere is no call") && !err.contains("canary"), "{err}");
}
