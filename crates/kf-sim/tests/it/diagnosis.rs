//! Quotas that are shown and reset, requests that are looked up, and the lists of addresses: API.md 2.7 and 0.2.

use kf_sim::{AppState, Effect, Fault, Pair, Payload, Verb};
use serde_json::{Value, json};

use super::caller::{APP, Answer, Caller, LIST, MINI, MINI_SECRET, SECRET, TOKEN};

const RESET: &str = "/cgi-bin/clear_quota";
const RESET_BY_SECRET: &str = "/cgi-bin/clear_quota/v2";
const RESET_PATH: &str = "/cgi-bin/openapi/quota/clear";
const QUOTA: &str = "/cgi-bin/openapi/quota/get";
const REQUEST: &str = "/cgi-bin/openapi/rid/get";

fn reset(caller: &Caller) -> i64 {
    caller.post(RESET, &json!({ "appid": APP })).errcode
}

fn reset_by_secret(caller: &Caller, app: &str, secret: &str) -> i64 {
    let body = json!({ "appid": app, "appsecret": secret }).to_string();
    caller.send(Verb::Post, RESET_BY_SECRET, &[], Payload::Bytes(body.as_bytes())).errcode
}

fn reset_path(caller: &Caller, path: &str) -> i64 {
    caller.post(RESET_PATH, &json!({ "cgi_path": path })).errcode
}

fn quota(caller: &Caller, path: &str) -> Answer {
    caller.post(QUOTA, &json!({ "cgi_path": path }))
}

fn rid(answer: &Answer) -> String {
    answer.json["errmsg"].as_str().unwrap().split(" rid: ").nth(1).unwrap().to_owned()
}

fn look_up(caller: &Caller, rid: &str) -> Answer {
    caller.post(REQUEST, &json!({ "rid": rid }))
}

#[test]
fn all_quotas_are_reset_ten_times_a_month_by_whichever_call() {
    let caller = Caller::with(|settings| (settings.classic_per_day, settings.calls_per_day) = (1, 100));
    let classic = || caller.classic(APP, SECRET).errcode;
    assert_eq!([classic(), classic(), reset(&caller), classic(), classic()], [0, 45009, 0, 0, 45009]);
    assert_eq!([reset_by_secret(&caller, APP, SECRET), classic(), classic()], [0, 0, 45009]);
    for _ in 2..10 {
        assert_eq!(reset(&caller), 0);
    }
    assert_eq!([reset(&caller), reset_by_secret(&caller, APP, SECRET)], [48006; 2], "one pool for both");
    assert_eq!(reset_by_secret(&caller, MINI, MINI_SECRET), 0, "and one for each app");
    caller.world(|world| world.settings.quota_resets_per_month = 0);
    assert_eq!(reset(&caller), 0, "0 is no limit");
}

/// Months begin at midnight in Beijing, as days do. The default clock shows 2027-01-15 16:00 there.
#[test]
fn months_begin_in_beijing() {
    let caller = Caller::with(|settings| settings.quota_resets_per_month = 1);
    let again = |caller: &Caller| reset_by_secret(caller, APP, SECRET);
    assert_eq!([again(&caller), again(&caller)], [0, 48006]);
    let day = 86_400;
    let mut left = 16 * day + 8 * 3_600;
    // 2027 is no leap year, 2028 is one.
    for (month, days) in [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29, 31].into_iter().enumerate().skip(1) {
        caller.advance(left - 1);
        assert_eq!(again(&caller), 48006, "the last second before month {month}");
        caller.advance(1);
        assert_eq!([again(&caller), again(&caller)], [0, 48006], "month {month}");
        left = days * day;
    }
}

#[test]
fn who_resets_must_be_the_one() {
    let caller = Caller::new();
    let by_token = |app: Value| caller.post(RESET, &json!({ "appid": app })).errcode;
    assert_eq!([by_token(MINI.into()), by_token("".into()), by_token(Value::Null)], [40013; 3]);
    for (app, secret, code) in [
        ("", "", 41002),
        ("wx0", "", 40013),
        (APP, "", 41004),
        (APP, "x", 40125),
        (APP, MINI_SECRET, 40001),
        (APP, SECRET, 0),
    ] {
        assert_eq!(reset_by_secret(&caller, app, secret), code, "{app} {secret}");
    }
    caller.app(|app| app.ip_whitelist = vec!["10.0.0.1".into()]);
    assert_eq!(reset_by_secret(&caller, APP, SECRET), 40164);
    caller.app(|app| (app.kind, app.ip_whitelist) = (kf_sim::AppKind::Component, Vec::new()));
    assert_eq!(reset_by_secret(&caller, APP, SECRET), 61024);
    caller.app(|app| app.state = AppState::Restricted);
    assert_eq!(reset(&caller), 50002);
}

