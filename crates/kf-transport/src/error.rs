//! Why there is no answer, and what a repeat means.

use std::error::Error;
use std::fmt;

use kf_model::Escaped;

/// Why there is no answer.
///
/// `Display` names the endpoint and the host, never the query, and never its source.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    endpoint: &'static str,
    host: Box<str>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl TransportError {
    /// An error of a call to a host.
    #[must_use]
    pub fn new(kind: TransportErrorKind, endpoint: &'static str, host: &str) -> Self {
        Self { kind, endpoint, host: host.into(), source: None }
    }

    /// The same, with what it comes from. The source must not show a credential.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What happened, and so what a repeat means.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// The endpoint that was called.
    #[must_use]
    pub fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// The host that was called.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the request may have acted on the server.
    #[must_use]
    pub fn may_have_acted(&self) -> bool {
        self.kind.may_have_acted()
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.endpoint, Escaped(&self.host), self.kind)
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}

/// What happened.
///
/// `Display` says that alone, and that nothing was sent where that is certain. Whether a request that went out can have acted
/// depends on the call as well: whoever knows the call says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: the name was not found, nobody listens, the proxy refused, or it took too long. Nothing was sent.
    Connect,
    /// Too many calls were in flight, for too long. Nothing was sent.
    Overloaded,
    /// The server could not prove who it is, or does not speak TLS. Nothing was sent; a repeat meets the same.
    Tls,
    /// The request cannot be sent as it is. Nothing was sent; a repeat meets the same.
    Request,
    /// No answer in time. The request may have acted.
    Timeout,
    /// The connection broke before the answer was whole. The request may have acted.
    Interrupted,
    /// What came back is no HTTP. The request may have acted.
    Protocol,
    /// The answer is larger than allowed. The request may have acted; a repeat meets the same.
    TooLarge,
    /// The answer is compressed, which was not asked for. The request may have acted; a repeat meets the same.
    Encoded,
}

impl TransportErrorKind {
    /// Whether the request may have acted on the server.
    #[must_use]
    pub fn may_have_acted(self) -> bool {
        !matches!(self, Self::Connect | Self::Overloaded | Self::Tls | Self::Request)
    }
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Connect => "no connection; nothing was sent",
            Self::Overloaded => "too many calls are in flight; nothing was sent",
            Self::Tls => "no trusted connection; nothing was sent",
            Self::Request => "the request cannot be sent as it is",
            Self::Timeout => "no answer in time",
            Self::Interrupted => "the connection broke before the answer was whole",
            Self::Protocol => "the answer is no HTTP",
            Self::TooLarge => "the answer is larger than allowed",
            Self::Encoded => "the answer is compressed, which was not asked for",
        })
    }
}
