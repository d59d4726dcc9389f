//! Accounts and the two listings: API.md 5.1.1 to 5.1.7, 1.2 to 1.4, 1.7 and 1.8.

use kf_sim::{AccountCase, Deed, KfIdForm, NicknameCharacters, Verb};
use serde_json::{Value, json};

use super::caller::{ADD, CREATE, Caller, FIND, IDLE, LIST, MINI, MINI_SECRET, ONLINE, QUEUED, SERVED};

#[test]
fn an_app_has_100_accounts_at_the_most() {
    let caller = Caller::new();
    for number in 4..=100 {
        assert_eq!(caller.add(&format!("more{number}@test"), "a"), 0, "account {number}");
    }
    assert_eq!(caller.add("onemore@test", "a"), 65405);
    assert_eq!(caller.rows().len(), 100);
    assert_eq!(caller.delete("more50@test"), 0);
    assert_eq!((caller.add("onemore@test", "a"), caller.add("another@test", "a")), (0, 65405));
}

#[test]
fn the_limit_of_accounts_is_a_setting() {
    let caller = Caller::with(|settings| settings.accounts_max = 4);
    assert_eq!((caller.add("four@test", "a"), caller.add("five@test", "a")), (0, 65405));
}

#[test]
fn an_account_is_prefix_at_wechat_id() {
    let caller = Caller::new();
    for (text, errcode) in [
        ("a@test", 0),
        ("Az09_Az09_@test", 0),
        ("Az09_Az09_x@test", 65404),
        ("_@test", 0),
        ("@test", 65404),
        ("test9", 65404),
        ("", 65404),
        ("test9@", 65404),
        ("test9@other", 65404),
        ("test9@Test", 65404),
        ("test9@test ", 65404),
        (" test9@test", 65404),
        ("te-st@test", 65404),
        ("te.st@test", 65404),
        ("te st@test", 65404),
        ("客服@test", 65404),
        ("test９@test", 65404),
        ("test9＠test", 65404),
        ("a@b@test", 65404),
        ("a@test@test", 65404),
        ("kf2001@gh_5ca1ab1e00c0", 65404),
    ] {
        assert_eq!(caller.add(text, "a"), errcode, "{text:?}");
    }
}

#[test]
fn the_suffix_is_the_wechat_id_of_the_app_and_has_30_characters_at_the_most() {
    let caller = Caller::new();
    let add = |wechat_id: &str, text: &str| {
        caller.app(|app| wechat_id.clone_into(&mut app.wechat_id));
        caller.add(text, "a")
    };
    assert_eq!(add("", "test9@"), 65404, "no WeChat ID is set");
    assert_eq!(add("", "test9@test"), 65404, "no WeChat ID is set");
    assert_eq!(add("my-shop_1", "test9@my-shop_1"), 0);
    let longest = "s".repeat(30);
    assert_eq!(add(&longest, &format!("test9@{longest}")), 0);
    let longer = "s".repeat(31);
    assert_eq!(add(&longer, &format!("test9@{longer}")), 65404);
}

#[test]
fn a_form_is_looked_at_before_a_nickname_before_a_duplicate_before_the_limit() {
    let caller = Caller::with(|settings| settings.accounts_max = 3);
    assert_eq!(caller.add("test1", ""), 65404);
    assert_eq!(caller.add("test1@test", ""), 65403);
    assert_eq!(caller.add("test1@test", "a"), 65406);
    assert_eq!(caller.add("test9@test", "a"), 65405);
    assert_eq!(caller.names(), ["test1@test", "test2@test", "test3@test"], "a refused call changes nothing");
}

#[test]
fn accounts_of_another_app_are_no_duplicates() {
    let caller = Caller::new();
    let mini = caller.other(MINI, MINI_SECRET);
    mini.app(|app| app.wechat_id = "test".into());
    assert_eq!((mini.add("test1@test", "a"), mini.add("test1@test", "a")), (0, 65406));
}

#[test]
fn an_account_is_found_by_the_original_id_too() {
    let caller = Caller::new();
    let alias = "test1@gh_5ca1ab1e00c0";
    assert_eq!(caller.update(alias, "由原始ID"), 0);
    assert_eq!(caller.row("test1@test")["kf_nick"], "由原始ID");
    assert_eq!(caller.update("test1@gh_000000000000", "a"), 65401, "the original id of another app");
    assert_eq!(caller.create(alias, IDLE), 0);
    assert_eq!(caller.get(FIND, &[("openid", IDLE)]).json["kf_account"], "test1@test");
    assert_eq!(caller.close(alias, IDLE), 0);
    caller.account("test2@test", |account| account.kf_account = "kf2001@gh_5ca1ab1e00c0".into());
    assert_eq!(caller.update("kf2001@gh_5ca1ab1e00c0", "a"), 0, "one that the platform made itself");
    caller.account("test3@test", |account| account.kf_account = "test3@before".into());
    assert_eq!(caller.update("test3@gh_5ca1ab1e00c0", "a"), 65401, "the two suffixes stand for one another alone");
    assert_eq!(caller.delete(alias), 0);
    assert_eq!(caller.names(), ["kf2001@gh_5ca1ab1e00c0", "test3@before"]);
}

