//! The name of a customer service account that customers see, and why a text is none.

use thiserror::Error;

use crate::escape::reorders_or_hides;
use crate::limits::NICKNAME_MAX;
use crate::text::{checked_text, count};

checked_text! {
    /// The name that customers see: 1 to 16 characters, none of them a control character, not blank.
    ///
    /// Characters are Unicode scalar values: `客服1` has three. Blank means that none of them can
    /// be seen.
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
    /// Nothing of the text can be seen: white space, or characters that show nothing.
    #[error("the nickname is blank; at least one character that can be seen is needed")]
    Blank,
}

/// Characters are looked at one by one only where the bytes leave a doubt.
fn check(text: &str) -> Result<(), NicknameError> {
    if text.bytes().fold(false, |doubt, byte| doubt | may_be_control(byte)) {
        no_control(text)?;
    }
    match text.chars().count() {
        0 => Err(NicknameError::Empty),
        1..=NICKNAME_MAX if text.chars().all(shows_nothing) => Err(NicknameError::Blank),
        1..=NICKNAME_MAX => Ok(()),
        found => Err(NicknameError::TooLong { found: count(found) }),
    }
}

/// Whether a byte is a control character, or begins one: 80 to 9F are written as C2 80 to C2 9F.
const fn may_be_control(byte: u8) -> bool {
    byte < 0x20 || byte == 0x7F || byte == 0xC2
}

/// White space, and characters without a picture of their own.
fn shows_nothing(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{115F}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}')
        || reorders_or_hides(character)
}

/// Looks at the characters in doubt. Their bytes begin a character, so the text can be split there.
#[cold]
fn no_control(text: &str) -> Result<(), NicknameError> {
    let doubt = text.bytes().enumerate().filter(|&(_, byte)| may_be_control(byte));
    for (index, _) in doubt {
        let (before, rest) = text.split_at(index);
        if let Some(found) = rest.chars().next().filter(|character| character.is_control()) {
            return Err(NicknameError::ControlCharacter { found, at: count(before.chars().count() + 1) });
        }
    }
    Ok(())
}
