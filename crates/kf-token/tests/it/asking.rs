//! What goes out when a token is fetched, and what is made of the answer.

use std::error::Error as _;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kf_model::{ErrCode, Method};
use kf_token::{
    ClassicToken, MemoryStore, Refreshing, StableToken, StaticToken, TokenError, TokenErrorKind, TokenKey,
    TokenProvider, TokenSource, request,
};
use kf_transport::{Body, Request, Response, Transport, TransportError, TransportErrorKind};

/// A platform that gives one answer, and notes what it was asked.
#[derive(Clone)]
struct Platform(Arc<Inner>);

struct Inner {
    answer: String,
    asked: Mutex<Vec<Request>>,
}

impl Platform {
    fn new(answer: impl Into<String>) -> Self {
        Self(Arc::new(Inner { answer: answer.into(), asked: Mutex::default() }))
    }

    fn stable(&self) -> StableToken {
        StableToken::new(self.clone(), "wx5ca1ab1e00c0ffee".parse().unwrap(), "canary")
    }

    fn classic(&self) -> ClassicToken {
        ClassicToken::new(self.clone(), "wx5ca1ab1e00c0ffee".parse().unwrap(), "canary")
    }

    fn asked(&self) -> Request {
        self.0.asked.lock().unwrap().pop().unwrap()
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Platform")
    }
}

#[async_trait]
impl Transport for Platform {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.0.asked.lock().unwrap().push(request);
        Ok(Response::new(200, self.0.answer.clone()))
    }
}

fn query(request: &Request) -> Vec<&'static str> {
    request.query.iter().map(|param| param.name).collect()
}

