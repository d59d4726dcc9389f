//! What goes out and what comes back.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kf_model::{Method, RawAnswer, Secret, Upload};

/// A request, as far as it can be told without knowing the host. Cloning it shares the body and the credentials.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// The name of the endpoint, for messages.
    pub endpoint: &'static str,
    /// The method.
    pub method: Method,
    /// The path, from the root of the base URL.
    pub path: &'static str,
    /// The query; values are as they are meant, not encoded.
    pub query: Vec<Param>,
    /// The body.
    pub body: Body,
    /// How long the attempt may take as a whole, from the call of [`send`](crate::Transport::send) to its end, where that is less
    /// than the transport allows. A transport must end the call within this time.
    pub timeout: Option<Duration>,
}

impl Request {
    /// A request without query and body.
    #[must_use]
    pub fn new(endpoint: &'static str, method: Method, path: &'static str) -> Self {
        Self { endpoint, method, path, query: Vec::new(), body: Body::None, timeout: None }
    }
}

/// A name and a value of a query.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Param {
    /// The name.
    pub name: &'static str,
    /// The value.
    pub value: ParamValue,
}

impl Param {
    /// A parameter whose value may be shown.
    pub fn text(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: ParamValue::Text(value.into()) }
    }

    /// A parameter whose value is a credential.
    pub fn secret(name: &'static str, value: impl Into<Arc<Secret>>) -> Self {
        Self { name, value: ParamValue::Secret(value.into()) }
    }
}

/// A value of a query.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ParamValue {
    /// A value that may be shown.
    Text(String),
    /// A credential.
    Secret(Arc<Secret>),
}

/// The body of a request. Its `Debug` shows its size alone: it may hold a credential.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Body {
    /// There is none.
    #[default]
    None,
    /// JSON, in raw UTF-8.
    Json(Bytes),
    /// A multipart form with one part.
    Multipart {
        /// The name of the part.
        name: &'static str,
        /// The file in it.
        file: Upload,
    },
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Json(json) => write!(f, "Json({} bytes)", json.len()),
            Self::Multipart { name, file } => write!(f, "Multipart({name}, {} bytes)", file.bytes.len()),
        }
    }
}

/// An answer, whatever its status. Its `Debug` shows the size of the body alone: it may hold a credential.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The content type, for what cannot be told from the content.
    pub content_type: Option<String>,
    /// The content disposition, which names a file.
    pub content_disposition: Option<String>,
    /// How long the server asks to wait before a repeat: a number of seconds, a day at the most; dates are not read.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Bytes,
}

impl Response {
    /// An answer of a status and a body.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, content_type: None, content_disposition: None, retry_after: None, body: body.into() }
    }
}

impl<'a> From<&'a Response> for RawAnswer<'a> {
    fn from(response: &'a Response) -> Self {
        let mut answer = Self::new(response.status, &response.body);
        answer.content_type = response.content_type.as_deref();
        answer.content_disposition = response.content_disposition.as_deref();
        answer
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("content_disposition", &self.content_disposition)
            .field("retry_after", &self.retry_after)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{RawAnswer, Response};

    #[test]
    fn an_answer_keeps_what_its_head_says_of_a_file() {
        let mut response = Response::new(200, &b"\xFF\xD8"[..]);
        response.content_type = Some("image/jpeg".to_owned());
        response.content_disposition = Some("attachment; filename=\"a.jpg\"".to_owned());
        let file = RawAnswer::from(&response).download();
        assert_eq!((file.file_name.as_deref(), file.content_type.as_deref()), (Some("a.jpg"), Some("image/jpeg")));
        assert_eq!(&file.bytes[..], b"\xFF\xD8");
    }
}
