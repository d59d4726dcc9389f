//! What goes back to a caller, and how it arrives.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

/// What goes back to a caller.
#[derive(Clone)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The content type.
    pub content_type: &'static str,
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

const JSON: &str = "application/json; encoding=utf-8";

impl Reply {
    pub(crate) fn json(body: Bytes) -> Self {
        Self { status: 200, content_type: JSON, body, delivery: Delivery::Whole, delay: Duration::ZERO }
    }
}
