//! Requests go out exactly as the pages show them, and nothing is lost on the way.

use kf_model::accounts::{
    AddAccount, DeleteAccount, InviteWorker, ListAccounts, ListOnlineAccounts, UpdateAccount, UploadPicture,
};
use kf_model::credentials::{FetchStableToken, FetchToken};
use kf_model::records::ListRecords;
use kf_model::sessions::{CloseSession, CreateSession, FindSession, ListSessions, ListWaiting};
use kf_model::workers::{AddWorker, DeleteWorker};
use kf_model::{AccountRef, Endpoint, KfAccount, Nickname, Payload, QueryValue, Upload};
use proptest::prelude::*;

#[track_caller]
fn sends<E: Endpoint>(request: &E, query: &str, body: &str) {
    let shown = request.query().into_iter().map(|pair| match pair.value {
        QueryValue::Text(text) => format!("{}={text}", pair.name),
        QueryValue::Secret(secret) => format!("{}={}", pair.name, secret.expose()),
    });
    assert_eq!(shown.collect::<Vec<_>>().join("&"), query, "{}", E::SPEC.name);
    assert_eq!(serde_json::to_string(request).unwrap(), body, "{}", E::SPEC.name);
    assert_eq!(E::SPEC.payload == Payload::Multipart, request.upload().is_some(), "{}", E::SPEC.name);
}

#[test]
fn every_request_goes_out_as_its_page_shows() {
    let account = || AccountRef::from("test1@test");
    let nickname: Nickname = "客服1".parse().unwrap();
    let kf_account: KfAccount = "test1@test".parse().unwrap();
    let openid = || "OPENID".parse().unwrap();
    let names = r#"{"kf_account":"test1@test","nickname":"客服1"}"#;
    let session = r#"{"kf_account":"test1@test","openid":"OPENID"}"#;
    sends(&AddAccount::new(kf_account.clone(), nickname.clone()), "", names);
    sends(&UpdateAccount::new(kf_account.clone(), nickname), "", names);
    sends(&DeleteAccount::new(&kf_account), "", r#"{"kf_account":"test1@test"}"#);
    let invite = r#"{"kf_account":"test1@test","invite_wx":"test_kfwx"}"#;
    sends(&InviteWorker::new(account(), "test_kfwx".parse().unwrap()), "", invite);
    sends(&UploadPicture::new(account(), Upload::jpeg("a.jpg", *b"JPEG")), "kf_account=test1@test", "{}");
    sends(&ListAccounts::new(), "", "{}");
    sends(&ListOnlineAccounts::new(), "", "{}");
    sends(&CreateSession::new(account(), openid()), "", session);
    sends(&CloseSession::new(account(), openid()), "", session);
    sends(&FindSession::new(openid()), "openid=OPENID", "{}");
    sends(&ListSessions::new(account()), "kf_account=test1@test", "{}");
    sends(&ListWaiting::new(), "", "{}");
    let records = r#"{"starttime":987654321,"endtime":987654322,"msgid":1,"number":10000}"#;
    sends(&ListRecords::new(987_654_321, 987_654_322, 1, 10_000), "", records);
    sends(&AddWorker::new("test_kfwx".parse().unwrap()), "", r#"{"kf_wx":"test_kfwx"}"#);
    sends(&DeleteWorker::new(openid()), "", r#"{"kf_openid":"OPENID"}"#);
    let token = "grant_type=client_credential&appid=APPID&secret=APPSECRET";
    sends(&FetchToken::new("APPID".parse().unwrap(), "APPSECRET"), token, "{}");
    let mut stable = FetchStableToken::new("APPID".parse().unwrap(), "APPSECRET");
    sends(&stable, "", r#"{"grant_type":"client_credential","appid":"APPID","secret":"APPSECRET"}"#);
    stable.force_refresh = Some(true);
    assert!(serde_json::to_string(&stable).unwrap().ends_with(r#""force_refresh":true}"#));
}

#[test]
fn what_is_optional_goes_out_when_it_is_there() {
    let mut list = ListAccounts::new();
    list.business_id = Some("12345".parse().unwrap());
    sends(&list, "business_id=12345", "{}");
    let mut delete = DeleteAccount::new("test1@test");
    delete.business_id = list.business_id;
    sends(&delete, "", r#"{"kf_account":"test1@test","business_id":"12345"}"#);
}

#[test]
fn an_upload_does_not_print_its_bytes() {
    let upload = UploadPicture::new("test1@test", Upload::jpeg("a.jpg", vec![0; 4096]));
    assert!(format!("{upload:?}").contains("4096 bytes"), "{upload:?}");
}

proptest! {
    /// Any text of an account reaches the body whole, and as raw UTF-8: the platform refuses `\u` escapes of letters.
    #[test]
    fn nothing_is_lost_on_the_way(account in any::<String>(), nickname in "\\PC{1,16}") {
        let Ok(nickname) = nickname.parse::<Nickname>() else { return Ok(()) };
        let body = serde_json::to_string(&UpdateAccount::new(account.as_str(), nickname.clone())).unwrap();
        let read: serde_json::Value = serde_json::from_str(&body).unwrap();
        prop_assert_eq!(read["kf_account"].as_str(), Some(account.as_str()));
        prop_assert_eq!(read["nickname"].as_str(), Some(nickname.as_str()));
        prop_assert_eq!(body.matches("\\u").count(), account.matches(|c: char| c < ' ' && !"\n\r\t\u{8}\u{c}".contains(c)).count() + account.matches("\\u").count() + nickname.as_str().matches("\\u").count());
    }
}