#[test]
fn a_nickname_has_1_to_16_characters_that_can_be_shown() {
    let caller = Caller::new();
    for (text, errcode) in [
        ("", 65403),
        ("a", 0),
        ("客服1", 0),
        ("客服客服客服客服客服客服客服客服", 0),
        ("客服客服客服客服客服客服客服客服1", 65403),
        ("abcdefghijklmnop", 0),
        ("abcdefghijklmnopq", 65403),
        ("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", 0),
        ("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", 65403),
        (" ", 65403),
        (" \u{3000}\u{200b}", 65403),
        (" a ", 0),
        ("a\u{7f}b", 65403),
        ("a\u{85}b", 65403),
    ] {
        assert_eq!(caller.update("test1@test", text), errcode, "{text:?}");
        assert_eq!(caller.add("nobody", text), 65404);
    }
    assert_eq!(caller.row("test1@test")["kf_nick"], " a ");
}

#[test]
fn the_case_of_an_account_counts_unless_a_setting_says_otherwise() {
    let caller = Caller::new();
    assert_eq!((caller.add("TEST1@test", "a"), caller.update("Test2@test", "a")), (0, 65401));
    let caller = Caller::with(|settings| settings.account_case = AccountCase::Insensitive);
    assert_eq!((caller.add("TEST1@test", "a"), caller.update("Test2@test", "b")), (65406, 0));
    assert_eq!(caller.row("test2@test")["kf_nick"], "b");
    assert_eq!(caller.delete("TEST3@TEST"), 0);
}

#[test]
fn a_new_account_has_nobody_and_takes_no_session() {
    let caller = Caller::new();
    assert_eq!(caller.add("fresh@test", "新来的"), 0);
    let row = json!({ "kf_account": "fresh@test", "kf_nick": "新来的", "kf_id": 1004, "kf_headimgurl": "" });
    assert_eq!(caller.row("fresh@test"), row);
    assert_eq!(caller.create("fresh@test", IDLE), 65402);
    let online = caller.act(&Deed::Online { kf_account: "fresh@test".into(), status: None });
    assert!(online.is_err(), "there is nobody to go online");
}

#[test]
fn an_update_changes_the_nickname_alone() {
    let caller = Caller::new();
    let before = caller.row("test3@test");
    assert_eq!(caller.update("test3@test", "改名"), 0);
    let mut after = caller.row("test3@test");
    after["kf_nick"] = before["kf_nick"].clone();
    assert_eq!(after, before);
    assert_eq!((caller.update("nobody@test", "a"), caller.update("", "a")), (65401, 65401));
    assert_eq!(caller.update("nobody@test", ""), 65403, "a field is looked at before the account");
}

#[test]
fn with_an_account_go_its_invite_and_its_sessions() {
    let caller = Caller::new();
    assert_eq!((caller.delete("test1@test"), caller.delete("test1@test")), (0, 65401));
    assert_eq!(caller.get(FIND, &[("openid", SERVED)]).json["kf_account"], "", "the session ended");
    assert_eq!(caller.delete("test3@test"), 0);
    assert!(caller.act(&Deed::Accept { wechat_id: "kfwx3".into() }).is_err(), "the invite went with it");
    assert_eq!(caller.invite("test2@test", "x"), 65412);
    assert_eq!(caller.add("test3@test", "a"), 0);
    assert_eq!(caller.row("test3@test")["kf_id"], 1004, "a number is not given twice");
    assert_eq!(caller.row("test3@test").get("invite_wx"), None);
    assert_eq!(caller.invite("test3@test", "kfwx3"), 0);
}

#[test]
fn sessions_of_a_deleted_account_stay_where_a_setting_says_so() {
    let caller = Caller::with(|settings| settings.sessions_end_with_account = false);
    assert_eq!(caller.delete("test1@test"), 0);
    assert_eq!(caller.get(FIND, &[("openid", SERVED)]).json["kf_account"], "test1@test");
    assert_eq!(caller.close("test2@test", SERVED), 65414);
    assert_eq!(caller.close("test1@test", SERVED), 0);
    assert_eq!(caller.close("test1@test", SERVED), 65413);
}

