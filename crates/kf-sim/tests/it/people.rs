//! What people do, and what they cannot: demand 7.

use kf_sim::Deed;
use serde_json::json;

use super::caller::{APP, Caller, FIND, IDLE, MINI, QUEUED, SERVED, WAITING};

fn online(caller: &Caller, kf_account: &str) {
    caller.does(&Deed::Online { kf_account: kf_account.into(), status: None });
}

fn take(kf_account: &str, openid: Option<&str>) -> Deed {
    Deed::Take { kf_account: kf_account.into(), openid: openid.map(str::to_owned) }
}

fn hand_over(from: &str, to: &str, openid: &str) -> Deed {
    Deed::Handover { from: from.into(), to: to.into(), openid: openid.into() }
}

fn serves(caller: &Caller, openid: &str) -> String {
    caller.get(FIND, &[("openid", openid)]).json["kf_account"].as_str().unwrap_or("-").to_owned()
}

/// What a deed is refused with.
#[track_caller]
fn refused(caller: &Caller, deed: &Deed, words: &str) {
    let error = caller.act(deed).expect_err("it was done").to_string();
    assert!(error.contains(words), "{deed:?}: {error}");
}

#[test]
fn a_new_person_follows_with_an_openid_of_their_own() {
    let caller = Caller::new();
    let first = caller.does(&Deed::Follow { openid: None }).openid.unwrap();
    let second = caller.does(&Deed::Follow { openid: None }).openid.unwrap();
    assert!(first.starts_with('o') && first.len() == 28 && first != second, "{first} {second}");
    assert_eq!(caller.create("test1@test", &first), 0);
    for bad in ["", "a b", "a\n"] {
        refused(&caller, &Deed::Follow { openid: Some(bad.into()) }, "no blanks");
    }
}

#[test]
fn who_leaves_loses_the_place_and_the_session_and_may_come_back() {
    let caller = Caller::new();
    for openid in [QUEUED, SERVED] {
        caller.does(&Deed::Leave { openid: openid.into() });
        assert_eq!(caller.create("test1@test", openid), 40003);
        refused(&caller, &Deed::Say { openid: openid.into(), text: "a".into() }, "let them follow first");
        caller.does(&Deed::Follow { openid: Some(openid.into()) });
        assert_eq!(serves(&caller, openid), "");
    }
    assert_eq!(caller.get(WAITING, &[]).json["count"], 0);
    refused(&caller, &Deed::Leave { openid: "oNobody".into() }, "let them follow first");
}

#[test]
fn a_worker_takes_the_customer_who_waits_longest_or_a_certain_one() {
    let caller = Caller::new();
    online(&caller, "test2@test");
    caller.says(IDLE, "在吗");
    let done = caller.does(&take("test2@test", None));
    assert_eq!((done.openid.as_deref(), done.kf_account.as_deref()), (Some(QUEUED), Some("test2@test")));
    assert_eq!((serves(&caller, QUEUED), serves(&caller, IDLE)), ("test2@test".into(), String::new()));
    refused(&caller, &take("test1@test", Some(QUEUED)), "does not wait");
    caller.does(&take("test1@test", Some(IDLE)));
    assert_eq!(serves(&caller, IDLE), "test1@test");
    refused(&caller, &take("test1@test", None), "nobody waits");
}

#[test]
fn only_who_is_online_takes_customers() {
    let caller = Caller::new();
    refused(&caller, &take("test2@test", None), "is not online");
    refused(&caller, &take("test3@test", None), "is not online");
    refused(&caller, &take("nobody@test", None), "there is no account");
    refused(&caller, &hand_over("test1@test", "test2@test", SERVED), "is not online");
}

#[test]
fn who_waits_for_an_account_is_taken_by_that_one() {
    let caller = Caller::new();
    online(&caller, "test2@test");
    caller.app(|app| {
        let waiting = app.customers.get_mut(QUEUED).unwrap().waiting.as_mut().unwrap();
        waiting.kf_account = Some("test1@test".into());
    });
    assert_eq!(caller.get(WAITING, &[]).json["waitcaselist"][0]["kf_account"], "test1@test");
    refused(&caller, &take("test2@test", None), "nobody waits");
    caller.does(&take("test1@test", None));
    assert_eq!(serves(&caller, QUEUED), "test1@test");
}

