//! What failed inside, before it is known which call it failed for.

use std::error::Error;
use std::io::{self, ErrorKind};

use crate::error::TransportErrorKind::{Connect, Encoded, Interrupted, Protocol, Timeout, TooLarge};
use crate::error::{TransportError, TransportErrorKind};

/// What failed: the kind, and what it comes from.
#[derive(Debug)]
pub(super) struct Failure {
    kind: TransportErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
    is_of_connection: bool,
}

impl Failure {
    pub(super) fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None, is_of_connection: !matches!(kind, TooLarge | Encoded) }
    }

    pub(super) fn of(kind: TransportErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..Self::new(kind) }
    }

    /// No answer in the time of a caller that had less than others: it says nothing about the connection.
    pub(super) fn hurried() -> Self {
        Self { is_of_connection: false, ..Self::new(Timeout) }
    }

    /// Whether the connection failed, and not only what came over it.
    pub(super) fn is_of_connection(&self) -> bool {
        self.is_of_connection
    }

    /// The same failure of a request that certainly did not go out.
    pub(super) fn unsent(mut self) -> Self {
        self.kind = Connect;
        self
    }

    pub(super) fn into_error(self, endpoint: &'static str, host: &str) -> TransportError {
        let error = TransportError::new(self.kind, endpoint, host);
        match self.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

impl From<hyper::Error> for Failure {
    /// What an error of hyper means. Its texts hold nothing of the request.
    fn from(error: hyper::Error) -> Self {
        // hyper has no question for this one; a test holds the words.
        let too_large = error.is_parse() && error.to_string().contains("too large");
        let kind = match () {
            () if too_large => TooLarge,
            () if error.is_parse() || has_bad_chunks(&error) => Protocol,
            () => Interrupted,
        };
        Self::of(kind, error)
    }
}

/// Whether the parts of the body are no HTTP. hyper says so by an I/O error of its own; a broken record of TLS is one too, but
/// with an error of rustls in it.
fn has_bad_chunks(error: &hyper::Error) -> bool {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    io.is_some_and(|io| {
        let of_tls = io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
        !of_tls && matches!(io.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData)
    })
}
