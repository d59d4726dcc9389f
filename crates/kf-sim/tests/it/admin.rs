//! The administrator among the workers of a Mini Program: API.md 1.17.

use kf_sim::{AppKind, Verb, parse, print};
use serde_json::json;

use super::caller::{ADD, Caller, MINI, MINI_SECRET, world_of};

const SET: &str = "/customservice/kfaccount/setadmin";
const CANCEL: &str = "/customservice/kfaccount/canceladmin";
const WORKER: &str = "oWorker1-decade00facade00001";

fn admins(caller: &Caller) -> Vec<bool> {
    caller.app(|app| app.accounts.iter().map(|account| account.admin).collect())
}

#[test]
fn a_worker_is_made_administrator_and_no_longer() {
    let caller = Caller::mini_program();
    assert_eq!(caller.post(ADD, &json!({ "kf_wx": "somebody" })).errcode, 0);
    let call = |path: &str| caller.get(path, &[("kf_openid", WORKER)]).errcode;
    assert_eq!((call(CANCEL), admins(&caller)), (0, vec![false, false]), "who is none stays none");
    let before = caller.platform.save().1;
    assert_eq!(call(SET), 0);
    assert!(caller.platform.save().1 > before, "that is to be saved");
    assert_eq!((call(SET), admins(&caller)), (0, vec![true, false]));
    let text = print(&caller.platform.save().0);
    assert_eq!(print(&world_of(parse(&text).unwrap()).save().0), text);
    assert_eq!((call(CANCEL), admins(&caller)), (0, vec![false, false]));
}

#[test]
fn both_calls_are_refused_by_what_is_wrong() {
    let caller = Caller::mini_program();
    for path in [SET, CANCEL] {
        for (query, errcode) in [
            (vec![], 40003),
            (vec![("kf_openid", "")], 40003),
            (vec![("kf_openid", "kfwx1")], 40003),
            (vec![("kf_openid", "o/x")], 40003),
            (vec![("kf_openid", "o x"), ("business_id", "7")], 40003),
            (vec![("kf_openid", "oNobody"), ("business_id", "7")], 45071),
            (vec![("kf_openid", "oNobody")], 65401),
        ] {
            assert_eq!(caller.get(path, &query).errcode, errcode, "{path} {query:?}");
        }
    }
    assert_eq!(admins(&caller), [false]);
    caller.app(|app| app.kf_since = None);
    assert_eq!(caller.get(SET, &[("kf_openid", WORKER)]).errcode, 65400);
    for kind in [AppKind::OfficialAccount, AppKind::ServiceAccount] {
        caller.app(|app| (app.kind, app.certified) = (kind, true));
        assert_eq!(caller.get(SET, &[("kf_openid", WORKER)]).errcode, 48001, "{kind:?}");
    }
}

/// A worker of a sub-merchant is found by its id alone.
#[test]
fn the_workers_of_sub_merchants_are_apart() {
    let business = "ecommerce_platform = true\nbusiness = [\
        { business_id = \"1\", account_name = \"business1\", transfer_to_commkf = true }, \
        { business_id = \"2\", account_name = \"business2\", transfer_to_commkf = true }]";
    let text = kf_sim::DEFAULT.replacen("ecommerce_platform = true", business, 1);
    let text = text.replacen("kf_id = 2001", "kf_id = 2001\nbusiness_id = \"1\"", 1);
    let caller = Caller::in_world(world_of(parse(&text).unwrap()), MINI, MINI_SECRET);
    let set = |business_id: &str| caller.get(SET, &[("kf_openid", WORKER), ("business_id", business_id)]).errcode;
    assert_eq!((set(""), set("2"), admins(&caller)), (65401, 65401, vec![false]));
    assert_eq!((set("1"), admins(&caller)), (0, vec![true]));
}

/// The pages say GET with a query; one library sends POST with a body.
#[test]
fn both_calls_are_taken_by_post_too() {
    let caller = Caller::mini_program();
    caller.world(|world| world.settings.delete_by_get = kf_sim::Strictness::Refuse);
    let post = |path: &str| caller.post(path, &json!({ "kf_openid": WORKER })).errcode;
    assert_eq!((post(SET), admins(&caller)), (0, vec![true]));
    assert_eq!((post(CANCEL), admins(&caller)), (0, vec![false]));
    assert_eq!(caller.post(SET, &json!({ "kf_openid": WORKER, "business_id": 7 })).errcode, 45071);
    assert_eq!(caller.call(Verb::Post, SET, &[("kf_openid", WORKER)], b"").errcode, 44002, "a body it is, then");
}

/// As a user met the calls in 2022.
#[test]
fn by_a_setting_there_is_no_such_path() {
    let caller = Caller::mini_program();
    caller.world(|world| world.settings.admin_calls_unknown = true);
    for path in [SET, CANCEL] {
        for verb in [Verb::Get, Verb::Post] {
            assert_eq!(caller.call(verb, path, &[("kf_openid", WORKER)], b"").errcode, 40066, "{path}");
        }
    }
    assert_eq!((admins(&caller), caller.rows().len()), (vec![false], 1), "other paths are there");
}
