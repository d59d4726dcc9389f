//! The name of a customer service account that customers see, and why a text is none.

use thiserror::Error;

use crate::limits::NICKNAME_MAX;
use crate::text::{checked_text, count, first_bad};

checked_text! {
    /// The name that customers see: 1 to 16 characters, none of them a control character, not blank.
    ///
    /// Characters are Unicode scalar values: `客服1` has three. Blank means that all of them are white space.
    ///
    /// ```
    /// use kf_model::{Nickname, NicknameError};
    ///
    /// let nickname: Nickname = "客服1".parse()?;
    /// assert_eq!(nickname.as_str(), "客服1");
    ///
    /// let error = "客服客服客服客服客服客服客服客服1".parse::<Nickname>().unwrap_err();
    /// assert_eq!(error.to_string(), "the nickname has 17 characters; at most 16 are allowed");
    /// # Ok::<(), NicknameError>(())
    /// ```
    Nickname, NicknameError, check, "a nickname"
}

/// Why a text is no [`Nickname`].
///
/// Of several broken rules the first is told, in the order of the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum NicknameError {
    /// There is no text.
    #[error("the nickname is empty; 1 to {NICKNAME_MAX} characters are needed")]
    Empty,
    /// The text has a control character; places count characters from 1.
    #[error("the nickname has the control character {found:?} at character {at}; none is allowed")]
    #[allow(missing_docs, reason = "the variant says it")]
    ControlCharacter { found: char, at: u32 },
    /// The text is too long.
    #[error("the nickname has {found} characters; at most {NICKNAME_MAX} are allowed")]
    #[allow(missing_docs, reason = "the variant says it")]
    TooLong { found: u32 },
    /// The text is white space only.
    #[error("the nickname is blank; at least one character that can be seen is needed")]
    Blank,
}

fn check(text: &str) -> Result<(), NicknameError> {
    if accepts(text) { Ok(()) } else { Err(diagnose(text)) }
}

/// The whole rule in one run over the bytes, for the case that nearly always holds.
fn accepts(text: &str) -> bool {
    let mut characters = 0;
    let mut control = false;
    let mut before = 0;
    for &byte in text.as_bytes() {
        let begins_character = byte & 0xC0 != 0x80;
        // The control characters are 00 to 1F, 7F, and 80 to 9F, which UTF-8 writes as C2 80 to C2 9F.
        control |= byte < 0x20 || byte == 0x7F || (before == 0xC2 && byte < 0xA0);
        characters += usize::from(begins_character);
        before = byte;
    }
    !control && (1..=NICKNAME_MAX).contains(&characters) && !text.chars().all(char::is_whitespace)
}

/// Finds the rule that a refused text breaks first.
fn diagnose(text: &str) -> NicknameError {
    if text.is_empty() {
        return NicknameError::Empty;
    }
    if let Some((found, at)) = first_bad(text, |character| !character.is_control()) {
        return NicknameError::ControlCharacter { found, at: count(at) };
    }
    let characters = text.chars().count();
    if characters > NICKNAME_MAX {
        return NicknameError::TooLong { found: count(characters) };
    }
    NicknameError::Blank
}
