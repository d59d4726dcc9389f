//! What goes out over a connection, whole or broken on purpose.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

/// A body that goes out whole, or breaks off.
#[derive(Debug)]
pub(super) struct Out {
    first: Option<Bytes>,
    announced: u64,
    breaks: bool,
    is_flushed: bool,
}

/// Why a connection ends without an answer, or in the middle of one: a fault says so.
#[derive(Debug)]
pub(super) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault broke the connection")
    }
}

impl std::error::Error for Broken {}

impl Body for Out {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match self.first.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None if self.breaks && !self.is_flushed => {
                // What was written goes out while the body has to be waited for, and would not if it broke off now.
                self.is_flushed = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            None if self.breaks => Poll::Ready(Some(Err(Broken))),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && !self.breaks
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}

/// An answer that arrives whole.
pub(super) fn whole(status: u16, content_type: &str, body: Bytes) -> Response<Out> {
    let announced = body.len() as u64;
    let first = Some(body).filter(|body| !body.is_empty());
    response(status, content_type, Out { first, announced, breaks: false, is_flushed: false })
}

/// An answer of which half arrives.
pub(super) fn cut(status: u16, content_type: &str, body: &Bytes) -> Response<Out> {
    let announced = body.len() as u64;
    response(
        status,
        content_type,
        Out { first: Some(body.slice(..body.len() / 2)), announced, breaks: true, is_flushed: false },
    )
}

/// Names the file that an answer is.
pub(super) fn named(mut response: Response<Out>, content_disposition: Option<&str>) -> Response<Out> {
    if let Some(value) = content_disposition.and_then(|value| HeaderValue::from_str(value).ok()) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    response
}

fn response(status: u16, content_type: &str, out: Out) -> Response<Out> {
    let mut response = Response::new(out);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}
