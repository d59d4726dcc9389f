//! Workers of a Mini Program: API.md 1.2, 1.4, 1.7 and 4.

use kf_sim::{AppKind, Deed, MiniProgramAdd, Verb};
use serde_json::{Value, json};

use super::caller::{ADD, Caller, DELETE, MINI_SECRET, ONLINE};

const WORKER: &str = "oWorker1-decade00facade00001";

fn add(caller: &Caller, kf_wx: &str) -> i64 {
    caller.post(ADD, &json!({ "kf_wx": kf_wx })).errcode
}

fn delete(caller: &Caller, kf_openid: &str) -> i64 {
    caller.post(DELETE, &json!({ "kf_openid": kf_openid })).errcode
}

#[test]
fn a_worker_is_added_by_wechat_id_and_accepts() {
    let caller = Caller::mini_program();
    assert_eq!(add(&caller, "somebody"), 0);
    let row = caller.rows().pop().unwrap();
    assert_eq!((&row["kf_account"], &row["kf_nick"], &row["kf_id"]), (&json!(""), &json!(""), &json!("2002")));
    assert_eq!((&row["invite_wx"], &row["invite_status"]), (&json!("somebody"), &json!("waiting")));
    let openid = row["kf_openid"].as_str().unwrap();
    assert!(openid.starts_with('o') && openid.len() == 28, "{openid}");
    caller.does(&Deed::Accept { wechat_id: "somebody".into() });
    let row = caller.rows().pop().unwrap();
    assert_eq!((&row["kf_wx"], row.get("invite_wx")), (&json!("somebody"), None));
    caller.does(&Deed::Online { kf_account: "somebody".into(), status: None });
    let online = caller.get(ONLINE, &[]).json["kf_online_list"][1].clone();
    assert_eq!((&online["kf_openid"], &online["status"]), (&row["kf_openid"], &json!(1)));
}

#[test]
fn a_worker_is_refused_by_what_is_wrong() {
    let caller = Caller::mini_program();
    for bad in ["", "my id", "13800138000"] {
        assert_eq!(add(&caller, bad), 65409, "{bad:?}");
    }
    assert_eq!(add(&caller, "kfwx1"), 65407);
    assert_eq!((add(&caller, "somebody"), add(&caller, "somebody")), (0, 65408));
    caller.does(&Deed::Reject { wechat_id: "somebody".into() });
    assert_eq!(add(&caller, "somebody"), 0, "who said no may be asked again");
    caller.world(|world| world.settings.accounts_per_worker_max = 0);
    assert_eq!(add(&caller, "another"), 65410);
}

#[test]
fn a_mini_program_has_100_workers_at_the_most() {
    let caller = Caller::mini_program();
    for number in 2..=100 {
        assert_eq!(add(&caller, &format!("worker{number}")), 0, "worker {number}");
    }
    assert_eq!(add(&caller, "onemore"), 65405);
    assert_eq!(caller.add("a@testmini", "a"), 65405, "both ways fill the same list");
}

#[test]
fn a_worker_is_deleted_by_openid() {
    let caller = Caller::mini_program();
    assert_eq!([delete(&caller, ""), delete(&caller, "oNobody"), delete(&caller, "kfwx1")], [65401; 3]);
    assert_eq!((delete(&caller, WORKER), delete(&caller, WORKER)), (0, 65401));
    assert_eq!(caller.rows(), Vec::<Value>::new());
}

#[test]
fn by_kf_account_and_by_kf_wx_or_by_kf_wx_alone_as_the_setting_says() {
    let caller = Caller::mini_program();
    assert_eq!(caller.add("a@testmini", "小程序"), 0);
    assert_eq!(caller.row("a@testmini")["kf_nick"], "小程序");
    assert!(caller.row("a@testmini")["kf_openid"].is_string(), "such a worker has an openid too");
    assert_eq!((caller.invite("a@testmini", "somebody"), caller.delete("a@testmini")), (0, 0));
    let strict = Caller::mini_program();
    strict.world(|world| world.settings.mini_program_add = MiniProgramAdd::KfWx);
    assert_eq!((strict.add("a@testmini", "a"), add(&strict, "somebody")), (65409, 0));
    let official = Caller::new();
    official.world(|world| world.settings.mini_program_add = MiniProgramAdd::KfWx);
    assert_eq!(official.add("a@test", "a"), 0, "others add as ever");
}

