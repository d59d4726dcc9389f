//! What is answered to a push.

use kf_model::AccountRef;
use thiserror::Error;

use crate::{Fields, NoRandomness, Push};

/// What is answered to a push, within five seconds. Later, or more than once, it is sent by the client instead.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// Nothing to say: the word `success`. The platform shows the person a fault if it gets anything else.
    Success,
    /// A text for the person.
    Text(String),
    /// A worker shall answer: the message goes to the waiting room of customer service.
    ///
    /// With an account, that one and no other: if its worker is offline, full or does not take people by itself, the
    /// person waits for just that worker, and nobody else is told. The page of Mini Programs has no such choice.
    Transfer(Option<AccountRef>),
}

impl Reply {
    /// A text for the person.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Any worker shall answer.
    #[must_use]
    pub fn transfer() -> Self {
        Self::Transfer(None)
    }

    /// The worker of this account shall answer, such as that of a [`KfAccount`](kf_model::KfAccount).
    pub fn transfer_to(account: impl Into<AccountRef>) -> Self {
        Self::Transfer(Some(account.into()))
    }

    /// What is said to the platform in answer to a push; `None` is `success`.
    pub(crate) fn fields(&self, push: &Push, timestamp: u64) -> Result<Option<Fields>, ReplyError> {
        let name = |name| push.fields().text(name).map(str::trim).filter(|name| !name.is_empty());
        let head = |kind: &str| {
            let (person, account) = name("FromUserName").zip(name("ToUserName")).ok_or(ReplyError::Nobody)?;
            let to = Fields::new().with("ToUserName", person).with("FromUserName", account);
            Ok(to.with("CreateTime", timestamp).with("MsgType", kind))
        };
        match self {
            Self::Success => Ok(None),
            Self::Text(text) if text.trim().is_empty() => Err(ReplyError::EmptyText),
            Self::Text(text) => Ok(Some(head("text")?.with("Content", text.as_str()))),
            Self::Transfer(_) if name("MsgType") == Some("event") => Err(ReplyError::TransferOfEvent),
            Self::Transfer(None) => head("transfer_customer_service").map(Some),
            Self::Transfer(Some(account)) => {
                let named = Fields::new().with("KfAccount", account.as_str());
                Ok(Some(head("transfer_customer_service")?.with("TransInfo", named)))
            }
        }
    }
}

/// What goes back over HTTP, with status 200.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The word `success`, never encrypted.
    #[must_use]
    pub fn success() -> Self {
        Self::plain("success".to_owned())
    }

    pub(crate) fn plain(body: String) -> Self {
        Self { content_type: "text/plain; charset=utf-8", body }
    }
}

/// Why a reply cannot be given to a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// Only messages can be handed over to a worker; an event is not waiting for anybody.
    #[error("an event cannot be transferred to customer service; only messages can")]
    TransferOfEvent,
    /// A text says something; who has nothing to say answers [`Reply::Success`].
    #[error("a reply cannot be an empty text; write something, or answer success")]
    EmptyText,
    /// The push names no person, or no account: only `success` can be said to it.
    #[error("the push names no person to reply to; only success can be answered")]
    Nobody,
    /// The system gave no random bytes to encrypt with.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}
