//! One request and its answer, on a connection of its own. What it redirects to is not followed.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use kf_transport::{Clock, unless};
use tokio::net::TcpStream;

use super::address::Address;

/// Bytes of an answer that are read.
const ANSWER_MAX: usize = 256 * 1024;

/// What is asked.
pub(super) struct Question<'a> {
    pub(super) address: &'a Address,
    pub(super) query: &'a [(&'static str, String)],
    /// A content type and a body, which make it a POST.
    pub(super) body: Option<(&'static str, String)>,
}

/// What came back.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// There is no complete answer, so it is asked again.
    Silent(String),
    /// There is one that is of no use.
    Odd(String),
}

/// Asks once.
pub(super) async fn ask(question: Question<'_>, patience: Duration, clock: &dyn Clock) -> Result<Answered, Failed> {
    let answer = unless(exchange(question), clock.sleep(patience)).await;
    answer.unwrap_or_else(|| Err(Failed::Silent(format!("no answer within {} seconds", patience.as_secs()))))
}

async fn exchange(question: Question<'_>) -> Result<Answered, Failed> {
    let Address { host, port, authority, .. } = question.address;
    let stream = TcpStream::connect((&**host, *port))
        .await
        .map_err(|error| Failed::Silent(format!("no connection ({error}), is the server running?")))?;
    let (method, (content_type, body)) = match question.body {
        Some(body) => (Method::POST, body),
        None => (Method::GET, ("", String::new())),
    };
    let mut request =
        Request::builder().method(method).uri(question.address.target(question.query)).header(HOST, authority);
    if !content_type.is_empty() {
        request = request.header(CONTENT_TYPE, content_type);
    }
    let request = request
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| Failed::Odd(format!("the URL cannot be asked: {error}")))?;
    let broken = |error: hyper::Error| Failed::Silent(format!("the connection broke: {}", root(&error)));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        let status = response.status().as_u16();
        match Limited::new(response.into_body(), ANSWER_MAX).collect().await {
            Ok(body) => Ok(Answered { status, body: body.to_bytes() }),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(Failed::Odd(format!("the answer has more than {ANSWER_MAX} bytes")))
            }
            Err(error) => Err(Failed::Silent(format!("the answer broke off: {}", root(&*error)))),
        }
    };
    // The connection lives as long as somebody waits for its answer; if it ends before, the answer says why.
    let driving = async {
        drop(connection.await);
        std::future::pending::<()>().await;
    };
    unless(answer, driving).await.unwrap_or_else(|| Err(Failed::Silent("the connection ended".to_owned())))
}

/// What an error comes from in the end.
fn root(error: &(dyn Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