#[test]
fn the_quota_of_one_path_is_reset_fifty_times_a_month() {
    let caller = Caller::with(|settings| settings.calls_per_day = 1);
    let list = || caller.get(LIST, &[]).errcode;
    let online = || caller.get(super::caller::ONLINE, &[]).errcode;
    caller.app(|app| {
        let mut quota = kf_sim::Quota::default();
        quota.per_day = Some(1_000);
        app.quotas.insert("reset_path_quota".into(), quota);
    });
    assert_eq!([list(), online(), reset_path(&caller, LIST), list(), online()], [0, 0, 0, 0, 45009]);
    for _ in 1..50 {
        assert_eq!(reset_path(&caller, LIST), 0);
    }
    assert_eq!((reset_path(&caller, LIST), reset_path(&caller, "/none")), (48006, 76021), "of the path first");
    assert_eq!(reset_by_secret(&caller, APP, SECRET), 0, "another pool");
    caller.advance(17 * 86_400);
    assert_eq!(reset_path(&caller.other(APP, SECRET), LIST), 0);
}

#[test]
fn a_quota_is_shown() {
    let mut caller = Caller::new();
    let shown_to = |caller: &Caller, path: &str| {
        let quota = quota(caller, path).json["quota"].clone();
        ["daily_limit", "used", "remain"].map(|name| quota[name].as_i64().unwrap())
    };
    assert_eq!(shown_to(&caller, TOKEN), [2_000, 0, 2_000]);
    caller.classic(APP, SECRET);
    assert_eq!(shown_to(&caller, TOKEN), [2_000, 1, 1_999]);
    caller.app(|app| app.test_account = true);
    assert_eq!(shown_to(&caller, TOKEN), [200, 1, 199]);
    caller.app(|app| app.test_account = false);
    assert_eq!(shown_to(&caller, "/cgi-bin/stable_token"), [500_000, 1, 499_999]);
    assert_eq!(shown_to(&caller, LIST), [500_000, 0, 500_000], "what has no limit shows that of the page");
    caller.world(|world| world.settings.calls_per_day = 9);
    caller.get(LIST, &[]);
    assert_eq!(shown_to(&caller, LIST), [9, 1, 8]);
    caller.app(|app| app.quotas.get_mut("list_accounts").unwrap().per_day = Some(1));
    assert_eq!(shown_to(&caller, LIST), [1, 1, 0]);
    caller.app(|app| app.quotas.get_mut("list_accounts").unwrap().used = 5);
    assert_eq!(shown_to(&caller, LIST), [1, 5, 0], "never less than none");
    caller.advance(8 * 3_600);
    caller = caller.other(APP, SECRET);
    assert_eq!((shown_to(&caller, TOKEN), shown_to(&caller, LIST)), ([2_000, 0, 2_000], [1, 0, 1]), "a new day");
    let add = "/customservice/kfaccount/add";
    caller.add("new@test", "a");
    assert_eq!(shown_to(&caller, add), [9, 1, 8], "of two calls on a path the one with the fewest left");
}

/// What these calls may be made a day stands in settings of their own: API.md 1.15 and 1.19.
#[test]
fn the_quota_of_messages_and_files_is_their_own() {
    let caller = Caller::new();
    let limit = |path: &str| quota(&caller, path).json["quota"]["daily_limit"].as_i64().unwrap();
    let limits = || ["/cgi-bin/media/upload", "/cgi-bin/media/get", "/cgi-bin/message/custom/send"].map(limit);
    assert_eq!(limits(), [100_000, 200_000, 500_000]);
    caller.app(|app| app.test_account = true);
    assert_eq!(limits(), [100_000, 200_000, 50_000]);
}