#[test]
fn a_customer_is_handed_over() {
    let caller = Caller::new();
    online(&caller, "test2@test");
    caller.advance(5);
    caller.does(&hand_over("test1@test", "test2@test", SERVED));
    let session = caller.get(FIND, &[("openid", SERVED)]).json;
    assert_eq!(session, json!({ "kf_account": "test2@test", "createtime": caller.now() }));
    assert_eq!((caller.close("test1@test", SERVED), caller.says(SERVED, "好")), (65414, "test2@test got it".into()));
    refused(&caller, &hand_over("test1@test", "test2@test", SERVED), "in a session with test2@test");
    refused(&caller, &hand_over("test2@test", "test2@test", SERVED), "already");
    refused(&caller, &hand_over("test1@test", "test2@test", IDLE), "in no session");
}

#[test]
fn a_worker_answers_and_closes_their_own_sessions_alone() {
    let caller = Caller::new();
    let answer = |kf_account: &str, openid: &str| Deed::Answer {
        kf_account: kf_account.into(),
        openid: openid.into(),
        text: "好".into(),
    };
    let close = |kf_account: &str, openid: &str| Deed::Close { kf_account: kf_account.into(), openid: openid.into() };
    caller.does(&answer("test1@test", SERVED));
    refused(&caller, &answer("test2@test", SERVED), "in a session with test1@test");
    refused(&caller, &answer("test1@test", IDLE), "in no session");
    refused(&caller, &close("test2@test", SERVED), "in a session with test1@test");
    caller.does(&close("test1@test", SERVED));
    assert_eq!((serves(&caller, SERVED), caller.close("test1@test", SERVED)), (String::new(), 65413));
}

#[test]
fn sessions_stay_when_a_worker_goes_offline() {
    let caller = Caller::new();
    caller.does(&Deed::Offline { kf_account: "test1@test".into() });
    assert_eq!((serves(&caller, SERVED), caller.create("test1@test", IDLE)), ("test1@test".into(), 65415));
    caller.does(&Deed::Offline { kf_account: "test1@test".into() });
    assert_eq!(caller.close("test1@test", SERVED), 0);
}

#[test]
fn a_worker_is_known_by_account_wechat_id_or_openid() {
    let caller = Caller::new();
    online(&caller, "kfwx2");
    caller.does(&take("kfwx2", None));
    assert_eq!(serves(&caller, QUEUED), "test2@test");
    let mini = Caller::mini_program();
    mini.does(&Deed::Offline { kf_account: "oWorker1-decade00facade00001".into() });
    refused(&mini, &Deed::Online { kf_account: String::new(), status: None }, "there is no account");
}

#[test]
fn people_act_in_the_first_app_unless_one_is_named() {
    let caller = Caller::new();
    let leave = Deed::Leave { openid: "oVisitor-decade00facade00002".into() };
    assert!(caller.platform.act(None, &leave).is_err());
    assert!(caller.platform.act(Some(APP), &leave).is_err());
    assert!(caller.platform.act(Some(MINI), &leave).is_ok());
    let error = caller.platform.act(Some("wx0"), &leave).unwrap_err().to_string();
    assert!(error.contains("there is no app") && error.contains(APP) && error.contains(MINI), "{error}");
}

#[test]
fn what_cannot_be_done_changes_nothing() {
    let caller = Caller::new();
    let before = caller.platform.save();
    refused(&caller, &take("test2@test", None), "is not online");
    refused(&caller, &Deed::Accept { wechat_id: "nobody".into() }, "invite them first");
    assert_eq!(kf_sim::print(&caller.platform.save().0), kf_sim::print(&before.0));
}

#[test]
fn deeds_are_data() {
    let text = r#"{"do":"say","openid":"oA","text":"在吗"}"#;
    let deed: Deed = serde_json::from_str(text).unwrap();
    assert_eq!(deed, Deed::Say { openid: "oA".into(), text: "在吗".into() });
    assert_eq!(serde_json::to_string(&deed).unwrap(), text);
    assert!(serde_json::from_str::<Deed>(r#"{"do":"say","openid":"oA","text":"a","more":1}"#).is_err());
    assert!(serde_json::from_str::<Deed>(r#"{"do":"dance"}"#).is_err());
}

#[test]
fn who_waits_for_an_account_that_is_deleted_waits_for_any() {
    let caller = Caller::new();
    let wanted = || caller.app(|app| app.customers[QUEUED].waiting.as_ref().unwrap().kf_account.clone());
    for (name, left) in [("test2@test", Some("test1@test".to_owned())), ("test1@test", None)] {
        caller.app(|app| {
            let waiting = app.customers.get_mut(QUEUED).unwrap().waiting.as_mut().unwrap();
            waiting.kf_account = Some("test1@test".into());
        });
        assert_eq!(caller.delete(name), 0);
        assert_eq!(wanted(), left, "{name} is gone");
    }
}
