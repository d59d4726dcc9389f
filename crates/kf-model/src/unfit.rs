//! Why a request is not worth sending, whoever sends it.

use thiserror::Error;

use crate::MediaError;
use crate::messages::{Message, SendMessage};

/// What is wrong with a request that the platform is known to refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Unfit {
    /// The file is none to upload.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The menu offers nothing.
    #[error("the menu has no entry; give it at least one, or send a text")]
    EmptyMenu,
    /// A text has a character that JSON writes as a backslash-u escape alone, which is refused with 40033 or 47002.
    #[error(
        "a text of the request has the control character {found:?}, which the platform does not take in JSON; take it out"
    )]
    #[allow(missing_docs, reason = "the variant says it")]
    ControlCharacter { found: char },
}

impl Unfit {
    /// The first control character that JSON holds as a backslash-u escape, where it holds one.
    ///
    /// Line breaks, tabs, `\\b` and `\\f` have escapes of their own, which are taken.
    ///
    /// ```
    /// use kf_model::Unfit;
    ///
    /// assert_eq!(Unfit::in_json(br#"{"content":"a\u0001"}"#), Some(Unfit::ControlCharacter { found: '\u{1}' }));
    /// assert_eq!(Unfit::in_json(br#"{"content":"a\n \\u0001"}"#), None);
    /// ```
    #[must_use]
    pub fn in_json(json: &[u8]) -> Option<Self> {
        let mut rest = json;
        while let Some(index) = rest.iter().position(|&byte| byte == b'\\') {
            // What a backslash hides is skipped together with it.
            let (escape, after) = (rest.get(index + 1), rest.get(index + 2..).unwrap_or_default());
            if escape == Some(&b'u') {
                let digits = after.get(..4).and_then(|digits| core::str::from_utf8(digits).ok());
                let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let found = code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
                return Some(Self::ControlCharacter { found });
            }
            rest = after;
        }
        None
    }
}

impl SendMessage {
    /// What only an Official Account sends can be wrong by itself: one article is what the type has room for, and how long
    /// a text may be no page says.
    pub(crate) fn broken_rule(&self) -> Option<Unfit> {
        match &self.message {
            Message::Menu(menu) if menu.list.is_empty() => Some(Unfit::EmptyMenu),
            _ => None,
        }
    }
}
