//! A credential is never shown.

use kf_model::component::{FetchComponentToken, RedeemAuthorization, RefreshAuthorizerToken, StartTicketPush};
use kf_model::credentials::{FetchStableToken, FetchStableTokenResponse, FetchToken};
use kf_model::diagnosis::{ResetQuotaBySecret, ShowRequest};
use kf_model::{DecodeError, ENDPOINTS, Endpoint, QueryPair, QueryValue, Secret, decode};

const CANARY: &str = "canary/7f3a+b%c=\"\\d";

#[test]
fn debug_hides_credentials_wherever_they_are() {
    let secret = Secret::from(CANARY);
    let appid = || "wx0123456789abcdef".parse().unwrap();
    let fetch = FetchStableToken::new(appid(), CANARY);
    let classic = FetchToken::new(appid(), CANARY);
    let answer = format!(r#"{{"access_token":{},"expires_in":7200}}"#, serde_json::to_string(CANARY).unwrap());
    let token: FetchStableTokenResponse = decode::<FetchStableToken>(200, answer.as_bytes()).unwrap();
    assert_eq!(token.access_token.expose(), CANARY);
    let shown = [
        format!("{secret:?} {:#?}", QueryPair::secret("secret", &secret)),
        format!("{fetch:?} {classic:?} {:?}", classic.query()),
        format!("{token:?} {token:#?}"),
    ];
    for shown in shown {
        assert!(shown.contains("***") && !shown.contains("canary"), "{shown}");
    }
}

/// Tickets, codes, refresh tokens and what a request that is looked up holds, in requests and in answers.
#[test]
fn third_parties_and_lookups_hide_theirs_too() {
    let appid = || "wx0123456789abcdef".parse().unwrap();
    let quoted = serde_json::to_string(CANARY).unwrap();
    let authorization = format!(
        r#"{{"authorization_info":{{"authorizer_appid":"wx1","authorizer_access_token":{quoted},"authorizer_refresh_token":{quoted}}}}}"#
    );
    let request = format!(
        r#"{{"request":{{"request_url":{quoted},"request_body":{quoted},"response_body":{quoted},"client_ip":"203.0.113.7"}}}}"#
    );
    let redeemed = decode::<RedeemAuthorization>(200, authorization.as_bytes()).unwrap();
    let logged = decode::<ShowRequest>(200, request.as_bytes()).unwrap();
    assert_eq!(redeemed.authorization_info.authorizer_refresh_token.expose(), CANARY);
    assert_eq!(logged.request.response_body.as_ref().unwrap().expose(), CANARY);
    let ticket = FetchComponentToken::new(appid(), CANARY, CANARY);
    assert_eq!(serde_json::to_value(&ticket).unwrap()["component_verify_ticket"], CANARY);
    let shown = [
        format!("{redeemed:?} {logged:#?}"),
        format!("{ticket:?} {:?}", StartTicketPush::new(appid(), CANARY)),
        format!("{:?}", RedeemAuthorization::new(appid(), CANARY)),
        format!("{:?}", RefreshAuthorizerToken::new(appid(), appid(), CANARY)),
        format!("{:?}", ResetQuotaBySecret::new(appid(), CANARY)),
    ];
    for shown in shown {
        assert!(shown.contains("***") && !shown.contains("canary"), "{shown}");
    }
}

/// Every field whose name says that it is a credential is one, wherever it stands.
#[test]
fn what_is_named_like_a_credential_is_one() {
    let words = ["token", "secret", "ticket", "auth_code", "authorization_code"];
    for spec in ENDPOINTS {
        for field in spec.request.iter().chain(spec.response) {
            let is_named = words.iter().any(|word| field.name.ends_with(word));
            assert!(field.secret || !is_named, "{}: {}", spec.name, field.name);
        }
    }
}

#[test]
fn a_credential_goes_onto_the_wire_and_nowhere_else() {
    let fetch = FetchStableToken::new("wx0123456789abcdef".parse().unwrap(), CANARY);
    let body: serde_json::Value = serde_json::to_value(&fetch).unwrap();
    assert_eq!(body["secret"], CANARY);
    let classic = FetchToken::new("wx0123456789abcdef".parse().unwrap(), CANARY);
    assert_eq!(serde_json::to_string(&classic).unwrap(), "{}", "what goes into the query is not in the body");
    let query = classic.query();
    let secret = query.iter().find(|pair| pair.name == "secret").unwrap();
    assert!(matches!(&secret.value, QueryValue::Secret(secret) if secret.expose() == CANARY));
}

/// Answers to a token call that cannot be read may hold the token: nothing of them is quoted.
#[test]
fn malformed_token_answers_are_not_quoted() {
    let answers = [
        r#"{"access_token":["canary7f3a"],"expires_in":7200}"#,
        r#"{"access_token":"canary7f3a","expires_in":7200"#,
        r#"{"access_token":"canary7f3a","access_token":"canary7f3a","expires_in":7200}"#,
        r#"{"errcode":"canary7f3a","access_token":"canary7f3a","expires_in":7200}"#,
        r#"["canary7f3a"]"#,
        r#""canary7f3a""#,
        "canary7f3a",
        "<html>canary7f3a</html>",
    ];
    for answer in answers {
        let error = decode::<FetchStableToken>(200, answer.as_bytes()).unwrap_err();
        assert!(matches!(error, DecodeError::Malformed(_)), "{answer}: {error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{answer}: {error:?}");
    }
}

/// Other answers are quoted, but not what looks like a credential in them.
#[test]
fn excerpts_leave_out_what_may_be_a_credential() {
    let long = "66_aBcDeFgHiJkLmNoPqRsTuVwXyZ-canary7f3a";
    let answers = [
        "<a href=\"/cgi-bin?access_token=canary7f3a&x=1\">".to_owned(),
        "<p>token: canary7f3a</p>".to_owned(),
        "{\"secret\":\"canary7f3a\"}x".to_owned(),
        "{\"appsecret\" : \"canary7f3a\"".to_owned(),
        format!("the token {long} is not valid"),
        format!("path /cgi-bin/x?t={long}"),
        "{\"access_token\":\"\\u0063anary7f3a\"}x".to_owned(),
        "{\"secret\":\"correct horse canary battery\"}x".to_owned(),
        "{\"secret\":\"a \\\" canary\"}x".to_owned(),
        "<access_token>canary</access_token>".to_owned(),
        "Authorization: Bearer canaryxyz".to_owned(),
        "pwd=canaryxyz".to_owned(),
        "token\0:\0c\0a\0n\0a\0r\0y\0".to_owned(),
    ];
    for answer in answers {
        let error = decode::<kf_model::accounts::ListAccounts>(502, answer.as_bytes()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{answer}: {error:?}");
    }
    let error =
        decode::<kf_model::accounts::ListAccounts>(502, b"<html><h1>502 Bad Gateway</h1>\r\n\x1b[2J").unwrap_err();
    assert!(error.to_string().contains(r"<html><h1>502 Bad Gateway</h1>\r\n\u{1b}[2J"), "{error}");
}

#[test]
fn secrets_compare_by_what_they_hold() {
    assert_eq!(Secret::from("a"), Secret::from(String::from("a")));
    assert_ne!(Secret::from("a"), Secret::from("b"));
    assert_ne!(Secret::from("a"), Secret::from("ab"));
    assert!(Secret::from("").is_empty());
    let mut roomy = String::with_capacity(64);
    roomy.push_str("kept");
    assert_eq!(Secret::from(roomy).expose(), "kept");
}
