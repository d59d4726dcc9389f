//! Why there is no token.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kf_model::{DecodeError, ErrCode};

use crate::AskError;

/// Why there is no token. Clones are the same error: those who waited for one fetch share what came of it.
#[derive(Clone)]
pub struct TokenError(Arc<Inner>);

struct Inner {
    kind: TokenErrorKind,
    endpoint: &'static str,
    source: Option<AskError>,
    ask_again_in: Option<Duration>,
}

/// Why there is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenErrorKind {
    /// The AppID or the AppSecret is wrong. Asking again does not help.
    Credentials,
    /// The address of this machine is not on the whitelist of the app.
    IpNotAllowed,
    /// The platform refuses for another reason, which its code tells.
    Refused,
    /// There was no answer, or none that can be read.
    Unreachable,
    /// The platform gave the very token again that it had refused.
    SameAgain,
    /// Whoever fetched it is gone.
    Lost,
    /// It did not come before the deadline of the call that needed it.
    Late,
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

    /// What a failed fetch means. The pause after wrong credentials is one of its own.
    pub(crate) fn of(source: AskError, endpoint: &'static str, pause: Duration, credentials_pause: Duration) -> Self {
        let kind = match code(&source) {
            Some(ErrCode(40001 | 40002 | 40013 | 40125 | 40243 | 41002 | 41004 | 61024)) => TokenErrorKind::Credentials,
            Some(ErrCode(40164 | 61004)) => TokenErrorKind::IpNotAllowed,
            Some(_) => TokenErrorKind::Refused,
            None => TokenErrorKind::Unreachable,
        };
        let ask_again_in = if kind == TokenErrorKind::Credentials { credentials_pause } else { pause };
        Self(Arc::new(Inner { kind, endpoint, source: Some(source), ask_again_in: Some(ask_again_in) }))
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> TokenErrorKind {
        self.0.kind
    }

    /// The call that fetches the token; of one that came too late, the call that needed it.
    #[must_use]
    pub fn endpoint(&self) -> &'static str {
        self.0.endpoint
    }

    /// The code of the platform.
    #[must_use]
    pub fn errcode(&self) -> Option<ErrCode> {
        self.0.source.as_ref().and_then(code)
    }

    /// The id by which the vendor finds the request in its logs.
    #[must_use]
    pub fn rid(&self) -> Option<&str> {
        match &self.0.source {
            Some(AskError::Answer(DecodeError::Refused(refusal))) => refusal.errmsg.rid.as_deref(),
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
            TokenErrorKind::Unreachable | TokenErrorKind::Lost | TokenErrorKind::Late => true,
            TokenErrorKind::Refused => self.errcode() == Some(ErrCode(-1)),
            _ => false,
        }
    }
}

fn code(error: &AskError) -> Option<ErrCode> {
    match error {
        AskError::Answer(DecodeError::Refused(refusal)) => Some(refusal.code),
        _ => None,
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.kind == TokenErrorKind::Late {
            return f.write_str("no access token came before the deadline; nothing was sent");
        }
        write!(f, "no access token from {}: ", self.0.endpoint)?;
        match self.0.kind {
            TokenErrorKind::Credentials => f.write_str("the AppID or the AppSecret is wrong; compare them with the console"),
            TokenErrorKind::IpNotAllowed => match self.seen_ip() {
                Some(ip) => write!(f, "the app does not allow {ip}; add it to the IP whitelist in the console"),
                None => f.write_str("the app does not allow the address of this machine; add it to the IP whitelist in the console"),
            },
            TokenErrorKind::Refused => match self.errcode() {
                Some(code) => write!(f, "the platform refuses; {}", code.hint()),
                None => f.write_str("the platform refuses"),
            },
            TokenErrorKind::Unreachable => f.write_str("there was no answer that can be used"),
            TokenErrorKind::SameAgain => f.write_str(
                "the platform gave the very token again that it had refused; if that stays so, somebody must force a refresh, \
                 which ends the token of all who share it",
            ),
            TokenErrorKind::Lost | TokenErrorKind::Late => f.write_str("whoever fetched it is gone; ask again"),
        }
    }
}

impl TokenError {
    /// The address that the platform saw, as its words tell.
    fn seen_ip(&self) -> Option<std::net::IpAddr> {
        let Some(AskError::Answer(DecodeError::Refused(refusal))) = &self.0.source else { return None };
        refusal.errmsg.message.split([' ', ',']).find_map(|word| word.parse().ok())
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

impl std::error::Error for TokenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| match source {
            AskError::Transport(error) => error as &(dyn std::error::Error + 'static),
            AskError::Answer(error) => error,
        })
    }
}
