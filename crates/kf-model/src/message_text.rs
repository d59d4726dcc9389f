//! The text of a message, and why a text is none.

use thiserror::Error;

use crate::text::checked_text;

checked_text! {
    /// The text of a message: it is not empty. How long it may be no page says; the platform refuses what is too long with
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
}

fn check(text: &str) -> Result<(), MessageTextError> {
    if text.is_empty() { Err(MessageTextError::Empty) } else { Ok(()) }
}
