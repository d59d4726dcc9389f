//! Why a call has no answer.

mod kind;

use std::fmt;

use kf_model::records::ListRecords;
use kf_model::{Endpoint, EndpointSpec, ErrCode, NotPermitted, Retry, Unfit};
use kf_transport::TransportErrorKind;

pub use self::kind::{AnswerError, ApiError, ErrorKind, StuckPage, TokenFailure, TransportFailure};
use crate::attempt::Failure;

/// Why a call has no answer: the endpoint, what happened at the last attempt, and what that means for all attempts.
///
/// `Display` says what is wrong and what to do; it never prints its source, so that a printed chain reads once.
///
/// The token of the call, and credentials that it holds itself, are shown as `***` where the server or the transport
/// repeats them. Those of fewer than 8 characters are not looked for: no real one is so short, and words would be torn up.
pub struct Error(Box<Inner>);

struct Inner {
    spec: &'static EndpointSpec,
    kind: ErrorKind,
    attempts: u32,
    may_have_acted: bool,
}

impl Error {
    pub(crate) fn new(
        spec: &'static EndpointSpec,
        failure: Failure,
        attempts: u32,
        may_have_acted: bool,
        is_same_token: bool,
    ) -> Self {
        let kind = match failure {
            Failure::Api(refusal) => ErrorKind::Api(ApiError { hint: spec.hint(refusal.code), refusal, is_same_token }),
            Failure::Token(error) => ErrorKind::Token(TokenFailure(error)),
            Failure::Unfit(unfit) => return Self::unfit(spec, unfit),
            Failure::Late => ErrorKind::Late,
            Failure::Transport(error) => ErrorKind::Transport(TransportFailure(error)),
            Failure::Answer { status, malformed } => ErrorKind::Answer(AnswerError { status, malformed }),
        };
        Self(Box::new(Inner { spec, kind, attempts, may_have_acted }))
    }

    pub(crate) fn not_permitted(spec: &'static EndpointSpec, missing: NotPermitted) -> Self {
        let kind = ErrorKind::NotPermitted(missing);
        Self(Box::new(Inner { spec, kind, attempts: 0, may_have_acted: false }))
    }

    pub(crate) fn unfit(spec: &'static EndpointSpec, unfit: Unfit) -> Self {
        Self(Box::new(Inner { spec, kind: ErrorKind::Unfit(unfit), attempts: 0, may_have_acted: false }))
    }

    pub(crate) fn stuck(from: i64, to: i64, msgid: u64, rows: usize) -> Self {
        let kind = ErrorKind::Stuck(StuckPage { from, to, msgid, rows });
        Self(Box::new(Inner { spec: ListRecords::SPEC, kind, attempts: 1, may_have_acted: false }))
    }

    /// The call.
    #[must_use]
    pub fn endpoint(&self) -> &'static str {
        self.0.spec.name
    }

    /// What happened at the last attempt.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The code of the platform, of this call or of the one that fetches the token.
    #[must_use]
    pub fn errcode(&self) -> Option<ErrCode> {
        match &self.0.kind {
            ErrorKind::Api(error) => Some(error.code()),
            ErrorKind::Token(error) => error.0.errcode(),
            _ => None,
        }
    }

    /// The id by which the vendor finds the request in its logs.
    #[must_use]
    pub fn rid(&self) -> Option<&str> {
        match &self.0.kind {
            ErrorKind::Api(error) => error.rid(),
            ErrorKind::Token(error) => error.0.rid(),
            _ => None,
        }
    }

    /// Whether it may be otherwise soon, without anybody doing something. It was repeated already, as far as the policy goes.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.0.kind {
            ErrorKind::Api(error) => error.code().retry() == Retry::Backoff,
            ErrorKind::Token(error) => error.0.is_transient(),
            ErrorKind::Late => true,
            ErrorKind::Transport(error) => {
                use TransportErrorKind::{Connect, Interrupted, Overloaded, Protocol, Timeout};
                matches!(error.kind(), Connect | Overloaded | Timeout | Interrupted | Protocol)
            }
            ErrorKind::Answer(error) => error.status >= 500,
            ErrorKind::NotPermitted(_) | ErrorKind::Unfit(_) | ErrorKind::Stuck(_) => false,
        }
    }

    /// Whether an attempt may have acted all the same: nobody can tell. Look before you call again.
    #[must_use]
    pub fn may_have_acted(&self) -> bool {
        self.0.may_have_acted
    }

    /// How often it was tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { spec, kind, attempts, may_have_acted } = &*self.0;
        match kind {
            // Both name the call themselves.
            ErrorKind::Transport(error) => write!(f, "{error}")?,
            ErrorKind::NotPermitted(missing) => write!(f, "{missing}")?,
            ErrorKind::Api(error) => write!(f, "{}: {error}", spec.name)?,
            ErrorKind::Token(error) => write!(f, "{}: {error}", spec.name)?,
            ErrorKind::Late => write!(f, "{}: the deadline was over before it was sent", spec.name)?,
            ErrorKind::Answer(error) => write!(f, "{}: {error}", spec.name)?,
            ErrorKind::Unfit(unfit) => write!(f, "{}: {unfit}; nothing was sent", spec.name)?,
            ErrorKind::Stuck(page) => write!(f, "{}: {page}", spec.name)?,
        }
        match (may_have_acted, attempts) {
            (false, 0 | 1) => Ok(()),
            (true, 0 | 1) => f.write_str("; the call may have acted"),
            (false, _) => write!(f, " (after {attempts} attempts)"),
            (true, _) => write!(f, "; an attempt may have acted (after {attempts} attempts)"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("endpoint", &self.0.spec.name)
            .field("kind", &self.0.kind)
            .field("attempts", &self.0.attempts)
            .field("may_have_acted", &self.0.may_have_acted)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            ErrorKind::Token(error) => error.0.source(),
            ErrorKind::Transport(error) => error.0.source(),
            _ => None,
        }
    }
}
