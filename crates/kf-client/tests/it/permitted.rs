//! A call that its caller may not make costs nothing.

use kf_client::ErrorKind;
use kf_model::messages::{Message, ProgramMessage};
use kf_model::{AccountKind, Caller, OpenId};
use kf_transport::ManualClock;

use crate::script::Step::Answer;
use crate::script::{Script, drive};

/// The path is the same, so that nothing but the kind of the app tells the two calls apart.
#[tokio::test]
async fn neither_kind_of_app_sends_by_the_call_of_the_other() {
    let script = Script::new(&[]);
    let client = script.client(&ManualClock::default());
    let who: OpenId = "OPENID".parse().unwrap();
    for kind in [AccountKind::MiniProgram, AccountKind::MiniGame] {
        let program = client.with_caller(Caller::app(kind, true));
        let error = program.send_message(&who, Message::text("a").unwrap()).await.unwrap_err();
        let says = format!("a {kind} is not among the kinds that may call it");
        assert!(error.to_string().contains(&says), "{error}");
    }
    let account = client.with_caller(Caller::app(AccountKind::ServiceAccount, true));
    let error = account.send_program_message(&who, ProgramMessage::text("a").unwrap()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotPermitted(_)), "{error}");
    let link = Message::link("t", "d", "https://example.com", "https://example.com/1.jpg");
    let error = account.send_message(&who, link).await.unwrap_err();
    assert_eq!(error.to_string(), "send_message may not be called: Service Accounts may not send `link`");
    assert_eq!(script.sent().len(), 0);
}

#[tokio::test]
async fn it_is_refused_here_and_says_what_is_missing() {
    let script = Script::new(&[Answer(r#"{"kf_list":[]}"#)]);
    let clock = ManualClock::default();
    let client = script.client(&clock);
    let granted = "100-101".parse().unwrap();
    let shop = client.with_caller(Caller::merchant(AccountKind::MiniProgram, false, granted));
    let nickname = "a".parse().unwrap();
    let error = shop.update_account("a@b", &nickname).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotPermitted(_)));
    assert_eq!(
        error.to_string(),
        "update_account may not be called: a Mini Program is not among the kinds that may call it"
    );
    assert_eq!((error.attempts(), error.may_have_acted(), script.sent().len()), (0, false, 0));
    drive(&clock, shop.list_accounts()).await.unwrap();
    assert_eq!(script.sent().len(), 1, "what may be called goes out");
}
