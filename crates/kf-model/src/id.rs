//! Ids whose form no page states: checked only as far as anything must be that travels in a query or a log.

use alloc::string::ToString;
use core::fmt;

use thiserror::Error;

use crate::escape::reorders_or_hides;
use crate::text::{checked_text, count};

/// Why a text is no id of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
#[error("the {kind} {rule}")]
pub struct IdError {
    /// What the text was to be.
    pub kind: IdKind,
    /// The rule that it breaks.
    pub rule: IdRule,
}

/// The rule that a text breaks which is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum IdRule {
    /// There is no text.
    #[error("is empty; at least one character is needed")]
    Empty,
    /// The text has white space, a control character, or one that hides or reorders others; places count characters from 1.
    #[error("has {found:?} at character {at}; white space, control and hidden characters are not allowed")]
    #[allow(missing_docs, reason = "the variant says it")]
    Character { found: char, at: u32 },
}

/// What a text was to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdKind {
    /// An [`AppId`].
    AppId,
    /// An [`ArticleId`].
    ArticleId,
    /// A [`BusinessId`].
    BusinessId,
    /// A [`CardId`].
    CardId,
    /// A [`CorpId`].
    CorpId,
    /// A [`MediaId`].
    MediaId,
    /// A [`MessageId`].
    MessageId,
    /// An [`OpenId`].
    OpenId,
    /// A [`WechatId`].
    WechatId,
}

impl fmt::Display for IdKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::AppId => "app id",
            Self::ArticleId => "article id",
            Self::BusinessId => "business id",
            Self::CardId => "card id",
            Self::CorpId => "corporation id",
            Self::MediaId => "media id",
            Self::MessageId => "message id",
            Self::OpenId => "openid",
            Self::WechatId => "WeChat ID",
        })
    }
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $check:ident, $expecting:literal) => {
        checked_text! {
            $(#[$meta])*
            ///
            /// No page states its form. It is not empty and has neither white space nor characters that
            /// control, hide or reorder.
            $name, IdError, $check, $expecting
        }

        fn $check(text: &str) -> Result<(), IdError> {
            check(text).map_err(|rule| IdError { kind: IdKind::$name, rule })
        }
    };
}

id! {
    /// The id of an app: an Official Account, a Service Account, a Mini Program or a Mini Game.
    AppId, check_app_id, "an app id"
}

id! {
    /// The id of an article that was published.
    ArticleId, check_article_id, "an article id"
}

id! {
    /// The id of a sub-merchant of an e-commerce platform.
    BusinessId, check_business_id, "a business id"
}

id! {
    /// The id of a card, such as a voucher.
    CardId, check_card_id, "a card id"
}

id! {
    /// The id of a corporation.
    CorpId, check_corp_id, "a corporation id"
}

id! {
    /// The id of an uploaded media file.
    MediaId, check_media_id, "a media id"
}

id! {
    /// The id of a message of a customer: pushes have it as a number of 64 bits.
    MessageId, check_message_id, "a message id"
}

impl From<u64> for MessageId {
    fn from(number: u64) -> Self {
        Self(number.to_string().into_boxed_str())
    }
}

id! {
    /// A person, as one app knows them: the same person has another openid with another app.
    ///
    /// ```
    /// use kf_model::OpenId;
    ///
    /// let error = "OPEN ID".parse::<OpenId>().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the openid has ' ' at character 5; white space, control and hidden characters are not allowed",
    /// );
    /// ```
    OpenId, check_open_id, "an openid"
}

id! {
    /// The WeChat ID of a person or an app: the name that people type, not an openid.
    WechatId, check_wechat_id, "a WeChat ID"
}

fn check(text: &str) -> Result<(), IdRule> {
    if text.is_empty() {
        return Err(IdRule::Empty);
    }
    match text.chars().zip(1..).find(|&(character, _)| is_forbidden(character)) {
        Some((found, at)) => Err(IdRule::Character { found, at: count(at) }),
        None => Ok(()),
    }
}

fn is_forbidden(character: char) -> bool {
    character.is_whitespace() || character.is_control() || reorders_or_hides(character)
}
