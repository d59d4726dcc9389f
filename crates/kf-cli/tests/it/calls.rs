//! Any call by its name.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use kf_cli::Exit;
use kf_model::{ENDPOINTS, Method, Payload};
use serde_json::{Value, json};

use crate::desk::{Desk, WAITING};

#[test]
fn every_call_goes_where_its_page_says_with_what_it_is_given() {
    let desk = Desk::new("desk-calls");
    let file = desk.file("a.jpg", b"\xff\xd8\xff\xe0jpeg");
    let mut with_body = 0;
    for spec in ENDPOINTS {
        let mut list = vec!["-v", "call", spec.name, "--as-is"];
        if spec.payload == Payload::Multipart {
            list.extend(["--file", &file]);
        }
        let sample = spec.examples.iter().find_map(|example| example.request);
        let sample = sample.filter(|_| spec.method == Method::Post && spec.payload == Payload::Json);
        list.extend(sample.map(|_| ["--json", "-"]).into_iter().flatten());
        let said = desk.fed(&list, sample.unwrap_or_default());
        let first = said.err.lines().find(|line| line.starts_with("-> ") && !line.contains("/stable_token?"));
        let first = first.unwrap_or_else(|| panic!("{}: {said:?}", spec.name));
        // The token may have to be fetched first.
        let start = format!("-> {} {}", spec.method, spec.path);
        let line = said.err.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{first}"));
        let (_, rest) = line.split_at(start.len());
        assert!(rest.is_empty() || rest.starts_with(['?', ' ']), "{line}");
        let has_token = rest.contains(&format!("?{}=***", spec.token_name));
        assert_eq!(has_token, !spec.tokens.is_empty(), "{line}");
        if let Some(sample) = sample {
            let sent: Value =
                serde_json::from_str(line.split_once(" {").map(|(_, body)| format!("{{{body}")).unwrap().as_str())
                    .unwrap();
            let mut expected: Value = serde_json::from_str(sample).unwrap();
            for field in spec.request.iter().filter(|field| field.secret) {
                expected[field.name] = "***".into();
            }
            assert_eq!(sent, expected, "{}", spec.name);
            with_body += 1;
        }
    }
    assert!(with_body > 20, "{with_body}");
}

#[test]
fn members_go_where_they_belong_and_the_answer_is_printed() {
    let desk = Desk::new("desk-call");
    let adding = json!({ "kf_account": "test9@test", "nickname": "Ann" }).to_string();
    assert_eq!(desk.kf(&["call", "add_account", "--json", &adding]).ok(), "{}\n");
    let list: Value = serde_json::from_str(&desk.kf(&["call", "getkflist"]).ok()).unwrap();
    assert!(list["kf_list"].as_array().unwrap().iter().any(|row| row["kf_nick"] == "Ann"), "{list}");
    let (pair, body) = (
        format!("openid={WAITING}"),
        format!("@{}", desk.file("a.json", json!({ "openid": WAITING }).to_string().as_bytes())),
    );
    for how in [["--query", &pair], ["--json", &body]] {
        let said = desk.kf(&["-v", "call", "find_session", how[0], how[1]]);
        assert!(said.err.contains(&format!("&openid={WAITING}\n")), "{said:?}");
        assert_eq!(serde_json::from_str::<Value>(&said.out).unwrap()["kf_account"], "");
    }
    let err = desk.kf(&[
        "call",
        "close_session",
        "--json",
        &json!({ "kf_account": "test1@test", "openid": WAITING }).to_string(),
    ]);
    assert!(err.failed(Exit::Refused).starts_with("kf: close_session: 65413 "));
}

