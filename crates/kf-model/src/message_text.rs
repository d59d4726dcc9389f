//! The text of a message, and why a text is none.

use thiserror::Error;

use crate::text::{checked_text, count};

checked_text! {
    /// The text of a message: it is not empty, and has no control character that JSON writes as a
    /// backslash-u escape alone, since the platform refuses those. How long it may be no page says; the platform refuses what is too long with
    /// 45002.
    ///
    /// ```
    /// use kf_model::{MessageText, MessageTextError};
    ///
    /// let text: MessageText = "See <a href=\"https://example.com\">the shop</a>".parse()?;
    /// assert_eq!("".parse::<MessageText>(), Err(MessageTextError::Empty));
    /// # Ok::<(), MessageTextError>(())
    /// ```
    MessageText, MessageTextError, check, "the text of a message"
}

/// Why a text is no [`MessageText`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum MessageTextError {
    /// There is no text.
    #[error("the text of the message is empty; at least one character is needed")]
    Empty,
    /// The text has a control character other than tabs and the ends of lines and pages; places count characters from 1.
    #[error(
        "the text of the message has the control character {found:?} at character {at}, which the platform does not take in \
         JSON; take it out"
    )]
    #[allow(missing_docs, reason = "the variant says it")]
    ControlCharacter { found: char, at: u32 },
}

fn check(text: &str) -> Result<(), MessageTextError> {
    let escaped = text.bytes().enumerate().find(|&(_, byte)| is_escaped(byte));
    if let Some((index, byte)) = escaped {
        let at = count(text[..index].chars().count() + 1);
        return Err(MessageTextError::ControlCharacter { found: byte.into(), at });
    }
    if text.is_empty() { Err(MessageTextError::Empty) } else { Ok(()) }
}

/// Whether JSON writes a character as a backslash-u escape: of those below the blank five have shorter ones.
const fn is_escaped(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x08 | 0x0C)
}
