//! A program runs out of calls, looks at its quota, resets it, and looks up what was refused.

use serde_json::json;

use super::{APP, MINI, Program, code, rid};

const LIST: &str = "/cgi-bin/customservice/getkflist";

#[tokio::test]
async fn a_quota_runs_out_is_shown_and_reset_and_a_refusal_is_looked_up() {
    let quota = "kf_since = \"30d ago\"\n[app.quota.list_accounts]\nper_day = 2\n";
    let scenario = kf_sim::DEFAULT.replacen("kf_since = \"30d ago\"\n", quota, 1);
    let program = Program::of(&scenario, APP).await;
    let list = || async { program.get(LIST, "").await };
    assert_eq!([list().await.code(), list().await.code()], [0, 0]);
    let refused = list().await;
    assert_eq!((refused.status, refused.code()), (200, 45009));
    let shown = program.post("/cgi-bin/openapi/quota/get", json!({ "cgi_path": LIST })).await;
    assert_eq!(shown["quota"], json!({ "daily_limit": 2, "used": 2, "remain": 0 }));

    let refusal = refused.json();
    let looked = program.post("/cgi-bin/openapi/rid/get", json!({ "rid": rid(&refusal) })).await;
    let request = &looked["request"];
    assert_eq!(request["response_body"].as_str(), std::str::from_utf8(&refused.body).ok());
    assert_eq!(request["client_ip"], "127.0.0.1");
    let other = program.with(MINI.0, MINI.1).await;
    let theirs = other.post("/cgi-bin/openapi/rid/get", json!({ "rid": rid(&refusal) })).await;
    assert_eq!(code(&theirs), 76003, "it is another account's");

    assert_eq!(program.code("/cgi-bin/clear_quota", json!({ "appid": MINI.0 })).await, 40013);
    assert_eq!(program.code("/cgi-bin/clear_quota", json!({ "appid": APP.0 })).await, 0);
    assert_eq!([list().await.code(), list().await.code(), list().await.code()], [0, 0, 45009]);
    assert_eq!(program.code("/cgi-bin/openapi/quota/clear", json!({ "cgi_path": LIST })).await, 0);
    assert_eq!(list().await.code(), 0);
    let by_secret = json!({ "appid": APP.0, "appsecret": APP.1 });
    for _ in 1..10 {
        assert_eq!(program.code("/cgi-bin/clear_quota/v2", by_secret.clone()).await, 0);
    }
    assert_eq!(program.code("/cgi-bin/clear_quota", json!({ "appid": APP.0 })).await, 48006, "ten a month");

    for path in ["/cgi-bin/get_api_domain_ip", "/cgi-bin/getcallbackip"] {
        let addresses = program.get(path, "").await.json();
        assert!(addresses["ip_list"].as_array().is_some_and(|list| !list.is_empty()), "{path}: {addresses}");
    }
}
