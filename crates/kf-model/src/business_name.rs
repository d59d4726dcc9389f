//! The two names of a sub-merchant, and why a text is none.

use thiserror::Error;

use crate::limits::{BUSINESS_NAME_MAX, BUSINESS_NAME_MIN, BUSINESS_NICKNAME_UNITS_MAX, BUSINESS_NICKNAME_UNITS_MIN};
use crate::text::{checked_text, count};

checked_text! {
    /// The name that a sub-merchant is registered with: 6 to 30 letters, digits or underscores. Case counts.
    ///
    /// ```
    /// use kf_model::{BusinessName, BusinessNameError};
    ///
    /// let name: BusinessName = "test_business".parse()?;
    /// let error = "shop".parse::<BusinessName>().unwrap_err();
    /// assert_eq!(error.to_string(), "the name of the business has 4 characters; 6 to 30 are allowed");
    /// # Ok::<(), BusinessNameError>(())
    /// ```
    BusinessName, BusinessNameError, check_name, "the name of a business"
}

/// Why a text is no [`BusinessName`]. Of several broken rules the first is told, in the order of the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum BusinessNameError {
    /// The text has a character that is not allowed; places count characters from 1.
    #[error("the name of the business has {found:?} at character {at}; letters, digits and underscores are allowed")]
    #[allow(missing_docs, reason = "the variant says it")]
    Character { found: char, at: u32 },
    /// The text is too short or too long.
    #[error("the name of the business has {found} characters; {BUSINESS_NAME_MIN} to {BUSINESS_NAME_MAX} are allowed")]
    #[allow(missing_docs, reason = "the variant says it")]
    Length { found: u32 },
}

fn check_name(text: &str) -> Result<(), BusinessNameError> {
    let is_allowed = |character: char| character.is_ascii_alphanumeric() || character == '_';
    if let Some((found, at)) = text.chars().zip(1..).find(|&(character, _)| !is_allowed(character)) {
        return Err(BusinessNameError::Character { found, at: count(at) });
    }
    match text.len() {
        BUSINESS_NAME_MIN..=BUSINESS_NAME_MAX => Ok(()),
        found => Err(BusinessNameError::Length { found: count(found) }),
    }
}

checked_text! {
    /// The name of a sub-merchant that customers see: 4 to 30 units, of which a Chinese character takes 2.
    ///
    /// No page says how many units other characters beyond ASCII take: they count as it takes for the text to pass.
    ///
    /// ```
    /// use kf_model::{BusinessNickname, BusinessNicknameError};
    ///
    /// let nickname: BusinessNickname = "商店".parse()?;
    /// let error = "店".parse::<BusinessNickname>().unwrap_err();
    /// assert_eq!(error.to_string(), "the nickname of the business has 2 units; at least 4 are needed");
    /// # Ok::<(), BusinessNicknameError>(())
    /// ```
    BusinessNickname, BusinessNicknameError, check_nickname, "the nickname of a business"
}

/// Why a text is no [`BusinessNickname`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum BusinessNicknameError {
    /// The text is too short.
    #[error("the nickname of the business has {found} units; at least {BUSINESS_NICKNAME_UNITS_MIN} are needed")]
    #[allow(missing_docs, reason = "the variant says it")]
    TooShort { found: u32 },
    /// The text is too long.
    #[error("the nickname of the business has {found} units; at most {BUSINESS_NICKNAME_UNITS_MAX} are allowed")]
    #[allow(missing_docs, reason = "the variant says it")]
    TooLong { found: u32 },
}

fn check_nickname(text: &str) -> Result<(), BusinessNicknameError> {
    let units = |is_wide: fn(char) -> bool| text.chars().map(|one| if is_wide(one) { 2 } else { 1 }).sum::<usize>();
    let (least, most) = (units(is_chinese), units(|one| !one.is_ascii()));
    if most < BUSINESS_NICKNAME_UNITS_MIN {
        return Err(BusinessNicknameError::TooShort { found: count(most) });
    }
    if least > BUSINESS_NICKNAME_UNITS_MAX {
        return Err(BusinessNicknameError::TooLong { found: count(least) });
    }
    Ok(())
}

/// Whether a character surely is a Chinese one: the unified ideographs and their extensions.
fn is_chinese(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}')
}