#[test]
fn what_does_not_fit_is_told_before_it_goes_out() {
    let desk = Desk::new("desk-call-wrong");
    let cases: [(&[&str], Exit, &str); 13] = [
        (
            &["add_account", "--json", r#"{"kf_account":"a@b","nick":"Ann"}"#],
            Exit::Input,
            "kf: add_account does not take what is given, and nothing was sent:\n  nick is not known; it takes kf_account, nickname, \
             business_id\n  nickname is missing\nkf explain add_account shows what it takes; --as-is sends it all the same\n",
        ),
        (&["find_session"], Exit::Input, "openid is missing"),
        (&["find_session", "--query", "openid=a", "--json", r#"{"openid":"b"}"#], Exit::Input, "openid is given twice"),
        (&["find_session", "--json", r#"{"openid":["b"]}"#], Exit::Input, "only a text or a number can stand"),
        (&["find_session", "--query", "openid"], Exit::Usage, "write NAME=VALUE"),
        (&["find_session", "--json", "[1]"], Exit::Input, "this is JSON, but no object"),
        (
            &["add_account", "--json", r#"{"kf_account":"a@test","nickname":"a\u0001"}"#],
            Exit::Input,
            "which the platform does not take in JSON; take it out; nothing was sent",
        ),
        (&["find_session", "--json", "{x"], Exit::Input, "this is no JSON"),
        (&["find_session", "--json", "@none"], Exit::Input, "none cannot be read"),
        (&["list_accounts", "--file", "a.jpg"], Exit::Input, "list_accounts sends no file; leave --file out"),
        (&["upload_media", "--query", "type=image"], Exit::Input, "it sends a file; name it by --file"),
        (
            &["list_acounts"],
            Exit::Usage,
            "there is no call list_acounts; did you mean list_accounts? kf endpoints lists",
        ),
        (
            &["show_authorizer", "--json", r#"{"component_appid":"a","authorizer_appid":"b"}"#],
            Exit::Input,
            "takes the token of a third-party platform",
        ),
    ];
    for (args, exit, why) in cases {
        let err = desk.kf(&[&["-v", "call"], args].concat()).failed(exit);
        assert!(err.contains(why) && !err.contains("->"), "{err}");
    }
    // The platform has the last word, where that is wanted.
    let anyway = ["call", "add_account", "--as-is", "--json", r#"{"kf_account":"a@test","nick":"Ann"}"#];
    assert!(desk.kf(&anyway).failed(Exit::Refused).starts_with("kf: add_account: 65403 "));
    let unknown = desk.kf(&["-v", "call", "list_accounts", "--as-is", "--query", "new=1", "--json", r#"{"newer":2}"#]);
    assert!(unknown.err.contains("?access_token=***&newer=2&new=1\n"), "{unknown:?}");
}

#[test]
fn credentials_are_neither_arguments_nor_answers() {
    let desk = Desk::new("desk-call-secrets");
    let secret = "0123456789abcdef0123456789abcdef";
    let body = json!({ "appid": "wx5ca1ab1e00c0ffee", "secret": secret }).to_string();
    let nested = json!({ "kf_account": "a@b", "nickname": { "access_token": secret } }).to_string();
    let (pair, token) = (format!("secret={secret}"), format!("access_token={secret}"));
    let arguments: [&[&str]; 5] = [
        &["fetch_stable_token", "--json", &body],
        &["fetch_token", "--query", "appid=a", "--query", &pair],
        &["list_accounts", "--query", &token],
        &["list_accounts", "--as-is", "--query", &token],
        &["add_account", "--as-is", "--json", &nested],
    ];
    for args in arguments {
        let err = desk.kf(&[&["-v", "call"], args].concat()).failed(Exit::Usage);
        assert!(
            err.contains("is a credential, and arguments are shown to everybody") && !err.contains(secret),
            "{err}"
        );
    }
    let err =
        desk.fed(&["call", "list_accounts", "--as-is", "--json", "-"], &json!({ "access_token": secret }).to_string());
    assert!(err.failed(Exit::Input).contains("access_token is added by kf"));
    for name in ["app_secret", "token", "password", "push_key", "encoding_aes_key"] {
        let body = json!({ "kf_account": "a@test", "nickname": "Ann", (name): secret }).to_string();
        let list = ["-v", "call", "add_account", "--as-is", "--json"];
        let err = desk.kf(&[&list[..], &[&body]].concat()).failed(Exit::Usage);
        assert!(err.contains(&format!("{name} is a credential")) && !err.contains(secret), "{err}");
        let said = desk.fed(&[&list[..], &["-"]].concat(), &body);
        assert!(said.err.contains(&format!("\"{name}\":\"***\"")) && !said.err.contains(secret), "{said:?}");
    }
    let file = format!("@{}", desk.file("secret.json", body.as_bytes()));
    let open = desk.path("secret.json");
    fs::set_permissions(&open, Permissions::from_mode(0o644)).unwrap();
    let err = desk.kf(&["-v", "call", "fetch_stable_token", "--json", &file]).failed(Exit::Input);
    assert!(err.starts_with("kf: --json: it holds a credential: ") && err.contains("chmod 600"), "{err}");
    fs::set_permissions(&open, Permissions::from_mode(0o600)).unwrap();
    for call in ["fetch_stable_token", "fetch_token"] {
        for said in
            [desk.fed(&["-v", "call", call, "--json", "-"], &body), desk.kf(&["-v", "call", call, "--json", &file])]
        {
            let answer: Value = serde_json::from_str(&said.out).unwrap();
            assert_eq!(answer["access_token"], "***");
            assert!(!said.err.contains(secret) && said.err.contains(call.trim_start_matches("fetch_")), "{said:?}");
        }
    }
}

#[test]
fn a_request_that_is_looked_up_shows_no_token() {
    let desk = Desk::new("desk-rid");
    let shown: Value = serde_json::from_str(&desk.kf(&["token", "show", "--reveal", "--json"]).ok()).unwrap();
    let token = shown["access_token"].as_str().unwrap();
    let err = desk.kf(&["session", "open", "test2@test", WAITING]).failed(Exit::Refused);
    let (_, rid) = err.split_once("(rid ").unwrap();
    let rid = rid.split(')').next().unwrap();
    // What is looked up went out with another token than the call that looks.
    desk.kf(&["token", "refresh", "--force", "--yes", "-q"]);
    let text = desk.kf(&["rid", rid]).ok();
    let names: Vec<_> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(names, ["when", "took", "from", "address", "sent", "answer"]);
    assert!(text.contains("access_token=***\n") && text.contains(&format!("\"openid\":\"{WAITING}\"")), "{text}");
    let json: Value = serde_json::from_str(&desk.kf(&["rid", rid, "--json"]).ok()).unwrap();
    assert_eq!(json["request"]["request_url"], "access_token=***");
    let body = json!({ "rid": rid }).to_string();
    for list in [&["-v", "rid", rid][..], &["rid", rid, "--json"], &["-v", "call", "show_request", "--json", &body]] {
        let said = desk.kf(list);
        assert!(said.exit == Exit::Ok && !format!("{said:?}").contains(token), "{said:?}");
    }
    assert_eq!(desk.kf(&["rid", &format!("rid: {rid}")]).ok(), text);
    for wrong in ["", "a b"] {
        assert!(desk.kf(&["-v", "rid", wrong]).failed(Exit::Input).contains("RID: write the id alone"));
    }
    assert!(desk.kf(&["rid", "nonsense"]).failed(Exit::Refused).starts_with("kf: show_request: 76002 "));
}
