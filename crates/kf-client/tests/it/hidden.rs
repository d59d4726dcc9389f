//! A credential that a server or a transport repeats is shown by no error, in whatever form it comes back.

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use kf_client::{Client, Error, ErrorKind, RetryPolicy};
use kf_model::credentials::{FetchStableToken, FetchToken};
use kf_model::{AppId, ErrCode};
use kf_token::StaticToken;
use kf_transport::TransportErrorKind::Protocol;
use kf_transport::{ManualClock, ParamValue, Request, Response, Transport, TransportError};

use crate::script::Step::Answer;
use crate::script::{Script, drive};

/// None is as long as what is hidden for its length alone, and the last one is written otherwise nearly everywhere.
const TOKENS: [&str; 5] =
    ["letmeinnow", "token-canary", "zxcvbnmasdfghjklqwe", "oP\"en/Se\\sa me+客\u{1F600}%2F", "s p a c e d"];

/// Characters of a credential in a row that give too much of it away.
const PIECE: usize = 6;

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// What comes of a body to a client with a token.
async fn refusal(token: &str, body: &str) -> Error {
    let script = Script::new(&[Answer(leak(body.to_owned())); 2]);
    let clock = ManualClock::default();
    let client = script.client_of(StaticToken::new(token), &clock, RetryPolicy::never());
    drive(&clock, client.list_accounts()).await.unwrap_err()
}

/// All that can be seen of an error.
fn shown(error: &Error) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}\n{:?}", error.rid());
    match error.kind() {
        ErrorKind::Api(refusal) => write!(text, "\n{}\n{:?}", refusal.message(), refusal.rid()).unwrap(),
        ErrorKind::Answer(answer) => {
            let malformed = answer.malformed();
            write!(text, "\n{malformed}\n{}\n{}", malformed.detail, malformed.excerpt).unwrap();
        }
        ErrorKind::Transport(failure) => write!(text, "\n{}", failure.host()).unwrap(),
        _ => {}
    }
    let mut source = error.source();
    while let Some(inner) = source {
        write!(text, "\n{inner}\n{inner:?}").unwrap();
        source = inner.source();
    }
    text
}

/// Fails if a piece of a credential is shown.
fn hides(error: &Error, credential: &str, what: &str) {
    let text = shown(error);
    let characters: Vec<char> = credential.chars().collect();
    for piece in characters.windows(PIECE) {
        let piece: String = piece.iter().collect();
        assert!(!text.contains(&piece), "{what}: {text}");
    }
}

/// The forms in which a credential can stand inside of a JSON text.
fn forms(credential: &str) -> Vec<String> {
    let json = serde_json::to_string(credential).unwrap();
    let plain = json[1..json.len() - 1].to_owned();
    let percent = |upper: bool| {
        credential.bytes().fold(String::new(), |text, byte| match byte {
            b' ' if upper => text + "+",
            _ if byte.is_ascii_alphanumeric() => text + &char::from(byte).to_string(),
            _ if upper => format!("{text}%{byte:02X}"),
            _ => format!("{text}%{byte:02x}"),
        })
    };
    let unicode = |upper: bool| {
        credential.encode_utf16().fold(String::new(), |text, unit| {
            if upper { format!("{text}\\u{unit:04X}") } else { format!("{text}\\u{unit:04x}") }
        })
    };
    let slashed = plain.replace('/', "\\/");
    vec![plain, slashed, percent(true), percent(false), unicode(true), unicode(false)]
}

