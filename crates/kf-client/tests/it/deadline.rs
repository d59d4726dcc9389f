//! The deadline of a call: what is waited for, and what is not sent any more.

use std::future::Future as _;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use kf_client::{Client, ErrorKind, RetryPolicy};
use kf_model::{Nickname, Secret};
use kf_token::{StaticToken, TokenError, TokenErrorKind, TokenProvider};
use kf_transport::TransportErrorKind::Timeout;
use kf_transport::{Clock, ManualClock, Request, Response, Transport, TransportError};

use crate::script::Step::{Answer, Fail};
use crate::script::{Script, drive};

const OK: &str = r#"{"errcode":0,"errmsg":"ok"}"#;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Tokens that do not come.
#[derive(Debug)]
struct Pending;

#[async_trait]
impl TokenProvider for Pending {
    async fn token(&self) -> Result<Arc<Secret>, TokenError> {
        std::future::pending().await
    }

    fn refuse(&self, _: &Secret) {}
}

#[tokio::test]
async fn a_token_that_does_not_come_is_waited_for_until_the_deadline() {
    let (script, clock) = (Script::new(&[]), ManualClock::default());
    let client = script.client_of(Pending, &clock, RetryPolicy::default()).within(seconds(3));
    let error = drive(&clock, client.list_accounts()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Token(failure) if failure.kind() == TokenErrorKind::Late));
    assert_eq!((clock.now(), error.attempts(), error.may_have_acted()), (seconds(3), 1, false));
    assert!(error.is_transient());
    assert_eq!(error.to_string(), "list_accounts: no access token came before the deadline; nothing was sent");
}

/// Tokens that come at once, or after a while in which a caller may give up.
#[derive(Debug)]
struct Slow(ManualClock, Duration, AtomicUsize);

#[async_trait]
impl TokenProvider for Slow {
    async fn token(&self) -> Result<Arc<Secret>, TokenError> {
        self.2.fetch_add(1, Ordering::SeqCst);
        self.0.advance(self.1);
        Ok(Arc::new("token-canary".into()))
    }

    fn refuse(&self, _: &Secret) {}
}

/// The script answers whatever time it is given, and is not asked.
#[tokio::test]
async fn without_any_time_nothing_is_sent() {
    for (deadline, slow, asked) in
        [(seconds(0), seconds(0), 0), (seconds(2), seconds(2), 1), (seconds(2), seconds(3), 1)]
    {
        let (script, clock) = (Script::new(&[Answer(OK)]), ManualClock::default());
        let tokens = Arc::new(Slow(clock.clone(), slow, AtomicUsize::new(0)));
        let client = script.client_of(Arc::clone(&tokens), &clock, RetryPolicy::default()).within(deadline);
        let error = drive(&clock, client.update_account("a@test", &"n".parse().unwrap())).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Late), "{error:?}");
        assert_eq!((script.sent().len(), tokens.2.load(Ordering::SeqCst)), (0, asked), "{deadline:?}, {slow:?}");
        assert_eq!((error.attempts(), error.may_have_acted(), error.is_transient()), (1, false, true));
        assert_eq!(error.to_string(), "update_account: the deadline was over before it was sent");
    }
    let script = Script::new(&[Answer(OK)]);
    let error = script.client(&ManualClock::default()).within(seconds(0)).list_accounts().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Late) && script.sent().is_empty(), "a token at hand: {error:?}");
}

/// The last moment is a moment.
#[tokio::test]
async fn with_a_little_time_it_is_sent() {
    let (script, clock) = (Script::new(&[Answer(OK)]), ManualClock::default());
    let tokens = Slow(clock.clone(), seconds(2), AtomicUsize::new(0));
    let client = script.client_of(tokens, &clock, RetryPolicy::default()).within(Duration::from_millis(2_001));
    drive(&clock, client.update_account("a@test", &"n".parse().unwrap())).await.unwrap();
    assert_eq!(script.sent()[0].timeout, Some(Duration::from_millis(1)));
}

/// A pause that takes longer than it should leaves no time; what happened before it is told, and that it may have acted.
#[tokio::test]
async fn a_pause_that_ends_too_late_hides_nothing() {
    let (script, clock) = (Script::new(&[Fail(Timeout), Answer(OK)]), ManualClock::default());
    let client = script.client(&clock).within(seconds(6));
    let nickname: Nickname = "n".parse().unwrap();
    let mut call = pin!(client.update_account("a@test", &nickname));
    let pending = std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_pending())).await;
    assert!(pending, "it pauses");
    clock.advance(seconds(6));
    let error = call.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Transport(failure) if failure.kind() == Timeout), "{error:?}");
    assert_eq!((script.sent().len(), error.attempts(), error.may_have_acted()), (1, 1, true));
}

/// The token of the second attempt comes too late: the first one may have acted all the same.
#[tokio::test]
async fn a_late_repeat_says_that_an_attempt_may_have_acted() {
    let (script, clock) = (Script::new(&[Fail(Timeout), Answer(OK)]), ManualClock::default());
    let tokens = Slow(clock.clone(), seconds(2), AtomicUsize::new(0));
    let client = script.client_of(tokens, &clock, RetryPolicy::default()).within(seconds(4));
    let error = drive(&clock, client.update_account("a@test", &"n".parse().unwrap())).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Late), "{error:?}");
    assert_eq!((script.sent().len(), error.attempts(), error.may_have_acted()), (1, 2, true));
    assert!(error.to_string().contains("; an attempt may have acted (after 2 attempts)"), "{error}");
}

/// Asking what became of a lost call is a part of the call.
#[tokio::test]
async fn settling_keeps_the_deadline() {
    let exists = r#"{"errcode":65406,"errmsg":"exists"}"#;
    let listed = r#"{"kf_list":[{"kf_account":"a@test","kf_nick":"n","kf_headimgurl":"","kf_id":"1"}]}"#;
    let script = Script::new(&[Fail(Timeout), Answer(exists), Answer(listed)]);
    let clock = ManualClock::default();
    let client = script.client(&clock).within(seconds(2));
    drive(&clock, client.add_account(&"a@test".parse().unwrap(), &"n".parse().unwrap())).await.unwrap();
    let timeouts: Vec<_> = script.sent().iter().map(|request| request.timeout.unwrap()).collect();
    let left = seconds(2) - clock.now();
    assert_eq!(timeouts, [seconds(2), left, left]);
}

/// A transport that never answers, whatever time it was given.
#[derive(Debug)]
struct Endless;

#[async_trait]
impl Transport for Endless {
    async fn send(&self, _: Request) -> Result<Response, TransportError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_transport_that_keeps_no_time_is_not_waited_for() {
    let clock = ManualClock::default();
    let client = Client::with(Endless, StaticToken::new("t"), Arc::new(clock.clone()), RetryPolicy::default());
    let client = client.within(seconds(3));
    let error = drive(&clock, client.delete_account("a@b")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Transport(failure) if failure.kind() == Timeout));
    assert_eq!((clock.now(), error.attempts(), error.may_have_acted()), (seconds(4), 1, true), "a second of grace");
    assert!(error.to_string().contains("delete_account at a transport that does not keep its time"), "{error}");
}
