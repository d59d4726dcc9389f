//! Why there is no token.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kf_model::component::{RedeemAuthorization, RefreshAuthorizerToken};
use kf_model::{DecodeError, Endpoint, ErrCode, Refusal};

use crate::AskError;

/// Why there is no token. Clones are the same error: those who waited for one fetch share what came of it.
#[derive(Clone)]
pub struct TokenError(Arc<Inner>);

struct Inner {
    kind: TokenErrorKind,
    endpoint: &'static str,
    source: Option<Cause>,
    ask_again_in: Option<Duration>,
}

#[derive(Debug)]
enum Cause {
    Ask(AskError),
    Other(Box<dyn Error + Send + Sync>),
}

/// Why there is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenErrorKind {
    /// The AppID or the AppSecret is wrong. Asking again does not help.
    Credentials,
    /// The address of this machine is not on the whitelist of the app.
    IpNotAllowed,
    /// The merchant has to authorize the third-party platform again: what is kept of the authorization is void, or there is none.
    NotAuthorized,
    /// The third-party platform has no ticket to ask with.
    NoTicket,
    /// The store cannot be used, in which what to ask with stands and what is given must be kept.
    Store,
    /// The platform refuses for another reason, which its code tells.
    Refused,
    /// There was no answer, or none that can be read.
    Unreachable,
    /// Whoever fetched it is gone.
    Lost,
    /// It did not come before the deadline of the call that needed it.
    Late,
    /// A provider that is no part of this crate has none, for a reason that will not go away by itself.
    Other,
    /// A provider that is no part of this crate has none for the moment.
    OtherForNow,
}

impl TokenError {
    pub(crate) fn new(kind: TokenErrorKind, endpoint: &'static str, ask_again_in: Option<Duration>) -> Self {
        Self(Arc::new(Inner { kind, endpoint, source: None, ask_again_in }))
    }

    /// There was none before the deadline of a call, which is named.
    #[must_use]
    pub fn late(call: &'static str) -> Self {
        Self::new(TokenErrorKind::Late, call, None)
    }

    /// A provider of your own has none: `from` says where it looks, such as `the vault`, and the source says why. For the
    /// moment means that it may have one soon, so that a call is tried again.
    pub fn other(from: &'static str, is_for_now: bool, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let kind = if is_for_now { TokenErrorKind::OtherForNow } else { TokenErrorKind::Other };
        Self(Arc::new(Inner { kind, endpoint: from, source: Some(Cause::Other(source.into())), ask_again_in: None }))
    }

    /// What a failed fetch means. The pause after wrong credentials is one of its own.
    pub(crate) fn of(source: AskError, endpoint: &'static str, pause: Duration, credentials_pause: Duration) -> Self {
        // Who asks with another token sends no secret: what is refused then is that token.
        let with_secret = endpoint != RefreshAuthorizerToken::SPEC.name && endpoint != RedeemAuthorization::SPEC.name;
        let kind = match (&source, refusal(&source).map(|refusal| refusal.code)) {
            (AskError::Token(error), _) => {
                let ask_again_in = error.ask_again_in().or(Some(pause));
                let kind = error.kind();
                return Self(Arc::new(Inner { kind, endpoint, source: Some(Cause::Ask(source)), ask_again_in }));
            }
            (AskError::Store(_), _) => TokenErrorKind::Store,
            (AskError::NoTicket, _) => TokenErrorKind::NoTicket,
            (AskError::NotAuthorized, _) => TokenErrorKind::NotAuthorized,
            (_, Some(ErrCode(40001))) if !with_secret => TokenErrorKind::Refused,
            (_, Some(ErrCode(40001 | 40002 | 40013 | 40125 | 40243 | 41002 | 41004 | 61024))) => {
                TokenErrorKind::Credentials
            }
            (_, Some(ErrCode(40164 | 61004))) => TokenErrorKind::IpNotAllowed,
            (_, Some(ErrCode(61003 | 61023))) => TokenErrorKind::NotAuthorized,
            (_, Some(ErrCode(61005 | 61006))) => TokenErrorKind::NoTicket,
            (_, Some(_)) => TokenErrorKind::Refused,
            _ => TokenErrorKind::Unreachable,
        };
        let ask_again_in = if kind == TokenErrorKind::Credentials { credentials_pause } else { pause };
        Self(Arc::new(Inner { kind, endpoint, source: Some(Cause::Ask(source)), ask_again_in: Some(ask_again_in) }))
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> TokenErrorKind {
        self.0.kind
    }

    /// The call that fetches the token; of one that came too late, the call that needed it; of a provider
    /// of your own, where it looks.
    #[must_use]
    pub fn endpoint(&self) -> &'static str {
        self.0.endpoint
    }

