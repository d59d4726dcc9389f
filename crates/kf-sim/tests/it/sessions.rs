//! Sessions and the queue: API.md 5.3.1 to 5.3.7 and 1.9 to 1.13.

use kf_sim::{Deed, NoCreatetime, WithoutPush};
use serde_json::json;

use super::caller::{Caller, FIND, IDLE, QUEUED, RECORDS, SERVED, SESSIONS, WAITING};

fn with_two_online() -> Caller {
    let caller = Caller::new();
    caller.does(&Deed::Online { kf_account: "test2@test".into(), status: None });
    caller
}

/// Who serves a customer, and since when.
fn found(caller: &Caller, openid: &str) -> (String, i64) {
    let json = caller.get(FIND, &[("openid", openid)]).json;
    (json["kf_account"].as_str().unwrap().to_owned(), json["createtime"].as_i64().unwrap())
}

fn queue(caller: &Caller) -> Vec<String> {
    let json = caller.get(WAITING, &[]).json;
    let rows = json["waitcaselist"].as_array().unwrap();
    rows.iter().map(|row| row["openid"].as_str().unwrap().to_owned()).collect()
}

fn follow(caller: &Caller, openid: &str) {
    caller.does(&Deed::Follow { openid: Some(openid.into()) });
}

#[test]
fn a_customer_is_in_no_session_or_waits_or_is_in_one() {
    let caller = Caller::new();
    let now = caller.now();
    assert_eq!((found(&caller, IDLE), queue(&caller)), ((String::new(), 0), vec![QUEUED.to_owned()]));
    caller.says(IDLE, "在吗");
    assert_eq!((found(&caller, IDLE).0, queue(&caller).len()), (String::new(), 2), "now they wait");
    assert_eq!(caller.create("test1@test", IDLE), 0);
    assert_eq!((found(&caller, IDLE), queue(&caller).len()), (("test1@test".into(), now), 1), "now they are served");
    assert_eq!(caller.close("test1@test", IDLE), 0);
    assert_eq!((found(&caller, IDLE), queue(&caller).len()), ((String::new(), 0), 1));
}

#[test]
fn to_open_a_session_five_things_are_needed() {
    let caller = with_two_online();
    caller.does(&Deed::Follow { openid: Some("oGone".into()) });
    caller.does(&Deed::Leave { openid: "oGone".into() });
    caller.does(&Deed::Offline { kf_account: "test2@test".into() });
    for (kf_account, openid, errcode) in [
        ("test1@test", "", 40003),
        ("test1@test", "oNobody", 40003),
        ("test1@test", "oGone", 40003),
        ("test1@test", "oVisitor-decade00facade00002", 40003),
        ("nobody@test", IDLE, 65401),
        ("", IDLE, 65401),
        ("test3@test", IDLE, 65402),
        ("test2@test", IDLE, 65415),
        ("test1@test", IDLE, 0),
    ] {
        assert_eq!(caller.create(kf_account, openid), errcode, "{kf_account} {openid}");
    }
    caller.does(&Deed::Online { kf_account: "test2@test".into(), status: None });
    assert_eq!(caller.create("test2@test", IDLE), 65414, "with another account");
}

#[test]
fn the_same_pair_again_is_the_same_session() {
    let caller = Caller::new();
    assert_eq!(caller.create("test1@test", IDLE), 0);
    let before = found(&caller, IDLE);
    caller.advance(60);
    assert_eq!(caller.create("test1@test", IDLE), 0);
    assert_eq!(found(&caller, IDLE), before, "it did not begin anew");
    assert_eq!(caller.held("test1@test"), [SERVED, IDLE]);
    caller.does(&Deed::Offline { kf_account: "test1@test".into() });
    assert_eq!(caller.create("test1@test", IDLE), 65415, "whether the worker is online comes first");
}

#[test]
fn to_close_a_session_it_must_be_there_and_with_that_account() {
    let caller = with_two_online();
    for (kf_account, openid, errcode) in [
        ("test1@test", "oNobody", 40003),
        ("test1@test", IDLE, 65413),
        ("test1@test", QUEUED, 65413),
        ("test2@test", SERVED, 65414),
        ("nobody@test", SERVED, 65414),
        ("test1@test", SERVED, 0),
        ("test1@test", SERVED, 65413),
    ] {
        assert_eq!(caller.close(kf_account, openid), errcode, "{kf_account} {openid}");
    }
    assert_eq!(queue(&caller), [QUEUED], "nobody came back into the queue");
}

#[test]
fn a_session_passes_messages_on_for_thirty_minutes_of_silence() {
    let caller = Caller::new();
    assert_eq!(caller.create("test1@test", IDLE), 0);
    caller.advance(1_800);
    assert_eq!(caller.says(IDLE, "一"), "test1@test got it");
    caller.advance(1_800);
    assert_eq!(caller.says(IDLE, "二"), "test1@test got it", "each message counts anew");
    caller.advance(1_801);
    assert!(caller.says(IDLE, "三").contains("nobody got it"));
    assert_eq!(found(&caller, IDLE).0, "test1@test", "the session stays open");
    assert_eq!(caller.get(SESSIONS, &[("kf_account", "test1@test")]).json["sessionlist"].as_array().unwrap().len(), 2);
    caller.does(&Deed::Answer { kf_account: "test1@test".into(), openid: IDLE.into(), text: "还在吗".into() });
    assert_eq!(caller.says(IDLE, "四"), "test1@test got it", "the worker woke it");
    let now = caller.now();
    let body = json!({ "starttime": now - 86_400, "endtime": now, "msgid": 20_165_268, "number": 100 });
    let records = caller.post(RECORDS, &body).json;
    let texts: Vec<_> = records["recordlist"].as_array().unwrap().iter().map(|row| row["text"].clone()).collect();
    assert_eq!(texts, ["一", "二", "还在吗", "四"], "what nobody got is in no record");
}

