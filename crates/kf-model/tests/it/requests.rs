//! Requests go out exactly as the pages show them, and nothing is lost on the way.

use kf_model::accounts::{
    AddAccount, DeleteAccount, InviteWorker, ListAccounts, ListOnlineAccounts, UpdateAccount, UploadPicture,
};
use kf_model::admin::{CancelAdmin, SetAdmin};
use kf_model::business::{FindBusiness, FindBusinessByName, ListBusinesses, RegisterBusiness, UpdateBusiness};
use kf_model::component::{
    CreatePreauthCode, FetchComponentToken, RedeemAuthorization, RefreshAuthorizerToken, ShowAuthorizer,
    StartTicketPush,
};
use kf_model::credentials::{FetchStableToken, FetchToken};
use kf_model::diagnosis::{
    ListApiAddresses, ListCallbackAddresses, ResetPathQuota, ResetQuota, ResetQuotaBySecret, ShowQuota, ShowRequest,
};
use kf_model::media::{FetchMedia, UploadMedia};
use kf_model::messages::{
    Message, ProgramMessage, SendBusinessMessage, SendMessage, SendProgramMessage, SetProgramTyping, SetTyping,
};
use kf_model::records::ListRecords;
use kf_model::sessions::{CloseSession, CreateSession, FindSession, ListSessions, ListWaiting};
use kf_model::values::{MediaKind, TypingCommand};
use kf_model::work::{BindWork, ShowWork, UnbindWork};
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
fn messages_go_out_as_their_page_shows() {
    let openid = || "OPENID".parse().unwrap();
    let text = Message::text("Hello World").unwrap();
    let body = r#"{"touser":"OPENID","msgtype":"text","text":{"content":"Hello World"}"#;
    sends(&SendMessage::new(openid(), text.clone()), "", &format!("{body}}}"));
    let by = format!(r#"{body},"customservice":{{"kf_account":"test1@test"}}}}"#);
    sends(&SendMessage::new(openid(), text.clone()).by("test1@test"), "", &by);
    let answering = format!(
        r#"{body},"customservice":{{"kf_account":"test1@test"}},"aimsgcontext":{{"msgid":"18446744073709551615"}}}}"#
    );
    sends(&SendMessage::new(openid(), text).answering(u64::MAX.into()).by("test1@test"), "", &answering);
    let own = ProgramMessage::text("Hello World").unwrap();
    sends(&SendProgramMessage::new(openid(), own.clone()), "", &format!("{body}}}"));
    let answering = format!(r#"{body},"aimsgcontext":{{"msgid":"1"}}}}"#);
    sends(&SendProgramMessage::new(openid(), own.clone()).answering(1.into()), "", &answering);
    let business = SendBusinessMessage::new(openid(), own, "1".parse().unwrap());
    sends(&business, "", &format!(r#"{body},"businessid":"1"}}"#));
    let typing = r#"{"touser":"OPENID","command":"Typing"}"#;
    sends(&SetTyping::new(openid(), TypingCommand::Typing), "", typing);
    sends(&SetProgramTyping::new(openid(), TypingCommand::Typing), "", typing);
    let mut cancel = SetProgramTyping::new(openid(), TypingCommand::CancelTyping);
    cancel.businessid = Some("1".parse().unwrap());
    sends(&cancel, "", r#"{"touser":"OPENID","command":"CancelTyping","businessid":"1"}"#);
}

#[test]
fn the_rest_of_the_family_goes_out_as_its_pages_show() {
    let openid = || "OPENID".parse().unwrap();
    sends(&SetAdmin::new(openid()), "kf_openid=OPENID", "{}");
    let mut cancel = CancelAdmin::new(openid());
    cancel.business_id = Some("1".parse().unwrap());
    sends(&cancel, "kf_openid=OPENID&business_id=1", "{}");
    sends(&ShowWork::new(), "", "{}");
    sends(&BindWork::new("CORPID".parse().unwrap()), "", r#"{"corpid":"CORPID"}"#);
    sends(&UnbindWork::new("CORPID".parse().unwrap()), "", r#"{"corpid":"CORPID"}"#);
    let upload = Upload::jpeg("a.jpg", *b"JPEG");
    sends(&UploadMedia::new(MediaKind::Thumb, upload.clone()), "type=thumb", "{}");
    sends(&UploadMedia::checked(MediaKind::Other("sticker".into()), upload).unwrap(), "type=sticker", "{}");
    sends(&FetchMedia::new("MEDIA_ID".parse().unwrap()), "media_id=MEDIA_ID", "{}");
    let (name, nickname) = (|| "test_business".parse().unwrap(), "商店".parse().unwrap());
    let mut register = RegisterBusiness::new(name(), nickname, "MEDIA_ID".parse().unwrap());
    let body = r#"{"account_name":"test_business","nickname":"商店","icon_media_id":"MEDIA_ID""#;
    sends(&register, "", &format!("{body}}}"));
    register.transfer_to_commkf = Some(true);
    sends(&register, "", &format!(r#"{body},"transfer_to_commkf":true}}"#));
    let mut update = UpdateBusiness::new("1".parse().unwrap());
    sends(&update, "", r#"{"business_id":"1"}"#);
    update.nickname = Some("shop".parse().unwrap());
    update.icon_media_id = Some("MEDIA_ID".parse().unwrap());
    sends(&update, "", r#"{"business_id":"1","nickname":"shop","icon_media_id":"MEDIA_ID"}"#);
    sends(&FindBusiness::new("1".parse().unwrap()), "", r#"{"business_id":"1"}"#);
    sends(&FindBusinessByName::new(name()), "", r#"{"account_name":"test_business"}"#);
    sends(&ListBusinesses::new(0, 200), "", r#"{"offset":0,"count":200}"#);
    sends(&ResetQuota::new("APPID".parse().unwrap()), "", r#"{"appid":"APPID"}"#);
    let v2 = ResetQuotaBySecret::new("APPID".parse().unwrap(), "APPSECRET");
    sends(&v2, "", r#"{"appid":"APPID","appsecret":"APPSECRET"}"#);
    sends(&ResetPathQuota::new("/cgi-bin/x"), "", r#"{"cgi_path":"/cgi-bin/x"}"#);
    sends(&ShowQuota::new("/cgi-bin/x"), "", r#"{"cgi_path":"/cgi-bin/x"}"#);
    sends(&ShowRequest::new("61725984-6126f6f9-040f19c4"), "", r#"{"rid":"61725984-6126f6f9-040f19c4"}"#);
    sends(&ListApiAddresses::new(), "", "{}");
    sends(&ListCallbackAddresses::new(), "", "{}");
}

#[test]
fn a_third_party_platform_sends_what_its_pages_show() {
    let component = || "COMPONENT".parse().unwrap();
    let start = StartTicketPush::new(component(), "SECRET");
    sends(&start, "", r#"{"component_appid":"COMPONENT","component_secret":"SECRET"}"#);
    let token = r#"{"component_appid":"COMPONENT","component_appsecret":"SECRET","component_verify_ticket":"TICKET"}"#;
    sends(&FetchComponentToken::new(component(), "SECRET", "TICKET"), "", token);
    sends(&CreatePreauthCode::new(component()), "", r#"{"component_appid":"COMPONENT"}"#);
    let redeem = r#"{"component_appid":"COMPONENT","authorization_code":"CODE"}"#;
    sends(&RedeemAuthorization::new(component(), "CODE"), "", redeem);
    let refresh = r#"{"component_appid":"COMPONENT","authorizer_appid":"APPID","authorizer_refresh_token":"REFRESH"}"#;
    sends(&RefreshAuthorizerToken::new(component(), "APPID".parse().unwrap(), "REFRESH"), "", refresh);
    let show = r#"{"component_appid":"COMPONENT","authorizer_appid":"APPID"}"#;
    sends(&ShowAuthorizer::new(component(), "APPID".parse().unwrap()), "", show);
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
