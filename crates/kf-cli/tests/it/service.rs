//! Customers are served by commands: sessions, workers, what shows that somebody types.

use kf_cli::Exit;
use serde_json::{Value, json};

use crate::desk::{Desk, SERVED, VISITOR, WAITING};

/// The times of a text, which differ each time.
fn timeless(text: &str) -> String {
    let is_moment = |word: &str| word.starts_with("20") && word.len() == 10 || word.len() == 8 && word.contains(':');
    text.split(' ').map(|word| if is_moment(word) { "T" } else { word }).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_customer_who_waits_is_served() {
    let desk = Desk::new("desk-sessions");
    assert_eq!(
        timeless(&desk.kf(&["session", "waiting"]).ok()),
        format!("CUSTOMER                      WROTE LAST                   FOR\n{WAITING}  T T Beijing  anybody\n")
    );
    assert_eq!(desk.kf(&["session", "show", WAITING]).ok(), format!("nobody serves {WAITING}\n"));
    assert_eq!(desk.kf(&["session", "open", "test1@test", WAITING]).ok(), format!("test1@test serves {WAITING} now\n"));
    let shown = timeless(&desk.kf(&["session", "show", WAITING]).ok());
    assert_eq!(shown, format!("test1@test serves {WAITING} since T T Beijing\n"));
    assert_eq!(
        timeless(&desk.kf(&["session", "list", "test1@test"]).ok()),
        format!("CUSTOMER                      SINCE\n{SERVED}  T T Beijing\n{WAITING}  T T Beijing\n")
    );
    let list: Value = serde_json::from_str(&desk.kf(&["session", "list", "test1@test", "--json"]).ok()).unwrap();
    assert_eq!(list["sessionlist"][1]["openid"], WAITING);
    assert_eq!(desk.kf(&["session", "waiting"]).ok(), "nobody waits\n");
    assert_eq!(desk.kf(&["session", "waiting", "-q"]).ok(), "");
    let closed = desk.kf(&["session", "close", "test1@test", WAITING, "--json"]).ok();
    assert_eq!(closed, format!("{{\n  \"what\": \"test1@test no longer serves {WAITING}\"\n}}\n"));
    let err = desk.kf(&["session", "close", "test1@test", WAITING]).failed(Exit::Refused);
    assert!(err.starts_with("kf: close_session: 65413 ") && err.contains("(rid "), "{err}");
    let err = desk.kf(&["-v", "session", "open", "test1@test", "a b"]).failed(Exit::Input);
    assert!(err.starts_with("kf: OPENID: the openid has ' ' at character 2"), "nothing goes out: {err}");
}

#[test]
fn the_workers_of_a_mini_program_come_and_go() {
    let desk = Desk::new("desk-workers");
    assert_eq!(
        desk.program(&["worker", "list"]).ok(),
        "OPENID                          ID  NICKNAME  PERSON\noWorker1-decade00facade00001  2001            kfwx1\n"
    );
    let said = desk.program(&["worker", "add", "newwx"]).ok();
    assert!(said.starts_with("invited newwx to be a worker; "), "{said}");
    let list = desk.program(&["worker", "list"]).ok();
    assert!(list.contains(" newwx (invited until "), "{list}");
    let json: Value = serde_json::from_str(&desk.program(&["worker", "list", "--json"]).ok()).unwrap();
    let openid = json["kf_list"][1]["kf_openid"].as_str().unwrap();
    assert_eq!(desk.program(&["worker", "delete", openid]).ok(), format!("{openid} is a worker no longer\n"));
    assert!(!desk.program(&["worker", "list"]).ok().contains("newwx"));
    let err = desk.kf(&["-v", "worker", "add", "newwx"]).failed(Exit::Input);
    assert!(err.starts_with("kf: workers are those of a Mini Program; "), "nothing goes out: {err}");
}

#[test]
fn typing_goes_by_the_path_of_the_app() {
    let desk = Desk::new("desk-typing");
    // Whom nobody talked to for a while sees nothing of it.
    let err = desk.kf(&["typing", WAITING]).failed(Exit::Refused);
    assert!(err.starts_with("kf: set_typing: 45080 "), "{err}");
    desk.kf(&["message", "send", "text", WAITING, "hi"]).ok();
    desk.program(&["message", "send", "text", VISITOR, "hi"]).ok();
    let account = desk.kf(&["-v", "typing", WAITING]);
    let path = "/cgi-bin/message/custom/typing";
    assert_eq!(desk.sent(path, &account), json!({ "touser": WAITING, "command": "Typing" }));
    assert_eq!(account.out, format!("{WAITING} sees that somebody is typing\n"));
    let program = desk.program(&["-v", "typing", VISITOR, "--cancel"]);
    let path = "/cgi-bin/message/custom/business/typing";
    assert_eq!(desk.sent(path, &program), json!({ "touser": VISITOR, "command": "CancelTyping" }));
    assert_eq!(program.out, format!("{VISITOR} no longer sees that somebody is typing\n"));
}

#[test]
fn quotas_are_shown_and_counted_anew() {
    let desk = Desk::new("desk-quota");
    desk.kf(&["message", "send", "text", WAITING, "hi"]).ok();
    assert_eq!(desk.kf(&["quota", "show", "send_message"]).ok(), "a day  500000\nused   1\nleft   499999\n");
    let by_path = desk.kf(&["quota", "show", "/cgi-bin/message/custom/send", "--json"]).ok();
    assert_eq!(serde_json::from_str::<Value>(&by_path).unwrap()["quota"]["used"], 1);
    let said = desk.kf(&["quota", "clear", "--path", "send_message"]).ok();
    assert_eq!(said, "the calls of /cgi-bin/message/custom/send are counted anew\n");
    assert!(desk.kf(&["quota", "show", "send_message"]).ok().contains("used   0\n"));
    desk.kf(&["message", "send", "text", WAITING, "hi"]).ok();
    assert_eq!(desk.kf(&["quota", "clear"]).ok(), "the calls of wx5ca1ab1e00c0ffee are counted anew\n");
    assert!(desk.kf(&["quota", "show", "send_message"]).ok().contains("used   0\n"));
    for wrong in ["foo", "/a?b", "/", "/a b"] {
        let err = desk.kf(&["-v", "quota", "show", wrong]).failed(Exit::Input);
        assert!(err.starts_with(&format!("kf: {wrong} is no path and no call; ")), "{err}");
    }
    // A token alone does not say whose it is.
    let token = [("KF_ACCESS_TOKEN", "canary-token"), ("KF_BASE_URL", "http://127.0.0.1:1")];
    let err = desk.with(&["quota", "clear"], &token, "", false).failed(Exit::Usage);
    assert!(err.contains("set KF_APP_ID to the AppID") && !err.contains("canary"), "{err}");
}