#[tokio::test]
async fn a_token_that_an_answer_repeats_is_hidden() {
    let filler = "so it is, ".repeat(19);
    for token in TOKENS {
        for form in forms(token) {
            for body in [
                format!(r#"{{"errcode":65404,"errmsg":"of {form}, or {form}!"}}"#),
                format!(r#"{{"errcode":40001,"errmsg":"{form}"}}"#),
                format!(r#"{{"errcode":65404,"errmsg":"no hint: [{form}] rid: {form}"}}"#),
                format!(r#"{{"errcode":"{form}"}}"#),
                format!(r#"{{"kf_list":"{form}"}}"#),
                format!(r#"{{"kf_list":["{form}"#),
                format!(r#"["{form}"]"#),
                format!("<html>/cgi-bin?at={form}&x=y</html>"),
                // The excerpt ends in the middle of it.
                format!("<html>{filler}{form}</html>"),
            ] {
                let error = refusal(token, &body).await;
                hides(&error, token, &body);
                assert!(!shown(&error).contains(&form), "{body}: {error}");
                assert!(shown(&error).contains("***") || body.contains(&filler), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_an_answer_cuts_is_hidden() {
    for length in 8..TOKENS[2].len() {
        let error = refusal(TOKENS[2], &format!("<html>{}", &TOKENS[2][..length])).await;
        hides(&error, TOKENS[2], "what is left of it");
    }
}

#[tokio::test]
async fn a_token_in_sixteen_bits_is_hidden() {
    let body: String = TOKENS[0].chars().flat_map(|character| ['\0', character]).collect();
    hides(&refusal(TOKENS[0], &body).await, TOKENS[0], "UTF-16");
}

/// A rid has the form of a token that somebody may have made up.
#[tokio::test]
async fn a_token_that_looks_like_a_rid_is_hidden() {
    let token = "5f8a1b2c-0a1b2c3d-4e5f6071";
    let error = refusal(token, &format!(r#"{{"errcode":65404,"errmsg":"no rid: {token}"}}"#)).await;
    assert_eq!((error.errcode(), error.rid()), (Some(ErrCode(65404)), None));
    hides(&error, token, "as a rid");
}

/// What is around it stays, and so does what a short word would tear up.
#[tokio::test]
async fn the_rest_of_a_text_stays() {
    for (token, message) in
        [("invalid", "invalid this is it"), ("this is ", "invalid ***it"), ("is it", "invalid this is it")]
    {
        let body = r#"{"errcode":65404,"errmsg":"invalid this is it rid: 5f8a1b2c-0a1b2c3d-4e5f6071"}"#;
        let error = refusal(token, body).await;
        let ErrorKind::Api(refusal) = error.kind() else { panic!("{error:?}") };
        assert_eq!((refusal.message(), refusal.rid()), (message, Some("5f8a1b2c-0a1b2c3d-4e5f6071")));
    }
}

/// Where the answer cannot be read without it, what it means stays and its text goes.
#[tokio::test]
async fn a_token_that_holds_the_answer_together_is_hidden() {
    let error = refusal("\"errcode\":", r#"{"errcode":65404,"errmsg":"of \"errcode\":"}"#).await;
    let ErrorKind::Api(refused) = error.kind() else { panic!("{error:?}") };
    assert_eq!((error.errcode(), refused.message()), (Some(ErrCode(65404)), "***"));
    let error = refusal("12345678", "12345678").await;
    let ErrorKind::Answer(answer) = error.kind() else { panic!("{error:?}") };
    assert_eq!(answer.malformed().kind, kf_model::MalformedKind::NotAnObject);
    hides(&error, "12345678", "the whole answer");
}

/// A transport whose errors quote the URL, as those of some HTTP clients do.
#[derive(Debug)]
struct Quotes;

#[async_trait]
impl Transport for Quotes {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let ParamValue::Secret(token) = &request.query[0].value else { panic!("{request:?}") };
        let url = format!("https://somewhere/?access_token={}", token.expose());
        let inner = TransportError::new(Protocol, "inner", &url).with_source("the end");
        Err(TransportError::new(Protocol, request.endpoint, &url).with_source(inner))
    }
}

#[tokio::test]
async fn a_token_that_a_transport_quotes_is_hidden() {
    for token in TOKENS {
        let clock = Arc::new(ManualClock::default());
        let client = Client::with(Quotes, StaticToken::new(token), clock, RetryPolicy::never());
        let error = client.list_accounts().await.unwrap_err();
        hides(&error, token, "a transport");
        assert!(error.to_string().starts_with("list_accounts at https://somewhere/?access_token=***: "), "{error}");
        let source = error.source().unwrap().to_string();
        assert!(source.contains("access_token=***") && source.ends_with(": the end"), "{source}");
    }
}

/// What the caller gave as a credential is none of the log's business either.
#[tokio::test]
async fn a_credential_of_the_call_itself_is_hidden() {
    let secret = "zxcv-bnm-asdf";
    let app_id: AppId = "wx5ca1ab1e00c0ffee".parse().unwrap();
    let step = Answer(r#"{"errcode":40125,"errmsg":"invalid appsecret zxcv-bnm-asdf"}"#);
    let client = Script::new(&[step; 2]).client(&ManualClock::default());
    let errors = [
        client.send(&FetchToken::new(app_id.clone(), secret)).await.unwrap_err(),
        client.send(&FetchStableToken::new(app_id, secret)).await.unwrap_err(),
    ];
    for error in errors {
        hides(&error, secret, error.endpoint());
        assert!(error.to_string().contains("invalid appsecret ***"), "{error}");
    }
}

/// A transport that gives one answer of bytes.
#[derive(Debug)]
struct Page(u16, Vec<u8>);

#[async_trait]
impl Transport for Page {
    async fn send(&self, _: Request) -> Result<Response, TransportError> {
        Ok(Response::new(self.0, self.1.clone()))
    }
}

async fn told(token: &str, status: u16, body: Vec<u8>) -> Error {
    let clock = Arc::new(ManualClock::default());
    let client = Client::with(Page(status, body), StaticToken::new(token), clock, RetryPolicy::never());
    client.list_accounts().await.unwrap_err()
}

/// What is searched for a credential is bounded, and each byte of it is looked at once: nobody waits for a page of nothing.
#[tokio::test]
async fn a_page_of_nothing_is_searched_in_no_time() {
    let token = format!("{}b", "a".repeat(63));
    for (byte, size) in [(0, 256 * 1024), (b'a', 256 * 1024), (0, 16 << 20), (b'a', 16 << 20)] {
        let body: Vec<u8> = vec![byte; size];
        let error = told(&token, 404, body).await;
        assert!(matches!(error.kind(), ErrorKind::Answer(_)), "{error:?}");
    }
    // Of a page that is not searched, what is shown is.
    let mut body = format!("<p>{token}</p>").into_bytes();
    body.resize(1 << 20, b' ');
    let error = told(&token, 404, body).await;
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("***") && !shown.contains(&token), "{shown}");
    let refusal = format!(r#"{{"errcode":65400,"errmsg":"{token}","pad":"{}"}}"#, " ".repeat(1 << 20));
    let error = told(&token, 200, refusal.into_bytes()).await;
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("***") && !shown.contains(&token), "{shown}");
}