#[tokio::test]
async fn each_source_asks_in_its_way_and_takes_the_answer_as_it_is() {
    for seconds in [7200, 1, 0, -1, i64::MAX] {
        let platform = Platform::new(format!(r#"{{"access_token":"one","expires_in":{seconds}}}"#));
        let stable = platform.stable();
        let fetched = stable.fetch(None).await.unwrap();
        assert_eq!((fetched.token, fetched.refresh, fetched.expires_in), ("one".into(), None, seconds));
        let asked = platform.asked();
        assert_eq!((asked.method, asked.path, query(&asked)), (Method::Post, "/cgi-bin/stable_token", vec![]));
        assert!(matches!(&asked.body, Body::Json(json) if json.windows(6).any(|word| word == b"canary")));
        assert_eq!(asked.timeout, Some(Duration::from_secs(10)), "no platform holds a fetch up for ever");
        let classic = platform.classic();
        let fetched = classic.fetch(None).await.unwrap();
        assert_eq!((fetched.token, fetched.refresh, fetched.expires_in), ("one".into(), None, seconds));
        let asked = platform.asked();
        assert_eq!((asked.method, asked.path), (Method::Get, "/cgi-bin/token"));
        assert_eq!(query(&asked), ["grant_type", "appid", "secret"]);
        assert!(matches!(asked.body, Body::None), "a GET has no body");
        assert_eq!(asked.timeout, Some(Duration::from_secs(10)), "no platform holds a fetch up for ever");
    }
}

/// A name that changed would have every process of a new version fetch beside those of the old one.
#[test]
fn the_sources_have_different_names() {
    let platform = Platform::new("");
    let (stable, classic) = (platform.stable(), platform.classic());
    assert_eq!(stable.key(), &TokenKey::new("stable:wx5ca1ab1e00c0ffee"));
    assert_eq!(classic.key(), &TokenKey::new("classic:wx5ca1ab1e00c0ffee"));
    assert_eq!((stable.endpoint(), classic.endpoint()), ("fetch_stable_token", "fetch_token"));
    assert_eq!(format!("{stable:?}"), "StableToken(TokenKey(\"stable:wx5ca1ab1e00c0ffee\"))");
    assert_eq!(format!("{classic:?}"), "ClassicToken(TokenKey(\"classic:wx5ca1ab1e00c0ffee\"))");
}

#[test]
fn a_call_carries_its_token_as_a_secret_of_the_query() {
    let token = Arc::new("canary".into());
    let asked = request(&kf_model::accounts::ListAccounts::new(), Some(token)).unwrap();
    assert_eq!((query(&asked), asked.timeout), (vec!["access_token"], None));
    assert!(matches!(asked.body, Body::None) && !format!("{asked:?}").contains("canary"));
}

#[tokio::test]
async fn each_code_means_what_it_means() {
    use TokenErrorKind::{Credentials, IpNotAllowed, Refused};
    let wrong = [40001, 40002, 40013, 40125, 40243, 41002, 41004, 61024].map(|code| (code, Credentials, false));
    let address = [40164, 61004].map(|code| (code, IpNotAllowed, false));
    let others = [(-1, Refused, true), (45009, Refused, false), (48001, Refused, false), (99999, Refused, false)];
    for (code, kind, is_transient) in wrong.into_iter().chain(address).chain(others) {
        let platform = Platform::new(format!(r#"{{"errcode":{code},"errmsg":"no, 203.0.113.7,not you rid: 1-2-3"}}"#));
        let error = Refreshing::new(platform.stable(), MemoryStore::new()).token().await.unwrap_err();
        assert_eq!((error.kind(), error.is_transient()), (kind, is_transient), "{code}");
        assert_eq!((error.errcode(), error.endpoint()), (Some(ErrCode(code)), "fetch_stable_token"));
        let pause = error.ask_again_in().unwrap();
        let is_long = pause == Duration::from_secs(300);
        assert_eq!(is_long, kind == Credentials, "who is wrong is not asked again soon: {code}, {pause:?}");
        assert_eq!(error.to_string().contains("203.0.113.7"), kind == IpNotAllowed, "{error}");
        assert!(error.source().is_some() && !error.to_string().contains("not you"), "the chain says it once: {error}");
        assert!(format!("{error:?}").contains("fetch_stable_token"), "{error:?}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_named_is_that_of_this_machine() {
    let platform = Platform::new(r#"{"errcode":40164,"errmsg":"not in whitelist"}"#);
    let error = Refreshing::new(platform.stable(), MemoryStore::new()).token().await.unwrap_err();
    assert!(error.to_string().contains("the address of this machine; add it to the IP whitelist"), "{error}");
}

#[test]
fn a_token_that_comes_too_late_is_told_of_the_call_that_needed_it() {
    let error = TokenError::late("list_accounts");
    assert_eq!((error.kind(), error.endpoint()), (TokenErrorKind::Late, "list_accounts"));
    assert!(error.is_transient() && error.ask_again_in().is_none() && error.source().is_none());
    assert_eq!(error.to_string(), "no access token came before the deadline; nothing was sent");
}

/// A provider that was given the refused token.
#[derive(Debug, Default)]
struct Told(Mutex<Vec<Arc<kf_model::Secret>>>);

#[async_trait]
impl TokenProvider for Told {
    async fn token(&self) -> Result<Arc<kf_model::Secret>, TokenError> {
        Ok(Arc::new("one".into()))
    }

    fn refuse(&self, token: &kf_model::Secret) {
        self.0.lock().unwrap().push(Arc::new(token.clone()));
    }
}

#[tokio::test]
async fn a_provider_that_is_shared_is_the_same_provider() {
    let own: Arc<dyn TokenProvider> = Arc::new(StaticToken::new("own"));
    assert_eq!(own.token().await.unwrap(), Arc::new("own".into()));
    own.refuse(&"own".into());
    assert_eq!(Arc::clone(&own).at_hand(), Some(Arc::new("own".into())), "refused or not");
    let told = Arc::new(Told::default());
    let shared: Arc<Arc<Told>> = Arc::new(Arc::clone(&told));
    assert_eq!((shared.at_hand(), shared.token().await.unwrap()), (None, Arc::new("one".into())));
    TokenProvider::refuse(&shared, &"one".into());
    assert_eq!(*told.0.lock().unwrap(), [Arc::new("one".into())]);
}

/// A transport that names what it was asked for in its errors, as many do.
#[derive(Debug)]
struct Telltale;

#[async_trait]
impl Transport for Telltale {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let error = TransportError::new(TransportErrorKind::Connect, request.endpoint, "secret-canary.example");
        Err(error.with_source("GET https://h/cgi-bin/token?appid=x&secret=secret-canary failed"))
    }
}

#[tokio::test]
async fn no_error_of_a_transport_shows_the_secret() {
    let app_id = || "wx5ca1ab1e00c0ffee".parse().unwrap();
    let classic = Refreshing::new(ClassicToken::new(Telltale, app_id(), "secret-canary"), MemoryStore::new());
    let stable = Refreshing::new(StableToken::new(Telltale, app_id(), "secret-canary"), MemoryStore::new());
    for error in [classic.token().await.unwrap_err(), stable.token().await.unwrap_err()] {
        let mut shown = format!("{error} {error:?}");
        let mut source = error.source();
        while let Some(inner) = source {
            shown += &format!(" {inner} {inner:?}");
            source = inner.source();
        }
        assert!(shown.contains("secret=***") && !shown.contains("canary"), "{shown}");
    }
}

/// Some servers write the life of a token as text.
#[tokio::test]
async fn a_life_that_is_text_is_read() {
    let platform = Platform::new(r#"{"access_token":"token","expires_in":"7200"}"#);
    let tokens = Refreshing::new(platform.stable(), MemoryStore::new());
    assert_eq!(tokens.token().await.unwrap().expose(), "token");
    assert!(tokens.at_hand().is_some(), "it lives on");
}
