//! The dialect of before 2016: API.md 4.

use kf_sim::{Deed, Dialect};
use serde_json::json;

use super::caller::{Caller, IDLE, LIST, ONLINE, RECORDS, SERVED};

fn old() -> Caller {
    let caller = Caller::new();
    caller.app(|app| app.dialect = Dialect::Old);
    caller
}

#[test]
fn each_rule_has_its_old_code() {
    let caller = old();
    assert_eq!(caller.add("test1@test", "a"), 61453);
    assert_eq!(caller.add("elevenchars@test", "a"), 61454);
    assert_eq!(caller.add("under_score@test", "a"), 61455);
    assert_eq!(caller.add("under_s@test", "a"), 61455, "letters and digits alone");
    assert_eq!(caller.add("客服@test", "a"), 61455);
    assert_eq!(caller.add("test9", "a"), 61451);
    assert_eq!(caller.add("test9@other", "a"), 61451);
    assert_eq!((caller.update("nobody@test", "a"), caller.delete("nobody@test")), (61452, 61452));
    assert_eq!(caller.close("test2@test", SERVED), 61458);
    assert_eq!(caller.create("test2@test", IDLE), 61459);
    let span = json!({ "starttime": 1, "endtime": 90_000, "msgid": 1, "number": 1 });
    assert_eq!(caller.post(RECORDS, &span).errcode, 61501);
    assert_eq!(caller.create("test1@test", "oNobody"), 40003, "codes of the general list stay what they are");
    caller.app(|app| app.kf_since = None);
    assert_eq!(caller.get(LIST, &[]).errcode, 61450);
}

#[test]
fn what_had_no_code_of_its_own_is_an_invalid_parameter() {
    let caller = old();
    assert_eq!(caller.add("fresh@test", "a"), 0);
    assert_eq!(caller.create("fresh@test", IDLE), 61451);
    assert_eq!(caller.close("test1@test", IDLE), 61451);
    for (kf_account, invite_wx) in [
        ("fresh@test", "1"),
        ("fresh@test", "kfwx1"),
        ("fresh@test", "kfwx3"),
        ("test3@test", "x"),
        ("test1@test", "x"),
    ] {
        assert_eq!(caller.invite(kf_account, invite_wx), 61451, "{kf_account} {invite_wx}");
    }
    caller.world(|world| world.settings.accounts_per_worker_max = 0);
    assert_eq!(caller.invite("fresh@test", "somebody"), 61451);
    let ask = json!({ "starttime": 1, "endtime": 1, "msgid": 0, "number": 1 });
    assert_eq!(caller.post(RECORDS, &ask).errcode, 61451);
}

#[test]
fn an_app_has_10_accounts_at_the_most() {
    let caller = old();
    for number in 4..=10 {
        assert_eq!(caller.add(&format!("more{number}@test"), "a"), 0, "account {number}");
    }
    assert_eq!(caller.add("eleven@test", "a"), 61456);
    caller.world(|world| world.settings.accounts_max_old = 11);
    assert_eq!((caller.add("eleven@test", "a"), caller.add("twelve@test", "a")), (0, 61456));
}

#[test]
fn a_nickname_has_6_chinese_or_12_latin_characters() {
    let caller = old();
    for (text, errcode) in [
        ("客服客服客服", 0),
        ("客服客服客服1", 61451),
        ("abcdefghijkl", 0),
        ("abcdefghijklm", 61451),
        ("客服客服客ab", 0),
        ("客服客服客abc", 61451),
        ("", 61451),
        (" ", 61451),
    ] {
        assert_eq!(caller.update("test1@test", text), errcode, "{text:?}");
    }
}

#[test]
fn a_worker_is_online_in_three_ways() {
    let caller = old();
    for status in 1..=3 {
        caller.does(&Deed::Online { kf_account: "test2@test".into(), status: Some(status) });
        let row = json!({ "kf_account": "test2@test", "status": status, "kf_id": 1002, "accepted_case": 0,
                          "auto_accept": 0 });
        assert_eq!(caller.get(ONLINE, &[]).json["kf_online_list"][1], row);
        assert_eq!(caller.create("test2@test", IDLE), 0);
        assert_eq!(caller.close("test2@test", IDLE), 0);
    }
    let goes = |caller: &Caller, status| {
        caller.act(&Deed::Online { kf_account: "test2@test".into(), status: Some(status) }).is_ok()
    };
    assert_eq!([0, 4].map(|status| goes(&caller, status)), [false; 2]);
    assert_eq!([0, 1, 2, 3].map(|status| goes(&Caller::new(), status)), [false, true, false, false], "0 or 1 today");
}

#[test]
fn old_members_are_taken() {
    let caller = old();
    let add = json!({ "kf_account": "a@test", "nickname": "a", "password": "96e79218965eb72c92a549dd5a330112" });
    assert_eq!(caller.post(super::caller::ADD, &add).errcode, 0);
    let close = json!({ "kf_account": "test1@test", "openid": SERVED, "text": "再见" });
    assert_eq!(caller.post(super::caller::CLOSE, &close).errcode, 0);
    assert_eq!(caller.get(super::caller::DELETE, &[("kf_account", "a@test")]).errcode, 0);
}