#[test]
fn a_path_that_is_none_is_told_from_one_of_others() {
    let caller = Caller::new();
    let mini = Caller::mini_program();
    for (path, code, mini_code) in [
        ("", 76003, 76003),
        ("cgi-bin/token", 76003, 76003),
        ("https://api.weixin.qq.com/cgi-bin/token", 76003, 76003),
        ("/cgi-bin/nothing", 76021, 76021),
        ("/cgi-bin/component/api_create_preauthcode", 76022, 76022),
        ("/customservice/kfsession/create", 0, 76022),
        ("/customservice/work/get", 76022, 0),
        (LIST, 0, 0),
    ] {
        assert_eq!((quota(&caller, path).errcode, quota(&mini, path).errcode), (code, mini_code), "{path}");
        assert_eq!((reset_path(&caller, path), reset_path(&mini, path)), (code, mini_code), "{path}");
    }
    assert_eq!(caller.post(QUOTA, &json!({})).errcode, 76003);
}

#[test]
fn a_refused_request_is_shown_to_its_app_for_seven_days() {
    let caller = Caller::new();
    let refused = caller.post("/customservice/kfaccount/del", &json!({ "kf_account": "nobody@test" }));
    let id = rid(&refused);
    let shown = look_up(&caller, &id);
    let now = caller.now();
    let answer: Value = serde_json::from_str(shown.json["request"]["response_body"].as_str().unwrap()).unwrap();
    assert_eq!(answer, refused.json);
    assert_eq!(
        shown.json["request"],
        json!({
            "invoke_time": now, "cost_in_ms": 1, "request_url": format!("access_token={}", caller.token),
            "request_body": "{\"kf_account\":\"nobody@test\"}", "response_body": answer.to_string(),
            "client_ip": "127.0.0.1",
        })
    );
    let mini = caller.other(MINI, MINI_SECRET);
    assert_eq!((look_up(&mini, &id).errcode, look_up(&mini, "00000000-00000000-00000000").errcode), (76003, 76001));
    for wrong in [
        "",
        "x",
        "61725984-6126f6f9",
        "61725984-6126f6f9-040f19cg",
        "61725984-6126f6f9-040f19c4-0",
        "+1725984-6126f6f9-040f19c4",
    ] {
        assert_eq!(look_up(&caller, wrong).errcode, 76002, "{wrong}");
    }
    assert_eq!(caller.post(REQUEST, &json!({})).errcode, 76002);
    caller.advance(604_800);
    let again = caller.other(APP, SECRET);
    assert_eq!(look_up(&again, &id).errcode, 0);
    caller.advance(1);
    assert_eq!((look_up(&again, &id).errcode, look_up(&mini, &id).errcode), (76004, 42001));
    assert_eq!(look_up(&again, &id.to_uppercase()).errcode, 76004, "hexadecimal digits of either case");
}

#[test]
fn two_thousand_requests_are_remembered() {
    let caller = Caller::new();
    caller.platform.fault(Fault::new(Effect::Errcode(-1)).times(1)).unwrap();
    let first = rid(&caller.get(LIST, &[]));
    assert_eq!(look_up(&caller, &first).errcode, 0, "one that a fault refused, too");
    let of_nobody = rid(&caller.send(Verb::Get, LIST, &[Pair::new("access_token", "x")], Payload::Bytes(b"")));
    assert_eq!(look_up(&caller, &of_nobody).errcode, 76003);
    for _ in 0..1_997 {
        caller.get("/none", &[]);
    }
    assert_eq!(look_up(&caller, &first).errcode, 0);
    assert_eq!(look_up(&caller, "x").errcode, 76002);
    assert_eq!(look_up(&caller, &first).errcode, 76001);
    let long = vec![b'x'; 10_000];
    let id = rid(&caller.call(Verb::Post, RESET, &[], &long));
    assert_eq!(look_up(&caller, &id).json["request"]["request_body"].as_str().unwrap().len(), 2_048);
    assert!(!format!("{:?}", caller.world(|world| world.clone())).contains(&caller.token), "it is no secret's leak");
    caller.platform.reset();
    let again = caller.other(APP, SECRET);
    assert_eq!(look_up(&again, &id).errcode, 76001, "a world that begins again remembers nothing");
}

#[test]
fn the_addresses_are_those_that_documents_may_name() {
    let caller = Caller::new();
    let list = |path: &str| caller.get(path, &[]).json["ip_list"].clone();
    assert_eq!(list("/cgi-bin/get_api_domain_ip"), json!(["203.0.113.1", "203.0.113.2"]));
    assert_eq!(list("/cgi-bin/getcallbackip"), json!(["203.0.113.9", "203.0.113.16/28"]));
}