#[test]
fn a_worker_without_an_account_cannot_be_invited_or_updated() {
    let caller = Caller::mini_program();
    assert_eq!(caller.invite("", "somebody"), 65401);
    assert_eq!(caller.delete(""), 65401);
    assert_eq!(caller.update("", "a"), 48001, "update is for Official and Service Accounts");
}

#[test]
fn a_mini_game_is_answered_like_a_mini_program() {
    let caller = Caller::mini_program();
    caller.app(|app| app.kind = AppKind::MiniGame);
    assert_eq!((add(&caller, "somebody"), delete(&caller, WORKER)), (0, 0));
    assert_eq!(caller.rows()[0]["kf_id"], "2002");
}

#[test]
fn which_call_of_a_path_is_meant_shows_in_the_body() {
    let caller = Caller::mini_program();
    let post = |path, body: Value| caller.post(path, &body).errcode;
    assert_eq!(post(ADD, json!({ "kf_wx": "a1", "business_id": "b" })), 0);
    assert_eq!(post(ADD, json!({ "kf_account": "a@testmini", "nickname": "a", "kf_wx": "a2" })), 0);
    assert_eq!(caller.names(), ["", "", "a@testmini"], "with both, the account counts");
    assert_eq!(post(ADD, json!({ "kf_account": "b@testmini", "nickname": "kf_wx" })), 0, "a value is no member");
    assert_eq!(post(ADD, json!({})), 65404);
    assert_eq!(post(DELETE, json!({ "kf_account": "a@testmini", "kf_openid": WORKER })), 0);
    assert_eq!(caller.names(), ["", "", "b@testmini"], "and here, too");
    assert_eq!(caller.rows()[0]["kf_openid"], WORKER);
    assert_eq!(caller.call(Verb::Get, DELETE, &[("kf_account", "b@testmini")], b"").errcode, 0);
}

#[test]
fn an_official_account_has_no_workers_by_wechat_id() {
    let caller = Caller::new();
    assert_eq!((add(&caller, "somebody"), delete(&caller, WORKER)), (48001, 48001));
    let mini = caller.other(super::caller::MINI, MINI_SECRET);
    assert_eq!(delete(&mini, WORKER), 0);
}

#[test]
fn workers_without_an_account_are_not_taken_for_one_another() {
    const VISITOR: &str = "oVisitor-decade00facade00002";
    let caller = Caller::mini_program();
    assert_eq!(add(&caller, "somebody"), 0);
    caller.does(&Deed::Accept { wechat_id: "somebody".into() });
    caller.does(&Deed::Online { kf_account: "somebody".into(), status: None });
    caller.says(VISITOR, "在吗");
    caller.does(&Deed::Take { kf_account: "kfwx1".into(), openid: None });
    let held = || {
        let rows = caller.get(ONLINE, &[]).json["kf_online_list"].as_array().unwrap().clone();
        rows.iter().map(|row| row["accepted_case"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(held(), [1, 0]);
    let close = |worker: &str| caller.act(&Deed::Close { kf_account: worker.into(), openid: VISITOR.into() }).is_ok();
    assert!(!close("somebody"), "it is the session of the other one");
    caller.does(&Deed::Handover { from: "kfwx1".into(), to: "somebody".into(), openid: VISITOR.into() });
    assert_eq!(held(), [0, 1]);
    let saved = kf_sim::parse(&kf_sim::print(&caller.platform.save().0));
    assert!(saved.is_ok(), "such a session can be saved: {saved:?}");
    assert_eq!(delete(&caller, caller.rows()[1]["kf_openid"].as_str().unwrap()), 0);
    assert_eq!(held(), [0]);
    assert!(caller.says(VISITOR, "喂").contains("waits"), "their session ended with the worker");
}
