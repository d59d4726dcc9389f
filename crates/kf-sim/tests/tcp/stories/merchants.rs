//! A third-party platform and the life of one of its merchants: ticket, token, authorization, refresh, withdrawal.

use serde_json::{Value, json};

use super::{Program, code};
use crate::raw::call;

const PLATFORM: (&str, &str) = ("wxc0ffee0000000003", "c0ffee00123456789abcdef012345678");
const ALICE: &str = "wxa11ce00000000001";
const LIST: &str = "/cgi-bin/customservice/getkflist";

/// A call that the platform makes for itself.
async fn own(program: &Program, path: &str, mut body: Value) -> Value {
    body["component_appid"] = PLATFORM.0.into();
    let target = format!("/cgi-bin/component/{path}?component_access_token={}", program.token);
    call(&program.sim, "POST", &target, &[], body.to_string().as_bytes()).await.json()
}

fn word(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("{name}: {answer}")).to_owned()
}

/// The program of the platform, with a token that it got for a ticket.
async fn platform(scenario: &str) -> Program {
    let mut program = Program::of(scenario, PLATFORM).await;
    assert_eq!(program.token, "", "a third-party platform has no token as apps have");
    let ticket = program.deed(json!({ "do": "ticket" })).await;
    let body = json!({ "component_appsecret": PLATFORM.1, "component_verify_ticket": ticket["ticket"] });
    program.token = word(&own(&program, "api_component_token", body).await, "component_access_token");
    program
}

async fn lists(program: &Program, token: &str) -> i64 {
    call(&program.sim, "GET", &format!("{LIST}?access_token={token}"), &[], b"").await.code()
}

async fn refresh(program: &Program, token: &str) -> Value {
    let body = json!({ "authorizer_appid": ALICE, "authorizer_refresh_token": token });
    own(program, "api_authorizer_token", body).await
}

#[tokio::test]
async fn a_merchant_authorizes_is_served_withdraws_and_comes_back() {
    let program = platform(kf_sim::MERCHANTS).await;
    let merchant = Program { sim: program.sim.clone(), app_id: ALICE.to_owned(), token: String::new() };
    let code_to_scan = word(&own(&program, "api_create_preauthcode", json!({})).await, "pre_auth_code");
    let deed = json!({ "do": "authorize", "pre_auth_code": code_to_scan, "sets": [19] });
    let given = word(&merchant.deed(deed).await, "code");
    let redeem = json!({ "authorization_code": given });
    let redeemed = own(&program, "api_query_auth", redeem.clone()).await["authorization_info"].clone();
    assert_eq!(redeemed["authorizer_appid"], ALICE);
    assert_eq!(redeemed["func_info"][0]["funcscope_category"]["id"], 19);
    assert_eq!(code(&own(&program, "api_query_auth", redeem).await), 61009, "a code is good once");
    let token = word(&redeemed, "authorizer_access_token");
    assert_eq!(lists(&program, &token).await, 0);
    let target = format!("/customservice/kfsession/getwaitcase?access_token={token}");
    assert_eq!(call(&program.sim, "GET", &target, &[], b"").await.code(), 61007, "that was not granted");
    assert_eq!(lists(&program, &program.token).await, 61015, "the token of the platform is for its own calls");
    let shown = own(&program, "api_get_authorizer_info", json!({ "authorizer_appid": ALICE })).await;
    assert_eq!(shown["authorizer_info"]["alias"], "alice", "the suffix of its accounts");

    let next = refresh(&program, &word(&redeemed, "authorizer_refresh_token")).await;
    let (token, newest) = (word(&next, "authorizer_access_token"), word(&next, "authorizer_refresh_token"));
    assert_eq!(lists(&program, &token).await, 0);
    merchant.deed(json!({ "do": "withdraw" })).await;
    assert_eq!((lists(&program, &token).await, code(&refresh(&program, &newest).await)), (61003, 61023));
    let again = word(&merchant.deed(json!({ "do": "authorize", "sets": [1] })).await, "code");
    assert_eq!(code(&refresh(&program, &newest).await), 61023, "the old refresh token stays void");
    let back = own(&program, "api_query_auth", json!({ "authorization_code": again })).await;
    let token = word(&back["authorization_info"], "authorizer_access_token");
    assert_eq!(lists(&program, &token).await, 0);
    program.passes(7_200).await;
    assert_eq!(lists(&program, &token).await, 42001, "a token lives two hours");
}

/// What a platform that loses the answer to a refresh can do depends on what nobody documents.
#[tokio::test]
async fn a_lost_refresh_can_be_asked_for_again_or_not() {
    let strict = kf_sim::MERCHANTS.to_owned() + "\n[settings]\nauthorizer_old_refresh = \"void-at-once\"\n";
    for (scenario, lost) in [(kf_sim::MERCHANTS, 0), (&strict, 61023)] {
        let program = platform(scenario).await;
        let old = "refreshtoken@@@made-up-for-the-Official-Account";
        let first = refresh(&program, old).await;
        assert_eq!((code(&first), code(&refresh(&program, old).await)), (0, lost));
        let kept = if lost == 0 { refresh(&program, old).await } else { first };
        assert_eq!(lists(&program, &word(&kept, "authorizer_access_token")).await, 0);
        assert_eq!(code(&refresh(&program, old).await), 61023, "a new token was used");
        assert_eq!(code(&refresh(&program, &word(&kept, "authorizer_refresh_token")).await), 0);
    }
}
