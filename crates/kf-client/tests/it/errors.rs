//! What an error says, and what it never says.

use std::error::Error as _;

use kf_client::{Error, ErrorKind, RetryPolicy};
use kf_model::ErrCode;
use kf_token::StaticToken;
use kf_transport::ManualClock;
use kf_transport::TransportErrorKind::{Timeout, TooLarge};

use crate::script::Step::{self, Answer, Fail, Status};
use crate::script::{Script, drive};

async fn error(step: Step) -> Error {
    let script = Script::new(&[step; 4]);
    let clock = ManualClock::default();
    let client = script.client(&clock);
    drive(&clock, client.add_account(&"new@test".parse().unwrap(), &"a".parse().unwrap())).await.unwrap_err()
}

#[tokio::test]
async fn a_refusal_says_the_code_and_what_to_do() {
    let error = error(Answer(r#"{"errcode":65404,"errmsg":"illegal account rid: 5f8a1b2c-0a1b2c3d-4e5f6071"}"#)).await;
    assert_eq!((error.endpoint(), error.errcode(), error.attempts()), ("add_account", Some(ErrCode(65404)), 1));
    assert_eq!(error.rid(), Some("5f8a1b2c-0a1b2c3d-4e5f6071"));
    assert!(!error.is_transient() && !error.may_have_acted());
    let text = error.to_string();
    assert!(
        text.starts_with("add_account: 65404 illegal account (rid 5f8a1b2c-0a1b2c3d-4e5f6071); Correct the kf_account"),
        "{text}"
    );
}

#[tokio::test]
async fn what_may_have_acted_is_said_once() {
    let error = error(Fail(Timeout)).await;
    assert!(error.may_have_acted() && error.is_transient());
    assert_eq!(
        error.to_string(),
        "add_account at nowhere: no answer in time; an attempt may have acted (after 4 attempts)"
    );
    let script = Script::new(&[Fail(Timeout)]);
    let clock = ManualClock::default();
    let client = script.client_of(StaticToken::new("t"), &clock, RetryPolicy::never());
    let error = drive(&clock, client.delete_account("a@test")).await.unwrap_err();
    assert_eq!(error.to_string(), "delete_account at nowhere: no answer in time; the call may have acted");
}

/// Nobody who only asked needs to look what became of it.
#[tokio::test]
async fn a_question_never_acts() {
    for step in [Fail(Timeout), Fail(TooLarge), Status(502, "<html>"), Answer(r#"{"errcode":-1,"errmsg":"busy"}"#)] {
        let (script, clock) = (Script::new(&[step; 4]), ManualClock::default());
        let error = drive(&clock, script.client(&clock).list_accounts()).await.unwrap_err();
        assert!(!error.may_have_acted() && !error.to_string().contains("acted"), "{step:?}: {error}");
    }
}

#[tokio::test]
async fn a_refusal_without_a_word_is_told_in_ours() {
    let error = error(Answer(r#"{"errcode":65400}"#)).await;
    assert_eq!(
        error.to_string().find(": 65400 ").map(|at| &error.to_string()[at + 8..at + 9] != ";"),
        Some(true),
        "{error}"
    );
    assert!(error.to_string().contains(ErrCode(65400).message()), "{error}");
}

/// What passes by itself is worth another call later; what somebody must do something about is not.
#[tokio::test]
async fn transient_is_what_passes_by_itself() {
    for (code, is_transient) in
        [(-1, true), (61450, true), (65401, false), (45009, false), (40001, false), (48001, false)]
    {
        let answer: &'static str = format!(r#"{{"errcode":{code},"errmsg":"no"}}"#).leak();
        assert_eq!(error(Answer(answer)).await.is_transient(), is_transient, "{code}");
    }
}

/// A chain of errors that is printed says nothing twice.
#[tokio::test]
async fn the_chain_reads_once() {
    for step in [Fail(Timeout), Answer(r#"{"errcode":65404,"errmsg":"no"}"#), Status(502, "<html>"), Answer("nonsense")]
    {
        let error = error(step).await;
        let text = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            assert!(!text.contains(&inner.to_string()), "{text} / {inner}");
            source = inner.source();
        }
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_shown_in_short() {
    let error = error(Status(502, "<html>\u{1b}[2J bad gateway</html>")).await;
    let ErrorKind::Answer(answer) = error.kind() else { panic!("{error:?}") };
    assert_eq!(answer.status(), 502);
    let text = error.to_string();
    assert!(text.starts_with("add_account: the answer is"), "{text}");
    assert!(text.contains("bad gateway") && !text.contains('\u{1b}'), "{text}");
}

#[tokio::test]
async fn no_credential_is_shown() {
    for step in [
        Fail(Timeout),
        Answer(
            r#"{"errcode":40001,"errmsg":"token-canary is invalid, access_token token-canary-token-canary-token-canary"}"#,
        ),
        Answer(r#"{"errcode":"token-canary-token-canary-token-canary"}"#),
        Answer("token-canary-token-canary-token-canary"),
    ] {
        let error = error(step).await;
        let shown = format!("{error} {error:?} {error:#?}");
        assert!(!shown.contains("canary-token-canary"), "{shown}");
    }
    let client = Script::new(&[]).client(&ManualClock::default());
    assert!(!format!("{client:?}").contains("canary"), "{client:?}");
}