    /// The code of the platform.
    #[must_use]
    pub fn errcode(&self) -> Option<ErrCode> {
        self.refusal().map(|refusal| refusal.code)
    }

    /// The id by which the vendor finds the request in its logs.
    #[must_use]
    pub fn rid(&self) -> Option<&str> {
        self.refusal()?.errmsg.rid.as_deref()
    }

    fn refusal(&self) -> Option<&Refusal> {
        match &self.0.source {
            Some(Cause::Ask(AskError::Token(error))) => error.refusal(),
            Some(Cause::Ask(error)) => refusal(error),
            _ => None,
        }
    }

    /// For how long nobody asks again, counted from the failure.
    #[must_use]
    pub fn ask_again_in(&self) -> Option<Duration> {
        self.0.ask_again_in
    }

    /// Whether it may be otherwise soon, without anybody doing something.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.kind() {
            TokenErrorKind::Unreachable
            | TokenErrorKind::Store
            | TokenErrorKind::Lost
            | TokenErrorKind::Late
            | TokenErrorKind::OtherForNow => true,
            TokenErrorKind::Refused => self.errcode() == Some(ErrCode(-1)),
            _ => false,
        }
    }
}

fn refusal(error: &AskError) -> Option<&Refusal> {
    match error {
        AskError::Answer(DecodeError::Refused(refusal)) | AskError::TokenRefused(DecodeError::Refused(refusal)) => {
            Some(refusal)
        }
        _ => None,
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.kind != TokenErrorKind::Late {
            write!(f, "no access token from {}: ", self.0.endpoint)?;
        }
        match (self.0.kind, self.seen_ip(), self.errcode()) {
            (TokenErrorKind::IpNotAllowed, Some(ip), _) => {
                write!(f, "the app does not allow {ip}; add it to the IP whitelist in the console")
            }
            (TokenErrorKind::Refused, _, Some(code)) => write!(f, "the platform refuses; {}", code.hint()),
            (kind, ..) => kind.fmt(f),
        }
    }
}

impl fmt::Display for TokenErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Credentials => "the AppID or the AppSecret is wrong; compare them with the console",
            Self::IpNotAllowed => {
                "the app does not allow the address of this machine; add it to the IP whitelist in the console"
            }
            Self::NotAuthorized => "the merchant must authorize the third-party platform again",
            Self::NoTicket => {
                "there is no ticket of the platform that is valid; it pushes one every ten minutes, and api_start_push_ticket \
                 makes it begin again"
            }
            Self::Store => "the token store cannot be used, in which the authorization of the merchant stands",
            Self::Refused => "the platform refuses",
            Self::Unreachable => "there was no answer that can be used",
            Self::Lost => "whoever fetched it is gone; ask again",
            Self::Late => "no access token came before the deadline; nothing was sent",
            Self::Other => "there is none",
            Self::OtherForNow => "there is none for the moment",
        })
    }
}

impl TokenError {
    /// The address that the platform saw, as its words tell.
    fn seen_ip(&self) -> Option<std::net::IpAddr> {
        self.refusal()?.errmsg.message.split([' ', ',']).find_map(|word| word.parse().ok())
    }
}

impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenError")
            .field("kind", &self.0.kind)
            .field("endpoint", &self.0.endpoint)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl Error for TokenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(match self.0.source.as_ref()? {
            Cause::Ask(AskError::Transport(error)) => error,
            Cause::Ask(AskError::Answer(error) | AskError::TokenRefused(error)) => error,
            Cause::Ask(AskError::Token(error)) => error,
            Cause::Ask(AskError::NoTicket | AskError::NotAuthorized) => return None,
            Cause::Ask(AskError::Store(error)) => error,
            Cause::Other(error) => &**error,
        })
    }
}
