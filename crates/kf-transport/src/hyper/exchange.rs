//! One request and its answer on one connection.

use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{
    CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, RETRY_AFTER, TRANSFER_ENCODING,
    USER_AGENT,
};
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use kf_model::Method;

use super::Limits;
use super::base::Base;
use super::failure::Failure;
use super::multipart;
use super::pool::Connection;
use super::stream::Heard;
use super::wait::unless;
use crate::clock::Clock;
use crate::error::TransportErrorKind::{self, Encoded, Protocol, Timeout, TooLarge};
use crate::message::{Body, Request, Response};
use crate::target;

/// Seconds that a server can ask to wait at the most: a day.
const RETRY_AFTER_SECONDS_MAX: u64 = 86_400;

/// Bytes that are set aside for an answer before they come in, at the most.
const RESERVE_MAX: usize = 1024 * 1024;

/// A request as it goes out.
pub(super) struct Outgoing(http::Request<Full<Bytes>>);

impl Outgoing {
    pub(super) fn new(base: &Base, request: &Request) -> Result<Self, Failure> {
        let refused = |why: &'static str| Failure::of(TransportErrorKind::Request, why);
        if !target::is_path(request.path) {
            return Err(refused("its path is no path"));
        }
        let target = target::encode(&base.prefix, request.path, &request.query);
        let target =
            PathAndQuery::from_maybe_shared(Bytes::from(target)).map_err(|_| refused("its path is no path"))?;
        let (content_type, body) = match &request.body {
            Body::None => (None, Bytes::new()),
            Body::Json(json) => (Some(HeaderValue::from_static("application/json")), json.clone()),
            Body::Multipart { name, file } => {
                let why = "the content type of its file is none";
                let (content_type, body) = multipart::encode(name, file).ok_or_else(|| refused(why))?;
                (Some(HeaderValue::from_str(&content_type).map_err(|_| refused(why))?), body)
            }
        };
        let mut outgoing = http::Request::new(Full::new(body));
        *outgoing.method_mut() = if request.method == Method::Get { http::Method::GET } else { http::Method::POST };
        *outgoing.uri_mut() = Uri::from(target);
        let headers = outgoing.headers_mut();
        headers.insert(HOST, base.header.clone());
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("kf/", env!("CARGO_PKG_VERSION"))));
        match content_type {
            Some(content_type) => drop(headers.insert(CONTENT_TYPE, content_type)),
            // Some servers refuse a POST that does not say that it is empty.
            None if request.method == Method::Post => {
                drop(headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0")));
            }
            None => {}
        }
        Ok(Self(outgoing))
    }
}

/// From when to when an exchange may last.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) now: Duration,
    pub(super) deadline: Duration,
    /// Whether the deadline is the caller's own and sooner than that of any attempt.
    pub(super) is_hurried: bool,
}

/// An exchange that came to nothing, and whether the request certainly did not go out.
pub(super) struct Failed {
    pub(super) failure: Failure,
    pub(super) is_unsent: bool,
}

/// Sends a request and reads its answer. With the answer comes the connection, if another call may use it.
pub(super) async fn run(
    mut connection: Connection,
    outgoing: Outgoing,
    clock: &dyn Clock,
    limits: &Limits,
    span: Span,
) -> Result<(Response, Option<Connection>), Failed> {
    let heard = connection.heard.clone();
    let watch = watch(&heard, clock, limits.silence, span);
    heard.expect();
    let exchange = async {
        let (head, body) = connection.sender.send_request(outgoing.0).await?.into_parts();
        let (mut response, is_clear) = open(&head)?;
        response.body = read(body, limits.body_max).await?;
        Ok((response, is_clear))
    };
    let outcome = unless(pin!(exchange), pin!(watch)).await;
    match outcome {
        Some(Ok((response, is_clear))) => Ok((response, is_clear.then_some(connection))),
        Some(Err(failure)) => Err(Failed { failure, is_unsent: heard.shut() }),
        None => {
            let is_silent = heard.last().max(span.now).saturating_add(limits.silence) <= span.deadline;
            let failure = if span.is_hurried && !is_silent { Failure::hurried() } else { Failure::new(Timeout) };
            Err(Failed { failure, is_unsent: false })
        }
    }
}

/// Ends when the deadline is over, or when nothing has come in for too long.
async fn watch(heard: &Heard, clock: &dyn Clock, silence: Duration, span: Span) {
    let mut now = span.now;
    loop {
        let end = span.deadline.min(heard.last().max(span.now).saturating_add(silence));
        if end <= now {
            return;
        }
        clock.sleep(end - now).await;
        now = clock.now();
    }
}

/// What the head of an answer says, and whether the connection can be trusted after it: two ways to tell where the answer
/// ends are one too many.
fn open(head: &http::response::Parts) -> Result<(Response, bool), Failure> {
    if head.status == StatusCode::SWITCHING_PROTOCOLS {
        return Err(Failure::of(Protocol, "the server switches to another protocol"));
    }
    let mut response = Response::new(head.status.as_u16(), Bytes::new());
    let (mut has_length, mut has_transfer) = (false, false);
    // One look at each header is cheaper than one search for each that counts.
    for (name, value) in &head.headers {
        match *name {
            CONTENT_ENCODING => plain(name, value, "identity")?,
            TRANSFER_ENCODING => {
                plain(name, value, "chunked")?;
                has_transfer = true;
            }
            CONTENT_LENGTH => has_length = true,
            CONTENT_TYPE => first(&mut response.content_type, || text(value)),
            CONTENT_DISPOSITION => first(&mut response.content_disposition, || text(value)),
            RETRY_AFTER if response.retry_after.is_none() => response.retry_after = retry_after(value),
            _ => {}
        }
    }
    Ok((response, !(has_length && has_transfer)))
}

async fn read(mut body: Incoming, most: usize) -> Result<Bytes, Failure> {
    let too_large = || Failure::of(TooLarge, format!("more than {most} bytes"));
    let announced = body.size_hint().lower();
    if announced > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(too_large());
    }
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if first.len() + rest.len() + data.len() > most {
            return Err(too_large());
        }
        if first.is_empty() {
            first = data;
        } else {
            if rest.is_empty() {
                // The server names the length: it is believed as far as it costs little.
                let whole = usize::try_from(announced).unwrap_or_default();
                rest.reserve(whole.saturating_sub(first.len()).min(RESERVE_MAX).max(data.len()));
            }
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() { first } else { [&first[..], &rest[..]].concat().into() })
}

/// Refuses a header that names anything but the one encoding that does not change the bytes.
fn plain(name: &HeaderName, value: &HeaderValue, plain: &str) -> Result<(), Failure> {
    let names = value.to_str().map(|text| text.split(',').map(str::trim).filter(|name| !name.is_empty()));
    if names.is_ok_and(|mut names| names.all(|name| name.eq_ignore_ascii_case(plain))) {
        return Ok(());
    }
    Err(Failure::of(Encoded, format!("{name} is not {plain}")))
}

/// Fills what is empty: of a header that comes twice the first one counts.
fn first<T>(place: &mut Option<T>, value: impl FnOnce() -> T) {
    place.get_or_insert_with(value);
}

fn retry_after(value: &HeaderValue) -> Option<Duration> {
    let seconds: u64 = value.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(RETRY_AFTER_SECONDS_MAX)))
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
