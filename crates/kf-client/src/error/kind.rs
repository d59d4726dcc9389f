//! What can happen to a call, each kind with what is known about it.

use std::fmt;
use std::time::Duration;

use kf_model::{ErrCode, Malformed, NotPermitted, Refusal, Unfit};
use kf_token::{TokenError, TokenErrorKind};
use kf_transport::{TransportError, TransportErrorKind};

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The platform refused.
    Api(ApiError),
    /// There was no token.
    Token(TokenFailure),
    /// The deadline was over before the last attempt was sent. See [`Client::within`](crate::Client::within).
    Late,
    /// There was no answer.
    Transport(TransportFailure),
    /// The answer cannot be read.
    Answer(AnswerError),
    /// The caller may not make this call; nothing was sent. See [`Client::with_caller`](crate::Client::with_caller).
    NotPermitted(NotPermitted),
    /// The platform is known to refuse this request, whoever sends it; nothing was sent. See
    /// [`Endpoint::unfit`](kf_model::Endpoint::unfit).
    Unfit(Unfit),
    /// A full page of records names no page that follows it. See [`Records`](crate::Records).
    Stuck(StuckPage),
}

/// A refusal of the platform.
#[derive(Debug)]
pub struct ApiError {
    pub(super) refusal: Refusal,
    pub(super) hint: &'static str,
    pub(super) is_same_token: bool,
}

impl ApiError {
    /// The code.
    #[must_use]
    pub fn code(&self) -> ErrCode {
        self.refusal.code
    }

    /// What the platform says, without its tail. Texts change without notice: compare codes.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.refusal.errmsg.message
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        self.hint
    }

    /// The id by which the vendor finds the request in its logs.
    #[must_use]
    pub fn rid(&self) -> Option<&str> {
        self.refusal.errmsg.rid.as_deref()
    }

    /// What older servers tie to their text as a hint: it tells the vendor something.
    #[must_use]
    pub fn server_hint(&self) -> Option<&str> {
        self.refusal.errmsg.server_hint.as_deref()
    }

    /// Whether the token was refused, and the very same one refused again, since there is no other. If that stays so, and the
    /// platform itself gave it again, somebody must force a refresh, which ends the token of all who share it.
    #[must_use]
    pub fn is_same_token(&self) -> bool {
        self.is_same_token
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_same_token {
            return write!(
                f,
                "{}; the very same token was given again; if that stays so, somebody must force a refresh, which ends the \
                 token of all who share it",
                self.refusal
            );
        }
        write!(f, "{}; {}", self.refusal, self.hint.trim_end_matches('.'))
    }
}

/// There was no token.
#[derive(Debug)]
pub struct TokenFailure(pub(super) TokenError);

impl TokenFailure {
    /// Why.
    #[must_use]
    pub fn kind(&self) -> TokenErrorKind {
        self.0.kind()
    }

    /// The call that fetches the token.
    #[must_use]
    pub fn endpoint(&self) -> &'static str {
        self.0.endpoint()
    }

    /// The code of the platform at the call that fetches the token.
    #[must_use]
    pub fn code(&self) -> Option<ErrCode> {
        self.0.errcode()
    }

    /// For how long nobody asks again, counted from the failure.
    #[must_use]
    pub fn ask_again_in(&self) -> Option<Duration> {
        self.0.ask_again_in()
    }
}

impl fmt::Display for TokenFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// There was no answer.
#[derive(Debug)]
pub struct TransportFailure(pub(super) TransportError);

impl TransportFailure {
    /// Why.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.0.kind()
    }

    /// The host that was called.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host()
    }
}

impl fmt::Display for TransportFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An answer that cannot be read.
#[derive(Debug)]
pub struct AnswerError {
    pub(super) status: u16,
    pub(super) malformed: Malformed,
}

impl AnswerError {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What is wrong with it, and a short piece of it with what may be a credential hidden.
    #[must_use]
    pub fn malformed(&self) -> &Malformed {
        &self.malformed
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.malformed.fmt(f)
    }
}

/// A full page of records whose `msgid` does not lead on: records may follow that cannot be asked for from here.
#[derive(Debug)]
pub struct StuckPage {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) msgid: u64,
    pub(super) rows: usize,
}

impl StuckPage {
    /// The beginning of the window that is read, in Unix time.
    #[must_use]
    pub fn from(&self) -> i64 {
        self.from
    }

    /// The end of the window, in Unix time, itself included.
    #[must_use]
    pub fn to(&self) -> i64 {
        self.to
    }

    /// The number that the page was asked with.
    #[must_use]
    pub fn msgid(&self) -> u64 {
        self.msgid
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }
}

impl fmt::Display for StuckPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, msgid, rows } = self;
        write!(
            f,
            "the page from msgid {msgid} between {from} and {to} is full with {rows} rows, and the msgid that came with it \
             leads no further: records behind them may be missing; ask again, or read shorter spans or larger pages"
        )
    }
}
