//! How strict the platform is, and what it takes: API.md 0.4, 0.9, 0.11 and demand 11.

use kf_sim::{Escapes, Pair, Payload, Strictness, UnknownPath, Verb};
use serde_json::json;

use super::caller::{ADD, Caller, DELETE, LIST, RECORDS, SESSIONS, UPDATE};

fn post(caller: &Caller, body: &[u8]) -> i64 {
    caller.call(Verb::Post, ADD, &[], body).errcode
}

#[test]
fn a_body_must_be_a_json_object_whose_members_are_of_the_right_kind() {
    let caller = Caller::new();
    let rows: &[(&[u8], i64)] = &[
        (b"", 44002),
        (b" \r\n\t", 44002),
        (b"kf_account=test9@test&nickname=a", 47001),
        (b"{\"kf_account\":\"test9@test\"", 47001),
        (b"{\"kf_account\":\"test9@test\",\"nickname\":5}", 47001),
        (b"{\"kf_account\":[\"test9@test\"],\"nickname\":\"a\"}", 47001),
        (b"[\"test9@test\",\"a\",null]", 47001),
        (b" [\"test9@test\",\"a\",null]", 47001),
        (b"null", 47001),
        (b"\"test9@test\"", 47001),
        (b"{\"kf_account\":\"test9@test\",\"nickname\":\"\xff\"}", 47001),
        (b"{\"kf_account\":\"test9@test\",\"nickname\":\"a\nb\"}", 47001),
        (b"{\"kf_account\":\"test9@test\",\"nickname\":\"a\"}}", 47001),
        (b"{}", 65404),
        (b"{\"kf_account\":null,\"nickname\":null}", 65404),
        (b"{\"kf_account\":\"test9@test\"}", 65403),
        (b"{\"kf_account\":\"test9@test\",\"nickname\":\"a\"}", 0),
    ];
    for (body, errcode) in rows {
        assert_eq!(post(&caller, body), *errcode, "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn what_the_platform_does_not_know_it_does_not_mind() {
    let caller = Caller::new();
    let body = r#"
        {"nickname": "新", "password": "96e79218965eb72c92a549dd5a330112", "more": {"a": [1]}, "kf_account": "a@test"}"#;
    assert_eq!(post(&caller, body.as_bytes()), 0);
    assert_eq!(caller.row("a@test")["kf_nick"], "新");
    assert_eq!(caller.get(LIST, &[("lang", "zh_CN"), ("_", "1")]).errcode, 0);
}

#[test]
fn the_place_of_an_error_is_told_and_what_stands_there_is_not() {
    let answer = Caller::new().call(Verb::Post, ADD, &[], b"{\"kf_account\":\n \"secret\" \"secret\"}");
    assert_eq!((answer.errcode, answer.says()), (47001, "data format error at line 2 column 11"));
}

#[test]
fn each_refusal_has_a_rid_of_its_own() {
    let refused = |caller: &Caller| caller.get("/nowhere", &[]).json["errmsg"].clone();
    let (one, two) = (Caller::new(), Caller::new());
    assert_ne!(refused(&one), refused(&one));
    two.advance(1);
    assert_ne!(refused(&two), refused(&one), "it begins with the time");
}

#[test]
fn numbers_may_come_as_text_and_other_text_is_no_number() {
    let caller = Caller::new();
    let now = caller.now();
    let ask = |start: serde_json::Value| {
        caller.post(RECORDS, &json!({ "starttime": start, "endtime": now, "msgid": 1, "number": 10 })).errcode
    };
    assert_eq!(ask(json!(now - 600)), 0);
    assert_eq!(ask(json!((now - 600).to_string())), 0);
    for wrong in [json!("soon"), json!(1.5), json!(true), json!([1])] {
        assert_eq!(ask(wrong.clone()), 47001, "{wrong}");
    }
}

#[test]
fn the_backslash_u_form_is_answered_as_the_setting_says() {
    let escaped = br#"{"kf_account":"esc@test","nickname":"\u5ba2"}"#;
    let hidden = br#"{"kf_account":"hid@test","nickname":"\\u5ba2"}"#;
    for (setting, errcode) in [(Escapes::Refuse40033, 40033), (Escapes::Refuse47002, 47002), (Escapes::Accept, 0)] {
        let caller = Caller::with(|settings| settings.unicode_escapes = setting);
        assert_eq!(post(&caller, escaped), errcode, "{setting:?}");
        assert_eq!(post(&caller, hidden), 0, "{setting:?}: an escaped backslash begins nothing");
        assert_eq!(caller.row("hid@test")["kf_nick"], "\\u5ba2");
        if errcode == 0 {
            assert_eq!(caller.row("esc@test")["kf_nick"], "客");
        }
    }
    assert_eq!(post(&Caller::new(), escaped), 40033, "the default");
}

#[test]
fn other_escapes_are_read() {
    let caller = Caller::new();
    assert_eq!(post(&caller, br#"{"kf_account":"a@test","nickname":"a\"b\\c\/d"}"#), 0);
    assert_eq!(caller.row("a@test")["kf_nick"], "a\"b\\c/d");
}

#[test]
fn the_wrong_method_is_refused_unless_a_setting_accepts_it() {
    let body = br#"{"kf_account":"test1@test","nickname":"a"}"#;
    let rows = |caller: &Caller| {
        [(Verb::Get, UPDATE), (Verb::Other, UPDATE), (Verb::Post, LIST), (Verb::Other, LIST)]
            .map(|(verb, path)| caller.call(verb, path, &[], body).errcode)
    };
    assert_eq!(rows(&Caller::new()), [43002, 43002, 43001, 43001]);
    assert_eq!(rows(&Caller::with(|settings| settings.wrong_method = Strictness::Accept)), [0; 4]);
}

#[test]
fn an_account_is_deleted_by_get_with_a_query_unless_a_setting_refuses_it() {
    let delete = |caller: &Caller, name| caller.get(DELETE, &[("kf_account", name)]).errcode;
    let caller = Caller::new();
    assert_eq!(delete(&caller, "nobody@test"), 65401);
    assert_eq!(delete(&caller, "test3@test"), 0);
    assert_eq!(caller.names(), ["test1@test", "test2@test"]);
    let strict = Caller::with(|settings| settings.delete_by_get = Strictness::Refuse);
    assert_eq!(delete(&strict, "test3@test"), 43002);
    assert_eq!(strict.delete("test3@test"), 0);
}

#[test]
fn an_at_may_come_encoded_unless_a_setting_refuses_it() {
    let ask = |caller: &Caller, at_encoded| {
        let mut account = Pair::new("kf_account", "test1@test");
        account.at_encoded = at_encoded;
        let query = [Pair::new("access_token", &*caller.token), account];
        caller.send(Verb::Get, SESSIONS, &query, Payload::Bytes(b"")).errcode
    };
    let caller = Caller::new();
    assert_eq!((ask(&caller, false), ask(&caller, true)), (0, 0));
    let strict = Caller::with(|settings| settings.encoded_at = Strictness::Refuse);
    assert_eq!((ask(&strict, false), ask(&strict, true)), (0, 65401));
}

#[test]
fn an_unknown_path_is_answered_as_the_setting_says() {
    let caller = Caller::new();
    // 0.10: the two roots are not to be mixed up.
    for path in [
        "/",
        "/cgi-bin/customservice/kfaccount/add",
        "/customservice/getkflist",
        "/customservice/kfaccount/add/",
        "/Customservice/kfaccount/add",
    ] {
        let answer = caller.get(path, &[]);
        assert_eq!((answer.status, answer.errcode), (200, 40066), "{path}");
    }
    let caller = Caller::with(|settings| settings.unknown_path = UnknownPath::NotFound);
    let answer = caller.get("/customservice/getkflist", &[]);
    assert_eq!((answer.status, answer.json), (404, serde_json::Value::Null));
}
