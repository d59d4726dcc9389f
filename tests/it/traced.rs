//! What is told of calls: a span a call, an event an attempt, a span and an event a token; no openid below the level trace.

use std::sync::Arc;

use kf_client::{Client, RetryPolicy};
use kf_model::{AccountKind, Caller};
use kf_sim::{Effect, Fault};
use kf_token::StaticToken;

use super::doors::Door;
use super::scene::SERVED;
use super::secrets::Trace;

#[tokio::test]
async fn calls_attempts_and_tokens_are_told() {
    let door = Door::memory();
    let client = door.client();
    let (trace, guard) = Trace::begin();
    door.run(client.list_accounts()).await.unwrap();
    door.platform.fault(Fault::new(Effect::Errcode(-1)).on("find_session").times(1)).unwrap();
    door.run(client.find_session(&SERVED.parse().unwrap())).await.unwrap();
    drop(guard);
    let text = trace.text();
    for told in
        ["kf.call: endpoint=list_accounts", "kf.call: endpoint=find_session", "kf.token: endpoint=fetch_stable_token"]
    {
        assert_eq!(text.matches(told).count(), 1, "{told}: {text}");
    }
    assert_eq!(text.matches("answered").count() / 2, 2, "an event each answer: {text}");
    let refused = text.lines().find(|line| line.contains("refused")).unwrap_or_else(|| panic!("{text}"));
    for told in ["attempt=1", "errcode=-1", "rid=", "elapsed_ms="] {
        assert!(refused.contains(told), "{told}: {refused}");
    }
    assert!(text.contains("there is a token"), "{text}");
    let loud: String = text.lines().filter(|line| !line.starts_with("TRACE")).collect();
    assert!(!loud.contains(SERVED), "no openid: {loud}");
}

/// What becomes of a call can be read from its last event.
#[tokio::test]
async fn what_becomes_of_a_call_is_told() {
    let door = Door::memory();
    let client = door.client();
    let (trace, guard) = Trace::begin();
    door.platform.fault(Fault::new(Effect::LoseAnswer).on("add_account").times(1)).unwrap();
    door.run(client.add_account(&"new@test".parse().unwrap(), &"new".parse().unwrap())).await.unwrap();
    door.run(client.delete_account("none@test")).await.unwrap_err();
    let mini = client.with_caller(Caller::app(AccountKind::MiniProgram, true));
    door.run(mini.list_waiting()).await.unwrap_err();
    drop(guard);
    let text = trace.text();
    for (event, fields) in [
        ("it is tried again after a pause", &["pause_ms="][..]),
        ("the refusal was held against the world", &["errcode=65406", "has_acted=true"]),
        ("the call failed", &["attempts=1", "elapsed_ms=0", "may_have_acted=false"]),
        ("not permitted; nothing was sent", &["missing="]),
    ] {
        let line = text.lines().find(|line| line.contains(event)).unwrap_or_else(|| panic!("{event}: {text}"));
        assert!(fields.iter().all(|field| line.contains(field)), "{line}");
    }
}

/// A fetch that fails says why, with what the vendor finds it by.
#[tokio::test]
async fn a_fetch_that_fails_is_told() {
    let door = Door::memory();
    door.platform.fault(Fault::new(Effect::Errcode(50004)).on("fetch_stable_token")).unwrap();
    let (trace, guard) = Trace::begin();
    door.run(door.client().list_accounts()).await.unwrap_err();
    drop(guard);
    let text = trace.text();
    // The event of the fetch, and that of the attempt which needed the token.
    for (event, is_of_call) in [("there is no token", false), ("no token", true)] {
        let is_meant = |line: &&str| line.contains(event) && line.contains(" attempt=") == is_of_call;
        let line = text.lines().find(is_meant).unwrap_or_else(|| panic!("{event}: {text}"));
        for field in ["kind=Refused", "errcode=50004", "rid=", "elapsed_ms="] {
            assert!(line.contains(field), "{field}: {line}");
        }
    }
}

/// A token that is too short to be known by its length, where the server repeats it as what it is, and as a rid.
#[tokio::test]
async fn a_token_that_is_repeated_is_not_told() {
    let door = Door::memory();
    for token in ["letmeinnow", "5f8a1b2c-0a1b2c3d-4e5f6071"] {
        let client = Client::with(
            Arc::clone(&door.wire),
            StaticToken::new(token),
            Arc::new(door.clock.clone()),
            RetryPolicy::default(),
        );
        let body = format!(r#"{{"errcode":65400,"errmsg":"{token} rid: {token}"}}"#);
        door.platform.fault(Fault::new(Effect::Body(body)).on("list_accounts").times(1)).unwrap();
        let (trace, guard) = Trace::begin();
        let error = client.list_accounts().await.unwrap_err();
        drop(guard);
        let text = format!("{} {error} {error:?}", trace.text());
        assert!(text.contains("errcode=65400") && text.contains("***"), "{text}");
        assert!(!text.contains(token), "{text}");
    }
}
