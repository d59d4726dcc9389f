//! What is repeated, by the kind of call, the kind of failure, and the attempt.

use std::sync::Mutex;
use std::sync::{Arc, atomic::AtomicUsize, atomic::Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kf_client::{Client, Error, ErrorKind, RetryPolicy};
use kf_model::{Endpoint, EndpointSpec, ErrCode, Method, Repeat, Secret};
use kf_token::{TokenError, TokenProvider};
use kf_transport::TransportErrorKind::{
    self, Connect, Encoded, Interrupted, Overloaded, Protocol, Request, Timeout, Tls, TooLarge,
};
use kf_transport::{ManualClock, Response, Transport, TransportError};
use serde::Serialize;

use crate::script::Step::{Answer, Fail, Status, Wait};
use crate::script::{Script, Step, drive, millis};

const OK: Step = Answer(r#"{"errcode":0,"errmsg":"ok"}"#);
const BUSY: Step = Answer(r#"{"errcode":-1,"errmsg":"system error"}"#);
const QUOTA: Step = Answer(r#"{"errcode":45009,"errmsg":"reach max api daily quota limit"}"#);
const MINUTE: Step = Answer(r#"{"errcode":45011,"errmsg":"slower"}"#);
const EXISTS: Step = Answer(r#"{"errcode":65406,"errmsg":"exists"}"#);
const HTML: Step = Status(502, "<html>bad gateway</html>");
const NOT_FOUND: Step = Status(404, "<html>no</html>");

macro_rules! endpoint {
    ($name:ident, $word:literal, $repeat:ident, $settled_by:expr) => {
        #[derive(Debug, Serialize)]
        struct $name {}

        impl Endpoint for $name {
            type Response = ();
            const SPEC: &'static EndpointSpec = &{
                let mut spec = EndpointSpec::new($word, Method::Post, "/test");
                spec.repeat = Repeat::$repeat;
                spec.settled_by = $settled_by;
                spec
            };
        }
    };
}

endpoint!(SafeCall, "safe_call", Safe, &[]);
endpoint!(SettlesCall, "settles_call", Settles, &[ErrCode(65406)]);
endpoint!(NeverCall, "never_call", Never, &[]);

/// What a call came to: how often it was sent, whether it succeeded, whether it may have acted.
type Outcome = (usize, bool, bool);

async fn outcome<E: Endpoint>(endpoint: &E, steps: &[Step]) -> (Outcome, Option<Error>) {
    let script = Script::new(&[steps, &[OK; 8]].concat());
    let clock = ManualClock::default();
    let result = drive(&clock, script.client(&clock).send(endpoint)).await;
    let error = result.err();
    let acted = error.as_ref().is_some_and(Error::may_have_acted);
    ((script.sent().len(), error.is_none(), acted), error)
}

const ALL: [TransportErrorKind; 9] =
    [Connect, Overloaded, Tls, Request, Timeout, Interrupted, Protocol, TooLarge, Encoded];

#[tokio::test]
async fn each_kind_of_failure_is_repeated_or_not() {
    // What happens first, and then for safe, settles, never: how often it is sent, whether it succeeds, whether it may have acted.
    let again = (2, true, false);
    let stop = (1, false, false);
    let maybe = (1, false, true);
    let rows: [(Step, [Outcome; 3]); 17] = [
        (Fail(Connect), [again, again, again]),
        (Fail(Overloaded), [again, again, again]),
        (Fail(Tls), [stop, stop, stop]),
        (Fail(Request), [stop, stop, stop]),
        (Fail(Timeout), [again, again, maybe]),
        (Fail(Interrupted), [again, again, maybe]),
        (Fail(Protocol), [again, again, maybe]),
        (Fail(TooLarge), [maybe, maybe, maybe]),
        (Fail(Encoded), [maybe, maybe, maybe]),
        (BUSY, [again, again, maybe]),
        (HTML, [again, again, maybe]),
        (NOT_FOUND, [maybe, maybe, maybe]),
        (Answer("[0]"), [maybe, maybe, maybe]),
        (QUOTA, [stop, stop, stop]),
        (MINUTE, [stop, stop, stop]),
        (EXISTS, [stop, stop, stop]),
        (OK, [(1, true, false), (1, true, false), (1, true, false)]),
    ];
    for kind in ALL {
        assert!(rows.iter().any(|(step, _)| *step == Fail(kind)), "{kind:?} has a row");
    }
    for (step, [safe, settles, never]) in rows {
        assert_eq!(outcome(&SafeCall {}, &[step]).await.0, safe, "safe, {step:?}");
        assert_eq!(outcome(&SettlesCall {}, &[step]).await.0, settles, "settles, {step:?}");
        assert_eq!(outcome(&NeverCall {}, &[step]).await.0, never, "never, {step:?}");
    }
}

#[tokio::test]
async fn attempts_end() {
    for step in [Fail(Connect), Fail(Timeout), BUSY, HTML] {
        let ((sent, succeeded, _), error) = outcome(&SafeCall {}, &[step; 4]).await;
        let error = error.unwrap();
        assert_eq!((sent, succeeded, error.attempts()), (4, false, 4), "{step:?}");
        assert!(error.is_transient() && error.to_string().ends_with("(after 4 attempts)"), "{error}");
    }
    let ((sent, ..), _) = outcome(&NeverCall {}, &[Fail(Connect), Fail(Overloaded), Fail(Timeout)]).await;
    assert_eq!(sent, 3, "what was not sent is sent again, what may have acted is not");
}

/// A code that can mean that the first attempt acted is told as the refusal it is where nothing confirms it.
#[tokio::test]
async fn a_code_that_nothing_confirms_is_told() {
    let ((sent, ..), error) = outcome(&SettlesCall {}, &[Fail(Timeout), EXISTS]).await;
    let error = error.unwrap();
    assert_eq!((sent, error.errcode(), error.may_have_acted()), (2, Some(ErrCode(65406)), true));
}

#[tokio::test]
async fn pauses_grow_and_are_random() {
    let mut firsts = Vec::new();
    for _ in 0..50 {
        let script = Script::new(&[Fail(Connect), Fail(Connect), Fail(Connect), OK]);
        let clock = ManualClock::default();
        drive(&clock, script.client(&clock).send(&SafeCall {})).await.unwrap();
        assert!(millis(&clock) <= 200 + 400 + 800, "{}", millis(&clock));
        firsts.push(millis(&clock));
    }
    firsts.sort_unstable();
    firsts.dedup();
    assert!(firsts.len() > 20, "they differ: {firsts:?}");
}

/// The server knows best; what it asks for beyond the deadline is not waited for.
#[tokio::test]
async fn a_server_is_given_the_time_that_it_asks_for() {
    for (seconds, sent, waited) in [(7, 2, 7_000), (29, 2, 29_000), (30, 1, 0)] {
        let (script, clock) = (Script::new(&[Wait(seconds), OK]), ManualClock::default());
        let outcome = drive(&clock, script.client(&clock).send(&SafeCall {})).await;
        assert_eq!((script.sent().len(), millis(&clock), outcome.is_ok()), (sent, waited, sent == 2), "{seconds}");
    }
}

#[tokio::test]
async fn the_deadline_ends_it() {
    let script = Script::new(&[Fail(Connect); 8]);
    let clock = ManualClock::default();
    let mut retry = RetryPolicy::default();
    (retry.attempts_max, retry.pause_min) = (100, Duration::from_secs(1));
    let client = script.client_of(kf_token::StaticToken::new("t"), &clock, retry).within(Duration::from_secs(2));
    let error = drive(&clock, client.send(&SafeCall {})).await.unwrap_err();
    assert!(clock_seconds(&clock) <= 2.0 && error.attempts() >= 1, "{error:?}");
    let timeouts: Vec<_> = script.sent().iter().map(|request| request.timeout.unwrap()).collect();
    assert!(timeouts.iter().all(|timeout| *timeout <= Duration::from_secs(2)), "{timeouts:?}");
    assert!(timeouts.is_sorted_by(|one, two| one >= two), "each attempt has what is left: {timeouts:?}");
}

fn clock_seconds(clock: &ManualClock) -> f64 {
    kf_transport::Clock::now(clock).as_secs_f64()
}

/// In an outage the calls of all clones together are not multiplied.
#[tokio::test]
async fn an_outage_is_not_multiplied() {
    let script = Script::new(&[Fail(Timeout); 1_000]);
    let clock = ManualClock::default();
    let client = script.client(&clock);
    for _ in 0..200 {
        let _ = drive(&clock, client.clone().send(&SafeCall {})).await.unwrap_err();
    }
    assert_eq!(script.sent().len(), 250, "200 calls and a budget of 50 repeats");
}

#[tokio::test]
async fn successes_pay_repeats_back() {
    let steps: Vec<Step> = [vec![Fail(Timeout); 400], vec![OK; 10], vec![Fail(Timeout), OK]].concat();
    let script = Script::new(&steps);
    let clock = ManualClock::default();
    let client = script.client(&clock);
    while script.sent().len() < 400 {
        let _ = drive(&clock, client.send(&SafeCall {})).await;
    }
    for _ in 0..10 {
        drive(&clock, client.send(&SafeCall {})).await.unwrap();
    }
    drive(&clock, client.send(&SafeCall {})).await.unwrap();
    assert_eq!(script.sent().len(), 412, "ten successes pay for one repeat");
}

/// A token that comes late, so many times, and then is there.
#[derive(Debug)]
struct Late(AtomicUsize);

#[async_trait]
impl TokenProvider for Late {
    async fn token(&self) -> Result<Arc<Secret>, TokenError> {
        match self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
            Ok(_) => Err(TokenError::late("fetch")),
            Err(_) => Ok(Arc::new("token-canary".into())),
        }
    }

    fn refuse(&self, _: &Secret) {}
}

impl Endpoint for TokenCall {
    type Response = ();
    const SPEC: &'static EndpointSpec = &{
        let mut spec = *SafeCall::SPEC;
        spec.tokens = &[kf_model::TokenKind::Own];
        spec
    };
}

/// A call that needs a token.
#[derive(Debug, Serialize)]
struct TokenCall {}

/// Callers who wait for one token together do not use up what is meant for lost answers.
#[tokio::test]
async fn waiting_for_a_token_costs_no_repeat() {
    for (late, sent, attempts) in [(3, 1, 4), (2, 2, 4), (0, 2, 2)] {
        let script = Script::new(&[Fail(Timeout), Fail(Connect), OK]);
        let clock = ManualClock::default();
        let mut retry = RetryPolicy::default();
        retry.budget = 1;
        let client = script.client_of(Late(AtomicUsize::new(late)), &clock, retry);
        let error = drive(&clock, client.send(&TokenCall {})).await.unwrap_err();
        assert_eq!((script.sent().len(), error.attempts()), (sent, attempts), "{late}: {error:?}");
    }
}

/// Calls that waited for a place in vain were not sent: waiting once more multiplies nothing.
#[tokio::test]
async fn waiting_for_a_place_costs_no_repeat() {
    let script = Script::new(&[Fail(Overloaded), Fail(Overloaded), Fail(Overloaded), OK, Fail(Connect), OK]);
    let clock = ManualClock::default();
    let mut retry = RetryPolicy::default();
    retry.budget = 1;
    let client = script.client_of(kf_token::StaticToken::new("t"), &clock, retry);
    drive(&clock, client.send(&SafeCall {})).await.unwrap();
    drive(&clock, client.send(&SafeCall {})).await.unwrap();
    assert_eq!(script.sent().len(), 6, "the one repeat that there is was left for the lost connection");
}

/// A server that is not there at first, and then refuses the token when the deadline is over.
#[derive(Debug)]
struct LateRefusal(ManualClock, AtomicUsize);

#[async_trait]
impl Transport for LateRefusal {
    async fn send(&self, request: kf_transport::Request) -> Result<Response, TransportError> {
        if self.1.fetch_add(1, Ordering::SeqCst) == 0 {
            return Err(TransportError::new(Connect, request.endpoint, "nowhere"));
        }
        self.0.advance(Duration::from_secs(60));
        Ok(Response::new(200, r#"{"errcode":40001,"errmsg":"invalid credential"}"#))
    }
}

/// Nobody is told to force a refresh for a token that was refused but once.
#[tokio::test]
async fn a_token_that_was_refused_once_is_not_called_the_same_again() {
    let clock = ManualClock::default();
    let wire = LateRefusal(clock.clone(), AtomicUsize::new(0));
    let client = Client::with(wire, kf_token::StaticToken::new("t"), Arc::new(clock.clone()), RetryPolicy::default());
    let error = drive(&clock, client.send(&SafeCall {})).await.unwrap_err();
    assert_eq!((error.attempts(), error.errcode()), (2, Some(ErrCode(40001))));
    assert!(matches!(error.kind(), ErrorKind::Api(refusal) if !refusal.is_same_token()), "{error}");
    assert!(!error.to_string().contains("force"), "{error}");
}

#[tokio::test]
async fn never_means_once() {
    let script = Script::new(&[Fail(Connect), OK]);
    let clock = ManualClock::default();
    let client = script.client_of(kf_token::StaticToken::new("t"), &clock, RetryPolicy::never());
    let error = drive(&clock, client.send(&SafeCall {})).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Transport(failure) if failure.kind() == Connect));
}

/// Tokens with numbers, which count how often they were refused.
#[derive(Clone, Debug, Default)]
struct Numbered {
    number: Arc<AtomicUsize>,
    refused: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl TokenProvider for Numbered {
    async fn token(&self) -> Result<Arc<Secret>, TokenError> {
        let number = self.number.load(Ordering::SeqCst);
        Ok(Arc::new(format!("number-{number}").as_str().into()))
    }

    fn refuse(&self, token: &Secret) {
        self.refused.lock().unwrap().push(token.expose().to_owned());
        self.number.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    for code in [40001, 40014, 42001] {
        let refusal: &'static str = Box::leak(format!(r#"{{"errcode":{code},"errmsg":"no"}}"#).into_boxed_str());
        for (steps, sent, succeeds) in
            [(vec![Answer(refusal), OK], 2, true), (vec![Answer(refusal), Answer(refusal), OK], 2, false)]
        {
            let (script, tokens, clock) = (Script::new(&steps), Numbered::default(), ManualClock::default());
            let client = script.client_of(tokens.clone(), &clock, RetryPolicy::never());
            let outcome = drive(&clock, client.send(&NeverCall {})).await;
            assert_eq!((script.sent().len(), outcome.is_ok()), (sent, succeeds), "{code}");
            assert_eq!(*tokens.refused.lock().unwrap(), ["number-0"]);
            assert_eq!(millis(&clock), 0, "there is nothing to wait for");
        }
    }
}

#[tokio::test]
async fn other_codes_of_credentials_do_not_refresh() {
    for code in [48001, 40013, 61003, 61007, 40164] {
        let refusal: &'static str = Box::leak(format!(r#"{{"errcode":{code},"errmsg":"no"}}"#).into_boxed_str());
        let (script, tokens, clock) = (Script::new(&[Answer(refusal)]), Numbered::default(), ManualClock::default());
        let client = script.client_of(tokens.clone(), &clock, RetryPolicy::default());
        let error = drive(&clock, client.send(&SafeCall {})).await.unwrap_err();
        assert_eq!((error.errcode(), tokens.refused.lock().unwrap().len()), (Some(ErrCode(code)), 0));
    }
}
