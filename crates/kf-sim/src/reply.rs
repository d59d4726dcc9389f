//! What goes back to a caller, and how it arrives.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use crate::content::{Content, JSON};

/// What goes back to a caller.
#[derive(Clone)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The content type.
    pub content_type: Cow<'static, str>,
    /// The content disposition, which names a file.
    pub content_disposition: Option<String>,
    /// The body.
    pub body: Bytes,
    /// How it arrives.
    pub delivery: Delivery,
    /// How long it takes.
    pub delay: Duration,
}

impl fmt::Debug for Reply {
    /// The body may hold a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes, {:?} after {:?}", self.status, self.body.len(), self.delivery, self.delay)
    }
}

/// How an answer arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// As it should.
    Whole,
    /// It breaks off in the middle.
    Cut,
    /// Not at all: the connection is reset.
    Reset,
    /// Not at all: the connection is closed.
    Lost,
}

impl Reply {
    pub(crate) fn json(body: Bytes) -> Self {
        Self {
            status: 200,
            content_type: Cow::Borrowed(JSON),
            content_disposition: None,
            body,
            delivery: Delivery::Whole,
            delay: Duration::ZERO,
        }
    }

    pub(crate) fn of(content: Content) -> Self {
        let Content { body, content_type, content_disposition } = content;
        Self { content_type, content_disposition, ..Self::json(body.into()) }
    }
}