#[test]
fn the_listing_is_the_data_alone_and_its_rows_show_what_there_is() {
    let caller = Caller::new();
    let expires = caller.now() + 6 * 86_400;
    let listing = json!({ "kf_list": [
        { "kf_account": "test1@test", "kf_nick": "客服1", "kf_id": 1001, "kf_headimgurl": "", "kf_wx": "kfwx1" },
        { "kf_account": "test2@test", "kf_nick": "客服2", "kf_id": 1002, "kf_headimgurl": "", "kf_wx": "kfwx2" },
        { "kf_account": "test3@test", "kf_nick": "客服3", "kf_id": 1003, "kf_headimgurl": "",
          "invite_wx": "kfwx3", "invite_expire_time": expires, "invite_status": "waiting" },
    ]});
    assert_eq!(caller.get(LIST, &[]).json, listing);
    let answer = caller.post(ADD, &json!({ "kf_account": "a@test", "nickname": "a" }));
    assert_eq!(answer.json, json!({ "errcode": 0, "errmsg": "ok" }));
}

#[test]
fn kf_id_is_a_number_or_text_as_the_setting_says() {
    let ids = |setting| {
        let caller = Caller::with(|settings| settings.kf_id = setting);
        let mini = caller.other(MINI, MINI_SECRET);
        let first = |caller: &Caller, path, list| caller.get(path, &[]).json[list][0]["kf_id"].clone();
        [first(&caller, LIST, "kf_list"), first(&mini, LIST, "kf_list"), first(&caller, ONLINE, "kf_online_list")]
    };
    assert_eq!(ids(KfIdForm::AsReal), [json!(1001), json!("2001"), json!(1001)]);
    assert_eq!(ids(KfIdForm::Number), [json!(1001), json!(2001), json!(1001)]);
    assert_eq!(ids(KfIdForm::Text), [json!("1001"), json!("2001"), json!("1001")]);
    assert_eq!(Caller::new().world(|world| world.settings.kf_id), KfIdForm::AsReal);
}

#[test]
fn who_is_online_is_listed_with_the_sessions_that_they_hold() {
    let caller = Caller::new();
    let rows = || caller.get(ONLINE, &[]).json["kf_online_list"].clone();
    let row =
        |name: &str, id: i64, held: i64| json!({ "kf_account": name, "status": 1, "kf_id": id, "accepted_case": held });
    assert_eq!(rows(), json!([row("test1@test", 1001, 1)]));
    caller.does(&Deed::Online { kf_account: "test2@test".into(), status: None });
    assert_eq!((caller.create("test2@test", IDLE), caller.create("test2@test", QUEUED)), (0, 0));
    assert_eq!(rows(), json!([row("test1@test", 1001, 1), row("test2@test", 1002, 2)]));
    caller.does(&Deed::Offline { kf_account: "test1@test".into() });
    assert_eq!(caller.close("test2@test", IDLE), 0);
    assert_eq!(rows(), json!([row("test2@test", 1002, 1)]));
    caller.does(&Deed::Offline { kf_account: "test2@test".into() });
    assert_eq!(rows(), Value::Array(Vec::new()));
}

#[test]
fn a_get_needs_no_body_and_does_not_mind_one() {
    let caller = Caller::new();
    assert_eq!(caller.call(Verb::Get, LIST, &[], b"{}").errcode, 0);
    assert_eq!(caller.call(Verb::Get, LIST, &[], b"no json").errcode, 0);
    assert_eq!(caller.call(Verb::Post, CREATE, &[("kf_account", "test1@test")], b"{}").errcode, 40003);
}

/// An app without an original id has no second suffix, not even the empty one.
#[test]
fn without_an_original_id_there_is_one_suffix() {
    let caller = Caller::new();
    assert_eq!(caller.update("test1@gh_5ca1ab1e00c0", "a"), 0);
    caller.app(|app| app.original_id.clear());
    for name in ["test1@", "test1@gh_5ca1ab1e00c0", "test1"] {
        assert_eq!(caller.update(name, "a"), 65401, "{name}");
    }
}

#[test]
fn what_a_nickname_is_counted_in_is_a_setting() {
    let (nine, eight) = ("😀".repeat(9), "😀".repeat(8));
    for (characters, errcode) in [(NicknameCharacters::Scalars, 0), (NicknameCharacters::Utf16, 65403)] {
        let caller = Caller::with(|settings| settings.nickname_characters = characters);
        assert_eq!((caller.update("test1@test", &nine), caller.add("new@test", &nine)), (errcode, errcode));
        assert_eq!(caller.update("test1@test", &eight), 0);
        assert_eq!(caller.update("test1@test", &"客".repeat(16)), 0, "these count once either way");
        assert_eq!(caller.update("test1@test", &"客".repeat(17)), 65403);
    }
}
