//! A call that its caller may not make costs nothing.

use kf_client::ErrorKind;
use kf_model::{AccountKind, Caller};
use kf_transport::ManualClock;

use crate::script::Step::Answer;
use crate::script::{Script, drive};

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