#[test]
fn the_silence_after_which_nothing_is_passed_on_is_a_setting() {
    let caller = Caller::with(|settings| settings.session_silence_seconds = 10);
    assert_eq!(caller.create("test1@test", IDLE), 0);
    caller.advance(10);
    assert_eq!(caller.says(IDLE, "一"), "test1@test got it");
    caller.advance(11);
    assert!(caller.says(IDLE, "二").contains("nobody got it"));
}

#[test]
fn the_queue_has_100_rows_at_the_most_and_counts_all() {
    let caller = Caller::new();
    for number in 0..120 {
        caller.advance(1);
        let openid = format!("oMany{number:03}");
        follow(&caller, &openid);
        caller.says(&openid, "在吗");
    }
    let json = caller.get(WAITING, &[]).json;
    assert_eq!(json["count"], 121);
    let rows = json["waitcaselist"].as_array().unwrap();
    assert_eq!(rows.len(), 100);
    assert_eq!(rows[0], json!({ "openid": QUEUED, "latest_time": caller.now() - 240 }), "the oldest first");
    assert_eq!(rows[99]["openid"], "oMany098");
    caller.world(|world| world.settings.waiting_rows_max = 2);
    let json = caller.get(WAITING, &[]).json;
    assert_eq!((json["count"].as_i64(), json["waitcaselist"].as_array().unwrap().len()), (Some(121), 2));
}

#[test]
fn who_writes_again_goes_behind_those_who_did_not() {
    let caller = Caller::new();
    caller.says(IDLE, "在吗");
    caller.advance(5);
    assert_eq!(queue(&caller), [QUEUED, IDLE]);
    assert!(caller.says(QUEUED, "喂").contains("still waits"));
    assert_eq!(queue(&caller), [IDLE, QUEUED], "ordered by the last message, which is what the row shows");
    let json = caller.get(WAITING, &[]).json;
    assert_eq!(json["waitcaselist"][1]["latest_time"], caller.now());
}

#[test]
fn messages_of_no_session_go_nowhere_where_a_setting_says_so() {
    let caller = Caller::with(|settings| settings.messages_without_push = WithoutPush::Drop);
    assert_eq!(caller.says(IDLE, "在吗"), "nobody got it");
    assert_eq!(queue(&caller), [QUEUED]);
}

#[test]
fn sessions_of_an_account_are_listed_oldest_first() {
    let caller = with_two_online();
    let now = caller.now();
    assert_eq!(caller.create("test2@test", QUEUED), 0);
    caller.advance(10);
    assert_eq!(caller.create("test2@test", IDLE), 0);
    let json = caller.get(SESSIONS, &[("kf_account", "test2@test")]).json;
    let rows = json!([{ "openid": QUEUED, "createtime": now }, { "openid": IDLE, "createtime": now + 10 }]);
    assert_eq!(json, json!({ "sessionlist": rows }));
    assert_eq!(caller.held("test1@test"), [SERVED]);
    let list = |name| caller.get(SESSIONS, &[("kf_account", name)]).errcode;
    assert_eq!((list("test3@test"), list("nobody@test"), list("")), (65402, 65401, 65401));
    assert_eq!(caller.get(SESSIONS, &[]).errcode, 65401);
}

#[test]
fn the_session_of_a_stranger_cannot_be_asked_for() {
    let caller = Caller::new();
    assert_eq!(caller.get(FIND, &[("openid", "oNobody")]).errcode, 40003);
    assert_eq!(caller.get(FIND, &[]).errcode, 40003);
    caller.does(&Deed::Leave { openid: SERVED.into() });
    assert_eq!(caller.get(FIND, &[("openid", SERVED)]).errcode, 40003, "they left");
    assert!(caller.held("test1@test").is_empty(), "and their session ended");
}

#[test]
fn a_session_is_found_with_errcode_where_a_setting_says_so() {
    let caller = Caller::new();
    let plain = caller.get(FIND, &[("openid", SERVED)]).json;
    let since = caller.now() - 600;
    assert_eq!(plain, json!({ "kf_account": "test1@test", "createtime": since }));
    caller.world(|world| world.settings.find_session_with_errcode = true);
    let older = caller.get(FIND, &[("openid", SERVED)]).json;
    assert_eq!(older, json!({ "errcode": 0, "errmsg": "ok", "kf_account": "test1@test", "createtime": since }));
}

#[test]
fn without_a_session_the_time_is_0_or_left_out() {
    for (setting, answer) in [
        (NoCreatetime::Zero, json!({ "kf_account": "", "createtime": 0 })),
        (NoCreatetime::LeftOut, json!({ "kf_account": "" })),
    ] {
        let caller = Caller::with(|settings| settings.find_session_createtime = setting);
        assert_eq!(caller.get(FIND, &[("openid", IDLE)]).json, answer);
        let served = caller.get(FIND, &[("openid", SERVED)]).json;
        assert_eq!(served, json!({ "kf_account": "test1@test", "createtime": caller.now() - 600 }));
    }
}
